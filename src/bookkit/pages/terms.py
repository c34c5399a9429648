"""Terms of the glossary: where a text uses one, its definition shows beside it, in the way that a number shows its trace.

A ``{term}`` stays a link to the glossary. The first sentences of its definition stand at the end of the page, closed, once for each
term; a script opens them on hover, focus and tap (``numbers.js``). They are no part of the text: not of a copy, not of the search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from bookkit import outputs
from bookkit.citing.citing import writes_pages
from bookkit.markup import assets, features
from bookkit.markup.plain import spoken
from bookkit.markup.templates import render
from bookkit.pages.answer import shorten
from bookkit.project.builds import OncePerBuild

# As Sphinx calls what the role makes
ROLE = "std-term"
TERM = "term"
LENGTH = 240


class Definition(NamedTuple):
    """The first sentences of a term's definition: its anchor in the glossary, and the address as the page sees it."""

    anchor: str
    text: str
    address: str


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.connect("doctree-read", _note_forms)
    app.connect("doctree-resolved", _mark)
    assets.bring(app, outputs.STATIC, "numbers.css", "numbers.js", where=lambda doctree: any(used(doctree)))
    app.connect("html-page-context", _add)
    return features.METADATA


def _note_forms(app: Sphinx, doctree: nodes.document) -> None:
    """Let a term be found by each form that its entry names: “mixture of experts (MoE)” by both, “BF16, FP8” by either."""
    standard: Any = app.env.domains["std"]
    own = {name for name, (docname, _) in standard._terms.items() if docname == app.env.docname}
    for term in doctree.findall(nodes.term):
        whole = term.astext().strip()
        if not term["ids"] or whole.casefold() not in own:
            continue
        for form in filter(None, (part.strip() for part in re.split(r"[,()]", whole))):
            if form.casefold() not in standard._terms:
                standard._note_term(form, term["ids"][0], location=term)


def _mark(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Call each link to a term of another page one."""
    for reference in doctree.findall(nodes.reference):
        if any(isinstance(part, nodes.Element) and ROLE in part["classes"] for part in reference.children) and "refuri" in reference:
            reference["classes"].append(TERM)


def used(doctree: nodes.document) -> Iterator[nodes.reference]:
    """The links to terms in a page."""
    return (reference for reference in doctree.findall(nodes.reference) if TERM in reference["classes"])


def _define(app: Sphinx) -> dict[str, str]:
    """The first sentences of the definition of each term, by its anchor."""
    places = [place for (kind, _), place in app.env.domains["std"].data["objects"].items() if kind == TERM]
    return {
        anchor: shorten(spoken(definition), LENGTH)
        for docname in sorted({docname for docname, _ in places})
        for item in app.env.get_doctree(docname).findall(nodes.definition_list_item)
        if (definition := item.next_node(nodes.definition)) is not None
        for term in item.findall(nodes.term)
        for anchor in term["ids"]
    }


definitions = OncePerBuild(_define)


def _add(app: Sphinx, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """End the text of a page with the definitions of its terms, in their order."""
    if doctree is None or not writes_pages(app):
        return
    known = definitions(app)
    addresses = {unquote(urlsplit(reference["refuri"]).fragment): reference["refuri"] for reference in used(doctree)}
    if shown := [Definition(anchor, known[anchor], address) for anchor, address in addresses.items() if anchor in known]:
        context["body"] += str(render("pages/definitions.html", definitions=shown))
