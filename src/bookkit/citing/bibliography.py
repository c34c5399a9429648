"""The bibliography, read back: what its LaTeX says in plain text.

Sphinx' extension for BibTeX reads with pybtex, and pybtex with latexcodec, which does not know every escape that LaTeX
needs: a price written as LaTeX wants it, ``\\$6M``, would keep its backslash on the page. The missing ones are taught here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib.metadata import entry_points

from docutils import nodes
from latexcodec.codec import LatexIncrementalDecoder, UnicodeLatexTranslation
from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from sphinx.application import Sphinx

ESCAPES = {r"\$": "$", r"\textdollar": "$", r"\textasciicircum": "^", r"\textless": "<", r"\textgreater": ">", r"\textbar": "|"}
# What each formatted entry asks for
PARTS = ("pybtex.style.formatting", "pybtex.style.names", "pybtex.style.labels", "pybtex.style.sorting", "pybtex.backends")


@functools.cache
def teach() -> None:
    """Teach latexcodec the missing escapes, and pybtex where its parts are.

    By itself pybtex looks through all installed packages, four times for each entry that it formats.
    """
    for group in PARTS:
        for part in entry_points(group=group):
            register_plugin(group, part.name, part.load(), force=True)
    for latex, text in ESCAPES.items():
        taught = UnicodeLatexTranslation(text, latex, encode=False, decode=True, text_mode=True, math_mode=False)
        LatexIncrementalDecoder.table.register(taught)


@functools.cache
def plain_text(latex: str) -> str:
    """What a field of the bibliography says, without LaTeX."""
    teach()
    return str(Text.from_latex(latex))


def entries(app: Sphinx) -> Mapping[str, Entry]:
    """The book's sources by their keys, as sphinxcontrib-bibtex has read them; none without it."""
    if "sphinxcontrib.bibtex" not in app.extensions:
        return {}
    found: Mapping[str, Entry] = getattr(app.env.get_domain("cite"), "bibdata").data.entries  # noqa: B009  # its class has no types
    return found


def titles(app: Sphinx) -> dict[str, str]:
    """Titles of the sources by the ids that sphinxcontrib-bibtex gives their notes."""
    found = entries(app)
    template = (app.config.bibtex_footcite_id or "footcite-{key}") if found else ""
    return {
        nodes.make_id(template.format(key=key, footbibliography_count=1)): re.sub(r"\s+", " ", plain_text(entry.fields["title"]))
        for key, entry in found.items()
        if "title" in entry.fields
    }
