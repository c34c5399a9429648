"""Chapters computed in Firefox and in WebKit: the same numbers, every chart drawn, no error, and no way to another host.

The home page in Firefox stands for all. ``THOROUGH=1`` computes a chapter with charts and then all chapters, in both; it tries what a
cell could reach, and stops one that never ends, after which the browser must rest.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bookkit.pages import policy
from bookkit.verification import extension
from tests.bookkit import other_browsers
from tests.bookkit.browser import THOROUGH
from tests.bookkit.other_browsers import Computed
from tests.bookkit.pages.test_other_browsers import COMPLAINTS, listening
from tests.bookkit.verification.opened import site_of
from tests.bookkit.verification.test_confinement import ATTACK_JS, ATTACKS, CELL, OPEN, Other, _redirecting

BROWSERS = tuple(other_browsers.FINDERS)
CHAPTERS = {
    "firefox": ["index", "cost-claims"] if THOROUGH else ["index"],
    "webkit": ["index", "cost-claims"] if THOROUGH else [],
}
BOOK = "verify.html"
REACHING, ENDLESS = "reaching.html", "endless.html"
FRAME = "frame.htm"
PATIENCE = 900_000 if THOROUGH else 180_000  # milliseconds; a machine may be busy
TIMEOUT = 3600 if THOROUGH else 600  # seconds
WATCH = 5 if THOROUGH else 0  # seconds
# A loop takes a whole processor, or what others leave of it
RESTING = 0.15
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">{policy}<title>Tried</title>
<script type="module" src="/{script}" data-frame="/{folder}/{frame}" data-to="{to}" data-record="/{folder}/{record}"
data-cell="{cell}" data-stop="{stop}"></script></head>
<body></body></html>"""
# Made by the script that listens to it, so that nobody presses it before
BUTTON = """const button = Object.assign(document.createElement("button"), { className: "verify-main", textContent: "Start" });
document.body.append(button);
"""
# Instead of Python the frame's worker runs what `ATTACKS` hold, and tells what became of each
TRIED = f"""{BUTTON}const {{ frame, to }} = document.querySelector("script[data-to]").dataset;
button.addEventListener("click", ({{ target }}) => {{
  const shown = document.createElement("iframe");
  const {{ port1, port2 }} = new MessageChannel();
  port1.onmessage = ({{ data }}) => target.dispatchEvent(new CustomEvent("verify-done", {{ bubbles: true, detail: data }}));
  shown.addEventListener("load", () => {{
    shown.contentWindow.postMessage({{ port: port2 }}, location.origin, [port2]);
    port1.postMessage(to);
  }});
  shown.src = frame;
  document.body.append(shown);
}});
"""
ATTACKING = """const blob = (text) => URL.createObjectURL(new Blob([text], {{ type: "text/javascript" }}));
const attacks = {{
{attacks}
}};
const late = () => new Promise((resolve) => {{ setTimeout(resolve, 1500, "no answer"); }});
export function take(port) {{
  port.onmessage = async ({{ data }}) => {{
    const tried = Object.entries(attacks).map(async ([name, attack]) => {{
      const end = Promise.resolve().then(() => attack(data + name)).then(() => "done", String);
      return [name, await Promise.race([end, late()])];
    }});
    port.postMessage(Object.fromEntries(await Promise.all(tried)));
  }};
}}
"""
# Those that every browser offers to a worker without https and without questions
ARRIVING = {
    *("fetch", "fetch-blind", "preflight", "xhr", "websocket", "eventsource", "import", "import-blob", "redirect", "stream", "request"),
    *("constructor", "nested", "nested-module", "nested-own", "prototype"),
}
# WebKit does not check where the address of a module redirects to. No cell can import (that is tried, too), and the site redirects nowhere
UNCHECKED = {"firefox": set(), "webkit": {"redirect-import"}}
# Runs a chapter with another first cell, and stops it after so many milliseconds
RUN = f"""import {{ Python, Stopped }} from "/_static/{extension.ENGINE}";
{BUTTON}const {{ frame, record, cell, stop }} = document.querySelector("script[data-record]").dataset;
button.addEventListener("click", async ({{ target }}) => {{
  const text = await (await fetch(record)).text();
  const {{ packs, keep, runtime }} = JSON.parse(text);
  let told;
  try {{
    const python = new Python(frame, ({{ stage }}) => {{ if (stage === "cell" && stop) setTimeout(() => python.stop(), Number(stop)); }});
    await python.start(packs, keep, new URL("./", new URL(frame, location.href)).href, runtime);
    await python.chapter(text);
    const {{ failure }} = await python.run({{ cells: {{ 0: cell }} }});
    // What it left behind may come later
    await new Promise((resolve) => {{ setTimeout(resolve, 2000); }});
    told = failure?.report ?? "";
  }} catch (error) {{
    told = error instanceof Stopped ? "stopped" : String(error);
  }}
  target.dispatchEvent(new CustomEvent("verify-done", {{ bubbles: true, detail: {{ told }} }}));
}});
"""


@dataclass
class Visits:
    """What came of each page in one browser, and what other hosts saw meanwhile."""

    browser: str
    pages: dict[str, Computed] = field(default_factory=dict)
    seen: dict[str, Other] = field(default_factory=dict)


def _record(root: Path, chapter: str) -> Path:
    (path,) = (root / extension.FOLDER).glob(f"{chapter}-????????????.json")
    return path


def _page(script: str, frame: str = FRAME, **given: str) -> bytes:
    data = {**dict.fromkeys(("to", "record", "cell", "stop"), ""), **{name: html.escape(text) for name, text in given.items()}}
    text = PAGE.format(policy=policy.head([], frames=True), folder=extension.FOLDER, script=script, frame=frame, **data)
    return listening(text.encode())


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in BROWSERS])
def visits(request: pytest.FixtureRequest, built: Path) -> Iterator[Visits]:
    """All pages in one of the browsers, which is started once."""
    browser = other_browsers.required(request.param)
    root, visits = built / "_build/html", Visits(browser.name)
    frame = (root / extension.FOLDER / FRAME).read_text(encoding="utf-8")
    assert policy.of_frame() in frame
    frames = {"held": re.sub(r'data-worker="[^"]*"', 'data-worker="../attacking.js"', frame)}
    frames["open"] = frames["held"].replace(policy.of_frame(), OPEN)
    real = [*(f"{chapter}.html" for chapter in CHAPTERS[request.param]), *([BOOK] if THOROUGH else [])]
    with ExitStack() as stack:
        more = {"/complaints.js": COMPLAINTS.read_bytes(), "/tried.js": TRIED.encode(), "/run.js": RUN.encode()}
        more |= {f"/{path}": listening((root / path).read_bytes()) for path in real}
        more |= {f"/{extension.FOLDER}/{name}.html": text.encode() for name, text in frames.items()}
        attacks = ",\n".join(f"{json.dumps(name)}: async (to) => {{ {body} }}" for name, body in ATTACKS.items())
        more |= {"/attacking.js": ATTACKING.format(attacks=attacks).encode(), "/attack.js": ATTACK_JS, "/away": b""}
        for name in frames:
            visits.seen[name] = stack.enter_context(closing(Other()))
            more[f"/{name}.html"] = _page("tried.js", f"{name}.html", to=visits.seen[name].address)
        visits.seen["cell"] = other = stack.enter_context(closing(Other()))
        record = _record(root, "sources").name
        more[f"/{REACHING}"] = _page("run.js", record=record, cell=CELL.format(address=other.address + "py", port=other.port))
        more[f"/{ENDLESS}"] = _page("run.js", record=record, cell="while True: pass", stop="2000")
        site = stack.enter_context(site_of(root, more))
        site.faults["away"] = _redirecting
        opened = [*(f"{name}.html" for name in frames), *real, *([REACHING, ENDLESS] if THOROUGH else [])]
        visits.pages = other_browsers.compute(browser, site.address, dict.fromkeys(opened, PATIENCE), TIMEOUT, WATCH)
        yield visits


def _came(visits: Visits, path: str) -> Computed:
    if path not in visits.pages:
        pytest.skip("This is computed with THOROUGH=1.")
    return visits.pages[path]


@pytest.mark.parametrize("chapter", sorted({chapter for chapters in CHAPTERS.values() for chapter in chapters}))
def test_every_number_is_the_same_and_every_chart_is_drawn(visits: Visits, built: Path, chapter: str) -> None:
    came = _came(visits, f"{chapter}.html")
    numbers = len(json.loads(_record(built / "_build/html", chapter).read_text(encoding="utf-8"))["numbers"])
    assert came.told == {"compared": numbers, "moved": [], "rest": 0}, came
    assert came.said.startswith(f"{numbers} of {numbers} numbers of this page are the same here"), came.said
    assert came.drawn == came.charts > 0
    assert came.errors == came.foreign == []


def test_the_whole_book_is_the_same(visits: Visits, built: Path) -> None:
    came = _came(visits, BOOK)
    numbers = len(json.loads((built / "_build/html/numbers.json").read_text(encoding="utf-8"))["numbers"])
    told = came.told or {}
    assert [told.get(name) for name in ("same", "compared", "rest", "failed")] == [numbers, numbers, 0, 0], came
    assert came.said.startswith(f"All {numbers:,} numbers of "), came.said
    assert came.errors == came.foreign == []


def test_the_policy_of_the_frame_alone_stops_every_attack(visits: Visits) -> None:
    came, without = _came(visits, "held.html"), _came(visits, "open.html")
    assert came.told is not None
    assert came.told.keys() == ATTACKS.keys()
    seen = visits.seen["held"].seen
    assert not [line for line in seen if not any(f"/{name} " in line for name in UNCHECKED[visits.browser])], came.told
    # Not for want of the means
    assert visits.seen["open"].names >= ARRIVING, (ARRIVING - visits.seen["open"].names, without.told)


def test_a_cell_has_no_way_left(visits: Visits) -> None:
    said = (_came(visits, REACHING).told or {})["told"]
    found = re.search(r"RuntimeError: tried (\{.*\})", said)
    assert found, said
    tried = json.loads(found[1])
    assert len(tried) > 40
    assert all(tried.values()), [name for name, refused in tried.items() if not refused]
    assert visits.seen["cell"].seen == []


def test_a_cell_without_end_takes_nothing_when_it_is_stopped(visits: Visits) -> None:
    came = _came(visits, ENDLESS)
    assert came.told == {"told": "stopped"}, came
    assert came.busy < RESTING
