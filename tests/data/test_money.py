"""Sums of money in ``data/company_facts.csv``: each says of which time it is, and on which basis."""

from __future__ import annotations

import re

import pytest

from factbook.facts import Facts
from factbook.tables import Row

MONEY = ("usd", "cny")
# What a sum can be, by the words that its metric begins with or holds
BASES = {
    "planned": r"\b(plan|planned|forecasts?)\b",
    "guidance": r"\boutlook\b",
    "intended|immediate": r"\bintention\b",
    "expected": r"\bexpected\b",
    "valuation": r"\b(before|after) the money\b",
    "registered": r"\bregister\b",
    "annualized": r"\bpace, not sales\b",
    "capital_spending": r"\bCash paid for property and equipment\b",
    "investment|round": r"\b(investment|round|fund)\b",
    "revenue": r"\b(revenue|Data centers alone|data centers alone)\b|^(All of|January to July) 20\d\d",
    "net_loss": r"^(All of|January to July) 20\d\d",
    "infrastructure": r"\brent of servers and purchases of chips\b",
}
TIME = re.compile(
    r"All of 20\d\d|[Ff]iscal (year|\d{4})|First (half|three quarters)|(January|July|April) to (January |July |June |March |December )?"
    r"|Quarter to |Over \w+ years|[Ii]n January 20\d\d|For 20\d\d|At one date|as expected on|up to March 20\d\d"
    r"|round, (June|begun in July) 20\d\d|round with outside money, June 20\d\d"
)


def sums(facts: Facts) -> list[Row]:
    return [row for row in facts.rows("company_facts") if row["unit"] in MONEY]


def basis(metric: str) -> str | None:
    return next((words for names, words in BASES.items() if re.search(names, metric)), None)


def faults(row: Row) -> list[str]:
    """What a sum leaves out."""
    words = basis(row["metric"])
    if words is None:
        return ["no basis is known for its metric: add it to BASES"]
    found = {"time": TIME.search(row["note"]), "basis": re.search(words, row["note"])}
    return [f"its note does not say its {what}" for what, there in found.items() if not there]


def test_each_sum_says_its_time_and_its_basis(facts: Facts) -> None:
    assert {row["fact_id"]: faults(row) for row in sums(facts) if faults(row)} == {}


@pytest.mark.parametrize(
    ("metric", "note", "missing"),
    [
        ("capital_spending_year", "Cash paid for property and equipment.", "time"),
        ("capital_spending_year", "All of 2025, by the press.", "basis"),
        ("funding_round_1_valuation_implied", "At one date.", "basis"),
        ("revenue_guidance_q2_fy2027", "", "time"),
        ("profit", "All of 2025.", "BASES"),
    ],
)
def test_what_is_left_out_is_found(metric: str, note: str, missing: str) -> None:
    assert missing in " ".join(faults({"metric": metric, "note": note}))
