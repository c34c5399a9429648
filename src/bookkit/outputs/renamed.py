"""Permalinks of numbers that have another name today: the old ones still lead where they did.

``bookkit_renamed`` names a table with the columns ``chapter``, ``old`` and ``new``: anchors of numbers in a page. A number
then also bears its old anchors, and an edition that knew it by one of them is compared with it (`bookkit.editions.compare`).
"""

from __future__ import annotations

import csv
import functools
from pathlib import Path

FILE = "published/renamed.csv"


@functools.cache
def read(path: Path) -> dict[str, str]:
    """The present id of each number that was renamed, ``chapter#number-name``, by its old one; nothing where no such file is."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {f"{row['chapter']}#{row['old']}": f"{row['chapter']}#{row['new']}" for row in csv.DictReader(file)}


def earlier(path: Path, number_id: str) -> list[str]:
    """The old anchors of a number, by its present id."""
    return [old.partition("#")[2] for old, new in read(path).items() if new == number_id]
