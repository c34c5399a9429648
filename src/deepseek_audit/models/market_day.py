"""27 January 2025 itself: what moved, how much value that was, what else happened on days of policy, and how prices came back.

The event study that says how unusual the day was is in :mod:`deepseek_audit.models.market`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deepseek_audit.models import market
from deepseek_audit.models.market import EVENT_DAY, NAMES, Recovery, Returns, Study, Window, study
from factbook.dates import abbreviate
from factbook.facts import Facts, Item
from factbook.quantity import Quantity, computed

WITHOUT_NVIDIA = "S&P 500 without Nvidia"
# What the market is measured by: the index itself contains the event
PROXIES = ("SPY", WITHOUT_NVIDIA, "RSP", "QQQ")
STOCKS = ("NVDA", market.BASKET_NAME)
CHARTED = {"Nvidia": "NVDA", "Suppliers": market.BASKET_NAME}
# Prices of these are followed until they are back
FOLLOWED = (*(ticker for tickers in market.SUPPLIERS.values() for ticker in tickers), *market.BUYERS, "AAPL")
INDEXES = ("^SOX", "^IXIC", "^GSPC")
NVIDIA_AFTERWARD = "nvda_shares_2025_02_21"
PRESS, OUR_COUNT = "press", "our count"


@dataclass(frozen=True)
class MarketDay:
    """The day of the fall among the sessions around it.

    Attributes:
        facts: the tables.
        returns: daily returns of all series, the two computed ones among them.
        day, before, after: the day, and the sessions next to it (ISO dates).
    """

    facts: Facts
    returns: Returns
    day: str
    before: str
    after: str

    def close(self, ticker: str, when: str = "") -> Quantity:
        """The close of a stock on a day; by default that of the day itself (usd)."""
        return self.facts[f"{ticker.lower()}_close_{(when or self.day).replace('-', '_')}"]

    def value_change(self, ticker: str, shares: Quantity) -> Quantity:
        """The change of a company's market value on the day (usd), for a share count."""
        return market.market_value_change(shares, self.close(ticker, self.before), self.close(ticker))

    def return_of(self, ticker: str, when: str = "") -> Quantity:
        """The return of a series on a day, as the data hold it (percent); by default that of the day itself."""
        return self.facts[f"market_returns/{ticker}/{when or self.day}"]

    def event(self, event_id: str) -> str:
        """The first session on or after the day of an event."""
        return self.returns.first_session(self.facts.date(event_id))


def read_day(facts: Facts, weight: Quantity) -> MarketDay:
    """The day with its returns, among them the suppliers as one portfolio and the S&P 500 without Nvidia.

    Args:
        facts: the tables.
        weight: of Nvidia in the S&P 500 at the close before (percent).
    """
    day, before = facts.date("event_market_fall"), facts.row("nvda_close_2025_01_24")["as_of"]
    returns = market.read_returns(facts)
    returns = returns.with_series(market.BASKET_NAME, market.equal_weights(returns, market.BASKET), market.BASKET)
    share, weighed_at = weight.to("ratio").magnitude, returns.position(before)
    rest = market.without_member(returns.series("^GSPC"), returns.series("NVDA"), share, weighed_at)
    returns = returns.with_series(WITHOUT_NVIDIA, rest, ("^GSPC", "NVDA"), weight.rows)
    return MarketDay(facts, returns, day, before, returns.days[returns.position(day) + 1])


def share_counts(facts: Facts, nvidia: Quantity) -> dict[str, Quantity]:
    """The share counts of ``listings.csv`` by ticker, with that of Nvidia as given."""
    counts = {item.label: item.shares for item in facts.listing("share_counts")}
    return {**counts, "NVDA": nvidia}


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


def policy_studies(moved: MarketDay, items: Sequence[Item], tested: Sequence[Study]) -> dict[str, list[Study]]:
    """Nvidia's abnormal return on dates of export policy, alone and with the session after, by a line that names each.

    Args:
        moved: the day of the fall.
        items: what each date is called, with its event (role ``event``), or a row whose date it follows (role ``after``).
        tested: the sessions that could be tested; dates before the first or without a session after them are left out.
    """
    returns, days = moved.returns, []
    for item in items:
        if item.has("event"):
            date = moved.facts.date(item.id("event"))
            if tested[0].day <= date < returns.days[-1]:
                days.append((returns.first_session(date), item.label))
        else:
            days.append((returns.days[returns.position(moved.facts.row(item.id("after"))["as_of"]) + 1], item.label))
    fitted = tested[0].estimation
    return {
        f"{label}, {abbreviate(when)}": [study(returns, "NVDA", "SPY", when, fitted, window) for window in (EVENT_DAY, Window(0, 1))]
        for when, label in sorted(days)
    }


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


def record_losses(moved: MarketDay, items: Sequence[Item], counts: Mapping[str, Quantity]) -> list[tuple[str, str, Quantity, str]]:
    """One-day losses of market value that the press calls large, and all as large that share counts and returns give.

    Returns:
        Company, day (ISO), loss (usd) and where it is from; the largest first.
    """
    facts = moved.facts
    found = [(item.label, facts.row(item.id("loss"))["as_of"], item.loss, PRESS) for item in items]
    known, least = {(name, when) for name, when, *_ in found}, min(loss for *_, loss, _ in found)
    for ticker, shares in {**counts, "NVDA": facts[NVIDIA_AFTERWARD]}.items():
        price = moved.close(ticker, moved.before)
        for when, loss in market.value_losses(moved.returns, ticker, shares, price, moved.before, least):
            if (NAMES[ticker], when) not in known:
                found.append((NAMES[ticker], when, loss, OUR_COUNT))
    return sorted(found, key=lambda record: -record[2].magnitude)
