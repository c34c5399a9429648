"""A row of the tables of texts that names what there is not is named itself, with its column and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepseek_audit.__main__ import main
from deepseek_audit.audit import texts
from deepseek_audit.audit.texts.knowledge import rules_of
from factbook import facts
from factbook.facts import Facts
from factbook.tables import DataError

# Table, column, what stands there, what is put in its place
SPOILED = {
    "an unknown fact in a wording": ("figures_in_text", "wording", "{v3_usd_total, 4}", "{v3_usd_totl, 4}"),
    "an unknown fact in a reason": ("figures_misgiven", "why", "{r1_usd_total}", "{r1_usd_totl}"),
    "a fact that there is not": ("figures_in_text", "fact", "v3_usd_pretrain", "v3_usd_pretran"),
    "no value": ("figures_in_text", "fact", "v3_usd_pretrain", ""),
    "a claim that is a text": ("figures_in_text", "fact", "v3_usd_pretrain", "a294k_comparable"),
    "an unknown subject": ("figures_in_text", "right_subjects", "v3;v3_run;v3_base", "v3;v3_rn"),
    "an unknown subject misgiven": ("figures_misgiven", "subject", "r1_step", "r1_stp"),
    "an unknown parent": ("text_subjects", "parents", "v3", "v33"),
    "an unknown scope": ("text_scopes", "becomes", "r1_with_base", "r1_wth_base"),
    "a spelling that is no number": ("figures_in_text", "spellings", "5330000;5300000", "5.33 million"),
    "a name of two": ("text_subjects", "names", "V3-Base|V3 Base", "V3|V3 Base"),
}


def spoil(table: str, column: str, old: str, new: str) -> tuple[Facts, int]:
    """The facts with the first such cell changed, and its row in the file."""
    rows = [dict(row) for row in facts.load().rows(table)]
    place = next(place for place, row in enumerate(rows) if old in row[column])
    rows[place][column] = rows[place][column].replace(old, new)
    return facts.load().with_rows(table, rows), place + 2


@pytest.mark.parametrize(("table", "column", "old", "new"), SPOILED.values(), ids=SPOILED)
def test_a_spoiled_row_is_named(table: str, column: str, old: str, new: str) -> None:
    spoiled, row = spoil(table, column, old, new)
    with pytest.raises(DataError) as raised:
        rules_of(spoiled)
    (fault,) = raised.value.faults
    assert (fault.file, fault.row, fault.column) == (f"data/{table}.csv", row, column)
    assert fault.message
    assert fault.advice


@pytest.fixture
def _read_anew() -> Iterator[None]:
    texts.load_rules.cache_clear()
    yield
    texts.load_rules.cache_clear()


@pytest.mark.usefixtures("_read_anew")
def test_the_command_ends_as_for_what_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled, row = spoil(*SPOILED["an unknown subject"])
    monkeypatch.setattr(facts, "load", lambda: spoiled)
    text = tmp_path / "text.txt"
    text.write_text("DeepSeek-V3 cost $5.6 million.", encoding="utf-8")
    assert main(["check-text", str(text)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"data/figures_in_text.csv, row {row} (v3_final_run), column right_subjects: “v3_rn” is no subject.")
