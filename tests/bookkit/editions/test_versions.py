"""Editions side by side: two small ones made by hand, one of really built pages, and zips that must be refused."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from bookkit.citing.citing import Book
from bookkit.editions import differences, versions
from bookkit.editions.versions import VersionsError
from bookkit.markup import slots
from bookkit.project import commands
from tests.bookkit.pages.test_html import Anchors

SITE = "https://example.org/b/"
LINKS = "<a href='index.html'>Home</a> <a href='costs.html'>Costs</a>"


def page(path: str, site: str = SITE, body: str = LINKS) -> str:
    """A page as the theme prints it."""
    head = slots.slot(slots.ADDRESS, slots.addresses(slots.public(site, path)))
    return f"<html><head><title>{path}</title>{head}</head><body>{slots.slot(slots.EDITION)}{body}</body></html>"


def site_of(folder: Path, version: str, paths: tuple[str, ...], site: str = SITE, **more: str) -> Path:
    """A built site: its pages, what it says of itself, and the files that stand at its root."""
    entry = {"version": version, "date": "2026-03-09", "site": site, "repository": "https://github.com/o/r", "commit": "a" * 40, **more}
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(page(path, site), encoding="utf-8")
    (folder / "v").mkdir()
    (folder / "v/index.html").write_text(page("v/index.html", site, slots.slot(slots.EDITIONS)), encoding="utf-8")
    (folder / "edition.json").write_text(json.dumps({"changelog": "corrections.html", **entry}), encoding="utf-8")
    (folder / "numbers.json").write_text('{"numbers": [{}, {}]}', encoding="utf-8")
    for name in ("404.html", "robots.txt", "sitemap.xml"):
        (folder / name).write_text(str(version), encoding="utf-8")
    return folder


def zipped(folder: Path, archive: Path, top: str = "") -> Path:
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, top + path.relative_to(folder).as_posix())
    return archive


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """The newest site and a folder with two released ones; an older one has a page that is gone, and its own address."""
    (tmp_path / "zips").mkdir()
    site_of(tmp_path / "newest", "1.2.0", ("index.html", "costs.html", "claims/c1.html", "corrections.html"))
    old = site_of(tmp_path / "old", "1.0.0", ("index.html", "costs.html", "claims/c1.html", "claims/gone.html"), "https://old.example.org/")
    zipped(old, tmp_path / "zips/b.zip", "book-1.0.0/")
    same = site_of(tmp_path / "same", "1.2.0", ("index.html", "costs.html", "claims/c1.html", "corrections.html"), date="2026-04-01")
    zipped(same, tmp_path / "zips/a.zip")
    return tmp_path


def assembled(shelf: Path) -> Path:
    return versions.assemble(shelf / "newest", versions.in_folder(shelf / "zips"), shelf / "published")


def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_editions_are_ordered_by_version_not_by_name(shelf):
    zipped(site_of(shelf / "ten", "1.10.0", ("index.html",)), shelf / "zips/c.zip")
    assert [kept.version for kept in versions.in_folder(shelf / "zips")] == ["1.10.0", "1.2.0", "1.0.0"]


def test_the_newest_site_stands_at_the_root_unchanged(shelf):
    target = assembled(shelf)
    for path in (shelf / "newest").rglob("*"):
        if path.is_file() and path.name != "index.html":
            assert (target / path.relative_to(shelf / "newest")).read_bytes() == path.read_bytes()
    assert (target / "index.html").read_bytes() == (shelf / "newest/index.html").read_bytes()
    assert not (shelf / "published.next").exists()


@pytest.mark.parametrize(
    ("path", "canonical", "text", "link"),
    [
        (
            "v/1.0.0/costs.html",
            f"{SITE}costs.html",
            "This is version 1.0.0 of 9 March 2026. The newest version is 1.2.0 of 9 March 2026. This page in the newest version.",
            "../../costs.html",
        ),
        (
            "v/1.0.0/index.html",
            SITE,
            "This is version 1.0.0 of 9 March 2026. The newest version is 1.2.0 of 9 March 2026. This page in the newest version.",
            "../../index.html",
        ),
        (
            "v/1.0.0/claims/gone.html",
            f"{SITE}v/1.0.0/claims/gone.html",
            "This is version 1.0.0 of 9 March 2026. The newest version is 1.2.0 of 9 March 2026, which has no such page. Its home page.",
            "../../../index.html",
        ),
        (
            "v/1.2.0/claims/c1.html",
            f"{SITE}claims/c1.html",
            "This is version 1.2.0 of 1 April 2026, kept as it was published. This page as it is now.",
            "../../../claims/c1.html",
        ),
    ],
)
def test_a_kept_page_says_so_and_names_the_newest_as_canonical(shelf, path, canonical, text, link):
    soup = read(assembled(shelf) / path)
    assert soup.find("link", rel="canonical")["href"] == soup.find("meta", property="og:url")["content"] == canonical
    (banner,) = soup.find_all("section", class_="edition")
    assert banner.get_text() == text
    assert banner.a["href"] == link
    assert not soup.find_all("script")


def test_only_the_newest_has_a_sitemap_and_a_page_not_found(shelf):
    target = assembled(shelf)
    assert (target / "sitemap.xml").read_text() == "1.2.0"
    left = {path.name for path in (target / "v").rglob("*") if path.is_file()}
    assert not left & {"404.html", "robots.txt", "sitemap.xml"}
    assert not (target / "v/1.0.0/v").exists()


def test_the_list_of_editions_leads_to_each_and_to_its_release(shelf):
    soup = read(assembled(shelf) / "v/index.html")
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in soup.find_all("tr")[1:]]
    assert rows == [
        ["1.2.0", "2026-04-01", "2", "aaaaaaa", "Corrections", "Release"],
        ["1.0.0", "2026-03-09", "2", "aaaaaaa", "–", "Release"],
    ]
    links = {link.get_text(): link["href"] for link in soup.find_all("a")}
    assert links["1.0.0"] == "1.0.0/index.html"
    assert links["The newest state"] == "../index.html"
    assert links["Release"] == "https://github.com/o/r/releases/tag/v1.0.0"


def test_without_a_release_the_newest_site_stands_alone(shelf):
    shutil.rmtree(shelf / "zips")
    (shelf / "zips").mkdir()
    shutil.rmtree(shelf / "newest/v")
    assert not (assembled(shelf) / "v").exists()


def test_assembling_twice_makes_the_same_folder(shelf):
    target = assembled(shelf)
    first = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assembled(shelf)
    assert first == {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}


# What is refused


def zip_with(archive: Path, name: str, attributes: int = 0, content: str = "x", flags: int = 0) -> None:
    with zipfile.ZipFile(archive, "a") as file:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        info.external_attr = attributes << 16
        info.flag_bits |= flags
        file.writestr(info, content)


@pytest.mark.parametrize(
    ("name", "attributes", "said"),
    [
        ("../evil.html", 0, "leads out of its folder"),
        ("claims/../../evil.html", 0, "leads out of its folder"),
        ("/etc/evil", 0, "leads out of its folder"),
        ("C:/evil", 0, "leads out of its folder"),
        ("..\\evil", 0, "leads out of its folder"),
        ("a//b", 0, "leads out of its folder"),
        ("./b", 0, "leads out of its folder"),
        ("evil\x1b[2Jname", 0, "leads out of its folder"),
        ("link.html", stat.S_IFLNK | 0o777, "holds a link"),
    ],
)
def test_a_zip_that_would_write_elsewhere_is_refused_whole(shelf, capsys, name, attributes, said):
    before = assembled(shelf)
    zip_with(shelf / "zips/b.zip", name, attributes)
    assert refusal(shelf, capsys).startswith("b.zip holds")
    with pytest.raises(VersionsError, match=said):
        versions.open_archive(shelf / "zips/b.zip")
    assert not list(shelf.rglob("evil*"))
    assert (before / "v/1.0.0/costs.html").is_file()


def refusal(shelf: Path, capsys) -> str:
    """The one sentence or two with which the command refuses; what was published stays."""
    capsys.readouterr()
    assert versions.main(["assemble", str(shelf / "newest"), str(shelf / "zips"), str(shelf / "published")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    assert "Traceback" not in said
    assert not (shelf / "published.next").exists()
    return said


def test_broken_encrypted_and_doubled_zips_are_refused(shelf, capsys, monkeypatch):
    archive, whole = shelf / "zips/b.zip", (shelf / "zips/b.zip").read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    assert "b.zip is broken" in refusal(shelf, capsys)
    # The names are whole and a page is not
    middle = whole.index(b"This") if b"This" in whole else whole.index(b"<html>")
    archive.write_bytes(whole[:middle] + b"\x00" * 20 + whole[middle + 20 :])
    assert "b.zip is broken (Bad CRC-32" in refusal(shelf, capsys)
    archive.write_bytes(b"")
    assert "b.zip is broken" in refusal(shelf, capsys)
    archive.write_bytes(whole)
    zip_with(archive, "book-1.0.0/twice.html")
    with pytest.warns(UserWarning, match="Duplicate name"):
        zip_with(archive, "book-1.0.0/twice.html")
    assert "twice" in refusal(shelf, capsys)
    # Bit 0 of the flags, in the entry of the directory at the end
    archive.write_bytes(whole)
    at = whole.rindex(b"PK\x01\x02") + 8
    archive.write_bytes(whole[:at] + bytes([whole[at] | 1]) + whole[at + 1 :])
    assert "b.zip is encrypted" in refusal(shelf, capsys)
    archive.write_bytes(whole)
    monkeypatch.setattr(versions, "LARGEST", 100)
    assert "unpacks to more than 100 bytes" in refusal(shelf, capsys)


@pytest.mark.parametrize("version", ["", "../1.0", "1..0", "1.0/..", "v1", "1.0 ", "1.0\n", "a", "1.0<b>", ".1", "1.", "-1", None, 1.0])
def test_odd_versions_name_no_folder(shelf, capsys, version):
    shutil.rmtree(shelf / "old")
    zipped(site_of(shelf / "old", version, ("index.html",)), shelf / "zips/b.zip")
    assert "is no version that can name a folder" in refusal(shelf, capsys)


def test_what_is_no_such_site_is_named(shelf, capsys):
    old = shelf / "old"
    for change, said in (
        (lambda: (old / "edition.json").unlink(), "has no edition.json"),
        (lambda: (old / "edition.json").write_text("{"), "b.zip is broken"),
        (lambda: (old / "edition.json").write_text("[]"), "it is not what bookkit writes"),
        (lambda: (old / "edition.json").write_text('{"version": "1.0.0"}'), "was built without its address"),
        (lambda: (old / "edition.json").write_text(f'{{"version": "1.0.0", "site": "{SITE}", "date": "soon"}}'), "'soon' is no date"),
        (
            lambda: (old / "edition.json").write_text(f'{{"version": "1.2.0", "site": "{SITE}", "date": "2026-01-02"}}'),
            "are both version 1.2.0",
        ),
    ):
        change()
        zipped(old, shelf / "zips/b.zip")
        assert said in refusal(shelf, capsys)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<!-- bookkit:edition -->", "", "has no slot “edition”"),
        ("<!-- /bookkit:edition -->", "", "does not have the slot “edition” just once"),
        ("<!-- bookkit:address -->", "", "has no slot “address”"),
        ("<body>", f"<body>{slots.slot(slots.EDITION)}", "does not have the slot “edition” just once"),
        ('rel="canonical" href="https://old', 'rel="canonical" href="https://other', "does not have the canonical link of https://old"),
    ],
)
def test_a_page_without_its_slots_is_named(shelf, capsys, old, new, said):
    path = shelf / "old/claims/c1.html"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    zipped(shelf / "old", shelf / "zips/b.zip")
    found = refusal(shelf, capsys)
    assert "b.zip, claims/c1.html" in found
    assert said in found


def test_the_newest_site_must_know_its_address_and_its_editions(shelf, capsys):
    (shelf / "newest/v/index.html").unlink()
    assert "Build it with BOOK_EDITIONS='1.2.0 1.0.0'" in refusal(shelf, capsys)
    (shelf / "newest/edition.json").write_text('{"version": "1.2.0", "site": "", "date": ""}')
    assert "Build it with BOOK_SITE_URL" in refusal(shelf, capsys)
    (shelf / "newest/edition.json").unlink()
    assert f"Build the site first: {commands.BUILD}" in refusal(shelf, capsys)
    shutil.rmtree(shelf / "zips")
    assert "zips is not there" in refusal(shelf, capsys)


def test_the_command_lists_what_the_build_is_told(shelf, capsys):
    assert versions.main(["list", str(shelf / "zips")]) == 0
    assert capsys.readouterr().out == "1.2.0 1.0.0\n"


# A really built site


def addressed(built: Path, target: Path) -> Path:
    """The built site as it is when its address is told: the same pages, with their slots filled."""
    shutil.copytree(built / "_build/html", target)
    for path in target.rglob("*.html"):
        if path.name != "404.html":
            text = path.read_text(encoding="utf-8")
            address = slots.public(SITE, path.relative_to(target).as_posix())
            path.write_text(slots.filled(text, slots.ADDRESS, slots.addresses(address)), encoding="utf-8")
    entry = json.loads((target / "edition.json").read_text(encoding="utf-8"))
    (target / "edition.json").write_text(json.dumps({**entry, "site": SITE}), encoding="utf-8")
    return target


def test_a_really_built_site_is_kept_whole(built, tmp_path):
    """Every page of it gets its line, and every link inside it leads to a file of the same edition, or of the newest site."""
    newest = addressed(built, tmp_path / "newest")
    (tmp_path / "zips").mkdir()
    zipped(newest, tmp_path / "zips/site.zip")
    (newest / "glossary.html").unlink()
    (newest / "v").mkdir()
    listing = differences.versions_page(Book("T", "N", (), site=SITE))
    home = (newest / "differences.html").read_text(encoding="utf-8")
    (newest / "v/index.html").write_text(home.replace("</article>", f"{listing}</article>"), encoding="utf-8")
    target = versions.assemble(newest, versions.in_folder(tmp_path / "zips"), tmp_path / "published")
    (kept,) = [path for path in (target / "v").iterdir() if path.is_dir()]
    pages = sorted(kept.rglob("*.html"))
    assert len(pages) > 200
    followed, faults = 0, []
    for path in pages:
        name = path.relative_to(target).as_posix()
        text = path.read_text(encoding="utf-8")
        assert text.count('<section class="edition" aria-label="Edition"><p>This is version') == 1
        gone = path.name == "glossary.html"
        plain = name if gone else path.relative_to(kept).as_posix()
        assert f'<link rel="canonical" href="{slots.public(SITE, plain)}">' in text
        for address in set(Anchors(text).addresses):
            link = urlsplit(urljoin(f"http://site/{name}", address))
            if link.netloc == "site":
                followed += 1
                faults += [] if (target / (unquote(link.path).lstrip("/") or "index.html")).is_file() else [f"{name}: {address}"]
    assert followed > 1000
    assert not faults, "\n".join(faults[:20])


def test_a_book_that_knows_its_editions_cites_the_one_it_is(released):
    """Built for release, with its numbers kept: citations name the address under v/, and the newest one stands beside it."""
    site, version = released / "_build/html", json.loads((released / "_build/html/edition.json").read_text(encoding="utf-8"))["version"]
    permalink = f"{SITE}v/{version}/cost-claims.html"
    soup = read(site / "cost-claims.html")
    facts = {term.get_text(): term.find_next_sibling("dd") for term in soup.select("#cite dt")}
    assert facts["Permalink"].a["href"] == permalink
    assert facts["Newest version"].a["href"] == f"{SITE}cost-claims.html"
    assert soup.find("link", rel="canonical")["href"] == f"{SITE}cost-claims.html"
    for ending in (".bib", ".ris", ".csl.json"):
        assert permalink in (site / f"cost-claims{ending}").read_text(encoding="utf-8")
    assert read(site / "index.html").find("a", string="All editions")["href"] == f"{SITE}v/"
    assert not soup.find_all("section", class_="edition")
    assert read(site / "differences.html").find("p", string=lambda text: text and text.startswith(f"Nothing. This is edition {version}"))
    zips = released / "zips"
    zips.mkdir(exist_ok=True)
    zipped(site, zips / "site.zip")
    target = versions.assemble(site, versions.in_folder(zips), released / "published")
    assert read(target / f"v/{version}/cost-claims.html").find("link", rel="canonical")["href"] == f"{SITE}cost-claims.html"
    assert read(target / "v/index.html").find("a", string=version)["href"] == f"{version}/index.html"
