"""The facts of the report: every row of ``data/`` by its id, as a quantity that knows its source.

>>> facts = load()
>>> cost = facts["v3_hours_total"] * facts["v3_rate_assumed"]
>>> f"{cost:4}"
'$5.576M'
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deepseek_audit import quantity, tables
from deepseek_audit.quantity import Quantity

if TYPE_CHECKING:
    import pandas as pd


# Names daily returns, which have a series and a day instead of an id
RETURNS = "market_returns/"


class UnknownFact(KeyError):
    """No such row. The message names the nearest ids."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnverifiedFact(ValueError):
    """A row that nobody has checked was used as if it were known."""


class Facts(Mapping[str, Quantity]):
    """All tables, checked. Indexing by a fact id gives a :class:`~deepseek_audit.quantity.Quantity`."""

    def __init__(self, directory: Path | None = None):
        self.directory = directory or tables.data_directory()
        self.descriptor = tables.read_descriptor(self.directory)
        self._tables = tables.read_tables(self.directory)
        self._rows = {row["fact_id"]: row for rows in self._tables.values() for row in rows if "fact_id" in row}
        self._indexes: dict[str, dict[str, tables.Row]] = {}
        self._returns: dict[str, list[tables.Row]] = {}

    def __getitem__(self, fact_id: str) -> Quantity:
        """The fact as a quantity.

        Raises:
            UnknownFact: there is no such row.
            UnverifiedFact: the row is graded ``unverified``; only :meth:`assumption` gives it.
        """
        row = self.row(fact_id)
        if row["evidence"] == "unverified":
            raise UnverifiedFact(f"{fact_id} is unverified. Use facts.assumption({fact_id!r}) and flag it as an assumption.")
        return _quantity(row)

    def __contains__(self, fact_id: object) -> bool:
        """Whether there is such a row, of any grade."""
        if isinstance(fact_id, str) and fact_id.startswith(RETURNS):
            try:
                return bool(self._returns_row(fact_id))
            except UnknownFact:
                return False
        return fact_id in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def assumption(self, fact_id: str) -> Quantity:
        """A fact of any grade, for use as a flagged assumption."""
        return _quantity(self.row(fact_id))

    def claim(self, claim_id: str) -> Quantity:
        """What an article says, as a quantity: never evidence, only something to compare."""
        return _quantity({**self.claim_row(claim_id), "fact_id": claim_id, "exact": ""})

    def claim_row(self, claim_id: str) -> tables.Row:
        """A row of the table of claims."""
        return self._keyed("claims", "claim_id", claim_id)

    def claim_text(self, claim_id: str) -> str:
        """What the claim says, as printed: its number with the unit, a calendar year, or its text."""
        row = self.claim_row(claim_id)
        if row["unit"] == "year":
            return row["value"]
        return str(self.claim(claim_id)) if row["value"] else row["text"]

    def text(self, fact_id: str) -> str:
        """The text or date of a row that holds no number.

        Raises:
            UnknownFact: there is no such row, or it holds a number.
            UnverifiedFact: the row is graded ``unverified``.
        """
        row = self.row(fact_id)
        if row["evidence"] == "unverified":
            raise UnverifiedFact(f"{fact_id} is unverified: it must not be published as a fact.")
        if not row["text"]:
            raise UnknownFact(f"{fact_id} holds a number, not a text: use facts[{fact_id!r}].")
        return row["text"]

    def row(self, fact_id: str) -> tables.Row:
        """The row as written.

        Daily returns have no ids of their own. They are named by series and day, ``market_returns/NVDA/2025-01-27``,
        or by series, first and last day; such a row carries the source of its series.

        Raises:
            UnknownFact: there is no such row.
        """
        if fact_id.startswith(RETURNS):
            return self._returns_row(fact_id)
        try:
            return self._rows[fact_id]
        except KeyError:
            raise UnknownFact(unknown("fact", fact_id, self._rows)) from None

    def _returns_row(self, reference: str) -> tables.Row:
        """Returns of one series, ``market_returns/TICKER/DAY`` or ``market_returns/TICKER/FIRST/LAST``, as a row."""
        ticker, _, days = reference.removeprefix(RETURNS).partition("/")
        first, _, last = days.partition("/")
        last = last or first
        series = self._keyed("market_series", "ticker", ticker)
        found = [row for row in self._returns_of(ticker) if first <= row["date"] <= last]
        if not found or (found[0]["date"], found[-1]["date"]) != (first, last):
            raise UnknownFact(f"{ticker} has no returns from {first} to {last}: both must be trading days.")
        text = "" if len(found) == 1 else f"{len(found)} daily returns"
        return {
            **dict.fromkeys(("low", "high", "exact"), ""),
            **{name: series[name] for name in ("source_key", "locator", "read_as", "evidence", "note")},
            "fact_id": reference,
            "subject": series["name"],
            "metric": "daily_return",
            "value": "" if text else found[0]["return_pct"],
            "text": text,
            "unit": "text" if text else "percent",
            "as_of": last,
            "as_of_precision": "day",
        }

    def _returns_of(self, ticker: str) -> list[tables.Row]:
        if not self._returns:
            for row in self.rows("market_returns"):
                self._returns.setdefault(row["ticker"], []).append(row)
        return self._returns[ticker]

    def rows(self, table: str) -> list[tables.Row]:
        """The rows of a table, as written."""
        try:
            return self._tables[table]
        except KeyError:
            raise UnknownFact(unknown("table", table, self._tables)) from None

    @functools.cached_property
    def citations(self) -> dict[str, tables.Row]:
        """Who took which figure from whom, by the id of the step."""
        return {row["citation_id"]: row for row in self.rows("citations")}

    def source(self, source_key: str) -> tables.Row:
        """A row of the table of sources."""
        return self._keyed("sources", "source_key", source_key)

    def _keyed(self, table: str, key: str, name: str) -> tables.Row:
        index = self._indexes.get(table) or self._indexes.setdefault(table, {row[key]: row for row in self.rows(table)})
        try:
            return index[name]
        except KeyError:
            raise UnknownFact(unknown(table.removesuffix("s"), name, index)) from None

    def select(self, table: str, **columns: str) -> list[Quantity]:
        """The quantities of a table's rows that match every given column, in file order.

        >>> load().select("training_runs", subject="deepseek_v3", metric="gpu_hours_total")
        [<2.79M GPU-hours = v3_hours_total>]
        """
        return [_quantity(row) for row in self.rows(table) if all(row[name] == value for name, value in columns.items())]

    def table(self, name: str) -> pd.DataFrame:
        """A table as a data frame: numbers as floats, dates as timestamps, the rest as strings."""
        import pandas as pd

        rows = self.rows(name)
        resource = next(resource for resource in self.descriptor["resources"] if resource["name"] == name)
        frame = pd.DataFrame(rows)
        for field in resource["schema"]["fields"]:
            column = field["name"]
            if field["type"] in ("number", "integer"):
                frame[column] = pd.to_numeric(frame[column].where(frame[column] != ""))
            elif field["type"] == "date":
                frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
        return frame


def _quantity(row: tables.Row) -> Quantity:
    fact_id = row["fact_id"]
    if not row["value"]:
        raise UnknownFact(f"{fact_id} holds a text, not a number: use facts.text({fact_id!r}).")
    exact = row["exact"] == "true"
    low, high = (quantity.of(row[name], row["unit"], fact_id, exact=exact) if row[name] else None for name in ("low", "high"))
    main = quantity.of(row["value"], row["unit"], fact_id, exact=exact)
    return Quantity(main.magnitude, main.unit, main.digits, main.trace, low, high)


def unknown(kind: str, name: str, known: Mapping[str, object]) -> str:
    """A sentence that says what is missing and names the nearest known names."""
    near = difflib.get_close_matches(name, known, n=3)
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    return f"There is no {kind} called {name!r}.{hint}"


@functools.cache
def load() -> Facts:
    """All facts, read and checked once per process.

    Raises:
        deepseek_audit.tables.DataError: the data do not pass their schema.
    """
    return Facts()
