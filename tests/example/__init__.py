"""Another book: it is built by stock Jupyter Book under its stock theme, and nothing of this report is in it."""
