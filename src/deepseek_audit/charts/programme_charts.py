"""Charts of the chapter on hidden costs: what an hour costs, the draws, which input matters, the scopes side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from deepseek_audit.models.programme import Inputs, Simulation, Swing, cumulative, dots
from factbook import charts
from factbook.quantity import Quantity, format_range
from factbook.rounding import round_to

MILLIONS = "datum.value ? '$' + datum.value / 1e6 + 'M' : '$0'"
BILLIONS = "datum.value ? '$' + datum.value / 1e9 + 'B' : '$0'"
THOUSANDS = "datum.value ? '$' + datum.value / 1e3 + 'K' : '$0'"
RATE_COLUMNS = {"what": "What", "part": "Part", "rate": "Rate", "low": "Low", "high": "High", "text": "As printed"}
SPENT_COLUMNS = {"way": "Way", "year": "Year", "spent": "US dollars"}
DOT_COLUMNS = {"value": "Total in US dollars"}
SWING_COLUMNS = {"name": "Input", "at low": "Total at its low end", "at high": "Total at its high end"}


def _data(rows: Iterable[Mapping[str, Any]]) -> Any:
    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]


def hourly_cost(
    parts: Mapping[str, Quantity], heading: str, ranges: Sequence[tuple[str, Quantity, Quantity]]
) -> alt.LayerChart | alt.FacetChart:
    """The owner's cost of an hour as a stacked bar, and below it ranges of costs and prices.

    Args:
        parts: of the owned rate, from the left (usd/gpu_hour).
        heading: what stands above the bar.
        ranges: name, low and high of what is compared.
    """
    lines = ["", *(name for name, *_ in ranges)]
    scale = alt.Scale(domain=[0, 4], nice=False)
    y = alt.Y("what:N", sort=lines, axis=None)
    bars = [
        {"what": "", "part": name, "order": n, "rate": part.magnitude, "text": str(part)} for n, (name, part) in enumerate(parts.items())
    ]
    colors = alt.Scale(domain=list(parts), range=[charts.BLUE, charts.GREEN, charts.MUTED, charts.VERMILION])
    stack = (
        alt.Chart(_data(bars))
        .mark_bar(height=20, yOffset=12)
        .encode(
            x=alt.X(
                "rate:Q", scale=scale, title="US dollars per GPU-hour", stack="zero", axis=alt.Axis(values=[0, 1, 2, 3, 4], format="d")
            ),
            y=y,
            order="order:O",
            color=alt.Color("part:N", sort=list(parts), title=None, legend=alt.Legend(columns=2), scale=colors),
            tooltip=["part:N", "text:N"],
        )
    )
    rows = [
        {"what": name, "low": low.magnitude, "high": high.magnitude, "text": text, "name": f"{name}: {text}"}
        for name, low, high in ranges
        for text in (format_range(low.shown("bare"), high.shown("bare")),)
    ]
    reach = (
        alt.Chart(_data(rows))
        .mark_bar(height=9, yOffset=12, color=charts.INK, opacity=0.55)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, tooltip=["what:N", "text:N"])
    )
    heads = alt.Chart(_data([{"what": "", "name": heading}, *({"what": row["what"], "name": row["name"]} for row in rows)]))
    text = heads.mark_text(align="left", baseline="middle", dy=-12).encode(x=alt.value(0), y=y, text="name:N")
    return alt.layer(stack, reach, text).properties(width=charts.WIDTH, height=alt.Step(58))


def money_over_time(model: Inputs, rents: Sequence[Quantity], last: int) -> alt.LayerChart | alt.FacetChart:
    """Money spent on one GPU over the years: bought, and rented at each of some prices."""
    years = list(range(last + 1))
    ways: dict[str, float | None] = {"bought": None, **{f"rent {rent:bare}": rent.magnitude for rent in rents}}
    rows = [
        {"way": way, "year": year, "spent": round_to(spent, 4), "label": place if year == (last if way != "bought" else 0) else ""}
        for way, rent in ways.items()
        for place in ("start" if rent is None else "below" if rent == min(each.magnitude for each in rents) else "above",)
        for year, spent in zip(years, cumulative(model, years, rent), strict=True)
    ]
    colors = alt.Scale(domain=list(ways), range=[charts.VERMILION, *[charts.BLUE] * len(rents)])
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("year:Q", title="Years of use", axis=alt.Axis(values=years, grid=False, format="d"), scale=alt.Scale(domain=[0, last])),
        y=alt.Y("spent:Q", title=None, axis=alt.Axis(labelExpr=THOUSANDS, values=[n * 40_000 for n in range(4)])),
        color=alt.Color("way:N", scale=colors, legend=None),
        tooltip=["way:N", "year:Q", "spent:Q"],
    )
    styles: dict[str, dict[str, Any]] = {
        "start": {"align": "left", "baseline": "bottom", "dx": 4, "dy": -8},
        "above": {"align": "right", "baseline": "bottom", "dx": -2, "dy": -7},
        "below": {"align": "right", "baseline": "top", "dx": -2, "dy": 36},
    }
    texts = [
        base.transform_filter(f"datum.label == '{place}'").mark_text(fontWeight="bold", **style).encode(text="way:N")
        for place, style in styles.items()
    ]
    return alt.layer(base.mark_line(strokeWidth=2.5), *texts).properties(width=charts.WIDTH, height=320)


def dotplot(
    simulation: Simulation, count: int, step: float, ends: tuple[float, float], marks: Sequence[tuple[str, Quantity]]
) -> alt.LayerChart | alt.FacetChart:
    """Equally likely totals as dots in columns, the 90% interval below them, and figures to compare.

    Args:
        simulation: the draws.
        count: how many dots.
        step: width of a column (usd).
        ends: of the axis (usd).
        marks: labels and amounts drawn as lines; their labels stand below one another.
    """
    placed = dots(simulation, count, step)
    top = max(dot["place"] for dot in placed)
    ticks = [n * 20e6 for n in range(int(ends[1] / 20e6) + 1)]
    scale = alt.Scale(domain=list(ends), nice=False)
    x = alt.X("column:Q", title="US dollars", scale=scale, axis=alt.Axis(values=ticks, labelExpr=MILLIONS, grid=False))
    y = alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[0, top + 1.3 * len(marks) + 0.6], nice=False))
    points = alt.Chart(_data(placed)).mark_point(filled=True, size=80, opacity=1, color=charts.BLUE)
    lines = alt.Chart(
        _data(
            {"column": number.magnitude, "text": f"{name}: {number}", "place": top + 0.6 + 1.3 * (len(marks) - n)}
            for n, (name, number) in enumerate(marks)
        )
    )
    span = alt.Chart(_data([{"column": simulation.at(0.05).magnitude, "end": simulation.at(0.95).magnitude, "place": 0.2}]))
    return alt.layer(
        lines.mark_rule(strokeDash=[5, 4], color=charts.INK).encode(x=x, y=y, y2=alt.datum(0)),
        points.encode(x=x, y=y, tooltip=["value:Q"]),
        span.mark_rule(strokeWidth=5, color=charts.VERMILION).encode(x=x, x2="end:Q", y=y),
        lines.mark_text(align="left", baseline="top", dx=5, color=charts.INK).encode(x=x, y=y, text="text:N"),
    ).properties(width=charts.WIDTH, height=320)


def tornado(swings: Sequence[Swing], center: Quantity, ends: tuple[float, float]) -> alt.LayerChart | alt.FacetChart:
    """Bars from the smaller to the larger total, one input each, around the central case."""
    rows = [
        {
            "name": swing.name,
            "order": place,
            "from": min(swing.low, swing.high).magnitude,
            "to": max(swing.low, swing.high).magnitude,
            "at low": str(swing.low),
            "at high": str(swing.high),
        }
        for place, swing in enumerate(swings)
    ]
    ticks = [n * 10e6 for n in range(int(ends[0] / 10e6), int(ends[1] / 10e6) + 1)]
    scale = alt.Scale(domain=list(ends), nice=False)
    base = alt.Chart(_data(rows)).encode(y=alt.Y("order:O", axis=None))
    bar = base.mark_bar(height=9, color=charts.BLUE, yOffset=9).encode(
        x=alt.X("from:Q", title="Total in US dollars", scale=scale, axis=alt.Axis(values=ticks, labelExpr=MILLIONS)),
        x2="to:Q",
        tooltip=["name:N", "at low:N", "at high:N"],
    )
    text = base.mark_text(align="left", baseline="middle", dy=-7).encode(x=alt.value(0), text="name:N")
    middle = base.mark_tick(thickness=2, size=17, yOffset=9, color=charts.INK).encode(x=alt.X(datum=center.magnitude, scale=scale))
    return alt.layer(bar, middle, text).properties(width=charts.WIDTH, height=alt.Step(38))


Panel = tuple[str, charts.AmountAxis, Sequence[charts.Rung]]


def panels(parts: Sequence[Panel]) -> alt.VConcatChart:
    """Ladders below one another, each with an axis of its own, for amounts that must not be compared on one."""
    ladders = [charts.ladder({name: rungs}, axis, alt.TitleParams(text=""), name) for name, axis, rungs in parts]
    stacked: alt.VConcatChart = alt.vconcat(*ladders).resolve_scale(x="independent", y="independent")
    return stacked
