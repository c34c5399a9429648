"""How chapters are executed, once each, and when their outputs may be used again.

`running` runs a notebook, `warm` starts its kernel fast, `reads` says what the outputs came from, `cache` keeps them. The site
(`chapters`) and the stored notebooks (`notebooks`) both take a chapter's outputs from there.
"""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "notebooks": ("notebooks", "Execute the chapters and store them as notebooks."),
    "rerun": ("rerun", "Run one chapter with your assumptions and list what moves."),
}
