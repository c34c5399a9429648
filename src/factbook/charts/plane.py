"""Points on a plane of two log axes, with regions behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import GREEN, INK, PURPLE, WIDTH, Drawing, LogAxis, Words, finish, inline
from factbook.quantity import Quantity


@dataclass(frozen=True)
class Spot:
    """A point on a plane with its label: ``right``, ``left``, ``above`` or ``below`` the mark; none where it is empty."""

    x: Quantity
    y: Quantity
    name: str
    label: str = ""
    place: str = "right"
    kind: str = "solid"


@dataclass(frozen=True)
class Region:
    """A rectangle on a plane, without ends where None, and what is written in it."""

    low_x: float
    high_x: float | None
    low_y: float | None
    high_y: float | None
    color: str
    label: str = ""
    label_at: tuple[float, float] = (0.0, 0.0)


PLANE_COLUMNS = {"name": "What", "x_text": "Across", "y_text": "Up", "kind": "Kind"}
_PLACES: dict[str, dict[str, Any]] = {
    "right": {"align": "left", "dx": 9, "dy": 0},
    "left": {"align": "right", "dx": -9, "dy": 0},
    "above": {"align": "center", "dx": 0, "dy": -13},
    "below": {"align": "center", "dx": 0, "dy": 15},
}
_SPOT_STYLES: dict[str, dict[str, Any]] = {
    "solid": {"filled": True, "size": 90, "color": INK},
    "ring": {"filled": False, "size": 90, "color": PURPLE, "strokeWidth": 2.5},
    "triangle": {"filled": False, "size": 100, "shape": "triangle-up", "color": GREEN, "strokeWidth": 2.5},
}


def plane(spots: Sequence[Spot], regions: Sequence[Region], x: LogAxis, y: LogAxis, **words: Unpack[Words]) -> Drawing:
    """Points on two log axes with regions drawn behind them; every point is labeled directly."""
    scale_x, scale_y = (alt.Scale(type="log", domain=list(axis.ends), nice=False, clamp=True) for axis in (x, y))
    areas = [
        {
            "x1": region.low_x,
            "x2": region.high_x or x.ends[1],
            "y1": region.low_y or y.ends[0],
            "y2": region.high_y or y.ends[1],
            "color": region.color,
        }
        for region in regions
    ]
    axes = {
        "x": alt.Axis(values=list(x.ticks), title=x.title, grid=False, format=",~f"),
        "y": alt.Axis(values=list(y.ticks), title=y.title, grid=False, format=",~f"),
    }
    drawn = (
        alt.Chart(inline(areas))
        .mark_rect(opacity=0.16)
        .encode(
            x=alt.X("x1:Q", scale=scale_x, axis=axes["x"]),
            x2="x2:Q",
            y=alt.Y("y1:Q", scale=scale_y, axis=axes["y"]),
            y2="y2:Q",
            color=alt.Color("color:N", scale=None),
        )
    )
    written = [{"x": r.label_at[0], "y": r.label_at[1], "text": r.label, "color": r.color} for r in regions if r.label]
    names = (
        alt.Chart(inline(written))
        .mark_text(fontWeight="bold", align="left")
        .encode(x=alt.X("x:Q", scale=scale_x), y=alt.Y("y:Q", scale=scale_y), text="text:N", color=alt.Color("color:N", scale=None))
    )
    rows = [
        {
            "name": spot.name,
            "label": spot.label,
            "place": spot.place,
            "kind": spot.kind,
            "x": spot.x.magnitude,
            "y": spot.y.magnitude,
            "x_text": str(spot.x),
            "y_text": str(spot.y),
        }
        for spot in spots
    ]
    points = alt.Chart(inline(rows)).encode(x=alt.X("x:Q", scale=scale_x), y=alt.Y("y:Q", scale=scale_y))
    tooltip = [alt.Tooltip("name:N", title="Chip"), alt.Tooltip("x_text:N", title=x.title), alt.Tooltip("y_text:N", title=y.title)]
    marks = [
        points.transform_filter(f"datum.kind == '{kind}'").mark_point(**style).encode(tooltip=tooltip)
        for kind, style in _SPOT_STYLES.items()
        if any(spot.kind == kind for spot in spots)
    ]
    labels = [
        points.transform_filter(f"datum.label && datum.place == '{place}'").mark_text(**style, fontSize=12).encode(text="label:N")
        for place, style in _PLACES.items()
        if any(spot.place == place and spot.label for spot in spots)
    ]
    return finish(
        alt.layer(drawn, names, *marks, *labels).properties(width=WIDTH, height=400),
        words,
        PLANE_COLUMNS,
        (amount for spot in spots for amount in (spot.x, spot.y)),
    )
