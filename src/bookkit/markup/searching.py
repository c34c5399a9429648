"""Searching: the sentences of the whole site in one file, and a script of the search page that finds words in them.

Decided: what is searched and shown is what readers read: headings, sentences with their numbers, tables, the words of
charts and calculators, and the claims. Code, controls and what is folded away are not part of it. The script writes
text alone, so the search page needs no exception from the site's policy, and it fetches no page to quote from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes

from bookkit.markup.plain import spoken

FILE = "searchindex.js"
# The file calls the script, so that searching works from a folder too, where nothing can be fetched
START, END = "searched(", ");\n"
# Nodes that are written in a way of their own carry their sentences by this name
SENTENCES = "sentences"
NOT_READ = (nodes.literal_block, nodes.raw, nodes.Invisible, nodes.system_message)

Page = Mapping[str, Any]


def page(address: str, title: str, parts: Iterable[tuple[str, str, list[str]]], kind: str = "") -> Page:
    """A page as it is searched.

    Args:
        address: below the site's root.
        title: its heading.
        parts: id, heading and sentences of each of its sections.
        kind: what it is, where it is no chapter.
    """
    shown = [{"anchor": anchor, "title": heading, "texts": texts} for anchor, heading, texts in parts if heading or texts]
    return {"address": address, "title": title, "kind": kind, "parts": shown}


def chapter(address: str, title: str, doctree: nodes.Element) -> Page:
    """A chapter as it is searched; see `page` for the arguments."""
    return page(address, title, _parts(doctree))


def _parts(doctree: nodes.Element) -> Iterator[tuple[str, str, list[str]]]:
    """Id, heading and sentences of each section; the first heading is the page's own."""
    texts: list[str] = list(_texts(doctree))
    yield "", "", texts
    for index, section in enumerate(doctree.findall(nodes.section)):
        heading = section.next_node(nodes.title)
        named = index and heading is not None
        yield (section["ids"][0], spoken(heading), list(_texts(section))) if named else ("", "", list(_texts(section)))


def _texts(node: nodes.Element) -> Iterator[str]:
    """The sentences of a node but for those of the sections in it."""
    for child in node.children:
        if not isinstance(child, nodes.Element) or isinstance(child, (nodes.section, nodes.title)):
            continue
        if SENTENCES in child:
            yield from child[SENTENCES]
        elif isinstance(child, nodes.definition_list_item):
            yield ": ".join(spoken(part) for part in child.children)
        elif isinstance(child, (nodes.paragraph, nodes.caption)):
            if text := spoken(child):
                yield text
        elif not isinstance(child, NOT_READ):
            yield from _texts(child)


def written(pages: Iterable[Page]) -> str:
    """The file that the search page loads."""
    return START + json.dumps(list(pages), ensure_ascii=False, separators=(",", ":")) + END


def read(path: Path) -> list[Page]:
    """The pages in such a file; none where there is none, or one that is written for Sphinx' search."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found: list[Page] = json.loads(text.removeprefix(START).removesuffix(END)) if text.startswith(START) else []
    return found
