"""The judge: which check notices a spoiled table.

Data validation comes first, then the cross-checks, then the comparison with the articles, then the tests of the models;
the first that fails has the kill. Each check is run once on the sound tables by facts that note what it reads: rows by
id, groups of rows by their cells, or whole tables. On a spoiled table only the checks that read a spoiled row run again.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from deepseek_audit.checks.functions import FUNCTIONS
from factbook import checks, tables
from factbook.checks import Check, NotCompared
from factbook.facts import RETURNS, Facts
from factbook.tables import Row
from quality.mutate import model_tests, published
from quality.mutate.mutants import Mutant
from tests.deepseek_audit.audit import articles

# What a check read: ("row", id), ("group", table, columns, cells), ("table", name)
Read = tuple[Any, ...]


class NotingFacts(Facts):
    """Facts that note what is read of them."""

    reads: set[Read]

    @classmethod
    def of(cls, facts: Facts) -> NotingFacts:
        noting = copy.copy(facts)
        noting.__class__ = cls
        assert isinstance(noting, NotingFacts)
        noting.reads = set()
        return noting

    def row(self, fact_id: str) -> Row:
        if not fact_id.startswith(RETURNS):
            self.reads.add(("row", fact_id))
        return super().row(fact_id)

    def __contains__(self, fact_id: object) -> bool:
        self.reads.add(("row", fact_id))
        return super().__contains__(fact_id)

    def rows(self, table: str) -> list[Row]:
        self.reads.add(("table", table))
        return super().rows(table)

    def where(self, table: str, **columns: str) -> list[Row]:
        return self._noted(("group", table, tuple(columns), tuple(columns.values())), lambda: Facts.where(self, table, **columns))

    def _keyed(self, table: str, key: str, name: str) -> Row:
        return self._noted(("group", table, (key,), (name,)), lambda: Facts._keyed(self, table, key, name))

    def _noted(self, read: Read, reading: Callable[[], Any]) -> Any:
        before = set(self.reads)
        try:
            return reading()
        finally:
            self.reads = before | {read}


@dataclass(frozen=True, eq=False)
class Case:
    """One check with one set of arguments."""

    order: int
    stage: str
    rule: str
    run: Callable[[Facts], None]
    check: Check | None = None
    arguments: tuple[Any, ...] = ()

    def is_asked_of(self, facts: Facts) -> bool:
        """Whether the tests would ask the check of these facts: with a row, its key may be gone."""
        return self.check is None or self.check.keys is None or self.arguments in list(self.check.cases(facts))


STAGES = ("validation", "cross-check", "articles", "permalinks", "models")


class Judge:
    """Knows which checks read which rows."""

    def __init__(self, facts: Facts, *, models: bool = True):
        self.facts = facts
        self.resources = {resource["name"]: resource for resource in facts.descriptor["resources"]}
        self.readers: dict[Read, list[Case]] = defaultdict(list)
        self.columns: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self.unused: list[str] = []
        noting = NotingFacts.of(facts)
        found = self._cases(models)
        for case in found:
            noting.reads = set()
            try:
                case.run(noting)
            except NotCompared:
                continue
            except Exception as error:
                if case.stage != "models":
                    raise
                self.unused.append(f"{case.rule}: {error}")
                continue
            for read in noting.reads:
                self.readers[read].append(case)
                if read[0] == "group":
                    self.columns[read[1]].add(read[2])

    def _cases(self, models: bool) -> Iterable[Case]:
        order = 0
        for stage, registry in (
            ("cross-check", checks.of_table(self.facts, FUNCTIONS)),
            ("articles", articles.CHECKS),
            ("permalinks", PERMALINKS),
        ):
            for check in registry.values():
                for arguments in check.cases(self.facts):
                    order += 1
                    # What is published is known from the notebooks, whatever the tables say
                    asked = check if stage != "permalinks" else None
                    yield Case(order, stage, check.name, _bound(check.function, arguments), asked, arguments)
        for test in model_tests.model_tests() if models else ():
            order += 1
            yield Case(order, "models", test.name, test)

    def verdict(self, mutant: Mutant) -> tuple[str, str]:
        """Stage and rule that notice a mutant; two empty strings if none does."""
        before = self.facts._tables
        rows, touched = mutant.applied(before[mutant.table])
        faults = tables.changed_faults(self.resources, before, mutant.table, rows)
        if faults:
            return "validation", faults[0].rule
        spoiled = self.facts.with_rows(mutant.table, rows)
        for case in sorted(self._readers_of(mutant, touched), key=lambda case: case.order):
            try:
                case.run(spoiled)
            except Exception:
                if mutant.rows == 1 or case.is_asked_of(spoiled):
                    return case.stage, case.rule
        return "", ""

    def is_compared(self, mutant: Mutant) -> bool:
        """Whether any cross-check reads the mutant's row."""
        touched = [self.facts.rows(mutant.table)[mutant.index]]
        return any(case.stage == "cross-check" for case in self._readers_of(mutant, touched))

    def _readers_of(self, mutant: Mutant, touched: list[Row]) -> set[Case]:
        reads: set[Read] = {("table", mutant.table)}
        for row in touched:
            if "fact_id" in row:
                reads.add(("row", row["fact_id"]))
            reads |= {("group", mutant.table, names, tuple(row[name] for name in names)) for names in self.columns[mutant.table]}
        return {case for read in reads for case in self.readers.get(read, ())}


def _bound(function: Callable[..., None], arguments: tuple[Any, ...]) -> Callable[[Facts], None]:
    return lambda facts: function(facts, *arguments)


def published_rows_exist(facts: Facts, row_id: str) -> None:
    """Ids never change once published: each row that a stored notebook names is there."""
    known = row_id in facts or facts.where("claims", claim_id=row_id) or facts.where("citations", citation_id=row_id)
    assert known, f"{row_id} stands in a published notebook, but not in the data"


PERMALINKS = {
    "published_rows_exist": Check(
        "published_rows_exist",
        "Ids never change once published: each row that a stored notebook names is there.",
        published_rows_exist,
        lambda facts: sorted(published.ids()),
    )
}
