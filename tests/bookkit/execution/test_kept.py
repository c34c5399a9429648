"""Outputs are used again exactly while nothing they came from has changed: never a stale number, never idle work."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from bookkit.execution import kept, recorder
from bookkit.execution.execution import START
from bookkit.execution.kept import Outputs, Shelf, name_of
from tests.bookkit.conftest import EXECUTED, ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A book of one table, one module and one package, not yet executed."""
    root = tmp_path / "book folder"
    for name, text in {"data.csv": "a,b\n1,2\n", "mine.py": "TEN = 10\n", "listed/one.txt": "1"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def recorded(folder: Path, code: str, **variables: str) -> dict[str, Any]:
    """What the recorder says of a process that runs this code in a folder."""
    target = folder.parent / "record.json"
    environment = {**os.environ, recorder.ROOT: str(folder), recorder.TARGET: str(target), "PYTHONPATH": "", **variables}
    (folder / "cells.py").write_text(code)
    # As in a kernel: the folder of the notebook is where modules may come from, and the code is the book's own
    whole = f"import sys; sys.path.insert(0, ''); {START}\nexec(compile(open('cells.py').read(), {str(folder / 'cells.py')!r}, 'exec'))"
    subprocess.run([sys.executable, "-c", whole], cwd=folder, env=environment, check=True, capture_output=True)
    record: dict[str, Any] = json.loads(target.read_text())
    record["files"].remove(str(folder / "cells.py"))
    return record


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("open('data.csv').read()", "files", ["data.csv"]),
        ("import os; os.close(os.open('data.csv', os.O_RDONLY))", "files", ["data.csv"]),
        ("from pathlib import Path; Path('data.csv').read_bytes()", "files", ["data.csv"]),
        ("import csv, pandas; pandas.read_csv('data.csv')", "files", ["data.csv"]),
        ("import numpy; numpy.loadtxt('data.csv', delimiter=',', skiprows=1)", "files", ["data.csv"]),
        ("import mine", "files", ["mine.py"]),
        ("try:\n  open('missing.csv')\nexcept OSError: pass", "files", ["missing.csv"]),
        ("import os; os.path.exists('missing.csv')", "asked", ["missing.csv"]),
        ("from pathlib import Path; Path('data.csv').is_file()", "asked", ["data.csv"]),
        ("import os; os.listdir('listed')", "folders", ["listed"]),
        ("from pathlib import Path; list(Path('listed').glob('*.txt'))", "folders", ["listed"]),
    ],
)
def test_whatever_is_read_is_recorded(folder, code, kind, expected):
    found = recorded(folder, code)
    assert [str(Path(path).relative_to(folder)) for path in found[kind] if Path(path).is_relative_to(folder)] == expected
    assert not found["unrepeatable"]


@pytest.mark.parametrize("code", ["os.environ['WANTED']", "os.environ.get('WANTED')", "os.getenv('WANTED')", "'WANTED' in os.environ"])
def test_a_variable_that_the_book_asks_for_is_recorded(folder, code):
    assert recorded(folder, f"import os, pandas; {code}", WANTED="1")["environment"] == ["WANTED"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import subprocess, sys; subprocess.run([sys.executable, '-V'])", "starts another program"),
        ("import os; os.system('true')", "starts another program"),
        ("import socket\ntry:\n  socket.create_connection(('127.0.0.1', 9), 0.1)\nexcept OSError: pass", "uses the network"),
        ("import sqlite3; sqlite3.connect('data.db')", "opens a database"),
        ("open('made.txt', 'w').write('1')", "writes made.txt"),
    ],
)
def test_what_cannot_be_seen_is_a_reason_not_to_keep(folder, code, reason):
    assert reason in " ".join(recorded(folder, code)["unrepeatable"])


def test_a_package_can_tell_which_of_the_opened_files_it_used(folder):
    """As the tables of the book do: all are checked, few are used. What somebody else opens still counts."""
    glance = (
        "import sys; open('data.csv'); open('mine.py'); sys.audit('notebook.glance', 'data.csv'); sys.audit('notebook.glance', 'mine.py')"
    )
    assert recorded(folder, glance)["files"] == []
    assert recorded(folder, f"{glance}; sys.audit('notebook.use', 'mine.py')")["files"] == [str(folder / "mine.py")]
    assert recorded(folder, f"{glance}; open('data.csv')")["files"] == [str(folder / "data.csv")]


def test_a_package_that_opens_files_unseen_counts_as_reading_the_whole_book(folder):
    (folder / "h5py.py").write_text("")
    record = recorded(folder, "import h5py")
    assert record["unseen"] == ["h5py"]
    assert "book:" in set(Shelf(folder, folder).references(record))


def kept_entry(folder: Path, code: str, **variables: str) -> Shelf:
    """A shelf with the outputs of a chapter that ran this code."""
    shelf = Shelf(folder.parent / "shelf", folder)
    shelf.keep("chapter", "name", Outputs([], {}, 1.0), recorded(folder, code, **variables), began=1e12)
    return shelf


def found_again(shelf: Shelf) -> bool:
    return Shelf(shelf.folder, shelf.root).find("chapter", "name") is not None


@pytest.mark.parametrize(
    ("code", "changed", "unrelated"),
    [
        ("open('data.csv')", "data.csv", "mine.py"),
        ("import mine", "mine.py", "data.csv"),
        ("import os; os.path.exists('missing.csv')", "missing.csv", "data.csv"),
        ("try:\n  open('missing.csv')\nexcept OSError: pass", "missing.csv", "data.csv"),
        ("import os; os.listdir('listed')", "listed/two.txt", "listed/one.txt"),
        ("import json", "json.py", "mine.csv"),
    ],
)
def test_a_change_of_what_was_read_and_nothing_else_discards_the_outputs(folder, code, changed, unrelated):
    """Files that appear count too: one that was looked for in vain, a further one in a listing, a module that hides another."""
    shelf = kept_entry(folder, code)
    assert found_again(shelf)
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
    shelf = kept_entry(folder, "import os; os.getenv('WANTED')")
    assert found_again(shelf)
    monkeypatch.setenv("WANTED", f"{folder}/2")
    assert not found_again(shelf)
    monkeypatch.delenv("WANTED")
    assert not found_again(shelf)


def test_a_cache_of_the_user_is_nobodys_source(folder, monkeypatch):
    """The first program that a new user runs makes the folder, and nothing is executed for that."""
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    read = ["/home/somebody/.cache", "/home/somebody/.cache/fonts/list", "/caches/fonts", "/home/somebody/settings"]
    record = {"files": read, "folders": [], "asked": read, "importable": [], "environment": [], "unseen": []}
    assert list(Shelf(folder, folder).references(record)) == ["files:/home/somebody/settings", "asked:/home/somebody/settings"]


def test_a_copy_in_another_folder_finds_the_outputs(folder, tmp_path):
    shelf = kept_entry(folder, "open('data.csv'); import mine")
    copy = shutil.copytree(folder, tmp_path / "elsewhere")
    assert Shelf(shelf.folder, copy).find("chapter", "name")
    (copy / "data.csv").write_text("a,b\n1,3\n")
    assert not Shelf(shelf.folder, copy).find("chapter", "name")


def test_outputs_of_files_that_changed_while_the_notebook_ran_are_not_kept(folder):
    shelf = Shelf(folder.parent / "shelf", folder)
    record = recorded(folder, "open('data.csv')")
    shelf.keep("chapter", "name", Outputs([], {}, 1.0), record, began=(folder / "data.csv").stat().st_ctime - 1)
    assert not found_again(shelf)


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text.replace("1.0", "2.0"), lambda _: "", lambda _: "\0\n{}"])
def test_a_damaged_entry_is_dropped_and_made_again(folder, damage):
    shelf = kept_entry(folder, "open('data.csv')")
    (entry,) = (shelf.folder / "chapter").iterdir()
    entry.write_text(damage(entry.read_text()))
    assert not found_again(shelf)
    assert not entry.exists()
    assert found_again(kept_entry(folder, "open('data.csv')"))


def test_the_newest_entries_of_a_chapter_are_kept_and_nothing_unfinished(folder):
    shelf = Shelf(folder.parent / "shelf", folder)
    record = recorded(folder, "open('data.csv')")
    for number in range(kept.NEWEST + 3):
        (folder / "data.csv").write_text(str(number))
        shelf.keep("chapter", "name", Outputs([], {}, 1.0), record, began=1e12)
    assert len(list((shelf.folder / "chapter").glob("*.json"))) == len(list((shelf.folder / "chapter").iterdir())) == kept.NEWEST


def test_a_folder_that_cannot_be_written_stops_no_build(folder):
    (folder.parent / "shelf").write_text("a file, no folder")
    assert not found_again(kept_entry(folder, "open('data.csv')"))


def notebook(*code: str, prose: str = "Text.") -> Any:
    cells = [nbformat.v4.new_markdown_cell(prose), *(nbformat.v4.new_code_cell(source) for source in code)]
    return nbformat.v4.new_notebook(cells=cells)


def test_the_code_the_lock_file_and_the_packages_name_an_entry_and_prose_does_not(folder, monkeypatch):
    def name(*code: str, **options: Any) -> str:
        kept._environment.cache_clear()
        return name_of(notebook(*code, **options), ".", folder, False, 120)

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
    kept._environment.cache_clear()


def test_outputs_go_into_the_cells_they_came_from():
    executed = notebook("1", "2")
    executed.cells[2].update(
        outputs=[nbformat.v4.new_output("execute_result", data={"text/plain": "2"}, execution_count=2)], execution_count=2
    )
    fresh = notebook("1", "2", prose="Other words.")
    Outputs(**json.loads(json.dumps(vars(Outputs.of(executed, 0.0))))).put_into(fresh)
    assert fresh.cells[2].outputs[0].data["text/plain"] == "2"
    assert fresh.cells[2].execution_count == 2
    assert fresh.cells[0].source == "Other words."


def entries(book: Path, only_to: Path | None = None) -> dict[str, dict[str, str]]:
    """What each chapter of a built book depends on, by chapter; the entries can be copied into a folder of their own."""
    found = {}
    shelf = Shelf(EXECUTED, book)
    for folder in EXECUTED.iterdir():
        for path in folder.glob("*.json"):
            read = (kept._whole(path) or {"from": {}})["from"]
            files = {reference: value for reference, value in read.items() if reference.startswith("files:")}
            if files and all(shelf.fingerprint(reference) == value for reference, value in files.items()):
                found[folder.name.removeprefix("book__")] = read
                if only_to:
                    (only_to / folder.name).mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, only_to / folder.name)
    return found


def dependents(read: dict[str, dict[str, str]], file: str) -> set[str]:
    return {chapter for chapter, references in read.items() if f"files:{file}" in references}


def test_each_chapter_depends_on_every_table_whose_rows_it_publishes(built):
    """The record against the finished pages: no number may stand on a page that would not be made again with its table."""
    read = entries(built)
    homes: dict[str, str] = {}
    for path in (built / "data").glob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        if header.partition(",")[0] in ("fact_id", "claim_id", "citation_id"):
            homes |= {row.partition(",")[0]: path.name for row in rows if path.stem not in ("judgements", "attributions")}
    numbers = json.loads((built / "_build/html/numbers.json").read_text(encoding="utf-8"))["numbers"]
    chapters = {number["chapter"] for number in numbers}
    assert chapters <= read.keys()
    missing = set()
    for number in numbers:
        names = [row["id"] if isinstance(row, dict) else row for row in number["rows"]]
        tables = {"market_returns.csv" if name.startswith("market_returns/") else homes[name] for name in names}
        missing |= {(number["chapter"], table) for table in tables if f"files:data/{table}" not in read[number["chapter"]]}
    assert not missing


def test_the_daily_returns_concern_one_chapter_and_the_sources_all(built):
    """Fifteen thousand rows that one chapter uses: changing one must not execute the others, which check them too."""
    read = entries(built)
    assert dependents(read, "data/market_returns.csv") == dependents(read, "src/deepseek_audit/charts/market_charts.py") == {"market-crash"}
    assert dependents(read, "data/sources.csv") == dependents(read, "src/factbook/quantity.py") == read.keys()


def test_no_output_names_a_folder_of_this_machine(built):
    """Outputs travel from one copy of the book to another, so they must be the same everywhere."""
    for folder in EXECUTED.iterdir():
        for path in folder.glob("*.json"):
            entry = json.dumps((kept._whole(path) or {"cells": []})["cells"])
            assert str(built) not in entry and str(ROOT) not in entry and "ipykernel_" not in entry, path
