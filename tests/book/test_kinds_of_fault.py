"""Kinds of faults that referees found once, looked for in everything that is published: chapters, their tables and numbers.

One thing never has two numbers; yuan are converted at the rate of their month; a yearly amount says its period, and a cost
its basis; a list that a chapter reads is shown to its last line.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from factbook.facts import Facts, load

from .execution import NOTEBOOKS, ROOT

BOOK = ROOT / "book"
FX = re.compile(r"fx_usd_cny_(?:monthly|annual)_average_(\d{4})(?:_(\d{2}))?")


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@dataclass(frozen=True)
class Cell:
    """A number in a table: where it stands, and what the page holds of it."""

    chapter: str
    caption: str
    label: str
    head: str
    number: dict[str, Any]

    @property
    def rows(self) -> frozenset[str]:
        """Ids of the data rows behind it."""
        return frozenset(row["id"] for row in self.number["rows"])

    def __str__(self) -> str:
        return f"{self.chapter}, “{self.caption}”, {self.label}, {self.head}: {self.number['text']}"


def outputs() -> Iterator[tuple[str, dict[str, Any]]]:
    """The data of every output of the stored chapters."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                yield path.stem, output.get("data", {})


def cells() -> Iterator[Cell]:
    """Every number of every table."""
    for chapter, data in outputs():
        for table in data.values():
            if not (isinstance(table, dict) and {"caption", "columns", "rows"} <= table.keys()):
                continue
            for label, *numbers in table["rows"]:
                name = label if isinstance(label, str) else label["text"]
                for head, number in zip(table["columns"][1:], numbers, strict=True):
                    if not isinstance(number, str):
                        yield Cell(chapter, table["caption"], name, head, number)


def numbers() -> Iterator[tuple[str, frozenset[str]]]:
    """Every number of the tables and of the sentences: where it stands, and the rows behind it."""
    for cell in cells():
        yield str(cell), cell.rows
    for chapter, data in outputs():
        for media, number in data.items():
            if "traced-number" in media:
                yield f"{chapter}, {number['id']}: {number['text']}", frozenset(row["id"] for row in number["rows"])


# One thing, one number


def test_a_label_has_the_same_number_in_every_table() -> None:
    """Two tables with one label under one head, in one unit, print one number."""
    found: dict[tuple[str, str, str], dict[tuple[str, str], list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells():
        found[cell.label, cell.head, cell.number["unit"]][cell.chapter, cell.caption].append(cell)
    for by_table in found.values():
        once = [group[0] for group in by_table.values() if len(group) == 1]
        assert len({cell.number["text"] for cell in once}) <= 1, "\n".join(map(str, once))


def test_a_rent_is_the_same_number_everywhere(facts: Facts) -> None:
    """Not its middle in one chapter and its low end in another."""
    rents = {line.id("rent") for name in ("rents_offered", "rents_for_v3") for line in facts.listing(name)}
    found: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells():
        own = {row for row in cell.rows if not FX.fullmatch(row)}
        if len(own) == 1 and own <= rents and "gpu_hour" in cell.number["unit"]:
            found[own.pop()].append(cell)
    assert found
    for rent, shown in found.items():
        assert len({cell.number["value"] for cell in shown}) == 1, f"{rent}:\n" + "\n".join(map(str, shown))


def test_a_label_in_two_lists_is_one_row(facts: Facts) -> None:
    """A line's name means the same row in every list that has the name in the same role and group."""
    named: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in facts.rows("listings"):
        if row["group"]:
            named[row["group"], row["label"], row["role"]].add(row["row_id"])
    assert {name: ids for name, ids in named.items() if len(ids) > 1} == {}


# Yuan


def months(year: str, month: str | None) -> set[tuple[str, str]]:
    """A month, or all months of a year."""
    return {(year, month)} if month else {(year, f"{each:02}") for each in range(1, 13)}


def months_of(row: dict[str, str]) -> set[tuple[str, str]]:
    """The month of a row, or all months of its year."""
    year, month, *_ = row["as_of"].split("-")
    return months(year, None if row["as_of_precision"] == "year" else month)


def test_yuan_are_converted_at_the_rate_of_their_month(facts: Facts) -> None:
    """A list price holds until the next; any other amount in yuan has a month or a year."""
    converted = 0
    for where, rows in numbers():
        rates = set().union(*(months(match[1], match[2]) for row in rows if (match := FX.fullmatch(row))))
        yuan = [facts.row(row) for row in rows if facts.home(row) in ("cost_inputs", "cost_estimates", "company_facts")]
        for row in yuan:
            if rates and row["unit"].startswith("cny"):
                converted += 1
                assert months_of(row) <= rates, f"{where}: {row['fact_id']} of {row['as_of']} at the rate of {rates}"
    assert converted


# Amounts say their period and basis

PERIOD = re.compile(r"(?:\b|_)years?\b|\byear’s|\bannual|\bmonth|\b20\d\d\b|\bday\b")
BASIS_WORDS = {
    "amortized": re.compile(r"amorti[sz]ed|written off"),
    "cloud_price": re.compile(r"cloud price|list price"),
    "acquisition": re.compile(r"\bbuy|\bbought|purchas|servers|hardware|\bchips\b|\bGPUs\b|cluster|invest|worth|value"),
    "ownership": re.compile(r"\bown|operat|\brun\b|running|fleet"),
}
FACT = re.compile(r"\{fact\}`(\w+)(?:\.low|\.high)?(?:, [^`]*)?`")


def sentences() -> Iterator[tuple[str, str, str]]:
    """Chapter, sentence, and the paragraph around it with the one before; one sentence stands on a line."""
    for path in sorted(BOOK.glob("*.md")):
        text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
        paragraphs = re.split(r"\n\s*\n", text)
        for before, paragraph in pairwise(["", *paragraphs]):
            for line in paragraph.splitlines():
                yield path.stem, line, f"{before}\n{paragraph}"


def costs_in(facts: Facts, sentence: str) -> list[dict[str, str]]:
    """The rows of costs that a sentence reads."""
    ids = [name for name in FACT.findall(sentence) if facts.home(name) == "cost_estimates"]
    return [facts.row(name) for name in ids]


def test_what_is_spent_over_time_says_its_period(facts: Facts) -> None:
    """“$944M to run them” is no amount: over which time? Its paragraph or the one before must say."""
    silent = [
        (chapter, row["fact_id"], sentence)
        for chapter, sentence, paragraph in sentences()
        for row in costs_in(facts, sentence)
        if row["basis"] in ("ownership", "spending") and not row["unit"].endswith("/year") and not PERIOD.search(paragraph)
    ]
    assert silent == []


def test_a_cost_says_its_basis(facts: Facts) -> None:
    """Cloud price, amortized cost and purchase are never printed without the word."""
    silent = [
        (chapter, row["fact_id"], sentence)
        for chapter, sentence, paragraph in sentences()
        for row in costs_in(facts, sentence)
        if (words := BASIS_WORDS.get(row["basis"])) and not words.search(FACT.sub("", paragraph))
    ]
    assert silent == []


# Nothing is dropped without a word

# Moments at which prices are compared, runs and prices of which one is asked for: their numbers are read one by one,
# their names are not shown
NOT_SHOWN = {"price_comparison_moments", "thinking_on_aider", "prices_of_o1_and_r1", "prices_printed_twice"}


@pytest.mark.parametrize("chapter", sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
def test_a_list_is_shown_to_its_last_line(chapter: str, facts: Facts) -> None:
    """Each line of a list that a chapter names stands in one of its tables or charts."""
    source = (BOOK / f"{chapter}.md").read_text(encoding="utf-8")
    shown = json.dumps([data for name, data in outputs() if name == chapter], ensure_ascii=False)
    for name in set(re.findall(r'facts\.listing\("(\w+)"\)', source)) - NOT_SHOWN:
        missing = [line.label for line in facts.listing(name) if json.dumps(line.label, ensure_ascii=False)[1:-1] not in shown]
        assert not missing, f"{chapter} reads {name} and shows no {missing}"
