"""Models that readers can change: sliders on one side, results on the other, one formula for both Python and the page.

A `Calculator` is the last expression of a cell. Each `Result` has an ordinary Python function; its parameters name
inputs, or results defined before. The function gets bare numbers in the inputs' declared units and returns a number in
the result's unit. It is called once with symbols: from that come the numpy function behind `Calculator.evaluate` and the
syntax tree that the page computes. For conditions use ``sympy.Piecewise``, ``sympy.Max`` and ``sympy.Min``.

>>> from factbook.facts import load
>>> rent, hours = load()["v3_rate_assumed"], load()["v3_hours_total"]
>>> bill = Calculator(
...     "bill", "A run’s bill", inputs=[Slider("rate", "Rent", rent, 1, 5, 0.1), Fixed("hours", "Chip time", hours)],
...     results=[Results("Bill", [Result("bill", "Bill", lambda rate, hours: rate * hours, "usd")])])
>>> bill.evaluate(rate=3)["bill"].text
'$8.36M'
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from factbook import contract, publish, quantity, wordings
from factbook.calculators import formulas
from factbook.calculators.distributions import Array, Distribution, Number, bare, check, describe, quantiles
from factbook.facts import ASSUMPTION
from factbook.quantity import EXACT, Quantity, Trace, UnitError, unit
from factbook.rounding import leading_place, record, record_all, round_to, round_to_place, settle
from factbook.wordings import DEFAULT_DIGITS

DRAWS = 4096
PERCENTILES = (0.05, 0.5, 0.95)
LOG_POSITIONS = 200
MOST_POSITIONS = 10_000
POSITIONS = 100
SMALLEST_WRITTEN = 5e-11
STYLES = ("values", "bars", "ranking", "verdicts")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class CalculatorError(ValueError):
    """A calculator that cannot be published. The message names the part and the remedy."""


# Inputs


@dataclass(frozen=True)
class Slider:
    """A number that readers set.

    Args:
        name: the parameter of the formulas.
        label: what readers see.
        value: the default; its unit is the input's unit.
        low, high: ends of the slider, in the default's unit.
        step: distance of two positions; on a log slider, values are rounded to its multiples.
        uncertain: what is known about the value; only results with ``interval=True`` use it.
        log: positions are evenly spread over the logarithm.
        help: one sentence under the slider.
        digits: significant digits shown.
        suffix: what follows the number, instead of the unit's wording: ``" times"``.
    """

    name: str
    label: str
    value: Number
    low: Number
    high: Number
    step: Number | None = None
    uncertain: Distribution | None = None
    log: bool = False
    help: str = ""
    digits: int = DEFAULT_DIGITS
    suffix: str | None = None


@dataclass(frozen=True)
class Choice:
    """One of several numbers, each with a name.

    Args:
        name: the parameter of the formulas.
        label: what readers see.
        options: the number that the formulas get, by name; quantities of one unit, or plain numbers.
        default: a name among the options.
        help: one sentence under it.
    """

    name: str
    label: str
    options: Mapping[str, Number]
    default: str
    help: str = ""


@dataclass(frozen=True)
class Fixed:
    """A number that formulas use and readers see, but do not set."""

    name: str
    label: str
    value: Number
    digits: int = DEFAULT_DIGITS


Input = Slider | Choice | Fixed


# Results


@dataclass(frozen=True)
class Result:
    """One number that follows.

    Args:
        name: an identifier.
        label: what readers see.
        function: the formula; its parameters name inputs or earlier results.
        unit: the unit of what it returns.
        interval: show the 90% interval over what readers have not set.
        texts: sentences by the code that the function returns, for the style ``verdicts``.
        digits: significant digits shown.
        suffix: what follows the number, instead of the unit's wording.
        check_unit: compute once with quantities and compare. Set it to False where a formula mixes units on purpose.
    """

    name: str
    label: str
    function: Callable[..., Any]
    unit: str = "ratio"
    interval: bool = False
    texts: Mapping[int, str] | None = None
    digits: int = DEFAULT_DIGITS
    suffix: str | None = None
    check_unit: bool = True


@dataclass(frozen=True)
class Results:
    """A group of results, shown in one style.

    Args:
        title: its heading.
        results: in the order shown.
        style: ``values`` (large figures), ``bars`` (one scale), ``ranking`` (bars sorted by value) or ``verdicts`` (sentences).
        references: lines across the bars, each a label and a quantity in the bars' unit.
        log: bars stand on a logarithmic scale.
        note: one sentence under the group.
    """

    title: str
    results: Sequence[Result]
    style: str = "values"
    references: Sequence[tuple[str, Quantity]] = ()
    log: bool = False
    note: str = ""


@dataclass(frozen=True)
class Landmarks:
    """Figures in circulation beside a result: the page names the nearest by ratio.

    Args:
        result: the result's name.
        items: label, amount in the result's unit, address (may be empty), and what the amount covers.
        lead: the words before the nearest.
        scope: what the result covers; only items that cover the same are compared with it.
    """

    result: str
    items: Sequence[tuple[str, Quantity, str] | tuple[str, Quantity, str, str]]
    lead: str = "Nearest figure in circulation"
    scope: str = ""


@dataclass(frozen=True)
class Preset:
    """Settings under a name that readers choose from: somebody's assumptions, say.

    Args:
        label: its name, in two or three words.
        settings: for each input that it sets, a number in the input's unit, a quantity, or the name of a choice's option. The other
            inputs stay at their defaults, and uncertain.
        note: one sentence that says whose settings these are.
    """

    label: str
    settings: Mapping[str, float | Quantity | str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Outcome:
    """A result for one setting: the value and, with ``interval=True``, its 5th, 50th and 95th percentile, in the result's unit."""

    value: float
    low: float | None
    median: float | None
    high: float | None
    text: str
    interval_text: str


@dataclass(frozen=True)
class _Format:
    """How a number of some unit is written, in Python and in the page alike."""

    measured_in: Any
    digits: int
    suffix: str | None

    def describe(self) -> dict[str, Any]:
        words = wordings.wording(self.measured_in)
        if self.suffix is not None:
            words |= {"one": self.suffix, "many": self.suffix}
        return {**words, "digits": self.digits}

    def text(self, value: float) -> str:
        if not math.isfinite(value):
            return "not defined"
        words = wordings.wording(self.measured_in)
        is_scientific = words["kind"] == "scientific"
        if words["whole"]:
            value = round_to_place(value, 0)
        elif abs(value) < SMALLEST_WRITTEN and not is_scientific:
            value = 0.0
        is_exact = not is_scientific and (words["whole"] or settle(value) == round_to(value, self.digits))
        number = Quantity(value + 0.0, self.measured_in, EXACT if is_exact else self.digits)
        return f"{number:{self.digits}}" if self.suffix is None else f"{number:{self.digits} bare}" + self.suffix

    def interval(self, low: float, high: float) -> str:
        """Both ends, with the unit's words once; one of them where they are written alike."""
        first, last = self.text(low), self.text(high)
        if first == last:
            return first
        words = self.describe()["many"]
        shared = words and first.endswith(words) and last.endswith(words)
        return f"{first.removesuffix(words) if shared else first} to {last}"


@dataclass(frozen=True)
class _Formula:
    """A compiled result."""

    result: Result
    expression: Any
    text: str
    inputs: frozenset[str]
    format: _Format


@dataclass(eq=False)
class Calculator:
    """A model with sliders.

    Args:
        name: its id in the page, and the prefix of settings in a shared address.
        title: what it computes.
        inputs: sliders, choices and fixed numbers.
        results: groups of results.
        description: one or two sentences under the title.
        landmarks: known figures to compare one result with.
        presets: settings to choose from; of each the page shows the main result: the first that the sentence names, or else the first.
        presets_title: what they are, as a question or a name.
        sentence: the main result in words, which follow the settings: ``"The research cost {total}, within {total.interval}."``

    Raises:
        CalculatorError: a part that does not fit; the message says which.
    """

    name: str
    title: str
    inputs: Sequence[Input]
    results: Sequence[Results]
    description: str = ""
    landmarks: Landmarks | None = None
    presets: Sequence[Preset] = ()
    presets_title: str = "Whose assumptions?"
    sentence: str = ""
    _formulas: dict[str, _Formula] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise CalculatorError(f"{self.name!r} is no name: use small letters, digits and underscores.")
        self._inputs = self._checked_inputs()
        self._units = {name: str(_unit_of(item)) or "ratio" for name, item in self._inputs.items()}
        self._formulas = {}
        for group in self.results:
            self._compile(group)
        if not self._formulas:
            raise self._error("results", "there are none.")
        self._compute = formulas.numpy_function(list(self._inputs), [formula.expression for formula in self._formulas.values()])
        self._check_units()
        self._draws = self._drawn()
        if self.landmarks and self.landmarks.result not in self._formulas:
            raise self._error("landmarks", f"there is no result called {self.landmarks.result!r}.")
        self._presets = self._checked_presets()
        self._check_sentence()

    def _error(self, part: str, message: str) -> CalculatorError:
        return CalculatorError(f"Calculator {self.name!r}, {part}: {message}")

    # Checks

    def _checked_inputs(self) -> dict[str, Input]:
        found: dict[str, Input] = {}
        for item in self.inputs:
            item = _reaching(item)
            part = f"{type(item).__name__.lower()} {item.name!r}"
            if not _NAME.fullmatch(item.name) or item.name.startswith("_"):
                raise self._error(part, "the name must be small letters, digits and underscores.")
            if item.name in found:
                raise self._error(part, "there are two inputs of this name.")
            try:
                _check(item)
            except (ValueError, TypeError) as error:
                raise self._error(part, str(error)) from None
            found[item.name] = item
        return found

    def _compile(self, group: Results) -> None:
        part = f"results {group.title!r}"
        if group.style not in STYLES:
            raise self._error(part, f"the style is {group.style!r}; there are {', '.join(STYLES)}.")
        for result in group.results:
            part = f"result {result.name!r}"
            if not _NAME.fullmatch(result.name) or result.name in self._formulas or result.name in self._inputs:
                raise self._error(part, "the name must be new, in small letters, digits and underscores.")
            if group.style == "verdicts" and not result.texts:
                raise self._error(part, "a verdict needs texts.")
            try:
                measured_in = unit(result.unit)
                for _, reference in group.references:
                    reference.to(result.unit)
                self._formulas[result.name] = self._formula(result, measured_in)
            except (formulas.FormulaError, UnitError) as error:
                raise self._error(part, str(error)) from None

    def _formula(self, result: Result, measured_in: Any) -> _Formula:
        names = formulas.parameters(result.function)
        if unknown := [name for name in names if name not in self._inputs and name not in self._formulas]:
            raise formulas.FormulaError(
                f"its parameter {unknown[0]!r} names no input and no earlier result. "
                f"There are {', '.join([*self._inputs, *self._formulas])}."
            )
        known = {name: formula.expression for name, formula in self._formulas.items()}
        units = {**self._units, **{name: formula.result.unit for name, formula in self._formulas.items()}}
        arguments = {name: known[name] if name in known else formulas.symbol(name) for name in names}
        found = formulas.expression(result.function, arguments, units, result.unit)
        formulas.tree(found)  # Raises where a page could not compute it
        shown = formulas.expression(result.function, {name: formulas.symbol(name) for name in names}, units, result.unit)
        labels = {item.name: item.label for item in self._inputs.values()} | {
            name: formula.result.label for name, formula in self._formulas.items()
        }
        used = frozenset(symbol.name for symbol in found.free_symbols)
        return _Formula(result, found, formulas.text(shown, labels), used, _Format(measured_in, result.digits, result.suffix))

    def _check_units(self) -> None:
        values = self._defaults()
        computed = self._values(values)
        units = {**self._units, **{name: formula.result.unit for name, formula in self._formulas.items()}}
        for name, formula in self._formulas.items():
            if formula.result.texts or not formula.result.check_unit:
                continue
            given = {parameter: {**values, **computed}[parameter] for parameter in formulas.parameters(formula.result.function)}
            try:
                formulas.require_unit(formula.result.function, given, units, formula.result.unit, computed[name])
            except formulas.FormulaError as error:
                raise self._error(f"result {name!r}", str(error)) from None

    def _checked_presets(self) -> dict[str, dict[str, float]]:
        """The settings of each preset by its label."""
        found: dict[str, dict[str, float]] = {}
        for preset in self.presets:
            if not preset.label.strip() or preset.label in found:
                raise self._error("presets", f"{preset.label!r}: give each a name of its own, such as “Our assumptions”.")
            try:
                settings = self.settings(**preset.settings)
            except CalculatorError as error:
                raise CalculatorError(f"{error} This is said of the preset {preset.label!r}.") from None
            if same := [label for label, others in found.items() if others == settings]:
                raise self._error("presets", f"{preset.label!r} sets the same as {same[0]!r}: leave one of them out.")
            found[preset.label] = settings
        return found

    def _check_sentence(self) -> None:
        known = [*self._formulas, *(f"{name}.interval" for name, formula in self._formulas.items() if formula.result.interval)]
        unknown = [name for name in re.findall(r"\{([^}]*)\}", self.sentence) if name not in known]
        if unknown:
            raise self._error("sentence", f"there is no {{{unknown[0]}}}. Write {', '.join(f'{{{name}}}' for name in known)}.")

    # Computing

    def _defaults(self) -> dict[str, float]:
        return {name: _default(item) for name, item in self._inputs.items()}

    def _values(self, values: Mapping[str, float]) -> dict[str, float]:
        with np.errstate(all="ignore"):
            computed = self._compute(*(np.float64(values[name]) for name in self._inputs))
        return {name: float(value) for name, value in zip(self._formulas, computed, strict=True)}

    def _drawn(self) -> dict[str, Array]:
        """Quasi-random values of each uncertain input: one dimension of Halton's points each, in the order of inputs."""
        uncertain = {name: item.uncertain for name, item in self._inputs.items() if isinstance(item, Slider) and item.uncertain}
        if not uncertain:
            return {}
        from scipy.stats import qmc  # Slow to import, and not every chapter draws

        points = qmc.Halton(len(uncertain), scramble=False).random(DRAWS + 1)[1:]
        return {
            name: quantiles(distribution, points[:, column], self._units[name])
            for column, (name, distribution) in enumerate(uncertain.items())
        }

    def settings(self, **settings: float | Quantity | str) -> dict[str, float]:
        """Settings as bare numbers in the inputs' units.

        Raises:
            CalculatorError: no such input, or a value that it cannot have.
        """
        found = {}
        for name, value in settings.items():
            item = self._inputs.get(name)
            if item is None or isinstance(item, Fixed):
                settable = (other for other, found in self._inputs.items() if not isinstance(found, Fixed))
                raise self._error(f"setting {name!r}", f"there is no such input. There are {', '.join(settable)}.")
            if isinstance(item, Choice):
                number = bare(item.options[value], _unit_of(item)) if isinstance(value, str) and value in item.options else value
                if number not in _options(item):
                    raise self._error(f"setting {name!r}", f"{value!r} is not among {', '.join(item.options)}.")
            else:
                if isinstance(value, str):
                    raise self._error(f"setting {name!r}", f"{value!r} is a text: give a number, or a quantity with its unit.")
                number = bare(value, _unit_of(item))
                low, high = _ends(item)
                if not low <= number <= high:
                    inside = _format(item).interval(low, high)
                    raise self._error(f"setting {name!r}", f"{value} lies outside {low:g} to {high:g}. Write a number from {inside}.")
            found[name] = float(number)
        return found

    def evaluate(self, **settings: float | Quantity | str) -> dict[str, Outcome]:
        """All results for some settings; inputs not named stay at their default, and uncertain.

        Args:
            settings: numbers in the input's unit, quantities, or names of a choice's options.

        Returns:
            An outcome for each result's name.
        """
        touched = self.settings(**settings)
        values = {**self._defaults(), **touched}
        computed = self._values(values)
        drawn = {name: draws for name, draws in self._draws.items() if name not in touched}
        spread = self._spread({**values, **drawn})
        return {name: self._outcome(formula, computed[name], spread[name]) for name, formula in self._formulas.items()}

    def _spread(self, values: Mapping[str, Any]) -> dict[str, tuple[float, float, float] | None]:
        wanted = [name for name, formula in self._formulas.items() if formula.result.interval]
        if not wanted:
            return dict.fromkeys(self._formulas)
        with np.errstate(all="ignore"):
            columns = self._compute(*(np.broadcast_to(np.asarray(values[name], dtype=float), (DRAWS,)) for name in self._inputs))
        found: dict[str, tuple[float, float, float] | None] = dict.fromkeys(self._formulas)
        for name, column in zip(self._formulas, columns, strict=True):
            if name in wanted:
                low, median, high = np.quantile(np.broadcast_to(np.asarray(column, dtype=float), (DRAWS,)), PERCENTILES)
                found[name] = (float(low), float(median), float(high))
        return found

    def _outcome(self, formula: _Formula, value: float, spread: tuple[float, float, float] | None) -> Outcome:
        low, median, high = spread or (None, None, None)
        interval = formula.format.interval(low, high) if low is not None and high is not None else ""
        texts = formula.result.texts
        if texts is None:
            text = formula.format.text(value)
        else:
            text = texts.get(round(value), "not defined") if math.isfinite(value) else "not defined"
        return Outcome(value, low, median, high, text, interval)

    def quantity(self, name: str, end: str = "value", **settings: float | Quantity | str) -> Quantity:
        """A result as a traced number, for sentences and tables.

        Args:
            name: the result.
            end: ``value``, or ``low``, ``median``, ``high`` of its interval.
            settings: as for `evaluate`.
        """
        formula = self._formulas[name]
        value = getattr(self.evaluate(**settings)[name], end)
        if value is None:
            raise self._error(f"result {name!r}", "it has no interval: set interval=True.")
        text = {"value": "", "low": "5th percentile of ", "median": "median of ", "high": "95th percentile of "}[end] + formula.text
        changed = ", ".join(f"{self._inputs[key].label} {self._text_of(key, number)}" for key, number in self.settings(**settings).items())
        trace = Trace(f"{text} ({changed})" if changed else text, self._rows(formula), 1)
        return Quantity(value, unit(formula.result.unit), formula.result.digits, trace, name=formula.result.label if end == "value" else "")

    def setting(self, name: str, value: float | Quantity | str) -> Quantity:
        """A setting that readers can make, for sentences that tell what follows from it; traced to what its results rest on.

        Args:
            name: the input.
            value: as for `evaluate`, in the input's unit.
        """
        number = self.settings(**{name: value})[name]
        rows = frozenset[str]().union(*(self._rows(formula) for formula in self._formulas.values() if name in formula.inputs))
        return quantity.computed(number, self._units[name], EXACT, f"a setting of “{self._inputs[name].label}”", rows)

    def _rows(self, formula: _Formula) -> frozenset[str]:
        return frozenset(row for name in formula.inputs for number in _numbers(self._inputs[name]) for row in number.rows)

    def _text_of(self, name: str, value: float) -> str:
        item = self._inputs[name]
        if isinstance(item, Choice):
            return next(label for label, option in zip(item.options, _options(item), strict=True) if option == value)
        return _format(item).text(value)

    # Display

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        data = self.data()
        return {"text/plain": _as_text(data), "text/html": _as_html(data), data.MIME_TYPE: data.to_payload()}

    def data(self) -> contract.Calculator:
        """Everything a page needs."""
        definitions, trees = formulas.trees([formula.expression for formula in self._formulas.values()])
        by_name = dict(zip(self._formulas, trees, strict=True))
        outcomes = self.evaluate()
        content = {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputs": [self._describe(item) for item in self._inputs.values()],
            "definitions": definitions,
            "draws": DRAWS,
            "results": [self._describe_group(group, by_name, outcomes) for group in self.results],
            "landmarks": self._landmarks(outcomes) if self.landmarks else None,
            "presets": [self._describe_preset(preset) for preset in self.presets],
            "presets_title": self.presets_title,
            "sentence": self.sentence,
        }
        return contract.Calculator.from_payload(record_all(content))

    def _describe_group(self, group: Results, trees: Mapping[str, Any], outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
        items = [self._item(result, trees[result.name], outcomes[result.name]) for result in group.results]
        references = [self._reference(group, *reference) for reference in group.references]
        described = {"title": group.title, "style": group.style, "log": group.log, "note": group.note}
        if group.style in ("bars", "ranking"):
            ends = scale(items, references, group.log)
            form = self._formulas[group.results[0].name].format
            described |= {"ends": list(ends), "ends_text": [form.text(end) for end in ends]}
        return {**described, "references": references, "items": items}

    def _describe_preset(self, preset: Preset) -> dict[str, Any]:
        settings = self._presets[preset.label]
        named = re.findall(contract.IN_A_SENTENCE, self.sentence)
        main = self.evaluate(**settings)[named[0].partition(".")[0] if named else next(iter(self._formulas))]
        described = {"label": preset.label, "settings": settings, "text": main.text, "note": preset.note}
        return {**described, "interval_text": main.interval_text}

    def _describe(self, item: Input) -> dict[str, Any]:
        described: dict[str, Any] = {"kind": type(item).__name__.lower(), "name": item.name, "label": item.label}
        if isinstance(item, Choice):
            options = [
                {"label": label, "value": number, "number": _traced(option)}
                for (label, option), number in zip(item.options.items(), _options(item), strict=True)
            ]
            return {**described, "help": item.help, "default": _default(item), "options": options}
        form = _format(item)
        default = _default(item)
        described |= {"default": default, "text": form.text(default), "format": form.describe(), "number": _traced(item.value)}
        if isinstance(item, Slider):
            low, high = _ends(item)
            described |= {"reach": form.interval(low, high)}
            described |= {"help": item.help, "low": low, "high": high, "log": item.log, "step": _step(item), "positions": _positions(item)}
            if item.uncertain:
                described |= {"uncertain": describe(item.uncertain, _unit_of(item)), "known": _known(item)}
                ends = quantiles(item.uncertain, np.array(PERCENTILES), str(_unit_of(item)) or "ratio")
                described["range"] = [_stored(ends[0]), _stored(ends[2])]
        return described

    def _reference(self, group: Results, label: str, number: Quantity) -> dict[str, Any]:
        converted = number.to(group.results[0].unit)
        return {"label": label, "value": _stored(converted.magnitude), "text": str(number), "number": _traced(number)}

    def _item(self, result: Result, tree: Any, outcome: Outcome) -> dict[str, Any]:
        formula = self._formulas[result.name]
        item: dict[str, Any] = {
            "name": result.name,
            "label": result.label,
            "unit": result.unit,
            "interval": result.interval,
            "tree": tree,
            "format": formula.format.describe(),
            "formula": formula.text,
            "rows": sorted(self._rows(formula)),
            "value": _stored(outcome.value),
            "text": outcome.text,
        }
        if result.interval:
            item |= {name: _stored(getattr(outcome, name)) for name in ("low", "median", "high")}
            item |= {"interval_text": outcome.interval_text, "median_text": formula.format.text(outcome.median or 0)}
        if result.texts:
            item["texts"] = {str(code): text for code, text in result.texts.items()}
        return item

    def _landmarks(self, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
        assert self.landmarks is not None
        measured_in = self._formulas[self.landmarks.result].result.unit
        if not self.landmarks.items or any(number <= number * 0 for _, number, *_ in self.landmarks.items):
            raise self._error("landmarks", "there must be some, all above zero.")
        own, scopes = self.landmarks.scope, ["".join(scope) for _, _, _, *scope in self.landmarks.items]
        if any(bool(scope) != bool(own) for scope in scopes):
            raise self._error(
                "landmarks", "say of each what it covers, (label, amount, address, scope), and of the result: Landmarks(scope=…)."
            )
        if own not in scopes:
            raise self._error("landmarks", f"none covers {own!r}. They cover {', '.join(dict.fromkeys(scopes))}.")
        items = [
            {
                "label": label,
                "value": _stored(number.to(measured_in).magnitude),
                "text": str(number),
                "href": href,
                "number": _traced(number),
                "scope": scope,
            }
            for (label, number, href, *_), scope in zip(self.landmarks.items, scopes, strict=True)
        ]
        return {"result": self.landmarks.result, "lead": self.landmarks.lead, "items": items, "scope": own}


def scale(items: Sequence[Mapping[str, Any]], references: Sequence[Mapping[str, Any]], log: bool) -> tuple[float, float]:
    """The ends of the bars' common scale: zero, or a power of ten, to a round number above everything shown."""
    shown = [item[name] for item in items for name in ("value", "high") if item.get(name) is not None]
    positive = [number for number in [*shown, *(reference["value"] for reference in references)] if number > 0]
    top = max(positive, default=1.0)
    place = leading_place(top)
    size = float(f"1e{place}")
    if not log:
        return 0.0, next(step * size for step in (1, 2, 5, 10) if settle(step * size) >= settle(top))
    least = min([*positive, *(item["low"] for item in items if (item.get("low") or 0) > 0)], default=1.0)
    # A power of ten below everything shown, and one that nothing exceeds
    below = leading_place(least) - (settle(least) == float(f"1e{leading_place(least)}"))
    above = place + (settle(top) > size)
    return float(f"1e{below}"), float(f"1e{max(above, below + 1)}")


# Inputs, seen from outside


def _reaching(item: Input) -> Input:
    """A slider that starts where a reader wants it: its ends give way, and nothing about the value is uncertain."""
    if not isinstance(item, Slider) or not any(row.startswith(ASSUMPTION) for row in _as_number(item.value).rows):
        return item
    (low, high), value = _ends(item), _default(item)
    low, high = min(low, value), max(high, value)
    # Steps must end at the ends
    step = item.step if (low, high) == _ends(item) or item.log else (high - low) / POSITIONS
    return replace(item, uncertain=None, low=low, high=high, step=step)


def _as_number(value: Number) -> Quantity:
    if isinstance(value, Quantity):
        return value
    return Quantity(float(value), unit("ratio"), EXACT, Trace(f"{value:g}", frozenset()))


def _unit_of(item: Input) -> Any:
    return _as_number(next(iter(item.options.values())) if isinstance(item, Choice) else item.value).unit


def _default(item: Input) -> float:
    value = item.options[item.default] if isinstance(item, Choice) else item.value
    return _as_number(value).magnitude


def _options(item: Choice) -> list[float]:
    return [bare(option, _unit_of(item)) for option in item.options.values()]


def _numbers(item: Input) -> list[Quantity]:
    values = list(item.options.values()) if isinstance(item, Choice) else [item.value]
    return [value for value in values if isinstance(value, Quantity)]


def _ends(item: Slider) -> tuple[float, float]:
    return bare(item.low, _unit_of(item)), bare(item.high, _unit_of(item))


def _step(item: Slider) -> float | None:
    return None if item.step is None else bare(item.step, _unit_of(item))


def _positions(item: Slider) -> int:
    """How many steps the slider has."""
    low, high = _ends(item)
    step = _step(item)
    return LOG_POSITIONS if item.log or not step else round((high - low) / step)


def _format(item: Slider | Fixed) -> _Format:
    return _Format(_unit_of(item), item.digits, item.suffix if isinstance(item, Slider) else None)


def _check(item: Input) -> None:
    if isinstance(item, Fixed):
        return
    if isinstance(item, Choice):
        if item.default not in item.options:
            raise ValueError(f"the default {item.default!r} is not among {', '.join(item.options)}.")
        if len(set(_options(item))) < len(item.options):
            raise ValueError("two options have the same number, so that an address could not tell them apart.")
        return
    (low, high), value, step = _ends(item), _default(item), _step(item)
    if not low < high:
        raise ValueError(f"the low end {low:g} is not below the high end {high:g}.")
    if not low <= value <= high:
        raise ValueError(f"the default {value:g} lies outside {low:g} to {high:g}.")
    if item.log and low <= 0:
        raise ValueError(f"a log slider starts above zero, not at {low:g}.")
    if not item.log and (step is None or step <= 0):
        raise ValueError("a slider needs a step above zero.")
    if not item.log and step and abs((high - low) / step - round((high - low) / step)) > 1e-6:
        raise ValueError(f"steps of {step:g} from {low:g} don't end at {high:g}.")
    if not 1 <= _positions(item) <= MOST_POSITIONS:
        raise ValueError(f"it would have {_positions(item)} steps. Choose a larger step, or log=True.")
    if item.uncertain is not None:
        check(item.uncertain, _unit_of(item))


def _known(item: Slider) -> str:
    """What is known about an uncertain input, in words."""
    assert item.uncertain is not None
    kind, low, *middle, high = describe(item.uncertain, _unit_of(item))
    form = _format(item)
    reach = form.interval(low, high)
    if kind == "uniform":
        return f"Uncertain: anything from {reach}"
    if kind == "triangular":
        return f"Uncertain: {reach}, most likely {form.text(middle[0])}"
    return f"Uncertain: in nine of ten cases {reach}, half below {form.text(middle[0])}"


def _traced(value: Number) -> dict[str, Any] | None:
    """A number with its rows, or nothing where no row stands behind it: then it is an assumption."""
    return publish.traced(value).to_payload() if isinstance(value, Quantity) and value.rows else None


def _stored(value: float | None) -> float | None:
    """As it is recorded; nothing where it is not defined."""
    return None if value is None or not math.isfinite(value) else record(value)


# Where there is no page: the defaults, as text and as tables


def _lines(data: contract.Calculator) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    inputs = [(item.label, item.chosen.label if isinstance(item, contract.Choice) else item.text) for item in data.inputs]
    results = [(item.label, _with_interval(item.text, item.interval_text)) for item in data.outcomes]
    return inputs, [*results, *((preset.label, _with_interval(preset.text, preset.interval_text)) for preset in data.presets)]


def _with_interval(text: str, interval_text: str) -> str:
    return f"{text} (90%: {interval_text})" if interval_text else text


def _as_text(data: contract.Calculator) -> str:
    inputs, results = _lines(data)
    width = max(len(label) for label, _ in [*inputs, *results])
    written = [f"  {label.ljust(width)}  {text}" for label, text in inputs]
    return "\n".join([data.title, "With", *written, "follows", *(f"  {label.ljust(width)}  {text}" for label, text in results)])


def _as_html(data: contract.Calculator) -> str:
    inputs, results = _lines(data)
    parts = []
    for title, lines in (("Default", inputs), ("Result", results)):
        rows = "".join(f"<tr><td>{publish.shown(label)}</td><td>{publish.shown(text)}</td></tr>" for label, text in lines)
        parts.append(f"<tbody><tr><th></th><th>{title}</th></tr>{rows}</tbody>")
    note = "<p>Sliders move on the page of this chapter. Here: <code>calculator.evaluate(name=value)</code>.</p>"
    return f"<table><caption>{publish.shown(data.title)}</caption>{''.join(parts)}</table>{note}"
