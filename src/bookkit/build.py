"""Build the website: strictly, aside, and only when something changed.

``python -m bookkit.build`` runs Jupyter Book into ``_build/next`` with every warning an error. Only a build
that succeeded replaces ``_build/html``: whatever goes wrong, the last good site stays whole. Nothing is
built when no input changed, and everything is executed again when anything did, so that no number can be
older than the data.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

from bookkit import engine

SITE = Path("_build/html")
NEXT = Path("_build/next")
PREVIOUS = Path("_build/previous")
LOG = Path("_build/build.log")
LOCK = Path("_build/lock")
DRAWINGS = Path("_build/drawings")
DIGEST = "inputs.sha256"
SETTINGS = ("BOOK_SITE_URL", "BOOK_REPOSITORY_URL")
INPUTS = ("_config.yml", "_toc.yml", "requirements.txt", "pyproject.toml", "CHANGELOG.md", "CITATION.cff", "book", "data", "src")
SKIPPED = ("__pycache__", ".ipynb_checkpoints", ".egg-info", ".mypy_cache")
# The time of the build where there is no history to read it from (22 November 2026)
FALLBACK_EPOCH = "1795305600"
TRACEBACK_LINES = 3
EXECUTING = re.compile(r"(?P<path>\S+\.(?:md|ipynb)): Executing notebook")
EXECUTED = re.compile(r"(?P<path>\S+\.(?:md|ipynb)): Executed notebook in (?P<seconds>[\d.]+)")
PROBLEM = re.compile(r"(?<!\[IPKernelApp\] )\b(WARNING|ERROR|CRITICAL)\b(?! \| Kernel)")
# The line of a traceback that says what went wrong
RAISED = re.compile(r"[\w.]*(Error|Exception)\b.*: .+")
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class BuildError(Exception):
    """The site could not be built. The message is for the reader of the terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Build the site of the book in the current folder."""
    parser = argparse.ArgumentParser(prog="bookkit.build", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    try:
        site = build(root, force=options.force)
    except BuildError as error:
        print(f"\n{error}", file=sys.stderr)
        kept = "The last good site is still in _build/html." if (root / SITE).is_dir() else "There is no site yet."
        print(f"\nThe site was not built. {kept}", file=sys.stderr)
        return 1
    print(f"\nOpen  {(site / 'index.html').as_uri()}\nor run `make serve` and open http://127.0.0.1:8000/")
    return 0


def build(root: Path, force: bool = False) -> Path:
    """Build the site of the book at ``root`` if any of its inputs changed.

    Returns:
        The folder of the site.

    Raises:
        BuildError: a chapter failed, or Sphinx warned.
    """
    digest = inputs_digest(root)
    site = root / SITE
    if not force and _read(site / DIGEST) == digest:
        print("site       nothing changed since the last build")
        return site
    (root / "_build").mkdir(exist_ok=True)
    with (root / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BuildError("Another build of this book is running. Wait for it to end, then build again.") from None
        start, began = time.perf_counter(), time.time()
        _run_jupyter_book(root)
        fresh = root / NEXT / "_build" / "html"
        (fresh / DIGEST).write_text(digest)
        if inputs_digest(root) != digest:
            raise BuildError("A source file changed while the site was being built. Build again.")
        _swap(fresh, site, root / PREVIOUS)
        shutil.rmtree(root / NEXT, ignore_errors=True)
        _forget_drawings(root / DRAWINGS, began)
    print(f"site       built in {time.perf_counter() - start:.1f} s")
    return site


def inputs_digest(root: Path) -> str:
    """A hash over every file the site is made from, and the Python it is made with."""
    digest = hashlib.sha256(sysconfig.get_python_version().encode())
    for value in (build_time(root), *(os.environ.get(name, "") for name in SETTINGS)):
        digest.update(value.encode() + b"\0")
    for path in sorted(_input_files(root)):
        digest.update(str(path.relative_to(root)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def build_time(root: Path) -> str:
    """The date of the pages: that of the last commit, never the clock's, so that two builds are byte-identical."""
    if chosen := os.environ.get("SOURCE_DATE_EPOCH"):
        return chosen
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip() or FALLBACK_EPOCH
    except (OSError, subprocess.CalledProcessError):
        return FALLBACK_EPOCH


def _input_files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        top = root / name
        files = [top] if top.is_file() else top.rglob("*")
        for path in files:
            if path.is_file() and not any(part.endswith(SKIPPED) for part in path.parts):
                yield path


def _run_jupyter_book(root: Path) -> None:
    shutil.rmtree(root / NEXT, ignore_errors=True)
    (root / NEXT).mkdir(parents=True)
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "--path-output", str(NEXT)]
    command += ["-W", "--keep-going", "-n"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": build_time(root), "NO_COLOR": "1"}
    environment.setdefault(engine.FOLDER, str((root / DRAWINGS).resolve()))
    # A kernel must find this environment's Python, whatever is first on the path.
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    with subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as process:
        assert process.stdout is not None
        lines = list(_followed(process.stdout))
        status = process.wait()
    (root / LOG).write_text("\n".join(lines) + "\n", encoding="utf-8")
    if status:
        raise BuildError("\n".join(failures(root, lines)) or f"Jupyter Book ended with status {status}. See {LOG}.")


def _forget_drawings(folder: Path, began: float) -> None:
    """Drop the drawings that the build did not use; a second's grace for coarse clocks."""
    for path in folder.glob("*"):
        if path.stat().st_mtime < began - 1:
            path.unlink(missing_ok=True)


def _followed(output: Iterator[str]) -> Iterator[str]:
    """Pass the lines on, and tell of each executed chapter."""
    for raw in output:
        line = ANSI.sub("", raw.rstrip("\n"))
        if match := EXECUTED.search(line):
            name = Path(match["path"]).stem
            print(f"chapter    {name:<28} executed in {float(match['seconds']):.1f} s", flush=True)
        yield line


def failures(root: Path, lines: list[str]) -> list[str]:
    """What went wrong, in a few lines: the failing cells, or else Sphinx' warnings (most follow from a failed cell)."""
    found = []
    for report in sorted((root / NEXT / "_build" / "html" / "reports").rglob("*.err.log")):
        chapter = report.relative_to(root / NEXT / "_build" / "html" / "reports").as_posix().removesuffix(".err.log")
        found.append(failing_cell(f"{chapter}.md", report.read_text(encoding="utf-8"), root))
    if not found:
        problems = (line.replace(f"{root}{os.sep}", "") for line in lines if PROBLEM.search(line))
        found = list(dict.fromkeys(problems))
    if not found:
        found = [line.strip() for line in lines if RAISED.match(line.strip())][:TRACEBACK_LINES]
    return found


def failing_cell(chapter: str, report: str, root: Path) -> str:
    """Chapter, line, cell and the error's last lines, from nbclient's report."""
    report = ANSI.sub("", report)
    parts = re.split(r"^-{6,}$", report, flags=re.MULTILINE)
    cell = parts[1].strip("\n") if len(parts) > 2 else ""
    source = _read(root / chapter)
    line = source[: source.find(cell)].count("\n") + 1 if cell and cell in source else None
    number = len(re.findall(r"^```\{code-cell\}", source[: source.find(cell)], flags=re.MULTILINE)) if line else None
    head = f"{chapter}" + (f", line {line}, code cell {number}:" if line else ":")
    shown = [f"    {text}" for text in cell.splitlines()[:4]] + (["    …"] if len(cell.splitlines()) > 4 else [])
    errors = [text for text in (parts[-1] if parts else report).strip().splitlines() if text.strip()]
    return "\n".join([head, *shown, *(f"  → {text.strip()}" for text in errors[-TRACEBACK_LINES:])])


def _swap(fresh: Path, site: Path, previous: Path) -> None:
    """Put the new site in the old one's place; a failure in between leaves one of them there."""
    shutil.rmtree(previous, ignore_errors=True)
    site.parent.mkdir(parents=True, exist_ok=True)
    if site.exists():
        site.rename(previous)
    try:
        fresh.rename(site)
    except OSError:
        if previous.exists():
            previous.rename(site)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
