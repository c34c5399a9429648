"""Each kind of output is an extension of its own: it works alone, under the theme of Jupyter Book, and leaves the others alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from factbook.contract import OUTPUTS, Calculator, Chart, Claims, Number, Sources, Table, TextRules
from tests.bookkit.browser import ROOT
from tests.bookkit.outputs.test_bookkit import NUMBER, SPECIFICATION
from tests.bookkit.outputs.test_claims import claim
from tests.bookkit.outputs.test_claims import data as claims_data
from tests.bookkit.outputs.test_hostile import emitted
from tests.bookkit.site.test_stock import build, write
from tests.factbook.test_contract import TEXT_RULES

SOURCE = {"key": "paper", "title": "A paper", "authors": "", "publisher": "", "year": "2025", "read_as": "original", "remark": "x"}
UNNAMED = {key: value for key, value in NUMBER.items() if key != "id"}
TABLE = {"caption": "A table", "columns": ["What", "How much"], "rows": [["This", UNNAMED]], "emphasis": []}
# Extension, media type, what an output of it is on the page, and the files that it brings
ALONE = [
    ("numbers", Number, "a.traced", {"numbers.css", "numbers.js"}),
    ("tables", Table, ".table-place table.traced-table", {"tables.css", "menus.js"}),
    ("charts", Chart, "figure.chart .chart-wide svg", {"charts.css", "charts.js"}),
    ("calculators", Calculator, "figure.calculator .calculator-input", {"calculators.css", "calculators.js"}),
    ("claims", Claims, "table.claim-table tbody tr", {"claims.css", "claims.js"}),
    ("sources", Sources, "ol.source-list li", {"sources.css"}),
    ("texts", TextRules, "ul.text-legend li", {"texts.css"}),
]


def calculator() -> dict[str, object]:
    """The first calculator of the stored notebooks."""
    notebook = json.loads((ROOT / "notebooks/hidden-costs.ipynb").read_text(encoding="utf-8"))
    outputs = (output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", ()))
    return next(data[Calculator.MIME_TYPE] for data in outputs if Calculator.MIME_TYPE in data)


@pytest.fixture(scope="module")
def cells() -> list[nbformat.NotebookNode]:
    """A cell for each kind of output."""
    contents = {
        Number: NUMBER,
        Table: TABLE,
        Chart: SPECIFICATION,
        Calculator: calculator(),
        Claims: claims_data(claim(chapter="index")),
        Sources: {"sources": [{**SOURCE, "url": "https://example.org/", "evidence": {}, "rows": []}]},
        TextRules: TEXT_RULES,
    }
    assert set(contents) == set(OUTPUTS)
    return [emitted(kind.MIME_TYPE, content) for kind, content in contents.items()]


@pytest.mark.parametrize(("feature", "kind", "selector", "files"), ALONE, ids=[feature for feature, *_ in ALONE])
def test_a_feature_works_alone_under_the_stock_theme(tmp_path: Path, cells, feature, kind, selector, files):
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "conf.py").write_text("", encoding="utf-8")
    write(folder, "index", *cells)
    extensions = ["myst_nb", "sphinx_book_theme", f"bookkit.outputs.{feature}"]
    _, said = build(folder, "html", extensions=extensions, html_theme="sphinx_book_theme")
    assert not re.findall(r"(?:WARNING|ERROR): .*", said)
    page = BeautifulSoup((tmp_path / "out/index.html").read_text(encoding="utf-8"), "html.parser")
    assert page.select_one(selector), kind.CALLED
    loaded = {
        Path(tag.get("href") or tag.get("src") or "").name.partition("?")[0] for tag in page.select("link[rel=stylesheet], script[src]")
    }
    assert files <= loaded
    assert all((tmp_path / "out/_static" / name).is_file() for name in files)
    assert all(script.has_attr("defer") for script in page.select("script[src]") if any(name in script["src"] for name in files))
    # What needs other extensions is not on the page, and text stands in its place
    others = [other for name, _, other, _ in ALONE if name != feature and not (name == "numbers" and feature in ("tables", "calculators"))]
    assert not [other for other in others if page.select_one(other)]
