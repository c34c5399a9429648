"""Execute the chapters side by side, every time.

MyST-NB executes one notebook after the other, and its cache keys on the code alone: with a changed table it would
publish old numbers. Here all chapters are executed before the first page is read, as many at once as there are
processors, into a cache that lives for one build only. A chapter that fails is left out of it: MyST-NB then executes
it again and reports the failure as it always does.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

CACHED, FORCED = "cache", "force"


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", execute_all)
    app.connect("build-finished", forget)


def execute_all(app: Any, environment: Any, docnames: list[str]) -> None:
    """Execute every notebook among the documents and keep the outputs for this build."""
    config = environment.mystnb_config
    if config.execution_mode != FORCED:
        return
    notebooks = {path: notebook for name in docnames if (notebook := _read(environment, path := Path(environment.doc2path(name))))}
    if len(notebooks) < 2:
        return
    app.bookkit_cache = tempfile.mkdtemp(prefix="bookkit-")
    environment.mystnb_config = dataclasses.replace(config, execution_mode=CACHED, execution_cache_path=app.bookkit_cache)
    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        results = list(workers.map(lambda item: _executed(item[0], item[1], config), notebooks.items()))
    _keep(app.bookkit_cache, [(path, notebook, result) for (path, notebook), result in zip(notebooks.items(), results, strict=True)])


def forget(app: Any, _exception: Exception | None) -> None:
    """Remove the outputs of this build."""
    if cache := getattr(app, "bookkit_cache", ""):
        shutil.rmtree(cache, ignore_errors=True)


def _read(environment: Any, path: Path) -> Any:
    """The document as a notebook, or nothing if it holds no code."""
    from myst_nb.core.read import create_nb_reader

    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), environment.myst_config, environment.mystnb_config, text)
    return reader.read(text) if reader else None


def _executed(path: Path, notebook: Any, config: Any) -> Any:
    from jupyter_cache.executors.utils import single_nb_execution

    return single_nb_execution(
        notebook, cwd=str(path.parent), allow_errors=config.execution_allow_errors, timeout=config.execution_timeout, meta_override=True
    )


def _keep(cache_path: str, executed: list[tuple[Path, Any, Any]]) -> None:
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    cache = get_cache(cache_path)
    for path, notebook, result in executed:
        if result.err is None:
            bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": result.time})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            print(f"{path}: Executed notebook in {result.time:.2f} seconds", flush=True)
