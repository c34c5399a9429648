"""The style sheets and scripts that a feature brings along, in a folder of its room.

A theme of Sphinx links them, as it links those of any extension. This package's own theme writes style sheets into the
page instead, so that nothing has to be fetched before the first line is drawn: for it, each page's context lists them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

# The page's assets by their names, in the context of its template
CONTEXT = "bookkit_assets"
STYLE, SCRIPT = ".css", ".js"


def bring(app: Sphinx, folder: Path, *names: str, where: Callable[[nodes.document], bool] | None = None) -> None:
    """Put a folder's files among those of the site, and load the named style sheets and scripts.

    Args:
        app: Sphinx, while extensions are set up.
        folder: with static files.
        names: of style sheets and scripts in it, in their order.
        where: which pages load them; by default all do.
    """

    def add_folder(app: Sphinx) -> None:
        if str(folder) not in app.config.html_static_path:
            app.config.html_static_path.append(str(folder))

    def add_to_page(app: Sphinx, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
        if where is not None and (doctree is None or not where(doctree)):
            return
        load(app, context, folder, *names)

    app.connect("builder-inited", add_folder)
    if names:
        app.connect("html-page-context", add_to_page)


def load(app: Sphinx, context: dict[str, Any], folder: Path, *names: str) -> None:
    """Load style sheets and scripts on one page, in their order; their folder has been brought.

    Args:
        app: the build.
        context: the page's.
        folder: that holds them.
        names: of the files.
    """
    loaded: dict[str, Path] = context.setdefault(CONTEXT, {})
    assert isinstance(app.builder, StandaloneHTMLBuilder)  # No other has pages
    for name in [name for name in names if name not in loaded]:
        loaded[name] = folder / name
        if name.endswith(STYLE):
            app.builder.add_css_file(name)
        else:
            app.builder.add_js_file(name, defer="defer")


def dress(context: dict[str, Any], style: Path) -> None:
    """Give a page a style sheet under this package's own theme alone; themes of others have a look of their own for it."""
    context.setdefault(CONTEXT, {})[style.name] = style


def holds(kind: type[nodes.Element]) -> Callable[[nodes.document], bool]:
    """Whether a document holds a node of some kind, for ``where``."""
    return lambda doctree: next(doctree.findall(kind), None) is not None


def of_page(context: Mapping[str, Any], ending: str) -> list[Path]:
    """The style sheets (`STYLE`) or scripts (`SCRIPT`) that features bring to a page."""
    loaded: dict[str, Path] = context.get(CONTEXT, {})
    return [path for name, path in loaded.items() if name.endswith(ending)]


def fingerprinted(path: Path, name: str = "") -> str:
    """A static file's address with its content's hash, so that browsers may keep it for good.

    Args:
        path: the file.
        name: its address among the static files, if it does not lie at their top.
    """
    return f"{name or path.name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:10]}"


def inlined(paths: Iterable[Path], static: str) -> str:
    """Style sheets as one text, to stand in a page; what is not there is left out.

    Args:
        paths: the style sheets.
        static: address of the static folder as the page sees it.
    """
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*\n\s*", "\n", text).strip()
    return text.replace('url("vendor/', f'url("{static}vendor/')
