"""Everything of one edition, for publishing and archives."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "archive": ("archive", "Describe the project for archives, from CITATION.cff."),
    "dist": ("dist", "Pack everything of one edition, with checksums."),
}
