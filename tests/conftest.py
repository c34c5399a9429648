"""What all tests share: time that Hypothesis may take, the facts, and copies of ``data/`` to break."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from factbook import tables
from factbook.facts import Facts, load

LONG_TABLE = 1000
KEPT_OF_LONG_TABLES = 50


# Hypothesis caches what it knows of Unicode; beside the project's files it would only be in the way
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")
# Its deadline of 200 ms an example measures the machine, not the code: a busy one fails now and then
settings.register_profile("book", deadline=None)
settings.load_profile("book")


@pytest.fixture(scope="session")
def facts() -> Facts:
    return load()


@pytest.fixture(scope="session")
def thin_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``data/`` with every 50th row of the tables above 1,000 rows, and those that other tables name: read in a fifth of the time."""
    directory = tmp_path_factory.mktemp("thin") / "data"
    shutil.copytree(tables.data_directory(), directory)
    for resource in load().descriptor["resources"]:
        path = directory / resource["path"]
        header, *rows = path.read_bytes().splitlines(keepends=True)
        if len(rows) > LONG_TABLE:
            named = named_elsewhere(resource["name"])
            kept = [row for index, row in enumerate(rows) if not index % KEPT_OF_LONG_TABLES or row.split(b",")[0].decode() in named]
            path.write_bytes(b"".join([header, *kept]))
    return directory


@functools.cache
def named_elsewhere(table: str) -> set[str]:
    """The keys of a table's rows that the foreign keys of other tables name."""
    facts = load()
    return {
        row[key["fields"][0]]
        for resource in facts.descriptor["resources"]
        for key in resource["schema"].get("foreignKeys", [])
        if key["reference"]["resource"] == table
        for row in facts.rows(resource["name"])
    }


@pytest.fixture
def data_copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of ``data/`` to break. Removed after the test: a thousand copies would fill the disk."""
    directory = tmp_path / "data"
    shutil.copytree(tables.data_directory(), directory)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def thin_work(thin_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy of ``thin_data`` for all tests."""
    return shutil.copytree(thin_data, tmp_path_factory.mktemp("work") / "data")


@pytest.fixture
def thin_copy(thin_data: Path, thin_work: Path) -> Iterator[Path]:
    """A copy of ``thin_data`` to break, mended after the test."""
    yield thin_work
    for path in thin_work.iterdir():
        if not (thin_data / path.name).exists():
            path.unlink()
    for source in thin_data.iterdir():
        broken = thin_work / source.name
        if not broken.is_file() or broken.read_bytes() != source.read_bytes():
            shutil.copyfile(source, broken)
