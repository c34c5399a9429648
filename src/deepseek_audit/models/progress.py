"""Was a model ahead of its time? Capability against training compute and date, and published rates of progress.

The trend is a plane fitted by least squares to earlier models: an index of capability is a constant, so much per tenfold
compute, and so much per year. What a model lies above it can be said in points, in compute (what the trend would need for
the same capability on the same day) or in time. The rate that a fit implies is how fast compute for a given capability fell.

The form is that of Ho et al. 2024 (arXiv:2403.05812, section 2), with an index in place of the loss, and of the joint fit in
Epoch AI's notebook on algorithmic progress of December 2025.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, computed, unit

TABLE = "capability_trend"
DAYS_PER_YEAR = 365.25
MONTHS_PER_YEAR = 12
# Models below it are small: their indices have the widest intervals
SMALLEST = 1e23
# Of the interval that is drawn
LOW_AND_HIGH = (5, 95)
DRAWS = 2000

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """A model whose capability and training compute were estimated.

    Attributes:
        subject, label: of its rows.
        index: capability, in points.
        compute: for training, in FLOP.
        date: of its release.
        confidence: in its compute, as the estimator grades it.
        rows: ids of its two rows.
    """

    subject: str
    label: str
    index: float
    compute: float
    date: datetime.date
    confidence: str
    rows: frozenset[str]


def read_models(facts: Facts) -> dict[str, Known]:
    """All models with both an index and compute, by subject, the earliest first."""
    indices = {row["subject"]: row for row in facts.where(TABLE, metric="capability_index")}
    known = [
        Known(
            row["subject"],
            row["label"],
            facts[indices[row["subject"]]["fact_id"]].magnitude,
            facts[row["fact_id"]].to("flop").magnitude,
            datetime.date.fromisoformat(row["as_of"]),
            row["confidence"],
            frozenset({row["fact_id"], indices[row["subject"]]["fact_id"]}),
        )
        for row in facts.where(TABLE, metric="training_compute")
        if row["subject"] in indices
    ]
    return {each.subject: each for each in sorted(known, key=lambda each: (each.date, each.subject))}


def _years(models: Sequence[Known], since: datetime.date) -> Vector:
    return np.array([(each.date - since).days / DAYS_PER_YEAR for each in models])


def _fitted(models: Sequence[Known], since: datetime.date) -> tuple[Vector, Vector]:
    """Coefficients (level at ``since`` and 1 FLOP, per tenfold compute, per year) and what each model lies above the plane."""
    compute = np.log10([each.compute for each in models])
    terms = np.column_stack([np.ones(len(models)), compute, _years(models, since)])
    index = np.array([each.index for each in models])
    coefficients = np.linalg.lstsq(terms, index, rcond=None)[0]
    return coefficients, index - terms @ coefficients


@dataclass(frozen=True)
class Ahead:
    """Where a model lies against the trend of others.

    Attributes:
        points: above the trend (unit point).
        spread: standard deviation of the others about the trend, their degrees of freedom taken off (unit point).
        per_tenfold, per_year: what tenfold compute and a year add, as the fit has it (unit point).
        compute: how many times its compute the trend needs for its capability on its day (unit ratio), with the
            middle 90% of it when models are drawn anew.
        rate: by how much compute for a given capability fell in a year, as the fit has it (unit ratio).
        higher: how many of the others lie further above it (unit count).
        others: how many there are (unit count).
    """

    points: Quantity
    spread: Quantity
    per_tenfold: Quantity
    per_year: Quantity
    compute: Quantity
    rate: Quantity
    higher: Quantity
    others: Quantity


def multiples(models: Sequence[Known], of: Known, weights: Vector) -> Vector:
    """How many times its compute the trend of ``models`` needs for the capability of a model on its day, for each row of weights.

    Where more compute lowers the index, no compute is enough: infinite.
    """
    compute = np.log10([each.compute for each in models]) - np.log10(of.compute)
    terms = np.column_stack([np.ones(len(models)), compute, _years(models, of.date)])
    index = np.array([each.index for each in models]) - of.index
    squares = np.einsum("dn,ni,nj->dij", weights, terms, terms)
    # Drawings with too few different models have no one plane; the flattest is taken
    inverse = np.linalg.pinv(squares, rcond=1e-12, hermitian=True)
    level, per_tenfold, _ = np.einsum("dij,nj,dn,n->id", inverse, terms, weights, index, optimize=True)
    with np.errstate(divide="ignore"):
        return np.where(per_tenfold > 0, 10 ** (-level / per_tenfold), np.inf)


def ahead(models: Sequence[Known], of: Known, *, seed: int = 20241226, draws: int = DRAWS) -> Ahead:
    """Where a model lies against the trend of others, which must not contain it.

    The interval of the multiple is a bootstrap over models (Efron and Tibshirani 1993, chapter 9): it says how well the
    trend is known from those models, not how well the one model's own index is.

    Raises:
        ValueError: it is one of them, or they are too few for a plane and a spread.
    """
    if of in models:
        raise ValueError(f"{of.subject} cannot lie above a trend of which it is part")
    if len(models) < 6:
        raise ValueError(f"{len(models)} models are too few for a trend over compute and time")
    (level, per_tenfold, per_year), above = _fitted(models, of.date)
    points = of.index - level - per_tenfold * np.log10(of.compute)
    drawn = np.random.default_rng(seed).multinomial(len(models), np.full(len(models), 1 / len(models)), draws)
    low, high = np.percentile(multiples(models, of, drawn.astype(float)), LOW_AND_HIGH)
    rows = of.rows.union(*(each.rows for each in models))

    def quantity(value: float, unit: str, what: str, digits: float = 2) -> Quantity:
        return computed(value, unit, digits, what, rows)

    fit = f"least squares over {len(models)} models: index on log10 compute and year"
    multiple = float(multiples(models, of, np.ones((1, len(models))))[0])
    return Ahead(
        points=quantity(float(points), "point", f"index − {fit}"),
        spread=quantity(float(np.sqrt(above @ above / (len(models) - 3))), "point", f"standard deviation about {fit}"),
        per_tenfold=quantity(float(per_tenfold), "point", f"per tenfold compute, {fit}"),
        per_year=quantity(float(per_year), "point", f"per year, {fit}"),
        compute=replace(
            quantity(multiple, "ratio", f"10 ** (points above / points per tenfold), {fit}"),
            low=quantity(float(low), "ratio", f"5th percentile of {fit}"),
            high=quantity(float(high), "ratio", f"95th percentile of {fit}"),
        ),
        rate=quantity(float(10 ** (per_year / per_tenfold)), "ratio", f"10 ** (points per year / per tenfold), {fit}"),
        higher=quantity(float((above > points).sum()), "count", f"further above {fit}", EXACT),
        others=quantity(len(models), "count", "models", EXACT),
    )


# Which earlier models make a trend, the chosen one first: what is asked of a model, seen from the day of the one compared
CHOICES: Mapping[str, Callable[[Known, datetime.date], bool]] = {
    "Without the smallest": lambda each, _: each.compute >= SMALLEST,
    "All": lambda each, _: True,
    "Only the largest": lambda each, _: each.compute >= 10 * SMALLEST,
    "Compute well known": lambda each, _: each.compute >= SMALLEST and each.confidence == "Confident",
    "Of the last year and a half": lambda each, day: each.compute >= SMALLEST and (day - each.date).days <= 1.5 * DAYS_PER_YEAR,
    "Of the last year": lambda each, day: each.compute >= SMALLEST and (day - each.date).days <= DAYS_PER_YEAR,
    "Without Phi": lambda each, _: each.compute >= SMALLEST and not each.label.startswith("Phi"),
    "Without DeepSeek’s own": lambda each, _: each.compute >= SMALLEST and not each.subject.startswith("deepseek"),
}


CHOSEN, *_ = CHOICES


def earlier_models(models: Mapping[str, Known], of: Known, choice: str = CHOSEN) -> list[Known]:
    """Models released before one, those of a choice."""
    return [each for each in models.values() if each.date < of.date and CHOICES[choice](each, of.date)]


def by_choice(models: Mapping[str, Known], of: Known) -> dict[str, Ahead]:
    """Where a model lies against the trend of earlier ones, by which of them make it."""
    return {choice: ahead(earlier_models(models, of, choice), of) for choice in CHOICES}


def chosen_and_extremes(found: Mapping[str, Ahead], other_way: Quantity) -> tuple[Quantity, Quantity, Quantity]:
    """The multiple of compute by the first choice, and the least and the most by any, a fit the other way included."""
    multiples = [each.compute for each in found.values()]
    return multiples[0], min(*multiples, other_way), max(*multiples, other_way)


def fitted_the_other_way(models: Mapping[str, Known], of: Known) -> Quantity:
    """The multiple of compute where log compute is fitted to index and date, not the index to compute and date (unit ratio).

    Errors in what is fitted from flatten a trend (regression dilution), so the two directions differ; the first choice is taken.
    """
    others = earlier_models(models, of)
    terms = np.column_stack([np.ones(len(others)), [each.index - of.index for each in others], _years(others, of.date)])
    level = np.linalg.lstsq(terms, np.log10([each.compute for each in others]), rcond=None)[0][0]
    rows = of.rows.union(*(each.rows for each in others))
    formula = f"10 ** fitted log10 compute / compute, least squares over {len(others)} models: log10 compute on index and year"
    return computed(float(10**level / of.compute), "ratio", 2, formula, rows)


@dataclass(frozen=True)
class Moved:
    """A model moved along the trend to the capability of another.

    Attributes:
        model: as it is.
        needs: compute for the other's capability, over the other's own, if more compute adds what the trend says (unit ratio).
        above: what it lies above the trend, in points.
    """

    model: Known
    needs: Quantity
    above: float


def moved_to_capability(models: Mapping[str, Known], of: Known) -> list[Moved]:
    """The models of the first choice, each moved by the trend's points per tenfold compute to the capability of ``of``.

    Seen so, the plane is a line over time, and a model as far below it as it is ahead of the trend.
    """
    others = earlier_models(models, of)
    (_, per_tenfold, _), above = _fitted(others, of.date)
    return [
        Moved(
            each,
            computed(
                float(each.compute * 10 ** ((of.index - each.index) / per_tenfold) / of.compute),
                "ratio",
                2,
                f"compute × 10 ** ((index of {of.label} − index) / {per_tenfold:.2f} points) / compute of {of.label}",
                each.rows | of.rows,
            ),
            float(distance),
        )
        for each, distance in zip(others, above, strict=True)
    ]


def needed_over_time(
    models: Mapping[str, Known], of: Known, days: Sequence[datetime.date], *, seed: int = 20241226, draws: int = DRAWS
) -> list[tuple[float, float, float]]:
    """What the trend of the first choice needs for the capability of ``of`` on some days, over its compute.

    Returns:
        The multiple, and the ends of its interval as in :func:`ahead`, for each day.
    """
    others = earlier_models(models, of)
    drawn = np.random.default_rng(seed).multinomial(len(others), np.full(len(others), 1 / len(others)), draws).astype(float)
    found = []
    for day in days:
        then = replace(of, date=day)
        low, high = np.percentile(multiples(others, then, drawn), LOW_AND_HIGH)
        found.append((float(multiples(others, then, np.ones((1, len(others))))[0]), float(low), float(high)))
    return found


def behind(models: Mapping[str, Known], of: Known, day_of: Known) -> Quantity:
    """How many times the compute of the trend a model took for its capability (unit ratio).

    The trend is of the first choice of models before another one's day, without the model itself.
    """
    others = [each for each in earlier_models(models, day_of) if each is not of]
    return 1 / ahead(others, of).compute


def smallest(facts: Facts) -> Quantity:
    """The compute from which on models make the first choice (unit flop): our threshold."""
    rows = {row["fact_id"] for row in facts.where(TABLE, metric="training_compute")}
    return computed(SMALLEST, "flop", 1, "threshold, our choice", rows)


def drawn_within(found: Ahead) -> Quantity:
    """The share of the drawings between the ends of a multiple's interval (unit percent)."""
    low, high = LOW_AND_HIGH
    return computed(high - low, "percent", EXACT, f"{high}th − {low}th percentile", found.compute.rows)


def by_index(models: Mapping[str, Known], of: Known, wider: Quantity) -> tuple[Quantity, Quantity]:
    """The multiple of compute where a model's index lies at the ends of an interval as wide as another's (unit ratio).

    Args:
        models, of: as in :func:`by_choice`; the first choice is taken.
        wider: an index with its range, whose distances to the ends are taken (unit point).

    Raises:
        ValueError: it has no range.
    """
    if wider.low is None or wider.high is None:
        raise ValueError("the index has no range")
    others = earlier_models(models, of)
    low, high = (
        ahead(others, replace(of, index=of.index + (end - wider).magnitude, rows=of.rows | wider.rows)).compute
        for end in (wider.low, wider.high)
    )
    return low, high


def yearly(estimate: Quantity) -> Quantity:
    """By how much compute for a given capability falls in a year (unit ratio), from such a rate or from a time to halve.

    A halving time of m months is a factor of 2 ** (12 / m) a year; its range turns around.
    """
    if estimate.unit == unit("ratio"):
        return estimate

    def rate(months: Quantity) -> Quantity:
        value = 2 ** (MONTHS_PER_YEAR / months.to("month").magnitude)
        return computed(value, "ratio", 2, f"2 ** (12 months / {months.formula})", months.rows)

    return replace(rate(estimate), low=estimate.high and rate(estimate.high), high=estimate.low and rate(estimate.low))


def lead(multiple: Quantity, rate: Quantity) -> Quantity:
    """How long a trend takes that saves a multiple of the compute, at a rate a year: log(multiple) / log(rate), unit month."""
    months = MONTHS_PER_YEAR * math.log(float(multiple)) / math.log(float(rate))
    return computed(months, "month", 2, f"12 × log({multiple.formula}) / log({rate.formula})", multiple.rows | rate.rows)


def published_rates(facts: Facts) -> dict[str, Quantity]:
    """Published rates at which compute for a given capability falls in a year (unit ratio), by what readers call them."""
    rows = [row for row in facts.rows(TABLE) if row["metric"] in ("compute_halving_time", "compute_reduction_per_year")]
    return {row["label"]: yearly(facts[row["fact_id"]]) for row in rows}


def rows_of_rates(rates: Mapping[str, Quantity], multiple: Quantity) -> list[list[Quantity | str]]:
    """A table of rates: whose, a year, and the lead in months that a multiple is worth."""
    return [[label, rate.shown("2"), lead(multiple, rate).shown("bare")] for label, rate in rates.items()]
