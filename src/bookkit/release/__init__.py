"""Everything of one edition, for publishing and archives."""
