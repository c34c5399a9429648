"""What the chapter on the audit emits for the page that checks a reader's text."""

from __future__ import annotations

from deepseek_audit.audit import check_page
from factbook import facts
from factbook.contract import TextRules
from tests.deepseek_audit.audit.texts import measure

FACTS = facts.load()


def test_the_page_is_emitted_with_its_words_and_for_a_notebook_as_a_table():
    shown = check_page.CheckPage(FACTS)
    bundle = shown._repr_mimebundle_()
    given = TextRules.from_payload(bundle[TextRules.MIME_TYPE])
    assert given == shown.describe()
    assert (given.title, given.subject) == (check_page.TITLE, "DeepSeek")
    assert given.rules["figures"] and given.rules["example"] == check_page.EXAMPLE
    assert all(verdict.label in bundle["text/plain"] for verdict in given.verdicts)


def test_three_verdicts_say_that_the_text_should_be_changed():
    wrong = [verdict.key for verdict in check_page.CheckPage(FACTS).describe().verdicts if verdict.wrong]
    assert wrong == ["other_thing", "estimate_as_fact", "contradicted"]


def test_the_page_says_how_often_it_errs() -> None:
    """As measured on the last two sets of texts, when they were first read."""
    *_, before, last = measure.FIRST_READ.values()
    missed = 1 - (before[0] + last[0]) / 200
    assert any("one figure in six" in note for note in check_page.NOTES)
    assert 1 / 7 < missed < 1 / 5
