"""Draw the charts of a chapter as soon as it has been executed, in a process beside Sphinx.

The drawings are kept where the site's own drawing looks first (`bookkit.outputs.engine`). Without such a folder nothing is drawn
ahead. A chart that cannot be drawn is left to the site, which says why.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from bookkit.execution.cache import Outputs
from bookkit.markup import plain
from bookkit.outputs import charts, engine, vega
from factbook.contract import Chart, ContractError


class Drawer:
    """The process, which starts with the first chart and draws one after the other."""

    def __init__(self, imprint: str = "") -> None:
        """``imprint`` is the line that pictures end with."""
        self._imprint = imprint
        self._process: subprocess.Popen[str] | None = None
        self._one_at_a_time = threading.Lock()

    def draw(self, outputs: Outputs) -> None:
        """Draw the charts among a chapter's outputs, and wait until they are drawn."""
        if not os.environ.get(engine.FOLDER):
            return
        for specification in specifications(outputs):
            with self._one_at_a_time, contextlib.suppress(OSError):
                self._ask(specification)

    def _ask(self, specification: Mapping[str, Any]) -> None:
        if not self._process:
            command = [sys.executable, "-m", __name__]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        assert self._process.stdin and self._process.stdout
        print(json.dumps([specification, self._imprint]), file=self._process.stdin, flush=True)
        self._process.stdout.readline()

    def end(self) -> None:
        """Let the process end."""
        if self._process:
            with contextlib.suppress(OSError):
                self._process.communicate()


def specifications(outputs: Outputs) -> Iterator[Mapping[str, Any]]:
    """The charts among outputs."""
    for cell in outputs.cells:
        for output in cell["outputs"]:
            if Chart.MIME_TYPE in output.get("data", {}):
                yield output["data"][Chart.MIME_TYPE]


def draw(specification: Mapping[str, Any], imprint: str) -> None:
    """Draw a chart in all forms in which the site shows it."""
    chart = Chart.from_payload(specification)
    charts.files(charts.draw(Chart.from_payload(plain.everywhere(specification)), "figure", {}), imprint)
    charts.picture(chart)


def main() -> None:
    """Draw what is asked for, one chart a line, and answer each with an empty line."""
    for line in sys.stdin:
        with contextlib.suppress(vega.ChartError, ContractError, ValueError, OSError):
            draw(*json.loads(line))
        print(flush=True)


if __name__ == "__main__":
    main()
