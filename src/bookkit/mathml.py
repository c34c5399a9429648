"""Formulas as MathML, made while the page is built: nothing to load, readable without a script."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml


def visit_math(self: Any, node: nodes.math) -> None:
    """A formula in a sentence."""
    self.body.append(f'<span translate="no">{tex2mathml(node.astext(), as_block=False)}</span>')
    raise nodes.SkipNode


def visit_math_block(self: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    self.body.append(f'<div class="formula" translate="no">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode
