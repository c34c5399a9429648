"""Tidying: tables that a spreadsheet saved, rewritten as this project writes them.

What is certain is rewritten and said: encoding, delimiter, empty rows and columns, decimal commas, dates, ``TRUE``. A
table shows in its other cells whether its writer has decimal commas, and days before months; a cell that may still mean
two things is named, and its table left as it is. Rows, columns and meanings stay: nothing is dropped but what is empty.

Digits that a spreadsheet dropped (``50.000`` became ``50``) are no longer in the file: `factbook.spreadsheets.digits` finds them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from factbook import spellings, tables
from factbook.tables import MEASURED, DataError, Descriptor, Fault


@dataclass(frozen=True)
class Tidied:
    """A table as this project writes it.

    Attributes:
        text: the whole file.
        changes: what was rewritten, in words; empty if the table was as it should be.
    """

    text: str
    changes: tuple[str, ...]


def tidied(raw: bytes, resource: Descriptor) -> Tidied:
    """Rewrite a table without losing anything of it.

    Args:
        raw: the file's bytes.
        resource: what the descriptor says of the table.

    Returns:
        The table, and what was rewritten. Whether it is sound is another question: see `tables.read_tables`.

    Raises:
        DataError: it cannot be read, or a cell may mean two things. Each is named.
    """
    path, fields = Path(resource["path"]), resource["schema"]["fields"]
    columns = [field["name"] for field in fields]
    text, changes = _decoded(path, raw)
    delimiter = spellings.delimiter_of(text, columns)
    if delimiter != ",":
        changes.append(f"{spellings.DELIMITERS[delimiter]} between cells")
    records = _records(path, text, delimiter, columns, changes)
    full = [record for record in records if any(record)]
    if blank := _ending(text) + len(records) - len(full):
        changes.append(_counted(blank, "empty row"))
    width = max((index + 1 for record in full for index, cell in enumerate(record) if cell), default=0)
    if (spare := max(map(len, full), default=0) - max(width, len(columns))) > 0:
        changes.append(_counted(spare, "empty column"))
        full = [record[: max(width, len(columns))] for record in full]
    cells, rewritten = _respelled(path, full, resource, delimiter)
    changes += rewritten
    return Tidied(as_csv(cells), tuple(changes))


def _records(path: Path, text: str, delimiter: str, columns: list[str], changes: list[str]) -> list[list[str]]:
    """The cells of every row, also where a spreadsheet wrote whole rows as single cells."""
    fault = None
    try:
        records = tables.records_of(path, text, delimiter)
    except DataError as error:
        records, fault = [], error
    broken = fault or any(len(record) < len(columns) for record in records if any(record))
    if broken and (found := spellings.rejoined(text, columns)):
        changes.append("whole rows in one cell")
        return found
    if fault:
        raise fault
    return records


def _decoded(path: Path, raw: bytes) -> tuple[str, list[str]]:
    """The text without a mark at its start, with line feeds; and what of that is new."""
    encoding = spellings.encoding_of(raw)
    if encoding is None:
        raise DataError([tables.encoding_fault(path, raw)])
    text = raw.decode(encoding).removeprefix("\ufeff")
    if not text.strip():
        raise DataError([Fault(f"data/{path.name}", "file", "the file is empty.", f"Put it back: git checkout data/{path.name}")])
    changes = {"utf-8": list[str](), "utf-8-sig": ["byte order mark"]}.get(encoding, ["UTF-16"])
    if "\r" in text:
        changes.append("line ends")
    return spellings.HINT.sub("", text), changes


def _ending(text: str) -> int:
    """How many blank rows stand at the end, which reading passes over."""
    lines = text.splitlines()
    return next((count for count, line in enumerate(reversed(lines)) if line.strip(',;\t|" ')), len(lines))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def as_csv(records: Iterable[list[str]]) -> str:
    """Rows as this project writes them: commas, line feeds, quotation marks only where a cell needs them."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(records)
    return file.getvalue()


# Cells


def _respelled(path: Path, records: list[list[str]], resource: Descriptor, delimiter: str) -> tuple[list[list[str]], list[str]]:
    """The cells as they should be spelled, and how many of each kind were not.

    Raises:
        DataError: with every cell that may mean two things.
    """
    header, *body = [[cell.strip() for cell in record] for record in records]
    types = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    kinds = [types.get(name, "string") for name in header]
    key = next((header.index(name) for name in resource["schema"].get("primaryKey", []) if name in header), 0)

    def kind_of(record: list[str], index: int) -> str:
        # A text whose unit is “date” holds a date
        dated = header[index : index + 1] == ["text"] and "unit" in header and record[header.index("unit")] == "date"
        return "date" if dated else kinds[index]

    whole = [(row, record) for row, record in enumerate(body) if len(record) == len(header)]
    placed = [(row, index, kind_of(record, index)) for row, record in whole for index in range(len(header))]
    numbers = {(row, index): spellings.number_readings(body[row][index]) for row, index, kind in placed if kind in MEASURED}
    days = {(row, index): spellings.date_readings(body[row][index]) for row, index, kind in placed if kind == "date"}
    sign = spellings.convention_of(numbers.values(), (spellings.POINT, spellings.COMMA))
    order = spellings.convention_of(days.values(), (spellings.DAY_FIRST, spellings.MONTH_FIRST))
    # Commas between cells leave the point to numbers: what is plain here stays as it is
    plain = sign != spellings.COMMA and (delimiter == "," or sign == spellings.POINT)
    counts: Counter[str] = Counter()
    faults = []
    for row, index, kind in placed:
        cell, place = body[row][index], (row, index)
        if kind in MEASURED:
            what, meant = "number", _number(cell, numbers[place], sign, plain)
        elif kind == "date":
            what, meant = "date", spellings.settled(days[place], order) if days[place] else cell
        elif kind == "boolean":
            what, meant = "flag", "true" if cell.casefold() in spellings.TRUE else cell
        else:
            what, meant = "text", spellings.read_anew(cell)
        if meant is None:
            found = numbers.get(place) or days[place]
            choice = " or ".join(sorted(set(found.values())))
            message = f"“{cell}” may mean {choice}, and no other cell of the table tells which."
            shown = body[row][key]
            faults.append(Fault(f"data/{path.name}", what, message, "Write the one that is meant.", row + 2, shown, header[index]))
        elif meant != records[row + 1][index]:
            counts[what] += 1
            body[row][index] = meant
    if faults:
        raise DataError(faults)
    read_as = {"date": f" ({order})" if order else ""}
    return [header, *body], [_counted(count, what) + read_as.get(what, "") for what, count in counts.items()]


def _number(cell: str, readings: spellings.Readings, sign: str | None, plain: bool) -> str | None:
    """The number in plain digits; nothing where it may be two, and the cell itself where it is none."""
    if not readings or (plain and tables.NUMBER.fullmatch(cell)):
        return cell
    # With decimal commas, 1.234 may be a thousand or a number that nobody touched
    return spellings.settled(readings, sign if sign == spellings.COMMA and "," in cell else None)


# The whole data package


def tidy(directory: Path) -> Iterator[str]:
    """Rewrite every table of a folder that needs it, and say of each what changed.

    Raises:
        DataError: some tables cannot be rewritten with certainty. The others are.
    """
    faults = []
    for resource in tables.read_descriptor(directory)["resources"]:
        path = directory / resource["path"]
        if not path.is_file():
            continue
        raw = path.read_bytes()
        try:
            table = tidied(raw, resource)
        except DataError as error:
            faults += error.faults
            continue
        if table.text.encode() != raw:
            write(path, table.text)
            yield f"{path.name}: {', '.join(table.changes) or 'spaces and quotation marks'}"
    if faults:
        raise DataError(faults)


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)
