"""Read the CSV tables of ``data/`` and check them against ``data/datapackage.json``.

The descriptor is the only schema. This module is a small, strict reader of it, because Frictionless' own validator
accepts what must not pass here (NaN, infinity, markup) and its messages don't say what to do. The tests run Frictionless
over the same files and compare its verdict with this one, so the two cannot drift apart.

Two kinds of checks block a build: the schema with its rules, and what is physically or economically possible
(``plausible_ranges.csv``, each range with its reason). That rows agree with one another does not:
``docs/decisions/contradictions.md``.

Every fault names the file, the row, the column, the rule and what to do about it. What is the same table in another
spelling, as spreadsheets save it (a byte order mark, Windows line ends, blank lines at the end), is no fault. Where
cells are separated by semicolons, or numbers and dates are written in another way, the fault says so, and
:mod:`factbook.spreadsheets.tidying` rewrites the table.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from factbook import spellings

Row = dict[str, str]
Descriptor = dict[str, Any]

# The variable that names the folder of the tables, and the file in it that describes them
FOLDER, DESCRIPTOR = "FACTBOOK_DATA", "datapackage.json"
FAULTS_SHOWN = 20
# [0-9], because \d and float() also take the digits of other scripts
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
INTEGER = re.compile(r"-?[0-9]+")
# date.fromisoformat alone also takes 2024-W05-3
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MARKUP = re.compile(r"<[A-Za-z/!?]")
# Control characters, and the marks that reorder text for the reader but not for the machine
INVISIBLE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
# At the start of a cell; and after a semicolon, which separates cells where the comma is the decimal sign
FORMULA = re.compile(r"(?:^|;)[=+\-@＝＋－＠]")
TEXT_UNITS = ("text", "date")
# Types of columns that hold numbers
MEASURED = ("number", "integer")
# Far beyond anything measured here (training compute is about 1e26 FLOP)
LARGEST_NUMBER = 1e30
# Faults of a table's frame, for which no cell is to blame
FRAME = ("csv", "columns", "cells")
TIDY = "Or run `python -m factbook tidy`, which rewrites the table."
# What must be saved again, since the file has lost what its encoding lacks
SAVE_AGAIN = "Save the table again as UTF-8: in Excel as “CSV UTF-8”, in LibreOffice and Numbers with that encoding chosen."
# The table that says what is plausible
RANGES = "plausible_ranges"
SOURCES = "sources"
# The key of a table whose rows are facts, and what each of its rows and each source must have
FACT = ["fact_id"]
NEEDED_OF_FACTS = {
    "unit": "the unit of value, low and high, such as gram; text or date where the fact is no number",
    "source_key": f"the key of the fact's source in data/{SOURCES}.csv",
}
NEEDED_OF_SOURCES = {"source_key": "a short key, which tables of facts name", "title": "the title to look the source up by"}
# What tables may leave out: it is read as an empty cell
OPTIONAL_OF_FACTS = ("subject", "metric", "value", "text", "low", "high", "exact", "locator", "read_as", "evidence", "note")
OPTIONAL_OF_SOURCES = ("kind", "authors", "year", "publisher", "url", "doi", "arxiv", "read_as", "remark")


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one place in the data."""

    file: str
    rule: str
    message: str
    advice: str
    row: int | None = None
    key: str = ""
    column: str = ""

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", row {self.row}" + (f" ({self.key})" if self.key else "")
        if self.column:
            where += f", column {self.column}"
        return INVISIBLE.sub("�", f"{where}: {self.message} [rule: {self.rule}] {self.advice}")


class ForReaders(Exception):
    """An error that tells a reader what to do. Notebooks show its sentence and no traceback."""

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback."""
        return [str(self)]


class DataError(ForReaders, ValueError):
    """The tables are not fit to publish. ``faults`` lists why, one entry per place."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        lines = [str(fault) for fault in faults[:FAULTS_SHOWN]]
        if len(faults) > FAULTS_SHOWN:
            lines.append(f"… and {len(faults) - FAULTS_SHOWN} more faults.")
        super().__init__("\n".join(lines))


def data_directory() -> Path:
    """Where the tables are: ``FACTBOOK_DATA``, else inside the package, else the nearest ``data/`` above the current folder."""
    if chosen := os.environ.get(FOLDER):
        return Path(chosen)
    packaged = Path(__file__).parent / "data"
    if packaged.is_dir():
        return packaged
    folders = [folder / "data" for folder in (Path.cwd(), *Path.cwd().parents)]
    return next((folder for folder in folders if (folder / DESCRIPTOR).is_file()), Path(__file__).parents[2] / "data")


def read_descriptor(directory: Path) -> Descriptor:
    """The data package's descriptor.

    Raises:
        DataError: the descriptor is missing or is not JSON.
    """
    path = directory / DESCRIPTOR
    try:
        descriptor: Descriptor = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        # A folder of tables lacks one file; another folder is not the one that was meant
        raise DataError([_missing_file(path) if any(directory.glob("*.csv")) else _no_data(directory)]) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        fault = Fault(_shown(path), "descriptor", f"is not valid JSON ({error}).", "Restore it: git checkout data")
        raise DataError([fault]) from None
    if faults := list(_descriptor_faults(path, descriptor)):
        raise DataError(faults)
    return descriptor


def is_of_facts(resource: Descriptor) -> bool:
    """Whether the rows of a table are facts."""
    return bool(resource["schema"].get("primaryKey") == FACT)


def _descriptor_faults(path: Path, descriptor: Any) -> Iterator[Fault]:
    """What an author has to add before the tables can be read."""

    def fault(message: str, advice: str) -> Fault:
        return Fault(_shown(path), "descriptor", message, advice)

    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not resources or not isinstance(resources, list):
        yield fault("names no tables.", 'Write "resources": [{"name": "penguins", "path": "penguins.csv", "schema": {"fields": […]}}].')
        return
    for number, resource in enumerate(resources, start=1):
        known = resource if isinstance(resource, dict) else {}
        name, schema = known.get("name") or f"number {number}", known.get("schema") or {}
        if missing := [word for word in ("name", "path", "schema") if not known.get(word)]:
            yield fault(f"table {name} has no {missing[0]}.", f'Add "{missing[0]}" to its entry in "resources".')
        elif not (fields := schema.get("fields")) or not all(
            isinstance(field, dict) and field.get("name") and field.get("type") in _TYPES for field in fields
        ):
            types = ", ".join(_TYPES)
            yield fault(f"table {name} does not say what its columns are.", f'Give each of its "fields" a "name" and a "type": {types}.')
        elif unknown := [rule for rule in known.get("rules", ()) if rule not in _RULES]:
            yield fault(f"table {name} names a rule {unknown[0]}, and there is none.", f"Use of these: {', '.join(_RULES)}.")
        else:
            yield from (fault(*found) for found in _missing_columns(known, {field["name"] for field in fields}))
    names = [resource.get("name") for resource in resources if isinstance(resource, dict)]
    if FACT[0] in str(resources) and SOURCES not in names:
        advice = f"Add data/{SOURCES}.csv with {' and '.join(NEEDED_OF_SOURCES)}, and describe it there: every fact has a source."
        yield fault(f"there are facts and no table {SOURCES}.", advice)


def _missing_columns(resource: Descriptor, columns: set[str]) -> Iterator[tuple[str, str]]:
    """Message and advice for each column that the table lacks."""
    name, schema = resource["name"], resource["schema"]
    if FACT[0] in columns and not is_of_facts(resource) and not _borrows(schema, FACT[0]):
        yield f"table {name} has a column {FACT[0]} that is not its key.", f'Write "primaryKey": {json.dumps(FACT)} into its schema.'
    needed = NEEDED_OF_FACTS if is_of_facts(resource) else NEEDED_OF_SOURCES if name == SOURCES else {}
    for column in needed.keys() - columns:
        yield f"table {name} has no column {column}.", f"Add it to the schema and to data/{resource['path']}: {needed[column]}."
    if is_of_facts(resource) and not columns & {"value", "text"}:
        yield f"table {name} has neither a column value nor a column text.", f"Add value to the schema and to data/{resource['path']}."


def _borrows(schema: Descriptor, column: str) -> bool:
    return any(column in foreign["fields"] for foreign in schema.get("foreignKeys", []))


def units_file(directory: Path) -> Path | None:
    """The file in which the data define units of their own; nothing where the descriptor names none.

    Raises:
        DataError: the file is missing.
    """
    name = _descriptor_or_nothing(directory).get("units")
    if name and not (path := directory / name).is_file():
        raise DataError([_missing_file(path)])
    return directory / name if name else None


def table_file(directory: Path, name: str) -> Path | None:
    """The file of a table that not every data package has."""
    paths = (directory / table["path"] for table in _descriptor_or_nothing(directory).get("resources", ()) if table.get("name") == name)
    return next((path for path in paths if path.is_file()), None)


def _descriptor_or_nothing(directory: Path) -> Descriptor:
    return read_descriptor(directory) if (directory / DESCRIPTOR).is_file() else {}


def read_tables(directory: Path | None = None) -> dict[str, list[Row]]:
    """Read and check every table.

    Returns:
        For each table its rows, as written (strings), in file order.

    Raises:
        DataError: with every fault found.
    """
    directory = directory or data_directory()
    resources = {resource["name"]: resource for resource in read_descriptor(directory)["resources"]}
    tables: dict[str, list[Row]] = {}
    faults: list[Fault] = []
    for name, resource in resources.items():
        rows, found = _read_table(directory / resource["path"], resource)
        faults += found
        if rows is not None:
            tables[name] = rows
    ranges = plausible_ranges(tables.get(RANGES, []))
    for name, rows in tables.items():
        faults += _foreign_key_faults(resources[name], rows, tables)
        faults += _plausibility_faults(resources[name], rows, ranges)
    faults += _shared_id_faults(resources, tables)
    if faults:
        raise DataError(faults)
    return tables


def changed_faults(resources: Mapping[str, Descriptor], tables: Mapping[str, list[Row]], name: str, rows: list[Row]) -> list[Fault]:
    """What :func:`read_tables` would find wrong if one table had these rows, looked for only where it can be.

    Cells and rules are checked in the rows that are not in ``tables``; keys over the whole table if their number changed.

    Args:
        resources: the descriptor's resources by name.
        tables: all tables, known to be sound.
        name: the changed table.
        rows: its rows after the change; rows that did not change are the same objects.
    """
    resource, path = resources[name], Path(resources[name]["path"])
    keys = resource["schema"].get("primaryKey", [])
    known = {id(row) for row in tables[name]}
    changed = [row for row in rows if id(row) not in known]
    places = _row_places(resource, changed)
    faults = [_located(path, changed, keys, *place) for place in places]
    if faults:
        return faults
    faults += _foreign_key_faults(resource, changed, tables)
    faults += _plausibility_faults(resource, changed, plausible_ranges(tables.get(RANGES, [])))
    if len(rows) != len(tables[name]):
        whole = [*_key_faults(keys, rows), *_repeat_faults(keys, rows)]
        faults += [_located(path, rows, keys, *place) for place in whole]
    return faults


def _shown(path: Path) -> str:
    return f"data/{path.name}"


def _no_data(directory: Path) -> Fault:
    if os.environ.get(FOLDER):
        advice = "FACTBOOK_DATA names it: name the folder with the tables there, or unset it to read those of the package."
    else:
        advice = "Put the data package there, or name its folder in FACTBOOK_DATA, or install the package with its data again."
    return Fault(str(directory), "file", "there are no data (no datapackage.json).", advice)


def _missing_file(path: Path) -> Fault:
    return Fault(
        _shown(path), "file", "the file is missing.", f"Put it back (git checkout data/{path.name}) or drop it from datapackage.json."
    )


def _read_table(path: Path, resource: Descriptor) -> tuple[list[Row] | None, list[Fault]]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None, [_missing_file(path)]
    text, fault = _decode(path, raw)
    columns = [field["name"] for field in resource["schema"]["fields"]]
    if fault := fault or _delimiter_fault(path, text, columns):
        return None, [fault]
    rows, faults = _rows_of(path, text, resource, columns)
    if any(fault.rule in FRAME for fault in faults) and spellings.rejoined(text, columns):
        message = "a spreadsheet that separates cells by semicolons took the rows for single cells and wrote them so."
        faults = [Fault(_shown(path), "delimiter", message, f"Put it back: git checkout data/{path.name}. {TIDY}", row=1)]
    return rows, faults


def _rows_of(path: Path, text: str, resource: Descriptor, columns: list[str]) -> tuple[list[Row] | None, list[Fault]]:
    try:
        header, *body = records_of(path, text)
    except DataError as error:
        return None, error.faults
    if fault := _header_fault(path, header, columns):
        return None, [fault]
    key_columns = resource["schema"].get("primaryKey", [])
    optional = OPTIONAL_OF_FACTS if is_of_facts(resource) else OPTIONAL_OF_SOURCES if resource["name"] == SOURCES else ()
    left_out = dict.fromkeys((name for name in optional if name not in columns), "")
    faults = []
    rows = []
    for number, cells in enumerate(body, start=2):
        if not any(cells):
            advice = f"Remove it. {TIDY}"
            faults.append(Fault(_shown(path), "cells", "the row is empty.", advice, row=number))
            continue
        if len(cells) != len(header):
            faults.append(
                Fault(
                    _shown(path),
                    "cells",
                    f"has {len(cells)} cells, the header has {len(header)}.",
                    "Put text that holds a comma or a line break in double quotes, and write decimals with a point.",
                    row=number,
                    key=cells[0] if cells else "",
                )
            )
            continue
        rows.append(dict(zip(header, cells, strict=True)) | left_out)
    if not faults and not rows:
        faults.append(Fault(_shown(path), "rows", "has a header but no rows.", f"Put it back: git checkout data/{path.name}"))
    if faults:
        return None, faults
    places = [*_row_places(resource, rows), *_key_faults(key_columns, rows)]
    repeated = _repeat_faults(key_columns, rows) if not places else ()
    places += repeated
    faults = [_located(path, rows, key_columns, *place) for place in places]
    return (None if faults else rows), faults


def records_of(path: Path, text: str, delimiter: str = ",") -> list[list[str]]:
    """The cells of a table, row by row, without blank rows at its end.

    Args:
        path: the file, for the fault.
        text: its text, which is not empty.
        delimiter: what separates the cells.

    Raises:
        DataError: the quotation marks are in disorder.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        records = list(reader)
    except csv.Error as error:
        fault = Fault(_shown(path), "csv", f"cannot be read as CSV ({error}).", "Check the quotation marks.", row=reader.line_num)
        raise DataError([fault]) from None
    while len(records) > 1 and not any(records[-1]):
        records.pop()
    return records


# A fault inside a table before it is located: row index, column, rule, message, advice
Place = tuple[int, str, str, str, str]


def _row_places(resource: Descriptor, rows: list[Row]) -> list[Place]:
    """What is wrong inside single rows. A rule compares cells, so it is asked only about rows whose cells are sound."""
    places = list(_cell_faults(resource["schema"]["fields"], rows))
    broken = {index for index, *_ in places}
    places += [place for place in _rule_faults(resource.get("rules", []), rows) if place[0] not in broken]
    return places


def _located(path: Path, rows: list[Row], key_columns: list[str], index: int, column: str, rule: str, message: str, advice: str) -> Fault:
    key = " ".join(rows[index][name] for name in key_columns)
    return Fault(_shown(path), rule, message, advice, row=index + 2, key=key, column=column)


def _decode(path: Path, raw: bytes) -> tuple[str, Fault | None]:
    """The text of a file, or what is wrong with its encoding or length."""
    encoding = spellings.encoding_of(raw)
    if encoding is None:
        return "", encoding_fault(path, raw)
    if encoding.startswith("utf-16"):
        return "", Fault(_shown(path), "encoding", "is UTF-16, as spreadsheets save “Unicode text”.", f"Save it as UTF-8. {TIDY}")
    text = spellings.HINT.sub("", raw.decode(encoding))
    if not text.strip():
        return "", Fault(_shown(path), "file", "the file is empty.", f"Put it back: git checkout data/{path.name}")
    return text, None


def encoding_fault(path: Path, raw: bytes) -> Fault:
    """What to say of a file whose encoding is none of Unicode's: the place of the first byte that cannot be UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"is not UTF-8 but Windows-1252 or another old encoding (byte {error.start}), as spreadsheets save plain “CSV”."
        return Fault(_shown(path), "encoding", message, SAVE_AGAIN, row=line)
    return Fault(_shown(path), "encoding", "is no text.", SAVE_AGAIN)


def _delimiter_fault(path: Path, text: str, columns: list[str]) -> Fault | None:
    delimiter = spellings.delimiter_of(text, columns)
    if delimiter == ",":
        return None
    message = f"cells are separated by {spellings.DELIMITERS[delimiter]}, not by commas."
    return Fault(_shown(path), "delimiter", message, f"Save it with commas. {TIDY}", row=1)


def _header_fault(path: Path, header: list[str], expected: list[str]) -> Fault | None:
    if header == expected:
        return None
    missing = [name for name in expected if name not in header]
    extra = [name for name in header if name not in expected]
    if missing and extra:
        likely = difflib.get_close_matches(missing[0], extra, n=1, cutoff=0.0)[0]
        message, column = f"column {missing[0]} is missing, {likely} is unknown.", likely
        advice = f"Rename {likely} to {missing[0]}, or change the schema in data/datapackage.json."
    elif header[: len(expected)] == expected and not any(extra):
        message, column = "the table has empty columns at its end.", expected[-1]
        advice = f"Remove them. {TIDY}"
    elif missing:
        message, column = f"column {missing[0]} is missing.", missing[0]
        advice = "Add the column, or change the schema in data/datapackage.json."
    elif extra:
        message, column = f"column {extra[0]} is not in the schema.", extra[0]
        advice = "Remove the column, or describe it in data/datapackage.json."
    else:
        column = next((name for name, wanted in zip(header, expected, strict=False) if name != wanted), header[-1])
        message, advice = "the columns are repeated or in another order.", f"The order is {', '.join(expected)}."
    return Fault(_shown(path), "columns", message, advice, row=1, column=column)


def _cell_faults(fields: list[Descriptor], rows: list[Row]) -> Iterator[Place]:
    for field in fields:
        name = field["name"]
        check = _cell_check(field)
        # Most cells of a column stand there often
        wrong = {cell: fault for cell in {row[name] for row in rows} if (fault := check(cell))}
        if wrong:
            yield from ((index, name, *wrong[row[name]]) for index, row in enumerate(rows) if row[name] in wrong)


def _cell_check(field: Descriptor) -> Callable[[str], tuple[str, str, str] | None]:
    """A function that tells what is wrong with one cell of a column: rule, message, advice."""
    kind = field["type"]
    limits = field.get("constraints", {})
    required = limits.get("required", False)
    allowed = frozenset(str(value) for value in limits["enum"]) if "enum" in limits else None
    pattern = re.compile(limits["pattern"]) if "pattern" in limits else None
    check_type = _TYPES[kind]
    name = field["name"]

    def check(cell: str) -> tuple[str, str, str] | None:
        if cell == "":
            return ("required", "the cell is empty.", f"Fill in {name}: every row has one.") if required else None
        if found := check_type(cell):
            return found
        if kind in _ORDERS and (found := _limit_fault(cell, _ORDERS[kind], limits)):
            return found
        if allowed is not None and cell not in allowed:
            near = difflib.get_close_matches(cell, allowed, n=1)
            choice = f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(sorted(allowed))}."
            return "enum", f"{_quoted(cell)} is not a known {name}.", choice
        if pattern is not None and not pattern.fullmatch(cell):
            return "pattern", f"{_quoted(cell)} does not have the form {pattern.pattern}.", "See the column in data/README.md."
        return None

    return check


def _quoted(cell: str) -> str:
    cut = cell if len(cell) <= 40 else cell[:39] + "…"
    return f"“{INVISIBLE.sub('�', cut)}”"


def _limit_fault(cell: str, order: Callable[[Any], Any], limits: Mapping[str, Any]) -> tuple[str, str, str] | None:
    if "minimum" in limits and order(cell) < order(limits["minimum"]):
        return "minimum", f"{cell} is below {limits['minimum']}.", "Check the value and its unit."
    if "maximum" in limits and order(cell) > order(limits["maximum"]):
        return "maximum", f"{cell} is above {limits['maximum']}.", "Check the value and its unit."
    return None


def _number_fault(cell: str) -> tuple[str, str, str] | None:
    if not NUMBER.fullmatch(cell):
        return "number", *_misspelled_number(cell)
    if not math.isfinite(float(cell)) or abs(float(cell)) > LARGEST_NUMBER:
        return "number", f"{_quoted(cell)} is too large to be meant.", "Check the exponent."
    return None


def _misspelled_number(cell: str) -> tuple[str, str]:
    """Message and advice for what is no number here, though it may be one to a spreadsheet."""
    readings = spellings.number_readings(cell)
    if not readings:
        return f"{_quoted(cell)} is not a number.", "Write plain digits, such as 2788000, 0.14 or 1.5e6; leave unknown cells empty."
    if not (meant := spellings.settled(readings)):
        choice = " or ".join(sorted(readings.values(), key=len, reverse=True))
        return f"{_quoted(cell)} has a comma that may be a decimal sign or divide thousands.", f"Write the one that is meant: {choice}."
    comma = spellings.COMMA in readings and "," in cell
    what = "a decimal comma" if comma else "signs between its thousands"
    return f"{_quoted(cell)} has {what}.", f"Write {meant}. {TIDY}"


def _integer_fault(cell: str) -> tuple[str, str, str] | None:
    if not INTEGER.fullmatch(cell):
        return "integer", f"{_quoted(cell)} is not a whole number.", "Write digits only."
    return _number_fault(cell)


def _date_fault(cell: str) -> tuple[str, str, str] | None:
    try:
        if DATE.fullmatch(cell):
            date.fromisoformat(cell)
            return None
    except ValueError:
        pass
    readings = spellings.date_readings(cell)
    if meant := spellings.settled(readings):
        return "date", f"{_quoted(cell)} is a date as spreadsheets write it.", f"Write {meant}. {TIDY}"
    if readings:
        choice = " or ".join(sorted(readings.values()))
        return "date", f"{_quoted(cell)} may be one of two dates.", f"Write the one that is meant: {choice}."
    return "date", f"{_quoted(cell)} is not a date.", "Write YYYY-MM-DD, such as 2024-12-26."


def _boolean_fault(cell: str) -> tuple[str, str, str] | None:
    if cell == "true":
        return None
    if cell.casefold() in spellings.TRUE:
        return "boolean", f"{_quoted(cell)} is written as spreadsheets write it.", f"Write true. {TIDY}"
    return "boolean", f"{_quoted(cell)} is not true.", "Write true or leave the cell empty."


def _string_fault(cell: str) -> tuple[str, str, str] | None:
    if (meant := spellings.read_anew(cell)) != cell:
        return "encoding", f"{_quoted(cell)} is UTF-8 that was read as Windows-1252.", f"Write {_quoted(meant)}. {TIDY}"
    if MARKUP.search(cell):
        return "markup", f"{_quoted(cell)} looks like markup.", "Write plain text; put a space after “<” where it means less than."
    if INVISIBLE.search(cell):
        return "characters", f"{_quoted(cell)} holds control or invisible characters.", "Type the cell again as plain text on one line."
    if FORMULA.search(cell):
        return (
            "formula",
            f"{_quoted(cell)} would run as a formula in a spreadsheet.",
            "Start it with a letter or a digit, also after a semicolon.",
        )
    if cell != cell.strip():
        return "white space", f"{_quoted(cell)} begins or ends with white space.", "Remove it."
    return None


_TYPES: dict[str, Callable[[str], tuple[str, str, str] | None]] = {
    "string": _string_fault,
    "number": _number_fault,
    "integer": _integer_fault,
    "date": _date_fault,
    "boolean": _boolean_fault,
}
# What a minimum and a maximum are compared as: ISO dates sort as text
_ORDERS: dict[str, Callable[[Any], Any]] = {"number": float, "integer": float, "date": str}


def _key_faults(key_columns: list[str], rows: list[Row]) -> Iterator[Place]:
    seen: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(rows):
        key = tuple(row[name] for name in key_columns)
        if key_columns and key in seen:
            message = f"{_quoted(' '.join(key))} stands already in row {seen[key] + 2}."
            yield index, key_columns[0], "unique", message, "Give this row an id of its own, or remove one of the two."
        seen.setdefault(key, index)


def _repeat_faults(key_columns: list[str], rows: list[Row]) -> Iterator[Place]:
    """A fact that stands twice under two ids would be counted twice."""
    if key_columns != FACT:
        return
    seen: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(rows):
        content = tuple(cell for name, cell in row.items() if name != "fact_id")
        if content in seen:
            message = f"says in every cell what row {seen[content] + 2} says."
            yield index, key_columns[0], "repeated", message, "Remove one of the two, or say what tells them apart."
        seen.setdefault(content, index)


def _rule_faults(rules: list[str], rows: list[Row]) -> Iterator[Place]:
    for rule in rules:
        yield from _RULES[rule](rows)


def _range_faults(rows: list[Row]) -> Iterator[Place]:
    """low ≤ value ≤ high, wherever they are given."""
    advice = "Order them, or correct the wrong one."
    for index, row in enumerate(rows):
        low, value, high = (_as_number(row[name]) for name in ("low", "value", "high"))
        if low is not None and value is not None and low > value:
            yield index, "low", "range", f"low {row['low']} is above value {row['value']}.", advice
        elif high is not None and value is not None and high < value:
            yield index, "high", "range", f"high {row['high']} is below value {row['value']}.", advice
        elif low is not None and high is not None and low > high:
            yield index, "low", "range", f"low {row['low']} is above high {row['high']}.", advice


def _ordered_range_faults(rows: list[Row]) -> Iterator[Place]:
    """A plausible range has room in it."""
    for index, row in enumerate(rows):
        low, high = (_as_number(row[name]) for name in ("at_least", "at_most"))
        if low is not None and high is not None and low >= high:
            message = f"{row['at_least']} is not below {row['at_most']}."
            yield index, "at_least", "ordered range", message, "Order them, or correct the wrong one."


def _as_number(cell: str) -> float | None:
    return float(cell) if NUMBER.fullmatch(cell) else None


def _value_or_text_faults(rows: list[Row]) -> Iterator[Place]:
    """A number has a unit of measure; a text or a date says so in its unit."""
    for index, row in enumerate(rows):
        filled = [name for name in ("value", "text") if row[name]]
        if len(filled) != 1:
            state = "both filled" if filled else "both empty"
            yield index, "value", "value or text", f"value and text are {state}.", "Fill one of them: a number goes into value."
        elif (filled[0] == "text") != (row["unit"] in TEXT_UNITS):
            message = f"unit {row['unit']} does not go with a {filled[0]}."
            yield index, "unit", "value or text", message, "Numbers take a unit of measure, texts take the unit text or date."
        elif row["unit"] == "date" and (found := _date_fault(row["text"])):
            yield index, "text", *found


def _graded_faults(rows: list[Row]) -> Iterator[Place]:
    """What nobody has read is not evidence."""
    for index, row in enumerate(rows):
        if row["read_as"] == "not_read" and row["evidence"] != "unverified":
            message = f"a row whose source was not read is graded {row['evidence']}."
            yield index, "evidence", "grade", message, "Grade it unverified, or say in read_as how the fact was seen."


def _equal_or_bounded_faults(rows: list[Row]) -> Iterator[Place]:
    """A check says what its measure equals, or between what bounds it lies and in what unit."""
    for index, row in enumerate(rows):
        bounded = bool(row["at_least"] or row["at_most"])
        if bool(row["equals"]) == bounded:
            state = "beside bounds" if bounded else "nor are there bounds"
            message = f"equals is {'filled ' if bounded else 'not filled, '}{state}."
            yield index, "equals", "equal or bounded", message, "Fill in equals, or at_least and at_most with their unit."
        elif bounded != bool(row["unit"]):
            message = "the bounds have no unit." if bounded else "the unit is that of bounds, and there are none."
            yield index, "unit", "equal or bounded", message, "Give bounds a unit (ratio for a plain number), and nothing else."
        elif bounded and row["tolerance"]:
            yield index, "tolerance", "equal or bounded", "bounds have no tolerance.", "Leave it empty, or say what the measure equals."


_RULES: dict[str, Callable[[list[Row]], Iterator[Place]]] = {
    "range": _range_faults,
    "ordered_range": _ordered_range_faults,
    "value_or_text": _value_or_text_faults,
    "graded": _graded_faults,
    "equal_or_bounded": _equal_or_bounded_faults,
}


@dataclass(frozen=True)
class Range:
    """Between which numbers a measured quantity can lie, and why."""

    at_least: float
    at_most: float
    reason: str


Ranges = dict[str, dict[str, Range]]


def plausible_ranges(rows: list[Row]) -> Ranges:
    """The plausible range of each metric in each unit, from the rows of ``plausible_ranges.csv``."""
    ranges: Ranges = {}
    for row in rows:
        found = Range(float(row["at_least"]), float(row["at_most"]), row["reason"])
        for metric in row["metrics"].split(" "):
            ranges.setdefault(metric, {})[row["unit"]] = found
    return ranges


def _plausibility_faults(resource: Descriptor, rows: list[Row], ranges: Ranges) -> Iterator[Fault]:
    """A number in a unit that its metric never has, or outside what is possible. A metric without a range passes."""
    key_columns = resource["schema"].get("primaryKey", [])
    if not ranges or not is_of_facts(resource):
        return
    for index, row in enumerate(rows):
        by_unit = ranges.get(row["metric"])
        if not row["value"] or by_unit is None:
            continue
        found = by_unit.get(row["unit"])
        if found is None:
            message = f"{row['metric']} is not measured in {row['unit']} but in {' or '.join(by_unit)}."
            place = (index, "unit", "unit of metric", message, f"Correct the unit, or add a range to data/{RANGES}.csv.")
            yield _located(Path(resource["path"]), rows, key_columns, *place)
            continue
        for column in ("value", "low", "high"):
            if row[column] and not found.at_least <= float(row[column]) <= found.at_most:
                message = f"{row[column]} {row['unit']} is not between {found.at_least:g} and {found.at_most:g}. {found.reason}"
                place = (index, column, "plausible", message, f"Check the value and its unit, or widen the range in data/{RANGES}.csv.")
                yield _located(Path(resource["path"]), rows, key_columns, *place)
                break


def _foreign_key_faults(resource: Descriptor, rows: list[Row], tables: Mapping[str, list[Row]]) -> Iterator[Fault]:
    schema = resource["schema"]
    keys = schema.get("foreignKeys", [])
    if is_of_facts(resource) and not _borrows(schema, "source_key"):
        keys = [*keys, {"fields": ["source_key"], "reference": {"resource": SOURCES, "fields": ["source_key"]}}]
    for key in keys:
        (column,), target = key["fields"], key["reference"]
        (target_column,) = target["fields"]
        if target["resource"] not in tables:
            continue
        known = {row[target_column] for row in tables[target["resource"]]}
        for index, row in enumerate(rows):
            cell = row[column]
            if cell and cell not in known:
                near = difflib.get_close_matches(cell, known, n=1)
                advice = f"Did you mean {near[0]}? " if near else ""
                advice += f"Otherwise add it to data/{target['resource']}.csv first."
                message = f"{_quoted(cell)} is not in data/{target['resource']}.csv."
                place = (index, column, "foreign key", message, advice)
                yield _located(Path(resource["path"]), rows, schema.get("primaryKey", []), *place)


def _shared_id_faults(resources: Mapping[str, Descriptor], tables: Mapping[str, list[Row]]) -> Iterator[Fault]:
    """An id means one fact or claim in the whole package: it is a permalink."""
    seen: dict[str, str] = {}
    for name, rows in tables.items():
        schema = resources[name]["schema"]
        (key,) = schema.get("primaryKey", [""])[:1]
        if key not in (*FACT, "claim_id") or _borrows(schema, key):
            continue
        for index, row in enumerate(rows):
            fact_id = row[key]
            if fact_id in seen:
                message = f"{_quoted(fact_id)} stands already in data/{seen[fact_id]}.csv."
                place = (index, key, "unique", message, "Ids are unique over all tables: rename this one.")
                yield _located(Path(resources[name]["path"]), rows, [key], *place)
            else:
                seen[fact_id] = name
