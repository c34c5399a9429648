"""Every page as a reader gets it: served compressed, opened in a real Chromium, in both themes, with and without JavaScript.

What it proves, page by page: no request leaves the site and nothing is missing; axe finds no violation; charts are
drawn before and after they become interactive, and nothing moves when they do; four widths hold without sideways
scrolling or cut labels; text, charts and tables are there without JavaScript and on paper; the first view is light.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from bookkit.outputs import renamed
from tests.bookkit.browser import CHART, HYDRATED, ROOT, THOROUGH, hydrate, node_tool, serving, unfold, visiting


def rows_of(table: str) -> list[dict[str, str]]:
    with (ROOT / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [f"{Path(entry['file']).name}.html" for entry in CONTENTS["chapters"]]
READING = ["index.html", *CHAPTERS]
DOWNLOADS = "downloads.html"
CHECK, VERIFY = "check.html", "verify.html"
# Pages without numbers of their own
WORDS_ONLY = ("sources.html", "glossary.html", "corrections.html", "changelog.html")
# On a phone all of them; on a wide screen, where charts have more room, every third, and all with THOROUGH=1
DRAWN = [path for path in READING if path not in WORDS_ONLY]
# Chapters are made of the same parts: some hold them all, the others are tried with THOROUGH=1
TELLING = [path for path in READING if THOROUGH or path in ("index.html", "hidden-costs.html", "audit.html", *WORDS_ONLY)]
# What only a script can use, and what stands in its place without one
SCRIPTED = ".needs-script, noscript"
VISIBLE = "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.outerHTML)"
# What paper has no use for
SCREEN_ONLY = ".bar, .skip, .trace, .turn, .chart-menu > summary"
CLAIMS = [f"claims/{row['claim_id']}.html" for row in rows_of("claims")]
# One claim of each kind stands for all: the same template makes them. Every third kind, and each with THOROUGH=1
KINDS = {row["verdict"]: row["claim_id"] for row in rows_of("judgements")}
SAMPLE = [f"claims/{name}.html" for name in [*KINDS.values()][:: 1 if THOROUGH else 3]]
# Pages of earlier editions, in whose place a line says where they went
MOVED = [f"{page}.html" for page in renamed.read(ROOT / renamed.FILE).pages if f"{page}.html" not in (*READING, *CLAIMS)]
PAGES = [*READING, *SAMPLE, *MOVED, DOWNLOADS, CHECK, VERIFY, "differences.html", "search.html", "404.html"]
WIDTHS = (320, 390, 768, 1280)
FIRST_VIEW_BYTES = 200_000
SHIFT = 2  # CSS pixels
OVERHANG = 2  # CSS pixels
CONTRAST = 4.5  # WCAG 2.2, 1.4.3
# Opened by a number
TRACE = ".trace:popover-open"
CONTRAST_RULE = "color-contrast"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Runs axe on what is shown now; returns one line per violated rule, with the first places.
AXE = """async ([tags, rules, part, without]) => {
  const only = rules.length ? { type: "rule", values: rules } : { type: "tag", values: tags };
  const result = await axe.run(part ? [...document.querySelectorAll(part)] : document, {
    runOnly: only, rules: rules.length ? {} : { "target-size": { enabled: true }, ...(without && { [without]: { enabled: false } }) },
    resultTypes: ["violations"],
  });
  return result.violations.map((v) => `${v.id} (${v.nodes.length}): ${v.help}; ` + v.nodes.slice(0, 3).map((n) =>
    n.target.join(" ") + " " + n.any.concat(n.all, n.none).map((c) => c.message).slice(0, 1)).join(" | "));
}"""

# For each chart: how many shapes a reader can see.
MARKS = """(charts) => charts.map((chart) => [...chart.querySelectorAll("svg g.role-mark *")].filter((shape) =>
  shape instanceof SVGGraphicsElement && !(shape instanceof SVGGElement) && shape.checkVisibility({ visibilityProperty: true })
  && shape.getBoundingClientRect().width + shape.getBoundingClientRect().height > 0).length)"""

# Numbers that do not tell where they come from.
UNTOLD = """(traces) => traces.filter((trace) => !trace.querySelector(".trace-row .grade") || !trace.querySelector(".trace-source")
  || !trace.querySelector(".trace-source a[href], .trace-source")?.textContent.trim()).map((trace) => trace.id)"""

# Charts of which not exactly one drawing is shown, the static one for wide paper.
UNPRINTED = """(charts) => charts.filter((chart) => {
  const shown = [...chart.querySelectorAll("svg")].filter((svg) => svg.checkVisibility() && svg.getBoundingClientRect().width
    && svg.querySelector("g.role-mark"));
  return shown.length !== 1 || !shown[0].closest(".chart-wide");
}).map((chart) => chart.id)"""

# The page scrolls sideways, or a label leaves its drawing, is shortened, or is cut by a box around it.
OVERFLOW = """(slack) => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility()
      && e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest(".table-scroll, pre, .formula, svg"));
    faults.push(`page is ${root.scrollWidth} wide, window ${root.clientWidth}: `
      + wide.slice(0, 3).map((e) => e.tagName.toLowerCase() + "." + e.className).join(", "));
  }
  for (const svg of document.querySelectorAll("figure.chart svg")) {
    if (!svg.checkVisibility() || !svg.getBoundingClientRect().width) continue;
    const box = svg.getBoundingClientRect();
    const figure = svg.closest("figure").id;
    for (const text of svg.querySelectorAll("text")) {
      const at = text.getBoundingClientRect();
      if (!at.width || !text.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const over = Math.max(box.left - at.left, at.right - box.right, box.top - at.top, at.bottom - box.bottom);
      if (over > slack) faults.push(`${figure}: “${text.textContent}” is ${over.toFixed(1)} px outside its drawing`);
      if (/…$/.test(text.textContent)) faults.push(`${figure}: “${text.textContent}” is shortened`);
    }
  }
  for (const element of document.querySelectorAll("main *:not(svg, svg *)")) {
    const style = getComputedStyle(element);
    if (/hidden|clip/.test(style.overflowX) && element.checkVisibility() && element.clientWidth > 1
        && element.scrollWidth > element.clientWidth + slack) faults.push(`${element.tagName}.${element.className} cuts its content`);
  }
  return faults;
}"""

# How much light a color gives, and that of the page
LIGHT = """
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const light = (color) => {
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
"""
# The lowest contrast between axis or legend text and the page.
LABEL_CONTRAST = (
    f"() => {{{LIGHT}"
    + """
  const ratios = [...document.querySelectorAll("figure.chart svg :is(.role-axis-label, .role-axis-title, .role-legend-label) text")]
    .filter((text) => text.checkVisibility() && text.getBoundingClientRect().width)
    .map((text) => light(getComputedStyle(text).fill)).map((ink) => (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05));
  return ratios.length ? Math.min(...ratios) : 21;
}"""
)

# Where charts, headings and paragraphs stand. Calculators keep their results in view on purpose: test_calculator.py.
PLACES = """() => [...document.querySelectorAll("main :is(figure.chart, h2, h3, p, table), footer")].map((e) => {
  if (e.closest(".calculator-results")) return null;
  const at = e.getBoundingClientRect();
  return at.width ? [e.id || e.textContent.slice(0, 40), at.top + scrollY, at.left, at.width, at.height] : null;
}).filter(Boolean)"""


def axe_faults(page, *rules: str, part: str = "", without: str = "") -> list[str]:
    """What axe finds: by all its rules (but one) or by the named ones, on the page or in what fits ``part``, which must be there."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(node_tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(AXE, [AXE_TAGS, list(rules), part, without])


def reading_text(page) -> str:
    """The text of the page but for its controls."""
    page.locator(SCRIPTED).evaluate_all("(elements) => elements.forEach((element) => { element.style.display = 'none'; })")
    return page.locator("main").inner_text()


def open_trace(page) -> None:
    """By the keyboard, so that it stays open wherever the pointer was left; pointers have a test of their own."""
    page.locator("a.traced").first.press("Enter")
    page.locator(TRACE).wait_for()


def test_every_page_of_the_site_is_tested(built):
    output = built / "_build/html"
    assert {path.relative_to(output).as_posix() for path in output.rglob("*.html")} == {*PAGES, *CLAIMS}


FAULTY = """<!doctype html><html lang="en"><head><title>Faulty</title></head><body style="margin: 0; background: #fff">
<img src="https://example.org/a.png" alt=""><img src="gone.png"><p style="color: #ddd">pale</p><div style="width: 2000px">wide</div>
<div style="overflow: hidden; width: 40px; white-space: nowrap">cut by its box</div>
<figure class="chart" id="f"><svg width="100" height="40" style="overflow: visible">
<g class="role-axis-label"><text x="90" y="20" fill="#999">leaves the drawing</text><text y="9">short…</text></g>
<g class="role-mark"></g></svg></figure><div class="trace" id="t">1</div><script>undefined.x</script></body></html>"""


def test_these_tests_see_faults(browser, tmp_path):
    """A page with one fault of each kind: none goes unnoticed."""
    (tmp_path / "index.html").write_text(FAULTY)
    with serving(tmp_path) as base, visiting(browser, base, "index.html") as visit:
        page = visit.page
        faults = "\n".join(visit.faults() + page.evaluate(OVERFLOW.replace("main *", "body *"), OVERHANG) + axe_faults(page))
        assert page.locator(CHART).evaluate_all(MARKS) == [0]
        assert page.evaluate(LABEL_CONTRAST) < CONTRAST
        assert page.locator(".trace").evaluate_all(UNTOLD) == ["t"]
        assert page.locator(CHART).evaluate_all(UNPRINTED) == ["f"]
    for sign in (
        "another host: https://example.org/a.png",
        "gone.png (404)",
        "console: Cannot read properties of undefined",
        "page is 2000 wide",
        "outside its drawing",
        "“short…” is shortened",
        "cuts its content",
        "color-contrast",
        "image-alt",
        "landmark-one-main",
    ):
        assert sign in faults, f"{sign}\n\n{faults}"


@pytest.mark.parametrize("path", PAGES)
def test_page_is_whole_private_and_light_on_every_screen_and_on_paper(browser, site, path):
    """Nothing foreign, nothing missing, no complaint; one heading, landmarks, language; the budget of the first view.

    Every number names its source and its grade. At no width the page scrolls sideways or a label is cut. Printed after
    it was used on screen, each chart is the static one, and nothing is there that only a screen can use.
    """
    with visiting(browser, site, path) as visit:
        page = visit.page
        assert visit.bytes <= FIRST_VIEW_BYTES, f"{path} loads {visit.bytes:,} bytes:\n{visit.table()}"
        assert page.title().strip()
        assert page.locator("h1").count() == 1
        assert re.match(r"[a-z]{2}", page.locator("html").get_attribute("lang") or "")
        for landmark in ("main",) if path == "404.html" else ("header", "nav", "main", "footer"):
            assert page.locator(landmark).first.is_visible(), landmark
        assert page.locator("main").count() == 1
        assert page.locator(".trace").evaluate_all(UNTOLD) == []
        faults = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{width} px: {fault}" for fault in page.evaluate(OVERFLOW, OVERHANG)]
        hydrate(page)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
        faults += [fault for fault in visit.faults() if path != "404.html" or "404" not in fault]
        page.emulate_media(media="print")
        assert page.locator(CHART).evaluate_all(UNPRINTED) == []
        assert (
            page.locator(SCREEN_ONLY).evaluate_all("(all) => all.filter((one) => one.checkVisibility()).map((one) => one.outerHTML)") == []
        )
        assert page.locator("h1").is_visible()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", [path for path in PAGES if path in TELLING or path not in READING])
def test_axe_finds_nothing(browser, site, path):
    """WCAG 2.0 to 2.2 A and AA and best practice, in the light theme, in the dark one, and with every chart live.

    The dark theme changes colors alone, so contrast is what is measured there, and not again in live charts: their
    labels' contrast has a test of its own.
    """
    with visiting(browser, site, path, color_scheme="light") as visit:
        page = visit.page
        faults = [f"light: {fault}" for fault in axe_faults(page)]
        page.emulate_media(color_scheme="dark")
        faults += [f"dark: {fault}" for fault in axe_faults(page, CONTRAST_RULE)]
        if hydrate(page):
            faults += [f"live: {fault}" for fault in axe_faults(page, without=CONTRAST_RULE)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["index.html", CHAPTERS[0], SAMPLE[0]])
def test_axe_finds_nothing_in_what_opens(browser, site, path, theme):
    """Menus and traces. One template makes those of all pages: a page of each kind stands for the others."""
    rules = (CONTRAST_RULE,) if theme == "dark" else ()
    with visiting(browser, site, path, color_scheme=theme) as visit:
        page = visit.page
        faults = []
        for menu in filter(lambda menu: page.locator(menu).count(), ("details.menu", ".chart-menu")):
            page.locator(f"{menu} > summary").first.click()
            faults += [f"{menu}: {fault}" for fault in axe_faults(page, *rules, part=f"{menu}[open]")]
            page.keyboard.press("Escape")
        if page.locator("a.traced").count():
            open_trace(page)
            faults += [f"trace: {fault}" for fault in axe_faults(page, *rules, part=TRACE)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("path", "width"), [*((path, 390) for path in DRAWN), *((path, 1280) for path in DRAWN[:: 1 if THOROUGH else 3])])
def test_charts_are_drawn_and_stay_in_place_when_they_become_live(browser, site, path, width):
    """Marks before and after; nothing on the page moves; labels fit; both themes reach both states."""
    with visiting(browser, site, path, viewport={"width": width, "height": 900}, color_scheme="light") as visit:
        page = visit.page
        unfold(page)
        static = page.locator(CHART).evaluate_all(MARKS)
        contrast = {"static light": page.evaluate(LABEL_CONTRAST)}
        page.locator("button.theme").click()
        contrast["static dark"] = page.evaluate(LABEL_CONTRAST)
        before = page.evaluate(PLACES)
        assert hydrate(page) == len(static)
        after = page.evaluate(PLACES)
        live = page.locator(CHART).evaluate_all(MARKS)
        contrast["live dark"] = page.evaluate(LABEL_CONTRAST)
        page.locator("button.theme").click()
        contrast["live light"] = page.evaluate(LABEL_CONTRAST)
        overflow = page.evaluate(OVERFLOW, OVERHANG)
        assert visit.faults() == []
    assert all(static), f"marks per chart, static: {static}"
    assert all(live), f"marks per chart, live: {live}"
    assert [place[0] for place in before] == [place[0] for place in after]
    moved = [
        (old, new) for old, new in zip(before, after, strict=True) if any(abs(a - b) > SHIFT for a, b in zip(old[1:], new[1:], strict=True))
    ]
    assert not moved, f"moved by more than {SHIFT} px: {moved[:3]}"
    assert {state: ratio for state, ratio in contrast.items() if ratio < CONTRAST} == {}
    assert not overflow, "\n".join(overflow)


@pytest.mark.parametrize("path", TELLING)
def test_without_javascript_everything_is_readable(browser, site, path):
    """The same text as with it; charts are drawn; a number opens its trace, the menu its chapters."""
    with visiting(browser, site, path) as visit:
        with_script = reading_text(visit.page)
    with visiting(browser, site, path, java_script_enabled=False) as visit:
        page = visit.page
        assert reading_text(page) == with_script
        unfold(page)
        marks = page.locator(CHART).evaluate_all(MARKS)
        assert all(marks), marks
        for table in page.locator("main table:not(details *)").all():
            assert table.is_visible()
        if page.locator("a.traced").count():
            number = page.locator("a.traced").first
            trace = page.locator(number.get_attribute("href"))
            assert not trace.is_visible()
            number.click()
            assert trace.is_visible()
            trace.locator(".trace-link").click()
            assert not trace.is_visible()
            assert page.url.endswith(trace.locator(".trace-link").get_attribute("href"))
            assert number.is_visible()
        page.locator("details.menu > summary").click()
        for chapter in CHAPTERS:
            assert page.locator(f'details.menu a[href$="{chapter}"], details.menu a[aria-current]').first.is_visible()
        assert not visit.faults()


@pytest.mark.parametrize("path", DRAWN[:: 1 if THOROUGH else 3])
def test_a_number_opens_by_pointer_and_by_keyboard(browser, site, path):
    """Hovering opens it; so do Tab and Enter, and Enter never closes what Tab opened; Escape closes it and keeps the place."""
    with visiting(browser, site, path) as visit:
        page = visit.page
        shown = page.locator(TRACE)
        number = page.locator("main p a.traced, main li a.traced").first
        if number.count() == 0:
            number = page.locator("a.traced").first
        number.scroll_into_view_if_needed()
        page.wait_for_timeout(200)
        number.hover()
        shown.wait_for()
        assert shown.locator(".grade").first.is_visible()
        assert shown.locator(".trace-source").first.is_visible()
        number.click()
        assert shown.count() == 1, "a click closes what hovering opened"
        page.keyboard.press("Escape")
        page.mouse.move(0, 0)
        shown.wait_for(state="detached")
        page.reload(wait_until="networkidle")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('a.traced')"):
                break
        assert page.evaluate("document.activeElement.matches('a.traced')"), "Tab does not reach a number"
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        assert shown.count() == 1, "Enter does not leave the trace open"
        page.keyboard.press("Escape")
        shown.wait_for(state="detached")
        assert page.evaluate("document.activeElement.matches('a.traced')")


def test_a_number_opens_by_touch_inside_a_small_screen(browser, site):
    with visiting(browser, site, CHAPTERS[0], viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True) as visit:
        page = visit.page
        for number in page.locator("main p a.traced").all()[:5]:
            number.scroll_into_view_if_needed()
            page.wait_for_timeout(150)
            number.tap()
            page.wait_for_timeout(150)
            box = page.locator(TRACE).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["y"] >= 0
            assert box["x"] + box["width"] <= 320
            assert box["y"] + box["height"] <= 640
            page.keyboard.press("Escape")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_button_switches_and_is_remembered(browser, site, system):
    background = "getComputedStyle(document.body).backgroundColor"
    with visiting(browser, site, "index.html", color_scheme=system) as visit:
        page = visit.page
        first = page.evaluate(background)
        page.locator("button.theme").click()
        second = page.evaluate(background)
        assert first != second
        page.reload()
        assert page.evaluate(background) == second
        page.goto(f"{site}/{CHAPTERS[0]}")
        assert page.evaluate(background) == second
        page.locator("button.theme").click()
        assert page.evaluate(background) == first


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("5.6 million", "$5.576M"),
        ("5,576,000 dollars", "$5.576M"),
        ("US$5.576 million", "$5.576M"),
        ("27x", "27 times"),
        ("17 percent", "17.0%"),
        ("2,788,000 hours", "2.788M"),
        ("50000", "50,000"),
    ],
)
def test_searching_finds_a_number_in_each_of_its_spellings(browser, site, query, found):
    with visiting(browser, site, f"search.html?q={quote(query)}") as visit:
        visit.page.locator("#search-results li").first.wait_for()
        marked = visit.page.locator("#search-results mark").all_inner_texts()
        assert any(found.strip("$") in mark for mark in marked), marked
        assert not visit.faults()


def test_searching_finds_words_and_its_results_lead_there(browser, site):
    with visiting(browser, site, "search.html") as visit:
        page = visit.page
        page.locator("#q").fill("amortized")
        page.locator("#q").press("Enter")
        results = page.locator("#search-results li a")
        results.first.wait_for()
        addresses = [result.evaluate("(link) => link.href") for result in results.all()]
        assert any(CHAPTERS[0] in address for address in addresses)
        for address in addresses:
            assert page.request.get(address).ok, address
        results.first.click()
        page.wait_for_load_state()
        assert "amortized" in page.locator("main").inner_text().lower()
        page.goto(f"{site}/search.html?q=zyxwvut", wait_until="networkidle")
        assert page.locator("#search-results li").count() == 0
        assert not visit.faults()


def test_a_chart_wakes_by_keyboard_and_by_touch(browser, site):
    """Not only by a mouse."""
    with visiting(browser, site, CHAPTERS[0]) as visit:
        chart = visit.page.locator(CHART).first
        chart.locator("a, button, summary, [tabindex='0']").first.focus()
        chart.and_(visit.page.locator(HYDRATED)).wait_for()
    with visiting(browser, site, CHAPTERS[0], viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) as visit:
        chart = visit.page.locator(CHART).first
        chart.scroll_into_view_if_needed()
        chart.locator(".chart-drawing").tap()
        chart.and_(visit.page.locator(HYDRATED)).wait_for()
