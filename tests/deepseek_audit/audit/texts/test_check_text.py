"""The checker of texts: measured on the articles and on texts written to test it, and safe with any text."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepseek_audit.audit import check_text, claims
from deepseek_audit.audit.texts import VERDICTS, Finding, compile_rules, load_rules, looks_english
from deepseek_audit.audit.texts.knowledge import rules_of
from deepseek_audit.audit.texts.signs import LONGEST
from factbook.facts import load
from tests.deepseek_audit.audit.texts import measure

FACTS = load()
# What each verdict of the audit is called of a figure in a text
AS_VERDICT = {
    "confirmed": {"right"},
    "close": {"right"},
    "as_disclosed": {"right", "estimate_faithful"},
    "reported": {"estimate_faithful", "right"},
    "wrong_scope": {"other_thing"},
    "contradicted": {"contradicted"},
    "contested": {"contested"},
    "unsupported": {"no_source"},
    "not_traced": {"no_source"},
    "forecast": {"estimate_faithful", "contested"},
}
RECALL, PRECISION = 0.95, 0.97
# Of texts written by people who had not seen the rules
OWN_RECALL, OWN_PRECISION = 0.88, 0.94


def only(text: str) -> Finding:
    [finding] = check_text(text)
    return finding


# Measured


@pytest.mark.skipif(not measure.articles_at_hand(), reason="the texts of the articles are not at hand")
def test_figures_of_the_articles_get_their_claims_verdict() -> None:
    whole = measure.total(measure.article_scores().values())
    print(f"articles: recall {whole.recall:.1%}, precision {whole.precision:.1%}")
    assert whole.recall >= RECALL
    assert whole.precision >= PRECISION
    assert measure.PAGE.read_text(encoding="utf-8") == measure.page() + "\n".join(measure.article_lines()) + "\n"


def test_what_is_expected_of_the_articles_is_the_audits_verdict() -> None:
    verdicts = {claim.claim_id: claim.verdict for claim in claims.audit(FACTS)}
    wrong = [
        (row["article"], row["paragraph"], row["figure"], row["claim_id"])
        for row in measure.read("article_figures.csv")
        if row["claim_id"] and row["as_claim"] == "yes" and row["expected"] not in ("ignore", "any")
        if not set(row["expected"].split("|")) & AS_VERDICT[verdicts[row["claim_id"]]]
    ]
    assert wrong == []


def test_texts_of_others_come_out_as_they_expected() -> None:
    every = measure.total(measure.scores().values())
    print(f"texts: recall {every.recall:.1%}, precision {every.precision:.1%}")
    assert every.recall >= OWN_RECALL
    assert every.precision >= OWN_PRECISION
    assert measure.PAGE.read_text(encoding="utf-8").startswith(measure.page())


def test_a_third_of_the_sentences_are_traps() -> None:
    texts = [row for row in measure.read("texts.csv") if row["set"] in "ab"]
    assert len(texts) >= 150
    assert sum(row["trap"] == "yes" for row in texts) >= len(texts) / 3
    assert {verdict for row in measure.read("expected.csv") for verdict in row["expected"].split("|")} == {*VERDICTS, "ignore"}


# One by one


@pytest.mark.parametrize(
    ("text", "verdict", "figure"),
    [
        ("V3’s final training run cost $5.576 million, DeepSeek says.", "right", "v3_final_run"),
        ("DeepSeek trained R1 for $5.6 million.", "other_thing", "v3_final_run"),
        ("R1’s training on top of V3 took $294,000.", "right", "r1_training"),
        ("DeepSeek has put $1.6 billion into servers.", "estimate_as_fact", "fleet_servers"),
        ("SemiAnalysis estimates that DeepSeek’s servers cost $1.6 billion.", "estimate_faithful", "fleet_servers"),
        ("DeepSeek’s hardware cost could be as high as $500 million, a report says.", "contradicted", "hardware_floor"),
        ("V3 took 27.88 million GPU hours.", "contradicted", "v3_hours"),
        ("V4 was trained for $5.2 million.", "no_source", "v4_cost_april"),
        ("DeepSeek has spent hundreds of millions of dollars in all.", "contested", "company_hundreds_of_millions"),
        ("DeepSeek spent $77 million on electricity.", "unknown", ""),
    ],
)
def test_each_verdict(text: str, verdict: str, figure: str) -> None:
    found = only(text)
    assert (found.verdict, found.figure) == (verdict, figure)
    assert found.text == text[found.start : found.end]
    assert found.why.endswith(".")


def test_a_finding_says_what_was_read() -> None:
    found = only("SemiAnalysis estimates that DeepSeek has access to more than 50,000 Hopper GPUs.")
    assert (found.value, found.unit, found.hedge, found.attributed_to) == (50_000, "gpu", "more than", "SemiAnalysis")
    assert found.read_as == "50,000 GPUs"
    assert found.link == "claims/news_semianalysis_hoppers.html"
    assert "SemiAnalysis" in found.wording


@pytest.mark.parametrize(
    "text",
    [
        "A Shanghai start-up has raised $5.6 million in a seed round, two days after DeepSeek topped the charts.",
        "The office next to DeepSeek’s rents for 6 million yuan a year.",
        "DeepSeek was founded in 2023 and released R1 on January 20, 2025.",
        "See page 17 and page 27 of the report on DeepSeek’s V3.",
        "A farmer sold 2,048 sheep.",
    ],
)
def test_what_does_not_concern_the_subject_is_left_alone(text: str) -> None:
    assert check_text(text) == []


def test_an_editor_adds_a_figure_without_code() -> None:
    new = {
        **FACTS.rows("figures_in_text")[0],
        "figure_id": "new",
        "label": "Something new",
        "fact": "",
        "value": "77000000",
        "spellings": "",
        "right_subjects": "v3",
        "wording": "It is new.",
    }
    added = FACTS.with_rows("figures_in_text", [*FACTS.rows("figures_in_text"), new])
    [found] = check_text("Training V3 cost $77 million.", compile_rules(rules_of(added)))
    assert (found.verdict, found.figure, found.wording) == ("right", "new", "It is new.")


def test_a_changed_fact_changes_what_is_known() -> None:
    table = FACTS.home("v3_usd_total")
    rows = [{**row, "value": "9999000"} if row["fact_id"] == "v3_usd_total" else row for row in FACTS.rows(table)]
    changed = compile_rules(rules_of(FACTS.with_rows(table, rows)))
    [found] = check_text("Training V3 cost $9.999 million.", changed)
    assert found.verdict == "right"
    assert "$9.999 million" in found.wording


# Any text

BAD = {
    "nothing": "",
    "spaces": " \n\t ",
    "no letters": "1234567890 " * 50,
    "Chinese": "DeepSeek 训练 V3 的成本为 557.6 万美元。",
    "Arabic": "كلفة تدريب \u200f$5.6 million\u200e DeepSeek V3",
    "German": "Das Training von DeepSeek V3 kostete 5,6 Millionen Dollar, behauptet die Firma.",
    "HTML": "<p>R1 cost <b>$5.6</b> million<br>V3 took <a href='x'>2,048</a> GPUs</p><script>alert('V3 $5.6 million')</SCRIPT >",
    "entities": "V3 cost &#36;5.6&nbsp;million &amp; 2,048 GPUs &unknown; &#x24; &#0; &#99999999;",
    "marks": "V3 cost \u202a$5.6\u202c \u2066million\u2069, \ufeff2\u00ad,\u00ad048 GPUs",
    "NUL": "V3\x00cost\x00$5.6 million\x07",
    "emoji": "🚀 V3 cost 💸 $5.6 million 👀",
    "much too large": "V3 cost $" + "9" * 400 + " and $5 " + "billion " * 60,
    "other digits": "V3 cost $५.६ million on ٢٠٤٨ GPUs ǅ",
    "a closing tag in capitals": "<STYLE>V3 $5.6 million</StYlE> R1 <!-- V3 $5.6 million --> and <script>V3 $5.6 million",
    "surrogate": "V3 cost \ud800$5.6 million",
    "spreadsheet": "Model\tCost (USD m)\tGPUs\nDeepSeek-V3\t5.576\t2048\nGPT-4\t100\t25000",
    "unfinished": "DeepSeek V3 cost $",
    "only signs": "$%&#;<>|…—–'\"()[]{}",
}


@pytest.mark.parametrize("name", BAD)
def test_any_text_gets_an_answer(name: str) -> None:
    text = BAD[name]
    for finding in check_text(text):
        assert finding.text == text[finding.start : finding.end]
        assert finding.verdict in VERDICTS


def test_a_text_that_is_not_english_is_noticed() -> None:
    german = "Die Firma behauptet, dass das Training nur einen kleinen Teil der Kosten verursacht hat, die andere angeben. " * 2
    english = "The company says that the training of the model took a small part of the costs that others give for it. " * 2
    assert not looks_english(german)
    assert not looks_english("训练的成本很低这家公司说他们只用了很少的芯片和时间")
    assert looks_english(english)
    assert looks_english("V3: $5.6M")


def test_tags_and_entities_are_no_words() -> None:
    found = check_text(BAD["HTML"])
    assert [finding.text for finding in found] == ["$5.6</b> million", "2,048"]
    assert only("V3 cost &#36;5.6&nbsp;million.").text == "&#36;5.6&nbsp;million"


def test_units_stand_in_the_head_of_a_table() -> None:
    found = check_text(BAD["spreadsheet"])
    assert [(one.text, one.figure) for one in found] == [
        ("5.576", "v3_final_run"),
        ("2048", "v3_gpus_2048"),
        ("100", "gpt4_floor"),
        ("25000", "gpt4_gpus"),
    ]


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_no_text_makes_it_fail(text: str) -> None:
    for finding in check_text(text):
        assert finding.text == text[finding.start : finding.end]


WORDS = st.sampled_from(
    [
        "R1",
        "V3",
        "DeepSeek",
        "cost",
        "$5.6",
        "million",
        "2,048",
        "GPUs",
        "not",
        "than",
        "GPT-4",
        "|",
        ".",
        ",",
        "–",
        "(",
        ")",
        "%",
        "SemiAnalysis",
        "estimates",
        "a",
        "half",
        "billion",
        "hundred",
        "and",
        "point",
        "six",
        "of",
        "for",
        "on top of",
        "<b>",
        "&nbsp;",
        "5",
        "\t",
        "\n",
    ]
)


@given(st.lists(WORDS, max_size=60), st.sampled_from([" ", ""]))
@settings(max_examples=300)
def test_no_order_of_words_makes_it_fail(words: list[str], between: str) -> None:
    text = between.join(words)
    first = check_text(text)
    assert first == check_text(text)
    starts = [finding.start for finding in first]
    assert starts == sorted(starts)


LONG = {
    "figures": "R1 cost $5.6 million on 2,048 GPUs. ",
    "without an end": "R1 $5.6M 2,048 ",
    "words": "a hundred and ",
    "currency": "$",
    "tags": "<script",
    "entities": "&#36;",
    "digits": "1,",
    "dashes": "5–",
    "brackets": "(",
    "lines": "R1\t$5.6M\t2,048\n",
}


def calls(action: Callable[[], object]) -> int:
    """How many functions of Python an action calls."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", LONG)
def test_time_grows_with_the_length_alone(name: str) -> None:
    part = LONG[name]
    load_rules()
    short, long = part * (2_500 // len(part)), part * (10_000 // len(part))
    assert calls(lambda: check_text(long)) <= 5 * calls(lambda: check_text(short)) + 1000


def test_a_text_above_the_limit_is_cut() -> None:
    start = time.monotonic()
    found = check_text("DeepSeek. " + " " * LONGEST + "V3 cost $5.6 million.")
    assert found == []
    assert time.monotonic() - start < 60
