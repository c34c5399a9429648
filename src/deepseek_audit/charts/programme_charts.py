"""Charts of the chapter on hidden costs: the draws, what figures pay for, which input matters, what an hour costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import altair as alt

from deepseek_audit.models import cost
from deepseek_audit.models.programme import BASES, Inputs, Simulation, Swing, chance, dots, level, owned_rate_parts
from factbook import charts
from factbook.charts import AmountAxis, Drawing, Rung, Words, finish, inline
from factbook.facts import Facts
from factbook.quantity import Quantity, format_range

MILLIONS = "datum.value ? '$' + datum.value / 1e6 + 'M' : '$0'"
RATE_COLUMNS = {"what": "What", "part": "Part", "rate": "Rate", "low": "Low", "high": "High", "text": "As printed"}
SWINGS, DOTS, DOT_STEP, DOT_ENDS, SWING_ENDS = 7, 50, 6e6, (0, 168e6), (20e6, 75e6)
LEDGER_COLUMNS = {"figure": "Figure", "item": "Item", "status": "Status", "reason": "Why"}
DOT_COLUMNS = {"value": "Total in US dollars"}
SWING_COLUMNS = {"name": "Input or view", "at low": "Median at its low end", "at high": "Median at its high end"}


def hourly_cost(model: Inputs, draws: Simulation, heading: str, **words: Unpack[Words]) -> Drawing:
    """The owner's cost of an hour as a stacked bar, and below it ranges of costs and prices.

    Args:
        model: its inputs; the parts of the owned rate stand from the left (usd/gpu_hour).
        draws: of the owned basis; the interval of its rate is compared with the rents of the model.
        heading: what stands above the bar.
    """
    parts = owned_rate_parts(model)
    ranges = {
        "Owned, interval of the draws": (draws.rate_at(0.05), draws.rate_at(0.95)),
        "Rented: range of the model": (model["rent"].ends[0], model["rent"].ends[-1]),
    }
    lines = ["", *ranges]
    scale = alt.Scale(domain=[0, 4], nice=False)
    y = alt.Y("what:N", sort=lines, axis=None)
    bars = [
        {"what": "", "part": name, "order": n, "rate": part.magnitude, "text": str(part)} for n, (name, part) in enumerate(parts.items())
    ]
    colors = alt.Scale(domain=list(parts), range=[charts.BLUE, charts.ORANGE, charts.GREEN, charts.MUTED, charts.VERMILION])
    stack = (
        alt.Chart(inline(bars))
        .mark_bar(height=20, yOffset=12)
        .encode(
            x=alt.X(
                "rate:Q", scale=scale, title="US dollars per GPU-hour", stack="zero", axis=alt.Axis(values=[0, 1, 2, 3, 4], format="d")
            ),
            y=y,
            order="order:O",
            color=alt.Color("part:N", sort=list(parts), title=None, legend=alt.Legend(columns=2), scale=colors),
            tooltip=["part:N", "text:N"],
        )
    )
    rows = [
        {"what": name, "low": low.magnitude, "high": high.magnitude, "text": text, "name": f"{name}: {text}"}
        for name, (low, high) in ranges.items()
        for text in (format_range(low.shown("bare"), high.shown("bare")),)
    ]
    reach = (
        alt.Chart(inline(rows))
        .mark_bar(height=9, yOffset=12, color=charts.INK, opacity=0.55)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, tooltip=["what:N", "text:N"])
    )
    heads = alt.Chart(inline([{"what": "", "name": heading}, *({"what": row["what"], "name": row["name"]} for row in rows)]))
    text = heads.mark_text(align="left", baseline="middle", dy=-12).encode(x=alt.value(0), y=y, text="name:N")
    chart = alt.layer(stack, reach, text).properties(width=charts.WIDTH, height=alt.Step(58))
    return finish(chart, words, RATE_COLUMNS, (*parts.values(), model["rent"].quantity))


def dotplot(simulation: Simulation, model: Inputs, marks: Mapping[str, Quantity], **words: Unpack[Words]) -> Drawing:
    """Equally likely totals (`DOTS`) as dots in columns, the 90% interval below them, and figures to compare.

    Args:
        simulation: the draws, on owned chips.
        model: its inputs; their sources make the source line.
        marks: amounts drawn as lines, by their labels, which stand below one another.
    """
    placed = dots(simulation, DOTS, DOT_STEP)
    top = max(dot["place"] for dot in placed)
    ticks = [n * 40e6 for n in range(int(DOT_ENDS[1] / 40e6) + 1)]
    scale = alt.Scale(domain=list(DOT_ENDS), nice=False)
    x = alt.X("column:Q", title="US dollars", scale=scale, axis=alt.Axis(values=ticks, labelExpr=MILLIONS, grid=False))
    y = alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[0, top + 1.3 * len(marks) + 0.6], nice=False))
    points = alt.Chart(inline(placed)).mark_point(filled=True, size=80, opacity=1, color=charts.BLUE)
    lines = alt.Chart(
        inline(
            {"column": number.magnitude, "text": f"{name}: {number}", "place": top + 0.6 + 1.3 * (len(marks) - n)}
            for n, (name, number) in enumerate(marks.items())
        )
    )
    low, high = simulation.at(0.05), simulation.at(0.95)
    label = [f"{level(simulation)} of the draws:", format_range(low, high)]
    span = alt.Chart(inline([{"column": low.magnitude, "end": high.magnitude, "place": 0.2, "above": 2.9, "text": label}]))
    chart = alt.layer(
        lines.mark_rule(strokeDash=[5, 4], color=charts.INK).encode(x=x, y=y, y2=alt.datum(0)),
        points.encode(x=x, y=y, tooltip=["value:Q"]),
        span.mark_rule(strokeWidth=5, color=charts.VERMILION).encode(x=x, x2="end:Q", y=y),
        span.mark_text(align="left", baseline="bottom", fontWeight="bold", color=charts.VERMILION, lineHeight=16).encode(
            x=alt.X("end:Q", scale=scale), y=alt.Y("above:Q", axis=None), text="text:N"
        ),
        lines.mark_text(align="left", baseline="top", dx=5, color=charts.INK).encode(x=x, y=y, text="text:N"),
    ).properties(width=charts.WIDTH, height=250)
    return finish(
        chart, words, DOT_COLUMNS, [*(model[name].quantity for name in ("hours", *BASES["own"], "chips", "devoted")), *marks.values()]
    )


def chance_of_a_dot(simulation: Simulation) -> Quantity:
    """The share of the draws that each of the `DOTS` stands for (percent)."""
    return chance(simulation, DOTS)


def tornado(swings: Sequence[Swing], model: Inputs, center: Quantity, **words: Unpack[Words]) -> Drawing:
    """Bars from the smaller to the larger median, one input or choice each, the widest (`SWINGS`), around the headline."""
    swings = swings[:SWINGS]
    rows = [
        {
            "name": swing.name,
            "order": place,
            "from": min(swing.low, swing.high).magnitude,
            "to": max(swing.low, swing.high).magnitude,
            "at low": str(swing.low),
            "at high": str(swing.high),
        }
        for place, swing in enumerate(swings)
    ]
    ticks = [n * 10e6 for n in range(int(SWING_ENDS[0] / 10e6), int(SWING_ENDS[1] / 10e6) + 1)]
    scale = alt.Scale(domain=list(SWING_ENDS), nice=False)
    base = alt.Chart(inline(rows)).encode(y=alt.Y("order:O", axis=None))
    bar = base.mark_bar(height=9, color=charts.BLUE, yOffset=9).encode(
        x=alt.X("from:Q", title="Median in US dollars", scale=scale, axis=alt.Axis(values=ticks, labelExpr=MILLIONS)),
        x2="to:Q",
        tooltip=["name:N", "at low:N", "at high:N"],
    )
    text = base.mark_text(align="left", baseline="middle", dy=-7).encode(x=alt.value(0), text="name:N")
    middle = base.mark_tick(thickness=2, size=17, yOffset=9, color=charts.INK).encode(x=alt.X(datum=center.magnitude, scale=scale))
    chart = alt.layer(bar, middle, text).properties(width=charts.WIDTH, height=alt.Step(38))
    return finish(chart, words, SWING_COLUMNS, (model[swing.key].quantity for swing in swings))


VIEWS_AXIS = AmountAxis("US dollars", (0, 200e6), [n * 40e6 for n in range(5)], False, MILLIONS)
MULTIPLIER_AXIS = AmountAxis("All compute over the final run’s, log axis", (1, 30), [1, 2, 5, 10, 20], True, "datum.value")


def multipliers(facts: Facts, floor: Sequence[Quantity], used: Sequence[Quantity], **words: Unpack[Words]) -> Drawing:
    """All compute of a development over that of its final run, by how much is known of it.

    Args:
        facts: the tables.
        floor: the compute of published test runs over that of the pre-training, low and high: the least that was tried.
        used: low, median and high of the model.

    The figures stand in the list ``multiplier_accounts``; the role says how each is drawn (``floor``, ``reported``,
    ``estimate``), or that a figure is
    read as one that includes the final run (``included``).
    """
    groups: dict[str, list[Rung]] = {}
    printed, least = [], [1 + share.to("ratio") for share in floor]
    for item in facts.listing("multiplier_accounts"):
        rungs = groups.setdefault(item.group, [])
        if item.has("own_floor"):
            rungs.append(Rung(item.label, least[0], least[1], least[1], "floor"))
            continue
        role = next(role for role in ("floor", "reported", "estimate", "included") if item.has(role))
        number = facts[item.id(role)]
        printed.append(number)
        metric = "total_over_final_run" if role == "included" else facts.row(item.id(role))["metric"]
        low, high = cost.multiplier_range(metric, number)
        label = item.label.format(number)
        rungs.append(Rung(label, cost.experiments_multiplier(metric, number), low, high, "estimate" if role == "included" else role))
    groups["Used in this chapter"] = [Rung("Median, and interval of our draws", used[1], used[0], used[2], "estimate", charts.VERMILION)]
    words.setdefault("source", [least[0], *printed])
    return charts.ladder(groups, MULTIPLIER_AXIS, **words)


def views(rows: Sequence[Sequence[Any]], **words: Unpack[Words]) -> Drawing:
    """The mixture, and below it each view alone: name, median, low and high (usd) of each line; see `programme.view_rows`."""
    first, *rest = [Rung(f"{name}: {median}", median, low, high, "estimate") for name, median, low, high in rows]
    return charts.ladder({"": [replace(first, color=charts.VERMILION), *rest]}, VIEWS_AXIS, **words)


def ledger(rows: Sequence[Mapping[str, Any]], **words: Unpack[Words]) -> Drawing:
    """What each figure in circulation pays for, item by item."""
    colors = dict(zip(dict.fromkeys(cost.ITEM_STATUS.values()), (charts.BLUE, charts.MUTED, charts.VERMILION), strict=True))
    words.setdefault("source", "The sources of the figures, as read in figure_items.csv.")
    words.setdefault("columns", LEDGER_COLUMNS)
    return charts.matrix(rows, "figure", "item", list(cost.ITEMS.values()), "status", colors, ("reason",), **words)
