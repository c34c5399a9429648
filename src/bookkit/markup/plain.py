"""Text from elsewhere, made plain: what a notebook emits may hold anything, and what readers see must be what is there.

Decided: characters that no reader sees are shown as “�”, one by one. Among them are control characters (a terminal's
escapes, null), the marks that reorder text for the reader but not for the machine, line separators that are none in
HTML, tag characters and halves of surrogate pairs. Nothing is dropped without a trace, and every file that is made of
the text stays valid XML, JSON and CSV.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docutils import nodes

INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, but for tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that reorder
    "\u2028\u2029\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\ufffe\uffff"  # separators and fillers
    "\ud800-\udfff\U000e0000-\U000e007f]"  # halves of pairs, tags
)
SHOWN_AS = "\ufffd"
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
UNSPOKEN = (
    nodes.raw,
    nodes.footnote_reference,
    nodes.citation_reference,
    nodes.image,
    nodes.Invisible,
    nodes.system_message,
)


def visible(text: str) -> str:
    """The text with each invisible character shown as “�”."""
    return INVISIBLE.sub(SHOWN_AS, text)


def everywhere(value: Any) -> Any:
    """A value of JSON with all its texts made visible, names of members included."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(key) if isinstance(key, str) else key: everywhere(item) for key, item in value.items()}
    return [everywhere(item) for item in value] if isinstance(value, (list, tuple)) else value


def one_line(text: str) -> str:
    """The text without line breaks, control characters and doubled spaces."""
    return visible(" ".join(CONTROLS.sub(" ", str(text)).split()))


def list_words(items: Sequence[str]) -> str:
    """The words as a list in a sentence: ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def codes(text: str) -> list[str]:
    """The invisible characters of a text by their code, each once: ``U+202E``."""
    return list(dict.fromkeys(f"U+{ord(character):04X}" for character in INVISIBLE.findall(text)))


def spoken(node: nodes.Node) -> str:
    """The text of a node as it reads aloud: without references to notes, images and raw HTML."""
    return re.sub(r"\s+([.,;:?!])", r"\1", one_line("".join(_texts(node))))


def _texts(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, UNSPOKEN):
        return
    if isinstance(node, nodes.Text):
        yield node.astext()
    for child in node.children:
        yield from _texts(child)
