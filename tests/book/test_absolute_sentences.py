"""A sentence that says “only”, “never” or “nobody” has a ground: a check that can fail, a test, or a reason why neither can.

`absolute_sentences.csv` has the words of each such sentence; `shown_by` names a rule of `data/checks.csv` or a file of tests.
Where that is empty, `reason` says what the words rest on: a search, a definition, a rule of the report. The list may name
more sentences than the words below find, and a row whose sentence is gone does no harm. What it can't do: it finds words,
not meanings, and “the same” and “first” are too common to be looked for.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("absolute_sentences.csv")
WORDS = re.compile(r"\b(the only|never|always|nobody|no one|none of|no other|all of (?:them|these))\b", re.IGNORECASE)
HEAD = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.DOTALL | re.MULTILINE)
ROLE = re.compile(r"\{[\w:]+\}`[^`]*`")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = rows(LIST)
CHECKS = {check["check_id"] for check in rows(ROOT / "data/checks.csv")}


def sentences(text: str) -> list[str]:
    """The lines of a chapter with such words, without its code and roles."""
    prose = CELL.sub("", HEAD.sub("", text))
    return [line for line in (ROLE.sub("#", line) for line in prose.splitlines()) if WORDS.search(line)]


def without_ground(chapter: str, text: str) -> list[str]:
    """Those that the list does not have."""
    said = [row["says"] for row in ROWS if row["chapter"] == chapter]
    return [line for line in sentences(text) if not any(words in line for words in said)]


@pytest.mark.parametrize("chapter", sorted(path.stem for path in (ROOT / "book").glob("*.md")))
def test_each_absolute_sentence_has_a_ground(chapter: str) -> None:
    missing = without_ground(chapter, (ROOT / "book" / f"{chapter}.md").read_text(encoding="utf-8"))
    assert not missing, f"name these in {LIST.name}, with what shows them or why nothing can: {missing}"


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['chapter']}: {row['says'][:40]}" for row in ROWS])
def test_what_shows_it_exists(row: dict[str, str]) -> None:
    assert row["reason"].strip(), "say what the sentence rests on"
    assert not row["shown_by"] or row["shown_by"] in CHECKS or (ROOT / row["shown_by"]).is_file(), row["shown_by"]


def test_a_new_absolute_sentence_is_found() -> None:
    text = "---\na: 1\n---\n# T\n\nR1 is the only model with {fact}`x`.\nIt is good.\n```{code-cell} ipython3\nnever = 1\n```\n"
    assert without_ground("cost-claims", text) == ["R1 is the only model with #."]
