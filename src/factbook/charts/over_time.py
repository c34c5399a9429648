"""A few measures of the same thing at some dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import (
    BLUE,
    GRID,
    INK,
    MUTED,
    VERMILION,
    WIDTH,
    AmountAxis,
    Drawing,
    Words,
    amounts,
    finish,
    inline,
    told,
    written,
)

RATIO_COLUMNS = {"kind": "Measure", "pair": "Pair", "date": "Date", "value": "Times", "text": "As printed"}


def over_time(rows: Sequence[Mapping[str, Any]], axis: AmountAxis, dates: tuple[str, str], **words: Unpack[Words]) -> Drawing:
    """A few measures of the same thing at some dates, each a line with its own mark; the pair of each date stands on top.

    Args:
        rows: with ``kind``, ``pair``, ``date`` (ISO), ``value`` (a quantity).
        axis: of the values.
        dates: first and last day shown.
    """
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    scale = alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)
    x = alt.X("date:T", title=None, scale=alt.Scale(domain=list(dates)), axis=alt.Axis(format="%b", tickCount="month", grid=False))
    y = alt.Y("value:Q", title=axis.title, scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label))
    legend = alt.Legend(title=None, columns=1)
    color = alt.Color("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=[MUTED, BLUE, VERMILION][: len(kinds)]), legend=legend)
    shape = alt.Shape("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=["square", "circle", "diamond"][: len(kinds)]))
    base = alt.Chart(inline(written(rows))).encode(x=x, y=y, color=color)
    # Names of neighboring dates take turns on two lines, so that they don't run into each other on a phone
    pairs = dict.fromkeys((row["pair"], row["date"]) for row in rows)
    heads = [{"pair": pair.split(" against ")[0], "date": day, "second": bool(place % 2)} for place, (pair, day) in enumerate(pairs)]
    top = alt.Chart(inline(heads)).encode(x=x, y=alt.value(0))
    return finish(
        alt.layer(
            top.mark_rule(color=GRID).encode(y2=alt.value(320)),
            base.mark_line(strokeWidth=1.5, opacity=0.6),
            base.mark_point(filled=True, size=80, opacity=1).encode(shape=shape, tooltip=told("pair:N", "kind:N", "date:T", "text:N")),
            *(
                top.transform_filter(f"datum.second == {str(second).lower()}")
                .mark_text(align="left", dx=4, dy=14 if second else -2, baseline="top", color=INK, fontSize=12)
                .encode(text="pair:N")
                for second in (False, True)
            ),
        ).properties(width=WIDTH, height=320),
        words,
        RATIO_COLUMNS,
        amounts(rows),
    )
