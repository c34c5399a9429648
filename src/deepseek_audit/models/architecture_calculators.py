"""What readers of the chapter on architecture can change: V3’s lead, the memory of attention, what leaving out a critic saves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy

from deepseek_audit.models import progress, reinforcement
from deepseek_audit.models.architecture import BF16, ONE_GPU, Model, ModelConfig, cache_gigabytes
from deepseek_audit.models.cost import GPUS_PER_NODE
from factbook.calculators.calculator import Calculator, Choice, Result, Results, Slider
from factbook.facts import Facts
from factbook.quantity import Quantity


def cache(facts: Facts, model: Model, ordinary: Mapping[str, ModelConfig], others: Iterable[Model]) -> Calculator:
    """How much memory a service needs for attention.

    Args:
        facts: for the usual length of a conversation, the bits of V2’s cache, and the memory of an H800.
        model: with latent attention.
        ordinary: the same with other kinds of attention, see :func:`~deepseek_audit.models.architecture.ordinary_attentions`.
        others: models to compare with.
    """
    shapes = {
        f"{model.name} as built, latent": model.config,
        **{f"{model.name} size, {kind}": ordinary[kind] for kind in ("multi-query", "grouped-query", "multi-head")},
        **{other.name: other.config for other in others},
    }
    bars = [
        Result(f"m{index}", name, cache_gigabytes(config), unit="gigabyte", check_unit=False)
        for index, (name, config) in enumerate(shapes.items())
    ]
    typical, gpu = facts["service_kv_length_average"], facts["h800_sxm_memory_size"]
    precisions = {"BF16": BF16, "FP8": BF16 / 2, "as V2": facts["v2_kv_cache_bits_deployed"]}
    across = [("one H800", gpu), ("a node of H800", gpu * GPUS_PER_NODE / ONE_GPU)]
    return Calculator(
        name="cache",
        title="How much memory does attention need?",
        description="The cache of all conversations served at once. A model’s weights need memory too.",
        inputs=[
            Slider("context", "Tokens per conversation", typical, 500, 1e6, 1, log=True, help="The start is DeepSeek’s reported average."),
            Slider("batch", "Conversations at once", 64, 1, 1024, 1, log=True),
            Choice("bits", "Precision of the cache", precisions, default="BF16"),
        ],
        results=[Results("Cache", bars, style="bars", log=True, references=across)],
    )


def lead(multiple: Quantity, rate: Quantity) -> Calculator:
    """How long a lead a multiple of compute is, at a rate of progress.

    Args:
        multiple: of the compute that a trend needs, over that of the model (unit ratio).
        rate: by how much compute for a given capability falls in a year (unit ratio), to begin with.
    """

    def months(ahead: Any, pace: Any) -> Any:
        return progress.MONTHS_PER_YEAR * sympy.log(ahead) / sympy.log(pace)

    return Calculator(
        name="lead",
        title="How long a lead was that?",
        description="The faster compute for a given capability falls elsewhere, the shorter V3’s lead.",
        inputs=[
            Slider("ahead", "Compute of the trend over V3’s", multiple, 1, 20, 0.1, digits=2, suffix=" ×", help="The start is our fit."),
            Slider(
                "pace",
                "Fall of compute in a year",
                rate,
                1.2,
                35,
                0.1,
                log=True,
                digits=2,
                suffix=" ×",
                help="The start is Epoch AI’s rate.",
            ),
        ],
        results=[Results("Lead", [Result("months", "Months", months, unit="month", check_unit=False, digits=2)])],
    )


def critic(slowness: Quantity, states: Mapping[str, Quantity]) -> Calculator:
    """What leaving out the critic saves.

    Args:
        slowness: how many times as long it takes to generate an answer as to read it, to begin with.
        states: memory of a model in training by name (unit byte/parameter); the first to begin with.
    """

    def time_saved(generation: Any, reward: Any, critic: Any) -> Any:
        return 100 * reinforcement.saving(generation, reward, critic)

    def memory_saved(state: Any, reward: Any, critic: Any) -> Any:
        return 100 * reinforcement.memory_saving(state, reward, critic)

    start = "The start is the ratio of DeepSeek’s servers, cached input left out."
    return Calculator(
        name="critic",
        title="What does leaving out the critic save?",
        description="The accounting of the section on GRPO, with your assumptions.",
        inputs=[
            Slider("generation", "Slowness of generation", slowness, 1, 40, 0.1, digits=2, suffix=" × a forward pass", help=start),
            Slider("critic", "Size of the critic", 1, 0, 2, 0.05, suffix=" × the policy"),
            Choice("reward", "Grades come from", {"a reward model": 1, "rules": 0}, default="a reward model"),
            Choice("state", "Training state", states, default=next(iter(states))),
        ],
        results=[
            Results(
                "Saved",
                [
                    Result("time", "Computing time", time_saved, unit="percent", check_unit=False, digits=2),
                    Result("memory", "Memory", memory_saved, unit="percent", check_unit=False, digits=2),
                ],
            )
        ],
    )
