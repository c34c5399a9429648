"""Two readings: their agreement by hand, confidence from both, and that the record of both is whole."""

from __future__ import annotations

from collections import Counter

import pytest

from deepseek_audit.audit import dossier, history, readings
from deepseek_audit.audit.claims import RELAYED, RIGHT, VERDICTS, WRONG, audit, audit_news
from deepseek_audit.audit.readings import Pair, agreement, confidence, kappa, pairs
from factbook.facts import load
from factbook.quantity import Quantity

FACTS = load()
ALL = [*audit(FACTS), *audit_news(FACTS)]
BY_ID = {claim.claim_id: claim for claim in ALL}
READ = pairs(FACTS, ALL)
EDITION = history.JUDGED_ANEW
# What changed in the verdicts' names between editions is no verdict of an edition before 0.7.0
OLD_VERDICTS = set(VERDICTS) - {"as_disclosed", "reported", "not_traced"}


def made(*verdicts: tuple[str, str]) -> list[Pair]:
    return [Pair(f"claim_{place}", first, second, "high") for place, (first, second) in enumerate(verdicts)]


def test_every_claim_was_read_twice() -> None:
    assert [pair.claim_id for pair in READ] == [claim.claim_id for claim in ALL]
    assert {row["claim_id"] for row in FACTS.rows("second_readings")} == BY_ID.keys()


def test_kappa_by_hand() -> None:
    """Cohen 1960: (observed - expected) / (1 - expected)."""
    read = made(
        *[("confirmed", "confirmed")] * 20, *[("confirmed", "close")] * 5, *[("close", "confirmed")] * 10, *[("close", "close")] * 15
    )
    found = kappa(read)
    observed, expected = 35 / 50, (25 * 30 + 25 * 20) / 50**2
    assert found.magnitude == pytest.approx((observed - expected) / (1 - expected))
    assert found.low is not None and found.high is not None
    assert found.low.magnitude < found.magnitude < found.high.magnitude
    assert agreement(read).magnitude == pytest.approx(70)
    assert found.rows == {pair.claim_id for pair in read}


def test_full_agreement_is_one_and_chance_is_none() -> None:
    assert kappa(made(("confirmed", "confirmed"), ("close", "close"))).magnitude == pytest.approx(1)
    crossed = made(*[(first, second) for first in ("confirmed", "close") for second in ("confirmed", "close")])
    assert kappa(crossed).magnitude == pytest.approx(0)


@pytest.mark.parametrize(("read", "message"), [([], "no claim"), (made(("close", "close")), "one verdict")])
def test_no_kappa_of_nothing(read: list[Pair], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kappa(read)


def test_the_record_by_hand() -> None:
    """The same from the rows, without the code of the model."""
    second = {row["claim_id"]: row["verdict"] for row in FACTS.rows("second_readings")}
    first = {claim.claim_id: claim.judgement["first_verdict"] or claim.verdict for claim in ALL}
    same = sum(first[name] == second[name] for name in first) / len(first)
    shares = [(Counter(first.values())[name] / len(first), Counter(second.values())[name] / len(first)) for name in VERDICTS]
    expected = sum(one * other for one, other in shares)
    assert kappa(READ).magnitude == pytest.approx((same - expected) / (1 - expected))


def test_a_word_is_said_exactly_where_readers_differ() -> None:
    for claim, pair in zip(ALL, READ, strict=True):
        assert bool(claim.judgement["decided"]) == (not pair.agree), pair


@pytest.mark.parametrize(
    ("first", "second", "differ", "word"),
    [
        ("high", "high", False, "high"),
        ("high", "medium", False, "medium"),
        ("low", "high", False, "low"),
        ("high", "high", True, "medium"),
        ("high", "medium", True, "low"),
        ("low", "low", True, "low"),
        ("high", None, False, "medium"),
    ],
)
def test_confidence_comes_from_both(first: str, second: str | None, differ: bool, word: str) -> None:
    judgement = {"confidence": first, "first_verdict": "close" if differ else ""}
    assert confidence(judgement, {"confidence": second} if second else None) == word


def test_lines_add_up() -> None:
    for lines in (readings.by_verdict(READ), readings.by_confidence(READ)):
        assert sum(cell.magnitude for _, cell, *_ in lines if isinstance(cell, Quantity)) == len(READ)
        agreed = sum(line[2].magnitude for line in lines if isinstance(line[2], Quantity))
        assert agreed == sum(pair.agree for pair in READ)


# Verdicts before and after


def test_each_change_is_a_change_and_ends_at_the_verdict_that_stands() -> None:
    for row in FACTS.rows("verdict_changes"):
        assert row["before"] != row["after"] == BY_ID[row["claim_id"]].verdict
        assert row["before"] in OLD_VERDICTS | {""}
        assert row["because"].endswith(".") and "_" not in row["because"].replace(row["because"].split("(")[-1], ""), row


def test_the_matrix_holds_every_claim_once() -> None:
    articles = audit(FACTS)
    counted = history.before_and_after(FACTS, articles, EDITION)
    assert sorted(name for names in counted.values() for name in names) == sorted(claim.claim_id for claim in articles)
    heads, lines = history.matrix(FACTS, articles, EDITION)
    assert all(len(line) == len(heads) for line in lines)
    assert sum(cell.magnitude for line in lines for cell in line if isinstance(cell, Quantity)) == len(articles)
    changed = history.count_changed(FACTS, EDITION).magnitude
    assert changed == sum(len(names) for (before, after), names in counted.items() if before not in (after, history.NEW))
    shown = [*history.lines(FACTS, EDITION, reversals=True), *history.lines(FACTS, EDITION, reversals=False)]
    assert len(shown) == changed
    assert history.count_reversed(FACTS, EDITION).magnitude == len(history.lines(FACTS, EDITION, reversals=True)) > 0


def test_a_reversal_turns_what_a_reader_takes_home() -> None:
    holds = {*RIGHT, *RELAYED}
    for row in FACTS.rows("verdict_changes"):
        turned = {row["before"] in holds, row["after"] in holds} == {True, False} and {row["before"], row["after"]} & set(WRONG)
        shown = any(f"({row['claim_id']})" in line[0] for line in history.lines(FACTS, EDITION, reversals=True))
        assert shown == bool(turned)


# What the chapters show of it


def test_every_rule_has_an_example_of_its_kind() -> None:
    shown = dossier.Rules(FACTS, ALL).describe()
    rows = FACTS.rows("audit_rules")
    assert [int(row["number"]) for row in rows] == list(range(1, len(rows) + 1))
    assert [card.id for card in shown.foremost] == [row["example"] for row in rows]
    for row, card in zip(rows, shown.foremost, strict=True):
        if row["rule_id"] in VERDICTS:
            assert card.verdict == row["rule_id"], row["rule_id"]


def test_the_debatable_are_ten_and_say_both_arguments() -> None:
    shown = dossier.Debated(FACTS, ALL).describe()
    assert len(shown.foremost) == 10
    assert all(card.because == BY_ID[card.id].judgement["decided"] != "" for card in shown.foremost)


def test_the_news_shows_words_outlet_and_day() -> None:
    news = audit_news(FACTS)
    shown = dossier.News(FACTS, news).describe()
    assert shown.name == "news"
    for claim, card in zip(news, shown.foremost, strict=True):
        assert card.quotation == claim.quotation["quotation"]
        assert card.article_name.startswith(f"{claim.name}, ") and claim.claim["as_of"][:4] in card.article_name


def test_claims_stand_beside_those_that_say_the_same() -> None:
    beside = dossier.Beside.of(ALL)
    for claim in ALL:
        same, related = beside.same(claim), beside.related(claim)
        assert claim not in same and claim not in related and not {id(one) for one in same} & {id(one) for one in related}
        assert all(other.judgement["reference"] == claim.judgement["reference"] for other in related)
    owner = BY_ID["arthnova_v3_cost"]
    assert BY_ID["economics_cost"] in beside.same(owner) and owner in beside.same(BY_ID["economics_cost"])
