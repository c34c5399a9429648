"""A traced table as HTML: a caption, column heads, row heads, and cells that open their trace."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

from bookkit import numbers

MIME_TYPE = "application/vnd.traced-table+json"


def table(data: Mapping[str, Any], identifier: str) -> str:
    """The table, inside a region that scrolls by itself when the page is too narrow."""
    numeric = [any(isinstance(row[column], Mapping) for row in data["rows"]) for column in range(len(data["columns"]))]
    columns = zip(data["columns"], numeric, strict=True)
    head = "".join(f'<th scope="col"{_aligned(is_number)}>{html.escape(name)}</th>' for name, is_number in columns)
    emphasis = set(data["emphasis"])
    body = "".join(_row(row, numeric, f"{identifier}-{index + 1}", index in emphasis) for index, row in enumerate(data["rows"]))
    caption = html.escape(data["caption"])
    return (
        f'<div class="table-scroll" role="region" aria-labelledby="{identifier}-caption" tabindex="0">'
        f'<table class="traced-table" id="{identifier}"><caption id="{identifier}-caption">{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


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
