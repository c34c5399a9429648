"""Tables pasted into a text: numbers get the unit and scale that stand in the first row, as in “Cost (USD m)”."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deepseek_audit.audit.texts.numbers import Number, rounded
from deepseek_audit.audit.texts.rules import Rules
from deepseek_audit.audit.texts.sentences import Sentence
from deepseek_audit.audit.texts.words import SIGN, Token


def read_heads(sentences: Sequence[Sentence], tokens: Sequence[Token], rules: Rules) -> None:
    """Give the numbers of a table the units that stand in its first row: “Cost (USD m)”."""
    head: Sentence | None = None
    for sentence in sentences:
        if not sentence.row or head is None or len(head.cells) != len(sentence.cells):
            head = sentence if sentence.row else None
            continue
        ends = [*head.cells[1:], head.last]
        whole = tokens[head.first : head.last]
        for place, number in enumerate(sentence.numbers):
            cell = sum(first <= number.first for first in sentence.cells) - 1
            above = tokens[head.cells[cell] : ends[cell]]
            sentence.heads[number.first] = " " + " ".join(token.text for token in above if token.kind != SIGN) + " "
            if not number.unit:
                sentence.numbers[place] = _headed(number, above, whole, rules)


def _headed(number: Number, above: Sequence[Token], whole: Sequence[Token], rules: Rules) -> Number:
    """A number with the unit and scale of the cell above it."""
    unit = next((rules.units[token.text][0] for token in above if token.text in rules.units), "")
    if "gpu" in (token.text for token in above) and any(token.text in ("hours", "hour", "h") for token in above):
        unit = "gpu_hour"
    if unit == "hour" and number.value >= 1000:
        unit = "gpu_hour"
    for token in above if unit != "gpu_hour" else ():
        unit = rules.currencies.get(token.text) or rules.currency_words.get(token.text, (unit, 1.0))[0]
    if not unit and any(token.text in ("price", "prices", "token", "tokens") for token in whole):
        unit = next((rules.currencies[token.text] for token in whole if token.text in rules.currencies), "")
    scale = next((rules.scales[token.text] for token in above if token.text in rules.scales), 1.0)
    if not unit:
        return number
    return replace(
        number,
        unit=unit,
        value=rounded(number.value * scale),
        other=None if number.other is None else rounded(number.other * scale),
        scaled=number.scaled or scale > 1,
        plain=False,
    )
