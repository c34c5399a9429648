"""The edition that every build is compared with: its numbers and the state of its sources, in a file of the repository.

Decided: one number a line, in the order of their ids, so that a change of edition reads well in version control.
The edition is told apart by the version of ``CITATION.cff``.

``bookkit baseline`` keeps the numbers of the built site as the published edition. ``--check`` says
instead whether this state is fit to be released.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from bookkit.citing import citing
from bookkit.editions import compare
from bookkit.editions.compare import Edition, EditionError
from bookkit.markup.plain import list_words
from bookkit.project import commands, declared
from bookkit.project.layout import SITE

# In a built site: what it is
EDITION_FILE = "edition.json"
FILE = "published/numbers.json"
CONTENTS = ("_config.yml", "_toc.yml")
# Bundled anew on each machine; no part of the sources
BUNDLED = "vendor"
PARTS = {"data": "the data", "text": "the text", "code": "the code"}


@dataclass(frozen=True)
class Entry:
    """What a built site says of itself in ``edition.json``, for machines and for `bookkit.editions.versions`."""

    name: str = ""
    title: str = ""
    version: str = ""
    date: str = ""
    site: str = ""
    repository: str = ""
    commit: str = ""
    changelog: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, content: bytes) -> Entry:
        """The entry that a file holds; what is no text there is unknown.

        Raises:
            ValueError: it is no JSON, or something else.
        """
        found = json.loads(content)
        if not isinstance(found, dict):
            raise ValueError("it is not what bookkit writes")
        texts = {one.name: text for one in fields(cls) if isinstance(text := found.get(one.name), str)}
        return cls(**texts, sources=found.get("sources", {}))


def hash_sources(root: Path, text: str, data: str, code: str) -> dict[str, str]:
    """A hash of each part of the sources.

    Args:
        root: the book's folder.
        text: the chapters' folder.
        data: the folder of the data tables.
        code: the folder of the code.
    """
    chapters = [*declared.text_files(root / text), *(root / name for name in CONTENTS if (root / name).is_file())]
    modules = [path for path in declared.code_files(root, code) if BUNDLED not in path.relative_to(root).parts]
    return {"data": citing.data_hash(root / data), "text": _hash(root, chapters), "code": _hash(root, modules)}


def _hash(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def serialize(edition: Edition, sources: Mapping[str, str]) -> str:
    """An edition as the file that keeps it: one number or claim a line, in the order of their ids."""

    def lines(items: Mapping[str, Sequence[object]]) -> str:
        return "{\n" + ",\n".join(f"{_json(key)}: {_json(items[key])}" for key in sorted(items)) + "\n}" if items else "{}"

    shown = {key: [number.text, number.value, number.unit] for key, number in edition.numbers.items()}
    judged = {key: [claim.verdict, claim.label, claim.compared_with] for key, claim in edition.claims.items()}
    return (
        f'{{\n"edition": {_json(edition.version)},\n"date": {_json(edition.date)},\n"sources": {_json(dict(sorted(sources.items())))},\n'
        f'"numbers": {lines(shown)},\n"claims": {lines(judged)}\n}}\n'
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_sources(path: Path) -> dict[str, str]:
    """The state of the sources that a kept edition was made from."""
    sources: dict[str, str] = json.loads(path.read_text(encoding="utf-8")).get("sources", {})
    return sources


def read_built(site: Path) -> tuple[Edition, Mapping[str, str]]:
    """The edition that a built site is, and the state of its sources.

    Raises:
        EditionError: there is no such site.
    """
    path = site / EDITION_FILE
    if not path.is_file():
        raise EditionError(f"{path} is not there. Build the site first: {commands.BUILD}")
    entry, found = Entry.read(path.read_bytes()), compare.read(site)
    return Edition(found.numbers, found.claims, entry.version, entry.date), entry.sources


def find_obstacles(site: Path, path: Path) -> list[str]:
    """What keeps a built site from being released as the edition it says it is.

    Raises:
        EditionError: the site or the kept edition cannot be read.
    """
    (built, sources), stored = read_built(site), compare.read(path)
    again = f"Run `{commands.KEEP_EDITION}` and commit what it writes."
    if stored.version != built.version:
        return [f"{path} keeps edition {stored.version}, and CITATION.cff says {built.version}. {again}"]
    found = []
    if difference := compare.compare(stored, built):
        found.append(f"{compare.sentence(difference)} {again}")
    if changed := [PARTS[part] for part, digest in sources.items() if digest != read_sources(path).get(part)]:
        found.append(f"{path} was written before {list_words(changed)} changed for the last time. {again}")
    if stored.date != built.date:
        found.append(f"{path} dates the edition {stored.date}, and CITATION.cff dates it {built.date}. {again}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Keep the numbers of the built site, or say whether they are kept."""
    parser = argparse.ArgumentParser(prog="bookkit baseline", description="Keep the numbers of the built site as the published edition.")
    parser.add_argument("--site", type=Path, default=SITE, help="the built site")
    parser.add_argument("--file", type=Path, default=Path(FILE), help="the file that keeps the published edition")
    parser.add_argument("--check", action="store_true", help="change nothing; say whether the site is the edition that is kept")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            found = find_obstacles(options.site, options.file)
            print("\n".join(found) or f"edition    {options.file} keeps this edition", file=sys.stderr if found else sys.stdout)
            return int(bool(found))
        edition, sources = read_built(options.site)
        options.file.parent.mkdir(parents=True, exist_ok=True)
        options.file.write_text(serialize(edition, sources), encoding="utf-8", newline="")
    except EditionError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"edition    {len(edition.numbers):,} numbers and {len(edition.claims):,} verdicts of edition {edition.version} in {options.file}"
    )
    return 0
