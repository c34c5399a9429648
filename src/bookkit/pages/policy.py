"""What a page may load and run: a Content-Security-Policy in every page, so that a fault elsewhere stays harmless.

Decided: the policy stands in the page, since a static host sends no headers of ours. It names what pages need and
nothing else: scripts that are files of this site, the one short script that must run before the first line is drawn
(by its hash), pictures, fonts and data of this site. No text is ever run as code, and no script may write markup
(trusted types). Styles may stand in the page and on elements: charts and bars carry their widths and colors there.
Whoever follows a link takes no address of ours along.

A notebook's output that would need more than that (a script, an event handler, a ``javascript:`` address) would be
dead in the page; the build says so, by the place, instead of publishing it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from docutils import nodes
from markupsafe import Markup
from sphinx.util import logging

from bookkit.markup.refusing import refused
from bookkit.markup.templates import render

# Before anything is drawn, so that a reader who chose the dark theme sees no flash of the light one
FIRST_SCRIPT = 'try{const t=localStorage.getItem("theme");if(t)document.documentElement.dataset.theme=t}catch{}'
logger = logging.getLogger(__name__)


def check(pagename: str, body: str, doctree: nodes.document | None) -> None:
    """Warn of everything in a page's text that the policy stops."""
    for fault in refused(body):
        text = "%s: the page holds %s, which no page may hold. Show data instead, or write it as text."
        logger.warning(text, pagename, fault, location=_place(doctree, fault), type="bookkit", subtype="policy")


def _place(doctree: nodes.document | None, fault: str) -> nodes.Node | None:
    """The part of a document that holds the fault, if it stands there as HTML."""
    written = doctree.findall(nodes.raw) if doctree else ()
    return next((part for part in written if fault in refused(part.astext())), None)


def head(scripts: Iterable[str], frames: bool = False) -> Markup:
    """The tags that come first in a page's head.

    Args:
        scripts: the text of each script that stands in the page.
        frames: whether the page shows a frame of this site.
    """
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *(f"'{integrity(script)}'" for script in scripts)]),
        "style-src": "'unsafe-inline'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
        **({"frame-src": "'self'"} if frames else {}),
    }
    return _tags(rules)


def of_frame() -> str:
    """The policy of the frame in which cells run, as one line: WebAssembly, a worker from a script of its own, and this site alone."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self' blob: 'wasm-unsafe-eval'",
        "worker-src": "blob:",
        "connect-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
    }
    return _line(rules)


def head_of_words() -> Markup:
    """The tags of a page that loads nothing at all; its icon is part of the page."""
    return _tags(
        {"default-src": "'none'", "style-src": "'unsafe-inline'", "img-src": "data:", "form-action": "'none'", "base-uri": "'none'"}
    )


def _tags(rules: dict[str, str]) -> Markup:
    return render("pages/policy.html", policy=_line(rules))


def _line(rules: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def integrity(script: str) -> str:
    """The hash of a script as a policy names it: ``sha256-…``."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
