"""What the browser tests share: a compressing server for the built site, a Chromium, and looks into a page.

The server stands in for the host that will publish the site: gzip, right types, long caching for addresses that
carry a hash. Everything is compressed once, when it starts. It binds to 127.0.0.1, and the browser resolves no
other name, so that no test can reach the network.

``bookkit browser`` names it, or says how to get one.
"""

from __future__ import annotations

import gzip
import mimetypes
import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright._impl._driver import compute_driver_executable

from bookkit.print import chromium
from bookkit.print.chromium import FLAGS, find_browser  # noqa: F401

ROOT = Path(__file__).parents[2]
NO_BROWSER = f"{chromium.NO_BROWSER} ALLOW_NO_BROWSER=1 skips the tests that need one."
COMPRESSED = re.compile(r"text/.*|application/(javascript|json|xml|.*\+json|.*\+xml|x-.*)|image/svg\+xml")
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
FINGERPRINT = re.compile(r"(?:^|&)(?:v|digest)=[0-9a-f]+")
POLICY = re.compile(r"Content Security Policy|Trusted(?:Script|HTML| Type)")
FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=600"
# Those of the page itself, not of a chapter that it shows once more
CHART = "figure.chart:not(.key-chart)"
DRAWING = ".chart-drawing"
HYDRATED = "[data-hydrated='true']"
HYDRATION_TIMEOUT = 10_000  # milliseconds
# Once a week everything is tried, else a sample of what is much alike
THOROUGH = os.environ.get("THOROUGH") == "1"


@dataclass(frozen=True)
class Served:
    """One file as it goes over the wire."""

    kind: str
    plain: bytes
    compressed: bytes | None


class Handler(BaseHTTPRequestHandler):
    """Answers from memory."""

    protocol_version = "HTTP/1.1"
    files: dict[str, Served]

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        address = urlsplit(self.path)
        path = unquote(address.path)
        served, status = self.files.get(path + "index.html" if path.endswith("/") else path), 200
        if served is None:
            served, status = self.files.get("/404.html", Served("text/plain; charset=utf-8", b"not found", None)), 404
        packed = served.compressed is not None and "gzip" in self.headers.get("Accept-Encoding", "")
        content = served.compressed if packed and served.compressed is not None else served.plain
        self.send_response(status)
        self.send_header("Content-Type", served.kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", FOREVER if FINGERPRINT.search(address.query) else SHORTLY)
        self.send_header("Vary", "Accept-Encoding")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def prepared(root: Path) -> dict[str, Served]:
    """Every file below ``root`` by its address, compressed where that helps."""
    files = {}
    for path in root.rglob("*"):
        if not path.is_file():
            continue
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        files["/" + path.relative_to(root).as_posix()] = compressed(kind, path.read_bytes())
    return files


def compressed(kind: str, plain: bytes) -> Served:
    """One file, compressed if its type gains by it."""
    packed = gzip.compress(plain, compresslevel=6, mtime=0) if COMPRESSED.fullmatch(kind) else None
    text = kind.startswith("text/") or kind == "image/svg+xml"
    return Served(f"{kind}; charset=utf-8" if text else kind, plain, packed)


@contextmanager
def serving(root: Path, extra: Mapping[str, Served] | None = None) -> Iterator[str]:
    """Serve a folder, and ``extra`` files by their address; yields the site's address, without a slash at the end."""
    handler = type("SiteHandler", (Handler,), {"files": {**prepared(root), **(extra or {})}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def required_browser() -> str:
    """The browser, or the end of the test: a failure unless ``ALLOW_NO_BROWSER=1`` makes it a skip."""
    found = find_browser()
    if found is None and os.environ.get("ALLOW_NO_BROWSER") == "1":
        pytest.skip(NO_BROWSER)
    if found is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    return found


def node_tool(path: str) -> Path:
    """A file of an npm package that ``package-lock.json`` pins."""
    found = ROOT / "node_modules" / path
    if not found.is_file():
        pytest.fail(f"node_modules/{path} is not installed. `make test` installs it.", pytrace=False)
    return found


def node() -> str:
    """The node that Playwright brings: the same version everywhere, and no second one to install."""
    found, _ = compute_driver_executable()
    return str(found) if Path(found).is_file() else shutil.which("node") or "node"


@dataclass
class Visit:
    """One page in one tab, and what went over the wire and into the console since it was opened."""

    page: Any
    base: str
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    bytes_by_address: dict[str, int] = field(default_factory=dict)

    @property
    def foreign(self) -> list[str]:
        """Requests to other hosts; data and blob addresses stay inside the page."""
        return [url for url in self.requests if not url.startswith((self.base + "/", "data:", "blob:"))]

    @property
    def bytes(self) -> int:
        """Everything that came over the wire, heads and bodies, as compressed."""
        return sum(self.bytes_by_address.values())

    def faults(self) -> list[str]:
        """What no page may do: ask other hosts, miss a file, complain in the console."""
        return [
            *(f"request to another host: {url}" for url in self.foreign),
            *(f"failed: {text}" for text in self.failed),
            *(f"console: {text}" for text in self.complaints),
            *(f"dialog: {text}" for text in self.dialogs),
        ]

    def table(self) -> str:
        """The weight of each file, heaviest first."""
        rows = sorted(self.bytes_by_address.items(), key=lambda item: -item[1])
        return "\n".join(f"{size:>9,}  {url.removeprefix(self.base)}" for url, size in rows)


@contextmanager
def visiting(browser: Any, base: str, path: str = "", **options: Any) -> Iterator[Visit]:
    """Open a page in a fresh profile. ``options`` are those of Playwright's ``new_context``.

    Whatever a test does there, nothing may break the page's policy. A test that wants that empties ``violations``.
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.set_default_timeout(HYDRATION_TIMEOUT)
    try:
        page = context.new_page()
        visit = Visit(page, base)
        _record(visit, context)
        page.goto(f"{base}/{path}", wait_until="load")
        page.wait_for_load_state("networkidle")
        yield visit
        assert not visit.violations, "\n".join(visit.violations)
    finally:
        context.close()


def _record(visit: Visit, context: Any) -> None:
    page = visit.page
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("requestfailed", lambda request: visit.failed.append(f"{request.url} ({request.failure})"))
    page.on("response", lambda response: visit.failed.extend([f"{response.url} ({response.status})"] * (response.status >= 400)))
    page.on("console", lambda message: visit.complaints.extend([message.text] * (message.type == "error")))
    page.on("console", lambda message: visit.violations.extend([message.text] * bool(POLICY.search(message.text))))
    page.on("dialog", lambda dialog: (visit.dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    wire = context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    wire.on("Network.requestWillBeSent", lambda event: addresses.__setitem__(event["requestId"], event["request"]["url"]))
    wire.on("Network.loadingFinished", lambda event: _weigh(visit, addresses.get(event["requestId"], "?"), event["encodedDataLength"]))
    wire.send("Network.enable")


def _weigh(visit: Visit, url: str, size: float) -> None:
    if not url.startswith(("data:", "blob:")):
        visit.bytes_by_address[url] = visit.bytes_by_address.get(url, 0) + int(size)


def unfold(page: Any) -> None:
    """Unfold what is folded of the text."""
    page.locator(".appendix-fold").evaluate_all("(folds) => folds.forEach((fold) => { fold.open = true; })")


def hydrate(page: Any) -> int:
    """Point at every chart until it is interactive, as a reader would. Returns how many there are."""
    unfold(page)
    charts: list[Any] = page.locator(CHART).all()
    for chart in charts:
        chart.scroll_into_view_if_needed()
        chart.locator(DRAWING).hover()
        chart.and_(page.locator(HYDRATED)).wait_for()
    page.mouse.move(0, 0)
    return len(charts)
