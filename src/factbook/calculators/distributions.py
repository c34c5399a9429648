"""What is known about an uncertain number, as a distribution: its quantiles, in a unit.

One formula serves the draws of the models and those of the calculators; the page's script has the same in its own language.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from factbook.quantity import Quantity, unit

# Half the width of a 90% interval, in standard deviations of the normal distribution
NINETY_PERCENT = NormalDist().inv_cdf(0.95)
# A plain number is meant in the unit of what it describes
Number = Quantity | float
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Triangular:
    """From ``low`` to ``high``, most likely ``mode``."""

    low: Number
    mode: Number
    high: Number


@dataclass(frozen=True)
class Uniform:
    """Anything from ``low`` to ``high``, evenly."""

    low: Number
    high: Number


@dataclass(frozen=True)
class Lognormal:
    """5% below ``low``, 5% above ``high``; half below ``median``, which is their geometric mean unless given.

    With a median of its own, each half is lognormal with its own spread (two-piece).
    """

    low: Number
    high: Number
    median: Number | None = None


Distribution = Triangular | Uniform | Lognormal


def bare(value: Number, measured_in: Any) -> float:
    """A quantity's magnitude in a unit; a plain number is meant in that unit."""
    if not isinstance(value, Quantity):
        return float(value)
    return value.to(str(measured_in) or "ratio").magnitude


def check(distribution: Distribution, measured_in: Any) -> None:
    """Refuse what is no distribution.

    Raises:
        TypeError: it is none of the three.
        ValueError: its numbers do not rise, or a lognormal's are not above zero.
    """
    if not isinstance(distribution, (Triangular, Uniform, Lognormal)):
        raise TypeError(f"unknown distribution {distribution!r}. There are Triangular, Uniform and Lognormal.")
    kind, *numbers = describe(distribution, measured_in)
    if numbers != sorted(numbers) or numbers[0] == numbers[-1]:
        raise ValueError(f"the {kind} distribution must rise: {', '.join(f'{number:g}' for number in numbers)}.")
    if kind == "lognormal" and (numbers[0] <= 0 or len(set(numbers)) < 3):
        raise ValueError(f"a lognormal distribution needs three different numbers above zero: {', '.join(f'{n:g}' for n in numbers)}.")


def describe(distribution: Distribution, measured_in: Any) -> list[Any]:
    """As a page computes it: the kind and its numbers, rising; a lognormal's are its 5th, 50th and 95th percentile."""
    low, high = bare(distribution.low, measured_in), bare(distribution.high, measured_in)
    if isinstance(distribution, Triangular):
        return ["triangular", low, bare(distribution.mode, measured_in), high]
    if isinstance(distribution, Uniform):
        return ["uniform", low, high]
    median = math.sqrt(low * high) if distribution.median is None and low * high > 0 else bare(distribution.median or 0, measured_in)
    return ["lognormal", low, median, high]


def quantiles(distribution: Distribution, probability: Array, unit_name: str) -> Array:
    """Values at given probabilities: the inverse of the distribution function, in a unit."""
    kind, low, *middle, high = describe(distribution, unit(unit_name))
    if kind == "uniform":
        return np.asarray(low + (high - low) * probability)
    (central,) = middle
    # min and max pick the side of the middle, faster than a condition
    if kind == "triangular":
        turn = (central - low) / (high - low)
        rising = np.sqrt(np.minimum(probability, turn) * ((high - low) * (central - low)))
        falling = np.sqrt(np.minimum(1 - probability, 1 - turn) * ((high - low) * (high - central)))
        return np.asarray(low + rising + (high - central) - falling)
    from scipy.special import ndtri

    scores = ndtri(probability)
    below, above = (math.log(ratio) / NINETY_PERCENT for ratio in (central / low, high / central))
    return np.asarray(central * np.exp(below * np.minimum(scores, 0) + above * np.maximum(scores, 0)))
