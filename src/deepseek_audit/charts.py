"""The look of the charts, and how a notebook emits them.

Altair's own renderers put a random id into every output. This one emits the specification alone, with the
chart's description as its plain-text twin, so that a stored notebook can be compared whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt

from deepseek_audit import publish
from deepseek_audit.facts import Facts
from deepseek_audit.quantity import Quantity, format_range

VEGA_LITE_MIME_TYPE = "application/vnd.vegalite.v6+json"
# JupyterLab (4.6) draws version 5 only; these charts use nothing newer
JUPYTERLAB_MIME_TYPE = "application/vnd.vegalite.v5+json"

# Okabe & Ito (2008), Color Universal Design; yellow and sky blue only beside a darker mark
BLUE, ORANGE, GREEN, VERMILION, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
INK, MUTED, GRID = "#1b1b1a", "#5f5f5c", "#d9d8d3"
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
WIDTH = 640


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
    text = specification.get("description") or "A chart without a description"
    return {VEGA_LITE_MIME_TYPE: specification, JUPYTERLAB_MIME_TYPE: specification, "text/plain": text}


def enable() -> None:
    """Make charts in this process look and save like the report's. Every chapter calls it once."""
    alt.theme.register("deepseek_audit", enable=True)(_theme)
    alt.renderers.register("deepseek_audit", _emit)
    alt.renderers.enable("deepseek_audit")
    alt.data_transformers.disable_max_rows()


def _data(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Rows inside the specification, so that the chart stands on its own."""
    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]


def finding(text: str, measure: str) -> alt.TitleParams:
    """A chart's title: what it shows in at most ten words, and under it measure, unit and basis."""
    return alt.TitleParams(text=text, subtitle=measure)


def source_line(facts: Facts, fact_ids: Iterable[str]) -> str:
    """The line under a chart: publisher and year of every source behind the given facts."""
    sources = {facts.row(fact_id)["source_key"]: None for fact_id in sorted(fact_ids)}
    return "; ".join(dict.fromkeys(publish.described(facts.source(key)) for key in sources)) + "."


def usermeta(facts: Facts, *quantities: Quantity, columns: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a website needs besides the drawing: the source line, and the columns of the data to publish.

    Args:
        facts: the tables.
        quantities: what the chart shows; their sources make the source line.
        columns: field names and their headings; by default those of a ladder.
    """
    ids = frozenset[str]().union(*(quantity.rows for quantity in quantities))
    return {"source": source_line(facts, ids), "columns": dict(columns or LADDER_COLUMNS)}


@dataclass(frozen=True)
class Rung:
    """One line of a ladder chart.

    Attributes:
        label: what it is, written above the line.
        amount: where the mark stands.
        low, high: a range, drawn as a wide bar.
        kind: ``reported`` (filled mark), ``estimate`` (ring) or ``floor`` (a triangle: at least this much).
        color: of the mark and its line.
        details: more to show on hover, by name.
    """

    label: str
    amount: Quantity
    low: Quantity | None = None
    high: Quantity | None = None
    kind: str = "reported"
    color: str = BLUE
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The amount as written beside the mark."""
        if self.low is not None and self.high is not None and self.low < self.high:
            return format_range(self.low, self.high)
        return f"≥ {self.amount}" if self.kind == "floor" else str(self.amount)


@dataclass(frozen=True)
class AmountAxis:
    """The axis of a ladder: its title, ends and ticks, in the unit of the amounts."""

    title: str
    ends: tuple[float, float]
    ticks: Sequence[float]
    log: bool = False
    label: str = "format(datum.value, '~s')"


def ladder(
    groups: Mapping[str, Sequence[Rung]], axis: AmountAxis, title: alt.TitleParams, description: str
) -> alt.LayerChart | alt.FacetChart:
    """Amounts on one axis, in groups: a heading per group (none where it is empty), a line per amount.

    Labels stand inside the drawing, above their line, so that the chart also fits a phone.
    """
    rows = list(_ladder_rows(groups, axis))
    scale = alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)
    x = alt.X("amount:Q", scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title))
    start = alt.X("start:Q", scale=scale)
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.7, len(rows) - 0.5], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(_data(rows)).encode(y=level)
    rungs = base.transform_filter("isValid(datum.amount)")
    names = list(dict.fromkeys(name for row in rows for name in row if name not in _DRAWN))
    marks: dict[str, Any] = {
        "x": x,
        "color": alt.Color("color:N", scale=None),
        "tooltip": [alt.Tooltip(f"{name}:N") for name in ("label", "text", *names)],
    }
    drawn: dict[str, dict[str, Any]] = {
        "reported": {"filled": True, "size": 130},
        "estimate": {"filled": False, "size": 110, "strokeWidth": 2.5},
        "floor": {"filled": True, "size": 150, "shape": "triangle-right"},
    }
    layers = [
        rungs.mark_rule(strokeWidth=1, opacity=0.45).encode(x=start, x2="amount:Q", color=marks["color"]),
        rungs.transform_filter("datum.low < datum.high")
        .mark_rule(strokeWidth=7, opacity=0.35)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q", color=marks["color"]),
        *(rungs.transform_filter(f"datum.kind == '{kind}'").mark_point(**style).encode(**marks) for kind, style in drawn.items()),
        rungs.mark_text(align="left", baseline="bottom", dy=-7).encode(x=start, text="label:N"),
        rungs.transform_filter("!datum.turned")
        .mark_text(align="left", dx=12, fontWeight="bold")
        .encode(x=alt.X("edge:Q", scale=scale), text="text:N"),
        rungs.transform_filter("datum.turned")
        .mark_text(align="right", baseline="top", dx=6, dy=6, fontWeight="bold")
        .encode(x=x, text="text:N"),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", color=MUTED)
        .encode(x=start, text="heading:N"),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=len(rows) * 40, title=title, description=description)


_DRAWN = {"heading", "label", "amount", "low", "high", "edge", "text", "kind", "color", "level", "start", "turned"}


def _ladder_rows(groups: Mapping[str, Sequence[Rung]], axis: AmountAxis) -> Iterator[dict[str, Any]]:
    first, last = (math.log(end) if axis.log else end for end in axis.ends)
    level = 0
    for heading, rungs in groups.items():
        if heading:
            yield {"heading": heading, "level": level, "start": axis.ends[0]}
            level += 1
        for rung in rungs:
            amount = rung.amount.magnitude
            high = (rung.high or rung.amount).magnitude
            place = ((math.log(amount) if axis.log else amount) - first) / (last - first)
            yield {
                "label": rung.label,
                "amount": amount,
                "low": (rung.low or rung.amount).magnitude,
                "high": high,
                "edge": max(amount, high),
                "text": rung.text,
                "kind": rung.kind,
                "color": rung.color,
                "level": level,
                "start": axis.ends[0],
                "turned": place > TURN_LABELS_FROM,
                **rung.details,
            }
            level += 1


# What a ladder publishes as its data
LADDER_COLUMNS = {
    "label": "What",
    "text": "As printed",
    "amount": "Amount",
    "low": "Low",
    "high": "High",
    "kind": "Kind",
    "printed as": "Articles print",
    "covers": "Covers",
    "leaves out": "Leaves out",
}
DATED_COLUMNS = {"kind": "Kind", "date": "Date", "value": "Value", "text": "As printed", "note": "Note"}
# Beyond this share of the axis, an amount is written below its line, to the left of its mark
TURN_LABELS_FROM = 0.68
DOLLAR_LABELS = (
    "datum.value >= 1e9 ? '$' + datum.value / 1e9 + 'B'"
    " : datum.value >= 1e6 ? '$' + datum.value / 1e6 + 'M' : '$' + datum.value / 1e3 + 'K'"
)


def matrix(
    rows: Sequence[Mapping[str, Any]],
    line: str,
    column: str,
    columns: Sequence[str],
    verdict: str,
    colors: Mapping[str, str],
    more: Sequence[str],
) -> alt.LayerChart | alt.FacetChart:
    """Marks in a grid of lines and columns; a cell may hold several, numbered by ``beside``.

    The name of a line stands above it, so that the chart also fits a phone.
    """
    lines = list(dict.fromkeys(row[line] for row in rows))
    y = alt.Y(f"{line}:N", sort=lines, title=None, axis=None)
    x = alt.X(f"{column}:N", sort=list(columns), title=None, axis=alt.Axis(orient="top", labelExpr="split(datum.label, ' ')[0]"))
    shapes = ["circle", "triangle-up", "cross", "square"][: len(colors)]
    marks = (
        alt.Chart(_data(rows))
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
    names = alt.Chart(_data([{line: name} for name in lines]))
    label = names.mark_text(align="left", baseline="bottom", dy=-5).encode(x=alt.value(0), y=y, text=f"{line}:N")
    rule = names.mark_rule(color=GRID, yOffset=18).encode(y=y)
    return alt.layer(rule, label, marks).properties(width=WIDTH, height=alt.Step(44))


def dated(
    rows: Sequence[Mapping[str, Any]],
    measure: str,
    ends: tuple[float, float],
    ticks: Sequence[float],
    dates: tuple[str, str],
    reference: tuple[Quantity, str],
) -> alt.LayerChart | alt.FacetChart:
    """Values over time on a log axis, by kind (color and shape), with a reference drawn across.

    Args:
        rows: with ``kind``, ``date`` (ISO), ``value``, ``text`` and ``note``.
        measure: title of the axis.
        ends, ticks: of the axis.
        dates: first and last day shown.
        reference: a value and what is written on its line.
    """
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    colors, shapes = (
        [BLUE, MUTED, GREEN, PURPLE, VERMILION][: len(kinds)],
        ["square", "triangle-up", "diamond", "cross", "circle"][: len(kinds)],
    )
    legend = alt.Legend(columns=1, title=None)
    points = (
        alt.Chart(_data(rows))
        .mark_point(filled=True, size=100, opacity=0.95)
        .encode(
            x=alt.X("date:T", title=None, scale=alt.Scale(domain=list(dates)), axis=alt.Axis(format="%Y", tickCount="year", grid=False)),
            y=alt.Y(
                "value:Q", title=measure, scale=alt.Scale(type="log", domain=list(ends), nice=False), axis=alt.Axis(values=list(ticks))
            ),
            color=alt.Color("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=colors), legend=legend),
            shape=alt.Shape("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=shapes)),
            tooltip=[alt.Tooltip(name) for name in ("kind:N", "date:T", "text:N", "note:N")],
        )
    )
    value, text = reference
    line = alt.Chart(_data([{"value": value.magnitude, "text": text}]))
    rule = line.mark_rule(strokeDash=[5, 4], color=INK).encode(y="value:Q")
    label = line.mark_text(align="left", baseline="top", dy=6, color=INK).encode(x=alt.value(4), y="value:Q", text="text:N")
    return alt.layer(rule, label, points).properties(width=WIDTH, height=340)
