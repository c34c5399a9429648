"""What training cost: rental bills, chip time, and the figures in circulation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from deepseek_audit.models.architecture import training_flops
from factbook.calculators.calculator import Fixed, Result, Results, Slider
from factbook.facts import Facts
from factbook.publish import Cell
from factbook.quantity import Quantity, Trace, computed, constant, format_range

# DeepSeek-V3 report, section 3.1: nodes of eight H800; so are servers of the DGX and HGX kinds
GPUS_PER_NODE = constant(8, "gpu", "8 GPUs per node")
SCOPES = {
    "run": "One training run, at an assumed rent",
    "programme": "The research behind it",
    "fleet": "The company’s chips and their operation",
    "rival": "Rivals’ runs, as quoted",
}


def rental_cost(gpu_hours: Quantity, rate: Quantity) -> Quantity:
    """A run's bill: chip time (gpu_hour) at a rental price (usd/gpu_hour), in usd.

    This is a price times a quantity, as in DeepSeek-V3's Table 1; it is not what the owner of the chips paid.
    """
    return (gpu_hours * rate).to("usd")


def wall_clock_hours(gpus: Quantity, hours: Quantity) -> Quantity:
    """Chip time of a cluster: GPUs times the hours they ran (unit gpu_hour)."""
    return (gpus * hours).to("gpu_hour")


def days_on_cluster(gpu_hours: Quantity, gpus: Quantity) -> Quantity:
    """How long a cluster needs for some chip time when all its GPUs run all the time (unit day)."""
    return (gpu_hours / gpus).to("day")


def pace_as_stated(facts: Facts) -> Quantity:
    """The days that V3's report (section 1) states for a trillion tokens of pre-training (unit day/Ttoken)."""
    return facts["v3_days_per_trillion"] / constant(1, "Ttoken", "a trillion tokens")


def days_as_stated(facts: Facts) -> Quantity:
    """V3's pre-training in days: its report's days for a trillion tokens, times the tokens (unit day)."""
    return (pace_as_stated(facts) * facts["v3_tokens"]).to("day")


def node_rent_per_gpu_hour(monthly_rent: Quantity, yuan_per_dollar: Quantity) -> Quantity:
    """A node's monthly rent in yuan as dollars per GPU-hour.

    Args:
        monthly_rent: rent of a node of eight GPUs (unit cny/month).
        yuan_per_dollar: the exchange rate of that time (unit cny/usd).

    Returns:
        Unit usd/gpu_hour; a month is a twelfth of 365.25 days.
    """
    return (monthly_rent / yuan_per_dollar / GPUS_PER_NODE).to("usd/gpu_hour")


def exchange_rate(facts: Facts, year: int | str, month: str | None = None) -> Quantity:
    """The average exchange rate of a year, or of one of its months by two digits (cny/usd).

    Raises:
        UnknownFact: ``data/exchange_rates.csv`` has no row for it.
    """
    return facts[f"fx_usd_cny_monthly_average_{year}_{month}" if month else f"fx_usd_cny_annual_average_{year}"]


def exchange_rate_of(facts: Facts, fact_id: str) -> Quantity:
    """The average exchange rate of the month, or of the year, in which a row's amount was asked or paid (cny/usd).

    Raises:
        UnknownFact: ``data/exchange_rates.csv`` has no row for it.
    """
    row = facts.row(fact_id)
    year, month, *_ = row["as_of"].split("-")
    return exchange_rate(facts, year, None if row["as_of_precision"] == "year" else month)


def amount_in_dollars(facts: Facts, fact_id: str) -> Quantity:
    """An amount of money in dollars (usd); one in yuan at the exchange rate of its own month or year."""
    amount = facts[fact_id]
    return (amount / exchange_rate_of(facts, fact_id)).to("usd") if "cny" in str(amount.unit) else amount


def rent_in_dollars(facts: Facts, rent_id: str) -> Quantity:
    """A rent as dollars per GPU-hour, with its range where its row has one (usd/gpu_hour).

    Args:
        facts: the tables.
        rent_id: a rent in dollars per GPU-hour, which stays as it is, or a node's monthly rent in yuan, which is converted
            at the average exchange rate of its own month.
    """
    rent = facts[rent_id]
    if "cny" not in str(rent.unit):
        return rent
    exchange = exchange_rate_of(facts, rent_id)
    low, high = (node_rent_per_gpu_hour(end, exchange) if end else None for end in (rent.low, rent.high))
    return replace(node_rent_per_gpu_hour(rent, exchange), low=low, high=high)


def rents_of(facts: Facts, listing: str) -> dict[str, Quantity]:
    """The rents of a list by their labels, in dollars per GPU-hour (usd/gpu_hour)."""
    return {offer.label: rent_in_dollars(facts, offer.id("rent")) for offer in facts.listing(listing)}


def rebuilt_bills(facts: Facts, v3_hours: Quantity, r1_hours: Quantity, rate: Quantity) -> list[list[Cell]]:
    """Chip time, its bill at a rate (usd/gpu_hour) and the published bill, as lines of a table.

    Returns:
        The stages of ``training_stages``, V3 in all after its own, then R1 in all, then both.
    """

    def line(label: str, hours: Quantity, published: Quantity) -> list[Cell]:
        return [label, hours.shown("4 bare"), rental_cost(hours, rate).shown("4"), published.shown("4")]

    stages = facts.listing("training_stages")
    v3 = [line(stage.label, stage.hours, stage.usd) for stage in stages if stage.label.startswith("V3")]
    r1 = [line(stage.label, stage.hours, stage.usd) for stage in stages if not stage.label.startswith("V3")]
    v3.append(line("V3 in all", v3_hours, facts["v3_usd_total"]))
    r1.append(line("R1 in all", r1_hours, facts["r1_usd_total"]))
    bill = rental_cost(v3_hours, rate) + rental_cost(r1_hours, rate)
    return [*v3, *r1, ["Both", (v3_hours + r1_hours).shown("bare"), bill, "not published"]]


def r1_from_its_base(facts: Facts, r1_hours: Quantity, rate: Quantity) -> Quantity:
    """The bill of R1 with the base it starts from, V3-Base: V3's pre-training and context extension, without V3's post-training (usd)."""
    base = facts["v3_hours_pretrain"] + facts["v3_hours_context"]
    return rental_cost((base + r1_hours).named("hours of V3’s base and R1"), rate)


def hours_at_pace(operations: Quantity, base_operations: Quantity, base_hours: Quantity) -> Quantity:
    """The chip time of a run that gets as many operations out of an hour as another run did (gpu_hour).

    Args:
        operations, base_operations: of the two runs, counted alike (flop).
        base_hours: chip time of the run whose pace it is (gpu_hour).
    """
    return (base_hours * (operations / base_operations)).to("gpu_hour")


@dataclass(frozen=True)
class RebuiltRun:
    """A pre-training run whose hours nobody published: operations by 6ND (flop), hours (gpu_hour) and bill (usd), both with a range."""

    name: str
    operations: Quantity
    hours: Quantity
    bill: Quantity


RUNS = "bill_gpu_hours"
# The slowest run since V3 in the list that is a mixture of experts, as V4 is, and whose hours and tokens its maker published
SLOW_RUN = "Llama 4 Scout"


def rebuilt_runs(facts: Facts, rate: Quantity, attention: Quantity) -> list[RebuiltRun]:
    """V4's runs by V3's rule: hours of pre-training at V3's pace, times a rent.

    The range says how much the pace may differ. Its low end takes V3's speed with attention counted, for a model whose attention
    costs nothing; its high end the pace of the slowest comparable run, `SLOW_RUN`. All counts are of activated parameters.

    Args:
        facts: the tables.
        rate: the rent (usd/gpu_hour).
        attention: V3's operations with attention over those by 6ND (ratio).
    """
    runs = facts.listing(RUNS)
    slow = next(run for run in runs if run.label.startswith(SLOW_RUN))
    v3, v3_hours = training_flops(facts["v3_activated_parameters"], facts["v3_tokens"]), facts["v3_hours_pretrain"]
    rebuilt = []
    for run in runs:
        if run.has("hours"):
            continue
        operations = training_flops(run.parameters, run.tokens)
        hours = hours_at_pace(operations, v3, v3_hours)
        low = (hours / attention).to("gpu_hour")
        high = hours_at_pace(operations, training_flops(slow.parameters, slow.tokens), slow.hours)
        bills = [rental_cost(each, rate) for each in (hours, low, high)]
        rebuilt.append(
            RebuiltRun(run.label, operations, replace(hours, low=low, high=high), replace(bills[0], low=bills[1], high=bills[2]))
        )
    return rebuilt


def rows_of_rebuilt(rebuilt: Iterable[RebuiltRun]) -> list[list[Cell]]:
    """`rebuilt_runs` as lines of a table: what it is, its low end, the amount at V3's pace, its high end."""
    rows: list[list[Cell]] = []
    for run in rebuilt:
        name = run.name.split(",")[0]
        for what, amount in (("bill", run.bill), ("GPU-hours", run.hours.shown("bare"))):
            assert amount.low is not None and amount.high is not None
            rows.append([f"{name}: {what}", amount.low.shown(amount.specification), amount, amount.high.shown(amount.specification)])
    return rows


def rows_by_scope(facts: Facts) -> list[list[Cell]]:
    """The list ``bill_by_scope`` as lines of a table: what and when, amount in dollars, scope with basis, and how it is known."""
    rows: list[list[Cell]] = []
    for line in facts.listing("bill_by_scope"):
        row = facts.row(line.id("value"))
        amount = amount_in_dollars(facts, line.id("value")).shown("3")
        rows.append([line.label, amount, f"{line.group}: {BASES[row['basis']]}", KNOWN_FROM[row["evidence"]]])
    return rows


CLOUD_AND_AMORTIZED = {
    "gpt4": ("gpt4_cloud_epoch", "gpt4_amort_updated", "gpt4_amort_2024"),
    "llama": ("llama_cost_cloud", "llama_cost_amort_updated", "llama_cost_amort"),
}


def cloud_over_amortized(facts: Facts, model: str = "gpt4") -> tuple[Quantity, Quantity]:
    """A model's cloud price over the higher and over the lower of two states of its amortized cost, in December 2024 dollars.

    Args:
        facts: the tables.
        model: a key of ``CLOUD_AND_AMORTIZED``.
    """
    cloud, *states = CLOUD_AND_AMORTIZED[model]
    low, high = (facts[cloud] / facts[amortized] for amortized in states)
    return low.to("ratio").shown("2"), high.to("ratio").shown("2")


BASES = {
    "list_rental": "rent",
    "cloud_price": "cloud price",
    "amortized": "amortized",
    "acquisition": "purchase",
    "ownership": "ownership over years",
    "development": "development, with staff",
    "spending": "expenses",
}
KNOWN_FROM = {"primary": "its maker", "secondary": "a report", "estimate": "an estimate"}


def shares_of(rival: Quantity, *bills: Quantity) -> list[Quantity]:
    """Each of some bills as a share of a rival's cost (percent)."""
    return [(bill / rival).to("percent") for bill in bills]


def shares_of_rivals(facts: Facts, step: Quantity, whole: Quantity) -> list[list[Cell]]:
    """The list ``rivals_of_r1`` as lines of a table: rival and basis, its cost, and two bills as shares of it (percent).

    Args:
        facts: the tables.
        step: R1's training on top of its base (usd).
        whole: the same with its base (usd).
    """
    return [[rival.label, rival.value, *shares_of(rival.value, step, whole)] for rival in facts.listing("rivals_of_r1")]


def ends_of_shares(facts: Facts, bill: Quantity) -> tuple[Quantity, Quantity]:
    """The smallest and the largest share that a bill is of the costs of the list ``rivals_of_r1`` (percent)."""
    shares = [share.shown("1") for rival in facts.listing("rivals_of_r1") for share in shares_of(rival.value, bill)]
    return min(shares), max(shares)


def in_times(measure: str, rival: Quantity, own: Quantity) -> list[Cell]:
    """A comparison as a line of a table: what is measured, the rival's amount, DeepSeek's, and how many times the rival's is."""
    return [measure, rival, own, (rival / own).shown("2")]


@dataclass(frozen=True)
class CirculatingFigure:
    """One figure that articles repeat: the amount, with its range if it has one, and what it covers."""

    figure_id: str
    label: str
    printed_as: str
    scope: str
    kind: str
    amount: Quantity
    low: Quantity
    high: Quantity
    covers: str
    leaves_out: str


def circulating_figures(facts: Facts) -> list[CirculatingFigure]:
    """The figures of ``data/headline_figures.csv`` with their amounts computed from the facts they name."""
    figures = []
    for row in facts.rows("headline_figures"):
        amount, low, high = (_amount_of_terms(facts, row["terms"], end) for end in ("value", "low", "high"))
        figures.append(
            CirculatingFigure(
                row["figure_id"],
                row["label"],
                row["printed_as"],
                row["scope"],
                row["kind"],
                amount,
                low,
                high,
                row["covers"],
                row["leaves_out"],
            )
        )
    return figures


def _amount_of_terms(facts: Facts, terms: str, end: str) -> Quantity:
    """`sum_of_terms`, a multiple of a bill to three digits: “three times” is a multiple, and one digit makes $20M of $16.7M."""
    amount = sum_of_terms(facts, terms, end)
    return replace(amount, digits=max(amount.digits, 3)) if "*" in terms else amount


def sum_of_terms(facts: Facts, terms: str, end: str = "value") -> Quantity:
    """The sum of facts named in a cell: ids separated by spaces, where ``a*b`` is a product.

    Args:
        facts: the tables.
        terms: such as ``v3_usd_total r1_usd_total``.
        end: ``value``, or the ``low`` or ``high`` end of the facts' own ranges.
    """
    total: Quantity | None = None
    for term in terms.split(" "):
        product: Quantity | None = None
        for fact_id in term.split("*"):
            fact = facts[fact_id]
            factor = {"value": fact, "low": fact.low or fact, "high": fact.high or fact}[end]
            product = factor if product is None else product * factor
        assert product is not None
        total = product if total is None else total + product
    assert total is not None
    return total


def rows_of_disclosures(facts: Facts) -> list[list[Quantity | str]]:
    """A table of ``data/disclosures.csv``: what DeepSeek disclosed of data made by models, how much, and what it left open."""
    return [
        [line["what"], sum_of_terms(facts, line["terms"]).shown(line["shown"]), line["not_disclosed"]] for line in facts.rows("disclosures")
    ]


def experiments_multiplier(metric: str, printed: Quantity) -> Quantity:
    """A published statement on experiments as one measure: all compute of the development over the final run's.

    Args:
        metric: what was published, as in ``data/experiment_multipliers.csv``.
        printed: the published number, as a ratio or in percent.

    Returns:
        A ratio. Shares of the total s give 1 / (1 − s), shares of training 1 + s, the final run's share 1 / s.

    Raises:
        ValueError: the metric cannot be converted, such as a number of jobs.
    """
    if metric in ("total_over_final_run", "total_over_training"):
        return printed
    if metric in ("development_share_of_training", "pretraining_experiments_over_final_run"):
        return 1 + printed
    if metric == "development_share_of_total":
        return 1 / (1 - printed)
    if metric == "final_run_share_of_rd_compute":
        return (1 / printed).to("ratio")
    raise ValueError(f"{metric} cannot be converted to a multiple of the final run.")


def as_times(facts: Facts, fact_id: str) -> Quantity:
    """What a printed figure on experiments says as all compute over that of the final run."""
    return experiments_multiplier(facts.row(fact_id)["metric"], facts[fact_id])


def range_of_multipliers(facts: Facts, *fact_ids: str) -> tuple[Quantity, Quantity]:
    """The smallest and the largest of some printed figures on experiments, as :func:`as_times`, to two digits."""
    times = [as_times(facts, fact_id).to("ratio").shown("2") for fact_id in fact_ids]
    return min(times, key=lambda one: one.magnitude), max(times, key=lambda one: one.magnitude)


def multiplier_range(metric: str, printed: Quantity) -> tuple[Quantity, Quantity]:
    """The ends of a published range as multipliers, the smaller one first; the value twice where there is no range."""
    ends = [experiments_multiplier(metric, end) for end in (printed.low or printed, printed.high or printed)]
    return min(ends, key=lambda end: end.magnitude), max(ends, key=lambda end: end.magnitude)


# Published test runs of V3: tokens per model, size of the model, models trained, and models trained if tests share
# their reference models (DeepSeek-V3 report, Tables 4 and 5, appendices B.1 and B.2)
ABLATIONS = (
    ("Predicting several tokens, large", "v3_abl_mtp_large", "v3_abl_large_active", 2, 1),
    ("Predicting several tokens, small", "v3_abl_mtp_small", "v3_abl_small_active", 2, 1),
    ("Balancing experts, large", "v3_abl_aux_large", "v3_abl_large_active", 2, 1),
    ("Balancing experts, small", "v3_abl_aux_small", "v3_abl_small_active", 2, 1),
    ("FP8 against BF16, large", "v3_abl_fp8_large", "v3_abl_large_active", 2, 2),
    ("FP8 against BF16, small", "v3_abl_fp8_small", "v3_abl_small_active", 2, 2),
    ("Coarser number blocks, small", "v3_abl_block", "v3_abl_small_active", 1, 1),
)


@dataclass(frozen=True)
class Ablation:
    """Published test runs: tokens per model, activated parameters, number of models, operations by 6ND."""

    name: str
    tokens: Quantity
    parameters: Quantity
    models: Quantity
    flops: Quantity


def ablations(facts: Facts, *, shared_references: bool = False) -> list[Ablation]:
    """The test runs that V3's report itself describes, with their operations by 6ND.

    Args:
        facts: the tables.
        shared_references: the tests share their reference models, so that each is trained once.
    """
    found = []
    for name, tokens, parameters, pairs, alone in ABLATIONS:
        models = constant(alone if shared_references else pairs, "count", f"{alone if shared_references else pairs} models")
        models = replace(models, trace=Trace(models.formula, facts[tokens].rows))
        flops = training_flops(facts[parameters], facts[tokens]) * models
        found.append(Ablation(name, facts[tokens], facts[parameters], models, flops.to("flop")))
    return found


def ablation_rows(facts: Facts, pretraining: Quantity) -> list[list[Quantity | str]]:
    """The test runs as a table: name, tokens, models, share of the pre-training (operations); below them all, and all if shared."""
    tests, shared = (ablations(facts, shared_references=sharing) for sharing in (False, True))
    rows: list[list[Quantity | str]] = [
        [test.name, test.tokens.shown("bare"), test.models, (test.flops / pretraining).to("percent").shown("2")] for test in tests
    ]
    rows.append(["All models", "", models_trained(tests), ablation_share(facts)])
    rows.append(["If references were shared", "", models_trained(shared), ablation_share(facts, shared_references=True)])
    return rows


def calculator_parts(facts: Facts, rebuilt: Sequence[RebuiltRun]) -> tuple[list[Slider | Fixed], list[Results]]:
    """The inputs and the results of the chapter's calculator: one rent, and the bills that follow from it."""
    base = facts["v3_hours_pretrain"] + facts["v3_hours_context"]
    hours = {
        "v3": ("V3’s final run", facts["v3_hours_total"]),
        "step": ("R1 on top of V3’s base", facts["r1_hours_total"]),
        "whole": ("R1 with its base", (base + facts["r1_hours_total"]).to("gpu_hour")),
        "v4": ("V4-Pro, rebuilt", rebuilt[0].hours),
    }
    rent = Slider(
        "rate", "Rent of one chip for an hour", facts["v3_rate_assumed"], 1, 13, 0.1, help="DeepSeek assumed it and names no source."
    )
    fixed = [Fixed(f"{key}_hours", f"Hours: {label}", amount, digits=4) for key, (label, amount) in hours.items()]
    bills = [
        Result("v3", hours["v3"][0], lambda v3_hours, rate: v3_hours * rate, "usd"),
        Result("step", hours["step"][0], lambda step_hours, rate: step_hours * rate, "usd"),
        Result("whole", hours["whole"][0], lambda whole_hours, rate: whole_hours * rate, "usd"),
        Result("v4", hours["v4"][0], lambda v4_hours, rate: v4_hours * rate, "usd", digits=2),
    ]
    return [rent, *fixed], [Results("The bills at this rent", bills)]


def models_trained(tests: Iterable[Ablation]) -> Quantity:
    """How many models some test runs trained."""
    models = [test.models for test in tests]
    total: Quantity = sum(models[1:], models[0])
    return total


def ablation_share(facts: Facts, *, shared_references: bool = False) -> Quantity:
    """Operations of the published test runs as a share of V3's pre-training, both by 6ND (percent).

    Two digits: the coarsest term, 0.9 trillion tokens, is good to 0.05, which moves the share by less than half a point.
    """
    tests = [test.flops for test in ablations(facts, shared_references=shared_references)]
    pretraining = training_flops(facts["v3_activated_parameters"], facts["v3_tokens"]).named("6ND of V3")
    share = 100 * sum(test.magnitude for test in tests) / pretraining.magnitude
    formula = "6 × parameters × tokens × models, summed over the published tests / 6ND of V3"
    return computed(share, "percent", 2, formula, pretraining.rows.union(*(test.rows for test in tests)))


ITEMS = {"run": "Run", "trials": "Trials", "people": "People", "data": "Data", "power": "Power", "servers": "Servers"}
# An item inside another, as power inside a rent, is paid for
ITEM_STATUS = {"paid": "yes", "implied": "yes", "unclear": "unclear", "left_out": "no"}


# Labels that say too little without what follows their comma
BRIEF_LABELS = {"fleet_amodei": "Value of the fleet’s chips"}


def _in_brief(figure: CirculatingFigure) -> str:
    """A figure's label up to its first comma, and its amount or range."""
    label = BRIEF_LABELS.get(figure.figure_id, figure.label.split(",")[0])
    amount = str(figure.amount) if figure.low == figure.high else format_range(figure.low, figure.high)
    return f"{label}: {'≥ ' if figure.kind == 'floor' else ''}{amount}"


def ledger(facts: Facts) -> list[dict[str, str | int]]:
    """What each figure in circulation pays for, item by item (``data/figure_items.csv``), one row per mark of a grid."""
    figures = {figure.figure_id: figure for figure in circulating_figures(facts)}
    return [
        {
            "figure": _in_brief(figures[row["figure_id"]]),
            "item": ITEMS[row["item"]],
            "status": ITEM_STATUS[row["status"]],
            "reason": row["reason"],
            "beside": 0,
        }
        for row in facts.rows("figure_items")
    ]
