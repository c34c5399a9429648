"""What SALib imports to compute in several processes, where there is only one."""

from __future__ import annotations


class Pool:
    """Processes that cannot be started."""

    def __init__(self, *_: object, **__: object) -> None:
        raise OSError("There are no processes here.")


def cpu_count() -> int:
    """How many processors there are to compute with."""
    return 1
