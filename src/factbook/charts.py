"""The look of the charts, and how a notebook emits them.

Altair's own renderers put a random id into every output. This one emits the specification alone, with the
chart's description as its plain-text twin, so that a stored notebook can be compared whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import altair as alt

from factbook import contract, publish
from factbook.facts import Facts
from factbook.quantity import Quantity, format_range
from factbook.rounding import record_all

# Okabe & Ito (2008), Color Universal Design; yellow and sky blue only beside a darker mark
BLUE, ORANGE, GREEN, VERMILION, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
INK, MUTED, GRID, PAPER = "#1b1b1a", "#5f5f5c", "#d9d8d3", "#fcfbf8"
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
    chart = contract.Chart.from_payload(record_all(specification))
    text = chart.description or "A chart without a description"
    return {chart.MIME_TYPE: chart.to_payload(), chart.OLDER_MIME_TYPE: chart.to_payload(), "text/plain": text}


def enable() -> None:
    """Make charts in this process look and save like the report's. Every chapter calls it once."""
    alt.theme.register("factbook", enable=True)(_theme)
    alt.renderers.register("factbook", _emit)
    alt.renderers.enable("factbook")
    alt.data_transformers.disable_max_rows()


def _data(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Rows inside the specification, so that the chart stands on its own."""
    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]


def finding(text: str, measure: str) -> alt.TitleParams:
    """A chart's title: what it shows in at most ten words, and under it measure, unit and basis."""
    return alt.TitleParams(text=text, subtitle=measure)


def source_line(facts: Facts, fact_ids: Iterable[str]) -> str:
    """The line under a chart: publisher and year of every source behind the given facts."""
    return source_line_of(facts, dict.fromkeys(facts.row(fact_id)["source_key"] for fact_id in sorted(fact_ids)))


def source_line_of(facts: Facts, source_keys: Iterable[str]) -> str:
    """The line under a chart that names these sources."""
    return "; ".join(dict.fromkeys(publish.described(facts.source(key)) for key in source_keys)) + "."


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


@dataclass(frozen=True)
class Spot:
    """A point on a plane with its label: ``right``, ``left``, ``above`` or ``below`` the mark; none where it is empty."""

    x: Quantity
    y: Quantity
    name: str
    label: str = ""
    place: str = "right"
    kind: str = "solid"


@dataclass(frozen=True)
class Region:
    """A rectangle on a plane, without ends where None, and what is written in it."""

    low_x: float
    high_x: float | None
    low_y: float | None
    high_y: float | None
    color: str
    label: str = ""
    label_at: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class LogAxis:
    """A log axis: title, ends and ticks."""

    title: str
    ends: tuple[float, float]
    ticks: Sequence[float]


PLANE_COLUMNS = {"name": "What", "x_text": "Across", "y_text": "Up", "kind": "Kind"}
_PLACES: dict[str, dict[str, Any]] = {
    "right": {"align": "left", "dx": 9, "dy": 0},
    "left": {"align": "right", "dx": -9, "dy": 0},
    "above": {"align": "center", "dx": 0, "dy": -13},
    "below": {"align": "center", "dx": 0, "dy": 15},
}
_SPOT_STYLES: dict[str, dict[str, Any]] = {
    "solid": {"filled": True, "size": 90, "color": INK},
    "ring": {"filled": False, "size": 90, "color": PURPLE, "strokeWidth": 2.5},
    "triangle": {"filled": False, "size": 100, "shape": "triangle-up", "color": GREEN, "strokeWidth": 2.5},
}


def plane(spots: Sequence[Spot], regions: Sequence[Region], x: LogAxis, y: LogAxis) -> alt.LayerChart | alt.FacetChart:
    """Points on two log axes with regions drawn behind them; every point is labeled directly."""
    scale_x, scale_y = (alt.Scale(type="log", domain=list(axis.ends), nice=False, clamp=True) for axis in (x, y))
    areas = [
        {
            "x1": region.low_x,
            "x2": region.high_x or x.ends[1],
            "y1": region.low_y or y.ends[0],
            "y2": region.high_y or y.ends[1],
            "color": region.color,
        }
        for region in regions
    ]
    axes = {
        "x": alt.Axis(values=list(x.ticks), title=x.title, grid=False, format=",~f"),
        "y": alt.Axis(values=list(y.ticks), title=y.title, grid=False, format=",~f"),
    }
    drawn = (
        alt.Chart(_data(areas))
        .mark_rect(opacity=0.16)
        .encode(
            x=alt.X("x1:Q", scale=scale_x, axis=axes["x"]),
            x2="x2:Q",
            y=alt.Y("y1:Q", scale=scale_y, axis=axes["y"]),
            y2="y2:Q",
            color=alt.Color("color:N", scale=None),
        )
    )
    written = [{"x": r.label_at[0], "y": r.label_at[1], "text": r.label, "color": r.color} for r in regions if r.label]
    names = (
        alt.Chart(_data(written))
        .mark_text(fontWeight="bold", align="left")
        .encode(x=alt.X("x:Q", scale=scale_x), y=alt.Y("y:Q", scale=scale_y), text="text:N", color=alt.Color("color:N", scale=None))
    )
    rows = [
        {
            "name": spot.name,
            "label": spot.label,
            "place": spot.place,
            "kind": spot.kind,
            "x": spot.x.magnitude,
            "y": spot.y.magnitude,
            "x_text": str(spot.x),
            "y_text": str(spot.y),
        }
        for spot in spots
    ]
    points = alt.Chart(_data(rows)).encode(x=alt.X("x:Q", scale=scale_x), y=alt.Y("y:Q", scale=scale_y))
    tooltip = [alt.Tooltip("name:N", title="Chip"), alt.Tooltip("x_text:N", title="Across"), alt.Tooltip("y_text:N", title="Up")]
    marks = [
        points.transform_filter(f"datum.kind == '{kind}'").mark_point(**style).encode(tooltip=tooltip)
        for kind, style in _SPOT_STYLES.items()
        if any(spot.kind == kind for spot in spots)
    ]
    labels = [
        points.transform_filter(f"datum.label && datum.place == '{place}'").mark_text(**style, fontSize=12).encode(text="label:N")
        for place, style in _PLACES.items()
        if any(spot.place == place and spot.label for spot in spots)
    ]
    return alt.layer(drawn, names, *marks, *labels).properties(width=WIDTH, height=400)


@dataclass(frozen=True)
class Span:
    """One line of a timeline: a day, or the time from ``start`` to ``end`` (ISO dates); ``text`` stands beside it."""

    label: str
    start: str
    end: str = ""
    text: str = ""
    color: str = BLUE


TIMELINE_COLUMNS = {"label": "What", "start": "From", "end": "To", "text": "Dates"}


def timeline(groups: Mapping[str, Sequence[Span]], dates: tuple[str, str]) -> alt.LayerChart | alt.FacetChart:
    """Days and spans on one axis, in groups: a heading per group, a line per span, its label above it.

    Args:
        groups: headings and lines.
        dates: first and last day shown.
    """
    rows: list[dict[str, Any]] = []
    for heading, spans in groups.items():
        rows.append({"heading": heading, "level": len(rows), "first": dates[0]})
        for span in spans:
            end = span.end or span.start
            turned = end > _share_of(dates, TURN_LABELS_FROM)
            drawn = {"label": span.label, "start": span.start, "end": end, "text": span.text, "color": span.color, "turned": turned}
            rows.append({**drawn, "level": len(rows), "first": dates[0]})
    scale = alt.Scale(domain=list(dates))
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.7, len(rows) - 0.4], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(_data(rows)).encode(y=level)
    lines = base.transform_filter("isValid(datum.start)")
    first = alt.X("first:T", scale=scale)
    years = range(date.fromisoformat(dates[0]).year + 1, date.fromisoformat(dates[1]).year + 1)
    ticks = [alt.DateTime(year=year) for year in years]
    x = alt.X("start:T", scale=scale, title=None, axis=alt.Axis(format="%Y", values=ticks, grid=True, orient="top"))
    color = alt.Color("color:N", scale=None)
    tooltip = [alt.Tooltip("label:N"), alt.Tooltip("text:N")]
    layers = [
        lines.transform_filter("datum.end > datum.start")
        .mark_rule(strokeWidth=8, opacity=0.85)
        .encode(x=x, x2="end:T", color=color, tooltip=tooltip),
        lines.transform_filter("datum.end == datum.start").mark_point(size=100, filled=True).encode(x=x, color=color, tooltip=tooltip),
        lines.mark_text(align="left", baseline="bottom", dy=-6).encode(x=first, text="label:N"),
        lines.transform_filter("!datum.turned")
        .mark_text(align="left", dx=10, color=MUTED, fontSize=12)
        .encode(x=alt.X("end:T", scale=scale), text="text:N"),
        lines.transform_filter("datum.turned").mark_text(align="right", dx=-10, color=MUTED, fontSize=12).encode(x=x, text="text:N"),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", color=MUTED)
        .encode(x=first, text="heading:N"),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=len(rows) * 36)


def _share_of(dates: tuple[str, str], share: float) -> str:
    first, last = (date.fromisoformat(end) for end in dates)
    return (first + (last - first) * share).isoformat()


@dataclass(frozen=True)
class Step:
    """One factor of a ratio in a cascade: its label, by how much it multiplies, and the color of its bar."""

    label: str
    ratio: Quantity
    color: str = BLUE


def cascade(
    steps: Sequence[Step], total: str, axis: AmountAxis, title: alt.TitleParams, description: str
) -> alt.LayerChart | alt.FacetChart:
    """Factors of a ratio on a log axis, each bar beginning where the one before ended, and their product below.

    Args:
        steps: the factors; their labels stand above their bars.
        total: label of the product.
        axis: of the ratio, from below 1; always logarithmic.
    """
    rows: list[dict[str, Any]] = []
    reached = 1.0
    for step in steps:
        end = reached * float(step.ratio)
        rows.append({"label": step.label, "factor": float(step.ratio), "from": reached, "to": end, "color": step.color})
        reached = end
    rows.append({"label": total, "factor": reached, "from": 1.0, "to": reached, "color": INK})
    rows = [{**row, "level": level, "start": axis.ends[0], "weight": row["color"] == INK} for level, row in enumerate(rows)]
    scale = alt.Scale(type="log", domain=list(axis.ends), nice=False)
    x = alt.X("from:Q", scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title))
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.7, len(rows) - 0.5], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(_data(rows)).encode(y=level)
    bars = base.mark_rule(strokeWidth=12).encode(
        x=x, x2="to:Q", color=alt.Color("color:N", scale=None), tooltip=[alt.Tooltip("label:N"), alt.Tooltip("factor:Q", format=".3~g")]
    )
    names = base.mark_text(align="left", baseline="bottom", dy=-9).encode(
        x=alt.X("start:Q", scale=scale), text="label:N", opacity=alt.value(1)
    )
    return alt.layer(bars, names).properties(width=WIDTH, height=len(rows) * 42, title=title, description=description)


CASCADE_COLUMNS = {"label": "Factor", "factor": "Multiplies by", "from": "From", "to": "To"}


@dataclass(frozen=True)
class Line:
    """One line of a line chart, labeled beside itself.

    Attributes:
        label: written at the point nearest to ``label_x``.
        points: x and y, in order.
        color: of the line and its label.
        label_x: where the label stands, in units of x.
        place: ``above`` or ``below`` the line, or after its ``end``.
        align: which end of the label lies at that point; on a falling line, ``left`` above it and ``right`` below keep clear.
        dashed: draw it dashed.
    """

    label: str
    points: Sequence[tuple[float, float]]
    color: str
    label_x: float
    place: str = "above"
    align: str = "left"
    dashed: bool = False


def lines(
    drawn: Sequence[Line],
    x: AmountAxis,
    y: AmountAxis,
    title: alt.TitleParams,
    description: str,
    references: Sequence[tuple[float, str]] = (),
    height: int = 340,
) -> alt.LayerChart | alt.FacetChart:
    """Lines with labels beside them, and dashed references across."""
    rows = [
        {"line": line.label, "x": at, "y": value, "color": line.color, "dashed": line.dashed} for line in drawn for at, value in line.points
    ]

    def scale(axis: AmountAxis) -> alt.Scale:
        return alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)

    def guide(axis: AmountAxis) -> alt.Axis:
        return alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title)

    across, up = alt.X("x:Q", scale=scale(x), axis=guide(x)), alt.Y("y:Q", scale=scale(y), axis=guide(y))
    colors = alt.Color("color:N", scale=None)
    tip = [alt.Tooltip("line:N"), alt.Tooltip("x:Q", format=".3~s"), alt.Tooltip("y:Q", format=".3~s")]
    data = alt.Chart(_data(rows))
    layers: list[Any] = [
        data.transform_filter(f"datum.dashed == {str(dashed).lower()}")
        .mark_line(strokeWidth=2.5, strokeDash=[6, 4] if dashed else [1, 0], clip=True)
        .encode(x=across, y=up, detail="line:N", color=colors, tooltip=tip)
        for dashed in dict.fromkeys(line.dashed for line in drawn)
    ]
    for value, text in references:
        rule = alt.Chart(_data([{"y": value, "text": text}]))
        layers.append(rule.mark_rule(strokeDash=[3, 3], color=MUTED).encode(y=up))
        layers.append(rule.mark_text(align="left", baseline="bottom", dy=-4, color=MUTED).encode(x=alt.value(4), y=up, text="text:N"))
    for line in drawn:
        at, value = min(line.points, key=lambda point: abs(point[0] - line.label_x))
        label = alt.Chart(_data([{"x": at, "y": value, "line": line.label, "color": line.color}]))
        style: dict[str, Any] = {
            "above": {"align": line.align, "baseline": "bottom", "dy": -6},
            "below": {"align": line.align, "baseline": "top", "dy": 6},
            "end": {"align": "left", "baseline": "middle", "dx": 6},
        }[line.place]
        layers.append(label.mark_text(fontWeight="bold", **style).encode(x=across, y=up, text="line:N", color=colors))
    return alt.layer(*layers).properties(width=WIDTH, height=height, title=title, description=description)


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
    columns: Mapping[str, Sequence[str]], names: Mapping[str, str], flows: Sequence[Flow], colors: Mapping[str, str]
) -> alt.LayerChart | alt.FacetChart:
    """Who took what from whom, from left to right.

    Args:
        columns: for each head, the keys of the nodes under it, from top to bottom.
        names: what a node is called.
        flows: lines between nodes; dashed where ``sure`` is false.
        colors: color by group.
    """
    places = {}
    tallest = max(len(keys) for keys in columns.values())
    for column, keys in enumerate(columns.values()):
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
    x_scale, y_scale = alt.Scale(domain=[0, len(columns) - 1]), alt.Scale(domain=[tallest, -0.7], nice=False)
    x, y = alt.X("x:Q", scale=x_scale, axis=None), alt.Y("y:Q", scale=y_scale, axis=None)
    rules = (
        alt.Chart(_data(lines))
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
    for column, (head, keys) in enumerate(columns.items()):
        align: Any = "left" if column == 0 else "right" if column == len(columns) - 1 else "center"
        nodes = alt.Chart(_data({"x": places[key][0], "y": places[key][1], "name": names[key]} for key in keys))
        halo = nodes.mark_text(align=align, dy=-9, baseline="bottom", stroke=PAPER, strokeWidth=4, color=PAPER)
        label = nodes.mark_text(align=align, dy=-9, baseline="bottom")
        layers += [text.encode(x=x, y=y, text="name:N") for text in (halo, label)]
        layers.append(nodes.mark_point(filled=True, size=45, color=INK, opacity=1).encode(x=x, y=y))
        title = alt.Chart(_data([{"x": column, "y": -0.55, "name": head}]))
        layers.append(title.mark_text(align=align, fontWeight="bold", baseline="bottom", color=MUTED).encode(x=x, y=y, text="name:N"))
    return alt.layer(*layers).properties(width=WIDTH, height=50 * tallest)


@dataclass(frozen=True)
class Estimate:
    """One mark of a forest plot.

    Attributes:
        label: written beside the mark, with the value.
        value: where the mark stands.
        low, high: the ends of its interval.
        color: of mark and interval.
        told_apart: a filled mark; otherwise a ring.
        note: more to show on hover.
    """

    label: str
    value: Quantity
    low: Quantity
    high: Quantity
    color: str = BLUE
    told_apart: bool = True
    note: str = ""


def forest(
    groups: Mapping[str, Sequence[Estimate]], axis: AmountAxis, title: alt.TitleParams, description: str
) -> alt.LayerChart | alt.FacetChart:
    """Values with their intervals on one axis, in groups: a heading per group (none where it is empty), a line per value.

    The label stands right of its interval, or left of it where the right is full, so that the chart also fits a phone.
    """
    rows = list(_forest_rows(groups, axis))
    scale = alt.Scale(domain=list(axis.ends), nice=False, zero=False, clamp=True)
    marks_x = alt.X("value:Q", scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label, title=axis.title))
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.9, rows[-1]["level"] + 0.9], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(_data(rows)).encode(y=level)
    values = base.transform_filter("isValid(datum.value)").encode(color=alt.Color("color:N", scale=None))
    shown: dict[str, Any] = {"x": marks_x, "tooltip": [alt.Tooltip(f"{name}:N") for name in ("group", "label", "interval", "note")]}
    layers = [
        values.mark_rule(strokeWidth=3, opacity=0.55).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        values.transform_filter("datum.told_apart").mark_point(filled=True, size=80, opacity=1).encode(**shown),
        values.transform_filter("!datum.told_apart")
        .mark_point(filled=True, size=80, opacity=1, fill="transparent", strokeWidth=2.2)
        .encode(**shown, stroke=alt.Stroke("color:N", scale=None)),
        values.transform_filter("!datum.turned").mark_text(align="left", dx=9).encode(x=alt.X("high:Q", scale=scale), text="label:N"),
        values.transform_filter("datum.turned").mark_text(align="right", dx=-9).encode(x=alt.X("low:Q", scale=scale), text="label:N"),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", color=INK, baseline="middle")
        .encode(x=alt.value(0), text="heading:N"),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=(rows[-1]["level"] + 1.8) * 18, title=title, description=description)


def _forest_rows(groups: Mapping[str, Sequence[Estimate]], axis: AmountAxis) -> Iterator[dict[str, Any]]:
    level = 0.0
    for heading, estimates in groups.items():
        if heading:
            yield {"heading": heading, "level": level}
            level += 1.05
        for each in estimates:
            high = each.high.magnitude
            yield {
                "group": heading,
                "label": f"{each.label} {each.value}".strip(),
                "value": each.value.magnitude,
                "low": each.low.magnitude,
                "high": high,
                "interval": f"{each.low} to {each.high}",
                "color": each.color,
                "told_apart": each.told_apart,
                "turned": _right_is_narrow((each.low.magnitude, high), axis),
                "note": each.note,
                "level": level,
            }
            level += 1
        level += 0.35


def _right_is_narrow(interval: tuple[float, float], axis: AmountAxis) -> bool:
    """Whether a label has less room right of the interval than it may need, and more left of it."""
    left, right = (abs(end - axis.ends[side]) / (axis.ends[1] - axis.ends[0]) for side, end in enumerate(interval))
    return right < LABEL_ROOM and left >= right


# Share of the axis that the longest label takes on a phone
LABEL_ROOM = 0.42
FOREST_COLUMNS = {
    "group": "What",
    "label": "Mark",
    "value": "Value",
    "low": "Low",
    "high": "High",
    "told_apart": "Told apart",
    "note": "Note",
}


STEP_LABELS = {
    "above": {"align": "left", "dx": 3, "dy": -10, "fontSize": 12},
    "below": {"align": "left", "dx": 3, "dy": 13, "fontSize": 12},
    "left": {"align": "right", "dx": 2, "dy": -12, "fontSize": 12},
    "under": {"align": "right", "dx": 2, "dy": 14, "fontSize": 12},
}
STEP_COLUMNS = {"line": "Line", "label": "Model", "date": "From", "value": "Value", "text": "As printed", "note": "Note"}


def steps(
    rows: Sequence[Mapping[str, Any]], colors: Mapping[str, str], axis: AmountAxis, dates: tuple[str, str]
) -> alt.LayerChart | alt.FacetChart:
    """Values that hold until the next change, one line per color, each change named.

    Args:
        rows: with ``line``, ``label``, ``date`` (ISO), ``value``, ``text``, ``note``, and ``place``: where the label stands, a key of
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
    tooltip = [alt.Tooltip(name) for name in ("line:N", "label:N", "date:T", "text:N", "note:N")]
    base = alt.Chart(_data(rows)).encode(x=x, y=y, color=color)
    return alt.layer(
        base.mark_line(interpolate="step-after", strokeWidth=2, opacity=0.8),
        base.mark_point(filled=True, size=70, opacity=1).encode(tooltip=tooltip),
        *(
            base.transform_filter(f"datum.place == '{place}'").mark_text(**offsets).encode(text="label:N")  # type: ignore[arg-type]
            for place, offsets in STEP_LABELS.items()
        ),
    ).properties(width=WIDTH, height=420)


FRONTIER_COLUMNS = {"name": "Model", "maker": "Maker", "date": "Date", "bill": "Bill", "share": "Share solved", "text": "As printed"}


def frontier(
    rows: Sequence[Mapping[str, Any]], best: Sequence[Mapping[str, Any]], axis: AmountAxis, measure: str, own: str
) -> alt.LayerChart | alt.FacetChart:
    """Bills against results, and the best buys at several moments as stepped lines.

    Args:
        rows: with ``bill``, ``share`` (percent), ``maker`` (that of ``own`` stands out), ``name``, ``date``, ``text``; ``label`` is drawn
            where it is not empty, below the mark where ``under`` is set.
        best: with ``moment``, ``bill``, ``share``: for each moment its undominated runs, the cheapest first.
        axis: of the bills.
        measure: title of the other axis.
        own: the maker whose runs stand out.
    """
    scale = alt.Scale(type="log", domain=list(axis.ends), nice=False)
    x = alt.X("bill:Q", title=axis.title, scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label))
    y = alt.Y("share:Q", title=measure, scale=alt.Scale(domain=[0, 100], nice=False))
    moments = list(dict.fromkeys(row["moment"] for row in best))
    best_legend = alt.Legend(title="Best buys until", direction="vertical")
    maker_legend = alt.Legend(title=None, direction="vertical")
    dashes = alt.StrokeDash(
        "moment:N", legend=best_legend, sort=moments, scale=alt.Scale(domain=moments, range=[[5, 4], [1, 0]][: len(moments)])
    )
    makers = list(dict.fromkeys(row["maker"] for row in rows))
    shades = [BLUE if maker == own else MUTED for maker in makers]
    color = alt.Color("maker:N", legend=maker_legend, scale=alt.Scale(domain=makers, range=shades))
    points = alt.Chart(_data(rows)).encode(x=x, y=y, color=color)
    named = points.transform_filter("datum.label")
    return alt.layer(
        alt.Chart(_data(best)).mark_line(interpolate="step-after", color=GREEN, strokeWidth=2).encode(x=x, y=y, strokeDash=dashes),
        # Marks without a label step back, so that the labels can be read over them
        points.mark_point(filled=True, size=60).encode(
            opacity=alt.condition("datum.label", alt.value(1), alt.value(0.5)),
            tooltip=[alt.Tooltip(name) for name in ("name:N", "date:N", "text:N")],
        ),
        named.transform_filter("!datum.under").mark_text(dy=-11, fontSize=12).encode(text="label:N"),
        named.transform_filter("datum.under").mark_text(dy=13, fontSize=12).encode(text="label:N"),
    ).properties(width=WIDTH, height=420)


RATIO_COLUMNS = {"kind": "Measure", "pair": "Pair", "date": "Date", "value": "Times", "text": "As printed"}


def over_time(rows: Sequence[Mapping[str, Any]], axis: AmountAxis, dates: tuple[str, str]) -> alt.LayerChart | alt.FacetChart:
    """A few measures of the same thing at some dates, each a line with its own mark; the pair of each date stands on top.

    Args:
        rows: with ``kind``, ``pair``, ``date`` (ISO), ``value`` and ``text``.
        axis: of the values.
        dates: first and last day shown.
    """
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    scale = alt.Scale(type="log" if axis.log else "linear", domain=list(axis.ends), nice=False)
    x = alt.X("date:T", title=None, scale=alt.Scale(domain=list(dates)), axis=alt.Axis(format="%b", tickCount="month", grid=False))
    y = alt.Y("value:Q", title=axis.title, scale=scale, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label))
    legend = alt.Legend(title=None, columns=1)
    color = alt.Color("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=[MUTED, BLUE, VERMILION][: len(kinds)]), legend=legend)
    shape = alt.Shape("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=["square", "circle", "diamond"][: len(kinds)]))
    base = alt.Chart(_data(rows)).encode(x=x, y=y, color=color)
    # Names of neighboring dates take turns on two lines, so that they don't run into each other on a phone
    pairs = dict.fromkeys((row["pair"], row["date"]) for row in rows)
    heads = [{"pair": pair.split(" against ")[0], "date": day, "second": bool(place % 2)} for place, (pair, day) in enumerate(pairs)]
    top = alt.Chart(_data(heads)).encode(x=x, y=alt.value(0))
    return alt.layer(
        top.mark_rule(color=GRID).encode(y2=alt.value(320)),
        base.mark_line(strokeWidth=1.5, opacity=0.6),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            shape=shape, tooltip=[alt.Tooltip(name) for name in ("pair:N", "kind:N", "date:T", "text:N")]
        ),
        *(
            top.transform_filter(f"datum.second == {str(second).lower()}")
            .mark_text(align="left", dx=4, dy=14 if second else -2, baseline="top", color=INK, fontSize=12)
            .encode(text="pair:N")
            for second in (False, True)
        ),
    ).properties(width=WIDTH, height=320)
