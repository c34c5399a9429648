"""One at a time: a lock on an open file, which the system gives back when the process ends, however it ends.

Python has no such lock that works on every system, and a library's cannot be handed on to a process that is started,
which a build needs (`bookkit.site.build`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PAUSE = 0.1


class Taken(Exception):
    """Another process has the lock."""


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take(file: IO[bytes], patience: float = 0) -> None:
    """Take the lock of an open file; closing the file gives it back.

    Args:
        file: a file that is open for writing.
        patience: how many seconds to wait for it.

    Raises:
        Taken: another process has it.
    """
    patient_until = time.monotonic() + patience
    while True:
        try:
            return _lock(file)
        except (BlockingIOError, PermissionError):
            if time.monotonic() >= patient_until:
                raise Taken(file.name) from None
        time.sleep(PAUSE)


@contextmanager
def held(path: Path, patience: float = float("inf")) -> Iterator[IO[bytes]]:
    """Hold the lock of a file, which is made where it is missing. See `take` for argument and error."""
    with path.open("wb") as file:
        take(file, patience)
        yield file
