"""Prices of model calls: currencies, bills for the same work, what serving earns in theory, and rates of decline."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from deepseek_audit.models.dates import days_between as days_between
from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, computed, constant


def in_dollars(price: Quantity, yuan_per_dollar: Quantity) -> Quantity:
    """A price in yuan per million tokens (cny/Mtoken) at an exchange rate (cny/usd), in usd/Mtoken."""
    return (price / yuan_per_dollar).to("usd/Mtoken")


def implied_exchange_rate(price_in_yuan: Quantity, price_in_dollars: Quantity) -> Quantity:
    """The exchange rate (cny/usd) at which two printed prices of one thing would be equal."""
    return (price_in_yuan / price_in_dollars).to("cny/usd")


def price_ratio(price: Quantity, other: Quantity) -> Quantity:
    """How many times a price is another one of the same unit."""
    return (price / other).to("ratio")


def percent_lower(price: Quantity, other: Quantity) -> Quantity:
    """How much lower a price is than another one of the same unit, in percent."""
    return (1 - price / other).to("percent")


def cost_of_answers(
    input_tokens: Any,
    output_tokens: Any,
    cached_share: Any,
    input_price: Any,
    cached_price: Any,
    output_price: Any,
) -> Any:
    """What a thousand answers cost at list prices, in dollars.

    Arithmetic only: floats, numpy arrays and sympy symbols all work.

    Args:
        input_tokens, output_tokens: per answer; tokens of thought are billed as output.
        cached_share: share of the input found in the provider's cache, from 0 to 1.
        input_price, cached_price, output_price: dollars per million tokens.
    """
    answers, tokens_per_price = 1000, 1_000_000
    read = input_tokens * (cached_share * cached_price + (1 - cached_share) * input_price)
    return answers * (read + output_tokens * output_price) / tokens_per_price


def yearly_decline(before: Quantity, after: Quantity, time: Quantity) -> Quantity:
    """A fall over some time as percent a year, compounded: 1 − (after/before)^(year/time).

    Args:
        before, after: two amounts of one unit.
        time: between them, such as days; the shorter it is, the less the rate means.

    Raises:
        ValueError: an amount or the time is not positive.
    """
    ratio, years = float(after / before), time.to("year").magnitude
    if ratio <= 0 or years <= 0:
        raise ValueError(f"a yearly rate needs positive amounts and a positive time, not a ratio of {ratio:g} in {years:g} years.")
    formula = f"1 − ({after.formula} / {before.formula})^(year / ({time.formula}))"
    digits = min(before.digits, after.digits, 2)
    return computed(100 * (1 - ratio ** (1 / years)), "percent", digits, formula, before.rows | after.rows | time.rows)


@dataclass(frozen=True)
class Run:
    """One run of Aider's benchmark with its bill, as its author published it.

    Attributes:
        bill: what all tasks cost, in usd.
        solved: tasks solved within two attempts (unit item).
        tasks: tasks run (unit item).
        day: ISO date of the run.
    """

    subject: str
    bill: Quantity
    solved: Quantity
    tasks: Quantity
    day: str

    @property
    def per_solved_task(self) -> Quantity:
        """The bill over the solved tasks, in usd/item. Failed tasks are paid for too."""
        return (self.bill / self.solved).to("usd/item")

    @property
    def share(self) -> Quantity:
        """Tasks solved of those run, in percent."""
        return (self.solved / self.tasks).to("percent")


def aider_runs(facts: Facts) -> dict[str, Run]:
    """Every run of the polyglot benchmark with a published bill, by model, in the order of dates."""
    rows = [row for row in facts.rows("benchmark_scores") if row["benchmark"] == "aider_polyglot" and row["source_key"] == "aider_polyglot"]
    bills = {row["subject"]: row for row in rows if row["metric"] == "run_cost"}
    solved = {row["subject"]: row for row in rows if row["metric"] == "solved_tasks"}
    runs = [
        Run(
            subject,
            facts[row["fact_id"]],
            facts[solved[subject]["fact_id"]],
            computed(float(row["n_items"]), "item", EXACT, f"tasks of {row['fact_id']}", {row["fact_id"]}),
            row["as_of"],
        )
        for subject, row in bills.items()
    ]
    return {run.subject: run for run in sorted(runs, key=lambda run: run.day)}


def frontier(runs: Iterable[Run]) -> list[Run]:
    """The runs that no other run beats in both bill and share of solved tasks, cheapest first."""
    best: list[Run] = []
    for run in sorted(runs, key=lambda run: (run.bill.magnitude, -run.share.magnitude)):
        if not best or run.share > best[-1].share:
            best.append(run)
    return best


def cheapest_with(runs: Iterable[Run], share: Quantity, until: str) -> Run:
    """The cheapest run up to a day (ISO) that solved at least this share of the tasks.

    Raises:
        ValueError: there is none.
    """
    enough = [run for run in runs if run.day <= until and run.share >= share]
    if not enough:
        raise ValueError(f"no run up to {until} solved {share} of the tasks.")
    return min(enough, key=lambda run: run.bill.magnitude)


def serving_revenue(hits: Quantity, reads: Quantity, outputs: Quantity, cached: Quantity, entry: Quantity, output: Quantity) -> Quantity:
    """A day's theoretical revenue in usd, as DeepSeek computes it: every token billed at a list price.

    Args:
        hits: input tokens a day found in the cache (token/day).
        reads: input tokens a day, cache hits included.
        outputs: output tokens a day.
        cached, entry, output: prices (usd/Mtoken).
    """
    a_day = constant(1, "day", "one day")
    return ((hits * cached + (reads - hits) * entry + outputs * output) * a_day).to("usd")


def margin_over_cost(revenue: Quantity, cost: Quantity) -> Quantity:
    """Profit as percent of cost. The gross margin of accounting divides by revenue instead."""
    return (revenue / cost - 1).to("percent")


def answer_cost(model: str, thinks: bool) -> Callable[..., Any]:
    """The formula of one model's cost of a thousand answers, for a calculator.

    Args:
        model: its prices are the inputs ``{model}_input``, ``{model}_input_cached`` and ``{model}_output``.
        thinks: it writes ``thinking`` times the tokens of a plain answer.

    Returns:
        A function of ``read``, ``written``, ``cached``, of ``thinking`` where it applies, and of the three prices; see
        :func:`cost_of_answers`.
    """
    priced = [f"{model}_{kind}" for kind in ("input", "input_cached", "output")]

    def cost(**given: Any) -> Any:
        written = given["written"] * given["thinking"] if thinks else given["written"]
        return cost_of_answers(given["read"], written, given["cached"], *(given[name] for name in priced))

    names = ["read", "written", "cached", *(["thinking"] if thinks else []), *priced]
    cost.__signature__ = inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names])  # type: ignore[attr-defined]
    return cost
