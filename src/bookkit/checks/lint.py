"""No number is typed into what readers read.

``bookkit lint book`` looks for digits and number words in the Markdown of every chapter, outside of
roles (glue, cite), code and addresses, and in the texts that code cells show (titles, captions, descriptions,
notes: every string with a space in it). Names, dates and section numbers are exempt by the short list in
``pyproject.toml``, ``[[tool.bookkit.lint.allow]]``, each with its reason. It also names what stands between two dollars:
money on the site, but a formula wherever else the notebook is read.
"""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NUMBER_WORDS = re.compile(
    r"\b((?:thir|four|fif|six|seven|eigh|nine)teen|eleven|twelve|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|percent|per cent|twice|thrice|double[ds]?|tripled?|halve[ds]?|half)\b",
    re.IGNORECASE,
)
DIGITS = re.compile(r"[\w.,$€¥%×~<>–−-]*\d[\w.,%×–−-]*")
ROLE = re.compile(r"\{[\w:+-]+\}`[^`]*`")
ADDRESS = re.compile(r"""\]\([^)]*\)|\bhref="[^"]*"|<https?://[^>]*>|https?://\S+""")
COMMENT = re.compile(r"<!--.*?-->|^%.*$", re.DOTALL | re.MULTILINE)
OPTION = re.compile(r"^:[\w-]+:.*$|^\([\w-]+\)=$", re.MULTILINE)
INLINE_CODE = re.compile(r"`[^`\n]*`")
IDENTIFIER = re.compile(r"\b[A-Za-z_]\w*")
CODE_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
# Up to the end of its paragraph
BETWEEN_DOLLARS = re.compile(r"(?<![\\$])\$(?!\$)(?:[^$\n]|\n(?!\s*\n))+?(?<!\\)\$")
TYPED = "is typed in. Compute it from a fact and glue it, or allow it in pyproject.toml with a reason."
A_FORMULA = "is a formula in JupyterLab and on GitHub. Write money as \\$6M, and a formula as {math}`x^2`."
FENCE = re.compile(r"^(`{3,}|:{3,})(\{[^}]*\})?[^\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """A typed number, or a text between dollars, and where it stands."""

    path: Path
    line: int
    number: str
    advice: str = TYPED

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: “{self.number}” {self.advice}"


def main(arguments: list[str] | None = None) -> int:
    """Print every typed number; the exit status says whether there was one."""
    parser = argparse.ArgumentParser(prog="bookkit lint", description="Find numbers typed into chapters.")
    parser.add_argument("paths", nargs="+", type=Path, help="chapters, or folders of chapters")
    options = parser.parse_args(arguments)
    allowed = allowed_patterns(Path("pyproject.toml"))
    chapters = [file for path in options.paths for file in ([path] if path.is_file() else sorted(path.rglob("*.md")))]
    findings = [finding for chapter in chapters for finding in (*typed_numbers(chapter, allowed), *formulas_of_money(chapter))]
    for finding in findings:
        print(finding)
    if findings:
        return 1
    print(f"lint       {len(chapters)} chapters, no typed number")
    return 0


def allowed_patterns(configuration: Path) -> list[re.Pattern[str]]:
    """The exemptions: patterns of names, dates and section numbers, each with a reason."""
    entries = tomllib.loads(configuration.read_text(encoding="utf-8"))["tool"]["bookkit"]["lint"]["allow"]
    for entry in entries:
        if not entry["reason"].strip():
            raise ValueError(f"the exemption {entry['pattern']!r} has no reason")
    return [re.compile(entry["pattern"]) for entry in entries]


def typed_numbers(path: Path, allowed: list[re.Pattern[str]]) -> list[Finding]:
    """All numbers typed into a chapter, in the order of its lines."""
    text = path.read_text(encoding="utf-8")
    found = [*_in_prose(text, allowed), *_in_code(text, allowed)]
    return [Finding(path, line, number) for line, number in sorted(found, key=lambda place: place[0])]


def formulas_of_money(path: Path) -> list[Finding]:
    """What stands between two dollars in the prose of a chapter, in the order of its lines."""
    text = path.read_text(encoding="utf-8")
    for pattern in (FRONT_MATTER, CODE_CELL, COMMENT, OPTION, ROLE, ADDRESS, FENCE, INLINE_CODE):
        text = _blanked(pattern, text)
    matches = BETWEEN_DOLLARS.finditer(text)
    return [Finding(path, text[: match.start()].count("\n") + 1, " ".join(match[0].split()), A_FORMULA) for match in matches]


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text with every match replaced by spaces, line ends kept, so that positions stay."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _in_prose(text: str, allowed: list[re.Pattern[str]]) -> Iterator[tuple[int, str]]:
    for pattern in (FRONT_MATTER, CODE_CELL, COMMENT, OPTION, ROLE, ADDRESS, FENCE, *allowed):
        text = _blanked(pattern, text)
    text = INLINE_CODE.sub(lambda code: _blanked(IDENTIFIER, code[0]), text)
    yield from _numbers(text, first_line=1)


def _numbers(text: str, first_line: int) -> Iterator[tuple[int, str]]:
    matches = [match for pattern in (DIGITS, NUMBER_WORDS) for match in pattern.finditer(text)]
    for match in sorted(matches, key=lambda match: match.start()):
        yield first_line + text[: match.start()].count("\n"), match[0].strip(".,")


def _in_code(text: str, allowed: list[re.Pattern[str]]) -> Iterator[tuple[int, str]]:
    for cell in CODE_CELL.finditer(text):
        first_line = text[: cell.start("code")].count("\n") + 1
        code = re.sub(r"^:[\w-]+:.*$", "", cell["code"], flags=re.MULTILINE)
        try:
            tree = ast.parse(re.sub(r"^\s*[%!].*$", "", code, flags=re.MULTILINE))
        except SyntaxError as error:
            yield first_line + (error.lineno or 1) - 1, f"code that does not parse: {error.msg}"
            continue
        specifications = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.FormattedValue) and node.format_spec
            for part in ast.walk(node.format_spec)
        }
        joined = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in specifications:
                shown = id(node) in joined or " " in node.value
                if shown:
                    cleaned = node.value
                    for pattern in (*allowed, re.compile(r"^\d* ?[a-zA-Z_/]*$")):
                        cleaned = _blanked(pattern, cleaned)
                    for _, number in _numbers(cleaned, 1):
                        yield first_line + node.lineno - 1, number
