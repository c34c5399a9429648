"""Calculators: inputs a reader may set, and results computed from them in the page.

The notebook emits data: inputs with their sources, results at their defaults, and the formulas as syntax trees. All of
it is written as HTML here, so that without JavaScript the defaults and what follows from them can be read. A script
(``scripts/calculator.js``) brings it to life; it finds the same data in the page.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from docutils import nodes

from bookkit import STATIC
from bookkit.markup import searching
from bookkit.outputs import numbers
from bookkit.pages.page import fingerprinted, style

MIME_TYPE = "application/vnd.calculator+json"
SCRIPT = "vendor/calculator.js"
STYLES = ("calculator.css",)
Data = Mapping[str, Any]
# The first group stays in view while a reader moves sliders, unless it has more lines than a phone has room for
MOST_KEPT_IN_VIEW = {"values": 4, "bars": 7, "ranking": 7, "verdicts": 3}
# How readers write numbers: scripts/typed.js reads by it
RULE = "Numbers are written with a point before decimals and nothing between thousands, such as 3.5 or 2788000."
# More results than this share the room on a phone
FEW_VALUES = 2
# More fixed numbers than this are folded
MOST_FIXED = 4


class CalculatorFigure(nodes.General, nodes.Element):  # type: ignore[misc]
    """A calculator (attribute ``data``), the ``serial``-th of its chapter. Its words are its text, for searching."""


def connect(app: Any) -> None:
    """Register the node."""
    as_text = (visit_as_text, None)
    app.connect("html-page-context", _add_style, priority=950)
    app.add_node(CalculatorFigure, html=(visit_html, None), latex=as_text, text=as_text, man=as_text, texinfo=as_text)


def _add_style(app: Any, _page: str, _template: str, context: dict[str, Any], doctree: Any) -> None:
    """Pages with a calculator carry its style sheet."""
    if doctree is not None and next(doctree.findall(CalculatorFigure), None) is not None:
        context["bookkit_style"] += "\n" + style(context["pathto"]("_static/", resource=True), STYLES)


def node(data: Data, serial: int) -> CalculatorFigure:
    """The place of a calculator in the document."""
    shown = {numbers.TRACED: list(_traced_numbers(data)), searching.SENTENCES: [_words(data)]}
    return CalculatorFigure("", nodes.inline("", _words(data)), data=data, serial=serial, **shown)


def visit_html(translator: Any, figure: CalculatorFigure) -> None:
    """Write the calculator into the page."""
    page = translator.builder.get_target_uri(translator.docnames[-1]).partition("#")[0]
    script = "../" * page.count("/") + f"_static/{fingerprinted(SCRIPT)}" if (STATIC / SCRIPT).is_file() else ""
    translator.body.append(markup(figure["data"], figure["serial"], script))
    raise nodes.SkipNode


def visit_as_text(translator: Any, figure: CalculatorFigure) -> None:
    """Where there is no page, the words and the defaults stand for it."""
    words = _words(figure["data"])
    if hasattr(translator, "add_text"):
        translator.add_text(words)
    else:
        translator.body.append(translator.encode(words) if hasattr(translator, "encode") else words)
    raise nodes.SkipNode


def _words(data: Data) -> str:
    parts = [data["title"], data["description"], *(item["label"] for item in data["inputs"])]
    parts += [f"{item['label']}: {item['text']}" for item in _results(data)]
    return ". ".join(part.rstrip(".") for part in parts if part)


def _results(data: Data) -> Iterator[Mapping[str, Any]]:
    for group in data["results"]:
        yield from group["items"]


def names_of(data: Data) -> Iterator[str]:
    """The names that become ids of the page."""
    yield data["name"]
    yield from (item["name"] for item in (*data["inputs"], *_results(data)))


def _identifier(data: Data, part: str = "") -> str:
    return "-".join(["calculator", data["name"].replace("_", "-"), *([part.replace("_", "-")] if part else [])])


def numbers_of(data: Data) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The numbers of a calculator as published: defaults with their rows, and results at the defaults."""
    yield from _traced_numbers(data)
    for item in _results(data):
        if item["value"] is not None and "texts" not in item:
            rows = [{"id": row} for row in item["rows"]]
            yield _identifier(data, item["name"]), {"id": item["name"], **item, "exact": item["text"], "rows": rows}


def _traced_numbers(data: Data) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in data["inputs"]:
        if item["kind"] == "choice":
            for index, option in enumerate(item["options"], 1):
                if option["number"]:
                    yield _identifier(data, f"{item['name']}-{index}"), option["number"]
        elif item["number"]:
            yield _identifier(data, item["name"]), item["number"]
    for serial, group in enumerate(data["results"], 1):
        for index, reference in enumerate(group["references"], 1):
            if reference["number"]:
                yield _identifier(data, f"line-{serial}-{index}"), reference["number"]
    for index, landmark in enumerate((data["landmarks"] or {}).get("items", ()), 1):
        if landmark["number"]:
            yield _identifier(data, f"landmark-{index}"), landmark["number"]


# Markup


def markup(data: Data, serial: int, script: str) -> str:
    """The HTML of a calculator.

    Args:
        data: as the notebook emitted it.
        serial: its number in the chapter.
        script: address of the script that brings it to life, seen from the page; empty where it was not built.
    """
    identifier = _identifier(data)
    kept, others = _kept_in_view(data)
    subtitle = f'<p class="chart-subtitle">{html.escape(data["description"])}</p>' if data["description"] else ""
    alive = f' data-calculator="{html.escape(script)}"' if script else ""
    return (
        f'<figure class="calculator" id="{identifier}" aria-labelledby="{identifier}-title"{alive}>'
        f'<figcaption><p class="chart-number">Calculator {serial}</p>'
        f'<p class="chart-title" id="{identifier}-title">{html.escape(data["title"])}</p>{subtitle}</figcaption>'
        f'<div class="calculator-form">'
        f'<fieldset class="calculator-inputs"><legend>What you can change</legend>{_inputs(data)}{_exact(data)}{_actions(data)}</fieldset>'
        f'<div class="calculator-results">{kept}{others}{_note(data)}<p class="calculator-spoken" role="status"></p></div></div>'
        f"{_formulas(data)}"
        f'<script type="application/json">{_page_data(data)}</script></figure>'
    )


def _page_data(data: Data) -> str:
    """What the script computes from: without sources, which stand in the page."""

    def lean(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: lean(item) for key, item in value.items() if key not in ("number", "help", "formula", "rows", "note", "known")}
        return [lean(item) for item in value] if isinstance(value, (list, tuple)) else value

    return json.dumps(lean(data), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _kept_in_view(data: Data) -> tuple[str, str]:
    """The first group, which comes first on a phone and stays in view where it is small, and the other groups."""
    groups = [_group(data, group, serial) for serial, group in enumerate(data["results"], 1)]
    first = data["results"][0]
    small = len(first["items"]) <= MOST_KEPT_IN_VIEW[first["style"]]
    return (
        (f'<div class="calculator-kept">{groups[0]}</div>', _landmarks(data) + "".join(groups[1:]))
        if small
        else ("", "".join(groups) + _landmarks(data))
    )


# Inputs


def _inputs(data: Data) -> str:
    ways = {"slider": _slider, "choice": _choice}
    fixed = [item for item in data["inputs"] if item["kind"] == "fixed"]
    parts = [ways[item["kind"]](data, item) for item in data["inputs"] if item["kind"] in ways]
    if fixed:
        items = "".join(f"<li>{html.escape(item['label'])}: {_number(data, item['name'], item)}</li>" for item in fixed)
        if len(fixed) > MOST_FIXED:
            summary = f"<summary>{len(fixed)} fixed numbers</summary>"
            parts.append(f'<details class="calculator-fixed supplemental">{summary}<ul>{items}</ul></details>')
        else:
            parts.append(f'<div class="calculator-fixed"><p>Fixed</p><ul>{items}</ul></div>')
    return "".join(parts)


def _slider(data: Data, item: Mapping[str, Any]) -> str:
    identifier = _identifier(data, item["name"]) + "-set"
    text = html.escape(item["text"])
    position = position_of(item, item["default"])
    help_id = f"{identifier}-about"
    return (
        f'<div class="calculator-input" data-input="{item["name"]}" data-value="{item["default"]!r}">'
        f'<label for="{identifier}">{html.escape(item["label"])}</label>'
        f'{_undo(item)}<output for="{identifier}" aria-live="off">{text}</output>'
        f'<div class="calculator-track">{_track(item)}'
        f'<input type="range" id="{identifier}" min="0" max="{item["positions"]}" step="1" value="{position}" autocomplete="off" disabled '
        f'aria-valuetext="{text}" aria-describedby="{identifier}-problem {help_id}"></div>{_problem(item, identifier)}'
        f'<p class="calculator-about" id="{help_id}">Default: {_number(data, item["name"], item)}{_about(item)}</p></div>'
    )


def _problem(item: Mapping[str, Any], identifier: str, role: str = "") -> str:
    """Where the script says what was wrong with a number that was typed for an input, or that came with an address."""
    return f'<p class="calculator-problem" id="{identifier}-problem" data-problem="{item["name"]}"{role}></p>'


def _undo(item: Mapping[str, Any]) -> str:
    label = html.escape(f"Back to the default: {item['label']}")
    return f'<button type="button" class="calculator-undo" data-undo="{item["name"]}" aria-label="{label}" disabled>↺</button>'


def position_of(item: Mapping[str, Any], value: float) -> int:
    """The slider's position nearest to a value."""
    steps: int = item["positions"]
    return round(share_of(item, value) * steps)


def share_of(item: Mapping[str, Any], value: float) -> float:
    """Where a value stands between the ends of a slider, from 0 to 1."""
    low, high, value = item["low"], item["high"], min(max(value, item["low"]), item["high"])
    if item["log"]:
        return math.log(value / low) / math.log(high / low)
    return float((value - low) / (high - low))


def _track(item: Mapping[str, Any]) -> str:
    """The line under the thumb: what is known about the value, and where its default stands."""
    known = ""
    if "range" in item:
        low, high = (100 * share_of(item, end) for end in item["range"])
        known = f'<rect class="calculator-known" x="{low:.2f}%" width="{max(0.0, high - low):.2f}%" y="17" height="10" rx="2"/>'
    default = 100 * share_of(item, item["default"])
    return (
        '<svg aria-hidden="true" focusable="false" width="100%" height="44">'
        f'<rect class="calculator-rail" width="100%" y="20" height="4" rx="2"/>{known}'
        f'<line class="calculator-default" x1="{default:.2f}%" x2="{default:.2f}%" y1="10" y2="34"/></svg>'
    )


def _about(item: Mapping[str, Any]) -> str:
    parts = [html.escape(item["known"])] if "known" in item else []
    if item["help"]:
        parts.append(html.escape(item["help"].rstrip(".")))
    return "".join(f". {part}" for part in parts) + "."


def _number(data: Data, name: str, item: Mapping[str, Any]) -> str:
    """A number with its trace; where no row stands behind it, it is our assumption and says so."""
    if item["number"]:
        return numbers.traced({**item["number"], "text": item["text"]}, _identifier(data, name))
    return f"{html.escape(item['text'])}, our assumption"


def _choice(data: Data, item: Mapping[str, Any]) -> str:
    identifier = _identifier(data, item["name"]) + "-set"
    options = "".join(_option(option, item["default"]) for option in item["options"])
    chosen = next(option for option in item["options"] if option["value"] == item["default"])
    sources = "; ".join(
        f"{html.escape(option['label'])}: {numbers.traced(option['number'], _identifier(data, item['name'] + f'-{index}'))}"
        for index, option in enumerate(item["options"], 1)
        if option["number"]
    )
    about = [f"Default: {html.escape(chosen['label'])}" + (f" ({sources})." if sources else "."), html.escape(item["help"])]
    return (
        f'<div class="calculator-input" data-input="{item["name"]}" data-value="{item["default"]!r}">'
        f'<label for="{identifier}">{html.escape(item["label"])}</label>'
        f'{_undo(item)}<select id="{identifier}" autocomplete="off" disabled '
        f'aria-describedby="{identifier}-problem {identifier}-about">{options}</select>{_problem(item, identifier)}'
        f'<p class="calculator-about" id="{identifier}-about">{" ".join(part for part in about if part)}</p></div>'
    )


def _option(option: Mapping[str, Any], default: float) -> str:
    selected = " selected" if option["value"] == default else ""
    return f'<option value="{written(option["value"])}"{selected}>{html.escape(option["label"])}</option>'


def written(number: float) -> str:
    """A number as JavaScript writes it."""
    return str(int(number)) if number == int(number) and abs(number) < 1e21 else repr(number)


def _exact(data: Data) -> str:
    """Fields for exact values, which sliders cannot give."""
    rows = "".join(_exact_field(data, item) for item in data["inputs"] if item["kind"] == "slider")
    if not rows:
        return ""
    rule = f'<p class="calculator-about calculator-rule" id="{_identifier(data)}-rule">{RULE} Type no unit.</p>'
    return f'<details class="calculator-exact supplemental"><summary>Type exact values</summary>{rule}{rows}</details>'


def _exact_field(data: Data, item: Mapping[str, Any]) -> str:
    """A field of text, not of numbers: it keeps what it cannot read, so that a reader sees it and can mend it.

    It has no ``inputmode="decimal"``: the keyboard of a phone set to German would then have a comma and no point.
    """
    identifier = f"{_identifier(data, item['name'])}-exact"
    return (
        f"<label><span>{html.escape(item['label'])} <small>{html.escape(item['reach'])}</small></span>"
        f'<input type="text" data-exact="{item["name"]}" value="{written(item["default"])}" autocomplete="off" autocapitalize="off" '
        f'spellcheck="false" aria-describedby="{identifier}-problem {_identifier(data)}-rule" disabled></label>'
        + _problem(item, identifier, ' role="status"')
    )


def _actions(data: Data) -> str:
    identifier = _identifier(data)
    return (
        '<div class="calculator-actions supplemental"><button type="button" data-action="reset" disabled>Reset</button>'
        '<button type="button" data-action="share" disabled>Share these settings</button>'
        '<p class="calculator-status"><span class="calculator-waiting">The sliders need JavaScript.</span>'
        '<span class="calculator-said" role="status"></span></p>'
        f'<label class="calculator-address" hidden>Address of these settings'
        f'<input type="text" id="{identifier}-address" readonly></label></div>'
    )


# Results


def _group(data: Data, group: Mapping[str, Any], serial: int) -> str:
    ways = {"values": _values, "bars": _bars, "ranking": _bars, "verdicts": _verdicts}
    title = f'<p class="calculator-group-title">{html.escape(group["title"])}</p>' if group["title"] else ""
    note = f'<p class="calculator-about">{html.escape(group["note"])}</p>' if group["note"] else ""
    return (
        f'<div class="calculator-group" data-group="{serial - 1}" data-style="{group["style"]}">'
        f"{title}{ways[group['style']](data, group, serial)}{note}</div>"
    )


def _attributes(data: Data, item: Mapping[str, Any]) -> str:
    """What a machine reads: the numbers with all their digits."""
    found = "".join(f' data-{name}="{item[name]!r}"' for name in ("value", "low", "median", "high") if item.get(name) is not None)
    return f' id="{_identifier(data, item["name"])}" data-result="{item["name"]}"{found}'


def _values(data: Data, group: Mapping[str, Any], _serial: int) -> str:
    items = "".join(
        f"<div{_attributes(data, item)}><dt>{html.escape(item['label'])}</dt>"
        f'<dd class="calculator-figure">{html.escape(item["text"])}</dd>{_interval(item)}'
        f'<dd class="calculator-before supplemental">by default {html.escape(item["text"])}</dd></div>'
        for item in group["items"]
    )
    many = " calculator-many" if len(group["items"]) > FEW_VALUES else ""
    return f'<dl class="calculator-values{many}">{items}</dl>'


def _interval(item: Mapping[str, Any], tag: str = "dd") -> str:
    if not item["interval"]:
        return ""
    return f'<{tag} class="calculator-interval">90%: <span data-interval>{html.escape(item["interval_text"])}</span></{tag}>'


def _verdicts(data: Data, group: Mapping[str, Any], _serial: int) -> str:
    items = "".join(
        f"<div{_attributes(data, item)}><dt>{html.escape(item['label'])}</dt>"
        f'<dd class="calculator-text">{html.escape(item["text"])}</dd></div>'
        for item in group["items"]
    )
    return f'<dl class="calculator-verdicts">{items}</dl>'


def _share(value: float | None, ends: Sequence[float], log: bool) -> float:
    low, high = ends
    if value is None or value <= low:
        return 0.0
    return 100 * min(1.0, math.log(value / low) / math.log(high / low) if log else (value - low) / (high - low))


def _bars(data: Data, group: Mapping[str, Any], serial: int) -> str:
    ends = group["ends"]
    items = list(group["items"])
    if group["style"] == "ranking":
        items.sort(key=lambda item: -math.inf if item["value"] is None else item["value"], reverse=True)
    tag = "ol" if group["style"] == "ranking" else "ul"
    lines = "".join(_line(_share(reference["value"], ends, group["log"])) for reference in group["references"])
    bars = "".join(_bar(data, item, ends, group["log"], lines) for item in items)
    references = "".join(_reference(data, reference, f"line-{serial}-{index}") for index, reference in enumerate(group["references"], 1))
    low, high = (html.escape(text) for text in group["ends_text"])
    return (
        f'<{tag} class="calculator-bars">{bars}</{tag}>'
        f'<p class="calculator-ends" aria-hidden="true"><span data-end="low">{low}</span><span data-end="high">{high}</span></p>'
        + (f'<p class="calculator-about calculator-references">{references}</p>' if references else "")
    )


def _bar(data: Data, item: Mapping[str, Any], ends: Sequence[float], log: bool, lines: str) -> str:
    low, value, high = (_share(item.get(name), ends, log) for name in ("low", "value", "high"))
    whisker = ""
    if item["interval"]:
        whisker = f'<line class="calculator-whisker" x1="{low:.2f}%" x2="{high:.2f}%" y1="10" y2="10"/>'
    return (
        f"<li{_attributes(data, item)}>"
        f'<span class="calculator-name">{html.escape(item["label"])}</span> '
        f'<span class="calculator-number"><b class="calculator-figure">{html.escape(item["text"])}</b>{_interval(item, "span")}</span>'
        '<svg aria-hidden="true" focusable="false" width="100%" height="20"><rect class="calculator-rail" width="100%" y="4" height="12"/>'
        f'<rect class="calculator-bar" width="{value:.2f}%" y="4" height="12"/>{whisker}'
        f'<line class="calculator-default" x1="{value:.2f}%" x2="{value:.2f}%" y1="1" y2="19"/>{lines}</svg></li>'
    )


def _line(share: float) -> str:
    return f'<line class="calculator-line" x1="{share:.2f}%" x2="{share:.2f}%" y1="0" y2="20"/>'


def _reference(data: Data, reference: Mapping[str, Any], name: str) -> str:
    number = reference["number"]
    text = numbers.traced({**number, "text": reference["text"]}, _identifier(data, name)) if number else html.escape(reference["text"])
    key = (
        '<svg aria-hidden="true" focusable="false" width="8" height="14"><line class="calculator-line" x1="4" x2="4" y1="0" y2="14"/></svg>'
    )
    return f"<span>{key} {html.escape(reference['label'])}: {text}</span> "


# Landmarks, notes, formulas


def _landmarks(data: Data) -> str:
    landmarks = data["landmarks"]
    if not landmarks:
        return ""
    result = next(item for item in _results(data) if item["name"] == landmarks["result"])
    values = [item["value"] for item in landmarks["items"]]
    nearest = nearest_of(values, result["value"])
    items = "".join(_landmark(data, item, index, result["value"], index - 1 != nearest) for index, item in enumerate(landmarks["items"], 1))
    return (
        f'<div class="calculator-landmarks" data-landmark="{nearest}">'
        f'<p class="calculator-group-title">{html.escape(landmarks["lead"])}</p>{items}{_ladder(values, result)}</div>'
    )


def _ladder(values: Sequence[float], result: Mapping[str, Any]) -> str:
    """All landmarks on one logarithmic line, and where the result stands among them."""
    ends = {"low": 0.8 * min(values), "high": 1.25 * max(values), "log": True}
    low, here, high = (100 * share_of(ends, result.get(name) or 0) for name in ("low", "value", "high"))
    ticks = "".join(
        f'<line class="calculator-tick" x1="{at:.2f}%" x2="{at:.2f}%" y1="5" y2="19"/>'
        for at in (100 * share_of(ends, value) for value in values)
    )
    whisker = f'<line class="calculator-whisker" x1="{low:.2f}%" x2="{high:.2f}%" y1="12" y2="12"/>' if result["interval"] else ""
    return (
        '<svg aria-hidden="true" focusable="false" width="100%" height="24"><rect class="calculator-rail" width="100%" y="11" height="2"/>'
        f'{ticks}{whisker}<line class="calculator-here" x1="{here:.2f}%" x2="{here:.2f}%" y1="12" y2="12"/></svg>'
    )


def _landmark(data: Data, item: Mapping[str, Any], index: int, value: float | None, hidden: bool) -> str:
    label = html.escape(item["label"])
    if item["href"]:
        label = f'<a href="{html.escape(item["href"])}">{label}</a>'
    text = html.escape(item["text"])
    if item["number"]:
        text = numbers.traced({**item["number"], "text": item["text"]}, _identifier(data, f"landmark-{index}"))
    ratio = html.escape(times((value or math.nan) / item["value"]))
    state = " hidden" if hidden else ""
    return f'<p data-name="{index}"{state}>{label}, {text} (<span data-ratio>{ratio}</span>)</p>'


def nearest_of(values: Sequence[float], value: float | None) -> int:
    """The index of the value nearest by ratio."""
    if value is None or value <= 0:
        return 0
    return min(range(len(values)), key=lambda index: abs(math.log(value / values[index])))


def times(ratio: float) -> str:
    """A ratio in words: how many times a landmark the result is."""
    if not math.isfinite(ratio):
        return "not defined"
    if abs(ratio - 1) < 0.005:
        return "the same"
    text = f"{ratio:.0f}" if ratio >= 99.5 else f"{ratio:.{max(0, 1 - Decimal(ratio).adjusted())}f}" if ratio > 0 else "0"
    return f"{text} times it"


def _note(data: Data) -> str:
    if not any(item["interval"] for item in _results(data)):
        return ""
    return (
        '<p class="calculator-about">90%: where nine of ten outcomes fall while the uncertain inputs vary. '
        "What you set counts as known; what you leave stays uncertain.</p>"
    )


def _formulas(data: Data) -> str:
    items = "".join(
        f'<li>{html.escape(item["label"])} = <span translate="no">{html.escape(item["formula"])}</span></li>' for item in _results(data)
    )
    draws = ""
    if any(item["interval"] for item in _results(data)):
        draws = f"<p>Ranges run from the 5th to the 95th percentile of {data['draws']:,} quasi-random draws (Halton’s points).</p>"
    return f'<details class="calculator-formulas supplemental"><summary>The formulas</summary><ul>{items}</ul>{draws}</details>'
