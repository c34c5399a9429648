"""The same book for Jupyter Book as it comes: its own theme and math, charts by Altair's default renderer, no bookkit."""

from __future__ import annotations

from pathlib import Path

import yaml

EPOCH = "1795305600"
STOCK_OUTPUT = '''

def _stock(enable_report=enable):
    """Emit what stock Jupyter Book shows: charts by Altair's renderer, numbers as text, tables as HTML."""
    from deepseek_audit import publish

    def as_text(method):
        return lambda *args, **options: {kind: value for kind, value in method(*args, **options).items() if kind.startswith("text/")}

    enable_report()
    alt.renderers.enable("default", base_url="/npm")
    publish._bundle = as_text(publish._bundle)
    publish.Table._repr_mimebundle_ = as_text(publish.Table._repr_mimebundle_)


enable = _stock
'''


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
    charts = book / "src/deepseek_audit/charts.py"
    charts.write_text(charts.read_text(encoding="utf-8") + STOCK_OUTPUT, encoding="utf-8")
    return book
