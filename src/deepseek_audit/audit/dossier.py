"""The audit as a chapter shows it: every claim with what a reader needs to check the verdict by hand.

Emitted as data and as a table, as in `factbook.publish`; a website makes one page of each claim.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepseek_audit.audit import references
from deepseek_audit.audit.claims import ARTICLE_NAMES, CLOSE, VERDICTS, AuditedClaim, tally
from deepseek_audit.models.cost import SCOPES, sum_of_terms
from factbook import contract, quantity
from factbook.dates import write_out
from factbook.facts import Facts
from factbook.publish import FIRST_CALENDAR_YEAR, Cell, as_html, as_text, row_details
from factbook.quantity import Quantity

# Ends of an interval are shown with every digit they need: 293.5K, not 294K
ENDS_DIGITS = SAID_DIGITS = "7"
REFERENCE_DIGITS = "4"
FORMULA_DIGITS = "5"
# An ISO date that is known to the month or the year says no more
DATE_LENGTHS = {"day": 10, "month": 7, "year": 4}
# The claimed number over its reference is worth a sentence from here on
RATIO_SHOWN = 0.02
# How much hangs on a claim, the most first
WEIGHTS = ("headline", "chapter")
# A claimed sum this near to a figure in circulation is that figure
SAME_FIGURE = 0.001
# A step of a recomputation: texts, and numbers with their trace
Step = list[contract.StepNumber | str]


@dataclass(frozen=True)
class Shown(ABC):
    """Audited claims as a notebook emits them: data for a website, and the same as a table for readers of the notebook."""

    facts: Facts
    audited: Sequence[AuditedClaim]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        (columns, rows), shown = self._table(), self.describe()
        return {"text/plain": as_text(columns, rows), "text/html": as_html(columns, rows), shown.MIME_TYPE: shown.to_payload()}

    @abstractmethod
    def _table(self) -> tuple[list[str], list[list[str]]]:
        """The column heads and the rows."""

    @abstractmethod
    def describe(self) -> contract.Claims:
        """What a website shows."""


class Scoreboard(Shown):
    """How the verdicts fall, by article."""

    def _table(self) -> tuple[list[str], list[list[str]]]:
        counts = tally(self.audited)
        rows = [[name, *(str(counts.get((key, verdict), 0)) for verdict in VERDICTS)] for key, name in ARTICLE_NAMES.items()]
        return ["Article", *VERDICTS.values()], rows

    def describe(self) -> contract.Scoreboard:
        """The articles with their tallies, and what the verdicts are called."""
        return contract.Scoreboard(verdicts=_verdicts(), articles=_articles(self.facts, self.audited))


class FigureIndex(Shown):
    """The figures in circulation, each with the claims that print it."""

    def _table(self) -> tuple[list[str], list[list[str]]]:
        rows = [[figure.printed_as, figure.label, ", ".join(claim.id for claim in figure.claims)] for figure in self.describe().figures]
        return ["Printed as", "What it is", "Claims"], rows

    def describe(self) -> contract.FigureIndex:
        """Each figure of ``headline_figures.csv``; a claim prints it when it says the same, or its reference rests on the same rows."""
        return contract.FigureIndex(verdicts=_verdicts(), figures=tuple(map(self._figure, self.facts.rows("headline_figures"))))

    def _figure(self, row: Mapping[str, str]) -> contract.Figure:
        rows, amount = frozenset(row["terms"].replace("*", " ").split(" ")), sum_of_terms(self.facts, row["terms"])
        claims = tuple(
            contract.PrintedIn(id=claim.claim_id, article_name=_plain_name(claim), verdict=claim.verdict, label=claim.label)
            for claim in self.audited
            if claim.said is not None and claim.claim["unit"] == "usd" and isinstance(claim.reference, Quantity)
            if claim.reference.rows == rows or abs(float(claim.said / amount) - 1) < SAME_FIGURE
        )
        return contract.Figure(label=row["label"], printed_as=row["printed_as"], scope=SCOPES[row["scope"]], claims=claims)


class Foremost(Shown):
    """The claims of ``claim_weights.csv``, the weightiest first."""

    def _table(self) -> tuple[list[str], list[list[str]]]:
        return ["Claim", "Verdict", "What hangs on it"], [[one.paraphrase, one.label, one.hangs_on_it] for one in self.describe().foremost]

    def describe(self) -> contract.Foremost:
        """Each with its verdict and why it matters."""
        rows = {row["claim_id"]: row for row in self.facts.rows("claim_weights")}
        chosen = foremost(self.facts, self.audited)
        return contract.Foremost(verdicts=_verdicts(), foremost=tuple(_weighed(one, rows[one.claim_id]) for one in chosen))


def foremost(facts: Facts, audited: Sequence[AuditedClaim]) -> list[AuditedClaim]:
    """The claims of ``claim_weights.csv``: the weightiest first, of the same weight in the order of the file."""
    found = {one.claim_id: one for one in audited}
    return [found[row["claim_id"]] for row in sorted(facts.rows("claim_weights"), key=lambda row: WEIGHTS.index(row["weight"]))]


def _weighed(audited: AuditedClaim, row: Mapping[str, str]) -> contract.WeighedClaim:
    return contract.WeighedClaim(
        id=audited.claim_id,
        article_name=_plain_name(audited),
        paraphrase=audited.claim["paraphrase"],
        verdict=audited.verdict,
        label=audited.label,
        outcome=audited.outcome,
        because=audited.judgement["reason"],
        hangs_on_it=row["hangs_on_it"],
        travels=row["travels"],
    )


class Dossier(Shown):
    """All audited claims, for a website to make pages of."""

    def _table(self) -> tuple[list[str], list[list[str]]]:
        rows = [[claim.claim_id, _plain_name(claim), claim.claim["paraphrase"], claim.label] for claim in self.audited]
        return ["Claim", "Article", "What it says", "Verdict"], rows

    def describe(self) -> contract.Dossier:
        """Everything the pages show."""
        return contract.Dossier(
            verdicts=_verdicts(),
            articles=_articles(self.facts, self.audited),
            claims=tuple(described(self.facts, claim) for claim in self.audited),
            rows={row_id: row_details(row_id) for row_id in sorted({row for claim in self.audited for row in _rows(claim)})},
        )


def _verdicts() -> tuple[contract.Verdict, ...]:
    return tuple(contract.Verdict(key=key, label=label) for key, label in VERDICTS.items())


def _articles(facts: Facts, audited: Sequence[AuditedClaim]) -> tuple[contract.Article, ...]:
    counts = tally(audited)
    return tuple(
        contract.Article(
            key=key,
            name=name,
            **_source(facts, key),
            tally={verdict: counts.get((key, verdict), 0) for verdict in VERDICTS},
            **_copy_of_article(facts, key),
        )
        for key, name in ARTICLE_NAMES.items()
    )


def _copy_of_article(facts: Facts, key: str) -> dict[str, str]:
    """When an article was published, as far as known, and how its text was obtained; nothing of one that is not in ``articles.csv``."""
    rows = facts.where("articles", article=key)
    if not rows:
        return {}
    row = rows[0]
    dated = f"Between {write_out(row['published_from'])} and {write_out(row['published_to'])}. {row['dated_by']}"
    return {"dated": dated, "obtained": row["obtained"], "copy": row["copy"]}


def described(facts: Facts, audited: AuditedClaim) -> contract.Claim:
    """One claim: what is said, what it is compared with, the steps, the verdict and why."""
    claim, judgement = audited.claim, audited.judgement
    return contract.Claim(
        id=audited.claim_id,
        article=claim["article"],
        article_name=ARTICLE_NAMES[claim["article"]],
        lines=tuple(facts.claim_lines(audited.claim_id)),
        paraphrase=claim["paraphrase"],
        kind=audited.kind,
        said=_said(facts, audited),
        compared_with=_short(audited.reference) if _is_comparable(audited) else "",
        verdict=audited.verdict,
        label=audited.label,
        outcome=audited.outcome,
        decided_by=decided_by(audited),
        steps=tuple(tuple(step) for step in steps(facts, audited)),
        reason=judgement["reason"],
        belongs_to=judgement["belongs_to"] if not audited.outdated else "",
        due=judgement["due"],
        confidence=judgement["confidence"],
        chapter=judgement["chapter"],
        judged=judgement["judged"],
        as_of=claim["as_of"][: DATE_LENGTHS[claim["as_of_precision"]]],
        sources=tuple(contract.ClaimSource(**_source(facts, key)) for key in filter(None, judgement["source_keys"].split(" "))),
        rows=tuple(sorted(_rows(audited))),
        quotation=audited.quotation["quotation"],
        quoted_line=audited.quotation["line"].removeprefix("L"),
        attributed_to=audited.quotation["attributed_to"],
    )


def _said(facts: Facts, audited: AuditedClaim) -> str:
    if audited.said is None or audited.claim["unit"] == "year":
        return facts.claim_text(audited.claim_id)
    return str(audited.said.shown(SAID_DIGITS)) + (" times" if _is_multiple(audited) else "")


def _is_comparable(audited: AuditedClaim) -> bool:
    """Whether the reference can stand beside what is said: a number beside mere words can’t."""
    return not isinstance(audited.reference, Quantity) or audited.claim["unit"] != "text"


def _is_multiple(audited: AuditedClaim) -> bool:
    return audited.claim["unit"] == "ratio" and audited.said is not None and audited.said.magnitude > 1


def _plain_name(claim: AuditedClaim) -> str:
    return ARTICLE_NAMES[claim.claim["article"]].partition(" (")[0]


def in_brief(audited: AuditedClaim) -> list[Cell]:
    """A claim as a line of a table: what it says, the ends of what that allows, its reference, the verdict."""
    reference = audited.reference.shown(REFERENCE_DIGITS) if isinstance(audited.reference, Quantity) else audited.reference or ""
    return [audited.claim["paraphrase"], *(end or "" for end in _ends(audited)), reference, audited.label]


def _ends(audited: AuditedClaim) -> tuple[Quantity | None, Quantity | None]:
    """The ends of what a claim allows, with every digit they need; none where it is open or holds no number."""
    claim = audited.claim
    low, high = (
        quantity.of(claim[name], claim["unit"], audited.claim_id).shown(ENDS_DIGITS)
        if claim[name] and claim["unit"] not in ("text", "date")
        else None
        for name in ("low", "high")
    )
    return low, high


def decided_by(audited: AuditedClaim) -> str:
    """``arithmetic``, ``judgement``, or ``both`` where a judgement adds to what arithmetic shows."""
    if not audited.computed:
        return "judgement"
    return "both" if audited.judgement["verdict"] and not audited.outdated else "arithmetic"


def steps(facts: Facts, audited: AuditedClaim) -> Iterator[Step]:
    """The recomputation in sentences: what is said and allowed, the reference, and how they compare; nothing where there is no number."""
    claim, judgement, reference = audited.claim, audited.judgement, audited.reference
    low, high = _ends(audited)
    said_number = audited.said if claim["unit"] != "year" else None
    said = _number(said_number.shown(SAID_DIGITS)) if said_number is not None else _said(facts, audited)
    if claim["unit"] != "text":
        yield ["The article gives ", said, *([" times"] if _is_multiple(audited) else []), *_allowed(low, high), "."]
    if reference is None:
        return
    yield _reference_step(facts, judgement["about"], reference)
    if claim["unit"] == "year":
        return
    if isinstance(reference, Quantity) and (low is not None or high is not None):
        yield _comparison(audited, low, high, reference)
    if audited.said is not None and isinstance(reference, Quantity) and reference.magnitude:
        ratio = (audited.said / reference).shown("3")
        if abs(float(ratio) - 1) >= RATIO_SHOWN and str(ratio) != "1":
            yield ["The claimed number is ", _number(ratio), " times the reference."]
    if audited.outdated:
        yield [
            "The data differ from those that were judged: the number no longer fits what it was judged to belong to. Arithmetic decides."
        ]
    if audited.in_scope is not None:
        yield [
            f"For what the article speaks of, we would compare it with {judgement['in_scope_about']}: ",
            _value(audited.in_scope),
            *(_computed(facts, audited.in_scope) if isinstance(audited.in_scope, Quantity) else ()),
            ".",
        ]


def _number(number: Quantity) -> contract.StepNumber:
    """A number of a step; the rows behind it stand once for all claims."""
    return number.describe(str(number))


def _allowed(low: Quantity | None, high: Quantity | None) -> Step:
    if low is not None and high is not None and low.magnitude == high.magnitude:
        return [", which leaves no room for rounding"]
    if low is not None and high is not None:
        return [". Its rounding and wording allow ", _number(low), " to ", _number(high)]
    if low is not None:
        return [". Its wording allows ", _number(low), " or more"]
    if high is not None:
        return [". Its wording allows ", _number(high), " or less"]
    return []


def _reference_step(facts: Facts, about: str, reference: references.Value) -> Step:
    if not isinstance(reference, Quantity) or _is_calendar_year(reference):
        return [f"We compare it with {about}: {_short(reference)}."]
    return [f"We compare it with {about}: ", _number(reference.shown(REFERENCE_DIGITS)), *_computed(facts, reference), "."]


def _computed(facts: Facts, number: Quantity) -> Step:
    """How a number comes about, with the values of its rows in place of their names; nothing for a row of its own."""
    if number.formula in number.rows:
        return []

    def value(name: re.Match[str]) -> str:
        row = name[0]
        return str(facts.assumption(row).shown(FORMULA_DIGITS)) if row in number.rows and facts.row(row)["value"] else row

    return [", that is " + re.sub(r"[a-z][a-z0-9_]*", value, number.formula)]


def _is_calendar_year(number: Quantity) -> bool:
    return str(number.unit) == "year" and number.magnitude >= FIRST_CALENDAR_YEAR


def _comparison(audited: AuditedClaim, low: Quantity | None, high: Quantity | None, reference: Quantity) -> Step:
    value = reference.magnitude
    if audited.low <= value <= audited.high:
        return ["The reference lies inside what the claim allows."]
    below = value < audited.low
    nearer = low if below else high
    assert nearer is not None
    share = (abs(reference - nearer) / abs(nearer)).to("percent").shown("2") if nearer.magnitude else None
    place = "below the lower end" if below else "above the upper end"
    tail: Step = [", by ", _number(share), f" of that end. Up to {CLOSE:.0%} counts as close"] if share is not None else []
    return [f"The reference lies {place} of what the claim allows", *tail, "."]


def _value(value: references.Value) -> contract.StepNumber | str:
    return _number(value.shown(REFERENCE_DIGITS)) if isinstance(value, Quantity) else value


def _short(value: references.Value | None) -> str:
    if isinstance(value, Quantity) and _is_calendar_year(value):
        return f"{value.magnitude:.0f}"
    return str(value.shown(REFERENCE_DIGITS)) if isinstance(value, Quantity) else value or ""


def _rows(audited: AuditedClaim) -> set[str]:
    """Ids of the data rows behind the references; a text's row is the fact itself."""
    rows: set[str] = set()
    for value, expression in ((audited.reference, audited.judgement["reference"]), (audited.in_scope, audited.judgement["in_scope"])):
        if isinstance(value, Quantity):
            rows |= value.rows
        elif isinstance(value, str) and not expression.endswith("()"):
            rows.add(expression)
    return rows


def _source(facts: Facts, key: str) -> dict[str, str]:
    source = facts.source(key)
    return {name: source[name] for name in ("title", "url", "publisher", "year", "read_as")} | {"source_key": key}
