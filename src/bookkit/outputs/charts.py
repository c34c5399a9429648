"""A Vega-Lite specification as a figure that shows without JavaScript.

The title becomes text of the page, so that it wraps and can be read aloud; the drawing becomes two inline
SVGs, one for wide and one for narrow screens, of which the style sheet shows the one that fits. A script makes
it interactive when a reader turns to it; nothing depends on that. Everything a reader may want to take away lies
beside the page in files with lasting names.

A specification must carry a ``description``: it is the figure's text alternative. ``usermeta.source`` is
the line under it; ``usermeta.narrow``, ``usermeta.columns`` and ``usermeta.data`` are explained where they are read
(`bookkit.outputs.vega`, `bookkit.outputs.chartdata`).

A chart is drawn when its chapter is read. Writing may happen in several processes, and the engine that draws
does not survive being forked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

import bookkit
import factbook.contract as contract
from bookkit.citing import citing
from bookkit.markup import assets, places, searching
from bookkit.markup.places import Place
from bookkit.markup.templates import render
from bookkit.outputs import STATIC, beside, chartdata, notes, registry, renamed, vega
from bookkit.outputs.vega import NARROW_WIDTH, VEGA_LITE_VERSION, ChartError, Control, narrowed

__all__ = [
    "NARROW_WIDTH",
    "VEGA_LITE_VERSION",
    "ChartError",
    "ChartFigure",
    "Drawn",
    "Picture",
    "Place",
    "draw",
    "figure",
    "files",
    "markup",
    "narrowed",
    "picture",
]

SCRIPT = "vendor/live.js"
CSV, SVG, PNG, WORDS, SPECIFICATION, LIVE = "csv", "svg", "png", "txt", "vl.json", "vg.json"
LINKS = (
    (CSV, "Data (CSV)"),
    (SVG, "Image (SVG)"),
    (PNG, "Image (PNG)"),
    (WORDS, "Image in words (TXT)"),
    (SPECIFICATION, "Chart specification (Vega-Lite)"),
)
# Colors of `factbook.charts` that follow the light and the dark theme
COLORS = {"#1b1b1a": "--chart-ink", "#5f5f5c": "--chart-muted", "#d9d8d3": "--chart-grid"}
# In the environment that Sphinx keeps: the line that its pictures end with
IMPRINT = "bookkit_imprint"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drawn:
    """A chart that was drawn.

    Attributes:
        identifier: its id in the page, ``figure-1`` or ``figure-hours``.
        chart: as the notebook emitted it.
        plain: the wide drawing in literal colors.
        drawings: wide and narrow, for the page.
        data: its rows.
        controls: form elements of its parameters.
        live: what the browser draws from.
        called: what it is called in its chapter, “Figure 3”, where its id does not tell.
    """

    identifier: str
    chart: contract.Chart
    plain: str
    drawings: Mapping[str, str]
    data: chartdata.Data
    controls: Sequence[Control]
    live: Mapping[str, Any]
    called: str = ""

    @property
    def number(self) -> str:
        """What the figure is called in its chapter."""
        return self.called or places.name(self.identifier)


@dataclass(frozen=True)
class Picture:
    """A chart as a PNG that explains itself, with its text alternative, and the size at which it is meant to be seen."""

    content: bytes
    alternative: str
    width: int
    height: int


class ChartFigure(nodes.General, nodes.Element):  # type: ignore[misc]
    """A drawn chart (attribute ``drawn``) and its files by kind (``files``)."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.beside")
    app.setup_extension("bookkit.outputs.notes")
    app.setup_extension("bookkit.outputs.renamed")
    app.add_config_value("bookkit_chart_colors", COLORS, "html", types=[dict])
    # Where nothing can be drawn, the text alternative stands for the chart
    beside.add_node(app, ChartFigure, write_html, lambda node: str(node["drawn"].chart.description))
    registry.register(app, contract.Chart, read)
    assets.bring(app, bookkit.STATIC)
    assets.bring(app, STATIC, "colors.css", "menus.css", "charts.css", "menus.js")
    assets.bring(app, STATIC, "charts.js", where=assets.holds(ChartFigure))
    app.connect("builder-inited", _say_whether_live)
    app.connect("env-get-outdated", _outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read(environment: BuildEnvironment, chart: contract.Chart) -> ChartFigure:
    """Draw a chart of the chapter that is being read."""
    identifier, called = registry.identify(environment, "figure", chart.notes.name)
    drawn = draw(chart, identifier, environment.config.bookkit_chart_colors, called)
    notes.of_chapter(environment).setdefault(notes.KEY_CHART, chart.specification)
    sentences = [text for text in (f"{chart.title}. {chart.subtitle}".strip(), chart.description) if text]
    carried = {searching.SENTENCES: sentences, renamed.ANCHORS: [identifier]}
    return ChartFigure("", drawn=drawn, files=files(drawn, imprint_of(environment.app)), **carried)


def write_html(translator: HTML5Translator, node: ChartFigure) -> None:
    """Write the figure into the page and its files beside it."""
    drawn: Drawn = node["drawn"]
    place = beside.place_of(translator.builder, translator.docnames[-1], SCRIPT)
    earlier = node.get(renamed.EARLIER, {}).get(drawn.identifier, ())
    beside.write(translator.builder, place, drawn.identifier, node["files"], earlier)
    translator.body.append(markup(drawn, place, earlier))


def imprint_of(app: Sphinx) -> str:
    """Where a picture comes from, in one line: the book, its address, edition, date and license; empty where nothing is known of a book."""
    if "bookkit_data_folder" not in app.config:
        return ""
    book = citing.book_of(app)
    return " · ".join((book.name, *citing.colophon(book)))


def _outdated(app: Sphinx, environment: BuildEnvironment, _added: set[str], _changed: set[str], _removed: set[str]) -> list[str]:
    """The chapters whose pictures name another address or edition than they have now."""
    kept, now = vars(environment).get(IMPRINT), imprint_of(app)
    vars(environment)[IMPRINT] = now
    drawn = [] if kept in (None, now) else notes.of_book(environment, notes.KEY_CHART)
    return [docname for docname in drawn if docname in environment.found_docs]


def _say_whether_live(app: Sphinx) -> None:
    if app.builder.format == "html" and not (bookkit.STATIC / SCRIPT).is_file():
        logger.info("bookkit: the script for interactive charts was not built (`bookkit bundle`); charts stay static.")


# Drawing


def draw(chart: contract.Chart, identifier: str, colors: Mapping[str, str], called: str = "") -> Drawn:
    """Draw a chart.

    Args:
        chart: with a description.
        identifier: the figure's id in the page.
        colors: literal colors of the drawing and the CSS variables that replace them.
        called: see `Drawn`.

    Raises:
        ChartError: there is no description, no title or no data, or nothing is drawn.
    """
    data = chartdata.read(chart)
    faults = list(_faults(chart, data))
    if not chartdata.foreign_data(chart.specification):
        try:
            variants = {"wide": vega.compiled(chart.specification), "narrow": vega.compiled(narrowed(chart.specification))}
            plain = {name: vega.drawing(variant) for name, variant in variants.items()}
            vega.require_fit(plain["narrow"])
        except ChartError as error:
            faults.append(str(error))
    if faults:
        raise ChartError(" And ".join(faults))
    return Drawn(
        identifier=identifier,
        chart=chart,
        plain=plain["wide"],
        drawings={name: vega.inline(svg, f"{identifier}-{name}", colors, vega.GROWTH[name]) for name, svg in plain.items()},
        data=data,
        controls=vega.controls(variants["wide"]),
        live=vega.live(variants, colors),
        called=called,
    )


def _faults(chart: contract.Chart, data: chartdata.Data) -> Iterator[str]:
    """What a chart lacks before it is drawn, so that its author hears of all of it at once."""
    if not chart.description:
        yield "the chart has no description. Give it one that states the finding: it is what a screen reader reads."
    if not chart.title:
        yield "the chart has no title. State the finding in at most ten words."
    if raw := dict.fromkeys(chartdata.raw_tooltips(chart.specification)):
        yield (
            f"the chart “{chart.title}” shows {', '.join(raw)} in a tooltip under its raw name. "
            "Give each a title, alt.Tooltip(field, title=…), or a heading among the chart’s columns."
        )
    if address := chartdata.foreign_data(chart.specification):
        yield f"the chart loads its data from {address}. Put the rows into the chart: a page asks no other site for anything."
    elif not data.rows or not data.columns:
        yield "the chart holds no rows to publish. Give it data of its own, or rows in usermeta.data."


# Files


def files(drawn: Drawn, imprint: str = "") -> dict[str, bytes]:
    """What readers may take away, by kind of file, and what the live chart is drawn from.

    Args:
        drawn: the chart.
        imprint: see `imprint_of`.
    """
    chart = drawn.chart
    alone = vega.standalone(drawn.plain, chart, imprint)
    words = (chart.title, chart.subtitle, chart.description, f"Source: {chart.source}" if chart.source else "", imprint)
    return {
        CSV: chartdata.as_csv(drawn.data),
        SVG: alone.encode(),
        PNG: vega.png(alone),
        WORDS: "".join(f"{line}\n" for line in words if line).encode(),
        SPECIFICATION: (json.dumps(drawn.chart.specification, ensure_ascii=False, indent=2) + "\n").encode(),
        LIVE: _live_file(drawn),
    }


def picture(chart: contract.Chart) -> Picture:
    """A chart as a small picture, for where nothing draws a specification.

    Raises:
        ChartError: it cannot be drawn.
    """
    svg = vega.standalone(vega.drawing(vega.compiled(chart.specification)), chart)
    return Picture(vega.small_png(svg), chart.description, *map(round, vega.size(svg)))


def _live_file(drawn: Drawn) -> bytes:
    return json.dumps(drawn.live, ensure_ascii=False, separators=(",", ":")).encode()


# Markup


def figure(chart: contract.Chart, identifier: str, colors: Mapping[str, str], place: Place | None = None) -> Markup:
    """The chart as an HTML ``figure``; see `draw` for the arguments and errors."""
    return markup(draw(chart, identifier, colors), place or Place())


def markup(drawn: Drawn, place: Place, earlier: Sequence[str] = ()) -> Markup:
    """The HTML of a chart: caption, menu, controls, drawing, source line and table; ``earlier`` are further ids of it."""
    rows_address = place.root + place.file(drawn.identifier, CSV)
    live = ""
    if place.script:
        live = f"{place.root}{place.file(drawn.identifier, LIVE)}?v={hashlib.sha256(_live_file(drawn)).hexdigest()[:10]}"
    return render(
        "outputs/chart.html",
        drawn=drawn,
        earlier=earlier,
        chart=drawn.chart,
        menu=_menu(drawn, place),
        controls=[_control(control, f"{drawn.identifier}-control-{index}") for index, control in enumerate(drawn.controls, 1)],
        picture=place.root + place.file(drawn.identifier, SVG),
        live=live,
        script=place.script,
        drawings={name: Markup(svg) for name, svg in drawn.drawings.items()},
        table=chartdata.as_table(drawn.data, f"{drawn.number}: {drawn.chart.title}", drawn.identifier, rows_address),
    )


def _menu(drawn: Drawn, place: Place) -> Markup:
    """Files, permalink, and HTML to show the chart elsewhere."""
    rest = render("outputs/embed.html", identifier=f"{drawn.identifier}-embed", code=str(embed(drawn, place)), has_address=bool(place.site))
    return places.menu(place, drawn.identifier, drawn.number, drawn.chart.title, "Download or embed", LINKS, rest)


def embed(drawn: Drawn, place: Place) -> Markup:
    """HTML that shows the chart in another page and leads back to this one."""
    image = f"{place.site}{place.file(drawn.identifier, SVG)}"
    return render("outputs/embedded.html", page=place.permalink(drawn.identifier), image=image, alternative=drawn.chart.description)


@dataclass(frozen=True)
class FormElement:
    """A parameter of a chart as a template writes it, out of use until the chart is live.

    Attributes:
        control: the parameter.
        identifier: its id in the page.
        kind: radio, select, checkbox, range, or another type of input.
        value: at the start, as the browser would write it.
        options: value, text, and whether it is chosen.
        settings: attributes of an input.
    """

    control: Control
    identifier: str
    kind: str
    value: str
    options: Sequence[tuple[str, str, bool]]
    settings: Mapping[str, str]


def _control(control: Control, identifier: str) -> FormElement:
    kind = str(control.bind["input"])
    settings: dict[str, Any] = {"min": 0, "max": 100, "step": "any"} if kind == "range" else {}
    settings |= {name: control.bind[name] for name in ("min", "max", "step", "placeholder") if name in control.bind}
    labels = list(control.bind.get("labels", []))
    options = [
        (json.dumps(value), str(labels[index]) if index < len(labels) else _plain(value), value == control.value)
        for index, value in enumerate(control.bind.get("options", []))
    ]
    return FormElement(control, identifier, kind, _plain(control.value), options, {name: _plain(value) for name, value in settings.items()})


def _plain(value: Any) -> str:
    """A value as the browser would write it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(value, ".15g")
    return value if isinstance(value, str) else json.dumps(value)
