"""The audit: verdicts follow from the rules, bad input gives one clear error, and the two tables of judgements agree.

Bad input is made by changing one cell in a copy of ``data/``. The schema refuses what it can tell; the audit the rest.
"""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from deepseek_audit.audit import claims, dossier, grades, references
from deepseek_audit.audit.claims import AuditError, audit, audit_news, compared, interval
from factbook import publish, quantity, tables
from factbook.facts import Facts, UnknownFact, UnverifiedFact, load
from factbook.quantity import Quantity
from factbook.tables import DataError

FACTS = load()
AUDITED = audit(FACTS)
NEWS = audit_news(FACTS)
BY_ID = {claim.claim_id: claim for claim in AUDITED}
LONGEST_AUDIT_SECONDS = 2.0
LONGEST_REASON_WORDS = 48
LONGEST_CORRECTED_WORDS = 45
MOST_WORDS_OF_A_SOURCE = 30
# The verdicts that may stand beside each status in data/attributions.csv
FITTING = {
    "right": {"confirmed", "close", "as_disclosed", "reported"},
    "conflated": {"wrong_scope", "contradicted"},
    "unsupported": {"unsupported", "contradicted"},
}
# The figure is given to the right thing, and to the wrong speaker
RIGHT_THING_WRONG_SPEAKER = {"a294k_gpt4"}
RANK = {"contradicted": 0, "close": 1, "confirmed": 2}


# Bad input


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``data/`` without most of the daily returns, which the audit does not read."""
    directory = tmp_path_factory.mktemp("small") / "data"
    shutil.copytree(tables.data_directory(), directory)
    path = directory / "market_returns.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:100]))
    return directory


@pytest.fixture
def copy(small_data: Path, tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "data"
    shutil.copytree(small_data, directory)
    yield directory
    shutil.rmtree(directory)


Rows = list[dict[str, str]]


def rewrite(directory: Path, table: str, change: Callable[[Rows], None]) -> None:
    path = directory / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), reader.fieldnames
    assert columns is not None
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def setting(table: str, claim: str, /, **cells: str) -> tuple[str, Callable[[Rows], None]]:
    """A change of one claim's cells."""

    def change(rows: Rows) -> None:
        row = next(row for row in rows if row["claim_id"] == claim)
        assert set(cells) <= set(row)
        row.update(cells)

    return table, change


def doubled(rows: Rows) -> None:
    rows.append(dict(rows[0]))


def without(claim_id: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[:] = [row for row in rows if row["claim_id"] != claim_id]

    return change


# A claim whose verdict is computed, one judged by sources, one of the wrong scope, a forecast, and a date
COMPUTED, JUDGED, SCOPE, FORECAST, DATE = (
    "arthnova_sp500",
    "arthnova_group_baseline",
    "arthnova_kv",
    "arthnova_next5x",
    "arthnova_r1_release",
)

DISCLOSED, SAME = "arthnova_days", "economics_cost"


def emptied(**kept: str) -> dict[str, str]:
    """All columns of a judgement that one which is the same as another leaves empty, and those that are kept."""
    kept_too = ("claim_id", "same_as", "chapter", "judged")
    return {**{column: "" for column in FACTS.rows("judgements")[0] if column not in kept_too}, **kept}


BAD_TO_THE_SCHEMA: list[tuple[str, tuple[str, Callable[[Rows], None]], str]] = [
    ("unknown article", setting("claims", COMPUTED, article="article_unknown"), "article"),
    ("two claims with one id", ("claims", doubled), "claim_id"),
    ("two judgements of one claim", ("judgements", doubled), "claim_id"),
    ("interval upside down", setting("claims", COMPUTED, low="9000000", high="1"), "low"),
    ("unknown verdict", setting("judgements", JUDGED, verdict="true"), "verdict"),
    ("unknown unit", setting("claims", COMPUTED, unit="euro"), "unit"),
    ("a script in the paraphrase", setting("claims", COMPUTED, paraphrase="V3 cost <script>alert(1)</script>."), "paraphrase"),
    ("markup in the reason", setting("judgements", COMPUTED, reason="See <img src=x onerror=alert(1)>."), "reason"),
    ("not a reference", setting("judgements", COMPUTED, reference="__import__('os')"), "reference"),
    ("a judgement of no claim", setting("judgements", COMPUTED, claim_id="no_such_claim"), "claim_id"),
    ("value outside its interval", setting("claims", COMPUTED, low="1", high="2"), "low"),
]


@pytest.mark.parametrize(("change", "column"), [case[1:] for case in BAD_TO_THE_SCHEMA], ids=[case[0] for case in BAD_TO_THE_SCHEMA])
def test_schema_refuses(copy: Path, change: tuple[str, Callable[[Rows], None]], column: str) -> None:
    table, function = change
    rewrite(copy, table, function)
    with pytest.raises(DataError) as error:
        Facts(copy)
    assert len(error.value.faults) == 1
    assert f"{table}.csv" in str(error.value)
    assert column in str(error.value)


BAD_TO_THE_AUDIT: list[tuple[str, tuple[str, Callable[[Rows], None]], str, str]] = [
    ("unknown fact", setting("judgements", COMPUTED, reference="v3_usd_totl"), COMPUTED, "Did you mean v3_usd_total"),
    ("unknown function", setting("judgements", COMPUTED, reference="v3_bil()"), COMPUTED, "Did you mean v3_bill"),
    ("unknown fact in scope", setting("judgements", SCOPE, in_scope="no_such_fact"), SCOPE, "no fact called 'no_such_fact'"),
    ("hours against dollars", setting("judgements", COMPUTED, reference="v3_hours_total"), COMPUTED, "is measured in gpu"),
    ("a number against a text", setting("judgements", COMPUTED, reference="grpo_dropped_component"), COMPUTED, "compared with a text"),
    ("a date against a number", setting("judgements", DATE, reference="v3_usd_total"), DATE, "compared with a number"),
    ("unverified fact", setting("judgements", COMPUTED, reference="sa_capex_table"), COMPUTED, "unverified"),
    ("claim without judgement", ("judgements", without(COMPUTED)), COMPUTED, "has no judgement"),
    ("neither reference nor verdict", setting("judgements", JUDGED, verdict=""), JUDGED, "no judged verdict"),
    ("verdict without a source", ("claim_sources", without(JUDGED)), JUDGED, "without a reference or a source"),
    ("no reason", setting("judgements", COMPUTED, reason=""), COMPUTED, "its reason is empty"),
    ("no choice", setting("judgements", COMPUTED, choice=""), COMPUTED, "its choice is empty"),
    (
        "contested what is computed",
        setting("judgements", COMPUTED, verdict="contested"),
        COMPUTED,
        "contested but has a reference",
    ),
    ("reference not described", setting("judgements", COMPUTED, about=""), COMPUTED, "go together"),
    ("described, but no reference", setting("judgements", JUDGED, about="the paper"), JUDGED, "go together"),
    ("judged against the arithmetic", setting("judgements", COMPUTED, verdict="contradicted"), COMPUTED, "contradicts the arithmetic"),
    ("judged close what is not", setting("judgements", COMPUTED, verdict="close"), COMPUTED, "contradicts the arithmetic"),
    ("judged what is computed", setting("judgements", COMPUTED, verdict="confirmed"), COMPUTED, "repeats the arithmetic"),
    ("wrong scope of a wrong number", setting("claims", SCOPE, value="50", low="49", high="51"), SCOPE, "does not fit the reference"),
    ("right scope not described", setting("judgements", SCOPE, in_scope_about=""), SCOPE, "in_scope_about go together"),
    ("wrong scope of nothing", setting("judgements", SCOPE, belongs_to=""), SCOPE, "belongs_to"),
    ("right scope of something", setting("judgements", COMPUTED, belongs_to="V2"), COMPUTED, "belongs_to"),
    ("forecast without an outcome", setting("judgements", FORECAST, outcome=""), FORECAST, "outcome"),
    ("an outcome without a forecast", setting("judgements", COMPUTED, outcome="met"), COMPUTED, "outcome"),
    ("a day without a forecast", setting("judgements", COMPUTED, due="2030-01-01"), COMPUTED, "due"),
    ("unsupported, but compared", setting("judgements", COMPUTED, verdict="unsupported"), COMPUTED, "has a reference"),
    ("not traced, but compared", setting("judgements", COMPUTED, verdict="not_traced"), COMPUTED, "has a reference"),
    ("another first verdict without a word", setting("judgements", COMPUTED, first_verdict="close"), COMPUTED, "decided go together"),
    ("a word on readings that agree", setting("judgements", COMPUTED, decided="The first reader won."), COMPUTED, "decided go together"),
    (
        "as disclosed what is not",
        setting("claims", DISCLOSED, value="9", low="9", high="9"),
        DISCLOSED,
        "judged as_disclosed, but the number",
    ),
    ("the same, and yet judged", setting("judgements", SAME, reason="Because."), SAME, "so leave reason empty"),
    ("the same as what is the same", setting("judgements", COMPUTED, **emptied(same_as=SAME)), COMPUTED, "is itself the same as"),
]


@pytest.mark.parametrize(
    ("change", "claim_id", "message"), [case[1:] for case in BAD_TO_THE_AUDIT], ids=[case[0] for case in BAD_TO_THE_AUDIT]
)
def test_audit_refuses(copy: Path, change: tuple[str, Callable[[Rows], None]], claim_id: str, message: str) -> None:
    """One fault, one line; it begins with the claim."""
    rewrite(copy, *change)
    with pytest.raises((AuditError, DataError)) as error:
        audit(Facts(copy))
    assert message in str(error.value)
    assert claim_id in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_all_faults_are_reported_at_once(copy: Path) -> None:
    rewrite(copy, *setting("judgements", COMPUTED, reference="no_such_fact"))
    rewrite(copy, *setting("judgements", JUDGED, verdict=""))
    with pytest.raises(AuditError) as error:
        audit(Facts(copy))
    assert [line.partition(":")[0] for line in str(error.value).splitlines()] == [COMPUTED, JUDGED]


@pytest.mark.parametrize("text", ["5 < 6 & 7 > 6", "“quoted”, *starred* and [linked](x)", "{{ 7*7 }} ${x} %s {0}"])
def test_odd_text_changes_no_verdict(copy: Path, text: str) -> None:
    rewrite(copy, *setting("claims", COMPUTED, paraphrase=text))
    changed = {claim.claim_id: claim for claim in audit(Facts(copy))}
    assert changed[COMPUTED].claim["paraphrase"] == text
    assert {key: claim.verdict for key, claim in changed.items()} == {key: claim.verdict for key, claim in BY_ID.items()}


# The rule for numbers

FINITE = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


def plain(value: float, low: float | None = None, high: float | None = None) -> Quantity:
    ends = {name: quantity.of(end, "ratio", "x") for name, end in (("low", low), ("high", high)) if end is not None}
    return Quantity(value, quantity.unit("ratio"), trace=quantity.Trace("x", frozenset({"x"})), **ends)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[float, float]:
    ends = sorted([draw(FINITE), draw(FINITE)])
    return draw(st.sampled_from([(ends[0], ends[1]), (ends[0], math.inf), (-math.inf, ends[1])]))


def by_hand(low: float, high: float, value: float) -> str:
    """The rule in other words: how far outside, over the size of the end passed."""
    outside = max(low - value, value - high, 0.0)
    end = low if value < low else high
    if outside == 0:
        return "confirmed"
    return "close" if outside <= 0.1 * abs(end) else "contradicted"


@given(intervals(), FINITE)
@example((90.0, math.inf), 81.0)
@example((0.0, 0.0), 1e-9)
def test_a_number_is_compared_with_the_interval(ends: tuple[float, float], value: float) -> None:
    low, high = ends
    for end in (low, high, 0.9 * low, 1.1 * high, 1.1 * low, 0.9 * high):
        assume(not math.isclose(value, end, rel_tol=1e-6))
    assert compared(low, high, plain(value)) == by_hand(low, high, value)


@given(intervals(), FINITE, st.floats(min_value=1e-3, max_value=1e3))
def test_the_verdict_does_not_depend_on_the_unit_or_the_sign(ends: tuple[float, float], value: float, factor: float) -> None:
    low, high = ends
    for end in (low, high, 0.9 * low, 1.1 * high, 1.1 * low, 0.9 * high):
        assume(not math.isclose(value, end, rel_tol=1e-6, abs_tol=1e-6))
    verdict = compared(low, high, plain(value))
    assert compared(low * factor, high * factor, plain(value * factor)) == verdict
    assert compared(-high, -low, plain(-value)) == verdict


@given(intervals(), FINITE, st.floats(min_value=0, max_value=1e6), st.floats(min_value=0, max_value=1e6))
def test_a_range_of_the_reference_only_helps(ends: tuple[float, float], value: float, down: float, up: float) -> None:
    low, high = ends
    alone, ranged = compared(low, high, plain(value)), compared(low, high, plain(value, value - down, value + up))
    assert RANK[ranged] >= RANK[alone]
    assert ranged == alone or (alone, ranged) == ("contradicted", "close")


@given(intervals())
def test_the_ends_belong_to_the_interval(ends: tuple[float, float]) -> None:
    for end in ends:
        if math.isfinite(end):
            assert compared(*ends, plain(end)) == "confirmed"


@given(FINITE, FINITE, FINITE)
def test_an_interval_is_sound_or_refused(low: float, value: float, high: float) -> None:
    row = {"low": repr(low), "value": repr(value), "high": repr(high)}
    if low <= value <= high:
        assert interval(row) == (low, high)
    else:
        with pytest.raises(AuditError, match="upside down"):
            interval(row)


def test_a_missing_end_is_open() -> None:
    assert interval({"low": "5", "value": "5", "high": ""}) == (5.0, math.inf)
    assert interval({"low": "", "value": "", "high": "7"}) == (-math.inf, 7.0)


# The audit as it stands


def test_every_claim_is_audited_once_in_order() -> None:
    everything = [claim.claim_id for claim in (*AUDITED, *NEWS)]
    assert everything == [row["claim_id"] for row in FACTS.rows("claims")] == [row["claim_id"] for row in FACTS.rows("judgements")]
    assert {claim.verdict for claim in AUDITED} == set(claims.VERDICTS)
    assert {claim.claim["article"] for claim in AUDITED} == set(claims.ARTICLE_NAMES)
    assert NEWS and not {claim.claim["article"] for claim in NEWS} & set(claims.ARTICLE_NAMES)


@pytest.mark.parametrize("claim", FACTS.rows("claims"), ids=lambda row: row["claim_id"])
def test_a_claim_says_a_number_or_a_text(claim: tables.Row) -> None:
    assert bool(claim["value"]) != bool(claim["text"])
    if claim["unit"] in ("text", "date"):
        assert not (claim["value"] or claim["low"] or claim["high"])
    else:
        assert claim["value"] or claim["low"] or claim["high"], "a unit of measure, but no number"


def test_the_audit_is_fast() -> None:
    """By the time of its own process, which a busy machine does not stretch."""
    start = time.process_time()
    audit(FACTS)
    assert time.process_time() - start <= LONGEST_AUDIT_SECONDS


def test_changed_data_give_a_book_all_the_same(tmp_path: Path) -> None:
    """Whoever changes a bill sees the arithmetic prevail, marked; the strict audit refuses."""
    shutil.copytree(FACTS.directory, tmp_path / "data")
    path = tmp_path / "data" / "cost_estimates.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",294000,", ",588000,"), encoding="utf-8")
    changed = Facts(tmp_path / "data")
    assert changed["r1_usd_total"] == 2 * FACTS["r1_usd_total"]
    with pytest.raises(AuditError, match="a294k_cost: it is judged wrong_scope"):
        audit(changed)
    claim = next(claim for claim in audit(changed, strict=False) if claim.claim_id == "a294k_cost")
    assert (claim.verdict, bool(claim.outdated)) == ("contradicted", True)
    assert not any(claim.outdated for claim in AUDITED)


@pytest.mark.parametrize("row", FACTS.rows("attributions"), ids=lambda row: row["claim_id"])
def test_verdict_agrees_with_the_attribution(row: tables.Row) -> None:
    verdict = BY_ID[row["claim_id"]].verdict
    assert verdict in FITTING[row["status"]] or (verdict == "wrong_scope" and row["claim_id"] in RIGHT_THING_WRONG_SPEAKER)


def test_a_chapter_that_uses_a_claim_may_list_it() -> None:
    """No claim is listed with a chapter that never names it while another one does."""
    chapters = {path.stem: path.read_text(encoding="utf-8") for path in (Path(__file__).parents[3] / "book").glob("*.md")}
    for claim in AUDITED:
        using = {name for name, text in chapters.items() if re.search(rf"[\"']{claim.claim_id}[\"']", text)} - {"methods", "audit"}
        assert not using or claim.judgement["chapter"] in using, (claim.claim_id, using)


PRONOUN = re.compile(r"(This|That|These|Those|It|They|At such|The (sum|model|method|fleet|hardware|figure|company|article)) ")


@pytest.mark.parametrize("claim", AUDITED, ids=lambda claim: claim.claim_id)
def test_a_claim_can_be_read_alone(claim: claims.AuditedClaim) -> None:
    """It is the heading of a page of its own: it points at nothing that stood before."""
    text = claim.claim["paraphrase"]
    assert text.endswith(".") and not (PRONOUN.match(text) and not text.startswith("It is ")), text


def test_a_statement_given_to_the_wrong_one_is_not_called_a_number() -> None:
    assert BY_ID["arthnova_huang"].label == "Right words, wrong thing"
    assert BY_ID["arthnova_kv"].label == claims.VERDICTS["wrong_scope"]


def test_a_year_is_no_duration() -> None:
    described = dossier.described(FACTS, BY_ID["a294k_founded"])
    assert described.compared_with == "2023"
    text = json.dumps([described.to_payload()["steps"], publish.row_details("deepseek_founded_year").text])
    assert "2,0" not in text and "years" not in text and "%" not in text


def test_a_recomputation_shows_values_and_not_names() -> None:
    for claim in AUDITED:
        for step in dossier.steps(FACTS, claim):
            assert not any("_" in part for part in step if isinstance(part, str)), (claim.claim_id, step)


def test_a_forecast_is_met_missed_or_open() -> None:
    for verdict, outcome in {"confirmed": "met", "close": "met", "contradicted": "missed"}.items():
        name = next(claim.claim_id for claim in AUDITED if claim.verdict == verdict and not claim.judgement["verdict"])
        rows = [{**row, "verdict": "forecast"} if row["claim_id"] == name else row for row in FACTS.rows("judgements")]
        assert claims.audit_one(FACTS.with_rows("judgements", rows), name).outcome == outcome
    for outcome in ("met", "missed", "open"):
        rows = [{**row, "outcome": outcome} if row["claim_id"] == FORECAST else row for row in FACTS.rows("judgements")]
        assert claims.audit_one(FACTS.with_rows("judgements", rows), FORECAST).outcome == outcome
    assert BY_ID[FORECAST].outcome == "open"
    assert {claim.outcome for claim in AUDITED if claim.verdict != "forecast"} == {""}


def test_claims_that_say_the_same_have_one_judgement() -> None:
    same = [claim for claim in AUDITED if claim.judgement["same_as"]]
    assert same
    for claim in same:
        owner = BY_ID[claim.judgement["same_as"]]
        assert (claim.verdict, claim.sources) == (owner.verdict, owner.sources)
        shared = claim.judgement.keys() - set(claims.OWN_COLUMNS)
        assert {name: claim.judgement[name] for name in shared} == {name: owner.judgement[name] for name in shared}


@pytest.mark.parametrize("claim", [*AUDITED, *NEWS], ids=lambda claim: claim.claim_id)
def test_an_outside_estimate_or_a_party_confirms_nothing(claim: claims.AuditedClaim) -> None:
    """Rules 3 and 4, as far as data can tell: a reference graded as an estimate stands beside no bare “confirmed”."""
    if claim.verdict == "confirmed" and isinstance(claim.reference, Quantity) and claim.kind == "number":
        assert not {FACTS.row(row)["evidence"] for row in claim.reference.rows if row in FACTS} & {"estimate"}, claim.reference.rows


@pytest.mark.parametrize("claim", [*AUDITED, *NEWS], ids=lambda claim: claim.claim_id)
def test_what_would_be_right_is_said_in_a_sentence(claim: claims.AuditedClaim) -> None:
    told = dossier.described(FACTS, claim)
    text = told.corrected_text
    if claim.verdict in claims.WRONG:
        assert text, "a reader wants to know what is right"
    if text:
        assert text.endswith(".") and text[0].isupper() and len(text.split()) <= LONGEST_CORRECTED_WORDS, text
        assert "_" not in text and not re.search(r"[{}]", text), text
        assert text != claim.claim["paraphrase"]
    assert "{" not in f"{told.reason}{told.since}{told.choice}{told.decided}{told.belongs_to}"


@pytest.mark.parametrize("claim", [*AUDITED, *NEWS], ids=lambda claim: claim.claim_id)
def test_a_verdict_shows_what_it_rests_on(claim: claims.AuditedClaim) -> None:
    """Each source with what it says and, where it could be told, where; searches behind what was not found."""
    assert all(row["says"].endswith((".", "”", "?")) and len(row["says"].split()) <= MOST_WORDS_OF_A_SOURCE for row in claim.sources)
    if claim.verdict in ("unsupported", "not_traced", "contested"):
        assert FACTS.where("searches", claim_id=claim.claim_id) or claim.sources
    if claim.verdict == "not_traced":
        assert FACTS.where("searches", claim_id=claim.claim_id), "not traced, and no search"


def test_a_count_of_claims_names_them() -> None:
    wrong = {claim.claim_id for claim in AUDITED if claim.verdict == "wrong_scope"}
    found = claims.count(AUDITED, "wrong_scope", of="right numbers for the wrong thing")
    assert (found.magnitude, found.rows) == (len(wrong), wrong)
    assert claims.count(AUDITED).rows == set(BY_ID)


def test_a_claim_in_brief_has_all_that_decides_it() -> None:
    said, low, high, reference, label = dossier.in_brief(BY_ID["a294k_cost"])
    assert (said, label) == (BY_ID["a294k_cost"].claim["paraphrase"], "Right number, wrong thing")
    assert [str(number) for number in (low, high, reference)] == ["$293.5K", "$294.5K", "$294K"]
    assert dossier.in_brief(BY_ID["arthnova_huang"])[1:3] == ["", ""]


def test_figures_given_wrongly_are_listed_by_what_loses_the_most() -> None:
    attributions = claims.attributions(FACTS)
    rows = claims.wrongly_given(attributions)
    assert len(rows) == claims.count_attributions(attributions, "conflated figures", "conflated").magnitude > 0
    belongs = [row[2] for row in rows]
    assert belongs[0] == "V3"
    assert [belongs.count(thing) for thing in belongs] == sorted((belongs.count(thing) for thing in belongs), reverse=True)
    of_v3 = {"giganectar_gpus", "giganectar_cost", "vtcnews_six", "vtcnews_gpus"}
    assert claims.count_attributions(attributions, "V3’s figures", "conflated", "V3").rows == of_v3
    assert len(rows) < claims.count_attributions(attributions, "figures").magnitude == len(FACTS.rows("attributions"))


def test_every_fact_has_one_grade_and_one_way_of_reading() -> None:
    counted = [cell for row in grades.tally(FACTS) for cell in row if isinstance(cell, Quantity)]
    assert sum(cell.magnitude for cell in counted) == len(FACTS)
    assert frozenset[str]().union(*(cell.rows for cell in counted)) == set(FACTS)


def test_counts_by_article_agree_with_the_tally() -> None:
    audited = audit(load())
    articles = claims.by_article(audited)
    assert sum(map(len, articles.values())) == len(audited)
    assert all(claim.claim["article"] == article for article, own in articles.items() for claim in own)
    for (article, verdict), number in claims.tally(audited).items():
        assert claims.count(articles[article], verdict).magnitude == number
    right = claims.count(audited, *claims.RIGHT, of="claims confirmed or close")
    assert right.rows == {claim.claim_id for claim in audited if claim.verdict in ("confirmed", "close")}
    assert right.formula == "count of claims confirmed or close"
    assert claims.count(audited).magnitude == len(audited)


def test_tally_counts_every_claim() -> None:
    tally = claims.tally(AUDITED)
    assert sum(tally.values()) == len(AUDITED)
    assert {article for article, _ in tally} == set(claims.ARTICLE_NAMES)


@pytest.mark.parametrize("claim", AUDITED, ids=lambda claim: claim.claim_id)
def test_judgement_is_readable(claim: claims.AuditedClaim) -> None:
    reason = claim.judgement["reason"]
    assert reason.endswith("."), reason
    assert len(reason.split()) <= LONGEST_REASON_WORDS, reason


@pytest.mark.parametrize("claim", [claim for claim in AUDITED if claim.ratio is not None], ids=lambda claim: claim.claim_id)
def test_ratio_is_claimed_over_reference(claim: claims.AuditedClaim) -> None:
    assert claim.said is not None and isinstance(claim.reference, Quantity) and claim.ratio is not None
    assert claim.ratio * claim.reference.magnitude == pytest.approx(claim.said.magnitude)
    if claim.verdict == "confirmed":
        assert claim.low * (1 - 1e-9) - 1e-12 <= claim.reference.magnitude or claim.low < 0
        assert claim.reference.magnitude <= claim.high * (1 + 1e-9) + 1e-12 or claim.high < 0


def test_an_open_forecast_and_a_year() -> None:
    assert BY_ID[FORECAST].outcome == "open"
    # 2021 lies within a tenth of 2023, but a year is right or wrong
    assert BY_ID["a294k_founded"].verdict == "contradicted"


# References


@pytest.mark.parametrize("name", references.REFERENCES)
def test_reference_has_rows_words_and_a_use(name: str) -> None:
    value = references.value_of(FACTS, f"{name}()")
    words = (references.REFERENCES[name].__doc__ or "").partition("\n")[0]
    assert words.endswith(".")
    if isinstance(value, Quantity):
        assert value.rows and value.formula
        assert value.rows <= set(FACTS)
    if name not in ("v3_bill",):  # shown as an example in the guide to the audit
        uses = [f"{row['reference']} {row['in_scope']} {row['corrected']} {row['since']}" for row in FACTS.rows("judgements")]
        uses += [f"{row['fact']} {row['wording']}" for row in FACTS.rows("figures_in_text")]
        assert any(f"{name}()" in use for use in uses), "no judgement and no figure of texts uses it"


def test_reference_by_fact_id() -> None:
    assert references.value_of(FACTS, "v3_usd_total") == FACTS["v3_usd_total"]
    assert references.value_of(FACTS, "deepseek_r1_release_date") == "2025-01-20"
    with pytest.raises(UnverifiedFact):
        references.value_of(FACTS, "sa_capex_table")
    with pytest.raises(UnknownFact):
        references.value_of(FACTS, "no_such_fact")


# Each computed again from the figures as published
BY_HAND: dict[str, tuple[str, Any]] = {
    "both_bills": ("usd", 5_576_000 + 294_000),
    "v3_bill": ("usd", (2_664_000 + 119_000 + 5_000) * 2),
    "v3_days": ("day", 3.7 * 14.8),
    "v3_compute_saving_vs_dense": ("percent", 100 * (1 - 250 / 2448)),
    "v3_cache_saving_vs_llama": ("percent", 100 * (1 - 70.272 / 516.096)),
    "fp8_saving_vs_fp32": ("percent", 100 * (1 - 8 / 32)),
    "aime_ratio": ("ratio", 79.8 / 9.3),
    "r1_rl_bill": ("usd", 202_000 + 82_000),
    "nvda_loss": ("usd", (142.62 - 118.42) * 24.49e9),
    "nvda_and_avgo_loss": ("usd", (142.62 - 118.42) * 24.49e9 + (244.70 - 202.13) * 4_687_356_156),
    "v3_saving_vs_dense_of_its_size": ("percent", 100 * (1 - 37 / 671)),
    "nvda_return": ("percent", 100 * (118.42 / 142.62 - 1)),
    "avgo_return": ("percent", 100 * (202.13 / 244.70 - 1)),
    "export_rounds": ("count", 3),
    "anthropic_backing": ("usd", 6e9),
    "fleet_purchase_and_operation": ("usd", 1.6e9 + 944e6),
    "llama_over_v3_hours": ("ratio", 30.84 / 2.788),
    "h800_link_share": ("percent", 100 * 400 / 900),
    "v3_activated_share": ("percent", 100 * 37 / 671),
    "o1_over_r1_output_price": ("ratio", 60 / 2.19),
    "h20_by_subtraction": ("gpu", 50_000 - 10_000 - 10_000),
    "gpt3_quality_price_share": ("ratio", 1 / 1200),
    "r1_share_of_gpt4_floor": ("percent", 0.294),
    "training_state_saving": ("percent", 100 * (1 - 13 / 16)),
    # One pass each of generation, old policy, reference and reward model, three of training; a critic adds one and three
    "critic_on_operations": ("ratio", (4 + 3 + 1 + 3) / (4 + 3)),
    "saving_in_time": ("percent", 100 * 4 / (73.7 * (1 - 342 / 608) / 14.8 + 1 + 1 + 3 + 1 + 4)),
    "run_electricity_share": ("percent", 100 * 2_788_000 * 1.275 * 0.75 * 1.25 * 0.088 / 5_576_000),
    "next_largest_loss": ("usd", 357e9),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_reference_by_hand(name: str) -> None:
    unit, expected = BY_HAND[name]
    value = references.value_of(FACTS, f"{name}()")
    assert isinstance(value, Quantity)
    assert value.to(unit).magnitude == pytest.approx(expected, rel=1e-9)


def _texts_that_print(facts: Facts, figure: str) -> int:
    return len({row["from_key"] for row in facts.rows("citations") if figure and row["figure"] == figure})


def test_the_foremost_claims_are_the_weightiest_first() -> None:
    facts = load()
    audited = claims.audit(facts)
    shown = dossier.Foremost(facts, audited).describe()
    weights = {row["claim_id"]: row["weight"] for row in facts.rows("claim_weights")}
    texts = {row["claim_id"]: _texts_that_print(facts, row["figure"]) for row in facts.rows("claim_weights")}
    order = [(["headline", "chapter"].index(weights[one.id]), -texts[one.id]) for one in shown.foremost]
    assert order == sorted(order)
    assert {one.id for one in shown.foremost} == weights.keys()
    assert {one.id: one.verdict for one in shown.foremost} == {one.claim_id: one.verdict for one in audited if one.claim_id in weights}


def test_a_number_does_not_stand_beside_mere_words() -> None:
    facts = load()
    for one in dossier.Dossier(facts, claims.audit(facts)).describe().claims:
        if facts.claim_row(one.id)["unit"] == "text":
            assert not re.match(r"[−$¥]?\d[\d.,]*[KMBT%]?$", one.compared_with), one.id


def test_counts_of_the_audit_by_hand() -> None:
    told = claims.describe(AUDITED)
    assert told["all"].magnitude == len(AUDITED)
    assert told["wrong"].magnitude == sum(one.verdict == "contradicted" for one in AUDITED)
    for group, verdicts in {"right": claims.RIGHT, "relayed": claims.RELAYED, "misled": claims.WRONG}.items():
        own = [one for one in AUDITED if one.verdict in verdicts]
        assert told[f"{group}_share"].magnitude == pytest.approx(100 * len(own) / len(AUDITED))
        assert told[f"vtcnews_{group}"].magnitude == sum(one.claim["article"] == "article_vtcnews" for one in own)
