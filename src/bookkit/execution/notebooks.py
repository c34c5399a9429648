"""Store the executed chapters as notebooks, the same bytes every time; or say where the stored ones differ.

``bookkit notebooks book notebooks`` writes for every MyST notebook of ``book`` its executed pair: the form that
readers download. What was executed for the site is not executed again. With ``--check`` nothing is written: each output of
each cell is compared with what is stored.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookkit.execution import pairs
from bookkit.execution.executions import Chapter, ChaptersFailed, Executions
from bookkit.execution.running import Failed, Settings
from bookkit.project import commands

CONFIGURATION = Path("_config.yml")
# Of a cell that differs in many places, so many are shown, and so much of each
PLACES, LENGTH = 5, 80


def main(arguments: list[str] | None = None) -> int:
    """Store every chapter, or compare."""
    parser = argparse.ArgumentParser(prog="bookkit notebooks", description="Store executed chapters as notebooks.")
    parser.add_argument("book", type=Path, help="folder of the chapters")
    parser.add_argument("notebooks", type=Path, help="folder of the executed notebooks")
    parser.add_argument("--check", action="store_true", help="write nothing; say where the stored notebooks differ")
    options = parser.parse_args(arguments)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    stored = pairs.of(options.book, options.notebooks)
    if not options.check and (questions := pairs.lost_edits(stored, Path())):
        print("\n".join([*questions, "", "No notebook was stored: an edit would be lost."]), file=sys.stderr)
        return 1
    fresh, failures = executed(list(stored))
    for failure in failures.values():
        print(f"\n{failure}\n\nNo notebook was stored for this chapter.\n", file=sys.stderr, flush=True)
    orphans = set(options.notebooks.rglob("*.ipynb")) - set(stored.values())
    if options.check:
        return int(bool(check(fresh, stored, orphans, f"{commands.STORE} {options.book} {options.notebooks}") or failures))
    for chapter, notebook in fresh.items():
        store(notebook, stored[chapter])
        print(f"notebook   {chapter.stem:<28} stored")
    for orphan in orphans:
        orphan.unlink()
        print(f"notebook   {orphan.stem:<28} removed: its chapter is gone")
    if failures:
        return 1
    print("Commit the notebooks together with the chapters.")
    return 0


def executed(chapters: list[Path]) -> tuple[dict[Path, Any], dict[str, Failed]]:
    """The chapters as notebooks, executed as the site executes them; and those that failed, by document."""
    import jupytext

    root = Path.cwd()
    executions, failures = Executions(root, settings(root)), {}
    notebooks = {path: jupytext.read(path) for path in chapters}
    documents = {path: path.resolve().relative_to(root).with_suffix("").as_posix() for path in chapters}
    try:
        executions.start(Chapter(documents[path], path.resolve(), notebook) for path, notebook in notebooks.items())
        for path, notebook in list(notebooks.items()):
            try:
                executions.outputs(documents[path]).put_into(notebook)
                _clean(notebook)
            except ChaptersFailed as failed:
                failures = failed.failures
                del notebooks[path]
    finally:
        executions.end()
    return notebooks, failures


def settings(root: Path) -> Settings:
    """How the site executes notebooks."""
    import yaml

    path = root / CONFIGURATION
    execute = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("execute", {}) if path.is_file() else {}
    return Settings(execute.get("timeout", Settings.timeout), execute.get("allow_errors", Settings.allow_errors))


def store(notebook: Any, target: Path) -> None:
    """Write an executed chapter."""
    import nbformat

    pairs.record(notebook)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.validate(notebook)
    nbformat.write(notebook, target)  # type: ignore[no-untyped-call]


def check(fresh: dict[Path, Any], stored: dict[Path, Path], orphans: set[Path], again: str) -> int:
    """Say where stored notebooks differ from executed chapters, and which command stores them again.

    Returns:
        How many differ, are missing or have no chapter.
    """
    import nbformat

    wrong = len(orphans)
    for orphan in orphans:
        print(f"{orphan} has no chapter. Run `{again}`, which removes it.")
    for chapter, notebook in fresh.items():
        path = stored[chapter]
        found = list(differences(nbformat.read(path, as_version=4), notebook)) if path.is_file() else ["is missing"]  # type: ignore[no-untyped-call]
        wrong += bool(found)
        for line in found:
            print(f"{path}, {line}")
    if wrong:
        print(f"\nIf the changes are meant, run `{again}` and commit them together with what changed them.")
    else:
        print(f"{sum(len(notebook.cells) for notebook in fresh.values())} cells of {len(fresh)} notebooks: 0 differ")
    return wrong


def differences(stored: Any, fresh: Any) -> Iterator[str]:
    """Where two notebooks of one chapter differ, cell by cell."""
    if pairs.text_of(stored) != pairs.text_of(fresh):
        yield "its text is not the chapter’s"
        return
    code = 0
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        if old.cell_type != "code":
            continue
        code += 1
        places = list(paths(_outputs(old), _outputs(new)))
        if places:
            head = next((line for line in old.source.splitlines() if line.strip()), "")
            more = [f"  … and {len(places) - PLACES} more places"] if len(places) > PLACES else []
            yield "\n".join([f"code cell {code} ({head[:LENGTH]}):", *(f"  {place}" for place in places[:PLACES]), *more])


def paths(stored: Any, found: Any, where: str = "output") -> Iterator[str]:
    """The places in which two outputs differ, with both values."""
    if isinstance(stored, dict) and isinstance(found, dict) and stored.keys() == found.keys():
        for key in stored:
            yield from paths(stored[key], found[key], f"{where}.{key}")
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for index, pair in enumerate(zip(stored, found, strict=True)):
            yield from paths(*pair, f"{where}[{index}]")
    elif stored != found:
        yield f"{where}: {_short(stored)} became {_short(found)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LENGTH else f"{text[:LENGTH]}…"


def _outputs(cell: Any) -> Any:
    return json.loads(json.dumps(cell.outputs))


def _clean(notebook: Any) -> None:
    """Drop what differs from run to run or from machine to machine."""
    notebook.metadata.pop("language_info", None)
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{index:03d}"
