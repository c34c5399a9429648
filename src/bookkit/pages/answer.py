"""What a chapter says in short: its answer, its first sentence, a description for search engines, and the sources it names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from docutils import nodes

from bookkit.markup.plain import spoken

DESCRIPTION_LENGTH = 155
SHORTEST_DESCRIPTION = 70
# Ends a sentence: a stop, perhaps a closing quotation mark, then a space and a new start. Not “U.S.” and not “vs.”.
SENTENCE_END = re.compile(r"(?<![A-Z]\.[A-Z])(?<!\bvs)(?<!e\.g)(?<!i\.e)[.?!][”’\"')]*(?=\s+[“‘\"'(]?[A-Z0-9$€£])")


def short_answer(doctree: nodes.document, heading: str) -> str:
    """The first paragraph or list item under the heading, else the first of the page, as plain text."""
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is not None and title.astext().strip().casefold() == heading.casefold():
            return _first_text(section)
    return _first_text(doctree)


def _first_text(node: nodes.Element) -> str:
    paragraphs = (
        paragraph for paragraph in node.findall(nodes.paragraph) if not isinstance(paragraph.parent, nodes.footnote | nodes.citation)
    )
    return next(filter(None, map(spoken, paragraphs)), "")


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence."""
    match = SENTENCE_END.search(text)
    return text[: match.end()] if match else text


def shorten(text: str, length: int = DESCRIPTION_LENGTH) -> str:
    """As many whole sentences as fit the length; where that is too little, whole words and an ellipsis."""
    if len(text) <= length:
        return text
    ends = [match.end() for match in SENTENCE_END.finditer(text) if match.end() <= length]
    if ends and ends[-1] >= SHORTEST_DESCRIPTION:
        return text[: ends[-1]]
    return text[:length].rpartition(" ")[0].rstrip(" ,;:.–—(") + "…"


def sources_of(doctree: nodes.document, titles: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Name and address of each source in the page's list of sources.

    Args:
        doctree: the page.
        titles: titles by the ids of their notes; a note without one is named by its text.
    """
    found = []
    for note in doctree.findall(lambda node: isinstance(node, nodes.footnote | nodes.citation)):
        text = spoken(nodes.inline("", "", *(child.deepcopy() for child in note.children if not isinstance(child, nodes.label))))
        name = next((titles[identifier] for identifier in [*note["ids"], *note["names"]] if identifier in titles), text)
        links = (reference["refuri"] for reference in note.findall(nodes.reference) if "refuri" in reference)
        found.append((name, next((uri for uri in links if uri.startswith(("https://", "http://"))), "")))
    return tuple(found)
