"""Charts of factors and lines show what they are given."""

from typing import Any

import altair as alt
import pytest

from factbook import charts
from factbook.charts import look
from factbook.facts import load
from factbook.publish import described, described_all
from factbook.quantity import Quantity, constant

AXIS = charts.AmountAxis("Times", (0.5, 20), [1, 2, 4], True)
WORDS: Any = {"finding": "Finding", "measure": "Measure", "alt": "Description", "source": "Source."}


def rows(chart: Any) -> list[dict[str, Any]]:
    """All data of a chart."""
    return [row for values in chart.to_dict()["datasets"].values() for row in values] if "datasets" in chart.to_dict() else _inline(chart)


def _inline(chart: Any) -> list[dict[str, Any]]:
    specification = chart.to_dict()
    found = [specification, *specification["layer"]]
    return [row for part in found for row in part.get("data", {}).get("values", [])]


def test_bars_of_a_cascade_begin_where_the_one_before_ended() -> None:
    steps = [charts.Step(str(value), constant(value, "ratio", str(value))) for value in (4.0, 0.5, 3.0)]
    drawn = {row["label"]: (row["from"], row["to"]) for row in rows(charts.cascade(steps, "all", AXIS, **WORDS))}
    assert drawn == {"4.0": (1, 4), "0.5": (4, 2), "3.0": (2, 6), "all": (1, 6)}


@pytest.mark.parametrize("place", ["above", "below", "end"])
def test_a_label_stands_at_the_nearest_point_of_its_line(place: str) -> None:
    line = charts.Line("one", [(1, 10), (2, 20), (3, 30)], charts.BLUE, 2.2, place)
    chart = charts.lines([line], AXIS, AXIS, [(5, "limit")], **WORDS)
    drawn = rows(chart)
    assert {"x": 2, "y": 20, "line": "one", "color": charts.BLUE} in drawn
    assert {"y": 5, "text": "limit"} in drawn
    assert {(row["x"], row["y"]) for row in drawn if "dashed" in row} == {(1, 10), (2, 20), (3, 30)}


def _finished(chart: alt.LayerChart, words: dict[str, Any], shown: list[Quantity]) -> dict[str, Any]:
    return look.finish(chart, words, {"x": "X"}, shown).to_dict()  # type: ignore[arg-type]


def test_a_chart_has_its_words_and_the_sources_of_what_it_draws() -> None:
    facts = load()
    hours, again = facts["v3_hours_total"], facts["v3_rate_assumed"]
    bare = alt.layer(alt.Chart(look.inline([{"x": 1}])).mark_point())
    words = {"finding": "Finding", "measure": "Measure", "alt": "Description"}
    drawn = _finished(bare, words, [hours, again])
    assert (drawn["title"]["text"], drawn["title"]["subtitle"], drawn["description"]) == ("Finding", "Measure", "Description")
    assert drawn["usermeta"] == {"source": "DeepSeek-AI 2024.", "columns": {"x": "X"}}
    given = _finished(bare, {**words, "source": "Ours.", "columns": {"x": "Times"}, "narrow": {"width": 1}}, [hours])
    assert given["usermeta"] == {"source": "Ours.", "columns": {"x": "Times"}, "narrow": {"width": 1}}


def test_a_source_line_names_each_source_once() -> None:
    facts = load()
    first, second = facts["v3_hours_total"], facts["gpt4_altman"]
    named = [described(facts.source(facts.row(fact_id)["source_key"])) for fact_id in ("gpt4_altman", "v3_hours_total")]
    assert look.source_line([second, first, first]) == f"{named[0]}; {named[1]}."


def test_a_source_line_names_each_maker_once_with_its_years() -> None:
    by = {"authors": "Liu, A.; Feng, B.", "publisher": "X", "title": "T"}
    others = {"authors": "", "publisher": "unknown", "title": "Our guesses, no document (draft)", "year": ""}
    line = described_all([{**by, "year": "2024"}, others, {**by, "year": "2026"}, {**by, "year": "2024"}])
    assert line == "Liu et al. 2024, 2026; Our guesses"
