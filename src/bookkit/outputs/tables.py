"""A traced table as HTML: a caption, column heads, row heads, and cells that open their trace; and as CSV to take away.

In the CSV a number stands twice: as the page shows it, and as a number, with its digits up to the twelfth, an ASCII minus and no
sign of its unit. The unit stands in that column's head, or in a column beside it where it is not the same in every row.

A table is as wide as its content, and at most as the column. Where its columns would not fit, each row becomes a card: its head,
and its cells behind their labels. From which width on they fit is estimated here, in steps that the style sheet knows.
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
from bookkit.markup.lettering import text_width
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
# Widths below which rows become cards, in rem, as in static/tables.css; a table that needs less than the first fits every phone
SMALLEST = 17.5
STEPS = (22, 28, 34, 42, 60)
REM, FONT_SIZE, GUTTER = 16, 15.04, 16
# Fonts of readers may be wider than the one that is measured
WIDER = 1.06
# Texts break over lines, but not into columns narrower than this, in rem; long ones need more
NARROWEST, NARROWEST_OF_LONG = 8, 12
LONG = 80
# A number with more letters may break over lines
LONGEST_WHOLE = 36

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
        step=step_of(shown),
        heads=list(zip(shown.columns, numeric, strict=True)),
        rows=[
            (
                index in shown.emphasis,
                list(zip(_cells(row, f"{identifier}-{index + 1}", aliases), numeric, shown.columns, strict=True)),
            )
            for index, row in enumerate(shown.rows)
        ],
        menu=places.menu(
            place or Place(), identifier, called or places.name(identifier), shown.caption, "Download", ((CSV, "Data (CSV)"),)
        ),
        earlier=aliases.get(identifier, ()),
    )


def step_of(shown: Table) -> int:
    """The width below which the rows become cards, one of `STEPS`; zero where the columns fit every phone."""
    needed = sum(_width(shown, column) for column in range(len(shown.columns))) + GUTTER * (len(shown.columns) - 1)
    if needed <= SMALLEST * REM:
        return 0
    return next((step for step in STEPS if needed <= step * REM), STEPS[-1])


def _width(shown: Table, column: int) -> float:
    """The width that a column needs, in pixels: numbers stand in one line, texts break between words."""
    cells = [row[column] for row in shown.rows]
    unbroken = [cell.text for cell in cells if isinstance(cell, Number) and len(cell.text) <= LONGEST_WHOLE]
    broken = [shown.columns[column], *(cell if isinstance(cell, str) else cell.text for cell in cells)]
    words = [word for text in broken for word in text.split()]
    narrowest = NARROWEST_OF_LONG if any(len(text) > LONG for text in broken) else NARROWEST
    readable = min(narrowest * REM, max(map(_measured, broken), default=0.0))
    return max([readable, *map(_measured, [*unbroken, *words])])


def _measured(text: str) -> float:
    return WIDER * text_width(text, FONT_SIZE)


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
    """A column's head, and for its numbers one with the unit, or two if there are several units."""
    called = "number" if units == [PLAIN] else units[0] if units else ""
    numbers = [f"{name}, number", f"{name}, unit"] if len(units) > 1 else [f"{name} [{called}]"] if units else []
    return [str(harmless(head)) for head in (name, *numbers)]


def _values(value: Cell, units: list[str]) -> list[str]:
    """A cell as the page shows it, its number, and its unit where the column has several."""
    text, number, unit = (value, "", "") if isinstance(value, str) else (value.text, format(value.value, f".{DIGITS}g"), value.unit)
    return [str(harmless(text)), *(number, unit)[: min(len(units), 2)]]


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
