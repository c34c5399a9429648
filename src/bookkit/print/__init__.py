"""The whole book as one page and as a PDF."""
