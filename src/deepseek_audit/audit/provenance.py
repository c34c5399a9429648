"""Who took which figure from whom: the steps of ``data/citations.csv`` as a graph, and the origins at its roots.

A figure that ten texts print may go back to one of them. :func:`independent_origins` follows every step back to the
texts that state the figure as their own. That they are different texts does not prove that they are independent;
that two texts lead to one origin shows that they are not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from factbook import quantity
from factbook.facts import UnknownFact, unknown
from factbook.quantity import Quantity
from factbook.tables import Row


class ProvenanceError(ValueError):
    """The steps of a figure contradict each other."""


class Tables(Protocol):
    """What is needed of :class:`~factbook.facts.Facts`."""

    def rows(self, table: str) -> list[Row]:
        """The rows of a table, as written."""


def figures(facts: Tables) -> dict[str, str]:
    """Every figure whose way is followed, with its name, in the order of ``followed_figures.csv``."""
    names = {row["figure_id"]: row["label"] for row in facts.rows("headline_figures")}
    return {row["figure_id"]: row["label"] or names[row["figure_id"]] for row in facts.rows("followed_figures")}


def steps(facts: Tables, figure: str) -> list[Row]:
    """The rows of ``citations.csv`` on one figure.

    Raises:
        UnknownFact: no row is about it; the message names the nearest figures.
    """
    found = [row for row in facts.rows("citations") if row["figure"] == figure]
    if not found:
        raise UnknownFact(unknown("figure in data/citations.csv", figure, {row["figure"]: row for row in facts.rows("citations")}))
    return found


def independent_origins(facts: Tables, figure: str) -> set[str]:
    """The sources that a figure goes back to.

    Args:
        facts: the tables.
        figure: an id of ``followed_figures.csv``.

    Returns:
        Keys of the sources that took the figure from no other.

    Raises:
        UnknownFact: no row is about the figure.
        ProvenanceError: sources took it from each other in a circle, or one both states it as its own and took it.
    """
    return set().union(*origins_by_source(facts, figure).values())


def origins_by_source(facts: Tables, figure: str) -> dict[str, frozenset[str]]:
    """For each source that prints a figure, the origins its steps lead to (itself, if it is one).

    Raises:
        UnknownFact, ProvenanceError: as :func:`independent_origins`.
    """
    taken: defaultdict[str, list[str]] = defaultdict(list)
    own = set()
    for row in steps(facts, figure):
        if row["to_key"]:
            taken[row["from_key"]].append(row["to_key"])
        else:
            own.add(row["from_key"])
    both = sorted(own & taken.keys())
    if both:
        raise ProvenanceError(f"{figure}: {both[0]} both states it as its own and took it from {taken[both[0]][0]}.")
    known: dict[str, frozenset[str]] = {}
    for source in [*own, *list(taken)]:
        _follow(figure, source, taken, known, ())
    return known


def _follow(figure: str, source: str, taken: Mapping[str, list[str]], known: dict[str, frozenset[str]], path: tuple[str, ...]) -> None:
    """Fill ``known`` for a source and everything its steps lead to."""
    if source in path:
        circle = " → ".join([*path[path.index(source) :], source])
        raise ProvenanceError(f"{figure}: sources took it from each other in a circle: {circle}. Mend data/citations.csv.")
    if source in known:
        return
    before = taken.get(source, [])
    for other in before:
        _follow(figure, other, taken, known, (*path, source))
    known[source] = frozenset().union(*(known[other] for other in before)) if before else frozenset({source})


def count_texts(facts: Tables, figure: str) -> Quantity:
    """How many texts print a figure, traced to the steps on which it travelled."""
    taken = steps(facts, figure)
    return quantity.count_of(len({row["from_key"] for row in taken}), _ids(taken), "texts that print it")


def count_origins(facts: Tables, figure: str) -> Quantity:
    """How many origins a figure has, traced to the steps that lead to them."""
    return quantity.count_of(len(independent_origins(facts, figure)), _ids(steps(facts, figure)), "origins")


def count_figures(facts: Tables, origins: int | None = None) -> Quantity:
    """How many figures are followed, or only those with so many origins; traced to all steps."""
    found = [figure for figure in figures(facts) if origins in (None, len(independent_origins(facts, figure)))]
    named = {None: "figures", 1: "figures with one origin"}.get(origins, f"figures with {origins} origins")
    return quantity.count_of(len(found), _ids(facts.rows("citations")), named)


def _ids(taken: Sequence[Row]) -> list[str]:
    return [row["citation_id"] for row in taken]


def name_origins(facts: Tables, figure: str) -> str:
    """The origins of a figure in a few words, by the order of their keys."""
    names = short_names(facts)
    return "; ".join(names.get(key, key) for key in sorted(independent_origins(facts, figure)))


@dataclass(frozen=True)
class Branch:
    """A text in the family tree of a figure.

    Attributes:
        source: its key.
        depth: how many steps it is from the origin; 0 for an origin.
        parent: place of the text that it took the figure from in the list, or None.
        sure: whether it names or links that text; the rest is our inference.
        besides: keys of other texts that it took the figure from, too.
    """

    source: str
    depth: int
    parent: int | None
    sure: bool
    besides: tuple[str, ...] = ()


def family(facts: Tables, figure: str) -> list[Branch]:
    """The texts that print a figure as a family tree, each below the text that it took it from.

    A text with several parents stands below the one that it names, or else below the first.
    """
    independent_origins(facts, figure)  # Refuses a circle
    taken: defaultdict[str, list[Row]] = defaultdict(list)
    for row in steps(facts, figure):
        taken[row["from_key"]].append(row)
    parents = {source: sorted(rows, key=lambda row: not _is_sure(row)) for source, rows in taken.items()}
    found: list[Branch] = []

    def add(source: str, depth: int, parent: int | None) -> None:
        first, *others = parents[source]
        found.append(Branch(source, depth, parent, _is_sure(first), tuple(row["to_key"] for row in others)))
        place = len(found) - 1
        for child, rows in parents.items():
            if rows[0]["to_key"] == source:
                add(child, depth + 1, place)

    for source, rows in parents.items():
        if not rows[0]["to_key"]:
            add(source, 0, None)
    return found


def _is_sure(row: Row) -> bool:
    return row["known_by"] != "same_wording"


def short_names(facts: Tables) -> dict[str, str]:
    """What sources are called in a chart, by their keys; the others by author or publisher and year."""
    return {row["source_key"]: row["short_name"] for row in facts.rows("sources") if row["short_name"]}
