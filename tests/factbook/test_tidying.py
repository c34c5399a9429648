"""Tables that a spreadsheet saved: what is the same table is read, the rest is named and rewritten, and nothing is lost.

Proves for every table of the package that a byte order mark, Windows line ends and blank last lines change nothing; that
what spreadsheets make of it (other encodings, delimiters, decimal signs, dates) is rewritten to the very bytes of the
project, or refused with the cells named that may mean two things; that each refusal names what is in the way; and that
numbers which kept their value and not their digits are named, row by row, and get them back.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepseek_audit.__main__ import main
from factbook import facts, quantity, spellings, tables
from factbook.spreadsheets import digits, tidying

DIRECTORY = tables.data_directory()
RESOURCES: dict[str, dict[str, Any]] = {resource["name"]: resource for resource in tables.read_descriptor(DIRECTORY)["resources"]}
Records = list[list[str]]


def raw(name: str) -> bytes:
    """A table; of a long one every 50th row."""
    header, *rows = (DIRECTORY / RESOURCES[name]["path"]).read_bytes().splitlines(keepends=True)
    return b"".join([header, *rows[:: 50 if len(rows) > 1000 else 1]])


def records_of(content: bytes) -> Records:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def refused(name: str, content: bytes) -> list[tables.Fault]:
    """What reading one damaged table says."""
    with pytest.raises(tables.DataError) as caught:
        tidying.tidied(content, RESOURCES[name])
    return caught.value.faults


# What is the same table

HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "Windows line ends": lambda content: content.replace(b"\n", b"\r\n"),
    "old Mac line ends": lambda content: content.replace(b"\n", b"\r"),
    "blank last line": lambda content: content + b"\n",
    "Excel's line about commas": lambda content: b"sep=,\r\n" + content,
    "no last line end": lambda content: content.rstrip(b"\n"),
    "empty last rows": lambda content: content + b",".join([b""] * len(records_of(content)[0])) + b"\n\n",
    "as Excel saves CSV UTF-8": lambda content: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n") + b"\r\n",
}


@pytest.mark.parametrize("change", HARMLESS)
def test_the_same_tables_in_another_spelling_are_read_alike(change: str, thin_copy: Path) -> None:
    before = tables.read_tables(thin_copy)
    for resource in RESOURCES.values():
        path = thin_copy / resource["path"]
        path.write_bytes(HARMLESS[change](path.read_bytes()))
    assert tables.read_tables(thin_copy) == before


# Every table, as spreadsheets save it


@pytest.mark.parametrize("name", RESOURCES)
def test_a_table_of_the_project_is_as_it_should_be(name: str) -> None:
    content = (DIRECTORY / RESOURCES[name]["path"]).read_bytes()
    table = tidying.tidied(content, RESOURCES[name])
    assert table.text.encode() == content, "run make tidy"
    assert table.changes == ()


@dataclass(frozen=True)
class Spreadsheet:
    """How a spreadsheet saves a table."""

    encoding: str
    delimiter: str
    decimal: str
    dates: str
    true: str
    line_end: str
    quoting: int
    blank: bool
    spare: int

    def saved(self, content: bytes, resource: dict[str, Any]) -> bytes:
        types = [field["type"] for field in resource["schema"]["fields"]]
        header, *body = records_of(content)
        rows = [[*header, *[""] * self.spare]]
        for record in body:
            row = dict(zip(header, record, strict=True))
            kinds = ["date" if name == "text" and row.get("unit") == "date" else kind for name, kind in zip(header, types, strict=True)]
            rows.append([*map(self.cell, record, kinds), *[""] * self.spare])
        if self.blank:
            rows.insert(len(rows) // 2, [""] * len(rows[0]))
            rows.append([""] * len(rows[0]))
        file = io.StringIO()
        csv.writer(file, delimiter=self.delimiter, lineterminator=self.line_end, quoting=self.quoting).writerows(rows)  # type: ignore[arg-type]
        return file.getvalue().encode(self.encoding)

    def cell(self, cell: str, kind: str) -> str:
        if kind == "number":
            return cell.replace(".", self.decimal)
        if kind == "date" and cell:
            year, month, day = cell.split("-")
            return self.dates.format(year=year, month=month, day=day, m=int(month), d=int(day))
        return self.true if kind == "boolean" and cell else cell


SPREADSHEETS = st.builds(
    Spreadsheet,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    decimal=st.sampled_from([".", ","]),
    dates=st.sampled_from(
        ["{year}-{month}-{day}", "{day}.{month}.{year}", "{m}/{d}/{year}", "{day}/{month}/{year} 00:00", "{d}.{m}.{year}"]
    ),
    true=st.sampled_from(["true", "TRUE", "WAHR"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    blank=st.booleans(),
    spare=st.integers(0, 2),
)


@pytest.mark.parametrize("name", RESOURCES)
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(spreadsheet=SPREADSHEETS)
def test_a_saved_table_comes_back_to_the_byte_or_its_doubtful_cells_are_named(name: str, spreadsheet: Spreadsheet) -> None:
    content, resource = raw(name), RESOURCES[name]
    saved = spreadsheet.saved(content, resource)
    try:
        table = tidying.tidied(saved, resource)
    except tables.DataError as error:
        columns = [field["name"] for field in resource["schema"]["fields"]]
        written = [record for record in records_of(content) if any(record)]
        for fault in error.faults:
            assert fault.row is not None
            cell = written[fault.row - 1][columns.index(fault.column)]
            meant = f"may mean {' or '.join(sorted({cell, *spellings_of(spreadsheet, cell, fault.rule)}))},"
            assert meant in fault.message
            assert len(spellings_of(spreadsheet, cell, fault.rule)) == 2
        return
    assert table.text.encode() == content
    assert bool(table.changes) <= (saved != content)


def spellings_of(spreadsheet: Spreadsheet, cell: str, kind: str) -> set[str]:
    """What the cell can mean once the spreadsheet has written it."""
    read = spellings.number_readings if kind == "number" else spellings.date_readings
    return set(read(spreadsheet.cell(cell, kind)).values())


GERMAN = Spreadsheet("utf-8-sig", ";", ",", "{day}.{month}.{year}", "WAHR", "\r\n", csv.QUOTE_MINIMAL, True, 2)
AMERICAN = Spreadsheet("utf-8-sig", ",", ".", "{m}/{d}/{year}", "TRUE", "\r\n", csv.QUOTE_MINIMAL, True, 1)
BRITISH = Spreadsheet("utf-16", "\t", ".", "{day}/{month}/{year}", "TRUE", "\r\n", csv.QUOTE_MINIMAL, False, 0)


@pytest.mark.parametrize("spreadsheet", [GERMAN, AMERICAN, BRITISH], ids=["German", "American", "British"])
def test_no_cell_is_in_doubt_as_excel_saves_these_tables(spreadsheet: Spreadsheet) -> None:
    """Other cells of a table show whether it has decimal commas, and days before months."""
    for name, resource in RESOURCES.items():
        assert tidying.tidied(spreadsheet.saved(raw(name), resource), resource).text.encode() == raw(name)


def taken_for_another_delimiter(content: bytes) -> bytes:
    """What German Excel makes of a table that it opened by a double click: it cuts rows at semicolons only, and saves them so."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=";"))
    width = max(map(len, rows))
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([*row, *[""] * (width - len(row))] for row in rows)
    return file.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize("name", RESOURCES)
def test_rows_that_became_single_cells_come_back(name: str) -> None:
    table = tidying.tidied(taken_for_another_delimiter(raw(name)), RESOURCES[name])
    assert table.text.encode() == raw(name)


def test_rows_that_became_single_cells_are_named(thin_copy: Path) -> None:
    for resource in RESOURCES.values():
        path = thin_copy / resource["path"]
        path.write_bytes(taken_for_another_delimiter(path.read_bytes()))
    with pytest.raises(tables.DataError) as caught:
        tables.read_tables(thin_copy)
    assert {fault.rule for fault in caught.value.faults} == {"delimiter"}
    assert {fault.row for fault in caught.value.faults} == {1}
    assert len(caught.value.faults) > 20, "a table without quotation marks stays as it was"


def test_what_was_rewritten_is_said() -> None:
    changes = tidying.tidied(GERMAN.saved(raw("fleet"), RESOURCES["fleet"]), RESOURCES["fleet"]).changes
    assert changes[:5] == ("byte order mark", "line ends", "semicolons between cells", "2 empty rows", "2 empty columns")
    assert "10 dates (day first)" in changes


# Cells in doubt


def with_cells(name: str, column: str, *cells: str) -> bytes:
    header, *rows = records_of(raw(name))
    for row, cell in zip(rows, cells, strict=False):
        row[header.index(column)] = cell
    return tidying.as_csv([header, *rows[: len(cells)]]).encode()


@pytest.mark.parametrize(
    ("column", "cells", "meant"),
    [
        ("value", ("1,234", "0,5"), ["1.234", "0.5"]),
        ("value", ("1,234.5", "1,234,567"), ["1234.5", "1234567"]),
        ("value", ("1.234.567,8", "1 234,5", "12’345,6"), ["1234567.8", "1234.5", "12345.6"]),
        ("value", ("1,91E+08", "5"), ["1.91E+08", "5"]),
        ("value", ("1.234", "1.5", "3,5"), ["1.234", "1.5", "3.5"]),
        ("value", ("1.234", "2.345"), ["1.234", "2.345"]),
        ("as_of", ("1/2/2025", "1/27/2025"), ["2025-01-02", "2025-01-27"]),
        ("as_of", ("1/2/2025", "27/1/25"), ["2025-02-01", "2025-01-27"]),
        ("as_of", ("1.2.2025", "2025-1-27", "3/3/2025"), ["2025-02-01", "2025-01-27", "2025-03-03"]),
        ("exact", ("TRUE", "Wahr"), ["true", "true"]),
        ("note", ("ZÃ¼rich â€” 1", "Zürich – “1” É”"), ["Zürich — 1", "Zürich – “1” É”"]),
    ],
)
def test_what_is_certain_is_rewritten(column: str, cells: tuple[str, ...], meant: list[str]) -> None:
    header, *rows = records_of(tidying.tidied(with_cells("fleet", column, *cells), RESOURCES["fleet"]).text.encode())
    assert [row[header.index(column)] for row in rows] == meant


@pytest.mark.parametrize(
    ("column", "cells", "rows", "choice"),
    [
        ("value", ("1,234", "5"), {2}, "1.234 or 1234"),
        ("value", ("1,234", "1.5"), {2}, "1.234 or 1234"),
        ("value", ("0,5", "1.234"), {3}, "1.234 or 1234"),
        ("as_of", ("1/2/2025", "2025-03-04", "2/1/2025"), {2, 4}, "2025-01-02 or 2025-02-01"),
        ("as_of", ("27/1/2025", "1/27/2025", "1/2/2025"), {4}, "2025-01-02 or 2025-02-01"),
    ],
)
def test_what_may_mean_two_things_is_named_and_not_guessed(column: str, cells: tuple[str, ...], rows: set[int], choice: str) -> None:
    faults = refused("fleet", with_cells("fleet", column, *cells))
    assert {(fault.row, fault.column) for fault in faults} == {(row, column) for row in rows}
    assert all(choice in fault.message and fault.key for fault in faults)


# Messages


def fault_of(kind: str, cell: str) -> tables.Fault:
    """What is wrong with a cell in a column of a type."""
    resource = {"name": "one", "path": "one.csv", "schema": {"fields": [{"name": "column", "type": kind}]}}
    (fault,) = tables.changed_faults({"one": resource}, {"one": []}, "one", [{"column": cell}])
    return fault


@pytest.mark.parametrize(
    ("cell", "named", "advice"),
    [
        ("3,5", "has a decimal comma", "Write 3.5."),
        ("1.234,5", "has a decimal comma", "Write 1234.5."),
        ("1,234,567", "signs between its thousands", "Write 1234567."),
        ("1,234", "may be a decimal sign or divide thousands", "1.234 or 1234"),
        ("3;5", "is not a number", "Write plain digits"),
    ],
)
def test_a_number_as_spreadsheets_write_it_is_named(cell: str, named: str, advice: str) -> None:
    fault = fault_of("number", cell)
    assert fault.rule == "number"
    assert named in fault.message
    assert advice in fault.advice


@pytest.mark.parametrize(
    ("cell", "named", "advice"),
    [
        ("27.01.2025", "is a date as spreadsheets write it", "Write 2025-01-27."),
        ("1/27/2025", "is a date as spreadsheets write it", "Write 2025-01-27."),
        ("1/2/2025", "may be one of two dates", "2025-01-02 or 2025-02-01"),
        ("30.02.2025", "is not a date", "Write YYYY-MM-DD"),
    ],
)
def test_a_date_as_spreadsheets_write_it_is_named(cell: str, named: str, advice: str) -> None:
    fault = fault_of("date", cell)
    assert fault.rule == "date"
    assert named in fault.message
    assert advice in fault.advice


def test_text_that_was_read_in_another_encoding_is_named() -> None:
    fault = fault_of("string", "ZÃ¼rich â€” 1")
    assert (fault.rule, fault.message) == ("encoding", "“ZÃ¼rich â€” 1” is UTF-8 that was read as Windows-1252.")
    assert fault.advice.startswith("Write “Zürich — 1”.")


@pytest.mark.parametrize(
    ("change", "rule", "named"),
    [
        (lambda content: content.replace(b",", b";"), "delimiter", "semicolons"),
        (lambda content: b"sep=;\r\n" + content.replace(b",", b";"), "delimiter", "semicolons"),
        (lambda content: content.replace(b",", b"\t"), "delimiter", "tabs"),
        (lambda content: content.decode().encode("utf-16"), "encoding", "UTF-16"),
        (lambda content: content + b"\xfc", "encoding", "Windows-1252"),
        (lambda content: content + b"\xff\x00\xff", "encoding", "Windows-1252"),
        (lambda content: content + b"\x00", "encoding", "no text"),
        (lambda content: content.replace(b"\n", b",\n"), "columns", "empty columns"),
        (lambda content: content.replace(b"\n", b"\n\n", 3), "cells", "the row is empty"),
        (taken_for_another_delimiter, "delimiter", "took the rows for single cells"),
    ],
    ids=["semicolons", "Excel's hint", "tabs", "UTF-16", "Windows-1252", "binary", "zeros", "empty columns", "blank rows", "rows in cells"],
)
def test_what_is_in_the_way_is_named_with_a_remedy(change: Callable[[bytes], bytes], rule: str, named: str, thin_copy: Path) -> None:
    path = thin_copy / "fleet.csv"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(tables.DataError) as caught:
        tables.read_tables(thin_copy)
    for fault in caught.value.faults:
        assert fault.rule == rule
        assert named in fault.message
        assert "factbook tidy" in fault.advice or "CSV UTF-8" in fault.advice


# The command


@pytest.fixture
def read(thin_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(facts, "load", lambda: facts.Facts(thin_copy))
    monkeypatch.setenv("FACTBOOK_DATA", str(thin_copy))
    return thin_copy


def test_the_command_rewrites_what_is_certain_and_names_the_rest(read: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chips, fleet = read / "chips.csv", read / "fleet.csv"
    before = chips.read_bytes()
    chips.write_bytes(b"\xef\xbb\xbf" + before.replace(b"\n", b"\r\n"))
    header, *rows = records_of(fleet.read_bytes())
    rows[0][header.index("value")] = "1,234"
    fleet.write_text(tidying.as_csv([header, *rows]), encoding="utf-8")

    assert main(["tidy"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "tidy       chips.csv: byte order mark, line ends\n"
    assert "data/fleet.csv, row 2" in printed.err
    assert chips.read_bytes() == before
    assert b'"1,234"' in fleet.read_bytes()


def test_the_command_leaves_sound_tables_alone(read: Path, capsys: pytest.CaptureFixture[str]) -> None:
    times = {path: path.stat().st_mtime_ns for path in read.iterdir()}
    assert main(["tidy"]) == 0
    assert capsys.readouterr().out == "tidy       every table is written as it should be\n"
    assert {path: path.stat().st_mtime_ns for path in read.iterdir()} == times


# Digits


@pytest.mark.parametrize(
    ("before", "now", "other"),
    [
        ("1.914e8", "1.91E+08", True),
        ("50.000", "50", True),
        ("1.80e5", "180000", True),
        ("0.10", "0.1", True),
        ("-2.50", "-2.5", True),
        ("2788000", "2790000", True),
        ("1.914e8", "191400000", False),
        ("50", "50.000", True),
        ("1e26", "1.00E+26", True),
        ("50", "50.400", False),
        ("2.50", "2.6", False),
        ("50.000", "51", False),
        ("50.000", "56", False),
        ("2", "3", False),
        ("", "3", False),
        ("3.0", "", False),
    ],
)
def test_a_number_that_kept_its_value_and_not_its_digits(before: str, now: str, other: bool) -> None:
    assert digits.has_other_digits(before, now) is other


def as_excel_shows(cell: str) -> str:
    """A number in the format that Excel gives it: two decimals where it was typed with an exponent, no zeros at the end."""
    if "e" in cell.lower():
        return f"{float(cell):.2E}"
    return cell.rstrip("0").rstrip(".") if "." in cell else cell


def test_every_number_whose_digits_excel_changes_is_named() -> None:
    """In all tables together several hundred; not one of them is an error to any other check."""
    named = 0
    for name, resource in RESOURCES.items():
        header, *body = records_of((DIRECTORY / resource["path"]).read_bytes())
        rows = [dict(zip(header, record, strict=True)) for record in body]
        measured = [field["name"] for field in resource["schema"]["fields"] if field["type"] in tables.MEASURED]
        saved = [{**row, **{column: as_excel_shows(row[column]) for column in measured}} for row in rows]
        found = digits.other_digits(resource, rows, saved)
        wanted = [
            (number, column)
            for number, (row, other) in enumerate(zip(rows, saved, strict=True), start=2)
            for column in measured
            if row[column] and quantity.half_unit(row[column]) != quantity.half_unit(other[column])
        ]
        assert [(one.row, one.column) for one in found] == wanted, name
        # An edition keeps enough to find them all again without a commit
        assert digits.other_digits(resource, digits.fragile_rows(resource, rows), saved) == found
        named += len(found)
    assert named > 300


def test_what_a_spreadsheet_would_write_otherwise_is_kept() -> None:
    rows = [{"fact_id": "a", "value": "1.914e8", "low": "", "high": "2"}, {"fact_id": "b", "value": "3.14", "low": "", "high": ""}]
    numbers = [{"name": name, "type": "number"} for name in ("value", "low", "high")]
    resource = {"schema": {"primaryKey": ["fact_id"], "fields": [{"name": "fact_id", "type": "string"}, *numbers]}}
    assert digits.fragile_rows(resource, rows) == [{"fact_id": "a", "value": "1.914e8"}]
    assert json.loads(digits.as_json({"x.csv": rows})) == {"rows": {"x.csv": rows}}


def spoil(directory: Path) -> None:
    """Save two numbers as Excel does."""
    path = directory / "cost_estimates.csv"
    text = path.read_text(encoding="utf-8")
    assert ",1.914e8," in text
    path.write_text(text.replace(",1.914e8,", ",1.91E+08,"), encoding="utf-8")


def commit(directory: Path) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "tables"]):
        subprocess.run(["git", *command], cwd=directory, check=True, capture_output=True)


@pytest.mark.parametrize("since", ["the last commit", "the published edition"])
def test_lost_digits_are_named_and_put_back(
    since: str, read: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    directory = tmp_path / "data"
    directory.mkdir()
    for path in read.iterdir():
        (directory / path.name).write_bytes(path.read_bytes())
    (tmp_path / "published").mkdir()
    monkeypatch.setattr(facts, "load", lambda: facts.Facts(directory))
    monkeypatch.setenv("FACTBOOK_DATA", str(directory))
    if since == "the published edition":
        assert main(["edition"]) == 0
    else:
        commit(tmp_path)
    before = (directory / "cost_estimates.csv").read_bytes()
    spoil(directory)
    capsys.readouterr()

    assert main(["check"]) == 0
    printed = capsys.readouterr().out
    assert f"1 number kept its value and lost or gained digits since {since}" in printed
    assert "data/cost_estimates.csv, row 23 (gemini_cloud), column value: 1.914e8 became 1.91E+08" in printed

    assert main(["tidy", "--digits"]) == 0
    assert (directory / "cost_estimates.csv").read_bytes() == before
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "digits" not in capsys.readouterr().out


def test_without_a_commit_and_an_edition_nothing_is_claimed(read: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert digits.compared(facts.load()) is None
    assert main(["check"]) == 0
    assert "digits     not compared" in capsys.readouterr().out
