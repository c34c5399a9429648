"""What is folded until a reader asks for it: an appendix, the code, the definition of a term."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from bookkit.markup import searching
from bookkit.print import onepage
from tests.bookkit.browser import serving, unfold, visiting
from tests.bookkit.pages.test_browser import OVERFLOW, OVERHANG, axe_faults

# One process builds the book that these tests read
pytestmark = pytest.mark.xdist_group("changed")
PAGE = "cost-claims.html"
FOLD = "#appendix > .appendix-fold"
CODE = ".cell details.hide"
SWITCH = ".code-switch > input"
DEFINITION = ".definition:popover-open"
TERM = "main p a.term"


def visible(page: Any, selector: str) -> int:
    return page.locator(selector).evaluate_all("(all) => all.filter((one) => one.checkVisibility()).length")


# The appendix


def test_an_appendix_is_folded_under_its_heading(changed: Path) -> None:
    page = lxml_html.document_fromstring((changed / PAGE).read_bytes())
    (section,) = page.xpath("//section[@id='appendix']")
    (fold,) = section.xpath("./details")
    assert "open" not in fold.attrib
    assert fold.xpath("./summary/h2/text()") == ["Appendix"]
    assert not fold.xpath("./summary//a")
    assert fold.xpath(".//table")
    assert not fold.xpath(".//section[@id='sources']")
    assert page.xpath("//details[contains(@class, 'contents')]//a[@href='#appendix']")


def test_the_time_to_read_leaves_out_what_is_folded(changed: Path) -> None:
    page = lxml_html.document_fromstring((changed / PAGE).read_bytes())
    (head,) = page.find_class("chapter-head")
    minutes = int(head.text_content().split()[0])
    words = [
        len(part.text_content().split())
        for part in page.xpath("//article//p[not(ancestor::details or ancestor::figure or ancestor::aside)]")
    ]
    assert abs(minutes - sum(words) / 230) < 2


def test_an_appendix_is_text_like_any_other_for_the_search_and_in_print(changed: Path) -> None:
    (found,) = (page for page in searching.read(changed / searching.FILE) if page["address"] == PAGE)
    assert any(part["title"] == "The bills, stage by stage" and part["texts"] for part in found["parts"])
    book = onepage.document(changed, "")
    printed = lxml_html.document_fromstring(book.html)
    (heading,) = printed.xpath("//h2[normalize-space() = 'Appendix']")
    assert heading.getparent().tag == "section"
    assert "Appendix" in [heading.text for heading in book.headings]
    assert not printed.xpath("//*[contains(@class, 'definition') or contains(@class, 'permalinks') or contains(@class, 'code-switch')]")


@pytest.mark.parametrize("script", [True, False])
def test_an_appendix_unfolds_by_keyboard_and_by_a_link_into_it(browser: Any, changed: Path, script: bool) -> None:
    with serving(changed) as site, visiting(browser, site, PAGE, java_script_enabled=script) as visit:
        page = visit.page
        inside = page.locator(f"{FOLD} .traced-table").first
        anchor = inside.get_attribute("id")
        assert not inside.is_visible()
        page.locator(f"{FOLD} > summary").press("Enter")
        assert inside.is_visible()
        page.locator(f"{FOLD} > summary").press("Enter")
        page.emulate_media(media="print")
        assert visible(page, f"{FOLD} .traced-table") >= 1, "paper shows it"
        page.emulate_media(media="screen")
        assert not visit.faults()
        # Each link in a visit of its own: a page that is left gives up what it loads late, which would look like a fault
        with visiting(browser, site, f"{PAGE}#{anchor}", java_script_enabled=script) as led:
            inside = led.page.locator(f"{FOLD} .traced-table").first
            assert inside.is_visible()
            assert -10 <= inside.bounding_box()["y"] < 900
            assert not led.faults()
        if script:
            with visiting(browser, site, f"{PAGE}#appendix") as led:
                led.page.locator(f"{FOLD}[open]").wait_for()
                assert not led.faults()


# The code


@pytest.mark.parametrize("path", [PAGE, "index.html"])
@pytest.mark.parametrize("script", [True, False])
def test_code_shows_when_a_reader_asks_for_it(browser: Any, changed: Path, path: str, script: bool) -> None:
    with serving(changed) as site, visiting(browser, site, path, java_script_enabled=script) as visit:
        page = visit.page
        height = "document.documentElement.scrollHeight"
        folds = page.locator(CODE).count()
        assert folds
        assert visible(page, f"{CODE}, .cell_input") == 0
        unfold(page)
        before = page.evaluate(height)
        switch = page.get_by_role("checkbox", name="Show the code")
        assert not switch.is_checked()
        switch.press("Space")
        assert visible(page, f"{CODE} pre") == page.locator(f"{CODE} pre").count() >= folds
        assert page.evaluate(height) > before
        switch.press("Space")
        assert visible(page, CODE) == 0
        assert page.evaluate(height) == before
        switch.press("Space")
        page.emulate_media(media="print")
        assert visible(page, f"{CODE}, {SWITCH}") == 0
        page.emulate_media(media="screen")
        assert not visit.faults()
        page.reload()
        assert not switch.is_checked(), "nothing is remembered"
        assert page.evaluate("localStorage.length") == 0


def test_where_a_browser_cannot_tell_the_folds_show(changed: Path, browser: Any) -> None:
    with serving(changed) as site, visiting(browser, site, PAGE) as visit:
        page = visit.page
        text = page.locator("style").first.evaluate("(style) => style.textContent").replace(":has(", ":unknown-has(")
        page.locator("style").first.evaluate("(style, text) => { style.textContent = text; }", text)
        assert visible(page, CODE) == page.locator(CODE).count() - page.locator(f"{FOLD} {CODE}").count()
        assert visible(page, SWITCH) == 0


# Terms


def test_a_term_leads_to_the_glossary_and_its_first_sentences_stand_once_at_the_end(changed: Path) -> None:
    page = lxml_html.document_fromstring((changed / PAGE).read_bytes())
    terms = page.xpath("//main//a[contains(@class, 'term')]")
    assert {term.get("href") for term in terms} == {"glossary.html#term-mixture-of-experts-MoE", "glossary.html#term-dense-model"}
    assert [term.text_content() for term in terms] == ["MoE", "dense model", "dense model", "mixture of experts"]
    definitions = {one.get("id"): one for one in page.find_class("definition")}
    assert set(definitions) == {"definition-term-mixture-of-experts-MoE", "definition-term-dense-model"}
    said = definitions["definition-term-dense-model"].text_content()
    assert said.startswith("A model that uses all its parameters for each token; the opposite of a mixture of experts.")
    assert all(len(one.text_content()) < 300 for one in definitions.values())
    texts = json.dumps([page for page in searching.read(changed / searching.FILE) if page["address"] == PAGE])
    assert "opposite of a mixture" not in texts
    assert not lxml_html.document_fromstring((changed / "glossary.html").read_bytes()).find_class("definitions")


def test_a_term_shows_its_definition_on_hover_and_focus_and_a_click_follows_it(browser: Any, changed: Path) -> None:
    with serving(changed) as site, visiting(browser, site, PAGE) as visit:
        page, shown = visit.page, visit.page.locator(DEFINITION)
        first, again = (page.locator(TERM, has_text="dense model").nth(index) for index in (0, 1))
        for term in (first, again):
            term.hover()
            shown.wait_for()
            assert "opposite of" in shown.inner_text()
            box, at = shown.bounding_box(), term.bounding_box()
            assert abs(box["x"] - at["x"]) < 400
            assert min(abs(box["y"] - at["y"] - at["height"]), abs(at["y"] - box["y"] - box["height"])) < 20
            page.mouse.move(0, 0)
            shown.wait_for(state="detached")
        page.keyboard.press("Tab")
        first.focus()
        shown.wait_for()
        described = page.evaluate("document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent")
        assert described
        page.keyboard.press("Escape")
        shown.wait_for(state="detached")
        again.click()
        page.wait_for_url("**/glossary.html#term-dense-model")
        assert not visit.faults()


def test_a_tap_on_a_term_shows_what_it_means_with_the_link(browser: Any, changed: Path) -> None:
    size = {"width": 390, "height": 844}
    with serving(changed) as site, visiting(browser, site, PAGE, viewport=size, has_touch=True, is_mobile=True) as visit:
        page, shown = visit.page, visit.page.locator(DEFINITION)
        page.locator(TERM).first.scroll_into_view_if_needed()
        page.locator(TERM).first.tap()
        shown.wait_for()
        box = shown.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        shown.get_by_role("link", name="In the glossary").tap()
        page.wait_for_url("**/glossary.html#term-mixture-of-experts-MoE")


def test_without_a_script_a_term_is_a_link(browser: Any, changed: Path) -> None:
    with serving(changed) as site, visiting(browser, site, PAGE, java_script_enabled=False) as visit:
        visit.page.locator(TERM).first.hover()
        assert visible(visit.page, ".definition") == 0
        visit.page.locator(TERM).first.click()
        visit.page.wait_for_url("**/glossary.html#term-mixture-of-experts-MoE")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_of_it_open_is_accessible_and_fits_a_phone(browser: Any, changed: Path, theme: str) -> None:
    with (
        serving(changed) as site,
        visiting(browser, site, f"{PAGE}#number-moved", color_scheme=theme, viewport={"width": 390, "height": 844}) as visit,
    ):
        page = visit.page
        assert not axe_faults(page)
        page.locator(SWITCH).check()
        page.locator(f"{FOLD} > summary").press("Enter")
        page.locator(".permalinks > summary").press("Enter")
        page.locator(TERM).first.focus()
        page.evaluate("document.querySelector('.definition').showPopover()")
        faults = [fault for fault in axe_faults(page) if "scrollable-region-focusable" not in fault]
        assert not faults, "\n".join(faults)
        page.keyboard.press("Escape")
        assert not page.evaluate(OVERFLOW, OVERHANG)
        page.goto(f"{site}/two-in-one.html")
        assert not axe_faults(page)
        assert not visit.faults()
