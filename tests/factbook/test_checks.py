"""The runner of ``checks.csv``: how far two numbers may differ, which cases a rule has, and what is told of a faulty rule."""

from __future__ import annotations

import pytest

from factbook import checks
from factbook.checks import Findings
from factbook.facts import Facts, load
from factbook.tables import DataError, Row, changed_faults

FACTS = load()
EMPTY = dict.fromkeys(FACTS.rows("checks")[0], "")


def rule(**cells: str) -> Row:
    return {**EMPTY, "check_id": "new", "kind": "follows", "reason": "So it is.", **cells}


def found(facts: Facts = FACTS, **cells: str) -> Findings:
    with_rule = facts.with_rows("checks", [rule(**cells)])
    return checks.findings(with_rule, checks.of_table(with_rule, {}).values())


def cases(each: str, **cells: str) -> list[str]:
    with_rule = FACTS.with_rows("checks", [rule(measure="1", equals="1", for_each=each, **cells)])
    return ["/".join(case[0]) for case in checks.of_table(with_rule, {})["new"].cases(with_rule)]


@pytest.mark.parametrize(
    ("cells", "holds"),
    [
        ({"measure": "v3_days_per_trillion", "equals": "3.74 day"}, True),
        ({"measure": "v3_days_per_trillion", "equals": "3.76 day"}, False),
        ({"measure": "v3_days_per_trillion", "equals": "88.8 hour"}, True),
        ({"measure": "v3_days_per_trillion", "equals": "3.76 day", "tolerance": "0.02"}, True),
        ({"measure": "v3_days_per_trillion", "equals": "3.74 day", "tolerance": "0"}, False),
        ({"measure": "v3_hours_total", "equals": "any_of(1 gpu_hour, 2788000 gpu_hour)"}, True),
        ({"measure": "any_of(1, 2)", "equals": "2"}, False),
        ({"measure": "v3_hours_total", "at_least": "116000", "at_most": "117000", "unit": "gpu*day"}, True),
        ({"measure": "v3_hours_total", "at_most": "2.7e6", "unit": "gpu_hour"}, False),
        ({"measure": "any_of(1, 5)", "at_least": "1", "at_most": "4", "unit": "ratio"}, False),
    ],
)
def test_a_measure_equals_to_its_last_digit_or_lies_between_bounds(cells: dict[str, str], holds: bool) -> None:
    assert (found(**cells).contradictions == []) == holds


def test_a_contradiction_names_both_sides_and_the_reason() -> None:
    (line,) = found(measure="v3_hours_total", equals="v3_hours_pretrain + v3_hours_context").contradictions
    assert line == ("new: v3_hours_total is 2788000 gpu_hour, but v3_hours_pretrain + v3_hours_context is 2783000 gpu_hour (So it is.)")


def test_a_bound_is_told_with_its_unit() -> None:
    (line,) = found(measure="v3_hours_total", at_most="2.7e6", unit="gpu_hour").contradictions
    assert line == "new: v3_hours_total is 2.788e+06 gpu_hour, not between anything and 2.7e6 (So it is.)"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"measure": "v3_hours_totl", "equals": "1"}, "There is no fact called 'v3_hours_totl'. Did you mean v3_hours_total"),
        ({"measure": "fte_share.low", "equals": "v3_text"}, "There is no fact called 'v3_text'."),
    ],
)
def test_an_unknown_id_is_told_with_the_row_and_the_nearest_ids(cells: dict[str, str], said: str) -> None:
    (line,) = found(**cells).not_compared
    assert f"data/checks.csv, row 2 (new): {said}" in line


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"measure": "v3_hours_total", "equals": "v3_usd_total"}, "v3_usd_total is measured in usd, not in gpu_hour."),
        ({"measure": "v3_hours_total", "at_least": "1", "unit": "usd"}, "v3_hours_total is measured in gpu_hour, not in usd."),
        ({"measure": "v3_hours_total", "at_least": "1", "unit": "bananas"}, "unknown unit “bananas”"),
        ({"measure": "v3_hours_total * (", "equals": "1"}, "“v3_hours_total * (” cannot be read"),
        ({"measure": "model_config(1)", "equals": "1"}, "there is no function or table called “model_config”. Did you mean model_configs?"),
        (
            {"measure": "chips(subject)", "equals": "1"},
            "chips(subject) chooses no rows: 'subject' is no column of chips.csv, or not in for_each.",
        ),
        ({"measure": "{metric}", "equals": "1"}, "{metric} is not in for_each"),
    ],
)
def test_a_faulty_rule_is_told_with_its_row(cells: dict[str, str], said: str) -> None:
    (line,) = found(**cells).contradictions
    assert f"data/checks.csv, row 2 (new): {said}" in line


# Cases


def test_cases_are_listed_words() -> None:
    assert cases("metric: input output") == ["input", "output"]
    assert cases("metric: input output", **{"except": "input"}) == ["output"]


def test_cases_are_cells_of_the_rows_that_fit() -> None:
    assert cases("subject of chips where metric=fp8_dense")[:2] == ["h100_sxm", "h800_sxm"]
    with_both = cases("subject of chips with metric=memory_bandwidth with metric=memory_size")
    assert "h20" in with_both
    assert "l40s" not in with_both
    assert "deepseek_r1/usd/Mtoken/2025-01-20" in cases("subject, unit, as_of of api_prices with metric=input with metric=input_cached")
    assert "input_pay" in cases("fact_id of facts where value low high note~'geometric mean'")


@pytest.mark.parametrize("each", ["each chip", "subject of", "metric:", "maker of chips", "subject of chips where maker=nvidia"])
def test_cases_that_cannot_be_read_are_told_with_the_row(each: str) -> None:
    (line,) = found(measure="1", equals="1", for_each=each).contradictions
    assert "data/checks.csv, row 2 (new)" in line
    assert "names no cases" in line


# The schema


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({}, "equals is not filled"),
        ({"equals": "1", "at_least": "1", "unit": "ratio"}, "equals is filled beside bounds"),
        ({"at_least": "1"}, "the bounds have no unit"),
        ({"equals": "1", "unit": "usd"}, "the unit is that of bounds"),
        ({"at_most": "1", "unit": "usd", "tolerance": "0.1"}, "bounds have no tolerance"),
        ({"equals": "1", "tolerance": "5"}, "5 is above 1"),
    ],
)
def test_a_row_has_equals_or_bounds(cells: dict[str, str], said: str) -> None:
    resources = {resource["name"]: resource for resource in FACTS.descriptor["resources"]}
    tables = {name: FACTS.rows(name) for name in resources}
    faults = changed_faults(resources, tables, "checks", [*FACTS.rows("checks"), rule(measure="1", **cells)])
    with pytest.raises(DataError, match=said):
        raise DataError(faults)
