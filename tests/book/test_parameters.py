"""Chapters with a model run with a reader's assumptions: numbers follow, as arithmetic done here from the CSV files says.

Each chapter that has a `parameters` cell is run once by papermill, with other values than the data's; chapters side by
side. Which numbers a reader sees move is compared with sums written out here, not with the package.
"""

import csv
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import numpy as np
import pytest

from bookkit.execution import rerun
from factbook.contract import Calculator

# One worker runs the chapters for all of these
pytestmark = pytest.mark.xdist_group("parameters")

ROOT = Path(__file__).parents[2]
CALCULATOR = Calculator.MIME_TYPE
GIVEN = {
    "architecture": {"sequence": "8192 token", "slowness": "50"},
    "prices": {"read": "3000 token", "written": "400 token", "cached": "100%", "thinking": "10"},
    "cost-claims": {"rate": "3 usd/gpu_hour", "cluster": "1024 gpu"},
    "geopolitics": {"shipped": "100000 gpu", "interconnect": "600 gigabyte/second"},
    "hidden-costs": {"multiplier": "20", "utilization": "50%", "rent": "7 usd/gpu_hour", "staff": "0 person"},
    "market-crash": {"estimation": "200 day", "weight": "7 percent", "shares_outstanding": "24e9 share"},
}


def command(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """What `make rerun` runs."""
    line = [sys.executable, "-m", "bookkit", "rerun", *arguments]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def reruns(tmp_path_factory) -> dict[str, Any]:
    """The chapters, run from a folder that is not the repository: nothing of it may change."""
    folder = tmp_path_factory.mktemp("reruns")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")

    def run(chapter: str) -> Any:
        result = command(chapter, *(word for item in GIVEN[chapter].items() for word in ("-p", *item)), cwd=folder)
        assert result.returncode == 0, result.stderr
        assert "recorded numbers moved" in result.stdout
        return nbformat.read(folder / rerun.TARGET / f"{chapter}.ipynb", as_version=4)

    with ThreadPoolExecutor(2) as workers:
        return dict(zip(GIVEN, workers.map(run, GIVEN), strict=True))


def number(notebook: Any, name: str) -> dict[str, Any]:
    """A recorded number with its value, formula and rows."""
    [found] = [
        output.data[rerun.NUMBER]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.get("metadata", {}).get("scrapbook", {}).get("name") == name
    ]
    return found  # type: ignore[no-any-return]


def traced(notebook: Any, name: str) -> bool:
    """Whether a recorded thing is a number; a text, such as a date, has no trace."""
    found = {
        output.metadata["scrapbook"]["name"]: rerun.NUMBER in output.data
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "scrapbook" in output.get("metadata", {})
    }
    return found[name]


def value(notebook: Any, name: str) -> float:
    return float(number(notebook, name)["value"])


def stored(chapter: str) -> Any:
    return nbformat.read(ROOT / "notebooks" / f"{chapter}.ipynb", as_version=4)


def cells(table: str) -> dict[str, float]:
    """The numbers of a table, as its file has them."""
    with (ROOT / "data" / f"{table}.csv").open(encoding="utf-8") as file:
        return {row["fact_id"]: float(row["value"]) for row in csv.DictReader(file) if row["value"]}


def test_every_chapter_with_parameters_is_tried_here():
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if rerun.parameters_of(path)} == set(GIVEN)


@pytest.mark.parametrize("chapter", GIVEN)
def test_parameters_hold_no_number_of_their_own(chapter):
    """None stands for the data's value, so that no number is typed in twice; the cell comes before all other code."""
    code = [cell for cell in jupytext.read(ROOT / "book" / f"{chapter}.md").cells if cell.cell_type == "code"]
    assert "parameters" in code[0].metadata["tags"]
    lines = [line for line in code[0].source.splitlines() if not line.startswith("#")]
    assert all(line.endswith(" = None") for line in lines)
    assert set(GIVEN[chapter]) <= {line.partition(" ")[0] for line in lines}


@pytest.mark.parametrize("chapter", GIVEN)
def test_every_parameter_is_read_by_the_one_rule(chapter):
    """Through `assumption`, directly or in the three models that take several: no chapter reads a number by itself."""
    first, *others = [cell.source for cell in jupytext.read(ROOT / "book" / f"{chapter}.md").cells if cell.cell_type == "code"]
    code = "\n".join(others)
    models = r"programme\.assuming\(programme\.inputs\(facts\), chosen\)|market\.estimation_windows\(|prices\.answer_inputs\("
    for name in re.findall(r"^(\w+) = None$", first, re.MULTILINE):
        direct = rf'assumption\("{name}", {name}, '
        handed_on = rf'"{name}": {name}[,}}]|estimation_windows\({name}\)'
        assert re.search(direct, code) or (re.search(handed_on, code) and re.search(models, code)), name


@pytest.mark.parametrize("chapter", GIVEN)
def test_every_number_that_moves_is_traced_to_the_reader(reruns, chapter):
    """And none that stayed is: what is graded as the reader's is just what depends on the reader."""
    notebook, before = reruns[chapter], stored(chapter)
    old, new = rerun.recorded(before), rerun.recorded(notebook)
    assert old.keys() == new.keys()
    assert len(rerun.differences(old, new)) >= 2
    given = {f"assumption/{name}" for name in GIVEN[chapter]}
    moved = [number(notebook, name) for name in rerun.differences(old, new) if traced(notebook, name)]
    assert [one["id"] for one in moved if not given & {row["id"] for row in one["rows"]}] == []
    assert {row.get("evidence", "assumption") for one in moved for row in one["rows"] if row["id"] in given} == {"assumption"}


def test_the_bill_follows_the_rent_and_the_days_the_cluster(reruns):
    notebook, hours = reruns["cost-claims"], cells("training_runs")
    total = sum(hours[f"v3_hours_{stage}"] for stage in ("pretrain", "context", "posttrain"))
    assert value(notebook, "v3_bill") == pytest.approx(total * 3)
    assert value(notebook, "days_all") == pytest.approx(total / 1024 / 24)
    assert "the reader’s rate" in number(notebook, "v3_bill")["formula"]


def test_the_research_follows_its_inputs(reruns):
    """Chip time × cost of an hour × multiplier + staff + data, with the reader's utilization, multiplier and staff."""
    notebook, given = reruns["hidden-costs"], {key.removeprefix("input_"): value for key, value in cells("cost_model_inputs").items()}
    worth = sum((1 + given["interest"]) ** -year for year in range(1, int(given["life"]) + 1))
    sold = given["resale"] * (1 + given["interest"]) ** -given["life"]
    standing = given["capital"] * (1 - sold) / worth / 8766 + given["colocation"]
    rate = standing / 0.5 + given["power"] * given["load"] * given["pue"] * given["electricity"]
    assert value(notebook, "owned_rate") == pytest.approx(rate)
    assert value(notebook, "central") == pytest.approx(given["hours"] * rate * 20 + given["data"])
    assert value(notebook, "multiplier_share") == 0
    energy = rate - standing / 0.5
    assert value(notebook, "break_even") == pytest.approx(100 * standing / (7 - energy))
    assert value(notebook, "page_total") == pytest.approx(value(notebook, "central"))


def test_operations_follow_the_length_of_sequences(reruns):
    """Causal attention works on half the sequence on average; per token and layer, scores and values, forward and twice backward."""
    notebook, config = reruns["architecture"], cells("model_configs")
    layers, heads = (config[f"config_deepseek_v3_{name}"] for name in ("layers", "attention_heads"))
    per_head = sum(config[f"config_deepseek_v3_{name}_head_dim"] for name in ("qk_nope", "qk_rope", "v"))
    longer = (8192 - 4096) / 2 * 3 * 2 * layers * heads * per_head
    before = value(stored("architecture"), "v3_work")
    assert value(notebook, "v3_work") - before == pytest.approx(longer / 1e9, rel=1e-3)
    assert value(notebook, "slowness") == 50


def test_the_cost_of_answers_follows_their_length(reruns):
    notebook, prices = reruns["prices"], cells("api_prices")
    read, write = (prices[f"price_deepseek_r1_{kind}_usd_2025_01_20"] for kind in ("input_cached", "output"))
    assert value(notebook, "r1_answers") == pytest.approx(1000 * (3000 * read + 400 * 10 * write) / 1e6)


def test_a_faster_link_is_caught_and_shares_follow_the_shipments(reruns):
    notebook = reruns["geopolitics"]
    assert value(notebook, "share") == pytest.approx(100 * 2048 / 100_000)

    def verdicts(of):
        [data] = [
            output.data[CALCULATOR] for cell in of.cells for output in cell.get("outputs", ()) if CALCULATOR in output.get("data", {})
        ]
        return [item["text"] for group in data["results"] for item in group["items"]]

    assert verdicts(stored("geopolitics"))[0].startswith("Not caught")
    assert verdicts(notebook)[0].startswith("Caught")


def test_the_line_is_fitted_to_as_many_days_as_the_reader_wants(reruns):
    """An ordinary least-squares line through the returns of the sessions −210 to −11, fitted here with numpy."""
    notebook = reruns["market-crash"]
    with (ROOT / "data/market_returns.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    series = {ticker: {row["date"]: float(row["return_pct"]) for row in rows if row["ticker"] == ticker} for ticker in ("NVDA", "SPY")}
    days = sorted(series["SPY"])
    event = days.index("2025-01-27")
    span = days[event - 210 : event - 10]
    slope, intercept = np.polyfit([series["SPY"][day] for day in span], [series["NVDA"][day] for day in span], 1)
    assert value(notebook, "compared") == len(span) == 200
    assert value(notebook, "beta") == pytest.approx(slope)
    assert value(notebook, "abnormal") == pytest.approx(series["NVDA"]["2025-01-27"] - intercept - slope * series["SPY"]["2025-01-27"])
    closes = cells("market_facts")
    assert value(notebook, "nvda_loss") == pytest.approx(24e9 * (closes["nvda_close_2025_01_24"] - closes["nvda_close_2025_01_27"]))
    assert value(notebook, "contribution") == pytest.approx(-0.07 * series["NVDA"]["2025-01-27"])


# make rerun


def test_a_parameter_that_is_not_there_is_an_error_with_the_nearest_name():
    result = command("cost-claims", "-p", "rat", "3 usd/gpu_hour")
    assert (result.returncode, result.stderr) == (1, "cost-claims has no parameter 'rat'. Did you mean rate?\n")
    assert "It has rate, cluster." in command("cost-claims", "-p", "xyz", "3").stderr


def test_a_parameter_that_is_given_twice_is_an_error(capsys):
    assert rerun.main(["cost-claims", "-p", "rate", "3 usd/gpu_hour", "-p", "rate", "2 usd/gpu_hour"]) == 1
    assert capsys.readouterr().err == "rate is given twice, as '3 usd/gpu_hour' and as '2 usd/gpu_hour'. Give it once.\n"


def test_a_chapter_that_is_not_there_is_an_error_with_the_ones_that_are():
    result = command("costs")
    assert result.returncode == 1
    assert result.stderr.startswith("Name a chapter with parameters: architecture, ")


def test_a_decimal_comma_is_refused_with_the_rule_at_the_command_too():
    """Each chapter reads its parameters by the same rule; one is run here."""
    result = command("cost-claims", "-p", "rate", "3,50 usd/gpu_hour")
    assert result.returncode == 1
    assert result.stderr == (
        "rate must be a number with a unit of usd/gpu_hour, not '3,50 usd/gpu_hour'. "
        "Numbers are written with a point before decimals and nothing between thousands, such as 3.5 or 2788000. "
        'For example, write rate = "2 usd/gpu_hour".\n'
    )
