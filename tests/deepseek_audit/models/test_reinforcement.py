"""Accounting of reinforcement learning by hand, and the bandit against theory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepseek_audit.models import reinforcement
from deepseek_audit.models.reinforcement import Bandit, critic_baseline, group_baseline, no_baseline, train
from factbook.facts import load
from factbook.quantity import constant


@pytest.mark.parametrize(
    ("fact", "reward_model", "with_critic", "without"),
    [
        ("bf16_training_state_bytes", True, 16 + 16 + 2 + 2, 16 + 2 + 2),
        ("bf16_training_state_bytes", False, 16 + 16 + 2, 16 + 2),
        ("bf16_training_state_bytes_fp32_gradients", True, 18 + 18 + 2 + 2, 18 + 2 + 2),
    ],
)
def test_memory_by_hand(fact: str, reward_model: bool, with_critic: int, without: int) -> None:
    trained = load()[fact]
    assert reinforcement.state_memory(trained, critic=True, reward_model=reward_model).magnitude == with_critic
    assert reinforcement.state_memory(trained, critic=False, reward_model=reward_model).magnitude == without


def test_memory_saving_agrees_with_the_states() -> None:
    trained = load()["bf16_training_state_bytes"]
    for reward_model in (True, False):
        states = [reinforcement.state_memory(trained, critic=critic, reward_model=reward_model).magnitude for critic in (True, False)]
        assert reinforcement.memory_saving(16, int(reward_model), 1) == pytest.approx(1 - states[1] / states[0])
    assert reinforcement.memory_saving(16, 1, 0) == 0


def test_work_by_hand() -> None:
    """Generation, old policy, reference, reward model, training: 1 + 1 + 1 + 1 + 3; the critic adds 1 + 3."""
    assert reinforcement.passes(1, 0, 1) == 7
    assert reinforcement.passes(1, 1, 1) == 11
    assert reinforcement.saving(1) == pytest.approx(4 / 11)
    assert reinforcement.traced_saving(1, {"grpo_dropped_component"}).magnitude == pytest.approx(36.36, abs=0.01)


@given(st.floats(0, 1e6), st.sampled_from([0, 1]))
def test_saving_stays_below_half_and_falls_with_generation(generation: float, reward_model: int) -> None:
    assert 0 < reinforcement.saving(generation, reward_model) < 0.5
    assert reinforcement.saving(generation + 1, reward_model) < reinforcement.saving(generation, reward_model)


def test_costs_of_a_critic_by_hand() -> None:
    """16 bytes in training and 2 frozen; 5 passes to generate, 2 of old policy and reference, 1 of a reward model, 3 of training."""
    costs = reinforcement.critic_costs(load()["bf16_training_state_bytes"], constant(5, "ratio", "5"))
    amounts = {name: (cost.ppo.magnitude, cost.grpo.magnitude) for name, cost in costs.items()}
    assert amounts == {
        "memory": (36, 20),
        "memory_by_rules": (34, 18),
        "time": (15, 11),
        "time_by_rules": (14, 10),
        "operations": (11, 7),
        "training_only": (32, 16),
    }
    for cost in costs.values():
        assert cost.saved.magnitude == pytest.approx(100 * (1 - float(cost.grpo / cost.ppo)))
    assert [row[0] for row in reinforcement.rows_by_cost(costs)] == list(reinforcement.MEASURES.values())


def test_time_is_traced_to_what_it_was_computed_from() -> None:
    slowness = reinforcement.slowness_of_generation(load())
    assert reinforcement.compare_passes(slowness).saved.rows == slowness.rows | {"grpo_dropped_component"}


CRITICS = (no_baseline, critic_baseline, group_baseline)


@pytest.mark.parametrize("baseline", CRITICS)
def test_no_baseline_biases_the_gradient(baseline: reinforcement.Baseline) -> None:
    """Over many groups, the estimate is the exact gradient of the expected reward."""
    bandit = Bandit(np.tile([[0.8, 0.3, 0.5]], (40_000, 1)))
    policy = np.full(3, 1 / 3)
    exact = policy * (bandit.success[0] - policy @ bandit.success[0])
    generator = np.random.default_rng(0)
    chosen = generator.integers(0, 3, (40_000, 4))
    rewards = (generator.random((40_000, 4)) < bandit.success[0][chosen]).astype(float)
    advantage = baseline(rewards, np.full(40_000, 0.4))
    estimate = (advantage[:, :, None] * (np.eye(3)[chosen] - policy)).mean(axis=(0, 1))
    assert estimate == pytest.approx(exact, abs=0.005)


def test_group_and_critic_remove_about_the_same_noise() -> None:
    bandit = Bandit.random(64, 4, seed=0)
    plain, critic, group = (train(bandit, baseline, group=16, steps=100, seed=1) for baseline in CRITICS)
    assert group.noise.sum() < 0.6 * plain.noise.sum()
    assert group.noise.sum() == pytest.approx(critic.noise.sum(), rel=0.15)
    assert group.noise[0] < 0.6 * critic.noise[0], "the critic must be learned first"
    for curve in (plain, critic, group):
        assert curve.reward[-1] > curve.reward[0] + 0.05


def test_training_is_reproducible() -> None:
    bandit = Bandit.random(8, 3, seed=0)
    one, two = (train(bandit, group_baseline, group=4, steps=5, seed=3) for _ in range(2))
    assert (one.noise == two.noise).all()


def test_noise_removed_is_a_share_of_the_noise_without_a_baseline() -> None:
    curves = reinforcement.compare_baselines(constant(4, "count", "4"), steps=20, seed=1)
    plain, group = curves["no baseline"].noise, curves["group’s mean"].noise
    assert reinforcement.noise_removed(curves, "no baseline").magnitude == 0
    assert reinforcement.noise_removed(curves, "group’s mean").magnitude == pytest.approx(100 * (1 - group.sum() / plain.sum()))
    assert reinforcement.noise_removed(curves, "group’s mean", 5).magnitude == pytest.approx(100 * (1 - group[:5].sum() / plain[:5].sum()))


def test_a_group_of_one_has_no_others() -> None:
    with pytest.raises(ValueError, match="group of 1"):
        train(Bandit.random(2, 2, seed=0), group_baseline, group=1, steps=1, seed=0)


def test_time_saved_at_the_speed_of_deepseek_s_servers() -> None:
    """Cached input is no work: 73,700 tokens a second, of which 342 of 608 were cached, against 14,800 written."""
    facts = load()
    slowness = 73_700 * (1 - 342 / 608) / 14_800
    rows = ("service_prefill_throughput_node", "service_decode_throughput_node", "service_cache_hit_tokens_per_day")
    assert [facts[row].magnitude for row in rows] == [73_700, 14_800, 342e9]
    assert facts["service_input_tokens_per_day"].magnitude == 608e9
    by_hand = [100 * 4 / (slowness + 2 + 3 + reward_model + 4) for reward_model in (1, 0)]
    assert by_hand == pytest.approx([32.8, 35.8], abs=0.05)
    assert [reinforcement.traced_saving(slowness, rows, reward_model).magnitude for reward_model in (1, 0)] == pytest.approx(by_hand)
