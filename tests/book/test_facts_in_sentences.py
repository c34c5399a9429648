"""Every fact that a sentence reads by its role can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factbook.publish import fact_in_sentence

BOOK = Path(__file__).parents[2] / "book"
ROLE = re.compile(r"\{fact\}`([^`]*)`")


@pytest.mark.parametrize("chapter", sorted(path.stem for path in BOOK.glob("*.md")))
def test_each_fact_can_be_read(chapter: str) -> None:
    for written in ROLE.findall((BOOK / f"{chapter}.md").read_text(encoding="utf-8")):
        number, paths = fact_in_sentence(written)
        assert number.text, written
        assert number.rows, written
        assert all(path.is_file() for path in paths), written


def test_the_chapters_read_facts() -> None:
    assert sum(len(ROLE.findall(path.read_text(encoding="utf-8"))) for path in BOOK.glob("*.md")) > 100
