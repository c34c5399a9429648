"""Cross-checks: what must follow from other rows, does.

A figure is trusted here because another row, from another line of a source or another source, gives it back: totals and
their parts, bills and their hours, ratios and their terms, model sizes and configurations, prices in two currencies,
returns and closing prices. No check repeats a table's own value. A published figure must equal the computed one as far
as it was published, within half a unit of its last digit, or as far as the check's text says.

Decided: a contradiction between rows does not stop a build. Whoever changes an assumption to see what follows changes
one of two rows that agree, on purpose; ``python -m deepseek_audit check --cross`` tells them what no longer fits. Whoever
adds a row, such as a model whose size nobody published, contradicts nothing: a row without its partner is not compared,
and that is said. The tests run every check, and ``make mutate`` measures what wrong data the checks find.

A check is a function of the facts, or of the facts and a key for which it is asked once each.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from deepseek_audit.audit import claims
from deepseek_audit.checks.ratios import GPUS_PER_NODE, HOURS_PER_DAY, HOURS_PER_MONTH, HOURS_PER_YEAR, RATIOS, SECONDS_PER_DAY, Formula
from deepseek_audit.models import export_controls
from deepseek_audit.models.architecture import (
    NEEDED,
    ModelConfig,
    cached_per_layer,
    flops_per_token,
    kv_cache_bytes_per_token,
    parameter_count,
)
from deepseek_audit.models.prices import serving_revenue
from factbook.facts import Facts, UnknownFact
from factbook.quantity import constant, half_unit
from factbook.tables import Row

# Floating-point noise beside a tolerance
NOISE = 1 + 1e-9


class Contradiction(AssertionError):
    """Two rows that cannot both be right. The message names them."""


class NotCompared(LookupError):
    """A row has nothing to be compared with. The message says what is missing."""


@dataclass(frozen=True)
class Check:
    """One rule over the rows.

    Attributes:
        name: the function's name.
        what: what holds, in a sentence.
        function: takes the facts, and a key where there are keys; raises `Contradiction`.
        keys: for which keys the rule is asked, or ``None``.
    """

    name: str
    what: str
    function: Callable[..., None]
    keys: Callable[[Facts], Iterable[Any]] | None

    def cases(self, facts: Facts) -> Iterator[tuple[Any, ...]]:
        """The arguments after the facts, one tuple for each time the rule is asked."""
        return iter([()]) if self.keys is None else ((key,) for key in self.keys(facts))


CHECKS: dict[str, Check] = {}


def check(keys: Callable[[Facts], Iterable[Any]] | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a cross-check."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        what = (function.__doc__ or "").partition("\n")[0]
        CHECKS[function.__name__] = Check(function.__name__, what, function, keys)
        return function

    return register


@dataclass(frozen=True)
class Findings:
    """What the checks say, one line each.

    Attributes:
        contradictions: rows that do not fit.
        not_compared: rows whose partner is missing.
    """

    contradictions: list[str]
    not_compared: list[str]


def findings(facts: Facts) -> Findings:
    """Run every check."""
    found = Findings([], [])
    for rule in CHECKS.values():
        for case in rule.cases(facts):
            try:
                rule.function(facts, *case)
            except (NotCompared, UnknownFact) as missing:
                found.not_compared.append(f"{rule.name.replace('_', ' ')}: {missing.args[0]}")
            except (Contradiction, ValueError, ArithmeticError, LookupError) as error:
                found.contradictions.append(f"{rule.name.replace('_', ' ')}: {error.args[0] if error.args else error}")
    return found


# What checks are made of


def value(facts: Facts, fact_id: str) -> float:
    """A row's number, whatever its grade."""
    return end(facts, fact_id, "value")


def values(facts: Facts, fact_ids: str) -> list[float]:
    """The numbers of several rows, their ids separated by spaces."""
    return [value(facts, fact_id) for fact_id in fact_ids.split()]


def end(facts: Facts, fact_id: str, column: str) -> float:
    """The low or high end of a row's range, or its value."""
    cell = facts.row(fact_id)[column]
    comparable(cell, f"{fact_id} has no {column}")
    return float(cell)


def require(holds: bool, message: str) -> None:
    """Raise a `Contradiction` unless something holds."""
    if not holds:
        raise Contradiction(message)


def comparable(found: object, message: str) -> None:
    """Raise `NotCompared` unless the rows to compare with are there."""
    if not found:
        raise NotCompared(message)


def same(facts: Facts, fact_id: str, computed: float, relative: float = 0.0, *, of: str = "") -> None:
    """A row's number is what other rows give, to half a unit of its last digit, or to a relative tolerance."""
    written = facts.row(fact_id)["value"]
    tolerance = relative * abs(computed) if relative else half_unit(written) * NOISE
    agrees = abs(float(written) - computed) <= tolerance
    require(agrees, f"{fact_id} is {written}, but {of or 'other rows'} give {computed:.6g}")


def between(name: str, number: float, low: float, high: float, reason: str = "") -> None:
    """A number computed from rows lies where it can."""
    require(low <= number <= high, f"{name} is {number:.4g}, not between {low:.4g} and {high:.4g}{reason and f' ({reason})'}")


def in_order(facts: Facts, *fact_ids: str) -> None:
    """The numbers of some rows do not fall."""
    numbers = [value(facts, fact_id) for fact_id in fact_ids]
    require(numbers == sorted(numbers), f"{', '.join(fact_ids)} are {numbers}, which is not in order")


def subjects(table: str, *needed: str) -> Callable[[Facts], list[str]]:
    """The subjects of a table that have rows of every needed metric."""

    def found(facts: Facts) -> list[str]:
        metrics: dict[str, set[str]] = {}
        for row in facts.rows(table):
            metrics.setdefault(row["subject"], set()).add(row["metric"])
        return [subject for subject, own in metrics.items() if set(needed) <= own]

    return found


# Totals and their parts

SUMS = {
    "v3_hours_total": "v3_hours_pretrain v3_hours_context v3_hours_posttrain",
    "v3_usd_total": "v3_usd_pretrain v3_usd_context v3_usd_posttrain",
    "r1_hours_total": "r1zero_hours r1_sft_hours r1_hours",
    "r1_usd_total": "r1zero_usd r1_sft_usd r1_usd",
    "v3_authors_total": "v3_authors_re v3_authors_annot v3_authors_biz",
    "openai_compute_2024": "openai_rd_2024 openai_inference_2024",
    "sa_total_gpus": "sa_hopper_total sa_a100",
    "input_hours": "v3_hours_pretrain v3_hours_context v3_hours_posttrain",
    "livecodebench_n_items_release_v5": "livecodebench_n_items_release_v3 livecodebench_2024_08_2025_01_n_items",
}


@check(lambda facts: SUMS)
def parts_add_up(facts: Facts, total: str) -> None:
    """A total is exactly the sum of its parts."""
    parts = sum(values(facts, SUMS[total]))
    require(parts == value(facts, total), f"{total} is {value(facts, total):.10g}, its parts add up to {parts:.10g}")


ROUGH_SUMS = {
    "nvda_avgo_cap_loss_2025_01_27": ("nvda_cap_loss_2025_01_27_bloomberg avgo_cap_loss_2025_01_27", 0.02),
    "openai_final_2024": ("openai_gpt45_final openai_other_final", 0.06),
}


@check(lambda facts: ROUGH_SUMS)
def rounded_parts_add_up(facts: Facts, total: str) -> None:
    """A rounded total is about the sum of its rounded parts."""
    parts, tolerance = ROUGH_SUMS[total]
    same(facts, total, sum(values(facts, parts)), tolerance, of=parts)


@check()
def c_eval_splits_make_the_whole(facts: Facts) -> None:
    """The questions of C-Eval are those of its test, validation and development splits, five a subject in the last."""
    development = 52 * 5
    total = sum(values(facts, "c_eval_n_items c_eval_n_items_validation")) + development
    same(facts, "c_eval_n_items_total", total)


@check(lambda facts: [row["subject"] for row in facts.rows("development_cost_shares")][:4])
def development_cost_shares_make_a_whole(facts: Facts, subject: str) -> None:
    """The parts of a development budget are five and fill it, to rounding."""
    shares = [float(row["value"]) for row in facts.where("development_cost_shares", subject=subject)]
    require(len(shares) == 5, f"{subject} has {len(shares)} parts of five")
    between(f"the sum of the cost shares of {subject}", sum(shares), 100 - 5 * 0.005 * NOISE, 100 + 5 * 0.005 * NOISE)


@check(lambda facts: ("gpt4", "gemini_ultra", "gpt3", "opt"))
def chips_servers_and_network_cost_in_one_proportion(facts: Facts, model: str) -> None:
    """Epoch AI prices servers and network in fixed proportions to the chips, for GPUs and for TPUs alike."""
    chips, servers, network, *_ = values(
        facts,
        f"share_ai_accelerator_chips_{model} share_other_server_components_{model} share_cluster_interconnect_{model}",
    )
    overhead, interconnect = value(facts, "server_overhead"), value(facts, "interconnect_share")
    between(f"servers over chips of {model}", (chips + servers) / chips, overhead * 0.97, 1.03 * end(facts, "server_overhead", "high"))
    between(f"network share of {model}", network / (chips + servers + network), interconnect * 0.99, interconnect * 1.01)


# Bills

BILLS = {
    "v3_usd_pretrain": "v3_hours_pretrain",
    "v3_usd_context": "v3_hours_context",
    "v3_usd_posttrain": "v3_hours_posttrain",
    "v3_usd_total": "v3_hours_total",
    "r1zero_usd": "r1zero_hours",
    "r1_sft_usd": "r1_sft_hours",
    "r1_usd": "r1_hours",
    "r1_usd_total": "r1_hours_total",
}


@check(lambda facts: BILLS)
def bill_is_hours_times_the_assumed_rent(facts: Facts, bill: str) -> None:
    """Each line of DeepSeek's bills is its hours at the assumed rent, in dollars."""
    hours = facts[BILLS[bill]]
    require(facts["v3_rate_assumed"] * hours == facts[bill], f"{BILLS[bill]} at v3_rate_assumed is not {bill}")


@check()
def service_is_costed_at_the_same_rent(facts: Facts) -> None:
    """DeepSeek assumes one rent for training and for serving."""
    same(facts, "service_assumed_rental_rate", value(facts, "v3_rate_assumed"))


# Published figures that follow from others


def _index_return(name: str) -> Formula:
    """Percent, from the close and the change in points."""

    def computed(v: Callable[[str], float]) -> float:
        change = v(f"{name}_change_2025_01_27")
        return 100 * change / (v(f"{name}_close_2025_01_27") - change)

    return computed


FOLLOWS: dict[str, Formula] = {
    "v3_hours_pretrain": lambda v: v("v3_hours_per_trillion") * v("v3_tokens") / 1e12,
    "v3_days_per_trillion": lambda v: v("v3_hours_per_trillion") / v("v3_cluster_gpus") / HOURS_PER_DAY,
    "v3_readme_post": lambda v: v("v3_hours_context") + v("v3_hours_posttrain"),
    "bernstein_hours": lambda v: v("v3_hours_total"),
    "v3_plus_r1_nature_news": lambda v: v("v3_usd_total"),
    "r1zero_hours": lambda v: v("r1zero_gpus") * v("r1zero_wall"),
    "r1_hours": lambda v: v("r1zero_gpus") * v("r1_wall"),
    "reuters_r1_80h": lambda v: v("r1_wall"),
    "v2_train_saving": lambda v: 100 * (1 - v("v2_hours_per_trillion") / v("ds67b_hours_per_trillion")),
    "willison_ratio": lambda v: v("llama_hours") / v("v3_hours_total"),
    "sa_tco": lambda v: v("sa_capex_table") + v("sa_opex"),
    "sa_capex": lambda v: v("sa_capex_table"),
    "glenn_all_capex": lambda v: v("sa_capex_table"),
    "sa_500m_hw": lambda v: v("sa_500m_gpu"),
    "service_cost_per_day": lambda v: v("service_nodes_average") * GPUS_PER_NODE * HOURS_PER_DAY * v("service_assumed_rental_rate"),
    "service_theoretical_margin": lambda v: 100 * (v("service_theoretical_revenue_per_day") / v("service_cost_per_day") - 1),
    "sp_500_return_2025_01_27": _index_return("sp_500"),
    "nasdaq_composite_return_2025_01_27": _index_return("nasdaq_composite"),
    "dow_return_2025_01_27": _index_return("dow"),
    "v3_abl_fp8_small": lambda v: v("v3_fp8_validation_tokens_16b"),
    "v3_abl_mtp_small": lambda v: v("v3_fp8_validation_tokens_16b"),
    "v3_abl_aux_small": lambda v: v("v3_fp8_validation_tokens_16b"),
    "v3_abl_fp8_large": lambda v: v("v3_fp8_validation_tokens_230b"),
    "v3_experts_per_node_free": lambda v: v("v3_nvlink_effective_bandwidth") / v("v3_infiniband_bandwidth"),
    "v3_max_nodes_per_token": lambda v: v("config_deepseek_v3_limited_groups"),
    "v3_fp8_theoretical_speedup_vs_bf16": lambda v: v("h800_fp8_peak") / v("h800_bf16_peak"),
    "deepseekmoe_16b_compute_share_vs_llama2_7b": lambda v: (
        100 * v("deepseekmoe_16b_flop_per_4k_tokens") / v("llama2_7b_flop_per_4k_tokens")
    ),
    "bf16_training_state_bytes_fp32_gradients": lambda v: v("bf16_training_state_bytes") + 2,
    "h800_link_bandwidth": lambda v: 2 * v("h800_link_bandwidth_per_direction"),
    "mult_openai_2024": lambda v: 100 * v("openai_final_2024") / v("openai_rd_2024"),
    "mult_olmo": lambda v: v("mult_olmo_restated"),
    "sa_algo_4x": lambda v: v("amodei_4x"),
    "ark_training_fall": lambda v: 1 - 1 / v("sa_algo_4x"),
    "input_life": lambda v: v("sa_tco_years"),
    "input_power": lambda v: v("dgx_power") / GPUS_PER_NODE / 1000,
    "input_load": lambda v: v("tdp_fraction"),
    "input_pue": lambda v: v("pue_epoch"),
    "input_electricity": lambda v: v("elec_cn_2024"),
    "input_rent": lambda v: v("v3_rate_assumed"),
    "input_capital": lambda v: v("price_h800_sxm_low") / (1 - v("interconnect_share")),
    "debate_amodei_hoppers": lambda v: v("sa_hopper_total"),
    "debate_house_chips": lambda v: v("sa_total_gpus"),
    "ff2_gpus": lambda v: v("sa_a100"),
    "high_flyer_a100_stock": lambda v: v("sa_a100"),
    "rule_2023_a1_tpp_min": lambda v: v("rule_2022_tpp_min"),
    "rule_2023_b1_tpp_below": lambda v: v("rule_2023_a1_tpp_min"),
    "rule_2023_note2_tpp_below": lambda v: v("rule_2023_a1_tpp_min"),
    "rule_2023_nac_tpp_min": lambda v: v("rule_2023_a1_tpp_min"),
    "rule_2023_b2_tpp_min": lambda v: v("rule_2023_a2_tpp_min"),
    "rule_2023_b1_density_below": lambda v: v("rule_2023_a2_density_min"),
    "rule_2023_b2_density_below": lambda v: v("rule_2023_a2_density_min"),
    "rule_2022_interconnect_min": lambda v: v("a100_80gb_sxm_interconnect_bandwidth"),
    "rule_2023_b1_tpp_min": lambda v: v("rule_2023_b1_tpp_below") / 2,
    "rule_2023_b2_density_min": lambda v: 2 * v("rule_2023_b1_density_min"),
    "h100_sxm_pcie_bandwidth": lambda v: 2 * v("a100_80gb_sxm_pcie_bandwidth"),
    "aime_2025_n_items": lambda v: v("aime_2024_n_items"),
    "v2_pretraining_sequence": lambda v: v("v3_pretraining_sequence"),
    "deepseek_67b_pretraining_sequence": lambda v: v("v2_pretraining_sequence"),
    # Shares of power for experiments and training, 10:20
    "mult_facebook": lambda v: (10 + 20) / 20,
    # 63% of compute went to other runs
    "mult_bloom": lambda v: 1 / (1 - 0.63),
}


@check(lambda facts: FOLLOWS)
def published_figure_follows_from_its_terms(facts: Facts, fact_id: str) -> None:
    """A published figure is what its own terms give, to half a unit of its last digit."""
    same(facts, fact_id, FOLLOWS[fact_id](lambda name: value(facts, name)))


# The same, where rounding on the way or another way of measuring leaves a known gap: row, formula, relative tolerance
ABOUT: dict[str, tuple[Formula, float]] = {
    # Reported half a year later
    "v3_tokens_per_day": (lambda v: v("v3_tokens") / (v("v3_hours_pretrain") / v("v3_cluster_gpus") / HOURS_PER_DAY), 0.005),
    # 385 is rounded, and the peak is 988.7 in one place and 989.4 in another
    "v3_mfu_causal": (lambda v: 100 * v("v3_tflops_measured") / v("h800_bf16_peak"), 0.002),
    "v3_mfu_epoch": (lambda v: v("v3_mfu_causal") / 100 * v("h800_bf16_peak") / v("h800_fp8_peak"), 0.001),
    # Attention counted whole instead of its causal half
    "v3_mfu_noncausal": (lambda v: v("v3_mfu_causal") * _whole_over_causal(v), 0.002),
    "v3_tflops_measured": (lambda v: v("v3_training_flop_per_token") * v("v3_tokens") / v("v3_hours_pretrain") / 3.6e6, 0.01),
    # Six operations per parameter and token, and the later stages by their hours
    "v3_flop_epoch": (
        lambda v: 6 * v("v3_activated_parameters") * v("v3_tokens") * v("v3_hours_total") / v("v3_hours_pretrain"),
        0.02,
    ),
    "llama_flop": (lambda v: 6 * v("llama_3_1_405b_total_parameters") * v("llama_tokens"), 0.01),
    # The factor from 2024 dollars to 2023 dollars
    "v3_cost_epoch": (lambda v: 0.967 * v("v3_usd_total"), 0.003),
    "gpt4_cloud": (lambda v: v("gpt4_cloud_epoch"), 0.05),
    "gemini_cloud": (lambda v: v("gemini_cloud_epoch"), 0.05),
    "gpt4_amort": (lambda v: v("gpt4_amort_2024"), 0.06),
    "gemini_amort": (lambda v: v("gemini_amort_2024"), 0.06),
    # Staff aside, a development budget is the final run times the prior for experiments
    "gpt4_dev": (lambda v: v("gpt4_amort") * v("mult_epoch") / (1 - v("share_rd_staff_gpt4") / 100), 0.06),
    "gemini_dev": (lambda v: v("gemini_amort") * v("mult_epoch") / (1 - v("share_rd_staff_gemini_ultra") / 100), 0.06),
    # Per year, against the four-year total of the first table
    "glenn_all_tco": (lambda v: v("sa_tco") / v("sa_tco_years"), 0.01),
    # The part of the Hopper chips in operation, and their own purchase
    "glenn_hopper_tco": (
        lambda v: (v("glenn_hopper_capex") + v("sa_opex") * v("sa_hopper_total") / v("sa_total_gpus")) / v("sa_tco_years"),
        0.03,
    ),
    "sa_capex_first_table": (lambda v: v("sa_capex_table") - v("sa_h100") * v("reg_cluster") / v("v3_cluster_gpus"), 0.07),
    "insights_kv_multiplier_llama_vs_v3": (lambda v: v("llama_3_1_405b_kv_cache_per_token") / v("v3_kv_cache_per_token"), 0.01),
    "v3_hf_total_parameters_with_mtp": (
        lambda v: (
            v("v3_total_parameters")
            + v("v3_mtp_unique_parameters")
            + 2 * v("config_deepseek_v3_vocab_size") * v("config_deepseek_v3_hidden_size")
        ),
        0.002,
    ),
    "r1_hf_safetensors_parameters": (lambda v: v("v3_hf_total_parameters_with_mtp"), 0.002),
    "deepseekmoe_16b_total_parameters_vs_llama2_7b": (
        lambda v: 100 * v("deepseekmoe_16b_total_parameters") / v("llama2_7b_total_parameters"),
        0.01,
    ),
    # One extra token in each step that is accepted so often
    "v3_mtp_tps_speedup": (lambda v: 1 + v("v3_mtp_acceptance_isca") / 100, 0.04),
    "v3_mtp_acceptance_isca": (lambda v: v("v3_mtp_acceptance"), 0.04),
    # FP8 and BF16 bytes of nine experts for 32 tokens, twice a layer; the paper takes 7,000 for the width
    "v3_tpot_limit_infiniband": (
        lambda v: (
            1e3
            * 2
            * v("config_deepseek_v3_layers")
            * 3
            * 32
            * (v("config_deepseek_v3_activated_experts") + v("config_deepseek_v3_shared_experts"))
            * v("config_deepseek_v3_hidden_size")
            / (v("v3_infiniband_bandwidth") * 1e9)
        ),
        0.03,
    ),
    # Nodes that the day's tokens need at the reported speeds
    "service_nodes_average": (
        lambda v: (
            (
                v("service_input_tokens_per_day") / v("service_prefill_throughput_node")
                + v("service_output_tokens_per_day") / v("service_decode_throughput_node")
            )
            / SECONDS_PER_DAY
        ),
        0.01,
    ),
    "service_cache_hit_tokens_per_day": (lambda v: 0.563 * v("service_input_tokens_per_day"), 0.002),
    "mult_olmo3": (lambda v: 1.65 * v("mult_olmo_restated"), 0.01),
    "cud_1y": (lambda v: 1 - v("rent_h100_2025_03_gcp1y") / v("rent_h100_2025_03_gcp"), 0.12),
    "cud_3y": (lambda v: 1 - v("rent_h100_2025_03_gcp3y") / v("rent_h100_2025_03_gcp"), 0.01),
    # Total less capital less electricity
    "input_colocation": (lambda v: v("tco_h200") - v("tco_h200_capital") - _electricity(v), 0.04),
    "price_a100_2022": (lambda v: v("ff2_cost") / v("ff2_gpus") / v("fx_usd_cny_monthly_average_2024_12"), 0.05),
    "rent_h100_2023_peak_note": (lambda v: v("rent_h100_2023_peak"), 0.2),
    "rent_cn_h100_late2024_cnbeta": (lambda v: v("rent_cn_h100_late2024"), 0.05),
    "rent_h800_2025_03": (lambda v: v("rent_h800_2024_08"), 0.05),
    "sa_gpt3_1200x": (lambda v: v("price_gpt_3_average_usd_2021_11") / v("price_llama_3_2_3b_average_usd_2024_11"), 0.2),
    # Shipped chips in equivalents of the H100, by their processing performance
    "h20_units_shipped_h100e": (
        lambda v: v("h20_units_shipped") * v("h20_total_processing_performance") / v("h100_sxm_total_processing_performance"),
        0.001,
    ),
    "h200_sxm_tpp_quoted": (lambda v: v("h200_sxm_total_processing_performance"), 0.001),
    # The chips named as just below the line
    "rule_h200_tpp_below": (lambda v: v("mi325x_total_processing_performance"), 0.005),
    "rule_h200_dram_bandwidth_below": (lambda v: v("mi325x_memory_bandwidth"), 0.1),
    # 512 over 456 tensor cores at one clock
    "rtx_4090_int8_dense_tops": (lambda v: v("rtx_4090_d_int8_dense_tops") * 512 / 456, 0.001),
    "dia_return_2025_01_27": (lambda v: v("dow_return_2025_01_27"), 0.1),
    "huang_wealth_loss_forbes_2025_01_27": (lambda v: v("huang_wealth_loss_2025_01_27"), 0.05),
    "ellison_wealth_loss_forbes_2025_01_27": (lambda v: v("ellison_wealth_loss_2025_01_27"), 0.25),
    # The article says about 85%
    "richest_500_tech_loss_2025_01_27": (lambda v: 0.85 * v("richest_500_loss_2025_01_27"), 0.03),
    "nvda_weight_sp_500_2025_01_24": (lambda v: v("nvda_weight_sp_500_political_calculations"), 0.03),
    "nvda_cap_loss_2025_01_27_low": (lambda v: v("nvda_cap_loss_2025_01_27_bloomberg"), 0.01),
    "nvda_cap_loss_2025_01_27_lseg": (lambda v: v("nvda_cap_loss_2025_01_27_bloomberg"), 0.001),
    "us_stocks_value_wiped_2025_01_27": (lambda v: v("nvda_avgo_cap_loss_2025_01_27"), 0.3),
    "sonnet_amort": (lambda v: v("sonnet_cost"), 0.35),
}


def _electricity(v: Callable[[str], float]) -> float:
    """Dollars per GPU-hour: power drawn, with the building's share, at the tariff."""
    return v("input_power") * v("input_load") * v("input_pue") * v("input_electricity")


def _whole_over_causal(v: Callable[[str], float]) -> float:
    """Operations with all of attention over those with its causal half, at V3's training length."""
    c = "config_deepseek_v3_"
    widths = v(f"{c}qk_nope_head_dim") + v(f"{c}qk_rope_head_dim") + v(f"{c}v_head_dim")
    half = 3 * v("v3_pretraining_sequence") * v(f"{c}layers") * v(f"{c}attention_heads") * widths / 1e9
    return 1 + half / v("v3_training_flop_per_token")


@check(lambda facts: ABOUT)
def figure_agrees_with_a_second_way_to_it(facts: Facts, fact_id: str) -> None:
    """A figure is about what other rows give, as far apart as the way of measuring explains."""
    formula, tolerance = ABOUT[fact_id]
    same(facts, fact_id, formula(lambda name: value(facts, name)), tolerance)


@check(lambda facts: RATIOS)
def ratio_of_rows_is_possible(facts: Facts, name: str) -> None:
    """What two or more rows give together (dollars a chip, days of a run, one share of another) is possible."""
    formula, low, high, reason = RATIOS[name]
    between(name, formula(lambda fact_id: value(facts, fact_id)), low / NOISE, high * NOISE, reason)


# Ranges


def _with_ranges(facts: Facts) -> list[str]:
    return [fact_id for fact_id in facts if facts.row(fact_id)["value"] and (facts.row(fact_id)["low"] or facts.row(fact_id)["high"])]


# An interval wider than this says less than an order of magnitude
WIDEST = 5


@check(_with_ranges)
def range_is_of_the_size_of_its_value(facts: Facts, fact_id: str) -> None:
    """No end of a range is further from its value than a factor of five."""
    row = facts.row(fact_id)
    for column in ("low", "high"):
        if row[column]:
            between(f"{column} of {fact_id} over its value", float(row[column]) / float(row["value"]), 1 / WIDEST, WIDEST)


def _middles(facts: Facts) -> list[str]:
    named = ("midpoint", "geometric mean")
    return [name for name in _with_ranges(facts) if facts.row(name)["high"] and any(word in facts.row(name)["note"] for word in named)]


MIDDLES = {
    "input_multiplier": "geometric",
    "input_pay": "geometric",
    "input_data": "geometric",
    "input_staff": "arithmetic",
    "input_years": "arithmetic",
    "fte_share": "geometric",
    "gpqa_diamond_self_report_gap": "arithmetic",
    "llama_mfu": "geometric",
    "cost_growth": "geometric",
}
# What a value between two ends is called a midpoint of another row, or with ends from other outlets
NOT_MIDDLES = {"input_rent", "tdp_fraction", "llama_mfu_paper"}


@check(lambda facts: sorted({*_middles(facts), *MIDDLES} - NOT_MIDDLES))
def middle_of_a_range_is_its_middle(facts: Facts, fact_id: str) -> None:
    """A value that is given as the middle of its range is that: the mean of the ends, or their geometric mean."""
    row = facts.row(fact_id)
    low, high = end(facts, fact_id, "low"), end(facts, fact_id, "high")
    geometric = MIDDLES.get(fact_id, "geometric" if "geometric mean" in row["note"] else "") == "geometric"
    same(facts, fact_id, math.sqrt(low * high) if geometric else (low + high) / 2, of="the ends of its range")


# Row, column, and what it repeats from another row
ENDS: dict[tuple[str, str], Formula] = {
    ("r1_wall", "low"): lambda v: v("reuters_r1_80h"),
    ("r1_wall", "high"): lambda v: HOURS_PER_DAY * v("r1_wall_days"),
    ("llama_mfu", "low"): lambda v: v("llama_mfu_paper low") / 100,
    ("llama_mfu", "high"): lambda v: v("llama_mfu_paper high") / 100,
    ("input_capital", "low"): lambda v: v("reg_cluster") / v("v3_cluster_gpus") / (1 - v("interconnect_share")),
    ("input_capital", "high"): lambda v: v("price_h800_dgx") / (1 - v("interconnect_share")),
    ("input_life", "low"): lambda v: v("server_life low"),
    ("input_life", "high"): lambda v: v("server_life high"),
    ("input_load", "low"): lambda v: v("tdp_fraction low"),
    ("input_load", "high"): lambda v: v("tdp_fraction high"),
    ("input_pue", "low"): lambda v: v("pue_epoch low"),
    ("input_pue", "high"): lambda v: v("pue_uptime_2024"),
    ("pue_epoch", "high"): lambda v: v("pue_uptime_2024"),
    ("input_colocation", "high"): lambda v: v("sa_opex") / (v("sa_total_gpus") * v("sa_tco_years") * HOURS_PER_YEAR) - _electricity(v),
    ("input_rent", "low"): lambda v: (
        v("rent_cn_h100_late2024 low") / v("fx_usd_cny_monthly_average_2024_12") / GPUS_PER_NODE / HOURS_PER_MONTH
    ),
    ("input_rent", "high"): lambda v: (
        v("rent_cn_h100_early2024") / v("fx_usd_cny_monthly_average_2024_12") / GPUS_PER_NODE / HOURS_PER_MONTH
    ),
    ("input_staff", "high"): lambda v: v("v3_authors_re"),
    ("h20_units_shipped_h100e", "low"): lambda v: (
        v("h20_units_shipped low") * v("h20_total_processing_performance") / v("h100_sxm_total_processing_performance")
    ),
    ("h20_units_shipped_h100e", "high"): lambda v: (
        v("h20_units_shipped high") * v("h20_total_processing_performance") / v("h100_sxm_total_processing_performance")
    ),
    ("ascend_910c_total_processing_performance", "low"): lambda v: 16 * v("ascend_910c_fp16_bf16_dense low"),
    ("ascend_910c_total_processing_performance", "high"): lambda v: 16 * v("ascend_910c_fp16_bf16_dense high"),
    ("nvda_weight_sp_500_2025_01_24", "high"): lambda v: v("nvda_weight_sp_500_political_calculations"),
    ("nvda_weight_sp_500_2025_01_24", "low"): lambda v: v("nvda_weight_sp_500_2025_01_24"),
}


@check(lambda facts: ENDS)
def end_of_a_range_is_where_another_row_puts_it(facts: Facts, place: tuple[str, str]) -> None:
    """An end of a range that rests on another row is what that row gives, to two percent."""
    fact_id, column = place

    def looked_up(name: str) -> float:
        row_id, _, cell = name.partition(" ")
        return end(facts, row_id, cell or "value")

    computed = ENDS[place](looked_up)
    between(f"{column} of {fact_id} over other rows", end(facts, fact_id, column) / computed, 0.98, 1.02)


WHOLE_UNITS = {"gpu", "person", "item", "layer", "head", "expert", "dimension", "token", "count", "share", "bit", "parameter", "year"}
AVERAGES = {"service_nodes_average", "v2_mla_equivalent_gqa_groups", "v3_experts_per_node_free", "input_years", "input_life"}


@check(lambda facts: [fact_id for fact_id in facts if facts.row(fact_id)["unit"] in WHOLE_UNITS and facts.row(fact_id)["value"]])
def things_that_are_counted_are_whole(facts: Facts, fact_id: str) -> None:
    """A count of chips, people, layers or questions is a whole number, unless it is an average."""
    if fact_id not in AVERAGES:
        require(float(facts.row(fact_id)["value"]).is_integer(), f"{fact_id} is {facts.row(fact_id)['value']}, not a whole number")


@check(lambda facts: list(dict.fromkeys((row["subject"], row["metric"]) for row in facts.rows("cost_estimates"))))
def one_estimate_in_two_states_is_of_one_size(facts: Facts, key: tuple[str, str]) -> None:
    """Two states of one estimate, or two prices of one thing, differ by less than a factor of two."""
    subject, metric = key
    numbers = [float(row["value"]) for row in facts.where("cost_estimates", subject=subject, metric=metric)]
    require(not numbers or max(numbers) <= 2 * min(numbers), f"{metric} of {subject}: {numbers}")


# Buying a cluster costs more than renting it for the run, and that more than the part of its life the run uses up
BASES_FROM_DEAR_TO_CHEAP = ("acquisition", "cloud_price", "amortized")


@check(lambda facts: list(dict.fromkeys((row["subject"], row["price_year"]) for row in facts.rows("cost_estimates"))))
def acquisition_exceeds_cloud_rent_exceeds_amortized_cost(facts: Facts, key: tuple[str, str]) -> None:
    """Of one run at one year's prices, buying costs more than renting, and that more than the part used up."""
    if key[0] == "deepseek_fleet":
        return
    rank = BASES_FROM_DEAR_TO_CHEAP.index
    rows = facts.where("cost_estimates", subject=key[0], price_year=key[1])
    found = [row for row in rows if row["basis"] in BASES_FROM_DEAR_TO_CHEAP]
    for dear in found:
        for cheap in found:
            if rank(dear["basis"]) < rank(cheap["basis"]):
                ratio = float(dear["value"]) / float(cheap["value"])
                between(f"{dear['fact_id']} over {cheap['fact_id']}", ratio, 1.01, 40)


# Models


def _models(facts: Facts) -> list[str]:
    return list(dict.fromkeys(row["subject"] for row in facts.rows("model_configs")))


def config(facts: Facts, model: str, metric: str) -> float | None:
    """A number of a model's configuration, if it has it."""
    rows = facts.where("model_configs", subject=model, metric=metric)
    return float(rows[0]["value"]) if rows else None


def configured(facts: Facts, model: str) -> ModelConfig:
    """The configuration of a model, where its rows are enough for one."""
    missing = [metric for metric in NEEDED if config(facts, model, metric) is None]
    comparable(not missing, f"{model} has no {', '.join(missing)} in model_configs.csv")
    return ModelConfig.from_facts(facts, model)


@check(_models)
def layers_heads_and_experts_fit(facts: Facts, model: str) -> None:
    """Heads share the width, key heads divide heads, no more experts are activated than there are."""
    layers, heads = config(facts, model, "layers"), config(facts, model, "attention_heads")
    if layers is None or heads is None:
        raise NotCompared(f"{model} has no layers or no heads in model_configs.csv")
    require((config(facts, model, "dense_layers") or 0) <= layers, f"{model} has more dense layers than layers")
    require(heads % (config(facts, model, "kv_heads") or 1) == 0, f"{model}: key heads do not divide heads")
    activated, routed = config(facts, model, "activated_experts"), config(facts, model, "routed_experts")
    if routed is not None:
        require(activated is not None and 1 <= activated <= routed, f"{model} activates {activated} of {routed} experts")
    groups, limited = config(facts, model, "expert_groups"), config(facts, model, "limited_groups")
    if groups is not None and limited is not None and routed is not None:
        require(limited <= groups and routed % groups == 0, f"{model}: {limited} of {groups} groups of {routed} experts")


@check(_models)
def configuration_gives_the_published_size(facts: Facts, model: str) -> None:
    """The parameters counted from a configuration are the published ones, to half a unit of their last digit or 1%."""
    published = facts.where("architecture_facts", subject=model, metric="total_parameters")
    comparable(published, f"{model} has no total_parameters in architecture_facts.csv")
    counted = parameter_count(configured(facts, model)).total.magnitude
    written = published[0]["value"]
    tolerance = max(half_unit(written), 0.007 * counted if model == "deepseek_67b" else 0.0025 * counted)
    require(abs(counted - float(written)) <= tolerance, f"{published[0]['fact_id']} is {written}, the configuration gives {counted:.5g}")


@check(subjects("architecture_facts", "activated_parameters"))
def configuration_gives_the_published_activated_size(facts: Facts, model: str) -> None:
    """The published activated parameters lie between the counts without and with the embeddings, to 3%."""
    count = parameter_count(configured(facts, model))
    fewest, most = count.activated(head=False).magnitude, count.activated(embedding=True).magnitude
    row = facts.where("architecture_facts", subject=model, metric="activated_parameters")[0]
    total = facts.where("architecture_facts", subject=model, metric="total_parameters")
    between(row["fact_id"], float(row["value"]), 0.97 * fewest, 1.03 * most)
    comparable(total, f"{model} has no total_parameters in architecture_facts.csv")
    require(float(row["value"]) < float(total[0]["value"]), f"{model} activates more parameters than it has")


@check(lambda facts: ("deepseek_v3", "llama_3_1_405b", "qwen2_5_72b"))
def configuration_gives_the_published_cache(facts: Facts, model: str) -> None:
    """The key-value cache counted from a configuration is the published one, to the digit."""
    published = facts.where("architecture_facts", subject=model, metric="kv_cache_per_token")
    comparable(published, f"{model} has no kv_cache_per_token in architecture_facts.csv")
    kilobytes = kv_cache_bytes_per_token(configured(facts, model)).to("kilobyte/token").magnitude
    same(facts, published[0]["fact_id"], kilobytes, 1e-6)


@check()
def cache_of_v2_is_reduced_as_published(facts: Facts) -> None:
    """V2's cache at its deployed bits is smaller than DeepSeek 67B's by the published share."""
    v2, dense = (configured(facts, name) for name in ("deepseek_v2", "deepseek_67b"))
    ratio = kv_cache_bytes_per_token(v2, facts["v2_kv_cache_bits_deployed"]).magnitude / kv_cache_bytes_per_token(dense).magnitude
    same(facts, "v2_kv_cache_reduction", 100 * (1 - ratio))


@check()
def latent_cache_equals_so_many_groups(facts: Facts) -> None:
    """V2's latent cache is as large as that of grouped attention with the published number of groups."""
    v2 = configured(facts, "deepseek_v2")
    head = config(facts, "deepseek_v2", "v_head_dim") or 0
    same(facts, "v2_mla_equivalent_gqa_groups", cached_per_layer(v2).magnitude / (2 * head))


# Training operations per token as published; Qwen's do not follow from the configuration by 11%, see its note
OPERATIONS = {
    "v3_training_flop_per_token": ("deepseek_v3", 1.0, 0.01),
    "v2_training_flop_per_token": ("deepseek_v2", 1.0, 0.02),
    "llama_3_1_405b_training_flop_per_token": ("llama_3_1_405b", 1.0, 0.015),
    "qwen_72b_training_flop_per_token": ("qwen2_5_72b", 1.0, 0.12),
    "llama2_7b_flop_per_4k_tokens": ("llama2_7b", 4.096, 0.03),
    "deepseekmoe_16b_flop_per_4k_tokens": ("deepseekmoe_16b", 4.096, 0.03),
}


@check(lambda facts: OPERATIONS)
def configuration_gives_the_published_operations(facts: Facts, fact_id: str) -> None:
    """Training operations counted from a configuration at 4,096 tokens are the published ones."""
    model, thousands, tolerance = OPERATIONS[fact_id]
    causal = model not in ("llama2_7b", "deepseekmoe_16b")
    counted = flops_per_token(configured(facts, model), constant(4096, "token", "4096"), causal=causal)
    same(facts, fact_id, counted.to("Gflop/token").magnitude * thousands, tolerance)


SAME_IN_ALL_OF_A_FAMILY = {
    "vocab_size": (("deepseek_67b", "deepseek_v2", "deepseek_v2_lite", "deepseekmoe_16b"), ("llama2_7b", "mixtral_8x7b")),
    "kv_lora_rank": (("deepseek_v2", "deepseek_v2_lite", "deepseek_v3"),),
    "q_lora_rank": (("deepseek_v2", "deepseek_v3"),),
    "qk_nope_head_dim": (("deepseek_v2", "deepseek_v2_lite", "deepseek_v3"),),
    "qk_rope_head_dim": (("deepseek_v2", "deepseek_v2_lite", "deepseek_v3"),),
    "v_head_dim": (("deepseek_v2", "deepseek_v2_lite", "deepseek_v3"),),
    "expert_groups": (("deepseek_v2", "deepseek_v3"),),
    "routed_experts": (("deepseekmoe_16b", "deepseek_v2_lite"),),
    "moe_intermediate_size": (("deepseekmoe_16b", "deepseek_v2_lite"),),
    "intermediate_size": (("deepseekmoe_16b", "deepseek_v2_lite"),),
}


@check(lambda facts: SAME_IN_ALL_OF_A_FAMILY)
def family_shares_its_tokenizer_and_attention(facts: Facts, metric: str) -> None:
    """Models of one family share vocabulary, and those with latent attention its widths."""
    for family in SAME_IN_ALL_OF_A_FAMILY[metric]:
        found = {config(facts, model, metric) for model in family}
        require(len(found) == 1, f"{metric} of {', '.join(family)} differ: {found}")


# Chips: total processing performance is operations per second times the bit length of the operation
# (ECCN 3A090, note to paragraph a): a multiply-accumulate counts as two operations, as in the data sheets

BIT_LENGTHS = {"fp16_bf16_dense": 16, "fp8_dense": 8, "int8_dense_tops": 8}


def _chips(facts: Facts) -> list[str]:
    return list(dict.fromkeys(row["subject"] for row in facts.rows("chips")))


@check(_chips)
def chip_rating_is_throughput_times_bits(facts: Facts, chip: str) -> None:
    """A chip's rating is each of its rates times the bits."""
    ratings = facts.where("chips", subject=chip, metric="total_processing_performance")
    rates = [(bits, row) for metric, bits in BIT_LENGTHS.items() for row in facts.where("chips", subject=chip, metric=metric)]
    comparable(ratings and rates, f"{chip} has no total_processing_performance, or no rate to compare it with")
    for rating in ratings:
        for bits, rate in rates:
            ratio = float(rating["value"]) / (bits * float(rate["value"]))
            between(f"{rating['fact_id']} over {bits} times {rate['fact_id']}", ratio, 0.998, 1.002)


@check(_chips)
def chip_density_is_rating_per_area(facts: Facts, chip: str) -> None:
    """A chip's density is its rating over its area."""
    density, area = (facts.where("chips", subject=chip, metric=metric) for metric in ("performance_density", "die_area"))
    ratings = facts.where("chips", subject=chip, metric="total_processing_performance")
    comparable(density and area and ratings, f"{chip} lacks a performance_density, a die_area or a total_processing_performance")
    same(facts, density[0]["fact_id"], float(ratings[0]["value"]) / float(area[0]["value"]), 0.0025)


# Row of a chip for China, and of the chip it was made from
SAME_SILICON = [
    (f"{variant}{metric}", f"{original}{metric}")
    for variant, original, metrics in (
        ("a800_80gb_sxm_", "a100_80gb_sxm_", "fp16_bf16_dense int8_dense_tops memory_size memory_bandwidth die_area"),
        ("h200_sxm_", "h100_sxm_", "fp16_bf16_dense fp8_dense int8_dense_tops die_area interconnect_bandwidth"),
        ("h800_sxm_", "h100_sxm_", "int8_dense_tops memory_size memory_bandwidth die_area"),
        ("h20_", "h100_sxm_", "die_area interconnect_bandwidth"),
        ("rtx_4090_d_", "rtx_4090_", "die_area memory_bandwidth interconnect_bandwidth"),
        ("l40s_", "rtx_4090_", "die_area"),
        ("l40s_", "l20_", "memory_bandwidth"),
    )
    for metric in metrics.split()
] + [
    ("h800_bf16_peak", "h100_sxm_fp16_bf16_dense"),
    ("h800_fp8_peak", "h100_sxm_fp8_dense"),
    ("a800_80gb_sxm_interconnect_bandwidth", "h800_link_bandwidth"),
    ("l20_interconnect_bandwidth", "a100_80gb_sxm_pcie_bandwidth"),
    ("l2_interconnect_bandwidth", "a100_80gb_sxm_pcie_bandwidth"),
    ("l40s_interconnect_bandwidth", "a100_80gb_sxm_pcie_bandwidth"),
    ("rtx_4090_interconnect_bandwidth", "a100_80gb_sxm_pcie_bandwidth"),
]


@check(lambda facts: SAME_SILICON)
def variants_share_their_silicon(facts: Facts, pair: tuple[str, str]) -> None:
    """A variant for China has the compute, the die or the links of the chip it was made from."""
    first, second = pair
    same(facts, first, value(facts, second), 1e-9, of=second)


@check(subjects("chips", "memory_bandwidth", "memory_size"))
def memory_speed_fits_its_size(facts: Facts, chip: str) -> None:
    """Stacks of high-bandwidth memory of these generations move 20 to 50 times their size in a second."""
    size = float(facts.where("chips", subject=chip, metric="memory_size")[0]["value"])
    row = facts.where("chips", subject=chip, metric="memory_bandwidth")[0]
    speed = float(row["value"]) * (1000 if row["unit"] == "terabyte/second" else 1)
    between(f"{row['fact_id']} in GB/s over the memory's size", speed / size, 20, 50)


@check()
def ascend_package_is_two_dies(facts: Facts) -> None:
    """An Ascend 910C is two dies of the 910B's kind: twice its area, memory, memory speed and link."""
    for metric in ("die_area", "memory_size", "memory_bandwidth", "interconnect_bandwidth"):
        same(facts, f"ascend_910c_{metric}", 2 * value(facts, f"ascend_910b_{metric}"), 1e-9)
    between(
        "ascend_910c over ascend_910b", value(facts, "ascend_910c_fp16_bf16_dense") / value(facts, "ascend_910b_fp16_bf16_dense"), 2, 2.6
    )


# The notice of April 2025 named the H20, which no limit catches
MISMATCHES = {"h20"}


@check()
def rules_decide_what_happened(facts: Facts) -> None:
    """The export rules, applied to the chips' figures, restrict what was restricted and free what was sold."""
    wrong = {outcome.chip_id for outcome in export_controls.outcomes(facts) if not outcome.agrees}
    require(wrong == MISMATCHES, f"rule and record differ for {', '.join(sorted(wrong ^ MISMATCHES))}")


# Prices


@check(lambda facts: list(dict.fromkeys((row["subject"], row["unit"], row["as_of"]) for row in facts.rows("api_prices"))))
def prices_are_in_order(facts: Facts, key: tuple[str, str, str]) -> None:
    """A cached token costs at most half of an input token, and an output token one and a half to nine times it."""
    subject, unit, as_of = key
    prices = {row["metric"]: float(row["value"]) for row in facts.where("api_prices", subject=subject, unit=unit, as_of=as_of)}
    if "input" in prices and "input_cached" in prices:
        between(f"cached over input price of {subject}", prices["input_cached"] / prices["input"], 0.008, 0.5)
    if "input" in prices or "output" in prices:
        missing = ", ".join({"input", "output"} - prices.keys())
        comparable(not missing, f"{subject} of {as_of} has no price for {missing}")
        between(f"output over input price of {subject}", prices["output"] / prices["input"], 1.49, 9)


def _currency_pairs(facts: Facts) -> list[tuple[str, str]]:
    return [
        (yuan["fact_id"], dollars["fact_id"])
        for yuan in facts.where("api_prices", unit="cny/Mtoken")
        for dollars in facts.where("api_prices", subject=yuan["subject"], metric=yuan["metric"], as_of=yuan["as_of"], unit="usd/Mtoken")
    ]


@check(_currency_pairs)
def prices_in_two_currencies_agree(facts: Facts, pair: tuple[str, str]) -> None:
    """DeepSeek's two price lists differ by the exchange rate, as round numbers allow."""
    between(" over ".join(pair), value(facts, pair[0]) / value(facts, pair[1]), 7.1, 7.45)


# Price list, the list it is a discount on, and the part of it that is paid
DISCOUNTS = {
    "deepseek_r1_off_peak_{}_usd_2025_02_26": ("deepseek_r1_{}_usd_2025_01_20", 0.25),
    "deepseek_v3_off_peak_{}_usd_2025_02_26": ("deepseek_v3_{}_usd_2025_02_08", 0.5),
    "deepseek_r1_off_peak_{}_cny_2025_02_26": ("deepseek_r1_{}_cny_2025_01_20", 0.25),
    "deepseek_v3_off_peak_{}_cny_2025_02_26": ("deepseek_v3_{}_cny_2025_02_08", 0.5),
    "deepseek_v4_1_flash_off_peak_{}_usd_2026_10_27": ("deepseek_v4_1_flash_peak_{}_usd_2026_10_27", 0.5),
    "deepseek_v4_pro_0813_off_peak_{}_usd_2026_10_27": ("deepseek_v4_pro_0813_peak_{}_usd_2026_10_27", 0.5),
    "deepseek_v3_off_peak_{}_usd_2025_02_26 ": ("deepseek_r1_off_peak_{}_usd_2025_02_26", 1.0),
    "o1_mini_{}_usd_2025_01_31": ("o3_mini_{}_usd_2025_01_31", 1.0),
}
PRICE_METRICS = ("input", "input_cached", "output")


@check(lambda facts: [(name, metric) for name in DISCOUNTS for metric in PRICE_METRICS])
def discount_is_the_stated_part_of_the_list_price(facts: Facts, key: tuple[str, str]) -> None:
    """A price with a discount is the stated part of the standard price, as rounded by the vendor."""
    name, metric = key
    standard, part = DISCOUNTS[name]
    paid, full = value(facts, f"price_{name.strip().format(metric)}"), value(facts, f"price_{standard.format(metric)}")
    between(f"price_{name.strip().format(metric)} over the standard price", paid / full / part, 0.97, 1.04)


@check()
def other_price_cuts_are_the_stated_ones(facts: Facts) -> None:
    """o3 was cut by 80%; V4 Pro's promotion took 75% off; o4-mini costs what o3-mini costs."""
    for metric in PRICE_METRICS:
        same(facts, f"price_o3_{metric}_usd_2025_06_10", 0.2 * value(facts, f"price_o3_{metric}_usd_2025_04_16"), 1e-6)
    for metric in ("input", "output"):
        same(
            facts,
            f"price_deepseek_v4_pro_promotion_{metric}_usd_2026_05_05",
            value(facts, f"price_deepseek_v4_pro_{metric}_usd_2026_04_24") / 4,
            1e-6,
        )
        same(facts, f"price_o4_mini_{metric}_usd_2025_04_16", value(facts, f"price_o3_mini_{metric}_usd_2025_01_31"))


@check()
def serving_day_rebuilds(facts: Facts) -> None:
    """The revenue of DeepSeek's serving day is its tokens at R1's prices."""
    tokens = [facts[f"service_{name}_tokens_per_day"] for name in ("cache_hit", "input", "output")]
    prices = [facts[f"price_deepseek_r1_{name}_usd_2025_01_20"] for name in ("input_cached", "input", "output")]
    revenue = serving_revenue(*tokens, *prices)
    published = facts["service_theoretical_revenue_per_day"]
    between("rebuilt over published revenue", revenue.magnitude / published.magnitude, 0.997, 1.003)


@check(lambda facts: [row["fact_id"] for row in facts.rows("exchange_rates")])
def exchange_rates_of_one_winter_agree(facts: Facts, fact_id: str) -> None:
    """The dollar cost 7.19 to 7.33 yuan in the winter of 2025: no two rates differ by more than 2%."""
    others = [float(row["value"]) for row in facts.rows("exchange_rates") if row["fact_id"] != fact_id]
    between(f"{fact_id} over the median rate", value(facts, fact_id) / median(others), 0.98, 1.02)


# Benchmarks


def _benchmarks_with_items(facts: Facts) -> list[str]:
    return list(dict.fromkeys(row["benchmark"] for row in facts.rows("benchmark_scores") if row["n_items"]))


# Other sizes a score was counted on: a run with failed tasks, or the subset that its setting names
OTHER_SIZES = {
    "aider_polyglot": {"223", "224"},
    "livecodebench": {"268", "454"},
    "aime_2024_2025": {"60"},
    "caisi_13_benchmarks": {"13"},
    "caisi_cost": {"7"},
    "output_length": {"500"},
}
VOTES = ("lmarena_text", "lmarena_text_style_control")


@check(_benchmarks_with_items)
def scores_count_the_questions_there_are(facts: Facts, benchmark: str) -> None:
    """A score is counted on the questions that the benchmark's own page lists."""
    described = {
        row["value"].partition(".")[0] for row in facts.where("benchmarks", subject=benchmark) if row["metric"].startswith("n_items")
    } | OTHER_SIZES.get(benchmark, set())
    comparable(described or benchmark in VOTES, f"{benchmark} has no n_items in benchmarks.csv")
    for row in facts.where("benchmark_scores", benchmark=benchmark):
        if benchmark in VOTES:
            between(f"votes behind {row['fact_id']}", float(row["n_items"]), 1000, 100_000)
        elif row["n_items"]:
            require(
                row["n_items"] in described, f"{row['fact_id']} counts {row['n_items']} questions, the benchmark has {sorted(described)}"
            )


def _runs(facts: Facts) -> list[tuple[str, str]]:
    return [
        (row["subject"], row["as_of"])
        for row in facts.where("benchmark_scores", benchmark="aider_polyglot", source_key="aider_polyglot", metric="pass_rate_2")
    ]


@check(_runs)
def solved_tasks_give_the_printed_rate(facts: Facts, run: tuple[str, str]) -> None:
    """The tasks a run solved, over all tasks or over those it finished, are its printed rate."""
    subject, as_of = run
    rows = facts.where("benchmark_scores", benchmark="aider_polyglot", source_key="aider_polyglot", subject=subject, as_of=as_of)
    found = {row["metric"]: row for row in rows}
    comparable("solved_tasks" in found and "seconds_per_task" in found, f"{subject} of {as_of} lacks solved_tasks or seconds_per_task")
    solved, rate = float(found["solved_tasks"]["value"]), found["pass_rate_2"]["value"]
    tasks = {value(facts, "aider_polyglot_n_items"), float(found["pass_rate_2"]["n_items"])}
    # The leaderboard rounds, and cuts off for a few
    agrees = any(-0.051 <= 100 * solved / number - float(rate) < 0.1 for number in tasks)
    require(agrees, f"{subject} solved {solved:g} tasks, which is not {rate}%")


def _scores(facts: Facts) -> list[str]:
    """Subjects with scores in percent."""
    return list(dict.fromkeys(row["subject"] for row in facts.where("benchmark_scores", unit="percent")))


# Odds: a score this far from what the model's other scores and the test's other scores imply is a slip
ODDS = 3.1
# With fewer scores to compare, the test or the model is not known well enough
FEWEST = 3


@check(_scores)
def score_fits_the_model_and_the_test(facts: Facts, subject: str) -> None:
    """A score is near what the model's other scores and the other models' scores on the test imply (in log-odds)."""
    rows = [row for row in facts.where("benchmark_scores", subject=subject, unit="percent") if row["metric"] in _SHARES]
    surprises = {}
    for row in rows:
        others = [
            _odds(other)
            for other in facts.where("benchmark_scores", benchmark=row["benchmark"], unit="percent")
            if other["subject"] != subject and other["metric"] in _SHARES
        ]
        if len(others) >= FEWEST:
            surprises[row["fact_id"]] = _odds(row) - median(others)
    for fact_id, surprise in surprises.items():
        rest = [other for name, other in surprises.items() if name != fact_id]
        expected = median(rest) if len(rest) >= FEWEST else 0.0
        allowed = ODDS if len(rest) >= FEWEST else ODDS + 1
        between(f"log-odds of {fact_id} beyond what is expected", surprise - expected, -allowed, allowed)


_SHARES = {
    "accuracy", "exact_match", "pass_1", "pass_1_cot", "cons_64", "correct", "percentile", "prompt_strict", "resolved", "win_rate",
    "lc_win_rate", "f1", "f1_3_shot", "pass_rate_2", "score",
}  # fmt: skip


def _odds(row: Row) -> float:
    share = min(max(float(row["value"]) / 100, 0.001), 0.999)
    return math.log(share / (1 - share))


def _repeated_scores(facts: Facts) -> list[tuple[str, str, str]]:
    sources: dict[tuple[str, str, str], set[str]] = {}
    for row in facts.rows("benchmark_scores"):
        sources.setdefault((row["subject"], row["benchmark"], row["metric"]), set()).add(row["source_key"])
    return [key for key, found in sources.items() if len(found) > 1]


# DeepSeek's own documents, in which one measurement stands several times; where it does not, the difference is listed
OF_ONE_HOUSE = {"v3_report", "r1_preprint", "r1_nature", "r1_0528_card"}
RESTATED = {
    # The paper on R1 measured them again
    ("claude_3_5_sonnet_1022", "c_simpleqa", "correct"),
    ("deepseek_v3", "c_simpleqa", "correct"),
    ("gpt_4o_0513", "c_simpleqa", "correct"),
    ("deepseek_v3", "codeforces", "percentile"),
    # Questions of other months
    ("claude_3_5_sonnet_1022", "livecodebench", "pass_1_cot"),
    ("deepseek_v3", "livecodebench", "pass_1_cot"),
    ("gpt_4o_0513", "livecodebench", "pass_1_cot"),
    # A later checkpoint in the paper in Nature
    ("deepseek_r1_zero", "aime_2024", "pass_1"),
    ("deepseek_r1_zero", "gpqa_diamond", "pass_1"),
}


@check(_repeated_scores)
def score_is_the_same_in_each_document(facts: Facts, key: tuple[str, str, str]) -> None:
    """A score that DeepSeek prints in several documents is one number, and others find it to ten points."""
    subject, benchmark, metric = key
    rows = facts.where("benchmark_scores", subject=subject, benchmark=benchmark, metric=metric)
    numbers = {row["fact_id"]: float(row["value"]) for row in rows}
    house = {row["value"] for row in rows if row["source_key"] in OF_ONE_HOUSE}
    if key not in RESTATED:
        require(len({float(number) for number in house}) <= 1, f"{' '.join(key)}: {numbers}")
    if rows and rows[0]["unit"] == "percent":
        between(f"spread of {' '.join(key)}", max(numbers.values()) - min(numbers.values()), 0, 12)
    elif rows:
        between(f"spread of {' '.join(key)}", max(numbers.values()) / min(numbers.values()), 1, 1.5)


def _ratings(facts: Facts) -> list[tuple[str, str]]:
    return [("lmarena_text", "arena_elo"), ("lmarena_text_style_control", "arena_elo"), ("codeforces", "rating")]


@check(_ratings)
def ratings_lie_on_one_scale(facts: Facts, key: tuple[str, str]) -> None:
    """Ratings of one scale lie within a factor of two of their median; in the arena, within a fifth."""
    numbers = {row["fact_id"]: float(row["value"]) for row in facts.where("benchmark_scores", benchmark=key[0], metric=key[1])}
    middle = median(numbers.values())
    reach = 1.2 if key[1] == "arena_elo" else 2.2
    for fact_id, number in numbers.items():
        between(f"{fact_id} over the median rating", number / middle, 1 / reach, reach)


# Market

CRASH, DAY_BEFORE = "2025-01-27", "2025-01-24"
# 252 trading days in 2024, less the first, which has no return; 250 in 2025
TRADING_DAYS = 251 + 250
INDEX_TICKERS = {
    "sp_500_return_2025_01_27": "^GSPC",
    "nasdaq_composite_return_2025_01_27": "^IXIC",
    "sox_return_reuters_2025_01_27": "^SOX",
    "rsp_return_2025_01_27": "RSP",
}


def _tickers(facts: Facts) -> list[str]:
    return [row["ticker"] for row in facts.rows("market_series")]


def _returns(facts: Facts, ticker: str) -> dict[str, float]:
    return {row["date"]: float(row["return_pct"]) for row in facts.where("market_returns", ticker=ticker)}


def _close_ids(facts: Facts, ticker: str) -> tuple[str, str] | None:
    after, before = (f"{ticker.lower()}_close_{day.replace('-', '_')}" for day in (CRASH, DAY_BEFORE))
    return (before, after) if before in facts and after in facts else None


@check(_tickers)
def series_has_every_trading_day(facts: Facts, ticker: str) -> None:
    """A series has a return on each trading day of the calendar from its first day to its last."""
    series = facts.where("market_series", ticker=ticker)[0]
    calendar = [row["date"] for row in facts.where("market_returns", ticker="SPY")]
    days = [row["date"] for row in facts.where("market_returns", ticker=ticker)]
    comparable(days, f"{ticker} has no rows in market_returns.csv")
    require(days == [day for day in calendar if day >= series["first_date"]], f"{ticker} has other days than SPY")
    require((days[0], days[-1]) == (series["first_date"], series["last_date"]), f"{ticker} begins or ends on another day")
    require(len(calendar) == TRADING_DAYS, f"SPY has {len(calendar)} returns, the exchange was open on {TRADING_DAYS} days")


@check(lambda facts: [ticker for ticker in _tickers(facts) if _close_ids(facts, ticker)])
def return_follows_from_the_closes(facts: Facts, ticker: str) -> None:
    """The return of the day is the change of the closes, as far as both are written."""
    ids = _close_ids(facts, ticker)
    require(ids is not None, f"{ticker} has no closes")
    before, after = values(facts, " ".join(ids or ()))
    rounding = 100 * 0.005 * (1 / before + after / before**2)
    written = {row["date"]: row["return_pct"] for row in facts.where("market_returns", ticker=ticker)}[CRASH]
    gap = float(written) - 100 * (after / before - 1)
    require(abs(gap) <= rounding + half_unit(written) * NOISE, f"{ticker}: the closes give another return, by {gap:.4f} points")


@check(lambda facts: INDEX_TICKERS)
def reported_index_return_agrees_with_the_series(facts: Facts, fact_id: str) -> None:
    """A reported return of an index is the series', to one unit of its last digit: agencies report before the close is final."""
    written = facts.row(fact_id)["value"]
    found = _returns(facts, INDEX_TICKERS[fact_id])[CRASH]
    require(abs(found - float(written)) <= 2 * half_unit(written), f"{fact_id} is {written}, the series has {found}")


# Points in a hundred by which returns of a month may miss the change of the closes: rounding of up to 23 returns,
# and for closes that another vendor adjusts for splits, of the closes
ROUNDED, ROUNDED_CLOSES = 0.0006, 0.009
# Yield of one dividend, in percent: what adjusted closes gain over a month in which one fell due
DIVIDEND = (0.02, 0.7)


@check(lambda facts: list(dict.fromkeys(row["ticker"] for row in facts.rows("market_month_returns"))))
def returns_of_a_month_compound_to_its_return(facts: Facts, ticker: str) -> None:
    """The daily returns of each month compound to the month's return from another source, but for a dividend."""
    months = facts.where("market_month_returns", ticker=ticker)
    returns = list(_returns(facts, ticker).items())
    comparable(returns, f"{ticker} has no rows in market_returns.csv")
    require(len(months) >= 21, f"{ticker} has {len(months)} monthly returns")
    position, before = 0, months[0]["after"]
    for month in months:
        require(month["after"] == before, f"{ticker} has no return from {before}")
        before, growth = month["date"], 1.0
        while position < len(returns) and returns[position][0] <= month["date"]:
            growth *= 1 + returns[position][1] / 100
            position += 1
        gap = 100 * ((1 + float(month["return_pct"]) / 100) / growth - 1)
        rounding = ROUNDED_CLOSES if month["price_basis"] == "close" else ROUNDED
        dividend = month["price_basis"] == "adjusted" and DIVIDEND[0] <= gap <= DIVIDEND[1]
        require(abs(gap) <= rounding or dividend, f"{ticker}: returns to {month['date']} miss the month's by {gap:.4f}%")
    require(before == returns[-1][0], f"{ticker} has no return of its last month")


# Funds and indexes that hold the same shares: how many points a day apart, at most
# (SPY lost its dividend of 0.35% on 15 March 2024; SOXX and the PHLX index weigh Nvidia differently)
TWINS = {
    ("SPY", "^GSPC"): 0.36,
    ("SOXX", "SMH"): 3.5,
    ("SOXX", "^SOX"): 1.4,
    ("QQQ", "^IXIC"): 1.2,
    ("SPY", "RSP"): 2.8,
    ("SPY", "QQQ"): 4.0,
}


# On 9 April 2025 the fund's last trade was far above its index's close, which it made up for on the next day
LATE_TRADES = ("2025-04-09", "2025-04-10")


@check(lambda facts: TWINS)
def funds_move_with_their_index(facts: Facts, pair: tuple[str, str]) -> None:
    """Two funds or indexes of the same shares move together each day."""
    first, second = (_returns(facts, ticker) for ticker in pair)
    for date, percent in first.items():
        if date in second:
            reach = TWINS[pair] * (3 if date in LATE_TRADES else 1)
            between(f"{pair[0]} less {pair[1]} on {date}", percent - second[date], -reach, reach)


def _price_before(facts: Facts, ticker: str, day: str) -> float:
    """The close before a day: the one that is written, carried on or back by the returns between."""
    (before, _), price = _close_ids(facts, ticker) or ("", ""), 1.0
    for date, percent in _returns(facts, ticker).items():
        if DAY_BEFORE < date < day:
            price *= 1 + percent / 100
        elif day <= date <= DAY_BEFORE:
            price /= 1 + percent / 100
    return price * value(facts, before)


# Company, shares, day, published loss, and how far apart
LOSSES = {
    "nvda_cap_loss_2025_01_27_bloomberg": ("nvda_shares_2024_11_15", "NVDA", "2025-01-27", 0.002),
    "avgo_cap_loss_2025_01_27": ("avgo_shares_2024_11_29", "AVGO", "2025-01-27", 0.01),
    "nvda_cap_loss_2024_09_03": ("nvda_shares_2024_11_15", "NVDA", "2024-09-03", 0.01),
    "aapl_cap_loss_2025_04_03": ("aapl_shares_2025_01_17", "AAPL", "2025-04-03", 0.02),
}


@check(lambda facts: LOSSES)
def lost_value_is_shares_times_fall(facts: Facts, fact_id: str) -> None:
    """A company's lost value is its shares times the fall of its price."""
    shares, ticker, day, tolerance = LOSSES[fact_id]
    returns = _returns(facts, ticker)
    price = _price_before(facts, ticker, day)
    same(facts, fact_id, -value(facts, shares) * price * returns[day] / 100, tolerance, of=f"{shares} and the price")


@check()
def shares_of_nvidia_change_slowly(facts: Facts) -> None:
    """Nvidia buys back its shares: each count is below the one before, by less than 1%."""
    ids = [f"nvda_shares_{day}" for day in ("2024_11_15", "2025_02_21", "2025_08_22", "2026_05_15", "2026_08_21")]
    for before, after in itertools.pairwise(ids):
        between(f"{after} over {before}", value(facts, after) / value(facts, before), 0.99, 1)


@check()
def nvidia_is_worth_trillions(facts: Facts) -> None:
    """Nvidia passed five trillion dollars in October 2025: its latest close times its shares is near that."""
    between(
        "nvda_close_2026_08_21 times shares, in trillions",
        value(facts, "nvda_close_2026_08_21") * value(facts, "nvda_shares_2026_08_21") / 1e12,
        3.5,
        8,
    )
    loss = value(facts, "nvda_cap_loss_2026_06_05") / (value(facts, "nvda_shares_2026_05_15") * value(facts, "nvda_close_2026_08_21"))
    between("nvda_cap_loss_2026_06_05 over its value", loss, 0.05, 0.075)
    microsoft = _price_before(facts, "MSFT", "2026-01-01") * value(facts, "msft_shares_2025_01_23")
    between("msft_cap_loss_2026_01_29 over its value", value(facts, "msft_cap_loss_2026_01_29") / microsoft, 0.05, 0.15)


# Claims


@check(lambda facts: [row["claim_id"] for row in facts.rows("claims")])
def judgement_fits_its_claim(facts: Facts, claim_id: str) -> None:
    """What is judged of a claim is not contradicted by arithmetic on its number and its reference."""
    claims.audit_one(facts, claim_id)


@check(lambda facts: [row["claim_id"] for row in facts.rows("claims") if row["value"] and (row["low"] or row["high"])])
def claimed_number_is_the_middle_of_what_it_allows(facts: Facts, claim_id: str) -> None:
    """A claimed number is the middle of the interval its wording allows, or the end of an open one."""
    row = facts.claim_row(claim_id)
    number = float(row["value"])
    ends = [float(row[column]) for column in ("low", "high") if row[column]]
    middles = [*ends, sum(ends) / 2] if len(ends) == 2 else ends
    if len(ends) == 2 and claim_id not in HEDGED:
        middles = [sum(ends) / 2]
    agrees = any(math.isclose(number, middle, rel_tol=1e-9) for middle in middles)
    if claim_id in FRACTIONS:
        agrees = math.isclose(1 / number, sum(1 / x for x in ends) / 2, rel_tol=2e-3)
    require(agrees, f"{claim_id} says {row['value']}, its wording allows {row['low'] or '…'} to {row['high'] or '…'}")
    if len(ends) == 2:
        between(f"width of {claim_id} over its number", (ends[1] - ends[0]) / abs(number), 0, 1.2)


# “Almost” and “up to”: the number is the end of what is allowed
HEDGED = {"arthnova_math_10x"}
# Said as one part in so many
FRACTIONS = {"economics_gpt3_1200"}
