"""What the research behind a model cost: chip time × rate × experiments, and staff, and data, with their uncertainty.

The formulas are plain arithmetic, so that one definition serves numbers, arrays of draws, quantities with units
and symbols. Two bases are kept apart and never mixed: chips that are rented (a price) and chips that are owned
(a cost). Inputs and their distributions stand in ``data/cost_model_inputs.csv``.

Two inputs can be seen in several ways that no evidence ranks: how much was tried before the final run, and how much of
their time the listed people gave to V3. The headline is a mixture: each draw picks a view of each by the weights of the
same table (:func:`views`, :func:`mix`). :func:`simulate` draws from one distribution for each input instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from deepseek_audit.models import cost
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
OWNED_RATE_INPUTS = ("capital", "interest", "resale", "life", "utilization", "power", "load", "pue", "electricity", "colocation")
REST = ("multiplier", "staff", "share", "pay", "years", "data")
# What the chips at hand could do in the time: a bound on experiments from above
FLEET = ("chips", "devoted", "utilization", "years")
# What a reader may assume at most, in the input's unit, and which inputs may be zero
LARGEST = {"utilization": 1.0, "load": 1.0, "share": 1.0, "devoted": 1.0, "resale": 1.0}
MAY_BE_ZERO = ("staff", "share", "pay", "years", "data", "colocation", "electricity", "resale")
WEIGHT = "weight_"
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
    """The inputs of ``data/cost_model_inputs.csv`` by their short names; its weights are read by :func:`views`."""
    found = {}
    for row in facts.rows("cost_model_inputs"):
        if row["fact_id"].startswith(WEIGHT):
            continue
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


@dataclass(frozen=True)
class View:
    """One way to see an input that no evidence decides.

    Attributes:
        key: its short name, as the weights use it.
        name: what it is, in a few words.
        of: the input it is about, ``multiplier`` or ``share``.
        weight: relative to the other views of the same input.
        input: the input as this view has it; None where it follows from chips and time.
        people: where the input is one person's, over how many it is averaged.
    """

    key: str
    name: str
    of: str
    weight: Quantity
    input: Input | None
    people: float | None = None


def views(facts: Facts, model: Inputs) -> list[View]:
    """The views that the mixture draws from, with their weights; one view only of what a reader has set.

    Experiments: the accounts of other developers, as :func:`inputs` has them; Epoch AI's prior, lognormal
    (development_cost.ipynb, cell 15); or the part of the chips' time that V3 got. Staff: all listed authors, all of their
    time; or the average over the list of the shares that Epoch AI draws for single authors (cells 43, 58 and 77).
    """
    multiplier, share = model["multiplier"], model["share"]
    prior = replace(multiplier, quantity=facts["mult_epoch"], distribution="lognormal")
    partial = replace(share, quantity=facts["fte_share"], distribution="lognormal")
    listed = replace(share, quantity=share.ends[2], distribution="fixed")
    kinds: dict[str, dict[str, Input | None]] = {
        "multiplier": {"accounts": multiplier, "prior": prior, "fleet": None},
        "share": {"listed": listed, "partial": partial},
    }
    found = []
    for of, inputs_by_view in kinds.items():
        if model[of].basis == "the reader":
            found.append(View("reader", "The reader’s", of, constant(1, "ratio", "the reader’s only view"), model[of]))
            continue
        for key, one in inputs_by_view.items():
            row = facts.row(WEIGHT + key)
            people = max(1.0, model["staff"].central) if key == "partial" else None
            found.append(View(key, row["name"], of, facts.assumption(WEIGHT + key), one, people))
    return found


def share_of_one(one: Input) -> tuple[float, float]:
    """Mean and standard deviation of a person's share of time: draws of an input, each at most all of the time."""
    shares = np.minimum(1, quantile(one, (np.arange(2**14) + 0.5) / 2**14))
    return float(shares.mean()), float(shares.std())


def average_share(one: Input, people: float, probability: Array) -> Array:
    """Quantiles of the average share of some people, each drawn alone: normal about the mean, by the central limit theorem."""
    mean, deviation = share_of_one(one)
    return np.asarray(np.clip(mean + deviation / math.sqrt(people) * ndtri(probability), 0, 1))


def mean_share(facts: Facts) -> Quantity:
    """What Epoch AI's draws for single authors average over a list (percent)."""
    one = Input("share", "Share of one author's time", "lognormal", facts["fte_share"], "sources")
    formula = "mean of the lognormal shares of single authors, each at most 1"
    return computed(100 * share_of_one(one)[0], "percent", DIGITS, formula, one.quantity.rows)


def only(seen: Sequence[View], *keys: str) -> list[View]:
    """Some of the views; of an input of which none is named, all."""
    named = {view.of for view in seen if view.key in keys}
    return [view for view in seen if view.key in keys or view.of not in named]


# The formulas. Arguments are in the units of the table; results in dollars, or dollars per GPU-hour.


def energy_cost(power: Any, load: Any, pue: Any, electricity: Any) -> Any:
    """Electricity of one GPU-hour: kW per GPU × share of it in use × overhead of the building × dollars per kWh."""
    return power * load * pue * electricity


def capital_recovery(interest: Any, life: Any) -> Any:
    """What one dollar of capital costs a year, paid back with interest in equal payments: r / (1 − (1 + r)^−L).

    The capital recovery factor of engineering economics (Park, Contemporary Engineering Economics, ch. 3): the yearly
    payment, at the end of each year, whose present value over L years is one.

    Args:
        interest: cost of capital, a share a year, above zero.
        life: years.
    """
    return interest / (1 - (1 + interest) ** (-life))


def yearly_capital(capital: Any, interest: Any, resale: Any, life: Any) -> Any:
    """What a GPU's purchase costs a year (usd/gpu): the price less the present value of its resale, as an annuity."""
    return capital * (1 - resale * (1 + interest) ** (-life)) * capital_recovery(interest, life)


def standing_cost(capital: Any, interest: Any, resale: Any, life: Any, colocation: Any, hours_per_year: Any) -> Any:
    """What a GPU costs for each hour it is owned, used or not: purchase with interest less resale, and its place."""
    return yearly_capital(capital, interest, resale, life) / hours_per_year + colocation


def owned_rate(
    capital: Any,
    interest: Any,
    resale: Any,
    life: Any,
    utilization: Any,
    power: Any,
    load: Any,
    pue: Any,
    electricity: Any,
    colocation: Any,
) -> Any:
    """What an hour of work on an owned GPU costs (usd/gpu_hour), for bare numbers, arrays and symbols.

    Purchase, interest and place are paid for every hour, so idle hours make the hours of work dearer; electricity is
    counted for hours of work only.

    Args:
        capital: one GPU with its share of server and network (usd/gpu).
        interest: cost of capital, a share a year.
        resale: what the GPU fetches at the end, as a share of capital.
        life: years until it is sold; a year has 8,766 hours.
        utilization: share of owned hours that do work.
        power: highest power of a GPU with its server (kilowatt/gpu).
        load: average power as a share of the highest.
        pue: power drawn by the building per power used.
        electricity: price (usd/kWh).
        colocation: space, cooling plant and operation (usd/gpu_hour, for each owned hour).
    """
    standing = standing_cost(capital, interest, resale, life, colocation, HOURS_PER_YEAR)
    return standing / utilization + energy_cost(power, load, pue, electricity)


def programme_cost(hours: Any, rate: Any, multiplier: Any, staff: Any, share: Any, pay: Any, years: Any, data: Any) -> Any:
    """The research behind a model, in usd: chip time × rate × multiplier + staff × share × pay × years + data.

    Args:
        hours: chip time of the final run (gpu_hour).
        rate: cost or price of an hour (usd/gpu_hour).
        multiplier: all compute of the development over that of the final run.
        staff: researchers and engineers (person).
        share: of their time for this model.
        pay: cost of one of them (usd/person/year).
        years: how long they worked.
        data: cost of data (usd).
    """
    return hours * rate * multiplier + staff_cost(staff, share, pay, years) + data


def staff_cost(staff: Any, share: Any, pay: Any, years: Any) -> Any:
    """People × share of their time × pay per year × years, in usd."""
    return staff * share * pay * years


def multiplier_from_above(chips: Any, years: Any, utilization: Any, devoted: Any, hours: Any) -> Any:
    """All compute of a development over its final run, from what the chips could do: chips × time × use × part / hours.

    Args:
        chips: those at hand, counted as chips of the final run (gpu).
        years: of the development; a year has 8,766 hours.
        utilization: share of hours that do work.
        devoted: part of this work for the model in question; 1 gives the most that was possible.
        hours: chip time of the final run (gpu_hour).
    """
    return chips * years * HOURS_PER_YEAR * utilization * devoted / hours


def break_even_utilization(rent: Any, standing: Any, energy: Any) -> Any:
    """The share of hours of work from which owning is cheaper than renting: standing cost / (rent − electricity).

    Args:
        rent: usd/gpu_hour.
        standing: what an owned hour costs, used or not, see :func:`standing_cost` (usd/gpu_hour).
        energy: electricity of an hour of work (usd/gpu_hour).
    """
    return standing / (rent - energy)


STANDING = ("capital", "interest", "resale", "life", "colocation")


def central_standing(model: Inputs) -> Quantity:
    """:func:`standing_cost` with every input at its central value (usd/gpu_hour)."""
    capital, interest, resale, life, colocation = (model[name].central for name in STANDING)
    standing = standing_cost(capital, interest, resale, life, colocation, HOURS_PER_YEAR)
    rows = frozenset[str]().union(*(model[name].quantity.rows for name in STANDING))
    annuity = "capital × (1 − resale × (1 + interest)^−life) × interest / (1 − (1 + interest)^−life)"
    formula = f"({annuity} / 8,766 hours + colocation)"
    return computed(standing, "usd/gpu_hour", _least_digits(model, STANDING), formula, rows)


def utilization_to_break_even(model: Inputs, rent: Quantity) -> Quantity:
    """The share of hours that an owned chip must work to cost no more than a rented one (percent)."""
    standing = central_standing(model).named("standing cost")
    share: Quantity = break_even_utilization(rent, standing, central_energy(model).named("electricity")).to("percent")
    return share


def break_evens(facts: Facts, model: Inputs) -> list[Quantity]:
    """:func:`utilization_to_break_even` at DeepSeek's rent, and at Chinese rents of late and of early 2024 (percent)."""
    late, assumed, early = (utilization_to_break_even(model, rent).shown("2") for _, rent in rents(facts, model))
    return [assumed, late, early]


def _least_digits(model: Inputs, names: Sequence[str]) -> float:
    """Significant digits of a product: those of the input with the fewest, but not of a share that is zero or whole."""
    return min(DIGITS, *(model[name].quantity.digits for name in names if model[name].central not in (0, 1)))


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
        staff_cost(value["staff"], value["share"], value["pay"], value["years"]).to("usd").named("staff"),
        value["data"].named("data"),
    )


def case_with_chips(model: Inputs, chips: Quantity) -> Case:
    """The central case on owned chips if trials took the central part of all the time of some chips (`multiplier_from_above`)."""
    names = ("years", "utilization", "devoted", "hours")
    years, use, devoted, hours = (model[name].central for name in names)
    times = multiplier_from_above(chips.magnitude, years, use, devoted, hours)
    rows = chips.rows.union(*(model[name].quantity.rows for name in names))
    multiplier = computed(times, "ratio", 2, "chips × years × 8,766 hours × use × part for V3 / hours of the final run", rows)
    return central_case({**model, "multiplier": replace(model["multiplier"], quantity=multiplier)}, "own")


def central_owned_rate(model: Inputs) -> Quantity:
    """:func:`owned_rate` with every input at its central value, as a quantity (usd/gpu_hour)."""
    standing, use = central_standing(model), model["utilization"].quantity
    rate: Quantity = standing / use + central_energy(model)
    return rate.to("usd/gpu_hour")


def owned_rate_at(model: Inputs, name: str, end: int) -> Quantity:
    """:func:`central_owned_rate` with one input at an end of its range: 0 low, 2 high."""
    return central_owned_rate({**model, name: replace(model[name], quantity=model[name].ends[end])})


def owned_rate_parts(model: Inputs) -> dict[str, Quantity]:
    """The parts of the owned rate at the central inputs (usd/gpu_hour); they add up to it.

    Wear is the price less resale, spread evenly over the life; cost of capital is what the annuity holds beyond that.
    """
    value = {key: each.quantity for key, each in model.items()}
    wear = (value["capital"] * (1 - value["resale"]) / (value["life"] * YEAR)).to("usd/gpu_hour")
    place, standing = value["colocation"], central_standing(model)
    return {
        "Wear": wear,
        "Cost of capital": standing - wear - place,
        "Space and operation": place,
        "Idle hours": (standing * (1 - value["utilization"]) / value["utilization"]).to("usd/gpu_hour"),
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
    return values["rent"] if basis == "rent" else owned_rate(**{name: values[name] for name in OWNED_RATE_INPUTS})


@dataclass(frozen=True)
class Simulation:
    """Draws of the model on one basis.

    Attributes:
        basis: ``own`` or ``rent``.
        total: the programme, one value per draw (usd).
        rate: of an hour (usd/gpu_hour).
        rows: those behind the inputs' central values.
        multiplier: all compute over the final run's, one value per draw.
    """

    basis: str
    total: Array
    rate: Array
    rows: frozenset[str]
    multiplier: Array

    def at(self, probability: float) -> Quantity:
        """A quantile of the total."""
        return self._quantity(float(np.quantile(self.total, probability)), f"{probability:.0%} quantile")

    def rate_at(self, probability: float) -> Quantity:
        """A quantile of the rate (usd/gpu_hour)."""
        value = float(np.quantile(self.rate, probability))
        return computed(value, "usd/gpu_hour", DIGITS, f"{probability:.0%} quantile of {len(self.rate):,} draws of the rate", self.rows)

    def multiplier_at(self, probability: float) -> Quantity:
        """A quantile of the multiplier."""
        value = float(np.quantile(self.multiplier, probability))
        return computed(value, "ratio", DIGITS, f"{probability:.0%} quantile of {len(self.rate):,} draws of the multiplier", self.rows)

    def _quantity(self, value: float, what: str) -> Quantity:
        formula = f"{what} of {len(self.total):,} draws of hours × rate × multiplier + staff × share × pay × years + data"
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
    names = uncertain(model, basis)
    rows = frozenset[str]().union(*(model[name].quantity.rows for name in ("hours", *BASES[basis])))
    return _draw(model, basis, names, lambda points: _values(model, basis, points), draws, seed, rows)


def mix(model: Inputs, seen: Sequence[View], basis: str = "own", draws: int = 2**17, seed: int = SEED) -> Simulation:
    """Draw the mixture: each draw takes one view of experiments and one of staff, by their weights (:func:`views`).

    No draw uses more chip time than the chips it drew could give in its time: where experiments would need more, they get
    all of it. What a reader has set stays as it is.

    Args:
        model: see :func:`inputs`.
        seen: see :func:`views`; :func:`only` takes some of them.
        basis: ``own`` or ``rent``.
        draws: how many; a power of two.
        seed: of the scrambling.
    """
    rows = frozenset[str]().union(
        *(model[name].quantity.rows for name in ("hours", *BASES[basis], *FLEET) if name not in VIEWED),
        *(view.weight.rows | (view.input.quantity.rows if view.input else frozenset()) for view in seen),
    )
    names = mixed_names(model, seen, basis)
    return _draw(model, basis, names, lambda points: _mixed_values(model, seen, basis, points), draws, seed, rows)


def single(model: Inputs, seen: Sequence[View], *keys: str) -> Simulation:
    """The mixture with some views only, on owned chips, with fewer draws than the headline."""
    return mix(model, only(seen, *keys), draws=2**15)


def view_rows(model: Inputs, seen: Sequence[View]) -> list[list[str | Quantity]]:
    """Each view alone as a line of a table: what it is, and the total's median, low and high (usd)."""
    alone = {view.name: single(model, seen, view.key) for view in seen}
    return [[name, *(one.at(chance) for chance in (0.5, 0.05, 0.95))] for name, one in alone.items()]


def without(facts: Facts, model: Inputs, seen: Sequence[View]) -> dict[str, Simulation]:
    """The mixture without each of its weakest parts, by what stands in its place.

    Trials: nothing but the tests that V3's report describes. Years: the time between the reports on V2 and V3. Staff: not
    counted. The owner's hour, the fourth: DeepSeek's own rent.
    """
    floor = 1 + cost.ablation_share(facts).to("ratio")
    tried = replace(model["multiplier"], quantity=floor, distribution="fixed", basis="the reader")
    nobody = replace(model["staff"], quantity=replace(model["staff"].quantity, magnitude=0.0, low=None, high=None), distribution="fixed")
    rent = replace(model["rent"], quantity=facts["v3_rate_assumed"], distribution="fixed")
    between = replace(model["years"], quantity=between_reports(facts), distribution="fixed")
    reported: dict[str, Input] = {**model, "multiplier": tried}
    return {
        "trials": mix(reported, views(facts, reported)),
        "years": mix({**model, "years": between}, seen),
        "staff": mix({**model, "staff": nobody}, seen),
        "hour": mix({**model, "rent": rent}, seen, "rent"),
    }


def between_reports(facts: Facts) -> Quantity:
    """The time from the report on V2 to that on V3, by the dates of two of their rows (year)."""
    rows = ("v2_total_parameters", "v3_hours_total")
    earlier, later = (date.fromisoformat(facts.row(name)["as_of"]) for name in rows)
    days = (later - earlier).days
    return computed(days * 24 / HOURS_PER_YEAR, "year", DIGITS, f"{days} days from {earlier} to {later}", frozenset(rows))


def of_a_year(year: Quantity, yearly: Quantity) -> Quantity:
    """An amount of one year (usd) as a share of an amount a year (usd/year), in percent."""
    return (year / (yearly * constant(1, "year", "1 year"))).to("percent")


# Inputs with several views, and what the Sobol indices call the choice of a view
VIEWED = {"multiplier": "view_multiplier", "share": "view_share"}


def mixed_names(model: Inputs, seen: Sequence[View], basis: str) -> list[str]:
    """What varies in the mixture: inputs, what the views draw, and which view is taken."""
    own = [name for name in dict.fromkeys((*BASES[basis], *FLEET)) if name not in VIEWED and model[name].distribution != "fixed"]
    drawn = [of for of in VIEWED if any(view.of == of and view.input and view.input.distribution != "fixed" for view in seen)]
    return [*own, *drawn, *(VIEWED[of] for of in VIEWED if sum(view.of == of for view in seen) > 1)]


def _mixed_values(model: Inputs, seen: Sequence[View], basis: str, points: Array) -> dict[str, Any]:
    """The inputs of a basis in the mixture, at points of the unit cube: one column for each of :func:`mixed_names`."""
    at = {name: np.ascontiguousarray(points[:, column]) for column, name in enumerate(mixed_names(model, seen, basis))}
    values: dict[str, Any] = {}
    for name in dict.fromkeys((*BASES[basis], *FLEET)):
        if name not in VIEWED:
            values[name] = quantile(model[name], at[name]) if name in at else model[name].central
    chips, years, use = (values[name] for name in ("chips", "years", "utilization"))
    # The cluster of the final run is known to have been there
    chips = np.maximum(chips, model["chips"].low)
    most = multiplier_from_above(chips, years, use, 1, model["hours"].central)
    for of in VIEWED:
        here = [view for view in seen if view.of == of]
        drawn = [_seen(view, at.get(of), most * values["devoted"], len(points)) for view in here]
        bounds = np.cumsum([view.weight.magnitude for view in here])
        taken = np.searchsorted(bounds / bounds[-1], at[VIEWED[of]], side="right") if len(here) > 1 else np.zeros(len(points), dtype=int)
        values[of] = np.choose(np.minimum(taken, len(here) - 1), drawn)
    values["share"] = np.minimum(values["share"], 1)
    if model["multiplier"].basis != "the reader":
        values["multiplier"] = np.clip(values["multiplier"], LOWEST_MULTIPLIER, np.maximum(most, LOWEST_MULTIPLIER))
    return values


def _seen(view: View, points: Array | None, from_above: Any, count: int) -> Array:
    """What a view says, one value per draw."""
    if view.input is None:
        return np.broadcast_to(np.asarray(from_above, dtype=float), (count,))
    if view.people is not None and points is not None:
        return average_share(view.input, view.people, points)
    return np.full(count, view.input.central) if points is None else quantile(view.input, points)


def _draw(
    model: Inputs,
    basis: str,
    names: Sequence[str],
    values_at: Callable[[Array], dict[str, Any]],
    draws: int,
    seed: int,
    rows: frozenset[str],
) -> Simulation:
    from scipy.stats import qmc  # Slow to import, and not every chapter draws

    # One dimension at least: a reader may have fixed every input
    # The name that every SciPy knows it by; a seed of its own kind would draw another sequence in older ones
    engine = qmc.Sobol(d=max(1, len(names)), scramble=True, seed=np.random.default_rng(seed))
    total, rate, multiplier = np.empty(draws), np.empty(draws), np.empty(draws)
    for start in range(0, draws, BLOCK):
        part = slice(start, min(start + BLOCK, draws))
        points = engine.random(part.stop - start)
        # The scrambled points may touch zero, where a logarithm is infinite
        np.clip(points, 1e-12, 1 - 1e-12, out=points)
        values = values_at(points)
        rate[part], multiplier[part] = _rate(values, basis), values["multiplier"]
        total[part] = programme_cost(model["hours"].central, rate[part], *(values[name] for name in REST))
    return Simulation(basis, total, rate, rows, multiplier)


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


STRUCTURE = {"view_multiplier": "Which view of trials", "view_share": "Which view of staff time"}


def tornado(model: Inputs, seen: Sequence[View], basis: str, draws: int = 2**13) -> list[Swing]:
    """The mixture's median when one input is known to lie at its low or high end, or when one view is the right one.

    Inputs with views (experiments, time of staff) go from end to end of the single model, whatever the view; beside them
    stands what the choice of the view does, from the view with the lowest median to the one with the highest.
    """
    swings = []
    for name in dict.fromkeys((*(each for each in BASES[basis] if model[each].distribution != "fixed"), *FLEET)):
        if model[name].distribution == "fixed":
            continue
        ends = [_known(model, name, end) for end in (model[name].ends[0], model[name].ends[2])]
        seen_by = [[_as_known(view, changed[name]) if view.of == name else view for view in seen] for changed in ends]
        seen_by = [list({view.of + view.key: view for view in one}.values()) for one in seen_by]
        low, high = (mix(changed, one, basis, draws).at(0.5) for changed, one in zip(ends, seen_by, strict=True))
        swings.append(Swing(model[name].name, name, low, high))
    for of, key in VIEWED.items():
        medians = [mix(model, only(seen, view.key), basis, draws).at(0.5) for view in seen if view.of == of]
        if len(medians) > 1:
            low, high = (pick(medians, key=lambda median: median.magnitude) for pick in (min, max))
            swings.append(Swing(STRUCTURE[key], of, low, high))
    return sorted(swings, key=lambda swing: -swing.width)


def swing_of(swings: Sequence[Swing], one: Input, center: Quantity) -> Swing:
    """How far an input moves the median; not at all, from the headline, where it is known."""
    return next((swing for swing in swings if swing.name == one.name), Swing(one.name, one.key, center, center))


def _known(model: Inputs, name: str, end: Quantity) -> dict[str, Input]:
    """The model with an input known to lie at one of its ends."""
    known = replace(model[name], quantity=replace(model[name].quantity, magnitude=end.magnitude), distribution="fixed")
    return {**model, name: replace(known, basis="the reader") if name in VIEWED else known}


def _as_known(view: View, known: Input) -> View:
    return View("known", view.name, view.of, view.weight, known)


# What the total's variance is split into: inputs that answer one question together
TRIALS = ("multiplier", "chips", "devoted")
GROUPS: Mapping[str, Sequence[str]] = {
    "How much was tried, by each view": TRIALS,
    "Which view of trials": ("view_multiplier",),
    "Staff: number, time, pay": ("staff", "share", "pay"),
    "Which view of staff time": ("view_share",),
    "Cost of an hour": (*OWNED_RATE_INPUTS, "rent"),
    "Data": ("data",),
    "How long it took": ("years",),
}


def sobol_indices(
    model: Inputs,
    seen: Sequence[View],
    basis: str,
    groups: Mapping[str, Sequence[str]] = GROUPS,
    base_samples: int = 2**14,
    seed: int = SEED,
) -> dict[str, tuple[Quantity, Quantity]]:
    """How much of the total's variance each group of inputs accounts for, by SALib.

    First-order and total indices of the mixture (Sobol 2001; Saltelli et al. 2010), of groups (Jacques et al. 2006): the
    choice of a view is one more input.

    Args:
        model: see :func:`inputs`.
        seen: see :func:`views`.
        basis: ``own`` or ``rent``.
        groups: what each group is called, and which inputs or choices of a view (`VIEWED`) belong to it.
        base_samples: a power of two; the model runs (groups + 2) times as often.
        seed: of the sample and of the confidence interval.

    Returns:
        For each group the share it explains alone, and with all its joint effects (percent).
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    names = mixed_names(model, seen, basis)
    group_of = {name: group for group, members in groups.items() for name in members}
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names), "groups": [group_of[name] for name in names]}
    points = np.clip(sampling.sample(problem, base_samples, calc_second_order=False, seed=seed), 1e-12, 1 - 1e-12)
    values = _mixed_values(model, seen, basis, points)
    total = programme_cost(model["hours"].central, _rate(values, basis), *(values[name] for name in REST))
    found = analysis.analyze(problem, total, calc_second_order=False, seed=seed)
    drawn = dict(zip(dict.fromkeys(group_of[name] for name in names), zip(found["S1"], found["ST"], strict=True), strict=True))
    rows = _rows_of_groups(model, seen, groups)

    def share(value: float, group: str, effect: str) -> Quantity:
        formula = f"Sobol index, {effect} effect, of {len(total)} runs of the mixture" if group in drawn else "nothing of it varies"
        return computed(100 * max(0.0, float(value)), "percent", DIGITS, formula, rows[group])

    shares = {group: drawn.get(group, (0.0, 0.0)) for group in groups}
    return {group: (share(first, group, "first-order"), share(whole, group, "total")) for group, (first, whole) in shares.items()}


def _rows_of_groups(model: Inputs, seen: Sequence[View], groups: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    of_choice = {key: model[of].quantity.rows.union(*(view.weight.rows for view in seen if view.of == of)) for of, key in VIEWED.items()}
    rows_of = {name: one.quantity.rows for name, one in model.items()} | of_choice
    return {group: frozenset[str]().union(*(rows_of[name] for name in members)) for group, members in groups.items()}


def share_of_trials(model: Inputs, seen: Sequence[View], basis: str) -> Quantity:
    """How much of the total's variance goes back to how much was tried, with the choice of its view (total index, percent)."""
    together = (*TRIALS, "view_multiplier")
    rest = {group: members for group, members in GROUPS.items() if not set(members) & set(together)}
    return sobol_indices(model, seen, basis, {"trials": together, **rest})["trials"][1]


def row_of(one: Input) -> list[Quantity | str]:
    """An input as a line of a table: name, central value, range, and what it rests on."""
    spread = "" if one.distribution == "fixed" else one.range
    return [one.name, one.sourced.shown("4 bare"), spread, one.basis.replace("partly assumption", "partly")]


def rents(facts: Facts, model: Inputs) -> list[tuple[str, Quantity]]:
    """Rents of a chip in China and DeepSeek's own assumption, each with where it is from (usd/gpu_hour)."""
    late, early = (cost.rent_in_dollars(facts, name) for name in ("rent_cn_h100_late2024", "rent_cn_h100_early2024"))
    return [("China, late 2024", late), ("DeepSeek’s assumption", model["rent"].quantity), ("China, early 2024", early)]


def calculator_inputs(facts: Facts, model: Inputs) -> list[Choice | Slider | Fixed]:
    """What readers set: the basis, the sliders; and what is fixed."""
    basis = Choice("basis", "The chips are", {"owned": 1, "rented": 0}, "owned", help="An owner’s cost, or a rental price.")
    fixed = [
        Fixed(key, model[key].name.split(",")[0], model[key].quantity, digits=4) for key in ("hours", "power", "load", "pue", "electricity")
    ]
    return [basis, *sliders(facts, model), *fixed]


@dataclass(frozen=True)
class Assumptions:
    """What somebody assumes about the research: settings of the calculator's inputs, by name.

    Attributes:
        name: whose they are, or what they count, in a few words.
        settings: a quantity, a number in the input's unit, or the name of an option; other inputs keep their central values.
        note: one sentence that says why.
    """

    name: str
    settings: Mapping[str, float | Quantity | str]
    note: str


def presets(facts: Facts, model: Inputs) -> list[Assumptions]:
    """Where readers of the calculator may start: from the run alone to everyone on V3's list.

    DeepSeek's bill: hours at its rent, nothing else (V3 report, Table 1). Epoch AI: the median of its prior on experiments,
    and what its shares of single authors' time average over a list (development_cost.ipynb, cells 15, 43, 58 and 77); the rest is
    ours. Everyone: all names of V3's appendix A, all of their time.
    """
    alone: dict[str, float | Quantity | str] = {
        "basis": "rented",
        "rent": facts["v3_rate_assumed"],
        "multiplier": LOWEST_MULTIPLIER,
        "staff": 0.0,
        "data": 0.0,
    }
    epoch = {"multiplier": facts["mult_epoch"], "share": mean_share(facts).to("ratio")}
    everyone = {"staff": facts["v3_authors_total"], "share": model["share"].ends[2]}
    return [
        Assumptions("DeepSeek’s bill", alone, "The final run alone."),
        Assumptions("Epoch AI’s assumptions", epoch, "Trials and staff time as it has them; the rest is ours."),
        Assumptions("Ours", {}, "Central values."),
        Assumptions("Everyone counted", everyone, "All names on V3’s list at full time; the rest is ours."),
    ]


def calculator_results() -> list[Results]:
    """What follows from the inputs: the hour, the total with its interval, and its parts."""
    hour = Result("rate", "An hour of a chip", rate_on_basis, "usd/gpu_hour", digits=2, check_unit=False)
    computing = Result("computing", "All computing", lambda hours, rate, multiplier: hours * rate * multiplier, "usd", digits=2)
    total = Result("total", "The research behind V3", programme_cost, "usd", digits=2, interval=True)
    parts = [
        Result("run", "Final run", lambda hours, rate: hours * rate, "usd", digits=2),
        Result("experiments", "Experiments and failed runs", lambda run, multiplier: run * (multiplier - 1), "usd", digits=2),
        Result("people", "Researchers and engineers", staff_cost, "usd", digits=2),
        Result("bought", "Data", lambda data: data, "usd", digits=2),
    ]
    return [Results("In all", [hour, computing, total]), Results("Where it goes", parts, style="bars")]


def calculator_parts(facts: Facts, model: Inputs) -> tuple[list[Choice | Slider | Fixed], list[Results]]:
    """The inputs and the results of the chapter's calculator."""
    return calculator_inputs(facts, model), calculator_results()


def rate_on_basis(
    basis: Any,
    rent: Any,
    capital: Any,
    interest: Any,
    resale: Any,
    life: Any,
    utilization: Any,
    power: Any,
    load: Any,
    pue: Any,
    electricity: Any,
    colocation: Any,
) -> Any:
    """The cost of an hour of owned chips where ``basis`` is 1, see :func:`owned_rate`, of rented ones where it is 0."""
    owned = owned_rate(capital, interest, resale, life, utilization, power, load, pue, electricity, colocation)
    return basis * owned + (1 - basis) * rent


def sliders(facts: Facts, model: Inputs) -> list[Slider]:
    """The sliders of ``cost_model_sliders.csv``, each with the spread of its input."""
    found = []
    for row in facts.rows("cost_model_sliders"):
        one = model[row["input"]]
        low, high, step = (float(row[name]) for name in ("low", "high", "step"))
        said = "Assumed." if one.assumption else ""
        found.append(Slider(one.key, row["label"], one.quantity, low, high, step, uncertain=distribution_of(one), help=said))
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
