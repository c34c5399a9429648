"""Parts of bookkit on their own: charts, tables, the report of a failing cell, and the search for typed numbers."""

import html
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from docutils import nodes
from docutils.core import publish_doctree
from myst_parser.parsers.docutils_ import Parser

from bookkit.checks.lint import allowed_patterns, formulas_of_money, typed_numbers
from bookkit.markup import mathml
from bookkit.outputs import charts, numbers, tables
from factbook.contract import Chart, Number, Table

ROOT = Path(__file__).parents[3]
SPECIFICATION = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.4.json",
    "title": {"text": "Two bars", "subtitle": "in units"},
    "description": 'Bar B is "longer" than A',
    "usermeta": {"source": "Nobody 2024."},
    "data": {"values": [{"name": "A", "size": 1}, {"name": "B", "size": 2}]},
    "mark": "bar",
    "width": 600,
    "encoding": {"x": {"field": "size", "type": "quantitative"}, "y": {"field": "name", "type": "nominal"}},
    "config": {"axis": {"labelColor": "#123456"}},
}


def changed(**changes):
    return {**SPECIFICATION, **changes}


def test_a_chart_is_a_figure_with_two_drawings_and_a_text_alternative():
    figure = charts.figure(Chart.from_payload(SPECIFICATION), "figure-1", {"#123456": "--ink"})
    assert figure.count("<svg") == 2
    assert 'aria-label="Bar B is &#34;longer&#34; than A"' in figure
    assert '<p class="chart-title">Two bars</p>' in figure
    assert "Source: Nobody 2024." in figure
    assert "var(--ink, #123456)" in figure
    widths = [float(width) for width in re.findall(r'<svg[^>]*?\bwidth="([\d.]+)"', figure)]
    assert widths[0] > 590 > widths[1]
    ids = re.findall(r'\bid="([^"]+)"', figure)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        (changed(description=""), "no description"),
        (changed(title={"text": ""}), "no title"),
        (changed(data={"values": []}), "nothing is drawn"),
    ],
)
def test_a_chart_that_tells_nothing_is_an_error(specification, message):
    with pytest.raises(charts.ChartError, match=message):
        charts.figure(Chart.from_payload(specification), "figure-1", {})


def test_narrow_charts_take_their_own_settings():
    narrow = charts.narrowed(changed(usermeta={"narrow": {"config": {"axis": {"labelFontSize": 9}}}}))
    assert narrow["width"] == charts.NARROW_WIDTH
    assert narrow["config"]["axis"] == {"labelColor": "#123456", "labelFontSize": 9}
    assert SPECIFICATION["width"] == 600


def test_markup_in_a_table_is_text():
    data = {"caption": "<b>Bold</b>", "columns": ["<i>A</i>"], "rows": [["<script>alert(1)</script>"]], "emphasis": []}
    text = tables.table(Table.from_payload(data), "table-1")
    assert "<script>" not in text
    assert "<b>" not in text
    assert "<i>" not in text


ROW = {
    "id": "a",
    "text": "$2",
    "evidence": "primary",
    "read_as": "original",
    "source": "Somebody 2024, <b>A title</b>",
    "url": "https://example.org/a?b&c",
    "locator": "page 3",
    "note": "",
}
NUMBER = {
    "id": "sum",
    "text": "$5",
    "exact": "5 US dollars",
    "value": 5.0,
    "unit": "usd",
    "formula": 'a + "b"',
    "rows": [ROW, {**ROW, "id": "b"}],
}


def number(**changes):
    return Number.from_payload({**NUMBER, **changes})


def test_numbers_in_a_table_lead_to_their_trace():
    data = {"caption": "c", "columns": ["A", "B"], "rows": [["x", NUMBER]], "emphasis": [0]}
    shown = Table.from_payload(data)
    text = tables.table(shown, "table-1")
    assert '<span id="table-1-1-2"></span><a class="traced" href="#trace-table-1-1-2">$5</a>' in text
    assert '<th scope="row">x</th>' in text
    assert '<tr class="emphasis">' in text
    assert [place for place, _ in tables.traced_cells(shown, "table-1")] == ["table-1-1-2"]


def test_a_trace_names_formula_rows_grades_and_sources():
    text = numbers.trace(number(), "number-sum")
    assert text.startswith('<div class="trace" id="trace-number-sum"')
    assert "= a + &#34;b&#34;" in text
    assert text.count('class="trace-row"') == 2
    assert "● primary" in text
    assert '<a href="https://example.org/a?b&amp;c" rel="external">Somebody 2024, &lt;b&gt;A title&lt;/b&gt;</a>' in text
    assert "read in the original" in text
    assert '<a class="trace-link" href="#number-sum">' in text


def test_a_number_from_one_row_has_no_formula():
    text = numbers.trace(number(formula="a", rows=[ROW]), "number-a")
    assert "trace-formula" not in text


def test_only_web_addresses_become_links():
    text = numbers.trace(number(rows=[{**ROW, "url": "javascript:alert(1)"}]), "number-a")
    assert "javascript" not in text


def test_long_traces_are_cut():
    rows = [{**ROW, "id": f"row_{index}"} for index in range(20)]
    text = numbers.trace(number(rows=rows), "number-a")
    assert text.count('class="trace-row"') == numbers.ROWS_SHOWN
    assert f"and {20 - numbers.ROWS_SHOWN} more rows" in text


def test_numbers_for_machines():
    entry = numbers.entry(number(), "number-sum", "cost-claims.html")
    assert entry == {
        "id": "cost-claims#number-sum",
        "value": 5.0,
        "unit": "usd",
        "text": "$5",
        "chapter": "cost-claims",
        "anchor": "number-sum",
        "address": "cost-claims.html#number-sum",
        "formula": 'a + "b"',
        "rows": ["a", "b"],
    }


CELL = "```{{code-cell}} ipython3\n:tags: [hide-input]\n\n{code}\n```\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It cost $5.6M.", ["$5.6M"]),
        ("It fell by 93.3% in 55 days.", ["93.3%", "55"]),
        ("About twenty-seven times, or half.", ["twenty-seven", "half"]),
        ("## 27 times less", ["27"]),
        ("It took $6\\times N$ operations.", ["$6"]),
        ("It cost {glue:}`bill` {footcite}`source_2024`.", []),
        ("V3 and R1 ran on H800 chips in FP8; GPT-4 came out in 2023.", []),
        ("On 27 January 2025, see Table 7 and section 4.2.", []),
        ("See [this](https://example.org/2024/01/page-17) and `v3_hours[2]`.", ["2"]),
        ('See <a href="claims/a294k.html">the 27 times</a>.', ["27"]),
        ("<!-- 42 -->\n% 43\n(label-44)=\n", []),
        (CELL.format(code="x = facts['v3_hours_2'] * 6 / 1e6"), []),
        (CELL.format(code='finding("R1 costs 27 times less", "in dollars")'), ["27"]),
        (CELL.format(code='finding(f"It took {hours:4 day} of 55 days", "in days")'), ["55"]),
        (CELL.format(code='finding(f"It took {hours:4 day}", "in days")'), []),
        (CELL.format(code="x = ("), ["code that does not parse: '(' was never closed"]),
    ],
)
def test_typed_numbers(tmp_path, text, found):
    path = tmp_path / "chapter.md"
    path.write_text(f"---\nversion: 1.16\n---\n\n{text}\n")
    assert [finding.number for finding in typed_numbers(path, allowed_patterns(ROOT / "pyproject.toml"))] == found


def test_findings_name_the_line(tmp_path):
    path = tmp_path / "chapter.md"
    path.write_text("# Title\n\nFine.\n\nIt cost $6M.\n")
    (finding,) = typed_numbers(path, [])
    assert str(finding).startswith(f"{path}:5: “$6M” is typed in.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It cost $6M, others $1.6B.", ["$6M, others $"]),
        ("It cost US$6M,\nothers US$ more.", ["$6M, others US$"]),
        (r"It cost \$6M, others \$1.6B.", []),
        ("It cost $6M.\n\nOthers cost $1.6B.", []),
        ("It cost `$6M`, {math}`N$` and others $ more; {glue:}`bill`", []),
        (CELL.format(code="x = '$6 and $7'"), []),
    ],
)
def test_money_that_other_readers_take_for_a_formula(tmp_path, text, found):
    path = tmp_path / "chapter.md"
    path.write_text(f"# Title\n\n{text}\n")
    findings = formulas_of_money(path)
    assert [finding.number for finding in findings] == found
    assert all(str(finding).startswith(f"{path}:3: “$6M") and r"\$6M" in str(finding) for finding in findings)


MONEY = [
    "It cost $6M, others $1.6B.",
    "From $5 to 6$, and 7 $ or US$ 8.",
    "| a | b |\n| --- | --- |\n| $1 | $2 |\n| $3 and $4 | 5$ |",
    ":::{figure} x.png\nA caption of $5 and 6$\n:::",
    "# A title of $5 and 6$\n\n$$5 and 6$$\n\nTerm for $5\n: $5$",
]


@pytest.mark.parametrize("text", MONEY)
def test_money_is_no_formula(text):
    """In sentences, tables, captions and titles, by the settings of this book."""
    assert not list(read_as_book(text).findall(lambda node: isinstance(node, nodes.math | nodes.math_block)))
    assert read_as_book(text).astext().count("$") == text.count("$")


def test_formulas_are_formulas():
    tree = read_as_book("A {math}`6ND` costs $5 and 6$.\n\n```{math}\nC = 6 N D\n```\n")
    assert [node.astext() for node in tree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))] == ["6ND", "C = 6 N D"]


def read_as_book(text):
    """The document that MyST reads with what _config.yml turns on."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = {"myst_enable_extensions": config["parse"]["myst_enable_extensions"]}
    settings = {**extensions, "myst_all_links_external": True, "report_level": 5}
    return publish_doctree(text, parser=Parser(), settings_overrides=settings)


@pytest.mark.parametrize(
    ("latex", "said"), [(r"\unknown{x}", 'Unknown LaTeX command "\\unknown".'), ("a & <b>", "cannot be read."), ("x^", "missing children")]
)
def test_a_formula_that_cannot_be_read_is_shown_as_written_with_a_warning(caplog, latex, said):
    writer = SimpleNamespace(body=[])
    with caplog.at_level("WARNING"), pytest.raises(nodes.SkipNode):
        mathml.visit_math(writer, nodes.math("", latex))
    assert writer.body == [f'<span translate="no"><code>{html.escape(latex)}</code></span>']
    assert latex in caplog.text
    assert said in caplog.text


@pytest.mark.parametrize(("visit", "node"), [(mathml.visit_math, nodes.math), (mathml.visit_math_block, nodes.math_block)])
def test_formulas_need_no_script(visit, node):
    writer = SimpleNamespace(body=[])
    with pytest.raises(nodes.SkipNode):
        visit(writer, node("", r"6 N D \leq 10^{24}"))
    assert re.search(r"<math[^>]*>.*<msup>.*</math>", "".join(writer.body), re.DOTALL)
