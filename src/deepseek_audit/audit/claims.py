"""The audit: what the five articles say, what it is compared with, and the verdict.

``data/claims.csv`` holds what an article says, with the interval its own rounding and hedges allow.
``data/judgements.csv`` names what it is compared with, and holds what arithmetic cannot decide. The verdict is
computed here wherever the two can be compared; a judgement that the arithmetic contradicts is an error.
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
    "close": "Close",
    "contradicted": "Contradicted",
    "wrong_scope": "Right number, wrong thing",
    "contested": "Contested",
    "unsupported": "No source found",
    "forecast": "Forecast",
}
# A reference this far outside the claim's interval still counts as close
CLOSE = 0.10
NO_LONGER_RIGHT = "it is judged wrong_scope (right number, wrong thing), but the number does not fit the reference."
# Floating-point noise at an interval's end is no contradiction
NOISE = 1e-9


class AuditError(ValueError):
    """Claims and judgements don't fit. The message has one line per fault."""


@dataclass(frozen=True)
class AuditedClaim:
    """A claim with its reference and verdict.

    Attributes:
        claim: the row of ``claims.csv``.
        judgement: the row of ``judgements.csv``.
        quotation: the row of ``quotations.csv``: the words that the claim rests on.
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
    outdated: str = ""

    @property
    def claim_id(self) -> str:
        """The permalink's name."""
        return self.claim["claim_id"]

    @property
    def kind(self) -> str:
        """``number``, or ``statement`` where the claim has none."""
        return "statement" if self.claim["unit"] in ("text", "date") else "number"

    @property
    def label(self) -> str:
        """The verdict in words."""
        return (ON_STATEMENTS.get(self.verdict) if self.kind == "statement" else None) or VERDICTS[self.verdict]

    @property
    def ratio(self) -> float | None:
        """The claimed number over its reference, where both are numbers and the reference is not zero."""
        if self.said is None or not isinstance(self.reference, Quantity) or not self.reference.magnitude:
            return None
        return self.said.magnitude / self.reference.magnitude


def audit(facts: Facts, *, strict: bool = True) -> list[AuditedClaim]:
    """Every claim of the five articles with its verdict, in the order of ``claims.csv``.

    Args:
        facts: the tables.
        strict: refuse a judgement that the arithmetic contradicts. Whoever changes the data to see what follows
            wants a book all the same: without ``strict`` the arithmetic prevails and the claim is marked ``outdated``.

    Raises:
        AuditError: a claim without a judgement, a reference that does not exist or cannot be compared,
            a judgement that the arithmetic contradicts, or one that lacks what its verdict needs.
    """
    judgements = {row["claim_id"]: row for row in facts.rows("judgements")}
    audited, faults = [], []
    for claim in facts.rows("claims"):
        try:
            if claim["claim_id"] not in judgements:
                raise AuditError("has no judgement. Add a row to data/judgements.csv.")
            audited.append(_audited(facts, claim, judgements[claim["claim_id"]], strict))
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
    judgements = facts.where("judgements", claim_id=claim_id)
    if not judgements:
        raise AuditError(f"{claim_id} has no judgement. Add a row to data/judgements.csv.")
    return _audited(facts, facts.claim_row(claim_id), judgements[0], strict=True)


def _audited(facts: Facts, claim: Row, judgement: Row, strict: bool) -> AuditedClaim:
    for key in filter(None, judgement["source_keys"].split(" ")):
        facts.source(key)
    said = facts.claim(claim["claim_id"]) if claim["value"] else None
    low, high = interval(claim)
    reference = _in_unit_of(claim, references.value_of(facts, judgement["reference"])) if judgement["reference"] else None
    in_scope = _in_unit_of(claim, references.value_of(facts, judgement["in_scope"])) if judgement["in_scope"] else None
    arithmetic = _arithmetic(claim, low, high, reference)
    _require_sound(judgement, reference, arithmetic)
    verdict, outdated = judgement["verdict"] or arithmetic, ""
    if verdict == "wrong_scope" and arithmetic == "contradicted":
        if strict:
            raise AuditError(NO_LONGER_RIGHT)
        verdict, outdated = arithmetic, NO_LONGER_RIGHT
    assert verdict is not None
    outcome = _outcome(arithmetic) if verdict == "forecast" else ""
    computed, quotation = arithmetic is not None, _quotation(facts, claim["claim_id"])
    return AuditedClaim(claim, judgement, said, low, high, reference, in_scope, verdict, computed, outcome, quotation, outdated)


def _quotation(facts: Facts, claim_id: str) -> Row:
    """Raises:
    AuditError: the claim has no quotation.
    """
    found = facts.where("quotations", claim_id=claim_id)
    if not found:
        raise AuditError("has no quotation. Add a row to data/quotations.csv.")
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


def _require_sound(judgement: Row, reference: references.Value | None, arithmetic: str | None) -> None:
    """Refuse a judgement that lacks what its verdict needs, or that arithmetic contradicts."""
    verdict = judgement["verdict"]
    if not judgement["reason"].strip():
        raise AuditError("its reason is empty. Say in one sentence why.")
    if bool(judgement["reference"]) != bool(judgement["about"]):
        raise AuditError("reference and about go together: fill both or none.")
    if bool(judgement["in_scope"]) != bool(judgement["in_scope_about"]):
        raise AuditError("in_scope and in_scope_about go together: fill both or none.")
    if (verdict == "wrong_scope") != bool(judgement["belongs_to"]):
        raise AuditError("belongs_to names the right thing of wrong_scope, and of nothing else.")
    if (verdict == "forecast") != bool(judgement["due"]):
        raise AuditError("due belongs to a forecast, and a forecast has one.")
    if verdict == "unsupported" and reference is not None:
        raise AuditError("it is called unsupported but has a reference.")
    if arithmetic is None:
        if not verdict:
            raise AuditError("arithmetic cannot decide it and it has no judged verdict.")
        if (
            reference is None
            and verdict in ("confirmed", "close", "contradicted", "wrong_scope", "contested")
            and not judgement["source_keys"]
        ):
            raise AuditError(f"it is judged {verdict} without a reference or a source.")
    elif verdict == "contested":
        raise AuditError("it is called contested, but arithmetic decides it. Leave the verdict empty.")
    elif verdict in ("confirmed", "close", "contradicted"):
        same = "repeats" if verdict == arithmetic else "contradicts"
        raise AuditError(f"the judged verdict {verdict} {same} the arithmetic ({arithmetic}). Leave the verdict empty.")


def _outcome(arithmetic: str | None) -> str:
    if arithmetic is None:
        return "open"
    return "missed" if arithmetic == "contradicted" else "met"


def with_verdict(audited: Iterable[AuditedClaim], *verdicts: str) -> list[AuditedClaim]:
    """The claims with one of some verdicts, in the order of the verdicts."""
    return sorted((claim for claim in audited if claim.verdict in verdicts), key=lambda claim: verdicts.index(claim.verdict))


def count_verdicts(audited: Iterable[AuditedClaim], *verdicts: str) -> Quantity:
    """How many claims have one of some verdicts."""
    return count(audited, *verdicts, of=f"claims called {' or '.join(verdicts)}")


def summary(claim: AuditedClaim) -> list[str]:
    """A claim as a line of a table: who says what, and the verdict with its reason."""
    said = f"{ARTICLE_NAMES[claim.claim['article']]}: {claim.claim['paraphrase']}"
    return [said, f"{VERDICTS[claim.verdict]}. {claim.judgement['reason']}"]


def tally(audited: Iterable[AuditedClaim]) -> dict[tuple[str, str], int]:
    """How many claims of each article have each verdict: (article, verdict) to count."""
    return dict(Counter((claim.claim["article"], claim.verdict) for claim in audited))


# Verdicts by which an article was right
RIGHT = ("confirmed", "close")


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
    articles = {row["claim_id"]: ARTICLE_NAMES[row["article"]] for row in facts.rows("claims")}
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


def describe(audited: list[AuditedClaim]) -> dict[str, Quantity]:
    """How many claims there are, how many have each verdict, and for each article how many there are and how many hold."""
    everything, right = count(audited), count(audited, *RIGHT, of="claims confirmed or close")
    holds: dict[str, Quantity] = {}
    for article, own in by_article(audited).items():
        name = article.removeprefix("article_")
        holds |= {f"{name}_all": count(own), f"{name}_right": count(own, *RIGHT, of="claims confirmed or close")}
    return {
        "all": everything,
        "right": right,
        "right_share": (right / everything).to("percent").shown("2"),
        "wrong": count(audited, "contradicted", of="claims contradicted"),
        "scope": count(audited, "wrong_scope", of="claims that are right of another thing"),
        "unsupported": count(audited, "unsupported", of="claims without a source"),
        "contested": count(audited, "contested", of="contested claims"),
        **holds,
    }
