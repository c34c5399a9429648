"""What training cost: rental bills, chip time, and the figures in circulation."""

from __future__ import annotations

from dataclasses import dataclass

from deepseek_audit.facts import Facts
from deepseek_audit.quantity import Quantity, constant

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


def node_rent_per_gpu_hour(monthly_rent: Quantity, yuan_per_dollar: Quantity) -> Quantity:
    """A node's monthly rent in yuan as dollars per GPU-hour.

    Args:
        monthly_rent: rent of a node of eight GPUs (unit cny/month).
        yuan_per_dollar: the exchange rate of that time (unit cny/usd).

    Returns:
        Unit usd/gpu_hour; a month is a twelfth of 365.25 days.
    """
    return (monthly_rent / yuan_per_dollar / GPUS_PER_NODE).to("usd/gpu_hour")


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
        amount, low, high = (sum_of_terms(facts, row["terms"], end) for end in ("value", "low", "high"))
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
