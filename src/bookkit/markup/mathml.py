"""Formulas as MathML, made while the page is built: nothing to load, readable without a script."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)


def visit_math(self: Any, node: nodes.math) -> None:
    """A formula in a sentence."""
    self.body.append(f'<span translate="no">{_formula(node, as_block=False)}</span>')
    raise nodes.SkipNode


def visit_math_block(self: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    self.body.append(f'<div class="formula" translate="no">{_formula(node, as_block=True)}</div>')
    raise nodes.SkipNode


def _formula(node: nodes.Element, as_block: bool) -> str:
    """The formula as MathML. One that cannot be read is shown as it was written, with a warning."""
    latex = node.astext()
    try:
        return str(tex2mathml(latex, as_block=as_block))
    except (MathError, AttributeError) as error:  # An & outside of a table is the latter
        reason = f": {error}" if isinstance(error, MathError) else "."
        logger.warning("the formula “%s” cannot be read%s Mend it, or use fewer commands of LaTeX.", latex, reason, location=node)
        return f"<code>{html.escape(latex)}</code>"
