"""The rows behind a chart, for readers: as CSV to take away and as a table to read.

The rows are those inside the specification, as they are drawn. A data set that only repeats values of another
(the names of lines, say) is left out. ``usermeta.data`` gives other rows (of a chart that computes its own),
``usermeta.columns`` the columns to publish and their headings; without it the CSV has every column, and the table
those that the chart shows on hover.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bookkit.markup.templates import render
from factbook.contract import Chart

ROWS_SHOWN = 200
# A spreadsheet takes a text that starts with one of these for a formula; full-width forms included. Where a semicolon
# separates cells (in half of Europe), a cell also starts after one, and after a line end.
FORMULA = re.compile(r"^(?=[=+\-@\t\r\n＝＋－＠])|(?<=[;\r\n])(?=[=+\-@＝＋－＠])")
# Whole numbers from here on are written with separators; years are not
SEPARATED_FROM = 10_000

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Data:
    """Rows, all their columns, and the headings of the columns that a table shows."""

    rows: Sequence[Row]
    columns: Sequence[str]
    headings: Mapping[str, str]


def read(chart: Chart) -> Data:
    """The rows that a chart publishes."""
    specification = chart.specification
    rows = _united(_data_sets(specification)) if chart.notes.data is None else list(chart.notes.data)
    columns = _names(rows)
    if chosen := chart.notes.columns:
        columns = [name for name in chosen if name in columns]
        rows = [row for row in rows if _is_filled(row, columns)]
        return Data(rows, columns, {name: chosen[name] for name in columns})
    titles = dict(_titles(specification))
    hovered = dict.fromkeys(definition["field"] for channel, definition in _channels(specification) if channel == "tooltip")
    shown = [name for name in hovered if name in columns] or columns
    return Data(rows, columns, {name: titles.get(name) or _heading(name) for name in shown})


def foreign_data(specification: Mapping[str, Any]) -> str | None:
    """The address of data that the specification would load, if any."""
    for part in _parts(specification):
        data = part.get("data")
        if isinstance(data, Mapping) and isinstance(data.get("url"), str):
            return str(data["url"])
    return None


def _parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping of a specification, outside in; rows and settings for other readers are no part of it."""
    if isinstance(value, Mapping):
        yield value
        for key, item in value.items():
            if key not in ("values", "datasets", "usermeta", "config"):
                yield from _parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)


def _data_sets(specification: Mapping[str, Any]) -> list[list[Row]]:
    named = specification.get("datasets", {})
    found: list[list[Row]] = []
    for part in _parts(specification):
        data = part.get("data")
        if not isinstance(data, Mapping):
            continue
        rows = _rows(data.get("values", named.get(data.get("name"))))
        if rows and rows not in found:
            found.append(rows)
    return found


def _rows(values: Any) -> list[Row]:
    if not isinstance(values, list):
        return []
    return [dict(value) if isinstance(value, Mapping) else {"data": value} for value in values]


def _united(data_sets: list[list[Row]]) -> list[Row]:
    kept: list[list[Row]] = []
    for rows in sorted(data_sets, key=lambda rows: (len(rows), len(_names(rows))), reverse=True):
        if not any(_repeats(rows, other) for other in kept):
            kept.append(rows)
    return [row for rows in data_sets if any(rows is other for other in kept) for row in rows]


def _names(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _repeats(rows: list[Row], other: list[Row]) -> bool:
    """Whether every row is part of a row of the other data set."""
    names = _names(rows)
    there = {json.dumps([row.get(name) for name in names], sort_keys=True) for row in other}
    return all(json.dumps([row.get(name) for name in names], sort_keys=True) in there for row in rows)


def _channels(specification: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for part in _parts(specification):
        for channel, value in (part.get("encoding") or {}).items():
            for definition in value if isinstance(value, list) else [value]:
                if isinstance(definition, Mapping) and isinstance(definition.get("field"), str):
                    yield channel, definition


def _titles(specification: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for _, definition in _channels(specification):
        if isinstance(definition.get("title"), str) and definition["title"]:
            yield definition["field"], definition["title"]


def with_titled_tooltips(specification: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which what a tooltip shows has its title: its own, that of the published column, or that of the field elsewhere."""
    titled: dict[str, Any] = copy.deepcopy(dict(specification))
    known = {**dict(_titles(titled)), **(titled.get("usermeta") or {}).get("columns", {})}
    for definition in _tooltips(titled):
        if not definition.get("title") and definition["field"] in known:
            definition["title"] = known[definition["field"]]
    return titled


def raw_tooltips(specification: Mapping[str, Any]) -> Iterator[str]:
    """The fields that a reader would see under their raw names in a tooltip; ``*`` where it would show whole rows."""
    for definition in _tooltips(with_titled_tooltips(specification)):
        if not definition.get("title") or "_" in definition["title"]:
            yield definition["field"]
    for part in _parts(specification):
        mark = part.get("mark")
        if isinstance(mark, Mapping) and (mark.get("tooltip") is True or isinstance(mark.get("tooltip"), Mapping)):
            yield "*"


def _tooltips(specification: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What tooltips of several fields show of them; one of a single field shows no name."""
    for part in _parts(specification):
        shown = (part.get("encoding") or {}).get("tooltip")
        yield from (one for one in shown if isinstance(one.get("field"), str)) if isinstance(shown, list) else ()


def _heading(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _is_filled(row: Row, columns: Sequence[str]) -> bool:
    return any(row.get(name) not in (None, "") for name in columns)


def as_csv(data: Data) -> bytes:
    """The rows as CSV (RFC 4180, UTF-8), harmless in a spreadsheet."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([harmless(name) for name in data.columns])
    writer.writerows([harmless(row.get(name)) for name in data.columns] for row in data.rows)
    return file.getvalue().encode()


def harmless(value: Any) -> Any:
    """A value of a CSV cell; text that a spreadsheet would compute gets an apostrophe in front, numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return FORMULA.sub("'", text)


def as_table(data: Data, caption: str, identifier: str, csv_address: str) -> Markup:
    """The rows as an HTML table that scrolls by itself; long ones end in a link to the CSV."""
    names = list(data.headings)
    rows = [row for row in data.rows if _is_filled(row, names)]
    numeric = [all(_is_number(row.get(name)) for row in rows if row.get(name) is not None) for name in names]
    return render(
        "outputs/rows.html",
        caption=caption,
        identifier=identifier,
        heads=list(zip(data.headings.values(), numeric, strict=True)),
        rows=[list(zip((written(row.get(name)) for name in names), numeric, strict=True)) for row in rows[:ROWS_SHOWN]],
        shown=ROWS_SHOWN,
        total=len(rows),
        csv_address=csv_address,
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def written(value: Any) -> str:
    """A value as readers see it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return format(value, ",.12g" if abs(value) >= SEPARATED_FROM else ".12g")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
