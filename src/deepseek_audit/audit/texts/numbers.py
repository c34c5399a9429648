"""Numbers as people write them: “$5.6M”, “nearly six million”, “2.788M GPU hours”, “a twentieth”, “5-6 million”.

Dates, times, addresses, names with digits and numbered things (“page 17”) are no numbers here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from deepseek_audit.audit.texts.rules import Rules
from deepseek_audit.audit.texts.words import DIGITS, SIGN, WORD, Token

# Addresses, dates, times, telephone numbers, papers' numbers, powers
_NO_NUMBER = re.compile(
    r"https?://\S{1,2000}|www\.\S{1,2000}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|doi[: ]{1,2}\S{1,200}|arxiv[: ]{0,2}\d{4}\.\d{4,5}"
    r"|\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}\.\d{1,2}\.(?:19|20)\d{2}\b|\b\d{1,2}/\d{1,2}/(?:19|20)?\d{2}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b"
    r"|\b0\d{2,4}(?:[ -]\d{2,4}){1,4}\b|\b(?:\d{3}-)?\d{3}-\d{4}\b|\b\d{4}/\d{4}\b|\b\d{1,3}\s?(?:\^|\*\*)\s?\d+",
    re.ASCII,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+$")
_POINT_DECIMALS = re.compile(r"\d\.\d{1,2}(?!\d)|\d,\d{3},\d{3}|\d,\d{3}\.\d")
_COMMA_DECIMALS = re.compile(r"\d,\d{1,2}(?!\d)|\d\.\d{3}\.\d{3}|\d\.\d{3},\d")
# This far from a number its unit may stand, over adjectives
_REACH = 6
# Four digits below are years
_LAST_YEAR = 2041
# Two numbers so far apart are no range
_WIDEST = 20.0
# Larger ones are noise, and so many words at most make a number
_LARGEST = 1e24
_MOST_WORDS = 40


@dataclass(frozen=True)
class Number:
    """A number in a text.

    Attributes:
        first, last: its tokens, with currency and unit sign; ``last`` is the first one after it.
        start, end: its place in the plain text, as short as it stands.
        value: what it says, in units of one.
        high: the other end of a range, or None.
        other: how it reads where a point and a comma mean the opposite, or None.
        unit: ``usd``, ``gpu``, ``percent`` …; empty where none is named.
        open: whether it is a plural without a number, such as “hundreds of millions”; it then ends at ``high``.
        scaled: whether a word or letter such as “million” is in it.
        unit_last: the token after the unit's noun.
        plus: whether a plus sign or “plus” follows.
        plain: whether it is a number in digits without unit, scale and currency.
    """

    first: int
    last: int
    start: int
    end: int
    value: float
    high: float | None
    other: float | None
    unit: str
    open: bool
    scaled: bool
    unit_last: int
    plus: bool
    plain: bool


@dataclass
class _Reading:
    """What stands at a token while it is read."""

    at: int
    value: float
    other: float | None = None
    high: float | None = None
    factor: float = 1.0
    scaled: bool = False
    open: bool = False
    ratio: bool = False
    bare_word: bool = False
    digits: bool = False


def rounded(value: float) -> float:
    """A value without the noise of multiplication, alike in every language."""
    return float(f"{value:.12g}")


class Reader:
    """Reads the numbers of one text.

    Args:
        low: the text in small letters.
        tokens: its tokens.
        named: tokens that are part of a name with digits, such as “GPT-4”.
        rules: the tables.
    """

    def __init__(self, low: str, tokens: list[Token], named: set[int], rules: Rules) -> None:
        self.low, self.tokens, self.named, self.rules = low, tokens, named, rules
        self.comma_is_decimal = _count(_COMMA_DECIMALS, low) > _count(_POINT_DECIMALS, low)
        self.blocked = self._blocked()

    def read(self) -> list[Number]:
        """Every number, in order."""
        found: list[Number] = []
        at = 0
        while at < len(self.tokens):
            number = self._number(at)
            if number is None:
                at += 1
                continue
            found.append(number)
            at = max(number.last, at + 1)
        return found

    def _blocked(self) -> set[int]:
        """Tokens inside what only looks like a number."""
        spans = [match.span() for match in _NO_NUMBER.finditer(self.low)]
        blocked: set[int] = set()
        at = 0
        for start, end in spans:
            while at < len(self.tokens) and self.tokens[at].end <= start:
                at += 1
            while at < len(self.tokens) and self.tokens[at].start < end:
                blocked.add(at)
                at += 1
        return blocked

    def _number(self, start: int) -> Number | None:
        tokens = self.tokens
        sign, at = self._sign(start)
        currency, at = self._currency_before(at)
        if sign is None and currency is None and at != start:
            return None
        reading = self._value(at, currency is not None)
        if reading is None:
            return None
        begin = start
        self._scale(reading, currency is not None)
        unit, factor, after = self._unit(begin, reading, currency)
        reading = self._range(begin, reading, currency, unit, after) or reading
        if reading.high is not None and not reading.open:
            unit, factor, after = self._unit(begin, reading, currency)
        if self._is_numbering(begin, at, reading, unit) or not self._stands(begin, at, reading, unit):
            return None
        plus = self._plus(after)
        last = max(reading.at, after[0])
        after = (after[0], self._more(after[1]))
        value = rounded(reading.value * factor)
        if not value < _LARGEST:
            return None
        high = None if reading.high is None else rounded(reading.high * factor)
        other = None if reading.other is None else rounded(reading.other * factor)
        plain = reading.digits and not unit and not reading.scaled and reading.high is None
        return Number(
            begin,
            last,
            tokens[begin].start,
            tokens[last - 1].end,
            value,
            high,
            other,
            unit,
            reading.open,
            reading.scaled,
            after[1],
            plus,
            plain,
        )

    def _sign(self, at: int) -> tuple[str | None, int]:
        """A plus or minus that belongs to the number after it."""
        token = self.tokens[at]
        if token.kind == SIGN and token.text in "+-" and not token.glued and at + 1 < len(self.tokens) and self.tokens[at + 1].glued:
            return token.text, at + 1
        return None, at

    def _currency_before(self, at: int) -> tuple[str | None, int]:
        """A currency that stands before its number: “$”, “US$”, “RMB”."""
        tokens = self.tokens
        for length in (2, 1):
            last = at + length
            if last >= len(tokens) or (length == 2 and not tokens[at + 1].glued):
                continue
            unit = self.rules.currencies.get(tokens[at].text + tokens[at + 1].text if length == 2 else tokens[at].text)
            if unit is None:
                continue
            if tokens[last].kind == SIGN and tokens[last].text in ".-" and tokens[last].glued and last + 1 < len(tokens):
                last += 1
            if self._may_begin(last):
                return unit, last
        return None, at

    def _may_begin(self, at: int) -> bool:
        token = self.tokens[at] if at < len(self.tokens) else None
        return token is not None and (token.kind == DIGITS or (token.kind == WORD and self._word_value(at) is not None))

    def _value(self, at: int, money: bool) -> _Reading | None:
        """The digits or number words at a token."""
        if at >= len(self.tokens) or at in self.named or at in self.blocked:
            return None
        token = self.tokens[at]
        if token.kind == DIGITS:
            return self._digits(at, money)
        return self._words(at) if token.kind == WORD else None

    def _digits(self, at: int, money: bool) -> _Reading | None:
        tokens, rules = self.tokens, self.rules
        token = tokens[at]
        if not money and at and self._in_a_name(at):
            return None
        value, other = self._digit_values(token.text, money)
        if value is None:
            return None
        after = at + 1
        following = tokens[after] if after < len(tokens) else None
        if following is not None and following.glued and following.kind == WORD:
            known = following.text in rules.letters or following.text in rules.scales or following.text in rules.glued
            if following.text in rules.ordinals:
                return self._ordinal_share(at, value)
            if not known:
                return None
        if (
            after + 1 < len(tokens)
            and tokens[after].text == "/"
            and tokens[after].glued
            and tokens[after + 1].kind == DIGITS
            and tokens[after + 1].glued
        ):
            below, _ = self._digit_values(tokens[after + 1].text, money)
            if not below or money:
                return None
            return _Reading(after + 2, value / below, ratio=True)
        return _Reading(after, value, other, digits=True)

    def _ordinal_share(self, at: int, value: float) -> _Reading | None:
        """“one-27th”, “a 27th of”: a share; other ordinals are none."""
        before = self.tokens[at - 1].text if at else ""
        if before == "-" and at > 1:
            before = self.tokens[at - 2].text
        elif before == "a" and not (at + 2 < len(self.tokens) and self.tokens[at + 2].text in ("of", "as", "the")):
            return None
        return _Reading(at + 2, 1 / value, ratio=True) if before in ("one", "a") and value > 1 else None

    def _in_a_name(self, at: int) -> bool:
        """Whether digits are glued to a word before them: “o1-1217”, “A-100”."""
        token, before = self.tokens[at], self.tokens[at - 1]
        if not token.glued:
            return False
        if before.kind == WORD:
            return before.text not in self.rules.currencies
        if before.text in "-/_#@.:*" and before.glued and at > 1:
            far = self.tokens[at - 2]
            return far.kind in (WORD, DIGITS) and far.text not in self.rules.before_hyphen
        return before.text in "#@_"

    def _digit_values(self, digits: str, money: bool) -> tuple[float | None, float | None]:
        """What digits say, and what they say where points and commas mean the opposite."""
        if " " in digits or "'" in digits:
            return float(digits.replace(" ", "").replace("'", "")), None
        point, comma = digits.count("."), digits.count(",")
        if not point and not comma:
            return float(digits), None
        if point and comma:
            decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
            if digits.count(decimal) > 1:
                return None, None
            grouped = "," if decimal == "." else "."
            return float(digits.replace(grouped, "").replace(decimal, ".")), None
        if point + comma > 1:
            return (float(re.sub("[.,]", "", digits)), None) if _THOUSANDS.match(digits) else (None, None)
        mark = "." if point else ","
        whole, _, rest = digits.partition(mark)
        as_decimal, as_whole = float(f"{whole}.{rest}"), float(whole + rest)
        if len(rest) != 3 or len(whole) > 3 or whole[0] == "0":
            return as_decimal, None
        decimal_first = (mark == ",") == self.comma_is_decimal
        return (as_decimal, as_whole) if decimal_first else (as_whole, as_decimal)

    # Words

    def _word_value(self, at: int) -> float | None:
        text = self.tokens[at].text
        rules = self.rules
        for table in (rules.cardinals, rules.tens, rules.plurals, rules.fractions, rules.multiples):
            if text in table:
                return table[text]
        if text in rules.scales and text not in rules.letters:
            return rules.scales[text]
        return 1.0 if text in ("a", "an", "half", "multi", "multibillion", "single") else None

    def _words(self, at: int) -> _Reading | None:
        """Number words from a token on: “five point six”, “two hundred and ninety-four thousand”, “half a billion”, “a twentieth”."""
        tokens, rules = self.tokens, self.rules
        text = tokens[at].text
        if tokens[at].glued and at and tokens[at - 1].kind == DIGITS:
            return None
        if text in rules.multiples:
            return _Reading(at + 1, rules.multiples[text], ratio=True)
        if text in rules.plurals or (text in rules.many and self._next_plural(at) is not None):
            return self._plural(at)
        if text in ("half", "quarter") or (text in ("a", "one") and self._next(at + 1) in ("half", "quarter")):
            scaled = self._half(at)
            if scaled is not None:
                return scaled
        share = self._share(at)
        if share is not None:
            return share
        if text in ("a", "an"):
            scale = self._next(at + 1)
            if (scale in rules.scales and scale not in rules.letters) or scale == "hundred" or scale == "dozen":
                return self._cardinal(at + 1, 1.0)
            return None
        if text in rules.cardinals or text in rules.tens or (text == "hundred" and at and self._next(at - 1) in ("the", "that", "this")):
            return self._cardinal(at, None)
        return None

    def _next(self, at: int) -> str:
        return self.tokens[at].text if at < len(self.tokens) else ""

    def _skip(self, at: int, *signs: str) -> int:
        """The token after a sign that touches both sides, such as a hyphen between number words."""
        tokens = self.tokens
        if at + 1 < len(tokens) and tokens[at].kind == SIGN and tokens[at].text in signs and tokens[at].glued and tokens[at + 1].glued:
            return at + 1
        return at

    def _next_plural(self, at: int) -> int | None:
        """Where a plural follows “several”, “a few”: the token of it."""
        place = at + 1
        if self._next(at) == "a" and self._next(place) == "few":
            place += 1
        if self._next(place) in self.rules.plurals or (
            self._next(place) in self.rules.scales and self._next(place) not in self.rules.letters
        ):
            return place
        return place if self._next(place) == "hundred" else None

    def _plural(self, at: int) -> _Reading | None:
        """“tens of millions”, “several hundred million”, “billions”, “multi-billion”: from the number to ten times it."""
        tokens, rules = self.tokens, self.rules
        place = at if tokens[at].text in rules.plurals else self._next_plural(at)
        if place is None:
            return None
        text = self._next(place)
        value = rules.plurals.get(text) or rules.scales.get(text) or 100.0
        place = self._skip(place + 1, "-")
        if self._next(place) == "of" and (self._next(place + 1) in rules.plurals or self._next(place + 1) in rules.scales):
            place += 1
        scale = self._next(place)
        if (scale in rules.plurals and rules.plurals[scale] >= 1000) or (scale in rules.scales and scale not in rules.letters):
            value *= rules.plurals.get(scale) or rules.scales[scale]
            place += 1
        if value < 1e6:
            return None
        return _Reading(place, value, high=value * 10, open=True, scaled=True)

    def _half(self, at: int) -> _Reading | None:
        """“half a billion”, “a quarter of a million”."""
        rules = self.rules
        place = at if self._next(at) in ("half", "quarter") else at + 1
        part = 0.5 if self._next(place) == "half" else 0.25
        place = self._skip(place + 1, "-")
        if self._next(place) == "of":
            place += 1
        if self._next(place) in ("a", "one"):
            place = self._skip(place + 1, "-")
        scale = self._next(place)
        if scale in rules.scales and scale not in rules.letters:
            return _Reading(place + 1, part * rules.scales[scale], scaled=True)
        return None

    def _share(self, at: int) -> _Reading | None:
        """“a tenth”, “one-tenth”, “a mere eleventh”, “two-thirds”, “one twenty-seventh”."""
        rules = self.rules
        text = self._next(at)
        count = 1.0 if text in ("a", "an") else rules.cardinals.get(text)
        if count is None and text in rules.fractions and at and self._next(at - 1) in rules.before_share:
            count, place = 1.0, at
        elif count is None:
            return None
        else:
            place = self._skip(at + 1, "-")
        word = self._next(place)
        value = rules.fractions.get(word)
        if word in rules.tens or word in rules.cardinals:
            end = self._skip(place + 1, "-")
            part = rules.fractions.get(self._next(end))
            if part is None or (part < 0.1 and word in rules.tens and self._next(end) != "hundredth"):
                part = None
            if part is not None and word in rules.tens:
                return _Reading(end + 1, count / (rules.tens[word] + 1 / part), ratio=True)
            if word in rules.cardinals and self._next(end) in ("hundredth", "thousandth"):
                return _Reading(end + 1, count / (rules.cardinals[word] * (100 if self._next(end) == "hundredth" else 1000)), ratio=True)
            return None
        if value is None or (text in ("a", "an") and word == "second"):
            return None
        return _Reading(place + 1, count * value, ratio=True)

    def _cardinal(self, at: int, first: float | None) -> _Reading | None:
        """A number in words up to the last scale: hundreds and units are summed, thousands and more close a group."""
        tokens, rules = self.tokens, self.rules
        total, group, place, any_word, scaled = 0.0, 0.0, at, False, False
        if first is not None:
            group = first
        last_scale = float("inf")
        while place < min(len(tokens), at + _MOST_WORDS):
            text = tokens[place].text
            if text in rules.cardinals and (group == 0 or (group % 100 >= 20 and group % 10 == 0) or (group % 100 == 0 and group > 0)):
                if first is not None and not any_word:
                    break
                group += rules.cardinals[text]
            elif text in rules.tens and (group == 0 or group % 100 == 0):
                group += rules.tens[text]
            elif text in ("hundred", "dozen"):
                group = (group or 1.0) * (100 if text == "hundred" else 12)
            elif (
                text in rules.scales
                and text not in rules.letters
                and text not in rules.suffix_only
                and rules.scales[text] < last_scale
                and group
            ):
                scaled = True
                last_scale = rules.scales[text]
                total += group * last_scale
                group = 0.0
            elif text == "and" and any_word and (half := self._and_a_half(place)) is not None:
                group += 0.5
                place = half
            elif text == "and" and any_word and (group % 100 == 0) and (group or total) and self._may_add(place + 1):
                place += 1
                continue
            elif text == "point" and any_word and self._next(place + 1) in rules.cardinals:
                decimals = ""
                while self._next(place + 1) in rules.cardinals and rules.cardinals[self._next(place + 1)] < 10:
                    decimals += str(int(rules.cardinals[self._next(place + 1)]))
                    place += 1
                if not decimals:
                    break
                group += float(f"0.{decimals}")
            else:
                break
            any_word = True
            place = self._skip(place + 1, "-")
        if not any_word:
            return None
        if self._next(place - 1) == "and":
            place -= 1
        if tokens[place - 1].kind == SIGN:
            place -= 1
        factor = last_scale if scaled and not group else 1.0
        return _Reading(place, total + group, factor=factor, scaled=scaled, bare_word=not scaled)

    def _and_a_half(self, at: int) -> int | None:
        """The last token of “and a half”, hyphens or not, that begins at a token."""
        place = self._skip(at + 1, "-")
        if self._next(place) == "a":
            place = self._skip(place + 1, "-")
        return place if self._next(place) == "half" else None

    def _may_add(self, at: int) -> bool:
        text = self._next(at)
        return text in self.rules.tens or text in self.rules.cardinals

    # What follows

    def _scale(self, reading: _Reading, money: bool) -> None:
        """Multiply by the scales that follow: “million”, “bn”, “thousand million”."""
        tokens, rules = self.tokens, self.rules
        while reading.at < len(tokens) and not reading.open and not reading.ratio:
            at = self._skip(reading.at, "-")
            token = tokens[at]
            factor = rules.scales.get(token.text)
            letter = token.text in rules.letters
            if (
                factor is None
                or (letter and not (token.glued or money))
                or (letter and at + 1 < len(tokens) and tokens[at + 1].glued and tokens[at + 1].kind == DIGITS)
            ):
                break
            if letter and reading.scaled:
                break
            reading.value *= factor
            reading.factor *= factor
            reading.other = None if reading.other is None else reading.other * factor
            reading.scaled = reading.scaled or factor >= 1e3
            reading.at = at + 1
            if at + 2 < len(tokens) and tokens[at + 1].text == "." and tokens[at + 1].glued and token.text in rules.dotted:
                reading.at = at + 2 if tokens[at + 2].text in rules.currency_words or tokens[at + 2].text == "of" else reading.at

    def _unit(self, begin: int, reading: _Reading, currency: str | None) -> tuple[str, float, tuple[int, int]]:
        """The unit, its factor, and where the number ends and where its noun ends."""
        tokens = self.tokens
        at = self._skip(reading.at, "-")
        if currency is not None:
            unit, last = self._per(currency, at)
            return unit, 1.0, (reading.at, last)
        if reading.scaled and self._next(at) == "of":
            at += 1
        money = self._currency_after(at)
        if money is not None:
            unit, factor, at = money
            if factor == 1.0 and at < len(tokens) and not reading.scaled and unit == "usd":
                at = self._cents(reading, at)
            per, last = self._per(unit, at)
            return per, factor, (at, last)
        at = self._skip(reading.at, "-")
        percent = self._percent(reading, at)
        if percent is not None:
            return "percent", percent[1], (percent[0], percent[0])
        if reading.ratio:
            return "ratio", 1.0, (reading.at, reading.at)
        times = self._times(at)
        if times is not None:
            return "ratio", 1.0, (times, times)
        if begin > 1 and self.tokens[begin - 1].text == "of" and self.tokens[begin - 2].text == "factor":
            return "ratio", 1.0, (reading.at, reading.at)
        return self._noun(reading)

    def _currency_after(self, at: int) -> tuple[str, float, int] | None:
        """“dollars”, “US dollars”, “yuan”, “cents” after a number."""
        for length in (3, 2, 1):
            words = [token.text for token in self.tokens[at : at + length + 1] if token.text != "."][:length]
            known = self.rules.currency_words.get(" ".join(words))
            if known is not None and len(words) == length:
                last, count = at, 0
                while count < length:
                    count += self.tokens[last].text != "."
                    last += 1
                return known[0], known[1], last
        return None

    def _cents(self, reading: _Reading, at: int) -> int:
        """“two dollars nineteen”: what follows the dollars."""
        if at < len(self.tokens) and at not in self.blocked and self.tokens[at].kind == WORD and self._may_add(at):
            cents = self._cardinal(at, None)
            if cents is not None and cents.value < 100 and self._next(cents.at) not in self.rules.scales:
                reading.value += cents.value / 100
                return cents.at
        return at

    def _per(self, unit: str, at: int) -> tuple[str, int]:
        """A price's unit, where “per million tokens” or “an hour” follows."""
        for place in range(at, min(at + 4, len(self.tokens))):
            token = self.tokens[place]
            if token.kind == DIGITS or token.text in self.rules.currencies:
                break
            if token.text not in self.rules.per:
                continue
            for phrase, what in self.rules.per_units:
                if self._follows(place + 1, phrase):
                    return f"{unit}/{what}", place + 1 + len(phrase)
        return unit, at

    def _follows(self, at: int, phrase: tuple[str, ...]) -> bool:
        return tuple(token.text for token in self.tokens[at : at + len(phrase)]) == phrase

    def _percent(self, reading: _Reading, at: int) -> tuple[int, float] | None:
        rules = self.rules
        for length in (2, 1):
            if at + length <= len(self.tokens) and " ".join(token.text for token in self.tokens[at : at + length]) in rules.percent:
                return at + length, 1.0
        if reading.ratio and self._next(at) == "of" and self._next(at + 1) in ("one", "a", "1"):
            inner = self._percent(_Reading(at + 2, 0), at + 2)
            if inner is not None:
                return inner
        return None

    def _times(self, at: int) -> int | None:
        """“27x”, “27 times cheaper”, “-fold”: a ratio; “mentioned 27 times” is none."""
        tokens, rules = self.tokens, self.rules
        text = self._next(at)
        if text in ("x", "×") and at < len(tokens):
            following = self._next(at + 1)
            return at + 1 if tokens[at].glued or following in rules.comparing else None
        if text in ("fold",):
            return at + 1
        if text in ("times", "time"):
            near = [token.text for token in tokens[at + 1 : at + 6]]
            before = [token.text for token in tokens[max(0, at - 4) : at]]
            if any(word in rules.comparing for word in near) or any(word in rules.comparing_before for word in before):
                return at + 1
        return None

    def _noun(self, reading: _Reading) -> tuple[str, float, tuple[int, int]]:
        """The unit in the noun after a number, over adjectives: “2,048 Nvidia H800 chips”."""
        tokens, rules = self.tokens, self.rules
        at = self._skip(reading.at, "-", "/")
        at += at < len(tokens) and tokens[at].text in ("+", "–", "—")
        found: tuple[str, float, tuple[int, int]] | None = None
        for _ in range(_REACH):
            if at >= len(tokens):
                break
            match = rules.unit_phrases.at(tokens, at)
            if match is not None:
                unit, factor = rules.units[match.phrase]
                if found is not None and unit not in ("gpu", "gpu_hour"):
                    break
                found = (unit, factor, (reading.at, match.last))
                at = match.last
                if unit == "thing":
                    break
                if at < len(tokens) and (tokens[at].text in rules.unit_goes_on or (tokens[at].text in "-" and tokens[at].glued)):
                    at = self._skip(at, "-")
                    continue
                break
            token = tokens[at]
            if token.kind == SIGN and not (token.text in "-'" and token.glued):
                break
            if token.kind == DIGITS or (token.kind == WORD and token.text not in rules.between and token.text not in rules.chips):
                break
            at += 1
        return found or ("", 1.0, (reading.at, reading.at))

    def _range(self, begin: int, reading: _Reading, currency: str | None, unit: str, after: tuple[int, int]) -> _Reading | None:
        """A range whose second number follows: “$5–6 million”, “two to four times”, “$70M–$80M”."""
        tokens = self.tokens
        if reading.open or reading.ratio:
            return None
        at = reading.at
        if at >= len(tokens):
            return None
        joint = tokens[at].text
        dash = joint in ("-", "–")
        joints = ("to", "or", "and") if begin and tokens[begin - 1].text == "between" else ("to", "or")
        if not (dash or (joint in joints and not reading.scaled and unit in ("", currency))):
            return None
        second_currency, place = self._currency_before(at + 1)
        if second_currency is not None and (second_currency != currency or (not dash and reading.scaled)):
            return None
        second = self._value(place, currency is not None) if place < len(tokens) and place not in self.blocked else None
        if place < len(tokens) and tokens[place].kind == DIGITS and second is None and dash:
            value, other = self._digit_values(tokens[place].text, currency is not None)
            following = tokens[place + 1] if place + 1 < len(tokens) else None
            if value is not None and not (following is not None and following.glued and following.text in self.rules.ordinals):
                second = _Reading(place + 1, value, other, digits=True)
        if second is None or second.open or second.ratio:
            return None
        self._scale(second, currency is not None)
        low = reading.value
        if not reading.scaled and second.scaled and second.value:
            low = reading.value * second.factor
        if not low < second.value <= low * _WIDEST:
            return None
        return _Reading(
            second.at, low, high=second.value, scaled=reading.scaled or second.scaled, digits=reading.digits, bare_word=reading.bare_word
        )

    def _more(self, at: int) -> int:
        """The token after “and more”, “or so”, “plus”, which belong to the number before them."""
        if self._next(at) in ("and", "or") and self._next(at + 1) in ("more", "so", "less"):
            return at + 2
        return at

    def _plus(self, after: tuple[int, int]) -> bool:
        at = after[0]
        if at < len(self.tokens) and self.tokens[at].text == "+" and self.tokens[at].glued:
            return True
        return self._next(self._skip(at, "-")) == "plus"

    def _is_year(self, at: int) -> bool:
        text = self.tokens[at].text
        return len(text) == 4 and text.isdigit() and 1900 <= int(text) < _LAST_YEAR

    def _is_numbering(self, begin: int, at: int, reading: _Reading, unit: str) -> bool:
        """Whether it numbers an item of a list: “2. ”, “3/ ”, “4) ” at the beginning of a line."""
        if unit or reading.scaled or begin != at or not reading.digits or reading.at >= len(self.tokens):
            return False
        before = self.low[max(0, self.tokens[at].start - 40) : self.tokens[at].start]
        return self.tokens[reading.at].text in ".)/:" and not before[before.rfind("\n") + 1 :].strip(" (#*-")

    def _stands(self, begin: int, at: int, reading: _Reading, unit: str) -> bool:
        """Whether it is a number that says how much: no year, no numbered thing, no small word alone."""
        tokens, rules = self.tokens, self.rules
        if reading.bare_word and not unit:
            return False
        if reading.digits and begin == at and not reading.scaled and unit == "usd" and self._is_year(at):
            return False  # “in 2023 dollars”
        if unit or reading.scaled or begin != at:
            return not (begin and tokens[begin - 1].text in rules.labels and not unit and not reading.scaled)
        if reading.digits:
            text = tokens[at].text
            if self._is_year(at):
                return False
            if begin and (tokens[begin - 1].text in rules.labels or tokens[begin - 1].text in rules.months):
                return False
            if begin > 1 and tokens[begin - 1].text == "." and tokens[begin - 2].text in rules.labels:
                return False
            if reading.at < len(tokens) and (
                tokens[reading.at].text in rules.months or (tokens[reading.at].text == "of" and self._next(reading.at + 1) in rules.months)
            ):
                return False
            return text[0] != "0" or len(text) == 1 or text[1] in ".,"
        return True


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))
