"""What features of the site agree on, each of them a Sphinx extension of its own.

A feature puts what it adds to a page into the page's context, under a name that begins with ``bookkit_``. A theme that sets
the option ``prints_features`` prints it in its layout. Under any other theme the feature itself puts it where every theme
prints something: into the tags of the head (``metatags``), or before or after the text (``body``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sphinx.util.typing import ExtensionMetadata

# Of an event's listeners: those that need what the others made
AFTER_ALL = 900
METADATA: ExtensionMetadata = {"parallel_read_safe": True, "parallel_write_safe": True}


def prints_features(context: Mapping[str, Any]) -> bool:
    """Whether the theme has a place for what features add to a page."""
    return bool(context.get("theme_prints_features"))
