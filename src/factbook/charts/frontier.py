"""Costs against results, with the best buys of several moments, a panel for each set of tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import BLUE, GREEN, MUTED, WIDTH, AmountAxis, Drawing, Words, amounts, finish, inline, panel_title, written

FRONTIER_COLUMNS = {
    "tasks": "Tasks",
    "name": "Model",
    "maker": "Maker",
    "date": "Date",
    "bill": "Bill",
    "share": "Share solved",
    "text": "As printed",
}


# Where a label stands; the shares end above 100, so that the name of a line has room over it
PLACES: dict[str, Any] = {"above": {"dy": -11}, "below": {"dy": 13}, "left": {"align": "right", "dx": -9}}
SHARES = (0, 112)
HEIGHT = 180


@dataclass(frozen=True)
class Panel:
    """One set of tasks.

    Attributes:
        heading: what the tasks are.
        rows: with ``bill``, ``share`` (percent), ``maker`` (that of ``own`` stands out), ``name``, ``date``, ``text``; ``label`` is drawn
            where it is not empty, at its ``place``, a key of ``PLACES``.
        best: with ``moment``, ``bill``, ``share``: for each moment its undominated runs, the cheapest first.
    """

    heading: str
    rows: Sequence[Mapping[str, Any]]
    best: Sequence[Mapping[str, Any]]


def frontier(panels: Sequence[Panel], axis: AmountAxis, results: str, own: str, **words: Unpack[Words]) -> Drawing:
    """Bills against results, and the best buys at several moments as stepped lines, each with its name.

    Args:
        panels: from top to bottom, on one axis of bills.
        axis: of the bills.
        results: title of the other axis.
        own: the maker whose runs stand out.
    """
    drawn = [_panel(panel, axis, results, own, last=panel is panels[-1]) for panel in panels]
    shown = amounts(row for panel in panels for row in panel.rows)
    return finish(alt.vconcat(*drawn, spacing=14), words, FRONTIER_COLUMNS, shown)


def _panel(panel: Panel, axis: AmountAxis, results: str, own: str, last: bool) -> Any:
    scale = alt.Scale(type="log", domain=list(axis.ends), nice=False)
    ticks = alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title if last else None)
    x = alt.X("bill:Q", scale=scale, axis=ticks)
    y = alt.Y("share:Q", title=results, scale=alt.Scale(domain=list(SHARES), nice=False), axis=alt.Axis(values=[0, 25, 50, 75, 100]))
    moments = list(dict.fromkeys(row["moment"] for row in panel.best))
    rows = [{**row, "tasks": panel.heading} for row in panel.rows]
    points = alt.Chart(inline(written(rows))).encode(
        x=x, y=y, color=alt.condition(f"datum.maker == '{own}'", alt.value(BLUE), alt.value(MUTED))
    )
    tooltip = [alt.Tooltip(f"{name}:N", title=FRONTIER_COLUMNS[name]) for name in ("name", "date")]
    layers = []
    for moment in moments:
        line = [row for row in panel.best if row["moment"] == moment]
        # What was the best buy stays it for who would pay more
        line.append({**line[-1], "bill": axis.ends[1]})
        base = alt.Chart(inline(written(line))).encode(x=x, y=y)
        end = alt.Chart(inline(written(line[-1:]))).encode(x=x, y=y)
        layers += [
            base.mark_line(interpolate="step-after", color=GREEN, strokeWidth=2, strokeDash=[1, 0] if moment in moments[-1:] else [5, 4]),
            end.mark_text(align="right", dy=-14, color=GREEN, fontWeight="bold", fontSize=12).encode(text="moment:N"),
        ]
    layers += [
        # Marks without a label step back, so that the labels can be read over them
        points.mark_point(filled=True, size=60).encode(
            opacity=alt.condition("datum.label", alt.value(1), alt.value(0.4)),
            tooltip=[*tooltip, alt.Tooltip("text:N", title="Bill")],
        ),
        *(
            points.transform_filter(f"datum.label && datum.place == '{place}'").mark_text(fontSize=12, **offsets).encode(text="label:N")
            for place, offsets in PLACES.items()
        ),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=panel_title(panel.heading))
