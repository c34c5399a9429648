"""The event study of 27 January 2025: what moved, how unusual it was, how it came back.

An event study asks how far a price moved from what the market of that day would explain. A line is fitted to the
days before the event (the market model), and the distance of the event day from that line is the abnormal return.
The arithmetic follows MacKinlay (1997, *Journal of Economic Literature* 35(1)), section 5; the tests are named where
they stand. Returns are simple daily returns in percent. Days are trading days (sessions), counted from the event: 0.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from factbook.assumptions import AssumptionError, assumption
from factbook.facts import RETURNS, Facts
from factbook.quantity import EXACT, Quantity, computed, constant
from factbook.rounding import leading_place, round_to, round_to_place, settle

Vector = NDArray[np.float64]

# Fewer days than this give no usable estimate of a stock's variance (a quarter of trading)
FEWEST_DAYS = 60
LEVEL = 0.95
ONE_SHARE = constant(1, "share", "share")

# Our grouping of the series by business
SUPPLIERS = {
    "Chips": ("NVDA", "AVGO", "TSM", "ASML", "AMD", "MU", "MRVL", "ARM"),
    "Servers, networks, cooling": ("SMCI", "DELL", "ANET", "VRT"),
    "Power": ("CEG", "VST", "GEV"),
}
BUYERS = ("MSFT", "GOOGL", "AMZN", "META", "ORCL")
# GE Vernova began trading in March 2024, too late for the longer window
BASKET = tuple(ticker for tickers in SUPPLIERS.values() for ticker in tickers if ticker != "GEV")
BASKET_NAME = "suppliers"


class MarketDataError(ValueError):
    """The returns cannot answer the question asked. The message says why and what to do."""


@dataclass(frozen=True)
class Window:
    """Sessions relative to an event, both ends included: ``Window(-120, -11)``."""

    first: int
    last: int
    # Ids of what a reader assumed, where a reader chose it
    rows: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise MarketDataError(f"A window must not end before it begins: {self}.")

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        ends = [f"{end:+d}" if end else "0" for end in dict.fromkeys((self.first, self.last))]
        return " to ".join(ends).replace("-", "−")


ESTIMATION_WINDOWS = (Window(-120, -11), Window(-250, -11))
EVENT_DAY = Window(0, 0)
# A reader's choice must leave a line to fit, and days of the data before it
FEWEST_SESSIONS, MOST_SESSIONS = FEWEST_DAYS, 230
EVENT_WINDOWS = (EVENT_DAY, Window(0, 1), Window(-1, 1), Window(0, 4))


def estimation_windows(sessions: str | None) -> tuple[Window, ...]:
    """The spans of days to which lines are fitted: ours, or with a reader's length of the first one.

    Args:
        sessions: how many sessions, as :func:`factbook.assumptions.assumption` takes it (unit day); None for ours.

    Raises:
        AssumptionError: not a number of days, or one that the data cannot serve.
    """
    if sessions is None:
        return ESTIMATION_WINDOWS
    first, *others = ESTIMATION_WINDOWS
    chosen = assumption("estimation", sessions, constant(len(first), "day", "sessions of the estimation"), at_most=MOST_SESSIONS)
    if chosen.magnitude < FEWEST_SESSIONS or chosen.magnitude % 1:
        message = f"estimation must be a whole number of {FEWEST_SESSIONS} to {MOST_SESSIONS} sessions, not {sessions}"
        raise AssumptionError(f'{message}: write estimation = "{len(first)} day".')
    return (Window(first.last - int(chosen.magnitude) + 1, first.last, chosen.rows), *others)


@dataclass(frozen=True)
class Returns:
    """Daily returns in percent by series name; NaN where a series has none.

    Attributes:
        days: the sessions, ISO dates in order.
        values: for each series its returns, as many as there are days.
        made_from: for a series computed from others, their tickers.
        inputs: for a computed series, ids of other data rows that it rests on.
    """

    days: tuple[str, ...]
    values: Mapping[str, Vector]
    made_from: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, frozenset[str]]

    def series(self, name: str) -> Vector:
        """The returns of a series.

        Raises:
            MarketDataError: there is no such series.
        """
        try:
            return self.values[name]
        except KeyError:
            raise MarketDataError(f"There is no series called {name!r}. There are {', '.join(sorted(self.values))}.") from None

    def position(self, day: str) -> int:
        """The place of a session in ``days``.

        Raises:
            MarketDataError: the day lies outside the data, or the exchange was closed.
        """
        place = bisect.bisect_left(self.days, day)
        if not self.days[0] <= day <= self.days[-1]:
            raise MarketDataError(f"{day} lies outside the data, which cover {self.days[0]} to {self.days[-1]}.")
        if self.days[place] != day:
            raise MarketDataError(f"The exchange was closed on {day}. The next session is {self.days[place]}: see first_session.")
        return place

    def first_session(self, day: str) -> str:
        """The session of a day, or the next one if the exchange was closed.

        Raises:
            MarketDataError: the day lies outside the data.
        """
        if not self.days[0] <= day <= self.days[-1]:
            raise MarketDataError(f"{day} lies outside the data, which cover {self.days[0]} to {self.days[-1]}.")
        return self.days[bisect.bisect_left(self.days, day)]

    def without(self, days: Iterable[str]) -> Returns:
        """The same returns as if these sessions had not been."""
        left_out = {self.position(day) for day in days}
        kept = [place for place in range(len(self.days)) if place not in left_out]
        return replace(
            self, days=tuple(self.days[place] for place in kept), values={name: series[kept] for name, series in self.values.items()}
        )

    def window(self, name: str, day: str, window: Window) -> Vector:
        """The returns of a series in a window around a session.

        Raises:
            MarketDataError: the window reaches beyond the data, or the series has a gap in it.
        """
        first, last = (self.position(day) + end for end in (window.first, window.last))
        if first < 0 or last >= len(self.days):
            raise MarketDataError(
                f"The window {window} around {day} needs {max(-first, last - len(self.days) + 1)} more sessions than the data have "
                f"({self.days[0]} to {self.days[-1]}). Choose a shorter window or another day."
            )
        found = self.series(name)[first : last + 1]
        if np.isnan(found).any():
            gap = self.days[first + int(np.flatnonzero(np.isnan(found))[0])]
            raise MarketDataError(f"{name} has no return on {gap}. Choose another window, or leave {name} out and say so.")
        return found

    def rows(self, name: str, day: str, window: Window) -> frozenset[str]:
        """Names of the data rows behind a window of a series: one name per ticker and run of days."""
        first, last = (self.days[self.position(day) + end] for end in (window.first, window.last))
        run = first if first == last else f"{first}/{last}"
        tickers = self.made_from.get(name, (name,))
        return frozenset(f"{RETURNS}{ticker}/{run}" for ticker in tickers) | self.inputs.get(name, frozenset()) | window.rows

    def run(self, names: Iterable[str], first: str, last: str) -> frozenset[str]:
        """Names of the data rows of several series from one session to another."""
        span = Window(0, self.position(last) - self.position(first))
        return frozenset[str]().union(*(self.rows(name, first, span) for name in names))

    def with_series(self, name: str, values: Vector, made_from: Sequence[str], inputs: Iterable[str] = ()) -> Returns:
        """The same returns and one more series, computed from some of them."""
        return replace(
            self,
            values={**self.values, name: values},
            made_from={**self.made_from, name: tuple(made_from)},
            inputs={**self.inputs, name: frozenset(inputs)},
        )


def read_returns(facts: Facts) -> Returns:
    """All daily returns of ``data/market_returns.csv``, in percent."""
    rows = facts.rows("market_returns")
    days = tuple(sorted({row["date"] for row in rows}))
    place = {day: index for index, day in enumerate(days)}
    values = {row["ticker"]: np.full(len(days), np.nan) for row in facts.rows("market_series")}
    for row in rows:
        values[row["ticker"]][place[row["date"]]] = float(row["return_pct"])
    return Returns(days, values, {}, {})


def equal_weights(returns: Returns, tickers: Sequence[str]) -> Vector:
    """The return of a portfolio that holds the same amount of each stock, every day anew (percent)."""
    average: Vector = np.mean([returns.series(ticker) for ticker in tickers], axis=0)
    return average


def without_member(index: Vector, member: Vector, weight: float, weighed_at: int) -> Vector:
    """The return of an index without one of its members.

    The weight drifts with the two returns: a member that rises more than the index gains weight. Changes in the
    number of shares are left out.

    Args:
        index, member: daily returns, percent.
        weight: of the member in the index at the close of day ``weighed_at``, as a ratio.
        weighed_at: place of that day.

    Returns:
        Daily returns, percent: (index − w × member) / (1 − w), with w the weight at the close before.

    Raises:
        MarketDataError: the weight is not between 0 and 1.
    """
    if not 0 < weight < 1:
        raise MarketDataError(f"A weight must lie between 0 and 1, as a ratio; this one is {weight}.")
    growth = np.cumprod((1 + member / 100) / (1 + index / 100))
    at_close = weight * growth / growth[weighed_at]
    before = np.concatenate(([weight / growth[weighed_at]], at_close[:-1]))
    rest: Vector = (index - before * member) / (1 - before)
    return rest


@dataclass(frozen=True)
class MarketModel:
    """A line through a stock's and the market's returns.

    Attributes:
        alpha, beta: intercept (percent) and slope.
        residuals: distances of the days from the line, percent.
        variance: their variance with two degrees of freedom taken off, percent².
        market: the market's returns, percent.
    """

    alpha: float
    beta: float
    residuals: Vector
    variance: float
    market: Vector

    def abnormal(self, stock: Vector, market: Vector) -> Vector:
        """How far other days lie from the line: the abnormal returns (MacKinlay 1997, section 5), percent."""
        return stock - (self.alpha + self.beta * market)

    def prediction_covariance(self, market: Vector) -> Vector:
        """The covariance of abnormal returns of days outside the estimation, percent².

        A day's own variance plus that of the estimated line: V = s² (I + X₀ (X′X)⁻¹ X₀′). The second part makes
        the abnormal returns of several days correlated (MacKinlay 1997, section 5; Patell 1976 uses the diagonal).
        """
        design, new = (np.column_stack([np.ones_like(days), days]) for days in (self.market, market))
        covariance: Vector = self.variance * (np.eye(len(market)) + new @ np.linalg.solve(design.T @ design, new.T))
        return covariance


def fit_market_model(stock: Vector, market: Vector) -> MarketModel:
    """Fit the market model by ordinary least squares (MacKinlay 1997, sections 4 and 5).

    Args:
        stock, market: returns of the same days, percent.

    Raises:
        MarketDataError: too few days, series of unequal length, a gap, or a market that does not move.
    """
    from statsmodels.regression.linear_model import OLS

    if len(stock) != len(market):
        raise MarketDataError(f"Stock and market must cover the same days; they have {len(stock)} and {len(market)}.")
    if len(stock) < FEWEST_DAYS:
        raise MarketDataError(f"{len(stock)} days are too few to fit a market model: at least {FEWEST_DAYS} are needed.")
    if np.isnan(stock).any() or np.isnan(market).any():
        raise MarketDataError("There is a gap in the returns. Leave the series out and say so, or choose another window.")
    if np.ptp(market) == 0:
        raise MarketDataError("The market's returns are all the same: no line can be fitted.")
    result = OLS(stock, np.column_stack([np.ones_like(market), market])).fit()
    alpha, beta = (float(value) for value in result.params)
    return MarketModel(alpha, beta, np.asarray(result.resid), float(result.mse_resid), market)


@dataclass(frozen=True)
class Study:
    """The abnormal return of one stock around one event, by one specification.

    Attributes:
        stock, market, day, estimation, window: the specification.
        model: the fitted line.
        abnormal: abnormal returns of the days of the window, percent.
        standard_error: of their sum, percent.
        rows: names of the data rows behind it.
    """

    stock: str
    market: str
    day: str
    estimation: Window
    window: Window
    model: MarketModel
    abnormal: Vector
    standard_error: float
    rows: frozenset[str]

    @property
    def total(self) -> float:
        """The cumulative abnormal return: the sum over the window, percent."""
        return float(self.abnormal.sum())

    @property
    def t(self) -> float:
        """The sum over its standard error."""
        return self.total / self.standard_error

    @property
    def degrees_of_freedom(self) -> int:
        """Days of the estimation less the two numbers fitted."""
        return len(self.estimation) - 2

    @property
    def p(self) -> float:
        """The two-sided probability of so large a t if nothing happened and returns were normal."""
        return float(2 * stdtr(self.degrees_of_freedom, -abs(self.t)))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the sum, percent."""
        return self.total - self.reach, self.total + self.reach

    @property
    def reach(self) -> float:
        """Half the width of the 95% interval, percent."""
        return float(stdtrit(self.degrees_of_freedom, (1 + LEVEL) / 2)) * self.standard_error

    @property
    def middle_distance(self) -> float:
        """How far the middle one of the days of the estimation lies from the line, up or down, percentage points."""
        return float(np.median(np.abs(self.model.residuals)))

    @property
    def larger_days(self) -> int:
        """How many days of the estimation lie at least as far from the line as the day of the event.

        Raises:
            MarketDataError: the window has more than one day.
        """
        if len(self.window) > 1:
            raise MarketDataError("Only a single day can be compared with single days.")
        return sum(settle(abs(residual)) >= settle(abs(self.total)) for residual in self.model.residuals)

    @property
    def quantile_p(self) -> float:
        """The share of days at least this far from the line, the event included: (1 + larger days) / (days + 1).

        The sample-quantile test of Gelbach et al. (2013), two-sided; it assumes no distribution.
        """
        return (1 + self.larger_days) / (len(self.estimation) + 1)

    def quantity(self, value: float, unit: str = "percent", digits: float = 3, what: str = "abnormal return") -> Quantity:
        """A number of this study with its trace: the specification as a formula, and the rows behind it."""
        formula = f"{what} of {self.stock} against {self.market} on {self.day}, sessions {self.window}; line of sessions {self.estimation}"
        return computed(value, unit, digits, formula, self.rows)

    def total_quantity(self) -> Quantity:
        """The cumulative abnormal return, traced."""
        return one_decimal(self.quantity(self.total, what="abnormal return" if len(self.window) == 1 else "cumulative abnormal return"))

    def reach_quantity(self) -> Quantity:
        """Half the width of its 95% interval, traced."""
        return one_decimal(self.quantity(self.reach, what="half the width of the 95% interval of the abnormal return"))

    def estimate(self) -> tuple[Quantity, Quantity]:
        """The cumulative abnormal return, and half the width of its 95% interval, traced."""
        return self.total_quantity(), self.reach_quantity()

    def interval_quantities(self) -> tuple[Quantity, Quantity]:
        """The ends of its 95% interval, traced."""
        low, high = (one_decimal(self.quantity(end, what="end of the 95% interval of the abnormal return")) for end in self.interval)
        return low, high

    def t_quantity(self) -> Quantity:
        """Its t, traced."""
        return one_decimal(self.quantity(self.t, "ratio", 3, "t of the abnormal return"))

    def critical_quantity(self) -> Quantity:
        """The t that chance alone passes on 5% of days, in either direction, if returns are normal."""
        value = float(stdtrit(self.degrees_of_freedom, (1 + LEVEL) / 2))
        return computed(value, "ratio", 3, f"97.5% quantile of Student’s t with {self.degrees_of_freedom} degrees of freedom", self.rows)

    def quantile_quantity(self) -> Quantity:
        """The share of days at least as far from the line, traced."""
        return self.quantity(100 * self.quantile_p, "percent", 2, "share of days at least as abnormal as that")

    @property
    def unusual(self) -> bool:
        """Whether chance alone rarely gives so large a t: at the level of `LEVEL`."""
        return self.p < 1 - LEVEL

    def quantities(self, observed: Quantity) -> dict[str, Quantity]:
        """The steps of the study, traced: the line, what it says of the day, and how far the day lies from it.

        Args:
            observed: the return of the stock on the day (percent).
        """
        return {
            "beta": self.quantity(self.model.beta, "ratio", 2, "slope of the line"),
            "spread": self.quantity(self.model.variance**0.5, "percentage_point", 2, "standard deviation of the distances"),
            "middle_distance": self.quantity(self.middle_distance, "percentage_point", 2, "median of the distances' sizes"),
            "expected": self.quantity(observed.magnitude - self.total, "percent", 2, "what the line says"),
            "abnormal": self.total_quantity(),
            "error": self.quantity(self.standard_error, "percentage_point", 3, "standard error of the abnormal return"),
            "t": self.t_quantity(),
            "critical": self.critical_quantity(),
            "compared": number_of(len(self.estimation), "sessions of the estimation", self.rows),
            "quantile": self.quantile_quantity(),
        }


def study(
    returns: Returns, stock: str, market: str, day: str, estimation: Window = ESTIMATION_WINDOWS[0], window: Window = EVENT_DAY
) -> Study:
    """The abnormal return of a stock around an event.

    Args:
        returns: daily returns, percent.
        stock, market: names of series.
        day: the session of the event, ISO date.
        estimation: sessions to which the line is fitted; they end before the window.
        window: sessions over which abnormal returns are summed.

    Raises:
        MarketDataError: the day is no session, a window reaches beyond the data or holds a gap, too few days, or
            the windows overlap.
    """
    if estimation.last >= window.first:
        raise MarketDataError(f"The estimation ({estimation}) must end before the event's window ({window}) begins.")
    model = fit_market_model(*(returns.window(name, day, estimation) for name in (stock, market)))
    observed, expected = (returns.window(name, day, window) for name in (stock, market))
    rows = frozenset[str]().union(*(returns.rows(name, day, span) for name in (stock, market) for span in (estimation, window)))
    error = math.sqrt(float(model.prediction_covariance(expected).sum()))
    return Study(stock, market, day, estimation, window, model, model.abnormal(observed, expected), error, rows)


def specifications(returns: Returns, stocks: Sequence[str], markets: Sequence[str], day: str, estimations: Sequence[Window]) -> list[Study]:
    """The study of a day by every combination of stock, market, estimation and window (`EVENT_WINDOWS`)."""
    combinations = itertools.product(stocks, markets, estimations, EVENT_WINDOWS)
    return [study(returns, stock, market, day, estimation, window) for stock, market, estimation, window in combinations]


def count(studies: Sequence[Study], what: str, among: Sequence[Study] = ()) -> Quantity:
    """How many studies there are, traced to their rows, or to those of all among which they were found."""
    return number_of(len(studies), what, frozenset[str]().union(*(one.rows for one in among or studies)))


@dataclass(frozen=True)
class GroupTests:
    """Tests of one day's abnormal returns of several stocks. All are about 0 if nothing happened, with a spread of 1.

    Attributes:
        portfolio_t: of the equal-weight portfolio by its own market model; the stocks' correlation is in its variance.
        patell: sum of the standardized abnormal returns (Patell 1976); takes the stocks for independent.
        patell_corrected: the same corrected for the stocks' correlation (Kolari & Pynnönen 2010).
        boehmer: their mean over their own spread on the day (Boehmer, Musumeci & Poulsen 1991); independent as well.
        correlation: mean correlation of the stocks' residuals before the event.
        kolari_pynnonen: ``boehmer`` corrected for that correlation (Kolari & Pynnönen 2010).
        rank: of the mean rank of the day (Corrado 1989); assumes no distribution.
        critical: what ``boehmer`` and ``kolari_pynnonen`` pass by chance on 5% of days: Student's t, stocks less one.
        days: sessions of the estimation.
        rows: names of the data rows behind them.
    """

    portfolio_t: float
    patell: float
    patell_corrected: float
    boehmer: float
    correlation: float
    kolari_pynnonen: float
    rank: float
    critical: float
    days: int
    rows: frozenset[str]

    def bound(self, name: str) -> float:
        """What a statistic passes by chance on 5% of days, in either direction, if its assumptions hold.

        Student's t with stocks less one (``boehmer``, ``kolari_pynnonen``) or days less two (``portfolio_t``), else the normal.
        """
        if name in ("boehmer", "kolari_pynnonen"):
            return self.critical
        return float(stdtrit(self.days - 2, (1 + LEVEL) / 2) if name == "portfolio_t" else ndtri((1 + LEVEL) / 2))

    def beyond(self, name: str) -> bool:
        """Whether a statistic lies beyond its bound."""
        return bool(abs(getattr(self, name)) > self.bound(name))

    def describe(self) -> dict[str, Quantity]:
        """The statistics that a chapter names, as the first combination of several, with the correlation and the bound of few stocks."""
        told = ("patell", "patell_corrected", "boehmer", "kolari_pynnonen", "portfolio_t")
        others = {"correlation": self.quantity("correlation"), "few_bound": self.quantity("critical").shown("3")}
        return {f"first_{name}": self.quantity(name) for name in told} | others

    def quantity(self, name: str) -> Quantity:
        """One of these numbers with its trace, by the name of its field."""
        formula = f"{name.replace('_', ' ')} of the stocks’ abnormal returns"
        return computed(getattr(self, name), "ratio", 3, formula, self.rows).shown("2")


def group_tests(returns: Returns, stocks: Sequence[str], market: str, day: str, estimation: Window = ESTIMATION_WINDOWS[0]) -> GroupTests:
    """Tests of several stocks' abnormal returns on one day.

    Raises:
        MarketDataError: fewer than two stocks, or as for `study`.
    """
    if len(stocks) < 2:
        raise MarketDataError("Tests of a group need at least two stocks.")
    studies = [study(returns, stock, market, day, estimation) for stock in stocks]
    together = study(returns.with_series(BASKET_NAME, equal_weights(returns, stocks), stocks), BASKET_NAME, market, day, estimation)
    standardized = np.array([one.t for one in studies])
    residuals = np.array([one.model.residuals for one in studies])
    correlation = mean_correlation(residuals)
    of_patell, plain = patell(standardized, len(estimation)), boehmer(standardized)
    return GroupTests(
        portfolio_t=together.t,
        patell=of_patell,
        patell_corrected=patell_corrected(of_patell, len(stocks), correlation),
        boehmer=plain,
        correlation=correlation,
        kolari_pynnonen=kolari_pynnonen(plain, len(stocks), correlation),
        rank=corrado_rank(residuals, np.array([one.total for one in studies])),
        critical=float(stdtrit(len(stocks) - 1, (1 + LEVEL) / 2)),
        days=len(estimation),
        rows=together.rows,
    )


def group_tests_by(
    returns: Returns, stocks: Sequence[str], markets: Sequence[str], day: str, estimations: Sequence[Window]
) -> dict[tuple[str, Window], GroupTests]:
    """The tests of a group of stocks by every combination of market and estimation."""
    combinations = itertools.product(markets, estimations)
    return {(market, estimation): group_tests(returns, stocks, market, day, estimation) for market, estimation in combinations}


def ends_of(groups: Mapping[tuple[str, Window], GroupTests], names: Iterable[str]) -> dict[str, list[Quantity]]:
    """Each statistic of several groups in the order of its size."""
    return {name: sorted((tests.quantity(name) for tests in groups.values()), key=float) for name in names}


def family_bound(tests: int, freedom: int) -> float:
    """The t that chance alone passes in 5% of families of so many tests, by Bonferroni's inequality.

    For a day that was picked because it is the most extreme of many, the family is all of them. The bound is that of
    Student's t at a level of 5% over the number of tests; it holds however the tests depend on one another.

    Args:
        tests: how many there are.
        freedom: degrees of freedom of each.
    """
    return float(stdtrit(freedom, 1 - (1 - LEVEL) / 2 / tests))


def patell(standardized: Vector, days: int) -> float:
    """Patell's (1976) statistic: Σ SAR / √(n (T − 2) / (T − 4)), with T days of estimation.

    Args:
        standardized: abnormal returns over their prediction errors, one per stock (SAR).
        days: T.
    """
    return float(standardized.sum() / math.sqrt(len(standardized) * (days - 2) / (days - 4)))


def patell_corrected(statistic: float, stocks: int, correlation: float) -> float:
    """Patell's statistic with the correction of Kolari and Pynnönen (2010) for correlated stocks: z / √(1 + (n − 1) r).

    Args:
        statistic: Patell's (z).
        stocks: n.
        correlation: mean correlation of their residuals before the event (r).
    """
    return statistic / math.sqrt(1 + (stocks - 1) * correlation)


def boehmer(standardized: Vector) -> float:
    """The statistic of Boehmer, Musumeci and Poulsen (1991): mean of the SAR over its cross-sectional standard error."""
    return float(standardized.mean() / (standardized.std(ddof=1) / math.sqrt(len(standardized))))


def mean_correlation(residuals: Vector) -> float:
    """The mean correlation between different stocks' residuals (shape stocks × days)."""
    correlations = np.corrcoef(residuals)
    stocks = len(residuals)
    return float((correlations.sum() - stocks) / (stocks * (stocks - 1)))


def kolari_pynnonen(statistic: float, stocks: int, correlation: float) -> float:
    """The correction of Kolari and Pynnönen (2010) for correlated stocks: z √((1 − r) / (1 + (n − 1) r)).

    Args:
        statistic: of Boehmer, Musumeci and Poulsen (z).
        stocks: n.
        correlation: mean correlation of their residuals before the event (r).
    """
    return statistic * math.sqrt((1 - correlation) / (1 + (stocks - 1) * correlation))


def corrado_rank(residuals: Vector, abnormal: Vector) -> float:
    """Corrado's (1989) rank statistic, restated in Campbell, Lo & MacKinlay (1997), section 4.7.

    Each stock's abnormal returns of the estimation and the event are ranked together. The statistic is the mean
    rank of the event, from the middle, over the spread of the mean ranks of all days. With one stock it cannot
    pass √3 (L − 1) / √(L² − 1), about 1.7, however large the move.

    Args:
        residuals: shape stocks × days.
        abnormal: of the event, one per stock.
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.column_stack([residuals, abnormal]), axis=1)
    from_middle = (ranks - (ranks.shape[1] + 1) / 2).mean(axis=0)
    return float(from_middle[-1] / math.sqrt((from_middle**2).mean()))


def placebo(returns: Returns, stock: str, market: str, days: Iterable[str], estimation: Window = ESTIMATION_WINDOWS[0]) -> list[Study]:
    """The same one-day test for other days, each with its own estimation window."""
    return [study(returns, stock, market, day, estimation) for day in days]


def days_with_history(returns: Returns, estimation: Window = ESTIMATION_WINDOWS[0]) -> tuple[str, ...]:
    """The sessions that have a whole estimation window before them."""
    return returns.days[-estimation.first :]


def levels(values: Vector, base: int) -> Vector:
    """Closes from day ``base`` on, as a percentage of the close of that day."""
    return np.asarray(100 * np.cumprod(np.concatenate(([1.0], 1 + values[base + 1 :] / 100))))


@dataclass(frozen=True)
class Recovery:
    """What became of a price after an event. Levels are percentages of the last close before it.

    Attributes:
        back_on: first session whose close was not below that close; None if there was none in the data.
        sessions: sessions from the event to that one; 0 if the price did not fall. None likewise.
        lowest, lowest_on: the lowest close from the event to the end of the data, and its day.
        last, last_on: the last close.
    """

    back_on: str | None
    sessions: int | None
    lowest: float
    lowest_on: str
    last: float
    last_on: str


def recovery(returns: Returns, name: str, day: str) -> Recovery:
    """When a price was first back, how low it went and where it ended.

    Raises:
        MarketDataError: as for :meth:`Returns.window`.
    """
    event = returns.position(day)
    returns.window(name, day, Window(0, len(returns.days) - 1 - event))
    after = levels(returns.series(name), event - 1)[1:]
    first = next((session for session, level in enumerate(after) if settle(level) >= 100), None)
    low = int(after.argmin())
    on = returns.days[event:]
    return Recovery(None if first is None else on[first], first, float(after[low]), on[low], float(after[-1]), on[-1])


def wait(returns: Returns, name: str, day: str) -> Quantity:
    """How many sessions a price took to be back: from the event to the first close not below the one before it.

    If it was not back, the sessions from the event to the end of the data: it took more.
    """
    fate = recovery(returns, name, day)
    until = fate.back_on or returns.days[-1]
    number = returns.position(until) - returns.position(day)
    return computed(number, "count", EXACT, f"sessions from {day} to {until}", returns.run([name], day, until))


def value_losses(
    returns: Returns, name: str, shares: Quantity, price: Quantity, priced_on: str, least: Quantity
) -> list[tuple[str, Quantity]]:
    """Sessions on which a company lost much of its market value, with the loss (usd), by one share count for all days.

    Args:
        returns: daily returns, percent.
        name: of the stock.
        shares: share count.
        price: its close on ``priced_on`` (usd); the other closes follow from the returns.
        priced_on: a session.
        least: losses below this are left out (usd).
    """
    relative_closes = levels(returns.series(name), 0) / 100
    closes = relative_closes / relative_closes[returns.position(priced_on)] * price.to("usd").magnitude
    found = []
    losses = -np.diff(closes) * shares.to("share").magnitude
    for place, loss in enumerate(losses, start=1):
        if not settle(loss) >= settle(least.to("usd").magnitude):  # Nor where a close is missing
            continue
        before, after = sorted((returns.days[place], priced_on))
        rows = returns.run([name], before, after) | shares.rows | price.rows
        what = f"shares × fall of the close on {returns.days[place]}; closes from that of {priced_on} and the returns between"
        found.append((returns.days[place], computed(loss, "usd", 3, what, rows)))
    return found


def market_value_change(shares: Quantity, before: Quantity, after: Quantity) -> Quantity:
    """The change of a company's market value (usd): a number of shares times the change of the close (usd, of one share)."""
    return (shares / ONE_SHARE * (after - before)).to("usd")


def number_of(number: int, what: str, rows: Iterable[str]) -> Quantity:
    """A count of things that are not rows themselves, such as specifications or sessions, with the rows behind them."""
    return computed(number, "count", EXACT, what, rows)


def fall(amount: Quantity) -> Quantity:
    """A loss or a negative return as the positive number that follows “fell by”."""
    return (-1 * amount).to(str(amount.unit)).shown(amount.specification)


def days_below(returns: Returns, name: str, day: str) -> Quantity:
    """How many sessions of the data had a lower return than this one."""
    there = np.flatnonzero(~np.isnan(returns.series(name)))
    lower = int((returns.series(name)[there] < returns.series(name)[returns.position(day)]).sum())
    rows = returns.run([name], returns.days[there[0]], returns.days[-1])
    return computed(lower, "count", EXACT, f"sessions with a lower return of {name} than on {day}", rows)


# What readers read for the series
NAMES = {
    "NVDA": "Nvidia",
    "AVGO": "Broadcom",
    "TSM": "TSMC",
    "ASML": "ASML",
    "AMD": "AMD",
    "MU": "Micron",
    "MRVL": "Marvell",
    "ARM": "Arm",
    "SMCI": "Super Micro",
    "DELL": "Dell",
    "ANET": "Arista",
    "VRT": "Vertiv",
    "CEG": "Constellation Energy",
    "VST": "Vistra",
    "GEV": "GE Vernova",
    "MSFT": "Microsoft",
    "GOOGL": "Alphabet",
    "AMZN": "Amazon",
    "META": "Meta",
    "ORCL": "Oracle",
    "AAPL": "Apple",
    "QCOM": "Qualcomm",
    "INTC": "Intel",
    "TSLA": "Tesla",
    "^GSPC": "S&P 500",
    "SPY": "S&P 500 fund SPY",
    "RSP": "S&P 500, equal weights",
    "^IXIC": "Nasdaq Composite",
    "QQQ": "Nasdaq-100 fund QQQ",
    "^SOX": "Chip index SOX",
    "SMH": "Chip fund SMH",
    "SOXX": "Chip fund SOXX",
    BASKET_NAME: "The suppliers, equal weights",
}
# Their closes are facts of their own; their daily returns are not among the data
CLOSES_ONLY = ("QCOM", "INTC", "TSLA")
# Funds that copy an index
FUNDS = ("SPY", "RSP", "QQQ", "SMH", "SOXX")
# An index of expected swings, not a price
NOT_A_PRICE = "^VIX"
SUPPLIER, BUYER, OTHER, INDEX = "Sells chips, servers or power", "Builds or runs AI models", "Other stock", "Index"


def kind(ticker: str) -> str:
    """The business of a series, by our grouping."""
    if any(ticker in tickers for tickers in SUPPLIERS.values()):
        return SUPPLIER
    if ticker in BUYERS:
        return BUYER
    return OTHER if ticker in ("AAPL", "QCOM", "INTC", "TSLA") else INDEX


def moves(facts: Facts, day: str, day_before: str) -> list[tuple[str, str, Quantity]]:
    """Stocks and indexes of the data with a return of 27 January 2025, without funds that copy an index: name, kind, return (percent).

    Args:
        facts: the tables.
        day: the event.
        day_before: the session before it.
    """
    found = [
        (NAMES[ticker], kind(ticker), facts[f"{RETURNS}{ticker}/{day}"])
        for ticker in (row["ticker"] for row in facts.rows("market_series"))
        if ticker not in (NOT_A_PRICE, *FUNDS)
    ]
    for ticker in CLOSES_ONLY:
        before, after = (facts[f"{ticker.lower()}_close_{when.replace('-', '_')}"] for when in (day_before, day))
        found.append((NAMES[ticker], kind(ticker), ((after - before) / before).to("percent")))
    for name, fact_id in (
        ("S&P 500, equal weights", "rsp_return_2025_01_27"),
        ("Dow Jones index", "dow_return_2025_01_27"),
        ("S&P 500, IT sector", "sp_500_it_return_2025_01_27"),
    ):
        found.append((name, INDEX, facts[fact_id]))
    return [(name, of_kind, one_decimal(value)) for name, of_kind, value in found]


def one_decimal(value: Quantity) -> Quantity:
    """The same quantity, printed with one decimal, or more where that would be 0 or round up to 1, 10 or 100."""
    size = abs(value.magnitude)
    place = leading_place(round_to_place(size, -1) if size >= 1 else size)
    rounds_up = leading_place(round_to(size, 1)) > place
    return value.shown(str(max(1 + rounds_up, place + 2)))


def return_on(returns: Returns, name: str, day: str) -> Quantity:
    """The return of a series on a day (percent), also of one that was computed from others."""
    value = float(returns.window(name, day, EVENT_DAY)[0])
    return one_decimal(computed(value, "percent", 3, f"return of {name} on {day}", returns.rows(name, day, EVENT_DAY)))


def sessions(returns: Returns, name: str, first: str, last: str) -> Quantity:
    """How many sessions there are from one to another, both included."""
    number = returns.position(last) - returns.position(first) + 1
    return computed(number, "count", EXACT, f"sessions from {first} to {last}", returns.run([name], first, last))
