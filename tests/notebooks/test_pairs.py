"""The stored notebooks are the chapters: same cells, clean outputs, charts that a reader without eyes can use."""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest
import yaml

from bookkit import notebooks
from bookkit.notebooks import chapters

ROOT = Path(__file__).parents[2]
CHAPTERS = chapters(ROOT / "book")
CHART = "application/vnd.vegalite.v6+json"
IN_JUPYTERLAB = "application/vnd.vegalite.v5+json"
TITLE_WORDS = 10


def notebook_of(chapter: Path) -> Path:
    return ROOT / "notebooks" / chapter.relative_to(ROOT / "book").with_suffix(".ipynb")


def test_every_chapter_has_a_notebook_and_the_reverse():
    assert {notebook_of(chapter) for chapter in CHAPTERS} == set((ROOT / "notebooks").rglob("*.ipynb"))


def test_every_file_of_the_contents_exists():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [contents["root"], *(entry["file"] for entry in contents["chapters"])]
    assert all((ROOT / f"{name}.md").is_file() for name in files)
    assert {ROOT / f"{name}.md" for name in files} >= set(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_same_cells(chapter):
    """`make notebooks` was run after the last change of the chapter."""
    written = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in jupytext.read(chapter).cells]
    notebook = nbformat.read(notebook_of(chapter), as_version=4)
    stored = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]
    assert stored == written, f"{chapter.name} changed: run `make notebooks`"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_clean_outputs(chapter):
    notebook = nbformat.read(notebook_of(chapter), as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type in ("stream", "error")]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_charts_state_their_finding(chapter):
    notebook = nbformat.read(notebook_of(chapter), as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if CHART in output.get("data", {}):
                chart = output.data[CHART]
                assert chart["description"]
                assert output.data[IN_JUPYTERLAB] == chart
                assert 1 < len(chart["title"]["text"].split()) <= TITLE_WORDS
                assert chart["title"]["subtitle"]
                assert chart["usermeta"]["source"]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_shape_of_a_chapter(chapter):
    """Short cells, and the sections every chapter has."""
    notebook = jupytext.read(chapter)
    text = chapter.read_text(encoding="utf-8")
    assert "## The short answer" in text
    if chapter.stem != "sources":  # That page is the list of them all
        assert "## Sources" in text
        assert "{footbibliography}" in text
    longest = max(len(cell.source.splitlines()) for cell in notebook.cells if cell.cell_type == "code")
    assert longest <= 30  # one keyword a line, as ruff lays it out


def test_every_chapter_that_fails_is_named_and_the_others_are_stored(tmp_path, monkeypatch, capsys):
    """In one run; what was stored of a failing chapter stays."""
    monkeypatch.setattr(notebooks, "store", lambda chapter, _: f"{chapter.name}, line 1:" if chapter.stem != "b" else "")
    (tmp_path / "book").mkdir()
    (tmp_path / "stored").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "book" / f"{name}.md").write_text("```{code-cell}\n1\n```\n", encoding="utf-8")
        (tmp_path / "stored" / f"{name}.ipynb").touch()
    assert notebooks.main([str(tmp_path / "book"), str(tmp_path / "stored")]) == 1
    said = capsys.readouterr()
    assert "a.md, line 1:" in said.err and "c.md, line 1:" in said.err
    assert re.search(r"^notebook +b +stored", said.out, re.MULTILINE)
    assert len(list((tmp_path / "stored").iterdir())) == 3
