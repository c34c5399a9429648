"""Sampling error of scores: intervals and tests against published tables, by hand, and on bad input."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deepseek_audit.models import benchmarks
from deepseek_audit.models.benchmarks import Score, ScoreError
from factbook.facts import Facts, load
from factbook.quantity import of

# 97.5th percentile of the normal distribution, from a table
Z = 1.959963984540054
ITEMS = st.integers(1, 100_000)
SHARES = st.floats(0, 1)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


def made(share: float, items: int, benchmark: str = "mmlu") -> Score:
    """A score that stands in no table."""
    value = of(100 * share, "percent", "made")
    return Score("made", "model", benchmark, "accuracy", "nowhere", value, of(items, "item", "made", exact=True))


def printed(facts: Facts, model: str, metric: str) -> Score:
    return benchmarks.score(facts, f"bench_{model}_{metric}_r1_preprint")


def z_by_hand(first: float, second: float, n: float, m: float) -> float:
    pooled = (first * n + second * m) / (n + m)
    return (first - second) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))


def two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


# Intervals


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_of_the_literature(right, asked, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 857, Table I, method 3."""
    found = benchmarks.wilson_interval(right / asked, asked)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(SHARES, ITEMS)
def test_wilson_interval_by_its_formula(share, items):
    low, high = benchmarks.wilson_interval(share, items)
    middle = (share + Z**2 / (2 * items)) / (1 + Z**2 / items)
    reach = Z / (1 + Z**2 / items) * math.sqrt(share * (1 - share) / items + Z**2 / (4 * items**2))
    assert low == pytest.approx(max(0, middle - reach), abs=1e-9)
    assert high == pytest.approx(min(1, middle + reach), abs=1e-9)


@given(SHARES, ITEMS)
def test_wilson_interval_holds_the_score_and_mirrors(share, items):
    low, high = benchmarks.wilson_interval(share, items)
    assert -1e-12 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1 + 1e-12
    mirrored = benchmarks.wilson_interval(1 - share, items)
    assert mirrored == (pytest.approx(1 - high, abs=1e-9), pytest.approx(1 - low, abs=1e-9))


@given(st.floats(0.01, 0.99), st.integers(2, 50_000))
def test_more_questions_narrow_the_interval(share, items):
    low, high = benchmarks.wilson_interval(share, items)
    narrower = benchmarks.wilson_interval(share, 2 * items)
    assert narrower[1] - narrower[0] < high - low


def test_aime_interval_of_r1(facts):
    """30 questions, 79.8%: by hand from the formula."""
    score = printed(facts, "r1", "aime_2024_pass1")
    share, n = 0.798, 30
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    reach = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    low, high = score.interval()
    assert low.magnitude == pytest.approx(100 * (middle - reach))
    assert high.magnitude == pytest.approx(100 * (middle + reach))
    assert low.rows == high.rows == {score.fact_id}


def test_repeated_samples_do_not_add_questions(facts):
    """DeepSeek averages 4 to 64 samples and open-r1 exactly 64; AIME has 30 questions for both."""
    for fact_id in ("bench_r1_aime_2024_pass1_r1_preprint", "bench_r1_distill_qwen_7b_aime_2024_pass1_open_r1"):
        assert "64 samples" in facts.row(fact_id)["setting"] + facts.row(fact_id)["note"]
        assert benchmarks.score(facts, fact_id).items == facts["aime_2024_n_items"]


# Tests


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.integers(5, 20_000))
def test_comparison_is_the_pooled_z_test(first, second, items):
    found = benchmarks.compare(made(first, items), made(second, items))
    z = z_by_hand(first, second, items, items)
    assert found.z == pytest.approx(z, abs=1e-6)
    assert found.p_value == pytest.approx(two_sided(z), abs=1e-9)


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.integers(5, 20_000))
def test_swapping_two_models_swaps_the_verdict(first, second, items):
    one = benchmarks.compare(made(first, items), made(second, items))
    other = benchmarks.compare(made(second, items), made(first, items))
    opposite = {"ahead": "behind", "behind": "ahead", "cannot be told apart": "cannot be told apart"}
    assert other.verdict() == opposite[one.verdict()]
    assert one.p_value == pytest.approx(other.p_value, abs=1e-12)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_two_perfect_or_two_empty_scores_cannot_be_told_apart(share):
    assert benchmarks.compare(made(share, 30), made(share, 30)).verdict() == "cannot be told apart"


EXPECTED_AGAINST_O1 = {
    "aime_2024_pass1": "cannot be told apart",
    "math_500_pass1": "cannot be told apart",
    "gpqa_diamond_pass1": "cannot be told apart",
    "livecodebench_pass1_cot": "cannot be told apart",
    "swe_bench_verified_resolved": "cannot be told apart",
    "aider_polyglot_accuracy": "cannot be told apart",
    "mmlu_pass1": "behind",
    "simpleqa_correct": "behind",
}


def test_r1_against_o1_by_hand(facts):
    """The headline: which of the shared scores can be told apart, from the printed numbers alone, corrected after Holm."""
    p_values = {}
    for metric, expected in EXPECTED_AGAINST_O1.items():
        first, second = printed(facts, "r1", metric), printed(facts, "o1_1217", metric)
        z = z_by_hand(first.share, second.share, first.items.magnitude, second.items.magnitude)
        found = benchmarks.compare(first, second)
        assert found.z == pytest.approx(z)
        assert found.verdict() == expected
        p_values[metric] = two_sided(z)
    ordered = sorted(p_values, key=p_values.__getitem__)
    rejected = []
    for place, metric in enumerate(ordered):
        if p_values[metric] > 0.05 / (len(ordered) - place):
            break
        rejected.append(metric)
    assert set(rejected) == {"mmlu_pass1", "simpleqa_correct"}
    comparisons = [benchmarks.compare(printed(facts, "r1", metric), printed(facts, "o1_1217", metric)) for metric in ordered]
    corrected = benchmarks.holm(comparisons)
    assert [p < 0.05 for p in corrected] == [metric in rejected for metric in ordered]


def test_models_are_compared_on_what_both_took():
    """Three shared benchmarks of 1,000 questions: 80 against 60 is far apart, 70 and 70.5 are not, 50 against 54 only before Holm."""
    first = {name: made(share, 1000, name) for name, share in {"mmlu": 0.7, "drop": 0.9, "frames": 0.5, "ifeval": 0.8}.items()}
    second = {name: made(share, 1000, name) for name, share in {"ifeval": 0.6, "mmlu": 0.705, "frames": 0.545, "simpleqa": 0.2}.items()}
    found = benchmarks.compare_all(first, second)
    assert list(found) == ["ifeval", "mmlu", "frames"]
    assert benchmarks.compare(first["frames"], second["frames"]).verdict() == "behind"
    assert [test.verdict() for test in found.values()] == ["ahead", "cannot be told apart", "cannot be told apart"]
    assert [number.magnitude for number in benchmarks.tally(found)] == [3, 1, 2, 0]
    assert found["frames"].p_value == pytest.approx(2 * two_sided(z_by_hand(0.5, 0.545, 1000, 1000)))


def test_benchmarks_are_named_by_how_they_end(facts: Facts) -> None:
    paper = benchmarks.printed_scores(facts, "r1_preprint")
    tests = benchmarks.compare_all(paper["deepseek_r1"], paper["o1_1217"])
    assert benchmarks.names_of(tests, benchmarks.BEHIND) == "MMLU and SimpleQA"
    assert benchmarks.names_of({"mmlu": tests["mmlu"]}, benchmarks.BEHIND) == "MMLU"
    assert benchmarks.names_of({"mmlu": tests["mmlu"]}, benchmarks.AHEAD) == "none"


def test_a_count_of_tests_leads_to_all_of_them(facts):
    """So that none that are behind is a number with sources too."""
    paper = benchmarks.printed_scores(facts, "r1_preprint")
    tests = benchmarks.compare_all(paper["deepseek_r1"], paper["claude_3_5_sonnet_1022"])
    total, _, _, behind = benchmarks.tally(tests)
    assert (behind.magnitude, total.magnitude) == (0, len(tests))
    assert behind.rows == total.rows == {each.fact_id for test in tests.values() for each in (test.first, test.second)}


def test_printed_scores_are_shares_of_known_questions(facts):
    scores = [score for model in benchmarks.printed_scores(facts, "r1_preprint").values() for score in model.values()]
    assert {score.source for score in scores} == {"r1_preprint"}
    assert {score.metric for score in scores} <= benchmarks.PROPORTIONS - {"cons_64"}
    assert EXPECTED_AGAINST_O1.keys() <= {score.fact_id.removeprefix("bench_r1_").removesuffix("_r1_preprint") for score in scores}


def test_a_difference_has_newcombes_interval(facts):
    """SimpleQA: 30.1 against 47.0 on 4,326 questions; d − √((p₁ − l₁)² + (u₂ − p₂)²), with the Wilson ends by their own formula."""
    test = benchmarks.compare(printed(facts, "r1", "simpleqa_correct"), printed(facts, "o1_1217", "simpleqa_correct"))

    def wilson(p, n):
        middle, half = (p + Z * Z / 2 / n) / (1 + Z * Z / n), Z * math.sqrt(p * (1 - p) / n + Z * Z / 4 / n / n) / (1 + Z * Z / n)
        return middle - half, middle + half

    (l1, u1), (l2, u2) = wilson(0.301, 4326), wilson(0.470, 4326)
    low, high = test.interval()
    assert low.magnitude == pytest.approx(100 * (0.301 - 0.470 - math.hypot(0.301 - l1, u2 - 0.470)), abs=0.01)
    assert high.magnitude == pytest.approx(100 * (0.301 - 0.470 + math.hypot(u1 - 0.301, 0.470 - l2)), abs=0.01)
    assert (str(test.difference.shown("bare")), low.rows) == ("−16.9", {test.first.fact_id, test.second.fact_id})
    assert test.ratio.magnitude == pytest.approx(30.1 / 47.0)


def test_a_test_turned_round_is_the_same_test(facts):
    test = benchmarks.compare(printed(facts, "r1", "simpleqa_correct"), printed(facts, "o1_1217", "simpleqa_correct"))
    other = benchmarks.turned(test)
    assert (other.difference.magnitude, other.p_value) == (-test.difference.magnitude, test.p_value)
    assert (test.verdict(), other.verdict()) == (benchmarks.BEHIND, benchmarks.AHEAD)


def test_sentences_keep_to_what_the_tests_leave_standing(facts):
    """The verdicts of ``score_sentences.csv``: one stands where the scores can be told apart, and is open where they can't."""
    found = {}
    for row in facts.rows("score_sentences"):
        items = benchmarks.most_items_of_humaneval_mul(facts) if "humaneval_mul" in row["score_id"] else None
        first, second = (benchmarks.score(facts, row[column], items) for column in ("score_id", "rival_id"))
        found[row["sentence"]] = row["verdict"], benchmarks.compare(first, second).verdict()
    claimed = {"Stands": {"ahead", "behind"}, "Open": {"cannot be told apart"}}
    assert all(result in claimed.get(verdict, {result}) for verdict, result in found.values())
    assert {sentence for sentence, (_, result) in found.items() if result == "behind"} == {"R1 slightly behind o3: GPQA"}
    fallen = {sentence: result for sentence, (verdict, result) in found.items() if verdict == "Falls"}
    # The score of the second is V3's: what falls is not a lead
    assert fallen == {"A slight, consistent lead: HumanEval": "cannot be told apart", "R1’s score: LiveCodeBench": "ahead"}


def test_simpleqa_of_o1_differs_by_either_source(facts):
    """DeepSeek prints 47.0 for o1, as OpenAI's system card does; a later table of OpenAI's has 42.6. R1 is behind both."""
    assert (
        facts["bench_o1_2024_12_05_simpleqa_correct_o1_system_card"].magnitude
        == printed(facts, "o1_1217", "simpleqa_correct").value.magnitude
    )
    own = printed(facts, "r1", "simpleqa_correct")
    for rival in ("bench_o1_1217_simpleqa_correct_r1_preprint", "bench_o1_1217_simpleqa_correct_simple_evals"):
        assert benchmarks.compare(own, benchmarks.score(facts, rival)).verdict() == "behind"


def test_almost_ten_times(facts):
    """79.8 over 9.3 on 30 questions: the Katz interval by hand."""
    first, second = printed(facts, "r1", "aime_2024_pass1"), printed(facts, "gpt_4o_0513", "aime_2024_pass1")
    ratio = 79.8 / 9.3
    spread = math.exp(Z * math.sqrt((1 - 0.798) / (0.798 * 30) + (1 - 0.093) / (0.093 * 30)))
    low, high = benchmarks.ratio_interval(first, second)
    assert low.magnitude == pytest.approx(ratio / spread, rel=1e-6)
    assert high.magnitude == pytest.approx(ratio * spread, rel=1e-6)
    assert low.magnitude < 10 < high.magnitude


def test_humaneval_lead_is_within_the_error_even_with_the_most_questions(facts):
    most = benchmarks.most_items_of_humaneval_mul(facts)
    assert (most.magnitude, str(most)) == (8 * 164, "1,312 items")
    # The notes of the table say how many languages there are
    described = [row["note"] for row in facts.where("benchmark_scores", benchmark="humaneval_mul")]
    assert all(note.startswith("Eight programming languages") for note in described)
    v3, gpt_4o = (benchmarks.score(facts, f"bench_{model}_humaneval_mul_pass1_v3_report", most) for model in ("v3", "gpt_4o_0513"))
    assert abs(z_by_hand(0.826, 0.805, 8 * 164, 8 * 164)) < Z
    assert benchmarks.compare(v3, gpt_4o).verdict() == "cannot be told apart"


def test_r1_against_the_o3_series(facts):
    """GPQA Diamond, 198 questions: 71.5 against 77.2 (o3-mini, high effort) and 82.8 (o3). On MMLU and SimpleQA R1 leads o3-mini."""
    r1 = printed(facts, "r1", "gpqa_diamond_pass1")
    for rival, share, expected in (("o3_mini_high", 0.772, "cannot be told apart"), ("o3", 0.828, "behind")):
        found = benchmarks.compare(r1, benchmarks.score(facts, f"bench_{rival}_gpqa_diamond_accuracy_simple_evals"))
        z = z_by_hand(0.715, share, 198, 198)
        assert (abs(z) > Z) == (expected == "behind")
        assert (found.z, found.verdict()) == (pytest.approx(z), expected)
    for metric, other in (("mmlu_pass1", "mmlu_accuracy"), ("simpleqa_correct", "simpleqa_correct")):
        mini = benchmarks.score(facts, f"bench_o3_mini_high_{other}_simple_evals")
        assert benchmarks.compare(printed(facts, "r1", metric), mini).verdict() == "ahead"


def test_r1_knows_fewer_chinese_facts_than_v3(facts):
    """C-SimpleQA, 3,000 questions, R1's paper: 63.7 against 68.0."""
    assert z_by_hand(0.637, 0.680, 3000, 3000) < -Z
    found = benchmarks.compare(printed(facts, "r1", "c_simpleqa_correct"), printed(facts, "v3", "c_simpleqa_correct"))
    assert found.verdict() == "behind"


@given(st.floats(0.05, 0.95), st.integers(30, 20_000))
def test_smallest_telling_difference_is_where_the_test_turns(share, items):
    gap = benchmarks.smallest_telling_difference(made(share, items)).magnitude / 100
    assume(gap / 2 < min(share, 1 - share))
    # The scores lie on both sides of the share, so that the pooled share is the same
    for factor, expected in ((1.01, "ahead"), (0.99, "cannot be told apart")):
        high, low = share + factor * gap / 2, share - factor * gap / 2
        assert benchmarks.compare(made(high, items), made(low, items)).verdict() == expected


# Bounds, and what gets no verdict


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 64))
def test_repeated_samples_only_lessen_the_variance(chances, samples):
    """Moments of a binomial share by hand: E(X²) = q(1 − q)/k + q², averaged over questions."""
    q = np.array(chances)
    by_hand = float(np.mean(q * (1 - q) / samples + q**2) - np.mean(q) ** 2)
    found = benchmarks.variance_of_repeated(chances, samples)
    assert found == pytest.approx(by_hand, abs=1e-12)
    assert found <= float(np.mean(q) * (1 - np.mean(q))) + 1e-12


def test_single_tries_have_the_variance_that_wilson_assumes():
    assert benchmarks.variance_of_repeated([0.2, 0.9, 1.0], 1) == pytest.approx(0.7 * 0.3)


def test_the_bound_holds_in_a_simulation():
    """Questions of beta-distributed difficulty, asked 64 times: the interval holds the true score at least as often as it says."""
    draw = np.random.default_rng(7)
    true, held = 0.8, 0
    for _ in range(400):
        chances = draw.beta(8 * true, 8 * (1 - true), size=30)
        score = draw.binomial(64, chances).mean() / 64
        low, high = benchmarks.wilson_interval(float(score), 30)
        held += low <= true <= high
    assert held / 400 > 0.99


RIVALS = ["o1_1217", "gpt_4o_0513", "claude_3_5_sonnet_1022"]


@pytest.mark.parametrize(("rival", "tests", "others"), [("o1_1217", 8, 3), ("gpt_4o_0513", 13, 8), ("claude_3_5_sonnet_1022", 13, 8)])
def test_no_score_of_the_paper_is_dropped(facts, rival, tests, others):
    """Every line that R1's paper prints for both models is tested or listed, counted from the table itself."""
    printed = {model: set() for model in ("deepseek_r1", rival)}
    for row in facts.rows("benchmark_scores"):
        if row["source_key"] == "r1_preprint" and row["subject"] in printed and row["metric"] != "cons_64":
            printed[row["subject"]].add((row["benchmark"], row["metric"]))
    shared = printed["deepseek_r1"] & printed[rival]
    paper = benchmarks.printed_scores(facts, "r1_preprint")
    tested = benchmarks.compare_all(paper["deepseek_r1"], paper[rival])
    listed = [each for each in benchmarks.untested(facts, "r1_preprint", "deepseek_r1", RIVALS) if rival in each.values]
    assert (len(tested), len(listed)) == (tests, others)
    assert shared == {(name, test.first.metric) for name, test in tested.items()} | {(each.benchmark, each.metric) for each in listed}


def test_scores_without_a_number_of_questions_all_favor_r1(facts):
    """C-Eval 91.8 against 76.7, CLUEWSC 92.8 against 85.4 and CNMO 78.8 against 13.1 for Claude: fault 18 of the review."""
    found = benchmarks.untested(facts, "r1_preprint", "deepseek_r1", RIVALS)
    assert {each.benchmark for each in found if each.counts} == {"c_eval", "cluewsc", "cnmo_2024"}
    for rival, total in (("o1_1217", 0), ("gpt_4o_0513", 3), ("claude_3_5_sonnet_1022", 3)):
        number, ahead = benchmarks.count_untested(found, rival, only_shares=True)
        assert (number.magnitude, ahead.magnitude) == (total, total)
    line = next(line for line in benchmarks.untested_cells(found, ["deepseek_r1", *RIVALS]) if line[0] == "CLUEWSC")
    assert [str(cell) for cell in line] == ["CLUEWSC", "92.8", "", "87.9", "85.4"]
    assert {each.why for each in found if each.counts} == {"number of questions not stated"}
    assert all(each.why == benchmarks.NOT_PROPORTIONS[each.metric] for each in found if not each.counts)


@given(st.floats(5, 95), st.floats(5, 95))
def test_questions_needed_is_where_the_test_turns(first, second):
    assume(abs(first - second) > 3)
    needed = benchmarks.questions_needed(of(first, "percent", "a"), of(second, "percent", "b")).magnitude
    for items, apart in ((needed, True), (needed - 1, False)):
        if items >= 1:
            assert (abs(z_by_hand(first / 100, second / 100, items, items)) >= Z * (1 - 1e-9)) == apart


def test_c_eval_would_tell_them_apart(facts):
    """By hand, against Claude: p = 0.8425, d = 0.151; its smaller part has 1,346 questions."""
    c_eval = next(each for each in benchmarks.untested(facts, "r1_preprint", "deepseek_r1", RIVALS) if each.benchmark == "c_eval")
    assert c_eval.needed.magnitude == math.ceil(Z**2 * 2 * 0.8425 * 0.1575 / 0.151**2) == 45
    assert c_eval.needed < facts["c_eval_n_items_validation"]


def test_equal_scores_need_no_number():
    with pytest.raises(ScoreError, match="equal scores"):
        benchmarks.questions_needed(of(50, "percent", "a"), of(50, "percent", "b"))


# V4 and its evaluators


def test_odds_on_caisis_scale(facts):
    """1,260 against 800 points, 200 points three times the odds."""
    scores = facts.by("subject", "benchmark_scores", metric="irt_elo")
    found = benchmarks.odds_times(scores["gpt_5_5"], scores["deepseek_v4_pro"])
    assert found.magnitude == pytest.approx(3 ** (460 / 200))
    assert str(found) == "13"


def test_agents_scores_by_maker_and_caisi(facts):
    """Table A8.1 of CAISI's report, and its page on V4 Pro."""
    listed = facts.listing("bench_agents_by_maker_and_caisi")
    cells = [[str(cell) for cell in line] for line in benchmarks.gap_cells(listed)]
    assert cells[:3] == [["R1", "49.2", "25.4", "23.8"], ["R1-0528", "57.6", "44.6", "13.0"], ["V3.1", "66.0", "54.8", "11.2"]]
    least, most = benchmarks.gap_range(listed)
    assert (least.magnitude, most.magnitude) == (pytest.approx(6.6), pytest.approx(23.8))


def test_outsiders_agents_are_apart_and_knowledge_is_not(facts):
    """CAISI ran 489 tasks; by hand for R1: 49.2 of 500 against 25.4 of 489."""
    agents = {test.first.subject: test for test in benchmarks.replications(facts, agents=True)}
    assert set(agents) == {"deepseek_r1", "deepseek_r1_0528", "deepseek_v3_1"}
    assert all(test.verdict() == "ahead" for test in agents.values())
    assert agents["deepseek_r1"].z == pytest.approx(z_by_hand(0.492, 0.254, 500, 489))
    knowledge = [test for test in benchmarks.replications(facts) if test.second.source == "caisi_2025"]
    assert {(test.first.benchmark, test.verdict()) for test in knowledge} == {("gpqa_diamond", "cannot be told apart")}


# Elo


@pytest.mark.parametrize(("difference", "percent"), [(0, 50.0), (200, 75.97), (400, 90.91), (-400, 9.09)])
def test_expected_win_rate(difference, percent):
    """Elo (1978), table of expected scores."""
    rating, other = of(1500 + difference, "elo", "a", exact=True), of(1500, "elo", "b", exact=True)
    assert benchmarks.expected_win_rate(rating, other).magnitude == pytest.approx(percent, abs=0.005)


# Sources


def test_contradictions_are_between_makers_and_real(facts):
    found = benchmarks.contradictions(facts)
    spreads = [pair.spread.magnitude for pair in found]
    assert spreads == sorted(spreads, reverse=True)
    counted = benchmarks.count_contradictions(found)
    assert (counted.magnitude, counted.rows) == (len(found), frozenset().union(*(pair.rows for pair in found)))
    assert len({(pair.subject, pair.benchmark) for pair in found}) == len(found)
    for pair in found:
        rows = [facts.row(fact_id) for fact_id in pair.rows]
        assert len({float(row["value"]) for row in rows}) > 1
        assert len({row["source_key"] for row in rows}) == len(rows)
        assert not {row["source_key"] for row in rows} & benchmarks.REPLICATORS.keys()
        assert {(row["subject"], row["benchmark"]) for row in rows} == {(pair.subject, pair.benchmark)}


@pytest.mark.parametrize(
    ("subject", "benchmark"),
    [
        ("llama_3_1_405b_instruct", "drop"),
        ("llama_3_1_405b_instruct", "gpqa_diamond"),
        ("llama_3_1_405b_instruct", "ifeval"),
        ("o1_0912", "aime_2024"),
    ],
    ids=["base model", "main set", "average of four", "appendix agrees"],
)
def test_other_models_sets_and_metrics_are_no_contradiction(facts, subject, benchmark):
    assert (subject, benchmark) not in {(pair.subject, pair.benchmark) for pair in benchmarks.contradictions(facts)}


@pytest.mark.parametrize(
    ("subject", "benchmark", "values"),
    [
        ("llama_3_1_405b_base", "drop", {86.0, 84.8}),
        ("qwq_32b_preview", "aime_2024", {44.0, 50.0}),
        ("deepseek_r1_zero", "aime_2024", {71.0, 77.9}),
        ("o1_1217", "simpleqa", {47.0, 42.6}),
        ("claude_3_5_sonnet_1022", "c_simpleqa", {51.3, 55.4}),
        ("claude_3_5_sonnet_1022", "livecodebench", {36.3, 38.9, 33.8}),
    ],
)
def test_known_contradictions_are_found(facts, subject, benchmark, values):
    pair = next(each for each in benchmarks.contradictions(facts) if (each.subject, each.benchmark) == (subject, benchmark))
    assert {score.magnitude for score in pair.scores.values()} == values
    assert pair.spread.magnitude == pytest.approx(max(values) - min(values))


@pytest.mark.parametrize(
    ("subject", "benchmark", "cells"),
    [
        ("o1_1217", "simpleqa", ["SimpleQA: o1-1217 (OpenAI)", "", "47.0", "42.6", "4.4"]),
        ("claude_3_5_sonnet_1022", "livecodebench", ["LiveCodeBench: Claude 3.5 Sonnet (README)", "36.3", "38.9", "33.8", "5.1"]),
        ("claude_3_5_sonnet_1022", "c_simpleqa", ["C-SimpleQA: Claude 3.5 Sonnet", "51.3", "55.4", "", "4.1"]),
    ],
)
def test_a_contradiction_as_a_line_of_a_table(facts, subject, benchmark, cells):
    pair = next(each for each in benchmarks.contradictions(facts) if (each.subject, each.benchmark) == (subject, benchmark))
    assert [str(cell) for cell in pair.cells] == cells


def test_only_vals_ai_can_be_told_apart_from_deepseek(facts):
    apart = set()
    for pair in benchmarks.replications(facts):
        own, other = pair.first, pair.second
        assert own.source not in benchmarks.REPLICATORS
        assert other.source in benchmarks.REPLICATORS
        z = z_by_hand(own.share, other.share, own.items.magnitude, other.items.magnitude)
        if abs(z) > Z:
            apart.add(other.fact_id)
        assert (pair.verdict() != "cannot be told apart") == (abs(z) > Z)
    assert apart == {"bench_r1_math_500_accuracy_vals_ai"}
    assert benchmarks.count_tests(benchmarks.replications(facts), "ahead", "behind").magnitude == len(apart)


def test_mean_difference_by_hand(facts):
    again = benchmarks.replications(facts)
    gaps = [
        facts[test.first.fact_id].magnitude - facts[test.second.fact_id].magnitude for test in again if test.first.benchmark == "aime_2024"
    ]
    assert benchmarks.mean_difference(again, "aime_2024").magnitude == pytest.approx(sum(gaps) / len(gaps))
    with pytest.raises(ScoreError, match="drop: none of"):
        benchmarks.mean_difference(again, "drop")


# Bad input


@pytest.mark.parametrize(
    ("share", "items"), [(-0.01, 30), (1.01, 30), (math.nan, 30), (0.5, 0), (0.5, -3), (0.5, math.nan), (0.5, math.inf)]
)
def test_impossible_scores_are_refused(share, items):
    with pytest.raises(ScoreError, match=r"not from 0 to 100|at least one question"):
        benchmarks.wilson_interval(share, items)


@pytest.mark.parametrize(
    ("fact_id", "words"),
    [
        ("bench_r1_drop_f1_3_shot_r1_preprint", "average of word overlap"),
        ("bench_r1_codeforces_rating_r1_preprint", "a rating from games"),
        ("bench_r1_codeforces_percentile_r1_preprint", "a rank among people"),
        ("bench_r1_arena_hard_win_rate_r1_preprint", "a judge’s preference"),
        ("bench_r1_alpacaeval_2_lc_win_rate_r1_preprint", "adjusted by a regression"),
        ("bench_r1_lmarena_text_style_control_arena_elo_arena_screenshot", "a rating from games"),
        ("bench_r1_aider_polyglot_run_cost_aider_polyglot_2025_01_20", "not a share of questions"),
    ],
)
def test_scores_that_are_no_proportions_are_refused_with_the_reason(facts, fact_id, words):
    with pytest.raises(ScoreError, match=words):
        benchmarks.score(facts, fact_id)


def test_score_without_a_number_of_questions_is_refused(facts):
    with pytest.raises(ScoreError, match="number of questions is not known"):
        benchmarks.score(facts, "bench_r1_cnmo_2024_pass1_r1_preprint")
    with pytest.raises(ScoreError, match="number of questions is not known"):
        benchmarks.questions(facts, "bench_r1_cnmo_2024_pass1_r1_preprint")


def test_samples_are_read_from_the_note_or_refused(facts):
    """“4 to 64 samples per item”."""
    assert benchmarks.samples_per_question(facts, "bench_r1_aime_2024_pass1_r1_preprint").magnitude == 64
    with pytest.raises(ScoreError, match="does not say"):
        benchmarks.samples_per_question(facts, "bench_r1_math_500_accuracy_vals_ai")


def test_scores_of_different_benchmarks_are_not_compared():
    with pytest.raises(ScoreError, match="different benchmarks"):
        benchmarks.compare(made(0.5, 30), made(0.5, 30, "aime_2024"))


def test_ratio_to_zero_is_refused():
    with pytest.raises(ScoreError, match="no interval"):
        benchmarks.ratio_interval(made(0.5, 30), made(0.0, 30))


def test_every_metric_in_percent_is_placed(facts):
    """A new metric must be declared a proportion or not, else it would be taken for neither."""
    blends = {"us_reference_cost_advantage"}
    metrics = {row["metric"] for row in facts.rows("benchmark_scores") if row["unit"] in ("percent", "elo")}
    assert metrics - benchmarks.PROPORTIONS - set(benchmarks.NOT_PROPORTIONS) == blends
