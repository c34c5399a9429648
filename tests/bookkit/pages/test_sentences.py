"""Sentences stay sentences: in a reader view, in a copy, in the search, in programs that know no style sheet, in old browsers.

A number is its text there, a chart is a picture with a text, and nothing appears that is hidden on the page.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from docutils import nodes
from lxml import html as lxml_html

from bookkit.markup import searching
from bookkit.outputs import numbers, tables
from bookkit.pages import changelog
from bookkit.pages.builder import BookBuilder
from factbook.contract import Number, Table
from tests.bookkit.browser import ROOT, THOROUGH, node, unfold, visiting
from tests.bookkit.outputs.test_bookkit import NUMBER
from tests.bookkit.pages.test_browser import CHAPTERS, CLAIMS, DRAWN

SENTENCE = "DeepSeek’s two figures are hours at an assumed rent: $5.576M for V3’s final run, $294K for R1-Zero and R1 on top of V3’s base."
# Parts of a trace, of a menu, of folded code: hidden on the page
HIDDEN = (numbers.PLACE, "read in the original.", "v3_rate_assumed", "glue(", "<img", "Hide the code", "Download or embed")
# Pages whose reader view is looked at; all with THOROUGH=1. One has calculators
READ = DRAWN if THOROUGH else ["cost-claims.html", "hidden-costs.html"]
# What a browser without popovers lacks
NO_POPOVER = """for (const name of ["popover", "showPopover", "hidePopover", "togglePopover"]) delete HTMLElement.prototype[name];"""
SELECTED = """(element) => { getSelection().selectAllChildren(element); return getSelection().toString(); }"""


@pytest.fixture(scope="session")
def output(built: Path) -> Path:
    return built / "_build/html"


@pytest.fixture(scope="session")
def reader_views(output: Path) -> dict[str, Any]:
    """What Firefox' reader view makes of the pages in `READ`."""
    command = [node(), str(Path(__file__).parents[1] / "reader_view.mjs"), *(str(output / path) for path in READ)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, encoding="utf-8")
    assert result.returncode == 0, result.stderr
    return dict(zip(READ, map(json.loads, result.stdout.splitlines()), strict=True))


def parsed(path: Path) -> Any:
    return lxml_html.document_fromstring(path.read_text(encoding="utf-8"))


def one_line(text: str) -> str:
    return " ".join(text.split())


def sentences(article: Any) -> list[str]:
    """The paragraphs of an article that a reader sees at once."""
    apart = "self::figure or self::details or self::noscript or @hidden or @aria-hidden or contains(@class, 'supplemental')"
    shown = article.xpath(f".//section//p[not(ancestor-or-self::*[{apart}])]")
    return [text for paragraph in shown if (text := one_line(paragraph.text_content()))]


@pytest.mark.parametrize("path", READ)
def test_a_reader_view_holds_each_sentence_and_each_chart_and_nothing_hidden(output, reader_views, path):
    text, page = one_line(reader_views[path]["text"]), parsed(output / path)
    shown = sentences(page.find(".//article"))
    assert len(shown) > 10
    assert [sentence for sentence in shown if sentence not in text] == []
    assert [part for part in HIDDEN if part in text] == []
    pictures = {image.get("alt"): image.get("src") for image in lxml_html.fragment_fromstring(reader_views[path]["html"]).iter("img")}
    drawings = [drawing.get("aria-label") for drawing in page.find_class("chart-drawing")]
    assert drawings == list(pictures)
    assert all((output / urlsplit(address).path.lstrip("/")).is_file() for address in pictures.values())
    assert not re.search(r"[a-z]#(?:\s|$)", text), "the mark of a heading's link"


def test_the_reader_view_reads_the_first_sentence(reader_views):
    assert SENTENCE in one_line(reader_views["cost-claims.html"]["text"])


def test_without_a_style_sheet_sentences_stand_alone_and_traces_at_the_end(output):
    """What a text browser shows: traces come after the last paragraph, and none is inside a sentence."""
    for path in DRAWN:
        page = parsed(output / path)
        for number in page.find_class("traced"):
            assert number.tag == "a"
            assert not number.xpath(".//*"), number.get("href")
        if not page.find_class("traced"):
            assert not page.find_class("traces")
            continue
        (traces,) = page.find_class("traces")
        assert not traces.xpath("following::p[ancestor::article]")
        assert {trace.getparent() for trace in page.find_class("trace")} == {traces}
        assert [f"#{trace.get('id')}" for trace in page.find_class("trace")] == [number.get("href") for number in page.find_class("traced")]
        for chart in page.xpath("//figure[@class='chart']"):
            (picture,) = chart.find_class("chart-picture")
            assert picture.get("alt") == chart.find_class("chart-drawing")[0].get("aria-label")
            assert (output / picture.get("src")).is_file()
    page = parsed(output / "cost-claims.html")
    assert SENTENCE in [one_line(item.text_content())[: len(SENTENCE)] for item in page.iter("li")]


@pytest.mark.parametrize("path", ["index.html", "cost-claims.html"])
def test_a_copy_is_the_sentence_with_its_numbers(browser, site, output, path):
    """Paragraph by paragraph, and with a trace open; the whole article, too, holds neither traces nor labels of axes."""
    with visiting(browser, site, path) as visit:
        page = visit.page
        unfold(page)
        page.locator("a.traced").first.hover()
        page.locator(".trace:popover-open").wait_for()
        copied = [one_line(paragraph.evaluate(SELECTED)) for paragraph in page.locator("article section > p, article li > p").all()]
        page.mouse.move(0, 0)
        page.locator(".trace:popover-open").wait_for(state="detached")
        whole = one_line(page.locator("article").evaluate(SELECTED))
    article = parsed(output / path).find(".//article")
    for note in article.find_class("margin-note"):
        note.drop_tree()
    assert copied == [one_line(paragraph.text_content()) for paragraph in article.xpath(".//section/p | .//li/p")]
    assert [part for part in HIDDEN if part in whole] == []
    assert "100K 1M 10M" not in whole.replace("$", "")


def test_a_browser_without_popovers_shows_no_trace_until_a_link_leads_there(browser, site):
    """As Firefox 115 and Safari 16 do; the style sheet closes traces by itself, and the way back closes them again."""
    with visiting(browser, site, "404.html") as visit:
        page = visit.page
        page.add_init_script(NO_POPOVER)
        page.goto(f"{site}/cost-claims.html", wait_until="networkidle")
        visit.failed.clear()
        visit.complaints.clear()
        assert page.locator("[popover]").count() == 0
        assert page.locator(".trace").count() > 100
        assert page.locator(".trace:visible").count() == 0
        number = page.locator("a.traced").first
        number.hover()
        page.wait_for_timeout(100)
        assert page.locator(".trace:visible").count() == 0
        number.click()
        assert page.locator(".trace:visible").count() == 1
        assert page.locator(number.get_attribute("href")).bounding_box()["y"] > 0
        page.mouse.wheel(0, 600)
        page.locator(".trace:visible .trace-link").click()
        assert page.locator(".trace:visible").count() == 0
        assert number.is_visible()
        assert not visit.faults()


def test_an_address_of_a_trace_leads_to_its_number_with_the_trace_open(browser, site):
    with visiting(browser, site, "cost-claims.html#trace-number-r1-bill") as visit:
        page = visit.page
        assert page.url.endswith("#number-r1-bill")
        page.locator("#trace-number-r1-bill:popover-open").wait_for()
        page.locator("a[href='#trace-number-r1-bill']:focus").wait_for()
        assert page.locator("a[href='#trace-number-r1-bill']").bounding_box()["y"] < 900
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.trace')?.id") == "trace-number-r1-bill", "Tab does not go into the trace"


# Searching


def section(heading: str, identifier: str, *content: nodes.Node) -> nodes.section:
    return nodes.section("", nodes.title("", heading), *content, ids=[identifier])


def test_a_chapter_is_searched_by_its_sentences():
    number = numbers.TracedNumber("$5", "$5", **{numbers.TRACED: [("number-sum", Number.from_payload(NUMBER))]})
    table = {"caption": "Costs", "columns": ["What", ""], "rows": [["All", NUMBER], ["None", ""]], "emphasis": []}
    document = section(
        "Costs",
        "costs",
        nodes.raw("", "<p>7 min read</p>", format="html"),
        nodes.paragraph("", "It costs ", number, nodes.Text(" in all"), nodes.footnote_reference("", "1"), nodes.Text(".")),
        nodes.literal_block("", "glue(a)"),
        section(
            "Tables",
            "tables",
            nodes.raw("", "<table>", format="html", **{searching.SENTENCES: tables.sentences(Table.from_payload(table))}),
            nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", "A point."))),
            nodes.definition_list(
                "", nodes.definition_list_item("", nodes.term("", "Run"), nodes.definition("", nodes.paragraph("", "One training.")))
            ),
        ),
    )
    page = searching.chapter("costs.html", "Costs", nodes.container("", document))
    assert (page["address"], page["title"]) == ("costs.html", "Costs")
    assert page["parts"] == [
        {"anchor": "", "title": "", "texts": ["It costs $5 in all."]},
        {"anchor": "tables", "title": "Tables", "texts": ["Costs: What", "All, $5", "None", "A point.", "Run: One training."]},
    ]


def test_what_is_written_for_the_search_can_be_read(tmp_path):
    pages = [searching.page("a.html", "A “title”", [("", "", ["One."]), ("empty", "", [])])]
    (tmp_path / searching.FILE).write_text(searching.written(pages), encoding="utf-8")
    assert searching.read(tmp_path / searching.FILE) == pages
    assert len(pages[0]["parts"]) == 1
    assert searching.read(tmp_path / "none.js") == []
    (tmp_path / "sphinx.js").write_text("Search.setIndex({})", encoding="utf-8")
    assert searching.read(tmp_path / "sphinx.js") == []


def test_what_an_earlier_build_knew_of_other_pages_is_kept(tmp_path):
    """A build that writes one page anew, of a book that lost a chapter since and has one claim."""

    def dump(documents: list[str], *written: str) -> list[str]:
        site = SimpleNamespace(
            searches_sentences=True,
            outdir=tmp_path,
            env=SimpleNamespace(found_docs=documents),
            get_target_uri=lambda name: f"{name}.html",
            searched={name: searching.page(name, name, []) for name in written},
        )
        BookBuilder.dump_search_index(site)
        return [page["address"] for page in searching.read(tmp_path / searching.FILE)]

    assert dump(["a", "b", "lost"], "a.html", "b.html", "lost.html", "claims/1.html") == ["a.html", "b.html", "lost.html", "claims/1.html"]
    assert dump(["a", "b"], "b.html", "claims/2.html") == ["a.html", "b.html", "claims/2.html"]


def test_the_search_knows_every_chapter_and_every_claim_and_nothing_hidden(output):
    pages = {page["address"]: page for page in searching.read(output / searching.FILE)}
    assert set(pages) == {"index.html", "check.html", "verify.html", *CHAPTERS, *CLAIMS} - {"changelog.html"}, "its head says nosearch"
    texts = [text for page in pages.values() for part in page["parts"] for text in part["texts"]]
    assert [text for text in texts if any(part in text for part in HIDDEN[2:])] == []
    assert any(text.startswith(SENTENCE) for text in texts)
    for path in pages.keys() & {"index.html", *CHAPTERS}:
        headings = {heading.get("id") for heading in parsed(output / path).xpath("//section[@id]")}
        assert {part["anchor"] for part in pages[path]["parts"]} - {""} <= headings


@pytest.mark.parametrize(("query", "address", "quoted"), [("training", "claims/", "training"), ("5.576M", "cost-claims.html", "$5.576M")])
def test_searching_quotes_sentences_and_finds_claims(browser, site, output, query, address, quoted):
    with visiting(browser, site, f"search.html?q={query}") as visit:
        page = visit.page
        page.locator("#search-results li").first.wait_for()
        found = page.locator("#search-results li a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
        quotes = [text.strip("… ") for text in page.locator("#search-results li p").all_inner_texts()]
        assert page.locator("#search-results mark").count() > 1
        assert not visit.faults()
    assert any(place.startswith(address) for place in found)
    assert any(quoted in text for text in quotes)
    texts = [text for one in searching.read(output / searching.FILE) for part in one["parts"] for text in [part["title"], *part["texts"]]]
    assert [found for found in quotes if not any(found in text for text in texts)] == []


def test_words_are_found_by_their_stems_and_where_words_begin(browser, site):
    """A search over two pages of its own: what each query finds."""
    pages = [
        searching.page("a.html", "Costs", [("", "", ["The bill of $5.576M, manufactured."])]),
        searching.page("b.html", "Makers", [("", "", ["One company’s chips."])]),
    ]
    expected = {"companies": ["b.html"], "the": ["a.html"], "5.57": ["a.html"], "fact": [], "(": [], "costs company's": []}
    with visiting(browser, site, "search.html") as visit:
        page = visit.page
        page.route("**/searchindex.js", lambda route: route.fulfill(body=searching.written(pages), content_type="text/javascript"))
        found = {}
        for query in expected:
            page.goto(f"{site}/search.html?q={quote(query)}")
            page.locator("#search-results > p").wait_for()
            found[query] = page.locator("#search-results li a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    assert found == expected


# Translating


def test_no_machine_translates_ids_formulas_and_code(output):
    """On chapters, claims, downloads and sources: each is marked, or stands in something marked."""
    pages = [*DRAWN, "downloads.html", "sources.html", "corrections.html", *CLAIMS[::40]]
    kept = "self::code or self::pre or self::*[local-name() = 'math'] or contains(@class, 'trace-id') or contains(@class, 'trace-formula')"
    for path in pages:
        found = parsed(output / path).xpath(f"//body//*[{kept}]")
        assert found, path
        loose = [
            one for one in found if not one.xpath("ancestor-or-self::*[@translate = 'no' or contains(@class, 'notranslate') or self::svg]")
        ]
        assert [lxml_html.tostring(one, encoding="unicode")[:120] for one in loose] == [], path


def test_code_in_the_feed_is_not_translated():
    assert changelog.markdown("It is `v3_usd` now.") == '<p>It is <code translate="no">v3_usd</code> now.</p>'
