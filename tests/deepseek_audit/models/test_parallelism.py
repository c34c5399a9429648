"""Nodes reached and idle time, against a simulation and the formulas of the report."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepseek_audit.models.architecture import ConfigError, ModelConfig
from deepseek_audit.models.parallelism import expected_groups_reached, pipeline_bubbles
from factbook.facts import load
from factbook.quantity import EXACT, constant


def v3() -> ModelConfig:
    return ModelConfig.from_facts(load(), "deepseek_v3")


def test_a_token_of_v3_would_reach_more_than_five_of_eight_nodes() -> None:
    assert expected_groups_reached(v3()).magnitude == pytest.approx(5.29, abs=0.005)


def test_expected_nodes_agree_with_drawing_experts() -> None:
    draw = random.Random(0)
    drawn = [len({expert // 32 for expert in draw.sample(range(256), 8)}) for _ in range(20_000)]
    assert expected_groups_reached(v3()).magnitude == pytest.approx(sum(drawn) / len(drawn), abs=0.03)


@given(st.integers(1, 256))
def test_no_more_groups_than_experts_or_groups(active: int) -> None:
    reached = expected_groups_reached(replace(v3(), activated_experts=active, limited_groups=0)).magnitude
    assert reached + 1e-9 >= 1
    assert reached <= min(active, 8) + 1e-9


def test_a_dense_model_has_no_groups() -> None:
    with pytest.raises(ConfigError, match="llama2_7b has no experts"):
        expected_groups_reached(ModelConfig.from_facts(load(), "llama2_7b"))


def test_bubbles_of_sixteen_stages() -> None:
    """Table 2 of the report with F = 1, B = 2, W = 1 and F&B = 3, by hand."""
    bubbles = pipeline_bubbles(load()["v3_pipeline_stages"])
    assert {name: value.magnitude for name, value in bubbles.items()} == {"1F1B": 45, "ZB1P": 15, "DualPipe": 14}


@pytest.mark.parametrize("stages", [1, 7])
def test_stages_that_dualpipe_cannot_use(stages: int) -> None:
    with pytest.raises(ValueError, match=f"{stages} stages"):
        pipeline_bubbles(constant(stages, "count", "stages"))


def test_the_formula_of_groups_reached_gives_the_number() -> None:
    reached = expected_groups_reached(v3())
    written = reached.formula.translate(str.maketrans({"×": "*", "−": "-", "C": "c"}))
    assert eval(written, {"c": math.comb}) == pytest.approx(reached.magnitude)
    assert reached.digits == EXACT
    assert reached.rows == {"config_deepseek_v3_routed_experts", "config_deepseek_v3_activated_experts", "config_deepseek_v3_expert_groups"}
