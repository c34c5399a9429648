"""The command line: ``bookkit COMMAND …``, or ``python -m bookkit COMMAND …``.

Each room registers its commands in ``COMMANDS`` of its package, a module and a line of help by the command's name. Of the
modules only the chosen command's is imported, and its ``main`` takes the arguments that are left.
"""

from __future__ import annotations

import argparse
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import bookkit
from bookkit import console


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is its own."""
    known = commands()
    parser = argparse.ArgumentParser(
        prog="bookkit",
        description="Turn executed chapters into a website.",
        epilog="\n".join(["commands:", *(f"  {name:<10} {line}" for name, (_, line) in sorted(known.items()))]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=sorted(known), metavar="COMMAND", help="one of those below; COMMAND --help tells its options")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="…", help="the options of the command")
    options = parser.parse_args(arguments)
    status: int = import_module(known[options.command][0]).main(options.rest)
    return status


def commands() -> dict[str, tuple[str, str]]:
    """The module and the line of help of every command, by its name, as the rooms register them."""
    rooms = [f"bookkit.{room.name}" for room in pkgutil.iter_modules(bookkit.__path__) if room.ispkg]
    registered = ((room, getattr(import_module(room), "COMMANDS", {})) for room in rooms)
    return {name: (f"{room}.{module}", line) for room, own in registered for name, (module, line) in own.items()}


def start() -> NoReturn:
    """Run the command that the terminal names, and end with its status."""
    console.run(lambda: main(sys.argv[1:]))


if __name__ == "__main__":
    start()
