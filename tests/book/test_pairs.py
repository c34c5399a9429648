"""The stored notebooks are the chapters: same cells, clean outputs, charts that a reader without eyes can use."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
import yaml

from bookkit.execution import notebooks, pairs
from bookkit.execution.pairs import chapters
from bookkit.site import build
from factbook.contract import Chart

ROOT = Path(__file__).parents[2]
CHAPTERS = chapters(ROOT / "book")
CHART, IN_JUPYTERLAB = Chart.MIME_TYPE, Chart.OLDER_MIME_TYPE
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
    """`make notebooks` was run after the last change of the chapter, and nobody edited the notebook."""
    found, lost = pairs.state(chapter, notebook_of(chapter)), pairs.lost_edits({chapter: notebook_of(chapter)}, ROOT)
    assert found is pairs.State.SAME, "\n".join(lost) or f"{chapter.name} changed: run `make notebooks`"


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
    if chapter.stem not in ("sources", "corrections", "summary"):  # Lists of them all and of what was wrong; a page that cites chapters
        assert "## Sources" in text
        assert "{footbibliography}" in text
    longest = max(len(cell.source.splitlines()) for cell in notebook.cells if cell.cell_type == "code")
    assert longest <= 30  # one keyword a line, as ruff lays it out


CHAPTER = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A chapter

The first line.

```{code-cell} ipython3
:tags: [hide-input]

1 + 1
```
"""


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """A book of one chapter with its notebook, as `make notebooks` stores it, but not executed."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    chapter, stored = tmp_path / "book/a chapter.md", tmp_path / "notebooks/a chapter.ipynb"
    chapter.parent.mkdir()
    stored.parent.mkdir()
    chapter.write_text(CHAPTER, encoding="utf-8")
    notebook = jupytext.read(chapter)
    pairs.record(notebook)
    nbformat.write(notebook, stored)
    (tmp_path / "CITATION.cff").write_text("date-released: 2026-01-01\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return chapter, stored


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refusals(capsys) -> list[str]:
    """What `make site` and `make notebooks` say; nothing is built, executed or overwritten."""
    before = {path: path.read_bytes() for path in Path().rglob("*.*") if path.is_file()}
    said = []
    for command in (build.main, lambda: notebooks.main(["book", "notebooks"])):
        assert (command([]) if command is build.main else command()) == 1
        said.append(capsys.readouterr().err)
    assert before == {path: path.read_bytes() for path in Path().rglob("*.*") if path.is_file()}
    return said


@pytest.mark.parametrize(
    ("old", "new"),
    [("The first line.", "The first line, edited."), ("1 + 1", "1 + 2"), ("hide-input", "hide-cell")],
    ids=["prose", "code", "tag"],
)
@pytest.mark.parametrize("keep", ["notebook", "chapter"])
def test_an_edit_of_a_notebook_is_not_lost(pair, capsys, old, new, keep):
    """Both commands stop and ask; each answer, run as it is printed, makes the two the same."""
    chapter, stored = pair
    edit(stored, old, new)
    assert pairs.state(*pair) is pairs.State.NOTEBOOK
    for said in refusals(capsys):
        assert "notebooks/a chapter.ipynb and book/a chapter.md differ: the notebook was edited. Which text is right?" in said
    command = re.search(rf"^  the {keep}'s: +(.*)$", said, re.MULTILINE)[1]
    subprocess.run(command.replace("jupytext", f"{sys.executable} -m jupytext"), shell=True, check=True, capture_output=True)
    assert pairs.state(*pair) is pairs.State.SAME
    assert (new in chapter.read_text(encoding="utf-8")) == (new in stored.read_text(encoding="utf-8")) == (keep == "notebook")


def test_where_both_were_edited_neither_is_lost(pair, capsys):
    edit(pair[0], "The first line.", "Another line.")
    edit(pair[1], "The first line.", "The first line, edited.")
    assert all("differ: both were edited" in said for said in refusals(capsys))


def test_an_edited_chapter_is_not_asked_about(pair, capsys):
    """The usual way: `make site` takes it, `make notebooks` stores it. So does JupyterLab, which writes both."""
    edit(pair[0], "The first line.", "The first line, edited.")
    assert pairs.state(*pair) is pairs.State.CHAPTER
    assert not pairs.lost_edits(dict([pair]), Path().resolve())
    edit(pair[1], "The first line.", "The first line, edited.")
    assert pairs.state(*pair) is pairs.State.SAME
    notebook = nbformat.read(pair[1], as_version=4)
    del notebook.metadata[pairs.KEY]
    nbformat.write(notebook, pair[1])
    edit(pair[0], "edited", "once more")
    assert pairs.state(*pair) is pairs.State.UNKNOWN
    assert not pairs.lost_edits(dict([pair]), Path().resolve())
    assert "a chapter                    differs from its chapter and does not say since when" in capsys.readouterr().out


def test_what_is_stored_says_of_which_text_it_was_made_and_is_not_executed_again(pair, capsys):
    pair[1].unlink()
    for how in ("executed in", "unchanged"):
        assert notebooks.main(["book", "notebooks"]) == 0
        assert re.search(rf"^chapter +a chapter +{how}", capsys.readouterr().out, re.MULTILINE)
    stored = nbformat.read(pair[1], as_version=4)
    assert stored.metadata[pairs.KEY]
    assert stored.cells[-1].outputs[0].data == {"text/plain": "2"}
    edit(pair[1], "The first line.", "The first line, edited.")
    assert pairs.state(*pair) is pairs.State.NOTEBOOK


def test_every_chapter_that_fails_is_named_and_the_others_are_stored(pair, capsys):
    """In one run; what was stored of a failing chapter stays."""
    for name, code in {"a": "1 / 0", "b": "2 + 2", "c": "no_such_name"}.items():
        (pair[0].parent / f"{name}.md").write_text(CHAPTER.replace("1 + 1", code), encoding="utf-8")
        nbformat.write(nbformat.v4.new_notebook(), pair[1].parent / f"{name}.ipynb")
    assert notebooks.main(["book", "notebooks"]) == 1
    said = capsys.readouterr()
    assert "book/a.md, line 15, code cell 1:" in said.err and "ZeroDivisionError: division by zero" in said.err
    assert "book/c.md, line 15, code cell 1:" in said.err and "name 'no_such_name' is not defined" in said.err
    assert re.search(r"^notebook +b +stored", said.out, re.MULTILINE)
    assert [len(nbformat.read(pair[1].parent / f"{name}.ipynb", as_version=4).cells) for name in "abc"] == [0, 2, 0]


def test_where_a_stored_notebook_differs_is_told(pair, capsys):
    """Chapter, cell and place; nothing is written."""
    assert notebooks.main(["book", "notebooks"]) == 0
    assert notebooks.main(["book", "notebooks", "--check"]) == 0
    assert "2 cells of 1 notebooks: 0 differ" in capsys.readouterr().out
    edit(pair[1], '"2"', '"3"')
    (pair[1].parent / "gone.ipynb").write_text("{}", encoding="utf-8")
    before = pair[1].read_bytes()
    assert notebooks.main(["book", "notebooks", "--check"]) == 1
    said = capsys.readouterr().out
    assert "notebooks/a chapter.ipynb, code cell 1 (1 + 1):\n  output[0].data.text/plain: 3 became 2" in said
    assert "notebooks/gone.ipynb has no chapter. Run `bookkit notebooks book notebooks`, which removes it." in said
    assert before == pair[1].read_bytes()
