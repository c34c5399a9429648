"""Permalinks last: what an edition had leads to the same thing today, or to a line that says what became of it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from bookkit.markup import searching
from bookkit.outputs import registry, renamed
from bookkit.outputs.renamed import resolve
from bookkit.pages import permalinks
from factbook import publish
from factbook.contract import Chart, ContractError, Table
from tests.bookkit.browser import ROOT, serving, visiting

# One process builds the book that these tests read
pytestmark = pytest.mark.xdist_group("changed")
KEPT = permalinks.read(ROOT / permalinks.FILE)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(["chapter,old,new,became", *text.split()]))


def test_rows_lead_to_present_places_on_any_page_and_say_what_became_of_the_rest() -> None:
    known = resolve(rows("a,x,y, a,y,b#z, a,w,,merged b,v,#u, old,,a/b,moved old,k,a#x, c,g,h, c,h,,split"))
    assert known.places == {"a#x": "b#z", "a#y": "b#z", "a#w": "", "b#v": "#u", "old#k": "b#z", "c#g": "", "c#h": ""}
    assert known.became == {"a#w": "merged", "old#": "moved", "c#g": "split", "c#h": "split"}
    assert known.earlier("b#z") == ["a#x", "a#y", "old#k"]
    assert known.earlier("") == []
    assert known.of_page("a") == ["x", "y", "w"]
    assert set(known.pages) == {"a", "b", "c", "old"}


@pytest.mark.parametrize("text", ["a,x,y, a,y,x,", "a,x,y, a,x,z,"])
def test_rows_that_contradict_one_another_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"circle|two rows"):
        resolve(rows(text))


@pytest.mark.parametrize("name", ["3", "hours-2", "Hours", "a b", "a--b", "hours-2-3"])
def test_a_name_is_never_taken_for_an_ordinal_or_a_cell(name: str) -> None:
    table = {"caption": "A", "columns": ["B"], "rows": [["c"]], "emphasis": [], "name": name}
    with pytest.raises(ContractError, match="cannot name a chart or a table"):
        Table.from_payload(table)
    with pytest.raises(ContractError, match="cannot name a chart or a table"):
        Chart.from_payload({"title": "A", "usermeta": {"name": name}})


def test_a_table_emits_its_name() -> None:
    payload = publish.Table("A", ["B"], [["c"]], name="by-stage")._repr_mimebundle_()[Table.MIME_TYPE]
    assert Table.from_payload(payload).name == "by-stage"
    assert "name" not in publish.Table("A", ["B"], [["c"]])._repr_mimebundle_()[Table.MIME_TYPE]


class Serial:
    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def new_serialno(self, name: str) -> int:
        self.given[name] = self.given.get(name, -1) + 1
        return self.given[name]


def test_a_named_figure_keeps_its_place_in_the_count() -> None:
    environment: Any = Serial()
    names = ("", "hours", "", "bill")
    found = [registry.identify(environment, "figure", name) for name in names]
    assert found == [("figure-1", "Figure 1"), ("figure-hours", "Figure 2"), ("figure-3", "Figure 3"), ("figure-bill", "Figure 4")]
    with pytest.raises(registry.OutputRefused, match="named “hours” already"):
        registry.identify(environment, "figure", "hours")


def test_every_permalink_of_earlier_editions_exists(built: Path) -> None:
    """Those of edition 0.3.0, the first that was published, and of every later one: pages, sections, figures, tables, cells, numbers."""
    assert {"0.3.0", "0.5.0"} <= {kept.edition for kept in KEPT}
    assert len(KEPT) > 2500
    kinds = {kept.anchor.partition("-")[0] for kept in KEPT}
    assert {"", "number", "figure", "table", "calculator"} <= kinds
    lacking = permalinks.lacking(built / "_build/html", KEPT)
    assert [kept.permalink for kept in lacking] == [], "bookkit permalinks prints the rows that are lacking"


def test_the_list_holds_every_number_of_the_published_edition() -> None:
    published = re.findall(r'^"([^"]+#[^"]+)": \[', (ROOT / "published/numbers.json").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(published) > 1000
    assert set(published) - {kept.permalink for kept in KEPT} == set(), "`bookkit permalinks --keep` adds them"


def test_every_row_leads_to_a_place_that_is_there(built: Path) -> None:
    site = built / "_build/html"
    ids = {
        page.relative_to(site).as_posix()[:-5]: permalinks.anchors_of(site, page.relative_to(site).as_posix()[:-5])
        for page in site.rglob("*.html")
    }
    leading = renamed.read(ROOT / renamed.FILE).places
    assert [old for old, new in leading.items() if new and new.partition("#")[2] not in (ids.get(new.partition("#")[0]) or ())] == []


def test_what_has_a_name_bears_its_ordinal_too_and_its_files_keep_their_addresses(changed: Path) -> None:
    page = lxml_html.document_fromstring((changed / "cost-claims.html").read_bytes())
    (figure,) = page.xpath("//figure[@id='figure-key']")
    assert figure.xpath(".//*[@id='figure-1']")
    assert figure.xpath(".//*[@id='figure-9']"), "what was renamed twice"
    assert figure.find_class("chart-number")[0].text_content() == "Figure 1"
    assert figure.find_class("chart-menu-name")[0].text_content() == "Download or embed figure 1"
    assert page.xpath("//table[@id='table-first']")
    assert page.xpath("//figure[@id='figure-rents']")[0].find_class("chart-number")[0].text_content() == "Figure 2"
    assert page.xpath("//*[@id='a-section']/ancestor::section[@id='the-short-answer']") or page.xpath("//*[@id='a-section']")
    for kind in ("csv", "svg", "png", "vl.json"):
        assert (changed / f"_figures/cost-claims/figure-1.{kind}").read_bytes() == (
            changed / f"_figures/cost-claims/figure-key.{kind}"
        ).read_bytes()
    assert (changed / "_figures/cost-claims/table-1.csv").is_file()
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_what_is_gone_or_elsewhere_is_a_line_at_the_end(changed: Path) -> None:
    page = lxml_html.document_fromstring((changed / "cost-claims.html").read_bytes())
    lines = {line.get("id"): line for line in page.xpath("//ul[contains(@class, 'permalinks-list')]/li")}
    assert set(lines) == {"old-box", "table-1-1-2", "number-moved"}
    assert lines["table-1-1-2"].text_content() == "7 h: merged into the text"
    assert lines["old-box"].find("a").get("href") == "#cite"
    assert lines["number-moved"].find("a").get("href") == "index.html#the-short-answer"


def test_a_page_that_exists_no_more_says_so_and_is_listed_nowhere(changed: Path) -> None:
    text = (changed / "two-in-one.html").read_text(encoding="utf-8")
    page = lxml_html.document_fromstring(text)
    assert page.findtext(".//h1") == "Two in one"
    assert "It became two." in page.find(".//article").text_content()
    assert [link.get("href") for link in page.xpath("//article/section//a")] == ["cost-claims.html", "index.html"]
    (line,) = page.xpath("//li[@id='number-x']")
    assert line.text_content().startswith("<b>5</b>: now in “")
    assert line.find("a").get("href") == "cost-claims.html#figure-key"
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert not page.xpath("//link[@rel='canonical']")
    assert "two-in-one.html" not in {found["address"] for found in searching.read(changed / searching.FILE)}
    assert "two-in-one" not in (changed / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", [True, False])
def test_a_line_shows_when_a_link_leads_to_it_or_a_reader_unfolds_the_list(browser: Any, changed: Path, script: bool) -> None:
    with serving(changed) as site, visiting(browser, site, "cost-claims.html#table-1-1-2", java_script_enabled=script) as visit:
        page = visit.page
        line = page.locator("#table-1-1-2")
        assert line.is_visible()
        assert line.bounding_box()["y"] < 900
        assert not page.locator("#number-moved").is_visible()
        page.locator(".permalinks > summary").press("Enter")
        assert page.locator("#number-moved").is_visible()
        page.emulate_media(media="print")
        assert not page.locator("#number-moved").is_visible()
        assert not visit.faults()


def test_an_edition_adds_its_permalinks_to_the_list_once(changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "CITATION.cff").write_text("version: 7.0.0\n", encoding="utf-8")
    given = ["--site", str(changed), "--file", str(tmp_path / "anchors.csv"), "--keep"]
    for _ in range(2):
        assert permalinks.main(given) == 0
        permalinks.read.cache_clear()
    kept = permalinks.read(tmp_path / "anchors.csv")
    assert {one.edition for one in kept} == {"7.0.0"}
    assert {"cost-claims#figure-key", "cost-claims#table-first", "glossary#"} <= {one.permalink for one in kept}
    assert len({one.permalink for one in kept}) == len(kept)


def test_a_number_that_was_renamed_leads_to_one_of_its_unit(built: Path) -> None:
    """A guess by name or by value may lead to another thing; where the new number is another one, the row says so."""
    published = json.loads((ROOT / "published/numbers.json").read_text(encoding="utf-8"))["numbers"]
    units = {
        entry["id"]: entry["unit"] for entry in json.loads((built / "_build/html/numbers.json").read_text(encoding="utf-8"))["numbers"]
    }
    known = renamed.read(ROOT / renamed.FILE)
    wrong = [
        f"{old} → {new}"
        for old, new in known.places.items()
        if old in published and new in units and units[new] != published[old][2] and old not in known.became
    ]
    assert wrong == []


def test_no_row_renames_what_is_there(built: Path) -> None:
    present = {entry["id"] for entry in json.loads((built / "_build/html/numbers.json").read_text(encoding="utf-8"))["numbers"]}
    assert renamed.read(ROOT / renamed.FILE).places.keys() & present == set()
