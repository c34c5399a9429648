"""The book on other systems: Windows, other encodings, other users. Nothing here runs there; each test is a way in which it failed."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest
import yaml

import make
from bookkit.print import chromium
from bookkit.site import build, serve
from tests.bookkit.conftest import ROOT

# The tests themselves run in Python's UTF-8 mode (tests/run.py)
SOURCES = [*sorted((ROOT / "src").rglob("*.py")), ROOT / "make.py", ROOT / "tests/run.py"]
# What no program of Windows can open
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')
# Windows allows 260 characters for all of a path, and a project lies somewhere
LONGEST = 180


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """The calls of a file by the last part of the function's name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def mode(name: str, call: ast.Call) -> str:
    """The mode in which a call opens a text file, or nothing if it opens none."""
    if name in ("read_text", "write_text"):
        return name[0]
    if name != "open" or getattr(getattr(call.func, "value", None), "id", "") in ("os", "Image", "gzip", "tarfile", "webbrowser"):
        return ""
    place = 0 if isinstance(call.func, ast.Attribute) else 1
    given = call.args[place] if len(call.args) > place else None
    found = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "r"
    return "" if "b" in found else found


def test_no_text_is_read_or_written_in_the_systems_own_encoding():
    """Neither files nor the output of programs; what is written has the same line ends on every system."""
    found = []
    for path in SOURCES:
        for name, call in calls(path):
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            place = f"{path.relative_to(ROOT).as_posix()}:{call.lineno}"
            opened = mode(name, call)
            if opened and not {"encoding", None} & given.keys():
                found.append(f"{place}: {name} without encoding")
            if opened and opened != "r" and not {"newline", None} & given.keys():
                found.append(f"{place}: {name} without newline")
            if {"text", "universal_newlines"} & given.keys() and "encoding" not in given and name in ("run", "Popen", "check_output"):
                found.append(f"{place}: {name} of a program's text without encoding")
    assert not found, "\n".join(found)


def test_the_code_calls_nothing_that_windows_has_not():
    """mypy reads Python's own modules as they are there; whatever needs another system stands behind a test of the system."""
    command = [sys.executable, "-m", "mypy", "--config-file=", "--platform=win32", "--follow-imports=skip", "--ignore-missing-imports"]
    sources = ["src/bookkit", "make.py", "tests/run.py", "tests/bookkit/conftest.py", "tests/bookkit/browser.py"]
    result = subprocess.run(
        [*command, "--cache-dir=.mypy_cache/windows", *sources], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode in (0, 1), result.stderr
    assert "Module has no attribute" not in result.stdout, result.stdout


# Runs instead of a module: imports everything where Python's modules for Unix are not there, as on Windows
IMPORTED = """
import importlib, pkgutil, sys, types
import bookkit, deepseek_audit
names = [name for package in (bookkit, deepseek_audit) for _, name, _ in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
names = [name for name in names if not name.endswith("__main__") and ".scripts." not in name]
for name in names:
    importlib.import_module(name)
for name in [name for name in sys.modules if name.startswith(("bookkit", "deepseek_audit"))]:
    del sys.modules[name]
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty"):
    sys.modules[name] = None
taken = []
sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, locking=lambda *arguments: taken.append(arguments))
sys.platform = "win32"
import signal
del signal.SIGKILL, signal.SIGHUP
for name in names:
    importlib.import_module(name)
from pathlib import Path
from bookkit.project import exchange, locks
with locks.held(Path(sys.argv[1])) as file:
    assert taken == [(file.fileno(), 2, 1)]
assert not exchange.exchange(Path("one"), Path("other"))
"""


def test_every_module_can_be_imported_and_a_lock_taken_without_unix(tmp_path):
    """And in the encoding of a system that knows few characters."""
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "PYTHONIOENCODING": "cp1252:strict"}
    command = [sys.executable, "-c", IMPORTED, str(tmp_path / "lock")]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="cp1252", check=False)
    assert result.returncode == 0, result.stderr


def test_every_command_can_print_where_few_characters_are_known(tmp_path):
    """An arrow that cannot be shown is a question mark, never the end of a build that succeeded."""
    line = "from bookkit import console; console.run(lambda: print('1 → 2, Zürich'))"
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    result = subprocess.run([sys.executable, "-c", line], env=environment, capture_output=True, check=False)
    assert (result.returncode, result.stdout.decode("cp1252").strip(), result.stderr) == (0, "1 ? 2, Zürich", b"")
    started = re.compile(r'^if __name__ == "__main__":\n(?P<code>(?: .*\n)+)', re.MULTILINE)
    programs = {path.name: started.search(path.read_text(encoding="utf-8")) for path in (ROOT / "src/bookkit").rglob("*.py")}
    # One command line, and what a build starts
    assert {name: found["code"] for name, found in programs.items() if found} == {
        "__main__.py": "    start()\n",
        "guarded.py": "    main()\n",
        "drawing.py": "    main()\n",
        "stock.py": "    main()\n",
    }


def misfits(names: set[str]) -> list[str]:
    """What is wrong with some names of files, for some system."""
    found = [f"{name}: reserved on Windows" for name in sorted(names) if PureWindowsPath(name).is_reserved()]
    found += [f"{name}: {part!r} is no name on Windows" for name in sorted(names) for part in name.split("/") if FORBIDDEN.search(part)]
    found += [f"{name}: longer than {LONGEST} characters" for name in sorted(names) if len(name) > LONGEST]
    folded: dict[str, str] = {}
    for name in sorted(names):
        if (other := folded.setdefault(name.lower(), name)) != name:
            found.append(f"{other} and {name}: the same but for the case")
    return found


def test_names_of_files_fit_every_system(built):
    """Those of the project and those of the site."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    project = set(filter(None, listed.split("\0")))
    site = {path.relative_to(built).as_posix() for path in (built / "_build/html").rglob("*")}
    assert len(project) > 100 and len(site) > 500
    assert misfits(project | site) == []


@pytest.mark.parametrize("name", ["a/con.html", "aux", "a:b", "what?", "dot.", "back\\slash", "x" * 181])
def test_names_that_do_not_fit_are_found(name):
    assert len(misfits({name})) == 1


def test_names_that_differ_by_case_are_found():
    assert misfits({"a/B", "A/b"}) == ["A/b and a/B: the same but for the case"]


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps no such modes")
def test_others_may_read_a_site_that_was_built_by_somebody_strict(built):
    """The fixture builds with umask 077; a host serves only what everybody may read."""
    unreadable = [path for path in (built / "_build/html").rglob("*") if path.stat().st_mode & 0o044 != 0o044]
    assert unreadable == []
    assert all(path.stat().st_mode & 0o055 == 0o055 for path in (built / "_build/html").rglob("*") if path.is_dir())


def test_a_browser_is_found_where_windows_keeps_programs(monkeypatch, tmp_path):
    edge = tmp_path / "Microsoft/Edge/Application/msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.touch()
    for name in ("BROWSER_PATH", "PROGRAMFILES", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PROGRAMFILES(X86)", str(tmp_path))
    assert chromium.find_browser() is None
    monkeypatch.setattr(sys, "platform", "win32")
    assert chromium.find_browser() == str(edge)


# Without make


def test_the_makefile_and_its_stand_in_run_the_same_code():
    """Whoever has no make has the README's two commands, and the Makefile writes none of their steps a second time."""
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"make\.py (\w+)", recipes)) == set(make.COMMANDS)
    assert "requirements" not in recipes.partition("\nlock:")[0]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in re.findall(r"python -m make (\w+)", readme):
        assert command in make.COMMANDS
    assert {"site", "test"} <= set(re.findall(r"python -m make (\w+)", readme))


def test_both_commands_run_on_windows_once_a_week():
    job = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text(encoding="utf-8"))["jobs"]["windows"]
    assert job["runs-on"].startswith("windows")
    commands = " ".join(step.get("run", "") for step in job["steps"])
    assert {"site", "test"} <= set(re.findall(r"python -m make (\w+)", commands))


def test_what_is_made_is_made_again_when_a_source_is_newer(tmp_path):
    target, source = tmp_path / "target", tmp_path / "source"
    source.touch()
    assert make.outdated(target, source)
    target.touch()
    os.utime(source, (1, 1))
    assert not make.outdated(target, source)
    os.utime(target, (0, 0))
    assert make.outdated(target, source)


def test_packages_go_into_the_projects_environment_whatever_the_user_set(monkeypatch):
    """And come from where the user's packages come from: uv does not know pip's index."""
    for name in ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_INDEX_URL", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "1")
    settings = make.settings()
    assert (settings["PIP_USER"], settings["PIP_INDEX_URL"], settings["UV_DEFAULT_INDEX"]) == ("0", "1", "1")
    assert settings["VIRTUAL_ENV"] == str(make.VENV.resolve())
    assert not {"PIP_TARGET", "PIP_PREFIX"} & settings.keys()
    monkeypatch.setenv("UV_DEFAULT_INDEX", "2")
    assert make.settings()["UV_DEFAULT_INDEX"] == "2"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """An environment outside of the project, made by the Python that runs the tests."""
    monkeypatch.setattr(make, "VENV", tmp_path / "venv")
    make.VENV.mkdir()
    monkeypatch.setattr(make, "python", lambda: sys.executable)
    return make.VENV


def test_an_environment_that_cannot_be_installed_is_a_few_lines_and_a_log(elsewhere, tmp_path):
    with pytest.raises(make.Failed, match=r"(?s)no_such_file.*The environment could not be installed\. The whole log is .*install\.log"):
        make.install(*make.UV, "--require-hashes", "-r", str(tmp_path / "no_such_file"))
    assert "no_such_file" in (elsewhere / "install.log").read_text(encoding="utf-8")


def test_a_package_that_is_not_the_locked_one_is_refused(elsewhere, tmp_path):
    """Also where a group is added: its names stand in pyproject.toml, its hashes in the lock."""
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(re.sub("sha256:.{8}", "sha256:00000000", make.locked("rispy")), encoding="utf-8")
    project = tmp_path / "pyproject.toml"
    project.write_text('[dependency-groups]\nreads = ["rispy"]\n', encoding="utf-8")
    with pytest.raises(make.Failed, match=r"Hash mismatch for `rispy"):
        make.install(*make.UV, "--target", str(tmp_path / "there"), "--require-hashes", "-c", str(wrong), "--group", f"{project}:reads")


def test_uv_itself_is_installed_by_its_hash(monkeypatch, tmp_path):
    entry = make.locked("uv")
    assert re.match(r"uv==\d+\.\d+\.\d+ ", entry)
    assert entry.count("--hash=sha256:") > 10
    monkeypatch.setattr(make, "ALL", tmp_path / "lock.txt")
    make.ALL.touch()
    with pytest.raises(make.Failed, match=r"has no uv.*make lock"):
        make.locked("uv")


def test_a_python_too_old_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(make, "OLDEST", (3, 99))
    assert make.main(["environment"]) == 1
    assert re.fullmatch(r"Python 3\.99 or newer is needed, and this is 3\.\d+\. Install it, or name it: .*\n", capsys.readouterr().err)


# Showing the site


def test_a_port_that_is_taken_is_one_sentence_and_nothing_claims_to_serve(tmp_path, monkeypatch, capsys):
    page = tmp_path / build.SITE / "index.html"
    monkeypatch.chdir(tmp_path)
    assert serve.main([]) == 1
    page.parent.mkdir(parents=True)
    page.touch()
    with serve.server(page.parent, "0") as first:
        assert serve.main([str(first.server_address[1])]) == 1
    assert serve.main(["80000"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "There is no site yet. Build it first: bookkit build",
        f"Port {first.server_address[1]} cannot be used: another program listens there. Name another one, as in: bookkit serve 8080",
        "“80000” is no port. Name a number up to 65535, as in: bookkit serve 8080",
    ]
