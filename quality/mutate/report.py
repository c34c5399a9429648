"""The report: how many mutants were noticed, by which rule, and why the others were not."""

from __future__ import annotations

import csv
import io
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from factbook.facts import Facts
from quality.mutate import published
from quality.mutate.judge import STAGES, Judge
from quality.mutate.mutants import GROSS, KINDS, Mutant, mutants

LONG_TABLE, MONTHS = "market_returns", "market_month_returns"
# Rows of the long table whose mutants are judged unless all are asked for
SAMPLED_ROWS = 300
SEED = 20250127
# How many mutants a process judges at a time; and what forked processes find there
SHARE = 100
JUDGES: list[tuple[Judge, Collection[str], list[list[Mutant]]]] = []
# Say what is plausible, what must hold and how texts are read; they are no tables of facts, and their own numbers are judgements
LEFT_OUT = {"plausible_ranges", "checks", "figures_in_text", "text_words"}
UNPUBLISHED = Path(__file__).parents[2] / "docs" / "unpublished_cells.csv"
SURVIVORS = Path(__file__).parents[2] / "docs" / "surviving_mutants.csv"
HEADLINE_GOAL, GOAL = 0.90, 0.70


@dataclass(frozen=True)
class Judged:
    """A mutant and what became of it."""

    mutant: Mutant
    key: str
    stage: str
    rule: str
    headline: bool
    reason: str

    @property
    def killed(self) -> bool:
        return bool(self.stage)


def key_of(facts: Facts, table: str, index: int) -> str:
    """A row's key: its id, or ticker and day."""
    row = facts.rows(table)[index]
    return f"{row['ticker']} {row['date']}" if "ticker" in row else next(iter(row.values()))


def tables_with_numbers(facts: Facts) -> list[str]:
    return [
        resource["name"]
        for resource in facts.descriptor["resources"]
        if resource["name"] not in LEFT_OUT and any(field["type"] in ("number", "integer") for field in resource["schema"]["fields"])
    ]


def chosen(facts: Facts, table: str, whole: bool) -> list[Mutant]:
    """The mutants of a table, of the long one those of a sample of its rows."""
    found = list(mutants(facts, table))
    if table != LONG_TABLE or whole:
        return found
    kept = set(random.Random(SEED).sample(range(len(facts.rows(table))), SAMPLED_ROWS))
    return [mutant for mutant in found if mutant.index in kept]


def judge_all(judge: Judge, chosen_mutants: Iterable[Mutant]) -> tuple[list[Judged], float]:
    """Every mutant with its verdict, and the seconds of processor time it took: others may be working on the machine.

    Where processes can be forked, each processor judges a share.
    """
    headline, mutants_ = published.headline_keys(judge.facts), list(chosen_mutants)
    parts = [mutants_[first : first + SHARE] for first in range(0, len(mutants_), SHARE)]
    if "fork" in multiprocessing.get_all_start_methods():
        JUDGES[:] = [(judge, headline, parts)]
        with multiprocessing.get_context("fork").Pool() as workers:
            found = workers.map(_judge_part, range(len(parts)), chunksize=1)
        judged = [
            Judged(mutant, *verdict)
            for part, (verdicts, _) in zip(parts, found, strict=True)
            for mutant, verdict in zip(part, verdicts, strict=True)
        ]
        return judged, sum(seconds for _, seconds in found)
    start = time.process_time()
    return [Judged(mutant, *_judged(judge, headline, mutant)) for mutant in mutants_], time.process_time() - start


def _judged(judge: Judge, headline: Collection[str], mutant: Mutant) -> tuple[str, str, str, bool, str]:
    stage, rule = judge.verdict(mutant)
    key = key_of(judge.facts, mutant.table, mutant.index)
    return key, stage, rule, key in headline, "" if stage else why(judge, mutant)


def _judge_part(number: int) -> tuple[list[tuple[str, str, str, bool, str]], float]:
    """The verdicts on one share of the mutants, in a forked process that has the judge from its parent."""
    [(judge, headline, parts)] = JUDGES
    start = time.process_time()
    return [_judged(judge, headline, mutant) for mutant in parts[number]], time.process_time() - start


def why(judge: Judge, mutant: Mutant) -> str:
    """Why nothing noticed a mutant, as a class."""
    row = judge.facts.rows(mutant.table)[mutant.index]
    compared = judge.is_compared(mutant)
    if mutant.kind == "dropped":
        return "no published number and no published table rests on the row"
    if mutant.kind == "last digit":
        return "closer than the check’s tolerance" if compared else "only source: no other row gives this figure to its last digit"
    if mutant.kind.startswith("swapped"):
        return "the neighbor’s number fits as well: same metric, within the tolerance of the checks"
    if mutant.kind.startswith("unit"):
        return "the other unit is in use for this kind of claim or metric, and no second source names one"
    if mutant.table == "claims" and not row["value"]:
        return "a range in words: the article prints no number to compare"
    if compared:
        return "compared with other rows, but ten times or a tenth is within what they allow"
    return "only source: ten times or a tenth is still possible"


def score(judged: Sequence[Judged]) -> float:
    return sum(one.killed for one in judged) / len(judged) if judged else 1.0


def gross_headline(judged: Iterable[Judged]) -> list[Judged]:
    """The mutants that the first goal is about."""
    return [one for one in judged if one.headline and one.mutant.kind in GROSS]


def table_of(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    rows = [list(map(str, head)), ["---"] + ["---:"] * (len(head) - 1), *([str(cell) for cell in line] for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def grouped(judged: Iterable[Judged], by: Callable[[Judged], str], names: Iterable[str]) -> list[list[object]]:
    total, killed = Counter[str](), Counter[str]()
    for one in judged:
        total[by(one)] += 1
        killed[by(one)] += one.killed
    return [
        [name, f"{total[name]:,}", f"{total[name] - killed[name]:,}", percent(killed[name] / total[name])] for name in names if total[name]
    ]


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def unpublished(facts: Facts) -> list[tuple[str, str, list[str]]]:
    """Table, row and columns of the numbers that no published number depends on."""
    seen = published.number_keys(facts)
    found = []
    for table in tables_with_numbers(facts):
        resource = next(resource for resource in facts.descriptor["resources"] if resource["name"] == table)
        columns = [field["name"] for field in resource["schema"]["fields"] if field["type"] in ("number", "integer")]
        for index, row in enumerate(facts.rows(table)):
            key = key_of(facts, table, index)
            filled = [column for column in columns if row[column]]
            # Monthly returns have the keys of daily ones, and only checks read them
            if filled and (key not in seen or table == MONTHS):
                found.append((table, key, filled))
    return found


def as_csv(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *lines])
    return text.getvalue()


def markdown(facts: Facts, judged: Sequence[Judged], seconds: float, whole: bool) -> str:
    """The section of ``docs/quality.md``."""
    tables = tables_with_numbers(facts)
    gross = gross_headline(judged)
    sampled = (
        "all rows" if whole else f"{SAMPLED_ROWS} of its {len(facts.rows(LONG_TABLE)):,} rows, drawn with a fixed seed (all of them weekly)"
    )
    kinds = {row["check_id"]: f"{row['kind']} of checks.csv" for row in facts.rows("checks")}
    rules = Counter((one.stage, kinds.get(one.rule, one.rule)) for one in judged if one.killed)
    reasons = Counter(one.reason for one in judged if not one.killed)
    bare = unpublished(facts)
    counts = Counter(table for table, _, columns in bare for _ in columns)
    listed = [(table, key, " ".join(columns)) for table, key, columns in bare if table not in (LONG_TABLE, MONTHS)]
    survivors = [one for one in gross if not one.killed]
    survived = Counter((one.mutant.table, one.mutant.kind) for one in survivors)
    without = [one for one in judged if one.stage != "models"]
    share_without = sum(one.killed for one in without) / len(judged)
    lines = [
        "Every number of the tables was made ten times as large, a tenth, of the other sign, swapped with its neighbor, and one higher "
        "in its last digit; every row with a number got another unit of the same and of another kind, was dropped, doubled, and doubled "
        f"under a new id. Of `{LONG_TABLE}` {sampled} were spoiled. What changes no number is not counted.",
        f"**{len(judged):,} mutants, {percent(score(judged))} noticed** (goal {percent(GOAL)}; {percent(share_without)} without "
        f"the tests of the models). **Headline figures: {len(gross):,} gross mutants** (ten times, a tenth, "
        "sign, units) in rows behind the home "
        f"page, the figures in circulation and the short answers; **{percent(score(gross))} noticed** (goal {percent(HEADLINE_GOAL)}). "
        f"{1000 * seconds / len(judged):.0f} ms of processor time a mutant.",
        "### By table",
        table_of(("table", "mutants", "survived", "noticed"), grouped(judged, lambda one: one.mutant.table, tables)),
        "### By kind",
        table_of(("kind", "mutants", "survived", "noticed"), grouped(judged, lambda one: one.mutant.kind, KINDS)),
        "### By rule",
        "The first rule that fails has the kill: validation stops the build, cross-checks compare rows, the articles are read a second "
        "time by a program, published ids must exist, and the tests of the models come last.",
        table_of(
            ("rule", "stage", "noticed"),
            (
                [rule.replace("_", " "), stage, f"{count:,}"]
                for (stage, rule), count in sorted(rules.items(), key=lambda item: (STAGES.index(item[0][0]), -item[1], item[0][1]))
            ),
        ),
        "### Survivors",
        f"`{SURVIVORS.name}` lists them row by row, but for last digits, swaps and the rows of `{LONG_TABLE}` behind no headline figure.",
        table_of(
            ("reason", "survivors"),
            ([reason, f"{count:,}"] for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        ),
    ]
    if survivors:
        lines += [
            "Gross mutants of headline rows that survived:",
            table_of(("table and kind", "survivors"), ([f"{table}, {kind}", count] for (table, kind), count in sorted(survived.items()))),
        ]
    lines += [
        "### Cells on which no published number depends",
        f"By the rows that the stored notebooks name behind numbers, tables and calculators; what a chart alone draws is counted here too. "
        f"They are listed in `{UNPUBLISHED.name}`, but for the two long tables of the market.",
        table_of(("table", "cells"), ([table, f"{counts[table]:,}"] for table in tables if counts[table])),
    ]
    UNPUBLISHED.parent.mkdir(exist_ok=True)
    UNPUBLISHED.write_text(as_csv(("table", "row", "columns"), listed), encoding="utf-8")
    fine = ("last digit", "swapped with the next row", "swapped with the next column")
    spared = [one for one in judged if not one.killed and one.mutant.kind not in fine]
    rest = [one for one in spared if one.headline or one.mutant.table != LONG_TABLE]
    SURVIVORS.write_text(
        as_csv(
            ("table", "row", "column", "kind", "headline", "reason"),
            ((one.mutant.table, one.key, one.mutant.column, one.mutant.kind, "true" if one.headline else "", one.reason) for one in rest),
        ),
        encoding="utf-8",
    )
    return "\n\n".join(lines)
