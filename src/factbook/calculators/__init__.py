"""Models that readers change on the page: one formula for Python and for the browser."""
