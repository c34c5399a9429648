"""The head of each page: what it tells search engines and link previews.

Decided: each page's description is its own short answer, numbers included, so that it cannot go stale. What needs an
absolute address (the canonical link) is left out when nobody said where the site lives; everything else is relative.

The head is data until the page is written: `describe` fills it in for a page, from whatever feature makes that page, and
what nobody said is completed at the end.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from babel.core import get_global
from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

from bookkit.citing import bibliography
from bookkit.citing.citing import Book, Work, book_of, sentence, work_of
from bookkit.markup import features, slots
from bookkit.markup.plain import one_line
from bookkit.markup.templates import render
from bookkit.pages import answer, cards, root_files
from bookkit.pages.changelog import changes
from bookkit.pages.structured import Data, describe_work, json_for_html
from bookkit.project.builds import OncePerBuild
from bookkit.project.contents import documents

CARDS = "cards"
PALETTE = {
    "paper": "#fdfcf9",
    "ink": "#1b1b1a",
    "muted": "#5f5f5c",
    "accent": "#0b5cad",
    "paper_dark": "#161615",
    "ink_dark": "#e8e6e1",
    "accent_dark": "#7db8f0",
}


@dataclass(frozen=True)
class Summary:
    """What is known of a chapter when its text is complete."""

    description: str = ""
    answer: str = ""
    sources: tuple[tuple[str, str], ...] = ()


@dataclass
class Head:
    """The head of a page.

    Attributes:
        description: for search engines.
        address: where the newest version of the page is, if the site has an address.
        properties: what link previews show, by the names of Open Graph.
        structured: what the page is about, in the words of schema.org.
        searched: whether search engines may list it.
    """

    description: str = ""
    address: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    structured: list[Data] = field(default_factory=list)
    searched: bool = True


summaries: OncePerBuild[dict[str, Summary]] = OncePerBuild(lambda _app: {})
# Pages that no document is written to, and that the sitemap lists all the same
further_works: OncePerBuild[list[Work]] = OncePerBuild(lambda _app: [])


def summarize(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Keep what a chapter says in short."""
    text = answer.short_answer(doctree, app.config.bookkit_answer_heading)
    own = one_line(app.env.metadata[docname].get("description", ""))
    sources = answer.sources_of(doctree, bibliography.titles(app))
    summaries(app)[docname] = Summary(own or answer.shorten(text), answer.first_sentence(text), sources)


def describe_chapter(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Say in the head of a chapter what it answers; of the home page, what the book does."""
    work = work_of(app, pagename)
    parts = [work_of(app, docname) for docname in documents(app)[1:]] if work.whole else []
    context["bookkit_head"] = of_chapter(work, summaries(app).get(pagename, Summary()), parts)


def describe(app: Sphinx, context: dict[str, Any], work: Work, description: str, *structured: Data, card_of: Work | None = None) -> None:
    """Say in the head of a page that is no chapter what it is; the sitemap lists it.

    Args:
        app: the build.
        context: the page's.
        work: the page.
        description: for search engines and previews.
        structured: what the page is about, in the words of schema.org.
        card_of: the page whose card previews show; by default the home page.
    """
    further_works(app).append(work)
    card = card_path(card_of or work_of(app, app.config.root_doc))
    context["bookkit_head"] = Head(description, work.address, describe_preview(work, description, card), [*structured])


def write(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Write the head as HTML. The theme prints it; under a theme of others the tags of the head do."""
    path = app.builder.get_target_uri(pagename)
    title = Markup(str(context.get("title") or pagename)).striptags()
    head: Head = context.get("bookkit_head") or of_other(book_of(app), path, one_line(title))
    if features.prints_features(context):
        context["bookkit_head"] = as_html(head, path, palette(app), bool(changes(app)), bool(app.config.html_favicon))
    else:
        context["metatags"] = f"{context.get('metatags', '')}\n{as_tags(head)}"


# The head of a page


def of_chapter(work: Work, summary: Summary, parts: Iterable[Work] = ()) -> Head:
    """The head of a chapter or of the home page.

    Args:
        work: the chapter or the book.
        summary: its description, its answer and the sources it cites.
        parts: the chapters, when it is the book.
    """
    book = work.book
    description = summary.description or book.abstract
    structured = describe_work(work, description, book.address(card_path(work)), summary.sources, parts)
    properties = {
        **describe_preview(work, description, card_path(work)),
        "og:type": "website" if work.whole else "article",
        "og:image:type": "image/png",
        "og:image:width": str(cards.WIDTH),
        "og:image:height": str(cards.HEIGHT),
        "og:image:alt": " ".join(filter(None, (sentence(work.title), summary.answer))),
        "article:published_time": "" if work.whole or not book.published else book.published.isoformat(),
        "article:modified_time": "" if work.whole or not book.modified else book.modified.isoformat(),
    }
    return Head(description, work.address, properties, [structured])


def of_other(book: Book, path: str, title: str) -> Head:
    """The head of a page that nobody described, such as the search."""
    return Head(f"{title[:1].upper()}{title[1:]}: {book.name}", book.address(path))


def describe_preview(work: Work, description: str, card: str) -> dict[str, str]:
    """What link previews show. Without a site's address the card's is relative.

    Args:
        work: the page.
        description: what it says in short.
        card: path of its picture.
    """
    book = work.book
    return {
        "og:type": "article",
        "og:title": work.title,
        "og:description": description,
        "og:image": book.address(card) or relative(work.path, card),
        "og:site_name": book.name,
        "og:locale": locale(book.language),
    }


def as_tags(head: Head) -> Markup:
    """The tags that only this page has, but for the address, which themes print themselves."""
    return render(
        "pages/tags.html",
        searched=head.searched,
        description=one_line(head.description),
        properties={name: one_line(content) for name, content in head.properties.items() if content},
        structured=[json_for_html(data) for data in head.structured],
    )


def as_html(head: Head, path: str, colors: Mapping[str, str], feed: bool, own_icon: bool = False) -> Markup:
    """The whole head.

    Args:
        head: what the page says.
        path: the page's, below the site's root.
        colors: see `PALETTE`.
        feed: whether the site has one.
        own_icon: whether the book has an icon of its own, which Sphinx knows.
    """
    return render(
        "pages/head.html",
        colors={"light": colors["paper"], "dark": colors["paper_dark"]},
        icon="" if own_icon else relative(path, root_files.ICON),
        picture="" if own_icon else relative(path, root_files.PICTURE),
        picture_size=root_files.PICTURE_SIZE,
        feed=relative(path, root_files.FEED) if feed else "",
        address=Markup(slots.slot(slots.ADDRESS, slots.addresses(head.address))),
        tags=as_tags(head),
    )


def locale(language: str) -> str:
    """The language with its likely territory, as OpenGraph wants it: ``en_US`` for ``en``."""
    parts = language.replace("-", "_").split("_")
    if len(parts) > 1:
        return "_".join((parts[0], parts[-1].upper()))
    likely = str(get_global("likely_subtags").get(parts[0], "")).split("_")
    return f"{parts[0]}_{likely[-1]}" if len(likely) > 1 else ""


def relative(path: str, target: str) -> str:
    """The address of a file of the site as seen from one of its pages."""
    return posixpath.relpath(target, posixpath.dirname(path) or ".")


def card_path(work: Work) -> str:
    """The path of a page's card for link previews."""
    return f"{CARDS}/{work.stem}.png"


def card_colors(app: Sphinx) -> cards.Colors:
    """The colors of a card."""
    known = palette(app)
    return cards.Colors(known["paper"], known["ink"], known["muted"], known["accent"])


def palette(app: Sphinx) -> dict[str, str]:
    """The colors of icons, cards and the browser's frame: the book's own, and the usual ones for the rest."""
    return {**PALETTE, **app.config.bookkit_palette}
