"""What the site offers to take away: data, notebooks, the PDF, the package, files for machines.

Decided: what is offered is what lies in the site's folder ``downloads/`` (and the notebooks beside it), so that a
file that a later step adds, such as the PDF, is listed by listing again, and nothing is named that is not there.
Names, titles and columns of the tables come from the data package. Archives are byte-identical for the same content.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit.citing import citing
from bookkit.citing.citing import Book
from bookkit.project import declared, packing
from bookkit.project.exchange import write_whole

# The page that lists them (`bookkit.pages.downloads`)
PAGE = "downloads"
FOLDER = "downloads"
DATA = "data"
NOTEBOOKS = "_notebooks"
MACHINE_FILES = {
    "numbers.json": ("Every published number", "each with its formula and its rows"),
    "claims.json": ("Every audited claim", "each with its steps and its verdict"),
    "check.json": ("What a text is checked by", "the rules and tables of the page that checks texts"),
}
LICENSES = ("LICENSE-CONTENT", "LICENSE")


@dataclass(frozen=True)
class Offer:
    """A file of the list.

    Attributes:
        path: below the site's root.
        title: what it is.
        note: what is in it.
        content: its bytes.
    """

    path: str
    title: str
    note: str
    content: bytes

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rpartition("/")[2]


Groups = Sequence[tuple[str, Sequence[Offer]]]


def stem(book: Book) -> str:
    """What the names of the book's archives begin with."""
    return citing.file_stem(book.name, book.version)


def copy_data(root: Path, name: str, site: Path, book: Book) -> None:
    """The data package as a folder and as a zip; nothing where the book has no data."""
    source, target = root / name, site / FOLDER
    if not declared.tables(source):
        return
    for path in declared.data_files(source):
        copy = target / DATA / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    members = packing.folder_members(target / DATA, DATA) | _licenses(root, DATA)
    (target / f"{stem(book)}-data.zip").write_bytes(packing.zipped(members))


def pack_notebooks(root: Path, site: Path, book: Book) -> None:
    """The published notebooks as a zip; nothing where there is none."""
    if (site / NOTEBOOKS).is_dir():
        members = packing.folder_members(site / NOTEBOOKS, "notebooks") | _licenses(root, "notebooks")
        (site / FOLDER).mkdir(exist_ok=True)
        (site / FOLDER / f"{stem(book)}-notebooks.zip").write_bytes(packing.zipped(members))


def write_sums(site: Path, groups: Groups) -> None:
    """Write the checksums of all files as ``sha256sum`` reads them."""
    sums = packing.sums([site / offer.path for _, members in groups for offer in members])
    write_whole(site / FOLDER / packing.SUMS, sums.encode())


def _licenses(root: Path, below: str) -> dict[str, bytes]:
    return {f"{below}/{name}": (root / name).read_bytes() for name in LICENSES if (root / name).is_file()}


def find_offers(site: Path) -> Groups:
    """What the site offers, in groups."""
    folder = site / FOLDER
    loose = sorted(path for path in folder.glob("*") if path.is_file() and path.name != packing.SUMS and not path.name.endswith(".part"))
    package = read_package(site)
    tables = {resource["path"]: resource for resource in package.get("resources", ())}
    ordered = [*(name for name in tables if (folder / DATA / name).is_file())]
    described = (declared.DICTIONARY, declared.PACKAGE, package.get(declared.UNITS, ""))
    others = [name for name in described if (folder / DATA / name).is_file()]
    notebooks = sorted((site / NOTEBOOKS).rglob("*.ipynb"))

    def loose_ones(*endings: str) -> list[Offer]:
        return [_loose(site, path) for path in loose if path.name.endswith(endings)]

    known = ("-data.zip", "-notebooks.zip", ".pdf", ".whl")
    machine = [name for name in MACHINE_FILES if (site / name).is_file()]
    groups: list[tuple[str, list[Offer]]] = [
        ("The whole book", loose_ones(".pdf")),
        ("Data", [*loose_ones("-data.zip"), *(_table(site, name, tables.get(name)) for name in (*others, *ordered))]),
        ("Notebooks", [*loose_ones("-notebooks.zip"), *(_notebook(site, path) for path in notebooks)]),
        ("For machines", [_machine(site, name) for name in machine]),
        ("The Python package", [*loose_ones(".whl"), *(_loose(site, path) for path in loose if path.name.startswith("constraints"))]),
        ("More", [_loose(site, path) for path in loose if not path.name.endswith(known) and not path.name.startswith("constraints")]),
    ]
    return [(title, members) for title, members in groups if members]


def read_package(site: Path) -> dict[str, Any]:
    """The description of the data that the site offers; nothing where it offers none."""
    path = site / FOLDER / DATA / declared.PACKAGE
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


LOOSE = {
    "-data.zip": ("All data", "every table, the schema and the dictionary"),
    "-notebooks.zip": ("All notebooks", "executed, with their outputs"),
    "-summary.pdf": ("The answer on one page", "three charts and how to cite, as a PDF"),
    ".pdf": ("The book as a PDF", "every chapter and the verdict on every claim"),
    ".whl": ("The package that the notebooks import", "with the data inside"),
    "constraints.txt": ("Versions it was tested with", "for pip install --constraint"),
}


def _loose(site: Path, path: Path) -> Offer:
    title, note = next((text for ending, text in LOOSE.items() if path.name.endswith(ending)), (path.name, ""))
    return Offer(path.relative_to(site).as_posix(), title, note, path.read_bytes())


def _table(site: Path, name: str, resource: Mapping[str, Any] | None) -> Offer:
    path = site / FOLDER / DATA / name
    content = path.read_bytes()
    if name == declared.PACKAGE:
        return Offer(f"{FOLDER}/{DATA}/{name}", "The schema", "columns, types, units and rules of every table", content)
    if name == declared.DICTIONARY:
        return Offer(f"{FOLDER}/{DATA}/{name}", "The dictionary", "the same in words", content)
    if resource is None:
        return Offer(f"{FOLDER}/{DATA}/{name}", "The units", "what the tables measure in", content)
    rows = sum(map(any, csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))) - 1
    return Offer(f"{FOLDER}/{DATA}/{name}", str(resource.get("title", name)), "1 row" if rows == 1 else f"{rows:,} rows", content)


def _notebook(site: Path, path: Path) -> Offer:
    content = path.read_bytes()
    return Offer(path.relative_to(site).as_posix(), notebook_title(json.loads(content)) or path.stem, "", content)


def notebook_title(notebook: Mapping[str, Any]) -> str:
    """The first heading of a notebook."""
    for cell in notebook.get("cells", ()):
        if cell["cell_type"] == "markdown":
            for line in "".join(cell["source"]).splitlines():
                if line.startswith("# "):
                    return line.removeprefix("# ").strip()
    return ""


def _machine(site: Path, name: str) -> Offer:
    title, what = MACHINE_FILES[name]
    content = (site / name).read_bytes()
    listed = json.loads(content).get(name.removesuffix(".json"))
    return Offer(name, title, what if listed is None else f"{len(listed):,}, {what}", content)
