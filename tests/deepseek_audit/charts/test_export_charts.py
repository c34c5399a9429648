"""The charts of the chapter on export rules: spans in the order of their days, ranges that name their unit once."""

from __future__ import annotations

import json

from deepseek_audit.charts import export_charts
from factbook.facts import Facts

WORDS = {"finding": "A finding", "measure": "What is drawn", "alt": "What is seen"}


def test_spans_of_a_group_stand_in_the_order_of_their_days(facts: Facts) -> None:
    drawn = json.dumps(export_charts.offers_over_time(facts, facts.listing("export_timeline"), **WORDS).to_dict())  # type: ignore[arg-type]
    labels = ("First rule", "Second rule", "Affiliates Rule", "License rule for the H200", "Guidance", "Nvidia summoned", "H200 held back")
    places = [drawn.index(label) for label in labels]
    assert places == sorted(places)


def test_equivalents_are_written_without_their_unit(facts: Facts) -> None:
    drawn = json.dumps(export_charts.compute_ladder(facts.listing("geo_compute"), **WORDS).to_dict(), ensure_ascii=False)  # type: ignore[arg-type]
    assert "290,000–1,600,000" in drawn
    assert "325,000–497,000" in drawn
    assert "equivalents–" not in drawn
