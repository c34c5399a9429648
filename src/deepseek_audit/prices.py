"""Prices of model calls: conversions between currencies, and what a printed pair of prices implies."""

from __future__ import annotations

from deepseek_audit.quantity import Quantity


def in_dollars(price: Quantity, yuan_per_dollar: Quantity) -> Quantity:
    """A price in yuan per million tokens (cny/Mtoken) at an exchange rate (cny/usd), in usd/Mtoken."""
    return (price / yuan_per_dollar).to("usd/Mtoken")


def implied_exchange_rate(price_in_yuan: Quantity, price_in_dollars: Quantity) -> Quantity:
    """The exchange rate (cny/usd) at which two printed prices of one thing would be equal."""
    return (price_in_yuan / price_in_dollars).to("cny/usd")


def price_ratio(price: Quantity, other: Quantity) -> Quantity:
    """How many times a price is another one of the same unit."""
    return (price / other).to("ratio")
