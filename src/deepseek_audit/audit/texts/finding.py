"""What is told of one figure of a text, and the verdicts that there are."""

from __future__ import annotations

from dataclasses import dataclass

# In the order of a legend
VERDICTS = {
    "right": "Right",
    "other_thing": "Right, but for another thing",
    "estimate_faithful": "Estimate, reported as one",
    "estimate_as_fact": "Estimate given as a fact",
    "contradicted": "Contradicted",
    "no_source": "Circulates without a source",
    "contested": "Known, and contested",
    "unknown": "Not known to us",
}
# Something is wrong, or given to the wrong thing
WRONG = frozenset({"other_thing", "estimate_as_fact", "contradicted"})


@dataclass(frozen=True)
class Finding:
    """A figure of a text.

    Attributes:
        start: where it begins in the text, in code points.
        end: where it ends, exclusive.
        text: the figure as printed, such as “$5.6 million”.
        value: the number in base units (dollars, GPU hours); of a range its lower end.
        high: the upper end of a range, else nothing.
        unit: of the value, such as ``usd`` or ``gpu_hour``.
        read_as: the value in words for people.
        hedge: words such as “nearly”, or nothing.
        attributed_to: whom the sentence gives it to, or nothing.
        subject: key of what the sentence gives it to, or nothing.
        subject_label: the same in words.
        figure: id of the known figure, or nothing.
        label: what the known figure is.
        claim: id of the claim whose page explains it, or nothing.
        verdict: a key of :data:`VERDICTS`.
        why: one sentence.
        wording: a sentence to copy, or nothing.
        link: an address below the site's root, or nothing.
    """

    start: int
    end: int
    text: str
    value: float
    high: float | None
    unit: str
    read_as: str
    hedge: str
    attributed_to: str
    subject: str
    subject_label: str
    figure: str
    label: str
    claim: str
    verdict: str
    why: str
    wording: str
    link: str
