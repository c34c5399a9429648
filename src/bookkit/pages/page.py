"""The page around a chapter: its head line, the short answer, sources in the margin, and what the layout prints.

The document is changed while it is still a tree, so that no finished HTML is edited: the first heading gets a
line with reading time, version and date; the section “The short answer” becomes a panel; each cited source
stands once as a note beside the paragraph that cites it first.

Reader views look at names: a part of the page whose class is “supplemental” is not the text itself, and they leave it
out. So are all parts called that stand in the text and are folded away on the page, such as code and tables of charts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

import bookkit
from bookkit.citing import citing
from bookkit.downloads import notebook_downloads
from bookkit.downloads.offers import PAGE as DOWNLOADS
from bookkit.markup import assets, slots
from bookkit.markup.plain import one_line
from bookkit.markup.templates import render
from bookkit.pages import STATIC, changelog, policy
from bookkit.project import declared

THEME = "bookkit"
STYLES = (STATIC / "page.css",)
SCRIPTS = (STATIC / "page.js",)
SEARCH = STATIC / "search.js"
FONT = "vendor/source-serif-4.woff2"
WORDS_PER_MINUTE = 230
SHORT_ANSWER = "the-short-answer"
# A section with this heading is folded on the page; in print, in notebooks and for the search it is text like any other
FOLDED_HEADINGS = ("appendix", "sources")
# The class of what is folded
APPENDIX = "appendix"


class ChapterShape(SphinxPostTransform):
    """Give each chapter its head, its panel and its margin notes, under the theme that has a place for them."""

    default_priority = 900
    formats = ("html",)

    def is_supported(self) -> bool:
        """Whether the site's own theme is in use."""
        return super().is_supported() and self.config.html_theme == THEME

    def run(self, **_: Any) -> None:
        """Change the tree of one document."""
        section = next(self.document.findall(nodes.section), None)
        if section is None:
            return
        for inner in self.document.findall(nodes.section):
            if SHORT_ANSWER in inner["ids"]:
                inner["classes"].append("short-answer")
            if isinstance(inner.parent, nodes.section) and inner[0].astext().strip().casefold() in FOLDED_HEADINGS:
                inner["classes"].append(APPENDIX)
        if citing.is_changelog(self.env.docname):
            self._name_versions()
        if self.env.docname != self.config.root_doc:
            section.insert(1, nodes.raw("", self._head(), format="html"))
        elif foot := self._code_of_home():
            section.append(nodes.raw("", foot, format="html"))
        self._add_margin_notes()

    def _name_versions(self) -> None:
        """Give each version of the changelog an id that stays; the one that Sphinx made of its heading works as before."""
        anchors = {entry.version: entry.anchor for entry in changelog.changes(self.app)}
        for section in self.document.findall(nodes.section):
            heading = changelog.VERSION_HEADING.match(one_line(section[0].astext()))
            if heading and (anchor := anchors.get(heading["version"])):
                section["ids"].insert(0, anchor)
                section["classes"].append(APPENDIX)

    def _head(self) -> Markup:
        docname, builder = self.env.docname, self.app.builder
        links = notebook_downloads.links(self.app, docname)
        links.append((f"_sources/{docname}{Path(self.env.doc2path(docname)).suffix}", "Source"))
        if declared.tables(Path(self.app.srcdir) / self.config.bookkit_data_folder):
            links.append((f"{DOWNLOADS}.html#data", "Data"))
        depth = "../" * builder.get_target_uri(docname).count("/")
        book = citing.book_of(self.app)
        sections = (section for section in self.document.findall(nodes.section) if isinstance(section.parent, nodes.section))
        return render(
            "pages/chapter_head.html",
            minutes=max(1, round(_words(self.document) / WORDS_PER_MINUTE)),
            version=book.version,
            modified=book.modified,
            day=citing.day(book.modified) if book.modified else "",
            links=[*((address if "://" in address else depth + address, name) for address, name in links), ("#cite", "Cite")],
            has_code=self._has_code(),
            sections=[(section["ids"][0], section[0].astext()) for section in sections],
        )

    def _has_code(self) -> bool:
        return any("cell_input" in part["classes"] for part in self.document.findall(nodes.container))

    def _code_of_home(self) -> Markup | str:
        """A line that shows the code of the home page, which has no head; nothing where there is no code."""
        if not self._has_code():
            return ""
        return render("pages/home_code.html", links=notebook_downloads.links(self.app, self.env.docname)[:1])

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
            aside = render("pages/margin_note.html", label=label.astext() if label else "", text=short)
            block.parent.insert(block.parent.index(block), nodes.raw("", aside, format="html"))


def _words(document: nodes.document) -> int:
    """The words of the sentences that are not folded away; code, charts and tables are not read in a line."""
    folded = [section for section in document.findall(nodes.section) if APPENDIX in section["classes"]]
    left_out = {id(paragraph) for section in folded for paragraph in section.findall(nodes.paragraph)}
    return sum(len(paragraph.astext().split()) for paragraph in document.findall(nodes.paragraph) if id(paragraph) not in left_out)


def _block_of(node: nodes.Node) -> nodes.Element | None:
    """The paragraph or list around a node that stands directly in a section."""
    while node.parent is not None and not isinstance(node.parent, nodes.section):
        node = node.parent
    return node if isinstance(node, (nodes.paragraph, nodes.bullet_list, nodes.enumerated_list)) else None


def add_layout(app: Sphinx, context: dict[str, Any]) -> None:
    """What the theme's layout prints besides Sphinx' own variables and what features add."""
    environment, book = app.env, citing.book_of(app)
    root = app.config.root_doc
    chapters = [root, *environment.toctree_includes.get(root, [])]
    context["bookkit_chapters"] = [
        {"name": name, "title": "Home" if name == root else environment.titles[name].astext()} for name in chapters
    ]
    styles = (*STYLES, *assets.of_page(context, assets.STYLE))
    context["bookkit_style"] = assets.inlined(styles, context["pathto"]("_static/", resource=True))
    context["bookkit_scripts"] = [assets.fingerprinted(path) for path in (*SCRIPTS, *assets.of_page(context, assets.SCRIPT))]
    context["bookkit_search"] = assets.fingerprinted(SEARCH)
    context["bookkit_font"] = FONT if (bookkit.STATIC / FONT).is_file() else ""
    context["bookkit_edition_slot"] = slots.slot(slots.EDITION)
    context["bookkit_book"] = book
    context["bookkit_date"] = citing.day(book.modified) if book.modified else ""
    context["bookkit_license"] = citing.license_of(book)
    context["bookkit_first_script"] = policy.FIRST_SCRIPT
    context["bookkit_policy"] = policy.head((policy.FIRST_SCRIPT,), bool(context.get("bookkit_frames")))
