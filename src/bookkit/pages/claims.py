"""A page for each audited claim, the list of claims that a chapter treats, and ``claims.json`` for machines.

Each claim becomes a page ``claims/ID.html`` with a lasting address, a citation and ``ClaimReview`` markup. Its overview is
an output of a chapter (`bookkit.outputs.claims`).
"""

from __future__ import annotations

import html
import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from bookkit.citing import citing
from bookkit.citing.citing import Book, Work
from bookkit.citing.extension import cite, write_files
from bookkit.markup import features, searching
from bookkit.markup.templates import render
from bookkit.outputs import beside, notes, numbers, texts
from bookkit.outputs.claims import FILE, FOLDER, PAGES, address, badge, badge_of, known, places, short_title
from bookkit.pages import answer, cards, changelog, head
from bookkit.pages.builder import BookBuilder
from factbook.contract import READ_AS, Article, Claim, ClaimSource, Dossier, Payload, Reading, Verdict

__all__ = ["PAGES", "setup"]

DECIDED_BY = {
    "arithmetic": "Computed, once the reference was chosen; the choice and its reason stand below.",
    "both": "The arithmetic is computed; what the number belongs to is judged.",
    "judgement": "Judged from sources; there is nothing to compute.",
}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.claims")
    app.setup_extension("bookkit.outputs.numbers")
    app.add_config_value("bookkit_verdicts_page", "", "html", types=[str])
    app.connect("html-collect-pages", _pages)
    app.connect("html-page-context", _page_context)
    app.connect("html-page-context", _print_elsewhere, priority=features.AFTER_ALL)
    app.connect("build-finished", _finish)
    return features.METADATA


# A claim's page


def page(
    claim: Claim,
    dossier: Dossier,
    book: Book,
    titles: Mapping[str, str],
    overview_page: str,
    changes: Sequence[changelog.Entry] = (),
    verdicts_page: str = "",
    check: str = "",
) -> Markup:
    """The body of a claim's page.

    Args:
        claim: one of the dossier.
        dossier: all claims.
        book: for the address where problems are reported.
        titles: titles of the chapters by their public names.
        overview_page: address of the overview below the site's root.
        changes: the changelog.
        verdicts_page: public name of the chapter that says how verdicts come about; may be empty.
        check: address below the site's root of the page where readers check texts of their own; may be empty.
    """
    article, verdicts = article_of(claim, dossier), dossier.known()
    before, after = _neighbors(claim, dossier)
    return render(
        "pages/claim.html",
        claim=claim,
        up="../",
        overview_page=overview_page,
        places=places(claim.lines),
        quoted_place=places([claim.quoted_line]) if claim.quoted_line else "",
        badge=badge_of(claim, verdicts),
        said_on=citing.day(claim.as_of),
        readings=[(reading, badge(_verdict(reading, verdicts), reading.label)) for reading in claim.readings],
        beside=[
            (name, [(other, badge(verdicts[other.verdict], other.label, short=True)) for other in others])
            for name, others in (("The same statement elsewhere", claim.same), ("Other claims with the same reference", claim.related))
            if others
        ],
        readers=dossier.readers,
        before=before,
        after=after,
        due=citing.day(claim.due) if claim.due else "",
        decided_by=_decided_by(claim),
        rows=[(row_id, numbers.row_markup(dossier.rows[row_id])) for row_id in claim.rows],
        article=(article.url, described(article)),
        about=article,
        sources=[(source, described(source), READ_AS.get(source.read_as, "")) for source in claim.sources],
        chapter=titles.get(claim.chapter, ""),
        method=short_title(titles.get(verdicts_page, "")),
        verdicts_page=verdicts_page,
        check=check if claim.kind == "number" else "",
        judged=citing.day(claim.judged),
        verdict_changes=[(change, citing.day(change.date)) for change in claim.changes],
        history=_history(claim, changes),
        report=_report_address(claim, book),
    )


def _decided_by(claim: Claim) -> str:
    """What decides, in words; where sources do, the steps show no more than the size."""
    if claim.decided_by == "judgement" and claim.steps:
        return "Judged from sources; the figures below show the size."
    return DECIDED_BY.get(claim.decided_by) or f"Decided by: {claim.decided_by}."


def _verdict(reading: Reading, verdicts: Mapping[str, Verdict]) -> Verdict:
    """What a reader called it; of a verdict that no claim has, under its own words."""
    return verdicts.get(reading.verdict) or Verdict(reading.verdict, reading.label)


def _neighbors(claim: Claim, dossier: Dossier) -> tuple[Claim | None, Claim | None]:
    """The claims before and after it in its article, or in the news."""
    own = [other for other in dossier.claims if (other.news if claim.news else other.article == claim.article)]
    place = next(place for place, other in enumerate(own) if other.id == claim.id)
    return own[place - 1] if place else None, own[place + 1] if place + 1 < len(own) else None


def article_of(claim: Claim, dossier: Dossier) -> Article:
    """What is known of the claim's article; of one that is not listed, what its sources say of it, or its name."""
    name = claim.article_name
    itself = next((source for source in claim.sources if source.source_key == claim.article), None)
    about = {field: getattr(itself, field) if itself else "" for field in ("source_key", "title", "url", "publisher", "year", "read_as")}
    unlisted = Article(claim.article, name, **{**about, "title": about["title"] or name}, tally={})
    return next((entry for entry in dossier.articles if entry.key == claim.article), unlisted)


def described(source: ClaimSource | Article) -> str:
    """A source in a line: title, publisher and year, as far as known."""
    return ", ".join(filter(None, (source.title, source.publisher.replace("unknown", ""), source.year)))


def _history(claim: Claim, changes: Sequence[changelog.Entry]) -> list[tuple[str, str, Markup]]:
    """What the changelog says of the claim or of a row behind it: version, day and line."""
    names = {claim.id, *claim.rows}
    return [
        (entry.version, citing.day(entry.date), Markup(line))
        for entry in changes
        for line in re.findall(r"<li>(.*?)</li>", entry.text, flags=re.DOTALL)
        if names & set(re.findall(r"<code[^>]*>(.*?)</code>", line))
    ]


def _report_address(claim: Claim, book: Book) -> str:
    """Where a reader reports a problem, where the repository or a contact is known."""
    body = f"Page: {_address_in(book, claim)}\nWhat it says: {claim.paraphrase}\n\nWhat is wrong, and which source shows it?\n"
    return citing.report_address(book, claim.id, body)


def _address_in(book: Book, claim: Claim) -> str:
    return book.address(address(claim.id)) or address(claim.id)


# Machines


def claim_review(claim: Claim, dossier: Dossier, work: Work) -> Payload:
    """The claim as a ``ClaimReview`` of schema.org, with what Google requires of one.

    The reviewed claim is said in short, as Google asks; the article's own words are its text.
    """
    book, article = work.book, article_of(claim, dossier)
    rated = dossier.known()[claim.verdict].rated
    appearance = {"@type": "CreativeWork", "headline": article.title, "url": article.url or article.copy, "datePublished": claim.as_of}
    authors = [{"@type": "Organization", "name": author.name} for author in book.authors]
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        **({"url": work.address} if work.address else {}),
        "datePublished": claim.judged,
        "claimReviewed": claim.paraphrase,
        "author": authors[0] if len(authors) == 1 else authors,
        "reviewBody": " ".join(filter(None, (claim.corrected_text, claim.reason))),
        "itemReviewed": {
            "@type": "Claim",
            **({"text": claim.quotation} if claim.quotation else {}),
            "author": {"@type": "Organization", "name": claim.article_name},
            "appearance": {name: value for name, value in appearance.items() if value},
            "datePublished": claim.as_of,
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": claim.label,
            **({} if rated is None else {"ratingValue": rated, "worstRating": 1, "bestRating": 5}),
        },
        "inLanguage": book.language,
    }


def machine_entries(dossier: Dossier, book: Book) -> list[Payload]:
    """Every claim with its steps as text, its verdict and the rows behind it."""
    return [
        {
            **claim.to_payload(),
            "steps": ["".join(part if isinstance(part, str) else part.text for part in step) for step in claim.steps],
            "corrected": claim.corrected_text,
            "sources": [{"source_key": source.source_key, "says": source.says, "where": source.where} for source in claim.sources],
            "address": _address_in(book, claim),
        }
        for claim in dossier.claims
    ]


def machine_file(dossier: Dossier, book: Book) -> str:
    """``claims.json``: the articles, what verdicts are called, and every claim."""
    document = {
        "version": book.version,
        "articles": [article.to_payload() for article in dossier.articles],
        "verdicts": {key: verdict.label for key, verdict in dossier.known().items()},
        "claims": machine_entries(dossier, book),
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


# With Sphinx


def work_of(book: Book, claim: Claim) -> Work:
    """The page of a claim as a citable work."""
    return Work(book, f"Audit of the claim: {claim.paraphrase}", address(claim.id))


def works(app: Sphinx) -> list[Work]:
    """The claims' pages as citable works."""
    dossier = known(app)
    return [work_of(citing.book_of(app), claim) for claim in dossier.claims] if dossier else []


def _home(app: Sphinx) -> str:
    """The chapter that shows all claims."""
    return next(iter(notes.of_book(app.env, notes.CLAIMS)))


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    dossier = known(app)
    if dossier is None or not citing.writes_pages(app):
        return
    book, titles = citing.book_of(app), beside.titles(app)
    overview_page, changes = app.builder.get_target_uri(_home(app)), changelog.changes(app)
    check = texts.page_of(app)
    for claim in dossier.claims:
        context = {
            "title": html.escape(work_of(book, claim).title),
            "body": str(page(claim, dossier, book, titles, overview_page, changes, app.config.bookkit_verdicts_page, check)),
            "bookkit_claim": claim,
        }
        if isinstance(app.builder, BookBuilder):
            app.builder.add_to_search(_searched(claim))
        yield f"{FOLDER}/{claim.id}", context, "page.html"


def _searched(claim: Claim) -> searching.Page:
    said = f"{claim.article_name}: {claim.said}." if claim.said and claim.kind == "number" else f"{claim.article_name}."
    found = f"{claim.label}. {claim.corrected_text or claim.reason}"
    return searching.page(address(claim.id), claim.paraphrase, [("", "", [found, said])], "Claim")


def _page_context(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None) -> None:
    dossier = known(app)
    if dossier is None or not citing.writes_pages(app):
        return
    claim: Claim | None = context.get("bookkit_claim")
    if claim:
        work = work_of(citing.book_of(app), claim)
        description = answer.shorten(f"{claim.label}. {claim.corrected_text or claim.reason}")
        head.describe(app, context, work, description, claim_review(claim, dossier, work), card_of=work)
        cite(context, work, thing="claim")
    elif pagename in app.env.found_docs:
        name = beside.public_name(app, pagename)
        context["bookkit_chapter_claims"] = chapter_list(name, dossier, posixpath.relpath(".", posixpath.dirname(name) or "."))


def _print_elsewhere(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None) -> None:
    """Under a theme of others the list ends the text."""
    if context.get("bookkit_chapter_claims") and not features.prints_features(context):
        context["body"] = f"{context.get('body', '')}\n{context['bookkit_chapter_claims']}"


def chapter_list(name: str, dossier: Dossier, root: str) -> Markup | str:
    """The claims that a chapter treats, as a folded list; nothing where it treats none."""
    verdicts = dossier.known()
    shown = [
        (claim, badge_of(claim, verdicts), posixpath.normpath(f"{root}/{address(claim.id)}"))
        for claim in dossier.claims
        if claim.chapter == name
    ]
    return render("pages/chapter_claims.html", claims=shown) if shown else ""


def _finish(app: Sphinx, exception: Exception | None) -> None:
    dossier = known(app)
    if exception or dossier is None or not citing.writes_pages(app):
        return
    output = Path(app.outdir)
    book = citing.book_of(app)
    (output / FILE).write_text(machine_file(dossier, book), encoding="utf-8", newline="\n")
    write_files(output, works(app))
    below, colors = " · ".join(citing.colophon(book)), head.card_colors(app)
    for claim in dossier.claims:
        path = output / unquote(head.card_path(work_of(book, claim)))
        path.parent.mkdir(parents=True, exist_ok=True)
        said = f"Claimed: {claim.paraphrase} {claim.corrected_text or claim.reason}"
        path.write_bytes(cards.card(claim.label, said, f"{book.name} {claim.article_name}", below, colors=colors, small=True))
