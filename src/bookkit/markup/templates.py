"""HTML from templates that escape by themselves.

A room keeps its templates in a folder of its own, ``bookkit/ROOM/templates``; ``render("ROOM/name.html", …)`` fills one.
A text that stands in a template is escaped, HTML that came out of another template is not. A name that the template uses
and nobody gave is an error.
"""

from __future__ import annotations

import functools
from pathlib import Path

import jinja2
from markupsafe import Markup

ROOMS = Path(__file__).parents[1]


def render(template: str, **context: object) -> Markup:
    """The HTML of a template.

    Args:
        template: the room and the file, ``outputs/trace.html``.
        context: what the template names.

    Raises:
        jinja2.TemplateError: there is no such template, or it names something that was not given.
    """
    return Markup(_environment().get_template(template).render(context))


@functools.cache
def _environment() -> jinja2.Environment:
    loaders = {folder.parent.name: jinja2.FileSystemLoader(folder) for folder in sorted(ROOMS.glob("*/templates"))}
    return jinja2.Environment(
        loader=jinja2.PrefixLoader(loaders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
