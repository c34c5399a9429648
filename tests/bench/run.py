"""``make bench``: this site beside the same chapters built by stock Jupyter Book, measured in one run on one machine.

Stock means: Jupyter Book's own theme and math, charts by Altair's default renderer, numbers as text, no bookkit. Its
charts need Vega, Vega-Lite and Vega-Embed from a CDN; here the same files come from npm packages and the same
server, which favors stock: it saves it the lookups and handshakes of other hosts. Other third-party scripts of the
stock pages are asked for and not answered; they are counted as requests to other hosts, their bytes are not.

Both sites are served compressed from 127.0.0.1. Lighthouse simulates a phone on slow 4G; of its runs, and of the
builds, the median counts. Nothing here is part of ``make test``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright

from tests.site.browser import FLAGS, ROOT, Served, compressed, node_tool, required_browser, serving, visiting
from tests.site.conftest import copy_book
from tests.site.lighthouse import CATEGORIES, lighthouse

EPOCH = "1795305600"
LIBRARIES = {
    "/npm/vega@6": "vega/build/vega.min.js",
    "/npm/vega-lite@6.4.1": "vega-lite/build/vega-lite.min.js",
    "/npm/vega-embed@7": "vega-embed/build/vega-embed.min.js",
}
STOCK_OUTPUT = '''

def _stock(enable_report=enable):
    """Emit what stock Jupyter Book shows: charts by Altair's renderer, numbers as text, tables as HTML."""
    from deepseek_audit import publish

    def as_text(method):
        return lambda *args, **options: {kind: value for kind, value in method(*args, **options).items() if kind.startswith("text/")}

    enable_report()
    alt.renderers.enable("default", base_url="/npm")
    publish._bundle = as_text(publish._bundle)
    publish.Table._repr_mimebundle_ = as_text(publish.Table._repr_mimebundle_)


enable = _stock
'''


@dataclass(frozen=True)
class Page:
    """One page of one site, as first seen."""

    bytes: float
    requests: float
    foreign: float
    scores: dict[str, dict[str, float]]
    paint: float


def main() -> int:
    """Build both, measure both, print the table."""
    parser = argparse.ArgumentParser(prog="tests.bench.run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="builds and Lighthouse runs, of which the median counts")
    runs = parser.parse_args().runs
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = ["index", *(Path(entry["file"]).name for entry in contents["chapters"])]
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = copy_book(Path(folder) / "ours"), stock_book(Path(folder) / "stock")
        print(f"Building each {runs} times …", flush=True)
        times = {
            "cold build, s": (cold(ours, our_build, runs), cold(stock, stock_build, runs)),
            "warm build, s": (warm(ours, our_build, runs), warm(stock, stock_build, runs)),
        }
        print(f"Loading {len(names)} pages of each …", flush=True)
        scripts = {address: compressed("text/javascript", node_tool(path).read_bytes()) for address, path in LIBRARIES.items()}
        our_pages = measured(ours / "_build/html", [f"{name}.html" for name in names], {}, runs)
        stock_pages = measured(stock / "_build/html", [f"book/{name}.html" for name in names], scripts, runs)
    show(names, our_pages, stock_pages, times)
    return 0


def stock_book(target: Path) -> Path:
    """The same chapters, for Jupyter Book as it comes."""
    book = copy_book(target)
    settings = yaml.safe_load((book / "_config.yml").read_text(encoding="utf-8"))
    settings["execute"].pop("execute_notebooks")
    settings["sphinx"].pop("extra_extensions")
    sphinx = settings["sphinx"]["config"]
    settings["sphinx"]["config"] = {
        name: value
        for name, value in sphinx.items()
        if not name.startswith(("bookkit", "html_", "ogp_", "sitemap_", "nb_mime")) and "bookkit" not in str(value)
    }
    (book / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    charts = book / "src/deepseek_audit/charts.py"
    charts.write_text(charts.read_text(encoding="utf-8") + STOCK_OUTPUT, encoding="utf-8")
    return book


def our_build(book: Path) -> None:
    """What `make site` runs."""
    run(book, "-m", "bookkit.build")


def stock_build(book: Path) -> None:
    """What Jupyter Book's users run."""
    run(book, "-c", "from jupyter_book.cli.main import main; main()", "build", ".")


def run(book: Path, *arguments: str) -> None:
    """Run Python in a book, with its own data and its own package."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    settings = {"DEEPSEEK_AUDIT_DATA": str(book / "data"), "PYTHONPATH": str(book / "src"), "SOURCE_DATE_EPOCH": EPOCH, "PATH": path}
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


def show(names: list[str], ours: list[Page], stock: list[Page], times: dict[str, tuple[float, float]]) -> None:
    """The table, with how many times less ours takes."""
    print(f"\n{'':<44}{'this site':>12}{'stock':>12}{'ratio':>8}")
    for name, own, other in zip(names, ours, stock, strict=True):
        print(name)
        row("first view, bytes (gzip)", own.bytes, other.bytes)
        row("requests", own.requests, other.requests)
        row("requests to other hosts", own.foreign, other.foreign)
        row("largest contentful paint, phone, ms", own.paint, other.paint)
        for form in own.scores:
            for category in CATEGORIES:
                row(f"Lighthouse {form}, {category}", own.scores[form][category], other.scores[form][category], ratio=False)
    print("the whole site")
    for label, (own_time, other_time) in times.items():
        row(label, own_time, other_time)


def row(label: str, own: float, other: float, ratio: bool = True) -> None:
    """One measure: ours, stock's, and stock's in ours."""
    digits = 1 if label.endswith(", s") else 0
    times = f"{other / own:.1f}x" if ratio and own else ""
    print(f"  {label:<42}{own:>12,.{digits}f}{other:>12,.{digits}f}{times:>8}")


if __name__ == "__main__":
    sys.exit(main())
