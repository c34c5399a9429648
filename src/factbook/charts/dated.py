"""Values over time, by kind, with a reference across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    PURPLE,
    VERMILION,
    WIDTH,
    Drawing,
    LogAxis,
    Words,
    amounts,
    finish,
    inline,
    told,
    written,
)
from factbook.quantity import Quantity

DATED_COLUMNS = {"kind": "Kind", "date": "Date", "value": "Value", "text": "As printed", "note": "Note"}


def dated(
    rows: Sequence[Mapping[str, Any]],
    axis: LogAxis,
    dates: tuple[str, str],
    reference: tuple[Quantity, str],
    **words: Unpack[Words],
) -> Drawing:
    """Values over time on a log axis, by kind (color and shape), with a reference drawn across.

    Args:
        rows: with ``kind``, ``date`` (ISO), ``value`` (a quantity) and ``note``.
        axis: of the values.
        dates: first and last day shown.
        reference: a value and what is written on its line.
    """
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    colors, shapes = (
        [BLUE, MUTED, GREEN, PURPLE, VERMILION][: len(kinds)],
        ["square", "triangle-up", "diamond", "cross", "circle"][: len(kinds)],
    )
    legend = alt.Legend(columns=1, title=None)
    points = (
        alt.Chart(inline(written(rows)))
        .mark_point(filled=True, size=100, opacity=0.95)
        .encode(
            x=alt.X("date:T", title=None, scale=alt.Scale(domain=list(dates)), axis=alt.Axis(format="%Y", tickCount="year", grid=False)),
            y=alt.Y(
                "value:Q",
                title=axis.title,
                scale=alt.Scale(type="log", domain=list(axis.ends), nice=False),
                axis=alt.Axis(values=list(axis.ticks)),
            ),
            color=alt.Color("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=colors), legend=legend),
            shape=alt.Shape("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=shapes)),
            tooltip=told("kind:N", "date:T", "text:N", "note:N"),
        )
    )
    value, text = reference
    line = alt.Chart(inline([{"value": value.magnitude, "text": text}]))
    rule = line.mark_rule(strokeDash=[5, 4], color=INK).encode(y="value:Q")
    label = line.mark_text(align="left", baseline="top", dy=6, color=INK).encode(x=alt.value(4), y="value:Q", text="text:N")
    return finish(alt.layer(rule, label, points).properties(width=WIDTH, height=340), words, DATED_COLUMNS, [*amounts(rows), value])
