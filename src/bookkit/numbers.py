"""Traced numbers: each shows its formula and the data rows behind it, one focus away.

A number in a sentence or in a table is a button; its trace is a popover beside it. Both are plain HTML: the
browser opens the popover on click, tap or the Enter key without any script. A script adds opening on hover
and on keyboard focus. ``numbers.json`` lists every published number of the site for machines.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes

from bookkit import notes

MIME_TYPE = "application/vnd.traced-number+json"
ROWS_SHOWN = 6
# A longer text of a number may break over lines, so that it never makes a phone scroll sideways
LONGEST_ON_ONE_LINE = 36
GRADE_MARKS = {"primary": "●", "secondary": "◐", "estimate": "○", "claim": "◇", "unverified": "△", "assumption": "□"}
READ_AS = {
    "original": "read in the original",
    "repository": "read in the publisher’s repository",
    "excerpt": "read as an excerpt",
    "second_hand": "read second-hand",
    "not_read": "not read",
}


class TracedNumber(nodes.Inline, nodes.TextElement):  # type: ignore[misc]
    """A number in a sentence, with its trace as the attribute ``number``."""


def visit_number(self: Any, node: TracedNumber) -> None:
    """Write a number as a button and its trace as a popover."""
    self.body.append(traced(node["number"], node["identifier"]))
    raise nodes.SkipNode


def visit_number_as_text(self: Any, node: TracedNumber) -> None:
    """In formats without popovers the number is its text."""


def depart_number_as_text(self: Any, node: TracedNumber) -> None:
    """Nothing to close."""


def traced(number: Mapping[str, Any], identifier: str) -> str:
    """A number as HTML.

    Args:
        number: ``text``, ``formula`` and ``rows``, as the notebook emitted them.
        identifier: the number's permalink in its page.
    """
    text = html.escape(number["text"])
    long = " long" if len(number["text"]) > LONGEST_ON_ONE_LINE else ""
    return (
        f'<span class="number{long}" id="{identifier}">'
        f'<button type="button" class="traced" popovertarget="trace-{identifier}">{text}</button>'
        f'<span popover class="trace" id="trace-{identifier}" role="note">{_trace(number, identifier)}</span></span>'
    )


def _trace(number: Mapping[str, Any], identifier: str) -> str:
    rows = number["rows"]
    parts = [f'<span class="trace-value">{html.escape(number["exact"])}</span>']
    if not _is_one_row(number):
        parts.append(f'<span class="trace-formula">= {html.escape(number["formula"])}</span>')
    parts += [row_markup(row) for row in rows[:ROWS_SHOWN]]
    if len(rows) > ROWS_SHOWN:
        parts.append(f'<span class="trace-more">and {len(rows) - ROWS_SHOWN} more rows of the data</span>')
    parts.append(f'<a class="trace-link" href="#{identifier}">Link to this number</a>')
    return "".join(parts)


def _is_one_row(number: Mapping[str, Any]) -> bool:
    return len(number["rows"]) == 1 and number["formula"] == number["rows"][0]["id"]


def row_markup(row: Mapping[str, str]) -> str:
    """A row of the data as HTML: id, value, grade, source and note."""
    grade = html.escape(row["evidence"])
    source = html.escape(row["source"])
    if row.get("url", "").startswith(("https://", "http://")):
        source = f'<a href="{html.escape(row["url"], quote=True)}" rel="external">{source}</a>'
    read_as = f"; {READ_AS[row['read_as']]}" if row["read_as"] in READ_AS else ""
    note = f'<span class="trace-note">{html.escape(row["note"])}</span>' if row.get("note") else ""
    return (
        f'<span class="trace-row"><span class="trace-id">{html.escape(row["id"])}</span> <b>{html.escape(row["text"])}</b> '
        f'<span class="grade grade-{grade}">{GRADE_MARKS.get(grade, "")} {grade}</span> '
        f'<span class="trace-source">{source}, {html.escape(row["locator"])}{read_as}.</span>{note}</span>'
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
