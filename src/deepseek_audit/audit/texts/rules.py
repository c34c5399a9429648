"""What texts are checked with: the tables as one JSON object, which the browser reads too, and their compiled form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deepseek_audit.audit.texts.words import Phrases, phrase_of

Payload = Mapping[str, Any]
_NUMBERS = ("cardinals", "tens", "plurals", "fractions", "multiples", "scales")


@dataclass(frozen=True)
class Subject:
    """Something a figure can be given to.

    Attributes:
        key: its name in the tables.
        label: in words.
        kind: ``model``, ``company``, ``group``, ``rival``, ``market``, ``scope`` or ``chip``.
        parents: broader subjects; what holds for one of them holds for it.
        units: the only units that numbers of it have; empty where any may be.
    """

    key: str
    label: str
    kind: str
    parents: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A known figure; see ``data/figures_in_text.csv``.

    Attributes:
        id, label: its key, and what it is.
        value: in base units, without sign.
        spellings: other values that mean the same.
        tolerance: share by which a printed number may differ.
        unit: its unit.
        right: subjects it belongs to.
        wrong: subjects it is wrongly given to, with the reason of each.
        basis: ``disclosed``, ``estimate``, ``measured``, ``price``, ``market``, ``circulates`` or ``contested``.
        bound: ``floor`` where the source says “more than”, else empty.
        telling: whether a round number is known by itself, such as “$6 million”.
        source: whom a careful text names.
        words: beginnings of words, one of which must stand near; empty where the value is telling.
        needed: words one of which must stand in the sentence whatever the subject; empty where none must.
        wording: a sentence to copy.
        claim, link: whose page explains it, and the address below the site's root.
    """

    id: str
    label: str
    value: float
    spellings: tuple[float, ...]
    tolerance: float
    unit: str
    right: frozenset[str]
    wrong: Mapping[str, str]
    basis: str
    bound: str
    telling: bool
    source: str
    words: tuple[str, ...]
    needed: tuple[str, ...]
    wording: str
    claim: str
    link: str


@dataclass(frozen=True)
class Scope:
    """What a subject becomes by words in its clause: R1 “on top of V3” is R1's step."""

    subject: str
    words: tuple[str, ...]
    becomes: str
    wide: bool
    unless: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """The compiled rules. Attributes are the tables of the payload, ready to be looked up."""

    payload: Payload
    signs: Mapping[str, str]
    entities: Mapping[str, str]
    cardinals: Mapping[str, float]
    tens: Mapping[str, float]
    plurals: Mapping[str, float]
    fractions: Mapping[str, float]
    multiples: Mapping[str, float]
    scales: Mapping[str, float]
    letters: frozenset[str]
    dotted: frozenset[str]
    suffix_only: frozenset[str]
    glued: frozenset[str]
    ordinals: frozenset[str]
    many: frozenset[str]
    before_share: frozenset[str]
    before_hyphen: frozenset[str]
    currencies: Mapping[str, str]
    currency_words: Mapping[str, tuple[str, float]]
    per: frozenset[str]
    per_units: tuple[tuple[tuple[str, ...], str], ...]
    percent: frozenset[str]
    comparing: frozenset[str]
    comparing_before: frozenset[str]
    units: Mapping[str, tuple[str, float]]
    unit_phrases: Phrases
    unit_goes_on: frozenset[str]
    between: frozenset[str]
    chips: frozenset[str]
    labels: frozenset[str]
    months: frozenset[str]
    abbreviations: frozenset[str]
    aside: frozenset[str]
    articles: frozenset[str]
    links: frozenset[str]
    clauses: frozenset[str]
    determiners: frozenset[str]
    openers: frozenset[str]
    heads: frozenset[str]
    likeness: frozenset[str]
    kin: frozenset[str]
    serves: frozenset[str]
    auxiliaries: frozenset[str]
    belongings: frozenset[str]
    costs_whom: frozenset[str]
    beside: frozenset[str]
    participles: frozenset[str]
    english: frozenset[str]
    subjects: Mapping[str, Subject]
    names: Mapping[str, tuple[str, str, str]]
    name_phrases: Phrases
    cues: Mapping[str, tuple[str, str]]
    cue_phrases: Phrases
    scopes: tuple[Scope, ...]
    pairs: tuple[tuple[frozenset[str], str], ...]
    company_spends: tuple[str, ...]
    steps: Mapping[str, str]
    bases: frozenset[str]
    figures: tuple[Figure, ...]
    by_unit: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict)


def compile_rules(payload: Payload) -> Rules:
    """The rules, ready for use."""
    numbers = payload["numbers"]
    units = {phrase_of(words): (unit, factor) for words, unit, factor in payload["units"]}
    names = {phrase_of(words): (kind, key, words[0] if words[0] in "!@" else "") for words, kind, key in payload["names"]}
    cues = {phrase_of(words): (kind, key) for words, kind, key in payload["cues"]}
    sets = {name: frozenset(words) for name, words in payload["words"].items()}
    figures = tuple(_figure(row) for row in payload["figures"])
    by_unit: dict[str, list[Figure]] = {}
    for figure in figures:
        by_unit.setdefault(figure.unit, []).append(figure)
    tables: dict[str, Any] = {**{name: numbers[name] for name in _NUMBERS}, **sets}
    return Rules(
        payload=payload,
        signs=payload["signs"],
        entities=payload["entities"],
        **tables,
        currencies=payload["currencies"],
        currency_words={words: (unit, factor) for words, unit, factor in payload["currency_words"]},
        per_units=tuple((tuple(words.split()), what) for words, what in payload["per_units"]),
        units=units,
        unit_phrases=Phrases(units),
        subjects={key: Subject(key, label, kind, tuple(parents), tuple(only)) for key, label, kind, parents, only in payload["subjects"]},
        names=names,
        name_phrases=Phrases(names),
        cues=cues,
        cue_phrases=Phrases(cues),
        scopes=tuple(
            Scope(subject, _beginnings(words), becomes, wide, _beginnings(unless))
            for subject, words, becomes, wide, unless in payload["scopes"]
        ),
        pairs=tuple((frozenset(parts), both) for parts, both in payload["pairs"]),
        company_spends=_beginnings(payload["company_spends"]),
        steps=payload["steps"],
        bases=frozenset(payload["bases"]),
        figures=figures,
        by_unit={unit: tuple(rows) for unit, rows in by_unit.items()},
    )


def _beginnings(words: Sequence[str]) -> tuple[str, ...]:
    """Beginnings of words as a sentence's words are searched for them: after a space, and before one where a full stop ends them."""
    return tuple(f" {phrase_of(word)}{' ' * word.endswith('.')}" for word in words)


def _figure(row: Payload) -> Figure:
    return Figure(
        row["id"],
        row["label"],
        row["value"],
        tuple(row["spellings"]),
        row["tolerance"],
        row["unit"],
        frozenset(row["right"]),
        row["wrong"],
        row["basis"],
        row["bound"],
        row["telling"],
        row["source"],
        _beginnings(row["words"]),
        _beginnings(row["needed"]),
        row["wording"],
        row["claim"],
        row["link"],
    )
