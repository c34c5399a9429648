"""Give Sphinx the chapters with their outputs: executed while it starts and reads, each once.

MyST-NB executes one notebook after the other, and its cache keys on the code alone: with a changed table it would publish old
numbers. So with ``bookkit_execute`` it executes nothing (``execute_notebooks: "off"``), and reads each chapter by `read`, which
gives the chapter's notebook with the outputs in it. A chapter whose outputs have changed is read anew, though its text has not.

When a chapter fails the build ends, and says where, for each that failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NoReturn

from bookkit.execution import drawing
from bookkit.execution.executions import Chapter, ChaptersFailed, Executions, prepare
from bookkit.execution.running import Settings
from bookkit.outputs import charts

READER = f"{__name__}.read"
# In the environment that Sphinx keeps: which outputs each chapter was read with
READ_WITH = "bookkit_read_with"
_notebook: ContextVar[Any] = ContextVar("notebook")


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.add_config_value("bookkit_execute", False, "env", types=[bool])
    app.connect("config-inited", _take_over)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-before-read-docs", _start)
    app.connect("build-finished", _end)


def read(_text: str) -> Any:
    """The notebook of the chapter that is being parsed, with its outputs: MyST-NB's reader for every suffix."""
    return _notebook.get()


def _take_over(app: Any, config: Any) -> None:
    """Become MyST-NB's reader of chapters, before it makes its configuration."""
    from sphinx.errors import ConfigError

    app.bookkit_executions = None
    if not config.bookkit_execute:
        return
    if config.nb_execution_mode != "off":
        raise ConfigError('With bookkit_execute, MyST-NB must not execute too: write execute_notebooks: "off" in _config.yml.')
    app.bookkit_readers = dict(config.nb_custom_formats)
    config.nb_custom_formats = {**config.nb_custom_formats, **{suffix: [READER, {}, False] for suffix in (".md", ".ipynb")}}
    app.add_source_parser(_parser(), override=True)
    prepare(Path(app.srcdir))


def _parser() -> type:
    """MyST-NB's parser, which takes each chapter's notebook from here, and what holds no code as plain text as before."""
    from myst_nb.sphinx_ import Parser
    from myst_parser.parsers.sphinx_ import MystParser

    class ChapterParser(Parser):  # type: ignore[misc]
        """A parser of chapters that have been executed."""

        def parse(self, inputstring: str, document: Any) -> None:
            environment = document.settings.env
            notebook = _executed(environment, environment.docname)
            if notebook is None:
                MystParser.parse(self, inputstring, document)
                return
            token = _notebook.set(notebook)
            try:
                super().parse(inputstring, document)
            finally:
                _notebook.reset(token)

    return ChapterParser


def _executed(environment: Any, document: str) -> Any:
    """A chapter's notebook with its outputs; nothing for a document without code.

    Raises:
        sphinx.errors.SphinxError: chapters failed.
    """
    executions: Executions = environment.app.bookkit_executions
    chapter = executions.chapters.get(document)
    if chapter is None:
        return None
    try:
        outputs = executions.outputs(document)
    except ChaptersFailed as failed:
        _refuse(Path(environment.app.outdir), failed)
    outputs.put_into(chapter.notebook)
    _read_with(environment)[document] = outputs.digest
    return chapter.notebook


def _refuse(folder: Path, failed: ChaptersFailed) -> NoReturn:
    """Write the reports where MyST-NB would, and end the build."""
    from sphinx.errors import SphinxError

    for document, failure in failed.failures.items():
        path = folder / "reports" / f"{document}.err.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{failure}\n\n{failure.report}", encoding="utf-8", newline="\n")
    raise SphinxError(f"Executing a notebook failed.\n\n{failed}") from None


def _outdated(app: Any, environment: Any, added: set[str], changed: set[str], _removed: set[str]) -> list[str]:
    """The chapters that were read with other outputs than they have now."""
    if not app.config.bookkit_execute:
        return []
    executions, read_with = _executions(app), _read_with(environment)
    return [
        chapter.document
        for chapter in _chapters(environment, sorted(environment.found_docs - added - changed))
        if not (kept := executions.kept(chapter)) or kept.digest != read_with.get(chapter.document)
    ]


def _start(app: Any, environment: Any, documents: list[str]) -> None:
    """Begin to execute; what holds no code is read first."""
    if not app.config.bookkit_execute:
        return
    executions = _executions(app)
    chapters = list(_chapters(environment, documents))
    executions.start(chapters)
    code = {chapter.document for chapter in chapters}
    documents.sort(key=lambda name: (name in code, name))
    if app.parallel > 1:
        # Processes that read share no outputs that come later
        for name in code:
            _executed(environment, name)


def _executions(app: Any) -> Executions:
    if app.bookkit_executions is None:
        settings = Settings(app.config.nb_execution_timeout, app.config.nb_execution_allow_errors)
        app.bookkit_drawer = drawing.Drawer(charts.imprint_of(app))
        app.bookkit_executions = Executions(Path(app.srcdir), settings, app.bookkit_drawer.draw)
    executions: Executions = app.bookkit_executions
    return executions


def _end(app: Any, _exception: Exception | None) -> None:
    if app.bookkit_executions:
        app.bookkit_executions.end()
        app.bookkit_drawer.end()


def _chapters(environment: Any, documents: Iterable[str]) -> Iterable[Chapter]:
    return (chapter for name in documents if (chapter := _chapter(environment, name)))


def _chapter(environment: Any, document: str) -> Chapter | None:
    """The document as MyST-NB reads it by itself, or nothing if it holds no code."""
    from myst_nb.core.read import create_nb_reader

    path = Path(environment.doc2path(document))
    text = path.read_text(encoding="utf-8")
    config = environment.mystnb_config.copy(custom_formats=environment.app.bookkit_readers)
    reader = create_nb_reader(str(path), environment.myst_config, config, text)
    return Chapter(document, path, reader.read(text)) if reader else None


def _read_with(environment: Any) -> dict[str, str]:
    if not hasattr(environment, READ_WITH):
        setattr(environment, READ_WITH, {})
    found: dict[str, str] = getattr(environment, READ_WITH)
    return found
