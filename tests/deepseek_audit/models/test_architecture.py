"""Models counted from their configurations.

The expected counts are computed here a second time, in closed formulas of plain numbers, and compared with what the
makers published. The published numbers are typed in on purpose.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepseek_audit.models import architecture
from deepseek_audit.models.architecture import (
    MTP,
    ConfigError,
    ModelConfig,
    Run,
    blended_peak,
    cache_factors,
    decomposition,
    delivered_speed,
    flops_per_token,
    gpu_hours_factors,
    kv_cache_bytes_per_token,
    multi_token_speedup,
    parameter_count,
    reduction,
)
from factbook.facts import Facts, load
from factbook.quantity import Quantity, constant

NAMES = list(dict.fromkeys(row["subject"] for row in load().rows("model_configs")))
PUBLISHED_TOTALS = {
    "deepseek_v3": 671e9,
    "deepseek_v2": 236e9,
    "deepseek_v2_lite": 15.7e9,
    "deepseekmoe_16b": 16.4e9,
    "llama_3_1_405b": 405e9,
    "llama2_7b": 6.74e9,
    "mixtral_8x7b": 46.7e9,
    "qwen2_5_72b": 72.7e9,
}
PUBLISHED_ACTIVATED = {"deepseek_v3": 36.7e9, "deepseek_v2": 21e9, "deepseek_v2_lite": 2.4e9}
SEQUENCE = constant(4096, "token", "4096 tokens")


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


def config(name: str) -> ModelConfig:
    return ModelConfig.from_facts(load(), name)


def plain(name: str) -> dict[str, float]:
    """A configuration as plain numbers, read from the rows without the code under test."""
    rows = [row for row in load().rows("model_configs") if row["subject"] == name]
    return {row["metric"]: float(row["value"]) if row["value"] else float(row["text"] == "true") for row in rows}


def dense_total(c: dict[str, float]) -> float:
    """Closed formula: two embeddings, and per layer four attention matrices, three of feed-forward, two norms."""
    d, head = c["hidden_size"], c["hidden_size"] / c["attention_heads"]
    keys = c["kv_heads"] * head
    layer = 2 * d * d + 2 * d * keys + 3 * d * c["intermediate_size"] + 2 * d + c["attention_bias"] * (d + 2 * keys)
    return 2 * c["vocab_size"] * d + c["layers"] * layer + d


def latent_attention(c: dict[str, float]) -> float:
    d, heads, rank = c["hidden_size"], c["attention_heads"], c["kv_lora_rank"]
    nope, rope, value, q_rank = c["qk_nope_head_dim"], c["qk_rope_head_dim"], c["v_head_dim"], c["q_lora_rank"]
    queries = d * q_rank + q_rank + q_rank * heads * (nope + rope) if q_rank else d * heads * (nope + rope)
    return queries + d * (rank + rope) + rank + rank * heads * (nope + value) + heads * value * d


def mixture_layer(c: dict[str, float], experts: float) -> float:
    """Router (with its biases), shared experts and ``experts`` routed ones, and the layer's two norms."""
    d = c["hidden_size"]
    router = d * c["routed_experts"] + c.get("router_bias", 0) * c["routed_experts"]
    return router + 3 * d * c["moe_intermediate_size"] * (experts + c["shared_experts"]) + 2 * d


def mixture_total(c: dict[str, float], experts: float, embeddings: int = 2) -> float:
    d, dense = c["hidden_size"], c["dense_layers"]
    if "kv_lora_rank" in c:
        attention = latent_attention(c)
    else:
        head = c.get("head_dim", d / c["attention_heads"])
        attention = 2 * d * head * (c["attention_heads"] + c["kv_heads"])
    feed_forward = dense * (3 * d * c.get("intermediate_size", 0) + 2 * d) + (c["layers"] - dense) * mixture_layer(c, experts)
    return embeddings * c["vocab_size"] * d + c["layers"] * attention + feed_forward + d


@pytest.mark.parametrize("name", NAMES)
def test_total_equals_a_closed_formula(name: str) -> None:
    c = plain(name)
    expected = mixture_total(c, c["routed_experts"]) if "routed_experts" in c else dense_total(c)
    assert parameter_count(config(name)).total.magnitude == expected


@pytest.mark.parametrize("name", NAMES)
def test_activated_equals_a_closed_formula(name: str) -> None:
    c = plain(name)
    for embeddings, settings in ((2, {"embedding": True}), (1, {}), (0, {"head": False})):
        if "routed_experts" in c:
            expected = mixture_total(c, c["activated_experts"], embeddings)
        else:
            expected = dense_total(c) - (2 - embeddings) * c["vocab_size"] * c["hidden_size"]
        assert parameter_count(config(name)).activated(**settings).magnitude == expected


def published() -> dict[str, Quantity]:
    """What the makers publish as all parameters, but for a model that is named by a round number."""
    rows = load().where("architecture_facts", metric="total_parameters")
    return {row["subject"]: load()[row["fact_id"]] for row in rows if row["subject"] in NAMES and row["subject"] != "deepseek_67b"}


def test_every_model_that_is_shown_is_counted_from_its_own_configuration(facts: Facts) -> None:
    for name, model in architecture.read_models(facts).items():
        assert model.config == config(name)
        assert {facts.row(row)["subject"] for row in model.published.rows} == {name}


@pytest.mark.parametrize("name", PUBLISHED_TOTALS)
def test_published_totals_are_those_of_the_makers(name: str) -> None:
    assert published()[name].magnitude == PUBLISHED_TOTALS[name]


@pytest.mark.parametrize("name", published())
def test_published_totals_within_half_a_percent(name: str) -> None:
    assert parameter_count(config(name)).total.magnitude == pytest.approx(published()[name].magnitude, rel=0.005)


def test_the_67b_model_is_rounded_down_to_its_name() -> None:
    total = parameter_count(config("deepseek_67b")).total.magnitude
    assert total / 67e9 - 1 == pytest.approx(0.0063, abs=0.0001)
    assert round(total, -9) == 67e9


@pytest.mark.parametrize("name", PUBLISHED_ACTIVATED)
def test_published_activated_parameters(name: str) -> None:
    """One of the two embeddings is counted: each published number is nearest to that convention."""
    count = parameter_count(config(name))
    conventions = [count.activated(embedding=True), count.activated(), count.activated(head=False)]
    nearest = min(conventions, key=lambda value: abs(value.magnitude - PUBLISHED_ACTIVATED[name]))
    assert nearest.magnitude == conventions[1].magnitude


def test_activated_parameters_of_mixtral_count_both_embeddings() -> None:
    assert parameter_count(config("mixtral_8x7b")).activated(embedding=True).magnitude == pytest.approx(12.9e9, rel=0.005)


def test_v3_is_closed_to_the_count_on_hugging_face(facts: Facts) -> None:
    count = parameter_count(config("deepseek_v3"))
    stored = count.stored(fp8=True).magnitude
    assert stored == pytest.approx(684.531e9, abs=0.5e6)
    assert stored == pytest.approx(facts["r1_hf_safetensors_parameters"].magnitude, abs=0.5e6)
    assert count.parts[MTP].magnitude == pytest.approx(11.5e9, rel=0.01)


def test_fp8_scales_block_by_block() -> None:
    """Each FP8 matrix of V3's published weights, its blocks of 128 x 128 counted one by one."""
    d, rank = 7168, 512
    shapes = [(1536, d), (128 * 192, 1536), (rank + 64, d), (128 * 256, rank), (d, 128 * 128)]
    attention = sum(math.ceil(a / 128) * math.ceil(b / 128) for a, b in shapes)
    expert = 3 * (2048 // 128) * (d // 128)
    dense = 3 * (18432 // 128) * (d // 128)
    expected = 62 * attention + 3 * dense + 59 * 257 * expert
    assert parameter_count(config("deepseek_v3")).fp8_scales.magnitude == expected


def test_other_models_store_what_they_have() -> None:
    count = parameter_count(config("llama2_7b"))
    assert count.stored(fp8=False).magnitude == count.total.magnitude


@pytest.mark.parametrize(
    ("name", "kilobytes"), [("deepseek_v3", 70.272), ("qwen2_5_72b", 327.680), ("llama_3_1_405b", 516.096), ("deepseek_67b", 389.12)]
)
def test_published_cache(name: str, kilobytes: float) -> None:
    assert kv_cache_bytes_per_token(config(name)).to("kilobyte/token").magnitude == kilobytes


def test_cache_reduction_of_v2_needs_the_six_bit_cache(facts: Facts) -> None:
    before = kv_cache_bytes_per_token(config("deepseek_67b"))
    deployed = kv_cache_bytes_per_token(config("deepseek_v2"), facts["v2_kv_cache_bits_deployed"])
    assert 100 * (1 - float(deployed / before)) == pytest.approx(93.3, abs=0.05)
    assert 100 * (1 - float(kv_cache_bytes_per_token(config("deepseek_v2")) / before)) == pytest.approx(82.2, abs=0.05)
    assert "v2_kv_cache_bits_deployed" in deployed.rows


def test_latent_cache_equals_two_and_a_quarter_groups(facts: Facts) -> None:
    groups = config("deepseek_v2").cached_per_layer / (2 * 128)
    assert groups == facts["v2_mla_equivalent_gqa_groups"].magnitude == 2.25


@pytest.mark.parametrize(("name", "gflop"), [("deepseek_v3", 250), ("deepseek_v2", 155), ("llama_3_1_405b", 2448)])
def test_published_operations_per_token(name: str, gflop: float) -> None:
    assert flops_per_token(config(name), SEQUENCE).magnitude == pytest.approx(gflop, rel=0.011)


def test_operations_of_v3_term_by_term() -> None:
    c = plain("deepseek_v3")
    weights = 6 * mixture_total(c, c["activated_experts"], embeddings=1)
    # per layer: scores over 192, values over 128, for each of 128 heads; two operations each, three passes, half of it causal
    attention = 61 * 128 * (192 + 128) * 4096 * 2 * 3 / 2
    assert flops_per_token(config("deepseek_v3"), SEQUENCE).to("flop/token").magnitude == pytest.approx(weights + attention, rel=1e-12)


@pytest.mark.parametrize(("name", "tflop"), [("deepseekmoe_16b", 74.4), ("llama2_7b", 187.9)])
def test_operations_of_the_moe_paper_are_not_causal(name: str, tflop: float) -> None:
    """DeepSeekMoE, Tables 3 and 4, per 4,096 tokens: the full square of attention fits, the causal half does not."""
    full, causal = ((flops_per_token(config(name), SEQUENCE, causal=half) * SEQUENCE).to("Tflop").magnitude for half in (False, True))
    assert full == pytest.approx(tflop, rel=0.025)
    assert abs(full - tflop) < abs(causal - tflop)


def test_share_of_llama2_s_operations() -> None:
    for causal in (True, False):
        ratio = flops_per_token(config("deepseekmoe_16b"), SEQUENCE, causal=causal) / flops_per_token(
            config("llama2_7b"), SEQUENCE, causal=causal
        )
        assert float(ratio) == pytest.approx(0.396, abs=0.01)


# Invariants

SMALL = ModelConfig("small", 64, 4, 1000, 4, kv_heads=2, intermediate_size=128)
EXPERTS = replace(SMALL, routed_experts=8, activated_experts=2, moe_intermediate_size=32, shared_experts=1, dense_layers=1)


@given(st.integers(1, 8), st.integers(0, 4), st.integers(0, 3), st.integers(1, 64))
def test_activated_never_exceeds_the_total(active: int, dense: int, shared: int, width: int) -> None:
    c = replace(EXPERTS, activated_experts=active, dense_layers=dense, shared_experts=shared, moe_intermediate_size=width)
    count = parameter_count(c)
    assert count.activated(embedding=True) <= count.total
    everything = parameter_count(replace(c, activated_experts=8))
    assert everything.activated(embedding=True).magnitude == everything.total.magnitude == count.total.magnitude


@given(st.sampled_from([1, 2, 4]), st.integers(1, 32))
def test_cache_grows_with_heads_and_bits(kv_heads: int, bits: int) -> None:
    one, some = (kv_cache_bytes_per_token(replace(SMALL, kv_heads=heads), bits).magnitude for heads in (1, kv_heads))
    assert some == pytest.approx(kv_heads * one)
    assert kv_cache_bytes_per_token(SMALL, 2 * bits).magnitude == pytest.approx(2 * kv_cache_bytes_per_token(SMALL, bits).magnitude)


@given(st.integers(1, 100_000))
def test_causal_attention_is_half(length: int) -> None:
    sequence = constant(length, "token", "length")
    weights = flops_per_token(SMALL, sequence * 0).magnitude
    causal, full = (flops_per_token(SMALL, sequence, causal=half).magnitude - weights for half in (True, False))
    assert full == pytest.approx(2 * causal)


def test_tied_embeddings_are_counted_once() -> None:
    tied = parameter_count(replace(SMALL, tied_embeddings=True))
    untied = parameter_count(SMALL)
    assert untied.total.magnitude - tied.total.magnitude == 64_000
    assert tied.activated().magnitude == tied.activated(embedding=True).magnitude == untied.activated().magnitude
    assert tied.activated(head=False).magnitude == untied.activated(head=False).magnitude


def test_ordinary_attention_of_a_latent_model() -> None:
    v3 = config("deepseek_v3")
    assert kv_cache_bytes_per_token(v3.with_ordinary_attention(128)).magnitude == 2 * 128 * 128 * 61 * 2
    assert v3.with_ordinary_attention(8).rows == v3.rows


BAD = {
    "9 activated_experts of 8": {"activated_experts": 9},
    "0 activated_experts of 8": {"activated_experts": 0},
    "cannot share 3 kv_heads": {"kv_heads": 3},
    "does not divide among 5": {"attention_heads": 5, "kv_heads": 5},
    "5 dense_layers do not fit in 4": {"dense_layers": 5},
    "need moe_intermediate_size": {"moe_intermediate_size": 0},
    "but no routed_experts": {"routed_experts": 0},
    "do not divide into 3 expert_groups": {"expert_groups": 3},
    "9 limited_groups of 8": {"expert_groups": 8, "limited_groups": 9},
    "do not fit in 1 limited_groups": {"expert_groups": 8, "limited_groups": 1},
    "layers is 0": {"layers": 0},
    "shared_experts is -1": {"shared_experts": -1},
    "both kv_lora_rank 8 and kv_heads 2": {"kv_lora_rank": 8, "qk_nope_head_dim": 4, "v_head_dim": 4},
    "needs qk_nope_head_dim and v_head_dim": {"kv_lora_rank": 8, "kv_heads": 0},
    "its attention is unknown": {"kv_heads": 0},
    "need intermediate_size": {"intermediate_size": 0},
}


@pytest.mark.parametrize("message", BAD)
def test_a_config_that_makes_no_sense_says_why(message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        replace(EXPERTS, **BAD[message])  # type: ignore[arg-type]
    assert str(error.value).startswith("small: ")


class Rows:
    """Tables with other rows for one subject."""

    def __init__(self, *rows: tuple[str, str, str]) -> None:
        self.listed = [{"fact_id": f"x_{m}", "subject": "x", "metric": m, "value": v, "text": t} for m, v, t in rows]

    def rows(self, table: str) -> list[dict[str, str]]:
        return self.listed


ENOUGH = [("hidden_size", "64", ""), ("layers", "2", ""), ("vocab_size", "10", ""), ("attention_heads", "4", "")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ENOUGH[1:], "lacks hidden_size"),
        ([*ENOUGH, ("kv_head", "4", "")], "no configuration has kv_head"),
        ([*ENOUGH, ("attention_bias", "", "maybe")], "'maybe'"),
    ],
)
def test_rows_that_make_no_config_say_why(rows: list[tuple[str, str, str]], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ModelConfig.from_facts(Rows(*rows), "x")  # type: ignore[arg-type]


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'gpt_4' has no rows.*deepseek_v3"):
        config("gpt_4")


# Speed


def ratio(value: float) -> Quantity:
    return constant(value, "ratio", f"{value}")


@given(st.lists(st.floats(1.01, 100), min_size=1, max_size=6))
def test_shares_on_a_log_scale_add_up(values: list[float]) -> None:
    factors = decomposition({str(index): ratio(value) for index, value in enumerate(values)})
    assert sum(factor.share.magnitude for factor in factors) == pytest.approx(100)
    assert math.prod(float(factor.ratio) for factor in factors) == pytest.approx(math.prod(values))
    for factor in factors:
        assert 100 * math.log(float(factor.ratio), math.prod(values)) == pytest.approx(factor.share.magnitude)


@pytest.mark.parametrize(("factors", "message"), [({"a": 0.0}, "must be positive"), ({"a": 2.0, "b": 0.5}, "no difference")])
def test_factors_that_cannot_be_shared(factors: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decomposition({name: ratio(value) for name, value in factors.items()})


def test_eleven_times_the_hours_is_mostly_operations_per_token() -> None:
    """Plain numbers: 250.456 and 2,473.25 GFLOP per token, 14.8 and 15.6 trillion tokens, 2.788 and 30.84 million hours."""
    per_token, tokens, hours = 2473.2466 / 250.4560, 15.6 / 14.8, 30.84 / 2.788
    assert hours == pytest.approx(11.06, abs=0.01)
    assert math.log(per_token) / math.log(hours) == pytest.approx(0.952, abs=0.001)
    assert math.log(tokens) / math.log(hours) == pytest.approx(0.022, abs=0.001)


def test_factors_of_hours_multiply_to_the_gap(facts: Facts) -> None:
    hours, peak = facts["v3_hours_total"], facts["h800_bf16_peak"]
    base = Run(flops_per_token(config("deepseek_v3"), SEQUENCE), facts["v3_tokens"], hours, constant(1719.0, "Tflop/second", "mix"))
    run = Run(flops_per_token(config("llama_3_1_405b"), SEQUENCE), facts["llama_tokens"], facts["llama_hours"], peak)
    factors = gpu_hours_factors(run, base)
    assert math.prod(float(factor.ratio) for factor in factors) == pytest.approx(30.84 / 2.788)
    assert factors[0].share.magnitude == pytest.approx(95.2, abs=0.1)
    # Plain numbers: operations over GPU-seconds over the peak, for each run
    used = [2473.2466e9 * 15.6e12 / (30.84e6 * 3600) / 989.4e12, 250.4560e9 * 14.8e12 / (2.788e6 * 3600) / 1719e12]
    assert [float(factor.ratio) for factor in factors[2:]] == pytest.approx([1719 / 989.4, used[1] / used[0]], rel=1e-4)
    assert float(run.utilization) == pytest.approx(used[0], rel=1e-4)
    halved = run.counted(run.flop_per_token / 2, peak)
    assert (float(halved.utilization), halved.gpu_hours) == (pytest.approx(used[0] / 2, rel=1e-4), run.gpu_hours)


def test_a_convention_changes_one_thing_at_a_time() -> None:
    def made(work: float, tokens: float, hours: float, peak: float) -> Run:
        units = ((work, "Gflop/token"), (tokens, "token"), (hours, "gpu_hour"), (peak, "Tflop/second"))
        return Run(*(constant(value, unit, str(value)) for value, unit in units))

    run, base = made(6, 2, 24, 1), made(2, 1, 8, 2)
    by_6n = (made(4, 2, 24, 1), made(1, 1, 8, 2))
    own, pretraining = constant(9, "Gflop/token", "9"), constant(4, "gpu_hour", "4")
    by_full = (made(8, 2, 24, 1), made(4, 1, 8, 2))
    found = architecture.hours_by_convention(run, base, own, pretraining, by_6n, by_full)
    ratios = {name: [float(factor.ratio) for factor in factors] for name, factors in found.items()}
    # Work, tokens, format, and what is left of the hours
    assert ratios == {
        "Equal sequences": pytest.approx([3, 2, 2, 0.25]),
        "Llama’s own length": pytest.approx([4.5, 2, 2, 1 / 6]),
        "Pre-training only": pytest.approx([3, 2, 2, 0.5]),
        "Without attention": pytest.approx([4, 2, 2, 0.1875]),
        "All pairs of tokens": pytest.approx([2, 2, 2, 0.375]),
    }
    name, *row = architecture.rows_by_convention(found)[0]
    share = 100 * math.log(3) / math.log(3)
    assert name == "Equal sequences"
    assert [float(each) for each in row if isinstance(each, Quantity)] == pytest.approx([3, 1, share / 100])


def test_models_are_read_with_their_published_totals(facts: Facts) -> None:
    models = architecture.read_models(facts)
    assert {name: model.published.magnitude for name, model in models.items() if name in PUBLISHED_TOTALS} == PUBLISHED_TOTALS
    v3, dense = models["deepseek_v3"], models["deepseek_67b"]
    assert v3.count.total.magnitude == parameter_count(v3.config).total.magnitude
    assert v3.gap.magnitude == pytest.approx(100 * abs(v3.count.total.magnitude / 671e9 - 1))
    assert v3.work(SEQUENCE).magnitude == flops_per_token(v3.config, SEQUENCE).magnitude
    assert dense.cache().magnitude == 2 * dense.cache(8).magnitude == 95 * 2 * 8 * 128 * 2


def test_share_at_work_and_drafting_by_hand() -> None:
    count = parameter_count(config("deepseek_v3"))
    active = {part: value.magnitude for part, value in count.active.items()}
    assert count.share_at_work.magnitude == pytest.approx(100 * count.activated().magnitude / 671.03e9, rel=1e-4)
    by_hand = 100 * (active[MTP] + active["output head"]) / count.activated().magnitude
    assert architecture.drafting_work(count).magnitude == pytest.approx(by_hand)


def test_the_table_of_parts_adds_up(facts: Facts) -> None:
    count, hosted = parameter_count(config("deepseek_v3")), facts["r1_hf_safetensors_parameters"]
    rows = {str(name): amount for name, amount, _ in architecture.rows_by_part(count, hosted)}
    amounts = {name: amount.magnitude for name, amount in rows.items() if isinstance(amount, Quantity)}
    *parts, _, _, _, stored, same = amounts
    assert sum(amounts[part] for part in parts[:-1]) == amounts["Main model"] == count.total.magnitude
    assert amounts[stored] == count.stored(fp8=True).magnitude
    assert amounts[same] == hosted.magnitude == round(amounts[stored], -6)


def test_each_kind_of_ordinary_attention() -> None:
    kinds = architecture.ordinary_attentions(config("deepseek_v3"), groups=8)
    assert {kind: each.kv_heads for kind, each in kinds.items()} == {"multi-head": 128, "grouped-query": 8, "multi-query": 1}


def test_a_cache_in_gigabytes_agrees_with_the_cache_per_token() -> None:
    v3 = config("deepseek_v3")
    gigabytes = architecture.cache_gigabytes(v3)(1000, 64, 16)
    assert gigabytes == pytest.approx(64_000 * kv_cache_bytes_per_token(v3).to("gigabyte/token").magnitude)


def test_factors_of_the_cache_multiply_to_the_gap(facts: Facts) -> None:
    factors = cache_factors(config("deepseek_67b"), config("deepseek_v2"), constant(16, "bit", "16"), facts["v2_kv_cache_bits_deployed"])
    assert [float(factor.ratio) for factor in factors] == pytest.approx([2 * 8 * 128 / 576, 16 / 6, 95 / 60])
    assert factors[0].share.magnitude == pytest.approx(100 * math.log(2048 / 576) / math.log(389_120 / 25_920), abs=0.01)


def test_numbers_are_traced_to_the_fields_they_need() -> None:
    count = parameter_count(config("deepseek_v3"))
    assert count.parts["input embedding"].rows == {"config_deepseek_v3_vocab_size", "config_deepseek_v3_hidden_size"}
    assert "config_deepseek_v3_routed_experts" not in kv_cache_bytes_per_token(config("deepseek_v3")).rows


def test_speed_up_of_drafting_one_token(facts: Facts) -> None:
    """The report's 1.8 lies between its acceptance rates' ideal and what drafting costs."""
    assert multi_token_speedup(ratio(0.85)).magnitude == pytest.approx(1.85)
    v3 = parameter_count(config("deepseek_v3"))
    drafting = (v3.active[MTP] + v3.active["output head"]) / v3.activated()
    assert float(drafting) == pytest.approx(0.044, abs=0.0005)
    acceptance = facts["v3_mtp_acceptance"]
    assert acceptance.low is not None and acceptance.high is not None
    low, high = (multi_token_speedup(end, drafting).magnitude for end in (acceptance.low, acceptance.high))
    assert low < 1.8 < high


@pytest.mark.parametrize(
    ("name", "hours", "gflop", "share"),
    [
        ("deepseek_v3", "v3_hours_per_trillion", 250.456, 0.3906),
        ("deepseek_v2", "v2_hours_per_trillion", 155.308, 0.2523),
        ("deepseek_67b", "ds67b_hours_per_trillion", 418.643, 0.3910),
    ],
)
def test_the_penalty_of_the_mixture_and_its_recovery(name: str, hours: str, gflop: float, share: float, facts: Facts) -> None:
    """Operations per token times 10^12 tokens over seconds on one chip and its BF16 peak of 989.4 TFLOP/s."""
    speed = delivered_speed(flops_per_token(config(name), SEQUENCE), facts[hours])
    by_hand = gflop * 1e9 * 1e12 / (facts[hours].magnitude * 3600) / 1e12
    assert speed.magnitude == pytest.approx(by_hand, rel=1e-5)
    assert speed.magnitude / 989.4 == pytest.approx(share, abs=0.0001)


def test_speed_of_v3_agrees_with_deepseek_s_measurement(facts: Facts) -> None:
    speed = delivered_speed(flops_per_token(config("deepseek_v3"), SEQUENCE), facts["v3_hours_per_trillion"])
    assert speed.magnitude == pytest.approx(facts["v3_tflops_measured"].magnitude, rel=0.005)


def test_less_work_than_dense_models() -> None:
    """89.9% against Llama 3.1 405B, 94.5% against a dense model of V3's own size."""
    v3, llama = config("deepseek_v3"), config("llama_3_1_405b")
    assert reduction(flops_per_token(llama, SEQUENCE), flops_per_token(v3, SEQUENCE)).magnitude == pytest.approx(89.9, abs=0.05)
    count = parameter_count(v3)
    assert reduction(count.total, count.activated()).magnitude == pytest.approx(100 * (1 - 36_625_618_432 / 671_026_419_200), abs=0.001)


def test_cache_of_v3_against_four_alternatives() -> None:
    """Bytes per token by hand: layers x numbers kept per layer x two bytes."""
    v3 = 61 * (512 + 64) * 2
    others = {
        "llama_3_1_405b": 126 * 2 * 8 * 128 * 2,
        "qwen2_5_72b": 80 * 2 * 8 * 128 * 2,
        "deepseek_67b": 95 * 2 * 8 * 128 * 2,
        "deepseek_v3": 61 * 2 * 128 * 128 * 2,
    }
    saved = {name: 100 * (1 - v3 / before) for name, before in others.items()}
    assert {name: round(share, 1) for name, share in saved.items()} == {
        "llama_3_1_405b": 86.4,
        "qwen2_5_72b": 78.6,
        "deepseek_67b": 81.9,
        "deepseek_v3": 98.2,
    }
    latent = kv_cache_bytes_per_token(config("deepseek_v3"))
    for name, share in saved.items():
        other = config(name) if name != "deepseek_v3" else config(name).with_ordinary_attention(128)
        assert reduction(kv_cache_bytes_per_token(other), latent).magnitude == pytest.approx(share)


def test_blended_peak_is_a_harmonic_mean() -> None:
    peaks = {"FP8": constant(2000, "Tflop/second", "FP8"), "BF16": constant(1000, "Tflop/second", "BF16")}
    assert blended_peak({"FP8": ratio(0.5), "BF16": ratio(0.5)}, peaks).magnitude == pytest.approx(4000 / 3)
    assert blended_peak({"FP8": ratio(1)}, peaks).magnitude == pytest.approx(2000)
    with pytest.raises(ValueError, match=r"add up to 0\.7"):
        blended_peak({"FP8": ratio(0.5), "BF16": ratio(0.2)}, peaks)
