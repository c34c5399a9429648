"""What the Makefile runs, for whoever has no make: ``python -m make site`` and ``python -m make test``.

It needs nothing but Python. Everything else is installed once, at locked versions, into ``.venv`` and ``node_modules``,
and again where the files that name the versions are newer. The Makefile's own recipes call it, so that each step is
written down in one place; what else the Makefile offers needs make.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
VENV = Path(".venv")
READY = VENV / "ready"
CITATION = VENV / "citation"
WEEKLY = VENV / "weekly"
BUNDLE = Path("src/bookkit/static/vendor/live.js")
TOOLS = Path("node_modules/.tools")
PIP = ("-m", "pip", "--disable-pip-version-check", "install", "-q")
HASHED = (*PIP, "--require-hashes", "-r")
LAST_LINES = 5


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
    for command in (("deepseek_audit", "check"), ("deepseek_audit", "audit"), ("bookkit.site.build",)):
        run(python(), "-m", *command)


def test(*steps: str) -> None:
    """Check everything, or the named steps of ``tests/run.py``."""
    environment()
    tools()
    browsers()
    run(python(), "tests/run.py", *steps)


def serve(port: str = "8000") -> None:
    """Build and show the website on 127.0.0.1; messages name the port as make takes it, ``PORT=8080``."""
    site()
    run(python(), "-m", "bookkit.site.serve", port.removeprefix("PORT="))


def environment() -> None:
    """Install the locked packages of the project into ``.venv``."""
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:2]))
        raise Failed(f"Python {wanted} or newer is needed, and this is {found}. Install it, or name it: make PYTHON=python{wanted} site")
    if outdated(READY, "requirements.txt", "pyproject.toml"):
        print(f"environment  installing the locked packages into {VENV} (about a minute, once)", flush=True)
        install(VENV, "The environment", (*HASHED, "requirements.txt"), (*PIP, "--no-deps", "--no-build-isolation", "-e", "."))
        READY.touch()


def bundle() -> None:
    """Bundle the scripts of the pages from locked npm packages."""
    environment()
    scripts = Path("src/bookkit/scripts").glob("*.js")
    if outdated(BUNDLE, READY, "package.json", "package-lock.json", ".npmrc", "src/bookkit/site/bundle.py", *scripts):
        print("bundle       installing the locked npm packages into node_modules (seconds, once)", flush=True)
        run(python(), "-m", "bookkit.site.bundle")
        BUNDLE.touch()


def tools() -> None:
    """Install the tests' npm packages. Bundling installs without them, so they come after it."""
    bundle()
    if outdated(TOOLS, BUNDLE, "package-lock.json"):
        print("tools        installing the tests' npm packages into node_modules (seconds, once)", flush=True)
        run(python(), "-c", "from pathlib import Path; from bookkit.site.bundle import npm; npm(Path(), 'ci', '--no-progress')")
        TOOLS.touch()


def browser() -> None:
    """The browser that is there, else Debian's, else a line that says how to get one."""
    _find_or_install("tests.bookkit.browser")


def browsers() -> None:
    """Three for the tests: Firefox and WebKitGTK, with a screen in memory, beside Chromium."""
    browser()
    _find_or_install("tests.bookkit.other_browsers", "firefox-esr", "webkit2gtk-driver", "xvfb", "xauth")


def _find_or_install(module: str, *packages: str) -> None:
    """Ask a module of the tests whether its browsers are there; if not, install Debian's, or let it say how to get them."""
    asked = [python(), "-m", module]
    if subprocess.run(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
        debian = shutil.which("apt-get") and subprocess.run([".ci/browser", *packages], check=False).returncode == 0
        if not debian:
            subprocess.run(asked, check=False)


def citation() -> None:
    """Validate ``CITATION.cff``. Its validator needs older packages than the book, so it has an environment of its own."""
    if outdated(CITATION / "ready", "requirements-citation.txt"):
        print("environment  installing the validator of CITATION.cff (seconds, once)", flush=True)
        install(CITATION, "The validator", (*HASHED, "requirements-citation.txt"))
        (CITATION / "ready").touch()
    run(program(CITATION, "cffconvert"), "--validate")


def weekly() -> None:
    """Install what audits and lists the packages; neither the book nor its tests use it."""
    environment()
    if outdated(WEEKLY / "ready", "requirements-weekly.txt"):
        print(f"environment  installing the weekly checks' locked packages into {WEEKLY} (a minute, once)", flush=True)
        install(WEEKLY, "The weekly checks", (*HASHED, "requirements-weekly.txt", "--no-deps"))
        (WEEKLY / "ready").touch()


COMMANDS = {step.__name__: step for step in (site, test, serve, environment, bundle, tools, browser, browsers, citation, weekly)}


def outdated(target: Path, *sources: str | Path) -> bool:
    """Whether a file is missing, or older than one that it is made from."""
    return not target.is_file() or any(Path(source).stat().st_mtime > target.stat().st_mtime for source in sources)


def program(environment: Path, name: str) -> str:
    """A program of an environment."""
    return str(environment / "Scripts" / f"{name}.exe" if sys.platform == "win32" else environment / "bin" / name)


def python() -> str:
    """The Python of the project's environment."""
    return program(VENV, "python")


def install(folder: Path, name: str, *commands: tuple[str, ...]) -> None:
    """Make an environment anew.

    Args:
        folder: where it stands.
        name: what it is, for the message of a failure.
        commands: what its Python does, one after the other.

    Raises:
        Failed: it cannot be made, or a command failed; the log of the commands stays in it.
    """
    log = folder / "install.log"
    run(sys.executable, "-m", "venv", "--clear", str(folder))
    with log.open("wb") as file:
        for command in commands:
            ended = subprocess.run([program(folder, "python"), *command], env=settings(), stdout=file, stderr=file, check=False)
            if ended.returncode:
                last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
                raise Failed("\n".join([*last, f"{name} could not be installed. The whole log is {log}."]))


def settings() -> dict[str, str]:
    """The user's settings without those that send packages elsewhere: this environment is the project's own."""
    elsewhere = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    return {**{name: value for name, value in os.environ.items() if name not in elsewhere}, "PIP_USER": "0"}


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
