"""The book's own package as one file that any Python installs: a wheel with the data inside.

Who downloads a notebook has no repository. So the package that the chapters import is published beside the pages,
with the tables it reads, as a wheel in ``downloads/``. ``pyproject.toml`` names both::

    [tool.bookkit.wheel]
    package = "the_package"  # a folder of src/
    needs = ["its_tools"]  # further folders of src/ that it imports
    data = "data"  # a folder of the repository; it becomes a folder of the package that reads it:
    reader = "its_tools"

Only that package goes in, not the tools that make the site, and only its own dependencies; of its files and of the data
only those that are declared (`bookkit.project.declared`). Its version is that of
``pyproject.toml`` with a mark of the content (``0.2.0+e1a2b3c4d``), since two editions of the site may share a
version while their data differ: pip, and the notebook's first cell, must tell them apart.

A wheel is a zip archive with three small texts (the binary distribution format of the Python Packaging User Guide).
It is written here directly, and not by a build backend, so that it holds no date and no file mode of the machine:
the same sources give the same bytes, and the address and checksum are known before anything is built.

``python -m bookkit.downloads.wheel`` writes the wheel and ``constraints.txt``, the exact versions it was tested with, into a folder.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bookkit import console
from bookkit.project import declared

FOLDER = "downloads"
CONSTRAINTS = "constraints.txt"
LOCK = "requirements.txt"
# The earliest date a zip archive can hold: no clock and no history, so that only content changes the bytes
DATE = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16
UNIX = 3
LOCKED = re.compile(r"^(?P<pin>(?P<name>[A-Za-z0-9._-]+)==[^\\\n]*?)\s*\\?$")
VIA = re.compile(r"^ +# +(?:via +)?(?P<name>[A-Za-z0-9._-]+)$")


class WheelError(Exception):
    """The package cannot be made. The message says what to mend."""


@dataclass(frozen=True)
class Package:
    """What goes into the wheel: texts of the metadata, and the files by their path in the archive."""

    package: str
    name: str
    version: str
    summary: str
    license: str
    requires_python: str
    dependencies: tuple[str, ...]
    files: Mapping[str, bytes]
    licenses: Mapping[str, bytes]

    @property
    def edition(self) -> str:
        """The version with a mark of the content; the letter keeps it from being read as a number."""
        digest = hashlib.sha256()
        for part in (self.version, self.requires_python, *self.dependencies):
            digest.update(part.encode() + b"\0")
        for path, content in sorted({**self.files, **self.licenses}.items()):
            digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        return f"{self.version}+e{digest.hexdigest()[:8]}"

    @property
    def file_name(self) -> str:
        """The name that pip expects of the file."""
        return f"{self.name.replace('-', '_')}-{self.edition}-py3-none-any.whl"


def main(arguments: list[str] | None = None) -> int:
    """Write the wheel and its constraints."""
    parser = argparse.ArgumentParser(prog="bookkit.downloads.wheel", description="Write the book's package, with its data, as a wheel.")
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
    path = folder / package.file_name
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in _members(package):
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system, entry.external_attr, entry.compress_type = UNIX, READABLE, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    lock = root / LOCK
    if lock.is_file():
        locked = constraints(package.dependencies, lock.read_text(encoding="utf-8"))
        (folder / CONSTRAINTS).write_text(locked, encoding="utf-8", newline="\n")
    return path


def configured(root: Path) -> bool:
    """Whether the book has a package to publish."""
    return bool(_table(root).get("tool", {}).get("bookkit", {}).get("wheel"))


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
    return Package(
        package,
        canonicalize_name(project["name"]),
        project["version"],
        chosen.get("summary", project.get("description", "")),
        project.get("license", ""),
        project["requires-python"],
        tuple(project.get("dependencies", ())),
        files,
        licenses,
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


def _table(root: Path) -> dict[str, Any]:
    path = root / "pyproject.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _below(folder: Path, name: str, files: Iterable[Path]) -> dict[str, bytes]:
    """Those of the files that lie in a folder, by their path below another name."""
    found = {f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files if path.is_relative_to(folder)}
    if not found:
        raise WheelError(f"{folder.name} is not there, or declares no files: mend [tool.bookkit.wheel] in pyproject.toml.")
    return found


def _members(package: Package) -> list[tuple[str, bytes]]:
    """Every file of the archive, the package first and the list of checksums last, as the format advises."""
    information = f"{package.name.replace('-', '_')}-{package.edition}.dist-info"
    fields = [
        ("Metadata-Version", "2.4"),
        ("Name", package.name),
        ("Version", package.edition),
        ("Summary", package.summary),
        ("License-Expression", package.license),
        *(("License-File", name) for name in sorted(package.licenses)),
        ("Requires-Python", package.requires_python),
        *(("Requires-Dist", dependency) for dependency in package.dependencies),
    ]
    metadata = "".join(f"{key}: {value}\n" for key, value in fields if value)
    members = [
        *sorted(package.files.items()),
        *((f"{information}/licenses/{name}", content) for name, content in sorted(package.licenses.items())),
        (f"{information}/METADATA", metadata.encode()),
        (f"{information}/WHEEL", b"Wheel-Version: 1.0\nGenerator: bookkit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
    ]
    record = "".join(f'"{name}",sha256={_checksum(content)},{len(content)}\n' for name, content in members)
    return [*members, (f"{information}/RECORD", f"{record}{information}/RECORD,,\n".encode())]


def _checksum(content: bytes) -> str:
    """As RECORD wants it: URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


if __name__ == "__main__":
    console.run(main)
