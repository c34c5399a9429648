"""What chapters leave behind while they are read, for the pages and files that are made when all of them are known.

Sphinx keeps its environment from one build to the next and reads only what changed. Everything that this package keeps
there stands in one place, chapter by chapter, so that nothing stays of a chapter that is read again or gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

NUMBERS, CLAIMS, KEY_CHART, TEXTS = "numbers", "claims", "key chart", "texts"
# What sentences name without code, by the permalink of its number
FACTS = "facts"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def of_chapter(environment: BuildEnvironment) -> dict[str, Any]:
    """The notes of the chapter that is being read, by their kind; what is put there is kept."""
    notes: dict[str, Any] = _all(environment).setdefault(environment.docname, {})
    return notes


def of_book(environment: BuildEnvironment, kind: str) -> dict[str, Any]:
    """The notes of one kind by the chapters that left any, in the order of the chapters' names."""
    notes = _all(environment)
    return {docname: notes[docname][kind] for docname in sorted(notes) if kind in notes[docname]}


def _all(environment: BuildEnvironment) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = vars(environment).setdefault("bookkit_notes", {})
    return found


def _purge(_app: Sphinx, environment: BuildEnvironment, docname: str) -> None:
    _all(environment).pop(docname, None)


def _merge(_app: Sphinx, environment: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment) -> None:
    notes = _all(other)
    _all(environment).update({docname: notes[docname] for docname in docnames if docname in notes})
