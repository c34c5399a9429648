"""The charts of prices: list prices over time, bills of the same tasks against what was solved, and what rivals cost as a multiple."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Unpack

from deepseek_audit.models.benchmarks import model_name
from deepseek_audit.models.prices import CostRatios, Run, frontier
from factbook import charts
from factbook.charts import BLUE, GREEN, MUTED, ORANGE, PURPLE, VERMILION, AmountAxis, Drawing, Words
from factbook.facts import load

PRICE_AXIS = AmountAxis("US dollars per million tokens of output, log axis", (0.2, 100), [0.3, 1, 3, 10, 30, 100], True)
LINE_COLORS = (VERMILION, PURPLE, BLUE, GREEN, ORANGE, MUTED)
PRICE_DATES = ("2024-09-01", "2027-01-01")
BILL_AXIS = AmountAxis("Bill of all tasks in US dollars, log axis", (0.2, 500), [0.3, 1, 3, 10, 30, 100, 300], True, "'$' + datum.value")
BILL_AXIS_2026 = AmountAxis("Bill of all tasks in US dollars, log axis", (10, 2000), [10, 30, 100, 300, 1000], True, "'$' + datum.value")
RATIO_AXIS = AmountAxis("Rival’s cost as a multiple of DeepSeek’s, log axis", (1, 64), [1, 2, 4, 8, 16, 32, 64], True, "datum.value")
RATIO_DATES = ("2025-01-01", "2025-11-20")


def list_prices(**words: Unpack[Words]) -> Drawing:
    """List prices of output from the day they were first recorded: the lines and labels of ``price_lines`` in ``chart_labels.csv``."""
    facts = load()
    rows = []
    for label in facts.where("chart_labels", chart="price_lines"):
        row = facts.row(label["row_id"])
        told = {"line": label["line"], "label": label["label"], "place": label["place"]}
        rows.append({**told, "date": row["as_of"], "value": facts[label["row_id"]], "note": row["note"]})
    colors = dict(zip(dict.fromkeys(str(row["line"]) for row in rows), LINE_COLORS, strict=True))
    return charts.steps(rows, colors, PRICE_AXIS, PRICE_DATES, **words)


def bills(
    runs: Collection[Run], until: Mapping[str, str], chart: str = "bills", axis: AmountAxis = BILL_AXIS, **words: Unpack[Words]
) -> Drawing:
    """Bills of the same tasks against the share solved, with the best buys at some moments.

    Args:
        runs: every run.
        until: last day (ISO) of each moment, by what readers call it.
        chart: the name in ``chart_labels.csv`` that says which runs are labeled.
        axis: of the bills.
    """
    labels = {label["row_id"]: label for label in load().where("chart_labels", chart=chart)}
    rows = []
    for run in runs:
        label = labels.get(run.bill_id)
        told = {"name": model_name(run.subject), "maker": run.maker if run.maker == "DeepSeek" else "Others", "date": run.day}
        drawn = {"label": label["label"] if label else "", "under": bool(label and label["place"] == "below")}
        rows.append({**told, **drawn, "bill": run.bill, "share": run.share, "text": f"{run.bill}, {run.solved} of {run.tasks}"})
    best = [
        {"moment": moment, "bill": run.bill, "share": run.share}
        for moment, day in until.items()
        for run in frontier(run for run in runs if run.day <= day)
    ]
    return charts.frontier(rows, best, axis, "Tasks solved, in %", own="DeepSeek", **words)


def cost_ratios(compared: Sequence[CostRatios], **words: Unpack[Words]) -> Drawing:
    """What rivals cost as a multiple of DeepSeek's models, by three measures, over time."""
    rows = [
        {"kind": kind, "pair": each.pair, "date": each.day, "value": value} for each in compared for kind, value in each.measures.items()
    ]
    return charts.over_time(rows, RATIO_AXIS, RATIO_DATES, **words)
