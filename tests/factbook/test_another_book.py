"""Tables of another book: the least that they need, units of their own, and what an author is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factbook import tables
from factbook.facts import Facts
from factbook.tables import DataError

FACTS = "fact_id,value,unit,source_key\nlake,1642,meter,survey\n"
SOURCES = "source_key,title\nsurvey,A survey of lakes\n"


def described(name: str, text: str) -> dict[str, Any]:
    columns = text.partition("\n")[0].split(",")
    fields = [{"name": column, "type": "number" if column == "value" else "string"} for column in columns]
    return {"name": name, "path": f"{name}.csv", "schema": {"primaryKey": columns[:1], "fields": fields}}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(changed: Callable[[dict[str, Any]], object] = lambda package: None, **texts: str) -> Path:
        content = {"lakes": FACTS, "sources": SOURCES, **texts}
        for name, text in content.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
        package = {"resources": [described(name, text) for name, text in content.items()]}
        changed(package)
        (tmp_path / tables.DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8", newline="\n")
        return tmp_path

    return write


def test_a_fact_needs_four_columns(write: Callable[..., Path]) -> None:
    facts = Facts(write())
    assert f"{facts['lake']:4}" == "1,642 m"
    assert {facts.row("lake")[name] for name in tables.OPTIONAL_OF_FACTS} == {"", "1642"}
    assert facts.source("survey")["url"] == ""


TOLD = {
    "no source key": (
        {"lakes": "fact_id,value,unit\nlake,1642,meter\n"},
        "table lakes has no column source_key. [rule: descriptor] Add it to the schema and to data/lakes.csv: the key of the fact's source",
    ),
    "no unit": ({"lakes": "fact_id,value,source_key\nlake,1642,survey\n"}, "table lakes has no column unit."),
    "no number": ({"lakes": "fact_id,unit,source_key\nlake,meter,survey\n"}, "table lakes has neither a column value nor a column text."),
    "unknown source": (
        {"lakes": FACTS.replace("survey", "surve")},
        "“surve” is not in data/sources.csv. [rule: foreign key] Did you mean survey?",
    ),
    "unknown unit": (
        {"lakes": FACTS.replace("meter", "fathom")},
        "data/lakes.csv, row 2 (lake), column unit: “fathom” is no unit. [rule: unit] ",
    ),
    "no title": ({"sources": "source_key\nsurvey\n"}, "table sources has no column title."),
}


@pytest.mark.parametrize(("texts", "told"), TOLD.values(), ids=TOLD)
def test_an_author_is_told_what_to_add(write: Callable[..., Path], texts: dict[str, str], told: str) -> None:
    with pytest.raises(DataError) as caught:
        Facts(write(**texts))
    assert told in str(caught.value)
    assert len(caught.value.faults) == 1


DESCRIBED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no tables": (lambda package: package.pop("resources"), "names no tables."),
    "no sources": (lambda package: package["resources"].pop(), "there are facts and no table sources."),
    "no path": (lambda package: package["resources"][0].pop("path"), "table lakes has no path."),
    "no schema": (lambda package: package["resources"][0].pop("schema"), "table lakes has no schema."),
    "no type": (
        lambda package: package["resources"][0]["schema"]["fields"][1].pop("type"),
        "table lakes does not say what its columns are.",
    ),
    "no key": (lambda package: package["resources"][0]["schema"].pop("primaryKey"), "lakes has a column fact_id that is not its key."),
    "unknown rule": (lambda package: package["resources"][0].update(rules=["order"]), "table lakes names a rule order, and there is none."),
    "no units": (lambda package: package.update(units="unit.txt"), "data/unit.txt: the file is missing."),
}


@pytest.mark.parametrize(("changed", "told"), DESCRIBED.values(), ids=DESCRIBED)
def test_an_author_is_told_what_the_description_lacks(
    write: Callable[..., Path], changed: Callable[[dict[str, Any]], object], told: str
) -> None:
    with pytest.raises(DataError) as caught:
        Facts(write(changed))
    assert told in str(caught.value)


def ask(data: Path, expression: str) -> str:
    """What an expression of a process that reads these data is; units are read once per process."""
    code = f"from factbook.facts import load; facts = load(); print({expression})"
    # On one line, so that a fault ends the process with its sentence
    done = subprocess.run([sys.executable, "-c", code], env={"FACTBOOK_DATA": str(data)}, capture_output=True, text=True, encoding="utf-8")
    return done.stdout.strip() or done.stderr.splitlines()[-1]


def test_data_bring_units_and_their_wording(write: Callable[..., Path]) -> None:
    """Which also change how a unit that every book has is written."""
    data = write(
        lambda package: package.update(units="units.txt"),
        lakes=FACTS + "deep,0.9,kilofathom,survey\nships,1200,ship,survey\n",
        wordings="unit,style,many\nship,compact,ships\nmeter,plain,metres\n",
    )
    (data / "units.txt").write_text("fathom = 1.8288 * meter\nship = [ship]\n", encoding="utf-8", newline="\n")
    assert ask(data, "facts['lake'], facts['ships'], facts['deep'].to('kilometer'), facts['deep']") == (
        "1,640 metres 1.2K ships 2 km 0.9 kilofathom"
    )


def test_units_that_cannot_be_read_are_a_fault_of_the_data(write: Callable[..., Path]) -> None:
    data = write(lambda package: package.update(units="units.txt"))
    (data / "units.txt").write_text("a line without a sign\n", encoding="utf-8", newline="\n")
    assert "data/units.txt: " in ask(data, "facts['lake']")
    assert "Write each unit on a line of its own" in ask(data, "facts['lake']")
