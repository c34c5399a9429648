"""What MyST-NB calls for each output of a notebook: charts, traced numbers and traced tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from docutils import nodes

from bookkit import calculator, charts, claims, figures, numbers, tables


class Renderer:
    """A MyST-NB plugin, found by the entry point ``myst_nb.mime_renderers``."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("*", charts.MIME_TYPE, 1),
        ("*", numbers.MIME_TYPE, 1),
        ("*", tables.MIME_TYPE, 1),
        ("*", calculator.MIME_TYPE, 1),
        ("*", claims.MIME_TYPE, 1),
    ]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Node] | None:
        """The document nodes of one output, or nothing where another renderer is meant."""
        environment = renderer.renderer.sphinx_env
        if data.mime_type == numbers.MIME_TYPE:
            return [_number(environment, data.content)]
        if inline:
            return None
        if data.mime_type == charts.MIME_TYPE:
            return _chart(renderer, environment, data)
        if data.mime_type == charts.OLDER_MIME_TYPE:
            return []  # The same chart once more, for JupyterLab
        if data.mime_type == tables.MIME_TYPE:
            identifier = _identifier(environment, "table")
            for place, number in tables.traced_cells(data.content, identifier):
                numbers.remember(environment, number, place)
            return [nodes.raw("", tables.table(data.content, identifier), format="html")]
        if data.mime_type == calculator.MIME_TYPE:
            return [_calculator(environment, data.content)]
        if data.mime_type == claims.MIME_TYPE:
            audited = claims.read(data.content)
            claims.remember(environment, audited)
            return [claims.ClaimsNode("", data=audited)]
        return None


def _number(environment: Any, number: Mapping[str, Any]) -> nodes.Node:
    name = number["id"].replace("_", "-")
    serial = environment.new_serialno(f"number {name}")
    identifier = f"number-{name}" + (f"-{serial + 1}" if serial else "")
    numbers.remember(environment, number, identifier)
    return numbers.TracedNumber(number["text"], number["text"], number=number, identifier=identifier)


def _calculator(environment: Any, data: Mapping[str, Any]) -> nodes.Node:
    serial = environment.new_serialno("calculator") + 1
    for place, number in calculator.numbers_of(data):
        numbers.remember(environment, number, place)
    return calculator.node(data, serial)


def _chart(renderer: Any, environment: Any, data: Any) -> list[nodes.Node]:
    identifier = _identifier(environment, "figure")
    try:
        figure = figures.node(charts.chart(data.content, identifier, environment.config.bookkit_chart_colors))
    except charts.ChartError as error:
        renderer.logger.error(f"{environment.docname}, cell at line {data.line}: {error}", line=data.line)
        return []
    if not hasattr(environment, "bookkit_key_charts"):
        environment.bookkit_key_charts = {}
    environment.bookkit_key_charts.setdefault(environment.docname, data.content)
    return [figure]


def _identifier(environment: Any, kind: str) -> str:
    """The next id of its kind in this chapter: ``figure-1``, ``figure-2``."""
    return f"{kind}-{environment.new_serialno(kind) + 1}"
