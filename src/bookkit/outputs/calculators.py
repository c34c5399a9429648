"""Calculators: inputs a reader may set, and results computed from them in the page.

The notebook emits data: inputs with their sources, results at their defaults, and the formulas as syntax trees. All of
it is written as HTML here, so that without JavaScript the defaults and what follows from them can be read. A script
(``scripts/calculator.js``) brings it to life; it finds the same data in the page.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

import bookkit
from bookkit.markup import assets, searching
from bookkit.markup.templates import render
from bookkit.outputs import STATIC, beside, numbers, registry
from factbook.contract import Calculator, Choice, Fixed, Number, Result, ResultGroup, Row, Slider

SCRIPT = "vendor/calculator.js"
STYLES = ("calculators.css",)
# The first group stays in view while a reader moves sliders, unless it has more lines than a phone has room for
MOST_KEPT_IN_VIEW = {"values": 4, "bars": 7, "ranking": 7, "verdicts": 3}
# How readers write numbers: scripts/typed.js reads by it
RULE = "Numbers are written with a point before decimals and nothing between thousands, such as 3.5 or 2788000."
# More results than this share the room on a phone
FEW_VALUES = 2
# How far a line of landmarks goes beyond them, as a multiple
ROOM_BESIDE, ROOM_BESIDE_FEW = 1.25, 10
# More fixed numbers than this are folded
MOST_FIXED = 4
# More assumptions than this are folded: the first ones matter most
MOST_INPUTS = 6
# What a page does not know it shows so
PLAIN_STYLE = "values"
# Sources stand in the page, and the script does not need them
NOT_FOR_THE_SCRIPT = ("number", "help", "formula", "rows", "note", "known", "interval_text", "median_text")


class CalculatorFigure(nodes.General, nodes.Element):  # type: ignore[misc]
    """A calculator (attribute ``calculator``), the ``serial``-th of its chapter. Its words are its text, for searching."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.beside")
    app.setup_extension("bookkit.outputs.numbers")
    beside.add_node(app, CalculatorFigure, write_html, lambda figure: _words(figure["calculator"]))
    registry.register(app, Calculator, read)
    assets.bring(app, bookkit.STATIC)
    names = ("colors.css", "charts.css", *STYLES, "calculators.js")
    assets.bring(app, STATIC, *names, where=assets.holds(CalculatorFigure))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read(environment: BuildEnvironment, calculator: Calculator) -> CalculatorFigure:
    """The place of a calculator in the chapter that is being read."""
    serial = environment.new_serialno("calculator") + 1
    for place, number in numbers_of(calculator):
        numbers.remember(environment, number, place)
    return node(calculator, serial)


def node(calculator: Calculator, serial: int) -> CalculatorFigure:
    """The place of a calculator in the document."""
    words = _words(calculator)
    shown = {numbers.TRACED: list(_traced_numbers(calculator)), searching.SENTENCES: [words]}
    return CalculatorFigure("", nodes.inline("", words), calculator=calculator, serial=serial, **shown)


def write_html(translator: HTML5Translator, figure: CalculatorFigure) -> None:
    """Write the calculator into the page."""
    script = beside.place_of(translator.builder, translator.docnames[-1], SCRIPT).script
    translator.body.append(markup(figure["calculator"], figure["serial"], script))


def _words(calculator: Calculator) -> str:
    """Where there is no page, these and the defaults stand for it."""
    parts = [calculator.title, calculator.description, "".join(text for text, _ in calculator.parts_of_sentence)]
    parts += [item.label for item in calculator.inputs]
    parts += [f"{item.label}: {item.text}" for item in calculator.outcomes]
    parts += [f"{preset.label}: {preset.text}" for preset in calculator.presets]
    return ". ".join(part.rstrip(".") for part in parts if part)


def identifier_of(calculator: Calculator, part: str = "") -> str:
    """The id of a calculator or of one of its parts."""
    return "-".join(["calculator", calculator.name.replace("_", "-"), *([part.replace("_", "-")] if part else [])])


def numbers_of(calculator: Calculator) -> Iterator[tuple[str, Number]]:
    """The numbers of a calculator as published: defaults with their rows, and results at the defaults."""
    yield from _traced_numbers(calculator)
    for item in calculator.outcomes:
        if item.value is not None and item.texts is None:
            yield (
                identifier_of(calculator, item.name),
                Number(
                    id=item.name,
                    value=item.value,
                    unit=item.unit,
                    text=item.text,
                    exact=item.text,
                    formula=item.formula,
                    rows=tuple(map(Row, item.rows)),
                ),
            )


def _traced_numbers(calculator: Calculator) -> Iterator[tuple[str, Number]]:
    """The numbers that lead to rows of data, each with its permalink."""
    for part, number in _numbers_with_rows(calculator):
        if number is not None:
            yield identifier_of(calculator, part), number


def _numbers_with_rows(calculator: Calculator) -> Iterator[tuple[str, Number | None]]:
    for item in calculator.inputs:
        if isinstance(item, Choice):
            yield from ((f"{item.name}-{index}", option.number) for index, option in enumerate(item.options, 1))
        else:
            yield item.name, item.number
    for serial, group in enumerate(calculator.results, 1):
        yield from ((f"line-{serial}-{index}", reference.number) for index, reference in enumerate(group.references, 1))
    if calculator.landmarks:
        scope = calculator.landmarks.scope
        shown = sorted(enumerate(calculator.landmarks.items, 1), key=lambda place: place[1].scope != scope)
        yield from ((f"landmark-{index}", landmark.number) for index, landmark in shown)


# Markup


def markup(calculator: Calculator, serial: int, script: str) -> Markup:
    """The HTML of a calculator.

    Args:
        calculator: as the notebook emitted it.
        serial: its number in the chapter.
        script: address of the script that brings it to life, seen from the page; empty where it was not built.
    """
    first = calculator.results[0]
    groups = [_group(calculator, group, number) for number, group in enumerate(calculator.results, 1)]
    kept = len(first.items) <= MOST_KEPT_IN_VIEW.get(first.style, MOST_KEPT_IN_VIEW[PLAIN_STYLE])
    return render(
        "outputs/calculator.html",
        calculator=calculator,
        id=identifier_of(calculator),
        serial=serial,
        script=script,
        inputs=[_input(calculator, item) for item in calculator.inputs if not isinstance(item, Fixed)],
        fixed=[(item.label, _number(calculator, item)) for item in calculator.inputs if isinstance(item, Fixed)],
        most_fixed=MOST_FIXED,
        most_inputs=MOST_INPUTS,
        sliders=[
            (item, identifier_of(calculator, item.name) + "-exact", written(item.default))
            for item in calculator.inputs
            if isinstance(item, Slider)
        ],
        rule=RULE,
        sentence=[(text, *part.partition(".")[::2]) for text, part in calculator.parts_of_sentence],
        groups=groups,
        first_is_kept=kept,
        landmarks=_landmarks(calculator),
        has_intervals=any(item.interval for item in calculator.outcomes),
        outcomes=list(calculator.outcomes),
        data=_page_data(calculator),
    )


def _page_data(calculator: Calculator) -> Markup:
    """What the script computes from, as JSON that cannot end the element around it."""

    def lean(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: lean(item) for key, item in value.items() if key not in NOT_FOR_THE_SCRIPT}
        return [lean(item) for item in value] if isinstance(value, list) else value

    text = json.dumps(lean(calculator.to_payload()), ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


# Inputs


def _input(calculator: Calculator, item: Slider | Choice) -> Markup:
    context: dict[str, object] = {"item": item, "id": identifier_of(calculator, item.name) + "-set", "value": repr(item.default)}
    if isinstance(item, Choice):
        sources = [
            (option.label, numbers.traced(option.number.text, identifier_of(calculator, f"{item.name}-{index}")))
            for index, option in enumerate(item.options, 1)
            if option.number
        ]
        options = [(option, written(option.value), option.value == item.default) for option in item.options]
        return render("outputs/choice.html", **context, options=options, sources=sources)
    known = tuple(100 * share_of(end, item.low, item.high, item.log) for end in item.range or ())
    return render(
        "outputs/slider.html",
        **context,
        position=position_of(item, item.default),
        number=_number(calculator, item),
        about=[text for text in (item.known, item.help.rstrip(".")) if text],
        known=(known[0], max(0.0, known[1] - known[0])) if known else None,
        default=100 * share_of(item.default, item.low, item.high, item.log),
    )


def position_of(item: Slider, value: float) -> int:
    """The slider's position nearest to a value."""
    return round(share_of(value, item.low, item.high, item.log) * item.positions)


def share_of(value: float, low: float, high: float, log: bool) -> float:
    """Where a value stands between the ends of a scale, from 0 to 1."""
    value = min(max(value, low), high)
    if log:
        return math.log(value / low) / math.log(high / low)
    return float((value - low) / (high - low))


def _number(calculator: Calculator, item: Slider | Fixed) -> Markup | str:
    """A number with its trace; where no row stands behind it, it is our assumption and says so."""
    return numbers.traced(item.text, identifier_of(calculator, item.name)) if item.number else f"{item.text}, our assumption"


def written(number: float) -> str:
    """A number as JavaScript writes it."""
    return str(int(number)) if number == int(number) and abs(number) < 1e21 else repr(number)


# Results


@dataclass(frozen=True)
class Shown:
    """A result as a template writes it.

    Attributes:
        result: as the notebook emitted it.
        id: its id in the page.
        exact: what a machine reads: the numbers with all their digits, by their names.
        shares: where its numbers stand on the bars' scale, in percent, by their names.
    """

    result: Result
    id: str
    exact: Mapping[str, str]
    shares: Mapping[str, float]


def _group(calculator: Calculator, group: ResultGroup, serial: int) -> Markup:
    """The results under one heading; of a style that is not known, as values."""
    ends = group.ends
    items = list(group.items)
    if group.style == "ranking":
        items.sort(key=lambda item: -math.inf if item.value is None else item.value, reverse=True)
    return render(
        "outputs/results.html",
        group=group,
        serial=serial - 1,
        style=group.style if group.style in MOST_KEPT_IN_VIEW else PLAIN_STYLE,
        items=[_shown(calculator, item, group) for item in items],
        many=len(items) > FEW_VALUES,
        lines=[_share(reference.value, ends, group.log) for reference in group.references] if ends else [],
        references=[
            (
                reference.label,
                numbers.traced(reference.text, identifier_of(calculator, f"line-{serial}-{index}")) if reference.number else reference.text,
            )
            for index, reference in enumerate(group.references, 1)
        ],
    )


def _shown(calculator: Calculator, item: Result, group: ResultGroup) -> Shown:
    values = {"value": item.value, "low": item.low, "median": item.median, "high": item.high}
    return Shown(
        item,
        identifier_of(calculator, item.name),
        {name: repr(value) for name, value in values.items() if value is not None},
        {name: _share(value, group.ends, group.log) for name, value in values.items()} if group.ends else {},
    )


def _share(value: float | None, ends: tuple[float, float], log: bool) -> float:
    """Where a number stands on a scale, in percent; below its lower end at 0."""
    return 0.0 if value is None else 100 * share_of(value, *ends, log)


# Landmarks


def _landmarks(calculator: Calculator) -> Markup | str:
    """The landmark nearest to a result, all of its scope on one logarithmic line, and those of other scopes, which are not compared."""
    landmarks = calculator.landmarks
    if not landmarks:
        return ""
    result = next(item for item in calculator.outcomes if item.name == landmarks.result)
    values = [item.value for item in landmarks.items if item.scope == landmarks.scope]
    room = ROOM_BESIDE if len(values) > FEW_VALUES else ROOM_BESIDE_FEW
    low, high = min(values) / room, max(values) * room
    known = [
        (item, numbers.traced(item.text, identifier_of(calculator, f"landmark-{index}")) if item.number else item.text)
        for index, item in enumerate(landmarks.items, 1)
    ]
    return render(
        "outputs/landmarks.html",
        lead=landmarks.lead,
        scope=landmarks.scope,
        nearest=nearest_of(values, result.value),
        items=[(item, text, times((result.value or math.nan) / item.value)) for item, text in known if item.scope == landmarks.scope],
        others=[(item, text) for item, text in known if item.scope != landmarks.scope],
        ticks=[100 * share_of(value, low, high, log=True) for value in values],
        interval=result.interval,
        at={name: 100 * share_of(getattr(result, name) or 0, low, high, log=True) for name in ("low", "value", "high")},
    )


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
