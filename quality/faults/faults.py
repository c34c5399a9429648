"""What can go wrong while a site is built, done to a small book on purpose; and what became of it.

Each fault starts from a book that was built, whose data have changed since, so that a build has everything to do. It is
right when the site is afterwards the old one or the new one, to the byte; when the exit code and one sentence say that
it was not built; when nothing is left running and nothing lies about; and when the next build makes the new site.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bookkit.conftest import build_settings, replace, run_build

SITE, NEXT = "_build/html", "_build/next/_build"
SEED = 20241226
BUILD = [sys.executable, "-m", "bookkit", "build"]
# What may be in _build after a build that succeeded
LASTING = {"html", "build.log", "lock", "drawings", "executed"}
PATIENCE = 5.0
CELL = "exchange = facts["


@dataclass(frozen=True)
class Run:
    """A build that was meant to fail: its exit code, and what it said last."""

    status: int
    said: str


@dataclass(frozen=True)
class Fault:
    """Something to do to a build, what it should say, and how to undo it."""

    name: str
    do: Callable[[Path], Run]
    says: str = ""
    undo: Callable[[Path], None] = lambda _: None
    finish: Callable[[Path], None] = lambda _: None


@dataclass(frozen=True)
class Outcome:
    """What became of a book after a fault and after the next build."""

    status: int
    said: str
    site: str
    running: list[str]
    left: list[str]
    heals: bool


def tree(folder: Path) -> dict[str, str]:
    """Every file of a folder with its hash."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def change(book: Path) -> None:
    """Change the data, so that there is something to build."""
    row = "v3_rate_assumed,h800_sxm,assumed_rental_rate,"
    replace(book / "data/cost_inputs.csv", f"{row}2,", f"{row}3,")


def tried(book: Path, fault: Fault) -> Outcome:
    """Do it to a built book, then build again."""
    try:
        return _tried(book, fault)
    finally:
        fault.finish(book)


def _tried(book: Path, fault: Fault) -> Outcome:
    before = tree(book / SITE)
    change(book)
    run = fault.do(book)
    after = tree(book / SITE) if (book / SITE).is_dir() else {}
    running = still_running(book)
    fault.undo(book)
    healing = run_build(book, **own(book))
    healed = tree(book / SITE)
    site = "the old one" if after == before else "the new one" if after == healed else "missing" if not after else "damaged"
    left = sorted({path.name for path in (book / "_build").iterdir()} - LASTING) + sorted(
        path.name for path in (book.parent / "temporary").iterdir()
    )
    return Outcome(run.status, run.said, site, running, left, healing.returncode == 0 and healed != before)


def own(book: Path) -> dict[str, str]:
    """Settings that keep a fault's traces apart: what it executed, and its temporary files."""
    (book.parent / "temporary").mkdir(exist_ok=True)
    return {"BOOKKIT_EXECUTED": str(book / "_build/executed"), "TMPDIR": str(book.parent / "temporary")}


def still_running(book: Path) -> list[str]:
    """The processes that work in a book, after a moment in which they may end."""
    until = time.monotonic() + PATIENCE
    while found := list(working_in(book)):
        if time.monotonic() > until:
            return found
        time.sleep(0.1)
    return []


def working_in(book: Path) -> Iterator[str]:
    """The processes whose folder is in a book."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(book) and process.status() != psutil.STATUS_ZOMBIE:
                yield " ".join(process.cmdline())[:80]


def started(book: Path) -> subprocess.Popen[str]:
    """A build in a process group of its own."""
    environment = build_settings(book, **own(book))
    return subprocess.Popen(
        BUILD, cwd=book, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def ended(process: subprocess.Popen[str]) -> Run:
    """The end of a build that was started."""
    _, errors = process.communicate(timeout=200)
    return Run(process.returncode, last_words(errors))


def last_words(errors: str) -> str:
    """The sentence before the one that says what became of the site."""
    lines = [line.strip() for line in errors.splitlines() if line.strip() and not line.startswith("The site was not built")]
    return lines[-1] if lines else ""


# The moments of a build, by what is in its folder then
MOMENTS: dict[str, Callable[[Path], bool]] = {
    "starting": lambda book: (book / NEXT).parent.is_dir(),
    "executing": lambda book: bool(kernels(book)),
    "reading": lambda book: any((book / NEXT / "html").rglob("*.svg")),
    "writing": lambda book: any((book / NEXT / "html").glob("*.html")),
    "finishing": lambda book: (book / NEXT / "html/numbers.json").is_file(),
}


def at(moment: str) -> Callable[[Path], None]:
    """Wait for a moment of a build.

    Raises:
        TimeoutError: it does not come.
    """

    def wait(book: Path) -> None:
        until = time.monotonic() + 100
        while not MOMENTS[moment](book):
            if time.monotonic() > until:
                raise TimeoutError(f"No build was seen {moment}.")
            time.sleep(0.005)

    return wait


def after(seconds: float) -> Callable[[Path], None]:
    """Wait for so long."""
    return lambda _: time.sleep(seconds)


def killed(number: int, when: Callable[[Path], None], whole_group: bool = False) -> Callable[[Path], Run]:
    """Start a build and send it, or its whole process group, a signal at some moment."""

    def do(book: Path) -> Run:
        process = started(book)
        when(book)
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if whole_group else os.kill)(process.pid, number)
        return ended(process)

    return do


def kernel_killed(book: Path) -> Run:
    """A kernel dies, as it does when the memory is full."""
    process = started(book)
    while process.poll() is None and not kernels(book):
        time.sleep(0.005)
    for kernel in kernels(book):
        kernel.kill()
    return ended(process)


def kernels(book: Path) -> list[psutil.Process]:
    """The kernels that run for a book: whatever works in the folder of its chapters."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if Path(process.cwd()) == book / "book":
                found.append(process)
    return found


SWAP = """
import os, signal, sys
from pathlib import Path
from bookkit.site import build
renames = 0
def rename(self, target, real=Path.rename):
    global renames
    if str(self).endswith("html") or str(target).endswith("html"):
        renames += 1
        if renames == {number}:
            os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.rename = rename
if not {exchanging}:
    build.exchange = lambda one, other: False
else:
    real = build.exchange
    def exchange(one, other):
        done = real(one, other)
        os.kill(os.getpid(), signal.SIGKILL)
    build.exchange = exchange
sys.exit(build.main([]))
"""


def killed_in_swap(number: int, exchanging: bool) -> Callable[[Path], Run]:
    """Kill the build before its n-th renaming of a site, or just after the exchange."""

    def do(book: Path) -> Run:
        code = SWAP.format(number=number, exchanging=exchanging)
        result = subprocess.run(
            [sys.executable, "-c", code], cwd=book, env=build_settings(book, **own(book)), capture_output=True, text=True, check=False
        )
        return Run(result.returncode, last_words(result.stderr))

    return do


def cell(code: str) -> Callable[[Path], Run]:
    """Build with a line more in a cell."""

    def do(book: Path) -> Run:
        replace(book / "book/cost-claims.md", CELL, f"{code}\n{CELL}")
        replace(book / "_config.yml", "timeout: 120", "timeout: 8")
        result = run_build(book, **own(book))
        return Run(result.returncode, last_words(result.stderr))

    return do


def without_cell(code: str) -> Callable[[Path], None]:
    """Take the line out again."""

    def undo(book: Path) -> None:
        replace(book / "book/cost-claims.md", f"{code}\n{CELL}", CELL)
        replace(book / "_config.yml", "timeout: 8", "timeout: 120")

    return undo


def removed(name: str, moment: str) -> tuple[Callable[[Path], Run], Callable[[Path], None]]:
    """Remove a source while the site is being built; put it back."""

    def do(book: Path) -> Run:
        process = started(book)
        at(moment)(book)
        (book / name).rename(book.parent / "removed")
        return ended(process)

    return do, lambda book: shutil.move(book.parent / "removed", book / name) and None


def second_at_once(book: Path) -> Run:
    """Start a second build while one is running; the first must not notice."""
    first = started(book)
    at("executing")(book)
    result = run_build(book, **own(book))
    first.send_signal(signal.SIGKILL)
    first.communicate()
    return Run(result.returncode, last_words(result.stderr))


def full_disk(spare: int) -> Fault:
    """Build on a disk that has so many megabytes to spare."""

    def do(book: Path) -> Run:
        built = Path(shutil.move(book / "_build", book.parent / "built"))
        (book / "_build").mkdir()
        held = sum(-(-path.stat().st_size // 4096) * 4 + 4 for path in built.rglob("*"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={held + spare * 1024}k", "tmpfs", str(book / "_build")], check=True)
        shutil.copytree(built, book / "_build", dirs_exist_ok=True)
        result = run_build(book, **own(book))
        return Run(result.returncode, last_words(result.stderr))

    def undo(book: Path) -> None:
        subprocess.run(["mount", "-o", "remount,size=1g", str(book / "_build")], check=True)

    def finish(book: Path) -> None:
        subprocess.run(["umount", "-l", str(book / "_build")], check=False)

    return Fault(f"the disk is full after {spare} MB", do, "No space is left on the disk", undo, finish)


def can_mount(folder: Path) -> bool:
    """Whether a small disk can be mounted here: Linux, as superuser."""
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False)
    except OSError:
        return False
    if done.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)
    return done.returncode == 0


def at_code(name: str, code: str, says: str) -> Fault:
    """A fault of a notebook."""
    return Fault(name, cell(code), says, without_cell(code))


def removal(name: str, moment: str) -> Fault:
    """A fault of a source."""
    do, undo = removed(name, moment)
    return Fault(f"{name} removed while {moment}", do, "Build again", undo)


NOTEBOOKS = [
    at_code("a notebook fails", "1 / 0", "ZeroDivisionError"),
    at_code("a notebook hangs", "while True: pass", "did not end within 8 seconds"),
    at_code("a notebook prints to stderr", "import sys; print('careful', file=sys.stderr)", "stderr"),
    at_code("a notebook ends its kernel", "import os; os._exit(1)", "Kernel died"),
    Fault("a kernel is killed", kernel_killed, "Kernel died"),
]
SWAPS = [
    Fault("killed just after the exchange of old and new", killed_in_swap(0, exchanging=True)),
    Fault("no exchange: killed before the first renaming", killed_in_swap(1, exchanging=False)),
    Fault("no exchange: killed between the two renamings", killed_in_swap(2, exchanging=False)),
]
SIGNALS = [
    Fault(
        f"{signal.Signals(number).name} to {'the whole group' if group else 'the build alone'} while {moment}",
        killed(number, at(moment), group),
    )
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
    for group in (False, True)
    for moment in MOMENTS
]
MOMENTS_BY_CHANCE = [
    Fault(f"SIGKILL after {seconds:.2f} s", killed(signal.SIGKILL, after(seconds)))
    for chance in [random.Random(SEED)]
    for seconds in sorted(chance.uniform(0, 9) for _ in range(12))
]
REMOVALS = [
    removal("book/cost-claims.md", "starting"),
    removal("data/cost_inputs.csv", "executing"),
    removal("book/references.bib", "writing"),
]
TWO = [Fault("a second build at once", second_at_once, "Another build of this book is running")]
DISKS = [full_disk(spare) for spare in (0, 1, 3)]
