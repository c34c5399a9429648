"""The event study against an independent calculation, and what it does with bad input.

The reference is written here from the textbook with plain numpy: normal equations, prediction-error variance by
hand, ranks by counting. It shares no code with the model. The published figures of the day are typed in on purpose.
"""

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from deepseek_audit.charts import market_charts
from deepseek_audit.models import market, market_day
from deepseek_audit.models.market import BASKET, ESTIMATION_WINDOWS, EVENT_DAY, EVENT_WINDOWS, MarketDataError, Window
from factbook.facts import UnknownFact, load
from factbook.publish import traced
from factbook.quantity import EXACT, UnitError, of, unit
from factbook.tables import data_directory

FACTS = load()
RETURNS = market.read_returns(FACTS)
DAY, FRIDAY = "2025-01-27", "2025-01-24"
SHORT, LONG = ESTIMATION_WINDOWS
WITHOUT, GROUP = "S&P 500 without Nvidia", market.BASKET_NAME


def raw(ticker):
    """The returns of a ticker, read past the package: straight from the file, in order of days."""
    with (data_directory() / "market_returns.csv").open(encoding="utf-8") as file:
        rows = sorted((row["date"], float(row["return_pct"])) for row in csv.DictReader(file) if row["ticker"] == ticker)
    return [day for day, _ in rows], np.array([value for _, value in rows])


@pytest.fixture(scope="module")
def returns():
    weight = FACTS["nvda_weight_sp_500_2025_01_24"]
    rest = market.without_member(RETURNS.series("^GSPC"), RETURNS.series("NVDA"), 0.068, RETURNS.position(FRIDAY))
    with_rest = RETURNS.with_series(WITHOUT, rest, ("^GSPC", "NVDA"), weight.rows)
    return with_rest.with_series(GROUP, market.equal_weights(RETURNS, BASKET), BASKET)


def by_hand(stock, index, place, estimation, window):
    """Cumulative abnormal return, standard error and residuals, from sums of squares."""
    y, x = (values[place + estimation.first : place + estimation.last + 1] for values in (stock, index))
    n, mean_x, mean_y = len(x), sum(x) / len(x), sum(y) / len(y)
    squares = sum((x - mean_x) ** 2)
    beta = sum((x - mean_x) * (y - mean_y)) / squares
    alpha = mean_y - beta * mean_x
    residuals = y - alpha - beta * x
    variance = sum(residuals**2) / (n - 2)
    y0, x0 = (values[place + window.first : place + window.last + 1] for values in (stock, index))
    # The variance of a sum of m prediction errors: m s² (noise), and s² (m²/n + (Σ(x₀ − x̄))²/Sxx) (the line)
    m = len(x0)
    spread = variance * (m + m * m / n + sum(x0 - mean_x) ** 2 / squares)
    return sum(y0 - alpha - beta * x0), math.sqrt(spread), residuals


SPECIFICATIONS = [
    (stock, index, estimation, window)
    for stock in ("NVDA", GROUP)
    for index in ("SPY", WITHOUT, "RSP", "QQQ")
    for estimation in ESTIMATION_WINDOWS
    for window in EVENT_WINDOWS
]


@pytest.mark.parametrize(("stock", "index", "estimation", "window"), SPECIFICATIONS, ids=str)
def test_every_specification_against_the_calculation_by_hand(returns, stock, index, estimation, window):
    found = market.study(returns, stock, index, DAY, estimation, window)
    total, error, residuals = by_hand(returns.series(stock), returns.series(index), returns.position(DAY), estimation, window)
    assert found.total == pytest.approx(total, abs=1e-8)
    assert found.standard_error == pytest.approx(error, abs=1e-8)
    assert found.model.residuals == pytest.approx(residuals, abs=1e-8)
    assert found.t == pytest.approx(total / error, abs=1e-8)
    low, high = found.interval
    assert (low + high) / 2 == pytest.approx(total, abs=1e-8)
    assert high - total == pytest.approx(stats.t(len(residuals) - 2).ppf(0.975) * error, abs=1e-8)


# Published figures and the headline results


def test_returns_of_the_day_as_published():
    assert round(RETURNS.series("NVDA")[RETURNS.position(DAY)], 2) == -16.97
    assert round(RETURNS.series("^GSPC")[RETURNS.position(DAY)], 2) == -1.46
    assert str(FACTS[f"market_returns/NVDA/{DAY}"].shown("4")) == "−16.97%"


def test_nvidia_against_spy():
    found = market.study(RETURNS, "NVDA", "SPY", DAY)
    assert found.total == pytest.approx(-13.7, abs=0.05)
    assert found.t == pytest.approx(-6, abs=0.5)
    assert found.larger_days == 0
    assert found.quantile_p == pytest.approx(1 / 111)
    days, values = raw("NVDA")
    _, index = raw("SPY")
    total, error, residuals = by_hand(values, index, days.index(DAY), SHORT, EVENT_DAY)
    assert (found.total, found.standard_error) == pytest.approx((total, error), abs=1e-8)
    assert max(abs(residuals)) < abs(total)


def test_the_windows_begin_and_end_where_they_say():
    days, _ = raw("SPY")
    place = days.index(DAY)
    names = RETURNS.rows("SPY", DAY, SHORT)
    assert names == {f"market_returns/SPY/{days[place - 120]}/{days[place - 11]}"}
    assert len(SHORT) == 110
    assert RETURNS.window("SPY", DAY, EVENT_DAY) == pytest.approx([-1.4145], abs=1e-4)


def test_every_specification_of_the_day_itself_is_below_zero(returns):
    studies = [market.study(returns, *specification[:2], DAY, *specification[2:]) for specification in SPECIFICATIONS]
    assert len(studies) == 64
    assert all(study.interval[1] < 0 for study in studies if study.window == EVENT_DAY)
    crossing = 0
    for stock, index, estimation, window in SPECIFICATIONS:
        total, error, residuals = by_hand(returns.series(stock), returns.series(index), returns.position(DAY), estimation, window)
        crossing += abs(total) < stats.t(len(residuals) - 2).ppf(0.975) * error
    assert crossing == sum(study.interval[1] > 0 for study in studies) == 9


@pytest.mark.parametrize("day", ["2024-12-26", "2025-01-21"])
def test_nothing_on_the_days_of_v3_and_r1(day):
    for stock in ("NVDA", *BASKET[1:4]):
        assert market.study(RETURNS, stock, "SPY", day).p > 0.05
    days, values = raw("NVDA")
    total, error, residuals = by_hand(values, raw("SPY")[1], days.index(day), SHORT, EVENT_DAY)
    assert abs(total / error) < 0.1
    found = market.study(RETURNS, "NVDA", "SPY", day, SHORT)
    larger = sum(abs(residual) >= abs(total) for residual in residuals)
    assert larger > 100
    assert found.quantile_p == pytest.approx((1 + larger) / (len(residuals) + 1))


def test_placebo_days():
    found = market.placebo(RETURNS, "NVDA", "SPY", market.days_with_history(RETURNS))
    days, values = raw("NVDA")
    index = raw("SPY")[1]
    expected = {}
    for place in range(120, len(days)):
        total, error, _ = by_hand(values, index, place, SHORT, EVENT_DAY)
        expected[days[place]] = total / error
    assert {study.day: study.t for study in found} == pytest.approx(expected, abs=1e-8)
    assert max(expected, key=lambda day: abs(expected[day])) == DAY
    assert sorted(abs(t) for t in expected.values())[-2] < 0.6 * abs(expected[DAY])
    assert sum(row["days"] for row in market_charts.placebo_rows(found)) == len(found)


def test_group_tests_by_hand(returns):
    found = market.group_tests(returns, BASKET, "SPY", DAY)
    place, n = returns.position(DAY), len(BASKET)
    singles = [by_hand(returns.series(ticker), returns.series("SPY"), place, SHORT, EVENT_DAY) for ticker in BASKET]
    scaled = [total / error for total, error, _ in singles]
    mean = sum(scaled) / n
    spread = math.sqrt(sum((one - mean) ** 2 for one in scaled) / (n - 1))
    boehmer = mean / (spread / math.sqrt(n))
    pairs = [sum(a * b) / math.sqrt(sum(a * a) * sum(b * b)) for i, (_, _, a) in enumerate(singles) for _, _, b in singles[i + 1 :]]
    r = sum(pairs) / len(pairs)
    assert found.patell == pytest.approx(sum(scaled) / math.sqrt(n * 108 / 106), abs=1e-8)
    # Patell's sum of correlated numbers: its variance is n + n (n - 1) r instead of n
    assert found.patell_corrected == pytest.approx(sum(scaled) / math.sqrt((n + n * (n - 1) * r) * 108 / 106), abs=1e-8)
    assert found.boehmer == pytest.approx(boehmer, abs=1e-8)
    assert found.correlation == pytest.approx(r, abs=1e-8)
    assert found.kolari_pynnonen == pytest.approx(boehmer * math.sqrt((1 - r) / (1 + (n - 1) * r)), abs=1e-8)
    portfolio = sum(returns.series(ticker) for ticker in BASKET) / n
    total, error, _ = by_hand(portfolio, returns.series("SPY"), place, SHORT, EVENT_DAY)
    assert found.portfolio_t == pytest.approx(total / error, abs=1e-8)
    # Ranks by counting: how many of a stock's days lie at or below each day
    series = [[*residuals, total] for total, _, residuals in singles]
    centered = [[sum(other <= one for other in days) - (len(days) + 1) / 2 for one in days] for days in series]
    means = [sum(day) / n for day in zip(*centered, strict=True)]
    assert found.rank == pytest.approx(means[-1] / math.sqrt(sum(one * one for one in means) / len(means)), abs=1e-8)


def test_the_correction_of_patell_reaches_what_the_portfolio_says(returns):
    """The portfolio's t has the correlation built in; Patell's statistic has not, and overstates it by about twice."""
    for market_index in ("SPY", WITHOUT, "RSP", "QQQ"):
        for estimation in ESTIMATION_WINDOWS:
            found = market.group_tests(returns, BASKET, market_index, DAY, estimation)
            assert found.patell < 1.5 * found.portfolio_t
            assert found.patell_corrected == pytest.approx(found.portfolio_t, rel=0.15)


def test_the_corrected_group_test_passes_only_just(returns):
    found = [market.group_tests(returns, BASKET, index, DAY, span) for index in ("SPY", WITHOUT, "RSP", "QQQ") for span in (SHORT, LONG)]
    weakest = min(abs(tests.kolari_pynnonen) for tests in found)
    # Table of Student's t, 13 degrees of freedom, two-sided 5%
    assert found[0].critical == pytest.approx(2.160, abs=0.0005)
    assert found[0].critical < weakest < 1.02 * found[0].critical


def group_by_hand(returns, place):
    """Patell's statistic, that of Boehmer and colleagues, and the latter corrected for correlation; vectorized normal equations."""
    span = slice(place - 120, place - 10)
    x, x0 = returns.series("SPY")[span], returns.series("SPY")[place]
    y, y0 = (np.array([returns.series(ticker)[cut] for ticker in BASKET]) for cut in (span, place))
    days, stocks = len(x), len(BASKET)
    beta = (y - y.mean(axis=1, keepdims=True)) @ (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    alpha = y.mean(axis=1) - beta * x.mean()
    residuals = y - alpha[:, None] - beta[:, None] * x
    variance = (residuals**2).sum(axis=1) / (days - 2)
    error = np.sqrt(variance * (1 + 1 / days + (x0 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()))
    scaled = (y0 - alpha - beta * x0) / error
    unit_length = residuals / np.sqrt((residuals**2).sum(axis=1, keepdims=True))
    r = ((unit_length @ unit_length.T).sum() - stocks) / (stocks * (stocks - 1))
    boehmer = scaled.mean() / (scaled.std(ddof=1) / math.sqrt(stocks))
    return scaled.sum() / math.sqrt(stocks * 108 / 106), boehmer, boehmer * math.sqrt((1 - r) / (1 + (stocks - 1) * r))


@pytest.mark.slow
def test_group_tests_on_every_day_by_hand():
    """Without a correction the group tests cry on a third of all days; with it as often as they should."""
    moved = market_day.read_day(FACTS, FACTS["nvda_weight_sp_500_2025_01_24"])
    found = moved.group_placebo()
    expected = {day: group_by_hand(moved.returns, place) for place, day in enumerate(moved.returns.days) if place >= 120}
    assert list(found) == list(expected)
    values = np.array([(tests.patell, tests.boehmer, tests.kolari_pynnonen) for tests in found.values()])
    assert values == pytest.approx(np.array(list(expected.values())), abs=1e-8)
    told = market_day.describe_group_placebo(moved, found)
    # Two-sided 5% bounds from tables: normal, and Student's t with 13 degrees of freedom
    for place, (name, bound) in enumerate({"patell": 1.96, "boehmer": 2.1604, "kolari_pynnonen": 2.1604}.items()):
        assert told[f"{name}_cries"].magnitude == sum(abs(found_by_hand[place]) > bound for found_by_hand in expected.values())
    assert told["kp_as_extreme"].magnitude == sum(abs(last) >= abs(expected[DAY][2]) for *_, last in expected.values()) - 1
    assert told["kolari_pynnonen_cries"].magnitude < 0.07 * len(expected) < 0.25 * len(expected) < told["patell_cries"].magnitude
    assert told["size_as_extreme"].magnitude == 0
    groups = {("SPY", SHORT): found[DAY], ("SPY", LONG): market.group_tests(moved.returns, BASKET, "SPY", DAY, LONG)}
    rows = market_day.tests_by_name(moved, groups, found, {"kolari_pynnonen": "Both corrections"})
    assert [str(cell) for cell in rows[0]] == ["Both corrections", "−2.28", "2.16", "18"]


def test_bound_of_a_day_that_was_picked():
    """Chance passes it on 5% of families: its tail times the tests. One test has the bound of the table."""
    assert market.family_bound(1, 108) == pytest.approx(1.9822, abs=0.0001)
    bound = market.family_bound(381, 108)
    assert 2 * 381 * stats.t.sf(bound, 108) == pytest.approx(0.05, rel=1e-9)
    nvidia, five = (market.study(RETURNS, "NVDA", "SPY", DAY, window=window) for window in (EVENT_DAY, Window(0, 4)))
    assert abs(five.t) < bound < abs(nvidia.t)


def test_bounds_of_the_group_tests(returns):
    found = market.group_tests(returns, BASKET, "SPY", DAY)
    assert [found.bound(name) for name in ("patell", "rank", "boehmer", "portfolio_t")] == pytest.approx(
        [1.96, 1.96, 2.1604, 1.9822], abs=0.0001
    )
    assert all(found.beyond(name) for name in market_charts.STATISTICS)


@pytest.mark.slow
def test_policy_dates_after_holm_by_hand():
    moved = market_day.read_day(FACTS, FACTS["nvda_weight_sp_500_2025_01_24"])
    policy = market_day.policy_studies(moved, moved.placebo())
    smallest = sorted(one.p for pair in policy.values() for one in pair)
    rejected = 0
    while rejected < len(smallest) and smallest[rejected] * (len(smallest) - rejected) < 0.05:
        rejected += 1
    told = market_day.describe_policy(moved, policy)
    assert told["policy_holm"].magnitude == rejected
    assert told["policy_alarms"].magnitude == sum(p < 0.05 for p in smallest)


def test_alarms_without_the_day_and_the_rebound():
    """The day widens the lines fitted after it; without it the test still raises no more alarms than chance."""
    day_after = RETURNS.days[RETURNS.position(DAY) + 1]
    calm = RETURNS.without((DAY, day_after))
    days, values = raw("NVDA")
    kept = [place for place, day in enumerate(days) if day not in (DAY, day_after)]
    stock, index = values[kept], raw("SPY")[1][kept]
    ratios = [total / error for total, error, _ in (by_hand(stock, index, place, SHORT, EVENT_DAY) for place in range(120, len(kept)))]
    found = market.placebo(calm, "NVDA", "SPY", market.days_with_history(calm))
    assert [study.t for study in found] == pytest.approx(ratios, abs=1e-8)
    assert 0.03 < sum(study.p < 0.05 for study in found) / len(found) < 0.05
    assert calm.days == tuple(days[place] for place in kept)


def test_large_losses_of_value():
    """Of the losses that the press reports for days in the data, our count finds the same day and nearly the same sum."""
    least = FACTS["meta_cap_loss_2022_02_03"]
    found = {}
    for ticker, held in (("NVDA", "nvda_shares_2025_02_21"), ("AAPL", "aapl_shares_2025_01_17"), ("META", "meta_shares_diluted_2024")):
        price = FACTS[f"{ticker.lower()}_close_2025_01_24"]
        found |= {(ticker, day): loss for day, loss in market.value_losses(RETURNS, ticker, FACTS[held], price, FRIDAY, least)}
    reported = {
        ("NVDA", "2024-09-03"): "nvda_cap_loss_2024_09_03",
        ("NVDA", DAY): "nvda_cap_loss_2025_01_27_low",
        ("AAPL", "2025-04-03"): "aapl_cap_loss_2025_04_03",
    }
    for key, fact in reported.items():
        assert found[key].magnitude == pytest.approx(FACTS[fact].magnitude, rel=0.01)
    assert set(found) - set(reported) == {("NVDA", "2025-02-27"), ("NVDA", "2025-03-03")}
    days, values = raw("NVDA")
    close = 142.62
    for value in values[days.index(DAY) : days.index("2025-03-03")]:
        close *= 1 + value / 100
    last = values[days.index("2025-03-03")]
    assert found["NVDA", "2025-03-03"].magnitude == pytest.approx(-24.40e9 * close * last / 100, rel=1e-9)


def test_the_whole_index_lost_less_than_the_figure_for_us_stocks():
    value = 24.49e9 * 142.62 / 0.068
    assert value * 0.014581 == pytest.approx(0.75e12, rel=0.01)
    assert value * 0.014581 < FACTS["us_stocks_value_wiped_2025_01_27"].magnitude


def test_waits():
    days, values = raw("NVDA")
    place = days.index(DAY)
    below = np.cumprod(1 + values[place:] / 100) < 1
    assert market.wait(RETURNS, "NVDA", DAY).magnitude == list(below).index(False)
    assert market.wait(RETURNS, "MRVL", DAY).magnitude == len(days) - 1 - place


def test_chart_of_the_group_tests(returns):
    groups = {("SPY", span): market.group_tests(returns, BASKET, "SPY", DAY, span) for span in ESTIMATION_WINDOWS}
    drawn = market_charts.group_statistics(groups, finding="", measure="", alt="").to_dict()
    rows = next(layer["data"]["values"] for layer in drawn["layer"] if "value" in layer.get("data", {}).get("values", [{}])[0])
    assert len(rows) == len(groups) * len(market_charts.STATISTICS)
    low, high = drawn["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert all(low < row["value"] < high for row in rows)


def test_recovery_by_hand():
    for ticker in ("NVDA", "^GSPC", "ASML", "MRVL", "AAPL"):
        days, values = raw(ticker)
        found = market.recovery(RETURNS, ticker, DAY)
        level, first, lowest = 1.0, None, (9.0, "")
        for day, value in zip(days, values, strict=True):
            if day >= DAY:
                level *= 1 + value / 100
                lowest = min(lowest, (level, day))
                first = first or (day if level >= 1 else None)
        assert found.back_on == first
        assert (found.lowest / 100, found.lowest_on) == (pytest.approx(lowest[0]), lowest[1])
        assert found.last / 100 == pytest.approx(level)
    assert market.recovery(RETURNS, "MRVL", DAY).back_on is None
    assert market.recovery(RETURNS, "AAPL", DAY).sessions == 0


def test_no_recovery_date_hinges_on_rounding():
    """The rows round each return to four decimals of a percent; no first close back is nearer to the mark than that adds up to."""
    for ticker in {row["ticker"] for row in FACTS.rows("market_series")}:
        place = RETURNS.position(DAY)
        path = market.levels(RETURNS.series(ticker), place - 1)[1:]
        found = market.recovery(RETURNS, ticker, DAY)
        until = len(path) if found.sessions is None else found.sessions + 1
        for session, level in enumerate(path[:until], 1):
            assert abs(level - 100) > 0.00005 * session, (ticker, RETURNS.days[place + session - 1])


# Values


def test_market_values_of_the_day():
    before, after = FACTS["nvda_close_2025_01_24"], FACTS["nvda_close_2025_01_27"]
    loss = market.fall(market.market_value_change(FACTS["nvda_shares_2024_11_15"], before, after))
    assert loss.magnitude == pytest.approx(24.49e9 * (142.62 - 118.42))
    assert str(loss) == "$593B"
    broadcom = market.market_value_change(FACTS["avgo_shares_2024_11_29"], FACTS["avgo_close_2025_01_24"], FACTS["avgo_close_2025_01_27"])
    assert str(loss - broadcom) == "$792B"
    assert str(FACTS["nvda_cap_loss_2025_01_27_bloomberg"].shown("4")) == f"{loss:4}" == "$592.7B"


def test_market_value_needs_shares():
    price = FACTS["nvda_close_2025_01_24"]
    with pytest.raises(UnitError):
        market.market_value_change(price, price, price)


def test_index_without_nvidia(returns):
    day, weight = returns.position(DAY), 0.068
    nvda, index = (returns.series(name)[day] for name in ("NVDA", "^GSPC"))
    assert returns.series(WITHOUT)[day] == pytest.approx((index - weight * nvda) / (1 - weight), abs=1e-12)
    assert returns.series(WITHOUT)[day] == pytest.approx(-0.33, abs=0.005)
    assert weight * nvda / index == pytest.approx(0.79, abs=0.005)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-20, 20)), min_size=3, max_size=30), st.floats(0.01, 0.3), st.data())
def test_member_and_rest_make_the_index(pairs, weight, data):
    index, member = (np.array(column) for column in zip(*pairs, strict=True))
    at = data.draw(st.integers(0, len(pairs) - 1))
    growth = np.cumprod((1 + member / 100) / (1 + index / 100))
    shares = weight * growth / growth[at]
    before = np.concatenate(([weight / growth[at]], shares[:-1]))
    if before.max() < 0.9:
        rest = market.without_member(index, member, weight, at)
        assert before * member + (1 - before) * rest == pytest.approx(index, abs=1e-6)


@given(st.floats(-30, 30), st.floats(0.2, 3), st.integers(0, 1000))
@settings(max_examples=30)
def test_an_added_move_is_found(move, beta, seed):
    """A stock that is β times the market plus a move on one day has that move as its abnormal return."""
    index = np.random.default_rng(seed).normal(0, 1, 131)
    stock = 0.05 + beta * index
    stock[-1] += move
    days = tuple(f"2024-{1 + place // 28:02}-{1 + place % 28:02}" for place in range(131))
    made = market.Returns(days, {"stock": stock, "index": index}, {}, {})
    found = market.study(made, "stock", "index", days[-1])
    assert found.total == pytest.approx(move, abs=1e-9)
    assert found.model.beta == pytest.approx(beta, abs=1e-9)


def test_one_stock_cannot_pass_the_rank_limit():
    residuals = np.arange(110.0)[None, :]
    assert market.corrado_rank(residuals, np.array([-1e6])) == pytest.approx(-math.sqrt(3) * 110 / math.sqrt(111**2 - 1))


@given(st.floats(-20, 20), st.integers(2, 50), st.floats(0, 0.9))
def test_the_correction_only_takes_away(statistic, stocks, correlation):
    corrected = market.kolari_pynnonen(statistic, stocks, correlation)
    assert abs(corrected) <= abs(statistic) + 1e-12
    assert market.kolari_pynnonen(statistic, stocks, 0) == statistic


# Bad input


def test_the_first_and_the_last_session_belong_to_the_data():
    assert [RETURNS.first_session(RETURNS.days[place]) for place in (0, -1)] == [RETURNS.days[0], RETURNS.days[-1]]


def test_two_stocks_are_a_group(returns):
    assert market.group_tests(returns, ["NVDA", "AVGO"], "SPY", "2025-01-27").rows
    with pytest.raises(market.MarketDataError, match="at least two stocks"):
        market.group_tests(returns, ["NVDA"], "SPY", "2025-01-27")


def test_a_holiday_is_no_event_day():
    with pytest.raises(MarketDataError, match=r"closed on 2025-01-20\. The next session is 2025-01-21"):
        market.study(RETURNS, "NVDA", "SPY", "2025-01-20")
    assert RETURNS.first_session("2025-01-20") == "2025-01-21"
    assert RETURNS.first_session(DAY) == DAY


@pytest.mark.parametrize("day", ["2023-12-29", "2026-01-02"])
def test_a_day_outside_the_data(day):
    for ask in (RETURNS.position, RETURNS.first_session):
        with pytest.raises(MarketDataError, match=f"{day} lies outside the data, which cover 2024-01-03 to 2025-12-31"):
            ask(day)


def test_a_gap_in_a_series():
    with pytest.raises(MarketDataError, match="GEV has no return on 2024-01-26"):
        market.study(RETURNS, "GEV", "SPY", DAY, LONG)
    gap = RETURNS.series("NVDA").copy()
    gap[RETURNS.position("2024-12-02")] = np.nan
    holed = RETURNS.with_series("holed", gap, ("NVDA",))
    with pytest.raises(MarketDataError, match="holed has no return on 2024-12-02"):
        market.study(holed, "holed", "SPY", DAY)


def test_a_window_beyond_the_data():
    with pytest.raises(MarketDataError, match="needs 100 more sessions"):
        market.study(RETURNS, "NVDA", "SPY", RETURNS.days[20])
    with pytest.raises(MarketDataError, match="needs 4 more sessions"):
        market.study(RETURNS, "NVDA", "SPY", RETURNS.days[-1], window=Window(0, 4))


def test_too_few_days():
    with pytest.raises(MarketDataError, match="20 days are too few"):
        market.study(RETURNS, "NVDA", "SPY", DAY, Window(-30, -11))


def test_an_estimation_that_holds_the_event():
    with pytest.raises(MarketDataError, match="must end before"):
        market.study(RETURNS, "NVDA", "SPY", DAY, Window(-120, 0))
    with pytest.raises(MarketDataError, match="must not end before it begins"):
        Window(0, -1)


def test_other_bad_input():
    with pytest.raises(MarketDataError, match="no series called 'NVDIA'"):
        RETURNS.series("NVDIA")
    flat = np.zeros(100)
    with pytest.raises(MarketDataError, match="all the same"):
        market.fit_market_model(flat, flat)
    with pytest.raises(MarketDataError, match="same days"):
        market.fit_market_model(flat, flat[1:])
    with pytest.raises(MarketDataError, match="gap"):
        market.fit_market_model(np.full(100, np.nan), np.arange(100.0))
    with pytest.raises(MarketDataError, match="at least two"):
        market.group_tests(RETURNS, ("NVDA",), "SPY", DAY)
    with pytest.raises(MarketDataError, match="between 0 and 1"):
        market.without_member(flat, flat, 6.8, 0)
    with pytest.raises(MarketDataError, match="single day"):
        market.study(RETURNS, "NVDA", "SPY", DAY, window=Window(0, 1)).larger_days  # noqa: B018
    with pytest.raises(MarketDataError, match="not among the days"):
        market_charts.placebo_histogram([market.study(RETURNS, "NVDA", "SPY", DAY)], [FRIDAY], finding="", measure="", alt="")


# Traces


def test_a_statistic_leads_to_the_source_of_its_series():
    number = traced(market.study(RETURNS, "NVDA", "SPY", DAY).t_quantity()).to_payload()
    rows = {row["id"]: row for row in number["rows"]}
    assert set(rows) == {
        f"market_returns/NVDA/{DAY}",
        f"market_returns/SPY/{DAY}",
        "market_returns/NVDA/2024-08-02/2025-01-08",
        "market_returns/SPY/2024-08-02/2025-01-08",
    }
    assert rows["market_returns/NVDA/2024-08-02/2025-01-08"]["text"] == "110 daily returns"
    assert rows[f"market_returns/NVDA/{DAY}"]["text"] == "−17.0%"
    assert all(row["url"].startswith("https://github.com/") and "data/" in row["locator"] for row in rows.values())
    assert "NVDA against SPY on 2025-01-27" in number["formula"]


def test_computed_series_lead_to_all_they_are_made_from(returns):
    rows = returns.rows(WITHOUT, DAY, EVENT_DAY)
    assert rows == {f"market_returns/^GSPC/{DAY}", f"market_returns/NVDA/{DAY}", "nvda_weight_sp_500_2025_01_24"}
    assert len(returns.rows(GROUP, DAY, EVENT_DAY)) == len(BASKET) == 14


@pytest.mark.parametrize(
    "reference", ["market_returns/NVDA/2025-01-20", "market_returns/NVDIA/2025-01-27", "market_returns/NVDA", "market_returns/"]
)
def test_a_wrong_reference_is_no_fact(reference):
    assert reference not in FACTS
    with pytest.raises(UnknownFact):
        FACTS.row(reference)
    assert f"market_returns/NVDA/{DAY}" in FACTS


def test_returns_are_those_of_the_file():
    """Read again with another reader: the same days, the same numbers, and nothing where there is no row."""
    returns = market.read_returns(FACTS)
    table = load().table("market_returns").pivot(index="date", columns="ticker", values="return_pct")
    assert list(returns.days) == [f"{day:%Y-%m-%d}" for day in table.index]
    for ticker in table.columns:
        np.testing.assert_array_equal(returns.series(ticker), table[ticker].to_numpy())


def test_sessions_and_ranks_by_hand(returns):
    table = load().table("market_returns").pivot(index="date", columns="ticker", values="return_pct")["NVDA"].dropna()
    found = market.sessions(returns, "NVDA", "2025-01-27", "2025-02-03")
    assert (found.magnitude, found.digits) == (6, EXACT)
    assert found.rows == {"market_returns/NVDA/2025-01-27/2025-02-03"}
    for day in ("2025-01-27", "2025-01-28"):
        below = market.days_below(returns, "NVDA", day)
        assert below.magnitude == (table < table[day]).sum()
        assert below.digits == EXACT
        assert below.rows == {f"market_returns/NVDA/{table.index[0]:%Y-%m-%d}/{returns.days[-1]}"}


def test_the_return_of_a_day(returns):
    found = market.return_on(returns, "NVDA", "2025-01-27")
    assert str(found) == "−17.0%"
    assert (found.unit, found.rows, found.formula) == (unit("percent"), {"market_returns/NVDA/2025-01-27"}, "return of NVDA on 2025-01-27")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("-16.97", "−17.0%"),
        ("-1.46", "−1.5%"),
        ("0.65", "0.7%"),
        ("0.022", "0.02%"),
        ("0.96", "0.96%"),
        ("-3.07", "−3.1%"),
        ("9.96", "9.96%"),
        ("9.94", "9.9%"),
        ("99.96", "99.96%"),
        ("0", "0%"),
    ],
)
def test_moves_are_printed_with_one_decimal(written, text):
    """More only where that would be 0 or round up to 1, 10 or 100."""
    assert str(market.one_decimal(of(written, "percent", "row", exact=True))) == text


def test_moves_of_the_day_by_hand():
    facts = load()
    found = {name: (kind, value) for name, kind, value in market.moves(facts, "2025-01-27", "2025-01-24")}
    series = {row["ticker"] for row in facts.rows("market_series")} - {"^VIX", "RSP", "SPY", "QQQ", "SMH", "SOXX"}
    assert len(found) == len(series) + len(market.CLOSES_ONLY) + 3
    before, after = (facts[f"intc_close_2025_01_{day}"].magnitude for day in (24, 27))
    assert found["Intel"][1].magnitude == pytest.approx(100 * (after / before - 1))
    assert found["Intel"][0] == found["Apple"][0] == "Other stock"
    assert found["Nvidia"][0] == found["Vistra"][0] == "Sells chips, servers or power"
    assert found["Meta"][0] == "Builds or runs AI models"
    assert found["S&P 500"][0] == found["Dow Jones index"][0] == found["S&P 500, equal weights"][0] == "Index"
    assert found["Dow Jones index"][1].rows == {"dow_return_2025_01_27"}
