"""The audit as a chapter shows it: every claim with what a reader needs to check the verdict by hand.

Emitted as data and as a table, as in `factbook.publish`; a website makes one page of each claim.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepseek_audit.audit import hedges, history, provenance, readings, references
from deepseek_audit.audit.claims import ARTICLE_NAMES, CLOSE, RELAYED, RIGHT, VERDICTS, AuditedClaim, label_of, tally
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
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
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
        """The articles with their tallies, those that matter first apart, and what the verdicts are called."""
        first = Counter(claim.verdict for claim in foremost(self.facts, self.audited))
        return contract.Scoreboard(
            verdicts=_verdicts(),
            articles=_articles(self.facts, self.audited),
            beside=(contract.Tally(name="Those that matter first", tally=dict(first)),),
        )


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
        return contract.Foremost(verdicts=_verdicts(), foremost=tuple(_weighed(self.facts, one, rows[one.claim_id]) for one in chosen))


def foremost(facts: Facts, audited: Sequence[AuditedClaim]) -> list[AuditedClaim]:
    """The claims of ``claim_weights.csv``: the weightiest first, of the same weight those first whose figure most texts print."""
    found = {one.claim_id: one for one in audited}
    rows = sorted(facts.rows("claim_weights"), key=lambda row: (WEIGHTS.index(row["weight"]), -_texts(facts, row)))
    return [found[row["claim_id"]] for row in rows]


def _texts(facts: Facts, row: Mapping[str, str]) -> int:
    """How many texts print the figure of a weighed claim, where its way is followed."""
    return round(provenance.count_texts(facts, row["figure"]).magnitude) if row["figure"] else 0


def _weighed(facts: Facts, audited: AuditedClaim, row: Mapping[str, str]) -> contract.WeighedClaim:
    followed = f"{_texts(facts, row)} texts that we followed print it. " if row["figure"] else ""
    return _card(facts, audited, hangs_on_it=row["hangs_on_it"], travels=f"{followed}{row['travels']}")


class News(Shown):
    """Statements of the press, each with its words, the verdict and what would be right."""

    def _table(self) -> tuple[list[str], list[list[str]]]:
        return ["Outlet", "Words", "Verdict"], [[one.article_name, one.quotation, one.label] for one in self.describe().foremost]

    def describe(self) -> contract.Foremost:
        """Each with its outlet and day."""
        return contract.Foremost(verdicts=_verdicts(), foremost=tuple(_told(self.facts, one) for one in self.audited), name="news")


def _card(facts: Facts, audited: AuditedClaim, **besides: str) -> contract.WeighedClaim:
    """A claim as a card; ``besides`` fills or replaces fields."""
    known = {
        "id": audited.claim_id,
        "article_name": _plain_name(audited),
        "paraphrase": audited.claim["paraphrase"],
        "verdict": audited.verdict,
        "label": audited.label,
        "outcome": audited.outcome,
        "because": audited.judgement["reason"],
        "corrected": _as_sentence(corrected(facts, audited)),
    }
    return contract.WeighedClaim(**{**known, **besides})


def _told(facts: Facts, audited: AuditedClaim) -> contract.WeighedClaim:
    return _card(facts, audited, article_name=f"{audited.name}, {write_out(_as_of(audited))}", quotation=audited.quotation["quotation"])


class Rules(Shown):
    """The rules of ``audit_rules.csv``, each with a claim that it decided."""

    def _table(self) -> tuple[list[str], list[list[str]]]:
        return ["Rule", "It says", "Example"], [[one.heading, one.rule, one.paraphrase] for one in self.describe().foremost]

    def describe(self) -> contract.Foremost:
        """Each with its example and that one’s verdict."""
        found = {one.claim_id: one for one in self.audited}
        cards = tuple(
            _card(self.facts, found[row["example"]], heading=f"{row['number']}. {row['name']}", rule=row["rule"])
            for row in self.facts.rows("audit_rules")
        )
        return contract.Foremost(verdicts=_verdicts(), foremost=cards, name="rules")


class Debated(Shown):
    """The claims whose verdict is the most debatable, each with the arguments of both readers."""

    def _table(self) -> tuple[list[str], list[list[str]]]:
        return ["Claim", "Verdict", "Both arguments"], [[one.paraphrase, one.label, one.because] for one in self.describe().foremost]

    def describe(self) -> contract.Foremost:
        """Those of the list “debatable_claims”, in its order."""
        found = {one.claim_id: one for one in self.audited}
        chosen = [found[row["row_id"]] for row in self.facts.where("listings", listing="debatable_claims")]
        cards = tuple(_card(self.facts, one, because=one.judgement["decided"], corrected="") for one in chosen)
        return contract.Foremost(verdicts=_verdicts(), foremost=cards, name="debated")


@dataclass(frozen=True)
class Dossier(Shown):
    """All audited claims, for a website to make pages of; the news beside those of the articles."""

    news: Sequence[AuditedClaim] = ()

    def _table(self) -> tuple[list[str], list[list[str]]]:
        rows = [[claim.claim_id, _plain_name(claim), claim.claim["paraphrase"], claim.label] for claim in self._all()]
        return ["Claim", "Article", "What it says", "Verdict"], rows

    def describe(self) -> contract.Dossier:
        """Everything the pages show."""
        beside = Beside.of(self._all())
        return contract.Dossier(
            verdicts=_verdicts(),
            articles=_articles(self.facts, self.audited),
            claims=tuple(described(self.facts, claim, beside) for claim in self._all()),
            rows={row_id: row_details(row_id) for row_id in sorted({row for claim in self._all() for row in _rows(claim)})},
            readers=readings.WHO_READS,
        )

    def _all(self) -> list[AuditedClaim]:
        return [*self.audited, *self.news]


@dataclass(frozen=True)
class Beside:
    """Which claims stand beside each other: by the judgement that they share, and by what they are compared with."""

    by_judgement: Mapping[str, Sequence[AuditedClaim]]
    by_reference: Mapping[str, Sequence[AuditedClaim]]

    @classmethod
    def of(cls, audited: Iterable[AuditedClaim]) -> Beside:
        """Of some claims."""
        by_judgement: defaultdict[str, list[AuditedClaim]] = defaultdict(list)
        by_reference: defaultdict[str, list[AuditedClaim]] = defaultdict(list)
        for claim in audited:
            by_judgement[claim.judgement["same_as"] or claim.claim_id].append(claim)
            if claim.judgement["reference"]:
                by_reference[claim.judgement["reference"]].append(claim)
        return cls(by_judgement, by_reference)

    def same(self, claim: AuditedClaim) -> list[AuditedClaim]:
        """The other claims that say the same."""
        return [other for other in self.by_judgement.get(claim.judgement["same_as"] or claim.claim_id, ()) if other is not claim]

    def related(self, claim: AuditedClaim) -> list[AuditedClaim]:
        """The other claims that are compared with the same and do not say the same."""
        others = self.by_reference.get(claim.judgement["reference"], ())
        return [other for other in others if other is not claim and other not in self.same(claim)]


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


def described(facts: Facts, audited: AuditedClaim, beside: Beside | None = None) -> contract.Claim:
    """One claim: what is said, what it is compared with, the steps, the verdict and why, who judged it and how it changed."""
    claim, judgement, beside = audited.claim, audited.judgement, beside or Beside.of([audited])
    second = readings.second_reading(facts, audited.claim_id)
    return contract.Claim(
        id=audited.claim_id,
        article=claim["article"],
        article_name=audited.name,
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
        confidence=readings.confidence(judgement, second),
        chapter=judgement["chapter"],
        judged=judgement["judged"],
        as_of=_as_of(audited),
        sources=tuple(_claim_source(facts, row) for row in audited.sources),
        rows=tuple(sorted(_rows(audited))),
        quotation=audited.quotation["quotation"],
        quoted_line=audited.quotation["line"].removeprefix("L"),
        attributed_to=audited.quotation["attributed_to"],
        hedges=_hedges(facts, audited),
        corrected=tuple(corrected(facts, audited)) if not audited.outdated else (),
        choice=judgement["choice"],
        since=_as_sentence(filled(facts, judgement["since"])),
        readings=tuple(_readings(audited, second)),
        decided=judgement["decided"],
        searches=tuple(_search(row) for row in facts.where("searches", claim_id=audited.claim_id)),
        changes=tuple(_change(audited, row) for row in history.changes(facts, audited.claim_id)),
        same=tuple(map(_printed_in, beside.same(audited))),
        related=tuple(map(_printed_in, beside.related(audited))),
        news=claim["article"] not in ARTICLE_NAMES,
    )


def _as_sentence(parts: Iterable[contract.StepNumber | str]) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in parts)


def _as_of(audited: AuditedClaim) -> str:
    """When the article said it, as far as it is known."""
    return audited.claim["as_of"][: DATE_LENGTHS[audited.claim["as_of_precision"]]]


def _label(verdict: str, audited: AuditedClaim) -> str:
    return label_of(verdict, audited.claim)


def _readings(audited: AuditedClaim, second: Mapping[str, str] | None) -> Iterator[contract.Reading]:
    """What each reader called it; the first reader’s reason stands in the verdict’s box where it is the final one."""
    first = audited.judgement["first_verdict"] or audited.verdict
    yield contract.Reading(reader="First", verdict=first, label=_label(first, audited), reason="")
    if second is not None:
        label = _label(second["verdict"], audited)
        yield contract.Reading(reader="Second", verdict=second["verdict"], label=label, reason=second["reason"], doubt=second["doubt"])


def _claim_source(facts: Facts, row: Mapping[str, str]) -> contract.ClaimSource:
    return contract.ClaimSource(**_source(facts, row["source_key"]), says=row["says"], where=row["where"])


def _search(row: Mapping[str, str]) -> contract.Search:
    return contract.Search(**{name: row[name] for name in ("query", "language", "collection", "date", "found")})


def _change(audited: AuditedClaim, row: Mapping[str, str]) -> contract.Change:
    before, after = (_label(row[name], audited) if row[name] else "" for name in ("before", "after"))
    return contract.Change(edition=row["edition"], date=row["date"], before=before, after=after, because=row["because"])


def _printed_in(audited: AuditedClaim) -> contract.PrintedIn:
    return contract.PrintedIn(
        id=audited.claim_id,
        article_name=_plain_name(audited),
        verdict=audited.verdict,
        label=audited.label,
        paraphrase=audited.claim["paraphrase"],
    )


def _hedges(facts: Facts, audited: AuditedClaim) -> tuple[contract.Hedge, ...]:
    """The hedges that stand in the quoted words, each with what it allows."""
    quoted = audited.quotation["quotation"].lower().replace("+", "plus sign")
    words = [word for word in audited.quotation["hedge"].split("; ") if word and word.lower() in quoted]
    return tuple(contract.Hedge(word=word, rule=hedges.KINDS[kind].rule) for word in words for kind in hedges.kinds_of(facts, word))


def corrected(facts: Facts, audited: AuditedClaim) -> Iterator[contract.StepNumber | str]:
    """The claim as it would be right; where it is right, the number that it is compared with.

    Raises:
        UnknownFact: there is no row or function that it names.
    """
    if audited.judgement["corrected"] or audited.verdict not in (*RIGHT, *RELAYED) or not isinstance(audited.reference, Quantity):
        return filled(facts, audited.judgement["corrected"])
    about, reference = audited.judgement["about"], audited.reference
    if not _is_comparable(audited):
        return iter(())
    return iter([f"{about[0].upper()}{about[1:]}: ", *_in_a_list(reference), "."])


def _in_a_list(number: Quantity) -> Step:
    return [f"{number.magnitude:.0f}"] if _is_calendar_year(number) else [_number(number.shown(REFERENCE_DIGITS))]


def filled(facts: Facts, text: str) -> Iterator[contract.StepNumber | str]:
    """A text of ``judgements.csv`` with its numbers in place of their names in braces.

    Raises:
        UnknownFact: there is no such row or function.
    """
    for place, part in enumerate(re.split(r"[{}]", text)):
        if place % 2:
            yield _in_words(references.in_sentence(facts, part))
        elif part:
            yield part


def _in_words(value: references.Value) -> contract.StepNumber | str:
    """A number or a date as a sentence has it."""
    if isinstance(value, str):
        return write_out(value) if ISO_DATE.fullmatch(value) else value
    return f"{value.magnitude:.0f}" if _is_calendar_year(value) else _number(value)


def _said(facts: Facts, audited: AuditedClaim) -> str:
    if audited.claim["unit"] == "text":
        return f"“{audited.quotation['quotation']}”"
    if audited.said is None or audited.claim["unit"] == "year":
        return facts.claim_text(audited.claim_id)
    return str(audited.said.shown(SAID_DIGITS)) + (" times" if _is_multiple(audited) else "")


def _is_comparable(audited: AuditedClaim) -> bool:
    """Whether the reference can stand beside what is said: a number beside mere words can’t."""
    return not isinstance(audited.reference, Quantity) or audited.claim["unit"] != "text"


def _is_multiple(audited: AuditedClaim) -> bool:
    return audited.claim["unit"] == "ratio" and audited.said is not None and audited.said.magnitude > 1


def _plain_name(claim: AuditedClaim) -> str:
    return claim.name.partition(" (")[0]


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
    who = "The article" if claim["article"] in ARTICLE_NAMES else "The outlet"
    said_number = audited.said if claim["unit"] != "year" else None
    said = _number(said_number.shown(SAID_DIGITS)) if said_number is not None else _said(facts, audited)
    if claim["unit"] != "text":
        yield [f"{who} gives ", said, *([" times"] if _is_multiple(audited) else []), *_allowed(low, high), "."]
    if reference is None:
        return
    yield [*_reference_step(facts, judgement["about"], reference), f" {judgement['choice']}"]
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
            f"{who} speaks of something else; for that we would compare it with {judgement['in_scope_about']}: ",
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
