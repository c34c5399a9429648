"""What two or more rows give together, and where that can lie: dollars a chip, days of a run, one share of another.

The cross-check that asks is `deepseek_audit.checks.crosschecks.ratio_of_rows_is_possible`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

GPUS_PER_NODE = 8
HOURS_PER_DAY = 24
HOURS_PER_YEAR = 8766
HOURS_PER_MONTH = HOURS_PER_YEAR / 12
SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3600
DAYS_PER_MONTH = 365.25 / 12

# Computes a number from the numbers of rows, which it gets by their ids
Formula = Callable[[Callable[[str], float]], float]

# A number computed from rows, and where it must lie: formula, low, high, and why there. A bound without a reason of its own
# is a judgment, wide enough for every party's figures; what it catches is a slip of a digit, a unit or a row.
RATIOS: dict[str, tuple[Formula, float, float, str]] = {
    "months of pre-training over the stated bound": (
        lambda v: v("v3_hours_pretrain") / v("v3_cluster_gpus") / HOURS_PER_DAY / DAYS_PER_MONTH / v("v3_duration_claim"),
        0.5,
        1,
        "“less than two months” is stated in whole months, so more than half and not more than all of it",
    ),
    "outside utilization over the reported causal one": (
        lambda v: v("v3_mfu_independent") / v("v3_mfu_causal"),
        0.85,
        1,
        "two counts of the operations of one run; they differ by less than a sixth",
    ),
    "r1_flop_epoch over the BF16 peak of R1's hours": (
        lambda v: v("r1_flop_epoch") / (v("r1_hours_total") * SECONDS_PER_HOUR * v("h800_bf16_peak") * 1e12),
        0.3,
        2,
        "FP8 runs at up to twice the BF16 peak; under a third of it would be an idle cluster",
    ),
    "hours of the Llama family over those of its largest model": (
        lambda v: v("llama_family_hours") / v("llama_hours"),
        1.1,
        1.5,
        "the smaller models add to the largest more than a tenth and less than half; a judgment",
    ),
    "Llama's utilization from its hours over the reported one": (
        lambda v: (
            v("llama_flop")
            / (v("llama_hours") * SECONDS_PER_HOUR * v("h100_sxm_fp16_bf16_dense") * 1e12)
            / (v("llama_mfu_paper") / 100 * v("llama_uptime"))
        ),
        0.85,
        1.1,
        "one quantity by two routes; 6ND leaves out attention, and hours hold restarts",
    ),
    "days of Llama's run": (
        lambda v: v("llama_hours") / v("llama_gpus") / HOURS_PER_DAY,
        54,
        120,
        "the paper's snapshot of interruptions alone covers 54 days; the upper bound is a judgment",
    ),
    "days of GPT-4's run at 35% of the A100's peak": (
        lambda v: v("gpt4_flop") / (v("gpt4_gpus") * v("a100_80gb_sxm_fp16_bf16_dense") * 1e12 * 0.35) / SECONDS_PER_DAY,
        60,
        150,
        "a judgment: the longest runs of those years took two to five months",
    ),
    "ablation width, large over small": (
        lambda v: v("v3_abl_large_active") / v("v3_abl_small_active"),
        5,
        15,
        "an order of magnitude lies between the two sizes of trial",
    ),
    "V3's activated parameters over the large ablation's": (
        lambda v: v("v3_activated_parameters") / v("v3_abl_large_active"),
        1.2,
        3,
        "a trial is smaller than the model it is for, but not so small that it shows nothing",
    ),
    "small ablation's activated parameters over V2-Lite's, same size": (
        lambda v: v("v3_abl_small_active") / v("v2_lite_activated_parameters"),
        0.95,
        1.05,
        "both are the 16B model, rounded differently",
    ),
    "large ablation's activated parameters over V2's, same size": (
        lambda v: v("v3_abl_large_active") / v("v2_activated_parameters"),
        0.95,
        1.05,
        "both are about 230B in all, rounded differently",
    ),
    "tokens of the large ablations, one over the other": (
        lambda v: v("v3_abl_mtp_large") / v("v3_abl_aux_large"),
        0.8,
        1.25,
        "two trials of one size in one report are trained alike",
    ),
    "tokens of the diverged ablation over the finished ones": (
        lambda v: v("v3_abl_block") / v("v3_abl_fp8_small"),
        0.1,
        1,
        "it was stopped, so it saw less, but enough to show a divergence",
    ),
    "tokens of V2 over V3's": (
        lambda v: v("v2_tokens") / v("v3_tokens"),
        0.3,
        1,
        "the later model saw more; between generations of one laboratory less than three times as much",
    ),
    "rent of MiniMax's three weeks": (
        lambda v: v("minimax_m1_cost") / (v("minimax_m1_gpus") * 21 * HOURS_PER_DAY),
        1.5,
        3.5,
        "the rents of an H800-hour in 2025, from the cheapest offer to a cloud's",
    ),
    "R1's cost with its base over both bills": (
        lambda v: v("r1_cost_epoch") / (v("v3_usd_total") + v("r1_usd_total")),
        0.8,
        1.5,
        "the same two runs, at other rents and in other dollars",
    ),
    "dollars a GPU-hour of Llama in the cloud": (
        lambda v: v("llama_cost_cloud") / v("llama_hours"),
        2,
        12,
        "from the cheapest rent of an H100 to a large cloud's list price",
    ),
    "dollars a GPU-hour of Llama amortized": (
        lambda v: v("llama_cost_amort") / v("llama_hours"),
        0.8,
        4,
        "below the cloud's price and above electricity; a judgment",
    ),
    "dollars a chip of Llama's cluster": (
        lambda v: v("llama_cost_acq") / v("llama_gpus"),
        30_000,
        80_000,
        "a chip with its server is near $30,000; network and building at most double it and a half",
    ),
    "dollars a chip of GPT-4's cluster": (
        lambda v: v("gpt4_acq") / v("gpt4_gpus"),
        15_000,
        60_000,
        "a chip with server and network, bought early; a judgment",
    ),
    "GPT-4's floor over its amortized cost": (
        lambda v: v("gpt4_altman") / v("gpt4_amort"),
        1,
        5,
        "a remark of “more than” on the whole development lies above the run alone",
    ),
    "one floor over the other, both of one speaker": (
        lambda v: v("reuters_altman") / v("gpt4_altman"),
        0.99,
        1.01,
        "one remark, reported twice",
    ),
    "Gemini's purchase over GPT-4's": (
        lambda v: v("gemini_acq") / v("gpt4_acq"),
        0.3,
        3,
        "two largest clusters one generation apart",
    ),
    "GPT-4.5's amortized cost over what its run was paid with": (
        lambda v: v("gpt45_amort") / v("openai_gpt45_final"),
        0.2,
        1,
        "the estimate is of the run alone, the payment at a cloud's price",
    ),
    "final runs over research compute": (
        lambda v: v("openai_final_2024") / v("openai_rd_2024"),
        0.05,
        0.3,
        "a part, by the source a small one",
    ),
    "inference over research compute": (
        lambda v: v("openai_inference_2024") / v("openai_rd_2024"),
        0.2,
        1,
        "the source calls research the larger of the two",
    ),
    "other final runs over GPT-4.5's": (
        lambda v: v("openai_other_final") / v("openai_gpt45_final"),
        0.05,
        1,
        "the largest run of the year is larger than the others",
    ),
    "Opus 3 over Sonnet 3.5, amortized": (
        lambda v: v("opus3_amort") / v("sonnet_amort"),
        0.3,
        3,
        "two models of one company within a year: one order of size",
    ),
    "GPT-4o over GPT-4, amortized": (
        lambda v: v("gpt4o_amort") / v("gpt4_amort_2024"),
        0.3,
        2,
        "two models of one company within two years: one order of size",
    ),
    "Grok 3 over GPT-4.5, amortized": (
        lambda v: v("grok3_amort") / v("gpt45_amort"),
        0.5,
        5,
        "two largest runs published in one month: one order of size",
    ),
    "dollars a chip of the fleet": (
        lambda v: v("sa_capex") / v("sa_total_gpus"),
        15_000,
        45_000,
        "from an H20 at market price to an H100 with server and network",
    ),
    "dollars a Hopper chip of the fleet": (
        lambda v: v("glenn_hopper_capex") / v("sa_hopper_total"),
        15_000,
        45_000,
        "from an H20 at market price to an H100 with server and network",
    ),
    "dollars a GPU-hour to run the fleet": (
        lambda v: v("sa_opex") / (v("sa_total_gpus") * v("sa_tco_years") * HOURS_PER_YEAR),
        0.2,
        1,
        "electricity and the building at least, a rent at most",
    ),
    "dollars a Hopper chip, by Amodei": (
        lambda v: v("amodei_50k_value") / v("debate_amodei_hoppers"),
        10_000,
        45_000,
        "from an H20's price to an H100's with its server",
    ),
    "share of the purchase that is a sure floor": (
        lambda v: v("sa_500m_gpu") / v("sa_capex"),
        0.1,
        1,
        "a floor is at most the whole; less than a tenth of it would not be worth stating",
    ),
    "yearly operation by Lambert over ownership by SemiAnalysis": (
        lambda v: v("lambert_opex") / v("glenn_all_tco"),
        0.3,
        2,
        "two estimates of a year of one fleet: one order of size",
    ),
    "dollars a chip of Fire-Flyer 1": (
        lambda v: v("ff1_cost") / v("ff1_gpus") / v("fx_usd_cny_monthly_average_2024_12"),
        10_000,
        40_000,
        "a card with its share of servers, storage and network; a judgment",
    ),
    "dollars a chip of Isambard-AI": (
        lambda v: v("isambard_cost") / v("isambard_gpus"),
        30_000,
        90_000,
        "a superchip with network, storage and services; a judgment",
    ),
    "dollars a chip of the cluster of 2,048": (
        lambda v: v("reg_cluster") / v("v3_cluster_gpus"),
        20_000,
        50_000,
        "from the price of a chip to that of a chip with server and network",
    ),
    "chips named by type over all Hopper chips": (
        lambda v: (v("sa_h800") + v("sa_h100")) / v("sa_hopper_total"),
        0.2,
        1,
        "a part of the whole, and the two main types",
    ),
    "H800 held over H800 shipped to China": (
        lambda v: v("sa_h800") / v("h800_units_shipped"),
        0.02,
        0.5,
        "one buyer, and a large one, of what a country received; a judgment",
    ),
    "H100 over H800 of the fleet": (
        lambda v: v("sa_h100") / v("sa_h800"),
        0.2,
        5,
        "the article calls both about the same",
    ),
    "H800 shipped by the rule over all": (
        lambda v: v("h800_units_shipped_2023_q3") / v("h800_units_shipped"),
        0.5,
        1,
        "sales ended with the rule, so most came before it",
    ),
    "A800 shipped over H800 shipped": (
        lambda v: v("a800_units_shipped") / v("h800_units_shipped"),
        0.5,
        2,
        "the two chips made for one market, each for about a year",
    ),
    "A100 equivalents over all chips": (
        lambda v: v("lambert_fleet") / v("sa_total_gpus"),
        0.2,
        3,
        "one fleet in another unit: a chip counts as a fifth to three of an A100",
    ),
    "Fire-Flyer 2 over Fire-Flyer 1": (
        lambda v: v("ff2_gpus") / v("ff1_gpus"),
        5,
        15,
        "the second was announced as about ten times the first",
    ),
    "OpenAI's machine of 2020 over GPT-4's cluster": (
        lambda v: v("openai_machine_gpus_2020") / v("gpt4_gpus"),
        0.1,
        1,
        "the later cluster is the larger, by one generation",
    ),
    "Isambard-AI over Princeton": (
        lambda v: v("isambard_gpus") / v("princeton_h100"),
        5,
        50,
        "a national machine beside one university's",
    ),
    "China's resold rent over the market's": (
        lambda v: (
            v("rent_cn_h100_late2024") / v("fx_usd_cny_monthly_average_2024_12") / GPUS_PER_NODE / HOURS_PER_MONTH / v("rent_h100_2024_10")
        ),
        0.5,
        1.1,
        "a glut was reported, so not much above the world's; under half would not pay for the chip",
    ),
    "rent of early 2024 in China over late": (
        lambda v: v("rent_cn_h100_early2024") / v("rent_cn_h100_late2024"),
        1,
        3,
        "one report says that rents fell; by less than two thirds is a judgment",
    ),
    "peak over initial rent of 2023": (
        lambda v: v("rent_h100_2023_peak") / v("rent_h100_2023_initial"),
        1,
        3,
        "rents rose in the shortage; by less than three times is a judgment",
    ),
    "capital over total cost of an H200 hour": (
        lambda v: v("tco_h200_capital") / v("tco_h200"),
        0.5,
        0.95,
        "a part, and the largest one",
    ),
    "H800's rated power over its share of the server's": (
        lambda v: v("tdp_h800") * GPUS_PER_NODE / v("dgx_power"),
        0.4,
        0.8,
        "chips take most of a server's power, but not all",
    ),
    "cheapest over average tariff of China": (
        lambda v: v("elec_cn_low") / v("elec_cn_2024"),
        0.2,
        1,
        "a province's lowest lies below the average, and above the cost of coal",
    ),
    "business over industrial tariff of China": (
        lambda v: v("elec_cn_biz_2024") / v("elec_cn_2024"),
        0.8,
        1.3,
        "two averages of one country and year",
    ),
    "US over Chinese tariff": (
        lambda v: v("elec_us_2024") / v("elec_cn_2024"),
        0.6,
        1.5,
        "two industrial averages that are known to be near each other",
    ),
    "staff over authors in research": (
        lambda v: v("sa_staff") / v("v3_authors_re"),
        0.7,
        2,
        "one order of size: authors leave, and not all staff are authors",
    ),
    "staff of the model over authors in research": (
        lambda v: v("input_staff") / v("v3_authors_re"),
        0.8,
        1,
        "the model counts the authors in research without those who had left",
    ),
    "advertised salaries, high over low": (
        lambda v: v("ads_salary_high") / v("ads_salary_low"),
        1,
        2,
        "two ends of one advertisement",
    ),
    "alleged offer over the highest advertised salary": (
        lambda v: v("sa_salary") * v("fx_usd_cny_monthly_average_2025_02") / v("ads_salary_high"),
        2,
        15,
        "the source calls it far above; more than fifteen times would be a slip of a digit",
    ),
    "US pay over the blog's assumption": (
        lambda v: v("comp_epoch_us") / v("staff_cost_blog"),
        0.7,
        2,
        "two assumptions for one kind of work",
    ),
    "H100 in 2024 over 2023": (
        lambda v: v("price_h100_2024") / v("price_h100_2023"),
        0.5,
        1,
        "prices fell as the shortage eased, by less than half",
    ),
    "DGX over server price of the H100": (
        lambda v: v("price_h100_dgx_2023") / v("price_h100_2023"),
        0.7,
        1.4,
        "one chip's share of two makes of server in one year",
    ),
    "HGX of 2025 over DGX of 2023": (
        lambda v: v("price_h100_hgx_2025") / v("price_h100_dgx_2023"),
        0.7,
        1.3,
        "one chip in two makes of server, two years apart; a judgment",
    ),
    "DGX over single H800": (
        lambda v: v("price_h800_dgx") / v("price_h800_sxm_low"),
        1,
        2,
        "with the server it costs more, not more than twice",
    ),
    "H800 over H100": (
        lambda v: v("price_h800_sxm_low") / v("price_h100_hgx_2025"),
        0.7,
        1.5,
        "one chip with slower links, dearer where it is scarce",
    ),
    "H20 in 2024 over 2023": (
        lambda v: v("price_h20_2024") / v("price_h20_2023"),
        0.7,
        1.3,
        "one chip in two years; a judgment",
    ),
    "industry's PUE, one year over the other": (
        lambda v: v("pue_uptime_2024") / v("pue_uptime_2023"),
        0.95,
        1.02,
        "the survey's average hardly moves in a year",
    ),
    "growth of cost against fall of compute": (
        lambda v: v("cost_growth") / v("sa_algo_4x"),
        0.3,
        1,
        "two yearly factors of one trade: one order of size",
    ),
    "attributed over own pace of algorithms": (
        lambda v: v("sa_algo_10x") / v("sa_algo_4x"),
        1,
        3,
        "the article calls the pace it attributes to another the faster",
    ),
    "forecast fall over one year's pace": (
        lambda v: v("sa_5x") / v("sa_algo_4x"),
        0.7,
        2.5,
        "a forecast for a year beside the pace of a year",
    ),
    "a reasoning prompt's energy over a short query's": (
        lambda v: v("r1_energy_per_long_prompt") / v("gpt_4o_energy_per_short_query"),
        20,
        300,
        "tens of times the tokens; more than 300 would be a slip of a digit",
    ),
    "InfiniBand, effective over nominal": (
        lambda v: v("v3_infiniband_effective_bandwidth_isca") / v("v3_infiniband_bandwidth"),
        0.7,
        1,
        "a part: headers and gaps take less than a third",
    ),
    "NVLink, effective over one direction": (
        lambda v: v("v3_nvlink_effective_bandwidth") / v("h800_link_bandwidth_per_direction"),
        0.6,
        1,
        "a part: headers and gaps take less than two fifths",
    ),
    "accumulation bits, later over earlier paper": (
        lambda v: v("v3_h800_fp8_accumulation_bits_isca") / v("v3_h800_fp8_accumulation_bits"),
        0.9,
        1.1,
        "one property of one chip, 14 or 13 bits",
    ),
    "peak over average nodes": (
        lambda v: v("service_nodes_peak") / v("service_nodes_average"),
        1,
        1.6,
        "a peak is above its average; by less than 1.6 times is a judgment",
    ),
    "user's speed over the network's limit": (
        lambda v: v("service_output_speed") * v("v3_tpot_limit_infiniband") / 1000,
        0.1,
        1,
        "a limit is not exceeded",
    ),
    "context over answer length": (
        lambda v: v("service_kv_length_average") * v("service_output_tokens_per_day") / v("service_input_tokens_per_day"),
        500,
        4989,
        "the average context lies between a prompt's start and the whole conversation",
    ),
    "fine-tuning samples on reasoning over all": (
        lambda v: v("r1_sft_reasoning_samples") / v("r1_sft_samples"),
        0.5,
        1,
        "a part, and the larger one",
    ),
    "fine-tuning instances of V3 over R1's samples": (
        lambda v: v("v3_sft_instances") / v("r1_sft_samples"),
        1,
        4,
        "all uses beside reasoning: more, of one order",
    ),
    "prompt over generation speed of V2": (
        lambda v: v("v2_prompt_throughput_node") / v("v2_generation_throughput_node"),
        1,
        5,
        "prompts are read in parallel, answers written one token at a time",
    ),
    "speed-up over cache reduction of V2": (
        lambda v: v("v2_generation_throughput_ratio_vs_67b") * (1 - v("v2_kv_cache_reduction") / 100),
        0.1,
        1,
        "throughput cannot grow more than the batch that the cache allows",
    ),
    "Llama's sequence over V3's": (
        lambda v: v("llama_3_1_405b_pretraining_sequence") / v("v3_pretraining_sequence"),
        1,
        4,
        "8,192 over 4,096, before either is extended",
    ),
    "pipeline stages over layers of V3": (
        lambda v: v("v3_pipeline_stages") / v("config_deepseek_v3_layers"),
        0.1,
        1,
        "a stage holds at least one layer",
    ),
    "loss error over accumulation error": (
        lambda v: v("v3_fp8_relative_loss_error_max") / v("v3_fp8_accumulation_error_k4096"),
        0.05,
        0.5,
        "errors of single products average out, so the loss errs less",
    ),
    "MTP's activated over unique parameters": (
        lambda v: v("v3_mtp_activated_parameters") / v("v3_mtp_unique_parameters"),
        0.15,
        0.3,
        "one layer's activated part with what it shares, over the layer with all its experts; a judgment",
    ),
    "non-embedding over all parameters of Qwen2.5": (
        lambda v: v("qwen2_5_72b_non_embedding_parameters") / v("qwen2_5_72b_total_parameters"),
        0.95,
        1,
        "a part; embeddings of a model this large are a few percent",
    ),
    "V3's activated parameters, rounded over precise": (
        lambda v: v("v3_activated_parameters") / v("v3_activated_parameters_precise"),
        0.99,
        1.02,
        "one count, rounded",
    ),
    "preparatory model over the 32B dense one": (
        lambda v: v("r1_prep_model") / 32e9,
        0.5,
        2,
        "the report calls it the size of the 32B one",
    ),
    "charge booked over announced": (
        lambda v: v("rule_h20_charge_booked") / v("rule_h20_charge_announced"),
        0.6,
        1,
        "less than announced, since material was used again",
    ),
    "H20 sold before over charge": (
        lambda v: v("rule_h20_revenue_before") / v("rule_h20_charge_booked"),
        0.5,
        2,
        "both are about one quarter's business in the chip",
    ),
    "H20 unshipped over sold": (
        lambda v: v("rule_h20_unshipped") / v("rule_h20_revenue_before"),
        0.2,
        1,
        "a part of one quarter's demand; a judgment",
    ),
    "next quarter's loss over a quarter's H20": (
        lambda v: v("rule_h20_q2_impact") / (v("rule_h20_revenue_before") + v("rule_h20_unshipped")),
        0.8,
        1.5,
        "one quarter without the chip loses about what it sold and could not ship",
    ),
    "memory density, exception over control": (
        lambda v: v("rule_2024_12_hbm_exception_below") / v("rule_2024_12_hbm_density_above"),
        1,
        3,
        "an exception reaches above the line it is an exception to",
    ),
    "density line of 2023 over the A100's": (
        lambda v: v("rule_2023_a2_density_min") / v("a100_80gb_sxm_performance_density"),
        0.95,
        1,
        "the line was drawn to catch that chip",
    ),
    "small chips' line over the large chips'": (
        lambda v: v("rule_2023_a2_tpp_min") / v("rule_2023_a1_tpp_min"),
        0.2,
        0.5,
        "the second line of one rule is a third of the first, with a margin",
    ),
    "density of b.1 over the H20's": (
        lambda v: v("rule_2023_b1_density_min") / v("h20_performance_density"),
        0.3,
        1,
        "the H20 lies above this line and is exempt by its total performance",
    ),
    "weights line over Llama's operations": (
        lambda v: v("rule_diffusion_weights_above") / v("llama_flop"),
        1,
        10,
        "the largest open model of its time lies below the line, by less than ten times",
    ),
    "2025 investment, at once over in all": (
        lambda v: v("stargate_immediate_investment") / v("stargate_intended_investment"),
        0.1,
        0.5,
        "a part, named as the beginning",
    ),
    "data centers over all of Nvidia's revenue": (
        lambda v: v("nvda_data_center_revenue_q1fy27") / v("nvda_revenue_q1fy27"),
        0.8,
        1,
        "a part, and nearly all of it",
    ),
    "guidance over the quarter": (
        lambda v: v("nvda_revenue_guidance_q2fy27") / v("nvda_revenue_q1fy27"),
        0.9,
        1.4,
        "a growing company's next quarter",
    ),
    "Microsoft's investment over Amazon's": (
        lambda v: v("openai_microsoft_investment") / v("anthropic_amazon_investment"),
        1,
        5,
        "two largest backers: one order of size",
    ),
    "Amazon's over Google's": (
        lambda v: v("anthropic_amazon_investment") / v("anthropic_google_investment"),
        1,
        5,
        "two backers of one company, the larger first",
    ),
    "founding years of High-Flyer": (
        lambda v: v("high_flyer_founded_year_wikipedia") - v("high_flyer_founded_year"),
        0,
        1,
        "two sources, a year apart",
    ),
    "years from High-Flyer to DeepSeek": (
        lambda v: v("deepseek_founded_year") - v("high_flyer_founded_year"),
        5,
        12,
        "a fund before, a laboratory later, within its founder's career",
    ),
    "market share, after over before": (
        lambda v: v("debate_huang_share_after") / v("debate_huang_share_before"),
        0.2,
        1,
        "the speaker says it fell, not to nothing",
    ),
    "lead by a committee over lag by a competitor": (
        lambda v: v("debate_house_lead") / v("debate_amodei_lag"),
        0.2,
        1,
        "two statements about one distance",
    ),
    "compliance, DeepSeek over US models": (
        lambda v: v("caisi_jailbreak_deepseek") / v("caisi_jailbreak_us"),
        3,
        20,
        "one evaluation: several times, at most near all against near none",
    ),
    "hijacking ratio over compliance ratio": (
        lambda v: v("caisi_hijack_ratio") * v("caisi_jailbreak_us") / v("caisi_jailbreak_deepseek"),
        0.3,
        3,
        "two ratios of the same models in one evaluation, of one order",
    ),
    "narratives ratio over hijacking ratio": (
        lambda v: v("caisi_narrative_ratio") / v("caisi_hijack_ratio"),
        0.1,
        1,
        "the evaluation reports the first as the smaller",
    ),
    "assets of High-Flyer over its cluster": (
        lambda v: v("highflyer_aum") / v("ff2_cost"),
        30,
        300,
        "a fund's computer is a small part of what it manages; a judgment",
    ),
    "Huang's loss over Nvidia's": (
        lambda v: v("huang_wealth_loss_2025_01_27") / v("nvda_cap_loss_2025_01_27_bloomberg"),
        0.025,
        0.045,
        "his stake is three to four percent of the shares",
    ),
    "the 500's loss over the market's": (
        lambda v: v("richest_500_loss_2025_01_27") / v("us_stocks_value_wiped_2025_01_27"),
        0.03,
        0.3,
        "the richest hold a few percent to a quarter of a market; a judgment",
    ),
    "subjects of MMLU times questions": (
        lambda v: v("mmlu_n_items") / v("mmlu_subjects"),
        100,
        400,
        "14,042 questions over 57 subjects, with a margin for a slip of a digit",
    ),
    "MMLU-Redux 2.0 over 1, by subject": (
        lambda v: v("mmlu_redux_n_items_v2") / v("mmlu_subjects") / (v("mmlu_redux_n_items") / 30),
        1,
        1,
        "the same number of questions from each subject, of 30 and then of all",
    ),
    "MMLU-Redux without faults over all": (
        lambda v: v("mmlu_redux_n_items_zeroeval") / v("mmlu_redux_n_items"),
        0.8,
        1,
        "a part: the faulty ones are a few percent",
    ),
    "validation over test of C-Eval": (
        lambda v: v("c_eval_n_items_validation") / v("c_eval_n_items"),
        0.05,
        0.2,
        "about a tenth of the test in each subject",
    ),
    "independent runs' precision against the sampling error of GPQA": (
        lambda v: v("gpqa_diamond_self_report_gap") / (1.645 * 100 * math.sqrt(0.25 / v("gpqa_diamond_n_items"))),
        0.5,
        1.5,
        "a 90% interval of a score near one half of so many questions",
    ),
    "BLOOM's hours at 35% of the A100's peak over 6ND for 366B tokens": (
        lambda v: v("bloom_gpuh") * SECONDS_PER_HOUR * v("a100_80gb_sxm_fp16_bf16_dense") * 1e12 * 0.35 / (6 * 176e9 * 366e9),
        0.5,
        2,
        "one run by two routes, for a utilization between half and twice that",
    ),
    "Chinese laboratories' final runs over OpenAI's": (
        lambda v: v("mult_cn_ipos") / v("mult_openai_2024"),
        0.5,
        4,
        "two multiples of a final run: one order of size",
    ),
    "OPT over BLOOM": (
        lambda v: v("mult_opt") / v("mult_bloom"),
        0.5,
        1,
        "two multiples of a final run from open logbooks, by their order; a judgment",
    ),
    "LSEG's index over its exchange: S&P 500 to Dow": (
        lambda v: v("sp_500_close_2025_01_27") / v("dow_close_2025_01_27"),
        0.1,
        0.2,
        "the two indexes have stood in about this proportion for decades",
    ),
}
