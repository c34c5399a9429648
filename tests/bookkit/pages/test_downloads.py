"""What a reader takes away is whole, named for what it is, and can be checked; archives depend on their content alone."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import frictionless
import pytest
from bs4 import BeautifulSoup

from bookkit.citing import citing
from bookkit.citing.citing import Author, Book
from bookkit.downloads import offers
from bookkit.pages import downloads, structured
from bookkit.project import commands, packing

FORMULA = re.compile(r"[=+@\t\r]|-(?!\d|\.\d)")
BOOK = Book("A Book: of things", "A Book", (Author("Doe", "Jane"),), version="1.0.0", site="https://example.org/b/", license="CC-BY-4.0")


@pytest.fixture(scope="module")
def site(built: Path) -> Path:
    return built / "_build/html"


@pytest.fixture(scope="module")
def soup(site: Path) -> BeautifulSoup:
    return BeautifulSoup((site / "downloads.html").read_text(encoding="utf-8"), "lxml")


def listed(soup: BeautifulSoup) -> dict[str, tuple[str, str]]:
    """Path, checksum and visible text of each file in the list."""
    return {
        item.a["href"]: (item.select_one(".file-sum > code").text, item.select_one(".file-about").text) for item in soup.select(".files li")
    }


def test_every_file_is_listed_with_its_size_and_checksum(site, soup):
    found = listed(soup)
    assert len(found) > 40
    for path, (checksum, about) in found.items():
        content = (site / path).read_bytes()
        assert checksum == hashlib.sha256(content).hexdigest(), path
        assert packing.size(len(content)) in about, path
    there = {path.relative_to(site).as_posix() for path in (site / "downloads").rglob("*") if path.is_file()}
    assert there - {"downloads/SHA256SUMS"} <= set(found)
    assert {path.relative_to(site).as_posix() for path in (site / "_notebooks").rglob("*")} <= set(found)
    assert {"numbers.json", "claims.json"} <= set(found)


def test_sums_are_what_sha256sum_reads(site, soup, tmp_path):
    """A reader puts some files and the sums into one folder and checks them; one that was changed is found."""
    chosen = sorted(listed(soup))[::5]
    for path in [*chosen, "downloads/SHA256SUMS"]:
        shutil.copy(site / path, tmp_path)
    check = ["sha256sum", "--check", "--ignore-missing", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, check=False).returncode == 0
    with (tmp_path / Path(chosen[0]).name).open("ab") as file:
        file.write(b" ")
    assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 1


def test_the_data_package_is_whole_and_valid(site, built, tmp_path):
    """What unpacks is a data package that another library accepts, byte by byte the tables of the repository."""
    archive = next((site / "downloads").glob("*-data.zip"))
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path)
    unpacked = tmp_path / "data"
    for path in [*(built / "data").glob("*.csv"), built / "data/datapackage.json", built / "data/README.md", built / "LICENSE-CONTENT"]:
        assert (unpacked / path.name).read_bytes() == path.read_bytes()
    package = frictionless.Package(str(unpacked / "datapackage.json"))
    assert len(package.resources) == len(list(unpacked.glob("*.csv")))
    assert frictionless.validate(package.get_resource("chips")).valid


def test_titles_and_rows_come_from_the_data_package(site, soup):
    package = json.loads((site / "downloads/data/datapackage.json").read_text(encoding="utf-8"))
    text = {item.a["href"]: item.text for item in soup.select(".files li")}
    for resource in package["resources"]:
        path = f"downloads/data/{resource['path']}"
        with (site / path).open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _ in csv.DictReader(file))
        assert resource["title"] in text[path]
        assert f"{rows:,} row" in text[path]


def test_no_cell_of_a_table_is_a_formula(site):
    """A spreadsheet runs what begins like a formula; a CSV of ours opens harmlessly."""
    tables = [*(site / "downloads/data").glob("*.csv"), *(site / "_figures").rglob("*.csv")]
    assert len(tables) > 60
    for path in tables:
        with path.open(encoding="utf-8-sig", newline="") as file:
            faults = [cell for row in csv.reader(file) for cell in row if FORMULA.match(cell)]
        assert not faults, (path.name, faults[:3])


def test_the_notebooks_archive_holds_every_notebook(site):
    with zipfile.ZipFile(next((site / "downloads").glob("*-notebooks.zip"))) as opened:
        names = {name for name in opened.namelist() if name.endswith(".ipynb")}
        assert names == {f"notebooks/{path.relative_to(site / '_notebooks').as_posix()}" for path in (site / "_notebooks").rglob("*.ipynb")}
        assert json.loads(opened.read(min(names)))["nbformat"] == 4


def test_search_engines_find_the_data(site, soup):
    about = next(json.loads(tag.string) for tag in soup.select('script[type="application/ld+json"]'))
    assert about["@type"] == "Dataset"
    assert 50 <= len(about["description"]) <= 5000
    assert about["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "value" in {variable["name"] for variable in about["variableMeasured"]}
    assert "What did DeepSeek really cost?" in about["citation"]
    assert "<" not in about["citation"]
    for part in about["distribution"]:
        content = (site / part["contentUrl"]).read_bytes()
        assert part["sha256"] == hashlib.sha256(content).hexdigest()
        assert part["contentSize"] == f"{len(content)} B"


def test_the_page_is_found_and_linked(site, soup):
    assert "sizes and checksums" in soup.select_one('meta[name="description"]')["content"]
    assert soup.select_one('meta[property="og:title"]')["content"] == "Downloads"
    for name in ("index.html", "cost-claims.html", "claims/a294k_cost.html"):
        page = BeautifulSoup((site / name).read_text(encoding="utf-8"), "lxml")
        assert page.select_one("header.bar").find("a", string="Downloads")["href"].endswith("downloads.html")
    head = BeautifulSoup((site / "cost-claims.html").read_text(encoding="utf-8"), "lxml").select_one(".chapter-head")
    assert head.find("a", string="Data")["href"] == "downloads.html#data"
    assert soup.find(id="data")


def test_without_a_pdf_the_page_says_how_to_get_one_and_with_one_it_lists_it(site, tmp_path):
    """No dead link: a PDF is listed when it is there. Listing again changes nothing else."""
    copy = tmp_path / "html"
    shutil.copytree(site, copy, ignore=shutil.ignore_patterns("claims", "_figures", "cards"))
    before = (copy / "downloads.html").read_text(encoding="utf-8")
    assert commands.PRINT in before
    assert '.pdf"' not in before
    downloads.refresh(copy)
    assert (copy / "downloads.html").read_text(encoding="utf-8") == before
    for name in ("old-0.1.pdf", "book-1.0.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-")
        downloads.offer(copy, tmp_path / name)
    after = (copy / "downloads.html").read_text(encoding="utf-8")
    assert 'href="downloads/book-1.0.pdf"' in after
    assert "old-0.1.pdf" not in after
    assert commands.PRINT not in after
    assert "book-1.0.pdf" in (copy / "downloads/SHA256SUMS").read_text()


def test_names_are_text_in_the_list():
    """A file's name or title with markup is shown, not run."""
    offer = offers.Offer('downloads/<b>"x".zip', "<script>alert(1)</script>", "a & b", b"x")
    text = downloads.list_offers([("More", [offer])])
    assert "<script>" not in text
    assert "<b>" not in text
    assert "a &amp; b" in text


def test_a_dataset_with_an_address_names_absolute_files(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.csv").write_text("id,weight\n1,2\n")
    field = {"name": "weight", "type": "number", "description": "How heavy."}
    package = {"resources": [{"name": "a", "path": "a.csv", "title": "Things", "schema": {"fields": [field]}}], "title": "D"}
    about = structured.describe_data(package, tmp_path, BOOK)
    assert about["distribution"][0]["contentUrl"] == "https://example.org/b/downloads/data/a.csv"
    assert about["variableMeasured"] == [{"@type": "PropertyValue", "name": "weight", "description": "How heavy."}]
    assert about["creator"] == [{"@type": "Person", "name": "Jane Doe"}]
    assert about["license"] == citing.license_address("CC-BY-4.0")


def test_zips_depend_on_their_content_alone():
    members = {"b.txt": b"two", "a/c.png": b"one"}
    assert packing.zipped(members) == packing.zipped(dict(reversed(members.items())))
    with zipfile.ZipFile(io.BytesIO(packing.zipped(members))) as opened:
        assert opened.namelist() == ["a/c.png", "b.txt"]
        assert {entry.date_time for entry in opened.infolist()} == {packing.TIME}
        assert opened.getinfo("a/c.png").compress_type == zipfile.ZIP_STORED


def test_two_files_of_one_name_cannot_share_their_sums(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.csv").write_text("x")
    with pytest.raises(ValueError, match="two files are called same"):
        packing.sums(sorted(tmp_path.rglob("*.csv")))


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 bytes"), (999, "999 bytes"), (5400, "5.4 KB"), (279_879, "280 KB"), (999_700, "1.0 MB"), (45e6, "45 MB")]
)
def test_sizes_read_well(count, text):
    assert packing.size(count) == text
