"""The tests of the models as checks of the data: those that read rows are run again on spoiled rows.

A test qualifies if it takes the fixture ``facts`` or reads the module's ``load()`` or ``FACTS``, and needs no other help
from pytest than parameters and plain fixtures. Properties over made-up input say nothing of the tables; what is marked as
slow, such as draws and every day of the market, is left out.
"""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from factbook.facts import Facts

MODELS = Path(__file__).parents[2] / "tests" / "deepseek_audit"
# Its tests ask all rules of data/checks.csv, which the judge has asked before, one by one
RULES = MODELS / "checks"


@dataclass(frozen=True)
class ModelTest:
    """One test with one set of parameters."""

    name: str
    module: ModuleType
    function: FunctionType
    arguments: tuple[tuple[str, Any], ...]

    def __call__(self, facts: Facts) -> None:
        with_facts(self.module, facts)
        given = dict(self.arguments)
        self.function(**{name: given[name] if name in given else fixture(self.module, name, facts) for name in _parameters(self.function)})


def with_facts(module: ModuleType, facts: Facts) -> None:
    """Let a module's own ``load()`` and ``FACTS`` be these facts."""
    if hasattr(module, "load"):
        module.load = lambda: facts  # type: ignore[attr-defined]
    if hasattr(module, "FACTS"):
        module.FACTS = facts  # type: ignore[attr-defined]


def fixture(module: ModuleType, name: str, facts: Facts) -> Any:
    """The value of a plain fixture of a module, with these facts."""
    if name == "facts":
        return facts
    function = _wrapped(module, name)
    return function(**{needed: fixture(module, needed, facts) for needed in _parameters(function)})


def _wrapped(module: ModuleType, name: str) -> Callable[..., Any]:
    return getattr(module, name)._get_wrapped_function()  # type: ignore[no-any-return]


def _parameters(function: Any) -> tuple[str, ...]:
    return function.__code__.co_varnames[: function.__code__.co_argcount]  # type: ignore[no-any-return]


def load_module(path: Path) -> ModuleType:
    name = f"mutate_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def model_tests(directory: Path = MODELS) -> Iterator[ModelTest]:
    """All tests that can be run outside pytest."""
    for path in sorted(path for path in directory.rglob("test_*.py") if not path.is_relative_to(RULES)):
        module = load_module(path)
        for name, function in vars(module).items():
            if name.startswith("test_") and isinstance(function, FunctionType) and not _is_left_out(function):
                for arguments in _parametrized(function):
                    if all(needed in dict(arguments) or _is_plain(module, needed) for needed in _parameters(function)):
                        yield ModelTest(f"{path.stem}.{name}", module, function, tuple(arguments))


def _is_left_out(function: FunctionType) -> bool:
    return hasattr(function, "hypothesis") or any(mark.name == "slow" for mark in getattr(function, "pytestmark", []))


def _is_plain(module: ModuleType, name: str) -> bool:
    if name == "facts":
        return True
    try:
        return all(_is_plain(module, needed) for needed in _parameters(_wrapped(module, name)))
    except AttributeError:
        return False


def _parametrized(function: FunctionType) -> Iterator[list[tuple[str, Any]]]:
    choices = []
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            names = mark.args[0]
            listed = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
            choices.append([list(zip(listed, _values(case, len(listed)), strict=True)) for case in mark.args[1]])
    for combination in itertools.product(*choices):
        yield [pair for pairs in combination for pair in pairs]


def _values(case: Any, count: int) -> tuple[Any, ...]:
    if hasattr(case, "values") and hasattr(case, "marks"):
        return tuple(case.values)
    return tuple(case) if count > 1 else (case,)
