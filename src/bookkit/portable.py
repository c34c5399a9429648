"""Published notebooks run anywhere: a setup cell, and the book's package beside the pages.

The notebooks of the repository stay as their chapters are: there the package is installed. In the copies that the
site publishes, a first cell is put before the others (``scripts/setup.py``, folded away where notebooks can fold).
Where the package can be imported it does nothing. Elsewhere it takes the wheel from beside the notebook or from the
site the notebook came from, compares its checksum before anything is installed, and hands it to pip. Whatever is in
the way is said in one sentence.

Why a cell that the build adds, and not one in every chapter: the address and the checksum are known only when the
site is built, so a stored cell could not check anything; ten copies of it would have to stay alike; and readers of
the pages would have to skip it. Why the whole text and not a script to fetch: there is nothing to trust but the
notebook itself, and it works in ten years beside a copy of the wheel.

Without ``BOOK_SITE_URL`` the cell knows no address. It then looks beside the notebook and into the site's folder,
so that a copy of the whole site on a disk is enough.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit import citing, launch, wheel

SCRIPT = Path(__file__).parent / "scripts" / "setup.py"
PUBLISHED = "_notebooks"
# The branch that holds nothing but the published copies
COLAB_BRANCH = "published"
# What JupyterLab, Jupyter Book and Colab read to fold a cell away
FOLDED = {"tags": ["remove-cell", "setup"], "jupyter": {"source_hidden": True}, "cellView": "form"}


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


def connect(app: Any) -> None:
    """Register with Sphinx: the wheel is there before the first page is written, the notebooks after the last."""
    app.add_config_value("bookkit_colab_branch", COLAB_BRANCH, "html", types=[str])
    app.connect("builder-inited", _write_wheel, priority=400)
    app.connect("build-finished", _write_notebooks, priority=900)


def setup_of(root: Path, folder: Path, site: str = "") -> Setup | None:
    """Write the wheel of the book at ``root`` into ``folder``; nothing for a book without a package."""
    if not wheel.configured(root):
        return None
    content = wheel.wheel(root, folder).read_bytes()
    return Setup(wheel.read(root), hashlib.sha256(content).hexdigest(), site)


def publish(source: Path, target: Path, setup: Setup | None, name: str) -> None:
    """Write a published copy of a stored notebook.

    Args:
        source: the stored notebook.
        target: the copy.
        setup: what its first cell must know; without it the copy is the notebook as it is.
        name: the copy's path below the site's root, such as ``_notebooks/costs.ipynb``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if setup is None:
        shutil.copyfile(source, target)
        return
    import nbformat

    notebook: Any = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    beside = posixpath.relpath(wheel.FOLDER, posixpath.dirname(name))
    cell = nbformat.v4.new_code_cell(setup.cell(beside), id="setup", metadata=FOLDED)  # type: ignore[no-untyped-call]
    notebook.cells.insert(0, cell)
    nbformat.validate(notebook)
    nbformat.write(notebook, target)  # type: ignore[no-untyped-call]


def stored_notebook(app: Any, docname: str) -> Path:
    """Where the executed notebook of a chapter is, if it has one."""
    name = Path(docname.removeprefix(app.config.bookkit_public_prefix))
    folder: str = app.config.bookkit_notebooks_folder
    return Path(app.srcdir) / folder / name.with_suffix(".ipynb")


def links(app: Any, docname: str) -> list[tuple[str, str]]:
    """Where a reader gets or runs the notebook of a chapter: addresses, relative or whole, and names. None without a notebook."""
    source = stored_notebook(app, docname)
    if not source.is_file():
        return []
    root, folder = Path(app.srcdir), app.config.bookkit_notebooks_folder
    name = source.relative_to(root / folder).as_posix()
    elsewhere = launch.links(citing.book_of(app), source.relative_to(root).as_posix(), name, app.config.bookkit_colab_branch)
    return [(f"{PUBLISHED}/{name}", "Notebook"), *elsewhere]


def _write_wheel(app: Any) -> None:
    app.bookkit_setup = None
    if citing.writes_pages(app):
        app.bookkit_setup = setup_of(Path(app.srcdir), Path(app.outdir) / wheel.FOLDER, app.config.html_baseurl)


def _write_notebooks(app: Any, exception: Exception | None) -> None:
    """Copy the notebooks beside the pages, each with its setup cell."""
    if exception or not citing.writes_pages(app):
        return
    for docname in sorted(app.env.found_docs):
        source = stored_notebook(app, docname)
        if source.is_file():
            name = f"{PUBLISHED}/{source.relative_to(Path(app.srcdir) / app.config.bookkit_notebooks_folder).as_posix()}"
            publish(source, Path(app.outdir) / name, app.bookkit_setup, name)


def _literal(value: object) -> str:
    """As Python source, with the quotes that the house style wants."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else repr(value)
