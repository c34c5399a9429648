"""The cost of the research behind V3: inputs, formulas, draws and sensitivity.

Every headline result is computed a second time in plain numpy, from numbers typed in here, so that neither a wrong
formula nor a wrong row can agree with itself.
"""

import math
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from deepseek_audit.models import cost, programme
from factbook.facts import load
from factbook.quantity import format_quantity

FACTS = load()
MODEL = programme.inputs(FACTS)
HOURS = 2_788_000


@pytest.fixture(scope="module")
def own():
    return programme.simulate(MODEL, "own")


@pytest.fixture(scope="module")
def rent():
    return programme.simulate(MODEL, "rent")


# Inputs: what the table says follows from the rows it names


def test_every_input_has_a_basis():
    for key, one in MODEL.items():
        row = FACTS.row(f"input_{key}")
        assert bool(row["rests_on"]) != one.assumption, key
        assert one.assumption == (row["evidence"] == "unverified"), key
        assert (one.basis == "sources") or "ssumption" in row["note"] or "our judgment" in row["note"], key
        assert set(row["rests_on"].split()) <= set(FACTS), key
        assert one.quantity.rows == {f"input_{key}"}
        assert one.sourced.rows == {f"input_{key}", *row["rests_on"].split()}


@pytest.mark.parametrize("row", FACTS.rows("cost_model_inputs"), ids=lambda row: row["fact_id"])
def test_range_fits_distribution(row):
    assert bool(row["low"] and row["high"]) == (row["distribution"] != "fixed")
    if row["distribution"] == "uniform":
        assert float(row["value"]) == pytest.approx((float(row["low"]) + float(row["high"])) / 2)
    if row["distribution"] == "lognormal":
        assert float(row["value"]) == pytest.approx(math.sqrt(float(row["low"]) * float(row["high"])), rel=0.02)


def test_capital_follows_from_prices():
    servers = [51_000_000 / 2048, 33_800, 44_750]
    low, central, high = (price / 0.81 for price in servers)
    assert [MODEL["capital"].low, MODEL["capital"].central, MODEL["capital"].high] == pytest.approx([low, central, high], rel=0.002)


def test_hours_are_the_three_stages():
    assert MODEL["hours"].central == 2_664_000 + 119_000 + 5_000


def test_rent_range_follows_from_chinese_nodes():
    low, high = (yuan / 7.2807 / 8 / 730.5 for yuan in (60_000, 150_000))
    assert MODEL["rent"].low == pytest.approx(low, rel=0.01)
    assert MODEL["rent"].high == pytest.approx(high, rel=0.01)


def test_power_is_a_server_over_eight():
    assert MODEL["power"].central == 10.2 / 8


def test_colocation_lies_between_what_two_totals_leave():
    electricity = 1.275 * 0.75 * 1.25 * 0.088
    assert MODEL["colocation"].central == pytest.approx(1.41 - 1.06 - electricity, abs=0.01)
    assert MODEL["colocation"].high == pytest.approx(944e6 / (60_000 * 4 * 8766) - electricity, abs=0.01)


def test_highest_pay_is_the_best_advertisement_with_overhead():
    assert MODEL["pay"].high == pytest.approx(1_540_000 / 7.2734 * 1.4, rel=0.02)


def test_staff_is_the_list_of_authors_with_and_without_those_who_left():
    assert (MODEL["staff"].low, MODEL["staff"].high) == (140, 150)
    assert FACTS["v3_authors_re"].magnitude == MODEL["staff"].high


# The central case


def owned_rate_by_hand(capital=41_700, life=4, utilization=0.8, load=0.75, pue=1.25, electricity=0.088, colocation=0.25):
    return (capital / (life * 8766) + colocation) / utilization + 1.275 * load * pue * electricity


def test_owned_rate():
    rate = programme.central_owned_rate(MODEL)
    assert rate.to("usd/gpu_hour").magnitude == pytest.approx(owned_rate_by_hand())
    assert rate.rows == {f"input_{name}" for name in programme.OWNED_RATE_INPUTS}
    assert sum(part.magnitude for part in programme.owned_rate_parts(MODEL).values()) == pytest.approx(rate.magnitude)


def test_central_case_on_each_basis():
    staff, data = 145 * 134_000 * 0.75, 2_200_000
    for basis, rate in (("own", owned_rate_by_hand()), ("rent", 2.0)):
        case = programme.central_case(MODEL, basis)
        assert case.total.magnitude == pytest.approx(HOURS * rate * 3.9 + staff + data)
        assert case.final_run.magnitude == pytest.approx(HOURS * rate)
        assert sum(part.magnitude for part in case.parts().values()) == pytest.approx(case.total.magnitude)


def test_rented_without_experiments_staff_and_data_is_the_bill():
    bare = programme.programme_cost(HOURS, 2.0, 1, 0, 134_000, 0.75, 0)
    assert bare == FACTS["v3_usd_total"].magnitude


def test_energy_of_the_run():
    assert programme.run_energy(MODEL).magnitude == pytest.approx(HOURS * 1.275 * 0.75 * 1.25)
    assert programme.run_energy(MODEL).to("GWh").magnitude == pytest.approx(3.33, abs=0.01)


# Own or rent


def test_break_even_utilization_makes_both_equal():
    standing = 41_700 / (4 * 8766) + 0.25
    energy = 1.275 * 0.75 * 1.25 * 0.088
    for price in (1.4, 2.0, 3.5):
        use = programme.break_even_utilization(price, standing, energy)
        assert owned_rate_by_hand(utilization=use) == pytest.approx(price)


@pytest.mark.parametrize("price", [1.4, 2.0, 3.5])
def test_money_is_back_when_both_have_spent_the_same(price):
    rent = MODEL["rent"].ends[[1.4, 2.0, 3.5].index(price)]
    years = programme.years_to_earn_back(MODEL, rent).magnitude
    assert programme.cumulative(MODEL, [years], price)[0] == pytest.approx(programme.cumulative(MODEL, [years])[0])


def test_a_rent_below_the_running_cost_never_pays_back():
    assert programme.break_even_years(0.2, 41_700, 0.8, 0.25, 0.1) == math.inf


# Draws


def scipy_quantile(one, probability):
    low, middle, high = one.low, one.central, one.high
    if one.distribution == "uniform":
        return stats.uniform(low, high - low).ppf(probability)
    if one.distribution == "triangular":
        return stats.triang((middle - low) / (high - low), low, high - low).ppf(probability)
    score = stats.norm.ppf(probability)
    end = low if probability < 0.5 else high
    return middle * (end / middle) ** (abs(score) / stats.norm.ppf(0.95))


@pytest.mark.parametrize("name", [name for name, one in MODEL.items() if one.distribution != "fixed"])
@given(probability=st.floats(0.001, 0.999))
def test_quantiles_are_those_of_scipy(name, probability):
    found = programme.quantile(MODEL[name], np.array([probability]))[0]
    assert found == pytest.approx(scipy_quantile(MODEL[name], probability), rel=1e-9)


@pytest.mark.parametrize("name", [name for name, one in MODEL.items() if one.distribution == "lognormal"])
def test_lognormal_ends_are_the_90_percent_interval(name):
    ends = programme.quantile(MODEL[name], np.array([0.05, 0.5, 0.95]))
    assert ends == pytest.approx([MODEL[name].low, MODEL[name].central, MODEL[name].high])


def test_unknown_distribution_is_refused():
    odd = programme.Input("rent", "Rent", "cauchy", MODEL["rent"].quantity, "sources")
    with pytest.raises(ValueError, match=r"rent: unknown distribution 'cauchy'\. Known are fixed, uniform, triangular, lognormal"):
        programme.quantile(odd, np.array([0.5]))


def test_draws_must_be_a_power_of_two():
    with pytest.raises(ValueError, match="1000 draws: choose a power of two"):
        programme.simulate(MODEL, "own", 1000)


def plain_draws(basis, count=400_000, seed=7, experiments=(1.5, 3.9, 10), full_time=None):
    """The model again: numpy's own random numbers, numbers typed in."""
    random = np.random.default_rng(seed)

    def lognormal(low, median, high):
        score = random.standard_normal(count)
        return median * np.exp(score * np.where(score < 0, math.log(median / low), math.log(high / median)) / 1.6448536)

    multiplier = np.maximum(1, lognormal(*experiments))
    people = 150 * lognormal(*full_time) if full_time else random.triangular(140, 145, 150, count)
    staff = people * lognormal(60e3, 134e3, 300e3) * random.uniform(0.5, 1, count)
    if basis == "rent":
        rate = random.triangular(1.4, 2, 3.5, count)
    else:
        rate = owned_rate_by_hand(
            random.triangular(30_700, 41_700, 55_200, count),
            random.triangular(3, 4, 5, count),
            random.triangular(0.6, 0.8, 0.95, count),
            random.triangular(0.6, 0.75, 0.85, count),
            random.triangular(1.1, 1.25, 1.56, count),
            random.triangular(0.05, 0.088, 0.1, count),
            random.triangular(0.1, 0.25, 0.35, count),
        )
    return HOURS * rate * multiplier + staff + lognormal(0.5e6, 2.2e6, 10e6), rate


@pytest.mark.parametrize("basis", ["own", "rent"])
def test_quantiles_and_mean_agree_with_plain_random_numbers(basis, request):
    simulation = request.getfixturevalue(basis)
    total, rate = plain_draws(basis)
    for probability in (0.05, 0.5, 0.95):
        assert simulation.at(probability).magnitude == pytest.approx(np.quantile(total, probability), rel=0.01)
        assert simulation.rate_at(probability).magnitude == pytest.approx(np.quantile(rate, probability), rel=0.01)
    assert simulation.mean.magnitude == pytest.approx(total.mean(), rel=0.01)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("multiplier", {"experiments": (1.2, 2.2, 4)}),
        ("staff", {"full_time": (0.05, 0.2, 0.8)}),
        ("both", {"experiments": (1.2, 2.2, 4), "full_time": (0.05, 0.2, 0.8)}),
    ],
)
def test_alternatives_agree_with_plain_random_numbers(name, changes):
    """Epoch AI's prior for experiments and its share of full time, typed in from its notebook."""
    simulation = programme.simulate(programme.alternatives(FACTS, MODEL)[name], "own")
    total, _ = plain_draws("own", **changes)
    for probability in (0.05, 0.5, 0.95):
        assert simulation.at(probability).magnitude == pytest.approx(np.quantile(total, probability), rel=0.015)
    assert ("mult_epoch" in simulation.rows) == ("experiments" in changes)
    assert ("fte_share" in simulation.rows) == ("full_time" in changes)
    assert ("input_multiplier" in simulation.rows) != ("experiments" in changes)


@pytest.mark.parametrize("basis", ["own", "rent"])
def test_results_do_not_depend_on_the_seed(basis, request):
    """To two significant digits: the largest difference between seeds is far below half a step of the second digit."""
    simulation = request.getfixturevalue(basis)
    for seed in (1, 2, 3):
        other = programme.simulate(MODEL, basis, seed=seed)
        for probability in (0.05, 0.5, 0.95):
            ours, theirs = simulation.at(probability), other.at(probability)
            assert theirs.magnitude == pytest.approx(ours.magnitude, rel=0.003)
            assert format_quantity(theirs, 2) == format_quantity(ours, 2)


def test_median_lies_above_the_central_case_and_the_mean_above_the_median(own, rent):
    for basis, simulation in (("own", own), ("rent", rent)):
        assert programme.central_case(MODEL, basis).total < simulation.at(0.5) < simulation.mean


def test_bill_lies_below_every_draw(own):
    assert own.share_above(FACTS["v3_usd_total"].magnitude).magnitude == 100


def test_a_million_draws_take_little_time():
    """Processor time, the best of three: other programs on the machine must not count."""
    times = []
    for _ in range(3):
        start = time.process_time()
        simulation = programme.simulate(MODEL, "own", 2**20)
        times.append(time.process_time() - start)
    assert len(simulation.total) >= 1_000_000
    assert min(times) < 1.5


def test_a_million_draws_take_little_memory():
    tracemalloc.start()
    programme.simulate(MODEL, "own", 2**20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500e6


def test_blocks_leave_no_seam():
    """Computed in blocks or not, draws are the same points."""
    small, large = programme.simulate(MODEL, "own", 2**13), programme.simulate(MODEL, "own", 2**16)
    assert (large.total[: 2**13] == small.total).all()


def test_dots_are_equally_likely_values(own):
    dots = programme.dots(own, 50, 4e6)
    assert len(dots) == 50
    assert [dot["value"] for dot in dots] == sorted(dot["value"] for dot in dots)
    assert np.median([dot["value"] for dot in dots]) == pytest.approx(own.at(0.5).magnitude, rel=0.02)
    assert all(abs(dot["value"] - dot["column"]) <= 2.1e6 for dot in dots)
    columns = [(dot["column"], dot["place"]) for dot in dots]
    assert len(set(columns)) == 50


# Sensitivity


def test_tornado_by_hand():
    swings = {swing.key: swing for swing in programme.tornado(MODEL, "own")}
    rest = 145 * 134_000 * 0.75 + 2_200_000
    assert swings["multiplier"].low.magnitude == pytest.approx(HOURS * owned_rate_by_hand() * 1.5 + rest)
    assert swings["multiplier"].high.magnitude == pytest.approx(HOURS * owned_rate_by_hand() * 10 + rest)
    assert swings["life"].low.magnitude == pytest.approx(HOURS * owned_rate_by_hand(life=3) * 3.9 + rest)
    assert list(swings)[:2] == ["multiplier", "pay"]
    assert set(swings) == set(programme.uncertain(MODEL, "own"))


def test_sobol_index_of_the_multiplier_by_hand():
    """The first-order index is the variance of the conditional mean; the model is linear in the multiplier."""
    indices = programme.sobol_indices(MODEL, "own")
    random = np.random.default_rng(3)
    score = random.standard_normal(400_000)
    multiplier = np.maximum(1, 3.9 * np.exp(score * np.where(score < 0, math.log(3.9 / 1.5), math.log(10 / 3.9)) / 1.6448536))
    total, rate = plain_draws("own")
    expected = (HOURS * rate.mean()) ** 2 * multiplier.var() / total.var()
    first, whole = indices["multiplier"]
    assert first.to("ratio").magnitude == pytest.approx(expected, abs=0.03)
    assert whole.magnitude >= first.magnitude - 1


def test_sobol_indices_add_up_and_keep_their_order():
    """Across seeds the two leading inputs stay, and first-order effects never explain more than everything."""
    for seed in (1, 2):
        indices = programme.sobol_indices(MODEL, "own", seed=seed)
        assert sum(first.magnitude for first, _ in indices.values()) <= 103
        assert sum(whole.magnitude for _, whole in indices.values()) >= 97
        assert sorted(indices, key=lambda name: -indices[name][1].magnitude)[:2] == ["multiplier", "pay"]


# Multipliers and the floor


@pytest.mark.parametrize(
    ("fact_id", "value"),
    [
        ("mult_gpt3", 1.14),
        ("mult_facebook", 30 / 20),
        ("mult_olmo", 1.5),
        ("mult_olmo_restated", 2),
        ("mult_olmo3", 100 / (100 - 82.2)),
        ("mult_openai_2024", 10),
        ("mult_cn_ipos", 5),
        ("lambert_exp", 4),
    ],
)
def test_multipliers(fact_id, value):
    metric = FACTS.row(fact_id)["metric"]
    assert cost.experiments_multiplier(metric, FACTS[fact_id]).to("ratio").magnitude == pytest.approx(value)


def test_range_of_shares_turns_around():
    low, high = cost.multiplier_range("final_run_share_of_rd_compute", FACTS["mult_cn_ipos"])
    assert (low.magnitude, high.magnitude) == pytest.approx((100 / 30, 10))


def test_job_counts_cannot_be_converted():
    with pytest.raises(ValueError, match="training_jobs cannot be converted"):
        cost.experiments_multiplier("training_jobs", FACTS["mult_strubell"])


@given(share=st.floats(1, 99))
def test_two_ways_to_state_one_multiplier(share):
    """If development is s of the total, the final run is 1 − s of it."""
    development = FACTS["mult_olmo3"].__class__(share, FACTS["mult_olmo3"].unit)
    run = FACTS["mult_olmo3"].__class__(100 - share, FACTS["mult_olmo3"].unit)
    one = cost.experiments_multiplier("development_share_of_total", development).to("ratio").magnitude
    other = cost.experiments_multiplier("final_run_share_of_rd_compute", run).to("ratio").magnitude
    assert one == pytest.approx(other)


def test_floor_from_the_published_tests():
    run = 37e9 * 14.8e12
    large, small = 20.9e9, 2.4e9
    all_models = 2 * large * (0.54e12 + 0.578e12 + 0.9e12) + 2 * small * 3 * 1.33e12 + small * 0.3e12
    shared = large * (0.54e12 + 0.578e12 + 2 * 0.9e12) + small * 4 * 1.33e12 + small * 0.3e12
    assert cost.ablation_share(FACTS).to("ratio").magnitude == pytest.approx(all_models / run, rel=1e-6)
    assert cost.ablation_share(FACTS, shared_references=True).to("ratio").magnitude == pytest.approx(shared / run, rel=1e-6)
    assert (str(cost.ablation_share(FACTS, shared_references=True)), str(cost.ablation_share(FACTS))) == ("14%", "19%")


def test_ledger_covers_every_item_of_every_figure():
    rows = cost.ledger(FACTS)
    figures = {row["figure_id"] for row in FACTS.rows("headline_figures") if row["scope"] != "rival"}
    assert {row["figure_id"] for row in FACTS.rows("figure_items")} == figures
    assert len(rows) == len(figures) * len(cost.ITEMS)
    paid = {row["item"] for row in rows if row["status"] == "paid for"}
    assert "People" not in paid
    assert "Data" not in paid
