"""What the Makefile runs, for whoever has no make: ``python -m make site`` and ``python -m make test``.

It needs nothing but Python. pip installs uv by its hash, and uv the rest at locked versions into ``.venv``: what the site
needs, and a further group of ``pyproject.toml`` only for the command that uses it. What is older than the files that name
the versions is installed again. The Makefile's own recipes call it, so that each step is written down in one place; what
else the Makefile offers needs make.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

OLDEST = (3, 11)
VENV = Path(".venv")
LOCKED = VENV / "locked"
READY = VENV / "ready"
SITE, ALL = Path("requirements.txt"), Path("requirements-all.txt")
BUNDLE = Path("src/bookkit/static/vendor/live.js")
TOOLS = Path("node_modules/.tools")
OLDEST_NPM = 8
UV = ("-m", "uv", "pip", "install")
LAST_LINES = 10


class Failed(Exception):
    """A step failed. The message, if any, is for the reader of the terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command in the folder of the project."""
    parser = argparse.ArgumentParser(prog="python -m make", description="Build, check and show the website.")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("options", nargs="*", help="of the command, such as the port for serve or the steps for test")
    options = parser.parse_args(arguments)
    os.chdir(Path(__file__).parent)
    try:
        COMMANDS[options.command](*options.options)
    except Failed as failure:
        if str(failure):
            print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def site() -> None:
    """Build the website into ``_build/html``."""
    environment()
    try:
        bundle()
    except Failed:
        print("bundle       not there: the site is built all the same, with static charts and calculators", flush=True)
    for command in (("deepseek_audit", "check"), ("deepseek_audit", "audit"), ("bookkit", "build")):
        run(python(), "-m", *command)


def test(*steps: str) -> None:
    """Check everything, or the named steps of ``tests/run.py``."""
    environment("test")
    npm()
    with ThreadPoolExecutor() as together:
        for step in [together.submit(tools), together.submit(browsers), together.submit(run, python(), "-m", "bookkit", "packs")]:
            step.result()
    run(python(), "-m", "tests.run", *steps)


def packs(*trace: str) -> None:
    """Fetch and pack what a reader's browser computes chapters with, unless it is there; ``trace`` looks first what chapters open."""
    environment("packs")
    bundle()
    run(python(), "-m", "bookkit", "packs", *(f"--{option}" for option in trace))


def serve(port: str = "8000") -> None:
    """Build and show the website on 127.0.0.1."""
    site()
    run(python(), "-m", "bookkit", "serve", port)


def environment(*groups: str) -> None:
    """Install the site's locked packages into ``.venv``, then those of further groups of ``pyproject.toml``."""
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:2]))
        raise Failed(f"Python {wanted} or newer is needed, and this is {found}. Install it, or name it: make PYTHON=python{wanted} site")
    if outdated(LOCKED, SITE):
        print(f"environment  installing the locked packages into {VENV} (seconds, once)", flush=True)
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
        with tempfile.TemporaryDirectory() as folder:
            installer = Path(folder) / "uv.txt"
            installer.write_text(locked("uv"), encoding="utf-8", newline="\n")
            install("-m", "pip", "--disable-pip-version-check", "install", "--require-hashes", "-r", str(installer))
        install(*UV, "--require-hashes", "-r", str(SITE))
        LOCKED.touch()
    if outdated(READY, LOCKED, "pyproject.toml", "CITATION.cff"):
        install(*UV, "--no-deps", "--no-build-isolation", "--reinstall-package", "deepseek-audit", "-e", ".")
        READY.touch()
    for group in groups:
        if outdated(VENV / f"with-{group}", LOCKED, ALL):
            print(f"environment  adding the locked packages of the group {group} (seconds, once)", flush=True)
            install(*UV, "--require-hashes", "-r", str(SITE), "-c", str(ALL), "--group", group)
            (VENV / f"with-{group}").touch()


def bundle() -> None:
    """Bundle the scripts of the pages from locked npm packages."""
    environment()
    scripts = Path("src/bookkit/scripts").glob("*.js")
    if outdated(BUNDLE, LOCKED, "package.json", "package-lock.json", ".npmrc", "src/bookkit/site/bundle.py", *scripts):
        npm()
        print("bundle       installing the locked npm packages into node_modules (seconds, once)", flush=True)
        run(python(), "-m", "bookkit", "bundle")
        BUNDLE.touch()


def npm() -> None:
    """The npm that is there, if it knows today's lock files, else one in the environment, with a node of its own."""
    there = shutil.which("npm")
    asked = there and subprocess.run([there, "--version"], capture_output=True, encoding="utf-8", check=False).stdout.partition(".")[0]
    if not asked or not asked.isdigit() or int(asked) < OLDEST_NPM:
        environment("node")


def tools() -> None:
    """Install the tests' npm packages. Bundling installs without them, so they come after it."""
    bundle()
    if outdated(TOOLS, BUNDLE, "package-lock.json"):
        print("tools        installing the tests' npm packages into node_modules (seconds, once)", flush=True)
        run(python(), "-m", "bookkit", "npm", "ci", "--no-progress", "--loglevel=error")
        TOOLS.touch()


def browser() -> None:
    """The browser that is there, else Debian's, else a line that says how to get one."""
    _find_or_install(("bookkit", "browser"))


def browsers() -> None:
    """Three for the tests: Firefox and WebKitGTK, with a screen in memory, beside Chromium."""
    browser()
    _find_or_install(("tests.bookkit.other_browsers",), "firefox-esr", "webkit2gtk-driver", "xvfb", "xauth")


def _find_or_install(command: tuple[str, ...], *packages: str) -> None:
    """Ask a command whether its browsers are there; if not, install Debian's, or let it say how to get them."""
    asked = [python(), "-m", *command]
    if subprocess.run(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
        debian = shutil.which("apt-get") and subprocess.run([".ci/browser", *packages], check=False).returncode == 0
        if not debian:
            subprocess.run(asked, check=False)


COMMANDS = {step.__name__: step for step in (site, test, packs, serve, environment, bundle, npm, tools, browser, browsers)}


def outdated(target: Path, *sources: str | Path) -> bool:
    """Whether a file is missing, or older than one that it is made from."""
    return not target.is_file() or any(Path(source).stat().st_mtime > target.stat().st_mtime for source in sources)


def python() -> str:
    """The Python of the project's environment."""
    return program(VENV, "python")


def program(environment: Path, name: str) -> str:
    """A program of an environment."""
    return str(environment / "Scripts" / f"{name}.exe" if sys.platform == "win32" else environment / "bin" / name)


def locked(package: str) -> str:
    """A package's entry of the lock, with its hashes, as pip reads it."""
    found = re.search(rf"^{package}==.*(\n +--hash=.*)+", ALL.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise Failed(f"{ALL} has no {package}. Compile it again: make lock")
    return f"{found[0]}\n"


def install(*command: str) -> None:
    """Let the environment's Python install something, and write down in ``install.log`` what it says.

    Raises:
        Failed: it could not. The message has the last lines.
    """
    log = VENV / "install.log"
    with log.open("ab") as file:
        ended = subprocess.run([python(), *command], env=settings(), stdout=file, stderr=file, check=False)
    if ended.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        raise Failed("\n".join([*last, f"The environment could not be installed. The whole log is {log}."]))


def settings() -> dict[str, str]:
    """The user's settings without those that send packages elsewhere: this environment is the project's own.

    uv does not know pip's index, and who has one may reach no other.
    """
    elsewhere = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    index = {"UV_DEFAULT_INDEX": kept["PIP_INDEX_URL"]} if "PIP_INDEX_URL" in kept else {}
    return {**index, **kept, "PIP_USER": "0", "VIRTUAL_ENV": str(VENV.resolve())}


def run(*command: str) -> None:
    """Run a program that says itself what is wrong.

    Raises:
        Failed: it failed.
    """
    try:
        ended = subprocess.run(command, check=False)
    except FileNotFoundError:
        raise Failed(f"{command[0]} is not there. Remove {VENV}, then run the command again.") from None
    if ended.returncode:
        raise Failed("")


if __name__ == "__main__":
    sys.exit(main())
