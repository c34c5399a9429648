"""Slots: the places of a finished page that may be filled later, without reading its HTML.

Decided: a page is assembled once more when it is kept beside newer editions. It then needs a line that says so, and
canonical links that lead to the newest page. So that no finished HTML is searched or guessed at, the theme marks
these places with two comments each; what stands between them is replaced whole, and a page that lacks a slot, or
whose slot holds something else than expected, is an error.

Slots:
    address: in the head of each page, its canonical link and ``og:url``; empty where the site's address is not known.
    edition: at the top of each page; empty until the page is kept beside newer ones.
    editions: in ``v/index.html``; the list of the editions that are kept.
    files: in the page of downloads; the files that are there, listed again when one is added.
"""

from __future__ import annotations

import html
import re

ADDRESS, EDITION, EDITIONS, FILES = "address", "edition", "editions", "files"
INDEX = re.compile(r"(^|/)index\.html$")


class SlotError(ValueError):
    """A page lacks a slot, or has it twice. The message names the slot."""


def slot(name: str, content: str = "") -> str:
    """A slot with what stands in it at first."""
    return f"<!-- bookkit:{name} -->{content}<!-- /bookkit:{name} -->"


def content(page: str, name: str) -> str:
    """What stands in a slot of a page.

    Raises:
        SlotError: the page does not have the slot just once.
    """
    return _parts(page, name)[1]


def filled(page: str, name: str, content: str) -> str:
    """The page with other content in one of its slots.

    Raises:
        SlotError: the page does not have the slot just once.
    """
    before, _, after = _parts(page, name)
    return f"{before}{slot(name, content)}{after}"


def _parts(page: str, name: str) -> tuple[str, str, str]:
    start, end = slot(name).split("><")
    start, end = f"{start}>", f"<{end}"
    if page.count(start) != 1 or page.count(end) != 1 or page.index(start) > page.index(end):
        raise SlotError(f"has no slot “{name}”" if start not in page else f"does not have the slot “{name}” just once")
    before, _, rest = page.partition(start)
    inside, _, after = rest.partition(end)
    return before, inside, after


def addresses(address: str) -> str:
    """What stands in the slot ``address``: the canonical link and the address for link previews."""
    if not address:
        return ""
    escaped = html.escape(address)
    return f'\n<link rel="canonical" href="{escaped}">\n<meta property="og:url" content="{escaped}">\n'


def public(site: str, path: str) -> str:
    """The public address of a page. A home page's is its folder's."""
    return site + INDEX.sub(r"\1", path) if site else ""
