"""Git is asked and not trusted: a commit is that of this book or none, and pages are never dated before their edition."""

import datetime
import os
import shutil
import subprocess
from types import SimpleNamespace

import pytest

from bookkit.citing import citing
from bookkit.project import history
from bookkit.site import build


class App(SimpleNamespace):
    """What is asked of Sphinx' application; unlike its base, it can be referred to weakly."""

    __hash__ = object.__hash__


RELEASED = datetime.date(2026, 11, 29)
EARLY, LATE = "2001-02-03T12:00:00Z", "2026-12-24T12:00:00Z"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch, tmp_path):
    """Neither a user's settings nor a chosen date."""
    for name in (*history.FOREIGN, history.EPOCH):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def git(folder, *arguments, date=LATE):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    settings = {**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    subprocess.run(["git", *identity, *arguments], cwd=folder, env=settings, check=True, capture_output=True)


def write_book(folder, date="2026-11-29"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_config.yml").write_text("title: A book\n", encoding="utf-8")
    (folder / "index.md").write_text("# A\n", encoding="utf-8")
    (folder / "CITATION.cff").write_text(f"title: A book\ndate-released: {date}\n" if date else "title: A book\n", encoding="utf-8")
    return folder


def committed(folder, date=LATE):
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "book", date=date)
    return folder


def told(folder):
    """The commit, the day of the pages, and the word about it."""
    seconds, why = history.time_of_pages(folder, "_config.yml", RELEASED)
    assert build.build_time(folder) == str(seconds)
    try:
        commit = history.last_commit(folder, "_config.yml")
    except history.NoHistory as error:
        assert why.startswith(f"{error}: no commit is named, and pages are dated 2026-11-29")
        commit = None
    return commit, history.day(seconds).isoformat(), why


def test_a_clone_is_dated_by_its_last_commit(tmp_path):
    book = committed(write_book(tmp_path / "book"))
    commit, day, why = told(book)
    assert (len(commit.hash), commit.date.isoformat(), commit.clean, commit.folder, day, why) == (40, day, True, "", "2026-12-24", "")
    (book / "index.md").write_text("# B\n", encoding="utf-8")
    assert not told(book)[0].clean


def test_a_book_may_be_a_folder_of_its_repository_and_a_shallow_clone(tmp_path):
    write_book(tmp_path / "all/book [1]")
    committed(tmp_path / "all")
    git(tmp_path, "clone", "-q", "--depth=1", (tmp_path / "all").as_uri(), "shallow")
    commit, day, _ = told(tmp_path / "shallow/book [1]")
    assert (commit.folder, commit.clean, day) == ("book [1]/", True, "2026-12-24")


def test_a_copy_without_history_is_dated_by_its_edition(tmp_path):
    commit, day, why = told(write_book(tmp_path / "book"))
    assert (commit, day) == (None, "2026-11-29")
    assert why.startswith("This folder is no clone: ")


def test_a_copy_inside_another_repository_takes_nothing_from_it(tmp_path):
    """Its commit of 2001 is another project's, whether that one ignores the copy or not."""
    (tmp_path / "README").write_text("x", encoding="utf-8")
    committed(tmp_path, EARLY)
    commit, day, why = told(write_book(tmp_path / "copies/book"))
    assert (commit, day) == (None, "2026-11-29")
    assert "is that of another project (_config.yml is not in it)" in why


def test_a_repository_of_another_owner_is_not_asked(tmp_path, monkeypatch):
    book = committed(write_book(tmp_path / "book"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    commit, day, why = told(book)
    with pytest.raises(history.NoHistory, match="belongs to another user"):
        history.last_commit(book, "_config.yml")
    assert (commit, day) == (None, "2026-11-29")
    assert f"git config --global --add safe.directory '{book}'" in why


def test_without_git_the_edition_tells_the_date(tmp_path, monkeypatch):
    book = committed(write_book(tmp_path / "book"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert told(book)[1:] == (
        "2026-11-29",
        "Git is not installed: no commit is named, and pages are dated 2026-11-29, as CITATION.cff says.",
    )


def test_a_repository_without_a_commit_has_no_history(tmp_path):
    book = write_book(tmp_path / "book")
    git(book, "init", "-q")
    git(book, "add", ".")
    assert told(book)[:2] == (None, "2026-11-29")


def test_no_page_is_older_than_its_edition(tmp_path):
    """The clock of the machine that committed was wrong; the commit is cited all the same."""
    commit, day, why = told(committed(write_book(tmp_path / "book"), EARLY))
    assert (commit.date.isoformat(), day, why) == ("2001-02-03", "2026-11-29", "")


def test_what_a_hook_of_another_repository_set_is_not_believed(tmp_path, monkeypatch):
    """Nor what a user's settings add to the output of git log."""
    book = committed(write_book(tmp_path / "book"))
    committed(write_book(tmp_path / "other"), EARLY)
    expected = told(book)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    (tmp_path / "settings").write_text("[log]\n\tshowSignature = true\n\tdate = relative\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    assert told(book) == expected


def test_a_chosen_date_is_taken_and_one_that_is_none_refused(tmp_path, monkeypatch):
    book = committed(write_book(tmp_path / "book"))
    monkeypatch.setenv(history.EPOCH, "86400")
    assert told(book)[1:] == ("1970-01-02", "")
    shutil.rmtree(book / ".git")
    assert history.time_of_pages(book, "_config.yml", None) == (86400, "This folder is no clone: no commit is named.")
    monkeypatch.setenv(history.EPOCH, "yesterday")
    with pytest.raises(build.BuildError, match=r"SOURCE_DATE_EPOCH is “yesterday”. It must be a whole number of seconds"):
        build.build_time(book)


@pytest.mark.parametrize(
    ("date", "said"), [("", "This folder is no clone, and CITATION.cff has no date-released"), ("soon", "date-released is “soon”")]
)
def test_a_book_without_any_date_is_told_so_at_once(tmp_path, date, said):
    with pytest.raises(build.BuildError, match=said):
        build.build_time(write_book(tmp_path / "book", date))


@pytest.mark.parametrize("folder", ["clone", "zip"])
def test_pages_and_citations_say_the_same(tmp_path, folder, caplog):
    """What Sphinx' part reads, with and without a history; the word is there once in each build."""
    book = write_book(tmp_path / folder)
    if folder == "clone":
        committed(book)
    config = SimpleNamespace(html_title="A book", project="", author="A", language="en", html_baseurl="", root_doc="index")
    app = App(srcdir=book, config=config, env=SimpleNamespace(doc2path=lambda name, base: f"{name}.md"))
    config.bookkit_data_folder = "data"
    with caplog.at_level("INFO"):
        read = citing.book_of(app)
        assert citing.book_of(app) is read
    assert (read.modified.isoformat(), bool(read.commit)) == (("2026-12-24", True) if folder == "clone" else ("2026-11-29", False))
    assert caplog.text.count("no commit is named") == (folder == "zip")


def test_the_word_is_printed_once_and_only_where_something_is_built(tmp_path, monkeypatch, capsys):
    book = write_book(tmp_path / "book")
    (book / "book").mkdir()
    monkeypatch.setattr(build, "_run_jupyter_book", lambda root, *_: (root / build.NEXT / "_build/html").mkdir(parents=True))
    for times in (1, 0):
        build.build(book)
        assert capsys.readouterr().out.count("date       This folder is no clone: no commit is named") == times
