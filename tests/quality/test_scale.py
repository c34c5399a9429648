"""The chapters that the benchmark generates are chapters of today's kind: they run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jupytext

from quality.bench import scale


def test_a_generated_chapter_runs(tmp_path: Path) -> None:
    book = scale.book(tmp_path / "book", 1, scale.ROWS)
    notebook = jupytext.read(book / "book/chapter-0.md")
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    environment = {**os.environ, "FACTBOOK_DATA": str(book / "data"), "PYTHONPATH": str(book / "src")}
    result = subprocess.run([sys.executable, "-c", code], cwd=book, env=environment, capture_output=True, text=True, check=False)
    assert not result.returncode, result.stderr
