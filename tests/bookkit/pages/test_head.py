"""The head of each page and the files at the site's root, read back by Beautiful Soup, json, feedparser and lxml."""

import datetime
import json
import re
import struct
from dataclasses import replace

import feedparser
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from lxml import etree

from bookkit.citing import box
from bookkit.citing.citing import Author, Book, Work
from bookkit.pages import answer, cards, changelog, root_files, structured
from bookkit.pages import head as heads
from tests.bookkit.citing.test_citing import BOOK as CITED

HOSTILE = 'Is "5 < 6" & </script><script>alert(1)</script> ’true’?\u2028'
NAMED = {"title": "The Book & More", "name": "The Book", "authors": (Author("Doe", "Jane"), Author("The group"))}
BOOK = replace(CITED, **NAMED, version="1.0", keywords=("cost",), repository="", commit=None, data_hash="")
PAGE = heads.Summary(
    "It cost $5 & more.", "It cost $5 & more.", (("A source </script>", "https://example.com/?a=1&b=2"), ("No address", ""))
)
CHAPTER = Work(BOOK, HOSTILE.strip(), "part/costs.html", "book/part/costs.md")
WHOLE = Work(BOOK, BOOK.title, "index.html", whole=True)
SINGULAR = [
    ("meta", "name", "description"),
    ("link", "rel", "canonical"),
    *(("meta", "property", f"og:{name}") for name in ("type", "title", "description", "url", "image", "image:width", "image:height")),
    *(("meta", "property", f"og:{name}") for name in ("image:alt", "site_name", "locale")),
    ("meta", "name", "twitter:card"),
    *(("meta", "name", f"citation_{name}") for name in ("title", "publication_date", "language", "fulltext_html_url")),
]
CHART = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.4.json",
    "title": {"text": "Two bars & a <line>"},
    "description": "B is longer",
    "data": {"values": [{"name": "A", "size": 1}, {"name": "B", "size": 2}]},
    "mark": "bar",
    "width": 600,
    "height": 300,
    "encoding": {"x": {"field": "size", "type": "quantitative"}, "y": {"field": "name", "type": "nominal"}},
}


def html_of(work, summary=PAGE, parts=()):
    """The head as a theme prints it: what the page says of itself, and then how it is cited."""
    head = heads.as_html(heads.of_chapter(work, summary, parts), work.path, heads.PALETTE, feed=False, own_icon=True)
    return head + box.head_tags(work)


def head(work, summary=PAGE, parts=()):
    return BeautifulSoup(html_of(work, summary, parts), "html.parser")


def structured_data(soup):
    (script,) = soup.find_all("script", type="application/ld+json")
    return json.loads(script.string)


@pytest.mark.parametrize("work", [CHAPTER, WHOLE])
def test_each_singular_tag_is_there_once(work):
    soup = head(work)
    for tag, attribute, value in SINGULAR:
        found = soup.find_all(tag, {attribute: value})
        assert len(found) == 1, value
        assert found[0].get("content") or found[0].get("href")


def test_hostile_titles_stay_text():
    soup = head(CHAPTER)
    assert [script["type"] for script in soup.find_all("script")] == ["application/ld+json"]
    assert soup.find("meta", property="og:title")["content"] == CHAPTER.title
    assert soup.find("meta", {"name": "citation_title"})["content"] == CHAPTER.title
    assert structured_data(soup)["headline"] == CHAPTER.title
    source = html_of(CHAPTER)
    assert source.count("</script>") == 1
    assert "\u2028" not in structured.json_for_html({"a": HOSTILE})
    assert json.loads(structured.json_for_html({"a": HOSTILE}))["a"] == HOSTILE


def test_structured_data_of_a_chapter():
    data = structured_data(head(CHAPTER))
    assert (data["@context"], data["@type"], data["isPartOf"]["@type"]) == ("https://schema.org", "ScholarlyArticle", "Book")
    assert data["url"] == data["mainEntityOfPage"] == "https://example.org/b/part/costs.html"
    assert data["author"][0] == {"@type": "Person", "name": "Jane Doe", "givenName": "Jane", "familyName": "Doe"}
    assert data["author"][1] == {"@type": "Organization", "name": "The group"}
    assert (data["datePublished"], data["dateModified"], data["version"]) == ("2026-03-09", "2026-04-01", "1.0")
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["keywords"] == ["cost"]
    assert data["citation"] == [
        {"@type": "CreativeWork", "name": "A source </script>", "url": "https://example.com/?a=1&b=2"},
        {"@type": "CreativeWork", "name": "No address"},
    ]


def test_structured_data_of_the_book():
    data = structured_data(head(WHOLE, parts=[CHAPTER]))
    assert (data["@type"], data["name"], data["url"]) == ("Book", BOOK.title, "https://example.org/b/")
    assert data["hasPart"][0]["url"] == "https://example.org/b/part/costs.html"


def test_the_book_comes_last_of_the_citation_tags():
    names = [tag["name"] for tag in head(CHAPTER).find_all("meta", {"name": re.compile("^citation_")})]
    assert names[0] == "citation_title"
    assert names[-1] == "citation_inbook_title"
    assert names.count("citation_author") == 2
    assert "citation_pdf_url" not in names
    assert not head(WHOLE).find_all("meta", {"name": "citation_inbook_title"})
    assert html_of(CHAPTER).splitlines()[-1].startswith('<meta name="citation_inbook_title"')


def test_no_address_is_invented():
    work = Work(Book("T", "T", ()), "Costs", "part/costs.html")
    soup = head(work, heads.Summary("D."))
    assert not soup.find_all("link", rel="canonical")
    assert not soup.find_all("meta", property="og:url")
    assert soup.find("meta", property="og:image")["content"] == "../cards/part/costs.png"
    assert [tag["href"] for tag in soup.find_all("link", rel="alternate")] == ["costs.bib", "costs.ris", "costs.csl.json"]
    text = str(soup).replace("https://schema.org", "")
    assert "http" not in text
    assert "Sitemap" not in root_files.robots(work.book)
    assert "http" not in root_files.feed(work.book, [changelog.Entry("1", datetime.date(2026, 1, 1), "<p>x</p>")]).replace(
        root_files.ATOM, ""
    )
    assert 'href="index.html"' in root_files.not_found(work.book, [work], heads.PALETTE)


def test_the_parts_that_all_pages_share():
    soup = BeautifulSoup(heads.as_html(heads.Head(), "part/search.html", heads.PALETTE, feed=True), "html.parser")
    assert [tag["href"] for tag in soup.find_all("link", rel="icon")] == ["../favicon.svg", "../favicon.png"]
    assert soup.find("link", type="application/atom+xml")["href"] == "../feed.xml"
    assert len(soup.find_all("meta", {"name": "theme-color"})) == 2
    own = heads.as_html(heads.Head(), "a.html", heads.PALETTE, feed=False, own_icon=True)
    assert not BeautifulSoup(own, "html.parser").find_all("link")


@pytest.mark.parametrize(("language", "expected"), [("en", "en_US"), ("de", "de_DE"), ("en-gb", "en_GB"), ("xx", "")])
def test_locale(language, expected):
    assert heads.locale(language) == expected


def section(heading, *content):
    return nodes.section("", nodes.title("", heading), *content)


def test_the_short_answer_is_taken_with_its_numbers_and_without_its_notes():
    number = nodes.abbreviation("$5M", "$5M", explanation="a + b")
    item = nodes.paragraph(
        "", "", nodes.Text("It cost "), number, nodes.Text(" "), nodes.footnote_reference("1", "1"), nodes.Text(". Not more.")
    )
    document = section(
        "Title", nodes.paragraph("", "Intro."), section("The short answer", nodes.bullet_list("", nodes.list_item("", item)))
    )
    assert answer.short_answer(document, "the short ANSWER") == "It cost $5M. Not more."
    assert answer.short_answer(document, "Elsewhere") == "Intro."
    assert answer.short_answer(nodes.section(), "Elsewhere") == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("It cost $5.6M. Not more.", "It cost $5.6M."),
        ("Llama 3.1 405B took 11.1 times the hours.", "Llama 3.1 405B took 11.1 times the hours."),
        ("The U.S. Treasury said “no.” Then it left.", "The U.S. Treasury said “no.”"),
        ("V3 vs. R1: which? Both.", "V3 vs. R1: which?"),
        ("", ""),
    ],
)
def test_the_first_sentence(text, sentence):
    assert answer.first_sentence(text) == sentence


def test_descriptions_end_at_a_sentence_or_a_word():
    long = "word " * 60
    sentences = "This is a sentence that is long enough to stand on its own, or so they say. " * 4
    assert answer.shorten("Short.", 155) == "Short."
    assert len(answer.shorten(long, 155)) <= 155
    assert answer.shorten(long, 155).endswith("word…")
    assert answer.shorten(sentences, 155).endswith("say.")
    assert len(answer.shorten(sentences, 155)) <= 155


def test_sources_are_named_by_the_bibliography_or_by_their_text():
    link = nodes.reference("", "https://a.org", refuri="https://a.org")
    first = nodes.footnote("", nodes.label("", "1"), nodes.paragraph("", "", nodes.Text("Doe. A title. "), link), ids=["footcite-a"])
    second = nodes.footnote("", nodes.label("", "2"), nodes.paragraph("", "Only text."), ids=["footcite-b"])
    found = answer.sources_of(nodes.section("", first, second), {"footcite-a": "A title"})
    assert found == (("A title", "https://a.org"), ("Only text.", ""))


CHANGELOG = """# Changelog

Intro.

## Unreleased

Nothing yet.

## 1.1.0 (22 November 2026)

Now with **bold**, [a link](https://example.org/x), [a file](data/x.csv) and <script>alert(1)</script>.

## 1.0.0 (2026-01-02)

- First & foremost
"""


def test_the_feed_is_valid_and_its_ids_stay():
    entries = changelog.parse(CHANGELOG)
    parsed = feedparser.parse(root_files.feed(BOOK, entries))
    assert not parsed.bozo
    assert parsed.version == "atom10"
    assert [entry.title for entry in parsed.entries] == ["Version 1.1.0", "Version 1.0.0"]
    assert parsed.feed.updated == "2026-11-22T00:00:00Z"
    assert len({entry.id for entry in parsed.entries} | {parsed.feed.id}) == 3
    assert parsed.feed.links[0].href == "https://example.org/b/feed.xml"
    assert [author.name for author in parsed.feed.authors] == ["Jane Doe", "The group"]
    moved = Book(BOOK.title, BOOK.name, BOOK.authors)
    assert [entry.id for entry in feedparser.parse(root_files.feed(moved, entries)).entries] == [entry.id for entry in parsed.entries]
    assert [entry.link for entry in parsed.entries] == ["https://example.org/b/"] * 2
    text = BeautifulSoup(entries[0].text, "html.parser")
    assert [link["href"] for link in text.find_all("a")] == ["https://example.org/x"]
    assert "a file" in text.get_text()
    assert not text.find_all("script")


@pytest.mark.parametrize(("site", "start"), [("https://example.org/b/", "https://example.org/b/"), ("", "")])
def test_each_entry_of_the_feed_leads_to_its_version(site, start):
    """With an address or without one, which the feed's own link follows."""
    text = root_files.feed(replace(BOOK, site=site), changelog.parse(CHANGELOG), "corrections.html")
    root = etree.fromstring(text.encode())
    links = [
        (link.getparent().tag.partition("}")[2], link.get("rel"), link.get("href")) for link in root.iter(f"{{{root_files.ATOM}}}link")
    ]
    assert links == [
        ("feed", "self", f"{start}feed.xml"),
        ("feed", "alternate", start or "index.html"),
        ("entry", "alternate", f"{start}corrections.html#version-1-1-0"),
        ("entry", "alternate", f"{start}corrections.html#version-1-0-0"),
    ]
    assert not feedparser.parse(text).bozo


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## 1 (yesterday)\n", "“yesterday” is no date"),
        ("## 1 (2026-01-02)\n## 1 (2026-01-03)\n", "there twice"),
        ("## 1 (31 June 2026)\n", "day"),
    ],
)
def test_a_changelog_that_cannot_be_read_says_so(text, message):
    with pytest.raises(ValueError, match=message):
        changelog.parse(text)


def test_the_sitemap_lists_each_page_once():
    root = etree.fromstring(root_files.sitemap([WHOLE, CHAPTER]).encode())
    names = {"s": root_files.SITEMAP}
    assert root.xpath("//s:loc/text()", namespaces=names) == ["https://example.org/b/", "https://example.org/b/part/costs.html"]
    assert root.xpath("//s:lastmod/text()", namespaces=names) == ["2026-04-01"] * 2


def test_the_page_not_found_needs_nothing_and_leads_home():
    soup = BeautifulSoup(root_files.not_found(BOOK, [CHAPTER], heads.PALETTE), "html.parser")
    assert [link["href"] for link in soup.find_all("a")] == ["https://example.org/b/", "https://example.org/b/part/costs.html"]
    assert soup.find_all("a")[1].get_text() == CHAPTER.title
    assert not soup.find_all(["script", "img"])
    assert [link["href"][:5] for link in soup.find_all("link")] == ["data:"]


def png_size(data):
    assert data.startswith(b"\x89PNG")
    return struct.unpack(">II", data[16:24])


LONG = " ".join(["Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen & <very> long"] * 12)


@pytest.mark.parametrize("chart", [None, CHART, {**CHART, "height": 900}])
@pytest.mark.parametrize(("title", "answer"), [("What?", "Five."), (LONG, LONG), ("What?", "")])
def test_text_on_a_card_stays_inside_it(title, answer, chart):
    root = etree.fromstring(cards.svg(title, answer, LONG, LONG, chart, cards.Colors()).encode())
    texts = [text for text in root if text.tag.endswith("}text")]
    assert texts
    for text in texts:
        size, weight = float(text.get("font-size")), text.get("font-weight")
        for line in text:
            right = float(line.get("x")) + cards.text_width(line.text, size, weight)
            assert right <= cards.WIDTH - cards.CHART_MARGIN
            assert size <= float(line.get("y")) <= cards.HEIGHT - cards.CHART_MARGIN
    places = [float(line.get("y")) for text in texts for line in text if float(line.get("x")) == cards.MARGIN]
    assert places == sorted(places)
    assert len(places) == len(set(places))
    for drawing in (child for child in root if child.tag.endswith("}svg")):
        assert float(drawing.get("x")) + float(drawing.get("width")) <= cards.WIDTH
        assert float(drawing.get("y")) + float(drawing.get("height")) <= cards.HEIGHT


def test_cards_have_their_size_and_the_same_bytes_each_time():
    first = cards.card("What & why?", "Because.", chart=CHART)
    assert png_size(first) == (1200, 630)
    assert cards.card("What & why?", "Because.", chart=CHART) == first
    assert cards.card("What & why?", "Because.") != first


def test_the_site(built):
    """What only a whole build shows: each chapter has its head and its card, and every relative link leads to a file."""
    site = built / "_build/html"
    pages = {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in site.glob("*.html")}
    assert {path.name for path in pages} >= {"index.html", "cost-claims.html", "search.html", "404.html"}
    descriptions = []
    for path, soup in pages.items():
        (description,) = soup.find_all("meta", {"name": "description"})
        descriptions.append(description["content"])
        assert 10 < len(description["content"]) <= answer.DESCRIPTION_LENGTH
        assert len(soup.find_all("title")) == 1
        for link in soup.head.find_all("link", href=True):
            address = link["href"].partition("?")[0]
            assert address.startswith("data:") or (path.parent / address).is_file(), address
        for data in (json.loads(script.string) for script in soup.find_all("script", type="application/ld+json")):
            if path.name == "downloads.html":  # tests/bookkit/pages/test_downloads.py reads it
                assert data["@type"] == "Dataset"
                continue
            assert data["@type"] == ("Book" if path.name == "index.html" else "ScholarlyArticle")
            assert data["description"] == description["content"]
            assert ("citation" in data) == bool(soup.select(".footnote"))
            assert png_size((site / "cards" / path.with_suffix(".png").name).read_bytes()) == (1200, 630)
    assert len(descriptions) == len(set(descriptions))
    assert re.search(r"\$[\d.]+[KMB]", pages[site / "index.html"].find("meta", {"name": "description"})["content"])
    feed = feedparser.parse((site / "feed.xml").read_text(encoding="utf-8"))
    assert not feed.bozo
    corrections = BeautifulSoup((site / "changelog.html").read_text(encoding="utf-8"), "html.parser")
    for entry in feed.entries:
        address, _, anchor = entry.link.partition("#")
        assert address == "changelog.html"
        assert corrections.find(id=anchor).find(re.compile("h[1-6]")).get_text().startswith(f"{entry.title.removeprefix('Version ')} (")
    assert corrections.find(id="november-2026"), "an address that was given out is lost"
    earlier = BeautifulSoup((site / "corrections.html").read_text(encoding="utf-8"), "html.parser")
    for anchor in ("corrections", "november-2026", *(f"version-0-{number}" for number in ("1-0", "2-0", "3-0", "3-1", "4-0", "5-0"))):
        assert earlier.find(id=anchor), f"corrections.html#{anchor} was given out and is lost"
    assert png_size((site / "favicon.png").read_bytes()) == (32, 32)
    assert (site / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"
    assert not (site / "sitemap.xml").exists()
