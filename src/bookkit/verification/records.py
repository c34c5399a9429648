"""What a chapter's run in a browser is compared with: its cells, what they put out when the site was built, and its numbers.

Each number of the page knows where it stands in the outputs, so that it can be found in another run's; one that a sentence reads
from a table without code knows what it names there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bookkit.verification.inside import outputs as named
from bookkit.verification.inside import settings
from factbook.contract import Number

# A number that a page shows again has the same name with a serial number
REPEATED = re.compile(r"-\d+$")
# Cells of stored notebooks (`bookkit.execution.notebooks`)
ID = "cell-{:03d}"
# What a notebook may hold in lines
LINES = ("text/", "image/", named.RECORD)


def record(
    cells: Iterable[Mapping[str, Any]],
    outputs: Iterable[Iterable[Mapping[str, Any]]],
    numbers: Iterable[tuple[str, Number]],
    facts: Mapping[str, str],
) -> dict[str, Any]:
    """A chapter as its browser run needs it.

    Args:
        cells: of the notebook.
        outputs: of each of its code cells, when the site was built.
        numbers: of the page, each with its permalink.
        facts: what sentences name without code, by permalink.

    Returns:
        ``cells``, ``parameters`` (the index of their cell and their names; may be missing), ``outputs`` by name and ``numbers``. A
        number that stands in no output has neither ``output`` nor ``fact``: it cannot be compared.
    """
    code = [(index, cell) for index, cell in enumerate(cells) if cell["cell_type"] == "code"]
    shown = named.by_name([plain(output) for output in cell] for cell in outputs)
    places = {permalink: (name, list(path)) for permalink, name, path in named.numbers_of(shown)}
    found: dict[str, Any] = {
        "cells": [
            {"id": ID.format(index), "source": "".join(cell["source"]), "tags": list(cell["metadata"].get("tags", ()))}
            for index, cell in code
        ],
        "outputs": shown,
        "numbers": [_number(anchor, number, shown, places, facts) for anchor, number in numbers],
    }
    index = next((i for i, cell in enumerate(found["cells"]) if settings.TAG in cell["tags"]), None)
    if index is not None:
        found["parameters"] = {"cell": index, "names": settings.names(found["cells"][index]["source"])}
    return found


def _number(
    anchor: str, number: Number, shown: Mapping[str, Any], places: Mapping[str, tuple[str, list[Any]]], facts: Mapping[str, str]
) -> dict[str, Any]:
    found = {"anchor": anchor, "text": number.text, "value": number.value, "exact": number.exact, "unit": number.unit}
    if anchor in facts:
        return {**found, "fact": facts[anchor]}
    place = places.get(anchor) or places.get(REPEATED.sub("", anchor))
    if place is None:
        return found
    name, path = place
    # A calculator writes what readers set in its own way
    beside = named.at(shown, name, path[:-1]) if path and path[-1] == "number" else None
    own = {"shown": beside["text"]} if isinstance(beside, Mapping) and beside.get("text", number.text) != number.text else {}
    return {**found, "output": name, "path": path, **own}


def plain(output: Mapping[str, Any]) -> dict[str, Any]:
    """An output of a notebook as `bookkit.verification.inside` has it: what stands in lines as one text."""
    if output["output_type"] == "stream":
        return {"stream": _joined(output["text"])}
    data = json.loads(json.dumps(output["data"]))
    joined = {kind: _joined(content) if kind.startswith(LINES) and isinstance(content, list) else content for kind, content in data.items()}
    return {"data": joined, "metadata": dict(output.get("metadata", {}))}


def _joined(lines: Any) -> str:
    return lines if isinstance(lines, str) else "".join(lines)
