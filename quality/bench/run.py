"""``make bench``: this site beside the same chapters built by stock Jupyter Book, measured in one run on one machine.

Stock means: Jupyter Book's own theme and math, charts by Altair's default renderer, numbers as text, no bookkit. Its
charts need Vega, Vega-Lite and Vega-Embed from a CDN; here the same files come from npm packages and the same
server, which favors stock: it saves it the lookups and handshakes of other hosts. Other third-party scripts of the
stock pages are asked for and not answered; they are counted as requests to other hosts, their bytes are not.

Both sites are served compressed from 127.0.0.1. Lighthouse simulates a phone on slow 4G; of its runs, and of the
builds, the median counts. How builds grow is measured in `quality.bench.scale`. Nothing here is part of ``make test``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import sync_playwright

from quality import write_section
from quality.bench import scale
from quality.bench.stock import EPOCH, as_stock
from tests.bookkit.browser import FLAGS, ROOT, Served, compressed, node_tool, required_browser, serving, visiting
from tests.bookkit.conftest import copy_book
from tests.bookkit.lighthouse import CATEGORIES, lighthouse

# What was measured last, so that one part can be measured again without the other
KEPT = ROOT / "_build" / "bench"
LIBRARIES = {
    "/npm/vega@6": "vega/build/vega.min.js",
    "/npm/vega-lite@6.4.1": "vega-lite/build/vega-lite.min.js",
    "/npm/vega-embed@7": "vega-embed/build/vega-embed.min.js",
}


@dataclass(frozen=True)
class Page:
    """One page of one site, as first seen."""

    bytes: float
    requests: float
    foreign: float
    scores: dict[str, dict[str, float]]
    paint: float


def main() -> int:
    """Measure one part or both, and write down all that was measured last."""
    parser = argparse.ArgumentParser(prog="quality.bench.run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="builds and Lighthouse runs, of which the median counts")
    parser.add_argument("--quick", action="store_true", help="one run, no book of fifty times the chapters, and nothing is written down")
    parser.add_argument("--only", choices=("pages", "scale"), help="measure this part only")
    options = parser.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    for part, measure in (("pages", lambda: pages(1 if options.quick else options.runs)), ("scale", lambda: in_scratch(options.quick))):
        if options.only in (None, part):
            found = measure()
            print(SECTIONS[part](found), flush=True)
            if not options.quick:
                (KEPT / f"{part}.json").write_text(json.dumps(found), encoding="utf-8")
    if not options.quick:
        parts = [SECTIONS[path.stem](json.loads(path.read_text(encoding="utf-8"))) for path in sorted(KEPT.glob("*.json"))]
        write_section("bench", "\n\n".join(parts))
    return 0


def in_scratch(quick: bool) -> dict[str, Any]:
    """The part about scale, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return scale.run(Path(folder), quick)


def pages(runs: int) -> dict[str, Any]:
    """Both sites, built and loaded."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = ["index", *(Path(entry["file"]).name for entry in contents["chapters"])]
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = copy_book(Path(folder) / "ours"), as_stock(copy_book(Path(folder) / "stock"))
        print(f"Building each {runs} times …", flush=True)
        times = {
            "cold build, s": (cold(ours, our_build, runs), cold(stock, stock_build, runs)),
            "build after which nothing changed, s": (warm(ours, our_build, runs), warm(stock, stock_build, runs)),
        }
        print(f"Loading {len(names)} pages of each …", flush=True)
        scripts = {address: compressed("text/javascript", node_tool(path).read_bytes()) for address, path in LIBRARIES.items()}
        our_pages = measured(ours / "_build/html", [f"{name}.html" for name in names], {}, runs)
        stock_pages = measured(stock / "_build/html", [f"book/{name}.html" for name in names], scripts, runs)
    pairs = zip(our_pages, stock_pages, strict=True)
    return {
        "runs": runs,
        "pages": {name: [asdict(own), asdict(other)] for name, (own, other) in zip(names, pairs, strict=True)},
        "times": times,
    }


def our_build(book: Path) -> None:
    """What `make site` runs."""
    run(book, "-m", "bookkit", "build")


def stock_build(book: Path) -> None:
    """What Jupyter Book's users run."""
    run(book, "-c", "from jupyter_book.cli.main import main; main()", "build", ".")
    # Stock builds pass when a cell fails; a page without its charts would be light and fast
    if failed := sorted(path.name for path in book.glob("_build/html/reports/**/*.err.log")):
        sys.exit(f"Stock Jupyter Book could not execute {', '.join(failed)}: see quality/bench/stock.py.")


def run(book: Path, *arguments: str) -> None:
    """Run Python in a book, with its own data and its own package."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    settings = {"FACTBOOK_DATA": str(book / "data"), "PYTHONPATH": str(book / "src"), "SOURCE_DATE_EPOCH": EPOCH, "PATH": path}
    settings["PYTHONDONTWRITEBYTECODE"] = ""  # Both keep what they compiled
    result = subprocess.run(
        [sys.executable, *arguments], cwd=book, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    if result.returncode:
        sys.exit(f"{' '.join(arguments)} failed in {book.name}:\n{(result.stdout + result.stderr)[-3000:]}")


def cold(book: Path, build: Callable[[Path], None], runs: int) -> float:
    """Seconds of a build that finds nothing of an earlier one."""
    times = []
    for _ in range(runs):
        shutil.rmtree(book / "_build", ignore_errors=True)
        times.append(timed(book, build))
    return statistics.median(times)


def warm(book: Path, build: Callable[[Path], None], runs: int) -> float:
    """Seconds of a build after which nothing changed."""
    return statistics.median(timed(book, build) for _ in range(runs))


def timed(book: Path, build: Callable[[Path], None]) -> float:
    """Seconds of one build."""
    start = time.perf_counter()
    build(book)
    return time.perf_counter() - start


def measured(site: Path, paths: list[str], extra: dict[str, Served], runs: int) -> list[Page]:
    """Each page's first view in the browser, and what Lighthouse says of it."""
    with serving(site, extra) as base, tempfile.TemporaryDirectory() as folder:
        visits = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=required_browser(), args=list(FLAGS))
            for path in paths:
                with visiting(browser, base, path) as visit:
                    visits.append((visit.bytes, len(visit.requests), len(visit.foreign)))
            browser.close()
        pages = []
        for path, (size, requests, foreign) in zip(paths, visits, strict=True):
            reports = {
                form: [lighthouse(f"{base}/{path}", form, Path(folder) / "report.json") for _ in range(runs)]
                for form in ("mobile", "desktop")
            }
            scores = {
                form: {name: statistics.median(report.scores[name] for report in found) for name in CATEGORIES}
                for form, found in reports.items()
            }
            pages.append(Page(size, requests, foreign, scores, statistics.median(report.paint for report in reports["mobile"])))
            print(f"  {path}", flush=True)
    return pages


def pages_section(found: dict[str, Any]) -> str:
    """The part of the report about pages."""
    lines = [
        "### Pages beside stock Jupyter Book",
        "",
        "The first number is this site’s, the second that of the same chapter built by stock Jupyter Book. First view: all that is",
        "loaded, compressed. Paint: the largest part of the first view, on a simulated phone.",
        f"Runs of Lighthouse and builds, of which the median counts: {found['runs']}.",
        "",
        "| page | first view, bytes | requests | to other hosts | paint, ms | Lighthouse phone: performance | accessibility |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, (own, other) in found["pages"].items():
        cells = [f"{own[key]:,.0f} / {other[key]:,.0f}" for key in ("bytes", "requests", "foreign", "paint")]
        cells += [f"{own['scores']['mobile'][key]:.0f} / {other['scores']['mobile'][key]:.0f}" for key in ("performance", "accessibility")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    built = (f"- {label}: {own:,.1f} / {other:,.1f}" for label, (own, other) in found["times"].items())
    return "\n".join([*lines, "", "The whole site:", "", *built])


SECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {"pages": pages_section, "scale": scale.section}


if __name__ == "__main__":
    sys.exit(main())
