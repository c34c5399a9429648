r"""``book/references.bib`` is LaTeX: no title is a command by mistake, and what pages show is what the table says.

A price is the usual mistake: two dollars of one title make a formula, a single one stops LaTeX.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pybtex.database import parse_file, parse_string

from bookkit.citing import bibliography, formats
from factbook import catalog
from factbook.contract import latex
from factbook.facts import Facts

ODD = r"""50% of $5, US$6 & "a_b" #1 ~x^2 <b> c\d |e| 'f' ’g’ – ö"""
ESCAPED = re.compile(r"\\[$&%#_]|\\text[a-z]+\{\}")
SPECIAL = re.compile(r"[$&%#_^~<>|\\]")
PACKAGES = ("biber", "texlive-bibtex-extra", "texlive-latex-recommended", "texlive-plain-generic")


@pytest.fixture(scope="module", autouse=True)
def _taught() -> None:
    bibliography.teach()


def test_no_text_is_a_command_by_mistake(facts: Facts) -> None:
    """Everything but addresses, which LaTeX prints as they stand."""
    entries = parse_file(str(facts.directory.parent / "book/references.bib"), bib_format="bibtex").entries
    sources = {row["source_key"]: row for row in facts.rows("sources")}
    for key, entry in entries.items():
        texts = [entry.fields[name] for name in entry.fields if name not in ("url", "doi")]
        for text in [*texts, *map(str, entry.persons.get("author", ()))]:
            assert not SPECIAL.search(ESCAPED.sub("", text)), (key, text)
        assert (entry.fields.get("url", ""), entry.fields.get("doi", "")) == (sources[key]["url"], sources[key]["doi"])
        assert bibliography.plain_text(entry.fields["title"]) == sources[key]["title"]
    assert sum(r"\$" in entry.fields["title"] for entry in entries.values()) > 10


def test_what_is_written_as_latex_reads_as_it_was() -> None:
    """By the reader of the pages; braces are its own."""
    assert not SPECIAL.search(ESCAPED.sub("", latex(ODD)))
    assert bibliography.plain_text(f"{{{latex(ODD)}}}") == ODD
    assert latex("{}") == r"\textbraceleft{}\textbraceright{}"


def test_an_odd_source_is_an_entry_like_any_other(facts: Facts) -> None:
    source = {**facts.rows("sources")[0], "source_key": "odd", "title": ODD, "publisher": "A {B", "authors": "Doe, J.; D & E; et al."}
    ((key, entry),) = parse_string(catalog.entry(source), "bibtex").entries.items()
    assert (key, bibliography.plain_text(entry.fields["title"])) == ("odd", ODD)
    assert [str(person) for person in entry.persons["author"]] == ["Doe, J.", r"{D \& E}", "others"]


def test_the_weekly_run_installs_latex() -> None:
    """Where every source is compiled."""
    workflow = (Path(__file__).parents[2] / ".github/workflows/weekly.yml").read_text(encoding="utf-8")
    assert f" {' '.join(PACKAGES)}\n" in workflow


@pytest.mark.skipif(os.environ.get("THOROUGH") != "1", reason="needs LaTeX and biber; THOROUGH=1 runs it")
@pytest.mark.parametrize(
    ("program", "head", "body"),
    [
        ("biber", r"\usepackage[backend=biber]{biblatex}\addbibresource{references.bib}", r"\printbibliography"),
        ("bibtex", "", r"\bibliographystyle{plain}\bibliography{references}"),
    ],
)
def test_every_source_compiles(facts: Facts, tmp_path: Path, program: str, head: str, body: str) -> None:
    """In one list, with a title that attacks, and the reference to a chapter."""
    assert shutil.which(program), f"{program} is missing: apt-get install --no-install-recommends {' '.join(PACKAGES)}"
    sources = [*facts.rows("sources"), {**facts.rows("sources")[0], "source_key": "odd", "title": ODD + "{", "publisher": ODD}]
    chapter = formats.Work(formats.Book(ODD, ODD, (formats.Author(ODD), formats.Author("Doe_", "J."))), ODD, "https://example.org/a_b%20c")
    entries = [*map(catalog.entry, sources), formats.bibtex(chapter)]
    (tmp_path / "references.bib").write_text("\n".join(entries), encoding="utf-8")
    (tmp_path / "all.tex").write_text(
        rf"\documentclass{{article}}\usepackage[T1]{{fontenc}}{head}\begin{{document}}\nocite{{*}}{body}\end{{document}}", encoding="utf-8"
    )
    pdflatex = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all"]
    for command in (pdflatex, [program, "all"], pdflatex):
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace")
        assert result.returncode == 0, result.stdout[-2000:]
    listed = re.findall(r"^\s*\\(?:entry|bibitem)\b", (tmp_path / "all.bbl").read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    assert len(listed) == len(entries)
