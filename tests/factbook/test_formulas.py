"""Formulas as text for readers and as trees for the page, written here by hand."""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from factbook.calculators import formulas

A, B, C = sympy.symbols("a b c", positive=True)
LABELS = {"a": "A", "b": "B", "c": "C"}


@pytest.mark.parametrize(
    ("found", "text", "tree"),
    [
        (A - B, "A − B", ["+", "a", ["*", -1, "b"]]),
        (-A * B, "−A × B", ["*", -1, "a", "b"]),
        (A / (B * C), "A / (B × C)", ["*", "a", ["/", 1, "b"], ["/", 1, "c"]]),
        ((A + B) ** 2, "(A + B)^2", ["pow", ["+", "a", "b"], 2]),
        (sympy.sqrt(A + B), "√(A + B)", ["sqrt", ["+", "a", "b"]]),
        (sympy.exp(A), "exp(A)", ["exp", "a"]),
        (1 + sympy.log(A), "1 + ln(A)", ["+", 1, ["log", "a"]]),
        (sympy.Max(A, B) * C, "C × the larger of(A, B)", ["*", "c", ["max", "a", "b"]]),
        (sympy.Min(A, B), "the smaller of(A, B)", ["min", "a", "b"]),
        (sympy.floor(A), "whole part of(A)", ["floor", "a"]),
        (sympy.ceiling(A / B), "rounded up(A / B)", ["ceil", ["*", "a", ["/", 1, "b"]]]),
        (sympy.Eq(A, B), "A = B", ["==", "a", "b"]),
        (sympy.Ne(A, B), "A ≠ B", ["!=", "a", "b"]),
        (sympy.And(A < B, C > 1), "(C > 1) and (A < B)", ["and", [">", "c", 1], ["<", "a", "b"]]),
        (sympy.Or(A <= B, C >= 1), "(C ≥ 1) or (A ≤ B)", ["or", [">=", "c", 1], ["<=", "a", "b"]]),
        (
            sympy.And(sympy.Or(A < B, B < C), C > 1),
            "((A < B) or (B < C)) and (C > 1)",
            ["and", ["or", ["<", "a", "b"], ["<", "b", "c"]], [">", "c", 1]],
        ),
        (
            sympy.Not(sympy.And(A < B, C > 1), evaluate=False),
            "not((C > 1) and (A < B))",
            ["not", ["and", [">", "c", 1], ["<", "a", "b"]]],
        ),
        (sympy.Piecewise((A, B > 1), (C, True)), "(A if B > 1, otherwise C)", ["if", [">", "b", 1], "a", "c"]),
        (2 * sympy.Piecewise((1, A < B), (0, True)), "2 × (1 if A < B, otherwise 0)", ["*", 2, ["if", ["<", "a", "b"], 1, 0]]),
    ],
    ids=str,
)
def test_a_formula_as_text_and_as_a_tree(found: Any, text: str, tree: Any) -> None:
    assert formulas.text(found, LABELS) == text
    assert formulas.tree(found) == tree


def test_truth_has_a_word() -> None:
    assert formulas.text(sympy.true, LABELS) == "always"
    assert formulas.text(sympy.false, LABELS) == "never"


def test_a_label_that_is_a_sum_is_set_apart() -> None:
    assert formulas.text(A * B, {"a": "Staff + rent", "b": "B"}) == "[Staff + rent] × B"
    assert formulas.text(A + B, {"a": "Staff + rent", "b": "B"}) == "Staff + rent + B"
