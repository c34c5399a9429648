"""A citable work in the formats that others read: APA for people, BibTeX, RIS, CSL-JSON and COinS for their programs.

Each is a small pure function of a `Work`; the tests read them back with other libraries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from markupsafe import Markup

from bookkit.citing.citing import Work, link, one_line, stop
from factbook.contract import latex


def apa(work: Work) -> Markup:
    """The reference in APA style, as HTML: the book's title is in italics."""
    book = work.book
    year = f"({book.published.year if book.published else 'n.d.'})."
    edition = f" ({work.edition})" if work.edition else ""
    title = Markup("<i>{}</i>{}{}").format(book.title, edition, stop(book.title + edition))
    if not work.whole:
        title = Markup("{}{} In {}").format(work.title, stop(work.title), title)
    authors = _listed([author.in_text for author in book.authors])
    # Without an author the title comes first
    parts = [authors + stop(authors), year, title] if authors else [title, year]
    if work.cited_address:
        parts.append(link(work.cited_address, work.cited_address))
    return Markup(" ").join(parts)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}" if names else ""


def bibtex(work: Work) -> str:
    """The reference as BibTeX: the chapter in its book, or the book."""
    book = work.book
    fields = {
        "author": " and ".join(latex(author.inverted) if author.given else f"{{{latex(author.name)}}}" for author in book.authors),
        "title": f"{{{latex(work.title)}}}",
        "booktitle": "" if work.whole else f"{{{latex(book.title)}}}",
        "year": str(book.published.year) if book.published else "",
        "month": str(book.published.month) if book.published else "",
        "note": latex(work.edition),
        "url": work.cited_address,
        "language": book.language,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{'book' if work.whole else 'incollection'}{{{work.key},\n" + ",\n".join(lines) + "\n}\n"


def ris(work: Work) -> str:
    """The reference as RIS, with the line ends its specification asks for."""
    return "".join(f"{tag}  - {one_line(value)}\r\n" for tag, value in _ris_fields(work)) + "ER  - \r\n"


def _ris_fields(work: Work) -> Iterator[tuple[str, str]]:
    book = work.book
    yield "TY", "BOOK" if work.whole else "CHAP"
    for author in book.authors:
        yield "AU", author.inverted
    yield "TI", work.title
    if not work.whole:
        yield "T2", book.title
    if book.published:
        yield "PY", str(book.published.year)
        yield "DA", f"{book.published:%Y/%m/%d}"
    if work.edition:
        yield "ET", work.edition
    yield "LA", book.language
    for word in book.keywords:
        yield "KW", word
    if work.cited_address:
        yield "UR", work.cited_address


def csl(work: Work) -> str:
    """The reference as CSL-JSON, a list of one item."""
    book = work.book
    date = book.published
    item: Mapping[str, object] = {
        "id": work.key,
        "type": "book" if work.whole else "chapter",
        "title": work.title,
        "container-title": "" if work.whole else book.title,
        "author": [{"family": author.name, "given": author.given} if author.given else {"literal": author.name} for author in book.authors],
        "issued": {"date-parts": [[date.year, date.month, date.day]]} if date else None,
        "version": book.version,
        "note": work.edition,
        "language": book.language,
        "URL": work.cited_address,
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1) + "\n"


def coins(work: Work) -> Markup:
    """The reference as COinS: an empty element that reference managers find and nobody sees or hears.

    Its keys are those of OpenURL's matrix for books (Z39.88-2004): a chapter is a ``bookitem``. Zotero prefers it to the
    tags in the head, and reads from it what they cannot say: that an author is a group, and which version was read.
    """
    book = work.book
    pairs = [("ctx_ver", "Z39.88-2004"), ("rft_val_fmt", "info:ofi/fmt:kev:mtx:book"), ("rft.genre", "book" if work.whole else "bookitem")]
    pairs += [("rft.btitle", book.title)] if work.whole else [("rft.atitle", work.title), ("rft.btitle", book.title)]
    for index, author in enumerate(book.authors):
        if not author.given:
            pairs.append(("rft.aucorp", author.name))
        elif index:
            pairs.append(("rft.au", author.inverted))
        else:
            pairs += [("rft.aulast", author.name), ("rft.aufirst", author.given)]
    pairs.append(("rft.date", book.published.isoformat() if book.published else ""))
    pairs += [("rft.edition", work.edition), ("rft.language", book.language), ("rft_id", work.cited_address)]
    query = "&".join(f"{name}={quote(one_line(value), safe='')}" for name, value in pairs if value)
    return Markup('<span class="Z3988" title="{}" aria-hidden="true"></span>').format(query)


def tags(work: Work) -> list[tuple[str, str]]:
    """Name and content of the tags that Zotero and Google Scholar read. Zotero takes the last for the kind of work: the book's title."""
    book = work.book
    pairs = [("citation_title", work.title)]
    pairs += [("citation_author", author.inverted) for author in book.authors]
    if book.published:
        pairs.append(("citation_publication_date", f"{book.published:%Y/%m/%d}"))
    pairs.append(("citation_language", book.language))
    if work.address:
        pairs.append(("citation_fulltext_html_url", work.address))
    if not work.whole:
        pairs.append(("citation_inbook_title", book.title))
    return [(name, one_line(content)) for name, content in pairs]


FORMATS: dict[str, tuple[str, str, Callable[[Work], str]]] = {
    ".bib": ("BibTeX", "application/x-bibtex", bibtex),
    ".ris": ("RIS", "application/x-research-info-systems", ris),
    ".csl.json": ("CSL-JSON", "application/vnd.citationstyles.csl+json", csl),
}
