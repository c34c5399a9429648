"""What readers set in their browser or system holds before what the site would like: text size, contrast colors, no motion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bookkit.browser import THOROUGH, hydrate, visiting
from tests.bookkit.pages.test_browser import CHAPTERS, DOWNLOADS, LIGHT, OVERFLOW, OVERHANG, PAGES, SAMPLE

PHONE = {"width": 320, "height": 800}
# One of each kind: home, chapters with calculators, tables and long numbers, a claim, lists, a search, no page at all
KINDS = ["index.html", "cost-claims.html", "hidden-costs.html", "audit.html", SAMPLE[0], DOWNLOADS, "search.html", "404.html"]
LARGE = PAGES if THOROUGH else [path for path in KINDS if path in PAGES]
BROWSERS_SIZE = 16
SIZES = (1.5, 2)
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
# The lowest contrast of what charts and calculators draw, and of the words around it, with the page behind
CONTRAST = (
    f"() => {{{LIGHT}"
    + """
  const colors = (one, kinds) => kinds.map((kind) => getComputedStyle(one)[kind]).filter((color) => color !== "none");
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const inks = [
    ...shown("figure.chart svg text").flatMap((one) => colors(one, ["fill"])),
    ...shown("figure.chart svg .role-mark > [fill^='var(']").flatMap((one) => colors(one, ["fill"])),
    ...shown(":is(.calculator-bar, .calculator-known)").flatMap((one) => colors(one, ["fill"])),
    ...shown(":is(.calculator-here, .calculator-whisker)").flatMap((one) => colors(one, ["stroke"])),
    ...shown("main :is(p, summary, a, td, th, label)").flatMap((one) => colors(one, ["color"])),
  ];
  return Math.min(...inks.map((ink) => { const at = light(ink); return (Math.max(at, paper) + 0.05) / (Math.min(at, paper) + 0.05); }));
}"""
)
# WCAG 2.2, 1.4.11: what a drawing cannot be understood without
DRAWN_CONTRAST = 3


@pytest.mark.parametrize("path", LARGE)
def test_large_text_never_makes_a_phone_scroll_sideways(browser: Any, site: str, path: str) -> None:
    """At 150% and 200%, with everything unfolded; set by a style of the reader's, and in the browser."""
    with visiting(browser, site, path, viewport=PHONE) as visit:
        page, faults = visit.page, []
        page.evaluate(OPEN_ALL)
        for size in SIZES:
            page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", f"{size:.0%}")
            faults += [f"{size:.0%}: {fault}" for fault in page.evaluate(OVERFLOW, OVERHANG) if "page is" in fault]
        wire = page.context.new_cdp_session(page)
        wire.send("Page.enable")
        wire.send("Page.setFontSizes", {"fontSizes": {"standard": BROWSERS_SIZE * SIZES[-1]}})
        page.reload()
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == f"{BROWSERS_SIZE * SIZES[-1]}px"
        page.evaluate(OPEN_ALL)
        faults += [f"set in the browser: {fault}" for fault in page.evaluate(OVERFLOW, OVERHANG) if "page is" in fault]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("chosen", "forced"), [("light", "dark"), ("dark", "light")])
def test_forced_colors_come_before_the_theme_that_was_chosen(browser: Any, site: str, chosen: str, forced: str) -> None:
    with visiting(browser, site, "hidden-costs.html", color_scheme=forced, forced_colors="active") as visit:
        page = visit.page
        page.evaluate("(theme) => localStorage.setItem('theme', theme)", chosen)
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme") == chosen
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"dark": "rgb(0, 0, 0)", "light": "rgb(255, 255, 255)"}[forced]
        assert page.evaluate(CONTRAST) >= DRAWN_CONTRAST
        hydrate(page)
        assert page.evaluate(CONTRAST) >= DRAWN_CONTRAST


def test_nothing_moves_where_a_reader_wants_no_motion(browser: Any, site: str) -> None:
    moving = "[getComputedStyle(document.documentElement).scrollBehavior, document.getAnimations().length]"
    with visiting(browser, site, CHAPTERS[0], reduced_motion="reduce") as visit:
        page = visit.page
        page.locator(".contents > summary").click()
        page.locator(".contents a").last.click()
        hydrate(page)
        assert page.evaluate(moving) == ["auto", 0]
