"""A chapter's notebook as a reader of notebooks wants it: numbers in their sentences, sources by name, charts as pictures.

Chapters are written for the site's builder. Their sentences hold roles and directives of MyST, which no front end of
notebooks draws, and their charts are specifications, which few draw. In the published copies:

- a text that names recorded numbers or facts becomes a code cell ``%%text``, folded away, with ``{{names}}`` in plain Markdown.
  Its stored output has the numbers written in, so that it reads well before anything is run. The first cell of the
  copy (``scripts/reading.py``) registers the magic, which writes the text anew when a number changes. The same
  function writes the stored output and the new one;
- a citation names author and year and leads to the source, and the list of sources is a list;
- a link to another chapter leads to its page, or is plain text where the site's address is not known;
- other roles and directives become plain Markdown, and what has nothing to show is an error;
- a dollar sign is money (formulas are ``{math}``) and stands in an element of its own. ``\\$`` is not enough: JupyterLab
  and nbconvert set what stands between two of them as a formula;
- the records of numbers are left out: VS Code shows an error for each, and the texts have the numbers;
- code that the page folds away is folded, but for the parameters;
- beside each chart's specification stands its picture. Front ends show the richest they can draw, so none shows both.

Headings stay Markdown cells: tables of contents are made of them.
"""

from __future__ import annotations

import base64
import copy
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bookkit.downloads.cited import Source, describe_source, link
from bookkit.downloads.scripts.reading import Reading
from bookkit.execution import rerun
from bookkit.outputs import charts, fact_role
from factbook.contract import RECORD_PREFIX, Chart

# What JupyterLab and Colab read to fold a cell's source away
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
# What nbconvert reads, and nbviewer with it, to leave a source out
OUT_OF_SIGHT = {**FOLDED, "transient": {"remove_source": True}}
FOLDED_IN_CHAPTERS = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
# What readers change stays in sight
PARAMETERS = "parameters"
MAGIC = "%%text"
MONEY = r"<span>\$</span>"
# Endings of files that become pages
PAGES = ("", ".md", ".ipynb", ".html")
OPENING = re.compile(r"^(?P<fence>`{3,}|~{3,}|:{3,})(?P<info>.*)\n(?P<body>[\s\S]*?)^(?P=fence)[ \t]*$", re.MULTILINE)
DIRECTIVE = re.compile(r"\{(?P<name>[\w:.-]+)\}[ \t]*(?P<title>.*)")
OPTION = re.compile(r"^:[\w-]+:.*\n?", re.MULTILINE)
INLINE = re.compile(
    r"\{(?P<role>[\w:+.-]+)\}(?P<quotes>`+)(?P<body>.+?)(?P=quotes)(?!`)"
    r"|(?P<code>(?P<ticks>`+).+?(?P=ticks)(?!`))"
    r"|(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)"
    r'|<a href="(?P<address>[^"]*)">(?P<words>.*?)</a>'
    r"|(?P<money>\\?\$)",
    re.DOTALL,
)
# Labels, comments and breaks of MyST
UNSEEN = re.compile(r"^(?:\([\w:.-]+\)=|%.*|\+\+\+.*)[ \t]*(?:\n|$)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
NAMED = re.compile(r"\{\{([^{}]+)\}\}")
ADMONITIONS = ("admonition", "attention", "caution", "danger", "error", "hint", "important", "note", "seealso", "tip", "warning")


class NotReadable(Exception):
    """Something in a chapter cannot be shown in a notebook. The message says where, and what to do."""


@dataclass(frozen=True)
class Surroundings:
    """What a notebook stands among: the other pages, and the sources it may cite.

    Attributes:
        page: the chapter's page below the site's root, ``costs.html``.
        site: the site's address; empty where it is not known.
        entries: the bibliography, by key, as pybtex has read it.
        facts: the function that finds what the role ``{fact}`` reads, see `bookkit.outputs.fact_role`.
    """

    page: str
    site: str = ""
    entries: Mapping[str, Any] = field(default_factory=dict)
    facts: str = fact_role.FIND

    def fact(self, written: str) -> str:
        """The text of a fact that a sentence reads.

        Raises:
            NotReadable: there is none.
        """
        try:
            return fact_role.find(self.facts)(written)[0].text
        except (ImportError, KeyError, ValueError):
            raise NotReadable(f"it names {written}, which is neither recorded nor a fact. Record it, or mend the name.") from None

    def address(self, target: str) -> str:
        """Where a link of the chapter leads; nothing for a page of a site whose address is not known."""
        if re.match(r"[a-z]+:", target):
            return target
        if not self.site:
            return ""
        path, sign, anchor = target.partition("#")
        stem, ending = posixpath.splitext(path)
        page = posixpath.join(posixpath.dirname(self.page), f"{stem}.html" if ending in PAGES else path) if path else self.page
        return f"{self.site.rstrip('/')}/{posixpath.normpath(page)}{sign}{anchor}"

    def source(self, key: str) -> Source:
        """A source by its key.

        Raises:
            NotReadable: the bibliography has none.
        """
        if key not in self.entries:
            raise NotReadable(f"the bibliography has no {key}. Add it, or mend the citation.")
        return describe_source(self.entries[key])


def readable(notebook: Any, surroundings: Surroundings) -> Any:
    """An executed notebook, made such that any front end shows it as the site shows its chapter.

    Args:
        notebook: as nbformat reads it, with its outputs; it is changed.
        surroundings: the pages and sources it refers to.

    Raises:
        NotReadable: a role or a directive has nothing to show outside the site.
    """
    values, cited, cells = rerun.recorded(notebook), dict[str, None](), []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "markdown":
            cells.append(_code(cell) if cell.cell_type == "code" else cell)
            continue
        try:
            cells += _cells(plain(cell.source, surroundings, cited), cell, values, surroundings)
        except NotReadable as error:
            raise NotReadable(f"cell {number}: {error}") from None
    notebook.cells = cells
    return notebook


def plain(text: str, surroundings: Surroundings, cited: dict[str, None]) -> str:
    """A text of MyST as plain Markdown, with ``{{names}}`` for numbers.

    Args:
        text: a Markdown cell.
        surroundings: the pages and sources it refers to.
        cited: the keys cited so far, in order; those of this text are added.

    Raises:
        NotReadable: a citation leads nowhere, or a directive has nothing to show outside the site.
    """
    parts, end = [], 0
    for block in OPENING.finditer(text):
        parts += [_prose(text[end : block.start()], surroundings, cited), _block(block, surroundings, cited)]
        end = block.end()
    return "".join([*parts, _prose(text[end:], surroundings, cited)])


def _prose(text: str, surroundings: Surroundings, cited: dict[str, None]) -> str:
    return INLINE.sub(lambda found: _inline(found, surroundings, cited), UNSEEN.sub("", text))


def _inline(found: re.Match[str], surroundings: Surroundings, cited: dict[str, None]) -> str:
    if found["role"]:
        return _role(found["role"], found["body"], surroundings, cited)
    if found["target"]:
        return link(_prose(found["text"], surroundings, cited), surroundings.address(found["target"]))
    if found["address"]:
        return link(_prose(found["words"], surroundings, cited), surroundings.address(found["address"]))
    return MONEY if found["money"] else found[0]


def _role(role: str, body: str, surroundings: Surroundings, cited: dict[str, None]) -> str:
    name, _, kind = role.partition(":")
    if name == "glue":
        return "{{" + body.partition(":")[0] + "}}"
    if name == "fact":
        return "{{" + body + "}}"
    if name in ("cite", "footcite"):
        keys = [key.strip() for key in body.split(",")]
        cited.update(dict.fromkeys(keys))
        sources = [surroundings.source(key) for key in keys]
        if kind == "t":
            return " and ".join(one.cited(in_words=True) for one in sources)
        return f"({'; '.join(one.cited() for one in sources)})"
    if name == "math":
        return f"${body}$"
    return re.sub(r"(?s)(.*\S)\s*<[^>]*>", r"\1", body)


# What is put together from other chapters, and what a notebook says in its place
SHOWN_ON_THE_SITE = {
    "chapter-cards": "The site shows a card for each chapter here.",
    "key-chart": "The site shows the key chart of another chapter here.",
}


def _block(block: re.Match[str], surroundings: Surroundings, cited: dict[str, None]) -> str:
    directive = DIRECTIVE.fullmatch(block["info"].strip())
    if not directive:
        return block[0]
    name, title = directive["name"], directive["title"]
    body = OPTION.sub("", block["body"]).strip()
    if name in ("footbibliography", "bibliography"):
        return "\n".join(f"- {surroundings.source(key).line}" for key in cited)
    if name == "math":
        return f"$$\n{body}\n$$"
    if name in ("code", "code-block", "sourcecode"):
        return f"```{title}\n{body}\n```"
    if name in ("image", "figure"):
        alt = re.search(r"^:alt: *(.*)$", block["body"], re.MULTILINE)
        picture = f"![{alt[1] if alt else ''}]({title})"
        return f"{picture}\n\n{plain(body, surroundings, cited)}".strip()
    if name in SHOWN_ON_THE_SITE:
        return f"*{SHOWN_ON_THE_SITE[name]}*"
    if not (title or body):
        raise NotReadable(
            f"the directive {{{name}}} has no text that a notebook could show. Write it out, or put it into a page without code."
        )
    heads = [f"**{plain(title, surroundings, cited) or name.capitalize()}**"] if title or name in ADMONITIONS else []
    told = "\n\n".join([*heads, plain(body, surroundings, cited)]).strip()
    return "\n".join(f"> {line}".rstrip() for line in told.splitlines())


def _cells(text: str, cell: Any, values: Mapping[str, str], surroundings: Surroundings) -> Iterator[Any]:
    """The cells that show a text: its headings and what names no number as Markdown, the rest as ``%%text``."""
    from nbformat import v4

    for number, part in enumerate(_parts(text)):
        own_id = {"id": f"{cell.id}-{number}" if number else cell.id}
        names = NAMED.findall(part)
        if not names:
            yield v4.new_markdown_cell(part, metadata=cell.metadata, **own_id)  # type: ignore[no-untyped-call]
            continue
        known = {name: values[name] if name in values else surroundings.fact(name) for name in names}
        bundle = Reading.bundle(part, known)  # type: ignore[no-untyped-call]
        output = v4.new_output("display_data", bundle)  # type: ignore[no-untyped-call]
        yield v4.new_code_cell(  # type: ignore[no-untyped-call]
            f"{MAGIC}\n{part}", metadata={**cell.metadata, **copy.deepcopy(OUT_OF_SIGHT)}, outputs=[output], **own_id
        )


def _parts(text: str) -> list[str]:
    """A text, cut where what may be a Markdown cell begins and ends: at its headings, if it names numbers at all."""
    if not NAMED.search(text):
        return [text]
    blocks = [block.span() for block in OPENING.finditer(text)]
    parts, end = [], 0
    for heading in HEADING.finditer(text):
        if any(start < heading.start() < stop for start, stop in blocks):
            continue
        parts += [text[end : heading.start()], heading[0]]
        end = heading.end()
    return [part.strip() for part in [*parts, text[end:]] if part.strip()]


def _code(cell: Any) -> Any:
    """A cell of code with what a front end can show, folded as on the page."""
    cell.outputs = [output for output in cell.outputs if not all(kind.startswith(RECORD_PREFIX) for kind in output.get("data", {"": ""}))]
    for output in cell.outputs:
        _add_picture(output)
    tags = set(cell.metadata.get("tags", ()))
    if tags & FOLDED_IN_CHAPTERS and PARAMETERS not in tags:
        cell.metadata.update(copy.deepcopy(FOLDED))
    return cell


def _add_picture(output: Any) -> None:
    """Put a picture beside a chart's specification, with its text alternative."""
    if Chart.MIME_TYPE in output.get("data", {}):
        picture = charts.picture(Chart.from_payload(output.data[Chart.MIME_TYPE]))
        output.data["image/png"] = base64.b64encode(picture.content).decode()
        output.metadata["image/png"] = {"alt": picture.alternative, "width": picture.width, "height": picture.height}
