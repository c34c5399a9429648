"""A text as its reader sees it: tags and entities read, odd spaces and dashes made plain, and every sign's place kept.

The browser has the same in ``check-engine.js``; both work through a text once.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from deepseek_audit.audit.texts.rules import Rules

# Above this, a text is cut
LONGEST = 2_000_000
# An entity, a tag with its attributes, a comment, or signs that have a plain twin
_SPECIAL = re.compile(
    "&#?[a-zA-Z0-9]{1,10};|<!--|</?[a-zA-Z][^<>]{0,500}>"
    "|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00a0\u00ad\u061c\u2000-\u200f\u2010-\u2015\u2018-\u201f\u2028-\u202f\u2032\u2033"
    "\u205f-\u206f\u2212\u3000\ufe63\ufeff\uff0d\uff04\uffe5\ufffc\U00010000-\U0010ffff]"
)
_TAG = re.compile("</?([a-zA-Z0-9]+)")
# Tags after which a new line begins, and those between cells
_LINES = frozenset(
    [
        "p",
        "br",
        "div",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "blockquote",
        "header",
        "footer",
        "title",
    ]
)
_CELLS = frozenset(("td", "th"))
# What is no text at all, up to its end
_COMMENT = "<!--"
_CLOSINGS = {
    _COMMENT: re.compile("-->"),
    **{name: re.compile(f"</{name}[^<>]{{0,20}}>?", re.IGNORECASE | re.ASCII) for name in ("script", "style", "template")},
}
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True)
class Signs:
    """A text in plain signs.

    Attributes:
        plain: the text as read.
        low: the same in small letters; only those of the Latin alphabet, so that every browser and Python agree.
        cuts: places in ``plain`` from which the difference to the text's own places changes.
        shifts: the difference from each of them on.
        entity: whether it is an entity that ends there.
    """

    plain: str
    low: str
    cuts: list[int]
    shifts: list[int]
    entity: list[bool]

    def place(self, at: int) -> int:
        """Where a sign of ``plain`` stands in the text itself."""
        found = bisect_right(self.cuts, at) - 1
        return at + (self.shifts[found] if found >= 0 else 0)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where signs from ``start`` up to ``end`` stand in the text itself, without unseen marks behind them."""
        last = self.place(end - 1)
        # A last sign that an entity stands for is as long as the entity
        at = bisect_right(self.cuts, end) - 1
        wide = at >= 0 and self.cuts[at] == end and self.entity[at]
        return self.place(start), self.place(end) if wide else last + 1


def read_signs(text: str, rules: Rules) -> Signs:
    """A text in plain signs, with the place of each."""
    text = text[:LONGEST]
    parts: list[str] = []
    cuts: list[int] = []
    shifts: list[int] = []
    entity: list[bool] = []
    done, length = 0, 0
    endless: set[str] = set()
    while match := _SPECIAL.search(text, done):
        start, end = match.span()
        token = match[0]
        parts.append(text[done:start])
        length += start - done
        instead, end = _instead(text, token, end, rules, endless)
        parts.append(instead)
        length += len(instead)
        if end - start != len(instead):
            cuts.append(length)
            shifts.append(end - length)
            entity.append(token[0] == "&" and bool(instead))
        done = end
    parts.append(text[done:])
    plain = "".join(parts)
    return Signs(plain, plain.translate(_LOWER), cuts, shifts, entity)


def _instead(text: str, token: str, end: int, rules: Rules, endless: set[str]) -> tuple[str, int]:
    """What a special sign is read as, and where reading goes on. ``endless`` holds what is opened and never closed."""
    if token[0] == "&":
        return _entity(token, rules), end
    if token == _COMMENT:
        return "", _after(text, _COMMENT, end, endless)
    if token[0] != "<":
        return rules.signs.get(token, " " if token < " " or token == "\x7f" else "\ufffd" if token > "\uffff" else ""), end
    name = _TAG.match(token)[1].lower()  # type: ignore[index]
    if name in _CLOSINGS and token[1] != "/":
        return "\n", _after(text, name, end, endless)
    return ("\n" if name in _LINES else "\t" if name in _CELLS else ""), end


def _after(text: str, opened: str, start: int, endless: set[str]) -> int:
    """Where what is not seen ends; if it never does, where it began."""
    if opened in endless:
        return start
    closing = _CLOSINGS[opened].search(text, start)
    if closing is None:
        endless.add(opened)
        return start
    return closing.end()


def _entity(token: str, rules: Rules) -> str:
    """The sign that an entity stands for; an unknown one stands for itself."""
    name = token[1:-1]
    if not name.startswith("#"):
        return rules.entities.get(name, token)
    digits = name[2:] if name[1:2] in "xX" else name[1:]
    base = 16 if name[1:2] in "xX" else 10
    if not digits or any(sign not in "0123456789abcdefABCDEF"[: 10 if base == 10 else 22] for sign in digits):
        return token
    code = int(digits, base)
    sign = chr(code) if 0 < code < 0xD800 else " "
    return rules.signs.get(sign, sign) if code >= 32 else " "
