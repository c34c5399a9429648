"""What the book is made with: every package by its hash, updates that wait, bills of materials that repeat.

That workflows are pinned and have no more rights than they need is tested in tests/bookkit/release/test_workflows.py, with zizmor.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from bookkit.release import materials

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_python_package_is_pinned_by_version_and_hash(path):
    """pip then refuses a file that is not the one that was locked."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE).strip())
    assert len(entries) > 3
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,]+\])?==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert path.with_suffix(".in").is_file()


def test_every_npm_package_is_pinned_by_version_and_hash():
    """No package comes from elsewhere than a registry, and none runs a script when it is installed."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 100
    for name, entry in packages.items():
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry.get("integrity", "")), name
        assert not entry.get("link"), name
        assert "resolved" not in entry, f"{name} names a host"
    own = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = {**own["dependencies"], **own["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text(encoding="utf-8").splitlines()


def test_updates_come_grouped_and_wait():
    settings = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))
    assert {update["package-ecosystem"] for update in settings["updates"]} == {"github-actions", "pip", "npm"}
    for update in settings["updates"]:
        assert update["schedule"]["interval"] == "weekly"
        assert update["cooldown"]["default-days"] >= 7
        assert update["groups"]


def test_the_weekly_workflow_asks_for_everything_and_may_write_nothing():
    """Every command it runs is one of the Makefile's."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    assert all(job["permissions"] == {"contents": "read"} for job in workflow["jobs"].values())
    commands = {entry["command"] for entry in workflow["jobs"]["check"]["strategy"]["matrix"]["include"]}
    assert {"audit", "mutate", "mutants", "faults", "test"} <= commands
    assert "make links" in json.dumps(workflow["jobs"]["links"])


def test_a_bill_of_materials_repeats():
    bill = {
        "serialNumber": "urn:uuid:1",
        "metadata": {"timestamp": "2026-01-01T00:00:00Z", "tools": []},
        "components": [{"name": "b", "version": "1"}, {"name": "a", "version": "2"}],
    }
    assert materials.repeatable(bill) == {
        "metadata": {"tools": []},
        "components": [{"name": "a", "version": "2"}, {"name": "b", "version": "1"}],
    }


def test_a_bill_that_cannot_be_written_says_what_to_do(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert materials.main([str(tmp_path / "out"), "--cyclonedx", str(tmp_path / "nothing")]) == 1
    assert "`make sbom` installs it" in capsys.readouterr().err
