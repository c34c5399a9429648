"""What SemiAnalysis says DeepSeek and its owner possess, rebuilt from the totals that were seen.

The table itself is an image that we have not seen. Its first and its corrected totals differ in which chips
they count, so that their differences give back the columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, computed, constant


@dataclass(frozen=True)
class Column:
    """One kind of chip in the fleet: how many, and what their servers cost (usd)."""

    name: str
    gpus: Quantity
    servers: Quantity

    @property
    def per_gpu(self) -> Quantity:
        """Servers per GPU (usd/gpu)."""
        return (self.servers / self.gpus).to("usd/gpu")


def as_printed(number: Quantity) -> Quantity:
    """A count of the table taken as it stands: the arithmetic is about the table, not about how many chips there are."""
    return replace(number, digits=EXACT)


def columns(facts: Facts) -> list[Column]:
    """The columns of the fleet table, from the differences of its totals.

    All chips less the first total is the column that the first version left out, the H100. All chips less Hopper
    only is the A100. H800 and H20 share the rest.
    """
    everything = facts["glenn_all_capex"]
    h100 = (everything - facts["sa_capex_first_table"]).named("H100 servers")
    a100 = (everything - facts["glenn_hopper_capex"]).named("A100 servers")
    a100_gpus, h100_gpus, gpus = (as_printed(facts[name]) for name in ("sa_a100", "sa_h100", "sa_total_gpus"))
    return [
        Column("A100", a100_gpus, a100),
        Column("H800 and H20", gpus - a100_gpus - h100_gpus, everything - h100 - a100),
        Column("H100, left out of the first total", h100_gpus, h100),
    ]


def rounding_of_columns(facts: Facts) -> Quantity:
    """How far a column can be off (usd): it is the difference of two totals, each good to half of its last digit."""
    totals = [facts[name] for name in ("glenn_all_capex", "sa_capex_first_table", "glenn_hopper_capex")]
    off = max(10.0 ** (len(f"{total.magnitude:.0f}") - total.digits) for total in totals)
    return computed(off, "usd", 1, "two totals, each off by up to half of its last digit", {row for total in totals for row in total.rows})


def fleet_hours(gpus: Quantity, years: Quantity) -> Quantity:
    """All hours a fleet has in some years, used or not (unit gpu_hour)."""
    return (as_printed(gpus) * years).to("gpu_hour")


def per_year(total: Quantity, years: Quantity) -> Quantity:
    """An amount over several years as an amount per year (usd/year)."""
    return (total / years).to("usd/year")


def per_owned_hour(total: Quantity, gpus: Quantity, years: Quantity) -> Quantity:
    """What an owned GPU-hour costs when the whole fleet's total is spread over all its hours (usd/gpu_hour)."""
    return (total / fleet_hours(gpus, years)).to("usd/gpu_hour")


def totals(facts: Facts) -> list[Column]:
    """The totals that were stated, with the chips that each one counts."""
    a100, _, h100 = (column.gpus for column in columns(facts))
    chips = as_printed(facts["sa_total_gpus"])
    return [
        Column("First total, no H100", chips - h100, facts["sa_capex_first_table"]),
        Column("Hopper total, no A100", chips - a100, facts["glenn_hopper_capex"]),
        Column("Total, all chips", chips, facts["glenn_all_capex"]),
    ]


def share_of_a_year(hours: Quantity, gpus: Quantity) -> Quantity:
    """Some chip time as a share of a year of some chips (percent)."""
    return (hours / fleet_hours(gpus, constant(1, "year", "1 year"))).to("percent").shown("2")


def per_year_and_hour(total: Quantity, gpus: Quantity, years: Quantity) -> list[Quantity]:
    """A cost over some years as a table shows it: per year, and per hour of every chip, used or not."""
    return [per_year(total, years).shown("bare"), per_owned_hour(total, gpus, years).shown("3 bare")]
