"""What is known of the links of a site: the record that a check keeps and the page of sources tells from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

ARCHIVE = "https://web.archive.org/web/"
OK, MOVED, GONE, REFUSED, UNREACHABLE = "ok", "moved", "gone", "refused", "unreachable"
LOST = (GONE, UNREACHABLE)


@dataclass(frozen=True)
class Answer:
    """What became of one address.

    Attributes:
        state: one of the five states.
        detail: status code or kind of failure, for people.
        date: when it was asked, as ISO date.
        since: the first date of an unbroken row of checks in which it was lost; empty otherwise.
        moved_to: where a permanent redirect leads.
        capture: a copy in the Internet Archive that was found; empty where none was looked for.
    """

    state: str
    detail: str
    date: str
    since: str = ""
    moved_to: str = ""
    capture: str = ""


def archived(url: str, date: str = "") -> str:
    """Where the Internet Archive shows its copy of a page nearest to a date, if it holds one. It does not say that it does.

    Args:
        url: the page.
        date: a year or an ISO date; without one the archive shows its latest copy.
    """
    stamp = date.replace("-", "")
    return f"{ARCHIVE}{stamp}/{url}" if stamp else f"{ARCHIVE}{url}"


def read(path: Path) -> dict[str, Answer]:
    """What earlier checks found; nothing where there was none.

    Raises:
        ValueError: the file is no record.
    """
    if not path.is_file():
        return {}
    try:
        return {url: Answer(**answer) for url, answer in json.loads(path.read_text(encoding="utf-8"))["links"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a record of links: {error}") from None


def write(path: Path, answers: Mapping[str, Answer]) -> None:
    """Keep what was found."""
    path.parent.mkdir(parents=True, exist_ok=True)
    links = {url: {name: value for name, value in asdict(answer).items() if value} for url, answer in sorted(answers.items())}
    path.write_text(json.dumps({"links": links}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
