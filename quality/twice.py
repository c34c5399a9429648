"""``make twice``: the archives of one commit, made in two fresh clones, are the same bytes.

Each clone lies in a folder of its own with a name of another length, and finds nothing of an earlier build: its
chapters are executed, its charts drawn and its PDF printed anew. Both use this environment's packages, and their own
sources and data. `make test` compares two builds of the site; this is the whole of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("one", "another folder, with a longer name")
VENDOR = Path("src/bookkit/static/vendor")
COMMANDS = ("build", "dist")


def main() -> int:
    """Make both and compare their checksums."""
    with tempfile.TemporaryDirectory() as folder:
        made = [sums(Path(folder) / name) for name in FOLDERS]
    differing = sorted(name for name in made[0].keys() | made[1].keys() if made[0].get(name) != made[1].get(name))
    for name, checksum in sorted(made[0].items()):
        print(f"{'differs' if name in differing else 'same   '}  {checksum[:16]}  {name}")
    print(f"\n{len(made[0]) - len(differing)} of {len(made[0])} archives of two clones are the same bytes.")
    return 1 if differing or not made[0] else 0


def sums(clone: Path) -> dict[str, str]:
    """The checksums of what is packed in a fresh clone, by name."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    # The bundle comes from locked npm packages: the same files in each clone
    shutil.copytree(ROOT / VENDOR, clone / VENDOR, dirs_exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(clone / "src"), "FACTBOOK_DATA": str(clone / "data")}
    for command in COMMANDS:
        subprocess.run([sys.executable, "-m", "bookkit", command], cwd=clone, env=environment, check=True, stdout=subprocess.DEVNULL)
    lines = (clone / "_build/dist/SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in (line.split(maxsplit=1) for line in lines)}


if __name__ == "__main__":
    sys.exit(main())
