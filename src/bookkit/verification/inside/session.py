"""A chapter in the browser: run as it was published or with a reader's changes, and compared with what was published.

The worker talks to it in JSON; what it needs of the book's packages it is told by names.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from . import comparing, outputs, running, settings


class Session:
    """One chapter.

    Args:
        record: of `bookkit.verification.records`, with ``facts`` (the function that reads a fact, ``module:function``), ``own`` (the
            book's packages) and ``libraries`` (``[module, version]``).
        data: the folder of the tables.
    """

    def __init__(self, record: str, data: str):
        self.record: dict[str, Any] = json.loads(record)
        self.data = Path(data)
        self._published_tables: dict[str, bytes] = {}

    def run(self, changes: str, begun: Callable[[int], None] = lambda _: None) -> str:
        """Run the chapter.

        Args:
            changes: ``cells`` (sources by index), ``parameters`` (texts by name) and ``tables`` (texts by file name); may be empty.
            begun: told the index of each cell before it runs.

        Returns:
            ``failure`` (the cell, what it said, and the report; or nothing), ``ran`` (cells that ran to their end), ``seconds``,
            ``compared`` (how many numbers), ``numbers`` and ``rest`` (differences), ``values`` (of the numbers, by
            permalink), ``charts`` (by figure), ``versions``.
        """
        given = json.loads(changes)
        self._set_tables(given.get("tables", {}))
        # Each run begins as the first one did
        running.forget(*self.record["own"])
        run = running.run(self._cells(given), begun, self.record["own"])
        found = json.loads(json.dumps(outputs.by_name(run.outputs), default=str))
        numbers = [number for number in self.record["numbers"] if "fact" in number or "output" in number]
        differences: list[comparing.Difference] = []
        rest: list[comparing.Difference] = []
        # Where a cell failed, what it would have put out is neither the same nor another
        if not run.failure:
            differences = list(comparing.compare_numbers(numbers, found, self._fact))
            places = [(number["output"], tuple(number["path"])) for number in numbers if "output" in number]
            rest = list(comparing.compare_rest(self.record["outputs"], found, places))
        answer = {
            "failure": vars(run.failure) if run.failure else None,
            "ran": len(run.outputs),
            "seconds": sum(run.seconds),
            "compared": 0 if run.failure else len(numbers),
            "numbers": differences,
            "rest": rest,
            "values": {number["anchor"]: self._value(number, found) for number in numbers if not run.failure},
            "charts": {name: payload for name, payload in found.items() if name.startswith("figure:")},
            "versions": self._versions(),
        }
        return json.dumps(answer, ensure_ascii=False)

    def _cells(self, given: Mapping[str, Any]) -> list[str]:
        changed = given.get("cells", {})
        cells = [changed.get(str(index), cell["source"]) for index, cell in enumerate(self.record["cells"])]
        parameters = self.record.get("parameters")
        return settings.applied(cells, given.get("parameters", {}), parameters["cell"]) if parameters else cells

    def _set_tables(self, given: Mapping[str, str]) -> None:
        """Put a reader's tables in place of the published ones, and these back where the reader took theirs away."""
        for name, content in self._published_tables.items():
            (self.data / name).write_bytes(content)
        for name, text in given.items():
            if name not in self.record["tables"]:
                raise LookupError(f"There is no table {name}. Give your file the name of a published table, or choose one in the list.")
            path = self.data / name
            self._published_tables.setdefault(name, path.read_bytes())
            path.write_bytes(text.encode())

    def _fact(self, written: str) -> Mapping[str, Any]:
        module, _, function = self.record["facts"].partition(":")
        number: Mapping[str, Any] = getattr(import_module(module), function)(written)[0].to_payload()
        return number

    def _value(self, number: Mapping[str, Any], found: Mapping[str, Any]) -> float | None:
        computed = comparing.found_number(number, found, self._fact)
        return computed["value"] if computed else None

    def _versions(self) -> list[str]:
        loaded = [f"{name} {version}" for name, version in self.record["libraries"] if name in sys.modules]
        return [f"Python {sys.version.partition(' ')[0]}", *loaded]
