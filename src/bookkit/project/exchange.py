"""Let two folders change places in one step, so that at any moment there is one of them in each place.

Linux and macOS can do it; Python has no function for it. Where the system or the file system cannot, the caller has
to rename twice.
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
