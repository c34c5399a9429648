"""Matrices: verdicts in a grid of lines and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import GRID, WIDTH, Drawing, Words, finish, inline


def matrix(
    rows: Sequence[Mapping[str, Any]],
    line: str,
    column: str,
    across: Sequence[str],
    verdict: str,
    colors: Mapping[str, str],
    more: Sequence[str],
    **words: Unpack[Words],
) -> Drawing:
    """Marks in a grid of lines and columns; a cell may hold several, numbered by ``beside``.

    The name of a line stands above it, so that the chart also fits a phone.
    """
    lines = list(dict.fromkeys(row[line] for row in rows))
    y = alt.Y(f"{line}:N", sort=lines, title=None, axis=None)
    x = alt.X(f"{column}:N", sort=list(across), title=None, axis=alt.Axis(orient="top", labelExpr="split(datum.label, ' ')[0]"))
    shapes = ["circle", "triangle-up", "cross", "square"][: len(colors)]
    marks = (
        alt.Chart(inline(rows))
        .mark_point(filled=True, size=110, opacity=0.9, yOffset=6)
        .encode(
            x=x,
            y=y,
            xOffset=alt.XOffset("beside:O", scale=alt.Scale(paddingInner=0.2)),
            color=alt.Color(
                f"{verdict}:N", title=None, sort=list(colors), scale=alt.Scale(domain=list(colors), range=list(colors.values()))
            ),
            shape=alt.Shape(f"{verdict}:N", title=None, sort=list(colors), scale=alt.Scale(domain=list(colors), range=shapes)),
            tooltip=[alt.Tooltip(f"{name}:N") for name in (column, line, *more)],
        )
    )
    names = alt.Chart(inline([{line: name} for name in lines]))
    label = names.mark_text(align="left", baseline="bottom", dy=-5).encode(x=alt.value(0), y=y, text=f"{line}:N")
    rule = names.mark_rule(color=GRID, yOffset=18).encode(y=y)
    return finish(
        alt.layer(rule, label, marks).properties(width=WIDTH, height=alt.Step(44)),
        words,
        {name: name.capitalize() for name in (column, line, verdict, *more)},
        (),
    )
