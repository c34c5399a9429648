"""The two browsers beside Chromium that the tests open pages in, where they are, and how to get them.

Firefox is Debian's (or the one that is there), and WebKitGTK stands for Safari: Debian's driver of it brings a small
browser along. There is no WebKitGTK but on Linux; elsewhere its tests are skipped.
Run as a script it says what is missing: ``python -m tests.bookkit.other_browsers``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bookkit.browser import ROOT, node

SCRIPT = Path(__file__).with_name("other_browsers.mjs")
MINI_BROWSERS = ("usr/lib/*/webkit2gtk-4.1/MiniBrowser", "usr/lib*/webkit2gtk-4.1/MiniBrowser", "usr/libexec/webkit2gtk-4.1/MiniBrowser")
# Where Windows and macOS keep a Firefox that stands on no path
FIREFOXES = (
    Path(os.environ.get("PROGRAMFILES", ""), "Mozilla Firefox", "firefox.exe"),
    Path("/Applications/Firefox.app/Contents/MacOS/firefox"),
)
ADVICE = "Debian: apt-get install firefox-esr webkit2gtk-driver xvfb xauth. ALLOW_NO_BROWSER=1 skips the tests that need one."


@dataclass(frozen=True)
class Browser:
    """A browser and what drives it.

    Attributes:
        name: as the script knows it.
        programs: what it is started with; empty if something is missing.
        missing: what that is.
        screen: a command in front of the script where the browser needs a screen and there is none.
    """

    name: str
    programs: tuple[str, ...] = ()
    missing: str = ""
    screen: tuple[str, ...] = ()


def find_firefox() -> Browser:
    """Firefox ESR, else another Firefox on the path, else the one that the system keeps elsewhere."""
    found = shutil.which("firefox-esr") or shutil.which("firefox") or next((str(path) for path in FIREFOXES if path.is_file()), None)
    return Browser("firefox", (found,)) if found else Browser("firefox", missing="Firefox was not found.")


def find_webkit() -> Browser:
    """WebKitGTK's driver with its browser; on a screen in memory where there is no other."""
    driver = shutil.which("WebKitWebDriver")
    browser = next((str(path) for pattern in MINI_BROWSERS for path in Path("/").glob(pattern)), None)
    screen = shutil.which("xvfb-run")
    if not driver or not browser:
        return Browser("webkit", missing="WebKitGTK's WebKitWebDriver or MiniBrowser was not found.")
    if "DISPLAY" in os.environ:
        return Browser("webkit", (driver, browser))
    if not screen:
        return Browser("webkit", missing="WebKitGTK needs a screen, and xvfb-run was not found.")
    return Browser("webkit", (driver, browser), screen=(screen, "--auto-servernum"))


def needed(name: str) -> bool:
    """Whether the tests need a browser on this system."""
    return name != "webkit" or sys.platform == "linux"


FINDERS = {"firefox": find_firefox, "webkit": find_webkit}


def required(name: str) -> Browser:
    """The browser, or the end of the test: a failure unless the system has none or ``ALLOW_NO_BROWSER=1`` makes it a skip."""
    if not needed(name):
        pytest.skip("WebKitGTK's driver exists for Linux alone.")
    browser = FINDERS[name]()
    if browser.missing and os.environ.get("ALLOW_NO_BROWSER") == "1":
        pytest.skip(f"{browser.missing} {ADVICE}")
    if browser.missing:
        pytest.fail(f"{browser.missing} {ADVICE}", pytrace=False)
    return browser


def visit(browser: Browser, site: str, pages: Mapping[str, int], timeout: float) -> dict[str, list[str]]:
    """Open pages one after the other and use them as readers do.

    Args:
        browser: a browser that is there.
        site: the address that the paths of pages belong to.
        pages: for each path how many milliseconds to wait for an answer.
        timeout: how many seconds all of it may take.

    Returns:
        What went wrong on each page.
    """
    found: dict[str, list[str]] = _run(browser, timeout, {"do": "read", "site": site, "pages": pages})
    return found


@dataclass(frozen=True)
class Computed:
    """What came of a page that was computed again.

    Attributes:
        told: the detail of its event at the end; nothing where that did not come.
        said: what the page says.
        charts: how many it has.
        drawn: how many of them were drawn from what was computed.
        foreign: addresses of other hosts that it asked.
        seconds: from the click to the end.
        busy: the part of a processor that the browser takes after that.
        errors: of the console.
    """

    told: dict[str, Any] | None
    said: str
    charts: int
    drawn: int
    foreign: list[str]
    seconds: float
    busy: float
    errors: list[str]


def compute(browser: Browser, site: str, pages: Mapping[str, int], timeout: float, watch: float = 0) -> dict[str, Computed]:
    """Open pages one after the other and press the button that computes them again.

    Args:
        browser: a browser that is there.
        site: the address that the paths of pages belong to.
        pages: for each path how many milliseconds to wait for its end.
        timeout: how many seconds all of it may take.
        watch: how many seconds to look how busy the browser is after each.

    Returns:
        What came of each page.
    """
    found = _run(browser, timeout, {"do": "compute", "site": site, "pages": pages, "watch": watch})
    return {path: Computed(**one) for path, one in found.items()}


def _run(browser: Browser, timeout: float, task: Mapping[str, Any]) -> Any:
    """What the script prints."""
    given = json.dumps({"browser": browser.name, "programs": browser.programs, **task})
    command = [*browser.screen, node(), str(SCRIPT), given]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


if __name__ == "__main__":
    missing = [browser.missing for name, find in FINDERS.items() if needed(name) and (browser := find()).missing]
    print(*missing, ADVICE if missing else "Firefox and WebKitGTK are there.")
    sys.exit(bool(missing))
