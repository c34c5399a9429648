"""The order in which a site's pages come about: what is known of a chapter, its head and its layout, and the files at the root.

All files at the root are made after the last page was written, in the main process: vl-convert's threads do not survive a fork.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

import bookkit
from bookkit.citing.citing import book_of, changelog_page, colophon, work_of, writes_pages
from bookkit.downloads.offers import PAGE as DOWNLOADS
from bookkit.markup import assets, features
from bookkit.outputs import notes
from bookkit.pages import STATIC, cards, digests, downloads, head, page, policy, root_files
from bookkit.pages.builder import BookBuilder
from bookkit.pages.changelog import changes
from bookkit.project.contents import documents

THEME = Path(__file__).parent / "theme"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.citing")
    app.setup_extension("bookkit.downloads")
    app.setup_extension("bookkit.outputs.notes")
    app.add_config_value("bookkit_answer_heading", "The short answer", "env", types=[str])
    app.add_config_value("bookkit_palette", {}, "html", types=[dict])
    app.add_html_theme(page.THEME, str(THEME))
    app.add_builder(BookBuilder, override=True)
    app.add_post_transform(page.ChapterShape)
    assets.bring(app, bookkit.STATIC)
    assets.bring(app, STATIC)
    digests.connect(app)
    app.connect("doctree-resolved", head.summarize)
    app.connect("html-collect-pages", downloads.pages)
    app.connect("html-page-context", _describe)
    app.connect("html-page-context", _assemble, priority=features.AFTER_ALL)
    app.connect("build-finished", _write_files)
    app.connect("build-finished", downloads.list_files, priority=features.AFTER_ALL)
    return features.METADATA


def _describe(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Say what the page is; pages of other features say so themselves."""
    if not writes_pages(app):
        return
    if pagename in app.env.found_docs:
        head.describe_chapter(app, pagename, context)
    elif pagename == DOWNLOADS:
        downloads.describe(app, context)


def _assemble(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Put together what the theme prints, when all features have added theirs."""
    if features.prints_features(context):
        page.add_layout(app, context)
        policy.check(pagename, str(context.get("body", "")), doctree)
    if writes_pages(app):
        head.write(app, pagename, context)


def _write_files(app: Sphinx, exception: Exception | None) -> None:
    if exception or not writes_pages(app):
        return
    out, book, colors = Path(app.outdir), book_of(app), head.palette(app)
    works = [work_of(app, docname) for docname in documents(app)]
    texts = {"robots.txt": root_files.robots(book), root_files.ICON: root_files.favicon(colors)}
    texts["404.html"] = root_files.not_found(book, [work for work in works if not work.whole], colors)
    if book.site:
        texts["sitemap.xml"] = root_files.sitemap([*works, *head.further_works(app)])
    if entries := changes(app):
        texts[root_files.FEED] = root_files.feed(book, entries, changelog_page(app))
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="")
    (out / root_files.PICTURE).write_bytes(root_files.picture(colors))
    _write_cards(app)


def _write_cards(app: Sphinx) -> None:
    book, colors = book_of(app), head.card_colors(app)
    below = " · ".join(colophon(book))
    key_charts = notes.of_book(app.env, notes.KEY_CHART)
    for docname, summary in sorted(head.summaries(app).items()):
        work = work_of(app, docname)
        title = book.name if work.whole else work.title
        path = Path(app.outdir, unquote(head.card_path(work)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cards.card(title, summary.answer, "" if work.whole else book.name, below, key_charts.get(docname), colors))
