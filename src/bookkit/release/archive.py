"""What archives read: CodeMeta, Zenodo's deposit and RO-Crate, all made from ``CITATION.cff``.

Decided: ``CITATION.cff`` describes the repository, and the report in it as the preferred citation; ``pyproject.toml``
adds what the code needs. Nothing is described twice. ``codemeta.json`` and ``.zenodo.json`` stand at the root of the
repository, where harvesters look for them, and name no address that ``CITATION.cff`` does not name
(``repository-code``, ``url``). The crate (``ro-crate-metadata.json``) lists the files of a release with their sizes and
hashes, so it is only written into a release; there ``BOOK_SITE_URL`` and ``BOOK_REPOSITORY_URL`` are named too.

``bookkit archive`` writes the two files of the root; ``--check`` says whether they are as they would be
written; ``--tag v1.2.0`` says whether a tag names the version of ``CITATION.cff``.

Formats: CodeMeta 3.0 (https://w3id.org/codemeta/3.0), Zenodo's deposit metadata (https://developers.zenodo.org),
RO-Crate 1.2 (https://w3id.org/ro/crate/1.2).
"""

from __future__ import annotations

import argparse
import html
import json
import mimetypes
import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bookkit.citing import citing
from bookkit.citing.citing import Book
from bookkit.pages.structured import describe_author
from bookkit.project import commands, packing

CODEMETA_FILE = "codemeta.json"
ZENODO_FILE = ".zenodo.json"
CRATE_FILE = "ro-crate-metadata.json"
CODEMETA = "https://w3id.org/codemeta/3.0"
CRATE_VERSION = "1.2"
WHEEL = ".whl"
SPDX = "https://spdx.org/licenses/"
ACTIVE = "https://www.repostatus.org/#active"
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(?P<version>[<>=!~].*)?")
# Zenodo's words for the types of CITATION.cff
ZENODO_TYPES = {"report": ("publication", "report"), "book": ("publication", "book"), "article": ("publication", "article")}
KINDS = {
    ".whl": "application/zip",
    ".ipynb": "application/x-ipynb+json",
    ".bib": "application/x-bibtex",
    ".cff": "application/yaml",
    ".md": "text/markdown",
    "SHA256SUMS": "text/plain",
}


class ArchiveError(ValueError):
    """The project cannot be described. The message says what to mend."""


@dataclass(frozen=True)
class Project:
    """What the description of a project is made from.

    Args:
        citation: the fields of ``CITATION.cff``.
        work: the preferred citation, where it names one; else the citation itself.
        package: the table ``project`` of ``pyproject.toml``.
        site: where the report is read; nothing if nobody said.
        repository: where the sources are; nothing if nobody said.
    """

    citation: Mapping[str, Any]
    work: Mapping[str, Any]
    package: Mapping[str, Any]
    site: str = ""
    repository: str = ""

    @property
    def book(self) -> Book:
        """Title, authors, version, date and license, read as the site reads them."""
        return citing.describe(self.citation, name=str(self.citation["title"]), site=self.site, repository=self.repository)


def project(root: Path, site: str = "", repository: str = "") -> Project:
    """Read the project in a folder.

    Raises:
        ArchiveError: ``CITATION.cff`` is missing or lacks a title, a version or a date.
    """
    try:
        citation = citing.read_citation(root / citing.CITATION_FILE)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ArchiveError(f"{citing.CITATION_FILE} is no YAML ({error.problem}{line}). Put quotes around the text there.") from None
    for name in ("title", "version", "date-released", "authors", "license"):
        if not citation.get(name):
            raise ArchiveError(f"{citing.CITATION_FILE} has no “{name}”. Archives need it: add it there.")
    work = citation.get("preferred-citation") or citation
    for name in ("title", "version", "date-released", "authors", "license"):
        if work.get(name) != citation[name]:
            raise ArchiveError(
                f"{citing.CITATION_FILE}: “{name}” of the preferred citation is {work.get(name)!r}, and {citation[name]!r} above. "
                "Write the same in both places."
            )
    configuration = root / "pyproject.toml"
    package = tomllib.loads(configuration.read_text(encoding="utf-8")).get("project", {}) if configuration.is_file() else {}
    if package.get("version", str(citation["version"])) != str(citation["version"]):
        raise ArchiveError(
            f"pyproject.toml has version {package.get('version')}, and {citing.CITATION_FILE} has {citation['version']}. "
            'Write the same in both places, or let hatchling read it there: dynamic = ["version"].'
        )
    return Project(
        citation, work, package, site or str(citation.get("url", "")), repository or str(citation.get("repository-code", "")).rstrip("/")
    )


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value}


def _date(book: Book) -> str:
    return book.published.isoformat() if book.published else ""


# CodeMeta


def codemeta(found: Project) -> dict[str, Any]:
    """The code, for harvesters of software: CodeMeta 3.0."""
    book, package = found.book, found.package
    authors = [_codemeta_author(author) for author in book.authors]
    publication = {
        "@type": "http://schema.org/Report" if found.work.get("type") == "report" else "http://schema.org/CreativeWork",
        "name": found.work["title"],
        "author": authors,
        "version": book.version,
        "datePublished": _date(book),
        "license": SPDX + book.license,
        "url": book.site,
    }
    return _known(
        {
            "@context": CODEMETA,
            "@type": "SoftwareSourceCode",
            "name": book.title,
            "description": book.abstract,
            "author": authors,
            "maintainer": authors,
            "version": book.version,
            "datePublished": _date(book),
            "license": [SPDX + name for name in _licenses(found)],
            "keywords": list(book.keywords),
            "developmentStatus": ACTIVE,
            "programmingLanguage": "Python",
            "runtimePlatform": f"Python {package['requires-python']}" if package.get("requires-python") else "",
            "softwareRequirements": [_requirement(text) for text in package.get("dependencies", ())],
            "identifier": f"https://doi.org/{found.citation['doi']}" if found.citation.get("doi") else "",
            "codeRepository": book.repository,
            "issueTracker": f"{book.repository}/issues" if book.repository else "",
            "url": book.site,
            "referencePublication": _known(publication),
        }
    )


def _codemeta_author(author: citing.Author) -> dict[str, str]:
    """A person by the parts of the name alone."""
    return {name: value for name, value in describe_author(author).items() if name != "name" or not author.given}


def _licenses(found: Project) -> list[str]:
    """The license of the code and that of the text, as SPDX names them."""
    return list(dict.fromkeys(filter(None, (_license_id(found.package.get("license")), found.book.license))))


def _license_id(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _requirement(text: str) -> dict[str, str]:
    match = REQUIREMENT.match(text)
    found = match.groupdict() if match else {"name": text, "version": ""}
    return _known({"@type": "SoftwareApplication", "name": found["name"], "version": found["version"]})


# Zenodo


def zenodo(found: Project) -> dict[str, Any]:
    """The deposit, in the words of Zenodo. Its reader prefers this file to ``CITATION.cff``."""
    book = found.book
    kind, of_publication = ZENODO_TYPES.get(str(found.work.get("type")), ("dataset", ""))
    code = _license_id(found.package.get("license"))
    related = [(book.repository, "isSupplementedBy"), (book.site, "isIdenticalTo")]
    return _known(
        {
            "title": book.title,
            "upload_type": kind,
            "publication_type": of_publication,
            "description": f"<p>{html.escape(book.abstract, quote=False)}</p>",
            "creators": [{"name": author.inverted} for author in book.authors],
            "version": book.version,
            "publication_date": _date(book),
            "access_right": "open",
            "license": book.license.lower(),
            "language": next(iter(found.work.get("languages", ())), ""),
            "keywords": list(book.keywords),
            "notes": f"The code is under the license {code}." if code and code != book.license else "",
            "related_identifiers": [{"identifier": address, "relation": relation} for address, relation in related if address],
        }
    )


# RO-Crate


def crate(found: Project, folder: Path, files: Sequence[Path]) -> dict[str, Any]:
    """The files of a release as an RO-Crate, each with its size and its hash.

    Args:
        found: the project.
        folder: where the crate's description will be written. Files in it are named by their path, others by their name.
        files: the files, in any order.

    Raises:
        ArchiveError: a file is missing, or two have one name.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

    book = found.book
    made = ROCrate(version=CRATE_VERSION)
    licenses = {}
    for name in _licenses(found):
        about = {"@type": "CreativeWork", "name": citing.license_title(name), "identifier": SPDX + name}
        licenses[name] = made.add(ContextEntity(made, citing.license_address(name), properties=about))
    authors = [
        made.add(ContextEntity(made, f"#{citing.slug(author.inverted)}", properties=describe_author(author))) for author in book.authors
    ]
    root = made.root_dataset
    root["name"], root["description"], root["datePublished"] = book.title, book.abstract, _date(book)
    root["license"], root["author"], root["publisher"] = licenses[book.license], authors, authors
    root["version"], root["keywords"] = book.version, ", ".join(book.keywords)
    for name, value in (("url", book.site), ("inLanguage", book.language), ("identifier", found.citation.get("doi", ""))):
        if value:
            root[name] = value
    for name, path in sorted(_named(folder, files).items()):
        file = made.add_file(path, name, properties=_file_properties(path))
        if path.suffix == WHEEL:
            file["license"] = licenses[_license_id(found.package.get("license")) or book.license]
    return {str(key): value for key, value in made.metadata.generate().items()}


def _named(folder: Path, files: Sequence[Path]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for path in files:
        if not path.is_file():
            raise ArchiveError(f"{path} is not there, so it cannot be described. Make it first.")
        inside = path.resolve().is_relative_to(folder.resolve())
        name = path.resolve().relative_to(folder.resolve()).as_posix() if inside else path.name
        if name in named:
            raise ArchiveError(f"Two files of the release are called {name}. Rename one.")
        named[name] = path
    return named


def _file_properties(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    kind = KINDS.get(path.suffix) or KINDS.get(path.name) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {"name": path.name, "encodingFormat": kind, "contentSize": str(len(content)), "sha256": packing.digest(content)}


# Writing


def write_all(root: Path, folder: Path, files: Sequence[Path]) -> list[Path]:
    """Describe a release: CodeMeta, Zenodo's deposit, and an RO-Crate that lists these two and ``files``.

    Args:
        root: the project, with its ``CITATION.cff``.
        folder: where to write.
        files: what the release consists of.

    Returns:
        The files written.

    Raises:
        ArchiveError: the project or a file cannot be described.
    """
    found = project(root, os.environ.get("BOOK_SITE_URL", ""), os.environ.get("BOOK_REPOSITORY_URL", "").rstrip("/").removesuffix(".git"))
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write(folder / CODEMETA_FILE, codemeta(found)), _write(folder / ZENODO_FILE, zenodo(found))]
    return [*written, _write(folder / CRATE_FILE, crate(found, folder, [*files, *written]))]


def of_root(root: Path) -> dict[Path, str]:
    """The files that stand at the root of the repository, as they should be."""
    found = project(root)
    return {root / CODEMETA_FILE: _text(codemeta(found)), root / ZENODO_FILE: _text(zenodo(found))}


def _write(path: Path, content: Mapping[str, Any]) -> Path:
    path.write_text(_text(content), encoding="utf-8", newline="")
    return path


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def wrong_tag(tag: str, version: str) -> str:
    """What is wrong with a release's tag; nothing if it names the version."""
    if tag == f"v{version}":
        return ""
    return f"The tag is {tag}, and {citing.CITATION_FILE} has version {version}: tag v{version}, or change the version."


def main(arguments: list[str] | None = None) -> int:
    """Write, or check, what stands at the root of the repository."""
    parser = argparse.ArgumentParser(prog="bookkit archive", description="Describe the project for archives, from CITATION.cff.")
    parser.add_argument("--check", action="store_true", help="change nothing; say whether the files are current")
    parser.add_argument("--tag", help="change nothing; say whether this tag names the version")
    options = parser.parse_args(arguments)
    root = Path()
    try:
        if options.tag is not None:
            problems = list(filter(None, [wrong_tag(options.tag, str(project(root).citation["version"]))]))
        elif options.check:
            problems = [
                f"{path} is not what CITATION.cff says. Run `{commands.DESCRIBE}`."
                for path, text in of_root(root).items()
                if not path.is_file() or path.read_text(encoding="utf-8") != text
            ]
        else:
            problems = []
            for path, text in of_root(root).items():
                path.write_text(text, encoding="utf-8", newline="")
                print(f"archive    {path}")
    except ArchiveError as error:
        problems = [str(error)]
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return int(bool(problems))
