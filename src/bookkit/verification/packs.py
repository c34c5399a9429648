"""Packs: what a reader's browser loads to compute a chapter, made once and kept in ``_build/packs/site``.

``bookkit packs`` fetches the parts (`bookkit.verification.supply`) and packs of each library the files that chapters open, and no
more: modules compiled, without their docstrings, in an archive that is the same bytes wherever it is made. Which files
chapters open stands in ``published/browser-files.csv``; ``--trace`` runs the chapters to write it anew.

A library is in several packs where some chapters need only a small part of it; small parts are packed together. The name of a pack
has its hash, so that a browser may keep it for good; ``manifest.json`` has the hashes by which a browser checks them. Fonts, scripts
and the report's own package are no packs: they belong to each build (`bookkit.verification.extension`).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from email.parser import Parser
from pathlib import Path
from typing import Any

from bookkit.project import commands, npm, packing
from bookkit.project.exchange import write_whole
from bookkit.verification import supply
from bookkit.verification.supply import Supply, SupplyError

PACKS = Path("_build/packs")
FOLDER = "BOOKKIT_PACKS"
SITE, FETCHED, COMPILED = "site", "supply", "compiled"
MANIFEST, LICENSES = "manifest.json", "licenses.txt"
OPENED = Path("published/browser-files.csv")
HERE = Path(__file__).parent
NODE_PROGRAM = HERE / "node.mjs"
STAND_INS = HERE / "stand_ins"
# A part of a library that only some chapters need is a pack of its own from this size on
WORTH_A_PACK = 400_000
# Smaller parts are packed together: those of the same chapters, and the smallest for all
SMALL, TINY = 1_500_000, 200_000
OTHERS = "others"
# Of libdeflate: beyond, it takes three times as long for a fifth of a percent
TIGHTNESS = 10
# Of the standard library: what asks the network or a person, and encodings that no table has
OUT_OF_PLACE = frozenset(
    ("antigravity", "ftplib", "imaplib", "mailbox", "optparse", "poplib", "pydoc_data", "smtplib", "turtle", "wsgiref", "xmlrpc")
)
ENCODINGS = frozenset(
    (
        *("__init__", "aliases", "ascii", "charmap", "cp1252", "cp437", "idna", "latin_1", "mac_roman", "punycode", "raw_unicode_escape"),
        *("unicode_escape", "utf_8", "utf_8_sig", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "hex_codec", "base64_codec", "zlib_codec"),
    )
)
SHARED = ".so"
CORE_LICENSE = "Pyodide {version}, MPL-2.0, with CPython {python}, PSF-2.0"
CORE_SOURCES = "Sources: https://github.com/pyodide/pyodide/tree/{version} and https://github.com/python/cpython/tree/v{python}"


def main(arguments: list[str] | None = None) -> int:
    """Make the packs of the book in the current folder."""
    parser = argparse.ArgumentParser(prog="bookkit packs", description="Fetch and pack what a reader’s browser computes chapters with.")
    parser.add_argument("--trace", action="store_true", help=f"run the chapters first, and write to {OPENED} which files they open")
    parser.add_argument("--lock", action="store_true", help=f"only write {supply.REQUIREMENTS}, the lock of what has no compiled parts")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    try:
        if options.lock:
            print(f"lock       {supply.lock(root).name}")
            return 0
        manifest = make(root, options.trace)
    except SupplyError as error:
        print(f"\n{error}\n\nNothing was made; the site is complete without packs: {commands.BUILD}", file=sys.stderr)
        return 1
    for pack in manifest["packs"]:
        print(f"pack       {pack['name']:<40} {packing.size(pack['bytes']):>10}")
    print(f"packs      {packing.size(sum(pack['bytes'] for pack in manifest['packs']))} in {folder_of(root) / SITE}")
    return 0


def folder_of(root: Path) -> Path:
    """Where packs and what they are made of lie."""
    return Path(os.environ.get(FOLDER) or root / PACKS)


def made(root: Path) -> dict[str, Any] | None:
    """The manifest of the packs that are there, if they are made from today's locks and lists; else nothing."""
    path = folder_of(root) / SITE / MANIFEST
    if not path.is_file():
        return None
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    current = manifest["inputs"] == inputs_digest(root)
    return manifest if current and all((path.parent / pack["name"]).is_file() for pack in manifest["packs"]) else None


def binaries(root: Path) -> list[Path]:
    """What was fetched of compiled packages, if the packs that are there are made of it."""
    manifest = made(root)
    return [folder_of(root) / FETCHED / name for name in manifest["binaries"]] if manifest else []


def inputs_digest(root: Path) -> str:
    """A hash over everything that packs are made from."""
    asked = supply.wanted(root)
    files = [root / supply.REQUIREMENTS, root / OPENED, NODE_PROGRAM, Path(__file__), Path(supply.__file__)]
    digest = hashlib.sha256(repr(asked).encode())
    for path in files:
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def make(root: Path, trace: bool = False) -> dict[str, Any]:
    """Make the packs, unless they are there already.

    Returns:
        The manifest.

    Raises:
        SupplyError: the project asks for none, a part cannot be had, or a chapter fails in the browser's Python.
    """
    asked = supply.wanted(root)
    if asked is None:
        raise SupplyError("pyproject.toml has no [tool.bookkit.browser]: this book’s chapters are not computed in browsers.")
    if not trace and (there := made(root)):
        return there
    folder = folder_of(root)
    parts = supply.fetch(root, folder / FETCHED, asked)
    libraries = {name: Library.read(name, version, path, dict(asked.licenses).get(name, "")) for name, version, path in _archives(parts)}
    if trace:
        write_opened(root / OPENED, _traced(root, folder, parts, libraries))
    packs = _packs(read_opened(root / OPENED), libraries, folder, parts)
    core = {f"core-{name}": _stored(name, path) for name, path in parts.core.items() if name in supply.CORE}
    return _write(root, folder / SITE, core, packs, parts, libraries)


class Library:
    """A package as it was fetched: its files by their place among installed packages."""

    def __init__(self, name: str, version: str, files: Mapping[str, bytes], stated: str = ""):
        self.name, self.version, self.files, self.stated = name, version, files, stated

    @classmethod
    def read(cls, name: str, version: str, archive: Path, stated: str = "") -> Library:
        """The files of a wheel or an archive, but tests, and what was compiled for other systems; its license where it says none itself."""
        with zipfile.ZipFile(archive) as opened:
            wanted = (
                member for member in opened.namelist() if not member.endswith("/") and "/tests/" not in member and _runs_in_browsers(member)
            )
            return cls(name, version, {member: opened.read(member) for member in wanted}, stated)

    @property
    def license(self) -> str:
        """As its metadata have it."""
        metadata = next((content for path, content in self.files.items() if path.endswith(".dist-info/METADATA")), b"")
        fields = Parser().parsestr(metadata.decode(errors="replace"), headersonly=True)
        classified = [line.rpartition("::")[2].strip() for line in fields.get_all("Classifier", []) if line.startswith("License ::")]
        stated = (fields.get("License-Expression") or "").strip() or ", ".join(classified) or (fields.get("License") or "").strip()
        return stated.partition("\n")[0][:80] or self.stated or "see its text"

    def license_texts(self) -> list[str]:
        """The texts of its licenses."""
        named = (
            path for path in sorted(self.files) if ".dist-info/" in path and Path(path).name.lower().startswith(("license", "copying"))
        )
        return [self.files[path].decode(errors="replace").strip() for path in named]


def _runs_in_browsers(member: str) -> bool:
    return not member.endswith((".so", ".pyd", ".dylib")) or "wasm32" in member or Path(member).name.startswith("lib")


def _archives(parts: Supply) -> Iterable[tuple[str, str, Path]]:
    yield from ((name, version, path) for name, (version, path) in parts.binaries.items())
    for wheel in parts.wheels:
        name, version = wheel.name.split("-")[:2]
        yield name.lower().replace("_", "-"), version, wheel


# What chapters open


def read_opened(path: Path) -> dict[str, frozenset[str]]:
    """Which chapters open each file."""
    if not path.is_file():
        raise SupplyError(f"{path.name} is missing: it lists the files that chapters open. Write it with: {commands.PACK_TRACED}")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["file"]: frozenset(row["chapters"].split()) for row in csv.DictReader(file)}


def write_opened(path: Path, opened: Mapping[str, Iterable[str]]) -> None:
    """Write which chapters open each file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "chapters"])
    writer.writerows([name, " ".join(sorted(chapters))] for name, chapters in sorted(opened.items()))
    write_whole(path, text.getvalue().encode())


def _traced(root: Path, folder: Path, parts: Supply, libraries: Mapping[str, Library]) -> dict[str, set[str]]:
    """Run every chapter in the browser's Python, under node, and note which files of the libraries it opens."""
    opened: dict[str, set[str]] = defaultdict(set)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        site = Path(temporary, "site")
        for library in libraries.values():
            for name, content in library.files.items():
                path = site / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        there = {name for library in libraries.values() for name in library.files}
        shared = [f"/site/{name}" for library in libraries.values() for name in library.files if _is_shared(name)]
        places = {"/site": site, "/verification": HERE, "/stand-ins": STAND_INS, "/src": root / "src", "/data": root / "data"}
        for notebook in sorted((root / "notebooks").glob("*.ipynb")):
            cells = [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
            if not cells:
                continue
            job: dict[str, Any] = {
                "mounts": {place: str(path.resolve()) for place, path in places.items()},
                "libraries": shared,
                "paths": ["/stand-ins", "/src", "/site"],
                "variable": data_variable(root),
                "data": "/data",
                "cells": ["".join(cell["source"]) for cell in cells],
                "parameters": next((i for i, cell in enumerate(cells) if "parameters" in cell["metadata"].get("tags", ())), None),
                "own": sorted(path.name for path in (root / "src").iterdir() if path.is_dir()),
                "target": str(Path(temporary, "opened.json").resolve()),
            }
            _node("trace", parts, job, Path(temporary))
            for path in json.loads(Path(job["target"]).read_text(encoding="utf-8")):
                # What was looked for and is not there is left out
                if (name := path.removeprefix("/site/")) in there:
                    opened[name].add(notebook.stem)
            print(f"traced     {notebook.stem}", flush=True)
    return opened


def data_variable(root: Path) -> str:
    """The environment variable by which the book's package finds its tables."""
    return str(supply.settings(root).get("data_variable", ""))


def _is_shared(name: str) -> bool:
    """Whether a file is a library that compiled modules need, and no module itself."""
    return name.endswith(SHARED) and Path(name).name.startswith("lib") and "/" not in name


# Packing


@dataclass(frozen=True)
class Part:
    """Files that the same chapters open, or nearly so.

    Attributes:
        name: of the library, with a number from its second part on.
        chapters: those that open any of its files.
        files: by their places among installed packages.
    """

    name: str
    chapters: frozenset[str]
    files: Mapping[str, bytes]

    @property
    def size(self) -> int:
        """Bytes, before they are compressed."""
        return sum(map(len, self.files.values()))


def _packs(opened: Mapping[str, frozenset[str]], libraries: Mapping[str, Library], folder: Path, parts: Supply) -> list[Part]:
    """What becomes one pack each, with modules compiled."""
    compiled = _compiled(opened, libraries, folder, parts)
    using = {name: _using(name, library, opened, libraries, parts) for name, library in libraries.items()}
    found = []
    for name, library in libraries.items():
        own = {file: compiled.get(file, content) for file, content in library.files.items() if file in opened or _is_shared(file)}
        found += list(_tiers(name, own, {file: opened.get(file, using[name]) for file in own}))
    return [_placed(part) for part in _joined(found, frozenset[str]().union(*opened.values()))]


def _using(
    name: str, library: Library, opened: Mapping[str, frozenset[str]], libraries: Mapping[str, Library], parts: Supply
) -> frozenset[str]:
    """The chapters that need a library of compiled code: those that load compiled modules of a package that depends on it."""
    if not any(map(_is_shared, library.files)):
        return frozenset()
    dependent = [libraries[other] for other in parts.depends if name in parts.depends[other] and other in libraries]
    modules = (file for other in dependent for file in other.files if file.endswith(SHARED))
    return frozenset[str]().union(*(opened.get(file, frozenset()) for file in modules))


def _tiers(name: str, files: Mapping[str, bytes], opened: Mapping[str, frozenset[str]]) -> Iterator[Part]:
    """The files of a library in parts: what every chapter that uses it opens, then what some open beside that, and so on."""
    chapters = sorted(frozenset[str]().union(*opened.values()))
    own = {chapter: {file for file in files if chapter in opened[file]} for chapter in chapters}
    packed: set[str] = set()
    tier: set[str] = set()
    serial = 0

    def part() -> Part:
        called = f"{name}-{serial}" if serial > 1 else name
        return Part(called, frozenset(chapter for chapter in chapters if own[chapter] & tier), {file: files[file] for file in sorted(tier)})

    for chapter in sorted(chapters, key=lambda chapter: (sum(len(files[file]) for file in own[chapter]), chapter)):
        more = own[chapter] - packed - tier
        if tier and sum(len(files[file]) for file in more) >= WORTH_A_PACK:
            serial += 1
            yield part()
            packed, tier = packed | tier, set()
        tier |= more
    if tier:
        serial += 1
        yield part()


def _joined(parts: Iterable[Part], everyone: frozenset[str]) -> list[Part]:
    """The parts, with small ones of the same chapters in one, and the smallest in one for all chapters: each pack is a request."""
    found: list[Part] = []
    small: dict[frozenset[str], list[Part]] = defaultdict(list)
    for part in parts:
        if part.size >= SMALL:
            found.append(part)
        else:
            small[part.chapters if part.size >= TINY else everyone].append(part)
    for chapters, members in small.items():
        name = OTHERS if chapters == everyone else f"{OTHERS}-{max(members, key=lambda part: part.size).name}"
        found.append(Part(name, chapters, {file: content for part in members for file, content in part.files.items()}))
    return sorted(found, key=lambda part: part.name)


def _placed(part: Part) -> Part:
    """The part with its files where they lie in the browser: a compiled module without its source is beside where that would be."""
    return replace(part, files={f"{file}c" if file.endswith(".py") else file: content for file, content in part.files.items()})


def _compiled(opened: Mapping[str, Any], libraries: Mapping[str, Library], folder: Path, parts: Supply) -> dict[str, bytes]:
    """The modules that chapters open, compiled by the browser's own Python; each state of each once."""
    sources = {
        name: content
        for library in libraries.values()
        for name, content in library.files.items()
        if name in opened and name.endswith(".py")
    }
    kept = folder / COMPILED
    kept.mkdir(parents=True, exist_ok=True)
    places = {name: kept / f"{packing.digest(f'{parts.python} {name} '.encode() + content)}.pyc" for name, content in sources.items()}
    missing = sorted(name for name, place in places.items() if not place.is_file())
    if missing:
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            job = []
            for index, name in enumerate(missing):
                source = Path(temporary, f"{index}.py")
                source.write_bytes(sources[name])
                job.append([str(source.resolve()), str(places[name].resolve()), f"/{name}"])
            # One Python has one processor
            halves = [job[::2], job[1::2]]
            running = [_start("compile", parts, half, Path(temporary), str(number)) for number, half in enumerate(halves) if half]
            for process in running:
                _end(process)
    return {name: place.read_bytes() for name, place in places.items()}


def _node(what: str, parts: Supply, job: Any, folder: Path) -> None:
    _end(_start(what, parts, job, folder))


def _start(what: str, parts: Supply, job: Any, folder: Path, name: str = "") -> subprocess.Popen[str]:
    listed = folder / f"job{name}.json"
    listed.write_text(json.dumps(job), encoding="utf-8", newline="\n")
    core = next(iter(parts.core.values())).parent.resolve()
    try:
        command = [npm.node(), str(NODE_PROGRAM), what, str(core), str(listed)]
    except npm.NpmError as error:
        raise SupplyError(str(error)) from None
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace")


def _end(process: subprocess.Popen[str]) -> None:
    said, _ = process.communicate()
    if process.returncode:
        lines = [line for line in said.splitlines() if line.strip() and len(line) < 500]
        raise SupplyError("\n".join(lines[-40:]) or "node failed without a word.")


def _stored(name: str, path: Path) -> bytes:
    """A file of the core. The standard library is a zip, which is smaller when it is compressed as a whole."""
    content = path.read_bytes()
    if not name.endswith(".zip"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {member: archive.read(member) for member in archive.namelist() if not member.endswith("/") and _is_useful(member)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as stored:
        for member in sorted(members):
            stored.writestr(zipfile.ZipInfo(member, packing.TIME), members[member])
    return target.getvalue()


def _is_useful(member: str) -> bool:
    """Whether a part of the standard library can be of use to a cell: not what talks to mail servers, nor encodings of other times."""
    top, _, rest = member.partition("/")
    return top.partition(".")[0] not in OUT_OF_PLACE and (top != "encodings" or not rest or rest.partition(".")[0] in ENCODINGS)


def archive(files: Mapping[str, bytes]) -> bytes:
    """A tar of files; those of a kind lie together, which compresses better."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files, key=lambda name: (name.rpartition(".")[2], name)):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), packing.MODE
            archive.addfile(entry, io.BytesIO(files[name]))
    return target.getvalue()


def quickly(content: bytes) -> bytes:
    """Compressed as gzip has it, with what every Python has."""
    return gzip.compress(content, 9, mtime=0)


def tightly(content: bytes) -> bytes:
    """Compressed as gzip has it, by libdeflate: smaller, and the same bytes on every machine."""
    import deflate

    return bytes(deflate.gzip_compress(content, TIGHTNESS))


def pack(name: str, content: bytes, compress: Callable[[bytes], bytes] = quickly) -> tuple[dict[str, Any], bytes]:
    """A pack: its entry in the manifest, and its bytes."""
    compressed = compress(content)
    digest = packing.digest(compressed)
    entry = {
        "pack": name,
        "name": f"{name}-{digest[:12]}.pack",
        "bytes": len(compressed),
        "unpacked": len(content),
        "integrity": supply.integrity(compressed, "sha256"),
    }
    return entry, compressed


def _write(
    root: Path,
    target: Path,
    core: Mapping[str, bytes],
    packs: Iterable[Part],
    parts: Supply,
    libraries: Mapping[str, Library],
) -> dict[str, Any]:
    target.mkdir(parents=True, exist_ok=True)
    entries, names = [], set()
    contents = [
        *((name, None, content) for name, content in core.items()),
        *((part.name, part.chapters, archive(part.files)) for part in packs),
    ]
    with ThreadPoolExecutor() as workers:
        made_of = list(workers.map(lambda one: pack(one[0], one[2], tightly), contents))
    for (_, chapters, _), (entry, compressed) in zip(contents, made_of, strict=True):
        if chapters is not None:
            entry["chapters"] = sorted(chapters)
        write_whole(target / entry["name"], compressed)
        entries.append(entry)
        names.add(entry["name"])
    used = sorted(libraries.values(), key=lambda one: one.name)
    licenses = [{"name": one.name, "version": one.version, "license": one.license} for one in used]
    text = f"\n\n{'-' * 72}\n\n".join(
        [
            f"{CORE_LICENSE}\n\n{CORE_SOURCES}".format(version=parts.version, python=parts.python),
            *(_license_text(library) for library in used),
        ]
    )
    write_whole(target / LICENSES, f"{text}\n".encode())
    shared = sorted(name for library in libraries.values() for name in library.files if _is_shared(name))
    manifest = {
        "binaries": sorted(path.name for _, path in parts.binaries.values()),
        "pyodide": parts.version,
        "python": parts.python,
        "info": parts.info,
        "shared": shared,
        "packs": entries,
        "licenses": licenses,
        "inputs": inputs_digest(root),
    }
    write_whole(target / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    for path in target.glob("*.pack"):
        if path.name not in names:
            path.unlink()
    return manifest


def _license_text(library: Library) -> str:
    return "\n\n".join([f"{library.name} {library.version}: {library.license}", *library.license_texts()])


def needed(manifest: Mapping[str, Any], chapter: str) -> Sequence[Mapping[str, Any]]:
    """The packs that a chapter loads; all of them, where it was never traced."""
    known = {name for entry in manifest["packs"] for name in entry.get("chapters", ())}
    return [entry for entry in manifest["packs"] if "chapters" not in entry or chapter not in known or chapter in entry["chapters"]]
