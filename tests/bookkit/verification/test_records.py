"""A chapter's record, and how two runs compare: every number of the site has its place in the outputs, and no difference is lost."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from bookkit.verification import extension
from bookkit.verification.inside import comparing, outputs, settings
from factbook import contract, rounding

NUMBER = {"id": "rate", "value": 2.0, "unit": "usd / gpu_hour", "text": "$2", "exact": "2", "formula": "rate", "rows": []}


def records(built: Path) -> dict[str, dict[str, Any]]:
    paths = (built / "_build/html" / extension.FOLDER).glob("*.json")
    return {record["chapter"]: record for record in (json.loads(path.read_text(encoding="utf-8")) for path in paths)}


def test_every_published_number_can_be_compared(built: Path) -> None:
    published = json.loads((built / "_build/html/numbers.json").read_text(encoding="utf-8"))["numbers"]
    found = {f"{chapter}#{number['anchor']}": number for chapter, record in records(built).items() for number in record["numbers"]}
    assert {number["id"] for number in published} == found.keys()
    assert not [name for name, number in found.items() if "output" not in number and "fact" not in number]


def test_a_number_is_found_where_the_record_says(built: Path) -> None:
    for record in records(built).values():
        for number in record["numbers"]:
            if "output" in number:
                there = outputs.at(record["outputs"], number["output"], number["path"])
                assert (there["text"], there["value"]) == (number["text"], number["value"])


def test_another_python_finds_the_same_numbers(built: Path, tmp_path: Path) -> None:
    """This machine's Python, with other versions of every library, runs what a browser runs, but for the stand-in of msgspec."""
    site = built / "_build/html" / extension.FOLDER
    for name, content in extension.report_files(built).items():
        if name != "msgspec.py":
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (record,) = site.glob("summary-*.json")
    code = (
        "import sys; from pathlib import Path; from inside.session import Session\n"
        f"told = []; session = Session(Path({str(record)!r}).read_text(encoding='utf-8'), {str(tmp_path / 'factbook/data')!r})\n"
        "print(session.run('{}', told.append)); assert told == list(range(len(told))) and told"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path)}
    )
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["compared"] > 0 and answer["failure"] is None
    assert (answer["numbers"], answer["rest"]) == ([], [])


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-200, max_value=1e200), st.sampled_from([1, -1]))
def test_values_are_the_same_within_a_unit_of_the_last_recorded_digit(value: float, sign: int) -> None:
    assert comparing.same_value(value, value)
    assert comparing.same_value(value, value * (1 + sign * 0.9e-9))
    assert not comparing.same_value(value, value * (1 + sign * 2e-9))
    assert not comparing.same_value(value, value * (1 + sign * 1e-6))
    assert not comparing.same_value(value, -value)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 0.0])
def test_what_is_no_ordinary_number_equals_itself_alone(value: float) -> None:
    assert comparing.same_value(value, value) is (value == value)
    assert not comparing.same_value(value, 1.0)


def recorded(**changes: Any) -> dict[str, Any]:
    data = {outputs.RECORD + outputs.NUMBER: {**NUMBER, **changes}, outputs.RECORD + outputs.TEXT: "$2"}
    return {"data": data, "metadata": {"scrapbook": {"name": "rate"}}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"value": 2.0 * (1 + 1e-6)}, [("number-rate", "$2 (2.0)", "$2 (2.000002)")]),
        ({"text": "$3", "value": 3.0}, [("number-rate", "$2 (2.0)", "$3")]),
    ],
)
def test_a_number_that_differs_is_named_with_both_values(changes: dict[str, Any], said: list[tuple[str, str, str]]) -> None:
    published = [{"anchor": "number-rate", **NUMBER, "output": "number:rate", "path": []}]
    found = outputs.by_name([[recorded(**changes)]])
    assert list(comparing.compare_numbers(published, found, {}.__getitem__)) == said


def test_a_number_that_is_gone_is_named(built: Path) -> None:
    published = [{"anchor": "number-rate", **NUMBER, "output": "number:rate", "path": []}, {"anchor": "number-x", **NUMBER, "fact": "x"}]
    assert [line.found for line in comparing.compare_numbers(published, {}, {}.__getitem__)] == ["", ""]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [leaf for index, one in enumerate(value) for leaf in leaves(one, (*path, index))]
    return [path]


def spoiled(value: Any, path: tuple[Any, ...]) -> Any:
    copy = json.loads(json.dumps(value))
    *way, last = path
    place = copy
    for key in way:
        place = place[key]
    old = place[last]
    place[last] = old * (1 + 1e-6) + (old == 0) if isinstance(old, (int, float)) and not isinstance(old, bool) else f"{old}!"
    return copy


@settings_of_hypothesis(max_examples=25)
@given(data=st.data())
def test_no_leaf_of_an_output_changes_unseen(built: Path, data: st.DataObject) -> None:
    record = records_once(built)
    path = data.draw(st.sampled_from(leaves_once(built)))
    found = spoiled(record["outputs"], path)
    numbers = list(comparing.compare_numbers([number for number in record["numbers"] if "output" in number], found, {}.__getitem__))
    places = [(number["output"], tuple(number["path"])) for number in record["numbers"] if "output" in number]
    rest = list(comparing.compare_rest(record["outputs"], found, places))
    of_a_number = any(path == (name, *way, "exact") for name, way in places)
    assert numbers or rest or of_a_number, path


CACHE: dict[str, Any] = {}


def records_once(built: Path) -> dict[str, Any]:
    return CACHE.setdefault("record", records(built)["cost-claims"])


def leaves_once(built: Path) -> list[tuple[Any, ...]]:
    return CACHE.setdefault("leaves", leaves(records_once(built)["outputs"]))


def test_what_runs_without_the_contract_agrees_with_it() -> None:
    kinds = (contract.Number, contract.Table, contract.Calculator, contract.Chart)
    assert tuple(kind.MIME_TYPE for kind in kinds) == (outputs.NUMBER, outputs.TABLE, outputs.CALCULATOR, outputs.CHART)
    assert outputs.RECORD == contract.RECORD_PREFIX
    assert contract.Chart.OLDER_MIME_TYPE in outputs.TWINS
    assert comparing.RECORDED_DIGITS == rounding.RECORDED_DIGITS


def test_parameters_are_those_that_a_rerun_knows(built: Path) -> None:
    from bookkit.execution.rerun import parameters_of

    for chapter, record in records(built).items():
        assert record.get("parameters", {}).get("names", []) == parameters_of(Path("notebooks") / f"{chapter}.ipynb")


def test_what_is_set_stands_after_what_the_chapter_says() -> None:
    cells = settings.applied(["rate = None", "print(rate)"], {"rate": '3 "usd"\n'}, 0)
    names: dict[str, Any] = {}
    exec(cells[0], names)
    assert names["rate"] == '3 "usd"\n'
    assert cells[1] == "print(rate)"
    assert settings.applied(["rate = 1"], {"rate": "None"}, 0)[0].endswith("\nrate = None")
    assert settings.names("a = None\nb = 1 # x") == ["a", "b"]
    assert settings.names("a = (") == []
