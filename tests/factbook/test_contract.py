"""What chapters emit: every stored output is one of the contract, comes out as it went in, and fits the published schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from factbook import contract
from factbook.contract import ContractError

ROOT = Path(__file__).parents[2]
KINDS = {kind.MIME_TYPE: kind for kind in contract.OUTPUTS} | {contract.NUMBER_RECORD: contract.Number}
ROW = dict.fromkeys(("id", "text", "evidence", "read_as", "source", "url", "locator", "note"), "x")
NUMBER = {"id": "bill", "value": 5.0, "unit": "usd", "text": "$5", "exact": "5 US dollars", "formula": "a", "rows": [ROW, {"id": "b"}]}
TABLE = {"caption": "A table", "columns": ["What", "How much"], "rows": [["This", NUMBER]], "emphasis": []}
TEXT_VERDICT = {"key": "right", "label": "Right", "mark": "✓", "tone": "good", "told": "So it is."}
TEXT_RULES = {
    "title": "Check a text",
    "lead": "",
    "subject": "penguins",
    "rules": {"verdicts": [TEXT_VERDICT], "example": "$5", "any": [1]},
}
CHART = {"title": {"text": "Two", "subtitle": ["in", "units"]}, "description": "Two bars", "usermeta": {"source": "x", "of others": 1}}


def outputs(notebook: Path) -> Iterator[tuple[str, Any]]:
    """The outputs of a notebook that have a kind of the contract."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            yield from ((kind, payload) for kind, payload in output.get("data", {}).items() if kind in KINDS)


@pytest.fixture(scope="module")
def stored() -> list[tuple[str, Any]]:
    return [found for notebook in sorted((ROOT / "notebooks").rglob("*.ipynb")) for found in outputs(notebook)]


def test_every_stored_output_comes_out_as_it_went_in(stored):
    assert {kind for kind, _ in stored} == set(KINDS) - {contract.Number.MIME_TYPE}
    for kind, payload in stored:
        assert KINDS[kind].from_payload(payload).to_payload() == payload


def test_every_stored_output_fits_the_schema(stored):
    validator = jsonschema.Draft202012Validator(contract.schema())
    for kind, payload in stored:
        assert not [error.message for error in validator.iter_errors({kind: payload})]


def test_the_schema_in_docs_is_current():
    assert (ROOT / contract.SCHEMA).read_text(encoding="utf-8") == contract.schema_text(), "Run python -m factbook.contract"


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [
        (contract.Number, [], "a traced number: Expected `object`"),
        (contract.Number, {**NUMBER, "value": "five"}, "a traced number, in value: Expected `float`, got `str`"),
        (contract.Number, {**NUMBER, "worth": 5}, "unknown field `worth`"),
        (contract.Number, {**NUMBER, "id": 'x" onclick="'}, "in id: this cannot be a name"),
        (contract.Number, {**NUMBER, "id": "line\n"}, "in id: this cannot be a name"),
        (contract.Number, {**NUMBER, "rows": [{"id": 1}]}, r"in rows\[0\]\.id: Expected `str`"),
        (contract.Table, {**TABLE, "rows": [["This"]]}, "a traced table: row 0 has 1 cells, and the head has 2"),
        (contract.Table, {**TABLE, "rows": [["This", 5]]}, r"in rows\[0\]\[1\]"),
        (contract.Chart, {**CHART, "usermeta": {"columns": ["a"]}}, "in usermeta, in columns"),
        (contract.Chart, {**CHART, "title": 5}, "a chart, in title"),
        (contract.Claims, {"verdicts": [{"key": "half true", "label": ""}], "articles": []}, "in verdicts.*cannot be a name"),
        (contract.Claims, {"articles": []}, "missing required field `verdicts`"),
        (contract.Sources, {"sources": [{"key": "a"}]}, r"sources, in sources\[0\]: Object missing required field"),
        (contract.TextRules, {**TEXT_RULES, "title": ""}, "rules for texts, in title"),
        (contract.TextRules, {**TEXT_RULES, "rules": {"verdicts": [], "example": ""}}, "rules.verdicts must name each verdict once"),
        (contract.TextRules, {**TEXT_RULES, "rules": {"verdicts": [TEXT_VERDICT] * 2, "example": ""}}, "each verdict once"),
        (
            contract.TextRules,
            {**TEXT_RULES, "rules": {"verdicts": [{**TEXT_VERDICT, "tone": "red"}]}},
            r"rules.verdicts\[0\]\.tone: Invalid enum value 'red'",
        ),
        (
            contract.TextRules,
            {**TEXT_RULES, "rules": {"verdicts": [{**TEXT_VERDICT, "key": "a b"}]}},
            r"rules.verdicts\[0\]\.key: this cannot be a name",
        ),
        (contract.TextRules, {**TEXT_RULES, "rules": {"example": ""}}, "rules.verdicts: Expected `array`, got `null`"),
        (contract.TextRules, {**TEXT_RULES, "rules": {"verdicts": [TEXT_VERDICT]}}, "rules.example must be a text"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(kind, payload, said):
    with pytest.raises(ContractError, match=said):
        kind.from_payload(payload)


def test_rules_for_texts_come_out_as_they_went_in():
    """Of the rules the contract reads the verdicts alone; the rest is the engine's."""
    given = contract.TextRules.from_payload(TEXT_RULES)
    assert given.to_payload() == TEXT_RULES
    assert [(verdict.label, verdict.wrong) for verdict in given.verdicts] == [("Right", False)]
    validator = jsonschema.Draft202012Validator(contract.schema())
    assert not [*validator.iter_errors({contract.TextRules.MIME_TYPE: TEXT_RULES})]


def test_what_an_author_makes_is_checked_when_it_is_emitted():
    number = contract.Number(value=float("nan"), unit="usd", text="", exact="", formula="", rows=())
    with pytest.raises(ContractError, match="in value"):
        number.to_payload()


def test_a_chart_knows_its_words():
    chart = contract.Chart.from_payload(CHART)
    assert (chart.title, chart.subtitle, chart.description, chart.source) == ("Two", "in units", "Two bars", "x")
    assert contract.Chart.from_payload({"title": "One"}).title == "One"


def test_a_verdict_brings_its_sign_or_has_the_usual_one():
    given = contract.Verdict(key="half_true", label="Half true", mark="½", rating=3)
    assert (given.sign, given.rated) == ("½", 3)
    assert (contract.Verdict(key="close", label="Close").sign, contract.Verdict(key="close", label="Close").rated) == ("≈", 4)
    assert (contract.Verdict(key="new", label="New").sign, contract.Verdict(key="new", label="New").rated) == (contract.OTHER_MARK, None)
