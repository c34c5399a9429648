"""The US export rules for AI chips, and letters to their makers, as data and one evaluator.

A rule version, or a letter, is a list of clauses (``data/export_clauses.csv``) over limits (``data/export_rules.csv``).
The first clause whose conditions all hold decides; a chip that meets none is free. The same clauses make the formula
behind the page's calculator, so the two cannot drift apart.

The limits are those of ECCN 3A090 in 87 FR 62186 (October 2022) and 88 FR 73458 (October 2023), and of 91 FR 1684
(January 2026), which changes how license applications are judged and not which chips need one. A letter binds the
maker it goes to, from its date on, beside the rule in force; the record of what happened is in ``export_record``.
The clauses are those for exports from the United States: the path of January 2026 is open to no others.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from deepseek_audit.models.dates import days_between as days_between
from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, constant, format_range

# ECCN 3A090, technical notes 1 and 2: operations per second, dense, times the bit length; the highest product counts
BITS = {
    "fp16_bf16_dense": constant(16, "tpp*second/Tflop", "16 bits"),
    "fp8_dense": constant(8, "tpp*second/Tflop", "8 bits"),
    "int8_dense_tops": constant(8, "tpp/tops", "8 bits"),
}
UNITS = {"tpp": "tpp", "performance_density": "tpp/mm**2", "interconnect": "gigabyte/second", "memory_bandwidth": "gigabyte/second"}
PROPERTY_NAMES = {
    "tpp": "TPP",
    "performance_density": "density",
    "interconnect": "link",
    "memory_bandwidth": "memory bandwidth",
    "data_center": "market",
}
CHIP_NAMES = {
    "a100_80gb_sxm": "A100",
    "a800_80gb_sxm": "A800",
    "h100_sxm": "H100",
    "h800_sxm": "H800",
    "l40s": "L40S",
    "rtx_4090": "RTX 4090",
    "rtx_4090_d": "RTX 4090 D",
    "h20": "H20",
    "l20": "L20",
    "l2": "L2",
    "h200_sxm": "H200",
    "mi325x": "MI325X",
    "b200": "B200",
    "ascend_910b": "Ascend 910B",
    "ascend_910c": "Ascend 910C",
    "l40": "L40",
}
RULE_NAMES = {
    "rule_2022_10_07": "October 2022",
    "rule_2023_10_17": "October 2023",
    "rule_2026_01_15_h200": "January 2026",
}
# Letters that inform a maker of a license requirement (part 744 of the rules), oldest first
LETTER_NAMES = {
    "letter_2022_08_26": "Letter of August 2022",
    "notice_2023_10_23": "Notice of October 2023",
    "notice_2025_04_09_h20": "Notice of April 2025",
}
# A chip's property, the metric of data/chips.csv that holds it, and its unit
_METRICS = {
    "tpp": ("total_processing_performance", "tpp"),
    "die_area": ("die_area", "mm**2"),
    "interconnect": ("interconnect_bandwidth", "gigabyte/second"),
    "memory_bandwidth": ("memory_bandwidth", "gigabyte/second"),
}
# The rule of January 2026 sorts the chips that need a license under the rule of October 2023
_BUILDS_ON = {"rule_2026_01_15_h200": "rule_2023_10_17"}
# Rows that contradict another row of the same property; their notes say why they are not used
_CONTRADICTED = frozenset({"h800_link_bandwidth_press_2023", "h200_sxm_tpp_quoted", "ascend_910b_memory_bandwidth_boardor"})
_UNVERIFIED = "unverified"
# Units that the property's own name says already
_BARE = frozenset({"tpp", "performance_density"})
ESTIMATE_DIGITS = 3.0
FREE, LICENSE, NOTICE, CASE_BY_CASE = "free", "license", "notice", "case_by_case"
EFFECT_WORDS = {FREE: "free", LICENSE: "caught", NOTICE: "caught", CASE_BY_CASE: "case by case"}
# What a verdict must find in the record of what happened
IN_FACT = {FREE: "free", LICENSE: "restricted", NOTICE: "restricted", CASE_BY_CASE: "case_by_case"}
# The facts that count Nvidia's chips sold to China since 2022, by chip
LEGAL_UNITS = {
    "a100_80gb_sxm": "a100_units_china",
    "a800_80gb_sxm": "a800_units_shipped",
    "h800_sxm": "h800_units_shipped",
    "h20": "h20_units_shipped",
}
# How a row on a chip's status says that it is not exported from the United States
_DOMESTIC = "domestic"


class UnknownChip(KeyError):
    """No such chip. The message names the nearest."""

    def __str__(self) -> str:
        return str(self.args[0])


class MissingSpecification(ValueError):
    """A rule asks for a property that is not known of the chip."""


@dataclass(frozen=True)
class Condition:
    """One condition of a clause: a property against a limit (none for the market a chip is made for)."""

    property: str
    comparison: str
    limit: Quantity | None
    fact_id: str

    def holds(self, chip: Chip) -> bool:
        """Whether the chip meets it.

        Raises:
            MissingSpecification: the chip's property is not known.
        """
        if self.property == "data_center":
            return chip.data_center == (self.comparison == "is")
        value, limit = chip.known(self.property), self.limit
        assert limit is not None
        return value >= limit if self.comparison == "at_least" else value < limit

    def missed(self, chip: Chip) -> str:
        """Why the condition fails, in a few words: ``link of 400 GB/s is under 600 GB/s``."""
        if self.limit is None:
            return "made for consumers" if self.comparison == "is" else "made for data centers"
        side = "under" if self.comparison == "at_least" else "not under"
        shown = "5 bare" if self.property in _BARE else "5"
        return f"{PROPERTY_NAMES[self.property]} of {format(chip.known(self.property), shown)} {side} {format(self.limit, shown)}"


@dataclass(frozen=True)
class Clause:
    """Conditions joined by “and”, and what follows when all hold."""

    clause_id: str
    paragraph: str
    effect: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Rule:
    """One version of the rules. ``upon``: the version whose license requirement this one only qualifies."""

    rule_id: str
    name: str
    clauses: tuple[Clause, ...]
    upon: Rule | None = None


@dataclass(frozen=True)
class Chip:
    """What a rule looks at. Units: tpp, mm**2, gigabyte/second.

    ``assumed``: properties nobody has verified; ``exported``: whether it comes from the United States at all.
    """

    name: str
    data_center: bool
    tpp: Quantity | None = None
    die_area: Quantity | None = None
    interconnect: Quantity | None = None
    memory_bandwidth: Quantity | None = None
    assumed: frozenset[str] = field(default_factory=frozenset)
    exported: bool = True

    @property
    def performance_density(self) -> Quantity | None:
        """TPP per area of logic dies made with non-planar transistors (unit tpp/mm**2; 3A090, technical note 4)."""
        return None if self.tpp is None or self.die_area is None else (self.tpp / self.die_area).to("tpp/mm**2")

    def known(self, property_name: str) -> Quantity:
        """A property that a rule asks for.

        Raises:
            MissingSpecification: it is not known.
        """
        value: Quantity | None = getattr(self, property_name)
        if value is None:
            raise MissingSpecification(f"{self.name}: a rule asks for its {PROPERTY_NAMES[property_name]}, which is not given.")
        return value


@dataclass(frozen=True)
class Verdict:
    """What a rule version says of a chip, and why.

    Attributes:
        chip, rule: what was judged.
        effect: ``free``, ``license``, ``notice`` or ``case_by_case``.
        clause: the clause that decides, if one does.
        reason: the clause, or the limits that the chip stays clear of, with numbers.
        assumed: unverified properties that the verdict rests on.
        missed: names of the properties that keep the chip out of a clause.
    """

    chip: Chip
    rule: Rule
    effect: str
    clause: Clause | None
    reason: str
    assumed: frozenset[str]
    missed: tuple[str, ...] = ()

    @property
    def caught(self) -> bool:
        """Whether a license, or a notice in its place, is needed."""
        return self.effect != FREE

    @property
    def text(self) -> str:
        """The verdict and what decides it, in a few words, without numbers: ``free: link``, ``caught: a.1``."""
        decides = ", ".join(self.missed) or self.reason.removeprefix("3A090.")
        if self.effect == NOTICE:
            decides = decides.partition(",")[0] + ", notice"
        words = EFFECT_WORDS[self.effect] if self.effect == CASE_BY_CASE else f"{EFFECT_WORDS[self.effect]}: {decides}"
        return words + (" †" if self.assumed else "")


def judge(chip: Chip, rule: Rule) -> Verdict:
    """Run a chip through a rule version.

    Raises:
        MissingSpecification: a clause asks for a property that is not known of the chip.
    """
    below = judge(chip, rule.upon) if rule.upon else None
    if below is not None and below.effect != LICENSE:
        return replace(below, rule=rule)
    used = set(below.assumed) if below else set()
    for clause in rule.clauses:
        met = []
        for condition in clause.conditions:
            met.append(condition)
            if not condition.holds(chip):
                break
        else:
            used |= _assumed(chip, met)
            return Verdict(chip, rule, clause.effect, clause, clause.paragraph, frozenset(used))
        used |= _assumed(chip, met)
    misses = _misses(chip, rule)
    reason = " and ".join(condition.missed(chip) + (f" ({part})" if part else "") for condition, part in misses)
    if below is not None:
        over = tuple(PROPERTY_NAMES[condition.property] for condition, _ in misses)
        return Verdict(chip, rule, LICENSE, below.clause, reason, frozenset(used), over)
    parts: dict[str, list[str]] = {}
    for condition, part in misses:
        parts.setdefault(PROPERTY_NAMES[condition.property], []).append(part)
    missed = tuple(name + (f" ({', '.join(of_clauses)})" if any(of_clauses) else "") for name, of_clauses in parts.items())
    return Verdict(chip, rule, FREE, None, reason, frozenset(used), missed)


def _assumed(chip: Chip, conditions: Iterable[Condition]) -> set[str]:
    parts = {"performance_density": {"tpp", "die_area"}}
    asked = set[str]().union(*(parts.get(condition.property, {condition.property}) for condition in conditions))
    return asked & chip.assumed


def _misses(chip: Chip, rule: Rule) -> list[tuple[Condition, str]]:
    """What keeps a chip out: of the only clause, or of the lowest ones (3A090.b.1 and b.2), with the clause's short name."""
    if len(rule.clauses) == 1:
        (clause,) = rule.clauses
        part = clause.paragraph if rule.upon else ""
        return [(condition, part) for condition in clause.conditions if not condition.holds(chip)]
    lowest = [clause for clause in rule.clauses if clause.effect == NOTICE and not _is_consumers(clause)] or rule.clauses
    return [(next(c for c in clause.conditions if not c.holds(chip)), clause.paragraph.removeprefix("3A090.")) for clause in lowest]


def _is_consumers(clause: Clause) -> bool:
    return any(condition.property == "data_center" for condition in clause.conditions)


def formula(rule: Rule) -> Callable[..., Any]:
    """The rule as a function of plain numbers or sympy symbols, for the calculator.

    Returns:
        A function of ``tpp``, ``die_area`` (mm²), ``interconnect`` and ``memory_bandwidth`` (GB/s) and
        ``data_center`` (1 or 0) that gives the code of the verdict, a key of :func:`codes`.
    """

    def code(tpp: Any, die_area: Any, interconnect: Any, memory_bandwidth: Any, data_center: Any) -> Any:
        values = {
            "tpp": tpp,
            "performance_density": tpp / die_area,
            "interconnect": interconnect,
            "memory_bandwidth": memory_bandwidth,
            "data_center": data_center,
        }
        return _piecewise(rule, values)

    return code


def _piecewise(rule: Rule, values: Mapping[str, Any]) -> Any:
    import sympy

    keys = codes(rule)
    number = {key: code for code, key in keys.items()}
    if rule.upon is None:
        pieces = [(number[clause.clause_id], _all(clause, values)) for clause in rule.clauses]
        return sympy.Piecewise(*pieces, (0, True))
    (clause,) = rule.clauses
    earlier = rule.upon
    # An earlier clause decides; where it asks for a license, this rule's clause may qualify it
    pieces = []
    for before in earlier.clauses:
        here = _all(before, values)
        if before.effect == LICENSE:
            pieces.append((number[clause.clause_id], sympy.And(here, _all(clause, values))))
        pieces.append((number[before.clause_id], here))
    return sympy.Piecewise(*pieces, (0, True))


def _all(clause: Clause, values: Mapping[str, Any]) -> Any:
    import sympy

    return sympy.And(*(_test(condition, values[condition.property]) for condition in clause.conditions))


def _test(condition: Condition, value: Any) -> Any:
    import sympy

    if condition.limit is None:
        return sympy.Ge(value, sympy.Rational(1, 2)) if condition.comparison == "is" else sympy.Lt(value, sympy.Rational(1, 2))
    limit = sympy.Float(condition.limit.magnitude) if condition.limit.magnitude % 1 else sympy.Integer(int(condition.limit.magnitude))
    return sympy.Ge(value, limit) if condition.comparison == "at_least" else sympy.Lt(value, limit)


def codes(rule: Rule) -> dict[int, str]:
    """The verdict codes of a rule's formula: 0 is free by no clause, the others name a clause."""
    clauses = [*(rule.upon.clauses if rule.upon else ()), *rule.clauses]
    return {0: FREE} | {index: clause.clause_id for index, clause in enumerate(clauses, 1)}


def code_texts(rule: Rule) -> dict[int, str]:
    """What each code means, for a reader."""
    clauses = {clause.clause_id: clause for clause in [*(rule.upon.clauses if rule.upon else ()), *rule.clauses]}
    nothing = "Not caught: no clause of 3A090 fits"
    if len(clauses) == 1:
        (only,) = clauses.values()
        properties = " or ".join(PROPERTY_NAMES[condition.property] for condition in only.conditions)
        nothing = f"Not caught: {properties} under the limit of {only.paragraph}"
    return {code: nothing if not code else _code_text(clauses[key], rule) for code, key in codes(rule).items()}


def _code_text(clause: Clause, rule: Rule) -> str:
    words = {
        FREE: "Not caught: taken out by {}",
        LICENSE: "Caught by {}",
        NOTICE: "Caught by {}; a notice may stand in for the license",
        CASE_BY_CASE: "Caught, judged case by case under {}",
    }
    text = words[clause.effect].format(clause.paragraph)
    return f"{text}; presumed denied" if rule.upon and clause.effect == LICENSE else text


# From the tables


def rules(facts: Facts) -> dict[str, Rule]:
    """The rule versions by id, oldest first."""
    found: dict[str, Rule] = {}
    for rule_id, name in RULE_NAMES.items():
        found[rule_id] = Rule(rule_id, name, _clauses(facts, rule_id), found.get(_BUILDS_ON.get(rule_id, "")))
    return found


def letters(facts: Facts) -> dict[str, Rule]:
    """The letters to makers by id, oldest first, as rules of their own."""
    return {letter_id: Rule(letter_id, name, _clauses(facts, letter_id)) for letter_id, name in LETTER_NAMES.items()}


def versions(facts: Facts) -> list[Rule]:
    """The rules, then the letters."""
    return [*rules(facts).values(), *letters(facts).values()]


def _clauses(facts: Facts, rule_id: str) -> tuple[Clause, ...]:
    rows = [row for row in facts.rows("export_clauses") if row["rule"] == rule_id]
    clauses = []
    for clause_id in dict.fromkeys(row["clause"] for row in rows):
        of_clause = [row for row in rows if row["clause"] == clause_id]
        conditions = tuple(_condition(facts, row) for row in of_clause)
        clauses.append(Clause(clause_id, of_clause[0]["paragraph"], of_clause[0]["effect"], conditions))
    return tuple(clauses)


def _condition(facts: Facts, row: Mapping[str, str]) -> Condition:
    limit = None if row["property"] == "data_center" else facts[row["threshold"]].to(UNITS[row["property"]])
    return Condition(row["property"], row["comparison"], limit, row["threshold"])


def chip(facts: Facts, chip_id: str) -> Chip:
    """One chip of ``data/chips.csv``.

    Its TPP is the row that says so, which the tests compare with :func:`total_processing_performance`.

    Raises:
        UnknownChip: there is no such chip.
    """
    if chip_id not in CHIP_NAMES:
        raise UnknownChip(_unknown_chip(chip_id))
    rows = [row for row in facts.rows("chips") if row["subject"] == chip_id and row["fact_id"] not in _CONTRADICTED]
    by_metric = {row["metric"]: row for row in rows}
    found = {name: _read(facts, by_metric.get(metric), unit_name) for name, (metric, unit_name) in _METRICS.items()}
    assumed = {name for name, value in found.items() if value and any(facts.row(key)["evidence"] == _UNVERIFIED for key in value.rows)}
    made_for = by_metric["marketed_for"]["text"] == "data centers"
    exported = not by_metric["china_status"]["text"].startswith(_DOMESTIC)
    return Chip(CHIP_NAMES[chip_id], made_for, **found, assumed=frozenset(assumed), exported=exported)


def chips(facts: Facts) -> dict[str, Chip]:
    """All chips by id, in the order of :data:`CHIP_NAMES`."""
    return {chip_id: chip(facts, chip_id) for chip_id in CHIP_NAMES}


def _read(facts: Facts, row: Mapping[str, str] | None, unit_name: str) -> Quantity | None:
    return None if row is None else facts.assumption(row["fact_id"]).to(unit_name).shown("5")


def total_processing_performance(throughput: Quantity, metric: str) -> Quantity:
    """Dense throughput of one number format times its bit length (unit tpp)."""
    return (throughput * BITS[metric]).to("tpp")


@dataclass(frozen=True)
class Distance:
    """How far a chip lies over a rule’s limit (above zero) or under it (percent of the limit), and the property that decides."""

    chip: Chip
    property: str
    amount: Quantity


def distance(chip: Chip, rule: Rule) -> Distance:
    """How far a chip is from the line below which a rule leaves it free, or, in January 2026, leaves it to be judged case by case.

    Conditions of a clause hold together, so the one nearest to failing decides; a chip is free once no clause fits, so the
    clause that it reaches furthest decides. What is made for consumers is measured against the limit of note 2.
    """
    if rule.upon is not None:
        return max((_over(chip, condition) for condition in rule.clauses[0].conditions), key=_amount)
    of_market = [clause for clause in rule.clauses if all(c.limit is not None or c.holds(chip) for c in clause.conditions)]
    exempt = [condition for clause in of_market if clause.effect == FREE for condition in clause.conditions if condition.limit]
    if exempt:
        return _over(chip, exempt[0])
    floors = [[c for c in clause.conditions if c.comparison == "at_least"] for clause in of_market]
    return max((min((_over(chip, c) for c in clause), key=_amount) for clause in floors), key=_amount)


def _over(chip: Chip, condition: Condition) -> Distance:
    assert condition.limit is not None
    share = ((chip.known(condition.property) - condition.limit) / condition.limit).to("percent")
    return Distance(chip, PROPERTY_NAMES[condition.property], share.shown("2"))


def _amount(distance: Distance) -> float:
    return distance.amount.magnitude


def judged_alike(chips: Iterable[Chip], rules: Iterable[Rule]) -> dict[tuple[str, ...], list[str]]:
    """What each rule says of a chip exported from the United States, and the names of the chips of which all say the same."""
    chosen, alike = list(rules), dict[tuple[str, ...], list[str]]()
    for chip in chips:
        if chip.exported:
            alike.setdefault(tuple(judge(chip, rule).text for rule in chosen), []).append(chip.name)
    return alike


def specification(chip: Chip) -> list[Quantity]:
    """What the rules look at, as a table shows it: TPP, area (mm²), link and memory bandwidth (GB/s)."""
    return [chip.known(name).shown("5 bare") for name in ("tpp", "die_area", "interconnect", "memory_bandwidth")]


def told(event: Mapping[str, str]) -> str:
    """An event in a few words that name who acted."""
    text = event["event"] if event["actor"] in event["event"] else f"{event['event']} ({event['actor']})"
    return text.replace("'", "’")


def limit_rows(rule: Rule) -> list[tuple[str, Quantity | None, Quantity | None]]:
    """A rule's limits, a line per clause and property: what it is, at least, below."""
    found: dict[str, dict[str, Quantity]] = {}
    for clause in rule.clauses:
        for condition in clause.conditions:
            if condition.limit is not None:
                ends = found.setdefault(f"{rule.name}, {clause.paragraph}: {PROPERTY_NAMES[condition.property]}", {})
                ends[condition.comparison] = condition.limit.shown("5 bare" if condition.property in _BARE else "5")
    return [(name, ends.get("at_least"), ends.get("below")) for name, ends in found.items()]


def estimated(number: Quantity) -> Quantity:
    """The same number with no more than three digits, for estimates that are written out to the last chip."""
    return replace(number, digits=min(number.digits, ESTIMATE_DIGITS)) if number.digits != EXACT else number


def in_h100s(facts: Facts, units: Mapping[str, str]) -> Quantity:
    """Numbers of chips as H100s of the same processing performance (h100_equivalent): the sum of units × TPP / TPP of the H100.

    Args:
        facts: the tables.
        units: the fact that counts each chip, by the chip's id.
    """
    per_h100 = constant(1, "h100_equivalent/gpu", "1 H100 equivalent per GPU")
    h100 = chip(facts, "h100_sxm").known("tpp")
    parts = [facts[fact_id] * chip(facts, chip_id).known("tpp") / h100 * per_h100 for chip_id, fact_id in units.items()]
    return sum(parts[1:], parts[0]).to("h100_equivalent")


def debate(facts: Facts) -> list[dict[str, str]]:
    """The questions of ``data/debate_questions.csv`` with the values of the facts they name filled in."""
    filled = []
    for row in facts.rows("debate_questions"):
        values = {name: _as_said(facts, name) for name in f"{row['work_facts']} {row['fail_facts']}".split()}
        filled.append({name: cell.format(**values) if name.startswith("controls") else cell for name, cell in row.items()})
    return filled


def _as_said(facts: Facts, fact_id: str) -> str:
    row = facts.row(fact_id)
    if not row["value"]:
        return facts.text(fact_id)
    number = facts[fact_id]
    if number.low is not None and number.high is not None and row["metric"].startswith("lag"):
        return format_range(number.low, number.high)
    return str(estimated(number))


def _unknown_chip(name: str) -> str:
    near = difflib.get_close_matches(name, CHIP_NAMES, n=3)
    hint = f" Did you mean {', '.join(near)}?" if near else f" Known: {', '.join(CHIP_NAMES)}."
    return f"There is no chip called {name!r}.{hint}"
