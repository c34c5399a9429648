"""Public addresses: the folder that holds the chapters does not show in them.

Jupyter Book keeps the chapters apart from the project's other files, in ``book/``. Readers should see
``/cost-claims.html`` and a home page at ``/``, not a redirect. This builder drops the prefix
(``bookkit_public_prefix``) from every page's name; all links follow, since Sphinx computes them from it.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.builders.html import StandaloneHTMLBuilder

from bookkit import searching


class BookBuilder(StandaloneHTMLBuilder):
    """Sphinx' HTML builder with public page names and the site's own search."""

    def init(self) -> None:
        """Begin without pages to search."""
        super().init()
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

    def index_page(self, pagename: str, doctree: nodes.document, title: str) -> None:
        """Make the page findable."""
        self.add_to_search(searching.chapter(self.get_target_uri(pagename), self.env.titles[pagename].astext(), doctree))

    def add_to_search(self, page: searching.Page) -> None:
        """Make a page findable that no document is written to."""
        self.searched[page["address"]] = page

    def dump_search_index(self) -> None:
        """Write what the search page loads: the pages of this build, and those of an earlier one that it left as they were."""
        path = Path(self.outdir) / searching.FILE
        pages = {page["address"]: page for page in searching.read(path)} | self.searched
        chapters = [self.get_target_uri(docname) for docname in sorted(self.env.found_docs)]
        present = [pages[address] for address in chapters if address in pages]
        present += [page for address, page in self.searched.items() if address not in chapters]
        path.write_text(searching.written(present), encoding="utf-8")
