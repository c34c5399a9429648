"""Two editions of a book side by side: which published numbers moved, which are new or gone, which verdicts changed.

Decided: a number is its id (``chapter#anchor``), which never changes. It moved when what a reader sees moved, or when
its exact value did by more than floating-point noise; so a change below the printed digits is told too. A claim
changed when its verdict or the figure it is compared with did. An edition is read from a site (a folder, or its
``numbers.json``) or from the file that `bookkit.editions.baseline` keeps.

``bookkit compare OLD NEW`` prints the comparison, as text or as Markdown for a pull request. The exit
status is that of ``diff``: 0 nothing differs, 1 something does, 2 an edition could not be read.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

NUMBERS = "numbers.json"
CLAIMS = "claims.json"
# What a site says of itself against the published edition: a page, and a file for machines
PAGE = "differences"
DIFFERENCES = "differences.json"
SAME = 1e-9  # relative: one unit of the tenth digit, with which numbers are recorded
FACTOR_FROM = 10  # From this ratio on, a change reads better as a factor than in percent
ROWS_SHOWN = 6
SAME_STATUS, DIFFERENT_STATUS, TROUBLE_STATUS = 0, 1, 2
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")


class EditionError(ValueError):
    """An edition cannot be read. The message says which file, and what to do."""


@dataclass(frozen=True)
class Number:
    """One published number. Where an edition is kept in short, its formula and rows are not known."""

    id: str
    text: str
    value: float | None
    unit: str = ""
    formula: str = ""
    rows: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()

    @property
    def chapter(self) -> str:
        """The chapter's public name."""
        return self.id.partition("#")[0]

    @property
    def anchor(self) -> str:
        """The place in the chapter."""
        return self.id.partition("#")[2]

    @property
    def address(self) -> str:
        """The number's address below the site's root."""
        return f"{self.chapter}.html#{self.anchor}"

    @property
    def exact(self) -> str:
        """The value with all its digits."""
        return "" if self.value is None else f"{self.value:.12g}"


@dataclass(frozen=True)
class Claim:
    """A claim's verdict, what it is called, and the figure that the claim is compared with."""

    id: str
    verdict: str
    compared_with: str = ""
    label: str = ""
    title: str = ""


@dataclass(frozen=True)
class Edition:
    """The numbers and the verdicts of one state of a book, in the order of its text."""

    numbers: Mapping[str, Number]
    claims: Mapping[str, Claim] = field(default_factory=dict)
    version: str = ""
    date: str = ""


@dataclass(frozen=True)
class Difference:
    """What differs between an older and a newer edition."""

    old: Edition
    moved: tuple[tuple[Number, Number], ...] = ()
    added: tuple[Number, ...] = ()
    removed: tuple[Number, ...] = ()
    judged: tuple[tuple[Claim | None, Claim | None], ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.moved or self.added or self.removed or self.judged)

    @property
    def edition(self) -> str:
        """What the older edition is called."""
        return f"edition {self.old.version}" if self.old.version else "the older edition"


def compare(old: Edition, new: Edition) -> Difference:
    """What differs, in the order of the newer edition. A number that has another name today is the one it was."""
    today = {earlier: key for key, number in new.numbers.items() for earlier in number.earlier}
    known = {today.get(key, key): number for key, number in old.numbers.items()}
    moved = [(known[key], number) for key, number in new.numbers.items() if key in known and _moved(known[key], number)]
    keys = [*new.claims, *(key for key in old.claims if key not in new.claims)]
    pairs = [(old.claims.get(key), new.claims.get(key)) for key in keys]
    return Difference(
        old,
        tuple(moved),
        tuple(number for key, number in new.numbers.items() if key not in known),
        tuple(number for key, number in known.items() if key not in new.numbers),
        tuple((before, after) for before, after in pairs if _judged(before) != _judged(after)),
    )


def _moved(old: Number, new: Number) -> bool:
    if old.text != new.text or old.unit != new.unit:
        return True
    if old.value is None or new.value is None:
        return old.value is not new.value
    return not math.isclose(old.value, new.value, rel_tol=SAME)


def _judged(claim: Claim | None) -> tuple[str, str] | None:
    return (claim.verdict, claim.compared_with) if claim else None


def relative_change(old: Number, new: Number) -> str:
    """How far a number moved: ``+50%``, ``× 12``, or in words where neither says it."""
    if old.unit != new.unit:
        return f"{old.unit or 'no unit'} became {new.unit or 'no unit'}"
    if old.value is None or new.value is None:
        return "not a number" if new.value is None else "was not a number"
    if math.isclose(old.value, new.value, rel_tol=SAME):
        return "the same value, written otherwise"
    if old.value == 0:
        return "was zero"
    ratio = new.value / old.value
    if ratio < 0:
        return "changed its sign"
    if ratio >= FACTOR_FROM:
        return f"× {_digits(ratio)}"
    if 0 < ratio <= 1 / FACTOR_FROM:
        return f"÷ {_digits(1 / ratio)}"
    percent = (ratio - 1) * 100
    return f"{'+' if percent > 0 else '−'}{_digits(abs(percent))}%"


def _digits(value: float) -> str:
    """Three significant digits, or all before the point, without an exponent."""
    if value >= 1000:
        return f"{value:,.0f}"
    return format(Decimal(f"{value:.3g}"), "f")


def texts(old: Number, new: Number) -> tuple[str, str]:
    """What to show for a moved number: what readers see, or the exact values where that is the same."""
    if old.text != new.text:
        return old.text, new.text
    return f"{old.text} ({old.exact})", f"{new.text} ({new.exact})"


def behind(number: Number) -> str:
    """The formula and the rows that a number comes from; its formula alone where that is one row."""
    rows = ", ".join(number.rows[:ROWS_SHOWN]) + (f" and {len(number.rows) - ROWS_SHOWN} more" if len(number.rows) > ROWS_SHOWN else "")
    return number.formula if number.formula == rows else ": ".join(filter(None, (number.formula, rows)))


# What is said of it


def counts(difference: Difference) -> str:
    """How many: ``3 of 1,234 published numbers moved; 2 are new``."""
    moved = f"{len(difference.moved):,} of {len(difference.old.numbers):,} published numbers" if difference.moved else "no published number"
    return "; ".join([f"{moved} moved", *_further(difference)])


def sentence(difference: Difference) -> str:
    """The whole comparison in a sentence."""
    return f"Since {difference.edition}, {counts(difference)}."


def line(difference: Difference) -> str:
    """The comparison as the build prints it: ``3 of 1,234 differ from edition 0.2.0; 2 are new``."""
    moved = len(difference.moved)
    first = (
        f"{f'{moved:,}' if moved else 'none'} of {len(difference.old.numbers):,} differ{'' if moved > 1 else 's'} from {difference.edition}"
    )
    return "; ".join([first, *_further(difference)])


def line_of_site(site: Path) -> str:
    """What the build prints of a site it made; nothing where no published edition is kept."""
    path = site / DIFFERENCES
    if not path.is_file():
        return ""
    found = json.loads(path.read_text(encoding="utf-8"))
    return f"numbers    {found['summary']}" + (f": see {PAGE}.html" if found["differs"] else "")


def _further(difference: Difference) -> Iterator[str]:
    for items, one, many in (
        (difference.added, "is new", "are new"),
        (difference.removed, "is gone", "are gone"),
        (difference.judged, "verdict or reference changed", "verdicts or references changed"),
    ):
        if items:
            yield f"{len(items):,} {one if len(items) == 1 else many}"


def as_text(difference: Difference) -> str:
    """The comparison for a terminal."""
    blocks = [sentence(difference)]
    for heading, head, rows in _tables(difference):
        lines = [head, *rows]
        widths = [max(len(cells[column]) for cells in lines) for column in range(len(head))]
        body = ("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in lines)
        blocks.append("\n".join([heading, *(f"  {text}" for text in body)]))
    return "\n\n".join(blocks) + "\n"


def as_markdown(difference: Difference) -> str:
    """The comparison for a pull request."""
    blocks = [f"## Published numbers\n\n{_escaped(sentence(difference))}"]
    for heading, head, rows in _tables(difference):
        table = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
        table += [f"| {' | '.join(map(_escaped, cells))} |" for cells in rows]
        blocks.append(f"### {_escaped(heading)}\n\n" + "\n".join(table))
    return "\n\n".join(blocks) + "\n"


def _escaped(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _tables(difference: Difference) -> Iterator[tuple[str, Sequence[str], list[Sequence[str]]]]:
    """Heading, column heads and rows of each part that is not empty."""
    if difference.judged:
        judged = [(claim_id(pair), *(verdict(claim) for claim in pair)) for pair in difference.judged]
        yield "Claims judged otherwise", ("Claim", "Published", "Now"), [*judged]
    if difference.moved:
        moved = [(new.id, *texts(old, new), relative_change(old, new), behind(new)) for old, new in difference.moved]
        yield "Moved", ("Number", "Published", "Now", "Change", "Behind it"), [*moved]
    if difference.added:
        yield "New", ("Number", "Now", "Behind it"), [(number.id, number.text, behind(number)) for number in difference.added]
    if difference.removed:
        yield "Gone", ("Number", "Published"), [(number.id, number.text) for number in difference.removed]


def claim_id(pair: tuple[Claim | None, Claim | None]) -> str:
    """The id of a claim that one of two editions may lack."""
    return next(claim.id for claim in reversed(pair) if claim)


def verdict(claim: Claim | None) -> str:
    """A claim's verdict, and what the claim is compared with."""
    if claim is None:
        return "not there"
    return ", against ".join(filter(None, (claim.label or claim.verdict, claim.compared_with)))


# Reading


def read(path: Path) -> Edition:
    """An edition from a site's folder, its ``numbers.json``, or the file that keeps a published edition.

    Raises:
        EditionError: it is not there, or not what it should be.
    """
    file = path / NUMBERS if path.is_dir() else path
    content = _json(file)
    try:
        if isinstance(content["numbers"], dict):
            return of_kept(content)
        beside = file.with_name(CLAIMS)
        return of_site(content["numbers"], _json(beside)["claims"] if beside.is_file() else [])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EditionError(f"{file} does not list numbers as this version of bookkit writes them ({error!r}). Build it again.") from None


def _json(file: Path) -> Any:
    if not file.is_file():
        raise EditionError(f"{file} is not there. Name a built site, its {NUMBERS}, or the file of a published edition.")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EditionError(f"{file} cannot be read ({error}). Restore it from version control, or build the site again.") from None


def of_site(numbers: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]] = ()) -> Edition:
    """An edition from what a site tells machines."""
    return Edition(
        {
            entry["id"]: Number(
                entry["id"],
                entry["text"],
                _float(entry["value"]),
                entry["unit"],
                entry["formula"],
                tuple(entry["rows"]),
                tuple(entry.get("earlier", ())),
            )
            for entry in numbers
        },
        {
            claim["id"]: Claim(
                claim["id"], _with_outcome(claim, "verdict"), claim["compared_with"], _with_outcome(claim, "label"), claim["paraphrase"]
            )
            for claim in claims
        },
    )


def _with_outcome(claim: Mapping[str, Any], name: str) -> str:
    return ", ".join(filter(None, (claim[name], claim.get("outcome", ""))))


def of_kept(content: Mapping[str, Any]) -> Edition:
    """An edition from the file that keeps it."""
    return Edition(
        {key: Number(key, text, _float(value), unit) for key, (text, value, unit) in content["numbers"].items()},
        {key: Claim(key, verdict, compared_with, label) for key, (verdict, label, compared_with) in content["claims"].items()},
        content["edition"],
        content["date"],
    )


def _float(value: Any) -> float | None:
    """The value as a number, or nothing where it is none."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def main(arguments: list[str] | None = None) -> int:
    """Print what differs."""
    parser = argparse.ArgumentParser(prog="bookkit compare", description="Compare the published numbers of two editions.")
    parser.add_argument("old", type=Path, help="the older edition: a site, its numbers.json, or the file of a published edition")
    parser.add_argument("new", type=Path, help="the newer edition")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    options = parser.parse_args(arguments)
    try:
        difference = compare(read(options.old), read(options.new))
    except EditionError as error:
        print(error, file=sys.stderr)
        return TROUBLE_STATUS
    print((as_markdown if options.markdown else as_text)(difference), end="")
    return DIFFERENT_STATUS if difference else SAME_STATUS
