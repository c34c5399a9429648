"""The part of each chapter that computes it again in the reader's browser, the page for all chapters, and the files they load.

It is there where packs are (`bookkit.verification.packs`) and the book has a package; a build fetches nothing. All files lie in
``_verify/``, those of the packs and of the report under names that have their hashes. Cells run in a worker of a frame whose policy
reaches this site alone: a page needs no more than leave to show a frame of its own site.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup, escape
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

import bookkit
from bookkit.citing import citing
from bookkit.citing.citing import Work
from bookkit.downloads import notebook_downloads, wheel
from bookkit.downloads.offers import PAGE as DOWNLOADS
from bookkit.markup import assets, features, searching
from bookkit.markup.templates import render
from bookkit.outputs import notes
from bookkit.pages import answer, head, policy
from bookkit.pages.builder import BookBuilder
from bookkit.pages.page import THEME
from bookkit.project import commands, declared, packing
from bookkit.verification import packs, records, supply

FOLDER = "_verify"
PAGE = "verify"
TITLE = "Verify the whole book on your computer"
LEAD = (
    "Your browser computes every number of every chapter again, from the same tables with the same code, and says which are the same. "
    "That shows that they follow from the tables and the code; whether these are right is what the chapters argue."
)
KIND = "Tool"
STATIC = Path(__file__).parent / "static"
STYLE, SCRIPT = "verify.css", "verify.js"
PANEL, ALL, FRAME, WORKER = "verify-panel.js", "verify-all.js", "verify-frame.js", "verify-worker.js"
# What these import
ENGINE, FILES = "verify-engine.js", "verify-files.js"
DRAW, EDITOR = "vendor/verify-draw.js", "vendor/verify-editor.js"
HERE = Path(__file__).parent
# In the notes of a chapter
RECORD = "verification"
# The part that the report itself is
REPORT = "report"
NO_PACKS = f"verify     not offered: `{commands.PACK_FOR_BROWSERS}` makes what browsers need; the site is complete without it"
MEGABYTE = 1e6
logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.notes")
    app.setup_extension("bookkit.pages")
    app.add_post_transform(Offer)
    app.connect("builder-inited", _prepare)
    app.connect("doctree-read", _keep)
    app.connect("html-collect-pages", _pages)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _finish)
    assets.bring(app, bookkit.STATIC)
    assets.bring(app, STATIC)
    return features.METADATA


# What a build has


def _prepare(app: Sphinx) -> None:
    """Look whether there are packs, and make the report's own."""
    vars(app)["bookkit_packs"] = None
    root = Path(app.srcdir)
    if app.builder.format != "html" or app.config.html_theme != THEME or not supply.settings(root) or not wheel.configured(root):
        return
    manifest = packs.made(root)
    if manifest is None or not (bookkit.STATIC / DRAW).is_file():
        logger.info(NO_PACKS)
        return
    entry, content = packs.pack(REPORT, packs.archive(report_files(root)))
    vars(app)["bookkit_packs"] = {**manifest, "packs": [*manifest["packs"], entry]}
    vars(app)["bookkit_report"] = (entry["name"], content)


def _manifest(app: Sphinx) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = vars(app).get("bookkit_packs")
    return found


def report_files(root: Path) -> dict[str, bytes]:
    """What a browser needs of the book itself: its packages with the tables, what runs chapters, and what stands for missing packages."""
    found = {name: content for name, content in wheel.read(root).files.items() if "/" in name and not name.endswith(declared.DICTIONARY)}
    for path in sorted((HERE / "inside").glob("*.py")):
        found[f"inside/{path.name}"] = path.read_bytes()
    for path in sorted((HERE / "stand_ins").rglob("*.py")):
        if path.parent != HERE / "stand_ins" or path.name != "__init__.py":
            found[path.relative_to(HERE / "stand_ins").as_posix()] = path.read_bytes()
    return found


def _keep(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what a chapter that was just read has to be compared with."""
    executions = vars(app).get("bookkit_executions")
    docname = app.env.docname
    if _manifest(app) is None or executions is None or docname not in executions.chapters:
        return
    # MyST-NB takes what it glues out of the notebook, so the outputs are those that were kept
    cells, outputs = executions.chapters[docname].notebook.cells, [cell["outputs"] for cell in executions.outputs(docname).cells]
    own = notes.of_chapter(app.env)
    own[RECORD] = records.record(cells, outputs, own.get(notes.NUMBERS, ()), own.get(notes.FACTS, {}))


def _chapters(app: Sphinx) -> dict[str, Any]:
    """The records of all chapters with code, in the order of the book."""
    found = notes.of_book(app.env, RECORD)
    order = [app.config.root_doc, *app.env.toctree_includes.get(app.config.root_doc, [])]
    return {docname: found[docname] for docname in order if docname in found}


# Files


def _record_file(app: Sphinx, docname: str) -> tuple[str, bytes]:
    """A chapter's record as a file: its name, which has its hash, and its content; made once in a build."""
    made: dict[str, tuple[str, bytes]] = vars(app).setdefault("bookkit_record_files", {})
    if docname not in made:
        made[docname] = _written(app, docname)
    return made[docname]


def _written(app: Sphinx, docname: str) -> tuple[str, bytes]:
    manifest = _manifest(app)
    assert manifest is not None  # Who has no packs asks for none
    root, name = Path(app.srcdir), Path(app.builder.get_target_uri(docname)).stem
    needed = [_asked(entry) for entry in packs.needed(manifest, name)]
    own = wheel.read(root)
    used = {canonicalize_name(Requirement(line).name) for line in own.dependencies}
    chosen = wheel.settings(root)
    data = root / chosen.get("data", "data")
    content = {
        "chapter": name,
        "title": app.env.titles[docname].astext(),
        **notes.of_book(app.env, RECORD)[docname],
        "facts": app.config.bookkit_facts,
        "own": sorted({path.partition("/")[0] for path in own.files if "/" in path}),
        "data": f"{chosen.get('reader', own.package)}/data",
        "reader": chosen.get("reader", own.package),
        "variable": packs.data_variable(root),
        "tables": [path.relative_to(data).as_posix() for path in declared.tables(data)],
        "libraries": [[_module(library["name"]), library["version"]] for library in manifest["licenses"] if library["name"] in used],
        "packs": needed,
        "keep": [entry["name"] for entry in manifest["packs"]],
        "runtime": {"shared": manifest["shared"], "info": manifest["info"]},
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{name}-{packing.digest(text)[:12]}.json", text


def _asked(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("pack", "name", "bytes", "integrity")}


def _module(library: str) -> str:
    """What a library is imported as."""
    return {"salib": "SALib", "python-dateutil": "dateutil", "attrs": "attr"}.get(library, library.replace("-", "_"))


def _size(app: Sphinx, chapter: str) -> str:
    manifest = _manifest(app)
    assert manifest is not None
    return f"{sum(entry['bytes'] for entry in packs.needed(manifest, chapter)) / MEGABYTE:.0f} MB"


def _finish(app: Sphinx, exception: Exception | None) -> None:
    manifest = _manifest(app)
    if exception or manifest is None:
        return
    target, made = Path(app.outdir) / FOLDER, packs.folder_of(Path(app.srcdir)) / packs.SITE
    target.mkdir(exist_ok=True)
    report, content = vars(app)["bookkit_report"]
    (target / report).write_bytes(content)
    for entry in manifest["packs"]:
        if entry["name"] != report:
            shutil.copyfile(made / entry["name"], target / entry["name"])
    shutil.copyfile(made / packs.LICENSES, target / packs.LICENSES)
    for docname in _chapters(app):
        name, record = _record_file(app, docname)
        (target / name).write_bytes(record)
    (target / "frame.htm").write_text(frame(), encoding="utf-8", newline="\n")


def frame() -> str:
    """The page of the frame, whose policy the worker inherits."""
    return render(
        "verification/frame.html",
        policy=Markup(policy.of_frame()),
        script=f"../_static/{assets.fingerprinted(STATIC / FRAME)}",
        worker=f"../_static/{fingerprinted(WORKER)}",
    )


# Pages


class Offer(SphinxPostTransform):
    """Put the part of a chapter after its head."""

    # After `bookkit.pages.page.ChapterShape`
    default_priority = 950
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Change the tree of one document."""
        section = next(self.document.findall(nodes.section), None)
        if section is None or _manifest(self.app) is None or self.env.docname not in _chapters(self.app):
            return
        place = nodes.raw("", panel(self.app, self.env.docname), format="html")
        home = self.env.docname == self.config.root_doc
        section.insert(len(section) if home else 2, place)


def panel(app: Sphinx, docname: str) -> str:
    """The part of a chapter."""
    name, content = _record_file(app, docname)
    depth = "../" * app.builder.get_target_uri(docname).count("/")
    notebook = next((address for address, _ in notebook_downloads.links(app, docname)), "")
    record = {
        "address": f"{depth}{FOLDER}/{name}",
        "integrity": supply.integrity(content, "sha256"),
        "notebook": f"{depth}{notebook}",
        "size": _size(app, Path(app.builder.get_target_uri(docname)).stem),
    }
    return render("verification/panel.html", record=record, given=_given(app, depth, PANEL))


def _given(app: Sphinx, depth: str, script: str) -> dict[str, str]:
    """What the scripts must know: addresses, and the colors of charts."""
    return {
        "script": f"{depth}_static/{fingerprinted(script)}",
        "frame": f"{depth}{FOLDER}/frame.htm?v={packing.digest(frame().encode())[:10]}",
        "draw": f"{depth}_static/{_vendored(DRAW)}",
        "editor": f"{depth}_static/{_vendored(EDITOR)}",
        "colors": json.dumps(app.config.bookkit_chart_colors),
        "data": f"{depth}{DOWNLOADS}.html#data",
        "page": f"{depth}{PAGE}.html",
    }


def fingerprinted(script: str) -> str:
    """The address of a script that imports others: where one of these changes, it is another."""
    digest = packing.digest(b"".join((STATIC / name).read_bytes() for name in (script, ENGINE, FILES)))
    return f"{script}?v={digest[:10]}"


def _vendored(name: str) -> str:
    path = bookkit.STATIC / name
    return assets.fingerprinted(path, name) if path.is_file() else name


def work_of(app: Sphinx) -> Work:
    """The page for all chapters as a part of the book."""
    return Work(citing.book_of(app), TITLE, f"{PAGE}.html")


def _offers_page(app: Sphinx) -> bool:
    """Whether the book has chapters to compute: then it has the page, with packs or without."""
    return citing.writes_pages(app) and app.config.html_theme == THEME and bool(supply.settings(Path(app.srcdir)))


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if not _offers_page(app):
        return
    if isinstance(app.builder, BookBuilder):
        app.builder.add_to_search(searching.page(f"{PAGE}.html", TITLE, [("", "", [LEAD])], KIND))
    yield PAGE, {"title": str(escape(TITLE)), "body": str(_body(app))}, "page.html"


def _body(app: Sphinx) -> str:
    manifest = _manifest(app)
    chapters = [_line(app, docname) for docname in _chapters(app)] if manifest else []
    return render(
        "verification/page.html",
        title=TITLE,
        lead=LEAD,
        chapters=chapters,
        size=f"{sum(entry['bytes'] for entry in manifest['packs']) / MEGABYTE:.0f} MB" if manifest else "",
        given=_given(app, "", ALL),
        licenses=manifest["licenses"] if manifest else [],
        core=packs.CORE_LICENSE.format(version=manifest["pyodide"], python=manifest["python"]) if manifest else "",
        licenses_file=f"{FOLDER}/{packs.LICENSES}",
    )


def _line(app: Sphinx, docname: str) -> dict[str, Any]:
    name, content = _record_file(app, docname)
    page = app.builder.get_target_uri(docname)
    return {
        "address": f"{FOLDER}/{name}",
        "integrity": supply.integrity(content, "sha256"),
        "page": page,
        "title": app.env.titles[docname].astext(),
        "numbers": len(notes.of_book(app.env, RECORD)[docname]["numbers"]),
        "size": _size(app, Path(page).stem),
    }


def _page_context(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None) -> None:
    if pagename == PAGE and _offers_page(app):
        head.describe(app, context, work_of(app), answer.shorten(LEAD))
    elif _manifest(app) is None or pagename not in _chapters(app):
        return
    if _manifest(app) is not None or pagename == PAGE:
        assets.load(app, context, STATIC, STYLE, SCRIPT)
        context["bookkit_frames"] = _manifest(app) is not None
