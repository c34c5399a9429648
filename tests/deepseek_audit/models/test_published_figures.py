"""The models reproduce what the sources published.

Every expected number here stands in a source and was not used to compute the result: typed in on purpose, so
that a wrong row or a wrong formula cannot agree with itself.
"""

import pytest

from deepseek_audit.models import architecture, cost, prices
from factbook.facts import Facts, UnknownFact, load


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


def v3_hours(facts):
    return facts["v3_hours_pretrain"] + facts["v3_hours_context"] + facts["v3_hours_posttrain"]


def r1_hours(facts):
    return facts["r1zero_hours"] + facts["r1_sft_hours"] + facts["r1_hours"]


def test_v3_hours_and_bill(facts):
    hours = v3_hours(facts)
    assert hours.to("gpu_hour").magnitude == 2_788_000
    bill = cost.rental_cost(hours, facts["v3_rate_assumed"])
    assert bill.magnitude == 5_576_000
    assert f"{bill:4}" == "$5.576M"
    assert bill.rows == {"v3_hours_pretrain", "v3_hours_context", "v3_hours_posttrain", "v3_rate_assumed"}


def test_r1_hours_and_bill(facts):
    assert r1_hours(facts).magnitude == 147_000
    assert str(cost.rental_cost(r1_hours(facts), facts["v3_rate_assumed"])) == "$294K"


def test_both_bills(facts):
    both = cost.rental_cost(v3_hours(facts) + r1_hours(facts), facts["v3_rate_assumed"])
    assert both.magnitude == 5_870_000
    assert str(both) == "$5.87M"


def test_r1_cluster_time(facts):
    gpus = facts["r1zero_gpus"]
    assert cost.wall_clock_hours(gpus, facts["r1zero_wall"]).magnitude == 101_376
    assert cost.wall_clock_hours(gpus, facts["r1_wall"]).magnitude == 40_960
    assert cost.wall_clock_hours(gpus, facts["r1_wall_days"]).magnitude == pytest.approx(49_152)


def test_r1_wall_time_slip_is_kept(facts):
    """The supplement says “about 4 days, or roughly 80 hours”: both stay in the data, and they disagree."""
    assert facts["r1_wall_days"].to("hour") != facts["r1_wall"]


@pytest.mark.parametrize(("stage", "days"), [("v3_hours_pretrain", "54.2 days"), ("v3_hours_total", "56.7 days")])
def test_days_on_the_cluster(facts, stage, days):
    assert str(cost.days_on_cluster(facts[stage], facts["v3_cluster_gpus"])) == days


def test_training_flops_of_v3(facts):
    flops = architecture.training_flops(facts["v3_activated_parameters"], facts["v3_tokens"])
    assert flops.magnitude == pytest.approx(3.29e24, rel=0.002)
    assert str(flops) == "3.3 × 10²⁴ FLOP"  # 37B has two digits


def test_training_flops_of_llama(facts):
    flops = architecture.training_flops(facts["llama_3_1_405b_total_parameters"], facts["llama_tokens"])
    assert flops.magnitude == pytest.approx(facts["llama_flop"].magnitude, rel=0.01)


def test_utilization_and_hours_are_inverse(facts):
    flops = architecture.training_flops(facts["v3_activated_parameters"], facts["v3_tokens"])
    hours, peak = facts["v3_hours_pretrain"], facts["h800_bf16_peak"]
    used = architecture.model_flops_utilization(flops, hours, peak)
    assert used.magnitude == pytest.approx(34.6, abs=0.1)
    assert architecture.implied_gpu_hours(flops, peak, used).magnitude == pytest.approx(hours.magnitude)


def test_a_range_of_utilization_gives_a_range_of_hours(facts):
    """The more of its peak a chip delivers, the fewer hours a run takes."""
    flops, peak, peer = facts["llama_flop"], facts["h800_bf16_peak"], facts["llama_mfu_paper"]
    hours = architecture.implied_gpu_hours(flops, peak, peer)
    assert hours.low < hours < hours.high
    assert hours.low == architecture.implied_gpu_hours(flops, peak, peer.high)
    assert architecture.implied_gpu_hours(flops, peak, peer.high).low is None


def test_hours_per_trillion_tokens(facts):
    assert (facts["v3_hours_per_trillion"] * facts["v3_tokens"]).to("gpu_hour").magnitude == pytest.approx(2_664_000)


def test_own_operations_at_measured_speed_give_the_hours_back(facts):
    flops = (facts["v3_training_flop_per_token"] * facts["v3_tokens"]).to("flop")
    hours = architecture.implied_gpu_hours(flops, facts["v3_tflops_measured"], 1)
    assert hours.magnitude == pytest.approx(facts["v3_hours_pretrain"].magnitude, rel=0.01)


@pytest.mark.parametrize(
    ("rent", "yuan", "exchange", "dollars"),
    [
        ("rent_cn_h100_early2024", (120_000, 150_000, 180_000), 7.1707, 3.58),
        ("rent_cn_h100_late2024", (60_000, 70_000, 75_000), 7.0881, 1.69),
    ],
)
def test_chinese_rents_are_converted_at_the_rate_of_their_month(facts, rent, yuan, exchange, dollars):
    """Yuan a month, over yuan a dollar, over eight chips, over the hours of a twelfth of 365.25 days."""
    found = cost.rent_in_dollars(facts, rent)
    month = f"fx_usd_cny_monthly_average_{facts.row(rent)['as_of'][:7].replace('-', '_')}"
    assert found.magnitude == pytest.approx(dollars, abs=0.005)
    by_hand = [amount / exchange / 8 / (365.25 * 24 / 12) for amount in yuan]
    assert [found.low.magnitude, found.magnitude, found.high.magnitude] == pytest.approx(by_hand)
    assert found.rows == {rent, month} and facts[month].magnitude == exchange


def test_rents_without_a_rate_of_their_month_are_refused(facts):
    other = facts.with_rows("exchange_rates", [row for row in facts.rows("exchange_rates") if row["as_of"] != "2024-10-31"])
    with pytest.raises(UnknownFact, match="2024_10"):
        cost.rent_in_dollars(other, "rent_cn_h100_late2024")


def test_offers_are_rents_of_one_chip_in_dollars(facts):
    """A node's rent in yuan is that of eight chips in a month; any other is as printed."""
    assert cost.rent_in_dollars(facts, "tco_h200") == facts["tco_h200"]
    assert [offer.label for offer in facts.listing("rents_for_v3")][:2] == [
        "Chinese node, late 2024",
        "An H200 to its owner, outside estimate of 2025",
    ]
    offers = cost.rents_of(facts, "rents_offered")
    assert all(1 < rent.to("usd/gpu_hour").magnitude < 16 for rent in offers.values())
    assert str(offers["H800 at CR8DL, August 2024"]) == "$3.42 per GPU-hour"


@pytest.mark.parametrize("rate", [None, "3 usd/gpu_hour"])
def test_rebuilt_bills_are_those_published_at_the_published_rate(facts, rate):
    """At $2 each line gives its published dollars; at any other only the hours stay."""
    given = facts["v3_rate_assumed"] * (1.5 if rate else 1)
    rows = cost.rebuilt_bills(facts, v3_hours(facts), r1_hours(facts), given)
    assert [row[0] for row in rows if str(row[0]).endswith("all") or row[0] == "Both"] == ["V3 in all", "R1 in all", "Both"]
    for _, hours, bill, published in rows:
        assert bill.magnitude == pytest.approx(hours.magnitude * (3 if rate else 2))
        assert published == "not published" or rate or str(bill) == str(published)
    assert sum(row[1].magnitude for row in rows[:3]) == rows[3][1].magnitude == 2_788_000


def test_a_comparison_says_how_many_times(facts):
    line = cost.in_times("GPU-hours", facts["llama_hours"], facts["v3_hours_total"])
    assert line[:3] == ["GPU-hours", facts["llama_hours"], facts["v3_hours_total"]]
    assert str(line[3]) == "11"


def test_twenty_seven_times_is_a_price_ratio(facts):
    output = prices.price_ratio(facts["price_o1_output_usd_2024_12_30"], facts["price_deepseek_r1_output_usd_2025_01_20"])
    entry = prices.price_ratio(facts["price_o1_input_usd_2024_12_30"], facts["price_deepseek_r1_input_usd_2025_01_20"])
    assert (str(output), str(entry)) == ("27.4", "27.3")


@pytest.mark.parametrize(
    ("yuan", "claim", "rate"),
    [
        ("price_deepseek_v3_input_cached_cny_2025_02_08", "economics_p_v3_in", 71.4),
        ("price_deepseek_v3_output_cny_2025_02_08", "economics_p_v3_out", 71.4),
        ("price_deepseek_r1_input_cached_cny_2025_01_20", "economics_p_r1_in", 714.3),
        ("price_deepseek_r1_output_cny_2025_01_20", "economics_p_r1_out", 71.4),
    ],
)
def test_slipped_decimals(facts, yuan, claim, rate):
    assert facts.claim(f"{claim}_cny") == facts[yuan]
    assert prices.implied_exchange_rate(facts[yuan], facts.claim(claim)).magnitude == pytest.approx(rate, abs=0.05)


def test_a_slipped_decimal_makes_a_price_ten_times_too_low(facts):
    """At 7.2 yuan per dollar, ¥0.5 is 7 cents; the article prints 0.7 cents."""
    market = facts["fx_usd_cny_monthly_average_2025_02"]
    columns, lines = prices.compare_printed(facts.listing("prices_printed_twice"), market)
    assert {len(line) for line in lines} == {len(columns)}
    assert [str(line[-1]) for line in lines] == ["10", "9.8", "98", "9.8"]  # The first price has one digit
    for _, yuan, dollars, converted, implied, times in lines:
        assert converted.magnitude == pytest.approx(yuan.magnitude / market.magnitude)
        assert times.magnitude == pytest.approx(implied.magnitude / market.magnitude)
        assert implied.magnitude == pytest.approx(yuan.magnitude / dollars.magnitude)


def test_shares_of_gpt4(facts):
    both = facts["v3_usd_total"] + facts["r1_usd_total"]
    assert f"{facts['r1_usd_total'] / facts['gpt4_altman']:2 percent}" == "0.29%"
    assert f"{both / facts['gpt4_altman']:2 percent}" == "5.9%"
    assert f"{both / facts['gpt4_amort']:2 percent}" == "14%"
    assert [f"{share:2}" for share in cost.shares_of(facts["gpt4_altman"], facts["r1_usd_total"], both)] == ["0.29%", "5.9%"]


def test_four_year_ownership_is_purchase_plus_operation(facts):
    total = facts.assumption("sa_capex_table") + facts["sa_opex"]
    assert total == facts["sa_tco"]


def test_circulating_figures_cover_every_scope(facts):
    figures = cost.circulating_figures(facts)
    assert {figure.scope for figure in figures} == set(cost.SCOPES)
    by_id = {figure.figure_id: figure for figure in figures}
    assert str(by_id["v3_and_r1"].amount) == "$5.87M"
    experiments = by_id["experiments_lambert"]
    assert experiments.low < experiments.amount < experiments.high
    assert all(figure.amount.rows for figure in figures)
