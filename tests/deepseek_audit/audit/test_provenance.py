"""Who took which figure from whom: the real table, and graphs made up for the purpose."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepseek_audit.audit import provenance
from deepseek_audit.audit.provenance import ProvenanceError, independent_origins, origins_by_source
from deepseek_audit.charts import audit_charts
from factbook.facts import UnknownFact, load
from factbook.tables import Row

FACTS = load()
CITATIONS = FACTS.rows("citations")


class Steps:
    """Steps of one figure, given as pairs of source and origin; an empty origin is the source's own statement."""

    def __init__(self, *pairs: tuple[str, str]):
        self.pairs = pairs

    def rows(self, table: str) -> list[Row]:
        assert table == "citations"
        return [{"figure": "a_figure", "from_key": source, "to_key": origin} for source, origin in self.pairs]


def roots_by_removal(pairs: list[tuple[str, str]]) -> set[str]:
    """Another way to the roots: every name that is mentioned and never takes."""
    return {name for pair in pairs for name in pair if name} - {source for source, origin in pairs if origin}


def test_a_chain_leads_to_its_end() -> None:
    assert independent_origins(Steps(("c", "b"), ("b", "a")), "a_figure") == {"a"}


def test_many_texts_from_one_source_are_one_source() -> None:
    assert independent_origins(Steps(*((f"copy_{i}", "origin") for i in range(10))), "a_figure") == {"origin"}


def test_a_statement_of_its_own_is_an_origin_even_if_nobody_took_it() -> None:
    assert independent_origins(Steps(("b", "a"), ("alone", "")), "a_figure") == {"a", "alone"}


def test_two_ways_to_one_origin_meet() -> None:
    by_source = origins_by_source(Steps(("d", "b"), ("d", "c"), ("b", "a"), ("c", "a")), "a_figure")
    assert by_source == {name: frozenset({"a"}) for name in "abcd"}


@pytest.mark.parametrize(
    "pairs", [[("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "a")], [("a", "a")], [("z", "a"), ("a", "b"), ("b", "a")]]
)
def test_a_circle_is_an_error_that_names_it(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ProvenanceError, match=r"a_figure.*circle: \w( → \w)+\. Mend data/citations\.csv") as caught:
        independent_origins(Steps(*pairs), "a_figure")
    circle = str(caught.value).split("circle: ")[1].split(".")[0].split(" → ")
    assert circle[0] == circle[-1]
    assert all(step in pairs for step in itertools.pairwise(circle))


def test_own_and_taken_is_an_error() -> None:
    with pytest.raises(ProvenanceError, match="b both states it as its own and took it from a"):
        independent_origins(Steps(("b", "a"), ("b", "")), "a_figure")


def test_an_unknown_figure_names_the_nearest() -> None:
    with pytest.raises(UnknownFact, match=r"hopper_gpus_5000'.*hopper_gpus_50000"):
        independent_origins(FACTS, "hopper_gpus_5000")


@given(st.integers(2, 12), st.randoms(use_true_random=False))
def test_origins_are_the_roots_of_any_graph_without_circles(size: int, chance: random.Random) -> None:
    pairs = [(f"s{i}", f"s{chance.randrange(i)}") for i in range(1, size) for _ in range(chance.randrange(3))] or [("s1", "s0")]
    chance.shuffle(pairs)
    assert independent_origins(Steps(*pairs), "a_figure") == roots_by_removal(pairs)


# The table


@pytest.mark.parametrize("figure", provenance.figures(FACTS))
def test_every_figure_has_a_way_and_origins_that_state_it(figure: str) -> None:
    found = independent_origins(FACTS, figure)
    rows = provenance.steps(FACTS, figure)
    assert found == {row["from_key"] for row in rows if row["known_by"] == "own"}
    assert found == roots_by_removal([(row["from_key"], row["to_key"]) for row in rows])
    assert not any(key.startswith("article_") for key in found), "an audited article is never an origin"


@pytest.mark.parametrize("row", CITATIONS, ids=lambda row: row["citation_id"])
def test_row_is_consistent(row: Row) -> None:
    assert (row["known_by"] == "own") == (not row["to_key"])
    assert row["from_key"] != row["to_key"]
    if row["to_key"]:
        printed, origin = (FACTS.source(row[column])["year"][:4] for column in ("from_key", "to_key"))
        assert not printed or not origin or printed >= origin, "took it from a text that did not exist yet"


@pytest.mark.parametrize("row", [row for row in CITATIONS if row["from_key"].startswith("article_")], ids=lambda row: row["citation_id"])
def test_an_article_prints_the_figure_where_it_makes_a_claim(row: Row) -> None:
    claimed = {
        locator for claim in FACTS.rows("claims") if claim["article"] == row["from_key"] for locator in claim["locators"].split("; ")
    }
    assert set(row["locator"].split("; ")) <= claimed


def test_steps_stand_once() -> None:
    seen: list[Any] = [(row["figure"], row["from_key"], row["to_key"]) for row in CITATIONS]
    assert len(seen) == len(set(seen))


def test_figures_are_known() -> None:
    headline = {row["figure_id"] for row in FACTS.rows("headline_figures")}
    followed = FACTS.rows("followed_figures")
    assert {row["figure_id"] for row in followed} == {row["figure"] for row in CITATIONS}
    assert {row["figure_id"] for row in followed if not row["label"]} <= headline, "who has no name of its own has one there"


def test_counts_of_the_table() -> None:
    figures = list(provenance.figures(FACTS))
    origins = {figure: independent_origins(FACTS, figure) for figure in figures}
    assert provenance.count_figures(FACTS).magnitude == len(figures)
    for number in (1, 2):
        assert provenance.count_figures(FACTS, number).magnitude == sum(len(found) == number for found in origins.values())
    fleet = "hopper_gpus_50000"
    mine = [row for row in CITATIONS if row["figure"] == fleet]
    assert provenance.count_texts(FACTS, fleet).magnitude == len({row["from_key"] for row in mine})
    assert provenance.count_origins(FACTS, fleet).magnitude == 2
    assert provenance.count_origins(FACTS, fleet).rows == {row["citation_id"] for row in mine}
    assert provenance.name_origins(FACTS, fleet) == "Alexandr Wang; SemiAnalysis"


@pytest.mark.parametrize("figure", provenance.figures(FACTS))
def test_a_family_has_each_text_once_below_one_it_took_from(figure: str) -> None:
    family = provenance.family(FACTS, figure)
    mine = [row for row in CITATIONS if row["figure"] == figure]
    assert sorted(branch.source for branch in family) == sorted({row["from_key"] for row in mine})
    assert {branch.source for branch in family if branch.parent is None} == independent_origins(FACTS, figure)
    for place, branch in enumerate(family):
        if branch.parent is not None:
            above = family[branch.parent]
            assert branch.parent < place
            assert branch.depth == above.depth + 1
            known = {row["to_key"]: row["known_by"] for row in mine if row["from_key"] == branch.source}
            assert known.keys() == {above.source, *branch.besides}
            assert branch.sure == (known[above.source] != "same_wording")


def test_a_text_with_two_parents_stands_below_the_one_it_names() -> None:
    found = {branch.source: branch for branch in provenance.family(FACTS, "hopper_gpus_50000")}
    assert found["article_vtcnews"].besides == ("tomshardware_deepseek",)
    assert found["taiwannews_deepseek"].depth == 2


def test_the_tree_is_drawn_with_each_text() -> None:
    tree = provenance.family(FACTS, "r1_training")
    drawn = audit_charts.family_tree(tree, {"r1_nature": "The paper"}, ["article_294k"], finding="", measure="", alt="").to_dict()
    rows = drawn["data"]["values"]
    assert [row["place"] for row in rows] == list(range(len(tree)))
    assert rows[0]["name"] == "The paper"
    assert [row["marked"] for row in rows].count(True) == 1


def test_the_fleet_goes_back_to_one_firm_and_one_interview() -> None:
    assert independent_origins(FACTS, "hopper_gpus_50000") == {"semianalysis_debates", "livemint_wang"}
    by_source = origins_by_source(FACTS, "hopper_gpus_50000")
    assert {by_source[key] for key in ("amodei", "house_unmasked", "article_vtcnews")} == {frozenset({"semianalysis_debates"})}


@pytest.mark.parametrize(
    ("figure", "origin"), [("v3_final_run", "v3_report"), ("r1_training", "r1_nature"), ("fleet_operation", "semianalysis_debates")]
)
def test_figures_with_a_single_origin(figure: str, origin: str) -> None:
    assert independent_origins(FACTS, figure) == {origin}
