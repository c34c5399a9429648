"""Run the chapters in one process, without kernels, and compare what they show with what is stored.

``python -m tests.book.execution`` prints what comes out differently, as JSON: chapter, cell and the places. With
``--seed`` the results of floating-point functions are perturbed first (`perturbation`). With ``--edges`` it prints instead
how close the roundings of recorded and printed numbers come to the edge at which they would go the other way.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookkit.execution.notebooks import paths

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
PLACES_SHOWN = 8


def run(notebook: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The outputs of each code cell, run in a namespace of its own.

    Yields:
        The cell's number and its outputs, each the data by media type.

    Raises:
        RuntimeError: a cell failed.
    """
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    shell.reset(new_session=False)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        with capture_output() as captured:
            result = shell.run_cell(cell.source)
        if not result.success:
            raise RuntimeError(f"cell {number} failed") from (result.error_in_exec or result.error_before_exec)
        # What the cell ends with is shown by the shell itself, past the capture
        last = [] if result.result is None else [shell.display_formatter.format(result.result)[0]]
        yield number, [*(output.data for output in captured.outputs), *last]


def differences(path: Path) -> Iterator[dict[str, Any]]:
    """What comes out otherwise than the stored notebook has it."""
    import nbformat

    notebook: Any = nbformat.read(path, as_version=4)
    for number, found in run(notebook):
        stored = [dict(output.data) for output in notebook.cells[number].outputs]
        found = json.loads(json.dumps(found))  # As a stored notebook would hold it
        if stored != found:
            yield {"chapter": path.stem, "cell": number, "places": list(paths(stored, found, ""))[:PLACES_SHOWN]}


def enabled_features() -> list[str]:
    """The vector units that numpy uses in this process, beyond what it takes for granted."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__[name]]


def watch_roundings() -> dict[tuple[float, int], None]:
    """Every rounding from now on: the number and its digits, each once."""
    from factbook.rounding import ROUNDING_EVENT

    seen: dict[tuple[float, int], None] = {}
    sys.addaudithook(lambda event, arguments: seen.setdefault(arguments) if event == ROUNDING_EVENT else None)
    return seen


def nearest_edges(roundings: dict[tuple[float, int], None], number: int) -> list[dict[str, Any]]:
    """The roundings that come closest to their edges, as shares of the number, closest first."""
    from factbook.rounding import distance_from_edge

    found = sorted((distance_from_edge(*rounding), *rounding) for rounding in roundings)
    return [{"distance": distance, "number": value, "digits": digits} for distance, value, digits in found[:number]]


def main(arguments: list[str] | None = None) -> int:
    """Run the chapters named, or all."""
    parser = argparse.ArgumentParser(prog="tests.book.execution", description="Run the chapters and compare with what is stored.")
    parser.add_argument("chapters", nargs="*", help="names of chapters; all without one")
    parser.add_argument("--seed", type=int, help="perturb floating-point functions, with these random signs")
    parser.add_argument("--edges", type=int, metavar="N", help="print the N roundings that come closest to their edges")
    options = parser.parse_args(arguments)
    if options.seed is not None:
        from tests.book import perturbation

        perturbation.install(options.seed)
    roundings = watch_roundings() if options.edges else {}
    chosen = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if not options.chapters or path.stem in options.chapters]
    found = [difference for path in chosen for difference in differences(path)]
    result: dict[str, Any] = {"features": enabled_features(), "differences": found}
    if options.edges:
        result |= {"roundings": len(roundings), "edges": nearest_edges(roundings, options.edges)}
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
