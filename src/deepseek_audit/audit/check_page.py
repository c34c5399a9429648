"""The rules by which a reader's text is checked, as a chapter emits them: a website makes a page of them.

What the page says of this book stands here; what the engine reads comes with the rules.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from deepseek_audit.audit.texts.finding import MEANINGS, WRONG
from deepseek_audit.audit.texts.knowledge import rules_of
from factbook import contract
from factbook.facts import Facts
from factbook.publish import as_html, as_text

SUBJECT = "DeepSeek"
COMMAND = "deepseek-audit check-text FILE"
NOTES = (
    "A number is read with its unit, its hedge (“nearly”, “more than”), whom the sentence gives it to and whom it names as its source. "
    "It is then looked up among the figures that this report knows, each with what it covers and what it is often given to by mistake.",
    "It reads English. It knows the figures of this report and no others: “not known to us” says nothing about whether a figure is right. "
    "It reads sentence by sentence, so it can miss what a figure belongs to where that is said far away, in a headline or in a picture.",
    "It errs. In texts that nobody had shown it before, it judged about one figure in six otherwise than people did, or did not find it.",
    "It does not judge a text. A figure can be right and the sentence around it misleading, and the other way round; "
    "each note leads to the steps and sources, which decide.",
)
TITLE = "Check a text"
LEAD = (
    "Paste an article, a draft or a lesson. Each figure that concerns DeepSeek comes back marked, "
    "with what it covers, whether it is given to the right thing, and a wording that would be right. "
    "About one figure in six of a text that is new to it is misread: look before you rely on it."
)
NOT_ENGLISH = "This does not look like English. Only English is read, so figures may have been missed or misread."
EXAMPLE = (
    "DeepSeek trained its R1 model for just $5.6 million, on 2,048 Nvidia chips, while OpenAI needed more than $100 million for GPT-4. "
    "SemiAnalysis estimates that the company and its owner spent about $1.6 billion on servers.\n\n"
    "R1 itself took $294,000 on top of V3, according to a paper in Nature. Its API is 27 times cheaper to run than o1.\n\n"
    "On 27 January 2025 Nvidia lost $589 billion of its market value, and its shares fell 17%. The next model, V4, was trained for "
    "$5.2 million."
)


@dataclass(frozen=True)
class CheckPage:
    """The page for readers' texts. In a notebook, what a figure may turn out to be.

    Attributes:
        facts: the tables.
    """

    facts: Facts

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        shown = self.describe()
        columns, rows = ["Verdict", "It means"], [[verdict.label, verdict.told] for verdict in shown.verdicts]
        return {"text/plain": as_text(columns, rows), "text/html": as_html(columns, rows), shown.MIME_TYPE: shown.to_payload()}

    def describe(self) -> contract.TextRules:
        """What a website shows."""
        verdicts = [{"key": key, **asdict(meaning), "wrong": key in WRONG} for key, meaning in MEANINGS.items()]
        rules = {
            "title": TITLE,
            "lead": LEAD,
            "languages_note": NOT_ENGLISH,
            "example": EXAMPLE,
            "verdicts": verdicts,
            **rules_of(self.facts),
        }
        return contract.TextRules(title=TITLE, lead=LEAD, subject=SUBJECT, rules=rules, notes=NOTES, command=COMMAND)
