"""Tables that leave the page: as CSV and through the clipboard, numbers are numbers, and each leads back to where it stands."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from bookkit import outputs
from bookkit.markup import assets
from bookkit.markup.places import Place
from bookkit.outputs import numbers, tables
from bookkit.pages.page import STYLES
from factbook.contract import Table
from tests.bookkit.browser import serving, unfold, visiting
from tests.bookkit.outputs.test_bookkit import NUMBER
from tests.bookkit.pages.test_browser import CHAPTERS, axe_faults

PLACE = Place(chapter="a/b", page="a/b.html", root="../", site="https://example.org/book/")
FALL = {**NUMBER, "text": "−1.5%", "value": -1.4581000000000002, "unit": "percent"}
COUNT = {**NUMBER, "text": "27", "value": 27.0, "unit": "ratio"}
DATA = Table.from_payload(
    {
        "caption": "A bad day",
        "columns": ["What", "Fall", "Worse", "Cost", "=Note"],
        "rows": [["-x", FALL, COUNT, NUMBER, "a, b"], ["all", FALL, COUNT, FALL, ""], ["none", "none", "", "", "−"]],
        "emphasis": [],
    }
)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_a_tables_csv_holds_numbers_as_shown_and_whole_their_units_and_permalinks() -> None:
    address = "https://example.org/book/a/b.html#table-2"
    assert read(tables.as_csv(DATA, "table-2", PLACE)) == [
        ["What", "Fall", "Fall [percent]", "Worse", "Worse [number]", "Cost", "Cost, number", "Cost, unit", "'=Note", "Permalink"],
        ["'-x", "−1.5%", "-1.4581", "27", "27", NUMBER["text"], "5", "usd", "a, b", f"{address}-1-2"],
        ["all", "−1.5%", "-1.4581", "27", "27", "−1.5%", "-1.4581", "percent", "", f"{address}-2-2"],
        ["none", "none", "", "", "", "", "", "", "−", address],
    ]


def small(*columns: str, rows: Any = (("Row", NUMBER),)) -> Table:
    return Table.from_payload({"caption": "C", "columns": columns, "rows": rows, "emphasis": []})


def test_rows_become_cards_only_where_the_columns_would_not_fit() -> None:
    """A column of text has room for some words, one of numbers for its longest number, and each for its longest word."""
    narrow, long = small("What", "How much"), "Donaudampfschifffahrt" * 3
    texts = small("What", "Why", "Which", rows=[["some words " * 7] * 3])
    steps = [
        tables.step_of(table)
        for table in (narrow, texts, small(*"ABCDEFG", rows=[[{**NUMBER, "text": "1,234,567"}] * 7]), small(long, long))
    ]
    assert steps == [0, 28, 42, 60]
    steps = [tables.step_of(small("What", "Why", rows=[["x" * 20, "more words " * count]])) for count in (7, 8)]
    assert steps == [22, 28]
    cards = BeautifulSoup(tables.table(texts, "table-1"), "html.parser")
    assert [cell["data-label"] for cell in cards.select("td")] == ["Why", "Which"]
    assert {tag["role"] for tag in cards.select("table, table *:not(caption, span, a)")} == {
        *("table", "rowgroup", "row", "columnheader", "rowheader", "cell")
    }
    assert "role=" not in str(BeautifulSoup(tables.table(narrow, "table-1"), "html.parser").table)


def test_a_tables_menu_needs_no_script_and_offers_its_csv_a_permalink_and_a_report() -> None:
    place = Place(**{**vars(PLACE), "report": lambda about, body: f"https://example.org/report?{about}&{body}"})
    page = BeautifulSoup(tables.table(DATA, "table-2", place), "html.parser")
    (menu,) = page.select("details.chart-menu")
    assert menu.select_one(".chart-menu-name").text == "Download table 2"
    csv_link, permalink, report = menu.select("a[href]")
    assert (csv_link["href"], csv_link["download"]) == ("../_figures/a/b/table-2.csv", "a-b-table-2.csv")
    assert permalink["href"] == f"#{page.table['id']}" == "#table-2"
    assert "table 2 of a/b" in report["href"]
    assert "Table: A bad day" in report["href"]


def test_every_table_of_the_site_can_be_taken_away_with_the_numbers_that_are_published(built: Path) -> None:
    root = built / "_build/html"
    published = {entry["address"]: entry["value"] for entry in json.loads((root / "numbers.json").read_text(encoding="utf-8"))["numbers"]}
    offered = traced = 0
    for path in root.glob("*.html"):
        for table in BeautifulSoup(path.read_text(encoding="utf-8"), "lxml").select(".table-place"):
            rows = read((root / table.select_one(".chart-menu a[download]")["href"]).read_bytes())
            assert len(rows) == len(table.select("tr"))
            numbers = [(published[row[-1]], row) for row in rows if row[-1] in published]
            assert all(any(is_number(cell) and float(cell) == pytest.approx(value) for cell in row) for value, row in numbers)
            traced += len(numbers)
            offered += 1
    assert offered >= 50
    assert traced > 300


SCROLLING = """() => [...document.querySelectorAll(".table-place .table-scroll")]
  .filter((region) => region.checkVisibility() && region.scrollWidth > region.clientWidth + 1)
  .map((region) => `${region.querySelector("table").id} is ${region.scrollWidth} wide, has ${region.clientWidth}`)"""
# A table wider than its content needs, beyond what the caption and the smallest width take
STRETCHED = """() => [...document.querySelectorAll(".table-place table")].filter((table) => table.checkVisibility()).flatMap((table) => {
  const width = table.getBoundingClientRect().width;
  table.style.cssText = "width: max-content; min-width: 0";
  const content = table.getBoundingClientRect().width;
  table.style.cssText = "";
  return width > Math.max(321, content + 1) ? [`${table.id} is ${width} wide, its content ${content}`] : [];
})"""


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_table_fits_each_screen_and_is_no_wider_than_its_content(browser: Any, site: str, path: str) -> None:
    with visiting(browser, site, path) as visit:
        page = visit.page
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        faults = []
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{width} px: {fault}" for fault in page.evaluate(SCROLLING)]
            if width > 700:
                faults += [f"{width} px: {fault}" for fault in page.evaluate(STRETCHED)]
        assert not faults, "\n".join(faults)


def roles(page: Any) -> Counter[str]:
    """How often each role of a table occurs in what Chromium tells screen readers."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    wanted = {"table", "row", "columnheader", "rowheader", "cell"}
    return Counter(node["role"]["value"] for node in tree if not node["ignored"] and node["role"]["value"] in wanted)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cards_are_still_a_table_to_a_screen_reader(browser: Any, tmp_path: Path, theme: str) -> None:
    """Rows, heads and cells as before, numbers behind their labels; no fault of accessibility."""
    rows = [["some words " * 5, NUMBER, "more words " * 9], ["all", NUMBER, ""]]
    shown = Table.from_payload({"caption": "A table", "columns": ["What", "How much", "Why"], "rows": rows, "emphasis": [1]})
    styles = assets.inlined((*STYLES, *(outputs.STATIC / name for name in outputs.STYLES)), "_static/")
    traces = numbers.traces(tables.traced_cells(shown, "table-1"))
    (tmp_path / "index.html").write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>T</title><style>{styles}</style></head><body><main id="content"><h1>T</h1>'
        f"{tables.table(shown, 'table-1')}{traces}</main></body></html>",
        encoding="utf-8",
    )
    with serving(tmp_path) as address, visiting(browser, address, "index.html", color_scheme=theme) as visit:
        page = visit.page
        found = {}
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            found[width] = roles(page)
            assert not axe_faults(page)
        assert found[320] == found[1280] == {"table": 1, "row": 3, "columnheader": 3, "rowheader": 2, "cell": 4}
        label = page.locator("td").first
        assert label.evaluate("(cell) => getComputedStyle(cell, '::before').content").startswith('"How much: "')
        head, cell = page.locator("tbody th").first.bounding_box(), label.bounding_box()
        assert cell["y"] >= head["y"] + head["height"]
        assert page.locator("td").last.is_hidden()
        page.emulate_media(media="print")
        assert page.locator("tbody tr").first.evaluate("(row) => getComputedStyle(row).display") == "table-row"


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


CLIPBOARD = """async () => {
  const [item] = await navigator.clipboard.read();
  const texts = item.types.map(async (type) => [type, await (await item.getType(type)).text()]);
  return Object.fromEntries(await Promise.all(texts));
}"""
# Pressing the keys returns before the browser has copied
COPIED = """async () => (await navigator.clipboard.read()).some((item) => item.types.includes("text/html"))"""
SELECT = """(selector) => {
  const range = document.createRange();
  range.selectNode(document.querySelector(selector));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.mark.parametrize(
    ("selector", "text", "markup"),
    [
        ("#table-worse-days tbody tr", "-1.5%", "<td"),
        ("#table-worse-days tbody td", "-1.5%", "-1.5%"),
        ("#table-worse-days", "-1.5%", "-3.1%"),
        ("#table-worse-days-1-2 + a", "-1.5%", "-1.5%"),
    ],
)
def test_a_number_copied_from_a_table_is_one_to_a_spreadsheet(browser: Any, site: str, selector: str, text: str, markup: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with visiting(browser, site, "market-crash.html", permissions=permissions) as visit:
        page = visit.page
        unfold(page)
        page.evaluate("navigator.clipboard.writeText('')")
        page.evaluate(SELECT, selector)
        page.keyboard.press("Control+c")
        page.wait_for_function(COPIED)
        kinds = page.evaluate(CLIPBOARD)
        assert text in kinds["text/plain"]
        assert "−" not in kinds["text/plain"]
        assert markup in kinds["text/html"]
        assert "−" not in kinds["text/html"]
        assert "<a" not in kinds["text/html"]
        assert not visit.faults()
