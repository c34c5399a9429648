"""The role ``{fact}``: a sentence reads a row of the data without code, traced like a number that a notebook records.

``bookkit_facts`` names the function that finds it, as ``module:function``; it takes what the role holds and returns the
number as a notebook would emit it, with the files it depends on.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from bookkit.outputs import notes, numbers
from factbook.contract import Number

Find = Callable[[str], tuple[Number, list[Path]]]
FIND = "factbook.publish:fact_in_sentence"


class FactRole(SphinxRole):
    """``{fact}`` followed by an id, with ``.low`` or ``.high``, and a format after a comma."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The number, or an error that names the chapter, the line and what to write."""
        try:
            # The tables are those of this book, wherever the build was started
            with contextlib.chdir(self.env.srcdir):
                number, files = find(self.config.bookkit_facts)(self.text)
        except (KeyError, ValueError) as error:
            told = error.args[0] if error.args else error
            message = self.inliner.reporter.error(f"{{fact}}`{self.text}`: {told}", line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        for path in files:
            self.env.note_dependency(str(path))
        node = numbers.number_node(self.env, number, number.id or numbers.UNNAMED)
        ((identifier, _),) = node[numbers.TRACED]
        notes.of_chapter(self.env).setdefault(notes.FACTS, {})[identifier] = self.text
        return [node], []


@functools.cache
def find(name: str) -> Find:
    """The function that finds facts."""
    module, _, function = name.partition(":")
    found: Find = getattr(import_module(module), function)
    return found


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.numbers")
    app.add_config_value("bookkit_facts", FIND, "env", types=[str])
    app.add_role("fact", FactRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
