"""How findings are written down: for people, as JSON, as SARIF 2.1.0, and as GitHub's annotations.

SARIF is written as plain dictionaries: of the packages for it sarif-om has had no release since 2019, sarif-tools only reads, and
another would bring pydantic for a few dozen lines. Its rules are the verdicts. A figure that is right, or an estimate reported as
one, is no result: the standard would let it be one of kind ``pass``, but GitHub's code scanning does not read kinds and would raise
an alert for each. A figure that is not known to us is ``open``: too little is known to say whether there is a problem; the
standard then wants the level ``none``.
Columns are code points in what people and programs of this project read, and units of UTF-16 for editors and GitHub.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deepseek_audit.audit.texts.drafts import STDIN, Draft, Places
from deepseek_audit.audit.texts.finding import MEANINGS, VERDICTS, Finding

TOOL = "deepseek-audit"
# The page that tells what each verdict means, below the site's root
PAGE = "check.html"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Whoever edits a text has nothing to do about these
FINE = frozenset({"right", "estimate_faithful"})
LEVELS = {
    "other_thing": "error",
    "contradicted": "error",
    "estimate_as_fact": "warning",
    "no_source": "warning",
    "contested": "warning",
}
OTHER = "note"
# What a level is called in a workflow's commands
ANNOTATIONS = {"error": "error", "warning": "warning", OTHER: "notice"}
COLORS = {"error": "31", "warning": "33", OTHER: "36"}
GREEN, BOLD = "32", "1"
INDENT = "    "


@dataclass(frozen=True)
class Checked:
    """A draft and what was found in it, in the order of the text."""

    draft: Draft
    findings: Sequence[Finding]


def level(verdict: str) -> str:
    """How grave a verdict is, as SARIF calls it."""
    return LEVELS.get(verdict, OTHER)


def address(site: str, link: str) -> str:
    """A link as it can be opened: absolute where the site's address is known."""
    return f"{site.rstrip('/')}/{link}" if site and link else link


# For people


def readable(checked: Checked, site: str, width: int, color: bool) -> str:
    """Each figure with its place, verdict, reason, a wording and the page that explains it.

    Args:
        checked: a draft and its findings.
        site: the address of the published report, or nothing.
        width: of the terminal, in characters.
        color: whether to mark verdicts by color too.
    """
    places, name = Places(checked.draft.text), _printable(checked.draft.name)
    blocks = [
        "\n".join([_headline(finding, f"{name}:{place.line}:{place.column}", color), *_details(finding, site, width)])
        for finding in checked.findings
        for place in [places.at(finding.start)]
    ]
    return "\n\n".join(blocks)


def summary(checked: Iterable[Checked]) -> str:
    """One line: how many figures there are of each verdict."""
    told = list(checked)
    counts = Counter(finding.verdict for one in told for finding in one.findings)
    texts = "1 text" if len(told) == 1 else f"{len(told)} texts"
    total = counts.total()
    if not total:
        return f"No figure that concerns DeepSeek was found in {texts}."
    figures = "1 figure" if total == 1 else f"{total} figures"
    return f"{figures} in {texts}: {'; '.join(f'{counts[key]} {_lower(VERDICTS[key])}' for key in VERDICTS if counts[key])}."


def _headline(finding: Finding, place: str, color: bool) -> str:
    verdict, figure = _lower(VERDICTS[finding.verdict]), _printable(finding.text)
    if not color:
        return f"{place}  {figure}  {verdict}"
    shade = GREEN if finding.verdict in FINE else COLORS[level(finding.verdict)]
    return f"{place}  {_colored(figure, BOLD)}  {_colored(verdict, shade)}"


def _details(finding: Finding, site: str, width: int) -> Iterator[str]:
    said = [finding.why, f"Wording: {finding.wording}" if finding.wording else "", address(site, finding.link)]
    for sentence in filter(None, said):
        yield textwrap.fill(
            _printable(sentence), width, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
        )


def _colored(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _printable(text: str) -> str:
    """A text in one line, without what would steer the terminal or turn the direction of writing."""
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


# For programs


def as_json(checked: Iterable[Checked], unread: Mapping[str, str], version: str, site: str) -> str:
    """Every finding with all its fields, its file, line and column; what was not read, and why.

    Args:
        checked: drafts and their findings.
        unread: why a file was not read, by its name.
        version: of the report whose data judge.
        site: its address, below which links are, or nothing.
    """
    told = list(checked)
    findings = [
        {"file": one.draft.name, "line": place.line, "column": place.column, **asdict(finding)}
        for one in told
        for places in [Places(one.draft.text)]
        for finding in one.findings
        for place in [places.at(finding.start)]
    ]
    notes = [{"file": one.draft.name, "note": note} for one in told for note in one.draft.notes]
    missing = [{"file": name, "why": why} for name, why in unread.items()]
    return _dumped({"version": version, "site": site, "findings": findings, "notes": notes, "unread": missing})


def as_sarif(checked: Iterable[Checked], unread: Mapping[str, str], version: str, site: str) -> str:
    """The figures that need a look, as SARIF 2.1.0. Arguments as for :func:`as_json`."""
    told = list(checked)
    driver: dict[str, Any] = {"name": TOOL, "version": version, "language": "en", "rules": [_rule(key, site) for key in VERDICTS]}
    if site:
        # The standard wants absolute addresses here
        driver["informationUri"] = address(site, PAGE)
    notifications = [
        *(_notification(one.draft.name, note, "warning") for one in told for note in one.draft.notes),
        *(_notification(name, why, "error") for name, why in unread.items()),
    ]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": not unread, "toolExecutionNotifications": notifications}],
        "columnKind": "utf16CodeUnits",
        "results": [result for one in told for result in _results(one, site)],
    }
    return _dumped({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(verdict: str, site: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": verdict,
        "shortDescription": {"text": f"{VERDICTS[verdict]}."},
        "fullDescription": {"text": MEANINGS[verdict].told},
        # Code scanning requires it, the standard does not
        "help": {"text": f"{MEANINGS[verdict].told} {address(site, PAGE) if site else ''}".strip()},
        "defaultConfiguration": {"level": level(verdict)},
    }
    return rule | ({"helpUri": address(site, PAGE)} if site else {})


def _results(checked: Checked, site: str) -> Iterator[dict[str, Any]]:
    places, rules = Places(checked.draft.text), list(VERDICTS)
    seen: Counter[str] = Counter()
    for finding in checked.findings:
        if finding.verdict in FINE:
            continue
        mark = _fingerprint(finding)
        seen[mark] += 1
        first, last = places.in_units(finding.start), places.in_units(finding.end)
        start, end = places.units(finding.start), places.units(finding.end)
        is_open = finding.verdict == "unknown"
        yield {
            "ruleId": finding.verdict,
            "ruleIndex": rules.index(finding.verdict),
            **({"kind": "open", "level": "none"} if is_open else {"level": level(finding.verdict)}),
            "message": {"text": " ".join(_message(finding, site))},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": uri(checked.draft.name)},
                        "region": {
                            "startLine": first.line,
                            "startColumn": first.column,
                            "endLine": last.line,
                            "endColumn": last.column,
                            "charOffset": start,
                            "charLength": end - start,
                            "snippet": {"text": finding.text},
                        },
                    }
                }
            ],
            # GitHub's own fingerprint is one per line, and a paragraph is one line
            "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{seen[mark]}"},
        }


def _fingerprint(finding: Finding) -> str:
    """The same for the same figure given to the same thing, wherever in the text it moves."""
    return hashlib.sha256("\0".join([finding.text, finding.figure, finding.subject]).encode()).hexdigest()[:16]


def _message(finding: Finding, site: str) -> Iterator[str]:
    yield f"“{_printable(finding.text)}”: {_lower(VERDICTS[finding.verdict])}."
    yield finding.why
    if finding.wording:
        yield f"Wording: {finding.wording}"
    if site and finding.link:
        yield address(site, finding.link)


def _notification(name: str, text: str, grave: str) -> dict[str, Any]:
    return {
        "level": grave,
        "message": {"text": f"{name}: {text}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(name)}}}],
    }


def uri(name: str) -> str:
    """The address of a file: relative to the current folder where it lies there, as code scanning wants it, else absolute."""
    below = relative(name)
    return Path(below).as_uri() if Path(below).is_absolute() else quote(below)


def relative(name: str) -> str:
    """The path of a file below the current folder, with slashes; the whole path of one that lies elsewhere."""
    if name == STDIN:
        return name
    path, here = Path(name).resolve(), Path.cwd().resolve()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def _dumped(value: object) -> str:
    # In ASCII: a pipe that knows few characters must not replace those of a text
    return json.dumps(value, indent=2, allow_nan=False)


# For workflows on GitHub


def as_github(checked: Iterable[Checked], unread: Mapping[str, str], site: str) -> str:
    """An annotation at each figure that needs a look, and for each file that was not read, as commands of a workflow."""
    lines = [line for one in checked for line in _annotations(one, site)]
    lines += [_command("error", {**_file(name), "title": "Not read"}, why) for name, why in unread.items()]
    return "\n".join(lines)


def _annotations(checked: Checked, site: str) -> Iterator[str]:
    places, name = Places(checked.draft.text), checked.draft.name
    for note in checked.draft.notes:
        yield _command("notice", {**_file(name), "title": "How it was read"}, note)
    for finding in checked.findings:
        if finding.verdict in FINE:
            continue
        first, last = places.in_units(finding.start), places.in_units(finding.end)
        where: dict[str, object] = {"line": first.line, "endLine": last.line}
        if first.line == last.line:
            # GitHub takes columns within one line only
            where |= {"col": first.column, "endColumn": last.column}
        at = {**_file(name), **where} if _file(name) else {}
        yield _command(ANNOTATIONS[level(finding.verdict)], {**at, "title": VERDICTS[finding.verdict]}, "\n".join(_message(finding, site)))


def _file(name: str) -> dict[str, object]:
    return {} if name == STDIN else {"file": relative(name)}


def _command(name: str, properties: Mapping[str, object], message: str) -> str:
    told = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    return f"::{name} {told}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """A text as a workflow's command takes it: nothing in it ends the line, the property or the command."""
    for sign in f"%\r\n{more}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
