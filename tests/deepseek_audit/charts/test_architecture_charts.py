"""Charts and calculators of the chapter on architecture show the numbers of their models, and say them in words."""

from typing import Any

import pytest

from deepseek_audit.charts import architecture_charts as draw
from deepseek_audit.models import architecture, architecture_calculators, progress, quantization, reinforcement
from factbook.facts import Facts, load
from factbook.quantity import constant

WORDS: Any = {"finding": "Finding", "measure": "Measure"}


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


def rows(chart: Any) -> list[dict[str, Any]]:
    """All data of a chart."""
    specification = chart.to_dict()
    found = [specification, *specification["layer"]]
    return [row for values in specification.get("datasets", {}).values() for row in values] + [
        row for part in found for row in part.get("data", {}).get("values", [])
    ]


def test_factors_are_named_with_their_ratio_and_share() -> None:
    three = architecture.decomposition({name: constant(2, "ratio", "2") for name in ("One", "Two", "Three")})
    labels = [row["label"] for row in rows(draw.factors(three, constant(8, "ratio", "8"), "of it", "Times", 10, alt="Words", **WORDS))]
    assert labels == [*(f"{name}: × 2, 33% of it" for name in ("One", "Two", "Three")), "Together: × 8"]


def test_models_are_ordered_by_their_work(facts: Facts) -> None:
    work = {model: model.work(facts["v3_pretraining_sequence"]) for model in architecture.read_models(facts).values()}
    chart = draw.work_per_token(work, **WORDS)
    amounts = [row["amount"] for row in rows(chart) if "amount" in row]
    assert amounts == sorted(amounts, reverse=True)
    assert len(amounts) == len(work)
    said = chart.to_dict()["description"]
    assert all(f"{model.name} {amount}" in said for model, amount in work.items())


def test_the_chosen_trend_stands_first_and_the_others_as_rings(facts: Facts) -> None:
    models = progress.read_models(facts)
    found = progress.by_choice(models, models["deepseek_v3"])
    drawn = [row for row in rows(draw.ahead_of_trend(found, alt="Words", **WORDS)) if "amount" in row]
    assert [row["kind"] for row in drawn] == ["reported"] + ["estimate"] * 7
    assert drawn[0]["label"] == f"Without the smallest, 39 models: ×\u00a0{found[progress.CHOSEN].compute}"
    assert [row["amount"] for row in drawn] == [each.compute.magnitude for each in found.values()]
    assert all(row["low"] < row["amount"] < row["high"] for row in drawn)
    low, high = draw.AHEAD_AXIS.ends
    assert all(low < row["low"] and row["high"] < high for row in drawn), "no bar is cut off"


def test_a_cache_grows_with_its_context(facts: Facts) -> None:
    models = architecture.read_models(facts)
    v3, llama = models["deepseek_v3"], models["llama_3_1_405b"]
    configs = {**architecture.ordinary_attentions(v3.config, 8), "Llama 3.1": llama.config, "V3, latent": v3.config}
    drawn = rows(draw.cache_by_context(configs, facts["h800_sxm_memory_size"], **WORDS))
    latent = {row["x"]: row["y"] for row in drawn if row.get("line") == "V3, latent"}
    assert latent == pytest.approx({tokens: tokens * v3.cache().magnitude / 1e9 for tokens in (1e3, 1e4, 1e5, 1e6)})
    assert {row["y"] for row in drawn if "text" in row} == {80, 640}


def test_errors_are_drawn_in_percent() -> None:
    sweep = [quantization.RoundingError(size, 0.02 * size, 0.02, 0) for size in (1.0, 2.0)]
    drawn = rows(draw.rounding_errors(sweep, sweep[0], sweep[1], **WORDS))
    points = {(row["line"], row["x"]): row["y"] for row in drawn if "dashed" in row}
    assert points == {("one scale for all", 1): 2, ("one scale for all", 2): 4, ("one scale per tile", 1): 2, ("one scale per tile", 2): 2}


def test_time_saved_falls_and_stays_below_the_claim(facts: Facts) -> None:
    most = reinforcement.compare_passes(constant(1, "ratio", "1"))
    drawn = rows(draw.time_saved(facts.claim("arthnova_grpo"), most, **WORDS))
    line = [row["y"] for row in drawn if row.get("line") == "with a reward model" and "dashed" in row]
    assert line == sorted(line, reverse=True)
    assert line[0] == pytest.approx(most.saved.magnitude)
    assert max(line) < next(row["y"] for row in drawn if "text" in row)


def test_noise_is_drawn_for_every_baseline() -> None:
    curves = reinforcement.compare_baselines(constant(4, "count", "4"), steps=20, seed=1)
    drawn = [row for row in rows(draw.noise_over_training(curves, **WORDS)) if "dashed" in row]
    assert {row["line"] for row in drawn} == set(reinforcement.BASELINES) == set(draw.BASELINE_LINES)
    assert drawn[0]["y"] == pytest.approx(100)


def test_calculators_agree_with_the_models(facts: Facts) -> None:
    models = architecture.read_models(facts)
    v3, llama = models["deepseek_v3"], models["llama_3_1_405b"]
    cache = architecture_calculators.cache(facts, v3, architecture.ordinary_attentions(v3.config, 8), [llama])
    sizes = cache.evaluate(context=1000, batch=1)
    assert sizes["m0"].value == pytest.approx(1000 * v3.cache().magnitude / 1e9)
    assert sizes["m4"].value == pytest.approx(1000 * llama.cache().magnitude / 1e9)
    trained = facts["bf16_training_state_bytes"]
    saved = architecture_calculators.critic(constant(5, "ratio", "5"), {"usual": trained}).evaluate()
    assert saved["time"].value == pytest.approx(reinforcement.compare_passes(constant(5, "ratio", "5")).saved.magnitude)
    assert saved["memory"].value == pytest.approx(reinforcement.compare_memory(trained, reward_model=True).saved.magnitude)
