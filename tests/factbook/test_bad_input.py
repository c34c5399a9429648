"""Bad input: one mistake in one table gives one fault that says where it is, which rule it breaks and what to do.

Proves for every table of the descriptor that the reader refuses damaged files (missing, empty, wrongly
encoded, with other columns or cells) and damaged cells (unknown keys and units, texts for numbers, infinite
numbers, disordered ranges, dates that are none, empty cells, markup, formulas, invisible characters); that it
names exactly one place for one mistake; and that ``python -m deepseek_audit check`` reports it without a
traceback and fails. Each test breaks one file in a copy of ``data/`` and reads all tables of it; the two longest
tables are thinned in that copy, and a few tests use the whole of them.
"""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deepseek_audit.__main__ import main
from factbook import facts, tables

RESOURCES: dict[str, dict[str, Any]] = {
    resource["name"]: resource for resource in tables.read_descriptor(tables.data_directory())["resources"]
}
FIELDS: dict[str, list[dict[str, Any]]] = {name: resource["schema"]["fields"] for name, resource in RESOURCES.items()}
# All texts, numbers and dates are tried on one table, which has every type but integers; the others get the main ones
THOROUGH = "chips"

Records = list[list[str]]
# Where a fault must be: rule, row (None for the whole file), column
Place = tuple[str, int | None, str]


@dataclass(frozen=True)
class Mistake:
    """One mistake in one table: makes of the file's bytes the broken ones (None: no file) and says where the fault must be."""

    table: str
    name: str
    make: Callable[[bytes], tuple[bytes | None, Place]]

    def __str__(self) -> str:
        return f"{self.table}-{self.name}"

    def make_in(self, directory: Path) -> Place:
        path = directory / RESOURCES[self.table]["path"]
        corrupted, place = self.make(path.read_bytes())
        path.unlink()
        if corrupted is not None:
            path.write_bytes(corrupted)
        return place


def records_of(raw: bytes) -> Records:
    return list(csv.reader(io.StringIO(raw.decode("utf-8"))))


def as_csv(records: Records) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue().encode("utf-8")


# Damaged files

WHOLE_FILE: dict[str, tuple[Callable[[bytes], bytes | None], str]] = {
    "missing file": (lambda raw: None, "file"),
    "empty file": (lambda raw: b"", "file"),
    "white space only": (lambda raw: b"\n \n", "file"),
    "header only": (lambda raw: raw.splitlines(keepends=True)[0], "rows"),
    "UTF-16": (lambda raw: raw.decode("utf-8").encode("utf-16"), "encoding"),
    "UTF-16 without a mark": (lambda raw: raw.decode("utf-8").encode("utf-16-le"), "encoding"),
    "semicolons": (lambda raw: raw.replace(b",", b";"), "delimiter"),
}
APPENDED: dict[str, tuple[bytes, str]] = {
    "Latin-1 letter": (b"\xe9", "encoding"),
    "open quotation mark": (b'"open\n', "csv"),
}


def file_mistakes(table: str) -> Iterator[Mistake]:
    for name, (corrupt, rule) in WHOLE_FILE.items():
        yield whole_file(table, name, corrupt, rule)
    for name, (end, rule) in APPENDED.items():
        yield appended(table, name, end, rule)


def whole_file(table: str, name: str, corrupt: Callable[[bytes], bytes | None], rule: str) -> Mistake:
    return Mistake(table, name, lambda raw: (corrupt(raw), (rule, 1 if rule == "delimiter" else None, "")))


def appended(table: str, name: str, end: bytes, rule: str) -> Mistake:
    return Mistake(table, name, lambda raw: (raw + end, (rule, raw.count(b"\n") + 1, "")))


def record_mistakes(table: str) -> Iterator[Mistake]:
    first, second = FIELDS[table][0]["name"], FIELDS[table][1]["name"]
    key = RESOURCES[table]["schema"]["primaryKey"][0]

    def mistake(name: str, change: Callable[[Records], Records], place: Callable[[Records], Place]) -> Mistake:
        return Mistake(table, name, lambda raw: (as_csv(change(records_of(raw))), place(records_of(raw))))

    def in_header(column: str) -> Callable[[Records], Place]:
        return lambda rows: ("columns", 1, column)

    yield mistake("missing column", lambda rows: [row[:1] + row[2:] for row in rows], in_header(second))
    yield mistake("extra column", lambda rows: [[*row, "extra"] for row in rows], in_header("extra"))
    yield mistake("renamed column", lambda rows: [[first, "renamed", *rows[0][2:]], *rows[1:]], in_header("renamed"))
    yield mistake("swapped columns", lambda rows: [[row[1], row[0], *row[2:]] for row in rows], in_header(second))
    yield mistake("duplicate id", lambda rows: [*rows, rows[1]], lambda rows: ("unique", len(rows) + 1, key))
    yield mistake("short row", lambda rows: [*rows[:2], rows[2][:-1], *rows[3:]], lambda rows: ("cells", 3, ""))
    yield mistake("long row", lambda rows: [*rows[:2], [*rows[2], ""], *rows[3:]], lambda rows: ("cells", 3, ""))


# Damaged cells

Choice = Callable[[dict[str, str]], bool]
Cell = str | Callable[[dict[str, str]], str]


def cell_mistake(
    table: str, name: str, column: str, cell: Cell, rule: str, *, named: str = "", where: Choice = lambda row: True
) -> Mistake:
    """A cell of the row that has most cells filled, because most rules apply to it.

    Args:
        table: the table.
        name: what the mistake is called.
        column: the column of the cell that is changed.
        cell: its new content, or what makes it from the row.
        rule: the rule it breaks.
        named: the column the fault must name, where that is not the changed one.
        where: which rows may be chosen.
    """

    def make(raw: bytes) -> tuple[bytes, Place]:
        records = records_of(raw)
        rows = [dict(zip(records[0], record, strict=True)) for record in records[1:]]
        allowed = [index for index, row in enumerate(rows) if where(row)]
        index = max(allowed, key=lambda index: (bool(rows[index][column]), sum(map(bool, rows[index].values()))))
        records[index + 1][records[0].index(column)] = cell if isinstance(cell, str) else cell(rows[index])
        return as_csv(records), (rule, index + 2, named or column)

    return Mistake(table, name, make)


NUMBERS_THAT_ARE_NONE = ("about 5", "NaN", "inf", "-inf", "1e999", "1e31", "1,000", "1_000", "0x10", " 5", "٣", "=1+1", '=HYPERLINK("x")')
DATES_THAT_ARE_NONE = ("27/01/2025", "2025-02-30", "2025-1-27", "20250127", "2025-W05-1", "20250127  ", "2025-01-27T00:00", "last week")
# The characters with Unicode's property Bidi_Control, then some that show nothing
INVISIBLE = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2028\u2029\u2060\ufeff\xad\x07\x1b\x85"
TEXTS = {
    "script": ("<script>alert(1)</script>", "markup"),
    "hyperlink": ('=HYPERLINK("x")', "formula"),
    "right-to-left override": ("a\u202eb", "characters"),
    "closing tag": ("a</td>", "markup"),
    "comment": ("<!-- a -->", "markup"),
    "plus": ("+1+1", "formula"),
    "minus": ("-1+1", "formula"),
    "at": ("@SUM(1)", "formula"),
    "line break": ("a\nb", "characters"),
    "trailing space": ("a ", "white space"),
    "no-break space": ("\xa0a", "white space"),
    **{f"U+{ord(character):04X}": (f"a{character}b", "characters") for character in INVISIBLE},
}


def constraints(field: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = field.get("constraints", {})
    return found


def columns_of_type(table: str, kind: str) -> list[str]:
    return [field["name"] for field in FIELDS[table] if field["type"] == kind]


def number_mistakes(table: str) -> Iterator[Mistake]:
    cells = NUMBERS_THAT_ARE_NONE if table == THOROUGH else NUMBERS_THAT_ARE_NONE[:5]
    for column in columns_of_type(table, "number"):
        for cell in cells if column in ("value", "return_pct") else cells[:2]:
            yield cell_mistake(table, f"{column} {cell}", column, cell, "number")
    for column in columns_of_type(table, "integer"):
        for cell in (*NUMBERS_THAT_ARE_NONE, "2.5"):
            yield cell_mistake(table, f"{column} {cell}", column, cell, "integer")
        yield cell_mistake(table, f"huge {column}", column, "9" * 5000, "number")
    for field in FIELDS[table]:
        for rule, cell in (("minimum", below), ("maximum", above)):
            if rule in constraints(field):
                yield cell_mistake(table, f"{field['name']} beyond {rule}", field["name"], cell(constraints(field)[rule]), rule)


def below(limit: str | int) -> str:
    return f"{limit - 1}" if isinstance(limit, int) else "2015-01-01"


def above(limit: str | int) -> str:
    return f"{limit + 1}" if isinstance(limit, int) else "2030-01-01"


def date_mistakes(table: str) -> Iterator[Mistake]:
    for column in columns_of_type(table, "date"):
        for cell in DATES_THAT_ARE_NONE if table == THOROUGH else DATES_THAT_ARE_NONE[:2]:
            yield cell_mistake(table, f"{column} {cell}", column, cell, "date")


def text_mistakes(table: str) -> Iterator[Mistake]:
    strings = [field for field in FIELDS[table] if field["type"] == "string"]
    free = [field["name"] for field in strings if not {"enum", "pattern"} & set(constraints(field)) and field["name"] != "text"]
    for name in TEXTS if table == THOROUGH else list(TEXTS)[:3]:
        yield cell_mistake(table, f"{free[-1]} {name}", free[-1], *TEXTS[name])
    for field in strings:
        if "enum" in constraints(field):
            yield cell_mistake(table, f"unknown {field['name']}", field["name"], "usd/gpuhour", "enum")
        if "pattern" in constraints(field):
            yield cell_mistake(table, f"malformed {field['name']}", field["name"], "Not so", "pattern")
    if table == THOROUGH:
        yield cell_mistake(table, "subject with a wrong end", "subject", lambda row: row["subject"] + "%", "pattern")


def empty_mistakes(table: str) -> Iterator[Mistake]:
    for field in FIELDS[table]:
        if constraints(field).get("required"):
            yield cell_mistake(table, f"empty {field['name']}", field["name"], "", "required")
    for column in columns_of_type(table, "boolean"):
        yield cell_mistake(table, f"{column} yes", column, "yes", "boolean")


def reference_mistakes(table: str) -> Iterator[Mistake]:
    for key in RESOURCES[table]["schema"].get("foreignKeys", []):
        (column,) = key["fields"]
        listed = any(field["name"] == column and "enum" in constraints(field) for field in FIELDS[table])
        yield cell_mistake(table, f"dangling {column}", column, "no_such_key", "enum" if listed else "foreign key")


def rule_mistakes(table: str) -> Iterator[Mistake]:
    rules = RESOURCES[table].get("rules", [])
    if "range" in rules:
        yield cell_mistake(table, "low above value", "low", lambda row: beside(row["value"], 1), "range", where=is_number)
        yield cell_mistake(table, "high below value", "high", lambda row: beside(row["value"], -1), "range", where=is_number)
    if "value_or_text" in rules:
        yield cell_mistake(table, "value and text", "text", "both", "value or text", named="value", where=is_number)
    if "graded" in rules:
        yield cell_mistake(table, "not read but graded", "read_as", "not_read", "grade", named="evidence", where=is_verified)


def is_number(row: dict[str, str]) -> bool:
    return row["value"] != ""


def is_verified(row: dict[str, str]) -> bool:
    return row["evidence"] != "unverified"


def beside(value: str, sign: int) -> str:
    """A number above (1) or below (−1) another one."""
    return repr(float(value) + sign * (abs(float(value)) + 1))


KINDS = (
    file_mistakes,
    record_mistakes,
    number_mistakes,
    date_mistakes,
    text_mistakes,
    empty_mistakes,
    reference_mistakes,
    rule_mistakes,
)
EVERY = [mistake for table in RESOURCES for mistakes in KINDS for mistake in mistakes(table)]
# Each kind on the first table that can have it, and on a twelfth of the others; on every table with THOROUGH=1
SAMPLED = 1 if os.environ.get("THOROUGH") == "1" else 12


def sampled(mistakes: list[Mistake]) -> list[Mistake]:
    """The first mistake of each kind, all on one table, and some of the rest."""
    first = {mistake.name: mistake for mistake in reversed(mistakes)}
    return [
        mistake
        for place, mistake in enumerate(mistakes)
        if mistake.table == THOROUGH or mistake is first[mistake.name] or not place % SAMPLED
    ]


MISTAKES = sampled(EVERY)


def read_by_check(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FACTBOOK_DATA", str(directory))
    facts.load.cache_clear()
    yield directory
    facts.load.cache_clear()


@pytest.fixture
def thin(thin_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of ``data/`` with thinned long tables, which the command ``check`` reads too."""
    yield from read_by_check(thin_copy, monkeypatch)


@pytest.fixture
def whole(data_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the whole of ``data/``, which the command ``check`` reads too."""
    yield from read_by_check(data_copy, monkeypatch)


def faults_of(directory: Path) -> list[tables.Fault]:
    with pytest.raises(tables.DataError) as caught:
        tables.read_tables(directory)
    return caught.value.faults


ASKED_OF_THE_COMMAND = 5  # Every fifth mistake


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_one_mistake_gives_one_fault_at_its_place(mistake: Mistake, thin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = mistake.make_in(thin)

    (fault,) = faults_of(thin)

    assert (fault.rule, fault.row, fault.column) == place
    assert fault.file == f"data/{RESOURCES[mistake.table]['path']}"
    assert fault.message.strip()
    assert fault.advice.strip()
    assert not any(unicodedata.category(character) in ("Cc", "Cf") for character in str(fault)), "a fault is one harmless line"

    if MISTAKES.index(mistake) % ASKED_OF_THE_COMMAND:
        return  # The command prints what was found; it reads all tables again for that
    assert main(["check"]) == 1
    printed = capsys.readouterr()
    assert str(fault) in printed.err
    assert "1 fault." in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("copy", ["thin", "whole"])
def test_the_copies_are_sound(copy: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    """Else the tests above would fail for another reason."""
    assert list(tables.read_tables(request.getfixturevalue(copy))) == list(RESOURCES)
    assert main(["check"]) == 0
    assert f"{len(RESOURCES)} tables" in capsys.readouterr().out


@pytest.mark.parametrize("table", RESOURCES)
def test_writing_a_table_back_changes_no_cell(table: str) -> None:
    """So a broken file differs from the true one by its mistake only."""
    raw = (tables.data_directory() / RESOURCES[table]["path"]).read_bytes()
    assert records_of(as_csv(records_of(raw))) == records_of(raw)


@pytest.mark.parametrize("table", ["benchmark_scores", "market_returns"])
def test_a_mistake_in_the_last_row_of_a_long_table_is_found(table: str, whole: Path) -> None:
    path = whole / RESOURCES[table]["path"]
    records = records_of(path.read_bytes())
    records[-1][0] = "Not so"
    path.write_bytes(as_csv(records))
    (fault,) = faults_of(whole)
    assert (fault.file, fault.row, fault.column) == (f"data/{path.name}", len(records), records[0][0])


# More than one table


def put(directory: Path, table: str, index: int, column: str, cell: str) -> None:
    path = directory / RESOURCES[table]["path"]
    records = records_of(path.read_bytes())
    records[index + 1][records[0].index(column)] = cell
    path.write_bytes(as_csv(records))


def test_an_id_of_another_table_is_refused(thin: Path) -> None:
    put(thin, "fleet", 0, "fact_id", "v3_hours_total")
    (fault,) = faults_of(thin)
    assert (fault.file, fault.rule, fault.row, fault.key) == ("data/fleet.csv", "unique", 2, "v3_hours_total")
    assert "data/training_runs.csv" in fault.message


def test_every_mistake_is_reported_at_once(thin: Path) -> None:
    put(thin, "fleet", 0, "value", "many")
    put(thin, "fleet", 1, "unit", "gpus")
    put(thin, "chips", 0, "as_of", "yesterday")
    (thin / "events.csv").unlink()
    places = {(fault.file, fault.row, fault.column) for fault in faults_of(thin)}
    assert places == {
        ("data/fleet.csv", 2, "value"),
        ("data/fleet.csv", 3, "unit"),
        ("data/chips.csv", 2, "as_of"),
        ("data/events.csv", None, ""),
    }


def test_a_long_list_of_faults_is_cut_and_counted(thin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = thin / "model_configs.csv"
    records = records_of(path.read_bytes())
    unit = records[0].index("unit")
    path.write_bytes(as_csv([records[0], *([*row[:unit], "piece", *row[unit + 1 :]] for row in records[1:])]))
    count = len(records) - 1
    assert count > tables.FAULTS_SHOWN
    assert main(["check"]) == 1
    printed = capsys.readouterr().err
    assert printed.count("[rule: ") == tables.FAULTS_SHOWN
    assert f"and {count - tables.FAULTS_SHOWN} more faults" in printed
    assert f"{count} faults." in printed


def test_the_nearest_name_is_suggested(thin: Path) -> None:
    put(thin, "fleet", 0, "source_key", "semianalysis_debate")
    (fault,) = faults_of(thin)
    assert "Did you mean semianalysis_debates?" in fault.advice


# The descriptor


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}"], ids=["missing", "empty", "cut off", "UTF-16", "byte order mark"]
)
def test_a_broken_descriptor_is_named(content: bytes | None, thin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = thin / "datapackage.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    (fault,) = faults_of(thin)
    assert fault.file == "data/datapackage.json"
    assert fault.advice
    assert main(["check"]) == 1
    assert "Traceback" not in capsys.readouterr().err
