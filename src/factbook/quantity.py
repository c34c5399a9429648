"""A number that knows its unit, its precision and where it came from.

A :class:`Quantity` is a pint quantity plus a trace: the data rows it was computed from and the formula.
Arithmetic keeps all of it: ``hours * rate`` has the unit dollars, no more digits than its less precise
operand, and the rows of both. Adding dollars to hours is an error. Plain numbers are exact.

Comparison follows Python's rules. Two hours and 120 minutes are equal, hash alike, and are one member of a set; dollars
and hours are different, and asking which is more is an error. A ratio equals the plain number.

Precision follows the usual rules of significant digits: products keep the fewest digits of their factors,
sums the coarsest decimal place of their terms (Taylor, *An Introduction to Error Analysis*, ch. 2).
"""

from __future__ import annotations

import functools
import numbers
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pint

from factbook import contract, wordings
from factbook.rounding import EXACT as EXACT
from factbook.rounding import SETTLED_DIGITS, leading_place, record, round_to
from factbook.units import UnitError as UnitError
from factbook.units import unit as unit
from factbook.units import unit_registry
from factbook.wordings import DEFAULT_DIGITS

# Enough for every figure of a source; beyond it stands arithmetic, not knowledge
WRITTEN_DIGITS = 7.0


@functools.cache
def _base_factor(measured_in: pint.Unit) -> Decimal:
    """How many base units one of this unit is: 3600 for an hour, 0.01 for a percent."""
    return Decimal(unit_registry(Decimal).Quantity(Decimal(1), str(measured_in)).to_base_units().magnitude)


@functools.cache
def _conversion(source: pint.Unit, target: pint.Unit) -> float:
    """How many of one unit another one is."""
    return float(unit_registry().Quantity(1.0, source).to(target).magnitude)


@functools.cache
def _combined_unit(symbol: str, left: pint.Unit, right: pint.Unit) -> tuple[float, pint.Unit]:
    """The unit of a product or ratio, reduced (hours times dollars an hour are dollars), and the factor that this takes."""
    one, other = (unit_registry().Quantity(1.0, side) for side in (left, right))
    combined: Any = one * other if symbol == "×" else one / other
    reduced = combined.to_reduced_units()
    return float(reduced.magnitude), reduced.units


def _as_unit(value: Any) -> pint.Unit:
    """Narrow what pint's arithmetic on units returns."""
    return unit_registry().Unit(value)


@dataclass(frozen=True)
class Trace:
    """Where a number came from: a formula over names, and the ids of the data rows behind it."""

    formula: str
    rows: frozenset[str]
    binding: int = 3

    def within(self, binding: int) -> str:
        """The formula, in parentheses where its operator binds less than ``binding``."""
        return f"({self.formula})" if self.binding < binding else self.formula


@dataclass(frozen=True, eq=False)
class Quantity:
    """A traced number.

    Attributes:
        magnitude: the number, in ``unit``.
        unit: a unit of the data.
        digits: significant digits; ``EXACT`` for counts, definitions and plain numbers.
        trace: its formula and rows.
        low, high: the range stated with a data row, in ``unit``; derived quantities have none.
        name: what a chapter calls it, once it has been named.
        specification: how it is printed, see :meth:`__format__`.
    """

    magnitude: float
    unit: pint.Unit
    digits: float = EXACT
    trace: Trace = Trace("", frozenset())
    low: Quantity | None = None
    high: Quantity | None = None
    name: str = ""
    specification: str = ""

    @property
    def rows(self) -> frozenset[str]:
        """Ids of the data rows this number was computed from."""
        return self.trace.rows

    @property
    def formula(self) -> str:
        """How it was computed, over fact ids and plain numbers."""
        return self.trace.formula

    def named(self, name: str) -> Quantity:
        """The same number under a name that formulas built on it show instead of its own formula."""
        return replace(self, name=name)

    def shown(self, specification: str) -> Quantity:
        """The same number, printed with other digits or in another unit: ``q.shown("4 day")``."""
        return replace(self, specification=specification)

    def overlaps(self, other: Quantity) -> bool:
        """Whether the range of this quantity and that of another meet; a quantity without a range is a point."""
        low, high = self.low or self, self.high or self
        return bool((other.low or other) <= high and (other.high or other) >= low)

    def to(self, target: str) -> Quantity:
        """The same quantity in another unit.

        Raises:
            UnitError: the target measures something else.
        """
        factor = self._factor(unit(target))
        return replace(
            self,
            magnitude=self.magnitude * factor,
            unit=unit(target),
            low=self.low.to(target) if self.low else None,
            high=self.high.to(target) if self.high else None,
        )

    def magnitude_in(self, target: pint.Unit) -> float:
        """The bare number in another unit.

        Raises:
            UnitError: the target measures something else.
        """
        return self.magnitude * self._factor(target)

    def _factor(self, target: pint.Unit) -> float:
        try:
            return _conversion(self.unit, target)
        except pint.DimensionalityError:
            named = self.name or self.formula or "a plain number"
            raise UnitError(f"{named} is measured in {self.unit or 'no unit'}, not in {target or 'a plain number'}.") from None

    def _label(self, binding: int) -> str:
        return self.name or self.trace.within(binding)

    def __float__(self) -> float:
        """The bare number of a ratio or a count. Other units must be named: use ``to(…).magnitude``."""
        return self.magnitude * self._factor(unit("ratio"))

    # Arithmetic

    def _combine(self, other: object, symbol: str, operation: Callable[[float, float], float], swap: bool = False) -> Quantity:
        quantity = _as_quantity(other)
        if quantity is None:
            return NotImplemented  # type: ignore[no-any-return]
        if symbol == "+" and quantity is not other and not quantity.magnitude:
            return self  # Python's sum() starts from a plain 0, which is nothing of any unit
        left, right = (quantity, self) if swap else (self, quantity)
        if symbol in "+−":
            return left._add(right, symbol, operation)
        factor, measured_in = _combined_unit(symbol, left.unit, right.unit)
        magnitude = operation(left.magnitude, right.magnitude) * factor
        trace = Trace(f"{left._label(2)} {symbol} {right._label(2 if symbol == '×' else 3)}", left.rows | right.rows, 2)
        return Quantity(magnitude, measured_in, min(left.digits, right.digits), trace)

    def _add(self, other: Quantity, symbol: str, operation: Callable[[float, float], float]) -> Quantity:
        factor = other._factor(self.unit)  # Before anything else: zero dollars and five hours have no sum either
        if other.magnitude == 0 and not other.rows and symbol == "+":
            return self
        if self.magnitude == 0 and not self.rows and symbol == "+":
            return other if other.unit == self.unit else other.to(str(self.unit))
        addend = replace(other, magnitude=other.magnitude * factor, unit=self.unit)
        magnitude = operation(self.magnitude, addend.magnitude)
        place = max(_decimal_place(self), _decimal_place(addend))
        digits = EXACT if place == -EXACT else max(1, _leading_place(magnitude) - place + 1)
        trace = Trace(f"{self._label(1)} {symbol} {other._label(1 if symbol == '+' else 2)}", self.rows | other.rows, 1)
        return Quantity(magnitude, self.unit, digits, trace)

    def __add__(self, other: object) -> Quantity:
        return self._combine(other, "+", lambda a, b: a + b)

    def __radd__(self, other: object) -> Quantity:
        return self._combine(other, "+", lambda a, b: a + b, swap=True)

    def __sub__(self, other: object) -> Quantity:
        return self._combine(other, "−", lambda a, b: a - b)

    def __rsub__(self, other: object) -> Quantity:
        return self._combine(other, "−", lambda a, b: a - b, swap=True)

    def __mul__(self, other: object) -> Quantity:
        return self._combine(other, "×", lambda a, b: a * b)

    def __rmul__(self, other: object) -> Quantity:
        return self._combine(other, "×", lambda a, b: a * b, swap=True)

    def __truediv__(self, other: object) -> Quantity:
        return self._combine(other, "/", lambda a, b: a / b)

    def __rtruediv__(self, other: object) -> Quantity:
        return self._combine(other, "/", lambda a, b: a / b, swap=True)

    def __pow__(self, power: float) -> Quantity:
        trace = Trace(f"{self._label(3)}^{power:g}", self.rows, 2)
        return Quantity(self.magnitude**power, _as_unit(self.unit**power), self.digits, trace)

    def __neg__(self) -> Quantity:
        return replace(self, magnitude=-self.magnitude, trace=Trace(f"−{self._label(2)}", self.rows, 1), low=None, high=None, name="")

    def __abs__(self) -> Quantity:
        return replace(self, magnitude=abs(self.magnitude), trace=Trace(f"|{self._label(0)}|", self.rows), low=None, high=None, name="")

    # Comparison, by value: all of it looks at the same number, so that what is equal hashes alike and is neither more nor less

    def _in_base_units(self) -> float:
        """The magnitude in base units. It counts as the decimal that it is written as, so that 12.3% is 0.123 to the last bit."""
        factor = _base_factor(self.unit)
        if not isinstance(self.magnitude, (int, float)):
            return self.magnitude * float(factor)  # The symbol of a formula
        return float(Decimal(repr(float(self.magnitude))) * factor)

    def _compare(self, other: object, holds: Callable[[float, float], bool]) -> bool:
        if not isinstance(other, (Quantity, int, float)):
            return NotImplemented  # type: ignore[no-any-return]
        self._factor(other.unit if isinstance(other, Quantity) else unit("ratio"))  # Raises where it measures something else
        return holds(self._in_base_units(), other._in_base_units() if isinstance(other, Quantity) else other)

    def __eq__(self, other: object) -> bool:
        value: Any = self._in_base_units()
        if isinstance(other, Quantity):
            return self.unit.dimensionality == other.unit.dimensionality and bool(value == other._in_base_units())
        if isinstance(other, numbers.Number):
            return self.unit.dimensionless and bool(value == other)
        return NotImplemented

    def __hash__(self) -> int:
        value = self._in_base_units()
        return hash(value if self.unit.dimensionless else (value, self.unit.dimensionality))

    def __lt__(self, other: object) -> bool:
        return self._compare(other, operator.lt)

    def __le__(self, other: object) -> bool:
        return self._compare(other, operator.le)

    def __gt__(self, other: object) -> bool:
        return self._compare(other, operator.gt)

    def __ge__(self, other: object) -> bool:
        return self._compare(other, operator.ge)

    # Text

    def __format__(self, specification: str) -> str:
        """``f"{q}"`` with up to three digits, ``f"{q:5}"`` with up to five, ``f"{q:3 day}"`` in days.

        ``f"{q:bare}"`` leaves the unit out, for a table whose head names it; ``f"{q:fall}"`` gives a negative number as the
        positive one that follows “fell by”. Never more digits than the sources give.
        """
        words = (specification or self.specification).split()
        bare = "bare" in words
        digits = next((int(word) for word in words if word.isdigit()), DEFAULT_DIGITS)
        target = next((word for word in words if not word.isdigit() and word not in ("bare", "fall")), None)
        measured = self.to(target) if target else self
        shown = replace(measured, magnitude=-measured.magnitude) if "fall" in words else measured
        return format_quantity(shown, digits, bare=bare)

    def __str__(self) -> str:
        return format(self, "")

    def __repr__(self) -> str:
        return f"<{self} = {self.formula}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        number = self.traced(str(self), [contract.Row(row) for row in sorted(self.rows)])
        return {"text/plain": str(self), number.MIME_TYPE: number.to_payload()}

    def traced(self, text: str, rows: Sequence[contract.Row], name: str = "") -> contract.Number:
        """The number as a chapter emits it.

        Args:
            text: as it is printed.
            rows: the rows behind it.
            name: under which a chapter records it.
        """
        told = self.describe(text)
        return contract.Number(
            id=name, value=told.value, unit=told.unit, text=text, exact=told.exact, formula=told.formula, rows=tuple(rows)
        )

    def describe(self, text: str) -> contract.StepNumber:
        """What a page or a machine needs to trace this number: value, unit, printed text, formula, ids of its rows."""
        name = str(self.unit) if self.unit != unit("ratio") else ""
        written = wordings.plain(self.magnitude, min(self.digits, WRITTEN_DIGITS))
        spelled = wordings.wording_of(self.unit).spelled or name
        return contract.StepNumber(
            value=record(self.magnitude, self.digits),
            unit=name or "ratio",
            text=text,
            exact=f"{written} {spelled}".strip(),
            formula=self.formula,
            rows=tuple(sorted(self.rows)),
        )


def _as_quantity(value: object) -> Quantity | None:
    if isinstance(value, Quantity):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Quantity(float(value), unit("ratio"), EXACT, Trace(f"{value:g}", frozenset()))
    return None


def _leading_place(number: float) -> int:
    if not isinstance(number, (int, float)):
        return 0  # The symbol of a formula
    return leading_place(number)


def _decimal_place(quantity: Quantity) -> float:
    """The power of ten of the last significant digit."""
    return _leading_place(quantity.magnitude) - quantity.digits + 1


def significant_digits(written: str) -> int:
    """How many digits a number carries as written: ``2788000`` has 4, ``1.80e5`` has 3, ``0.14`` has 2.

    Trailing zeros of a whole number do not count; after a decimal point they do.
    """
    mantissa = written.lower().partition("e")[0].lstrip("-")
    whole, point, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0") if point else whole.strip("0")
    return max(1, len(digits))


def half_unit(written: str) -> float:
    """Half a unit of the last digit of a number as written: 500 for 101000, 0.05 for 3.7."""
    place = leading_place(float(written)) - significant_digits(written) + 1
    return float(f"5e{place - 1}")


# Text of quantities


def format_quantity(quantity: Quantity, digits: int = DEFAULT_DIGITS, *, bare: bool = False) -> str:
    """The text of a quantity, with at most ``digits`` significant digits and never more than it carries."""
    words = wordings.wording_of(quantity.unit)
    shown = min(float(digits), quantity.digits)
    if words.whole:
        shown = quantity.digits
    elif quantity.digits == EXACT and round_to(quantity.magnitude, SETTLED_DIGITS) == round_to(quantity.magnitude, digits):
        shown = EXACT
    return words.text(quantity.magnitude, shown, bare)


def format_range(low: Quantity, high: Quantity) -> str:
    """Two ends of a range with what they share written once: ``$10–20M``, ``38–43%``."""
    first, last = str(low), str(high)
    prefix = re.match(r"[^\d]*", first)[0]  # type: ignore[index]
    tail = re.search(r"[^\d]*$", first)[0]  # type: ignore[index]
    if not (last.startswith(prefix) and last.endswith(tail)):
        return f"{first} to {last}"
    return f"{first.removesuffix(tail)}–{last.removeprefix(prefix)}"


def of(value: float | str, unit_name: str, fact_id: str, *, exact: bool = False) -> Quantity:
    """A quantity from one data row. The digits are those of ``value`` as written.

    Args:
        value: the cell as written, or a number.
        unit_name: a unit of the data.
        fact_id: the row's id.
        exact: the number carries no rounding.
    """
    written = value if isinstance(value, str) else f"{Decimal(repr(value)):f}"
    digits = EXACT if exact else float(significant_digits(written))
    return Quantity(float(value), unit(unit_name), digits, Trace(fact_id, frozenset({fact_id})))


def constant(value: float, unit_name: str, formula: str) -> Quantity:
    """An exact number that no data row holds, such as a definition. A result needs a row besides it to be published."""
    return Quantity(float(value), unit(unit_name), EXACT, Trace(formula, frozenset()))


def computed(value: float, unit_name: str, digits: float, formula: str, rows: Iterable[str]) -> Quantity:
    """A result of arithmetic that quantities cannot do (a count over a list, a simulation), traced by hand.

    Args:
        value: the number, in the unit.
        unit_name: a unit of the data.
        digits: significant digits it deserves; ``EXACT`` for counts.
        formula: how it was computed, in words or symbols.
        rows: ids of the data rows it rests on.
    """
    return Quantity(float(value), unit(unit_name), digits, Trace(formula, frozenset(rows)))


def count(ids: Iterable[str], of_what: str) -> Quantity:
    """How many rows there are, traced to them: ``count(ids, "conflated figures")``."""
    rows = frozenset(ids)
    return Quantity(float(len(rows)), unit("count"), EXACT, Trace(f"count of {of_what}", rows))


def count_of(number: int, rows: Iterable[str], of_what: str) -> Quantity:
    """How many different things some rows name, traced to the rows: ``count_of(2, ids, "origins")``."""
    return Quantity(float(number), unit("count"), EXACT, Trace(f"count of {of_what}", frozenset(rows)))
