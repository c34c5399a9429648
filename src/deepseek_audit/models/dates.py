"""Days between two facts: from the date that a row holds, or from the day that its number is about."""

from __future__ import annotations

from datetime import date

from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, computed


def days_between(facts: Facts, first: str, last: str) -> Quantity:
    """Days from one fact to another (unit day, exact).

    Raises:
        ValueError: the number of one of them is dated to the month or year only.
        UnverifiedFact: nobody has checked one of the dates.
    """
    (start, start_name), (end, end_name) = (_dated(facts, fact_id) for fact_id in (first, last))
    return computed((end - start).days, "day", EXACT, f"{end_name} − {start_name}", {first, last})


def _dated(facts: Facts, fact_id: str) -> tuple[date, str]:
    """The date of a fact, and what a formula calls it."""
    row = facts.row(fact_id)
    if row["unit"] == "date":
        return date.fromisoformat(facts.text(fact_id)), fact_id
    if row["as_of_precision"] != "day":
        raise ValueError(f"{fact_id} is dated to the {row['as_of_precision']} only, so it has no distance in days.")
    return date.fromisoformat(row["as_of"]), f"date of {fact_id}"
