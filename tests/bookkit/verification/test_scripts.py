"""What a reader's browser loads to compute a chapter again: charts are drawn as the build draws them, and code can be edited.

Both run in a page that has the policy of the book's pages, which `visiting` holds them to.
"""

import html
import json
import re
import shutil
from collections import Counter

import pytest

from bookkit.outputs import charts, vega
from bookkit.pages import policy
from bookkit.site import bundle
from factbook.contract import Chart
from tests.bookkit.browser import ROOT, THOROUGH, serving, visiting

SCRIPTS = ("verify-draw.js", "verify-editor.js")
SAMPLE = 14  # one chart of so many, unless all are tried
PHONE = {"width": 390, "height": 844}
CONTRAST = 4.5
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">{policy}<link rel="icon" href="icon.svg"><title>Scripts</title>
<link rel="stylesheet" href="page.css"></head><body><main><button id="before">Before</button>
<div id="place">As before</div><div id="second"></div><button id="after">After</button></main></body></html>"""
ROWS = [{"size": 1, "price": 2, "kind": "a"}, {"size": 2, "price": 3, "kind": "b"}]
SPECIFICATION = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.4.json",
    "title": "Larger ones cost more",
    "width": 600,
    "height": 200,
    "data": {"values": ROWS},
    "mark": {"type": "point", "size": 900, "filled": True, "color": "#1b1b1a", "clip": True},
    "encoding": {
        "x": {"field": "size", "type": "quantitative"},
        "y": {"field": "price", "type": "quantitative", "title": "Price"},
        "tooltip": [{"field": "price"}, {"field": "kind"}],
    },
    "usermeta": {"columns": {"kind": "Kind of it"}, "narrow": {"height": 120}},
}
DRAW = """async ([specification, options, place]) => {
  const { draw } = await import("./verify-draw.js");
  globalThis.finalize = await draw(document.querySelector(place ?? "#place"), specification, options);
  return typeof finalize;
}"""
EDIT = """async (text) => {
  const { edit } = await import("./verify-editor.js");
  globalThis.changes = [];
  globalThis.runs = 0;
  addEventListener("verify-run", ({ target }) => { runs += target.id === "place"; });
  document.querySelector("#place").replaceChildren();
  globalThis.editor = edit(document.querySelector("#place"), text, { label: "Code of cell 1", onChange: (now) => changes.push(now) });
}"""
# Every color of the text and of the ground behind it, as red, green and blue
COLORS = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const ground = numbers(getComputedStyle(document.querySelector(".cm-editor")).backgroundColor);
  const spans = [...document.querySelectorAll(".cm-line, .cm-line span")];
  return spans.map((span) => [span.textContent, numbers(getComputedStyle(span).color), ground]);
}"""
# Keywords, comments, texts, values and names: the editor colors them when it has time
HIGHLIGHTED = """() => new Set([...document.querySelectorAll(".cm-line span")].map((span) => getComputedStyle(span).color)).size >= 5"""
TYPED = "a = 1\nif a:\n    b = 2"
OTHER = {"light": "dark", "dark": "light"}
CODE = """# What a task costs
import math

class Task:
    name = "one"

def cost(size):
    return f"{math.sqrt(size) + 1.5:.2f}" if size is not None else True
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scripts")
    for name in SCRIPTS:
        script = bundle.SCRIPT.with_name(name)
        if not script.is_file():
            pytest.fail(f"{name} is not built. `make test` builds it.", pytrace=False)
        shutil.copy(script, folder)
    style = (ROOT / "src/bookkit/pages/static/page.css").read_text(encoding="utf-8")
    (folder / "page.css").write_text(re.sub(r'url\("vendor/[^"]*"\)', 'local("Georgia")', style), encoding="utf-8")
    (folder / "index.html").write_text(PAGE.format(policy=policy.head([])).replace("style-src", "style-src 'self'"), encoding="utf-8")
    (folder / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    with serving(folder) as found:
        yield found


@pytest.fixture(scope="module")
def opened(address, browser):
    """One tab for all tests, since a new one takes a second."""
    with visiting(browser, address, timezone_id="UTC") as visit:
        yield visit


@pytest.fixture
def visit(opened, address):
    opened.page.goto(address)
    opened.violations.clear()
    yield opened
    assert not opened.violations, "\n".join(opened.violations)


def draw(page, specification, place="#place", **options):
    """Draw in the page and return the drawing as text."""
    assert page.evaluate(DRAW, [specification, {"colors": charts.COLORS, **options}, place]) == "function"
    return page.locator(f"{place} svg").evaluate("(svg) => new XMLSerializer().serializeToString(svg)")


def published():
    """The charts of the book's notebooks, as they are emitted."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                if Chart.MIME_TYPE in output.get("data", {}):
                    yield path.stem, output["data"][Chart.MIME_TYPE]


def described(svg):
    """What a drawing shows: its marks, its words, and the colors that follow the theme."""
    marks = Counter(re.findall(r"<(path|line|rect|text|image)\b", svg))
    themed = re.findall(r"var\([^)]*\)", svg)
    words = [html.unescape(text) for text in re.findall(r">([^<>\s][^<>]*)</(?:text|tspan)>", svg)]
    return marks, words, Counter(themed)


def built(specification, narrow):
    """The drawing of the build."""
    variant = charts.narrowed(specification) if narrow else specification
    return vega.inline(vega.drawing(vega.compiled(variant)), "x", charts.COLORS, vega.GROWTH["narrow" if narrow else "wide"])


# Drawing


def test_charts_are_drawn_as_the_build_draws_them(visit):
    """Widths alone may differ, by the fonts of the machine."""
    tried = list(published())
    assert tried
    for name, payload in tried if THOROUGH else tried[::SAMPLE]:
        specification = Chart.from_payload(payload).specification
        for narrow in (False, True):
            svg, expected = draw(visit.page, specification, narrow=narrow), built(specification, narrow)
            where = f"{name}, {specification['title']}, {'narrow' if narrow else 'wide'}"
            assert described(svg) == described(expected), where
            (width, height), (expected_width, expected_height) = vega.size(svg), vega.size(expected)
            assert height == expected_height, where
            assert width == pytest.approx(expected_width, rel=0.15), where
    assert visit.faults() == []


def test_a_drawing_is_silent_for_screen_readers_and_shares_no_ids_with_another(visit):
    drawn = [draw(visit.page, SPECIFICATION, place) for place in ("#place", "#second")]
    assert visit.page.locator("#place svg[aria-hidden='true'][focusable='false']").count() == 1
    assert visit.page.locator("#place > [role], #place > [aria-label]").count() == 0
    used = [set(re.findall(r"url\(#([^)]+)\)", svg)) for svg in drawn]
    assert used[0]
    assert not used[0] & used[1]
    for svg, names in zip(drawn, used, strict=True):
        assert names <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_a_mark_says_what_it_means_by_the_titles_of_the_columns(visit):
    draw(visit.page, SPECIFICATION)
    visit.page.locator("#place .mark-symbol.role-mark path").first.hover()
    visit.page.locator("#place [title]").wait_for()
    assert visit.page.locator("#place [title]").get_attribute("title") == "Price: 2\nKind of it: a"


def test_parameters_draw_no_form(visit):
    parameter = {"name": "least", "value": 0, "bind": {"input": "range", "min": 0, "max": 3}}
    draw(visit.page, {**SPECIFICATION, "params": [parameter], "transform": [{"filter": "datum.size > least"}]})
    assert visit.page.locator("#place input").count() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data": {"values": []}}, "Nothing is drawn"),
        ({"data": {"url": "https://example.org/rows.json"}}, "Nothing is drawn"),
        ({"mark": "nonsense"}, "TypeError"),
        ({"transform": [{"calculate": "nobody(1)", "as": "x"}]}, "nobody"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_leaves_what_stood_there(changes, said, visit):
    with pytest.raises(Exception, match=said):
        draw(visit.page, {**SPECIFICATION, **changes})
    assert visit.page.locator("#place").inner_text() == "As before"
    visit.violations.clear()


# Editing


def test_code_is_edited_and_run_from_the_keyboard(visit):
    page = visit.page
    page.evaluate(EDIT, "a = 1")
    assert page.get_by_role("textbox", name="Code of cell 1").get_attribute("spellcheck") == "false"
    page.evaluate("editor.focus()")
    page.keyboard.press("Control+End")
    page.keyboard.type("\nif a:\nb = 2")
    assert page.evaluate("[editor.text(), changes.at(-1)]") == [TYPED, TYPED]
    page.keyboard.press("Control+Enter")
    assert page.evaluate("[runs, editor.text()]") == [1, TYPED], "running adds a line"
    page.evaluate("editor.replace('c = 3')")
    assert page.evaluate("[editor.text(), changes.at(-1)]") == ["c = 3", "c = 3"]
    page.keyboard.press("Control+z")
    assert page.evaluate("editor.text()") == TYPED, "what was replaced cannot be had back"
    page.evaluate("editor.destroy()")
    assert page.locator("#place *").count() == 0


@pytest.mark.parametrize(("key", "reached"), [("Tab", "after"), ("Shift+Tab", "before")])
def test_tab_leaves_the_editor(key, reached, visit):
    visit.page.evaluate(EDIT, "a = 1")
    visit.page.evaluate("editor.focus()")
    visit.page.keyboard.press(key)
    assert visit.page.evaluate("document.activeElement.id") == reached
    assert visit.page.evaluate("editor.text()") == "a = 1"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["system", "reader"])
def test_code_is_readable_in_both_themes(theme, chosen, visit):
    visit.page.emulate_media(color_scheme=theme if chosen == "system" else OTHER[theme])
    if chosen == "reader":
        visit.page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
    visit.page.evaluate(EDIT, CODE)
    visit.page.wait_for_function(HIGHLIGHTED)
    found = visit.page.evaluate(COLORS)
    assert (luminance(found[0][2]) < 0.2) is (theme == "dark")
    assert {text: ratio for text, *colors in found if (ratio := contrast(*colors)) < CONTRAST} == {}


def luminance(color):
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lower, higher = sorted(map(luminance, (one, other)))
    return (higher + 0.05) / (lower + 0.05)


def test_on_a_phone_charts_fit_and_code_wraps_at_a_size_that_needs_no_zoom(address, browser):
    with visiting(browser, address, viewport=PHONE, has_touch=True) as visit:
        svg, box = draw(visit.page, SPECIFICATION), visit.page.locator("#place svg").bounding_box()
        width, height = vega.size(svg)
        assert box["width"] < PHONE["width"] < width
        assert box["width"] / box["height"] == pytest.approx(width / height, rel=0.01)
        assert vega.size(draw(visit.page, SPECIFICATION, narrow=True))[1] < height, "usermeta.narrow is not merged"
        assert visit.page.locator("#place svg").count() == 1
        visit.page.evaluate(EDIT, f"total = {' + '.join(['a_long_name'] * 20)}")
        assert visit.page.locator(".cm-content").evaluate("(box) => parseFloat(getComputedStyle(box).fontSize)") >= 16
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
