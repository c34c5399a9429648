"""``docs/quality.md``: what was tried to get something wrong past the checks, and what happened.

No line of it is typed: each command (``make mutate``, ``make mutants``, ``make faults``, ``make bench``) measures and
replaces its own section. A section is what stands between two comments that bear its name.
"""

from __future__ import annotations

import re
from pathlib import Path

REPORT = Path(__file__).parents[1] / "docs" / "quality.md"
SECTIONS = {
    "data-mutation": ("Wrong data", "make mutate"),
    "code-mutation": ("Wrong code", "make mutants"),
    "faults": ("Faults while building", "make faults"),
    "bench": ("Speed, weight and scale", "make bench"),
    "verification": ("Chapters computed in a reader’s browser", "make bench"),
}
HEAD = """# Quality

What was tried to get something wrong past the checks, and what happened. Every section is written by the command
that it names; nothing here is typed.
"""


def write_section(name: str, markdown: str, report: Path = REPORT) -> None:
    """Replace one section of the report and leave the others as they are.

    Args:
        name: one of `SECTIONS`.
        markdown: the section's text, without its heading.
        report: the file; it is made when it does not exist.

    Raises:
        KeyError: there is no such section.
    """
    title, command = SECTIONS[name]
    parts = sections(report.read_text(encoding="utf-8")) if report.is_file() else {}
    parts[name] = f"## {title}\n\nWritten by `{command}`.\n\n{markdown.strip()}"
    marked = (f"<!-- {part} -->\n{parts[part]}\n<!-- /{part} -->" for part in SECTIONS if part in parts)
    report.parent.mkdir(exist_ok=True)
    report.write_text("\n\n".join([HEAD.strip(), *marked]) + "\n", encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """The sections of a report by name."""
    return {match[1]: match[2] for match in re.finditer(r"<!-- ([a-z-]+) -->\n(.*?)\n<!-- /\1 -->", text, flags=re.DOTALL)}
