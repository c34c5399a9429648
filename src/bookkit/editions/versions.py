"""Editions side by side: the newest site at the root, every released one under ``v/VERSION/``, as it was published.

Decided: a released edition is the zip of its site that the release carries; nothing is built again. Each of its pages
gets a line that says which version it is and leads to the same page of the newest site, and its canonical link leads
there too; where the newest site has no such page, the page is canonical itself. Both stand in slots that the theme
prints (`bookkit.markup.slots`), so no finished HTML is searched. Files that only make sense at the root (sitemap, robots,
the page not found) are left out of what is kept. All of it is made aside and put in place when it is whole.

A zip comes from outside: names that lead out of their folder, links, encryption, double names and more than
`LARGEST` bytes are refused before anything is written.

``bookkit versions list FOLDER`` prints the versions of the zips in a folder, for ``BOOK_EDITIONS``;
``bookkit versions assemble SITE FOLDER TARGET`` makes the published folder.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import posixpath
import re
import shutil
import stat
import sys
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from packaging.version import InvalidVersion, Version

from bookkit.citing import citing
from bookkit.editions.baseline import EDITION_FILE, Entry
from bookkit.editions.compare import NUMBERS
from bookkit.editions.differences import EDITIONS_SETTING, VERSIONS_FOLDER, VERSIONS_PAGE
from bookkit.markup import slots
from bookkit.markup.slots import SlotError
from bookkit.markup.templates import render
from bookkit.project import commands, history

LARGEST = 1_000_000_000  # bytes; what GitHub Pages publishes at most
PLAIN_VERSION = re.compile(r"\d[0-9A-Za-z]*(?:[.+-][0-9A-Za-z]+)*")
NOT_KEPT = re.compile(rf"404\.html|sitemap\.xml|robots\.txt|CNAME|\.nojekyll|{VERSIONS_FOLDER}/.*")
ENCRYPTED = 0x1  # Bit of a zip entry's flags


class VersionsError(ValueError):
    """Editions cannot be put side by side. The message says which one is wrong, and what to do."""


@dataclass(frozen=True)
class Kept:
    """A released edition.

    Args:
        entry: what its ``edition.json`` says.
        archive: the zip.
        files: its files by their path in the site.
    """

    entry: Entry
    archive: Path
    files: Mapping[str, zipfile.ZipInfo]

    @property
    def version(self) -> str:
        """Its version, which is the name of its folder too."""
        return self.entry.version

    @property
    def folder(self) -> str:
        """Its folder below the site's root."""
        return f"{VERSIONS_FOLDER}/{self.version}/"


def open_archive(archive: Path) -> Kept:
    """Look into the zip of a released site; nothing is written.

    Raises:
        VersionsError: it is broken, unsafe, or no such site.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            files = _safe(archive, zipped.infolist())
            if EDITION_FILE not in files:
                raise VersionsError(
                    f"{archive.name} has no {EDITION_FILE}, so it is no site of this kind. Leave it out, or release it again."
                )
            entry = Entry.read(zipped.read(files[EDITION_FILE]))
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        if isinstance(error, VersionsError):
            raise
        raise VersionsError(f"{archive.name} is broken ({error}). Download it again, and compare its checksum.") from None
    _check(archive, entry)
    return Kept(entry, archive, files)


def _safe(archive: Path, infos: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The files by their path, if every one of them stays where it belongs."""
    files: dict[str, zipfile.ZipInfo] = {}
    if sum(info.file_size for info in infos) > LARGEST:
        raise VersionsError(f"{archive.name} unpacks to more than {LARGEST:,} bytes. Leave it out.")
    for info in infos:
        # What the zip says, before Python's own mending of names
        name = info.orig_filename
        parts = name.rstrip("/").split("/")
        if "\\" in name or ":" in name or any(part in ("", ".", "..") for part in parts) or not name.isprintable():
            raise VersionsError(f"{archive.name} holds the name {name!r}, which leads out of its folder. Leave it out.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise VersionsError(f"{archive.name} holds a link, {name!r}. Leave it out, or pack the file itself.")
        if info.flag_bits & ENCRYPTED:
            raise VersionsError(f"{archive.name} is encrypted. Release it without a password.")
        if name in files:
            raise VersionsError(f"{archive.name} holds {name!r} twice. Release it again.")
        if not info.is_dir():
            files[name] = info
    return _without_top(files)


def _without_top(files: Mapping[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The files without the one folder that all of them may be packed in."""
    tops = {name.partition("/")[0] for name in files}
    if EDITION_FILE not in files and len(tops) == 1 and f"{(top := tops.pop())}/{EDITION_FILE}" in files:
        return {name.removeprefix(f"{top}/"): info for name, info in files.items()}
    return dict(files)


def _check(archive: Path, entry: Entry) -> None:
    where = f"{archive.name}, {EDITION_FILE}"
    if not parse_version(entry.version):
        raise VersionsError(f"{where}: {entry.version!r} is no version that can name a folder. Write it like 1.2.0.")
    if not entry.site.startswith(("https://", "http://")):
        raise VersionsError(f"{where}: the site was built without its address. Build it with BOOK_SITE_URL.")
    try:
        datetime.date.fromisoformat(entry.date)
    except ValueError:
        raise VersionsError(f"{where}: {entry.date!r} is no date. Write it as 2026-11-22, in CITATION.cff.") from None


def parse_version(version: str) -> Version | None:
    """The version, if it can be ordered and can name a folder."""
    if not PLAIN_VERSION.fullmatch(version):
        return None
    try:
        return Version(version)
    except InvalidVersion:
        return None


def in_folder(folder: Path) -> list[Kept]:
    """The released editions in a folder, the newest first.

    Raises:
        VersionsError: the folder is missing, a zip is wrong, or two are of one version.
    """
    if not folder.is_dir():
        raise VersionsError(f"{folder} is not there. Make it, and put the zips of the released sites into it.")
    found = [open_archive(archive) for archive in sorted(folder.glob("*.zip"))]
    for first, second in itertools.pairwise(sorted(found, key=lambda kept: kept.version)):
        if first.version == second.version:
            raise VersionsError(f"{first.archive.name} and {second.archive.name} are both version {first.version}. Remove one.")
    return sorted(found, key=lambda kept: Version(kept.version), reverse=True)


def assemble(newest: Path, editions: Sequence[Kept], target: Path) -> Path:
    """Make the published folder.

    Args:
        newest: the newest site, built.
        editions: the released ones.
        target: the folder to make; what was there is replaced.

    Raises:
        VersionsError: the newest site or an edition is not what it should be. Then ``target`` is as it was.
    """
    entry = _newest_entry(newest)
    pages = {path.relative_to(newest).as_posix() for path in newest.rglob("*.html")}
    aside = target.with_name(f"{target.name}.next")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        shutil.copytree(newest, aside)
        for kept in editions:
            _unpack(kept, aside / kept.folder, entry, pages)
        if editions:
            _list(aside / f"{VERSIONS_PAGE}.html", editions, entry)
        shutil.rmtree(target, ignore_errors=True)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _newest_entry(newest: Path) -> Entry:
    path = newest / EDITION_FILE
    if not path.is_file():
        raise VersionsError(f"{path} is not there. Build the site first: {commands.BUILD}")
    entry = Entry.read(path.read_bytes())
    if not entry.site:
        raise VersionsError(f"{newest} was built without its address. Build it with BOOK_SITE_URL.")
    return entry


def _unpack(kept: Kept, folder: Path, newest: Entry, pages: set[str]) -> None:
    try:
        with zipfile.ZipFile(kept.archive) as zipped:
            for path, info in kept.files.items():
                if NOT_KEPT.fullmatch(path):
                    continue
                content = zipped.read(info)
                if path.endswith(".html"):
                    content = _page(kept, path, content.decode("utf-8"), newest, pages).encode("utf-8")
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
    except SlotError as error:
        raise VersionsError(f"{kept.archive.name}, {path} {error}. It was made by another version of bookkit: leave it out.") from None
    except (OSError, EOFError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error) as error:
        raise VersionsError(f"{kept.archive.name} is broken ({error}). Download it again, and compare its checksum.") from None


def _page(kept: Kept, path: str, text: str, newest: Entry, pages: set[str]) -> str:
    """A kept page with its line and its canonical link."""
    own = slots.addresses(slots.public(kept.entry.site, path))
    if slots.content(text, slots.ADDRESS) != own:
        raise SlotError(f"does not have the canonical link of {kept.entry.site}")
    canonical = slots.public(newest.site, path if path in pages else kept.folder + path)
    text = slots.filled(text, slots.ADDRESS, slots.addresses(canonical))
    return slots.filled(text, slots.EDITION, banner(kept, path, newest, path in pages))


def banner(kept: Kept, path: str, newest: Entry, there: bool) -> Markup:
    """The line at the top of a kept page.

    Args:
        kept: the edition.
        path: the page's path in it.
        newest: what the newest site's ``edition.json`` says.
        there: whether the newest site has this page.
    """
    return render(
        "editions/banner.html",
        this=_named(kept.entry),
        newest=_named(newest),
        same=newest.version == kept.version,
        there=there,
        address=posixpath.relpath(path if there else "index.html", posixpath.dirname(kept.folder + path)),
    )


def _named(entry: Entry) -> str:
    date = f" of {citing.day(entry.date)}" if entry.date else ""
    return f"{entry.version}{date}"


def _list(page: Path, editions: Sequence[Kept], newest: Entry) -> None:
    """Fill the page that lists the editions."""
    if not page.is_file():
        versions = " ".join(kept.version for kept in editions)
        raise VersionsError(f"The newest site has no page for its editions. Build it with {EDITIONS_SETTING}='{versions}'.")
    table = render("editions/list.html", editions=[_row(kept) for kept in editions], newest=_named(newest))
    try:
        page.write_text(slots.filled(page.read_text(encoding="utf-8"), slots.EDITIONS, table), encoding="utf-8", newline="")
    except SlotError as error:
        raise VersionsError(f"{page.name} {error}. Build the newest site again.") from None


def _row(kept: Kept) -> dict[str, str | int]:
    """What the list says of an edition; an address is empty where there is nothing to lead to."""
    entry = kept.entry
    return {
        "version": kept.version,
        "date": entry.date,
        "numbers": _count(kept),
        "commit": entry.commit[: history.COMMIT_DIGITS],
        "commit_address": citing.repository_address(entry.repository, "commit", entry.commit) if entry.commit else "",
        "corrections": f"{kept.version}/{entry.changelog}" if entry.changelog in kept.files else "",
        "release": citing.repository_address(entry.repository, "releases/tag", f"v{kept.version}"),
    }


def _count(kept: Kept) -> int:
    with zipfile.ZipFile(kept.archive) as zipped:
        return len(json.loads(zipped.read(kept.files[NUMBERS]))["numbers"]) if NUMBERS in kept.files else 0


def main(arguments: list[str] | None = None) -> int:
    """List the released editions in a folder, or put them beside the newest site."""
    parser = argparse.ArgumentParser(prog="bookkit versions", description="Keep released editions beside the newest site.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help=f"print the versions of the zips in a folder, for {EDITIONS_SETTING}")
    listing.add_argument("folder", type=Path)
    assembling = commands.add_parser("assemble", help="make the published folder")
    assembling.add_argument("newest", type=Path, help="the newest site, built")
    assembling.add_argument("folder", type=Path, help="the folder with the zips of the released sites")
    assembling.add_argument("target", type=Path, help="the folder to make")
    options = parser.parse_args(arguments)
    try:
        editions = in_folder(options.folder)
        if options.command == "list":
            print(" ".join(kept.version for kept in editions))
            return 0
        assemble(options.newest, editions, options.target)
    except VersionsError as error:
        print(error, file=sys.stderr)
        return 1
    versions = ", ".join(kept.version for kept in editions) or "none"
    print(f"editions   {options.target} has the newest site; kept beside it: {versions}")
    return 0
