"""What a book and its chapters are called, who made them, and from which state of the sources.

Decided: ``CITATION.cff`` is the only place for title, authors, version, date and license. Each chapter is a
part of a book, the home page is the book. A citation names the version and the commit; the box under each
chapter adds the commit's date and a hash of the data, so that a reader can get back to the same numbers. An
address that nobody told us is left out: without ``BOOK_SITE_URL`` there is no permalink, without
``BOOK_REPOSITORY_URL`` no history.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import os
import posixpath
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import yaml
from markupsafe import Markup
from sphinx.util import logging

from bookkit.markup import slots
from bookkit.markup.plain import one_line as one_line
from bookkit.project import declared, history
from bookkit.project.builds import OncePerBuild
from bookkit.project.history import Commit

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

CITATION_FILE = "CITATION.cff"
CHANGELOG_FILE = "CHANGELOG.md"
# What a book may call the page that shows it
CHANGELOG_PAGES = ("changelog", "changes", "corrections")
CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-N[CD]|-SA)*)-(\d\.\d)")
ENDED = re.compile(r"[.?!][”’\"')]*$")
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


def take_address(_app: Sphinx, config: Config) -> None:
    """Take the site's address from the environment, so that a copy that is built elsewhere names its own and no file changes."""
    if site := os.environ.get("BOOK_SITE_URL"):
        config.html_baseurl = site.rstrip("/") + "/"


def writes_pages(app: Sphinx) -> bool:
    """Whether this build makes a website of one page per chapter."""
    return app.builder.format == "html" and app.builder.name not in ONE_FILE_BUILDERS and not getattr(app.builder, "embedded", False)


def work_of(app: Sphinx, docname: str) -> Work:
    """The citable work that a document of the book is."""
    book, whole = book_of(app), docname == app.config.root_doc
    title = book.title if whole else one_line(app.env.titles[docname].astext())
    source = app.env.doc2path(docname, base=False)
    return Work(book, title, app.builder.get_target_uri(docname), Path(source).as_posix(), whole)


def _read_book(app: Sphinx) -> Book:
    """The book's metadata."""
    root, config = Path(app.srcdir), app.config
    citation = read_citation(root / CITATION_FILE)
    commit, modified = _state(root, str(app.env.doc2path(config.root_doc, base=False)), released(citation))
    site = os.environ.get("BOOK_SITE_URL") or config.html_baseurl or ""
    return describe(
        citation,
        name=one_line(config.html_title or config.project),
        author=one_line(config.author),
        language=config.language or "en",
        site=site.rstrip("/") + "/" if site else "",
        repository=os.environ.get("BOOK_REPOSITORY_URL", "").rstrip("/").removesuffix(".git"),
        commit=commit,
        modified=modified,
        data_hash=data_hash(root / config.bookkit_data_folder),
    )


book_of = OncePerBuild(_read_book)


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


def describe(citation: Mapping[str, Any], *, name: str, author: str = "", **known: Any) -> Book:
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


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends a sentence already."""
    return text + stop(text)


def stop(text: str) -> str:
    """The full stop that a text needs to end as a sentence; nothing where it ends as one."""
    return "" if ENDED.search(text) else "."


def repository_address(repository: str, kind: str, name: str) -> str:
    """The address of a commit, a file or its history; nothing without a repository. GitLab has its own pattern."""
    if not repository:
        return ""
    dash = "/-" if "gitlab" in repository.partition("//")[2].partition("/")[0] else ""
    return f"{repository}{dash}/{kind}/{name}"


class License(NamedTuple):
    """A license by its SPDX name, with where it is explained and how people write it."""

    name: str
    address: str
    title: str


def license_of(book: Book) -> License:
    """The license of the book's text; empty where it is not told."""
    return License(book.license, license_address(book.license), license_title(book.license)) if book.license else License("", "", "")


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


def colophon(book: Book) -> list[str]:
    """What stands under a picture that leaves the site: its address, the edition with its date, the license, as far as they are known."""
    date = book.published or book.modified
    edition = ", ".join(filter(None, (f"Version {book.version}" if book.version else "", day(date) if date else "")))
    return list(filter(None, (book.site.removeprefix("https://").rstrip("/"), edition, license_title(book.license))))


def file_stem(name: str, version: str) -> str:
    """What the names of the book's archives begin with: ``my-book-1.2.0``."""
    return "-".join(filter(None, (slug(name), version)))


def changelog_page(app: Sphinx) -> str:
    """The path of the changelog, if it is a page of the book."""
    docname = next(filter(is_changelog, sorted(app.env.found_docs)), None)
    return app.builder.get_target_uri(docname) if docname else ""


def is_changelog(docname: str) -> bool:
    """Whether a document is, by its name, the page that shows the changelog."""
    return posixpath.basename(docname).lower() in CHANGELOG_PAGES


def stem(path: str) -> str:
    """A page's path without its ending; folders are pages called ``index``."""
    return f"{path}index" if path == "" or path.endswith("/") else path.removesuffix(".html")


def link(address: str, text: str, escaped: bool = False) -> Markup:
    """A link as HTML; the text is HTML only where it is said to be."""
    return Markup('<a href="{}">{}</a>').format(address, Markup(text) if escaped else text)


def day(date: datetime.date | str) -> str:
    """``22 November 2026``, in English wherever the book is built; of a date, or of one written as 2026-11-22, 2026-11 or 2026."""
    if isinstance(date, str):
        year, *rest = date.split("-")
        month = MONTHS[int(rest[0]) - 1] if rest else ""
        return " ".join(filter(None, (str(int(rest[1])) if len(rest) > 1 else "", month, year)))
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


@functools.cache
def slug(text: str) -> str:
    """The text in lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "").replace("'", "")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
