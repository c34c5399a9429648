"""Check every address outside the site, politely, and keep what was found.

``bookkit links _build/html --record published/links.json`` reads the finished pages, since links also stand
in traces and tables that no source file holds, and asks for each address once. Internal links are the tests' business.

Decided: hosts are asked side by side, but each host one address at a time with a pause between, under a name of our
own, with HEAD first and GET where a host does not answer HEAD well. A host that asks for patience (``Retry-After``)
gets it, up to a limit. One answer is one of five states: ``ok``; ``moved`` (a permanent redirect leads to a page);
``gone`` (404 or 410); ``refused`` (the host turns programs away: a reader may well get the page); ``unreachable``.
The record keeps since when an address has been gone or unreachable. It is about sources and no fact of the book: it is
kept apart from the data, so that a check changes no edition's fingerprint.

``--captures`` asks the Internet Archive, for each address that is no longer there, whether it holds a copy. Nothing else
asks for copies: `archived` only computes the address under which the archive shows its copy nearest to a date.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urldefrag, urlsplit

import requests

AGENT = "bookkit-link-check (weekly; HEAD, then GET)"
ARCHIVE = "https://web.archive.org/web/"
AVAILABILITY = "https://archive.org/wayback/available"
# Addresses that name a thing and need no check: computed archive addresses, and hosts that are only examples
SKIPPED_HOSTS = ("web.archive.org", "127.0.0.1", "localhost")
OK, MOVED, GONE, REFUSED, UNREACHABLE = "ok", "moved", "gone", "refused", "unreachable"
LOST = (GONE, UNREACHABLE)
PERMANENT = (301, 308)
TURNED_AWAY = frozenset((401, 403, 405, 406, 412, 418, 429, 451, 999))
BUSY = frozenset((429, 500, 502, 503, 504))


@dataclass(frozen=True)
class Manners:
    """How hosts are asked. Times are in seconds."""

    pause: float = 2.0
    timeout: float = 20.0
    attempts: int = 3
    patience: float = 60.0
    hosts: int = 8
    redirects: int = 8


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
        print(f"No page of {options.site} links to another site. Build it first: make site", file=sys.stderr)
        return 2
    print(f"links        {len(found)} addresses on {len({urlsplit(url).netloc for url in found})} hosts", flush=True)
    try:
        before = read(options.record)
    except ValueError as error:
        print(f"{options.record} cannot be read ({error}). Restore or remove it, then check again.", file=sys.stderr)
        return 2
    answers = check(found, Manners(pause=options.pause), before)
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
    urls: Iterable[str],
    manners: Manners | None = None,
    before: Mapping[str, Answer] | None = None,
    today: datetime.date | None = None,
    session: Callable[[], Any] = requests.Session,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Answer]:
    """Ask for each address, hosts side by side.

    Args:
        urls: the addresses.
        manners: how to ask.
        before: what the last check found, for ``since`` and ``capture``.
        today: the date to note.
        session: makes the client of one host.
        sleep: waits; tests replace it.
    """
    manners, before = manners or Manners(), before or {}
    date = (today or datetime.datetime.now(tz=datetime.UTC).date()).isoformat()
    hosts: dict[str, list[str]] = {}
    for url in sorted(set(urls)):
        hosts.setdefault(urlsplit(url).netloc, []).append(url)

    def of_host(own: list[str]) -> list[tuple[str, Answer]]:
        client, answers = session(), []
        for index, url in enumerate(own):
            if index:
                sleep(manners.pause)
            answers.append((url, _since(ask(client, url, manners, date, sleep), before.get(url), date)))
        return answers

    # The longest queues first: they decide how long it takes
    queues = sorted(hosts.values(), key=len, reverse=True)
    with ThreadPoolExecutor(max_workers=manners.hosts) as pool:
        return dict(sorted(pair for pairs in pool.map(of_host, queues) for pair in pairs))


def _since(answer: Answer, earlier: Answer | None, date: str) -> Answer:
    capture = earlier.capture if earlier else ""
    if answer.state not in LOST:
        return replace(answer, capture=capture)
    return replace(answer, since=(earlier.since if earlier and earlier.since else date), capture=capture)


def ask(client: Session, url: str, manners: Manners, date: str, sleep: Callable[[float], None] = time.sleep) -> Answer:
    """What becomes of one address."""
    answer = Answer(UNREACHABLE, "not asked", date)
    for attempt in range(manners.attempts):
        wait = 0.0
        try:
            response = _respond(client, url, manners)
        except requests.TooManyRedirects:
            return Answer(UNREACHABLE, "redirects without end", date)
        except requests.exceptions.SSLError:
            return Answer(UNREACHABLE, "no secure connection", date)
        except requests.Timeout:
            answer = Answer(UNREACHABLE, "no answer in time", date)
        except (requests.RequestException, ValueError) as error:
            answer = Answer(UNREACHABLE, _failure(error), date)
        else:
            answer = classified(response, url, date)
            if response.status_code not in BUSY:
                return answer
            wait = patience_asked(response.headers.get("Retry-After", ""))
        if attempt + 1 < manners.attempts:
            if wait > manners.patience:
                return answer
            sleep(max(wait, manners.pause * 2**attempt * random.uniform(1, 1.25)))
    return answer


def _respond(client: Session, url: str, manners: Manners) -> requests.Response:
    """The answer to HEAD, or to GET where HEAD is not answered well. No body is read."""
    settings: dict[str, Any] = {
        "timeout": manners.timeout,
        "allow_redirects": True,
        "stream": True,
        "headers": {"User-Agent": AGENT, "Accept": "*/*"},
    }
    if isinstance(client, requests.Session):
        client.max_redirects = manners.redirects
    try:
        response = client.request("HEAD", url, **settings)
        response.close()
        if response.status_code < 400 or response.status_code == 429:
            return response
    except requests.TooManyRedirects:
        raise
    except requests.RequestException:
        pass
    response = client.request("GET", url, **settings)
    response.close()
    return response


def _failure(error: Exception) -> str:
    text = str(error)
    if "Name or service not known" in text or "NameResolutionError" in text or "nodename nor servname" in text:
        return "no such host"
    return "connection failed" if isinstance(error, requests.ConnectionError) else "not a usable address"


def classified(response: requests.Response, url: str, date: str) -> Answer:
    """The state that an answer means."""
    code = response.status_code
    if 200 <= code < 300:
        permanent = bool(response.history) and all(step.status_code in PERMANENT for step in response.history)
        if permanent and urldefrag(response.url).url != url:
            return Answer(MOVED, str(response.history[0].status_code), date, moved_to=response.url)
        return Answer(OK, str(code), date)
    if code in (404, 410):
        return Answer(GONE, str(code), date)
    return Answer(REFUSED if code in TURNED_AWAY else UNREACHABLE, str(code), date)


def patience_asked(header: str) -> float:
    """The seconds that ``Retry-After`` asks for; 0 where it asks for nothing we understand."""
    return float(header) if header.strip().isdigit() else 0.0


# Copies


def archived(url: str, date: str = "") -> str:
    """Where the Internet Archive shows its copy of a page nearest to a date, if it holds one. It does not say that it does.

    Args:
        url: the page.
        date: a year or an ISO date; without one the archive shows its latest copy.
    """
    stamp = date.replace("-", "")
    return f"{ARCHIVE}{stamp}/{url}" if stamp else f"{ARCHIVE}{url}"


def with_captures(answers: Mapping[str, Answer], client: Any = None, service: str = AVAILABILITY) -> dict[str, Answer]:
    """The answers, with a copy in the archive for each address that is lost and has one."""
    client = client or requests.Session()
    return {
        url: replace(answer, capture=answer.capture or _capture(client, url, service)) if answer.state in LOST else answer
        for url, answer in answers.items()
    }


def _capture(client: Session, url: str, service: str) -> str:
    try:
        response = client.request("GET", service, params={"url": url}, timeout=Manners.timeout, headers={"User-Agent": AGENT})
        closest = response.json()["archived_snapshots"]["closest"]
        return str(closest["url"]).replace("http://", "https://", 1) if closest["available"] else ""
    except (requests.RequestException, ValueError, KeyError, TypeError):
        return ""


# The record


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
