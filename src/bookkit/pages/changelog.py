"""The book's changelog: its versions with their dates, and their text as HTML for the feed and for the pages of claims."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from sphinx.application import Sphinx
from sphinx.util import logging

from bookkit.citing.citing import CHANGELOG_FILE, MONTHS, slug
from bookkit.markup import plain
from bookkit.project.builds import OncePerBuild

VERSION_HEADING = re.compile(r"^(?P<version>\S+) \((?P<date>[^)]+)\)$")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One version in the changelog: its text is HTML."""

    version: str
    date: datetime.date
    text: str

    @property
    def anchor(self) -> str:
        """The id of its section on the page of the changelog; it does not depend on other versions, as Sphinx' id does."""
        return f"version-{slug(self.version)}"


def _read_changes(app: Sphinx) -> list[Entry]:
    """The versions in the book's changelog; none where there is none, or where it cannot be read, which is told."""
    path = Path(app.srcdir, CHANGELOG_FILE)
    try:
        return parse(plain.visible(path.read_text(encoding="utf-8"))) if path.is_file() else []
    except ValueError as error:
        logger.warning("%s: %s", CHANGELOG_FILE, error)
        return []


changes = OncePerBuild(_read_changes)


def parse(text: str) -> list[Entry]:
    """The versions in a changelog, in its order. Sections that are not called ``version (date)`` are no versions.

    Raises:
        ValueError: a date cannot be read, or a version is there twice.
    """
    entries: list[Entry] = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        if match := VERSION_HEADING.match(heading.strip()):
            if any(entry.version == match["version"] for entry in entries):
                raise ValueError(f"version {match['version']} is there twice. Give the later one a number of its own.")
            entries.append(Entry(match["version"], parse_date(match["date"]), markdown(body)))
    return entries


def parse_date(text: str) -> datetime.date:
    """A date written as ``2026-11-22`` or ``22 November 2026``.

    Raises:
        ValueError: it is written in another way.
    """
    if match := re.fullmatch(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})", text):
        number = MONTHS.index(match[2]) + 1 if match[2] in MONTHS else 0
        return datetime.date(int(match[3]), number, int(match[1]))
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}” is no date. Write it as 2026-11-22 or 22 November 2026.") from None


def markdown(text: str) -> str:
    """Markdown as HTML for a feed: raw HTML is shown as text, and a link that is not absolute keeps only its text."""
    parser = MarkdownIt("commonmark", {"html": False})
    tokens = parser.parse(text)
    for token in tokens:
        if token.children:
            token.children = _absolute_links(token.children)
            for code in (child for child in token.children if child.type == "code_inline"):
                code.attrSet("translate", "no")
    return str(parser.renderer.render(tokens, parser.options, {})).strip()


def _absolute_links(tokens: list[Token]) -> list[Token]:
    kept, dropped = [], False
    for token in tokens:
        if token.type == "link_open":
            dropped = not str(token.attrGet("href")).startswith(("https://", "http://", "mailto:"))
        if not (dropped and token.type in ("link_open", "link_close")):
            kept.append(token)
    return kept
