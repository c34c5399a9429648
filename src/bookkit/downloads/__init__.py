"""What readers take away: notebooks that run anywhere, the data, the package. A Sphinx extension of its own."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    from bookkit.downloads import extension

    return extension.setup(app)
