"""``python -m deepseek_audit check`` checks the data; ``audit`` judges the claims; ``catalog`` writes what is generated."""

from __future__ import annotations

import argparse
import io
import sys
import time

from deepseek_audit import catalog, facts, tables


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status says whether the data are fit to use."""
    parser = argparse.ArgumentParser(prog="deepseek_audit", description="The report's data.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="check every table against its schema")
    check.add_argument("--cross", action="store_true", help="also tell which rows contradict one another (never a reason to fail)")
    commands.add_parser("audit", help="judge every claim of the articles")
    commands.add_parser("catalog", help="write data/README.md and book/references.bib from the tables")
    options = parser.parse_args(arguments)
    command = options.command
    start = time.perf_counter()
    try:
        loaded = facts.load()
    except tables.DataError as error:
        print(error, file=sys.stderr)
        count = len(error.faults)
        print(f"\nThe data have {count} fault{'s' * (count > 1)}. Mend them, then run the command again.", file=sys.stderr)
        return 1
    if command == "audit":
        return audit(loaded)
    if command == "catalog":
        for path in catalog.write(loaded):
            print(f"wrote {path}")
    else:
        names = [resource["name"] for resource in loaded.descriptor["resources"]]
        rows = sum(len(loaded.rows(name)) for name in names)
        print(f"data       {len(names)} tables, {rows:,} rows pass their schema  {time.perf_counter() - start:.1f} s")
        if options.cross:
            cross(loaded)
    return 0


def cross(loaded: facts.Facts) -> None:
    """Tell what no longer fits, where somebody changed one of two rows that agree."""
    from deepseek_audit import crosschecks

    found = crosschecks.contradictions(loaded)
    for line in found:
        print(f"           {line}")
    ending = f"{len(found)} contradictions, see above" if found else "the rows agree"
    print(f"cross      {len(crosschecks.CHECKS)} rules: {ending}")


def audit(loaded: facts.Facts) -> int:
    """Judge every claim; say what changed data contradict."""
    from deepseek_audit import claims

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
