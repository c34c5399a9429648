"""The page of everything that can be taken away: data, notebooks, the PDF, the package, files for machines.

Decided: what is offered is what lies in the site's folder ``downloads/`` (and the notebooks beside it), so that a
file that a later step adds, such as the PDF, is listed by listing again (`refresh`), and nothing is named that is not
there. Names, titles and columns of the tables come from the data package. Sizes and checksums stand in the page
only when all files are written. Archives are byte-identical for the same content.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit import STATIC
from bookkit.citing import citing
from bookkit.citing.citing import Book, Work
from bookkit.markup import assets
from bookkit.outputs import claims
from bookkit.pages import finding, page
from bookkit.project import declared, packing

PAGE = page.DOWNLOADS
STYLE = "downloads.css"
FOLDER = "downloads"
DATA = "data"
NOTEBOOKS = "_notebooks"
TITLE = "Downloads"
PACKAGE = declared.PACKAGE
LICENSES = ("LICENSE-CONTENT", "LICENSE")
# Between these the list stands in the finished page; it is written again when a file is added
START, END = "<!-- files -->", "<!-- end of files -->"
HASH_SHOWN = 12
DESCRIPTION_LEAST, DESCRIPTION_MOST = 50, 5000
MEASURED = ("number", "integer")
FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".zip": "application/zip",
    ".md": "text/markdown",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
}


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


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.connect("html-collect-pages", _pages)
    app.connect("html-page-context", _page_context, priority=910)
    # After the notebooks and whatever else is put there
    app.connect("build-finished", _finish, priority=990)


# With Sphinx


def _work(app: Any) -> Work:
    return Work(citing.book_of(app), TITLE, f"{PAGE}.html")


def _pages(app: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    if not citing.writes_pages(app):
        return
    _copy_data(Path(app.srcdir), app.config.bookkit_data_folder, Path(app.outdir) / FOLDER, citing.book_of(app))
    app.bookkit_further_works = [*getattr(app, "bookkit_further_works", ()), _work(app)]
    yield PAGE, {"title": TITLE, "body": _body(citing.book_of(app))}, "page.html"


def _page_context(app: Any, pagename: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    if pagename != PAGE or not citing.writes_pages(app):
        return
    work = _work(app)
    description = f"Data, notebooks and everything else of “{work.book.name}” to take away, with sizes and checksums."
    plain = html.escape(f"{TITLE}: {work.book.name}")
    card = finding.card_path(citing.work_of(app, app.config.root_doc))
    lines = [context["bookkit_head"].replace(plain, html.escape(description)), *finding.preview_head(work, description, card)]
    folder = Path(app.outdir) / FOLDER
    if (folder / DATA / PACKAGE).is_file():
        about = finding.json_for_html(dataset(_package(folder / DATA), folder, work.book))
        lines.append(f'<script type="application/ld+json">{about}</script>')
    context["bookkit_head"] = "\n".join(lines)
    context["bookkit_style"] += assets.inlined((STATIC / STYLE,), "")


def _finish(app: Any, exception: Exception | None) -> None:
    if exception or not citing.writes_pages(app):
        return
    output, book = Path(app.outdir), citing.book_of(app)
    notebooks = packing.folder_members(output / NOTEBOOKS, "notebooks") if (output / NOTEBOOKS).is_dir() else {}
    if notebooks:
        members = notebooks | _licenses(Path(app.srcdir), "notebooks")
        (output / FOLDER).mkdir(exist_ok=True)
        (output / FOLDER / f"{stem(book)}-notebooks.zip").write_bytes(packing.zipped(members))
    refresh(output)


def stem(book: Book) -> str:
    """What the names of the book's archives begin with."""
    return citing.file_stem(book.name, book.version)


def _copy_data(root: Path, name: str, target: Path, book: Book) -> None:
    """The data package as a folder and as a zip; nothing where the book has no data."""
    source = root / name
    if not declared.tables(source):
        return
    for path in declared.data_files(source):
        copy = target / DATA / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    members = packing.folder_members(target / DATA, DATA) | _licenses(root, DATA)
    (target / f"{stem(book)}-data.zip").write_bytes(packing.zipped(members))


def _licenses(root: Path, below: str) -> dict[str, bytes]:
    return {f"{below}/{name}": (root / name).read_bytes() for name in LICENSES if (root / name).is_file()}


def _body(book: Book) -> str:
    license_line = (
        f" Text and data are under {citing.link(citing.license_address(book.license), citing.license_title(book.license))}."
        if book.license
        else ""
    )
    return (
        f"<section><h1>{TITLE}</h1><p>Everything behind this site, to keep, to check and to run again.{license_line} "
        "Archives of one version are the same bytes wherever they are built.</p>"
        f"{START}{END}"
        "<h2>Check what you downloaded</h2><p>Open a checksum above to compare it by eye. Or put "
        f'<a href="{FOLDER}/{packing.SUMS}" download>{packing.SUMS}</a> beside the files and run:</p>'
        f'<pre tabindex="0" aria-label="Command" translate="no">'
        f"<code>sha256sum --check --ignore-missing {packing.SUMS}</code></pre></section>"
    )


# The list


def offer(site: Path, *files: Path) -> None:
    """Put files on the page of downloads, in place of older ones of their kind."""
    folder = site / FOLDER
    folder.mkdir(exist_ok=True)
    for path in files:
        part = folder / f"{path.name}.part"
        shutil.copyfile(path, part)
        for older in folder.glob(f"*{path.suffix}"):
            older.unlink()
        part.replace(folder / path.name)
    refresh(site)


def refresh(site: Path) -> None:
    """List the files that are there now, in ``SHA256SUMS`` and in the page."""
    path, folder = site / f"{PAGE}.html", site / FOLDER
    text = path.read_text(encoding="utf-8")
    groups = offers(site)
    folder.mkdir(exist_ok=True)
    paths = [site / offer.path for _, members in groups for offer in members]
    _write(folder / packing.SUMS, packing.sums(paths))
    head, _, rest = text.partition(START)
    _, _, tail = rest.partition(END)
    _write(path, f"{head}{START}{listing(groups, has_pdf=any(folder.glob('*.pdf')))}{END}{tail}")


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


Groups = Sequence[tuple[str, Sequence[Offer]]]


def offers(site: Path) -> Groups:
    """What the site offers, in groups."""
    folder = site / FOLDER
    loose = sorted(path for path in folder.glob("*") if path.is_file() and path.name != packing.SUMS and not path.name.endswith(".part"))
    package = _package(folder / DATA)
    tables = {resource["path"]: resource for resource in package.get("resources", ())}
    ordered = [*(name for name in tables if (folder / DATA / name).is_file())]
    others = [name for name in (declared.DICTIONARY, PACKAGE) if (folder / DATA / name).is_file()]
    notebooks = sorted((site / NOTEBOOKS).rglob("*.ipynb"))

    def loose_ones(*endings: str) -> list[Offer]:
        return [_loose(site, path) for path in loose if path.name.endswith(endings)]

    known = ("-data.zip", "-notebooks.zip", ".pdf", ".whl")
    machine = [name for name in ("numbers.json", claims.FILE) if (site / name).is_file()]
    groups: list[tuple[str, list[Offer]]] = [
        ("The whole book", loose_ones(".pdf")),
        ("Data", [*loose_ones("-data.zip"), *(_table(site, name, tables.get(name)) for name in (*others, *ordered))]),
        ("Notebooks", [*loose_ones("-notebooks.zip"), *(_notebook(site, path) for path in notebooks)]),
        ("For machines", [_machine(site, name) for name in machine]),
        ("The Python package", [*loose_ones(".whl"), *(_loose(site, path) for path in loose if path.name.startswith("constraints"))]),
        ("More", [_loose(site, path) for path in loose if not path.name.endswith(known) and not path.name.startswith("constraints")]),
    ]
    return [(title, members) for title, members in groups if members]


def _package(folder: Path) -> dict[str, Any]:
    path = folder / PACKAGE
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


LOOSE = {
    "-data.zip": ("All data", "every table, the schema and the dictionary"),
    "-notebooks.zip": ("All notebooks", "executed, with their outputs"),
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
    if name == PACKAGE:
        return Offer(f"{FOLDER}/{DATA}/{name}", "The schema", "columns, types, units and rules of every table", content)
    if name == declared.DICTIONARY:
        return Offer(f"{FOLDER}/{DATA}/{name}", "The dictionary", "the same in words", content)
    rows = sum(map(any, csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))) - 1
    title = resource.get("title", name) if resource else name
    return Offer(f"{FOLDER}/{DATA}/{name}", str(title), "1 row" if rows == 1 else f"{rows:,} rows", content)


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
    content = (site / name).read_bytes()
    key = name.removesuffix(".json")
    count = f"{len(json.loads(content)[key]):,}"
    title = {"numbers": "Every published number", "claims": "Every audited claim"}[key]
    note = {"numbers": f"{count}, each with its formula and its rows", "claims": f"{count}, each with its steps and its verdict"}[key]
    return Offer(name, title, note, content)


def listing(groups: Groups, has_pdf: bool) -> str:
    """The list as HTML."""
    parts = []
    if not has_pdf:
        parts.append(
            '<section><h2 id="pdf">The whole book</h2><p>No PDF was printed for this copy of the site. '
            '<code translate="no">make pdf</code>, in a clone of the project, prints it and puts it here.</p></section>'
        )
    for title, members in groups:
        identifier = "pdf" if members[0].name.endswith(".pdf") else citing.slug(title)
        items = "".join(_item(offer) for offer in members)
        parts.append(f'<section><h2 id="{identifier}">{html.escape(title)}</h2><ul class="files">{items}</ul></section>')
    return "".join(parts)


def _item(offer: Offer) -> str:
    checksum = packing.digest(offer.content)
    name = html.escape(offer.name)
    about = " · ".join(filter(None, (f'<code translate="no">{name}</code>', html.escape(offer.note), packing.size(len(offer.content)))))
    return (
        f'<li><a href="{html.escape(offer.path)}" download>{html.escape(offer.title)}</a><span class="file-about">{about}</span>'
        f'<details class="file-sum"><summary>SHA-256 <code translate="no">{checksum[:HASH_SHOWN]}</code>…'
        f'<span class="unseen"> of {name}</span></summary><code translate="no">{checksum}</code></details></li>'
    )


# For search engines of data


def dataset(package: Mapping[str, Any], folder: Path, book: Book) -> dict[str, Any]:
    """The data package as a ``Dataset`` of schema.org.

    Args:
        package: ``datapackage.json``.
        folder: where the files lie.
        book: what the data belong to.
    """
    resources = package.get("resources", ())
    archives = [path.relative_to(folder).as_posix() for path in sorted(folder.glob("*-data.zip"))]
    files = [*archives, f"{DATA}/{PACKAGE}", *(f"{DATA}/{resource['path']}" for resource in resources)]
    titles = {f"{DATA}/{resource['path']}": str(resource.get("title", resource["name"])) for resource in resources}
    licenses = [entry.get("path") or citing.license_address(entry["name"]) for entry in package.get("licenses", ())]
    about = str(package.get("description") or book.abstract)
    address = book.address("index.html")
    cited = {"@type": "Book", "name": book.title, "url": address, "version": book.version}
    fields = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": package.get("title") or f"Data of “{book.name}”",
        "description": (about if len(about) >= DESCRIPTION_LEAST else f"{about} {book.abstract}".strip())[:DESCRIPTION_MOST],
        "url": book.address(f"{PAGE}.html"),
        "version": package.get("version") or book.version,
        "license": (licenses or [citing.license_address(book.license) if book.license else ""])[0],
        "creator": [{"@type": "Organization" if not author.given else "Person", "name": _plain_name(author)} for author in book.authors],
        "datePublished": book.published.isoformat() if book.published else "",
        "dateModified": book.modified.isoformat() if book.modified else "",
        "inLanguage": book.language,
        "isAccessibleForFree": True,
        "keywords": list(book.keywords),
        "isPartOf": _known(cited),
        "citation": _plain_citation(book),
        "variableMeasured": list(_variables(resources)),
        "distribution": [_distribution(folder, name, titles.get(name, ""), book) for name in files if (folder / name).is_file()],
    }
    return _known(fields)


def _plain_name(author: citing.Author) -> str:
    return f"{author.given} {author.name}".strip()


def _plain_citation(book: Book) -> str:
    work = Work(book, book.title, "index.html", whole=True)
    return citing.one_line(html.unescape(re.sub(r"<[^>]+>", "", citing.apa(work))))


def _variables(resources: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """The measured columns, each description once."""
    seen: set[tuple[str, str]] = set()
    for resource in resources:
        for field in resource.get("schema", {}).get("fields", ()):
            key = (field["name"], field.get("description", ""))
            if field.get("type") in MEASURED and key not in seen:
                seen.add(key)
                yield _known({"@type": "PropertyValue", "name": field["name"], "description": key[1], "unitText": field.get("unit", "")})


def _distribution(folder: Path, name: str, title: str, book: Book) -> dict[str, Any]:
    path = folder / name
    content = path.read_bytes()
    return _known(
        {
            "@type": "DataDownload",
            "name": title or path.name,
            "contentUrl": book.address(f"{FOLDER}/{name}") or f"{FOLDER}/{name}",
            "encodingFormat": FORMATS.get(path.suffix, "application/octet-stream"),
            "contentSize": f"{len(content)} B",
            "sha256": packing.digest(content),
        }
    )


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in ("", [], None)}
