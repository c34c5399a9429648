"""The documents of the book in the order of its contents, and what they are called."""

from __future__ import annotations

from sphinx.application import Sphinx

from bookkit.markup.plain import one_line


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


def titles_of(app: Sphinx) -> dict[str, str]:
    """Titles of the chapters by their public names, in the book's order; the home page is none."""
    return {public_name(app, docname): one_line(app.env.titles[docname].astext()) for docname in documents(app)[1:]}


def public_name(app: Sphinx, docname: str) -> str:
    """A document's address without its ending, as the ids of its numbers begin."""
    return app.builder.get_target_uri(docname).removesuffix(".html")
