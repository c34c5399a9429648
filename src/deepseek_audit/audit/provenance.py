"""Who took which figure from whom: the steps of ``data/citations.csv`` as a graph, and the origins at its roots.

A figure that ten texts print may go back to one of them. :func:`independent_origins` follows every step back to the
texts that state the figure as their own. That they are different texts does not prove that they are independent;
that two texts lead to one origin shows that they are not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from factbook import quantity
from factbook.charts import Flow
from factbook.facts import UnknownFact, unknown
from factbook.quantity import Quantity
from factbook.rounding import settle
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


def flows(facts: Tables) -> list[Flow]:
    """What each source took from each other, as lines of a chart: one for all figures about the same.

    A line is sure where the text names or links its source for one of them; the rest is our inference.
    """
    labels = figures(facts)
    about = {row["figure_id"]: row["about"] for row in facts.rows("followed_figures")}
    lines: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in facts.rows("citations"):
        if row["to_key"]:
            lines[row["to_key"], row["from_key"], about[row["figure"]]].append(row)
    return [
        Flow(
            *ends,
            any(row["known_by"] != "same_wording" for row in taken),
            {"figures": "; ".join(labels[row["figure"]] for row in taken)},
        )
        for ends, taken in lines.items()
    ]


def short_names(facts: Tables) -> dict[str, str]:
    """What sources are called in a chart, by their keys; the others by author or publisher and year."""
    return {row["source_key"]: row["short_name"] for row in facts.rows("sources") if row["short_name"]}


def columns(facts: Tables, last: Collection[str]) -> dict[str, list[str]]:
    """The sources in three columns: origins, those in between, and ``last``; each set beside what it took from.

    A source that is the origin of one figure and took another from elsewhere stands with the origins.
    """
    rows = facts.rows("citations")
    origins = list(dict.fromkeys(row["from_key"] for row in rows if not row["to_key"] and row["from_key"] not in last))
    between = list(dict.fromkeys(key for row in rows for key in (row["to_key"], row["from_key"]) if key and key not in {*origins, *last}))
    articles = [key for key in last if any(row["from_key"] == key for row in rows)]
    order = {key: index / len(origins) for index, key in enumerate(origins)}
    for keys in (between, articles):
        means = {key: _mean([order[row["to_key"]] for row in rows if row["from_key"] == key and row["to_key"] in order]) for key in keys}
        keys.sort(key=lambda key, means=means: (means[key], key))  # type: ignore[misc]
        order |= {key: index / len(keys) for index, key in enumerate(keys)}
    return {"Origins": origins, "In between": between, "The five articles": articles}


def _mean(values: Sequence[float]) -> float:
    return settle(sum(values) / len(values)) if values else 0.5
