"""Rows of the data agree with one another: every check of ``data/checks.csv`` holds.

A failure names the check and the rows. What the checks are worth is measured by ``make mutate``.
"""

from __future__ import annotations

from collections import Counter

import pytest

from deepseek_audit.__main__ import main
from deepseek_audit.checks.functions import FUNCTIONS
from factbook import checks
from factbook.__main__ import cross
from factbook.checks import Findings
from factbook.facts import Facts, load
from factbook.tables import plausible_ranges

FACTS = load()
CHECKS = checks.of_table(FACTS, FUNCTIONS)
CASES = {name: [case[0] for case in check.cases(FACTS) if case] for name, check in CHECKS.items()}


# Rows that have no partner to be compared with, as the check says it: why
NOT_COMPARED: dict[str, str] = {}


def findings(facts: Facts) -> Findings:
    return checks.findings(facts, CHECKS.values())


def test_sound_data_have_no_contradiction_and_every_row_its_partner() -> None:
    assert findings(FACTS) == Findings([], list(NOT_COMPARED)), "say in NOT_COMPARED why a row has no partner"


def test_every_check_has_a_case_and_spares_only_cases_that_there_are() -> None:
    for row in FACTS.rows("checks"):
        assert not row["for_each"] or CASES[row["check_id"]], f"{row['check_id']} is never asked"
    unspared = checks.of_table(FACTS.with_rows("checks", [{**row, "except": ""} for row in FACTS.rows("checks")]), FUNCTIONS)
    for row in FACTS.rows("checks"):
        known = {"/".join(case[0]) for case in unspared[row["check_id"]].cases(FACTS) if case}
        assert set(row["except"].split()) <= known, f"{row['check_id']} spares a case that there is not"


def test_every_kind_and_function_is_used() -> None:
    measures = " ".join(row["measure"] + row["equals"] for row in FACTS.rows("checks"))
    assert [name for name in FUNCTIONS if f"{name}(" not in measures] == []


def spoiled(table: str, key: str, **cells: str) -> Facts:
    rows = [{**row, **cells} if next(iter(row.values())) == key else row for row in FACTS.rows(table)]
    return FACTS.with_rows(table, rows)


@pytest.mark.parametrize(
    ("table", "fact_id", "value", "named"),
    [
        ("training_runs", "v3_hours_pretrain", "26640000", "v3_hours_total"),
        ("training_runs", "v3_days_per_trillion", "3.8", "v3_days_per_trillion is 3.8 day, but"),
        ("chips", "h100_sxm_die_area", "914", "h100_sxm_performance_density"),
        ("model_configs", "config_deepseek_v3_layers", "62", "v3_total_parameters"),
        ("api_prices", "price_deepseek_r1_output_cny_2025_01_20", "26", "price_deepseek_r1_output_cny_2025_01_20"),
        ("cost_inputs", "fte_share", "0.3", "fte_share is 0.3"),
    ],
)
def test_a_wrong_row_is_named_with_what_it_contradicts(table: str, fact_id: str, value: str, named: str) -> None:
    assert any(named in line for line in findings(spoiled(table, fact_id, value=value)).contradictions)


def test_a_wrong_unit_is_a_contradiction_that_names_both_units() -> None:
    found = findings(spoiled("training_runs", "v3_hours_total", unit="day")).contradictions
    assert any("(v3_hours_add_up): v3_hours_pretrain" in line and "gpu_hour, not in day" in line for line in found)


def added(table: str, *rows: dict[str, str]) -> Facts:
    """The facts with copies of rows of a table, changed in some cells: the cell ``like`` names the row."""
    known = {row["fact_id"]: row for row in FACTS.rows(table)}
    copies = [{**known[row["like"]], **{name: cell for name, cell in row.items() if name != "like"}} for row in rows]
    return FACTS.with_rows(table, [*FACTS.rows(table), *copies])


def without(table: str, fact_id: str) -> Facts:
    return FACTS.with_rows(table, [row for row in FACTS.rows(table) if row["fact_id"] != fact_id])


NEW_MODEL = [
    {**row, "like": row["fact_id"], "fact_id": row["fact_id"].replace("qwen2_5_72b", "new"), "subject": "new"}
    for row in FACTS.where("model_configs", subject="qwen2_5_72b")
]


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (added("model_configs", *NEW_MODEL), "new has no total_parameters in architecture_facts.csv"),
        (added("model_configs", *NEW_MODEL[:1]), "new has no layers in model_configs.csv"),
        (without("architecture_facts", "v3_total_parameters"), "deepseek_v3 has no total_parameters in architecture_facts.csv"),
        (
            added("architecture_facts", {"like": "v3_activated_parameters", "fact_id": "new", "subject": "new"}),
            "new has no hidden_size, layers, vocab_size, attention_heads in model_configs.csv",
        ),
        (added("chips", {"like": "h20_memory_size", "fact_id": "new", "subject": "new"}), "new has no total_processing_performance"),
        (added("chips", {"like": "h20_die_area", "fact_id": "new", "subject": "new"}), "new has no performance_density in chips.csv"),
        (
            added("api_prices", {"like": "price_deepseek_r1_output_usd_2025_01_20", "fact_id": "new", "subject": "new"}),
            "no row of api_prices.csv has as_of 2025-01-20, metric input, subject new, unit usd/Mtoken",
        ),
        (
            added("benchmark_scores", {"like": "bench_r1_math_500_pass1_r1_preprint", "fact_id": "x", "benchmark": "new", "n_items": "9"}),
            "new has no n_items",
        ),
        (without("training_runs", "v3_hours_context"), "v3_hours_context"),
        (spoiled("cost_inputs", "fte_share", high=""), "fte_share has no high"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_row_without_its_partner_is_not_compared_and_contradicts_nothing(facts: Facts, named: str) -> None:
    found = findings(facts)
    assert found.contradictions == []
    assert any(named in line for line in found.not_compared)


def test_a_new_model_of_another_size_than_published_is_a_contradiction() -> None:
    size = {**FACTS.row("v3_total_parameters"), "fact_id": "new", "subject": "new"}
    facts = added("model_configs", *NEW_MODEL).with_rows("architecture_facts", [*FACTS.rows("architecture_facts"), size])
    assert [line for line in findings(facts).contradictions if "new is 6.71e+11" in line]


def test_the_command_reports_and_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """A reader who changes an assumption is told what no longer fits, and gets a book all the same."""
    assert main(["check", "--cross"]) == 0
    assert "agree" in capsys.readouterr().out


def test_the_command_tells_what_was_not_compared(capsys: pytest.CaptureFixture[str]) -> None:
    cross(added("model_configs", *NEW_MODEL), FUNCTIONS)
    said = capsys.readouterr().out
    assert "not compared: configuration_gives_the_published_size: new has no total_parameters" in said
    assert f"the rows agree; {len(NOT_COMPARED) + 1} not compared" in said


# Plausible ranges


def measured() -> set[tuple[str, str]]:
    tables = [resource["name"] for resource in FACTS.descriptor["resources"] if resource["schema"]["primaryKey"] == ["fact_id"]]
    return {(row["metric"], row["unit"]) for name in tables for row in FACTS.rows(name) if row["value"]}


def test_every_metric_has_a_plausible_range_and_each_range_is_used() -> None:
    ranges = plausible_ranges(FACTS.rows("plausible_ranges"))
    known = {(metric, unit) for metric, by_unit in ranges.items() for unit in by_unit}
    assert measured() - known == set(), "add a range with its reason to data/plausible_ranges.csv"
    assert known - measured() == set(), "no row uses these ranges: remove them"


def test_each_metric_and_unit_has_one_range() -> None:
    listed = Counter((metric, row["unit"]) for row in FACTS.rows("plausible_ranges") for metric in row["metrics"].split(" "))
    assert [pair for pair, times in listed.items() if times > 1] == []


# Coverage of the market


def test_most_series_have_closes_to_compare() -> None:
    compared = {ticker for (ticker,) in CASES["return_follows_from_the_closes"]}
    stocks_and_funds = {row["ticker"] for row in FACTS.rows("market_series") if row["kind"] != "index"}
    assert stocks_and_funds - compared == {"RSP"}, "RSP has an adjusted return only"


def test_all_but_three_series_have_month_ends_from_another_source() -> None:
    compared = {row["ticker"] for row in FACTS.rows("market_month_returns")}
    series = {row["ticker"]: row["source_key"] for row in FACTS.rows("market_series")}
    assert set(series) - compared == {"^GSPC", "^IXIC", "RSP"}
    same = {row["ticker"] for row in FACTS.rows("market_month_returns") if series[row["ticker"]] == row["source_key"]}
    assert same == {"^SOX"}, "a return from the source of the returns is no second source"


def test_only_one_series_begins_late() -> None:
    first = FACTS.where("market_series", ticker="SPY")[0]["first_date"]
    late = {row["ticker"]: row["first_date"] for row in FACTS.rows("market_series") if row["first_date"] != first}
    assert late == {"GEV": "2024-03-28"}, "when-issued trading began on 2024-03-27"


def test_there_are_prices_in_two_currencies() -> None:
    assert len(CASES["prices_in_two_currencies_agree"]) >= 9


def test_three_models_have_all_three_bases() -> None:
    bases: dict[str, set[str]] = {}
    for row in FACTS.rows("cost_estimates"):
        bases.setdefault(row["subject"], set()).add(row["basis"])
    complete = {subject for subject, found in bases.items() if {"acquisition", "cloud_price", "amortized"} <= found}
    assert {"gpt_4", "gemini_1_0_ultra", "llama_3_1_405b"} <= complete
