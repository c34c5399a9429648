"""A text ready to be judged: its sentences, and what every later step asks of them."""

from __future__ import annotations

from deepseek_audit.audit.texts.numbers import Number, Reader
from deepseek_audit.audit.texts.rules import Figure, Rules
from deepseek_audit.audit.texts.sentences import Cue, Sentence, read_sentences
from deepseek_audit.audit.texts.signs import Signs, read_signs
from deepseek_audit.audit.texts.tables import read_heads
from deepseek_audit.audit.texts.values import values_of
from deepseek_audit.audit.texts.words import SIGN, Token, tokens_of

# Kinds of subjects that are ours, and those that are things: weaker than names of models and firms
OURS = frozenset(("model", "company", "group", "stage"))
THINGS = frozenset(("noun", "stage"))
# Units that a number without a unit may have
_BARE = ("gpu", "gpu_hour", "token", "parameter", "person", "percent", "elo", "generation")


class Reading:
    """A text as read.

    Attributes:
        text, rules: as given.
        signs, tokens, sentences: what it consists of.
        about: keys of all subjects that it names, with their broader ones.
        near: the same, with steps of the models that it names.
    """

    def __init__(self, text: str, rules: Rules) -> None:
        self.text, self.rules = text, rules
        self.signs: Signs = read_signs(text, rules)
        self.tokens: list[Token] = tokens_of(self.signs.low)
        names = rules.name_phrases.within(self.tokens)
        named = {at for name in names if any(sign in "0123456789" for sign in name.phrase) for at in range(name.first, name.last)}
        numbers = Reader(self.signs.low, self.tokens, named, rules).read()
        self._fits: dict[tuple[object, ...], list[tuple[int, Figure, float]]] = {}
        self.sentences = read_sentences(self.signs, self.tokens, names, numbers, rules)
        read_heads(self.sentences, self.tokens, rules)
        named_keys = {mention.key for sentence in self.sentences for mention in sentence.mentions}
        self.about = {key for named_key in named_keys for key in self.keys_of(named_key)}
        self.near = self.about | {rules.steps[key] for key in self.about if key in rules.steps}

    def words_of(self, window: tuple[int, int]) -> str:
        """The words between two tokens, with spaces around, as beginnings of words are searched in them."""
        words = (token.text for token in self.tokens[window[0] : window[1]] if token.kind != SIGN or token.text == "%")
        return f" {' '.join(words)} "

    def keys_of(self, key: str) -> list[str]:
        """A subject and its broader ones, the nearest first."""
        keys = [key] if key else []
        for one in keys:
            subject = self.rules.subjects.get(one)
            keys.extend(parent for parent in (subject.parents if subject else ()) if parent not in keys)
        return keys

    def kind_of(self, key: str) -> str:
        """The kind of a subject; empty of none."""
        subject = self.rules.subjects.get(key)
        return subject.kind if subject else ""

    def is_ours(self, key: str) -> bool:
        """Whether a subject is a model, the company, or belongs to it."""
        return any(self.kind_of(one) in OURS for one in self.keys_of(key))

    def candidates(self, number: Number, in_yuan: bool = False) -> list[Figure]:
        """Known figures whose unit a number may have."""
        unit = number.unit
        by_unit = self.rules.by_unit
        if not unit and not (number.scaled or max(values_of(number)) >= 100 or number.value % 1):
            units: tuple[str, ...] = ()
        elif not unit:
            units = (*_BARE, "usd", *(("cny",) if in_yuan else ())) if number.scaled else _BARE
        elif unit in ("usd", "cny"):
            units = (unit, f"{unit}/year", f"{unit}/Mtoken", f"{unit}/gpu_hour")
        elif unit == "gpu_hour":
            units = ("gpu_hour", "gpu_hour/Ttoken")
        elif unit == "hour":
            units = ("hour", "gpu_hour") if number.value >= 1000 else ("hour",)
        elif unit in ("percent", "ratio"):
            units = ("percent", "ratio")
        else:
            units = (unit,)
        return [figure for one in units for figure in by_unit.get(one, ())]

    def hedges(self, sentence: Sentence, number: Number) -> list[Cue]:
        """The words right before or after a number that leave it room; “less than the $100 million” compares and leaves none."""
        return [
            cue
            for cue in sentence.cues
            if cue.kind == "hedge"
            and (number.first - 3 <= cue.last <= number.first or number.last <= cue.first <= number.last + 1)
            and not any(token.text == "the" for token in self.tokens[cue.last : number.first])
        ]


def source_named(sentence: Sentence, figure: Figure) -> bool:
    """Whether a sentence names whom a figure comes from."""
    return any(source.key in figure.source for source in sentence.sources)
