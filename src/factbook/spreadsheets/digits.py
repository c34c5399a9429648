"""Digits that a number lost while it kept its value, or gained: ``50.000`` became ``50``, ``1.914e8`` became ``1.91E+08``.

How exactly a number is known stands in how it is written. Spreadsheets write it anew, in their own format, and no check
of values can notice. So tables are compared with what they were: with the last commit, where git has one, else with
``published/digits.json``, which keeps of the published edition every number that a spreadsheet would write otherwise.
It is said row by row and stops nothing: a number may be rounded on purpose. ``tidy --digits`` puts the digits back.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from factbook import tables
from factbook.facts import Facts
from factbook.quantity import half_unit
from factbook.spreadsheets.tidying import as_csv, write
from factbook.tables import MEASURED, Descriptor, Row

KEPT = Path("published") / "digits.json"
# Floating-point noise beside a tolerance
NOISE = 1 + 1e-9


@dataclass(frozen=True)
class OtherDigits:
    """A cell that holds the number it held before with other digits."""

    file: str
    row: int
    key: str
    column: str
    before: str
    now: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row} ({self.key}), column {self.column}: {self.before} became {self.now}"


def other_digits(resource: Descriptor, before: list[Row], now: list[Row]) -> list[OtherDigits]:
    """Cells whose number is that of the same row before, in fewer digits or in more.

    Args:
        resource: what the descriptor says of the table.
        before: its rows at some earlier time.
        now: its rows.
    """
    keys = resource["schema"].get("primaryKey", [])
    columns = [field["name"] for field in resource["schema"]["fields"] if field["type"] in MEASURED]
    known = {tuple(row.get(name, "") for name in keys): row for row in before}
    pairs = [(number, tuple(row[name] for name in keys), row) for number, row in enumerate(now, start=2)]
    return [
        OtherDigits(f"data/{resource['path']}", number, " ".join(key), column, known[key][column], row[column])
        for number, key, row in pairs
        for column in columns
        if has_other_digits(known.get(key, {}).get(column, ""), row[column])
    ]


def has_other_digits(before: str, now: str) -> bool:
    """Whether a cell is another one rounded to fewer digits, or claims more digits of the very same number."""
    if before == now or not tables.NUMBER.fullmatch(before) or not tables.NUMBER.fullmatch(now):
        return False
    known, told = half_unit(before), half_unit(now)
    rounded = told > known * NOISE and abs(float(now) - float(before)) <= told * NOISE
    return rounded or (known > told * NOISE and float(now) == float(before))


@dataclass(frozen=True)
class Comparison:
    """Which numbers have other digits, and since when.

    Attributes:
        since: what the tables were compared with, such as ``the last commit``.
        cells: those that kept their value and not their digits.
    """

    since: str
    cells: list[OtherDigits]


def compared(facts: Facts) -> Comparison | None:
    """Compare the tables with the last commit, else with the published edition; nothing where there is neither."""
    resources = {resource["path"]: resource for resource in facts.descriptor["resources"]}
    if (committed := _committed(facts.directory, resources)) is not None:
        since, before = "the last commit", committed
    elif (kept := facts.directory.parent / KEPT).is_file():
        since, before = "the published edition", json.loads(kept.read_text(encoding="utf-8"))["rows"]
    else:
        return None
    shared = [(resources[path], rows) for path, rows in before.items() if path in resources]
    return Comparison(since, [one for resource, rows in shared for one in other_digits(resource, rows, facts.rows(resource["name"]))])


def _committed(directory: Path, paths: Iterable[str]) -> dict[str, list[Row]] | None:
    """The rows of the last commit in each table that changed since; nothing where no commit has these tables."""
    listed = _git(directory, "ls-tree", "--name-only", "HEAD", "./")
    if listed is None or not set(paths) & set(listed.decode().splitlines()):
        return None
    changed = (_git(directory, "diff", "--name-only", "--relative", "HEAD", "--", ".") or b"").decode().splitlines()
    versions = {path: _git(directory, "show", f"HEAD:./{path}") for path in paths if path in changed}
    return {path: _rows(raw) for path, raw in versions.items() if raw}


def _git(directory: Path, *arguments: str) -> bytes | None:
    """What git answers; nothing without git, or outside a repository that it trusts."""
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(["git", *arguments], cwd=directory, capture_output=True, check=True, env=quiet).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def _rows(raw: bytes) -> list[Row]:
    header, *body = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    return [dict(zip(header, cells, strict=False)) for cells in body if any(cells)]


def restore(directory: Path, found: Iterable[OtherDigits]) -> None:
    """Write each number as it was before. The tables must be sound."""
    by_file: dict[str, list[OtherDigits]] = {}
    for one in found:
        by_file.setdefault(Path(one.file).name, []).append(one)
    for name, cells in by_file.items():
        path = directory / name
        records = tables.records_of(path, path.read_text(encoding="utf-8-sig"))
        for one in cells:
            records[one.row - 1][records[0].index(one.column)] = one.before
        write(path, as_csv(records))


# The published edition


def keep(facts: Facts) -> Path:
    """Keep the numbers that a spreadsheet would write otherwise, as those of the published edition.

    Returns:
        The file written.
    """
    rows = {resource["path"]: fragile_rows(resource, facts.rows(resource["name"])) for resource in facts.descriptor["resources"]}
    path = facts.directory.parent / KEPT
    write(path, as_json({name: found for name, found in rows.items() if found}))
    return path


def fragile_rows(resource: Descriptor, rows: Iterable[Row]) -> list[Row]:
    """The rows with numbers that end in zeros after the point or have an exponent: their keys, and those numbers."""
    keys = resource["schema"].get("primaryKey", [])
    columns = [field["name"] for field in resource["schema"]["fields"] if field["type"] in MEASURED]
    numbers = [(row, {name: row[name] for name in columns if _is_fragile(row[name])}) for row in rows]
    return [{**{name: row[name] for name in keys}, **fragile} for row, fragile in numbers if fragile]


def _is_fragile(cell: str) -> bool:
    return "e" in cell.lower() or ("." in cell and cell.endswith("0"))


def as_json(rows: Mapping[str, list[Row]]) -> str:
    """The file that keeps an edition's digits: one row a line, so that a change reads well in version control."""
    listed = [
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in found) + "\n]"
        for name, found in rows.items()
    ]
    return '{\n"rows": {\n' + ",\n".join(listed) + "\n}\n}\n"
