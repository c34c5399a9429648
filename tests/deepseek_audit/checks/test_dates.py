"""What dates must be by themselves: plausible, the last day of a month or year, days of the exchange.

That rows follow from one another is tested in ``test_checks.py``. A failure names the row.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import pytest

from factbook.facts import load

FACTS = load()
RESOURCES: list[dict[str, Any]] = FACTS.descriptor["resources"]
DATED = [resource["name"] for resource in RESOURCES if {"as_of", "date"} & {field["name"] for field in resource["schema"]["fields"]}]
# Tables whose dates are days: of trading, of an edition
DAILY = ("market_returns", "market_month_returns", "corrections")
CALENDAR = [row["date"] for row in FACTS.where("market_returns", ticker="SPY")]


def test_calendar_is_the_exchange_s() -> None:
    assert [day for day in CALENDAR if date.fromisoformat(day).weekday() > 4] == []
    holidays = {"2024-07-04", "2024-12-25", "2025-01-09", "2025-01-20", "2025-12-25"}
    assert holidays & set(CALENDAR) == set(), "the exchange was closed; 2025-01-09 was a day of mourning"
    assert sorted(set(CALENDAR)) == CALENDAR


# Dates


@pytest.mark.parametrize("table", DATED)
def test_dates_are_plausible(table: str) -> None:
    wrong = []
    for row in FACTS.rows(table):
        dates = [row.get("as_of") or row["date"]] + ([row["text"]] if row.get("unit") == "date" else [])
        if not all(2015 <= date.fromisoformat(day).year <= 2027 for day in dates):
            wrong.append(next(iter(row.values())))
    assert wrong == []


@pytest.mark.parametrize("table", [table for table in DATED if table not in (*DAILY, "searches", "verdict_changes")])
def test_the_last_day_stands_for_a_month_or_a_year(table: str) -> None:
    wrong = []
    for row in FACTS.rows(table):
        day = date.fromisoformat(row.get("as_of") or row["date"])
        precision = row.get("as_of_precision") or row["date_precision"]
        last_day = day.day == monthrange(day.year, day.month)[1]
        if (precision == "month" and not last_day) or (precision == "year" and (day.month, day.day) != (12, 31)):
            wrong.append(next(iter(row.values())))
    assert wrong == []
