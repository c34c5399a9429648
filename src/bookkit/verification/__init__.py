"""How readers compute a chapter again in their own browser, and compare."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {"packs": ("packs", "Fetch and pack what a reader’s browser computes chapters with.")}
