"""Checks of what readers read and follow: typed numbers, links."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "links": ("links", "Check every address outside the site, and keep what was found."),
    "lint": ("lint", "Find numbers typed into prose."),
}
