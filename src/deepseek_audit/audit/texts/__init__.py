"""Checks a text: each figure that concerns the subject, what it covers, and whether the sentence gives it to the right thing.

The figures and the words that tell them apart are tables of ``data/`` (`knowledge`). A text is read in plain signs (`signs`), cut
into words (`words`), numbers (`numbers`) and sentences (`sentences`); each number gets a subject (`giving`), a known figure
(`matching`) and a verdict (`judging`). The browser does the same by the same rules in ``check-engine.js``.
"""

from __future__ import annotations

import functools

from deepseek_audit.audit.texts.finding import VERDICTS, WRONG, Finding
from deepseek_audit.audit.texts.judging import Checker
from deepseek_audit.audit.texts.knowledge import rules_of
from deepseek_audit.audit.texts.rules import Rules, compile_rules
from factbook import facts

__all__ = ["VERDICTS", "WRONG", "Finding", "Rules", "check_text", "compile_rules", "load_rules"]


def check_text(text: str, rules: Rules | None = None) -> list[Finding]:
    """Every figure of a text that concerns the subject, in the order of the text.

    The same text and rules give the same findings. Above two million signs a text is cut. Time grows with the text's length alone:
    about 15 ms for 1,000 words.

    Args:
        text: plain text, Markdown or HTML, in English; of other languages only figures with usual signs are read.
        rules: what to check with; those of the tables in ``data/`` if not given.

    >>> [found] = check_text("DeepSeek trained R1 for $5.6 million.")
    >>> found.verdict, found.figure, found.why
    ('other_thing', 'v3_final_run', 'It pays for V3, R1’s base, not for R1.')
    """
    return Checker(text, load_rules() if rules is None else rules).findings()


@functools.cache
def load_rules() -> Rules:
    """The rules of the tables in ``data/``, read once."""
    return compile_rules(rules_of(facts.load()))
