"""Building the site, serving it, and the scripts it serves."""

# Each command's module, of which main runs, and what it does in a line
COMMANDS = {
    "build": ("build", "Build the website, strictly and aside, if something changed."),
    "bundle": ("bundle", "Bundle the scripts of the pages from locked npm packages."),
    "serve": ("serve", "Show the built site on this machine."),
}
