"""How good the evidence is: the facts counted by their grade and by how their source was read."""

from __future__ import annotations

from collections import defaultdict

from factbook.facts import Facts
from factbook.publish import Cell
from factbook.quantity import count

GRADES = {"primary": "● primary", "secondary": "◐ secondary", "estimate": "○ estimate", "unverified": "△ unverified"}
READ_AS = {
    "original": "in the original",
    "repository": "in the publisher’s repository",
    "excerpt": "as an excerpt",
    "second_hand": "second-hand",
    "not_read": "not read",
}


def tally(facts: Facts) -> list[list[Cell]]:
    """A line per grade: its name, and for each way of reading (``READ_AS``) how many facts there are, or ``none``."""
    ids: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for fact_id in facts:
        row = facts.row(fact_id)
        ids[row["evidence"], row["read_as"]].append(fact_id)
    return [
        [name, *(count(ids[grade, way], f"{grade} facts") if ids[grade, way] else "none" for way in READ_AS)]
        for grade, name in GRADES.items()
    ]
