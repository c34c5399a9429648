"""Which known figure a number is, given what it is given to.

Among the figures with its value the one that belongs to its subject wins, then one that is known to be given to it wrongly. Round
values are told by words near them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deepseek_audit.audit.texts.giving import Given, Giving
from deepseek_audit.audit.texts.numbers import Number
from deepseek_audit.audit.texts.reading import THINGS, source_named
from deepseek_audit.audit.texts.rules import Figure
from deepseek_audit.audit.texts.sentences import Cue, Sentence
from deepseek_audit.audit.texts.values import counting_digits, error_of, is_telling, moved

RIGHT, OPEN, WRONG, NEUTRAL = 0, 1, 2, 3
# A figure with a slipped decimal point
_SLIPS = (10.0, 100.0, 1000.0, 0.1, 0.01, 0.001)
# Where one of them stands, a number without currency may be yuan
_YUAN = (" yuan ", " rmb ", " renminbi ")
# The room that a hedge leaves a number of two digits or more
_ROOM = 0.025
# Numbers from here on are not met by chance
_A_LOT = 1e5
# Subjects that a text names whatever it is about
_GENERIC = frozenset(("company", "model", "group", "api"))
# Units in which a slip of two digits is one
_SLIPPING = ("gpu", "gpu_hour", "percent", "token", "parameter")
# What a unit is mistaken for
_MISTAKEN = {"gpu": ("gpu_hour",), "usd": ("cny", "gpu_hour"), "gpu_hour": ("gpu", "usd"), "cny": ("usd",)}


@dataclass(frozen=True)
class Match:
    """A known figure that a number may be; the lowest ``rank`` is best."""

    figure: Figure
    status: int
    reason: str
    rank: tuple[float, ...]
    slip: bool = False


class Matching(Giving):
    """Finds the known figure that each number is."""

    def matches(self, index: int, sentence: Sentence, number: Number, given: Given) -> list[Match]:
        """Every known figure that a number may be."""
        found = (self._match(index, sentence, number, given, figure, error, place) for place, figure, error in self.fits(sentence, number))
        return [match for match in found if match is not None]

    def fits(self, sentence: Sentence, number: Number) -> list[tuple[int, Figure, float]]:
        """Known figures with a number's value, and how far it is from them; the same numbers stand in a text often."""
        room = self._room(sentence, number)
        in_yuan = any(word in sentence.words for word in _YUAN)
        key = (number.value, number.high, number.other, number.unit, number.open, number.scaled, in_yuan, room)
        known = self._fits.get(key)
        if known is None:
            errors = ((place, figure, error_of(number, figure, room)) for place, figure in enumerate(self.candidates(number, in_yuan)))
            known = self._fits[key] = [(place, figure, error) for place, figure, error in errors if error is not None]
        return known

    def _room(self, sentence: Sentence, number: Number) -> tuple[float, float]:
        """How far a figure may lie below and above a number, by its hedges: “more than $580 billion” is said of 589."""
        kinds = {cue.key for cue in self.hedges(sentence, number)} if _digits(number) > 1 else set()
        return (_ROOM if kinds & {"below", "about"} else 0.0, _ROOM if "floor" in kinds else 0.0)

    def _match(
        self, index: int, sentence: Sentence, number: Number, given: Given, figure: Figure, error: float, place: int
    ) -> Match | None:
        status, reason, by_scope = self._status(given, figure)
        if status == NEUTRAL and figure.basis == "market":
            status = OPEN
        forgiven = False
        beaten = self._compared(sentence, number, figure)
        if beaten and status != WRONG:
            status, reason, by_scope = WRONG, figure.wrong[beaten], True
        if status == WRONG and not by_scope and self._forgiven(index, sentence, number, given, figure):
            status, reason, forgiven = OPEN, "", True
        near = self._nearness(sentence, number, figure.words, given)
        if figure.needed and not any(word in sentence.words for word in figure.needed):
            return None
        if (
            near is None
            and number.unit
            and figure.unit.partition("/")[0] in (number.unit, "gpu_hour")
            and number.unit not in ("usd", "cny", "percent", "ratio", "gpu")
        ):
            near = 5.0
        explicit = given.mention is not None and (is_telling(number) or (figure.telling and number.scaled))
        shares = number.unit in ("percent", "ratio") and figure.basis != "market"
        told = not shares and (explicit or (status == RIGHT and is_telling(number)))
        alone = status == OPEN and given.mention is None and figure.unit == number.unit and number.value >= _A_LOT and _digits(number) > 1
        if near is None and alone and figure.right & self.near and figure.basis == "disclosed":
            near = 45.0
        same_unit = figure.unit == number.unit or (not number.unit and status == RIGHT and _digits(number) > 2)
        told = told and same_unit and status in (RIGHT, WRONG)
        if near is None and not told and not self._words_around(index, sentence, number, figure, status):
            return None
        if status == OPEN and (figure.basis == "circulates" or not self._may_stand_alone(sentence, number, figure, near)):
            return None
        if status == NEUTRAL and (not self.is_ours(given.key) or figure.basis in ("market", "circulates")):
            return None
        distance = 99.0 if near is None else near
        other_source = float(figure.basis == "estimate" and bool(sentence.sources) and not source_named(sentence, figure))
        bare = float(not number.unit and figure.unit in ("usd", "cny"))
        return Match(
            figure,
            status,
            reason,
            (
                2.5 if status == OPEN and given.mention is not None and not forgiven else float(status),
                bare,
                other_source,
                float(figure.unit != number.unit),
                distance,
                error,
                float(place),
            ),
        )

    def _status(self, given: Given, figure: Figure) -> tuple[int, str, bool]:
        """Whether a figure belongs to what it is given to, why not, and whether a further word of the clause says so."""
        for scope in sorted(given.scopes):
            if scope in figure.wrong and scope not in figure.right:
                return WRONG, figure.wrong[scope], True
        if given.mention is None and any(scope in figure.right for scope in given.scopes):
            return RIGHT, "", False
        base = self.keys_of(given.base) if self.kind_of(given.base) == "company" or given.base in self.rules.steps else []
        if given.base in self.rules.steps and given.base in figure.right:
            return RIGHT, "", False
        for key in [*self.keys_of(given.key), *base]:
            if key in figure.right:
                return RIGHT, "", False
            if key in figure.wrong:
                return WRONG, figure.wrong[key], False
        if any(scope in figure.right for scope in given.scopes):
            return RIGHT, "", False
        return (NEUTRAL if given.mention and given.mention.kind not in THINGS else OPEN), "", False

    def _compared(self, sentence: Sentence, number: Number, figure: Figure) -> str:
        """A wrong thing that a share or a ratio is of: “27 times less than OpenAI”."""
        if number.unit not in ("ratio", "percent"):
            return ""
        for mention in sentence.mentions:
            own = any(0 <= other.first - mention.last <= 4 for other in sentence.numbers)
            if (
                mention.aside
                and mention.kind != "company"
                and not own
                and number.last <= mention.first
                and mention.key in figure.wrong
                and mention.key not in figure.right
            ):
                return mention.key
        return ""

    def _forgiven(self, index: int, sentence: Sentence, number: Number, given: Given, figure: Figure) -> bool:
        """Whether a wrong subject is not the sentence's own word: it names none, and the text has the right one elsewhere,
        or the figure's own source speaks."""
        named = (figure.basis == "estimate" and source_named(sentence, figure)) or (
            given.key == "western_models" and source_named(sentence, figure)
        )
        if self.kind_of(given.key) == "company" and figure.basis in ("disclosed", "estimate") and "model" in figure.right:
            words = self.words_of((given.window[0], self.phrase_end(number, given.window)))
            if given.mention is None or not any(word in words for word in self.rules.company_spends):
                return True
        if given.mention is None and self.kind_of(given.key) == "company":
            return True
        if given.mention is None:
            return named or (bool(figure.right & self.about - _GENERIC) and not any(cue.kind == "order" for cue in sentence.cues))
        far = number.first - given.mention.last > 5
        return named and (given.mention.kind == "rival" or (given.mention.kind in THINGS and far))

    def _words_around(self, index: int, sentence: Sentence, number: Number, figure: Figure, status: int) -> bool:
        """Whether a figure's words stand in the sentence before, or after a short one."""
        known = status in (RIGHT, WRONG) or source_named(sentence, figure) or (status == OPEN and _digits(number) > 2)
        if index and known and any(word in self.sentences[index - 1].words for word in figure.words):
            return True
        short = sentence.last - sentence.first <= 9 and index + 1 < len(self.sentences)
        return short and is_telling(number) and any(word in self.sentences[index + 1].words for word in figure.words)

    def _may_stand_alone(self, sentence: Sentence, number: Number, figure: Figure, near: float | None) -> bool:
        """Whether a figure is told without a name: by digits enough, by its source, or by a word right beside it."""
        if figure.basis == "market":
            return (abs(number.value) >= 1e11 and _digits(number) > 2) or (near is not None and near <= 2.5 and _digits(number) > 2)
        if figure.unit in ("usd/gpu_hour", "hour"):
            return near is not None and near <= 6
        if figure.unit in ("percent", "elo"):
            return figure.basis == "disclosed" and _digits(number) > 2 and near is not None and near <= 6
        if figure.unit not in ("usd", "cny", "usd/year", "gpu", "gpu_hour", "token", "parameter", "day"):
            return False
        if figure.basis == "disclosed" and number.unit in ("usd", "cny") and not self.about:
            return False
        if (
            is_telling(number)
            or source_named(sentence, figure)
            or (figure.basis == "estimate" and (sentence.sources or any(cue.kind == "guess" for cue in sentence.cues)))
        ):
            return True
        if figure.unit == "gpu":
            return near is not None and near <= 2.5
        spoken = {cue.kind for cue in sentence.cues if cue.kind in ("doubt", "figure") and apart(cue, number) <= 3}
        tied = near is not None and near <= 3 and (len(self.tokens) < 60 or any(self.is_ours(key) for key in self.about))
        return figure.basis == "disclosed" and number.scaled and (bool(spoken) or tied)

    def _nearness(self, sentence: Sentence, number: Number, words: Sequence[str], given: Given) -> float | None:
        """How many tokens lie between a number and the nearest of a figure's words; None where the sentence has none of them."""
        if not words:
            return 0.0
        if any(word in sentence.heads.get(number.first, "") for word in words):
            return 0.5
        if not any(word in sentence.words for word in words):
            money = number.unit in ("usd", "cny") or number.scaled
            return 40.0 if money and any(cue.kind == "figure" for cue in sentence.cues) else None
        best: float | None = None
        for word in words:
            start = word[1:].partition(" ")[0]
            for at in range(sentence.first, sentence.last):
                if self.tokens[at].text.startswith(start):
                    distance = float(at - number.last + 1) if at >= number.last else float(number.first - at) + 1.5
                    if number.first <= at < number.last:
                        distance = 0.0
                    best = distance if best is None or distance < best else best
        return best if best is not None else 50.0

    def slip(self, index: int, sentence: Sentence, number: Number, given: Given) -> Match | None:
        """A known figure of this very subject whose digits the number has, with the point elsewhere."""
        named = given.mention is not None or (self.kind_of(given.key) == "model" and _digits(number) > 2)
        if not named or _digits(number) < 2 or number.open or number.high is not None:
            return None
        for factor in _SLIPS:
            slipped = moved(number, factor)
            for place, figure in enumerate(self.candidates(slipped)):
                if (
                    figure.unit.partition("/")[0] != (number.unit or ("usd" if number.scaled else "")).partition("/")[0]
                    or figure.basis in ("circulates", "contested")
                    or figure.unit == "ratio"
                ):
                    continue
                if figure.unit.endswith("Mtoken") and _digits(number) < 3:
                    continue
                if not (figure.telling or figure.unit in _SLIPPING or _digits(number) > 2):
                    continue
                error = error_of(slipped, figure)
                if error is None or error > 0.012:
                    continue
                status, _, _ = self._status(given, figure)
                if status in (RIGHT, WRONG) and self._nearness(sentence, number, figure.words, given) is not None:
                    return Match(figure, status, "", (error, float(place)), slip=True)
        return None

    def other_unit(self, sentence: Sentence, number: Number, given: Given) -> Match | None:
        """A known figure of this very subject that counts something else: GPU hours given as GPUs, yuan as dollars."""
        if given.mention is None or _digits(number) < 3 or number.unit not in _MISTAKEN:
            return None
        for unit in _MISTAKEN[number.unit]:
            for figure in self.rules.by_unit.get(unit, ()):
                error = error_of(number, figure)
                if error is not None and error < 0.001 and self._status(given, figure)[0] == RIGHT:
                    return Match(figure, WRONG, self.rules.payload["why"]["other_unit"], (error,))
        return None


def apart(cue: Cue, number: Number) -> int:
    """How many tokens lie between a word and a number."""
    return cue.first - number.last if cue.first >= number.last else number.first - cue.last


def _digits(number: Number) -> int:
    """How many digits of a number count."""
    return len(counting_digits(number.value))
