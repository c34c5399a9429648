"""The build is strict, repeatable and safe: it publishes what the data say now, or leaves the last good site alone."""

import filecmp
import json
import re
from pathlib import Path

import pytest

from bookkit.project import locks
from bookkit.release import dist
from tests.bookkit.browser import THOROUGH
from tests.bookkit.conftest import copy_book, replace, run_build
from tests.bookkit.execution.test_cache import dependents, entries

SITE = "_build/html"


def page(book: Path, name: str = "cost-claims") -> str:
    return (book / SITE / f"{name}.html").read_text(encoding="utf-8")


def test_a_clean_build_has_no_warning_and_says_where_it_is(built):
    """Jupyter Book ran with -W -n: any warning would have failed the fixture."""
    assert (built / SITE / "index.html").is_file()
    result = run_build(built)
    assert result.returncode == 0
    assert "nothing changed" in result.stdout
    assert (built / SITE / "index.html").as_uri() in result.stdout


def test_pages_show_numbers_charts_and_tables(built):
    text = page(built)
    assert '<span id="number-v3-bill"></span><a class="traced" href="#trace-number-v3-bill">$5.576M</a>' in text
    figures = re.findall(r'<figure class="chart" id="(figure-[\w-]+)">', text)
    assert len(figures) == 3
    assert text.count('class="chart-wide"') == text.count('class="chart-narrow"') == len(figures)
    assert text.count('role="img" aria-label="') == len(figures)
    assert text.count('class="traced-table') == 7
    assert "$nbsp" not in text


def test_no_script_error_output_or_missing_number(built):
    for name in ("index", "cost-claims"):
        text = page(built, name)
        assert "Traceback" not in text
        assert "application/vnd.traced" not in text
        assert "No key" not in text


def test_two_builds_are_byte_identical(built, tmp_path):
    """One that executed the chapters, the other with their kept outputs, in a folder whose name is a pattern, an address and more."""
    other = copy_book(tmp_path / "[Draft] 100% #1 of 'another' & long ü {name}")
    result = run_build(other)
    assert result.returncode == 0
    assert executed(result) == set()
    assert_same_tree(built / SITE, other / SITE)
    assert dist.site_archive(built / SITE, "site") == dist.site_archive(other / SITE, "site")


def executed(result) -> set[str]:
    """The chapters that a build executed."""
    return set(re.findall(r"^chapter +(\S+) +executed in", result.stdout, flags=re.MULTILINE))


def assert_same_tree(one: Path, other: Path) -> None:
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    _, different, unreadable = filecmp.cmpfiles(one, other, [str(path) for path in files], shallow=False)
    assert (different, unreadable) == ([], [])


def test_a_changed_number_and_a_new_chapter_are_published(book):
    """Never a stale number: the bill follows the row. A chapter by the README's steps: its CSV is there, one Markdown file,
    one line in the contents.
    """
    replace(
        book / "data/cost_inputs.csv", "v3_rate_assumed,h800_sxm,assumed_rental_rate,2,", "v3_rate_assumed,h800_sxm,assumed_rental_rate,3,"
    )
    head = (book / "book/cost-claims.md").read_text(encoding="utf-8").partition("# Cost claims")[0]
    code = "from factbook.facts import load\nfrom factbook.publish import glue\n\nglue(gpus=load()['v3_cluster_gpus'])"
    cell = f"```{{code-cell}} ipython3\n{code}\n```\n"
    text = "The cluster had {glue:}`gpus` {footcite}`v3_report`.\n\n```{footbibliography}\n```\n"
    (book / "book/new.md").write_text(f"{head}# A new chapter\n\n{cell}\n{text}")
    with (book / "_toc.yml").open("a") as contents:
        contents.write("- file: book/new\n")
    result = run_build(book)
    assert result.returncode == 0, result.stderr
    assert "$8.364M" in page(book)
    assert "$3 per GPU-hour" in page(book)
    assert ">$2 per GPU-hour</a>" not in page(book)
    assert "2,048 GPUs" in page(book, "new")


@pytest.mark.skipif(not THOROUGH, reason="It builds the whole book once more: once a week, with THOROUGH=1")
def test_a_reader_with_another_assumption_gets_a_whole_book(built, tmp_path):
    """Every chapter that depends on it follows, the audit too: a verdict that the change overturns is marked and does not
    stop the build. The other chapters are not executed, though the prose of one has changed.
    """
    book = copy_book(tmp_path / "book")
    replace(book / "data/cost_estimates.csv", ",294000,", ",588000,")
    replace(book / "book/market-crash.md", "## What we doubt", "A sentence more.\n\n## What we doubt")
    read = entries(built, only_to=tmp_path / "executed")
    result = run_build(book, BOOKKIT_EXECUTED=str(tmp_path / "executed"))
    assert result.returncode == 0, result.stderr
    concerned = dependents(read, "data/cost_estimates.csv")
    assert executed(result) == concerned >= {"audit", "cost-claims", "index"}
    assert "market-crash" in read.keys() - concerned
    assert "A sentence more." in page(book, "market-crash")
    assert "$588K" in page(book)
    assert "no longer fits" in page(book, "claims/a294k_cost")
    assert "no longer fits" not in page(built, "claims/a294k_cost")


def test_a_wrong_row_stops_the_build_and_keeps_the_site(book):
    before = page(book)
    replace(book / "data/training_runs.csv", ",2788000,", ",two million,")
    result = run_build(book)
    assert result.returncode == 1
    assert "data/training_runs.csv, row" in result.stderr
    assert "(v3_hours_total), column value: “two million” is not a number." in result.stderr
    assert "Write plain digits" in result.stderr
    assert "last good site is still" in result.stderr
    assert "Traceback" not in result.stderr
    assert page(book) == before


def test_a_failing_cell_is_named_in_a_few_lines(book):
    before = page(book)
    replace(book / "book/cost-claims.md", "attributions = claims", 'facts["no_such_fact"]\nattributions = claims')
    result = run_build(book)
    assert result.returncode == 1
    assert re.search(r"book/cost-claims\.md, line \d+, code cell \d+:", result.stderr)
    assert "UnknownFact: There is no fact called 'no_such_fact'." in result.stderr
    assert len(result.stderr.splitlines()) < 15
    assert page(book) == before


def test_warnings_are_errors(book):
    """One build tells them all."""
    mistakes = {
        ("{glue:}`r1_full`", "{glue:}`r1_fll`"): "No key 'r1_fll' found",
        ("{footcite}`v3_report`", "{footcite}`no_such_source`"): 'could not find bibtex key "no_such_source"',
        ("## Limits", "### Limits\n\n[gone](nowhere.md)\n\n## More"): "cross-reference target not found: 'nowhere.md'",
    }
    for old, new in mistakes:
        replace(book / "book/cost-claims.md", old, new)
    replace(book / "book/index.md", "    alt=", '    alt="" and ')
    result = run_build(book)
    assert result.returncode == 1
    for message in (*mistakes.values(), "the chart has no description"):
        [line] = [line for line in result.stderr.splitlines() if message in line]
        assert f"book/{'index' if 'chart' in message else 'cost-claims'}.md" in line, line


def test_a_second_build_at_once_is_refused(book):
    (book / "data/README.md").write_text("changed")
    with locks.held(book / "_build/lock"):
        result = run_build(book)
    assert result.returncode == 1
    assert "Another build of this book is running" in result.stderr


@pytest.mark.skipif(not THOROUGH, reason="Tests of the cache ask the same in seconds: once a week, with THOROUGH=1")
def test_a_changed_module_executes_the_chapters_that_import_it(book, tmp_path):
    """Both directions: its chapter with it, the other not; and back again nothing, for both states are kept."""
    module, kept = book / "src/deepseek_audit/audit/dossier.py", tmp_path / "executed"
    concerned = dependents(entries(book, only_to=kept), "src/deepseek_audit/audit/dossier.py")
    assert "index" in concerned and "cost-claims" not in concerned
    before = module.read_text(encoding="utf-8")
    module.write_text(f"{before}\n# Changed\n", encoding="utf-8")
    assert executed(run_build(book, BOOKKIT_EXECUTED=str(kept))) == {"index"}
    module.write_text(before, encoding="utf-8")
    result = run_build(book, BOOKKIT_EXECUTED=str(kept))
    assert result.returncode == 0
    assert executed(result) == set()


def test_numbers_json_lists_every_number_with_a_living_address(built):
    numbers = json.loads((built / SITE / "numbers.json").read_text(encoding="utf-8"))["numbers"]
    assert len(numbers) == len({number["id"] for number in numbers}) > 100
    for number in numbers:
        assert f'id="{number["anchor"]}"' in page(built, number["chapter"])
        assert number["rows"]
        assert number["formula"]


def test_home_is_a_page_and_chapters_offer_notebook_and_source(built):
    assert "What did DeepSeek" in page(built, "index")
    assert 'http-equiv="refresh"' not in page(built, "index")
    for address in re.findall(r'<p class="chapter-head[^"]*">.*?</p>', page(built))[0].split('href="')[1:]:
        name = address.partition('"')[0].partition("#")[0]
        assert not name or (built / SITE / name).is_file(), name


def test_nothing_of_the_inherited_theme_is_published(built):
    """No icons and no scripts of a theme that this one does not use."""
    names = {path.relative_to(built / SITE / "_static").as_posix() for path in (built / SITE / "_static").rglob("*") if path.is_file()}
    assert "page.js" in names
    assert not [name for name in names if "fontawesome" in name or "bootstrap" in name]


def test_no_page_loads_a_style_sheet_of_others(built):
    """Extensions may bring their own; the theme's pages have theirs inline and link none."""
    for path in (built / SITE).glob("*.html"):
        assert not re.findall(r'<link [^>]*rel="stylesheet"[^>]*>', path.read_text(encoding="utf-8")), path.name
