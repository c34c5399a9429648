"""How chapters are executed, and when their outputs may be used again."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "notebooks": ("notebooks", "Execute the chapters and store them as notebooks."),
    "rerun": ("rerun", "Run one chapter with your assumptions and list what moves."),
}
