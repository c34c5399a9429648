"""Whatever happens to a build, the last good site stays whole, the exit code says so and the next build heals.

A sample; ``make faults`` tries everything.
"""

import errno
import shutil
import signal

import pytest

from bookkit.project import locks
from bookkit.site import build
from quality.faults import faults
from quality.faults.run import right
from tests.bookkit.browser import THOROUGH
from tests.bookkit.conftest import EXECUTED, TESTED, run_build

SAMPLE = [
    *(faults.NOTEBOOKS[1:4] if THOROUGH else []),
    *(faults.REMOVALS[:1] if THOROUGH else []),
    faults.SWAPS[0],
    next(fault for fault in faults.SIGNALS if fault.name == "SIGTERM to the build alone while writing"),
]
FRESH = next(fault for fault in faults.SIGNALS if fault.name == "SIGKILL to the build alone while executing")


@pytest.fixture(scope="session")
def changed(small):
    """The book after the change from which all faults start, executed once for all workers: the sample is not about executing."""
    book = small.with_name(small.name.replace("-small", "-changed"))
    with locks.held(TESTED / "lock"):
        if not (book / "_build/html").is_dir():
            shutil.copytree(small, book)
            faults.change(book)
            assert run_build(book).returncode == 0
    return book


@pytest.fixture
def executed(book, changed):
    """A built book that has the outputs of the change to come."""
    for chapter in ("book__index", "book__cost-claims"):
        shutil.copytree(EXECUTED / chapter, book / "_build/executed" / chapter)
    return book


@pytest.mark.parametrize("fault", SAMPLE, ids=lambda fault: fault.name)
def test_a_fault_leaves_a_whole_site_and_the_next_build_heals(executed, fault):
    outcome = faults.tried(executed, fault)
    assert right(fault, outcome), outcome


def test_a_build_killed_while_executing_leaves_no_kernel(book):
    outcome = faults.tried(book, FRESH)
    assert right(FRESH, outcome), outcome


@pytest.mark.skipif(not THOROUGH, reason="The next test stands in for it: once a week, with THOROUGH=1")
def test_a_full_disk_leaves_a_whole_site(executed, tmp_path):
    if not faults.can_mount(tmp_path):
        pytest.skip("A small disk can be mounted only on Linux by the superuser; the next test stands in for it.")
    outcome = faults.tried(executed, faults.DISKS[1])
    assert right(faults.DISKS[1], outcome), outcome


def test_a_full_disk_is_said_in_one_sentence(tmp_path, monkeypatch):
    def full(_root):
        raise OSError(errno.ENOSPC, "No space left on device", "_build/lock")

    monkeypatch.setattr(build, "inputs_digest", full)
    with pytest.raises(build.BuildError, match=r"^No space is left on the disk\. Free some, then build again\.$"):
        build.build(tmp_path)


def test_where_folders_cannot_be_exchanged_a_failed_renaming_puts_the_old_site_back(tmp_path, monkeypatch):
    site, previous = tmp_path / "html", tmp_path / "previous"
    site.mkdir()
    (site / "index.html").write_text("old")
    monkeypatch.setattr(build, "exchange", lambda *_: False)
    with pytest.raises(FileNotFoundError):
        build._swap(tmp_path / "gone", site, previous)
    assert (site / "index.html").read_text() == "old"
    site.rename(previous)
    build._recover(site, previous)
    assert (site / "index.html").read_text() == "old"


def test_folders_are_exchanged_in_one_step_or_not_at_all(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page").write_text(name)
    assert not build.exchange(tmp_path / "old", tmp_path / "missing")
    if build.exchange(tmp_path / "old", tmp_path / "new"):
        assert (tmp_path / "old/page").read_text() == "new"
        assert (tmp_path / "new/page").read_text() == "old"


def test_every_signal_that_ends_a_program_is_answered():
    assert {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} == set(build.STOPPING)
