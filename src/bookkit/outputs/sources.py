"""The page of sources: each with its link, its archive address, how it was read, what rests on it, and whether the link holds.

A notebook emits the sources as data (`MIME_TYPE`). Which chapters and claims rest on a source is found here, from the
numbers and citations of the whole book. What is known of a link comes from the record of `bookkit.checks.links`, if a check
was ever made; without one the page says so. The archive's address is computed from the source's address and year: it leads
to the copy nearest to that year if the archive holds one, and is called so. A copy that a check has found is called a copy.
"""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes

from bookkit.checks import links
from bookkit.citing import citing
from bookkit.outputs import claims, notes, numbers
from bookkit.pages.contents import titles_of
from bookkit.pages.page import style

MIME_TYPE = "application/vnd.sources+json"
RECORD = "published/links.json"
STYLES = ("sources.css",)
CITED = re.compile(r"\{(?:foot)?cite[^}]*\}`([^`]+)`")
# A number that rests on more rows than this counts them; it does not use what they say
MOST_ROWS = 60
# More claims than this are folded
MOST_CLAIMS = 3

Data = Mapping[str, Any]


class SourcesNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the list in a chapter (attribute ``data``)."""


def connect(app: Any) -> None:
    """Register with Sphinx."""
    app.add_node(SourcesNode, html=(_visit, None), latex=(_skip, None), text=(_skip, None), man=(_skip, None), texinfo=(_skip, None))
    app.connect("html-page-context", _add_style, priority=950)


def names_of(data: Data) -> Iterable[str]:
    """The names that become ids."""
    return (source["key"] for source in data["sources"])


def _add_style(_app: Any, _page: str, _template: str, context: dict[str, Any], doctree: Any) -> None:
    if doctree is not None and next(doctree.findall(SourcesNode), None) is not None:
        context["bookkit_style"] += "\n" + style(context["pathto"]("_static/", resource=True), STYLES)


def _skip(_translator: Any, _node: SourcesNode) -> None:
    raise nodes.SkipNode


def _visit(translator: Any, node: SourcesNode) -> None:
    app, docname = translator.builder.app, translator.docnames[-1]
    here = app.builder.get_target_uri(docname)
    root = "../" * here.partition("#")[0].count("/")
    titles = {"index": "Home", **titles_of(app)}
    used = chapters_by_source(node["data"]["sources"], _rows_by_chapter(app), _keys_by_chapter(app))
    tested = claims_by_source(claims.known(app).get("claims", ()))
    record = links.read(Path(app.srcdir) / RECORD)
    translator.body.append(page(node["data"]["sources"], record, used, tested, titles, root))
    raise nodes.SkipNode


def _rows_by_chapter(app: Any) -> dict[str, set[str]]:
    return {
        _name(app, docname): {row["id"] for _, number in found if len(number["rows"]) <= MOST_ROWS for row in number["rows"]}
        for docname, found in notes.of_book(app.env, notes.NUMBERS).items()
    }


def _keys_by_chapter(app: Any) -> dict[str, set[str]]:
    texts = {name: Path(app.env.doc2path(name)).read_text(encoding="utf-8") for name in sorted(app.env.found_docs)}
    return {_name(app, name): {key.strip() for keys in CITED.findall(text) for key in keys.split(",")} for name, text in texts.items()}


def _name(app: Any, docname: str) -> str:
    return str(app.builder.get_target_uri(docname)).removesuffix(".html")


def chapters_by_source(sources: Sequence[Data], rows: Mapping[str, set[str]], keys: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """The chapters that print a number from a source or cite it, by the source's key, in the order given.

    Args:
        sources: with ``key`` and ``rows``.
        rows: the rows behind the numbers of each chapter.
        keys: the keys that each chapter cites.
    """
    names = list(dict.fromkeys([*rows, *keys]))
    return {
        source["key"]: [
            name for name in names if source["key"] in keys.get(name, ()) or not rows.get(name, set()).isdisjoint(source["rows"])
        ]
        for source in sources
    }


def claims_by_source(audited: Iterable[Data]) -> dict[str, list[Data]]:
    """The audited claims that name a source, by its key."""
    found: dict[str, list[Data]] = {}
    for claim in audited:
        for source in claim["sources"]:
            found.setdefault(source["source_key"], []).append(claim)
    return found


# Markup


def page(
    sources: Sequence[Data],
    record: Mapping[str, links.Answer],
    used: Mapping[str, Sequence[str]],
    tested: Mapping[str, Sequence[Data]],
    titles: Mapping[str, str],
    root: str = "",
) -> str:
    """What has rotted, then every source.

    Args:
        sources: as the notebook emitted them.
        record: what the last check of links found; empty where none was made.
        used: chapters by source.
        tested: claims by source.
        titles: titles of the chapters by their public names.
        root: the way from the page to the site's root.
    """
    items = "".join(_item(source, record, used.get(source["key"], ()), tested.get(source["key"], ()), titles, root) for source in sources)
    return f'<div class="source-rot">{rotten(sources, record)}</div><ol class="source-list">{items}</ol>'


def rotten(sources: Sequence[Data], record: Mapping[str, links.Answer]) -> str:
    """Which sources are no longer where they were."""
    known = [(source, record[source["url"]]) for source in sources if source["url"] in record]
    if not known:
        return "<p>No link check has been recorded yet, so nothing is known of links that have rotted.</p>"
    last = max(answer.date for _, answer in known)
    lost = [(source, answer) for source, answer in known if answer.state in links.LOST]
    checked = f"<p>Links last checked on {_day(last)}. "
    if not lost:
        return f"{checked}No source is known to have rotted.</p>"
    items = "".join(
        f'<li><a href="#source-{html.escape(source["key"])}">{html.escape(source["title"])}</a>: {_state(answer)}</li>'
        for source, answer in lost
    )
    return f"{checked}These sources are no longer where they were:</p><ul>{items}</ul>"


def _item(
    source: Data, record: Mapping[str, links.Answer], used: Sequence[str], tested: Sequence[Data], titles: Mapping[str, str], root: str
) -> str:
    title, url = html.escape(source["title"]), source["url"]
    named = f'<a href="{html.escape(url)}" rel="external">{title}</a>' if url.startswith(("https://", "http://")) else title
    about = ". ".join(html.escape(text) for text in (source["authors"], source["publisher"], source["year"]) if text)
    read = numbers.READ_AS.get(source["read_as"], "")
    grades = ", ".join(f"{count} {html.escape(grade)}" for grade, count in source["evidence"].items())
    lines = [
        f"{about}." if about and not about.endswith(".") else about,
        f"{read[:1].upper()}{read[1:]}: {html.escape(source['remark'])}" if read else html.escape(source["remark"]),
        f"Rows of data: {grades}." if grades else "",
        f"Used in: {', '.join(_chapter(name, titles, root) for name in used)}." if used else "",
    ]
    body = "".join(f"<p>{line}</p>" for line in lines if line)
    return (
        f'<li id="source-{html.escape(source["key"])}"><p class="source-title">{named}</p>{body}'
        f"{_claims(tested, root)}{_link(source, record)}</li>"
    )


def _chapter(name: str, titles: Mapping[str, str], root: str) -> str:
    return citing.link(f"{root}{name}.html", titles.get(name, name).partition(":")[0])


def _claims(tested: Sequence[Data], root: str) -> str:
    if not tested:
        return ""
    items = [f'<a href="{root}{claims.address(claim["id"])}">{html.escape(claim["paraphrase"])}</a>' for claim in tested]
    if len(items) <= MOST_CLAIMS:
        return f"<p>Audited claims that rest on it: {'; '.join(items)}</p>"
    lines = "".join(f"<li>{item}</li>" for item in items)
    return f"<details><summary>{len(items)} audited claims rest on it</summary><ul>{lines}</ul></details>"


def _link(source: Data, record: Mapping[str, links.Answer]) -> str:
    url = source["url"]
    if not url.startswith(("https://", "http://")):
        return '<p class="source-state">No address is known.</p>'
    answer = record.get(url)
    state = _state(answer) if answer else "not checked yet"
    if answer and answer.capture:
        copy = citing.link(answer.capture, "archived copy")
    else:
        copy = citing.link(links.archived(url, source["year"][-4:]), "archive (nearest capture)")
    return f'<p class="source-state">Link: {state} · {copy}</p>'


def _state(answer: links.Answer) -> str:
    when = _day(answer.date)
    return {
        links.OK: f"there on {when}",
        links.MOVED: f"moved, seen on {when}" + (f", to {citing.link(answer.moved_to, answer.moved_to)}" if answer.moved_to else ""),
        links.GONE: f"gone since {_day(answer.since or answer.date)}",
        links.REFUSED: f"not open to programs on {when}; try it",
        links.UNREACHABLE: f"not reached since {_day(answer.since or answer.date)}",
    }.get(answer.state, "not checked yet")


def _day(date: str) -> str:
    return citing.day(datetime.date.fromisoformat(date))
