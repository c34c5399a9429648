"""Execute the chapters side by side, and only those whose outputs may have changed.

MyST-NB executes one notebook after the other, and its cache keys on the code alone: with a changed table it would
publish old numbers. Here all chapters are executed before the first page is read, as many at once as there are
processors. Each kernel records what it reads (`bookkit.execution.recorder`); where ``BOOKKIT_EXECUTED`` names a folder, outputs
are kept there with that record and used again while everything in it is unchanged (`bookkit.execution.kept`). MyST-NB finds all
outputs in a cache of its own kind that lives for one build only.

When a chapter fails the build ends at once with nbclient's report of it, and no page is read.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit.execution import kept, recorder

CACHED, FORCED = "cache", "force"
RECORDER = recorder.__file__
# The kernel's environment may not hold this package, so it is given the file
START = f"exec(compile(open({RECORDER!r}, 'rb').read(), {RECORDER!r}, 'exec'), {{'__name__': 'recorder', '__file__': {RECORDER!r}}})"


@dataclass(frozen=True)
class Chapter:
    """A document with code, and what names its outputs."""

    document: str
    path: Path
    notebook: Any
    name: str


@dataclass(frozen=True)
class Execution:
    """What became of a chapter's notebook: its outputs, or nbclient's report."""

    outputs: kept.Outputs | None
    report: str = ""


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", execute_all)
    app.connect("build-finished", forget)


def execute_all(app: Any, environment: Any, documents: list[str]) -> None:
    """Execute the notebooks among the documents, or find their outputs, and hand them to MyST-NB.

    Raises:
        sphinx.errors.SphinxError: a chapter failed. The reports are in the output folder, as MyST-NB writes them.
    """
    config = environment.mystnb_config
    if config.execution_mode != FORCED:
        return
    root = Path(app.srcdir)
    settings = (config.execution_allow_errors, config.execution_timeout)
    chapters = [found for name in documents if (found := _chapter(environment, name, root, settings))]
    if not chapters:
        return
    scratch = Path(app.outdir).parent / ".executing"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    app.bookkit_scratch = scratch
    environment.mystnb_config = dataclasses.replace(config, execution_mode=CACHED, execution_cache_path=str(scratch / "cache"))
    results = _found(chapters, root)
    # The longest last would keep one processor waiting for the other
    rest = sorted((chapter for chapter in chapters if chapter.document not in results), key=_length, reverse=True)
    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        results |= dict(
            zip(
                [chapter.document for chapter in rest],
                workers.map(lambda chapter: _executed(chapter, root, config, scratch), rest),
                strict=True,
            )
        )
    if failed := {document: result.report for document, result in results.items() if result.outputs is None}:
        _refuse(Path(app.outdir), failed)
    _hand_over(scratch / "cache", [(chapter, results[chapter.document].outputs) for chapter in chapters])


def forget(app: Any, _exception: Exception | None) -> None:
    """Remove what was needed for this build only."""
    if scratch := getattr(app, "bookkit_scratch", None):
        shutil.rmtree(scratch, ignore_errors=True)


def _chapter(environment: Any, document: str, root: Path, settings: tuple[Any, ...]) -> Chapter | None:
    """The document as a notebook, or nothing if it holds no code."""
    from myst_nb.core.read import create_nb_reader

    path = Path(environment.doc2path(document))
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), environment.myst_config, environment.mystnb_config, text)
    if not reader:
        return None
    notebook = reader.read(text)
    folder = os.path.relpath(path.parent, root)
    return Chapter(document, path, notebook, kept.name_of(notebook, folder, root, *settings))


def _length(chapter: Chapter) -> int:
    return sum(len(cell.source) for cell in chapter.notebook.cells if cell.cell_type == "code")


def _found(chapters: list[Chapter], root: Path) -> dict[str, Execution]:
    """The chapters whose outputs are kept and still right."""
    found = {}
    if (shelf := kept.shelf(root)) and not os.environ.get(kept.FORCE):
        for chapter in chapters:
            if outputs := shelf.find(chapter.document, chapter.name):
                found[chapter.document] = Execution(outputs)
                print(f"{chapter.path}: Kept the outputs of an earlier execution", flush=True)
    return found


def _executed(chapter: Chapter, root: Path, config: Any, scratch: Path) -> Execution:
    """Execute a chapter and keep its outputs."""
    from nbclient import NotebookClient

    own = chapter.notebook.metadata.get("execution", {})
    target = scratch / f"{kept.name_of(chapter.notebook, chapter.document, root)}.json"
    client = NotebookClient(
        chapter.notebook,
        allow_errors=own.get("allow_errors", config.execution_allow_errors),
        timeout=own.get("timeout", config.execution_timeout),
        record_timing=False,
        resources={"metadata": {"path": str(chapter.path.parent)}},
    )
    client.create_kernel_manager()
    if getattr(client.km, "ipykernel", False):
        client.extra_arguments = [f"--IPKernelApp.exec_lines={START}"]
    began, start_time = time.time(), time.perf_counter()
    try:
        client.execute(env={**os.environ, recorder.ROOT: str(root), recorder.TARGET: str(target)})
    except Exception:
        # Whatever a notebook can do to its kernel: raise, hang, die, not start
        return Execution(None, traceback.format_exc())
    seconds = time.perf_counter() - start_time
    outputs = kept.Outputs.of(chapter.notebook, seconds)
    print(f"{chapter.path}: Executed notebook in {seconds:.2f} seconds", flush=True)
    _keep(chapter, outputs, root, target, began)
    return Execution(outputs)


def _keep(chapter: Chapter, outputs: kept.Outputs, root: Path, target: Path, began: float) -> None:
    """Keep the outputs if the kernel's record says that they would be the same again."""
    if not (shelf := kept.shelf(root)) or not target.is_file():
        return
    record = json.loads(target.read_text(encoding="utf-8"))
    if record["unrepeatable"]:
        reasons = ", ".join(record["unrepeatable"])
        print(f"{chapter.path}: The outputs are not kept, because {reasons}", flush=True)
        return
    shelf.keep(chapter.document, chapter.name, outputs, record, began)


def _refuse(folder: Path, failed: dict[str, str]) -> None:
    """Write the reports where MyST-NB would, and end the build."""
    from sphinx.errors import SphinxError

    for document, report in failed.items():
        path = folder / "reports" / f"{document}.err.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report, encoding="utf-8", newline="\n")
    reports = "\n\n".join(f"{document}:\n{report}" for document, report in failed.items())
    raise SphinxError(f"Executing a notebook failed.\n\n{reports}")


def _hand_over(folder: Path, executed: list[tuple[Chapter, kept.Outputs | None]]) -> None:
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    cache = get_cache(str(folder))
    cache.change_cache_limit(len(executed) + 1)
    for chapter, outputs in executed:
        assert outputs is not None
        outputs.put_into(chapter.notebook)
        bundle = CacheBundleIn(chapter.notebook, str(chapter.path), data={"execution_seconds": outputs.seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
