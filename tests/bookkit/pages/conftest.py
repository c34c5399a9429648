"""A small book that uses what a chapter may hold besides: names, earlier permalinks, an appendix, terms."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bookkit.outputs import renamed
from bookkit.pages import permalinks
from tests.bookkit.conftest import run_build


@pytest.fixture(scope="session")
def changed(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book whose first figure and table have other names, with rows of every kind, and two terms alone."""
    book = tmp_path_factory.mktemp("changed") / "book"
    shutil.copytree(small, book)
    chapter = book / "book/cost-claims.md"
    text = chapter.read_text(encoding="utf-8")
    text = re.sub(r"\{term\}`([^`<]+?)(?: <[^`]+>)?`", r"\1", text)
    for old, new in (
        ('name="gpu-hours"', 'name="key"'),
        ('name="wrong-attributions"', 'name="first"'),
        ("\n## Do the hours hold up?\n", "\n## Do the hours hold up?\n\nV4, a {term}`MoE`, is no {term}`dense model <dense model>`.\n"),
        ("\n## Is the rent fair?\n", "\n## Is the rent fair?\n\nThe {term}`dense model` is a {term}`mixture of experts`.\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    chapter.write_text(text, encoding="utf-8")
    given = [
        "chapter,old,new,became",
        "cost-claims,figure-1,figure-key,",
        "cost-claims,figure-9,figure-1,",
        "cost-claims,table-1,table-first,",
        "cost-claims,old-box,cite,",
        "cost-claims,a-section,the-short-answer,",
        "cost-claims,table-1-1-2,,merged into the text",
        "cost-claims,number-moved,index#the-short-answer,",
        "two-in-one,,cost-claims index,It became two.",
        "two-in-one,number-x,cost-claims#figure-key,",
    ]
    (book / renamed.FILE).write_text("\n".join(given) + "\n", encoding="utf-8")
    kept = ["edition,page,anchor,was", "0.1,two-in-one,,Two in one", "0.1,two-in-one,number-x,<b>5</b>", "0.1,cost-claims,table-1-1-2,7 h"]
    (book / permalinks.FILE).write_text("\n".join(kept) + "\n", encoding="utf-8")
    result = run_build(book)
    assert result.returncode == 0, result.stdout + result.stderr
    return book / "_build/html"
