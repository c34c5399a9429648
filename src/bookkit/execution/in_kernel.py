"""Runs in a kernel after a chapter's last cell: what did the outputs come from?

It shows what it finds as one output, which `bookkit.execution.running` takes away again. It needs nothing but IPython, because a
kernel's environment may not hold this package; so the kernel is given this file.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

MIME_TYPE = "application/vnd.bookkit-reads+json"
# A module of the book that reads files for the chapters has a function of this name: see `bookkit.execution.reads`
DECLARES = "what_was_read"
# The chapter itself, or what started the kernel
STARTED = ("__main__", "__mp_main__")


def find(root: Path) -> dict[str, list[str]]:
    """The project's modules that this process has imported, the files beside them, and what they say that they read."""
    imported = [module for name, module in list(sys.modules.items()) if name not in STARTED]
    modules = {path: module for module in imported if (path := file_of(module)) and is_own(path, root)}
    declared = {path: vars(module)[DECLARES]() for path, module in modules.items() if callable(vars(module).get(DECLARES))}
    packages = {path.parent for path, module in modules.items() if hasattr(module, "__path__")}
    # Tables of units and the like, which belong to a package's code
    beside = {path for folder in packages for path in folder.iterdir() if path.is_file() and is_data(path)}
    said = {Path(path).absolute() for told in declared.values() for path in told["files"]}
    return {
        "modules": sorted(map(str, modules)),
        "files": sorted(map(str, said | beside)),
        "variables": sorted({name for told in declared.values() for name in told["variables"]}),
        "declaring": sorted(map(str, declared)),
        "importable": sorted({str(folder) for place in sys.path if is_own(folder := Path(place).absolute(), root)}),
    }


def file_of(module: ModuleType) -> Path | None:
    """The file of a module, if it has one."""
    path = vars(module).get("__file__")
    return Path(path).absolute() if isinstance(path, str) else None


def is_own(path: Path, root: Path) -> bool:
    """Whether a path is the project's, and not of an environment that lies in the project's folder."""
    installed = (sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"))
    return path.is_relative_to(root) and "site-packages" not in path.parts and not any(map(path.is_relative_to, installed))


def is_data(path: Path) -> bool:
    """Whether a file in a package's folder is neither code nor hidden."""
    return path.suffix not in (".py", ".pyc") and not path.name.startswith(".")


def show(root: str) -> None:
    """Show it as an output."""
    from IPython.display import display

    shown: Any = display
    shown({MIME_TYPE: find(Path(root))}, raw=True)
