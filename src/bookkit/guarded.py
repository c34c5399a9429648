"""Jupyter Book in a process that ends when the build that started it ends, however that ends.

A killed build cannot tell anybody. It holds one end of a pipe, though, which the system closes with it; this process
waits at the other end and then ends itself and its children at once. Kernels watch their parent in the same way.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

PIPE = "BOOKKIT_GUARD"


def main() -> None:
    """Run Jupyter Book's command line."""
    threading.Thread(target=_end_with_parent, args=(int(os.environ.pop(PIPE)),), daemon=True).start()
    from jupyter_book.cli.main import main as jupyter_book

    sys.argv[0] = "jupyter-book"
    jupyter_book()


def _end_with_parent(pipe: int) -> None:
    if not os.read(pipe, 1):
        # The process was started as the leader of a group of its own
        os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
