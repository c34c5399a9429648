"""Lists of rows in ``data/listings.csv``: each line leads to a row, each list is read, and each list that is read is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factbook.facts import Facts

ROOT = Path(__file__).parents[2]
TEXTS = [path.read_text(encoding="utf-8") for path in (*(ROOT / "book").glob("*.md"), *(ROOT / "src").rglob("*.py"))]


@pytest.fixture(scope="module")
def names(facts: Facts) -> set[str]:
    return {row["listing"] for row in facts.rows("listings")}


def test_each_line_leads_to_a_row(facts: Facts) -> None:
    known = {
        row[key]
        for resource in facts.descriptor["resources"]
        for row in facts.rows(resource["name"])
        for key in ("fact_id", "claim_id", "event_id")
        if key in row
    }
    assert [row for row in facts.rows("listings") if row["row_id"] not in known] == []


def test_each_list_that_is_read_is_there(names: set[str]) -> None:
    read = {name for text in TEXTS for name in re.findall(r'\.(?:listing|events)\("(\w+)"\)', text)}
    assert read - names == set()


def test_each_list_is_read(names: set[str]) -> None:
    """Some are named where a function is called, so that any text in quotes counts."""
    assert names - {name for text in TEXTS for name in re.findall(r'"(\w+)"', text)} == set()
