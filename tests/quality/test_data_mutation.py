"""Wrong data are noticed: a sample of the mutants of ``make mutate``, judged by validation, cross-checks and the articles.

Proves on mutants drawn with a fixed seed that the goals hold, with what chance allows a sample; that known mistakes are
noticed by the rule that is meant for them; and that judging a mutant in memory says what reading its files would say.
The tests of the models are left out here: they run by themselves, and the goals hold without them.
"""

from __future__ import annotations

import csv
import math
import random
import shutil
from pathlib import Path

import pytest

from factbook import tables
from factbook.facts import load
from quality.mutate import published
from quality.mutate.judge import Judge
from quality.mutate.mutants import GROSS, KINDS, Mutant, mutants, next_digit, shifted
from quality.mutate.report import GOAL, HEADLINE_GOAL, LONG_TABLE, key_of, tables_with_numbers

SEED = 8
SAMPLE, HEADLINE_SAMPLE = 400, 200
# Chance in a sample: a share below the goal by more than this many standard errors is no chance
STANDARD_ERRORS = 3
FACTS = load()


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(FACTS, models=False)


@pytest.fixture(scope="module")
def every_mutant() -> list[Mutant]:
    return [mutant for table in tables_with_numbers(FACTS) if table != LONG_TABLE for mutant in mutants(FACTS, table)]


def noticed(judge: Judge, sample: list[Mutant]) -> float:
    return sum(bool(judge.verdict(mutant)[0]) for mutant in sample) / len(sample)


def allowed(goal: float, count: int) -> float:
    return goal - STANDARD_ERRORS * math.sqrt(goal * (1 - goal) / count)


def test_the_goal_for_all_mutants_holds_on_a_sample(judge: Judge, every_mutant: list[Mutant]) -> None:
    sample = random.Random(SEED).sample(every_mutant, SAMPLE)
    assert {mutant.kind for mutant in sample} == set(KINDS)
    assert noticed(judge, sample) >= allowed(GOAL, SAMPLE)


def test_the_goal_for_headline_figures_holds_on_a_sample(judge: Judge, every_mutant: list[Mutant]) -> None:
    headline = published.headline_keys(FACTS)
    gross = [mutant for mutant in every_mutant if mutant.kind in GROSS and key_of(FACTS, mutant.table, mutant.index) in headline]
    assert len(gross) > HEADLINE_SAMPLE
    assert noticed(judge, random.Random(SEED).sample(gross, HEADLINE_SAMPLE)) >= allowed(HEADLINE_GOAL, HEADLINE_SAMPLE)


def mutant_of(table: str, key: str, kind: str, column: str = "value") -> Mutant:
    index = next(index for index in range(len(FACTS.rows(table))) if key_of(FACTS, table, index) == key)
    return next(
        mutant for mutant in mutants(FACTS, table) if (mutant.index, mutant.kind) == (index, kind) and mutant.column in (column, "unit", "")
    )


@pytest.mark.parametrize(
    ("table", "key", "kind", "stage", "rule"),
    [
        ("cost_estimates", "v3_usd_total", "times ten", "cross-check", "v3_bill_adds_up"),
        ("cost_estimates", "v3_usd_total", "last digit", "cross-check", "v3_bill_adds_up"),
        ("cost_estimates", "v3_usd_total", "unit of another kind", "validation", "unit of metric"),
        ("training_runs", "v3_tokens", "last digit", "cross-check", "pre_training_hours_from_hours_per_trillion"),
        ("training_runs", "v3_hours_total", "sign", "validation", "plausible"),
        ("training_runs", "v3_hours_total", "dropped", "cross-check", "v3_hours_add_up"),
        ("training_runs", "v3_hours_total", "doubled under a new id", "validation", "repeated"),
        ("cost_inputs", "v3_rate_assumed", "times ten", "validation", "plausible"),
        ("model_configs", "config_deepseek_v3_hidden_size", "a tenth", "validation", "plausible"),
        ("chips", "h100_sxm_fp8_dense", "a tenth", "cross-check", "rating_is_fp8_dense_times_bits"),
        ("market_facts", "nvda_close_2025_01_27", "a tenth", "cross-check", "return_follows_from_the_closes"),
        ("benchmark_scores", "bench_r1_math_500_pass1_r1_preprint", "a tenth", "cross-check", "score_fits_the_model_and_the_test"),
        ("claims", "economics_cost", "times ten", "validation", "range"),
        ("market_month_returns", "AMD 2025-01-31", "times ten", "cross-check", "returns_of_a_month_compound_to_its_return"),
    ],
)
def test_a_known_mistake_is_noticed_by_the_rule_meant_for_it(judge: Judge, table: str, key: str, kind: str, stage: str, rule: str) -> None:
    assert judge.verdict(mutant_of(table, key, kind, "return_pct" if table == "market_month_returns" else "value")) == (stage, rule)


def test_a_wrong_daily_return_is_noticed_by_the_return_of_its_month(judge: Judge) -> None:
    index = next(index for index, row in enumerate(FACTS.rows(LONG_TABLE)) if (row["ticker"], row["date"]) == ("AMD", "2025-03-05"))
    written = FACTS.rows(LONG_TABLE)[index]["return_pct"]
    wrong = Mutant(LONG_TABLE, index, "return_pct", "times ten", ((index, "return_pct", shifted(written, 1)),))
    assert judge.verdict(wrong) == ("cross-check", "returns_of_a_month_compound_to_its_return")


def test_judging_in_memory_is_reading_the_files(judge: Judge, every_mutant: list[Mutant], tmp_path: Path) -> None:
    """The quick way finds a fault of validation exactly where writing and reading all tables does."""
    shutil.copytree(FACTS.directory, tmp_path / "data")
    short = [mutant for mutant in every_mutant if len(FACTS.rows(mutant.table)) < 300]
    verdicts = set()
    for mutant in random.Random(SEED).sample(short, 12):
        rows, _ = mutant.applied(FACTS.rows(mutant.table))
        path = tmp_path / "data" / f"{mutant.table}.csv"
        before = path.read_bytes()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([list(rows[0]), *(row.values() for row in rows)])
        try:
            tables.read_tables(tmp_path / "data")
            refused = False
        except tables.DataError:
            refused = True
        path.write_bytes(before)
        assert refused == (judge.verdict(mutant)[0] == "validation"), mutant
        verdicts.add(refused)
    assert verdicts == {True, False}


@pytest.mark.parametrize(
    ("written", "ten", "next_one"),
    [
        ("2664000", "26640000", "2665000"),
        ("0.14", "1.4", "0.15"),
        ("-3", "-30", "-4"),
        ("1.80e5", "1.80e+6", "1.81e+5"),
        ("19.9", "199", "20.0"),
    ],
)
def test_mutants_are_written_as_the_tables_write_numbers(written: str, ten: str, next_one: str) -> None:
    assert (shifted(written, 1), next_digit(written)) == (ten, next_one)
    assert float(shifted(written, -1)) == pytest.approx(float(written) / 10)


def test_what_changes_nothing_is_no_mutant() -> None:
    zero = next(index for index, row in enumerate(FACTS.rows("training_runs")) if row["fact_id"] == "v3_rollbacks")
    kinds = {mutant.kind for mutant in mutants(FACTS, "training_runs") if mutant.index == zero and mutant.column == "value"}
    assert not kinds & {"times ten", "a tenth", "sign"}


def test_a_row_that_stands_alone_is_seen_to_survive(judge: Judge) -> None:
    """The judge can also say no: nothing else gives this figure to its last digit."""
    assert judge.verdict(mutant_of("training_runs", "bloom_gpuh", "last digit")) == ("", "")


def test_headline_rows_are_found() -> None:
    keys = published.headline_keys(FACTS)
    assert {"v3_usd_total", "r1_usd_total", "v3_rate_assumed", "sa_tco", "gpt4_altman"} <= keys
    assert "mult_strubell" not in keys
    assert "NVDA 2025-01-27" in keys
