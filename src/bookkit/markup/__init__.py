"""Small pieces of HTML and text that pages are made of."""
