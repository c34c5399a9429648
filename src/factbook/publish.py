"""What a chapter shows: numbers in its sentences, and tables.

Both are emitted as data with a plain-text twin, so that a stored notebook can be compared whole and a website
can link each number to its rows. Nothing here knows a website.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from factbook import contract
from factbook.contract import RECORD_PREFIX
from factbook.facts import load
from factbook.quantity import Quantity

# A count may have thousands of rows; beyond these, their ids must do
DETAILED_ROWS = 12
# A number of years from here on is the year of a date
FIRST_CALENDAR_YEAR = 1900


# What a sentence can name
Recorded = Quantity | str


class UntracedNumber(ValueError):
    """A number without a source row was about to be published."""


def record(name: str, value: Recorded) -> Recorded:
    """Record a value under a name that the chapter's sentences refer to.

    Args:
        name: a Python name.
        value: a quantity, or a text such as a date or a name.

    Returns:
        The value.

    Raises:
        UntracedNumber: a quantity that no data row stands behind, or a plain number.
    """
    from IPython.display import display

    bundle = _bundle(name, value)
    display(  # type: ignore[no-untyped-call]
        {RECORD_PREFIX + kind: content for kind, content in bundle.items()},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": RECORD_PREFIX}},
    )
    return value


def glue(**values: Recorded) -> None:
    """Record several values at once, see :func:`record`."""
    for name, value in values.items():
        record(name, value)


def _bundle(name: str, value: Recorded) -> dict[str, Any]:
    if isinstance(value, str):
        return {"text/plain": value}
    if not isinstance(value, Quantity):
        raise UntracedNumber(f"n.{name} = {value!r} is a plain number. Compute it from facts[…], whose sources are known, or give a text.")
    if not value.rows:
        raise UntracedNumber(f"n.{name} = {value} has no data row behind it. Compute it from facts[…].")
    return {"text/plain": str(value), contract.Number.MIME_TYPE: traced(value, name).to_payload()}


def fact_in_sentence(written: str) -> tuple[contract.Number, list[Path]]:
    """A fact that a sentence reads without code, traced.

    Args:
        written: see :meth:`~factbook.facts.Facts.in_sentence`.

    Returns:
        The number as a notebook would record it, and the files that it depends on.

    Raises:
        UnknownFact: there is no such row, or it has no such end.
    """
    facts = load()
    name = written.partition(",")[0].strip()
    home = facts.home(name.partition(".")[0])
    return traced(facts.in_sentence(written), re.sub(r"\W+", "_", name)), [*facts.paths(home, "sources"), *facts.definitions]


def traced(number: Quantity, name: str = "") -> contract.Number:
    """A number with everything a reader needs to check it: its formula, and the rows behind it with their sources."""
    rows = sorted(number.rows)
    details = [*map(row_details, rows[:DETAILED_ROWS]), *map(contract.Row, rows[DETAILED_ROWS:])]
    return number.traced(str(number), details, name)


def row_details(row_id: str) -> contract.Row:
    """A row of the data, or a claim, as a reader sees it: its value, its grade, and its source."""
    facts = load()
    home = facts.home(row_id)
    if home == "citations":
        step = facts.citations[row_id]
        taken = f"from {described(facts.source(step['to_key']))}" if step["to_key"] else "as its own"
        text = f"{step['figure'].replace('_', ' ')}, {taken}"
        seen = {"evidence": "primary" if step["known_by"] != "same_wording" else "estimate"}
        row = {**step, **seen, "source_key": step["from_key"], "read_as": facts.source(step["from_key"])["read_as"]}
    elif home == "claims":
        claim, text = facts.claim_row(row_id), facts.claim_text(row_id)
        seen = {"evidence": "claim", "read_as": "original", "note": ""}
        row = {**claim, **seen, "source_key": claim["article"], "locator": facts.claim_place(row_id)}
    else:
        row = facts.row(row_id)
        text = row["text"] or _calendar_year(row) or str(facts.assumption(row_id))
    source = facts.source(row["source_key"])
    return contract.Row(
        id=row_id,
        text=text,
        evidence=row["evidence"],
        read_as=row["read_as"],
        source=f"{described(source)}, {source['title']}",
        url=source["url"],
        locator=row["locator"],
        note=row["note"],
    )


def _calendar_year(row: Mapping[str, str]) -> str:
    """The year of a date, which is no duration and has no thousands; empty for other rows."""
    return row["value"] if row["unit"] == "year" and float(row["value"] or 0) >= FIRST_CALENDAR_YEAR else ""


Cell = Quantity | str


@dataclass(frozen=True)
class Table:
    """A small table for readers: traced numbers and texts.

    Args:
        caption: what the table shows, in one sentence.
        columns: the column heads.
        rows: cells, as many per row as there are columns; the first cell of a row is its head.
        emphasis: indices of rows to set apart, such as totals.
        name: makes its permalink, ``table-NAME``; without one it is that of the second table, ``table-2``.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    emphasis: Sequence[int] = field(default=())
    name: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.caption!r}: a row has {len(row)} cells, the head has {len(self.columns)}: {row}")
            for cell in row:
                if not isinstance(cell, (Quantity, str)) or (isinstance(cell, Quantity) and not cell.rows):
                    raise UntracedNumber(f"{self.caption!r}: {cell!r} has no data row behind it.")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        rows = [list(map(str, row)) for row in self.rows]
        text, page = (write(self.columns, rows, self.caption) for write in (as_text, as_html))
        return {"text/plain": text, "text/html": page, contract.Table.MIME_TYPE: self._data().to_payload()}

    def _data(self) -> contract.Table:
        rows = tuple(tuple(traced(cell) if isinstance(cell, Quantity) else cell for cell in row) for row in self.rows)
        return contract.Table(caption=self.caption, columns=tuple(self.columns), rows=rows, emphasis=tuple(self.emphasis), name=self.name)


def as_html(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """A table of texts as front ends of notebooks show it.

    Args:
        columns: the column heads.
        rows: cells, as many per row as there are columns.
        caption: what the table shows.
    """
    title = f"<caption>{shown(caption)}</caption>" if caption else ""
    head = "".join(f"<th>{shown(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{shown(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def as_text(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """The same table in columns of plain text."""
    lines = [list(columns), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(columns))]
    written = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([caption, *written] if caption else written)


def shown(text: str) -> str:
    """A text as HTML; what stands between two dollar signs in one piece of text would become a formula in a notebook."""
    return html.escape(text).replace("$", "<span>$</span>")


def described(source: Mapping[str, str]) -> str:
    """A source in a few words: first author or publisher, and year."""
    return f"{_maker(source)} {source['year']}".strip()


def described_all(sources: Iterable[Mapping[str, str]]) -> str:
    """Sources in a few words, for the line under a chart: each maker once, with the years of what it made."""
    years: dict[str, dict[str, None]] = {}
    for source in sources:
        years.setdefault(_maker(source), {})[source["year"]] = None
    return "; ".join(f"{maker} {', '.join(each)}".strip() for maker, each in years.items())


def _maker(source: Mapping[str, str]) -> str:
    authors = [name for name in source["authors"].split("; ") if name]
    surname = authors[0].split(",")[0] + (" et al." if len(authors) > 1 else "") if authors else ""
    publisher = source["publisher"] if source["publisher"] != "unknown" else ""
    return surname or publisher or source["title"].partition(" (")[0].partition(",")[0]
