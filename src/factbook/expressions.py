"""Expressions over facts, written in the cells of a table and evaluated with units.

``v3_hours_pretrain / v3_cluster_gpus`` names two rows by their ids and has the unit of both together. The grammar is a
small part of Python's own:

- ``v3_hours_total``, ``server_life.low``: a fact's value, an end of its range;
- ``6``, ``8 gpu``, ``20 usd/Mtoken``: a number, with its unit;
- ``+ - * / **`` and parentheses, with spaces around the operators;
- ``chips(subject=h20, metric=die_area)``: the values of a table's rows with these cells. ``a | b`` allows several,
  ``'n_items*'`` a beginning, a bare ``subject`` takes the cell of the case that is asked (see `factbook.checks`);
  ``.n_items`` behind it reads another column;
- ``sum max min median count round any_of`` of such values, and the functions of models that a book registers.

Everything has a list of values: several rows give several, and arithmetic is done with each of them.
"""

from __future__ import annotations

import ast
import difflib
import functools
import operator
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from factbook import quantity
from factbook.facts import Facts
from factbook.quantity import Quantity, Trace, constant
from factbook.tables import Row

Values = list[Quantity]
# What a registered function gets of an expression: a name as text, or a number with its unit
Argument = str | Quantity
Function = Callable[..., Values]
MEASURED = ("value", "low", "high")
WHOLE = "the nearest whole number"
NUMBER_WITH_UNIT = re.compile(r"(?<![\w.'])([0-9][0-9_]*(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?) ([A-Za-z][\w*/]*)")


class ExpressionError(ValueError):
    """An expression that cannot be read or has no meaning. The message says which part and what would have one."""


class NotCompared(LookupError):
    """A row has nothing to be compared with. The message says what is missing."""


@dataclass(frozen=True)
class Scope:
    """What names in an expression mean.

    Attributes:
        facts: the tables.
        functions: functions of models by name; each takes the facts and then its arguments.
        case: cells of the case that is asked, by column.
    """

    facts: Facts
    functions: Mapping[str, Function]
    case: Mapping[str, str]


Evaluated = Callable[[Scope], Values]


@functools.cache
def compiled(text: str) -> Evaluated:
    """An expression as a function of its scope, read once.

    Raises:
        ExpressionError: it is not of this grammar.
    """
    try:
        tree = ast.parse(NUMBER_WITH_UNIT.sub(r"__number__(\1, '\2')", text), mode="eval")
    except SyntaxError as error:
        raise ExpressionError(f"“{text}” cannot be read: {error.msg}. Write ids, numbers with units, + - * / ** and parentheses.") from None
    return _node(tree.body)


_OPERATORS: dict[type[ast.operator], Callable[[Quantity, Quantity], Quantity]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda base, power: base ** float(power),
}


def _node(node: ast.expr) -> Evaluated:
    match node:
        case ast.Constant(value=int() | float() as number):
            fixed = [constant(number, "ratio", f"{number:g}")]
            return lambda scope: fixed
        case ast.Call(func=ast.Name(id="__number__"), args=[ast.Constant(value=float() | int() as number), ast.Constant(value=str(unit))]):
            measured = [constant(number, unit, f"{number:g} {unit}")]
            return lambda scope: measured
        case ast.BinOp(left=left, op=symbol, right=right) if type(symbol) in _OPERATORS:
            first, second, combine = _node(left), _node(right), _OPERATORS[type(symbol)]
            return lambda scope: [combine(one, other) for one in first(scope) for other in second(scope)]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _node(operand)
            return lambda scope: [-one for one in inner(scope)]
        case ast.Name(id=name):
            return lambda scope: [_cell(scope.facts.row(name), name, "value")]
        case ast.Attribute(value=ast.Name(id=name), attr=column):
            return lambda scope: [_cell(scope.facts.row(name), name, column)]
        case ast.Attribute(value=ast.Call(func=ast.Name(id=table)) as call, attr=column):
            return _selection(table, call, column)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _OF_VALUES:
            inners, function = [_node(argument) for argument in arguments], _OF_VALUES[name]
            return lambda scope: function([one for inner in inners for one in inner(scope)])
        case ast.Call(func=ast.Name(id=name)) as call:
            return _called(name, call)
    raise ExpressionError(f"“{ast.unparse(node)}” has no meaning here. Write ids, numbers with units, + - * / ** and functions of them.")


def _called(name: str, call: ast.Call) -> Evaluated:
    """A registered function; else the table of this name."""
    arguments = [_argument(node) for node in call.args] if not call.keywords else []
    selection = _selection(name, call, "value")

    def evaluated(scope: Scope) -> Values:
        if name in scope.functions:
            return scope.functions[name](scope.facts, *(argument(scope) for argument in arguments))
        known = [resource["name"] for resource in scope.facts.descriptor["resources"]]
        if name not in known:
            near = difflib.get_close_matches(name, [*scope.functions, *_OF_VALUES, *known], n=1)
            raise ExpressionError(f"there is no function or table called “{name}”." + (f" Did you mean {near[0]}?" if near else ""))
        return selection(scope)

    return evaluated


def _argument(node: ast.expr) -> Callable[[Scope], Argument]:
    match node:
        case ast.Name(id=name):
            return lambda scope: scope.case.get(name, name)
        case ast.Constant(value=str(text)):
            return lambda scope: text
    inner = _node(node)
    return lambda scope: inner(scope)[0]


def _selection(table: str, call: ast.Call, column: str) -> Evaluated:
    """The cells of a column in the rows of a table that have the given cells."""
    borrowed = [node.id for node in call.args if isinstance(node, ast.Name)]
    chosen = {keyword.arg: _choices(keyword.value) for keyword in call.keywords if keyword.arg}
    fixed = {name: choices[0] for name, choices in chosen.items() if len(choices) == 1 and not choices[0].endswith("*")}
    several = {name: choices for name, choices in chosen.items() if name not in fixed}
    columns = sorted([*borrowed, *fixed])

    def evaluated(scope: Scope) -> Values:
        try:
            cells = {name: fixed.get(name) or scope.case[name] for name in columns}
            rows = scope.facts.where(table, **cells) if cells else scope.facts.rows(table)
            for name, choices in several.items():
                rows = [row for row in rows if any(fnmatchcase(row[name], choice) for choice in choices)]
            found = [_cell(row, next(iter(row.values())), column) for row in rows if row[column]]
        except KeyError as error:
            raise ExpressionError(
                f"{ast.unparse(call)} chooses no rows: {error} is no column of {table}.csv, or not in for_each."
            ) from None
        if not found:
            raise NotCompared(_missing(table, cells | {name: " or ".join(choices) for name, choices in several.items()}))
        return found

    return evaluated


def _missing(table: str, cells: Mapping[str, str]) -> str:
    if cells.keys() == {"subject", "metric"}:
        return f"{cells['subject']} has no {cells['metric']} in {table}.csv"
    return f"no row of {table}.csv has {', '.join(f'{name} {cell}' for name, cell in cells.items())}"


def _choices(node: ast.expr) -> list[str]:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_choices(left), *_choices(right)]
        case ast.Name(id=text) | ast.Constant(value=str(text)):
            return [text]
    raise ExpressionError(f"“{ast.unparse(node)}” chooses no rows. Write a name, or a text in single quotes, or several of them with |.")


def _cell(row: Row, name: str, column: str) -> Quantity:
    """A number of a row with its unit, whatever its grade; a number beside the value has no unit of its own."""
    if not row.get(column):
        raise NotCompared(f"{name} has no {column}")
    label = name if column == "value" else f"{name}.{column}"
    found = quantity.of(row[column], row["unit"] if column in MEASURED and "unit" in row else "count", name)
    return replace(found, trace=Trace(label, found.rows))


# Functions of several values, which are measured alike


def _reduced(name: str, reduce: Callable[[Sequence[float]], float]) -> Callable[[Values], Values]:
    def evaluated(values: Values) -> Values:
        rows = frozenset().union(*(one.rows for one in values))
        label = f"{name} of {len(values)} values" if len(values) > 3 else f"{name}({', '.join(one.formula for one in values)})"
        measured_in = values[0].unit
        reduced = reduce([one.magnitude_in(measured_in) for one in values])
        return [Quantity(reduced, measured_in, max(one.digits for one in values), Trace(label, rows))]

    return evaluated


_OF_VALUES: dict[str, Callable[[Values], Values]] = {
    "sum": _reduced("sum", sum),
    "max": _reduced("max", max),
    "min": _reduced("min", min),
    "median": _reduced("median", statistics.median),
    "count": lambda values: [quantity.count_of(len(values), frozenset().union(*(one.rows for one in values)), "rows")],
    "abs": lambda values: [abs(one) for one in values],
    "round": lambda values: [replace(one, magnitude=float(round(one.magnitude)), trace=Trace(WHOLE, one.rows)) for one in values],
    # Values of which one will do
    "any_of": lambda values: values,
}
