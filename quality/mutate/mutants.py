"""Mutants: what a tired hand does to one number or one row of a table.

Each numeric cell gets ten times its value, a tenth, the other sign, its neighbor's cell (the next row's, and the next
filled numeric cell of its row), and one more in its last digit. Each row with a number gets another unit of the same
kind, a unit of another kind, and is dropped, doubled, and doubled under a new id. What leaves the number or the table as
it was (the sign of zero, a neighbor with the same number) is no mutant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from factbook import quantity
from factbook.facts import Facts
from factbook.quantity import significant_digits
from factbook.tables import TEXT_UNITS, Descriptor, Row

CELL_KINDS = ("times ten", "a tenth", "sign", "swapped with the next row", "swapped with the next column", "last digit")
ROW_KINDS = ("unit of the same kind", "unit of another kind", "dropped", "doubled", "doubled under a new id")
KINDS = (*CELL_KINDS, *ROW_KINDS)
# What the threshold for headline figures is about
GROSS = ("times ten", "a tenth", "sign", "unit of the same kind", "unit of another kind")


@dataclass(frozen=True)
class Mutant:
    """One spoiled table.

    Attributes:
        table: its name.
        index: the spoiled row.
        column: the spoiled column; empty for whole rows.
        kind: one of `KINDS`.
        cells: new cells by row and column.
        rows: how many times the row stands in the table.
        new_id: the second one's id, if it has its own.
    """

    table: str
    index: int
    column: str
    kind: str
    cells: tuple[tuple[int, str, str], ...] = ()
    rows: int = 1
    new_id: str = ""

    def applied(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """The spoiled rows, and those rows of before and after that differ."""
        spoiled = list(rows)
        touched = []
        for index, column, cell in self.cells:
            spoiled[index] = {**spoiled[index], column: cell}
        for index in dict.fromkeys(index for index, *_ in self.cells):
            touched += [rows[index], spoiled[index]]
        if self.rows == 0:
            del spoiled[self.index]
            touched = [rows[self.index]]
        if self.rows == 2:
            second = dict(rows[self.index])
            if self.new_id:
                second[next(iter(second))] = self.new_id
            spoiled.insert(self.index + 1, second)
            touched = [rows[self.index], second]
        return spoiled, touched


def mutants(facts: Facts, table: str) -> Iterator[Mutant]:
    """All mutants of a table, row by row."""
    resource = next(resource for resource in facts.descriptor["resources"] if resource["name"] == table)
    columns = [field["name"] for field in resource["schema"]["fields"] if field["type"] in ("number", "integer")]
    rows = facts.rows(table)
    has_units = any(field["name"] == "unit" for field in resource["schema"]["fields"])
    units = _units(resource, facts) if has_units else ([], [])
    for index, row in enumerate(rows):
        filled = [column for column in columns if row[column]]
        for position, column in enumerate(filled):
            yield from _cell_mutants(table, rows, index, column, filled[position + 1 :])
        if filled:
            yield from _row_mutants(table, row, index, units)


def _cell_mutants(table: str, rows: list[Row], index: int, column: str, others: list[str]) -> Iterator[Mutant]:
    written = rows[index][column]

    def changed(kind: str, *cells: tuple[int, str, str]) -> Iterator[Mutant]:
        if any(float(cell) != float(rows[place][name]) for place, name, cell in cells):
            yield Mutant(table, index, column, kind, cells)

    yield from changed("times ten", (index, column, shifted(written, 1)))
    yield from changed("a tenth", (index, column, shifted(written, -1)))
    yield from changed("sign", (index, column, written[1:] if written.startswith("-") else f"-{written}"))
    if index + 1 < len(rows) and rows[index + 1][column]:
        yield from changed("swapped with the next row", (index, column, rows[index + 1][column]), (index + 1, column, written))
    if others:
        yield from changed("swapped with the next column", (index, column, rows[index][others[0]]), (index, others[0], written))
    yield from changed("last digit", (index, column, next_digit(written)))


def shifted(written: str, places: int) -> str:
    """A number with its decimal point moved to the right, written without an exponent where it had none."""
    moved = Decimal(written).scaleb(places)
    if "e" in written.lower():
        return f"{moved:e}"
    if moved == moved.to_integral_value():
        return f"{moved:.0f}"
    return f"{moved:f}"


def next_digit(written: str) -> str:
    """A number with its last significant digit one higher: 2664000 becomes 2665000, 0.14 becomes 0.15, -3 becomes -4."""
    number = Decimal(written)
    sign = -1 if number < 0 else 1
    if number == 0:
        return "1"
    step = Decimal(1).scaleb(number.adjusted() - significant_digits(written) + 1)
    result = number + sign * step
    return f"{result:e}" if "e" in written.lower() else f"{result:f}"


def _units(resource: Descriptor, facts: Facts) -> tuple[list[str], list[str]]:
    """Units for a wrong choice: those the table allows, and all others in use."""
    own = next(field for field in resource["schema"]["fields"] if field["name"] == "unit")["constraints"]["enum"]
    used = {row["unit"] for other in facts.descriptor["resources"] for row in facts.rows(other["name"]) if "unit" in row and "value" in row}
    return sorted(set(own) - set(TEXT_UNITS)), sorted(used - set(own) - set(TEXT_UNITS))


def _wrong_units(row: Row, units: tuple[list[str], list[str]], alike: bool) -> list[str]:
    """Other units of the same kind or of another one: such as the table allows, which only a rule can notice, else the others."""
    right = quantity.unit(row["unit"]).dimensionality
    for names in units:
        found = [name for name in names if name != row["unit"] and (quantity.unit(name).dimensionality == right) == alike]
        if found:
            return found
    return []


def _row_mutants(table: str, row: Row, index: int, units: tuple[list[str], list[str]]) -> Iterator[Mutant]:
    if row.get("unit", "text") not in TEXT_UNITS:
        for kind, alike in zip(ROW_KINDS, (True, False), strict=False):
            # Of several candidates each row takes another one
            if names := _wrong_units(row, units, alike):
                yield Mutant(table, index, "unit", kind, ((index, "unit", names[index % len(names)]),))
    yield Mutant(table, index, "", "dropped", rows=0)
    yield Mutant(table, index, "", "doubled", rows=2)
    key, identity = next(iter(row.items()))
    if key.endswith("_id"):
        yield Mutant(table, index, "", "doubled under a new id", rows=2, new_id=f"{identity}_again")
