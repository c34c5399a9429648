"""Corrections: each of an edition that the changelog has, with what changed a conclusion first."""

from __future__ import annotations

import re

from deepseek_audit.audit import corrections
from factbook.facts import Facts
from tests.bookkit.browser import ROOT


def test_every_edition_is_in_the_changelog_with_its_date(facts: Facts) -> None:
    dated = dict(re.findall(r"^## (\S+) \((.*)\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE))
    for row in facts.rows("corrections"):
        year, _, day = row["date"].split("-")
        assert dated[row["edition"]].startswith(f"{int(day)} ") and dated[row["edition"]].endswith(year), row["correction_id"]


def test_what_changed_a_conclusion_stands_first(facts: Facts) -> None:
    newest = corrections.editions(facts)[0]
    heavy = [row["said"] for row in facts.rows("corrections") if row["edition"] == newest and row["weight"] == "high"]
    first = corrections.lines(facts, newest)[: len(heavy)]
    assert heavy and [said.partition(": ")[2] for said, _ in first] == heavy
    assert all(" Why: " in says for _, says in first)


def test_each_edition_has_its_lines_and_all_are_counted(facts: Facts) -> None:
    found = [len(corrections.lines(facts, edition)) for edition in corrections.editions(facts)]
    assert all(found) and str(sum(found)) == corrections.count(facts)
    assert int(corrections.count(facts, corrections.HIGH)) < sum(found)


def test_editions_are_ordered_as_numbers(facts: Facts) -> None:
    first = next(row for row in facts.rows("corrections"))
    other = facts.with_rows("corrections", [{**first, "edition": edition} for edition in ("0.9.0", "0.10.0", "0.2.0")])
    assert corrections.editions(other) == ["0.10.0", "0.9.0", "0.2.0"]
