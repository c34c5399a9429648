"""What a reader sees behind a number: its row, its grade and its source."""

from __future__ import annotations

import pytest

from factbook.contract import Row
from factbook.facts import UnknownFact, load
from factbook.publish import Table, described, glue, row_details


@pytest.mark.parametrize(
    ("authors", "publisher", "title", "text"),
    [
        ("Dai, Damai; Deng, Chengqi", "ACL", "DeepSeekMoE", "Dai et al. 2024"),
        ("Dai, Damai", "ACL", "DeepSeekMoE", "Dai 2024"),
        ("", "Reuters", "An article", "Reuters 2024"),
        ("", "unknown", "An article (opens with “Introduction”)", "An article 2024"),
    ],
)
def test_a_source_in_a_few_words(authors: str, publisher: str, title: str, text: str) -> None:
    assert described({"authors": authors, "publisher": publisher, "title": title, "year": "2024"}) == text


def test_details_of_a_fact() -> None:
    row = load().row("v3_hours_total")
    source = load().source("v3_report")
    assert row_details("v3_hours_total") == Row(
        id="v3_hours_total",
        text="2.79M GPU-hours",
        evidence="primary",
        read_as="original",
        source=f"DeepSeek-AI 2024, {source['title']}",
        url=source["url"],
        locator=row["locator"],
        note=row["note"],
    )


def test_details_of_a_claim_are_no_evidence() -> None:
    claim = load().claim_row("a294k_cost")
    details = row_details("a294k_cost")
    assert (details.text, details.evidence, details.read_as, details.note) == ("$294K", "claim", "original", "")
    assert load().source(claim["article"])["title"] in details.source
    assert claim["locators"] == "L2; L5; L7; L48"
    assert details.locator == "lines 2, 5, 7 and 48"
    assert row_details("arthnova_kv").locator == "lines 58 and 182"
    assert row_details("a294k_date").locator == "line 2"


def test_details_of_a_citation_say_from_whom_the_figure_was_taken() -> None:
    own = next(row for row in load().rows("citations") if not row["to_key"])
    taken = next(row for row in load().rows("citations") if row["to_key"] and row["known_by"] == "same_wording")
    assert row_details(own["citation_id"]).text.endswith(", as its own")
    details = row_details(taken["citation_id"])
    assert details.text == f"{taken['figure'].replace('_', ' ')}, from {described(load().source(taken['to_key']))}"
    assert details.evidence == "estimate"
    assert details.read_as == load().source(taken["from_key"])["read_as"]
    assert details.locator == taken["locator"]
    assert row_details(own["citation_id"]).evidence == "primary"


def test_details_of_nothing() -> None:
    with pytest.raises(UnknownFact, match="no_such_row"):
        row_details("no_such_row")


def test_a_table_as_text_as_markup_and_as_data() -> None:
    hours = load()["v3_hours_total"]
    bundle = Table("Hours & more", ["Run", "a<b"], [["<V3>", hours], ["R1", "longer"]], emphasis=[1])._repr_mimebundle_()
    assert bundle["text/plain"] == "Hours & more\nRun   a<b\n<V3>  2.79M GPU-hours\nR1    longer"
    assert bundle["text/html"] == (
        "<table><caption>Hours &amp; more</caption><thead><tr><th>Run</th><th>a&lt;b</th></tr></thead><tbody>"
        "<tr><td>&lt;V3&gt;</td><td>2.79M GPU-hours</td></tr><tr><td>R1</td><td>longer</td></tr></tbody></table>"
    )
    (data,) = (content for kind, content in bundle.items() if kind not in ("text/plain", "text/html"))
    assert (data["caption"], data["columns"], data["emphasis"]) == ("Hours & more", ["Run", "a<b"], [1])
    assert data["rows"][1] == ["R1", "longer"]
    assert data["rows"][0][1]["value"] == 2_788_000
    assert [row["id"] for row in data["rows"][0][1]["rows"]] == ["v3_hours_total"]


def test_what_is_glued_bears_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """MyST-NB finds it by the name in the metadata."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw, metadata: shown.append((bundle, metadata)))
    glue(hours=load()["v3_hours_total"], day="2024-12-26")
    prefix = "application/papermill.record/"
    (number, about_number), (text, about_text) = shown
    assert about_number == {"scrapbook": {"name": "hours", "mime_prefix": prefix}}
    assert about_text == {"scrapbook": {"name": "day", "mime_prefix": prefix}}
    assert text == {f"{prefix}text/plain": "2024-12-26"}
    assert number[f"{prefix}text/plain"] == "2.79M GPU-hours"
    (traced,) = (content for content in number.values() if isinstance(content, dict))
    assert (traced["id"], traced["value"], traced["unit"]) == ("hours", 2_788_000, "gpu_hour")
