"""The report of quality: a command replaces its own section and no other."""

import pytest

from quality import HEAD, sections, write_section


def test_a_section_replaces_itself_alone(tmp_path):
    report = tmp_path / "docs" / "quality.md"
    write_section("faults", "one fault", report)
    write_section("data-mutation", "ten mutants", report)
    write_section("faults", "two faults", report)
    found = sections(report.read_text(encoding="utf-8"))
    assert list(found) == ["data-mutation", "faults"]
    assert found["faults"].endswith("two faults")
    assert "one fault" not in report.read_text(encoding="utf-8")
    assert found["data-mutation"].endswith("ten mutants")
    assert report.read_text(encoding="utf-8").startswith(HEAD.strip())


def test_an_unknown_section_is_refused(tmp_path):
    with pytest.raises(KeyError):
        write_section("praise", "all is well", tmp_path / "quality.md")
