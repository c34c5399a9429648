"""``make faults``: everything in `quality.faults.faults`, done to a small book one after the other; the table of what happened.

The command fails when a fault damaged a site, left something behind or was not said. Two clean builds that execute
everything are compared as well.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from quality import write_section
from quality.faults import faults
from quality.faults.faults import SITE, Fault, Outcome, can_mount, tree, tried
from tests.bookkit.conftest import copy_book, run_build, shortened

EVERY = (
    *faults.NOTEBOOKS,
    *faults.REMOVALS,
    *faults.TWO,
    *faults.SWAPS,
    *faults.SIGNALS,
    *faults.MOMENTS_BY_CHANCE,
)


def main() -> int:
    """Try everything, print it and write it down."""
    parser = argparse.ArgumentParser(prog="quality.faults.run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", help="try only the faults whose name holds these words, and write nothing down")
    words = parser.parse_args().words
    with tempfile.TemporaryDirectory() as folder:
        small = shortened(copy_book(Path(folder) / "small"))
        if (built := run_build(small)).returncode:
            sys.exit(f"Nothing was tried: the small book cannot be built without a fault. Mend this first:\n{built.stdout}{built.stderr}")
        disks = faults.DISKS if can_mount(Path(folder)) else []
        chosen = [fault for fault in (*EVERY, *disks) if all(word in fault.name for word in words)]
        outcomes = list(all_tried(small, Path(folder), chosen))
        same = words or repeatable(small)
    wrong = [fault.name for fault, outcome in outcomes if not right(fault, outcome)]
    if not words:
        write_section("faults", table(outcomes, bool(disks), bool(same)))
    print(f"\n{len(outcomes) - len(wrong)} of {len(outcomes)} faults ended as they should: a whole site, and mended by the next build.")
    return 0 if not wrong and same else 1


def all_tried(small: Path, folder: Path, chosen: Iterable[Fault]) -> Iterable[tuple[Fault, Outcome]]:
    """Each fault on a copy of its own."""
    for number, fault in enumerate(chosen):
        book = shutil.copytree(small, folder / str(number) / "book")
        outcome = tried(book, fault)
        print(f"{'ok ' if right(fault, outcome) else 'BAD'} {fault.name}: {outcome}", flush=True)
        shutil.rmtree(book.parent, ignore_errors=True)
        yield fault, outcome


def right(fault: Fault, outcome: Outcome) -> bool:
    """Whether a fault did no harm."""
    late = outcome.site == "the new one"
    told = late or (outcome.status != 0 and fault.says in outcome.said)
    # Where two folders cannot be exchanged, a build killed between two renamings leaves none until the next
    whole = late or outcome.site == ("missing" if fault.name.endswith("between the two renamings") else "the old one")
    return whole and told and outcome.heals and not outcome.running and not outcome.left


def repeatable(small: Path) -> bool:
    """Whether two builds that execute everything give the same bytes."""
    before = tree(small / SITE)
    return run_build(small, "--force").returncode == 0 and tree(small / SITE) == before


def table(outcomes: list[tuple[Fault, Outcome]], disks: bool, same: bool) -> str:
    """The section of the report."""
    rows = [
        f"| {fault.name} | {outcome.status} | {outcome.said.lstrip('→ ') or 'nothing: it was killed'} | {outcome.site} | "
        f"{'yes' if outcome.heals else '**no**'} | {', '.join([*outcome.running, *outcome.left]) or 'nothing'} |"
        for fault, outcome in outcomes
    ]
    mended = sum(right(fault, outcome) for fault, outcome in outcomes)
    lines = [
        f"{mended} of {len(outcomes)} faults ended as they should. Each was done to a small book that had been built before and whose",
        "data had changed since. “Site” is what stood in `_build/html` afterwards, compared byte by byte: the old one, or the new one",
        "where the fault came too late. It is missing in one case, and only until the next build: on a system that cannot exchange two",
        "folders in one step, a build can be killed between two renamings. Negative exit codes are signals; 128 and more mean that",
        "the build was told to stop. Moments by chance come from a fixed seed.",
        f"A build that executes everything again gave the same bytes: {'yes' if same else '**no**'}.",
        *([] if disks else ["The disk was not filled: that needs Linux and the rights to mount a small one."]),
        "",
        "| what was done | exit code | what was said | site | next build mends | left running or lying about |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
