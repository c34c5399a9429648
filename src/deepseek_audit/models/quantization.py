"""Number formats: what FP8 saves in training, and what rounding to it costs.

The demonstration rounds one matrix to FP8 in two ways. With one scale per tensor, the largest entry sets the scale of
all; with one scale per tile of 1 x 128, as in DeepSeek-V3 (report, section 3.3.2), an outlier harms its own tile only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepseek_audit.models.architecture import BITS_PER_BYTE, FLOP_PER_PARAMETER_AND_TOKEN, HEAD, ParameterCount, blended_peak
from factbook.quantity import EXACT, Quantity, computed

# Largest number of FP8 in the format E4M3 (Micikevicius et al. 2022, arXiv:2209.05433, Table 1)
LARGEST_E4M3 = 448.0
SMALLEST_EXPONENT_E4M3, MANTISSA_BITS_E4M3 = -6, 3
# Along the inner dimension, for activations (DeepSeek-V3 report, section 3.3.2)
TILE = 128
# Bits per parameter in DeepSeek-V3's training (report, sections 3.3.1 and 3.3.3)
V3_TRAINING_STATE = {
    "weights for the products": 8,
    "master weights": 32,
    "gradients": 32,
    "first moment of AdamW": 16,
    "second moment of AdamW": 16,
}
# The usual state with gradients in 32 bits, part by part; it adds up to the fact about Megatron
USUAL_TRAINING_STATE = {
    "weights for the products": 16,
    "master weights": 32,
    "gradients": 32,
    "first moment of AdamW": 32,
    "second moment of AdamW": 32,
}
# The facts that say so
V3_STATE_ROWS = frozenset({"v3_fp8_not_used_for"})
USUAL_STATE_ROWS = frozenset({"bf16_training_state_bytes_fp32_gradients"})
# What the demonstration takes from the data: the shape of a tile
DEMONSTRATED = frozenset({"v3_fp8_tile_activation"})

Matrix = NDArray[np.float64]


def training_state(bits: Mapping[str, int], rows: frozenset[str]) -> Quantity:
    """Memory of the whole training state (unit byte/parameter): the parts' bits, added.

    Args:
        bits: bits per parameter, by part.
        rows: the facts that say so.
    """
    formula = "(" + " + ".join(str(width) for width in bits.values()) + ") bits / 8"
    return computed(sum(bits.values()) / BITS_PER_BYTE, "byte/parameter", EXACT, formula, rows)


def bytes_by_part() -> dict[str, tuple[Quantity, Quantity]]:
    """Memory of each part of the training state and of all ``together``: as usual with gradients in 32 bits, and V3's.

    The unit is byte/parameter.
    """
    states = ((USUAL_TRAINING_STATE, USUAL_STATE_ROWS), (V3_TRAINING_STATE, V3_STATE_ROWS))
    usual, v3 = (
        {**{part: training_state({part: width}, rows) for part, width in bits.items()}, "together": training_state(bits, rows)}
        for bits, rows in states
    )
    return {part: (usual[part], v3[part]) for part in v3}


def share_in_fp8(count: ParameterCount, flop_per_token: Quantity) -> Quantity:
    """The share of training operations that DeepSeek-V3's recipe runs in FP8 (unit ratio).

    In FP8 are the products with weights, except those of output head, router and norms; attention's own products are
    not (report, section 3.3.1).

    Args:
        count: parameters of the model.
        flop_per_token: all operations per token in training, attention's included.
    """
    in_fp8 = count.activated() - (count.active[HEAD] + count.active["router"] + count.active["norms"])
    return (FLOP_PER_PARAMETER_AND_TOKEN * in_fp8 / flop_per_token).to("ratio").named("FP8 share")


def peak_of_mix(count: ParameterCount, flop_per_token: Quantity, fp8_peak: Quantity, bf16_peak: Quantity) -> Quantity:
    """The peak of a chip for DeepSeek-V3's mix of formats (unit Tflop/second): FP8 and BF16 by their share of the operations.

    Args:
        count, flop_per_token: of the model, see :func:`share_in_fp8`.
        fp8_peak, bf16_peak: dense peaks of one chip (unit Tflop/second).
    """
    in_fp8 = share_in_fp8(count, flop_per_token)
    return blended_peak({"FP8": in_fp8, "BF16": 1 - in_fp8}, {"FP8": fp8_peak, "BF16": bf16_peak}).named("peak, FP8 and BF16")


def round_to_e4m3(values: Matrix) -> Matrix:
    """Numbers rounded to FP8 in the format E4M3, ties to even; what is larger than the largest (`LARGEST_E4M3`) must not come.

    Four bits of exponent, from 2⁻⁶ on, and three of mantissa; below are multiples of 2⁻⁹ (Micikevicius et al. 2022, section 3.1).
    They are rounded to single precision first, as the chips hold them.
    """
    single = values.astype(np.float32).astype(np.float64)
    # A power of two by its exponent is exact on every processor, which exp2 need not be
    step = np.ldexp(1.0, np.maximum(np.frexp(single)[1] - 1, SMALLEST_EXPONENT_E4M3) - MANTISSA_BITS_E4M3)
    return np.asarray(np.rint(single / step) * step)


def quantize(matrix: Matrix, tile: int | None) -> Matrix:
    """A matrix as it comes back from FP8 (E4M3).

    Args:
        matrix: shape (rows, columns).
        tile: entries along a row that share a scale; ``None`` for one scale for the whole matrix.

    Raises:
        ValueError: the columns don't divide into tiles, or an entry is not finite.
    """
    if not np.isfinite(matrix).all():
        raise ValueError("the matrix has entries that are not finite")
    if tile is not None and (tile < 1 or matrix.shape[1] % tile):
        raise ValueError(f"{matrix.shape[1]} columns don't divide into tiles of {tile}")
    groups = matrix.reshape(1, -1) if tile is None else matrix.reshape(-1, tile)
    largest = np.abs(groups).max(axis=1, keepdims=True)
    scale = np.where(largest > 0, largest / LARGEST_E4M3, 1.0)
    rounded = round_to_e4m3(groups / scale)
    return np.asarray(rounded * scale).reshape(matrix.shape)


def relative_error(exact: Matrix, rounded: Matrix) -> float:
    """Root-mean-square error over root-mean-square value."""
    return float(np.sqrt(np.mean((rounded - exact) ** 2) / np.mean(exact**2)))


@dataclass(frozen=True)
class RoundingError:
    """Errors of the ordinary entries of a matrix with outliers, as shares.

    Attributes:
        outlier: the outliers' size, in standard deviations of the ordinary entries.
        per_tensor, per_tile: relative error with one scale in all, and with one per tile.
        lost: share of ordinary entries that one scale in all rounds to zero.
    """

    outlier: float
    per_tensor: float
    per_tile: float
    lost: float

    def traced(self, name: str) -> Quantity:
        """One of the errors for a sentence (unit percent, two digits); the outliers' size as a ratio."""
        if name == "outlier":
            return computed(self.outlier, "ratio", 1, "size of the outliers, setting", DEMONSTRATED)
        formula = "root-mean-square error of the other entries, seeded simulation in quantization.py"
        return computed(100 * getattr(self, name), "percent", 2, formula, DEMONSTRATED)


def outlier_sweep(outliers: list[float], *, seed: int, tokens: int = 256, channels: int = 2048) -> list[RoundingError]:
    """Round the same random activations with ever larger outliers in one channel.

    Args:
        outliers: sizes, in standard deviations of the ordinary entries.
        seed: of the random numbers.
        tokens, channels: shape of the matrix; one channel in ``channels`` holds outliers, as feature outliers do.
    """
    ordinary = np.random.default_rng(seed).standard_normal((tokens, channels))
    kept = np.arange(channels) != channels // 2
    errors = []
    for size in outliers:
        matrix = ordinary.copy()
        matrix[:, ~kept] *= size
        whole, tiles = quantize(matrix, None), quantize(matrix, TILE)
        exact = matrix[:, kept]
        errors.append(
            RoundingError(
                size,
                relative_error(exact, whole[:, kept]),
                relative_error(exact, tiles[:, kept]),
                float(np.mean((whole[:, kept] == 0) & (exact != 0))),
            )
        )
    return errors
