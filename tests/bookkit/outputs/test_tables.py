"""Tables that leave the page: as CSV and through the clipboard, numbers are numbers, and each leads back to where it stands."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from bookkit.markup.places import Place
from bookkit.outputs import tables
from factbook.contract import Table
from tests.bookkit.browser import visiting
from tests.bookkit.outputs.test_bookkit import NUMBER

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


def test_a_tables_csv_holds_numbers_their_units_and_permalinks() -> None:
    assert read(tables.as_csv(DATA, "table-2", PLACE)) == [
        ["What", "Fall [percent]", "Worse", "Cost", "Cost, unit", "'=Note", "Permalink"],
        ["'-x", "-1.4581", "27", "5", "usd", "a, b", "https://example.org/book/a/b.html#table-2-1-2"],
        ["all", "-1.4581", "27", "-1.4581", "percent", "", "https://example.org/book/a/b.html#table-2-2-2"],
        ["none", "none", "", "", "", "−", "https://example.org/book/a/b.html#table-2"],
    ]


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
        ("#table-1 tbody tr", "-1.5%", "<td"),
        ("#table-1 tbody td", "-1.5%", "-1.5%"),
        (".table-place", "-1.5%", "-17.0%"),
        ("#table-1-1-2 + a", "-1.5%", "-1.5%"),
    ],
)
def test_a_number_copied_from_a_table_is_one_to_a_spreadsheet(browser: Any, site: str, selector: str, text: str, markup: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with visiting(browser, site, "market-crash.html", permissions=permissions) as visit:
        page = visit.page
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
