"""A Vega-Lite specification as a figure that shows without JavaScript.

The title becomes text of the page, so that it wraps and can be read aloud; the drawing becomes two inline
SVGs, one for wide and one for narrow screens, of which the style sheet shows the one that fits.

A specification must carry a ``description``: it is the figure's text alternative. ``usermeta.source`` is
the line under it.
"""

from __future__ import annotations

import copy
import html
import json
import re
from collections.abc import Mapping
from typing import Any

MIME_TYPE = "application/vnd.vegalite.v6+json"
VEGA_LITE_VERSION = "6.4"
NARROW_WIDTH = 330
NARROW_FONT_SIZE = 12


class ChartError(ValueError):
    """A chart that cannot be published."""


def figure(specification: Mapping[str, Any], identifier: str, colors: Mapping[str, str]) -> str:
    """The chart as an HTML ``figure``.

    Args:
        specification: Vega-Lite, with a ``description``.
        identifier: the figure's id in the page.
        colors: literal colors of the drawing and the CSS variables that replace them.

    Raises:
        ChartError: there is no description, no title, or nothing is drawn.
    """
    description = specification.get("description")
    if not description:
        raise ChartError("the chart has no description. Give it one that states the finding: it is what a screen reader reads.")
    title, subtitle = _titles(specification)
    if not title:
        raise ChartError("the chart has no title. State the finding in at most ten words.")
    source = specification.get("usermeta", {}).get("source", "")
    wide, narrow = (
        _themed(_drawing(variant, f"{identifier}-{name}"), colors)
        for name, variant in (("wide", _untitled(specification)), ("narrow", narrowed(_untitled(specification))))
    )
    caption = f'<p class="chart-title">{html.escape(title)}</p>'
    if subtitle:
        caption += f'<p class="chart-subtitle">{html.escape(subtitle)}</p>'
    footer = f'<p class="chart-source">Source: {html.escape(source)}</p>' if source else ""
    label = html.escape(description, quote=True)
    return (
        f'<figure class="chart" id="{identifier}"><figcaption>{caption}</figcaption>'
        f'<div class="chart-drawing" role="img" aria-label="{label}">'
        f'<div class="chart-wide">{wide}</div><div class="chart-narrow">{narrow}</div></div>{footer}</figure>'
    )


def narrowed(specification: Mapping[str, Any]) -> dict[str, Any]:
    """The same chart drawn for a phone: ``usermeta.narrow`` is merged over it, and single views get a small width."""
    variant = copy.deepcopy(dict(specification))
    if "width" in variant or not any(key in variant for key in ("hconcat", "vconcat", "concat", "facet")):
        variant["width"] = NARROW_WIDTH
    _merge(variant, variant.get("usermeta", {}).get("narrow", {}))
    return variant


def _merge(target: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)


def _titles(specification: Mapping[str, Any]) -> tuple[str, str]:
    title = specification.get("title", "")
    if isinstance(title, str):
        return title, ""
    return _joined(title.get("text", "")), _joined(title.get("subtitle", ""))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else " ".join(text)


def _untitled(specification: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in specification.items() if key != "title"}


def _drawing(specification: Mapping[str, Any], prefix: str) -> str:
    import vl_convert

    drawn = copy.deepcopy(dict(specification))
    config = drawn.setdefault("config", {})
    config["aria"] = False  # One text alternative stands on the figure; hundreds of labels inside help nobody.
    # Autosize includes the axes in the given width, so that no label is cut.
    if "width" in drawn and not any(key in drawn for key in ("hconcat", "vconcat", "concat", "facet")):
        drawn.setdefault("autosize", {"type": "fit-x", "contains": "padding"})
    svg: str = vl_convert.vegalite_to_svg(json.dumps(drawn), vl_version=VEGA_LITE_VERSION)
    if not re.search(r'class="mark-(?!group)[a-z]+ role-mark[^"]*"[^>/]*>\s*<', svg):
        raise ChartError("nothing is drawn. Check the field names of the encoding.")
    return _prefixed(svg, prefix)


def _prefixed(svg: str, prefix: str) -> str:
    """Give the ids of one drawing a name of their own: several drawings share a page."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    return re.sub(r"<svg\b", '<svg aria-hidden="true" focusable="false"', svg, count=1)


def _themed(svg: str, colors: Mapping[str, str]) -> str:
    for color, variable in colors.items():
        svg = svg.replace(f'"{color}"', f'"var({variable}, {color})"')
    return svg
