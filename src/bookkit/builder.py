"""Public addresses: the folder that holds the chapters does not show in them.

Jupyter Book keeps the chapters apart from the project's other files, in ``book/``. Readers should see
``/cost-claims.html`` and a home page at ``/``, not a redirect. This builder drops the prefix
(``bookkit_public_prefix``) from every page's name; all links follow, since Sphinx computes them from it.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.builders.html import StandaloneHTMLBuilder


class BookBuilder(StandaloneHTMLBuilder):
    """Sphinx' HTML builder with public page names."""

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
        """Make the page findable under its public name."""
        super().index_page(self.public_name(pagename), doctree, title)

    def dump_search_index(self) -> None:
        """Write the search index; nothing is pruned, since every build starts afresh and page names are public."""
        indexer: Any = self.indexer
        if indexer is not None:
            indexer.prune = lambda _names: None
        super().dump_search_index()
