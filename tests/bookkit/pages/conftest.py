"""A small book that uses what a chapter may hold besides: names, earlier permalinks, an appendix, terms."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bookkit.outputs import renamed
from bookkit.pages import permalinks
from tests.bookkit.conftest import ROOT, run_build


@pytest.fixture(scope="session")
def changed(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book whose first figure and table got names, with rows of every kind, an appendix and terms."""
    book = tmp_path_factory.mktemp("changed") / "book"
    shutil.copytree(small, book)
    chapter = book / "book/cost-claims.md"
    text = chapter.read_text(encoding="utf-8")
    text, tables = re.subn(r"^(Table\(.*)\)$", r'\1, name="first")', text, count=1, flags=re.MULTILINE)
    text, figures = re.subn(r"(?<=[ (])finding=", 'name="key", finding=', text, count=1)
    assert (tables, figures) == (1, 1)
    for old, new in (
        ("## What others spent, by scope", "## Appendix"),
        ("V4 came out in April", "V4, a {term}`MoE`, no {term}`dense model <dense model>`, came out in April"),
        ("The pace is what we", "The {term}`dense model` is a {term}`mixture of experts`. The pace is what we"),
    ):
        assert old in text
        text = text.replace(old, new)
    chapter.write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "book/glossary.md", book / "book/glossary.md")
    with (book / "_toc.yml").open("a", encoding="utf-8") as contents:
        contents.write("- file: book/glossary\n")
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
