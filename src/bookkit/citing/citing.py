"""Citing: what a chapter is called, who made it, from which state of the data, and how to name it elsewhere.

Decided: ``CITATION.cff`` is the only place for title, authors, version, date and license. Each chapter is a
part of a book, the home page is the book. A citation names the version and the commit; the box under each
chapter adds the commit's date and a hash of the data, so that a reader can get back to the same numbers. An
address that nobody told us is left out: without ``BOOK_SITE_URL`` there is no permalink, without
``BOOK_REPOSITORY_URL`` no history.

The formats are small pure functions of a `Work`; the tests read them back with other libraries.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import html
import json
import os
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml
from sphinx.util import logging

from bookkit.markup import plain, slots
from bookkit.project import declared, history
from bookkit.project.history import Commit

CITATION_FILE = "CITATION.cff"
CHANGELOG_FILE = "CHANGELOG.md"
# What a book may call the page that shows it
CHANGELOG_PAGES = ("changelog", "changes", "corrections")
HASH_DIGITS = 12
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        **{character: f"\\{character}" for character in "&%$#_"},
    }
)
CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-N[CD]|-SA)*)-(\d\.\d)")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
logger = logging.getLogger(__name__)
# Builders that write one file for all chapters: nothing there is a page of its own.
ONE_FILE_BUILDERS = ("singlehtml",)


@dataclass(frozen=True)
class Author:
    """Who made the book: a person with a given and a family name, or a group with only a name."""

    name: str
    given: str = ""

    @property
    def inverted(self) -> str:
        """``Family, Given``, or the group's name."""
        return f"{self.name}, {self.given}" if self.given else self.name

    @property
    def in_text(self) -> str:
        """``Family, G.``, as APA wants it, or the group's name."""
        initials = " ".join(f"{part[0]}." for part in self.given.split())
        return f"{self.name}, {initials}" if initials else self.name


@dataclass(frozen=True)
class Book:
    """Everything that all chapters' citations share. Unknown texts are empty, unknown dates ``None``.

    ``kept`` is the folder of the site where this very edition stays when newer ones replace it; empty where it does not.
    """

    title: str
    name: str
    authors: tuple[Author, ...]
    version: str = ""
    published: datetime.date | None = None
    modified: datetime.date | None = None
    license: str = ""
    keywords: tuple[str, ...] = ()
    abstract: str = ""
    language: str = "en"
    site: str = ""
    repository: str = ""
    commit: Commit | None = None
    data_hash: str = ""
    contact: str = ""
    kept: str = ""

    def address(self, path: str) -> str:
        """The public address of a file of the site, or nothing when the site has none. The home page is the folder itself."""
        return slots.public(self.site, path)


@dataclass(frozen=True)
class Work:
    """What is cited: a chapter, or the whole book.

    Args:
        book: what it belongs to.
        title: the chapter's title; of the whole book, the book's.
        path: the page's address below the site's root, such as ``costs.html``.
        source: the chapter's file below the book's folder.
        whole: whether it is the book itself.
    """

    book: Book
    title: str
    path: str
    source: str = ""
    whole: bool = False

    @property
    def stem(self) -> str:
        """The path of the page's companions (``.bib``, ``.ris``, ``.csl.json``) without their ending."""
        return stem(self.path)

    @property
    def address(self) -> str:
        """Where the newest version is read, if the site has an address."""
        return self.book.address(self.path)

    @property
    def permalink(self) -> str:
        """Where this edition of the page stays, if it is kept."""
        return self.book.address(self.book.kept + self.path) if self.book.kept else ""

    @property
    def cited_address(self) -> str:
        """The address that a citation of this version names."""
        return self.permalink or self.address

    @property
    def key(self) -> str:
        """A key for reference managers: the book, the year, the chapter."""
        year = str(self.book.published.year) if self.book.published else ""
        return "-".join(filter(None, (slug(self.book.name), year, "" if self.whole else slug(self.stem))))

    @property
    def edition(self) -> str:
        """``Version 1.2, commit abc1234``, as far as known."""
        version = f"version {self.book.version}" if self.book.version else ""
        commit = f"commit {self.book.commit.short}" if self.book.commit else ""
        text = ", ".join(filter(None, (version, commit)))
        return text[:1].upper() + text[1:]


def connect(app: Any) -> None:
    """Register with Sphinx: the box of each page, and the files it links to."""
    app.add_config_value("bookkit_data_folder", "data", "html", types=[str])
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _write_files)


def writes_pages(app: Any) -> bool:
    """Whether this build makes a website of one page per chapter."""
    return app.builder.format == "html" and app.builder.name not in ONE_FILE_BUILDERS and not getattr(app.builder, "embedded", False)


def _page_context(app: Any, pagename: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    is_chapter = writes_pages(app) and pagename in app.env.found_docs
    context["bookkit_cite"] = box(work_of(app, pagename), changelog_page(app)) if is_chapter else ""


def _write_files(app: Any, exception: Exception | None) -> None:
    if exception or not writes_pages(app):
        return
    for docname in sorted(app.env.found_docs):
        work = work_of(app, docname)
        for ending, (_name, _type, write) in FORMATS.items():
            path = Path(app.outdir, f"{unquote(work.stem)}{ending}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(write(work), encoding="utf-8", newline="")


def work_of(app: Any, docname: str) -> Work:
    """The citable work that a document of the book is."""
    book, whole = book_of(app), docname == app.config.root_doc
    title = book.title if whole else one_line(app.env.titles[docname].astext())
    source = app.env.doc2path(docname, base=False)
    return Work(book, title, app.builder.get_target_uri(docname), Path(source).as_posix(), whole)


def book_of(app: Any) -> Book:
    """The book's metadata, read once in each build."""
    if not hasattr(app, "bookkit_book"):
        app.bookkit_book = _read_book(app)
    book: Book = app.bookkit_book
    return book


def _read_book(app: Any) -> Book:
    root, config = Path(app.srcdir), app.config
    name = one_line(config.html_title or config.project)
    citation = read_citation(root / CITATION_FILE)
    commit, modified = _state(root, app.env.doc2path(config.root_doc, base=False), released(citation))
    site = os.environ.get("BOOK_SITE_URL") or config.html_baseurl or ""
    return described(
        citation,
        name=name,
        author=one_line(config.author),
        language=config.language or "en",
        site=site.rstrip("/") + "/" if site else "",
        repository=os.environ.get("BOOK_REPOSITORY_URL", "").rstrip("/").removesuffix(".git"),
        commit=commit,
        modified=modified,
        data_hash=data_hash(root / config.bookkit_data_folder),
    )


def _state(root: Path, tracked: str, published: datetime.date | None) -> tuple[Commit | None, datetime.date | None]:
    """The commit of the sources, and the date of the pages, as far as known; why there is no commit is told once in each build."""
    try:
        commit = history.last_commit(root, tracked)
    except history.NoHistory:
        commit = None
    try:
        seconds, why = history.time_of_pages(root, tracked, published)
    except history.NoDate as error:
        logger.info("%s", error)
        return commit, None
    if why:
        logger.info("%s", why)
    return commit, history.day(seconds)


def described(citation: Mapping[str, Any], *, name: str, author: str = "", **known: Any) -> Book:
    """A book from the fields of ``CITATION.cff``; where they are missing, the site's name and author stand in."""
    authors = tuple(_author(entry) for entry in citation.get("authors", ())) or ((Author(author),) if author else ())
    return Book(
        title=one_line(citation.get("title") or name),
        name=name,
        authors=authors,
        version=one_line(citation.get("version", "")),
        published=released(citation),
        license=_license_name(citation.get("license", "")),
        keywords=tuple(one_line(word) for word in citation.get("keywords", ())),
        abstract=one_line(citation.get("abstract", "")),
        contact=_contact(citation),
        **known,
    )


def read_citation(path: Path) -> dict[str, Any]:
    """The fields of ``CITATION.cff``; none when there is no such file."""
    fields = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return fields if isinstance(fields, dict) else {}


def released(citation: Mapping[str, Any]) -> datetime.date | None:
    """When the edition was published, if its ``CITATION.cff`` says so.

    Raises:
        ValueError: the date cannot be read.
    """
    date = str(citation.get("date-released") or "")
    try:
        return datetime.date.fromisoformat(date[:10]) if date else None
    except ValueError:
        raise ValueError(f"{CITATION_FILE}: date-released is “{date}”. Write it as 2026-11-29.") from None


def _author(entry: Mapping[str, Any]) -> Author:
    if entry.get("family-names"):
        particle = entry.get("name-particle")
        return Author(one_line(" ".join(filter(None, (particle, entry["family-names"])))), one_line(entry.get("given-names", "")))
    return Author(one_line(entry.get("name") or entry.get("alias") or entry.get("given-names", "")))


def _contact(citation: Mapping[str, Any]) -> str:
    """Where a problem can be reported: the address of the first contact that has one, else that of the work."""
    for entry in citation.get("contact", ()):
        if isinstance(entry, dict) and (found := entry.get("email") or entry.get("website")):
            return f"mailto:{one_line(found)}" if found == entry.get("email") else one_line(found)
    return one_line(citation.get("url", ""))


def report_address(book: Book, about: str, body: str) -> str:
    """Where a reader can report a problem: a new issue that is filled in, else a letter, else the contact's page, else nothing.

    Args:
        book: its repository, or the contact of its ``CITATION.cff``.
        about: what the problem is with, in a few words.
        body: the report so far.
    """
    title, text = quote(f"Problem with {about}"), quote(body)
    if book.repository:
        return f"{repository_address(book.repository, 'issues', 'new')}?title={title}&body={text}"
    if book.contact.startswith("mailto:"):
        return f"{book.contact}?subject={title}&body={text}"
    return book.contact if book.contact.startswith(("https://", "http://")) else ""


def _license_name(value: Any) -> str:
    """The first of several licenses: ``CITATION.cff`` allows a list."""
    return one_line(value[0] if isinstance(value, list) and value else value or "")


def data_hash(folder: Path) -> str:
    """SHA-256 over the names and bytes of a data package's descriptor and tables, in the order of their names; nothing without data."""
    files = {path.relative_to(folder).as_posix(): path for path in declared.data_files(folder)}
    files.pop(declared.DICTIONARY, None)
    if not files:
        return ""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name].read_bytes()).digest())
    return digest.hexdigest()


def apa(work: Work) -> str:
    """The reference in APA style, as HTML: the book's title is in italics."""
    book = work.book
    year = book.published.year if book.published else "n.d."
    edition = f" ({html.escape(work.edition)})" if work.edition else ""
    title = f"<i>{html.escape(book.title)}</i>{edition}"
    title = sentence(title) if work.whole else f"{sentence(html.escape(work.title))} In {sentence(title)}"
    authors = _and([html.escape(author.in_text) for author in book.authors])
    # Without an author the title comes first.
    parts = [sentence(authors), f"({year}).", title] if authors else [title, f"({year})."]
    if work.cited_address:
        parts.append(link(work.cited_address, work.cited_address))
    return " ".join(parts)


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends a sentence already."""
    return text if re.search(r"[.?!][”’\"')]*(?:</i>)?$", text) else f"{text}."


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, &amp; {names[-1]}" if names else ""


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


def latex(text: str) -> str:
    """The text with LaTeX's special characters escaped."""
    return text.translate(LATEX)


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
    item = {
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


def coins(work: Work) -> str:
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
    return f'<span class="Z3988" title="{html.escape(query)}" aria-hidden="true"></span>'


FORMATS: dict[str, tuple[str, str, Callable[[Work], str]]] = {
    ".bib": ("BibTeX", "application/x-bibtex", bibtex),
    ".ris": ("RIS", "application/x-research-info-systems", ris),
    ".csl.json": ("CSL-JSON", "application/vnd.citationstyles.csl+json", csl),
}


def box(work: Work, changelog: str = "", thing: str = "") -> str:
    """The box under a chapter. It opens and closes without JavaScript.

    Args:
        work: the chapter or the book.
        changelog: the path of the changelog's page, linked when there is no repository to show the history.
        thing: what readers call it; by default a chapter or the book.
    """
    here = posixpath.dirname(work.path) or "."
    downloads = "".join(
        f'<li><a href="{html.escape(posixpath.relpath(work.stem + ending, here))}" type="{kind}" download>{name}</a></li>'
        for ending, (name, kind, _write) in FORMATS.items()
    )
    facts = "".join(
        f"<dt>{name}</dt><dd>{value}</dd>" for name, value in _facts(work, posixpath.relpath(changelog, here) if changelog else "")
    )
    return (
        f'<details class="cite-box" id="cite"><summary>Cite this {thing or ("book" if work.whole else "chapter")}</summary>'
        f'<p class="cite-text">{apa(work)}{coins(work)}</p><ul class="cite-formats">{downloads}</ul>'
        f'<pre class="cite-bibtex" tabindex="0" translate="no"><code>{html.escape(bibtex(work).rstrip())}</code></pre>'
        f'<dl class="cite-facts">{facts}</dl></details>'
    )


def _facts(work: Work, changelog: str) -> Iterator[tuple[str, str]]:
    """Name and HTML of each thing known about the state of the chapter."""
    book, commit = work.book, work.book.commit
    if book.version:
        yield "Version", html.escape(book.version)
    if commit:
        text = f'<code translate="no">{commit.short}</code>'
        address = repository_address(book.repository, "commit", commit.hash)
        changed = "" if commit.clean else ", with later changes that are not committed"
        yield "Commit", (link(address, text, escaped=True) if address else text) + changed
        yield "Commit date", f'<time datetime="{commit.date.isoformat()}">{day(commit.date)}</time>'
    if book.data_hash:
        yield "Data", f'<code translate="no">{book.data_hash[:HASH_DIGITS]}</code> (start of the SHA-256 hash of the data files)'
    if work.cited_address:
        yield "Permalink", link(work.cited_address, work.cited_address)
    if work.permalink:
        yield "Newest version", link(work.address, work.address)
    folder = commit.folder if commit else ""
    if book.repository and work.source:
        yield "History", link(repository_address(book.repository, "commits/HEAD", folder + work.source), "All changes of this page")
    elif changelog:
        yield "History", link(changelog, "Changelog")
    if book.license:
        yield "License", link(license_address(book.license), license_title(book.license))


def repository_address(repository: str, kind: str, name: str) -> str:
    """The address of a commit, a file or its history; nothing without a repository. GitLab has its own pattern."""
    if not repository:
        return ""
    dash = "/-" if "gitlab" in repository.partition("//")[2].partition("/")[0] else ""
    return f"{repository}{dash}/{kind}/{name}"


def license_address(name: str) -> str:
    """Where a license is explained: Creative Commons' own page, else that of the SPDX list."""
    if match := CREATIVE_COMMONS.fullmatch(name):
        return f"https://creativecommons.org/licenses/{match[1].lower()}/{match[2]}/"
    if name == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return f"https://spdx.org/licenses/{name}.html"


def license_title(name: str) -> str:
    """The license as people write it: ``CC BY 4.0`` for ``CC-BY-4.0``."""
    match = CREATIVE_COMMONS.fullmatch(name)
    return f"CC {match[1]} {match[2]}" if match else name


def file_stem(name: str, version: str) -> str:
    """What the names of the book's archives begin with: ``my-book-1.2.0``."""
    return "-".join(filter(None, (slug(name), version)))


def changelog_page(app: Any) -> str:
    """The path of the changelog, if it is a page of the book."""
    docname = next(filter(is_changelog, sorted(app.env.found_docs)), None)
    return app.builder.get_target_uri(docname) if docname else ""


def is_changelog(docname: str) -> bool:
    """Whether a document is, by its name, the page that shows the changelog."""
    return posixpath.basename(docname).lower() in CHANGELOG_PAGES


def stem(path: str) -> str:
    """A page's path without its ending; folders are pages called ``index``."""
    return f"{path}index" if path == "" or path.endswith("/") else path.removesuffix(".html")


def link(address: str, text: str, escaped: bool = False) -> str:
    """A link as HTML."""
    return f'<a href="{html.escape(address)}">{text if escaped else html.escape(text)}</a>'


def day(date: datetime.date) -> str:
    """``22 November 2026``, in English wherever the book is built."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


@functools.cache
def slug(text: str) -> str:
    """The text in lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "").replace("'", "")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


one_line = plain.one_line
