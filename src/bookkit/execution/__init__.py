"""How chapters are executed, once each, and when their outputs may be used again.

`running` runs a notebook, `warm` starts its kernel fast, `reads` says what the outputs came from, `cache` keeps them. The site
(`chapters`) and the stored notebooks (`notebooks`) both take a chapter's outputs from there.
"""
