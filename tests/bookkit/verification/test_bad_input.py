"""What goes wrong while a chapter is computed in the browser: a sentence says what and what to do, the page is as it was, and the next
start works.

One browser and one started Python serve most of it. ``THOROUGH=1`` lets each fault be followed by a whole run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bookkit.pages import policy
from bookkit.verification.inside.session import Session
from tests.bookkit.browser import ROOT, THOROUGH
from tests.bookkit.verification import opened
from tests.bookkit.verification.opened import Part, Site, site_of

CHAPTER = "cost-claims.html"
SMALL = "sources.html"  # loads least
CELLS = 25
PATIENCE = "(time) => import(new URL('_static/verify-engine.js', document.baseURI).href).then(({ Python }) => { Python.patience = time; })"
AS_IT_WAS = "The page is as it was."
NO_NETWORK = "A cell here reaches no network"
thorough = pytest.mark.skipif(not THOROUGH, reason="once a week")


def rare(*values: Any) -> Any:
    """Values that are tried once a week."""
    return pytest.param(*values, marks=thorough)


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[Site]:
    folder = built / "_build/html"
    frame = (folder / "_verify/frame.htm").read_text(encoding="utf-8")
    assert policy.of_frame() in frame
    forbidding = frame.replace(" 'wasm-unsafe-eval'", "")
    with site_of(folder, {"/_verify/forbidding.html": forbidding.encode()}) as site:
        yield site


@contextmanager
def tab(browser: Any, served: Site, chapter: str = SMALL, frame: str = "", **options: Any) -> Iterator[Part]:
    """A chapter in a fresh profile; in the end everything is answered again."""
    context = browser.new_context(**options)
    try:
        yield Part(context.new_page(), f"{served.address}/{chapter}", frame)
    finally:
        context.close()
        served.heal()


@pytest.fixture(scope="module")
def started(browser: Any, served: Site) -> Iterator[Part]:
    """A chapter that was computed once, and of which one number was changed: it shows what moved."""
    with tab(browser, served, CHAPTER) as part:
        assert part.run() == {"compared": 202, "moved": [], "rest": 0}, part.said
        yield part


def as_it_was(part: Part) -> None:
    """Nothing of a run is left in the page, and it can be started."""
    assert part.left == 0
    assert part.page.locator("#verify[data-busy]").count() == 0
    assert part.page.locator("#verify .verify-main").first.is_enabled()
    assert part.page.locator("#verify").get_by_role("button", name="Stop").is_hidden()


def starts(part: Part) -> None:
    """The next start gets through what has to be loaded; once a week, through the chapter."""
    part.begin()
    if THOROUGH:
        assert "failed" not in part.end(), part.said
    else:
        part.says("Starting Python")
        part.stop()
        assert part.end() == {"failed": f"Stopped. {AS_IT_WAS}"}
        as_it_was(part)


# Loading


@pytest.mark.parametrize(
    ("file", "fault", "said"),
    [
        # Missing, changed, broken off
        ("sources-", opened.missing, r"sources-\w+\.json is missing on this site \(404\)\. Load the page again"),
        rare(
            "sources-",
            opened.changed,
            r"sources-\w+\.json is not the published file: it was cut or changed\. Nothing of it was run",
        ),
        rare("sources-", opened.broken, r"The connection broke while sources-\w+\.json was loading\. Start again"),
        rare("report-", opened.missing, r"report-\w+\.pack is missing on this site \(404\)\. Load the page again"),
        ("report-", opened.changed, r"report-\w+\.pack is not the published file: it was cut or changed\. Nothing of it was run"),
        ("numpy-", opened.cut, r"numpy-\w+\.pack is not the published file: it was cut or changed\. Nothing of it was run"),
        ("core-pyodide.mjs", opened.broken, r"The connection broke while core-pyodide\.mjs-\w+\.pack was loading\. Start again"),
    ],
    ids=lambda value: value.__name__ if callable(value) else value.strip("-") if "\\" not in value else "",
)
def test_what_does_not_come_as_published_is_named_and_not_run(
    browser: Any, served: Site, file: str, fault: Callable[..., None], said: str
) -> None:
    with tab(browser, served) as part:
        served.faults[file] = fault
        part.run()
        assert re.match(said, part.said), part.said
        assert part.frames == 0
        as_it_was(part)
        # Asked for again past what the browser keeps, and then not for ever
        assert sum(path.rpartition("/")[2].startswith(file) for path in served.asked) == 2
        served.heal()
        starts(part)


@thorough
def test_what_was_kept_is_checked_again(browser: Any, served: Site) -> None:
    with tab(browser, served) as part:
        part.page.evaluate(
            """async (folder) => {
              const record = new URL(document.querySelector("#verify").dataset.record, document.baseURI).href;
              const kept = await caches.open("bookkit-packs");
              const { packs } = await (await fetch(record)).json();
              for (const name of [...packs.map(({ name }) => name), record.split("/").at(-1)]) {
                await kept.put(new URL(name, folder).href, new Response("another"));
              }
            }""",
            f"{served.address}/_verify/",
        )
        starts(part)


def test_a_script_that_does_not_come_may_come_later(browser: Any, served: Site) -> None:
    served.faults["verify-panel.js"] = opened.missing
    with tab(browser, served) as part:
        part.says("The script that does this could not be loaded. Check the connection, close this part and open it again.")
        served.heal()
        part.page.locator("#verify > summary").click()
        part.page.locator("#verify > summary").click()
        part.wait_for("Boolean(document.querySelector('#verify .verify-main'))", 10)


@pytest.mark.parametrize("file", ["sources-", "scipy-" if THOROUGH else "altair-"])
def test_loading_is_stopped_begun_once_and_begun_again(browser: Any, served: Site, file: str) -> None:
    with tab(browser, served) as part:
        served.faults[file] = served.hang
        part.begin()
        part.says("Loading")
        # A second click, and keys that start, too
        part.page.locator("#verify .verify-main").evaluate("(button) => { button.click(); button.disabled = false; button.click(); }")
        assert part.frames == (file != "sources-")
        part.stop()
        assert part.end(3) == {"failed": f"Stopped. {AS_IT_WAS}"}
        assert part.frames == 0
        as_it_was(part)
        served.heal()
        starts(part)


@thorough
def test_a_reload_while_loading_begins_anew(browser: Any, served: Site) -> None:
    with tab(browser, served) as part:
        served.faults["altair-"] = served.hang
        part.begin()
        part.says("Loading Python")
        part.page.reload()
        served.heal()
        assert part.frames == 0
        assert part.said == ""
        part.unfold()
        starts(part)


@pytest.mark.parametrize("file", [rare("sources-"), "altair-"])
def test_when_nothing_comes_that_is_said(browser: Any, served: Site, file: str) -> None:
    with tab(browser, served) as part:
        part.page.evaluate(PATIENCE, 800)
        served.faults[file] = served.hang
        assert "failed" in part.run()
        assert part.said.startswith("Nothing has come for a minute, so it was stopped. The connection may be lost")
        assert part.said.endswith(AS_IT_WAS)
        assert part.frames == 0
        as_it_was(part)
        served.heal()
        part.page.evaluate(PATIENCE, 60_000)
        starts(part)


# Browsers


@pytest.mark.parametrize(
    ("name", "said"),
    [("WebAssembly", "WebAssembly"), ("DecompressionStream", "DecompressionStream"), ("Worker", "workers")],
)
def test_what_a_browser_lacks_is_said(browser: Any, served: Site, name: str, said: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(f"delete globalThis.{name}")
    part = Part(page, f"{served.address}/{SMALL}")
    part.says(f"This browser lacks {said}, which Python needs here. A newer one has it.", 5)
    assert page.locator("#verify button").count() == 0
    assert part.frames == 0
    context.close()


def test_where_webassembly_is_forbidden_that_is_said(browser: Any, served: Site) -> None:
    with tab(browser, served, frame="_verify/forbidding.html") as part:
        part.run()
        assert part.said.startswith("This browser, or its settings, does not let pages run WebAssembly, which Python needs.")
        assert not [path for path in served.asked if path.endswith(".pack")]
        as_it_was(part)


def test_a_page_from_a_file_names_the_command(browser: Any, built: Path) -> None:
    context = browser.new_context()
    part = Part(context.new_page(), (built / "_build/html" / SMALL).as_uri())
    part.says("A page that was opened from a file cannot load Python. Open it on its site, or serve this folder: python -m http.server", 5)
    assert part.page.locator("#verify button").count() == 0
    context.close()


def test_without_javascript_it_names_the_other_ways(browser: Any, served: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/{SMALL}")
    page.locator("#verify > summary").click()
    assert "This needs JavaScript, which is off." in page.locator("#verify noscript").inner_text()
    assert page.locator("#verify noscript a").get_attribute("href") == "verify.html#without-a-browser"
    assert page.locator("#verify button").count() == 0
    context.close()


# Cells

NO_MORE = "it holds what the chapters use, and no more."
TOO_MUCH = "The cell printed more than 100,000 characters and was stopped. Let it print less."
MEMORY = "The memory that this browser gives to a page is full."
FAILING = {
    "1 +": "SyntaxError: invalid syntax (line 1)",
    "raise ValueError('<b>no</b>')": "ValueError: <b>no</b>",
    "import sys; sys.exit(3)": "SystemExit: 3",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
    "def f(): f()\nf()": "RecursionError: maximum recursion depth exceeded",
    "import requests": f"This browser’s Python has no requests: {NO_MORE}",
    "while True: print('x' * 100)": TOO_MUCH,
    "import sys\nwhile True: print('x', file=sys.stderr)": TOO_MUCH,
    "import urllib.request\nurllib.request.urlopen('http://127.0.0.1/')": NO_NETWORK,
    "import socket\nsocket.create_connection(('127.0.0.1', 80))": NO_NETWORK,
    "import js\njs.fetch('/')": NO_NETWORK,
    "input('Your name? ')": "A cell here cannot ask for input. Write the value into the cell.",
    "class E(Exception):\n    def __str__(self): raise ValueError\nraise E": "E",
    "raise ValueError('x' * 10**6)": "ValueError: xxx",
    "import numpy\n[numpy.empty(2**31 - 1, 'u1') for _ in range(4)]": MEMORY,
}
# Much like those
RARE = {
    "\x00": "SyntaxError: source code string cannot contain null bytes",
    "await x": "SyntaxError: 'await' outside function (line 1)",
    "assert False": "AssertionError",
    "raise ModuleNotFoundError": "ModuleNotFoundError",
    "exit()": "SystemExit",
    "import numpy.nonsense": f"This browser’s Python has no numpy.nonsense: {NO_MORE}",
    "import warnings\nwhile True: warnings.showwarning('x', Warning, '', 1)": TOO_MUCH,
    "import urllib.request\nurllib.request.urlopen('https://example.org/')": NO_NETWORK,
    "from pyodide.http import open_url\nopen_url('/')": NO_NETWORK,
    "import threading\nthreading.Thread(target=print).start()": "RuntimeError: can't start new thread",
    "class A:\n    def __repr__(self): raise ValueError('r')\nA()": "ValueError: r",
}
# After these Python is no more
ENDED = "The cell ended Python itself. Change it and start again; the page is as it was."
FATAL = {
    "import os\nos._exit(1)": ENDED,
    "import os\nos.abort()": ENDED,
    "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)": ENDED,
    "import pyodide_js\npyodide_js.FS.createLazyFile('/', 'x', '/y', True, False)\nopen('/x').read()": NO_NETWORK,
}


def failed(part: Part, index: int, words: str) -> None:
    """A cell failed, which is said in one sentence and a report below."""
    ran = f"{index} cell{'s' * (index > 1)} before it ran; the page is as it was." if index else AS_IT_WAS
    assert part.said.startswith(f"Cell {index + 1} of {CELLS} failed: {words}"), part.said
    assert part.said.endswith(ran)
    assert len(part.said) < 3000
    assert part.page.locator(".verify-list details pre").count() == 1
    assert part.page.locator(".verify-list :is(img, script, svg)").count() == 0
    as_it_was(part)
    assert part.page.locator(".verify-cell").nth(index).evaluate("(fold) => fold.open")


@thorough
def test_a_failure_takes_away_what_an_earlier_run_marked_and_still_draws(started: Part) -> None:
    # An empty cell is a cell
    started.set_cell(CELLS - 1, "" if not THOROUGH else " \n# Nothing")
    started.page.fill("#verify-set-rate", "3 usd/gpu_hour")
    started.begin()
    started.says("With your changes ")
    started.wait_for("document.querySelector('.verify-drawn')")
    assert started.left > 10
    started.try_cell("1 +")
    failed(started, 0, FAILING["1 +"])
    started.page.wait_for_timeout(500)
    as_it_was(started)
    started.reset()
    as_it_was(started)


@thorough
def test_what_is_drawn_late_is_not_drawn_into_a_page_that_was_reset(started: Part) -> None:
    started.page.fill("#verify-set-rate", "3 usd/gpu_hour")
    started.begin()
    started.says("With your changes ")
    started.wait_for("document.querySelector('.verify-drawn')")
    started.reset()
    started.page.wait_for_timeout(1000)
    as_it_was(started)


@pytest.mark.parametrize(("code", "words"), [*FAILING.items(), *(rare(*each) for each in RARE.items())])
def test_a_cell_that_fails_says_why(started: Part, code: str, words: str) -> None:
    started.alive()
    started.try_cell(code)
    failed(started, 0, words)


@pytest.mark.parametrize(("value", "by_command"), [("no number", True), ("3 kg", THOROUGH), rare("3", True), rare("-1 usd/gpu_hour", True)])
def test_a_wrong_assumption_is_explained_as_by_the_command(started: Part, built: Path, value: str, by_command: bool) -> None:
    started.alive()
    started.reset()
    started.page.fill("#verify-set-rate", value)
    started.run()
    failed(started, 1, "rate must be")
    if by_command:
        command = [sys.executable, "-m", "bookkit", "rerun", "cost-claims", "-p", "rate", value]
        said = subprocess.run(command, cwd=built, capture_output=True, text=True, check=False).stderr.strip()
        failed(started, 1, said)


def row(text: str, line: int, change: Callable[[str], str]) -> str:
    """A table with one other line."""
    lines = text.split("\n")
    lines[line] = change(lines[line])
    return "\n".join(lines)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: row(text, 3, lambda line: f"{line},more"),
        rare(lambda text: row(text, 3, lambda line: line.replace(",", ";"))),
        lambda text: row(text, 2, lambda line: re.sub(r",\d[\d.]*,", ",much,", line, count=1)),
        rare(lambda text: text + text.split("\n")[1] + "\n"),
        rare(lambda text: text.replace("id", "no", 1)),
        lambda _: "",
    ],
    ids=["a cell too many", "semicolons", "no number", "a row twice", "another header", "empty"],
)
def test_a_broken_table_is_refused_as_by_the_command(started: Part, tmp_path: Path, change: Callable[[str], str]) -> None:
    started.alive()
    started.reset()
    data = Path(shutil.copytree(ROOT / "data", tmp_path / "data"))
    table = data / "architecture_facts.csv"
    table.write_text(change(table.read_text(encoding="utf-8")), encoding="utf-8")
    # A process of its own: this one has read the tables already
    command, environment = [sys.executable, "-m", "deepseek_audit", "check"], {**os.environ, "FACTBOOK_DATA": str(data)}
    checked = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    assert checked.returncode == 1
    said = checked.stderr.partition("\n\n")[0]
    note = started.set_table(table.name, table.read_bytes())
    assert note.startswith("architecture_facts.csv stands for architecture_facts.csv in the next run")
    started.run()
    failed(started, 1, said)


def test_a_file_that_is_no_table_is_refused_or_taken_for_the_chosen_one(started: Part) -> None:
    started.alive()
    started.reset()
    refused = "sources.csv is not text in UTF-8. Save it as “CSV UTF-8” and choose it again."
    assert started.set_table("sources.csv", "é".encode("latin-1")) == refused
    assert started.set_table("large.csv", 20_000_001) == "large.csv has 20.0 MB; tables here may have 20."
    assert started.page.locator(".verify-taken li").count() == 0
    assert started.set_table("no-such-table.csv", b"a", of="sources.csv").startswith(
        "no-such-table.csv stands for sources.csv in the next run"
    )
    started.run()
    failed(started, 1, "data/sources.csv")
    started.page.get_by_role("button", name="Take the published one again").click()
    assert started.page.locator(".verify-taken li").count() == 0


def test_a_table_that_the_book_has_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"There is no table b\.csv\. Give your file the name of a published table"):
        Session('{"tables": ["a.csv"], "own": []}', str(tmp_path)).run('{"tables": {"b.csv": ""}}')


def test_a_cell_without_end_is_told_of_and_stopped_at_once(started: Part) -> None:
    started.alive()
    started.page.evaluate(PATIENCE, 700)
    started.set_cell(0, "while True: pass")
    started.begin()
    started.says("Cell 1 has been running for a minute. It may need more time, or never end: wait, or stop it.", 5)
    started.stop()
    assert started.end(1) == {"failed": f"Stopped. {AS_IT_WAS}"}
    assert started.frames == 0
    as_it_was(started)
    started.page.evaluate(PATIENCE, 60_000)


@thorough
def test_what_was_wrong_is_forgotten_in_the_next_start(started: Part) -> None:
    started.reset()
    assert started.said == "Everything is as published. Run it again to compare."
    assert started.run() == {"compared": 202, "moved": [], "rest": 0}, started.said
    assert started.page.locator(".verify-list *").count() == 0


@thorough
@pytest.mark.parametrize(("code", "words"), [*FATAL.items(), ("x = [bytearray(2**28) for _ in range(17)]", MEMORY)])
def test_a_cell_that_ends_python_leaves_a_page_that_starts(started: Part, code: str, words: str) -> None:
    started.alive()
    started.try_cell(code)
    assert words in started.said
    as_it_was(started)
    started.reset()
    assert started.run() == {"compared": 202, "moved": [], "rest": 0}, started.said
