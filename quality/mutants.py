"""``make mutants``: change the code of `factbook` and of the models, one place at a time, and see whether a test fails.

mutmut writes the mutants and the switch that turns one of them on. The tests are collected once; then each mutant gets
a forked process that runs only the tests which enter its function, so that one costs milliseconds, not a start of Python.

What is not changed, and why: the rooms of ``DRAWN`` make charts, whose specifications nbval compares whole with the
stored notebooks; text literals with a blank in them are prose, which is read, not computed; code outside functions runs
before a mutant can be turned on. Everything else counts, also what no test enters.

A score is a lower bound: what a process computed before the fork (the facts, values that test modules keep) stays as it
was, and tests that start another Python or take seconds (``TOO_SLOW``) are left out.
"""

from __future__ import annotations

import argparse
import ast
import csv
import gc
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import libcst as cst
import pytest
from mutmut.mutation import file_mutation, trampoline
from mutmut.mutation.trampoline_templates import mangle_function_name
from mutmut.state import state
from statsmodels.stats.proportion import proportion_confint

from quality import write_section

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src"
PACKAGES = ("factbook", "deepseek_audit")
WORKSHOP = ROOT / "_build" / "mutants"
RECORD = WORKSHOP / "results.jsonl"
EXPLANATIONS = Path(__file__).with_name("survivors.csv")
DRAWN = ("factbook.charts", "deepseek_audit.charts")
CHAPTERS = "quality/chapters.py"
TESTS = ("tests/factbook", "tests/deepseek_audit", "tests/data", CHAPTERS)
# Fuzzing of whole files and comparisons in another process: seconds each, and other tests reach the same functions
TOO_SLOW = (
    "test_the_reader_is_nowhere_more_lenient_than_frictionless",
    "test_any_bytes_are_read_or_refused",
    "test_what_is_stored_is_the_same_every_time",
    "test_frictionless_reads_every_row_and_accepts_it",
)
# Tried on every table by `make test`; here each mistake on the first table that can have it
ON_EVERY_TABLE = "test_one_mistake_gives_one_fault_at_its_place"
# Another one after tests were written for the survivors of a sample: that sample would now flatter
SEED = "deepseek, second sample"
# A mutant may take ten times as long as its tests, and as long again as a slow machine needs to start them
PATIENCE, SECONDS_TO_START = 10, 10
# A decorated function is called by its decorator, which mutmut leaves alone; it is decorated by an assignment instead
DECORATORS = ("property", "reference", "functools.cache", "functools.cached_property")
GOAL = 0.85
UNEXPLAINED = "Unexplained"
LONGEST_CODE = 160


@dataclass(frozen=True)
class Mutant:
    """One change of one place. A module bears its dotted name: ``factbook.facts``."""

    module: str
    function: str
    name: str
    line: int
    before: str
    after: str
    kind: str
    source: str

    @property
    def key(self) -> str:
        """What mutmut calls it."""
        return f"{self.module}.{self.name}"

    @property
    def entered(self) -> str:
        """What mutmut calls its function."""
        return self.key.partition("__mutmut_")[0]

    @property
    def identity(self) -> str:
        """The same as long as its function is the same."""
        return f"{self.key} {self.source}"


@dataclass(frozen=True)
class Result:
    """What became of a mutant: ``killed`` (by which test), ``survived``, ``timeout`` or ``no test``."""

    mutant: Mutant
    verdict: str
    test: str = ""


def undecorated(source: str) -> str:
    """The module with decorators written as assignments after the function, line by line as long as before."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef) or len(node.decorator_list) != 1 or node.end_lineno is None:
            continue
        decorator = node.decorator_list[0]
        name = ast.unparse(decorator)
        after = node.end_lineno
        if name in DECORATORS and (after == len(lines) or not lines[after]):
            lines[decorator.lineno - 1] = ""
            lines[after : after + 1] = [f"{' ' * node.col_offset}{node.name} = {name}({node.name})"]
            if name == "functools.cached_property":
                lines[after] += f"; {node.name}.__set_name__(None, {node.name!r})"
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Module:
    """A module taken apart: its tree and its mutants, each with the change that mutmut makes."""

    name: str
    tree: cst.Module
    mutants: dict[Mutant, file_mutation.Mutation]

    def write(self, chosen: set[Mutant]) -> dict[str, Mutant]:
        """Write the module with the chosen mutants in it and return them by the name that turns each on."""
        kept = {mutant: mutation for mutant, mutation in self.mutants.items() if mutant in chosen}
        mutated = file_mutation.combine_mutations_to_source(self.tree, list(kept.values()))
        _path(self.name, WORKSHOP).write_text(mutated.code, encoding="utf-8", newline="\n")
        # mutmut numbers what it is given; a sample has gaps
        counted: Counter[str] = Counter()
        switches = {}
        for mutant in kept:
            counted[mutant.entered] += 1
            switches[f"{mutant.entered}__mutmut_{counted[mutant.entered]}"] = mutant
        return switches


def module_names() -> list[str]:
    """The dotted names of the modules that are changed."""
    paths = (path for package in PACKAGES for path in (SOURCES / package).rglob("*.py"))
    names = (".".join(path.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__") for path in paths)
    return sorted(name for name in names if not name.startswith(DRAWN))


def _path(name: str, folder: Path) -> Path:
    """The file of a module, or of a package itself."""
    path = folder.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_name(f"{path.name}.py")


def take_apart(name: str) -> Module:
    """Every mutant of a module that counts."""
    path = _path(name, SOURCES)
    code = undecorated(path.read_text(encoding="utf-8"))
    tree, mutations, *_ = file_mutation.create_mutations(str(path), code)
    places = dict(zip(_functions(tree), _first_lines(code), strict=True))
    mutants = {}
    for function, of_function in file_mutation.group_by_top_level_node(mutations).items():
        if not isinstance(function, cst.FunctionDef):
            continue
        class_name, start = places[function][0], places[function][1]
        mangled = mangle_function_name(name=function.name.value, class_name=class_name) + "__mutmut"
        bare = function.with_changes(leading_lines=[])
        text = tree.code_for_node(bare)
        source = sha256(text.encode()).hexdigest()[:12]
        shown = f"{class_name}.{function.name.value}" if class_name else function.name.value
        for number, mutation in enumerate((mutation for mutation in of_function if not _is_prose(mutation)), start=1):
            changed = tree.code_for_node(file_mutation.deep_replace(bare, mutation.original_node, mutation.mutated_node))
            offset, before, after = _difference(text, changed)
            mutant = Mutant(
                name, shown, f"{mangled}_{number}", start + offset, before, after, type(mutation.original_node).__name__, source
            )
            mutants[mutant] = mutation
    return Module(name, tree, mutants)


def _functions(tree: cst.Module) -> Iterator[cst.FunctionDef]:
    """Functions of the module and methods of its classes, in order."""
    for statement in tree.body:
        inner = statement.body.body if isinstance(statement, cst.ClassDef) else [statement]
        yield from (node for node in inner if isinstance(node, cst.FunctionDef))


def _first_lines(code: str) -> Iterator[tuple[str | None, int]]:
    """The class and the line of each of these functions, in the same order."""
    for statement in ast.parse(code).body:
        name = statement.name if isinstance(statement, ast.ClassDef) else None
        inner = statement.body if isinstance(statement, ast.ClassDef) else [statement]
        yield from ((name, node.lineno) for node in inner if isinstance(node, ast.FunctionDef))


def _is_prose(mutation: file_mutation.Mutation) -> bool:
    node = mutation.original_node
    return isinstance(node, cst.SimpleString) and " " in node.value


def _difference(text: str, changed: str) -> tuple[int, str, str]:
    """Where a mutant differs from its function: line, the lines as they were, the lines as they are now."""
    old, new = text.splitlines(), changed.splitlines()
    head = next((index for index, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    before, after = (" ".join(line.strip() for line in lines[head : len(lines) - tail]) for lines in (old, new))
    return head, before, after


def sample(modules: list[Module], size: int) -> set[Mutant]:
    """A random sample in which each module has its share, the same each time."""
    chooser = random.Random(SEED)
    total = sum(len(module.mutants) for module in modules)
    shares = {module.name: size * len(module.mutants) / total for module in modules}
    counts = {name: int(share) for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: counts[name] - shares[name])
    for name in by_remainder[: size - sum(counts.values())]:
        counts[name] += 1
    return {mutant for module in modules for mutant in chooser.sample(list(module.mutants), counts[module.name])}


class Trial:
    """A pytest plugin that runs all tests once, to see which functions each enters, and then every mutant against its tests."""

    def __init__(self, switches: dict[str, Mutant], jobs: int):
        self.switches = switches
        self.jobs = jobs
        self.results = Results()
        self.failed: list[str] = []
        self.entered: dict[str, list[int]] = defaultdict(list)
        self.seconds: list[float] = []

    def pytest_configure(self) -> None:
        """The same examples for each mutant."""
        from hypothesis import settings

        settings.register_profile("mutants", derandomize=True, database=None, deadline=None)
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what is slow or the same mistake again."""
        tried = set()
        kept = []
        for item in items:
            name, _, case = item.name.partition("[")
            if name in TOO_SLOW:
                continue
            if name == ON_EVERY_TABLE:
                mistake = case.partition("-")[2]
                if mistake in tried:
                    continue
                tried.add(mistake)
            kept.append(item)
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what failed."""
        if report.failed:
            self.failed.append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running the tests once."""
        if session.testsfailed:
            raise session.Failed("the tests cannot be collected")
        # What is set up for all tests stays for the mutants; the rest is set up anew, by the mutant
        rest: Any = SimpleNamespace(listchain=lambda: [session])
        for index, item in enumerate(session.items):
            start = time.process_time()
            state()._stats.clear()
            following = session.items[index + 1] if index + 1 < len(session.items) else rest
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                raise session.Failed(f"{self.failed[0]} fails without a mutant")
            self.seconds.append(time.process_time() - start)
            for function in state()._stats:
                self.entered[function].append(index)
        trampoline.set_mutant_under_test("")
        print(f"{len(session.items)} tests pass in {sum(self.seconds):.0f} s; they enter {len(self.entered)} functions", flush=True)
        gc.freeze()
        self._try_all(session)
        return True

    def _try_all(self, session: pytest.Session) -> None:
        running: dict[int, tuple[Mutant, int, list[int]]] = {}
        # The test that killed the last mutant of a function is the first to try on the next
        killers: dict[str, list[int]] = defaultdict(list)
        start = time.perf_counter()
        queue = sorted(self.switches.items(), key=lambda pair: sum(self.seconds[index] for index in self.entered[pair[1].entered]))
        for number, (switch, mutant) in enumerate(queue, start=1):
            first = killers[mutant.entered]
            tests = sorted(self.entered[mutant.entered], key=lambda index: self._rank(session.items[index], index, first))
            if not tests:
                self.results.append(Result(mutant, "no test"))
                continue
            reader, writer = os.pipe()
            if not (child := os.fork()):
                os.close(reader)
                self._be_mutant(session, switch, tests, writer)
            os.close(writer)
            running[child] = (mutant, reader, first)
            while len(running) >= self.jobs:
                self._reap(session, running)
            if not number % 50:
                print(f"{number} of {len(queue)} in {time.perf_counter() - start:.0f} s: {tally(self.results)}", flush=True)
        while running:
            self._reap(session, running)

    def _rank(self, item: pytest.Item, index: int, killers: list[int]) -> tuple[bool, int, float]:
        """Chapters last, so that they are credited with what no other test kills; among the rest killers, then the fast."""
        return item.nodeid.startswith(CHAPTERS), killers.index(index) if index in killers else len(killers), self.seconds[index]

    def _be_mutant(self, session: pytest.Session, switch: str, tests: list[int], writer: int) -> None:
        """In the forked process: run the tests until one fails, and say which."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        seconds = int(time.process_time() + PATIENCE * sum(self.seconds[index] for index in tests) + SECONDS_TO_START)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        trampoline.set_mutant_under_test(switch)
        try:
            for index, following in zip(tests, [*tests[1:], tests[0]], strict=True):
                session.items[index].ihook.pytest_runtest_protocol(item=session.items[index], nextitem=session.items[following])
                if self.failed:
                    os.write(writer, str(index).encode())
                    os._exit(1)
        except BaseException:
            os.write(writer, str(index).encode())
            os._exit(1)
        os._exit(0)

    def _reap(self, session: pytest.Session, running: dict[int, tuple[Mutant, int, list[int]]]) -> None:
        child, status = os.wait()
        mutant, reader, killers = running.pop(child)
        with os.fdopen(reader) as pipe:
            said = pipe.read()
        if os.WIFSIGNALED(status):
            verdict = "timeout" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "killed"
            self.results.append(Result(mutant, verdict))
        elif os.WEXITSTATUS(status) == 0:
            self.results.append(Result(mutant, "survived"))
        else:
            index = int(said)
            if index in killers:
                killers.remove(index)
            killers.insert(0, index)
            self.results.append(Result(mutant, "killed", session.items[index].nodeid))


class Results(list[Result]):
    """Results, also written to a file one by one: a run may take hours."""

    def append(self, result: Result) -> None:
        """Add and write one."""
        super().append(result)
        with RECORD.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**asdict(result.mutant), "verdict": result.verdict, "test": result.test}) + "\n")


def tally(results: Iterable[Result]) -> str:
    """Counts by verdict."""
    return ", ".join(f"{count} {verdict}" for verdict, count in Counter(result.verdict for result in results).most_common())


def recorded() -> dict[str, Result]:
    """The last verdict on each mutant whose function is still the same."""
    if not RECORD.is_file():
        return {}
    found = {}
    for line in RECORD.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        verdict, test = row.pop("verdict"), row.pop("test")
        mutant = Mutant(**row)
        found[mutant.identity] = Result(mutant, verdict, test)
    return found


def try_mutants(modules: list[Module], chosen: set[Mutant], jobs: int) -> list[Result]:
    """Build the packages with the chosen mutants in them and try each.

    Raises:
        SystemExit: the tests fail without a mutant.
    """
    for package in PACKAGES:
        shutil.rmtree(WORKSHOP / package, ignore_errors=True)
        shutil.copytree(SOURCES / package, WORKSHOP / package, ignore=shutil.ignore_patterns("__pycache__"))
    switches = {}
    for module in modules:
        switches |= module.write(chosen)
    sys.path.insert(0, str(WORKSHOP))
    os.environ |= {"FACTBOOK_DATA": str(ROOT / "data"), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    os.chdir(ROOT)
    trampoline.set_mutant_under_test("stats")
    trial = Trial(switches, jobs)
    options = ["-p", "no:cacheprovider", "-p", "no:terminal", "--capture=no", "-o", "addopts=", f"--basetemp={WORKSHOP / 'tmp'}"]
    code = pytest.main([*options, "-o", "tmp_path_retention_policy=none", *TESTS], plugins=[trial])
    if len(trial.results) != len(switches):
        sys.exit(f"The mutants were not tried (pytest ended with {code}): {', '.join(trial.failed) or 'see above'}. Run make test first.")
    return trial.results


def report(modules: list[Module], results: list[Result], sampled: bool) -> str:
    """The section of the report."""
    dead = sum(_is_dead(result) for result in results)
    total = sum(len(module.mutants) for module in modules)
    low, high = proportion_confint(dead, len(results), method="wilson")
    interval = f" (95% interval of the whole {low:.1%} to {high:.1%}, Wilson)" if sampled else ""
    tried = f"A random sample of {len(results):,} of {total:,} mutants, by module in proportion" if sampled else f"All {total:,} mutants"
    by_chapter = sum(_by_a_chapter(result) for result in results)
    timeouts = sum(result.verdict == "timeout" for result in results)
    header = "| module | mutants | tried | killed by its tests | by a chapter | timeout | survived | no test | score |"
    rows = [_table_row(module.name, len(module.mutants), [r for r in results if r.mutant.module == module.name]) for module in modules]
    return f"""
{tried}: **{dead / len(results):.1%} killed**{interval}. The goal is {GOAL:.0%}.

A mutant is the code of {" or ".join(f"`src/{package}`" for package in PACKAGES)} with one change by mutmut: another operator,
number, condition, key, argument or assignment. Killed means that a test of {", ".join(f"`{folder}`" for folder in TESTS[:-1])}
fails, or, where all of those pass, that a cell of a chapter no longer gives the output that is stored ({by_chapter:,} mutants;
`make test` compares the same).
{timeouts:,} ran into the time limit and count as killed, as mutmut counts them; what no test enters counts as alive.

Not changed: {" and ".join(f"`{room}`" for room in DRAWN)} (charts: nbval compares their specifications whole), text literals
with a blank in them (prose), code outside functions and functions with a decorator that takes arguments (mutmut leaves
them alone; the latter are the cross-checks of the data, which `make mutate` tries with wrong data). What was computed before a mutant
is switched on, such as the facts, stays as it was, so the score is a lower bound.

{header}
| --- |{" ---: |" * 8}
{chr(10).join(rows)}
{_table_row("all", total, results)}

### Survivors

{_survivors(results)}
"""


def _is_dead(result: Result) -> bool:
    return result.verdict in ("killed", "timeout")


def _by_a_chapter(result: Result) -> bool:
    return result.test.startswith(CHAPTERS)


def _table_row(name: str, size: int, results: list[Result]) -> str:
    if not results:
        return f"| {name} | {size:,} | 0 | | | | | | |"
    counts = Counter("chapter" if _by_a_chapter(result) else result.verdict for result in results)
    cells = [counts[verdict] for verdict in ("killed", "chapter", "timeout", "survived", "no test")]
    score = sum(map(_is_dead, results)) / len(results)
    return f"| {name} | {size:,} | {len(results):,} | {' | '.join(f'{count:,}' for count in cells)} | {score:.0%} |"


def _survivors(results: list[Result]) -> str:
    """What is alive, by reason, those without one first."""
    with EXPLANATIONS.open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    groups: dict[str, list[Mutant]] = defaultdict(list)
    for result in results:
        if not _is_dead(result):
            groups["" if result.verdict == "survived" else "No test enters the function"].append(result.mutant)
    for mutant in groups.pop("", []):
        groups[_reason(mutant, known)].append(mutant)
    parts = []
    for reason in sorted(groups, key=lambda reason: (reason != UNEXPLAINED, reason)):
        mutants = sorted(groups[reason], key=lambda mutant: (mutant.module, mutant.line, mutant.name))
        lines = [
            f"- `{mutant.module}:{mutant.line}` {mutant.function}: {_code(mutant.before)} → {_code(mutant.after)}" for mutant in mutants
        ]
        summary = f"<summary>{reason} ({len(mutants):,})</summary>"
        parts.append(f"<details>\n{summary}\n\n{chr(10).join(lines)}\n\n</details>")
    return "\n\n".join(parts) or "None."


def _reason(mutant: Mutant, known: list[dict[str, str]]) -> str:
    """The first explanation whose cells fit; an empty cell fits everything, `before` and `after` may be a part."""
    for row in known:
        where = row["module"] in ("", mutant.module) and row["function"] in ("", mutant.function)
        if where and row["before"] in mutant.before and row["after"] in mutant.after:
            return row["reason"]
    return UNEXPLAINED


def _code(text: str) -> str:
    cut = text if len(text) <= LONGEST_CODE else text[: LONGEST_CODE - 1] + "…"
    return f"`` {cut} ``" if cut else "nothing"


def main() -> None:
    """Try all mutants, or a sample, and write the report."""
    parser = argparse.ArgumentParser(description="Change the code and see whether a test fails.")
    parser.add_argument("--sample", type=int, help="try so many, chosen at random, instead of all")
    parser.add_argument("--only", nargs="+", help="of these modules (factbook.facts); writes no report")
    parser.add_argument("--resume", action="store_true", help="believe what earlier runs killed and try the rest again")
    parser.add_argument(
        "--report", action="store_true", help="try nothing: write the report anew from the last run, with explanations added since"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    options = parser.parse_args()
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    modules = [module for name in options.only or module_names() if (module := take_apart(name)).mutants]
    every = {mutant for module in modules for mutant in module.mutants}
    chosen = sample(modules, options.sample) if options.sample else every
    before = recorded() if options.resume or options.report else {}
    if options.report:
        if missing := [mutant.key for mutant in chosen if mutant.identity not in before]:
            sys.exit(f"{len(missing):,} mutants were not tried in the last run, {missing[0]} among them. Run it again without --report.")
        write_section("code-mutation", report(modules, [before[mutant.identity] for mutant in chosen], options.sample is not None))
        return
    if not options.resume:
        RECORD.unlink(missing_ok=True)
    believed = [
        Result(m, before[m.identity].verdict, before[m.identity].test)
        for m in chosen
        if m.identity in before and _is_dead(before[m.identity])
    ]
    print(f"{len(every):,} mutants of {len(modules)} modules; {len(chosen):,} chosen, {len(believed):,} killed before", flush=True)
    alive = chosen - {result.mutant for result in believed}
    results = believed + (try_mutants(modules, alive, options.jobs) if alive else [])
    print(tally(results))
    if not options.only:
        write_section("code-mutation", report(modules, results, options.sample is not None))
        print("docs/quality.md has the report.")
    shutil.rmtree(WORKSHOP / "tmp", ignore_errors=True)


if __name__ == "__main__":
    main()
