"""How spreadsheets write what these tables hold: encodings, delimiters, numbers, dates.

Excel, LibreOffice and Numbers save a table as the computer's language has it: semicolons between cells where the comma
is the decimal sign, days before months, another encoding. Each function here tells in which ways something can be
read. One way is certain; where there are two, nobody guesses: `factbook.tables` names the cell, and
`factbook.spreadsheets.tidying` rewrites only what is certain.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

POINT, COMMA = "decimal point", "decimal comma"
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day first", "month first", "year first"
# What a cell can mean, by the convention it would be written in
Readings = Mapping[str, str]

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# Excel's own line about the delimiter, before the header
HINT = re.compile(r"\Asep=.\r?\n", re.IGNORECASE)
# Spaces and apostrophes between thousands
GROUPING = re.compile(r"(?<=[0-9])[ \xa0\u2009\u202f'’](?=[0-9]{3}(?![0-9]))")
MIDNIGHT = re.compile(r"[ T]0?0:00(:00)?\Z")
SHORT_DATE = re.compile(r"(?P<first>[0-9]{1,2})(?P<sign>[./-])(?P<second>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4}|[0-9]{2})")
LONG_DATE = re.compile(r"(?P<year>[0-9]{4})(?P<sign>[./-])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})")
# “True” in a spreadsheet's language
TRUE = ("true", "wahr", "vrai", "verdadero", "vero", "waar")
# What UTF-8 looks like where it was read as Windows-1252: a letter for the first byte, another sign for each further one
MISREAD = re.compile(r"[Â-ô][\x80-\xbfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]")


def encoding_of(raw: bytes) -> str | None:
    """The encoding of a file as Python names it, where it can be told; nothing for an 8-bit encoding and for no text."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    found = next((name for mark, name in marks.items() if raw.startswith(mark)), "utf-8")
    # Text of two bytes a letter is full of zeros; other zeros are no text
    if found == "utf-8" and 3 * raw.count(b"\x00") > len(raw):
        found = "utf-16-be" if raw[:1] == b"\x00" else "utf-16-le"
    try:
        text = raw.decode(found)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else found


def delimiter_of(text: str, columns: Sequence[str]) -> str:
    """The sign between the cells: the one that finds most columns in the first line; else the comma."""
    line = next(iter(text.splitlines()), "")
    return max(DELIMITERS, key=lambda sign: len({name.strip(' "') for name in line.split(sign)} & set(columns)))


def rejoined(text: str, columns: Sequence[str]) -> list[list[str]] | None:
    """The cells of a table that a spreadsheet took for one of another delimiter: it cut the rows at semicolons, and quoted what it cut.

    Returns:
        The rows; nothing unless they have all the columns, each row every one of them.
    """
    lines = []
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
        # As many empty cells as the longest row has more
        while cells and not cells[-1]:
            cells.pop()
        lines.append(";".join(cells))
    # Nothing was cut or quoted: something else is wrong
    if lines == text.splitlines():
        return None
    try:
        records = [record for record in csv.reader(lines, strict=True) if any(record)]
    except csv.Error:
        return None
    return records if records[:1] == [list(columns)] and {*map(len, records)} == {len(columns)} else None


def number_readings(cell: str) -> Readings:
    """What a number can be with a decimal point and with a decimal comma, in plain digits: ``1,234`` is 1234 or 1.234."""
    bare = GROUPING.sub("", cell)
    readings = {}
    for convention, sign, group in ((POINT, ".", ","), (COMMA, ",", ".")):
        ungrouped = rf"[0-9]+(\{sign}[0-9]+)?([eE][+-]?[0-9]+)?"
        grouped = rf"[1-9][0-9]{{0,2}}(\{group}[0-9]{{3}})+(\{sign}[0-9]+)?"
        if re.fullmatch(f"-?({ungrouped}|{grouped})", bare):
            readings[convention] = bare.replace(group, "").replace(sign, ".")
    return readings


def date_readings(cell: str) -> Readings:
    """What a date can be, as YYYY-MM-DD: ``1/2/2025`` is the second of January or the first of February."""
    bare = MIDNIGHT.sub("", cell)
    if match := LONG_DATE.fullmatch(bare):
        return _days({YEAR_FIRST: (match["year"], match["month"], match["day"])})
    if match := SHORT_DATE.fullmatch(bare):
        year, first, second = match["year"].rjust(4, "x").replace("xx", "20"), match["first"], match["second"]
        day_first = {DAY_FIRST: (year, second, first)}
        # Nobody writes 1.27.2025
        return _days(day_first if match["sign"] == "." else {**day_first, MONTH_FIRST: (year, first, second)})
    return {}


def _days(parts: Mapping[str, tuple[str, str, str]]) -> Readings:
    """Those that are days of the calendar."""
    readings = {}
    for convention, (year, month, day) in parts.items():
        with contextlib.suppress(ValueError):
            readings[convention] = date(int(year), int(month), int(day)).isoformat()
    return readings


def convention_of(readings: Iterable[Readings], conventions: Sequence[str]) -> str | None:
    """The one convention that cells show which can be read in one way only; nothing where they show none, or several."""
    shown = {next(iter(found)) for found in readings if len(found) == 1} & set(conventions)
    return shown.pop() if len(shown) == 1 else None


def settled(readings: Readings, convention: str | None = None) -> str | None:
    """The one thing that a cell means; nothing where it could be either."""
    if len(set(readings.values())) == 1:
        return next(iter(readings.values()))
    return readings.get(convention) if convention else None


def read_anew(text: str) -> str:
    """The text as it was before something read its UTF-8 as Windows-1252: ``Zürich`` for ``ZÃ¼rich``."""
    if not MISREAD.search(text):
        return text
    try:
        return b"".join(_windows_byte(character) for character in text).decode("utf-8")
    except UnicodeError:
        return text


def _windows_byte(character: str) -> bytes:
    """As Windows reads it: five bytes that Windows-1252 leaves open are control characters there."""
    return character.encode("latin-1" if character in "\x81\x8d\x8f\x90\x9d" else "cp1252")
