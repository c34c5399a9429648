"""The project as files: what belongs to it, its history, its table of contents; locks and swaps of folders."""
