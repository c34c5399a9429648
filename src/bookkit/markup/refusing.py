"""What no page may hold: scripts, what starts or loads of its own accord, and characters that no reader sees.

The policy in each page (`bookkit.pages.policy`) makes it dead; here it is found, so that an author hears of it by its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from bookkit.markup import plain

# Types that a browser takes for a program; every other type is data to it
PROGRAMS = re.compile(r"(?:module|(?:text|application)/(?:x-)?(?:java|ecma|j|live)script(?:1\.\d)?)?", re.IGNORECASE)
# What starts or loads something of its own accord
ELEMENTS = ("iframe", "frame", "object", "embed", "base", "meta")
ADDRESSES = ("href", "xlink:href", "src", "action", "formaction", "data", "poster", "srcset")
# Browsers skip these inside an address
SKIPPED = re.compile(r"[\x00-\x20\x7f-\xa0\u200b\u200e\u200f\u2028-\u202e]")
SHOWN = 60


def refused(markup: str) -> list[str]:
    """What in the HTML of a page's text would run, load something or hide from the reader: in plain words, without repetition."""
    return [*dict.fromkeys(_Reader(markup).found), *(f"the invisible character {code}" for code in plain.codes(markup))]


class _Reader(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += _faults(tag, [(name, value or "") for name, value in attrs])


def _faults(tag: str, attributes: list[tuple[str, str]]) -> Iterator[str]:
    if tag in ELEMENTS or (tag == "script" and PROGRAMS.fullmatch(dict(attributes).get("type", "").strip())):
        yield f"the element <{tag}>"
    for name, value in attributes:
        if name.startswith("on"):
            yield f"the event handler {name}=“{value[:SHOWN]}”"
        elif name in ADDRESSES and SKIPPED.sub("", value).lower().startswith(("javascript:", "vbscript:", "data:text/html")):
            yield f"the address “{value[:SHOWN]}”"
