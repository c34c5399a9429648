"""When the files to take away are made: the data before the pages that describe them, the package and the notebooks after all pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.typing import ExtensionMetadata

from bookkit.citing import bibliography, citing
from bookkit.downloads import notebook_downloads, offers, wheel
from bookkit.downloads.notebook_downloads import publish, stored_notebook
from bookkit.downloads.readable import NotReadable, Surroundings
from bookkit.markup import features


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.citing")
    app.setup_extension("bookkit.outputs.fact_role")
    app.add_config_value("bookkit_notebooks_folder", "notebooks", "html", types=[str])
    app.add_config_value("bookkit_colab_branch", notebook_downloads.COLAB_BRANCH, "html", types=[str])
    app.connect("html-collect-pages", _copy_data)
    app.connect("build-finished", _write_notebooks)
    return features.METADATA


def _copy_data(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Put the data beside the pages before any page describes them. It makes no page."""
    if citing.writes_pages(app):
        offers.copy_data(Path(app.srcdir), app.config.bookkit_data_folder, Path(app.outdir), citing.book_of(app))
    return []


def _write_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Write the package and the notebooks beside the pages.

    Raises:
        SphinxError: a notebook holds what no notebook can show, or there is no package as it is described.
    """
    if exception or not citing.writes_pages(app):
        return
    site = Path(app.outdir)
    try:
        cell = notebook_downloads.setup_of(Path(app.srcdir), site / wheel.FOLDER, app.config.html_baseurl)
    except wheel.WheelError as error:
        raise SphinxError(str(error)) from None
    for docname in sorted(app.env.found_docs):
        source = stored_notebook(app, docname)
        if source.is_file():
            name = f"{offers.NOTEBOOKS}/{source.relative_to(Path(app.srcdir) / app.config.bookkit_notebooks_folder).as_posix()}"
            surroundings = Surroundings(
                app.builder.get_target_uri(docname), app.config.html_baseurl, bibliography.entries(app), app.config.bookkit_facts
            )
            try:
                publish(source, site / name, cell, name, surroundings)
            except NotReadable as error:
                raise SphinxError(f"{docname}, the notebook’s {error}") from None
    offers.pack_notebooks(Path(app.srcdir), site, citing.book_of(app))
