"""Editions of a book: kept, compared, side by side."""
