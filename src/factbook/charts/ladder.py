"""Ladders: amounts on one axis, a line each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import BLUE, MUTED, TURN_LABELS_FROM, WIDTH, AmountAxis, Drawing, Words, finish, inline, told
from factbook.quantity import Quantity, format_range

# What a ladder publishes as its data
LADDER_COLUMNS = {
    "label": "What",
    "text": "As printed",
    "amount": "Amount",
    "low": "Low",
    "high": "High",
    "kind": "Kind",
    "printed as": "Articles print",
    "covers": "Covers",
    "leaves out": "Leaves out",
}


@dataclass(frozen=True)
class Rung:
    """One line of a ladder chart.

    Attributes:
        label: what it is, written above the line.
        amount: where the mark stands.
        low, high: a range, drawn as a wide bar.
        kind: ``reported`` (filled mark), ``estimate`` (ring) or ``floor`` (a triangle: at least this much).
        color: of the mark and its line.
        details: more to show on hover, by name.
    """

    label: str
    amount: Quantity
    low: Quantity | None = None
    high: Quantity | None = None
    kind: str = "reported"
    color: str = BLUE
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The amount as written beside the mark."""
        if self.low is not None and self.high is not None and self.low < self.high:
            return format_range(self.low, self.high)
        return f"≥ {self.amount}" if self.kind == "floor" else str(self.amount)


def ladder(groups: Mapping[str, Sequence[Rung]], axis: AmountAxis, **words: Unpack[Words]) -> Drawing:
    """Amounts on one axis, in groups: a heading per group (none where it is empty), a line per amount."""
    amounts = (rung.amount for rungs in groups.values() for rung in rungs)
    return finish(draw_ladder(groups, axis), words, LADDER_COLUMNS, amounts)


def draw_ladder(groups: Mapping[str, Sequence[Rung]], axis: AmountAxis) -> Drawing:
    """A ladder without its words, to stand among others.

    Labels stand inside the drawing, above their line, so that the chart also fits a phone.
    """
    rows = list(_ladder_rows(groups, axis))
    scale = alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)
    x = alt.X("amount:Q", scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title))
    start = alt.X("start:Q", scale=scale)
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.7, len(rows) - 0.5], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(inline(rows)).encode(y=level)
    rungs = base.transform_filter("isValid(datum.amount)")
    names = list(dict.fromkeys(name for row in rows for name in row if name not in _DRAWN))
    marks: dict[str, Any] = {
        "x": x,
        "color": alt.Color("color:N", scale=None),
        "tooltip": told(*(f"{name}:N" for name in ("label", "text", *names))),
    }
    drawn: dict[str, dict[str, Any]] = {
        "reported": {"filled": True, "size": 130},
        "estimate": {"filled": False, "size": 110, "strokeWidth": 2.5},
        "floor": {"filled": True, "size": 150, "shape": "triangle-right"},
    }
    # A line from the axis's start tells a length, which a log axis does not have and a range hides
    is_plain = not axis.log and all(row["low"] == row["high"] for row in rows if "amount" in row)
    stems = [rungs.mark_rule(strokeWidth=1, opacity=0.45).encode(x=start, x2="amount:Q", color=marks["color"])] if is_plain else []
    layers = [
        *stems,
        rungs.transform_filter("datum.low < datum.high")
        .mark_rule(strokeWidth=7, opacity=0.35)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q", color=marks["color"]),
        *(rungs.transform_filter(f"datum.kind == '{kind}'").mark_point(**style).encode(**marks) for kind, style in drawn.items()),
        rungs.mark_text(align="left", baseline="bottom", dy=-7).encode(x=start, text="label:N"),
        rungs.transform_filter("!datum.turned")
        .mark_text(align="left", dx=12, fontWeight="bold")
        .encode(x=alt.X("edge:Q", scale=scale), text="text:N"),
        rungs.transform_filter("datum.turned")
        .mark_text(align="right", baseline="top", dx=6, dy=6, fontWeight="bold")
        .encode(x=x, text="text:N"),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", color=MUTED)
        .encode(x=start, text="heading:N"),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=len(rows) * 40)


_DRAWN = {"heading", "label", "amount", "low", "high", "edge", "text", "kind", "color", "level", "start", "turned"}


def _ladder_rows(groups: Mapping[str, Sequence[Rung]], axis: AmountAxis) -> Iterator[dict[str, Any]]:
    first, last = (math.log(end) if axis.log else end for end in axis.ends)
    level = 0
    for heading, rungs in groups.items():
        if heading:
            yield {"heading": heading, "level": level, "start": axis.ends[0]}
            level += 1
        for rung in rungs:
            amount = rung.amount.magnitude
            high = (rung.high or rung.amount).magnitude
            place = ((math.log(amount) if axis.log else amount) - first) / (last - first)
            yield {
                "label": rung.label,
                "amount": amount,
                "low": (rung.low or rung.amount).magnitude,
                "high": high,
                "edge": max(amount, high),
                "text": rung.text,
                "kind": rung.kind,
                "color": rung.color,
                "level": level,
                "start": axis.ends[0],
                "turned": place > TURN_LABELS_FROM,
                **rung.details,
            }
            level += 1
