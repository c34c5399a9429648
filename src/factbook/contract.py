"""What a chapter may emit: each kind of output as a typed class, with its media type, that checks itself.

A chapter builds one of the outputs below and emits its ``to_payload()``; a website reads the stored payload with
``from_payload()`` and works with the types. Both check it, so that a fault is found where it is made and never in a page.
The payloads are JSON. ``python -m factbook.contract`` writes what they look like to ``docs/contract.schema.json``.

A name that becomes part of an address or of an attribute (`Name`) has letters, digits, “_”, “-” and “.” only.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

SCHEMA = Path("docs/contract.schema.json")
# By this convention of papermill and MyST-NB a notebook records values for its text
RECORD_PREFIX = "application/papermill.record/"
# A negative look-ahead, since “$” also stands before a line end in Python
NAME = r"^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$(?!\n)"
NOT_A_NAME = "this cannot be a name. Use letters, digits, “_”, “-” and “.” only"
# What a chart or a table is called: no word of it is a number, so that it is never taken for “Figure 3”, or for a cell
PLACE_NAME = r"^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$(?!\n)"
NOT_A_PLACE_NAME = "this cannot name a chart or a table. Use words in small letters with “-” between them, such as “hours-by-stage”"
BARS = ("bars", "ranking")
# Where a calculator's sentence has a result
IN_A_SENTENCE = r"\{([a-z0-9_.]+)\}"
# The signs of grades and of usual verdicts, and how usual verdicts are rated from 1 (false) to 5 (true); others have words only
GRADE_MARKS = {"primary": "●", "secondary": "◐", "estimate": "○", "claim": "◇", "unverified": "△", "assumption": "□"}
VERDICT_MARKS = {
    "confirmed": "✓",
    "as_disclosed": "◇",
    "reported": "❝",
    "close": "≈",
    "wrong_scope": "⇄",
    "contradicted": "✗",
    "contested": "±",
    "unsupported": "?",
    "not_traced": "∅",
    "forecast": "→",
}
RATINGS = {"confirmed": 5, "close": 4, "wrong_scope": 2, "contradicted": 1}
OTHER_MARK = "•"
READ_AS = {
    "original": "read in the original",
    "repository": "read in the publisher’s repository",
    "excerpt": "read as an excerpt",
    "second_hand": "read second-hand",
    "not_read": "not read",
}
# BibTeX counts braces even where LaTeX escapes them, so they are written by name; no library that is maintained does so
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        **{character: f"\\{character}" for character in "&%$#_"},
    }
)

T = TypeVar("T")
Name = Annotated[str, Meta(pattern=NAME)]
PlaceName = Annotated[str, Meta(pattern=PLACE_NAME)]
Payload = dict[str, Any]
# A formula for the page: a number, a truth value, a name, or a list of an operation and its arguments, each again such a tree
Tree = Any


class ContractError(ValueError):
    """A payload that is none of its kind. The message names the output, the field, and what is wrong with it."""


def latex(text: str) -> str:
    """A text as LaTeX prints it: sources and chapters are cited together, so both sides write it alike."""
    return text.translate(LATEX)


class Part(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of an output. What has a default may be missing from the payload."""

    def to_payload(self) -> Payload:
        """The part as JSON has it."""
        payload: Payload = msgspec.json.decode(msgspec.json.encode(self))  # Lists in place of tuples
        return payload


class Output(Part, frozen=True):
    """What a chapter emits: one value of its ``MIME_TYPE``."""

    MIME_TYPE: ClassVar[str]
    CALLED: ClassVar[str]

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        """The output that a payload stands for.

        Raises:
            ContractError: it is no payload of this kind.
        """
        return _read(payload, cls, cls.CALLED)

    def to_payload(self) -> Payload:
        """The output as JSON has it.

        Raises:
            ContractError: a part does not have the type that it should have.
        """
        payload = super().to_payload()
        self.from_payload(payload)
        return payload


def _read(payload: object, kind: type[T], called: str) -> T:
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError as error:
        what, where = _explained(error)
        field = where.lstrip(".")
        raise ContractError(f"{called}{f', in {field}' if field else ''}: {what}.") from None


def _explained(error: msgspec.ValidationError) -> tuple[str, str]:
    """What is wrong, in words, and where: ``.rows[0].id``, or nothing."""
    what, _, where = str(error).partition(" - at `$")
    if "matching regex" in what:
        what = NOT_A_PLACE_NAME if PLACE_NAME.partition("$")[0] in what else NOT_A_NAME
    return what, where.rstrip("`")


# Numbers and tables


class Row(Part, frozen=True):
    """A row of the data behind a number. Behind a number with many rows, most are known by their id alone.

    Attributes:
        id: its name in the tables.
        text: its value, as readers see it.
        evidence: its grade, such as ``primary``.
        read_as: how its source was read; the usual ways are in `READ_AS`.
        source: author or publisher, year and title.
        url: the source's address; may be empty.
        locator: where in the source.
        note: what else is to be known; may be empty.
    """

    id: str
    text: str | UnsetType = UNSET
    evidence: str | UnsetType = UNSET
    read_as: str | UnsetType = UNSET
    source: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    locator: str | UnsetType = UNSET
    note: str | UnsetType = UNSET

    @property
    def is_detailed(self) -> bool:
        """Whether more than its id is known."""
        return self.text is not UNSET


class Number(Output, frozen=True, kw_only=True):
    """A number with everything a reader needs to check it.

    Attributes:
        id: the name under which a chapter recorded it; a number of a table or a calculator has none.
        value: in its unit.
        unit: by its name; ``ratio`` for a number without one.
        text: as it stands in the sentence.
        exact: its digits, and the unit in words.
        formula: how it was computed, over the ids of rows.
        rows: the rows of the data that it rests on.
    """

    MIME_TYPE: ClassVar[str] = "application/vnd.traced-number+json"
    CALLED: ClassVar[str] = "a traced number"

    id: Name = ""
    value: float
    unit: str
    text: str
    exact: str
    formula: str
    rows: tuple[Row, ...]


class Table(Output, frozen=True):
    """A small table of numbers and texts.

    Attributes:
        caption: what it shows, in one sentence.
        columns: the column heads.
        rows: the cells, as many per row as there are columns.
        emphasis: indices of rows to set apart, such as totals.
        name: makes its permalink, if it has one: ``hours`` is ``table-hours``.
    """

    MIME_TYPE: ClassVar[str] = "application/vnd.traced-table+json"
    CALLED: ClassVar[str] = "a traced table"

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Number | str, ...], ...]
    emphasis: tuple[int, ...]
    name: PlaceName = ""

    def __post_init__(self) -> None:
        for index, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"row {index} has {len(row)} cells, and the head has {len(self.columns)}")


# Charts


class ChartNotes(Struct, frozen=True, omit_defaults=True):
    """What a specification says in ``usermeta``; what others keep there is left alone.

    Attributes:
        source: the line under the chart.
        columns: the fields to publish, and their headings.
        narrow: settings of Vega-Lite that differ on a phone.
        data: rows to publish instead of those in the specification.
        name: makes its permalink, if it has one: ``hours`` is ``figure-hours``.
    """

    source: str | tuple[str, ...] = ""
    columns: dict[str, str] = {}
    narrow: dict[str, Any] = {}
    data: tuple[dict[str, Any], ...] | None = None
    name: PlaceName = ""


class Chart(Output, frozen=True):
    """A chart: a specification of Vega-Lite 6, whose format is described elsewhere, with notes for the page in it."""

    MIME_TYPE: ClassVar[str] = "application/vnd.vegalite.v6+json"
    # JupyterLab (4.6) draws version 5 only, so that a chapter emits the same specification once more
    OLDER_MIME_TYPE: ClassVar[str] = "application/vnd.vegalite.v5+json"
    CALLED: ClassVar[str] = "a chart"

    specification: dict[str, Any]
    notes: ChartNotes

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        """The chart that a specification stands for; see `Output.from_payload`."""
        specification = _read(payload, dict[str, Any], cls.CALLED)
        _read({name: specification.get(name) for name in ("title", "description")}, _Words, cls.CALLED)
        return cls(specification=specification, notes=_read(specification.get("usermeta") or {}, ChartNotes, f"{cls.CALLED}, in usermeta"))

    def to_payload(self) -> Payload:
        """The specification."""
        self.from_payload(self.specification)
        return self.specification

    @property
    def title(self) -> str:
        """What the chart shows, in a few words."""
        title = self.specification.get("title") or ""
        return _joined(title.get("text", "") if isinstance(title, dict) else title)

    @property
    def subtitle(self) -> str:
        """Measure, unit and basis."""
        title = self.specification.get("title")
        return _joined(title.get("subtitle", "") if isinstance(title, dict) else "")

    @property
    def description(self) -> str:
        """The text alternative: what a screen reader reads."""
        return _joined(self.specification.get("description") or "")

    @property
    def source(self) -> str:
        """The line under the chart."""
        return _joined(self.notes.source)


Line = str | tuple[str, ...] | None


class _Title(Struct):
    text: Line = None
    subtitle: Line = None


class _Words(Struct):
    title: str | list[str] | _Title | None = None
    description: str | list[str] | None = None


def _joined(text: str | list[str] | tuple[str, ...] | None) -> str:
    return text if isinstance(text, str) else " ".join(text or ())


# Calculators


class Format(Part, frozen=True):
    """How numbers of a unit are written, in Python and in the page alike.

    Attributes:
        kind: the way of writing.
        prefix: before the number.
        one: behind a single thing.
        many: behind other numbers.
        whole: only whole numbers have a meaning.
        digits: significant digits shown.
    """

    kind: str
    prefix: str
    one: str
    many: str
    whole: bool
    digits: int


class Given(Part, frozen=True):
    """A number that formulas use: what `Slider` and `Fixed` share."""

    name: Name
    label: str
    default: float
    text: str
    format: Format
    number: Number | None


class Slider(Given, frozen=True, tag="slider", tag_field="kind"):
    """A number that readers set.

    Attributes:
        name: the parameter of the formulas.
        label: what readers see.
        default: the number at first.
        text: the default as it is written.
        format: how its numbers are written.
        number: the default with its rows; nothing where it is an assumption.
        reach: both ends, as they are written.
        help: one sentence under it; may be empty.
        low: one end.
        high: the other.
        log: whether positions are even on a logarithm.
        step: distance of two positions.
        positions: how many steps there are.
        uncertain: the kind of its distribution and its numbers, rising.
        known: what is known of the value, in words.
        range: nine of ten values lie between these.
    """

    reach: str
    help: str
    low: float
    high: float
    log: bool
    step: float | None
    positions: int
    uncertain: tuple[str | float, ...] | None = None
    known: str = ""
    range: tuple[float, float] | None = None


class Option(Part, frozen=True):
    """One of several numbers, with its name; ``number`` has its rows, if there are any."""

    label: str
    value: float
    number: Number | None


class Choice(Part, frozen=True, tag="choice", tag_field="kind"):
    """One of several numbers; ``default`` is one of them."""

    name: Name
    label: str
    help: str
    default: float
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        if self.default not in [option.value for option in self.options]:
            raise ValueError(f"the default {self.default:g} is not among the options")

    @property
    def chosen(self) -> Option:
        """The option at first."""
        return next(option for option in self.options if option.value == self.default)


class Fixed(Given, frozen=True, tag="fixed", tag_field="kind"):
    """A number that formulas use and readers see, but do not set; see `Slider` for the parts."""


class Result(Part, frozen=True):
    """A number that follows.

    Attributes:
        name: its id.
        label: what readers see.
        unit: by its name.
        interval: whether its 90% interval is shown.
        tree: the formula for the page.
        formula: the formula for readers.
        format: how its numbers are written.
        rows: ids of the rows that it rests on.
        value: at the defaults; nothing where it is not defined.
        text: the value as it is written.
        low: 5th percentile.
        median: 50th percentile.
        high: 95th percentile.
        interval_text: the interval as it is written.
        median_text: the median as it is written.
        texts: sentences by the number that they stand for, of a verdict.
    """

    name: Name
    label: str
    unit: str
    interval: bool
    tree: Tree
    formula: str
    format: Format
    rows: tuple[str, ...]
    value: float | None
    text: str
    low: float | None = None
    median: float | None = None
    high: float | None = None
    interval_text: str = ""
    median_text: str = ""
    texts: dict[str, str] | None = None


class Reference(Part, frozen=True):
    """A line across the bars: a known number beside the results."""

    label: str
    value: float | None
    text: str
    number: Number | None


class ResultGroup(Part, frozen=True):
    """Results under one heading.

    Attributes:
        title: the heading; may be empty.
        style: ``values``, ``bars``, ``ranking`` or ``verdicts``; what a page does not know it shows as values.
        log: whether bars stand on a logarithmic scale.
        note: one sentence under them; may be empty.
        references: lines across the bars.
        items: the results.
        ends: of the bars' scale.
        ends_text: the ends as they are written.
    """

    title: str
    style: str
    log: bool
    note: str
    references: tuple[Reference, ...]
    items: tuple[Result, ...]
    ends: tuple[float, float] | None = None
    ends_text: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        if self.style in BARS and (self.ends is None or self.ends_text is None):
            raise ValueError(f"{self.style} need ends and ends_text, the ends of their scale")


class Landmark(Part, frozen=True):
    """A known figure; ``href`` leads to where it is explained, ``scope`` is what it covers; both may be empty."""

    label: str
    value: float
    text: str
    href: str
    number: Number | None
    scope: str = ""


class Landmarks(Part, frozen=True):
    """Known figures beside one result, which is named; ``lead`` are the words before the nearest.

    Only those that cover what the result covers, its ``scope``, are compared with it.
    """

    result: Name
    lead: str
    items: tuple[Landmark, ...]
    scope: str = ""

    def __post_init__(self) -> None:
        if not any(item.scope == self.scope for item in self.items):
            raise ValueError(f"none of the landmarks has the result’s scope “{self.scope}”")


class Preset(Part, frozen=True):
    """Settings under a name that readers choose from.

    Attributes:
        label: whose assumptions these are.
        settings: numbers by the names of inputs; the others stay at their defaults.
        text: the main result that follows, as it is written.
        interval_text: its interval as it is written, if it has one.
        note: one sentence; may be empty.
    """

    label: str
    settings: dict[Name, float]
    text: str
    interval_text: str = ""
    note: str = ""


class Calculator(Output, frozen=True):
    """A model that readers can change.

    Attributes:
        name: its id in the page, and the prefix of settings in a shared address.
        title: what it computes.
        description: one or two sentences under the title.
        inputs: what the formulas are given.
        definitions: what several formulas share, each a name and a tree, in the order of computing.
        draws: how many draws the intervals come from.
        results: in groups.
        landmarks: known figures beside one of the results.
        presets: settings to choose from.
        presets_title: what they are, as a question or a name.
        sentence: what follows, in words; ``{name}`` and ``{name.interval}`` stand for a result and its interval.
    """

    MIME_TYPE: ClassVar[str] = "application/vnd.calculator+json"
    CALLED: ClassVar[str] = "a calculator"

    name: Name
    title: str
    description: str
    inputs: tuple[Slider | Choice | Fixed, ...]
    definitions: tuple[tuple[str, Tree], ...]
    draws: int
    results: tuple[ResultGroup, ...]
    landmarks: Landmarks | None
    presets: tuple[Preset, ...] = ()
    presets_title: str = "Whose assumptions?"
    sentence: str = ""

    def __post_init__(self) -> None:
        names = [result.name for result in self.outcomes]
        if not names:
            raise ValueError("there are no results")
        if self.landmarks and self.landmarks.result not in names:
            raise ValueError(f"landmarks name the result “{self.landmarks.result}”, and there is none of this name")
        settable = {item.name for item in self.inputs if not isinstance(item, Fixed)}
        for preset in self.presets:
            if unknown := preset.settings.keys() - settable:
                raise ValueError(f"the preset “{preset.label}” sets “{min(unknown)}”, which is no input")
        known = set(names) | {f"{result.name}.interval" for result in self.outcomes if result.interval}
        if unknown := set(re.findall(IN_A_SENTENCE, self.sentence)) - known:
            raise ValueError(f"the sentence names “{min(unknown)}”, and there are {', '.join(sorted(known))}")

    @property
    def outcomes(self) -> Iterator[Result]:
        """The results of all groups."""
        return (result for group in self.results for result in group.items)

    @property
    def main(self) -> Result:
        """The result that counts: the first that the sentence names, or else the first."""
        named = [part.partition(".")[0] for part in re.findall(IN_A_SENTENCE, self.sentence)]
        return next(result for result in self.outcomes if not named or result.name == named[0])

    @property
    def parts_of_sentence(self) -> list[tuple[str, str]]:
        """The sentence at the defaults: texts, and which result each stands for, ``total`` or ``total.interval``; words stand for none."""
        said = {result.name: result.text for result in self.outcomes}
        said |= {f"{result.name}.interval": result.interval_text for result in self.outcomes}
        parts = re.split(IN_A_SENTENCE, self.sentence)
        return [(said[part], part) if index % 2 else (part, "") for index, part in enumerate(parts) if part]


# Audited claims


class Verdict(Part, frozen=True):
    """A verdict that claims may have.

    Attributes:
        key: its name.
        label: its words.
        mark: its sign; where there is none, that of `VERDICT_MARKS`.
        rating: from 1 (false) to 5 (true) for search engines; where there is none, that of `RATINGS`.
    """

    key: Name
    label: str
    mark: str = ""
    rating: int | None = None

    @property
    def sign(self) -> str:
        """What stands before its words."""
        return self.mark or VERDICT_MARKS.get(self.key, OTHER_MARK)

    @property
    def rated(self) -> int | None:
        """From 1 to 5; nothing where it says neither true nor false."""
        return RATINGS.get(self.key) if self.rating is None else self.rating


class Article(Part, frozen=True):
    """An article whose claims are audited, and how many of them have each verdict.

    Attributes:
        dated: when it was published, as far as known, and how that is known.
        obtained: how its text was obtained.
        copy: address of a page that has the text, where ``url`` is empty.
    """

    key: Name
    name: str
    source_key: str
    title: str
    url: str
    publisher: str
    year: str
    read_as: str
    tally: dict[Name, int]
    dated: str = ""
    obtained: str = ""
    copy: str = ""


class ClaimSource(Part, frozen=True):
    """A source that a verdict rests on.

    Attributes:
        says: what it says that bears on the verdict.
        where: where it says so.
    """

    source_key: str
    title: str
    url: str
    publisher: str
    year: str
    read_as: str
    says: str = ""
    where: str = ""


class Hedge(Part, frozen=True):
    """A word that leaves room, and what it leaves."""

    word: str
    rule: str


class Reading(Part, frozen=True):
    """What one reader called a claim, and why."""

    reader: str
    verdict: Name
    label: str
    reason: str
    doubt: str = ""


class Search(Part, frozen=True):
    """A search that found nothing, or both sides."""

    query: str
    language: str
    collection: str
    date: str
    found: str


class Change(Part, frozen=True):
    """A change of a verdict: the edition, its day, the verdicts in words and why."""

    edition: str
    date: str
    before: str
    after: str
    because: str


class StepNumber(Part, frozen=True):
    """A number in a step of a recomputation; ``rows`` are the ids of the rows behind it, which stand once for all claims."""

    value: float
    unit: str
    text: str
    exact: str
    formula: str
    rows: tuple[str, ...]


class PrintedIn(Part, frozen=True):
    """A claim beside others: one that prints a figure, or says the same."""

    id: Name
    article_name: str
    verdict: Name
    label: str
    paraphrase: str = ""


class Claim(Part, frozen=True):
    """What an article says, and what came of comparing it.

    Attributes:
        id: its name in addresses.
        article: the article's key.
        article_name: what the article is called.
        lines: where in the article.
        paraphrase: what it says, in our words.
        kind: ``number`` or ``statement``.
        said: the claimed number or words.
        compared_with: the reference, in short; may be empty.
        verdict: the verdict's key.
        label: the verdict in words, as it fits this claim.
        outcome: of a forecast: ``met``, ``missed`` or ``open``.
        decided_by: ``arithmetic``, ``judgement`` or ``both``.
        steps: the recomputation, each step in texts and numbers.
        reason: why, in a sentence.
        belongs_to: what the number belongs to, if not to what the article says.
        due: the day of a forecast.
        confidence: of the verdict, in a word.
        chapter: the page that treats it.
        judged: the day of the verdict.
        as_of: when the article said it: a day, a month or a year.
        sources: what the verdict rests on.
        rows: ids of the data behind the reference.
        quotation: the words that it rests on, exactly; may be empty.
        quoted_line: where they stand.
        attributed_to: whom the article gives it to, if to somebody else.
        hedges: the words that leave room.
        corrected: the claim as it would be right, in texts and numbers; may be empty.
        choice: why it is compared with that reference.
        since: what changed after the article.
        readings: what each reader called it.
        decided: why the verdict stands where they differ.
        searches: what was searched.
        changes: of its verdict.
        same: the claims that say the same.
        related: those that are compared with the same reference.
        news: whether it is a statement of the news, which no tally of the articles includes.
    """

    id: Name
    article: Name
    article_name: str
    lines: tuple[str, ...]
    paraphrase: str
    kind: str
    said: str
    compared_with: str
    verdict: Name
    label: str
    outcome: str
    decided_by: str
    steps: tuple[tuple[StepNumber | str, ...], ...]
    reason: str
    belongs_to: str
    due: str
    confidence: str
    chapter: str
    judged: str
    as_of: str
    sources: tuple[ClaimSource, ...]
    rows: tuple[str, ...]
    quotation: str = ""
    quoted_line: str = ""
    attributed_to: str = ""
    hedges: tuple[Hedge, ...] = ()
    corrected: tuple[StepNumber | str, ...] = ()
    choice: str = ""
    since: str = ""
    readings: tuple[Reading, ...] = ()
    decided: str = ""
    searches: tuple[Search, ...] = ()
    changes: tuple[Change, ...] = ()
    same: tuple[PrintedIn, ...] = ()
    related: tuple[PrintedIn, ...] = ()
    news: bool = False

    @property
    def corrected_text(self) -> str:
        """The claim as it would be right, as text."""
        return "".join(part if isinstance(part, str) else part.text for part in self.corrected)


class Figure(Part, frozen=True):
    """A figure in circulation: what it is, how it is printed, what it covers, and the claims that print it."""

    label: str
    printed_as: str
    scope: str
    claims: tuple[PrintedIn, ...]


class WeighedClaim(Part, frozen=True):
    """A claim that matters much: its verdict, and why it matters.

    Attributes:
        id: its name in addresses.
        article_name: what the article is called.
        paraphrase: what it says, in our words.
        verdict: the verdict's key.
        label: the verdict in words, as it fits this claim.
        outcome: of a forecast.
        because: why the verdict, in a sentence.
        hangs_on_it: what hangs on the claim.
        travels: how far it travels.
        quotation: the words that it rests on; may be empty.
        corrected: the claim as it would be right; may be empty.
        heading: what the card is about, such as the rule that decided it.
        rule: what that says.
    """

    id: Name
    article_name: str
    paraphrase: str
    verdict: Name
    label: str
    outcome: str
    because: str
    hangs_on_it: str = ""
    travels: str = ""
    quotation: str = ""
    corrected: str = ""
    heading: str = ""
    rule: str = ""


class Tally(Part, frozen=True):
    """How some claims fall: what they are called, and how many have each verdict."""

    name: str
    tally: dict[Name, int]


class Claims(Output, frozen=True):
    """What an audit found: one of `Scoreboard`, `FigureIndex`, `Foremost` and `Dossier`, which have one media type."""

    MIME_TYPE: ClassVar[str] = "application/vnd.claims+json"
    CALLED: ClassVar[str] = "audited claims"

    verdicts: tuple[Verdict, ...]

    @classmethod
    def from_payload(cls, payload: object) -> Claims:
        """The audit that a payload stands for; see `Output.from_payload`."""
        given = payload if isinstance(payload, Mapping) else {}
        kinds: dict[str, type[Claims]] = {"claims": Dossier, "figures": FigureIndex, "foremost": Foremost}
        kind = next((found for field, found in kinds.items() if field in given), Scoreboard)
        return _read(payload, kind, cls.CALLED)

    def known(self) -> dict[str, Verdict]:
        """The verdicts by their keys, in order. One that the list lacks comes last, under the words that it is used with."""
        found = {verdict.key: verdict for verdict in self.verdicts}
        for key, label in self._used():
            found.setdefault(key, Verdict(key=key, label=label))
        return found

    def _used(self) -> Iterator[tuple[str, str]]:
        yield from ()


class Scoreboard(Claims, frozen=True):
    """How the verdicts fall, by article; ``beside`` are further groups that stand below the total, such as those that matter most."""

    articles: tuple[Article, ...]
    beside: tuple[Tally, ...] = ()

    def _used(self) -> Iterator[tuple[str, str]]:
        return ((key, key) for article in self.articles for key in article.tally)


class FigureIndex(Claims, frozen=True):
    """The figures in circulation, each with the claims that print it."""

    figures: tuple[Figure, ...]

    def _used(self) -> Iterator[tuple[str, str]]:
        return ((claim.verdict, claim.label) for figure in self.figures for claim in figure.claims)


class Foremost(Claims, frozen=True):
    """Claims as a list of cards, such as those that matter most; ``name`` is the list's anchor."""

    foremost: tuple[WeighedClaim, ...]
    name: Name = "foremost"

    def _used(self) -> Iterator[tuple[str, str]]:
        return ((claim.verdict, claim.label) for claim in self.foremost)


class Dossier(Scoreboard, frozen=True, kw_only=True):
    """All audited claims, and the rows behind their references by id; ``readers`` says who read them, where that is told."""

    claims: tuple[Claim, ...]
    rows: dict[str, Row]
    readers: str = ""

    def __post_init__(self) -> None:
        for claim in self.claims:
            if missing := [row for row in claim.rows if row not in self.rows]:
                raise ValueError(f"the claim “{claim.id}” rests on {missing[0]}, which rows does not hold")

    def _used(self) -> Iterator[tuple[str, str]]:
        yield from ((claim.verdict, claim.label) for claim in self.claims)
        yield from super()._used()


# Sources


class Source(Part, frozen=True):
    """A source of the data.

    Attributes:
        key: its name.
        title: of the work.
        authors: as they are listed; may be empty.
        publisher: may be empty.
        year: of publication, or the years.
        read_as: how it was read; the usual ways are in `READ_AS`.
        remark: what was read of it.
        url: its address; may be empty.
        evidence: how many rows of the data it has, by their grades.
        rows: ids of these rows.
    """

    key: Name
    title: str
    authors: str
    publisher: str
    year: str
    read_as: str
    remark: str
    url: str
    evidence: dict[str, int]
    rows: tuple[str, ...]


class Sources(Output, frozen=True):
    """All sources, with what rests on them."""

    MIME_TYPE: ClassVar[str] = "application/vnd.sources+json"
    CALLED: ClassVar[str] = "sources"

    sources: tuple[Source, ...]


# Texts of readers


class TextVerdict(Part, frozen=True):
    """What a figure of a reader's text may turn out to be.

    Attributes:
        key: its name.
        label: its words.
        mark: its sign, which tells it from the others where colors cannot.
        tone: whether all is ``good``, a reader should ``mind`` something, it is ``bad``, or it stays ``open``.
        told: what it means, as a sentence.
        wrong: whether the text should be changed.
    """

    key: Name
    label: Annotated[str, Meta(min_length=1)]
    mark: Annotated[str, Meta(min_length=1, max_length=2)]
    tone: Literal["good", "mind", "bad", "open"]
    told: str
    wrong: bool = False


class TextRules(Output, frozen=True):
    """What a text of a reader's own is checked by: a page is made of it, where the reader pastes the text.

    Attributes:
        title: the page's heading.
        lead: what the page does, in a sentence or two.
        subject: what the figures have to do with, such as a company's name.
        rules: what the engine reads, in a form of its own, but for ``verdicts`` (see `verdicts`), the ``example``, a text
            to try, and ``languages_note``, a sentence for texts in another language; the last may be missing.
        notes: how it works and what it cannot do, a paragraph each.
        command: what does the same in a terminal; may be empty.
    """

    MIME_TYPE: ClassVar[str] = "application/vnd.text-rules+json"
    CALLED: ClassVar[str] = "rules for texts"

    title: Annotated[str, Meta(min_length=1)]
    lead: str
    subject: Annotated[str, Meta(min_length=1)]
    rules: Payload
    notes: tuple[str, ...] = ()
    command: str = ""

    def __post_init__(self) -> None:
        keys = [verdict.key for verdict in self.verdicts]
        if not keys or len(set(keys)) < len(keys):
            raise ValueError("rules.verdicts must name each verdict once, and there must be one")
        for name, default in (("example", None), ("languages_note", "")):
            if not isinstance(self.rules.get(name, default), str):
                raise ValueError(f"rules.{name} must be a text")

    @property
    def verdicts(self) -> tuple[TextVerdict, ...]:
        """What a figure may turn out to be, in the order of a legend."""
        try:
            return msgspec.convert(self.rules.get("verdicts"), tuple[TextVerdict, ...])
        except msgspec.ValidationError as error:
            what, where = _explained(error)
            raise ValueError(f"rules.verdicts{where}: {what}") from None


OUTPUTS: tuple[type[Output], ...] = (Number, Table, Chart, Calculator, Claims, Sources, TextRules)
NUMBER_RECORD = RECORD_PREFIX + Number.MIME_TYPE
TEXT_RECORD = f"{RECORD_PREFIX}text/plain"


# The schema


def schema() -> Payload:
    """The JSON Schema of an output's data: a mapping from media types to payloads."""
    kinds = (Number, Table, ChartNotes, Calculator, Scoreboard, FigureIndex, Foremost, Dossier, Sources, TextRules)
    references, parts = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    found = dict(zip(kinds, references, strict=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What chapters emit",
        "description": "Outputs of a notebook by their media types. Generated by python -m factbook.contract.",
        "type": "object",
        "properties": {
            Number.MIME_TYPE: found[Number],
            NUMBER_RECORD: found[Number],
            Table.MIME_TYPE: found[Table],
            Chart.MIME_TYPE: {"type": "object", "properties": {"usermeta": found[ChartNotes]}},
            Calculator.MIME_TYPE: found[Calculator],
            Claims.MIME_TYPE: {"anyOf": [found[kind] for kind in (Scoreboard, FigureIndex, Foremost, Dossier)]},
            Sources.MIME_TYPE: found[Sources],
            TextRules.MIME_TYPE: found[TextRules],
        },
        "$defs": parts,
    }


def schema_text() -> str:
    """The file that holds the schema."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    """Write the schema."""
    SCHEMA.write_text(schema_text(), encoding="utf-8", newline="\n")
    print(f"contract     {SCHEMA}, {len(OUTPUTS)} kinds of output")
    return 0


if __name__ == "__main__":
    sys.exit(main())
