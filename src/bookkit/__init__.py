"""From notebooks to a careful website: static-first charts, traced numbers, tables, a page of its own.

A plain Sphinx extension, made of features that are extensions of their own: `bookkit.citing`, `bookkit.downloads`,
`bookkit.pages` and `bookkit.editions`. It knows nothing of the book it serves: notebooks emit three kinds of output
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

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

STATIC = Path(__file__).parent / "static"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up all features."""
    from bookkit.execution import execution
    from bookkit.markup import folding, mathml
    from bookkit.outputs import calculator, claims, figures, notes, numbers, sources
    from bookkit.project import contents

    for feature in ("citing", "downloads", "pages", "editions"):
        app.setup_extension(f"bookkit.{feature}")
    app.add_config_value("bookkit_chart_colors", {}, "html", types=[dict])
    as_text = (numbers.visit_number_as_text, numbers.depart_number_as_text)
    app.add_node(numbers.TracedNumber, html=(numbers.visit_number, None), latex=as_text, text=as_text)
    contents.connect(app)
    notes.connect(app)
    figures.connect(app)
    calculator.connect(app)
    folding.connect(app)
    execution.connect(app)
    app.add_html_math_renderer("mathml", (mathml.visit_math, None), (mathml.visit_math_block, None))
    app.connect("html-page-context", numbers.add_traces)
    app.connect("build-finished", numbers.finish)
    claims.connect(app)
    sources.connect(app)
    return {"env_version": 1, "parallel_read_safe": False, "parallel_write_safe": True}
