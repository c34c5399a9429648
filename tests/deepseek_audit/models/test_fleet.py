"""The fleet table of SemiAnalysis: published sums, and what they are per year and per hour."""

import pytest

from deepseek_audit.models import fleet
from factbook.facts import load

FACTS = load()


def test_columns_are_differences_of_published_totals():
    a100, rest, h100 = fleet.columns(FACTS)
    assert [column.servers.magnitude for column in (a100, rest, h100)] == pytest.approx([0.2e9, 1.1e9, 0.3e9])
    assert [column.gpus.magnitude for column in (a100, rest, h100)] == [10_000, 40_000, 10_000]
    assert [column.per_gpu.magnitude for column in (a100, rest, h100)] == pytest.approx([20_000, 27_500, 30_000])


def test_rounding_of_columns_is_twice_half_a_step():
    """Totals of 1.3, 1.4 and 1.6 billion are each off by up to 50 million."""
    assert fleet.rounding_of_columns(FACTS).magnitude == pytest.approx(2 * 50e6)


def test_columns_give_the_published_totals_back():
    a100, rest, h100 = fleet.columns(FACTS)
    assert (a100.servers + rest.servers).magnitude == pytest.approx(1.3e9)
    assert (rest.servers + h100.servers).magnitude == pytest.approx(1.4e9)
    assert (a100.servers + rest.servers + h100.servers).magnitude == pytest.approx(1.6e9)


def test_hopper_chips_are_all_but_the_a100():
    _, rest, h100 = fleet.columns(FACTS)
    assert rest.gpus.magnitude + h100.gpus.magnitude == FACTS["sa_hopper_total"].magnitude


def test_ownership_is_servers_and_operation():
    assert (FACTS["sa_tco"] - FACTS["sa_opex"]).magnitude == 1_629_000_000
    assert str(FACTS["sa_tco"] - FACTS["sa_opex"]) == "$1.63B"


def test_per_year_agrees_with_the_thread():
    year = fleet.per_year(FACTS["sa_tco"], FACTS["sa_tco_years"])
    assert year.to("usd/year").magnitude == pytest.approx(FACTS["glenn_all_tco"].magnitude, rel=0.01)


def test_per_owned_hour():
    rate = fleet.per_owned_hour(FACTS["sa_tco"], FACTS["sa_total_gpus"], FACTS["sa_tco_years"])
    assert rate.magnitude == pytest.approx(2.573e9 / (60_000 * 4 * 8766))
    assert f"{rate:3}" == "$1.22 per GPU-hour"


def test_share_of_a_fleet_year():
    """0.64% of one year of 50,000 Hopper chips, 0.53% of one year of all 60,000."""
    for name, share in (("sa_hopper_total", 0.64), ("sa_total_gpus", 0.53)):
        hours = fleet.fleet_hours(FACTS[name], FACTS["sa_tco_years"]) / 4
        assert (FACTS["v3_hours_total"] / hours).to("percent").magnitude == pytest.approx(share, abs=0.005)


# What is known of the whole


def test_the_accounts_from_above_by_hand():
    """Loss plus revenue, at the exchange rate of the year or the report's own; clusters at the rates of their years."""
    found = {(line[0], line[1]): line[2].magnitude for line in fleet.from_above(FACTS)}
    rate = 475 / 70.7
    assert found["2025", "Expenses: loss and revenue"] == pytest.approx((935 + 47.5) / 7.1875 * 1e6)
    assert found["2025", "Servers rented, chips bought"] == pytest.approx(1200 / 7.1875 * 1e6)
    assert found["2026, to July", "Expenses: loss and revenue"] == pytest.approx((715 + 475) / rate * 1e6)
    assert found["2026, to July", "Servers rented, chips bought"] == pytest.approx(11_000 / rate * 1e6)
    assert found["2020–21", "Both of the fund’s clusters, bought"] == pytest.approx(200e6 / 6.9042 + 1e9 / 6.4508)
    assert found["2024", "Owning the fleet, by SemiAnalysis"] == pytest.approx(2573e6 / 4)


def test_a_final_run_as_a_share_of_a_year():
    run = FACTS["v3_usd_total"]
    assert fleet.research_by_share(run, FACTS["mult_zai_2025"]).magnitude == pytest.approx(5_576_000 / 0.123)
