"""The charts of the chapter on export rules: spans in the order of their days, distances from limits, amounts without units."""

from __future__ import annotations

import json
from typing import Any

from deepseek_audit.charts import export_charts
from deepseek_audit.charts.export_charts import YEARS
from deepseek_audit.models import export_controls, export_record
from factbook import charts
from factbook.facts import Facts

WORDS: dict[str, Any] = {"finding": "A finding", "measure": "What is drawn", "alt": "What is seen"}


def rows_of(drawing: Any) -> list[dict[str, Any]]:
    """The rows that a chart holds, each once."""
    drawn = drawing.to_dict()
    found = [row for layer in [drawn, *drawn["layer"]] for row in layer.get("data", {}).get("values", [])]
    return [row for place, row in enumerate(found) if row not in found[:place]]


def timeline_of(facts: Facts) -> list[dict[str, Any]]:
    return rows_of(export_charts.offers_over_time(facts, facts.listing("export_timeline"), **WORDS))


def test_spans_of_a_group_stand_in_the_order_of_their_days(facts: Facts) -> None:
    drawn = timeline_of(facts)
    labels = ("First rule: link and TPP", "Rule on the H800", "H200: case by case", "H800", "Nvidia summoned")
    levels = {row["label"]: row["level"] for row in drawn if "label" in row}
    assert [levels[label] for label in labels] == sorted(levels[label] for label in labels)
    assert sorted(row["level"] for row in drawn if "level" in row) == list(range(len(levels) + 4))


def test_the_chapters_chip_and_model_are_set_apart_and_its_time_is_shaded(facts: Facts) -> None:
    drawn = timeline_of(facts)
    assert [row["label"] for row in drawn if row.get("marked")] == ["H800", "V3, on H800s"]
    assert {"from": "2023-03-21", "to": "2023-10-23"} in drawn


def test_a_name_stands_where_there_is_more_room(facts: Facts) -> None:
    drawn = {row["label"]: row for row in timeline_of(facts) if "label" in row}
    assert not drawn["H800"]["turned"] and drawn["V4, chips not disclosed"]["turned"]


def test_what_began_earlier_is_drawn_from_the_first_day() -> None:
    drawing = charts.timeline({"Chips": [charts.Span("A100", "2020-05-14", "2022-08-26", "May 2020 to Aug 2022")]}, YEARS, **WORDS)
    drawn = next(row for row in rows_of(drawing) if row.get("label") == "A100")
    assert drawn["from"] == "2022-01-01" and drawn["text"].startswith("May 2020")


def test_filled_marks_are_the_tests(facts: Facts) -> None:
    outcomes = export_record.outcomes(facts)
    drawn = rows_of(export_charts.distances(outcomes, export_controls.rules(facts).values(), **WORDS))
    filled = {(row["group"], row["label"].partition(",")[0]) for row in drawn if row.get("told_apart")}
    second = {("October 2023", chip) for chip in ("A800", "H800", "L40", "L40S", "RTX 4090")}
    assert filled == second | {("October 2022", "RTX 4090"), ("January 2026", "B200")}


def test_amounts_are_written_without_their_unit(facts: Facts) -> None:
    drawn = json.dumps(export_charts.compute_ladder(facts.listing("geo_compute"), **WORDS).to_dict(), ensure_ascii=False)
    assert "290,000–1,600,000" in drawn
    assert "325,000–497,000" in drawn
    assert "equivalents–" not in drawn
