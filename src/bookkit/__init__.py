"""From notebooks to a careful website: static-first charts, traced numbers, tables, a page of its own.

A plain Sphinx extension. It knows nothing of the book it serves: notebooks emit outputs (`factbook.contract`), and this
package writes them as HTML. Each kind of output is an extension of its own that works under any theme, such as
``bookkit.outputs.numbers``; ``bookkit`` sets up all of them.
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
    bookkit_verdicts_page: public name of the chapter that says how verdicts on claims come about; empty for none.
    bookkit_colab_branch: the branch that holds the published notebooks, which Colab opens; empty for none.

The address of the site and of its repository are read from ``BOOK_SITE_URL`` and ``BOOK_REPOSITORY_URL``,
so that a copy of the book, built elsewhere, names its own addresses and no file changes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

# What `bookkit bundle` makes lies below it; a room's own style sheets and scripts lie in the room
STATIC = Path(__file__).parent / "static"
FEATURES = (
    "bookkit.outputs.notes",
    "bookkit.outputs.numbers",
    "bookkit.outputs.fact_role",
    "bookkit.outputs.tables",
    "bookkit.outputs.charts",
    "bookkit.outputs.calculators",
    "bookkit.outputs.claims",
    "bookkit.outputs.sources",
    "bookkit.outputs.texts",
    "bookkit.outputs.foreign",
    "bookkit.citing",
    "bookkit.downloads",
    "bookkit.pages",
    "bookkit.pages.claims",
    "bookkit.pages.check",
    "bookkit.pages.permalinks",
    "bookkit.pages.terms",
    "bookkit.verification.extension",
    "bookkit.editions",
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up all features."""
    from bookkit.execution import chapters
    from bookkit.markup import folding, mathml
    from bookkit.project import contents

    for feature in FEATURES:
        app.setup_extension(feature)
    contents.connect(app)
    folding.connect(app)
    chapters.connect(app)
    app.add_html_math_renderer("mathml", (mathml.visit_math, None), (mathml.visit_math_block, None))
    return {"env_version": 2, "parallel_read_safe": False, "parallel_write_safe": True}
