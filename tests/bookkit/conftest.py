"""A copy of the book to build, break and build again. The repository itself is never built in."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from bookkit.editions import baseline, compare
from bookkit.project import layout, locks
from bookkit.site.build import INPUTS, inputs_digest
from bookkit.verification import packs
from tests.bookkit.browser import FLAGS, required_browser, serving

ROOT = Path(__file__).parents[2]
TESTED = ROOT / "_build" / "tested"
EXECUTED = TESTED / "executed"
# The strictest of users: nobody else reads their new files
PRIVATE = 0o077 if os.name == "posix" else -1
PARTS = INPUTS  # exactly what a build depends on
# Signals and shell scripts, which Windows has not
collect_ignore = [] if os.name == "posix" else ["site/test_faults.py", "release/test_workflows.py"]
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


def build_settings(book: Path, **variables: str) -> dict[str, str]:
    """The environment in which a copy is built: with its own data and its own package."""
    return {
        **os.environ,
        "FACTBOOK_DATA": str(book / "data"),
        "PYTHONPATH": str(book / "src"),
        "SOURCE_DATE_EPOCH": "1795305600",
        "PYTHONWARNINGS": "ignore",
        # Tests in one book after the other draw each chart once
        "BOOKKIT_DRAWINGS": str(TESTED / "drawings"),
        # … and execute each state of each chapter once
        "BOOKKIT_EXECUTED": str(EXECUTED),
        # What browsers compute chapters with is packed once
        "BOOKKIT_PACKS": str(packs.folder_of(ROOT)),
        "BOOK_SITE_URL": "",
        "BOOK_REPOSITORY_URL": "",
        "BOOK_EDITIONS": "",
        **variables,
    }


def run_build(book: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What `make site` runs, on a copy."""
    environment = build_settings(book, **variables)
    command = [sys.executable, "-m", "bookkit", "build", *arguments]
    return subprocess.run(command, cwd=book, env=environment, capture_output=True, text=True, check=False, timeout=300, umask=PRIVATE)


def replace(path: Path, old: str, new: str) -> None:
    """Change a file in one place that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="session")
def built() -> Path:
    """A clean copy of the book that was built once, for reading only. All steps of one state of the sources share it."""
    book = TESTED / inputs_digest(ROOT)[:16]
    TESTED.mkdir(parents=True, exist_ok=True)
    with locks.held(TESTED / "lock"):
        if not (book / "_build/html").is_dir():
            for older in TESTED.iterdir():
                if older.is_dir() and older.name not in ("drawings", "executed"):
                    shutil.rmtree(older)
            result = run_build(copy_book(book))
            assert result.returncode == 0, result.stdout + result.stderr
    return book


@pytest.fixture(scope="session")
def small(built: Path) -> Path:
    """A book of one chapter with its home page, built once: what the tests of faults copy and break."""
    book = built.with_name(f"{built.name}-small")
    with locks.held(TESTED / "lock"):
        if not (book / "_build/html").is_dir():
            result = run_build(shortened(copy_book(book)))
            assert result.returncode == 0, result.stdout + result.stderr
    return book


@pytest.fixture(scope="session")
def released(small: Path) -> Path:
    """The small book as it is built for a release: its own numbers are kept, its addresses and its edition are told."""
    book = small.with_name(small.name.replace("-small", "-released"))
    with locks.held(TESTED / "lock"):
        if not (book / "_build/html").is_dir():
            shutil.copytree(small, book)
            assert baseline.main(["--site", str(book / layout.SITE), "--file", str(book / baseline.FILE)]) == 0
            shutil.rmtree(book / "_build")
            version = compare.read(book / baseline.FILE).version
            addresses = {"BOOK_SITE_URL": "https://example.org/b", "BOOK_REPOSITORY_URL": "https://github.com/someone/book"}
            result = run_build(book, **addresses, BOOK_EDITIONS=version)
            assert result.returncode == 0, result.stdout + result.stderr
    return book


def shortened(book: Path) -> Path:
    """Leave one chapter with the terms that it uses, and a home page that links to no other."""
    chapter, home, terms = (book / f"book/{name}.md" for name in ("cost-claims", "index", "glossary"))
    for path in (book / "book").glob("*.md"):
        if path not in (chapter, home, terms):
            path.unlink()
    contents = "format: jb-book\nroot: book/index\nchapters:\n- file: book/cost-claims\n- file: book/glossary\n"
    (book / "_toc.yml").write_text(contents, encoding="utf-8")
    (book / "published/renamed.csv").unlink()
    for path in (chapter, home, terms):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\[([^\]]+)\]\((?!cost-claims)[\w-]+\.md[^)]*\)", r"\1", text), encoding="utf-8")
    return book


@pytest.fixture
def book(small: Path, tmp_path: Path) -> Path:
    """A built book to break."""
    target = tmp_path / "book"
    shutil.copytree(small, target)
    return target


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[str]:
    """The address of the built book, served compressed."""
    with serving(built / "_build/html") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium that resolves no name but 127.0.0.1. It ends with the tests of its file: while it runs, nothing else can await events."""
    path = required_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()
