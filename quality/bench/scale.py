"""How a build grows: ten and fifty times the chapters, a hundred times the rows, beside stock Jupyter Book and nbconvert.

The chapters are generated: one chart, one table and four traced numbers each, as many as a small chapter has, so that
what is measured is the tools and not the story. The stock book is the same book without bookkit; nbconvert executes
and exports the same notebooks. Everything starts cold.

An exponent is the slope of a straight line through the logarithms: 1 is linear. The start of Python costs the same for
any book and hides growth in small ones, so the slope between the two largest books stands beside it. Memory is the
resident peak of the largest process of a build, kernels included.
"""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from quality.bench.stock import EPOCH, as_stock
from tests.bookkit.browser import FLAGS, required_browser, serving, visiting
from tests.bookkit.conftest import copy_book

CHAPTERS, ROWS = 2, 300
CHAPTERS_TIMES, ROWS_TIMES = (1, 10, 50), (1, 10, 100)
TABLES = ("sources", "exchange_rates")
KIB = 1024
HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""
HOME = f"""{HEAD}# How a build grows

```{{code-cell}} ipython3
from factbook.notebook import facts
```

Generated chapters follow.
"""
CHAPTER = """{head}# Chapter {number}

```{{code-cell}} ipython3
from factbook.notebook import Table, charts, facts, n

ids = [f"scale_{{({number} * 12 + place) % len(facts)}}" for place in range(12)]
rates = {{each: facts[each] for each in ids}}
first, second, *_, n.last = rates.values()
n.first, n.lowest, n.ratio = first, min(rates.values()), first / second
```

From {{glue:}}`first` to {{glue:}}`last`, and no lower than {{glue:}}`lowest`.
One is {{glue:}}`ratio` of the next.

```{{code-cell}} ipython3
Table("Rates of chapter {number}", ["Rate", "Value"], [[each, rate] for each, rate in rates.items()])
```

```{{code-cell}} ipython3
charts.forest(
    {{"": [charts.Estimate(each, rate, rate, rate) for each, rate in rates.items()]}},
    charts.AmountAxis("Yuan per dollar", (6, 8), (6, 7, 8)),
    finding="Rates of chapter {number}",
    measure="Yuan per dollar",
    alt="Rates of chapter {number}, one below the other.",
)
```
"""


@dataclass(frozen=True)
class Measure:
    """One build."""

    size: int
    seconds: float
    peak: float


@dataclass(frozen=True)
class Series:
    """Builds of one tool that grow in one direction."""

    tool: str
    by: str
    measures: list[Measure]

    def exponents(self, value: Callable[[Measure], float]) -> tuple[float, float]:
        """The slope of the fit through all, and that between the two largest."""
        points = [(math.log(each.size), math.log(value(each))) for each in self.measures]
        mean_x, mean_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
        fit = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
        (x1, y1), (x2, y2) = points[-2:]
        return fit, (y2 - y1) / (x2 - x1)


def book(target: Path, chapters: int, rows: int) -> Path:
    """A generated book over generated rows."""
    copy_book(target)
    for others in ("book/claims", "notebooks", "published"):
        shutil.rmtree(target / others, ignore_errors=True)
    for path in (target / "book").glob("*.md"):
        path.unlink()
    (target / "book/index.md").write_text(HOME, encoding="utf-8")
    for number in range(chapters):
        (target / f"book/chapter-{number}.md").write_text(CHAPTER.format(head=HEAD, number=number), encoding="utf-8")
    entries = "".join(f"- file: book/chapter-{number}\n" for number in range(chapters))
    (target / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\nchapters:\n{entries}", encoding="utf-8")
    _write_rows(target / "data", rows)
    return target


def _write_rows(data: Path, rows: int) -> None:
    """Keep two tables, one of them as long as wanted."""
    descriptor = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["resources"] = [resource for resource in descriptor["resources"] if resource["name"] in TABLES]
    (data / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    with (data / "exchange_rates.csv").open(encoding="utf-8", newline="") as file:
        first = next(row for row in csv.DictReader(file) if row["value"])
    for path in data.glob("*.csv"):
        if path.stem not in TABLES:
            path.unlink()
    with (data / "exchange_rates.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first), lineterminator="\n")
        writer.writeheader()
        for number in range(rows):
            writer.writerow(
                {
                    **first,
                    "fact_id": f"scale_{number}",
                    "value": f"{6.5 + number % 97 / 100:.2f}",
                    "low": "",
                    "high": "",
                    "note": f"Row {number}, generated.",
                }
            )


def measure(folder: Path, size: int, *arguments: str) -> Measure:
    """Seconds of a command in a book, and the resident peak of its largest process in MiB."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    settings = {"FACTBOOK_DATA": str(folder / "data"), "PYTHONPATH": str(folder / "src"), "SOURCE_DATE_EPOCH": EPOCH, "PATH": path}
    settings["PYTHONDONTWRITEBYTECODE"] = ""  # Both keep what they compiled
    log = folder / "bench.log"
    start = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, env={**os.environ, **settings}, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} failed at {size}:\n{log.read_text(encoding='utf-8')[-3000:]}")
    # Stock builds pass when a cell fails
    if failed := sorted(path.name for path in folder.glob("_build/html/reports/**/*.err.log")):
        sys.exit(f"{' '.join(arguments)} at {size} could not execute {', '.join(failed)}.")
    print(f"  {' '.join(arguments)[:34]:<36} {size:>7,} {seconds:8.1f} s", flush=True)
    # Linux counts in KiB, macOS in bytes
    return Measure(size, seconds, usage.ru_maxrss / (KIB**2 if sys.platform == "darwin" else KIB))


OUR, STOCK = ("-m", "bookkit", "build"), ("-c", "from jupyter_book.cli.main import main; main()", "build", ".")
NBCONVERT = ("-m", "nbconvert", "--to", "html", "--execute", "--log-level", "ERROR")


def stock(target: Path, chapters: int, rows: int) -> Path:
    """The same book for Jupyter Book as it comes."""
    return as_stock(book(target, chapters, rows))


def notebooks(folder: Path) -> tuple[str, ...]:
    """The command with which nbconvert executes and exports all chapters of a stock book."""
    import jupytext

    names = []
    for path in sorted((folder / "book").glob("chapter-*.md")):
        name = path.with_suffix(".ipynb")
        jupytext.write(jupytext.read(path), name)
        names.append(str(name.relative_to(folder)))
    return (*NBCONVERT, *names)


def measured(scratch: Path, quick: bool) -> Iterator[Series]:
    """All series, and on the way the weight of a chapter's page."""
    chapters = [CHAPTERS * times for times in CHAPTERS_TIMES[: 2 if quick else None]]
    rows = [ROWS * times for times in ROWS_TIMES[: 2 if quick else None]]
    ours = [measure(book(scratch / f"ours-{size}", size, ROWS), size, *OUR) for size in chapters]
    yield Series("this site", "chapters", ours)
    yield Series("stock Jupyter Book", "chapters", [measure(stock(scratch / f"stock-{n}", n, ROWS), n, *STOCK) for n in chapters])
    exported = [measure(scratch / f"stock-{size}", size, *notebooks(scratch / f"stock-{size}")) for size in chapters]
    yield Series("nbconvert", "chapters", exported)
    yield Series("this site", "rows", [measure(book(scratch / f"rows-{n}", CHAPTERS, n), n, *OUR) for n in rows])
    yield Series("stock Jupyter Book", "rows", [measure(stock(scratch / f"stock-rows-{n}", CHAPTERS, n), n, *STOCK) for n in rows])


def weights(scratch: Path, quick: bool) -> dict[int, int]:
    """Bytes of the first view of one and the same chapter, compressed, by the number of chapters of its book."""
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=required_browser(), args=list(FLAGS))
        for size in [CHAPTERS * times for times in CHAPTERS_TIMES[: 2 if quick else None]]:
            site = scratch / f"ours-{size}/_build/html"
            with serving(site) as base, visiting(browser, base, "chapter-1.html") as visit:
                found[size] = visit.bytes
        browser.close()
    return found


def run(scratch: Path, quick: bool) -> dict[str, object]:
    """Everything measured, in the form of JSON."""
    series = [asdict(each) for each in measured(scratch, quick)]
    return {"series": series, "weights": weights(scratch, quick)}


def section(found: dict[str, object]) -> str:
    """The part of the report."""
    series = [Series(each["tool"], each["by"], [Measure(**one) for one in each["measures"]]) for each in found["series"]]  # type: ignore[attr-defined]
    lines = [
        "### Scale",
        "",
        "Generated books: chapters with one chart, one table and four traced numbers each, built from nothing. An exponent of 1",
        "is linear; the second one is that between the two largest books, where the start of Python hides nothing. Memory is the",
        "resident peak of the largest process.",
        "",
        "| what grows | tool | sizes | seconds | exponents of time | peak, MiB | exponents of memory |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in series:
        time_fit, memory_fit = each.exponents(lambda one: one.seconds), each.exponents(lambda one: one.peak)
        cells = [
            each.by,
            each.tool,
            ", ".join(f"{one.size:,}" for one in each.measures),
            ", ".join(f"{one.seconds:,.1f}" for one in each.measures),
            ", ".join(f"{slope:.2f}" for slope in time_fit),
            ", ".join(f"{one.peak:,.0f}" for one in each.measures),
            ", ".join(f"{slope:.2f}" for slope in memory_fit),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    pages = ", ".join(f"{int(size):,}: {weight:,} bytes" for size, weight in found["weights"].items())  # type: ignore[attr-defined]
    return "\n".join([*lines, "", f"First view of one and the same chapter, compressed, by the number of chapters of its book: {pages}."])
