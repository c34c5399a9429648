"""Lines, each labeled beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import MUTED, WIDTH, AmountAxis, Drawing, Words, finish, inline

LINE_COLUMNS = {"line": "Line", "x": "X", "y": "Y"}


@dataclass(frozen=True)
class Line:
    """One line of a line chart, labeled beside itself.

    Attributes:
        label: written at the point nearest to ``label_x``.
        points: x and y, in order.
        color: of the line and its label.
        label_x: where the label stands, in units of x.
        place: ``above`` or ``below`` the line, or after its ``end``.
        align: which end of the label lies at that point; on a falling line, ``left`` above it and ``right`` below keep clear.
        dashed: draw it dashed.
    """

    label: str
    points: Sequence[tuple[float, float]]
    color: str
    label_x: float
    place: str = "above"
    align: str = "left"
    dashed: bool = False


def lines(
    drawn: Sequence[Line],
    x: AmountAxis,
    y: AmountAxis,
    references: Sequence[tuple[float, str]] = (),
    height: int = 340,
    **words: Unpack[Words],
) -> Drawing:
    """Lines with labels beside them, and dashed references across."""
    rows = [
        {"line": line.label, "x": at, "y": value, "color": line.color, "dashed": line.dashed} for line in drawn for at, value in line.points
    ]

    def scale(axis: AmountAxis) -> alt.Scale:
        return alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)

    def guide(axis: AmountAxis) -> alt.Axis:
        return alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title)

    across, up = alt.X("x:Q", scale=scale(x), axis=guide(x)), alt.Y("y:Q", scale=scale(y), axis=guide(y))
    colors = alt.Color("color:N", scale=None)
    tip = [alt.Tooltip("line:N"), alt.Tooltip("x:Q", format=".3~s"), alt.Tooltip("y:Q", format=".3~s")]
    data = alt.Chart(inline(rows))
    layers: list[Any] = [
        data.transform_filter(f"datum.dashed == {str(dashed).lower()}")
        .mark_line(strokeWidth=2.5, strokeDash=[6, 4] if dashed else [1, 0], clip=True)
        .encode(x=across, y=up, detail="line:N", color=colors, tooltip=tip)
        for dashed in dict.fromkeys(line.dashed for line in drawn)
    ]
    for value, text in references:
        rule = alt.Chart(inline([{"y": value, "text": text}]))
        layers.append(rule.mark_rule(strokeDash=[3, 3], color=MUTED).encode(y=up))
        layers.append(rule.mark_text(align="left", baseline="bottom", dy=-4, color=MUTED).encode(x=alt.value(4), y=up, text="text:N"))
    for line in drawn:
        at, value = min(line.points, key=lambda point: abs(point[0] - line.label_x))
        label = alt.Chart(inline([{"x": at, "y": value, "line": line.label, "color": line.color}]))
        style: dict[str, Any] = {
            "above": {"align": line.align, "baseline": "bottom", "dy": -6},
            "below": {"align": line.align, "baseline": "top", "dy": 6},
            "end": {"align": "left", "baseline": "middle", "dx": 6},
        }[line.place]
        layers.append(label.mark_text(fontWeight="bold", **style).encode(x=across, y=up, text="line:N", color=colors))
    return finish(alt.layer(*layers).properties(width=WIDTH, height=height), words, {**LINE_COLUMNS, "x": x.title, "y": y.title}, ())
