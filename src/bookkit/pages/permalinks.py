"""Permalinks of earlier editions that no part of a page bears any more: each is a line at the page's end, or on a page in its place.

`bookkit.outputs.renamed` says where they lead today, and ``bookkit_anchors`` names the list of all permalinks that editions had,
with what stood there. A line shows when a link leads to it, by CSS alone, or when a reader unfolds the list. A page that exists no
more is a page all the same, which search engines, the menu, the search and the sitemap leave out.

``bookkit permalinks`` prints what the built site lacks, as rows of the table of `bookkit.outputs.renamed`, so that an author
only says what became of it. ``--add`` adds the rows, and ``--keep`` adds the permalinks of the built site to the list.
"""

from __future__ import annotations

import argparse
import csv
import functools
import html
import json
import posixpath
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from lxml import html as lxml_html
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from bookkit.citing import citing
from bookkit.markup import assets, features
from bookkit.markup.plain import one_line
from bookkit.markup.templates import render
from bookkit.outputs import beside, numbers, renamed
from bookkit.pages import STATIC
from bookkit.pages.head import Head
from bookkit.project import commands
from bookkit.project.layout import SITE

FILE = "published/anchors.csv"
STYLE = STATIC / "permalinks.css"
GONE = "no longer in the report"
MOVED = "its place today"
# Pages that are about the site and not about its subject
PASSING = ("404", "search", "differences")
# Traces stand at the end of the page, wherever the number is
ID = re.compile(r'\sid="([^"]*)"')
PLACES = "//figure[@class='chart'][@id] | //figure[contains(@class, 'calculator')][@id] | //table[@id] | //section[@id]"
LIMIT = 140


class Kept(NamedTuple):
    """A permalink that an edition had: the first one that had it, its page and anchor (empty for the page itself), what stood there."""

    edition: str
    page: str
    anchor: str
    was: str

    @property
    def permalink(self) -> str:
        """``page#anchor``."""
        return f"{self.page}#{self.anchor}"


@dataclass(frozen=True)
class Line:
    """A permalink that leads elsewhere: what stood there, and where that is now or what became of it."""

    anchor: str
    was: str
    where: str
    address: str = ""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.renamed")
    app.add_config_value("bookkit_anchors", FILE, "html", types=[str])
    app.connect("html-collect-pages", _pages)
    app.connect("html-page-context", _end_page, priority=features.AFTER_ALL - 1)
    return features.METADATA


# On pages


def _end_page(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """End the text of a chapter with the permalinks that nothing in it bears."""
    if doctree is None or not citing.writes_pages(app):
        return
    page, body = beside.public_name(app, pagename), str(context.get("body", ""))
    present = set(ID.findall(body))
    if lines := _lines(app, page, [anchor for anchor in renamed.of_book(app).of_page(page) if anchor not in present]):
        context["body"] = f"{body}{render('pages/permalinks.html', lines=lines)}"
        assets.dress(context, STYLE)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The pages in place of those that exist no more."""
    if not citing.writes_pages(app):
        return
    known, titles = renamed.of_book(app), _titles(app)
    for page in (name for name in known.pages if name not in titles and not _is_claim(app, name)):
        successors = known.successors.get(page) or tuple(
            dict.fromkeys(target for anchor in known.of_page(page) if (target := known.places[f"{page}#{anchor}"].partition("#")[0]))
        )
        title = _was(app).get(f"{page}#") or f"“{page}” is no longer a page"
        body = render(
            "pages/moved.html",
            title=title,
            became=known.became.get(f"{page}#", ""),
            successors=[(_relative(page, name), titles.get(name, name)) for name in successors],
        )
        if lines := _lines(app, page, known.of_page(page)):
            body += render("pages/permalinks.html", lines=lines)
        context = {
            "title": html.escape(title),
            "body": str(body),
            "bookkit_head": Head(f"A page of earlier editions: {title}", searched=False),
        }
        assets.dress(context, STYLE)
        yield page, context, "page.html"


def _is_claim(app: Sphinx, page: str) -> bool:
    from bookkit.outputs import claims

    dossier = claims.known(app)
    return dossier is not None and page in {f"{claims.FOLDER}/{claim.id}" for claim in dossier.claims}


def _titles(app: Sphinx) -> dict[str, str]:
    return {beside.public_name(app, app.config.root_doc): "Home", **beside.titles(app)}


def _was(app: Sphinx) -> dict[str, str]:
    return {kept.permalink: kept.was for kept in read(Path(app.srcdir, app.config.bookkit_anchors))}


def _lines(app: Sphinx, page: str, anchors: Iterable[str]) -> list[Line]:
    known, titles, was = renamed.of_book(app), _titles(app), _was(app)
    lines = []
    for anchor in anchors:
        permalink = f"{page}#{anchor}"
        target, _, place = known.places[permalink].partition("#")
        said = known.became.get(permalink, "")
        if target:
            where = said or (MOVED if target == page else f"now in “{titles.get(target, target)}”")
            address = f"#{place}" if target == page else f"{_relative(page, target)}{f'#{place}' if place else ''}"
            lines.append(Line(anchor, was.get(permalink, ""), where, address))
        else:
            lines.append(Line(anchor, was.get(permalink, ""), said or GONE))
    return lines


def _relative(page: str, target: str) -> str:
    return posixpath.relpath(f"{target}.html", posixpath.dirname(page) or ".")


# The list of all permalinks


@functools.cache
def read(path: Path) -> tuple[Kept, ...]:
    """The list; empty where no such file is."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(Kept(*(row[name] or "" for name in Kept._fields)) for row in csv.DictReader(file))


def collect(site: Path, edition: str) -> list[Kept]:
    """The permalinks of a built site: its pages, their sections, figures, tables and calculators, and every number.

    Raises:
        OSError: it is no built site.
    """
    found: dict[tuple[str, str], str] = {}
    for path in sorted([*site.glob("*.html"), *site.glob("*/*.html")]):
        page = path.relative_to(site).as_posix().removesuffix(".html")
        tree = lxml_html.document_fromstring(path.read_bytes())
        if page in PASSING or page.startswith(("v/", "_")) or tree.xpath("//meta[@name='robots']"):
            continue
        title = next((_text(heading) for heading in tree.iter("h1")), page)
        found[page, ""] = title
        for element in tree.xpath(PLACES):
            if element.get("id"):
                found[page, element.get("id")] = _described(element)
    for number in json.loads((site / numbers.FILE).read_text(encoding="utf-8"))["numbers"]:
        found[number["chapter"], number["anchor"]] = number["text"]
    return [Kept(edition, page, anchor, was) for (page, anchor), was in sorted(found.items())]


def _described(element: Any) -> str:
    """What stands there: label and title of a figure, caption of a table, heading of a section."""
    if element.tag == "figure":
        parts = (element.find_class("chart-number"), element.find_class("chart-title"))
        return ": ".join(_text(found[0]) for found in parts if found) or _text(next(element.iter("figcaption"), element))[:LIMIT]
    kind = "caption" if element.tag == "table" else None
    heading = next(element.iter(kind) if kind else element.iter("h1", "h2", "h3", "h4"), None)
    return "" if heading is None else _text(heading)


def _text(element: Any) -> str:
    return one_line(element.text_content())


def anchors_of(site: Path, page: str) -> set[str] | None:
    """All ids of a page; nothing where there is no such page."""
    path = site / f"{page}.html"
    return {*ID.findall(path.read_text(encoding="utf-8")), ""} if path.is_file() else None


def lacking(site: Path, kept: Iterable[Kept]) -> list[Kept]:
    """The permalinks that lead nowhere on a built site."""
    kept = list(kept)
    pages = {page: anchors_of(site, page) or set() for page in {one.page for one in kept}}
    return [one for one in kept if one.anchor not in pages[one.page]]


def proposals(site: Path, missing: Sequence[Kept], known: renamed.Renamed) -> Iterator[tuple[Kept, str]]:
    """Where permalinks that lead nowhere may lead: a place of the same name on another page, or one that says the same."""
    present = collect(site, "")
    by_anchor: dict[str, list[Kept]] = defaultdict(list)
    by_text: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    for one in present:
        by_anchor[one.anchor].append(one)
        by_text[_kind(one.anchor), _plain(one.was)].append(one)
    for one in missing:
        yield one, _proposal(one, by_anchor, by_text, known)


def _kind(anchor: str) -> str:
    """``number``, ``figure``, ``table``; ``cell`` for a number in a table."""
    kind = anchor.partition("-")[0]
    return "cell" if kind == "table" and re.search(r"-\d+-\d+$", anchor) else kind


def _plain(was: str) -> str:
    return re.sub(r"^Figure \d+: ", "", was).casefold()


def _proposal(one: Kept, by_anchor: Mapping[str, list[Kept]], by_text: Mapping[tuple[str, str], list[Kept]], known: renamed.Renamed) -> str:
    if not one.anchor:
        return ""
    kind = _kind(one.anchor)
    if kind in ("number", "calculator"):
        for anchor in (one.anchor, re.sub(r"-\d+$", "", one.anchor)):
            if len(found := by_anchor.get(anchor, [])) == 1 or any(each.page == one.page for each in found):
                return _target(one, next((each for each in found if each.page == one.page), found[0]))
    if kind == "cell":
        table, cell = one.anchor.rsplit("-", 2)[0], one.anchor.rsplit("-", 2)[1:]
        where = known.places.get(f"{one.page}#{table}", f"{one.page}#{table}")
        same = [each for each in by_text.get((kind, _plain(one.was)), []) if each.permalink.rsplit("-", 2)[0] == where]
        same = [each for each in same if each.anchor.rsplit("-", 2)[1:] == cell] or same
        return _target(one, same[0]) if len(same) == 1 else ""
    if kind in ("figure", "table"):
        same = by_text.get((kind, _plain(one.was)), [])
        return _target(one, same[0]) if len(same) == 1 and one.was else ""
    return ""


def _target(one: Kept, found: Kept) -> str:
    return found.anchor if found.page == one.page else found.permalink


def main(arguments: list[str] | None = None) -> int:
    """Say which permalinks of earlier editions the built site lacks, or keep those that it has."""
    parser = argparse.ArgumentParser(
        prog="bookkit permalinks", description="List the permalinks of earlier editions that the built site lacks."
    )
    parser.add_argument("--site", type=Path, default=SITE, help="the built site")
    parser.add_argument("--file", type=Path, default=Path(FILE), help="the list of all permalinks")
    parser.add_argument("--renamed", type=Path, default=Path(renamed.FILE), help="the table that says where old ones lead")
    parser.add_argument("--add", action="store_true", help="add the rows to that table instead of printing them")
    parser.add_argument("--keep", action="store_true", help="add the permalinks of the site, which is an edition now, to the list")
    options = parser.parse_args(arguments)
    if not (options.site / numbers.FILE).is_file():
        print(f"{options.site} holds no built site. Build it first: {commands.BUILD}", file=sys.stderr)
        return 1
    kept = read(options.file)
    if options.keep:
        return _keep(options.file, kept, collect(options.site, str(citing.read_citation(Path(citing.CITATION_FILE)).get("version", ""))))
    known = renamed.read(options.renamed)
    told = known.places.keys() | {f"{page}#" for page in known.successors}
    missing = [one for one in lacking(options.site, kept) if one.permalink not in told]
    for old, new in known.places.items():
        page, _, anchor = new.partition("#")
        if new and anchor not in (anchors_of(options.site, page) or ()):
            print(f"{old} leads to {new}, which the site lacks.", file=sys.stderr)
    rows = [(one.page, one.anchor, new, "", one.was) for one, new in proposals(options.site, missing, known)]
    if options.add:
        with options.renamed.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(row[:4] for row in rows)
        print(f"permalinks {len(rows)} rows added to {options.renamed}: say what became of those that lead nowhere")
        return 0
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
    print(f"permalinks {len(rows)} of {len(kept)} are lacking", file=sys.stderr)
    return int(bool(rows))


def _keep(path: Path, kept: Sequence[Kept], present: Sequence[Kept]) -> int:
    known = {one.permalink for one in kept}
    added = [one for one in present if one.permalink not in known]
    everything = sorted([*kept, *added], key=lambda one: (one.page, one.anchor))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Kept._fields)
        writer.writerows(everything)
    print(f"permalinks {len(added)} added to the {len(kept)} in {path}")
    return 0
