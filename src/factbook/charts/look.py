"""The look of all charts, the words that each must have, and how a notebook emits them.

Altair's own renderers put a random id into every output. This one emits the specification alone, with the
chart's description as its plain-text twin, so that a stored notebook can be compared whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import altair as alt

from factbook import contract, publish
from factbook.facts import load
from factbook.quantity import Quantity
from factbook.rounding import record_all

# Okabe & Ito (2008), Color Universal Design; yellow and sky blue only beside a darker mark
BLUE, ORANGE, GREEN, VERMILION, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
INK, MUTED, GRID, PAPER = "#1b1b1a", "#5f5f5c", "#d9d8d3", "#fcfbf8"
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
WIDTH = 640
# Beyond this share of the axis, an amount is written below its line, to the left of its mark
TURN_LABELS_FROM = 0.68
DOLLAR_LABELS = (
    "datum.value >= 1e9 ? '$' + datum.value / 1e9 + 'B'"
    " : datum.value >= 1e6 ? '$' + datum.value / 1e6 + 'M' : '$' + datum.value / 1e3 + 'K'"
)
Drawing = alt.LayerChart | alt.FacetChart | alt.VConcatChart


class Words(TypedDict):
    """What every chart says in words.

    Attributes:
        finding: its title: what it shows, in at most ten words.
        measure: under the title: measure, unit and basis.
        alt: the text alternative, which states the finding for who does not see the chart.
        source: the line under the chart, or the quantities whose sources make it; by default those that are drawn.
        columns: fields of the published data and their headings; by default those of the kind of chart.
        narrow: configuration of Vega-Lite for narrow screens.
        name: makes its permalink, ``figure-NAME``; without one it is that of the second chart, ``figure-2``.
    """

    finding: str
    measure: str
    alt: str
    source: NotRequired[str | Iterable[Quantity]]
    columns: NotRequired[Mapping[str, str]]
    narrow: NotRequired[Mapping[str, Any]]
    name: NotRequired[str]


@dataclass(frozen=True)
class AmountAxis:
    """The axis of a ladder: its title, ends and ticks, in the unit of the amounts."""

    title: str
    ends: tuple[float, float]
    ticks: Sequence[float]
    log: bool = False
    label: str = "format(datum.value, '~s')"


@dataclass(frozen=True)
class LogAxis:
    """A log axis: title, ends and ticks."""

    title: str
    ends: tuple[float, float]
    ticks: Sequence[float]


def _theme() -> alt.theme.ThemeConfig:
    axis: Any = {
        "labelColor": INK,
        "titleColor": MUTED,
        "gridColor": GRID,
        "domainColor": MUTED,
        "tickColor": MUTED,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelLimit": 320,
        "titlePadding": 10,
    }
    return {
        "config": {
            "font": FONT,
            "background": "transparent",
            "view": {"stroke": None, "continuousWidth": WIDTH},
            "axis": axis,
            "axisY": {"domain": False, "ticks": False},
            "axisX": {"grid": True, "labelAngle": 0},
            "legend": {"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "titleColor": MUTED, "orient": "top"},
            "title": {"anchor": "start", "fontSize": 18, "color": INK, "subtitleColor": MUTED, "subtitleFontSize": 13, "offset": 14},
            "header": {"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "labelFontWeight": "bold"},
            "text": {"fontSize": 13, "color": INK},
            "point": {"size": 110, "filled": True},
            "range": {"category": [BLUE, VERMILION, GREEN, PURPLE, ORANGE]},
        }
    }


def _emit(specification: dict[str, Any], **_: Any) -> dict[str, Any]:
    chart = contract.Chart.from_payload(record_all(specification))
    text = chart.description or "A chart without a description"
    return {chart.MIME_TYPE: chart.to_payload(), chart.OLDER_MIME_TYPE: chart.to_payload(), "text/plain": text}


def enable() -> None:
    """Make charts in this process look and save like the book's."""
    alt.theme.register("factbook", enable=True)(_theme)
    alt.renderers.register("factbook", _emit)
    alt.renderers.enable("factbook")
    alt.data_transformers.disable_max_rows()


def inline(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Rows inside the specification, so that the chart stands on its own."""
    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]


def written(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as a chart holds them: quantities by their magnitude; ``text`` is that of ``value``, unless it is given."""
    return [
        {
            **{name: cell.magnitude if isinstance(cell, Quantity) else cell for name, cell in row.items()},
            **({"text": str(row["value"])} if isinstance(row.get("value"), Quantity) and "text" not in row else {}),
        }
        for row in rows
    ]


def amounts(rows: Iterable[Mapping[str, Any]]) -> list[Quantity]:
    """The quantities that rows hold."""
    return [cell for row in rows for cell in row.values() if isinstance(cell, Quantity)]


def finish(chart: Drawing, words: Words, columns: Mapping[str, str], shown: Iterable[Quantity] = ()) -> Drawing:
    """A chart with its words, its source line and the columns of the data that it publishes.

    Args:
        chart: what is drawn.
        words: see :class:`Words`.
        columns: fields of the published data and their headings, unless the words name others.
        shown: the quantities that are drawn; their sources make the source line, unless the words name others.
    """
    source = words.get("source", shown)
    usermeta: dict[str, Any] = {
        "source": source if isinstance(source, str) else source_line(source),
        "columns": dict(words.get("columns", columns)),
    }
    if "narrow" in words:
        usermeta["narrow"] = words["narrow"]
    if "name" in words:
        usermeta["name"] = words["name"]
    title = alt.TitleParams(text=words["finding"], subtitle=words["measure"])
    return chart.properties(title=title, description=words["alt"], usermeta=usermeta)


def told(*fields: str) -> list[alt.Tooltip]:
    """What a mark tells on hover, under the headings of the chart's columns; what is written beside it is its value."""
    return [alt.Tooltip(name, title="Value") if name == "text:N" else alt.Tooltip(name) for name in fields]


def panel_title(heading: str) -> alt.TitleParams:
    """The heading of one panel among several."""
    return alt.TitleParams(text=heading, fontSize=13, fontWeight="bold", anchor="start", frame="group", offset=8)


def source_line(quantities: Iterable[Quantity]) -> str:
    """The line under a chart: publisher and year of every source behind some quantities."""
    facts = load()
    ids = sorted(frozenset[str]().union(*(quantity.rows for quantity in quantities)))
    return source_line_of(dict.fromkeys(facts.row(fact_id)["source_key"] for fact_id in ids))


def source_line_of(source_keys: Iterable[str]) -> str:
    """The line under a chart that names these sources."""
    facts = load()
    return publish.described_all(facts.source(key) for key in source_keys) + "."
