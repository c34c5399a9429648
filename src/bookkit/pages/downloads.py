"""The page of everything that can be taken away. Sizes and checksums are listed only when all files are written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup
from sphinx.application import Sphinx

from bookkit.citing import citing
from bookkit.citing.citing import Book, Work
from bookkit.downloads import offers
from bookkit.downloads.offers import FOLDER, PAGE, Groups
from bookkit.markup import assets, slots
from bookkit.markup.templates import render
from bookkit.pages import STATIC, head
from bookkit.pages.structured import describe_data
from bookkit.project import commands, packing
from bookkit.project.exchange import write_whole

STYLE = STATIC / "downloads.css"
TITLE = "Downloads"
HASH_SHOWN = 12


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page, for Sphinx to write; its list is filled when all files are there."""
    if citing.writes_pages(app):
        yield PAGE, {"title": TITLE, "body": body(citing.book_of(app))}, "page.html"


def describe(app: Sphinx, context: dict[str, Any]) -> None:
    """Say in the page's head what it offers; of the data, in the words of schema.org."""
    book, site = citing.book_of(app), Path(app.outdir)
    description = f"Data, notebooks and everything else of “{book.name}” to take away, with sizes and checksums."
    package = offers.read_package(site)
    structured = [describe_data(package, site / FOLDER, book)] if package else []
    head.describe(app, context, Work(book, TITLE, f"{PAGE}.html"), description, *structured)
    assets.dress(context, STYLE)


def list_files(app: Sphinx, exception: Exception | None) -> None:
    """List what the build has put there."""
    if exception is None and citing.writes_pages(app):
        refresh(Path(app.outdir))


def body(book: Book) -> Markup:
    """The page's text, with a slot for the list."""
    return render(
        "pages/downloads.html", license=citing.license_of(book), files=Markup(slots.slot(slots.FILES)), folder=FOLDER, sums=packing.SUMS
    )


def offer(site: Path, *files: Path) -> None:
    """Put files on the page of downloads, in place of older ones of their kind."""
    folder = site / FOLDER
    folder.mkdir(exist_ok=True)
    for path in files:
        shutil.copyfile(path, folder / f"{path.name}.part")
    for older in {older for path in files for older in folder.glob(f"*{path.suffix}")}:
        older.unlink()
    for path in files:
        (folder / f"{path.name}.part").replace(folder / path.name)
    refresh(site)


def refresh(site: Path) -> None:
    """List the files that are there now, in ``SHA256SUMS`` and in the page."""
    groups = offers.find_offers(site)
    offers.write_sums(site, groups)
    page = site / f"{PAGE}.html"
    listed = slots.filled(page.read_text(encoding="utf-8"), slots.FILES, list_offers(groups))
    write_whole(page, listed.encode())


def list_offers(groups: Groups) -> Markup:
    """The list as HTML."""
    shown = []
    for title, members in groups:
        is_pdf = members[0].name.endswith(".pdf")
        files = [{"offer": one, "size": packing.size(len(one.content)), "checksum": packing.digest(one.content)} for one in members]
        shown.append({"id": "pdf" if is_pdf else citing.slug(title), "title": title, "files": files})
    has_pdf = any(one.name.endswith(".pdf") for _, members in groups for one in members)
    return render("pages/files.html", groups=shown, has_pdf=has_pdf, command=commands.PRINT, hash_shown=HASH_SHOWN)
