"""A page for search engines, in the words of schema.org."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bookkit.citing.citing import Author, Book, Work, license_address
from bookkit.citing.formats import apa
from bookkit.downloads.offers import DATA, FOLDER, PAGE
from bookkit.markup.plain import one_line
from bookkit.project import declared, packing

DESCRIPTION_LEAST, DESCRIPTION_MOST = 50, 5000
MEASURED = ("number", "integer")
FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".zip": "application/zip",
    ".md": "text/markdown",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
}
Data = dict[str, object]


def describe_work(work: Work, description: str, image: str, sources: Iterable[tuple[str, str]] = (), parts: Iterable[Work] = ()) -> Data:
    """A chapter as a ``ScholarlyArticle``, the whole book as a ``Book``.

    Args:
        work: the chapter or the book.
        description: its answer in short.
        image: the address of its card; empty where the site has none.
        sources: name and address of each source that it cites.
        parts: the chapters, when it is the book.
    """
    book = work.book
    shared: Data = {"@context": "https://schema.org"}
    if work.whole:
        own = _known(
            {
                **_about_book(book, work.address),
                "headline": work.title,
                "description": description,
                "image": image,
                "hasPart": [_known({"@type": "ScholarlyArticle", "name": part.title, "url": part.address}) for part in parts],
            }
        )
    else:
        own = _known(
            {
                "@type": "ScholarlyArticle",
                "headline": work.title,
                "name": work.title,
                "description": description,
                "url": work.address,
                "mainEntityOfPage": work.address,
                "image": image,
                **_about_work(book),
                "isPartOf": _known(_about_book(book, book.address("index.html"))),
            }
        )
    cited = [_known({"@type": "CreativeWork", "name": name, "url": url}) for name, url in sources]
    return shared | own | ({"citation": cited} if cited else {})


def _about_book(book: Book, address: str) -> Data:
    return {"@type": "Book", "name": book.title, "url": address, **_about_work(book)}


def _about_work(book: Book) -> Data:
    return {
        "author": [describe_author(author) for author in book.authors],
        "datePublished": book.published.isoformat() if book.published else "",
        "dateModified": book.modified.isoformat() if book.modified else "",
        "version": book.version,
        "license": license_address(book.license) if book.license else "",
        "keywords": list(book.keywords),
        "inLanguage": book.language,
        "isAccessibleForFree": True,
    }


def describe_author(author: Author) -> dict[str, str]:
    """An author as a ``Person``, or as an ``Organization``, whose name has no parts."""
    if author.given:
        return {"@type": "Person", "name": f"{author.given} {author.name}", "givenName": author.given, "familyName": author.name}
    return {"@type": "Organization", "name": author.name}


def _known(fields: Mapping[str, Any]) -> Data:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in ("", [], None)}


def json_for_html(data: Mapping[str, Any]) -> Markup:
    """JSON that can stand in a script element: nothing in it can end the element or open a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def describe_data(package: Mapping[str, Any], folder: Path, book: Book) -> Data:
    """The data package as a ``Dataset`` of schema.org.

    Args:
        package: ``datapackage.json``.
        folder: where the files lie.
        book: what the data belong to.
    """
    resources = package.get("resources", ())
    archives = [path.relative_to(folder).as_posix() for path in sorted(folder.glob("*-data.zip"))]
    files = [*archives, f"{DATA}/{declared.PACKAGE}", *(f"{DATA}/{resource['path']}" for resource in resources)]
    titles = {f"{DATA}/{resource['path']}": str(resource.get("title", resource["name"])) for resource in resources}
    licenses = [entry.get("path") or license_address(entry["name"]) for entry in package.get("licenses", ())]
    about = str(package.get("description") or book.abstract)
    address = book.address("index.html")
    cited = {"@type": "Book", "name": book.title, "url": address, "version": book.version}
    fields = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": package.get("title") or f"Data of “{book.name}”",
        "description": (about if len(about) >= DESCRIPTION_LEAST else f"{about} {book.abstract}".strip())[:DESCRIPTION_MOST],
        "url": book.address(f"{PAGE}.html"),
        "version": package.get("version") or book.version,
        "license": (licenses or [license_address(book.license) if book.license else ""])[0],
        "creator": [{name: about[name] for name in ("@type", "name")} for about in map(describe_author, book.authors)],
        "datePublished": book.published.isoformat() if book.published else "",
        "dateModified": book.modified.isoformat() if book.modified else "",
        "inLanguage": book.language,
        "isAccessibleForFree": True,
        "keywords": list(book.keywords),
        "isPartOf": _known(cited),
        "citation": _plain_citation(book),
        "variableMeasured": list(_variables(resources)),
        "distribution": [_distribution(folder, name, titles.get(name, ""), book) for name in files if (folder / name).is_file()],
    }
    return _known(fields)


def _plain_citation(book: Book) -> str:
    work = Work(book, book.title, "index.html", whole=True)
    return one_line(apa(work).striptags())


def _variables(resources: Iterable[Mapping[str, Any]]) -> Iterator[Data]:
    """The measured columns, each description once."""
    seen: set[tuple[str, str]] = set()
    for resource in resources:
        for field in resource.get("schema", {}).get("fields", ()):
            key = (field["name"], field.get("description", ""))
            if field.get("type") in MEASURED and key not in seen:
                seen.add(key)
                yield _known({"@type": "PropertyValue", "name": field["name"], "description": key[1], "unitText": field.get("unit", "")})


def _distribution(folder: Path, name: str, title: str, book: Book) -> Data:
    path = folder / name
    content = path.read_bytes()
    return _known(
        {
            "@type": "DataDownload",
            "name": title or path.name,
            "contentUrl": book.address(f"{FOLDER}/{name}") or f"{FOLDER}/{name}",
            "encodingFormat": FORMATS.get(path.suffix, "application/octet-stream"),
            "contentSize": f"{len(content)} B",
            "sha256": packing.digest(content),
        }
    )
