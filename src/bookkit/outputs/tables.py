"""A traced table as HTML: a caption, column heads, row heads, and cells that open their trace; and as CSV to take away.

In the CSV a number is a number: it has its digits up to the twelfth, an ASCII minus and no sign of its unit. The unit stands
in the column's head, or in a column beside it where it is not the same in every row.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bookkit.markup import places
from bookkit.markup.places import Place
from bookkit.outputs import numbers
from bookkit.outputs.chartdata import harmless

MIME_TYPE = "application/vnd.traced-table+json"
CSV = "csv"
# As many digits as agree on every processor
DIGITS = 12
PERMALINK = "Permalink"
# What a number without a unit has for one
PLAIN = "ratio"


def table(data: Mapping[str, Any], identifier: str, place: Place | None = None) -> str:
    """The table, inside a region that scrolls by itself when the page is too narrow, with its menu in the corner."""
    numeric = [any(isinstance(row[column], Mapping) for row in data["rows"]) for column in range(len(data["columns"]))]
    columns = zip(data["columns"], numeric, strict=True)
    head = "".join(f'<th scope="col"{_aligned(is_number)}>{html.escape(name)}</th>' for name, is_number in columns)
    emphasis = set(data["emphasis"])
    body = "".join(_row(row, numeric, f"{identifier}-{index + 1}", index in emphasis) for index, row in enumerate(data["rows"]))
    caption = html.escape(data["caption"])
    menu = places.menu(place or Place(), identifier, data["caption"], "Download", ((CSV, "Data (CSV)"),))
    return (
        f'<div class="table-place">{menu}<div class="table-scroll" role="region" aria-labelledby="{identifier}-caption" tabindex="0">'
        f'<table class="traced-table" id="{identifier}"><caption id="{identifier}-caption">{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def as_csv(data: Mapping[str, Any], identifier: str, place: Place) -> bytes:
    """The table as CSV (RFC 4180, UTF-8), harmless in a spreadsheet.

    Each row ends with a permalink: of its first number, or of the table where the row has none.
    """
    units = [_units(data, column) for column in range(len(data["columns"]))]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*(head for name, found in zip(data["columns"], units, strict=True) for head in _heads(name, found)), PERMALINK])
    for number, row in enumerate(data["rows"], start=1):
        cells = [cell for value, found in zip(row, units, strict=True) for cell in _values(value, found)]
        writer.writerow([*cells, place.permalink(_first_number(row, f"{identifier}-{number}") or identifier)])
    return file.getvalue().encode()


def _units(data: Mapping[str, Any], column: int) -> list[str]:
    """The units of a column, each once."""
    return list(dict.fromkeys(row[column]["unit"] for row in data["rows"] if isinstance(row[column], Mapping)))


def _heads(name: str, units: list[str]) -> list[str]:
    """A column's head with its unit, or with a column for its units if there are several."""
    heads = [name, f"{name}, unit"] if len(units) > 1 else [name if units in ([], [PLAIN]) else f"{name} [{units[0]}]"]
    return [harmless(head) for head in heads]


def _values(value: str | Mapping[str, Any], units: list[str]) -> list[str]:
    """A cell, and its unit where the column has several."""
    written, unit = (harmless(value), "") if isinstance(value, str) else (format(value["value"], f".{DIGITS}g"), value["unit"])
    return [written, unit] if len(units) > 1 else [written]


def _first_number(row: Sequence[str | Mapping[str, Any]], identifier: str) -> str:
    """The id of a row's first number, if it has one."""
    return next((f"{identifier}-{column}" for column, value in enumerate(row, start=1) if isinstance(value, Mapping)), "")


def traced_cells(data: Mapping[str, Any], identifier: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The numbers of a table, each with its permalink: ``table-2-3-4`` is row 3, column 4 of the second table."""
    for row, cells in enumerate(data["rows"], start=1):
        for column, value in enumerate(cells, start=1):
            if isinstance(value, Mapping):
                yield f"{identifier}-{row}-{column}", value


def sentences(data: Mapping[str, Any]) -> list[str]:
    """The table's text: its caption and head, then each row."""
    rows = [[value if isinstance(value, str) else value["text"] for value in row] for row in data["rows"]]
    return [f"{data['caption']}: {', '.join(filter(None, data['columns']))}", *(", ".join(filter(None, row)) for row in rows)]


def _aligned(is_number: bool) -> str:
    return ' class="number-cell"' if is_number else ""


def _row(cells: list[Any], numeric: list[bool], identifier: str, emphasized: bool) -> str:
    first, *others = (_cell(value, f"{identifier}-{column}") for column, value in enumerate(cells, start=1))
    text = f'<th scope="row">{first}</th>'
    text += "".join(f"<td{_aligned(is_number)}>{value}</td>" for value, is_number in zip(others, numeric[1:], strict=True))
    opening = '<tr class="emphasis">' if emphasized else "<tr>"
    return f"{opening}{text}</tr>"


def _cell(value: str | Mapping[str, Any], identifier: str) -> str:
    return html.escape(value) if isinstance(value, str) else numbers.traced(value, identifier)
