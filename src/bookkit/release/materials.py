"""What a book is made with: a software bill of materials of its Python and npm packages, as CycloneDX.

``python -m bookkit.release.materials FOLDER --cyclonedx PROGRAM`` writes ``materials-python.cdx.json`` and ``materials-npm.cdx.json``.

Decided: the bill is read from the lock files, not from what happens to be installed, so that it lists what a build
anywhere gets, each with its hashes. The time and the random serial number that both tools put in are taken out: two
bills of the same locks are the same bytes. The tools are CycloneDX' own for Python and npm's own for npm.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bookkit import console
from bookkit.site.bundle import BundleError, npm_command

PYTHON, NPM = "materials-python.cdx.json", "materials-npm.cdx.json"
SPECIFICATION = "1.6"
UNVERSIONED = "0.0.0"


class MaterialsError(Exception):
    """A bill could not be written. The message is for the reader of the terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both bills for the book in the current folder."""
    parser = argparse.ArgumentParser(prog="bookkit.release.materials", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, help="where the bills are written")
    parser.add_argument("--cyclonedx", default="cyclonedx-py", help="the program cyclonedx-py")
    options = parser.parse_args(arguments)
    try:
        for path, count in write(Path.cwd(), options.folder, options.cyclonedx):
            print(f"sbom         {path}, {count} packages")
    except (MaterialsError, BundleError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def write(root: Path, folder: Path, cyclonedx: str) -> list[tuple[Path, int]]:
    """Write both bills.

    Args:
        root: the book's folder, with ``requirements.txt`` and ``package-lock.json``.
        folder: where the bills go.
        cyclonedx: the program that reads the Python lock.

    Returns:
        Each file and how many packages it lists.

    Raises:
        MaterialsError: a tool is missing or failed, or lists nothing.
    """
    python = [cyclonedx, "requirements", "--sv", SPECIFICATION, "--of", "JSON", "--output-reproducible", "requirements.txt"]
    npm = npm_command("sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, command, described in ((PYTHON, python, root), (NPM, npm, None)):
        with tempfile.TemporaryDirectory() as copy:
            bill = repeatable(_bill(command, described or _with_version(root, Path(copy))))
        if not bill.get("components"):
            raise MaterialsError(f"{name} would list no package. Write the locks anew, then try again.")
        (folder / name).write_text(json.dumps(bill, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
        written.append((folder / name, len(bill["components"])))
    return written


def _with_version(root: Path, folder: Path) -> Path:
    """The npm locks in a folder of their own, with a version: npm describes nothing that has none, and names it by its folder."""
    folder = folder / str(json.loads((root / "package.json").read_text(encoding="utf-8")).get("name", "book"))
    folder.mkdir()
    for name in ("package.json", "package-lock.json"):
        described = json.loads((root / name).read_text(encoding="utf-8"))
        for part in (described, described.get("packages", {}).get("", {})):
            part.setdefault("version", UNVERSIONED)
        (folder / name).write_text(json.dumps(described), encoding="utf-8", newline="\n")
    return folder


def _bill(command: Sequence[str], root: Path) -> dict[str, Any]:
    try:
        result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, encoding="utf-8")
        bill: dict[str, Any] = json.loads(result.stdout)
    except FileNotFoundError:
        raise MaterialsError(f"{command[0]} is not installed. Install it, or name another with --cyclonedx.") from None
    except (subprocess.CalledProcessError, ValueError) as error:
        lines = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise MaterialsError(f"{Path(command[0]).name} could not read the lock file: {lines[-1] if lines else 'no reason given'}") from None
    return bill


def repeatable(bill: dict[str, Any]) -> dict[str, Any]:
    """The bill without what changes from run to run, in the order of its packages."""
    kept = {key: value for key, value in bill.items() if key != "serialNumber"}
    kept["metadata"] = {key: value for key, value in bill.get("metadata", {}).items() if key != "timestamp"}
    kept["components"] = sorted(bill.get("components", []), key=lambda part: (part["name"], part.get("version", "")))
    return kept


if __name__ == "__main__":
    console.run(main)
