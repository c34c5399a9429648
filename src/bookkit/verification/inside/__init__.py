"""What runs in the reader's browser: the cells of a chapter, and how their outputs compare with the published ones.

It needs nothing but Python, so that it runs there, in this project's tests and wherever else. A chapter's outputs are lists of
``{"data": …, "metadata": …}`` and ``{"stream": text}`` for each cell, as a notebook has them.
"""
