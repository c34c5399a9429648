"""Execute the chapters and store them as notebooks, the same bytes every time.

``bookkit notebooks book notebooks`` runs every MyST notebook of ``book`` and writes its executed
pair: the form that readers download and that nbval compares with a fresh execution.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

from bookkit.execution import pairs
from bookkit.site.build import failing_cell


def main(arguments: list[str] | None = None) -> int:
    """Execute and store every chapter."""
    parser = argparse.ArgumentParser(prog="bookkit notebooks", description="Execute chapters and store them as notebooks.")
    parser.add_argument("book", type=Path, help="folder of the chapters")
    parser.add_argument("notebooks", type=Path, help="folder of the executed notebooks")
    options = parser.parse_args(arguments)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    options.notebooks.mkdir(exist_ok=True)
    stored, failed = pairs.of(options.book, options.notebooks), False
    if questions := pairs.lost_edits(stored, Path()):
        print("\n".join([*questions, "", "No notebook was stored: an edit would be lost."]), file=sys.stderr)
        return 1
    for chapter, target in stored.items():
        start = time.perf_counter()
        if failure := store(chapter, target):
            print(f"\n{failure}\n\nNo notebook was stored for this chapter.\n", file=sys.stderr, flush=True)
            failed = True
            continue
        print(f"notebook   {chapter.stem:<28} stored in {time.perf_counter() - start:.1f} s", flush=True)
    for orphan in set(options.notebooks.rglob("*.ipynb")) - set(stored.values()):
        orphan.unlink()
        print(f"notebook   {orphan.stem:<28} removed: its chapter is gone")
    if failed:
        return 1
    print("Commit the notebooks together with the chapters.")
    return 0


def store(chapter: Path, target: Path) -> str:
    """Execute one chapter and write it.

    Returns:
        What failed, or an empty text.
    """
    import jupytext
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = jupytext.read(chapter)
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{index:03d}"
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(chapter.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return failing_cell(chapter.as_posix(), str(error), Path.cwd())
    _clean(notebook)
    pairs.record(notebook)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.validate(notebook)
    nbformat.write(notebook, target)  # type: ignore[no-untyped-call]
    return ""


def _clean(notebook: Any) -> None:
    """Drop what differs from run to run or from machine to machine."""
    notebook.metadata.pop("language_info", None)
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
