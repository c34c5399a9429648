"""What the measures of ``data/checks.csv`` call by name, because it takes a model and not arithmetic on a few rows.

Sizes, caches and operations of models from their configurations; how far a score stands out; the calendar, the closes and
the returns of the market; what the export rules and the audit decide. Each takes the facts and the names that stand in
the measure, and gives quantities whose formula says what was computed.
"""

from __future__ import annotations

import math
from statistics import median

from deepseek_audit.audit import claims, hedges
from deepseek_audit.models import export_record
from deepseek_audit.models.architecture import (
    BF16,
    NEEDED,
    ModelConfig,
    cached_per_layer,
    flops_per_token,
    kv_cache_bytes_per_token,
    parameter_count,
)
from deepseek_audit.models.cost import GPUS_PER_NODE
from factbook.expressions import Function, NotCompared, Values
from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, computed, half_unit
from factbook.tables import Row

# Models


def _configured(facts: Facts, model: str) -> ModelConfig:
    """The configuration of a model, where its rows are enough for one."""
    missing = [metric for metric in NEEDED if not facts.where("model_configs", subject=model, metric=metric)]
    if missing:
        raise NotCompared(f"{model} has no {', '.join(missing)} in model_configs.csv")
    return ModelConfig.from_facts(facts, model)


def parameters_counted(facts: Facts, model: str) -> Values:
    """Parameters of a configuration."""
    return [parameter_count(_configured(facts, model)).total]


def activated_at_least(facts: Facts, model: str) -> Values:
    """Parameters that one token activates, without embedding and head."""
    return [parameter_count(_configured(facts, model)).activated(head=False)]


def activated_at_most(facts: Facts, model: str) -> Values:
    """Parameters that one token activates, with embedding and head."""
    return [parameter_count(_configured(facts, model)).activated(embedding=True)]


def cache_counted(facts: Facts, model: str, bits: str = "") -> Values:
    """Bytes of the key-value cache for one token, at 16 bits or at those of a row."""
    return [kv_cache_bytes_per_token(_configured(facts, model), facts.assumption(bits) if bits else BF16)]


def cached_numbers_per_layer(facts: Facts, model: str) -> Values:
    """Numbers that a layer caches for one token."""
    return [cached_per_layer(_configured(facts, model))]


def operations_counted(facts: Facts, model: str, sequence: Quantity) -> Values:
    """Training operations a token, with the causal half of attention."""
    return [flops_per_token(_configured(facts, model), sequence)]


def operations_with_whole_attention(facts: Facts, model: str, sequence: Quantity) -> Values:
    """Training operations a token, with attention to all other tokens."""
    return [flops_per_token(_configured(facts, model), sequence, causal=False)]


# Scores

# With fewer scores to compare, the test or the model is not known well enough
FEWEST = 3
# Metrics that are a share of a whole
SHARES = {
    "accuracy", "exact_match", "pass_1", "pass_1_cot", "cons_64", "correct", "percentile", "prompt_strict", "resolved", "win_rate",
    "lc_win_rate", "f1", "f1_3_shot", "pass_rate_2", "score", "mean_of_four_accuracies", "mean_share_solved",
}  # fmt: skip


def score_surprises(facts: Facts, model: str) -> Values:
    """How far each score of a model lies from what its other scores and the other models' scores on the test imply.

    In log-odds. One less where the model has too few scores to know what to expect of it.
    """
    surprises = {}
    for row in facts.where("benchmark_scores", subject=model, unit="percent"):
        others = [
            _odds(other)
            for other in facts.where("benchmark_scores", benchmark=row["benchmark"], unit="percent")
            if other["subject"] != model and other["metric"] in SHARES
        ]
        if row["metric"] in SHARES and len(others) >= FEWEST:
            surprises[row["fact_id"]] = _odds(row) - median(others)
    found = []
    for fact_id, surprise in surprises.items():
        rest = [other for name, other in surprises.items() if name != fact_id]
        known = len(rest) >= FEWEST
        beyond = surprise - median(rest) if known else math.copysign(max(0.0, abs(surprise) - 1), surprise)
        found.append(computed(beyond, "ratio", EXACT, f"log-odds of {fact_id} beyond what is expected", {fact_id}))
    return found


def _odds(row: Row) -> float:
    share = min(max(float(row["value"]) / 100, 0.001), 0.999)
    return math.log(share / (1 - share))


# Market

DAY_BEFORE = "2025-01-24"
# On 9 April 2025 the fund's last trade was far above its index's close, which it made up for on the next day
LATE_TRADES = ("2025-04-09", "2025-04-10")
LATE_TRADE_FACTOR = 3
# Points in a hundred by which returns of a month may miss the change of the closes: rounding of up to 23 returns, and
# for closes that another vendor adjusts for splits, of the closes
ROUNDED, ROUNDED_CLOSES = 0.0006, 0.009
# Yield of one dividend, in percent: what adjusted closes gain over a month in which one fell due
DIVIDEND = (0.02, 0.7)


def _returns(facts: Facts, ticker: str) -> dict[str, float]:
    found = {row["date"]: float(row["return_pct"]) for row in facts.where("market_returns", ticker=ticker)}
    if not found:
        raise NotCompared(f"{ticker} has no rows in market_returns.csv")
    return found


def daily_return(facts: Facts, ticker: str, day: str) -> Values:
    """The return of a day, with the digits it is written with."""
    row = facts.row(f"market_returns/{ticker}/{day}")
    return [computed(float(row["value"]), "percent", EXACT, row["fact_id"], {row["fact_id"]})]


def days_amiss(facts: Facts, ticker: str) -> Values:
    """Days on which a series has a return and SPY has none, or the reverse, from the series' first day on."""
    series = facts.where("market_series", ticker=ticker)[0]
    first, last = series["first_date"], series["last_date"]
    days = list(_returns(facts, ticker))
    amiss = {day for day in _returns(facts, "SPY") if day >= first} ^ set(days) | {first, last} ^ {days[0], days[-1]}
    unordered = days != sorted(days) or len(days) != len(facts.where("market_returns", ticker=ticker))
    return [computed(len(amiss) + unordered, "count", EXACT, f"days amiss of {ticker} {' '.join(sorted(amiss)[:3])}".strip(), {ticker})]


def return_beyond_closes(facts: Facts, ticker: str, day: str) -> Values:
    """Points by which the return of a day misses the change of the two written closes, beyond their rounding."""
    before, after = (float(facts.row(f"{ticker.lower()}_close_{when.replace('-', '_')}")["value"]) for when in (DAY_BEFORE, day))
    written = {row["date"]: row["return_pct"] for row in facts.where("market_returns", ticker=ticker)}[day]
    rounding = 100 * 0.005 * (1 / before + after / before**2) + half_unit(written)
    gap = abs(float(written) - 100 * (after / before - 1)) - rounding
    return [computed(max(0.0, gap), "percentage_point", EXACT, f"return of {ticker} beyond its closes", {ticker})]


def returns_beyond_months(facts: Facts, ticker: str) -> Values:
    """Percent by which the daily returns of a month miss the month's own return, beyond rounding and a dividend, at most."""
    months, returns = facts.where("market_month_returns", ticker=ticker), list(_returns(facts, ticker).items())
    beyond, position, before = {}, 0, months[0]["after"]
    for month in months:
        if month["after"] != before:
            raise ValueError(f"{ticker} has no monthly return from {before}")
        before, growth = month["date"], 1.0
        while position < len(returns) and returns[position][0] <= month["date"]:
            growth *= 1 + returns[position][1] / 100
            position += 1
        gap = 100 * ((1 + float(month["return_pct"]) / 100) / growth - 1)
        rounding = ROUNDED_CLOSES if month["price_basis"] == "close" else ROUNDED
        dividend = month["price_basis"] == "adjusted" and DIVIDEND[0] <= gap <= DIVIDEND[1]
        beyond[month["date"]] = 0.0 if dividend else max(0.0, abs(gap) - rounding)
    if before != returns[-1][0]:
        raise ValueError(f"{ticker} has no return of its last month")
    worst = max(beyond, key=beyond.__getitem__)
    return [computed(beyond[worst], "percent", EXACT, f"returns of {ticker} to {worst} beyond the month's", {ticker})]


def largest_difference(facts: Facts, ticker: str, other: str) -> Values:
    """The largest difference of two series' returns on one day."""
    first, second = _returns(facts, ticker), _returns(facts, other)
    gaps = {day: abs(first[day] - second[day]) / (LATE_TRADE_FACTOR if day in LATE_TRADES else 1) for day in first if day in second}
    day = max(gaps, key=gaps.__getitem__)
    return [computed(gaps[day], "percentage_point", EXACT, f"{ticker} less {other} on {day}", {ticker, other})]


def close_before(facts: Facts, ticker: str, day: str) -> Values:
    """The close before a day: the one of 24 January 2025, carried on or back by the returns between."""
    fact_id = f"{ticker.lower()}_close_{DAY_BEFORE.replace('-', '_')}"
    price = float(facts.row(fact_id)["value"])
    for date, percent in _returns(facts, ticker).items():
        if DAY_BEFORE < date < day:
            price *= 1 + percent / 100
        elif day <= date <= DAY_BEFORE:
            price /= 1 + percent / 100
    return [computed(price, "usd", EXACT, f"close of {ticker} before {day}", {fact_id})]


# Decisions


def chips_not_as_recorded(facts: Facts, *known: str) -> Values:
    """Chips for which the export rules, applied to the chip's figures, say something else than what happened, but for those named."""
    wrong = sorted({outcome.chip_id for outcome in export_record.outcomes(facts) if not outcome.agrees} ^ set(known))
    return [computed(len(wrong), "count", EXACT, f"number of chips for which rule and record differ {' '.join(wrong)}".strip(), wrong)]


def judgement_holds(facts: Facts, claim_id: str) -> Values:
    """One, where what is judged of a claim is not contradicted by arithmetic on its number and its reference.

    Raises:
        AuditError: it is; the message says how.
    """
    claims.audit_one(facts, claim_id)
    return [computed(1, "count", EXACT, f"judgement of {claim_id}", {claim_id})]


def interval_is_allowed(facts: Facts, claim_id: str) -> Values:
    """One, where the interval of a claim is what its rounding and its hedges allow; else zero."""
    return [computed(int(hedges.is_allowed(facts, claim_id)), "count", EXACT, f"interval of {claim_id}", {claim_id})]


def gpus_per_node(facts: Facts) -> Values:
    """GPUs of one server."""
    return [GPUS_PER_NODE]


FUNCTIONS: dict[str, Function] = {
    function.__name__: function
    for function in (
        parameters_counted,
        activated_at_least,
        activated_at_most,
        cache_counted,
        cached_numbers_per_layer,
        operations_counted,
        operations_with_whole_attention,
        score_surprises,
        daily_return,
        days_amiss,
        return_beyond_closes,
        returns_beyond_months,
        largest_difference,
        close_before,
        chips_not_as_recorded,
        judgement_holds,
        interval_is_allowed,
        gpus_per_node,
    )
}
