"""What a book and its chapters are called and who made them, in the formats that cite them. A Sphinx extension of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    from bookkit.citing import extension

    return extension.setup(app)
