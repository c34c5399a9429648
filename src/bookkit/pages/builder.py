"""Public addresses: the folder that holds the chapters does not show in them.

Jupyter Book keeps the chapters apart from the project's other files, in ``book/``. Readers should see
``/cost-claims.html`` and a home page at ``/``, not a redirect. This builder drops the prefix
(``bookkit_public_prefix``) from every page's name; all links follow, since Sphinx computes them from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.writers.html5 import HTML5Translator

from bookkit.markup import searching
from bookkit.pages.page import APPENDIX, THEME


def is_appendix(node: nodes.Node | None) -> bool:
    """Whether a section is folded on the page."""
    return isinstance(node, nodes.section) and APPENDIX in node["classes"]


class BookTranslator(HTML5Translator):
    """What the site's own theme writes otherwise than Sphinx: marks are left to the style sheet, sources are a list."""

    def add_permalink_ref(self, node: nodes.Element, title: str) -> None:
        """The mark of a heading's link is no text: who hears or copies the page meets none. In what unfolds it would be in the way."""
        if node["ids"] and self.config.html_permalinks and self.builder.add_permalinks and not is_appendix(node):
            self.body.append(f'<a class="headerlink" href="#{node["ids"][0]}" title="{self.attval(title)}"></a>')

    def visit_title(self, node: nodes.title) -> None:
        """Begin the fold of an appendix, whose heading unfolds it."""
        if is_appendix(node.parent):
            self.body.append('<details class="appendix-fold"><summary>')
        super().visit_title(node)

    def depart_title(self, node: nodes.title) -> None:
        """End the heading."""
        super().depart_title(node)
        if is_appendix(node.parent):
            self.body.append("</summary>\n")

    def depart_section(self, node: nodes.section) -> None:
        """End the section, and with it the fold of an appendix."""
        if is_appendix(node):
            self.body.append("</details>\n")
        super().depart_section(node)

    def visit_footnote(self, node: nodes.footnote) -> None:
        """Write a source as an item of a list. Reader views drop each ``aside``, which docutils would write."""
        if not isinstance(node.previous_sibling(), nodes.footnote):
            self.body.append('<ol class="footnote-list">\n')
        self.body.append(self.starttag(node, "li", CLASS="footnote"))

    def depart_footnote(self, node: nodes.footnote) -> None:
        """Close the source, and after the last one the list."""
        last = not isinstance(node.next_node(descend=False, siblings=True), nodes.footnote)
        self.body.append("</li>\n</ol>\n" if last else "</li>\n")

    def visit_raw(self, node: nodes.raw) -> None:
        """Leave out the scripts that extensions put after a text, such as Thebe's: the page's policy would stop them."""
        if node.line is None and "<script" in node.astext():
            raise nodes.SkipNode
        super().visit_raw(node)


class BookBuilder(StandaloneHTMLBuilder):
    """Sphinx' HTML builder with public page names and the site's own search."""

    def init(self) -> None:
        """Begin without pages to search."""
        super().init()
        if self.searches_sentences:
            self.default_translator_class = BookTranslator
        self.searched: dict[str, searching.Page] = {}

    def public_name(self, docname: str) -> str:
        """The page's name as readers see it: ``book/cost-claims`` is ``cost-claims``."""
        return docname.removeprefix(self.config.bookkit_public_prefix)

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """The page's address below the site's root."""
        return super().get_target_uri(self.public_name(docname), typ)

    def get_outfilename(self, pagename: str) -> str:
        """The file the page is written to."""
        return super().get_outfilename(self.public_name(pagename))

    @property
    def searches_sentences(self) -> bool:
        """Whether the site's own theme is in use, whose search page reads sentences; other themes bring Sphinx' search."""
        return bool(self.config.html_theme == THEME)

    def load_indexer(self, docnames: Iterable[str]) -> None:
        """Sphinx reads its index of an earlier build; the site's own is read when it is written."""
        if not self.searches_sentences:
            super().load_indexer(docnames)

    def index_page(self, pagename: str, doctree: nodes.document, title: str) -> None:
        """Make the page findable, under its public name, unless its head says ``nosearch``, as Sphinx has it."""
        if "nosearch" in self.env.metadata[pagename]:
            return
        if self.searches_sentences:
            self.add_to_search(searching.chapter(self.get_target_uri(pagename), self.env.titles[pagename].astext(), doctree))
        else:
            super().index_page(self.public_name(pagename), doctree, title)

    def add_to_search(self, page: searching.Page) -> None:
        """Make a page findable that no document is written to."""
        self.searched[page["address"]] = page

    def dump_search_index(self) -> None:
        """Write what the search page loads: the pages of this build, and those of an earlier one that it left as they were."""
        if not self.searches_sentences:
            indexer: Any = self.indexer
            indexer.prune = lambda _names: None  # Page names are public; Sphinx knows them by their files
            super().dump_search_index()
            return
        path = Path(self.outdir) / searching.FILE
        pages = {page["address"]: page for page in searching.read(path)} | self.searched
        chapters = [self.get_target_uri(docname) for docname in sorted(self.env.found_docs)]
        present = [pages[address] for address in chapters if address in pages]
        present += [page for address, page in self.searched.items() if address not in chapters]
        path.write_text(searching.written(present), encoding="utf-8", newline="")
