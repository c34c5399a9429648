"""Runs inside a kernel, before the first cell: what does this notebook really read?

``bookkit.execution.execution`` starts each Python kernel with this file and finds the record where ``BOOKKIT_RECORD_TO`` says.
It needs the standard library only, because a kernel's environment may not hold this package.

Recorded: files opened, folders listed, whether files exist (``os.stat``), environment variables, the modules of the
book that were imported, and the folders of the book from which modules may come. An audit hook sees the first two
whoever opens them in Python, tests of existence and variables are seen in ``os``. What reads and writes in ways
that cannot be seen (other programs, the network, a database) is recorded as a reason not to keep the outputs;
packages that open files in C are recorded as having read the whole book.

A package that opens more files than it uses, to check them all say, can tell so by two audit events:
``sys.audit("notebook.glance", path)`` takes back one opening, ``sys.audit("notebook.use", path)`` adds one.
"""

import atexit
import contextlib
import json
import os
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Callable
from typing import Any

ROOT, TARGET = "BOOKKIT_RECORD_ROOT", "BOOKKIT_RECORD_TO"
# They open files without asking Python, so nothing tells which
OPENS_UNSEEN = ("pyarrow", "polars", "duckdb", "h5py", "netCDF4", "tables", "rasterio", "fiona", "cv2")
# What the operating system keeps for itself
SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/System/", "/Library/")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn")


class Record:
    """What one kernel read, as absolute paths."""

    def __init__(self, root: str):
        self.root = os.path.join(os.path.realpath(root), "")
        self.opened: Counter[str] = Counter()
        self.listed: set[str] = set()
        self.asked: set[str] = set()
        self.written: set[str] = set()
        self.environment: set[str] = set()
        self.unrepeatable: set[str] = set()
        # The environment's files have a fingerprint of their own; like temporary files, they may lie in the book's folder
        installed = {sys.prefix, sys.base_prefix, sys.exec_prefix, sysconfig.get_path("stdlib")}
        installed |= {place for place in sys.path if place.endswith(("site-packages", "dist-packages"))}
        self.installed = _folders(installed)
        self.foreign = (*SYSTEM, *_folders({tempfile.gettempdir(), os.path.expanduser("~/.ipython"), os.path.expanduser("~/.jupyter")}))

    def place(self, path: Any) -> str:
        """The absolute path of what the book or its reader can change, else nothing."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return ""
        whole = os.path.abspath(os.fsdecode(path))
        folder = os.path.join(whole, "")
        if folder.startswith(self.root):
            mine = not folder.startswith(tuple(place for place in (*self.installed, *self.foreign) if place.startswith(self.root)))
            return whole if mine and "__pycache__" not in whole else ""
        return "" if folder.startswith((*self.foreign, *self.installed)) else whole

    def open(self, path: Any, mode: Any, flags: Any) -> None:
        if not (whole := self.place(path)):
            return
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITING):
            self.written.add(whole)
            if whole.startswith(self.root):
                self.unrepeatable.add(f"it writes {whole.removeprefix(self.root)}")
        elif whole not in self.written:
            self.opened[whole] += 1

    def list(self, path: Any = None) -> None:
        # Importing lists folders too; what may be imported is recorded apart
        if "importlib" not in sys._getframe(2).f_code.co_filename and (whole := self.place(os.curdir if path is None else path)):
            self.listed.add(whole)

    def glance(self, path: Any) -> None:
        self.opened[self.place(path)] -= 1

    def use(self, path: Any) -> None:
        self.opened[self.place(path)] += 1

    def program(self, *_: Any) -> None:
        self.unrepeatable.add("it starts another program")

    def network(self, *_: Any) -> None:
        self.unrepeatable.add("it uses the network")

    def database(self, name: Any) -> None:
        if name not in (":memory:", b":memory:"):
            self.unrepeatable.add("it opens a database")

    def variable(self, name: Any) -> None:
        """Variables that the book's own code asks for; those of libraries tell where they run, and differ in each kernel."""
        frame: Any = sys._getframe(2)
        while frame and frame.f_code.co_filename in (__file__, os.__file__, "<frozen os>", "<frozen _collections_abc>"):
            frame = frame.f_back
        asker = frame.f_code.co_filename if frame else ""
        if f"{os.sep}ipykernel_" in asker or (self.place(asker) and asker.startswith(self.root)):
            self.environment.add(str(name))

    def finished(self) -> dict[str, Any]:
        """The record, in the form of JSON."""
        sources = {path for module in list(sys.modules.values()) if (path := self.place(getattr(module, "__file__", None)))}
        unseen = sorted({name.partition(".")[0] for name in list(sys.modules)} & set(OPENS_UNSEEN))
        importable = {whole for place in sys.path if (whole := self.place(place or os.curdir)) and (whole + os.sep).startswith(self.root)}
        return {
            "files": sorted({path for path, times in self.opened.items() if path and times > 0} | sources),
            "folders": sorted(self.listed),
            "asked": sorted(self.asked),
            "importable": sorted(importable),
            "environment": sorted(self.environment),
            "unseen": unseen,
            "unrepeatable": sorted(self.unrepeatable),
        }


def _folders(places: set[str]) -> tuple[str, ...]:
    return tuple(sorted(os.path.join(os.path.realpath(place), "") for place in places if place))


def watch(record: Record) -> None:
    """From now on, whatever this process reads is recorded."""
    handlers: dict[str, Callable[..., None]] = {
        "open": record.open,
        "os.listdir": record.list,
        "os.scandir": record.list,
        "notebook.glance": record.glance,
        "notebook.use": record.use,
        "sqlite3.connect": record.database,
        "socket.connect": record.network,
        "socket.sendto": record.network,
        **dict.fromkeys(PROGRAMS, record.program),
    }

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if handler := handlers.get(event):
            # A hook that raises would forbid what it watches
            with contextlib.suppress(Exception):
                handler(*arguments)

    sys.addaudithook(hook)
    for name in ("stat", "lstat"):
        _watch_stat(name, record)
    _watch_environment(record)


def _watch_stat(name: str, record: Record) -> None:
    real = getattr(os, name)

    def stat(path: Any, *arguments: Any, **options: Any) -> Any:
        with contextlib.suppress(Exception):
            if whole := record.place(path):
                record.asked.add(whole)
        return real(path, *arguments, **options)

    stat.__name__ = name
    setattr(os, name, stat)
    for supported in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if real in supported:
            supported.add(stat)


def _watch_environment(record: Record) -> None:
    kind = type(os.environ)

    class Environment(kind):  # type: ignore[misc, valid-type]
        def __getitem__(self, name: str) -> str:
            record.variable(name)
            value: str = super().__getitem__(name)
            return value

    os.environ.__class__ = Environment


def start() -> None:
    """Record this process and write the record when it ends."""
    target = os.environ.pop(TARGET)
    record = Record(os.environ.pop(ROOT))

    def write() -> None:
        found = record.finished()
        with open(target, "w", encoding="utf-8", newline="\n") as file:
            json.dump(found, file)

    atexit.register(write)
    watch(record)


if TARGET in os.environ:
    start()
