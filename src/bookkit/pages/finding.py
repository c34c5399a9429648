"""Finding: what a page tells search engines, link previews and feed readers, and what stands at the site's root.

Decided: each page's description is its own short answer, numbers included, so that it cannot go stale. What
needs an absolute address (canonical link, sitemap, permalinks) is left out when nobody said where the site
lives; everything else is relative. Dates come from git, ``CITATION.cff`` or ``SOURCE_DATE_EPOCH``, never from
the clock. All files are made after the last page was written, in the main process: vl-convert's threads do
not survive a fork.

The page not found is a file without any dependence, since it is served at any depth of the site.
"""

from __future__ import annotations

import datetime
import html
import json
import posixpath
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from babel.core import get_global
from docutils import nodes
from markdown_it import MarkdownIt
from markdown_it.token import Token
from sphinx.util import logging

from bookkit.citing import bibliography
from bookkit.citing.citing import (
    CHANGELOG_FILE,
    FORMATS,
    MONTHS,
    Author,
    Book,
    Work,
    book_of,
    changelog_page,
    day,
    license_address,
    one_line,
    sentence,
    slug,
    work_of,
    writes_pages,
)
from bookkit.markup import plain, slots
from bookkit.markup.plain import spoken
from bookkit.outputs import notes
from bookkit.pages import cards, policy
from bookkit.project.contents import documents

DESCRIPTION_LENGTH = 155
SHORTEST_DESCRIPTION = 70
FEED = "feed.xml"
CARDS = "cards"
ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
FAVICON_SIZE = 32
# Ends a sentence: a stop, perhaps a closing quotation mark, then a space and a new start. Not “U.S.” and not “vs.”.
SENTENCE_END = re.compile(r"(?<![A-Z]\.[A-Z])(?<!\bvs)(?<!e\.g)(?<!i\.e)[.?!][”’\"')]*(?=\s+[“‘\"'(]?[A-Z0-9$€£])")
VERSION_HEADING = re.compile(r"^(?P<version>\S+) \((?P<date>[^)]+)\)$")
PALETTE = {
    "paper": "#fdfcf9",
    "ink": "#1b1b1a",
    "muted": "#5f5f5c",
    "accent": "#0b5cad",
    "paper_dark": "#161615",
    "ink_dark": "#e8e6e1",
    "accent_dark": "#7db8f0",
}
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """What is known of a chapter when its text is complete."""

    description: str = ""
    answer: str = ""
    sources: tuple[tuple[str, str], ...] = ()


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


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.add_config_value("bookkit_answer_heading", "The short answer", "env", types=[str])
    app.add_config_value("bookkit_palette", {}, "html", types=[dict])
    app.connect("builder-inited", _start)
    app.connect("doctree-resolved", _resolved)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _write_files)


def _start(app: Any) -> None:
    app.bookkit_pages = {}


def _resolved(app: Any, doctree: nodes.document, docname: str) -> None:
    answer = short_answer(doctree, app.config.bookkit_answer_heading)
    own = one_line(app.env.metadata[docname].get("description", ""))
    sources = sources_of(doctree, bibliography.titles(app))
    app.bookkit_pages[docname] = Page(own or shortened(answer, DESCRIPTION_LENGTH), first_sentence(answer), sources)


def _page_context(app: Any, pagename: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Fill ``bookkit_head``. The theme prints it in the head and prints no canonical link or icon of its own."""
    context["bookkit_head"] = ""
    if not writes_pages(app):
        return
    if pagename in app.env.found_docs:
        work = work_of(app, pagename)
        page = app.bookkit_pages.get(pagename, Page())
        lines = chapter_head(work, page, _parts(app) if work.whole else [])
    else:
        path = app.builder.get_target_uri(pagename)
        title = one_line(re.sub(r"<[^>]+>", "", html.unescape(str(context.get("title") or pagename))))
        lines = plain_head(book_of(app), path, title, context.get("bookkit_description", ""))
    site_lines = site_head(app.builder.get_target_uri(pagename), _palette(app), _has_feed(app), bool(app.config.html_favicon))
    # Zotero takes the last of the citation tags for the kind of the work.
    lines = [*site_lines, *lines]
    context["bookkit_head"] = "\n".join([*(line for line in lines if INBOOK not in line), *(line for line in lines if INBOOK in line)])


INBOOK = 'name="citation_inbook_title"'


# The head of a page


def chapter_head(work: Work, page: Page, parts: Iterable[Work] = ()) -> list[str]:
    """The tags of a chapter or of the home page, in their order.

    Args:
        work: the chapter or the book.
        page: its description and the sources it cites.
        parts: the chapters, when it is the book.
    """
    description = page.description or work.book.abstract
    lines = [_meta(name="description", content=description)] if description else []
    return [
        *lines,
        slots.slot(slots.ADDRESS, slots.addresses(work.address)),
        *open_graph(work, page, description),
        *(
            _link(rel="alternate", type=kind, title=name, href=_relative(work.path, work.stem + ending))
            for ending, (name, kind, _write) in FORMATS.items()
        ),
        f'<script type="application/ld+json">{json_for_html(json_ld(work, page, description, parts))}</script>',
        *citation_tags(work),
    ]


def plain_head(book: Book, path: str, title: str, description: str = "") -> list[str]:
    """The tags of a page that is no chapter, such as the search; without a description of its own, its title stands for one."""
    address = slots.slot(slots.ADDRESS, slots.addresses(book.address(path)))
    return [_meta(name="description", content=description or f"{title[:1].upper()}{title[1:]}: {book.name}"), address]


def claim_head(work: Work, description: str, card: str) -> list[str]:
    """What link previews, Zotero and a list of formats need on the page of one claim.

    Args:
        work: the claim's page.
        description: verdict and reason.
        card: path of the card that link previews show.
    """
    return [
        *preview_head(work, description, card),
        *(
            _link(rel="alternate", type=kind, title=name, href=_relative(work.path, work.stem + ending))
            for ending, (name, kind, _write) in FORMATS.items()
        ),
        *citation_tags(work),
    ]


def preview_head(work: Work, description: str, card: str) -> list[str]:
    """What link previews need on a page that is no chapter; see `claim_head` for the arguments."""
    book = work.book
    properties = {
        "og:type": "article",
        "og:title": work.title,
        "og:description": description,
        "og:image": book.address(card) or _relative(work.path, card),
        "og:site_name": book.name,
        "og:locale": locale(book.language),
    }
    return [
        *(_meta(property=name, content=content) for name, content in properties.items() if content),
        _meta(name="twitter:card", content="summary_large_image"),
    ]


def site_head(path: str, palette: Mapping[str, str], feed: bool, own_icon: bool = False) -> list[str]:
    """The tags that all pages share: icons, colors, feed."""
    lines = [
        f'<meta name="theme-color" media="(prefers-color-scheme: light)" content="{html.escape(palette["paper"])}">',
        f'<meta name="theme-color" media="(prefers-color-scheme: dark)" content="{html.escape(palette["paper_dark"])}">',
    ]
    if not own_icon:
        lines.append(_link(rel="icon", href=_relative(path, "favicon.svg"), type="image/svg+xml"))
        lines.append(_link(rel="icon", href=_relative(path, "favicon.png"), type="image/png", sizes=f"{FAVICON_SIZE}x{FAVICON_SIZE}"))
    if feed:
        lines.append(_link(rel="alternate", type="application/atom+xml", title="Changes", href=_relative(path, FEED)))
    return lines


def open_graph(work: Work, page: Page, description: str) -> list[str]:
    """What link previews show. Without a site's address the card's is relative and the page's is left out."""
    book = work.book
    image = book.address(card_path(work)) or _relative(work.path, card_path(work))
    properties = {
        "og:type": "website" if work.whole else "article",
        "og:title": work.title,
        "og:description": description,
        "og:image": image,
        "og:image:type": "image/png",
        "og:image:width": str(cards.WIDTH),
        "og:image:height": str(cards.HEIGHT),
        "og:image:alt": " ".join(filter(None, (sentence(work.title), page.answer))),
        "og:site_name": book.name,
        "og:locale": locale(book.language),
        "article:published_time": "" if work.whole or not book.published else book.published.isoformat(),
        "article:modified_time": "" if work.whole or not book.modified else book.modified.isoformat(),
    }
    lines = [_meta(property=name, content=content) for name, content in properties.items() if content]
    return [*lines, _meta(name="twitter:card", content="summary_large_image")]


def citation_tags(work: Work) -> list[str]:
    """What Zotero and Google Scholar read. The book's title comes last: Zotero takes the last for the kind of work."""
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
    return [_meta(name=name, content=content) for name, content in pairs]


def json_ld(work: Work, page: Page, description: str, parts: Iterable[Work] = ()) -> dict[str, Any]:
    """The page for search engines, in the words of schema.org."""
    book = work.book
    image = book.address(card_path(work))
    shared: dict[str, Any] = {"@context": "https://schema.org"}
    if work.whole:
        own = _known(
            {
                **_about_book(book, work.address),
                "headline": work.title,
                "description": description,
                "image": image,
                "hasPart": [_known({"@type": "ScholarlyArticle", "name": part.title, "url": part.address}) for part in parts],
            }
        )
    else:
        own = _known(
            {
                "@type": "ScholarlyArticle",
                "headline": work.title,
                "name": work.title,
                "description": description,
                "url": work.address,
                "mainEntityOfPage": work.address,
                "image": image,
                **_about_work(book),
                "isPartOf": _known(_about_book(book, book.address("index.html"))),
            }
        )
    cited = [_known({"@type": "CreativeWork", "name": name, "url": url}) for name, url in page.sources]
    return shared | own | ({"citation": cited} if cited else {})


def _about_book(book: Book, address: str) -> dict[str, Any]:
    return {"@type": "Book", "name": book.title, "url": address, **_about_work(book)}


def _about_work(book: Book) -> dict[str, Any]:
    return {
        "author": [_about_author(author) for author in book.authors],
        "datePublished": book.published.isoformat() if book.published else "",
        "dateModified": book.modified.isoformat() if book.modified else "",
        "version": book.version,
        "license": license_address(book.license) if book.license else "",
        "keywords": list(book.keywords),
        "inLanguage": book.language,
        "isAccessibleForFree": True,
    }


def _about_author(author: Author) -> dict[str, str]:
    if author.given:
        return {"@type": "Person", "name": f"{author.given} {author.name}", "givenName": author.given, "familyName": author.name}
    return {"@type": "Organization", "name": author.name}


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in ("", [], None)}


def json_for_html(data: Mapping[str, Any]) -> str:
    """JSON that can stand in a script element: nothing in it can end the element or open a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def locale(language: str) -> str:
    """The language with its likely territory, as OpenGraph wants it: ``en_US`` for ``en``."""
    parts = language.replace("-", "_").split("_")
    if len(parts) > 1:
        return "_".join((parts[0], parts[-1].upper()))
    likely = str(get_global("likely_subtags").get(parts[0], "")).split("_")
    return f"{parts[0]}_{likely[-1]}" if len(likely) > 1 else ""


def _meta(**attributes: str) -> str:
    return _tag("meta", attributes)


def _link(**attributes: str) -> str:
    return _tag("link", attributes)


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    return f"<{name}" + "".join(f' {key}="{html.escape(one_line(value))}"' for key, value in attributes.items()) + ">"


def _relative(path: str, target: str) -> str:
    """The address of a file of the site as seen from one of its pages."""
    return posixpath.relpath(target, posixpath.dirname(path) or ".")


def card_path(work: Work) -> str:
    """The path of a page's card for link previews."""
    return f"{CARDS}/{work.stem}.png"


# What the text says


def short_answer(doctree: nodes.document, heading: str) -> str:
    """The first paragraph or list item under the heading, else the first of the page, as plain text."""
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is not None and title.astext().strip().casefold() == heading.casefold():
            return _first_text(section)
    return _first_text(doctree)


def _first_text(node: nodes.Element) -> str:
    paragraphs = (
        paragraph for paragraph in node.findall(nodes.paragraph) if not isinstance(paragraph.parent, nodes.footnote | nodes.citation)
    )
    return next(filter(None, map(spoken, paragraphs)), "")


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence."""
    match = SENTENCE_END.search(text)
    return text[: match.end()] if match else text


def shortened(text: str, length: int) -> str:
    """As many whole sentences as fit the length; where that is too little, whole words and an ellipsis."""
    if len(text) <= length:
        return text
    ends = [match.end() for match in SENTENCE_END.finditer(text) if match.end() <= length]
    if ends and ends[-1] >= SHORTEST_DESCRIPTION:
        return text[: ends[-1]]
    return text[:length].rpartition(" ")[0].rstrip(" ,;:.–—(") + "…"


def sources_of(doctree: nodes.document, titles: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Name and address of each source in the page's list of sources.

    Args:
        doctree: the page.
        titles: titles by the ids of their notes; a note without one is named by its text.
    """
    found = []
    for note in doctree.findall(lambda node: isinstance(node, nodes.footnote | nodes.citation)):
        text = spoken(nodes.inline("", "", *(child.deepcopy() for child in note.children if not isinstance(child, nodes.label))))
        name = next((titles[identifier] for identifier in [*note["ids"], *note["names"]] if identifier in titles), text)
        links = (reference["refuri"] for reference in note.findall(nodes.reference) if "refuri" in reference)
        found.append((name, next((uri for uri in links if uri.startswith(("https://", "http://"))), "")))
    return tuple(found)


# The files at the site's root


def _write_files(app: Any, exception: Exception | None) -> None:
    if exception or not writes_pages(app):
        return
    out, book, palette = Path(app.outdir), book_of(app), _palette(app)
    works = [work_of(app, docname) for docname in documents(app)]
    _write_cards(app, palette)
    if book.site:
        _write(out / "sitemap.xml", sitemap([*works, *getattr(app, "bookkit_further_works", ())]))
    _write(out / "robots.txt", robots(book))
    entries = changes(app)
    if entries:
        _write(out / FEED, feed(book, entries, changelog_page(app)))
    _write(out / "404.html", not_found(book, [work for work in works if not work.whole], palette))
    _write(out / "favicon.svg", favicon(palette))
    (out / "favicon.png").write_bytes(_icon(palette))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def _write_cards(app: Any, palette: Mapping[str, str]) -> None:
    book = book_of(app)
    colors = cards.Colors(palette["paper"], palette["ink"], palette["muted"], palette["accent"])
    version = f"Version {book.version}" if book.version else ""
    below = " · ".join(filter(None, (version, day(book.modified) if book.modified else "")))
    key_charts = notes.of_book(app.env, notes.KEY_CHART)
    for docname, page in sorted(app.bookkit_pages.items()):
        work = work_of(app, docname)
        title = book.name if work.whole else work.title
        path = Path(app.outdir, unquote(card_path(work)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cards.card(title, page.answer, "" if work.whole else book.name, below, key_charts.get(docname), colors))


def _parts(app: Any) -> list[Work]:
    return [work_of(app, docname) for docname in documents(app) if docname != app.config.root_doc]


def _palette(app: Any) -> dict[str, str]:
    return {**PALETTE, **app.config.bookkit_palette}


def sitemap(works: Iterable[Work]) -> str:
    """``sitemap.xml``: each page once, with the date of the sources it was made from."""
    root = ET.Element("urlset", xmlns=SITEMAP)
    for work in works:
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = work.address
        if work.book.modified:
            ET.SubElement(url, "lastmod").text = work.book.modified.isoformat()
    return _xml(root)


def robots(book: Book) -> str:
    """``robots.txt``: everything may be read."""
    lines = ["User-agent: *", "Allow: /"]
    if book.site:
        lines += ["", f"Sitemap: {book.site}sitemap.xml"]
    return "\n".join(lines) + "\n"


def _xml(root: ET.Element) -> str:
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _has_feed(app: Any) -> bool:
    return bool(changes(app))


def changes(app: Any) -> list[Entry]:
    """The versions in the book's changelog, read once in each build."""
    if not hasattr(app, "bookkit_changes"):
        path = Path(app.srcdir, CHANGELOG_FILE)
        try:
            app.bookkit_changes = changelog(plain.visible(path.read_text(encoding="utf-8"))) if path.is_file() else []
        except ValueError as error:
            logger.warning("%s: %s", CHANGELOG_FILE, error)
            app.bookkit_changes = []
    found: list[Entry] = app.bookkit_changes
    return found


def changelog(text: str) -> list[Entry]:
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
            entries.append(Entry(match["version"], parsed_date(match["date"]), markdown(body)))
    return entries


def parsed_date(text: str) -> datetime.date:
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
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _child(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _urn(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, name).urn


def _instant(date: datetime.date) -> str:
    return f"{date.isoformat()}T00:00:00Z"


def not_found(book: Book, chapters: Iterable[Work], palette: Mapping[str, str]) -> str:
    """``404.html``. Its links start at the site's own address; without one they are relative to the root."""
    items = "".join(f'<li><a href="{html.escape(_rooted(book, work.path))}">{html.escape(work.title)}</a></li>' for work in chapters)
    listed = f"<p>Perhaps you were looking for one of these chapters:</p><ul>{items}</ul>" if items else ""
    name, home = html.escape(book.name), html.escape(_rooted(book, "index.html"))
    icon = html.escape("data:image/svg+xml," + quote(favicon(palette).strip()))
    light, dark = ({key: html.escape(palette[key + ending]) for key in ("paper", "ink", "accent")} for ending in ("", "_dark"))
    return f"""<!doctype html>
<html lang="{html.escape(book.language)}">
<head>
<meta charset="utf-8">
{policy.head_of_words()}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Page not found · {name}</title>
<meta name="description" content="There is no page at this address: {name}">
<link rel="icon" href="{icon}">
<style>
:root {{ color-scheme: light dark; --paper: {light["paper"]}; --ink: {light["ink"]}; --accent: {light["accent"]}; }}
@media (prefers-color-scheme: dark) {{ :root {{ --paper: {dark["paper"]}; --ink: {dark["ink"]}; --accent: {dark["accent"]}; }} }}
body {{ margin: 0; background: var(--paper); color: var(--ink); font: 1.125rem/1.6 Georgia, serif; }}
main {{ max-width: 40rem; margin: 0 auto; padding: 12vh 1.25rem 4rem; overflow-wrap: break-word; }}
h1 {{ font-size: 2rem; line-height: 1.2; }}
a {{ color: var(--accent); text-underline-offset: 0.2em; }}
li {{ margin: 0.4rem 0; }}
</style>
</head>
<body>
<main>
<h1>There is no page at this address</h1>
<p>The address may be mistyped, or the page was renamed. Go to the start of <a href="{home}">{name}</a>.</p>
{listed}
</main>
</body>
</html>
"""


def _rooted(book: Book, path: str) -> str:
    return book.address(path) or path


def favicon(palette: Mapping[str, str]) -> str:
    """The mark as SVG: three values on a log ladder, the last one set apart. It follows the light and dark theme."""
    style = (
        f"<style>.i{{fill:{palette['ink']}}}.a{{fill:{palette['accent']}}}"
        f"@media(prefers-color-scheme:dark){{.i{{fill:{palette['ink_dark']}}}.a{{fill:{palette['accent_dark']}}}}}</style>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{style}{MARK.format(ink="i", accent="a", attribute="class")}</svg>\n'
    )


# Bars that grow by the same factor, beside the axis they stand on.
MARK = (
    '<rect {attribute}="{ink}" x="3" y="3" width="3" height="26"/>'
    '<rect {attribute}="{ink}" x="9" y="5" width="5" height="5"/>'
    '<rect {attribute}="{ink}" x="9" y="13.5" width="11" height="5"/>'
    '<rect {attribute}="{accent}" x="9" y="22" width="20" height="5"/>'
)


def _icon(palette: Mapping[str, str]) -> bytes:
    """The mark as PNG, for programs that read no SVG."""
    import vl_convert

    mark = MARK.format(ink=palette["ink"], accent=palette["accent"], attribute="fill")
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{FAVICON_SIZE}" height="{FAVICON_SIZE}" viewBox="0 0 32 32">{mark}</svg>'
    png: bytes = vl_convert.svg_to_png(svg, scale=1, ppi=72)
    return png
