"""The charts of the chapter on export rules: what happened when, how far chips are from limits, how many chips there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Unpack

from deepseek_audit.models.export_controls import Rule, distance, estimated, judge
from deepseek_audit.models.export_record import TEST, Outcome
from factbook import charts
from factbook.charts import BLUE, VERMILION, Drawing, Estimate, Rung, Span, Words
from factbook.dates import month, span
from factbook.facts import Facts, Item
from factbook.quantity import Quantity

YEARS = ("2022-01-01", "2026-12-31")
# The span and the day that the chapter is about, by the rows that they start with
MARKED = ("h800_sxm_launch_date", "deepseek_v3_release_date")
LIMIT_LABELS = "datum.value == 0 ? 'limit' : format(datum.value, '+') + '%'"
DISTANCE_AXIS = charts.AmountAxis("Over or under the limit", (-100, 150), [-100, 0, 100], label=LIMIT_LABELS)
SUPPLY_AXIS = charts.AmountAxis("Chips", (0, 240_000), [0, 100_000, 200_000])
COMPUTE_AXIS = charts.AmountAxis("H100 equivalents", (0, 2_900_000), [0, 1_000_000, 2_000_000])
ESTIMATED, REPORTED = BLUE, VERMILION


def offers_over_time(facts: Facts, items: Sequence[Item], **words: Unpack[Words]) -> Drawing:
    """Rules, chips and models on one axis: each a day (role ``start``) or the time until another (role ``end``)."""
    groups: dict[str, list[Span]] = {}
    for item in items:
        first, last = (facts.date(item.id(role)) if item.has(role) else "" for role in ("start", "end"))
        when = span(first, last) if last else month(first)
        written = f"to {month(last)}" if last else ""
        groups.setdefault(item.group, []).append(Span(item.label, first, last, when, written, item.id("start") in MARKED))
    ids = [item.id(role) for item in items for role in ("start", "end") if item.has(role)]
    words.setdefault("source", charts.source_line_of(facts.row(row_id)["source_key"] for row_id in sorted(ids) if row_id in facts))
    for spans in groups.values():
        spans.sort(key=lambda each: each.start)
    band = (facts.date("h800_sxm_launch_date"), facts.date("h800_sxm_restricted_from"))
    return charts.timeline(groups, YEARS, band, **words)


def distances(outcomes: Iterable[Outcome], rules: Iterable[Rule], **words: Unpack[Words]) -> Drawing:
    """How far the chips on record are from the limit of each rule; filled where the record is a test of it."""
    records = list(outcomes)
    groups = {rule.name: _from_limit(records, rule) for rule in rules}
    return charts.forest(groups, DISTANCE_AXIS, **words)


def _from_limit(records: Sequence[Outcome], rule: Rule) -> list[Estimate]:
    """The chips on record of a rule; where a rule qualifies another one, those that need a license under that."""
    tested = {record.chip_id: record.standing == TEST for record in records if record.verdict.rule.rule_id == rule.rule_id}
    chips = {record.chip_id: record.verdict.chip for record in records if record.chip_id in tested}
    marks = []
    for chip_id, chip in chips.items():
        if rule.upon and not judge(chip, rule.upon).caught:
            continue
        found = distance(chip, rule)
        color = VERMILION if found.amount.magnitude >= 0 else BLUE
        marks.append(
            Estimate(f"{chip.name}, {found.property}", found.amount, found.amount, found.amount, color, told_apart=tested[chip_id])
        )
    return sorted(marks, key=lambda mark: mark.value.magnitude)


def supply_ladder(items: Sequence[Item], **words: Unpack[Words]) -> Drawing:
    """How many chips there are: estimates (role ``estimate``) as rings with their range, what was reported (``reported``) as dots."""
    return charts.ladder(_rungs(items), SUPPLY_AXIS, **words)


def compute_ladder(items: Sequence[Item], **words: Unpack[Words]) -> Drawing:
    """How much computing power in chips, in H100s, drawn as :func:`supply_ladder` draws numbers of chips; the axis names the unit."""
    return charts.ladder(_rungs(items), COMPUTE_AXIS, **words)


def _rungs(items: Sequence[Item]) -> dict[str, list[Rung]]:
    def rounded(amount: Quantity) -> Quantity:
        return estimated(amount).shown("3 bare")

    groups: dict[str, list[Rung]] = {}
    for item in items:
        rungs = groups.setdefault(item.group, [])
        if item.has("reported"):
            rungs.append(Rung(item.label, item.reported.shown("bare"), color=REPORTED))
            continue
        low, high = (rounded(end) if end else None for end in (item.estimate.low, item.estimate.high))
        rungs.append(Rung(item.label, rounded(item.estimate), low, high, "estimate", ESTIMATED))
    return groups
