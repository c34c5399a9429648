"""Outputs that libraries make for a notebook: their HTML, pictures, scripts and widgets.

Decided: a table of any library looks and scrolls like the book's own. A picture needs a text alternative, as a chart
does. What needs a script cannot be shown (`bookkit.markup.refusing`); it is refused here, where the cell is still known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from bookkit.markup import plain, refusing
from bookkit.outputs import registry
from bookkit.outputs.registry import OutputRefused

HTML = "text/html"
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/svg+xml", "application/pdf")
LIVE = {
    "application/javascript": "a script",
    "application/vnd.jupyter.widget-view+json": "a widget, which lives in a notebook only",
}
NUMBER = re.compile(r"[-+−]?[$€£¥]?[\d,.]*\d[\d,.]*(?:[eE][-+]?\d+)?\s?%?|NaN|nan|inf|<NA>|None|")
INSTEAD = "Show a table, a picture or a Vega-Lite chart instead, or write it as text."
OF_ALTAIR = (
    "It is a chart as Altair shows it by itself. Let Altair emit the specification alone, as application/vnd.vegalite.v6+json: "
    "copy the first cell of a chapter that shows charts."
)
ALTERNATIVE = 'Say what it shows, at the top of the cell between two lines of “---”: mystnb: {image: {alt: "…"}}'


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.tables")  # They look like the book's own
    registry.listen(app, read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read(environment: BuildEnvironment, found: registry.Found) -> list[nodes.Node] | None:
    """The HTML of an output, with its tables as the book's own; nothing where it is another's.

    Raises:
        OutputRefused: the output needs a script, or it is a picture without a text alternative.
    """
    require_publishable(found.mime_type, found.content, found.options)
    if found.mime_type != HTML or found.inline:
        return None
    markup = plain.visible(found.content)
    if has_table(markup):
        markup = tables(markup, f"Table {environment.new_serialno('foreign table') + 1} of data")
    return [nodes.raw("", markup, format="html", classes=["output", "text_html"])]


def require_publishable(kind: str, content: Any, options: Mapping[str, Any]) -> None:
    """Refuse an output that would be dead or dumb in a page.

    Args:
        kind: its MIME type.
        content: what the notebook holds of it.
        options: what the cell says of its pictures: ``alt``, ``width`` and so on.

    Raises:
        OutputRefused: it needs a script, or it is a picture without a text alternative.
    """
    if kind in LIVE:
        raise OutputRefused(f"the output is {LIVE[kind]}. {INSTEAD}")
    if kind in PICTURES and not str(options.get("alt") or "").strip():
        raise OutputRefused(f"the picture has no text alternative. {ALTERNATIVE}")
    if kind == HTML and (faults := refusing.refused(content)):
        remedy = OF_ALTAIR if "vegaEmbed" in content else INSTEAD
        raise OutputRefused(f"the output holds {', '.join(faults)}, which no page may hold. {remedy}")


def has_table(markup: str) -> bool:
    """Whether there is a table in the HTML of an output."""
    return "<table" in markup


def tables(markup: str, name: str) -> str:
    """The HTML of an output with its tables as the book's own: same looks, each in a region that scrolls by itself.

    Args:
        markup: HTML with tables, such as pandas writes it.
        name: what the region is called for those who hear the page.
    """
    soup = BeautifulSoup(markup, "html.parser")
    for style in soup.find_all("style"):
        style.decompose()
    for table in soup.find_all("table"):
        _restyle(table, soup)
        table.wrap(soup.new_tag("div", attrs={"class": "table-scroll", "role": "region", "aria-label": name, "tabindex": "0"}))
    return str(soup)


def _restyle(table: Tag, soup: BeautifulSoup) -> None:
    for part in [table, *table.find_all(True)]:
        for attribute in ("style", "border", "align", "valign"):
            part.attrs.pop(attribute, None)
    table["class"] = "traced-table"
    for head in table.find_all("th"):
        # The corner above the names of rows heads nothing
        if head.get_text(strip=True):
            head["scope"] = "col" if head.find_parent("thead") else "row"
        else:
            head.name = "td"
    rows = [row.find_all(["th", "td"], recursive=False) for row in table.find_all("tr")]
    values = [cells for row, cells in zip(table.find_all("tr"), rows, strict=True) if not row.find_parent("thead")]
    if table.find_all(lambda part: part.has_attr("rowspan") or part.has_attr("colspan")) or len({len(cells) for cells in rows}) != 1:
        return
    for column in range(len(rows[0])):
        cells = [row[column] for row in values]
        if cells and all(cell.name == "td" and NUMBER.fullmatch(cell.get_text(strip=True)) for cell in cells):
            for row in rows:
                row[column]["class"] = "number-cell"
