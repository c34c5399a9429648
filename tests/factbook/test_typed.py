"""Numbers that readers type, by the rule; the page reads the same cases (tests/bookkit/outputs/test_typed.py)."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factbook.typed import RULE, TypedError, read_typed

CASES = json.loads(Path(__file__).parents[1].joinpath("typed_numbers.json").read_text(encoding="utf-8"))
REASONS = {"rule": RULE, "large": "too large", "near to zero": "too near to zero"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["typed"]))
def test_a_number_is_read_by_the_rule_or_refused_with_it(case):
    if "refused" in case:
        with pytest.raises(TypedError, match=REASONS[case["refused"]]):
            read_typed(case["typed"])
    else:
        assert read_typed(case["typed"]) == (case["value"], case.get("unit", ""))


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15))
def test_a_number_is_read_as_python_writes_it(number):
    assert read_typed(repr(number)) == (number, "")


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,_'eE+-− \u00a0\u202f٣３", max_size=12))
def test_no_digit_is_ever_left_out(text):
    """What is read has all the digits of the text, in their order: nothing was skipped or taken for a separator."""
    try:
        number, unit = read_typed(text)
    except TypedError:
        return
    written = text.strip().removesuffix(unit).strip()
    assert number == float(written.replace("−", "-"))
    assert not set(written) & set(",_'٣３ \u00a0\u202f")


def test_the_rule_follows_its_own_examples():
    for example in ("3.5", "2788000"):
        assert example in RULE
        read_typed(example)
