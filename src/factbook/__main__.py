"""``python -m factbook check`` checks the data; ``tidy`` rewrites tables, ``catalog`` what is generated; ``edition`` keeps digits."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from factbook import catalog, checks, facts, tables
from factbook.expressions import Function
from factbook.spreadsheets import digits, tidying

# More numbers with other digits are listed when asked for
SHOWN = 20
# The status of a program that writes where nobody reads any more: 128 and the signal’s number
PIPE_CLOSED = 141


def take_ids(parser: argparse.ArgumentParser) -> None:
    """Let a command take ids."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="what to tell more of")


@dataclass(frozen=True)
class Command:
    """A command of a book.

    Attributes:
        run: what it does with the facts and its options; gives the exit status.
        told: its line of help.
        options: adds what it takes; by itself these are ids.
        unfit: the exit status where the data cannot be read.
    """

    run: Callable[[facts.Facts, argparse.Namespace], int]
    told: str
    options: Callable[[argparse.ArgumentParser], None] = take_ids
    unfit: int = 1


def main(
    arguments: list[str] | None = None,
    name: str = "factbook",
    functions: Callable[[], Mapping[str, Function]] = dict,
    more: Mapping[str, Command] | None = None,
) -> int:
    """Run one command; the exit status says whether the data are fit to use.

    Args:
        arguments: of the command line.
        name: of the package that is run.
        functions: gives those of a book's models that its checks may call.
        more: commands of a book by their names.
    """
    own = more or {}
    parser = argparse.ArgumentParser(prog=name, description="The data of a book.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="check every table against its schema")
    check.add_argument("--cross", action="store_true", help="also tell which rows contradict one another (never a reason to fail)")
    check.add_argument("--digits", action="store_true", help="name every number whose digits changed, not only the first")
    tidy_command = commands.add_parser("tidy", help="rewrite tables that a spreadsheet saved, losing nothing")
    tidy_command.add_argument(
        "--digits", action="store_true", help="also give numbers that kept their value their digits of the last commit"
    )
    for word, command in own.items():
        command.options(commands.add_parser(word, help=command.told))
    commands.add_parser("catalog", help="write data/README.md and references.bib from the tables")
    commands.add_parser("edition", help="keep how the numbers are written, as those of the published edition")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        if options.command == "tidy":
            tidy()
        loaded = facts.load()
        if options.command in own:
            return own[options.command].run(loaded, options)
    except tables.DataError as error:
        print(error, file=sys.stderr)
        count = len(error.faults)
        print(f"\nThe data have {count} fault{'s' * (count > 1)}. Mend them, then run the command again.", file=sys.stderr)
        return own[options.command].unfit if options.command in own else 1
    if options.command == "tidy" and options.digits:
        restore(loaded)
    elif options.command == "catalog":
        for path in catalog.write(loaded):
            print(f"wrote {path}")
    elif options.command == "edition":
        print(f"wrote {digits.keep(loaded)}")
    elif options.command == "check":
        rows = sum(len(loaded.rows(table)) for table in loaded.table_names)
        print(f"data       {len(loaded.table_names)} tables, {rows:,} rows pass their schema  {time.perf_counter() - start:.1f} s")
        warn(loaded, name, every=options.digits)
        if options.cross:
            cross(loaded, functions())
    return 0


def tidy() -> None:
    """Rewrite the tables, and say what changed, also where one of them then cannot be rewritten."""
    changed = False
    for line in tidying.tidy(tables.data_directory()):
        changed = True
        print(f"tidy       {line}")
    if not changed:
        print("tidy       every table is written as it should be")


def warn(loaded: facts.Facts, name: str, every: bool) -> None:
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
            print(f"           … and {len(found.cells) - len(shown)} more: python -m {name} check --digits")
        print(f"           If a spreadsheet did that: python -m {name} tidy --digits puts the digits back.")


def restore(loaded: facts.Facts) -> None:
    """Put the digits back."""
    found = digits.compared(loaded)
    if found is None:
        print("digits     nothing to compare with: there is no commit and no edition of these tables here")
    else:
        digits.restore(loaded.directory, found.cells)
        print(f"digits     {len(found.cells)} numbers have the digits of {found.since} again")


def cross(loaded: facts.Facts, functions: Mapping[str, Function]) -> None:
    """Tell what no longer fits, where somebody changed one of two rows that agree."""
    rules = checks.of_table(loaded, functions)
    found = checks.findings(loaded, rules.values())
    for line in found.contradictions:
        print(f"           {line}")
    for line in found.not_compared:
        print(f"           not compared: {line}")
    ending = f"{len(found.contradictions)} contradictions, see above" if found.contradictions else "the rows agree"
    if found.not_compared:
        ending += f"; {len(found.not_compared)} not compared"
    print(f"cross      {len(rules)} rules: {ending}")


def run(command: Callable[[], int]) -> None:
    """Run a command and end with its status. A terminal or pipe that knows few characters is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = command()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough (“| head”); the interpreter must not try to write the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = PIPE_CLOSED
    sys.exit(status)


if __name__ == "__main__":
    run(main)
