"""Settings that more than one feature reads; each of them sets up this extension."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx the folder of the chapters, which does not show in addresses."""
    app.add_config_value("bookkit_public_prefix", "", "html", types=[str])
    return {"parallel_read_safe": True, "parallel_write_safe": True}
