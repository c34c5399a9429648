"""What a reader assumes in place of the data: the parameters of the chapters.

A chapter with a model has a cell tagged ``parameters``, the convention by which papermill finds what it may set. Each
parameter there is None, which stands for the data's own value, so that no number is typed in twice. A reader writes a
text with a number and its unit instead, such as ``rate = "3 usd/gpu_hour"``, in the cell or with ``papermill -p``.
The text is read by the rule of :mod:`factbook.typed` and its unit checked here; the number then goes its way through
the chapter's formulas like any row of the data. It never passes for one: its id begins with ``assumption/``, its grade is
*assumption*, formulas call it “the reader’s …”, and every number computed from it says so.

>>> assumption("rate", "3 usd/gpu_hour", load()["v3_rate_assumed"])
<$3 per GPU-hour = the reader’s rate>
>>> assumption("rate", None, load()["v3_rate_assumed"])
<$2 per GPU-hour = v3_rate_assumed>
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

from factbook.facts import ASSUMPTION, load
from factbook.quantity import EXACT, Quantity, Trace, UnitError, constant, unit
from factbook.tables import ForReaders
from factbook.typed import TypedError, read_typed

Default = TypeVar("Default", Quantity, float)


class AssumptionError(ForReaders, ValueError):
    """A parameter that cannot be used. The message names it, the unit wanted and an example."""


def assumption(
    name: str,
    value: str | float | None,
    default: Default,
    unit_name: str = "",
    *,
    at_most: float = math.inf,
    or_zero: bool = False,
) -> Quantity | Default:
    """A parameter of a chapter: the reader's value as a quantity, or the default as it is.

    Args:
        name: what the parameter is called in the chapter.
        value: a text with number and unit; a bare number where the unit is a ratio; None for the default.
        default: a quantity from the data; or a plain number, which is an assumption of the chapter itself. The reader's
            value then is a plain number too: that of ``unit_name``.
        unit_name: the unit to read the value in; by default that of ``default``.
        at_most: the largest value that can be, in that unit.
        or_zero: whether it may be zero; it must be above zero otherwise.

    Raises:
        AssumptionError: no number, a unit of something else, or a value that cannot be.
    """
    if value is None:
        return default
    from_data = default if isinstance(default, Quantity) else constant(default, unit_name or "ratio", f"{default:g}")
    usual = from_data.to(unit_name) if unit_name else from_data
    given = _read(name, value, usual)
    if not (given.magnitude > 0 or (or_zero and given.magnitude == 0)) or given.magnitude > at_most:
        least = "zero or more" if or_zero else "above zero"
        most = f" and at most {_spelled(at_most, usual.unit)}" if at_most < math.inf else ""
        raise AssumptionError(f"{name} must be {least}{most}, not {value}: {_example(name, usual)}")
    load().assume(name, given, str(usual))
    return given if isinstance(default, Quantity) else replace(given, unit=unit("ratio"))


def _read(name: str, value: str | float, usual: Quantity) -> Quantity:
    target = str(usual.unit) or "ratio"
    kind = "a plain number or a percentage" if usual.unit.dimensionless else f"a number with a unit of {_compact(target)}"
    refused = f"{name} must be {kind}, not {value!r}"
    try:
        number, measured_in = read_typed(str(value))
        trace = Trace(f"the reader’s {name}", frozenset({ASSUMPTION + name}))
        given = Quantity(number, unit(measured_in.replace("%", "percent") or "ratio"), EXACT, trace).to(target)
    except TypedError as error:
        raise AssumptionError(f"{refused}. {error} For example, {_example(name, usual)}") from None
    except UnitError:
        raise AssumptionError(f"{refused}: {_example(name, usual)}") from None
    if math.isinf(given.magnitude):
        raise AssumptionError(f"{refused}, which is too large to compute with: {_example(name, usual)}")
    return given


def _example(name: str, usual: Quantity) -> str:
    return f'write {name} = "{_spelled(usual.magnitude, usual.unit)}".'


def _spelled(number: float, measured_in: object) -> str:
    return f"{number:.6g} {_compact(str(measured_in))}".strip()


def _compact(unit_name: str) -> str:
    return "" if unit_name in ("dimensionless", "ratio") else unit_name.replace(" ", "")
