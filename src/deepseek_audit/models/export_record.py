"""What happened to chips (``data/export_outcomes.csv``), beside what the rules and letters say of them.

A record is a test of a rule only if the chip was there before it, no letter had stopped the chip already, and the rule
does not name the chip. Whoever designs a chip for a rule, or writes a rule around a chip, makes them agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from deepseek_audit.models.export_controls import FREE, IN_FACT, Rule, Verdict, chip, judge, letters, rules
from factbook.dates import write_out
from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, Trace, unit

TEST, NAMED, STOPPED, CAME_AFTER = "test", "named", "stopped", "came_after"
STANDINGS = (TEST, NAMED, STOPPED, CAME_AFTER)
# The day from which makers knew a rule or letter
KNOWN_FROM = {
    "letter_2022_08_26": "rule_letter_2022_date",
    "rule_2022_10_07": "rule_2022_release_date",
    "rule_2023_10_17": "rule_2023_release_date",
    "notice_2023_10_23": "rule_2023_immediate_effect_date",
    "notice_2025_04_09_h20": "rule_h20_notice_date",
    "rule_2026_01_15_h200": "rule_h200_effective_date",
}
_RECORD_WORDS = {"free": "free", "restricted": "restricted", "case_by_case": "case by case"}


@dataclass(frozen=True)
class Outcome:
    """A verdict beside what happened. ``standing``: whether it is a test of the rule, and if not, why."""

    verdict: Verdict
    chip_id: str
    in_fact: str
    since: str
    brought_by: str
    account: str
    standing: str

    @property
    def agrees(self) -> bool:
        """Whether the rule as coded, or a letter beside it, says what happened."""
        return IN_FACT[self.verdict.effect] == self.in_fact


def outcomes(facts: Facts) -> list[Outcome]:
    """Every record with the verdict on the same chip: that of its rule, or of a letter in force where the rule leaves it free."""
    known, beside = rules(facts), letters(facts)
    return [
        Outcome(
            _verdict(facts, row, known, beside),
            row["chip"],
            row["in_fact"],
            row["since"],
            row["brought_by"],
            row["account"],
            standing(facts, row),
        )
        for row in facts.rows("export_outcomes")
    ]


def _verdict(facts: Facts, row: Mapping[str, str], known: Mapping[str, Rule], beside: Mapping[str, Rule]) -> Verdict:
    subject = chip(facts, row["chip"])
    if row["rule"] in beside:
        return judge(subject, beside[row["rule"]])
    verdict = judge(subject, known[row["rule"]])
    in_force = [letter for letter_id, letter in beside.items() if facts.text(KNOWN_FROM[letter_id]) <= row["since"]]
    caught = [found for found in (judge(subject, letter) for letter in in_force) if found.caught]
    return replace(caught[0], rule=verdict.rule) if verdict.effect == FREE and caught else verdict


def standing(facts: Facts, row: Mapping[str, str]) -> str:
    """Whether a record is a test of its rule, and if not, why: named in it, stopped by a letter before, or later than it."""
    if row["named"] == "true":
        return NAMED
    known_from = facts.text(KNOWN_FROM[row["rule"]])
    of_chip = facts.where("export_outcomes", chip=row["chip"])
    if any(other["brought_by"] in ("letter", "notice") and other["since"] < known_from for other in of_chip):
        return STOPPED
    return TEST if facts.text(f"{row['chip']}_launch_date") < known_from else CAME_AFTER


def of_standing(records: Iterable[Outcome], name: str) -> list[Outcome]:
    """The records of one standing of :data:`STANDINGS`."""
    if name not in STANDINGS:
        raise ValueError(f"There is no standing {name!r}. Known: {', '.join(STANDINGS)}.")
    return [record for record in records if record.standing == name]


def tests_of(records: Iterable[Outcome]) -> list[Outcome]:
    """The records that are tests."""
    return of_standing(records, TEST)


def grouped(records: Iterable[Outcome]) -> list[tuple[str, Outcome]]:
    """Records that differ in the chip alone, as one line: the chips' names and one of the records, dated where all share the date."""
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for record in records:
        key = (record.verdict.rule.rule_id, IN_FACT[record.verdict.effect], record.in_fact, record.account, record.standing)
        groups.setdefault(key, []).append(record)
    return [(", ".join(record.verdict.chip.name for record in group), _dated_if_shared(group)) for group in groups.values()]


def _dated_if_shared(group: list[Outcome]) -> Outcome:
    return group[0] if len({record.since for record in group}) == 1 else replace(group[0], since="")


def comparison(outcome: Outcome) -> str:
    """Whether code and record agree, what the record says, since when, and what came of it."""
    code, record = _RECORD_WORDS[IN_FACT[outcome.verdict.effect]], _RECORD_WORDS[outcome.in_fact]
    since = f" from {write_out(outcome.since)}" if outcome.since else ""
    agreement = "Agree" if outcome.agrees else f"Differ: code {code}, record"
    return f"{agreement}: {record}{since}. {outcome.account}"


def record_count(chosen: Iterable[Outcome]) -> Quantity:
    """How many records there are, traced to the export status of their chips."""
    records = list(chosen)
    rows = frozenset(f"{outcome.chip_id}_china_status" for outcome in records)
    return Quantity(float(len(records)), unit("count"), EXACT, Trace("count of rows of export_outcomes.csv", rows))


def chip_count(chosen: Iterable[Outcome]) -> Quantity:
    """How many chips the records are about."""
    chips = sorted({outcome.chip_id for outcome in chosen})
    return Quantity(float(len(chips)), unit("count"), EXACT, Trace("count of chips", frozenset(f"{name}_china_status" for name in chips)))
