"""The page of sources: what rests on each, what is known of its link, and nothing said that was not checked."""

from __future__ import annotations

import csv

import pytest
from bs4 import BeautifulSoup
from msgspec import convert

from bookkit.outputs import link_record as links
from bookkit.outputs import sources
from factbook.contract import Source
from tests.bookkit.browser import ROOT, visiting
from tests.bookkit.outputs.test_claims import claim

URL = "https://example.org/paper"


def source(**changes):
    return convert(
        {
            "key": "paper",
            "title": "A <b>paper</b>",
            "authors": "Doe, J.",
            "publisher": "A press",
            "year": "2023-2025",
            "read_as": "excerpt",
            "remark": "Only the table.",
            "url": URL,
            "evidence": {"primary": 2},
            "rows": ["bill"],
            **changes,
        },
        Source,
    )


def made(record=None, **changes):
    return BeautifulSoup(
        sources.page(
            [source(**changes)],
            record or {},
            {"paper": ["costs"]},
            {"paper": 7},
            {"paper": [claim()]},
            {"costs": "Costs: what for?"},
            "../",
        ),
        "html.parser",
    )


def test_without_a_check_nothing_is_claimed_of_a_link():
    page = made()
    assert "No link check has been recorded yet" in page.text
    assert "Link: not checked yet" in page.text
    assert page.find("a", string="archive (nearest capture)")["href"] == f"https://web.archive.org/web/2025/{URL}"
    assert not page.find("b")
    assert page.find("a", string="Costs")["href"] == "../costs.html"
    assert page.find("a", string=claim().paraphrase)["href"] == "../claims/one_cost.html"


@pytest.mark.parametrize(
    ("answer", "said", "rotten"),
    [
        (links.Answer("ok", "200", "2026-11-30"), "there on 30 November 2026", False),
        (
            links.Answer("moved", "301", "2026-11-30", moved_to="https://b.org/"),
            "moved, seen on 30 November 2026, to https://b.org/",
            False,
        ),
        (links.Answer("gone", "404", "2026-11-30", since="2026-01-05"), "gone since 5 January 2026", True),
        (links.Answer("refused", "403", "2026-11-30"), "not open to programs", False),
        (links.Answer("unreachable", "x", "2026-11-30", since="2026-11-23"), "not reached since 23 November 2026", True),
    ],
)
def test_what_a_check_found_is_told(answer, said, rotten):
    page = made({URL: answer})
    assert said in page.find("li", id="source-paper").text
    head = page.find(class_="source-rot")
    assert "Links last checked on 30 November 2026" in head.text
    assert bool(head.find("a", href="#source-paper")) == rotten
    assert ("No source is known to have rotted" in head.text) != rotten


def test_only_a_copy_that_was_found_is_called_one():
    page = made({URL: links.Answer("gone", "404", "2026-11-30", capture="https://web.archive.org/web/20250101/x")})
    assert page.find("a", string="archived copy")["href"] == "https://web.archive.org/web/20250101/x"
    assert not page.find("a", string="archive (nearest capture)")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "ftp://x"])
def test_only_web_addresses_are_linked(url):
    assert not [link for link in made(url=url).find_all("a") if not link["href"].startswith("../")]
    assert "No address is known" in made(url=url).text


def test_chapters_use_a_source_by_its_rows_or_by_citing_it():
    found = sources.chapters_by_source(
        [source(), source(key="other", rows=[])], {"a": {"bill"}, "b": {"x"}}, {"b": {"other"}, "c": {"paper", "other"}}
    )
    assert found == {"paper": ["a", "c"], "other": ["b", "c"]}


def test_a_source_counts_each_number_that_rests_on_it_once():
    listed = [source(rows=["bill", "hours"]), source(key="other", rows=["rent"]), source(key="unused", rows=["x"])]
    assert sources.numbers_by_source(listed, [{"bill", "hours"}, {"bill", "rent"}, {"claim_row"}]) == {"paper": 2, "other": 1}


def test_the_sources_that_most_numbers_rest_on_stand_first():
    listed = [source(key=f"s{place}", title=f"Title {place}") for place in range(30)]
    numbers = {f"s{place}": place for place in range(30)}
    page = BeautifulSoup(sources.page(listed, {}, {}, numbers, {}, {}), "html.parser")
    first, others = page.find_all("ol", class_="source-list")
    assert [entry["id"] for entry in first.find_all("li")] == [f"source-s{place}" for place in range(29, 9, -1)]
    assert [entry["id"] for entry in others.find_all("li")] == [f"source-s{place}" for place in range(10)]
    assert "rest on it: 29." in first.find("li").text
    assert "rest on it" not in others.find("li").text, "no number rests on it"


def test_every_source_of_the_data_is_on_the_page(built):
    """With its link, its archive address and how it was read; no other source is."""
    page = BeautifulSoup((built / "_build/html/sources.html").read_text(encoding="utf-8"), "html.parser")
    with (ROOT / "data/sources.csv").open(encoding="utf-8", newline="") as file:
        rows = {f"source-{row['source_key']}": row for row in csv.DictReader(file)}
    entries = {entry["id"]: entry for entry in page.select(".source-list > li")}
    assert set(entries) == set(rows)
    for name, entry in entries.items():
        row = rows[name]
        assert row["title"] in entry.text
        assert row["remark"] in entry.text
        hrefs = [link["href"] for link in entry.find_all("a")]
        if row["url"]:
            assert row["url"] in hrefs, name
            assert links.archived(row["url"], row["year"][-4:]) in hrefs, name


def test_the_filter_shows_what_fits_and_a_link_shows_its_source(browser, site):
    with visiting(browser, site, "sources.html") as visit:
        page = visit.page
        entries = page.locator(".source-list > li")
        every = entries.count()
        said = page.locator(".source-count")
        said.filter(has_text="All ").wait_for()
        page.fill("form.source-filters [name=q]", "fire-flyer an w.")
        said.filter(has_text=f" of {every} sources are shown").wait_for()
        shown = [item.get_attribute("id") for item in entries.all() if item.is_visible()]
        assert "source-fireflyer_2024" in shown and 0 < len(shown) < every
        page.fill("form.source-filters [name=q]", "no such words anywhere")
        said.filter(has_text="No source fits").wait_for()
        assert page.locator(".source-list > li:visible").count() == page.locator(".source-part:visible").count() == 0
        page.evaluate("location.hash = '#source-fireflyer_2024'")
        page.locator("#source-fireflyer_2024").wait_for()
        said.filter(has_text="All ").wait_for()
        assert said.get_attribute("role") == "status"
