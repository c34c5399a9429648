"""The executions of one run of a command: each chapter's once, as many at a time as there are processors, or none if they are kept."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookkit.execution import cache, running, warm
from bookkit.execution.cache import Outputs
from bookkit.execution.running import Failed, Settings

# Where outputs are kept, below the project's folder, unless the environment names another place
FOLDER = Path("_build/executed")


@dataclass(frozen=True)
class Chapter:
    """A document with code."""

    document: str
    path: Path
    notebook: Any


class ChaptersFailed(Exception):
    """Chapters did not run to their end; ``failures`` are theirs by document."""

    def __init__(self, failures: dict[str, Failed]):
        super().__init__("\n\n".join(map(str, failures.values())))
        self.failures = failures


def prepare(root: Path) -> None:
    """Begin to import what chapters need, where no outputs are kept and so all of them will be executed."""
    if not any(cache.shelf(root, root / FOLDER).folder.glob("*")):
        warm.open_stock(root)


class Executions:
    """What becomes of the chapters in one run.

    Args:
        root: the project's folder, from which documents are named.
        settings: of notebooks that have none.
        done: told the outputs of each chapter that was executed, in a thread of its own, before anybody gets them.
    """

    def __init__(self, root: Path, settings: Settings, done: Callable[[Outputs], None] = lambda _: None):
        self.began = time.time()
        self.root, self.settings, self.shelf = root, settings, cache.shelf(root, root / FOLDER)
        self._done = done
        self._workers = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="execution")
        self.chapters: dict[str, Chapter] = {}
        self._found: dict[str, Future[Outputs]] = {}

    def kept(self, chapter: Chapter) -> Outputs | None:
        """The chapter's outputs, if they are kept and would be the same again."""
        return None if os.environ.get(cache.FORCE) else self.shelf.find(chapter.document, self._name(chapter))

    def start(self, chapters: Iterable[Chapter]) -> None:
        """Find the outputs of these chapters, or begin to execute them, in this order."""
        for chapter in chapters:
            if outputs := self.kept(chapter):
                found: Future[Outputs] = Future()
                found.set_result(outputs)
                print(f"chapter    {chapter.path.stem:<28} unchanged", flush=True)
            else:
                warm.open_stock(self.root)
                found = self._workers.submit(self._execute, chapter)
            self.chapters[chapter.document], self._found[chapter.document] = chapter, found

    def outputs(self, document: str) -> Outputs:
        """A chapter's outputs, as soon as they are there.

        Raises:
            ChaptersFailed: it failed. All others have run then, and the message tells of all that failed.
        """
        if isinstance(self._found[document].exception(), Failed):
            raise ChaptersFailed({name: error for name, found in self._found.items() if isinstance(error := found.exception(), Failed)})
        return self._found[document].result()

    def end(self) -> None:
        """Wait for what runs, and start nothing more."""
        self._workers.shutdown(cancel_futures=True)
        warm.close_stock()

    def _name(self, chapter: Chapter) -> str:
        folder = os.path.relpath(chapter.path.parent, self.root)
        return cache.name_of(chapter.notebook, folder, self.root, self.settings.of(chapter.notebook).allow_errors)

    def _execute(self, chapter: Chapter) -> Outputs:
        name = chapter.path.relative_to(self.root).as_posix()
        executed = running.run(chapter.notebook, chapter.path, name, self.root, self.settings)
        print(f"chapter    {chapter.path.stem:<28} executed in {executed.seconds:.1f} s", flush=True)
        if executed.reads:
            if why := ", ".join(executed.reads.unrepeatable):
                print(f"chapter    {chapter.path.stem:<28} will be executed every time, because {why}", flush=True)
            self.shelf.keep(chapter.document, self._name(chapter), executed.outputs, executed.reads, self.began)
        self._done(executed.outputs)
        return executed.outputs
