"""Files and folders that are whole at any moment: written aside and renamed, or exchanged in one step.

Linux and macOS can let two folders change places; Python has no function for it. Where the system or the file system
cannot, the caller has to rename twice.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders of one file system.

    Returns:
        Whether it was done. If not, nothing was changed.
    """
    if sys.platform == "win32":
        return False
    names = os.fsencode(one), os.fsencode(other)
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        return bool(library.renamex_np(*names, RENAME_SWAP) == 0)
    if hasattr(library, "renameat2"):
        return bool(library.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0)
    return False


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, under a name of its own until then: two processes may write the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
