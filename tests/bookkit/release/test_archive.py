"""What archives read: made from the citation file alone, in the words of each format, and read back by a library that isn't ours."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

from bookkit.citing import citing
from bookkit.project import commands
from bookkit.release import archive
from bookkit.release.archive import ArchiveError
from tests.bookkit.conftest import ROOT

# The terms that the context of CodeMeta 3.0 knows (https://w3id.org/codemeta/3.0), as far as anything here could use them
CODEMETA_TERMS = {
    *("name", "description", "version", "softwareVersion", "identifier", "url", "sameAs", "keywords", "license", "citation"),
    *("author", "contributor", "editor", "maintainer", "publisher", "copyrightHolder", "copyrightYear", "funder", "funding", "sponsor"),
    *("givenName", "familyName", "email", "affiliation", "address"),
    *("dateCreated", "dateModified", "datePublished", "embargoEndDate"),
    *("codeRepository", "issueTracker", "continuousIntegration", "buildInstructions", "readme", "releaseNotes", "softwareHelp"),
    *("programmingLanguage", "runtimePlatform", "operatingSystem", "processorRequirements", "memoryRequirements", "storageRequirements"),
    *("softwareRequirements", "softwareSuggestions", "downloadUrl", "installUrl", "fileSize", "fileFormat", "developmentStatus"),
    *("applicationCategory", "applicationSubCategory", "isAccessibleForFree", "hasPart", "isPartOf", "supportingData", "review"),
    *("referencePublication", "hasSourceCode", "isSourceCodeOf"),
}
CODEMETA_TYPES = {"SoftwareSourceCode", "SoftwareApplication", "Person", "Organization", "http://schema.org/Report"}
# Zenodo's deposit metadata (https://developers.zenodo.org): the fields and the words that it takes
ZENODO_FIELDS = {
    *("title", "upload_type", "publication_type", "description", "creators", "version", "publication_date", "access_right", "license"),
    *("language", "keywords", "notes", "related_identifiers"),
}
CITATION = """cff-version: 1.2.0
message: Cite it.
title: "A & B: <what> they cost"
abstract: "One < two."
authors:
  - family-names: Berg
    name-particle: van den
    given-names: Ada
  - name: "The group"
version: 1.2.0
date-released: 2026-03-09
license: CC-BY-4.0
keywords: [cost, audit]
"""
WORK = "preferred-citation:\n  type: report\n  languages: [eng]\n" + "".join(
    f"  {line}\n" for line in CITATION.splitlines() if not line.startswith(("cff-version", "message", "abstract", "keywords"))
)
PACKAGE = """[project]
name = "b"
version = "1.2.0"
license = "BSD-3-Clause"
requires-python = ">=3.11"
dependencies = ["pint>=0.25", "scipy"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "CITATION.cff").write_text(CITATION + WORK, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PACKAGE, encoding="utf-8")
    return folder


def keys(value: Any) -> set[str]:
    """Every key at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def types(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {value["@type"]}.union(*map(types, value.values())) if "@type" in value else set().union(*map(types, value.values()))
    return set().union(*map(types, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("site", ["", "https://example.org/b/"])
def test_codemeta_uses_no_term_that_its_context_lacks(root, site):
    for project in (archive.project(root, site, site and "https://github.com/o/r"), archive.project(ROOT, site)):
        found = archive.codemeta(project)
        assert found["@context"] == "https://w3id.org/codemeta/3.0"
        assert keys(found) - {"@context", "@type"} <= CODEMETA_TERMS
        assert types(found) <= CODEMETA_TYPES
        assert not any(value in ("", [], None) for value in found.values())


def test_codemeta_names_authors_licenses_and_requirements(root):
    found = archive.codemeta(archive.project(root))
    assert found["author"] == [
        {"@type": "Person", "givenName": "Ada", "familyName": "van den Berg"},
        {"@type": "Organization", "name": "The group"},
    ]
    assert found["license"] == ["https://spdx.org/licenses/BSD-3-Clause", "https://spdx.org/licenses/CC-BY-4.0"]
    assert [(entry["name"], entry.get("version")) for entry in found["softwareRequirements"]] == [("pint", ">=0.25"), ("scipy", None)]
    assert found["referencePublication"]["@type"] == "http://schema.org/Report"
    assert (found["version"], found["datePublished"]) == ("1.2.0", "2026-03-09")
    assert "codeRepository" not in found


def test_zenodo_gets_a_report_with_fields_it_knows(root):
    found = archive.zenodo(archive.project(root, "https://example.org/b/", "https://github.com/o/r"))
    assert set(found) <= ZENODO_FIELDS
    assert (found["upload_type"], found["publication_type"], found["access_right"]) == ("publication", "report", "open")
    assert found["creators"] == [{"name": "van den Berg, Ada"}, {"name": "The group"}]
    assert found["description"] == "<p>One &lt; two.</p>"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["publication_date"])
    assert re.fullmatch(r"[a-z]{3}", found["language"])
    assert (found["license"], found["notes"]) == ("cc-by-4.0", "The code is under the license BSD-3-Clause.")
    assert [entry["relation"] for entry in found["related_identifiers"]] == ["isSupplementedBy", "isIdenticalTo"]
    assert "related_identifiers" not in archive.zenodo(archive.project(root))


def release(tmp_path: Path) -> tuple[Path, list[Path]]:
    """A folder with a few files of a release, and one from elsewhere."""
    folder = tmp_path / "dist"
    (folder / "data").mkdir(parents=True)
    contents = {"data/a.csv": "x\n1\n", "book-1.2.0.whl": "w", "Übersicht 1.pdf": "p", "numbers.json": "{}", "costs.ipynb": "{}"}
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
    elsewhere = tmp_path / "CITATION.cff"
    elsewhere.write_text("x")
    return folder, [*(folder / name for name in contents), elsewhere]


def test_the_crate_is_read_back_and_lists_every_file_with_its_hash(root, tmp_path, monkeypatch):
    """By the library of the format: RO-Crate 1.2, its root described, each file there, as large as it says, with its hash."""
    monkeypatch.setenv("BOOK_SITE_URL", "https://example.org/b/")
    folder, files = release(tmp_path)
    written = archive.write_all(root, folder, files)
    assert [path.name for path in written] == ["codemeta.json", ".zenodo.json", "ro-crate-metadata.json"]
    shutil.copy(files[-1], folder)
    crate = ROCrate(folder)
    assert crate.version == "1.2"
    assert crate.metadata["conformsTo"] == "https://w3id.org/ro/crate/1.2"
    top = crate.root_dataset
    assert (top["name"], top["datePublished"], top["version"]) == ("A & B: <what> they cost", "2026-03-09", "1.2.0")
    assert top["license"].id == "https://creativecommons.org/licenses/by/4.0/"
    assert [author["name"] for author in top["author"]] == ["Ada van den Berg", "The group"]
    parts = {Path(str(part.source)).relative_to(folder).as_posix(): part for part in top["hasPart"]}
    assert set(parts) == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"ro-crate-metadata.json"}
    for name, part in parts.items():
        content = (folder / name).read_bytes()
        assert part["contentSize"] == str(len(content))
        assert part["sha256"] == hashlib.sha256(content).hexdigest()
        assert "/" in part["encodingFormat"]
    assert parts["book-1.2.0.whl"]["license"]["name"] == "BSD-3-Clause"


def test_describing_twice_writes_the_same_bytes(root, tmp_path):
    """Whatever the clock says, and in whatever order the files come."""
    folder, files = release(tmp_path)
    first = [path.read_bytes() for path in archive.write_all(root, folder, files)]
    assert first == [path.read_bytes() for path in archive.write_all(root, folder, files[::-1])]


def test_a_missing_or_doubled_file_is_named(root, tmp_path):
    folder, files = release(tmp_path)
    with pytest.raises(ArchiveError, match=r"gone\.zip is not there, so it cannot be described"):
        archive.write_all(root, folder, [*files, folder / "gone.zip"])
    (tmp_path / "other").mkdir()
    (tmp_path / "other/numbers.json").write_text("{}")
    with pytest.raises(ArchiveError, match=r"Two files of the release are called numbers\.json"):
        archive.write_all(root, folder, [*files, tmp_path / "other/numbers.json"])


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("CITATION.cff", "\nversion: 1.2.0", "\nversion: 1.3.0", "“version” of the preferred citation is '1.2.0', and '1.3.0' above"),
        ("CITATION.cff", '  title: "A', '  title: "An', "“title” of the preferred citation"),
        ("CITATION.cff", "\ndate-released: 2026-03-09", "", "has no “date-released”. Archives need it"),
        ("CITATION.cff", "title: ", "title: a: ", "CITATION.cff is no YAML (mapping values are not allowed here, line 3)"),
        ("pyproject.toml", '"1.2.0"', '"1.1.0"', "pyproject.toml has version 1.1.0, and CITATION.cff has 1.2.0"),
    ],
)
def test_places_that_disagree_are_named(root, capsys, monkeypatch, file, old, new, said):
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.chdir(root)
    for arguments in ([], ["--check"], ["--tag", "v1.2.0"]):
        assert archive.main(arguments) == 1
        printed = capsys.readouterr().err
        assert said in printed
        assert printed.count("\n") == 1
    assert not (root / "codemeta.json").exists()


def test_the_files_of_the_root_are_checked_and_written(root, capsys, monkeypatch):
    monkeypatch.chdir(root)
    assert archive.main(["--check"]) == 1
    assert f"codemeta.json is not what CITATION.cff says. Run `{commands.DESCRIBE}`." in capsys.readouterr().err
    assert archive.main([]) == 0
    assert archive.main(["--check"]) == 0
    (root / ".zenodo.json").write_text("{}")
    assert archive.main(["--check"]) == 1


@pytest.mark.parametrize(("tag", "status"), [("v1.2.0", 0), ("1.2.0", 1), ("v1.2", 1), ("v1.2.0-rc1", 1), ("", 1), ("$(id)", 1)])
def test_a_tag_names_the_version_or_the_release_stops(root, capsys, monkeypatch, tag, status):
    monkeypatch.chdir(root)
    assert archive.main(["--tag", tag]) == status
    assert bool(capsys.readouterr().err) == bool(status)


def test_this_repository_says_the_same_everywhere():
    """`codemeta.json` and `.zenodo.json` are as the command writes them; all versions are that of the citation file."""
    for path, text in archive.of_root(ROOT).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make edition`"
    citation = citing.read_citation(ROOT / "CITATION.cff")
    assert citation["preferred-citation"]["type"] == "report"
    assert json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))["version"] == citation["version"]
    assert "version" not in json.loads((ROOT / "data/datapackage.json").read_text(encoding="utf-8")), "the citation file has it"
