"""How many figures of texts the checker finds and judges as people did: of the five articles, and of texts written to test it.

``texts.csv`` holds the texts, ``expected.csv`` what each of their figures should be called, both written by people who did not know
the rules: sets a and b before there were any, the others without having seen them. Rules were mended by each set
after it had been measured, so that ``docs/check-text.md`` gives what each set had when it was first read. The texts are made up, with
real and invented figures of real firms; nothing in them is a source. ``article_figures.csv`` says the same of the figures of the five
articles, whose texts the project does not hold.

Usage::

    python -m tests.deepseek_audit.audit.texts.measure

writes the figures and every miss to ``docs/check-text.md``.
"""

from __future__ import annotations

import csv
import functools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepseek_audit.audit import texts
from factbook.tables import Row
from tests.deepseek_audit.audit.test_quotations import TEXTS as ARTICLES

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
PAGE = ROOT / "docs" / "check-text.md"
IGNORE = "ignore"
ANY = "any"
# What each set had when it was first read, before any rule was mended by it: recall and precision in percent.
# Sets a and b had been read by whoever wrote the first rules.
FIRST_READ = {"a": (71, 85), "b": (63, 80), "c": (67, 80), "d": (72, 86), "e": (71, 77), "f": (85, 86), "g": (83, 90), "h": (81, 88)}
SETS = {
    "a": "Sentences, written before there were rules",
    "b": "Sentences, written before there were rules, by somebody else",
    "c": "Whole pieces",
    "d": "Sentences, many of them traps",
    "e": "Pieces as readers paste them",
    "f": "Sentences of agencies and newspapers",
    "g": "A mix",
    "h": "A mix of mainstream writing",
}


@dataclass(frozen=True)
class Miss:
    """A figure that was judged otherwise, or not found, or found where there is none."""

    place: str
    figure: str
    expected: str
    got: str


@dataclass(frozen=True)
class Score:
    """How a set of texts came out.

    Attributes:
        expected: figures that should be found.
        right: those that were judged as expected.
        found: all findings.
        right_found: findings that are expected, or that are fair.
        misses: the others.
    """

    expected: int
    right: int
    found: int
    right_found: int
    misses: tuple[Miss, ...]

    @property
    def recall(self) -> float:
        """The share of expected figures that were judged as expected."""
        return self.right / self.expected

    @property
    def precision(self) -> float:
        """The share of findings that were expected."""
        return self.right_found / self.found


@functools.cache
def read(name: str) -> Sequence[Row]:
    """The rows of a table beside this file."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def score(text: str, rows: Iterable[Row], place: str, line: int | None = None) -> Score:
    """How one text comes out.

    Args:
        text: the text.
        rows: its rows of expectations; their figures stand in its line, if one is given by its number.
        place: how a miss calls it.
        line: not used for texts without lines.
    """
    findings = texts.check_text(text)
    expected = right = right_found = 0
    misses: list[Miss] = []
    used: set[int] = set()
    for row in rows:
        start, end = _place(text, row)
        hits = [finding for finding in findings if finding.start < end and finding.end > start]
        used.update(id(hit) for hit in hits)
        fair = set(row["expected"].split("|"))
        got = hits[0].verdict if hits else ""
        if fair == {IGNORE} or ANY in fair:
            right_found += len(hits) if ANY in fair else 0
            misses += [Miss(place, row["figure"], row["expected"], got)] if hits and ANY not in fair else []
            continue
        if IGNORE in fair and not hits:
            continue
        expected += 1
        if got in fair:
            right += 1
            right_found += len(hits)
        else:
            misses.append(Miss(place, row["figure"], row["expected"], got or "not found"))
    misses += [Miss(place, finding.text, IGNORE, finding.verdict) for finding in findings if id(finding) not in used]
    return Score(expected, right, len(findings), right_found, tuple(misses))


def _place(text: str, row: Row) -> tuple[int, int]:
    """Where a row's figure stands."""
    start = 0
    if "paragraph" in row:
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: int(row["paragraph"][1:]) - 1])
    at = start - 1
    for _ in range(int(row["occurrence"])):
        at = text.index(row["figure"], at + 1)
    return at, at + len(row["figure"])


def total(scores: Iterable[Score]) -> Score:
    """Several scores as one."""
    every = list(scores)
    counts: dict[str, int] = {name: sum(getattr(one, name) for one in every) for name in ("expected", "right", "found", "right_found")}
    return Score(**counts, misses=tuple(miss for one in every for miss in one.misses))


@functools.cache
def scores() -> Mapping[str, Score]:
    """The score of each set of texts."""
    rows: dict[str, list[Row]] = {}
    for row in read("expected.csv"):
        rows.setdefault(row["text_id"], []).append(row)
    found: dict[str, list[Score]] = {}
    for text in read("texts.csv"):
        found.setdefault(text["set"], []).append(score(text["text"], rows.get(text["text_id"], ()), text["text_id"]))
    return {name: total(parts) for name, parts in found.items()}


@functools.cache
def article_scores() -> Mapping[str, Score]:
    """The score of each of the five articles whose text is at hand."""
    return {
        article: score("\n".join(lines), [row for row in read("article_figures.csv") if row["article"] == article], article)
        for article, lines in sorted(ARTICLES.items())
    }


def page() -> str:
    """``docs/check-text.md`` as far as texts are in the project: what was measured, and every miss."""
    return "\n".join(_lines()) + "\n"


def articles_at_hand() -> bool:
    """Whether the texts of all five articles are."""
    return len(article_scores()) == len({row["article"] for row in read("article_figures.csv")})


def _lines() -> Iterator[str]:
    every = total(scores().values())
    yield "<!-- Generated by `python -m tests.deepseek_audit.audit.texts.measure`. Do not edit. -->\n"
    yield "# How well the checker of texts reads\n"
    yield "Recall is the share of figures that should be found and were judged as people judged them; precision is the share of what was"
    yield "found that they had expected. A figure with two fair verdicts counts with either. The writers of a set did not know the rules."
    yield "“First read” is what a set had before any rule was mended by it: what a text has that nobody has seen.\n"
    yield "| set | texts | figures | recall | precision | first read |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, one in scores().items():
        first = FIRST_READ.get(name)
        told = f"{first[0]}% and {first[1]}%" if first else ""
        count = sum(row["set"] == name for row in read("texts.csv"))
        yield f"| {name}: {SETS[name]} | {count} | {one.expected} | {one.recall:.0%} | {one.precision:.0%} | {told} |"
    yield f"| all | {len(read('texts.csv'))} | {every.expected} | {every.recall:.0%} | {every.precision:.0%} | |"
    yield from _table("Misses in the texts", every.misses)


def article_lines() -> Iterator[str]:
    """The part of the page on the five articles; their texts must be at hand."""
    whole = total(article_scores().values())
    yield "\n## The five articles\n"
    yield "| article | figures with a claim | recall | precision |"
    yield "| --- | ---: | ---: | ---: |"
    for article, one in article_scores().items():
        yield f"| {article.removeprefix('article_')} | {one.expected} | {one.recall:.1%} | {one.precision:.1%} |"
    yield f"| all | {whole.expected} | {whole.recall:.1%} | {whole.precision:.1%} |"
    yield from _table("Misses in the articles", whole.misses)


def _table(title: str, misses: Sequence[Miss]) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield "| text | figure | expected | got |"
    yield "| --- | --- | --- | --- |"
    for miss in misses:
        cells = (miss.place.removeprefix("article_"), " ".join(miss.figure.split()), miss.expected, miss.got)
        yield "| " + " | ".join(cell.replace("|", " or ") for cell in cells) + " |"


def main() -> None:
    """Write the page and print its figures."""
    if not articles_at_hand():
        sys.exit("The texts of the five articles are not at hand: name their folder in ARTICLES, then run this again.")
    PAGE.write_text(page() + "\n".join(article_lines()) + "\n", encoding="utf-8", newline="\n")
    for name, one in {**scores(), **article_scores(), "articles": total(article_scores().values())}.items():
        print(f"{name:20} {one.right:4} of {one.expected:4}  recall {one.recall:.1%}  precision {one.precision:.1%}")


if __name__ == "__main__":
    main()
