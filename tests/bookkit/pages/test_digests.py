"""Chapters in short on other pages: cards, and key charts shown once more."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from bookkit.pages import digests

SITE = "_build/html"


def parsed(built: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((built / SITE / name).read_text(encoding="utf-8"), "html.parser")


def test_a_card_leads_to_its_chapter_by_its_question() -> None:
    chapter = {"address": "costs.html", "label": "Costs", "question": "What for?", "answer": "For <b>this</b>.", "picture": "f.svg"}
    bare = {"address": "b.html", "label": "", "question": "Notes", "answer": "", "picture": ""}
    first, second = BeautifulSoup(digests.cards([chapter, bare]), "html.parser").find_all("li")
    assert first.a["href"] == "costs.html"
    assert first.a.get_text(" ", strip=True) == "Costs What for?"
    assert first.p.get_text() == "For <b>this</b>."
    assert (first.img["alt"], first.img["src"]) == ("", "f.svg")
    assert second.a.get_text(strip=True) == "Notes" and not second.p and not second.img


def test_the_cards_of_home_say_what_the_chapters_say(built: Path) -> None:
    cards = parsed(built, "index.html").select(".chapter-cards > li")
    assert len(cards) > 7
    for card in cards:
        page = parsed(built, card.a["href"])
        heading = page.h1.get_text(" ", strip=True)
        assert heading.startswith(card.select_one(".chapter-card-label").get_text())
        assert heading.lower().endswith(card.select_one(".chapter-card-question").get_text().lower())
        for hidden in page.select("#the-short-answer sup, #the-short-answer .footnote-reference"):
            hidden.decompose()
        answer = " ".join(page.select_one("#the-short-answer").get_text(" ").split())
        assert squeezed(card.p.get_text()) in squeezed(answer), card.a["href"]
        assert (built / SITE / card.img["src"]).is_file()


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_key_charts_on_one_page_have_ids_of_their_own(built: Path) -> None:
    page = parsed(built, "summary.html")
    charts = page.select("figure.key-chart")
    assert len(charts) == 3
    ids = Counter(element["id"] for element in page.find_all(id=True))
    assert not [name for name, count in ids.items() if count > 1]
    for chart in charts:
        assert chart.select_one(".chart-wide svg") and chart.select_one(".chart-narrow svg")
        link = chart.select_one(".chart-source a")
        assert isinstance(link, Tag)
        address, _, anchor = str(link["href"]).partition("#")
        assert parsed(built, address).find(id=anchor)
        used = set(str(chart).split("url(#")[1:])
        assert all(url.partition(")")[0] in ids for url in used)


@pytest.mark.parametrize("name", ["nowhere", "cost"])
def test_an_unknown_chapter_is_an_error_that_names_the_known_ones(name: str) -> None:
    class Directive:
        config = type("Config", (), {"bookkit_public_prefix": "book/"})
        env = type("Environment", (), {"found_docs": {"book/costs", "book/index"}})

        def error(self, message: str) -> Exception:
            return ValueError(message)

    with pytest.raises(ValueError, match=f"no chapter “{name}”. Write one of: costs, index."):
        digests._document(Directive(), name)  # type: ignore[arg-type]
