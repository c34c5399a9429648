"""From notebooks to a careful website: static-first charts, traced numbers, tables.

A plain Sphinx extension. It knows nothing of the book it serves: notebooks emit three kinds of output
(a Vega-Lite specification, a traced number, a traced table), and this package writes them as HTML.
Add ``bookkit`` to the Sphinx extensions; the renderer registers itself with MyST-NB by its entry point.

Settings:
    bookkit_chart_colors: colors of the charts' theme and the CSS variables that replace them, so that
        charts follow the light and the dark theme.

The address of the site and of its repository are read from ``BOOK_SITE_URL`` and ``BOOK_REPOSITORY_URL``,
so that a copy of the book, built elsewhere, names its own addresses and no file changes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static"


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("bookkit_chart_colors", {}, "html", types=[dict])
    app.connect("config-inited", _addresses)
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(STATIC)))
    app.add_css_file("bookkit.css")
    return {"version": "0.1.0", "parallel_read_safe": True, "parallel_write_safe": True}


def _addresses(_app: Any, config: Any) -> None:
    """Take the site's and the repository's address from the environment."""
    if site := os.environ.get("BOOK_SITE_URL"):
        config.html_baseurl = site.rstrip("/") + "/"
    if repository := os.environ.get("BOOK_REPOSITORY_URL"):
        config.html_theme_options |= {"repository_url": repository, "use_repository_button": True, "use_issues_button": True}
