"""Each claim quotes its article: few words, of one of its lines; word for word wherever the articles are at hand."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from deepseek_audit.audit.claims import ARTICLE_NAMES
from factbook.facts import load

ROOT = Path(__file__).parents[3]
FACTS = load()
QUOTED = list(FACTS.rows("quotations"))
CLAIMS = {row["claim_id"]: row for row in FACTS.rows("claims")}
MOST_WORDS = 25
CUT = " … "
# Where the articles' texts may lie: the project needs no copy of them
PLACES = (Path(os.environ.get("ARTICLES", ROOT / "articles")), ROOT.parent / "shared" / "articles")


def texts() -> dict[str, list[str]]:
    """The lines of each article of which a text with the recorded digest is at hand."""
    digests = {row["sha256"]: row["article"] for row in FACTS.rows("articles")}
    found = {}
    for path in (path for place in PLACES if place.is_dir() for path in sorted(place.glob("*.txt"))):
        content = path.read_bytes()
        if article := digests.get(hashlib.sha256(content).hexdigest()):
            found[article] = content.decode("utf-8").splitlines()
    return found


TEXTS = texts()


def not_found(row: dict[str, str], lines: list[str]) -> list[str]:
    """The pieces of a quotation that its line does not have, in this order."""
    rest, missing = lines[int(row["line"][1:]) - 1], []
    for piece in row["quotation"].split(CUT):
        before, found, rest = rest.partition(piece)
        if not found:
            missing.append(piece)
            rest = before
    return missing


def test_each_claim_quotes_its_article_and_each_article_is_known() -> None:
    assert {row["claim_id"] for row in QUOTED} == CLAIMS.keys()
    assert {row["article"] for row in FACTS.rows("articles")} == ARTICLE_NAMES.keys()


@pytest.mark.parametrize("row", QUOTED, ids=lambda row: row["claim_id"])
def test_a_quotation_is_short_and_from_a_line_of_its_claim(row: dict[str, str]) -> None:
    assert 0 < len(row["quotation"].replace(CUT, " ").split()) <= MOST_WORDS
    assert row["line"] in CLAIMS[row["claim_id"]]["locators"].split("; ")
    assert bool(row["attribution"]) == bool(row["attributed_to"])


def test_dates_of_articles_hold_those_of_their_claims() -> None:
    for row in FACTS.rows("articles"):
        dates = {claim["as_of"] for claim in CLAIMS.values() if claim["article"] == row["article"]}
        assert all(row["published_from"] <= date <= row["published_to"] for date in dates), (row["article"], dates)


@pytest.mark.skipif(not TEXTS, reason="No text of an article is at hand. Set ARTICLES to their folder.")
def test_quotations_are_exact() -> None:
    wrong = {
        row["claim_id"]: missing
        for row in QUOTED
        if (lines := TEXTS.get(CLAIMS[row["claim_id"]]["article"])) and (missing := not_found(row, lines))
    }
    assert wrong == {}


@pytest.mark.skipif(not TEXTS, reason="No text of an article is at hand. Set ARTICLES to their folder.")
def test_a_word_that_is_not_there_is_noticed() -> None:
    row = next(row for row in QUOTED if CLAIMS[row["claim_id"]]["article"] in TEXTS)
    lines = TEXTS[CLAIMS[row["claim_id"]]["article"]]
    assert not_found({**row, "quotation": row["quotation"] + " surely"}, lines)
    assert not_found({**row, "line": "L1"}, lines)
