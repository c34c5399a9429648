"""Timelines: days and spans on one axis, in groups, each with its name beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import BLUE, GRID, MUTED, VERMILION, WIDTH, Drawing, Words, finish, inline

# Pixels that a line of a timeline takes
LINE = 23


@dataclass(frozen=True)
class Span:
    """One line of a timeline: a day, or the time from ``start`` to ``end`` (ISO dates).

    ``text`` are its dates in words, ``written`` is what of them stands in the drawing, where that is less; ``marked`` sets it apart.
    """

    label: str
    start: str
    end: str = ""
    text: str = ""
    written: str = ""
    marked: bool = False


TIMELINE_COLUMNS = {"label": "What", "start": "From", "end": "To", "text": "Dates"}


def timeline(
    groups: Mapping[str, Sequence[Span]], dates: tuple[str, str], band: tuple[str, str] | None = None, **words: Unpack[Words]
) -> Drawing:
    """Days and spans on one axis, in groups: a heading per group, a line per span, its name and dates beside it.

    Args:
        groups: headings and lines. What began before the first day is drawn from there on; its dates in words tell.
        dates: first and last day shown.
        band: a time that is shaded through all groups.
    """
    rows: list[dict[str, Any]] = []
    for heading, spans in groups.items():
        rows.append({"heading": heading, "level": len(rows), "first": dates[0]})
        rows += [_row(span, dates, len(rows) + place) for place, span in enumerate(spans)]
    scale = alt.Scale(domain=list(dates))
    ends = [-0.9, len(rows) - 0.4]
    level = alt.Y("level:Q", scale=alt.Scale(domain=ends, reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(inline(rows)).encode(y=level)
    lines = base.transform_filter("isValid(datum.start)")
    years = range(date.fromisoformat(dates[0]).year, date.fromisoformat(dates[1]).year + 1)
    ticks = [alt.DateTime(year=year) for year in years]
    axis = alt.Axis(
        format="%Y", values=ticks, grid=True, orient="top", labelAlign="left", labelBaseline="bottom", labelPadding=4, tickSize=0
    )
    x = alt.X("from:T", scale=scale, title=None, axis=axis)
    marks: dict[str, Any] = {
        "x": x,
        "color": alt.condition("datum.marked", alt.value(VERMILION), alt.value(BLUE)),
        "tooltip": [alt.Tooltip("label:N", title="What"), alt.Tooltip("text:N", title="When")],
    }
    layers = [
        *([_band(band, scale)] if band else []),
        lines.transform_filter("!datum.day").mark_rule(strokeWidth=8).encode(**marks, x2="end:T"),
        lines.transform_filter("datum.day").mark_point(size=90, filled=True, opacity=1).encode(**marks),
        *(_names(lines, marked, turned, scale) for marked in (True, False) for turned in (True, False)),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", color=MUTED, dx=2)
        .encode(x=alt.X("first:T", scale=scale), text="heading:N"),
    ]
    return finish(alt.layer(*layers).properties(width=WIDTH, height=len(rows) * LINE), words, TIMELINE_COLUMNS, ())


def _row(span: Span, dates: tuple[str, str], level: int) -> dict[str, Any]:
    end = span.end or span.start
    before, after = _share(span.start, dates), 1 - _share(end, dates)
    return {
        "label": span.label,
        "start": span.start,
        "from": max(span.start, dates[0]),
        "end": end,
        "text": span.text,
        "name": f"{span.label}, {span.written or span.text}",
        "marked": span.marked,
        "day": not span.end,
        "turned": before > after,
        "level": level,
        "first": dates[0],
    }


def _names(lines: Any, marked: bool, turned: bool, scale: alt.Scale) -> Any:
    """What is written on the side of the marks where there is more room; bold where they are set apart."""
    chosen = lines.transform_filter(f"datum.marked == {str(marked).lower()} && datum.turned == {str(turned).lower()}")
    look = {"fontWeight": "bold" if marked else "normal", "fontSize": 12.5}
    side = {"align": "right", "dx": -9} if turned else {"align": "left", "dx": 9}
    return chosen.mark_text(**look, **side).encode(x=alt.X("from:T" if turned else "end:T", scale=scale), text="name:N")


def _band(band: tuple[str, str], scale: alt.Scale) -> Any:
    shaded = alt.Chart(inline([{"from": band[0], "to": band[1]}])).mark_rect(color=GRID, opacity=0.45)
    return shaded.encode(x=alt.X("from:T", scale=scale), x2="to:T")


def _share(day: str, dates: tuple[str, str]) -> float:
    at, first, last = (date.fromisoformat(each) for each in (day, *dates))
    return (at - first) / (last - first)
