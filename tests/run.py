"""``make test``: every check, one line each; details only of what failed.

Tiers: data (schema, keys, sums), models (published figures reproduced), style (format, lint, types, spelling,
typed numbers), a clean, strict build, notebooks (stored outputs are those that the build computed; with THOROUGH=1 nbval
computes them once more), and every page of the site in a browser. Steps that need one processor run two at a time; those
that use both run one after the other, and Lighthouse last and alone: it measures time. The lines come in the same order
all the same.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bookkit import console

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
FAILURE_LINES = 60
PROCESSORS = 2


@dataclass(frozen=True)
class Step:
    name: str
    what: str
    command: list[str]
    # Keeps both processors busy by itself, or measures time
    alone: bool = False
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Result:
    ok: bool
    tests: int | None
    seconds: float
    output: str


PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--durations=10"]
# What each step printed, whole
LOGS = ROOT / "_build" / "test"
IN_A_BROWSER = (
    "tests/bookkit/pages/test_browser.py",
    "tests/bookkit/outputs/test_calculator.py",
    "tests/bookkit/outputs/test_claims_browser.py",
    "tests/bookkit/editions/test_baseline_browser.py",
    "tests/bookkit/outputs/test_hostile.py",
    "tests/bookkit/pages/test_old_browsers.py",
    "tests/bookkit/pages/test_settings.py",
)
# In Firefox and WebKit, one beside the other
ELSEWHERE = ("tests/bookkit/pages/test_other_browsers.py", "tests/bookkit/verification/test_other_browsers.py")
MEASURED = "tests/bookkit/pages/test_lighthouse.py"
# The book that all tests of the site read; the first to need it builds it
BUILT = "tests/bookkit/site/test_build.py::test_a_clean_build_has_no_warning_and_says_where_it_is"
# As that book was built: what was executed for it is compared and not executed again
AS_BUILT = (
    ("BOOKKIT_EXECUTED", str(ROOT / "_build" / "tested" / "executed")),
    ("FACTBOOK_DATA", str(ROOT / "data")),
    ("PYTHONPATH", str(ROOT / "src")),
)
STORED = [sys.executable, "-m", "bookkit", "notebooks", "book", "notebooks", "--check"]
NBVAL = Step("nbval", "stored = recomputed, once more", [*PYTEST, "--nbval", "notebooks", "-n", "2", "--dist", "loadfile"], alone=True)
STEPS = [
    Step("format", "ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
    Step("lint", "ruff", [str(BIN / "ruff"), "check", "."]),
    Step("types", "mypy --strict", [sys.executable, "-m", "mypy"]),
    Step("spelling", "codespell", [str(BIN / "codespell"), "book", "src", "tests", "README.md", "CHANGELOG.md", "data/README.md"]),
    Step("numbers", "no number typed into prose", [sys.executable, "-m", "bookkit", "lint", "book"]),
    Step(
        "citation",
        "CITATION.cff by its schema",
        [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.citation-file-format", "CITATION.cff"],
    ),
    Step(
        "models",
        "published figures",
        [*PYTEST, "tests/test_rooms.py", "tests/deepseek_audit/models", "tests/deepseek_audit/test_commands.py", "tests/quality"],
    ),
    Step("build", "clean and strict", [*PYTEST, BUILT]),
    Step("stored", "stored = recomputed", STORED, alone=True, settings=AS_BUILT),
    Step("notebooks", "same text, any processor", [*PYTEST, "tests/book", "-n", "2", "--dist", "loadgroup"], alone=True),
    Step(
        "data",
        "schema, keys, sums",
        [
            *PYTEST,
            "tests/data",
            "tests/factbook",
            "tests/deepseek_audit/audit",
            "tests/deepseek_audit/charts",
            "tests/deepseek_audit/checks",
            "-n",
            "2",
        ],
        alone=True,
    ),
    *([NBVAL] if os.environ.get("THOROUGH") == "1" else []),
    Step(
        "site",
        "links, downloads, faults",
        [
            *PYTEST,
            "tests/bookkit",
            "tests/example",
            "-n",
            "2",
            "--dist",
            "loadgroup",
            *(f"--ignore={path}" for path in (*IN_A_BROWSER, *ELSEWHERE, MEASURED)),
        ],
        alone=True,
    ),
    Step("browser", "every page in Chromium", [*PYTEST, *IN_A_BROWSER, "-n", "2", "--dist", "loadgroup"], alone=True),
    Step("browsers", "pages in Firefox and WebKit", [*PYTEST, *ELSEWHERE, "-n", "2", "--dist", "loadgroup"], alone=True),
    Step("lighthouse", "four scores, phone and desktop", [*PYTEST, MEASURED], alone=True),
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
    steps = [step for step in STEPS if not chosen or step.name in chosen]
    with ThreadPoolExecutor(PROCESSORS) as workers:
        together = {step.name: workers.submit(run, step) for step in sorted(steps, key=_first) if not step.alone}
        for step in steps:
            print(f"{step.name:<10} {step.what:<32}", end="", flush=True)
            result = run(step) if step.alone else together[step.name].result()
            show(result)
            passed += (result.tests or 1) if result.ok else 0
            failed += not result.ok
    minutes, seconds = divmod(int(time.perf_counter() - start), 60)
    print(f"\n{passed} passed, {failed} failed")
    if failed:
        print("Mend the first failure above, then run it alone: python -m make test STEP. All that a step printed is in _build/test.")
        return 1
    print(f"All green in {minutes} min {seconds} s. Next: `make site` builds the pages, `make serve` shows them.")
    return 0


def _first(step: Step) -> int:
    """The long ones first, so that both processors end at about the same time."""
    long = ("build", "types", "models")
    return long.index(step.name) if step.name in long else len(STEPS)


def run(step: Step) -> Result:
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    # Hundreds of processes import the same modules: they keep what they compiled, also where a container's settings say not to
    quick = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONWARNINGS": "ignore", "PYTHONUTF8": "1"}
    environment = {**os.environ, "PATH": path, **quick, **dict(step.settings)}
    start = time.perf_counter()
    result = subprocess.run(
        step.command,
        cwd=ROOT,
        env=environment,
        encoding="utf-8",
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f"{step.name}.log").write_text(result.stdout, encoding="utf-8", newline="")
    counted = re.search(r"(\d+) passed", result.stdout)
    return Result(result.returncode == 0, int(counted[1]) if counted else None, time.perf_counter() - start, result.stdout)


def show(result: Result) -> None:
    counted = f"{result.tests} tests" if result.tests is not None else ""
    print(f"{'ok' if result.ok else 'FAILED':<8} {counted:<12} {result.seconds:6.1f} s", flush=True)
    if not result.ok:
        print("\n".join(result.output.rstrip().splitlines()[-FAILURE_LINES:]))


if __name__ == "__main__":
    console.run(main)
