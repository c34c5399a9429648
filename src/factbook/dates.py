"""Dates as readers read them, from ISO dates."""

from __future__ import annotations

from datetime import date


def write_out(iso: str) -> str:
    """A date as it is written in sentences: ``27 January 2025``."""
    when = date.fromisoformat(iso)
    return f"{when.day} {when:%B %Y}"


def abbreviate(iso: str) -> str:
    """A date where there is little room: ``27 Jan 2025``."""
    when = date.fromisoformat(iso)
    return f"{when.day} {when:%b %Y}"


def span(first: str, last: str) -> str:
    """The months from one date to another: ``Mar 2023 – Oct 2023``."""
    return f"{date.fromisoformat(first):%b %Y} – {date.fromisoformat(last):%b %Y}"


def day_and_month(iso: str) -> str:
    """A date where the year is known: ``27 Jan``."""
    when = date.fromisoformat(iso)
    return f"{when.day} {when:%b}"
