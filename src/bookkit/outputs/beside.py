"""Where an output stands in the site, and the files that lie beside its page."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from bookkit import STATIC
from bookkit.citing import citing
from bookkit.markup import assets
from bookkit.markup.places import Place
from bookkit.markup.plain import one_line
from bookkit.project.contents import documents


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx the folder of the chapters, which does not show in addresses."""
    app.setup_extension("bookkit.project.settings")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def place_of(builder: Builder, docname: str, script: str = "") -> Place:
    """Where a document stands in the site.

    Args:
        builder: of the site.
        docname: the document.
        script: the bundled script that makes its outputs interactive, below `STATIC`.
    """
    config = builder.config
    page = builder.get_target_uri(docname).partition("#")[0]
    root = "../" * page.count("/")
    place = Place(
        chapter=docname.removeprefix(config.bookkit_public_prefix),
        page=page,
        root=root,
        site=(config.html_baseurl.rstrip("/") + "/") if config.html_baseurl else "",
        script=f"{root}_static/{assets.fingerprinted(STATIC / script, script)}" if script and (STATIC / script).is_file() else "",
    )
    if "bookkit_data_folder" not in config:  # Nothing is known of the book, as citing is not set up
        return place
    return replace(place, report=functools.partial(citing.report_address, citing.book_of(builder.app)))


def write(builder: Builder, place: Place, identifier: str, files: Mapping[str, bytes], earlier: Sequence[str] = ()) -> None:
    """Write files beside a page, by their kind; also under the ids that their part of the page had earlier."""
    for name in (identifier, *earlier):
        for kind, content in files.items():
            path = Path(builder.outdir) / place.file(name, kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def public_name(app: Sphinx, docname: str) -> str:
    """The address of a document below the site's root, without its ending."""
    return app.builder.get_target_uri(docname).removesuffix(".html")


def titles(app: Sphinx) -> dict[str, str]:
    """Titles of the chapters by their public names, in the book's order."""
    return {
        public_name(app, docname): one_line(app.env.titles[docname].astext())
        for docname in documents(app)
        if docname != app.config.root_doc
    }


def add_node(
    app: Sphinx,
    kind: type[nodes.Element],
    write: Callable[[HTML5Translator, Any], None],
    words: Callable[[Any], str] = lambda _node: "",
) -> None:
    """Register a node that a function writes into pages. In LaTeX, in a manual, in plain text its words stand for it, if it has any."""

    def visit(translator: HTML5Translator, node: nodes.Element) -> None:
        write(translator, node)
        raise nodes.SkipNode

    def visit_elsewhere(translator: Any, node: nodes.Element) -> None:
        if text := words(node):
            if hasattr(translator, "add_text"):
                translator.add_text(text)
            else:
                translator.body.append(translator.encode(text) if hasattr(translator, "encode") else text)
        raise nodes.SkipNode

    elsewhere = (visit_elsewhere, None)
    app.add_node(kind, html=(visit, None), latex=elsewhere, text=elsewhere, man=elsewhere, texinfo=elsewhere)
