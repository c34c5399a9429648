"""The assumptions of a chapter that a reader may set: the names in its cell tagged ``parameters``, as papermill has them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

TAG = "parameters"


def names(cell: str) -> list[str]:
    """The names that the cell of parameters assigns; none where it is no valid Python."""
    try:
        body = ast.parse(cell).body
    except SyntaxError:
        return []
    return [target.id for line in body if isinstance(line, ast.Assign) for target in line.targets if isinstance(target, ast.Name)]


def applied(cells: Sequence[str], given: Mapping[str, str], index: int) -> list[str]:
    """The cells with some parameters set, after what the chapter says itself.

    Args:
        cells: the code of a chapter.
        given: texts by the names of parameters; “None” is the chapter's own value, as for `bookkit rerun`.
        index: which cell has the parameters.
    """
    lines = [f"{name} = {None if text == 'None' else text!r}" for name, text in given.items()]
    return [f"{cell}\n\n# Parameters\n" + "\n".join(lines) if lines and at == index else cell for at, cell in enumerate(cells)]
