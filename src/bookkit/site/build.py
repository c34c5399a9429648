"""Build the website: strictly, aside, and only when something changed.

``bookkit build`` runs Jupyter Book into ``_build/next`` with every warning an error. Only a build
that succeeded replaces ``_build/html``, in one step: whatever goes wrong, be it that the build is killed or the disk
is full, the last good site stays whole. All that a build needs for a while stands in ``_build/next``, so that a killed
one leaves nothing elsewhere, and the next one clears it away. Jupyter Book and its kernels end with the build.
Nothing is built when no input changed. When one did, the chapters that depend on it are executed again (`bookkit.execution`),
so that no number can be older than the data.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from bookkit.citing import citing
from bookkit.editions import compare
from bookkit.execution import cache, executions, pairs, running
from bookkit.outputs import engine
from bookkit.project import commands, declared, history, locks
from bookkit.project.exchange import exchange
from bookkit.project.layout import DIGEST, SITE
from bookkit.site import guarded
from bookkit.verification import packs

NEXT = Path("_build/next")
PREVIOUS = Path("_build/previous")
LOG = Path("_build/build.log")
LOCK = Path("_build/lock")
DRAWINGS = Path("_build/drawings")
SETTINGS = ("BOOK_SITE_URL", "BOOK_REPOSITORY_URL", "BOOK_EDITIONS")
CONFIGURATION, BOOK, DATA, NOTEBOOKS, CODE = "_config.yml", "book", "data", "notebooks", "src"
INPUTS = (
    *(
        CONFIGURATION,
        "_toc.yml",
        "requirements.txt",
        "requirements-browser.txt",
        "package-lock.json",
        "pyproject.toml",
        "CHANGELOG.md",
        "CITATION.cff",
        "LICENSE",
        "LICENSE-CONTENT",
    ),
    *(BOOK, DATA, NOTEBOOKS, "published", CODE),
)
TRACEBACK_LINES = 3
# What a killed build started needs a moment to end
PATIENCE = 2.0
# Not every system knows all of them
STOPPING = tuple(signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if name in signal.Signals.__members__)
FULL = "No space is left on the disk. Free some, then build again."
CHANGED = "A source file changed while the site was being built. Build again."
# What Sphinx says to the reader of the terminal while it runs
SAID = ("chapter    ", "verify     ")
PROBLEM = re.compile(r"(?<!\[IPKernelApp\] )\b(WARNING|ERROR|CRITICAL)\b(?! \| Kernel)")
# The line of a traceback that says what went wrong
RAISED = re.compile(r"[\w.]*(Error|Exception)\b.*: .+")


class BuildError(Exception):
    """The site could not be built. The message is for the reader of the terminal."""


class Stopped(BuildError):
    """Somebody stopped the build."""

    def __init__(self, number: int):
        self.number = number
        super().__init__(f"The build was stopped ({signal.Signals(number).name}).")


def main(arguments: list[str] | None = None) -> int:
    """Build the site of the book in the current folder."""
    parser = argparse.ArgumentParser(prog="bookkit build", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed, and execute every chapter")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    for number in STOPPING:
        signal.signal(number, _stop)
    try:
        site = build(root, force=options.force)
    except BuildError as error:
        print(f"\n{error}", file=sys.stderr)
        kept_site = "The last good site is still in _build/html." if (root / SITE).is_dir() else "There is no site yet."
        print(f"\nThe site was not built. {kept_site}", file=sys.stderr)
        return 128 + error.number if isinstance(error, Stopped) else 1
    if line := compare.line_of_site(site):
        print(line)
    print(f"\nOpen  {(site / 'index.html').as_uri()}\nor run `{commands.SHOW}` and open http://127.0.0.1:8000/")
    return 0


def build(root: Path, force: bool = False) -> Path:
    """Build the site of the book at ``root`` if any of its inputs changed.

    Returns:
        The folder of the site.

    Raises:
        BuildError: a chapter failed, or Sphinx warned.
    """
    try:
        if line := declared.line_of_left_out(root, DATA, CODE):
            print(line)
        return _built(root, force)
    except declared.DescriptorError as error:
        raise BuildError(str(error)) from None
    except FileNotFoundError as error:
        raise BuildError(f"{error.filename} disappeared while the site was being built. Build again.") from None
    except OSError as error:
        said = FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else f"{error.strerror} ({error.filename}). Mend that, then build again."
        raise BuildError(said) from None


def _built(root: Path, force: bool) -> Path:
    digest = inputs_digest(root)
    site = root / SITE
    if not force and (site / DIGEST).is_file() and (site / DIGEST).read_text(encoding="utf-8") == digest:
        print("site       nothing changed since the last build")
        _clear(root)
        return site
    if questions := pairs.lost_edits(pairs.of(root / BOOK, root / NOTEBOOKS), root):
        raise BuildError("\n".join(questions))
    (root / "_build").mkdir(exist_ok=True)
    with (root / LOCK).open("wb") as lock:
        _hold(lock)
        _recover(site, root / PREVIOUS)
        if why := _dated(root)[1]:
            print(f"date       {why}", flush=True)
        start, began = time.perf_counter(), time.time()
        try:
            _run_jupyter_book(root, force, lock)
        except BuildError as error:
            if not isinstance(error, Stopped) and inputs_digest(root) != digest:
                raise BuildError(f"{error}\n{CHANGED}") from None
            raise
        fresh = root / NEXT / "_build" / "html"
        (fresh / DIGEST).write_text(digest, encoding="utf-8", newline="\n")
        if inputs_digest(root) != digest:
            raise BuildError(CHANGED)
        _swap(fresh, site, root / PREVIOUS)
        shutil.rmtree(root / NEXT, ignore_errors=True)
        _forget_drawings(root / DRAWINGS, began)
    print(f"site       built in {time.perf_counter() - start:.1f} s")
    return site


def _stop(number: int, _frame: object) -> NoReturn:
    raise Stopped(number)


def _hold(lock: IO[bytes]) -> None:
    """Take the lock. What a killed build started holds it until it has ended, so a short wait is worth while.

    Raises:
        BuildError: another build has it.
    """
    try:
        locks.take(lock, PATIENCE)
    except locks.Taken:
        raise BuildError("Another build of this book is running. Wait for it to end, then build again.") from None


def inputs_digest(root: Path) -> str:
    """A hash over every file the site is made from, and the Python it is made with."""
    digest = hashlib.sha256(sysconfig.get_python_version().encode())
    for value in (build_time(root), *(os.environ.get(name, "") for name in SETTINGS)):
        digest.update(value.encode() + b"\0")
    # Packs for browsers are made elsewhere, and are there or not
    digest.update(json.dumps(packs.made(root)).encode())
    for path in sorted(_input_files(root)):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def build_time(root: Path) -> str:
    """The date of the pages, in seconds since 1970: that of the last commit, or else of the edition (`bookkit.project.history`)."""
    return _dated(root)[0]


def _dated(root: Path) -> tuple[str, str]:
    """The date of the pages, and why it is not that of a commit.

    Raises:
        BuildError: there is none.
    """
    try:
        published = citing.released(citing.read_citation(root / citing.CITATION_FILE))
        seconds, why = history.time_of_pages(root, CONFIGURATION, published)
    except ValueError as error:
        raise BuildError(str(error)) from None
    return str(seconds), why


def _input_files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        top = root / name
        if top.is_file():
            yield top
        elif name == CODE:
            yield from declared.code_files(root, CODE)
        else:
            # A book without a data package may read anything of its data
            yield from (declared.data_files(top) if name == DATA else []) or declared.text_files(top)


def _run_jupyter_book(root: Path, force: bool, lock: IO[bytes]) -> None:
    shutil.rmtree(root / NEXT, ignore_errors=True)
    passing = {"JUPYTER_RUNTIME_DIR": root / NEXT / "runtime", "TMPDIR": root / NEXT / "temporary"}
    for folder in passing.values():
        folder.mkdir(parents=True)
    command = [sys.executable, "-m", guarded.__name__, "build", ".", "--path-output", str(NEXT), "-W", "--keep-going", "-n"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": build_time(root), "NO_COLOR": "1", "PYTHONUTF8": "1"}
    environment |= {name: str(folder.resolve()) for name, folder in passing.items()}
    environment.setdefault(engine.FOLDER, str((root / DRAWINGS).resolve()))
    environment.setdefault(cache.FOLDER, str((root / executions.FOLDER).resolve()))
    environment[cache.FORCE] = "yes" if force else ""
    # A kernel must find this environment's Python, whatever is first on the path.
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    status, lines = _guarded(command, root, environment, lock)
    with contextlib.suppress(OSError):
        (root / LOG).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    if status:
        raise BuildError("\n".join(failures(root, lines)) or f"Jupyter Book ended with status {status}. See {LOG}.")


def _guarded(command: list[str], root: Path, environment: dict[str, str], lock: IO[bytes]) -> tuple[int, list[str]]:
    """Run a command that ends when this process does, and that holds the lock until it has ended, where the system can hand it on."""
    handed_on: dict[str, Any] = {"pass_fds": (lock.fileno(),), "start_new_session": True} if os.name == "posix" else {}
    with subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        **handed_on,
    ) as process:
        assert process.stdout is not None
        try:
            lines = list(_followed(process.stdout))
            return process.wait(), lines
        finally:
            if process.poll() is None:
                guarded.end_group(process)


def _forget_drawings(folder: Path, began: float) -> None:
    """Drop the drawings that the build did not use; a second's grace for coarse clocks."""
    for path in folder.glob("*"):
        if path.stat().st_mtime < began - 1:
            path.unlink(missing_ok=True)


def _followed(output: Iterator[str]) -> Iterator[str]:
    """Pass the lines on, and show those that are for the reader of the terminal."""
    for raw in output:
        line = running.ANSI.sub("", raw.rstrip("\n"))
        if line.startswith(SAID):
            print(line, flush=True)
        yield line


def failures(root: Path, lines: list[str]) -> list[str]:
    """What went wrong, in a few lines: the failing cells, or else Sphinx' warnings."""
    if any(f"[Errno {errno.ENOSPC}]" in line for line in lines):
        return [FULL]
    reports = sorted((root / NEXT / "_build" / "html" / "reports").rglob("*.err.log"))
    found = [report.read_text(encoding="utf-8").partition("\n\n")[0] for report in reports]
    if not found:
        problems = (line.replace(f"{root}{os.sep}", "") for line in lines if PROBLEM.search(line))
        found = list(dict.fromkeys(problems))
    if not found:
        found = [line.strip() for line in lines if RAISED.match(line.strip())][:TRACEBACK_LINES]
    return found


def _swap(fresh: Path, site: Path, previous: Path) -> None:
    """Put the new site in the old one's place.

    Where the system can exchange two folders, there is a whole site at any moment. Elsewhere it is missing for the
    moment between two renames; a build killed just then is mended by `_recover`.
    """
    if not site.exists():
        site.parent.mkdir(parents=True, exist_ok=True)
        fresh.rename(site)
    elif not exchange(fresh, site):
        shutil.rmtree(previous, ignore_errors=True)
        site.rename(previous)
        try:
            fresh.rename(site)
        except OSError:
            previous.rename(site)
            raise
    shutil.rmtree(previous, ignore_errors=True)


def _recover(site: Path, previous: Path) -> None:
    """Put the last good site back, where a build was killed between two renames."""
    if previous.exists() and not site.exists():
        previous.rename(site)


def _clear(root: Path) -> None:
    """Remove what a killed build left, unless one is running."""
    if (root / NEXT).exists():
        with contextlib.suppress(locks.Taken), locks.held(root / LOCK, patience=0):
            shutil.rmtree(root / NEXT, ignore_errors=True)
            if (root / SITE).exists():
                shutil.rmtree(root / PREVIOUS, ignore_errors=True)
