"""Two readings of every claim: how far they agree, and how sure that makes us.

The first reading knew what stood before; the second, ``data/second_readings.csv``, was made without sight of any verdict.
Both are the project’s own: no outside panel has read the claims. Where they differ, a third look decided, and
``data/judgements.csv`` keeps the first verdict beside the final one and says why.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from deepseek_audit.audit.claims import VERDICTS, AuditedClaim
from factbook import quantity
from factbook.facts import Facts
from factbook.publish import Cell
from factbook.quantity import Quantity, Trace
from factbook.tables import Row

# From the least to the most sure
CONFIDENCES = ("low", "medium", "high")
KAPPA_DIGITS = 2
WHO_READS = (
    "Both are this project’s own. The second was made with the rules, the words and the sources, without sight of the first verdict; "
    "its words stand as they were written. No outside panel has read the claims."
)
# Of the interval that statsmodels gives
LEVEL = 0.95


@dataclass(frozen=True)
class Pair:
    """What the two readers called a claim.

    Attributes:
        claim_id: the claim.
        first, second: keys of ``VERDICTS``.
        confidence: of the first reader.
    """

    claim_id: str
    first: str
    second: str
    confidence: str

    @property
    def agree(self) -> bool:
        """Whether they called it the same."""
        return self.first == self.second


def second_reading(facts: Facts, claim_id: str) -> Row | None:
    """The blind reading of a claim; none where there is none yet."""
    return next(iter(facts.where("second_readings", claim_id=claim_id)), None)


def confidence(judgement: Row, second: Row | None) -> str:
    """How sure we are of a verdict, derived from both readings.

    Where both readers came to the same verdict, the confidence of the less sure of them. Where they differ, a step below
    that. Without a second reading at most ``medium``.
    """
    own = CONFIDENCES.index(judgement["confidence"])
    if second is None:
        return CONFIDENCES[min(own, 1)]
    both = min(own, CONFIDENCES.index(second["confidence"]))
    return CONFIDENCES[max(both - 1, 0) if judgement["first_verdict"] else both]


def pairs(facts: Facts, audited: Iterable[AuditedClaim]) -> list[Pair]:
    """Both verdicts of every claim that was read twice."""
    found = []
    for claim in audited:
        second = second_reading(facts, claim.claim_id)
        if second is not None:
            first = claim.judgement["first_verdict"] or claim.verdict
            found.append(Pair(claim.claim_id, first, second["verdict"], claim.judgement["confidence"]))
    return found


def agreement(read: Sequence[Pair]) -> Quantity:
    """The share of claims that both readers called the same, in percent."""
    same = count([pair for pair in read if pair.agree], "claims that both readers called the same")
    return (same / count(read, "claims read twice")).to("percent")


def kappa(read: Sequence[Pair]) -> Quantity:
    """Cohen’s kappa: the agreement beyond what chance would give two readers with these habits, with its 95% interval.

    0 is chance, 1 full agreement. J. Cohen, “A coefficient of agreement for nominal scales”, Educational and Psychological
    Measurement 20 (1960), formula 1; the interval is by the variance of Fleiss, Cohen and Everitt (1969).

    Raises:
        ValueError: there are no claims, or both readers use one and the same verdict for all: then it has no value.
    """
    if len({verdict for pair in read for verdict in (pair.first, pair.second)}) == 1:
        raise ValueError("Kappa has no value: the readers used one verdict for all claims.")
    from statsmodels.stats.inter_rater import cohens_kappa  # Slow to import, and most who audit claims count none

    result = cohens_kappa(_counted(read))
    trace = Trace("Cohen’s kappa of two readings", frozenset(pair.claim_id for pair in read))
    low, value, high = (
        Quantity(float(end), quantity.unit("ratio"), KAPPA_DIGITS, trace) for end in (result.kappa_low, result.kappa, result.kappa_upp)
    )
    return dataclasses.replace(value, low=low, high=high)


def _counted(read: Sequence[Pair]) -> np.ndarray:
    """How often each pair of verdicts occurs: first readers in rows, second in columns."""
    if not read:
        raise ValueError("Kappa has no value: no claim was read twice.")
    places = {verdict: place for place, verdict in enumerate(VERDICTS)}
    table = np.zeros((len(places), len(places)))
    for pair in read:
        table[places[pair.first], places[pair.second]] += 1
    return table


def by_verdict(read: Sequence[Pair]) -> list[list[Cell]]:
    """Lines of a table: a verdict, how often the first reader gave it, how often the second gave it too, and what else most often."""
    return [_line(VERDICTS[verdict], [pair for pair in read if pair.first == verdict]) for verdict in VERDICTS]


def by_confidence(read: Sequence[Pair]) -> list[list[Cell]]:
    """Lines of a table: a confidence of the first reader, how many claims have it, and on how many both agreed."""
    return [_line(word.capitalize(), [pair for pair in read if pair.confidence == word])[:3] for word in reversed(CONFIDENCES)]


def _line(name: str, own: Sequence[Pair]) -> list[Cell]:
    others = Counter(pair.second for pair in own if not pair.agree).most_common(1)
    agreed = [pair for pair in own if pair.agree]
    return [
        name,
        count(own, "claims") if own else "none",
        count(agreed, "claims that both called so") if agreed else "none",
        VERDICTS[others[0][0]] if others else "nothing else",
    ]


def count_partly_blind(facts: Facts) -> Quantity:
    """For how many claims the second reader came upon notes that argue about them."""
    return quantity.count((row["claim_id"] for row in facts.where("second_readings", blind="partly")), "claims read partly blind")


def count(read: Iterable[Pair], of: str) -> Quantity:
    """How many, traced to the claims."""
    return quantity.count((pair.claim_id for pair in read), of)
