"""A published notebook reads like its chapter: before anything is run, in every front end, and after a run with other values.

nbconvert stands for the front ends that draw neither MyST nor Vega (nbviewer is made of it); a kernel for the others.
"""

import base64
import re
import struct
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbconvert import HTMLExporter, MarkdownExporter
from pybtex.database import Entry, Person

from bookkit.downloads import cited, notebook_downloads, offers, readable
from bookkit.downloads.readable import NotReadable, Surroundings
from bookkit.downloads.scripts.reading import Reading
from bookkit.execution import rerun
from deepseek_audit.audit import dossier
from deepseek_audit.audit.claims import audit
from factbook import publish, sources
from factbook.contract import Chart
from factbook.facts import load
from tests.bookkit.conftest import ROOT

CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
ENTRIES = {
    "paper": Entry(
        "article",
        {"title": "{A paper}", "journal": "A journal", "year": "2020", "url": "https://example.org/(a)"},
        {"author": [Person("Kaplan, Jared"), Person("Brown, Tom"), Person("Wu, Jeffrey")]},
    ),
    "report": Entry("misc", {"title": "{Costs of \\$5M or \\$6M}", "howpublished": "An office", "year": "2025"}),
    "pair": Entry("misc", {"title": "{Two}", "year": "2024"}, {"author": [Person("{DeepSeek-AI}"), Person("{High-Flyer}")]}),
}
for key, entry in ENTRIES.items():
    entry.key = key
PLACE = Surroundings("costs.html", "https://example.org/b/", ENTRIES)
# What begins a role or a directive
ROLE = re.compile(r"\{[a-z][\w:+.-]*\}`|^[`:]{3,}\{", re.MULTILINE)
# The formulas that chapters hold, as a notebook writes them
FORMULA = re.compile(
    "|".join(
        re.escape(f"${found}$")
        for path in (ROOT / "book").glob("*.md")
        for found in re.findall(r"\{math\}`([^`]+)`", path.read_text("utf-8"))
    )
)
CHART = Chart.MIME_TYPE
TOO_LARGE = 3e6


def plain(text: str, place: Surroundings = PLACE) -> str:
    return readable.plain(text, place, {})


def notebook(*cells: str, **values: str) -> Any:
    """A notebook that records values in its first cell and holds some Markdown."""
    outputs = [
        nbformat.v4.new_output("display_data", {rerun.TEXT: text}, metadata={"scrapbook": {"name": name}}) for name, text in values.items()
    ]
    code = nbformat.v4.new_code_cell("glue()", outputs=outputs, metadata={"tags": ["remove-input"]})
    return nbformat.v4.new_notebook(cells=[code, *map(nbformat.v4.new_markdown_cell, cells)])


# What roles, directives and links become


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It cost {glue:}`v3_bill`.", "It cost {{v3_bill}}."),
        ("It is known {footcite}`paper`.", "It is known ([Kaplan et al. 2020](https://example.org/%28a%29))."),
        ("{footcite:t}`pair,report` say so.", "DeepSeek-AI and High-Flyer (2024) and An office (2025) say so."),
        ("As {footcite}`paper,report`", "As ([Kaplan et al. 2020](https://example.org/%28a%29); An office 2025)"),
        ("See [costs](hidden.md#the-bill).", "See [costs](https://example.org/b/hidden.html#the-bill)."),
        ("See [it](audit) and [below](#sources).", "See [it](https://example.org/b/audit.html) and [below](https://example.org/b/costs.html#sources)."),
        ('The page of <a href="downloads.html">downloads</a>.', "The page of [downloads](https://example.org/b/downloads.html)."),
        ("[the {glue:}`x` rows](audit.md)", "[the {{x}} rows](https://example.org/b/audit.html)"),
        ("[Elsewhere](https://example.com/a.md)", "[Elsewhere](https://example.com/a.md)"),
        ("A {term}`GPU-hour` of {ref}`the bill <bill>`, {math}`x^2`.", "A GPU-hour of the bill, $x^2$."),
        ("Write ``{glue:}`name` `` or `{ref}`.", "Write ``{glue:}`name` `` or `{ref}`."),
        ("```{note} Mind\n:class: wide\nIt {glue:}`moves`.\n```", "> **Mind**\n>\n> It {{moves}}."),
        (":::{tip}\nText.\n:::", "> **Tip**\n>\n> Text."),
        ("````{dropdown} More\n```{tip}\nIt {glue:}`moves`.\n```\n````", "> **More**\n>\n> > **Tip**\n> >\n> > It {{moves}}."),
        ("(the-bill)=\n## A bill\n% To do\nText.", "## A bill\nText."),
        ("```{math}\nx = 1\n```", "$$\nx = 1\n$$"),
        ("```python\n{glue:}`x`\n```", "```python\n{glue:}`x`\n```"),
        ("```{figure} a.png\n:alt: A line\n\nIt rises.\n```", "![A line](a.png)\n\nIt rises."),
        ("From $6M to \\$1.6B, others $2B", "From <span>\\$</span>6M to <span>\\$</span>1.6B, others <span>\\$</span>2B"),
    ],
)  # fmt: skip
def test_what_only_the_builder_draws_becomes_plain_markdown(written, shown):
    assert plain(written) == shown


def test_links_to_pages_are_text_where_the_site_has_no_address():
    assert (
        plain("See [costs](hidden.md) and [this](https://example.org/x).", Surroundings("costs.html"))
        == "See costs and [this](https://example.org/x)."
    )


def test_the_sources_are_those_cited_before_in_their_order():
    text = "First {footcite}`report`, then {footcite}`paper,report`.\n\n```{footbibliography}\n```"
    [first, second] = plain(text).split("\n\n")[1].splitlines()
    assert first == r"- Costs of <span>\$</span>5M or <span>\$</span>6M. An office, 2025."
    assert second == "- Jared Kaplan, Tom Brown, and Jeffrey Wu. A paper. A journal, 2020. <https://example.org/%28a%29>"


def test_a_source_without_author_and_publisher_is_its_title():
    entry = Entry("misc", {"title": "{Notes (second draft)}", "year": "2024"})
    entry.key = "notes"
    assert cited.describe_source(entry).cited() == "Notes 2024"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "A {glue:}`missing` number.",
            "cell 2: it names missing, which is neither recorded nor a fact. Record it, or mend the name.",
        ),
        ("{footcite}`nobody`", "cell 2: the bibliography has no nobody. Add it, or mend the citation."),
        ("```{tableofcontents}\n```", "cell 2: the directive {tableofcontents} has no text that a notebook could show."),
    ],
)
def test_what_a_notebook_cannot_show_is_named_with_its_cell(text, problem):
    with pytest.raises(NotReadable, match=re.escape(problem)):
        readable.readable(notebook(text), PLACE)


# The cells of a copy


def test_only_what_names_a_number_becomes_a_cell_that_writes_it():
    """Headings and plain paragraphs stay Markdown cells; front ends make their contents of them."""
    copy = readable.readable(
        notebook("# Title\n\nOne {glue:}`x`.\n\n```\n# no heading {glue:}`x`\n```\n\n## Next", "Words.", x="$2M"), PLACE
    )
    kinds = [(cell.cell_type, cell.source) for cell in copy.cells[1:]]
    assert kinds == [
        ("markdown", "# Title"),
        ("code", "%%text\nOne {{x}}.\n\n```\n# no heading {glue:}`x`\n```"),
        ("markdown", "## Next"),
        ("markdown", "Words."),
    ]
    [output] = copy.cells[2].outputs
    assert output.data["text/plain"].startswith("One $2M.")
    assert output.data["text/markdown"].startswith(r"One <span>\$</span>2M.")
    assert copy.cells[2].metadata == {"jupyter": {"source_hidden": True}, "cellView": "form", "transient": {"remove_source": True}}
    nbformat.validate(copy)


def test_records_are_left_out_and_code_is_folded_as_on_the_page():
    """VS Code shows an error for each output that it has no renderer for."""
    stored = notebook("Text.", x="1")
    stored.cells.insert(0, nbformat.v4.new_code_cell("rate = None", metadata={"tags": ["parameters", "remove-input"]}))
    parameters, code, _ = readable.readable(stored, PLACE).cells
    assert code.outputs == []
    assert code.metadata["jupyter"] == {"source_hidden": True}
    assert "jupyter" not in parameters.metadata


def test_values_are_shown_as_they_are():
    """Nothing in a number or a name is taken for markup or a formula."""
    bundle = Reading.bundle("{{a}} and {{b}}, {{c}}", {"a": "$5_000 *at* <b>", "b": "[$6M](x)"})
    assert bundle["text/markdown"] == r"<span>\$</span>5\_000 \*at\* \<b\> and \[<span>\$</span>6M\](x), …"
    assert bundle["text/plain"] == "$5_000 *at* <b> and [$6M](x), …"


# Published copies in front ends


@pytest.fixture(scope="module", params=CHAPTERS)
def copy(request, built) -> Any:
    return nbformat.read(built / "_build/html/_notebooks" / f"{request.param}.ipynb", as_version=4)


def outputs_of(copy: Any, kind: str) -> list[Any]:
    return [output for cell in copy.cells for output in cell.get("outputs", ()) if kind in output.get("data", {})]


def texts_of(copy: Any) -> list[str]:
    return [output.data["text/plain"] for output in outputs_of(copy, "text/markdown")]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_in_html_numbers_and_sources_are_in_their_sentences(copy):
    # The template of nbviewer; that of JupyterLab knows no text alternatives
    shown = BeautifulSoup(HTMLExporter(template_name="classic").from_notebook_node(copy)[0], "lxml").find(id="notebook-container")
    for code in shown.select(".code_cell > .input"):
        code.decompose()
    assert not ROLE.search(shown.get_text())
    assert "{{" not in shown.get_text()
    assert "…" not in {node.strip() for node in shown.find_all(string=True)}
    for text in texts_of(copy):
        for line in text.splitlines():
            sentence = squeezed(re.sub(r"\[([^\]]*)\]\([^)]*\)|^[-*] |[*`]|^> ?", r"\1", line))
            assert sentence in squeezed(shown.get_text())
    # Money is no formula: MathJax takes what stands between two signs in one piece of text
    pieces = [FORMULA.sub("", str(node)) for node in shown.find_all(string=True) if not node.find_parent("script")]
    assert [piece for piece in pieces if piece.count("$") > 1] == []
    pictures = shown.find_all("img")
    charts = outputs_of(copy, CHART)
    assert [picture["alt"] for picture in pictures] == [chart.data[CHART]["description"] for chart in charts]


def test_in_markdown_numbers_and_sources_are_in_their_sentences(copy):
    text, resources = MarkdownExporter().from_notebook_node(copy)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not ROLE.search(prose)
    assert "%%text" not in text
    for output in outputs_of(copy, "text/markdown"):
        assert output.data["text/markdown"] in text
    assert len([name for name in resources["outputs"] if name.endswith(".png")]) == len(outputs_of(copy, CHART))


def test_each_chart_has_a_picture_of_its_size_and_the_notebook_stays_small(copy):
    for output in outputs_of(copy, CHART):
        picture = base64.b64decode(output.data["image/png"])
        width, height = struct.unpack(">II", picture[16:24])
        stated = output.metadata["image/png"]
        assert (width, height) == pytest.approx((2 * stated["width"], 2 * stated["height"]), abs=2)
        # Where Vega is drawn nothing is shown before it
        assert not {"text/html", "image/svg+xml"} & set(output.data)
    assert len(nbformat.writes(copy).encode()) < TOO_LARGE


def test_whoever_is_cited_stands_in_the_list_of_sources(copy):
    text = "\n\n".join(cell.source for cell in copy.cells if cell.cell_type == "markdown" or cell.source.startswith(readable.MAGIC))
    prose, _, listed = text.partition("## Sources\n")
    addresses = re.findall(r"\[[^\]]+ \d{4}\]\(([^)]+)\)", prose)
    assert bool(addresses) == ("\n- " in listed)
    assert [address for address in addresses if f"<{address}>" not in listed] == []


# After a run with other values


def run(cells: Any, folder: Path) -> Any:
    NotebookClient(cells, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return cells


def test_a_number_moves_inside_its_sentence(built, tmp_path):
    notebook = nbformat.read(built / "_build/html/_notebooks/cost-claims.ipynb", as_version=4)
    before = texts_of(notebook)
    [parameters] = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    parameters.source = parameters.source.replace("rate = None", 'rate = "3 usd/gpu_hour"')
    after = texts_of(run(notebook, tmp_path))
    assert len(after) == len(before)
    assert "hours at an assumed rent: $5.576M for V3’s final run" in before[0]
    assert "hours at an assumed rent: $8.364M for V3’s final run" in after[0]
    assert any("at $3 per GPU-hour" in text for text in after)
    assert len(outputs_of(notebook, "image/png")) == len(outputs_of(notebook, CHART)) > 0


def test_a_sentence_is_completed_and_written_anew_wherever_it_stands(tmp_path):
    """The number may come later, and a chapter may use any name for its own: the magic does not notice."""
    glue = "from factbook.facts import load\nfrom factbook.publish import glue\nglue(x=load()['v3_usd_total'], y='2024')"
    sources = [
        notebook_downloads.READING.read_text(encoding="utf-8"),
        "sub = display = text = Reading = None",
        "%%text\nIt was {{x}} in {{y}}.",
        glue,
        notebook_downloads.READING.read_text(encoding="utf-8"),  # The first cell, run again
        "glue(y='2025')",
    ]
    cells = run(nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources))), tmp_path).cells
    assert [output.data["text/plain"] for cell in cells for output in cell.outputs] == ["It was $5.58M in 2025."]


CHART_OF_ONE = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "description": "One bar",
    "data": {"values": [{"a": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
}


def test_without_vega_a_run_chart_is_a_picture_or_says_what_to_install(monkeypatch):
    data: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    Reading.picture(CHART_OF_ONE, data, metadata)
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == "One bar"
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    data = {"text/plain": "One bar"}
    Reading.picture(CHART_OF_ONE, data, metadata)
    assert data.keys() == {"text/plain"}
    assert "%pip install vl-convert-python" in data["text/plain"]
    monkeypatch.setitem(sys.modules, "google.colab", sys)
    Reading.picture(CHART_OF_ONE, data, metadata)
    assert "vega" in data["text/html"]


# What tables and lists show outside the site


def test_tables_and_lists_read_well_and_money_in_them_is_no_formula():
    facts = load()
    audited = audit(facts)
    shown = [
        publish.Table("From $1M to $2M", ["Bill"], [["$3M to $4M"]]),
        dossier.Scoreboard(facts, audited),
        dossier.FigureIndex(facts, audited),
        dossier.Dossier(facts, audited),
        sources.Sources(facts),
    ]
    for thing in shown:
        bundle = thing._repr_mimebundle_()
        page = BeautifulSoup(bundle["text/html"], "lxml")
        assert page.find(["table", "ul"])
        assert [str(node) for node in page.find_all(string=True) if node.count("$") > 1] == []
        assert "<" not in bundle["text/plain"].replace("<span", "!")
    assert "From $1M to $2M" in publish.Table("From $1M to $2M", ["Bill"], [["$3M"]])._repr_mimebundle_()["text/plain"]


# Without a site


def test_the_copies_that_binder_makes_are_those_of_the_site(built, tmp_path, monkeypatch):
    for name in ("_config.yml", "pyproject.toml", "CITATION.cff", "requirements.txt", "LICENSE", "LICENSE-CONTENT", "book", "data", "src"):
        (tmp_path / name).symlink_to(built / name)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/index.ipynb").symlink_to(built / "notebooks/index.ipynb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOOK_SITE_URL", raising=False)
    assert notebook_downloads.main([]) == 0
    made = tmp_path / notebook_downloads.READABLE / offers.NOTEBOOKS / "index.ipynb"
    assert made.read_bytes() == (built / "_build/html/_notebooks/index.ipynb").read_bytes()
