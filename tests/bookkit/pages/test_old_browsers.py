"""Browsers of some years ago: what they lack is left out, and what a reader came for is there all the same.

Style sheets hold nothing newer than such browsers without something in its place (ESLint knows since when each feature
is in all of them). The pages are also opened in today's Chromium with the newer features renamed, so that it drops
whatever an older browser would drop.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bookkit
from tests.bookkit.browser import CHART, ROOT, Served, node, node_tool, prepared, serving, visiting
from tests.bookkit.pages.test_browser import OVERFLOW, OVERHANG, PAGES

CONFIG = Path(__file__).parents[1] / "old_browsers.config.js"
# Printed by a browser that we choose
FOR_PAPER = "book.css"
SHEETS = sorted(path for path in Path(bookkit.__file__).parent.glob("*/static/*.css") if path.name != FOR_PAPER)
# Functions that may stand in a custom property. A browser drops a declaration that it does not know, and takes the one before;
# a custom property it keeps, and whatever uses it is as if it had no value at all.
OLD_FUNCTIONS = {"var", "rgb"}
# By names that no browser knows
NEWER = re.compile(
    r"(?<=[:\s(,])(?:light-dark|color-mix)(?=\()|(?<=:)(?:has|popover-open)\b|(?<=@)container\b|\bcontainer-type\b|\btext-wrap\b"
)
THEMES = ("light", "dark")
# What charts paint in a color of the page, and what calculators paint at all, without any color or in that of the paper
UNPAINTED = """() => {
  const paper = getComputedStyle(document.body).backgroundColor;
  const clear = (color) => color === "none" || color === "rgba(0, 0, 0, 0)" || color === paper;
  const asked = [...document.querySelectorAll("figure.chart svg *")].flatMap((one) =>
    ["fill", "stroke"].filter((kind) => /^var\\(--(?!paper)/.test(one.getAttribute(kind))).map((kind) => [one, [kind]]));
  const drawn = [...document.querySelectorAll("figure.calculator svg [class^='calculator-']")].map((one) => [one, ["fill", "stroke"]]);
  return [...asked, ...drawn].filter(([one, kinds]) => one.checkVisibility({ visibilityProperty: true })
    && kinds.every((kind) => clear(getComputedStyle(one)[kind]))).map(([one]) => one.outerHTML.slice(0, 120));
}"""

COLOR = "(kind) => getComputedStyle(document.body)[kind]"


def aged(content: bytes) -> bytes:
    """A page whose styles an older browser would understand as far as this one does now."""
    return NEWER.sub(lambda found: f"unknown-{found[0]}", content.decode()).encode()


@pytest.fixture(scope="module")
def aged_site(built: Path) -> Iterator[str]:
    """The built book, for a browser of some years ago."""
    root = built / "_build/html"
    old = {address: Served(file.kind, aged(file.plain), None) for address, file in prepared(root).items() if address.endswith(".html")}
    with serving(root, old) as address:
        yield address


def test_style_sheets_need_nothing_that_older_browsers_lack():
    command = [node(), str(node_tool("eslint/bin/eslint.js")), "--config", str(CONFIG), *map(str, SHEETS)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_custom_property_holds_no_function_that_older_browsers_lack(sheet):
    properties = re.findall(r"(?:^|[{;\s])(--[\w-]+\s*:[^;}]*)", sheet.read_text(encoding="utf-8"))
    used = {function for text in properties for function in re.findall(r"([\w-]+)\(", text)}
    assert used <= OLD_FUNCTIONS, f"{sheet.name}: write a value without {sorted(used - OLD_FUNCTIONS)}, or set it inside @supports."


def test_an_older_browser_is_told_by_names_that_none_knows():
    newer = b"a:has(b) { color: light-dark(red, blue) } @container (width) {} .t:popover-open, i { --c: color-mix(in srgb, red, blue) }"
    assert aged(newer).count(b"unknown-") == len(re.findall(rb"has|light-dark|container|popover-open|color-mix", newer))
    assert aged(b".table:hover { text-align: left }") == b".table:hover { text-align: left }"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", [path for path in ("index.html", "hidden-costs.html", "audit.html") if path in PAGES])
def test_an_older_browser_paints_charts_and_keeps_the_page(browser: Any, aged_site: str, path: str, theme: str) -> None:
    with visiting(browser, aged_site, path, color_scheme=theme, viewport={"width": 390, "height": 844}) as visit:
        page = visit.page
        assert page.locator(f"{CHART} svg [fill^='var('], figure.calculator svg").count()
        assert page.evaluate(UNPAINTED) == []
        assert page.evaluate(OVERFLOW, OVERHANG) == []
        ink, paper = (int(re.findall(r"\d+", page.evaluate(COLOR, kind))[0]) for kind in ("color", "backgroundColor"))
        assert (ink < paper) == (theme == "light")
        assert not visit.faults()
