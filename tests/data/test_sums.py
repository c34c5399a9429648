"""Arithmetic between rows: what must add up, or follow from other rows, does.

Proves that no row contradicts another one that it can be computed from: totals and their parts, bills and
their hours, ratios and their terms, chip ratings and their throughput, returns and their closes. A published
figure must equal the computed one as far as it was published: within half a unit of its last digit.
A failure names the row.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from deepseek_audit.facts import load
from deepseek_audit.quantity import significant_digits
from deepseek_audit.tables import Row

FACTS = load()
FACT_IDS = set(FACTS)
RESOURCES: list[dict[str, Any]] = FACTS.descriptor["resources"]
DATED = [resource["name"] for resource in RESOURCES if {"as_of", "date"} & {field["name"] for field in resource["schema"]["fields"]}]
RANGED = [resource["name"] for resource in RESOURCES if "range" in resource.get("rules", [])]

GPUS_PER_NODE = 8
HOURS_PER_DAY = 24
TOKENS_PER_TRILLION = 1e12


def value(fact_id: str) -> float:
    """A row's number, whatever its grade."""
    return float(FACTS.row(fact_id)["value"])


def half_unit(written: str) -> float:
    """Half a unit of the last digit of a number as written: 500 for 101000, 0.05 for 3.7."""
    leading = math.floor(math.log10(abs(float(written))))
    return 0.5 * 10.0 ** (leading - significant_digits(written) + 1)


def by_columns(table: str, *columns: str) -> dict[tuple[str, ...], list[Row]]:
    """The rows of a table grouped by some columns."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in FACTS.rows(table):
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


# Totals and what follows from other rows

SUMS = {
    "v3_hours_total": ["v3_hours_pretrain", "v3_hours_context", "v3_hours_posttrain"],
    "v3_usd_total": ["v3_usd_pretrain", "v3_usd_context", "v3_usd_posttrain"],
    "r1_hours_total": ["r1zero_hours", "r1_sft_hours", "r1_hours"],
    "r1_usd_total": ["r1zero_usd", "r1_sft_usd", "r1_usd"],
    "v3_authors_total": ["v3_authors_re", "v3_authors_annot", "v3_authors_biz"],
    "openai_compute_2024": ["openai_rd_2024", "openai_inference_2024"],
}

BILLS = {
    "v3_usd_pretrain": "v3_hours_pretrain",
    "v3_usd_context": "v3_hours_context",
    "v3_usd_posttrain": "v3_hours_posttrain",
    "v3_usd_total": "v3_hours_total",
    "r1zero_usd": "r1zero_hours",
    "r1_sft_usd": "r1_sft_hours",
    "r1_usd": "r1_hours",
    "r1_usd_total": "r1_hours_total",
}

FOLLOWS: dict[str, Callable[[], float]] = {
    "v3_hours_pretrain": lambda: value("v3_hours_per_trillion") * value("v3_tokens") / TOKENS_PER_TRILLION,
    "v3_days_per_trillion": lambda: value("v3_hours_per_trillion") / value("v3_cluster_gpus") / HOURS_PER_DAY,
    "v3_readme_post": lambda: value("v3_hours_context") + value("v3_hours_posttrain"),
    "bernstein_hours": lambda: value("v3_hours_total"),
    "v3_plus_r1_nature_news": lambda: value("v3_usd_total"),
    "r1zero_hours": lambda: value("r1zero_gpus") * value("r1zero_wall"),
    "r1_hours": lambda: value("r1zero_gpus") * value("r1_wall"),
    "v2_train_saving": lambda: 100 * (1 - value("v2_hours_per_trillion") / value("ds67b_hours_per_trillion")),
    "willison_ratio": lambda: value("llama_hours") / value("v3_hours_total"),
    "sa_tco": lambda: FACTS.assumption("sa_capex_table").magnitude + value("sa_opex"),
    "sa_capex": lambda: FACTS.assumption("sa_capex_table").magnitude,
    "service_cost_per_day": lambda: value("service_nodes_average") * GPUS_PER_NODE * HOURS_PER_DAY * value("service_assumed_rental_rate"),
    "service_theoretical_margin": lambda: 100 * (value("service_theoretical_revenue_per_day") / value("service_cost_per_day") - 1),
    "sp_500_return_2025_01_27": lambda: index_return("sp_500"),
    "nasdaq_composite_return_2025_01_27": lambda: index_return("nasdaq_composite"),
    "dow_return_2025_01_27": lambda: index_return("dow"),
}


def index_return(prefix: str) -> float:
    """Percent, from the close and the change in points."""
    change = value(f"{prefix}_change_2025_01_27")
    return 100 * change / (value(f"{prefix}_close_2025_01_27") - change)


@pytest.mark.parametrize("total", SUMS)
def test_parts_add_up(total: str) -> None:
    assert sum(value(part) for part in SUMS[total]) == value(total)


@pytest.mark.parametrize("bill", BILLS)
def test_bill_is_hours_times_the_assumed_rent(bill: str) -> None:
    assert FACTS[BILLS[bill]] * FACTS["v3_rate_assumed"] == FACTS[bill]


@pytest.mark.parametrize("fact_id", FOLLOWS)
def test_published_figure_follows_from_its_terms(fact_id: str) -> None:
    written = FACTS.row(fact_id)["value"]
    assert FOLLOWS[fact_id]() == pytest.approx(float(written), rel=0, abs=half_unit(written) * (1 + 1e-9))


def test_pretraining_hours_are_exactly_the_rate_times_the_tokens() -> None:
    assert FOLLOWS["v3_hours_pretrain"]() == pytest.approx(2_664_000, rel=1e-12) == value("v3_hours_pretrain")


def test_reported_throughput_is_the_cluster_s() -> None:
    """Tokens a day, reported half a year later and measured otherwise than hours, so only to half a percent."""
    days = value("v3_hours_pretrain") / value("v3_cluster_gpus") / HOURS_PER_DAY
    assert value("v3_tokens_per_day") == pytest.approx(value("v3_tokens") / days, rel=0.005)


SHARES = by_columns("development_cost_shares", "subject")


@pytest.mark.parametrize("subject", SHARES, ids="".join)
def test_development_cost_shares_make_a_whole(subject: tuple[str, ...]) -> None:
    rows = SHARES[subject]
    assert sum(float(row["value"]) for row in rows) == pytest.approx(100, abs=0.2), [row["fact_id"] for row in rows]


# Buying a cluster costs more than renting it for the run, and that more than the part of its life the run uses up
BASES_FROM_DEAR_TO_CHEAP = ("acquisition", "cloud_price", "amortized")
COMPARED = {
    key: [row for row in rows if row["basis"] in BASES_FROM_DEAR_TO_CHEAP]
    for key, rows in by_columns("cost_estimates", "subject", "price_year").items()
    if len({row["basis"] for row in rows} & set(BASES_FROM_DEAR_TO_CHEAP)) > 1
}


@pytest.mark.parametrize("key", COMPARED, ids="-".join)
def test_acquisition_exceeds_cloud_rent_exceeds_amortized_cost(key: tuple[str, ...]) -> None:
    rank = BASES_FROM_DEAR_TO_CHEAP.index
    wrong = [
        (dear["fact_id"], cheap["fact_id"])
        for dear in COMPARED[key]
        for cheap in COMPARED[key]
        if rank(dear["basis"]) < rank(cheap["basis"]) and float(dear["value"]) <= float(cheap["value"])
    ]
    assert wrong == []


def test_three_models_have_all_three_bases() -> None:
    complete = {subject for (subject, _), rows in COMPARED.items() if {row["basis"] for row in rows} == set(BASES_FROM_DEAR_TO_CHEAP)}
    assert {"gpt_4", "gemini_1_0_ultra", "llama_3_1_405b"} <= complete


# Chips: total processing performance is operations per second times the bit length of the operation
# (ECCN 3A090, note to paragraph a): a multiply-accumulate counts as two operations, as in the data sheets

BIT_LENGTHS = {"fp16_bf16_dense": 16, "fp8_dense": 8, "int8_dense_tops": 8}
CHIPS = by_columns("chips", "subject", "metric")
CHIP_NAMES = list(dict.fromkeys(row["subject"] for row in FACTS.rows("chips")))
RATINGS = [
    (rating["fact_id"], throughput["fact_id"], bits)
    for chip in CHIP_NAMES
    for rating in CHIPS[chip, "total_processing_performance"]
    for metric, bits in BIT_LENGTHS.items()
    for throughput in CHIPS[chip, metric]
]
DENSITIES = [
    (density["fact_id"], rating["fact_id"], area["fact_id"])
    for chip in CHIP_NAMES
    for density in CHIPS[chip, "performance_density"]
    for rating in CHIPS[chip, "total_processing_performance"]
    for area in CHIPS[chip, "die_area"]
]


@pytest.mark.parametrize(("rating", "throughput", "bits"), RATINGS, ids=[f"{rating}-{other}" for rating, other, _ in RATINGS])
def test_chip_rating_is_throughput_times_bits(rating: str, throughput: str, bits: int) -> None:
    assert value(rating) == pytest.approx(bits * value(throughput), rel=0.005)


@pytest.mark.parametrize(("density", "rating", "area"), DENSITIES, ids=[f"{density}-{other}" for density, other, _ in DENSITIES])
def test_chip_density_is_rating_per_area(density: str, rating: str, area: str) -> None:
    assert value(density) == pytest.approx(value(rating) / value(area), rel=0.01)


def test_every_chip_has_a_rating_that_is_checked() -> None:
    """A new chip without figures to compare is not passed over in silence."""
    checked = {FACTS.row(rating)["subject"] for rating, *_ in RATINGS} & {FACTS.row(density)["subject"] for density, *_ in DENSITIES}
    assert set(CHIP_NAMES) - checked == set()


# Market

RETURNS = {(row["ticker"], row["date"]): float(row["return_pct"]) for row in FACTS.rows("market_returns")}
DAYS: dict[str, list[str]] = defaultdict(list)
for ticker, day in RETURNS:
    DAYS[ticker].append(day)
CALENDAR = DAYS["SPY"]
CRASH, DAY_BEFORE = "2025-01-27", "2025-01-24"
# 252 trading days in 2024, less the first, which has no return; 250 in 2025
TRADING_DAYS = 251 + 250
TICKERS_WITH_CLOSES = sorted(
    ticker for ticker in DAYS if {f"{ticker.lower()}_close_{day.replace('-', '_')}" for day in (CRASH, DAY_BEFORE)} <= FACT_IDS
)
INDEX_TICKERS = {
    "sp_500_return_2025_01_27": "^GSPC",
    "nasdaq_composite_return_2025_01_27": "^IXIC",
    "sox_return_reuters_2025_01_27": "^SOX",
    "rsp_return_2025_01_27": "RSP",
}


@pytest.mark.parametrize("ticker", TICKERS_WITH_CLOSES)
def test_return_follows_from_the_closes(ticker: str) -> None:
    before, after = (value(f"{ticker.lower()}_close_{day.replace('-', '_')}") for day in (DAY_BEFORE, CRASH))
    assert RETURNS[ticker, CRASH] == pytest.approx(100 * (after / before - 1), abs=0.01)


def test_most_series_have_closes_to_compare() -> None:
    stocks_and_funds = {row["ticker"] for row in FACTS.rows("market_series") if row["kind"] != "index"}
    assert stocks_and_funds - set(TICKERS_WITH_CLOSES) == {"RSP"}, "RSP has an adjusted return only"


@pytest.mark.parametrize("fact_id", INDEX_TICKERS)
def test_reported_index_return_agrees_with_the_series(fact_id: str) -> None:
    """To one unit of the last digit: agencies report before the close is final (Reuters has −9.2 for −9.148)."""
    written = FACTS.row(fact_id)["value"]
    assert RETURNS[INDEX_TICKERS[fact_id], CRASH] == pytest.approx(float(written), abs=2 * half_unit(written))


@pytest.mark.parametrize("series", FACTS.rows("market_series"), ids=lambda row: row["ticker"])
def test_series_has_every_trading_day(series: Row) -> None:
    days = DAYS[series["ticker"]]
    assert days == [day for day in CALENDAR if day >= series["first_date"]]
    assert (days[0], days[-1]) == (series["first_date"], series["last_date"])


def test_only_one_series_begins_late() -> None:
    late = {row["ticker"]: row["first_date"] for row in FACTS.rows("market_series") if row["first_date"] != CALENDAR[0]}
    assert late == {"GEV": "2024-03-28"}, "when-issued trading began on 2024-03-27"


def test_calendar_is_the_exchange_s() -> None:
    assert [day for day in CALENDAR if date.fromisoformat(day).weekday() > 4] == []
    assert len(CALENDAR) == TRADING_DAYS
    holidays = {"2024-07-04", "2024-12-25", "2025-01-09", "2025-01-20", "2025-12-25"}
    assert holidays & set(CALENDAR) == set(), "the exchange was closed; 2025-01-09 was a day of mourning"
    assert sorted(set(CALENDAR)) == CALENDAR


# Benchmarks


def test_scores_in_percent_lie_between_0_and_100() -> None:
    rows = [row for row in FACTS.rows("benchmark_scores") if row["unit"] == "percent"]
    assert len(rows) > 500
    assert [row["fact_id"] for row in rows if not 0 <= float(row["value"]) <= 100] == []


def test_benchmarks_have_items() -> None:
    counted = {row["fact_id"]: row["n_items"] for row in FACTS.rows("benchmark_scores") if row["n_items"]}
    assert [fact_id for fact_id, items in counted.items() if int(items) < 1] == []
    described = [row for row in FACTS.rows("benchmarks") if row["metric"].startswith("n_items")]
    assert described
    assert [row["fact_id"] for row in described if float(row["value"]) < 1] == []


# Ranges and dates


@pytest.mark.parametrize("table", RANGED)
def test_ranges_hold_their_value(table: str) -> None:
    wrong = []
    for row in FACTS.rows(table):
        ends = [float(row[column]) for column in ("low", "value", "high") if row[column]]
        if ends != sorted(ends):
            wrong.append(next(iter(row.values())))
    assert wrong == []


@pytest.mark.parametrize("table", DATED)
def test_dates_are_plausible(table: str) -> None:
    wrong = []
    for row in FACTS.rows(table):
        dates = [row.get("as_of") or row["date"]] + ([row["text"]] if row.get("unit") == "date" else [])
        if not all(2015 <= date.fromisoformat(day).year <= 2027 for day in dates):
            wrong.append(next(iter(row.values())))
    assert wrong == []


@pytest.mark.parametrize("table", [table for table in DATED if table != "market_returns"])
def test_the_last_day_stands_for_a_month_or_a_year(table: str) -> None:
    wrong = []
    for row in FACTS.rows(table):
        day = date.fromisoformat(row.get("as_of") or row["date"])
        precision = row.get("as_of_precision") or row["date_precision"]
        last_day = day.day == monthrange(day.year, day.month)[1]
        if (precision == "month" and not last_day) or (precision == "year" and (day.month, day.day) != (12, 31)):
            wrong.append(next(iter(row.values())))
    assert wrong == []


# Models


def config(subject: str, metric: str) -> float | None:
    fact_id = f"config_{subject}_{metric}"
    return value(fact_id) if fact_id in FACT_IDS else None


MODELS = list(dict.fromkeys(row["subject"] for row in FACTS.rows("model_configs")))
MIXTURES = [model for model in MODELS if config(model, "routed_experts")]
PARAMETERS = {
    (row["subject"], row["metric"]): float(row["value"])
    for row in FACTS.rows("architecture_facts")
    if row["metric"] in ("activated_parameters", "total_parameters")
}
SPARSE = [subject for subject, metric in PARAMETERS if metric == "activated_parameters"]


@pytest.mark.parametrize("model", MIXTURES)
def test_no_more_experts_are_activated_than_there_are(model: str) -> None:
    activated, routed = config(model, "activated_experts"), config(model, "routed_experts")
    assert activated is not None
    assert routed is not None
    assert 1 <= activated <= routed
    groups, limited = config(model, "expert_groups"), config(model, "limited_groups")
    if groups is not None and limited is not None:
        assert limited <= groups
        assert routed % groups == 0


@pytest.mark.parametrize("model", MODELS)
def test_layers_and_heads_fit(model: str) -> None:
    layers, heads = config(model, "layers"), config(model, "attention_heads")
    assert layers is not None
    assert heads is not None
    assert (config(model, "dense_layers") or 0) <= layers
    assert heads % (config(model, "kv_heads") or 1) == 0


@pytest.mark.parametrize("model", SPARSE)
def test_activated_parameters_are_a_part_of_all(model: str) -> None:
    assert 0 < PARAMETERS[model, "activated_parameters"] < PARAMETERS[model, "total_parameters"]


# Prices

PRICE_LISTS = by_columns("api_prices", "subject", "unit", "as_of")
CURRENCY_PAIRS = [
    (in_yuan["fact_id"], in_dollars["fact_id"])
    for group in by_columns("api_prices", "subject", "metric", "as_of").values()
    for in_yuan in group
    for in_dollars in group
    if in_yuan["unit"] == "cny/Mtoken" and in_dollars["unit"] == "usd/Mtoken"
]


@pytest.mark.parametrize("key", PRICE_LISTS, ids="-".join)
def test_prices_are_positive_and_in_order(key: tuple[str, ...]) -> None:
    prices = {row["metric"]: float(row["value"]) for row in PRICE_LISTS[key]}
    assert all(price > 0 for price in prices.values())
    ordered = [prices[metric] for metric in ("input_cached", "input", "output") if metric in prices]
    assert ordered == sorted(ordered), "a cached token costs no more than an input token, and that no more than an output token"


@pytest.mark.parametrize(("in_yuan", "in_dollars"), CURRENCY_PAIRS, ids=[f"{yuan}-{dollars}" for yuan, dollars in CURRENCY_PAIRS])
def test_prices_in_two_currencies_agree(in_yuan: str, in_dollars: str) -> None:
    assert 6.8 <= value(in_yuan) / value(in_dollars) <= 7.6


def test_there_are_prices_in_two_currencies() -> None:
    assert len(CURRENCY_PAIRS) >= 9
