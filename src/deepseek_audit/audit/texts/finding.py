"""What is told of one figure of a text, and the verdicts that there are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """What a verdict means.

    Attributes:
        label: what it is called.
        mark: its sign.
        tone: ``good``, ``mind``, ``bad`` or ``open``.
        told: a sentence for readers.
    """

    label: str
    mark: str
    tone: str
    told: str


# In the order of a legend
MEANINGS = {
    "right": Meaning("Right", "✓", "good", "The figure is known, and the sentence gives it to what it covers."),
    "other_thing": Meaning(
        "Right, but for another thing", "⇄", "bad", "The figure is known; it covers something else than the sentence says."
    ),
    "estimate_faithful": Meaning("Estimate, reported as one", "❝", "good", "The figure is an outside estimate, and the sentence says so."),
    "estimate_as_fact": Meaning(
        "Estimate given as a fact", "!", "bad", "The figure is an outside estimate, and the sentence gives it as a fact."
    ),
    "contradicted": Meaning("Contradicted", "✗", "bad", "Good sources give another figure for the same thing."),
    "no_source": Meaning("Circulates without a source", "?", "mind", "Many print the figure; nobody was found who could know it."),
    "contested": Meaning("Known, and contested", "±", "mind", "The figure is known, and good sources or the sentence dispute it."),
    "unknown": Meaning("Not known to us", "•", "open", "No such figure is in the data of the report, which says nothing of its truth."),
}
VERDICTS = {key: meaning.label for key, meaning in MEANINGS.items()}
# Something is wrong, or given to the wrong thing
WRONG = frozenset(key for key, meaning in MEANINGS.items() if meaning.tone == "bad")


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
