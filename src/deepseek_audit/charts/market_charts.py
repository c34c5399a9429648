"""The charts of the chapter on the market: one day's returns, a specification curve, a placebo histogram, price paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Unpack

import altair as alt
import numpy as np
from scipy.special import stdtr

from deepseek_audit.models.market import (
    BASKET,
    BASKET_NAME,
    BUYER,
    EVENT_DAY,
    INDEX,
    LEVEL,
    NAMES,
    OTHER,
    SUPPLIER,
    GroupTests,
    MarketDataError,
    Returns,
    Study,
    Window,
    levels,
    moves,
)
from deepseek_audit.models.market_day import Fate, MarketDay, last, lowest
from deepseek_audit.models.market_since import YEARS, total, year_by_company
from factbook import charts
from factbook.charts import BLUE, GREEN, GRID, INK, MUTED, PURPLE, VERMILION, WIDTH, AmountAxis, Drawing, Words, finish, inline
from factbook.dates import abbreviate, day_and_month
from factbook.facts import Facts
from factbook.quantity import Quantity
from factbook.rounding import round_to_place

# Returns in percent, with room for the names to the left of the bars, and for the numbers to their right
RETURN_ENDS = [-62, 15]
# More room above a heading, in lines
HEADING_GAP = 0.4
BIN = 0.5
KINDS = {
    SUPPLIER: VERMILION,
    BUYER: BLUE,
    OTHER: GREEN,
    INDEX: MUTED,
}
DAY_COLUMNS = {"name": "What", "kind": "Kind", "value": "Return in percent"}
CURVE_COLUMNS = {
    "stock": "What",
    "market": "Measured against",
    "estimation": "Line fitted to sessions",
    "window": "Sessions summed",
    "total": "Abnormal return in percent",
    "low": f"{LEVEL:.0%} from",
    "high": "to",
    "t": "t",
}
# Fields of `GroupTests` and what readers read for them
STATISTICS = {
    "patell": "Patell",
    "patell_corrected": "Patell, corrected for correlation",
    "boehmer": "Boehmer et al.",
    "kolari_pynnonen": "Boehmer et al., corrected for correlation",
    "rank": "Rank test",
    "portfolio_t": "t of the portfolio",
}
INDEPENDENT = ("patell", "boehmer")
STATISTIC_COLUMNS = {"statistic": "Statistic", "market": "Measured against", "estimation": "Line fitted to sessions", "value": "Value"}
RECOVERY_COLUMNS = {"label": "What", "text": "Trading days", "back": "Back on", "lowest": "Lowest close after", "last": "End of 2025"}
SPENDING_AXIS = AmountAxis("US dollars, in billions", (0, 9.8e11), [0, 2e11, 4e11, 6e11, 8e11], label="datum.value / 1e9")
SPENDING_COLUMNS = {"label": "When", "text": "As printed", "amount": "Amount", "by": "By company"}
WAIT_AXIS = AmountAxis("Trading days until back", (0, 260), [0, 50, 100, 150, 200])
POLICY_AXIS = AmountAxis("Abnormal return in %", (-20, 30), [-10, 0, 10, 20], label="replace(datum.label, '-', '−')")
AROUND_AXIS = AmountAxis("% of the close before", (78, 116), [80, 90, 100, 110], label="datum.label")
LEVEL_AXIS = AmountAxis("% of the close before", (40, 190), [50, 75, 100, 125, 150, 175], label="datum.label")
# Where the lines of marked days end, of the height, if a label stands below
RULES_END = 0.78
# Lines of the chart of prices; room for their names at the end
PRICES = {"Nvidia": "NVDA", "Broadcom": "AVGO", "Vistra": "VST", "S&P 500": "^GSPC"}
ROOM_FOR_NAMES, ROOM_FOR_LONG_NAMES = "2025-03-11", "2026-05-31"
# The chart of the weeks around the day
AROUND = ("2024-12-20", "2025-02-07")
AROUND_PRICES = {"Nvidia": "NVDA", "Suppliers": BASKET_NAME, "Average stock": "RSP"}
AROUND_TICKS = ["2024-12-23", "2025-01-06", "2025-01-20", "2025-02-03"]
QUARTERS = ["2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01"]
PLACEBO_COLUMNS = {"low": "t from", "high": "to", "days": "Sessions", "expected": "Expected if normal"}


def day_returns(moved: MarketDay, **words: Unpack[Words]) -> Drawing:
    """Returns of one day as bars in groups: the name always to the left of zero, the number always at the right, so without an axis.

    Args:
        moved: the day.
    """
    rows = moves(moved.facts, moved.day, moved.before)
    values: list[dict[str, Any]] = []
    for group, kind in enumerate(KINDS):
        gaps = group * HEADING_GAP
        values.append({"heading": kind, "place": len(values) + gaps})
        for name, _, value in sorted((row for row in rows if row[1] == kind), key=lambda row: row[2].magnitude):
            percent = round_to_place(value.magnitude, -2)
            values.append({"name": name, "kind": kind, "value": percent, "text": str(value), "place": len(values) + gaps})
    scale = alt.Scale(domain=RETURN_ENDS, nice=False)
    last = values[-1]["place"]
    level = alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[-0.7, last + 0.7], reverse=True, nice=False, zero=False))
    base = alt.Chart(inline(values)).encode(y=level)
    bars = base.transform_filter("isValid(datum.value)")
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in (("name", "What"), ("text", "Return"), ("kind", "Kind"))]
    color = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())))
    chart = alt.layer(
        bars.mark_bar(size=9, orient="horizontal").encode(x=alt.X("value:Q", scale=scale, axis=None), color=color, tooltip=tooltip),
        alt.Chart(inline([{"zero": 0}])).mark_rule(color=INK).encode(x=alt.X("zero:Q", scale=scale, axis=None)),
        bars.mark_text(align="left").encode(x=alt.value(0), text="name:N"),
        bars.mark_text(align="right").encode(x=alt.value("width"), text="text:N"),
        base.transform_filter("isValid(datum.heading)")
        .mark_text(align="left", fontWeight="bold", color=MUTED)
        .encode(x=alt.value(0), text="heading:N"),
    ).properties(width=WIDTH, height=(last + 1.4) * 15)
    return finish(chart, words, DAY_COLUMNS, (value for *_, value in rows))


def specification_curve(studies: Sequence[Study], **words: Unpack[Words]) -> Drawing:
    """Every specification beside every other: estimates with intervals above, the choices behind each below.

    Args:
        studies: all of them; those of one stock stand together, sorted by their estimate.
    """
    names = {**NAMES, BASKET_NAME: "Suppliers"}
    order = {field: list(dict.fromkeys(str(getattr(study, field)) for study in studies)) for field in ("market", "estimation", "window")}
    stocks = list(dict.fromkeys(study.stock for study in studies))
    rows: list[dict[str, Any]] = []
    for group, stock in enumerate(stocks):
        for study in sorted((study for study in studies if study.stock == stock), key=lambda study: study.total):
            low, high = study.interval
            rows.append(
                {
                    "place": len(rows) + 3 * group,
                    "stock": names.get(stock, stock),
                    "market": names.get(study.market, study.market),
                    "estimation": str(study.estimation),
                    "window": str(study.window),
                    "total": round_to_place(study.total, -2),
                    "low": round_to_place(low, -2),
                    "high": round_to_place(high, -2),
                    "t": round_to_place(study.t, -2),
                    "kind": "no interval crosses zero" if high < 0 or low > 0 else "the interval crosses zero",
                }
            )
    scale = alt.Scale(domain=[-2, max(row["place"] for row in rows) + 2], nice=False)
    base = alt.Chart(inline(rows)).encode(x=alt.X("place:Q", scale=scale, axis=None))
    color = alt.condition("datum.high < 0", alt.value(BLUE), alt.value(VERMILION))
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in CURVE_COLUMNS.items()]
    percent = alt.Axis(values=[-30, -20, -10, 0], labelExpr="replace(datum.label, '-', '−')", title="%")
    y = alt.Y("total:Q", axis=percent, scale=alt.Scale(domain=[-33, 9], nice=False))
    first = {row["stock"]: row["place"] for row in reversed(rows)}
    heads = alt.Chart(inline([{"place": place, "stock": stock, "top": 9} for stock, place in first.items()]))
    top = alt.layer(
        alt.Chart(inline([{"zero": 0}])).mark_rule(color=INK).encode(y="zero:Q"),
        base.mark_rule(opacity=0.45).encode(y=alt.Y("low:Q", axis=percent), y2="high:Q", color=color),
        base.mark_point(filled=True, size=26, opacity=1).encode(y=y, color=color, tooltip=tooltip),
        heads.mark_text(align="left", baseline="top", dy=2, fontWeight="bold").encode(
            x=alt.X("place:Q", scale=scale), y="top:Q", text="stock:N"
        ),
    ).properties(width=WIDTH, height=250)
    choices = [names.get(choice, choice) for field in order.values() for choice in field]
    levels_of = alt.Y("choice:N", sort=choices, axis=None)
    folded = base.transform_fold(list(order), as_=["field", "choice"])
    choice_names = alt.Chart(
        inline(
            [
                {"choice": names.get(choice, choice), "label": _label(field, names.get(choice, choice))}
                for field, its in order.items()
                for choice in its
            ]
        )
    )
    bottom = alt.layer(
        choice_names.mark_rule(color=GRID, yOffset=11).encode(y=levels_of),
        choice_names.mark_text(align="left", baseline="bottom", dy=2, color=MUTED).encode(x=alt.value(0), y=levels_of, text="label:N"),
        folded.mark_point(filled=True, size=14, shape="square", opacity=1, yOffset=11, color=INK).encode(y=levels_of),
    ).properties(width=WIDTH, height=len(choices) * 30)
    of_the_day = (study.total_quantity() for study in studies if study.window == EVENT_DAY)
    return finish(alt.vconcat(top, bottom, spacing=6), words, CURVE_COLUMNS, of_the_day)


def _label(field: str, choice: str) -> str:
    return {"market": f"against {choice}", "estimation": f"line fitted to sessions {choice}", "window": f"sessions summed: {choice}"}[field]


def group_statistics(groups: Mapping[tuple[str, Window], GroupTests], **words: Unpack[Words]) -> Drawing:
    """Test statistics of a group of stocks: a line for each test, a dot for each specification, a band up to its bound.

    Args:
        groups: the tests by market and estimation window; the bounds are those of the first.
    """
    rows = [
        {
            "statistic": label,
            "market": NAMES.get(market, market),
            "estimation": str(estimation),
            "value": round_to_place(getattr(tests, field), -2),
            "color": VERMILION if field in INDEPENDENT else BLUE,
            "level": level,
        }
        for level, (field, label) in enumerate(STATISTICS.items())
        for (market, estimation), tests in groups.items()
    ]
    scale = alt.Scale(domain=[-21, 0], nice=False)
    axis = alt.Axis(values=[-20, -15, -10, -5, 0], labelExpr="replace(datum.label, '-', '−')")
    level = alt.Y("level:Q", scale=alt.Scale(domain=[-0.8, len(STATISTICS) - 0.5], reverse=True, nice=False, zero=False), axis=None)
    base = alt.Chart(inline(rows)).encode(y=level)
    heads = alt.Chart(inline([{"level": level, "statistic": label} for level, label in enumerate(STATISTICS.values())])).encode(y=level)
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in STATISTIC_COLUMNS.items()]
    first = next(iter(groups.values()))
    bands = [{"from": round_to_place(-first.bound(field), -3), "to": 0, "level": level} for level, field in enumerate(STATISTICS)]
    band = alt.Chart(inline(bands)).mark_bar(color=GRID, opacity=0.6, size=44).encode(y=level)
    chart = alt.layer(
        band.encode(x=alt.X("from:Q", scale=scale), x2="to:Q"),
        heads.mark_rule(color=GRID),
        base.mark_point(filled=True, size=70, opacity=0.65).encode(
            x=alt.X("value:Q", scale=scale, axis=axis, title="Test statistic"), color=alt.Color("color:N", scale=None), tooltip=tooltip
        ),
        heads.mark_text(align="left", baseline="bottom", dy=-7).encode(x=alt.value(0), text="statistic:N"),
    ).properties(width=WIDTH, height=len(STATISTICS) * 46)
    return finish(chart, words, STATISTIC_COLUMNS, (tests.quantity("portfolio_t") for tests in groups.values()))


def placebo_rows(studies: Sequence[Study]) -> list[dict[str, Any]]:
    """The t of many days in bins, with the number expected of Student's distribution."""
    values = np.array([study.t for study in studies])
    ends = np.arange(np.floor(values.min() / BIN) * BIN, values.max() + BIN, BIN)
    freedom = studies[0].degrees_of_freedom
    found, _ = np.histogram(values, ends)
    return [
        {
            "low": float(low),
            "high": float(low + BIN),
            "middle": float(low + BIN / 2),
            "days": int(days),
            "expected": round_to_place(len(values) * float(stdtr(freedom, low + BIN) - stdtr(freedom, low)), -2),
        }
        for low, days in zip(ends, found, strict=False)
    ]


def placebo_histogram(studies: Sequence[Study], marked: Sequence[str], **words: Unpack[Words]) -> Drawing:
    """How often each t came up, with single days marked.

    Args:
        studies: one per day.
        marked: days to mark; the source line is that of the first.
    """
    rows = placebo_rows(studies)
    t_of = {study.day: study.t for study in studies}
    if missing := [day for day in marked if day not in t_of]:
        raise MarketDataError(f"{missing[0]} is not among the days tested.")
    axis = alt.Axis(labelExpr="replace(datum.label, '-', '−')", tickMinStep=1, values=list(range(-6, 7, 2)))
    x = alt.X("low:Q", bin="binned", scale=alt.Scale(domain=[-7, 6.5], nice=False), title="t of Nvidia’s abnormal return", axis=axis)
    base = alt.Chart(inline(rows))
    bars = base.mark_bar(color=BLUE, opacity=0.75).encode(
        x=x,
        x2="high:Q",
        y=alt.Y("days:Q", title="Trading days", axis=alt.Axis(tickCount=5)),
        tooltip=[alt.Tooltip(f"{field}:Q", title=title) for field, title in PLACEBO_COLUMNS.items()],
    )
    curve = base.mark_line(color=INK, strokeDash=[5, 4], interpolate="monotone").encode(x=alt.X("middle:Q"), y="expected:Q")
    marks = alt.Chart(inline([{"t": round_to_place(t_of[day], -2), "label": day_and_month(day), "days": 58, "foot": 0} for day in marked]))
    stems = marks.mark_rule(color=VERMILION, strokeWidth=2).encode(x="t:Q", y="foot:Q", y2="days:Q")
    near = marks.transform_filter("datum.t < 0").mark_text(align="left", baseline="bottom", dx=-2, dy=-3, color=INK, lineBreak="|")
    far = marks.transform_filter("datum.t >= 0").mark_text(align="center", baseline="bottom", dy=-3, color=INK, lineBreak="|")
    labels = [layer.encode(x="t:Q", y="days:Q", text="label:N") for layer in (near, far)]
    chart = alt.layer(bars, curve, stems, *labels).properties(width=WIDTH, height=300)
    return finish(chart, words, PLACEBO_COLUMNS, (study.t_quantity() for study in studies if study.day == marked[0]))


def paths(
    rows: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    dates: tuple[str, str],
    marked: Mapping[str, str],
    axis: AmountAxis,
    dates_as: str,
    ticks: Sequence[str],
    said: Sequence[Mapping[str, Any]] = (),
    **words: Unpack[Words],
) -> Drawing:
    """Lines over time, each named at its end, with days marked.

    Args:
        rows: a ``date`` and one column per series.
        names: what readers read for each column.
        dates: first and last day of the axis; leave room for the names at the end.
        marked: label of the days to mark, by day.
        axis: of the height of the lines.
        dates_as: format of the dates on the axis.
        ticks: days at which the axis has a date.
        said: labels to the left of a point: its ``date``, its ``level`` and a ``label``. The lines of marked days end above them,
            and late days have their label to the left.
    """
    scale_y = alt.Scale(domain=list(axis.ends), nice=False)
    y = alt.Y("level:Q", title=axis.title, scale=scale_y, axis=alt.Axis(values=list(axis.ticks), labelExpr=axis.label))
    colors = dict(zip(names, (VERMILION, PURPLE, GREEN, BLUE, MUTED), strict=False))
    scale = alt.Scale(domain=list(dates))
    at = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in map(date.fromisoformat, ticks)]
    x = alt.X("date:T", title=None, scale=scale, axis=alt.Axis(format=dates_as, grid=False, values=at, labelOverlap="greedy"))
    base = alt.Chart(inline(rows)).transform_fold(list(names), as_=["series", "level"])
    color = alt.Color("series:N", legend=None, scale=alt.Scale(domain=list(names), range=[colors[name] for name in names]))
    lines = base.mark_line(strokeWidth=2).encode(x=x, y=y, color=color)
    ends = alt.Chart(
        inline([{"date": rows[-1]["date"], "level": rows[-1][name], "series": name, "name": word} for name, word in names.items()])
    )
    labels = ends.mark_text(align="left", dx=5, fontWeight="bold").encode(x=x, y=y, color=color, text="name:N")
    height = 250
    days = alt.Chart(inline([{"date": day, "label": label, "row": row} for row, (day, label) in enumerate(marked.items())]))
    notes = []
    middle = (date.fromisoformat(dates[0]).toordinal() + date.fromisoformat(rows[-1]["date"]).toordinal()) / 2
    foot = height * RULES_END if said else height
    for row, day in enumerate(marked):
        one, top = days.transform_filter(f"datum.row == {row}"), 4 + 17 * row
        late = said and date.fromisoformat(day).toordinal() > middle
        side: dict[str, Any] = {"align": "right", "dx": -4} if late else {"align": "left", "dx": 4}
        notes += [
            one.mark_rule(strokeDash=[3, 3], color=MUTED).encode(x=x, y=alt.value(top), y2=alt.value(foot)),
            one.mark_text(baseline="top", color=INK, **side).encode(x=x, y=alt.value(top), text="label:N"),
        ]
    told = alt.Chart(inline(said)).mark_text(align="right", dx=-7, fontWeight="bold", color=INK).encode(x=x, y=y, text="label:N")
    chart = alt.layer(*notes, lines, labels, told).properties(width=WIDTH, height=height)
    return finish(chart, words, {"date": "Session", **names})


def rebased(returns: Returns, tickers: Mapping[str, str], base: str, days: Sequence[str]) -> list[dict[str, Any]]:
    """Closes of some days as percentages of the close of day ``base``, by series, to one decimal.

    Args:
        returns: daily returns.
        tickers: the ticker of each column.
        base: a session.
        days: sessions to give, before or after it.
    """
    columns = {}
    for name, ticker in tickers.items():
        path = levels(returns.series(ticker), 0)
        columns[name] = 100 * path / path[returns.position(base)]
    return [
        {"date": day, **{name: round_to_place(float(column[returns.position(day)]), -1) for name, column in columns.items()}}
        for day in days
    ]


def weekly(returns: Returns, first: str, last: str, besides: Iterable[str] = ()) -> list[str]:
    """The last session of every week between two days, and some days besides."""
    weeks: dict[tuple[int, int], str] = {}
    for day in returns.days:
        if first <= day <= last:
            year, week, _ = date.fromisoformat(day).isocalendar()
            weeks[year, week] = day
    return sorted({*weeks.values(), *besides})


def recovery_ladder(moved: MarketDay, fates: Sequence[Fate], tariffs: str, **words: Unpack[Words]) -> Drawing:
    """Trading days until each price was back; at least so many where it was not.

    Args:
        moved: the day of the fall.
        fates: what became of each price.
        tariffs: the day of a later sell-off; stocks that were not back before it stand out.
    """
    words.setdefault("columns", RECOVERY_COLUMNS)
    return charts.ladder({"": [_rung(moved, fate, tariffs) for fate in fates]}, WAIT_AXIS, **words)


def _rung(moved: MarketDay, fate: Fate, tariffs: str) -> charts.Rung:
    back = fate.recovery.back_on
    color = MUTED if not fate.is_stock else BLUE if back and back < tariffs else VERMILION
    details = {
        "back": abbreviate(back) if back else f"not by the end of {fate.recovery.last_on[:4]}",
        "lowest": f"{lowest(moved, fate)} on {abbreviate(fate.recovery.lowest_on)}",
        "last": str(last(moved, fate)),
    }
    return charts.Rung(NAMES[fate.ticker], fate.wait, kind="reported" if back else "floor", color=color, details=details)


def policy_forest(policy: Mapping[str, Sequence[Study]], **words: Unpack[Words]) -> Drawing:
    """Abnormal returns on dates of export policy: the day (blue) and with the session after (gray), a ring where chance may do it."""
    groups = {
        head: [
            charts.Estimate(
                "",
                one.total_quantity(),
                *one.interval_quantities(),
                BLUE if one.window == EVENT_DAY else MUTED,
                one.unusual,
                f"t {one.t_quantity()}",
            )
            for one in studies
        ]
        for head, studies in policy.items()
    }
    return charts.forest(groups, POLICY_AXIS, **words)


def prices_around(moved: MarketDay, marked: Mapping[str, str], **words: Unpack[Words]) -> Drawing:
    """Daily closes around the day as percentages of the close before it, with days marked and the fall of the first line named."""
    days = [day for day in moved.returns.days if AROUND[0] <= day <= AROUND[1]]
    prices = rebased(moved.returns, AROUND_PRICES, moved.before, days)
    words.setdefault("source", [moved.return_of("NVDA"), moved.return_of("RSP"), *map(moved.return_of, BASKET)])
    first = next(iter(AROUND_PRICES))
    level = next(row[first] for row in prices if row["date"] == moved.day)
    said = [{"date": moved.day, "level": level, "label": f"{first} {moved.return_of(AROUND_PRICES[first]):3}"}]
    names = {name: name for name in AROUND_PRICES}
    dates, axis = (days[0], ROOM_FOR_NAMES), AROUND_AXIS
    return paths(prices, names, dates, marked, axis, "%-d %b", AROUND_TICKS, said=said, **words)


def price_paths(moved: MarketDay, marked: Mapping[str, str], **words: Unpack[Words]) -> Drawing:
    """Weekly closes of some series as percentages of the close before the day, with days marked."""
    weeks = weekly(moved.returns, "2024-12-20", moved.returns.days[-1], (moved.before, moved.day, moved.after))
    prices = rebased(moved.returns, PRICES, moved.before, weeks)
    words.setdefault("source", [moved.return_of(ticker) for ticker in PRICES.values()])
    names = {name: name for name in PRICES}
    return paths(prices, names, (weeks[0], ROOM_FOR_LONG_NAMES), marked, LEVEL_AXIS, "%b %Y", QUARTERS, **words)


def spending(facts: Facts, planned: Quantity, **words: Unpack[Words]) -> Drawing:
    """What the four largest builders spent by year, and what they planned for the next one, as bars.

    Args:
        facts: the tables.
        planned: for the year after the last that is known (usd); drawn hollow.
    """
    words.setdefault("columns", SPENDING_COLUMNS)
    spent = {str(year): year_by_company(facts, year) for year in YEARS}
    amounts = {year: total(by_company) for year, by_company in spent.items()} | {f"{YEARS[-1] + 1}, planned": planned}
    rows = [
        {
            "label": year,
            "amount": amount.magnitude,
            "text": str(amount),
            "by": ", ".join(f"{name} {part:3}" for name, part in spent[year].items()) if year in spent else "",
        }
        for year, amount in amounts.items()
    ]
    scale = alt.Scale(domain=list(SPENDING_AXIS.ends), nice=False)
    axis = alt.Axis(values=list(SPENDING_AXIS.ticks), labelExpr=SPENDING_AXIS.label)
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("amount:Q", title=SPENDING_AXIS.title, scale=scale, axis=axis), y=alt.Y("label:N", sort=None, title=None)
    )
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in SPENDING_COLUMNS.items() if field != "amount"]
    known, plan = (base.transform_filter(f"{sign}datum.by") for sign in ("", "!"))
    chart = alt.layer(
        known.mark_bar(color=BLUE, size=24).encode(tooltip=tooltip),
        plan.mark_bar(color=GRID, stroke=BLUE, strokeDash=[4, 3], size=24).encode(tooltip=tooltip[:2]),
        base.mark_text(align="left", dx=6, fontWeight="bold").encode(text="text:N"),
    ).properties(width=WIDTH, height=len(rows) * 38)
    return finish(chart, words, SPENDING_COLUMNS, [*amounts.values()])
