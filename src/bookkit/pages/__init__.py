"""The site's pages: their theme, head, policy, cards, search, and the pages that are no chapters. A Sphinx extension of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

STATIC = Path(__file__).parent / "static"
# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "permalinks": ("permalinks", "List the permalinks of earlier editions that the built site lacks."),
}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    from bookkit.pages import extension

    return extension.setup(app)
