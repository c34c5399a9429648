"""Outputs of pandas, Matplotlib and Altair by themselves: shown well, or refused with the cell and what to do, all at once."""

from __future__ import annotations

import base64
import re
import shutil
import struct
import zlib

import altair as alt
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from bookkit.outputs import charts, foreign
from factbook.contract import Chart
from tests.bookkit.browser import serving, visiting
from tests.bookkit.outputs.test_bookkit import SPECIFICATION, changed
from tests.bookkit.outputs.test_hostile import build, emitted, site_of, write_book
from tests.bookkit.pages.test_browser import axe_faults

FRAME = pd.DataFrame({"name": ["A", "<b>"], "size": [1.5, -2.25], "note": ["x", ""], **{f"column {index}": [1, 2] for index in range(20)}})
ALTAIR = alt.Chart(FRAME).mark_bar().encode(x="size:Q", y="name:N").to_html(fullhtml=False)


def picture(width: int = 1200) -> str:
    """A white PNG, as a notebook keeps it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" + b"\xff" * width)) + chunk(b"IEND", b"")
    return base64.b64encode(content).decode()


def with_alternative(kind: str, content: str, text: str):
    cell = emitted(kind, content)
    cell.metadata["mystnb"] = {"image": {"alt": text}}
    return cell


def test_a_frame_is_a_table_of_the_book():
    """It scrolls by itself and has a name; heads say what they head; numbers stand on the right; nothing is styled in place."""
    soup = BeautifulSoup(foreign.tables(FRAME._repr_html_(), "Table 1 of data"), "html.parser")
    (region,) = soup.select("div.table-scroll")
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Table 1 of data")
    (table,) = region.select("table.traced-table")
    assert [head.get_text() for head in table.select("thead th[scope=col]")][:3] == ["name", "size", "note"]
    assert [head.get_text() for head in table.select("tbody th[scope=row]")] == ["0", "1"]
    assert [cell.get_text() for cell in table.select("tbody tr:nth-of-type(2) .number-cell")][:2] == ["-2.25", "2"]
    assert [head.get_text() for head in table.select("thead .number-cell")][:2] == ["size", "column 0"]
    assert not soup.select("style, th:empty, [style], [border]")
    assert "&lt;b&gt;" in str(table)


def test_heads_over_several_columns_stay_as_they_are():
    markup = foreign.tables(FRAME.groupby("name")[["size"]].agg(["mean", "max"])._repr_html_(), "Table 1 of data")
    assert 'colspan="2"' in markup
    assert "number-cell" not in markup


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("text/html", ALTAIR, "<script>.*Let Altair emit the specification alone"),
        ("text/html", "<iframe src='x'></iframe>", "<iframe>.*Show a table, a picture or a Vega-Lite chart instead"),
        ("application/javascript", "1", "is a script"),
        ("application/vnd.jupyter.widget-view+json", {}, "a widget, which lives in a notebook only"),
        ("image/png", "", "no text alternative.*mystnb: {image: {alt:"),
        ("image/svg+xml", "<svg/>", "no text alternative"),
    ],
)
def test_what_a_page_cannot_show_is_refused_with_a_remedy(kind, content, said):
    with pytest.raises(foreign.OutputRefused, match=said):
        foreign.require_publishable(kind, content, {"alt": " "})


def test_what_a_page_can_show_is_let_through():
    foreign.require_publishable("image/png", "", {"alt": "A line rises"})
    foreign.require_publishable("text/html", FRAME._repr_html_(), {})
    foreign.require_publishable("text/plain", "<script>", {})


def test_all_that_a_chart_lacks_is_said_at_once():
    bare = changed(title="", description="", encoding={"x": {"field": "no such field", "type": "quantitative"}})
    with pytest.raises(charts.ChartError) as caught:
        charts.figure(Chart.from_payload(bare), "figure-1", {})
    for part in ("no description", "no title", "nothing is drawn"):
        assert part in str(caught.value)


def test_one_build_names_every_problem_by_cell_and_shows_what_is_right(browser, tmp_path):
    """What is refused is left out; the rest fits a phone and satisfies axe. A picture is called by what it shows, not by a hash."""
    bare = {key: value for key, value in SPECIFICATION.items() if key not in ("title", "description", "usermeta")}
    cells = [
        emitted("text/html", FRAME._repr_html_()),
        with_alternative("image/png", picture(), "A white line"),
        emitted("text/html", ALTAIR),
        emitted("image/png", picture(2)),
        emitted(Chart.MIME_TYPE, bare),
    ]
    folder = write_book(tmp_path / "book", *cells)
    shutil.copy(folder / "second.ipynb", folder / "third.ipynb")
    contents = folder / "_toc.yml"
    contents.write_text(contents.read_text(encoding="utf-8") + "- file: third\n", encoding="utf-8")
    result = build(folder)
    said = result.stdout + result.stderr
    said_of = ("Let Altair emit", "picture has no text alternative", "no description.* no title")
    for name in ("second", "third"):
        problems = [line for line in said.splitlines() if re.search(rf"ERROR: {name}, cell at line \d+: ", line)]
        for problem, part in zip(problems, said_of, strict=True):
            assert re.search(part, problem)
    assert "the page holds" not in said
    with serving(site_of(folder)) as base, visiting(browser, base, "second.html", viewport={"width": 390, "height": 800}) as visit:
        page = visit.page
        assert page.locator("main img").evaluate_all("(images) => images.map((image) => image.alt)") == ["A white line"]
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.locator(".table-scroll").evaluate("(region) => region.scrollWidth > region.clientWidth")
        assert axe_faults(page, part="main") == []
