"""``make mutate``: judge all mutants, write the report, and fail below the goals."""

from __future__ import annotations

import argparse
import random
import sys
import warnings

from factbook.facts import load
from quality import write_section
from quality.mutate.judge import Judge
from quality.mutate.report import (
    GOAL,
    HEADLINE_GOAL,
    SEED,
    chosen,
    gross_headline,
    judge_all,
    markdown,
    percent,
    score,
    tables_with_numbers,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="mutate", description="Spoil the data and see which checks notice.")
    parser.add_argument("--all", action="store_true", help="every row of market_returns too (four times as many mutants)")
    parser.add_argument("--dry", action="store_true", help="do not write docs/quality.md")
    parser.add_argument("--sample", type=int, help="judge so many, drawn at random, and write nothing")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    facts = load()
    judge = Judge(facts)
    every = [mutant for table in tables_with_numbers(facts) for mutant in chosen(facts, table, options.all)]
    judged, seconds = judge_all(judge, random.Random(SEED).sample(every, options.sample) if options.sample else every)
    if not options.dry and not options.sample:
        write_section("data-mutation", markdown(facts, judged, seconds, options.all))
    gross = gross_headline(judged)
    print(
        f"mutate     {len(judged):,} mutants, {percent(score(judged))} noticed; headline figures {percent(score(gross))} of {len(gross):,}"
    )
    print(f"           {1000 * seconds / len(judged):.1f} ms of processor time a mutant")
    if score(judged) < GOAL or score(gross) < HEADLINE_GOAL:
        print(f"The goals are {percent(GOAL)} and {percent(HEADLINE_GOAL)}.")
        print("The survivors stand in docs/surviving_mutants.csv: add a cross-check for them.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
