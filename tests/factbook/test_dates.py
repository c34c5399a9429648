"""Dates as readers read them, without leading zeros."""

import pytest

from factbook import dates


@pytest.mark.parametrize(
    ("write", "text"), [(dates.write_out, "5 January 2025"), (dates.abbreviate, "5 Jan 2025"), (dates.day_and_month, "5 Jan")]
)
def test_a_date_as_readers_read_it(write, text):
    assert write("2025-01-05") == text


def test_a_span_names_its_months():
    assert dates.span("2022-11-07", "2023-10-02") == "Nov 2022 – Oct 2023"
    assert dates.span("2023-03-15", "2023-10-02") == "Mar–Oct 2023"
    assert dates.span("2023-03-15", "2023-03-20") == dates.month("2023-03-15") == "Mar 2023"
