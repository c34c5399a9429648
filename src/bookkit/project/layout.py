"""Where the commands put what they make, below the book's folder."""

from __future__ import annotations

from pathlib import Path

BUILD = Path("_build")
SITE = BUILD / "html"
PDF = BUILD / "pdf"
RELEASE = BUILD / "dist"
# In the site's folder: the state of the sources that it was made from
DIGEST = "inputs.sha256"
