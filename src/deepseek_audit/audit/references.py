"""What claims are compared with, where it is not a single row: named functions of facts.

A row of ``data/judgements.csv`` names a fact id (``v3_usd_total``) or one of these functions (``both_bills()``).
Each calls the same models as the chapters, so that a claim's page and its chapter agree.
"""

from __future__ import annotations

from collections.abc import Callable

from deepseek_audit.models import architecture, cost, market, prices, programme, quantization, reinforcement
from factbook.facts import Facts, UnknownFact, unknown
from factbook.quantity import Quantity, computed, constant, count

Value = Quantity | str
Reference = Callable[[Facts], Value]
REFERENCES: dict[str, Reference] = {}

ONE_YEAR = constant(1, "year", "1 year")
GPUS_PER_SERVER = constant(cost.GPUS_PER_NODE.magnitude, "ratio", "8 GPUs per server")
BF16_BITS = constant(16, "bit", "16 bits")
FP32_BITS = constant(32, "bit", "32 bits")
MAIN_EXPORT_RULES = ("rule_2022_citation", "rule_2023_citation", "rule_2024_12_citation")
# Epoch AI's amortized estimates that share one price year (end of 2024), without those whose computing it no longer gives
WESTERN_RUNS = (
    "gpt4_amort_2024",
    "gemini_amort_2024",
    "llama_cost_amort",
    "sonnet_amort",
    "gpt45_amort",
    "grok3_amort",
)
# Output prices of the pairs that DeepSeek sets side by side: V3 and GPT-4o, R1 and o1, R1 and o3-mini
PRICE_PAIRS = (
    ("price_deepseek_v3_output_usd_2025_02_08", "price_gpt_4o_output_usd_2024_10_16"),
    ("price_deepseek_r1_output_usd_2025_01_20", "price_o1_output_usd_2024_12_30"),
    ("price_deepseek_r1_output_usd_2025_01_20", "price_o3_mini_output_usd_2025_01_31"),
)
# What the market's largest one-day losses are compared with, besides Nvidia's of 27 January 2025
OTHER_LOSSES = (
    "msft_cap_loss_2026_01_29",
    "nvda_cap_loss_2026_06_05",
    "aapl_cap_loss_2025_04_03",
    "nvda_cap_loss_2024_09_03",
    "meta_cap_loss_2022_02_03",
)
ARENA = "bench_{model}_lmarena_text_arena_elo_openlm_arena_{day}"


def reference(function: Reference) -> Reference:
    """Register a function under its own name."""
    REFERENCES[function.__name__] = function
    return function


def value_of(facts: Facts, expression: str) -> Value:
    """The reference that an expression names: a quantity, or a text or ISO date.

    Args:
        facts: the tables.
        expression: a fact id, or the name of a function of this module followed by ``()``.

    Raises:
        UnknownFact: there is no such row or function; the message names the nearest ones.
        UnverifiedFact: the row is graded ``unverified`` and cannot decide a claim.
    """
    if expression.endswith("()"):
        name = expression.removesuffix("()")
        if name not in REFERENCES:
            raise UnknownFact(unknown("function of deepseek_audit.audit.references", name, REFERENCES))
        return REFERENCES[name](facts)
    return facts[expression] if facts.row(expression)["value"] else facts.text(expression)


def in_sentence(facts: Facts, written: str) -> Value:
    """What a sentence names in braces: as in :meth:`~factbook.facts.Facts.in_sentence`, or a function of this module.

    Raises:
        UnknownFact: there is no such row or function; the message names the nearest ones.
    """
    name = written.partition(",")[0].partition(".")[0]
    if written.endswith("()") or (facts.home(name) != "claims" and not facts.row(name)["value"]):
        return value_of(facts, written)
    return facts.in_sentence(written)


@reference
def both_bills(facts: Facts) -> Quantity:
    """V3's final run and R1's training on top, at DeepSeek's assumed rent."""
    return facts["v3_usd_total"] + facts["r1_usd_total"]


@reference
def v3_bill(facts: Facts) -> Quantity:
    """V3's hours times DeepSeek's assumed rent."""
    hours = facts["v3_hours_pretrain"] + facts["v3_hours_context"] + facts["v3_hours_posttrain"]
    return cost.rental_cost(hours, facts["v3_rate_assumed"])


@reference
def median_western_run(facts: Facts) -> Quantity:
    """The middle of Epoch AI’s estimates of Western training runs, hardware written off and energy."""
    costs = sorted(facts[fact_id] for fact_id in WESTERN_RUNS)
    return (costs[len(costs) // 2 - 1] + costs[len(costs) // 2]) / 2


@reference
def r1_share_of_gpt4_floor(facts: Facts) -> Quantity:
    """R1’s training on top of V3 as a share of the floor named for GPT-4."""
    return (facts["r1_usd_total"] / facts["gpt4_altman"]).to("percent")


@reference
def r1_with_its_base_share_of_gpt4_floor(facts: Facts) -> Quantity:
    """R1’s training and that of the base it starts from as a share of the floor named for GPT-4."""
    r1_hours = facts["r1zero_hours"] + facts["r1_sft_hours"] + facts["r1_hours"]
    return (cost.r1_from_its_base(facts, r1_hours, facts["v3_rate_assumed"]) / facts["gpt4_altman"]).to("percent")


@reference
def h800_link_share(facts: Facts) -> Quantity:
    """The H800’s link between chips as a share of the H100’s."""
    return (facts["h800_link_bandwidth"] / facts["h100_sxm_interconnect_bandwidth"]).to("percent")


@reference
def v3_activated_share(facts: Facts) -> Quantity:
    """The share of V3’s parameters that work on each token."""
    return (facts["v3_activated_parameters"] / facts["v3_total_parameters"]).to("percent")


@reference
def v3_saving_vs_dense_of_its_size(facts: Facts) -> Quantity:
    """The share of V3’s parameters that rest at each token: what it saves against a dense model of its size."""
    return (1 - facts["v3_activated_parameters"] / facts["v3_total_parameters"]).to("percent")


@reference
def r1_over_v3_output_price(facts: Facts) -> Quantity:
    """R1’s list price of output over V3’s."""
    return prices.price_ratio(facts["price_deepseek_r1_output_usd_2025_01_20"], facts["price_deepseek_v3_output_usd_2025_02_08"])


@reference
def o1_over_r1_output_price(facts: Facts) -> Quantity:
    """The list price of o1’s output over R1’s, January 2025."""
    return prices.price_ratio(facts["price_o1_output_usd_2024_12_30"], facts["price_deepseek_r1_output_usd_2025_01_20"])


@reference
def largest_output_saving(facts: Facts) -> Quantity:
    """The largest saving on output: V3 against GPT-4o, R1 against o1, R1 against o3-mini."""
    return max((1 - facts[price] / facts[other]).to("percent") for price, other in PRICE_PAIRS)


@reference
def llama_over_v3_hours(facts: Facts) -> Quantity:
    """Llama 3.1 405B’s chip time over V3’s."""
    return (facts["llama_hours"] / facts["v3_hours_total"]).to("ratio")


@reference
def v3_share_of_llama_hours(facts: Facts) -> Quantity:
    """V3’s chip time as a share of Llama 3.1 405B’s."""
    return (facts["v3_hours_total"] / facts["llama_hours"]).to("percent")


@reference
def v3_bill_in_yuan(facts: Facts) -> Quantity:
    """V3's bill at the average exchange rate of the month in which it went around the world."""
    return (facts["v3_usd_total"] * cost.exchange_rate(facts, 2025, "01")).to("cny")


@reference
def r1_bill_in_yuan(facts: Facts) -> Quantity:
    """The bill for R1’s training on top of V3 at the average exchange rate of its year."""
    return (facts["r1_usd_total"] * cost.exchange_rate(facts, 2025)).to("cny")


@reference
def llama_over_v3_cache(facts: Facts) -> Quantity:
    """The cache that Llama 3.1 405B needs for a token over V3’s."""
    return (facts["llama_3_1_405b_kv_cache_per_token"] / facts["v3_kv_cache_per_token"]).to("ratio")


@reference
def fleet_purchase_and_operation(facts: Facts) -> Quantity:
    """SemiAnalysis’s sums for buying and for running the fleet, added up."""
    return facts["sa_capex"] + facts["sa_opex"]


@reference
def openai_year_over_fleet_year(facts: Facts) -> Quantity:
    """OpenAI’s spending on compute in 2024 over a year of owning DeepSeek’s fleet."""
    return (facts["openai_compute_2024"] / (facts["glenn_all_tco"] * ONE_YEAR)).to("ratio")


@reference
def h20_by_subtraction(facts: Facts) -> Quantity:
    """SemiAnalysis’s Hopper chips less its H800 and H100."""
    return facts["sa_hopper_total"] - facts["sa_h800"] - facts["sa_h100"]


@reference
def gpt3_quality_price_share(facts: Facts) -> Quantity:
    """The price of inference at GPT-3’s quality as a share of what it was, by SemiAnalysis."""
    return (1 / facts["sa_gpt3_1200x"]).to("ratio")


@reference
def r1_behind_o3(facts: Facts) -> Quantity:
    """Points from R1 up to o3 on Chatbot Arena, May 2025."""
    return facts[ARENA.format(model="o3", day="2025_05_05")] - facts[ARENA.format(model="r1", day="2025_05_05")]


@reference
def r1_behind_arena_leader(facts: Facts) -> Quantity:
    """Points from R1 up to the first model on Chatbot Arena, February 2025."""
    return facts[ARENA.format(model="grok_3_early", day="2025_02_17")] - facts[ARENA.format(model="r1", day="2025_02_17")]


@reference
def r1_behind_gemini(facts: Facts) -> Quantity:
    """Points from R1 up to Gemini 2.5 Pro on Chatbot Arena, July 2025."""
    return facts[ARENA.format(model="gemini_2_5_pro", day="2025_07_01")] - facts[ARENA.format(model="r1", day="2025_07_01")]


@reference
def r1_ahead_of_o1(facts: Facts) -> Quantity:
    """Points from o1 up to R1 on Chatbot Arena, February 2025."""
    return facts[ARENA.format(model="r1", day="2025_02_17")] - facts[ARENA.format(model="o1_1217", day="2025_02_17")]


@reference
def electricity_share_of_running_cost(facts: Facts) -> Quantity:
    """Electricity as a share of what an owned chip costs per hour beyond its purchase."""
    power = facts["dgx_power"] / GPUS_PER_SERVER * facts["tdp_fraction"] * facts["pue_epoch"]
    electricity = (power * facts["elec_cn_2024"]).to("usd/hour")
    beyond_purchase = facts["tco_h200"] - facts["tco_h200_capital"]
    return (electricity / (beyond_purchase * constant(1, "gpu", "1 GPU"))).to("percent")


@reference
def v3_days(facts: Facts) -> Quantity:
    """V3’s days of pre-training, as its report states them for a trillion tokens."""
    return cost.days_as_stated(facts)


@reference
def v3_compute_saving_vs_dense(facts: Facts) -> Quantity:
    """What V3 saves in training compute per token against dense Llama 3.1 405B."""
    return (1 - facts["v3_training_flop_per_token"] / facts["llama_3_1_405b_training_flop_per_token"]).to("percent")


@reference
def v3_cache_saving_vs_llama(facts: Facts) -> Quantity:
    """What V3 saves in cache per token against Llama 3.1 405B, both in BF16."""
    return (1 - facts["v3_kv_cache_per_token"] / facts["llama_3_1_405b_kv_cache_per_token"]).to("percent")


@reference
def fp8_saving_vs_fp32(facts: Facts) -> Quantity:
    """What 8 bits save against 32: half of what 16 bits take, which is half of 32."""
    share_of_bf16 = 1 - facts["v3_fp8_dispatch_volume_saving"].to("ratio")
    return (1 - share_of_bf16 * BF16_BITS / FP32_BITS).to("percent")


@reference
def training_state_saving(facts: Facts) -> Quantity:
    """What V3’s training state, with its FP8 weights, saves against the usual one."""
    state = quantization.training_state(quantization.V3_TRAINING_STATE, frozenset({"v3_fp8_not_used_for"}))
    return architecture.reduction(facts["bf16_training_state_bytes"], state)


@reference
def saving_in_time(facts: Facts) -> Quantity:
    """Computing time that leaving out the critic saves, with answers generated as slowly as on DeepSeek’s servers."""
    slowness = reinforcement.slowness_of_generation(facts)
    generation = float(slowness)
    without, with_critic = reinforcement.passes(generation, 0, 1), reinforcement.passes(generation, 1, 1)
    formula = f"1 − {without:.2g} / {with_critic:.2g}, in times of one forward pass over an answer"
    return computed(100 * reinforcement.saving(generation), "percent", 2, formula, {"grpo_dropped_component", *slowness.rows})


@reference
def critic_on_operations(facts: Facts) -> Quantity:
    """Operations of reinforcement learning with a critic over those without, counted in forward passes."""
    with_critic, without = reinforcement.passes(1, 1, 1), reinforcement.passes(1, 0, 1)
    formula = f"{with_critic} passes / {without} passes over each answer"
    return computed(with_critic / without, "ratio", 3, formula, {"grpo_dropped_component"})


@reference
def run_electricity_share(facts: Facts) -> Quantity:
    """The electricity of V3’s final run, at a Chinese price, as a share of its bill."""
    model = programme.inputs(facts)
    paid = (programme.run_energy(model) * model["electricity"].quantity).to("usd")
    return (paid / facts["v3_usd_total"]).to("percent")


@reference
def next_largest_loss(facts: Facts) -> Quantity:
    """The largest one-day loss of market value in our sources besides Nvidia’s of 27 January 2025."""
    return max((facts[fact_id] for fact_id in OTHER_LOSSES), key=lambda loss: loss.magnitude)


@reference
def aime_ratio(facts: Facts) -> Quantity:
    """R1’s score on AIME 2024 over GPT-4o’s, both by DeepSeek."""
    return (facts["bench_r1_aime_2024_pass1_r1_preprint"] / facts["bench_gpt_4o_0513_aime_2024_pass1_r1_preprint"]).to("ratio")


@reference
def nvda_return(facts: Facts) -> Quantity:
    """Nvidia’s return on 27 January 2025, from closing prices."""
    return _return_of_the_day(facts, "nvda")


@reference
def avgo_return(facts: Facts) -> Quantity:
    """Broadcom’s return on 27 January 2025, from closing prices."""
    return _return_of_the_day(facts, "avgo")


@reference
def r1_rl_bill(facts: Facts) -> Quantity:
    """R1-Zero’s and R1’s reinforcement learning, without the making of fine-tuning data."""
    return facts["r1zero_usd"] + facts["r1_usd"]


@reference
def nvda_loss(facts: Facts) -> Quantity:
    """Nvidia’s loss of market value on 27 January 2025: the fall of its price times the shares on the cover of its last filing."""
    return _loss_of_the_day(facts, "nvda", "nvda_shares_2024_11_15")


@reference
def nvda_and_avgo_loss(facts: Facts) -> Quantity:
    """What Nvidia and Broadcom lost together that day, each by its price and the shares on the cover of its last filing."""
    return nvda_loss(facts) + _loss_of_the_day(facts, "avgo", "avgo_shares_2024_11_29")


def _loss_of_the_day(facts: Facts, ticker: str, shares: str) -> Quantity:
    return -1 * market.market_value_change(facts[shares], facts[f"{ticker}_close_2025_01_24"], facts[f"{ticker}_close_2025_01_27"])


def _return_of_the_day(facts: Facts, ticker: str) -> Quantity:
    return (facts[f"{ticker}_close_2025_01_27"] / facts[f"{ticker}_close_2025_01_24"] - 1).to("percent")


@reference
def export_rounds(facts: Facts) -> Quantity:
    """Main US rules on AI chips for China from 2022 to 2024, corrections not counted."""
    return count((fact_id for fact_id in MAIN_EXPORT_RULES if facts.row(fact_id)), "main rules of 2022 to 2024")


@reference
def anthropic_backing(facts: Facts) -> Quantity:
    """What Amazon and Google had announced for Anthropic by March 2024."""
    return facts["anthropic_amazon_investment"] + facts["anthropic_google_investment"]
