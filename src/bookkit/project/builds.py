"""What a build finds out once and asks for often, such as the book's metadata: kept beside Sphinx' application, not on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from sphinx.application import Sphinx

Value = TypeVar("Value")


class OncePerBuild(Generic[Value]):
    """A function of the application whose answer is computed once in each build."""

    def __init__(self, compute: Callable[[Sphinx], Value]):
        self.__doc__ = compute.__doc__
        self._compute = compute
        self._kept: WeakKeyDictionary[Sphinx, Value] = WeakKeyDictionary()

    def __call__(self, app: Sphinx) -> Value:
        """The answer for this build."""
        if app not in self._kept:
            self._kept[app] = self._compute(app)
        return self._kept[app]

    def set(self, app: Sphinx, value: Value) -> None:
        """Let this be the answer from now on."""
        self._kept[app] = value
