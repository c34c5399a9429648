"""The command ``check-text``: it reads drafts, has their figures checked, and writes the report in the format that is asked for.

Exit status: 0 where nothing is wrong, 1 where a verdict says that something is (``--fail-on`` chooses which do), 2 where a file or
the data cannot be read, since then nobody knows.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from deepseek_audit.audit import texts
from deepseek_audit.audit.check_page import NOT_ENGLISH
from deepseek_audit.audit.texts import drafts, reports
from deepseek_audit.audit.texts.finding import WRONG
from factbook import tables
from factbook.facts import Facts

NOT_READ = 2
# Which verdicts make the command fail
FAIL_ON = {"wrong": WRONG, "unsourced": WRONG | {"no_source"}, "never": frozenset[str]()}
# Longer lines are hard to read, shorter ones hold no link
WIDEST, NARROWEST = 100, 40
DESCRIPTION = """\
Check which figures of a text are right, which are right for something else, and which nobody has shown. Nothing is sent
anywhere. Texts are read as UTF-8, or UTF-16 with its mark; the tags of HTML are no words of the text.
"""
EPILOG = """\
exit status:
  0  nothing is wrong
  1  a figure is given to the wrong thing, an estimate is given as a fact, or the sources contradict a figure (see --fail-on)
  2  a file could not be read

Links are whole addresses where the site's is known: from BOOK_SITE_URL, from where the package was installed, or from
CITATION.cff. Line and column count from 1, in characters; in --sarif and --github in units of UTF-16. GitHub shows the first
ten annotations of each kind in a step; --sarif has no such limit. Colors: only in a terminal, and not where NO_COLOR is set.
"""


def options(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("files", nargs="+", metavar="FILE", help="a text, Markdown or HTML file; - reads standard input")
    formats = parser.add_mutually_exclusive_group()
    for name, told in (
        ("json", "every figure with all that is known of it"),
        ("sarif", "SARIF 2.1.0, which editors and GitHub's code scanning read"),
        ("github", "annotations of a workflow on GitHub"),
    ):
        formats.add_argument(f"--{name}", dest="format", action="store_const", const=name, help=told)
    parser.add_argument(
        "--fail-on", choices=FAIL_ON, default="wrong", help="exit with 1 also where a figure has no source, or never (default: wrong)"
    )


def check_text(loaded: Facts, chosen: argparse.Namespace) -> int:
    """Check some texts and print the report; the exit status says whether something is wrong."""
    checked, unread = check(chosen.files)
    site, total = site_address(), reports.summary(checked) if checked else ""
    written = {"json": reports.as_json, "sarif": reports.as_sarif}
    if chosen.format in written:
        print(written[chosen.format](checked, unread, version(), site))
    elif chosen.format == "github":
        _print(reports.as_github(checked, unread, site), total)
    else:
        width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
        blocks = (reports.readable(one, site, width, in_color()) for one in checked)
        _print(*(f"{block}\n" for block in blocks if block), total)
    if chosen.format != "github":
        # There they are annotations
        for name, sentence in [*((one.draft.name, note) for one in checked for note in one.draft.notes), *unread.items()]:
            print(f"{name}: {sentence}", file=sys.stderr)
    if unread:
        return NOT_READ
    return int(any(finding.verdict in FAIL_ON[chosen.fail_on] for one in checked for finding in one.findings))


def check(names: Sequence[str]) -> tuple[list[reports.Checked], dict[str, str]]:
    """What was found in each file; and of those that cannot be read, why."""
    checked, unread = [], {}
    # The same file twice, as two patterns of a shell give it, is one text
    for name in dict.fromkeys(names):
        try:
            draft = drafts.read(name, sys.stdin.buffer)
        except drafts.NotRead as error:
            unread[drafts.STDIN if name == drafts.STANDARD_INPUT else name] = str(error)
        else:
            rules = texts.load_rules()
            if not texts.looks_english(draft.text, rules):
                draft = replace(draft, notes=(*draft.notes, NOT_ENGLISH))
            checked.append(reports.Checked(draft, texts.check_text(draft.text, rules)))
    return checked, unread


def in_color() -> bool:
    """Whether to color: in a terminal, unless somebody says no (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def version() -> str:
    """The version of the report whose data judge."""
    try:
        return metadata.version(reports.TOOL)
    except metadata.PackageNotFoundError:
        return "unknown"


def site_address() -> str:
    """The address of the published report: as somebody says, else where the package came from, else as it is cited; or nothing."""
    return os.environ.get("BOOK_SITE_URL", "") or _installed_from() or _cited()


def _installed_from() -> str:
    """The site whose wheel was installed, as installers note it (PEP 610)."""
    try:
        kept = [path.locate() for path in metadata.files(reports.TOOL) or () if path.name == "direct_url.json"]
        noted = json.loads(Path(kept[0]).read_text(encoding="utf-8")) if kept else {}
    except (metadata.PackageNotFoundError, OSError, ValueError):
        # A note that is gone or broken costs whole addresses, and no report
        return ""
    found = re.fullmatch(r"(https?://[^?#]+/)downloads/[^/?#]+\.whl", noted.get("url", ""))
    return found[1] if found else ""


def _cited() -> str:
    path = tables.data_directory().parent / "CITATION.cff"
    found = re.search(r"^url: *[\"']?(https?://[^\s\"']+)", path.read_text(encoding="utf-8"), re.MULTILINE) if path.is_file() else None
    return found[1] if found else ""


def _print(*parts: str) -> None:
    for part in filter(None, parts):
        print(part)
