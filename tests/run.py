"""``make test``: every check, one line each; details only of what failed.

Tiers: data (schema, keys, sums), models (published figures reproduced), style (format, lint, types, spelling,
typed numbers), notebooks (nbval compares stored with recomputed outputs), a clean, strict build, and every page of it
in a browser. Lighthouse runs last and alone: it measures time.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
FAILURE_LINES = 60


@dataclass(frozen=True)
class Step:
    name: str
    what: str
    command: list[str]


PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
IN_A_BROWSER = ("tests/site/test_browser.py", "tests/site/test_calculator.py", "tests/site/test_claims_browser.py")
DOCUMENTS = "tests/site/test_html.py"
STEPS = [
    Step("format", "ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
    Step("lint", "ruff", [str(BIN / "ruff"), "check", "."]),
    Step("types", "mypy --strict", [sys.executable, "-m", "mypy"]),
    Step("spelling", "codespell", [str(BIN / "codespell"), "book", "src", "tests", "README.md", "CHANGELOG.md", "data/README.md"]),
    Step("numbers", "no number typed into prose", [sys.executable, "-m", "bookkit.lint", "book"]),
    Step("data", "schema, keys, sums", [*PYTEST, "tests/data", "-n", "2"]),
    Step("models", "published figures", [*PYTEST, "tests/models"]),
    Step("notebooks", "stored = recomputed", [*PYTEST, "tests/notebooks"]),
    Step("nbval", "every output of every cell", [*PYTEST, "--nbval", "notebooks", "-n", "2", "--dist", "loadfile"]),
    Step(
        "site",
        "clean strict build, faults",
        [*PYTEST, "tests/site", "-n", "2", *(f"--ignore={path}" for path in (*IN_A_BROWSER, DOCUMENTS))],
    ),
    Step("browser", "every page in Chromium", [*PYTEST, *IN_A_BROWSER, "-n", "2"]),
    Step("html", "valid, linked, Lighthouse", [*PYTEST, DOCUMENTS]),
]


def main() -> int:
    parser = argparse.ArgumentParser(description="Run all checks, or the named ones.")
    parser.add_argument("steps", nargs="*", help=f"of {', '.join(step.name for step in STEPS)}")
    chosen = parser.parse_args().steps
    unknown = set(chosen) - {step.name for step in STEPS}
    if unknown:
        parser.error(f"no such step: {', '.join(sorted(unknown))}")
    passed = failed = 0
    start = time.perf_counter()
    for step in STEPS:
        if chosen and step.name not in chosen:
            continue
        ok, tests = run(step)
        passed += tests if ok else 0
        failed += not ok
    minutes, seconds = divmod(int(time.perf_counter() - start), 60)
    print(f"\n{passed} passed, {failed} failed")
    if failed:
        print("Mend the first failure above, then run it alone: .venv/bin/python tests/run.py STEP")
        return 1
    print(f"All green in {minutes} min {seconds} s. Next: `make site` builds the pages, `make serve` shows them.")
    return 0


def run(step: Step) -> tuple[bool, int]:
    print(f"{step.name:<10} {step.what:<32}", end="", flush=True)
    environment = {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", "")]), "PYTHONWARNINGS": "ignore"}
    start = time.perf_counter()
    result = subprocess.run(
        step.command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    seconds = time.perf_counter() - start
    ok = result.returncode == 0
    counted = re.search(r"(\d+) passed", result.stdout)
    tests = int(counted[1]) if counted else 1
    print(f"{'ok' if ok else 'FAILED':<8} {f'{tests} tests' if counted else '':<12} {seconds:6.1f} s")
    if not ok:
        print("\n".join(result.stdout.rstrip().splitlines()[-FAILURE_LINES:]))
    return ok, tests


if __name__ == "__main__":
    sys.exit(main())
