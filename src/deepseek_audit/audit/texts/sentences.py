"""Where sentences begin and end, and what each of them speaks of: names, cues, and which name a number belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deepseek_audit.audit.texts.numbers import Number
from deepseek_audit.audit.texts.rules import Rules
from deepseek_audit.audit.texts.signs import Signs
from deepseek_audit.audit.texts.words import DIGITS, SIGN, Found, Token

_ENDS = frozenset((".", "!", "?", "…"))
_BULLETS = frozenset(("-", "•", "*", "–", "—", "·"))
_CLOSING = frozenset(('"', "'", ")", "]"))
# Signs that part clauses, and those between cells of a table
STRONG = frozenset((";", "|", "—", "·"))
_CELLS = frozenset((";", "|", "·"))
# Money below is no market's
_OF_MARKETS = 1e10
# A name further from a number is none of it
_TIED = 25.0
# Up to this length a line stands for itself; a longer one was wrapped
_SHORT_LINE = 60
_LONGEST_LINE = 120
# What has no end for so many tokens is cut, so that a text takes time by its length alone
_LONGEST = 160


@dataclass(frozen=True)
class Mention:
    """A name in a text.

    Attributes:
        first, last: its tokens; ``last`` is the first one after it.
        key: of the subject.
        kind: of the subject.
        speaks: whether it is who says something.
        aside: whether it is only compared with, denied, or built on.
    """

    first: int
    last: int
    key: str
    kind: str
    speaks: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Cue:
    """A word that tells how to read a number: ``kind`` and ``key`` as in the table of words."""

    first: int
    last: int
    kind: str
    key: str
    phrase: str


@dataclass
class Sentence:
    """A sentence, a headline, or a row of a table.

    Attributes:
        first, last: its tokens.
        paragraph: counts from 0.
        words: its words with spaces around, as beginnings of words are searched in it.
        row: whether it is a row of a table.
        cells: the first token of each cell of a row.
        heads: of a row, what stands above a number's cell, by the number's first token.
        mentions, sources, cues, numbers: what stands in it.
    """

    first: int
    last: int
    paragraph: int
    words: str
    row: bool
    cells: list[int]
    heads: dict[int, str]
    mentions: list[Mention]
    sources: list[Cue]
    cues: list[Cue]
    numbers: list[Number]


def split(signs: Signs, tokens: Sequence[Token], rules: Rules) -> list[tuple[int, int, int]]:
    """The first and last token of each sentence, and its paragraph."""
    found: list[tuple[int, int, int]] = []
    start, paragraph = 0, 0
    # Lines longer than any that a program wraps: then each line of the text stands for itself
    unwrapped = max(map(len, signs.plain.split("\n"))) > _LONGEST_LINE
    at = 0
    while at < len(tokens):
        end = at + 1
        broken, new_paragraph = False, False
        if tokens[at].text in _ENDS:
            while end < len(tokens) and tokens[end].glued and tokens[end].text in _CLOSING:
                end += 1
            while end + 2 < len(tokens) and tokens[end].glued and tokens[end].text == "[" and tokens[end + 2].text == "]":
                end += 3  # A footnote
            broken = end < len(tokens) and not tokens[end].glued and _begins(signs, tokens[end]) and not _abbreviated(tokens, at, rules)
        if end < len(tokens) and not tokens[end].glued:
            gap = signs.plain[tokens[end - 1].end : tokens[end].start]
            lines = gap.count("\n")
            if lines:
                new_paragraph = unwrapped or lines > 1 or tokens[end].text in _BULLETS or _line_stands(signs, tokens[end - 1])
                broken = broken or new_paragraph
        if broken or end - start >= _LONGEST:
            found.append((start, end, paragraph))
            start = end
            paragraph += new_paragraph
        at = end
    if start < len(tokens):
        found.append((start, len(tokens), paragraph))
    return found


def _begins(signs: Signs, token: Token) -> bool:
    """Whether a sentence may begin with a token: a capital, digits, a quotation mark, a currency."""
    sign = signs.plain[token.start]
    return not ("a" <= sign <= "z" or sign in ",;:)")


def _abbreviated(tokens: Sequence[Token], at: int, rules: Rules) -> bool:
    """Whether a full stop belongs to an abbreviation: “U.S.”, “vs.”, “approx.”."""
    if tokens[at].text != "." or not at or not tokens[at].glued:
        return False
    before = tokens[at - 1].text
    return before in rules.abbreviations or (len(before) == 1 and "a" <= before <= "z" and at > 1 and tokens[at - 2].text == ".")


def _line_stands(signs: Signs, token: Token) -> bool:
    """Whether the line that a token ends is a headline, a row or an item, and not a wrapped line of a paragraph."""
    start = signs.plain.rfind("\n", max(0, token.end - 400), token.end) + 1
    line = signs.plain[start : token.end]
    return token.end - start < _SHORT_LINE or line[0] in _BULLETS or line[-1] in ".:;!?|" or "\t" in line or "|" in line


def read_sentences(
    signs: Signs, tokens: Sequence[Token], names: Sequence[Found], numbers: Sequence[Number], rules: Rules
) -> list[Sentence]:
    """The sentences of a text with all that stands in them."""
    cues = [Cue(found.first, found.last, *rules.cues[found.phrase], found.phrase) for found in rules.cue_phrases.within(tokens)]
    sentences: list[Sentence] = []
    places = [0, 0, 0]
    for first, last, paragraph in split(signs, tokens, rules):
        own_names, own_cues, own_numbers = (_within(rows, last, places, index) for index, rows in enumerate((names, cues, numbers)))
        words = " " + " ".join(token.text for token in tokens[first:last] if token.kind != SIGN or token.text == "%") + " "
        mentions, sources = _mentions(signs, tokens, own_names, own_cues, rules)
        cells = _cells(signs, tokens, first, last)
        sentences.append(Sentence(first, last, paragraph, words, len(cells) > 2, cells, {}, mentions, sources, own_cues, own_numbers))
    return sentences


def _cells(signs: Signs, tokens: Sequence[Token], first: int, last: int) -> list[int]:
    """The first token of each cell of a line."""
    begins = (
        tokens[at - 1].text in _CELLS or (not tokens[at].glued and "\t" in signs.plain[tokens[at - 1].end : tokens[at].start])
        for at in range(first + 1, last)
    )
    return [first, *(at for at, cell in enumerate(begins, first + 1) if cell)]


def _within(rows: Sequence, last: int, places: list[int], index: int) -> list:  # type: ignore[type-arg]
    """The rows from where the last sentence left off up to a token."""
    start = places[index]
    while places[index] < len(rows) and rows[places[index]].first < last:
        places[index] += 1
    return list(rows[start : places[index]])


def _mentions(
    signs: Signs, tokens: Sequence[Token], names: Sequence[Found], cues: Sequence[Cue], rules: Rules
) -> tuple[list[Mention], list[Cue]]:
    """The subjects of a sentence, and the sources it names."""
    mentions: list[Mention] = []
    sources: list[Cue] = []
    for place, name in enumerate(names):
        kind, key, mark = rules.names[name.phrase]
        if mark == "!" and not "A" <= signs.plain[tokens[name.last - 1].start] <= "Z":
            continue
        if kind == "source":
            sources.append(Cue(name.first, name.last, "source", key, name.phrase))
            continue
        after = names[place + 1] if place + 1 < len(names) else None
        if _adjectival(tokens, name, key, after, rules):
            continue
        if mentions and _belongs(tokens, mentions[-1], name, key, rules):
            continue
        subject = rules.subjects[key]
        if subject.kind == "firm" and sources and _serves(tokens, sources[-1], name, rules):
            continue
        depends = bool(mentions) and _depends(tokens, mentions[-1], name, rules)
        speaks = mark == "@" or _speaks(tokens, name, cues, rules)
        mentions.append(Mention(name.first, name.last, key, subject.kind, speaks, depends or _aside(tokens, name, cues, rules)))
    return mentions, sources


def _serves(tokens: Sequence[Token], source: Cue, firm: Found, rules: Rules) -> bool:
    """Whether a firm only tells whose head a source is: “Dario Amodei, who runs Anthropic”."""
    between = tokens[source.last : firm.first]
    return 0 < len(between) <= 4 and all(token.text in rules.serves for token in between)


def _depends(tokens: Sequence[Token], head: Mention, name: Found, rules: Rules) -> bool:
    """Whether a name only tells which thing is meant: “the cluster that produced V3”, “servers behind V3”."""
    if head.key not in rules.heads or not head.last < name.first <= head.last + 6:
        return False
    between = tokens[head.last : name.first]
    leads = next((token.text for token in reversed(between) if token.text not in rules.determiners), "")
    return (between[0].text in rules.links or leads in rules.links) and not any(token.kind == DIGITS for token in between)


def _adjectival(tokens: Sequence[Token], name: Found, key: str, after: Found | None, rules: Rules) -> bool:
    """Whether a name only tells whose something is: “Nvidia H800 chips”, “OpenAI's o1”, “DeepSeek R1”."""
    at = name.last
    possessive = at + 1 < len(tokens) and tokens[at].text == "'" and tokens[at + 1].text == "s"
    if possessive:
        at += 2
    if rules.subjects[key].kind == "market" and any(
        token.text in rules.chips or rules.units.get(token.text, ("",))[0] == "gpu" for token in tokens[at : at + 3]
    ):
        return True
    if (
        name.last + 1 < len(tokens)
        and tokens[name.last].text == "-"
        and tokens[name.last].glued
        and tokens[name.last + 1].text in rules.likeness
    ):
        return True
    if possessive and at < len(tokens) and tokens[at].text in rules.kin:
        return True
    if after is None or rules.names[after.phrase][0] == "source":
        return False
    kind = rules.subjects[key].kind
    if _owned(rules.names[after.phrase][1], kind, rules) or (rules.names[after.phrase][1] in rules.heads and kind == "model"):
        return False
    return after.first == at or (possessive and after.first <= at + 2)


def _belongs(tokens: Sequence[Token], owner: Mention, name: Found, key: str, rules: Rules) -> bool:
    """Whether a thing stands with its owner, a model or a group, which then counts: “R1's hardware”."""
    possessive = owner.last + 1 < name.first <= owner.last + 4 and tokens[owner.last].text == "'"
    return possessive and _owned(key, owner.kind, rules)


def _owned(key: str, kind: str, rules: Rules) -> bool:
    """Whether a thing's owner counts and not the thing."""
    return (key in rules.belongings and kind in ("model", "rival", "group")) or (key in rules.heads and kind == "group")


def _speaks(tokens: Sequence[Token], name: Found, cues: Sequence[Cue], rules: Rules) -> bool:
    """Whether a name is who says it, or pays: “DeepSeek says”, “according to DeepSeek”, “cost DeepSeek”."""
    if (
        name.first
        and tokens[name.first - 1].text in rules.costs_whom
        and rules.subjects[rules.names[name.phrase][1]].kind in ("company", "firm")
    ):
        return True
    if rules.subjects[rules.names[name.phrase][1]].kind not in ("company", "firm", "group"):
        return False
    for cue in cues:
        passive = cue.last < len(tokens) and tokens[cue.last].text == "by"
        if cue.phrase in rules.participles and ((cue.first and tokens[cue.first - 1].text == "s") or passive):
            continue
        if (
            cue.kind == "says"
            and name.last <= cue.first <= name.last + 2
            and not any(token.text in ";|" for token in tokens[name.last : cue.first])
        ):
            return True
        if cue.kind == "according" and (
            name.first == cue.last or (name.first == cue.last + 1 and tokens[cue.last].text in rules.determiners)
        ):
            return True
    return False


def _aside(tokens: Sequence[Token], name: Found, cues: Sequence[Cue], rules: Rules) -> bool:
    """Whether a name is only compared with, denied or built on: “than GPT-4”, “not R1”, “on top of V3”."""
    for cue in cues:
        if cue.kind == "aside" and cue.last <= name.first <= cue.last + 5:
            between = tokens[cue.last : name.first]
            if all(token.kind == SIGN or token.text in rules.determiners or token.text in rules.articles for token in between):
                return True
    for back in (1, 2, 3):
        at = name.first - back
        if at < 0:
            return False
        text = tokens[at].text
        if text in rules.aside:
            return True
        if tokens[at].kind == DIGITS or (text not in rules.articles and tokens[at].kind != SIGN):
            return False
        if tokens[at].kind == SIGN and text not in "'\"":
            return False
    return False
