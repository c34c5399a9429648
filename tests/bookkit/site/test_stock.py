"""A book of others, under Sphinx as it comes: built again and again, and beside extensions that this package does not know."""

import json
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
from sphinx.application import Sphinx

from bookkit.outputs import claims, notes, numbers
from factbook.contract import Chart, Claims, Number
from tests.bookkit.outputs.test_bookkit import NUMBER, SPECIFICATION
from tests.bookkit.outputs.test_claims import claim
from tests.bookkit.outputs.test_claims import data as claims_data
from tests.bookkit.outputs.test_hostile import emitted
from tests.bookkit.stock import build

CHART = Chart.MIME_TYPE
FOREIGN = """
from docutils import nodes
from sphinx.domains import Domain

class Thing(nodes.General, nodes.Element):
    pass

class Cites(Domain):
    name, label = "cite", "somebody else's"

def setup(app):
    app.add_node(Thing, html=(lambda self, node: self.body.append("<i>a thing</i>"), lambda self, node: None))
    app.add_domain(Cites)
    app.connect("doctree-read", lambda app, tree: tree.append(Thing()))
    app.connect("html-collect-pages", lambda app: [("made/by-another", {"title": "Made"}, "page.html")])
"""


def audit(**changes):
    return claims_data(claim(chapter="index", **changes))


def write(folder: Path, name: str, *outputs: object) -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {name}\n\nText."), *outputs])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (folder / f"{name}.ipynb").write_text(json.dumps(book), encoding="utf-8")


@pytest.fixture
def stock(tmp_path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "conf.py").write_text("", encoding="utf-8")
    (folder / "index.md").write_text("# A book\n\n```{toctree}\nfirst\nsecond\n```\n", encoding="utf-8")
    number = {**NUMBER, "id": "v3_bill"}
    write(folder, "first", emitted(Number.MIME_TYPE, number), emitted(CHART, SPECIFICATION), emitted(Claims.MIME_TYPE, audit()))
    write(folder, "second", emitted(Number.MIME_TYPE, number), emitted(CHART, {**SPECIFICATION, "description": "Another"}))
    return folder


def known(app: Sphinx) -> tuple[list[object], list[str], list[str]]:
    """What pages and files are made from: numbers with their ids, charts of cards, claims."""
    charts = [chart["description"] for chart in notes.of_book(app.env, notes.KEY_CHART).values()]
    return numbers.entries(app), charts, [entry.id for entry in dossier.claims] if (dossier := claims.known(app)) else []


def test_a_book_that_is_built_again_and_again_keeps_its_numbers(stock):
    """Read anew or not; a chapter that changed or went away leaves nothing behind."""
    first, said = build(stock)
    assert not said
    entries, charts, audited = known(first)
    assert (len(entries), len(charts), audited) == (2, 2, ["one_cost"])
    for read_again in (("first", "second"), ("second",), ()):
        for name in read_again:
            os.utime(stock / f"{name}.ipynb")
        assert known(build(stock)[0]) == (entries, charts, audited)
    write(stock, "first", emitted(Number.MIME_TYPE, {**NUMBER, "id": "v3_bill"}))
    assert known(build(stock)[0]) == (entries, charts[1:], [])
    (stock / "first.ipynb").unlink()
    assert known(build(stock)[0]) == (entries[1:], charts[1:], [])


def test_what_processes_read_side_by_side_comes_together():
    one, other = SimpleNamespace(docname="a"), SimpleNamespace(docname="b")
    for environment in (one, other):
        numbers.remember(environment, NUMBER, environment.docname)
    notes._merge(None, one, ["b"], other)
    assert notes.of_book(one, notes.NUMBERS) == {"a": [("a", NUMBER)], "b": [("b", NUMBER)]}


ODD = "[Draft] 100% #1 'a' & ü *?"


@pytest.mark.parametrize("name", [ODD, "plain"])
def test_a_folder_may_have_any_name(tmp_path, name):
    """The chapters are those of the table of contents, in a folder whose name is a pattern too; a file beside them is none."""
    folder = tmp_path / name / "book"
    (folder / "part").mkdir(parents=True)
    (folder / "conf.py").write_text("", encoding="utf-8")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: part/index\nchapters:\n- file: part/first\n- file: part/2 & 3.md\n", encoding="utf-8"
    )
    for chapter in ("part/index", "part/first", "part/2 & 3", "part/left-over", "README"):
        (folder / f"{chapter}.md").write_text(f"# {chapter}\n", encoding="utf-8")
    contents = {"external_toc_exclude_missing": True, "external_toc_path": "_toc.yml", "bookkit_public_prefix": "part/"}
    app, said = build(folder, "html", extensions=["myst_nb", "sphinx_external_toc", "bookkit"], html_theme="bookkit", **contents)
    assert not said
    assert app.env.found_docs == {"part/index", "part/first", "part/2 & 3"}
    pages = {path.name for path in (tmp_path / name / "out").glob("*.html")}
    assert pages >= {"index.html", "first.html", "2 & 3.html"}
    assert not pages & {"README.html", "left-over.html"}


def test_extensions_that_nobody_here_knows_do_not_stop_a_build(tmp_path, monkeypatch):
    """Their nodes, their pages, a domain with a name that another extension has, and outputs of their kinds."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "conf.py").write_text("", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "foreign", ModuleType("foreign"))
    exec(FOREIGN, sys.modules["foreign"].__dict__)
    (folder / "index.md").write_text("# A book\n\n```{toctree}\nfirst\n```\n", encoding="utf-8")
    half_true = emitted(Claims.MIME_TYPE, audit(verdict="half_true", label="Half true"))
    write(folder, "first", emitted("application/vnd.foreign+json", {"a": 1}), half_true)
    _, said = build(folder, "html", extensions=["myst_nb", "bookkit", "foreign"], html_theme="bookkit")
    assert said.count("WARNING") == said.count("skipping unknown output mime type: application/vnd.foreign+json") == 1
    page = (tmp_path / "out/first.html").read_text(encoding="utf-8")
    assert "<i>a thing</i>" in page
    assert "Half true" in page
    assert (tmp_path / "out/claims/one_cost.html").is_file()
    assert (tmp_path / "out/made/by-another.html").is_file()
