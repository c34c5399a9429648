"""Everything of one edition in one folder, to publish and to keep: ``bookkit dist`` writes ``_build/dist``.

It packs what the site offers (wheel, data, notebooks, PDF, files for machines), the site itself with the PDF inside, what was
compiled for browsers if the site has it,
the descriptions that archives read, and the checksums of all of it. The folder is written aside and put in place
whole: when anything is missing, the previous one stays. For one commit and one browser the bytes are the same
wherever they are made.
"""

from __future__ import annotations

import argparse
import errno
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bookkit.citing import citing
from bookkit.downloads import offers
from bookkit.print import onepage, pdf
from bookkit.project import commands, packing
from bookkit.project.layout import DIGEST, RELEASE, SITE
from bookkit.release import archive
from bookkit.verification import packs

ASIDE, PREVIOUS = (RELEASE.with_name(f"{RELEASE.name}.{ending}") for ending in ("next", "previous"))
# What the build keeps for itself
UNPUBLISHED = (DIGEST,)


class DistError(Exception):
    """The folder could not be made. The message is for the reader of the terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Pack the built site of the book in the current folder."""
    parser = argparse.ArgumentParser(prog="bookkit dist", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.parse_args(arguments)
    root, start = Path.cwd(), time.perf_counter()
    try:
        folder = make(root)
    except (DistError, pdf.PdfError, archive.ArchiveError) as error:
        kept = f"The previous one is still in {RELEASE}." if (root / RELEASE).is_dir() else "There is no older one."
        print(f"\n{error}\n\nNothing was packed. {kept}", file=sys.stderr)
        return 1
    for path in sorted(folder.iterdir()):
        print(f"dist       {path.name:<56} {packing.size(path.stat().st_size):>10}")
    print(f"\n{RELEASE}, made in {time.perf_counter() - start:.1f} s. Check a copy with: sha256sum --check {packing.SUMS}")
    return 0


def make(root: Path) -> Path:
    """Pack the built site of the book at ``root``.

    Returns:
        The folder.

    Raises:
        DistError: something is missing, or the folder cannot be written.
        PdfError: the PDF could not be made.
        ArchiveError: the project cannot be described.
    """
    pdf.make(root)
    site, aside = root / SITE, root / ASIDE
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for path in offered(root):
            shutil.copyfile(path, aside / path.name)
        stem = citing.file_stem(*onepage.edition(site))
        # Others hold what was compiled for browsers, and it may be gone one day
        for path in packs.binaries(root):
            shutil.copyfile(path, aside / path.name)
        (aside / f"{stem}-site.zip").write_bytes(site_archive(site, stem))
        archive.write_all(root, aside, sorted(aside.iterdir()))
        (aside / packing.SUMS).write_text(packing.sums(aside.iterdir()), encoding="utf-8", newline="\n")
        _swap(aside, root / RELEASE, root / PREVIOUS)
    except OSError as error:
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise DistError(
            f"{RELEASE} cannot be written: {why}. Make room or allow writing there, then run `{commands.PACK}` again."
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return root / RELEASE


def offered(root: Path) -> Sequence[Path]:
    """The files of the site that an edition consists of.

    Raises:
        DistError: the project is a package, and its wheel is not among them.
    """
    site = root / SITE
    folder = site / offers.FOLDER
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name != packing.SUMS]
    if (root / "pyproject.toml").is_file() and not any(path.suffix == ".whl" for path in files):
        raise DistError(f"The site offers no wheel of the package, which its notebooks need. Build it again: {commands.BUILD}")
    return [*files, *(site / name for name in offers.MACHINE_FILES if (site / name).is_file())]


def site_archive(site: Path, below: str) -> bytes:
    """The site as a zip that unpacks into one folder."""
    members = packing.folder_members(site, below)
    return packing.zipped({name: content for name, content in members.items() if name.removeprefix(f"{below}/") not in UNPUBLISHED})


def _swap(fresh: Path, folder: Path, previous: Path) -> None:
    """Put the new folder in the old one's place; a failure in between leaves one of them there."""
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        folder.rename(previous)
    try:
        fresh.rename(folder)
    except OSError:
        if previous.exists():
            previous.rename(folder)
        raise
    shutil.rmtree(previous, ignore_errors=True)
