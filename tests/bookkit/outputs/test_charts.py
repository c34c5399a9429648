"""Charts on their own, without a browser: the figure's parts, the files beside it, and what must never get into either."""

import copy
import csv
import datetime
import io
import json
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from bookkit.citing import citing
from bookkit.outputs import chartdata, charts, vega
from bookkit.site import bundle
from factbook.contract import Chart

SPECIFICATION = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.4.json",
    "title": {"text": "B is longer than A", "subtitle": "in units"},
    "description": 'Bar B is "longer" than A & C',
    "usermeta": {"source": "Nobody 2024."},
    "data": {"values": [{"name": "A", "size": 1}, {"name": "B", "size": -20000.5}]},
    "mark": {"type": "bar", "color": "#123456"},
    "width": 600,
    "encoding": {
        "x": {"field": "size", "type": "quantitative", "title": "Units"},
        "y": {"field": "name", "type": "nominal", "title": None},
        "tooltip": [{"field": "name", "type": "nominal", "title": "Name"}, {"field": "size", "type": "quantitative"}],
    },
}
COLORS = {"#123456": "--ink"}
LIVE = charts.Place("a/b", "a/b.html", "../", "https://example.org/book/", "../_static/vendor/live.js?v=1")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def changed(**changes):
    return {**copy.deepcopy(SPECIFICATION), **changes}


def figure(specification=None, place=LIVE, identifier="figure-1"):
    return charts.figure(Chart.from_payload(specification or SPECIFICATION), identifier, COLORS, place)


def files(specification=None):
    return charts.files(drawn(specification or SPECIFICATION))


def drawn(specification, colors=COLORS):
    return charts.draw(Chart.from_payload(specification), "figure-1", colors)


class Tags(HTMLParser):
    """Every element with its attributes, as a browser's parser finds them."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def test_a_figure_begins_with_number_finding_and_measure():
    text = figure(identifier="figure-7")
    assert text.startswith('<figure class="chart" id="figure-7"><figcaption><p class="chart-number">Figure 7</p>')
    assert '<p class="chart-title">B is longer than A</p><p class="chart-subtitle">in units</p></figcaption>' in text
    assert '<p class="chart-source">Source: Nobody 2024.</p>' in text
    assert 'role="img" aria-label="Bar B is &#34;longer&#34; than A &amp; C"' in text


def test_the_menu_offers_every_file_and_a_permalink():
    links = {attributes["href"]: attributes.get("download") for attributes in Tags(figure()).all("a")}
    assert links == {
        "../_figures/a/b/figure-1.csv": "a-b-figure-1.csv",
        "../_figures/a/b/figure-1.svg": "a-b-figure-1.svg",
        "../_figures/a/b/figure-1.png": "a-b-figure-1.png",
        "../_figures/a/b/figure-1.txt": "a-b-figure-1.txt",
        "../_figures/a/b/figure-1.vl.json": "a-b-figure-1.vl.json",
        "#figure-1": None,
    }
    assert {f"figure-1.{kind}" for kind in files()} >= {name.rpartition("/")[2] for name in links if name.startswith("..")}


def test_the_menu_needs_no_script_and_has_a_name():
    text = figure()
    assert re.search(r'<details class="chart-menu"><summary>.*?Download or embed figure 1</span></summary>', text)
    assert "onclick" not in text


def test_embed_code_is_whole_or_says_what_is_missing():
    shown = drawn(SPECIFICATION)
    link, image = Tags(charts.embed(shown, LIVE)).found
    assert link[1]["href"] == "https://example.org/book/a/b.html#figure-1"
    assert image[1]["src"] == "https://example.org/book/_figures/a/b/figure-1.svg"
    assert image[1]["alt"] == SPECIFICATION["description"]
    assert "no address of its own" not in charts.markup(shown, LIVE)
    assert "no address of its own" in charts.markup(shown, charts.Place())
    assert "&lt;a href=&#34;index.html#figure-1&#34;&gt;" in charts.markup(shown, charts.Place())


def test_ids_are_unique_over_several_figures_and_every_label_has_its_element():
    text = "".join(figure(with_slider(), identifier=f"figure-{number}") for number in range(1, 4))
    tags = Tags(text)
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["for"] for attributes in tags.all("label")} <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_drawings_fit_wide_and_narrow_columns_and_follow_the_theme():
    text = figure()
    boxes = [[float(number) for number in box.split()] for box in re.findall(r'viewBox="([^"]+)"', text)]
    assert boxes[0][2] == pytest.approx(600, abs=5)
    assert boxes[1][2] == pytest.approx(charts.NARROW_WIDTH, abs=5)
    assert text.count("var(--ink, #123456)") >= 2
    assert not re.search(r'(?:fill|stroke)="#123456"', text)


def test_views_side_by_side_stand_below_one_another_on_a_phone():
    part = {key: SPECIFICATION[key] for key in ("mark", "encoding", "width")}
    specification = {**{key: value for key, value in SPECIFICATION.items() if key not in part}, "hconcat": [part, part]}
    narrow = charts.narrowed(specification)
    assert "hconcat" not in narrow
    assert [view["width"] for view in narrow["vconcat"]] == [vega.NARROW_PART] * 2
    assert figure(specification)


def test_a_chart_too_wide_for_a_phone_is_refused():
    part = {key: SPECIFICATION[key] for key in ("mark", "encoding", "width")}
    specification = {**{key: value for key, value in SPECIFICATION.items() if key not in part}, "vconcat": [{"hconcat": [part, part]}]}
    with pytest.raises(charts.ChartError, match=r"px wide on a phone.*usermeta\.narrow"):
        figure(specification)


def test_text_keeps_twelve_pixels_on_the_narrowest_phone():
    """A figure has 284 px on a 320 px screen; labels have 13 px in a drawing of full size."""
    assert 13 * 284 / charts.NARROW_WIDTH >= 12


def test_data_files_say_what_the_chart_says():
    made = files()
    assert json.loads(made["vl.json"]) == SPECIFICATION
    assert list(csv.DictReader(io.StringIO(made["csv"].decode()))) == [{"name": "A", "size": "1"}, {"name": "B", "size": "-20000.5"}]


def test_the_picture_explains_itself():
    root = ET.fromstring(files()["svg"])
    text = " ".join(root.itertext())
    for words in ("B is longer than A", "in units", "Source: Nobody 2024.", SPECIFICATION["description"]):
        assert words in text
    assert b"var(--" not in files()["svg"]
    assert root.get("width") == str(round(600 + 2 * vega.MARGIN))


IMPRINT = "A book · example.org/book · Version 1.2, 3 April 2026 · CC BY 4.0"


def test_a_picture_says_where_it_comes_from_and_its_words_lie_beside_it():
    made = charts.files(drawn(SPECIFICATION), IMPRINT)
    text = " ".join(ET.fromstring(made["svg"]).itertext())
    assert all(part in text for part in IMPRINT.split(" · "))
    assert made["png"] != files()["png"]
    words = ["B is longer than A", "in units", SPECIFICATION["description"], "Source: Nobody 2024.", IMPRINT]
    assert made["txt"].decode().splitlines() == words
    assert files()["txt"].decode().splitlines() == words[:-1]


def test_the_imprint_tells_what_is_known_of_the_book():
    known = {"published": datetime.date(2026, 4, 3), "version": "1.2", "license": "CC-BY-4.0", "site": "https://example.org/book/"}
    book = citing.Book("A title", "A book", (), **known)
    assert " · ".join((book.name, *citing.colophon(book))) == IMPRINT
    assert citing.colophon(citing.Book("A title", "A book", ())) == []
    assert citing.colophon(citing.Book("A title", "A book", (), modified=datetime.date(2026, 4, 3))) == ["3 April 2026"]


def with_tooltip(*shown, **changes):
    return changed(encoding={**SPECIFICATION["encoding"], "tooltip": list(shown)}, **changes)


def test_a_tooltip_has_the_words_of_the_published_columns_or_of_the_axis():
    specification = with_tooltip({"field": "name"}, {"field": "size"}, usermeta={"columns": {"name": "Whose"}})
    mark = vega.compiled(specification)["marks"][0]["encode"]["update"]["tooltip"]["signal"]
    assert re.findall(r'"([^"]+)": ', mark) == ["Whose", "Units"]
    assert "title" not in specification["encoding"]["tooltip"][0]


@pytest.mark.parametrize(
    ("specification", "fields"),
    [
        (with_tooltip({"field": "name"}), "name"),
        (with_tooltip({"field": "name", "title": "what_it_is"}, {"field": "size"}), "name"),
        (with_tooltip({"field": "name", "title": None}, {"field": "other"}), "name, other"),
        (changed(mark={"type": "bar", "tooltip": {"content": "data"}}), r"\*"),
        (changed(mark={"type": "bar", "tooltip": True}), r"\*"),
    ],
)
def test_a_raw_field_name_in_a_tooltip_is_refused_by_chart_and_field(specification, fields):
    with pytest.raises(charts.ChartError, match=rf"the chart “B is longer than A” shows {fields} in a tooltip under its raw name"):
        drawn(specification)


def test_a_tooltip_of_a_single_field_shows_no_name():
    assert drawn(changed(encoding={**SPECIFICATION["encoding"], "tooltip": {"field": "name"}}))


def test_long_words_of_a_picture_are_set_in_lines():
    lines = list(vega._lines("word " * 60, 600, 14, vega.INK, 400))
    assert len(lines) > 2
    assert all(len(line.text) * 14 * vega.LETTER <= 600 for line in lines)


def test_the_bitmap_is_twice_as_large_and_white():
    made = files()
    width, height = struct.unpack(">II", made["png"][16:24])
    root = ET.fromstring(made["svg"])
    assert (width, height) == (2 * int(root.get("width")), 2 * int(root.get("height")))
    assert root.find("{*}rect").get("fill") == "#ffffff"


def test_two_runs_make_the_same_bytes(tmp_path):
    """In processes with different hash seeds."""
    (tmp_path / "chart.json").write_text(json.dumps(with_slider()))
    code = (
        "import hashlib, json, pathlib, sys; from bookkit.outputs import charts; from factbook.contract import Chart; "
        "c = charts.draw(Chart.from_payload(json.loads(pathlib.Path(sys.argv[1]).read_text())), 'figure-1', {'#123456': '--ink'}); "
        "print([hashlib.sha256(v).hexdigest() for v in charts.files(c).values()], charts.markup(c, charts.Place()))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "chart.json")],
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"description": ""}, "no description"),
        ({"title": ""}, "no title"),
        ({"title": {"text": [], "subtitle": "x"}}, "no title"),
        ({"data": {"values": []}}, "nothing is drawn"),
        ({"data": {"sequence": {"start": 0, "stop": 3, "as": "size"}}}, "holds no rows"),
        ({"data": {"url": "https://example.org/rows.csv"}}, r"loads its data from https://example\.org/rows\.csv"),
        ({"mark": "no such mark"}, "Vega-Lite cannot read the chart: TypeError"),
    ],
)
def test_a_chart_that_cannot_be_published_says_why(changes, message):
    with pytest.raises(charts.ChartError, match=message):
        drawn(changed(**changes), {})


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+5%", "'+5%"),
        ("-5%", "'-5%"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        ("−5", "−5"),
        (-5, -5),
        (2.5, 2.5),
        (True, "true"),
        (None, ""),
        (["=1", 2], '["=1", 2]'),
    ],
)
def test_csv_cells_are_harmless_in_a_spreadsheet(value, cell):
    assert chartdata.harmless(value) == cell


def test_csv_headings_are_harmless_too():
    assert chartdata.as_csv(chartdata.Data([{"=a": "x,y"}], ["=a"], {})) == b'\'=a\r\n"x,y"\r\n'


def test_a_problem_with_a_figure_can_be_reported_where_an_address_is_known():
    shown = drawn(SPECIFICATION, {})
    assert "Report a problem" not in charts.markup(shown, charts.Place())
    asked = []
    place = charts.Place("a", "a.html", report=lambda about, body: asked.append((about, body)) or "https://example.org/new?a=1&b=2")
    assert '<a href="https://example.org/new?a=1&amp;b=2">Report a problem</a>' in charts.markup(shown, place)
    ((about, body),) = asked
    assert about == "figure 1 of a"
    assert "a.html#figure-1" in body


@pytest.mark.parametrize("place", [LIVE, charts.Place()])
def test_hostile_words_stay_words(place):
    specification = changed(
        title={"text": HOSTILE, "subtitle": HOSTILE},
        description=HOSTILE,
        usermeta={"source": HOSTILE, "columns": {"name": HOSTILE, "size": "Size"}},
        data={"values": [{"name": HOSTILE, "size": 3}]},
        params=[{"name": "wide", "value": 1, "bind": {"input": "select", "options": [1, 2], "labels": [HOSTILE], "name": HOSTILE}}],
    )
    tags = Tags(figure(specification, place))
    assert not tags.all("script")
    (picture,) = tags.all("img")
    assert set(picture) == {"class", "src", "alt", "loading"}
    assert not any(name.startswith("on") for _, attributes in tags.found for name in attributes)
    picture = ET.fromstring(files(specification)["svg"])
    assert not [element for element in picture.iter() if element.tag.endswith(("script", "img"))]


def test_marks_cannot_link_to_scripts():
    specification = changed(data={"values": [{"name": "A", "size": 3, "link": "javascript:alert(1)"}]})
    specification["encoding"]["href"] = {"field": "link", "type": "nominal"}
    with pytest.raises(charts.ChartError, match="Vega cannot draw the chart"):
        figure(specification)
    assert figure()


def with_slider(**bind):
    settings = {"input": "range", "min": 0, "max": 10, "step": 0.5, "name": "How far", **bind}
    specification = changed(params=[{"name": "shift", "value": 2.0, "bind": settings}])
    specification["transform"] = [{"calculate": "datum.size + shift", "as": "size"}]
    return specification


def test_parameters_are_form_elements_with_label_and_value():
    text = figure(with_slider())
    slider, *_ = [attributes for attributes in Tags(text).all("input") if attributes["type"] == "range"]
    assert (slider["data-signal"], slider["min"], slider["max"], slider["step"], slider["value"]) == ("shift", "0", "10", "0.5", "2")
    assert f'<label for="{slider["id"]}">How far</label>' in text
    assert f'<output for="{slider["id"]}">2</output>' in text
    assert "<fieldset disabled>" in text
    assert " data-eager" in text
    assert " data-eager" not in figure()


@pytest.mark.parametrize(
    ("bind", "value", "expected"),
    [
        ({"input": "checkbox"}, True, r'<input type="checkbox"[^>]* checked>'),
        ({"input": "select", "options": [1, None], "labels": ["one"]}, 1, r'<option value="1" selected>one</option><option value="null">'),
        ({"input": "radio", "options": ["a", "b"]}, "b", r'value="&#34;b&#34;" checked> b</label>'),
        ({"input": "number", "min": 1}, 2, r'<input type="number"[^>]* min="1" value="2">'),
        ({"input": "range"}, 5, r'min="0" max="100" step="any" value="5"'),
    ],
)
def test_every_kind_of_form_element(bind, value, expected):
    specification = changed(params=[{"name": "choice", "value": value, "bind": {"name": "Choice", **bind}}])
    assert re.search(expected, figure(specification))


def test_the_live_chart_has_both_variants_rows_once_and_no_form_of_its_own():
    live = json.loads(files(with_slider())["vg.json"])
    assert live["rows"] == [SPECIFICATION["data"]["values"]]
    for name in ("wide", "narrow"):
        assert live[name]["data"][0]["values"] == 0
        assert "bind" not in json.dumps(live[name]["signals"])
        assert live[name]["config"]["aria"] is False
        assert "var(--ink, #123456)" in json.dumps(live[name])
    assert (live["wide"]["width"], live["narrow"]["width"]) == (600, charts.NARROW_WIDTH)


def test_colors_that_vega_computes_with_stay_literal():
    scales = [{"type": "linear", "range": ["#123456", "#fff"]}, {"type": "ordinal", "range": ["#123456"]}]
    themed = vega._themed({"scales": scales, "signal": "a ? '#123456' : \"#123456\""}, COLORS)
    assert themed["scales"][0]["range"][0] == "#123456"
    assert themed["scales"][1]["range"][0] == "var(--ink, #123456)"
    assert themed["signal"] == "a ? 'var(--ink, #123456)' : \"var(--ink, #123456)\""


def test_hydration_is_announced_only_where_its_script_is():
    text = figure()
    assert 'data-live="../_static/vendor/live.js?v=1"' in text
    assert re.search(r'data-spec="\.\./_figures/a/b/figure-1\.vg\.json\?v=[0-9a-f]{10}"', text)
    static = figure(place=charts.Place())
    assert "data-spec" not in static
    assert "data-live" not in static


def test_the_table_shows_what_the_chart_shows_on_hover():
    text = figure()
    assert '<caption id="figure-1-rows">Figure 1: B is longer than A</caption>' in text
    assert '<th scope="col">Name</th><th scope="col" class="number-cell">Units</th>' in text
    assert '<tr><th scope="row">B</th><td class="number-cell">-20,000.5</td></tr>' in text
    assert 'role="region" aria-labelledby="figure-1-rows" tabindex="0"' in text


def test_rows_without_a_name_have_no_empty_heading():
    data = chartdata.Data([{"size": 1}], ["name", "size"], {"name": "Name", "size": "Size"})
    assert '<tr><td></td><td class="number-cell">1</td></tr>' in chartdata.as_table(data, "c", "figure-1", "x.csv")


def test_long_tables_end_in_a_link_to_the_csv():
    rows = [{"name": f"row {index}", "size": index} for index in range(chartdata.ROWS_SHOWN + 34)]
    data = chartdata.read(Chart.from_payload(changed(data={"values": rows})))
    table = chartdata.as_table(data, "c", "figure-1", "x.csv")
    assert table.count('<th scope="row">') == chartdata.ROWS_SHOWN
    assert f'The first {chartdata.ROWS_SHOWN} of {len(rows)} rows. <a href="x.csv">All rows as CSV</a>' in table
    assert chartdata.as_csv(data).count(b"\r\n") == len(rows) + 1
    assert "All rows" not in chartdata.as_table(chartdata.read(Chart.from_payload(SPECIFICATION)), "c", "figure-1", "x.csv")


@pytest.mark.parametrize(
    ("value", "text"), [(2023, "2023"), (12345, "12,345"), (0.1 + 0.2, "0.3"), (40586592.58, "40,586,592.58"), (False, "no"), (None, "")]
)
def test_values_as_readers_see_them(value, text):
    assert chartdata.written(value) == text


def test_published_columns_can_be_chosen_and_named():
    rows = [{"heading": "Group"}, {"name": "A", "size": 1, "level": 2}]
    data = chartdata.read(
        Chart.from_payload(changed(data={"values": rows}, usermeta={"columns": {"name": "Bar", "size": "Length", "gone": "Gone"}}))
    )
    assert data.headings == {"name": "Bar", "size": "Length"}
    assert chartdata.as_csv(data) == b"name,size\r\nA,1\r\n"


def test_charts_that_compute_their_rows_can_publish_others():
    specification = changed(data={"sequence": {"start": 0, "stop": 3, "as": "size"}}, usermeta={"data": [{"a": 1}]})
    specification["encoding"].pop("y")
    assert files(specification)["csv"] == b"a\r\n1\r\n"


def test_data_sets_that_only_repeat_others_are_left_out():
    rows, names, line = [{"n": "A", "v": 1}, {"n": "B", "v": 2}], [{"n": "A"}, {"n": "B"}], [{"v": 9}]
    layers = [{"data": {"values": names}}, {"data": {"name": "r"}}, {"data": {"values": line}}, {"data": {"name": "r"}}]
    data = chartdata.read(Chart.from_payload({"datasets": {"r": rows}, "layer": layers}))
    assert data.rows == [*rows, *line]


def test_two_data_sets_of_the_same_rows_count_once():
    layers = [{"data": {"values": [{"n": 1}, {"n": 2}]}}, {"data": {"values": [{"n": 2}, {"n": 1}]}}]
    assert len(chartdata.read(Chart.from_payload({"layer": layers})).rows) == 2


def test_the_loader_is_small():
    import gzip

    script = charts.__file__.replace("charts.py", "static/charts.js")
    with open(script, "rb") as file:  # noqa: PTH123
        assert len(gzip.compress(file.read())) <= 2048


def test_a_failing_bundle_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert bundle.main([]) == 1
    said = capsys.readouterr().err
    assert "build the site with static charts" in said
    assert "Traceback" not in said
