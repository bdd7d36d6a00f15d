"""Attribute sampling equals the published audit tables, and is the smallest that holds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from sqaudit.sampling.discovery import attribute_plan, chance_to_find_one, sight, sight_table, upper_limit
from sqaudit.sampling.exact import exact

steady = settings.get_profile("sampling")


def round_up(share: float) -> float:
    """A share in per cent as AICPA prints upper limits: rounded up to a tenth of a point."""
    return math.ceil(round(share * 1000, 9)) / 10


# --- published numbers kept outside the project -------------------------------------------------------


@pytest.mark.parametrize("table", ["aicpa2017.A1", "aicpa2017.A2"])
def test_sample_sizes_of_aicpa(audit_tables: dict[str, Any], table: str) -> None:
    case = audit_tables[table]
    for cell in case["expected"]:
        plan = attribute_plan(
            cell["tolerable_rate"], case["inputs"]["confidence"], expected_rate=cell["expected_rate"]
        )
        assert plan.sample_size == cell["n"], cell


@pytest.mark.parametrize("table", ["aicpa2017.A3", "aicpa2017.A4"])
def test_upper_limits_of_aicpa(audit_tables: dict[str, Any], table: str) -> None:
    case = audit_tables[table]
    cells = pd.DataFrame(case["expected"])
    limits = upper_limit(cells["deviations"], cells["n"], case["inputs"]["confidence"])
    assert [round_up(limit) for limit in limits] == cells["upper_limit_pct"].tolist()


def test_touw_and_hoogduin(audit_tables: dict[str, Any]) -> None:
    case = audit_tables["touw_hoogduin2011.ch5"]
    size, confidence = case["inputs"]["N"], case["inputs"]["confidence"]
    for row in case["expected"]["plan"]:
        plan = attribute_plan("5%", confidence, allowed_deviations=row["allowed"], population=size)
        assert plan.sample_size == row["n"]
    bounds = pd.DataFrame(case["expected"]["upper_bound_n102"])
    limits = upper_limit(bounds["found"], 102, confidence, population=size)
    assert_allclose(limits, bounds["ub"], atol=case["tolerance"]["ub"])
    for row in audit_tables["touw_hoogduin2011.p126"]["expected"]:
        found = [attribute_plan(row["tolerable"], allowed_deviations=k).sample_size for k in range(4)]
        assert found == row["n_for_0_1_2_3"]


def test_audit_sampler_with_and_without_population(audit_tables: dict[str, Any]) -> None:
    for row in audit_tables["auditsampler.hypergeometric"]["expected"]:
        tolerable, confidence, expected = (
            f"{row[name]}%" for name in ("tolerable_pct", "confidence_pct", "expected_pct")
        )
        finite = attribute_plan(tolerable, confidence, expected_rate=expected, population=row["N"])
        assert finite.sample_size == row["n_hypergeometric"], row
        assert attribute_plan(tolerable, confidence, expected_rate=expected).sample_size == row["n_binomial"]


# --- small published examples -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "tolerable", "n"),
    # AICPA (2017) Audit Guide: Audit Sampling, table A-1 (95 %), some cells.
    [(0, 0.02, 149), (0, 0.05, 59), (0, 0.10, 29), (0.01, 0.05, 93), (0.02, 0.05, 181), (0.03, 0.07, 129)],
)
def test_cells_of_aicpa_table_a1(expected: float, tolerable: float, n: int) -> None:
    assert attribute_plan(tolerable, expected_rate=expected).sample_size == n


def test_exact_product_before_rounding_up() -> None:
    # AICPA (2017) table A-2 prints 1300; a product in binary makes it 1313.
    plan = attribute_plan(0.08, 0.90, expected_rate=0.07)
    assert (plan.sample_size, plan.allowed_deviations) == (1300, 91)


def test_ten_per_cent_of_sixty_calls() -> None:
    seen = sight(6, 60)
    assert (seen.count_if_none_found, round(seen.rate_if_none_found, 3)) == (22, 0.367)
    # Without the population the same six would leave 39.3 %.
    assert sight(6).rate_if_none_found == pytest.approx(1 - 0.05 ** (1 / 6))
    assert sight(6).count_if_none_found is None


def test_none_of_120_inspected_out_of_1200() -> None:
    seen = sight(120, 1200)  # assumption A16
    assert (seen.count_if_none_found, round(100 * seen.rate_if_none_found, 1)) == (28, 2.3)


# --- what must hold whatever the numbers --------------------------------------------------------------


@steady
@given(st.integers(2, 40), st.integers(0, 6), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_allowed_deviations_give_the_smallest_sample(percent: int, allowed: int, confidence: float) -> None:
    n = attribute_plan(f"{percent}%", confidence, allowed_deviations=allowed).sample_size
    risk = 1 - confidence
    assert stats.binom.cdf(allowed, n, percent / 100) <= risk + 1e-12
    assert stats.binom.cdf(allowed, n - 1, percent / 100) > risk - 1e-12


@steady
@given(st.data())
def test_expected_rate_gives_the_smallest_sample_of_a_lot(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 400))
    expected = data.draw(st.integers(0, 15))
    tolerable = data.draw(st.integers(expected + 1, 40))
    plan = attribute_plan(f"{tolerable}%", 0.9, expected_rate=f"{expected}%", population=population)
    marked = -(-tolerable * population // 100)

    def holds(n: int) -> bool:
        return stats.hypergeom.cdf(-(-expected * n // 100), population, marked, n) <= 0.1 + 1e-12

    first = next((n for n in range(1, population + 1) if holds(n)), population)
    assert plan.sample_size == first
    assert plan.inspect_all == (first == population)


def test_poisson_needs_a_little_more_than_binomial() -> None:
    assert attribute_plan(0.05, law="poisson").sample_size == 60
    assert attribute_plan(0.05).sample_size == 59


@steady
@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_plan_and_its_upper_limit_agree(pair: tuple[int, int]) -> None:
    found, n = pair
    limit = float(upper_limit(found, n))
    if found < n:
        assert stats.binom.cdf(found, n, limit) == pytest.approx(0.05, rel=1e-6)
    census = upper_limit(found, n, population=n)
    assert census == found / n


def test_upper_limits_of_nothing_everything_and_arrays() -> None:
    assert np.isnan(upper_limit(0, 0))
    assert np.isnan(upper_limit(0, 0, population=10))
    assert upper_limit(5, 5) == 1
    assert upper_limit(0, 50, law="poisson") == pytest.approx(-math.log(0.05) / 50)
    assert upper_limit([[0, 1], [2, 3]], 50).shape == (2, 2)


def test_sight_table_shows_what_a_sample_finds() -> None:
    table = sight_table(6, 60, rates=("10%", "50%"))
    assert table["deviations_in_population"].tolist() == [6, 30]
    assert table["chance_to_find_one"].tolist() == pytest.approx(
        [1 - stats.hypergeom.cdf(0, 60, 6, 6), 1 - stats.hypergeom.cdf(0, 60, 30, 6)]
    )
    assert sight_table(6)["deviations_in_population"].isna().all()
    assert chance_to_find_one(0, 0.1) == 0
    assert chance_to_find_one(10, 1) == 1
    nothing = sight(0, 60)
    assert (nothing.count_if_none_found, nothing.rate_if_none_found) == (60, 1.0)


def test_questions_without_an_answer_are_refused_with_a_sentence() -> None:
    with pytest.raises(
        ValueError,
        match=r"^expected_rate must be below tolerable_rate; found 0\.05 and 0\.05: no sample can show",
    ):
        attribute_plan(0.05, expected_rate=exact("5%"))
    with pytest.raises(ValueError, match=r"^no sample of up to 1,000,000 can tell the expected from the"):
        attribute_plan(0.05, expected_rate="4.999%")
    with pytest.raises(ValueError, match=r"^found must not exceed n: "):
        upper_limit(3, 2)
    with pytest.raises(ValueError, match=r"^n must not exceed the population of 10; found 11\.$"):
        upper_limit(0, 11, population=10)
    with pytest.raises(
        ValueError, match=r"^law must be one of binomial, poisson, hypergeometric; found 'x'\.$"
    ):
        attribute_plan(0.05, law="x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^the hypergeometric law needs the population; found none\.$"):
        attribute_plan(0.05, law="hypergeometric")
