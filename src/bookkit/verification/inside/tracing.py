"""Which files does a chapter open, with the published values and when a reader sets them? `bookkit.verification.packs` asks, under node."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from . import outputs, running, settings


def trace(job: str) -> str:
    """Run a chapter as it is, with its assumptions set to what they are, and set badly; say which files were opened.

    Args:
        job: JSON with ``cells``, ``parameters`` (the index of their cell, or nothing), ``variable`` and ``data`` (how the book finds its
            tables, and where), ``paths`` (to import from) and ``own`` (the book's packages).

    Returns:
        A list of paths, as JSON.

    Raises:
        RuntimeError: the chapter fails. The message has the report.
    """
    given: dict[str, Any] = json.loads(job)
    sys.dont_write_bytecode = True
    os.environ[given["variable"]] = given["data"]
    sys.path[:0] = given["paths"]
    opened: set[str] = set()
    sys.addaudithook(lambda event, told: opened.add(str(told[0])) if event == "open" and isinstance(told[0], str) else None)
    first = running.run(given["cells"])
    if first.failure:
        raise RuntimeError(f"Cell {first.failure.cell + 1} fails in the browser’s Python.\n{first.failure.report}")
    if given["parameters"] is not None:
        _set(given, outputs.by_name(first.outputs))
    # Compiled modules are not opened as files are
    loaded = {file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    return json.dumps(sorted(opened | loaded))


def _set(given: dict[str, Any], shown: dict[str, Any]) -> None:
    """Run it with its assumptions set: what is typed wrongly is explained by modules that nothing else needs."""
    numbers = {name: shown.get(f"number:{name}") for name in settings.names(given["cells"][given["parameters"]])}
    published = {name: f"{number['value']!r} {number['unit']}" for name, number in numbers.items() if number}
    for typed in (published, dict.fromkeys(published, "no number")):
        running.forget(*given["own"])
        running.run(settings.applied(given["cells"], typed, given["parameters"]))
