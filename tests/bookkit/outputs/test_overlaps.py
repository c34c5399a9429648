"""Labels of charts: none runs into another, into a mark or across a line, in the wide and in the narrow form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bookkit.outputs import overlaps
from factbook.contract import Chart
from tests.bookkit.browser import ROOT
from tests.bookkit.outputs.test_charts import SPECIFICATION


def test_no_label_of_the_books_charts_runs_into_anything() -> None:
    faults = [
        f"{path.stem}, “{chart.title}”, {form}: {overlap}"
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for chart in overlaps.charts_of(json.loads(path.read_text(encoding="utf-8")))
        for form, overlap in overlaps.of_chart(chart)
    ]
    assert not faults, "\n".join(faults)


def text(x: float, y: float, words: str, turn: str = "", **more: str) -> str:
    attributes = {"font_size": "10px", "fill": "#000", **more}
    written = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text transform="translate({x},{y}){turn}" {written}>{words}</text>'


def mark(kind: str, inside: str, role: str = "mark") -> str:
    return f'<g class="mark-{kind} role-{role} marks">{inside}</g>'


def circle(x: float, look: str = 'fill="#000"') -> str:
    return mark("symbol", f'<path transform="translate({x},-3)" d="M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0" {look}/>')


def rule(x: float, y: float, right: float, down: float, width: float = 1, role: str = "mark") -> str:
    return mark("rule", f'<line transform="translate({x},{y})" x2="{right}" y2="{down}" stroke="#000" stroke-width="{width}"/>', role)


def bar(width: float, look: str = 'fill="#ccc"') -> str:
    return mark("rect", f'<path d="M-5,-12h{width}v20h-{width}Z" {look}/>')


# In letters of 10 pixels, M is 8.33 wide and N 7.22; capitals reach 7.2 up, and tails 2.1 down
WORD = text(0, 0, "MMMM")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([WORD, text(30, 0, "NN")], "“MMMM” and “NN”"),
        ([WORD, text(34, 0, "NN")], ""),
        ([WORD, text(0, 9, "NN")], ""),
        ([text(0, 0, "MMgg"), text(0, 8, "NN")], "“MMgg” and “NN”"),
        # From its end, from its middle, turned upright, in bold, in two lines
        ([text(0, 0, "MMMM", text_anchor="end"), text(0, 0, "NN")], ""),
        ([text(0, 0, "MMMM", text_anchor="middle"), text(10, 0, "NN")], "“MMMM” and “NN”"),
        ([text(0, 0, "MMMM", " rotate(-90)"), text(3, 0, "NN")], ""),
        ([text(0, 0, "MMMM", " rotate(-90)"), text(-5, -20, "NN")], "“MMMM” and “NN”"),
        ([text(0, 0, "iiii", font_weight="bold"), text(9.5, 0, "NN")], "“iiii” and “NN”"),
        ([text(0, 0, "iiii"), text(9.5, 0, "NN")], ""),
        ([text(0, 0, '<tspan>MM</tspan><tspan x="0" dy="12">MMMM</tspan>'), text(30, 12, "NN")], "“MMMM” and “NN”"),
        # Of these nothing is seen
        ([text(0, 0, "MMMM", opacity="0"), text(0, 0, "NN")], ""),
        ([text(0, 0, "MMMM", fill="none"), text(0, 0, "NN")], ""),
        # A circle reaches all around its middle, filled or a ring
        ([WORD, circle(36)], "“MMMM” and a mark"),
        ([WORD, circle(36, 'fill="transparent" stroke="#000"')], "“MMMM” and a mark"),
        ([WORD, circle(36, 'fill="none"')], ""),
        ([WORD, circle(40)], ""),
        # Lines: level, upright, aslant over a corner, in several parts; a grid is none
        ([WORD, rule(-5, -3, 60, 0)], "“MMMM” and a line"),
        ([WORD, rule(10, -30, 0, 60)], "“MMMM” and a line"),
        ([WORD, rule(-10, -16, 50, 50)], "“MMMM” and a line"),
        ([WORD, rule(-30, -20, 50, 50)], ""),
        ([WORD, mark("line", '<path d="M-9,-30L9,-3L99,-30" stroke="#000"/>')], "“MMMM” and a line"),
        ([WORD, rule(-5, -3, 60, 0, role="axis-grid")], ""),
        # A label with a halo may lie on a line, and any on a bar; not on its edge
        ([text(0, 0, "MM", stroke="#fff", stroke_width="4"), text(0, 0, "MM"), rule(-5, -3, 60, 0)], ""),
        ([WORD, rule(-5, -4, 60, 0, 14)], ""),
        ([WORD, bar(60)], ""),
        ([WORD, bar(20)], "“MMMM” and the edge of a bar"),
        ([WORD, bar(20, 'fill="#ccc" opacity="0.2"')], ""),
    ],
)
def test_what_runs_into_what(parts: list[str], expected: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><g transform="translate(5,5)">{"".join(parts)}</g></svg>'
    assert "; ".join(map(str, overlaps.overlaps(svg))) == expected


def layered(*labels: dict[str, Any]) -> dict[str, Any]:
    """A chart of bars with labels over them."""
    shared = {key: value for key, value in SPECIFICATION.items() if key not in ("mark", "encoding")}
    bars = {key: SPECIFICATION[key] for key in ("mark", "encoding")}
    return {
        **shared,
        "layer": [bars, *({"mark": mark, "encoding": {**SPECIFICATION["encoding"], "text": {"field": "name"}}} for mark in labels)],
    }


def test_a_chart_is_judged_in_both_forms() -> None:
    chart = Chart.from_payload(layered({"type": "text", "dy": 40}, {"type": "text", "dy": 40, "dx": 2}))
    assert {(form, str(overlap)) for form, overlap in overlaps.of_chart(chart)} >= {(form, "“A” and “A”") for form in overlaps.FORMS}


def test_the_list_of_a_notebook_names_chart_form_and_label(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for specification, code in ((SPECIFICATION, 0), (layered({"type": "text"}), 1)):
        path = tmp_path / "one.ipynb"
        path.write_text(json.dumps({"cells": [{"outputs": [{"data": {Chart.MIME_TYPE: specification}}]}]}), encoding="utf-8")
        assert overlaps.main([str(path)]) == code
    assert "one, figure 1 “B is longer than A”, wide: “B” and the edge of a bar" in capsys.readouterr().out
