"""Prices of model calls: currencies, bills for the same work and how sure the cheapest is, what serving earns in theory, falls of price."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepseek_audit.models import benchmarks
from deepseek_audit.models.benchmarks import AHEAD, ALPHA, BEHIND, OPEN
from deepseek_audit.models.dates import days_between as days_between
from factbook.assumptions import assumption
from factbook.calculators.calculator import Fixed, Input, Preset, Result, Slider
from factbook.facts import Facts, Item, Selection
from factbook.publish import Cell
from factbook.quantity import EXACT, Quantity, computed, constant, count_of

ONE_DAY = constant(1, "day", "one day")
# Kinds of tokens with prices of their own, and what readers call them
KINDS = {"input": "input", "input_cached": "cached input", "output": "output"}
# Models that think before they answer and are paid for the tokens
REASONING_MODELS = frozenset({"deepseek_r1", "o1", "o3_mini"})


def in_dollars(price: Quantity, yuan_per_dollar: Quantity) -> Quantity:
    """A price in yuan per million tokens (cny/Mtoken) at an exchange rate (cny/usd), in usd/Mtoken."""
    return (price / yuan_per_dollar).to("usd/Mtoken")


def implied_exchange_rate(price_in_yuan: Quantity, price_in_dollars: Quantity) -> Quantity:
    """The exchange rate (cny/usd) at which two printed prices of one thing would be equal."""
    return (price_in_yuan / price_in_dollars).to("cny/usd")


def compare_printed(printed: Iterable[Item], yuan_per_dollar: Quantity) -> tuple[list[str], list[list[Cell]]]:
    """Prices printed in two currencies as the column heads and lines of a table.

    Args:
        printed: what is priced, in ``yuan`` and in ``dollars`` (cny/Mtoken, usd/Mtoken).
        yuan_per_dollar: the market's exchange rate (cny/usd).

    Returns:
        The heads; and for each its label, both prices, the yuan in dollars at the market's rate, the rate that the two prices
        imply, and how many times too low the dollars are.
    """
    rows: list[list[Cell]] = []
    for price in printed:
        converted, implied = in_dollars(price.yuan, yuan_per_dollar), implied_exchange_rate(price.yuan, price.dollars)
        bare = [amount.shown("bare") for amount in (price.yuan, price.dollars, converted, implied)]
        rows.append([price.label, *bare, price_ratio(converted, price.dollars).shown("2")])
    return ["Price", "Yuan", "Printed as", "Converted", "Yuan per dollar", "Times too low"], rows


def price_ratio(price: Quantity, other: Quantity) -> Quantity:
    """How many times a price is another one of the same unit."""
    return (price / other).to("ratio")


def percent_lower(price: Quantity, other: Quantity) -> Quantity:
    """How much lower a price is than another one of the same unit, in percent."""
    return (1 - price / other).to("percent")


def list_prices(facts: Facts, fact_id: str) -> Selection:
    """All prices of a model on the day and in the currency of one of them, by kind of token (``KINDS``)."""
    row = facts.row(fact_id)
    return facts.by("metric", "api_prices", **{column: row[column] for column in ("subject", "as_of", "unit")})


def percents_lower(facts: Facts, own_id: str, rival_id: str) -> list[Cell]:
    """How much lower the prices of one model are than those of another, in percent by kind of token; “none” where a price is missing.

    Args:
        facts: the tables.
        own_id, rival_id: a price of each model, see :func:`list_prices`.
    """
    own, rival = list_prices(facts, own_id), list_prices(facts, rival_id)
    return [percent_lower(own[kind], rival[kind]).shown("2") if kind in own and kind in rival else "none" for kind in KINDS]


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


@dataclass(frozen=True)
class Decline:
    """How far an amount fell in some time: ``before`` and ``after`` have one unit, ``time`` lies between them.

    The fall is told with its time and not turned into a yearly rate: over less than a year that would foretell the rest.
    """

    before: Quantity
    after: Quantity
    time: Quantity

    @property
    def times(self) -> Quantity:
        """How many times less it is."""
        return price_ratio(self.before, self.after).shown("2")

    @property
    def percent(self) -> Quantity:
        """How much less it is, in percent."""
        return percent_lower(self.after, self.before).shown("2")


@dataclass(frozen=True)
class Run:
    """One run of a benchmark with its bill, as the benchmark's author published it.

    Attributes:
        bill: what all tasks cost, in usd.
        solved: tasks solved within two attempts (unit item).
        tasks: tasks run (unit item).
        day: ISO date of the run.
        output_tokens: written in all tasks (token), thinking included; None where the author gives none.
        seconds: per task (second).
    """

    subject: str
    bill: Quantity
    solved: Quantity
    tasks: Quantity
    day: str
    output_tokens: Quantity | None = None
    seconds: Quantity | None = None

    @property
    def bill_id(self) -> str:
        """The row of the bill."""
        return next(iter(self.bill.rows))

    @property
    def maker(self) -> str:
        """Who made the model: DeepSeek, OpenAI (open-weight models apart), or others, which DeepSeek's with another's help are."""
        if self.subject.startswith("deepseek") and "_with_" not in self.subject:
            return "DeepSeek"
        is_openai = self.subject.startswith(("o1", "o3", "o4", "gpt_", "chatgpt")) and "oss" not in self.subject
        return "OpenAI" if is_openai else "Others"

    @property
    def per_task(self) -> Quantity:
        """The bill over the tasks run, in usd/item."""
        return (self.bill / self.tasks).to("usd/item")

    @property
    def share(self) -> Quantity:
        """Tasks solved of those run, in percent."""
        return (self.solved / self.tasks).to("percent")


def aider_runs(facts: Facts) -> dict[str, Run]:
    """Every run of Aider's polyglot benchmark with a published bill, by model, in the order of dates."""
    return _runs(facts, "aider_polyglot", "run_cost", "solved_tasks")


def bash_runs(facts: Facts) -> dict[str, Run]:
    """Every run of SWE-bench's bash-only board of December 2025, by model, in the order of dates."""
    return _runs(facts, "swe_bench_bash", "total_cost", "solved_tasks_of_500")


def _runs(facts: Facts, board: str, bills: str, solved: str) -> dict[str, Run]:
    """The runs of a board: a benchmark that is its own source, with the metrics that hold bills and solved tasks."""
    measured = {
        metric: facts.by("subject", "benchmark_scores", benchmark=board, source_key=board, metric=metric)
        for metric in (bills, solved, "completion_tokens", "seconds_per_task")
    }
    runs = []
    for subject, bill in measured[bills].items():
        (fact_id,) = bill.rows
        row = facts.row(fact_id)
        tokens, seconds = (measured[metric].get(subject) for metric in ("completion_tokens", "seconds_per_task"))
        runs.append(Run(subject, bill, measured[solved][subject], _tasks(row), row["as_of"], tokens, seconds))
    return {run.subject: run for run in sorted(runs, key=lambda run: run.day)}


def openhands_runs(facts: Facts) -> dict[str, Run]:
    """Every run of the OpenHands Index on SWE-bench Verified, by model, in the order of dates.

    The index prints dollars per task and the share solved; both times the tasks give the bill and the solved tasks.
    """
    columns = {"benchmark": "swe_bench_openhands", "source_key": "openhands_index"}
    shares = facts.by("subject", "benchmark_scores", metric="resolved", **columns)
    runs = []
    for subject, cost in facts.by("subject", "benchmark_scores", metric="cost_per_task", **columns).items():
        (fact_id,) = cost.rows
        row = facts.row(fact_id)
        tasks = _tasks(row)
        runs.append(Run(subject, (cost * tasks).to("usd"), (shares[subject] * tasks).to("item"), tasks, row["as_of"]))
    return {run.subject: run for run in sorted(runs, key=lambda run: run.day)}


def _tasks(row: dict[str, str]) -> Quantity:
    return computed(float(row["n_items"]), "item", EXACT, f"tasks of {row['fact_id']}", {row["fact_id"]})


def count_runs(runs: Iterable[Run]) -> Quantity:
    """How many runs there are, traced to their bills."""
    found = list(runs)
    return count_of(len(found), {run.bill_id for run in found}, "runs")


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


def verdict(run: Run, own: Run) -> str:
    """Whether a run solved more tasks than another one, fewer, or cannot be told apart (``AHEAD``, ``BEHIND``, ``OPEN``).

    By :func:`benchmarks.two_proportions`, at the level of the benchmarks and for this pair alone.
    """
    solved, tasks = ([each.magnitude for each in pair] for pair in ((run.solved, own.solved), (run.tasks, own.tasks)))
    z, p_value = benchmarks.two_proportions(solved, tasks)
    if p_value >= ALPHA:
        return OPEN
    return AHEAD if z > 0 else BEHIND


@dataclass(frozen=True)
class BestBuys:
    """The cheapest run “as good as” another one, by three readings of these words.

    Attributes:
        as_many: solved at least as many of its tasks.
        not_worse: not told apart from it, or ahead: sampling error may make this one worse than the other.
        better: told apart and ahead; None where no run is.
    """

    as_many: Run
    not_worse: Run
    better: Run | None

    @property
    def _runs(self) -> tuple[Run, Run, Run | None]:
        return self.not_worse, self.as_many, self.better

    def cells(self, label: str, own: Run) -> list[Cell]:
        """A line of a table: what is compared; the bill of each run as a multiple of one's own, the surest last; “none” without a run."""
        return [label, *("none" if run is None else bill_ratio(run, own) for run in self._runs)]


def bill_ratio(run: Run, own: Run) -> Quantity:
    """How many times one's own bill another run's bill is, to two digits."""
    return (run.bill / own.bill).to("ratio").shown("2")


def best_buys(runs: Iterable[Run], own: Run, until: str) -> BestBuys:
    """The cheapest runs up to a day (ISO) at the level of another one; the choice of the cheapest of many favors lucky runs.

    Raises:
        ValueError: no run up to then solved as many tasks.
    """
    found = [run for run in runs if run.day <= until]
    verdicts = {run.subject: verdict(run, own) for run in found}
    cheapest = {
        kinds: min((run for run in found if verdicts[run.subject] in kinds), key=lambda run: run.bill.magnitude, default=None)
        for kinds in ((OPEN, AHEAD), (AHEAD,))
    }
    as_many = cheapest_with(found, own.share, until)
    return BestBuys(as_many, cheapest[OPEN, AHEAD] or as_many, cheapest[(AHEAD,)])


def repriced(bill: Quantity, before: Selection, after: Selection) -> tuple[Quantity, Quantity]:
    """The least and the most that the same tokens cost at other prices, whatever their mix.

    A bill is a sum of tokens times prices; if each price is multiplied by some factor, the sum is multiplied by something
    between the smallest and the largest factor.

    Args:
        bill: at the prices before.
        before, after: prices by kind of token (``KINDS``), of the same kinds.

    Raises:
        ValueError: a kind has a price on one side only.
    """
    if before.keys() != after.keys():
        raise ValueError(f"prices of {sorted(before)} cannot be compared with prices of {sorted(after)}.")
    factors = sorted((price_ratio(after[kind], before[kind]) for kind in before), key=float)
    return bill * factors[0], bill * factors[-1]


def repriced_from(facts: Facts, bill: Quantity, before_id: str, after_id: str) -> tuple[Quantity, Quantity]:
    """The same, from the list prices of a model on the days of two of its prices, see :func:`list_prices`; to two digits."""
    low, high = repriced(bill, list_prices(facts, before_id), list_prices(facts, after_id))
    return low.shown("2"), high.shown("2")


def geometric_mean(values: Sequence[Quantity], of_what: str) -> Quantity:
    """The geometric mean of some ratios: exp(mean(log(value))), with one digit more than they have, since errors average out.

    Raises:
        ValueError: there are none, or one is not positive.
    """
    numbers = [value.to("ratio").magnitude for value in values]
    if not numbers or min(numbers) <= 0:
        raise ValueError(f"{of_what}: a geometric mean needs positive values.")
    mean = math.exp(sum(map(math.log, numbers)) / len(numbers))
    rows = frozenset[str]().union(*(value.rows for value in values))
    return computed(mean, "ratio", 1 + min(value.digits for value in values), f"geometric mean of {len(numbers)} {of_what}", rows)


@dataclass(frozen=True)
class CostRatios:
    """What a rival costs as a multiple of one's own model, by two measures.

    Attributes:
        pair: “rival and own”.
        day: of the comparison (ISO).
        list_price: of output tokens.
        bill: of the same tasks.
    """

    pair: str
    day: str
    list_price: Quantity
    bill: Quantity


def compare_costs(rival: Run, own: Run, priced: Iterable[Item], day: str) -> CostRatios:
    """Compare the costs of two runs.

    Args:
        rival, own: the runs.
        priced: a list of ``data/listings.csv`` with the label, bill and output price of each model.
        day: of the comparison (ISO).
    """
    by_bill = {item.id("bill"): item for item in priced}
    theirs, ours = by_bill[rival.bill_id], by_bill[own.bill_id]
    return CostRatios(f"{theirs.label} and {ours.label}", day, price_ratio(theirs.price, ours.price).shown("2"), bill_ratio(rival, own))


def compare_at_moments(facts: Facts, runs: Mapping[str, Run]) -> tuple[list[CostRatios], list[list[Cell]]]:
    """OpenAI's best buys against DeepSeek's reasoning model at the moments of ``price_comparison_moments``.

    Args:
        facts: the tables.
        runs: those of Aider, by model.

    Returns:
        At each moment the costs of the cheapest that solved at least as many tasks, and the line of :meth:`BestBuys.cells`.
    """
    openai = [run for run in runs.values() if run.maker == "OpenAI"]
    ratios, cells = [], []
    for moment in facts.listing("price_comparison_moments"):
        own, day = runs[facts.row(moment.id("own"))["subject"]], facts.row(moment.id("until"))["as_of"]
        best = best_buys(openai, own, day)
        ratios.append(compare_costs(best.as_many, own, facts.listing("price_and_bill"), day))
        cells.append(best.cells(moment.label, own))
    return ratios, cells


def best_buys_for_bash(facts: Facts) -> tuple[Run, BestBuys]:
    """DeepSeek's run on SWE-bench's bash-only board, and OpenAI's best buys beside it."""
    runs = bash_runs(facts).values()
    own = next(run for run in runs if run.maker == "DeepSeek")
    return own, best_buys([run for run in runs if run.maker == "OpenAI"], own, "2025-12-31")


def serving_revenue(hits: Quantity, reads: Quantity, outputs: Quantity, cached: Quantity, entry: Quantity, output: Quantity) -> Quantity:
    """A day's theoretical revenue in usd, as DeepSeek computes it: every token billed at a list price.

    Args:
        hits: input tokens a day found in the cache (token/day).
        reads: input tokens a day, cache hits included.
        outputs: output tokens a day.
        cached, entry, output: prices (usd/Mtoken).
    """
    return ((hits * cached + (reads - hits) * entry + outputs * output) * ONE_DAY).to("usd")


def revenue_of_published_day(facts: Facts, price_id: str) -> Quantity:
    """What the tokens of the day that DeepSeek published would bring in at a model's list prices, in usd; see :func:`serving_revenue`."""
    hits, reads, outputs = (facts[f"service_{kind}_tokens_per_day"] for kind in ("cache_hit", "input", "output"))
    listed = list_prices(facts, price_id)
    revenue = serving_revenue(hits, reads, outputs, listed["input_cached"], listed["input"], listed["output"])
    return revenue.named(f"revenue at the prices of {facts.row(price_id)['subject']}")


def margin_over_cost(revenue: Quantity, cost: Quantity) -> Quantity:
    """Profit as percent of cost. The gross margin of accounting divides by revenue instead."""
    return (revenue / cost - 1).to("percent")


def price_inputs(facts: Facts, offered: str) -> Iterator[Fixed]:
    """All list prices of some models as inputs of a calculator.

    Args:
        facts: the tables.
        offered: a list in ``data/listings.csv`` with an output price of each model.
    """
    for item in facts.listing(offered):
        model = facts.row(item.id("value"))["subject"]
        listed = list_prices(facts, item.id("value"))
        yield from (Fixed(f"{model}_{kind}", f"{item.label}: {word}", listed[kind]) for kind, word in KINDS.items())


def answer_inputs(facts: Facts, offered: str, chosen: Mapping[str, str | None]) -> list[Input]:
    """The inputs of the calculator of answers: what a chapter's reader chose by name, or the chat; and the prices.

    Args:
        facts: the tables.
        offered: see :func:`price_inputs`.
        chosen: a text with number and unit, or None, by the names of :func:`chat`.
    """
    start = {
        name: assumption(name, chosen[name], usual, at_most=1 if name == "cached" else math.inf, or_zero=name == "cached")
        for name, usual in chat(facts).items()
    }
    return [
        Slider("read", "Tokens read per answer", start["read"], 100, 50_000, 100, log=True),
        Slider("written", "Tokens of a plain answer", start["written"], 50, 5000, 50, log=True),
        Slider("cached", "Share of input in the cache", start["cached"], 0, 1, 0.05),
        Slider("thinking", "Thinking: times as many tokens", start["thinking"], 1, 50, 1, log=True),
        *price_inputs(facts, offered),
    ]


def answer_costs(facts: Facts, offered: str) -> list[Result]:
    """The cost of a thousand answers of each of some models, as results of a calculator; ``offered`` as in :func:`price_inputs`."""
    models = {facts.row(item.id("value"))["subject"]: item.label for item in facts.listing(offered)}
    # Dollars per million tokens times tokens: the units are mixed on purpose
    return [Result(model, label, answer_cost(model, model in REASONING_MODELS), "usd", check_unit=False) for model, label in models.items()]


def answer_cost(model: str, thinks: bool) -> Callable[..., Any]:
    """The formula of one model's cost of a thousand answers, for a calculator.

    Args:
        model: its prices are the inputs ``{model}_input``, ``{model}_input_cached`` and ``{model}_output``.
        thinks: it writes ``thinking`` times the tokens of a plain answer.

    Returns:
        A function of ``read``, ``written``, ``cached``, of ``thinking`` where it applies, and of the three prices; see
        :func:`cost_of_answers`.
    """
    priced = [f"{model}_{kind}" for kind in KINDS]

    def cost(**given: Any) -> Any:
        written = given["written"] * given["thinking"] if thinks else given["written"]
        return cost_of_answers(given["read"], written, given["cached"], *(given[name] for name in priced))

    names = ["read", "written", "cached", *(["thinking"] if thinks else []), *priced]
    cost.__signature__ = inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names])  # type: ignore[attr-defined]
    return cost


def chat(facts: Facts) -> dict[str, Quantity]:
    """What the calculator of answers starts from: tokens read and written, share of the input in the cache, and thinking.

    Lengths and thinking are assumptions of the report; the share in the cache is that of DeepSeek's service on the day it published.
    """
    cached = (facts["service_cache_hit_tokens_per_day"] / facts["service_input_tokens_per_day"]).to("ratio")
    return {**_assumed(facts, "chat", "read", "written", "thinking"), "cached": cached}


def work_presets(facts: Facts) -> list[Preset]:
    """Kinds of work to start from: the chat, a step of a programming agent, an exam question.

    Lengths are assumptions of the report; on an exam question a reasoning model writes what R1 wrote on AIME 2025.
    """
    agent, exam = _assumed(facts, "agent", "read", "written", "cached"), _assumed(facts, "exam", "read", "written")
    thinking = facts["bench_r1_aime_2025_average_tokens_per_question_r1_0528_card"] / exam["written"]
    return [
        Preset("A chat", {}, "Lengths are our guess."),
        Preset("A programming agent", agent, "One step, by our guess."),
        Preset("A hard exam question", {**exam, "cached": 0, "thinking": thinking.to("ratio")}, "R1’s thinking on AIME 2025."),
    ]


def _assumed(facts: Facts, work: str, *names: str) -> dict[str, Quantity]:
    return {name: facts.assumption(f"work_{work}_{name}") for name in names}
