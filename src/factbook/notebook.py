"""What every chapter begins with: ``facts``, the tables; ``n``, the numbers that its sentences name; charts that look like the book's.

``Table``, ``assumption`` and ``charts`` are here too, so that a chapter has one line for all its tools.

>>> from factbook.notebook import facts, n
>>> n.hours = facts["v3_hours_total"]  # assigning records: {glue:}`hours` in a sentence shows it
>>> n.hours
<2.79M GPU-hours = v3_hours_total>
"""

from __future__ import annotations

import difflib

from factbook import charts
from factbook.assumptions import assumption
from factbook.facts import load
from factbook.publish import Recorded, Table, record

__all__ = ["Table", "assumption", "charts", "facts", "n"]


class Numbers:
    """The numbers and words that a chapter records for its sentences: assigned once, read as often as needed."""

    def __setattr__(self, name: str, value: Recorded) -> None:
        """Record a value under a name.

        Raises:
            UntracedNumber: a quantity that no data row stands behind, or a plain number.
        """
        object.__setattr__(self, name, record(name, value))

    def __getattr__(self, name: str) -> Recorded:
        """What is looked up where nothing was recorded.

        Raises:
            AttributeError: always; the message says what to write and names the nearest names.
        """
        near = difflib.get_close_matches(name, vars(self), n=3)
        hint = f" Did you mean n.{' or n.'.join(near)}?" if near else ""
        raise AttributeError(f"n.{name} was not recorded yet: write n.{name} = … in a cell before this one.{hint}")

    def record(self, **values: Recorded) -> None:
        """Record several values at once, such as those of a table."""
        for name, value in values.items():
            setattr(self, name, value)


charts.enable()
facts = load()
n = Numbers()
