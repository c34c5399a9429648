"""Building the site, serving it, and the scripts it serves."""
