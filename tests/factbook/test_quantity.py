"""Quantities keep unit, precision and origin; the formatter is the only way to text."""

import math
import operator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from factbook import quantity
from factbook.contract import StepNumber
from factbook.facts import UnknownFact, UnverifiedFact, load
from factbook.publish import Table, UntracedNumber, glue
from factbook.quantity import EXACT, UnitError, constant, format_range, half_unit, of, significant_digits, unit


@pytest.mark.parametrize(
    ("written", "digits"),
    [("2788000", 4), ("1.80e5", 3), ("0.14", 2), ("8.0e1", 2), ("80", 1), ("5.60", 3), ("100000000", 1), ("0", 1), ("-16.97", 4)],
)
def test_significant_digits(written, digits):
    assert significant_digits(written) == digits


@pytest.mark.parametrize(
    ("value", "unit_name", "specification", "text"),
    [
        ("5576000", "usd", "", "$5.58M"),
        ("5576000", "usd", "4", "$5.576M"),
        ("294000", "usd", "", "$294K"),
        ("589000000000", "usd", "", "$589B"),
        ("1600000000", "usd", "", "$1.6B"),
        ("0.0014", "usd/Mtoken", "", "$0.0014 per million tokens"),
        ("0.0014", "usd/Mtoken", "bare", "$0.0014"),
        ("2788000", "gpu_hour", "", "2.79M GPU-hours"),
        ("14800000000000", "token", "", "14.8T tokens"),
        ("93.3", "percent", "", "93.3%"),
        ("0.933", "ratio", "percent", "93.3%"),
        ("3.8e25", "flop", "", "3.8 × 10²⁵ FLOP"),
        ("-3.07", "percent", "", "−3.07%"),
        ("-16.97", "percent", "3 fall", "17.0%"),
        ("-589000000000", "usd", "fall bare", "$589B"),
        ("3.07", "percent", "fall", "−3.07%"),
        ("7.2957", "cny/usd", "", "7.30 yuan per dollar"),
        ("1300", "day", "3 hour", "31,000 hours"),
    ],
)
def test_text(value, unit_name, specification, text):
    assert format(of(value, unit_name, "row"), specification) == text


def test_exact_numbers_are_written_out():
    assert str(of("2048", "gpu", "row", exact=True)) == "2,048 GPUs"
    assert str(of("2", "usd/gpu_hour", "row", exact=True)) == "$2 per GPU-hour"
    assert str(of("1", "day", "row", exact=True)) == "1 day"


def test_ranges_share_their_unit():
    assert format_range(of("2100000", "gpu_hour", "a"), of("2400000", "gpu_hour", "b")) == "2.1–2.4M GPU-hours"
    assert format_range(of("38", "percent", "a"), of("43", "percent", "b")) == "38–43%"
    assert format_range(of("900000", "usd", "a"), of("1200000", "usd", "b")) == "$900K to $1.2M"


def test_products_keep_the_fewest_digits_and_every_row():
    product = of("2788000", "gpu_hour", "hours") * of("2.0", "usd/gpu_hour", "rate")
    assert (product.digits, product.rows, product.formula) == (2, {"hours", "rate"}, "hours × rate")


def test_sums_keep_the_coarsest_place():
    total = of("2664000", "gpu_hour", "a") + of("119000", "gpu_hour", "b") + of("5000", "gpu_hour", "c")
    assert (total.magnitude, total.digits) == (2_788_000, 4)


def test_sum_starts_from_nothing():
    terms = [of("1.5", "usd", "a"), of("2.5", "usd", "b")]
    assert sum(terms).formula == "a + b"


def test_nothing_added_is_no_sum():
    """A sum that starts from nothing has no term too many, in either order; a difference from nothing is one."""
    one = of("3", "usd", "row")
    nothing = constant(0, "usd", "0")
    assert one + nothing is one
    assert nothing + one is one
    assert (one - nothing).formula != one.formula


def test_units_are_converted_before_numbers_are_compared():
    hours, minutes = of("2", "hour", "a"), of("90", "minute", "b")
    assert minutes < hours
    assert max(hours, minutes) is hours
    assert not hours < minutes


def test_half_a_unit_of_the_last_digit():
    assert [half_unit(written) for written in ("101000", "3.7", "0", "1", "0.05")] == [500, 0.05, 0.5, 0.5, 0.005]


def test_a_named_quantity_shows_its_name_in_formulas():
    total = (of("1.5", "usd", "a") + of("2.5", "usd", "b")).named("total")
    assert (total / of("2.0", "usd", "c")).formula == "total / c"


def test_parentheses_where_needed():
    a, b, c = (of("1.5", "usd", name) for name in "abc")
    assert ((a + b) / c).formula == "(a + b) / c"
    assert (a - (b - c)).formula == "a − (b − c)"


def test_conversion_keeps_the_range():
    days = of("80", "hour", "row")
    wide = quantity.replace(days, low=of("72", "hour", "row"), high=of("96", "hour", "row")).to("day")
    assert (wide.low.magnitude, wide.high.magnitude) == (3, 4)


ORDERS = (operator.lt, operator.le, operator.gt, operator.ge)


@pytest.mark.parametrize("operation", [operator.add, operator.sub, *ORDERS])
@pytest.mark.parametrize("dollars", [of("1", "usd", "dollars"), constant(0, "usd", "no dollars")])
def test_dollars_and_hours_do_not_mix(operation, dollars):
    """A zero with a unit has that unit; in either order."""
    hours = of("1", "hour", "hours")
    for pair in ((dollars, hours), (hours, dollars)):
        with pytest.raises(UnitError, match="measured in"):
            operation(*pair)


# Comparison by Python's rules

FINITE = st.floats(allow_nan=False, allow_infinity=False)
# Whatever is a duration, and how many seconds it has; and other dimensions
DURATIONS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "month": 2_629_800, "year": 31_557_600}
UNITS = (*DURATIONS, "percent", "ratio", "layer", "usd", "usd/gpu_hour", "usd/Mtoken", "bit", "byte", "millisecond")
ANY = st.builds(lambda number, name: constant(number, name, "x"), FINITE | st.integers(-1000, 1000), st.sampled_from(UNITS))


@settings(deadline=None)
@given(ANY, ANY, ANY)
def test_equality_is_an_equivalence_and_what_is_equal_hashes_alike(a, b, c):
    assert a == a
    assert (a == b) is (b == a) is not (a != b)
    assert not (a == b == c) or a == c
    assert a != b or hash(a) == hash(b)
    assert len({a, b}) == 2 - (a == b)


@settings(deadline=None)
@given(ANY, ANY, ANY)
def test_order_agrees_with_equality(a, b, c):
    """Of one dimension, just one of less, equal and more holds; of two, none does."""
    if a.unit.dimensionality == b.unit.dimensionality:
        assert [a < b, a == b, a > b].count(True) == 1
        assert (a <= b, a >= b) == (not a > b, not a < b)
        if b.unit.dimensionality == c.unit.dimensionality:
            assert sorted([a, b, c]) == sorted([c, b, a])
    else:
        assert a != b


@settings(deadline=None)
@given(st.integers(-(10**9), 10**9), st.sampled_from(list(DURATIONS)), st.sampled_from(list(DURATIONS)))
def test_a_duration_is_the_same_in_whichever_unit(amount, larger, smaller):
    assume(DURATIONS[larger] % DURATIONS[smaller] == 0)
    here, there = constant(amount, larger, "a"), constant(amount * (DURATIONS[larger] // DURATIONS[smaller]), smaller, "b")
    assert here == there
    assert {here, there} == {here}


@settings(deadline=None)
@given(st.decimals(-1000, 1000, places=6, allow_nan=False))
def test_a_percentage_is_its_hundredth_as_written(written):
    """Bare floats don't know it: 12.3 / 100 is 0.12300000000000001."""
    share, percent = constant(float(written), "ratio", "a"), constant(float(written * 100), "percent", "b")
    assert share == percent == float(written)
    assert len({share, percent, float(written)}) == 1


def test_hours_and_minutes_dollars_and_hours_in_sets_and_lists():
    hours, minutes, dollars = of("2", "hour", "a"), of("120", "minute", "b"), of("2", "usd", "c")
    assert hours == minutes
    assert {hours, minutes, dollars} == {minutes, dollars}
    assert hours not in [dollars, 2, "2 hours", None]
    assert [dollars, hours].index(minutes) == 1
    assert of("1", "usd", "a") != of("1", "cny", "b")


@pytest.mark.parametrize("number", [3, 3.0, True, 0, -1, 10**400, 2**53 + 1, Fraction(1, 2), Decimal("0.5"), math.nan, math.inf])
def test_a_ratio_is_the_plain_number_and_nothing_else_is(number):
    """As Python itself compares the number with a float; True is 1 there."""
    for plain in (3.0, 1.0, 0.0, -1.0, 2.0**53, 0.5, math.inf):
        ratio = constant(plain, "ratio", "x")
        assert (ratio == number) is (number == ratio) is (plain == number)
        assert ratio != number or hash(ratio) == hash(number)
        assert constant(plain, "hour", "x") != number
        if isinstance(number, (int, float)):
            assert [order(ratio, number) for order in ORDERS] == [order(plain, number) for order in ORDERS]


def test_what_is_no_number_has_no_order_and_no_sum():
    for operation in (*ORDERS, operator.add):
        with pytest.raises(TypeError):
            operation(of("1", "hour", "a"), "an hour")


def test_an_equal_number_of_another_kind_decides_itself():
    """As Python asks the other side, where this side does not know it."""

    class Anything:
        def __eq__(self, other):
            return True

    assert of("1", "hour", "a") == Anything()


@pytest.mark.parametrize("start", [0, 0.0])
def test_a_plain_zero_is_nothing_of_any_unit(start):
    hours = of("5", "hour", "hours")
    assert start + hours is hours
    assert hours + start is hours
    assert sum([hours, hours], start).formula == "hours + hours"
    with pytest.raises(UnitError):
        hours - start
    with pytest.raises(UnitError):
        hours + constant(0, "ratio", "no layers")


def test_a_zero_with_a_unit_decides_the_unit_of_the_sum():
    total = sum([of("36", "hour", "a"), of("12", "hour", "b")], constant(0, "day", "0"))
    assert (total.magnitude, total.unit, total.formula) == (2, unit("day"), "a + b")


def test_dollars_and_yuan_do_not_mix():
    with pytest.raises(UnitError):
        of("1", "usd", "a") + of("1", "cny", "b")


def test_an_unknown_unit_is_an_error():
    with pytest.raises(UnitError, match="unknown unit “parsec”"):
        unit("parsec")


def test_only_plain_numbers_become_floats():
    assert float(of("5", "ratio", "a")) == 5
    with pytest.raises(UnitError):
        float(of("5", "usd", "a"))


def test_constants_are_exact_and_have_no_row():
    six = constant(6, "flop/parameter/token", "6")
    assert six.digits == EXACT
    assert not six.rows


def test_facts_name_near_ids():
    with pytest.raises(UnknownFact, match="v3_hours_total"):
        load()["v3_hours_totl"]


def test_text_facts_and_numbers_are_told_apart():
    facts = load()
    with pytest.raises(UnknownFact, match=r"facts\.text"):
        facts["sa_mla"]
    with pytest.raises(UnknownFact, match="holds a number"):
        facts.text("v3_hours_total")


def test_unverified_facts_must_be_flagged():
    facts = load()
    with pytest.raises(UnverifiedFact, match="assumption"):
        facts["sa_capex_table"]
    assert facts.assumption("sa_capex_table").magnitude == 1_629_000_000


def test_tables_as_data_frames():
    frame = load().table("training_runs").set_index("fact_id")
    assert frame.loc["v3_hours_total", "value"] == 2_788_000
    assert frame.loc["v3_hours_total", "as_of"].year == 2024


def test_untraced_numbers_are_not_published():
    with pytest.raises(UntracedNumber, match="no data row"):
        glue(six=constant(6, "ratio", "6"))
    with pytest.raises(UntracedNumber, match=r"n\.typed = 27\.4 is a plain number"):
        glue(typed=27.4)
    with pytest.raises(UntracedNumber):
        Table("A table", ["What", "How much"], [["typed", 27.4]])
    with pytest.raises(ValueError, match="cells"):
        Table("A table", ["What", "How much"], [["short"]])


A, B, C = (of(written, "token", name) for written, name in (("3", "a"), ("4", "b"), ("5", "c")))


@pytest.mark.parametrize(
    ("made", "formula"),
    [
        (-(A + B), "−(a + b)"),
        (C * -A, "c × (−a)"),
        (-A * B, "(−a) × b"),
        (A - (B + C), "a − (b + c)"),
        (A - (B - C), "a − (b − c)"),
        (A + (B + C), "a + b + c"),
        (A / (B * C), "a / (b × c)"),
        (A * (B / C), "a × b / c"),
        ((A + B) * C, "(a + b) × c"),
        ((A * B) ** 2, "(a × b)^2"),
        (2 * A, "2 × a"),
        (2 / A, "2 / a"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_formula_has_the_brackets_it_needs_and_no_others(made, formula):
    """Read as arithmetic, it must give the number again."""
    assert made.formula == formula
    names = {"a": 3, "b": 4, "c": 5}
    assert eval(formula.translate(str.maketrans({"−": "-", "×": "*", "^": "**"})), names) == pytest.approx(made.magnitude)


def test_negatives_powers_and_sizes_keep_unit_digits_and_rows():
    ranged = of("3.0", "token", "a", exact=False)
    negative, square, size = -ranged, ranged**2, abs(-ranged)
    assert (negative.magnitude, negative.unit, negative.digits, negative.rows) == (-3, unit("token"), 2, {"a"})
    assert (square.magnitude, square.unit, square.digits, square.rows) == (9, unit("token**2"), 2, {"a"})
    assert (size.magnitude, size.unit, size.digits, size.rows) == (3, unit("token"), 2, {"a"})


def test_a_negative_forgets_the_range_and_the_name_of_the_number():
    """The ends would have to trade places, and the name would be of another number."""
    hours = next(
        load().assumption(row["fact_id"]) for row in load().rows("cost_model_inputs") if row["value"] and row["low"] and row["high"]
    )
    for changed in (-hours.named("hours"), abs(hours.named("hours"))):
        assert (changed.low, changed.high, changed.name) == (None, None, "")


def test_numbers_that_differ_are_different_keys():
    assert len({A, B, C, of("3", "token", "a")}) == 3
    assert len({hash(A), hash(B), hash(C)}) == 3


def test_a_number_describes_itself():
    assert of("2788000", "gpu_hour", "row").describe("2.79M") == StepNumber(
        value=2788000.0,
        unit="gpu_hour",
        text="2.79M",
        exact="2,788,000 GPU-hours",
        formula="row",
        rows=("row",),
    )
    ratio = of("0.5", "ratio", "row").describe("half")
    assert (ratio.unit, ratio.exact) == ("ratio", "0.5")
