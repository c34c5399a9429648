"""Cascades: the factors of a ratio, each beginning where the one before ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import BLUE, INK, WIDTH, AmountAxis, Drawing, Words, finish, inline
from factbook.quantity import Quantity


@dataclass(frozen=True)
class Step:
    """One factor of a ratio in a cascade: its label, by how much it multiplies, and the color of its bar."""

    label: str
    ratio: Quantity
    color: str = BLUE


def cascade(steps: Sequence[Step], total: str, axis: AmountAxis, **words: Unpack[Words]) -> Drawing:
    """Factors of a ratio on a log axis, each bar beginning where the one before ended, and their product below.

    Args:
        steps: the factors; their labels stand above their bars.
        total: label of the product.
        axis: of the ratio, from below 1; always logarithmic.
    """
    rows: list[dict[str, Any]] = []
    reached = 1.0
    for step in steps:
        end = reached * float(step.ratio)
        rows.append({"label": step.label, "factor": float(step.ratio), "from": reached, "to": end, "color": step.color})
        reached = end
    rows.append({"label": total, "factor": reached, "from": 1.0, "to": reached, "color": INK})
    rows = [{**row, "level": level, "start": axis.ends[0], "weight": row["color"] == INK} for level, row in enumerate(rows)]
    scale = alt.Scale(type="log", domain=list(axis.ends), nice=False)
    x = alt.X("from:Q", scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title))
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.7, len(rows) - 0.5], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(inline(rows)).encode(y=level)
    bars = base.mark_rule(strokeWidth=12).encode(
        x=x, x2="to:Q", color=alt.Color("color:N", scale=None), tooltip=[alt.Tooltip("label:N"), alt.Tooltip("factor:Q", format=".3~g")]
    )
    names = base.mark_text(align="left", baseline="bottom", dy=-9).encode(
        x=alt.X("start:Q", scale=scale), text="label:N", opacity=alt.value(1)
    )
    return finish(
        alt.layer(bars, names).properties(width=WIDTH, height=len(rows) * 42), words, CASCADE_COLUMNS, (step.ratio for step in steps)
    )


CASCADE_COLUMNS = {"label": "Factor", "factor": "Multiplies by", "from": "From", "to": "To"}
