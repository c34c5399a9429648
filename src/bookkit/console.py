"""How every command of this package starts: it can print any text, and others may read what it writes.

A terminal or a pipe may know fewer characters than the book (on Windows a pipe often knows 255); a build must not
fail at its last line because an arrow cannot be shown. And what these commands make is to be published: copied to a
host, it has to be readable there, even where the user keeps new files private by default. Who may write stays the user's choice.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import NoReturn

WRITING = 0o022


def run(command: Callable[[], int]) -> NoReturn:
    """Run a command and end the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    os.umask(os.umask(0) & WRITING)
    sys.exit(command())
