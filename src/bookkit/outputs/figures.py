"""Charts and tables in Sphinx: nodes of the document tree that are written as HTML, with their files beside the page.

A chart is drawn when its chapter is read. Writing may happen in several processes, and the engine that draws
does not survive being forked.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util import logging

from bookkit import STATIC
from bookkit.citing import citing
from bookkit.markup import searching
from bookkit.markup.places import Place
from bookkit.outputs import charts, tables
from bookkit.pages.page import fingerprinted

SCRIPT = "vendor/live.js"
logger = logging.getLogger(__name__)


class ChartFigure(nodes.General, nodes.Element):  # type: ignore[misc]
    """A drawn chart (attribute ``chart``) and its files by kind (``files``)."""


class TracedTable(nodes.General, nodes.Element):  # type: ignore[misc]
    """A table of traced numbers: its ``data`` as the notebook emitted them, and its id in the page (``identifier``)."""


def connect(app: Any) -> None:
    """Register the node and tell whether charts will be interactive."""
    as_text, no_text = (visit_as_text, None), (visit_nothing, None)
    app.add_node(ChartFigure, html=(visit_html, None), latex=as_text, text=as_text, man=as_text, texinfo=as_text)
    app.add_node(TracedTable, html=(visit_table, None), latex=no_text, text=no_text, man=no_text, texinfo=no_text)
    app.connect("builder-inited", _say_whether_live)


def node(chart: charts.Chart) -> ChartFigure:
    """The place of a chart in the document."""
    words = chart.words
    sentences = [text for text in (f"{words.title}. {words.subtitle}".strip(), words.description) if text]
    return ChartFigure("", chart=chart, files=charts.files(chart), **{searching.SENTENCES: sentences})


def visit_html(translator: Any, figure: ChartFigure) -> None:
    """Write the figure into the page and its files beside it."""
    chart: charts.Chart = figure["chart"]
    place = _place(translator.builder, translator.docnames[-1])
    _write(translator.builder, place, chart.identifier, figure["files"])
    translator.body.append(charts.markup(chart, place))
    raise nodes.SkipNode


def visit_table(translator: Any, node: TracedTable) -> None:
    """Write the table into the page and its CSV beside it."""
    data, identifier = node["data"], node["identifier"]
    place = _place(translator.builder, translator.docnames[-1])
    _write(translator.builder, place, identifier, {tables.CSV: tables.as_csv(data, identifier, place)})
    translator.body.append(tables.table(data, identifier, place))
    raise nodes.SkipNode


def visit_nothing(_translator: Any, _node: nodes.Node) -> None:
    """Outside of HTML there is no table."""
    raise nodes.SkipNode


def _write(builder: Any, place: Place, identifier: str, files: Mapping[str, bytes]) -> None:
    for kind, content in files.items():
        path = Path(builder.outdir) / place.file(identifier, kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def visit_as_text(translator: Any, figure: ChartFigure) -> None:
    """Where nothing can be drawn, the text alternative stands for the chart."""
    chart: charts.Chart = figure["chart"]
    if hasattr(translator, "add_text"):
        translator.add_text(chart.words.description)
    else:
        translator.body.append(translator.encode(chart.words.description) if hasattr(translator, "encode") else chart.words.description)
    raise nodes.SkipNode


def _place(builder: Any, docname: str) -> Place:
    """Where a document stands in the site."""
    config = builder.config
    page = builder.get_target_uri(docname).partition("#")[0]
    root = "../" * page.count("/")
    return Place(
        chapter=docname.removeprefix(config.bookkit_public_prefix),
        page=page,
        root=root,
        site=(config.html_baseurl.rstrip("/") + "/") if config.html_baseurl else "",
        script=f"{root}_static/{fingerprinted(SCRIPT)}" if (STATIC / SCRIPT).is_file() else "",
        report=functools.partial(citing.report_address, citing.book_of(builder.app)),
    )


def _say_whether_live(app: Any) -> None:
    if app.builder.format == "html" and not (STATIC / SCRIPT).is_file():
        logger.info("bookkit: the script for interactive charts was not built (`bookkit bundle`); charts stay static.")
