"""How numbers are rounded, and how many of their digits are recorded: the same on every processor.

Two machines agree on ``+ − × /`` to the last bit, but not on powers, logarithms, long sums or linear algebra. So no
result is stored or printed with all its bits. Everything that leaves a model goes through :func:`round_to`: a number is
first settled to :data:`SETTLED_DIGITS`, which removes the noise, and then rounded to the digits wanted, halves away from
zero. Settling first is the rule for values beside an edge: 2.675 stands just below the half in binary, another processor
may put it just above; settled it is the half itself, and goes up on both.

Why these numbers of digits: ``docs/decisions/recorded-digits.md``.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

# The digits of a number without rounding: a count, a definition, a plain number
EXACT = math.inf
# More than any figure of the data carries but counts; the noise of a long computation stays three digits below
RECORDED_DIGITS = 10
# As many as a long computation holds; what differs from processor to processor stands beyond
SETTLED_DIGITS = 13
# Below this, every whole number is exact as a float
EXACT_WHOLE = 2.0**53
ROUNDING_EVENT = "notebook.round"


def leading_place(number: float) -> int:
    """The power of ten of the first digit: 3 for 1000, −2 for 0.05; 0 for zero. A logarithm may say 2 for 1000."""
    return _settled(number).adjusted() if number and math.isfinite(number) else 0


def settle(number: float) -> float:
    """A number without its noise: what to compare where two numbers may be equal but for the noise."""
    return round_to(number, SETTLED_DIGITS)


def round_to(number: float, digits: int) -> float:
    """A number with so many significant digits, halves away from zero, the same on every processor.

    Args:
        number: any float; zeros, infinities and NaN stay.
        digits: at most :data:`SETTLED_DIGITS`; more are cut to that.

    Whoever wants to know how close roundings come to their edges listens to the audit event ``notebook.round``.
    """
    if not number or not math.isfinite(number):
        return number
    sys.audit(ROUNDING_EVENT, number, digits)
    return float(_rounded(number, digits))


def round_to_place(number: float, place: int) -> float:
    """A number rounded at a power of ten: ``round_to_place(2.675, -2)`` is 2.68."""
    digits = leading_place(number) - place + 1 if number and math.isfinite(number) else 1
    if digits > 0:
        return round_to(number, digits)
    # Less than one digit is left: the number is zero, or one unit of the place
    return math.copysign(float(Decimal(1).scaleb(place)), number) if abs(_settled(number)) >= Decimal(5).scaleb(place - 1) else 0.0


def record(number: float, digits: float = RECORDED_DIGITS) -> float:
    """A number as it is recorded: with :data:`RECORDED_DIGITS`, or more where a source gives more.

    Args:
        number: the number.
        digits: the digits it carries; infinite for exact numbers, whose whole values are kept as they are.
    """
    if digits == math.inf:
        whole = number == math.floor(number) if math.isfinite(number) else True
        return number if whole and abs(number) < EXACT_WHOLE else round_to(number, RECORDED_DIGITS)
    return round_to(number, max(RECORDED_DIGITS, int(digits)))


def record_all(content: Any) -> Any:
    """Data as they are recorded: every float inside lists and mappings with :data:`RECORDED_DIGITS`; whole numbers stay ``int``."""
    if isinstance(content, float):
        return record(content)
    if isinstance(content, Mapping):
        return {key: record_all(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [record_all(value) for value in content]
    return content


def distance_from_edge(number: float, digits: int) -> float:
    """How far a number stands from the next value that would be rounded otherwise, as a share of itself.

    Infinite where nothing is cut off.
    """
    if not number or not math.isfinite(number) or digits >= SETTLED_DIGITS:
        return math.inf
    exact, rounded = abs(Decimal(number)), abs(_rounded(number, digits))
    step = Decimal(1).scaleb(rounded.adjusted() - digits + 1)
    is_power = rounded == Decimal(1).scaleb(rounded.adjusted())
    edges = (rounded - step / (20 if is_power else 2), rounded + step / 2)
    # What is settled to a half goes up, so the edge lies half a settled unit below it
    return float(min(abs(exact - edge + Decimal(5).scaleb(edge.adjusted() - SETTLED_DIGITS)) for edge in edges) / exact)


def _settled(number: float) -> Decimal:
    return Decimal(f"{number:.{SETTLED_DIGITS - 1}e}")


def _rounded(number: float, digits: int) -> Decimal:
    settled = _settled(number)
    if digits >= SETTLED_DIGITS:
        return settled
    return settled.quantize(Decimal(1).scaleb(settled.adjusted() - digits + 1), ROUND_HALF_UP)
