"""Costs against results, with the best buys of several moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import BLUE, GREEN, MUTED, WIDTH, AmountAxis, Drawing, Words, amounts, finish, inline, told, written

FRONTIER_COLUMNS = {"name": "Model", "maker": "Maker", "date": "Date", "bill": "Bill", "share": "Share solved", "text": "As printed"}


def frontier(
    rows: Sequence[Mapping[str, Any]], best: Sequence[Mapping[str, Any]], axis: AmountAxis, results: str, own: str, **words: Unpack[Words]
) -> Drawing:
    """Bills against results, and the best buys at several moments as stepped lines.

    Args:
        rows: with ``bill``, ``share`` (percent), ``maker`` (that of ``own`` stands out), ``name``, ``date``, ``text``; ``label`` is drawn
            where it is not empty, below the mark where ``under`` is set.
        best: with ``moment``, ``bill``, ``share``: for each moment its undominated runs, the cheapest first.
        axis: of the bills.
        results: title of the other axis.
        own: the maker whose runs stand out.
    """
    scale = alt.Scale(type="log", domain=list(axis.ends), nice=False)
    x = alt.X("bill:Q", title=axis.title, scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label))
    y = alt.Y("share:Q", title=results, scale=alt.Scale(domain=[0, 100], nice=False))
    moments = list(dict.fromkeys(row["moment"] for row in best))
    best_legend = alt.Legend(title="Best buys until", direction="vertical")
    maker_legend = alt.Legend(title=None, direction="vertical")
    dashes = alt.StrokeDash(
        "moment:N", legend=best_legend, sort=moments, scale=alt.Scale(domain=moments, range=[[5, 4], [1, 0]][: len(moments)])
    )
    makers = list(dict.fromkeys(row["maker"] for row in rows))
    shades = [BLUE if maker == own else MUTED for maker in makers]
    color = alt.Color("maker:N", legend=maker_legend, scale=alt.Scale(domain=makers, range=shades))
    points = alt.Chart(inline(written(rows))).encode(x=x, y=y, color=color)
    named = points.transform_filter("datum.label")
    return finish(
        alt.layer(
            alt.Chart(inline(written(best)))
            .mark_line(interpolate="step-after", color=GREEN, strokeWidth=2)
            .encode(x=x, y=y, strokeDash=dashes),
            # Marks without a label step back, so that the labels can be read over them
            points.mark_point(filled=True, size=60).encode(
                opacity=alt.condition("datum.label", alt.value(1), alt.value(0.5)),
                tooltip=told("name:N", "date:N", "text:N"),
            ),
            named.transform_filter("!datum.under").mark_text(dy=-11, fontSize=12).encode(text="label:N"),
            named.transform_filter("datum.under").mark_text(dy=13, fontSize=12).encode(text="label:N"),
        ).properties(width=WIDTH, height=420),
        words,
        FRONTIER_COLUMNS,
        amounts(rows),
    )
