"""``python -m deepseek_audit``: what each command says, and its exit status."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from deepseek_audit.__main__ import main
from factbook import facts, tables


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data that the commands read, beside a folder for the book."""
    directory = shutil.copytree(tables.data_directory(), tmp_path / "data")
    (tmp_path / "book").mkdir()
    monkeypatch.setattr(facts, "load", lambda: facts.Facts(directory))
    return directory


def set_cells(path: Path, key: str, **cells: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, **cells} if key in row.values() else row for row in rows)


def test_audit_counts_the_claims(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit"]) == 0
    printed = capsys.readouterr()
    articles = {row["article"] for row in facts.load().rows("articles")}
    own = [row["article"] in articles for row in facts.load().rows("claims")]
    assert printed.out == f"audit      {sum(own)} claims and {len(own) - sum(own)} statements of the news have a verdict\n"
    assert printed.err == ""


def test_audit_tells_the_verdict_of_a_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "a294k_cost"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "a294k_cost: Right number, wrong thing. It says $294K; R1’s training on top of V3: $294K. The sum is DeepSeek’s own"
    )
    assert main(["audit", "a294k_costs"]) == 1
    assert "Did you mean a294k_cost" in capsys.readouterr().err


def test_audit_names_what_changed_data_contradict(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command passes all the same: whoever changes an assumption gets a book."""
    set_cells(data / "cost_estimates.csv", "r1_usd_total", value="588000")
    assert main(["audit"]) == 0
    assert "; the changed data contradict a294k_cost" in capsys.readouterr().out


def test_audit_says_what_to_mend(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_cells(data / "judgements.csv", "a294k_cost", about="")
    assert main(["audit"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "a294k_cost" in printed.err
    assert printed.err.endswith("Mend data/judgements.csv or data/claims.csv, then run the command again.\n")


def test_catalog_writes_what_is_generated(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "README.md").unlink()
    assert main(["catalog"]) == 0
    written = [data / "README.md", data.parent / "book/references.bib"]
    assert capsys.readouterr().out.splitlines() == [f"wrote {path}" for path in written]
    kept = tables.data_directory().parent
    assert [path.read_bytes() for path in written] == [(kept / path.relative_to(data.parent)).read_bytes() for path in written]


def test_check_counts_faults_and_their_number_agrees(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_cells(data / "training_runs.csv", "v3_hours_total", value="many")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.endswith("The data have 1 fault. Mend them, then run the command again.\n")
    set_cells(data / "training_runs.csv", "v3_hours_pretrain", value="few")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.endswith("The data have 2 faults. Mend them, then run the command again.\n")


@pytest.mark.parametrize("arguments", [[], ["publish"]])
def test_a_command_that_is_none_says_which_there_are(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "{check,tidy,audit,catalog,edition}" in capsys.readouterr().err
