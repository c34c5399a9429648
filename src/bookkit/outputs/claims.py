"""Audited claims: an overview that can be filtered, a page for each claim, and a file for machines.

A notebook emits all claims of a book as data (`MIME_TYPE`): who says what, what it is compared with, the steps of
the recomputation, the verdict and why. The overview stands where the notebook shows them; each claim becomes a page
``claims/ID.html`` with a lasting address, a citation and ``ClaimReview`` markup. Chapters list the claims they treat.

All of it is readable without JavaScript; a script only filters and sorts the overview.
"""

from __future__ import annotations

import datetime
import html
import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes

from bookkit.citing import citing
from bookkit.citing.citing import Book, Work
from bookkit.citing.extension import cite, write_files
from bookkit.markup import searching
from bookkit.outputs import notes, numbers
from bookkit.pages import answer, changelog, head
from bookkit.pages.contents import titles_of
from bookkit.pages.structured import Data as Structured

MIME_TYPE = "application/vnd.claims+json"
FOLDER = "claims"
FILE = "claims.json"
TEMPLATE = "claim.html"
# Books may have verdicts of their own: what has no mark or words here is shown as it is, with this mark
FOREIGN_MARK = "•"
MARKS = {"confirmed": "✓", "close": "≈", "contradicted": "✗", "wrong_scope": "⇄", "contested": "±", "unsupported": "?", "forecast": "→"}
# How schema.org's consumers read a verdict: 1 is false, 5 is true (https://schema.org/ClaimReview)
RATINGS = {"confirmed": 5, "close": 4, "wrong_scope": 2, "contradicted": 1}
DECIDED_BY = {
    "arithmetic": "Decided by arithmetic alone.",
    "both": "The arithmetic is computed; what the number belongs to is judged.",
    "judgement": "Judged from sources; there is nothing to compute.",
}
NOTHING = '<span class="none">none</span>'
OUTCOMES = {"met": "came true", "missed": "did not come true", "open": "not scored"}

Data = Mapping[str, Any]


class ClaimsNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the overview in a chapter (attribute ``data``)."""


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.add_node(ClaimsNode, html=(_visit, None), latex=(_skip, None), text=(_skip, None), man=(_skip, None), texinfo=(_skip, None))
    app.connect("html-collect-pages", _pages)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _finish)


def read(content: Data) -> Data:
    """What a notebook emitted, with the verdicts by their keys. A stored notebook sorts the keys of a mapping, so they come as a list.

    A verdict that the list does not name comes after its last one, under the label of its claims or its own name.
    """
    verdicts = {verdict["key"]: verdict["label"] for verdict in content["verdicts"]}
    for claim in content.get("claims", ()):
        verdicts.setdefault(claim["verdict"], claim["label"])
    for article in content.get("articles", ()):
        verdicts |= {key: key for key in article.get("tally", ()) if key not in verdicts}
    return {**content, "verdicts": verdicts}


def mark(verdict: str) -> str:
    """The sign of a verdict."""
    return MARKS.get(verdict, FOREIGN_MARK)


def names_of(data: Data) -> Iterator[str]:
    """The names that become addresses, ids and classes."""
    yield from data["verdicts"]
    yield from (article["key"] for article in data.get("articles", ()))
    yield from (name for claim in data.get("claims", ()) for name in (claim["id"], claim["article"], claim["verdict"]))


def remember(environment: Any, data: Data) -> None:
    """Keep the claims of the current chapter for the pages that are made when all chapters are read."""
    if "claims" in data:
        notes.of_chapter(environment)[notes.CLAIMS] = {"docname": environment.docname, **data}


def known(app: Any) -> Data:
    """The claims of the book; an empty mapping where no chapter has any."""
    return next(iter(notes.of_book(app.env, notes.CLAIMS).values()), {})


def address(claim_id: str) -> str:
    """The page of a claim below the site's root."""
    return f"{FOLDER}/{claim_id}.html"


# The overview


def overview(data: Data, titles: Mapping[str, str], audit: str = "") -> str:
    """All claims, with a form to filter them; or, where the notebook emits no claims, how the verdicts fall.

    Args:
        data: as emitted by the notebook.
        titles: titles of the chapters by their public names.
        audit: address of the page with all claims, seen from this one; nothing where it is this one.
    """
    if "claims" in data:
        return f"{_filters(data, titles)}{_table(data, titles)}"
    return _figures(data) if "figures" in data else _scoreboard(data, audit)


def _figures(data: Data) -> str:
    """The figures in circulation, each with links to the claims that print it."""
    body = "".join(
        f'<tr><th scope="row">{html.escape(figure["label"])}<span class="claim-place">{html.escape(figure["scope"])}</span></th>'
        f"<td>{html.escape(figure['printed_as'])}</td><td>{_printers(figure) or NOTHING}</td></tr>"
        for figure in data["figures"]
    )
    return (
        '<div class="table-scroll" role="region" aria-labelledby="figures-caption" tabindex="0">'
        '<table class="traced-table figure-table" id="figures">'
        '<caption id="figures-caption">The figures, and the articles that print them</caption>'
        '<thead><tr><th scope="col">Figure</th><th scope="col">Printed as</th><th scope="col">Audited claims</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _printers(figure: Data) -> str:
    return "".join(
        f'<a class="figure-claim" href="{address(claim["id"])}">{badge(claim, short=True)} {html.escape(claim["article_name"])}</a>'
        for claim in figure["claims"]
    )


def badge(claim: Data, short: bool = False) -> str:
    """A verdict as a mark and words; ``short`` leaves the words to those who hear the page."""
    verdict = claim["verdict"]
    if short:
        return (
            f'<span class="verdict verdict-{verdict}"><span aria-hidden="true">{mark(verdict)}</span>'
            f'<span class="unseen">{html.escape(claim["label"])}: </span></span>'
        )
    outcome = f": {OUTCOMES.get(claim['outcome'], claim['outcome'])}" if claim["outcome"] else ""
    return (
        f'<span class="verdict verdict-{verdict}"><span aria-hidden="true">{mark(verdict)}</span> '
        f"{html.escape(claim['label'] + outcome)}</span>"
    )


def _scoreboard(data: Data, audit: str) -> str:
    verdicts = data["verdicts"]
    head = "".join(
        f'<th scope="col" class="number-cell"><span class="verdict verdict-{key}"><span aria-hidden="true">{mark(key)}</span> '
        f'<span class="score-word">{html.escape(label)}</span></span></th>'
        for key, label in verdicts.items()
    )
    lines = [(article["name"], article["key"], article["tally"]) for article in data["articles"]]
    total = {key: sum(tally.get(key, 0) for *_, tally in lines) for key in verdicts}
    body = "".join(_score_line(name, key, tally, verdicts, audit) for name, key, tally in lines)
    body += _score_line("All five" if len(lines) == 5 else "All", "", total, verdicts, audit, emphasis=True)
    return (
        '<div class="table-scroll" role="region" aria-labelledby="scoreboard-caption" tabindex="0">'
        '<table class="traced-table scoreboard" id="scoreboard"><caption id="scoreboard-caption">Claims by article and verdict</caption>'
        f'<thead><tr><th scope="col">Article</th>{head}<th scope="col" class="number-cell">Claims</th></tr></thead>'
        f'<tbody>{body}</tbody></table></div><p class="score-legend" aria-hidden="true">{_legend(verdicts)}</p>'
    )


def _legend(verdicts: Mapping[str, str]) -> str:
    """What the marks mean, for screens too narrow for words in the table's head."""
    return " ".join(f'<span class="verdict verdict-{key}">{mark(key)} {html.escape(label)}</span>' for key, label in verdicts.items())


def _score_line(name: str, key: str, tally: Mapping[str, int], verdicts: Mapping[str, str], audit: str, emphasis: bool = False) -> str:
    cells = "".join(
        f'<td class="number-cell">{_count(tally.get(verdict, 0), verdict, key, name, verdicts[verdict], audit)}</td>'
        for verdict in verdicts
    )
    row = ' class="emphasis"' if emphasis else ""
    total = sum(tally.values())
    bar = "".join(
        f'<span class="verdict-{verdict}" style="flex-grow:{tally[verdict]}"></span>' for verdict in verdicts if tally.get(verdict)
    )
    return (
        f'<tr{row}><th scope="row">{html.escape(name)}<span class="score-bar" aria-hidden="true">{bar}</span></th>'
        f'{cells}<td class="number-cell">{total}</td></tr>'
    )


def _count(count: int, verdict: str, article: str, name: str, label: str, audit: str) -> str:
    if not count:
        return "0"
    query = "&amp;".join(f"{key}={quote(value)}" for key, value in (("article", article), ("verdict", verdict)) if value)
    return f'<a href="{audit}?{query}#claims" data-filter aria-label="{count}: {html.escape(label)}, {html.escape(name)}">{count}</a>'


def _filters(data: Data, titles: Mapping[str, str]) -> str:
    claims = data["claims"]
    chapters = {claim["chapter"]: titles.get(claim["chapter"], claim["chapter"]) for claim in claims}
    ordered = {key: _short_title(title) for key, title in titles.items() if key in chapters} | {
        key: _short_title(title) for key, title in chapters.items() if key not in titles
    }
    choices = (
        ("article", "Article", {article["key"]: article["name"] for article in data["articles"]}),
        ("verdict", "Verdict", data["verdicts"]),
        ("chapter", "Chapter", ordered),
        ("kind", "Kind", {"number": "With a number", "statement": "Without a number"}),
    )
    selects = "".join(
        f'<label>{label}<select name="{name}"><option value="">All</option>'
        + "".join(f'<option value="{html.escape(value)}">{html.escape(text)}</option>' for value, text in options.items())
        + "</select></label>"
        for name, label, options in choices
    )
    return (
        '<form class="claim-filters needs-script" id="claims" hidden aria-label="Filter the claims">'
        f'<label class="claim-search">Words<input type="search" name="q" autocomplete="off" spellcheck="false"></label>{selects}'
        '<button type="reset">Show all</button><p class="claim-count" role="status"></p></form>'
        '<noscript><p class="claim-hint">Filtering and sorting need JavaScript; the whole list is below.</p></noscript>'
    )


COLUMNS = (("verdict", "Verdict"), ("claim", "Claim"), ("said", "It says"), ("reference", "Reference"), ("chapter", "Chapter"))


def _table(data: Data, titles: Mapping[str, str]) -> str:
    head = "".join(f'<th scope="col" data-sort="{key}">{label}</th>' for key, label in COLUMNS)
    rank = {verdict: index for index, verdict in enumerate(data["verdicts"])}
    body = "".join(_claim_row(claim, data, titles, rank) for claim in data["claims"])
    return (
        '<div class="table-scroll claim-scroll" role="region" aria-labelledby="claim-table-caption" tabindex="0">'
        '<table class="traced-table claim-table" id="claim-table"><caption id="claim-table-caption">All claims</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _claim_row(claim: Data, data: Data, titles: Mapping[str, str], rank: Mapping[str, int]) -> str:
    facets = "".join(f' data-{name}="{html.escape(claim[name])}"' for name in ("article", "verdict", "chapter", "kind"))
    chapter = html.escape(_short_title(titles.get(claim["chapter"], claim["chapter"])))
    link = f"{claim['chapter']}.html" if claim["chapter"] in titles else ""
    return (
        f'<tr id="{html.escape(claim["id"])}"{facets} data-rank="{rank[claim["verdict"]]}"><td>{badge(claim)}</td>'
        f'<th scope="row"><a href="{address(claim["id"])}">{html.escape(claim["paraphrase"])}</a>'
        f'<span class="claim-place">{html.escape(claim["article_name"])}, {places(claim)}</span></th>'
        f'<td data-label="It says">{html.escape(claim["said"])}</td>'
        f'<td data-label="Reference">{html.escape(claim["compared_with"]) or NOTHING}</td>'
        f'<td data-label="Chapter">{citing.link(link, chapter, escaped=True) if link else chapter}</td></tr>'
    )


def _short_title(title: str) -> str:
    """A chapter's title up to its colon."""
    return title.partition(":")[0]


def places(claim: Data) -> str:
    """Where in the article: ``line 5`` or ``lines 2, 5 and 7``."""
    lines = [html.escape(line) for line in claim["lines"]]
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"lines {', '.join(lines[:-1])} and {lines[-1]}"


# A claim's page


def page(
    claim: Data, data: Data, book: Book, titles: Mapping[str, str], overview_page: str, changes: Sequence[changelog.Entry] = ()
) -> str:
    """The body of a claim's page.

    Args:
        claim: one entry of ``data["claims"]``.
        data: all claims.
        book: for the address where problems are reported.
        titles: titles of the chapters by their public names.
        overview_page: address of the overview below the site's root.
        changes: the changelog.
    """
    article = _article(claim, data)
    up = "../"
    parts = [
        f'<p class="claim-kicker"><a href="{up}{overview_page}#{html.escape(claim["id"])}">The audit</a> · '
        f"{html.escape(claim['article_name'])}, {places(claim)}</p>",
        f"<h1>{html.escape(claim['paraphrase'])}</h1>",
        f'<div class="claim-verdict verdict-box-{claim["verdict"]}"><p>{badge(claim)}</p>{_scope(claim)}'
        f"<p>{html.escape(claim['reason'])}</p>"
        f'<p class="claim-sure">Confidence: {html.escape(claim["confidence"])}. {_decided_by(claim)}</p></div>',
        _section("Step by step", f"<ol>{''.join(f'<li>{_step(step)}</li>' for step in claim['steps'])}</ol>"),
        _rows(claim, data),
        _sources(claim, article),
        _where_next(claim, titles, up),
        _history(claim, changes),
        report(claim, book),
    ]
    return "".join(parts)


def _decided_by(claim: Data) -> str:
    way = claim["decided_by"]
    return DECIDED_BY.get(way) or f"Decided by: {html.escape(way)}."


def _article(claim: Data, data: Data) -> Data:
    """What is known of the claim's article; of one that is not listed, its name."""
    unlisted = {"title": claim["article_name"], "url": "", "publisher": "", "year": ""}
    return next((entry for entry in data["articles"] if entry["key"] == claim["article"]), unlisted)


def _scope(claim: Data) -> str:
    if claim["belongs_to"]:
        subject = "The number belongs" if claim["kind"] == "number" else "It belongs"
        return f"<p>{subject} to: <b>{html.escape(claim['belongs_to'])}</b>.</p>"
    return f"<p>Due: {citing.day(datetime.date.fromisoformat(claim['due']))}.</p>" if claim["due"] else ""


def _section(title: str, body: str) -> str:
    return f'<section><h2 id="{citing.slug(title)}">{html.escape(title)}</h2>{body}</section>'


def _step(step: Sequence[str | Data]) -> str:
    return "".join(html.escape(part) if isinstance(part, str) else _step_number(part) for part in step)


def _step_number(number: Data) -> str:
    return (
        f'<data class="step-number" value="{number["value"]!r}" title="{html.escape(number["exact"])}">{html.escape(number["text"])}</data>'
    )


def _rows(claim: Data, data: Data) -> str:
    if not claim["rows"]:
        return ""
    body = "".join(f'<li id="row-{html.escape(row_id)}">{numbers.row_markup(data["rows"][row_id])}</li>' for row_id in claim["rows"])
    return _section("The data behind the reference", f'<ul class="claim-rows">{body}</ul>')


def _sources(claim: Data, article: Data) -> str:
    items = [f"{_source(source)}; {numbers.READ_AS.get(source['read_as'], '')}" for source in claim["sources"]]
    items.insert(0, f"The claim: {_source(article)}, {places(claim)}")
    return _section("Sources", "<ul>" + "".join(f"<li>{item}.</li>" for item in items) + "</ul>")


def _source(source: Data) -> str:
    text = html.escape(", ".join(filter(None, (source["title"], source["publisher"].replace("unknown", ""), source["year"]))))
    return f'<a href="{html.escape(source["url"])}" rel="external">{text}</a>' if _is_web(source["url"]) else text


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _where_next(claim: Data, titles: Mapping[str, str], up: str) -> str:
    if claim["chapter"] not in titles:
        return ""
    link = f'<a href="{up}{claim["chapter"]}.html">{html.escape(titles[claim["chapter"]])}</a>'
    return _section(
        "In the report", f'<p>The chapter that treats it: {link}. How verdicts come about: <a href="{up}methods.html">Methods</a>.</p>'
    )


def _history(claim: Data, changes: Sequence[changelog.Entry]) -> str:
    """When the claim was judged, and what the changelog says of it or of a row behind it."""
    names = {claim["id"], *claim["rows"]}
    lines = [
        f"Version {html.escape(entry.version)}, {citing.day(entry.date)}: {line}"
        for entry in changes
        for line in re.findall(r"<li>(.*?)</li>", entry.text, flags=re.DOTALL)
        if names & set(re.findall(r"<code[^>]*>(.*?)</code>", line))
    ]
    lines.insert(0, f"{citing.day(datetime.date.fromisoformat(claim['judged']))}: judged as above.")
    return _section("History", "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>")


def report(claim: Data, book: Book) -> str:
    """A way to report a problem, where the repository or a contact is known."""
    place = book.address(address(claim["id"])) or address(claim["id"])
    body = f"Page: {place}\nWhat it says: {claim['paraphrase']}\n\nWhat is wrong, and which source shows it?\n"
    if where := citing.report_address(book, claim["id"], body):
        return f'<p class="claim-report"><a href="{html.escape(where)}">Report a problem with this claim</a></p>'
    text = "Is something wrong here? This copy of the report names no address for reports; its makers are named under “Cite”."
    return f'<p class="claim-report">{text}</p>'


# Machines


def claim_review(claim: Data, data: Data, work: Work) -> Structured:
    """The claim as a ``ClaimReview`` of schema.org."""
    book = work.book
    article = _article(claim, data)
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": claim["label"]}
    if claim["verdict"] in RATINGS:
        rating |= {"ratingValue": RATINGS[claim["verdict"]], "worstRating": 1, "bestRating": 5}
    appearance = {"@type": "Article", "headline": article["title"], "url": article["url"]}
    known_appearance = {name: value for name, value in appearance.items() if value}
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        **({"url": work.address} if work.address else {}),
        "datePublished": claim["judged"],
        "claimReviewed": claim["paraphrase"],
        "author": [{"@type": "Organization", "name": author.name} for author in book.authors],
        "reviewBody": claim["reason"],
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Organization", "name": claim["article_name"]},
            "appearance": known_appearance,
            "datePublished": claim["as_of"],
        },
        "reviewRating": rating,
        "inLanguage": book.language,
    }


def machine_entries(data: Data, book: Book) -> list[dict[str, Any]]:
    """Every claim with its steps as text, its verdict and the rows behind it."""
    return [
        {
            **{name: claim[name] for name in claim if name not in ("steps", "sources")},
            "steps": ["".join(part if isinstance(part, str) else part["text"] for part in step) for step in claim["steps"]],
            "sources": [source["source_key"] for source in claim["sources"]],
            "address": book.address(address(claim["id"])) or address(claim["id"]),
        }
        for claim in data["claims"]
    ]


def machine_file(data: Data, book: Book) -> str:
    """``claims.json``: the articles, what verdicts are called, and every claim."""
    document = {"version": book.version, "articles": data["articles"], "verdicts": data["verdicts"], "claims": machine_entries(data, book)}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


# With Sphinx


def _visit(translator: Any, node: ClaimsNode) -> None:
    app, docname = translator.builder.app, translator.docnames[-1]
    home = known(app).get("docname", docname)
    audit = "" if home == docname else app.builder.get_relative_uri(docname, home)
    translator.body.append(overview(node["data"], titles_of(app), audit))
    raise nodes.SkipNode


def _skip(_translator: Any, _node: ClaimsNode) -> None:
    raise nodes.SkipNode


def works(app: Any) -> list[Work]:
    """The claims' pages as citable works."""
    book = citing.book_of(app)
    return [Work(book, _title(claim), address(claim["id"])) for claim in known(app).get("claims", ())]


def _title(claim: Data) -> str:
    return f"Audit of the claim: {claim['paraphrase']}"


def _pages(app: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    data = known(app)
    if not data or not citing.writes_pages(app):
        return
    book, titles = citing.book_of(app), titles_of(app)
    overview_page, changes = app.builder.get_target_uri(data["docname"]), changelog.changes(app)
    for claim in data["claims"]:
        context = {
            "title": html.escape(_title(claim)),
            "body": page(claim, data, book, titles, overview_page, changes),
            "bookkit_claim": claim,
        }
        app.builder.add_to_search(_searched(claim))
        yield f"{FOLDER}/{claim['id']}", context, TEMPLATE


def _searched(claim: Data) -> searching.Page:
    said = f"{claim['article_name']}: {claim['said']}." if claim["said"] else f"{claim['article_name']}."
    return searching.page(address(claim["id"]), claim["paraphrase"], [("", "", [f"{claim['label']}. {claim['reason']}", said])], "Claim")


def _page_context(app: Any, pagename: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    data = known(app)
    if not data or not citing.writes_pages(app):
        return
    claim = context.get("bookkit_claim")
    if claim:
        work = Work(citing.book_of(app), _title(claim), address(claim["id"]))
        description = answer.shorten(f"{claim['label']}. {claim['reason']}")
        head.describe(app, context, work, description, claim_review(claim, data, work), card_of=data["docname"])
        cite(context, work, thing="claim")
    elif pagename in app.env.found_docs:
        name = app.builder.get_target_uri(pagename).removesuffix(".html")
        context["bookkit_chapter_claims"] = chapter_list(name, data, posixpath.relpath(".", posixpath.dirname(name) or "."))


def chapter_list(name: str, data: Data, root: str) -> str:
    """The claims that a chapter treats, as a folded list; nothing where it treats none."""
    claims = [claim for claim in data["claims"] if claim["chapter"] == name]
    if not claims:
        return ""
    items = "".join(
        f'<li>{badge(claim)} <a href="{root}/{address(claim["id"])}">{html.escape(claim["paraphrase"])}</a> '
        f'<span class="claim-place">{html.escape(claim["article_name"])}</span></li>'
        for claim in claims
    ).replace('href="./', 'href="')
    summary = f"<summary>Claims audited with this chapter ({len(claims)})</summary>"
    return f'<details class="chapter-claims" id="claims-treated">{summary}<ul>{items}</ul></details>'


def _finish(app: Any, exception: Exception | None) -> None:
    data = known(app)
    if exception or not data or not citing.writes_pages(app):
        return
    book, output = citing.book_of(app), Path(app.outdir)
    (output / FILE).write_text(machine_file(data, book), encoding="utf-8", newline="\n")
    write_files(output, works(app))
