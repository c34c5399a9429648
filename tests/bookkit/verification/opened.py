"""A chapter that is computed in the browser, as the tests see it: a site whose files may go wrong, and the part of a page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from tests.bookkit.browser import Handler, Served, compressed, prepared

PATIENCE = 90  # seconds
# Never more than a moment of a test's time
PAUSE = 0.02
LISTEN = "addEventListener('verify-done', ({ detail }) => { globalThis.verified = detail; })"
# What a run leaves in a page
LEFT = "document.querySelectorAll('.verify-moved, .verify-new, .verify-drawn, .verify-chart').length"
# A file that need not go over the wire
CHOOSE = """(field, [name, size]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(size)], name, { type: "text/csv" }));
  field.files = carried.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}"""
FRAMES = "document.querySelectorAll('iframe').length"


@dataclass
class Site:
    """The built site, and what happens to files that are asked for: ``faults`` by the beginning of their names."""

    address: str
    files: dict[str, Served]
    faults: dict[str, Callable[[Handler, Served], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def heal(self) -> None:
        """Answer everything again."""
        self.faults.clear()
        self.released.set()
        self.released = threading.Event()
        self.asked.clear()

    def hang(self, handler: Handler, served: Served) -> None:
        """Begin to answer, and go on when the site is healed."""
        released = self.released
        _head(handler, len(served.plain))
        handler.wfile.write(served.plain[:1000])
        handler.wfile.flush()
        released.wait(PATIENCE)


def _head(handler: Handler, size: int, status: int = 200) -> None:
    handler.close_connection = True
    handler.send_response(status)
    for name, value in (("Content-Type", "application/octet-stream"), ("Content-Length", size), ("Cache-Control", "max-age=600")):
        handler.send_header(name, str(value))
    handler.end_headers()


def missing(handler: Handler, _served: Served) -> None:
    """Say that a file is not there."""
    _head(handler, 0, 404)


def cut(handler: Handler, served: Served) -> None:
    """Send half of a file as if that were all."""
    _head(handler, len(served.plain) // 2)
    handler.wfile.write(served.plain[: len(served.plain) // 2])


def broken(handler: Handler, served: Served) -> None:
    """Hang up in the middle of a file."""
    _head(handler, len(served.plain))
    handler.wfile.write(served.plain[: len(served.plain) // 2])


def changed(handler: Handler, served: Served) -> None:
    """Send a file with one other byte."""
    middle = len(served.plain) // 2
    _head(handler, len(served.plain))
    handler.wfile.write(served.plain[:middle] + bytes([served.plain[middle] ^ 1]) + served.plain[middle + 1 :])


class _Handler(Handler):
    site: Site

    def _answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.site.asked.append(path)
        name = path.rpartition("/")[2]
        fault = next((fault for start, fault in self.site.faults.items() if name.startswith(start)), None)
        try:
            if fault:
                fault(self, self.files[path])
            else:
                super()._answer(body)
        except ConnectionError:
            # The browser gave it up
            self.close_connection = True


@contextmanager
def site_of(folder: Path, more: dict[str, bytes] | None = None) -> Iterator[Site]:
    """Serve a folder, and ``more`` scripts and pages by their address."""
    files = prepared(folder)
    for address, content in (more or {}).items():
        files[address] = compressed("text/html" if address.endswith(".html") else "text/javascript", content)
    site = Site("", files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("SiteHandler", (_Handler,), {"files": files, "site": site}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        site.heal()
        server.shutdown()
        server.server_close()
        thread.join()


def policy_of(page: Path) -> dict[str, str]:
    """The rules of a page's policy."""
    metas = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select('meta[http-equiv="Content-Security-Policy"]')
    assert len(metas) == 1
    rules = (rule.partition(" ") for rule in str(metas[0]["content"]).split("; "))
    return {name: value for name, _, value in rules}


def until(found: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until something is found. A page's policy forbids what Playwright waits with."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(PAUSE)
    return value


def workers(page: Any) -> list[Any]:
    """The workers of a page and its frames."""
    # What began or ended is told between two calls
    page.evaluate("0")
    return list(page.workers)


class Part:
    """The part of a chapter in a tab."""

    def __init__(self, page: Any, address: str, frame: str = ""):
        self.page = page
        page.goto(address)
        if frame:
            page.evaluate("(frame) => { document.querySelector('#verify').dataset.frame = frame; }", frame)
        self.unfold()

    def unfold(self) -> None:
        """Open it."""
        self.page.evaluate(LISTEN)
        self.page.locator("#verify > summary").click()

    @property
    def said(self) -> str:
        """What it says."""
        return str(self.page.locator(".verify-said").text_content())

    @property
    def left(self) -> int:
        """How much of a run stands in the page; the report of a failed cell is no part of it."""
        return int(self.page.evaluate(LEFT))

    @property
    def frames(self) -> int:
        """How many Pythons there are."""
        return int(self.page.evaluate(FRAMES))

    def alive(self) -> Any:
        """The worker, as published and started anew where it was stopped."""
        if not self.frames:
            self.reset()
            assert "failed" not in self.run(), self.said
        return workers(self.page)[-1]

    def begin(self) -> None:
        """Start it."""
        self.page.evaluate("globalThis.verified = undefined")
        self.page.locator("#verify .verify-main").first.click()

    def end(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait for what comes of it."""
        found: dict[str, Any] = self.wait_for("globalThis.verified", seconds)
        return found

    def run(self) -> dict[str, Any]:
        """Start it and wait for what comes of it."""
        self.begin()
        return self.end()

    def wait_for(self, expression: str, seconds: float = PATIENCE) -> Any:
        """Wait until something holds in the page."""
        return until(lambda: self.page.evaluate(expression), seconds)

    def says(self, words: str, seconds: float = PATIENCE) -> str:
        """Wait until it says something."""
        until(lambda: words in self.said, seconds)
        return self.said

    def stop(self) -> None:
        """Press the button."""
        self.page.locator("#verify").get_by_role("button", name="Stop").click()

    def reset(self) -> None:
        """Undo all changes."""
        self.page.get_by_role("button", name="Reset all").click()

    def set_cell(self, index: int, code: str) -> None:
        """Write another cell, as a reader does."""
        fold = self.page.locator(".verify-cell").nth(index)
        self.page.locator(".verify-cells").evaluate("(fold) => { fold.open = true; }")
        fold.evaluate("(fold) => { fold.open = true; }")
        fold.locator(".cm-content, textarea").fill(code)

    def try_cell(self, code: str, index: int = 0) -> str:
        """Run with another cell; what is said of it."""
        self.set_cell(index, code)
        self.run()
        return self.said

    def set_table(self, name: str, content: bytes | int, of: str = "") -> str:
        """Put a file, or one of so many bytes, in the place of a table; what is said of it."""
        self.page.locator(".verify-tables").evaluate("(fold) => { fold.open = true; }")
        note = self.page.locator(".verify-tables .verify-note")
        note.evaluate("(note) => { note.textContent = ''; }")
        if of:
            self.page.locator("#verify-table").select_option(of)
        field = self.page.locator("#verify-file")
        if isinstance(content, int):
            field.evaluate(CHOOSE, [name, content])
        else:
            field.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
        return str(until(note.text_content))
