"""Runs the cells of a chapter in one namespace and keeps their outputs as a notebook would."""

from __future__ import annotations

import ast
import errno
import io
import linecache
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

Output = dict[str, Any]
# What a cell may print: more fills the memory and is read by nobody
MOST_PRINTED = 100_000
# What of an error is read out, and what can be looked at
MOST_SAID, MOST_REPORTED = 2000, 20_000
# The worker's own words begin so, too
NO_NETWORK = "A cell here reaches no network"
ASKS_FOR_NOTHING = f"{NO_NETWORK}. What it needs can be written into it, or given as a table."
# The last steps of a traceback: those before are this module's own
CELL = "<cell {}>"


class NotHere(RuntimeError):
    """What a cell cannot do in a reader's browser, in a sentence."""


@dataclass(frozen=True)
class Failure:
    """A cell that did not run to its end.

    Attributes:
        cell: its index.
        said: the error in one line.
        report: the traceback through the chapter and the packages.
    """

    cell: int
    said: str
    report: str


@dataclass
class Run:
    """What came of a chapter: the outputs and seconds of each cell that ran to its end, and what failed, if anything did."""

    outputs: list[list[Output]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failure: Failure | None = None


class _Printed(io.StringIO):
    def write(self, text: str) -> int:
        if self.tell() + len(text) > MOST_PRINTED:
            raise NotHere(f"The cell printed more than {MOST_PRINTED:,} characters and was stopped. Let it print less.")
        return super().write(text)


def run(cells: Sequence[str], begun: Callable[[int], None] = lambda _: None, own: Sequence[str] = ()) -> Run:
    """Run the cells of a chapter, one after the other, until one fails.

    Args:
        cells: their code.
        begun: told the index of each cell before it runs.
        own: packages whose errors say in sentences what to do, as the commands of the book print them.
    """
    found, names = Run(), {"__name__": "__main__", "input": _no_input}
    for index, source in enumerate(cells):
        begun(index)
        start = time.perf_counter()
        try:
            found.outputs.append(run_cell(source, names, index))
        except BaseException as error:  # whatever a cell can raise, SystemExit too
            found.failure = Failure(index, _in_a_line(error, own), _report(error))
            break
        found.seconds.append(time.perf_counter() - start)
    return found


def run_cell(source: str, names: dict[str, Any], index: int = 0) -> list[Output]:
    """Run one cell.

    Args:
        source: its code. The value of a last line that is an expression is shown, unless it ends with “;”.
        names: the chapter's, which the cell adds to.
        index: what tracebacks call it.

    Returns:
        Its outputs, in the order in which they were shown.
    """
    called = CELL.format(index + 1)
    linecache.cache[called] = (len(source), None, source.splitlines(keepends=True), called)
    tree = ast.parse(source, called)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    outputs: list[Output] = []
    with _shown(outputs):
        exec(compile(tree, called, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), called, "eval"), names)
            if value is not None and not source.rstrip().endswith(";"):
                outputs.append({"data": bundle(value), "metadata": {}})
    return outputs


@contextmanager
def _shown(outputs: list[Output]) -> Iterator[None]:
    """Collect what is displayed and printed."""
    from IPython import display

    def sink(value: Any, raw: bool, metadata: dict[str, Any] | None) -> None:
        take_printed()
        outputs.append({"data": value if raw else bundle(value), "metadata": metadata or {}})

    def take_printed() -> None:
        if text := printed.getvalue():
            outputs.append({"stream": text})
            printed.seek(0)
            printed.truncate()

    printed = _Printed()
    display.sink = sink  # type: ignore[attr-defined]  # the stand-in's
    # Warnings are shown by no chapter; without end they would fill the memory, too
    with redirect_stdout(printed), redirect_stderr(_Printed()):
        yield
    take_printed()


def bundle(value: Any) -> dict[str, Any]:
    """A value as it is shown, by media type."""
    if not hasattr(value, "_repr_mimebundle_"):
        return {"text/plain": repr(value)}
    made = value._repr_mimebundle_()
    found: dict[str, Any] = made[0] if isinstance(made, tuple) else made
    return found


def _no_input(*_: object) -> str:
    raise NotHere("A cell here cannot ask for input. Write the value into the cell.")


def _in_a_line(error: BaseException, own: Sequence[str]) -> str:
    """What went wrong, in one line; a package that has a way of its own to say it says it so."""
    try:
        words = str(error).strip()
    except Exception:  # an error of the cell's own that cannot say what it is
        words = ""
    words = f"{words[:MOST_SAID]}…" if len(words) > MOST_SAID else words
    if words and (isinstance(error, NotHere) or type(error).__module__.partition(".")[0] in own):
        return words
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"This browser’s Python has no {error.name}: it holds what the chapters use, and no more."
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}" + (f" (line {error.lineno})" if error.lineno else "")
    if isinstance(error, MemoryError):
        return "The memory that this browser gives to a page is full. Let the cell hold less, or run the notebook in a Jupyter of your own."
    if isinstance(error, OSError) and (error.errno == errno.EHOSTUNREACH or type(error).__module__.startswith("urllib")):
        return f"{ASKS_FOR_NOTHING} ({type(error).__name__}: {words})"
    if words.startswith(f"Error: {NO_NETWORK}"):
        return words.removeprefix("Error: ")
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _report(error: BaseException) -> str:
    """The traceback from the cell on."""
    steps = traceback.extract_tb(error.__traceback__)
    first = next((index for index, step in enumerate(steps) if step.filename.startswith("<cell ")), len(steps))
    report = "".join([*traceback.format_list(steps[first:]), *traceback.format_exception_only(error)])
    return report if len(report) <= MOST_REPORTED else f"{report[:MOST_REPORTED]}…"


def forget(*packages: str) -> None:
    """Drop packages that were imported, so that the next run begins as the first one did."""
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]
