"""Chapters read as text: at most half of their lines are code, cells are short, and the first thing is a sentence."""

import re
import statistics
from pathlib import Path

import pytest

CHAPTERS = sorted(Path(__file__).parents[2].joinpath("book").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\}.*?\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)
# The page's own head, and headings and labels, which are no sentences
HEAD = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
NO_SENTENCE = re.compile(r"^(?:#.*|\(.*\)=)$", re.MULTILINE)


def code_of(cell: str) -> list[str]:
    """The lines of a cell without its options."""
    return [line for line in cell.splitlines() if line.strip() and not line.startswith(":")]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_reads_as_text(chapter):
    body = HEAD.sub("", chapter.read_text(encoding="utf-8"))
    lengths = [len(code_of(match["source"])) for match in CELL.finditer(body)]
    if not lengths:
        return
    lines = [line for line in body.splitlines() if line.strip() and not line.startswith(("```", ":"))]
    assert sum(lengths) <= len(lines) / 2, f"{sum(lengths)} of {len(lines)} lines are code: move some into models or charts"
    assert statistics.median(lengths) <= 7 and max(lengths) <= 15
    assert NO_SENTENCE.sub("", body.partition("```{code-cell}")[0]).strip(), "it begins with code"
