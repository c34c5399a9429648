"""Charts of bills: what circulating figures cover, chip time by several methods, rents, bases, and exchange rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack

from deepseek_audit.audit.claims import ARTICLE_NAMES, ATTRIBUTION_COLUMNS, ATTRIBUTIONS
from deepseek_audit.models.cost import SCOPES, CirculatingFigure, RebuiltRun
from deepseek_audit.models.prices import implied_exchange_rate
from factbook import charts
from factbook.charts import AmountAxis, Drawing, LogAxis, Rung, Words
from factbook.facts import Item
from factbook.quantity import Quantity

SCOPE_COLORS = dict(zip(SCOPES, (charts.BLUE, charts.GREEN, charts.VERMILION, charts.MUTED), strict=True))
STATUS_COLORS = dict(zip(ATTRIBUTIONS, (charts.BLUE, charts.VERMILION, charts.MUTED), strict=True))


def scopes(figures: Iterable[CirculatingFigure], **words: Unpack[Words]) -> Drawing:
    """What each figure in circulation covers: a ladder with a heading per scope, the smallest amounts first."""
    groups: dict[str, list[Rung]] = {heading: [] for heading in SCOPES.values()}
    for figure in sorted(figures, key=lambda figure: figure.amount.magnitude):
        details = {"printed as": figure.printed_as, "covers": figure.covers, "leaves out": figure.leaves_out}
        color = SCOPE_COLORS[figure.scope]
        groups[SCOPES[figure.scope]].append(Rung(figure.label, figure.amount, figure.low, figure.high, figure.kind, color, details))
    return charts.ladder(groups, _dollars("US dollars, each step ten times the one before", 5), **words)


# How V3's hours can be known by DeepSeek's word
BY_WORD = (
    "Published",
    "Hours per token, times tokens",
    "Tokens a day on the cluster",
    "Operations per token, at the measured speed",
)


def hours(five_ways: Sequence[Quantity], **words: Unpack[Words]) -> Drawing:
    """V3's chip time of pre-training by five methods (gpu_hour).

    Args:
        five_ways: as in ``BY_WORD``, and last by counted operations at Meta's share of the BF16 peak, with the range of that share.
    """
    *by_word, by_size = five_ways
    at_peer = Rung("At Meta’s share of the BF16 peak", by_size, by_size.low, by_size.high, "estimate", charts.VERMILION)
    groups = {
        "By DeepSeek’s word": [Rung(label, amount) for label, amount in zip(BY_WORD, by_word, strict=True)],
        "By the model’s size and Meta’s speed": [at_peer],
    }
    axis = AmountAxis("GPU-hours of pre-training", (0, 5.4e6), [0, 1e6, 2e6, 3e6, 4e6, 5e6])
    return charts.ladder(groups, axis, **words)


def runs(listed: Iterable[Item], rebuilt: Iterable[RebuiltRun], **words: Unpack[Words]) -> Drawing:
    """GPU-hours of training runs, a heading per maker: as published, or rebuilt with a range.

    Args:
        listed: the list ``bill_gpu_hours``; a line without ``hours`` is one of ``rebuilt``.
        rebuilt: see :func:`~deepseek_audit.models.cost.rebuilt_runs`.
    """
    by_name = {run.name: run.hours for run in rebuilt}
    groups: dict[str, list[Rung]] = {}
    for run in listed:
        rung = Rung(run.label, run.hours.shown("bare")) if run.has("hours") else _rebuilt(run.label, by_name[run.label])
        groups.setdefault(run.group, []).append(rung)
    axis = AmountAxis("GPU-hours, each step ten times the one before", (1e5, 1e8), [1e5, 1e6, 1e7, 1e8], log=True)
    return charts.ladder(groups, axis, **words)


def _rebuilt(label: str, hours: Quantity) -> Rung:
    """An estimate with its range, in numbers whose unit the axis names."""
    assert hours.low is not None and hours.high is not None
    low, amount, high = (each.shown("bare") for each in (hours.low, hours, hours.high))
    return Rung(label, amount, low, high, "estimate", charts.VERMILION)


def rents(offers: Sequence[Mapping[str, str | Quantity]], assumed: Quantity, **words: Unpack[Words]) -> Drawing:
    """Rents of comparable chips over time (usd/gpu_hour), with the assumed one across.

    Args:
        offers: see :func:`~deepseek_audit.models.cost.rent_offers`.
        assumed: the rent that DeepSeek's bills stand on.
    """
    axis = LogAxis("US dollars per GPU-hour, log axis", (1, 16), [1, 2, 4, 8, 16])
    return charts.dated(offers, axis, ("2023-04-01", "2026-06-30"), (assumed, f"assumed by DeepSeek: {assumed}"), **words)


BASIS_COLORS = {
    "amortized chips and energy": charts.GREEN,
    "amortized, other file": charts.PURPLE,
    "cloud price": charts.BLUE,
    "buying the chips": charts.VERMILION,
}


def bases(bills: Iterable[Item], both: Quantity, **words: Unpack[Words]) -> Drawing:
    """Bills of rivals' runs on several bases, a heading per run, and below them V3's and R1's at the assumed rent.

    Args:
        bills: one by one with the run as ``group`` and the basis as ``label``, a key of ``BASIS_COLORS``.
        both: what V3 and R1 cost together (usd).
    """
    groups: dict[str, list[Rung]] = {}
    for bill in bills:
        groups.setdefault(bill.group, []).append(Rung(bill.label, bill.value, kind="estimate", color=BASIS_COLORS[bill.label]))
    groups["V3 and R1"] = [Rung("assumed rent", both, color=charts.INK)]
    return charts.ladder(groups, _dollars("US dollars, log axis", 6), **words)


def attributions(rows: Sequence[Mapping[str, str | int]], **words: Unpack[Words]) -> Drawing:
    """Figures by what they belong to (lines) and the article that prints them (columns), marked right, conflated or unsupported.

    Args:
        rows: see :func:`~deepseek_audit.audit.claims.attributions`.
    """
    words.setdefault("source", "The five articles, as listed in claims.csv and attributions.csv.")
    words.setdefault("columns", ATTRIBUTION_COLUMNS)
    words.setdefault("narrow", {"config": {"axisX": {"labelAngle": -35}}})
    more = ("printed_as", "given_to", "reason")
    return charts.matrix(rows, "belongs_to", "article", list(ARTICLE_NAMES.values()), "status", STATUS_COLORS, more, **words)


def exchange_rates(market: Quantity, printed: Sequence[Item], **words: Unpack[Words]) -> Drawing:
    """The market's exchange rate of February 2025 (cny/usd), and those that prices printed in ``yuan`` and ``dollars`` imply."""
    rungs = [Rung("Market, February 2025", market.shown("bare"))]
    for price in printed:
        implied = implied_exchange_rate(price.yuan, price.dollars).shown("bare")
        rungs.append(Rung(f"Implied by {price.label}", implied, color=charts.VERMILION))
    words.setdefault("source", [market, *(price.yuan for price in printed)])
    ticks = [1, 10, 100, 1000, 10000]
    axis = AmountAxis("Yuan per dollar, log axis", (1, 1e4), ticks, log=True, label="format(datum.value, ',')")
    return charts.ladder({"": rungs}, axis, **words)


def _dollars(title: str, first: int) -> AmountAxis:
    """A log axis of dollars from a power of ten to ten billion."""
    return AmountAxis(title, (10.0**first, 1e10), [10**power for power in range(first, 11)], log=True, label=charts.DOLLAR_LABELS)
