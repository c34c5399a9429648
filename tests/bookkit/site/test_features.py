"""Each feature is a Sphinx extension of its own: it works alone, under the theme that Jupyter Book brings, and breaks nothing there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from bookkit.editions import baseline
from bookkit.editions.compare import Edition, Number
from tests.bookkit.stock import build

STOCK = "sphinx_book_theme"
CITATION = """
cff-version: 1.2.0
title: On penguins
message: Cite it.
version: 1.0.0
date-released: 2026-11-22
license: CC-BY-4.0
authors: [{family-names: Adélie, given-names: Ada}]
"""


@pytest.fixture
def penguins(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    (folder / "data").mkdir(parents=True)
    (folder / "published").mkdir()
    (folder / "conf.py").write_text("", encoding="utf-8")
    (folder / "CITATION.cff").write_text(CITATION, encoding="utf-8")
    (folder / "index.md").write_text("# Home\n\nPenguins weigh a lot. More follows.\n\n```{toctree}\nmass\n```\n", encoding="utf-8")
    (folder / "mass.md").write_text("# How heavy are they?\n\nAs heavy as a cat.\n", encoding="utf-8")
    (folder / "data/penguins.csv").write_text("id,mass\nada,4200\n", encoding="utf-8")
    package = {"resources": [{"name": "penguins", "path": "penguins.csv", "title": "Penguins"}]}
    (folder / "data/datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    old = Edition({"mass#n": Number("mass#n", "4.2 kg", 4.2, "kg")}, {}, "0.9.0", "2026-01-02")
    kept = baseline.serialize(old, {"data": "d", "text": "t", "code": "c"})
    (folder / baseline.FILE).write_text(kept, encoding="utf-8")
    return folder


def page(folder: Path, name: str = "mass") -> BeautifulSoup:
    return BeautifulSoup((folder.parent / f"out/{name}.html").read_text(encoding="utf-8"), "lxml")


def build_with(folder: Path, *features: str, theme: str = STOCK, **settings: object) -> None:
    _, said = build(folder, "html", extensions=["myst_nb", *features], html_theme=theme, **settings)
    assert not said


def files(folder: Path) -> set[str]:
    out = folder.parent / "out"
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def test_citing_alone(penguins: Path) -> None:
    build_with(penguins, "bookkit.citing")
    made = page(penguins)
    assert made.select_one("main #cite summary").text == "Cite this chapter"
    assert "Adélie, A." in made.select_one(".cite-text").text
    assert made.head.find("meta", {"name": "citation_title"})["content"] == "How heavy are they?"
    assert {"mass.bib", "mass.ris", "mass.csl.json"} <= files(penguins)
    assert made.select_one(".bd-sidebar-primary")


def test_editions_alone(penguins: Path) -> None:
    build_with(penguins, "bookkit.editions")
    text = page(penguins).select_one("main").text
    assert "This copy is not edition 0.9.0: no published number moved; 1 is gone." in text
    assert "Differs from edition 0.9.0." in text
    assert page(penguins, "differences").find("th", string="n")
    assert {"differences.json", "edition.json"} <= files(penguins)


def test_downloads_alone(penguins: Path) -> None:
    build_with(penguins, "bookkit.downloads")
    assert "downloads/data/penguins.csv" in files(penguins)
    assert any(name.startswith("downloads/") and name.endswith("-1.0.0-data.zip") for name in files(penguins))


def test_pages_alone(penguins: Path) -> None:
    """Heads, downloads and the files at the root come under any theme; the theme's own look, search and policy stay as they are."""
    build_with(penguins, "bookkit.pages", html_baseurl="https://example.org/")
    made = page(penguins)
    assert made.head.find("meta", {"name": "description"})["content"] == "As heavy as a cat."
    assert made.head.find("meta", property="og:title")["content"] == "How heavy are they?"
    kinds = [json.loads(script.string)["@type"] for script in made.head.find_all("script", type="application/ld+json")]
    assert kinds == ["ScholarlyArticle"]
    assert len(made.head.find_all("link", rel="canonical")) == 1
    assert not made.head.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert not made.select(".chapter-head, .margin-note")
    assert page(penguins, "downloads").find("a", string="Penguins")
    assert {"sitemap.xml", "robots.txt", "404.html", "favicon.svg", "cards/mass.png", "searchindex.js"} <= files(penguins)
    assert (penguins.parent / "out/searchindex.js").read_text(encoding="utf-8").startswith("Search.setIndex")


def test_all_of_them_under_the_stock_theme(penguins: Path) -> None:
    build_with(penguins, "bookkit")
    made = page(penguins)
    assert len(made.select("#cite")) == 1
    assert made.select_one(".bd-sidebar-primary")


def test_the_theme_leaves_what_others_bring(penguins: Path) -> None:
    """An extension's files stay in the site; scripts that it puts after a text are not written, since the policy would stop them."""
    build_with(penguins, "bookkit", "sphinx_thebe", "sphinx_copybutton", theme="bookkit")
    assert {"_static/sphinx-thebe.js", "_static/copybutton.js"} <= files(penguins)
    made = page(penguins)
    assert made.select_one("header.bar")
    assert not [script for script in made.body.find_all("script") if not script.get("src")]
