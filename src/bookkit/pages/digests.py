"""Chapters in short, on other pages: cards with question, answer and key chart, and a chapter's key chart shown once more.

``{chapter-cards}`` lists all chapters that have a chart, or those named in its lines; ``{key-chart}`` shows the first chart
of one. Both are written when every chapter was read, from what the chapters say themselves, so nothing is kept twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from bookkit.markup import assets
from bookkit.markup.places import Place
from bookkit.markup.plain import one_line
from bookkit.markup.templates import render
from bookkit.outputs import beside, notes
from bookkit.outputs.charts import SVG, ChartFigure, Drawn
from bookkit.pages import STATIC, answer
from bookkit.project.contents import documents


class ChapterCards(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the cards (attribute ``chapters``: names, or none for all)."""


class KeyChart(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of a chapter's key chart (attribute ``chapter``)."""


class _Cards(SphinxDirective):
    """``{chapter-cards}``: the chapters named in its lines, else all that have a chart."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        named = [line.strip() for line in self.content if line.strip()]
        self.env.metadata[self.env.docname].setdefault("digests", "")
        return [ChapterCards("", chapters=[_document(self, name) for name in named])]


class _KeyChart(SphinxDirective):
    """``{key-chart} chapter``: its first chart."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname].setdefault("digests", "")
        return [KeyChart("", chapter=_document(self, self.arguments[0]))]


def connect(app: Sphinx) -> None:
    """Register the directives and what writes them."""
    app.add_directive("chapter-cards", _Cards)
    app.add_directive("key-chart", _KeyChart)
    beside.add_node(app, ChapterCards, _write_cards)
    beside.add_node(app, KeyChart, _write_chart)
    assets.bring(app, STATIC, "digests.css", where=_has_digests)
    app.connect("env-updated", _written_again)


def _has_digests(doctree: nodes.document) -> bool:
    return any(doctree.findall(lambda node: isinstance(node, ChapterCards | KeyChart)))


def _document(directive: SphinxDirective, name: str) -> str:
    """The document of a chapter's public name.

    Raises:
        docutils.parsers.rst.DirectiveError: there is none.
    """
    prefix = str(directive.config.bookkit_public_prefix)
    if f"{prefix}{name}" not in directive.env.found_docs:
        known = ", ".join(sorted(found.removeprefix(prefix) for found in directive.env.found_docs))
        raise directive.error(f"there is no chapter “{name}”. Write one of: {known}.")
    return f"{prefix}{name}"


def _written_again(_app: Sphinx, environment: BuildEnvironment) -> list[str]:
    """Pages that show other chapters; what is on them changes with those."""
    return [docname for docname, about in environment.metadata.items() if "digests" in about]


def key_chart(environment: BuildEnvironment, docname: str) -> Drawn | None:
    """The first chart of a chapter, as it was drawn."""
    figure = next(environment.get_doctree(docname).findall(ChartFigure), None)
    return None if figure is None else figure["drawn"]


def _write_cards(translator: HTML5Translator, node: ChapterCards) -> None:
    app, environment = translator.builder.app, translator.builder.env
    here = beside.place_of(translator.builder, translator.docnames[-1])
    with_chart = notes.of_book(environment, notes.KEY_CHART)
    chapters = node["chapters"] or [name for name in documents(app) if name in with_chart and name not in translator.docnames]
    translator.body.append(cards([_card(app, docname, here) for docname in chapters]))


def _card(app: Sphinx, docname: str, here: Place) -> dict[str, str]:
    doctree, drawn = _with_one_form(app.env.get_doctree(docname)), key_chart(app.env, docname)
    there = beside.place_of(app.builder, docname)
    label, _, question = one_line(app.env.titles[docname].astext()).partition(": ")
    return {
        "address": here.root + there.page,
        "label": label if question else "",
        "question": question[:1].upper() + question[1:] if question else label,
        "answer": answer.first_sentence(answer.short_answer(doctree, app.config.bookkit_answer_heading)),
        "picture": here.root + there.file(drawn.identifier, SVG) if drawn else "",
    }


def _with_one_form(doctree: nodes.document) -> nodes.document:
    """A chapter as it was read, with one form of each output: MyST-NB keeps all until it knows who will write them."""
    for bundle in doctree.findall(lambda node: isinstance(node, nodes.Element) and node.get("nb_element") == "mime_bundle"):
        bundle.children[1:] = []
    return doctree


def cards(chapters: Sequence[dict[str, str]]) -> Markup:
    """A list of cards.

    Args:
        chapters: each with ``address``, ``label``, ``question``, ``answer`` and ``picture``; the first and the last may be empty.
    """
    return render("pages/chapter_cards.html", chapters=chapters)


def _write_chart(translator: HTML5Translator, node: KeyChart) -> None:
    app, docname = translator.builder.app, node["chapter"]
    if not (drawn := key_chart(app.env, docname)):
        raise ValueError(f"{docname} has no chart to show as its key chart.")
    here, there = (beside.place_of(translator.builder, name) for name in (translator.docnames[-1], docname))
    # Ids inside a drawing begin with its figure's; on this page they also name the chapter
    name = f"{there.chapter.replace('/', '-')}-{drawn.identifier}"
    drawings = {form: Markup(svg.replace(f"{drawn.identifier}-{form}", f"{name}-{form}")) for form, svg in drawn.drawings.items()}
    address = f"{here.root}{there.page}#{drawn.identifier}"
    title = one_line(app.env.titles[docname].astext()).partition(":")[0]
    translator.body.append(render("pages/key_chart.html", chart=drawn.chart, drawings=drawings, address=address, title=title))
