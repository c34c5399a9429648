"""``python -m deepseek_audit check`` checks the data; ``tidy`` rewrites tables; ``audit`` judges; ``catalog`` writes what is generated."""

from __future__ import annotations

import argparse
import io
import sys
import time
from pathlib import Path

from factbook import catalog, checks, facts, tables
from factbook.spreadsheets import digits, tidying

# More numbers with other digits are listed when asked for
SHOWN = 20


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status says whether the data are fit to use."""
    parser = argparse.ArgumentParser(prog="deepseek_audit", description="The report's data.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="check every table against its schema")
    check.add_argument("--cross", action="store_true", help="also tell which rows contradict one another (never a reason to fail)")
    check.add_argument("--digits", action="store_true", help="name every number whose digits changed, not only the first")
    tidy_command = commands.add_parser("tidy", help="rewrite tables that a spreadsheet saved, losing nothing")
    tidy_command.add_argument(
        "--digits", action="store_true", help="also give numbers that kept their value their digits of the last commit"
    )
    commands.add_parser("audit", help="judge every claim of the articles")
    commands.add_parser("catalog", help="write data/README.md and book/references.bib from the tables")
    commands.add_parser("edition", help="keep how the numbers are written, as those of the published edition")
    options = parser.parse_args(arguments)
    command = options.command
    start = time.perf_counter()
    try:
        if command == "tidy":
            tidy(tables.data_directory())
        loaded = facts.load()
    except tables.DataError as error:
        print(error, file=sys.stderr)
        count = len(error.faults)
        print(f"\nThe data have {count} fault{'s' * (count > 1)}. Mend them, then run the command again.", file=sys.stderr)
        return 1
    if command == "tidy":
        if options.digits:
            restore(loaded)
        return 0
    if command == "audit":
        return audit(loaded)
    if command == "catalog":
        for path in catalog.write(loaded):
            print(f"wrote {path}")
    elif command == "edition":
        print(f"wrote {digits.keep(loaded)}")
    else:
        names = [resource["name"] for resource in loaded.descriptor["resources"]]
        rows = sum(len(loaded.rows(name)) for name in names)
        print(f"data       {len(names)} tables, {rows:,} rows pass their schema  {time.perf_counter() - start:.1f} s")
        warn(loaded, every=options.digits)
        if options.cross:
            cross(loaded)
    return 0


def tidy(directory: Path) -> None:
    """Rewrite the tables, and say what changed."""
    changes = 0
    for changes, line in enumerate(tidying.tidy(directory), start=1):  # noqa: B007
        print(f"tidy       {line}")
    if not changes:
        print("tidy       every table is written as it should be")


def warn(loaded: facts.Facts, every: bool) -> None:
    """Name the rows that kept their value and not their digits."""
    found = digits.compared(loaded)
    if found is None:
        print("digits     not compared: there is no commit and no edition of these tables here")
    elif found.cells:
        shown = found.cells if every else found.cells[:SHOWN]
        which = "1 number kept its value" if len(found.cells) == 1 else f"{len(found.cells)} numbers kept their value"
        print(f"digits     {which} and lost or gained digits since {found.since}:")
        for one in shown:
            print(f"           {one}")
        if len(shown) < len(found.cells):
            print(f"           … and {len(found.cells) - len(shown)} more: .venv/bin/python -m deepseek_audit check --digits")
        print("           If a spreadsheet did that: make tidy DIGITS=1 puts the digits back.")


def restore(loaded: facts.Facts) -> None:
    """Put the digits back."""
    found = digits.compared(loaded)
    if found is None:
        print("digits     nothing to compare with: there is no commit and no edition of these tables here")
    else:
        digits.restore(loaded.directory, found.cells)
        print(f"digits     {len(found.cells)} numbers have the digits of {found.since} again")


def cross(loaded: facts.Facts) -> None:
    """Tell what no longer fits, where somebody changed one of two rows that agree."""
    from deepseek_audit.checks.functions import FUNCTIONS

    rules = checks.of_table(loaded, FUNCTIONS)
    found = checks.findings(loaded, rules.values())
    for line in found.contradictions:
        print(f"           {line}")
    for line in found.not_compared:
        print(f"           not compared: {line}")
    ending = f"{len(found.contradictions)} contradictions, see above" if found.contradictions else "the rows agree"
    if found.not_compared:
        ending += f"; {len(found.not_compared)} not compared"
    print(f"cross      {len(rules)} rules: {ending}")


def audit(loaded: facts.Facts) -> int:
    """Judge every claim; say what changed data contradict."""
    from deepseek_audit.audit import claims

    try:
        audited = claims.audit(loaded, strict=False)
    except claims.AuditError as error:
        print(f"{error}\n\nMend data/judgements.csv or data/claims.csv, then run the command again.", file=sys.stderr)
        return 1
    outdated = [claim.claim_id for claim in audited if claim.outdated]
    print(f"audit      {len(audited)} claims have a verdict" + (f"; the changed data contradict {', '.join(outdated)}" if outdated else ""))
    return 0


if __name__ == "__main__":
    # A terminal or pipe that knows few characters is no reason to fail
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(main())
