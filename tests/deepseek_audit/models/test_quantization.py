"""Rounding to FP8, against the format's definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepseek_audit.models import quantization
from deepseek_audit.models.architecture import read_models
from deepseek_audit.models.quantization import outlier_sweep, quantize, relative_error, training_state
from factbook.facts import load


def test_training_states() -> None:
    rows = frozenset({"v3_fp8_not_used_for"})
    assert training_state(quantization.V3_TRAINING_STATE, rows).magnitude == 1 + 4 + 4 + 2 + 2
    usual = training_state(quantization.USUAL_TRAINING_STATE, rows).magnitude
    assert usual == load()["bf16_training_state_bytes_fp32_gradients"].magnitude == 18


def test_parts_of_the_states_add_up() -> None:
    """Bytes are an eighth of the bits, part by part and together; each state is traced to its own row."""
    *parts, (usual, v3) = quantization.bytes_by_part().values()
    assert [sum(pair[state].magnitude for pair in parts) for state in (0, 1)] == [usual.magnitude, v3.magnitude] == [18, 13]
    assert usual.rows == {"bf16_training_state_bytes_fp32_gradients"}
    assert v3.rows == {"v3_fp8_not_used_for"}


def test_share_in_fp8_by_hand() -> None:
    """Six operations for each parameter at work outside head, router and norms, over all operations, attention's included."""
    v3 = read_models(load())["deepseek_v3"]
    work = v3.work(load()["v3_pretraining_sequence"])
    left_out = 129280 * 7168 + 58 * (256 * 7168 + 256) + v3.count.active["norms"].magnitude
    by_hand = 6 * (v3.count.activated().magnitude - left_out) / (work.magnitude * 1e9)
    assert float(quantization.share_in_fp8(v3.count, work)) == pytest.approx(by_hand)
    assert 0.8 < by_hand < 0.9


def test_errors_of_the_demonstration_are_percentages() -> None:
    errors = quantization.RoundingError(1000, 0.0271, 0.0263, 0.45)
    assert [str(errors.traced(name)) for name in ("per_tensor", "per_tile", "lost", "outlier")] == ["2.7%", "2.6%", "45%", "1,000"]
    assert errors.traced("lost").rows == {"v3_fp8_tile_activation"}


def every_e4m3() -> set[float]:
    """All finite numbers of E4M3 from its definition: 4 bits of exponent with bias 7, 3 of mantissa, no infinities."""
    numbers = {mantissa / 8 * 2.0**-6 for mantissa in range(8)}
    numbers |= {(1 + mantissa / 8) * 2.0 ** (exponent - 7) for exponent in range(1, 16) for mantissa in range(8)}
    return numbers - {480.0}


def test_rounding_is_that_of_the_package_for_such_numbers() -> None:
    """Every number of the format, the middles between two, their neighbors, zeros of both signs, and many others."""
    import ml_dtypes

    grid = np.array(sorted(every_e4m3()))
    middles = (grid[1:] + grid[:-1]) / 2
    edges = np.concatenate([grid, middles, np.nextafter(middles, 0), np.nextafter(middles, 448), [1e-300, 2.0**-10 * (1 + 2**-20)]])
    rng = np.random.default_rng(1)
    drawn = rng.normal(size=200_000) * np.exp(4 * rng.normal(size=200_000))
    values = np.concatenate([edges, -edges, [0.0, -0.0], drawn[np.abs(drawn) <= quantization.LARGEST_E4M3]])
    ours, theirs = quantization.round_to_e4m3(values), values.astype(ml_dtypes.float8_e4m3fn).astype(float)
    assert (ours == theirs).all()
    assert (np.signbit(ours) == np.signbit(theirs)).all()


def test_rounding_gives_the_nearest_number_of_the_format() -> None:
    grid = np.array(sorted(every_e4m3()))
    assert grid.max() == quantization.LARGEST_E4M3 == 448
    values = np.concatenate([[448.0], np.random.default_rng(0).uniform(0, 448, 255)])[None, :]
    rounded = quantize(values, None)
    nearest = np.abs(values[0][:, None] - grid[None, :]).min(axis=1)
    assert np.abs(rounded - values)[0] == pytest.approx(nearest)


@given(st.integers(0, 2**32 - 1), st.floats(-20, 20))
def test_scaling_all_entries_changes_nothing(seed: int, power: float) -> None:
    matrix = np.random.default_rng(seed).standard_normal((2, 256))
    factor = 2.0 ** round(power)
    assert quantize(matrix * factor, 128) == pytest.approx(quantize(matrix, 128) * factor)


def test_error_stays_within_half_a_step() -> None:
    matrix = np.random.default_rng(0).standard_normal((8, 512))
    for tile in (None, 128):
        rounded = quantize(matrix, tile)
        normal = np.abs(matrix) > np.abs(matrix).max() / 1000
        assert (np.abs(rounded - matrix)[normal] / np.abs(matrix)[normal]).max() <= 1 / 16 + 1e-12


def test_zeros_stay_zeros() -> None:
    assert (quantize(np.zeros((2, 128)), 128) == 0).all()


def test_an_outlier_harms_only_its_tile() -> None:
    matrix = np.random.default_rng(0).standard_normal((1, 256))
    spoiled = matrix.copy()
    spoiled[0, 0] = 1e7
    assert (quantize(spoiled, 128)[0, 128:] == quantize(matrix, 128)[0, 128:]).all()
    assert (quantize(spoiled, None)[0, 1:] == 0).all()


def test_fine_scales_matter_only_for_large_outliers() -> None:
    small, large = outlier_sweep([10.0, 1e5], seed=0, tokens=32, channels=1024)
    assert small.per_tensor == pytest.approx(small.per_tile, rel=0.1)
    assert large.per_tensor > 5 * large.per_tile
    assert large.lost > small.lost


def test_the_same_seed_gives_the_same_errors() -> None:
    one, two = (outlier_sweep([1e4], seed=7, tokens=8, channels=256) for _ in range(2))
    assert one == two != outlier_sweep([1e4], seed=8, tokens=8, channels=256)


def test_relative_error_of_nothing_is_nothing() -> None:
    assert relative_error(np.ones((2, 2)), np.ones((2, 2))) == 0
    assert relative_error(np.ones((2, 2)), np.zeros((2, 2))) == 1


@pytest.mark.parametrize(
    ("matrix", "tile", "message"),
    [(np.ones((1, 100)), 128, "don't divide into tiles of 128"), (np.full((1, 128), np.nan), None, "not finite")],
)
def test_matrices_that_cannot_be_rounded(matrix: np.ndarray, tile: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        quantize(matrix, tile)


def test_most_of_the_saved_state_is_not_fp8() -> None:
    """Of the 5 bytes per parameter below the usual state, FP8 weights are 1 and moments in BF16 are 4."""
    usual, v3 = quantization.USUAL_TRAINING_STATE, quantization.V3_TRAINING_STATE
    saved = {part: (usual[part] - v3[part]) / 8 for part in usual if usual[part] != v3[part]}
    assert saved == {"weights for the products": 1, "first moment of AdamW": 2, "second moment of AdamW": 2}
