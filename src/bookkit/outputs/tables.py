"""A traced table as HTML: a caption, column heads, row heads, and cells that open their trace; and as CSV to take away.

In the CSV a number is a number: it has its digits up to the twelfth, an ASCII minus and no sign of its unit. The unit stands
in the column's head, or in a column beside it where it is not the same in every row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from bookkit.markup import assets, places, searching
from bookkit.markup.places import Place
from bookkit.markup.templates import render
from bookkit.outputs import STATIC, beside, numbers, registry, renamed
from bookkit.outputs.chartdata import harmless
from factbook.contract import Number, Table

CSV = "csv"
# As many digits as agree on every processor
DIGITS = 12
PERMALINK = "Permalink"
# What a number without a unit has for one
PLAIN = "ratio"

Cell = Number | str


class TracedTable(nodes.General, nodes.Element):  # type: ignore[misc]
    """A table of traced numbers (attribute ``table``), its id in the page (``identifier``), and what it is ``called`` there."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.beside")
    app.setup_extension("bookkit.outputs.numbers")
    beside.add_node(app, TracedTable, write_table)
    registry.register(app, Table, read)
    assets.bring(app, STATIC, "colors.css", "menus.css", "tables.css", "menus.js")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read(environment: BuildEnvironment, shown: Table) -> TracedTable:
    """The place of a table in the chapter that is being read."""
    identifier, called = registry.identify(environment, "table", shown.name)
    cells = list(traced_cells(shown, identifier))
    for place, number in cells:
        numbers.remember(environment, number, place)
    anchors = [identifier, *(place for place, _ in cells)]
    carried = {numbers.TRACED: cells, searching.SENTENCES: sentences(shown), renamed.ANCHORS: anchors}
    return TracedTable("", table=shown, identifier=identifier, called=called, **carried)


def write_table(translator: HTML5Translator, node: TracedTable) -> None:
    """Write the table into the page and its CSV beside it."""
    shown, identifier = node["table"], node["identifier"]
    place = beside.place_of(translator.builder, translator.docnames[-1])
    earlier = node.get(renamed.EARLIER, {})
    beside.write(translator.builder, place, identifier, {CSV: as_csv(shown, identifier, place)}, earlier.get(identifier, ()))
    translator.body.append(table(shown, identifier, place, node["called"], earlier))


def table(
    shown: Table, identifier: str, place: Place | None = None, called: str = "", earlier: Mapping[str, Sequence[str]] | None = None
) -> Markup:
    """The table, inside a region that scrolls by itself when the page is too narrow, with its menu in the corner.

    Args:
        shown: the table.
        identifier: its id in the page.
        place: where it stands.
        called: what it is called there, “Table 2”.
        earlier: ids that it and its cells had in earlier editions.
    """
    aliases = earlier or {}
    numeric = [any(isinstance(row[column], Number) for row in shown.rows) for column in range(len(shown.columns))]
    return render(
        "outputs/table.html",
        table=shown,
        identifier=identifier,
        heads=list(zip(shown.columns, numeric, strict=True)),
        rows=[
            (index in shown.emphasis, list(zip(_cells(row, f"{identifier}-{index + 1}", aliases), numeric, strict=True)))
            for index, row in enumerate(shown.rows)
        ],
        menu=places.menu(
            place or Place(), identifier, called or places.name(identifier), shown.caption, "Download", ((CSV, "Data (CSV)"),)
        ),
        earlier=aliases.get(identifier, ()),
    )


def _cells(row: Sequence[Cell], identifier: str, earlier: Mapping[str, Sequence[str]]) -> Iterator[Markup | str]:
    """The cells of a row: numbers as links to their traces, and texts."""
    for column, value in enumerate(row, start=1):
        place = f"{identifier}-{column}"
        yield value if isinstance(value, str) else numbers.traced(value.text, place, earlier.get(place, ()))


def as_csv(shown: Table, identifier: str, place: Place) -> bytes:
    """The table as CSV (RFC 4180, UTF-8), harmless in a spreadsheet.

    Each row ends with a permalink: of its first number, or of the table where the row has none.
    """
    units = [
        list(dict.fromkeys(cell.unit for row in shown.rows if isinstance(cell := row[column], Number)))
        for column in range(len(shown.columns))
    ]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*(head for name, found in zip(shown.columns, units, strict=True) for head in _heads(name, found)), PERMALINK])
    for number, row in enumerate(shown.rows, start=1):
        cells = [cell for value, found in zip(row, units, strict=True) for cell in _values(value, found)]
        writer.writerow([*cells, place.permalink(_first_number(row, f"{identifier}-{number}") or identifier)])
    return file.getvalue().encode()


def _heads(name: str, units: list[str]) -> list[str]:
    """A column's head with its unit, or with a column for its units if there are several."""
    heads = [name, f"{name}, unit"] if len(units) > 1 else [name if units in ([], [PLAIN]) else f"{name} [{units[0]}]"]
    return [str(harmless(head)) for head in heads]


def _values(value: Cell, units: list[str]) -> list[str]:
    """A cell, and its unit where the column has several."""
    written, unit = (str(harmless(value)), "") if isinstance(value, str) else (format(value.value, f".{DIGITS}g"), value.unit)
    return [written, unit] if len(units) > 1 else [written]


def _first_number(row: Sequence[Cell], identifier: str) -> str:
    """The id of a row's first number, if it has one."""
    return next((f"{identifier}-{column}" for column, value in enumerate(row, start=1) if isinstance(value, Number)), "")


def traced_cells(shown: Table, identifier: str) -> Iterator[tuple[str, Number]]:
    """The numbers of a table, each with its permalink: ``table-2-3-4`` is row 3, column 4 of the second table."""
    for row, cells in enumerate(shown.rows, start=1):
        for column, value in enumerate(cells, start=1):
            if isinstance(value, Number):
                yield f"{identifier}-{row}-{column}", value


def sentences(shown: Table) -> list[str]:
    """The table's text: its caption and head, then each row."""
    rows = [[value if isinstance(value, str) else value.text for value in row] for row in shown.rows]
    return [f"{shown.caption}: {', '.join(filter(None, shown.columns))}", *(", ".join(filter(None, row)) for row in rows)]
