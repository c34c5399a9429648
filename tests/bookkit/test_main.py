"""The one command line: it lists what the rooms register, and imports nothing but the command that was chosen."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from bookkit import __main__

ROOT = Path(__file__).parents[2]
COMMANDS = __main__.commands()


def test_help_tells_every_command_in_a_line(capsys):
    with pytest.raises(SystemExit) as ended:
        __main__.main(["--help"])
    assert ended.value.code == 0
    listed = dict(re.findall(r"^  (\w+) +(\S.*)$", capsys.readouterr().out.partition("commands:\n")[2], re.MULTILINE))
    assert listed == {name: line for name, (_, line) in COMMANDS.items()}
    assert listed.keys() >= {"build", "serve", "notebooks", "compare", "baseline", "versions", "dist", "pdf", "links", "lint", "wheel"}


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"npm"}))
def test_every_command_tells_its_own_options(name, capsys):
    with pytest.raises(SystemExit) as ended:
        __main__.main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: bookkit {name}")


def test_a_command_that_is_not_there_is_named(capsys):
    with pytest.raises(SystemExit) as ended:
        __main__.main(["bild"])
    assert ended.value.code == 2
    assert "'bild'" in capsys.readouterr().err


def test_only_the_chosen_command_is_imported():
    code = "import sys; from bookkit import __main__ as m; m.main(['lint', 'book']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout.split()
    assert COMMANDS["lint"][0] in loaded
    assert not {module for module, _ in COMMANDS.values()} - {COMMANDS["lint"][0]} & set(loaded)
    assert "sphinx" not in loaded


def test_the_makefile_and_the_workflows_call_commands_that_are_there():
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "Makefile", ROOT / ".binder/postBuild", *(ROOT / ".github").rglob("*.yml"))
    ]
    used = set(re.findall(r"(?:\$\(BOOKKIT\)|-m bookkit) (\w+)", "\n".join(texts)))
    assert len(used) > 8
    assert used <= COMMANDS.keys()
    assert all(hasattr(import_module(COMMANDS[name][0]), "main") for name in used)
