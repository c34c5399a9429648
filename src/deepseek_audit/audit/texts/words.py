"""Words, digits and signs of a text, and where phrases of a list stand in it.

A phrase is known by its words and digits alone, so that “V3-Base”, “V3 Base” and “V3's base” are read as the lists have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# A currency before its number; a word, with digits inside it; digits with the signs that group them; any other sign
_TOKEN = re.compile(
    r"(?:usd|rmb|cny|us|rs)(?=\d)|[a-z\u00c0-\u024f][a-z0-9\u00c0-\u024f]*(?:&[a-z0-9]+)*"
    r"|\d{1,3}(?: \d{3})+(?!\d)|\d{1,3}(?:'\d{3})+(?!\d)|\d+(?:[.,]\d+)*|[^ \t\n\r]",
    re.ASCII,
)
WORD, DIGITS, SIGN = "w", "d", "s"
# They join the words of a phrase when they touch both
_JOINING = frozenset("-.'/&")


class Token(NamedTuple):
    """A word, digits or a sign.

    Attributes:
        text: in small letters.
        start, end: its place in the plain text.
        kind: ``WORD``, ``DIGITS`` or ``SIGN``.
        glued: whether it touches the token before it.
    """

    text: str
    start: int
    end: int
    kind: str
    glued: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a text.

    Attributes:
        first, last: its tokens; ``last`` is the first one after it.
        phrase: its words.
    """

    first: int
    last: int
    phrase: str


def tokens_of(low: str) -> list[Token]:
    """The tokens of a text in small letters."""
    tokens: list[Token] = []
    before = -1
    for match in _TOKEN.finditer(low):
        text = match[0]
        sign = text[0]
        kind = DIGITS if "0" <= sign <= "9" else WORD if "a" <= sign <= "z" or "\u00c0" <= sign <= "\u024f" else SIGN
        tokens.append(Token(text, match.start(), match.end(), kind, match.start() == before))
        before = match.end()
    return tokens


def phrase_of(written: str) -> str:
    """A phrase as a text is searched for it: its words and digits, with spaces."""
    return " ".join(token.text for token in tokens_of(written.lower()) if token.kind != SIGN or token.text == "%")


class Phrases:
    """A list of phrases that a text is searched for, the longest first at each place."""

    def __init__(self, written: Iterable[str]) -> None:
        self._longest: dict[str, int] = {}
        self._known: set[str] = set()
        for phrase in map(phrase_of, written):
            first = phrase.partition(" ")[0]
            self._known.add(phrase)
            self._longest[first] = max(self._longest.get(first, 0), phrase.count(" ") + 1)

    def at(self, tokens: Sequence[Token], start: int) -> Found | None:
        """The longest phrase that begins at a token."""
        longest = self._longest.get(tokens[start].text)
        if not longest:
            return None
        phrase, at, words, found = "", start, 0, None
        while at < len(tokens) and words < longest:
            token = tokens[at]
            if token.kind == SIGN and token.text != "%":
                joins = token.text in _JOINING and token.glued and at + 1 < len(tokens) and tokens[at + 1].glued
                if not joins or not words:
                    break
                at += 1
                continue
            phrase = f"{phrase} {token.text}" if words else token.text
            words += 1
            at += 1
            if phrase in self._known:
                found = Found(start, at, phrase)
        return found

    def within(self, tokens: Sequence[Token]) -> list[Found]:
        """Every phrase of a text; none overlaps another."""
        found: list[Found] = []
        at = 0
        while at < len(tokens):
            match = self.at(tokens, at)
            if match:
                found.append(match)
            at = match.last if match else at + 1
        return found
