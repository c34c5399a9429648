"""The outputs of earlier executions, and when they may be used again.

An entry holds what a notebook's cells put out, and a fingerprint of everything the outputs came from:

- the code cells, the kernel, the way of executing, Python, the installed packages and the lock file: these name the entry;
- what the execution read (`bookkit.execution.reads`): files, modules of the book, environment variables. These are looked at
  again, one by one, before an entry is used.

Prose names nothing: a changed sentence executes nothing. An entry is not made if the kernel did not say what it read, if its code
starts a program, writes or uses the network or a database, or if a file changed after the run began. Names hold no absolute path, so copies
of a book share a folder.

Not seen, and so not allowed in a notebook whose outputs are kept: the clock, chance without a seed, and the settings of
libraries in variables that the book's code doesn't declare (time zone, language and hash seed are covered).
``bookkit build --force`` uses no entry.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import json
import os
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bookkit.execution.reads import Reads
from bookkit.project import declared, packing
from bookkit.project.exchange import write_whole

FORMAT = 2
FOLDER, FORCE = "BOOKKIT_EXECUTED", "BOOKKIT_FORCE"
# Outputs of so many states of a chapter are kept: enough to go back and forth
NEWEST = 4
LOCKS = ("requirements.txt", "pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "environment.yml")
VARIABLES = ("TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "PYTHONHASHSEED", "PYTHONOPTIMIZE")
# Nobody's sources, where the whole book has to be looked at
SKIPPED = ("_build", "node_modules", "__pycache__")
# A file system's clock may lag behind the processor's by one tick
TICK = 0.02


class Changed(Exception):
    """Something was changed while the notebook ran, so nobody can say which of its states was read."""


@dataclass(frozen=True)
class Outputs:
    """What an execution left in a notebook, to be put into another copy of it."""

    cells: list[dict[str, Any]]
    metadata: dict[str, Any]

    @classmethod
    def of(cls, notebook: Any) -> Outputs:
        """The outputs of an executed notebook, in the order of keys in which notebooks are stored."""
        cells = [{name: cell[name] for name in ("outputs", "execution_count")} for cell in notebook.cells if cell.cell_type == "code"]
        metadata = {name: notebook.metadata[name] for name in ("language_info", "widgets") if name in notebook.metadata}
        return cls(**json.loads(json.dumps({"cells": cells, "metadata": metadata}, sort_keys=True)))

    @property
    def digest(self) -> str:
        """What tells them from others."""
        return _hash(json.dumps(self.cells, sort_keys=True))

    def put_into(self, notebook: Any) -> None:
        """Fill a notebook that has the same code."""
        import nbformat

        from_dict: Any = nbformat.from_dict
        code = (cell for cell in notebook.cells if cell.cell_type == "code")
        for cell, kept in zip(code, from_dict(self.cells), strict=True):
            cell.update(kept)
        notebook.metadata.update(from_dict(self.metadata))


@dataclass
class Shelf:
    """The entries of one book, in a folder. Each state of the sources is looked at once."""

    folder: Path
    root: Path
    seen: dict[str, str] = field(default_factory=dict)

    def find(self, chapter: str, name: str) -> Outputs | None:
        """The outputs of a chapter with this name, if everything they came from is as it was."""
        for path in sorted((self.folder / _slug(chapter)).glob(f"{name}-*.json")):
            entry = _whole(path)
            if entry is None:
                path.unlink(missing_ok=True)
            elif all(self.fingerprint(reference) == value for reference, value in entry["from"].items()):
                with contextlib.suppress(OSError):
                    os.utime(path)
                return Outputs(entry["cells"], entry["metadata"])
        return None

    def keep(self, chapter: str, name: str, outputs: Outputs, reads: Reads, began: float) -> None:
        """Make an entry, unless the outputs would not be the same again, or the folder cannot be written.

        Args:
            chapter: the name of the document.
            name: see `name_of`.
            outputs: what the execution left.
            reads: what it read.
            began: when the first look at any of it was taken, in seconds since the epoch.
        """
        if reads.unrepeatable:
            return
        with contextlib.suppress(Changed, OSError):
            read = {reference: self.fingerprint(reference, began) for reference in sorted(reads.references)}
            entry = {"from": read, "cells": outputs.cells, "metadata": outputs.metadata}
            body = json.dumps(entry, ensure_ascii=False, sort_keys=True)
            states = _hash(json.dumps(read, sort_keys=True))[:16]
            path = self.folder / _slug(chapter) / f"{name}-{states}.json"
            write_whole(path, f"{_hash(body)}\n{body}".encode())
            self._forget(path.parent)

    def _forget(self, folder: Path) -> None:
        """Drop all but the newest entries of a chapter, and what a killed build left unfinished long ago."""
        by_age = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in by_age[NEWEST:]:
            path.unlink(missing_ok=True)

    def fingerprint(self, reference: str, began: float | None = None) -> str:
        """The present state of one thing that was read.

        Raises:
            Changed: the file was changed after ``began``.
        """
        if began is not None and reference.startswith("files:"):
            with contextlib.suppress(FileNotFoundError):
                if _changed_at(self.root / reference.partition(":")[2]) > began - TICK:
                    raise Changed(reference)
        if reference not in self.seen or began is not None:
            self.seen[reference] = self._look(*reference.split(":", 1))
        return self.seen[reference]

    def _look(self, kind: str, name: str) -> str:
        path = self.root / name
        if kind == "environment":
            return _hash(os.environ.get(name, "\0").replace(str(self.root), ""))
        if kind == "book":
            return self._book()
        if not path.exists():
            return "absent"
        if kind == "importable":
            return _hash(*sorted(entry.name for entry in path.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").exists()))
        return _file(path)

    def _book(self) -> str:
        parts = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
            parts += [
                f"{os.path.relpath(path, self.root)} {_file(path)}"
                for name in sorted(names)
                if (path := Path(folder, name)).is_file() and not declared.is_leftover(path)
            ]
        return _hash(*parts)


def shelf(root: Path, usual: Path) -> Shelf:
    """The shelf that the environment names, else the usual one."""
    return Shelf(Path(os.environ.get(FOLDER) or usual), root.resolve())


def name_of(notebook: Any, folder: str, root: Path, allow_errors: bool) -> str:
    """A name for everything that is known before a notebook is executed: its code, where and how it runs, and with what."""
    code = [[cell.source, cell.metadata.get("tags", [])] for cell in notebook.cells if cell.cell_type == "code"]
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "")
    execution = dict(notebook.metadata.get("execution", {}))
    return _hash(json.dumps([FORMAT, folder, code, kernel, execution, allow_errors], sort_keys=True, default=str), _environment(root))[:32]


@functools.cache
def _environment(root: Path) -> str:
    """Python, the installed packages, the lock files, and the variables that change how numbers, dates and texts are written."""
    packages = sorted({f"{found.name} {found.version}" for found in importlib.metadata.distributions()})
    locks = [f"{name} {_file(root / name)}" for name in LOCKS if (root / name).is_file()]
    variables = [f"{name}={os.environ.get(name)}" for name in VARIABLES]
    ways = [_file(Path(__file__).with_name(f"{name}.py")) for name in ("in_kernel", "reads", "running")]
    return _hash(sys.version, platform.platform(), *ways, *packages, *locks, *variables)


def _whole(path: Path) -> dict[str, Any] | None:
    """An entry, unless it was damaged."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        digest, _, body = path.read_text(encoding="utf-8").partition("\n")
        if _hash(body) == digest:
            entry: dict[str, Any] = json.loads(body)
            return entry
    return None


def _changed_at(path: Path) -> float:
    """When a file was changed; ``st_ctime``, which nobody can set, says on Windows when it was made."""
    found = path.stat()
    return found.st_mtime if sys.platform == "win32" else found.st_ctime


def _slug(chapter: str) -> str:
    return chapter.replace("/", "__")


def _file(path: Path) -> str:
    return packing.digest(path.read_bytes())


def _hash(*parts: str) -> str:
    return packing.digest("\0".join(parts).encode())
