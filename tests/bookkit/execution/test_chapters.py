"""Sphinx gets chapters with their outputs, and reads them anew when these change: never a stale number, however it is started."""

import re
from pathlib import Path

import pytest
from sphinx.errors import ConfigError, SphinxError

from tests.bookkit.execution.test_cache import FILES
from tests.bookkit.site.test_stock import build

CHAPTER = """---
kernelspec: {{name: python3, display_name: Python 3, language: python}}
jupytext: {{text_representation: {{format_name: myst}}}}
---
# A chapter

```{{code-cell}}
{code}
```
"""
TABLE = "import sys; sys.path.append('..'); import reader; print(reader.table('data.csv'))"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A book of two chapters, one of which reads a table, and a page without code."""
    root = tmp_path / "book"
    for name, text in {**FILES, "conf.py": "", "index.md": "# A book\n\n```{toctree}\none\ntwo\n```\n"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "one.md").write_text(CHAPTER.format(code=TABLE), encoding="utf-8")
    (root / "two.md").write_text(CHAPTER.format(code="'two' * 2"), encoding="utf-8")
    monkeypatch.delenv("BOOKKIT_EXECUTED", raising=False)
    return root


def built(folder: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Build; which chapters were executed."""
    _, said = build(folder, "html", bookkit_execute=True, html_theme="alabaster")
    assert not said
    return set(re.findall(r"^chapter +(\S+) +executed", capsys.readouterr().out, re.MULTILINE))


def page(folder: Path, name: str) -> str:
    return (folder.parent / "out" / f"{name}.html").read_text(encoding="utf-8")


def test_a_changed_table_is_published_and_only_its_chapter_executed(folder, capsys):
    """There and back again, with the environment that Sphinx keeps: its own texts did not change."""
    assert built(folder, capsys) == {"one", "two"}
    assert "1,2" in page(folder, "one") and "twotwo" in page(folder, "two") and "A book" in page(folder, "index")
    assert built(folder, capsys) == set()
    (folder / "data.csv").write_text("a,b\n1,3\n", encoding="utf-8")
    assert built(folder, capsys) == {"one"}
    assert "1,3" in page(folder, "one")
    (folder / "data.csv").write_text(FILES["data.csv"], encoding="utf-8")
    assert built(folder, capsys) == set()
    assert "1,2" in page(folder, "one")
    text = (folder / "two.md").read_text(encoding="utf-8")
    (folder / "two.md").write_text(text.replace("# A chapter", "# Another head"), encoding="utf-8")
    assert built(folder, capsys) == set()
    assert "Another head" in page(folder, "two") and "twotwo" in page(folder, "two")


def test_all_chapters_that_fail_are_told(folder):
    for name in ("one", "two"):
        (folder / f"{name}.md").write_text(CHAPTER.format(code="1 / 0"), encoding="utf-8")
    with pytest.raises(SphinxError) as failed:
        build(folder, "html", bookkit_execute=True)
    for name in ("one", "two"):
        assert f"{name}.md, line 8, code cell 1:\n    1 / 0\n" in str(failed.value)
        assert "ZeroDivisionError" in (folder.parent / f"out/reports/{name}.err.log").read_text(encoding="utf-8")


def test_myst_nb_must_not_execute_too(folder):
    with pytest.raises(ConfigError, match='write execute_notebooks: "off"'):
        build(folder, bookkit_execute=True, nb_execution_mode="force")
