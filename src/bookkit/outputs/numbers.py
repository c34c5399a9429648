"""Traced numbers: each leads to its formula and the data rows behind it.

A number in a sentence or in a table is its text, as a link; so it stays a sentence in a reader view, in a copy, in a
search. The traces stand apart, at the end of the page, and are closed: plain HTML and CSS show the one that a link
leads to, in every browser. Where popovers are known, a script opens it beside its number instead, on click, tap, hover
and keyboard focus. ``numbers.json`` lists every published number of the site for machines.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes

from bookkit.outputs import notes

MIME_TYPE = "application/vnd.traced-number+json"
ROWS_SHOWN = 6
# A longer text of a number may break over lines, so that it never makes a phone scroll sideways
LONGEST_ON_ONE_LINE = 36
GRADE_MARKS = {"primary": "●", "secondary": "◐", "estimate": "○", "claim": "◇", "unverified": "△", "assumption": "□"}
# Leads back where no script closes the trace, and is the number's permalink
PLACE = "To this number’s place in the page"
READ_AS = {
    "original": "read in the original",
    "repository": "read in the publisher’s repository",
    "excerpt": "read as an excerpt",
    "second_hand": "read second-hand",
    "not_read": "not read",
}


# Nodes that write numbers carry them by this name, each with its permalink, so that the page can end with their traces
TRACED = "traced"


class TracedNumber(nodes.Inline, nodes.TextElement):  # type: ignore[misc]
    """A number in a sentence: the one in its attribute `TRACED`."""


def visit_number(self: Any, node: TracedNumber) -> None:
    """Write a number as a link to its trace."""
    ((identifier, number),) = node[TRACED]
    self.body.append(traced(number, identifier))
    raise nodes.SkipNode


def visit_number_as_text(self: Any, node: TracedNumber) -> None:
    """In formats without links to traces the number is its text."""


def depart_number_as_text(self: Any, node: TracedNumber) -> None:
    """Nothing to close."""


def traced(number: Mapping[str, Any], identifier: str) -> str:
    """A number as HTML: its text, which leads to its trace.

    Args:
        number: ``text``, ``formula`` and ``rows``, as the notebook emitted them.
        identifier: the number's permalink in its page.
    """
    long = " long" if len(number["text"]) > LONGEST_ON_ONE_LINE else ""
    # The id stands beside the link: reader views drop what is called “share”, be it an id
    return f'<span id="{identifier}"></span><a class="traced{long}" href="#trace-{identifier}">{html.escape(number["text"])}</a>'


def add_traces(_app: Any, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """End the text of a page with the traces of its numbers."""
    if doctree is not None:
        context["body"] += traces(shown_in(doctree))


def shown_in(doctree: nodes.document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The numbers that a page shows, each with its permalink, in their order."""
    for node in doctree.findall(nodes.Element):
        yield from node.get(TRACED, ())


def traces(numbers: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """The traces of a page's numbers as HTML; nothing where it shows none.

    Args:
        numbers: each with its permalink in the page.
    """
    body = "".join(trace(number, identifier) for identifier, number in numbers)
    return f'<aside class="traces supplemental"><h2>Where the numbers come from</h2>{body}</aside>\n' if body else ""


def trace(number: Mapping[str, Any], identifier: str) -> str:
    """Where a number comes from, as HTML; see `traced` for the arguments."""
    rows = number["rows"]
    parts = [f'<div class="trace-value" translate="no">{html.escape(number["exact"])}</div>']
    if not _is_one_row(number):
        parts.append(f'<div class="trace-formula" translate="no">= {html.escape(number["formula"])}</div>')
    parts += [row_markup(row) for row in rows[:ROWS_SHOWN]]
    if len(rows) > ROWS_SHOWN:
        parts.append(f'<div class="trace-more">and {len(rows) - ROWS_SHOWN} more rows of the data</div>')
    parts.append(f'<a class="trace-link" href="#{identifier}">{PLACE}</a>')
    return f'<div class="trace" id="trace-{identifier}" role="note">{"".join(parts)}</div>'


def _is_one_row(number: Mapping[str, Any]) -> bool:
    return len(number["rows"]) == 1 and number["formula"] == number["rows"][0]["id"]


def row_markup(row: Mapping[str, str]) -> str:
    """A row of the data as HTML: id, value, grade, source and note."""
    grade = html.escape(row["evidence"])
    source = html.escape(row["source"])
    if row.get("url", "").startswith(("https://", "http://")):
        source = f'<a href="{html.escape(row["url"], quote=True)}" rel="external">{source}</a>'
    read_as = f"; {READ_AS[row['read_as']]}" if row["read_as"] in READ_AS else ""
    note = f'<div class="trace-note">{html.escape(row["note"])}</div>' if row.get("note") else ""
    return (
        f'<div class="trace-row"><div class="trace-id" translate="no">{html.escape(row["id"])}</div> '
        f'<b translate="no">{html.escape(row["text"])}</b> <span class="grade grade-{grade}">{GRADE_MARKS.get(grade, "")} {grade}</span> '
        f'<div class="trace-source">{source}, {html.escape(row["locator"])}{read_as}.</div>{note}</div>'
    )


def remember(environment: Any, number: Mapping[str, Any], identifier: str) -> None:
    """Note a number of the current chapter for ``numbers.json``."""
    notes.of_chapter(environment).setdefault(notes.NUMBERS, []).append((identifier, number))


def finish(app: Any, exception: Exception | None) -> None:
    """Write ``numbers.json``: all numbers of the site, in the order of chapters and text."""
    if exception or app.builder.format != "html":
        return
    text = json.dumps({"numbers": entries(app)}, ensure_ascii=False, indent=1)
    (Path(app.outdir) / "numbers.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def entries(app: Any) -> list[dict[str, Any]]:
    """All numbers of the site as machines read them; complete once every chapter has been read."""
    return [
        entry(number, identifier, app.builder.get_target_uri(docname))
        for docname, found in notes.of_book(app.env, notes.NUMBERS).items()
        for identifier, number in found
    ]


def entry(number: Mapping[str, Any], identifier: str, address: str) -> dict[str, Any]:
    """One number as machines read it."""
    return {
        "id": f"{address.removesuffix('.html')}#{identifier}",
        "value": number["value"],
        "unit": number["unit"],
        "text": number["text"],
        "chapter": address.removesuffix(".html"),
        "anchor": identifier,
        "address": f"{address}#{identifier}",
        "formula": number["formula"],
        "rows": [row["id"] for row in number["rows"]],
    }
