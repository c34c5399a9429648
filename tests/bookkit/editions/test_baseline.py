"""What differs from the published edition: found by id, told in words, on every page, in a table and on the command line.

Small editions are made by hand; that a changed input reaches the page is shown in test_build.py, on whole books.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from bs4 import BeautifulSoup
from packaging.version import Version

from bookkit.citing.citing import Book, Work, book_of
from bookkit.editions import baseline, compare, differences
from bookkit.editions.compare import Claim, Edition, Number
from bookkit.editions.differences import Standing
from bookkit.pages import changelog
from bookkit.project import commands
from tests.bookkit.conftest import ROOT

HOSTILE = '<script>alert(1)</script> | [x](javascript:alert(1)) "&'
OLD = Edition(
    {
        number.id: number
        for number in (
            Number("costs#bill", "$5.6M", 5.576e6, "usd"),
            Number("costs#rent", "$2", 2.0, "usd"),
            Number("costs#gone", "7", 7.0, "ratio"),
            Number("chips#share", "67%", 66.91, "percent"),
        )
    },
    {"c1": Claim("c1", "confirmed", "$2", "Confirmed"), "c2": Claim("c2", "forecast", "", "Forecast")},
    "1.2.0",
    "2026-03-09",
)
NEW = Edition(
    {
        number.id: number
        for number in (
            Number("costs#bill", "$8.4M", 8.364e6, "usd", "hours × rate", ("hours", "rate")),
            Number("costs#rent", "$2", 2.0 * (1 + 1e-12), "usd", "rate", ("rate",)),
            Number("costs#new", HOSTILE, 1.0, "ratio", HOSTILE, tuple(f"row{index}" for index in range(9))),
            Number("chips#share", "67%", 66.54, "percent", "a / b", ("a", "b")),
        )
    },
    {"c1": Claim("c1", "contradicted", "$3", "Contradicted", "It costs $2."), "c2": OLD.claims["c2"]},
    "1.2.0",
    "2026-03-09",
)
DIFFERENCE = compare.compare(OLD, NEW)
TITLES = {"index": "Home", "chips": "Chips: which?", "costs": "Costs & bills"}


def test_a_number_moved_when_its_text_did_or_its_value_beyond_noise():
    assert [new.id for _, new in DIFFERENCE.moved] == ["costs#bill", "chips#share"]
    assert [number.id for number in DIFFERENCE.added] == ["costs#new"]
    assert [number.id for number in DIFFERENCE.removed] == ["costs#gone"]
    assert [compare.claim_id(pair) for pair in DIFFERENCE.judged] == ["c1"]
    assert not compare.compare(OLD, OLD)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (2.0, 3.0, "+50%"),
        (3.0, 2.0, "−33.3%"),
        (1.0, 12.5, "× 12.5"),
        (1.0, 1.2e6, "× 1,200,000"),
        (1e9, 2.0, "÷ 500,000,000"),
        (0.0, 1.0, "was zero"),
        (1.0, 0.0, "−100%"),
        (1.0, -1.0, "changed its sign"),
        (-2.0, -3.0, "+50%"),
        (1.0, 1.0, "the same value, written otherwise"),
        (1.0, 1.00000012, "+0.000012%"),
        (None, 1.0, "was not a number"),
        (1.0, None, "not a number"),
    ],
)
def test_a_change_is_told_relative_to_what_was_published(old, new, said):
    assert compare.relative_change(Number("a#b", "x", old), Number("a#b", "y", new)) == said


def test_another_unit_is_told_and_not_divided():
    assert compare.relative_change(Number("a#b", "1 h", 1.0, "hour"), Number("a#b", "1 d", 1.0, "day")) == "hour became day"


def test_a_change_below_the_printed_digits_shows_the_exact_values():
    assert compare.texts(*DIFFERENCE.moved[1]) == ("67% (66.91)", "67% (66.54)")


def test_the_line_of_the_build_counts():
    further = "; 1 is new; 1 is gone; 1 verdict or reference changed"
    assert compare.line(DIFFERENCE) == f"2 of 4 differ from edition 1.2.0{further}"
    assert compare.line(compare.compare(OLD, OLD)) == "none of 4 differs from edition 1.2.0"
    assert (
        compare.line(replace(DIFFERENCE, moved=DIFFERENCE.moved[:1], added=(), removed=(), judged=()))
        == "1 of 4 differs from edition 1.2.0"
    )
    assert compare.sentence(compare.compare(OLD, OLD)) == "Since edition 1.2.0, no published number moved."


def test_the_terminal_and_the_pull_request_get_the_same_rows():
    text, markdown = compare.as_text(DIFFERENCE), compare.as_markdown(DIFFERENCE)
    for part in ("costs#bill", "$5.6M", "$8.4M", "+50%", "hours × rate: hours, rate", "Contradicted, against $3", "costs#gone"):
        assert part in text
        assert part in markdown.replace("\\", "")
    assert "row5 and 3 more" in text


def test_hostile_texts_stay_text_in_markdown():
    """No tag, link or further table cell comes out of a number's text."""
    from markdown_it import MarkdownIt

    soup = BeautifulSoup(MarkdownIt("gfm-like", {"linkify": False}).render(compare.as_markdown(DIFFERENCE)), "html.parser")
    assert not soup.find_all(["script", "a", "img"])
    cells = [cell.get_text() for row in soup.find_all("tr") for cell in row.find_all("td") if "script" in row.get_text()]
    assert len(cells) == 3
    assert cells[1] == HOSTILE


def stored(tmp_path: Path, edition: Edition = OLD, sources: dict[str, str] | None = None) -> Path:
    path = tmp_path / "kept" / "numbers.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(baseline.serialize(edition, sources or {"data": "d", "text": "t", "code": "c"}), encoding="utf-8")
    return path


def site_of(tmp_path: Path, edition: Edition = NEW, sources: dict[str, str] | None = None) -> Path:
    """A folder with the files for machines of a built site."""
    site = tmp_path / "site"
    site.mkdir(exist_ok=True)
    numbers = [
        {"id": key, "text": number.text, "value": number.value, "unit": number.unit, "formula": number.formula, "rows": list(number.rows)}
        for key, number in edition.numbers.items()
    ]
    claims = [
        {
            "id": key,
            "verdict": claim.verdict,
            "outcome": "",
            "label": claim.label,
            "compared_with": claim.compared_with,
            "paraphrase": claim.title,
        }
        for key, claim in edition.claims.items()
    ]
    entry = {"version": edition.version, "date": edition.date, "sources": sources or {"data": "d", "text": "t", "code": "c"}}
    for name, content in (("numbers.json", {"numbers": numbers}), ("claims.json", {"claims": claims}), ("edition.json", entry)):
        (site / name).write_text(json.dumps(content), encoding="utf-8")
    return site


def test_an_edition_is_kept_one_number_a_line_and_read_back_whole(tmp_path):
    path = stored(tmp_path)
    found = compare.read(path)
    assert (found.version, found.date, dict(found.numbers), dict(found.claims)) == (OLD.version, OLD.date, OLD.numbers, OLD.claims)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith('"costs#') for line in lines) == 3
    assert baseline.serialize(found, baseline.read_sources(path)) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("markdown", [[], ["--markdown"]])
def test_the_command_exits_like_diff(tmp_path, capsys, markdown):
    old, new = str(stored(tmp_path)), str(site_of(tmp_path))
    assert compare.main([old, old, *markdown]) == 0
    assert compare.main([old, new, *markdown]) == 1
    assert compare.main([old, f"{new}/numbers.json", *markdown]) == 1
    assert "costs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there. Name a built site"),
        ("{", "cannot be read"),
        ("\x00\xff", "cannot be read"),
        ("[]", "does not list numbers"),
        ('{"numbers": 3}', "does not list numbers"),
        ('{"numbers": {"a#b": ["1"]}, "claims": {}, "edition": "1", "date": ""}', "does not list numbers"),
        ('{"numbers": [{"id": "a#b"}]}', "does not list numbers"),
    ],
)
def test_an_edition_that_cannot_be_read_is_one_sentence(tmp_path, capsys, content, said):
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    assert compare.main([str(path), str(path)]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert not printed.out
    assert printed.err.count("\n") == 1
    assert "Traceback" not in printed.err


# The page


def body(standing: Standing) -> BeautifulSoup:
    return BeautifulSoup(differences.page(standing, TITLES, "corrections.html"), "html.parser")


def test_the_page_has_a_table_for_each_chapter_in_the_books_order():
    soup = body(Standing(DIFFERENCE, ("data", "code"), "1.2.0"))
    assert soup.p.get_text() == (
        "This copy differs from edition 1.2.0 of 9 March 2026: 2 of 4 published numbers moved; 1 is new; 1 is gone; "
        "1 verdict or reference changed. The data and the code changed since."
    )
    assert [heading.get_text() for heading in soup.find_all("h2")[:4]] == [
        "Claims judged otherwise (1)",
        "Numbers that moved (2)",
        "New numbers (1)",
        "Numbers that are gone (1)",
    ]
    moved = soup.find(id="numbers-that-moved").parent
    assert [caption.get_text() for caption in moved.find_all("caption")] == ["Chips: which?", "Costs & bills"]
    row = moved.find_all("tr")[-1]
    assert row.th.a["href"] == "costs.html#bill"
    assert [cell.get_text() for cell in row.find_all("td")] == ["$5.6M", "$8.4M", "+50%", "hours × rate: hours, rate"]
    claim = soup.find("a", href="claims/c1.html").find_parent("tr")
    assert [cell.get_text() for cell in claim.find_all("td")] == ["Confirmed, against $2", "Contradicted, against $3"]
    assert not soup.find_all("script")
    assert soup.find(string=HOSTILE)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("changed", "version", "said", "at_the_end"),
    [
        ((), "1.2.0", "Nothing. This is edition 1.2.0 of 9 March 2026: its data, its text, its code, and all", "This is edition 1.2.0"),
        (("text",), "1.2.0", "so is each claim’s verdict. The text changed since.", "No published number moved since edition 1.2.0"),
        (
            ("data", "text", "code"),
            "1.2.0",
            "The data, the text and the code changed since.",
            "No published number moved since edition 1.2.0",
        ),
        ((), "1.3.0", "No published number moved since edition 1.2.0", "No published number moved since edition 1.2.0"),
    ],
)
def test_where_no_number_moved_the_page_says_what_did(changed, version, said, at_the_end):
    standing = Standing(compare.compare(OLD, OLD), changed, version)
    soup = body(standing)
    assert said.casefold() in soup.p.get_text().casefold()
    assert not soup.find_all("table")
    assert differences.footer(standing) == at_the_end


def test_the_state_of_the_sources_follows_each_part_alone(tmp_path):
    for name in ("book/a.md", "data/a.csv", "src/a.py", "_config.yml", "src/kit/static/a.js", "src/kit/vendor/live.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("1")
    (tmp_path / "data/datapackage.json").write_text('{"resources": [{"path": "a.csv"}]}')
    (tmp_path / "pyproject.toml").write_text('[tool.hatch.build]\ninclude = ["src/**/*.py", "src/kit/static/*", "src/kit/vendor/*"]\n')

    def state() -> dict[str, str]:
        return baseline.hash_sources(tmp_path, "book/", "data", "src")

    first = state()
    assert set(first) == set(baseline.PARTS)
    for name, part in (
        ("book/a.md", "text"),
        ("_config.yml", "text"),
        ("data/a.csv", "data"),
        ("src/a.py", "code"),
        ("src/kit/static/a.js", "code"),
        ("src/kit/vendor/live.js", ""),
        ("src/a.py~", ""),
        ("src/kit/static/.a.js.swp", ""),
        ("data/claims - Kopie.csv", ""),
        ("data/.env", ""),
        ("book/.a.md.swp", ""),
    ):
        (tmp_path / name).write_text("2")
        second = state()
        assert [key for key in first if first[key] != second[key]] == ([part] if part else [])
        first = second


class App:
    """An application that a build can keep things for."""


def app_of(root: Path, book: Book) -> App:
    """What `bookkit.editions.differences` needs of Sphinx to name an edition."""
    config = SimpleNamespace(
        bookkit_published=baseline.FILE, bookkit_public_prefix="book/", bookkit_data_folder="data", bookkit_code_folder="src"
    )
    app = App()
    app.srcdir, app.config = root, config
    book_of.set(app, book)
    return app


@pytest.mark.parametrize(
    ("editions", "site", "version", "change", "kept"),
    [
        ("1.2.0 1.1.0", "https://example.org/", "1.2.0", False, "v/1.2.0/"),
        ("", "https://example.org/", "1.2.0", False, ""),
        ("1.1.0", "https://example.org/", "1.2.0", False, ""),
        ("1.2.0", "", "1.2.0", False, ""),
        ("1.2.0", "https://example.org/", "1.2.0", True, ""),
        ("1.3.0 1.2.0", "https://example.org/", "1.3.0", False, ""),
    ],
)
def test_only_the_edition_itself_is_cited_at_the_address_where_it_is_kept(tmp_path, monkeypatch, editions, site, version, change, kept):
    """Not a state between two editions, and not an edition that nobody keeps: its address would hold something else, or nothing."""
    for name in ("book/a.md", "src/a.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("1")
    (tmp_path / "published").mkdir()
    sources = baseline.hash_sources(tmp_path, "book/", "data", "src")
    (tmp_path / baseline.FILE).write_text(baseline.serialize(OLD, sources), encoding="utf-8")
    if change:
        (tmp_path / "book/a.md").write_text("2")
    monkeypatch.setenv("BOOK_EDITIONS", editions)
    app = app_of(tmp_path, Book("T", "N", (), version=version, site=site))
    differences.name_edition(app)
    assert book_of(app).kept == kept
    work = Work(book_of(app), "Costs", "costs.html")
    assert work.permalink == (f"https://example.org/{kept}costs.html" if kept else "")
    assert work.cited_address == (work.permalink or work.address)


# The repository


def test_the_kept_edition_is_one_that_was_published():
    """It is an edition of the changelog, with its date, and not newer than what the citation file calls this book.

    Between editions the citation file, the text and the numbers may move on; then the site says that it differs.
    """
    found = compare.read(ROOT / baseline.FILE)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    entries = {entry.version: entry.date.isoformat() for entry in changelog.parse((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))}
    assert entries[found.version] == found.date
    assert Version(found.version) <= Version(str(citation["version"]))
    if found.version == str(citation["version"]):
        assert found.date == citation["date-released"].isoformat()


def test_the_kept_edition_is_as_the_command_writes_it():
    path = ROOT / baseline.FILE
    assert baseline.serialize(compare.read(path), baseline.read_sources(path)) == path.read_text(encoding="utf-8")


def test_a_release_needs_its_own_numbers_kept(tmp_path, capsys):
    path = stored(tmp_path)
    arguments = ["--check", "--site", str(site_of(tmp_path, OLD)), "--file", str(path)]
    assert baseline.main(arguments) == 0
    site_of(tmp_path, NEW)
    assert baseline.main(arguments) == 1
    assert "2 of 4 published numbers moved" in capsys.readouterr().err
    site_of(tmp_path, OLD, {"data": "d", "text": "other", "code": "c"})
    assert baseline.main(arguments) == 1
    assert f"was written before the text changed for the last time. Run `{commands.KEEP_EDITION}`" in capsys.readouterr().err
    site_of(tmp_path, replace(OLD, version="1.3.0"))
    assert baseline.main(arguments) == 1
    assert f"keeps edition 1.2.0, and CITATION.cff says 1.3.0. Run `{commands.KEEP_EDITION}`" in capsys.readouterr().err


def test_keeping_an_edition_again_changes_nothing(tmp_path, capsys):
    path = tmp_path / "published/numbers.json"
    arguments = ["--site", str(site_of(tmp_path, NEW)), "--file", str(path)]
    assert baseline.main(arguments) == 0
    first = path.read_bytes()
    assert baseline.main(arguments) == 0
    assert path.read_bytes() == first
    assert "4 numbers and 2 verdicts of edition 1.2.0" in capsys.readouterr().out
    assert baseline.main(["--site", str(tmp_path / "nowhere"), "--file", str(path)]) == 1
    assert f"Build the site first: {commands.BUILD}" in capsys.readouterr().err
    assert path.read_bytes() == first


def test_every_page_of_a_copy_that_differs_says_so_and_no_other(built):
    """What the build found is what the pages show; this book may stand at its edition or after it."""
    site = built / "_build/html"
    found = json.loads((site / compare.DIFFERENCES).read_text(encoding="utf-8"))
    difference = compare.compare(compare.read(built / baseline.FILE), compare.read(site))
    assert (found["summary"], found["differs"]) == (compare.line(difference), bool(difference))
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if page.name == "404.html":
            continue
        has_banner = '<section class="edition"' in text
        assert has_banner == (bool(difference) and page.name != "differences.html"), page
        assert re.search(r'<p><a href="(?:\.\./)*(?:differences\.html|#)">', text), page
    assert "What differs from the published edition" in (site / "differences.html").read_text(encoding="utf-8")
