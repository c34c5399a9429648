"""The house: which room may import which, what each is for, and that nothing in the tools names this book."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
# From the foundation to the roof: a room imports rooms that stand before it, and no other
FLOORS = {
    "factbook": [],
    "deepseek_audit": ["models", "audit", "checks", "charts"],
    "bookkit": [
        *("project", "markup", "citing", "outputs", "execution", "downloads"),
        *("pages", "verification", "editions", "print", "release", "site", "checks"),
    ],
}
# What each package may import of the others
MAY_IMPORT = {"factbook": (), "deepseek_audit": ("factbook",), "bookkit": ("factbook.contract",)}
SPHINX = ("sphinx", "docutils", "myst_nb")
# The text of a notebook's cell
QUOTED = "scripts"


def modules(package: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((SOURCE / package).rglob("*.py")):
        if QUOTED not in path.parts:
            name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports(path: Path) -> Iterator[str]:
    """What a module imports, as dotted names; inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                at = SOURCE / whole.replace(".", "/")
                yield whole if at.with_suffix(".py").is_file() or at.is_dir() else node.module


@pytest.mark.parametrize("package", FLOORS)
def test_a_package_imports_of_the_others_what_it_may(package: str) -> None:
    others = FLOORS.keys() - {package}
    allowed = MAY_IMPORT[package]
    wrong = [
        f"{name} imports {imported}"
        for name, path in modules(package)
        for imported in imports(path)
        if imported.partition(".")[0] in others and not any(f"{imported}.".startswith(f"{start}.") for start in allowed)
    ]
    assert not wrong


def test_the_authoring_half_knows_no_sphinx() -> None:
    known = [f"{name} imports {what}" for name, path in modules("factbook") for what in imports(path) if what.partition(".")[0] in SPHINX]
    assert not known


@pytest.mark.parametrize("package", [name for name, rooms in FLOORS.items() if rooms])
def test_a_room_imports_rooms_below_it(package: str) -> None:
    order = FLOORS[package]
    wrong = []
    for name, path in modules(package):
        parts = name.split(".")
        if len(parts) > 2:
            for imported in imports(path):
                target = imported.split(".")
                if target[0] == package and len(target) > 1 and target[1] in order and order.index(target[1]) > order.index(parts[1]):
                    wrong.append(f"{name} imports {imported}")
    assert not wrong


def test_modules_import_each_other_in_one_direction() -> None:
    known = dict(modules("factbook")) | dict(modules("deepseek_audit")) | dict(modules("bookkit"))
    packages = {name for name, path in known.items() if path.name == "__init__.py"}
    graph = {
        name: {what for what in imports(path) if what in known and what != name} for name, path in known.items() if name not in packages
    }
    TopologicalSorter({name: found - packages for name, found in graph.items()}).prepare()


@pytest.mark.parametrize("package", FLOORS)
def test_each_room_says_in_a_sentence_what_belongs_in_it(package: str) -> None:
    for folder in (SOURCE / package, *(SOURCE / package / room for room in FLOORS[package])):
        text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
        assert text.partition("\n")[0].endswith("."), folder
    rooms = {path.parent.name for path in (SOURCE / package).glob("*/__init__.py")}
    assert rooms == set(FLOORS[package]) or package == "factbook"


@pytest.mark.parametrize("package", ["factbook", "bookkit"])
def test_the_tools_do_not_name_this_book(package: str) -> None:
    endings = {".py", ".html", ".css", ".js", ".toml"}
    files = [path for path in (SOURCE / package).rglob("*") if path.suffix in endings and "vendor" not in path.parts]
    assert not [str(path) for path in files if "deepseek" in path.read_text(encoding="utf-8").casefold()]


def test_few_modules_stand_outside_of_rooms() -> None:
    assert len([path for path in (SOURCE / "bookkit").glob("*.py") if path.name != "__init__.py"]) <= 3
