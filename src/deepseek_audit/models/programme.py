"""What the research behind a model cost: chip time × rate × experiments, and staff, and data, with their uncertainty.

The formulas are plain arithmetic, so that one definition serves numbers, arrays of draws, quantities with units
and symbols. Two bases are kept apart and never mixed: chips that are rented (a price) and chips that are owned
(a cost). Inputs and their distributions stand in ``data/cost_model_inputs.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from factbook.assumptions import AssumptionError, assumption
from factbook.calculators.calculator import Choice, Fixed, Result, Results, Slider
from factbook.calculators.distributions import Lognormal, Triangular, Uniform, quantiles
from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, Trace, computed, constant, format_range
from factbook.rounding import round_to, settle

Array = npt.NDArray[np.float64]

# Of 365.25 days, as the units of the data define the year
HOURS_PER_YEAR = constant(1, "year", "1 year").to("hour").magnitude
LOWEST_MULTIPLIER = 1.0
SEED = 20250127
OWNED_RATE_INPUTS = ("capital", "life", "utilization", "power", "load", "pue", "electricity", "colocation")
REST = ("multiplier", "staff", "pay", "years", "data")
# What a reader may assume at most, in the input's unit, and which inputs may be zero
LARGEST = {"utilization": 1.0, "load": 1.0}
MAY_BE_ZERO = ("staff", "pay", "years", "data", "colocation", "electricity")
BASES = {"own": (*OWNED_RATE_INPUTS, *REST), "rent": ("rent", *REST)}
# What the draws can tell apart; the inputs carry two digits
DIGITS = 2
# Draws computed at a time: small enough for the processor's cache
BLOCK = 2**14


@dataclass(frozen=True)
class Input:
    """One input of the model.

    Attributes:
        key: its short name, as the formulas use it.
        name: what it is, in a few words.
        distribution: ``fixed``, ``triangular``, ``uniform`` or ``lognormal``.
        quantity: the central value with low and high, traced to the input's own row, so that results name inputs.
        basis: ``assumption``, ``partly assumption`` (the note says which part) or ``sources``.
        rests_on: ids of the rows the input rests on.
    """

    key: str
    name: str
    distribution: str
    quantity: Quantity
    basis: str
    rests_on: tuple[str, ...] = ()

    @property
    def sourced(self) -> Quantity:
        """The central value traced further, to the rows it rests on."""
        return replace(self.quantity, trace=Trace(self.quantity.formula, self.quantity.rows.union(self.rests_on)))

    @property
    def assumption(self) -> bool:
        """Whether no source stands behind it at all."""
        return self.basis == "assumption"

    @property
    def ends(self) -> tuple[Quantity, Quantity, Quantity]:
        """Low, central and high; thrice the same for a fixed input."""
        return self.quantity.low or self.quantity, self.quantity, self.quantity.high or self.quantity

    @property
    def range(self) -> str:
        """Low to high as text, without the unit."""
        low, _, high = self.ends
        return format_range(low.shown("bare"), high.shown("bare"))

    @property
    def low(self) -> float:
        """The lower end, in the unit of the quantity."""
        return (self.quantity.low or self.quantity).magnitude

    @property
    def central(self) -> float:
        """The central value, in the unit of the quantity."""
        return self.quantity.magnitude

    @property
    def high(self) -> float:
        """The upper end, in the unit of the quantity."""
        return (self.quantity.high or self.quantity).magnitude


Inputs = Mapping[str, Input]


def inputs(facts: Facts) -> dict[str, Input]:
    """The inputs of ``data/cost_model_inputs.csv`` by their short names."""
    found = {}
    for row in facts.rows("cost_model_inputs"):
        key = row["fact_id"].removeprefix("input_")
        quantity = facts.assumption(row["fact_id"])
        sources = tuple(row["rests_on"].split())
        found[key] = Input(key, row["name"], row["distribution"], quantity, row["basis"].replace("_", " "), sources)
    return found


def assuming(model: Inputs, values: Mapping[str, str | float | None]) -> dict[str, Input]:
    """The model with a reader's values in place of some inputs. Such an input is known: it has no range any more.

    Args:
        model: see :func:`inputs`.
        values: by the inputs' short names, as :func:`factbook.assumptions.assumption` takes them.

    Raises:
        AssumptionError: a value that cannot be used.
    """
    changed = dict(model)
    for key, value in values.items():
        limit, or_zero = LARGEST.get(key, math.inf), key in MAY_BE_ZERO
        quantity = assumption(key, value, model[key].quantity, at_most=limit, or_zero=or_zero)
        if value is not None:
            changed[key] = replace(model[key], quantity=quantity, distribution="fixed", basis="the reader", rests_on=())
    if changed["multiplier"].central < LOWEST_MULTIPLIER:
        raise AssumptionError(f"multiplier must be at least 1 (the final run itself), not {values['multiplier']}.")
    return changed


def alternatives(facts: Facts, model: Inputs) -> dict[str, dict[str, Input]]:
    """The model with Epoch AI's assumptions in place of ours: on experiments, on staff, and on both.

    Epoch AI's prior for experiments is lognormal. On staff it takes each contributor to spend a lognormal share of
    full time on a model (development_cost.ipynb, cells 15 and 43); here that share is one factor for all authors.
    """
    authors, share = facts["v3_authors_re"], facts["fte_share"]
    low, middle, high = ((authors * end).to("person") for end in (share.low or share, share, share.high or share))
    multiplier = replace(model["multiplier"], quantity=facts["mult_epoch"], distribution="lognormal")
    staff = replace(model["staff"], quantity=replace(middle, low=low, high=high), distribution="lognormal")
    return {
        "multiplier": {**model, "multiplier": multiplier},
        "staff": {**model, "staff": staff},
        "both": {**model, "multiplier": multiplier, "staff": staff},
    }


# The formulas. Arguments are in the units of the table; results in dollars, or dollars per GPU-hour.


def energy_cost(power: Any, load: Any, pue: Any, electricity: Any) -> Any:
    """Electricity of one GPU-hour: kW per GPU × share of it in use × overhead of the building × dollars per kWh."""
    return power * load * pue * electricity


def standing_cost(capital: Any, life: Any, colocation: Any, hours_per_year: Any) -> Any:
    """What a GPU costs for each hour it is owned, used or not: purchase spread over its life, and its place."""
    return capital / (life * hours_per_year) + colocation


def owned_rate(
    capital: Any,
    life: Any,
    utilization: Any,
    power: Any,
    load: Any,
    pue: Any,
    electricity: Any,
    colocation: Any,
    hours_per_year: Any,
) -> Any:
    """What an hour of work on an owned GPU costs (usd/gpu_hour).

    Purchase and place are paid for every hour, so idle hours make the hours of work dearer; electricity is
    counted for hours of work only. There is no interest on capital and no resale value.

    Args:
        capital: one GPU with its share of server and network (usd/gpu).
        life: years until it is written off.
        utilization: share of owned hours that do work.
        power: highest power of a GPU with its server (kilowatt/gpu).
        load: average power as a share of the highest.
        pue: power drawn by the building per power used.
        electricity: price (usd/kWh).
        colocation: space, cooling plant and operation (usd/gpu_hour, for each owned hour).
        hours_per_year: 8,766; a quantity (hour/year) when the other arguments are quantities.
    """
    return standing_cost(capital, life, colocation, hours_per_year) / utilization + energy_cost(power, load, pue, electricity)


def owned_rate_in_years(
    capital: Any, life: Any, utilization: Any, power: Any, load: Any, pue: Any, electricity: Any, colocation: Any
) -> Any:
    """:func:`owned_rate` for bare numbers and symbols, with the life in years of 8,766 hours."""
    return owned_rate(capital, life, utilization, power, load, pue, electricity, colocation, HOURS_PER_YEAR)


def programme_cost(hours: Any, rate: Any, multiplier: Any, staff: Any, pay: Any, years: Any, data: Any) -> Any:
    """The research behind a model, in usd: chip time × rate × multiplier + staff × pay × years + data.

    Args:
        hours: chip time of the final run (gpu_hour).
        rate: cost or price of an hour (usd/gpu_hour).
        multiplier: all compute of the development over that of the final run.
        staff: researchers and engineers (person).
        pay: cost of one of them (usd/person/year).
        years: how long they worked.
        data: cost of data (usd).
    """
    return hours * rate * multiplier + staff_cost(staff, pay, years) + data


def staff_cost(staff: Any, pay: Any, years: Any) -> Any:
    """People × pay per year × years, in usd."""
    return staff * pay * years


def break_even_utilization(rent: Any, standing: Any, energy: Any) -> Any:
    """The share of hours of work from which owning is cheaper than renting: standing cost / (rent − electricity).

    Args:
        rent: usd/gpu_hour.
        standing: what an owned hour costs, used or not, see :func:`standing_cost` (usd/gpu_hour).
        energy: electricity of an hour of work (usd/gpu_hour).
    """
    return standing / (rent - energy)


def break_even_years(rent: Any, capital: Any, utilization: Any, colocation: Any, energy: Any) -> Any:
    """After how many years of steady use the money spent on owning is back (infinite if never)."""
    saved_per_hour = utilization * (rent - energy) - colocation
    return capital / (saved_per_hour * HOURS_PER_YEAR) if saved_per_hour > 0 else math.inf


def utilization_to_break_even(model: Inputs, rent: Quantity) -> Quantity:
    """The share of hours that an owned chip must work to cost no more than a rented one (percent)."""
    capital, life, colocation = (model[name].quantity for name in ("capital", "life", "colocation"))
    standing = standing_cost(capital, life, colocation, YEAR).to("usd/gpu_hour").named("standing cost")
    share: Quantity = break_even_utilization(rent, standing, central_energy(model).named("electricity")).to("percent")
    return share


def years_to_earn_back(model: Inputs, rent: Quantity) -> Quantity | None:
    """:func:`break_even_years` at the central inputs, traced; None where renting stays cheaper for ever."""
    names = ("capital", "utilization", "colocation", "power", "load", "pue", "electricity")
    capital, utilization, colocation, *energy = (model[name].central for name in names)
    years = break_even_years(rent.magnitude, capital, utilization, colocation, energy_cost(*energy))
    if math.isinf(years):
        return None
    rows = rent.rows.union(*(model[name].quantity.rows for name in names))
    formula = "capital / (8,766 hours × (utilization × (rent − electricity) − colocation))"
    return computed(years, "year", DIGITS, formula, rows)


# One case with units


@dataclass(frozen=True)
class Case:
    """The programme at one value of each input, with units and traces. The parts add up to the total."""

    rate: Quantity
    final_run: Quantity
    experiments: Quantity
    staff: Quantity
    data: Quantity

    @property
    def total(self) -> Quantity:
        """The sum of the parts (usd)."""
        return self.final_run + self.experiments + self.staff + self.data

    def parts(self) -> dict[str, Quantity]:
        """The parts by what they pay for."""
        return {
            "Final run": self.final_run,
            "Experiments and failed runs": self.experiments,
            "Researchers and engineers": self.staff,
            "Data": self.data,
        }


YEAR = constant(HOURS_PER_YEAR, "hour/year", "8,766 hours per year")


def central_case(model: Inputs, basis: str) -> Case:
    """The programme with every input at its central value.

    Args:
        model: see :func:`inputs`.
        basis: ``own`` or ``rent``.
    """
    value = {key: each.quantity for key, each in model.items()}
    rate = value["rent"] if basis == "rent" else central_owned_rate(model)
    run = (value["hours"] * rate).to("usd")
    return Case(
        rate.named(f"{basis} rate"),
        run.named("final run"),
        (run * (value["multiplier"] - 1)).to("usd").named("experiments"),
        staff_cost(value["staff"], value["pay"], value["years"]).to("usd").named("staff"),
        value["data"].named("data"),
    )


def central_owned_rate(model: Inputs) -> Quantity:
    """:func:`owned_rate` with every input at its central value, as a quantity (usd/gpu_hour)."""
    rate: Quantity = owned_rate(**{name: model[name].quantity for name in OWNED_RATE_INPUTS}, hours_per_year=YEAR)
    return rate.to("usd/gpu_hour")


def owned_rate_parts(model: Inputs) -> dict[str, Quantity]:
    """The parts of the owned rate at the central inputs (usd/gpu_hour); they add up to it."""
    value = {key: each.quantity for key, each in model.items()}
    busy = (value["capital"] / (value["life"] * YEAR)).to("usd/gpu_hour")
    place = value["colocation"]
    return {
        "Purchase": busy,
        "Space and operation": place,
        "Idle hours": ((busy + place) * (1 - value["utilization"]) / value["utilization"]).to("usd/gpu_hour"),
        "Electricity": central_energy(model),
    }


def central_energy(model: Inputs) -> Quantity:
    """Electricity of one GPU-hour at the central inputs (usd/gpu_hour)."""
    cost: Quantity = energy_cost(*(model[name].quantity for name in ("power", "load", "pue", "electricity")))
    return cost.to("usd/gpu_hour")


def run_energy(model: Inputs) -> Quantity:
    """Electricity that the final run drew from the grid, by the central inputs (kWh)."""
    hours, power, load, pue = (model[name].quantity for name in ("hours", "power", "load", "pue"))
    return (hours * power * load * pue).to("kWh")


# Uncertainty


def quantile(one: Input, probability: Array) -> Array:
    """Values of an input at given probabilities (the inverse of its distribution function).

    A lognormal input has a spread of its own on each side of its median, so that low and high are met exactly.

    Raises:
        ValueError: the table names a distribution that is not known here.
    """
    if one.distribution == "fixed":
        return np.full_like(probability, one.central)
    if (distribution := distribution_of(one)) is None:
        raise ValueError(f"{one.key}: unknown distribution {one.distribution!r}. Known are fixed, uniform, triangular, lognormal.")
    return quantiles(distribution, probability, str(one.quantity.unit) or "ratio")


def uncertain(model: Inputs, basis: str) -> list[str]:
    """The inputs of a basis that vary."""
    return [name for name in BASES[basis] if model[name].distribution != "fixed"]


def _values(model: Inputs, basis: str, points: Array) -> dict[str, Array]:
    """The inputs of a basis at points of the unit cube: one row per draw, one column per uncertain input."""
    values: dict[str, Any] = {name: model[name].central for name in BASES[basis]}
    for column, name in enumerate(uncertain(model, basis)):
        values[name] = quantile(model[name], np.ascontiguousarray(points[:, column]))
    values["multiplier"] = np.maximum(values["multiplier"], LOWEST_MULTIPLIER)
    return values


def _rate(values: Mapping[str, Any], basis: str) -> Any:
    return values["rent"] if basis == "rent" else owned_rate_in_years(**{name: values[name] for name in OWNED_RATE_INPUTS})


@dataclass(frozen=True)
class Simulation:
    """Draws of the model on one basis.

    Attributes:
        basis: ``own`` or ``rent``.
        total: the programme, one value per draw (usd).
        rate: of an hour (usd/gpu_hour).
        rows: those behind the inputs' central values.
    """

    basis: str
    total: Array
    rate: Array
    rows: frozenset[str]

    def at(self, probability: float) -> Quantity:
        """A quantile of the total."""
        return self._quantity(float(np.quantile(self.total, probability)), f"{probability:.0%} quantile")

    @property
    def mean(self) -> Quantity:
        """The mean of the total."""
        return self._quantity(float(self.total.mean()), "mean")

    def rate_at(self, probability: float) -> Quantity:
        """A quantile of the rate (usd/gpu_hour)."""
        value = float(np.quantile(self.rate, probability))
        return computed(value, "usd/gpu_hour", DIGITS, f"{probability:.0%} quantile of {len(self.rate):,} draws of the rate", self.rows)

    def share_above(self, amount: float) -> Quantity:
        """The share of draws above an amount in usd (percent)."""
        share = 100 * float(np.mean(self.total > amount))
        return computed(share, "percent", DIGITS, f"share of {len(self.total):,} draws above {amount:,.0f}", self.rows)

    def _quantity(self, value: float, what: str) -> Quantity:
        formula = f"{what} of {len(self.total):,} draws of hours × rate × multiplier + staff × pay × years + data"
        return computed(value, "usd", DIGITS, formula, self.rows)


def level(simulation: Simulation) -> Quantity:
    """The probability of the intervals given here, as a number to print (percent)."""
    return computed(90, "percent", DIGITS, "from the 5th to the 95th percentile of the draws", simulation.rows)


def draws_made(simulation: Simulation) -> Quantity:
    """How many draws there are."""
    return computed(len(simulation.total), "count", EXACT, "number of draws", simulation.rows)


def chance(simulation: Simulation, count: int) -> Quantity:
    """The probability that one of ``count`` equally likely dots stands for (percent)."""
    return computed(100 / count, "percent", DIGITS, f"one of {count} equally likely values", simulation.rows)


def simulate(model: Inputs, basis: str, draws: int = 2**17, seed: int = SEED) -> Simulation:
    """Draw the model with scrambled Sobol points, which fill the space of inputs more evenly than chance.

    Args:
        model: see :func:`inputs`. Inputs are independent.
        basis: ``own`` or ``rent``.
        draws: how many; a power of two.
        seed: of the scrambling.

    Raises:
        ValueError: draws is not a power of two.
    """
    if draws < 1 or draws & (draws - 1):
        raise ValueError(f"{draws} draws: choose a power of two, such as {2**17} or {2**20}, which these points need.")
    # One dimension at least: a reader may have fixed every input
    engine = qmc.Sobol(d=max(1, len(uncertain(model, basis))), scramble=True, rng=seed)
    total, rate = np.empty(draws), np.empty(draws)
    for start in range(0, draws, BLOCK):
        part = slice(start, min(start + BLOCK, draws))
        points = engine.random(part.stop - start)
        # The scrambled points may touch zero, where a logarithm is infinite
        np.clip(points, 1e-12, 1 - 1e-12, out=points)
        values = _values(model, basis, points)
        rate[part] = _rate(values, basis)
        total[part] = programme_cost(model["hours"].central, rate[part], *(values[name] for name in REST))
    rows = frozenset[str]().union(*(model[name].quantity.rows for name in ("hours", *BASES[basis])))
    return Simulation(basis, total, rate, rows)


@dataclass(frozen=True)
class Swing:
    """What one input does to the total when it alone moves from low to high (usd)."""

    name: str
    key: str
    low: Quantity
    high: Quantity

    @property
    def width(self) -> float:
        """How far the total moves (usd)."""
        return abs(self.high.magnitude - self.low.magnitude)


def tornado(model: Inputs, basis: str) -> list[Swing]:
    """One input at a time from its low to its high end, the others at their central values; widest first."""
    center = {name: model[name].central for name in BASES[basis]}
    swings = []
    for name in uncertain(model, basis):
        ends = [_one_case(model, basis, {**center, name: end}) for end in (model[name].low, model[name].high)]
        rows = frozenset[str]().union(*(model[each].quantity.rows for each in ("hours", *BASES[basis])))
        low, high = (
            computed(total, "usd", DIGITS, f"programme with {name} at its {end} end, the rest central", rows)
            for total, end in zip(ends, ("low", "high"), strict=True)
        )
        swings.append(Swing(model[name].name, name, low, high))
    return sorted(swings, key=lambda swing: -swing.width)


def _one_case(model: Inputs, basis: str, values: Mapping[str, float]) -> float:
    total = programme_cost(model["hours"].central, _rate(values, basis), *(values[name] for name in REST))
    return float(total)


def sobol_indices(model: Inputs, basis: str, base_samples: int = 2048, seed: int = SEED) -> dict[str, tuple[Quantity, Quantity]]:
    """How much of the total's variance each input accounts for (Sobol 2001; Saltelli et al. 2010), by SALib.

    Args:
        model: see :func:`inputs`.
        basis: ``own`` or ``rent``.
        base_samples: a power of two; the model runs (inputs + 2) times as often.
        seed: of the sample and of the confidence interval.

    Returns:
        For each input the share it explains alone, and with all its joint effects (percent).
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    names = uncertain(model, basis)
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    points = np.clip(sampling.sample(problem, base_samples, calc_second_order=False, seed=seed), 1e-12, 1 - 1e-12)
    values = _values(model, basis, points)
    total = programme_cost(model["hours"].central, _rate(values, basis), *(values[name] for name in REST))
    found = analysis.analyze(problem, total, calc_second_order=False, seed=seed)
    formula = "Sobol index, {} effect, of {} runs of the model"
    rows = {name: model[name].quantity.rows for name in BASES[basis]}
    none = {name: computed(0, "percent", DIGITS, "no share of the variance: the reader fixed it", rows[name]) for name in rows}
    fixed = {name: (none[name], none[name]) for name in rows if model[name].basis == "the reader"}
    return fixed | {
        name: (
            computed(100 * float(first), "percent", DIGITS, formula.format("first-order", len(total)), rows[name]),
            computed(100 * float(whole), "percent", DIGITS, formula.format("total", len(total)), rows[name]),
        )
        for name, first, whole in zip(names, found["S1"], found["ST"], strict=True)
    }


def leading_indices(indices: Mapping[str, tuple[Quantity, Quantity]]) -> tuple[list[str], Quantity]:
    """The inputs whose total index is at least a percent, the largest first, and the sum of the other total indices."""
    ranked = sorted(indices, key=lambda name: -indices[name][1].magnitude)
    leading = [name for name in ranked if indices[name][1].magnitude >= 1]
    rest = sum(indices[name][1].magnitude for name in ranked if name not in leading)
    rows = frozenset[str]().union(*(total.rows for _, total in indices.values()))
    return leading, computed(rest, "percent", 1, "sum of the other total indices", rows)


def row_of(one: Input) -> list[Quantity | str]:
    """An input as a line of a table: name, central value, range, and what it rests on."""
    spread = "" if one.distribution == "fixed" else one.range
    return [one.name, one.sourced.shown("4 bare"), spread, one.basis.replace("partly assumption", "partly")]


def rents(model: Inputs) -> list[tuple[str, Quantity]]:
    """The rents of the model, each with where it is from (usd/gpu_hour)."""
    return list(zip(("China, late 2024", "DeepSeek’s assumption", "China, early 2024"), model["rent"].ends, strict=True))


def pay_rows(facts: Facts, model: Inputs, exchange: Quantity) -> list[list[Quantity | str]]:
    """Pay per year by a rumor, in advertisements and in the model: who, US dollars, yuan."""
    low, _, high = model["pay"].ends
    one = constant(1, "person", "1 person")
    dollars = {"Rumored offers (SemiAnalysis)": facts["sa_salary"]}
    dollars |= {item.label: (item.pay / exchange).to("usd/year") for item in facts.listing("advertised_pay")}
    ends = {"low": low, "high": high}
    rows: list[list[Quantity | str]] = [
        [name, pay.shown("bare"), (pay * exchange).to("cny/year").shown("bare")] for name, pay in dollars.items()
    ]
    rows += [
        [f"In our model, {end} end", pay.shown("bare"), (pay * one * exchange).to("cny/year").shown("bare")] for end, pay in ends.items()
    ]
    return rows


def energy_rows(facts: Facts, model: Inputs, case: Case, paid: Quantity) -> list[list[Quantity | str]]:
    """Electricity as a share of cost (percent): of the run, of the research, and of other models by Epoch AI.

    Args:
        facts: the tables.
        model: its inputs.
        case: the central case.
        paid: the electricity of the run (usd).
    """
    others: list[list[Quantity | str]] = [
        [f"{item.label}, of development", item.share.shown("2")] for item in facts.listing("energy_shares")
    ]
    everything = (paid * model["multiplier"].quantity).to("usd").named("electricity of all compute")
    return [
        ["V3’s run, of the rental bill", (paid / facts["v3_usd_total"]).to("percent")],
        ["V3’s run, of an owner’s cost", (paid / case.final_run).to("percent")],
        ["V3’s research, central case", (everything / case.total).to("percent")],
        *others,
    ]


def calculator_inputs(facts: Facts, model: Inputs) -> list[Choice | Slider | Fixed]:
    """What readers set: the basis, the sliders; and what is fixed."""
    basis = Choice("basis", "The chips are", {"owned": 1, "rented": 0}, "owned", help="An owner’s cost, or a rental price.")
    fixed = [Fixed(key, model[key].name.split(",")[0], model[key].quantity, digits=4) for key in ("hours", "power", "load", "pue")]
    return [basis, *sliders(facts, model), *fixed]


def calculator_results() -> list[Results]:
    """What follows from the inputs: the hour, the total with its interval, and its parts."""
    hourly = [
        Result("owned", "An hour on an owned chip", owned_rate_in_years, "usd/gpu_hour", digits=2, check_unit=False),
        Result("rate", "An hour, on the chosen basis", rate_on_basis, "usd/gpu_hour", digits=2),
    ]
    total = Result("total", "The research behind V3", programme_cost, "usd", digits=2, interval=True)
    parts = [
        Result("run", "Final run", lambda hours, rate: hours * rate, "usd", digits=2),
        Result("experiments", "Experiments and failed runs", lambda run, multiplier: run * (multiplier - 1), "usd", digits=2),
        Result("people", "Researchers and engineers", staff_cost, "usd", digits=2),
        Result("bought", "Data", lambda data: data, "usd", digits=2),
    ]
    return [Results("In all", [*hourly, total]), Results("Where it goes", parts, style="bars")]


def calculator_parts(facts: Facts, model: Inputs) -> tuple[list[Choice | Slider | Fixed], list[Results]]:
    """The inputs and the results of the chapter's calculator."""
    return calculator_inputs(facts, model), calculator_results()


def rate_on_basis(basis: Any, owned: Any, rent: Any) -> Any:
    """The cost of an hour of owned chips where ``basis`` is 1, of rented ones where it is 0."""
    return basis * owned + (1 - basis) * rent


def sliders(facts: Facts, model: Inputs) -> list[Slider]:
    """The sliders of ``cost_model_sliders.csv``, each with the spread of its input."""
    found = []
    for row in facts.rows("cost_model_sliders"):
        one = model[row["input"]]
        low, high, step = (float(row[name]) for name in ("low", "high", "step"))
        help_text = f"Rests on: {one.basis}."
        found.append(Slider(one.key, row["label"], one.quantity, low, high, step, uncertain=distribution_of(one), help=help_text))
    return found


def distribution_of(one: Input) -> Triangular | Uniform | Lognormal | None:
    """The distribution of an input as a calculator draws from it; None where it is fixed."""
    low, central, high = one.ends
    if one.distribution == "triangular":
        return Triangular(low, central, high)
    if one.distribution == "uniform":
        return Uniform(low, high)
    return Lognormal(low, high, central) if one.distribution == "lognormal" else None


def dots(simulation: Simulation, count: int, step: float) -> list[dict[str, float]]:
    """A quantile dotplot: equally likely values, stacked in columns.

    Args:
        simulation: the draws.
        count: how many dots; each stands for a chance of one in ``count``.
        step: width of a column (usd).

    Returns:
        For each dot its column's middle, its place in the column and its own value.
    """
    values = np.quantile(simulation.total, (np.arange(count) + 0.5) / count)
    columns: dict[float, int] = {}
    placed = []
    for value in values:
        middle = (math.floor(settle(value / step)) + 0.5) * step
        columns[middle] = columns.get(middle, 0) + 1
        placed.append({"column": middle, "place": columns[middle], "value": round_to(value, 3)})
    return placed


def cumulative(model: Inputs, years: Sequence[float], rent: float | None = None) -> list[float]:
    """Money spent on one GPU after some years of use at the central utilization (usd).

    Args:
        model: see :func:`inputs`.
        years: points in time.
        rent: usd/gpu_hour, for a rented GPU; none for an owned one, which is paid for at the start.
    """
    value = {key: each.central for key, each in model.items()}
    energy = energy_cost(*(value[name] for name in ("power", "load", "pue", "electricity")))
    if rent is not None:
        start, hourly = 0.0, rent * value["utilization"]
    else:
        start, hourly = value["capital"], value["colocation"] + energy * value["utilization"]
    return [start + hourly * HOURS_PER_YEAR * year for year in years]
