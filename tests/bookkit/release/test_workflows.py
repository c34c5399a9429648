"""The workflows that release and publish: safe by zizmor, pinned, without more rights than they need, and their script tried out."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.bookkit.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
RELEASES = ROOT / ".ci/releases"
# A program in the place of GitHub's: lists two releases, and hands out what the folder of the test holds for each
GH = """#!/usr/bin/env bash
set -eu
if [ "$2" = list ]; then ls "$SHELF"; exit; fi
tag=$3; shift 3
while [ $# -gt 0 ]; do if [ "$1" = --dir ]; then place=$2; fi; shift; done
ls "$SHELF/$tag"/*-site.zip > /dev/null 2>&1 || { echo "no assets match the file pattern" >&2; exit 1; }
cp "$SHELF/$tag"/* "$place"
"""


def test_zizmor_finds_no_weakness():
    zizmor = Path(sys.executable).with_name("zizmor")
    result = subprocess.run([zizmor, "--offline", "--quiet", ".github"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_commit_and_every_right_is_named(path):
    text = path.read_text(encoding="utf-8")
    for line in re.findall(r"uses: (.*)", text):
        assert line.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*", line), line
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job


def test_what_runs_the_repositorys_code_cannot_write():
    """In the release, the job that may write runs no file of the repository; pull requests get no right to write at all."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]
    writing = [name for name, job in jobs.items() if "write" in job.get("permissions", {}).values()]
    assert set(writing) == {"release", "publish"}
    for name in writing:
        assert not [step for step in jobs[name]["steps"] if "checkout" in step.get("uses", "") or "make" in step.get("run", "")]
    tests = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    assert not [job for job in tests["jobs"].values() if "write" in job.get("permissions", {}).values()]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two releases with a site and checksums, and one without."""
    program = tmp_path / "bin/gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    folder = tmp_path / "shelf"
    for tag in ("v1.0.0", "v1.1.0"):
        (folder / tag).mkdir(parents=True)
        site = folder / tag / f"book-{tag}-site.zip"
        with zipfile.ZipFile(site, "w") as archive:
            archive.writestr("edition.json", tag)
        digest = hashlib.sha256(site.read_bytes()).hexdigest()
        (folder / tag / "SHA256SUMS").write_text(f"{digest}  {site.name}\n{'0' * 64}  not-downloaded.whl\n")
    (folder / "v0.9.0").mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SHELF", str(folder))
    return tmp_path


def fetched(shelf: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([RELEASES, shelf / "releases"], capture_output=True, text=True, check=False)


def test_released_sites_are_fetched_and_one_without_a_site_is_left_out(shelf):
    result = fetched(shelf)
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in (shelf / "releases").iterdir()) == ["v1.0.0-site.zip", "v1.1.0-site.zip"]
    assert "v0.9.0 has no site with checksums and is left out" in result.stdout


def test_a_site_that_was_changed_after_its_release_stops_publishing(shelf):
    with (shelf / "shelf/v1.1.0/book-v1.1.0-site.zip").open("ab") as file:
        file.write(b"x")
    result = fetched(shelf)
    assert result.returncode == 1
    assert "The site of release v1.1.0 is not the one its SHA256SUMS names" in result.stderr


def test_a_release_without_checksums_is_not_trusted(shelf):
    (shelf / "shelf/v1.1.0/SHA256SUMS").unlink()
    assert fetched(shelf).returncode == 0
    assert [path.name for path in (shelf / "releases").iterdir()] == ["v1.0.0-site.zip"]


def test_without_any_release_there_is_an_empty_folder(shelf):
    for path in sorted((shelf / "shelf").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert fetched(shelf).returncode == 0
    assert list((shelf / "releases").iterdir()) == []
