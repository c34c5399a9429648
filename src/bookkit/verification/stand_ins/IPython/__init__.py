"""What chapters use of IPython where no IPython runs them."""

from __future__ import annotations

from . import display as display


def get_ipython() -> None:
    """The running shell: there is none."""
