"""Outputs are used again exactly while nothing they came from has changed: never a stale number, never idle work."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from bookkit.execution import cache, in_kernel, reads
from bookkit.execution.cache import Outputs, Shelf, name_of
from bookkit.execution.reads import Reads
from tests.bookkit.conftest import EXECUTED, ROOT

READER = """
import os
READ = set()

def table(name):
    READ.add(os.path.abspath(name))
    return open(name).read()

def what_was_read():
    return {"files": sorted(READ), "variables": ["WANTED"]}
"""
FILES = {
    "data.csv": "a,b\n1,2\n",
    "mine.py": "TEN = 10\n",
    "careless.py": "def read():\n    return open('data.csv').read()\n",
    "reader/__init__.py": READER,
    "reader/units.txt": "kilo = 1000",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A book of one table, two modules and a package that reads tables, not yet executed."""
    root = tmp_path / "book folder"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def read_by(folder: Path, code: str, **variables: str) -> Reads:
    """What a process that ran this code in a folder says that it read."""
    find = f"import json; from pathlib import Path; print(json.dumps(find(Path({str(folder)!r}))))"
    report = f"exec(open({in_kernel.__file__!r}).read(), names := {{}}); exec({find!r}, names)"
    # As in a kernel: the folder of the notebook is where modules may come from
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, ''); exec({code!r}); {report}"]
    environment = {**os.environ, "PYTHONPATH": "", **variables}
    said = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout
    return reads.of(json.loads(said.splitlines()[-1]), [code], folder)


def files(found: Reads) -> set[str]:
    return {reference.removeprefix("files:") for reference in found.references if reference.startswith("files:")}


def test_a_module_of_the_project_is_recorded_with_the_modules_that_it_imports(folder):
    (folder / "other.py").write_text("import mine")
    assert files(read_by(folder, "import other, pandas")) == {"other.py", "mine.py"}


def test_a_package_tells_which_tables_and_variables_it_read(folder):
    """What lies beside its code counts too: a table of units, say."""
    (folder / "other.csv").write_text("a")
    found = read_by(folder, "import reader; reader.table('data.csv')")
    assert files(found) == {"reader/__init__.py", "reader/units.txt", "data.csv"}
    assert "environment:WANTED" in found.references
    assert "book:" not in found.references and not found.unrepeatable


@pytest.mark.parametrize(
    "code",
    [
        "open('data.csv').read()",
        "from pathlib import Path; Path('data.csv').read_bytes()",
        "import pandas; pandas.read_csv('data.csv')",
        "import numpy; numpy.loadtxt('data.csv', delimiter=',', skiprows=1)",
        "import os; os.path.exists('missing.csv')",
        "from pathlib import Path; list(Path('.').glob('*.csv'))",
        "import os; os.environ['PATH']",
        "import os; os.getenv('PATH')",
        "import careless",
    ],
)
def test_what_reads_past_the_packages_that_tell_counts_as_reading_the_whole_book(folder, code):
    """In a chapter, or in a module of the project that it imports."""
    assert "book:" in read_by(folder, code).references


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("!ls", "starts another program"),
        ("%%bash\nls", "starts another program"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-V'])", "starts another program"),
        ("import os; os.system('true')", "starts another program"),
        ("import socket", "uses the network"),
        ("from urllib.request import urlopen", "uses the network"),
        ("import sqlite3; sqlite3.connect('data.db')", "opens a database"),
        ("from pathlib import Path; Path('made.txt').write_text('1')", "writes files"),
    ],
)
def test_what_cannot_be_repeated_is_not_kept(folder, code, reason):
    said = {"modules": [], "files": [], "variables": [], "declaring": [], "importable": []}
    found = reads.of(said, [code], folder)
    assert reason in " ".join(found.unrepeatable)
    shelf = Shelf(folder.parent / "shelf", folder)
    shelf.keep("chapter", "name", Outputs([], {}), found, began=1e12)
    assert not found_again(shelf)


def test_a_package_that_opens_files_in_ways_of_its_own_counts_as_reading_the_whole_book(folder):
    (folder / "h5py.py").write_text("")
    assert "book:" in read_by(folder, "import h5py").references


def test_environments_in_the_folder_of_the_book_are_not_the_books(folder):
    (folder / "env/lib/site-packages").mkdir(parents=True)
    (folder / "env/lib/site-packages/foreign.py").write_text("")
    assert files(read_by(folder, "import sys; sys.path.append('env/lib/site-packages'); import foreign, mine")) == {"mine.py"}


def kept_entry(folder: Path, code: str, **variables: str) -> Shelf:
    """A shelf with the outputs of a chapter that ran this code."""
    shelf = Shelf(folder.parent / "shelf", folder)
    shelf.keep("chapter", "name", Outputs([], {}), read_by(folder, code, **variables), began=1e12)
    return shelf


def found_again(shelf: Shelf) -> bool:
    return Shelf(shelf.folder, shelf.root).find("chapter", "name") is not None


TABLE = "import reader; reader.table('data.csv')"


@pytest.mark.parametrize(
    ("code", "changed", "unrelated"),
    [
        (TABLE, "data.csv", "mine.py"),
        (TABLE, "reader/units.txt", "mine.py"),
        ("import mine", "mine.py", "data.csv"),
        ("import json", "json.py", "mine.csv"),
        ("open('data.csv')", "missing.csv", "_build/made.txt"),
    ],
)
def test_a_change_of_what_was_read_and_nothing_else_discards_the_outputs(folder, code, changed, unrelated):
    """Files that appear count too: a module that hides another, whatever a chapter may look for by itself."""
    shelf = kept_entry(folder, code)
    assert found_again(shelf)
    (folder / unrelated).parent.mkdir(exist_ok=True)
    (folder / unrelated).write_text("something else")
    assert found_again(shelf)
    before = (folder / changed).read_text() if (folder / changed).exists() else None
    (folder / changed).write_text("VALUE = 11\n")
    assert not found_again(shelf)
    (folder / changed).unlink() if before is None else (folder / changed).write_text(before)
    assert found_again(shelf)
    if before is not None:
        (folder / changed).unlink()
        assert not found_again(shelf)


def test_a_changed_variable_discards_the_outputs(folder, monkeypatch):
    monkeypatch.setenv("WANTED", f"{folder}/1")
    shelf = kept_entry(folder, TABLE)
    assert found_again(shelf)
    monkeypatch.setenv("WANTED", f"{folder}/2")
    assert not found_again(shelf)
    monkeypatch.delenv("WANTED")
    assert not found_again(shelf)


def test_a_copy_in_another_folder_finds_the_outputs(folder, tmp_path):
    shelf = kept_entry(folder, f"{TABLE}; import mine")
    copy = shutil.copytree(folder, tmp_path / "elsewhere")
    assert Shelf(shelf.folder, copy).find("chapter", "name")
    (copy / "data.csv").write_text("a,b\n1,3\n")
    assert not Shelf(shelf.folder, copy).find("chapter", "name")


def test_outputs_of_files_that_changed_while_the_notebook_ran_are_not_kept(folder):
    shelf = Shelf(folder.parent / "shelf", folder)
    began = (folder / "data.csv").stat().st_ctime - 1
    shelf.keep("chapter", "name", Outputs([], {}), read_by(folder, TABLE), began)
    assert not found_again(shelf)


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text.replace("[]", "[1]"), lambda _: "", lambda _: "\0\n{}"])
def test_a_damaged_entry_is_dropped_and_made_again(folder, damage):
    shelf = kept_entry(folder, TABLE)
    (entry,) = (shelf.folder / "chapter").iterdir()
    entry.write_text(damage(entry.read_text()))
    assert not found_again(shelf)
    assert not entry.exists()
    assert found_again(kept_entry(folder, TABLE))


def test_the_newest_entries_of_a_chapter_are_kept_and_nothing_unfinished(folder):
    shelf = Shelf(folder.parent / "shelf", folder)
    found = read_by(folder, TABLE)
    for number in range(cache.NEWEST + 3):
        (folder / "data.csv").write_text(str(number))
        shelf.keep("chapter", "name", Outputs([], {}), found, began=1e12)
    assert len(list((shelf.folder / "chapter").glob("*.json"))) == len(list((shelf.folder / "chapter").iterdir())) == cache.NEWEST


def test_a_folder_that_cannot_be_written_stops_no_build(folder):
    (folder.parent / "shelf").write_text("a file, no folder")
    assert not found_again(kept_entry(folder, TABLE))


def notebook(*code: str, prose: str = "Text.") -> Any:
    cells = [nbformat.v4.new_markdown_cell(prose), *(nbformat.v4.new_code_cell(source) for source in code)]
    return nbformat.v4.new_notebook(cells=cells)


def test_the_code_the_lock_file_and_the_packages_name_an_entry_and_prose_does_not(folder, monkeypatch):
    def name(*code: str, **options: Any) -> str:
        cache._environment.cache_clear()
        return name_of(notebook(*code, **options), ".", folder, False)

    first = name("1 + 1")
    assert name("1 + 1", prose="Other words.") == first
    assert name("1 + 2") != first
    assert name("1", "+ 1") != first
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert name("1 + 1") != first
    monkeypatch.undo()
    (folder / "requirements.txt").write_text("numpy==2.0")
    locked = name("1 + 1")
    assert locked != first
    (folder / "requirements.txt").write_text("numpy==2.1")
    assert name("1 + 1") not in (first, locked)
    cache._environment.cache_clear()


def test_outputs_go_into_the_cells_they_came_from():
    executed = notebook("1", "2")
    executed.cells[2].update(
        outputs=[nbformat.v4.new_output("execute_result", data={"text/plain": "2"}, execution_count=2)], execution_count=2
    )
    fresh = notebook("1", "2", prose="Other words.")
    Outputs.of(executed).put_into(fresh)
    assert fresh.cells[2].outputs[0].data["text/plain"] == "2"
    assert fresh.cells[2].execution_count == 2
    assert fresh.cells[0].source == "Other words."


def entries(book: Path, only_to: Path | None = None) -> dict[str, dict[str, str]]:
    """What each chapter of a built book depends on, by chapter; the entries can be copied into a folder of their own."""
    found = {}
    shelf = Shelf(EXECUTED, book)
    for folder in EXECUTED.iterdir():
        for path in folder.glob("*.json"):
            read = (cache._whole(path) or {"from": {}})["from"]
            files = {reference: value for reference, value in read.items() if reference.startswith("files:")}
            if files and all(shelf.fingerprint(reference) == value for reference, value in files.items()):
                found[folder.name.removeprefix("book__")] = read
                if only_to:
                    (only_to / folder.name).mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, only_to / folder.name)
    return found


def dependents(read: dict[str, dict[str, str]], file: str) -> set[str]:
    return {chapter for chapter, references in read.items() if f"files:{file}" in references}


FACT = re.compile(r"\{fact\}`([^`,.]+)")


def test_each_chapter_depends_on_every_table_whose_rows_it_publishes(built):
    """The record against the finished pages: no number may stand on a page that would not be made again with its table."""
    read = entries(built)
    homes: dict[str, str] = {}
    resources = json.loads((built / "data/datapackage.json").read_text(encoding="utf-8"))["resources"]
    borrowing = {one["name"] for one in resources for key in one["schema"].get("foreignKeys", ()) if key["fields"] == ["claim_id"]}
    homes_of_ids = {one["name"] for one in resources} - borrowing
    for path in (built / "data").glob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        if header.partition(",")[0] in ("fact_id", "claim_id", "citation_id"):
            homes |= {row.partition(",")[0]: path.name for row in rows if path.stem in homes_of_ids}
    numbers = json.loads((built / "_build/html/numbers.json").read_text(encoding="utf-8"))["numbers"]
    chapters = {number["chapter"] for number in numbers}
    assert chapters <= read.keys()
    missing = set()
    # What a sentence reads by itself is read again with its page, and executes nothing
    in_sentences = {(path.stem, written) for path in (built / "book").glob("*.md") for written in FACT.findall(path.read_text("utf-8"))}
    for number in numbers:
        names = [row["id"] if isinstance(row, dict) else row for row in number["rows"]]
        if len(names) == 1 and (number["chapter"], names[0]) in in_sentences:
            continue
        tables = {"market_returns.csv" if name.startswith("market_returns/") else homes[name] for name in names}
        missing |= {(number["chapter"], table) for table in tables if f"files:data/{table}" not in read[number["chapter"]]}
    assert not missing


def test_the_daily_returns_concern_one_chapter_and_the_sources_all(built):
    """Fifteen thousand rows that one chapter uses: changing one must not execute the others, which check them too."""
    read = entries(built)
    assert dependents(read, "data/market_returns.csv") == dependents(read, "src/deepseek_audit/charts/market_charts.py") == {"market-crash"}
    assert dependents(read, "src/factbook/quantity.py") == read.keys()
    assert dependents(read, "data/sources.csv") == read.keys()


def test_no_output_names_a_folder_of_this_machine(built):
    """Outputs travel from one copy of the book to another, so they must be the same everywhere."""
    for folder in EXECUTED.iterdir():
        for path in folder.glob("*.json"):
            entry = json.dumps((cache._whole(path) or {"cells": []})["cells"])
            assert str(built) not in entry and str(ROOT) not in entry and "ipykernel_" not in entry, path
