"""Editions of a book: kept, compared, side by side."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "compare": ("compare", "Compare the numbers of two editions."),
    "baseline": ("published", "Keep the numbers of the built site as the published edition, or check that they are."),
    "versions": ("versions", "Put the sites of earlier editions beside the newest."),
}
