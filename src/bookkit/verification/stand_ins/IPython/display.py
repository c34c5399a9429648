"""Hands on what a chapter shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _drop(shown: object, raw: bool, metadata: Mapping[str, Any] | None) -> None:
    pass


# What runs the chapter puts a function here; it is given each object, whether that is a bundle of media types, and its metadata
sink: Callable[[Any, bool, Mapping[str, Any] | None], object] = _drop


def display(*objects: Any, raw: bool = False, metadata: Mapping[str, Any] | None = None, **_: Any) -> None:
    """Hand each object to the sink."""
    for shown in objects:
        sink(shown, raw, metadata)
