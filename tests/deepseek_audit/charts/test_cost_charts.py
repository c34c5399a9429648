"""Charts of bills show each amount once, in the right group, with its source line."""

from __future__ import annotations

from typing import Any

import pytest

from deepseek_audit.audit import claims
from deepseek_audit.charts import cost_charts
from deepseek_audit.models import cost
from factbook.charts import VERMILION
from factbook.facts import Facts, load
from factbook.quantity import Quantity

WORDS: dict[str, Any] = {"finding": "Finding", "measure": "Measure", "alt": "What is seen."}


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.fixture
def both(facts: Facts) -> Quantity:
    return facts["v3_usd_total"] + facts["r1_usd_total"]


def drawn(chart: Any) -> list[dict[str, Any]]:
    """The rows of the marks of a chart, which its first layer with rows holds."""
    specification = chart.to_dict()
    parts = [specification, *specification["layer"]]
    return max((part["data"]["values"] for part in parts if "data" in part), key=len)  # type: ignore[no-any-return]


def headings(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Labels by the heading they stand under."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        if "heading" in row:
            groups[row["heading"]] = []
        else:
            list(groups.values())[-1].append(row["label"])
    return groups


def test_a_figure_stands_under_its_scope_the_smallest_first(facts: Facts) -> None:
    figures = cost.circulating_figures(facts)
    rows = drawn(cost_charts.scopes(figures, **WORDS))
    groups = headings(rows)
    assert list(groups) == list(cost.SCOPES.values())
    for figure in figures:
        assert figure.label in groups[cost.SCOPES[figure.scope]]
    amounts = {row["label"]: row["amount"] for row in rows if "label" in row}
    for labels in groups.values():
        assert labels == sorted(labels, key=amounts.__getitem__)


def test_hours_by_size_carry_their_range(facts: Facts) -> None:
    hours, model = facts["v3_hours_pretrain"], facts["sonnet_cost"]
    *by_word, by_size = [row for row in drawn(cost_charts.hours([hours, hours, hours, hours, model], **WORDS)) if "label" in row]
    assert [row["low"] == row["high"] for row in by_word] == [True] * 4
    assert (by_size["low"], by_size["high"]) == (model.low.magnitude, model.high.magnitude)  # type: ignore[union-attr]


def test_the_line_under_rents_names_the_source_of_the_assumed_one(facts: Facts) -> None:
    chart = cost_charts.rents(cost.rent_offers(facts), facts["v3_rate_assumed"], **WORDS)
    assert "DeepSeek" in chart.to_dict()["usermeta"]["source"]
    assert len(drawn(chart)) == len(facts.listing("rents_offered"))


def test_each_basis_has_a_color_of_its_own(facts: Facts, both: Quantity) -> None:
    rows = drawn(cost_charts.bases(facts.listing("bills_by_basis"), both, **WORDS))
    groups = headings(rows)
    assert list(groups) == ["GPT-4", "Gemini Ultra", "Llama 3.1 405B", "V3 and R1"]
    assert all(labels == list(cost_charts.BASIS_COLORS) for labels in list(groups.values())[:3])
    assert all(row["color"] == cost_charts.BASIS_COLORS.get(row["label"], row["color"]) for row in rows if "label" in row)


def test_attributions_are_published_under_the_heads_of_their_table(facts: Facts) -> None:
    rows = claims.attributions(facts)
    chart = cost_charts.attributions(rows, **WORDS)
    assert len(drawn(chart)) == len(rows)
    usermeta = chart.to_dict()["usermeta"]
    assert list(usermeta["columns"].values()) == claims.conflated_first(rows)[0]
    assert "five articles" in usermeta["source"]


def test_implied_exchange_rates_stand_out_from_the_market(facts: Facts) -> None:
    printed = facts.listing("prices_printed_twice")
    chart = cost_charts.exchange_rates(facts["fx_usd_cny_monthly_average_2025_02"], printed, **WORDS)
    market, *implied = drawn(chart)
    assert market["color"] != VERMILION and {row["color"] for row in implied} == {VERMILION}
    assert min(row["amount"] for row in implied) > 9 * market["amount"]
    assert "FRED" in chart.to_dict()["usermeta"]["source"] or "Federal Reserve" in chart.to_dict()["usermeta"]["source"]
