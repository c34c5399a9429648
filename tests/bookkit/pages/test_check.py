"""The page that checks a reader's text: made of what a chapter emits, and used in a real Chromium by pointer and by keyboard.

The engine has tests of its own; here a small one stands in for it, which takes each sum of dollars for a figure.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

import bookkit
from bookkit import outputs, pages
from bookkit.markup import assets, plain
from bookkit.outputs import texts
from bookkit.pages import check, policy
from bookkit.pages.page import STYLES
from factbook.contract import Claims, TextRules
from tests.bookkit.browser import serving, visiting
from tests.bookkit.outputs.test_claims import claim
from tests.bookkit.outputs.test_claims import data as claims_data
from tests.bookkit.outputs.test_hostile import build, emitted, site_of, write_book
from tests.bookkit.pages.test_browser import OVERFLOW, OVERHANG, axe_faults

STRIKE = '<img src=x onerror="struck=1"><script>struck=1</script>'
EXAMPLE = "The bill of the model was $5 million, of which nearly $2 went to <b>trials</b>.\n\nThe fleet cost $1.6 billion."
RULES: dict[str, Any] = {
    "title": "Check a text",
    "example": EXAMPLE,
    "languages_note": "This is not English.",
    "pattern": "zero\u200bwidth </script>",
    "verdicts": [
        {"key": "right", "label": "Right", "mark": "✓", "tone": "good", "told": "It is <so>."},
        {"key": "other", "label": "Right, but for another thing", "mark": "⇄", "tone": "bad", "told": "It is not.", "wrong": True},
        {"key": "unknown", "label": "Not known to us", "mark": "•", "tone": "open", "told": "Nobody knows."},
    ],
}
GIVEN = TextRules(
    title="Check a text", lead="Paste it & see.", subject="the penguins", rules=RULES, notes=("It reads <English>.",), command="check FILE"
)
ENGINE = r"""globalThis.checkText = {
  compile: ({ verdicts }) => verdicts.map(({ key }) => key),
  check: (keys, text) => [...text.matchAll(/\$\d+(?:\.\d+)?(?: [mb]illion)?/g)].map((found, index) => ({
    start: found.index, end: found.index + found[0].length, text: found[0], hedge: "", read_as: `${found[0]} in all`,
    attributed_to: index ? "" : "<i>Someone</i>", subject_label: "the model", label: "the bill", verdict: keys[index % keys.length],
    why: "Because <b>so</b>.", wording: index % 3 === 1 ? `It cost <${found[0]}>.` : "", link: index % 3 === 1 ? "claims/one.html" : "" })),
  looksEnglish: (text) => /\bthe\b/i.test(text),
};"""


def made(given: TextRules = GIVEN) -> BeautifulSoup:
    return BeautifulSoup(check.page(given), "html.parser")


def test_the_page_says_what_the_rules_say_as_text():
    page = made()
    assert page.h1.text == "Check a text"
    assert "Paste it & see." in page.text
    assert page.select_one(".text-legend li").text.strip() == "✓ Right. It is <so>."
    assert page.select_one(".check-about p").text == "It reads <English>."
    assert not page.select("so, english")
    assert "check FILE" in page.noscript.text
    assert page.select_one("#check-text").get("name") is None, "a field without a name is never part of an address"
    assert page.form.has_attr("hidden"), "without the script nothing could read it, and a browser would send it"


def test_the_rules_reach_the_engine_as_they_were_written():
    """What readers cannot see stands as an escape, in the page and in the file for machines."""
    in_page = made().select_one("#check-rules").string
    for text in (in_page, check.machine_text(GIVEN)):
        assert json.loads(text) == RULES
        assert not plain.codes(text)
    assert "<" not in in_page


def test_words_that_readers_see_are_made_plain():
    hostile = TextRules(title="A\u202eB", lead="\x1b[1m", subject="x\u200b", rules=RULES, notes=("\x00",))
    shown = texts.made_plain(hostile)
    assert (shown.title, shown.lead, shown.subject, shown.notes) == ("A\ufffdB", "\ufffd[1m", "x\ufffd", ("\ufffd",))
    assert shown.rules == RULES


def test_no_script_of_the_page_writes_markup_or_keeps_anything():
    for name in check.FILES:
        if name.endswith(assets.SCRIPT):
            script = (pages.STATIC / name).read_text(encoding="utf-8")
            kept = r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\("
            sent = r"localStorage|sessionStorage|indexedDB|cookie|history\.|fetch\(|XMLHttp|sendBeacon|WebSocket|import\("
            assert not re.findall(f"{kept}|{sent}", script), name


def test_a_book_with_rules_has_the_page_and_links_to_it(tmp_path):
    cells = (emitted(Claims.MIME_TYPE, claims_data(claim(chapter="second"))), emitted(TextRules.MIME_TYPE, GIVEN.to_payload()))
    folder = write_book(tmp_path / "book", *cells)
    said = build(folder)
    site = site_of(folder)
    assert (site / "check.html").is_file(), said.stdout[-2000:] + said.stderr[-2000:]
    assert "no page may hold" not in said.stdout + said.stderr
    assert json.loads((site / "check.json").read_text(encoding="utf-8")) == RULES
    page = BeautifulSoup((site / "check.html").read_text(encoding="utf-8"), "html.parser")
    loaded = [Path(script["src"]).name.partition("?")[0] for script in page.select("script[src]")]
    assert loaded[-2:] == ["check-engine.js", "check.js"]
    assert page.select_one("meta[name=description]")["content"] == "Paste it & see."
    assert page.title.text.startswith("Check a text")
    ways = {"second.html": "check.html", "claims/one_cost.html": "../check.html"}
    for name, address in ways.items():
        other = BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser")
        assert other.select(f'main a[href="{address}"]'), name
        assert not other.select("script[src*='check']"), name
    assert '"check.html"' in (site / "searchindex.js").read_text(encoding="utf-8")
    assert "check.json" in (site / "downloads.html").read_text(encoding="utf-8")


def test_a_book_without_rules_has_neither_page_nor_link(tmp_path):
    folder = write_book(tmp_path / "book", emitted(Claims.MIME_TYPE, claims_data(claim(chapter="second"))))
    build(folder)
    site = site_of(folder)
    assert (site / "claims/one_cost.html").is_file()
    assert not (site / "check.html").exists()
    assert not (site / "check.json").exists()
    assert not [path.name for path in site.rglob("*.html") if "check.html" in path.read_text(encoding="utf-8")]


# In a browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of the page alone, under the site's own policy."""
    site = tmp_path_factory.mktemp("check")
    for static in (bookkit.STATIC, outputs.STATIC, pages.STATIC):
        shutil.copytree(static, site / "_static", dirs_exist_ok=True)
    (site / "_static/check-engine.js").write_text(ENGINE, encoding="utf-8")
    (site / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    sheets = (*(outputs.STATIC / name for name in ("colors.css", "claims.css", texts.STYLE)), pages.STATIC / "check.css")
    scripts = "".join(f'<script src="_static/{name}" defer></script>' for name in ("page.js", "check-engine.js", "check.js"))
    (site / "check.html").write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{policy.head(())}'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="icon.svg">'
        f"<title>Check</title><style>{assets.inlined((*STYLES, *sheets), '_static/')}</style></head>"
        f'<body><main id="content"><article class="chapter">{check.page(GIVEN)}</article></main>{scripts}</body></html>',
        encoding="utf-8",
    )
    return site


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    with serving(folder) as address:
        yield address


@pytest.fixture
def visit(browser, served):
    """The page in a fresh tab; at its end nothing was asked for, kept or complained about."""
    with visiting(browser, served, "check.html", permissions=["clipboard-read", "clipboard-write"]) as opened:
        before = len(opened.requests)
        yield opened
        page = opened.page
        assert opened.requests[before:] == []
        assert page.evaluate("[localStorage.length, sessionStorage.length, history.length, document.cookie, location.href]") == [
            *(0, 0, 2, ""),
            f"{served}/check.html",
        ]
        assert page.evaluate("typeof struck") == "undefined"
        assert not opened.faults()


def summary(page):
    return page.locator(".check-summary")


def enter(page, text):
    # At once, as a reader pastes: typing megabytes takes longer than the check
    page.get_by_label("Your text").evaluate("(area, text) => { area.value = text; }", text)
    page.get_by_role("button", name="Check", exact=True).click()


def upload(page, name, kind, content):
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def test_the_example_comes_back_marked_with_a_card_for_each_figure(visit):
    page = visit.page
    page.get_by_role("button", name="Try the example").click()
    expect(summary(page)).to_contain_text("3 figures found: 1 right; 1 right, but for another thing; 1 not known to us.")
    expect(summary(page)).to_contain_text("Nothing was sent or stored.")
    expect(summary(page)).to_be_focused()
    assert summary(page).get_attribute("role") == "status"
    marks = page.locator(".check-marked mark")
    assert marks.count() == 3
    names = page.locator(".check-marked").get_by_role("link").all()
    assert len(names) == 3
    expect(names[1]).to_have_accessible_name(re.compile(r"^\$2 ?, right, but for another thing, go to note 2$"))
    # Told apart by more than color: sign and kind of line
    assert marks.locator(".check-sign").all_inner_texts() == ["✓", "⇄", "•"]
    styles = marks.locator("a").evaluate_all("(links) => links.map((link) => getComputedStyle(link).textDecorationStyle)")
    assert len(set(styles)) == 3
    cards = page.locator("ol.check-cards > li")
    assert cards.count() == 3
    assert "The sentence gives it to\nthe model" in cards.nth(1).inner_text()
    assert "<i>Someone</i>" in cards.nth(0).inner_text()
    assert cards.nth(1).locator(".check-sentence").inner_text().endswith("of which nearly $2 went to <b>trials</b>.")
    assert cards.nth(1).get_by_role("link", name=re.compile("Steps and sources")).get_attribute("href") == "claims/one.html"
    assert not axe_faults(page)
    page.emulate_media(color_scheme="dark")
    assert not axe_faults(page, "color-contrast")


def test_the_text_is_shown_as_it_is_and_nothing_in_it_runs(visit):
    page = visit.page
    text = f"the {STRIKE} costs $5 million\n\n  <svg onload=struck=1> &amp; 'x' \u202e$7"
    enter(page, text)
    expect(page.locator(".check-marked mark")).to_have_count(2)
    # What copies of the text would hold: without signs, numbers and the words for those who hear the page
    shown = page.locator(".check-marked").evaluate(
        """(box) => {
          const copy = box.cloneNode(true);
          copy.querySelectorAll('.unseen, .check-sign, sup').forEach((one) => one.remove());
          return copy.textContent;
        }"""
    )
    assert shown == text.replace("\u202e", "\ufffd")
    assert not page.locator(".check-results :is(img, script, svg)").count()


def test_it_is_used_by_keyboard_alone(visit):
    page = visit.page
    page.get_by_label("Your text").focus()
    page.keyboard.type("The bill is $5 million and $6.")
    page.keyboard.press("Control+Enter")
    expect(summary(page)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "figure-2"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "finding-2"
    page.locator("#finding-2").get_by_role("link", name=re.compile("Back to the text")).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "figure-2"


def test_pasting_into_an_empty_field_checks_and_leaves_the_focus(visit):
    page, area = visit.page, visit.page.get_by_label("Your text")
    page.evaluate("navigator.clipboard.writeText('The bill is $5 million.')")
    area.focus()
    page.keyboard.press("Control+V")
    expect(summary(page)).to_contain_text("1 figure found: 1 right.")
    expect(area).to_be_focused()
    area.press_sequentially(" More.")
    expect(summary(page)).to_have_text("The text was changed. Check it again.")


def test_a_verdict_alone_can_be_shown_and_a_mark_still_leads_to_its_card(visit):
    page = visit.page
    page.get_by_role("button", name="Try the example").click()
    page.get_by_label("Show").select_option("other")
    expect(page.locator(".check-cards > li")).to_have_count(1)
    assert page.locator(".check-cards > li").get_attribute("id") == "finding-2"
    page.locator("#figure-3").click()
    expect(page.locator("#finding-3")).to_be_focused()
    expect(page.locator(".check-cards > li")).to_have_count(3)


def test_wordings_and_notes_are_copied_and_downloaded(visit, served):
    page = visit.page
    page.get_by_role("button", name="Try the example").click()
    copy = page.get_by_role("button", name="Copy the wording for note 2")
    copy.click()
    expect(page.get_by_role("button", name=re.compile("^Copied"))).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "It cost <$2>."
    page.get_by_role("button", name="Copy as notes").click()
    expect(page.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    notes = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as found:
        page.get_by_role("button", name="Download notes").click()
    assert found.value.suggested_filename.endswith(".md")
    assert Path(found.value.path()).read_text(encoding="utf-8") == notes
    blocks = notes.strip().split("\n\n")
    assert blocks[0] == "# Check a text"
    assert blocks[3].splitlines()[:2] == [
        "2. $2: Right, but for another thing",
        "   In: The bill of the model was $5 million, of which nearly $2 went to <b>trials</b>.",
    ]
    assert f"More: {served}/claims/one.html" in blocks[3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no text yet."),
        (" \n\t ", "There is no text yet."),
        ("the weather is fine", "No figure that concerns the penguins was found."),
        ("Das kostet $5", "This is not English."),
        ("the \x00 costs $5", "1 figure found"),
    ],
)
def test_what_cannot_be_checked_is_said_in_a_sentence(visit, text, said):
    enter(visit.page, text)
    expect(summary(visit.page)).to_contain_text(said)
    expect(visit.page.locator(".check-results")).to_be_visible(visible="$" in text)
    visit.page.get_by_role("button", name="Clear").click()
    expect(summary(visit.page)).to_have_text("")
    assert visit.page.get_by_label("Your text").input_value() == ""
    expect(visit.page.get_by_label("Your text")).to_be_focused()


@pytest.mark.parametrize(
    ("name", "kind", "content", "said"),
    [
        ("a.docx", "application/msword", b"PK", "“a.docx” is not a text file."),
        ("a.txt", "text/plain", b"the \0\1 $5", "“a.txt” holds no text that can be read; it looks like a binary file."),
        ("a.txt", "text/plain", b"x" * 2_000_001, "“a.txt” is larger than 2 MB."),
        ("a.txt", "text/plain", "the bill is $5 – so".encode("cp1252"), "1 figure found"),
        ("a.csv", "text/csv", "the bill,$5\n".encode("utf-16"), "1 figure found"),
    ],
    ids=["no text", "binary", "too large", "Windows", "UTF-16"],
)
def test_a_file_is_read_or_a_sentence_says_why_not(visit, name, kind, content, said):
    upload(visit.page, name, kind, content)
    expect(summary(visit.page)).to_contain_text(said)


def test_of_a_web_page_the_text_is_read(visit):
    page = visit.page
    html = (
        "<!doctype html><html><head><title>No</title></head><body><!-- <p>$1 --><script>if (a < $2) struck = 1;</script>"
        "<p>The bill\n is $5&nbsp;million &mdash; 3 < 4.</p><ul><li>One &#36;7</li><li>Two</ul><style>p { x: $3 }</style>"
    )
    upload(page, "a.html", "text/html", html.encode())
    expect(summary(page)).to_contain_text("2 figures found")
    assert page.get_by_label("Your text").input_value() == "The bill is $5 million — 3 < 4.\nOne $7\nTwo"


@pytest.mark.parametrize("unit", ["<script", "<!--", " ", "< ", "<p ", "&#1", "\n"])
def test_a_broken_web_page_of_two_megabytes_is_read_at_once(visit, unit):
    page = visit.page
    started = time.monotonic()
    upload(page, "a.html", "text/html", (unit * (1_999_000 // len(unit))).encode())
    expect(summary(page)).not_to_be_empty()
    expect(summary(page)).not_to_have_text("Reading…")
    assert time.monotonic() - started < 5


def test_a_dropped_file_and_dropped_words_are_checked(visit):
    page = visit.page
    dropping = """(words, file) => {
      const carried = new DataTransfer();
      if (file) carried.items.add(new File([words], "a.txt", { type: "text/plain" })); else carried.setData("text/plain", words);
      const form = document.querySelector(".check-form"), hint = document.querySelector("#check-hint");
      hint.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer: carried }));
      const seen = form.classList.contains("dropping");
      hint.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: carried }));
      return [seen, form.classList.contains("dropping")];
    }"""
    assert page.evaluate(f"({dropping})('the bill is $5', true)") == [True, False]
    expect(summary(page)).to_contain_text("1 figure found")
    page.evaluate(f"({dropping})('the bill is $5 or $6', false)")
    expect(summary(page)).to_contain_text("2 figures found")


def test_long_texts_are_shown_around_their_figures_and_cut_where_the_engine_ends(visit):
    page = visit.page
    enter(page, "the word " * 30_000 + "$5 million " + "the word " * 200_000)
    expect(summary(page)).to_contain_text("The text is longer than 2,000,000 characters; the rest was not read.")
    expect(page.locator(".check-marked mark")).to_have_count(1)
    assert page.locator(".check-gap").count() == 2
    assert len(page.locator(".check-marked").inner_text()) < 2000
    expect(page.locator("[data-note=text]")).to_contain_text("only the surroundings")
    enter(page, "the bill is $5\n" * 3000)
    expect(summary(page)).to_contain_text("3,000 figures found")
    expect(page.locator(".check-cards > li")).to_have_count(1000)
    expect(page.locator("[data-note=cards]")).to_have_text("1,000 of 3,000 figures are shown; the notes have all of them.")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_leaves_the_screen(visit, width):
    page = visit.page
    page.set_viewport_size({"width": width, "height": 800})
    enter(page, f"the {'x' * 400} costs $5 million, {'$123456789' * 12} and $6.")
    expect(summary(page)).to_contain_text("14 figures found")
    assert page.evaluate(OVERFLOW, OVERHANG) == []


def test_paper_has_the_text_with_numbers_and_the_cards(visit):
    page = visit.page
    page.get_by_role("button", name="Try the example").click()
    expect(page.locator(".check-cards > li")).to_have_count(3)
    page.emulate_media(media="print")
    assert not page.locator(".check button, .check textarea, .check select").filter(visible=True).count()
    assert page.locator(".check-marked sup").first.evaluate("(sup) => getComputedStyle(sup, '::before').content") == '"["'
    expect(page.locator(".check-cards > li").first).to_be_visible()


def test_it_works_from_a_folder_on_a_disk(browser, folder):
    context = browser.new_context()
    page = context.new_page()
    page.goto((folder / "check.html").as_uri())
    page.get_by_role("button", name="Try the example").click()
    expect(summary(page)).to_contain_text("3 figures found")
    context.close()


def test_without_javascript_it_names_the_command(browser, served):
    with visiting(browser, served, "check.html", java_script_enabled=False) as visit:
        assert visit.page.locator("form").is_hidden()
        assert "check FILE" in visit.page.locator("noscript").inner_text()
        assert visit.page.locator(".text-legend li").count() == 3
