"""Bills, margins and rates of decline: rebuilt from the published figures, by hand, and on bad input."""

import math
from datetime import date

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from deepseek_audit.models import prices
from deepseek_audit.models.benchmarks import AHEAD, BEHIND, OPEN
from factbook.facts import Facts, Selection, load
from factbook.quantity import of

AMOUNTS = st.floats(1e-3, 1e6)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.fixture(scope="module")
def runs(facts) -> dict[str, prices.Run]:
    return prices.aider_runs(facts)


# Bills


def test_twenty_seven_times_in_bills(runs):
    """Aider's leaderboard: R1 $5.42 for 128 of 225, o1 $186.50 for 139 of 224."""
    r1, o1 = runs["deepseek_r1"], runs["o1_1217_high"]
    assert (r1.tasks.magnitude, o1.tasks.magnitude) == (225, 224)
    assert (o1.bill / r1.bill).magnitude == pytest.approx(186.4958 / 5.4193)
    assert r1.per_task.to("usd/item").magnitude == pytest.approx(5.4193 / 225)


def test_solved_tasks_give_the_printed_rate(facts, runs):
    """The leaderboard rounds to a tenth and divides by 225, or by the tasks run."""
    for run in runs.values():
        row = next(
            row
            for row in facts.rows("benchmark_scores")
            if row["subject"] == run.subject and row["metric"] == "pass_rate_2" and row["as_of"] == run.day
        )
        printed = float(row["value"])
        rates = [100 * run.solved.magnitude / tasks for tasks in (225, run.tasks.magnitude)]
        # One run (o1) was cut off, not rounded
        assert any(abs(rate - printed) <= 0.1 for rate in rates) or row["note"], run.subject


def test_rival_after_eleven_days(facts, runs):
    days = prices.days_between(facts, "price_deepseek_r1_output_usd_2025_01_20", "price_o3_mini_output_usd_2025_01_31")
    assert days.magnitude == (date(2025, 1, 31) - date(2025, 1, 20)).days == 11
    assert (runs["o3_mini_high"].bill / runs["deepseek_r1"].bill).magnitude == pytest.approx(18.1584 / 5.4193)


def test_medium_effort_of_o3_mini_is_within_the_error_of_r1(runs):
    """121 and 128 of 225 tasks: the pooled z by hand; its bill is less than twice R1's, so the rule of choice matters."""
    medium, r1 = runs["o3_mini_medium"], runs["deepseek_r1"]
    assert (medium.solved.magnitude, r1.solved.magnitude, medium.tasks.magnitude, r1.tasks.magnitude) == (121, 128, 225, 225)
    pooled = (121 + 128) / 450
    assert abs(128 - 121) / 225 / math.sqrt(pooled * (1 - pooled) * 2 / 225) < 1.96
    assert 1 < (medium.bill / r1.bill).magnitude < 2


def test_date_known_to_the_month_has_no_distance(facts):
    with pytest.raises(ValueError, match="dated to the month only"):
        prices.days_between(facts, "price_gpt_3_average_usd_2021_11", "price_o1_output_usd_2024_12_30")


def dominated(run, others):
    return any(
        (other.bill.magnitude <= run.bill.magnitude and other.share.magnitude > run.share.magnitude)
        or (other.bill.magnitude < run.bill.magnitude and other.share.magnitude >= run.share.magnitude)
        for other in others
    )


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 20)), min_size=1, max_size=15))
def test_frontier_is_what_no_run_beats(points):
    made = [
        prices.Run(
            str(place), of(bill, "usd", "b", exact=True), of(solved, "item", "s", exact=True), of(20, "item", "t", exact=True), "2025-01-01"
        )
        for place, (bill, solved) in enumerate(points)
    ]
    best = prices.frontier(made)
    expected = {(run.bill.magnitude, run.solved.magnitude) for run in made if not dominated(run, made)}
    assert {(run.bill.magnitude, run.solved.magnitude) for run in best} == expected
    assert [run.bill.magnitude for run in best] == sorted(run.bill.magnitude for run in best)


def test_frontier_of_january_2025(runs):
    best = [run.subject for run in prices.frontier(run for run in runs.values() if run.day <= "2025-01-31")]
    assert "deepseek_r1" in best
    assert "o1_1217_high" not in best


def test_cheapest_run_at_the_level_of_r1(runs):
    found = prices.cheapest_with(runs.values(), runs["deepseek_r1"].share, "2025-12-31")
    able = [run for run in runs.values() if run.solved.magnitude / run.tasks.magnitude >= 128 / 225]
    assert found.bill.magnitude == min(run.bill.magnitude for run in able) == 0.8756
    with pytest.raises(ValueError, match="no run up to 2024-01-01"):
        prices.cheapest_with(runs.values(), runs["deepseek_r1"].share, "2024-01-01")


def test_makers_of_models(runs):
    expected = {"deepseek_r1": "DeepSeek", "o1_1217_high": "OpenAI", "gpt_5_low": "OpenAI", "kimi_k2": "Others"}
    # Open weights are not what OpenAI sells; a run of R1 with Claude is not DeepSeek's
    expected |= {"gpt_oss_120b_high": "Others", "deepseek_r1_with_claude_3_5_sonnet_1022": "Others"}
    assert {subject: runs[subject].maker for subject in expected} == expected


def test_tokens_and_seconds_of_runs(facts, runs):
    """V3.2-Exp wrote more than twice the tokens of GPT-5; R1 took three times as long as V3."""
    assert runs["deepseek_r1"].output_tokens is None
    for subject, run in runs.items():
        for measured in (run.output_tokens, run.seconds):
            assert measured is None or {facts.row(row)["subject"] for row in measured.rows} == {subject}
    assert (runs["deepseek_v3_2_exp_reasoner"].output_tokens / runs["gpt_5_low"].output_tokens).magnitude > 2
    assert 3 < (runs["deepseek_r1"].seconds / runs["deepseek_v3"].seconds).magnitude < 4


def test_costs_are_compared_with_the_cheapest_rival_that_solves_as_much(facts, runs):
    """Five moments of ``listings.csv``: day, rival and ratio of bills, from the leaderboard."""
    found, lines = prices.compare_at_moments(facts, runs)
    rivals = [run for run in runs.values() if run.maker == "OpenAI"]
    for moment, each in zip(facts.listing("price_comparison_moments"), found, strict=True):
        own, until = (runs[facts.row(moment.id(role))["subject"]] for role in ("own", "until"))
        able = [run for run in rivals if run.day <= until.day and run.solved.magnitude / run.tasks.magnitude >= own.share.magnitude / 100]
        assert each.bill.magnitude == pytest.approx(min(run.bill.magnitude for run in able) / own.bill.magnitude)
    assert [str(line[2]) for line in lines] == [str(each.bill) for each in found]
    assert [(each.pair, each.day, str(each.list_price), str(each.bill)) for each in found] == [
        ("o1 and R1", "2025-01-20", "27", "34"),
        ("o3-mini and R1", "2025-01-31", "2.0", "3.4"),
        ("o3 and R1-0528", "2025-06-25", "3.7", "2.9"),
        ("GPT-5 and R1-0528", "2025-08-25", "4.6", "2.2"),
        ("GPT-5 and V3.2-Exp", "2025-10-03", "24", "8.0"),
    ]


def test_every_bill_has_the_price_of_its_model(facts):
    for item in facts.listing("price_and_bill"):
        bill, price = (facts.row(item.id(role)) for role in ("bill", "price"))
        assert (bill["metric"], price["metric"], price["unit"]) == ("run_cost", "output", "usd/Mtoken"), item.label
        assert price["as_of"] <= bill["as_of"] or item.label == "o1", item.label


def test_labels_of_charts_name_rows(facts, runs):
    """A label of a row that no chart draws would be lost without a word."""
    labels = facts.rows("chart_labels")
    for chart, drawn in (("bills", runs), ("bills_2026", prices.openhands_runs(facts))):
        assert {label["row_id"] for label in labels if label["chart"] == chart} <= {run.bill_id for run in drawn.values()}
    lines = [label for label in labels if label["chart"] == "price_lines"]
    assert {facts.row(label["row_id"])["metric"] for label in lines} == {"output"}
    for line in {label["line"] for label in lines}:
        days = [facts.row(label["row_id"])["as_of"] for label in lines if label["line"] == line]
        assert days == sorted(days), line


# How sure the cheapest is


def z_by_hand(solved: int, tasks: int, other: int, others: int) -> float:
    pooled = (solved + other) / (tasks + others)
    return (solved / tasks - other / others) / math.sqrt(pooled * (1 - pooled) * (1 / tasks + 1 / others))


def test_verdict_on_two_runs_by_hand(runs):
    """o3-mini, 121 and 136 of 225, against R1’s 128 of 225; V3.2-Exp chat, 158 of 225."""
    r1 = runs["deepseek_r1"]
    for subject, expected in (("o3_mini_medium", OPEN), ("o3_mini_high", OPEN), ("deepseek_v3_2_exp_chat", AHEAD), ("gpt_4o_1120", BEHIND)):
        run = runs[subject]
        z = z_by_hand(*(round(n.magnitude) for n in (run.solved, run.tasks, r1.solved, r1.tasks)))
        assert prices.verdict(run, r1) == expected
        assert (abs(z) < 1.959964) == (expected == OPEN)
        assert (z > 1.959964) == (expected == AHEAD)


def test_cheapest_after_eleven_days_by_three_readings(runs):
    """By the end of January 2025 OpenAI's o3-mini: $8.86 at medium effort, not told apart; $18.16 at high; nothing surely better."""
    rivals = [run for run in runs.values() if run.maker == "OpenAI"]
    found = prices.best_buys(rivals, runs["deepseek_r1"], "2025-01-31")
    assert (found.not_worse.subject, found.as_many.subject, found.better) == ("o3_mini_medium", "o3_mini_high", None)
    cells = [str(cell) for cell in found.cells("Moment", runs["deepseek_r1"])]
    assert cells == ["Moment", f"{8.8556 / 5.4193:.1f}", f"{18.1584 / 5.4193:.1f}", "none"]


def test_fall_of_r1s_bill_does_not_hang_on_the_rule(runs):
    """The later run that was picked is not only cheaper but told apart from R1."""
    r1 = runs["deepseek_r1"]
    later = [run for run in runs.values() if run.day > r1.day]
    found = prices.best_buys(later, r1, "2025-12-31")
    assert found.better is found.as_many
    assert found.as_many.bill.magnitude == 0.8756


@given(*[st.floats(0.001, 1000)] * 3, *[st.floats(0.01, 10)] * 3)
def test_any_mix_of_tokens_lies_within_the_bounds(reads, hits, writes, first, second, third):
    """V4 Pro's prices before 16 August 2026, each times a factor."""
    before, factors, tokens = (0.435, 0.003625, 0.87), (first, second, third), (reads, hits, writes)
    old = sum(price * number for price, number in zip(before, tokens, strict=True))
    new = sum(price * factor * number for price, factor, number in zip(before, factors, tokens, strict=True))
    kinds = ("input", "input_cached", "output")
    listed = [
        Selection({kind: of(value, "usd/Mtoken", kind, exact=True) for kind, value in zip(kinds, values, strict=True)})
        for values in (before, [price * factor for price, factor in zip(before, factors, strict=True)])
    ]
    low, high = prices.repriced(of(old, "usd", "bill", exact=True), *listed)
    assert low.magnitude * (1 - 1e-9) <= new <= high.magnitude * (1 + 1e-9)


def test_repricing_needs_the_same_kinds():
    price = of(1, "usd/Mtoken", "p", exact=True)
    with pytest.raises(ValueError, match="cannot be compared"):
        prices.repriced(of(1, "usd", "a", exact=True), Selection({"input": price, "output": price}), Selection({"input": price}))


def test_rise_of_august_2026_by_hand(facts):
    """Off-peak 0.66/0.435, 0.022/0.003625 and 1.98/0.87; V4 Pro's bill for 500 tasks at $0.0395 was $19.75."""
    own = prices.openhands_runs(facts)["deepseek_v4_pro"]
    assert (own.bill.magnitude, own.solved.magnitude) == (pytest.approx(500 * 0.0395), pytest.approx(366))
    was, off, peak = (
        prices.list_prices(facts, f"price_deepseek_v4_pro_{price}")
        for price in ("output_usd_2026_05_31", "0813_off_peak_output_usd_2026_08_16", "0813_peak_output_usd_2026_08_16")
    )
    factors = [0.66 / 0.435, 0.022 / 0.003625, 1.98 / 0.87]
    low, high = prices.repriced(own.bill, was, off)
    assert [low.magnitude, high.magnitude] == [pytest.approx(19.75 * min(factors)), pytest.approx(19.75 * max(factors))]
    assert prices.repriced(own.bill, was, peak)[1].magnitude == pytest.approx(2 * high.magnitude)
    # What the page says of MiniMax M3: its bill lies between the ends, so the order is open
    assert low.magnitude < prices.openhands_runs(facts)["minimax_m3"].bill.magnitude < high.magnitude


def test_caisis_average_is_a_geometric_mean(facts):
    """Table 5.3 of CAISI's report, typed from it; the published 35%; and the cut of 29 September, the day before."""
    printed = [0.76, 1.66, 1.59, 2.63, 1.42, 1.92, 1.34, 1.56, 0.71, 1.88, 1.95, 1.79, 1.94]
    ratios = facts.by("benchmark", "benchmark_scores", metric="cost_ratio_to_gpt_5_mini")
    assert sorted(float(ratio) for ratio in ratios.values()) == sorted(printed)
    mean = prices.geometric_mean(list(ratios.values()), "ratios")
    assert mean.magnitude == pytest.approx(float(np.prod(printed)) ** (1 / 13))
    assert round(100 * (1 - 1 / mean.magnitude)) == 35
    assert sum(ratio > 1 for ratio in printed) == 11
    low, high = prices.repriced_from(
        facts, mean, "price_deepseek_v3_1_output_usd_2025_09_05", "price_deepseek_v3_2_exp_output_usd_2025_09_29"
    )
    assert (low.magnitude, high.magnitude) == (pytest.approx(mean.magnitude * 0.25), pytest.approx(mean.magnitude * 0.5))
    reported = date.fromisoformat(facts.row("bench_v3_1_caisi_cost_ratio_cybench")["as_of"])
    assert (reported - date.fromisoformat(facts.row("price_deepseek_v3_2_exp_output_usd_2025_09_29")["as_of"])).days == 1


@pytest.mark.parametrize("values", [[], [1, 0], [2, -1]])
def test_geometric_mean_of_nothing_or_of_losses_is_refused(values):
    with pytest.raises(ValueError, match="needs positive values"):
        prices.geometric_mean([of(value, "ratio", "r", exact=True) for value in values], "made")


def test_v3_2_against_gpt_5_mini(facts):
    """SWE-bench's bash-only board: $14.04 for 300 of 500, $17.74 for 299, $140.19 for 325."""
    found = prices.bash_runs(facts)
    own, mini, five = (found[name] for name in ("deepseek_v3_2_reasoner", "gpt_5_mini_medium", "gpt_5_medium"))
    assert [(run.bill.magnitude, run.solved.magnitude) for run in (own, mini, five)] == [(14.04, 300), (17.74, 299), (140.19, 325)]
    best = prices.best_buys([run for run in found.values() if run.maker == "OpenAI"], own, "2025-12-31")
    assert (best.not_worse, best.as_many) == (mini, five)
    assert abs(z_by_hand(299, 500, 300, 500)) < 0.1
    assert [str(cell) for cell in best.cells("", own)][1:3] == ["1.3", "10"]


# Prices


@pytest.mark.parametrize(
    ("own", "rival", "percent"),
    [
        ("price_deepseek_v3_output_usd_2025_02_08", "price_gpt_4o_output_usd_2024_10_16", 100 * (1 - 1.1 / 10)),
        ("price_deepseek_r1_output_usd_2025_01_20", "price_o1_output_usd_2024_12_30", 100 * (1 - 2.19 / 60)),
        ("price_deepseek_r1_input_usd_2025_01_20", "price_o3_mini_input_usd_2025_01_31", 50.0),
    ],
)
def test_up_to_ninety_percent_lower(facts, own, rival, percent):
    assert prices.percent_lower(facts[own], facts[rival]).magnitude == pytest.approx(percent)


def test_list_prices_are_of_one_model_on_one_day(facts):
    found = prices.list_prices(facts, "price_deepseek_r1_output_usd_2025_01_20")
    assert {kind: price.magnitude for kind, price in found.items()} == {"input": 0.55, "input_cached": 0.14, "output": 2.19}


def test_percents_lower_by_kind_of_token(facts):
    """R1 0.55, 0.14 and 2.19 dollars; o1-mini 3 and 12, its cached price is not known."""
    found = prices.percents_lower(facts, "price_deepseek_r1_output_usd_2025_01_20", "price_o1_mini_output_usd_2024_10_25")
    assert [str(cell) for cell in found] == ["82%", "none", "82%"]


def test_cost_of_answers_by_hand():
    """A thousand answers: 2M tokens read, of which 1M cached, and 2.5M written, at R1's prices."""
    assert prices.cost_of_answers(2000, 2500, 0.5, 0.55, 0.14, 2.19) == pytest.approx(0.55 + 0.14 + 2.5 * 2.19)


def test_cost_of_answers_for_arrays_and_symbols():
    written = np.array([100.0, 200.0])
    costs = prices.cost_of_answers(1000, written, 0, 1, 0.1, 10)
    assert costs == pytest.approx([2.0, 3.0])
    tokens = sympy.Symbol("tokens")
    assert sympy.simplify(prices.cost_of_answers(0, tokens, 0, 1, 1, 10) - tokens / 100) == 0


@given(*[st.floats(0, 1e5)] * 2, st.floats(0, 1), *[st.floats(0.01, 100)] * 3)
def test_a_fuller_cache_never_costs_more(read, written, cached, entry, saving, output):
    assume(saving <= entry)
    without = prices.cost_of_answers(read, written, 0, entry, saving, output)
    assert prices.cost_of_answers(read, written, cached, entry, saving, output) <= without * (1 + 1e-12)


def test_thinking_is_billed_as_output():
    arguments = {"read": 1000, "written": 500, "cached": 0, "m_input": 1, "m_input_cached": 1, "m_output": 10}
    plain = prices.answer_cost("m", thinks=False)(**arguments)
    thinking = prices.answer_cost("m", thinks=True)(**arguments, thinking=4)
    assert (plain, thinking) == (pytest.approx(6), pytest.approx(21))


# Serving


def test_serving_day_rebuilds(facts):
    """DeepSeek's day: 342B cached, 266B other input and 168B output tokens; $562,027 and $87,072; 545%."""
    tokens = [facts[f"service_{kind}_tokens_per_day"] for kind in ("cache_hit", "input", "output")]
    listed = [facts[f"price_deepseek_r1_{kind}_usd_2025_01_20"] for kind in ("input_cached", "input", "output")]
    revenue = prices.serving_revenue(*tokens, *listed)
    assert revenue.magnitude == pytest.approx(342e3 * 0.14 + (608e3 - 342e3) * 0.55 + 168e3 * 2.19)
    assert prices.revenue_of_published_day(facts, "price_deepseek_r1_output_usd_2025_01_20").magnitude == revenue.magnitude
    # The tokens are published to three digits
    assert revenue.magnitude == pytest.approx(562_027, rel=0.003)
    margin = prices.margin_over_cost(facts["service_theoretical_revenue_per_day"], facts["service_cost_per_day"])
    assert round(margin.magnitude) == 545


@given(AMOUNTS, AMOUNTS)
def test_margins_over_cost_and_over_revenue_agree(revenue, cost):
    income, spent = of(revenue, "usd", "a"), of(cost, "usd", "b")
    over_cost = prices.margin_over_cost(income, spent).magnitude / 100
    over_revenue = prices.percent_lower(spent, income).magnitude / 100
    assert over_revenue * (1 + over_cost) == pytest.approx(over_cost, rel=1e-6, abs=1e-9)


# Decline


def test_decline_in_two_ways():
    """From 8 to 2 dollars: four times less, by 75%. No yearly rate is made of it."""
    fall = prices.Decline(of(8, "usd", "a", exact=True), of(2, "usd", "b", exact=True), of(8, "month", "c", exact=True))
    assert (str(fall.times), str(fall.percent)) == ("4", "75%")
    assert not [name for name in dir(prices) + dir(fall) if "yearly" in name]


def test_forecasts_against_what_happened(facts, runs):
    """The headline scores, from the printed numbers: bills of Aider, hours of two model cards, two prices."""
    level = prices.cheapest_with(runs.values(), runs["deepseek_r1"].share, "2025-12-31")
    bill = prices.Decline(runs["deepseek_r1"].bill, level.bill, of(256, "day", "d", exact=True))
    assert (date(2025, 10, 3) - date(2025, 1, 20)).days == 256 < 365
    assert bill.percent.magnitude == pytest.approx(100 * (1 - 0.8756 / 5.4193))
    # The forecast is of a year: less than a year neither meets nor misses it
    assert bill.percent.magnitude < facts.claim("economics_decl_inf").magnitude
    hours = (2_788_000 + 147_000) / 2.1e6
    own = (facts["v3_hours_total"] + facts["r1_hours_total"]) / facts["gpt_oss_120b_hours"]
    assert float(own) == pytest.approx(hours)
    assert hours < facts.claim("arthnova_next5x").magnitude < 5.4193 / 0.8756
    small = prices.price_ratio(facts["price_gpt_3_average_usd_2021_11"], facts["price_llama_3_2_3b_average_usd_2024_11"])
    assert small.magnitude == pytest.approx(1000)


def test_kinds_of_work_are_told_in_tokens(facts):
    """An exam question's thinking is the 12,000 tokens of R1 on AIME 2025; a chat's cache is 342 of 608 billion tokens a day."""
    chat, (first, agent, exam) = prices.chat(facts), prices.work_presets(facts)
    assert float(chat["cached"]) == pytest.approx(342 / 608)
    assert not first.settings and all("assumption" in facts.row(f"work_chat_{name}")["note"].lower() for name in ("read", "written"))
    assert float(exam.settings["thinking"]) * exam.settings["written"].magnitude == pytest.approx(12_000)
    assert agent.settings["read"] > chat["read"] and float(agent.settings["cached"]) > float(chat["cached"])
