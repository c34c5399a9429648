"""How a number with its unit is written: the only place where numbers become text.

Each row of a table of wordings says of one unit how its numbers look and what follows them. The units that every book has
stand in ``wordings.csv`` here; a table ``wordings`` of the data adds others, and has the last word. A unit without a
wording follows its number as it is spelled.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pint

from factbook import tables
from factbook.rounding import EXACT, leading_place, record, round_to
from factbook.units import unit

FILE = Path(__file__).with_name("wordings.csv")
TABLE = "wordings"
DEFAULT_DIGITS = 3
# Beyond this, floating point no longer holds every digit
LARGEST_WRITTEN_OUT = 1e15
_SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_MINUS = "−"


def _round(number: float, digits: float) -> float:
    return record(number, EXACT) if digits == EXACT else round_to(number, int(digits))


def plain(number: float, digits: float) -> str:
    """The number with thousands separators and as many digits as it carries."""
    number = _round(number, digits)
    if abs(number) >= LARGEST_WRITTEN_OUT:
        return scientific(number, digits)
    if digits == EXACT:
        text = f"{number:,.10f}".rstrip("0").rstrip(".")
    else:
        text = f"{number:,.{max(0, int(digits) - 1 - leading_place(number))}f}"
    return text.replace("-", _MINUS)


def compact(number: float, digits: float) -> str:
    """``2.79M``, ``294K``, ``$1.6B``: a suffix from thousands on."""
    number = _round(number, digits)
    for size, suffix in _SUFFIXES:
        if abs(number) >= size:
            return plain(number / size, digits) + suffix
    return plain(number, digits)


def scientific(number: float, digits: float) -> str:
    """``2.79 × 10⁶``."""
    shown = int(min(digits, DEFAULT_DIGITS + 3))
    mantissa, exponent = f"{round_to(number, shown):.{shown - 1}e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}".replace("-", _MINUS)


STYLES: dict[str, Callable[[float, float], str]] = {"plain": plain, "compact": compact, "scientific": scientific}


@dataclass(frozen=True)
class Wording:
    """How quantities of one unit are written.

    Attributes:
        style: of the number, one of `STYLES`.
        prefix: what stands before it, such as the sign of a currency.
        one: what follows it if it is one; by default the same as ``many``.
        many: what follows it.
        whole: whether there are only whole numbers of it, so that no digit is rounded away.
        spelled: the unit after the number with all its digits; by default its name.
    """

    style: str
    prefix: str = ""
    one: str = ""
    many: str = ""
    whole: bool = False
    spelled: str = ""

    def text(self, number: float, digits: float, bare: bool) -> str:
        """The number with its unit, or without (``bare``) where a table's head names the unit."""
        written = STYLES[self.style](abs(number) if self.prefix else number, digits)
        sign = _MINUS if self.prefix and number < 0 else ""
        following = "" if bare else self.one if written == "1" and self.one else self.many
        return f"{sign}{self.prefix}{written}{following}"


def wording_of(measured_in: pint.Unit) -> Wording:
    """How numbers of a unit are written."""
    return _wordings().get(measured_in) or Wording("plain", many=f" {measured_in}")


def wording(measured_in: pint.Unit) -> dict[str, Any]:
    """The same as data: for a page that has to write numbers by itself.

    Returns:
        ``kind`` (plain, compact or scientific), ``prefix``, what follows ``one`` and ``many``, and whether only ``whole`` numbers occur.
    """
    words = wording_of(measured_in)
    return {"kind": words.style, "prefix": words.prefix, "one": words.one or words.many, "many": words.many, "whole": words.whole}


@functools.cache
def _wordings() -> dict[pint.Unit, Wording]:
    return {unit(row["unit"]): _wording(row) for row in _rows()}


def _rows() -> Iterator[tables.Row]:
    own = tables.table_file(tables.data_directory(), TABLE)
    for path in (FILE, own):
        if path:
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield from csv.DictReader(file)


def _wording(row: tables.Row) -> Wording:
    style, prefix, one, many, whole, spelled = (row.get(name) or "" for name in ("style", "prefix", "one", "many", "whole", "spelled"))
    return Wording(style or "plain", prefix, _following(one), _following(many), whole == "true", spelled)


def _following(words: str) -> str:
    """A word stands apart from its number, a sign such as % does not."""
    return f" {words}" if words[:1].isalnum() else words
