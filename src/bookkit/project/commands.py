"""What to type for each thing that can be done with a book: messages name commands by these, and nowhere else."""

from __future__ import annotations

BUILD = "python -m bookkit.site.build"
KEEP_EDITION = "python -m bookkit.editions.baseline"
PRINT = "python -m bookkit.print.pdf"
PACK = "python -m bookkit.release.dist"
DESCRIBE = "python -m bookkit.release.archive"
