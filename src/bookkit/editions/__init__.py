"""Editions of a book: what differs from the published one, and the released ones side by side. A Sphinx extension of its own."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    from bookkit.editions import differences

    return differences.setup(app)
