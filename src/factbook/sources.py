"""Every source behind the report, with what rests on it: emitted as data, so that the website can say which links still lead there.

A source's address is its own, else that of its DOI or its arXiv number. A copy in an archive is asked for by the year of
publication, because the tables hold no day of reading.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from factbook import contract, publish
from factbook.facts import Facts


@dataclass(frozen=True)
class Sources:
    """All sources as a notebook emits them, in the order of their authors or, where there is none, their titles."""

    facts: Facts

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        listed = self.describe()
        return {
            "text/plain": "\n".join(f"{_described(one)}, {one.title}: {one.url or 'no address'}" for one in listed.sources),
            "text/html": _as_html(listed.sources),
            listed.MIME_TYPE: listed.to_payload(),
        }

    def describe(self) -> contract.Sources:
        """Each source with its rows and their grades."""
        rows: dict[str, list[str]] = {}
        grades: dict[str, Counter[str]] = {}
        for fact_id in self.facts:
            row = self.facts.row(fact_id)
            rows.setdefault(row["source_key"], []).append(fact_id)
            grades.setdefault(row["source_key"], Counter())[row["evidence"]] += 1
        found = [
            contract.Source(
                **{name: source[name] for name in ("title", "authors", "publisher", "year", "read_as", "remark")},
                key=source["source_key"],
                url=address(source),
                evidence=dict(sorted(grades.get(source["source_key"], Counter()).items())),
                rows=tuple(sorted(rows.get(source["source_key"], ()))),
            )
            for source in self.facts.rows("sources")
        ]
        found.sort(key=lambda source: ((source.authors or source.title).casefold(), source.key))
        return contract.Sources(sources=tuple(found))


def _described(source: contract.Source) -> str:
    return publish.described({name: getattr(source, name) for name in ("authors", "publisher", "title", "year")})


def _as_html(sources: Sequence[contract.Source]) -> str:
    lines = []
    for source in sources:
        where = html.escape(source.url, quote=True)
        title = publish.shown(source.title)
        linked = f'<a href="{where}">{title}</a>' if where else title
        lines.append(f"<li>{publish.shown(_described(source))}, {linked}</li>")
    return f"<ul>{''.join(lines)}</ul>"


def address(source: Mapping[str, str]) -> str:
    """Where a source is found; nothing where no address is known."""
    if source["url"]:
        return source["url"]
    if source["doi"]:
        return f"https://doi.org/{source['doi']}"
    return f"https://arxiv.org/abs/{source['arxiv']}" if source["arxiv"] else ""
