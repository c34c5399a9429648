"""Where a figure or a table stands in a site, and the menu in its corner: what readers may take away, and its permalink.

The menu opens without JavaScript. Its files lie beside the page, under lasting names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from markupsafe import Markup

from bookkit.markup.templates import render


@dataclass(frozen=True)
class Place:
    """Where a figure or a table stands in a site.

    Attributes:
        chapter: the page's public name, ``cost-claims``.
        page: the page's address below the site's root.
        root: the way from the page to the site's root, ``../`` or nothing.
        site: the site's address with its last slash, or nothing where it is not known.
        script: address of the script that makes charts interactive, seen from the page; empty where it was not built.
        report: gives the address where a problem can be reported, from what it is with and what is known of it.
        folder: where files beside the pages lie, below the site's root.
    """

    chapter: str = "index"
    page: str = "index.html"
    root: str = ""
    site: str = ""
    script: str = ""
    report: Callable[[str, str], str] = field(default=lambda _about, _body: "", kw_only=True)
    folder: str = field(default="_figures", kw_only=True)

    def file(self, identifier: str, kind: str) -> str:
        """The address of a figure's or table's file below the site's root."""
        return f"{self.folder}/{self.chapter}/{identifier}.{kind}"

    def permalink(self, identifier: str) -> str:
        """The address of a part of the page; below the site's root where the site's own is not known."""
        return f"{self.site}{self.page}#{identifier}"


def name(identifier: str) -> str:
    """What a figure or a table without a name of its own is called in its chapter: ``figure-1`` is “Figure 1”."""
    return identifier.replace("-", " ").capitalize()


def menu(
    place: Place, identifier: str, called: str, title: str, purpose: str, files: Iterable[tuple[str, str]], rest: Markup | str = ""
) -> Markup:
    """A button in the corner that opens without JavaScript.

    Args:
        place: where the thing stands.
        identifier: its id in the page, ``table-2`` or ``table-hours``.
        called: what it is called there, “Table 2”.
        title: what it shows.
        purpose: what the menu is for, “Download”.
        files: the kind of each file to take away, and what readers call it.
        rest: HTML below the links, from a template.
    """
    stem = f"{place.chapter.replace('/', '-')}-{identifier}"
    body = f"Page: {place.permalink(identifier)}\n{called.partition(' ')[0]}: {title}\n\nWhat is wrong, and which source shows it?\n"
    return render(
        "markup/menu.html",
        name=f"{purpose} {called.lower()}",
        files=[(place.root + place.file(identifier, kind), f"{stem}.{kind}", text) for kind, text in files],
        identifier=identifier,
        report=place.report(f"{called.lower()} of {place.chapter}", body),
        rest=rest,
    )
