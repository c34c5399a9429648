"""Charts of prices draw every row they are given, and label those that the table of labels names."""

from __future__ import annotations

from typing import Any

import pytest

from deepseek_audit.charts import price_charts
from deepseek_audit.models import prices
from factbook.charts import Words
from factbook.facts import load

FACTS = load()
RUNS = prices.aider_runs(FACTS)
WORDS: Words = {"finding": "Finding", "measure": "Measure", "alt": "Alternative"}


def drawn(chart: Any) -> list[dict[str, Any]]:
    """All data of a chart, whether its panels and layers share them or not."""
    found = chart.to_dict()
    parts = [part for panel in [found, *found.get("vconcat", [])] for part in [panel, *panel.get("layer", [])]]
    inline = [part["data"]["values"] for part in parts if "values" in part.get("data", {})]
    return [row for values in [*found.get("datasets", {}).values(), *inline] for row in values]


def test_list_prices_are_dated_by_their_rows_and_discounts_are_dashed() -> None:
    rows = [row for heading in price_charts.PANELS for row in drawn(price_charts.list_prices(heading, "Finding", "name"))]
    found = {(row["line"], row["date"]): row for row in rows}
    r1 = found["DeepSeek, R1 and large", "2025-01-20"]
    assert (r1["label"], r1["value"], r1["text"], r1["place"], r1["dashed"]) == ("R1", 2.19, "$2.19 per million tokens", "above", False)
    assert found["DeepSeek, V3 at launch, discounted", "2024-12-26"]["dashed"]
    assert found["DeepSeek small, off-peak", "2026-09-10"]["dashed"]
    # A promotion is no list price
    assert ("DeepSeek, R1 and large", "2026-05-05") not in found and found["DeepSeek, R1 and large", "2026-05-31"]["value"] == 0.87
    assert len(found) == len(FACTS.where("chart_labels", chart="price_lines"))


BOARDS = price_charts.boards(RUNS, prices.openhands_runs(FACTS))
AIDER, SWE_BENCH = (board.heading for board in BOARDS)


def test_bills_are_those_of_a_task_and_labeled_as_the_table_says() -> None:
    rows = drawn(price_charts.bills(BOARDS, **WORDS))
    runs = {(row["tasks"], row["name"]): row for row in rows if "name" in row}
    assert len(runs) == sum(len(board.runs) for board in BOARDS)
    r1 = runs[AIDER, "R1"]
    assert (r1["label"], r1["place"], r1["maker"]) == ("R1", "above", "DeepSeek")
    assert r1["bill"] == pytest.approx(5.4193 / 225, rel=1e-3)
    assert runs[SWE_BENCH, "V4 Pro"]["bill"] == pytest.approx(19.75 / 500)
    for board in BOARDS:
        labels = {row["label"] for (tasks, _), row in runs.items() if tasks == board.heading} - {""}
        assert labels == {row["label"] for row in FACTS.where("chart_labels", chart=board.labels)}
    best = {row["bill"] for row in rows if row.get("moment") == "by Jan 2025"}
    bought = {run.per_task.magnitude for run in prices.frontier(run for run in RUNS.values() if run.day <= "2025-01-31")}
    # And the end of the line, at the end of the axis
    assert best == {*bought, price_charts.BILL_AXIS.ends[1]}
    assert all(price_charts.BILL_AXIS.ends[0] < row["bill"] < price_charts.BILL_AXIS.ends[1] for row in runs.values())


def test_a_pair_has_its_list_price_and_its_bill_side_by_side() -> None:
    one = prices.compare_costs(RUNS["o1_1217_high"], RUNS["deepseek_r1"], FACTS.listing("price_and_bill"), "2025-01-20")
    rows = [row for row in drawn(price_charts.cost_ratios([one], "Finding", "name")) if "kind" in row]
    assert {(row["pair"], row["said"], row["left"]) for row in rows} == {
        ("January 2025: o1 and R1", "list 27", True),
        ("January 2025: o1 and R1", "bill 34", False),
    }
