"""How a number's value is held against known ones, and how it is told to people."""

from __future__ import annotations

from dataclasses import replace

from deepseek_audit.audit.texts.numbers import Number, rounded
from deepseek_audit.audit.texts.rules import Figure, Rules


def is_telling(number: Number) -> bool:
    """Whether a number has at least two digits that count."""
    return len(counting_digits(number.value)) > 1 or number.high is not None or abs(number.value) >= 1e11


def counting_digits(value: float) -> str:
    """The digits that count, without zeros around them."""
    return f"{abs(value):.12g}".partition("e")[0].replace(".", "").strip("0")


def moved(number: Number, factor: float) -> Number:
    """A number as it were with its decimal point elsewhere."""
    return replace(number, value=rounded(number.value * factor), other=None)


def values_of(number: Number) -> tuple[float, ...]:
    """Its readings, without sign: as the text's points and commas have it, and as they would not."""
    return (abs(number.value),) if number.other is None else (abs(number.value), abs(number.other))


def factor_of(number: Number, figure: Figure) -> float:
    """What a number is multiplied with to be in the figure's unit: percent and shares of one are told either way."""
    return {("ratio", "percent"): 100.0, ("percent", "ratio"): 0.01}.get((number.unit, figure.unit), 1.0)


def error_of(number: Number, figure: Figure, room: tuple[float, float] = (0.0, 0.0)) -> float | None:
    """How far a number is from a known figure, as a share; None where it is another number.

    ``room`` is the share by which the figure may lie below and above the number besides.
    """
    accepted = (figure.value, *figure.spellings)
    if number.open or figure.bound == "order":
        inside = number.open and figure.bound == "order" and any(number.value <= known < (number.high or 0) for known in accepted)
        return 0.5 if inside else None
    if figure.unit == "ratio":
        accepted = (*accepted, *(1 / known for known in accepted if known))
    best: float | None = None
    factor = factor_of(number, figure)
    for place, value in enumerate(values_of(number)):
        value *= factor
        for known in accepted:
            error = abs(value - known) / known if known else abs(value)
            if number.high is not None and value <= known * 1.0001 and known <= number.high * factor * 1.0001:
                error = min(error, 0.001) if known == figure.value else error
            if known == figure.value and -room[0] * value <= known - value <= room[1] * value:
                error = min(error, figure.tolerance)
            if (error <= figure.tolerance + 1e-9 or (number.high is not None and error <= 0.001)) and (
                best is None or error + place < best
            ):
                best = error + place
    return best


def fitting(number: Number, figure: Figure) -> float:
    """The reading of a number that fits the figure."""
    if number.other is None or number.open:
        return number.value
    accepted = (figure.value, *figure.spellings)
    for value in (number.value, number.other):
        if any(abs(abs(value) - known) <= known * (figure.tolerance + 1e-9) for known in accepted):
            return value
    return number.value


def read_as(value: float, high: float | None, unit: str, rules: Rules) -> str:
    """A value and its unit in words for people."""
    before, after = rules.payload["unit_words"].get(unit, ("", unit))
    numbers = [f"{before}{_in_words(one)}" for one in (value, high) if one is not None]
    return f"{' to '.join(numbers)}{after}"


def _in_words(value: float) -> str:
    """Up to four digits that count, with “million”, “billion” or “trillion”."""
    size = abs(value)
    for scale, name in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if size >= scale:
            return f"{_digits(value / scale)}{name}"
    return _digits(value)


def _digits(value: float) -> str:
    rounded_value = float(f"{value:.4g}") if abs(value) < 1000 else float(round(value))
    whole = abs(rounded_value) >= 1000
    return f"{int(rounded_value):,}" if whole else f"{rounded_value:g}"
