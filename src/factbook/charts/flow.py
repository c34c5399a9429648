"""Flows: who took what from whom, from left to right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import altair as alt

from factbook.charts.look import INK, MUTED, PAPER, WIDTH, Drawing, Words, finish, inline

FLOW_COLUMNS = {"from": "From", "to": "To", "figures": "Figures", "group": "About", "how": "Known by"}


@dataclass(frozen=True)
class Flow:
    """One step of a flow chart: what ``end`` took from ``start``."""

    start: str
    end: str
    group: str
    sure: bool
    details: Mapping[str, str]


# How far a node that took something from its own column stands aside, so that the line can be seen
ASIDE = 0.3


def flow(
    stations: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    flows: Sequence[Flow],
    colors: Mapping[str, str],
    **words: Unpack[Words],
) -> Drawing:
    """Who took what from whom, from left to right.

    Args:
        stations: for each head, the keys of the nodes under it, from top to bottom.
        names: what a node is called.
        flows: lines between nodes; dashed where ``sure`` is false.
        colors: color by group.
    """
    places = {}
    tallest = max(len(keys) for keys in stations.values())
    for column, keys in enumerate(stations.values()):
        aside = {step.end for step in flows if step.start in keys and step.end in keys}
        for index, key in enumerate(keys):
            places[key] = (column + ASIDE * (key in aside), (index + 0.5) * tallest / len(keys))
    lines = [
        {
            "x": places[step.start][0],
            "y": places[step.start][1],
            "x2": places[step.end][0],
            "y2": places[step.end][1],
            "group": step.group,
            "how": "named or linked" if step.sure else "inferred from wording",
            "from": names[step.start],
            "to": names[step.end],
            **step.details,
        }
        for step in flows
    ]
    x_scale, y_scale = alt.Scale(domain=[0, len(stations) - 1]), alt.Scale(domain=[tallest, -0.7], nice=False)
    x, y = alt.X("x:Q", scale=x_scale, axis=None), alt.Y("y:Q", scale=y_scale, axis=None)
    rules = (
        alt.Chart(inline(lines))
        .mark_rule(strokeWidth=1.6, opacity=0.75)
        .encode(
            x=x,
            y=y,
            x2="x2",
            y2="y2",
            color=alt.Color(
                "group:N", scale=alt.Scale(domain=list(colors), range=list(colors.values())), legend=alt.Legend(title=None, columns=1)
            ),
            strokeDash=alt.StrokeDash(
                "how:N",
                scale=alt.Scale(domain=["named or linked", "inferred from wording"], range=[[1, 0], [4, 3]]),
                legend=alt.Legend(title=None, columns=1, symbolStrokeColor=INK),
            ),
            tooltip=[alt.Tooltip(f"{name}:N") for name in ("from", "to", "figures", "how")],
        )
    )
    layers: list[alt.Chart] = [rules]
    for column, (head, keys) in enumerate(stations.items()):
        align: Any = "left" if column == 0 else "right" if column == len(stations) - 1 else "center"
        nodes = alt.Chart(inline({"x": places[key][0], "y": places[key][1], "name": names[key]} for key in keys))
        halo = nodes.mark_text(align=align, dy=-9, baseline="bottom", stroke=PAPER, strokeWidth=4, color=PAPER)
        label = nodes.mark_text(align=align, dy=-9, baseline="bottom")
        layers += [text.encode(x=x, y=y, text="name:N") for text in (halo, label)]
        layers.append(nodes.mark_point(filled=True, size=45, color=INK, opacity=1).encode(x=x, y=y))
        title = alt.Chart(inline([{"x": column, "y": -0.55, "name": head}]))
        layers.append(title.mark_text(align=align, fontWeight="bold", baseline="bottom", color=MUTED).encode(x=x, y=y, text="name:N"))
    return finish(alt.layer(*layers).properties(width=WIDTH, height=50 * tallest), words, FLOW_COLUMNS, ())
