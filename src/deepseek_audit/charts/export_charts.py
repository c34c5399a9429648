"""The charts of the chapter on export rules: chips on the planes of the rules, what was on offer when, how many were shipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack

from deepseek_audit.models.export_controls import Chip, Rule, estimated
from factbook import charts
from factbook.charts import BLUE, GREEN, PURPLE, VERMILION, Drawing, LogAxis, Region, Rung, Span, Spot, Words
from factbook.dates import abbreviate, span
from factbook.facts import Facts, Item
from factbook.quantity import Quantity

TPP_AXIS = LogAxis("TPP, log axis", (1e3, 1e5), [1e3, 1e4, 1e5])
LINK_AXIS = LogAxis("Link, GB/s, log axis", (40, 4000), [100, 1000])
DENSITY_AXIS = LogAxis("Density, TPP per mm², log axis", (1, 60), [1, 10])
# Where the names of the regions stand, in units of the axes
LINK_LABEL, DENSE_LABEL, THIN_LABEL = (5100, 2600), (11000, 1.3), (2480, 1.85)
LINK, DENSITY = "interconnect", "performance_density"
SUPPLY_AXIS = charts.AmountAxis("GPUs, log axis", (1e3, 3e7), [1e3, 1e4, 1e5, 1e6, 1e7], True)
COMPUTE_AXIS = charts.AmountAxis("H100 equivalents, log axis", (5e4, 2e7), [1e5, 1e6, 1e7], True)
YEARS = ("2020-01-01", "2026-12-31")
SPAN_COLORS = (VERMILION, BLUE, GREEN, PURPLE)
SHIPPED, OWNED = BLUE, VERMILION


def link_plane(facts: Facts, chips: Mapping[str, Chip], rule: Rule, **words: Unpack[Words]) -> Drawing:
    """Chips by TPP and link, with the corner that a rule catches if both reach its limits."""
    limit = limits(rule)
    words.setdefault("source", [*_measured(chips, LINK), *_limits_of(facts, "rule_2022_tpp_min", "rule_2022_interconnect_min")])
    tpp, link = limit["rule_2022_tpp_min"], limit["rule_2022_interconnect_min"]
    caught = Region(tpp, None, link, None, VERMILION, "3A090.a: license", LINK_LABEL)
    return charts.plane(spots(facts, chips, LINK), [caught], TPP_AXIS, LINK_AXIS, **words)


def density_plane(facts: Facts, chips: Mapping[str, Chip], rule: Rule, **words: Unpack[Words]) -> Drawing:
    """Chips by TPP and performance density, with what a rule catches (red) and where a notice may do (blue)."""
    limit = limits(rule)
    highest, lowest = limit["rule_2023_a1_tpp_min"], limit["rule_2023_a2_tpp_min"]
    dense, mid, thin = (limit[f"rule_2023_{clause}_density_min"] for clause in ("a2", "b2", "b1"))
    regions = [
        Region(highest, None, None, None, VERMILION, "3A090.a: license", DENSE_LABEL),
        Region(lowest, highest, dense, None, VERMILION),
        Region(lowest, highest, mid, dense, BLUE),
        Region(limit["rule_2023_b1_tpp_min"], highest, thin, mid, BLUE, "3A090.b", THIN_LABEL),
    ]
    return charts.plane(spots(facts, chips, DENSITY), regions, TPP_AXIS, DENSITY_AXIS, **words)


def limits(rule: Rule) -> dict[str, float]:
    """The limits of a rule by the ids of their rows, each in its own unit."""
    return {each.fact_id: each.limit.magnitude for clause in rule.clauses for each in clause.conditions if each.limit}


def spots(facts: Facts, chips: Mapping[str, Chip], measure: str) -> list[Spot]:
    """The chips on a plane, with the labels of ``chip_labels.csv``."""
    labels = {row["chip_id"]: row for row in facts.where("chip_labels", measure=measure)}
    found = []
    for chip_id, chip in chips.items():
        row = labels[chip_id]
        found.append(Spot(chip.known("tpp"), chip.known(measure), chip.name, row["label"], row["place"] or "right", row["mark"]))
    return found


def _measured(chips: Mapping[str, Chip], measure: str) -> Iterable[Quantity]:
    return (amount for chip in chips.values() for amount in (chip.known("tpp"), chip.known(measure)))


def _limits_of(facts: Facts, *fact_ids: str) -> Iterable[Quantity]:
    return (facts[fact_id] for fact_id in fact_ids)


def offers_over_time(facts: Facts, items: Sequence[Item], **words: Unpack[Words]) -> Drawing:
    """Rules, chips and models on one axis: each a day (role ``start``) or the time until another (role ``end``)."""
    groups: dict[str, list[Span]] = {}
    for item in items:
        first, last = (facts.date(item.id(role)) if item.has(role) else "" for role in ("start", "end"))
        spans = groups.setdefault(item.group, [])
        color = SPAN_COLORS[list(groups).index(item.group)]
        spans.append(Span(item.label, first, last, span(first, last) if last else abbreviate(first), color))
    ids = [item.id(role) for item in items for role in ("start", "end") if item.has(role)]
    words.setdefault("source", charts.source_line_of(facts.row(row_id)["source_key"] for row_id in sorted(ids) if row_id in facts))
    for spans in groups.values():
        spans.sort(key=lambda each: each.start)
    return charts.timeline(groups, YEARS, **words)


def supply_ladder(items: Sequence[Item], **words: Unpack[Words]) -> Drawing:
    """How many chips there are: estimates (role ``estimate``) as rings with their range, what was reported (``reported``) as dots."""
    return charts.ladder(_rungs(items), SUPPLY_AXIS, **words)


def compute_ladder(items: Sequence[Item], **words: Unpack[Words]) -> Drawing:
    """How much computing power in chips, in H100s, drawn as :func:`supply_ladder` draws numbers of chips; the axis names the unit."""
    return charts.ladder(_rungs(items, bare=True), COMPUTE_AXIS, **words)


def _rungs(items: Sequence[Item], *, bare: bool = False) -> dict[str, list[Rung]]:
    def rounded(amount: Quantity) -> Quantity:
        return estimated(amount).shown("3 bare") if bare else estimated(amount)

    groups: dict[str, list[Rung]] = {}
    for item in items:
        rungs = groups.setdefault(item.group, [])
        if item.has("reported"):
            rungs.append(Rung(item.label, item.reported, color=GREEN))
            continue
        low, high = (rounded(end) if end else None for end in (item.estimate.low, item.estimate.high))
        rungs.append(Rung(item.label, rounded(item.estimate), low, high, "estimate", SHIPPED if len(groups) == 1 else OWNED))
    return groups
