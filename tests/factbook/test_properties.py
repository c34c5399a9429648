"""Properties: what holds for any input, tried on a few hundred inputs that Hypothesis makes up.

Proves that the reader never fails in another way than with ``DataError``, whatever stands in a cell or a file;
that it is nowhere more lenient than Frictionless, so the fast reader and the independent one cannot drift apart;
and that quantities keep their rows, units and digits through arithmetic and printing: no result is more precise
than its operands, and the printed number is the true one to half a unit of its last digit.
The examples are the same in every run.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
import os
import re
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from factbook import quantity, tables
from factbook.quantity import EXACT, Quantity, UnitError
from tests.conftest import LONG_TABLE, named_elsewhere

EXAMPLES = 500 if os.environ.get("THOROUGH") == "1" else 60
REPRODUCIBLE = settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])


def test_no_example_is_timed() -> None:
    """On a busy machine any example takes longer than Hypothesis' deadline now and then."""
    assert settings.default is not None
    assert settings.default.deadline is REPRODUCIBLE.deadline is None


# The reader and Frictionless

RESOURCES: dict[str, dict[str, Any]] = {
    resource["name"]: resource for resource in tables.read_descriptor(tables.data_directory())["resources"]
}
ROWS = tables.read_tables()
VALUES = {name: sorted({cell for row in rows[:300] for cell in row.values()}) for name, rows in ROWS.items()}
# Rows kept on each side of the changed one, in the tables that are too long to be read hundreds of times
NEIGHBORS = 3

CELLS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="0123456789.eE+-_ ,%", max_size=12),
    st.floats().map(str),
    st.integers().map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.dates().map(lambda day: "{}-W{:02}-{}".format(*day.isocalendar())),
    st.sampled_from(["", "true", "false", "1", "None", "null", "text", "date", "not_read", "unverified", "٣", "2024-02-30", "1e31", "-0"]),
)


@st.composite
def changed_cells(draw: st.DrawFn) -> tuple[str, int, str, str]:
    """A table, a row, a column, and what to write there: anything, or a cell of the same column or table."""
    table = draw(st.sampled_from(list(RESOURCES)))
    index = draw(st.integers(0, len(ROWS[table]) - 1))
    column = draw(st.sampled_from(list(ROWS[table][0])))
    neighbor = draw(st.integers(0, len(ROWS[table]) - 1))
    cell = draw(st.one_of(CELLS, st.sampled_from(VALUES[table]), st.just(ROWS[table][neighbor][column])))
    return table, index, column, cell


def as_csv(rows: list[tables.Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(rows[0]), *(row.values() for row in rows)])
    return text.getvalue().encode("utf-8")


def excerpt(table: str, index: int) -> tuple[list[tables.Row], int]:
    """The rows to read, and where the chosen one is among them: of a long table its neighbors and those that other tables name."""
    rows = ROWS[table]
    if len(rows) <= LONG_TABLE:
        return [dict(row) for row in rows], index
    named = named_elsewhere(table)
    kept = [place for place, row in enumerate(rows) if abs(place - index) <= NEIGHBORS or next(iter(row.values())) in named]
    return [dict(rows[place]) for place in kept], kept.index(index)


def is_accepted(directory: Path) -> bool:
    try:
        tables.read_tables(directory)
    except tables.DataError as error:
        assert error.faults
        assert all(fault.advice and fault.message for fault in error.faults)
        return False
    return True


@pytest.fixture(scope="module")
def package(thin_data: Path) -> Package:
    return Package(str(thin_data / "datapackage.json"))


@REPRODUCIBLE
@given(change=changed_cells())
@example(change=("chips", 4, "as_of", "2024-W05-3"))
@example(change=("chips", 4, "as_of", "20240105  "))
@example(change=("market_returns", 4, "date", "2023-01-02"))
@example(change=("benchmark_scores", 4, "n_items", "٣"))
def test_the_reader_is_nowhere_more_lenient_than_frictionless(change: tuple[str, int, str, str], thin_data: Path, package: Package) -> None:
    table, index, column, cell = change
    path = thin_data / RESOURCES[table]["path"]
    before = path.read_bytes()
    rows, position = excerpt(table, index)
    rows[position][column] = cell
    path.write_bytes(as_csv(rows))
    try:
        if is_accepted(thin_data):
            report = package.get_resource(table).validate()
            assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("table", RESOURCES)
def test_both_readers_accept_what_is_right_and_refuse_what_is_wrong(table: str, thin_data: Path, package: Package) -> None:
    """Else the property above could hold because one of them says always the same."""
    path = thin_data / RESOURCES[table]["path"]
    before = path.read_bytes()
    rows, position = excerpt(table, 0)
    required = next(field["name"] for field in RESOURCES[table]["schema"]["fields"] if field["constraints"]["required"])
    try:
        path.write_bytes(as_csv(rows))
        assert (is_accepted(thin_data), package.get_resource(table).validate().valid) == (True, True)
        rows[position][required] = ""
        path.write_bytes(as_csv(rows))
        assert (is_accepted(thin_data), package.get_resource(table).validate().valid) == (False, False)
    finally:
        path.write_bytes(before)


@REPRODUCIBLE
@given(table=st.sampled_from(list(RESOURCES)), where=st.floats(0, 1), junk=st.binary(min_size=1, max_size=8), replaced=st.integers(0, 400))
def test_any_bytes_are_read_or_refused(table: str, where: float, junk: bytes, replaced: int, thin_data: Path) -> None:
    path = thin_data / RESOURCES[table]["path"]
    before = path.read_bytes()
    start = int(where * len(before))
    path.write_bytes(before[:start] + junk + before[start + replaced :])
    try:
        is_accepted(thin_data)
    finally:
        path.write_bytes(before)


# Quantities

UNITS = sorted({row["unit"] for rows in ROWS.values() for row in rows if "unit" in row} - {"text", "date"})
SAME_DIMENSION = [("hour", "day"), ("gpu_hour", "gpu_hour"), ("token", "token"), ("percent", "ratio"), ("usd", "usd"), ("watt", "watt")]
ELSEWHERE = {"hour": "day", "day": "hour", "percent": "ratio", "usd / gpu_hour": "usd/gpu/day", "terabyte / second": "gigabyte/second"}
SUFFIXES = {"K": 3, "M": 6, "B": 9, "T": 12}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SHOWN = re.compile(r"(?P<sign>[-−]?)\D*?(?P<number>[\d,]+(\.\d+)?)(?P<suffix>[KMBT](?![A-Za-z])| × 10(?P<power>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))?")
FACT_NUMBER = itertools.count()

# Units printed with a suffix or a power of ten, so that large numbers stay short
LARGE_UNITS = ["flop", "token", "parameter", "usd"]


def numbers(largest_power: int) -> st.SearchStrategy[str]:
    """Numbers as a data row writes them, of either sign, with up to six digits."""
    signs, digits, powers = st.sampled_from(["", "-"]), st.integers(1, 999_999), st.integers(-6, largest_power)
    return st.builds(lambda sign, digit, power: f"{sign}{digit}e{power}", signs, digits, powers)


def quantities(units: st.SearchStrategy[str], written: st.SearchStrategy[str]) -> st.SearchStrategy[Quantity]:
    return st.builds(
        lambda number, unit, exact: quantity.of(number, unit, f"fact_{next(FACT_NUMBER)}", exact=exact), written, units, st.booleans()
    )


ANY = st.one_of(quantities(st.sampled_from(UNITS), numbers(9)), quantities(st.sampled_from(LARGE_UNITS), numbers(20)))
PAIR = st.sampled_from(SAME_DIMENSION).flatmap(lambda units: st.tuples(*(quantities(st.just(unit), numbers(9)) for unit in units)))


def last_place(number: Quantity) -> float:
    """The power of ten of the last significant digit."""
    return math.floor(math.log10(abs(number.magnitude))) - number.digits + 1


@REPRODUCIBLE
@given(a=ANY, b=ANY)
def test_products_and_quotients_unite_the_rows_and_are_no_more_precise(a: Quantity, b: Quantity) -> None:
    for result in (a * b, a / b):
        assert result.rows == a.rows | b.rows
        assert len(result.rows) == 2
        assert result.digits == min(a.digits, b.digits)


@REPRODUCIBLE
@given(a=ANY, b=ANY)
def test_division_undoes_multiplication(a: Quantity, b: Quantity) -> None:
    back = (a * b) / b
    assert back.magnitude_in(a.unit) == pytest.approx(a.magnitude, rel=1e-9)
    assert (a * b).magnitude == pytest.approx((b * a).magnitude_in((a * b).unit), rel=1e-9)


@REPRODUCIBLE
@given(pair=PAIR)
def test_sums_commute_and_unite_the_rows(pair: tuple[Quantity, Quantity]) -> None:
    a, b = pair
    assert (a + b).rows == (a - b).rows == a.rows | b.rows
    one, other = a + b, b + a
    scale = abs(a.magnitude) + abs(b.magnitude_in(a.unit))
    assert other.magnitude_in(a.unit) == pytest.approx(one.magnitude, rel=1e-12, abs=1e-12 * scale)
    if a.unit == b.unit:
        assert one == other


@REPRODUCIBLE
@given(pair=PAIR)
def test_a_sum_is_no_finer_than_its_coarsest_term(pair: tuple[Quantity, Quantity]) -> None:
    a, b = pair
    assume(a.unit == b.unit)
    total = a + b
    assume(total.magnitude != 0)
    coarsest = max(last_place(a), last_place(b))
    if coarsest == -EXACT:
        assert total.digits == EXACT
    else:
        assert last_place(total) >= coarsest or total.digits == 1


@REPRODUCIBLE
@given(a=ANY, b=ANY)
def test_only_the_same_dimension_is_added(a: Quantity, b: Quantity) -> None:
    assume(a.unit.dimensionality != b.unit.dimensionality)
    for operation in (lambda: a + b, lambda: a - b, lambda: a < b, lambda: a.to(str(b.unit) if b.unit.dimensionality else "ratio")):
        with pytest.raises(UnitError):
            operation()


def parsed(text: str) -> tuple[float, str, int]:
    """The number a text shows, its digits as printed, and the power of ten of the suffix."""
    found = SHOWN.match(text)
    assert found, text
    digits = found["number"].replace(",", "")
    power = int(found["power"].translate(SUPERSCRIPTS)) if found["power"] else SUFFIXES.get(found["suffix"] or "", 0)
    return (-1 if found["sign"] else 1) * float(f"{digits}e{power}"), digits, power


@REPRODUCIBLE
@given(number=ANY, wanted=st.integers(1, 6))
@example(number=quantity.of("99.96", "percent", "fact"), wanted=3)
@example(number=quantity.of("999960", "usd", "fact"), wanted=3)
@example(number=quantity.of("-999.96", "token", "fact"), wanted=3)
def test_no_more_digits_are_printed_than_known(number: Quantity, wanted: int) -> None:
    _, digits, _ = parsed(f"{number:{wanted}}")
    assert quantity.significant_digits(digits) <= number.digits
    if "." in digits and number.digits != EXACT:
        assert quantity.significant_digits(digits) <= max(wanted, number.digits)


@REPRODUCIBLE
@given(number=ANY, wanted=st.integers(1, 6))
@example(number=quantity.of("99.96", "percent", "fact"), wanted=3)
@example(number=quantity.of("0.00099996", "ratio", "fact"), wanted=4)
def test_the_printed_number_is_true_to_half_a_unit_of_its_last_digit(number: Quantity, wanted: int) -> None:
    shown, _, _ = parsed(f"{number:{wanted}}")
    kept = min(float(wanted), number.digits)
    half_unit = 0.5 * 10 ** (math.floor(math.log10(abs(number.magnitude))) - kept + 1)
    assert shown == pytest.approx(number.magnitude, rel=0, abs=half_unit * (1 + 1e-6))


@pytest.mark.parametrize(("written", "text"), [("999960", "$1.00M"), ("999.96", "$1.00K"), ("-999960", "−$1.00M"), ("99.96", "$100")])
def test_rounding_carries_into_the_next_suffix(written: str, text: str) -> None:
    assert f"{quantity.of(written, 'usd', 'fact'):3}" == text


@REPRODUCIBLE
@given(number=ANY)
def test_printing_in_another_unit_keeps_value_rows_and_digits(number: Quantity) -> None:
    other = ELSEWHERE.get(str(number.unit), str(number.unit) or "ratio")
    converted = number.to(other)
    assert float(converted / number) == pytest.approx(1, rel=1e-12)
    assert (converted.rows, converted.digits) == (number.rows, number.digits)
