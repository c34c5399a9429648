"""What came after the fall, computed again from the file's numbers, read past the package."""

import csv

import pytest

from deepseek_audit.charts import market_charts
from deepseek_audit.models import market_day, market_since
from factbook.facts import load
from factbook.tables import data_directory

FACTS = load()


@pytest.fixture(scope="module")
def numbers():
    found = {}
    for table in ("company_facts", "market_facts"):
        with (data_directory() / f"{table}.csv").open(encoding="utf-8") as file:
            found |= {row["fact_id"]: float(row["value"]) for row in csv.DictReader(file) if row["value"]}
    return found


def test_spending_of_the_four(numbers):
    """Microsoft's calendar year: the second half of a fiscal year and the first half of the next."""
    spent = {}
    for year in (2023, 2024, 2025):
        january_to_june = numbers[f"capex_microsoft_fy{year}"] - numbers[f"capex_microsoft_{year - 1}_h2"]
        microsoft = january_to_june + numbers[f"capex_microsoft_{year}_h2"]
        spent[year] = microsoft + sum(numbers[f"capex_{name}_{year}"] for name in ("alphabet", "amazon", "meta"))
        assert market_since.total(market_since.year_by_company(FACTS, year)).magnitude == pytest.approx(spent[year])
    told = market_since.describe_spending(FACTS)
    assert told["spent_growth"].magnitude == pytest.approx(100 * (spent[2025] / spent[2024] - 1))
    # Typed on purpose: 91.447 + 131.8 + 69.691 + (64.551 - 30.727 + 49.270) billion
    assert told["spent_after"].magnitude == pytest.approx(376.032e9)


def test_first_halves(numbers):
    halves = [
        numbers[f"capex_alphabet_{year}_h1"]
        + numbers[f"capex_meta_{year}_h1"]
        + numbers[f"capex_microsoft_fy{year}"]
        - numbers[f"capex_microsoft_{year - 1}_h2"]
        for year in (2025, 2026)
    ]
    told = market_since.describe_spending(FACTS)
    assert [told[name].magnitude for name in ("half_before", "half_after")] == pytest.approx(halves)
    assert told["half_ratio"].magnitude == pytest.approx(halves[1] / halves[0])
    assert halves == pytest.approx([102.946e9, 196.389e9])


def test_nvidia_since(numbers):
    told = market_since.describe_nvidia(FACTS)
    assert told["quarter_before"].magnitude == pytest.approx(130.497e9 - 91.166e9)
    assert told["quarter_ratio"].magnitude == pytest.approx(96.221 / 39.331)
    assert told["nvda_since"].magnitude == pytest.approx(100 * (numbers["nvda_close_2026_09_28"] / 142.62 - 1))
    assert told["spy_v4"].magnitude == pytest.approx(100 * (713.94 / 708.45 - 1))


def test_deepseek_beside_nvidia():
    told = market_since.describe_deepseek(FACTS, FACTS["nvda_cap_loss_2025_01_27_lseg"])
    assert told["loss_over_worth"].magnitude == pytest.approx(593 / 52)
    assert told["partnership_worth"].magnitude == pytest.approx(0.0852 * 351e9)
    assert told["own_spending_ratio"].magnitude == pytest.approx(11 / 1.2)


def test_the_chart_has_each_sum():
    planned = FACTS["big_tech_capex_2026_planned"]
    drawn = market_charts.spending(FACTS, planned, finding="Spending rose", measure="Cash paid.", alt="Bars.").to_dict()
    assert {376.032e9, 725e9} <= {row.get("amount") for row in _rows(drawn)}


def _rows(drawn):
    if isinstance(drawn, dict):
        if isinstance(values := drawn.get("values"), list):
            yield from (row for row in values if isinstance(row, dict))
        for part in drawn.values():
            yield from _rows(part)
    elif isinstance(drawn, list):
        for part in drawn:
            yield from _rows(part)


def test_the_weeks_around_the_day_by_hand():
    """Closes as percentages of the close before, from the closes themselves; late days have their label to the left of their line."""
    moved = market_day.read_day(FACTS, FACTS["nvda_weight_sp_500_2025_01_24"])
    marked = {"2025-01-26": "App", "2024-12-26": "V3"}
    drawn = market_charts.prices_around(moved, marked, finding="", measure="", alt="").to_dict()
    [fallen] = [row for row in _rows(drawn) if row.get("date") == moved.day and "Nvidia" in row]
    assert fallen["Nvidia"] == pytest.approx(100 * 118.42 / 142.62, abs=0.06)
    assert next(row["level"] for row in _rows(drawn) if row.get("label") == "Nvidia −17.0%") == fallen["Nvidia"]
    notes = [layer["mark"]["align"] for layer in drawn["layer"] if layer["mark"].get("baseline") == "top"]
    assert notes == ["right", "left"]


def test_names_of_the_day_stand_on_one_side():
    moved = market_day.read_day(FACTS, FACTS["nvda_weight_sp_500_2025_01_24"])
    drawn = market_charts.day_returns(moved, finding="", measure="", alt="").to_dict()
    texts = [layer["encoding"] for layer in drawn["layer"] if layer["mark"]["type"] == "text"]
    sides = {encoding["text"]["field"]: encoding["x"]["value"] for encoding in texts}
    assert sides == {"name": 0, "text": "width", "heading": 0}
