"""Benchmark scores with their sampling error, and which differences it leaves standing.

A benchmark is a sample of questions. A score that counts right answers is a proportion, so it has a Wilson interval
(Wilson 1927, JASA 22, 209) and two of them can be tested against each other. Ratings, win rates, percentiles and F1
averages are no proportions of questions: they are refused, with the reason, and listed (:func:`untested`). Why ``n``
counts questions and the test takes two samples: ``docs/decisions/sampling-error.md``.

Where each question was asked several times, a score is the mean over questions of a share from 0 to 1. The variance of
such a share is at most p·(1 − p), that of a single answer (:func:`variance_of_repeated`), so the interval is a bound: the
true one is as wide or narrower.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from scipy.special import ndtri

from factbook.facts import Facts, Item
from factbook.publish import Cell
from factbook.quantity import EXACT, Quantity, Trace, computed, count_of, unit

CONFIDENCE = 0.95
# Significance level of a single test; several tests together are corrected after Holm (1979)
ALPHA = 0.05
INTERVAL_DIGITS = 3
AHEAD, OPEN, BEHIND = "ahead", "cannot be told apart", "behind"
# Programming languages of HumanEval-Mul (DeepSeek-V3 report, section 5.1); how many questions it asks is not published
HUMANEVAL_MUL_LANGUAGES = 8

# Metrics that are a share of questions answered rightly. Averages over repeated samples are too, with less noise.
PROPORTIONS = frozenset(
    {"accuracy", "correct", "exact_match", "pass_1", "pass_1_cot", "pass_rate_2", "prompt_strict", "resolved", "cons_64"}
)
# Metrics that are not, and what they are
NOT_PROPORTIONS = {
    "f1": "an average of word overlap",
    "f1_3_shot": "an average of word overlap",
    "mean_of_four_accuracies": "an average of strict and loose accuracies",
    "mean_share_solved": "an average over exams",
    "rating": "a rating from games or contests",
    "arena_elo": "a rating from games or contests",
    "percentile": "a rank among people",
    "win_rate": "a judge’s preference over a fixed rival",
    "lc_win_rate": "a judge’s preference over a fixed rival, adjusted by a regression",
    "index": "a blend of several benchmarks",
    "irt_elo": "a scale fitted to several benchmarks",
    "score": "a blend of several tasks",
}
# Sources that re-run other parties' models
REPLICATORS = {
    "aider_polyglot": "Aider",
    "artificial_analysis": "Artificial Analysis",
    "caisi_2025": "CAISI",
    "caisi_2026_scores": "CAISI",
    "open_r1": "open-r1",
    "vals_ai": "Vals AI",
}
# Tests in which a program around the model, its agent, is part of what is measured; each party runs its own
AGENT_BENCHMARKS = frozenset({"swe_bench_verified"})
# Where a maker printed a score besides the V3 report and the R1 paper, as tables name it
OTHER_PLACES = {"r1_repo": "README", "r1_nature": "Nature", "simple_evals": "OpenAI", "openai_o1_blog": "OpenAI", "llama31_card": "Meta"}

BENCHMARK_NAMES = {
    "aider_polyglot": "Aider polyglot",
    "aime_2024": "AIME 2024",
    "aime_2025": "AIME 2025",
    "alpacaeval_2": "AlpacaEval 2.0",
    "arena_hard": "Arena-Hard",
    "c_eval": "C-Eval",
    "c_simpleqa": "C-SimpleQA",
    "cluewsc": "CLUEWSC",
    "cnmo_2024": "CNMO 2024",
    "codeforces": "Codeforces",
    "drop": "DROP",
    "frames": "FRAMES",
    "gpqa_diamond": "GPQA Diamond",
    "humaneval": "HumanEval",
    "ifeval": "IFEval",
    "livecodebench": "LiveCodeBench",
    "math_500": "MATH-500",
    "mmlu": "MMLU",
    "mmlu_pro": "MMLU-Pro",
    "mmlu_redux": "MMLU-Redux",
    "simpleqa": "SimpleQA",
    "swe_bench_verified": "SWE-bench Verified",
}
MODEL_NAMES = {
    "chatgpt_4o_latest_2024_11_20": "ChatGPT-4o (Nov 2024)",
    "claude_3_5_sonnet_1022": "Claude 3.5 Sonnet",
    "deepseek_r1": "R1",
    "deepseek_r1_0528": "R1-0528",
    "deepseek_r1_zero": "R1-Zero",
    "deepseek_v3": "V3",
    "deepseek_v3_0324": "V3-0324",
    "deepseek_v3_1": "V3.1",
    "deepseek_v3_2_exp_chat": "V3.2-Exp chat",
    "deepseek_v3_2_exp_reasoner": "V3.2-Exp",
    "deepseek_v4_pro": "V4 Pro",
    "gemini_2_0_flash_exp": "Gemini 2.0 Flash (exp.)",
    "gemini_2_0_flash_thinking_exp_01_21": "Gemini 2.0 Flash Thinking",
    "gemini_exp_1206": "Gemini Exp 1206",
    "gpt_4o_0513": "GPT-4o-0513",
    "llama_3_1_405b_instruct": "Llama 3.1 405B",
    "o1_0912": "o1 (Sept 2024)",
    "o1_1217": "o1-1217",
    "o1_mini": "o1-mini",
    "o1_preview": "o1-preview",
    "qwq_32b_preview": "QwQ-32B-Preview",
    "r1_distill_llama_70b": "R1-Distill-Llama-70B",
    "r1_distill_llama_8b": "R1-Distill-Llama-8B",
    "r1_distill_qwen_14b": "R1-Distill-Qwen-14B",
    "r1_distill_qwen_1_5b": "R1-Distill-Qwen-1.5B",
    "r1_distill_qwen_32b": "R1-Distill-Qwen-32B",
    "r1_distill_qwen_7b": "R1-Distill-Qwen-7B",
}


# Answers in the odds of CAISI's scale: so many points are so many times the odds of solving a task (its report, Figure 1)
ODDS_POINTS, ODDS_TIMES = 200, 3


class ScoreError(ValueError):
    """A score without a sampling error: out of range, without a number of questions, or not a proportion."""


@dataclass(frozen=True)
class Score:
    """A proportion of right answers (``data/benchmark_scores.csv``).

    Attributes:
        value: the score, in percent.
        items: how many questions it rests on (unit item).
        note: the row's own note and setting.
    """

    fact_id: str
    subject: str
    benchmark: str
    metric: str
    source: str
    value: Quantity
    items: Quantity
    note: str = ""

    @property
    def share(self) -> float:
        """The score as a number from 0 to 1."""
        return self.value.magnitude / 100

    def interval(self, confidence: float = CONFIDENCE) -> tuple[Quantity, Quantity]:
        """The Wilson interval, in percent; a bound where questions were asked several times."""
        ends = wilson_interval(self.share, self.items.magnitude, confidence)
        label = f"Wilson {confidence:.0%} bound of {self.value.formula}, n = {self.items}"
        low, high = (
            computed(100 * end, "percent", INTERVAL_DIGITS, f"{side} end of the {label}", self.value.rows)
            for side, end in zip(("lower", "upper"), ends, strict=True)
        )
        return low, high


def score(facts: Facts, fact_id: str, items: Quantity | None = None) -> Score:
    """A score by its row.

    Args:
        facts: the tables.
        fact_id: a row of the table of scores.
        items: how many questions, where the row does not say.

    Raises:
        ScoreError: the metric is not a proportion, the number of questions is unknown, or the value is not from 0 to 100.
    """
    row = facts.row(fact_id)
    if row["metric"] not in PROPORTIONS:
        what = NOT_PROPORTIONS.get(row["metric"], "not a share of questions")
        raise ScoreError(f"{fact_id}: {row['metric']} is {what}, so it has no binomial interval.")
    if items is None:
        if not row["n_items"]:
            raise ScoreError(f"{fact_id}: the number of questions is not known, so its sampling error is not either.")
        items = Quantity(float(row["n_items"]), unit("item"), EXACT, Trace(f"questions of {fact_id}", frozenset({fact_id})))
    value = facts[fact_id].to("percent")
    _check(value.magnitude / 100, items.magnitude, fact_id)
    note = "; ".join(part for part in (row["setting"], row["note"]) if part)
    return Score(fact_id, row["subject"], row["benchmark"], row["metric"], row["source_key"], value, items, note)


def printed_scores(facts: Facts, source: str) -> dict[str, dict[str, Score]]:
    """What a source prints as shares of questions: scores by model, then by benchmark.

    Majority votes are left out, and scores whose number of questions is not known.
    """
    found: dict[str, dict[str, Score]] = defaultdict(dict)
    for row in facts.where("benchmark_scores", source_key=source):
        if row["metric"] in PROPORTIONS - {"cons_64"} and row["n_items"]:
            found[row["subject"]][row["benchmark"]] = score(facts, row["fact_id"])
    return dict(found)


@dataclass(frozen=True)
class Untested:
    """A score that a source prints for a model and its rivals and that gets no verdict.

    Attributes:
        values: the score of each model that has one, the first model's first.
        why: what it is, or that the number of questions is not known.
    """

    benchmark: str
    metric: str
    values: Mapping[str, Quantity]
    why: str

    @property
    def name(self) -> str:
        """The test in words."""
        name = BENCHMARK_NAMES[self.benchmark]
        return f"{name}, {self.metric}" if self.metric in ("rating", "percentile") else name

    @property
    def counts(self) -> bool:
        """Whether it is a share of questions, of which only the number is missing."""
        return self.metric in PROPORTIONS

    @property
    def needed(self) -> Quantity:
        """On how many questions the first model would be told apart from every rival, see :func:`questions_needed` (unit item)."""
        own, *rivals = self.values.values()
        return max((questions_needed(own, rival) for rival in rivals), key=lambda needed: needed.magnitude)


NO_NUMBER = "number of questions not stated"


def untested(facts: Facts, source: str, first: str, rivals: Sequence[str]) -> list[Untested]:
    """Everything a source prints for a model and at least one rival that :func:`compare_all` leaves out, in the source's order.

    Majority votes are left out, since the first model has none.
    """
    printed: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in facts.where("benchmark_scores", source_key=source):
        if not (row["metric"] in PROPORTIONS and row["n_items"]):
            printed[row["benchmark"], row["metric"]][row["subject"]] = row["fact_id"]
    found = []
    for (benchmark, metric), ids in printed.items():
        if first in ids and ids.keys() & set(rivals):
            values = {model: facts[ids[model]] for model in (first, *rivals) if model in ids}
            found.append(Untested(benchmark, metric, values, NOT_PROPORTIONS.get(metric, NO_NUMBER)))
    return found


def untested_cells(found: Sequence[Untested], models: Sequence[str]) -> list[list[Cell]]:
    """Lines of a table: the test, and the score of each model, empty where there is none."""
    return [[each.name, *(each.values[m].shown("bare") if m in each.values else "" for m in models)] for each in found]


def count_untested(found: Sequence[Untested], rival: str, only_shares: bool = False) -> tuple[Quantity, Quantity]:
    """How many scores of a model and a rival get no verdict, and in how many of them the model's is the higher.

    Args:
        found: see :func:`untested`.
        rival: one of its rivals.
        only_shares: count shares of questions of unknown number alone.
    """
    pairs = [each for each in found if rival in each.values and (each.counts or not only_shares)]
    ahead = [each for each in pairs if next(iter(each.values.values())) > each.values[rival]]
    rows = {row for each in pairs for value in (next(iter(each.values.values())), each.values[rival]) for row in value.rows}
    return count_of(len(pairs), rows, "scores without a verdict"), count_of(len(ahead), rows, "these scores in which it is the higher")


def questions_needed(first: Quantity, second: Quantity) -> Quantity:
    """On how many questions two scores of their size would be told apart: z² × 2·p·(1 − p)/d², rounded up (unit item).

    The pooled test of :func:`compare` at the level ``ALPHA``, solved for n; p is the mean of the scores, d their difference.

    Raises:
        ScoreError: the scores are equal.
    """
    one, other = (value.to("percent").magnitude / 100 for value in (first, second))
    if one == other:
        raise ScoreError("no number of questions tells equal scores apart.")
    middle = (one + other) / 2
    needed = float(ndtri(1 - ALPHA / 2)) ** 2 * 2 * middle * (1 - middle) / (one - other) ** 2
    formula = f"z² × 2·p·(1 − p)/d² with the scores {first.formula} and {second.formula}, rounded up"
    return computed(math.ceil(needed), "item", EXACT, formula, first.rows | second.rows)


def variance_of_repeated(chances: Sequence[float], samples: int) -> float:
    """The variance of one question's score when a question is drawn and asked several times: p·(1 − p) − (1 − 1/k)·mean(q·(1 − q)).

    By the law of total variance: Var(q) + mean(q·(1 − q))/k, where Var(q) = p·(1 − p) − mean(q·(1 − q)).

    Args:
        chances: q, the chance of a right answer, for each question.
        samples: k, how often it is asked.
    """
    p = sum(chances) / len(chances)
    within = sum(q * (1 - q) for q in chances) / len(chances)
    return p * (1 - p) - (1 - 1 / samples) * within


def odds_times(score: Quantity, other: Quantity) -> Quantity:
    """How many times the odds of solving a task the first has, on CAISI's scale: 3^(difference/200) (its report of 2026, Figure 1)."""
    difference = (score - other).to("elo").magnitude
    formula = f"{ODDS_TIMES}^(({score.formula} − {other.formula})/{ODDS_POINTS})"
    return computed(ODDS_TIMES ** (difference / ODDS_POINTS), "ratio", 2, formula, score.rows | other.rows)


def gap_cells(compared: Sequence[Item]) -> list[list[Cell]]:
    """Lines of a table: a model, its ``maker``’s figure, that of ``caisi``, and the first minus the second in points."""
    rows: list[list[Cell]] = []
    for item in compared:
        values = (item.maker, item.caisi, _gap(item))
        rows.append([item.label, *(value.shown("bare") for value in values)])
    return rows


def gap_range(compared: Sequence[Item]) -> tuple[Quantity, Quantity]:
    """The least and the most of these gaps, in percentage points."""
    gaps = sorted(map(_gap, compared), key=lambda gap: gap.magnitude)
    return gaps[0], gaps[-1]


def _gap(item: Item) -> Quantity:
    return (item.maker - item.caisi).to("percentage_point")


def samples_per_question(facts: Facts, fact_id: str) -> Quantity:
    """How often each question was asked at most, by the note on a score (“4 to 64 samples per item”), as a plain count.

    Raises:
        ScoreError: the note does not say.
    """
    said = re.search(r"(\d+) samples per item", facts.row(fact_id)["setting"])
    if not said:
        raise ScoreError(f"{fact_id}: its setting does not say “… samples per item”.")
    return computed(float(said[1]), "count", EXACT, "samples per question, from the note", {fact_id})


def most_items_of_humaneval_mul(facts: Facts) -> Quantity:
    """The most questions that HumanEval-Mul can ask: all of HumanEval in each of its languages (unit item)."""
    described = {"bench_v3_humaneval_mul_pass1_v3_report"}
    languages = computed(HUMANEVAL_MUL_LANGUAGES, "ratio", EXACT, "languages of HumanEval-Mul", described)
    return (facts["humaneval_n_items"] * languages).to("item")


def _check(share: float, items: float, name: str = "the score") -> None:
    if not items >= 1 or math.isinf(items):
        raise ScoreError(f"{name}: a score needs at least one question, not {items:g}.")
    if not 0 <= share <= 1:
        raise ScoreError(f"{name}: {100 * share:g} is not from 0 to 100, so it is not a percentage of questions.")


def wilson_interval(share: float, items: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The score interval of a proportion (Wilson 1927), both ends from 0 to 1.

    Args:
        share: proportion of right answers, from 0 to 1. An average over repeated samples need not be a multiple of ``1/items``.
        items: number of questions, at least 1.
        confidence: such as 0.95.

    Raises:
        ScoreError: a share outside 0 to 1, or no questions.
    """
    from statsmodels.stats.proportion import proportion_confint

    _check(share, items)
    low, high = proportion_confint(share * items, items, alpha=1 - confidence, method="wilson")
    return float(low), float(high)


@dataclass(frozen=True)
class Comparison:
    """A two-proportion test of two scores on one benchmark.

    Attributes:
        first, second: the scores.
        z: the pooled statistic; positive where the first is higher.
        p_value: two-sided; of several tests together (:func:`compare_all`), corrected for their number.
    """

    first: Score
    second: Score
    z: float
    p_value: float

    @property
    def difference(self) -> Quantity:
        """First minus second, in percentage points."""
        return (self.first.value - self.second.value).to("percentage_point")

    @property
    def ratio(self) -> Quantity:
        """How many times the second score the first is; :func:`ratio_interval` says how sure that is."""
        return (self.first.value / self.second.value).shown("2")

    def interval(self, confidence: float = CONFIDENCE) -> tuple[Quantity, Quantity]:
        """The interval of the difference, unpaired, in percentage points (Newcombe 1998, Statist. Med. 17, 873, method 10).

        Of this test alone, so that where several tests are corrected for their number an open one may leave out zero.
        """
        from statsmodels.stats.proportion import confint_proportions_2indep

        counts = [number for each in (self.first, self.second) for number in (each.share * each.items.magnitude, each.items.magnitude)]
        ends = confint_proportions_2indep(*counts, compare="diff", method="newcomb", alpha=1 - confidence)
        formula = f"end of the Newcombe {confidence:.0%} interval of {self.first.fact_id} − {self.second.fact_id}"
        rows = {self.first.fact_id, self.second.fact_id}
        low, high = (computed(100 * float(end), "percentage_point", 2, formula, rows) for end in ends)
        return low, high

    def verdict(self, alpha: float = ALPHA) -> str:
        """Whether the first is ahead, behind, or cannot be told apart at this level."""
        if self.p_value >= alpha:
            return OPEN
        return AHEAD if self.z > 0 else BEHIND


def two_proportions(solved: Sequence[float], tasks: Sequence[float]) -> tuple[float, float]:
    """The pooled two-proportion z test, unpaired, two-sided: z of first minus second, and the p-value.

    The same questions were asked of both, so a paired test (McNemar 1947) would be sharper; it needs the answers.
    Where both solved all or none, they cannot be told apart.
    """
    from statsmodels.stats.proportion import proportions_ztest

    if sum(solved) in (0, sum(tasks)):
        return 0.0, 1.0
    z, p_value = proportions_ztest(list(solved), list(tasks))
    return float(z), float(p_value)


def compare(first: Score, second: Score) -> Comparison:
    """Test whether two scores differ, by :func:`two_proportions`.

    Raises:
        ScoreError: the scores are from different benchmarks.
    """
    if first.benchmark != second.benchmark:
        raise ScoreError(f"{first.fact_id} and {second.fact_id} are scores on different benchmarks.")
    sizes = [each.items.magnitude for each in (first, second)]
    z, p_value = two_proportions([first.share * sizes[0], second.share * sizes[1]], sizes)
    return Comparison(first, second, z, p_value)


def holm(comparisons: Sequence[Comparison]) -> list[float]:
    """The p-values of several tests, corrected for their number (Holm 1979, Scand. J. Statist. 6, 65), in their order."""
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests([each.p_value for each in comparisons], alpha=ALPHA, method="holm")[1]]


def compare_all(first: Mapping[str, Score], second: Mapping[str, Score]) -> dict[str, Comparison]:
    """Test two models on every benchmark that both were scored on, the first one's best first.

    Args:
        first, second: scores by benchmark.

    Returns:
        Comparisons by benchmark, with p-values that are corrected for their number, see :func:`holm`.
    """
    shared = sorted((name for name in first if name in second), key=lambda name: -first[name].share)
    tests = [compare(first[name], second[name]) for name in shared]
    return {test.first.benchmark: replace(test, p_value=p_value) for test, p_value in zip(tests, holm(tests), strict=True)}


def count_tests(tests: Collection[Comparison], *verdicts: str) -> Quantity:
    """How many tests end with one of some verdicts (without any: all of them), traced to every score that was tested."""
    number = sum(not verdicts or test.verdict() in verdicts for test in tests)
    rows = {each.fact_id for test in tests for each in (test.first, test.second)}
    return count_of(number, rows, f"comparisons, {' or '.join(verdicts)}" if verdicts else "comparisons")


def names_of(tests: Mapping[str, Comparison], verdict: str) -> str:
    """The benchmarks on which a comparison ends with a verdict, in words: “MMLU and SimpleQA”, or “none”."""
    names = [BENCHMARK_NAMES[name] for name, test in tests.items() if test.verdict() == verdict]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or "none"


def tally(tests: Mapping[str, Comparison]) -> tuple[Quantity, Quantity, Quantity, Quantity]:
    """How many tests there are, and in how many of them the first is ahead, cannot be told apart, and is behind."""
    found = list(tests.values())
    return count_tests(found), count_tests(found, AHEAD), count_tests(found, OPEN), count_tests(found, BEHIND)


def turned(test: Comparison) -> Comparison:
    """The same test, second minus first."""
    return replace(test, first=test.second, second=test.first, z=-test.z)


def mean_difference(tests: Sequence[Comparison], benchmark: str) -> Quantity:
    """The average of first minus second over the tests on one benchmark, in percentage points.

    Raises:
        ScoreError: no test is on this benchmark.
    """
    gaps = [test.difference for test in tests if test.first.benchmark == benchmark]
    if not gaps:
        raise ScoreError(f"{benchmark}: none of {len(tests)} comparisons is on it.")
    mean = sum(gap.magnitude for gap in gaps) / len(gaps)
    rows = frozenset[str]().union(*(gap.rows for gap in gaps))
    return computed(mean, "percentage_point", 2, f"average of {len(gaps)} differences", rows)


def ratio_interval(first: Score, second: Score, confidence: float = CONFIDENCE) -> tuple[Quantity, Quantity]:
    """How many times one score is the other, with sampling error (Katz et al. 1978, Biometrics 34, 469), unpaired.

    Raises:
        ScoreError: the second score is zero.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not second.share or not first.share:
        raise ScoreError(f"{first.fact_id} over {second.fact_id}: a ratio to or of zero has no interval.")
    ends = confint_proportions_2indep(
        first.share * first.items.magnitude,
        first.items.magnitude,
        second.share * second.items.magnitude,
        second.items.magnitude,
        compare="ratio",
        method="log",
        alpha=1 - confidence,
    )
    formula = f"end of the Katz {confidence:.0%} interval of {first.fact_id} / {second.fact_id}"
    low, high = (computed(float(end), "ratio", 2, formula, {first.fact_id, second.fact_id}) for end in ends)
    return low, high


def smallest_telling_difference(around: Score) -> Quantity:
    """The difference two models near a score must have to be told apart on its questions, in percentage points.

    The normal approximation of :func:`compare` at the level ``ALPHA``: z × sqrt(2·p·(1 − p)/n).
    """
    gap = float(ndtri(1 - ALPHA / 2)) * math.sqrt(2 * around.share * (1 - around.share) / around.items.magnitude)
    formula = f"z × sqrt(2·p·(1 − p)/n) with p = {around.fact_id} and n = {around.items}"
    return computed(100 * gap, "percentage_point", 2, formula, around.value.rows | around.items.rows)


@dataclass(frozen=True)
class Contradiction:
    """Papers and pages of the makers that give one model different scores on one benchmark.

    Attributes:
        scores: one by each source, the earliest first.
    """

    subject: str
    benchmark: str
    scores: Mapping[str, Quantity]

    @property
    def rows(self) -> frozenset[str]:
        """The rows of all scores."""
        return frozenset[str]().union(*(score.rows for score in self.scores.values()))

    @property
    def spread(self) -> Quantity:
        """Highest minus lowest value, in the unit of the scores (percentage points for percentages)."""
        values = sorted(self.scores.values(), key=lambda value: value.magnitude)
        gap = values[-1] - values[0]
        return gap.to("percentage_point") if gap.unit == unit("percent") else gap

    @property
    def cells(self) -> list[Cell]:
        """A line of a table: benchmark and model, with the other place in brackets; V3 report, R1 paper, other place; spread."""
        other = next((source for source in self.scores if source in OTHER_PLACES), "")
        place = f" ({OTHER_PLACES[other]})" if other else ""
        printed = (self.scores.get(source) for source in ("v3_report", "r1_preprint", other))
        name = f"{BENCHMARK_NAMES[self.benchmark]}: {model_name(self.subject)}{place}"
        return [name, *("" if each is None else each.shown("bare") for each in printed), self.spread.shown("bare")]


def contradictions(facts: Facts) -> list[Contradiction]:
    """Every model and benchmark for which the makers' own sources print different scores, the furthest apart first.

    Metrics with other names but the same meaning are compared; majority votes, and runs with and without chain of thought,
    are not. Runs by outsiders are no contradictions but :func:`replications`.
    """
    found = []
    for (subject, benchmark, _), rows in _by_measure(facts).items():
        makers = [row for row in rows if row["source_key"] not in REPLICATORS]
        first_of = {row["source_key"]: row for row in reversed(makers)}
        kept = sorted(first_of.values(), key=lambda row: row["as_of"])
        if len({float(row["value"]) for row in kept}) > 1:
            found.append(Contradiction(subject, benchmark, {row["source_key"]: facts[row["fact_id"]] for row in kept}))
    return sorted(found, key=lambda pair: -pair.spread.magnitude)


def count_contradictions(pairs: Sequence[Contradiction]) -> Quantity:
    """How many models and benchmarks have several scores, traced to the scores."""
    rows = frozenset[str]().union(*(pair.rows for pair in pairs))
    return count_of(len(pairs), rows, "models and benchmarks with several scores")


def replications(facts: Facts, subjects: tuple[str, ...] = ("deepseek_", "r1_distill_"), agents: bool = False) -> list[Comparison]:
    """Every run by an outsider of a model that its maker scored on the same benchmark, as (maker's, outsider's), by benchmark.

    The maker's earliest figure is taken; pairs without a number of questions are left out.

    Args:
        facts: the tables.
        subjects: how the names of the models begin.
        agents: the tests of ``AGENT_BENCHMARKS``; else all others.
    """
    found = []
    for (subject, benchmark, _), rows in _by_measure(facts).items():
        if not subject.startswith(subjects) or (benchmark in AGENT_BENCHMARKS) != agents:
            continue
        own = [row for row in rows if row["source_key"] not in REPLICATORS and row["n_items"]]
        for row in rows:
            if row["source_key"] in REPLICATORS and row["n_items"] and own:
                first = min(own, key=lambda each: each["as_of"])
                found.append(compare(score(facts, first["fact_id"]), score(facts, row["fact_id"])))
    return sorted(found, key=lambda test: (test.first.benchmark, test.first.subject))


def _by_measure(facts: Facts) -> dict[tuple[str, str, str], list[dict[str, str]]]:
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in facts.rows("benchmark_scores"):
        # Ratings of the arena are re-estimated at each date, so different dates do not contradict each other
        if row["unit"] in ("percent", "elo") and not row["benchmark"].startswith("lmarena") and row["evidence"] != "unverified":
            groups[row["subject"], row["benchmark"], _measure(row)].append(row)
    return groups


def _measure(row: dict[str, str]) -> str:
    """What a row measures: rows of one model and benchmark are compared when this agrees."""
    metric = row["metric"]
    if row["benchmark"] == "livecodebench" or metric not in PROPORTIONS - {"cons_64"}:
        return metric
    return "share of questions"


def questions(facts: Facts, fact_id: str) -> Quantity:
    """How many questions (or benchmarks, or votes) a row's score rests on, as a plain count.

    Raises:
        ScoreError: the row does not say.
    """
    row = facts.row(fact_id)
    if not row["n_items"]:
        raise ScoreError(f"{fact_id}: the number of questions is not known.")
    return computed(float(row["n_items"]), "count", EXACT, f"n_items of {fact_id}", {fact_id})


def expected_win_rate(rating: Quantity, other: Quantity) -> Quantity:
    """The share of comparisons that the first should win by its rating, in percent: 1 / (1 + 10^(−difference/400)) (Elo 1978).

    Args:
        rating, other: ratings from one date and one list (unit elo).
    """
    difference = (rating - other).to("elo").magnitude
    formula = f"1 / (1 + 10^(−({rating.formula} − {other.formula})/400))"
    return computed(100 / (1 + 10 ** (-difference / 400)), "percent", 2, formula, rating.rows | other.rows)


def model_name(subject: str) -> str:
    """A model's name for readers: from the list above, else made from its id (``minimax_m2_7`` is “minimax m2.7”)."""
    return MODEL_NAMES.get(subject) or re.sub(r"(?<=\d)_(?=\d(?!\d))", ".", subject).replace("_", " ")
