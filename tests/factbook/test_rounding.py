"""Rounding is the same on every processor: ties, powers of ten and values beside an edge."""

import math
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factbook.quantity import EXACT, computed, of
from factbook.rounding import (
    RECORDED_DIGITS,
    SETTLED_DIGITS,
    distance_from_edge,
    leading_place,
    record,
    record_all,
    round_to,
    round_to_place,
    settle,
)

NUMBERS = st.floats(min_value=1e-30, max_value=1e30) | st.floats(min_value=-1e30, max_value=-1e-30)


@pytest.mark.parametrize(
    ("number", "digits", "rounded"),
    [(2.675, 3, 2.68), (0.125, 2, 0.13), (-0.5005, 3, -0.501), (22.5, 2, 23.0), (1.275, 3, 1.28), (999.96, 4, 1000.0), (1e-300, 3, 1e-300)],
)
def test_halves_go_away_from_zero(number, digits, rounded):
    assert round_to(number, digits) == rounded


@pytest.mark.parametrize("half", [2.675, 1.005, 4.55, 172.5, 0.285, 1.45e15, 8.5e-7])
def test_a_half_is_a_half_on_both_sides_of_it(half):
    """A processor may be a unit in the last place off, or several."""
    digits = len(str(half).split("e")[0].replace(".", "").strip("0")) - 1
    up = round_to(half, digits)
    below, above = half, half
    for _ in range(8):
        below, above = math.nextafter(below, 0), math.nextafter(above, math.inf)
        assert round_to(below, digits) == round_to(above, digits) == up > half


@pytest.mark.parametrize("power", range(-12, 16))
def test_powers_of_ten_have_their_place(power):
    """A logarithm may be a unit in the last place too small, and the place one too low."""
    ten = float(f"1e{power}")
    assert leading_place(math.nextafter(ten, 0)) == leading_place(ten) == leading_place(-math.nextafter(ten, math.inf)) == power


def test_places():
    assert [round_to_place(number, -2) for number in (2.675, 0.004, 0.005, -0.005, 99.996, 0.0)] == [2.68, 0.0, 0.01, -0.01, 100.0, 0.0]
    assert round_to_place(1449.5, 2) == 1400 and round_to_place(50.0, 2) == 100 and round_to_place(2.5, 0) == 3


def test_what_is_no_number_stays():
    assert math.isnan(round_to(math.nan, 3)) and round_to(-math.inf, 3) == -math.inf and round_to(0.0, 3) == 0 == leading_place(math.inf)


@given(NUMBERS, st.integers(1, SETTLED_DIGITS - 1))
def test_rounding_is_decimal_rounding_of_what_is_settled(number, digits):
    settled = Decimal(f"{number:.{SETTLED_DIGITS - 1}e}")
    assert round_to(number, digits) == float(settled.quantize(Decimal(1).scaleb(settled.adjusted() - digits + 1), ROUND_HALF_UP))
    assert round_to(round_to(number, digits), digits) == round_to(number, digits)


@given(NUMBERS, st.integers(1, RECORDED_DIGITS))
def test_the_distance_from_the_edge_is_where_rounding_turns(number, digits):
    """Half as far it rounds alike, on both sides; a little farther than the distance, on one side, it does not."""
    distance = distance_from_edge(number, digits)
    if distance < 1e-14:
        return  # The float itself is coarser
    rounded = round_to(number, digits)
    assert round_to(number * (1 + distance / 2), digits) == round_to(number * (1 - distance / 2), digits) == rounded
    farther = 1.01 * distance + 4e-16
    assert {round_to(float(Fraction(number) * (1 + sign * Fraction(farther))), digits) for sign in (1, -1)} != {rounded}


def test_recorded_digits():
    assert record(21781906.342925694) == record(21781906.342925698) == 21781906.34
    assert record(778066898.67, 11) == 778066898.67, "a source's own figure keeps its digits"
    assert record(653908770816.0, EXACT) == 653908770816.0, "a count is exact"
    assert record(1 / 3, EXACT) == 0.3333333333, "an exact fraction is not whole"
    assert settle(0.1 + 0.2) == 0.3


def test_everything_inside_is_recorded():
    found = record_all({"a": [1 / 3, 7, "1/3", None, True], "b": ({"c": np.float64(2) / 3},)})
    assert found == {"a": [0.3333333333, 7, "1/3", None, True], "b": [{"c": 0.6666666667}]}


def test_a_number_describes_itself_with_recorded_digits():
    third = computed(100 / 3, "percent", 3, "a third", {"a"})
    assert third.describe("33%").value == 33.33333333
    assert third.magnitude == 100 / 3, "the model keeps full precision"
    assert of("778066898.67", "usd", "gpt4").describe("").value == 778066898.67


def test_digits_after_a_sum_do_not_hang_on_noise():
    """Ten, or a unit in the last place less: one digit before the point or two."""
    nine, one = of("9.0", "usd", "a"), of("1.0", "usd", "b")
    ten, nearly = nine + one, replace(nine, magnitude=math.nextafter(9.0, 0)) + one
    assert nearly.magnitude < ten.magnitude and nearly.digits == ten.digits == 3 and str(nearly) == str(ten)
