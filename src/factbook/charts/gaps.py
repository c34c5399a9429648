"""Gaps: differences around zero, a line for each comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import BLUE, INK, MUTED, WIDTH, AmountAxis, Drawing, Words, finish, inline
from factbook.quantity import Quantity

STEP = 27
GAP_COLUMNS = {
    "name": "Test",
    "text": "Difference",
    "interval": "Interval",
    "value": "Difference, number",
    "low": "Low",
    "high": "High",
    "told_apart": "Told apart",
    "note": "Note",
}


@dataclass(frozen=True)
class Gap:
    """One mark.

    Attributes:
        value: the difference.
        low, high: the ends of its interval; without them no interval is drawn.
        told_apart: a filled mark; otherwise a ring.
        label: written beside the mark.
        note: more to show on hover.
    """

    value: Quantity
    low: Quantity | None = None
    high: Quantity | None = None
    told_apart: bool = True
    label: str = ""
    note: str = ""


def gaps(lines: Mapping[str, Sequence[Gap]], axis: AmountAxis, sides: tuple[str, str], **words: Unpack[Words]) -> Drawing:
    """Differences around zero: a line for each name, which stands at the left, with one or more marks.

    Args:
        lines: the marks by the name of their line; the axis leaves room for the names left of its first tick.
        axis: of the differences.
        sides: what a mark left and right of zero means.
    """
    rows = list(_rows(lines))
    bottom = len(lines) - 0.4
    scale = alt.Scale(domain=list(axis.ends), nice=False, zero=False)
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-1.3, bottom], reverse=True, nice=False, zero=False), axis=None)
    ticks = alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title, grid=False)
    marks = alt.Chart(inline(rows)).encode(y=level)
    across = alt.X("value:Q", scale=scale, axis=ticks)
    tooltip = [alt.Tooltip(f"{name}:N", title=GAP_COLUMNS[name]) for name in ("name", "text", "interval", "note")]
    heads = alt.Chart(inline({"name": name, "level": place} for place, name in enumerate(lines))).encode(y=level)
    zero = alt.Chart(inline([{"zero": 0, "level": -0.65, "end": bottom}])).encode(x=alt.X("zero:Q", scale=scale), y=level)
    left, right = (
        alt.Chart(inline([{"zero": 0, "level": -0.95, "side": side}])).encode(x=alt.X("zero:Q", scale=scale), y=level, text="side:N")
        for side in sides
    )
    told, ring = marks.transform_filter("datum.told_apart"), marks.transform_filter("!datum.told_apart")
    ahead, behind = (marks.transform_filter(f"datum.label && datum.value {sign} 0") for sign in (">=", "<"))
    layers = [
        zero.mark_rule(color=INK, strokeWidth=1.5).encode(y2="end:Q"),
        left.mark_text(align="right", dx=-8, color=MUTED, fontSize=12),
        right.mark_text(align="left", dx=8, color=MUTED, fontSize=12),
        heads.mark_text(align="left", baseline="middle", color=INK).encode(x=alt.value(0), text="name:N"),
        marks.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=3, opacity=0.45, color=BLUE)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        told.mark_point(filled=True, size=80, opacity=1, color=BLUE).encode(x=across, tooltip=tooltip),
        ring.mark_point(filled=True, size=70, opacity=1, fill="transparent", stroke=BLUE, strokeWidth=2).encode(x=across, tooltip=tooltip),
        ahead.mark_text(align="left", dx=9).encode(x=alt.X("high_end:Q", scale=scale), text="label:N"),
        behind.mark_text(align="right", dx=-9).encode(x=alt.X("low_end:Q", scale=scale), text="label:N"),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=(len(lines) + 0.9) * STEP)
    return finish(chart, words, GAP_COLUMNS, (each.value for line in lines.values() for each in line))


def _rows(lines: Mapping[str, Sequence[Gap]]) -> Iterator[dict[str, Any]]:
    for place, (name, line) in enumerate(lines.items()):
        for each in line:
            value = each.value.magnitude
            drawn = each.low is not None and each.high is not None
            ends = {"low": each.low.magnitude, "high": each.high.magnitude} if each.low is not None and each.high is not None else {}
            yield {
                "name": name,
                "level": place,
                "value": value,
                **ends,
                "low_end": ends.get("low", value),
                "high_end": ends.get("high", value),
                "text": signed(each.value),
                "interval": f"{each.low} to {each.high}" if drawn else "",
                "told_apart": each.told_apart,
                "label": each.label,
                "note": each.note,
            }


def signed(value: Quantity) -> str:
    """A difference with its sign and without its unit."""
    return f"{'+' if value.magnitude > 0 else ''}{value.shown('bare')}"
