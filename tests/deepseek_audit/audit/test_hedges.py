"""What words allow: the rules one by one, and that more hedge never leaves less room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepseek_audit.audit import hedges
from deepseek_audit.audit.hedges import allowed, rounding
from factbook.facts import load

FACTS = load()
# Printed as one part in so many, and as "a few tens of millions"
RULES_OF_THEIR_OWN = {"economics_gpt3_1200", "news_amodei_sonnet"}
NUMBERED = [row["claim_id"] for row in FACTS.rows("claims") if row["value"]]


@pytest.mark.parametrize(
    ("number", "half"),
    [("294000", 500), ("5576000", 500), ("2048", 0.5), ("55", 0.5), ("50", 0.5), ("10000", 5000), ("0.007", 0.0005), ("-3.1", 0.05)],
)
def test_a_number_means_what_it_rounds_from(number: str, half: float) -> None:
    assert rounding(number) == pytest.approx(half)


@pytest.mark.parametrize(
    ("number", "unit", "kinds", "ends"),
    [
        ("5600000", "usd", {"about"}, (5_040_000, 6_160_000)),
        ("10000", "gpu", {"about"}, (5_000, 15_000)),
        ("2048", "gpu", {"relayed"}, (2048, 2048)),
        ("2048", "gpu", set(), (2048, 2048)),
        ("2023", "year", set(), (2023, 2023)),
        ("100000000", "usd", {"relayed", "floor"}, (100e6, 500e6)),
        ("90", "percent", {"floor"}, (90, 100)),
        ("100000000", "usd", {"floor", "likened"}, (90e6, 500e6)),
        ("0.5", "percent", {"below"}, (0.1, 0.5)),
        ("2573000000", "usd", {"maximum"}, (2_315_700_000, 2_573_500_000)),
        ("90", "percent", {"maximum", "likened"}, (81, 90.5)),
    ],
)
def test_what_a_hedge_allows(number: str, unit: str, kinds: set[str], ends: tuple[float, float]) -> None:
    assert allowed(number, unit, kinds) == pytest.approx(ends)


@given(
    st.integers(1, 10**12), st.sets(st.sampled_from(["about", "likened", "relayed", "possible", "mostly"])), st.sampled_from(["usd", "gpu"])
)
def test_more_hedge_never_leaves_less_room(number: int, kinds: set[str], unit: str) -> None:
    low, high = allowed(str(number), unit, ())
    wider_low, wider_high = allowed(str(number), unit, kinds)
    assert wider_low <= low <= number <= high <= wider_high


@pytest.mark.parametrize("claim_id", NUMBERED)
def test_the_interval_of_a_claim_follows_from_its_words(claim_id: str) -> None:
    assert hedges.is_allowed(FACTS, claim_id) == (claim_id not in RULES_OF_THEIR_OWN)


def test_another_interval_is_noticed() -> None:
    claim = FACTS.claim_row("arthnova_six")
    assert hedges.is_allowed(FACTS, "arthnova_six")
    rows = [{**row, "high": "6600001"} if row is claim else row for row in FACTS.rows("claims")]
    assert not hedges.is_allowed(FACTS.with_rows("claims", rows), "arthnova_six")


def test_every_hedge_of_a_quotation_has_a_kind_and_every_kind_a_rule() -> None:
    for row in FACTS.rows("quotations"):
        assert hedges.kinds_of(FACTS, row["hedge"]) <= hedges.KINDS.keys(), row["claim_id"]
    with pytest.raises(KeyError):
        hedges.kinds_of(FACTS, "belike")
    assert all(hedges.words_of_kinds(FACTS).values())


@pytest.mark.parametrize(("text", "ranged"), [("$70–80M", True), ("82-83%", True), ("a 2–3 generation gap", True), ("in 2023", False)])
def test_a_stated_range_stands(text: str, ranged: bool) -> None:
    assert hedges.states_a_range(text) == ranged
