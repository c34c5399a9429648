"""Calculators in a real Chromium: the page computes what Python computes, by pointer, by keyboard and from a shared address.

A small page with two calculators stands for all; then every calculator of the built site is compared with the one its
chapter makes.
"""

from __future__ import annotations

import io
import math
import shutil
import statistics
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import jupytext
import pytest
import sympy
from playwright.sync_api import expect
from scipy import stats

import bookkit
from bookkit import outputs, pages
from bookkit.markup import assets
from bookkit.outputs import calculators as markup
from bookkit.outputs import numbers
from bookkit.pages import policy
from bookkit.pages.page import STYLES
from deepseek_audit.models import cost
from factbook.calculators.calculator import (
    Calculator,
    Choice,
    Fixed,
    Landmarks,
    Outcome,
    Preset,
    Result,
    Results,
    Slider,
)
from factbook.calculators.distributions import Lognormal, Triangular, Uniform
from factbook.facts import load
from tests.bookkit.browser import ROOT, THOROUGH, serving, unfold, visiting
from tests.bookkit.pages.test_browser import CHAPTERS, OVERFLOW, OVERHANG, axe_faults

SETTINGS = 220
# Of each calculator in a chapter; all of them with THOROUGH=1
SETTINGS_OF_A_CHAPTER = SETTINGS if THOROUGH else 30
# The chapters with the calculators that have every kind of input and of result; the others with THOROUGH=1
COMPUTING = ("hidden-costs.html", "geopolitics.html", "prices.html")
SAME = 1e-6
LATENCY = 100  # milliseconds; the aim is 50 on an idle machine
LIVE = ".calculator[data-live]"
SHIFT = 1  # CSS pixels

# Applies settings (input name to a share from 0 to 1) one after the other, as a reader would; returns what the page then says.
APPLY = """(figure, settings) => settings.map((setting) => {
  const reset = figure.querySelector('[data-action="reset"]');
  if (!reset.disabled) reset.click();
  for (const [name, share] of Object.entries(setting)) {
    const control = figure.querySelector(`[data-input="${name}"] :is(input, select)`);
    if (control.tagName === "SELECT") control.selectedIndex = Math.min(control.length - 1, Math.floor(share * control.length));
    else control.value = Math.round(share * control.max);
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const touched = Object.fromEntries(Object.keys(setting).map((name) =>
    [name, figure.querySelector(`[data-input="${name}"]`).dataset.value]));
  const results = Object.fromEntries([...figure.querySelectorAll("[data-result]")].map((place) => [place.dataset.result, {
    ...place.dataset, text: place.querySelector(".calculator-figure, .calculator-text").textContent,
    interval: place.querySelector("[data-interval]")?.textContent ?? "",
  }]));
  const overflowing = [...figure.querySelectorAll(".calculator-bar")].filter((bar) => parseFloat(bar.getAttribute("width")) > 100);
  const nearest = figure.querySelector(".calculator-landmarks p[data-name]:not([hidden])")?.textContent ?? "";
  return { touched, results, overflowing: overflowing.length, nearest };
})"""

TIME = """(figure) => {
  const slider = figure.querySelector("input[type=range]");
  const times = [];
  for (let index = 0; index < 60; index++) {
    slider.value = index % Number(slider.max);
    const start = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    figure.getBoundingClientRect();
    times.push(performance.now() - start);
  }
  return times;
}"""

BOXES = """() => {
  scrollTo(0, 0);
  const all = [...document.querySelectorAll("main *")];
  return all.filter((one) => one.getClientRects().length && !one.closest("svg, .trace, option")).map((one) => {
    const at = one.getBoundingClientRect();
    return [one.tagName + "." + one.className, at.left, at.top, at.width, at.height];
  });
}"""


def programme() -> Calculator:
    facts = load()
    return Calculator(
        "programme",
        "What the whole programme cost",
        description="The published run is one of many.",
        inputs=[
            Slider("rate", "Rent of a chip", facts["v3_rate_assumed"], 0.5, 5, 0.05, uncertain=Triangular(1.4, 2, 3.5)),
            Slider(
                "multiplier", "Experiments", 3.0, 1, 20, log=True, uncertain=Lognormal(1.5, 8), suffix=" times", help="A team tries much."
            ),
            Slider("failed", "Failed runs", 20.0, 0, 100, 5, uncertain=Uniform(10, 40), suffix="%"),
            Slider("staff", "People", 150.0, 20, 500, 5, suffix=" people"),
            Choice("pay", "Pay in a year", {"Low": 50_000, "Middle": 120_000.5, "High": 600_000}, default="Middle"),
            Fixed("hours", "Chip time", facts["v3_hours_total"]),
        ],
        results=[
            Results(
                "In all",
                [
                    Result("final", "Final run", lambda hours, rate: cost.rental_cost(hours, rate), "usd"),
                    Result(
                        "total",
                        "Total",
                        lambda final, multiplier, failed, staff, pay: final * multiplier * (1 + failed / 100) + staff * pay,
                        "usd",
                        interval=True,
                        check_unit=False,
                    ),
                ],
            ),
            Results(
                "Where it goes",
                [
                    Result("runs", "Runs", lambda final, multiplier, failed: final * multiplier * (1 + failed / 100), "usd", interval=True),
                    Result("people", "People", lambda staff, pay: staff * pay, "usd", check_unit=False),
                    Result("change", "More than the final run", lambda total, final: total - 4 * final, "usd"),
                ],
                style="bars",
                references=[("Published", cost.rental_cost(facts["v3_hours_total"], facts["v3_rate_assumed"]))],
            ),
            Results(
                "Ranked",
                [
                    Result("a", "Rent", lambda rate: rate**3, check_unit=False),
                    Result("b", "Staff", lambda staff: sympy.sqrt(staff)),
                    Result("c", "Experiments", lambda multiplier: multiplier),
                ],
                style="ranking",
                log=True,
            ),
            Results(
                "Would it be seen?",
                [
                    Result(
                        "seen",
                        "In a filing",
                        lambda total, rate: sympy.Piecewise((2, sympy.And(total > 6e7, rate > 1)), (1, total > 2e7), (0, True)),
                        texts={0: "No.", 1: "Perhaps.", 2: "Yes."},
                    )
                ],
                style="verdicts",
            ),
        ],
        landmarks=Landmarks(
            "total",
            [(figure.label, figure.amount, "#content", figure.scope) for figure in cost.circulating_figures(facts)],
            scope="programme",
        ),
        presets=[
            Preset("The bill", {"multiplier": 1, "failed": 0, "staff": 20, "pay": "Low"}, "The final run and those who ran it."),
            Preset("Ours", note="Our estimate."),
            Preset("All counted", {"rate": 3.5, "multiplier": 8.0, "staff": 300}),
        ],
        sentence="The programme cost about {total}, in nine of ten cases {total.interval}; the final run cost {final}.",
    )


def second() -> Calculator:
    return Calculator("second", "Another one", [Slider("x", "x", 1.0, 0, 4, 0.5)], [Results("", [Result("y", "Inverse", lambda x: 1 / x)])])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with two calculators, under the site's own policy, which allows no evaluation of text."""
    folder = tmp_path_factory.mktemp("calculators")
    for static in (bookkit.STATIC, outputs.STATIC, pages.STATIC):
        shutil.copytree(static, folder / "_static", dirs_exist_ok=True)
    (folder / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    (folder / "index.html").write_text(page("_static/vendor/calculator.js"), encoding="utf-8")
    with serving(folder) as address:
        yield address


def page(script: str) -> str:
    shown = [markup.node(found.data(), serial) for serial, found in enumerate((programme(), second()), 1)]
    figures = "".join(markup.markup(node["calculator"], node["serial"], script) for node in shown)
    traces = numbers.traces(pair for node in shown for pair in node[numbers.TRACED])
    styles = assets.inlined((*STYLES, *(outputs.STATIC / name for name in (*outputs.STYLES, *markup.STYLES))), "_static/")
    scripts = "".join(f'<script src="_static/{name}.js" defer></script>' for name in ("page", "numbers", "calculators"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{policy.head(())}'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="icon.svg">'
        f'<title>Calculators</title><style>{styles}</style></head><body><main id="content">'
        f'<article class="chapter"><h1>Calculators</h1><section><p>Before.</p>{figures}<p>After.</p></section>{traces}</article></main>'
        f"{scripts}</body></html>"
    )


def alive(page: Any, name: str = "programme") -> Any:
    """The calculator of this name, once it lives."""
    figure = page.locator(f"#calculator-{name}")
    figure.scroll_into_view_if_needed()
    page.locator(f"#calculator-{name}[data-live]").wait_for()
    return figure


def varied(found: Calculator, count: int = SETTINGS) -> list[dict[str, float]]:
    """Settings spread over all inputs; each leaves some of them alone. The corners come first."""
    names = [item.name for item in found.inputs if not isinstance(item, Fixed)]
    points = stats.qmc.Halton(2 * len(names), scramble=False).random(count + 1)[1:]
    corners: list[dict[str, float]] = [{}, dict.fromkeys(names, 0.0), dict.fromkeys(names, 1.0)]
    return corners + [
        {name: float(point[index]) for index, name in enumerate(names) if point[len(names) + index] < 0.7} for point in points
    ]


def differences(found: Calculator, said: list[dict[str, Any]]) -> list[str]:
    """Where the page and Python differ."""
    faults = []
    for entry in said:
        touched = {name: float(value) for name, value in entry["touched"].items()}
        expected = found.evaluate(**touched)
        assert set(expected) == set(entry["results"])
        for name, outcome in expected.items():
            faults += [f"{touched}: {name} {fault}" for fault in _different(outcome, entry["results"][name])]
            shown, form = entry["results"][name], found._formulas[name].format
            value = float(shown["value"])
            if not found._formulas[name].result.texts and shown["text"] != form.text(value):
                faults.append(f"{touched}: {name} is written {shown['text']}, in Python {form.text(value)}")
            if shown["interval"] and shown["interval"] != form.interval(float(shown["low"]), float(shown["high"])):
                faults.append(f"{touched}: {name} ranges {shown['interval']}, in Python {outcome.interval_text}")
            if found._formulas[name].result.texts and shown["text"] != outcome.text:
                faults.append(f"{touched}: {name} says {shown['text']}, in Python {outcome.text}")
        if entry["overflowing"]:
            faults.append(f"{touched}: {entry['overflowing']} bars overflow")
    return faults


def _different(outcome: Outcome, shown: dict[str, str]) -> Iterator[str]:
    for end in ("value", "low", "median", "high"):
        here = getattr(outcome, end)
        there = float(shown[end]) if end in shown else None
        if here is None or there is None:
            if here is not there:
                yield f"{end}: {there}, in Python {here}"
        elif math.isnan(here) != math.isnan(there) or not (math.isnan(here) or math.isclose(here, there, rel_tol=SAME, abs_tol=1e-9)):
            yield f"{end}: {there}, in Python {here}"


def test_the_page_computes_what_python_computes(browser, demo):
    """Every result and every interval, over a grid of settings; nothing in the console, nothing from elsewhere."""
    with visiting(browser, demo, "index.html") as visit:
        for found in (programme(), second()):
            said = alive(visit.page, found.name).evaluate(APPLY, varied(found))
            faults = differences(found, said)
            assert len(said) > 200
            assert not faults, f"{len(faults)} differences\n" + "\n".join(faults[:10])
        assert not visit.faults()


def test_these_tests_see_a_difference(browser, demo):
    """A formula that is off by a millionth and a half does not go unnoticed."""
    wrong = programme()
    compute = wrong._compute
    wrong._compute = lambda *values: [value * (1 + 1.5e-6) for value in compute(*values)]
    with visiting(browser, demo, "index.html") as visit:
        assert differences(wrong, alive(visit.page).evaluate(APPLY, varied(wrong, 3)))


def recorded(chapter: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Calculator]:
    """The calculators that a chapter makes, by executing its cells here."""
    made: dict[str, Calculator] = {}
    start = Calculator.__post_init__

    def remember(self: Calculator) -> None:
        start(self)
        made[self.name] = self

    monkeypatch.setattr(Calculator, "__post_init__", remember)
    monkeypatch.chdir(chapter.parent)
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for cell in jupytext.read(chapter).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, str(chapter), "exec"), names)
    return made


@pytest.mark.parametrize("path", [path for path in CHAPTERS if THOROUGH or path in COMPUTING])
def test_every_calculator_of_the_site_computes_what_its_chapter_computes(browser, site, path, monkeypatch):
    with visiting(browser, site, path) as visit:
        names = visit.page.locator(".calculator").evaluate_all("(all) => all.map(({ id }) => id.replace('calculator-', ''))")
        if not names:
            return
        unfold(visit.page)
        made = {name.replace("_", "-"): found for name, found in recorded(ROOT / "book" / f"{Path(path).stem}.md", monkeypatch).items()}
        for name in names:
            said = alive(visit.page, name).evaluate(APPLY, varied(made[name], SETTINGS_OF_A_CHAPTER))
            faults = differences(made[name], said)
            assert not faults, f"{name}: {len(faults)} differences\n" + "\n".join(faults[:10])
            times = visit.page.locator(f"#calculator-{name}").evaluate(TIME)
            assert statistics.median(times) < LATENCY, f"{name} takes {statistics.median(times):.1f} ms"
        assert not axe_faults(visit.page, part=".calculator")
        assert not visit.faults()
        for width in (320, 390, 768, 1280):
            visit.page.set_viewport_size({"width": width, "height": 900})
            assert not visit.page.evaluate(OVERFLOW, OVERHANG), width


def test_a_change_shows_at_once(browser, demo, record_property):
    with visiting(browser, demo, "index.html") as visit:
        times = alive(visit.page).evaluate(TIME)
    record_property("milliseconds", statistics.median(times))
    print(f"median {statistics.median(times):.1f} ms, slowest {max(times):.1f} ms")
    assert statistics.median(times) < LATENCY


CHOSEN = "(figure) => figure.querySelector('.calculator-presets :checked')?.closest('label').querySelector('span').textContent ?? ''"


def test_a_preset_is_chosen_by_keyboard_and_said(browser, demo):
    """With what follows from it; then a slider makes the settings the reader's own, which stay within reach."""
    found = programme()
    with visiting(browser, demo, "index.html") as visit:
        figure = alive(visit.page)
        own = figure.locator("[data-preset=own]")
        assert (figure.evaluate(CHOSEN), own.is_disabled()) == ("Ours", True)
        figure.get_by_role("radio", name="Ours").press("ArrowDown")
        assert figure.evaluate(CHOSEN) == "All counted"
        expected = found.evaluate(**found.presets[2].settings)
        sentence = f"The programme cost about {expected['total'].text}, in nine of ten cases {expected['total'].interval_text}; "
        sentence += f"the final run cost {expected['final'].text}."
        assert figure.locator(".calculator-sentence").inner_text() == sentence
        assert f"All counted {expected['total'].text}" in figure.locator(".calculator-preset").nth(2).inner_text().replace("\n", " ")
        expect(figure.locator(".calculator-spoken")).to_have_text(f"All counted. {sentence}")
        visit.page.wait_for_url(
            lambda url: all(part in url for part in ("programme.rate=3.5", "programme.multiplier=8", "programme.staff=300"))
        )
        figure.locator("[data-input=rate] input").press("ArrowRight")
        assert (figure.evaluate(CHOSEN), own.is_disabled()) == ("Your own", False)
        mine = found.evaluate(**{**found.presets[2].settings, "rate": 3.55})["total"].text
        assert figure.locator("[data-own]").inner_text() == mine
        expect(figure.locator(".calculator-spoken")).to_contain_text(f"Your own. The programme cost about {mine}")
        figure.get_by_role("radio", name="The bill").check()
        assert figure.locator("[data-input=pay] select").input_value() == "50000"
        assert figure.locator("[data-input][data-changed]").count() == 4
        own.check()
        assert figure.locator("[data-input=rate]").get_attribute("data-value") == "3.55"
        figure.locator("[data-action=reset]").click()
        assert figure.evaluate(CHOSEN) == "Ours"
        assert not visit.faults()


def test_an_address_with_the_settings_of_a_preset_chooses_it(browser, demo):
    query = "programme.rate=3.5&programme.multiplier=8&programme.staff="
    for staff, chosen in (("300", "All counted"), ("305", "Your own")):
        with visiting(browser, demo, f"index.html?{query}{staff}") as visit:
            assert alive(visit.page).evaluate(CHOSEN) == chosen


def test_only_figures_of_the_results_scope_are_compared():
    text = page("")
    for label, amount, _, scope in programme().landmarks.items:
        place = text.index(f"{label}</a>, <span")
        assert str(amount) in text[place : place + 400]
        assert ("cover something else" in text[:place]) is (scope != "programme"), label


def test_arrow_keys_move_a_slider_and_its_results(browser, demo):
    with visiting(browser, demo, "index.html") as visit:
        figure = alive(visit.page)
        slider, total = figure.locator("[data-input=rate] input"), figure.locator("[data-result=total]")
        before = float(total.get_attribute("data-value"))
        slider.focus()
        visit.page.keyboard.press("ArrowRight")
        assert figure.locator("[data-input=rate]").get_attribute("data-value") == "2.05"
        assert slider.get_attribute("aria-valuetext") == figure.locator("[data-input=rate] output").inner_text() == "$2.05 per GPU-hour"
        assert float(total.get_attribute("data-value")) > before
        assert total.locator(".calculator-before").is_visible()
        visit.page.keyboard.press("Home")
        assert figure.locator("[data-input=rate]").get_attribute("data-value") == "0.5"
        visit.page.keyboard.press("End")
        assert figure.locator("[data-input=rate]").get_attribute("data-value") == "5"
        figure.locator("[data-undo=rate]").click()
        assert float(total.get_attribute("data-value")) == pytest.approx(before)
        assert slider.evaluate("(slider) => slider === document.activeElement")
        expect(figure.locator(".calculator-spoken")).to_contain_text("Ours. The programme cost about $")


def test_exact_values_can_be_typed(browser, demo):
    with visiting(browser, demo, "index.html") as visit:
        figure = alive(visit.page)
        figure.locator(".calculator-exact > summary").click()
        field = figure.locator("[data-exact=rate]")
        field.fill("2.345")
        field.press("Enter")
        assert figure.locator("[data-input=rate]").get_attribute("data-value") == "2.345"
        assert float(figure.locator("[data-result=total]").get_attribute("data-value")) == pytest.approx(
            programme().evaluate(rate=2.345)["total"].value, rel=SAME
        )
        field.fill("99")
        field.press("Enter")
        assert figure.locator("[data-input=rate]").get_attribute("data-value") == field.input_value() == "5"
        said = "“99” became $5 per GPU-hour: Rent of a chip goes from $0.5 to $5 per GPU-hour."
        assert told(field) == (said, "status", "false")


def told(field: Any) -> tuple[str, str, str]:
    """What is said beside a field, in what kind of region, and whether the field is marked as wrong."""
    [place] = [name for name in field.get_attribute("aria-describedby").split() if name.endswith("-problem")]
    beside = field.page.locator(f"#{place}")
    text = beside.inner_text()
    assert beside.is_visible() is bool(text)
    return text, beside.get_attribute("role"), field.get_attribute("aria-invalid")


RULE = markup.RULE + " Type no unit."


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("3,5", f"“3,5” is not read as a number. {RULE}"),
        ("3.5 usd", f"“3.5 usd” is not read as a number. {RULE}"),
        ("", f"There is no number here. {RULE}"),
        ("1e400", "“1e400” is too large to compute with."),
        ("9" * 50 + ",5", f"“{'9' * 40}…” is not read as a number. {RULE}"),
    ],
)
def test_what_cannot_be_read_stays_in_its_field_and_is_said_beside_it(browser, demo, typed, why):
    """Nothing else changes; the text stays while other inputs move, until it can be read, the slider moves, or all is reset."""
    with visiting(browser, demo, "index.html") as visit:
        figure = alive(visit.page)
        figure.locator(".calculator-exact > summary").click()
        field, other = figure.locator("[data-exact=rate]"), figure.locator("[data-exact=staff]")
        rate, reset = figure.locator("[data-input=rate]"), figure.locator("[data-action=reset]")
        for text, kept in (("2.25", "2.25"), (typed, typed)):
            field.fill(text)
            field.press("Enter")
            assert field.input_value() == kept
        assert rate.get_attribute("data-value") == "2.25"
        assert told(field) == (f"{why} $2.25 per GPU-hour still counts.", "status", "true")
        other.fill("−5")
        other.press("Enter")
        assert (field.input_value(), told(other)[0]) == (typed, "“−5” became 20 people: People goes from 20 to 500 people.")
        visit.page.wait_for_url(lambda url: "programme.rate=2.25" in url and "programme.staff=20" in url)
        rate.locator("input").press("ArrowRight")
        assert (field.input_value(), told(field)) == ("2.3", ("", "status", "false"))
        field.fill(typed)
        field.press("Enter")
        field.fill("3.5")
        field.press("Enter")
        assert (rate.get_attribute("data-value"), told(field)) == ("3.5", ("", "status", "false"))
        reset.click()
        field.fill(typed)
        field.press("Enter")
        reset.click()
        assert (field.input_value(), told(field), reset.is_disabled()) == ("2", ("", "status", "false"), True)
        assert not visit.faults()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("programme.rate=3,5", {"rate": f"“3,5” is not read as a number. {RULE} $2 per GPU-hour still counts."}),
        ("programme.rate=0x3", {"rate": f"“0x3” is not read as a number. {RULE} $2 per GPU-hour still counts."}),
        ("programme.rate=", {"rate": f"There is no number here. {RULE} $2 per GPU-hour still counts."}),
        ("programme.rate=4&programme.rate=3", {"rate": f"“4 and 3” is not read as a number. {RULE} $2 per GPU-hour still counts."}),
        ("programme.rate=9", {"rate": "“9” became $5 per GPU-hour: Rent of a chip goes from $0.5 to $5 per GPU-hour."}),
        ("programme.pay=7&programme.staff=20", {"pay": "“7” is not among these. Middle still counts."}),
        ("programme.rate=2&programme.rate=2&programme.staff=%2B30&utm_source=elsewhere&second.x=9", {}),
    ],
)
def test_what_an_address_asks_in_vain_is_said_beside_the_input(browser, demo, query, said):
    """Beside the slider while the fields are folded, then beside the field, which has the text."""
    with visiting(browser, demo, f"index.html?{query}") as visit:
        figure = alive(visit.page)
        labels = {item.name: item.label for item in programme().inputs}
        expected = f"Not all of the address could be used: see {', '.join(labels[name] for name in said)}." if said else ""
        assert figure.locator(".calculator-said").inner_text() == expected
        shown = figure.locator(".calculator-problem:not(:empty)")
        assert shown.locator("visible=true").all_inner_texts() == list(said.values())
        for name, text in said.items():
            assert told(figure.locator(f"[data-input={name}] :is(input, select)"))[0] == text
        figure.locator(".calculator-exact > summary").click()
        assert shown.locator("visible=true").all_inner_texts() == list(said.values())
        if "0x3" in query:
            assert figure.locator("[data-exact=rate]").input_value() == "0x3"
            assert not axe_faults(visit.page)
        assert not visit.faults()


def test_names_in_an_address_that_are_no_input_are_said(browser, demo):
    query = "programme.nothing=3&programme.hours=1&programme.nothing=4&programme.rate=x&other=5"
    with visiting(browser, demo, f"index.html?{query}") as visit:
        assert alive(visit.page).locator(".calculator-said").inner_text() == (
            "Not all of the address could be used: see Rent of a chip. "
            "The address also sets what cannot be set here: programme.nothing, programme.hours."
        )


def test_a_shared_address_gives_the_same(browser, demo):
    """Through the clipboard; other calculators, other parameters and the fragment are left alone; reset cleans up."""
    with visiting(browser, demo, "index.html?other=kept#calculator-second", permissions=["clipboard-read", "clipboard-write"]) as visit:
        tab = visit.page
        figure, other = alive(tab), alive(tab, "second")
        figure.evaluate(APPLY, [{"rate": 0.8, "multiplier": 0.31, "pay": 0.9}])
        other.evaluate(APPLY, [{"x": 0.25}])
        tab.wait_for_url(lambda url: "programme.rate" in url and "second.x" in url)
        assert tab.url.endswith("#calculator-second")
        assert "other=kept" in tab.url
        read = "(figure) => [...figure.querySelectorAll('[data-result]')].map((place) => ({ ...place.dataset }))"
        before = sorted(figure.evaluate(read), key=str)
        figure.locator("[data-action=share]").click()
        tab.locator(".calculator-said", has_text="Address copied").wait_for()
        address = tab.evaluate("navigator.clipboard.readText()")
        assert address.endswith("#calculator-programme")
        tab.goto("about:blank")
        tab.goto(address)
        figure = alive(tab)
        assert sorted(figure.evaluate(read), key=str) == before
        figure.locator("[data-action=reset]").click()
        tab.wait_for_url(lambda url: "programme." not in url)
        assert "second.x=1" in tab.url
        assert figure.locator("[data-result=total] .calculator-figure").inner_text() == programme().evaluate()["total"].text
        assert not visit.faults()


def test_without_a_clipboard_the_address_is_shown_and_selected(browser, demo):
    with visiting(browser, demo, "index.html") as visit:
        visit.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        figure = alive(visit.page)
        figure.evaluate(APPLY, [{"rate": 0.5}])
        figure.locator("[data-action=share]").click()
        field = figure.locator(".calculator-address input")
        assert field.is_visible()
        assert "programme.rate=2.75" in field.input_value()
        assert visit.page.evaluate("getSelection().toString()") == field.input_value() or field.evaluate(
            "(field) => field.selectionEnd - field.selectionStart === field.value.length"
        )


@pytest.mark.parametrize(
    ("query", "touched"),
    [
        ("programme.rate=1e999&programme.multiplier=<script>alert(1)</script>&programme.failed=", {}),
        ("programme.rate=9e9&programme.failed=-5", {"rate": 5, "failed": 0}),
        ("programme.pay=7&programme.nothing=3&programme.hours=1&__proto__=1&programme.__proto__=1&programme.constructor=2", {}),
        ("programme.rate=NaN&programme.rate=3", {}),
        ("programme.rate=0x3&programme.pay=600000&programme.staff=%20200%20", {"pay": 600_000, "staff": 200}),
        ("programme.rate=%E0%A4%A&%00=%00", {}),
    ],
)
def test_hostile_addresses_are_harmless(browser, demo, query, touched):
    with visiting(browser, demo, f"index.html?{query}#calculator-programme") as visit:
        figure = alive(visit.page)
        expected = programme().evaluate(**touched)["total"]
        for end in ("value", "low", "high"):
            assert float(figure.locator("[data-result=total]").get_attribute(f"data-{end}")) == pytest.approx(
                getattr(expected, end), rel=SAME
            )
        assert figure.locator("[data-input][data-changed]").count() == len(touched)
        figure.evaluate(APPLY, [{"staff": 1}])
        visit.page.wait_for_url(lambda url: "programme.staff=500" in url)
        assert not visit.faults()


@pytest.mark.parametrize("width", [390, 1280])
def test_without_javascript_the_defaults_are_readable_and_nothing_moves_with_it(browser, demo, width):
    size = {"viewport": {"width": width, "height": 900}}
    with visiting(browser, demo, "index.html", java_script_enabled=False, **size) as visit:
        text = visit.page.locator("#calculator-programme").inner_text()
        still = visit.page.evaluate(BOXES)
        assert visit.page.locator("#calculator-programme  :is(input:not([readonly]), select):enabled").count() == 0
        visit.page.locator("a[href='#trace-calculator-programme-rate']").click()
        assert visit.page.locator("#trace-calculator-programme-rate").is_visible()
        assert not visit.faults()
    for item in programme().data().outcomes:
        assert item.label in text
        assert item.text in text
    assert programme().evaluate()["total"].interval_text in text
    assert "The sliders need JavaScript." in text
    for preset in programme().data().presets:
        assert preset.text in text
        assert preset.interval_text in text
    with visiting(browser, demo, "index.html", **size) as visit:
        figure = alive(visit.page)
        alive(visit.page, "second")
        live = visit.page.evaluate(BOXES)
        assert "need JavaScript" not in figure.inner_text()
    assert [box[0] for box in still] == [box[0] for box in live]
    moved = [
        (old, new) for old, new in zip(still, live, strict=True) if any(abs(a - b) > SHIFT for a, b in zip(old[1:], new[1:], strict=True))
    ]
    assert not moved, moved[:3]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_and_the_layout_find_nothing(browser, demo, theme):
    faults = []
    with visiting(browser, demo, "index.html", color_scheme=theme) as visit:
        faults += axe_faults(visit.page)
        figure = alive(visit.page)
        figure.evaluate(APPLY, [{"rate": 0.9, "multiplier": 0.9}])
        for details in figure.locator("details > summary").all():
            details.click()
        faults += axe_faults(visit.page)
        for width in (320, 390, 768, 1280):
            visit.page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{width} px: {fault}" for fault in visit.page.evaluate(OVERFLOW, OVERHANG)]
            small = figure.locator("button:visible, select, input[type=range]").evaluate_all(
                "(all) => all.filter((one) => one.offsetHeight < 24 && !one.matches('.traced')).map((one) => one.outerHTML)"
            )
            faults += [f"{width} px, too small to touch: {text}" for text in small]
    assert not faults, "\n".join(faults)


def test_on_paper_stand_the_values_in_use(browser, demo):
    with visiting(browser, demo, "index.html") as visit:
        figure = alive(visit.page)
        figure.evaluate(APPLY, [{"rate": 1}])
        visit.page.emulate_media(media="print")
        assert figure.locator("[data-input=rate] output").inner_text() == "$5 per GPU-hour"
        assert figure.locator("[data-result=total] .calculator-figure").is_visible()
        assert not figure.locator("input[type=range]").first.is_visible()
        assert not figure.locator("[data-action=share]").is_visible()


def test_the_nearest_landmark_and_the_ranking_follow(browser, demo):
    found = programme()
    with visiting(browser, demo, "index.html") as visit:
        figure = alive(visit.page)
        for setting in ({"multiplier": 0, "staff": 0, "pay": 0}, {"multiplier": 1, "staff": 1, "pay": 1}):
            [said] = figure.evaluate(APPLY, [setting])
            value = float(said["results"]["total"]["value"])
            same = [item for item in found.landmarks.items if item[3] == "programme"]
            label, amount, *_ = min(same, key=lambda item: abs(math.log(value / item[1].magnitude)))
            assert said["nearest"].startswith(f"{label}, {amount}")
            assert markup.times(value / amount.magnitude) in said["nearest"]
            ranked = figure.locator("ol [data-result]").evaluate_all("(all) => all.map((place) => Number(place.dataset.value))")
            assert ranked == sorted(ranked, reverse=True)


def test_without_its_script_a_calculator_is_static():
    assert "data-calculator" not in page("")
    assert "data-calculator" in page("calculator.js")


def test_numbers_of_a_calculator_are_published_for_machines():
    numbers = dict(markup.numbers_of(programme().data()))
    entry = numbers["calculator-programme-total"]
    assert (entry.value, entry.unit) == (pytest.approx(programme().evaluate()["total"].value), "usd")
    assert {row.id for row in entry.rows} == {"v3_hours_total", "v3_rate_assumed"}
    text = page("")
    for identifier in numbers:
        assert f'id="{identifier}"' in text
