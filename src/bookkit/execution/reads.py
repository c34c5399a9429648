"""What a chapter's outputs came from, as the chapter's kernel says at its end.

A chapter reads its data through a package of the book, and that package says what it read: a module of it has a function
``what_was_read`` that returns ``{"files": [paths], "variables": [names of environment variables]}``. With the modules of the
project that were imported, that is all that outputs can depend on, as long as nobody reads past the package.

So code that names a function which reads files (``open``, ``read_csv``, ``glob`` and the like) in a chapter, or in a module of the
project outside the declaring packages, counts as having read the whole book; code that writes, starts programs or uses the
network gives outputs that are never used again. Both look at names only: to err is to execute once more.
"""

from __future__ import annotations

import ast
import functools
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READING = frozenset(
    (
        *("open", "read_text", "read_bytes", "loadtxt", "genfromtxt", "fromfile", "load_dataset"),
        *("listdir", "scandir", "walk", "iterdir", "glob", "rglob", "exists", "is_file", "is_dir", "getenv", "environ"),
        *(
            f"read_{kind}"
            for kind in ("csv", "table", "excel", "json", "parquet", "fwf", "xml", "html", "feather", "pickle", "ipc", "spss")
        ),
        # They open files in ways of their own
        *("polars", "duckdb", "h5py", "netCDF4", "xarray", "geopandas", "rasterio", "fiona", "cv2"),
    )
)
UNREPEATABLE = {
    "it starts another program": ("subprocess", "Popen", "system", "getoutput", "run_cell_magic", "run_line_magic"),
    "it uses the network": ("requests", "urllib", "urlopen", "httpx", "aiohttp", "socket"),
    "it opens a database": ("sqlite3", "sqlalchemy", "read_sql"),
    "it writes files": ("write_text", "write_bytes", "savefig", "to_csv", "to_excel", "to_parquet", "to_pickle", "mkdir", "makedirs"),
}


# Chapters end in threads of their own, and CPython 3.11 counts the depth of a tree for all threads at once (cpython#106905):
# two trees built at the same time can end in a SystemError
_one_tree_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Reads:
    """What one execution read, as references that hold on any machine (`bookkit.execution.cache`), or why it cannot be repeated."""

    references: frozenset[str]
    unrepeatable: tuple[str, ...] = ()


def of(said: Mapping[str, list[str]], cells: Iterable[str], root: Path) -> Reads:
    """What an execution read.

    Args:
        said: what the kernel said (`bookkit.execution.in_kernel`).
        cells: the code that was executed.
        root: the project's folder.
    """
    code = {name for cell in cells for name in names(cell)}
    trusted = [Path(path).parent for path in said["declaring"]]
    modules = [path for path in map(Path, said["modules"]) if not any(map(path.is_relative_to, trusted))]
    code |= {name for path in modules for name in names_of_module(path)}
    references = {
        *(f"files:{os.path.relpath(path, root)}" for path in (*said["modules"], *said["files"])),
        *(f"importable:{os.path.relpath(path, root)}" for path in said["importable"]),
        *(f"environment:{name}" for name in said["variables"]),
        *(["book:"] if code & READING else []),
    }
    return Reads(frozenset(references), tuple(why for why, telling in UNREPEATABLE.items() if code & set(telling)))


def names(code: str) -> Iterator[str]:
    """What a cell calls, imports, and which attributes it uses; magics are calls, too."""
    from IPython.core.inputtransformer2 import TransformerManager

    manager: Any = TransformerManager
    yield from _names(manager().transform_cell(code))


@functools.cache
def names_of_module(path: Path) -> frozenset[str]:
    """The same for a module."""
    return frozenset(_names(path.read_text(encoding="utf-8")))


def _names(code: str) -> Iterator[str]:
    try:
        with _one_tree_at_a_time:
            tree = ast.parse(code)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            whole = [alias.name for alias in node.names] + ([node.module] if isinstance(node, ast.ImportFrom) and node.module else [])
            yield from (part for name in whole for part in name.split("."))
