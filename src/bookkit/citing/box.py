"""The box “Cite this chapter” under a page, and what its head says to reference managers."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from markupsafe import Markup

from bookkit.citing import formats
from bookkit.citing.citing import Work, day, license_of, repository_address
from bookkit.markup.templates import render

HASH_DIGITS = 12


class Offered(NamedTuple):
    """A file beside the page that holds its citation."""

    name: str
    type: str
    address: str


def box(work: Work, changelog: str = "", thing: str = "") -> Markup:
    """The box. It opens and closes without JavaScript.

    Args:
        work: the chapter or the book.
        changelog: the path of the changelog's page, linked when there is no repository to show the history.
        thing: what readers call it; by default a chapter or the book.
    """
    book, commit = work.book, work.book.commit
    source = (commit.folder if commit else "") + work.source
    return render(
        "citing/box.html",
        work=work,
        thing=thing or ("book" if work.whole else "chapter"),
        reference=formats.apa(work),
        coins=formats.coins(work),
        bibtex=formats.bibtex(work).rstrip(),
        formats=_offered(work),
        commit_address=repository_address(book.repository, "commit", commit.hash) if commit else "",
        commit_day=day(commit.date) if commit else "",
        hash_digits=HASH_DIGITS,
        history=repository_address(book.repository, "commits/HEAD", source) if work.source else "",
        changelog=posixpath.relpath(changelog, posixpath.dirname(work.path) or ".") if changelog else "",
        license=license_of(book),
    )


def head_tags(work: Work) -> Markup:
    """What stands in the head: links to the same citation in other formats, and the tags of Zotero and Google Scholar."""
    return render("citing/tags.html", formats=_offered(work), tags=formats.tags(work))


def _offered(work: Work) -> list[Offered]:
    here = posixpath.dirname(work.path) or "."
    return [Offered(name, kind, posixpath.relpath(work.stem + ending, here)) for ending, (name, kind, _write) in formats.FORMATS.items()]
