"""Jupyter Book in a process that ends when the build that started it ends, however that ends.

A killed build cannot tell anybody. It holds one end of a pipe, though, which the system closes with it; this process
waits at the other end, its standard input, and then ends itself and its children at once. Kernels watch their parent
in the same way.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

from bookkit.execution import executions

EXECUTES = re.compile(r"^ +bookkit_execute: *true\b", re.MULTILINE)


def main() -> None:
    """Run Jupyter Book's command line."""
    # Whatever this process starts has nothing to read, and does not wait where this one does
    watched = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with_parent, args=(watched,), daemon=True).start()
    with contextlib.suppress(OSError):
        if EXECUTES.search(Path("_config.yml").read_text(encoding="utf-8")):
            # What chapters import, beside what Jupyter Book imports
            executions.prepare(Path.cwd())
    from jupyter_book.cli.main import main as jupyter_book

    sys.argv[0] = "jupyter-book"
    jupyter_book()


def end_group(process: subprocess.Popen[str]) -> None:
    """End this program and what it started, at once; it was started as the leader of a group where there are groups."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _end_with_parent(pipe: int) -> None:
    if not os.read(pipe, 1):
        if sys.platform == "win32":
            os._exit(1)
        os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
