"""What SemiAnalysis says DeepSeek and its owner possess, rebuilt from the totals that were seen.

The table itself is an image that we have not seen. Its first and its corrected totals differ in which chips
they count, so that their differences give back the columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from deepseek_audit.models import cost
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


# What is known of a whole company or group, against which an estimate for one model can be held


def in_dollars(facts: Facts, amount: Quantity, year: int) -> Quantity:
    """An amount in yuan at the average exchange rate of a year (usd)."""
    return (amount / cost.exchange_rate(facts, year)).to("usd")


def reported_expenses(facts: Facts, period: str) -> Quantity:
    """Expenses that DeepSeek's reported accounts imply: loss plus revenue (cny).

    Args:
        facts: the tables.
        period: ``2025``, or ``2026_7m`` for January to July 2026.
    """
    return (facts[f"deepseek_net_loss_{period}_reported"] + facts[f"deepseek_revenue_{period}_reported"]).named(f"expenses of {period}")


def rate_of_2026(facts: Facts) -> Quantity:
    """The exchange rate with which the report on DeepSeek's accounts of 2026 converts (cny/usd)."""
    return (facts["deepseek_revenue_2026_7m_reported"] / facts["deepseek_revenue_2026_7m_usd_reported"]).to("cny/usd")


def expenses_of_2025(facts: Facts) -> Quantity:
    """The expenses of 2025 that DeepSeek's reported accounts imply (usd)."""
    return in_dollars(facts, reported_expenses(facts, "2025"), 2025)


def research_by_share(run: Quantity, share: Quantity) -> Quantity:
    """Compute of all research if the final run was a share of it (usd): run / share."""
    return (run / share).to("usd")


def clusters_stated(facts: Facts) -> Quantity:
    """What High-Flyer says its two clusters of A100 cost, at the exchange rates of 2020 and 2021 (usd)."""
    return in_dollars(facts, facts["ff1_cost"], 2020) + in_dollars(facts, facts["ff2_cost"], 2021)


def from_above(facts: Facts) -> list[list[str | Quantity]]:
    """What is known or said of the whole, year by year: when, what, US dollars, and what is weak about it."""
    later = (reported_expenses(facts, "2026_7m") / rate_of_2026(facts)).to("usd")
    chips = in_dollars(facts, facts["deepseek_infrastructure_2025_reported"], 2025)
    more_chips = (facts["deepseek_infrastructure_2026_7m_reported"] / rate_of_2026(facts)).to("usd")
    one = constant(1, "year", "1 year")
    owning = (per_year(facts["sa_tco"], facts["sa_tco_years"]) * one).to("usd")
    return [
        ["2020–21", "Both of the fund’s clusters, bought", clusters_stated(facts).shown("2"), "Its own word; contents not said"],
        ["2024", "Operations, by Lambert", (facts["lambert_opex"] * one).to("usd"), "One outsider’s guess, wide range"],
        ["2024", "Owning the fleet, by SemiAnalysis", owning.shown("2"), "No invoice; shared with the fund"],
        ["2025", "Expenses: loss and revenue", expenses_of_2025(facts).shown("3"), "Unnamed persons; rules unknown"],
        ["2025", "Servers rented, chips bought", chips.shown("2"), "One digest; above the expenses"],
        ["2026, to July", "Expenses: loss and revenue", later.shown("2"), "As for 2025"],
        ["2026, to July", "Servers rented, chips bought", more_chips.shown("2"), "Two digests; for later years too"],
    ]
