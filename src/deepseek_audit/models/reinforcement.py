"""Reinforcement learning with and without a critic: what it takes, and what the critic is for.

PPO (Schulman et al. 2017, arXiv:1707.06347) trains a second model, the critic, that predicts rewards; the difference
between reward and prediction steers the policy. GRPO (DeepSeekMath, arXiv:2402.03300, section 4.1) draws a group of
answers to each question and compares each with the group's mean. The accounting states its assumptions as arguments.
The demonstration is a bandit: questions, a few possible answers, rewards of 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepseek_audit.models.architecture import reduction
from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, computed, constant

# A frozen model is kept in BF16
FROZEN = constant(2, "byte/parameter", "2 bytes")
# Passes over each answer, in units of one forward pass; a training pass is a forward and a backward pass of twice its work
FORWARD, TRAINING = 1, 3

Array = NDArray[np.float64]


def state_memory(trained: Quantity, *, critic: bool, reward_model: bool) -> Quantity:
    """Memory of all models, per parameter of the policy (unit byte/parameter).

    Args:
        trained: state of a model in training (unit byte/parameter).
        critic: a critic as large as the policy is trained too (PPO).
        reward_model: a frozen reward model as large as the policy is kept.

    The policy is trained and a frozen reference copy of it is kept in any case.
    """
    memory = trained + FROZEN
    if reward_model:
        memory = memory + FROZEN
    return memory + trained if critic else memory


def passes(generation: Any, critic: Any, reward_model: Any) -> Any:
    """Work per answer, in forward passes.

    Args:
        generation: time to generate the answer, in forward passes over it. Generating token by token takes as many
            operations as one forward pass, but far more time.
        critic: size of the critic, the policy's being 1; 0 without.
        reward_model: 1 with a reward model, 0 with rules.

    Besides: one pass each of the old policy and the reference, and a training pass of the policy. The critic adds a
    forward and a training pass. Plain arithmetic, for numbers, arrays and symbols.
    """
    return generation + 2 * FORWARD + TRAINING + reward_model * FORWARD + critic * (FORWARD + TRAINING)


def slowness_of_generation(facts: Facts) -> Quantity:
    """How many times as long a token takes to generate as to read, on DeepSeek's own servers (unit ratio).

    Input that was found in the cache is not read again, so it does not count as work.
    """
    not_cached = 1 - facts["service_cache_hit_tokens_per_day"] / facts["service_input_tokens_per_day"]
    reading_rate = facts["service_prefill_throughput_node"] * not_cached
    return reading_rate / facts["service_decode_throughput_node"]


def saving(generation: Any, reward_model: Any = 1, critic: Any = 1) -> Any:
    """The share of time that leaving out the critic saves. Plain arithmetic; arguments as in :func:`passes`."""
    return 1 - passes(generation, 0, reward_model) / passes(generation, critic, reward_model)


def memory_saving(trained: Any, reward_model: Any, critic: Any) -> Any:
    """The share of memory that leaving out the critic saves, as :func:`state_memory` counts it. Plain arithmetic.

    Args:
        trained: bytes per parameter of a model in training.
        reward_model: 1 with a reward model, 0 with rules.
        critic: size of the critic, the policy's being 1.
    """
    return critic * trained / ((1 + critic) * trained + FROZEN.magnitude * (1 + reward_model))


def traced_saving(generation: float, rows: Iterable[str], reward_model: int = 1) -> Quantity:
    """:func:`saving` as a quantity (unit percent)."""
    formula = f"1 − {passes(generation, 0, reward_model):g} passes / {passes(generation, 1, reward_model):g} passes"
    return computed(100 * saving(generation, reward_model), "percent", EXACT, formula, rows)


class CriticCost(NamedTuple):
    """What training takes with a critic (PPO) and without (GRPO), and the share that is saved (unit percent)."""

    ppo: Quantity
    grpo: Quantity
    saved: Quantity


def compare_memory(trained: Quantity, *, reward_model: bool) -> CriticCost:
    """:func:`state_memory` with a critic and without."""
    ppo, grpo = (state_memory(trained, critic=critic, reward_model=reward_model) for critic in (True, False))
    return CriticCost(ppo, grpo, reduction(ppo, grpo))


def compare_passes(generation: Quantity, *, reward_model: bool = True) -> CriticCost:
    """:func:`passes` with a critic as large as the policy and without.

    Args:
        generation: how many times as long it takes to generate an answer as to read it; 1 counts operations instead of time.
        reward_model: whether answers are graded by a model or by rules.
    """
    rows = {"grpo_dropped_component", *generation.rows}
    ppo, grpo = (
        computed(passes(float(generation), critic, int(reward_model)), "count", EXACT, f"passes over each answer, {name}", rows)
        for critic, name in ((1, "with a critic"), (0, "without"))
    )
    return CriticCost(ppo, grpo, traced_saving(float(generation), rows, int(reward_model)))


# What a critic costs, as the rows of a table
MEASURES = {
    "memory": "Memory, bytes per parameter",
    "memory_by_rules": "The same, graded by rules",
    "time": "Time, in forward passes",
    "time_by_rules": "The same, graded by rules",
    "operations": "Operations, in forward passes",
    "training_only": "Memory, models in training only",
}


def critic_costs(trained: Quantity, generation: Quantity) -> dict[str, CriticCost]:
    """What a critic costs in memory, time and operations, graded by a reward model or by rules; by a key of :data:`MEASURES`.

    Args:
        trained: state of a model in training (unit byte/parameter).
        generation: how many times as long it takes to generate an answer as to read it.
    """
    return {
        "memory": compare_memory(trained, reward_model=True),
        "memory_by_rules": compare_memory(trained, reward_model=False),
        "time": compare_passes(generation),
        "time_by_rules": compare_passes(generation, reward_model=False),
        "operations": compare_passes(constant(FORWARD, "ratio", "a forward pass")),
        "training_only": CriticCost(2 * trained, trained, reduction(2 * trained, trained)),
    }


def rows_by_cost(costs: Mapping[str, CriticCost]) -> list[list[Quantity | str]]:
    """A table of :func:`critic_costs`: measure, with a critic, without, saved."""
    return [[MEASURES[name], cost.ppo.shown("bare"), cost.grpo.shown("bare"), cost.saved] for name, cost in costs.items()]


# Demonstration


@dataclass(frozen=True)
class Bandit:
    """Questions with a few possible answers each.

    Attributes:
        success: probability of a reward of 1, shape (questions, answers).
    """

    success: Array

    @classmethod
    def random(cls, questions: int, answers: int, seed: int) -> Bandit:
        """Questions of all difficulties, whose answers differ a little."""
        generator = np.random.default_rng(seed)
        difficulty = generator.uniform(0.1, 0.9, size=(questions, 1))
        return cls(np.clip(difficulty + generator.uniform(-0.3, 0.3, size=(questions, answers)), 0, 1))


@dataclass(frozen=True)
class TrainingCurve:
    """What happened in training, one number per step.

    Attributes:
        reward: expected reward of the policy, exactly.
        noise: mean squared distance of the estimated gradient from the exact one, summed over questions.
    """

    reward: Array
    noise: Array


Baseline = Callable[[Array, Array], Array]


def no_baseline(rewards: Array, critic: Array) -> Array:
    """Steer by the reward alone (REINFORCE)."""
    return rewards


def critic_baseline(rewards: Array, critic: Array) -> Array:
    """Steer by the difference from the critic's prediction for each question."""
    return rewards - critic[:, None]


def group_baseline(rewards: Array, critic: Array) -> Array:
    """Steer by the difference from the mean of the group's other answers, as GRPO does without dividing by the spread."""
    size = rewards.shape[1]
    return np.asarray((rewards - rewards.mean(axis=1, keepdims=True)) * size / (size - 1))


BASELINES = {"no baseline": no_baseline, "learned critic": critic_baseline, "group’s mean": group_baseline}


def train(
    bandit: Bandit,
    baseline: Baseline,
    *,
    group: int,
    steps: int,
    seed: int,
    rate: float = 0.5,
    critic_rate: float = 0.1,
) -> TrainingCurve:
    """Train a softmax policy by the policy gradient, ``group`` answers to every question in each step.

    Args:
        bandit: questions and answers.
        baseline: what a reward is compared with.
        group: answers per question and step; at least 2.
        steps: how many.
        seed: of the random numbers.
        rate, critic_rate: step sizes of the policy and of the critic, a table with one prediction per question.

    Raises:
        ValueError: the group is too small to have a mean of others.
    """
    if group < 2:
        raise ValueError(f"a group of {group} has no other answers to compare with")
    generator = np.random.default_rng(seed)
    questions, answers = bandit.success.shape
    logits, critic = np.zeros((questions, answers)), np.zeros(questions)
    reward, noise = np.empty(steps), np.empty(steps)
    for step in range(steps):
        policy = _softmax(logits)
        value = (policy * bandit.success).sum(axis=1, keepdims=True)
        exact = policy * (bandit.success - value)
        chosen = (generator.random((questions, group, 1)) > policy.cumsum(axis=1)[:, None, :-1]).sum(axis=2)
        rewards = (generator.random((questions, group)) < np.take_along_axis(bandit.success, chosen, axis=1)).astype(float)
        score = np.eye(answers)[chosen] - policy[:, None, :]
        estimate = (baseline(rewards, critic)[:, :, None] * score).mean(axis=1)
        reward[step], noise[step] = value.mean(), ((estimate - exact) ** 2).sum()
        logits = logits + rate * estimate
        critic = critic + critic_rate * (rewards.mean(axis=1) - critic)
    return TrainingCurve(reward, noise)


def compare_baselines(group: Quantity, *, steps: int, seed: int) -> dict[str, TrainingCurve]:
    """The same bandit of 128 questions with four answers each, trained with every baseline of :data:`BASELINES`.

    Args:
        group: answers per question and step (a count).
        steps: how many.
        seed: of the random numbers, for the bandit and for each training.
    """
    bandit = Bandit.random(128, 4, seed=seed)
    return {name: train(bandit, baseline, group=int(float(group)), steps=steps, seed=seed) for name, baseline in BASELINES.items()}


def noise_removed(curves: Mapping[str, TrainingCurve], baseline: str, steps: int | None = None) -> Quantity:
    """The share of the noise of a training without baseline that a baseline removed (unit percent, two digits).

    Args:
        curves: by baseline, as :func:`compare_baselines` gives them.
        baseline: its name.
        steps: only the first so many; all by default.
    """
    share = 1 - curves[baseline].noise[:steps].sum() / curves["no baseline"].noise[:steps].sum()
    formula = "noise against no baseline, seeded simulation in reinforcement.py"
    return computed(100 * share, "percent", 2, formula, {"r1_grpo_group_size"})


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
