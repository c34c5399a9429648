"""Numbers as readers type them, read by one rule.

The rule holds wherever a reader types a number: here for the parameters of chapters, whether in their cell, with
papermill or with ``bookkit rerun``; in the page for the exact fields of calculators and the addresses they share.

- Digits are 0 to 9. A point stands before decimals; nothing stands between thousands.
- A sign may stand in front, ``-`` or the true minus of this report's own texts; a power of ten may follow: ``1.9e8``.
- Space around a number is no part of it.

Thousands have no separator because a comma is one to some readers and a decimal mark to others: ``1,250`` is a thousand
times as much to the first, and a guess would be wrong without a word. Whatever else is not written so is refused as
well; nothing is left out or mended. ``tests/typed_numbers.json`` has cases that both this module and the page's script read.
"""

from __future__ import annotations

import math
import re

RULE = "Numbers are written with a point before decimals and nothing between thousands, such as 3.5 or 2788000."
_SPACE = r"[ \t\r\n\u00a0\u2007\u2009\u202f]*"
_NUMBER = r"[+\-−]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+\-−]?[0-9]+)?"
_TYPED = re.compile(rf"{_SPACE}({_NUMBER}){_SPACE}((?:[A-Za-z%].*?)?){_SPACE}")


class TypedError(ValueError):
    """A text that is no number by the rule, or no number that can be computed with. The message is a whole sentence."""


def read_typed(text: str) -> tuple[float, str]:
    """The number that a text begins with, and the unit behind it, as written; empty where there is none.

    Raises:
        TypedError: the text does not begin with a number, or goes on with something that is no unit either.
    """
    match = _TYPED.fullmatch(text)
    if match is None:
        raise TypedError(RULE)
    written = match[1].replace("−", "-")
    number = float(written)
    if math.isinf(number):
        raise TypedError("This number is too large to compute with.")
    if number == 0 and re.search("[1-9]", re.split("[eE]", written)[0]):
        raise TypedError("This number is too near to zero to compute with.")
    return number, match[2]
