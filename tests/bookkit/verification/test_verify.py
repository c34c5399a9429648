"""Chapters computed in Chromium, which reaches nothing but the site: the same numbers, wrong ones reported, edits as elsewhere.

One chapter stands for all; with THOROUGH=1 all are computed, and every edit is compared.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from bookkit.execution import rerun
from bookkit.verification import extension, records, supply
from bookkit.verification.inside import comparing, outputs
from tests.bookkit.browser import CHART, THOROUGH, Served, serving
from tests.bookkit.pages.test_browser import axe_faults

CHAPTER = "cost-claims"
# Milliseconds: a busy machine takes its time
PATIENCE = 240_000
ALL = sorted(path.stem for path in Path("notebooks").glob("*.ipynb"))
# Asked of every page: what must not happen
COMPLAIN = """
window.complaints = [];
document.addEventListener("securitypolicyviolation", (event) => complaints.push(`${event.violatedDirective} ${event.blockedURI}`));
document.addEventListener("verify-done", (event) => { (window.done ??= []).push(event.detail); });
"""


class Reader:
    """Somebody who opens a page, and what happens there."""

    def __init__(self, page: Any, site: str):
        self.page, self.site = page, f"{site}/"
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.add_init_script(COMPLAIN)

    def open(self, name: str) -> None:
        self.page.goto(f"{self.site}{name}")

    def unfold(self) -> None:
        self.page.click("#verify > summary")
        self.page.wait_for_selector(".verify-buttons .verify-main")

    def start(self, button: str = ".verify-buttons .verify-main") -> dict[str, Any]:
        """Press a button and wait for what comes of it."""
        before = self.page.evaluate("window.done?.length ?? 0")
        self.page.click(button)
        for _ in range(PATIENCE // 50):
            done = self.page.evaluate("window.done ?? []")
            if len(done) > before:
                return dict(done[-1])
            self.page.wait_for_timeout(50)
        raise AssertionError(self.said)

    @property
    def said(self) -> str:
        return str(self.page.inner_text(".verify-said"))

    def complaints(self) -> list[str]:
        foreign = [url for url in self.requests if not url.startswith((self.site, "data:", "blob:"))]
        return [*self.errors, *self.page.evaluate("complaints"), *foreign]


@pytest.fixture
def reader(browser: Any, site: str) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Reader(context.new_page(), site)
    context.close()


def record_of(built: Path, chapter: str) -> tuple[str, dict[str, Any]]:
    (path,) = (built / "_build/html" / extension.FOLDER).glob(f"{chapter}-????????????.json")
    return path.name, json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("chapter", ALL if THOROUGH else [CHAPTER])
def test_every_number_is_the_same_and_every_chart_is_drawn(reader: Reader, built: Path, chapter: str) -> None:
    name, record = record_of(built, chapter)
    reader.open(f"{chapter}.html")
    reader.unfold()
    assert not [url for url in reader.requests if extension.FOLDER in url]  # Nothing before the click
    done = reader.start()
    assert done == {"compared": len(record["numbers"]), "moved": [], "rest": 0}, reader.said
    count = len(record["numbers"])
    assert reader.said.startswith(f"{count} of {count} number" if count else "The words")
    assert f"Python {record['runtime']['info']['python']}" in reader.said
    figures = reader.page.locator(CHART).count()
    assert reader.page.locator(f"{CHART}.verify-drawn .verify-picture svg").count() == figures
    assert reader.page.locator(".verify-own").all_text_contents() == ["Drawn on your computer from what it computed"] * figures
    assert reader.complaints() == []
    assert reader.page.url == f"{reader.site}{chapter}.html"

    # Another visit loads no pack and no record
    before = len(reader.requests)
    reader.open(f"{chapter}.html")
    reader.unfold()
    assert reader.start()["moved"] == []
    again = [url for url in reader.requests[before:] if url.endswith(".pack") or name in url]
    assert again == []


@pytest.mark.skipif(not THOROUGH, reason="once a week")
def test_the_whole_book_is_the_same(reader: Reader, built: Path) -> None:
    reader.open("verify.html")
    reader.page.wait_for_selector(".verify-main")
    done = reader.start(".verify-main")
    published = json.loads((built / "_build/html/numbers.json").read_text(encoding="utf-8"))["numbers"]
    assert (done["same"], done["compared"], done["rest"], done["failed"]) == (len(published), len(published), 0, 0), reader.said
    assert reader.said.startswith(f"All {len(published):,} numbers of {len(ALL)} chapters are the same here")
    assert reader.complaints() == []


# Wrong on purpose


@contextmanager
def spoiled(built: Path, page: Mapping[str, str], record: Mapping[str, Any] | None = None) -> Iterator[str]:
    """The site with other words in a page, and maybe with another record of it."""
    root = built / "_build/html"
    text = (root / f"{CHAPTER}.html").read_text(encoding="utf-8")
    for old, new in page.items():
        assert old in text
        text = text.replace(old, new, 1)
    more = {}
    if record is not None:
        name, _ = record_of(built, CHAPTER)
        content = json.dumps(record).encode()
        more[f"/{extension.FOLDER}/{name}"] = Served("application/json", content, None)
        old_hash = supply.integrity((root / extension.FOLDER / name).read_bytes(), "sha256")
        assert old_hash in text
        text = text.replace(old_hash, supply.integrity(content, "sha256"))
    with serving(root, {f"/{CHAPTER}.html": Served("text/html; charset=utf-8", text.encode(), None), **more}) as site:
        yield site


def verified(browser: Any, site: str) -> tuple[dict[str, Any], str, str]:
    context = browser.new_context()
    reader = Reader(context.new_page(), site)
    reader.open(f"{CHAPTER}.html")
    reader.unfold()
    done, said = reader.start(), reader.said
    listed = str(reader.page.text_content(".verify-list"))
    context.close()
    return done, said, listed


def test_wrong_numbers_are_reported_and_one_millionth_too(browser: Any, built: Path) -> None:
    _, record = record_of(built, CHAPTER)
    numbers = {number["anchor"]: number for number in record["numbers"]}
    rent, hours = numbers["number-v3-bill"], numbers["number-llama-ratio"]
    assert (rent["text"], rent["exact"]) == ("$5.576M", "5,576,000 US dollars")
    hours["value"] *= 1 + 1e-6
    page = {
        'href="#trace-number-v3-bill">$5.576M<': 'href="#trace-number-v3-bill">$5.676M<',
        # Off by a millionth, in the trace alone
        f'id="trace-number-r1-bill" role="note"><div class="trace-value" translate="no">{numbers["number-r1-bill"]["exact"]}<': (
            'id="trace-number-r1-bill" role="note"><div class="trace-value" translate="no">294,000.3 US dollars<'
        ),
    }
    with spoiled(built, page, record) as site:
        done, said, listed = verified(browser, site)
    count = len(record["numbers"])
    assert sorted(done["moved"]) == ["number-llama-ratio", "number-r1-bill", "number-v3-bill"]
    assert said.startswith(f"{count - 3} of {count} numbers of this page are the same here, 3 differ.")
    for told in ("$5.676M in this page → $5.576M", "294,000.3 US dollars in this page → 294,000 US dollars", repr(hours["value"])):
        assert told in listed


# Edits, compared with what `bookkit rerun` makes of them

ENGINE = """async ([record, integrity, frame, changes]) => {
  const { Python } = await import(new URL("_static/verify-engine.js", document.baseURI).href);
  const address = new URL(frame, document.baseURI).href;
  const python = new Python(address, () => {});
  const [text] = await python.read([new URL(record, document.baseURI).href, integrity]);
  const { packs, keep, runtime } = JSON.parse(text);
  await python.start(packs, keep, new URL("./", address).href, runtime);
  await python.chapter(text);
  const results = [];
  for (const change of changes) results.push(await python.run(change));
  python.stop();
  return JSON.stringify(results);
}"""
LINE = 'v3_hours = (facts["v3_hours_pretrain"]'
CHANGED_LINE = 'v3_hours = (2 * facts["v3_hours_pretrain"]'
TABLE = "cost_facts.csv"


def edits(built: Path) -> dict[str, dict[str, Any]]:
    """By name: two assumptions, a line, a table, and a line that is broken."""
    _, record = record_of(built, CHAPTER)
    index, source = next((i, cell["source"]) for i, cell in enumerate(record["cells"]) if LINE in cell["source"])
    table = next(path for path in (built / "data").glob("*.csv") if "\nv3_rate_assumed," in path.read_text(encoding="utf-8"))
    rows = table.read_text(encoding="utf-8")
    row = next(line for line in rows.splitlines() if line.startswith("v3_rate_assumed,"))
    assert ",2," in row
    return {
        "rate": {"parameters": {"rate": "3 usd/gpu_hour"}},
        "cluster": {"parameters": {"cluster": "4096 gpu"}},
        "line": {"cells": {str(index): source.replace(LINE, CHANGED_LINE)}},
        "table": {"tables": {table.name: rows.replace(row, row.replace(",2,", ",2.5,", 1))}},
        "broken": {"cells": {str(index): source.replace("+", "+ +)", 1)}},
    }


def elsewhere(built: Path, folder: Path, change: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook as `bookkit rerun` leaves it, of a copy of the book with the same edit; or what it refuses."""
    _, record = record_of(built, CHAPTER)
    (folder / "notebooks").mkdir(parents=True)
    path = folder / "notebooks" / f"{CHAPTER}.ipynb"
    notebook = nbformat.read(f"notebooks/{CHAPTER}.ipynb", as_version=4)
    for index, source in change.get("cells", {}).items():
        cell = next(cell for cell in notebook.cells if cell.get("id") == record["cells"][int(index)]["id"])
        cell.source = source
    nbformat.write(notebook, path)
    data = shutil.copytree(built / "data", folder / "data")
    for name, text in change.get("tables", {}).items():
        (data / name).write_text(text, encoding="utf-8", newline="")
    monkeypatch.setenv("FACTBOOK_DATA", str(data))
    monkeypatch.setenv("PYTHONPATH", str(Path("src").resolve()) + os.pathsep + os.environ.get("PYTHONPATH", ""))
    return nbformat.read(folder / rerun.rerun(folder, CHAPTER, change.get("parameters", {})), as_version=4)


@pytest.mark.skipif(not THOROUGH, reason="once a week")
def test_edits_come_out_as_they_do_elsewhere(reader: Reader, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, record = record_of(built, CHAPTER)
    made = edits(built)
    integrity = supply.integrity((built / "_build/html" / extension.FOLDER / name).read_bytes(), "sha256")
    reader.open(f"{CHAPTER}.html")
    arguments = [f"{extension.FOLDER}/{name}", integrity, f"{extension.FOLDER}/frame.htm", list(made.values())]
    found = dict(zip(made, json.loads(reader.page.evaluate(ENGINE, arguments)), strict=True))
    for name, change in made.items():
        if name == "broken":
            with pytest.raises(rerun.RerunError) as refused:
                elsewhere(built, tmp_path / name, change, monkeypatch)
            assert found[name]["failure"]["said"].removeprefix("SyntaxError: ").partition(" (")[0] == str(refused.value).partition(" (")[0]
            assert (found[name]["ran"], found[name]["numbers"], found[name]["charts"].keys() & {"figure:none"}) == (2, [], set())
            continue
        notebook = elsewhere(built, tmp_path / name, change, monkeypatch)
        there = outputs.by_name(
            [records.plain(output) for output in cell["outputs"]] for cell in notebook.cells if cell.cell_type == "code"
        )
        compared = moved = 0
        for number in record["numbers"]:
            if "output" in number:
                value = outputs.at(there, number["output"], number["path"])["value"]
                assert comparing.same_value(value, found[name]["values"][number["anchor"]]), (name, number["anchor"])
                compared += 1
                moved += not comparing.same_value(value, number["value"])
        assert compared > 100
        assert 0 < moved <= len(found[name]["numbers"])


@pytest.mark.skipif(not THOROUGH, reason="once a week")
def test_a_changed_notebook_gives_the_same_elsewhere(reader: Reader, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is downloaded, with an assumption, another line and another table in it, run by Jupyter."""
    name, record = record_of(built, CHAPTER)
    made = edits(built)
    change = {**made["cluster"], **made["line"], **made["table"]}
    reader.open(f"{CHAPTER}.html")
    notebook = reader.page.evaluate(
        """async ([record, change]) => {
          const { changedNotebook } = await import(new URL("_static/verify-panel.js", document.baseURI).href);
          const { notebook } = document.querySelector("#verify").dataset;
          const published = await (await fetch(new URL(notebook, document.baseURI))).json();
          return JSON.stringify(changedNotebook(published, record, change));
        }""",
        [record, {"cells": {}, "parameters": {}, "tables": {}, **change}],
    )
    monkeypatch.setenv("PYTHONPATH", str(Path("src").resolve()) + os.pathsep + os.environ.get("PYTHONPATH", ""))
    monkeypatch.delenv("FACTBOOK_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    run = nbformat.reads(notebook, as_version=4)
    # The package of this project is there already, so that there is nothing to set up
    run.cells = [cell for cell in run.cells if cell.get("id") != "setup" and not "".join(cell.source).startswith("%%text")]
    monkeypatch.setenv("FACTBOOK_DATA", str(built / "data"))
    NotebookClient(run, timeout=120, kernel_name="python3").execute()
    there = outputs.by_name([records.plain(output) for output in cell["outputs"]] for cell in run.cells if cell.cell_type == "code")
    integrity = supply.integrity((built / "_build/html" / extension.FOLDER / name).read_bytes(), "sha256")
    (found,) = json.loads(
        reader.page.evaluate(ENGINE, [f"{extension.FOLDER}/{name}", integrity, f"{extension.FOLDER}/frame.htm", [change]])
    )
    numbers = [number for number in record["numbers"] if "output" in number]
    values = {number["anchor"]: outputs.at(there, number["output"], number["path"])["value"] for number in numbers}
    assert len(found["numbers"]) > 60
    assert not [name for name, value in values.items() if not comparing.same_value(value, found["values"][name])]


# What a reader can do with it


def test_a_reader_changes_assumptions_cells_and_tables(reader: Reader, built: Path) -> None:
    made = edits(built)
    page = reader.page
    reader.open(f"{CHAPTER}.html")
    reader.unfold()
    reader.start()
    count = len(record_of(built, CHAPTER)[1]["numbers"])
    assert not axe_faults(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 1280

    page.fill("#verify-set-rate", "3 usd/gpu_hour")
    page.press("#verify-set-rate", "Enter")
    wait_for(reader, "With your changes")
    assert f"of {count} numbers move" in reader.said
    link = page.locator('a.traced[href="#trace-number-v3-bill"]')
    assert link.get_attribute("class").split()[-1] == "verify-moved"
    assert "$8.364M" in link.locator("xpath=following-sibling::span[1]").inner_text()

    # The changed notebook runs elsewhere: it has the assumption, and no outputs
    with page.expect_download() as download:
        page.click("text=Download this notebook")
    notebook = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    nbformat.validate(nbformat.from_dict(notebook))
    assert download.value.suggested_filename == f"{CHAPTER}-changed.ipynb"
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert '# Parameters\nrate = "3 usd/gpu_hour"' in sources
    assert all(cell.get("outputs", []) == [] for cell in notebook["cells"])

    page.click("text=Reset all")
    assert page.input_value("#verify-set-rate") == ""
    assert page.locator(".verify-moved, .verify-new, .verify-drawn").count() == 0

    (index,) = made["line"]["cells"]
    page.click(".verify-cells > summary")
    cell = page.locator(".verify-cell").nth(int(index))
    cell.locator("summary").click()
    editor = cell.locator(".cm-content, textarea")
    editor.wait_for()
    editor.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# mine\n")
    assert cell.locator(".verify-changed").is_visible()
    page.keyboard.press("Control+Enter")
    wait_for(reader, "With your changes none of")
    cell.locator("text=Reset this cell").click()
    assert not cell.locator(".verify-changed").is_visible()

    ((name, text),) = made["table"]["tables"].items()
    page.click(".verify-tables > summary")
    page.set_input_files("#verify-file", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    page.wait_for_selector(f".verify-taken >> text={name} is yours")
    reader.start(".verify-bench .verify-main")
    assert "numbers move" in reader.said
    page.click("text=Take the published one again")
    reader.start(".verify-bench .verify-main")
    assert reader.said.startswith(f"{count} of {count} numbers of this page are the same here")
    assert page.url == f"{reader.site}{CHAPTER}.html"
    assert reader.complaints() == []


def wait_for(reader: Reader, words: str) -> None:
    for _ in range(PATIENCE // 50):
        if words in reader.said:
            return
        reader.page.wait_for_timeout(50)
    raise AssertionError(reader.said)
