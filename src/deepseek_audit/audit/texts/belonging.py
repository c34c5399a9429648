"""Which name of a sentence a number belongs to, by where both stand and by the words between them.

Each name scores: by its distance, by a link such as “for”, less behind a strong sign, another number, or where it only speaks.
"""

from __future__ import annotations

from collections.abc import Sequence

from deepseek_audit.audit.texts.numbers import Number
from deepseek_audit.audit.texts.rules import Rules
from deepseek_audit.audit.texts.sentences import STRONG, Mention, Sentence
from deepseek_audit.audit.texts.words import SIGN, Token

# What a company and a firm make
_MAKERS = {"company": "model", "firm": "rival"}
# Money below is no market's
_OF_MARKETS = 1e10
# A name that scores less is no subject; one so many tokens away is not even asked
_TIED = 25.0
_FAR = 60


def subject_of(sentence: Sentence, number: Number, tokens: Sequence[Token], rules: Rules) -> Mention | None:
    """The name that a number belongs to, by where both stand in the sentence."""
    best: Mention | None = None
    opens = tokens[sentence.first].text in rules.openers and number.first - sentence.first <= 10
    best_score = 0.0 if opens else _TIED
    # The last name before the number is likely the one; those that cannot be as close are passed over
    near = next((mention for mention in reversed(sentence.mentions) if mention.last <= number.first), None)
    floor = _score(sentence, number, near, tokens, rules) if near else 0.0
    for mention in sentence.mentions:
        if _most(number, mention) < max(floor, best_score):
            continue
        score = floor if mention is near else _score(sentence, number, mention, tokens, rules)
        if score > best_score:
            best, best_score = mention, score
    if best is not None and best.kind in _MAKERS:
        return _made_by(sentence, number, best, tokens, rules)
    return best


def _most(number: Number, mention: Mention) -> float:
    """How close a name can be at most, by its distance alone."""
    if mention.last <= number.first:
        return 100.0 - number.first + mention.last
    return 112.0 if mention.first <= number.unit_last else 115.0 - 2.0 * (mention.first - number.unit_last)


def _score(sentence: Sentence, number: Number, mention: Mention, tokens: Sequence[Token], rules: Rules) -> float:
    """How much speaks for a name; none where it is too far, or has no numbers of that unit."""
    only = rules.subjects[mention.key].units
    far = mention.last < number.first - _FAR or mention.first > number.last + _FAR
    if far or (only and number.unit not in only) or (mention.kind == "market" and number.unit in ("gpu", "gpu_hour")):
        return 0.0
    score = _closeness(sentence, number, mention, tokens, rules)
    return score - 30.0 * (mention.kind == "market" and number.scaled and number.value < _OF_MARKETS)


def _made_by(sentence: Sentence, number: Number, company: Mention, tokens: Sequence[Token], rules: Rules) -> Mention:
    """The model for which a company did something: “DeepSeek used 2,048 GPUs and 2.788 million GPU hours for V3”."""
    for mention in sentence.mentions:
        if mention.kind == _MAKERS[company.kind] and not mention.aside and mention.first >= number.unit_last:
            noun = tokens[number.unit_last : mention.first]
            strong = any(token.text in STRONG or token.text in rules.clauses for token in noun)
            nearest = next((token.text for token in reversed(noun) if token.text not in rules.determiners), "")
            counted = [other for other in sentence.numbers if number.last <= other.first < mention.first]
            strong = strong or (bool(counted) and not _joined(number, counted, tokens))
            if not strong and len(noun) <= 12 and nearest in ("for", "train", "training"):
                return mention
    return company


def _closeness(sentence: Sentence, number: Number, mention: Mention, tokens: Sequence[Token], rules: Rules) -> float:
    """How much speaks for a name as what the number belongs to; none below zero."""
    generic = mention.kind in ("noun", "stage")
    named = mention.kind in _MAKERS and any(
        other.kind in ("model", "rival")
        and not other.aside
        and other.last <= mention.first <= other.last + 8
        and not any(token.text in STRONG for token in tokens[other.last : mention.first])
        for other in sentence.mentions
    )
    score = (
        -3.0 * (generic and mention.key not in rules.heads)
        - (18.0 if named else 8.0) * (mention.kind in ("company", "firm"))
        - 50.0 * mention.speaks
    )
    beside = (
        not sentence.row
        and 0 <= number.first - mention.last <= 4
        and all(token.kind == SIGN or token.text in rules.beside for token in tokens[mention.last : number.first])
    )
    score -= 60.0 * (mention.aside and not beside)
    if mention.last <= number.first:
        between = tokens[mention.last : number.first]
        score += 100.0 - len(between) - 15.0 * (not sentence.row) * sum(token.text in STRONG for token in between)
        score -= 5.0 * (not sentence.row) * min(3, sum(token.text in rules.clauses for token in between))
        taken = any(
            other.last <= mention.first and tokens[other.unit_last].text in rules.links
            for other in sentence.numbers
            if other.unit_last < number.first
        )
        score -= 40.0 * (taken and _for_another(sentence, number, tokens))
        score -= 12.0 * min(2, sum(mention.last <= other.first < number.first for other in sentence.numbers))
    elif mention.first >= number.last:
        noun = tokens[min(number.unit_last, mention.first) : mention.first]
        score += _link(noun, number, mention, rules) - 2.0 * len(noun)
        score -= 40.0 * (mention.speaks and mention.kind == "model")
        score -= 60.0 * any(token.text in STRONG for token in noun)
        others = [other for other in sentence.numbers if number.last <= other.first < other.unit_last < mention.first]
        joined = _joined(number, others, tokens)
        score -= (15.0 if joined else 50.0) * bool(others)
        score -= 40.0 * any(
            number.last <= other.first < mention.first and not other.aside and not other.speaks for other in sentence.mentions
        )
        score -= 20.0 * any(token.text == "and" for token in noun[: len(noun) if not joined else 0])
        score -= 20.0 * any(token.text in rules.clauses for token in noun)
    else:
        return 0.0
    return score


def _joined(number: Number, others: Sequence[Number], tokens: Sequence[Token]) -> bool:
    """Whether a single other number follows, with “and” or a comma between."""
    return len(others) == 1 and all(token.text in (",", "and", "&") for token in tokens[number.unit_last : others[0].first])


def _for_another(sentence: Sentence, number: Number, tokens: Sequence[Token]) -> bool:
    """Whether “for” follows a number, or the last of the numbers that it is joined with: “$15 and $60 for o1”."""
    last = number
    for other in sentence.numbers:
        if other.first >= last.last and all(token.text in (",", "and", "&") for token in tokens[last.unit_last : other.first]):
            last = other
    return last.unit_last < len(tokens) and tokens[last.unit_last].text == "for"


def _link(noun: Sequence[Token], number: Number, mention: Mention, rules: Rules) -> float:
    """How well a name after a number is tied to it: “$60 for o1” and “$191 million to train Gemini” closely."""
    if not noun:
        return 112.0
    if noun[0].text in ("in", "on", "for") and mention.key in rules.belongings:
        return 60.0
    direct = next((token.text in rules.links for token in reversed(noun) if token.text not in rules.determiners), False)
    first = noun[0].text in rules.links
    if number.unit in ("percent", "ratio") and noun[0].text == "of":
        return 30.0
    head = [token.text for token in noun if token.text not in rules.determiners][-2:]
    if len(head) == 2 and head[0] == "to" and head[1] in rules.links:
        return 115.0
    if first and direct:
        return 110.0
    if direct:
        return 100.0
    return 70.0 if first else 55.0 if any(token.text in rules.links for token in noun) else 40.0
