"""A reader's assumption is read with its unit, checked, and never passes for data."""

import re

import pytest

from deepseek_audit.models import market, programme
from factbook import publish
from factbook.assumptions import AssumptionError, assumption
from factbook.calculators.calculator import Calculator, Result, Results, Slider
from factbook.facts import UnknownFact, load
from factbook.quantity import constant, unit
from factbook.typed import RULE

FACTS = load()
RATE, HOURS = FACTS["v3_rate_assumed"], FACTS["v3_hours_total"]


def test_none_is_the_default_itself():
    assert assumption("rate", None, RATE) is RATE
    assert assumption("read", None, 2000, "token") == 2000


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3 usd/gpu_hour", 3),
        (" 3.5usd/gpu_hour ", 3.5),
        ("0.003 usd/gpu_hour", 0.003),
        ("3e0 usd / gpu_hour", 3),
        ("1000\u00a0usd/gpu_hour", 1000),
    ],
)
def test_a_number_with_its_unit_is_read(written, value):
    assert assumption("rate", written, RATE).to("usd/gpu_hour").magnitude == value


def test_other_units_of_the_same_kind_are_converted():
    assert assumption("length", "2 hour", FACTS["r1_wall_days"]).to("hour").magnitude == pytest.approx(2)
    assert assumption("use", "80%", programme.inputs(FACTS)["utilization"].quantity).magnitude == pytest.approx(0.8)
    assert assumption("use", 0.7, programme.inputs(FACTS)["utilization"].quantity).magnitude == 0.7


@pytest.mark.parametrize(
    "wrong", ["3 usd", "3", 3, "three", "", "nan usd/gpu_hour", "inf usd/gpu_hour", "3 no_such_unit", "3 usd/gpu_hour more", True]
)
def test_a_wrong_unit_or_no_number_is_one_sentence_with_the_unit_and_an_example(wrong):
    with pytest.raises(AssumptionError) as error:
        assumption("rate", wrong, RATE)
    text = str(error.value)
    assert len(text.splitlines()) == 1
    assert text.startswith("rate must be a number with a unit of usd/gpu_hour, not ")
    assert text.endswith('write rate = "2 usd/gpu_hour".')


@pytest.mark.parametrize("wrong", ["3,50 usd/gpu_hour", "1,000 usd/gpu_hour", "1_000 usd/gpu_hour", "$3", "nan usd/gpu_hour", "", True])
def test_a_number_that_could_be_misread_is_refused_with_the_rule(wrong):
    """“3,50” once ran at 350."""
    with pytest.raises(AssumptionError, match=re.escape(RULE)):
        assumption("rate", wrong, RATE)


@pytest.mark.parametrize("wrong", ["1e999 second", "1e308 year"])
def test_a_number_too_large_for_its_unit_is_refused(wrong):
    with pytest.raises(AssumptionError, match=r"^length must be.*too large"):
        assumption("length", wrong, constant(1, "second", "1"))


def test_the_example_is_accepted():
    for default in (RATE, HOURS, FACTS["v3_pretraining_sequence"], FACTS["nvda_weight_sp_500_2025_01_24"]):
        with pytest.raises(AssumptionError) as error:
            assumption("it", "x", default)
        example = str(error.value).split('"')[1]
        assert assumption("it", example, default).unit == default.unit


@pytest.mark.parametrize(
    ("wrong", "limit"),
    [("-1 usd/gpu_hour", "above zero"), ("0 usd/gpu_hour", "above zero"), ("11 usd/gpu_hour", "at most 10 usd/gpu_hour")],
)
def test_what_cannot_be_is_refused(wrong, limit):
    with pytest.raises(AssumptionError, match=limit):
        assumption("rate", wrong, RATE, at_most=10)
    assert assumption("rate", "0 usd/gpu_hour", RATE, or_zero=True).magnitude == 0


def test_a_notebook_shows_the_sentence_and_no_traceback():
    assert AssumptionError("one sentence")._render_traceback_() == ["one sentence"]


def test_a_number_computed_from_it_says_whose_it_is():
    bill = HOURS * assumption("rate", "3 usd/gpu_hour", RATE)
    assert bill.to("usd").magnitude == 2788000 * 3
    assert bill.formula == "v3_hours_total × the reader’s rate"
    rows = {row["id"]: row for row in publish.traced(bill).to_payload()["rows"]}
    assert rows.keys() == {"v3_hours_total", "assumption/rate"}
    assert rows["assumption/rate"]["evidence"] == "assumption"
    assert rows["assumption/rate"]["text"] == "$3 per GPU-hour"
    assert rows["assumption/rate"]["source"] == "The reader, an assumption of this run"
    assert rows["assumption/rate"]["locator"] == "in place of $2 per GPU-hour"


def test_it_is_no_row_of_the_data():
    assumption("rate", "3 usd/gpu_hour", RATE)
    assert "assumption/rate" not in list(FACTS)
    with pytest.raises(UnknownFact):
        FACTS.row("assumption/nothing")


def test_its_row_has_what_a_row_has():
    assumption("rate", "3 usd/gpu_hour", RATE)
    row = FACTS.row("assumption/rate")
    told = {name: cell for name, cell in row.items() if cell}
    assert row.keys() >= FACTS.row("v3_rate_assumed").keys()
    assert told == {
        "fact_id": "assumption/rate",
        "value": "3.0",
        "unit": "usd / gpu_hour",
        "exact": "true",
        "source_key": "reader",
        "locator": "in place of $2 per GPU-hour",
        "evidence": "assumption",
    }
    assert FACTS.home("assumption/rate") == "assumption"
    assert "assumption/rate" in FACTS


def test_a_plain_default_gives_a_plain_number_of_the_unit():
    read = assumption("read", "3000 token", 2000, "token")
    assert (read.magnitude, read.unit) == (3000, unit("ratio"))
    with pytest.raises(AssumptionError, match=r'unit of token.*write read = "2000 token"'):
        assumption("read", "3000", 2000, "token")


# In the models


def test_an_input_that_the_reader_knows_has_no_range_and_no_share_of_the_variance():
    model = programme.assuming(programme.inputs(FACTS), {"multiplier": "20", "pay": None})
    assert "multiplier" not in programme.uncertain(model, "own")
    seen = programme.views(FACTS, model)
    assert programme.share_of_trials(model, seen, "own").magnitude == 0
    assert model["pay"] == programme.inputs(FACTS)["pay"]
    assert "assumption/multiplier" in programme.simulate(model, "own", 64).rows
    assert all("assumption/multiplier" in swing.low.rows for swing in programme.tornado(model, seen, "own", 64))


def test_every_input_may_be_fixed():
    given = {
        "rent": "2 usd/gpu_hour",
        "multiplier": "1",
        "staff": "0 person",
        "pay": "1 usd/person/year",
        "years": "1 year",
        "data": "0 usd",
    }
    draws = programme.simulate(programme.assuming(programme.inputs(FACTS), given), "rent", 64)
    assert draws.at(0.05).magnitude == draws.at(0.95).magnitude == pytest.approx(2788000 * 2)


@pytest.mark.parametrize("name", [*programme.inputs(FACTS)])
def test_the_models_read_numbers_by_the_same_rule(name):
    with pytest.raises(AssumptionError, match=re.escape(RULE)):
        programme.assuming(programme.inputs(FACTS), {name: "1,5"})
    with pytest.raises(AssumptionError, match=re.escape(RULE)):
        market.estimation_windows("1,5 day")


@pytest.mark.parametrize("given", [{"utilization": "120%"}, {"multiplier": "0.5"}, {"staff": "-5 person"}, {"life": "0 year"}])
def test_the_programme_refuses_what_cannot_be(given):
    [name] = given
    with pytest.raises(AssumptionError, match=f"^{name} must be"):
        programme.assuming(programme.inputs(FACTS), given)


def test_a_readers_estimation_window_ends_where_ours_does():
    first, second = market.estimation_windows("200 day")
    assert (first.first, first.last, second) == (-210, -11, market.ESTIMATION_WINDOWS[1])
    assert market.estimation_windows(None) == market.ESTIMATION_WINDOWS
    returns = market.read_returns(FACTS)
    found = market.study(returns, "NVDA", "SPY", "2025-01-27", first)
    assert "assumption/estimation" in found.total_quantity().rows
    assert len(found.estimation) == 200


@pytest.mark.parametrize("wrong", ["10 day", "300 day", "100.5 day", "100"])
def test_a_window_that_the_data_cannot_serve_is_refused(wrong):
    with pytest.raises(AssumptionError, match=r'^estimation must be.*estimation = "110 day"'):
        market.estimation_windows(wrong)


def test_a_slider_reaches_to_where_the_reader_wants_it():
    def calculator(value):
        results = [Results("Bill", [Result("bill", "Bill", lambda rate: rate * 1, "usd/gpu_hour")])]
        return Calculator("bill", "A bill", inputs=[Slider("rate", "Rent", value, 1, 6, 0.1)], results=results)

    assert calculator(assumption("rate", "9 usd/gpu_hour", RATE)).evaluate()["bill"].value == 9
    assert calculator(assumption("rate", "3 usd/gpu_hour", RATE)).data().inputs[0].high == 6
