"""The five articles as a second source of the claims: every number they print, as a program reads it.

``article_numbers.csv`` was read from the articles by ``read_articles.py``; ``claims.csv`` was written by hand. A slip in
one shows in the other. Each rule takes the facts, so that it can be asked of spoiled ones.
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from deepseek_audit.audit.claims import ARTICLE_NAMES
from factbook.checks import Check
from factbook.facts import Facts
from factbook.tables import Row
from tests.deepseek_audit.audit.read_articles import numbers_in

HERE = Path(__file__).parent
# A claim's number as the table writes it: "1/1200" is there 0.000833333
TOLERANCE = 1e-3
# What a printed unit can be in the table of claims
UNITS = {
    "usd": ("usd", "usd/"),
    "dollar": ("usd", "usd/"),
    "cny": ("cny", "cny/"),
    "percent": ("percent", "ratio"),
    "gpu": ("gpu", "gpu_hour"),
    "gpus": ("gpu", "gpu_hour"),
    "nvidia": ("gpu", "gpu_hour"),
    "days": ("day",),
    "times": ("ratio", "percent", "count"),
    "parameters": ("parameter",),
    "researchers": ("person",),
    "generations": ("generation",),
}


@functools.cache
def read(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def exempt() -> frozenset[tuple[str, str, str]]:
    return frozenset((row["article"], row["paragraph"], row["number"]) for row in read("article_exempt.csv"))


@functools.cache
def printed() -> dict[tuple[str, str], list[Row]]:
    """The numbers of each paragraph."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in read("article_numbers.csv"):
        found.setdefault((row["article"], row["paragraph"]), []).append(row)
    return found


def locators(claim: Row) -> list[str]:
    return claim["locators"].split("; ")


def columns_of(claim: Row) -> set[float]:
    """A claim's value and the ends of its interval, without signs."""
    return {abs(float(claim[column])) for column in ("value", "low", "high") if claim[column]}


def numbers_of(claim: Row) -> set[float]:
    """What numbers a claim says: its value, the ends of its interval, those in its words, and the parts of its date."""
    said = columns_of(claim)
    if claim["unit"] == "date":
        day = date.fromisoformat(claim["text"])
        return said | {float(day.day), float(day.year)}
    # The table is in English: numbers with a decimal point, whichever article it speaks of
    return said | _in_words(f"{claim['paraphrase']} | {claim['text']}")


@functools.cache
def _in_words(text: str) -> frozenset[float]:
    return frozenset(number.value for number in numbers_in("claims", "", text))


def is_among(number: Row, said: set[float]) -> bool:
    return any(math.isclose(value, float(number["value"]), rel_tol=TOLERANCE) for value in said)


def says(claim: Row, number: Row) -> bool:
    return is_among(number, numbers_of(claim))


def _numbers(facts: Facts) -> list[str]:
    return [row["claim_id"] for row in facts.rows("claims") if row["value"] and row["article"] in ARTICLE_NAMES]


def claimed_number_is_printed_at_each_of_its_locators(facts: Facts, claim_id: str) -> None:
    """An article prints a claim's number, or an end of its interval, at each place where it is said to."""
    claim = facts.claim_row(claim_id)
    for locator in locators(claim):
        found = any(is_among(row, columns_of(claim)) for row in printed().get((claim["article"], locator), []))
        assert found, f"{claim_id}: the article prints no such number in {locator}"


def claimed_unit_is_the_printed_one(facts: Facts, claim_id: str) -> None:
    """A claim's unit is the one that the article prints with its number, where it prints one."""
    claim = facts.claim_row(claim_id)
    for locator in locators(claim):
        for row in printed().get((claim["article"], locator), []):
            wanted = UNITS.get(row["unit"])
            others = [other for other in printed()[claim["article"], locator] if other["value"] == row["value"]]
            if wanted and len({other["unit"] for other in others}) == 1 and is_among(row, {abs(float(claim["value"]))}):
                fits = any(claim["unit"] == unit or (unit.endswith("/") and claim["unit"].startswith(unit)) for unit in wanted)
                assert fits, f"{claim_id} is in {claim['unit']}, the article prints {row['number']} {row['unit']} in {locator}"


def printed_numbers_are_claimed(facts: Facts, place: tuple[str, str]) -> None:
    """Each number that an article prints in a paragraph is said by a claim of that paragraph, or exempt with a reason."""
    article, paragraph = place
    here = [claim for claim in facts.where("claims", article=article) if paragraph in locators(claim)]
    for row in printed()[place]:
        if (article, paragraph, row["number"]) not in exempt():
            assert any(says(claim, row) for claim in here), f"no claim says {row['number']} {row['unit']} of {article} {paragraph}"


def _checks(*rules: tuple[Callable[..., None], Callable[[Facts], Iterable[object]]]) -> dict[str, Check]:
    return {rule.__name__: Check(rule.__name__, (rule.__doc__ or "").partition("\n")[0], rule, keys) for rule, keys in rules}


CHECKS = _checks(
    (claimed_number_is_printed_at_each_of_its_locators, _numbers),
    (claimed_unit_is_the_printed_one, _numbers),
    (printed_numbers_are_claimed, lambda facts: list(printed())),
)
