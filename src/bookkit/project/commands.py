"""What to type for each thing that can be done with a book: messages name commands by these, and nowhere else."""

from __future__ import annotations

BUILD = "bookkit build"
KEEP_EDITION = "bookkit baseline"
SHOW = "bookkit serve"
STORE = "bookkit notebooks"
PRINT = "bookkit pdf"
PACK = "bookkit dist"
DESCRIBE = "bookkit archive"
PACK_FOR_BROWSERS = "bookkit packs"
PACK_TRACED = "bookkit packs --trace"
