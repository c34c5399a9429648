"""What readers see: the rows behind the published numbers, read from the stored notebooks.

The notebooks in ``notebooks/`` hold each number that a chapter shows, with the rows it rests on. A count of rows does
not depend on the numbers in them, so counts are left out. What a chart draws without naming rows is not known here.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from factbook.contract import NUMBER_RECORD
from factbook.facts import RETURNS, Facts

ROOT = Path(__file__).parents[2]
COUNTS = ("count of", "how many", "number of")
HOME = "index"


def row_keys(facts: Facts, row_id: str) -> Iterator[str]:
    """A row's key as the tables have it: an id, or ticker and day for each of the days a reference names."""
    if not row_id.startswith(RETURNS):
        yield row_id
        return
    ticker, _, days = row_id.removeprefix(RETURNS).partition("/")
    first, _, last = days.partition("/")
    for row in facts.where("market_returns", ticker=ticker):
        if first <= row["date"] <= (last or first):
            yield f"{ticker} {row['date']}"


def traced(node: Any) -> Iterator[dict[str, Any]]:
    """Everything in a notebook's outputs that names its rows."""
    if isinstance(node, dict):
        rows = node.get("rows")
        if isinstance(rows, list) and rows and all(isinstance(row, dict) and "id" in row for row in rows):
            yield node
        for child in node.values():
            yield from traced(child)
    elif isinstance(node, list):
        for child in node:
            yield from traced(child)


def outputs(notebook: Path) -> Iterator[dict[str, Any]]:
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            yield output.get("data", {})


def is_count(number: dict[str, Any]) -> bool:
    return str(number.get("formula", "")).lower().startswith(COUNTS)


@functools.cache
def ids(root: Path = ROOT) -> frozenset[str]:
    """Ids of the rows behind any published number or table cell, counts included."""
    found = {
        row["id"]
        for path in (root / "notebooks").glob("*.ipynb")
        for data in outputs(path)
        for node in traced(data)
        for row in node["rows"]
    }
    return frozenset(found)


@functools.cache
def numbers(root: Path = ROOT) -> frozenset[str]:
    """Ids of the rows whose numbers any published number depends on."""
    return frozenset(
        row["id"]
        for path in (root / "notebooks").glob("*.ipynb")
        for data in outputs(path)
        for node in traced(data)
        if not is_count(node)
        for row in node["rows"]
    )


def short_answer(chapter: Path) -> set[str]:
    """Names of the numbers in a chapter's short answer."""
    section = re.search(r"^## The short answer\n(.*?)(?=^## |\Z)", chapter.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"\{glue:\}`([^`]+)`", section[1])) if section else set()


@functools.cache
def headline(root: Path = ROOT) -> frozenset[str]:
    """Ids of the rows behind the home page and behind the short answers of the chapters."""
    found: set[str] = set()
    for path in (root / "notebooks").glob("*.ipynb"):
        named = short_answer(root / "book" / f"{path.stem}.md")
        for data in outputs(path):
            number = data.get(NUMBER_RECORD)
            if number and not is_count(number) and (path.stem == HOME or number["id"] in named):
                found |= {row["id"] for row in number["rows"]}
    return frozenset(found)


def headline_keys(facts: Facts) -> frozenset[str]:
    """Keys of the rows behind a headline figure: also the terms of the figures in circulation."""
    terms = {term for row in facts.rows("headline_figures") for term in row["terms"].replace("*", " ").split()}
    return frozenset(key for row_id in headline() | terms for key in row_keys(facts, row_id))


def number_keys(facts: Facts) -> frozenset[str]:
    """Keys of the rows that any published number depends on."""
    return frozenset(key for row_id in numbers() for key in row_keys(facts, row_id)) | headline_keys(facts)
