"""Charts of the chapter on architecture: factors of a ratio, work per token, memory of attention, and the three demonstrations.

A chapter gives finding and measure. The text alternatives state what is drawn, so they are written here from the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

from deepseek_audit.models import reinforcement
from deepseek_audit.models.architecture import ONE_GPU, Factor, Model, ModelConfig, kv_cache_bytes_per_token
from deepseek_audit.models.cost import GPUS_PER_NODE
from deepseek_audit.models.progress import Ahead
from deepseek_audit.models.quantization import RoundingError
from deepseek_audit.models.reinforcement import CriticCost, TrainingCurve
from factbook import charts
from factbook.charts import AmountAxis, Drawing, Line, Rung, Step, Words
from factbook.quantity import Quantity

FACTOR_COLORS = (charts.BLUE, charts.GREEN, charts.PURPLE, charts.VERMILION)
# Color by kind of attention, from the most memory to the least
ATTENTION_COLORS = {
    "multi-head": charts.VERMILION,
    "Llama 3.1": charts.MUTED,
    "grouped-query": charts.PURPLE,
    "V3, latent": charts.BLUE,
    "multi-query": charts.GREEN,
}
CONTEXTS = [1e3, 1e4, 1e5, 1e6]
# Beyond this many forward passes for an answer, the saving hardly moves
SLOWEST = 30
AHEAD_AXIS = AmountAxis("Times V3’s compute, log axis", (0.5, 1000), [0.5, 1, 2, 5, 10, 30, 100], True, "'×' + datum.value")
# Steps of training that one point of the noise stands for
BIN = 10
# Color of a baseline, where its label stands (in steps), and on which side of the line
BASELINE_LINES = {
    "no baseline": (charts.MUTED, 65, "above", "left"),
    "learned critic": (charts.VERMILION, 5, "above", "left"),
    "group’s mean": (charts.BLUE, 75, "below", "right"),
}


def factors(found: Sequence[Factor], total: Quantity, of: str, axis: str, end: float, **words: Unpack[Words]) -> Drawing:
    """The factors of a ratio as a cascade.

    Args:
        found: the factors.
        total: their product.
        of: what a share is a share of, such as ``of the gap``.
        axis: its title.
        end: of the axis; ticks are powers of two.
    """
    steps = [
        Step(f"{factor.label}: × {factor.ratio}, {factor.share:2} {of}", factor.ratio, color)
        for factor, color in zip(found, FACTOR_COLORS, strict=False)
    ]
    ticks = [2**power for power in range(10) if 2**power <= end]
    return charts.cascade(steps, f"Together: × {total}", AmountAxis(axis, (0.9, end), ticks, True, "'×' + datum.value"), **words)


def work_per_token(work: Mapping[Model, Quantity], *, finding: str, measure: str) -> Drawing:
    """Operations per token in training, the most first; mixtures of experts in blue, dense models in orange."""
    ordered = sorted(work.items(), key=lambda item: item[1].magnitude, reverse=True)
    rungs = [
        Rung(model.name, amount.shown("bare"), color=charts.BLUE if model.config.is_mixture else charts.VERMILION)
        for model, amount in ordered
    ]
    axis = AmountAxis("GFLOP per token in training, log axis", (10, 10000), [10, 100, 1000, 10000], True, "format(datum.value, ',')")
    each = ", ".join(f"{model.name} {amount}" for model, amount in ordered)
    return charts.ladder({"": rungs}, axis, finding=finding, measure=measure, alt=f"Operations per token in training: {each}.")


def ahead_of_trend(found: Mapping[str, Ahead], **words: Unpack[Words]) -> Drawing:
    """How many times its compute the trend needs for a model, by which models make the trend: the chosen one filled, others rings."""
    rungs = [
        Rung(
            f"{choice}, {each.others} models: × {each.compute}",
            each.compute,
            each.compute.low,
            each.compute.high,
            "estimate" if place else "reported",
            charts.BLUE if not place else charts.MUTED,
        )
        for place, (choice, each) in enumerate(found.items())
    ]
    return charts.ladder({"": rungs}, AHEAD_AXIS, **words)


def cache_by_context(configs: Mapping[str, ModelConfig], gpu: Quantity, *, finding: str, measure: str) -> Drawing:
    """How much memory the cache of one conversation needs, by length; drawn across are one GPU and a node.

    Args:
        configs: by kind of attention, the keys of :data:`ATTENTION_COLORS`.
        gpu: memory of one GPU (unit gigabyte).
    """
    per_token = {name: kv_cache_bytes_per_token(configs[name]) for name in ATTENTION_COLORS}
    gigabytes = {name: cache.to("gigabyte/token").magnitude for name, cache in per_token.items()}
    fits = {name: (gpu / cache).to("token").shown("2") for name, cache in per_token.items()}
    node = gpu * GPUS_PER_NODE / ONE_GPU
    sizes = [0.01, 0.1, 1, 10, 100, 1000, 10000]
    return charts.lines(
        [
            Line(name, [(tokens, tokens * each) for tokens in CONTEXTS], ATTENTION_COLORS[name], CONTEXTS[-1], "end")
            for name, each in gigabytes.items()
        ],
        AmountAxis("Tokens of context, log axis", (CONTEXTS[0], CONTEXTS[-1]), CONTEXTS, True, "format(datum.value, '~s')"),
        AmountAxis("Gigabytes of cache, log axis", (sizes[0], sizes[-1]), sizes, True, "format(datum.value, ',')"),
        [(memory.magnitude, str(memory)) for memory in (gpu, node)],
        finding=finding,
        measure=measure,
        alt=f"Cache size against context. One H800 holds {fits['multi-head']} with multi-head attention and "
        f"{fits['V3, latent']} with V3’s latent attention.",
        source=[*per_token.values(), gpu],
        columns={"line": "Attention", "x": "Tokens", "y": "Gigabytes"},
    )


def rounding_errors(sweep: Sequence[RoundingError], small: RoundingError, large: RoundingError, *, finding: str, measure: str) -> Drawing:
    """Rounding error against the size of outliers, with one scale for all and with one per tile.

    Args:
        sweep: what is drawn.
        small, large: the two of them that the text names.
    """
    one, tiles = ([(error.outlier, 100 * getattr(error, name)) for error in sweep] for name in ("per_tensor", "per_tile"))
    return charts.lines(
        [
            Line("one scale for all", one, charts.VERMILION, 3e4, "above", "right"),
            Line("one scale per tile", tiles, charts.BLUE, 1e4, "below", "right"),
        ],
        AmountAxis("Size of the outliers, log axis", (1, 1e6), [1, 100, 1e4, 1e6], True, "format(datum.value, '~s')"),
        AmountAxis("Relative error, %, log axis", (1, 100), [1, 3, 10, 30, 100], True),
        finding=finding,
        measure=measure,
        alt=f"Rounding error against outlier size. Both scalings stay near {small.traced('per_tensor')} for small outliers. At the "
        f"largest shown in the text, one scale for all gives {large.traced('per_tensor')}, tiles {large.traced('per_tile')}.",
        source="Our simulation; tile size from DeepSeek-AI 2024.",
        columns={"line": "Scaling", "x": "Outlier", "y": "Relative error, %"},
    )


def time_saved(claimed: Quantity, most: CriticCost, *, finding: str, measure: str) -> Drawing:
    """The share of time that leaving out the critic saves, against the time to generate an answer.

    Args:
        claimed: drawn across (unit percent).
        most: the cost of a critic where generating is as fast as reading.
    """
    with_model, by_rules = (
        [(passes, 100 * reinforcement.saving(passes, reward_model)) for passes in range(1, SLOWEST + 1)] for reward_model in (1, 0)
    )
    return charts.lines(
        [
            Line("with a reward model", with_model, charts.BLUE, 12, "below", "right"),
            Line("graded by rules", by_rules, charts.GREEN, 4),
        ],
        AmountAxis("Time to generate, in forward passes", (1, SLOWEST), [1, 10, 20, SLOWEST]),
        AmountAxis("Time saved, %", (0, 60), [0, 20, 40, 60]),
        [(claimed.magnitude, f"claimed: {claimed}")],
        height=260,
        finding=finding,
        measure=measure,
        alt=f"Time saved against the slowness of generation. It is {most.saved} at most with a reward model, and falls; "
        f"the claimed {claimed} is never reached.",
        source=[most.saved],
        columns={"line": "Grading", "x": "Generation", "y": "Saved, %"},
    )


def noise_over_training(curves: Mapping[str, TrainingCurve], *, finding: str, measure: str) -> Drawing:
    """Noise of a training's steps with each baseline, in percent of the first steps without one.

    Args:
        curves: by baseline, a key of :data:`BASELINE_LINES`.
    """
    plain = curves["no baseline"]
    start, steps = plain.noise[:BIN].mean(), len(plain.noise)
    by_critic, by_mean = (reinforcement.noise_removed(curves, name) for name in ("learned critic", "group’s mean"))
    drawn = []
    for name, curve in curves.items():
        color, label_at, place, align = BASELINE_LINES[name]
        points = [(first + BIN // 2, 100 * float(curve.noise[first : first + BIN].mean() / start)) for first in range(0, steps, BIN)]
        drawn.append(Line(name, points, color, label_at, place, align))
    return charts.lines(
        drawn,
        AmountAxis("Step of training", (0, steps), range(0, steps + 1, 50)),
        AmountAxis("Noise, % of the start without baseline", (0, 120), [0, 25, 50, 75, 100]),
        height=260,
        finding=finding,
        measure=measure,
        alt=f"Noise over training: a learned critic removes {by_critic} of it, the group’s mean {by_mean}.",
        source="Our simulation; size of the group from DeepSeek-AI 2025.",
        columns={"line": "Baseline", "x": "Step", "y": "Noise, %"},
    )
