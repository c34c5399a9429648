"""What chapters write: assigning a name records the number, and an error says what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from factbook.contract import NUMBER_RECORD
from factbook.facts import load
from factbook.notebook import Numbers
from factbook.publish import UntracedNumber


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The outputs of the cell."""
    outputs: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw, metadata: outputs.append(bundle))
    return outputs


def test_assigning_records(shown: list[dict[str, Any]]) -> None:
    numbers, hours = Numbers(), load()["v3_hours_total"]
    numbers.hours = hours
    assert shown[0][NUMBER_RECORD]["id"] == "hours"
    assert numbers.hours is hours
    numbers.record(day="27 January 2025", again=hours)
    assert numbers.day == "27 January 2025"
    assert [output.get(NUMBER_RECORD, {}).get("id") for output in shown] == ["hours", None, "again"]


def test_a_plain_number_is_refused_with_what_to_write(shown: list[dict[str, Any]]) -> None:
    numbers = Numbers()
    with pytest.raises(UntracedNumber, match=r"n\.typed = 27\.4 is a plain number\. Compute it from facts\[…\]"):
        numbers.typed = 27.4  # type: ignore[assignment]
    assert shown == []
    with pytest.raises(AttributeError, match=r"n\.typed was not recorded yet: write n\.typed = …"):
        _ = numbers.typed


def test_a_misspelled_name_tells_the_nearest(shown: list[dict[str, Any]]) -> None:
    numbers = Numbers()
    numbers.hours = load()["v3_hours_total"]
    with pytest.raises(AttributeError, match=r"n\.huors was not recorded yet.* Did you mean n\.hours\?"):
        _ = numbers.huors
    with pytest.raises(AttributeError, match=r"before this one\.$"):
        _ = numbers.zzzz
