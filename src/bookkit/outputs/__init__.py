"""What chapters emit, as parts of a page: each kind of output is a Sphinx extension of its own, with its templates, styles and scripts."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"
# What a page of any kind may need, in this order
STYLES = ("colors.css", "numbers.css", "menus.css", "tables.css", "charts.css", "claims.css")

# Commands of the terminal: a module of this room, and a line of help
COMMANDS = {
    "overlaps": ("overlaps", "list labels of charts that run into something, in both forms"),
}
