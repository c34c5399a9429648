"""Editions of a book: what differs from the published one, and the released ones side by side. A Sphinx extension of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "compare": ("compare", "Compare the numbers of two editions."),
    "baseline": ("baseline", "Keep the numbers of the built site as the published edition, or check that they are."),
    "versions": ("versions", "Put the sites of earlier editions beside the newest."),
}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    from bookkit.editions import differences

    return differences.setup(app)
