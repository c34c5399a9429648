"""What a row gives when it is asked for: a number, a text, a year, a return, or a sentence that says what to do."""

from __future__ import annotations

import pytest

from factbook.facts import Facts, UnknownFact, UnverifiedFact, load, unknown
from factbook.quantity import unit


@pytest.fixture(scope="module")
def facts() -> Facts:
    """Read anew, not taken from what was read before."""
    return Facts()


def test_a_return_is_named_by_series_and_day(facts: Facts) -> None:
    series = next(row for row in facts.rows("market_series") if row["ticker"] == "NVDA")
    row = facts.row("market_returns/NVDA/2025-01-27")
    assert row == {
        "fact_id": "market_returns/NVDA/2025-01-27",
        "subject": series["name"],
        "metric": "daily_return",
        "value": "-16.9682",
        "text": "",
        "unit": "percent",
        "low": "",
        "high": "",
        "exact": "",
        "as_of": "2025-01-27",
        "as_of_precision": "day",
        **{name: series[name] for name in ("source_key", "locator", "read_as", "evidence", "note")},
    }
    assert facts["market_returns/NVDA/2025-01-27"].unit == unit("percent")


def test_several_returns_are_a_text(facts: Facts) -> None:
    row = facts.row("market_returns/NVDA/2025-01-24/2025-01-28")
    assert (row["text"], row["value"], row["unit"], row["as_of"]) == ("3 daily returns", "", "text", "2025-01-28")
    assert facts.text("market_returns/NVDA/2025-01-24/2025-01-28") == "3 daily returns"
    assert "market_returns/NVDA/2025-01-24/2025-01-28" in facts
    assert "market_returns/NVDA/2025-01-25/2025-01-28" not in facts


def test_what_a_claim_says_as_printed(facts: Facts) -> None:
    rows = facts.rows("claims")
    year = next(row for row in rows if row["unit"] == "year")
    text = next(row for row in rows if row["text"] and not row["value"])
    assert facts.claim_text("a294k_cost") == "$294K"
    assert facts.claim_text(year["claim_id"]) == year["value"]
    assert facts.claim_text(text["claim_id"]) == text["text"]


def test_an_unverified_row_is_no_fact(facts: Facts) -> None:
    rows = [row for table in ("training_runs", "security_facts", "cost_inputs", "fleet") for row in facts.rows(table)]
    found = next((row for row in rows if row["evidence"] == "unverified" and row["value"]), None)
    assert found is not None
    with pytest.raises(UnverifiedFact, match=rf"{found['fact_id']} is unverified\. Use facts\.assumption"):
        facts[found["fact_id"]]
    assert facts.assumption(found["fact_id"]).rows == {found["fact_id"]}
    with pytest.raises(UnverifiedFact, match="must not be published"):
        facts.text(found["fact_id"])


def test_with_other_rows_everything_follows(facts: Facts) -> None:
    """Also what had been looked up before: the row, its home, its index, its citations; the first facts stay as they were."""
    before = facts.source("v3_report")["title"]
    rows = [{**row, "title": "Another"} if row["source_key"] == "v3_report" else row for row in facts.rows("sources")]
    other = facts.with_rows("sources", rows)
    assert (other.source("v3_report")["title"], facts.source("v3_report")["title"]) == ("Another", before)
    steps = facts.rows("citations")
    assert list(facts.citations) == [step["citation_id"] for step in steps]
    assert list(facts.with_rows("citations", steps[:1]).citations) == [steps[0]["citation_id"]]
    fewer = facts.with_rows("fleet", facts.rows("fleet")[1:])
    gone = facts.rows("fleet")[0]["fact_id"]
    assert gone in facts
    assert gone not in fewer
    assert len(fewer) == len(facts) - 1


def test_a_number_is_no_text_and_a_text_no_number(facts: Facts) -> None:
    text = next(row["fact_id"] for row in map(facts.row, facts) if row["text"] and row["evidence"] != "unverified")
    with pytest.raises(UnknownFact, match=r"holds a number, not a text: use facts\['v3_hours_total'\]"):
        facts.text("v3_hours_total")
    with pytest.raises(UnknownFact, match=rf"{text} holds a text, not a number: use facts\.text\('{text}'\)"):
        facts[text]


def test_a_wrong_name_gets_the_nearest_ones(facts: Facts) -> None:
    with pytest.raises(UnknownFact) as table:
        facts.rows("training_run")
    assert str(table.value) == "There is no table called 'training_run'. Did you mean training_runs?"
    with pytest.raises(UnknownFact, match=r"There is no source called 'v3_repor'\. Did you mean v3_report"):
        facts.source("v3_repor")
    assert unknown("fact", "zzzz", {"a": 1}) == "There is no fact called 'zzzz'."
    assert unknown("fact", "abc", dict.fromkeys(("abcd", "abce", "abcf", "abcg"))).count(",") == 2


def test_facts_are_as_many_as_their_ids(facts: Facts) -> None:
    ids = [
        row["fact_id"]
        for name in (resource["name"] for resource in facts.descriptor["resources"])
        for row in facts.rows(name)
        if "fact_id" in row
    ]
    assert list(facts) == ids
    assert len(facts) == len(set(ids)) == len(load())
    assert "no_such_row" not in facts
    assert 1 not in facts


def test_a_line_of_a_list_as_cells(facts: Facts) -> None:
    """Claims and facts alike, printed as a table's head wants them; a role that the line has not is said."""
    stage = facts.listing("training_stages")[0]
    assert [str(cell) for cell in stage.cells("hours", "rent", "usd", shown="2 bare")] == ["2.7M", "none", "$5.3M"]
    assert stage.cells("rent", missing="") == [""]
    assert str(stage.cells("hours")[0]) == str(stage.hours)


def test_some_quantities_by_what_stands_in_a_column(facts: Facts) -> None:
    found = facts.by("subject", "benchmark_scores", benchmark="lmarena_text_style_control")
    assert len(found) == len(facts.where("benchmark_scores", benchmark="lmarena_text_style_control")) > 2
    falling = found.descending()
    assert [value.magnitude for value in falling.values()] == sorted((value.magnitude for value in found.values()), reverse=True)
    assert falling.first is next(iter(falling.values()))
    top, second, *rest = falling
    assert list(falling.without(top, second)) == rest
    assert list(falling.where(lambda value: value >= falling[second])) == [top, second]
    counted = falling.without(*rest).count("leaders")
    assert (counted.magnitude, counted.formula) == (2, "count of leaders")
    assert counted.rows == falling[top].rows | falling[second].rows


def test_a_line_of_a_list_by_role(facts: Facts) -> None:
    stage = facts.listing("training_stages")[0]
    assert stage.id("hours") == "v3_hours_pretrain"
    assert stage.hours.rows == {"v3_hours_pretrain"}
    assert (stage.has("hours"), stage.has("rent")) == (True, False)
    with pytest.raises(AttributeError, match=r"has no rent: it has hours, usd\. Add a row to data/listings\.csv"):
        _ = stage.rent
    with pytest.raises(AttributeError, match="has no value"):
        _ = stage.value


def test_a_line_of_a_list_may_name_a_claim(facts: Facts) -> None:
    claims = {row["claim_id"] for row in facts.rows("claims")}
    row = next(row for row in facts.rows("listings") if row["row_id"] in claims)
    item = next(item for item in facts.listing(row["listing"]) if (item.label, item.group) == (row["label"], row["group"]))
    assert getattr(item, row["role"]) == facts.claim(row["row_id"])


def test_an_unknown_list_gets_the_nearest_name(facts: Facts) -> None:
    with pytest.raises(UnknownFact, match=r"no list in data/listings\.csv called 'training_stage'\. Did you mean training_stages"):
        facts.listing("training_stage")
    with pytest.raises(UnknownFact, match="Did you mean deepseek_bans"):
        facts.events("deepseek_ban")


def test_events_of_a_list_by_date(facts: Facts) -> None:
    listed = {row["row_id"] for row in facts.where("listings", listing="deepseek_bans", role="event")}
    found = facts.events("deepseek_bans")
    assert {row["event_id"] for row in found} == listed
    dates = [row["date"] for row in found]
    assert dates == sorted(dates)
    assert facts.date(found[0]["event_id"]) == dates[0]
