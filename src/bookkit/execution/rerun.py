"""Run a chapter with other assumptions, and say which of its numbers move.

``bookkit rerun CHAPTER -p NAME VALUE`` runs the stored notebook of a chapter with papermill, which sets the
parameters of its cell tagged ``parameters``. What papermill only warns of is an error here: a parameter that the
chapter does not have. The run notebook goes to ``_build/rerun``; nothing of the book changes. Each recorded number
that differs from the stored one is printed with its old and its new value.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from factbook.contract import NUMBER_RECORD as NUMBER
from factbook.contract import TEXT_RECORD as TEXT

NOTEBOOKS = Path("notebooks")
TARGET = Path("_build/rerun")


class RerunError(Exception):
    """The chapter cannot be run so. The message says what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run one chapter; print the numbers that moved."""
    parser = argparse.ArgumentParser(prog="bookkit rerun", description="Run a chapter with other assumptions.")
    parser.add_argument("chapter", nargs="?", default="", help="a name in notebooks/, such as costs")
    parser.add_argument("-p", "--parameter", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"), help="an assumption")
    options = parser.parse_args(arguments)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    try:
        target = rerun(Path.cwd(), options.chapter, _by_name(options.parameter))
    except RerunError as error:
        print(error, file=sys.stderr)
        return 1
    moved = differences(recorded(_read(NOTEBOOKS / target.name)), recorded(_read(target)))
    for name, (old, new) in moved.items():
        print(f"{name:<28} {old} → {new}")
    print(f"\n{len(moved)} recorded number{'' if len(moved) == 1 else 's'} moved. The run notebook is {target}.")
    return 0


def _by_name(given: Sequence[Sequence[str]]) -> dict[str, str]:
    """The parameters by name; of two values, neither would be the one that was meant."""
    found: dict[str, str] = {}
    for name, value in given:
        if name in found:
            raise RerunError(f"{name} is given twice, as {found[name]!r} and as {value!r}. Give it once.")
        found[name] = value
    return found


def rerun(root: Path, chapter: str, parameters: Mapping[str, str]) -> Path:
    """Run a chapter's stored notebook with some parameters.

    Returns:
        The run notebook.

    Raises:
        RerunError: no such chapter or parameter, or the chapter refused a value.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    source = root / NOTEBOOKS / f"{chapter}.ipynb"
    if not source.is_file():
        there = [path.stem for path in sorted((root / NOTEBOOKS).glob("*.ipynb")) if parameters_of(path)]
        raise RerunError(f"Name a chapter with parameters: {', '.join(there)}. {_near(chapter, there)}".strip())
    known = parameters_of(source)
    for name in parameters:
        if name not in known:
            has = f"It has {', '.join(known)}." if known else "It has none."
            raise RerunError(f"{chapter} has no parameter {name!r}. {_near(name, known) or has}")
    target = root / TARGET / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    values = {name: None if value == "None" else value for name, value in parameters.items()}
    try:
        papermill.execute_notebook(
            str(source),
            str(target),
            values,
            kernel_name="python3",
            progress_bar=False,
            cwd=str(source.parent),
            # On a busy machine the kernel reports as an error that it was stopped; what failed in the chapter is said below
            extra_arguments=["--log-level=CRITICAL"],
        )
    except PapermillExecutionError as error:
        raise RerunError(error.evalue) from None
    return target.relative_to(root)


def parameters_of(notebook: Path) -> list[str]:
    """The names in a notebook's cell tagged ``parameters``."""
    import papermill

    return list(papermill.inspect_notebook(str(notebook)))


def recorded(notebook: Any) -> dict[str, str]:
    """The text of every number and word that a notebook records for its sentences."""
    return {
        output.metadata["scrapbook"]["name"]: output.data[NUMBER]["text"] if NUMBER in output.data else output.data[TEXT]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "display_data" and "scrapbook" in output.metadata
    }


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What changed, by name: before and after."""
    return {name: (old[name], text) for name, text in new.items() if name in old and old[name] != text}


def _near(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3)
    return f"Did you mean {', '.join(near)}?" if near else ""


def _read(path: Path) -> Any:
    import nbformat

    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
