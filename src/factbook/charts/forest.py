"""Forest plots: values with their intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import BLUE, INK, WIDTH, AmountAxis, Drawing, Words, finish, inline
from factbook.quantity import Quantity


@dataclass(frozen=True)
class Estimate:
    """One mark of a forest plot.

    Attributes:
        label: written beside the mark, with the value.
        value: where the mark stands.
        low, high: the ends of its interval.
        color: of mark and interval.
        told_apart: a filled mark; otherwise a ring.
        note: more to show on hover.
    """

    label: str
    value: Quantity
    low: Quantity
    high: Quantity
    color: str = BLUE
    told_apart: bool = True
    note: str = ""


def forest(groups: Mapping[str, Sequence[Estimate]], axis: AmountAxis, **words: Unpack[Words]) -> Drawing:
    """Values with their intervals on one axis, in groups: a heading per group (none where it is empty), a line per value.

    The label stands right of its interval, or left of it where the right is full, so that the chart also fits a phone.
    """
    rows = list(_forest_rows(groups, axis))
    scale = alt.Scale(domain=list(axis.ends), nice=False, zero=False, clamp=True)
    marks_x = alt.X("value:Q", scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title))
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.9, rows[-1]["level"] + 0.9], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(inline(rows)).encode(y=level)
    values = base.transform_filter("isValid(datum.value)").encode(color=alt.Color("color:N", scale=None))
    shown: dict[str, Any] = {"x": marks_x, "tooltip": [alt.Tooltip(f"{name}:N", title=title) for name, title in TOLD.items()]}
    layers = [
        values.mark_rule(strokeWidth=3, opacity=0.55).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        values.transform_filter("datum.told_apart").mark_point(filled=True, size=80, opacity=1).encode(**shown),
        values.transform_filter("!datum.told_apart")
        .mark_point(filled=True, size=80, opacity=1, fill="transparent", strokeWidth=2.2)
        .encode(**shown, stroke=alt.Stroke("color:N", scale=None)),
        values.transform_filter("!datum.turned").mark_text(align="left", dx=9).encode(x=alt.X("high:Q", scale=scale), text="label:N"),
        values.transform_filter("datum.turned").mark_text(align="right", dx=-9).encode(x=alt.X("low:Q", scale=scale), text="label:N"),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", color=INK, baseline="middle")
        .encode(x=alt.value(0), text="heading:N"),
    ]
    return finish(
        alt.layer(*layers).properties(width=WIDTH, height=(rows[-1]["level"] + 1.8) * 18),
        words,
        FOREST_COLUMNS,
        (each.value for group in groups.values() for each in group),
    )


def _forest_rows(groups: Mapping[str, Sequence[Estimate]], axis: AmountAxis) -> Iterator[dict[str, Any]]:
    level = 0.0
    for heading, estimates in groups.items():
        if heading:
            yield {"heading": heading, "level": level}
            level += 1.05
        for each in estimates:
            high = each.high.magnitude
            yield {
                "group": heading,
                "label": f"{each.label} {each.value}".strip(),
                "value": each.value.magnitude,
                "low": each.low.magnitude,
                "high": high,
                "interval": f"{each.low} to {each.high}" if each.low < each.high else str(each.value),
                "color": each.color,
                "told_apart": each.told_apart,
                "turned": _right_is_narrow((each.low.magnitude, high), axis),
                "note": each.note,
                "level": level,
            }
            level += 1
        level += 0.35


def _right_is_narrow(interval: tuple[float, float], axis: AmountAxis) -> bool:
    """Whether a label has less room right of the interval than it may need, and more left of it.

    What lies beyond the axis is drawn at its end.
    """
    length = axis.ends[1] - axis.ends[0]
    left, right = max(interval[0] - axis.ends[0], 0) / length, max(axis.ends[1] - interval[1], 0) / length
    return right < LABEL_ROOM and left >= right


# Share of the axis that the longest label takes on a phone
LABEL_ROOM = 0.42
TOLD = {"group": "Compared", "label": "Value", "interval": "Interval", "note": "Note"}
FOREST_COLUMNS = {
    "group": "What",
    "label": "Mark",
    "value": "Value",
    "low": "Low",
    "high": "High",
    "told_apart": "Told apart",
    "note": "Note",
}
