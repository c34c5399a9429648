"""Build a book as its author does: in a process of its own, in its folder, with the tools that the documentation names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
# Would lead to the tables of this report
OURS = ("FACTBOOK_DATA", "BOOK_SITE_URL", "BOOK_REPOSITORY_URL")


# What the command jupyter-book runs
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")


def build(book: Path, start: Path | None = None) -> BeautifulSoup:
    """Build a book, from its own folder or from another; a warning is an error.

    Returns:
        Its home page.
    """
    done = run(start or book, "-c", JUPYTER_BOOK, "build", "-W", "-n", "--keep-going", str(book) if start else ".")
    assert done.returncode == 0, done.stdout + done.stderr
    return BeautifulSoup((book / "_build/html/index.html").read_text(encoding="utf-8"), "lxml")
