"""Charts of prices draw every row they are given, and label those that the table of labels names."""

from __future__ import annotations

from typing import Any

from deepseek_audit.charts import price_charts
from deepseek_audit.models import prices
from factbook.charts import Words
from factbook.facts import load

FACTS = load()
RUNS = prices.aider_runs(FACTS)
WORDS: Words = {"finding": "Finding", "measure": "Measure", "alt": "Alternative"}


def drawn(chart: Any) -> list[dict[str, Any]]:
    """All data of a chart, whether its layers share them or not."""
    found = chart.to_dict()
    inline = [part["data"]["values"] for part in [found, *found["layer"]] if "values" in part.get("data", {})]
    return [row for values in [*found.get("datasets", {}).values(), *inline] for row in values]


def test_list_prices_are_dated_by_their_rows() -> None:
    found = {(row["line"], row["date"]): row for row in drawn(price_charts.list_prices(**WORDS))}
    r1 = found["DeepSeek, R1 and large", "2025-01-20"]
    assert (r1["label"], r1["value"], r1["text"], r1["place"]) == ("R1", 2.19, "$2.19 per million tokens", "above")
    assert len(found) == len(FACTS.where("chart_labels", chart="price_lines"))


def test_bills_are_labeled_as_the_table_says() -> None:
    rows = drawn(price_charts.bills(RUNS.values(), {"January 2025": "2025-01-31"}, **WORDS))
    runs = {row["name"]: row for row in rows if "name" in row}
    assert len(runs) == len(RUNS)
    assert (runs["R1-0528"]["label"], runs["R1-0528"]["under"], runs["R1-0528"]["maker"]) == ("R1-0528", True, "DeepSeek")
    assert {row["label"] for row in runs.values()} - {""} == {row["label"] for row in FACTS.where("chart_labels", chart="bills")}
    best = {row["bill"] for row in rows if "moment" in row}
    assert best == {run.bill.magnitude for run in prices.frontier(run for run in RUNS.values() if run.day <= "2025-01-31")}


def test_bills_of_another_board_have_their_own_labels() -> None:
    board = prices.openhands_runs(FACTS)
    rows = drawn(price_charts.bills(board.values(), {}, "bills_2026", price_charts.BILL_AXIS_2026, **WORDS))
    runs = {row["name"]: row for row in rows if "name" in row}
    assert (runs["V4 Pro"]["bill"], runs["V4 Pro"]["label"]) == (19.75, "V4 Pro")
    assert all(price_charts.BILL_AXIS_2026.ends[0] < row["bill"] < price_charts.BILL_AXIS_2026.ends[1] for row in runs.values())


def test_cost_ratios_have_three_measures_a_day() -> None:
    one = prices.compare_costs(RUNS["o1_1217_high"], RUNS["deepseek_r1"], FACTS.listing("price_and_bill"), "2025-01-20")
    rows = [row for row in drawn(price_charts.cost_ratios([one], **WORDS)) if "kind" in row]
    texts = {row["kind"]: (row["date"], row["text"]) for row in rows}
    assert texts == {
        "List price of output": ("2025-01-20", "27"),
        "Bill of the run": ("2025-01-20", "34"),
        "Bill per solved task": ("2025-01-20", "32"),
    }
