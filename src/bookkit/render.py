"""What MyST-NB calls for each output of a notebook: charts, traced numbers and traced tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from docutils import nodes

from bookkit import charts, tables

NUMBER_MIME_TYPE = "application/vnd.traced-number+json"


class Renderer:
    """A MyST-NB plugin, found by the entry point ``myst_nb.mime_renderers``."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("*", charts.MIME_TYPE, 1),
        ("*", NUMBER_MIME_TYPE, 1),
        ("*", tables.MIME_TYPE, 1),
    ]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Node] | None:
        """The document nodes of one output, or nothing where another renderer is meant."""
        if data.mime_type == NUMBER_MIME_TYPE:
            number = data.content
            return [nodes.abbreviation(number["text"], number["text"], explanation=number["formula"], classes=["traced"])]
        if inline:
            return None
        environment = renderer.renderer.sphinx_env
        if data.mime_type == charts.MIME_TYPE:
            identifier = _identifier(environment, "figure")
            try:
                figure = charts.figure(data.content, identifier, environment.config.bookkit_chart_colors)
            except charts.ChartError as error:
                renderer.logger.error(f"{environment.docname}, cell at line {data.line}: {error}", line=data.line)
                return []
            return [nodes.raw("", figure, format="html")]
        if data.mime_type == tables.MIME_TYPE:
            return [nodes.raw("", tables.table(data.content, _identifier(environment, "table")), format="html")]
        return None


def _identifier(environment: Any, kind: str) -> str:
    """The next id of its kind in this chapter: ``figure-1``, ``figure-2``."""
    return f"{kind}-{environment.new_serialno(kind) + 1}"
