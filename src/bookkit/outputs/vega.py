"""What Vega makes of a specification: drawings for wide and narrow screens, files to take away, and the live chart.

Vega-Lite is compiled here, once, and never in the browser: the static drawing and the live one come from the
same compiled specification, so they agree, and the bundle readers load is a third smaller.
"""

from __future__ import annotations

import copy
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from bookkit.markup.templates import render
from bookkit.outputs import chartdata, engine
from bookkit.outputs.registry import OutputRefused
from factbook.contract import Chart

VEGA_LITE_VERSION = "6.4"
# On the narrowest phones (320 px) this is shown at nine tenths: text of 13 px stays at 12
NARROW_WIDTH = 305
# A part of a chart made of several, without its axis
NARROW_PART = 240
# A drawing of this width keeps text of 13 px at 12 on a screen of 390 px
WIDEST_ON_A_PHONE = 383
# None at the sides: drawings begin and end where the text around them does
PADDING = {"left": 0, "top": 4, "right": 0, "bottom": 4}
# How far a drawing may grow to fill its column
GROWTH = {"wide": 1.2, "narrow": 1.45}
# Labels are placed with the widths of this font when the page is built. Fonts that come first have the same widths
# wherever they exist, so that no reader sees a label cut.
FONT = "Arial, Liberation Sans, Arimo, Helvetica, sans-serif"
# Views made of several views have no width of their own to fit
COMPOSED = ("hconcat", "vconcat", "concat", "facet", "repeat")
# Vega computes with the colors of these scales, so that a CSS variable cannot stand for one
CONTINUOUS = frozenset(("linear", "log", "pow", "sqrt", "symlog", "time", "utc", "sequential", "diverging"))
PNG_SCALE = 2

Specification = Mapping[str, Any]


class ChartError(OutputRefused):
    """A chart that cannot be published."""


def compiled(specification: Specification) -> dict[str, Any]:
    """The drawing of a Vega-Lite specification in Vega's terms: without its title, which is text of the page.

    Raises:
        ChartError: Vega-Lite does not understand the specification.
    """
    drawn = chartdata.with_titled_tooltips({key: value for key, value in specification.items() if key != "title"})
    drawn.pop("usermeta", None)
    # One text alternative stands on the figure; hundreds of labels inside help nobody.
    drawn["config"] = {**drawn.get("config", {}), "aria": False, "font": FONT}
    drawn.setdefault("padding", PADDING)
    # Autosize includes the axes in the given width, so that no label is cut.
    if isinstance(drawn.get("width"), (int, float)) and not any(key in drawn for key in COMPOSED):
        drawn.setdefault("autosize", {"type": "fit-x", "contains": "padding"})
    try:
        vega: dict[str, Any] = json.loads(engine.vegalite_to_vega(json.dumps(drawn), VEGA_LITE_VERSION))
    except ValueError as error:
        raise ChartError(f"Vega-Lite cannot read the chart: {_reason(error)}") from error
    return vega


def _reason(error: ValueError) -> str:
    """What went wrong, without the engine's traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if not line.endswith("failed:")), "no reason given")


def narrowed(specification: Specification) -> dict[str, Any]:
    """The same chart drawn for a phone.

    Single views get a small width; views beside one another are set below one another. Then ``usermeta.narrow``
    is merged over the chart.
    """
    variant = copy.deepcopy(dict(specification))
    if "hconcat" in variant:
        variant["vconcat"] = variant.pop("hconcat")
    if any(key in variant for key in ("concat", "facet", "repeat")):
        variant["columns"] = 1
    for part in [*variant.get("vconcat", []), *variant.get("concat", []), variant.get("spec", {})]:
        if isinstance(part.get("width"), (int, float)):
            part["width"] = min(part["width"], NARROW_PART)
    if "width" in variant or not any(key in variant for key in COMPOSED):
        variant["width"] = NARROW_WIDTH
    _merge(variant, variant.get("usermeta", {}).get("narrow", {}))
    return variant


def require_fit(svg: str) -> None:
    """Refuse a narrow drawing that a phone could only show with text too small to read.

    Raises:
        ChartError: it is too wide.
    """
    width, _ = size(svg)
    if width > WIDEST_ON_A_PHONE:
        raise ChartError(
            f"the chart is {width:.0f} px wide on a phone, which has {NARROW_WIDTH}. Give it a layout for phones in usermeta.narrow."
        )


def _merge(target: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)


def drawing(vega: Specification) -> str:
    """The SVG of a compiled specification.

    Raises:
        ChartError: nothing is drawn, or Vega refuses (a link to a script, say).
    """
    try:
        svg = engine.vega_to_svg(json.dumps(vega))
    except ValueError as error:
        raise ChartError(f"Vega cannot draw the chart: {_reason(error)}") from error
    if not re.search(r'class="mark-(?!group)[a-z]+ role-mark[^"]*"[^>/]*>\s*<', svg):
        raise ChartError("nothing is drawn. Check the field names of the encoding.")
    return svg


def inline(svg: str, prefix: str, colors: Mapping[str, str], growth: float = 1) -> str:
    """A drawing to stand in a page: ids of its own, silent for screen readers, colors from CSS variables."""
    width, height = size(svg)
    svg = svg.replace(f'width="{width:g}" height="{height:g}"', f'width="{width * growth:g}" height="{height * growth:g}"', 1)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    svg = re.sub(r"<svg\b", '<svg aria-hidden="true" focusable="false"', svg, count=1)
    for color, variable in colors.items():
        svg = svg.replace(f'"{color}"', f'"{_variable(variable, color)}"')
    return svg


def _variable(name: str, color: str) -> str:
    return f"var({name}, {color})"


@dataclass(frozen=True)
class Control:
    """An input of the reader: a parameter of the chart that is bound to a form element.

    Attributes:
        signal: the parameter's name in the compiled specification.
        label: what is written beside it.
        value: at the start.
        bind: Vega's description of the form element.
    """

    signal: str
    label: str
    value: Any
    bind: Mapping[str, Any]


def controls(vega: Specification) -> list[Control]:
    """The form elements of a chart with parameters. The page draws them, so that they have labels and never move."""
    return [
        Control(signal["name"], str(signal["bind"].get("name") or signal["name"]), signal.get("value"), signal["bind"])
        for signal in vega.get("signals", [])
        if isinstance(signal.get("bind"), Mapping) and "input" in signal["bind"]
    ]


def live(variants: Mapping[str, Specification], colors: Mapping[str, str]) -> dict[str, Any]:
    """What the browser needs to draw the chart itself: each variant compiled, and their rows once.

    In a variant, the number under ``values`` is the place of the rows in ``rows``.
    """
    rows: list[Any] = []
    drawn = {name: _themed(_unbound(vega), colors) for name, vega in variants.items()}
    for vega in drawn.values():
        vega["data"] = [_shared(source, rows) for source in vega.get("data", [])]
    return {"rows": rows, **drawn}


def _unbound(vega: Specification) -> dict[str, Any]:
    signals = [{key: value for key, value in signal.items() if key != "bind"} for signal in vega.get("signals", [])]
    return {**vega, **({"signals": signals} if signals else {})}


def _shared(source: dict[str, Any], rows: list[Any]) -> dict[str, Any]:
    if not isinstance(source.get("values"), list):
        return source
    if source["values"] not in rows:
        rows.append(source["values"])
    return {**source, "values": rows.index(source["values"])}


def _themed(value: Any, colors: Mapping[str, str]) -> Any:
    """Vega hands colors on to the SVG as they are, so that a CSS variable may stand for one, and follows the theme."""
    if isinstance(value, str):
        if value in colors:
            return _variable(colors[value], value)
        for color, variable in colors.items():
            value = re.sub(rf"""(["']){re.escape(color)}\1""", rf"\g<1>{_variable(variable, color)}\g<1>", value)
        return value
    if isinstance(value, list):
        return [_themed(item, colors) for item in value]
    if isinstance(value, dict):
        continuous = "range" in value and value.get("type") in CONTINUOUS
        return {key: item if continuous and key == "range" else _themed(item, colors) for key, item in value.items()}
    return value


MARGIN, LINE = 20, 1.35
TITLE_SIZE, SUBTITLE_SIZE, SOURCE_SIZE = 20, 14, 12
INK, GRAY = "#1b1b1a", "#5f5f5c"
# Width of a letter relative to its size, on the safe side for the usual sans serifs
LETTER = 0.56


def standalone(svg: str, chart: Chart, imprint: str = "") -> str:
    """A drawing that explains itself wherever it is shown: title, subtitle, source and where it comes from, on white."""
    width, height = size(svg)
    head = [*_lines(chart.title, width, TITLE_SIZE, INK, 700), *_lines(chart.subtitle, width, SUBTITLE_SIZE, GRAY, 400)]
    foot = [
        *_lines(f"Source: {chart.source}" if chart.source else "", width, SOURCE_SIZE, GRAY, 400),
        *_lines(imprint, width, SOURCE_SIZE, INK, 400),
    ]
    above, top = _set(head, MARGIN)
    drawn_at = top + (10 if head else 0)
    below, bottom = _set(foot, drawn_at + height + (8 if foot else 0))
    drawn = render(
        "outputs/standalone.svg",
        chart=chart,
        width=round(width + 2 * MARGIN),
        height=round(bottom + MARGIN),
        font=FONT,
        margin=MARGIN,
        lines=[*above, *below],
        drawing=Markup(re.sub(r"<svg\b", f'<svg x="{MARGIN}" y="{drawn_at:g}" overflow="visible"', svg, count=1)),
    )
    return f"{drawn}\n"


def size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG, in pixels."""
    found = re.search(r'<svg[^>]*?\bwidth="([\d.]+)"[^>]*?\bheight="([\d.]+)"', svg)
    if not found:
        raise ChartError("the drawing has no size.")
    return float(found[1]), float(found[2])


@dataclass(frozen=True)
class Line:
    """A line of text in a drawing, with the place of its baseline once it is set."""

    text: str
    size: int
    color: str
    weight: int
    baseline: str = ""


def _lines(text: str, width: float, font_size: int, color: str, weight: int) -> Iterator[Line]:
    for line in textwrap.wrap(text, max(20, int(width / (font_size * LETTER)))):
        yield Line(line, font_size, color, weight)


def _set(lines: Sequence[Line], top: float) -> tuple[list[Line], float]:
    """Lines of text below one another, and where they end."""
    placed = []
    for line in lines:
        top += line.size * LINE
        placed.append(replace(line, baseline=f"{top - 0.3 * line.size:.1f}"))
    return placed, top


def png(svg: str) -> bytes:
    """The picture of an SVG, at twice its size."""
    return engine.svg_to_png(svg, scale=PNG_SCALE)


def small_png(svg: str) -> bytes:
    """The same picture in a seventh of the bytes: with as many colors as a palette holds."""
    return engine.svg_to_small_png(svg, scale=PNG_SCALE)
