"""The charts of scores: a model minus a rival with its interval, outsiders minus its maker, ratings of an arena."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Unpack

from deepseek_audit.models.benchmarks import BENCHMARK_NAMES, OPEN, REPLICATORS, Comparison, model_name, turned
from factbook.charts import BLUE, MUTED, AmountAxis, Drawing, Estimate, Gap, Words, forest, gaps, signed
from factbook.facts import Selection

GAP_AXIS = AmountAxis("Difference in percentage points", (-70, 36), [-20, -10, 0, 10, 20], label="replace(datum.label, '-', '−')")
WIDE_GAP_AXIS = AmountAxis("Difference in percentage points", (-90, 118), [-25, 0, 25, 50, 75], label="replace(datum.label, '-', '−')")
RUN_AXIS = AmountAxis("Difference in percentage points", (-38, 19), [-15, -10, -5, 0, 5, 10], label="replace(datum.label, '-', '−')")
RATING_AXIS = AmountAxis("Rating in points", (1270, 1350), [1280, 1300, 1320, 1340], label="format(datum.value, ',')")


def differences(tests: Mapping[str, Comparison], rival: str, axis: AmountAxis = GAP_AXIS, **words: Unpack[Words]) -> Drawing:
    """R1's score minus a rival's with its interval, a line per test, the largest lead first; a ring cannot be told apart from zero.

    Args:
        tests: see :func:`~deepseek_audit.models.benchmarks.compare_all`.
        rival: what readers call it.
        axis: of the differences.
    """
    ordered = sorted(tests.items(), key=lambda item: -item[1].difference.magnitude)
    lines = {BENCHMARK_NAMES[benchmark]: [_gap(test, f"{test.first.items}", label=True)] for benchmark, test in ordered}
    return gaps(lines, axis, (f"{rival} ahead", "R1 ahead"), **words)


def _gap(test: Comparison, note: str, label: bool) -> Gap:
    low, high = test.interval() if label else (None, None)
    return Gap(test.difference, low, high, test.verdict() != OPEN, signed(test.difference) if label else "", note)


def outsiders(tests: Sequence[Comparison], **words: Unpack[Words]) -> Drawing:
    """An outsider's score minus the maker's, a line per benchmark and a mark per run; one that can be told apart is filled and named.

    Args:
        tests: see :func:`~deepseek_audit.models.benchmarks.replications`.
    """
    lines: dict[str, list[Gap]] = {}
    for test in map(turned, tests):
        mark = _gap(test, f"{model_name(test.first.subject)}, by {REPLICATORS[test.first.source]}", label=False)
        named = replace(mark, label=REPLICATORS[test.first.source]) if mark.told_apart else mark
        lines.setdefault(BENCHMARK_NAMES[test.first.benchmark], []).append(named)
    return gaps(lines, RUN_AXIS, ("outsider lower", "outsider higher"), **words)


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
