"""Published notebooks run and read well anywhere: a setup cell, and the book's package beside the pages.

The notebooks of the repository stay as their chapters are: there the package is installed. The copies that the
site publishes are made readable for front ends that know no MyST (`bookkit.downloads.readable`), and a first cell is put before
the others (``scripts/setup.py``, folded away where notebooks can fold).
Where the package can be imported it does nothing. Elsewhere it takes the wheel from beside the notebook or from the
site the notebook came from, compares its checksum before anything is installed, and hands it to pip. Whatever is in
the way is said in one sentence.

Why a cell that the build adds, and not one in every chapter: the address and the checksum are known only when the
site is built, so a stored cell could not check anything; ten copies of it would have to stay alike; and readers of
the pages would have to skip it. Why the whole text and not a script to fetch: there is nothing to trust but the
notebook itself, and it works in ten years beside a copy of the wheel.

Without ``BOOK_SITE_URL`` the cell knows no address. It then looks beside the notebook and into the site's folder,
so that a copy of the whole site on a disk is enough.

``bookkit portable FOLDER`` writes the copies without building any page, as Binder wants them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import posixpath
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from sphinx.application import Sphinx

from bookkit.citing import citing
from bookkit.downloads import launch_links, wheel
from bookkit.downloads.offers import NOTEBOOKS
from bookkit.downloads.readable import OUT_OF_SIGHT, NotReadable, Surroundings, readable

SCRIPT = Path(__file__).parent / "scripts" / "setup.py"
READING = SCRIPT.with_name("reading.py")
# Where Binder finds copies, made without building the site
READABLE = "_build/readable"
# The branch that holds nothing but the published copies
COLAB_BRANCH = "published"
FIRST_CELL = {"tags": ["remove-cell", "setup"], **OUT_OF_SIGHT}


@dataclass(frozen=True)
class Setup:
    """What the setup cell must know: the package, its wheel's checksum, and where the site keeps it."""

    package: wheel.Package
    checksum: str
    site: str = ""

    def cell(self, beside: str) -> str:
        """The text of the cell.

        Args:
            beside: the folder of the wheel as the notebook sees it, in a copy of the site.
        """
        python = tuple(int(part) for part in re.findall(r"\d+", self.package.requires_python)[:2])
        values = {
            ("PACKAGE", "NAME", "EDITION", "PYTHON"): (self.package.package, self.package.name, self.package.edition, python),
            ("SITE", "BESIDE", "WHEEL"): (self.site.rstrip("/"), beside, self.package.file_name),
            ("SHA256",): (self.checksum,),
        }
        text = SCRIPT.read_text(encoding="utf-8").strip()
        for names, settings in values.items():
            line = f"{', '.join(names)} = {', '.join(map(_literal, settings))}"
            text = re.sub(rf"^{', '.join(names)} = .*$", lambda _match, line=line: line, text, count=1, flags=re.MULTILINE)  # type: ignore[misc]
        return text


def setup_of(root: Path, folder: Path, site: str = "") -> Setup | None:
    """Write the wheel of the book at ``root`` into ``folder``; nothing for a book without a package."""
    if not wheel.configured(root):
        return None
    content = wheel.wheel(root, folder).read_bytes()
    return Setup(wheel.read(root), hashlib.sha256(content).hexdigest(), site)


def publish(source: Path, target: Path, setup: Setup | None, name: str, surroundings: Surroundings) -> None:
    """Write a published copy of a stored notebook.

    Args:
        source: the stored notebook.
        target: the copy.
        setup: what its first cell must know to install the book's package; nothing for a book without one.
        name: the copy's path below the site's root, such as ``_notebooks/costs.ipynb``.
        surroundings: the pages and sources that its text refers to.

    Raises:
        NotReadable: its text holds what no notebook can show.
    """
    import nbformat

    notebook = readable(nbformat.read(source, as_version=4), surroundings)  # type: ignore[no-untyped-call]
    texts = [setup.cell(posixpath.relpath(wheel.FOLDER, posixpath.dirname(name)))] if setup else []
    first = "\n\n\n".join([*texts, READING.read_text(encoding="utf-8").strip()])
    notebook.cells.insert(0, nbformat.v4.new_code_cell(first, id="setup", metadata=FIRST_CELL))  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)  # type: ignore[no-untyped-call]


def main(arguments: list[str] | None = None) -> int:
    """Write the published copies of all stored notebooks, and the package beside them, without building a page."""
    import yaml
    from pybtex.database import parse_file

    parser = argparse.ArgumentParser(prog="bookkit portable", description="Write the stored notebooks as the site publishes them.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(READABLE), help=f"where to write (default: {READABLE})")
    folder, root = parser.parse_args(arguments).folder, Path.cwd()
    configured = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    stored = root / configured.get("sphinx", {}).get("config", {}).get("bookkit_notebooks_folder", "notebooks")
    entries = {key: entry for path in configured.get("bibtex_bibfiles", ()) for key, entry in parse_file(root / path).entries.items()}
    site = os.environ.get("BOOK_SITE_URL", "")
    try:
        setup = setup_of(root, folder / wheel.FOLDER, site)
        for source in sorted(path for path in stored.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts):
            path = source.relative_to(stored)
            name = f"{NOTEBOOKS}/{path.as_posix()}"
            publish(source, folder / name, setup, name, Surroundings(path.with_suffix(".html").as_posix(), site, entries))
            print(f"notebook   {folder / name}", flush=True)
    except (NotReadable, wheel.WheelError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def stored_notebook(app: Sphinx, docname: str) -> Path:
    """Where the executed notebook of a chapter is, if it has one."""
    name = Path(docname.removeprefix(app.config.bookkit_public_prefix))
    folder: str = app.config.bookkit_notebooks_folder
    return Path(app.srcdir) / folder / name.with_suffix(".ipynb")


def links(app: Sphinx, docname: str) -> list[tuple[str, str]]:
    """Where a reader gets or runs the notebook of a chapter: addresses, relative or whole, and names. None without a notebook."""
    source = stored_notebook(app, docname)
    if not source.is_file():
        return []
    name = source.relative_to(Path(app.srcdir) / app.config.bookkit_notebooks_folder).as_posix()
    elsewhere = launch_links.links(citing.book_of(app), f"{READABLE}/{NOTEBOOKS}/{name}", name, app.config.bookkit_colab_branch)
    return [(f"{NOTEBOOKS}/{name}", "Notebook"), *elsewhere]


def _literal(value: object) -> str:
    """As Python source, with the quotes that the house style wants."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else repr(value)
