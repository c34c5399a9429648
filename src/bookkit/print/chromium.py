"""The browser that prints the book and that the tests open pages in: one that is there, never one that is downloaded."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

# The same engine without windows opens pages in two thirds of the time
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Where Windows and macOS keep those that stand on no path; Edge is a Chromium, too
ON_WINDOWS = ("Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
ON_MACOS = ("Google Chrome", "Chromium", "Microsoft Edge")
NO_BROWSER = "No browser found. Install Chromium (Debian: apt-get install chromium) or Google Chrome, or name one in BROWSER_PATH."
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def find_browser() -> str | None:
    """The first Chromium on the path, or where the system keeps programs; ``BROWSER_PATH`` names another one."""
    on_path = (path for name in BROWSERS if (path := shutil.which(name)))
    return os.environ.get("BROWSER_PATH") or next(on_path, None) or next((str(path) for path in _installed() if path.is_file()), None)


def _installed() -> list[Path]:
    if sys.platform == "win32":
        folders = [os.environ[name] for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if name in os.environ]
        return [Path(folder, place) for place in ON_WINDOWS for folder in folders]
    if sys.platform == "darwin":
        return [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in ON_MACOS]
    return []


def main(arguments: Sequence[str]) -> int:
    """Print the browser that is there, or how to get one; the exit status says whether there is one."""
    argparse.ArgumentParser(prog="bookkit browser", description="Name the browser that prints the book.").parse_args(arguments)
    found = find_browser()
    print(found or NO_BROWSER)
    return int(found is None)
