"""The book on penguins: what an author gets from each feature under the stock theme."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from tests.example.building import ROOT, build, run

BOOK = ROOT / "tests/example_book"
# One process builds it, for all
pytestmark = pytest.mark.xdist_group("penguins")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(BOOK, tmp_path_factory.mktemp("another") / "book", ignore=shutil.ignore_patterns("_build"))


@pytest.fixture(scope="module")
def page(book: Path) -> BeautifulSoup:
    return build(book)


def published(book: Path) -> dict[str, str]:
    entries = json.loads((book / "_build/html/numbers.json").read_text(encoding="utf-8"))["numbers"]
    return {entry["anchor"]: entry["text"] for entry in entries}


def test_a_sentence_has_numbers_that_lead_to_their_rows(page: BeautifulSoup) -> None:
    sentence = page.select_one("main p")
    assert sentence.text.startswith("A gentoo weighs 5,076 g, the mean of 123 penguins; that is 137% of what an Adélie weighs.")
    for number in sentence.select("a.traced"):
        assert page.select_one(number["href"])
    trace = page.select_one(sentence.find("a", string="137%")["href"])
    assert "gentoo_mass / adelie_mass" in trace.text
    assert [row.text for row in trace.select(".trace-id")] == ["adelie_mass", "gentoo_mass"]
    assert "Horst et al. 2020" in trace.text
    assert trace.find("a", href="https://allisonhorst.github.io/palmerpenguins/")


def test_the_chart_is_there_before_any_script(page: BeautifulSoup, book: Path) -> None:
    drawn = page.select_one("figure.chart svg")
    assert "Gentoo 5,080 g" in drawn.text
    assert not drawn.find_parent("noscript")
    hidden = [parent for parent in drawn.parents if isinstance(parent, Tag) and parent.has_attr("hidden")]
    assert not hidden
    with (book / "_build/html/_figures/index/figure-1.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [float(row["value"]) for row in csv.DictReader(file)] == [3701, 3733, 5076]


def test_the_table_leads_to_the_same_rows_and_to_a_file(page: BeautifulSoup, book: Path) -> None:
    cells = [[cell.text.strip() for cell in row.select("th, td")] for row in page.select("table.traced-table tbody tr")]
    assert cells[-1] == ["Gentoo", "5,080 g", "217 mm"]
    assert 'Gentoo,"5,080 g",5076' in (book / "_build/html/_figures/index/table-1.csv").read_text(encoding="utf-8-sig")


def test_the_page_says_how_it_is_cited(page: BeautifulSoup, book: Path) -> None:
    assert "Penguins of the Palmer Archipelago" in page.select_one("#cite .cite-text").text
    assert (book / "_build/html/index.bib").is_file()


def test_all_numbers_are_listed_for_machines(page: BeautifulSoup, book: Path) -> None:
    listed = published(book)
    assert listed["number-mass-ratio"] == "137%"
    assert all(page.find(id=anchor) or page.select_one(f'[href="#{anchor}"]') for anchor in listed)


def test_nothing_of_this_report_is_in_it(page: BeautifulSoup, book: Path) -> None:
    endings = {".html", ".json", ".css", ".csv", ".bib", ".ris", ".svg"}
    files = [path for path in (book / "_build/html").rglob("*") if path.suffix in endings]
    assert not [path for path in files if "deepseek" in path.read_text(encoding="utf-8").casefold()]
    assert page.select_one(".bd-sidebar-primary")


def test_a_changed_cell_moves_its_numbers(page: BeautifulSoup, book: Path) -> None:
    """Also where the build starts from another folder."""
    table = book / "data/penguins.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("gentoo_mass,Gentoo,mass,5076", "gentoo_mass,Gentoo,mass,5176"), "utf-8")
    moved = build(book, start=book.parent)
    assert moved.select_one("main p").text.startswith("A gentoo weighs 5,176 g, the mean of 123 penguins; that is 140%")
    assert published(book)["number-gentoo-mass"] == "5,176 g"


def test_the_commands_read_its_tables() -> None:
    done = run(BOOK, "-m", "factbook", "check", "--cross")
    assert done.returncode == 0, done.stderr
    assert "3 tables, 11 rows pass their schema" in done.stdout
