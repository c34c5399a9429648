"""The card that a shared link shows: the chapter's question, its answer in one sentence and its key chart.

Decided: the card is an SVG of our own with the chart's drawing inside, and vl-convert makes the PNG, so that
no browser is needed and the bytes are the same each time. Text is wrapped by the widths of Liberation Sans,
the font that vl-convert brings along, so that it looks and fits alike on every machine. Of the chart's wide
and its narrow form the card takes the one whose letters come out larger: cards are seen small.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from bookkit.markup.lettering import text_width
from bookkit.markup.templates import render
from bookkit.outputs import engine, vega
from factbook.contract import Chart

Specification = Mapping[str, Any]  # A Vega-Lite specification, as JSON has it
WIDTH, HEIGHT = 1200, 630
MARGIN = 60
GUTTER = 48
BAR = 12
FONT = "Liberation Sans"
LINE_HEIGHT = 1.22
# Font size and the number of lines the text may then take; the first pair that fits is used, the last is cut.
TITLE_SIZES = ((60, 3), (54, 4), (46, 5), (40, 6), (34, 7))
ANSWER_SIZES = ((32, 5), (28, 7), (25, 9))
WIDE_TITLE_SIZES = ((76, 2), (64, 3), (52, 4), (44, 5))
WIDE_ANSWER_SIZES = ((38, 4), (32, 6))
FINDING_SIZES = ((25, 1), (22, 1), (20, 2), (18, 3))
MEASURE_SIZES = ((17, 1), (15, 2))
SOURCE_SIZES = ((14, 1), (13, 2))
BELOW_SIZES = ((20, 1), (17, 2))
SMALL = 22
# The chart may come closer to the card's edges than text: tall charts need the room.
CHART_MARGIN = 40
TEXT_COLUMN = 500
# Previews want 600 by 315 pixels at least
SMALL_SCALE = 2 / 3
# Chart letters larger than this would outdo the card's own text.
LARGEST_SCALE = 1.7


@dataclass(frozen=True)
class Colors:
    """The card's colors, as CSS color values."""

    paper: str = "#fdfcf9"
    ink: str = "#1b1b1a"
    muted: str = "#5f5f5c"
    accent: str = "#0b5cad"


@dataclass(frozen=True)
class Block:
    """Lines of text in one size, as they were fitted into a column."""

    lines: tuple[str, ...]
    size: int
    weight: str = "normal"

    @property
    def height(self) -> float:
        """From the top of the first to the bottom of the last line."""
        return len(self.lines) * self.size * LINE_HEIGHT

    @property
    def width(self) -> float:
        """Of the longest line."""
        return max((text_width(line, self.size, self.weight) for line in self.lines), default=0)


class Text(NamedTuple):
    """A block and where its first line's top begins."""

    block: Block
    left: float
    top: float
    color: str


class Drawing(NamedTuple):
    """The inside of a chart's SVG, where it stands on the card, and the size it was drawn in."""

    inside: Markup
    left: float
    top: float
    width: float
    height: float
    own_width: float
    own_height: float


def card(
    title: str,
    answer: str = "",
    above: str = "",
    below: str = "",
    chart: Specification | None = None,
    colors: Colors | None = None,
    small: bool = False,
) -> bytes:
    """The card as PNG, 1200 by 630 pixels.

    Args:
        title: the chapter's question.
        answer: its answer in one sentence.
        above: a small line over the title: the book.
        below: a small line at the foot: the site's address, version, date and license.
        chart: without one the text takes the whole card.
        colors: if not the usual ones.
        small: two thirds of the size and a palette in place of true colors, where there are many.
    """
    drawn = svg(title, answer, above, below, chart, colors or Colors())
    return engine.svg_to_small_png(drawn, scale=SMALL_SCALE, ppi=72) if small else engine.svg_to_png(drawn, scale=1, ppi=72)


def svg(title: str, answer: str, above: str, below: str, chart: Specification | None, colors: Colors) -> str:
    """The card as SVG."""
    column = TEXT_COLUMN if chart else WIDTH - 2 * MARGIN
    head = fit(title, column, TITLE_SIZES if chart else WIDE_TITLE_SIZES, "bold")
    top = MARGIN + (2.2 * SMALL if above else 0)
    foot = fit(below, column, BELOW_SIZES)
    room = HEIGHT - MARGIN - top - head.height - foot.height - 2.2 * SMALL
    sizes = tuple((size, min(lines, int(room / size / LINE_HEIGHT))) for size, lines in (ANSWER_SIZES if chart else WIDE_ANSWER_SIZES))
    body = fit(answer, column, tuple(pair for pair in sizes if pair[1] > 0))
    texts = [
        Text(fit(above, column, ((SMALL, 1),)), MARGIN, MARGIN, colors.accent),
        Text(head, MARGIN, top, colors.ink),
        Text(body, MARGIN, top + head.height + 1.1 * SMALL, colors.ink),
        Text(foot, MARGIN, HEIGHT - MARGIN - foot.height, colors.muted),
    ]
    drawing = None
    if chart:
        words, drawing = _place_chart(chart, MARGIN + TEXT_COLUMN + GUTTER, colors)
        texts += words
    return render(
        "pages/card.svg",
        width=WIDTH,
        height=HEIGHT,
        bar=BAR,
        font=FONT,
        line_height=LINE_HEIGHT,
        colors=colors,
        texts=[text for text in texts if text.block.lines],
        drawing=drawing,
    )


def _place_chart(specification: Specification, left: float, colors: Colors) -> tuple[list[Text], Drawing]:
    """The chart in the right column: its finding and its measure, its drawing below them, and its sources at the foot."""
    width = WIDTH - CHART_MARGIN - left
    chart = Chart.from_payload(specification)
    finding, measure = fit(chart.title, width, FINDING_SIZES, "bold"), fit(chart.subtitle, width, MEASURE_SIZES)
    source = fit_source(chart.source, width)
    measured = CHART_MARGIN + BAR + finding.height
    top = measured + measure.height + (SMALL / 2 if finding.lines else 0)
    sourced = HEIGHT - CHART_MARGIN - source.height
    room = (width, sourced - (SMALL / 2 if source.lines else 0) - top)
    drawings = [_draw(variant) for variant in (specification, vega.narrowed(specification))]
    inside, *size = max(drawings, key=lambda item: _scale(item[1:], room))
    scale = _scale((size[0], size[1]), room)
    shown = (size[0] * scale, size[1] * scale)
    words = [
        Text(finding, left, CHART_MARGIN + BAR, colors.ink),
        Text(measure, left, measured, colors.muted),
        Text(source, left, sourced, colors.muted),
    ]
    return words, Drawing(inside, left + (width - shown[0]) / 2, top, *shown, *size)


def fit_source(text: str, width: float) -> Block:
    """A chart's sources; where they are too many, the first of them and how many more there are."""
    named = text.rstrip(".").split("; ") if text else []
    for count in range(len(named), 0, -1):
        rest = f" and {len(named) - count} more" if count < len(named) else ""
        block = fit(f"Source: {'; '.join(named[:count])}{rest}.", width, SOURCE_SIZES)
        if not block.lines[-1].endswith("…"):
            return block
    return fit(f"Source: {text}" if text else "", width, SOURCE_SIZES)


def _scale(size: tuple[float, float], room: tuple[float, float]) -> float:
    return min(room[0] / size[0], room[1] / size[1], LARGEST_SCALE)


def _draw(specification: Specification) -> tuple[Markup, float, float]:
    """The inside of the chart's SVG, its width and its height."""
    drawn = vega.drawing({**vega.compiled(specification), "background": "transparent"})
    opening = re.search(r"<svg\b[^>]*>", drawn)
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', opening[0]) if opening else None
    if not opening or not box:
        raise vega.ChartError("the key chart's drawing has no size")
    return Markup(drawn[opening.end() : drawn.rindex("</svg>")]), float(box[1]), float(box[2])


def fit(text: str, width: float, sizes: tuple[tuple[int, int], ...], weight: str = "normal") -> Block:
    """The text in the largest size that fits the width in the lines allowed; cut with an ellipsis where none does."""
    if not text or not sizes:
        return Block((), 0, weight)
    for size, most in sizes:
        lines = wrap(text, width, size, weight)
        if len(lines) <= most and all(text_width(word, size, weight) <= width for word in text.split()):
            return Block(tuple(lines), size, weight)
    size, most = sizes[-1]
    lines = wrap(text, width, size, weight)
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(lines[most - 1], width, size, weight)]
    return Block(tuple(lines), size, weight)


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """The text in lines no longer than the width. A word longer than a line is broken."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
            continue
        while text_width(word, size, weight) > width:
            fitting = next(end for end in range(len(word), 0, -1) if end == 1 or text_width(word[:end], size, weight) <= width)
            lines.append(word[:fitting])
            word = word[fitting:]
        if word:
            lines.append(word)
    return lines


def _cut(line: str, width: float, size: float, weight: str) -> str:
    while line and text_width(f"{line}…", size, weight) > width:
        line = line[:-1]
    return f"{line.rstrip(' ,;:.')}…"
