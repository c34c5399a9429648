"""Values that hold until the next change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import WIDTH, AmountAxis, Drawing, Words, amounts, finish, inline, panel_title, written

STEP_LABELS = {
    "above": {"align": "left", "dx": 3, "dy": -10, "fontSize": 12},
    "below": {"align": "left", "dx": 3, "dy": 13, "fontSize": 12},
    "left": {"align": "right", "dx": 2, "dy": -12, "fontSize": 12},
}
STEP_COLUMNS = {"line": "Line", "label": "Model", "date": "From", "value": "Value", "text": "As printed", "note": "Note"}


def steps(
    panels: Mapping[str, Sequence[Mapping[str, Any]]],
    colors: Mapping[str, str],
    axis: AmountAxis,
    dates: tuple[str, str],
    dashed: Sequence[str] = (),
    **words: Unpack[Words],
) -> Drawing:
    """Values that hold until the next change, each change named beside its mark; a panel for each heading.

    Args:
        panels: by heading, rows with ``line``, ``label``, ``date`` (ISO), ``value`` (a quantity), ``note``, and ``place``: where the label
            stands, a key of ``STEP_LABELS``. A row without ``place`` ends its line and has no mark.
        colors: of the lines.
        axis: of the values.
        dates: first and last day shown.
        dashed: the lines of another kind.
    """
    drawn = [_panel(heading, rows, colors, axis, dates, dashed) for heading, rows in panels.items()]
    return finish(alt.vconcat(*drawn, spacing=18), words, STEP_COLUMNS, amounts(row for rows in panels.values() for row in rows))


def _panel(
    heading: str,
    rows: Sequence[Mapping[str, Any]],
    colors: Mapping[str, str],
    axis: AmountAxis,
    dates: tuple[str, str],
    dashed: Sequence[str],
) -> Any:
    scale = alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)
    x = alt.X("date:T", title=None, scale=alt.Scale(domain=list(dates)), axis=alt.Axis(format="%Y", tickCount="year", grid=False))
    y = alt.Y("value:Q", title=axis.title, scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr="'$' + datum.value"))
    color = alt.Color("line:N", legend=None, scale=alt.Scale(domain=list(colors), range=list(colors.values())))
    tooltip = [alt.Tooltip(f"{name}:{kind}", title=STEP_COLUMNS[name]) for name, kind in (("line", "N"), ("label", "N"), ("date", "T"))]
    base = alt.Chart(inline({**row, "dashed": row["line"] in dashed} for row in written(rows))).encode(x=x, y=y, color=color)
    marks = base.transform_filter("datum.place").encode(tooltip=[*tooltip, alt.Tooltip("text:N", title="Price")])
    line: Any = {"interpolate": "step-after", "strokeWidth": 2, "opacity": 0.8}
    layers = [
        base.transform_filter("!datum.dashed").mark_line(**line),
        base.transform_filter("datum.dashed").mark_line(**line, strokeDash=[4, 3]),
        marks.transform_filter("!datum.dashed").mark_point(filled=True, size=60, opacity=1),
        marks.transform_filter("datum.dashed").mark_point(filled=True, size=50, opacity=1, shape="diamond"),
        *(
            base.transform_filter(f"datum.place == '{place}'").mark_text(**offsets).encode(text="label:N")  # type: ignore[arg-type]
            for place, offsets in STEP_LABELS.items()
        ),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=240, title=panel_title(heading))
