# @title Setup: installs the book's package, with its data, where it is missing
import sys
from hashlib import sha256
from importlib import invalidate_caches, metadata, util
from os import environ
from pathlib import Path
from re import match, search
from subprocess import run
from tempfile import TemporaryDirectory
from urllib.request import urlopen

PACKAGE, NAME, EDITION, PYTHON = "package", "package", "1.0+e0", (3, 11)
SITE, BESIDE, WHEEL = "", "../downloads", "package-1.0+e0-py3-none-any.whl"
SHA256 = ""


class Stop(Exception):
    def _render_traceback_(self):
        return [str(self)]  # one sentence, no traceback


def wheel():
    if found := next((path for path in (Path(WHEEL), Path(BESIDE, WHEEL)) if path.is_file()), None):
        return found.read_bytes()
    if not SITE:
        raise Stop(f"{NAME} is missing, and this notebook knows no site to get it from: put {WHEEL} beside it and run this cell again.")
    problems = []
    for folder in ("", f"v/{EDITION.partition('+')[0]}/"):  # the newest edition's, else the one that was kept
        try:
            with urlopen(f"{SITE}/{folder}downloads/{WHEEL.replace('+', '%2B')}", timeout=30) as answer:
                return answer.read()
        except Exception as error:
            problems.append(error)
    raise Stop(f"{NAME} cannot be fetched from {SITE} ({problems[0]}): check the connection, or put {WHEEL} beside this notebook.")


def install(content):
    if sha256(content).hexdigest() != SHA256:
        raise Stop(f"{WHEEL} does not belong to this notebook (its checksum differs): nothing was installed, download both again.")
    if not util.find_spec("pip"):
        raise Stop(f"{NAME} is missing, and there is no pip to install it with: run “{sys.executable} -m ensurepip”, then this cell again.")
    with TemporaryDirectory() as folder:
        Path(folder, WHEEL).write_bytes(content)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(Path(folder, WHEEL))]
        settings = {**environ, "PIP_USER": "0"} if sys.prefix != sys.base_prefix else None  # an environment takes no user's packages
        pip = run(command, capture_output=True, encoding="utf-8", errors="replace", env=settings)
    if missing := search(r"No matching distribution found for (\S+)", pip.stderr):
        raise Stop(f"pip could not install {NAME}: it cannot fetch {missing[1]}; check the connection, then run this cell again.")
    if pip.returncode:
        raise Stop(f"pip could not install {NAME}: {(pip.stderr.strip() or pip.stdout.strip()).splitlines()[-1]}")
    invalidate_caches()
    print(f"Installed {NAME} {EDITION}.")


def check():
    try:
        installed, needed = metadata.version(NAME), metadata.requires(NAME) or []
    except metadata.PackageNotFoundError:  # imported from a folder
        return
    if installed not in (EDITION, EDITION.partition("+")[0]):
        undo = f"run “%pip uninstall -y {NAME}”, restart the kernel and run this cell again, or delete this cell to use it all the same."
        raise Stop(f"This notebook belongs to {NAME} {EDITION}, but {installed} is installed: {undo}")
    modules = {name: sys.modules.get(name) for name in (match(r"\w+", line)[0] for line in needed)}
    if any(module and module.__version__ != metadata.version(name) for name, module in modules.items()) or not util.find_spec(PACKAGE):
        raise Stop(f"{NAME} is installed, but older packages are still loaded: restart the kernel, then run the notebook again.")


if sys.version_info < PYTHON:
    raise Stop(f"This notebook needs Python {'.'.join(map(str, PYTHON))} or newer; this kernel runs {sys.version.split()[0]}.")
if not util.find_spec(PACKAGE):
    install(wheel())
check()
