"""A chapter and its notebook are one text in two files; neither is overwritten where an edit of it would be lost.

A stored notebook records the text it was made of. Where the two differ, that tells which one was edited since: a chapter that
was, is stored anew (``bookkit notebooks``); an edit of the notebook, made outside JupyterLab, stands nowhere else, so whoever made
it is asked which of the two to keep. JupyterLab with jupytext writes both files, which then do not differ.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from enum import Enum
from pathlib import Path
from typing import Any

KEY = "bookkit"
RECORD = "chapter"


class State(Enum):
    """How a chapter and its notebook stand to one another."""

    SAME = "hold the same text"
    CHAPTER = "the chapter was edited"
    NOTEBOOK = "the notebook was edited"
    BOTH = "both were edited"
    UNKNOWN = "the notebook does not say of which text it was made"


def chapters(book: Path) -> list[Path]:
    """The files of a book that hold code."""
    return [path for path in sorted(book.rglob("*.md")) if "```{code-cell}" in path.read_text(encoding="utf-8")]


def of(book: Path, notebooks: Path) -> dict[Path, Path]:
    """Where the notebook of each chapter is stored, by the chapters."""
    return {chapter: notebooks / chapter.relative_to(book).with_suffix(".ipynb") for chapter in chapters(book)}


def text_of(notebook: Any) -> list[tuple[str, str, list[str]]]:
    """What the two have in common: the kind, the source and the tags of each cell."""
    return [(cell.cell_type, cell.source, list(cell.metadata.get("tags", []))) for cell in notebook.cells]


def record(notebook: Any) -> None:
    """Note in a notebook the text it was made of."""
    notebook.metadata[KEY] = {RECORD: _fingerprint(notebook)}


def state(chapter: Path, stored: Path) -> State:
    """Compare a chapter with its stored notebook."""
    import jupytext
    import nbformat

    written = jupytext.read(chapter)
    notebook: Any = nbformat.read(stored, as_version=4)  # type: ignore[no-untyped-call]
    if text_of(written) == text_of(notebook):
        return State.SAME
    recorded = notebook.metadata.get(KEY, {}).get(RECORD)
    if not recorded:
        return State.UNKNOWN
    states = {_fingerprint(notebook): State.CHAPTER, _fingerprint(written): State.NOTEBOOK}
    return states.get(recorded, State.BOTH)


def lost_edits(pairs: dict[Path, Path], root: Path) -> list[str]:
    """Which notebooks hold an edit that would be lost, each with what to do. Those that cannot tell are named on the terminal.

    Args:
        pairs: the stored notebooks by their chapters; a notebook may be missing.
        root: the folder from which the files are named.
    """
    questions = []
    for chapter, stored in pairs.items():
        how = state(chapter, stored) if stored.is_file() else State.SAME
        if how is State.UNKNOWN:
            print(f"notebook   {chapter.stem:<28} differs from its chapter and does not say since when: taken for the older one")
        elif how in (State.NOTEBOOK, State.BOTH):
            questions.append(_question(str(chapter.relative_to(root)), str(stored.relative_to(root)), how))
    return questions


def _question(chapter: str, stored: str, how: State) -> str:
    return (
        f"{stored} and {chapter} differ: {how.value}. Which text is right?\n"
        f"  the notebook's:  {_newer(stored)}\n"
        f"  the chapter's:   {_newer(chapter)}"
    )


def _newer(name: str) -> str:
    """The command that makes one file the newer one and gives its text to the other."""
    quoted = shlex.quote(name)
    return f"touch {quoted} && jupytext --sync {quoted}"


def _fingerprint(notebook: Any) -> str:
    return hashlib.sha256(json.dumps(text_of(notebook), ensure_ascii=False).encode()).hexdigest()
