"""Timelines: days and spans on one axis, in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import BLUE, MUTED, TURN_LABELS_FROM, WIDTH, Drawing, Words, finish, inline


@dataclass(frozen=True)
class Span:
    """One line of a timeline: a day, or the time from ``start`` to ``end`` (ISO dates); ``text`` stands beside it."""

    label: str
    start: str
    end: str = ""
    text: str = ""
    color: str = BLUE


TIMELINE_COLUMNS = {"label": "What", "start": "From", "end": "To", "text": "Dates"}


def timeline(groups: Mapping[str, Sequence[Span]], dates: tuple[str, str], **words: Unpack[Words]) -> Drawing:
    """Days and spans on one axis, in groups: a heading per group, a line per span, its label above it.

    Args:
        groups: headings and lines.
        dates: first and last day shown.
    """
    rows: list[dict[str, Any]] = []
    for heading, spans in groups.items():
        rows.append({"heading": heading, "level": len(rows), "first": dates[0]})
        for span in spans:
            end = span.end or span.start
            turned = end > _share_of(dates, TURN_LABELS_FROM)
            drawn = {"label": span.label, "start": span.start, "end": end, "text": span.text, "color": span.color, "turned": turned}
            rows.append({**drawn, "level": len(rows), "first": dates[0]})
    scale = alt.Scale(domain=list(dates))
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.7, len(rows) - 0.4], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(inline(rows)).encode(y=level)
    lines = base.transform_filter("isValid(datum.start)")
    first = alt.X("first:T", scale=scale)
    years = range(date.fromisoformat(dates[0]).year + 1, date.fromisoformat(dates[1]).year + 1)
    ticks = [alt.DateTime(year=year) for year in years]
    x = alt.X("start:T", scale=scale, title=None, axis=alt.Axis(format="%Y", values=ticks, grid=True, orient="top"))
    color = alt.Color("color:N", scale=None)
    tooltip = [alt.Tooltip("label:N"), alt.Tooltip("text:N")]
    layers = [
        lines.transform_filter("datum.end > datum.start")
        .mark_rule(strokeWidth=8, opacity=0.85)
        .encode(x=x, x2="end:T", color=color, tooltip=tooltip),
        lines.transform_filter("datum.end == datum.start").mark_point(size=100, filled=True).encode(x=x, color=color, tooltip=tooltip),
        lines.mark_text(align="left", baseline="bottom", dy=-6).encode(x=first, text="label:N"),
        lines.transform_filter("!datum.turned")
        .mark_text(align="left", dx=10, color=MUTED, fontSize=12)
        .encode(x=alt.X("end:T", scale=scale), text="text:N"),
        lines.transform_filter("datum.turned").mark_text(align="right", dx=-10, color=MUTED, fontSize=12).encode(x=x, text="text:N"),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", color=MUTED)
        .encode(x=first, text="heading:N"),
    ]
    return finish(alt.layer(*layers).properties(width=WIDTH, height=len(rows) * 36), words, TIMELINE_COLUMNS, ())


def _share_of(dates: tuple[str, str], share: float) -> str:
    first, last = (date.fromisoformat(end) for end in dates)
    return (first + (last - first) * share).isoformat()
