"""What a number is given to: the name it belongs to, as the words of its clause narrow it.

“R1 cost $294,000 on top of V3” gives the sum to a step of R1; “it is not $6 million” denies it; “a year” adds a scope.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepseek_audit.audit.texts.belonging import subject_of
from deepseek_audit.audit.texts.numbers import Number
from deepseek_audit.audit.texts.reading import OURS, THINGS, Reading
from deepseek_audit.audit.texts.sentences import STRONG, Mention, Sentence
from deepseek_audit.audit.texts.values import error_of

# So many sentences back a text's topic is looked for
_BACK = 4


@dataclass(frozen=True)
class Given:
    """What a number is given to.

    Attributes:
        key: the subject; empty where none was found.
        base: the name itself, before words of the clause narrowed it.
        mention: where it stands; None where it was taken from a sentence before.
        scopes: further things that the clause speaks of, such as a year.
        window: the clause's tokens.
        denied: whether the clause denies the number.
    """

    key: str
    base: str
    mention: Mention | None
    scopes: frozenset[str]
    window: tuple[int, int]
    denied: bool


class Giving(Reading):
    """Tells what each number of a text is given to."""

    def given(self, index: int, sentence: Sentence, number: Number) -> Given:
        """What a number is given to."""
        mention = subject_of(sentence, number, self.tokens, self.rules)
        key = mention.key if mention else self._topic(index, sentence)
        window = self._window(sentence, number, mention)
        other = self._former(index, sentence, number) or self._together(index, sentence, number)
        if other:
            key, mention = other, None
        base = key
        if key and "model" in self.keys_of(key) and key == "model":
            key = base = self._which_model(index, sentence, mention) or key
        words = self.words_of(window)
        near = self.words_of((window[0], self.phrase_end(number, window)))
        key = self._narrowed(key, near if self.kind_of(key) == "company" else words, sentence.words)
        if key in self.rules.steps and self._tellsapart(index):
            key = self.rules.steps[key]
        if key == "model" and base != "model" and any(other.key == "model" and other.first > number.first for other in sentence.mentions):
            key = self._which_model(index, sentence, None) or key
        if not key:
            key = base = self._narrowed("", words)
        return Given(key, base, mention, self._scopes(sentence, number, window), window, self._denied(sentence, number))

    def _scopes(self, sentence: Sentence, number: Number, window: tuple[int, int]) -> frozenset[str]:
        """Further things that a number's phrase speaks of: a year, a price list, output."""
        near = self.words_of((self._phrase_start(sentence, number, window), self.phrase_end(number, window)))
        whole = sentence.words if number.unit in ("ratio", "percent") else near
        scopes = {
            scope.becomes
            for scope in self.rules.scopes
            if scope.subject == "*" and any(word in (whole if scope.wide else near) for word in scope.words)
        }
        scopes |= {
            cue.key
            for cue in sentence.cues
            if cue.kind == "wide" or (cue.kind == "scope" and (sentence.row or window[0] <= cue.first < window[1]))
        }
        scopes |= {cue.key for cue in sentence.cues if cue.kind == "chip" and number.last - 1 <= cue.first < number.last + 3}
        return frozenset(scopes | self._side(sentence, number))

    def _tellsapart(self, index: int) -> bool:
        """Whether a sentence or its neighbors name the model that another one starts from."""
        around = self.sentences[max(0, index - 1) : index + 2]
        return any(mention.key in self.rules.bases for sentence in around for mention in sentence.mentions)

    def _window(self, sentence: Sentence, number: Number, mention: Mention | None) -> tuple[int, int]:
        """The clause of a number: from its subject's clause on, up to the next number or a strong sign."""
        low = min(number.first, mention.first) if mention else number.first
        left = sentence.first
        for other in sentence.numbers:
            if other.last <= low:
                left = max(left, other.last)
        for at in range(low - 1, left - 1, -1):
            if self.tokens[at].text in STRONG:
                left = at + 1
                break
        right = sentence.last
        for other in sentence.numbers:
            if other.first >= max(number.last, mention.last if mention else 0):
                right = other.first
                break
        for at in range(number.last, right):
            if self.tokens[at].text in STRONG:
                right = at
                break
        return left, right

    def _phrase_start(self, sentence: Sentence, number: Number, window: tuple[int, int]) -> int:
        """Where a number's own phrase begins: after the number before it, and what joins the two."""
        start = max((other.unit_last for other in sentence.numbers if window[0] <= other.first < number.first), default=window[0])
        if start > window[0]:
            for at in range(start, number.first):
                if self.tokens[at].text in ("and", ","):
                    return at
        return start

    def phrase_end(self, number: Number, window: tuple[int, int]) -> int:
        """Where a number's own phrase ends: at a comma or a word that begins another clause."""
        for at in range(number.unit_last, window[1]):
            if self.tokens[at].text in self.rules.clauses:
                return at
        return window[1]

    def _side(self, sentence: Sentence, number: Number) -> set[str]:
        """Whether a price is of input or of output, by the nearest such word between the numbers beside it."""
        before = max((other.last for other in sentence.numbers if other.last <= number.first), default=sentence.first)
        after = min((other.first for other in sentence.numbers if other.first >= number.last), default=sentence.last)
        above = sentence.heads.get(number.first, "")
        for key in ("input", "output"):
            if f" {key}" in above:
                return {key}
        near = [
            (cue.first - number.last if cue.first >= number.last else number.first - cue.last + 1, cue.key)
            for cue in sentence.cues
            if cue.kind == "side" and before <= cue.first < after
        ]
        return {min(near)[1]} if near and min(near)[0] <= 5 else set()

    def _topic(self, index: int, sentence: Sentence) -> str:
        """What the sentences before speak of: the nearest model of ours; else what the last sentence names, or the company."""
        fallback = ""
        for back in range(1, _BACK + 1):
            if index - back < 0:
                break
            named = [mention for mention in self.sentences[index - back].mentions if not mention.aside and mention.kind not in THINGS]
            for mention in reversed(named):
                if mention.kind == "model":
                    return mention.key
            for mention in reversed(named):
                if back == 1 and mention.kind in ("rival", "market", "group", "firm"):
                    return mention.key
            fallback = fallback or (named[-1].key if named and named[-1].kind in OURS else "")
        return fallback

    def _which_model(self, index: int, sentence: Sentence, mention: Mention | None) -> str:
        """The model that “the model” means: one named before it, here or in the sentences before."""
        for back in range(_BACK + 1):
            if index - back < 0:
                break
            for other in reversed(self.sentences[index - back].mentions):
                if (
                    other.kind == "model"
                    and other.key != "model"
                    and not other.aside
                    and (back or mention is None or other.last <= mention.first)
                ):
                    return other.key
        return ""

    def _former(self, index: int, sentence: Sentence, number: Number) -> str:
        """The model that “the former” or “the latter” means."""
        cue = next((cue for cue in reversed(sentence.cues) if cue.kind == "order" and cue.last <= number.first), None)
        if cue is None:
            return ""
        named: list[str] = []
        for other in self.sentences[max(0, index - 2) : index + 1]:
            for mention in other.mentions:
                if mention.kind in ("model", "rival") and mention.first < cue.first and mention.key not in named[-1:]:
                    named.append(mention.key)
        return named[-1 if cue.key == "latter" else -2] if len(named) > 1 else ""

    def _together(self, index: int, sentence: Sentence, number: Number) -> str:
        """Two subjects that are one together, where a word such as “together” or “the pair” stands by the number."""
        before = max((other.last for other in sentence.numbers if other.last <= number.first), default=sentence.first)
        after = min((other.first for other in sentence.numbers if other.first >= number.last), default=sentence.last)
        if not any(cue.kind == "combine" and before <= cue.first < after for cue in sentence.cues):
            return ""
        near = {mention.key for one in self.sentences[max(0, index - 2) : index + 1] for mention in one.mentions}
        known = {key for figure in self.candidates(number) if error_of(number, figure) is not None for key in figure.right}
        return next((both for parts, both in self.rules.pairs if parts & near and both in known), "")

    def _narrowed(self, key: str, words: str, sentence: str = "") -> str:
        """A subject as the words of its clause narrow it; of a company, those of the sentence."""
        wide = sentence if self.kind_of(key) == "company" else words
        for scope in self.rules.scopes:
            text = wide if scope.wide else words
            if scope.subject == key and any(word in text for word in scope.words) and not any(word in text for word in scope.unless):
                return scope.becomes
        return key

    def _denied(self, sentence: Sentence, number: Number) -> bool:
        """Whether a word such as “not” stands right before the number, or before its verb."""
        for cue in sentence.cues:
            after = self.tokens[number.last : cue.first] if cue.kind == "not" and number.last <= cue.first <= number.last + 1 else None
            if after is not None and all(token.text in self.rules.auxiliaries for token in after):
                return True
        if any(cue.kind == "falsity" for cue in sentence.cues):
            return True
        if any(cue.kind == "mistaken" and number.last <= cue.first <= number.last + 4 for cue in sentence.cues):
            return True
        for cue in sentence.cues:
            said = any(other.kind == "says" and cue.last <= other.first <= cue.last + 1 for other in sentence.cues)
            if cue.kind == "not" and not said and cue.last <= number.first and number.first - cue.last <= 4:
                between = self.tokens[cue.last : number.first]
                if not any(token.text in (";", ",", ":", "but", "including") for token in between):
                    return True
        return False
