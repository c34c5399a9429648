"""The whole book as a PDF: one page assembled from the built site, printed by Chromium.

``bookkit pdf`` writes ``_build/pdf/NAME-VERSION.pdf``. Decided: Chromium prints, since it draws the
site's charts as they are and tags what it prints; the contents get their page numbers by printing twice, since no
browser knows the page of an anchor while it lays out. Dates in the file are the book's, never the clock's, and
nothing in it names this machine: two copies of one edition give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

from bookkit import STATIC, outputs
from bookkit.citing import citing
from bookkit.markup import assets
from bookkit.outputs import calculators
from bookkit.pages import downloads, page
from bookkit.print import chromium, onepage
from bookkit.print.onepage import Document
from bookkit.project import commands, packing
from bookkit.project.layout import DIGEST, PDF, SITE

if TYPE_CHECKING:
    from playwright.sync_api import Page

STYLE = Path(__file__).parent / "static" / "book.css"
# A page that a book may have to print or send by itself
SUMMARY = "summary.html"
MOST_PASSES = 4
MARGIN = "12mm"
ONE_PAGE: dict[str, Any] = {
    "format": "A4",
    "margin": dict.fromkeys(("top", "right", "bottom", "left"), MARGIN),
    "print_background": True,
    "tagged": True,
    "scale": 0.92,
}
Result = TypeVar("Result")
FILL = """(pages) => document.querySelectorAll("[data-page-of]").forEach((place) => {
  place.textContent = pages[place.dataset.pageOf] ?? "";
})"""


class PdfError(Exception):
    """The book could not be printed. The message is for the reader of the terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Print the book in the current folder."""
    parser = argparse.ArgumentParser(prog="bookkit pdf", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        path = make(Path.cwd())
    except PdfError as error:
        print(f"\n{error}\n\nThe PDF was not made.", file=sys.stderr)
        return 1
    pages = len(PdfReader(path).pages)
    print(f"pdf        {path.name}, {pages} pages, {packing.size(path.stat().st_size)}, in {time.perf_counter() - start:.1f} s")
    print(f"\nOpen  {path.as_uri()}\nIt is on the site's page of downloads, too.")
    return 0


def make(root: Path) -> Path:
    """Print the built site of the book at ``root``, and offer the PDF on the site; nothing is printed when that was done.

    Returns:
        The PDF.

    Raises:
        PdfError: there is no site or no browser, or the file cannot be written.
    """
    site, folder = root / SITE, root / PDF
    try:
        name, version = onepage.edition(site)
        target = folder / f"{citing.file_stem(name, version)}.pdf"
        short = target.with_name(f"{target.stem}-summary.pdf")
        state = site / DIGEST
        made_from = state.read_text(encoding="utf-8") if state.is_file() else ""
        made = folder / DIGEST
        if not (made_from and target.is_file() and made.is_file() and made.read_text(encoding="utf-8") == made_from):
            folder.mkdir(parents=True, exist_ok=True)
            made.unlink(missing_ok=True)
            contents = {target: printed(site, folder)}
            if (site / SUMMARY).is_file():
                contents[short] = printed_page(site, SUMMARY)
            for older in folder.glob("*.pdf"):
                older.unlink()
            for path, content in contents.items():
                path.write_bytes(content)
            made.write_text(made_from, encoding="utf-8", newline="\n")
        downloads.offer(site, *(path for path in (target, short) if path.is_file()))
    except onepage.NotASite as error:
        raise PdfError(str(error)) from None
    except OSError as error:
        text = f"The PDF cannot be written to {error.filename or folder}: {error.strerror}. Make room or allow writing, then try again."
        raise PdfError(text) from None
    return target


def printed(site: Path, work: Path) -> bytes:
    """The PDF of a built site.

    Args:
        site: folder of the built site.
        work: folder for the page that is printed.

    Raises:
        PdfError: there is no browser, or it fails.
        NotASite: there is no built site.
    """
    browser = _browser()
    static = f"{STATIC.resolve().as_uri()}/"
    of_outputs = (outputs.STATIC / name for name in (*outputs.STYLES, *calculators.STYLES))
    book = onepage.document(site, assets.inlined((*page.STYLES, *of_outputs, STYLE), static))
    source = work / "book.html"
    source.write_text(book.html, encoding="utf-8", newline="\n")
    return finished(_in_a_tab(browser, source, lambda tab: _print(tab, book)), book)


def printed_page(site: Path, name: str) -> bytes:
    """One page of a built site as a PDF of its own, with what the whole book's says of itself but for the title.

    Raises:
        PdfError: there is no browser, or it fails.
        NotASite: there is no built site.
    """
    title, content = _in_a_tab(
        _browser(),
        site / name,
        lambda tab: (tab.title(), tab.pdf(**ONE_PAGE)),
    )
    return described(content, onepage.document(site, ""), title)


def _browser() -> str:
    """Raises:
    PdfError: there is none.
    """
    browser = chromium.find_browser()
    if browser is None:
        raise PdfError(f"The PDF is printed by a browser. {chromium.NO_BROWSER}")
    return browser


def _in_a_tab(browser: str, page: Path, work: Callable[[Page], Result]) -> Result:
    """What ``work`` makes of a page. In a thread of its own, since Playwright refuses one in which events are awaited (a notebook's).

    Raises:
        PdfError: the browser fails.
    """
    from playwright.sync_api import Error, sync_playwright

    def open_and_work() -> Result:
        with sync_playwright() as playwright:
            engine = playwright.chromium.launch(executable_path=browser, args=list(chromium.FLAGS))
            try:
                tab = engine.new_page()
                tab.goto(page.resolve().as_uri(), wait_until="load")
                return work(tab)
            finally:
                engine.close()

    try:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(open_and_work).result()
    except Error as error:
        raise PdfError(f"The browser {browser} could not print {page.name}: {error.message.splitlines()[0]}") from None


def _print(tab: Page, book: Document) -> bytes:
    """Print, read where the headings are, write that into the contents and print again until nothing moves."""
    tab.evaluate("() => document.fonts.ready.then(() => true)")
    known: dict[str, str] = {}
    for _ in range(MOST_PASSES):
        found = page_numbers(_pages(tab), book)
        if found == known:
            break
        known = found
        tab.evaluate(FILL, known)
    return _pages(tab, last=True)


def _pages(tab: Page, last: bool = False) -> bytes:
    """One print; only the last needs tags and bookmarks, without which it is faster."""
    return tab.pdf(prefer_css_page_size=True, print_background=True, tagged=last, outline=last)


def page_numbers(content: bytes, book: Document) -> dict[str, str]:
    """The page that each heading stands on, counted from one, as the PDF's own named places say."""
    reader = PdfReader(io.BytesIO(content))
    places = {name.removeprefix("/"): reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    missing = [heading.text for heading in book.headings if heading.anchor not in places]
    if missing:
        raise PdfError(f"The printed book has no place for “{missing[0]}”. Build the site again: {commands.BUILD}")
    return {heading.anchor: str((places[heading.anchor] or 0) + 1) for heading in book.headings}


def finished(content: bytes, book: Document) -> bytes:
    """The PDF with what it says of itself: title, authors, language, and the book's date instead of the clock's."""
    writer = _described(content, book, book.title)
    _mend_bookmarks(writer, book)
    writer.root_object[NameObject("/PageMode")] = NameObject("/UseOutlines")
    return _written(writer)


def described(content: bytes, book: Document, title: str) -> bytes:
    """A PDF with what it says of itself: its title, the book's authors, language and date instead of the clock's."""
    return _written(_described(content, book, title))


def _described(content: bytes, book: Document, title: str) -> PdfWriter:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    producer = writer.metadata.producer if writer.metadata else None
    date = f"D:{book.modified.replace('-', '')}000000Z" if book.modified else ""
    facts = {
        "/Title": title,
        "/Author": ", ".join(book.authors),
        "/Subject": book.description,
        "/Keywords": ", ".join(book.keywords),
        "/Creator": "bookkit",
        "/Producer": producer or "",
        "/CreationDate": date,
        "/ModDate": date,
    }
    writer.metadata = {name: value for name, value in facts.items() if value}
    preferences = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    writer.root_object[NameObject("/ViewerPreferences")] = preferences
    return writer


def _written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _mend_bookmarks(writer: PdfWriter, book: Document) -> None:
    """Give bookmarks the spaces that Chromium leaves out where a heading runs over a line's end."""
    whole = {_squeezed(title): title for title in book.titles}
    for entry in _bookmarks(writer.get_outline_root()):
        title = whole.get(_squeezed(str(entry["/Title"])))
        if title:
            entry[NameObject("/Title")] = TextStringObject(title)


def _bookmarks(parent: DictionaryObject) -> Iterator[DictionaryObject]:
    entry = parent.get("/First")
    while entry is not None:
        found = entry.get_object()
        yield found
        yield from _bookmarks(found)
        entry = found.get("/Next")


def _squeezed(text: str) -> str:
    return "".join(text.split())
