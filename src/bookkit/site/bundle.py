"""Build what the site serves from npm packages: the scripts of charts, calculators and code that readers change, and the fonts.

``bookkit bundle`` installs the locked npm packages of the current folder and bundles them with esbuild, which is a program
of its own and needs no node. Packages run no scripts of their own when they are installed. The result is not committed;
without it the site builds all the same, and charts stay static.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bookkit.project import commands, npm

HERE = Path(__file__).parents[1]
ENTRIES = tuple(HERE / "scripts" / name for name in ("live.js", "calculator.js", "verify-draw.js", "verify-editor.js"))
SCRIPT = HERE / "static" / "vendor" / "live.js"
LICENSES = SCRIPT.with_name("live.licenses.txt")
OPTIONS = ("--bundle", "--minify", "--format=esm", "--target=es2022", "--charset=utf8", "--legal-comments=none", "--log-level=warning")
# Vega-Lite takes four small functions from the whole of Vega, which has them from this part
INSTEAD = "--alias:vega=vega-util"
ADVICE = (
    "The scripts for interactive charts and calculators were not built. Run the command again when the package registry can be reached, "
    f"or build the site with static charts and calculators: {commands.BUILD}"
)
BANNER = f"/* With parts of Vega, D3 and CodeMirror. Licenses: {LICENSES.name} */"


class BundleError(Exception):
    """The script could not be built. The message is for the reader of the terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Install the packages and build the script."""
    parser = argparse.ArgumentParser(prog="bookkit bundle", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.parse_args(arguments)
    root = Path.cwd()
    try:
        _run([*npm.command(), "ci", "--omit=dev", "--no-progress"], root, npm.environment())
        build(root)
    except (BundleError, npm.NpmError) as error:
        print(f"{error}\n{ADVICE}", file=sys.stderr)
        return 1
    for script in (SCRIPT.with_name(entry.name) for entry in ENTRIES):
        print(f"bundle       {script.name}, {len(gzip.compress(script.read_bytes())) / 1000:.0f} KB compressed")
    return 0


def esbuild(root: Path) -> str:
    """The program that bundles: of its packages for each system and processor, npm installs the one that runs here.

    Raises:
        BundleError: it is not installed.
    """
    for path in (root / "node_modules/@esbuild").glob("*/**/esbuild*"):
        if path.name in ("esbuild", "esbuild.exe"):
            return str(path)
    raise BundleError("npm installed no esbuild for this system and processor.")


def build(root: Path) -> None:
    """Bundle the entries with the packages of ``root/node_modules``, and collect the packages' licenses."""
    SCRIPT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        files = [*map(str, ENTRIES), f"--outdir={SCRIPT.parent}", f"--metafile={report}", f"--banner:js={BANNER}", INSTEAD]
        _run([esbuild(root), *files, *OPTIONS], root, {**os.environ, "NODE_PATH": str(root / "node_modules")})
        inputs = json.loads(report.read_text(encoding="utf-8"))["inputs"]
    copied = copy_fonts(root)
    LICENSES.write_text(licenses(root, [*inputs, *copied]), encoding="utf-8", newline="\n")


def copy_fonts(root: Path) -> list[str]:
    """Copy the fonts that ``package.json`` names under ``bookkit.fonts``: file name to file in ``node_modules``.

    Returns:
        The files copied, as paths from ``root``.
    """
    wanted = json.loads((root / "package.json").read_text(encoding="utf-8")).get("bookkit", {}).get("fonts", {})
    for name, source in wanted.items():
        shutil.copyfile(root / "node_modules" / source, SCRIPT.with_name(name))
    return [f"node_modules/{source}" for source in wanted.values()]


def licenses(root: Path, inputs: Sequence[str] | dict[str, Any]) -> str:
    """The license texts of all packages that the bundled files come from."""
    marker = "node_modules/"
    names = sorted({_package(path[path.rindex(marker) + len(marker) :]) for path in inputs if marker in path})
    texts = []
    for name in names:
        package = root / "node_modules" / name
        described = json.loads((package / "package.json").read_text(encoding="utf-8"))
        found = sorted(path for path in package.iterdir() if path.name.lower().startswith("license"))
        text = found[0].read_text(encoding="utf-8").strip() if found else f"License: {described.get('license', 'not stated')}"
        texts.append(f"{name} {described['version']}\n\n{text}\n")
    return f"\n{'-' * 72}\n\n".join(texts)


def _package(path: str) -> str:
    """The package a file belongs to: ``vega-view``, or ``@scope/name``."""
    return "/".join(path.split("/")[: 2 if path.startswith("@") else 1])


def _run(command: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, encoding="utf-8")
    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise BundleError(
            "\n".join(line for line in lines[:8] if line.strip() and not line.startswith("npm warn")) or f"{Path(command[0]).name} failed."
        )
