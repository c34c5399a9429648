"""Sentences of the chapters that compare without printing all the numbers: each must keep holding when a row moves."""

import csv
import math
import statistics
from pathlib import Path

import pytest

from deepseek_audit.models import architecture, cost, market, market_day, quantization
from factbook.facts import Facts, load

FACTS = load()
DATA = Path(__file__).parents[3] / "data"


@pytest.fixture
def facts() -> Facts:
    return FACTS


def test_assumed_rent_lies_between_those_of_chinas_market(facts: Facts) -> None:
    late = cost.rent_in_dollars(facts, "rent_cn_h100_late2024")
    early = cost.rent_in_dollars(facts, "rent_cn_h100_early2024")
    hours = 8 * 365.25 * 24 / 12
    assert late.low is not None and late.high is not None and early.low is not None
    assert (late.low.magnitude, late.high.magnitude) == pytest.approx((60_000 / 7.0881 / hours, 75_000 / 7.0881 / hours), rel=1e-3)
    assert late.high.magnitude < facts["v3_rate_assumed"].magnitude < early.low.magnitude


def test_days_of_the_report_make_the_articles_days(facts: Facts) -> None:
    days = cost.days_as_stated(facts)
    assert days.magnitude == pytest.approx(3.7 * 14.8)
    assert str(days.shown("2")) == str(facts.claim("arthnova_days"))


def test_hours_at_metas_share_enclose_the_published_ones(facts: Facts) -> None:
    delivered = 989.4e12 * 0.41 * 3600
    assert 250.456e9 * 14.8e12 / delivered < 2.664e6 < 281.158e9 * 14.8e12 / delivered
    assert facts["llama_mfu_paper"].to("ratio").magnitude == pytest.approx(0.405, abs=0.01)


# Operations of training a token in units of 10^9, by hand: six per parameter at work, and six per layer, head, width and
# position of attention over all pairs; V3 has 61 layers of 128 heads 192 + 128 wide, Llama 126 layers of 128 heads 128 + 128
V3_WITHOUT, LLAMA_WITHOUT = 219.754, 2422.512
V3_PAIRS, LLAMA_PAIRS = 6 * 61 * 128 * (192 + 128) / 1e9, 6 * 126 * 128 * (128 + 128) / 1e9


def share_of_work(own: int, its: int, part: float, hours: float) -> float:
    work = (LLAMA_WITHOUT + LLAMA_PAIRS * own * part) / (V3_WITHOUT + V3_PAIRS * its * part)
    return 100 * math.log(work) / math.log(30.84e6 / hours)


BY_HAND = {
    (own, its, part, hours): share_of_work(own, its, part, hours)
    for own, its in ((4096, 4096), (8192, 4096), (8192, 8192))
    for part in (0, 0.5, 1)
    for hours in (2.788e6, 2.664e6)
}


def test_no_convention_falls_outside_what_is_said_of_work(facts: Facts) -> None:
    models = architecture.read_models(facts)
    v3, llama = models["deepseek_v3"], models["llama_3_1_405b"]
    short, long = facts["v3_pretraining_sequence"], facts["llama_3_1_405b_pretraining_sequence"]
    peak = quantization.peak_of_mix(v3.count, v3.work(short), facts["h800_fp8_peak"], facts["h800_bf16_peak"])
    run = architecture.Run(llama.work(short), facts["llama_tokens"], facts["llama_hours"], facts["h800_bf16_peak"])
    base = architecture.Run(v3.work(short), facts["v3_tokens"], facts["v3_hours_total"], peak)
    shares = architecture.work_shares_by_choice((llama, run), (v3, base), (short, long), facts["v3_hours_pretrain"])
    found = [share.to("percent").magnitude for share in shares]
    assert (min(found), max(found)) == pytest.approx((min(BY_HAND.values()), max(BY_HAND.values())), rel=1e-4)
    assert min(found) <= 93.51 and max(found) >= 99.85, "the lines of the table lie inside"


def test_half_of_nvidias_days_lie_nearer_to_the_line_than_said() -> None:
    moved = market_day.read_day(FACTS, FACTS["nvda_weight_sp_500_2025_01_24"], market.ESTIMATION_WINDOWS)
    study = moved.specifications()[0]
    rows = {name: {} for name in ("NVDA", "SPY")}
    with (DATA / "market_returns.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["ticker"] in rows:
                rows[row["ticker"]][row["date"]] = float(row["return_pct"])
    days = sorted(rows["SPY"])
    event = days.index("2025-01-27")
    chosen = days[event - 120 : event - 10]
    nvidia, fund = ([rows[name][day] for day in chosen] for name in ("NVDA", "SPY"))
    slope, intercept = statistics.linear_regression(fund, nvidia)
    distances = [abs(y - intercept - slope * x) for x, y in zip(fund, nvidia, strict=True)]
    assert study.middle_distance == pytest.approx(statistics.median(distances), rel=1e-6)
    assert study.middle_distance < study.model.variance**0.5


def test_small_models_of_autumn_2026_list_below_deepseeks(facts: Facts) -> None:
    for kind in ("input", "output"):
        deepseek = facts[f"price_deepseek_v4_1_flash_off_peak_{kind}_usd_2026_09_10"].magnitude
        luna, haiku = facts[f"price_gpt_6_luna_{kind}_usd_2026_09_22"], facts[f"price_claude_haiku_5_5_{kind}_usd_2026_10_07"]
        assert luna.magnitude == haiku.magnitude < deepseek
