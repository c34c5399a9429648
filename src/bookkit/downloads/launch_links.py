"""Links that open a chapter's notebook where it can be run: on Binder, and on Colab.

Decided: no link that leads nowhere. Without ``BOOK_REPOSITORY_URL`` there is none. Binder builds the environment of
``.binder/`` from a repository on GitHub or GitLab, at the commit of the pages, and makes the copies that read well
(`bookkit.downloads.notebook_downloads`): the notebooks of the repository are for writing, and hold what only the site's builder draws.
Colab opens notebooks from GitHub, and gives them nothing but themselves: no repository, no package. It therefore opens
the published copies, whose setup cell knows the site. The workflow that publishes the site pushes these copies to a
branch of their own (``bookkit_colab_branch``); where the site's address is unknown, they could install nothing, and the
link is left out.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from bookkit.citing.citing import Book

REPOSITORY = re.compile(r"https://(?P<host>[^/]+)/(?P<path>[^/]+(?:/[^/]+?)+?)(?:\.git)?/?")
HOSTS = {"github.com": "gh", "gitlab.com": "gl"}
NEWEST = "HEAD"


def links(book: Book, readable: str, published: str, branch: str) -> list[tuple[str, str]]:
    """Addresses and names of the places where a notebook can be run.

    Args:
        book: its repository, its site and the commit of its pages.
        readable: the path of the copy that `.binder/postBuild` makes in the repository.
        published: its path in the branch of published copies.
        branch: that branch; none, if nothing pushes one.
    """
    found = [(binder(book, readable), "Run in Binder"), (colab(book, published, branch), "Run in Colab")]
    return [(address, name) for address, name in found if address]


def binder(book: Book, readable: str) -> str:
    """The address that builds the repository's environment and opens a readable copy of a notebook in JupyterLab."""
    match = REPOSITORY.fullmatch(book.repository)
    if not match or match["host"] not in HOSTS:
        return ""
    kind = HOSTS[match["host"]]
    repository = match["path"] if kind == "gh" else quote(match["path"], safe="")
    commit = book.commit
    opened = f"lab/tree/{commit.folder if commit else ''}{readable}"
    return f"https://mybinder.org/v2/{kind}/{repository}/{commit.hash if commit else NEWEST}?urlpath={quote(opened, safe='')}"


def colab(book: Book, published: str, branch: str) -> str:
    """The address that opens a published copy in Colab."""
    match = REPOSITORY.fullmatch(book.repository)
    if not (match and match["host"] == "github.com" and book.site and branch):
        return ""
    return f"https://colab.research.google.com/github/{match['path']}/blob/{quote(branch)}/{quote(published)}"
