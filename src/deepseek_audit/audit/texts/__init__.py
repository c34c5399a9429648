"""Checks a text: each figure that concerns the subject, what it covers, and whether the sentence gives it to the right thing.

The figures and the words that tell them apart are tables of ``data/`` (`knowledge`). A text is read in plain signs (`signs`), cut
into words (`words`), numbers (`numbers`) and sentences (`sentences`); each number gets a subject (`giving`), a known figure
(`matching`) and a verdict (`judging`). The browser does the same by the same rules in ``check-engine.js``.
"""

from __future__ import annotations

import functools
import itertools
import re

from deepseek_audit.audit.texts.finding import VERDICTS, WRONG, Finding
from deepseek_audit.audit.texts.judging import Checker
from deepseek_audit.audit.texts.knowledge import rules_of
from deepseek_audit.audit.texts.rules import Rules, compile_rules
from factbook import facts

# By these the language is told: so many of the first words, no fewer, and the share of small words among them
_FIRST_WORDS = 400
_SHORT = 20
_SMALL_WORDS = 0.08
# A letter of a script without spaces is a word
_WORD = re.compile("[A-Za-z\u00c0-\u024f]+|[\u0370-\u1fff\u3040-\ud7ff]")

__all__ = ["VERDICTS", "WRONG", "Finding", "Rules", "check_text", "compile_rules", "load_rules", "looks_english"]


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


def looks_english(text: str, rules: Rules | None = None) -> bool:
    """Whether a text seems to be English, by small words such as “the” among its first words; a short one always does."""
    known = (load_rules() if rules is None else rules).english
    words = [match[0].lower() for match in itertools.islice(_WORD.finditer(text), _FIRST_WORDS)]
    return len(words) < _SHORT or sum(word in known for word in words) >= _SMALL_WORDS * len(words)


@functools.cache
def load_rules() -> Rules:
    """The rules of the tables in ``data/``, read once."""
    return compile_rules(rules_of(facts.load()))
