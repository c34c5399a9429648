"""Whether a figure of a text is given to the right thing, and what is said of it."""

from __future__ import annotations

from deepseek_audit.audit.texts.finding import Finding
from deepseek_audit.audit.texts.giving import Given
from deepseek_audit.audit.texts.matching import NEUTRAL, RIGHT, WRONG, Match, Matching, apart
from deepseek_audit.audit.texts.numbers import Number
from deepseek_audit.audit.texts.reading import source_named
from deepseek_audit.audit.texts.rules import Figure
from deepseek_audit.audit.texts.sentences import STRONG, Sentence
from deepseek_audit.audit.texts.values import factor_of, fitting, read_as

# So many sentences back a source may be named
_SOURCE_BACK = 5
# So far from a number a word such as “villa” tells what it is about
_ASTRAY = 10
# Verdicts of figures that are right for nothing, by their basis
UNFOUNDED = {"circulates": "no_source", "contradicted": "contradicted"}
# The word by which figures of funding are known
_OF_ROUNDS = " round"


class Checker(Matching):
    """Judges every figure of one text."""

    def findings(self) -> list[Finding]:
        """Every figure that concerns the subject, in the order of the text."""
        found: list[Finding] = []
        for index, sentence in enumerate(self.sentences):
            for number in sentence.numbers:
                if not number.unit and not number.scaled and not self.fits(sentence, number):
                    continue  # A bare number that is no known figure is nothing else
                given = self.given(index, sentence, number)
                finding = self._judge(index, sentence, number, given)
                if finding is not None:
                    found.append(finding)
        return found

    def _judge(self, index: int, sentence: Sentence, number: Number, given: Given) -> Finding | None:
        if self._elsewhere(sentence, number, given, "elsewhere"):
            return None
        matches = self.matches(index, sentence, number, given)
        if self._elsewhere(sentence, number, given, "funding"):
            # Known only where it is money that investors gave
            matches = [match for match in matches if _OF_ROUNDS in match.figure.words]
            if not matches:
                return None
        best = min(matches, key=lambda match: match.rank, default=None)
        if best is None:
            slip = self.slip(index, sentence, number, given)
            if slip is not None:
                return self._finding(sentence, number, given, slip, "contradicted")
            other = self.other_unit(sentence, number, given)
            if other is not None:
                return self._finding(sentence, number, given, other, "contradicted")
            return self._unknown(sentence, number, given)
        verdict = self._verdict(index, sentence, number, given, best)
        return self._finding(sentence, number, given, best, verdict)

    def _elsewhere(self, sentence: Sentence, number: Number, given: Given, kind: str) -> bool:
        """Whether the clause speaks of something else, such as a house, or of money raised."""
        low, high = given.window[0], self.phrase_end(number, given.window)
        return any(
            cue.kind == kind and low <= cue.first < high and -_ASTRAY <= cue.first - number.first <= _ASTRAY for cue in sentence.cues
        )

    def _verdict(self, index: int, sentence: Sentence, number: Number, given: Given, match: Match) -> str:
        figure = match.figure
        doubts = [cue for cue in sentence.cues if cue.kind == "doubt"]
        if any(apart(cue, number) <= 3 for cue in doubts) and figure.basis == "disclosed":
            return "contested"
        if match.status in (WRONG, NEUTRAL):
            if given.denied:
                return "right"
            if figure.basis in UNFOUNDED:
                return "contradicted" if not figure.right else UNFOUNDED[figure.basis]
            return "other_thing"
        if figure.basis in UNFOUNDED:
            return UNFOUNDED[figure.basis]
        if self._against_bound(sentence, number, figure):
            return "contradicted"
        denied = given.denied and match.status == RIGHT and given.mention is not None and given.key == given.base
        if denied and self.is_ours(given.key):
            return "contested"
        if figure.basis == "contested" or doubts:
            return "contested"
        if figure.basis == "estimate":
            return "estimate_faithful" if self._as_estimate(index, sentence, number, figure) else "estimate_as_fact"
        return "right"

    def _against_bound(self, sentence: Sentence, number: Number, figure: Figure) -> bool:
        """Whether “less than” is said of a floor, or “more than” of what is less."""
        kinds = {cue.key for cue in self.hedges(sentence, number)}
        upper = bool(kinds & {"below", "maximum"})
        if figure.bound == "floor":
            return upper
        if figure.basis not in ("disclosed", "market", "price", "measured") or number.high is not None or number.open:
            return False
        said = abs(number.value) * factor_of(number, figure)
        if "floor" in kinds or number.plus:
            return figure.value < said * 0.985
        return upper and figure.value > said * 1.015

    def _as_estimate(self, index: int, sentence: Sentence, number: Number, figure: Figure) -> bool:
        """Whether the text says that somebody outside estimates: in the sentence, or by naming the source near it."""
        company_says = any(mention.speaks and mention.kind == "company" for mention in sentence.mentions)
        low, high = self._part(sentence, number)
        cues = [cue for cue in sentence.cues if low <= cue.first < high]
        if any(cue.kind == "guess" or (cue.kind == "according" and not company_says) for cue in cues):
            return True
        if sentence.sources or any(cue.key == "relayed" for cue in self.hedges(sentence, number)):
            return True
        return any(source_named(other, figure) for other in self.sentences[max(0, index - _SOURCE_BACK) : index + 2])

    def _part(self, sentence: Sentence, number: Number) -> tuple[int, int]:
        """The part of a sentence between strong signs in which a number stands; the whole row of a table."""
        low, high = sentence.first, sentence.last
        for at in range(sentence.first, sentence.last if not sentence.row else sentence.first):
            if self.tokens[at].text in STRONG:
                low, high = (at + 1, high) if at < number.first else (low, min(high, at))
        return low, high

    def _unknown(self, sentence: Sentence, number: Number, given: Given) -> Finding | None:
        """A figure of ours that is in no table: only where the sentence names the subject and says what was spent or used."""
        ours = any(mention.kind in ("model", "company") and not mention.aside for mention in sentence.mentions)
        if given.mention is None or not ours or not self.is_ours(given.key) or self.kind_of(given.key) == "group" or number.open:
            return None
        spent = number.unit in ("usd", "cny", "gpu", "gpu_hour") and (number.scaled or number.value >= 100)
        if not spent and number.unit != "usd/Mtoken":
            return None
        if any(cue.kind == "supposed" for cue in sentence.cues):
            return None
        if not any(cue.kind == "spends" and given.window[0] <= cue.first < given.window[1] for cue in sentence.cues):
            return None
        return self._finding(sentence, number, given, None, "unknown")

    def _attributed(self, sentence: Sentence, number: Number) -> str:
        """Whom the sentence gives a number to: the nearest source, or the subject that speaks."""
        near: list[tuple[int, str]] = [(abs(source.first - number.first), source.key) for source in sentence.sources]
        near += [
            (abs(mention.first - number.first), self.rules.subjects[mention.key].label) for mention in sentence.mentions if mention.speaks
        ]
        return min(near)[1] if near else ""

    def _finding(self, sentence: Sentence, number: Number, given: Given, match: Match | None, verdict: str) -> Finding:
        signs, rules = self.signs, self.rules
        start, end = signs.span(number.start, number.end)
        figure = match.figure if match else None
        value = fitting(number, figure) if figure and not match.slip else number.value  # type: ignore[union-attr]
        unit = number.unit or (figure.unit if figure else "")
        subject = rules.subjects.get(given.key)
        hedges = sorted(
            {
                (cue.first, signs.plain[self.tokens[cue.first].start : self.tokens[cue.last - 1].end])
                for cue in self.hedges(sentence, number)
            }
        )
        return Finding(
            start,
            end,
            self.text[start:end],
            value,
            number.high,
            unit,
            read_as(value, number.high, unit, rules),
            "; ".join(words for _, words in hedges),
            self._attributed(sentence, number),
            given.key,
            subject.label if subject else "",
            figure.id if figure else "",
            figure.label if figure else "",
            figure.claim if figure else "",
            verdict,
            self._why(verdict, given, match),
            figure.wording if figure else "",
            figure.link if figure else "",
        )

    def _why(self, verdict: str, given: Given, match: Match | None) -> str:
        """One sentence of the table of sentences, with names filled in."""
        sentences = self.rules.payload["why"]
        figure = match.figure if match else None
        key = verdict
        if match and match.slip:
            key = "slipped"
        elif match and given.denied and verdict == "right" and match.status in (WRONG, NEUTRAL):
            key = "rightly_denied"
        elif match and verdict in ("other_thing", "contradicted") and match.reason:
            return f"{match.reason}."
        elif verdict == "contradicted" and not (figure and figure.basis in UNFOUNDED):
            key = "bound"
        elif verdict == "estimate_as_fact" and not figure:
            key = "unknown"
        subject = self.rules.subjects.get(given.key)
        filled: str = sentences[key]
        for name, value in (
            ("label", figure.label if figure else ""),
            ("source", (figure.source or sentences["somebody"]) if figure else ""),
            ("subject", subject.label if subject else sentences["nothing"]),
        ):
            filled = filled.replace("{" + name + "}", value)
        return filled
