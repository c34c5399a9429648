"""Values that hold until the next change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import WIDTH, AmountAxis, Drawing, Words, amounts, finish, inline, told, written

STEP_LABELS = {
    "above": {"align": "left", "dx": 3, "dy": -10, "fontSize": 12},
    "below": {"align": "left", "dx": 3, "dy": 13, "fontSize": 12},
    "left": {"align": "right", "dx": 2, "dy": -12, "fontSize": 12},
    "under": {"align": "right", "dx": 2, "dy": 14, "fontSize": 12},
}
STEP_COLUMNS = {"line": "Line", "label": "Model", "date": "From", "value": "Value", "text": "As printed", "note": "Note"}


def steps(
    rows: Sequence[Mapping[str, Any]], colors: Mapping[str, str], axis: AmountAxis, dates: tuple[str, str], **words: Unpack[Words]
) -> Drawing:
    """Values that hold until the next change, one line per color, each change named.

    Args:
        rows: with ``line``, ``label``, ``date`` (ISO), ``value`` (a quantity), ``note``, and ``place``: where the label stands, a key of
            ``STEP_LABELS``.
        colors: of the lines, in the order of the legend.
        axis: of the values.
        dates: first and last day shown.
    """
    scale = alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)
    x = alt.X("date:T", title=None, scale=alt.Scale(domain=list(dates)), axis=alt.Axis(format="%Y", tickCount="year", grid=False))
    y = alt.Y("value:Q", title=axis.title, scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr="'$' + datum.value"))
    legend = alt.Legend(columns=1, title=None, symbolType="stroke")
    color = alt.Color("line:N", sort=list(colors), scale=alt.Scale(domain=list(colors), range=list(colors.values())), legend=legend)
    tooltip = told("line:N", "label:N", "date:T", "text:N", "note:N")
    base = alt.Chart(inline(written(rows))).encode(x=x, y=y, color=color)
    return finish(
        alt.layer(
            base.mark_line(interpolate="step-after", strokeWidth=2, opacity=0.8),
            base.mark_point(filled=True, size=70, opacity=1).encode(tooltip=tooltip),
            *(
                base.transform_filter(f"datum.place == '{place}'").mark_text(**offsets).encode(text="label:N")  # type: ignore[arg-type]
                for place, offsets in STEP_LABELS.items()
            ),
        ).properties(width=WIDTH, height=420),
        words,
        STEP_COLUMNS,
        amounts(rows),
    )
