"""``python -m deepseek_audit``: what each command says, and its exit status."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from deepseek_audit import __main__, commands
from deepseek_audit.__main__ import main
from deepseek_audit.audit import texts
from deepseek_audit.audit.texts.finding import Finding
from factbook import facts, tables


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data that the commands read, beside a folder for the book."""
    directory = shutil.copytree(tables.data_directory(), tmp_path / "data")
    (tmp_path / "book").mkdir()
    monkeypatch.setattr(facts, "load", lambda: facts.Facts(directory))
    return directory


def set_cells(path: Path, key: str, **cells: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, **cells} if key in row.values() else row for row in rows)


def test_audit_counts_the_claims(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit"]) == 0
    printed = capsys.readouterr()
    articles = {row["article"] for row in facts.load().rows("articles")}
    own = [row["article"] in articles for row in facts.load().rows("claims")]
    assert printed.out == f"audit      {sum(own)} claims and {len(own) - sum(own)} statements of the news have a verdict\n"
    assert printed.err == ""


def test_audit_tells_the_verdict_of_a_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "a294k_cost"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "a294k_cost: Right number, wrong thing. It says $294K; R1’s training on top of V3: $294K. The sum is DeepSeek’s own"
    )
    assert main(["audit", "a294k_costs"]) == 1
    assert "Did you mean a294k_cost" in capsys.readouterr().err


def test_audit_names_what_changed_data_contradict(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command passes all the same: whoever changes an assumption gets a book."""
    set_cells(data / "cost_estimates.csv", "r1_usd_total", value="588000")
    assert main(["audit"]) == 0
    assert "; the changed data contradict a294k_cost" in capsys.readouterr().out


def test_audit_says_what_to_mend(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_cells(data / "judgements.csv", "a294k_cost", about="")
    assert main(["audit"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "a294k_cost" in printed.err
    assert printed.err.endswith("Mend data/judgements.csv or data/claims.csv, then run the command again.\n")


def test_catalog_writes_what_is_generated(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "README.md").unlink()
    assert main(["catalog"]) == 0
    written = [data / "README.md", data.parent / "book/references.bib"]
    assert capsys.readouterr().out.splitlines() == [f"wrote {path}" for path in written]
    kept = tables.data_directory().parent
    assert [path.read_bytes() for path in written] == [(kept / path.relative_to(data.parent)).read_bytes() for path in written]


def test_check_counts_faults_and_their_number_agrees(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_cells(data / "training_runs.csv", "v3_hours_total", value="many")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.endswith("The data have 1 fault. Mend them, then run the command again.\n")
    set_cells(data / "training_runs.csv", "v3_hours_pretrain", value="few")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.endswith("The data have 2 faults. Mend them, then run the command again.\n")


@pytest.mark.parametrize("arguments", [[], ["publish"]])
def test_a_command_that_is_none_says_which_there_are(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "{check,tidy,audit,check-text,catalog,edition}" in capsys.readouterr().err


# check-text

KNOWN = {"$5.6 million": "other_thing", "$294,000": "right", "27 times": "no_source"}


def found(text: str, rules: object = None) -> list[Finding]:
    """Three figures by their letters alone."""
    words = {"hedge": "", "attributed_to": "", "subject": "", "subject_label": "", "figure": "", "label": "", "claim": "", "wording": ""}
    return [
        Finding(
            one.start(), one.end(), one[0], 1.0, None, "usd", one[0], **words, verdict=KNOWN[one[0]], why="So it is.", link="claims/a.html"
        )
        for one in re.finditer("|".join(map(re.escape, KNOWN)), text)
    ]


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of drafts, and an engine that knows three figures."""
    monkeypatch.setattr(texts, "check_text", found)
    monkeypatch.setattr(commands, "site_address", lambda: "https://example.org/report")
    (tmp_path / "wrong.md").write_text("R1 cost $5.6 million.\n", encoding="utf-8")
    (tmp_path / "right.md").write_text("R1 cost $294,000.\n", encoding="utf-8")
    (tmp_path / "unsourced.md").write_text("It is 27 times cheaper.\n", encoding="utf-8")
    (tmp_path / "old.txt").write_bytes("R1 cost €1.".encode("cp1252"))
    (tmp_path / "empty.md").touch()
    (tmp_path / "word.docx").write_bytes(b"PK\x03\x04\0\0")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["right.md"], 0),
        (["wrong.md"], 1),
        (["right.md", "wrong.md"], 1),
        (["unsourced.md"], 0),
        (["unsourced.md", "--fail-on", "unsourced"], 1),
        (["wrong.md", "--fail-on", "unsourced"], 1),
        (["wrong.md", "--fail-on", "never"], 0),
        (["empty.md", "old.txt"], 0),
        (["wrong.md", "word.docx"], 2),
        (["missing.md", "--fail-on", "never"], 2),
        (["."], 2),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"], ["--sarif"], ["--github"]])
def test_the_status_says_whether_something_is_wrong(arguments: list[str], status: int, form: list[str], drafts: Path) -> None:
    assert main(["check-text", *arguments, *form]) == status


def test_a_report_for_people_ends_with_a_summary(drafts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check-text", "wrong.md", "right.md", "wrong.md"])
    assert capsys.readouterr() == (
        "wrong.md:1:9  $5.6 million  right, but for another thing\n    So it is.\n    https://example.org/report/claims/a.html\n\n"
        "right.md:1:9  $294,000  right\n    So it is.\n    https://example.org/report/claims/a.html\n\n"
        "2 figures in 2 texts: 1 right; 1 right, but for another thing.\n",
        "",
    )


def test_what_is_not_read_is_said_beside_the_report(drafts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check-text", "empty.md", "old.txt", "word.docx", "missing.md", "."])
    printed = capsys.readouterr()
    assert printed.out == "No figure that concerns DeepSeek was found in 2 texts.\n"
    assert len(printed.err.splitlines()) == 5
    for start in (
        "empty.md: The text is empty, so there is nothing to check.",
        "old.txt: This is not UTF-8; it was read as Windows-1252",
        "word.docx: This is not a text: it holds NUL characters",
        "missing.md: There is no such file.",
        ".: This is a folder. Name the files in it.",
    ):
        assert f"\n{start}" in f"\n{printed.err}"


def test_standard_input_is_a_text(drafts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfR1 cost $5.6 million.")))
    assert main(["check-text", "-"]) == 1
    assert capsys.readouterr().out.startswith("stdin:1:9  $5.6 million  right, but")


def test_a_reader_that_has_seen_enough_is_no_fault(drafts: Path) -> None:
    command = [sys.executable, "-m", "deepseek_audit", "check-text", "wrong.md"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=drafts) as running:
        assert running.stdout is not None
        running.stdout.close()
        said = running.stderr.read() if running.stderr else b""
    assert said == b""
    assert running.returncode == 141


@pytest.mark.parametrize("form", ["--json", "--sarif"])
def test_a_report_for_programs_is_json_and_nothing_else(form: str, drafts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check-text", "wrong.md", "missing.md", form])
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == {"--json": metadata.version("deepseek-audit"), "--sarif": "2.1.0"}[form]


def test_one_format_at_a_time(drafts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check-text", "wrong.md", "--json", "--sarif"])
    assert ended.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_unfit_data_are_no_verdict_on_a_text(data: Path, drafts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_cells(data / "training_runs.csv", "v3_hours_total", value="many")
    assert main(["check-text", "right.md"]) == 2
    assert "The data have 1 fault" in capsys.readouterr().err


def test_data_that_are_not_there_are_asked_for(drafts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(facts, "load", lambda: facts.Facts(drafts / "nothing"))
    assert main(["check-text", "right.md"]) == 2
    assert "name its folder in FACTBOOK_DATA, or install the package with its data again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("terminal", "variables", "colored"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_color_is_for_terminals_of_those_who_want_it(
    terminal: bool, variables: dict[str, str], colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"NO_COLOR": "", "TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert commands.in_color() is colored


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://example.org/report/downloads/deepseek_audit-0.7.0+e1-py3-none-any.whl", "https://example.org/report/"),
        ("file:///home/somebody/deepseek_audit-0.7.0+e1-py3-none-any.whl", ""),
        ("https://example.org/deepseek_audit.git", ""),
    ],
)
def test_the_site_is_where_the_package_came_from(
    address: str, site: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOOK_SITE_URL", raising=False)
    monkeypatch.setenv(tables.FOLDER, str(data))
    (tmp_path / "direct_url.json").write_text(json.dumps({"url": address}), encoding="utf-8")
    noted = metadata.PackagePath("direct_url.json")
    monkeypatch.setattr(noted, "dist", metadata.PathDistribution(tmp_path / "a.dist-info"), raising=False)
    monkeypatch.setattr(metadata, "files", lambda name: [noted])
    assert commands.site_address() == site
    (data.parent / "CITATION.cff").write_text("title: A\nurl: https://example.com/cited\n", encoding="utf-8")
    assert commands.site_address() == (site or "https://example.com/cited")
    monkeypatch.setenv("BOOK_SITE_URL", "https://example.net/")
    assert commands.site_address() == "https://example.net/"


def test_the_script_starts_the_same_commands() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, function = project["project"]["scripts"]["deepseek-audit"].partition(":")
    assert (module, getattr(__main__, function)) == ("deepseek_audit.__main__", __main__.start)
