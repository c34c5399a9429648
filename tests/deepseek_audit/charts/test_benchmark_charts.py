"""Charts of scores show whose mark is whose, and a ring where two can't be told apart."""

from __future__ import annotations

from typing import Any

import pytest

from deepseek_audit.charts import benchmark_charts
from deepseek_audit.models import benchmarks
from factbook.charts import BLUE, MUTED, VERMILION, Words
from factbook.facts import load

FACTS = load()
WORDS: Words = {"finding": "Finding", "measure": "Measure", "alt": "Alternative"}


def marks(chart: Any) -> list[dict[str, Any]]:
    """What is drawn, without headings."""
    found = chart.to_dict()
    rows = [row for values in found.get("datasets", {}).values() for row in values] or found["data"]["values"]
    return [row for row in rows if "value" in row]


@pytest.mark.slow
def test_a_model_stands_once_beside_its_rivals() -> None:
    paper = benchmarks.printed_scores(FACTS, "r1_preprint")
    rivals = [benchmarks.compare_all(paper["deepseek_r1"], paper[rival]) for rival in ("o1_1217", "gpt_4o_0513")]
    drawn = marks(benchmark_charts.scores_against(rivals, **WORDS))
    simpleqa = [(row["label"], row["color"], row["told_apart"]) for row in drawn if row["group"] == "SimpleQA"]
    assert simpleqa == [("R1 30.1", BLUE, True), ("o1-1217 47.0", VERMILION, True), ("GPT-4o-0513 38.2", MUTED, True)]
    rings = {row["group"] for row in drawn if row["color"] == VERMILION and not row["told_apart"]}
    assert rings == {benchmarks.BENCHMARK_NAMES[name] for name, test in rivals[0].items() if test.verdict() == benchmarks.OPEN}
    # What the first rival was tested on comes first
    groups = list(dict.fromkeys(row["group"] for row in drawn))
    assert groups[: len(rivals[0])] == [benchmarks.BENCHMARK_NAMES[name] for name in rivals[0]]


def test_outsiders_stand_beside_the_maker() -> None:
    drawn = marks(benchmark_charts.scores_again(benchmarks.replications(FACTS), **WORDS))
    group = [(row["label"], row["color"], row["told_apart"]) for row in drawn if row["group"] == "R1, MATH-500"]
    assert group[0] == ("DeepSeek 97.3", BLUE, True)
    assert ("Vals AI 92.2", VERMILION, True) in group
    assert [row["label"] for row in drawn if row["color"] == VERMILION and row["told_apart"]] == ["Vals AI 92.2"]


def test_a_ring_is_a_rating_whose_interval_meets_that_of_the_model() -> None:
    """R1’s interval is 1,305 to 1,331."""
    arena = FACTS.by("subject", "benchmark_scores", benchmark="lmarena_text_style_control")
    drawn = {row["group"]: row for row in marks(benchmark_charts.ratings(arena, **WORDS))}
    assert drawn["R1"]["told_apart"]
    others = {name: row for name, row in drawn.items() if name != "R1"}
    assert {name for name, row in others.items() if row["told_apart"]} == {
        name for name, row in others.items() if row["high"] < 1305 or row["low"] > 1331
    }
