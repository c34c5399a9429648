"""From notebooks to a careful website: static-first charts, traced numbers, tables, a page of its own.

A plain Sphinx extension. It knows nothing of the book it serves: notebooks emit three kinds of output
(a Vega-Lite specification, a traced number, a traced table), and this package writes them as HTML.
Add ``bookkit`` to the Sphinx extensions and set ``html_theme = "bookkit"``; the renderer registers itself
with MyST-NB by its entry point.

Settings:
    bookkit_chart_colors: colors of the charts' theme and the CSS variables that replace them, so that
        charts follow the light and the dark theme.
    bookkit_public_prefix: the folder of the chapters, which does not show in addresses (``book/``).
    bookkit_notebooks_folder: where the executed notebooks are, to be offered beside the pages.
    bookkit_data_folder: where the data tables are; their hash identifies the edition.
    bookkit_published: the file that keeps the numbers of the published edition, which every build is compared with.
    bookkit_code_folder: where the code is that the chapters import.
    bookkit_colab_branch: the branch that holds the published notebooks, which Colab opens; empty for none.

The address of the site and of its repository are read from ``BOOK_SITE_URL`` and ``BOOK_REPOSITORY_URL``,
so that a copy of the book, built elsewhere, names its own addresses and no file changes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

THEME = Path(__file__).parent / "theme"
STATIC = Path(__file__).parent / "static"


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    from bookkit.citing import bibliography, citing
    from bookkit.downloads import downloads, portable
    from bookkit.editions import published
    from bookkit.execution import chapters
    from bookkit.markup import folding, mathml
    from bookkit.outputs import calculator, claims, figures, notes, numbers, sources
    from bookkit.pages import finding, page, policy
    from bookkit.pages.builder import BookBuilder
    from bookkit.project import contents

    for name, default in (
        ("bookkit_chart_colors", {}),
        ("bookkit_public_prefix", ""),
        ("bookkit_notebooks_folder", "notebooks"),
    ):
        app.add_config_value(name, default, "html", types=[type(default)])
    app.add_html_theme("bookkit", str(THEME))
    app.add_builder(BookBuilder, override=True)
    as_text = (numbers.visit_number_as_text, numbers.depart_number_as_text)
    app.add_node(numbers.TracedNumber, html=(numbers.visit_number, None), latex=as_text, text=as_text)
    bibliography.connect(app)
    contents.connect(app)
    notes.connect(app)
    figures.connect(app)
    calculator.connect(app)
    folding.connect(app)
    chapters.connect(app)
    portable.connect(app)
    app.add_html_math_renderer("mathml", (mathml.visit_math, None), (mathml.visit_math_block, None))
    app.add_post_transform(page.ChapterShape)
    app.connect("config-inited", _addresses)
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(STATIC)))
    app.connect("builder-inited", page.leave_to_the_style_sheet, priority=900)
    app.connect("html-page-context", page.add_context, priority=900)
    app.connect("build-finished", page.finish, priority=900)
    app.connect("html-page-context", numbers.add_traces)
    app.connect("build-finished", numbers.finish)
    policy.connect(app)
    citing.connect(app)
    finding.connect(app)
    claims.connect(app)
    sources.connect(app)
    published.connect(app)
    downloads.connect(app)
    return {"version": "0.3.0", "env_version": 1, "parallel_read_safe": False, "parallel_write_safe": True}


def _addresses(_app: Any, config: Any) -> None:
    """Take the site's address from the environment."""
    if site := os.environ.get("BOOK_SITE_URL"):
        config.html_baseurl = site.rstrip("/") + "/"
