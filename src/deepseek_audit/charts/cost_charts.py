"""Charts of bills: the three scopes, chip time of runs, rents, and one run on several bases.

All are dots on one axis, a line each: no stems, since a log axis has no zero for them to stand on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Unpack

import altair as alt

from deepseek_audit.models.cost import RebuiltRun
from factbook import charts
from factbook.charts import AmountAxis, Drawing, Rung, Words
from factbook.facts import Facts, Item
from factbook.quantity import Quantity, format_range

# Pixels from the edge of the drawing to its labels, and from one frame to the next inside it
INSET, FRAME = 20, 7
# From one line to the next; inside a frame there is more air
LINE, FRAMED_LINE = 34, 38
# Beyond this share of the axis, an amount is written to the left of its mark
TURNED_FROM = 0.52
MARKS: Mapping[str, Mapping[str, Any]] = {
    "reported": {"filled": True, "size": 120},
    "estimate": {"filled": False, "size": 100, "strokeWidth": 2.5},
    "floor": {"filled": True, "size": 140, "shape": "triangle-right"},
}
KINDS = {"reported": "as its source states it", "estimate": "an estimate", "floor": "at least this much"}
TOLD = {"label": "What", "text": "Amount", "known": "Known as"}


def scopes(facts: Facts, both: Quantity, research: Sequence[Quantity], by_epoch: Quantity, **words: Unpack[Words]) -> Drawing:
    """What DeepSeek’s figures cover, as frames inside one another: the run in the research, and around both the group’s chips.

    Args:
        facts: the tables; GPT-4’s amounts are theirs.
        both: V3’s final run and R1’s, at the assumed rent (usd).
        research: our estimate of the research between V2 and V3: its low end, its median and its high end (usd).
        by_epoch: the same with Epoch AI’s assumptions (usd).
    """
    low, median, high = research
    gpt4 = facts["gpt4_dev"]
    groups = {
        "The run: final training, at a rent": [
            Rung("V3 and R1, by DeepSeek’s own hours", both),
            Rung("GPT-4 at cloud rents, by outsiders", facts["gpt4_cloud"], kind="estimate", color=charts.MUTED),
            Rung("GPT-4, by OpenAI’s head, basis not said", facts["gpt4_altman"], kind="floor", color=charts.MUTED),
        ],
        "The research: trials and people too": [
            Rung("From V2 to V3, our estimate", median, low, high, "estimate", charts.GREEN),
            Rung("From V2 to V3, Epoch AI’s assumptions", by_epoch, kind="estimate", color=charts.GREEN),
            Rung("GPT-4, by Epoch AI", gpt4.shown("2"), gpt4.low, gpt4.high, "estimate", charts.MUTED),
        ],
        f"The fleet: the group’s chips, {facts['sa_tco_years']}": [
            Rung("DeepSeek and its owner, by outsiders", facts["sa_tco"].shown("2"), kind="estimate", color=charts.VERMILION),
        ],
    }
    axis = _dollars("US dollars, each step ten times the one before", 6)
    return charts.finish(_dots(groups, axis, framed=True), words, TOLD, _amounts(groups))


def runs(listed: Iterable[Item], rebuilt: Iterable[RebuiltRun], **words: Unpack[Words]) -> Drawing:
    """GPU-hours of training runs, the longest first: those that their makers published, and those rebuilt, with a range.

    Args:
        listed: the list ``bill_gpu_hours``; a line without ``hours`` is one of ``rebuilt``.
        rebuilt: see :func:`~deepseek_audit.models.cost.rebuilt_runs`.
    """
    published = [Rung(run.label, run.hours.shown("bare"), color=_color(run)) for run in listed if run.has("hours")]
    groups = {
        "Published by the maker": sorted(published, key=lambda rung: -rung.amount.magnitude),
        "Rebuilt by us: nothing is published": [_rebuilt(run.name, run.hours) for run in rebuilt],
    }
    axis = AmountAxis("GPU-hours, each step ten times the one before", (7e4, 2e8), [1e5, 1e6, 1e7, 1e8], log=True)
    return charts.finish(_dots(groups, axis), words, TOLD, _amounts(groups))


def _color(run: Item) -> str:
    return charts.BLUE if run.group == "DeepSeek" else charts.MUTED


def _rebuilt(label: str, hours: Quantity) -> Rung:
    """An estimate with its range, in numbers whose unit the axis names."""
    assert hours.low is not None and hours.high is not None
    low, amount, high = (each.shown("bare") for each in (hours.low, hours, hours.high))
    return Rung(label, amount, low, high, "estimate", charts.BLUE)


def rents(offers: Sequence[Item], in_dollars: Mapping[str, Quantity], assumed: Quantity, **words: Unpack[Words]) -> Drawing:
    """Rents of one chip for an hour, the lowest first, and among them the assumed one (usd/gpu_hour).

    Args:
        offers: a list of rents with place and date as their labels.
        in_dollars: each rent by its label, with its range where it has one.
        assumed: the rent that DeepSeek’s bills stand on.
    """
    lines = [_rent(offer.label, in_dollars[offer.label], _of_china(offer)) for offer in offers]
    lines.append(_rent("Assumed by DeepSeek", assumed, charts.BLUE))
    groups = {"": sorted(lines, key=lambda rung: rung.amount.magnitude)}
    axis = AmountAxis("US dollars per GPU-hour, log axis", (1, 16), [1, 2, 4, 8, 16], log=True, label="'$' + datum.value")
    return charts.finish(_dots(groups, axis), words, TOLD, _amounts(groups))


def _rent(label: str, rent: Quantity, color: str) -> Rung:
    """A rent with its ends, in numbers whose unit the axis names."""
    low, high = (end.shown("bare") if end else None for end in (rent.low, rent.high))
    return Rung(label, rent.shown("bare"), low, high, color=color)


def _of_china(offer: Item) -> str:
    return charts.VERMILION if offer.group == "China" else charts.MUTED


BASIS_COLORS = {
    "amortized chips and energy": charts.GREEN,
    "amortized, other file": charts.PURPLE,
    "cloud price": charts.BLUE,
    "buying the chips": charts.VERMILION,
}


def bases(bills: Iterable[Item], own: Mapping[str, Quantity], **words: Unpack[Words]) -> Drawing:
    """Bills of rivals' runs on several bases, a heading per run, and below them V3's.

    Args:
        bills: one by one with the run as ``group`` and the basis as ``label``, a key of ``BASIS_COLORS``.
        own: V3's bills by what they are (usd); the purchase of its cluster, ``reg_cluster``, is a floor.
    """
    groups: dict[str, list[Rung]] = {}
    for bill in bills:
        groups.setdefault(bill.group, []).append(Rung(bill.label, bill.value, kind="estimate", color=BASIS_COLORS[bill.label]))
    groups["V3"] = [
        Rung(label, bill, kind="floor" if "reg_cluster" in bill.rows else "estimate", color=charts.INK) for label, bill in own.items()
    ]
    return charts.finish(_dots(groups, _dollars("US dollars, log axis", 6)), words, TOLD, _amounts(groups))


def _dollars(title: str, first: int) -> AmountAxis:
    """A log axis of dollars from a power of ten to ten billion."""
    return AmountAxis(title, (10.0**first, 1e10), [10**power for power in range(first, 11)], log=True, label=charts.DOLLAR_LABELS)


def _amounts(groups: Mapping[str, Sequence[Rung]]) -> list[Quantity]:
    return [rung.amount for rungs in groups.values() for rung in rungs]


def _dots(groups: Mapping[str, Sequence[Rung]], axis: AmountAxis, *, framed: bool = False) -> Drawing:
    """Amounts on a log axis, a line each with its label above the mark, in groups with a heading (none where it is empty).

    Args:
        groups: the lines.
        axis: of the amounts.
        framed: each group stands in a frame that holds all groups before it.
    """
    rows = list(_rows(groups, axis))
    scale = alt.Scale(type="log", domain=list(axis.ends), nice=False)
    x = alt.X("amount:Q", scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title))
    last = rows[-1]["level"]
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.75, last + 0.55], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(charts.inline(rows)).encode(y=level)
    marks = base.transform_filter("isValid(datum.amount)")
    color = alt.Color("color:N", scale=None)
    told = [alt.Tooltip(f"{name}:N", title=title) for name, title in TOLD.items()]
    left = alt.value(INSET if framed else 0)
    layers = [
        *(_frames(groups, level) if framed else ()),
        marks.transform_filter("datum.low < datum.high")
        .mark_rule(strokeWidth=7, opacity=0.35)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q", color=color),
        *(
            marks.transform_filter(f"datum.kind == '{kind}'").mark_point(**style, opacity=1).encode(x=x, color=color, tooltip=told)
            for kind, style in MARKS.items()
        ),
        marks.mark_text(align="left", baseline="bottom", dy=-10).encode(x=left, text="label:N"),
        marks.transform_filter("!datum.turned")
        .mark_text(align="left", dx=12, fontWeight="bold")
        .encode(x=alt.X("high:Q", scale=scale), text="text:N"),
        marks.transform_filter("datum.turned")
        .mark_text(align="right", dx=-12, fontWeight="bold")
        .encode(x=alt.X("low:Q", scale=scale), text="text:N"),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", fontSize=14)
        .encode(x=left, text="heading:N"),
    ]
    return alt.layer(*layers).properties(width=charts.WIDTH, height=round((last + 1.3) * (FRAMED_LINE if framed else LINE)))


def _rows(groups: Mapping[str, Sequence[Rung]], axis: AmountAxis) -> Iterator[dict[str, Any]]:
    first, last = (math.log(end) for end in axis.ends)
    level = 0.0
    for heading, rungs in groups.items():
        if heading:
            yield {"heading": heading, "level": level}
            level += 1
        for rung in rungs:
            low, high = rung.low or rung.amount, rung.high or rung.amount
            yield {
                "label": rung.label,
                "amount": rung.amount.magnitude,
                "low": low.magnitude,
                "high": high.magnitude,
                "text": f"{rung.amount} ({format_range(low, high)})" if low < high else rung.text,
                "kind": rung.kind,
                "known": KINDS[rung.kind],
                "color": rung.color,
                "level": level,
                "turned": (math.log(high.magnitude) - first) / (last - first) > TURNED_FROM,
            }
            level += 1
        level += 0.25


def _frames(groups: Mapping[str, Sequence[Rung]], level: alt.Y) -> Iterator[alt.Chart]:
    """A frame for each group around all that stand above its end, the outermost first."""
    ends, at = [], 0.0
    for rungs in groups.values():
        at += 1 + len(rungs)
        ends.append(at - 0.55)
        at += 0.25
    for place, end in reversed(list(enumerate(ends))):
        out = len(ends) - 1 - place
        frame = alt.Chart(charts.inline([{"level": -0.7 + 0.17 * out, "end": end}]))
        look: dict[str, Any] = {"cornerRadius": 4, "fill": charts.GRID, "fillOpacity": 0.12, "stroke": charts.MUTED}
        yield frame.mark_rect(xOffset=FRAME * out, x2Offset=-FRAME * out, **look).encode(
            x=alt.value(0), x2=alt.value("width"), y=level, y2="end:Q"
        )
