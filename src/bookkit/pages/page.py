"""The page around a chapter: its head, the short answer, sources in the margin, and what the layout needs.

The document is changed while it is still a tree, so that no finished HTML is edited: the first heading gets a
line with reading time, version and date; the section “The short answer” becomes a panel; each cited source
stands once as a note beside the paragraph that cites it first.

Reader views look at names: a part of the page whose class is “supplemental” is not the text itself, and they leave it
out. So are all parts called that stand in the text and are folded away on the page, such as code and tables of charts.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from bookkit import STATIC
from bookkit.citing import citing
from bookkit.downloads import portable
from bookkit.markup import assets, searching, slots
from bookkit.pages import finding
from bookkit.project import declared

THEME = "bookkit"
STYLES = (STATIC / "bookkit.css",)
SCRIPTS = (STATIC / "page.js",)
FONT = "vendor/source-serif-4.woff2"
WORDS_PER_MINUTE = 230
DOWNLOADS = "downloads"
SHORT_ANSWER = "the-short-answer"
# What pages load or searching needs; everything else that inherited themes copy is removed
KEPT_STATIC = re.compile(
    r"(?:page|numbers|menus|charts|calculators|claims)\.js|vendor/[^/]+|favicon.*"
    r"|search\.js|language_data\.js"
)


class ChapterShape(SphinxPostTransform):
    """Give each chapter its head, its panel and its margin notes."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Change the tree of one document."""
        section = next(self.document.findall(nodes.section), None)
        if section is None:
            return
        if self.env.docname != self.config.root_doc:
            section.insert(1, nodes.raw("", self._head(), format="html"))
        for inner in self.document.findall(nodes.section):
            if SHORT_ANSWER in inner["ids"]:
                inner["classes"].append("short-answer")
        self._name_versions()
        self._add_margin_notes()

    def _name_versions(self) -> None:
        """Give each version of the changelog an id that stays; the one that Sphinx made of its heading works as before."""
        if citing.is_changelog(self.env.docname):
            anchors = {entry.version: entry.anchor for entry in finding.changes(self.app)}
            for section in self.document.findall(nodes.section):
                heading = finding.VERSION_HEADING.match(citing.one_line(section[0].astext()))
                if heading and (anchor := anchors.get(heading["version"])):
                    section["ids"].insert(0, anchor)

    def _head(self) -> str:
        book = citing.book_of(self.app)
        minutes = max(1, round(_words(self.document) / WORDS_PER_MINUTE))
        parts = [f"{minutes} min read"]
        if book.version:
            parts.append(f"version {html.escape(book.version)}")
        if book.modified:
            parts.append(f'<time datetime="{book.modified.isoformat()}">{citing.day(book.modified)}</time>')
        builder = self.app.builder
        links = portable.links(self.app, self.env.docname)
        links.append((f"_sources/{self.env.docname}{Path(self.env.doc2path(self.env.docname)).suffix}", "Source"))
        if _has_data(self.app):
            links.append((f"{DOWNLOADS}.html#data", "Data"))
        depth = "../" * builder.get_target_uri(self.env.docname).count("/")
        parts += [f'<a href="{html.escape(address if "://" in address else depth + address)}">{text}</a>' for address, text in links]
        parts.append('<a href="#cite">Cite</a>')
        dot = ' <span aria-hidden="true">·</span> '
        return f'<p class="chapter-head supplemental">{dot.join(parts)}</p>{self._contents()}'

    def _contents(self) -> str:
        sections = [section for section in self.document.findall(nodes.section) if isinstance(section.parent, nodes.section)]
        links = "".join(f'<li><a href="#{section["ids"][0]}">{html.escape(section[0].astext())}</a></li>' for section in sections)
        folded = f'<details class="contents"><summary>On this page</summary><ul>{links}</ul></details>'
        return f'<div class="sections supplemental">{folded}</div>' if links else ""

    def _add_margin_notes(self) -> None:
        notes = {name: note for note in self.document.findall(nodes.footnote) for name in note["ids"]}
        seen: set[str] = set()
        for reference in list(self.document.findall(nodes.footnote_reference)):
            target = reference.get("refid", "")
            block = _block_of(reference)
            if target not in notes or target in seen or block is None:
                continue
            seen.add(target)
            label = notes[target].next_node(nodes.label)
            text = " ".join(part.astext() for part in notes[target].findall(nodes.paragraph))
            short = re.sub(r"\s*URL:.*$", "", text)
            aside = f'<div class="margin-note" aria-hidden="true"><sup>{label.astext() if label else ""}</sup> {html.escape(short)}</div>'
            block.parent.insert(block.parent.index(block), nodes.raw("", aside, format="html"))


def visit_footnote(self: Any, node: nodes.footnote) -> None:
    """Write a source as an item of a list. Reader views drop each ``aside``, which docutils would write."""
    if not isinstance(node.previous_sibling(), nodes.footnote):
        self.body.append('<ol class="footnote-list">\n')
    self.body.append(self.starttag(node, "li", CLASS="footnote"))


def depart_footnote(self: Any, node: nodes.footnote) -> None:
    """Close the source, and after the last one the list."""
    last = not isinstance(node.next_node(descend=False, siblings=True), nodes.footnote)
    self.body.append("</li>\n</ol>\n" if last else "</li>\n")


def _words(document: nodes.document) -> int:
    """The words of the sentences; code, charts and tables are not read in a line."""
    return sum(len(paragraph.astext().split()) for paragraph in document.findall(nodes.paragraph))


def _block_of(node: nodes.Node) -> nodes.Element | None:
    """The paragraph or list around a node that stands directly in a section."""
    while node.parent is not None and not isinstance(node.parent, nodes.section):
        node = node.parent
    return node if isinstance(node, (nodes.paragraph, nodes.bullet_list, nodes.enumerated_list)) else None


def _has_data(app: Any) -> bool:
    return bool(declared.tables(Path(app.srcdir) / app.config.bookkit_data_folder))


def leave_to_the_style_sheet(app: Any) -> None:
    """Write what is only looks under another theme: the mark of a heading's link is no text, sources are a list."""
    if app.config.html_theme == THEME:
        app.config.html_permalinks_icon = ""
        app.add_node(nodes.footnote, override=True, html=(visit_footnote, depart_footnote))


def add_context(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """What the layout prints besides Sphinx' own variables."""
    environment = app.env
    root = app.config.root_doc
    chapters = [root, *environment.toctree_includes.get(root, [])]
    context["bookkit_chapters"] = [{"name": name, "title": _title(environment, name, app.config)} for name in chapters]
    styles = (*STYLES, *assets.of_page(context, assets.STYLE))
    context["bookkit_style"] = assets.inlined(styles, context["pathto"]("_static/", resource=True))
    context["bookkit_scripts"] = [assets.fingerprinted(path) for path in (*SCRIPTS, *assets.of_page(context, assets.SCRIPT))]
    context["bookkit_search"] = assets.fingerprinted(STATIC / searching.SCRIPT)
    context["bookkit_font"] = FONT if (STATIC / FONT).is_file() else ""
    context["bookkit_edition_slot"] = slots.slot(slots.EDITION)
    book = citing.book_of(app)
    context["bookkit_book"] = book
    context["bookkit_date"] = citing.day(book.modified) if book.modified else ""
    context["bookkit_license"] = {"title": citing.license_title(book.license), "address": citing.license_address(book.license)}


def _title(environment: Any, docname: str, config: Any) -> str:
    return "Home" if docname == config.root_doc else str(environment.titles[docname].astext())


def finish(app: Any, exception: Exception | None) -> None:
    """Remove what inherited themes put into ``_static``."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_file() and (declared.is_leftover(path) or not KEPT_STATIC.fullmatch(path.relative_to(static).as_posix())):
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
