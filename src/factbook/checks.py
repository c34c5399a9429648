"""Checks of the data by their own table: which figure follows from which, what adds up, what lies where, and why.

``data/checks.csv`` holds one rule a row. Its measure equals an expression over other rows, to half a unit of its last
digit or to a relative tolerance; or it lies between two bounds. Measures are read by `factbook.expressions`, with units.
A rule with ``for_each`` is asked once for each of several cases:

- ``metric: input output`` lists the words that ``{metric}`` stands for in the measure;
- ``subject, unit of api_prices where metric=input|output with unit=usd/Mtoken`` takes each pair of cells that stands in
  the table's rows with these cells (``column`` alone: filled; ``column~words``: the words are in it), as long as there
  is a row for each ``with``. ``facts`` stands for all tables of facts.

A contradiction between rows does not stop a build, because whoever changes an assumption to see what follows changes one
of two rows that agree, on purpose. A row without its partner is not compared, contradicts nothing, and is told.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from factbook.expressions import ExpressionError, Function, NotCompared, Scope, compiled
from factbook.facts import Facts, UnknownFact
from factbook.quantity import Quantity, unit
from factbook.rounding import leading_place
from factbook.tables import Row

TABLE = "checks"
# All tables of facts, in for_each
ALL_FACTS = "facts"
# Floating-point noise beside a tolerance or a bound, as a share
NOISE = 1e-12


class Contradiction(AssertionError):
    """Two rows that cannot both be right. The message names them."""


@dataclass(frozen=True)
class Check:
    """One rule over the rows.

    Attributes:
        name: its id.
        what: what holds and why, in a sentence.
        function: takes the facts, and a key where there are keys; raises `Contradiction` or `NotCompared`.
        keys: for which keys the rule is asked, or ``None``.
    """

    name: str
    what: str
    function: Callable[..., None]
    keys: Callable[[Facts], Iterable[object]] | None = None

    def cases(self, facts: Facts) -> Iterator[tuple[object, ...]]:
        """The arguments after the facts, one tuple for each time the rule is asked."""
        return iter([()]) if self.keys is None else ((key,) for key in self.keys(facts))


@dataclass(frozen=True)
class Findings:
    """What the checks say, one line each.

    Attributes:
        contradictions: rows that do not fit.
        not_compared: rows whose partner is missing.
    """

    contradictions: list[str]
    not_compared: list[str]


def findings(facts: Facts, checks: Iterable[Check]) -> Findings:
    """Ask every check."""
    found = Findings([], [])
    for check in checks:
        try:
            for case in check.cases(facts):
                _ask(check, facts, case, found)
        except ExpressionError as error:
            found.contradictions.append(f"{check.name}: {error}")
    return found


def _ask(check: Check, facts: Facts, case: tuple[object, ...], found: Findings) -> None:
    try:
        check.function(facts, *case)
    except (NotCompared, UnknownFact) as missing:
        found.not_compared.append(f"{check.name}: {missing.args[0]}")
    except (Contradiction, ValueError, ArithmeticError, LookupError) as error:
        found.contradictions.append(f"{check.name}: {error.args[0] if error.args else error}")


def of_table(facts: Facts, functions: Mapping[str, Function]) -> dict[str, Check]:
    """The checks of ``data/checks.csv`` by their ids; none where there is no such table.

    Args:
        facts: the tables.
        functions: functions of models that measures may call.
    """
    rows = facts.rows(TABLE) if TABLE in facts.table_names else []
    return {row["check_id"]: _check(row, number, functions) for number, row in enumerate(rows, start=2)}


def _check(row: Row, number: int, functions: Mapping[str, Function]) -> Check:
    place = f"data/{TABLE}.csv, row {number} ({row['check_id']})"
    spared = frozenset(row["except"].split())

    def asked(facts: Facts) -> list[tuple[str, ...]]:
        try:
            return [key for key in _cases(row["for_each"]).keys(facts) if "/".join(key) not in spared]
        except ExpressionError as error:
            raise ExpressionError(f"{place}: {error}") from None

    def ask(facts: Facts, key: tuple[str, ...] = ()) -> None:
        columns = _cases(row["for_each"]).columns if key else ()
        try:
            _judge(row, Scope(facts, functions, dict(zip(columns, key, strict=True))))
        except UnknownFact as error:
            raise UnknownFact(f"{place}: {error}") from None
        except ValueError as error:
            # A unit, an expression, or a model that refuses its rows
            raise Contradiction(f"{place}: {error}") from None

    return Check(row["check_id"], row["reason"], ask, asked if row["for_each"] else None)


def _judge(row: Row, scope: Scope) -> None:
    measure = compiled(_filled(row["measure"], scope.case))(scope)
    if row["equals"]:
        given = compiled(_filled(row["equals"], scope.case))(scope)
        for one in measure:
            if not any(_agree(one, other, row["tolerance"]) for other in given):
                raise Contradiction(f"{_told(one)}, but {' or '.join(map(_told, given))} ({row['reason']})")
        return
    low, high = (float(row[column] or end) for column, end in (("at_least", -math.inf), ("at_most", math.inf)))
    for one in measure:
        number = one.magnitude_in(unit(row["unit"] or "ratio"))
        if not low - NOISE * abs(low) <= number <= high + NOISE * abs(high):
            bounds = f"{row['at_least'] or 'anything'} and {row['at_most'] or 'anything'}"
            raise Contradiction(f"{one.formula} is {number:.6g} {row['unit']}, not between {bounds} ({row['reason']})")


def _agree(one: Quantity, other: Quantity, tolerance: str) -> bool:
    """Whether two quantities are the same: to half a unit of the first one's last digit, or to a share of the second."""
    given = other.magnitude_in(one.unit)
    half_unit = 0.0 if math.isinf(one.digits) else 0.5 * 10.0 ** (leading_place(one.magnitude) - one.digits + 1)
    allowed = float(tolerance) * abs(given) if tolerance else half_unit
    return abs(one.magnitude - given) <= allowed * (1 + NOISE) + NOISE * abs(given)


def _told(one: Quantity) -> str:
    return f"{one.formula} is {one.magnitude:.10g} {one.unit}".rstrip()


def _filled(text: str, case: Mapping[str, str]) -> str:
    """An expression with the cells of its case in place of the names in braces."""
    for name in re.findall(r"\{(\w*)\}", text):
        if name not in case:
            raise ExpressionError(f"{{{name}}} is not in for_each.")
        text = text.replace(f"{{{name}}}", case[name])
    return text


# Cases of a rule

Condition = Callable[[Row], bool]
EACH = re.compile(r"(?P<columns>\w+(?:, \w+)*) of (?P<table>\w+)(?: where (?P<where>.+?))?(?P<needed>(?: with .+)?)")


@dataclass(frozen=True)
class Cases:
    """What ``for_each`` names: columns, and a function that finds their cells."""

    columns: tuple[str, ...]
    keys: Callable[[Facts], Iterable[tuple[str, ...]]]


@functools.cache
def _cases(text: str) -> Cases:
    if listed := re.fullmatch(r"(\w+): (.+)", text):
        words = [(word,) for word in listed[2].split()]
        return Cases((listed[1],), lambda facts: words)
    match = EACH.fullmatch(text)
    if not match:
        raise ExpressionError(f"“{text}” names no cases. Write “metric: input output”, or “subject of chips where metric=die_area”.")
    columns, table = tuple(match["columns"].split(", ")), match["table"]
    chosen = _conditions(match["where"] or "")
    needed = [_conditions(words) for words in match["needed"].split(" with ")[1:]]

    def keys(facts: Facts) -> Iterable[tuple[str, ...]]:
        rows = [facts.row(fact_id) for fact_id in facts] if table == ALL_FACTS else facts.rows(table)
        groups: dict[tuple[str, ...], list[Row]] = {}
        try:
            for row in rows:
                if all(holds(row) for holds in chosen):
                    groups.setdefault(tuple(row[column] for column in columns), []).append(row)
            return [key for key, group in groups.items() if all(any(all(c(row) for c in wanted) for row in group) for wanted in needed)]
        except KeyError as error:
            raise ExpressionError(f"“{text}” names no cases: {table} has no column {error}.") from None

    return Cases(columns, keys)


def _conditions(text: str) -> list[Condition]:
    """``low unit=gpu|person note~'geometric mean'``: filled cells, cells with one of several texts, cells with words in them."""
    return [_condition(word.replace("'", "")) for word in re.findall(r"(?:[^\s']|'[^']*')+", text)]


def _condition(word: str) -> Condition:
    column, sign, cell = re.match(r"(\w+)([=~]?)(.*)", word).groups()  # type: ignore[union-attr]
    allowed = frozenset(cell.split("|"))
    if sign == "=":
        return lambda row: row[column] in allowed
    return (lambda row: cell in row[column]) if sign == "~" else (lambda row: bool(row[column]))
