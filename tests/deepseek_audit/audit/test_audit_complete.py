"""The audit is complete: no number and no paragraph of the five articles is left out.

``article_numbers.csv`` lists every number that the articles print, as ``read_articles.py`` reads them. Each must be
said by a claim that names its paragraph, or stand on the short list of exempt numbers with a reason.
``article_statements.csv`` lists every paragraph: it has claims, or a reason why it has none. Both ways: a locator
must lead to a paragraph that lists the claim, and an exemption that nothing needs fails.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

import pytest

from deepseek_audit.audit.claims import ARTICLE_NAMES
from factbook.facts import load
from factbook.tables import Row
from tests.deepseek_audit.audit.articles import CHECKS, exempt, locators, read, says
from tests.deepseek_audit.audit.read_articles import Number, numbers_in

CLAIMS = [row for row in load().rows("claims") if row["article"] in ARTICLE_NAMES]
BY_ID = {claim["claim_id"]: claim for claim in CLAIMS}
ARTICLES = sorted({claim["article"] for claim in CLAIMS})
SHORTEST_REASON = 8

NUMBERS = read("article_numbers.csv")
EXEMPT = read("article_exempt.csv")
PARAGRAPHS = read("article_statements.csv")
EXEMPT_KEYS = exempt()


CLAIMS_AT: dict[tuple[str, str], list[Row]] = defaultdict(list)
for _claim in CLAIMS:
    for _locator in locators(_claim):
        CLAIMS_AT[_claim["article"], _locator].append(_claim)


@pytest.mark.parametrize("name", CHECKS)
def test_articles_and_claims_agree(name: str) -> None:
    for arguments in CHECKS[name].cases(load()):
        CHECKS[name].function(load(), *arguments)


def test_exemptions_are_few_needed_and_explained() -> None:
    printed = {(row["article"], row["paragraph"], row["number"]) for row in NUMBERS}
    unused = EXEMPT_KEYS - printed
    assert not unused, f"exempt, but not in the article: {unused}"
    assert len(EXEMPT_KEYS) == len(EXEMPT), "a number is exempt twice"
    claimed = [
        row
        for row in NUMBERS
        if (row["article"], row["paragraph"], row["number"]) in EXEMPT_KEYS
        and any(says(claim, row) for claim in CLAIMS_AT[row["article"], row["paragraph"]])
    ]
    assert not claimed, f"exempt, but a claim says it: {claimed}"
    assert all(len(row["reason"]) >= SHORTEST_REASON for row in EXEMPT)
    assert len(EXEMPT) <= len(NUMBERS) / 10, "more than a tenth of the numbers is exempt"


def test_every_paragraph_has_claims_or_a_reason() -> None:
    faults = []
    for row in PARAGRAPHS:
        place = f"{row['article']} {row['paragraph']}"
        listed = row["claim_ids"].split()
        missing = {claim["claim_id"] for claim in CLAIMS_AT[row["article"], row["paragraph"]]} ^ set(listed)
        if missing:
            faults.append(f"{place}: the locators of claims and the list of paragraphs differ in {', '.join(sorted(missing))}")
        if bool(listed) == bool(row["reason"]):
            faults.append(f"{place}: name its claims or give a reason why it has none")
    assert not faults, "\n".join(faults)


def test_locators_lead_to_paragraphs() -> None:
    known = {(row["article"], row["paragraph"]) for row in PARAGRAPHS}
    lost = {place: [claim["claim_id"] for claim in claims] for place, claims in CLAIMS_AT.items() if claims and place not in known}
    assert not lost, f"these locators lead to an empty line or past the end: {lost}"
    for claim in CLAIMS:
        lines = [int(locator.removeprefix("L")) for locator in locators(claim)]
        assert lines == sorted(set(lines)), f"{claim['claim_id']}: locators out of order or twice"


def test_a_number_that_several_articles_print_is_one_claim_in_each() -> None:
    """Repeats within an article are one claim: no two claims of an article say the same of the same thing."""
    seen = Counter((c["article"], c["subject"], c["quantity"], c["value"], c["text"], c["low"], c["high"]) for c in CLAIMS)
    assert [key for key, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("article", ARTICLES)
def test_no_article_is_empty(article: str) -> None:
    assert any(row["article"] == article for row in NUMBERS)
    assert any(row["article"] == article for row in PARAGRAPHS)


def test_no_sentence_of_an_article_is_kept() -> None:
    """The lists hold numbers, single words and claim ids."""
    for row in NUMBERS:
        assert re.fullmatch(r"[a-z]*", row["unit"]), row
        assert len(row["number"].split()) <= 3, row
    for row in PARAGRAPHS:
        assert set(row["claim_ids"].split()) <= set(BY_ID), row


@pytest.mark.parametrize(
    ("article", "text", "expected"),
    [
        (
            "article_x",
            "It cost $5.6 million, or ¥8, over 55 days.",
            [("5.6 million", 5.6e6, "usd"), ("8", 8.0, "cny"), ("55", 55.0, "days")],
        ),
        ("article_x", "GPT-4 and R1 on 2,048 H800 GPUs", [("2,048", 2048.0, "")]),
        ("article_x", "82-83% and $70–80M", [("82", 82, "percent"), ("83", 83, "percent"), ("70M", 7e7, "usd"), ("80M", 8e7, "usd")]),
        ("article_vtcnews", "$1,6 billion and 50.000 GPUs", [("1,6 billion", 1.6e9, "usd"), ("50.000", 50000.0, "gpus")]),
        ("article_x", "1/1200th of it, 27x less", [("1/1200", 1 / 1200, "of"), ("27", 27.0, "times")]),
        (
            "article_x",
            "hundreds of millions, half, multi-billion",
            [("hundreds of millions", 1e8, ""), ("half", 0.5, ""), ("multi-billion", 1e9, "")],
        ),
        ("article_x", "January 27, 2025", [("27", 27.0, ""), ("2025", 2025.0, "")]),
    ],
)
def test_the_reader_reads(article: str, text: str, expected: list[tuple[Any, ...]]) -> None:
    numbers: list[Number] = list(numbers_in(article, "L1", text))
    assert [(n.number, n.unit) for n in numbers] == [(number, unit) for number, _, unit in expected]
    assert [n.value for n in numbers] == pytest.approx([value for _, value, _ in expected])
