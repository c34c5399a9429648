"""Expressions over facts: what the grammar means, with units, and what it says of what it cannot mean."""

from __future__ import annotations

import pytest

from factbook.expressions import ExpressionError, NotCompared, Scope, Values, compiled
from factbook.facts import Facts, UnknownFact, load
from factbook.quantity import UnitError, constant

FACTS = load()


def doubled(facts: Facts, name: str) -> Values:
    return [2 * facts[name]]


def evaluated(text: str, **case: str) -> Values:
    return compiled(text)(Scope(FACTS, {"doubled": doubled}, case))


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("v3_hours_total", 2_788_000, "gpu_hour"),
        ("v3_hours_total * v3_rate_assumed", 5_576_000, "usd"),
        ("v3_hours_total / v3_cluster_gpus", 56.722, "day"),
        ("server_life.high - server_life.low", 2, "year"),
        ("dgx_power / 8 gpu", 1.275, "kilowatt/gpu"),
        ("2 * (3 + 4) ** 2 / -7", -14, "ratio"),
        ("1e3 usd/Mtoken * 2 Mtoken", 2000, "usd"),
        ("1 - 25 percent", 0.75, "ratio"),
        ("chips(subject=h20, metric=die_area)", 814, "mm**2"),
        ("chips(subject, metric='die_*')", 814, "mm**2"),
        ("count(chips(subject=h20 | h100_sxm, metric=die_area))", 2, "count"),
        ("sum(v3_hours_pretrain, v3_hours_context, v3_hours_posttrain)", 2_788_000, "gpu_hour"),
        ("max(1 hour, 30 minute)", 60, "minute"),
        ("median(1, 2, 9)", 2, "ratio"),
        ("abs(3 usd - 5 usd)", 2, "usd"),
        ("round(7 item / 2)", 4, "item"),
        ("benchmark_scores(benchmark=math_500, subject=deepseek_r1, source_key=r1_preprint).n_items", 500, "count"),
        ("doubled(v3_hours_total)", 5_576_000, "gpu_hour"),
    ],
)
def test_expressions_have_numbers_and_units(text: str, number: float, unit: str) -> None:
    (found,) = evaluated(text, subject="h20")
    assert found.to(unit).magnitude == pytest.approx(number, rel=1e-5)


def test_several_rows_have_several_values_and_arithmetic_is_done_with_each() -> None:
    sizes = evaluated("chips(metric=memory_size) / 2")
    assert len(sizes) == len([row for row in FACTS.where("chips", metric="memory_size") if row["value"]])
    assert len(evaluated("any_of(1, 2) * any_of(3, 5, 7)")) == 6


def test_a_result_knows_its_rows_and_its_formula() -> None:
    (found,) = evaluated("v3_hours_total * v3_rate_assumed")
    assert found.rows == {"v3_hours_total", "v3_rate_assumed"}
    assert found.formula == "v3_hours_total × v3_rate_assumed"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("v3_hours_totl", UnknownFact, "Did you mean v3_hours_total"),
        ("v3_hours_total + v3_usd_total", UnitError, "v3_usd_total is measured in usd, not in gpu_hour"),
        ("8 bananas", UnitError, "bananas"),
        ("chips(subject=new, metric=die_area)", NotCompared, "new has no die_area in chips.csv"),
        ("v3_hours_total.low", NotCompared, "v3_hours_total has no low"),
        ("v3_hours_total +", ExpressionError, "cannot be read"),
        ("[1, 2]", ExpressionError, "has no meaning here"),
        ("__import__('os').getcwd()", ExpressionError, "has no meaning here"),
        ("open('secret')", ExpressionError, "no function or table called “open”"),
        ("chip(subject=h20)", ExpressionError, "Did you mean chips?"),
        ("chips(subject=2)", ExpressionError, "chooses no rows"),
        ("v3_hours_total if v3_usd_total else 2", ExpressionError, "has no meaning here"),
    ],
)
def test_what_has_no_meaning_is_told_with_what_would(text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        evaluated(text)


def test_an_expression_is_read_once() -> None:
    assert compiled("v3_hours_total * 2") is compiled("v3_hours_total * 2")


def test_a_number_with_a_unit_is_exact() -> None:
    assert evaluated("8 gpu") == [constant(8, "gpu", "8 gpu")]
