"""The chapters as a test of the models, in this process: each cell gives the outputs that are stored in ``notebooks/``.

`make test` compares them with the build's own execution, in kernels. ``make mutants`` needs an answer in seconds
and in a forked process; pytest finds this file only when it is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from factbook import notebook

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.chdir(NOTEBOOKS)
    # A kernel of its own has recorded nothing yet
    monkeypatch.setattr(notebook, "n", notebook.Numbers())
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("chapter", sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
def test_a_chapter_gives_what_is_stored(chapter: str, shell: InteractiveShell) -> None:
    for cell in nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        last: list[Any] = []
        shell.display_trap.hook = last.append
        with capture_output() as captured:
            shell.run_cell(cell.source).raise_error()
        shown = [output.data for output in captured.outputs]
        shown += [shell.display_formatter.format(thing)[0] for thing in last if thing is not None]
        assert _as_stored(shown) == _as_stored([output["data"] for output in cell.outputs if "data" in output])
        assert captured.stdout == "".join(output.text for output in cell.outputs if output.output_type == "stream")


def _as_stored(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As a notebook stores it: tuples are lists, keys are texts."""
    stored: list[dict[str, Any]] = json.loads(json.dumps(data))
    return stored
