"""How much a reader's browser loads to compute a chapter, how long it takes, and how much memory.

``make bench`` opens every chapter of the built site in Chromium, first with nothing kept, then again, and writes down the table. Site
and browser are on one machine, so the times are those of computing: loading takes what the reader's line takes.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from bookkit.verification import extension
from quality import write_section
from tests.bookkit.browser import FLAGS, required_browser, serving

SITE = Path("_build/html")
HEAD = (
    "| chapter | MB loaded | numbers | ready, cold (s) | done, cold | ready, warm | done, warm | run again | memory (MB) |",
    "| --- " + "| ---: " * 8 + "|",
)
PATIENCE = 300
LISTEN = """
window.done = [];
document.addEventListener("verify-done", (event) => { done.push({ ...event.detail, at: performance.now() }); });
"""


def main() -> int:
    """Measure every chapter, and write the table."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((SITE / extension.FOLDER).glob("*.json"))]
    if not records:
        print("The site has nothing to verify. Run make packs and make site.", file=sys.stderr)
        return 1
    with serving(SITE) as site, sync_playwright() as playwright:
        rows = [measure(playwright, site, record) for record in records]
    table = "\n".join([*HEAD, *rows])
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    where = f"{platform.machine()}, {os.cpu_count()} processors{load}; site and browser on one machine."
    told = (
        "Seconds from the click on “Start” in Chromium, with nothing kept (cold) and with the packs kept (warm): until cells run, until "
        "all is compared and drawn, and for a further run. Memory: the resident size of the process that shows the page, Python’s included."
    )
    write_section("verification", f"{told}\n\n{table}\n\nMeasured on {where}")
    print(table)
    return 0


def measure(playwright: Any, site: str, record: dict[str, Any]) -> str:
    """One chapter: cold, warm, and once more with nothing changed."""
    profile = tempfile.mkdtemp()
    times = {}
    try:
        for visit in ("cold", "warm"):
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=required_browser(), headless=True, args=list(FLAGS)
            )
            page = context.new_page()
            page.add_init_script(LISTEN)
            page.goto(f"{site}/{record['chapter']}.html")
            page.click("#verify > summary")
            page.wait_for_selector(".verify-buttons .verify-main")
            start = time.perf_counter()
            page.click(".verify-buttons .verify-main")
            while not page.inner_text(".verify-said").startswith("Computing") and not page.evaluate("done.length"):
                page.wait_for_timeout(20)
            times[f"ready {visit}"] = time.perf_counter() - start
            wait(page, 1)
            times[f"done {visit}"] = time.perf_counter() - start
            memory = renderer(os.getpid())
            if visit == "warm":
                start = time.perf_counter()
                page.click(".verify-buttons .verify-main")
                wait(page, 2)
                times["again"] = time.perf_counter() - start
                memory = max(memory, renderer(os.getpid()))
            context.close()
    finally:
        shutil.rmtree(profile, ignore_errors=True)
    size = sum(pack["bytes"] for pack in record["packs"]) / 1e6
    told = [f"{times[name]:.1f}" for name in ("ready cold", "done cold", "ready warm", "done warm", "again")]
    row = f"| {record['chapter']} | {size:.1f} | {len(record['numbers'])} | {' | '.join(told)} | {memory} |"
    print(row, flush=True)
    return row


def wait(page: Any, runs: int) -> None:
    """Until the chapter has come out so many times."""
    end = time.perf_counter() + PATIENCE
    while page.evaluate("done.length") < runs:
        if time.perf_counter() > end:
            raise TimeoutError(page.inner_text(".verify-said"))
        page.wait_for_timeout(50)


def renderer(parent: int) -> int:
    """The largest resident memory of a process that shows pages, in MB."""
    children = psutil.Process(parent).children(recursive=True)
    sizes = [child.memory_info().rss for child in children if "--type=renderer" in " ".join(child.cmdline())]
    return round(max(sizes, default=0) / 1e6)


if __name__ == "__main__":
    sys.exit(main())
