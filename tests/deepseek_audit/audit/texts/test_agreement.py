"""The checker in the browser gives the findings that Python gives, in a real Chromium, by the same rules."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from deepseek_audit.audit import check_text
from deepseek_audit.audit.texts import looks_english
from deepseek_audit.audit.texts.knowledge import rules_of
from factbook.facts import load
from tests.bookkit.browser import FLAGS, required_browser
from tests.deepseek_audit.audit.texts import measure
from tests.deepseek_audit.audit.texts.test_check_text import BAD

ENGINE = Path(__file__).parents[4] / "src" / "bookkit" / "pages" / "static" / "check-engine.js"
CHECK = """([rules, texts]) => {
  const compiled = checkText.compile(rules);
  return JSON.stringify(texts.map((text) => checkText.check(compiled, text)));
}"""
LEAST = 400
MUTATED = 300
INSERTED = [
    "$",
    "%",
    "–",
    "—",
    "-",
    ".",
    ",",
    "|",
    "\t",
    "\n",
    "\n\n",
    "\u00a0",
    "\u202f",
    "\u200f",
    "\u2212",
    "<b>",
    "</p>",
    "&nbsp;",
    "&#36;",
]
INSERTED += [
    "not ",
    "than ",
    " million",
    " billion",
    "R1 ",
    "V3 ",
    "a ",
    "half ",
    "7",
    "0",
    "x",
    "\x00",
    "🚀",
    "万",
    "“",
    "’",
    "(",
    ")",
    ";",
    "?",
    "!",
]


def mutated(texts: Sequence[str], count: int) -> list[str]:
    """Texts with a few signs taken out, put in or exchanged; the same ones every time."""
    chance = random.Random(19)
    made = []
    for _ in range(count):
        text = list(chance.choice(texts)[:2000])
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text) + 1)
            if chance.random() < 0.5:
                text.insert(at, chance.choice(INSERTED))
            else:
                del text[at : at + chance.randint(1, 6)]
        made.append("".join(text))
    return made


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    path = required_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page()
        page.add_script_tag(path=str(ENGINE))
        yield page
        browser.close()


def told(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding without its places, which are counted in other units."""
    return {name: value for name, value in finding.items() if name not in ("start", "end")}


def test_the_browser_finds_what_python_finds(page: Any) -> None:
    written = [row["text"] for row in measure.read("texts.csv")]
    articles = ["\n".join(lines) for lines in measure.ARTICLES.values()]
    texts = [*written, *articles, *(text for name, text in BAD.items() if name != "surrogate"), *mutated(written, MUTATED)]
    assert len(written) >= LEAST
    found = json.loads(page.evaluate(CHECK, [rules_of(load()), texts]))
    for text, there in zip(texts, found, strict=True):
        here = check_text(text)
        assert [told(asdict(finding)) for finding in here] == [told(finding) for finding in there], text
        assert [text.encode("utf-16-le")[2 * one["start"] : 2 * one["end"]].decode("utf-16-le") for one in there] == [
            finding.text for finding in here
        ]


def test_the_browser_knows_english_as_python_does(page: Any) -> None:
    texts = [row["text"] for row in measure.read("texts.csv")] + [text for name, text in BAD.items() if name != "surrogate"]
    page.evaluate("(rules) => { checkText.compile(rules) }", rules_of(load()))
    assert page.evaluate("(texts) => texts.map(checkText.looksEnglish)", texts) == [looks_english(text) for text in texts]
