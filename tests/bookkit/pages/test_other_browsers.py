"""Pages in Firefox and in WebKit, used as readers use them: no error, and numbers, charts, calculators and filters work.

Three pages stand for all: home, a chapter with a calculator, and the claims with their filter. ``THOROUGH=1`` opens every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bookkit import other_browsers
from tests.bookkit.browser import THOROUGH, Served, prepared, serving
from tests.bookkit.pages.test_browser import CLAIMS, PAGES

BROWSERS = tuple(other_browsers.FINDERS)
OPENED = sorted({*PAGES, *CLAIMS}) if THOROUGH else ["index.html", "hidden-costs.html", "audit.html"]
PATIENCE = 20_000  # milliseconds; a machine may be busy
HURRY = 200  # where nothing is to come
TIMEOUT = 3600 if THOROUGH else 600  # seconds
COMPLAINTS = Path(__file__).parents[1] / "complaints.js"
FIRST = b'<head><script src="/complaints.js"></script>'
# One fault of each kind
FAULTY = "faulty.html"
FAULTS = b"""<!doctype html><html lang="en"><head><title>Faulty</title></head><body>
<h1 hidden>Faulty</h1><img src="gone.png" alt="gone" width="9" height="9"><div style="width: 3000px">wide</div>
<button class="theme">Theme</button>
<main><p><a class="traced" tabindex="0">1</a> never opens</p></main>
<figure class="chart" id="empty"><div class="chart-drawing">nothing</div></figure>
<figure class="calculator"><input type="range"><div class="calculator-results">1</div></figure>
<form class="claim-filters"><input name="q"></form><table class="claim-table"><tbody><tr><td>1</td></tr></tbody></table>
<script>console.error("said"); setTimeout(() => { undefined.thrown }); Promise.reject(new Error("promised"));</script></body></html>"""
SIGNS = (
    "the page scrolls sideways",
    "no heading is shown",
    "a picture is missing",
    "nothing is drawn: empty",
    "a click on a number opens no trace",
    "a chart under the pointer does not become live",
    "a calculator does not become live",
    "a filter leaves out no claim",
    "the button switches no theme",
    "said",
    "undefined",
    "promised",
)


def listening(content: bytes) -> bytes:
    """A page that notes its own complaints before anything else of it runs."""
    assert b"<head>" in content
    return content.replace(b"<head>", FIRST, 1)


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in BROWSERS])
def visited(request: pytest.FixtureRequest, built: Path) -> Iterator[dict[str, list[str]]]:
    """What went wrong on each page in one of the browsers, which is started once."""
    browser = other_browsers.required(request.param)
    root = built / "_build/html"
    pages = {f"/{path}": Served("text/html; charset=utf-8", listening((root / path).read_bytes()), None) for path in OPENED}
    pages["/" + FAULTY] = Served("text/html; charset=utf-8", listening(FAULTS), None)
    pages["/complaints.js"] = prepared(COMPLAINTS.parent)["/" + COMPLAINTS.name]
    with serving(root, pages) as site:
        yield other_browsers.visit(browser, site, {**dict.fromkeys(OPENED, PATIENCE), FAULTY: HURRY}, TIMEOUT)


def test_these_visits_see_faults(visited: dict[str, list[str]]) -> None:
    found = "\n".join(visited[FAULTY])
    assert not [sign for sign in SIGNS if sign not in found], found


@pytest.mark.parametrize("path", OPENED)
def test_a_page_works(visited: dict[str, list[str]], path: str) -> None:
    assert visited[path] == []


def test_a_browser_that_is_missing_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ALLOW_NO_BROWSER", raising=False)
    monkeypatch.setattr(other_browsers, "FIREFOXES", ())
    for name in filter(other_browsers.needed, BROWSERS):
        with pytest.raises(pytest.fail.Exception, match="apt-get install"):
            other_browsers.required(name)
        with monkeypatch.context() as allowed, pytest.raises(pytest.skip.Exception):
            allowed.setenv("ALLOW_NO_BROWSER", "1")
            other_browsers.required(name)


def test_webkit_is_asked_for_where_it_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert other_browsers.needed("firefox")
    with pytest.raises(pytest.skip.Exception, match="Linux alone"):
        other_browsers.required("webkit")
