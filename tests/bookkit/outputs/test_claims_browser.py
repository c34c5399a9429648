"""The list of claims in a real Chromium: filters, words, order and address, by pointer, by keyboard and without JavaScript."""

import json

import pytest
from playwright.sync_api import expect

from tests.bookkit.browser import visiting

ROW = "table.claim-table tbody tr"
SHOWN = f"{ROW}:not([hidden])"


@pytest.fixture(scope="module")
def entries(built):
    """The claims of the articles; the list leaves out the statements of the news."""
    claims = json.loads((built / "_build/html/claims.json").read_text(encoding="utf-8"))["claims"]
    return [claim for claim in claims if not claim.get("news")]


def shown(page):
    return page.locator(SHOWN).evaluate_all("rows => rows.map((row) => row.id)")


def ids(entries, **wanted):
    return [entry["id"] for entry in entries if all(entry[key] == value for key, value in wanted.items())]


def test_filters_narrow_the_list_and_stand_in_the_address(browser, site, entries):
    with visiting(browser, site, "audit.html") as visit:
        page = visit.page
        assert shown(page) == ids(entries)
        page.locator("select[name=article]").select_option("article_arthnova")
        assert shown(page) == ids(entries, article="article_arthnova")
        page.locator("select[name=verdict]").select_option("wrong_scope")
        both = ids(entries, article="article_arthnova", verdict="wrong_scope")
        assert shown(page) == both
        expect(page.locator(".claim-count")).to_have_text(f"{len(both)} of {len(entries)} claims are shown.")
        address = page.url
        assert "article=article_arthnova" in address and "verdict=wrong_scope" in address
        page.get_by_role("button", name="Show all").click()
        expect(page.locator(SHOWN)).to_have_count(len(entries))
        assert "?" not in page.url
        assert not visit.faults()
    with visiting(browser, site, address.removeprefix(f"{site}/")) as visit:
        assert shown(visit.page) == both
        assert visit.page.locator("select[name=verdict]").input_value() == "wrong_scope"


def test_words_are_found_in_any_order_and_case(browser, site):
    with visiting(browser, site, "audit.html") as visit:
        page, words = visit.page, visit.page.get_by_label("Words")
        words.fill("CACHE 93.3%")
        assert "arthnova_kv" in shown(page)
        once = shown(page)
        words.fill("93.3% cache")
        assert shown(page) == once
        words.fill("zzzz")
        assert shown(page) == []
        expect(page.locator(".claim-count")).to_have_text("No claim fits. Choose fewer filters, or show all.")
        assert "q=zzzz" in page.url


def test_an_unknown_filter_in_the_address_is_ignored(browser, site, entries):
    with visiting(browser, site, "audit.html?article=<script>&verdict=nonsense&other=1") as visit:
        assert len(shown(visit.page)) == len(entries)
        assert not visit.faults()


def test_a_count_of_the_scoreboard_filters_and_the_back_button_undoes_it(browser, site, entries):
    with visiting(browser, site, "audit.html") as visit:
        page = visit.page
        link = page.locator("#scoreboard a[href*='article_vtcnews'][href*='verdict=wrong_scope']")
        count = int(link.inner_text())
        link.click()
        assert len(shown(page)) == count == len(ids(entries, article="article_vtcnews", verdict="wrong_scope"))
        page.go_back()
        expect(page.locator(SHOWN)).to_have_count(len(entries))
        page.go_forward()
        expect(page.locator(SHOWN)).to_have_count(count)


def test_every_column_sorts_both_ways_and_keeps_every_row(browser, site, entries):
    with visiting(browser, site, "audit.html") as visit:
        page = visit.page
        for head in page.locator("table.claim-table thead th").all():
            head.get_by_role("button").click()
            assert head.get_attribute("aria-sort") == "ascending"
            up = shown(page)
            head.get_by_role("button").click()
            assert head.get_attribute("aria-sort") == "descending"
            assert page.locator("th[aria-sort]").count() == 1
            assert sorted(up) == sorted(shown(page)) == sorted(ids(entries))
            assert up != shown(page)
        verdicts = page.locator(ROW).evaluate_all("rows => rows.map((row) => row.dataset.rank)")
        page.locator("th[data-sort='verdict'] button").click()
        ranked = page.locator(ROW).evaluate_all("rows => rows.map((row) => Number(row.dataset.rank))")
        assert ranked == sorted(map(int, verdicts))


def test_the_list_is_used_by_keyboard_alone(browser, site, entries):
    with visiting(browser, site, "audit.html") as visit:
        page = visit.page
        page.get_by_label("Words").focus()
        page.keyboard.type("Huang")
        few = shown(page)
        assert 0 < len(few) < len(entries)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "article"
        page.keyboard.press("ArrowDown")
        assert page.locator("select[name=article]").input_value() == entries[0]["article"]
        for _ in range(4):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.type") == "reset"
        page.keyboard.press("Enter")
        expect(page.locator(SHOWN)).to_have_count(len(entries))
        page.locator("th[data-sort='claim'] button").focus()
        page.keyboard.press("Enter")
        assert page.locator("th[data-sort='claim']").get_attribute("aria-sort") == "ascending"
        link = page.locator(f"{ROW} th a").first
        link.focus()
        target = link.get_attribute("href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/{target}")


def test_without_javascript_every_claim_is_readable(browser, site, entries):
    with visiting(browser, site, "audit.html", java_script_enabled=False) as visit:
        page = visit.page
        assert page.locator(ROW).count() == len(entries)
        assert all(page.locator(ROW).evaluate_all("rows => rows.map((row) => row.offsetHeight > 0)"))
        assert page.locator("form.claim-filters").is_hidden()
        assert "Filtering and sorting need JavaScript" in page.content()
        page.locator(f"#{entries[0]['id']} a").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == entries[0]["paraphrase"]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_claim_fits_the_screen_and_leads_back(browser, site, entries, width):
    longest = max(entries, key=lambda entry: len(entry["paraphrase"]) + len("".join(entry["steps"])))
    with visiting(browser, site, f"claims/{longest['id']}.html", viewport={"width": width, "height": 800}) as visit:
        page = visit.page
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("link", name="The audit").first.click()
        page.wait_for_url(f"{site}/audit.html#{longest['id']}")
        assert page.locator(f"#{longest['id']}").evaluate("row => row.getBoundingClientRect().bottom > 0")
        assert not visit.faults()
