"""The page on which readers check a text of their own, and ``check.json`` for machines.

A chapter emits the rules (`bookkit.outputs.texts`); where none does, there is no page. The engine (``check-engine.js``)
reads them and finds figures in a text; ``check.js`` shows what it found.

Decided: the rules stand in the page, as data that no browser runs. So the page works from a folder on a disk and without
a network, nothing at all is asked of the site while a reader checks a text, and a reader can see that nothing is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup, escape
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from bookkit.citing import citing
from bookkit.citing.citing import Work
from bookkit.markup import assets, features, plain, searching
from bookkit.markup.templates import render
from bookkit.outputs import STATIC as OUTPUTS_STATIC
from bookkit.outputs import texts
from bookkit.outputs.texts import PAGE
from bookkit.pages import STATIC, answer, head
from bookkit.pages.builder import BookBuilder
from factbook.contract import TextRules

FILE = "check.json"
FILES = ("check.css", "check-engine.js", "check.js")
# What the file dialog offers and what is read; a browser's script knows the same endings
ENDINGS = (".txt", ".md", ".html", ".csv")
KIND = "Tool"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.texts")
    assets.bring(app, OUTPUTS_STATIC)
    assets.bring(app, STATIC)
    app.connect("html-collect-pages", _pages)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _finish)
    return features.METADATA


def page(given: TextRules) -> Markup:
    """The body of the page."""
    return render(
        "pages/check.html",
        given=given,
        endings=",".join(("text/plain", *ENDINGS)),
        named=f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}",
        legend=texts.legend(given),
        rules=Markup(machine_text(given).translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"})),
    )


def machine_text(given: TextRules) -> str:
    """The rules as JSON. Characters that no reader sees stand as escapes, which mean the same to every program."""
    text = json.dumps(given.rules, ensure_ascii=False, separators=(",", ":"))
    return plain.INVISIBLE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def work_of(app: Sphinx, given: TextRules) -> Work:
    """The page as a part of the book."""
    return Work(citing.book_of(app), given.title, f"{PAGE}.html")


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    given = texts.known(app)
    if given is None or not citing.writes_pages(app):
        return
    if isinstance(app.builder, BookBuilder):
        app.builder.add_to_search(searching.page(f"{PAGE}.html", given.title, [("", "", [given.lead, *given.notes])], KIND))
    yield PAGE, {"title": str(escape(given.title)), "body": str(page(given))}, "page.html"


def _page_context(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None) -> None:
    given = texts.known(app)
    if pagename != PAGE or given is None or not citing.writes_pages(app):
        return
    assets.load(app, context, OUTPUTS_STATIC, "colors.css", "claims.css", texts.STYLE)
    assets.load(app, context, STATIC, *FILES)
    head.describe(app, context, work_of(app, given), answer.shorten(given.lead or given.title))


def _finish(app: Sphinx, exception: Exception | None) -> None:
    given = texts.known(app)
    if exception is None and given is not None and citing.writes_pages(app):
        Path(app.outdir, FILE).write_text(machine_text(given) + "\n", encoding="utf-8", newline="\n")
