"""The project as files: what belongs to it, its history, its table of contents; locks and swaps of folders; npm."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {"npm": ("npm", "Run npm as the book does, on its locked packages.")}
