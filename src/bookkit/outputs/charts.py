"""A Vega-Lite specification as a figure that shows without JavaScript.

The title becomes text of the page, so that it wraps and can be read aloud; the drawing becomes two inline
SVGs, one for wide and one for narrow screens, of which the style sheet shows the one that fits. A script makes
it interactive when a reader turns to it; nothing depends on that. Everything a reader may want to take away lies
beside the page in files with lasting names.

A specification must carry a ``description``: it is the figure's text alternative. ``usermeta.source`` is
the line under it; ``usermeta.narrow``, ``usermeta.columns`` and ``usermeta.data`` are explained where they are read
(`bookkit.outputs.vega`, `bookkit.outputs.chartdata`).
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookkit.markup import places
from bookkit.markup.places import Place
from bookkit.outputs import chartdata, vega
from bookkit.outputs.vega import NARROW_WIDTH, VEGA_LITE_VERSION, ChartError, Control, narrowed

__all__ = [
    "MIME_TYPE",
    "NARROW_WIDTH",
    "VEGA_LITE_VERSION",
    "Chart",
    "ChartError",
    "Picture",
    "Place",
    "chart",
    "figure",
    "files",
    "markup",
    "narrowed",
    "picture",
]

MIME_TYPE = "application/vnd.vegalite.v6+json"
OLDER_MIME_TYPE = "application/vnd.vegalite.v5+json"
CSV, SVG, PNG, SPECIFICATION, LIVE = "csv", "svg", "png", "vl.json", "vg.json"


@dataclass(frozen=True)
class Chart:
    """A chart that was drawn.

    Attributes:
        identifier: its id in the page, ``figure-1``.
        specification: as the notebook emitted it.
        words: title, subtitle, source and text alternative.
        plain: the wide drawing in literal colors.
        drawings: wide and narrow, for the page.
        data: its rows.
        controls: form elements of its parameters.
        live: what the browser draws from.
    """

    identifier: str
    specification: Mapping[str, Any]
    words: vega.Words
    plain: str
    drawings: Mapping[str, str]
    data: chartdata.Data
    controls: Sequence[Control]
    live: Mapping[str, Any]

    @property
    def number(self) -> str:
        """The figure's name in its chapter."""
        return places.name(self.identifier)


@dataclass(frozen=True)
class Picture:
    """A chart as a PNG that explains itself, with its text alternative, and the size at which it is meant to be seen."""

    content: bytes
    alternative: str
    width: int
    height: int


def chart(specification: Mapping[str, Any], identifier: str, colors: Mapping[str, str]) -> Chart:
    """Draw a chart.

    Args:
        specification: Vega-Lite, with a ``description``.
        identifier: the figure's id in the page.
        colors: literal colors of the drawing and the CSS variables that replace them.

    Raises:
        ChartError: there is no description, no title or no data, or nothing is drawn.
    """
    words, data = _words(specification), chartdata.read(specification)
    faults = list(_faults(specification, words, data))
    if not chartdata.foreign_data(specification):
        try:
            variants = {"wide": vega.compiled(specification), "narrow": vega.compiled(narrowed(specification))}
            plain = {name: vega.drawing(variant) for name, variant in variants.items()}
            vega.require_fit(plain["narrow"])
        except ChartError as error:
            faults.append(str(error))
    if faults:
        raise ChartError(" And ".join(faults))
    return Chart(
        identifier=identifier,
        specification=specification,
        words=words,
        plain=plain["wide"],
        drawings={name: vega.inline(svg, f"{identifier}-{name}", colors, vega.GROWTH[name]) for name, svg in plain.items()},
        data=data,
        controls=vega.controls(variants["wide"]),
        live=vega.live(variants, colors),
    )


def _faults(specification: Mapping[str, Any], words: vega.Words, data: chartdata.Data) -> Iterator[str]:
    """What a chart lacks before it is drawn, so that its author hears of all of it at once."""
    if not words.description:
        yield "the chart has no description. Give it one that states the finding: it is what a screen reader reads."
    if not words.title:
        yield "the chart has no title. State the finding in at most ten words."
    if address := chartdata.foreign_data(specification):
        yield f"the chart loads its data from {address}. Put the rows into the chart: a page asks no other site for anything."
    elif not data.rows or not data.columns:
        yield "the chart holds no rows to publish. Give it data of its own, or rows in usermeta.data."


def _words(specification: Mapping[str, Any]) -> vega.Words:
    title = specification.get("title") or ""
    heading, subtitle = (title, "") if not isinstance(title, Mapping) else (title.get("text", ""), title.get("subtitle", ""))
    source, description = (specification.get("usermeta") or {}).get("source", ""), specification.get("description") or ""
    return vega.Words(_joined(heading), _joined(subtitle), _joined(source), _joined(description))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else " ".join(text)


def files(drawn: Chart) -> dict[str, bytes]:
    """What readers may take away, by kind of file, and what the live chart is drawn from."""
    picture = vega.standalone(drawn.plain, drawn.words)
    return {
        CSV: chartdata.as_csv(drawn.data),
        SVG: picture.encode(),
        PNG: vega.png(picture),
        SPECIFICATION: (json.dumps(drawn.specification, ensure_ascii=False, indent=2) + "\n").encode(),
        LIVE: _live_file(drawn),
    }


def picture(specification: Mapping[str, Any]) -> Picture:
    """A chart as a small picture, for where nothing draws a specification.

    Args:
        specification: Vega-Lite, with a ``description``.

    Raises:
        ChartError: it cannot be drawn.
    """
    words = _words(specification)
    svg = vega.standalone(vega.drawing(vega.compiled(specification)), words)
    return Picture(vega.small_png(svg), words.description, *map(round, vega.size(svg)))


def _live_file(drawn: Chart) -> bytes:
    return json.dumps(drawn.live, ensure_ascii=False, separators=(",", ":")).encode()


def figure(specification: Mapping[str, Any], identifier: str, colors: Mapping[str, str], place: Place | None = None) -> str:
    """The chart as an HTML ``figure``; see `chart` for the arguments and errors."""
    return markup(chart(specification, identifier, colors), place or Place())


def markup(drawn: Chart, place: Place) -> str:
    """The HTML of a chart: caption, menu, controls, drawing, source line and table."""
    words = drawn.words
    caption = f'<p class="chart-number">{drawn.number}</p><p class="chart-title">{html.escape(words.title)}</p>'
    if words.subtitle:
        caption += f'<p class="chart-subtitle">{html.escape(words.subtitle)}</p>'
    source = f'<p class="chart-source">Source: {html.escape(words.source)}</p>' if words.source else ""
    table = chartdata.as_table(
        drawn.data, f"{drawn.number}: {words.title}", drawn.identifier, place.root + place.file(drawn.identifier, CSV)
    )
    drawings = "".join(f'<div class="chart-{name}">{svg}</div>' for name, svg in drawn.drawings.items())
    summary = f"<summary>Data of {drawn.number.lower()} as a table</summary>"
    description, picture = html.escape(words.description), html.escape(place.root + place.file(drawn.identifier, SVG))
    return (
        f'<figure class="chart" id="{drawn.identifier}"><figcaption>{caption}</figcaption>{_menu(drawn, place)}{_controls(drawn)}'
        # What readers see that keep no drawings: the style sheet hides it, so no browser loads it
        f'<img class="chart-picture" src="{picture}" alt="{description}" loading="lazy">'
        f'<div class="chart-drawing" role="img" aria-label="{description}"{_hydration(drawn, place)}>{drawings}</div>'
        f'{source}<details class="chart-data supplemental">{summary}{table}</details></figure>'
    )


def _hydration(drawn: Chart, place: Place) -> str:
    """What the script needs to know; nothing where there is no script."""
    if not place.script:
        return ""
    version = hashlib.sha256(_live_file(drawn)).hexdigest()[:10]
    specification = f"{place.root}{place.file(drawn.identifier, LIVE)}?v={version}"
    eager = " data-eager" if drawn.controls else ""
    return f' data-spec="{html.escape(specification)}" data-live="{html.escape(place.script)}"{eager}'


LINKS = (
    (CSV, "Data (CSV)"),
    (SVG, "Image (SVG)"),
    (PNG, "Image (PNG)"),
    (SPECIFICATION, "Chart specification (Vega-Lite)"),
)


def _menu(drawn: Chart, place: Place) -> str:
    """Files, permalink, and HTML to show the chart elsewhere."""
    note = "" if place.site else "<p>This copy of the site has no address of its own: put its address in front of both paths.</p>"
    field_id = f"{drawn.identifier}-embed"
    code = html.escape(embed(drawn, place))
    rest = (
        f'<label for="{field_id}">Embed</label>'
        f'<textarea id="{field_id}" class="chart-embed" readonly rows="4" spellcheck="false">{code}</textarea>{note}'
    )
    return places.menu(place, drawn.identifier, drawn.words.title, "Download or embed", LINKS, rest)


def embed(drawn: Chart, place: Place) -> str:
    """HTML that shows the chart in another page and leads back to this one."""
    page = place.permalink(drawn.identifier)
    image = f"{place.site}{place.file(drawn.identifier, SVG)}"
    return (
        f'<a href="{html.escape(page)}"><img src="{html.escape(image)}" '
        f'alt="{html.escape(drawn.words.description)}" style="max-width:100%"></a>'
    )


def _controls(drawn: Chart) -> str:
    """The parameters as form elements, out of use until the chart is live."""
    if not drawn.controls:
        return ""
    rows = "".join(_control(control, f"{drawn.identifier}-control-{index}") for index, control in enumerate(drawn.controls, 1))
    return (
        f'<form class="chart-controls" autocomplete="off"><fieldset disabled><legend>Parameters of {drawn.number.lower()}</legend>'
        f'{rows}<button type="reset">Reset</button></fieldset></form>'
    )


def _control(control: Control, identifier: str) -> str:
    kind = control.bind["input"]
    label = html.escape(control.label)
    signal = f'data-signal="{html.escape(control.signal)}"'
    if kind == "radio":
        choices = "".join(
            f'<label><input type="radio" name="{identifier}" {signal} value="{html.escape(json.dumps(value))}"'
            f"{' checked' if value == control.value else ''}> {html.escape(text)}</label>"
            for value, text in _options(control)
        )
        return f'<div class="chart-control" role="radiogroup" aria-label="{label}"><span>{label}</span><span>{choices}</span></div>'
    if kind == "select":
        choices = "".join(
            f'<option value="{html.escape(json.dumps(value))}"{" selected" if value == control.value else ""}>{html.escape(text)}</option>'
            for value, text in _options(control)
        )
        element = f'<select id="{identifier}" {signal}>{choices}</select>'
    elif kind == "checkbox":
        element = f'<input type="checkbox" id="{identifier}" {signal}{" checked" if control.value else ""}>'
    else:
        settings = {"min": 0, "max": 100, "step": "any"} if kind == "range" else {}
        settings |= {name: control.bind[name] for name in ("min", "max", "step", "placeholder") if name in control.bind}
        attributes = "".join(f' {name}="{html.escape(_plain(value))}"' for name, value in settings.items())
        start = html.escape(_plain(control.value))
        element = f'<input type="{html.escape(kind)}" id="{identifier}" {signal}{attributes} value="{start}">'
        if kind == "range":
            element += f'<output for="{identifier}">{start}</output>'
    return f'<div class="chart-control"><label for="{identifier}">{label}</label>{element}</div>'


def _options(control: Control) -> list[tuple[Any, str]]:
    values = list(control.bind.get("options", []))
    labels = list(control.bind.get("labels", []))
    return [(value, str(labels[index]) if index < len(labels) else _plain(value)) for index, value in enumerate(values)]


def _plain(value: Any) -> str:
    """A value as the browser would write it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(value, ".15g")
    return value if isinstance(value, str) else json.dumps(value)
