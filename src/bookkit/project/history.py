"""What git knows of the book, asked and not trusted.

Decided: a commit counts only where git says that a file of the book is under its version control here; a folder around the
book, or variables that a hook set, may belong to another project. Git is asked by its plumbing, which no setting of a user
changes, and never writes. Pages are dated by the last commit, but not before the edition was published; without a commit by
``date-released`` of ``CITATION.cff``; never by the clock, so that two builds are the same. Why there is no commit is told once.
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

COMMIT_DIGITS = 7
EPOCH = "SOURCE_DATE_EPOCH"
# What a hook of git sets for its own repository; each would make git answer for that one
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_PREFIX")
OTHER_OWNER = re.compile(r"(?:dubious ownership in repository at |unsafe repository \()('.*?')")


class NoHistory(Exception):
    """There is no commit of this book. The message says why, as the beginning of a sentence."""


class NoDate(ValueError):
    """Nothing tells when the book was made. The message says what to do."""


@dataclass(frozen=True)
class Commit:
    """The state of the sources. ``clean`` is false when files were changed after it."""

    hash: str
    date: datetime.date
    clean: bool
    folder: str = ""

    @property
    def short(self) -> str:
        """The first digits, enough to find it."""
        return self.hash[:COMMIT_DIGITS]


def last_commit(root: Path, tracked: str) -> Commit:
    """The last commit of the book's repository.

    Args:
        root: the book's folder.
        tracked: a file of the book. A copy of the book inside some other repository must not show that repository's commit.

    Raises:
        NoHistory: git is not there, refuses to answer, or answers for something else.
    """
    commit, seconds = _last(root, tracked)
    clean = not _git(root, "--no-optional-locks", "status", "--porcelain", "--", ".")
    return Commit(commit, day(seconds), clean, _git(root, "rev-parse", "--show-prefix"))


def time_of_pages(root: Path, tracked: str, released: datetime.date | None) -> tuple[int, str]:
    """When the pages count as made, in seconds since 1970, and a sentence where no commit can be named.

    Args:
        root: the book's folder.
        tracked: a file of the book, see `last_commit`.
        released: when its edition was published.

    Raises:
        NoDate: neither the environment nor git nor the edition has a date.
    """
    chosen = os.environ.get(EPOCH, "")
    if chosen and not re.fullmatch("[0-9]+", chosen):
        raise NoDate(f"{EPOCH} is “{chosen}”. It must be a whole number of seconds since 1970, such as 1795305600.")
    earliest = int(datetime.datetime.combine(released, datetime.time(), datetime.UTC).timestamp()) if released else 0
    try:
        committed = _last(root, tracked)[1]
    except NoHistory as error:
        if chosen:
            return int(chosen), f"{error}: no commit is named."
        if not released:
            raise NoDate(f"{error}, and CITATION.cff has no date-released. Add one, or set {EPOCH}: pages need a date.") from None
        return earliest, f"{error}: no commit is named, and pages are dated {released.isoformat()}, as CITATION.cff says."
    return int(chosen) if chosen else max(committed, earliest), ""


def _last(root: Path, tracked: str) -> tuple[str, int]:
    """The hash of the last commit, and its seconds since 1970."""
    if not _git(root, "--literal-pathspecs", "ls-files", "--", tracked):
        raise NoHistory(f"The repository around this folder is that of another project ({tracked} is not in it)")
    answer = _git(root, "rev-list", "--max-count=1", "--timestamp", "HEAD").split()
    try:
        seconds, commit = int(answer[0]), answer[1]
        day(seconds)
    except (IndexError, ValueError, OverflowError, OSError):
        raise NoHistory(f"Git has no date that can be read (“{' '.join(answer)}”)") from None
    return commit, seconds


def _git(root: Path, *arguments: str) -> str:
    settings = {name: value for name, value in os.environ.items() if name not in FOREIGN} | {"LC_ALL": "C"}
    try:
        result = subprocess.run(
            ["git", *arguments], cwd=root, env=settings, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except OSError:
        raise NoHistory("Git is not installed") from None
    if result.returncode == 0:
        return result.stdout.strip()
    raise NoHistory(_refusal(result.stderr))


def _refusal(said: str) -> str:
    if match := OTHER_OWNER.search(said):
        return f"Git does not trust this folder, which belongs to another user (git config --global --add safe.directory {match[1]})"
    if "not a git repository" in said:
        return "This folder is no clone"
    return f"Git does not answer ({' '.join(said.split())})"


def day(seconds: int) -> datetime.date:
    """The day in universal time."""
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC).date()
