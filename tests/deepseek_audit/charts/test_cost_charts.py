"""Charts of bills show each amount once, in the right group, with its source line."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from deepseek_audit.charts import cost_charts
from deepseek_audit.models import cost
from factbook.charts import MUTED
from factbook.facts import Facts, load

WORDS: dict[str, Any] = {"finding": "Finding", "measure": "Measure", "alt": "What is seen."}


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


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


def test_each_frame_holds_all_before_it(facts: Facts) -> None:
    """The run, the research around it, the fleet around both; our estimate has its range, a rival stands in gray."""
    ends, epoch = [facts["reg_cluster"] * times for times in (0.5, 1, 2)], facts["v3_usd_total"]
    chart = cost_charts.scopes(facts, facts["v3_usd_total"] + facts["r1_usd_total"], ends, epoch, **WORDS)
    groups = headings(drawn(chart))
    assert [heading.split(":")[0] for heading in groups] == ["The run", "The research", "The fleet"]
    frames = [part for part in chart.to_dict()["layer"] if part["mark"]["type"] == "rect"]
    spans = [(row["level"], row["end"]) for part in frames for row in part["data"]["values"]]
    assert spans == sorted(spans, key=lambda span: (span[0], -span[1])) and len(spans) == 3
    assert all(outer[0] < inner[0] and outer[1] > inner[1] for outer, inner in itertools.pairwise(spans))
    rows = {row["label"]: row for row in drawn(chart) if "label" in row}
    assert [label for label, row in rows.items() if row["low"] < row["high"]] == ["From V2 to V3, our estimate", "GPT-4, by Epoch AI"]
    assert {row["color"] for label, row in rows.items() if "GPT-4" in label} == {MUTED}
    assert rows["V3 and R1, by DeepSeek’s own hours"]["text"] == "$5.87M"


def test_no_line_has_a_stem(facts: Facts) -> None:
    """A log axis has no zero that one could stand on; bars are ranges."""
    chart = cost_charts.rents(facts.listing("rents_offered"), cost.rents_of(facts, "rents_offered"), facts["v3_rate_assumed"], **WORDS)
    rules = [part for part in chart.to_dict()["layer"] if part["mark"]["type"] == "rule"]
    assert [part["encoding"]["x"]["field"] for part in rules] == ["low"]


def test_rents_rise_from_line_to_line_and_the_assumed_one_is_among_them(facts: Facts) -> None:
    listed = facts.listing("rents_offered")
    chart = cost_charts.rents(listed, cost.rents_of(facts, "rents_offered"), facts["v3_rate_assumed"], **WORDS)
    rows = drawn(chart)
    assert [row["amount"] for row in rows] == sorted(row["amount"] for row in rows)
    assert {row["label"] for row in rows} == {*(offer.label for offer in listed), "Assumed by DeepSeek"}
    assert "DeepSeek" in chart.to_dict()["usermeta"]["source"]
    assert {row["label"] for row in rows if row["low"] < row["high"]} == {"China, early 2024", "China, October 2024"}


def test_each_basis_has_a_color_of_its_own(facts: Facts) -> None:
    own = {"assumed rent": facts["v3_usd_total"], "servers bought": facts["reg_cluster"]}
    rows = drawn(cost_charts.bases(facts.listing("bills_by_basis"), own, **WORDS))
    groups = headings(rows)
    assert list(groups) == ["GPT-4", "Gemini Ultra", "Llama 3.1 405B", "V3"]
    assert all(labels == list(cost_charts.BASIS_COLORS) for labels in list(groups.values())[:3]) and groups["V3"] == list(own)
    assert all(row["color"] == cost_charts.BASIS_COLORS.get(row["label"], row["color"]) for row in rows if "label" in row)
    assert [row["label"] for row in rows if row.get("kind") == "floor"] == ["servers bought"]
