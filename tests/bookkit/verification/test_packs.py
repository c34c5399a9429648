"""What browsers load: from where it comes, that nothing else is taken, that it is small, and the same bytes again."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bookkit.project import packing
from bookkit.verification import extension, packs, supply
from bookkit.verification.packs import Part
from tests.bookkit.conftest import run_build

ROOT = Path(__file__).parents[3]
# MB by gzip, by how much of the statistics a chapter needs
LIMITS = {22: ("audit", "cost-claims", "architecture", "geopolitics", "corrections", "sources"), 26: ("index", "estimate", "summary")}
LARGEST = 32
ON_DISK = 40e6


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found = packs.made(ROOT)
    assert found is not None, "make packs"
    return found


def test_packs_are_what_the_manifest_says(manifest: dict[str, Any]) -> None:
    folder = packs.folder_of(ROOT) / packs.SITE
    assert {path.name for path in folder.glob("*.pack")} == {entry["name"] for entry in manifest["packs"]}
    for entry in manifest["packs"]:
        content = (folder / entry["name"]).read_bytes()
        assert len(content) == entry["bytes"]
        assert supply.integrity(content, "sha256") == entry["integrity"]
        assert len(gzip.decompress(content)) == entry["unpacked"]


def test_each_chapter_loads_no_more_than_it_may(manifest: dict[str, Any], built: Path) -> None:
    records = [json.loads(path.read_text(encoding="utf-8")) for path in (built / "_build/html/_verify").glob("*.json")]
    assert records
    for record in records:
        size = sum(entry["bytes"] for entry in record["packs"]) / 1e6
        limit = next((limit for limit, chapters in LIMITS.items() if record["chapter"] in chapters), LARGEST)
        assert size <= limit, (record["chapter"], size)


def test_all_of_it_is_small(built: Path) -> None:
    files = [path for path in (built / "_build/html/_verify").iterdir() if path.suffix != ".json"]
    assert sum(path.stat().st_size for path in files) < ON_DISK


def test_nothing_of_it_is_loaded_by_a_page_that_nobody_asked(built: Path) -> None:
    page = (built / "_build/html/cost-claims.html").read_text(encoding="utf-8")
    for loaded in ('src="_verify', 'href="_verify', "verify-panel.js", "verify-engine.js", "<iframe"):
        assert loaded not in page.replace('data-script="_static/verify-panel.js', "")


def test_licenses_of_every_part_are_shown(manifest: dict[str, Any], built: Path) -> None:
    page = (built / "_build/html/verify.html").read_text(encoding="utf-8")
    text = (built / "_build/html/_verify/licenses.txt").read_text(encoding="utf-8")
    assert "MPL-2.0" in page and "PSF" in page
    for library in manifest["licenses"]:
        assert library["license"]
        assert f"{library['name']} {library['version']}" in text
        assert f"{library['name']} {library['version']}" in page


def test_an_archive_is_the_same_bytes_again() -> None:
    files = {"b/x.pyc": b"1", "a.so": b"2"}
    first, again = packs.archive(files), packs.archive(dict(reversed(files.items())))
    assert first == again
    with tarfile.open(fileobj=io.BytesIO(first)) as archive:
        assert {member.name: (member.mtime, member.mode) for member in archive} == {"a.so": (0, 0o644), "b/x.pyc": (0, 0o644)}
    assert packs.pack("a", first) == packs.pack("a", again)


def test_a_library_has_a_part_for_those_who_need_little() -> None:
    big = b"x" * packs.WORTH_A_PACK
    files = {"few.py": b"1", "some.py": big, "all.py": big * 3}
    opened = {"few.py": frozenset("abc"), "some.py": frozenset("bc"), "all.py": frozenset("c")}
    parts = list(packs._tiers("one", files, opened))
    assert [(part.name, "".join(sorted(part.chapters)), sorted(part.files)) for part in parts] == [
        ("one", "abc", ["few.py"]),
        ("one-2", "bc", ["some.py"]),
        ("one-3", "c", ["all.py"]),
    ]


def test_small_parts_are_packed_together() -> None:
    everyone = frozenset("ab")
    parts = [
        Part("tiny", frozenset("a"), {"t": b"1"}),
        Part("small", frozenset("a"), {"s": b"x" * packs.TINY}),
        Part("other", frozenset("a"), {"o": b"x" * packs.TINY}),
        Part("large", everyone, {"l": b"x" * packs.SMALL}),
    ]
    joined = packs._joined(parts, everyone)
    assert [(part.name, sorted(part.files)) for part in joined] == [("large", ["l"]), ("others", ["t"]), ("others-small", ["o", "s"])]


def test_every_chapter_was_traced() -> None:
    opened = packs.read_opened(ROOT / packs.OPENED)
    written = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert set().union(*opened.values()) == written, "make packs TRACE=1"
    assert not [name for name in opened if "__pycache__" in name]


def test_a_chapter_that_was_never_traced_loads_everything() -> None:
    entries = [{"pack": "core"}, {"pack": "a", "chapters": ["one"]}, {"pack": "b", "chapters": ["two"]}]
    assert [entry["pack"] for entry in packs.needed({"packs": entries}, "one")] == ["core", "a"]
    assert [entry["pack"] for entry in packs.needed({"packs": entries}, "new")] == ["core", "a", "b"]


# Supply


def carrier(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"some/place/{name}", content)
    return path


@pytest.fixture
def asked() -> supply.Wanted:
    found = supply.wanted(ROOT)
    assert found is not None
    return found


def test_a_binary_is_taken_from_the_first_place_that_has_it_right(
    asked: supply.Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, digest = b"right", hashlib.sha256(b"right").hexdigest()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "numpy.whl").write_bytes(b"wrong")
    monkeypatch.setenv(supply.FOLDER, str(tmp_path / "own"))
    monkeypatch.setattr(supply, "OFFICIAL", "http://127.0.0.1:9/{version}/{name}")
    monkeypatch.setattr(supply, "_carrier", lambda folder, requirement: carrier(tmp_path / "carrier.whl", "numpy.whl", right))
    path = supply._binary(ROOT, tmp_path, asked, "numpy.whl", digest)
    assert path.read_bytes() == right


def test_another_file_is_refused_wherever_it_comes_from(asked: supply.Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "numpy.whl").write_bytes(b"cut")
    monkeypatch.setattr(supply, "OFFICIAL", "http://127.0.0.1:9/{version}/{name}")
    monkeypatch.setattr(supply, "_carrier", lambda folder, requirement: carrier(tmp_path / "carrier.whl", "numpy.whl", b"wrong"))
    with pytest.raises(supply.SupplyError, match=r"carrier\.whl \(another file: refused\).*SHA-256 must be 00"):
        supply._binary(ROOT, tmp_path, asked, "numpy.whl", "00")


def test_packs_of_another_state_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: dict[str, Any]) -> None:
    folder = tmp_path / packs.SITE
    folder.mkdir()
    monkeypatch.setenv(packs.FOLDER, str(tmp_path))
    for entry in manifest["packs"]:
        (folder / entry["name"]).touch()
    (folder / packs.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert packs.made(ROOT) == manifest
    (folder / packs.MANIFEST).write_text(json.dumps({**manifest, "inputs": "older"}), encoding="utf-8")
    assert packs.made(ROOT) is None
    (folder / packs.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (folder / manifest["packs"][0]["name"]).unlink()
    assert packs.made(ROOT) is None


def test_the_lock_names_every_package_with_hashes(asked: supply.Wanted) -> None:
    text = (ROOT / supply.REQUIREMENTS).read_text(encoding="utf-8")
    locked = {line.partition("==")[0] for line in text.splitlines() if "==" in line and not line.startswith(("#", " "))}
    assert locked == {name.partition("==")[0].lower() for name in asked.packages}
    assert text.count("--hash=sha256:") >= len(locked)
    assert all("--hash=sha256:" in requirement for requirement in asked.carriers)


def test_packing_leaves_packs_as_they_are() -> None:
    with zipfile.ZipFile(io.BytesIO(packing.zipped({"a.pack": b"1" * 100}))) as archive:
        assert archive.getinfo("a.pack").compress_type == zipfile.ZIP_STORED


def test_a_site_without_packs_is_complete_and_says_so_in_a_line(book: Path, tmp_path: Path) -> None:
    result = run_build(book, BOOKKIT_PACKS=str(tmp_path / "none"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert [line for line in result.stdout.splitlines() if line.startswith("verify ")] == [extension.NO_PACKS]
    site = book / "_build/html"
    assert not (site / extension.FOLDER).exists()
    assert "built without Python for browsers" in (site / "verify.html").read_text(encoding="utf-8")
    page = (site / "cost-claims.html").read_text(encoding="utf-8")
    assert "frame-src" not in page
    assert 'id="verify"' not in page
