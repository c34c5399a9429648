"""How the book that is being built stands to the published edition, and the pages and lines that tell readers.

Decided: a copy of the book that shows other numbers than the published edition must say so, whoever made it and why:
a reader who changed an input, or its makers between two editions. Each page then carries a line that leads to
``differences.html``. Where no number moved there is no such line; the page says so, and whether data, text or code
changed all the same.

``BOOK_EDITIONS`` names the editions that will be kept beside this site, each under ``v/VERSION/`` (`bookkit.editions.versions`
puts them there). A citation names such an address only if its version is among them and these are its very sources:
between two editions no page cites an address that holds something else, or nothing yet.

Files for machines: ``edition.json`` (what this site is) and ``differences.json`` (what differs).
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from bookkit.citing import citing
from bookkit.citing.citing import book_of
from bookkit.editions import baseline, compare
from bookkit.editions.baseline import EDITION_FILE, PARTS, Entry
from bookkit.editions.compare import DIFFERENCES, PAGE, Claim, Difference
from bookkit.markup import assets, features, slots
from bookkit.markup.plain import list_words
from bookkit.markup.templates import render
from bookkit.outputs import claims, numbers
from bookkit.outputs.beside import public_name, titles
from bookkit.pages import claims as claim_pages
from bookkit.project.builds import OncePerBuild

EDITIONS_SETTING = "BOOK_EDITIONS"
VERSIONS_FOLDER = "v"
VERSIONS_PAGE = f"{VERSIONS_FOLDER}/index"
STYLE = Path(__file__).parent / "static" / "editions.css"


@dataclass(frozen=True)
class Standing:
    """How this state of the book stands to the published edition.

    Args:
        difference: what numbers and verdicts differ.
        changed: which parts of the sources are not those of the edition, of `PARTS`.
        version: what the book calls itself.
    """

    difference: Difference
    changed: tuple[str, ...] = ()
    version: str = ""

    @property
    def is_edition(self) -> bool:
        """Whether this is the published edition itself: its sources, its numbers, its name."""
        return not self.changed and not self.difference and self.version == self.difference.old.version


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.citing")
    app.setup_extension("bookkit.outputs.renamed")
    app.add_config_value("bookkit_published", baseline.FILE, "html", types=[str])
    app.add_config_value("bookkit_code_folder", "src", "html", types=[str])
    app.connect("env-before-read-docs", name_edition)
    app.connect("html-collect-pages", _pages)
    app.connect("html-page-context", _say_what_differs)
    app.connect("html-page-context", _print_elsewhere, priority=features.AFTER_ALL)
    app.connect("build-finished", _write_files)
    return features.METADATA


def _find_standing(app: Sphinx) -> Standing | None:
    """How the book stands to the published edition; nothing where none is kept."""
    path = Path(app.srcdir, app.config.bookkit_published)
    if not path.is_file():
        return None
    audited = claim_pages.machine_entries(dossier, book_of(app)) if (dossier := claims.known(app)) else []
    difference = compare.compare(compare.read(path), compare.of_site(numbers.entries(app), audited))
    sources = baseline.read_sources(path)
    changed = tuple(part for part, found in sources_state(app).items() if found != sources.get(part))
    return Standing(difference, changed, book_of(app).version)


standing = OncePerBuild(_find_standing)


def sources_state(app: Sphinx) -> dict[str, str]:
    """The state of the sources of the book that is being built."""
    config = app.config
    return baseline.hash_sources(Path(app.srcdir), config.bookkit_public_prefix, config.bookkit_data_folder, config.bookkit_code_folder)


def name_edition(app: Sphinx, _environment: object = None, _docnames: object = None) -> None:
    """Tell the book where this edition of it will be kept, if it will be."""
    book, path = book_of(app), Path(app.srcdir, app.config.bookkit_published)
    if book.site and book.version in kept_beside() and path.is_file():
        stored = compare.read(path)
        if stored.version == book.version and baseline.read_sources(path) == sources_state(app):
            book_of.set(app, dataclasses.replace(book, kept=f"{VERSIONS_FOLDER}/{book.version}/"))


def kept_beside() -> list[str]:
    """The versions that will be kept beside this site."""
    return os.environ.get(EDITIONS_SETTING, "").split()


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if not citing.writes_pages(app):
        return
    if found := standing(app):
        names = {public_name(app, app.config.root_doc): "Home", **titles(app)}
        body = page(found, names, citing.changelog_page(app))
        yield PAGE, {"title": "What differs from the published edition", "body": body}, "page.html"
    if book_of(app).site and kept_beside():
        yield VERSIONS_PAGE, {"title": "Editions", "body": versions_page(book_of(app))}, "page.html"


def versions_page(book: citing.Book) -> Markup:
    """The body of the page that lists the editions; `bookkit.editions.versions` fills the list."""
    return render("editions/editions.html", name=book.name, editions=Markup(slots.slot(slots.EDITIONS)))


def _say_what_differs(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    if not citing.writes_pages(app):
        return
    assets.dress(context, STYLE)
    book = book_of(app)
    if book.site and kept_beside():
        # Whole, so that it leads to the newest list from an edition that is kept
        context["bookkit_editions"] = book.address(f"{VERSIONS_PAGE}.html")
    if found := standing(app):
        address = context["pathto"](PAGE)
        if found.difference and pagename != PAGE:
            context["bookkit_differs"] = Markup("{} {}.").format(banner(found.difference), citing.link(address, "See what differs"))
        context["bookkit_standing"] = citing.link(address, footer(found))


def _print_elsewhere(_app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Under a theme of others the line stands before the text, and how the book stands to the edition after it."""
    if not features.prints_features(context):
        lines = (("<p>{}</p>\n", context.get("bookkit_differs")), ("\n<p>{}.</p>", context.get("bookkit_standing")))
        before, after = (Markup(line).format(text) if text else "" for line, text in lines)
        context["body"] = f"{before}{context.get('body', '')}{after}"


def _write_files(app: Sphinx, exception: Exception | None) -> None:
    if exception or not citing.writes_pages(app):
        return
    book, output = book_of(app), Path(app.outdir)
    _write(output / EDITION_FILE, dataclasses.asdict(describe_edition(book, sources_state(app), citing.changelog_page(app))))
    if found := standing(app):
        _write(output / DIFFERENCES, machine_entry(found))


def _write(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def describe_edition(book: citing.Book, sources: Mapping[str, str], changelog: str = "") -> Entry:
    """What this site is."""
    return Entry(
        name=book.name,
        title=book.title,
        version=book.version,
        date=book.published.isoformat() if book.published else "",
        site=book.site,
        repository=book.repository,
        commit=book.commit.hash if book.commit else "",
        changelog=changelog,
        sources=dict(sources),
    )


def machine_entry(found: Standing) -> dict[str, Any]:
    """What differs, for machines."""
    difference = found.difference
    return {
        "edition": difference.old.version,
        "date": difference.old.date,
        "summary": compare.line(difference),
        "differs": bool(difference),
        "numbers": len(difference.old.numbers),
        "changed": list(found.changed),
        "moved": [
            {
                "id": new.id,
                "old": {"text": old.text, "value": old.value, "unit": old.unit},
                "new": {"text": new.text, "value": new.value, "unit": new.unit},
                "change": compare.relative_change(old, new),
                "formula": new.formula,
                "rows": list(new.rows),
            }
            for old, new in difference.moved
        ],
        "added": [number.id for number in difference.added],
        "removed": [number.id for number in difference.removed],
        "claims": [
            {"id": compare.claim_id(pair), "old": _claim_entry(pair[0]), "new": _claim_entry(pair[1])} for pair in difference.judged
        ],
    }


def _claim_entry(claim: Claim | None) -> dict[str, str] | None:
    return {"verdict": claim.verdict, "compared_with": claim.compared_with} if claim else None


# What readers see


def banner(difference: Difference) -> str:
    """The line on each page."""
    return f"This copy is not {difference.edition}: {compare.counts(difference)}."


def footer(found: Standing) -> str:
    """The line at the end of each page."""
    difference = found.difference
    if difference:
        return f"Differs from {difference.edition}"
    return f"This is {difference.edition}" if found.is_edition else f"No published number moved since {difference.edition}"


def page(found: Standing, titles: Mapping[str, str], changelog: str = "") -> Markup:
    """The body of the page with all differences.

    Args:
        found: what was found.
        titles: titles of the chapters by their public names, in the book's order.
        changelog: address of the page that lists corrections, if there is one.
    """
    difference = found.difference
    edition = f"{difference.edition}{f' of {citing.day(difference.old.date)}' if difference.old.date else ''}"
    moved = [
        Row(new.chapter, new.anchor, (*compare.texts(old, new), compare.relative_change(old, new), compare.behind(new)), new.address)
        for old, new in difference.moved
    ]
    added = [Row(new.chapter, new.anchor, (new.text, compare.behind(new)), new.address) for new in difference.added]
    parts = [
        Part("Claims judged otherwise", ("Claim", "Published", "Here"), [_judged_row(*pair) for pair in difference.judged]),
        Part("Numbers that moved", ("Number", "Published", "Here", "Change", "Behind it"), moved),
        Part("New numbers", ("Number", "Here", "Behind it"), added),
        Part("Numbers that are gone", ("Number", "Published"), [Row(one.chapter, one.anchor, (one.text,)) for one in difference.removed]),
    ]
    return render(
        "editions/differences.html",
        answer=_answer(found, edition),
        parts=[part for part in parts if part.rows],
        titles=titles,
        changelog=changelog,
        file=DIFFERENCES,
    )


class Row(NamedTuple):
    """A line of a table: the chapter it belongs to, what its first cell says and where that leads, and its other cells."""

    chapter: str
    head: str
    cells: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the page: a table for each chapter."""

    title: str
    heads: tuple[str, ...]
    rows: list[Row]

    @property
    def slug(self) -> str:
        """Its id in the page."""
        return citing.slug(self.title)

    def by_chapter(self, titles: Mapping[str, str]) -> dict[str, list[Row]]:
        """The rows of each chapter, in the book's order; chapters that the book does not know come last."""
        chapters = dict.fromkeys([*titles, *(row.chapter for row in self.rows)])
        grouped = {chapter: [row for row in self.rows if row.chapter == chapter] for chapter in chapters}
        return {chapter: rows for chapter, rows in grouped.items() if rows}


def _judged_row(old: Claim | None, new: Claim | None) -> Row:
    cells = (compare.verdict(old), compare.verdict(new))
    return Row("", new.title or new.id, cells, claims.address(new.id)) if new else Row("", old.id if old else "", cells)


def _answer(found: Standing, edition: str) -> str:
    difference, total = found.difference, len(found.difference.old.numbers)
    changed = list_words([PARTS[part] for part in found.changed])
    since = f" {changed[:1].upper()}{changed[1:]} changed since." if found.changed else ""
    if difference:
        return f"This copy differs from {edition}: {compare.counts(difference)}.{since}"
    if found.is_edition:
        return f"Nothing. This is {edition}: its data, its text, its code, and all of its {total:,} published numbers."
    return f"No published number moved since {edition}: all {total:,} are the same, and so is each claim’s verdict.{since}"
