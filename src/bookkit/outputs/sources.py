"""The list of sources: each with its link, its archive address, how it was read, what rests on it, and whether the link holds.

A notebook emits the sources as data. Which chapters and claims rest on a source is found here, from the numbers and
citations of the whole book. What is known of a link comes from the record of a link check (`bookkit.outputs.link_record`), if
one was ever made; without one the page says so. The archive's address is computed from the source's address and year: it leads
to the copy nearest to that year if the archive holds one, and is called so. A copy that a check has found is called a copy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from bookkit.citing import citing
from bookkit.markup import assets
from bookkit.markup.templates import render
from bookkit.outputs import STATIC, beside, claims, link_record, notes, registry
from bookkit.outputs.link_record import Answer
from factbook.contract import READ_AS, Claim, Source, Sources

RECORD = "published/links.json"
STYLES = ("sources.css",)
SCRIPTS = ("sources.js",)
# How many sources stand first, by the numbers that rest on them
FIRST = 20
CITED = re.compile(r"\{(?:foot)?cite[^}]*\}`([^`]+)`")
# A number that rests on more rows than this counts them; it does not use what they say
MOST_ROWS = 60
# More claims than this are folded
MOST_CLAIMS = 3


class SourcesNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the list in a chapter (attribute ``sources``)."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("bookkit.outputs.beside")
    app.setup_extension("bookkit.outputs.notes")
    beside.add_node(app, SourcesNode, _write)
    registry.register(app, Sources, read)
    assets.bring(app, STATIC, "colors.css", *STYLES, *SCRIPTS, where=assets.holds(SourcesNode))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read(_environment: BuildEnvironment, listed: Sources) -> SourcesNode:
    """The place of the list in the chapter that is being read."""
    return SourcesNode("", sources=listed.sources)


def _write(translator: HTML5Translator, node: SourcesNode) -> None:
    app, docname = translator.builder.app, translator.docnames[-1]
    root = "../" * app.builder.get_target_uri(docname).partition("#")[0].count("/")
    dossier = claims.known(app)
    has_pages = dossier is not None and claims.PAGES in app.extensions
    translator.body.append(
        page(
            node["sources"],
            link_record.read(Path(app.srcdir) / RECORD),
            chapters_by_source(node["sources"], _rows_by_chapter(app), _keys_by_chapter(app)),
            numbers_by_source(node["sources"], _rows_by_number(app)),
            claims_by_source(dossier.claims) if dossier is not None and has_pages else {},
            {"index": "Home", **beside.titles(app)},
            root,
        )
    )


def _rows_by_chapter(app: Sphinx) -> dict[str, set[str]]:
    return {
        beside.public_name(app, docname): {row.id for _, number in found if len(number.rows) <= MOST_ROWS for row in number.rows}
        for docname, found in notes.of_book(app.env, notes.NUMBERS).items()
    }


def _rows_by_number(app: Sphinx) -> list[set[str]]:
    printed = (number for found in notes.of_book(app.env, notes.NUMBERS).values() for _, number in found)
    return [{row.id for row in number.rows} for number in printed if len(number.rows) <= MOST_ROWS]


def _keys_by_chapter(app: Sphinx) -> dict[str, set[str]]:
    texts = {name: Path(app.env.doc2path(name)).read_text(encoding="utf-8") for name in sorted(app.env.found_docs)}
    return {
        beside.public_name(app, name): {key.strip() for keys in CITED.findall(text) for key in keys.split(",")}
        for name, text in texts.items()
    }


def chapters_by_source(sources: Sequence[Source], rows: Mapping[str, set[str]], keys: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """The chapters that print a number from a source or cite it, by the source's key, in the order given.

    Args:
        sources: with their keys and rows.
        rows: the rows behind the numbers of each chapter.
        keys: the keys that each chapter cites.
    """
    names = list(dict.fromkeys([*rows, *keys]))
    return {
        source.key: [name for name in names if source.key in keys.get(name, ()) or not rows.get(name, set()).isdisjoint(source.rows)]
        for source in sources
    }


def numbers_by_source(sources: Sequence[Source], rows: Iterable[AbstractSet[str]]) -> Counter[str]:
    """How many printed numbers rest on each source, by its key.

    Args:
        sources: with their keys and rows.
        rows: the rows behind each number.
    """
    homes = {row: source.key for source in sources for row in source.rows}
    return Counter(key for behind in rows for key in {homes[row] for row in behind if row in homes})


def claims_by_source(audited: Iterable[Claim]) -> dict[str, list[Claim]]:
    """The audited claims that name a source, by its key."""
    found: dict[str, list[Claim]] = {}
    for claim in audited:
        for source in claim.sources:
            found.setdefault(source.source_key, []).append(claim)
    return found


# Markup


def page(
    sources: Sequence[Source],
    record: Mapping[str, Answer],
    used: Mapping[str, Sequence[str]],
    numbers: Mapping[str, int],
    tested: Mapping[str, Sequence[Claim]],
    titles: Mapping[str, str],
    root: str = "",
) -> Markup:
    """What has rotted, then every source, first those that most numbers rest on.

    Args:
        sources: as the notebook emitted them.
        record: what the last check of links found; empty where none was made.
        used: chapters by source.
        numbers: how many printed numbers rest on a source.
        tested: claims by source.
        titles: titles of the chapters by their public names.
        root: the way from the page to the site's root.
    """
    known = [(source, record[source.url]) for source in sources if source.url in record]
    first = sorted((source for source in sources if numbers.get(source.key)), key=lambda source: -numbers[source.key])[:FIRST]

    def entry(source: Source) -> dict[str, Any]:
        return {
            "source": source,
            "about": _about(source),
            "read_as": READ_AS.get(source.read_as, ""),
            "numbers": numbers.get(source.key, 0),
            "grades": ", ".join(f"{count} {grade}" for grade, count in source.evidence.items()),
            "chapters": [(f"{root}{name}.html", titles.get(name, name).partition(":")[0]) for name in used.get(source.key, ())],
            "claims": [(root + claims.address(claim.id), claim.paraphrase) for claim in tested.get(source.key, ())],
            "link": _link(source, record.get(source.url)),
        }

    return render(
        "outputs/sources.html",
        checked=citing.day(max(answer.date for _, answer in known)) if known else "",
        lost=[(source, _state(answer)) for source, answer in known if answer.state in link_record.LOST],
        first=[entry(source) for source in first],
        others=[entry(source) for source in sources if source not in first],
        read_as={name: text for name, text in READ_AS.items() if any(source.read_as == name for source in sources)},
        most_claims=MOST_CLAIMS,
    )


def _about(source: Source) -> str:
    """Who made it and when, as a sentence."""
    about = ". ".join(text for text in (source.authors, source.publisher, source.year) if text)
    return f"{about}." if about and not about.endswith(".") else about


def _link(source: Source, answer: Answer | None) -> Markup | str:
    """What is known of a source's link, and a copy of what it leads to; nothing where there is no address of the web."""
    if not source.url.startswith(("https://", "http://")):
        return ""
    capture = answer.capture if answer else ""
    return render(
        "outputs/source_link.html",
        state=_state(answer) if answer else "not checked yet",
        copy=capture or link_record.archived(source.url, source.year[-4:]),
        copy_name="archived copy" if capture else "archive (nearest capture)",
    )


def _state(answer: Answer) -> Markup | str:
    when, since = citing.day(answer.date), citing.day(answer.since or answer.date)
    if answer.state == link_record.MOVED and answer.moved_to:
        return Markup('moved, seen on {}, to <a href="{}">{}</a>').format(when, answer.moved_to, answer.moved_to)
    return {
        link_record.OK: f"there on {when}",
        link_record.MOVED: f"moved, seen on {when}",
        link_record.GONE: f"gone since {since}",
        link_record.REFUSED: f"not open to programs on {when}; try it",
        link_record.UNREACHABLE: f"not reached since {since}",
    }.get(answer.state, "not checked yet")
