"""The citation of each page: a box under the text, tags in the head, and the same in files beside the page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from bookkit.citing import bibliography, box, citing
from bookkit.citing.citing import Work
from bookkit.citing.formats import FORMATS
from bookkit.markup import assets, features

STYLE = Path(__file__).parent / "static" / "citing.css"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    bibliography.teach()
    app.setup_extension("bookkit.project.settings")
    app.add_config_value("bookkit_data_folder", "data", "html", types=[str])
    app.connect("config-inited", citing.take_address)
    app.connect("html-page-context", _cite_chapter)
    app.connect("html-page-context", _print_elsewhere, priority=features.AFTER_ALL)
    app.connect("build-finished", _write_chapters)
    return features.METADATA


def _cite_chapter(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    if citing.writes_pages(app) and pagename in app.env.found_docs:
        cite(context, citing.work_of(app, pagename), citing.changelog_page(app))


def cite(context: dict[str, Any], work: Work, changelog: str = "", thing: str = "") -> None:
    """Cite a work on its page; see `bookkit.citing.box.box` for the arguments."""
    context["bookkit_cite"] = box.box(work, changelog, thing)
    context["bookkit_citation_tags"] = box.head_tags(work)
    assets.dress(context, STYLE)


def _print_elsewhere(_app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    if "bookkit_cite" in context and not features.prints_features(context):
        context["body"] = f"{context.get('body', '')}\n{context['bookkit_cite']}"
        context["metatags"] = f"{context.get('metatags', '')}\n{context['bookkit_citation_tags']}"


def _write_chapters(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and citing.writes_pages(app):
        write_files(Path(app.outdir), (citing.work_of(app, docname) for docname in sorted(app.env.found_docs)))


def write_files(site: Path, works: Iterable[Work]) -> None:
    """Write the citation of each work beside its page, in each format."""
    for work in works:
        for ending, (_name, _kind, write) in FORMATS.items():
            path = site / f"{unquote(work.stem)}{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(write(work), encoding="utf-8", newline="")
