"""Pairs: the same comparison by two measures, a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

import altair as alt

from factbook.charts.look import BLUE, MUTED, WIDTH, AmountAxis, Drawing, Words, finish, inline
from factbook.quantity import Quantity

PAIR_COLUMNS = {"pair": "Pair", "kind": "Measure", "value": "Times", "text": "As printed"}
STEP = 46


@dataclass(frozen=True)
class Pair:
    """One comparison: ``label`` stands above its line, ``first`` and ``second`` on it."""

    label: str
    first: Quantity
    second: Quantity


def pairs(compared: Sequence[Pair], kinds: tuple[str, str], axis: AmountAxis, **words: Unpack[Words]) -> Drawing:
    """Two measures of several comparisons, each with its word and its value beside it.

    Args:
        compared: from top to bottom.
        kinds: what the first measure is called beside its mark (a gray square), and the second (a blue dot).
        axis: of the values, which leaves room for words at both ends.
    """
    rows = [
        {
            "pair": pair.label,
            "kind": kind,
            "value": value.magnitude,
            "text": str(value),
            "said": f"{kind} {value}",
            "level": place,
            "left": value.magnitude < other.magnitude,
            "first": kind == kinds[0],
        }
        for place, pair in enumerate(compared)
        for kind, value, other in ((kinds[0], pair.first, pair.second), (kinds[1], pair.second, pair.first))
    ]
    spans = [
        {"level": place, "low": min(ends), "high": max(ends), "pair": pair.label, "start": axis.ends[0]}
        for place, pair in enumerate(compared)
        for ends in [(pair.first.magnitude, pair.second.magnitude)]
    ]
    scale = alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.75, len(compared) - 0.5], reverse=True, nice=False, zero=False), axis=None)
    ticks = alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title, grid=False)
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("value:Q", scale=scale, axis=ticks),
        y=level,
        tooltip=[alt.Tooltip(f"{name}:N", title=PAIR_COLUMNS[name]) for name in ("pair", "kind", "text")],
    )
    below = alt.Chart(inline(spans)).encode(y=level)
    layers = [
        below.mark_rule(strokeWidth=3, opacity=0.3, color=MUTED).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        below.mark_text(align="left", dy=-19, fontWeight="bold").encode(x=alt.value(0), text="pair:N"),
        base.transform_filter("datum.first").mark_point(filled=True, shape="square", size=75, opacity=1, color=MUTED),
        base.transform_filter("!datum.first").mark_point(filled=True, size=95, opacity=1, color=BLUE),
        base.transform_filter("datum.left").mark_text(align="right", dx=-10).encode(text="said:N"),
        base.transform_filter("!datum.left").mark_text(align="left", dx=10).encode(text="said:N"),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=(len(compared) + 0.25) * STEP)
    return finish(chart, words, PAIR_COLUMNS, (value for pair in compared for value in (pair.first, pair.second)))
