"""Labels of a drawing that run into one another, or into marks: found in the SVG, by the widths of the font that it is drawn with.

What it cannot tell is left out: areas, arcs and pictures, lines behind a label with a halo, and a label that lies
inside a bar altogether.

``bookkit overlaps NOTEBOOK …`` lists those of stored notebooks.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bookkit.markup.lettering import text_width
from bookkit.outputs import vega
from factbook.contract import Chart

# Shares of the font size that letters reach above their line, and below it where they have a tail
ABOVE, BELOW = 0.72, 0.21
TAILS = frozenset("gjpqyQ,;()[]{}|_")
# What touches by less than this is taken for beside it, in pixels
SLACK = 1.0
# Bars paler than this are a ground to write on
PALE = 0.5
FORMS = ("wide", "narrow")
_COMMAND = re.compile(r"([MLHVCSQAZmlhvcsqaz])([^MLHVCSQAZmlhvcsqaz]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Overlap:
    """A label, and the label or the kind of mark that it runs into."""

    text: str
    other: str

    def __str__(self) -> str:
        return f"“{self.text}” and {self.other}"


@dataclass(frozen=True)
class Box:
    """What a piece of a drawing covers, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether they share more than their edges."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return min(wide, high) > SLACK

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside."""
        return (
            self.left - SLACK <= other.left
            and self.top - SLACK <= other.top
            and self.right + SLACK >= other.right
            and self.bottom + SLACK >= other.bottom
        )

    def is_crossed(self, start: Point, end: Point, thickness: float) -> bool:
        """Whether a line enters it, thickness and all."""
        room = thickness / 2 - SLACK
        low, high = 0.0, 1.0
        for a, b, least, most in (
            (start[0], end[0], self.left - room, self.right + room),
            (start[1], end[1], self.top - room, self.bottom + room),
        ):
            if least >= most or (a == b and not least < a < most):
                return False
            if a != b:
                first, last = sorted(((least - a) / (b - a), (most - a) / (b - a)))
                low, high = max(low, first), min(high, last)
        return low < high


@dataclass
class Drawn:
    """The pieces of a drawing.

    Attributes:
        labels: text, its box, and whether it has a halo.
        spots: boxes of point marks.
        bars: boxes of rectangles.
        lines: starts, ends and thickness of lines and rules.
    """

    labels: list[tuple[str, Box, bool]] = field(default_factory=list)
    spots: list[Box] = field(default_factory=list)
    bars: list[Box] = field(default_factory=list)
    lines: list[tuple[Point, Point, float]] = field(default_factory=list)


def overlaps(svg: str) -> list[Overlap]:
    """The labels of a drawing that run into labels or marks, each pair once."""
    drawn = Drawn()
    _collect(ElementTree.fromstring(svg), (1, 0, 0, 1, 0, 0), "", drawn)
    labels = list(_without_twins(drawn.labels))
    found = [
        Overlap(text, f"“{other}”")
        for index, (text, box, _) in enumerate(labels)
        for other, other_box, _ in labels[index + 1 :]
        if box.meets(other_box)
    ]
    for text, box, has_halo in labels:
        marks = {
            "a mark": any(box.meets(spot) for spot in drawn.spots),
            "the edge of a bar": any(box.meets(bar) and not bar.holds(box) for bar in drawn.bars),
            "a line": not has_halo and any(box.is_crossed(*line) and not _lies_on(box, *line) for line in drawn.lines),
        }
        found += [Overlap(text, mark) for mark, is_met in marks.items() if is_met]
    return list(dict.fromkeys(found))


def of_chart(chart: Chart) -> Iterator[tuple[str, Overlap]]:
    """What overlaps in a chart, each with the form of the chart, wide or narrow."""
    for form, specification in zip(FORMS, (chart.specification, vega.narrowed(chart.specification)), strict=True):
        for overlap in overlaps(vega.drawing(vega.compiled(specification))):
            yield form, overlap


def _without_twins(labels: Sequence[tuple[str, Box, bool]]) -> Iterator[tuple[str, Box, bool]]:
    """Each label once: one that is drawn over its own halo has it."""
    kept: dict[tuple[str, Box], bool] = {}
    for text, box, has_halo in labels:
        kept[text, box] = kept.get((text, box), False) or has_halo
    yield from ((text, box, has_halo) for (text, box), has_halo in kept.items())


def _lies_on(box: Box, start: Point, end: Point, thickness: float) -> bool:
    """Whether a label lies on a level or upright line so thick that it is a bar."""
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    if left < right and top < bottom:
        return False
    wide, high = (thickness / 2, 0.0) if left == right else (0.0, thickness / 2)
    return Box(left - wide, top - high, right + wide, bottom + high).holds(box)


# Reading the SVG


def _collect(element: ElementTree.Element, matrix: Matrix, kind: str, drawn: Drawn, opacity: float = 1) -> None:
    """Add the pieces of an element; ``kind`` is the class of the group that it belongs to."""
    if element.get("display") == "none":
        return
    matrix = _times(matrix, _transform(element.get("transform", "")))
    opacity *= float(element.get("opacity", 1))
    tag = element.tag.rpartition("}")[2]
    name = element.get("class", "")
    if "mark-" in name:
        kind = name
    if opacity == 0:
        return
    if tag == "text":
        _collect_text(element, matrix, drawn)
    elif "role-mark" in kind or "role-legend-symbol" in kind:
        _collect_mark(element, tag, matrix, kind, drawn, opacity)
    for child in element:
        if tag != "text":
            _collect(child, matrix, kind, drawn, opacity)


def _collect_text(element: ElementTree.Element, matrix: Matrix, drawn: Drawn) -> None:
    size = float(element.get("font-size", "11px").removesuffix("px"))
    weight = "bold" if element.get("font-weight", "normal") in ("bold", "600", "700", "800") else "normal"
    shift = {"middle": -0.5, "end": -1.0}.get(element.get("text-anchor", "start"), 0.0)
    has_halo = _is_painted(element, "stroke") and float(element.get("stroke-width", 1)) > 1
    lines = [(child.text or "", float(child.get("dy", 0))) for child in element] or [(element.text or "", 0.0)]
    down = 0.0
    for text, step in lines:
        down += step
        if not text.strip() or not (_is_painted(element, "fill", "#000") or has_halo):
            continue
        width = text_width(text, size, weight)
        tail = BELOW if TAILS.intersection(text) else 0.0
        corners = [_at(matrix, (x, y)) for x in (shift * width, (shift + 1) * width) for y in (down - ABOVE * size, down + tail * size)]
        drawn.labels.append((text, _around(corners), has_halo))


def _collect_mark(element: ElementTree.Element, tag: str, matrix: Matrix, kind: str, drawn: Drawn, opacity: float) -> None:
    filled, stroked = _is_painted(element, "fill"), _is_painted(element, "stroke")
    if tag == "line" and stroked:
        end = (float(element.get("x2", 0)), float(element.get("y2", 0)))
        drawn.lines.append((_at(matrix, (0, 0)), _at(matrix, end), float(element.get("stroke-width", 1))))
    elif tag == "path" and (filled or stroked):
        runs = [[_at(matrix, point) for point in run] for run in _runs(element.get("d", ""))]
        points = [point for run in runs for point in run]
        if not points:
            return
        if "mark-symbol" in kind:
            drawn.spots.append(_around(points))
        elif "mark-rect" in kind and opacity * float(element.get("fill-opacity", 1)) >= PALE:
            drawn.bars.append(_around(points))
        elif "mark-line" in kind or "mark-rule" in kind:
            thickness = float(element.get("stroke-width", 1))
            drawn.lines += [(a, b, thickness) for run in runs for a, b in pairwise(run)]


def _is_painted(element: ElementTree.Element, what: str, otherwise: str = "none") -> bool:
    return element.get(what, otherwise) not in ("none", "transparent") and float(element.get(f"{what}-opacity", 1)) > 0


def _runs(path: str) -> Iterator[list[Point]]:
    """The corners of a path, each connected part by itself; of an arc, the ends of its box."""
    run: list[Point] = []
    x = y = 0.0
    for command, given in _COMMAND.findall(path):
        numbers = [float(number) for number in _NUMBER.findall(given)]
        if command == "M" and run:
            yield run
            run = []
        for place in _places(command, numbers, (x, y)):
            x, y = place
            run.append(place)
        if command in "Zz" and run:
            run.append(run[0])
            x, y = run[0]
    if run:
        yield run


def _places(command: str, numbers: Sequence[float], start: Point) -> Iterator[Point]:
    x, y = start
    if command in "Hh":
        yield from ((number + (x if command == "h" else 0), y) for number in numbers)
    elif command in "Vv":
        yield from ((x, number + (y if command == "v" else 0)) for number in numbers)
    elif command == "A":
        for index in range(0, len(numbers) - 6, 7):
            radius, end = numbers[index], (numbers[index + 5], numbers[index + 6])
            middle = ((x + end[0]) / 2, (y + end[1]) / 2)
            yield (middle[0] - radius, middle[1] - radius)
            yield (middle[0] + radius, middle[1] + radius)
            yield end
            x, y = end
    else:
        size = {"C": 6, "Q": 4, "S": 4}.get(command.upper(), 2)
        for index in range(0, len(numbers) - size + 1, size):
            ahead = (numbers[index + size - 2], numbers[index + size - 1])
            x, y = ahead if command.isupper() else (x + ahead[0], y + ahead[1])
            yield (x, y)


def _transform(text: str) -> Matrix:
    found: Matrix = (1, 0, 0, 1, 0, 0)
    for name, given in re.findall(r"(\w+)\(([^)]*)\)", text):
        numbers = [float(number) for number in _NUMBER.findall(given)]
        if name == "translate":
            found = _times(found, (1, 0, 0, 1, numbers[0], numbers[1] if len(numbers) > 1 else 0))
        elif name == "scale":
            found = _times(found, (numbers[0], 0, 0, numbers[-1], 0, 0))
        elif name == "rotate":
            turn = math.radians(numbers[0])
            found = _times(found, (math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn), 0, 0))
    return found


def _times(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def _at(matrix: Matrix, point: Point) -> Point:
    a, b, c, d, e, f = matrix
    return a * point[0] + c * point[1] + e, b * point[0] + d * point[1] + f


def _around(points: Iterable[Point]) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


# Of stored notebooks


def charts_of(notebook: Mapping[str, Any]) -> Iterator[Chart]:
    """The charts of a notebook, in their order."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if Chart.MIME_TYPE in output.get("data", {}):
                yield Chart.from_payload(output["data"][Chart.MIME_TYPE])


def main(paths: Sequence[str]) -> int:
    """List what overlaps in the charts of notebooks; the exit code says whether something does."""
    parser = argparse.ArgumentParser(prog="bookkit overlaps", description=main.__doc__)
    parser.add_argument(
        "notebooks", nargs="+", metavar="NOTEBOOK", help="a notebook with its outputs, such as notebooks/market-crash.ipynb"
    )
    count = 0
    for path in parser.parse_args(paths).notebooks:
        for number, chart in enumerate(charts_of(json.loads(Path(path).read_text(encoding="utf-8"))), 1):
            for form, overlap in of_chart(chart):
                print(f"{Path(path).stem}, figure {number} “{chart.title}”, {form}: {overlap}")
                count += 1
    return min(count, 1)
