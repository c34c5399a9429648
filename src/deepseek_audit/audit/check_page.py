"""The rules by which a reader's text is checked, as a chapter emits them: a website makes a page of them.

What the page says of this book stands here; what the engine reads comes with the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from factbook import contract
from factbook.publish import as_html, as_text

SUBJECT = "DeepSeek"
COMMAND = "deepseek-audit check-text FILE"
NOTES = (
    "A number is read with its unit, its hedge (“nearly”, “more than”), whom the sentence gives it to and whom it names as its source. "
    "It is then looked up among the figures that this report knows, each with what it covers and what it is often given to by mistake.",
    "It reads English. It knows the figures of this report and no others: “not known to us” says nothing about whether a figure is right. "
    "It reads sentence by sentence, so it can miss what a figure belongs to where that is said far away, in a headline or in a picture.",
    "It does not judge a text. A figure can be right and the sentence around it misleading, and the other way round; "
    "each note leads to the steps and sources, which decide.",
)
# Until the engine brings its own
PROVISIONAL: Mapping[str, Any] = {
    "title": "Check a text",
    "lead": "Paste an article, a draft or a lesson. Each figure that concerns DeepSeek comes back marked, "
    "with what it covers, whether it is given to the right thing, and a wording that would be right.",
    "languages_note": "This does not look like English. Only English is read, so figures may have been missed or misread.",
    "example": "DeepSeek said that it trained its R1 model for just $5.6 million. SemiAnalysis estimates that the company spent "
    "$1.6 billion on servers.\n\nOn 27 January 2025 Nvidia lost $589 billion of its market value, the most of any company in a day. "
    "R1 itself cost $294,000, on top of the $5.58 million for V3, according to its makers.\n",
    "verdicts": [
        {"key": key, "label": label, "mark": mark, "tone": tone, "told": told, "wrong": wrong}
        for key, label, mark, tone, wrong, told in (
            ("right", "Right", "✓", "good", False, "The figure is known, and the sentence gives it to what it covers."),
            ("other_thing", "Right, but for another thing", "⇄", "bad", True, "The figure is known; it covers something else than said."),
            ("estimate_faithful", "Estimate, reported as one", "❝", "good", False, "An outside estimate, and the sentence says so."),
            ("estimate_as_fact", "Estimate given as a fact", "!", "bad", True, "An outside estimate; the sentence leaves that out."),
            ("contradicted", "Contradicted", "✗", "bad", True, "Good sources give another figure for the same thing."),
            ("no_source", "Circulates without a source", "?", "mind", False, "Many print it; we found nobody who could know it."),
            ("contested", "Known, and contested", "±", "mind", False, "Good sources differ on it."),
            ("unknown", "Not known to us", "•", "open", False, "We have no such figure, which says nothing of its truth."),
        )
    ],
}


@dataclass(frozen=True)
class CheckPage:
    """The page for readers' texts. In a notebook, what a figure may turn out to be.

    Attributes:
        rules: what the engine reads, with the page's ``title`` and ``lead``.
    """

    rules: Mapping[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        shown = self.describe()
        columns, rows = ["Verdict", "It means"], [[verdict.label, verdict.told] for verdict in shown.verdicts]
        return {"text/plain": as_text(columns, rows), "text/html": as_html(columns, rows), shown.MIME_TYPE: shown.to_payload()}

    def describe(self) -> contract.TextRules:
        """What a website shows."""
        rules = dict(self.rules)
        return contract.TextRules(title=rules["title"], lead=rules["lead"], subject=SUBJECT, rules=rules, notes=NOTES, command=COMMAND)
