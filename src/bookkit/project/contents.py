"""Which files are chapters: those that the table of contents names, and no others, whatever folders are called.

With ``only_build_toc_files`` the extension that reads ``_toc.yml`` looks for every other file below the book, to leave it out.
It takes the book's folder for a pattern, so that in ``[Draft]`` it finds none, and it looks through each package that is
installed there. Sphinx can be told the other way around what to take; that is done here.
"""

from __future__ import annotations

import glob
from typing import Any

from sphinx.application import Sphinx

# The extension reads the table of contents at 900
BEFORE, AFTER = 899, 901


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", _ask_not_to_search, priority=BEFORE)
    app.connect("config-inited", _take_the_contents, priority=AFTER)


def documents(app: Sphinx) -> list[str]:
    """The book's documents in the order of its contents, the home page first."""
    ordered: dict[str, None] = {}

    def visit(docname: str) -> None:
        if docname not in ordered and docname in app.env.found_docs:
            ordered[docname] = None
            for child in app.env.toctree_includes.get(docname, ()):
                visit(child)

    for docname in (app.config.root_doc, *sorted(app.env.found_docs)):
        visit(docname)
    return list(ordered)


def _ask_not_to_search(app: Any, config: Any) -> None:
    app.bookkit_only_contents = getattr(config, "external_toc_exclude_missing", False)
    if app.bookkit_only_contents:
        config.external_toc_exclude_missing = False


def _take_the_contents(app: Any, config: Any) -> None:
    if app.bookkit_only_contents:
        named = [*map(glob.escape, config.external_site_map), *config.external_site_map.globs()]
        config.include_patterns = [name + ending for name in named for ending in ("", *config.source_suffix)]
