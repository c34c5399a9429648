"""What readers see: the rows behind the published numbers.

The notebooks in ``notebooks/`` hold each number that a chapter computes, with the rows it rests on; a fact that a sentence
reads by itself, by the role ``{fact}``, stands in the chapter's text alone. A count of rows does not depend on the numbers
in them, so counts are left out. What a chart draws without naming rows is not known here.
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
from factbook.publish import fact_in_sentence

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


def read_in(text: str) -> Iterator[dict[str, Any]]:
    """The facts that sentences read by themselves."""
    for written in dict.fromkeys(re.findall(r"\{fact\}`([^`]+)`", text)):
        number, _ = fact_in_sentence(written)
        yield number.to_payload()


@functools.cache
def shown(root: Path = ROOT) -> tuple[dict[str, Any], ...]:
    """Everything that readers see and that names its rows, of all chapters."""
    computed = (node for path in (root / "notebooks").glob("*.ipynb") for data in outputs(path) for node in traced(data))
    read = (number for path in (root / "book").glob("*.md") for number in read_in(path.read_text(encoding="utf-8")))
    return (*computed, *read)


def ids(root: Path = ROOT) -> frozenset[str]:
    """Ids of the rows behind any published number or table cell, counts included."""
    return frozenset(row["id"] for node in shown(root) for row in node["rows"])


@functools.cache
def numbers(root: Path = ROOT) -> frozenset[str]:
    """Ids of the rows whose numbers any published number depends on."""
    return frozenset(row["id"] for node in shown(root) if not is_count(node) for row in node["rows"])


def short_answer(chapter: str) -> str:
    """The text of a chapter's short answer; empty where it has none."""
    section = re.search(r"^## The short answer\n(.*?)(?=^## |\Z)", chapter, flags=re.DOTALL | re.MULTILINE)
    return section[1] if section else ""


@functools.cache
def headline(root: Path = ROOT) -> frozenset[str]:
    """Ids of the rows behind the home page and behind the short answers of the chapters."""
    found: set[str] = set()
    for path in (root / "notebooks").glob("*.ipynb"):
        chapter = (root / "book" / f"{path.stem}.md").read_text(encoding="utf-8")
        text = chapter if path.stem == HOME else short_answer(chapter)
        named = set(re.findall(r"\{glue:\}`([^`]+)`", text))
        computed = (data[NUMBER_RECORD] for data in outputs(path) if NUMBER_RECORD in data)
        seen = [*(number for number in computed if path.stem == HOME or number["id"] in named), *read_in(text)]
        found |= {row["id"] for number in seen if not is_count(number) for row in number["rows"]}
    return frozenset(found)


def headline_keys(facts: Facts) -> frozenset[str]:
    """Keys of the rows behind a headline figure: also the terms of the figures in circulation."""
    terms = {term for row in facts.rows("headline_figures") for term in row["terms"].replace("*", " ").split()}
    return frozenset(key for row_id in headline() | terms for key in row_keys(facts, row_id))


def number_keys(facts: Facts) -> frozenset[str]:
    """Keys of the rows that any published number depends on."""
    return frozenset(key for row_id in numbers() for key in row_keys(facts, row_id)) | headline_keys(facts)
