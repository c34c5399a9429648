"""What readers take away: notebooks that run anywhere, the data, the package. A Sphinx extension of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "wheel": ("wheel", "Write the book's package, with its data, as a wheel."),
    "portable": ("notebook_downloads", "Write the notebooks as the site offers them, without building a page."),
}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    from bookkit.downloads import extension

    return extension.setup(app)
