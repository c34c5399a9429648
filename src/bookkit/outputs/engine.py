"""The engine that draws, and what it has drawn before.

Drawing is the slowest part of a build, and most charts are the same as in the last one. Each result is kept in a
folder under a hash of the engine's version and everything it was given, so a kept drawing is never a stale one.
(Fonts of the machine are the exception: after installing one, empty the folder.)
``BOOKKIT_DRAWINGS`` names the folder; without it nothing is kept.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bookkit.project.exchange import write_whole

FOLDER = "BOOKKIT_DRAWINGS"
ATTEMPTS = 3
PALETTE = 128


def vegalite_to_vega(specification: str, version: str) -> str:
    """A Vega-Lite specification compiled to Vega, both as JSON.

    Raises:
        ValueError: Vega-Lite does not understand it.
    """
    import vl_convert

    def compile_() -> bytes:
        return json.dumps(_insisting(vl_convert.vegalite_to_vega, specification, vl_version=version), ensure_ascii=False).encode()

    return _remembered(compile_, "vega", specification, version).decode()


def vega_to_svg(specification: str) -> str:
    """The drawing of a Vega specification (JSON).

    Raises:
        ValueError: Vega cannot draw it.
    """
    import vl_convert

    return _remembered(lambda: _insisting(vl_convert.vega_to_svg, specification).encode(), "svg", specification).decode()


def svg_to_png(svg: str, **settings: float) -> bytes:
    """The picture of an SVG; ``settings`` are those of ``vl_convert.svg_to_png``."""
    import vl_convert

    return _remembered(lambda: vl_convert.svg_to_png(svg, **settings), "png", svg, json.dumps(settings, sort_keys=True))


def svg_to_small_png(svg: str, **settings: float) -> bytes:
    """As `svg_to_png`, with a palette in place of true colors."""

    def reduce() -> bytes:
        from PIL import Image

        reduced = io.BytesIO()
        with Image.open(io.BytesIO(svg_to_png(svg, **settings))) as picture:
            picture.convert("RGB").quantize(PALETTE, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(reduced, "PNG")
        return reduced.getvalue()

    return _remembered(reduce, f"png of {PALETTE}", importlib.metadata.version("pillow"), svg, json.dumps(settings, sort_keys=True))


def _insisting(convert: Callable[..., Any], *arguments: str, **settings: str) -> Any:
    """Call the engine, again if need be: after a chart that it refused, it reports that chart's error for the next one."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(ValueError):
            return convert(*arguments, **settings)
    return convert(*arguments, **settings)


def _remembered(make: Callable[[], bytes], *given: str) -> bytes:
    folder = os.environ.get(FOLDER)
    if not folder:
        return make()
    path = Path(folder, hashlib.sha256("\0".join((_version(), *given)).encode()).hexdigest())
    with contextlib.suppress(FileNotFoundError):
        kept = path.read_bytes()
        os.utime(path)
        return kept
    made = make()
    write_whole(path, made)
    return made


@functools.cache
def _version() -> str:
    return importlib.metadata.version("vl-convert-python")
