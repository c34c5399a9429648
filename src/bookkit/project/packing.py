"""Archives and checksums that are the same wherever and whenever they are made.

A zip holds its members sorted by name, with one fixed time and one fixed mode, so that its bytes depend on their
content alone.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

# The earliest time a zip can hold
TIME = (1980, 1, 1, 0, 0, 0)
MODE = 0o644
UNIX = 3
SUMS = "SHA256SUMS"
# Compressed already
STORED = (".zip", ".png", ".woff2", ".whl", ".pdf", ".gz", ".pack")


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of the members, by their names in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, TIME)
            entry.create_system = UNIX
            entry.external_attr = MODE << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(STORED) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, members[name])
    return target.getvalue()


def folder_members(folder: Path, below: str = "") -> dict[str, bytes]:
    """Every file of a folder by its name in an archive.

    Args:
        folder: what to pack.
        below: the one folder that everything unpacks into.
    """
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {"/".join(filter(None, (below, path.relative_to(folder).as_posix()))): path.read_bytes() for path in paths}


def digest(content: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sums(paths: Iterable[Path]) -> str:
    """The checksums of files as ``sha256sum --check`` reads them: by bare names, for a folder of downloads.

    Raises:
        ValueError: two files have one name.
    """
    found: dict[str, str] = {}
    for path in paths:
        if path.name in found:
            raise ValueError(f"two files are called {path.name}")
        found[path.name] = digest(path.read_bytes())
    return "".join(f"{found[name]}  {name}\n" for name in sorted(found))


def size(count: int) -> str:
    """A size as people read it: ``940 bytes``, ``12 KB``, ``4.2 MB``."""
    if count < 1000:
        return f"{count} bytes"
    amount, unit = (count / 1e6, "MB") if count >= 999_500 else (count / 1e3, "KB")
    return f"{amount:.0f} {unit}" if amount >= 9.95 else f"{amount:.1f} {unit}"
