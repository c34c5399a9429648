"""The whole book as one page and as a PDF."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "browser": ("chromium", "Name the browser that prints, or say how to get one."),
    "pdf": ("pdf", "Print the whole book."),
}
