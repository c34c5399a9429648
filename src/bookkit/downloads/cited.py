"""Sources of a book's bibliography in Markdown: how a sentence names one, and its line in a list.

Both are made of the entries that sphinxcontrib-bibtex has read, with pybtex, so that a notebook's list says what the
notes of the page say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pybtex.database import Entry
from pybtex.plugin import find_plugin

from bookkit.citing.bibliography import plain_text, teach
from bookkit.downloads.scripts.reading import Reading

# What may stand for an author, in this order
PUBLISHERS = ("organization", "institution", "publisher", "howpublished", "journal", "title")
SEVERAL = 2


@dataclass(frozen=True)
class Source:
    """A source as a notebook names it.

    Attributes:
        author: surname or publisher, ``Hoffmann et al.``
        year: of its publication, if known.
        address: where it is, if known.
        line: all about it, in Markdown.
    """

    author: str
    year: str
    address: str
    line: str

    def cited(self, *, in_words: bool = False) -> str:
        """How a sentence names it: ``[Hoffmann et al. 2022](…)``, or ``[Hoffmann et al. (2022)](…)`` as a part of the sentence."""
        year = f"({self.year})" if in_words and self.year else self.year
        return link(escaped(f"{self.author} {year}".strip()), self.address)


def describe_source(entry: Entry, style: str = "plain") -> Source:
    """The source that an entry of a bibliography describes.

    Args:
        entry: pybtex's entry.
        style: the name of pybtex's style of formatting.
    """
    teach()
    fields = {name: plain_text(value) for name, value in entry.fields.items()}
    address = entry.fields.get("url", "") or (f"https://doi.org/{entry.fields['doi']}" if "doi" in entry.fields else "")
    written = find_plugin("pybtex.style.formatting", style)().format_entry("", _without_address(entry)).text
    text = escaped(written.render(find_plugin("pybtex.backends", "plaintext")()))
    return Source(_author(entry, fields), fields.get("year", ""), address, f"{text} <{_quoted(address)}>" if address else text)


def link(text: str, address: str) -> str:
    """A link in Markdown, or the text alone where the address is not known."""
    return f"[{text}]({_quoted(address)})" if address else text


def _quoted(address: str) -> str:
    """An address without what would end it in Markdown."""
    return address.replace("(", "%28").replace(")", "%29").replace(" ", "%20")


def escaped(text: str) -> str:
    """A text as Markdown that shows it, in every front end of notebooks."""
    shown: str = Reading.bundle("{{text}}", {"text": text})["text/markdown"]  # type: ignore[no-untyped-call]
    return shown


def _author(entry: Entry, fields: Mapping[str, str]) -> str:
    names = [" ".join(map(plain_text, (*person.prelast_names, *person.last_names))) for person in entry.persons.get("author", ())]
    if not names:
        return next((fields[name] for name in PUBLISHERS if fields.get(name)), entry.key).partition(" (")[0]
    return f"{names[0]} et al." if len(names) > SEVERAL else " and ".join(names)


def _without_address(entry: Entry) -> Entry:
    """The entry without the fields that become its link."""
    kept = {name: value for name, value in entry.fields.items() if name not in ("url", "doi")}
    made = Entry(entry.type, kept, entry.persons)
    made.key = entry.key
    return made
