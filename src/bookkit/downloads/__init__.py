"""What readers take away: the page of downloads, notebooks that run anywhere, the package."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "wheel": ("wheel", "Write the book's package, with its data, as a wheel."),
    "portable": ("portable", "Write the notebooks as the site offers them, without building a page."),
}
