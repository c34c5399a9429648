"""A formula once: an ordinary Python function becomes a sympy expression, a numpy function and a syntax tree.

The tree is nested lists such as ``["+", ["*", "rate", "hours"], 5]``: text is an input, a number is itself.
A page can compute it without running text as code.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import sympy

from factbook import quantity
from factbook.quantity import Quantity, UnitError
from factbook.rounding import settle

Tree = Any
Values = Mapping[str, Any]
WRITTEN_DIGITS = 12
_NAMED = {
    sympy.Add: "+",
    sympy.Mul: "*",
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.Abs: "abs",
    sympy.Min: "min",
    sympy.Max: "max",
    sympy.floor: "floor",
    sympy.ceiling: "ceil",
    sympy.StrictLessThan: "<",
    sympy.LessThan: "<=",
    sympy.StrictGreaterThan: ">",
    sympy.GreaterThan: ">=",
    sympy.Equality: "==",
    sympy.Ne: "!=",
    sympy.And: "and",
    sympy.Or: "or",
    sympy.Not: "not",
}
_WRONG_KIND = (AttributeError, TypeError, sympy.SympifyError)


class FormulaError(ValueError):
    """A function that is no formula."""


def parameters(function: Callable[..., Any]) -> list[str]:
    """The names of the function's parameters that have no default."""
    return [name for name, parameter in inspect.signature(function).parameters.items() if parameter.default is parameter.empty]


def symbol(name: str) -> sympy.Symbol:
    """The symbol of an input."""
    return sympy.Symbol(name, real=True)


def expression(function: Callable[..., Any], arguments: Values, units: Mapping[str, str], result_unit: str) -> sympy.Expr:
    """What a function computes.

    It is called with bare symbols. A function that insists on quantities (it calls ``.to("usd")``, say) is called with
    quantities whose magnitude is the symbol.

    Args:
        function: arithmetic, or sympy's functions.
        arguments: an expression for each parameter.
        units: the unit of each parameter.
        result_unit: unit in which the expression counts.

    Raises:
        FormulaError: it is not arithmetic.
    """
    try:
        found = function(**arguments)
    except _WRONG_KIND as error:
        if "truth value" in str(error):
            raise FormulaError("it decides with if, and, or, or max(). Use sympy.Piecewise, sympy.And, sympy.Or, sympy.Max.") from None
        try:
            measured = function(**{name: _quantity(value, units[name], name) for name, value in arguments.items()})
            found = measured.to(result_unit).magnitude
        except (*_WRONG_KIND, UnitError, ValueError):
            raise FormulaError(f"it can be called neither with symbols nor with quantities: {error}") from error
    if isinstance(found, Quantity):
        found = found.to(result_unit).magnitude
    return _settled(sympy.sympify(found))


def _quantity(magnitude: Any, unit_name: str, name: str = "") -> Quantity:
    return Quantity(cast(float, magnitude), quantity.unit(unit_name), name=name)


def _settled(found: sympy.Expr) -> sympy.Expr:
    """The same with each constant settled, so that equal ones are one; and with 1.0 written 1, so that it cancels."""
    return found.xreplace({number: _constant(settle(float(number))) for number in found.atoms(sympy.Float)})


def _constant(number: float) -> sympy.Number:
    return sympy.Integer(int(number)) if number.is_integer() else sympy.Float(number)


def require_unit(function: Callable[..., Any], values: Mapping[str, float], units: Mapping[str, str], unit_name: str, bare: float) -> None:
    """Check a formula's unit: with quantities it must give the same number, in the declared unit.

    Functions that cannot be called with quantities, because they use sympy's, are not checked.

    Args:
        function: the formula.
        values: a number for each parameter.
        units: the unit of each parameter.
        unit_name: the declared unit.
        bare: what the formula gives for the bare numbers.

    Raises:
        FormulaError: another unit or another number.
    """
    try:
        measured = function(**{name: _quantity(value, units[name], name) for name, value in values.items()})
    except UnitError as error:
        if _passes_through_sympy(error):
            return
        raise FormulaError(f"its units don't fit: {error}") from None
    except (*_WRONG_KIND, ValueError, ZeroDivisionError):
        return
    if not isinstance(measured, Quantity):
        measured = _quantity(float(measured), "ratio")
    try:
        converted = measured.to(unit_name).magnitude
    except UnitError:
        raise FormulaError(f"it is declared in {unit_name}, but gives {measured.unit or 'a plain number'}.") from None
    if not np.isclose(converted, bare, rtol=1e-9, atol=0, equal_nan=True):
        raise FormulaError(
            f"with units it gives {converted:.6g} {unit_name}, with bare numbers {bare:.6g}. "
            "A conversion is missing, or written in by hand."
        )


def _passes_through_sympy(error: Exception) -> bool:
    """Whether sympy asked for a plain number, rather than the formula itself."""
    return any(frame.f_globals.get("__name__", "").startswith("sympy.") for frame, _ in traceback.walk_tb(error.__traceback__))


def numpy_function(names: Sequence[str], expressions: Sequence[sympy.Expr]) -> Callable[..., list[Any]]:
    """The expressions as one function of floats or arrays."""
    return cast(
        "Callable[..., list[Any]]",
        sympy.lambdify([symbol(name) for name in names], list(expressions), "numpy", cse=True, docstring_limit=0),
    )


def trees(expressions: Sequence[sympy.Expr]) -> tuple[list[tuple[str, Tree]], list[Tree]]:
    """Syntax trees, with what they share once.

    Returns:
        Definitions in the order in which they must be computed (names ``_0``, ``_1``), and one tree per expression.
    """
    shared, reduced = sympy.cse(list(expressions), symbols=(sympy.Symbol(f"_{index}") for index in range(10_000)))
    return [(name.name, tree(value)) for name, value in shared], [tree(value) for value in reduced]


def tree(found: Any) -> Tree:
    """One expression as a syntax tree.

    Raises:
        FormulaError: a page cannot compute it.
    """
    if found in (sympy.true, sympy.false):
        return bool(found)
    if found.is_Symbol:
        return found.name
    if found.is_number and not found.is_Relational:
        return _number(found)
    if found.is_Pow:
        return _power(found)
    if isinstance(found, sympy.Piecewise):
        parts: list[Tree] = ["if"]
        for value, condition in found.args:
            parts += [tree(value)] if condition == sympy.true else [tree(condition), tree(value)]
        return parts
    name = _NAMED.get(found.func)
    if name is None or (name == "log" and len(found.args) > 1):
        raise FormulaError(
            f"the page cannot compute {found.func.__name__}. It knows {', '.join(sorted(set(_NAMED.values())))}, pow and if."
        )
    return [name, *(tree(part) for part in _ordered(found))]


def _ordered(found: Any) -> Sequence[Any]:
    commutes = isinstance(found, (sympy.Add, sympy.Mul, sympy.Min, sympy.Max, sympy.And, sympy.Or))
    return sorted(found.args, key=sympy.default_sort_key) if commutes else found.args


def _number(found: Any) -> float | int | None:
    value = complex(found)
    if value.imag or not np.isfinite(value.real):
        return None
    rounded = float(value.real)
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


def _power(found: Any) -> Tree:
    base, power = found.as_base_exp()
    if power == -1:
        return ["/", 1, tree(base)]
    if power == sympy.Rational(1, 2):
        return ["sqrt", tree(base)]
    if base == sympy.E:
        return ["exp", tree(power)]
    return ["pow", tree(base), tree(power)]


# Formulas as text

_SYMBOLS = {"<": " < ", "<=": " ≤ ", ">": " > ", ">=": " ≥ ", "==": " = ", "!=": " ≠ ", "and": " and ", "or": " or "}
_LOOSE, _SUM, _PRODUCT, _TIGHT = 0, 1, 2, 3


def text(found: Any, labels: Mapping[str, str]) -> str:
    """A formula for readers: ``Chip time × Rent``.

    Args:
        found: a sympy expression.
        labels: what to write for a symbol.
    """
    return _text(found, labels, _LOOSE)


def _text(found: Any, labels: Mapping[str, str], binding: int) -> str:
    if found.is_Symbol:
        label = labels.get(found.name, found.name)
        return f"[{label}]" if binding > _SUM and any(sign in label for sign in "+−×/") else label
    if found.is_number and not found.is_Relational and found not in (sympy.true, sympy.false):
        return _written(_number(found))
    if found.is_Add:
        first, *others = sorted(found.args, key=lambda term: (term.could_extract_minus_sign(), sympy.default_sort_key(term)))
        written = _text(first, labels, _SUM) + "".join(_signed(term, labels) for term in others)
        return f"({written})" if binding > _SUM else written
    if found.is_Mul or (found.is_Pow and found.exp.is_number and found.exp.could_extract_minus_sign()):
        return _product(found, labels, binding)
    return _call(found, labels, binding)


def _signed(term: Any, labels: Mapping[str, str]) -> str:
    if term.could_extract_minus_sign():
        return " − " + _text(-term, labels, _PRODUCT)
    return " + " + _text(term, labels, _SUM)


def _product(found: Any, labels: Mapping[str, str], binding: int) -> str:
    over, under = sympy.fraction(found)
    minus = "−" if over.could_extract_minus_sign() else ""
    over = -over if minus else over
    factors = sorted(sympy.Mul.make_args(over), key=lambda factor: (not factor.is_number, sympy.default_sort_key(factor)))
    written = minus + " × ".join(_text(factor, labels, _PRODUCT) for factor in factors)
    if under != 1:
        written += " / " + _text(under, labels, _TIGHT)
    return f"({written})" if binding > _PRODUCT or (minus and binding) else written


def _call(found: Any, labels: Mapping[str, str], binding: int) -> str:
    if found in (sympy.true, sympy.false):
        return "always" if found == sympy.true else "never"
    if isinstance(found, sympy.Piecewise):
        parts = [
            _text(value, labels, _LOOSE) + ("" if condition == sympy.true else f" if {_text(condition, labels, _LOOSE)}")
            for value, condition in found.args
        ]
        return f"({', otherwise '.join(parts)})"
    if found.is_Pow and found.exp == sympy.Rational(1, 2):
        return f"√({_text(found.base, labels, _LOOSE)})"
    if found.is_Pow:
        return f"{_text(found.base, labels, _TIGHT)}^{_text(found.exp, labels, _TIGHT)}"
    name = _NAMED.get(found.func, found.func.__name__)
    if name in _SYMBOLS:
        written = _SYMBOLS[name].join(_text(part, labels, _SUM if name in ("and", "or") else _LOOSE) for part in _ordered(found))
        return f"({written})" if binding else written
    words = {"max": "the larger of", "min": "the smaller of", "not": "not", "log": "ln", "floor": "whole part of", "ceil": "rounded up"}
    return f"{words.get(name, name)}({', '.join(_text(part, labels, _LOOSE) for part in _ordered(found))})"


def _written(number: float | None) -> str:
    if number is None:
        return "undefined"
    sized = float(f"{number:.6g}")
    return str(quantity.Quantity(sized, quantity.unit("ratio")).shown("6"))
