"""A book of others, built by Sphinx as it comes."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

SETTINGS = {"extensions": ["myst_nb", "bookkit"], "nb_execution_mode": "off", "myst_enable_extensions": []}


def build(folder: Path, builder: str = "dummy", **settings: object) -> tuple[Sphinx, str]:
    """One build as `jupyter-book build .` makes it, with the environment that the last one left; and what it said."""
    said, out = StringIO(), folder.parent / "out"
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            str(folder),
            str(folder),
            str(out),
            str(folder.parent / "doctrees"),
            builder,
            confoverrides={**SETTINGS, **settings},
            status=None,
            warning=said,
        )
        app.build()
    return app, said.getvalue()
