"""Compute of a training run: how many operations, how long on which chips, at what utilization."""

from __future__ import annotations

from deepseek_audit.quantity import Quantity, constant

# Two operations per parameter and token forward, four backward (Kaplan et al. 2020, arXiv:2001.08361, section 2.1)
FLOP_PER_PARAMETER_AND_TOKEN = constant(6, "flop/parameter/token", "6")


def training_flops(parameters: Quantity, tokens: Quantity) -> Quantity:
    """Operations of a training run by the rule 6ND, without attention.

    Args:
        parameters: parameters activated per token (unit parameter). For a mixture of experts these are the
            activated ones, not the total.
        tokens: training tokens (unit token).

    Returns:
        Operations (unit flop). Kaplan et al. 2020, section 2.1.
    """
    return (FLOP_PER_PARAMETER_AND_TOKEN * parameters * tokens).to("flop")


def model_flops_utilization(flops: Quantity, gpu_hours: Quantity, peak: Quantity) -> Quantity:
    """The share of the chips' peak that a run delivered (Chowdhery et al. 2022, arXiv:2204.02311, appendix B).

    Args:
        flops: operations the model needs (unit flop).
        gpu_hours: chip time spent (unit gpu_hour).
        peak: dense peak rate of one chip (unit Tflop/second).

    Returns:
        A share (unit percent).
    """
    return (flops / (gpu_hours * _per_gpu(peak))).to("percent")


def implied_gpu_hours(flops: Quantity, peak: Quantity, utilization: Quantity | float) -> Quantity:
    """The chip time a run needs at a given utilization: operations / (peak × utilization), unit gpu_hour."""
    return (flops / (_per_gpu(peak) * utilization)).to("gpu_hour")


def _per_gpu(peak: Quantity) -> Quantity:
    """The data give a chip's peak without saying “per GPU”; here it is a rate of each GPU."""
    return peak / ONE_GPU


ONE_GPU = constant(1, "gpu", "GPU")
