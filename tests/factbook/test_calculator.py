"""Calculators: one formula gives the same in plain Python, numpy and as the page's syntax tree; intervals are scipy's."""

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from deepseek_audit.models import cost
from factbook import quantity
from factbook.calculators import formulas
from factbook.calculators.calculator import (
    DRAWS,
    Calculator,
    CalculatorError,
    Choice,
    Fixed,
    Landmarks,
    Preset,
    Result,
    Results,
    Slider,
    scale,
)
from factbook.calculators.distributions import Lognormal, Triangular, Uniform
from factbook.facts import load
from factbook.quantity import UnitError, constant, of

RATE = of("2.0", "usd/gpu_hour", "v3_rate_assumed", exact=True)
HOURS = of("2788000", "gpu_hour", "v3_hours_total")


def bill(hours, rate):
    return hours * rate


def whole(bill, multiplier, failed):
    return bill * multiplier * (1 + failed / 100)


def calculator(**changes: Any) -> Calculator:
    parts: dict[str, Any] = {
        "name": "programme",
        "title": "What the programme cost",
        "inputs": [
            Slider("rate", "Rent", RATE, 0.5, 5, 0.1, uncertain=Triangular(1.4, 2, 3.5)),
            Slider("multiplier", "Experiments", 3.0, 1, 20, log=True, uncertain=Lognormal(1.5, 8), suffix=" times"),
            Slider("failed", "Failed runs", 20.0, 0, 100, 5, uncertain=Uniform(10, 40), suffix="%"),
            Choice("bits", "Precision", {"BF16": 16, "FP8": 8}, default="BF16"),
            Fixed("hours", "Chip time", HOURS),
        ],
        "results": [
            Results(
                "Total",
                [Result("bill", "Final run", bill, "usd"), Result("total", "Total", whole, "usd", interval=True)],
            ),
            Results("Parts", [Result("rest", "Others", lambda total, bill: sympy.Max(total - bill, 0), "usd")], style="bars"),
            Results(
                "Seen?",
                [
                    Result(
                        "seen",
                        "Seen",
                        lambda total, bits: sympy.Piecewise((1, sympy.And(total > 2e7, bits > 8)), (0, True)),
                        texts={0: "no", 1: "yes"},
                    )
                ],
                style="verdicts",
            ),
        ],
    }
    return Calculator(**{**parts, **changes})


def computed(tree: Any, values: dict[str, float]) -> Any:
    """A syntax tree, computed independently of sympy and numpy."""
    if isinstance(tree, str):
        return values[tree]
    if not isinstance(tree, list):
        return math.nan if tree is None else tree
    name, *rest = tree
    if name == "if":
        pairs = list(zip(rest[::2], rest[1::2], strict=False))
        for condition, value in pairs:
            if computed(condition, values):
                return computed(value, values)
        return computed(rest[-1], values) if len(rest) % 2 else math.nan
    parts = [computed(part, values) for part in rest]
    return {
        "+": lambda: math.fsum(parts),
        "*": lambda: math.prod(parts),
        "/": lambda: parts[0] / parts[1],
        "pow": lambda: parts[0] ** parts[1],
        "exp": lambda: math.exp(parts[0]),
        "log": lambda: math.log(parts[0]),
        "sqrt": lambda: math.sqrt(parts[0]),
        "abs": lambda: abs(parts[0]),
        "min": lambda: min(parts),
        "max": lambda: max(parts),
        "<": lambda: parts[0] < parts[1],
        "<=": lambda: parts[0] <= parts[1],
        ">": lambda: parts[0] > parts[1],
        ">=": lambda: parts[0] >= parts[1],
        "and": lambda: all(parts),
        "or": lambda: any(parts),
        "not": lambda: not parts[0],
        "floor": lambda: math.floor(parts[0]),
        "ceil": lambda: math.ceil(parts[0]),
    }[name]()


def by_tree(found: Calculator, values: dict[str, float]) -> dict[str, float]:
    data = found.data().to_payload()
    known = {item["name"]: item["default"] for item in data["inputs"]} | values
    for name, tree in data["definitions"]:
        known[name] = computed(tree, known)
    return {item["name"]: float(computed(item["tree"], known)) for group in data["results"] for item in group["items"]}


PROGRAMME = calculator()


@settings(max_examples=60)
@given(rate=st.floats(0.5, 5), multiplier=st.floats(1, 20), failed=st.floats(0, 100), bits=st.sampled_from([16, 8]))
def test_tree_numpy_and_plain_python_agree(rate, multiplier, failed, bits):
    outcome = PROGRAMME.evaluate(rate=rate, multiplier=multiplier, failed=failed, bits=bits)
    tree = by_tree(PROGRAMME, {"rate": rate, "multiplier": multiplier, "failed": failed, "bits": bits})
    plain = whole(bill(HOURS.magnitude, rate), multiplier, failed)
    assert outcome["total"].value == pytest.approx(plain, rel=1e-12)
    assert tree["total"] == pytest.approx(plain, rel=1e-12)
    assert tree["rest"] == pytest.approx(max(plain - HOURS.magnitude * rate, 0), rel=1e-9, abs=1e-6)
    assert tree["seen"] == outcome["seen"].value == (plain > 2e7 and bits > 8)


@settings(max_examples=80)
@given(x=st.floats(0.1, 50), y=st.floats(-20, 20))
def test_every_operation_survives_the_tree(x, y):
    def everything(x, y):
        chosen = sympy.Piecewise((x, sympy.Or(x < y, sympy.Not(x > 10))), (y**2, sympy.And(y >= 0, x <= 40)), (sympy.floor(x), True))
        return chosen + sympy.sqrt(x) / x**1.5 + sympy.exp(-x) * sympy.log(x) + abs(y) + sympy.Min(x, y, 3) - sympy.ceiling(y)

    found = Calculator(
        "all", "All", [Slider("x", "x", 1, 0, 50, 1), Slider("y", "y", 0, -20, 20, 1)], [Results("", [Result("r", "r", everything)])]
    )
    chosen = x if (x < y or not x > 10) else y**2 if (y >= 0 and x <= 40) else math.floor(x)
    expected = chosen + math.sqrt(x) / x**1.5 + math.exp(-x) * math.log(x) + abs(y) + min(x, y, 3) - math.ceil(y)
    assert found.evaluate(x=x, y=y)["r"].value == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert by_tree(found, {"x": x, "y": y})["r"] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_intervals_are_percentiles_over_what_is_not_set():
    points = stats.qmc.Halton(3, scramble=False).random(DRAWS + 1)[1:]
    rate = stats.triang(c=0.6 / 2.1, loc=1.4, scale=2.1).ppf(points[:, 0])
    spread = math.log(8 / 1.5) / 2 / stats.norm.ppf(0.95)
    multiplier = stats.lognorm(s=spread, scale=math.sqrt(12)).ppf(points[:, 1])
    failed = stats.uniform(10, 30).ppf(points[:, 2])
    expected = np.quantile(HOURS.magnitude * rate * multiplier * (1 + failed / 100), [0.05, 0.5, 0.95])
    outcome = PROGRAMME.evaluate()["total"]
    assert [outcome.low, outcome.median, outcome.high] == pytest.approx(expected, rel=1e-9)
    expected = np.quantile(HOURS.magnitude * 3.1 * multiplier * (1 + failed / 100), [0.05, 0.5, 0.95])
    outcome = PROGRAMME.evaluate(rate=3.1)["total"]
    assert [outcome.low, outcome.median, outcome.high] == pytest.approx(expected, rel=1e-9)
    known = PROGRAMME.evaluate(rate=3.1, multiplier=2, failed=0)["total"]
    assert known.low == known.high == known.value
    assert PROGRAMME.evaluate()["bill"].low is None


def test_quasi_random_intervals_are_those_of_the_distribution():
    """Against the exact percentiles of a single lognormal, and of a uniform."""
    for distribution, exact in ((Lognormal(2, 18), (2, 18)), (Uniform(0, 10), (0.5, 9.5)), (Lognormal(2, 50, median=5), (2, 50))):
        found = Calculator(
            "one",
            "One",
            [Slider("x", "x", 3, 0, 100, 1, uncertain=distribution)],
            [Results("", [Result("y", "y", lambda x: 2 * x, interval=True)])],
        )
        outcome = found.evaluate()["y"]
        assert (outcome.low, outcome.high) == pytest.approx((2 * exact[0], 2 * exact[1]), rel=5e-3)


def test_models_that_insist_on_quantities_can_be_used():
    facts = load()
    rent, fixed = Slider("rate", "Rent", facts["v3_rate_assumed"], 1, 5, 0.5), Fixed("gpu_hours", "Hours", facts["v3_hours_total"])
    found = Calculator("bill", "Bill", [rent, fixed], [Results("", [Result("bill", "Bill", cost.rental_cost, "usd")])])
    assert found.evaluate(rate=2)["bill"].value == cost.rental_cost(facts["v3_hours_total"], facts["v3_rate_assumed"]).magnitude
    assert found.evaluate(rate=2)["bill"].text == "$5.58M"
    traced = found.quantity("bill")
    assert traced.rows == {"v3_hours_total", "v3_rate_assumed"}
    assert traced.formula == "Hours × Rent"


def test_quantities_choices_and_conversions():
    months = Slider("time", "Time", constant(2, "month", "2"), 1, 12, 1)
    chip = Choice("price", "Chip", {"new": of("40000", "usd/gpu", "a"), "used": of("20000", "usd/gpu", "b")}, default="new")
    found = Calculator("mixed", "Mixed", [months, chip], [Results("", [Result("days", "Days", lambda time: time.to("day"), "day")])])
    assert found.evaluate()["days"].value == pytest.approx(365.25 / 6)
    assert found.evaluate(time=quantity.constant(365.25, "day", "a year"))["days"].value == pytest.approx(365.25)
    assert found.settings(price="used") == {"price": 20000}


def faulty(*inputs: Any, function: Any = lambda x: x, unit: str = "ratio", **changes: Any) -> Calculator:
    return Calculator("faulty", "Faulty", list(inputs), [Results("", [Result("r", "r", function, unit, **changes)])])


X = Slider("x", "x", 1, 0, 2, 1)
BILL = RATE * HOURS


def preset(settings: dict[str, Any]) -> Calculator:
    return calculator(presets=[Preset("Theirs", settings)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: faulty(Slider("x", "x", 9, 0, 2, 1)), "slider 'x': the default 9 lies outside 0 to 2"),
        (lambda: faulty(Slider("x", "x", 1, 2, 0, 1)), "the low end 2 is not below the high end 0"),
        (lambda: faulty(Slider("x", "x", 1, 1, 1, 1)), "slider 'x': the low end 1 is not below the high end 1"),
        (lambda: Calculator("f", "F", [X], [Results("", [Result("R y", "r", lambda x: x)])]), "result 'R y': the name must be new"),
        (lambda: calculator(landmarks=Landmarks("bill", [])).data(), "landmarks: there must be some, all above zero"),
        (lambda: PROGRAMME.quantity("bill", "low"), "result 'bill': it has no interval: set interval=True"),
        (lambda: faulty(Slider("x", "x", 1, 0, 2)), "needs a step"),
        (lambda: faulty(Slider("x", "x", 1, 0, 2, 0.3)), r"steps of 0\.3 from 0 don't end at 2"),
        (lambda: faulty(Slider("x", "x", 1, 0, 2, log=True)), "starts above zero"),
        (lambda: faulty(Slider("x", "x", 1, 0, 2, 1e-6)), "larger step"),
        (lambda: faulty(Slider("x", "x", 1, 0, 2, 1, uncertain="normal")), "unknown distribution 'normal'"),  # type: ignore[arg-type]
        (lambda: faulty(Slider("x", "x", 1, 0, 2, 1, uncertain=Uniform(2, 1))), "uniform distribution must rise"),
        (lambda: faulty(Slider("x", "x", 1, 0, 2, 1, uncertain=Triangular(1, 3, 2))), "triangular distribution must rise"),
        (lambda: faulty(Slider("x", "x", 1, 0, 2, 1, uncertain=Lognormal(0, 2))), "above zero"),
        (lambda: faulty(X, X), "two inputs of this name"),
        (lambda: faulty(Slider("X y", "x", 1, 0, 2, 1)), "small letters"),
        (lambda: faulty(Choice("x", "x", {"a": 1}, default="b")), "default 'b' is not among a"),
        (lambda: faulty(Choice("x", "x", {"a": 1, "b": 1}, default="b")), "same number"),
        (lambda: faulty(X, function=lambda y: y), "parameter 'y' names no input"),
        (lambda: faulty(X, function=lambda x: x if x > 1 else 0), r"Use sympy\.Piecewise"),
        (lambda: faulty(X, function=lambda x: math.log(x)), "neither with symbols nor with quantities"),
        (lambda: faulty(X, function=lambda x: sympy.gamma(x)), "the page cannot compute gamma"),
        (lambda: faulty(X, unit="usd"), "declared in usd, but gives"),
        (lambda: faulty(X, unit="furlong"), "unknown unit “furlong”"),
        (lambda: calculator(results=[Results("", [Result("b", "b", lambda rate: rate + 1, "usd/gpu_hour")])]), "units don't fit"),
        (lambda: calculator(results=[Results("", [Result("b", "b", bill, "usd")], style="pie")]), "style is 'pie'"),
        (lambda: calculator(results=[Results("", [Result("b", "b", bill, "usd")], style="verdicts")]), "needs texts"),
        (lambda: calculator(results=[Results("", [Result("b", "b", bill, "usd")], references=[("l", HOURS)])]), "measured in"),
        (lambda: calculator(results=[]), "there are none"),
        (lambda: calculator(landmarks=Landmarks("nothing", [("a", RATE, "")])), "no result called 'nothing'"),
        (lambda: calculator(name="Big Name"), "is no name"),
        (lambda: preset({"speed": 1}), r"setting 'speed': there is no such input\. There are rate, .* This is said of the preset 'Theirs'"),
        (lambda: preset({"rate": 99}), r"setting 'rate': 99 lies outside .* Write a number from \$.* per GPU-hour\. This is said of"),
        (lambda: preset({"rate": "high"}), "'high' is a text: give a number"),
        (lambda: calculator(presets=[Preset(" ")]), "presets: ' ': give each a name of its own"),
        (lambda: calculator(presets=[Preset("A"), Preset("A", {"rate": 3})]), "'A': give each a name of its own"),
        (lambda: calculator(presets=[Preset("A"), Preset("B")]), "'B' sets the same as 'A'"),
        (lambda: calculator(sentence="It costs {price}."), r"sentence: there is no \{price\}\. Write \{bill\}"),
        (lambda: calculator(sentence="It costs {bill.low}."), r"there is no \{bill\.low\}"),
        (
            lambda: calculator(landmarks=Landmarks("bill", [("a", BILL, "", "the run"), ("b", BILL, "")], scope="the run")).data(),
            "what it covers",
        ),
        (lambda: calculator(landmarks=Landmarks("bill", [("a", BILL, "", "the run")])).data(), r"and of the result: Landmarks\(scope="),
        (
            lambda: calculator(landmarks=Landmarks("bill", [("a", BILL, "", "the run")], scope="the fleet")).data(),
            "none covers 'the fleet'. They cover the run",
        ),
    ],
)
def test_bad_input_gives_one_clear_error(make, message):
    with pytest.raises(CalculatorError, match=message):
        make()


def test_presets_hold_settings_in_the_units_of_the_inputs_and_what_follows_from_them():
    """Checked against evaluations of the same settings by hand; a choice may be set by its option's name."""
    theirs = {"rate": of("3", "usd/gpu_hour", "v3_rate_assumed"), "multiplier": 4, "bits": "FP8"}
    found = calculator(presets=[Preset("Ours"), Preset("Theirs", theirs, "They say so.")], sentence="In all {total}, or {total.interval}.")
    ours, other = found.data().presets
    assert (ours.label, ours.settings, ours.note) == ("Ours", {}, "")
    assert (other.settings, other.note) == ({"rate": 3.0, "multiplier": 4.0, "bits": 8.0}, "They say so.")
    expected = found.evaluate(rate=3, multiplier=4, bits=8)["total"]
    assert (other.text, other.interval_text) == (expected.text, expected.interval_text)
    assert expected.value == pytest.approx(2_788_000 * 3 * 4 * 1.2)
    assert calculator(presets=[Preset("Ours")]).data().presets[0].text == found.evaluate()["bill"].text
    assert f"Theirs       {expected.text} (90%: {expected.interval_text})" in found._repr_mimebundle_()["text/plain"]


def test_an_interval_of_one_number_is_written_as_one():
    known = {"rate": 2, "multiplier": 1, "failed": 0}
    assert calculator(presets=[Preset("The bill", known)], sentence="{total}").data().presets[0].interval_text == "$5.58M"


def test_a_sentence_says_what_follows_by_default():
    found = calculator(sentence="The run cost {bill}; all of it {total}, within {total.interval}. Seen: {seen}.")
    values = found.evaluate()
    parts = found.data().parts_of_sentence
    assert "".join(text for text, _ in parts) == (
        f"The run cost {values['bill'].text}; all of it {values['total'].text}, within {values['total'].interval_text}. Seen: yes."
    )
    assert [name for _, name in parts if name] == ["bill", "total", "total.interval", "seen"]
    assert found.data().main.name == "bill"


def test_only_landmarks_of_the_results_scope_are_compared():
    known = [("a", BILL, "", "the run"), ("b", BILL * 9, "#b", "the fleet")]
    landmarks = calculator(landmarks=Landmarks("bill", known, scope="the fleet")).data().landmarks
    assert landmarks is not None
    assert (landmarks.scope, [item.scope for item in landmarks.items]) == ("the fleet", ["the run", "the fleet"])


def test_a_slider_may_have_two_positions():
    assert faulty(Slider("x", "x", 1, 0, 1, 1)).evaluate(x=0)["r"].value == 0


def test_a_result_is_a_traced_number():
    """Named as its label, but not where it is an end of the interval; what was set stands in the formula."""
    total, low = PROGRAMME.quantity("total"), PROGRAMME.quantity("total", "low")
    assert (total.name, total.formula) == ("Total", "Final run × Experiments × (1 + Failed runs / 100)")
    assert (low.name, low.formula) == ("", f"5th percentile of {total.formula}")
    assert low < total
    assert "v3_hours_total" in total.rows
    changed = PROGRAMME.quantity("total", failed=50)
    assert changed.formula == f"{total.formula} (Failed runs 50%)"


def test_a_setting_is_a_traced_number():
    """It leads to what its results rest on; one that readers can't make is refused."""
    failed = PROGRAMME.setting("failed", 50)
    assert (str(failed), failed.formula) == ("50", "a setting of “Failed runs”")
    assert failed.rows == PROGRAMME.quantity("total").rows
    assert PROGRAMME.quantity("total", failed=failed).magnitude == PROGRAMME.quantity("total", failed=50).magnitude
    with pytest.raises(CalculatorError, match="lies outside"):
        PROGRAMME.setting("failed", 500)
    with pytest.raises(CalculatorError, match="there is no such input"):
        PROGRAMME.setting("passed", 50)


def test_a_suffix_stands_in_place_of_the_unit():
    found = faulty(X, function=lambda x: x, suffix=" times").evaluate()["r"]
    assert found.text == "1 times"


def test_a_conversion_written_by_hand_is_found():
    days = Slider("days", "Days", constant(10, "day", "10"), 1, 20, 1)
    power = Fixed("power", "Power", constant(1, "watt", "1"))

    def by_hand(days, power):
        return days * 24 * power

    with pytest.raises(CalculatorError, match=r"with units it gives .* with bare numbers 240"):
        faulty(days, power, function=by_hand, unit="Wh")
    assert faulty(days, power, function=by_hand, unit="Wh", check_unit=False).evaluate()["r"].value == 240


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"rate": 9}, "lies outside 0.5 to 5"),
        ({"rate": math.nan}, "lies outside"),
        ({"rate": "3,5"}, "'3,5' is a text: give a number, or a quantity with its unit"),
        ({"hours": 1}, "there is no such input"),
        ({"nothing": 1}, "there is no such input"),
        ({"bits": "FP4"}, "not among BF16, FP8"),
        ({"bits": 4}, "not among BF16, FP8"),
    ],
)
def test_bad_settings_give_one_clear_error(setting, message):
    with pytest.raises(CalculatorError, match=message):
        PROGRAMME.evaluate(**setting)


def test_a_setting_in_another_unit_is_refused():
    with pytest.raises(UnitError):
        PROGRAMME.evaluate(rate=HOURS)


def test_division_by_zero_is_told():
    found = faulty(Slider("x", "x", 1, 0, 2, 1), function=lambda x: 1 / x)
    assert found.evaluate(x=0)["r"].text == "not defined"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (5_576_000, "usd", "$5.58M"),
        (2, "usd/gpu_hour", "$2 per GPU-hour"),
        (2.125, "usd/gpu_hour", "$2.13 per GPU-hour"),
        (2047.6, "gpu", "2,048 GPUs"),
        (3.8e25, "flop", "3.80 × 10²⁵ FLOP"),
        (-3.0712, "percent", "−3.07%"),
        (-1e-14, "ratio", "0"),
        (1, "day", "1 day"),
    ],
)
def test_results_are_worded_as_everywhere(value, unit, text):
    found = faulty(X, function=lambda x: sympy.Float(value), unit=unit, check_unit=False)
    assert found.evaluate()["r"].text == text


def test_formulas_are_readable():
    items = {item["name"]: item["formula"] for group in PROGRAMME.data().to_payload()["results"] for item in group["items"]}
    assert items["bill"] == "Chip time × Rent"
    assert items["total"] == "Final run × Experiments × (1 + Failed runs / 100)"
    assert items["rest"] == "the larger of(0, Total − Final run)"
    x, y = formulas.symbol("x"), formulas.symbol("y")
    for found, text in (
        (x / (y * 2), "x / (2 × y)"),
        (x - y, "x − y"),
        (-x, "−x"),
        (sympy.sqrt(x), "√(x)"),
        ((x + y) ** 2, "(x + y)^2"),
        (x * (y + 1) / 2, "x × (1 + y) / 2"),
    ):
        assert formulas.text(found, {}) == text


def test_what_is_stored_is_the_same_every_time():
    """Whatever the order of hashing."""
    program = (
        "import json; from tests.factbook.test_calculator import calculator; "
        "print(json.dumps([v for v in calculator()._repr_mimebundle_().values()]))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONPATH": "src:.", "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "12"
    }
    assert len(outputs) == 1


def bars(*values: float) -> list[dict[str, float]]:
    return [{"value": value} for value in values]


@pytest.mark.parametrize(
    ("items", "references", "log", "ends"),
    [
        ([], [], False, (0, 1)),
        (bars(3), [], False, (0, 5)),
        (bars(1.5), [], False, (0, 2)),
        (bars(7, 2), [], False, (0, 10)),
        (bars(10), [], False, (0, 10)),
        (bars(20), [], False, (0, 20)),
        (bars(2), bars(90), False, (0, 100)),
        ([{"value": 12, "high": 23}], [], False, (0, 50)),
        ([{"value": 12, "high": None}], [], False, (0, 20)),
        ([{"value": -12}], bars(4), False, (0, 5)),
        (bars(3, 4000), [], True, (1, 10_000)),
        (bars(1000), bars(20), True, (10, 1000)),
        (bars(20), [], True, (10, 100)),
        (bars(100), [], True, (10, 100)),
        ([{"value": 20, "low": 0.5}], [], True, (0.1, 100)),
        ([{"value": 20, "low": 0}, {"value": 30, "low": None}], [], True, (10, 100)),
        ([], [], True, (0.1, 1)),
    ],
)
def test_bars_end_at_a_round_number(items: Any, references: Any, log: bool, ends: tuple[float, float]) -> None:
    """By hand: from zero to 1, 2 or 5 times a power of ten; on a logarithmic scale from one power of ten to another."""
    assert scale(items, references, log) == pytest.approx(ends)
