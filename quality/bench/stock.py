"""The same book for Jupyter Book as it comes: its own theme and math, charts by Altair's default renderer, no bookkit."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

from factbook.facts import load

EPOCH = "1795305600"
# What the package emits for a website, as stock Jupyter Book shows it: numbers as text, the rest as text or HTML
AS_TEXT = """

def _for_stock(method):
    return lambda *args, **options: {{kind: value for kind, value in method(*args, **options).items() if kind.startswith("text/")}}


{method} = _for_stock({method})
"""
# MyST-NB finds this package's renderer by its entry point, whether or not a book names the package
SILENT = """

{name}.handle_mime = staticmethod(lambda *_: None)
{name}.mime_priority_overrides = []
"""
EMITTING = {
    "factbook/publish": ("_bundle", "Table._repr_mimebundle_"),
    "factbook/calculators/calculator": ("Calculator._repr_mimebundle_",),
    "deepseek_audit/audit/dossier": ("Shown._repr_mimebundle_",),
    "factbook/quantity": ("Quantity._repr_mimebundle_",),
    "factbook/sources": ("Sources._repr_mimebundle_",),
}
# Stock has no such role: the number as text
FACT = re.compile(r"\{fact\}`([^`]+)`")
STOCK_CHARTS = """

def _stock(enable_report=enable):
    "Charts by Altair's own renderer."
    enable_report()
    alt.renderers.enable("default", base_url="/npm")


enable = _stock
"""


def as_stock(book: Path) -> Path:
    """Turn a copy of the book into what stock Jupyter Book builds."""
    settings = yaml.safe_load((book / "_config.yml").read_text(encoding="utf-8"))
    settings["execute"].pop("execute_notebooks")
    settings["sphinx"].pop("extra_extensions")
    sphinx = settings["sphinx"]["config"]
    settings["sphinx"]["config"] = {
        name: value
        for name, value in sphinx.items()
        if not name.startswith(("bookkit", "html_", "ogp_", "sitemap_", "nb_mime")) and "bookkit" not in str(value)
    }
    (book / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    facts = load()
    for chapter in (book / "book").glob("*.md"):
        text = chapter.read_text(encoding="utf-8")
        chapter.write_text(FACT.sub(lambda found: str(facts.in_sentence(found[1])), text), encoding="utf-8")
    package = book / "src"
    _append(package / "factbook/charts/look.py", STOCK_CHARTS)
    project = tomllib.loads((book / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for renderer in project["entry-points"]["myst_nb.mime_renderers"].values():
        module, _, name = renderer.partition(":")
        _append(package / f"{module.replace('.', '/')}.py", SILENT.format(name=name))
    for module, methods in EMITTING.items():
        for method in methods:
            _append(package / f"{module}.py", AS_TEXT.format(method=method))
    return book


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
