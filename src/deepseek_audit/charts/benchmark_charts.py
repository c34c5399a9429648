"""The charts of scores with their sampling error: a model against rivals, outsiders against its maker, ratings of an arena."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

from deepseek_audit.models.benchmarks import BENCHMARK_NAMES, OPEN, REPLICATORS, Comparison, Score, model_name
from factbook.charts import BLUE, MUTED, VERMILION, AmountAxis, Drawing, Estimate, Words, forest
from factbook.facts import Selection

SHARE_AXIS = AmountAxis("Questions answered rightly, in %", (0, 100), [0, 25, 50, 75, 100])
RATING_AXIS = AmountAxis("Rating in points", (1270, 1350), [1280, 1300, 1320, 1340], label="format(datum.value, ',')")


def _estimate(score: Score, label: str, color: str, told_apart: bool = True, note: str = "") -> Estimate:
    return Estimate(label, score.value.shown("bare"), *score.interval(), color, told_apart, note)


def scores_against(rivals: Sequence[Mapping[str, Comparison]], **words: Unpack[Words]) -> Drawing:
    """A model's scores beside those of two rivals, a group per benchmark; a rival's ring cannot be told apart from the model.

    Args:
        rivals: comparisons of one model with each rival, see :func:`~deepseek_audit.models.benchmarks.compare_all`.
            Benchmarks of the first rival come first.
    """
    groups: dict[str, list[Estimate]] = {}
    for tests, color in zip(rivals, (VERMILION, MUTED), strict=True):
        for benchmark, test in tests.items():
            group = groups.setdefault(BENCHMARK_NAMES[benchmark], [_described(test.first, BLUE)])
            group.append(_described(test.second, color, test.verdict() != OPEN))
    return forest(groups, SHARE_AXIS, **words)


def _described(score: Score, color: str, told_apart: bool = True) -> Estimate:
    return _estimate(score, model_name(score.subject), color, told_apart, f"{score.items}; {score.note}")


def scores_again(tests: Sequence[Comparison], **words: Unpack[Words]) -> Drawing:
    """Scores of a maker and what outsiders found, a group per model and benchmark; a ring cannot be told apart from the maker's.

    Args:
        tests: see :func:`~deepseek_audit.models.benchmarks.replications`.
    """
    groups: dict[str, list[Estimate]] = {}
    for test in tests:
        own, other = test.first, test.second
        group = groups.setdefault(f"{model_name(own.subject)}, {BENCHMARK_NAMES[own.benchmark]}", [_estimate(own, "DeepSeek", BLUE)])
        group.append(_estimate(other, REPLICATORS[other.source], VERMILION, test.verdict() != OPEN, other.note))
    return forest(groups, SHARE_AXIS, **words)


def ratings(found: Selection, own: str = "deepseek_r1", **words: Unpack[Words]) -> Drawing:
    """Ratings of an arena with their intervals, a line per model; a ring’s interval meets that of one’s own model.

    Args:
        found: ratings with their ranges, by model.
        own: the model that stands out.
    """
    groups = {}
    for model, rating in found.items():
        is_own = model == own
        told_apart = is_own or not rating.overlaps(found[own])
        low, high = rating.low or rating, rating.high or rating
        groups[model_name(model)] = [Estimate("", rating.shown("bare"), low, high, BLUE if is_own else MUTED, told_apart)]
    return forest(groups, RATING_AXIS, **words)
