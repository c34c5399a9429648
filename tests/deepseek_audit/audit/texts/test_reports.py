"""Findings as people, programs, editors and GitHub read them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deepseek_audit.audit.texts import reports
from deepseek_audit.audit.texts.drafts import Draft
from deepseek_audit.audit.texts.finding import MEANINGS, VERDICTS, WRONG, Finding

SITE = "https://example.org/report/"
TEXT = "A clef 𝄞.\r\n𝄞 R1 cost $5.6 million, with 50,000 GPUs. A rival spent $100\nmillion.\n"


def finding(text: str, verdict: str, within: str = TEXT, **changed: Any) -> Finding:
    """What is found where a text has some words."""
    start = within.index(text)
    told: dict[str, Any] = dict.fromkeys(Finding.__dataclass_fields__, "")
    told |= {"start": start, "end": start + len(text), "text": text, "value": 5.6e6, "high": None, "unit": "usd", "read_as": text}
    told |= {"verdict": verdict, "subject": "r1", "figure": "v3_bill", "why": "The sum is the rent of V3’s final training run."}
    told |= {"wording": "The final run of V3 took GPU hours worth $5.6 million.", "link": "claims/a294k_cost.html"}
    return Finding(**{**told, **changed})


FINDINGS = [
    finding("$5.6 million", "other_thing"),
    finding("50,000", "estimate_faithful", wording=""),
    finding("$100\nmillion", "unknown", wording="", link="", figure="", why="No figure of the report is this one."),
]


def checked(findings: Sequence[Finding] = FINDINGS, name: str = "drafts/r1 piece.md", text: str = TEXT) -> reports.Checked:
    return reports.Checked(Draft(name, text), findings)


def sarif(one: reports.Checked, unread: dict[str, str] | None = None, site: str = SITE) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(reports.as_sarif([one], unread or {}, "1.2", site))
    return told


def test_every_verdict_has_words_and_every_wrong_one_is_grave() -> None:
    assert all(meaning.told.endswith(".") for meaning in MEANINGS.values())
    assert set(VERDICTS) > WRONG
    assert all(reports.level(verdict) in ("error", "warning") for verdict in WRONG)
    assert all(reports.level(verdict) == "note" for verdict in reports.FINE)


# For people


def test_a_figure_has_its_place_verdict_reason_wording_and_page() -> None:
    blocks = reports.readable(checked(), SITE, 80, color=False).split("\n\n")
    assert blocks[0].splitlines() == [
        "drafts/r1 piece.md:2:11  $5.6 million  right, but for another thing",
        "    The sum is the rent of V3’s final training run.",
        "    Wording: The final run of V3 took GPU hours worth $5.6 million.",
        "    https://example.org/report/claims/a294k_cost.html",
    ]
    assert blocks[2].splitlines() == [
        "drafts/r1 piece.md:2:57  $100 million  not known to us",
        "    No figure of the report is this one.",
    ]


def test_without_a_site_the_link_is_relative() -> None:
    assert reports.readable(checked(), "", 80, color=False).splitlines()[3] == "    claims/a294k_cost.html"


@pytest.mark.parametrize("width", [40, 60, 100])
def test_lines_end_where_the_terminal_does_and_links_stay_whole(width: int) -> None:
    lines = reports.readable(checked(), SITE, width, color=False).splitlines()
    assert all(len(line) <= width for line in lines if line.startswith(" ") and "://" not in line)
    assert "    https://example.org/report/claims/a294k_cost.html" in lines


def test_color_is_only_an_addition() -> None:
    colored = reports.readable(checked(), SITE, 80, color=True)
    assert "\x1b[31mright, but for another thing\x1b[0m" in colored
    assert "\x1b[32mestimate, reported as one\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == reports.readable(checked(), SITE, 80, color=False)


def test_a_text_does_not_steer_the_terminal() -> None:
    text = "$5\x1b[31m\u202e million"
    shown = reports.readable(checked([finding(text, "unknown", text)], "a\x1b]0;b.md", text), "", 80, color=False)
    assert shown.splitlines()[0] == "a]0;b.md:1:1  $5[31m million  not known to us"


def test_the_summary_counts_verdicts_in_the_order_of_the_legend() -> None:
    assert reports.summary([checked()]) == (
        "3 figures in 1 text: 1 right, but for another thing; 1 estimate, reported as one; 1 not known to us."
    )
    assert reports.summary([checked(FINDINGS[:1]), checked([])]) == "1 figure in 2 texts: 1 right, but for another thing."
    assert reports.summary([checked([])]) == "No figure that concerns DeepSeek was found in 1 text."


# For programs


def test_json_has_every_field_and_the_place() -> None:
    told = json.loads(reports.as_json([checked()], {"b.docx": "This is not a text."}, "1.2", SITE))
    assert (told["version"], told["site"]) == ("1.2", SITE)
    assert told["unread"] == [{"file": "b.docx", "why": "This is not a text."}]
    first = told["findings"][0]
    assert (first["file"], first["line"], first["column"]) == ("drafts/r1 piece.md", 2, 11)
    assert TEXT[first["start"] : first["end"]] == first["text"] == "$5.6 million"
    assert first.keys() == {"file", "line", "column", *Finding.__dataclass_fields__}


def test_json_passes_through_any_pipe() -> None:
    assert reports.as_json([checked()], {}, "1.2", SITE).isascii()
    assert reports.as_sarif([checked()], {}, "1.2", SITE).isascii()


# What the standard requires of the objects that are used, and what else is written of what it allows
SARIF = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"invocations", "columnKind", "results"}),
    "driver": ({"name"}, {"version", "language", "rules", "informationUri"}),
    "rule": ({"id"}, {"shortDescription", "fullDescription", "help", "defaultConfiguration", "helpUri"}),
    "invocation": ({"executionSuccessful"}, {"toolExecutionNotifications"}),
    "notification": ({"message"}, {"level", "locations"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "kind", "level", "locations", "partialFingerprints"}),
    "physicalLocation": (set[str](), {"artifactLocation", "region"}),
    "region": (set[str](), {"startLine", "startColumn", "endLine", "endColumn", "charOffset", "charLength", "snippet"}),
}


def conforms(kind: str, told: dict[str, Any]) -> dict[str, Any]:
    """The object, where it has what the standard requires and nothing that it does not know."""
    required, allowed = SARIF[kind]
    assert required <= told.keys() <= required | allowed, kind
    return told


@pytest.mark.parametrize("site", [SITE, ""])
def test_sarif_is_as_the_standard_wants_it(site: str) -> None:
    """The objects that are used, by hand: none of the packages that are installed has the standard's schema."""
    log = conforms("log", sarif(checked(), {"b.docx": "This is not a text."}, site))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = conforms("driver", conforms("run", run)["tool"]["driver"])
    rules = [conforms("rule", rule)["id"] for rule in driver["rules"]]
    assert rules == list(VERDICTS)
    assert all(rule["defaultConfiguration"]["level"] in ("error", "warning", "note") for rule in driver["rules"])
    # Both have to be absolute
    assert (driver.get("informationUri"), driver["rules"][0].get("helpUri")) == (
        ("https://example.org/report/check.html",) * 2 if site else (None,) * 2
    )
    [invocation] = run["invocations"]
    assert conforms("invocation", invocation)["executionSuccessful"] is False
    assert [conforms("notification", one)["level"] for one in invocation["toolExecutionNotifications"]] == ["error"]
    for result in run["results"]:
        conforms("result", result)
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        # What is no failure has no level
        assert result.get("kind", "fail") == "fail" or result["level"] == "none"
        for location in result["locations"]:
            region = conforms("region", conforms("physicalLocation", location["physicalLocation"])["region"])
            assert all(region[name] >= 1 for name in ("startLine", "startColumn", "endLine", "endColumn"))


def test_sarif_has_what_needs_a_look_and_nothing_else() -> None:
    results = sarif(checked())["runs"][0]["results"]
    assert [(one["ruleId"], one.get("kind"), one["level"]) for one in results] == [
        ("other_thing", None, "error"),
        ("unknown", "open", "none"),
    ]


def test_sarif_counts_as_editors_do() -> None:
    run = sarif(checked())["runs"][0]
    assert run["columnKind"] == "utf16CodeUnits"
    first, second = (one["locations"][0]["physicalLocation"] for one in run["results"])
    assert first["artifactLocation"] == {"uri": "drafts/r1%20piece.md"}
    assert (first["region"]["startLine"], first["region"]["startColumn"], first["region"]["endColumn"]) == (2, 12, 24)
    units = TEXT.encode("utf-16-le")
    start, length = first["region"]["charOffset"], first["region"]["charLength"]
    assert units[2 * start : 2 * (start + length)].decode("utf-16-le") == "$5.6 million"
    assert (second["region"]["startLine"], second["region"]["endLine"], second["region"]["endColumn"]) == (2, 3, 8)


def test_the_same_figure_in_one_paragraph_has_a_fingerprint_each_time_and_keeps_it() -> None:
    """GitHub takes two results of one line for the same, where they have no fingerprint of their own."""
    text = "R1 cost $6 million. Yes, $6 million."
    first = finding("$6 million", "other_thing", text)
    second = replace(first, start=25, end=35)

    def prints(findings: list[Finding]) -> list[str]:
        results = sarif(checked(findings, text=text))["runs"][0]["results"]
        return [one["partialFingerprints"]["primaryLocationLineHash"] for one in results]

    once, again = prints([first, second])
    assert once != again
    assert prints([second]) == [once]


def test_a_file_has_an_address_below_the_current_folder_or_a_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert reports.uri("./a#1 é.md") == "a%231%20%C3%A9.md"
    assert reports.uri(str(tmp_path / "here/b.md")) == "b.md"
    assert reports.uri("../c.md") == (tmp_path / "c.md").resolve().as_uri()
    assert reports.uri("stdin") == "stdin"


# For workflows on GitHub


def test_an_annotation_stands_at_the_figure() -> None:
    first, last = reports.as_github([checked()], {}, SITE).splitlines()
    assert first == (
        "::error file=drafts/r1 piece.md,line=2,endLine=2,col=12,endColumn=24,title=Right%2C but for another thing::"
        "“$5.6 million”: right, but for another thing.%0AThe sum is the rent of V3’s final training run.%0A"
        "Wording: The final run of V3 took GPU hours worth $5.6 million.%0Ahttps://example.org/report/claims/a294k_cost.html"
    )
    # Two lines have no columns
    assert last.startswith("::notice file=drafts/r1 piece.md,line=2,endLine=3,title=Not known to us::")


def test_a_name_or_a_text_ends_no_command() -> None:
    text = "$5\n::stop-commands::x, 93.3%"
    told = reports.as_github([checked([finding(text, "no_source", text)], "a,b:c%0A.md", text)], {"d\n::e": "Why,\nnot: 5%."}, "")
    first, second = told.splitlines()
    assert first.startswith("::warning file=a%2Cb%3Ac%250A.md,line=1,endLine=2,title=Circulates without a source::“$5 ::stop-commands")
    assert "93.3%25" in first
    assert second == "::error file=d%0A%3A%3Ae,title=Not read::Why,%0Anot: 5%25."


def test_standard_input_has_no_file_to_annotate() -> None:
    told = reports.as_github([checked(FINDINGS[:1], "stdin")], {}, SITE)
    assert told.startswith("::error title=Right%2C but for another thing::")
