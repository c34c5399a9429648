"""Run a notebook: its outputs and what they came from, or where it failed and why, in words for its author."""

from __future__ import annotations

import asyncio
import os
import re
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit.execution import in_kernel, reads, warm
from bookkit.execution.cache import Outputs
from bookkit.execution.reads import Reads

REPORT = """names = {{}}
exec(compile(open({file!r}, 'rb').read(), {file!r}, 'exec'), names)
names['show']({root!r})"""
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
LINES_OF_CELL, LINES_OF_ERROR = 4, 3


@dataclass(frozen=True)
class Settings:
    """How notebooks are executed, unless they say otherwise themselves."""

    timeout: int | None = 120
    allow_errors: bool = False

    def of(self, notebook: Any) -> Settings:
        """Those of one notebook, which may have its own under ``execution``."""
        own = notebook.metadata.get("execution", {})
        return Settings(own.get("timeout", self.timeout), own.get("allow_errors", self.allow_errors))


@dataclass(frozen=True)
class Execution:
    """What came of a notebook that ran to its end. Without a record of what it read, its outputs must not be used again."""

    outputs: Outputs
    reads: Reads | None
    seconds: float


class Failed(Exception):
    """A notebook did not run to its end. The message says where and why; ``report`` is the whole of it."""

    def __init__(self, message: str, report: str):
        super().__init__(message)
        self.report = report


def run(notebook: Any, path: Path, name: str, root: Path, settings: Settings) -> Execution:
    """Execute a notebook, which stays as it is.

    Args:
        notebook: as read.
        path: its file; the kernel works in the file's folder.
        name: what messages call it.
        root: the project's folder.
        settings: the time a cell may take, and whether it may fail.

    Raises:
        Failed: a cell raised an error, took too long or ended the kernel, or no kernel started.
    """
    from nbclient import NotebookClient

    copy, own, begun = executable(notebook, root), settings.of(notebook), [0]
    client = NotebookClient(
        copy,
        allow_errors=own.allow_errors,
        timeout=own.timeout,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=lambda cell, cell_index: begun.__setitem__(0, cell_index),
    )
    start = time.perf_counter()
    try:
        warm.prefer(client.create_kernel_manager())
        asyncio.run(client.async_execute(env={**os.environ, **warm.ENVIRONMENT}))
    except Exception as error:
        # Whatever a notebook can do to its kernel: raise, hang, die, not start
        raise Failed(described(error, notebook, begun[0], path, name, own), ANSI.sub("", traceback.format_exc())) from None
    said = taken_report(copy)
    cells = [cell.source for cell in copy.cells]
    return Execution(Outputs.of(copy), reads.of(said, cells, root) if said else None, time.perf_counter() - start)


def executable(notebook: Any, root: Path) -> Any:
    """The code cells alone, and a last one that reports what was read, where the kernel is a Python."""
    from nbformat import v4

    new_cell: Any = v4.new_code_cell
    new_notebook: Any = v4.new_notebook
    kernel = notebook.metadata.get("kernelspec", {})
    cells = [new_cell(cell.source, metadata={"tags": cell.metadata.get("tags", [])}) for cell in _code(notebook)]
    if kernel.get("language", "python") == "python":
        source = REPORT.format(file=in_kernel.__file__, root=str(root.resolve()))
        cells.append(new_cell(source, metadata={"tags": [in_kernel.MIME_TYPE, "raises-exception"]}))
    return new_notebook(cells=cells, metadata={"kernelspec": kernel} if kernel else {})


def taken_report(notebook: Any) -> Mapping[str, list[str]]:
    """Take the reporting cell out again. Nothing where there was none, or where the chapter kept it from reporting."""
    if not notebook.cells or in_kernel.MIME_TYPE not in notebook.cells[-1].metadata.tags:
        return {}
    outputs = notebook.cells.pop().outputs
    return next((output.data[in_kernel.MIME_TYPE] for output in outputs if in_kernel.MIME_TYPE in output.get("data", {})), {})


def described(error: Exception, notebook: Any, number: int, path: Path, name: str, settings: Settings) -> str:
    """Chapter, line, cell and the last lines of the error."""
    from nbclient.exceptions import CellTimeoutError

    sources = [cell.source for cell in _code(notebook)][: number + 1]
    line, lines = line_of_last(sources, path), sources[-1].splitlines() if sources else []
    where = name + (f", line {line}" if line else "") + f", code cell {number + 1}:"
    shown = [f"    {text}" for text in lines[:LINES_OF_CELL]] + (["    …"] if len(lines) > LINES_OF_CELL else [])
    if isinstance(error, CellTimeoutError):
        errors = [f"The cell did not end within {settings.timeout} seconds (timeout under execute in _config.yml)."]
    else:
        last = [line.strip() for line in ANSI.sub("", str(error)).splitlines() if line.strip()]
        errors = last[-LINES_OF_ERROR:] or [type(error).__name__]
    return "\n".join([where, *shown, *(f"  → {text}" for text in errors)])


def line_of_last(sources: list[str], path: Path) -> int:
    """The line on which the last of some cells begins in a file of text, in which they follow one another; 0 in other files."""
    text, place = path.read_text(encoding="utf-8") if path.suffix == ".md" else "", 0
    for source in sources:
        place = text.find(source, place)
        if place < 0:
            return 0
    return text[:place].count("\n") + 1 if sources and text else 0


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
