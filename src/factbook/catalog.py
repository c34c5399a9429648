"""Write what is generated from the data: ``data/README.md`` and ``references.bib``, in ``book/`` where the chapters are there.

The tables and their descriptor are the truth; both files are made from them and a test compares them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from factbook.contract import latex
from factbook.facts import Facts
from factbook.tables import is_of_facts

READ_AS = {
    "original": "Read in the original.",
    "repository": "Read in the publisher’s repository.",
    "excerpt": "Only an excerpt was read.",
    "second_hand": "Read second-hand.",
    "not_read": "Not read.",
}
_ENTRY_TYPES = {"article": "article", "report": "techreport", "inproceedings": "inproceedings"}
_PUBLISHER_FIELD = {"article": "journal", "report": "institution", "inproceedings": "booktitle"}


def write(facts: Facts) -> list[Path]:
    """Write both files beside the tables.

    Returns:
        The paths written.
    """
    root = facts.directory.parent
    chapters = root / "book" if (root / "book").is_dir() else root
    contents = {facts.directory / "README.md": readme(facts), chapters / "references.bib": bibliography(facts)}
    for path, text in contents.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(contents)


def bibliography(facts: Facts) -> str:
    """All sources as BibTeX, with a note that says how each was read."""
    entries = "\n".join(entry(source) for source in facts.rows("sources"))
    return f"% Generated from data/sources.csv by `python -m factbook catalog`. Do not edit.\n\n{entries}"


def entry(source: Mapping[str, str]) -> str:
    """One source as BibTeX: a row of ``sources`` as an entry."""
    lines = [f"@{_ENTRY_TYPES.get(source['kind'], 'misc')}{{{source['source_key']}"]
    # BibTeX quotes a text that holds quotation marks by braces
    lines += [f"    {name} = " + (f"{{{value}}}" if '"' in value else f'"{value}"') for name, value in _bibtex_fields(source)]
    return ",\n".join(lines) + "\n}\n"


def _bibtex_name(name: str) -> str:
    """A person is “Surname, F.”; anything else is an organization, kept whole."""
    if name in ("et al.", "others"):
        return "others"
    return latex(name) if re.fullmatch(r"[^,]+, (\w\.[ -]?)+", name) else f"{{{latex(name)}}}"


def _bibtex_fields(source: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name and value of each field. Addresses are printed as they stand; everything else is LaTeX."""
    if authors := [_bibtex_name(name) for name in source["authors"].split("; ") if name]:
        yield "author", " and ".join(authors)
    yield "title", f"{{{latex(source['title'])}}}"
    if source["publisher"]:
        yield _PUBLISHER_FIELD.get(source["kind"], "howpublished"), latex(source["publisher"])
    for name in ("year", "doi", "url"):
        if source[name]:
            yield name, source[name]
    if source["arxiv"]:
        yield "eprint", source["arxiv"]
        yield "archiveprefix", "arXiv"
    if source["read_as"]:
        yield "note", READ_AS[source["read_as"]].rstrip(".")


def readme(facts: Facts) -> str:
    """The data dictionary, in Markdown."""
    descriptor = facts.descriptor
    parts = [
        "<!-- Generated from datapackage.json by `python -m factbook catalog`. Do not edit. -->",
        f"# {descriptor.get('title', 'Data')}",
        descriptor.get("description", ""),
        "| table | rows | what a row is |\n| --- | ---: | --- |\n"
        + "\n".join(
            f"| [`{resource['path']}`](#{resource['name']}) | {len(facts.rows(resource['name'])):,} | {_title(resource)} |"
            for resource in descriptor["resources"]
        ),
        _licenses(descriptor.get("licenses", ())),
    ]
    shared = {field["name"] for field in _shared_fields(facts)}
    if shared:
        parts += ["## Columns that every table of facts has", _columns(_shared_fields(facts))]
    for resource in descriptor["resources"]:
        fields = resource["schema"]["fields"]
        own = [field for field in fields if field["name"] not in shared] if is_of_facts(resource) else fields
        parts += [f'## <a id="{resource["name"]}"></a>{resource["path"]}', resource.get("description", "")]
        if units := sorted({row["unit"] for row in facts.rows(resource["name"]) if row.get("unit")}):
            parts.append(f"Units: {', '.join(f'`{name}`' for name in units)}.")
        if own:
            parts.append(_columns(own))
    return "\n\n".join(filter(None, parts)) + "\n"


def _title(resource: Mapping[str, Any]) -> str:
    return str(resource.get("title", resource["name"].replace("_", " ")))


def _licenses(entries: Iterable[Mapping[str, str]]) -> str:
    listed = ", ".join(f"[{entry.get('title') or entry['name']}]({entry['path']})" for entry in entries)
    return f"License: {listed}." if listed else ""


def _shared_fields(facts: Facts) -> list[dict[str, Any]]:
    tables = [resource["schema"]["fields"] for resource in facts.descriptor["resources"] if is_of_facts(resource)]
    names = [{field["name"] for field in fields} for fields in tables]
    return [field for field in tables[0] if all(field["name"] in each for each in names)] if tables else []


def _columns(fields: list[dict[str, Any]]) -> str:
    lines = ["| column | type | meaning |", "| --- | --- | --- |"]
    for field in fields:
        constraints = field.get("constraints", {})
        kind = field["type"] + (", required" if constraints.get("required") else "")
        meaning = html.escape(field.get("description", ""), quote=False).replace("|", "\\|")
        if "enum" in constraints and field["name"] != "unit":
            meaning += " One of: " + ", ".join(f"`{value}`" for value in constraints["enum"]) + "."
        lines.append(f"| `{field['name']}` | {kind} | {meaning} |")
    return "\n".join(lines)
