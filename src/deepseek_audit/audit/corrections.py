"""What the report had wrong, as rows of ``data/corrections.csv``."""

from __future__ import annotations

from factbook.facts import Facts

PAGES = {
    "architecture": "Architecture",
    "audit": "Audit",
    "benchmarks-and-prices": "Benchmarks and prices",
    "cost-claims": "Cost claims",
    "estimate": "The estimate",
    "geopolitics": "Geopolitics",
    "hidden-costs": "Hidden costs",
    "index": "Home",
    "market-crash": "The market crash",
}
HIGH = "high"


def editions(facts: Facts) -> list[str]:
    """The editions that corrected something, the newest first."""
    found = {row["edition"]: row["date"] for row in facts.rows("corrections")}
    return sorted(found, key=lambda edition: tuple(map(int, edition.split("."))), reverse=True)


def lines(facts: Facts, edition: str) -> list[list[str]]:
    """What an edition corrected: what stood on which page; what stands there now, and why. First what changed a conclusion.

    Two columns, which a phone can show.

    Args:
        facts: the tables.
        edition: a version such as ``0.3.0``.
    """
    found = [row for row in facts.rows("corrections") if row["edition"] == edition]
    found.sort(key=lambda row: row["weight"] != HIGH)
    return [[f"{PAGES[row['page']]}: {row['said']}", f"{row['says']} Why: {row['why']}"] for row in found]


def count(facts: Facts, weight: str = "") -> str:
    """How many corrections there are, all or those of a weight."""
    return str(sum(not weight or row["weight"] == weight for row in facts.rows("corrections")))
