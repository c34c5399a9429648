"""The audit: what the five articles say, what it is compared with, and the verdict.

``data/claims.csv`` holds what an article says, with the interval its own rounding and hedges allow.
``data/judgements.csv`` names what it is compared with, and holds what arithmetic cannot decide. The verdict is
computed here wherever the two can be compared; a judgement that the arithmetic contradicts is an error.

Both tables also hold statements of the press that are not in the five articles: the news. They are judged by the same rules
and counted apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deepseek_audit.audit import references
from factbook import quantity
from factbook.facts import Facts, UnknownFact, UnverifiedFact
from factbook.publish import Cell
from factbook.quantity import Quantity, UnitError
from factbook.tables import Row

# Two of the articles have no title of their own; these names are ours.
ARTICLE_NAMES = {
    "article_294k": "R1-bill article (untitled)",
    "article_arthnova": "Arthnova",
    "article_economics": "Economics explainer",
    "article_giganectar": "GigaNectar",
    "article_vtcnews": "VTC News",
}
# A verdict as it is called on a statement without a number, where that differs
ON_STATEMENTS = {"wrong_scope": "Right words, wrong thing"}
ATTRIBUTIONS = ("right", "conflated", "unsupported")
# What an attribution tells, and how a table or a chart heads it
VERDICTS = {
    "confirmed": "Confirmed",
    "as_disclosed": "As disclosed",
    "reported": "Reported accurately, not verified",
    "close": "Close",
    "wrong_scope": "Right number, wrong thing",
    "contradicted": "Contradicted",
    "contested": "Contested",
    "unsupported": "No source found",
    "not_traced": "Not traced",
    "forecast": "Forecast",
}
# Verdicts by which what an article says holds, and by which it passes on what somebody says and nobody else has checked
RIGHT = ("confirmed", "close")
RELAYED = ("as_disclosed", "reported")
# Those by which it gives a reader something wrong
WRONG = ("wrong_scope", "contradicted")
# They say that nothing was found to compare with, or nothing that decides
WITHOUT_REFERENCE = ("contested", "unsupported", "not_traced")
# A reference this far outside the claim's interval still counts as close
CLOSE = 0.10
NO_LONGER_RIGHT = "it is judged {verdict}, but the number does not fit the reference."
# Floating-point noise at an interval's end is no contradiction
NOISE = 1e-9


class AuditError(ValueError):
    """Claims and judgements don't fit. The message has one line per fault."""


@dataclass(frozen=True)
class AuditedClaim:
    """A claim with its reference and verdict.

    Attributes:
        claim: the row of ``claims.csv``.
        judgement: the row of ``judgements.csv``; where it is the same as that of another claim, what stands there.
        quotation: the row of ``quotations.csv``: the words that the claim rests on.
        sources: the rows of ``claim_sources.csv``: which source says what, and where.
        name: what its article, or the outlet, is called.
        said: the claimed number, if it has one.
        low, high: the interval that the claim's rounding and hedges allow, in the claim's unit; infinite where open.
        reference: what it is compared with, in the claim's unit where it is a number.
        in_scope: for ``wrong_scope``, the reference for what the article speaks of.
        verdict: a key of ``VERDICTS``.
        computed: whether arithmetic decided (or confirmed) the verdict.
        outcome: of a forecast: ``met``, ``missed`` or ``open``.
        outdated: what no longer fits, where the data were changed after the judgement.
    """

    claim: Row
    judgement: Row
    said: Quantity | None
    low: float
    high: float
    reference: references.Value | None
    in_scope: references.Value | None
    verdict: str
    computed: bool
    outcome: str
    quotation: Row
    sources: tuple[Row, ...]
    name: str
    outdated: str = ""

    @property
    def claim_id(self) -> str:
        """The permalink's name."""
        return self.claim["claim_id"]

    @property
    def kind(self) -> str:
        """``number``, or ``statement`` where the claim has none."""
        return kind_of(self.claim)

    @property
    def label(self) -> str:
        """The verdict in words."""
        return label_of(self.verdict, self.claim)

    @property
    def ratio(self) -> float | None:
        """The claimed number over its reference, where both are numbers and the reference is not zero."""
        if self.said is None or not isinstance(self.reference, Quantity) or not self.reference.magnitude:
            return None
        return self.said.magnitude / self.reference.magnitude


def kind_of(claim: Row) -> str:
    """``number``, or ``statement`` where a row of ``claims.csv`` has none."""
    return "statement" if claim["unit"] in ("text", "date") else "number"


def label_of(verdict: str, claim: Row) -> str:
    """A verdict in words, as it is called on a claim."""
    return (ON_STATEMENTS.get(verdict) if kind_of(claim) == "statement" else None) or VERDICTS[verdict]


def audit(facts: Facts, *, strict: bool = True) -> list[AuditedClaim]:
    """Every claim of the five articles with its verdict, in the order of ``claims.csv``; see `audit_news` for those of the press.

    Args:
        facts: the tables.
        strict: refuse a judgement that the arithmetic contradicts. Whoever changes the data to see what follows
            wants a book all the same: without ``strict`` the arithmetic prevails and the claim is marked ``outdated``.

    Raises:
        AuditError: a claim without a judgement, a reference that does not exist or cannot be compared,
            a judgement that the arithmetic contradicts, or one that lacks what its verdict needs.
    """
    return _audit(facts, (row for row in facts.rows("claims") if row["article"] in ARTICLE_NAMES), strict)


def audit_news(facts: Facts, *, strict: bool = True) -> list[AuditedClaim]:
    """Every statement of the news with its verdict, in the order of ``claims.csv``; no tally of the articles includes them.

    Raises:
        AuditError: as `audit`.
    """
    return _audit(facts, (row for row in facts.rows("claims") if row["article"] not in ARTICLE_NAMES), strict)


def _audit(facts: Facts, rows: Iterable[Row], strict: bool) -> list[AuditedClaim]:
    audited, faults = [], []
    for claim in rows:
        try:
            audited.append(_audited(facts, claim, strict))
        except (AuditError, UnitError, UnknownFact, UnverifiedFact) as error:
            faults.append(f"{claim['claim_id']}: {error}")
    if faults:
        raise AuditError("\n".join(faults))
    return audited


def audit_one(facts: Facts, claim_id: str) -> AuditedClaim:
    """One claim with its verdict.

    Raises:
        AuditError: its judgement is missing, lacks what its verdict needs, or is contradicted by the arithmetic.
    """
    return _audited(facts, facts.claim_row(claim_id), strict=True)


# What a row takes from the row that it is the same as
OWN_COLUMNS = ("claim_id", "same_as", "chapter", "judged")


def judgement_of(facts: Facts, claim_id: str) -> Row:
    """The row of ``judgements.csv`` on a claim; where it names another claim that says the same, with what stands there.

    Raises:
        AuditError: there is none, or the row that it names is itself the same as another.
    """
    row = _one(facts, "judgements", claim_id, "judgement")
    if not row["same_as"]:
        return row
    if filled := [column for column, cell in row.items() if cell and column not in OWN_COLUMNS]:
        raise AuditError(f"it is the same as {row['same_as']}, so leave {', '.join(filled)} empty.")
    shared = _one(facts, "judgements", row["same_as"], "judgement")
    if shared["same_as"]:
        raise AuditError(f"{row['same_as']} is itself the same as {shared['same_as']}. Name that one.")
    return {**shared, **{column: row[column] for column in OWN_COLUMNS}}


def _audited(facts: Facts, claim: Row, strict: bool) -> AuditedClaim:
    claim_id = claim["claim_id"]
    judgement = judgement_of(facts, claim_id)
    sources = tuple(facts.where("claim_sources", claim_id=judgement["same_as"] or claim_id))
    said = facts.claim(claim_id) if claim["value"] else None
    low, high = interval(claim)
    reference = _in_unit_of(claim, references.value_of(facts, judgement["reference"])) if judgement["reference"] else None
    in_scope = _in_unit_of(claim, references.value_of(facts, judgement["in_scope"])) if judgement["in_scope"] else None
    arithmetic = _arithmetic(claim, low, high, reference)
    _require_sound(judgement, reference, arithmetic, bool(sources))
    verdict, outdated = judgement["verdict"] or arithmetic, ""
    if verdict in (*RELAYED, "wrong_scope") and arithmetic == "contradicted":
        fault = NO_LONGER_RIGHT.format(verdict=verdict)
        if strict:
            raise AuditError(fault)
        verdict, outdated = arithmetic, fault
    assert verdict is not None
    return AuditedClaim(
        claim,
        judgement,
        said,
        low,
        high,
        reference,
        in_scope,
        verdict,
        computed=arithmetic is not None,
        outcome=_outcome(judgement, arithmetic) if verdict == "forecast" else "",
        quotation=_one(facts, "quotations", claim_id, "quotation"),
        sources=sources,
        name=ARTICLE_NAMES.get(claim["article"]) or _outlet(facts.source(claim["article"])),
        outdated=outdated,
    )


def _outlet(source: Row) -> str:
    """Who says what a piece of the news says: its speaker where a short name tells, else the outlet."""
    return source["short_name"] or source["publisher"]


def _one(facts: Facts, table: str, claim_id: str, what: str) -> Row:
    """The row of a table on a claim.

    Raises:
        AuditError: there is none.
    """
    found = facts.where(table, claim_id=claim_id)
    if not found:
        raise AuditError(f"{claim_id} has no {what}. Add a row to data/{table}.csv.")
    return found[0]


def interval(claim: Row) -> tuple[float, float]:
    """What a claim's rounding and hedges allow, in its own unit; infinite where it is open.

    Raises:
        AuditError: the interval is upside down, or does not hold the claimed value.
    """
    low = float(claim["low"]) if claim["low"] else -math.inf
    high = float(claim["high"]) if claim["high"] else math.inf
    value = float(claim["value"]) if claim["value"] else None
    if low > high or (value is not None and not low <= value <= high):
        raise AuditError(f"its interval from {claim['low']} to {claim['high']} is upside down or does not hold {claim['value']}.")
    return low, high


def compared(low: float, high: float, reference: Quantity) -> str:
    """The verdict of arithmetic on a number.

    ``confirmed``: the reference lies inside the claim's interval. ``close``: it lies within a tenth of the interval's
    nearer end, or the reference's own stated range overlaps the interval. Else ``contradicted``.
    """
    value = reference.magnitude
    noise = NOISE * abs(value)
    if low - noise <= value <= high + noise:
        return "confirmed"
    nearer = low if value < low else high
    if abs(value - nearer) <= CLOSE * abs(nearer) + noise:
        return "close"
    reference_low = reference.low.magnitude if reference.low else value
    reference_high = reference.high.magnitude if reference.high else value
    return "close" if reference_low <= high + noise and reference_high >= low - noise else "contradicted"


def _in_unit_of(claim: Row, reference: references.Value) -> references.Value:
    """The reference in the claim's unit.

    Raises:
        UnitError: it measures something else.
    """
    if isinstance(reference, str) or claim["unit"] in ("text", "date"):
        return reference
    return reference.to(claim["unit"])


def _arithmetic(claim: Row, low: float, high: float, reference: references.Value | None) -> str | None:
    """What arithmetic says, or nothing where the claim has no number or date, or there is nothing to compare."""
    if reference is None:
        return None
    if claim["unit"] == "date":
        if not isinstance(reference, str):
            raise AuditError("a date is compared with a number. Name a fact that holds a date.")
        return "confirmed" if reference == claim["text"] else "contradicted"
    if claim["unit"] == "text":
        return None
    if isinstance(reference, str):
        raise AuditError("a number is compared with a text. Name a fact that holds a number.")
    if not math.isfinite(low) and not math.isfinite(high):
        return None
    verdict = compared(low, high, reference)
    # A tenth of a year number is two centuries: a year is right or wrong
    return "contradicted" if claim["unit"] == "year" and verdict == "close" else verdict


def _require_sound(judgement: Row, reference: references.Value | None, arithmetic: str | None, sourced: bool) -> None:
    """Refuse a judgement that lacks what its verdict needs, or that arithmetic contradicts."""
    verdict = judgement["verdict"]
    if not judgement["reason"].strip():
        raise AuditError("its reason is empty. Say in one sentence why.")
    if bool(judgement["reference"]) != bool(judgement["about"]):
        raise AuditError("reference and about go together: fill both or none.")
    if judgement["reference"] and not judgement["choice"]:
        raise AuditError("its choice is empty. Say in one sentence why this is the right reference.")
    if bool(judgement["in_scope"]) != bool(judgement["in_scope_about"]):
        raise AuditError("in_scope and in_scope_about go together: fill both or none.")
    if (verdict == "wrong_scope") != bool(judgement["belongs_to"]):
        raise AuditError("belongs_to names the right thing of wrong_scope, and of nothing else.")
    if judgement["due"] and verdict != "forecast":
        raise AuditError("due belongs to a forecast.")
    if bool(judgement["outcome"]) != (verdict == "forecast" and arithmetic is None):
        raise AuditError("outcome belongs to a forecast that arithmetic cannot score, and such a forecast has one.")
    if bool(judgement["first_verdict"]) != bool(judgement["decided"]):
        raise AuditError("first_verdict and decided go together: fill both where the two readings differ, else none.")
    if verdict in WITHOUT_REFERENCE and reference is not None:
        raise AuditError(f"it is called {verdict} but has a reference.")
    if arithmetic is None:
        if not verdict:
            raise AuditError("arithmetic cannot decide it and it has no judged verdict.")
        if reference is None and not sourced and verdict in (*RIGHT, *RELAYED, *WRONG, "contested"):
            raise AuditError(f"it is judged {verdict} without a reference or a source.")
    elif verdict in (*RIGHT, "contradicted"):
        same = "repeats" if verdict == arithmetic else "contradicts"
        raise AuditError(f"the judged verdict {verdict} {same} the arithmetic ({arithmetic}). Leave the verdict empty.")


def _outcome(judgement: Row, arithmetic: str | None) -> str:
    if arithmetic is None:
        return judgement["outcome"]
    return "missed" if arithmetic == "contradicted" else "met"


def with_verdict(audited: Iterable[AuditedClaim], *verdicts: str) -> list[AuditedClaim]:
    """The claims with one of some verdicts, in the order of the verdicts."""
    return sorted((claim for claim in audited if claim.verdict in verdicts), key=lambda claim: verdicts.index(claim.verdict))


def count_verdicts(audited: Iterable[AuditedClaim], *verdicts: str) -> Quantity:
    """How many claims have one of some verdicts."""
    return count(audited, *verdicts, of=f"claims called {' or '.join(verdicts)}")


def summary(claim: AuditedClaim) -> list[str]:
    """A claim as a line of a table: who says what, and the verdict with its reason."""
    said = f"{claim.name}: {claim.claim['paraphrase']}"
    return [said, f"{VERDICTS[claim.verdict]}. {claim.judgement['reason']}"]


def tally(audited: Iterable[AuditedClaim]) -> dict[tuple[str, str], int]:
    """How many claims of each article have each verdict: (article, verdict) to count."""
    return dict(Counter((claim.claim["article"], claim.verdict) for claim in audited))


def count(audited: Iterable[AuditedClaim], *verdicts: str, of: str = "claims") -> Quantity:
    """How many claims have one of some verdicts, or any; traced to the claims.

    Args:
        audited: the claims.
        verdicts: keys of ``VERDICTS``; all where none is given.
        of: what they are called in the formula.
    """
    return quantity.count((claim.claim_id for claim in audited if not verdicts or claim.verdict in verdicts), of)


def by_article(audited: Iterable[AuditedClaim]) -> dict[str, list[AuditedClaim]]:
    """The claims of each article, by its source key."""
    articles: dict[str, list[AuditedClaim]] = {key: [] for key in ARTICLE_NAMES}
    for claim in audited:
        articles[claim.claim["article"]].append(claim)
    return articles


def attributions(facts: Facts) -> list[dict[str, str]]:
    """Each cost or hardware figure of an article and what it belongs to: ``data/attributions.csv`` with the article's name."""
    articles = {row["claim_id"]: ARTICLE_NAMES[row["article"]] for row in facts.rows("claims") if row["article"] in ARTICLE_NAMES}
    return [{**row, "article": articles[row["claim_id"]]} for row in facts.rows("attributions")]


def wrongly_given(attributions: Iterable[Mapping[str, str]]) -> list[list[Cell]]:
    """Lines of a table: figures given to the wrong thing, those first whose own thing loses the most of them.

    Each is as printed, given to, belongs to, and the article.
    """
    wrong = [row for row in attributions if row["status"] == "conflated"]
    lost = Counter(row["belongs_to"] for row in wrong)
    wrong.sort(key=lambda row: (-lost[row["belongs_to"]], row["belongs_to"]))
    return [[row[name] for name in ("printed_as", "given_to", "belongs_to", "article")] for row in wrong]


def count_attributions(attributions: Iterable[Mapping[str, str]], of_what: str, status: str = "", of: str = "") -> Quantity:
    """How many attributions there are, or how many with a status, or of a thing too, traced to their claims."""
    kept = (row for row in attributions if status in ("", row["status"]) and of in ("", row["belongs_to"]))
    return quantity.count((row["claim_id"] for row in kept), of_what)


# Groups of verdicts that sentences count, with what they are called there
GROUPS = {
    "right": (RIGHT, "claims confirmed or close"),
    "relayed": (RELAYED, "claims passed on as disclosed or reported"),
    "misled": (WRONG, "claims contradicted or right of another thing"),
}


def describe(audited: list[AuditedClaim]) -> dict[str, Quantity]:
    """How many claims there are, how many have each verdict, and of each article how many are right, passed on, or mislead."""
    everything = count(audited)
    counts = {name: count(audited, *verdicts, of=words) for name, (verdicts, words) in GROUPS.items()}
    by_name = {key.removeprefix("article_"): own for key, own in by_article(audited).items()}
    return {
        "all": everything,
        **counts,
        **{f"{name}_share": (counts[name] / everything).to("percent").shown("2") for name in GROUPS},
        "wrong": count(audited, "contradicted", of="claims contradicted"),
        "scope": count(audited, "wrong_scope", of="claims that are right of another thing"),
        "unsupported": count(audited, "unsupported", of="claims without a source"),
        "not_traced": count(audited, "not_traced", of="people and quotations not traced"),
        "contested": count(audited, "contested", of="contested claims"),
        "forecasts": count(audited, "forecast", of="forecasts"),
        **{f"{name}_all": count(own) for name, own in by_name.items()},
        **{
            f"{name}_{group}": count(own, *verdicts, of=words)
            for name, own in by_name.items()
            for group, (verdicts, words) in GROUPS.items()
        },
    }
