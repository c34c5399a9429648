"""The export rules as coded say what the rules say.

The limits typed in here are those of ECCN 3A090 and of 91 FR 1684, written out a second time as plain comparisons, so
that a wrong row or a wrong clause cannot agree with itself. The verdicts of the headline chips are those of the record.
"""

import dataclasses
import itertools
from datetime import date

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from deepseek_audit.models import export_controls as rules_module
from deepseek_audit.models.export_controls import Chip, MissingSpecification, UnknownChip
from factbook.calculators.calculator import Calculator, Choice, Result, Results, Slider
from factbook.facts import load
from factbook.quantity import of
from factbook.tables import data_directory, read_descriptor

FACTS = load()
RULES = rules_module.rules(FACTS)
CHIPS = rules_module.chips(FACTS)
FIRST, SECOND, THIRD = RULES
FREE, LICENSE, NOTICE, CASE_BY_CASE = "free", "license", "notice", "case_by_case"


def by_hand(rule, tpp, area, link, memory, data_center):
    """The rules in plain Python, without the tables."""
    density = tpp / area
    if rule == FIRST:
        return LICENSE if link >= 600 and tpp >= 4800 else FREE
    if not data_center:
        return NOTICE if tpp >= 4800 else FREE
    if tpp >= 4800 or (tpp >= 1600 and density >= 5.92):
        return CASE_BY_CASE if rule == THIRD and tpp < 21_000 and memory < 6_500 else LICENSE
    if (2400 <= tpp < 4800 and 1.6 <= density < 5.92) or (tpp >= 1600 and 3.2 <= density < 5.92):
        return NOTICE
    return FREE


def made(tpp, area, link, memory, data_center):
    return Chip(
        "test chip",
        bool(data_center),
        of(tpp, "tpp", "a_row", exact=True),
        of(area, "mm**2", "a_row", exact=True),
        of(link, "gigabyte/second", "a_row", exact=True),
        of(memory, "gigabyte/second", "a_row", exact=True),
    )


# On, just below and just above every limit
TPPS = (1000, 1599, 1600, 1601, 2399, 2400, 2401, 4799, 4800, 4801, 20_999, 21_000, 50_000)
AREAS = (100, 270, 500, 814, 1500, 3000)
LINKS = (64, 599, 600, 601)
MEMORIES = (3350, 6499, 6500, 8000)
GRID = list(itertools.product(TPPS, AREAS, LINKS, MEMORIES, (1, 0)))


@pytest.mark.parametrize("rule", RULES)
def test_evaluator_agrees_with_the_rules_written_by_hand(rule):
    for point in GRID:
        assert rules_module.judge(made(*point), RULES[rule]).effect == by_hand(rule, *point), point


@pytest.mark.parametrize("rule", RULES)
def test_the_grid_reaches_every_clause(rule):
    reached = {rules_module.judge(made(*point), RULES[rule]).clause for point in GRID} - {None}
    own = {clause.clause_id for clause in RULES[rule].clauses}
    assert own <= {clause.clause_id for clause in reached}


@pytest.mark.parametrize(
    ("tpp", "area", "at", "under"),
    [(3000, 1875, NOTICE, FREE), (2000, 625, NOTICE, FREE), (2960, 500, LICENSE, NOTICE)],
    ids=["1.6 of b.1", "3.2 of b.2", "5.92 of a.2"],
)
def test_a_density_on_the_limit_counts_as_reaching_it(tpp, area, at, under):
    """One square millimeter more brings the density just under its limit."""
    effects = [rules_module.judge(made(tpp, size, 64, 1000, 1), RULES[SECOND]).effect for size in (area, area + 1)]
    assert effects == [at, under]


def symbols():
    return sympy.symbols("tpp die_area interconnect memory_bandwidth data_center", real=True)


@pytest.mark.parametrize("rule", RULES)
def test_formula_gives_the_evaluator_s_clause(rule):
    """What the page computes is what Python decides, at every limit."""
    version = RULES[rule]
    compiled = sympy.lambdify(symbols(), rules_module.formula(version)(*symbols()), "math")
    codes = rules_module.codes(version)
    for point in GRID:
        verdict = rules_module.judge(made(*point), version)
        expected = verdict.clause.clause_id if verdict.clause else "free"
        assert codes[int(compiled(*map(float, point)))] == expected, point


@settings(max_examples=150)
@given(
    st.floats(100, 1e5), st.floats(50, 3000), st.floats(1, 4000), st.floats(1, 2e4), st.sampled_from([1, 0]), st.sampled_from(list(RULES))
)
def test_any_chip_gets_the_same_verdict_three_ways(tpp, area, link, memory, data_center, rule):
    version = RULES[rule]
    verdict = rules_module.judge(made(tpp, area, link, memory, data_center), version)
    assert verdict.effect == by_hand(rule, tpp, area, link, memory, data_center)
    code = int(rules_module.formula(version)(tpp, area, link, memory, data_center))
    assert rules_module.codes(version)[code] == (verdict.clause.clause_id if verdict.clause else "free")


@settings(max_examples=60)
@given(st.floats(100, 5e4), st.floats(1.0, 3.0), st.floats(50, 3000), st.floats(1, 4000))
def test_more_compute_never_frees_a_chip(tpp, factor, area, link):
    for rule in (FIRST, SECOND):
        weaker, stronger = (rules_module.judge(made(value, area, link, 1000, 1), RULES[rule]) for value in (tpp, tpp * factor))
        assert stronger.caught or not weaker.caught


def test_calculator_says_what_the_evaluator_says():
    h800 = CHIPS["h800_sxm"]
    calculator = Calculator(
        "test",
        "Test",
        [
            Slider("tpp", "TPP", h800.tpp, 500, 1e5, 10, log=True),
            Slider("die_area", "Area", h800.die_area, 100, 3000, 2),
            Slider("interconnect", "Link", h800.interconnect, 20, 4000, 1, log=True),
            Slider("memory_bandwidth", "Memory", h800.memory_bandwidth, 100, 20000, 10, log=True),
            Choice("data_center", "For", {"data centers": 1, "consumers": 0}, "data centers"),
        ],
        [
            Results(
                "Rules",
                [
                    Result(f"r{index}", rule.name, rules_module.formula(rule), texts=rules_module.code_texts(rule))
                    for index, rule in enumerate(RULES.values())
                ],
                style="verdicts",
            )
        ],
    )
    for chip in CHIPS.values():
        numbers = {"tpp": chip.tpp, "die_area": chip.die_area, "interconnect": chip.interconnect, "memory_bandwidth": chip.memory_bandwidth}
        market = {"data_center": "data centers" if chip.data_center else "consumers"}
        found = calculator.evaluate(**{name: value.magnitude for name, value in numbers.items()}, **market)
        for index, rule in enumerate(RULES.values()):
            caught = rules_module.judge(chip, rule).caught
            assert found[f"r{index}"].text.startswith("Caught" if caught else "Not caught"), (chip.name, rule.name)


# The chips


@pytest.mark.parametrize(
    ("chip", "effects"),
    [
        ("a100_80gb_sxm", (LICENSE, LICENSE, CASE_BY_CASE)),
        ("a800_80gb_sxm", (FREE, LICENSE, CASE_BY_CASE)),
        ("h100_sxm", (LICENSE, LICENSE, CASE_BY_CASE)),
        ("h800_sxm", (FREE, LICENSE, CASE_BY_CASE)),
        ("h20", (FREE, FREE, FREE)),
        ("l20", (FREE, FREE, FREE)),
        ("l2", (FREE, FREE, FREE)),
        ("l40", (FREE, NOTICE, NOTICE)),
        ("l40s", (FREE, LICENSE, CASE_BY_CASE)),
        ("rtx_4090", (FREE, NOTICE, NOTICE)),
        ("rtx_4090_d", (FREE, FREE, FREE)),
        ("h200_sxm", (LICENSE, LICENSE, CASE_BY_CASE)),
        ("mi325x", (LICENSE, LICENSE, CASE_BY_CASE)),
        ("b200", (LICENSE, LICENSE, LICENSE)),
    ],
)
def test_verdicts_on_known_chips(chip, effects):
    assert tuple(rules_module.judge(CHIPS[chip], rule).effect for rule in RULES.values()) == effects


def test_the_link_alone_frees_the_h800():
    h800, rule = CHIPS["h800_sxm"], RULES[FIRST]
    verdict = rules_module.judge(h800, rule)
    assert verdict.missed == ("link",)
    faster = dataclasses.replace(h800, interconnect=CHIPS["h100_sxm"].interconnect)
    assert rules_module.judge(faster, rule).caught


def test_the_plug_to_the_host_changes_no_verdict_of_2022():
    """The rule counts all inputs and outputs; with PCIe added, the verdicts stay."""
    for chip_id, plug in (("a800_80gb_sxm", "a100_80gb_sxm"), ("h800_sxm", "h100_sxm")):
        chip = CHIPS[chip_id]
        whole = dataclasses.replace(chip, interconnect=chip.interconnect + FACTS[f"{plug}_pcie_bandwidth"])
        assert not rules_module.judge(whole, RULES[FIRST]).caught


def test_verdicts_are_worded_with_what_decides():
    wordings = {
        ("a100_80gb_sxm", FIRST): "caught: a",
        ("h800_sxm", FIRST): "free: link",
        ("h800_sxm", SECOND): "caught: a.1",
        ("h800_sxm", THIRD): "case by case",
        ("rtx_4090", SECOND): "caught: a.1, notice",
        ("h20", SECOND): "free: TPP (b.1), density (b.2)",
        ("l2", THIRD): "free: TPP (b.1, b.2)",
        ("b200", THIRD): "caught: TPP, memory bandwidth",
        ("ascend_910b", SECOND): "caught: a.1 †",
    }
    assert {key: rules_module.judge(CHIPS[key[0]], RULES[key[1]]).text for key in wordings} == wordings
    reasons = {
        ("h800_sxm", FIRST): "link of 400 GB/s under 600 GB/s",
        ("h20", SECOND): "TPP of 2,368 under 2,400 (b.1) and density of 2.91 under 3.2 (b.2)",
        ("l2", THIRD): "TPP of 1,544 under 2,400 (b.1) and TPP of 1,544 under 1,600 (b.2)",
    }
    assert {key: rules_module.judge(CHIPS[key[0]], RULES[key[1]]).reason for key in reasons} == reasons


def test_note_2_alone_frees_the_4090_d():
    chip = CHIPS["rtx_4090_d"]
    assert rules_module.judge(chip, RULES[SECOND]).clause.clause_id == "note_2"
    assert rules_module.judge(dataclasses.replace(chip, data_center=True), RULES[SECOND]).clause.clause_id == "a_2"


@pytest.mark.parametrize("chip_id", CHIPS)
def test_rating_is_the_highest_product_of_throughput_and_bits(chip_id):
    products = [
        rules_module.total_processing_performance(FACTS.assumption(row["fact_id"]), row["metric"]).magnitude
        for row in FACTS.rows("chips")
        if row["subject"] == chip_id and row["metric"] in rules_module.BITS
    ]
    assert CHIPS[chip_id].tpp.magnitude == pytest.approx(max(products), rel=1e-3)


def test_published_ratings():
    """H100 989.4 x 16, A100 312 x 16, H20 148 x 16; TweakTown publishes densities of 19.4 and 2.9."""
    assert CHIPS["h100_sxm"].tpp.magnitude == pytest.approx(15_830.4, rel=1e-4)
    assert CHIPS["a100_80gb_sxm"].tpp.magnitude == 4_992
    assert CHIPS["h20"].tpp.magnitude == 2_368
    assert CHIPS["h100_sxm"].performance_density.magnitude == pytest.approx(19.4, abs=0.06)
    assert CHIPS["h20"].performance_density.magnitude == pytest.approx(2.9, abs=0.06)


def test_only_the_910b_rests_on_unverified_figures():
    resting = {chip_id for chip_id, chip in CHIPS.items() for rule in RULES.values() if rules_module.judge(chip, rule).assumed}
    assert resting == {"ascend_910b"}


# Days, shares, equivalents


def test_days_on_offer():
    assert rules_module.days_between(FACTS, "h800_sxm_launch_date", "h800_sxm_restricted_from").magnitude == 216
    assert (date(2023, 10, 23) - date(2023, 3, 21)).days == 216
    lead = rules_module.days_between(FACTS, "rule_letter_2022_date", "rule_2022_release_date")
    assert str(lead) == "42 days"
    assert lead.rows == {"rule_letter_2022_date", "rule_2022_release_date"}


def test_share_of_the_h800s():
    share = (FACTS["v3_cluster_gpus"] / rules_module.estimated(FACTS["h800_units_shipped"])).to("percent")
    assert share.magnitude == pytest.approx(100 * 2048 / 115_430)
    assert f"{share:2}" == "1.8%"


# Distances from limits, by hand: TPP, density or link over its limit, less one
DISTANCES = [
    ("rule_2022_10_07", "h800_sxm", "link", 400 / 600),
    ("rule_2022_10_07", "a100_80gb_sxm", "link", 600 / 600),
    ("rule_2022_10_07", "h100_sxm", "link", 900 / 600),
    ("rule_2023_10_17", "h20", "TPP", 2368 / 2400),
    ("rule_2023_10_17", "l2", "TPP", 1544 / 1600),
    ("rule_2023_10_17", "rtx_4090_d", "TPP", 4707 / 4800),
    ("rule_2023_10_17", "a800_80gb_sxm", "TPP", 4992 / 2400),
    ("rule_2026_01_15_h200", "mi325x", "TPP", 20919 / 21000),
]


@pytest.mark.parametrize(("rule", "chip", "decides", "ratio"), DISTANCES)
def test_distance_from_the_limit_by_plain_arithmetic(rule, chip, decides, ratio):
    found = rules_module.distance(CHIPS[chip], rules_module.rules(FACTS)[rule])
    assert found.property == decides
    assert found.amount.to("percent").magnitude == pytest.approx(100 * (ratio - 1), abs=0.05)


@pytest.mark.parametrize("rule", rules_module.RULE_NAMES)
@pytest.mark.parametrize("chip", sorted(CHIPS))
def test_a_chip_over_the_limit_is_one_that_the_rule_catches(rule, chip):
    """In January 2026 the limit parts those presumed denied from those judged case by case."""
    version = rules_module.rules(FACTS)[rule]
    over = rules_module.distance(CHIPS[chip], version).amount.magnitude >= 0
    verdict = rules_module.judge(CHIPS[chip], version)
    if version.upon is None:
        assert over == verdict.caught
    elif rules_module.judge(CHIPS[chip], version.upon).effect == "license":
        assert over == (verdict.effect == "license")


@pytest.mark.parametrize("row", FACTS.rows("export_clauses"), ids=lambda row: row["condition_id"])
def test_condition_names_a_limit_of_its_own_rule(row):
    limit = FACTS.row(row["threshold"])
    assert limit["rule"] == row["rule"]
    assert bool(limit["value"]) == (row["property"] != "data_center")
    assert row["comparison"] in limit["metric"] or row["comparison"] in ("is", "is_not") or limit["metric"].endswith("_min")


def test_chips_as_h100s_by_plain_arithmetic():
    """The four counts by 312 x 16, 312 x 16, 989.4 x 16 and 148 x 16 over 989.4 x 16."""
    by_hand = (72697 * 312 + 121421 * 312 + 115430 * 989.4 + 1489899 * 148) / 989.4
    assert rules_module.in_h100s(FACTS, rules_module.LEGAL_UNITS).magnitude == pytest.approx(by_hand, rel=1e-4)
    assert FACTS["legal_h100e_china"].magnitude == pytest.approx(by_hand, rel=0.01)


# Letters


def by_hand_letter(letter, tpp, link, memory, data_center):
    """The letters in plain Python, without the tables."""
    if letter == "letter_2022_08_26":
        return LICENSE if tpp >= 4992 and link >= 600 else FREE
    if letter == "notice_2023_10_23":
        return LICENSE if data_center and tpp >= 4800 else FREE
    return LICENSE if memory >= 4000 or link >= 900 else FREE


@pytest.mark.parametrize("letter", rules_module.letters(FACTS))
def test_letters_agree_with_their_clauses_written_by_hand(letter):
    version = rules_module.letters(FACTS)[letter]
    for tpp, link, memory, center in itertools.product((4799, 4800, 4991, 4992), (599, 600, 899, 900), (3999, 4000), (1, 0)):
        point = made(tpp, 800, link, memory, center)
        verdict = rules_module.judge(point, version)
        assert verdict.effect == by_hand_letter(letter, tpp, link, memory, center), (tpp, link, memory, center)
        code = int(rules_module.formula(version)(tpp, 800, link, memory, center))
        assert rules_module.codes(version)[code] == (verdict.clause.clause_id if verdict.clause else "free")


def test_a_chip_for_consumers_is_free_of_the_notice_for_data_centers():
    verdict = rules_module.judge(CHIPS["rtx_4090"], rules_module.letters(FACTS)["notice_2023_10_23"])
    assert verdict.reason == "made for consumers"


def test_versions_are_the_rules_then_the_letters():
    assert [version.rule_id for version in rules_module.versions(FACTS)] == [*RULES, *rules_module.letters(FACTS)]


def test_only_chips_exported_from_the_united_states_are_judged_in_the_table():
    names = {name for names in rules_module.judged_alike(CHIPS.values(), RULES.values()).values() for name in names}
    assert names == {chip.name for chip in CHIPS.values()} - {"Ascend 910B", "Ascend 910C"}


# Tables


def test_verdicts_on_claims_stand_in_one_table():
    """Another table that judges claims could disagree with the audit; the second reading is there to do so."""
    tables = read_descriptor(data_directory())["resources"]
    fields = {table["name"]: {field["name"] for field in table["schema"]["fields"]} for table in tables}
    assert [name for name, names in fields.items() if {"claim_id", "verdict"} <= names] == ["judgements", "second_readings"]


@pytest.mark.parametrize("row", FACTS.rows("debate_questions"), ids=lambda row: row["question_id"])
def test_debate_names_facts_and_fills_them_in(row):
    for name in f"{row['work_facts']} {row['fail_facts']}".split():
        assert name in FACTS
    filled = next(question for question in rules_module.debate(FACTS) if question["question_id"] == row["question_id"])
    assert "{" not in "".join(filled.values())
    assert all(filled[side] for side in ("controls_work", "controls_fail", "settles"))


# Bad input


def test_an_unknown_chip_is_named_with_its_neighbors():
    with pytest.raises(UnknownChip, match=r"no chip called 'h80_sxm'\. Did you mean h800_sxm"):
        rules_module.chip(FACTS, "h80_sxm")


def test_a_missing_figure_that_decides_is_asked_for():
    nameless = dataclasses.replace(made(2000, 800, 64, 1000, 1), die_area=None)
    with pytest.raises(MissingSpecification, match=r"test chip: a rule asks for its density, which is not given\."):
        rules_module.judge(nameless, RULES[SECOND])


def test_a_missing_figure_that_does_not_decide_is_not_asked_for():
    fast = dataclasses.replace(made(9000, 800, 64, 1000, 1), die_area=None)
    assert rules_module.judge(fast, RULES[SECOND]).clause.clause_id == "a_1"
