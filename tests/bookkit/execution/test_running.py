"""A notebook runs to its end or says where it failed, in a kernel that stood ready as in one that did not."""

import time
from pathlib import Path

import nbformat
import psutil
import pytest

from bookkit.execution import running, stock, warm
from bookkit.execution.running import Failed, Settings, run


@pytest.fixture(params=["warm", "cold"])
def root(request, tmp_path, monkeypatch):
    """A project, with a stock of kernels or without."""
    monkeypatch.setattr(warm, "POSSIBLE", warm.POSSIBLE and request.param == "warm")
    (tmp_path / "mine.py").write_text("TEN = 10", encoding="utf-8")
    warm.open_stock(tmp_path)
    yield tmp_path
    warm.close_stock()


def ran(root: Path, *code: str, **settings: object) -> running.Execution:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in code])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = root / "a.md"
    path.write_text("\n".join(f"```{{code-cell}}\n{source}\n```\n" for source in code), encoding="utf-8")
    return run(notebook, path, "a.md", root, Settings(**settings))


def test_outputs_are_those_of_any_kernel(root):
    """What is printed, what a cell ends with, what is shown and shown again; where the kernel works."""
    code = (
        "print('a', end=''); print('b'); display(1); 2",
        "import os, sys; '' in sys.path, os.path.basename(os.getcwd())",
        "shown = display(3, display_id='x')\nshown.update(4)",
        "import asyncio, mine\nawait asyncio.sleep(0)\n__name__, mine.TEN",
    )
    found = ran(root, *code)
    first, second, third, fourth = (cell["outputs"] for cell in found.outputs.cells)
    assert [output["output_type"] for output in first] == ["stream", "display_data", "execute_result"]
    assert first[0]["text"] == "ab\n"
    assert second[0]["data"]["text/plain"] == f"(True, {root.name!r})"
    assert third[0]["data"]["text/plain"] == "4"
    assert fourth[0]["data"]["text/plain"] == "('__main__', 10)"
    assert found.reads and "files:mine.py" in found.reads.references


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("while True: pass", "The cell did not end within 1 seconds"),
        ("import os; os._exit(1)", "Kernel died"),
    ],
)
def test_where_a_notebook_fails_is_told(root, code, said):
    """The second of two cells alike, and its line."""
    with pytest.raises(Failed) as failed:
        ran(root, "x = 1", "x = 2\n" + code, timeout=1)
    assert str(failed.value).startswith("a.md, line 6, code cell 2:\n    x = 2\n")
    assert f"  → {said}" in str(failed.value)
    assert failed.value.report


def test_nothing_is_left_running(root):
    ran(root, "1")
    warm.close_stock()
    time.sleep(0.5)
    assert not [process for process in psutil.process_iter() if _folder(process).startswith(str(root))]


def _folder(process: psutil.Process) -> str:
    try:
        return process.cwd() if process.status() != psutil.STATUS_ZOMBIE else ""
    except psutil.Error:
        return ""


def test_what_chapters_import_through_the_project_is_imported_beforehand(tmp_path, monkeypatch):
    """And no module of the project itself."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "ours/deep.py").write_text("import csv as c, json\nfrom xml.dom import minidom, (\n", encoding="utf-8")
    text = "import html\n\n```{code-cell}\nfrom ours import deep\nimport numpy.linalg\n```\n"
    (tmp_path / "chapter.md").write_text(text, encoding="utf-8")
    found = set(stock.modules_of(tmp_path))
    assert {"csv", "json", "xml.dom", "xml.dom.minidom", "numpy.linalg"} <= found
    assert not {name for name in found if name.startswith(("ours", "html"))}
