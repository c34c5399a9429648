"""What came after 27 January 2025: what the largest builders spent, what Nvidia sold, and what DeepSeek itself was worth.

Spending is the cash that companies paid for property and equipment, as their cash-flow statements have it: all of it, not
only for AI, and without what they rent or lease. Microsoft's fiscal year ends in June, so its calendar years are put together
from halves.
"""

from __future__ import annotations

from factbook.facts import Facts
from factbook.quantity import Quantity

CALENDAR = ("alphabet", "amazon", "meta")
# Amazon's second quarter of 2026 was not found
WITH_HALVES = ("alphabet", "meta")
YEARS = (2023, 2024, 2025)


def microsoft_half(facts: Facts, year: int) -> Quantity:
    """Microsoft's spending from January to June (usd): its fiscal year less that year's first half."""
    return facts[f"capex_microsoft_fy{year}"] - facts[f"capex_microsoft_{year - 1}_h2"]


def year_by_company(facts: Facts, year: int) -> dict[str, Quantity]:
    """Capital spending of the four in a calendar year, by company (usd)."""
    known = {name.title(): facts[f"capex_{name}_{year}"] for name in CALENDAR}
    return {**known, "Microsoft": microsoft_half(facts, year) + facts[f"capex_microsoft_{year}_h2"]}


def half_by_company(facts: Facts, year: int) -> dict[str, Quantity]:
    """Capital spending from January to June, without Amazon, by company (usd)."""
    known = {name.title(): facts[f"capex_{name}_{year}_h1"] for name in WITH_HALVES}
    return {**known, "Microsoft": microsoft_half(facts, year)}


def total(by_company: dict[str, Quantity]) -> Quantity:
    """The sum over companies (usd)."""
    first, *others = by_company.values()
    for amount in others:
        first = first + amount
    return first.shown("3")


def growth(after: Quantity, before: Quantity) -> Quantity:
    """By how much an amount is above an earlier one (percent)."""
    return ((after - before) / before).to("percent").shown("2")


def describe_spending(facts: Facts) -> dict[str, Quantity]:
    """What the four spent in the years around the fall, against what they had planned, and three of them in 2026."""
    spent = {year: total(year_by_company(facts, year)) for year in YEARS}
    halves = {year: total(half_by_company(facts, year)) for year in (2025, 2026)}
    return {
        "spent_before": spent[2024],
        "spent_after": spent[2025],
        "spent_growth": growth(spent[2025], spent[2024]),
        "half_before": halves[2025],
        "half_after": halves[2026],
        "half_ratio": (halves[2026] / halves[2025]).to("ratio").shown("2"),
    }


def describe_nvidia(facts: Facts) -> dict[str, Quantity]:
    """Nvidia's revenue of the quarter that ended the day before the fall, and of the last one; and its price since."""
    quarter = (facts["nvda_revenue_fy2025"] - facts["nvda_revenue_fy2025_9m"]).shown("3")
    before = facts["nvda_close_2025_01_24"]
    return {
        "quarter_before": quarter,
        "quarter_ratio": (facts["nvda_revenue_q2fy27"] / quarter).to("ratio").shown("2"),
        "nvda_since": growth(facts["nvda_close_2026_09_28"], before),
        "nvda_august": growth(facts["nvda_close_2026_08_21"], before),
        "spy_august": growth(facts["spy_close_2026_08_21"], facts["spy_close_2025_01_24"]),
        "nvda_v4": growth(facts["nvda_close_2026_04_24"], facts["nvda_close_2026_04_23"]),
        "spy_v4": growth(facts["spy_close_2026_04_24"], facts["spy_close_2026_04_23"]),
    }


def describe_deepseek(facts: Facts, loss: Quantity) -> dict[str, Quantity]:
    """DeepSeek's own value against Nvidia's loss of the day, what outside investors' share is worth, how its own spending grew.

    Args:
        facts: the tables.
        loss: of Nvidia on the day (usd).
    """
    share = facts["deepseek_partnership_share"].to("ratio")
    return {
        "partnership_worth": (share * facts["deepseek_round_1_valuation_implied"]).to("cny").shown("2"),
        "loss_over_worth": (loss / facts["deepseek_round_1_valuation_implied_usd"]).to("ratio").shown("2"),
        "own_spending_ratio": (facts["deepseek_infrastructure_2026_7m_reported"] / facts["deepseek_infrastructure_2025_reported"])
        .to("ratio")
        .shown("1"),
    }
