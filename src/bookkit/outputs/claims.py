"""Audited claims: an overview that can be filtered, how the verdicts fall, and the figures in circulation.

A notebook emits all claims of a book as data: who says what, what it is compared with, the steps of the recomputation, the
verdict and why. The overview stands where the notebook shows them. Where the extension `PAGES` is set up, each claim
has a page of its own, to which the overview leads.

All of it is readable without JavaScript; a script only filters and sorts the overview.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from bookkit.markup import assets
from bookkit.markup.plain import list_words
from bookkit.markup.templates import render
from bookkit.outputs import STATIC, beside, notes, registry
from factbook.contract import Claim, Claims, Dossier, FigureIndex, Foremost, Scoreboard, Verdict

# Makes a page of each claim
PAGES = "bookkit.pages.claims"
FOLDER = "claims"
FILE = "claims.json"
OUTCOMES = {"met": "came true", "missed": "did not come true", "open": "not scored"}
COLUMNS = (("verdict", "Verdict"), ("claim", "Claim"), ("said", "It says"), ("reference", "Reference"), ("chapter", "Chapter"))
KINDS = {"number": "With a number", "statement": "Without a number"}


class ClaimsNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the overview in a chapter (attribute ``audited``)."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.beside")
    app.setup_extension("bookkit.outputs.notes")
    beside.add_node(app, ClaimsNode, _write)
    registry.register(app, Claims, read)
    assets.bring(app, STATIC, "colors.css", "tables.css", "claims.css", "menus.js")
    assets.bring(app, STATIC, "claims.js", where=assets.holds(ClaimsNode))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read(environment: BuildEnvironment, audited: Claims) -> ClaimsNode:
    """The place of claims in the chapter that is being read; a whole dossier is kept for the pages that are made of it."""
    if isinstance(audited, Dossier):
        notes.of_chapter(environment)[notes.CLAIMS] = audited
    return ClaimsNode("", audited=audited)


def _write(translator: HTML5Translator, node: ClaimsNode) -> None:
    app, docname = translator.builder.app, translator.docnames[-1]
    home = next(iter(notes.of_book(app.env, notes.CLAIMS)), docname)
    audit = "" if home == docname else app.builder.get_relative_uri(docname, home)
    translator.body.append(overview(node["audited"], beside.titles(app), audit, has_pages=PAGES in app.extensions))


def known(app: Sphinx) -> Dossier | None:
    """The claims of the book; nothing where no chapter has any."""
    return next(iter(notes.of_book(app.env, notes.CLAIMS).values()), None)


def address(claim_id: str) -> str:
    """The page of a claim below the site's root."""
    return f"{FOLDER}/{claim_id}.html"


# Parts


def badge(verdict: Verdict, label: str = "", outcome: str = "", short: bool = False) -> Markup:
    """A verdict as a mark and words.

    Args:
        verdict: with its sign.
        label: its words, where they differ on a claim.
        outcome: of a forecast.
        short: leave the words to those who hear the page.
    """
    words = label or verdict.label
    if outcome:
        words += f": {OUTCOMES.get(outcome, outcome)}"
    return render("outputs/badge.html", verdict=verdict, words=words, short=short)


def badge_of(claim: Claim, verdicts: Mapping[str, Verdict]) -> Markup:
    """The verdict of a claim."""
    return badge(verdicts[claim.verdict], claim.label, claim.outcome)


def places(lines: Sequence[str]) -> str:
    """Where in an article: ``line 5`` or ``lines 2, 5 and 7``; a place that is no line as it is written."""
    if not all(line.isdigit() for line in lines):
        return list_words(lines)
    return f"{'line' if len(lines) == 1 else 'lines'} {list_words(lines)}"


def short_title(title: str) -> str:
    """A chapter's title up to its colon."""
    return title.partition(":")[0]


# The overview


def overview(audited: Claims, titles: Mapping[str, str], audit: str = "", has_pages: bool = True) -> Markup:
    """All claims, with a form to filter them; or those that matter most; or the figures in circulation; or how the verdicts fall.

    Args:
        audited: as emitted by the notebook.
        titles: titles of the chapters by their public names.
        audit: address of the page with all claims, seen from this one; nothing where it is this one.
        has_pages: whether claims have pages of their own.
    """
    if isinstance(audited, Dossier):
        return _filters(audited, titles) + _table(audited, titles, has_pages)
    if isinstance(audited, FigureIndex):
        return _figures(audited, has_pages)
    if isinstance(audited, Foremost):
        return _foremost(audited, has_pages)
    assert isinstance(audited, Scoreboard)
    return _scoreboard(audited, audit)


def _figures(index: FigureIndex, has_pages: bool) -> Markup:
    """The figures in circulation, each with links to the claims that print it."""
    verdicts = index.known()
    figures = [
        (
            figure,
            [
                (address(claim.id) if has_pages else "", badge(verdicts[claim.verdict], claim.label, short=True), claim.article_name)
                for claim in figure.claims
            ],
        )
        for figure in index.figures
    ]
    return render("outputs/figures_index.html", figures=figures)


def _foremost(found: Foremost, has_pages: bool) -> Markup:
    """The claims that matter most, as a list of cards."""
    verdicts = found.known()
    cards = [
        (claim, address(claim.id) if has_pages else "", badge(verdicts[claim.verdict], claim.label, claim.outcome))
        for claim in found.foremost
    ]
    return render("outputs/foremost.html", cards=cards, name=found.name)


def _scoreboard(board: Scoreboard, audit: str) -> Markup:
    verdicts = board.known()
    tallies = [(article.name, article.key, article.tally) for article in board.articles]
    total = {key: sum(tally.get(key, 0) for *_, tally in tallies) for key in verdicts}

    def counts(article: str, tally: Mapping[str, int]) -> list[tuple[int, Verdict, str]]:
        return [(tally.get(key, 0), verdict, _filtered(audit, article, key)) for key, verdict in verdicts.items()]

    lines = [(name, counts(key, tally), sum(tally.values()), False) for name, key, tally in [*tallies, ("All", "", total)]]
    lines[-1] = (*lines[-1][:3], True)
    for group in board.beside:
        own = [(group.tally.get(key, 0), verdict, "") for key, verdict in verdicts.items()]
        lines.append((group.name, own, sum(group.tally.values()), False))
    return render("outputs/scoreboard.html", verdicts=list(verdicts.values()), lines=lines)


def _filtered(audit: str, article: str, verdict: str) -> str:
    """The address of the overview with filters set."""
    return f"{audit}?{urlencode({key: value for key, value in (('article', article), ('verdict', verdict)) if value})}#claims"


def _filters(dossier: Dossier, titles: Mapping[str, str]) -> Markup:
    named = {claim.chapter: titles.get(claim.chapter, claim.chapter) for claim in dossier.claims if not claim.news}
    chapters = {key: short_title(title) for key, title in titles.items() if key in named}
    chapters |= {key: short_title(title) for key, title in named.items() if key not in titles}
    choices = (
        ("article", "Article", {article.key: article.name for article in dossier.articles}),
        ("verdict", "Verdict", {key: verdict.label for key, verdict in dossier.known().items()}),
        ("chapter", "Chapter", chapters),
        ("kind", "Kind", KINDS),
    )
    return render("outputs/claim_filters.html", choices=choices)


def _table(dossier: Dossier, titles: Mapping[str, str], has_pages: bool) -> Markup:
    verdicts = dossier.known()
    ranks = {key: rank for rank, key in enumerate(verdicts)}
    rows = [
        {
            "claim": claim,
            "rank": ranks[claim.verdict],
            "badge": badge_of(claim, verdicts),
            "address": address(claim.id) if has_pages else "",
            "places": places(claim.lines),
            "chapter": short_title(titles.get(claim.chapter, claim.chapter)),
            "chapter_address": f"{claim.chapter}.html" if claim.chapter in titles else "",
        }
        for claim in dossier.claims
        if not claim.news
    ]
    return render("outputs/claims_table.html", columns=COLUMNS, rows=rows)
