"""The facts of a book: every row of ``data/`` by its id, as a quantity that knows its source.

>>> facts = load()
>>> cost = facts["v3_hours_total"] * facts["v3_rate_assumed"]
>>> f"{cost:4}"
'$5.576M'
"""

from __future__ import annotations

import copy
import difflib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from factbook import quantity, tables, units, wordings
from factbook.quantity import Quantity

if TYPE_CHECKING:
    import pandas as pd


# Names daily returns, which have a series and a day instead of an id
RETURNS = "market_returns/"
# Names what a reader assumes in place of the data
ASSUMPTION = "assumption/"
READER = "reader"
# Tables whose rows have ids and are not facts
OWN_IDS = {"claims": "claim_id", "citations": "citation_id"}
# The files that facts of this process came from
USED: set[Path] = set()


class UnknownFact(KeyError):
    """No such row. The message names the nearest ids."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnverifiedFact(ValueError):
    """A row that nobody has checked was used as if it were known."""


class Selection(dict[str, Quantity]):
    """Some quantities by name."""

    def descending(self) -> Selection:
        """The largest first."""
        return Selection(sorted(self.items(), key=lambda item: -item[1].magnitude))

    @property
    def first(self) -> Quantity:
        """The first of them."""
        return next(iter(self.values()))

    def without(self, *names: str) -> Selection:
        """All but some."""
        return Selection((name, value) for name, value in self.items() if name not in names)

    def where(self, holds: Callable[[Quantity], bool]) -> Selection:
        """Those of which something holds."""
        return Selection((name, value) for name, value in self.items() if holds(value))

    def count(self, of_what: str) -> Quantity:
        """How many there are, traced to all of them."""
        return quantity.count((row for value in self.values() for row in value.rows), of_what)


class Item:
    """One line of a list: ``label``, ``group``, and by its role each quantity (``item.hours``) or its id (``item.id("hours")``)."""

    def __init__(self, facts: Facts, label: str, group: str, roles: Mapping[str, str]):
        self.label, self.group, self._facts, self._roles = label, group, facts, roles

    def id(self, role: str) -> str:
        """The id of the row in a role.

        Raises:
            AttributeError: the line has no such role; the message names those it has.
        """
        if role not in self._roles:
            raise AttributeError(f"{self.label!r} has no {role}: it has {', '.join(self._roles)}. Add a row to data/listings.csv.")
        return self._roles[role]

    def has(self, role: str) -> bool:
        """Whether the line has a row in this role."""
        return role in self._roles

    def __getattr__(self, role: str) -> Quantity:
        """The quantity in a role; of a claim, what it says."""
        if role.startswith("_"):
            raise AttributeError(role)
        row_id = self.id(role)
        return self._facts.claim(row_id) if self._facts.home(row_id) == "claims" else self._facts[row_id]

    @property
    def value(self) -> Quantity:
        """The quantity of a line that has one only."""
        return self.__getattr__("value")

    def cells(self, *roles: str, shown: str = "", missing: str = "none") -> list[Quantity | str]:
        """The quantities in some roles as cells of a table, printed as ``shown`` says; ``missing`` where the line has none."""
        return [self.__getattr__(role).shown(shown) if self.has(role) else missing for role in roles]


class Facts(Mapping[str, Quantity]):
    """All tables, checked. Indexing by a fact id gives a :class:`~factbook.quantity.Quantity`."""

    def __init__(self, directory: Path | None = None):
        self.directory = directory or tables.data_directory()
        self.descriptor = tables.read_descriptor(self.directory)
        self._paths = {resource["name"]: self.directory / resource["path"] for resource in self.descriptor["resources"]}
        self._set(tables.read_tables(self.directory))
        if faults := list(_unknown_units(self._tables)):
            raise tables.DataError(faults)
        self._used: set[str] = set()
        self._assumed: dict[str, tables.Row] = {}
        USED.update(self.definitions)

    def _set(self, read: dict[str, list[tables.Row]]) -> None:
        self._tables = read
        self._rows = {row["fact_id"]: row for rows in read.values() for row in rows if "fact_id" in row}
        self._homes = {
            row[OWN_IDS.get(name, "fact_id")]: name for name, rows in read.items() for row in rows if OWN_IDS.get(name, "fact_id") in row
        }
        self._indexes: dict[str, dict[str, tables.Row]] = {}
        self._groups: dict[tuple[str, ...], dict[tuple[str, ...], list[tables.Row]]] = {}

    def with_rows(self, table: str, rows: list[tables.Row]) -> Self:
        """The same facts with other rows in one table. They are not checked: see :func:`tables.changed_faults`."""
        other = copy.copy(self)
        other._set({**self._tables, table: rows})
        other._indexes = {name: index for name, index in self._indexes.items() if name != table}
        other.__dict__.pop("citations", None)
        other._groups = {key: groups for key, groups in self._groups.items() if key[0] != table}
        return other

    def _use(self, *names: str) -> None:
        """Note which tables are used; without a name, all that hold facts. All are opened to be checked: outputs depend on these."""
        new = set(names or set(self._homes.values()) - OWN_IDS.keys()) - self._used
        self._used |= new
        USED.update(self._paths[name] for name in new)

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
        if fact_id in self._assumed:
            return True
        found = fact_id in self._rows
        self._use(*([self._homes[str(fact_id)]] if found else []))
        return found

    def __iter__(self) -> Iterator[str]:
        self._use()
        return iter(self._rows)

    def __len__(self) -> int:
        self._use()
        return len(self._rows)

    def holds(self, table: str, fact_id: str) -> bool:
        """Whether a table has this fact: what a notebook should ask rather than ``in``, which depends on all tables."""
        return any(row["fact_id"] == fact_id for row in self.rows(table))

    def home(self, row_id: str) -> str:
        """The table in which a fact, a claim or a step of a citation has its id: in no other, as loading has checked.

        Raises:
            UnknownFact: there is no such row.
        """
        if row_id.startswith(RETURNS):
            return RETURNS.removesuffix("/")
        if row_id in self._assumed:
            return ASSUMPTION.removesuffix("/")
        if row_id not in self._homes:
            self._use(*self._tables)
            raise UnknownFact(unknown("row", row_id, self._homes))
        self._use(self._homes[row_id])
        return self._homes[row_id]

    def assumption(self, fact_id: str) -> Quantity:
        """A fact of any grade, for use as a flagged assumption."""
        return _quantity(self.row(fact_id))

    def assume(self, name: str, value: Quantity, instead_of: str) -> None:
        """Note what a reader assumes, so that numbers computed from it lead there as they lead to rows of the data.

        Args:
            name: the parameter, see :mod:`factbook.assumptions`.
            value: its value.
            instead_of: what the chapter takes by itself, as text.
        """
        columns = next(iter(self._rows.values()))
        self._assumed[ASSUMPTION + name] = {
            **dict.fromkeys(columns, ""),
            "fact_id": ASSUMPTION + name,
            "value": repr(value.magnitude),
            "unit": str(value.unit) or "ratio",
            "exact": "true",
            "source_key": READER,
            "locator": f"in place of {instead_of}",
            "evidence": "assumption",
        }

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

    def claim_lines(self, claim_id: str) -> list[str]:
        """The lines of its article on which a claim stands."""
        return self.claim_row(claim_id)["locators"].replace("L", "").split("; ")

    def claim_place(self, claim_id: str) -> str:
        """The same in words: ``line 5``, or ``lines 2, 5 and 7``."""
        *first, last = self.claim_lines(claim_id)
        return f"lines {', '.join(first)} and {last}" if first else f"line {last}"

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

    def events(self, listing: str) -> list[tables.Row]:
        """The events that a list names in the role ``event``, by their date.

        Raises:
            UnknownFact: there is no such list; the message names the nearest.
        """
        named = {item.id("event") for item in self.listing(listing) if item.has("event")}
        return [row for row in self.rows("events") if row["event_id"] in named]

    def date(self, row_id: str) -> str:
        """The day of an event, or the date that a row holds (ISO).

        Raises:
            UnknownFact: there is no such event and no such row, or it holds a number.
        """
        event = next((row for row in self.rows("events") if row["event_id"] == row_id), None)
        return event["date"] if event else self.text(row_id)

    def row(self, fact_id: str) -> tables.Row:
        """The row as written.

        Daily returns have no ids of their own. They are named by series and day, ``market_returns/NVDA/2025-01-27``,
        or by series, first and last day; such a row carries the source of its series.

        Raises:
            UnknownFact: there is no such row.
        """
        if fact_id.startswith(RETURNS):
            return self._returns_row(fact_id)
        if fact_id in self._assumed:
            return self._assumed[fact_id]
        try:
            row = self._rows[fact_id]
        except KeyError:
            self._use()
            raise UnknownFact(unknown("fact", fact_id, self._rows)) from None
        self._use(self._homes[fact_id])
        return row

    def _returns_row(self, reference: str) -> tables.Row:
        """Returns of one series, ``market_returns/TICKER/DAY`` or ``market_returns/TICKER/FIRST/LAST``, as a row."""
        ticker, _, days = reference.removeprefix(RETURNS).partition("/")
        first, _, last = days.partition("/")
        last = last or first
        series = self._keyed("market_series", "ticker", ticker)
        found = [row for row in self.where("market_returns", ticker=ticker) if first <= row["date"] <= last]
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

    @property
    def table_names(self) -> list[str]:
        """The names of all tables."""
        return list(self._tables)

    def rows(self, table: str) -> list[tables.Row]:
        """The rows of a table, as written."""
        if table not in self._tables:
            raise UnknownFact(unknown("table", table, self._tables))
        self._use(table)
        return self._tables[table]

    def where(self, table: str, **columns: str) -> list[tables.Row]:
        """The rows of a table that match every given column, in file order."""
        key = (table, *columns)
        groups = self._groups.get(key)
        if groups is None:
            groups = self._groups[key] = {}
            for row in self.rows(table):
                groups.setdefault(tuple(row[name] for name in columns), []).append(row)
        return groups.get(tuple(columns.values()), [])

    def in_sentence(self, written: str) -> Quantity:
        """What a sentence reads without code: ``v3_hours_total``, ``v3_hours_total, 4 bare``, ``sonnet_cost.low``.

        Args:
            written: an id of a row of the data or of a claim; with ``.low`` or ``.high`` for an end of its range; with a format
                after a comma: digits, ``bare``, a unit to convert to, ``fall`` for a loss as a positive number.

        Raises:
            UnknownFact: there is no such row, or it has no such end; the message says what to write.
        """
        name, _, specification = (part.strip() for part in written.partition(","))
        fact_id, _, end = name.partition(".")
        home = self.home(fact_id)
        value = self.claim(fact_id) if home == "claims" else self[fact_id]
        if end:
            ends = {"low": value.low, "high": value.high}
            if end not in ends:
                raise UnknownFact(f"{written!r}: write {fact_id}, {fact_id}.low or {fact_id}.high.")
            at_end = ends[end]
            if at_end is None:
                raise UnknownFact(f"{fact_id} has no range in data/{home}.csv. Write {{fact}}`{fact_id}`.")
            value = at_end
        words = specification.split()
        if target := next((word for word in words if not word.isdigit() and word not in ("bare", "fall")), ""):
            value = value.to(target)
        if "fall" in words:
            value = (-1 * value).to(str(value.unit))
        printed = " ".join(word for word in words if word.isdigit() or word == "bare")
        return value.shown(printed) if printed else value

    @functools.cached_property
    def definitions(self) -> list[Path]:
        """The files that every number depends on: the schema, the units and how they are worded."""
        found = (tables.units_file(self.directory), tables.table_file(self.directory, wordings.TABLE))
        return [self.directory / tables.DESCRIPTOR, *filter(None, found)]

    def paths(self, *names: str) -> list[Path]:
        """The files of some tables."""
        paths = {resource["name"]: resource["path"] for resource in self.descriptor["resources"]}
        return [self.directory / paths[name] for name in names]

    def by(self, column: str, table: str, **columns: str) -> Selection:
        """The quantities of a table's rows that match every given column, by what stands in another column."""
        return Selection({row[column]: _quantity(row) for row in self.where(table, **columns)})

    def listing(self, name: str) -> list[Item]:
        """A list of rows for a table or a chart, from ``listings.csv``: each with its label and its quantities by role.

        >>> [(stage.label, stage.hours) for stage in load().listing("training_stages")][0]
        ('V3: pre-training', <2.66M GPU-hours = v3_hours_pretrain>)

        Raises:
            UnknownFact: there is no such list; the message names the nearest.
        """
        rows = self.where("listings", listing=name)
        if not rows:
            raise UnknownFact(unknown("list in data/listings.csv", name, {row["listing"]: row for row in self.rows("listings")}))
        items: dict[tuple[str, str], dict[str, str]] = {}
        for row in rows:
            items.setdefault((row["group"], row["label"]), {})[row["role"]] = row["row_id"]
        return [Item(self, label, group, roles) for (group, label), roles in items.items()]

    @functools.cached_property
    def citations(self) -> dict[str, tables.Row]:
        """Who took which figure from whom, by the id of the step."""
        return {row["citation_id"]: row for row in self.rows("citations")}

    def source(self, source_key: str) -> tables.Row:
        """A row of the table of sources. What a reader assumes has no other source than the reader."""
        if source_key == READER:
            columns = self.rows("sources")[0]
            return {**dict.fromkeys(columns, ""), "source_key": READER, "publisher": "The reader", "title": "an assumption of this run"}
        return self._keyed("sources", "source_key", source_key)

    def _keyed(self, table: str, key: str, name: str) -> tables.Row:
        index = self._indexes.get(table) or self._indexes.setdefault(table, {row[key]: row for row in self.rows(table)})
        try:
            return index[name]
        except KeyError:
            raise UnknownFact(unknown(table.removesuffix("s"), name, index)) from None

    def select(self, table: str, **columns: str) -> list[Quantity]:
        """The quantities of a table's rows that match every given column, in file order.

        >>> [fact for fact in load().select("training_runs", metric="gpu_hours_total") if "v3_hours_total" in fact.rows]
        [<2.79M GPU-hours = v3_hours_total>]
        """
        return [_quantity(row) for row in self.where(table, **columns)]

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


def _unknown_units(read: Mapping[str, list[tables.Row]]) -> Iterator[tables.Fault]:
    """The first row of each table with a unit that is none."""
    for name, rows in read.items():
        first = {row["unit"]: (number, row) for number, row in reversed(list(enumerate(rows, start=2))) if row.get("unit")}
        for written, (number, row) in sorted(first.items()):
            try:
                quantity.unit(written)
            except quantity.UnitError:
                if written not in tables.TEXT_UNITS:
                    key = next(iter(row.values()))
                    yield tables.Fault(f"data/{name}.csv", "unit", f"“{written}” is no unit.", units.advice(), number, key, "unit")


def _quantity(row: tables.Row) -> Quantity:
    fact_id = row["fact_id"]
    if not row["value"]:
        raise UnknownFact(f"{fact_id} holds a text, not a number: use facts.text({fact_id!r}).")
    exact = row["exact"] == "true"
    low, high = (quantity.of(row[name], row["unit"], fact_id, exact=exact) if row[name] else None for name in ("low", "high"))
    main = quantity.of(row["value"], row["unit"], fact_id, exact=exact)
    return Quantity(main.magnitude, main.unit, main.digits, main.trace, low, high)


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """A sentence that says what is missing and names the nearest known names."""
    near = difflib.get_close_matches(name, known, n=3)
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    return f"There is no {kind} called {name!r}.{hint}"


@functools.cache
def load() -> Facts:
    """All facts, read and checked once per process.

    Raises:
        factbook.tables.DataError: the data do not pass their schema.
    """
    return Facts()


def what_was_read() -> dict[str, list[str]]:
    """The files and the environment variables that whatever this process computed came from, for whoever keeps outputs.

    All tables are opened to be checked; only those that were asked for count.
    """
    return {"files": sorted(map(str, USED)), "variables": [tables.FOLDER]}
