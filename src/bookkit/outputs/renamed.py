"""Permalinks that are called otherwise today: the old ones still lead where they did, or say what became of it.

``bookkit_renamed`` names a table with the columns ``chapter``, ``old``, ``new`` and ``became``. ``new`` is an anchor of the same
chapter, ``prices#number-x`` on another page, or empty for what is gone; then ``became`` may say what became of it, in a few words.
A row without ``old`` is about the page itself: ``new`` names the pages that took its place. Rows may follow one another: what
was renamed twice leads to its present place.

A number, a table, its cells and a chart bear their earlier anchors of the same page themselves, unless something else is called so
today. `bookkit.pages.permalinks` shows a line for the others. An edition that knew a number by an old anchor is compared with it
(`bookkit.editions.compare`).
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from bookkit.outputs import beside

FILE = "published/renamed.csv"
COLUMNS = ("chapter", "old", "new", "became")
# Nodes that can bear earlier anchors list their own by this name, …
ANCHORS = "anchors"
# … and find by this one the earlier ones of each
EARLIER = "earlier"


@dataclass(frozen=True)
class Renamed:
    """Where permalinks lead today. A permalink is ``page#anchor``.

    Attributes:
        places: the present permalink of each old one; empty where it leads nowhere.
        became: what became of what is gone, by its old permalink.
        successors: the pages that took the place of a page.
    """

    places: Mapping[str, str] = field(default_factory=dict)
    became: Mapping[str, str] = field(default_factory=dict)
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @functools.cached_property
    def _earlier(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for old, new in self.places.items():
            found.setdefault(new, []).append(old)
        return found

    def earlier(self, permalink: str) -> list[str]:
        """The old permalinks that lead to a present one, those of other pages too."""
        return self._earlier.get(permalink, []) if permalink else []

    def of_page(self, page: str) -> list[str]:
        """The old anchors of a page."""
        return [old.partition("#")[2] for old in self.places if old.startswith(f"{page}#")]

    @property
    def pages(self) -> list[str]:
        """The pages that have old anchors, or that others took the place of."""
        return list(dict.fromkeys([*self.successors, *(old.partition("#")[0] for old in self.places)]))


@functools.cache
def read(path: Path) -> Renamed:
    """The table; empty where no such file is.

    Raises:
        ValueError: rows lead in a circle, or one old anchor leads to two places.
    """
    if not path.is_file():
        return Renamed()
    with path.open(encoding="utf-8", newline="") as file:
        return resolve(csv.DictReader(file))


def resolve(rows: Iterable[Mapping[str, str | None]]) -> Renamed:
    """What the rows of the table say, each followed to its present place."""
    steps: dict[str, str] = {}
    said: dict[str, str] = {}
    successors: dict[str, tuple[str, ...]] = {}
    for row in rows:
        page, old, new = (row[name] or "" for name in COLUMNS[:3])
        if not old:
            successors[page] = tuple(new.split())
            said[f"{page}#"] = row.get("became") or ""
            continue
        permalink = f"{page}#{old}"
        if permalink in steps:
            raise ValueError(f"{permalink} has two rows")
        steps[permalink] = new if not new or "#" in new else f"{page}#{new}"
        said[permalink] = row.get("became") or ""
    places, became = {}, {page: text for page, text in said.items() if page.endswith("#") and text}
    for old in steps:
        *_, last = _followed(old, steps)
        places[old] = steps[last]
        if not steps[last] and said[last]:
            became[old] = said[last]
    return Renamed(places, became, successors)


def _followed(old: str, steps: Mapping[str, str]) -> Iterator[str]:
    seen = set()
    while old in steps:
        if old in seen:
            raise ValueError(f"the rows of {old} lead in a circle")
        seen.add(old)
        yield old
        old = steps[old]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.add_config_value("bookkit_renamed", FILE, "env", types=[str])
    app.connect("doctree-resolved", _bear)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def of_book(app: Sphinx) -> Renamed:
    """The table of the book that is being built."""
    return read(Path(app.srcdir, app.config.bookkit_renamed))


def _bear(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Tell each part of a page its earlier anchors there that nothing else has."""
    page, known = beside.public_name(app, docname), of_book(app)
    elements = list(doctree.findall(nodes.Element))
    taken = {anchor for element in elements for anchor in (*element["ids"], *element.get(ANCHORS, ()))}

    def claim(anchor: str) -> list[str]:
        """Those of an anchor; each is given once."""
        here = (old.partition("#") for old in known.earlier(f"{page}#{anchor}"))
        free = [old for of, _, old in here if of == page and old not in taken]
        taken.update(free)
        return free

    for element in elements:
        if ANCHORS in element:
            element[EARLIER] = {anchor: claim(anchor) for anchor in element[ANCHORS]}
        elif isinstance(element, nodes.section):
            element["ids"] += [old for anchor in list(element["ids"]) for old in claim(anchor)]
