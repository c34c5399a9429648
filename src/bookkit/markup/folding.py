"""Code that is folded away, as valid and accessible HTML.

MyST-NB writes paragraphs into the ``summary`` (not allowed there) and a label that hides the visible words from
readers who speak to their screen ("click Code"). This visitor takes the place of its own.
"""

from __future__ import annotations

import html
from typing import Any


def connect(app: Any) -> None:
    """Take over from MyST-NB once all extensions are set up."""
    app.connect("builder-inited", _override)


def _override(app: Any) -> None:
    from myst_nb.sphinx_ import HideCodeCellNode

    app.add_node(HideCodeCellNode, override=True, html=(visit_folded, depart_folded))


def visit_folded(self: Any, node: Any) -> None:
    """Open the fold."""
    shown, hidden = html.escape(node["prompt_show"]), html.escape(node["prompt_hide"])
    self.body.append(
        f'<details class="hide supplemental {" ".join(node["classes"])}">'
        f'<summary><span class="collapsed">{shown}</span><span class="expanded">{hidden}</span></summary>\n'
    )


def depart_folded(self: Any, _node: Any) -> None:
    """Close the fold."""
    self.body.append("</details>\n")
