"""What a chapter's outputs hold, by names that do not depend on where a cell stands: so that two runs can be compared.

A name is a kind and what the output calls itself, ``number:rate`` or ``table:hours``; one without a name of its own has a serial
number of its kind. A number inside an output is found by the output's name and a path of keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

RECORD = "application/papermill.record/"
NUMBER, TABLE, CALCULATOR = (f"application/vnd.{name}+json" for name in ("traced-number", "traced-table", "calculator"))
CHART = "application/vnd.vegalite.v6+json"
TEXT = "text/plain"
# How an output of a kind is called
KINDS = {NUMBER: "number", TABLE: "table", CALCULATOR: "calculator", CHART: "figure"}
# A number that a cell ends with has no name of its own
UNNAMED = "shown"
# Twins of what is compared: texts for those who see no data, pictures, and the chart once more for older front ends
TWINS = ("text/html", "image/png", "image/svg+xml", "application/vnd.vegalite.v5+json")

Path = tuple[str | int, ...]


def by_name(outputs: Iterable[Iterable[Mapping[str, Any]]]) -> dict[str, Any]:
    """All outputs of a chapter by their names.

    Args:
        outputs: of each cell.
    """
    found: dict[str, Any] = {}
    serials: dict[str, int] = {}

    def serial(kind: str) -> int:
        serials[kind] = serials.get(kind, 0) + 1
        return serials[kind]

    for output in (output for cell in outputs for output in cell):
        if "stream" in output:
            found[f"printed:{serial('printed')}"] = output["stream"]
            continue
        data, metadata = output["data"], output.get("metadata", {})
        if recorded := metadata.get("scrapbook", {}).get("name"):
            number = data.get(RECORD + NUMBER)
            found[f"number:{recorded}" if number else f"text:{recorded}"] = number or data[RECORD + TEXT]
            continue
        kinds = [kind for kind in data if kind not in TWINS]
        richest = [kind for kind in kinds if kind != TEXT] or kinds
        for kind in richest:
            called = KINDS.get(kind, kind)
            number = serial(called)
            found[f"{called}:{_own_name(kind, data[kind]) or number}"] = data[kind]
    return found


def _own_name(kind: str, payload: Any) -> str:
    if kind == CHART:
        return str((payload.get("usermeta") or {}).get("name", ""))
    if kind == NUMBER:
        return str(payload.get("id", ""))
    return str(payload.get("name", "")) if kind in (TABLE, CALCULATOR) else ""


def numbers_of(found: Mapping[str, Any]) -> Iterator[tuple[str, str, Path]]:
    """Every number that the outputs publish: its permalink without the serial of a repetition, the output's name, and the path in it.

    Args:
        found: see `by_name`.
    """
    for name, payload in found.items():
        kind, _, called = name.partition(":")
        if kind == "number":
            yield _permalink("number", payload.get("id") or UNNAMED), name, ()
        elif kind == "table":
            for row, cells in enumerate(payload["rows"]):
                for column, value in enumerate(cells):
                    if isinstance(value, Mapping):
                        yield f"table-{called}-{row + 1}-{column + 1}", name, ("rows", row, column)
        elif kind == "calculator":
            for part, path in _numbers_of_calculator(payload):
                yield _permalink("calculator", called, *map(str, part)), name, path


def _permalink(*parts: str) -> str:
    return "-".join(parts).replace("_", "-")


def _numbers_of_calculator(payload: Mapping[str, Any]) -> Iterator[tuple[Sequence[str | int], Path]]:
    for index, item in enumerate(payload["inputs"]):
        if item["kind"] == "choice":
            for serial, option in enumerate(item["options"]):
                if option["number"]:
                    yield (item["name"], serial + 1), ("inputs", index, "options", serial, "number")
        elif item["number"]:
            yield (item["name"],), ("inputs", index, "number")
    for group, results in enumerate(payload["results"]):
        for index, line in enumerate(results["references"]):
            if line["number"]:
                yield ("line", group + 1, index + 1), ("results", group, "references", index, "number")
        for index, item in enumerate(results["items"]):
            if item["value"] is not None and item.get("texts") is None:
                yield (item["name"],), ("results", group, "items", index)
    for index, mark in enumerate((payload["landmarks"] or {}).get("items", ())):
        if mark["number"]:
            yield ("landmark", index + 1), ("landmarks", "items", index, "number")


def at(found: Mapping[str, Any], name: str, path: Sequence[str | int]) -> Any:
    """What stands at a path in an output; nothing where it is not there."""
    value = found.get(name)
    for key in path:
        try:
            value = value[key]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return value
