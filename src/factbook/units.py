"""Which units there are: those that every book has (``units.txt`` here), and those that the data bring.

``datapackage.json`` names the file of the data's units, in pint's notation, beside the tables: ``"units": "units.txt"``.
Nothing else is a unit: a spelling that stands in neither file is an error.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pint

from factbook import tables

FILE = Path(__file__).with_name("units.txt")


class UnitError(ValueError):
    """Two quantities that cannot be added or compared, or a unit that does not exist."""


@functools.cache
def unit_registry(number: type[float] | type[Decimal] = float) -> pint.UnitRegistry[Any]:
    """All units, with factors that are floats, or decimals.

    Raises:
        factbook.tables.DataError: the data name a file of units that is not there or cannot be read.
    """
    own = tables.units_file(tables.data_directory())
    lines = [line for path in (FILE, own) if path for line in path.read_text(encoding="utf-8").splitlines()]
    try:
        return pint.UnitRegistry(lines, autoconvert_to_preferred=False, non_int_type=number)
    except (pint.errors.PintError, ValueError, TypeError) as error:
        advice = "Write each unit on a line of its own, such as: penguin = [penguin]"
        raise tables.DataError(
            [tables.Fault(f"data/{own.name if own else FILE.name}", "units", f"cannot be read ({error}).", advice)]
        ) from None


@functools.cache
def unit(expression: str) -> pint.Unit:
    """The unit a data table names, such as ``usd/gpu_hour``.

    Raises:
        UnitError: the expression names something that is no unit of the data.
    """
    registry = unit_registry()
    try:
        return registry.parse_units(re.sub(r"\b(ratio|count)\b", "dimensionless", expression))
    except (pint.UndefinedUnitError, pint.errors.DefinitionSyntaxError, ValueError, TypeError) as error:
        raise UnitError(f"unknown unit “{expression}”: {error}. {advice()}") from None


def advice() -> str:
    """Where a unit that is missing is to be written."""
    own = tables.units_file(tables.data_directory())
    if own:
        return f"Units are defined in data/{own.name}: correct the spelling, or add it there."
    return 'Correct the spelling, or define it in data/units.txt and name that file in data/datapackage.json: "units": "units.txt".'
