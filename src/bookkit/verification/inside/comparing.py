"""How the outputs of two runs compare: the published one, and the one in the reader's browser.

Two numbers are the same where they read the same and agree within the precision of the record, which has ten significant digits
(`factbook.rounding`): one unit of the last digit, since a value on the edge may be rounded either way. Text is compared as text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .outputs import Path, at

RECORDED_DIGITS = 10
# One unit in the last recorded digit of the smallest number with so many digits
PRECISION = 10.0 ** (1 - RECORDED_DIGITS)
# What is compared of a published number; the digits that it is shown with in its trace follow from these
COMPARED = ("text", "value", "exact")


class Difference(NamedTuple):
    """One thing that is not the same.

    Attributes:
        place: a permalink in the page for a number; the output's name and where in it for anything else.
        published: as the page has it.
        found: as it came out; empty where it is missing.
    """

    place: str
    published: str
    found: str


def same_value(published: float, found: float) -> bool:
    """Whether two recorded values agree within the precision of the record."""
    if published == found:
        return True
    both = math.isfinite(published) and math.isfinite(found)
    return both and abs(published - found) <= PRECISION * max(abs(published), abs(found)) * (1 + 1e-6)


def compare_numbers(
    published: Iterable[Mapping[str, Any]], outputs: Mapping[str, Any], fact: Callable[[str], Mapping[str, Any]]
) -> Iterator[Difference]:
    """The published numbers that came out otherwise, or not at all.

    Args:
        published: each with ``anchor``, ``text``, ``value`` and ``exact``, and either ``output`` and ``path``, or ``fact``.
        outputs: of this run, by name.
        fact: reads a fact that a sentence names without code; raises KeyError or ValueError where there is none.
    """
    for number in published:
        found = found_number(number, outputs, fact)
        if found is None:
            yield Difference(number["anchor"], number["text"], "")
        elif not (number["text"] == found["text"] and same_value(number["value"], found["value"])):
            yield Difference(number["anchor"], said(number), said(found, number))


def found_number(
    number: Mapping[str, Any], outputs: Mapping[str, Any], fact: Callable[[str], Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The number of this run that a published one is to be compared with."""
    if "fact" in number:
        try:
            return fact(number["fact"])
        except (KeyError, ValueError):
            return None
    found: Mapping[str, Any] | None = at(outputs, number["output"], number["path"])
    return found if isinstance(found, Mapping) and found.get("value") is not None else None


def said(number: Mapping[str, Any], beside: Mapping[str, Any] | None = None) -> str:
    """A number as a list of differences has it: its text, and its value too where the texts are alike."""
    text = str(number["text"])
    return f"{text} ({number['value']!r})" if beside is None or beside["text"] == text else text


def compare_rest(published: Mapping[str, Any], found: Mapping[str, Any], numbers: Iterable[tuple[str, Path]]) -> Iterator[Difference]:
    """What differs beside the published numbers: words, cells of tables, calculators, charts.

    Args:
        published: outputs by name.
        found: those of this run.
        numbers: the outputs' names and paths of the published numbers, which `compare_numbers` compares.
    """
    known = set(numbers)
    for name, payload in published.items():
        if name not in found:
            yield Difference(name, _short(payload), "")
        else:
            yield from _differences(payload, found[name], name, (), known)
    yield from (Difference(name, "", _short(payload)) for name, payload in found.items() if name not in published)


def _differences(published: Any, found: Any, name: str, path: Path, known: set[tuple[str, Path]]) -> Iterator[Difference]:
    if isinstance(published, Mapping) and isinstance(found, Mapping):
        compared = COMPARED if (name, path) in known else ()
        for key in [*published, *(key for key in found if key not in published)]:
            if key in compared:
                continue
            yield from _differences(published.get(key), found.get(key), name, (*path, key), known)
    elif _is_list(published) and _is_list(found) and len(published) == len(found):
        for index, pair in enumerate(zip(published, found, strict=True)):
            yield from _differences(*pair, name, (*path, index), known)
    elif _is_number(published) and _is_number(found):
        if not same_value(published, found):
            yield Difference(_place(name, path), repr(published), repr(found))
    elif published != found:
        yield Difference(_place(name, path), _short(published), _short(found))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _place(name: str, path: Path) -> str:
    return f"{name} {'.'.join(map(str, path))}".strip()


def _short(value: Any, most: int = 200) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else f"{text[:most]}…"
