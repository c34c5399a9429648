"""Charts of the chapter on architecture: the trend over time, factors of a ratio, what techniques save, memory, demonstrations.

A chapter gives finding and measure. The text alternatives state what is drawn, so they are written here from the same numbers.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

import altair as alt

from deepseek_audit.models import progress, reinforcement
from deepseek_audit.models.architecture import ONE_GPU, Factor, ModelConfig, kv_cache_bytes_per_token
from deepseek_audit.models.cost import GPUS_PER_NODE
from deepseek_audit.models.progress import Ahead, Known
from deepseek_audit.models.quantization import RoundingError
from deepseek_audit.models.reinforcement import TrainingCurve
from factbook import charts
from factbook.charts import AmountAxis, Drawing, Line, Rung, Step, Words, inline
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
# Of the chart over time, in multiples of a model’s own compute
TREND_AXIS = AmountAxis(
    "Compute for V3’s capability, V3’s own = 1", (0.3, 10000), [1, 10, 100, 1000, 10000], True, "'×' + format(datum.value, ',')"
)
TREND_START = datetime.date(2023, 2, 1)
TREND_COLUMNS = {
    "model": "Model",
    "date": "Released",
    "needs": "Needs for V3’s capability, times V3’s compute",
    "low": "Low",
    "high": "High",
}
TREND_LABELS = {
    "right": {"align": "left", "dx": 7},
    "left": {"align": "right", "dx": -7},
}
# Models that readers know, and those further ahead than V3; the others have their names on hover
TREND_NAMED = {
    "gpt_4": "right",
    "llama_3_1_405b": "right",
    "grok_2": "right",
    "deepseek_v2": "right",
    "phi_3_medium_14b": "left",
    "phi_3_small_7_4b": "left",
    "phi_4": "left",
}
AHEAD_AXIS = AmountAxis("Times V3’s compute, log axis", (0.5, 1000), [0.5, 1, 2, 5, 10, 30, 100], True, "'×' + datum.value")
# Steps of training that one point of the noise stands for
BIN = 10
# Color of a baseline, where its label stands (in steps), and on which side of the line
BASELINE_LINES = {
    "no baseline": (charts.MUTED, 65, "above", "left"),
    "learned critic": (charts.VERMILION, 5, "above", "left"),
    "group’s mean": (charts.BLUE, 75, "below", "right"),
}


def factors(found: Sequence[Factor], total: Quantity, axis: str, end: float, **words: Unpack[Words]) -> Drawing:
    """The factors of a ratio as a cascade.

    Args:
        found: the factors.
        total: their product.
        axis: its title.
        end: of the axis; ticks are powers of two.
    """
    steps = [Step(f"{factor.label}: × {factor.ratio}", factor.ratio, color) for factor, color in zip(found, FACTOR_COLORS, strict=False)]
    ticks = [2**power for power in range(10) if 2**power <= end]
    words.setdefault("alt", f"Together × {total}: " + ", ".join(f"{factor.label.lower()} × {factor.ratio}" for factor in found) + ".")
    return charts.cascade(steps, f"Together: × {total}", AmountAxis(axis, (0.9, end), ticks, True, "'×' + datum.value"), **words)


@dataclass(frozen=True)
class Saving:
    """What a technique saves: of what, as articles say it and as it can be counted (percent), from the least to the most."""

    of: str
    claimed: Quantity
    least: Quantity
    most: Quantity


def savings(found: Mapping[str, Saving], **words: Unpack[Words]) -> Drawing:
    """What each technique saves: the articles’ figure as a ring, ours filled or as a bar where it is a range."""
    rungs = [
        rung
        for technique, saving in found.items()
        for rung in (
            Rung(f"{technique}: as articles say", saving.claimed, kind="estimate", color=charts.VERMILION),
            Rung(f"Our count: {saving.of}", saving.most, saving.least, saving.most, color=charts.BLUE),
        )
    ]
    said = (f"{technique}: articles {each.claimed}, {each.of} {each.least} to {each.most}" for technique, each in found.items())
    words.setdefault("alt", "; ".join(said) + ".")
    words.setdefault("source", [end for saving in found.values() for end in (saving.least, saving.most)])
    return charts.ladder({"": rungs}, AmountAxis("Percent less", (0, 100), [0, 25, 50, 75, 100], label="datum.value + '%'"), **words)


def trend_over_time(models: Mapping[str, Known], of: Known, found: Ahead, **words: Unpack[Words]) -> Drawing:
    """The compute that each earlier model would need for the capability of one, over time, with the trend and its interval.

    Args:
        models: all that are known, by subject.
        of: the one whose capability they are moved to.
        found: where it lies against their trend.
    """
    moved = progress.moved_to_capability(models, of)
    days = [*(TREND_START + datetime.timedelta(days=step) for step in range(0, (of.date - TREND_START).days, 30)), of.date]
    needed = progress.needed_over_time(models, of, days)
    band = [
        {"date": day.isoformat(), "needs": middle, "low": low, "high": high} for day, (middle, low, high) in zip(days, needed, strict=True)
    ]
    dots = [
        {
            "model": each.model.label,
            "date": each.model.date.isoformat(),
            "needs": each.needs.magnitude,
            "text": f"× {each.needs}",
            "place": TREND_NAMED.get(each.model.subject, ""),
        }
        for each in moved
    ]
    own = [
        {
            "model": of.label,
            "date": of.date.isoformat(),
            "needs": 1.0,
            "text": "× 1",
            "top": found.compute.magnitude,
            "gap": f"× {found.compute}",
        }
    ]
    words.setdefault(
        "alt",
        f"The compute that earlier models would need for {of.label}’s capability falls over time. On its day their trend stands at "
        f"{found.compute:2} times its compute, {found.compute.low:2} to {found.compute.high:2} within the band. "
        f"{found.higher} models lie further below the trend.",
    )
    scale = alt.Scale(type="log", domain=list(TREND_AXIS.ends), nice=False, clamp=True)
    guide = alt.Axis(values=list(TREND_AXIS.ticks), labelExpr=TREND_AXIS.label, title=TREND_AXIS.title)
    x = alt.X(
        "date:T",
        title=None,
        scale=alt.Scale(domain=[TREND_START.isoformat(), "2025-08-31"]),
        axis=alt.Axis(format="%Y", tickCount="year", grid=False),
    )
    y = alt.Y("needs:Q", scale=scale, axis=guide)
    tooltip = [
        alt.Tooltip("model:N", title="Model"),
        alt.Tooltip("date:T", title="Released"),
        alt.Tooltip("text:N", title="Needs, in V3’s compute"),
    ]
    trend, points, mark = (alt.Chart(inline(rows)).encode(x=x, y=y) for rows in (band, dots, own))
    label = alt.Chart(inline([{"date": "2025-08-15", "needs": TREND_AXIS.ends[1] / 2, "text": f"Trend: falls × {found.rate} a year"}]))
    return charts.finish(
        alt.layer(
            trend.mark_area(opacity=0.16, color=charts.VERMILION).encode(y=alt.Y("low:Q", scale=scale, axis=guide), y2="high:Q"),
            trend.mark_line(color=charts.VERMILION, strokeWidth=2.5),
            points.mark_point(filled=True, size=45, opacity=0.55, color=charts.MUTED).encode(tooltip=tooltip),
            *(
                points.transform_filter(f"datum.place == '{place}'").mark_text(fontSize=12, **style).encode(text="model:N")  # type: ignore[arg-type]
                for place, style in TREND_LABELS.items()
            ),
            mark.mark_rule(color=charts.BLUE, strokeWidth=2, strokeDash=[4, 3]).encode(y2="top:Q"),
            mark.mark_point(filled=True, size=170, opacity=1, color=charts.BLUE).encode(tooltip=tooltip),
            mark.mark_text(align="left", dx=11, dy=1, fontWeight="bold", color=charts.BLUE).encode(text="model:N"),
            mark.mark_text(align="left", dx=8, fontWeight="bold", color=charts.BLUE).encode(y=alt.Y("top:Q", scale=scale), text="gap:N"),
            label.mark_text(align="right", fontWeight="bold", color=charts.VERMILION).encode(x=x, y=y, text="text:N"),
        ).properties(width=charts.WIDTH, height=350),
        words,
        TREND_COLUMNS,
        [found.compute],
    )


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
    said = (f"{choice}, {each.compute:2}, {each.compute.low:2} to {each.compute.high:2}" for choice, each in found.items())
    words.setdefault("alt", "How many times its own compute the trend needs for V3’s capability. " + "; ".join(said) + ".")
    return charts.ladder({"": rungs}, AHEAD_AXIS, **words)


def cache_by_context(configs: Mapping[str, ModelConfig], gpu: Quantity, *, name: str, finding: str, measure: str) -> Drawing:
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
        name=name,
        finding=finding,
        measure=measure,
        alt=f"Cache size against context. One H800 holds {fits['multi-head']} with multi-head attention and "
        f"{fits['V3, latent']} with V3’s latent attention.",
        source=[*per_token.values(), gpu],
        columns={"line": "Attention", "x": "Tokens", "y": "Gigabytes"},
    )


def rounding_errors(
    sweep: Sequence[RoundingError], small: RoundingError, large: RoundingError, *, name: str, finding: str, measure: str
) -> Drawing:
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
        name=name,
        finding=finding,
        measure=measure,
        alt=f"Rounding error against outlier size. Both scalings stay near {small.traced('per_tensor')} for small outliers. At the "
        f"largest shown in the text, one scale for all gives {large.traced('per_tensor')}, tiles {large.traced('per_tile')}.",
        source="Our simulation; tile size from DeepSeek-AI 2024.",
        columns={"line": "Scaling", "x": "Outlier", "y": "Relative error, %"},
    )


def noise_over_training(curves: Mapping[str, TrainingCurve], *, name: str, finding: str, measure: str) -> Drawing:
    """Noise of a training's steps with each baseline, in percent of the first steps without one.

    Args:
        curves: by baseline, a key of :data:`BASELINE_LINES`.
    """
    plain = curves["no baseline"]
    start, steps = plain.noise[:BIN].mean(), len(plain.noise)
    by_critic, by_mean = (reinforcement.noise_removed(curves, baseline) for baseline in ("learned critic", "group’s mean"))
    drawn = []
    for baseline, curve in curves.items():
        color, label_at, place, align = BASELINE_LINES[baseline]
        points = [(first + BIN // 2, 100 * float(curve.noise[first : first + BIN].mean() / start)) for first in range(0, steps, BIN)]
        drawn.append(Line(baseline, points, color, label_at, place, align))
    return charts.lines(
        drawn,
        AmountAxis("Step of training", (0, steps), range(0, steps + 1, 50)),
        AmountAxis("Noise, % of the start without baseline", (0, 120), [0, 25, 50, 75, 100]),
        height=260,
        name=name,
        finding=finding,
        measure=measure,
        alt=f"Noise over training: a learned critic removes {by_critic} of it, the group’s mean {by_mean}.",
        source="Our simulation; size of the group from DeepSeek-AI 2025.",
        columns={"line": "Baseline", "x": "Step", "y": "Noise, %"},
    )
