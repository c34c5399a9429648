"""What happened to chips agrees with rules and letters, and which records are a test of them.

The tests among the records are typed in here by hand, from the days on which chips and rules became known.
"""

from collections import Counter
from datetime import date

import pytest

from deepseek_audit.models import export_record
from factbook.facts import load

FACTS = load()
OUTCOMES = export_record.outcomes(FACTS)

# Day a rule was known, the chips that were there by then and not stopped by a letter of before, and the last of their own days
BY_HAND = {
    "rule_2022_10_07": (date(2022, 10, 7), {"rtx_4090": date(2022, 9, 20)}),
    "rule_2023_10_17": (
        date(2023, 10, 17),
        {
            "a800_80gb_sxm": date(2022, 11, 7),
            "h800_sxm": date(2023, 3, 21),
            "l40s": date(2023, 8, 31),
            "l40": date(2022, 10, 31),
            "rtx_4090": date(2022, 9, 20),
        },
    ),
    "notice_2023_10_23": (date(2023, 10, 23), {"l40": date(2022, 10, 31), "rtx_4090": date(2022, 9, 20)}),
    "rule_2026_01_15_h200": (date(2026, 1, 15), {"b200": date(2024, 3, 18)}),
}


def test_the_tests_are_those_found_by_hand():
    assert all(launch < known for known, chips in BY_HAND.values() for launch in chips.values())
    found = Counter((row["rule"], row["chip"]) for row in FACTS.rows("export_outcomes") if export_record.standing(FACTS, row) == "test")
    assert found == Counter((rule, chip) for rule, (_, chips) in BY_HAND.items() for chip in chips)
    assert len(export_record.tests_of(OUTCOMES)) == 9
    assert export_record.chip_count(export_record.tests_of(OUTCOMES)).magnitude == 6


def test_every_record_agrees_once_letters_count():
    assert [outcome.chip_id for outcome in OUTCOMES if not outcome.agrees] == []
    assert len(OUTCOMES) == 31
    assert sum(len(export_record.of_standing(OUTCOMES, name)) for name in export_record.STANDINGS) == len(OUTCOMES)


def test_the_h20_is_stopped_by_the_notice_where_the_rule_frees_it():
    found = {outcome.verdict.rule.rule_id: outcome.verdict for outcome in OUTCOMES if outcome.chip_id == "h20"}
    assert found["rule_2023_10_17"].effect == "free"
    assert found["rule_2026_01_15_h200"].effect == "license"
    assert found["rule_2026_01_15_h200"].clause.paragraph == "as the H20"


def test_a_chip_made_for_a_rule_is_no_test_of_it():
    standing = {(row["rule"], row["chip"]): export_record.standing(FACTS, row) for row in FACTS.rows("export_outcomes")}
    assert standing["rule_2022_10_07", "h800_sxm"] == "came_after"
    assert standing["rule_2023_10_17", "h20"] == "came_after"
    assert standing["rule_2022_10_07", "a100_80gb_sxm"] == "stopped"
    assert standing["rule_2026_01_15_h200", "h200_sxm"] == "named"
    assert standing["rule_2026_01_15_h200", "h20"] == "stopped"


def test_an_unknown_standing_is_refused():
    with pytest.raises(ValueError, match=r"no standing .tested.\. Known: test, named"):
        export_record.of_standing(OUTCOMES, "tested")


def test_grouping_keeps_every_record_and_no_date_that_is_not_shared():
    outcomes = export_record.outcomes(FACTS)
    lines = export_record.grouped(outcomes)
    assert sorted(name for names, _ in lines for name in names.split(", ")) == sorted(outcome.verdict.chip.name for outcome in outcomes)
    for names, line in lines:
        own = [o for o in outcomes if o.verdict.chip.name in names.split(", ") and o.verdict.rule == line.verdict.rule]
        assert {o.account for o in own} == {line.account}
        assert not line.since or {o.since for o in own} == {line.since}
    assert any(line.since == "" and ", " in names for names, line in lines)


def test_no_record_rests_on_our_own_reading():
    """What happened must not be derived from the rule it is compared with."""
    assert all(row["evidence"] in ("primary", "secondary") for row in FACTS.rows("export_outcomes"))


def test_dates_of_the_record_agree_with_the_chips():
    for outcome in export_record.outcomes(FACTS):
        if outcome.in_fact == "restricted" and f"{outcome.chip_id}_restricted_from" in FACTS:
            assert FACTS.row(f"{outcome.chip_id}_restricted_from")["text"] == outcome.since
