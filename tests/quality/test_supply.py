"""What the book is made with: every package by its hash, the site with few of them, updates that wait.

That workflows are pinned and have no more rights than they need is tested in tests/bookkit/release/test_workflows.py, with zizmor.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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
    assert "://" not in path.read_text(encoding="utf-8"), "it names a host, and would not work behind another"


def entries(name: str) -> dict[str, set[str]]:
    """The locked versions of every package of a file, with what they are for, and without who needs them."""
    found: dict[str, set[str]] = {}
    for line in re.findall(r"^[A-Za-z0-9._-]+==.*", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(canonicalize_name(line.partition("==")[0]), set()).add(line.removesuffix("\\").strip())
    return found


def wanted(group: str) -> set[str]:
    """The packages that ``pyproject.toml`` names for a group."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    named = (
        wanted(entry["include-group"]) if isinstance(entry, dict) else {canonicalize_name(Requirement(entry).name)}
        for entry in groups[group]
    )
    return set().union(*named)


def test_the_locks_are_those_of_the_groups():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    everything, site = entries("requirements-all.txt"), entries("requirements.txt")
    assert everything.keys() >= set().union(*(wanted(group) for group in project["dependency-groups"]))
    assert {canonicalize_name(Requirement(text).name) for text in project["project"]["dependencies"]} <= wanted("site") <= site.keys()
    versions = {name: {entry.partition(" ;")[0] for entry in found} for name, found in everything.items()}
    assert all({entry.partition(" ;")[0] for entry in found} <= versions[name] for name, found in site.items())


def test_the_site_needs_nothing_of_the_tests_and_the_tools():
    others = wanted("test") | wanted("lab") | wanted("quality") | wanted("weekly") | wanted("links") | wanted("node") | wanted("installer")
    # beautifulsoup4 and nbconvert come with Jupyter Book itself
    assert others & entries("requirements.txt").keys() <= {"beautifulsoup4", "nbconvert", "psutil", "lxml"}


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
