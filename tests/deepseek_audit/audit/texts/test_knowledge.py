"""The tables that texts are checked with fit together, and every number in them comes from a fact."""

from __future__ import annotations

import re

import pytest

from deepseek_audit.audit.texts.knowledge import rules_of, value_of
from deepseek_audit.audit.texts.rules import compile_rules
from factbook.facts import load
from factbook.tables import Row

FACTS = load()
FIGURES = list(FACTS.rows("figures_in_text"))
SUBJECTS = {row["key"]: row for row in FACTS.rows("text_subjects")}
MISGIVEN = list(FACTS.rows("figures_misgiven"))
# Numbers that are part of a name or of a date
NAMES = re.compile(
    r"\b(?:V\d(?:\.\d)?|R1|o[13]|GPT-\d(?:\.\d)?o?|[AH]\d{2,3}0?|Llama 3\.1 405B|LLaMA2 7B|Claude 3(?:\.5)?|Gemini \d(?:\.\d)?)\b"
    r"|\b(?:67B|16B|M1|K2|FP8|MATH-500|AIME 2024|S&P 500|500 richest|GPT-3|(?:\d{1,2} [A-Z][a-z]+ )?20\d\d|32 bits)\b"
    r"|\b(?:3\.5|64 servers|500 people)\b"
)
MOST_WORDS = 30


def split(cell: str, sign: str = ";") -> list[str]:
    return [part for part in cell.split(sign) if part]


def ids(row: Row) -> str:
    return row["figure_id"]


def test_subjects_that_tables_name_are_known() -> None:
    named = {key for row in FIGURES for key in split(row["right_subjects"])}
    named |= {key for row in SUBJECTS.values() for column in ("parents", "parts", "builds_on", "narrows_to") for key in split(row[column])}
    named |= {row[column] for row in FACTS.rows("text_scopes") for column in ("subject", "becomes")} - {"any", "none"}
    assert named <= SUBJECTS.keys()


def test_no_figure_belongs_where_it_is_misgiven() -> None:
    right = {(row["figure_id"], key) for row in FIGURES for key in split(row["right_subjects"])}
    assert right & {(row["figure_id"], row["subject"]) for row in MISGIVEN} == set()


def test_no_name_means_two_subjects() -> None:
    names = [name.lstrip("!@").lower().replace("’", "'") for row in SUBJECTS.values() for name in split(row["names"], "|")]
    assert {name for name in names if names.count(name) > 1} == set()


@pytest.mark.parametrize("row", FIGURES, ids=ids)
def test_a_figure_has_a_value_and_a_wording(row: Row) -> None:
    value = value_of(FACTS, row)
    assert value > 0
    assert row["value"] or row["fact"]
    assert len(row["wording"].split()) <= MOST_WORDS
    assert row["wording"].endswith(".")
    # Values that circulate mean the same order of size
    for spelling in split(row["spellings"]):
        assert row["unit"] == "ratio" or row["limit"] == "order" or 0.1 < float(spelling) / value < 11, spelling


@pytest.mark.parametrize("row", [row for row in FIGURES if row["value"] and row["fact"]], ids=ids)
def test_a_value_of_its_own_is_none_of_the_facts(row: Row) -> None:
    assert value_of(FACTS, {**row, "value": ""}) != pytest.approx(float(row["value"]))


def test_sentences_type_no_number() -> None:
    written = [row["wording"] for row in FIGURES] + [row["why"] for row in MISGIVEN]
    typed = [text for text in written if re.search(r"\d", NAMES.sub("", re.sub(r"\{[^}]*\}", "", text)))]
    assert typed == []


def test_figures_of_estimates_name_their_source() -> None:
    assert [row["figure_id"] for row in FIGURES if row["basis"] == "estimate" and not row["source_name"]] == []


def test_figures_without_a_source_are_in_it() -> None:
    circulating = {row["figure_id"] for row in FIGURES if row["basis"] == "circulates"}
    assert {"v4_cost_april", "v4_cost_may", "v4_hours_circulating", "v4_gpus_circulating", "v4_tokens_circulating"} <= circulating


def test_every_kind_of_word_is_read() -> None:
    rules = compile_rules(rules_of(FACTS))
    cues = {kind for kind, _ in rules.cues.values()}
    read = {kind.removeprefix("cue_") for kind in {row["kind"] for row in FACTS.rows("text_words")} if kind.startswith("cue_")}
    assert cues == read
