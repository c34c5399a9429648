"""Charts and calculators of the chapter on architecture show the numbers of their models, and say them in words."""

from typing import Any

import pytest

from deepseek_audit.charts import architecture_charts as draw
from deepseek_audit.charts import mixture_picture
from deepseek_audit.models import architecture, architecture_calculators, progress, quantization, reinforcement
from factbook.facts import Facts, load
from factbook.quantity import constant

WORDS: Any = {"name": "drawn", "finding": "Finding", "measure": "Measure"}


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


def test_factors_are_named_with_their_ratio() -> None:
    three = architecture.decomposition({name: constant(2, "ratio", "2") for name in ("One", "Two", "Three")})
    chart = draw.factors(three, constant(8, "ratio", "8"), "Times", 10, **WORDS)
    labels = [row["label"] for row in rows(chart)]
    assert "Together × 8: one × 2, two × 2, three × 2." in chart.to_dict()["description"].replace("\u00a0", " ")
    assert labels == [*(f"{name}: × 2" for name in ("One", "Two", "Three")), "Together: × 8"]


def test_the_chosen_trend_stands_first_and_the_others_as_rings(facts: Facts) -> None:
    models = progress.read_models(facts)
    found = progress.by_choice(models, models["deepseek_v3"])
    drawn = [row for row in rows(draw.ahead_of_trend(found, **WORDS)) if "amount" in row]
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


def test_models_over_time_stand_at_what_they_need_for_v3s_capability(facts: Facts) -> None:
    models = progress.read_models(facts)
    v3 = models["deepseek_v3"]
    found = progress.ahead(progress.earlier_models(models, v3), v3)
    drawn = rows(draw.trend_over_time(models, v3, found, alt="Words", **WORDS))
    dots = {row["model"]: row for row in drawn if "place" in row}
    gpt_4 = 2.1e25 * 10 ** ((132.96 - 126.09) / found.per_tenfold.magnitude) / 3.3e24
    assert dots["GPT-4"]["needs"] == pytest.approx(gpt_4, rel=1e-4)
    assert len(dots) == 39
    assert sum(bool(row["place"]) for row in dots.values()) == len(draw.TREND_NAMED), "a name that no model of the trend has"
    last = max((row for row in drawn if "low" in row), key=lambda row: row["date"])
    assert last["date"] == "2024-12-26"
    assert (last["low"], last["needs"], last["high"]) == pytest.approx(
        (found.compute.low.magnitude, found.compute.magnitude, found.compute.high.magnitude), rel=1e-4
    )
    start, end = draw.TREND_AXIS.ends
    assert all(start < row["needs"] < end for row in drawn if "needs" in row)


def test_a_mixture_is_drawn_with_its_experts_and_its_share(facts: Facts) -> None:
    model = architecture.read_models(facts)["deepseek_v3"]
    total, working = facts["v3_total_parameters"], facts["v3_activated_parameters"]
    chart = mixture_picture.mixture(model, total, working, **WORDS).to_dict()
    for layers in (chart["layer"], chart["usermeta"]["narrow"]["layer"]):
        drawn = [row for layer in layers for row in layer["data"]["values"]]
        squares = [row for row in drawn if "works" in row]
        assert len(squares) == 257
        assert sum(row["works"] == "yes" for row in squares) == 9
        said = " ".join(row["text"] for row in drawn if "text" in row)
        assert all(part in said for part in ("8 of 256", "1 shared expert", "37B", "671B"))
    bar, part = (row["x2"] - row["x"] for row in [layer["data"]["values"] for layer in chart["layer"]][3])
    assert part / bar == pytest.approx(37 / 671)
    # Groups of 32 experts: at most four of the eight are reached
    picked = mixture_picture.picked_experts(model)
    assert len(set(picked)) == 8
    assert len({expert // 32 for expert in picked}) <= 4


def test_a_saving_is_drawn_beside_its_claim(facts: Facts) -> None:
    half, third = (constant(value, "percent", str(value)) for value in (50, 33))
    drawn = [row for row in rows(draw.savings({"One": draw.Saving("Time", half, third, half)}, **WORDS)) if "amount" in row]
    assert [(row["kind"], row["low"], row["amount"]) for row in drawn] == [("estimate", 50, 50), ("reported", 33, 50)]


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
    rates = constant(16, "ratio", "16"), constant(4, "ratio", "4")
    assert (
        architecture_calculators.lead(*rates).evaluate()["months"].value == pytest.approx(24) == progress.lead(*rates).to("month").magnitude
    )
