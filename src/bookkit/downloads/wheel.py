"""The book's own package as one file that any Python installs: a wheel with the data inside.

Who downloads a notebook has no repository. So the package that the chapters import is published beside the pages,
with the tables it reads, as a wheel in ``downloads/``. ``pyproject.toml`` names both::

    [tool.bookkit.wheel]
    package = "the_package"  # a folder of src/
    needs = ["its_tools"]  # further folders of src/ that it imports
    data = "data"  # a folder of the repository; it becomes a folder of the package that reads it:
    reader = "its_tools"

Only that package goes in, not the tools that make the site, and only its own dependencies; of its files and of the data
only those that are declared (`bookkit.project.declared`). Its version is the project's own with a mark of the content
(``0.2.0+e1a2b3c4d``), since two editions of the site may share a version while their data differ: pip, and the notebook's
first cell, must tell them apart.

hatchling builds it, from a folder that holds these files and nothing else. It puts one date and one mode on all of them, so
that the same sources give the same bytes, and the address and checksum can be told beforehand.

``bookkit wheel`` writes the wheel and ``constraints.txt``, the exact versions it was tested with, into a folder.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.wheel import WheelBuilder
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bookkit.project import declared

FOLDER = "downloads"
CONSTRAINTS = "constraints.txt"
LOCK = "requirements.txt"
LOCKED = re.compile(r"^(?P<pin>(?P<name>[A-Za-z0-9._-]+)==[^\\\n]*?)\s*\\?$")
VIA = re.compile(r"^ +# +(?:via +)?(?P<name>[A-Za-z0-9._-]+)$")


class WheelError(Exception):
    """The package cannot be made. The message says what to mend."""


@dataclass(frozen=True)
class Package:
    """What goes into the wheel: its metadata, and the files by their path, licenses above the packages."""

    package: str
    name: str
    version: str
    requires_python: str
    dependencies: tuple[str, ...]
    described: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def edition(self) -> str:
        """The version with a mark of the content; the letter keeps it from being read as a number."""
        digest = hashlib.sha256()
        for part in (self.version, self.requires_python, *self.dependencies):
            digest.update(part.encode() + b"\0")
        for path, content in sorted(self.files.items()):
            digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        return f"{self.version}+e{digest.hexdigest()[:8]}"

    @property
    def file_name(self) -> str:
        """The name that pip expects of the file."""
        return f"{self.name.replace('-', '_')}-{self.edition}-py3-none-any.whl"


def main(arguments: list[str] | None = None) -> int:
    """Write the wheel and its constraints."""
    parser = argparse.ArgumentParser(prog="bookkit wheel", description="Write the book's package, with its data, as a wheel.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("_build") / FOLDER, help="where to write (default: _build/downloads)")
    folder = parser.parse_args(arguments).folder
    try:
        path = wheel(Path.cwd(), folder)
        if line := declared.line_of_left_out(Path.cwd()):
            print(line)
    except WheelError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"wheel      {path} ({path.stat().st_size / 1000:,.0f} KB)\nsha256     {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return 0


def wheel(root: Path, folder: Path) -> Path:
    """Write the package of the book at ``root``, and ``constraints.txt`` beside it.

    Returns:
        The wheel.

    Raises:
        WheelError: ``pyproject.toml`` names no package, or one that is not there.
    """
    package = read(root)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder.resolve()
    project = {
        **package.described,
        "name": package.name,
        "version": package.edition,
        "requires-python": package.requires_python,
        "dependencies": list(package.dependencies),
    }
    folders = sorted({name.partition("/")[0] for name in package.files if "/" in name})
    # Not the newest form of metadata, for readers with an older pip
    settings = {"only-include": folders, "ignore-vcs": True, "core-metadata-version": "2.4"}
    config = {"project": project, "tool": {"hatch": {"build": {"targets": {"wheel": settings}}}}}
    with tempfile.TemporaryDirectory() as staged, _one_date():
        for name, content in package.files.items():
            path = Path(staged, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        # From inside: hatchling takes signs in the name of a folder for patterns when it looks for licenses
        with contextlib.chdir(staged):
            (built,) = WheelBuilder(".", config=config).build(directory=str(target), versions=["standard"])
    lock = root / LOCK
    if lock.is_file():
        locked = constraints(package.dependencies, lock.read_text(encoding="utf-8"))
        (folder / CONSTRAINTS).write_text(locked, encoding="utf-8", newline="\n")
    return folder / Path(built).name


def configured(root: Path) -> bool:
    """Whether the book has a package to publish."""
    return bool(settings(root))


def settings(root: Path) -> dict[str, Any]:
    """What ``pyproject.toml`` says of the book's package: ``package``, and maybe ``needs``, ``data`` and ``reader``."""
    found: dict[str, Any] = _table(root).get("tool", {}).get("bookkit", {}).get("wheel", {})
    return found


def read(root: Path) -> Package:
    """The package that ``pyproject.toml`` describes, with its files.

    Raises:
        WheelError: a table or a folder is missing.
    """
    table = _table(root)
    try:
        chosen, project = table["tool"]["bookkit"]["wheel"], table["project"]
        package = chosen["package"]
    except KeyError as missing:
        raise WheelError(f"pyproject.toml has no {missing}: name the package in [tool.bookkit.wheel], package = …") from None
    code = declared.code_files(root)
    files: dict[str, bytes] = {}
    for name in (package, *chosen.get("needs", ())):
        files |= _below(root / "src" / name, name, code)
    if data := chosen.get("data"):
        try:
            files |= _below(root / data, f"{chosen.get('reader', package)}/data", declared.data_files(root / data))
        except declared.DescriptorError as error:
            raise WheelError(str(error)) from None
    licenses = {path: (root / path).read_bytes() for path in project.get("license-files", ()) if (root / path).is_file()}
    described = {name: project[name] for name in ("description", "license") if name in project} | {"license-files": sorted(licenses)}
    described |= {"scripts": scripts} if (scripts := _scripts(project, (package, *chosen.get("needs", ())))) else {}
    return Package(
        package,
        canonicalize_name(project["name"]),
        _version(root),
        project["requires-python"],
        tuple(project.get("dependencies", ())),
        described | ({"description": chosen["summary"]} if "summary" in chosen else {}),
        files | licenses,
    )


def constraints(dependencies: Iterable[str], lock: str) -> str:
    """The locked versions of some packages and of all that these need, as pip's ``--constraint`` reads them.

    Args:
        dependencies: requirements, such as ``pandas>=2``.
        lock: a compiled requirements file that says of each package which others it is there for.
    """
    pins: dict[str, list[str]] = {}
    needed_by: dict[str, set[str]] = {}
    current = ""
    for line in lock.splitlines():
        if locked := LOCKED.match(line):
            current = canonicalize_name(locked["name"])
            # A package may be locked twice, for an older and a newer Python
            pins.setdefault(current, []).append(locked["pin"])
            needed_by.setdefault(current, set())
        elif current and (via := VIA.match(line)):
            needed_by[current].add(canonicalize_name(via["name"]))
    chosen = {str(canonicalize_name(Requirement(dependency).name)) for dependency in dependencies} & set(pins)
    while more := {name for name, parents in needed_by.items() if parents & chosen} - chosen:
        chosen |= more
    return "".join(f"{pin}\n" for name in sorted(chosen) for pin in pins[name])


@contextmanager
def _one_date() -> Iterator[None]:
    """Let hatchling put its own fixed date on every file, and not one that the environment names."""
    named = os.environ.pop("SOURCE_DATE_EPOCH", None)
    try:
        yield
    finally:
        if named is not None:
            os.environ["SOURCE_DATE_EPOCH"] = named


def _scripts(project: Mapping[str, Any], packages: Iterable[str]) -> dict[str, str]:
    """The commands of the project that these packages have; one of another package would start nothing."""
    return {name: entry for name, entry in project.get("scripts", {}).items() if re.split("[.:]", entry)[0] in packages}


def _version(root: Path) -> str:
    try:
        return str(ProjectMetadata(str(root), PluginManager()).version)
    except (OSError, TypeError, ValueError) as error:
        raise WheelError(f"pyproject.toml leads to no version ({error}). Write it there, or name the file that has it.") from None


def _table(root: Path) -> dict[str, Any]:
    path = root / "pyproject.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _below(folder: Path, name: str, files: Iterable[Path]) -> dict[str, bytes]:
    """Those of the files that lie in a folder, by their path below another name."""
    found = {f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files if path.is_relative_to(folder)}
    if not found:
        raise WheelError(f"{folder.name} is not there, or declares no files: mend [tool.bookkit.wheel] in pyproject.toml.")
    return found
