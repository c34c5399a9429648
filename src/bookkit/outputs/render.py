"""What MyST-NB calls for each output of a notebook: charts, traced numbers and tables, calculators, claims.

Outputs may come from anywhere, so this is the gate: their texts are made plain, and names that become addresses or
attributes are checked, before anything is written (`bookkit.markup.plain`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from docutils import nodes

from bookkit.markup import plain, searching
from bookkit.outputs import calculator, charts, claims, figures, foreign, notes, numbers, sources, tables


class Renderer:
    """A MyST-NB plugin, found by the entry point ``myst_nb.mime_renderers``."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("*", charts.MIME_TYPE, 1),
        ("*", numbers.MIME_TYPE, 1),
        ("*", tables.MIME_TYPE, 1),
        ("*", calculator.MIME_TYPE, 1),
        ("*", claims.MIME_TYPE, 1),
        ("*", sources.MIME_TYPE, 1),
    ]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Node] | None:
        """The document nodes of one output, or nothing where another renderer is meant."""
        if data.mime_type == charts.OLDER_MIME_TYPE and not inline:
            return []  # The same chart once more, for JupyterLab
        environment = renderer.renderer.sphinx_env
        try:
            options = renderer.renderer.get_cell_level_config("render_image_options", data.cell_metadata, line=data.line)
            foreign.require_publishable(data.mime_type, data.content, options)
            if data.mime_type not in WAYS or (inline and data.mime_type != numbers.MIME_TYPE):
                return None
            return [WAYS[data.mime_type](environment, plain.everywhere(data.content))]
        except (charts.ChartError, plain.NameRefused, foreign.OutputRefused) as error:
            renderer.logger.error(f"{environment.docname}, cell at line {data.line}: {error}", line=data.line)
            return []


def number(environment: Any, number: Mapping[str, Any]) -> nodes.Node:
    """A number in a sentence, with the next free permalink of its name."""
    plain.require_names(iter([number["id"]]), "a number")
    name = number["id"].replace("_", "-")
    serial = environment.new_serialno(f"number {name}")
    identifier = f"number-{name}" + (f"-{serial + 1}" if serial else "")
    numbers.remember(environment, number, identifier)
    return numbers.TracedNumber(number["text"], number["text"], **{numbers.TRACED: [(identifier, number)]})


def _table(environment: Any, data: Mapping[str, Any]) -> nodes.Node:
    identifier = _identifier(environment, "table")
    shown = list(tables.traced_cells(data, identifier))
    for place, number in shown:
        numbers.remember(environment, number, place)
    carried = {numbers.TRACED: shown, searching.SENTENCES: tables.sentences(data)}
    return figures.TracedTable("", data=data, identifier=identifier, **carried)


def _calculator(environment: Any, data: Mapping[str, Any]) -> nodes.Node:
    plain.require_names(calculator.names_of(data), "a part of a calculator")
    serial = environment.new_serialno("calculator") + 1
    for place, number in calculator.numbers_of(data):
        numbers.remember(environment, number, place)
    return calculator.node(data, serial)


def _claims(environment: Any, data: Mapping[str, Any]) -> nodes.Node:
    audited = claims.read(data)
    plain.require_names(claims.names_of(audited), "a claim, an article or a verdict")
    claims.remember(environment, audited)
    return claims.ClaimsNode("", data=audited)


def _sources(_environment: Any, data: Mapping[str, Any]) -> nodes.Node:
    plain.require_names(iter(sources.names_of(data)), "a source")
    return sources.SourcesNode("", data=data)


def _chart(environment: Any, specification: Mapping[str, Any]) -> nodes.Node:
    identifier = _identifier(environment, "figure")
    figure = figures.node(charts.chart(specification, identifier, environment.config.bookkit_chart_colors))
    notes.of_chapter(environment).setdefault(notes.KEY_CHART, specification)
    return figure


def _html(environment: Any, markup: str) -> nodes.Node:
    if foreign.has_table(markup):
        markup = foreign.tables(markup, f"Table {environment.new_serialno('foreign table') + 1} of data")
    return nodes.raw("", markup, format="html", classes=["output", "text_html"])


def _identifier(environment: Any, kind: str) -> str:
    """The next id of its kind in this chapter: ``figure-1``, ``figure-2``."""
    return f"{kind}-{environment.new_serialno(kind) + 1}"


WAYS: Mapping[str, Callable[[Any, Any], nodes.Node]] = {
    numbers.MIME_TYPE: number,
    charts.MIME_TYPE: _chart,
    tables.MIME_TYPE: _table,
    calculator.MIME_TYPE: _calculator,
    claims.MIME_TYPE: _claims,
    sources.MIME_TYPE: _sources,
    foreign.HTML: _html,
}
