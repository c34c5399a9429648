"""A copy of the book to build, break and build again. The repository itself is never built in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from .browser import FLAGS, required_browser, serving

ROOT = Path(__file__).parents[2]
PARTS = ("_config.yml", "_toc.yml", "book", "data", "src", "requirements.txt", "pyproject.toml", "CHANGELOG.md", "CITATION.cff")
Build = Callable[..., subprocess.CompletedProcess[str]]


def copy_book(target: Path) -> Path:
    target.mkdir(parents=True, exist_ok=True)
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, target / name)
    return target


def run_build(book: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `make site` runs, on a copy: its own data and its own package."""
    environment = {
        **os.environ,
        "DEEPSEEK_AUDIT_DATA": str(book / "data"),
        "PYTHONPATH": str(book / "src"),
        "SOURCE_DATE_EPOCH": "1795305600",
        "PYTHONWARNINGS": "ignore",
        "BOOK_SITE_URL": "",
        "BOOK_REPOSITORY_URL": "",
    }
    command = [sys.executable, "-m", "bookkit.build", *arguments]
    return subprocess.run(command, cwd=book, env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book that was built once, for reading only."""
    book = copy_book(tmp_path_factory.mktemp("built"))
    result = run_build(book)
    assert result.returncode == 0, result.stdout + result.stderr
    return book


@pytest.fixture
def book(built: Path, tmp_path: Path) -> Path:
    """A built book to break."""
    target = tmp_path / "book"
    shutil.copytree(built, target)
    return target


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[str]:
    """The address of the built book, served compressed."""
    with serving(built / "_build/html") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium that resolves no name but 127.0.0.1."""
    path = required_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()
