"""What is published is what something declares; what merely lies in a folder is named and left out.

Proves that secrets, lock files, copies and backups reach no wheel, no archive, no page of downloads, and change no hash.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bookkit.citing import citing
from bookkit.citing.citing import Book
from bookkit.downloads import offers, wheel
from bookkit.editions import baseline
from bookkit.project import declared
from bookkit.site import build

ROOT = Path(__file__).parents[3]
STRAY = {
    "data": [
        ".env",
        ".~lock.claims.csv#",
        "claims - Kopie.csv",
        "claims (1).csv",
        "claims.xlsx",
        "~$claims.xlsx",
        "claims.csv.bak",
        "notes/a.csv",
    ],
    "src": [
        *("kit/model.py~", "kit/.model.py.swp", "kit/model.py.orig", "kit/#model.py#", "kit/model - Copy.py", "kit/secrets.json"),
        *("kit/static/.page.js.swp", "kit/static/page.js~", "notes.txt"),
    ],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A book with a package, and a data package of one table."""
    contents = {
        "data/claims.csv": "id\n1\n",
        "data/README.md": "The dictionary",
        "data/datapackage.json": '{"resources": [{"name": "claims", "path": "claims.csv", "title": "Claims"}]}',
        "src/kit/__init__.py": "",
        "src/kit/model.py": "x = 1",
        "src/kit/units.txt": "usd",
        "src/kit/static/page.js": "1",
        "book/a.md": "# A",
        "CITATION.cff": "date-released: 2026-01-01",
        "pyproject.toml": """
            project = {name = "kit", version = "1.0.0", requires-python = ">=3.11"}
            tool.hatch.build.include = ["src/**/*.py", "src/kit/units.txt", "src/kit/static/*"]
            tool.bookkit.wheel = {package = "kit", data = "data"}
        """,
    }
    for name, text in contents.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line.strip() for line in text.splitlines()), encoding="utf-8")
    return tmp_path


def litter(project: Path) -> list[str]:
    """Leave in the folders what editors, spreadsheets and people leave there."""
    names = [f"{folder}/{name}" for folder, found in STRAY.items() for name in found]
    for name in names:
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("SECRET", encoding="utf-8")
    return names


def test_the_wheel_holds_what_is_declared(project: Path) -> None:
    before = wheel.read(project)
    assert set(before.files) == {
        *("kit/__init__.py", "kit/model.py", "kit/units.txt", "kit/static/page.js"),
        *("kit/data/claims.csv", "kit/data/README.md", "kit/data/datapackage.json"),
    }
    litter(project)
    assert wheel.read(project) == before


def test_downloads_hold_what_is_declared(project: Path, tmp_path: Path) -> None:
    litter(project)
    site = tmp_path / "site"
    offers.copy_data(project, "data", site, Book("T", "N", ()))
    folder = site / offers.FOLDER
    assert {path.name for path in (folder / "data").rglob("*")} == {"claims.csv", "README.md", "datapackage.json"}
    offered = [offer.name for _, members in offers.find_offers(site) for offer in members]
    assert offered == ["n-data.zip", "README.md", "datapackage.json", "claims.csv"]
    assert b"SECRET" not in (folder / "n-data.zip").read_bytes()


def test_nothing_that_is_left_out_changes_a_hash(project: Path) -> None:
    """A lock file that a spreadsheet makes during a build must not end it."""
    (project / "data/datapackage.json").touch()
    before = (build.inputs_digest(project), citing.data_hash(project / "data"), baseline.hash_sources(project, "book", "data", "src"))
    litter(project)
    (project / "book/.a.md.swp").write_text("SECRET", encoding="utf-8")
    after = (build.inputs_digest(project), citing.data_hash(project / "data"), baseline.hash_sources(project, "book", "data", "src"))
    assert after == before
    for name in ("data/claims.csv", "data/README.md", "src/kit/units.txt", "src/kit/model.py", "book/a.md"):
        (project / name).write_text("changed", encoding="utf-8")
        assert build.inputs_digest(project) != before[0], name
        before = (build.inputs_digest(project), "", {})


def test_what_is_left_out_is_said_in_one_line(project: Path) -> None:
    assert declared.left_out(project) == []
    assert declared.line_of_left_out(project) == ""
    names = litter(project)
    assert declared.left_out(project) == sorted(names)
    line = declared.line_of_left_out(project)
    assert line.startswith("left out   data/.env, data/.~lock.claims.csv#, ")
    assert f" and {len(names) - declared.SHOWN} more: not declared in datapackage.json or pyproject.toml, so not published" in line
    assert "\n" not in line


def test_the_build_and_the_wheel_say_it(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(build, "_built", lambda root, force: root)
    monkeypatch.chdir(project)
    build.build(project)
    assert wheel.main([]) == 0
    assert "left out" not in capsys.readouterr().out
    (project / "data/.env").touch()
    build.build(project)
    assert wheel.main([]) == 0
    assert capsys.readouterr().out.count("left out   data/.env: not declared") == 2


def test_a_table_that_the_descriptor_gains_is_published(project: Path) -> None:
    litter(project)
    path = project / "data/datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"].append({"name": "notes", "path": "notes/a.csv"})
    path.write_text(json.dumps(package), encoding="utf-8")
    assert "kit/data/notes/a.csv" in wheel.read(project).files
    assert "data/notes/a.csv" not in declared.left_out(project)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no data package"),
        ("[]", "is no data package"),
        ('{"resources": [{"name": "claims"}]}', "each of its resources needs a path"),
        ('{"resources": [{"path": "../secret.csv"}]}', r"names \.\./secret\.csv, which is not in data/"),
        ('{"resources": [{"path": "/etc/passwd"}]}', "names /etc/passwd"),
    ],
)
def test_a_broken_descriptor_is_named(text: str, message: str, project: Path) -> None:
    (project / "data/datapackage.json").write_text(text, encoding="utf-8")
    with pytest.raises(wheel.WheelError, match=message):
        wheel.read(project)
    with pytest.raises(build.BuildError, match=message):
        build.build(project)


def test_a_book_without_a_data_package_publishes_no_data_and_is_built_anew_when_its_data_change(project: Path) -> None:
    (project / "data/datapackage.json").unlink()
    assert declared.data_files(project / "data") == []
    assert citing.data_hash(project / "data") == ""
    before = build.inputs_digest(project)
    (project / "data/claims.csv").write_text("changed", encoding="utf-8")
    assert build.inputs_digest(project) != before


def test_a_clean_copy_of_this_project_leaves_nothing_out() -> None:
    assert [name for name in declared.left_out(ROOT) if not declared.is_leftover(Path(name))] == []
    assert {path.suffix for path in declared.code_files(ROOT)} >= {".py", ".txt", ".js", ".css", ".typed"}
