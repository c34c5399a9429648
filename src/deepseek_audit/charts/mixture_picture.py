"""A picture of a mixture of experts: one token, the router, the experts that it picks, and how much of the model works.

It is drawn with marks of Vega-Lite on a plane of pixels, so that it looks, exports and reads like every other chart. A phone gets
the same parts from top to bottom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import altair as alt
import numpy as np

from deepseek_audit.models.architecture import Model
from factbook.charts import BLUE, GREEN, GRID, INK, MUTED, Drawing, Words, finish, inline
from factbook.quantity import Quantity

COLUMNS = {"part": "Part", "works": "Works on this token", "note": "Note"}
WIDE_WIDTH, NARROW_WIDTH = 640, 340
# Gap between two squares
GAP = 3


@dataclass(frozen=True)
class Layout:
    """Where things stand, in pixels: the corner of the field of experts, the side of a square with its gap, boxes, the bar, texts.

    Attributes:
        width, height: of the drawing.
        field: left and top of the experts.
        cell: side of an expert’s square, gap included.
        token, router, output, shared: boxes as left, top, right, bottom.
        above_field: left and bottom of the text above the experts.
        beside_shared: right end (on a phone) or middle of the text on the shared expert.
        bar: left, top, right, bottom of the bar of all parameters.
        down: things follow one another from top to bottom, else from left to right.
    """

    width: float
    height: float
    field: tuple[float, float]
    cell: float
    token: tuple[float, float, float, float]
    router: tuple[float, float, float, float]
    output: tuple[float, float, float, float]
    shared: tuple[float, float, float, float]
    above_field: tuple[float, float]
    beside_shared: tuple[float, float]
    bar: tuple[float, float, float, float]
    down: bool = False


WIDE = Layout(
    WIDE_WIDTH,
    432,
    field=(262, 36),
    cell=15,
    token=(0, 128, 78, 184),
    router=(128, 128, 206, 184),
    output=(552, 128, 640, 184),
    shared=(371, 300, 395, 324),
    above_field=(262, 24),
    beside_shared=(383, 340),
    bar=(0, 384, 640, 402),
)
NARROW = Layout(
    NARROW_WIDTH,
    496,
    field=(58, 112),
    cell=13,
    token=(50, 2, 130, 32),
    router=(50, 56, 130, 86),
    output=(50, 362, 290, 392),
    shared=(302, 204, 324, 226),
    above_field=(142, 71),
    beside_shared=(326, 412),
    bar=(0, 446, 340, 462),
    down=True,
)


def picked_experts(model: Model, seed: int = 7) -> list[int]:
    """Experts that the drawn token goes to: as many as the model picks, from as many groups of experts as it allows."""
    config = model.config
    chance = np.random.default_rng(seed)
    size = config.routed_experts // config.expert_groups
    groups = chance.choice(config.expert_groups, config.limited_groups or config.expert_groups, replace=False)
    reachable = np.concatenate([np.arange(group * size, (group + 1) * size) for group in groups])
    return sorted(int(expert) for expert in chance.choice(reachable, config.activated_experts, replace=False))


def mixture(model: Model, total: Quantity, working: Quantity, **words: Unpack[Words]) -> Drawing:
    """One layer of a mixture of experts at work on one token, and the part of all parameters that is.

    Args:
        model: with its numbers of experts.
        total, working: all parameters, and those at work on a token.
    """
    words.setdefault("narrow", {"layer": [layer.to_dict() for layer in _layers(NARROW, model, total, working)], "height": NARROW.height})
    config = model.config
    words.setdefault(
        "alt",
        f"A token enters the router, which picks {config.activated_experts} of {config.routed_experts} experts. "
        f"{config.shared_experts} shared expert works on every token. Of {model.name}’s {total}, {working} are at work.",
    )
    wide = alt.layer(*_layers(WIDE, model, total, working)).properties(width=WIDE.width, height=WIDE.height)
    return finish(wide, words, COLUMNS, (total, working))


def _layers(at: Layout, model: Model, total: Quantity, working: Quantity) -> list[alt.Chart]:
    config = model.config
    side = math.isqrt(config.routed_experts - 1) + 1
    picked = picked_experts(model)

    def corner(expert: int) -> tuple[float, float]:
        return at.field[0] + expert % side * at.cell, at.field[1] + expert // side * at.cell

    squares = [
        {
            "part": f"Expert {expert + 1}",
            "works": "yes" if expert in picked else "no",
            "note": "picked by the router" if expert in picked else "idle",
            **_box((x, y, x + at.cell - GAP, y + at.cell - GAP)),
            "color": BLUE if expert in picked else GRID,
        }
        for expert in range(config.routed_experts)
        for x, y in [corner(expert)]
    ]
    squares.append({"part": "Shared expert", "works": "yes", "note": "works on every token", **_box(at.shared), "color": GREEN})
    middles = [(x + (at.cell - GAP) / 2, y + (at.cell - GAP) / 2) for x, y in map(corner, picked)]
    share = at.bar[0] + (at.bar[2] - at.bar[0]) * float(working / total)
    bars = [{**_box(at.bar), "color": GRID}, {**_box((*at.bar[:2], share, at.bar[3])), "color": BLUE}]
    frames = [_box(each) for each in (at.token, at.router, at.output)]
    x, y = _scales(at)
    # Layers share these; a line, a frame and a square differ in style alone
    corners: dict[str, Any] = {"x": x, "y": y, "x2": "x2:Q", "y2": "y2:Q"}
    color = alt.Color("color:N", scale=None)
    tooltip = [
        alt.Tooltip("part:N", title="Part"),
        alt.Tooltip("works:N", title="Works on this token"),
        alt.Tooltip("note:N", title="Note"),
    ]
    written = _texts(at, model, total, working)
    return [
        alt.Chart(inline(row for row in squares if row["works"] == "no"))
        .mark_rect(opacity=1)
        .encode(**corners, color=color, tooltip=tooltip),
        alt.Chart(inline(_lines(at, middles))).mark_rule(strokeWidth=1.4, opacity=0.7).encode(**corners, color=color),
        alt.Chart(inline(row for row in squares if row["works"] == "yes"))
        .mark_rect(opacity=1)
        .encode(**corners, color=color, tooltip=tooltip),
        alt.Chart(inline(bars)).mark_rect(opacity=1).encode(**corners, color=color),
        alt.Chart(inline(frames)).mark_rect(filled=False, stroke=MUTED, strokeWidth=1.5, cornerRadius=4).encode(**corners),
        *(
            alt.Chart(inline([row for row in written if (row["align"], row["bold"]) == style]))
            .mark_text(align=style[0], baseline="middle", fontWeight="bold" if style[1] else "normal", lineBreak="\n", lineHeight=17)
            .encode(x=x, y=y, text="text:N", color=color)
            for style in dict.fromkeys((row["align"], row["bold"]) for row in written)
        ),
    ]


def _box(edges: tuple[float, float, float, float]) -> dict[str, float]:
    return dict(zip(("x", "y", "x2", "y2"), edges, strict=True))


def _scales(at: Layout) -> tuple[alt.X, alt.Y]:
    return (
        alt.X("x:Q", scale=alt.Scale(domain=[0, at.width], nice=False, zero=False), axis=None),
        alt.Y("y:Q", scale=alt.Scale(domain=[at.height, 0], nice=False, zero=False), axis=None),
    )


def _lines(at: Layout, middles: list[tuple[float, float]]) -> list[dict[str, Any]]:
    """Token to router, router to each picked expert and on to the sum; the shared expert’s own way beside them."""
    token, router, output, shared = at.token, at.router, at.output, at.shared

    def line(start: tuple[float, float], end: tuple[float, float], color: str) -> dict[str, Any]:
        return {**_box((*start, *end)), "color": color}

    def center(box: tuple[float, float, float, float]) -> tuple[float, float]:
        return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2

    if at.down:
        leave, enter = (center(router)[0], router[3]), (center(output)[0], output[1])
        drawn = [line((center(token)[0], token[3]), (center(router)[0], router[1]), INK)]
        # From the token to the right, down through the shared expert, and back to the sum
        turn = center(shared)[0]
        drawn += [
            line((token[2], center(token)[1]), (turn, center(token)[1]), GREEN),
            line((turn, center(token)[1]), (turn, center(output)[1]), GREEN),
            line((turn, center(output)[1]), (output[2], center(output)[1]), GREEN),
        ]
    else:
        leave, enter = (router[2], center(router)[1]), (output[0], center(output)[1])
        drawn = [line((token[2], center(token)[1]), (router[0], center(router)[1]), INK)]
        turn = center(shared)[1]
        drawn += [
            line((center(token)[0], token[3]), (center(token)[0], turn), GREEN),
            line((center(token)[0], turn), (center(output)[0], turn), GREEN),
            line((center(output)[0], turn), (center(output)[0], output[3]), GREEN),
        ]
    for middle in middles:
        drawn += [line(leave, middle, BLUE), line(middle, enter, BLUE)]
    return drawn


def _texts(at: Layout, model: Model, total: Quantity, working: Quantity) -> list[dict[str, Any]]:
    config = model.config

    def text(x: float, y: float, said: str, color: str = INK, align: str = "left", *, bold: bool = False) -> Mapping[str, Any]:
        return {"x": x, "y": y, "text": said, "color": color, "align": align, "bold": bold}

    def inside(box: tuple[float, float, float, float], said: str) -> Mapping[str, Any]:
        return text((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, said, align="center")

    picks = f"It picks {config.activated_experts} of {config.routed_experts} experts" if at.down else ""
    picks = picks or f"The router picks {config.activated_experts} of {config.routed_experts} experts for this token"
    many = "s" if config.shared_experts > 1 else ""
    shared = f"{config.shared_experts} shared expert{many}, at work on every token"
    left, top, right, bottom = at.bar
    return [
        dict(each)
        for each in (
            inside(at.token, "One token"),
            inside(at.router, "Router"),
            inside(at.output, "Their results, added up" if at.down else "Results,\nadded up"),
            text(*at.above_field, picks, BLUE, bold=True),
            text(*at.beside_shared, shared, GREEN, "right" if at.down else "center", bold=True),
            text(left, top - 14, f"At work on this token: {working}", BLUE, bold=True),
            text(right, bottom + 16, f"All of {model.name}: {total}", MUTED, "right"),
        )
    ]
