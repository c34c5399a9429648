"""27 January 2025 itself: what moved, how much value that was, what else happened on days of policy, and how prices came back.

The event study that says how unusual the day was is in :mod:`deepseek_audit.models.market`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepseek_audit.models import market
from deepseek_audit.models.market import BASKET_NAME, EVENT_DAY, NAMES, GroupTests, Recovery, Returns, Study, Window
from factbook.calculators.calculator import Fixed, Result, Results, Slider
from factbook.dates import abbreviate, write_out
from factbook.facts import Facts
from factbook.quantity import Quantity, computed, count

WITHOUT_NVIDIA = "S&P 500 without Nvidia"
# What the market is measured by: the index itself contains the event
PROXIES = ("SPY", WITHOUT_NVIDIA, "RSP", "QQQ")
STOCKS = ("NVDA", market.BASKET_NAME)
# Prices of these are followed until they are back
FOLLOWED = (*(ticker for tickers in market.SUPPLIERS.values() for ticker in tickers), *market.BUYERS, "AAPL")
RANKED = ("^GSPC", WITHOUT_NVIDIA, "RSP", "^IXIC", "QQQ", "^SOX", market.BASKET_NAME, "NVDA")
INDEXES = ("^SOX", "^IXIC", "^GSPC")
# Baskets of chip makers that others made long before the day
READY_MADE = ("^SOX", "SMH", "SOXX")
NVIDIA_AFTERWARD = "nvda_shares_2025_02_21"
PRESS, OUR_COUNT = "press", "our count"


@dataclass(frozen=True)
class MarketDay:
    """The day of the fall among the sessions around it.

    Attributes:
        facts: the tables.
        returns: daily returns of all series, the two computed ones among them.
        day, before, after: the day, and the sessions next to it (ISO dates).
        windows: the spans of sessions to which lines are fitted.
    """

    facts: Facts
    returns: Returns
    day: str
    before: str
    after: str
    windows: tuple[Window, ...] = market.ESTIMATION_WINDOWS

    def study(self, stock: str, when: str = "", window: Window = EVENT_DAY) -> Study:
        """The abnormal return of a stock against the S&P 500 fund on a day; by default on the day itself."""
        return market.study(self.returns, stock, "SPY", when or self.day, self.fitted, window)

    def specifications(self) -> list[Study]:
        """Nvidia and the suppliers on the day, by every combination of market, estimation and window."""
        return market.specifications(self.returns, STOCKS, PROXIES, self.day, self.windows)

    def placebo(self, without: Sequence[str] = ()) -> list[Study]:
        """The same test on every session that has enough sessions before it.

        Args:
            without: sessions to leave out, also where lines are fitted.
        """
        returns = self.returns.without(without) if without else self.returns
        return market.placebo(returns, "NVDA", "SPY", market.days_with_history(returns, self.fitted), self.fitted)

    def group_placebo(self) -> dict[str, GroupTests]:
        """The tests of the suppliers as a group on every session that has enough sessions before it."""
        days = market.days_with_history(self.returns, self.fitted)
        return {day: market.group_tests(self.returns, market.BASKET, "SPY", day, self.fitted) for day in days}

    @property
    def fitted(self) -> Window:
        """The sessions to which lines are fitted first."""
        return self.windows[0]

    def close(self, ticker: str, when: str = "") -> Quantity:
        """The close of a stock on a day; by default that of the day itself (usd)."""
        return self.facts[f"{ticker.lower()}_close_{(when or self.day).replace('-', '_')}"]

    def value_change(self, ticker: str, shares: Quantity) -> Quantity:
        """The change of a company's market value on the day (usd), for a share count."""
        return market.market_value_change(shares, self.close(ticker, self.before), self.close(ticker))

    def return_of(self, ticker: str, when: str = "") -> Quantity:
        """The return of a series on a day, as the data hold it (percent); by default that of the day itself."""
        return self.facts[f"market_returns/{ticker}/{when or self.day}"]

    def next_session(self, day: str) -> str:
        """The session after another one."""
        return self.returns.days[self.returns.position(day) + 1]

    def loss_of_index(self, value: Quantity) -> Quantity:
        """What the companies of the S&P 500 lost on the day (usd), for what they were worth before."""
        return market.fall(value * self.return_of("^GSPC").to("ratio")).to("usd")

    def event(self, event_id: str) -> str:
        """The first session on or after the day of an event."""
        return self.returns.first_session(self.facts.date(event_id))


def read_day(facts: Facts, weight: Quantity, windows: tuple[Window, ...] = market.ESTIMATION_WINDOWS) -> MarketDay:
    """The day with its returns, among them the suppliers as one portfolio and the S&P 500 without Nvidia.

    Args:
        facts: the tables.
        weight: of Nvidia in the S&P 500 at the close before (percent).
        windows: the spans of sessions to which lines are fitted.
    """
    day, before = facts.date("event_market_fall"), facts.row("nvda_close_2025_01_24")["as_of"]
    returns = market.read_returns(facts)
    returns = returns.with_series(market.BASKET_NAME, market.equal_weights(returns, market.BASKET), market.BASKET)
    share, weighed_at = weight.to("ratio").magnitude, returns.position(before)
    rest = market.without_member(returns.series("^GSPC"), returns.series("NVDA"), share, weighed_at)
    returns = returns.with_series(WITHOUT_NVIDIA, rest, ("^GSPC", "NVDA"), weight.rows)
    return MarketDay(facts, returns, day, before, returns.days[returns.position(day) + 1], windows)


def share_counts(facts: Facts, nvidia: Quantity) -> dict[str, Quantity]:
    """The share counts of ``listings.csv`` by ticker, with that of Nvidia as given."""
    counts = {item.label: item.shares for item in facts.listing("share_counts")}
    return {**counts, "NVDA": nvidia}


def count_companies(shares: Mapping[str, Quantity]) -> Quantity:
    """How many companies have a share count."""
    return count([next(iter(held.rows)) for held in shares.values()], "companies with a share count")


def counted_on(facts: Facts) -> dict[str, str]:
    """When each of these share counts was taken, as readers read it."""
    found = {}
    for item in facts.listing("share_counts"):
        row = facts.row(item.id("shares"))
        found[item.label] = abbreviate(row["as_of"]) if row["as_of_precision"] == "day" else f"average of {row['as_of'][:4]}"
    return found


def value_changes(moved: MarketDay, counts: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """The change of market value by ticker (usd), the largest loss first."""
    changes = {ticker: moved.value_change(ticker, shares) for ticker, shares in counts.items()}
    return dict(sorted(changes.items(), key=lambda item: item[1].magnitude))


def lost_and_gained(changes: Iterable[Quantity]) -> tuple[Quantity, Quantity]:
    """The sum of what fell, and of what rose (usd)."""
    amounts = list(changes)
    lost, gained = (sum(amount for amount in amounts if (amount.magnitude < 0) == falls) for falls in (True, False))
    assert isinstance(lost, Quantity)
    assert isinstance(gained, Quantity)
    return lost.named("all that fell"), gained.named("all that rose")


def worst_of_all(moved: MarketDay) -> tuple[Quantity, Quantity]:
    """How many suppliers there are, and of how many the day was the worst of the data."""
    worse = [market.days_below(moved.returns, ticker, moved.day) for tickers in market.SUPPLIERS.values() for ticker in tickers]
    rows = frozenset[str]().union(*(one.rows for one in worse))
    suppliers = market.number_of(len(worse), "suppliers", rows)
    worst = sum(one.magnitude == 0 for one in worse)
    return suppliers, market.number_of(worst, "suppliers whose lowest return is that of the day", rows)


def policy_studies(moved: MarketDay, tested: Sequence[Study]) -> dict[str, list[Study]]:
    """Nvidia's abnormal return on dates of export policy, alone and with the session after, by a line that names each.

    Args:
        moved: the day of the fall.
        tested: the sessions that could be tested; dates before the first or without a session after them are left out.
    """
    returns, days = moved.returns, []
    for item in moved.facts.listing("policy_dates"):
        if item.has("event"):
            date = moved.facts.date(item.id("event"))
            if tested[0].day <= date < returns.days[-1]:
                days.append((returns.first_session(date), item.label))
        else:
            days.append((returns.days[returns.position(moved.facts.row(item.id("after"))["as_of"]) + 1], item.label))
    windows = (EVENT_DAY, Window(0, 1))
    return {f"{label}, {abbreviate(when)}": [moved.study("NVDA", when, window) for window in windows] for when, label in sorted(days)}


@dataclass(frozen=True)
class Fate:
    """How long a price took to be back after the day, and how it went meanwhile."""

    ticker: str
    recovery: Recovery
    wait: Quantity
    is_stock: bool


def fates(moved: MarketDay) -> list[Fate]:
    """The stocks and indexes that fell, those first that were back first."""
    found = []
    for ticker in (*FOLLOWED, *INDEXES):
        recovery = market.recovery(moved.returns, ticker, moved.day)
        if recovery.sessions != 0:
            found.append(Fate(ticker, recovery, market.wait(moved.returns, ticker, moved.day), ticker in FOLLOWED))
    never = len(moved.returns.days)
    return sorted(found, key=lambda fate: (fate.recovery.sessions or never, fate.ticker))


def change_since(moved: MarketDay, ticker: str, level: float, when: str, what: str) -> Quantity:
    """A level (percent of the close before the day) as a change since that close (percent)."""
    rows = moved.returns.run([ticker], moved.day, when)
    return market.one_decimal(computed(level - 100, "percent", 3, f"{what} of {ticker} over the close of {moved.before}, less one", rows))


def lowest(moved: MarketDay, fate: Fate) -> Quantity:
    """The lowest close after the day, as a change since the close before it (percent)."""
    return change_since(moved, fate.ticker, fate.recovery.lowest, fate.recovery.lowest_on, "lowest close")


def last(moved: MarketDay, fate: Fate) -> Quantity:
    """The last close of the data, as a change since the close before the day (percent)."""
    return change_since(moved, fate.ticker, fate.recovery.last, fate.recovery.last_on, "last close")


def record_losses(moved: MarketDay, counts: Mapping[str, Quantity]) -> tuple[Quantity, list[list[Quantity | str]]]:
    """One-day losses of market value that the press calls large, and all as large that share counts and returns give.

    Returns:
        The smallest loss listed, and a table of company, day, loss (usd) and where it is from; the largest first.
    """
    facts = moved.facts
    found = [(item.label, facts.row(item.id("loss"))["as_of"], item.loss, PRESS) for item in facts.listing("record_losses")]
    known, least = {(name, when) for name, when, *_ in found}, min(loss for *_, loss, _ in found)
    for ticker, shares in {**counts, "NVDA": facts[NVIDIA_AFTERWARD]}.items():
        price = moved.close(ticker, moved.before)
        for when, loss in market.value_losses(moved.returns, ticker, shares, price, moved.before, least):
            if (NAMES[ticker], when) not in known:
                found.append((NAMES[ticker], when, loss, OUR_COUNT))
    found.sort(key=lambda record: -record[2].magnitude)
    return least, [[name, abbreviate(when), loss, basis] for name, when, loss, basis in found]


def loss_rows(moved: MarketDay, nvidia: Quantity) -> list[list[Quantity | str]]:
    """Nvidia’s loss by share count, and for losses that the press reports the share count that fits: basis, shares, loss."""
    drop = moved.close("NVDA", moved.before) - moved.close("NVDA")
    counted, *reported = moved.facts.listing("nvidia_loss")
    counts = {"Counted, last report before": nvidia, counted.label: counted.shares}
    rows: list[list[Quantity | str]] = [
        [name, shares.shown("4 bare"), market.fall(moved.value_change("NVDA", shares).shown("4"))] for name, shares in counts.items()
    ]
    for item in reported:
        fitting = (item.loss / drop * market.ONE_SHARE).to("share")
        rows.append([item.label, fitting.shown("4 bare"), item.loss.shown("4")])
    return rows


def change_rows(moved: MarketDay, changes: Mapping[str, Quantity]) -> list[list[Quantity | str]]:
    """The changes of market value as a table: company, when its shares were counted, change; and the sums below."""
    counted = counted_on(moved.facts)
    lost, gained = lost_and_gained(changes.values())
    rows: list[list[Quantity | str]] = [[NAMES[ticker], counted[ticker], amount] for ticker, amount in changes.items()]
    return [*rows, ["All that fell", "", lost], ["All that rose", "", gained], ["Net", "", lost + gained]]


def describe_curve(curve: Sequence[Study]) -> dict[str, Quantity]:
    """What all specifications say together: how many there are, the ends of those of the day, and how many leave it open."""
    of_the_day = [one for one in curve if one.window == EVENT_DAY]
    longer = [one for one in curve if one.window != EVENT_DAY]
    by_size = sorted(of_the_day, key=lambda one: one.total)
    return {
        "curve_size": market.count(curve, "specifications"),
        "specifications": market.count(of_the_day, "specifications of the day itself", among=curve),
        "longer": market.count(longer, "specifications of more than a day", among=curve),
        "crossing": market.count([one for one in longer if one.interval[1] > 0], "those whose interval crosses zero", among=curve),
        "smallest": by_size[-1].total_quantity(),
        "largest": by_size[0].total_quantity(),
        "two_days": next(one for one in curve if one.window == Window(0, 1)).total_quantity(),
        "five_days": next(one for one in curve if one.window == Window(0, 4)).total_quantity(),
        "five_days_t": next(one for one in curve if one.window == Window(0, 4)).t_quantity(),
        "five_days_t_group": next(one for one in curve if one.window == Window(0, 4) and one.stock == BASKET_NAME).t_quantity(),
    }


def describe_family(moved: MarketDay, tested: Sequence[Study]) -> dict[str, Quantity]:
    """What t must pass where the day was picked among all that were tested; and the t of ready-made baskets of chip makers."""
    freedom = tested[0].degrees_of_freedom
    rows = market.count(tested, "sessions tested").rows
    what = f"quantile of Student’s t at 5% over {len(tested)} tests, two-sided, {freedom} degrees of freedom (Bonferroni)"
    by_t = sorted((moved.study(name) for name in READY_MADE), key=lambda one: abs(one.t))
    return {
        "family_bound": computed(market.family_bound(len(tested), freedom), "ratio", 3, what, rows).shown("3"),
        "ready_weakest": by_t[0].t_quantity(),
        "ready_strongest": by_t[-1].t_quantity(),
    }


def describe_group_placebo(moved: MarketDay, placebo: Mapping[str, GroupTests]) -> dict[str, Quantity]:
    """On how many sessions the tests of the suppliers cry, and how many others are as extreme by the test with both corrections."""
    of_the_day = abs(placebo[moved.day].kolari_pynnonen)
    others = [day for day, tests in placebo.items() if day != moved.day and abs(tests.kolari_pynnonen) >= of_the_day]
    found = {f"{name}_cries": crying(moved, placebo, name) for name in ("patell", "boehmer", "kolari_pynnonen")}
    rows, what = found["patell_cries"].rows, "other sessions with a statistic at least as far from 0"
    by_size = [day for day, tests in placebo.items() if day != moved.day and abs(tests.portfolio_t) >= abs(placebo[moved.day].portfolio_t)]
    by_size_found = market.number_of(len(by_size), f"{what}, by the t of the portfolio", rows)
    return {**found, "kp_as_extreme": market.number_of(len(others), what, rows), "size_as_extreme": by_size_found}


def crying(moved: MarketDay, placebo: Mapping[str, GroupTests], name: str) -> Quantity:
    """On how many sessions a statistic of the suppliers lies beyond its bound."""
    rows = moved.returns.run([*market.BASKET, "SPY"], moved.returns.days[0], moved.returns.days[-1]) | moved.fitted.rows
    number = sum(tests.beyond(name) for tests in placebo.values())
    return market.number_of(number, f"sessions on which {name.replace('_', ' ')} lies beyond its bound", rows)


def tests_by_name(
    moved: MarketDay, groups: Mapping[tuple[str, Window], GroupTests], placebo: Mapping[str, GroupTests], labels: Mapping[str, str]
) -> list[list[Quantity | str]]:
    """The tests of the suppliers: the weakest value of all combinations, the bound, and how many sessions lie beyond it."""
    first = placebo[moved.day]
    rows: list[list[Quantity | str]] = []
    for name, label in labels.items():
        weakest = min(groups.values(), key=lambda tests: abs(getattr(tests, name)))
        bound = computed(first.bound(name), "ratio", 3, f"97.5% quantile for {label}", first.rows).shown("3")
        rows.append([label, weakest.quantity(name).shown("3"), bound, crying(moved, placebo, name)])
    return rows


def describe_alarms(tested: Sequence[Study], calm: Sequence[Study]) -> dict[str, Quantity | str]:
    """How often the test cries: on all sessions, by chance, and on the sessions without the event (``calm``)."""
    every = market.count(tested, "sessions tested")
    second = sorted(tested, key=lambda one: -abs(one.t))[1]
    expected = round((1 - market.LEVEL) * len(tested))
    return {
        "tested": every,
        "alarms": market.count([one for one in tested if one.unusual], "sessions with p below the usual level", among=tested),
        "alarms_expected": market.number_of(expected, "the usual level times the sessions", every.rows),
        "calm": market.count(calm, "sessions tested without the event and the day after"),
        "calm_alarms": market.count([one for one in calm if one.unusual], "those with p below the usual level", among=calm),
        "second_t": second.t_quantity(),
        "second_day": write_out(second.day),
    }


def describe_policy(moved: MarketDay, policy: Mapping[str, Sequence[Study]]) -> dict[str, Quantity | str]:
    """How many tests on dates of policy there are, how many of them cry, alone and after Holm (1979), and the largest t of a day."""
    studies = [one for pair in policy.values() for one in pair]
    largest = max((one for one in studies if one.window == EVENT_DAY), key=lambda one: abs(one.t))
    from statsmodels.stats.multitest import multipletests

    after_holm = multipletests([one.p for one in studies], alpha=1 - market.LEVEL, method="holm")[0]
    return {
        "policy_tests": market.count(studies, "tests on policy dates"),
        "policy_alarms": market.count([one for one in studies if one.unusual], "those below the usual level", among=studies),
        "policy_holm": market.count(
            [one for one, rejected in zip(studies, after_holm, strict=True) if rejected],
            "those below the usual level after Holm’s correction",
            among=studies,
        ),
        "policy_t": largest.t_quantity(),
        "policy_day": write_out(largest.day),
        "policy_market": market.one_decimal(moved.return_of("^GSPC", largest.day)),
    }


def describe_session(moved: MarketDay, day: str, name: str) -> dict[str, Quantity]:
    """Nvidia’s fall on a day, its abnormal return and its t, under names that begin with ``name``."""
    study = moved.study("NVDA", day)
    fell = market.fall(market.one_decimal(moved.return_of("NVDA", day)))
    return {f"{name}_return": fell, f"{name}_abnormal": study.total_quantity(), f"{name}_t": study.t_quantity()}


def describe_fate(moved: MarketDay, found: Sequence[Fate], ticker: str) -> dict[str, Quantity | str]:
    """How low a price went after the day, when, and where it ended."""
    fate = next(one for one in found if one.ticker == ticker)
    name = ticker.lower()
    return {
        f"{name}_low": market.fall(lowest(moved, fate)),
        f"{name}_low_day": write_out(fate.recovery.lowest_on),
        f"{name}_end": last(moved, fate),
    }


def describe_recoveries(moved: MarketDay, found: Sequence[Fate], before: str) -> dict[str, Quantity | str]:
    """How many stocks fell, how many were back before a day, and which never were."""
    fell = [fate for fate in found if fate.is_stock]
    rows = moved.returns.run([fate.ticker for fate in fell], moved.day, moved.returns.days[-1])
    early = [fate for fate in fell if fate.recovery.back_on and fate.recovery.back_on < before]
    return {
        "fell_listed": market.number_of(len(fell), "stocks that fell", rows),
        "before_tariffs": market.number_of(len(early), "those back before the tariffs", rows),
        "never": ", ".join(NAMES[fate.ticker] for fate in fell if fate.recovery.back_on is None),
    }


def return_without(index: Any, weight: Any, part: Any) -> Any:
    """The return of an index without one member (percent), from its return, the member's weight (percent) and part (percentage points)."""
    return (index - part) / (1 - weight / 100)


def suppliers(moved: MarketDay) -> Quantity:
    """How many suppliers the portfolio holds."""
    rows = moved.returns.rows(market.BASKET_NAME, moved.day, EVENT_DAY)
    return market.number_of(len(market.BASKET), "suppliers in the portfolio", rows)


def calculator_inputs(moved: MarketDay, shares: Quantity, weight: Quantity) -> list[Slider | Fixed]:
    """What readers set: Nvidia’s share count and its weight in the index (percent); and the prices, which are fixed."""
    return [
        Slider("shares", "Nvidia’s shares outstanding", shares, 2.40e10, 2.50e10, 1e7, digits=4),
        Slider("weight", "Nvidia’s weight in the S&P 500", weight, 5, 8, 0.1, digits=2),
        Fixed("before", "Close before", moved.close("NVDA", moved.before), digits=5),
        Fixed("after", "Close of the day", moved.close("NVDA"), digits=5),
        Fixed("index", "Return of the S&P 500", moved.return_of("^GSPC")),
    ]


def calculator_results() -> list[Results]:
    """What follows: the loss, Nvidia’s part of the index’s return, and the index without it."""
    follows = [
        Result("loss", "Loss of market value", lambda shares, before, after: shares * (before - after), "usd", digits=4, check_unit=False),
        Result("part", "Nvidia’s part of the index’s return", lambda weight, before, after: weight * (after / before - 1), "percent"),
        Result("others", "Return of the S&P 500 without Nvidia", return_without, "percent", digits=2, check_unit=False),
    ]
    return [Results("What follows", follows)]
