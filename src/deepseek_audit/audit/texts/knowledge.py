"""What texts are checked with, from the tables of ``data/``: known figures, subjects, scopes and words.

An editor adds a figure by a row of ``figures_in_text.csv``, with what it is often given to by mistake in ``figures_misgiven.csv``.
Its value and every number in its sentences are computed from the facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from deepseek_audit.audit import dossier, references
from deepseek_audit.audit.texts.words import phrase_of
from factbook.facts import Facts
from factbook.tables import DataError, Fault, Row

# Kinds of rows of text_words.csv whose words have a number
_NUMBERS = {
    "cardinals": "cardinal",
    "tens": "tens",
    "plurals": "plural",
    "fractions": "fraction",
    "multiples": "multiple",
    "scales": "scale",
}
# Those that are sets of words, as the rules call them
_SETS = {
    "letters": "letter",
    "dotted": "dotted",
    "suffix_only": "suffix_only",
    "glued": "glued",
    "ordinals": "ordinal",
    "many": "many",
    "before_share": "before_share",
    "before_hyphen": "before_hyphen",
    "per": "per",
    "percent": "percent",
    "comparing": "comparing",
    "comparing_before": "comparing_before",
    "unit_goes_on": "unit_goes_on",
    "between": "between",
    "chips": "chips",
    "labels": "label",
    "months": "month",
    "abbreviations": "abbreviation",
    "aside": "aside",
    "articles": "articles",
    "links": "link",
    "clauses": "clause",
    "determiners": "determiner",
    "openers": "opener",
    "heads": "head",
    "likeness": "likeness",
    "kin": "kin",
    "serves": "serves",
    "auxiliaries": "auxiliary",
    "belongings": "belonging",
    "costs_whom": "costs_whom",
    "beside": "beside",
    "participles": "participle",
    "english": "english",
}
_CUE = "cue_"
# What stands for a subject that any number or no name has
_ANY = {"any": "*", "none": ""}
# Signs that are read as another one
_SIGNS = {
    **dict.fromkeys(
        "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2028\u2029\u000b\u000c", " "
    ),
    **dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    "\u2013": "\u2013",
    "\u2014": "\u2014",
    "\u2015": "\u2014",
    "\uff04": "$",
    "\uffe5": "\u00a5",
}
_ENTITIES = {
    **dict.fromkeys(("nbsp", "thinsp", "ensp", "emsp", "numsp"), " "),
    **dict.fromkeys(("apos", "rsquo", "lsquo"), "'"),
    **dict.fromkeys(("quot", "rdquo", "ldquo"), '"'),
    "amp": "&",
    "lt": "<",
    "gt": ">",
    "dollar": "$",
    "yen": "\u00a5",
    "euro": "€",
    "pound": "£",
    "ndash": "\u2013",
    "mdash": "\u2014",
    "minus": "-",
    "times": "\u00d7",
    "hellip": "…",
    "percnt": "%",
    "asymp": "≈",
    "middot": "·",
    "bull": "•",
}
# Columns that name subjects, and the column that a row is known by
_NAMING = {
    "figures_in_text": ("right_subjects",),
    "figures_misgiven": ("subject",),
    "text_subjects": ("parents", "parts", "builds_on", "narrows_to"),
    "text_scopes": ("subject", "becomes"),
}
_KEYS = {"figures_in_text": "figure_id", "figures_misgiven": "figure_id", "text_subjects": "key", "text_scopes": "scope_id"}
_SCALES = {"M": "million", "B": "billion", "T": "trillion"}
# An amount or a number of something with a letter for its scale; “405B” in a name is none
_SHORT = re.compile(r"(?<=[$¥])(\d+(?:\.\d+)?)([KMBT])\b|\b(\d+(?:\.\d+)?)([KMBT])(?= GPU| tokens| parameters| yuan| work)")
# How a value is told: what stands before and after it
_UNIT_WORDS = {
    "usd": ("$", ""),
    "cny": ("¥", ""),
    "inr": ("₹", ""),
    "eur": ("€", ""),
    "gbp": ("£", ""),
    "gpu": ("", " GPUs"),
    "gpu_hour": ("", " GPU hours"),
    "gpu_hour/Ttoken": ("", " GPU hours per trillion tokens"),
    "percent": ("", " percent"),
    "ratio": ("", " times"),
    "token": ("", " tokens"),
    "parameter": ("", " parameters"),
    "person": ("", " people"),
    "day": ("", " days"),
    "hour": ("", " hours"),
    "month": ("", " months"),
    "year": ("", " years"),
    "usd/Mtoken": ("$", " per million tokens"),
    "cny/Mtoken": ("¥", " per million tokens"),
    "usd/gpu_hour": ("$", " per GPU hour"),
    "usd/year": ("$", " a year"),
    "cny/year": ("¥", " a year"),
    "elo": ("", " points of rating"),
    "generation": ("", " generations"),
    "point": ("", " points"),
    "count": ("", ""),
    "thing": ("", ""),
}
# The sentence of each verdict, and of its special cases
_WHY = {
    "right": "{label}: the sentence gives it to what it covers.",
    "rightly_denied": "{label}: the sentence says rightly that it is not of {subject}.",
    "other_thing": "{label}: it is not of {subject}.",
    "estimate_faithful": "{label}: an estimate of {source}, and the text says that it is one.",
    "estimate_as_fact": "{label}: an estimate of {source}, which the text gives as a fact.",
    "contradicted": "{label}: good sources say otherwise.",
    "bound": "{label}: the sentence says more, or less, than its source does.",
    "slipped": "{label}: these are its digits, with the decimal point or the scale elsewhere.",
    "other_unit": "The number is known, but it counts something else",
    "no_source": "{label}: it circulates, and no source was found.",
    "contested": "{label}: it is known, and disputed.",
    "unknown": "No figure of this size is known to us for {subject}.",
    "somebody": "an outsider",
    "nothing": "what the text speaks of",
}


def rules_of(facts: Facts) -> dict[str, Any]:
    """The rules as JSON has them, for `compile_rules` and for the browser.

    Raises:
        factbook.tables.DataError: rows name what there is not; every fault with its file, row and column.
    """
    if faults := list(faults_of(facts)):
        raise DataError(faults)
    words = _by_kind(facts.rows("text_words"))
    subjects = facts.rows("text_subjects")
    models = [row for row in subjects if row["narrows_to"]]
    return {
        "signs": _SIGNS,
        "entities": _ENTITIES,
        "numbers": {name: {row["words"]: float(row["factor"]) for row in words[kind]} for name, kind in _NUMBERS.items()},
        "words": {name: [row["words"] for row in words[kind]] for name, kind in _SETS.items()},
        "currencies": {row["words"]: row["key"] for row in words["currency"]},
        "currency_words": [[row["words"], row["key"], float(row["factor"])] for row in words["currency_word"]],
        # The longest first
        "per_units": sorted(([row["words"], row["key"]] for row in words["per_unit"]), key=lambda pair: (-len(pair[0]), pair[0])),
        "units": [[row["words"], row["key"], float(row["factor"])] for row in words["unit"]],
        "cues": [[row["words"], kind.removeprefix(_CUE), row["key"]] for kind in words if kind.startswith(_CUE) for row in words[kind]],
        "subjects": [
            [row["key"], row["label"], row["kind"], _list(row["parents"]), _list(row["units"])]
            for row in subjects
            if row["kind"] != "source"
        ],
        "names": [
            [name, "source", row["label"]] if row["kind"] == "source" else [name, "subject", row["key"]]
            for row in subjects
            for name in _list(row["names"], "|")
        ],
        "scopes": [
            [
                _ANY.get(row["subject"], row["subject"]),
                _list(row["words"], "|"),
                row["becomes"],
                row["wide"] == "yes",
                _list(row["unless"], "|"),
            ]
            for row in facts.rows("text_scopes")
        ],
        "company_spends": [row["words"] for row in words["company_spends"]],
        "pairs": [[_list(row["parts"]), row["key"]] for row in subjects if row["parts"]],
        "steps": {row["key"]: row["narrows_to"] for row in models},
        "bases": [base for row in models for base in _list(row["builds_on"])],
        "figures": list(_figures(facts)),
        "unit_words": {unit: list(words) for unit, words in _UNIT_WORDS.items()},
        "why": _WHY,
    }


def faults_of(facts: Facts) -> Iterator[Fault]:
    """What the tables name and do not have, place by place."""
    subjects = {row["key"] for row in facts.rows("text_subjects")}
    for name, columns in _NAMING.items():
        for number, row in enumerate(facts.rows(name), start=2):
            for column in columns:
                for key in _list(row[column]):
                    if key not in subjects and key not in _ANY:
                        yield _fault(
                            name, number, row, column, f"“{key}” is no subject.", "Take a key of data/text_subjects.csv, or add it."
                        )
            for column in {"wording", "why"} & row.keys():
                if error := _error_of(partial(_written, facts, row[column])):
                    yield _fault(name, number, row, column, error, "Write the id of a fact, claim or function in braces.")
    for number, row in enumerate(facts.rows("figures_in_text"), start=2):
        if error := _error_of(partial(value_of, facts, row)):
            yield _fault("figures_in_text", number, row, "fact", error, "Name a fact, claim or function, or give the number in “value”.")
        for spelling in _list(row["spellings"]):
            if _error_of(partial(float, spelling)):
                advice = "Write numbers with semicolons between them, such as 5600000;6000000."
                yield _fault("figures_in_text", number, row, "spellings", f"“{spelling}” is no number.", advice)
    seen: dict[str, str] = {}
    for number, row in enumerate(facts.rows("text_subjects"), start=2):
        for name in _list(row["names"], "|"):
            plain = phrase_of(name.lstrip("!@"))
            if seen.setdefault(plain, row["key"]) != row["key"]:
                message = f"“{name}” is a name of {seen[plain]} too."
                yield _fault("text_subjects", number, row, "names", message, "Leave it with one of them.")


def _error_of(work: Callable[[], object]) -> str:
    """What is wrong with a cell, or nothing."""
    try:
        work()
    except (LookupError, ValueError, TypeError) as error:
        return str(error)
    return ""


def _fault(table: str, number: int, row: Row, column: str, message: str, advice: str) -> Fault:
    return Fault(f"data/{table}.csv", "texts", message, advice, number, row[_KEYS[table]], column)


def _figures(facts: Facts) -> Iterable[dict[str, Any]]:
    """The known figures, with values computed and sentences written out."""
    misgiven: dict[str, dict[str, str]] = {}
    for row in facts.rows("figures_misgiven"):
        misgiven.setdefault(row["figure_id"], {})[row["subject"]] = _written(facts, row["why"])
    for row in facts.rows("figures_in_text"):
        yield {
            "id": row["figure_id"],
            "label": row["label"],
            "value": value_of(facts, row),
            "spellings": [float(value) for value in _list(row["spellings"])],
            "tolerance": float(row["tolerance"]),
            "unit": row["unit"],
            "right": _list(row["right_subjects"]),
            "wrong": misgiven.get(row["figure_id"], {}),
            "basis": row["basis"],
            "bound": row["limit"],
            "telling": row["telling"] == "yes",
            "source": row["source_name"],
            "words": _list(row["words"], "|"),
            "needed": _list(row["needed"], "|"),
            "wording": _written(facts, row["wording"]),
            "claim": row["claim"],
            "link": row["page"] or (f"claims/{row['claim']}.html" if row["claim"] else ""),
        }


def value_of(facts: Facts, row: Row) -> float:
    """The value of a known figure, without sign: what the row says, else what its fact, claim or function is.

    Raises:
        UnknownFact: there is no such fact.
        ValueError: neither is given.
        TypeError: the claim is a text.
    """
    if row["value"]:
        return float(row["value"])
    name = row["fact"]
    if not name:
        raise ValueError("neither a fact nor a value is given.")
    value = facts.claim(name) if not name.endswith("()") and facts.home(name) == "claims" else references.value_of(facts, name)
    if isinstance(value, str):
        raise TypeError(f"{name} is a text.")
    return float(f"{abs(value.magnitude):.12g}")


def _written(facts: Facts, text: str) -> str:
    """A sentence with its numbers in place of their names in braces, as a newspaper prints them."""
    written = "".join(part if isinstance(part, str) else part.text for part in dossier.filled(facts, text))
    written = re.sub(r"(?<=[$¥])(\d+\.\d)(?= per million)", r"\g<1>0", written)
    return _SHORT.sub(lambda number: _printed(float(number[1] or number[3]), number[2] or number[4]), written)


def _printed(number: float, letter: str) -> str:
    """5.576M as “5.576 million”, and 294K as “294,000”."""
    return f"{number * 1000:,.0f}" if letter == "K" else f"{number:g} {_SCALES[letter]}"


def _by_kind(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(row["kind"], []).append(row)
    return kinds


def _list(cell: str, sign: str = ";") -> list[str]:
    return [part for part in cell.split(sign) if part]
