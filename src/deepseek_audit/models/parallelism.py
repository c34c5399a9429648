"""How a mixture of experts is spread over a cluster: nodes a token must reach, and idle time in a pipeline."""

from __future__ import annotations

import math
from collections.abc import Mapping

from deepseek_audit.models.architecture import ConfigError, ModelConfig
from factbook.quantity import EXACT, Quantity, computed

# Time of a forward chunk, a full backward chunk and its part for the weights, in forward chunks. The backward pass takes
# twice the forward pass (Kaplan et al. 2020, section 2.1), half of it for the weights. Overlapped chunks save nothing here.
FORWARD, BACKWARD, WEIGHTS = 1, 2, 1
OVERLAPPED = FORWARD + BACKWARD


def expected_groups_reached(config: ModelConfig) -> Quantity:
    """Groups of experts (nodes in V3, devices in V2) that a token would reach on average without a limit (unit count).

    Each token draws its experts uniformly and without repetition; groups are of equal size. The chance to miss a
    group is hypergeometric.

    Raises:
        ConfigError: the model has no experts.
    """
    if not config.is_mixture:
        raise ConfigError(f"{config.name} has no experts to spread over groups.")
    elsewhere = config.routed_experts - config.routed_experts // config.expert_groups
    missed = math.comb(elsewhere, config.activated_experts) / math.comb(config.routed_experts, config.activated_experts)
    formula = (
        f"{config.expert_groups} × (1 − C({elsewhere}, {config.activated_experts})"
        f" / C({config.routed_experts}, {config.activated_experts}))"
    )
    return computed(
        config.expert_groups * (1 - missed), "count", EXACT, formula, config.rows_of("routed_experts", "activated_experts", "expert_groups")
    )


def pipeline_bubbles(stages: Quantity) -> Mapping[str, Quantity]:
    """Idle time of a pipeline per step, in forward chunks, by schedule (DeepSeek-V3 report, Table 2).

    Args:
        stages: pipeline stages; even.

    Raises:
        ValueError: fewer than two stages, or an odd number.
    """
    count = float(stages)
    if count < 2 or count % 2:
        raise ValueError(f"{count:g} stages: DualPipe needs an even number of at least two")
    chunks = {
        "1F1B": (count - 1) * (FORWARD + BACKWARD),
        "ZB1P": (count - 1) * (FORWARD + BACKWARD - 2 * WEIGHTS),
        "DualPipe": (count / 2 - 1) * (OVERLAPPED + BACKWARD - 3 * WEIGHTS),
    }
    formula = f"Table 2 with {count:g} stages, F = {FORWARD}, B = {BACKWARD}, W = {WEIGHTS}, F&B = {OVERLAPPED}"
    rows = stages.rows | {"v3_dualpipe_bubble"}
    return {name: computed(value, "count", EXACT, f"{formula}: {name}", rows) for name, value in chunks.items()}
