"""The data package: the tables and their descriptor say the same thing.

Proves that Frictionless, an independent reader, accepts every table; that files, columns, enumerations,
units, sources and ids match the descriptor in both directions, so nothing is described that is not there and
nothing is there that is not described; that every reference leads to a row; that no fact stands twice; that
what nobody checked cannot be used as evidence; and that the two generated files are current.

Exceptions are listed with their reason and expire: one that is no longer needed fails.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from typing import Any

import pytest
from frictionless import Package, Report

from factbook import catalog, quantity, tables
from factbook.facts import Facts, UnverifiedFact, load

FACTS = load()
RESOURCES: list[dict[str, Any]] = FACTS.descriptor["resources"]
NAMES = [resource["name"] for resource in RESOURCES]
FACT_TABLES = [resource["name"] for resource in RESOURCES if resource["schema"]["primaryKey"] == ["fact_id"]]
ENUMS = [
    (resource["name"], field["name"], field["constraints"]["enum"])
    for resource in RESOURCES
    for field in resource["schema"]["fields"]
    if "enum" in field.get("constraints", {})
]
FACT_IDS = set(FACTS)
UNITS = sorted({row["unit"] for name in NAMES for row in FACTS.rows(name) if "unit" in row} - {"text", "date"})
FOREIGN_KEYS = [
    (resource["name"], key["fields"][0], key["reference"]["resource"], key["reference"]["fields"][0])
    for resource in RESOURCES
    for key in resource["schema"].get("foreignKeys", [])
]

# Vocabularies of the whole package: each table lists all their values, the package as a whole uses them
SHARED_VOCABULARIES = ("as_of_precision", "date_precision", "read_as", "evidence")

# What the reader checks; a constraint it does not know would be silently ignored
KNOWN_CONSTRAINTS = {
    "string": {"required", "unique", "enum", "pattern"},
    "number": {"required", "minimum", "maximum"},
    "integer": {"required", "minimum", "maximum"},
    "date": {"required", "minimum", "maximum"},
    "boolean": set(),
}

SOURCES_WITHOUT_ROWS = {
    "kaplan_2020": "Source of the rule 6ND, which is a formula in architecture.py and not a row.",
    **dict.fromkeys(("boehmer_1991", "corrado_1989", "gelbach_2013"), "Source of a test in market.py and not of a row."),
    **dict.fromkeys(("kolari_pynnonen_2010", "mackinlay_1997", "patell_1976"), "Source of a test in market.py and not of a row."),
    "wilson_1927": "Source of the interval in benchmarks.py.",
    "holm_1979": "Source of the correction in benchmarks.py and market_day.py.",
    "pwb_stocks": "Named in the market chapter as a data set that could not be read.",
    "apiyi_price_rise": "A reseller's reading of why a price rose, without a number.",
}

# A forecast may yet be missed; a verdict that a reader gave first, or that an edition changed, may be any
MAY_COME = ("outcome", "first_verdict", "before")

SAME_FACT_TWICE = {
    ("h20_restricted_from", "rule_h20_notice_date"): "One notice: the day the H20 was restricted, and the day of the rule.",
}


def offenders(table: str, column: str, allowed: set[str]) -> list[str]:
    """Keys of the rows whose cell is filled and not allowed."""
    return [next(iter(row.values())) for row in FACTS.rows(table) if row[column] and row[column] not in allowed]


# Frictionless


@pytest.fixture(scope="module")
def report() -> Report:
    return Package(str(tables.data_directory() / "datapackage.json")).validate()


@pytest.mark.parametrize("name", NAMES)
def test_frictionless_reads_every_row_and_accepts_it(report: Report, name: str) -> None:
    task = next(task for task in report.tasks if task.name == name)
    assert task.errors == []
    assert task.stats["rows"] == len(FACTS.rows(name))


def test_frictionless_has_no_complaint_about_the_descriptor(report: Report) -> None:
    assert report.errors == []
    assert report.valid


# Descriptor and files, both ways


def test_every_file_has_a_resource_and_the_reverse() -> None:
    paths = [resource["path"] for resource in RESOURCES]
    assert sorted(paths) == sorted(path.name for path in FACTS.directory.glob("*.csv"))
    assert paths == [f"{name}.csv" for name in NAMES]


def test_the_folder_holds_nothing_else() -> None:
    """But for hidden files, such as the lock of a spreadsheet that has a table open."""
    others = {path.name for path in FACTS.directory.iterdir() if path.suffix != ".csv" and not path.name.startswith((".", "~$"))}
    assert others == {"datapackage.json", "README.md", "units.txt"}


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_header_is_the_schema(resource: dict[str, Any]) -> None:
    with (FACTS.directory / resource["path"]).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert header == [field["name"] for field in resource["schema"]["fields"]]


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_resource_is_described(resource: dict[str, Any]) -> None:
    assert resource["title"].strip()
    assert resource["description"].strip()
    assert resource["schema"]["primaryKey"]


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_every_column_has_a_type_and_a_description(resource: dict[str, Any]) -> None:
    fields = resource["schema"]["fields"]
    assert [field["name"] for field in fields if not field.get("description", "").strip()] == []
    assert [field["name"] for field in fields if field.get("type") not in KNOWN_CONSTRAINTS] == []


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_the_reader_knows_every_constraint(resource: dict[str, Any]) -> None:
    unknown = [
        (field["name"], name)
        for field in resource["schema"]["fields"]
        for name in set(field.get("constraints", {})) - KNOWN_CONSTRAINTS[field["type"]]
    ]
    assert unknown == []
    unique = [field["name"] for field in resource["schema"]["fields"] if field.get("constraints", {}).get("unique")]
    assert unique in ([], resource["schema"]["primaryKey"]), "the reader checks uniqueness of the primary key only"


# Enumerations


@pytest.mark.parametrize(("table", "column", "values"), ENUMS, ids=[f"{table}-{column}" for table, column, _ in ENUMS])
def test_every_used_value_is_listed(table: str, column: str, values: list[str]) -> None:
    assert len(values) == len(set(values))
    assert offenders(table, column, set(values)) == []


LISTED = [enum for enum in ENUMS if (enum[1] not in SHARED_VOCABULARIES or enum[0] == "sources") and enum[1] not in MAY_COME]


@pytest.mark.parametrize(("table", "column", "values"), LISTED, ids=[f"{table}-{column}" for table, column, _ in LISTED])
def test_every_listed_value_is_used(table: str, column: str, values: list[str]) -> None:
    assert set(values) - {row[column] for row in FACTS.rows(table)} == set()


@pytest.mark.parametrize("column", SHARED_VOCABULARIES)
def test_shared_vocabulary_is_one_and_is_used(column: str) -> None:
    """The same list in every table, each value in use somewhere in the package."""
    lists = {tuple(values) for _, name, values in ENUMS if name == column}
    assert len(lists) == 1
    synonyms = ("as_of_precision", "date_precision") if column.endswith("precision") else (column,)
    used = {row[name] for table, name, _ in ENUMS if name in synonyms for row in FACTS.rows(table)}
    assert set(*lists) - used == set()


# Units


@pytest.mark.parametrize("name", UNITS)
def test_unit_parses_and_prints(name: str) -> None:
    number = quantity.of("123", name, "a_row")
    assert number.unit == quantity.unit(name)
    assert re.search(r"1\.?23", f"{number}")
    zero = quantity.of("0", name, "a_row", exact=True)
    assert "0" in f"{zero}"


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(quantity.UnitError, match=r"usd/gpuhour.*units\.txt"):
        quantity.unit("usd/gpuhour")


# Sources and references


def test_every_source_is_used_or_has_a_reason() -> None:
    used = {row[column] for table, column, target, _ in FOREIGN_KEYS if target == "sources" for row in FACTS.rows(table)}
    used |= {key for row in FACTS.rows("second_readings") for key in row["source_keys"].split()}
    unused = {row["source_key"] for row in FACTS.rows("sources")} - used
    assert unused - set(SOURCES_WITHOUT_ROWS) == set(), "sources that no row uses: use or remove them, or give a reason here"
    assert set(SOURCES_WITHOUT_ROWS) - unused == set(), "exceptions no longer needed: remove them here"


@pytest.mark.parametrize(
    ("table", "column", "target", "key"), FOREIGN_KEYS, ids=[f"{table}-{column}" for table, column, _, _ in FOREIGN_KEYS]
)
def test_foreign_key_resolves(table: str, column: str, target: str, key: str) -> None:
    assert offenders(table, column, {row[key] for row in FACTS.rows(target)}) == []


@pytest.mark.parametrize("name", FACT_TABLES)
def test_every_fact_table_has_a_source_and_the_rules(name: str) -> None:
    resource = next(resource for resource in RESOURCES if resource["name"] == name)
    assert (name, "source_key", "sources", "source_key") in FOREIGN_KEYS
    assert resource["rules"] == ["range", "value_or_text", "graded"]


@pytest.mark.parametrize("row", FACTS.rows("attributions"), ids=lambda row: row["claim_id"])
def test_attribution_names_facts_that_exist(row: tables.Row) -> None:
    assert set(row["fact_ids"].split()) - FACT_IDS == set()


@pytest.mark.parametrize("row", FACTS.rows("headline_figures"), ids=lambda row: row["figure_id"])
def test_headline_figure_is_made_of_checked_facts(row: tables.Row) -> None:
    for fact_id in row["terms"].replace("*", " ").split():
        assert FACTS[fact_id].magnitude > 0


# Ids


def test_fact_ids_are_unique_across_tables() -> None:
    ids = Counter(row["fact_id"] for name in FACT_TABLES for row in FACTS.rows(name))
    assert [fact_id for fact_id, count in ids.items() if count > 1] == []
    assert len(FACTS) == sum(ids.values())


def test_no_fact_stands_in_two_tables() -> None:
    places: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for name in FACT_TABLES:
        for row in FACTS.rows(name):
            content = tuple(row[column] for column in ("subject", "value", "text", "unit", "source_key"))
            places[content].setdefault(name, row["fact_id"])
    repeated = {tuple(sorted(ids.values())) for ids in places.values() if len(ids) > 1}
    assert repeated - set(SAME_FACT_TWICE) == set(), "one fact in two tables: keep one"
    assert set(SAME_FACT_TWICE) - repeated == set(), "exceptions no longer needed: remove them here"


# Grades


@pytest.mark.parametrize("name", FACT_TABLES)
def test_unverified_rows_are_assumptions_only(facts: Facts, name: str) -> None:
    for row in facts.rows(name):
        if not row["value"]:
            continue
        if row["evidence"] == "unverified":
            with pytest.raises(UnverifiedFact, match=f"facts.assumption.*{row['fact_id']}"):
                facts[row["fact_id"]]
            assert facts.assumption(row["fact_id"]).rows == {row["fact_id"]}
        else:
            assert facts[row["fact_id"]].magnitude == float(row["value"])


def test_some_rows_are_unverified(facts: Facts) -> None:
    """Else the test above proves nothing."""
    assert any(facts.row(fact_id)["evidence"] == "unverified" and facts.row(fact_id)["value"] for fact_id in facts)


# Generated files


def test_readme_is_current(facts: Facts) -> None:
    assert (facts.directory / "README.md").read_text(encoding="utf-8") == catalog.readme(facts), "run make catalog"


def test_bibliography_is_current(facts: Facts) -> None:
    written = (facts.directory.parent / "book" / "references.bib").read_text(encoding="utf-8")
    assert written == catalog.bibliography(facts), "run make catalog"


def test_bibliography_holds_exactly_the_sources(facts: Facts) -> None:
    from pybtex.database import parse_file

    entries = parse_file(str(facts.directory.parent / "book" / "references.bib"), bib_format="bibtex").entries
    assert sorted(entries) == sorted(row["source_key"] for row in facts.rows("sources"))
    assert [key for key, entry in entries.items() if not entry.fields.get("title") or not entry.fields.get("note")] == []


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_no_row_begins_with_a_quotation_mark(resource: dict[str, Any]) -> None:
    """A spreadsheet that takes rows for single cells drops such marks; then nothing tells where the first cell ended."""
    lines = (FACTS.directory / resource["path"]).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith('"')] == []
