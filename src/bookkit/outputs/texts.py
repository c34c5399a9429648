"""Rules by which a reader's own text is checked: what the chapter that emits them shows.

A notebook emits the rules once, as data. Where the extension `PAGES` is set up, they become a page on which readers
paste a text, and the chapter leads there. Without that page the chapter lists what a figure may turn out to be.

Decided: the rules reach the engine as they were written, since a pattern in which a character was replaced would find
something else; the words that readers see are made plain, like those of any output.
"""

from __future__ import annotations

import msgspec
from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from bookkit.markup import assets, plain
from bookkit.markup.templates import render
from bookkit.outputs import STATIC, beside, notes, registry
from factbook.contract import TextRules, TextVerdict

# Makes the page
PAGES = "bookkit.pages.check"
PAGE = "check"
STYLE = "texts.css"


class TextRulesNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the rules in a chapter (attribute ``given``)."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.beside")
    app.setup_extension("bookkit.outputs.notes")
    beside.add_node(app, TextRulesNode, _write)
    registry.listen(app, _read)
    assets.bring(app, STATIC, "colors.css", "claims.css", STYLE, where=assets.holds(TextRulesNode))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _read(environment: BuildEnvironment, found: registry.Found) -> list[nodes.Node] | None:
    """The place of the rules in the chapter that is being read; they are kept for the page that is made of them."""
    if found.mime_type != TextRules.MIME_TYPE or found.inline:
        return None
    given = made_plain(TextRules.from_payload(found.content))
    notes.of_chapter(environment)[notes.TEXTS] = given
    return [TextRulesNode("", given=given)]


def made_plain(given: TextRules) -> TextRules:
    """The same with all words of the page made plain; the rules stay as they are."""
    words = {name: plain.everywhere(getattr(given, name)) for name in ("title", "lead", "subject", "command")}
    return msgspec.structs.replace(given, notes=tuple(map(plain.visible, given.notes)), **words)


def _write(translator: HTML5Translator, node: TextRulesNode) -> None:
    app, given = translator.builder.app, node["given"]
    root = "../" * app.builder.get_target_uri(translator.docnames[-1]).partition("#")[0].count("/")
    address = page_of(app)
    translator.body.append(link(given, root + address) if address else legend(given))


def known(app: Sphinx) -> TextRules | None:
    """The rules of the book; nothing where no chapter emits any."""
    return next(iter(notes.of_book(app.env, notes.TEXTS).values()), None)


def page_of(app: Sphinx) -> str:
    """Address of the page below the site's root; empty where there is none."""
    return f"{PAGE}.html" if PAGES in app.extensions and known(app) else ""


# Markup


def link(given: TextRules, address: str) -> Markup:
    """The way to the page."""
    return render("outputs/texts_link.html", title=given.title, address=address)


def legend(given: TextRules) -> Markup:
    """What a figure may turn out to be, each with its sign and a sentence."""
    return render("outputs/texts_legend.html", verdicts=[_plain_verdict(verdict) for verdict in given.verdicts])


def _plain_verdict(verdict: TextVerdict) -> TextVerdict:
    words = {name: plain.visible(getattr(verdict, name)) for name in ("label", "mark", "told")}
    return msgspec.structs.replace(verdict, **words)
