"""Where V3 lies against the trend of earlier models, recomputed from the table alone."""

from __future__ import annotations

import csv
import datetime
import math
from pathlib import Path

import numpy as np
import pytest

from deepseek_audit.models import progress
from factbook.facts import Facts, load
from factbook.quantity import constant

TABLE = Path(__file__).parents[3] / "data" / "capability_trend.csv"
V3_DAY = datetime.date(2024, 12, 26)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


def plain() -> dict[str, tuple[float, float, float, str, str]]:
    """Index, log10 of compute, years before V3, confidence and name, read with nothing but csv."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    index = {row["subject"]: float(row["value"]) for row in rows if row["metric"] == "capability_index"}
    found = {}
    for row in rows:
        if row["metric"] == "training_compute":
            years = (datetime.date.fromisoformat(row["as_of"]) - V3_DAY).days / 365.25
            found[row["subject"]] = (index[row["subject"]], math.log10(float(row["value"])), years, row["confidence"], row["label"])
    return found


def solved(points: list[tuple[float, ...]]) -> np.ndarray:
    """The plane by the normal equations and Cramer’s rule."""
    terms = np.array([[1, point[1], point[2]] for point in points])
    squares, right = terms.T @ terms, terms.T @ np.array([point[0] for point in points])
    whole = np.linalg.det(squares)
    return np.array([np.linalg.det(np.column_stack([right if i == j else squares[:, i] for i in range(3)])) / whole for j in range(3)])


def test_v3_against_the_trend_by_cramers_rule(facts: Facts) -> None:
    known = plain()
    v3 = known.pop("deepseek_v3")
    assert v3[:3] == (132.96, pytest.approx(math.log10(3.3e24)), 0)
    others = [point for point in known.values() if point[1] >= 23 and point[2] < 0]
    level, tenfold, year = solved(others)
    above = v3[0] - level - tenfold * v3[1]
    rest = [point[0] - level - tenfold * point[1] - year * point[2] for point in others]

    models = progress.read_models(facts)
    found = progress.by_choice(models, models["deepseek_v3"])[progress.CHOSEN]
    assert found.others.magnitude == len(others) == 39
    assert found.points.magnitude == pytest.approx(above, rel=1e-5)
    assert found.spread.magnitude == pytest.approx(math.sqrt(sum(x * x for x in rest) / 36), rel=1e-5)
    assert found.compute.magnitude == pytest.approx(10 ** (above / tenfold), rel=1e-4)
    assert found.rate.magnitude == pytest.approx(10 ** (year / tenfold), rel=1e-4)
    assert (found.per_tenfold.magnitude, found.per_year.magnitude) == pytest.approx((tenfold, year), rel=1e-4)
    assert found.higher.magnitude == sum(x > above for x in rest) == 5
    assert 1 < above / found.spread.magnitude < 1.5, "ahead, and no outlier"


def test_a_drawing_with_counts_is_a_fit_to_repeated_models(facts: Facts) -> None:
    models = progress.read_models(facts)
    of = models["deepseek_v3"]
    others = progress.earlier_models(models, of)
    counts = np.array([[index % 3 for index in range(len(others))]], dtype=float)
    repeated = [each for each, times in zip(others, counts[0], strict=True) for _ in range(int(times))]
    points = [(each.index, math.log10(each.compute), (each.date - of.date).days / 365.25) for each in repeated]
    level, tenfold, _ = solved(points)
    expected = 10 ** ((of.index - level - tenfold * math.log10(of.compute)) / tenfold)
    assert progress.multiples(others, of, counts)[0] == pytest.approx(expected, rel=1e-3)


def test_every_choice_puts_v3_ahead(facts: Facts) -> None:
    models = progress.read_models(facts)
    found = progress.by_choice(models, models["deepseek_v3"])
    assert all(each.compute.magnitude > 1 for each in found.values())
    assert {choice: int(each.others.magnitude) for choice, each in found.items()} == {
        "Without the smallest": 39,
        "All": 52,
        "Only the largest": 17,
        "Compute well known": 30,
        "Of the last year and a half": 34,
        "Of the last year": 22,
        "Without Phi": 36,
        "Without DeepSeek’s own": 38,
    }
    chosen, least, most = progress.chosen_and_extremes(found, constant(3, "ratio", "3"))
    assert least.magnitude == 3
    assert least < chosen < most
    assert chosen.low is not None and chosen.high is not None
    assert chosen.low < chosen < chosen.high


def test_a_made_up_trend_is_found(facts: Facts) -> None:
    """Ten points for tenfold compute, five a year: a model 10 points above needs a tenfold, and progress is 10 ** 0.5 a year."""
    day = datetime.date(2024, 1, 1)
    shapes = [(20, 0), (21, 300), (22, 100), (23, 700), (24, 500), (25, 200), (22, 650)]
    made = [
        progress.Known(
            f"m{i}", f"M{i}", 10 * power - 5 * ago / 365.25, 10.0**power, day - datetime.timedelta(ago), "", frozenset({f"m{i}"})
        )
        for i, (power, ago) in enumerate(shapes)
    ]
    of = progress.Known("v", "V", 240, 1e23, day, "", frozenset({"v"}))
    found = progress.ahead(made, of, draws=50)
    assert found.points.magnitude == pytest.approx(10)
    assert found.compute.magnitude == pytest.approx(10)
    assert found.rate.magnitude == pytest.approx(10**0.5)
    assert found.spread.magnitude == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="cannot lie above a trend of which it is part"):
        progress.ahead([*made, of], of)
    with pytest.raises(ValueError, match="too few"):
        progress.ahead(made[:5], of)


def test_llama_lies_below_the_trend_and_an_index_has_a_range(facts: Facts) -> None:
    models = progress.read_models(facts)
    v3, llama = models["deepseek_v3"], models["llama_3_1_405b"]
    known = plain()
    others = [point for name, point in known.items() if point[1] >= 23 and point[2] < 0 and name != "llama_3_1_405b"]
    level, tenfold, year = solved(others)
    index, compute, years, *_ = known["llama_3_1_405b"]
    below = level + tenfold * compute + year * years - index
    assert progress.behind(models, llama, v3).magnitude == pytest.approx(10 ** (below / tenfold), rel=1e-3)
    low, high = progress.by_index(models, v3, facts["eci_deepseek_v3_0324"])
    assert low < progress.by_choice(models, v3)[progress.CHOSEN].compute < high
    level, tenfold, year = solved([point for point in known.values() if point[1] >= 23 and point[2] < 0])
    index, compute, years, *_ = known["deepseek_v3"]
    moved = [index + end - 136.5075 - (level + tenfold * compute + year * years) for end in (132.4138, 138.3027)]
    assert [low.magnitude, high.magnitude] == pytest.approx([10 ** (above / tenfold) for above in moved], rel=2e-3)
    with pytest.raises(ValueError, match="no range"):
        progress.by_index(models, v3, facts["eci_deepseek_v3"])


def test_rates_and_leads_by_hand(facts: Facts) -> None:
    rates = progress.published_rates(facts)
    ho = rates["Ho et al., models of 2012 to 2023"]
    assert ho.low is not None and ho.high is not None
    assert (ho.low.magnitude, ho.magnitude, ho.high.magnitude) == pytest.approx((2 ** (12 / 22), 2**1.5, 2**6))
    assert len(rates) == 6
    four, sixteen = constant(4, "ratio", "4"), constant(16, "ratio", "16")
    assert progress.lead(sixteen, four).to("month").magnitude == pytest.approx(24)
    assert [str(cell) for cell in progress.rows_of_rates({"four": four}, sixteen)[0]] == ["four", "4", "24"]
    assert str(progress.smallest(facts)) == "1 × 10²³ FLOP"
    models = progress.read_models(facts)
    assert progress.drawn_within(progress.by_choice(models, models["deepseek_v3"])[progress.CHOSEN]).magnitude == 90


def test_no_model_whose_compute_was_withdrawn_is_in_the_trend(facts: Facts) -> None:
    labels = {each.label for each in progress.read_models(facts).values()}
    withdrawn = str(facts.text("epoch_compute_withdrawn")).split(", ")
    assert len(withdrawn) == 3
    assert not labels & set(withdrawn)


def test_models_moved_to_v3s_capability_keep_their_distance_from_the_trend(facts: Facts) -> None:
    models = progress.read_models(facts)
    v3 = models["deepseek_v3"]
    known = plain()
    _, compute_of_v3, *_ = known["deepseek_v3"]
    level, tenfold, year = solved([point for point in known.values() if point[1] >= 23 and point[2] < 0])
    for moved in progress.moved_to_capability(models, v3):
        index, compute, years, *_ = known[moved.model.subject]
        assert moved.needs.magnitude == pytest.approx(10 ** (compute - compute_of_v3 + (132.96 - index) / tenfold), rel=1e-3)
        assert moved.above == pytest.approx(index - level - tenfold * compute - year * years, abs=1e-3)
    above = progress.by_choice(models, v3)[progress.CHOSEN].points.magnitude
    further = {moved.model.subject for moved in progress.moved_to_capability(models, v3) if moved.above > above}
    assert {"gpt_4", "deepseek_v2"} < further, "the chapter names them"


def test_the_trend_on_a_day_is_the_planes_height(facts: Facts) -> None:
    models = progress.read_models(facts)
    v3 = models["deepseek_v3"]
    found = progress.by_choice(models, v3)[progress.CHOSEN]
    assert found.compute.low is not None and found.compute.high is not None
    (then, *_), now = progress.needed_over_time(models, v3, [V3_DAY - datetime.timedelta(days=365), V3_DAY])
    assert now == pytest.approx((found.compute.magnitude, found.compute.low.magnitude, found.compute.high.magnitude), rel=1e-4)
    assert then / now[0] == pytest.approx(found.rate.magnitude ** (365 / 365.25), rel=1e-4)


def test_the_other_direction_of_the_fit_by_cramers_rule(facts: Facts) -> None:
    models = progress.read_models(facts)
    known = plain()
    index, compute, *_ = known.pop("deepseek_v3")
    level, point, _ = solved([(c, i, years) for i, c, years, *_ in known.values() if c >= 23 and years < 0])
    found = progress.fitted_the_other_way(models, models["deepseek_v3"])
    assert found.magnitude == pytest.approx(10 ** (level + point * index - compute), rel=1e-3)
    assert 1 < found < progress.by_choice(models, models["deepseek_v3"])[progress.CHOSEN].compute
