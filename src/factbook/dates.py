"""Dates as readers read them, from ISO dates."""

from __future__ import annotations

from datetime import date


def write_out(iso: str) -> str:
    """A date as it is written in sentences: ``27 January 2025``; one that is known to the month or the year says no more."""
    when = date.fromisoformat(f"{iso}-01-01"[:10] if len(iso) == len("2025") else f"{iso}-01"[:10])
    return {len("2025"): f"{when:%Y}", len("2025-01"): f"{when:%B %Y}"}.get(len(iso), f"{when.day} {when:%B %Y}")


def abbreviate(iso: str) -> str:
    """A date where there is little room: ``27 Jan 2025``."""
    when = date.fromisoformat(iso)
    return f"{when.day} {when:%b %Y}"


def month(iso: str) -> str:
    """A month where there is little room: ``Jan 2025``."""
    return f"{date.fromisoformat(iso):%b %Y}"


def span(first: str, last: str) -> str:
    """The months from one date to another: ``Mar–Oct 2023``, ``Nov 2022 – Oct 2023``."""
    if first[:4] == last[:4]:
        return month(last) if first[:7] == last[:7] else f"{date.fromisoformat(first):%b}–{month(last)}"
    return f"{month(first)} – {month(last)}"


def day_and_month(iso: str) -> str:
    """A date where the year is known: ``27 Jan``."""
    when = date.fromisoformat(iso)
    return f"{when.day} {when:%b}"
