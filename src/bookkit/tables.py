"""A traced table as HTML: a caption, column heads, row heads, and cells that tell their formula."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

MIME_TYPE = "application/vnd.traced-table+json"


def table(data: Mapping[str, Any], identifier: str) -> str:
    """The table, inside a region that scrolls by itself when the page is too narrow."""
    numeric = [any(isinstance(row[column], Mapping) for row in data["rows"]) for column in range(len(data["columns"]))]
    head = "".join(
        f'<th scope="col"{_aligned(is_number)}>{html.escape(name)}</th>' for name, is_number in zip(data["columns"], numeric, strict=True)
    )
    emphasis = set(data["emphasis"])
    body = "".join(_row(row, numeric, index in emphasis) for index, row in enumerate(data["rows"]))
    caption = html.escape(data["caption"])
    return (
        f'<div class="table-scroll" role="region" aria-labelledby="{identifier}-caption" tabindex="0">'
        f'<table class="traced-table" id="{identifier}"><caption id="{identifier}-caption">{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _aligned(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def _row(cells: list[Any], numeric: list[bool], emphasized: bool) -> str:
    first, *others = cells
    text = f'<th scope="row">{cell(first)}</th>'
    text += "".join(f"<td{_aligned(is_number)}>{cell(value)}</td>" for value, is_number in zip(others, numeric[1:], strict=True))
    opening = '<tr class="emphasis">' if emphasized else "<tr>"
    return f"{opening}{text}</tr>"


def cell(value: str | Mapping[str, Any]) -> str:
    """One cell: a text, or a number with its formula."""
    if isinstance(value, str):
        return html.escape(value)
    return f'<abbr class="traced" title="{html.escape(value["formula"], quote=True)}">{html.escape(value["text"])}</abbr>'
