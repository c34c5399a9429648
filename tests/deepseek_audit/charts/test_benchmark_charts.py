"""Charts of scores draw differences around zero, and a ring where two can't be told apart."""

from __future__ import annotations

from typing import Any

import pytest

from deepseek_audit.charts import benchmark_charts
from deepseek_audit.models import benchmarks
from factbook.charts import Words
from factbook.facts import load

FACTS = load()
WORDS: Words = {"finding": "Finding", "measure": "Measure", "alt": "Alternative"}


def marks(chart: Any) -> list[dict[str, Any]]:
    """What is drawn, without headings."""
    found = chart.to_dict()
    inline = [part["data"]["values"] for part in [found, *found["layer"]] if "values" in part.get("data", {})]
    rows = [row for values in [*found.get("datasets", {}).values(), *inline] for row in values]
    drawn: list[dict[str, Any]] = []
    for row in rows:
        if "value" in row and row not in drawn:
            drawn.append(row)
    return drawn


def test_a_model_minus_its_rival_with_a_ring_where_they_are_not_told_apart() -> None:
    """Of R1’s gaps to o1 that on SimpleQA is 30.1 − 47.0 points, and MMLU’s, of one point, is told apart, too."""
    paper = benchmarks.printed_scores(FACTS, "r1_preprint")
    tests = benchmarks.compare_all(paper["deepseek_r1"], paper["o1_1217"])
    drawn = marks(benchmark_charts.differences(tests, "o1", **WORDS))
    assert [row["value"] for row in drawn] == sorted((row["value"] for row in drawn), reverse=True)
    assert (drawn[-1]["name"], drawn[-1]["label"], drawn[-1]["told_apart"]) == ("SimpleQA", "−16.9", True)
    assert {row["name"] for row in drawn if row["told_apart"]} == {"SimpleQA", "MMLU"}
    assert all(row["low"] < row["value"] < row["high"] for row in drawn)
    # Rings of single tests may leave out zero, filled marks may not hold it
    assert not [row["name"] for row in drawn if row["told_apart"] and row["low"] <= 0 <= row["high"]]


def test_outsiders_minus_the_maker_and_the_one_told_apart_is_named() -> None:
    """Vals AI has 92.2 where DeepSeek prints 97.3."""
    again = benchmarks.replications(FACTS)
    drawn = marks(benchmark_charts.outsiders(again, **WORDS))
    assert len(drawn) == len(again)
    named = [row for row in drawn if row["label"]]
    assert [(row["label"], row["name"], row["told_apart"]) for row in named] == [("Vals AI", "MATH-500", True)]
    assert named[0]["value"] == pytest.approx(92.2 - 97.3)


def test_a_ring_is_a_rating_whose_interval_meets_that_of_the_model() -> None:
    """R1’s interval is 1,305 to 1,331."""
    arena = FACTS.by("subject", "benchmark_scores", benchmark="lmarena_text_style_control")
    drawn = {row["group"]: row for row in marks(benchmark_charts.ratings(arena, **WORDS))}
    assert drawn["R1"]["told_apart"]
    others = {name: row for name, row in drawn.items() if name != "R1"}
    assert {name for name, row in others.items() if row["told_apart"]} == {
        name for name, row in others.items() if row["high"] < 1305 or row["low"] > 1331
    }
