"""Bills and hours, computed again by hand from the numbers of the CSV files, and what the chapter says of them.

The numbers are the cells as written, computed in plain Python: without quantities, units, models or listings.
"""

from __future__ import annotations

import pytest

from deepseek_audit.audit import references
from deepseek_audit.charts import cost_charts
from deepseek_audit.models import architecture, cost, quantization
from factbook.calculators.calculator import Calculator
from factbook.facts import Facts, UnknownFact, load


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.fixture(scope="module")
def numbers(facts: Facts) -> dict[str, float]:
    """Every number of the tables used here, by its id."""
    tables = ("training_runs", "cost_estimates", "cost_inputs", "architecture_facts", "exchange_rates", "chips")
    return {row["fact_id"]: float(row["value"]) for table in tables for row in facts.rows(table) if row["value"]}


@pytest.fixture
def attention(facts: Facts) -> object:
    """V3's operations with attention over those by 6ND."""
    model, sequence = architecture.read_models(facts)["deepseek_v3"], facts["v3_pretraining_sequence"]
    six_n = architecture.training_flops(facts["v3_activated_parameters"], facts["v3_tokens"])
    return ((model.work(sequence) * facts["v3_tokens"]).to("flop") / six_n).to("ratio")


# Operations and hours


def test_v3s_operations_by_hand(facts: Facts, numbers: dict[str, float]) -> None:
    """Six per weight at work without the input embedding, and attention's two products for half the pairs of tokens."""
    shape = {row["metric"]: float(row["value"]) for row in facts.rows("model_configs") if row["subject"] == "deepseek_v3" and row["value"]}
    layers, heads, hidden = shape["layers"], shape["attention_heads"], shape["hidden_size"]
    key, value = shape["qk_nope_head_dim"] + shape["qk_rope_head_dim"], shape["v_head_dim"]
    attention = 3 * 2 * layers * heads * (key + value) * numbers["v3_pretraining_sequence"] / 2
    with_both_embeddings = architecture.parameter_count(architecture.read_models(facts)["deepseek_v3"].config).activated(embedding=True)
    weights = with_both_embeddings.magnitude - shape["vocab_size"] * hidden
    model = architecture.read_models(facts)["deepseek_v3"]
    assert model.work(facts["v3_pretraining_sequence"]).to("flop/token").magnitude == pytest.approx(6 * weights + attention)


def test_the_published_hours_lie_between_those_at_metas_share(facts: Facts, numbers: dict[str, float]) -> None:
    """About 2.5 million hours if Meta counts attention as DeepSeek does, 2.8 million if it counts all pairs."""
    v3, sequence = architecture.read_models(facts)["deepseek_v3"], facts["v3_pretraining_sequence"]
    by_convention = []
    for causal in (True, False):
        flops = (v3.work(sequence, causal=causal) * facts["v3_tokens"]).to("flop")
        hours = architecture.implied_gpu_hours(flops, facts["h800_bf16_peak"], facts["llama_mfu_paper"])
        by_hand = flops.magnitude / (numbers["h800_bf16_peak"] * 1e12 * numbers["llama_mfu_paper"] / 100 * 3600)
        assert hours.magnitude == pytest.approx(by_hand)
        by_convention.append(hours.magnitude)
    causal, full = by_convention
    assert causal == pytest.approx(2.54e6, rel=0.005) and full == pytest.approx(2.85e6, rel=0.005)
    assert causal < numbers["v3_hours_pretrain"] < full


def test_the_share_of_each_peak(facts: Facts, numbers: dict[str, float]) -> None:
    """250 billion operations per token on 14.8 trillion tokens in 2.664 million hours: 39% of 989.4, half of that of 1,978.9."""
    delivered = numbers["v3_training_flop_per_token"] * 1e9 * numbers["v3_tokens"] / (numbers["v3_hours_pretrain"] * 3600) / 1e12
    flops = (facts["v3_training_flop_per_token"] * facts["v3_tokens"]).to("flop")
    for peak, share in (("h800_bf16_peak", 39.0), ("h800_fp8_peak", 19.5)):
        used = architecture.model_flops_utilization(flops, facts["v3_hours_pretrain"], facts[peak])
        assert used.magnitude == pytest.approx(100 * delivered / numbers[peak]) == pytest.approx(share, abs=0.1)


def test_the_share_of_a_blended_peak(facts: Facts, numbers: dict[str, float]) -> None:
    """Time adds up: a share of the work at the FP8 peak and the rest at the BF16 peak."""
    model, sequence = architecture.read_models(facts)["deepseek_v3"], facts["v3_pretraining_sequence"]
    in_fp8 = quantization.share_in_fp8(model.count, model.work(sequence))
    peaks = {"FP8": facts["h800_fp8_peak"], "BF16": facts["h800_bf16_peak"]}
    blend = architecture.blended_peak({"FP8": in_fp8, "BF16": 1 - in_fp8}, peaks)
    share = in_fp8.magnitude
    assert 0.8 < share < 0.9
    by_hand = 1 / (share / numbers["h800_fp8_peak"] + (1 - share) / numbers["h800_bf16_peak"])
    assert blend.magnitude == pytest.approx(by_hand)


def test_two_later_rivals_took_fewer_hours(numbers: dict[str, float]) -> None:
    """What the short answer says of Llama 4 Maverick and gpt-oss-120b, and the chapter of Scout."""
    assert max(numbers["llama4_maverick_hours"], numbers["gpt_oss_120b_hours"]) < numbers["v3_hours_total"] < numbers["llama4_scout_hours"]


# R1 with its base


def test_r1_starts_from_the_base_without_v3s_post_training(facts: Facts, numbers: dict[str, float]) -> None:
    r1 = facts["r1zero_hours"] + facts["r1_sft_hours"] + facts["r1_hours"]
    bill = cost.r1_from_its_base(facts, r1, facts["v3_rate_assumed"])
    by_hand = numbers["v3_usd_pretrain"] + numbers["v3_usd_context"] + numbers["r1_usd_total"]
    assert bill.magnitude == by_hand == 5_860_000
    assert bill.magnitude == numbers["v3_usd_total"] - numbers["v3_usd_posttrain"] + numbers["r1_usd_total"]
    assert references.value_of(facts, "r1_with_its_base_share_of_gpt4_floor()") == (bill / facts["gpt4_altman"]).to("percent")


def test_shares_of_rivals_by_hand(facts: Facts, numbers: dict[str, float]) -> None:
    """5.86 million over each rival's cost: 3% of Gemini Ultra at cloud prices, 20% of its amortized cost."""
    whole = facts["v3_usd_pretrain"] + facts["v3_usd_context"] + facts["r1_usd_total"]
    rows = cost.shares_of_rivals(facts, facts["r1_usd_total"], whole)
    by_hand = [100 * 5_860_000 / numbers[rival.id("value")] for rival in facts.listing("rivals_of_r1")]
    assert [row[3].magnitude for row in rows] == pytest.approx(by_hand)  # type: ignore[union-attr]
    assert list(map(str, cost.ends_of_shares(facts, whole))) == ["3%", "20%"]
    assert (min(by_hand), max(by_hand)) == pytest.approx((3.06, 19.65), abs=0.01)


def test_the_calculator_has_the_bills_of_the_chapter(facts: Facts, numbers: dict[str, float], attention: object) -> None:
    rebuilt = cost.rebuilt_runs(facts, facts["v3_rate_assumed"], attention)  # type: ignore[arg-type]
    found = Calculator("bill", "Bills", *cost.calculator_parts(facts, rebuilt))
    assert {name: one.text for name, one in found.evaluate().items()} == {"v3": "$5.58M", "step": "$294K", "whole": "$5.86M", "v4": "$16M"}
    assert found.evaluate(rate=3)["v3"].value == 3 * numbers["v3_hours_total"]


# V4


def test_v4_by_hand(facts: Facts, numbers: dict[str, float], attention: object) -> None:
    """Hours go with parameters at work times tokens; Scout's pace is its own hours over its own product."""
    pro, flash = cost.rebuilt_runs(facts, facts["v3_rate_assumed"], attention)  # type: ignore[arg-type]
    for run, name in ((pro, "v4_pro"), (flash, "v4_flash")):
        product = numbers[f"{name}_activated_parameters"] * numbers[f"{name}_tokens"]
        at_v3s = numbers["v3_hours_pretrain"] * product / (numbers["v3_activated_parameters"] * numbers["v3_tokens"])
        at_scouts = numbers["llama4_scout_hours"] * product / (numbers["llama4_activated_parameters"] * numbers["llama4_scout_tokens"])
        without_attention = at_v3s / float(attention)  # type: ignore[arg-type]
        assert run.hours.low is not None and run.hours.high is not None and run.bill.low is not None and run.bill.high is not None
        hours = [run.hours.low.magnitude, run.hours.magnitude, run.hours.high.magnitude]
        assert hours == pytest.approx([without_attention, at_v3s, at_scouts])
        assert [run.bill.low.magnitude, run.bill.magnitude, run.bill.high.magnitude] == pytest.approx([2 * each for each in hours])
    assert pro.hours.magnitude == pytest.approx(7.87e6, rel=0.002) and str(pro.bill) == "$16M"
    assert [str(cell) for cell in cost.rows_of_rebuilt([pro, flash])[0]] == ["V4-Pro: bill", "$14M", "$16M", "$24M"]


def test_the_low_end_is_v3s_speed_with_attention(facts: Facts, numbers: dict[str, float], attention: object) -> None:
    """6ND of V4-Pro at the 387 TFLOP/s that V3's chips delivered with attention counted."""
    pro, _ = cost.rebuilt_runs(facts, facts["v3_rate_assumed"], attention)  # type: ignore[arg-type]
    speed = architecture.read_models(facts)["deepseek_v3"].work(facts["v3_pretraining_sequence"]).to("flop/token").magnitude
    speed *= numbers["v3_tokens"] / (numbers["v3_hours_pretrain"] * 3600)
    assert speed == pytest.approx(387e12, rel=0.005)
    by_hand = 6 * numbers["v4_pro_activated_parameters"] * numbers["v4_pro_tokens"] / speed / 3600
    assert pro.hours.low is not None and pro.hours.low.magnitude == pytest.approx(by_hand)


def test_a_run_with_hours_is_not_rebuilt_and_every_run_is_drawn(facts: Facts, attention: object) -> None:
    rebuilt = cost.rebuilt_runs(facts, facts["v3_rate_assumed"], attention)  # type: ignore[arg-type]
    listed = facts.listing(cost.RUNS)
    assert [run.name for run in rebuilt] == [run.label for run in listed if not run.has("hours")]
    drawing = cost_charts.runs(listed, rebuilt, finding="Finding", measure="Measure", alt="What is seen.").to_dict()
    rows = max((part["data"]["values"] for part in [drawing, *drawing["layer"]] if "data" in part), key=len)
    drawn = {row["label"]: row for row in rows if "label" in row}
    assert set(drawn) == {run.label for run in listed}
    published = [row["amount"] for row in drawn.values() if row["kind"] == "reported"]
    assert published == sorted(published, reverse=True) and len(published) == sum(run.has("hours") for run in listed)
    assert {label for label, row in drawn.items() if row["low"] < row["high"]} == {run.name for run in rebuilt}


@pytest.mark.parametrize(
    "fact_id", ["v4_cost_circulating_april", "v4_cost_circulating_may", "v4_hours_circulating", "v4_tokens_circulating"]
)
def test_what_circulates_without_a_source_is_a_text(facts: Facts, fact_id: str) -> None:
    """So that no model can take it in."""
    with pytest.raises(UnknownFact, match="text"):
        facts[fact_id]


# Money of others


def test_a_years_amount_is_converted_at_the_average_of_its_year(facts: Facts, numbers: dict[str, float]) -> None:
    dollars = cost.amount_in_dollars(facts, "zhipu_compute_2024")
    assert dollars.magnitude == pytest.approx(numbers["zhipu_compute_2024"] / numbers["fx_usd_cny_annual_average_2024"])
    assert str(dollars) == "$216M"


def test_an_amount_in_dollars_stays_and_a_month_takes_its_own_rate(facts: Facts) -> None:
    assert cost.amount_in_dollars(facts, "minimax_rd_2024") == facts["minimax_rd_2024"]
    assert cost.exchange_rate_of(facts, "rent_cn_h100_late2024") == facts["fx_usd_cny_monthly_average_2024_10"]


def test_a_year_without_an_exchange_rate_is_refused(facts: Facts) -> None:
    other = facts.with_rows("exchange_rates", [row for row in facts.rows("exchange_rates") if row["as_of"] != "2024-12-31"])
    with pytest.raises(UnknownFact, match="annual_average_2024"):
        cost.amount_in_dollars(other, "zhipu_rd_2024")


def test_each_bill_of_the_table_by_scope_has_period_basis_and_evidence(facts: Facts) -> None:
    rows, listed = cost.rows_by_scope(facts), facts.listing("bill_by_scope")
    assert len(rows) == len(listed)
    for (label, amount, scope, known), line in zip(rows, listed, strict=True):
        assert str(label)[-4:].isdigit(), f"{label} does not end with its year"
        assert str(scope).startswith(f"{line.group}: ") and known and amount.unit == facts["v3_usd_total"].unit  # type: ignore[union-attr]
        assert facts.row(line.id("value"))["as_of"][:4] in (str(label)[-4:], "2025"), label


def test_cloud_over_amortized_in_one_price_year(facts: Facts, numbers: dict[str, float]) -> None:
    low, high = cost.cloud_over_amortized(facts)
    assert low.magnitude == pytest.approx(numbers["gpt4_cloud_epoch"] / numbers["gpt4_amort_updated"])
    assert high.magnitude == pytest.approx(numbers["gpt4_cloud_epoch"] / numbers["gpt4_amort_2024"])
    llama = [169_828_008.28 / amortized for amortized in (73_415_549.41, 51_040_524.06)]
    assert [each.magnitude for each in cost.cloud_over_amortized(facts, "llama")] == pytest.approx(llama)
    assert {facts.row(row)["price_year"] for row in low.rows | high.rows} == {"usd_2024_12"}


def test_lamberts_multiples_are_not_rounded_to_one_digit(facts: Facts, numbers: dict[str, float]) -> None:
    """Two to four times the run: $11.2 to 22.3 million, not $10 to 20 million."""
    figure = next(figure for figure in cost.circulating_figures(facts) if figure.figure_id == "experiments_lambert")
    assert [each.magnitude for each in (figure.low, figure.amount, figure.high)] == [k * numbers["v3_usd_total"] for k in (2, 3, 4)]
    assert [str(each) for each in (figure.low, figure.amount, figure.high)] == ["$11.2M", "$16.7M", "$22.3M"]


def test_no_reference_rests_on_computing_that_its_source_withdrew(facts: Facts) -> None:
    withdrawn = {row["fact_id"] for row in facts.rows("cost_estimates") if "withdrawn" in row["note"]}
    assert withdrawn == {"opus3_amort", "gpt4o_amort"}
    assert not withdrawn & references.median_western_run(facts).rows
