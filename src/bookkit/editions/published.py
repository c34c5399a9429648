"""The published edition: its numbers are kept in the repository, and every build says what differs from them.

Decided: a copy of the book that shows other numbers than the published edition must say so, whoever made it and why:
a reader who changed an input, or its makers between two editions. Each page then carries a line that leads to
``differences.html``. Where no number moved there is no such line; the page says so, and whether data, text or code
changed all the same.

``bookkit baseline`` keeps the numbers of the built site as the published edition, in the file that
``bookkit_published`` names: one number a line, so that a change of edition reads well in version control. It is told
apart by the version of ``CITATION.cff``. ``--check`` says instead whether this state is fit to be released.

``BOOK_EDITIONS`` names the editions that will be kept beside this site, each under ``v/VERSION/`` (`bookkit.editions.versions`
puts them there). A citation names such an address only if its version is among them and these are its very sources:
between two editions no page cites an address that holds something else, or nothing yet.

Files for machines: ``edition.json`` (what this site is) and ``differences.json`` (what differs).
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import hashlib
import html
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit.citing import citing
from bookkit.editions import compare
from bookkit.editions.compare import DIFFERENCES, PAGE, Claim, Difference, Edition, EditionError, Number
from bookkit.markup import slots
from bookkit.outputs import claims, numbers
from bookkit.project import declared

EDITION_FILE = "edition.json"
EDITIONS_SETTING = "BOOK_EDITIONS"
VERSIONS_FOLDER = "v"
VERSIONS_PAGE = f"{VERSIONS_FOLDER}/index"
KEPT = "published/numbers.json"
SITE = Path("_build/html")
CONTENTS = ("_config.yml", "_toc.yml")
# Bundled anew on each machine; no part of the sources
BUNDLED = "vendor"
PARTS = {"data": "the data", "text": "the text", "code": "the code"}


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


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.add_config_value("bookkit_published", KEPT, "html", types=[str])
    app.add_config_value("bookkit_code_folder", "src", "html", types=[str])
    app.connect("env-before-read-docs", _name_edition)
    app.connect("html-collect-pages", _pages)
    app.connect("html-page-context", _page_context, priority=920)
    app.connect("build-finished", _finish, priority=910)


# The sources' state


def state(root: Path, text: str, data: str, code: str) -> dict[str, str]:
    """A hash of each part of the sources.

    Args:
        root: the book's folder.
        text: the chapters' folder.
        data: the folder of the data tables.
        code: the folder of the code.
    """
    chapters = [*declared.text_files(root / text), *(root / name for name in CONTENTS if (root / name).is_file())]
    modules = [path for path in declared.code_files(root, code) if BUNDLED not in path.relative_to(root).parts]
    return {"data": citing.data_hash(root / data), "text": _hash(root, chapters), "code": _hash(root, modules)}


def _hash(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# The file that keeps an edition


def kept(edition: Edition, sources: Mapping[str, str]) -> str:
    """An edition as the file that keeps it: one number or claim a line, in the order of their ids."""

    def lines(items: Mapping[str, list[Any]]) -> str:
        return "{\n" + ",\n".join(f"{_json(key)}: {_json(items[key])}" for key in sorted(items)) + "\n}" if items else "{}"

    shown = {key: [number.text, number.value, number.unit] for key, number in edition.numbers.items()}
    judged = {key: [claim.verdict, claim.label, claim.compared_with] for key, claim in edition.claims.items()}
    return (
        f'{{\n"edition": {_json(edition.version)},\n"date": {_json(edition.date)},\n"sources": {_json(dict(sorted(sources.items())))},\n'
        f'"numbers": {lines(shown)},\n"claims": {lines(judged)}\n}}\n'
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def kept_sources(path: Path) -> dict[str, str]:
    """The state of the sources that a kept edition was made from."""
    sources: dict[str, str] = json.loads(path.read_text(encoding="utf-8")).get("sources", {})
    return sources


# With Sphinx


def standing(app: Any) -> Standing | None:
    """How the book that is being built stands to the published edition; nothing where none is kept. Read once in each build."""
    if not hasattr(app, "bookkit_standing"):
        app.bookkit_standing = _standing(app)
    found: Standing | None = app.bookkit_standing
    return found


def _standing(app: Any) -> Standing | None:
    path = Path(app.srcdir, app.config.bookkit_published)
    if not path.is_file():
        return None
    audited = claims.machine_entries(claims.known(app), citing.book_of(app)) if claims.known(app) else []
    difference = compare.compared(compare.read(path), compare.of_site(numbers.entries(app), audited))
    sources = kept_sources(path)
    changed = tuple(part for part, found in sources_state(app).items() if found != sources.get(part))
    return Standing(difference, changed, citing.book_of(app).version)


def sources_state(app: Any) -> dict[str, str]:
    """The state of the sources of the book that is being built."""
    config = app.config
    return state(Path(app.srcdir), config.bookkit_public_prefix, config.bookkit_data_folder, config.bookkit_code_folder)


def _name_edition(app: Any, _environment: Any, _docnames: Any) -> None:
    """Tell the book where this edition of it will be kept, if it will be."""
    book, path = citing.book_of(app), Path(app.srcdir, app.config.bookkit_published)
    if book.site and book.version in kept_beside() and path.is_file():
        stored = compare.read(path)
        if stored.version == book.version and kept_sources(path) == sources_state(app):
            app.bookkit_book = dataclasses.replace(book, kept=f"{VERSIONS_FOLDER}/{book.version}/")


def kept_beside() -> list[str]:
    """The versions that will be kept beside this site."""
    return os.environ.get(EDITIONS_SETTING, "").split()


def _pages(app: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    if citing.writes_pages(app) and (found := standing(app)):
        titles = {app.builder.get_target_uri(app.config.root_doc).removesuffix(".html"): "Home", **claims.titles_of(app)}
        body = page(found, titles, citing.changelog_page(app))
        yield PAGE, {"title": "What differs from the published edition", "body": body}, "page.html"
    if citing.writes_pages(app) and citing.book_of(app).site and kept_beside():
        yield VERSIONS_PAGE, {"title": "Editions", "body": versions_page(citing.book_of(app))}, "page.html"


def versions_page(book: citing.Book) -> str:
    """The body of the page that lists the editions; `bookkit.editions.versions` fills the list."""
    return (
        f"<section><h1>Editions</h1><p>Each edition of {html.escape(book.name)} stays at an address of its own, as it was published. "
        f"Cite such an address, and readers find the numbers that you saw.</p>{slots.slot(slots.EDITIONS)}</section>"
    )


def _page_context(app: Any, pagename: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    if not citing.writes_pages(app):
        return
    book = citing.book_of(app)
    if book.site and kept_beside():
        # Whole, so that it leads to the newest list from an edition that is kept
        context["bookkit_editions"] = book.address(f"{VERSIONS_PAGE}.html")
    if not (found := standing(app)):
        return
    address = context["pathto"](PAGE)
    if found.difference and pagename != PAGE:
        context["bookkit_differs"] = f"{html.escape(banner(found.difference))} {citing.link(address, 'See what differs')}."
    context["bookkit_standing"] = citing.link(address, footer(found))


def _finish(app: Any, exception: Exception | None) -> None:
    if exception or not citing.writes_pages(app):
        return
    book, output = citing.book_of(app), Path(app.outdir)
    _write(output / EDITION_FILE, edition_entry(book, sources_state(app), citing.changelog_page(app)))
    if found := standing(app):
        _write(output / DIFFERENCES, machine_entry(found))


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def edition_entry(book: citing.Book, sources: Mapping[str, str], changelog: str = "") -> dict[str, Any]:
    """What this site is, for machines and for `bookkit.editions.versions`."""
    return {
        "name": book.name,
        "title": book.title,
        "version": book.version,
        "date": book.published.isoformat() if book.published else "",
        "site": book.site,
        "repository": book.repository,
        "commit": book.commit.hash if book.commit else "",
        "changelog": changelog,
        "sources": dict(sources),
    }


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


def page(found: Standing, titles: Mapping[str, str], changelog: str = "") -> str:
    """The body of the page with all differences.

    Args:
        found: what was found.
        titles: titles of the chapters by their public names, in the book's order.
        changelog: address of the page that lists corrections, if there is one.
    """
    difference = found.difference
    edition = f"{difference.edition}{_of(difference.old.date)}"
    parts = ["<section><h1>What differs from the published edition</h1>", f"<p>{html.escape(_answer(found, edition))}</p>"]
    parts += [_judged(difference.judged), _moved(difference.moved, titles), _added(difference.added, titles)]
    parts += [_removed(difference.removed, titles)]
    why = f" Why a published figure was corrected is told under {citing.link(changelog, 'Corrections')}." if changelog else ""
    parts.append(
        '<section><h2 id="how">How this is found</h2><p>Every build compares each number with the one of the same id in the published '
        f"edition, and each claim’s verdict and reference.{why} For machines: {citing.link(DIFFERENCES, DIFFERENCES)}.</p></section>"
    )
    return "".join([*parts, "</section>"])


def _of(date: str) -> str:
    return f" of {citing.day(datetime.date.fromisoformat(date))}" if date else ""


def _answer(found: Standing, edition: str) -> str:
    difference, total = found.difference, len(found.difference.old.numbers)
    changed = _listed([PARTS[part] for part in found.changed])
    since = f" {changed[:1].upper()}{changed[1:]} changed since." if found.changed else ""
    if difference:
        return f"This copy differs from {edition}: {compare.counts(difference)}.{since}"
    if found.is_edition:
        return f"Nothing. This is {edition}: its data, its text, its code, and all of its {total:,} published numbers."
    return f"No published number moved since {edition}: all {total:,} are the same, and so is each claim’s verdict.{since}"


def _listed(items: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def _moved(moved: Sequence[tuple[Number, Number]], titles: Mapping[str, str]) -> str:
    rows = [
        (
            new.chapter,
            f'<th scope="row">{_number_link(new)}</th>{_cell("Published", compare.texts(old, new)[0])}'
            f"{_cell('Here', compare.texts(old, new)[1])}{_cell('Change', compare.relative_change(old, new))}"
            f"{_cell('Behind it', compare.behind(new), 'difference-behind')}",
        )
        for old, new in moved
    ]
    return _section("Numbers that moved", ("Number", "Published", "Here", "Change", "Behind it"), rows, titles)


def _added(added: Sequence[Number], titles: Mapping[str, str]) -> str:
    rows = [
        (
            number.chapter,
            f'<th scope="row">{_number_link(number)}</th>{_cell("Here", number.text)}'
            f"{_cell('Behind it', compare.behind(number), 'difference-behind')}",
        )
        for number in added
    ]
    return _section("New numbers", ("Number", "Here", "Behind it"), rows, titles)


def _removed(removed: Sequence[Number], titles: Mapping[str, str]) -> str:
    rows = [(number.chapter, f'<th scope="row">{html.escape(number.anchor)}</th>{_cell("Published", number.text)}') for number in removed]
    return _section("Numbers that are gone", ("Number", "Published"), rows, titles)


def _judged(judged: Sequence[tuple[Claim | None, Claim | None]]) -> str:
    rows = []
    for old, new in judged:
        cells = f"{_cell('Published', compare.verdict(old))}{_cell('Here', compare.verdict(new))}"
        rows.append(("", f'<th scope="row">{_claim_link(old, new)}</th>{cells}'))
    return _section("Claims judged otherwise", ("Claim", "Published", "Here"), rows, {})


def _number_link(number: Number) -> str:
    return citing.link(number.address, number.anchor)


def _claim_link(old: Claim | None, new: Claim | None) -> str:
    return citing.link(claims.address(new.id), new.title or new.id) if new else html.escape(old.id if old else "")


def _cell(label: str, text: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<td data-label="{label}"{style}>{html.escape(text) or "–"}</td>'


def _section(title: str, heads: Sequence[str], rows: Sequence[tuple[str, str]], titles: Mapping[str, str]) -> str:
    """One table for each chapter, in the book's order; nothing where there is no row."""
    if not rows:
        return ""
    known = [name for name in titles if any(chapter == name for chapter, _ in rows)]
    chapters = [*known, *dict.fromkeys(chapter for chapter, _ in rows if chapter not in titles)]
    name = citing.slug(title)
    tables = "".join(_table(chapter, title, heads, [row for place, row in rows if place == chapter], titles) for chapter in chapters)
    return f'<section><h2 id="{name}">{title} ({len(rows):,})</h2>{tables}</section>'


def _table(chapter: str, title: str, heads: Sequence[str], rows: Sequence[str], titles: Mapping[str, str]) -> str:
    caption = citing.link(f"{chapter}.html", titles[chapter]) if chapter in titles else html.escape(chapter or title)
    name = html.escape(": ".join(filter(None, (title, titles.get(chapter, chapter)))))
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="table-scroll" role="region" aria-label="{name}" tabindex="0">'
        f'<table class="traced-table difference-table"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


# The command


def of_built(site: Path) -> tuple[Edition, dict[str, str]]:
    """The edition that a built site is, and the state of its sources.

    Raises:
        EditionError: there is no such site.
    """
    path = site / EDITION_FILE
    if not path.is_file():
        raise EditionError(f"{path} is not there. Build the site first: make site")
    entry, found = json.loads(path.read_text(encoding="utf-8")), compare.read(site)
    return Edition(found.numbers, found.claims, entry["version"], entry["date"]), entry["sources"]


def obstacles(site: Path, path: Path) -> list[str]:
    """What keeps a built site from being released as the edition it says it is.

    Raises:
        EditionError: the site or the kept edition cannot be read.
    """
    (built, sources), stored = of_built(site), compare.read(path)
    again = "Run `make edition` and commit what it writes."
    if stored.version != built.version:
        return [f"{path} keeps edition {stored.version}, and CITATION.cff says {built.version}. {again}"]
    found = []
    if difference := compare.compared(stored, built):
        found.append(f"{compare.sentence(difference)} {again}")
    if changed := [PARTS[part] for part, digest in sources.items() if digest != kept_sources(path).get(part)]:
        found.append(f"{path} was written before {_listed(changed)} changed for the last time. {again}")
    if stored.date != built.date:
        found.append(f"{path} dates the edition {stored.date}, and CITATION.cff dates it {built.date}. {again}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Keep the numbers of the built site, or say whether they are kept."""
    parser = argparse.ArgumentParser(prog="bookkit baseline", description="Keep the numbers of the built site as the published edition.")
    parser.add_argument("--site", type=Path, default=SITE, help="the built site")
    parser.add_argument("--file", type=Path, default=Path(KEPT), help="the file that keeps the published edition")
    parser.add_argument("--check", action="store_true", help="change nothing; say whether the site is the edition that is kept")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            found = obstacles(options.site, options.file)
            print("\n".join(found) or f"edition    {options.file} keeps this edition", file=sys.stderr if found else sys.stdout)
            return int(bool(found))
        edition, sources = of_built(options.site)
        options.file.parent.mkdir(parents=True, exist_ok=True)
        options.file.write_text(kept(edition, sources), encoding="utf-8", newline="")
    except EditionError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"edition    {len(edition.numbers):,} numbers and {len(edition.claims):,} verdicts of edition {edition.version} in {options.file}"
    )
    return 0
