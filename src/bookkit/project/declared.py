"""Which files are the project's: those that something declares. What merely lies in a folder is published nowhere.

A folder collects more than it should: secrets (``.env``), what editors and spreadsheets leave beside a file that is
open (``.~lock.claims.csv#``, ``page.py~``), copies that somebody made (``claims - Copy.csv``). So nothing is taken
because it is there. Tables are those that ``datapackage.json`` names; code is what ``pyproject.toml`` lists for the
package's builder (``tool.hatch.build.include``), modules only if they can be imported. Wheel, archive of the data, page of
downloads and the hashes of the sources all ask here; what is left out is said (`left_out`).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PACKAGE = "datapackage.json"
# What in it names the file of the units
UNITS = "units"
DICTIONARY = "README.md"
# Hidden files, and what editors and office programs put beside a file
LEFTOVER = re.compile(r"[.#].*|~\$.*|.*(~|#|\.(swp|swo|orig|rej|bak|tmp|part))", re.IGNORECASE)
# Names in one line
SHOWN = 8
# Made anew on each machine
MADE = ("__pycache__", ".ipynb_checkpoints", ".egg-info", ".mypy_cache")


class DescriptorError(ValueError):
    """``datapackage.json`` cannot be read, or names a file outside its folder. The message says what to mend."""


def data_files(folder: Path) -> list[Path]:
    """The files of a data package: its descriptor, the tables and the units that it names, and the dictionary, as far as they are there.

    Returns:
        The paths, sorted. None where there is no descriptor.

    Raises:
        DescriptorError: the descriptor is broken.
    """
    descriptor = folder / PACKAGE
    if not descriptor.is_file():
        return []
    try:
        package = json.loads(descriptor.read_text(encoding="utf-8"))
        names = {str(resource["path"]) for resource in package.get("resources", ())}
        if units := package.get(UNITS):
            names.add(str(units))
    except (ValueError, AttributeError, TypeError, KeyError):
        raise DescriptorError(f"{folder.name}/{PACKAGE} is no data package: each of its resources needs a path. Mend it.") from None
    for name in sorted(names):
        if Path(name).is_absolute() or ".." in Path(name).parts or "://" in name:
            raise DescriptorError(f"{folder.name}/{PACKAGE} names {name}, which is not in {folder.name}/. Put it there.")
    return sorted(path for name in {PACKAGE, DICTIONARY, *names} if (path := folder / name).is_file())


def tables(folder: Path) -> list[Path]:
    """The tables of a data package."""
    files = data_files(folder)
    named = json.loads((folder / PACKAGE).read_text(encoding="utf-8")).get(UNITS) if files else None
    return [path for path in files if path.relative_to(folder).as_posix() not in (PACKAGE, DICTIONARY, named)]


def code_files(root: Path, folder: str = "src") -> list[Path]:
    """The files of the code: those that ``pyproject.toml`` lists for hatchling; all modules where it lists none.

    Args:
        root: the book's folder.
        folder: where the packages lie in it.

    Returns:
        The paths, sorted.
    """
    source = root / folder
    there = (path for pattern in _included(root) or (f"{folder}/**/*.py",) for path in root.glob(pattern))
    return sorted({path for path in there if path.is_relative_to(source) and _is_code(path, path.relative_to(source))})


def _is_code(path: Path, inside: Path) -> bool:
    importable = path.suffix != ".py" or all(part.isidentifier() for part in inside.with_suffix("").parts)
    return importable and path.is_file() and not is_leftover(path) and not _is_made(inside)


def _included(root: Path) -> list[str]:
    path = root / "pyproject.toml"
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found: list[str] = table.get("tool", {}).get("hatch", {}).get("build", {}).get("include", [])
    return found


def text_files(folder: Path) -> Iterator[Path]:
    """The files of a folder of text, without what editors leave there and what each machine makes anew."""
    for path in folder.rglob("*"):
        if path.is_file() and not is_leftover(path) and not _is_made(path.relative_to(folder)):
            yield path


def is_leftover(path: Path) -> bool:
    """Whether the file is hidden, or something that an editor or an office program left."""
    return bool(LEFTOVER.fullmatch(path.name))


def _is_made(path: Path) -> bool:
    return any(part.endswith(MADE) for part in path.parts)


def left_out(root: Path, data: str = "data", code: str = "src") -> list[str]:
    """What lies in the folders of the data and the code and is published nowhere, as paths below ``root``."""
    known = {*data_files(root / data), *code_files(root, code)}
    there = (path for folder in (root / data, root / code) for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(root).as_posix() for path in there if path not in known and not _is_made(path.relative_to(root)))


def line_of_left_out(root: Path, data: str = "data", code: str = "src") -> str:
    """One line for the terminal that names what is left out; nothing where nothing is."""
    names = left_out(root, data, code)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"left out   {', '.join(names[:SHOWN])}{more}: not declared in {PACKAGE} or pyproject.toml, so not published" if names else ""
