"""Operating characteristics equal those of R, and plans for two points are the smallest there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from sqaudit.sampling.acceptance import (
    chance_of_acceptance,
    oc_curve,
    rate_at_acceptance,
    two_point_plan,
)
from sqaudit.sampling.chances import Law

Read = Callable[[str], Any]
steady = settings.get_profile("sampling")


def test_oc_points_of_the_reference(reference: Read) -> None:
    for row in reference("c_aql_plans")["oc_points"]:
        n, c, back, forth = row["n"], row["Ac"], row["p_at_Pa"], row["Pa_at_p"]
        for law in ("binomial", "poisson"):
            assert_allclose(rate_at_acceptance(n, c, back["Pa"], law), back[f"p_{law}"], atol=1e-6, rtol=0)
            assert_allclose(chance_of_acceptance(n, c, forth["p"], law), forth[law], atol=1e-9, rtol=0)
        of_lot = chance_of_acceptance(n, c, forth["p"], "hypergeometric", 1000)
        assert_allclose(of_lot, forth["hypergeom_N1000"], atol=1e-9, rtol=0)


def test_two_point_plans_of_the_reference(reference: Read) -> None:
    for row in reference("c_aql_plans")["find_plan"]:
        asked, wanted = row["inputs"], row["expected"]
        law = "hypergeometric" if asked["type"] == "hypergeom" else asked["type"]
        plan = two_point_plan(*asked["PRP"], *asked["CRP"], law, asked.get("N"))
        assert (plan.sample_size, plan.accept, plan.reject) == (wanted["n"], wanted["c"], wanted["r"])


@pytest.mark.parametrize(
    ("good", "often", "bad", "seldom", "law", "population", "n", "c"),
    [
        # R package AcceptanceSampling, help page of find.plan (Kiermeier 2008, J. Stat. Softw. 26(6)).
        (0.05, 0.95, 0.15, 0.075, "binomial", None, 80, 7),
        (0.05, 0.95, 0.15, 0.075, "hypergeometric", 100, 47, 4),
        # Vignette of AQLSchemes: the single plan with the protection of the scheme.
        (0.019296, 0.95, 0.045884, 0.10, "binomial", None, 359, 11),
    ],
)
def test_published_two_point_plans(
    good: float, often: float, bad: float, seldom: float, law: Law, population: int | None, n: int, c: int
) -> None:
    plan = two_point_plan(good, often, bad, seldom, law, population)
    assert (plan.sample_size, plan.accept) == (n, c)
    assert plan.accepted_when_good >= often
    assert plan.accepted_when_bad <= seldom


def smallest_by_trial(law: Law, good: float, bad: float, population: int) -> tuple[int, int] | None:
    def accepted(c: int, n: int, rate: float) -> float:
        if law == "poisson":
            return stats.poisson.cdf(c, n * rate)
        if law == "binomial":
            return stats.binom.cdf(c, n, rate)
        return stats.hypergeom.cdf(c, population, round(rate * population), n)

    for n in range(1, population + 1):
        for c in range(n):
            if accepted(c, n, good) >= 0.9 - 1e-12 and accepted(c, n, bad) <= 0.1 + 1e-12:
                return n, c
    return None


@pytest.mark.parametrize("law", ["binomial", "poisson", "hypergeometric"])
@pytest.mark.parametrize(("good", "bad"), [(0.02, 0.3), (0.05, 0.25), (0.1, 0.4), (0.0, 0.1)])
def test_no_smaller_plan_passes_both_points(law: Law, good: float, bad: float) -> None:
    population = 100 if law == "hypergeometric" else None
    plan = two_point_plan(good, 0.9, bad, 0.1, law, population)
    assert (plan.sample_size, plan.accept) == smallest_by_trial(law, good, bad, 100)


@steady
@given(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))), st.floats(0.01, 0.99)
)
def test_reading_the_curve_back_gives_the_chance(plan: tuple[int, int], chance: float) -> None:
    for law in ("binomial", "poisson"):
        rate = rate_at_acceptance(*plan, chance, law)
        assert chance_of_acceptance(*plan, rate, law) == pytest.approx(chance, abs=1e-9)


@steady
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_in_a_lot_the_rate_is_the_last_that_is_accepted_often_enough(plan: tuple[int, int]) -> None:
    marked = round(float(rate_at_acceptance(*plan, 0.1, "hypergeometric", 60)) * 60)
    assert chance_of_acceptance(*plan, marked / 60, "hypergeometric", 60) >= 0.1
    assert chance_of_acceptance(*plan, (marked + 1) / 60, "hypergeometric", 60) < 0.1


@pytest.mark.parametrize(
    ("law", "population"), [("binomial", None), ("poisson", None), ("hypergeometric", 600)]
)
def test_curves_fall_from_certainty(law: Law, population: int | None) -> None:
    curve = oc_curve(80, 5, law=law, population=population)
    assert curve.columns.tolist() == ["rate_share", "chance_of_acceptance"]
    assert curve["rate_share"].is_monotonic_increasing
    assert curve["chance_of_acceptance"].iloc[0] == 1
    assert curve["chance_of_acceptance"].is_monotonic_decreasing
    assert curve["chance_of_acceptance"].iloc[-1] == pytest.approx(0.001, rel=0.6)


def test_a_rate_that_is_missing_stays_missing_and_all_accepted_is_certain() -> None:
    assert np.isnan(chance_of_acceptance(10, 1, [np.nan])).all()
    assert np.isnan(chance_of_acceptance(10, 1, [np.nan], "hypergeometric", 50)).all()
    assert chance_of_acceptance(5, 5, 0.9) == 1


def test_questions_without_an_answer_are_refused_with_a_sentence() -> None:
    with pytest.raises(
        ValueError, match=r"^good_rate must be below bad_rate and .*; found 0\.1 and 0\.05, 0\.1 and 0\.95\.$"
    ):
        two_point_plan(0.1, 0.95, 0.05, 0.1)
    with pytest.raises(ValueError, match=r"^no sample of up to 100,000 tells the two rates apart as asked; "):
        two_point_plan(0.01, 0.99, 0.0101, 0.01)
    with pytest.raises(
        ValueError, match=r"^accept must be below sample_size, or every lot is accepted; found 5 of 5\.$"
    ):
        rate_at_acceptance(5, 5, 0.5)
    with pytest.raises(ValueError, match=r"^chance must lie between 0 and 1, both excluded; found 1\.$"):
        rate_at_acceptance(5, 1, 1)
    with pytest.raises(ValueError, match=r"^rate must be a share between 0 and 1; found 5\.$"):
        chance_of_acceptance(5, 1, 5)
    with pytest.raises(ValueError, match=r"^sample_size must not exceed the population of 4; found 5\.$"):
        chance_of_acceptance(5, 1, 0.5, "hypergeometric", 4)
