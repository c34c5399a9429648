"""Checks of what readers read and follow: typed numbers, links."""
