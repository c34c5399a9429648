"""Traced numbers: each leads to its formula and the data rows behind it.

A number in a sentence or in a table is its text, as a link; so it stays a sentence in a reader view, in a copy, in a
search. The traces stand apart, at the end of the page, and are closed: plain HTML and CSS show the one that a link
leads to, in every browser. Where popovers are known, a script opens it beside its number instead, on click, tap, hover
and keyboard focus. ``numbers.json`` lists every published number of the site for machines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from bookkit.markup import assets
from bookkit.markup.templates import render
from bookkit.outputs import STATIC, beside, notes, registry, renamed
from factbook.contract import GRADE_MARKS, READ_AS, Number, Payload, Row

FILE = "numbers.json"
ROWS_SHOWN = 6
# Leads back where no script closes the trace, and is the number's permalink
PLACE = "To this number’s place in the page"
# Nodes that write numbers carry them by this name, each with its permalink, so that the page can end with their traces
TRACED = "traced"
# A quantity that a cell ends with has no name
UNNAMED = "shown"


class TracedNumber(nodes.Inline, nodes.TextElement):  # type: ignore[misc]
    """A number in a sentence: the one in its attribute `TRACED`."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.notes")
    app.setup_extension("bookkit.outputs.renamed")
    beside.add_node(app, TracedNumber, write_number, lambda node: str(node.astext()))
    registry.register(app, Number, read, inline=True)
    assets.bring(app, STATIC, "colors.css", "numbers.css")
    assets.bring(app, STATIC, "numbers.js", where=lambda doctree: any(shown_in(doctree)))
    app.connect("html-page-context", add_traces)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read(environment: BuildEnvironment, number: Number) -> TracedNumber:
    """The place of a number that a chapter recorded or showed."""
    return number_node(environment, number, number.id or UNNAMED)


def number_node(environment: BuildEnvironment, number: Number, name: str) -> TracedNumber:
    """The place of a number in the chapter that is being read.

    Args:
        environment: of the build; the number is remembered there for `FILE`.
        number: what is shown.
        name: makes its permalink: ``number-NAME``, and from the second one on ``number-NAME-2``.
    """
    name = name.replace("_", "-")
    serial = environment.new_serialno(f"number {name}")
    identifier = f"number-{name}" + (f"-{serial + 1}" if serial else "")
    remember(environment, number, identifier)
    return TracedNumber(number.text, number.text, **{TRACED: [(identifier, number)], renamed.ANCHORS: [identifier]})


def write_number(translator: HTML5Translator, node: TracedNumber) -> None:
    """Write a number as a link to its trace."""
    ((identifier, number),) = node[TRACED]
    translator.body.append(traced(number.text, identifier, node.get(renamed.EARLIER, {}).get(identifier, ())))


def traced(text: str, identifier: str, earlier: Sequence[str] = ()) -> Markup:
    """A number's text as HTML, which leads to its trace.

    Args:
        text: what readers read.
        identifier: its permalink in the page.
        earlier: permalinks in the page that it had under other names.
    """
    return render("outputs/number.html", text=text, identifier=identifier, earlier=earlier)


def add_traces(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """End the text of a page with the traces of its numbers."""
    if doctree is not None:
        context["body"] += str(traces(shown_in(doctree)))  # Added as markup it would escape the text before it


def shown_in(doctree: nodes.document) -> Iterator[tuple[str, Number]]:
    """The numbers that a page shows, each with its permalink, in their order."""
    for node in doctree.findall(nodes.Element):
        yield from node.get(TRACED, ())


def traces(numbers: Iterable[tuple[str, Number]]) -> str:
    """The traces of a page's numbers as HTML; nothing where it shows none.

    Args:
        numbers: each with its permalink in the page.
    """
    shown = [trace(number, identifier) for identifier, number in numbers]
    return render("outputs/traces.html", traces=shown) if shown else ""


def trace(number: Number, identifier: str) -> Markup:
    """Where a number comes from, as HTML; ``identifier`` is its permalink in the page."""
    is_one_row = len(number.rows) == 1 and number.formula == number.rows[0].id
    return render(
        "outputs/trace.html",
        number=number,
        identifier=identifier,
        formula="" if is_one_row else number.formula,
        rows=[row_markup(row) for row in number.rows[:ROWS_SHOWN]],
        more=len(number.rows) - ROWS_SHOWN,
        place=PLACE,
    )


def row_markup(row: Row) -> Markup:
    """A row of the data as HTML: id, value, grade, source and note."""
    return render("outputs/row.html", row=row, mark=GRADE_MARKS.get(row.evidence or "", ""), read_as=READ_AS.get(row.read_as or "", ""))


def remember(environment: BuildEnvironment, number: Number, identifier: str) -> None:
    """Note a number of the current chapter for ``numbers.json``."""
    notes.of_chapter(environment).setdefault(notes.NUMBERS, []).append((identifier, number))


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write ``numbers.json``: all numbers of the site, in the order of chapters and text."""
    if exception or app.builder.format != "html":
        return
    text = json.dumps({"numbers": entries(app)}, ensure_ascii=False, indent=1)
    (Path(app.outdir) / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def entries(app: Sphinx) -> list[Payload]:
    """All numbers of the site as machines read them; complete once every chapter has been read."""
    known = renamed.of_book(app)
    return [
        entry(number, identifier, app.builder.get_target_uri(docname), known.earlier(f"{beside.public_name(app, docname)}#{identifier}"))
        for docname, found in notes.of_book(app.env, notes.NUMBERS).items()
        for identifier, number in found
    ]


def entry(number: Number, identifier: str, address: str, earlier: Sequence[str] = ()) -> Payload:
    """One number as machines read it; ``earlier`` are its ids under other names."""
    chapter = address.removesuffix(".html")
    found: Payload = {
        "id": f"{chapter}#{identifier}",
        "value": number.value,
        "unit": number.unit,
        "text": number.text,
        "chapter": chapter,
        "anchor": identifier,
        "address": f"{address}#{identifier}",
        "formula": number.formula,
        "rows": [row.id for row in number.rows],
    }
    if earlier:
        found["earlier"] = list(earlier)
    return found
