"""Pages of audited claims: text stays text, nothing is lost between notebook, page and file, and history is told."""

import datetime
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from msgspec import convert

from bookkit.citing.citing import Author, Book
from bookkit.outputs import claims
from bookkit.pages import changelog, structured
from bookkit.pages import claims as pages
from factbook import contract
from factbook.contract import Claim, Claims

HOSTILE = "V3 cost <script>alert(1)</script> & \"5\" < 'six'."
BOOK = Book("A Book", "A Book", authors=(Author("Doe", "Jane"),), version="1.0.0", site="https://example.org/b/")
REPOSITORY = Book("A Book", "A Book", (), version="1.0.0", site="https://example.org/b/", repository="https://github.com/o/r")
TITLES = {"costs": "Costs: what for?", "audit": "The audit"}


def source(key="paper", url="https://example.org/paper"):
    return {"source_key": key, "title": "A paper", "url": url, "publisher": "A press", "year": "2025", "read_as": "original"}


def number(text="$5.5M", exact="5500000"):
    return {"value": 5.5e6, "unit": "usd", "text": text, "exact": exact, "formula": "bill", "rows": ["v3_bill"]}


def claim(name="one_cost", **changes):
    return convert(payload(name, **changes), Claim)


def payload(name="one_cost", **changes):
    return {
        "id": name,
        "article": "first",
        "article_name": "First Paper",
        "lines": ["2", "5", "7"],
        "paraphrase": "V3 cost $5.5 million.",
        "kind": "number",
        "said": "$5.5M",
        "compared_with": "$5.58M",
        "verdict": "confirmed",
        "label": "Confirmed",
        "outcome": "",
        "decided_by": "arithmetic",
        "steps": [["The article says: ", number(), "."], ["We compare it with <V3>."]],
        "reason": "The maker’s own bill.",
        "belongs_to": "",
        "due": "",
        "confidence": "high",
        "chapter": "costs",
        "judged": "2026-03-09",
        "as_of": "2025-01",
        "sources": [source()],
        "rows": ["v3_bill"],
        **changes,
    }


def data(*entries, **changes):
    """A dossier of some claims, as a notebook emits it; changes are of the row behind them."""
    row = {"id": "v3_bill", "text": "$5.58M", "evidence": "primary", "read_as": "original", "source": "A press 2025, A paper"}
    article = {"key": "first", "name": "First Paper", **source("first", ""), "tally": dict.fromkeys(contract.VERDICT_MARKS, 0)}
    return {
        "articles": [article],
        "verdicts": [{"key": key, "label": key.capitalize()} for key in contract.VERDICT_MARKS],
        "claims": [entry.to_payload() for entry in entries],
        "rows": {"v3_bill": {**row, "url": "https://example.org/paper", "locator": "p. 5", "note": "", **changes}},
    }


def dossier_of(*entries, **changes):
    return Claims.from_payload(data(*entries, **changes))


def page(entry, book=BOOK, changes=(), **row):
    return BeautifulSoup(pages.page(entry, dossier_of(entry, **row), book, TITLES, "audit.html", changes), "html.parser")


def work(entry, book=BOOK):
    return pages.work_of(book, entry)


def of_articles(audit):
    """The claims that are no statements of the news."""
    return [entry for entry in audit.claims if not entry.news]


def emitted():
    """What the notebook of this book emits."""
    from deepseek_audit.audit import claims as audit
    from deepseek_audit.audit import dossier
    from factbook.facts import load

    facts = load()
    return dossier.Dossier(facts, audit.audit(facts), audit.audit_news(facts)).describe()


@pytest.fixture(scope="module")
def audit():
    return emitted()


# Names that this package does not know


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"verdict": "half_true", "label": "Half true"}, "• Half true"),
        ({"decided_by": "a vote"}, "Decided by: a vote."),
        ({"outcome": "postponed"}, "Confirmed: postponed"),
        ({"article": "third", "article_name": "Third Paper"}, "The claim: Third Paper, lines 2, 5 and 7"),
    ],
)
def test_a_foreign_name_is_shown_as_it_is(changes, shown):
    """On the claim's page, in every list of claims, in the filter, and for machines."""
    entry = claim(**changes)
    known = dossier_of(entry)
    assert shown in page(entry).text
    overview = BeautifulSoup(claims.overview(known, TITLES), "html.parser")
    options = {option["value"]: option.text for option in overview.find("select", {"name": "verdict"}).find_all("option")}
    assert options[entry.verdict] == entry.label
    assert int(overview.tbody.tr["data-rank"]) == list(known.known()).index(entry.verdict)
    assert entry.label in pages.chapter_list("costs", known, ".")
    assert pages.claim_review(entry, known, work(entry))["reviewRating"]["alternateName"] == entry.label
    assert json.loads(pages.machine_file(known, BOOK))["claims"][0]["verdict"] == entry.verdict


def article(key, name, **tally):
    return {"key": key, "name": name, **source(key, ""), "tally": tally}


def test_a_tally_with_foreign_verdicts_is_counted():
    articles = [article("first", "First Paper", half_true=2), article("second", "Second")]
    known = Claims.from_payload({"articles": articles, "verdicts": [{"key": "confirmed", "label": "Confirmed"}]})
    made = BeautifulSoup(claims.overview(known, TITLES, "audit.html"), "html.parser")
    assert [cell.text.strip() for cell in made.thead.find_all("th")] == ["Article", "✓ Confirmed", "• half_true", "Claims"]
    assert [cell.text for cell in made.tbody.find_all("td")] == ["0", "2", "2", "0", "0", "0", "0", "2", "2"]


def test_signs_and_ratings_come_with_the_data():
    """A verdict of another book has the sign and the rating that the book gives it."""
    half = {"key": "half_true", "label": "Half true", "mark": "½", "rating": 3}
    known = Claims.from_payload({**data(claim(verdict="half_true", label="Half true")), "verdicts": [half]})
    assert "½ Half true" in BeautifulSoup(claims.overview(known, TITLES), "html.parser").text
    review = pages.claim_review(known.claims[0], known, work(known.claims[0]))
    assert review["reviewRating"]["ratingValue"] == 3


def test_a_figure_with_a_foreign_verdict_is_listed():
    figure = {
        "label": "A bill",
        "printed_as": "$5M",
        "scope": "a run",
        "claims": [{"id": "a", "article_name": "B", "verdict": "odd", "label": "Odd"}],
    }
    made = BeautifulSoup(claims.overview(Claims.from_payload({"figures": [figure], "verdicts": []}), TITLES), "html.parser")
    assert made.select_one("a.figure-claim").text == "•Odd:  B"


def test_without_pages_of_claims_nothing_leads_to_them():
    made = BeautifulSoup(claims.overview(dossier_of(claim()), TITLES, has_pages=False), "html.parser")
    assert [link["href"] for link in made.select("tbody a")] == ["costs.html"]


# Text stays text


@pytest.mark.parametrize("field", ["paraphrase", "reason", "article_name", "belongs_to", "said", "label", "compared_with", "confidence"])
def test_markup_in_a_claim_is_shown_as_text(field):
    entry = claim(**{field: HOSTILE})
    for made in (page(entry), BeautifulSoup(claims.overview(dossier_of(entry), TITLES), "html.parser")):
        assert not made.find(["script", "img"])
    shown = page(entry).text + BeautifulSoup(claims.overview(dossier_of(entry), TITLES), "html.parser").text
    assert HOSTILE in shown


def test_markup_in_steps_rows_and_sources_is_shown_as_text():
    entry = claim(steps=[[HOSTILE, number(HOSTILE, HOSTILE)]], sources=[{**source(), "title": HOSTILE}])
    made = page(entry)
    assert not made.find("script")
    assert made.text.count(HOSTILE) == 3
    assert "<V3>" in page(claim()).text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//x.y", "ftp://x", ""]
)
def test_only_web_addresses_are_linked(url):
    entry = claim(sources=[source(url=url)])
    made = page(entry, url=url)
    assert made.text.count("A paper") == 3  # of the article, the row and the source
    assert all(link["href"].startswith(("https://", "../")) for link in made.find_all("a"))


def test_a_web_address_is_linked_whole():
    made = page(claim(sources=[source(url='https://example.org/?a=1&b="2"')]))
    assert made.find("a", string=re.compile("^A paper"), href=re.compile("a=1"))["href"] == 'https://example.org/?a=1&b="2"'


def test_json_for_a_page_cannot_end_its_element():
    entry = claim(paraphrase="</script><script>alert(1)</script>")
    text = structured.json_for_html(pages.claim_review(entry, dossier_of(entry), work(entry)))
    assert "<" not in text
    assert json.loads(text)["claimReviewed"] == entry.paraphrase


# Nothing is lost


def test_the_overview_lists_every_claim_of_the_book(audit):
    made = BeautifulSoup(claims.overview(audit, TITLES), "html.parser")
    rows = made.select("table.claim-table tbody tr")
    assert [row["id"] for row in rows] == [entry.id for entry in of_articles(audit)]
    for row, entry in zip(rows, of_articles(audit), strict=True):
        assert row.find("a")["href"] == f"claims/{entry.id}.html"
        assert {name: row[f"data-{name}"] for name in ("article", "verdict", "chapter", "kind")} == {
            name: getattr(entry, name) for name in ("article", "verdict", "chapter", "kind")
        }
        assert entry.paraphrase in row.text and entry.said in row.text and entry.compared_with in row.text
    offered = {select["name"]: {option["value"] for option in select.find_all("option")} for select in made.find_all("select")}
    for name in ("article", "verdict", "chapter", "kind"):
        assert {getattr(entry, name) for entry in of_articles(audit)} <= offered[name]


def test_the_scoreboard_adds_up(audit):
    made = BeautifulSoup(claims.overview(contract.Scoreboard(verdicts=audit.verdicts, articles=audit.articles), TITLES), "html.parser")
    lines = [[int(cell.text) for cell in row.find_all("td")] for row in made.select("tbody tr")]
    assert all(sum(line[:-1]) == line[-1] for line in lines)
    assert [sum(column) for column in zip(*lines[:-1], strict=True)] == lines[-1]
    assert lines[-1][-1] == len(of_articles(audit))


def test_the_file_for_machines_is_complete(audit):
    document = json.loads(pages.machine_file(audit, BOOK))
    assert document["version"] == "1.0.0"
    assert [entry["id"] for entry in document["claims"]] == [entry.id for entry in audit.claims]
    for entry, full in zip(document["claims"], audit.claims, strict=True):
        assert set(entry) >= set(full.to_payload()) | {"address"}
        assert entry["address"] == f"https://example.org/b/claims/{entry['id']}.html"
        assert all(isinstance(step, str) and step.endswith(".") for step in entry["steps"])
        assert entry["verdict"] in document["verdicts"] and entry["label"]


def test_every_page_of_the_book_says_what_is_needed_to_check_it(audit):
    for entry in audit.claims:
        text = BeautifulSoup(pages.page(entry, audit, BOOK, TITLES, "audit.html"), "html.parser").text
        told = (entry.paraphrase, entry.label, entry.corrected_text, entry.reason, entry.belongs_to, entry.quotation, entry.since)
        for part in (*told, "The words", "The claim: ", "Two readings", "History", *(source.says for source in entry.sources)):
            assert part in text, (entry.id, part)
        assert ("Step by step" in text) == bool(entry.steps)
        for row in entry.rows:
            assert audit.rows[row].text in text


def test_a_chapter_lists_its_claims_and_no_others(audit):
    for chapter in {entry.chapter for entry in audit.claims}:
        made = BeautifulSoup(pages.chapter_list(chapter, audit, "."), "html.parser")
        mine = [entry for entry in audit.claims if entry.chapter == chapter]
        assert [link["href"] for link in made.find_all("a")] == [f"claims/{entry.id}.html" for entry in mine]
        assert f"({len(mine)})" in made.summary.text
    assert pages.chapter_list("no-such-chapter", audit, ".") == ""


# What a page says


def test_a_number_and_words_given_to_the_wrong_thing():
    assert "The number is right for: V2." in page(claim(verdict="wrong_scope", belongs_to="V2")).text
    assert "What it says is right for: Nvidia." in page(claim(verdict="wrong_scope", belongs_to="Nvidia", kind="statement")).text


def test_what_would_be_right_stands_under_the_claim():
    made = page(claim(verdict="contradicted", label="Contradicted", corrected=["V3 cost ", number("$5.58M"), "."]))
    assert made.hgroup.p.text == "✗ Contradicted V3 cost $5.58M."
    assert made.hgroup.h1.text == "V3 cost $5.5 million."
    assert made.hgroup.find("data")["value"] == "5500000.0"


def test_words_with_their_hedges_and_what_these_allow():
    made = page(claim(quotation="it cost about $5.5 million", quoted_line="5", hedges=[{"word": "about", "rule": "A tenth."}]))
    assert made.blockquote.text == "it cost about $5.5 million"
    assert "First Paper, line 5" in made.figcaption.text
    assert "“about”: A tenth." in made.text


def test_no_steps_where_there_are_none():
    bare = page(claim(steps=[], rows=[], choice="Only the maker knows."))
    assert "Step by step" not in bare.text and "What decides" in bare.text and "Only the maker knows." in bare.text
    assert "What decides" not in page(claim(steps=[], rows=[])).text


def test_a_source_says_what_and_where():
    made = page(claim(sources=[{**source(), "says": "It bills the run.", "where": "Table 1"}]))
    line = made.find(id="sources").find_next("ul").find_all("li")[1]
    assert line.text.startswith("It bills the run. A paper") and ", Table 1; " in line.text


def test_two_readings_and_why_one_stands():
    first = {"reader": "First", "verdict": "close", "label": "Close", "reason": ""}
    second = {"reader": "Second", "verdict": "odd_one", "label": "Odd one", "reason": "It differs.", "doubt": "Perhaps not."}
    made = page(claim(readings=[first, second], decided="The second has the better source."))
    text = made.find(id="two-readings").parent.text
    assert "First reading: ≈ Close" in text and "Second reading: • Odd one" in text
    assert "It differs. Its doubt: Perhaps not." in text and "The second has the better source." in text
    assert "Both are ours" not in text
    told = contract.Dossier.from_payload({**data(claim(readings=[first, second])), "readers": "Both are ours."})
    assert "Both are ours." in pages.page(told.claims[0], told, BOOK, TITLES, "audit.html")
    assert page(claim(readings=[first])).find(id="two-readings").text == "One reading"
    assert page(claim()).find(id="two-readings") is None


def test_searches_stand_behind_what_was_not_found():
    search = {"query": "Zhang <patriotism>", "language": "Chinese", "collection": "pages", "date": "2026-11-30", "found": "nothing"}
    made = page(claim(searches=[search]))
    assert "Zhang <patriotism> Chinese, in pages, 2026-11-30: nothing." in made.find(id="what-was-searched").parent.text


def test_a_change_of_verdict_stands_in_the_history():
    change = {"edition": "0.7.0", "date": "2026-11-30", "before": "Close", "after": "Confirmed", "because": "A test was found."}
    text = page(claim(changes=[change])).find(id="history").parent.text
    assert "Edition 0.7.0, 30 November 2026: “Close” became “Confirmed”. A test was found." in text
    assert "added. A test" in page(claim(changes=[{**change, "before": ""}])).find(id="history").parent.text


def test_claims_stand_beside_each_other():
    """Those before and after in the article, those that say the same, and those compared with the same."""
    one, two, three = claim("one"), claim("two", paraphrase="It took days."), claim("three", article="second", article_name="Second Paper")
    other = {"id": "three", "article_name": "Second Paper", "verdict": "confirmed", "label": "Confirmed", "paraphrase": "V3 cost much."}
    one = claim("one", same=[other], related=[{**other, "id": "two"}])
    known = dossier_of(one, two, three)
    made = BeautifulSoup(pages.page(one, known, BOOK, TITLES, "audit.html"), "html.parser")
    assert [(link["rel"], link["href"]) for link in made.nav.find_all("a")] == [(["next"], "two.html")]
    assert made.find(id="same").find_next("a")["href"] == "three.html"
    assert made.find(id="related").find_next("a")["href"] == "two.html"
    last = BeautifulSoup(pages.page(two, known, BOOK, TITLES, "audit.html"), "html.parser")
    assert [(link["rel"], link["href"]) for link in last.nav.find_all("a")] == [(["prev"], "one.html")]


def test_a_statement_of_the_news_is_in_no_tally_and_no_table():
    told = claim(
        "told", article="agency", article_name="An Agency", lines=["headline"], quoted_line="headline", quotation="V3 for less", news=True
    )
    known = dossier_of(claim(), told)
    shown = claims.overview(known, TITLES)
    assert "told" not in shown and 'data-article="first"' in shown
    made = BeautifulSoup(pages.page(told, known, BOOK, TITLES, "audit.html"), "html.parser")
    assert made.find(class_="claim-kicker").a["href"] == "../audit.html#news"
    assert "An Agency, headline" in made.text and "Published: January 2025." in made.text
    assert not made.nav.find_all("a")


def test_a_forecast_says_when_it_is_due():
    made = page(claim(verdict="forecast", label="Forecast", outcome="open", due="2025-12-31"))
    assert "Due: 31 December 2025." in made.text
    assert "Forecast: not scored" in made.text


@pytest.mark.parametrize(("lines", "words"), [(["5"], "line 5"), (["2", "5"], "lines 2 and 5"), (["2", "5", "7"], "lines 2, 5 and 7")])
def test_places_in_words(lines, words):
    assert claims.places(lines) == words


def test_the_issue_is_filled_in_where_the_repository_is_known():
    link = page(claim(paraphrase="Costs fell 5% & more?"), REPOSITORY).select_one(".claim-report a")
    address = urlsplit(link["href"])
    query = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://github.com/o/r/issues/new"
    assert query["title"] == ["Problem with one_cost"]
    assert "https://example.org/b/claims/one_cost.html" in query["body"][0]
    assert "Costs fell 5% & more?" in query["body"][0]


def test_without_a_repository_no_issue_is_offered():
    made = page(claim())
    assert made.select_one(".claim-report") and not made.select_one(".claim-report a")


def test_the_history_comes_from_the_changelog():
    changes = [
        changelog.Entry(
            "1.1.0", datetime.date(2026, 5, 1), "<ul><li><code>v3_bill</code> corrected</li><li><code>other</code> too</li></ul>"
        ),
        changelog.Entry("1.0.1", datetime.date(2026, 4, 1), "<ul><li>verdict of <code>one_cost</code> changed</li></ul>"),
        changelog.Entry("1.0.0", datetime.date(2026, 3, 1), "<ul><li>one_cost in passing</li></ul>"),
    ]
    lines = [item.text for item in page(claim(), changes=changes).find(id="history").parent.find_all("li")]
    assert lines == [
        "9 March 2026: judged as above.",
        "Version 1.1.0, 1 May 2026: v3_bill corrected",
        "Version 1.0.1, 1 April 2026: verdict of one_cost changed",
    ]


# For search engines


def test_every_claim_review_is_complete(audit):
    """What https://developers.google.com/search/docs/appearance/structured-data/factcheck asks for."""
    for entry in audit.claims:
        review = json.loads(structured.json_for_html(pages.claim_review(entry, audit, work(entry))))
        assert (review["@context"], review["@type"]) == ("https://schema.org", "ClaimReview")
        assert review["claimReviewed"] == entry.paraphrase
        assert review["url"] == f"https://example.org/b/claims/{entry.id}.html"
        assert review["author"]["@type"] and review["author"]["name"]
        item, rating = review["itemReviewed"], review["reviewRating"]
        assert item["@type"] == "Claim" and item["author"]["name"] == entry.article_name
        assert item["text"] == entry.quotation
        assert item["appearance"]["headline"] and item["appearance"].get("url", "https://").startswith("https://")
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", item["datePublished"])
        assert rating["alternateName"] == entry.label
        if "ratingValue" in rating:
            assert rating["worstRating"] <= rating["ratingValue"] <= rating["bestRating"]
        else:
            assert entry.verdict in ("as_disclosed", "reported", "contested", "unsupported", "not_traced", "forecast")
        datetime.date.fromisoformat(review["datePublished"])


def test_a_copy_that_knows_no_address_gives_none():
    nowhere = Book("A Book", "A Book", ())
    assert "url" not in pages.claim_review(claim(), dossier_of(claim()), work(claim(), nowhere))


def test_better_verdicts_are_rated_higher():
    order = ["contradicted", "wrong_scope", "close", "confirmed"]
    assert sorted(order, key=contract.RATINGS.__getitem__) == order
