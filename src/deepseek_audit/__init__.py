"""What did DeepSeek really cost? The facts, the models and the audit behind the report.

Chapters import from here: :mod:`facts` (every data row by its id), :mod:`quantity` (numbers that know their
unit and their source), the models (one module per subject), :mod:`charts` and :mod:`publish` (what a chapter
shows). The package knows nothing of the website.
"""
