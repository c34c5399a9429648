"""Dates as readers read them, without leading zeros."""

import pytest

from factbook import dates


@pytest.mark.parametrize(
    ("write", "text"), [(dates.write_out, "5 January 2025"), (dates.abbreviate, "5 Jan 2025"), (dates.day_and_month, "5 Jan")]
)
def test_a_date_as_readers_read_it(write, text):
    assert write("2025-01-05") == text
