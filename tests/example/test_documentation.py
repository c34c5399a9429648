"""What the documentation tells an author to write works as written; and a number goes the way that it describes."""

from __future__ import annotations

import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from tests.example.building import ROOT, build, run

GUIDE = (ROOT / "docs/another-book.md").read_text(encoding="utf-8")
WALK = (ROOT / "docs/one-number.md").read_text(encoding="utf-8")
# A file's name on a line of its own, and its text in the block that follows
FILE = re.compile(r"^`(?P<name>[\w./]+)`[^`\n]*\n\n(?P<fence>`{3,})\w+\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\| (?P<step>\d) \| `(?P<function>[\w.]+)`", re.MULTILINE)


def write(folder: Path) -> list[str]:
    names = []
    for match in FILE.finditer(GUIDE):
        path = folder / match["name"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(match["text"], encoding="utf-8", newline="\n")
        names.append(match["name"])
    return names


def test_a_book_begins_as_the_guide_says(tmp_path: Path) -> None:
    names = {"data/lakes.csv", "data/sources.csv", "data/datapackage.json", "index.md", "_config.yml", "_toc.yml"}
    assert set(write(tmp_path)) == names
    assert run(tmp_path, "-m", "factbook", "check").returncode == 0
    page = build(tmp_path)
    assert page.select_one("main p").text == "It is 1,642 m deep, 170 m more than Lake Tanganyika."
    assert page.select_one("main p").find("a", string="1,642 m")
    assert "survey of lakes" in page.select_one("main").text
    assert run(tmp_path, "-m", "factbook", "catalog").returncode == 0
    assert (tmp_path / "references.bib").is_file()


@pytest.mark.parametrize("way", WALK.split("passes seven:"), ids=["read", "computed"])
def test_a_number_passes_the_functions_of_the_walk(way: str) -> None:
    steps = [(int(match["step"]), match["function"]) for match in STEP.finditer(way)]
    assert [step for step, _ in steps] == list(range(1, len(steps) + 1))
    assert 1 <= len(steps) <= 7
    for _, name in steps:
        assert callable(find(name)), name


def find(name: str) -> object:
    """A function, or a method, by its dotted name."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            module = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        return reduce(getattr, parts[end:], module)
    raise AssertionError(f"there is no module of {name}")
