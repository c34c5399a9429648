"""How much room words leave: the interval that a number, its rounding and its hedges allow.

``data/hedges.csv`` gives each hedge a kind; this module gives each kind its room. More hedge is never less room: a number
with a hedge gets at least what the bare number gets, except that a floor or a ceiling closes the other side.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from factbook.facts import Facts

# Up to here a whole number is taken as it stands: “50%” is not 45 to 55
TAKEN_AS_IT_STANDS = 100
ABOUT = 0.10
# “More than” is said of a number that is not many times exceeded
SEVERAL_TIMES = 5
REACHED = 0.90
ALL = 100
# What is printed to the last one is meant so
COUNTED = ("count", "elo", "gpu", "person", "year")


@dataclass(frozen=True)
class Room:
    """A kind of hedge.

    Attributes:
        label: what it is called.
        rule: what it allows, for readers.
    """

    label: str
    rule: str


ROUNDING = Room(
    "A bare number",
    "What it rounds from: half of its last digit that is not zero, up and down; of a whole number below a hundred, half of one. "
    "A count that is printed to the last one, and a year, mean just that.",
)
KINDS = {
    "about": Room("About", "A tenth up and down at least, and never less than the rounding."),
    "floor": Room("More than", "From the number up, not beyond five times it; a share not beyond the whole."),
    "below": Room("Less than", "Up to the number, not below a fifth of it."),
    "maximum": Room("Up to", "A maximum that was reached or can be: from nine tenths of the number to the number."),
    "relayed": Room("Reportedly", "The number as it stands; the question becomes whether it was reported so."),
    "possible": Room("Could", "Judged by whether it is shown to be possible, or as a forecast; a number stands as it is."),
    "mostly": Room("Often", "It holds if it holds of the part that the word names; exceptions do not refute it."),
    "likened": Room("Similar", "As for “about”, on top of what the number it is likened to allows."),
}


# Kinds that change what a number allows
WIDENING = {"about", "floor", "below", "maximum", "likened"}


def kinds_of(facts: Facts, hedges: str) -> set[str]:
    """The kinds of the hedges of a quotation.

    Args:
        facts: the tables.
        hedges: as in ``quotations.csv``, separated by ``; ``.

    Raises:
        KeyError: ``hedges.csv`` does not have one of them.
    """
    known = {row["hedge"]: row["kind"] for row in facts.rows("hedges")}
    return {known[hedge.lower()] for hedge in hedges.split("; ") if hedge}


def words_of_kinds(facts: Facts) -> dict[str, str]:
    """The hedges of each kind that claims use, as a reader sees them, in the order of ``hedges.csv``."""
    used = {hedge.lower() for row in facts.rows("quotations") for hedge in row["hedge"].split("; ")}
    rows = [row for row in facts.rows("hedges") if row["hedge"] in used]
    return {kind: ", ".join(f"“{row['hedge']}”" for row in rows if row["kind"] == kind) for kind in KINDS}


def rounding(number: str) -> float:
    """Half of a number’s last digit that is not zero; of a whole number below a hundred, half of one.

    Args:
        number: as written, such as ``294000``, ``0.5`` or ``55``.
    """
    written = Decimal(number).normalize()
    exponent = written.as_tuple().exponent
    assert isinstance(exponent, int)
    if exponent > 0 and abs(written) < TAKEN_AS_IT_STANDS:
        exponent = 0
    return float(Decimal(5).scaleb(exponent - 1))


def allowed(number: str, unit: str, kinds: Collection[str]) -> tuple[float, float]:
    """The ends of what a number and its hedges allow, in its own unit.

    Args:
        number: as written in ``claims.csv``.
        unit: of the number; a share in percent does not pass the whole.
        kinds: of its hedges.

    Returns:
        The lower and the upper end; they are finite.
    """
    value, half = float(number), rounding(number)
    if unit in COUNTED and value % 10 and not WIDENING & set(kinds):
        return value, value
    if {"about", "likened"} & set(kinds):
        half = max(half, ABOUT * abs(value))
    low, high = value - half, value + half
    if "floor" in kinds:
        high = min(SEVERAL_TIMES * value, ALL) if unit == "percent" else SEVERAL_TIMES * value
        low = (1 - ABOUT) * value if "likened" in kinds else value
    if "below" in kinds:
        low, high = value / SEVERAL_TIMES, value
    if "maximum" in kinds:
        low, high = REACHED * value, value + rounding(number)
    return low, high


def states_a_range(quotation: str) -> bool:
    """Whether an article gives two ends, such as “$70–80M”; then these are what it allows."""
    return bool(re.search(r"\d[–-]\d", quotation))


def is_allowed(facts: Facts, claim_id: str) -> bool:
    """Whether the interval in ``claims.csv`` is the one that the claim’s number, its rounding and its hedges allow.

    Raises:
        KeyError: ``hedges.csv`` lacks a hedge of the claim.
    """
    row = facts.claim_row(claim_id)
    quoted = facts.where("quotations", claim_id=claim_id)[0]
    if states_a_range(quoted["quotation"]):
        return float(row["low"]) <= float(row["value"]) <= float(row["high"])
    ends = allowed(row["value"], row["unit"], kinds_of(facts, quoted["hedge"]))
    return all(math.isclose(float(row[name]), end, rel_tol=1e-9) for name, end in zip(("low", "high"), ends, strict=True))
