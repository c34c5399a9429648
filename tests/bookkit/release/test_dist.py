"""One folder to publish and to keep: complete, checked, made whole or not at all."""

import errno
import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from bookkit.citing import citing
from bookkit.downloads import offers
from bookkit.print import onepage, pdf
from bookkit.project import commands, layout
from bookkit.release import dist
from bookkit.site import build

WHEEL = "book-1.0-py3-none-any.whl"


@pytest.fixture
def root(built: Path, tmp_path: Path, monkeypatch) -> Path:
    """A built book with its wheel and a PDF that need not be printed again."""
    book = tmp_path / "book"
    site = book / "_build/html"
    shutil.copytree(built / "_build/html", site, ignore=shutil.ignore_patterns("_figures", "cards", "*.whl"))
    for name in ("pyproject.toml", "CITATION.cff", "_config.yml", "requirements.txt"):
        shutil.copy(built / name, book)
    (site / "downloads" / WHEEL).write_bytes(b"a wheel")
    name = f"{citing.file_stem(*onepage.edition(site))}.pdf"
    folder = book / layout.PDF
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"%PDF-1.4")
    shutil.copy(site / build.DIGEST, folder / build.DIGEST)
    monkeypatch.chdir(book)
    return book


def test_everything_of_an_edition_is_in_one_folder(root):
    folder = dist.make(root)
    names = {path.name for path in folder.iterdir()}
    stem = citing.file_stem(*onepage.edition(root / "_build/html"))
    expected = {WHEEL, f"{stem}-site.zip", f"{stem}-data.zip", f"{stem}-notebooks.zip", f"{stem}.pdf", "numbers.json", "claims.json"}
    expected |= {"codemeta.json", ".zenodo.json", "ro-crate-metadata.json"}
    assert names >= {*expected, "SHA256SUMS"}
    assert subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=False).returncode == 0
    with zipfile.ZipFile(folder / f"{stem}-site.zip") as opened:
        inside = opened.namelist()
        assert {f"{stem}/index.html", f"{stem}/downloads/{stem}.pdf", f"{stem}/downloads/{WHEEL}"} <= set(inside)
        assert all(name.startswith(f"{stem}/") for name in inside)
        assert f"{stem}/{build.DIGEST}" not in inside
        assert f'href="downloads/{stem}.pdf"' in opened.read(f"{stem}/downloads.html").decode()
        assert WHEEL in opened.read(f"{stem}/downloads/SHA256SUMS").decode()


def test_the_same_site_packs_to_the_same_bytes(root, tmp_path):
    """In another folder, with other file times."""
    other = tmp_path / "another folder"
    shutil.copytree(root, other)
    assert _digests(dist.make(root)) == _digests(dist.make(other))


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_without_the_wheel_the_previous_folder_stays(root, capsys):
    before = _digests(dist.make(root))
    (root / "_build/html/downloads" / WHEEL).unlink()
    assert dist.main([]) == 1
    said = capsys.readouterr().err
    assert "offers no wheel" in said
    assert commands.BUILD in said
    assert "The previous one is still in _build/dist." in said
    assert _digests(root / layout.RELEASE) == before


@pytest.mark.parametrize(
    ("code", "why"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "Permission denied"), (errno.EROFS, "Read-only file system")]
)
def test_a_folder_that_cannot_be_written_leaves_the_previous_one(root, monkeypatch, capsys, code, why):
    before = _digests(dist.make(root))

    def refuse(*_):
        raise OSError(code, "x" if code == errno.ENOSPC else why)

    monkeypatch.setattr(dist, "site_archive", refuse)
    assert dist.main([]) == 1
    said = capsys.readouterr().err
    assert f"_build/dist cannot be written: {why}." in said
    assert "Traceback" not in said
    assert _digests(root / layout.RELEASE) == before
    assert not (root / dist.ASIDE).exists()


def test_without_a_browser_nothing_is_packed(root, monkeypatch, capsys):
    shutil.rmtree(root / layout.PDF)
    monkeypatch.setattr("bookkit.print.chromium.find_browser", lambda: None)
    assert dist.main([]) == 1
    said = capsys.readouterr().err
    assert "No browser found" in said
    assert "There is no older one." in said
    assert not (root / layout.RELEASE).exists()


def test_a_pdf_of_the_same_site_is_not_printed_again(root, monkeypatch):
    monkeypatch.setattr(pdf, "printed", lambda *_: pytest.fail("printed again"))
    assert pdf.make(root).read_bytes() == b"%PDF-1.4"
    assert (root / "_build/html" / offers.FOLDER / pdf.make(root).name).is_file()


def test_a_pdf_of_an_older_site_is_printed_again(root, monkeypatch):
    monkeypatch.setattr(pdf, "printed", lambda *_: b"%PDF-new")
    monkeypatch.setattr(pdf, "printed_page", lambda _, name: f"%PDF-{name}".encode())
    (root / "_build/html" / build.DIGEST).write_text("changed")
    made = pdf.make(root)
    assert made.read_bytes() == b"%PDF-new"
    short = made.with_name(f"{made.stem}-summary.pdf")
    assert short.exists() == (root / "_build/html" / pdf.SUMMARY).is_file()
    assert not short.exists() or short.read_bytes() == b"%PDF-summary.html"
