"""The files that a site has at its root and that no page links to: for search engines, feed readers and lost readers.

What needs an absolute address is left out when nobody said where the site lives. The page not found depends on no other
file, since it is served at any depth of the site. Dates are those of the sources, never the clock's.
"""

from __future__ import annotations

import datetime
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from bookkit.citing.citing import Author, Book, Work
from bookkit.markup.templates import render
from bookkit.pages import policy
from bookkit.pages.changelog import Entry

FEED = "feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
ICON = "favicon.svg"
PICTURE = "favicon.png"
PICTURE_SIZE = 32


def sitemap(works: Iterable[Work]) -> str:
    """``sitemap.xml``: each page once, with the date of the sources it was made from."""
    root = ET.Element("urlset", xmlns=SITEMAP)
    for work in works:
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = work.address
        if work.book.modified:
            ET.SubElement(url, "lastmod").text = work.book.modified.isoformat()
    ET.indent(root)
    return _xml(root)


def robots(book: Book) -> str:
    """``robots.txt``: everything may be read."""
    lines = ["User-agent: *", "Allow: /"]
    if book.site:
        lines += ["", f"Sitemap: {book.site}sitemap.xml"]
    return "\n".join(lines) + "\n"


def _xml(root: ET.Element) -> str:
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def feed(book: Book, entries: list[Entry], page: str = "") -> str:
    """The changelog as an Atom feed. Ids are made of the book's title and the version, so they outlive a move of the site.

    Args:
        book: its title, authors and address; without an address, links are relative to the feed.
        entries: the versions.
        page: path of the page that shows the changelog; each entry leads to its version there, without one to the home page.
    """
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": book.language})
    _child(root, "id", _urn(book.title))
    _child(root, "title", f"{book.name}: changes")
    _child(root, "updated", _instant(max(entry.date for entry in entries)))
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=book.address(FEED) or FEED)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=book.site or "index.html")
    for author in book.authors or (Author(book.name),):
        _child(ET.SubElement(root, "author"), "name", f"{author.given} {author.name}".strip())
    if book.license:
        _child(root, "rights", book.license)
    for entry in entries:
        element = ET.SubElement(root, "entry")
        _child(element, "id", _urn(f"{book.title}\n{entry.version}"))
        _child(element, "title", f"Version {entry.version}")
        _child(element, "updated", _instant(entry.date))
        place = f"{book.address(page) or page}#{entry.anchor}" if page else book.site or "index.html"
        ET.SubElement(element, "link", rel="alternate", type="text/html", href=place)
        ET.SubElement(element, "content", type="html").text = entry.text
    return _xml(root)


def _child(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _urn(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, name).urn


def _instant(date: datetime.date) -> str:
    return f"{date.isoformat()}T00:00:00Z"


def not_found(book: Book, chapters: Iterable[Work], colors: Mapping[str, str]) -> str:
    """``404.html``. Its links start at the site's own address; without one they are relative to the root."""
    return render(
        "pages/not_found.html",
        book=book,
        policy=policy.head_of_words(),
        icon="data:image/svg+xml," + quote(favicon(colors).strip()),
        colors=colors,
        home=book.address("index.html") or "index.html",
        chapters=[(work.address or work.path, work.title) for work in chapters],
    )


def favicon(colors: Mapping[str, str], adaptive: bool = True) -> str:
    """The mark as SVG: three values on a log ladder, the last one set apart.

    Args:
        colors: ``ink`` and ``accent``, and both for the dark theme.
        adaptive: whether it follows the light and the dark theme, which only browsers can.
    """
    return render("pages/favicon.svg", colors=colors, adaptive=adaptive, size=PICTURE_SIZE)


def picture(colors: Mapping[str, str]) -> bytes:
    """The mark as PNG, for programs that read no SVG."""
    import vl_convert

    png: bytes = vl_convert.svg_to_png(favicon(colors, adaptive=False), scale=1, ppi=72)
    return png
