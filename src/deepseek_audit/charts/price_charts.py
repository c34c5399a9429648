"""The charts of prices: bills of the same tasks against what was solved, list prices over time, a list price beside a bill."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack

from deepseek_audit.models.benchmarks import model_name
from deepseek_audit.models.prices import CostRatios, Run, frontier
from factbook import charts
from factbook.charts import BLUE, MUTED, AmountAxis, Drawing, Pair, Panel, Words
from factbook.facts import load

PRICE_AXIS = AmountAxis("Dollars per million tokens, log axis", (0.15, 100), [0.3, 1, 3, 10, 30, 100], True)
# Charts, and the lines of ``chart_labels.csv`` in each; DeepSeek's stand out, and discounts and prices of hours are dashed
PANELS = {
    "Each maker’s dearer model": (
        "OpenAI, large",
        "DeepSeek, R1 and large",
        "DeepSeek, R1 at night, discounted",
        "DeepSeek, V4 Pro, discounted",
        "DeepSeek large, off-peak",
    ),
    "Each maker’s cheaper model": (
        "OpenAI, small",
        "DeepSeek, V3 and small",
        "DeepSeek, V3 at launch, discounted",
        "DeepSeek small, off-peak",
    ),
}
LINE_COLORS = {line: BLUE if line.startswith("DeepSeek") else MUTED for lines in PANELS.values() for line in lines}
DASHED = tuple(line for line in LINE_COLORS if line.endswith(("discounted", "off-peak")))
PRICE_DATES = ("2024-09-01", "2027-07-01")
BILL_AXIS = AmountAxis("US dollars a task, log axis", (0.0007, 6), [0.001, 0.01, 0.1, 1], True, "'$' + datum.value")
RATIO_AXIS = AmountAxis("OpenAI’s cost as a multiple of DeepSeek’s, log axis", (0.35, 200), [1, 2, 4, 8, 16, 32, 64], True, "datum.value")


def list_prices(heading: str, finding: str, name: str) -> Drawing:
    """List prices of output from the day they were first recorded: the ``price_lines`` of ``chart_labels.csv`` under a heading."""
    facts = load()
    rows: list[dict[str, Any]] = []
    for label in facts.where("chart_labels", chart="price_lines"):
        if label["line"] in PANELS[heading]:
            row = facts.row(label["row_id"])
            told = {"line": label["line"], "label": label["label"], "place": label["place"]}
            rows.append({**told, "date": row["as_of"], "value": facts[label["row_id"]], "note": row["note"]})
    alt = "; ".join(f"{row['label']} {row['value']:bare}" for row in rows if row["label"])
    words: Words = {
        "finding": finding,
        "measure": "Price of output, from the day first recorded. Blue: DeepSeek; gray: OpenAI. Dashed: discounts, off-peak hours.",
        "alt": f"List prices of output over time, dollars per million tokens. {alt}.",
        "name": name,
    }
    return charts.steps({heading: rows}, LINE_COLORS, PRICE_AXIS, PRICE_DATES, dashed=DASHED, **words)


@dataclass(frozen=True)
class Board:
    """The runs of one set of tasks.

    Attributes:
        heading: what readers call it.
        runs: every run.
        until: last day (ISO) of each moment whose best buys are drawn, by what readers call it.
        labels: the name in ``chart_labels.csv`` that says which runs are labeled.
    """

    heading: str
    runs: Collection[Run]
    until: Mapping[str, str]
    labels: str


def boards(aider: Mapping[str, Run], openhands: Mapping[str, Run]) -> list[Board]:
    """Aider's runs to October 2025 and those of the OpenHands Index of 2026, with their moments."""
    first, second = (f"{next(iter(runs.values())).tasks:bare}" for runs in (aider, openhands))
    until = {"by Jan 2025": "2025-01-31", "by Oct 2025": "2025-10-31"}
    return [
        Board(f"To October 2025: {first} tasks of Aider", aider.values(), until, "bills"),
        Board(f"2026: {second} tasks of SWE-bench", openhands.values(), {"by June 2026": "2026-06-30"}, "bills_2026"),
    ]


def bills(boards: Sequence[Board], **words: Unpack[Words]) -> Drawing:
    """What a task cost on average against the share solved, with the best buys at some moments; a panel for each set of tasks."""
    return charts.frontier([_panel(board) for board in boards], BILL_AXIS, "Tasks solved, in %", own="DeepSeek", **words)


def _panel(board: Board) -> Panel:
    labels = {label["row_id"]: label for label in load().where("chart_labels", chart=board.labels)}
    rows: list[dict[str, Any]] = []
    for run in board.runs:
        label = labels.get(run.bill_id)
        told = {"name": model_name(run.subject), "maker": run.maker if run.maker == "DeepSeek" else "Others", "date": run.day}
        drawn = {"label": label["label"] if label else "", "place": label["place"] if label else ""}
        rows.append({**told, **drawn, "bill": run.per_task, "share": run.share, "text": f"{run.bill}; {run.solved} of {run.tasks} solved"})
    best = [
        {"moment": moment, "bill": run.per_task, "share": run.share}
        for moment, day in board.until.items()
        for run in frontier(run for run in board.runs if run.day <= day)
    ]
    return Panel(board.heading, rows, best)


def cost_ratios(compared: Sequence[CostRatios], finding: str, name: str) -> Drawing:
    """What rivals cost as a multiple of DeepSeek's models, by list price and by bill: a line for each pair, with its month."""
    found = [Pair(f"{date.fromisoformat(each.day):%B %Y}: {each.pair}", each.list_price, each.bill) for each in compared]
    words: Words = {
        "finding": finding,
        "measure": "OpenAI’s cheapest model that solves at least as many of Aider’s tasks, against DeepSeek’s reasoning model.",
        "alt": "; ".join(f"{each.pair}: {each.list_price} by list price, {each.bill} by bill" for each in compared) + ".",
        "name": name,
    }
    return charts.pairs(found, ("list", "bill"), RATIO_AXIS, **words)
