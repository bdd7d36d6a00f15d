"""The further intervals hold the numbers of R and of the papers, and the laws they must obey."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from sqaudit.intervals import Interval, clopper_pearson, hypergeometric, newcombe_difference, wilson
from sqaudit.score_intervals import (
    agresti_caffo,
    agresti_coull,
    coverage,
    jeffreys,
    katz_ratio,
    koopman_ratio,
    mee,
    mid_p,
    miettinen_nurminen,
    odds_ratio,
    one_sided,
    wald,
    wald_difference,
    wilson_clustered,
    wilson_corrected,
)

REFERENCE = Path(__file__).parents[2] / "shared" / "statistics" / "d_binomial_intervals.json"
CLOSED, ITERATIVE = 1e-9, 1e-5  # the tolerances of the reference file

settings.register_profile("score_intervals", deadline=None, derandomize=True, max_examples=30)
steady = settings.get_profile("score_intervals")

ONE_SHARE: dict[str, tuple[Callable[..., Interval], dict[str, bool], float]] = {
    "wald_unclipped": (wald, {}, CLOSED),
    "wilson": (wilson, {}, CLOSED),
    "wilson_cc": (wilson_corrected, {}, CLOSED),
    "clopper_pearson": (clopper_pearson, {}, CLOSED),
    "agresti_coull_unclipped": (agresti_coull, {"clip": False}, CLOSED),
    "agresti_coull_clipped": (agresti_coull, {}, CLOSED),
    "jeffreys_equal_tailed": (jeffreys, {"edges": False}, CLOSED),
    "jeffreys_bcd_edges": (jeffreys, {}, CLOSED),
    "midp": (mid_p, {}, ITERATIVE),
}
TWO_SHARES: dict[str, tuple[Callable[..., Interval], float]] = {
    "wald": (wald_difference, CLOSED),
    "newcombe_hybrid_score": (newcombe_difference, CLOSED),
    "agresti_caffo": (agresti_caffo, CLOSED),
    "miettinen_nurminen": (miettinen_nurminen, ITERATIVE),
    "mee": (mee, ITERATIVE),
}
ALL_TWO = [wald_difference, agresti_caffo, miettinen_nurminen, mee, katz_ratio, koopman_ratio, odds_ratio]


def reference_cases(kind: str) -> list[dict]:
    if not REFERENCE.exists():
        pytest.skip(f"the shared reference numbers are not at hand: {REFERENCE}")
    return [case for case in json.loads(REFERENCE.read_text())["cases"] if case["kind"] == kind]


# --- reference numbers kept outside the project -------------------------------------------------------


@pytest.mark.parametrize("name", ONE_SHARE)
def test_one_share_agrees_with_r(name: str) -> None:
    function, options, tolerance = ONE_SHARE[name]
    for case in reference_cases("proportion_ci"):
        x, n, confidence = (case["inputs"][key] for key in ("x", "n", "confidence"))
        bounds = function(x, n, confidence, **options)
        assert_allclose(bounds, case["expected"][name], atol=tolerance, rtol=0, err_msg=case["id"])


@pytest.mark.parametrize(
    ("name", "function"), [("one_sided_cp", clopper_pearson), ("one_sided_wilson", wilson)]
)
def test_one_sided_bounds_agree_with_r(name: str, function: Callable[..., Interval]) -> None:
    for case in reference_cases("proportion_ci"):
        x, n, confidence = (case["inputs"][key] for key in ("x", "n", "confidence"))
        for bound, expected in case["expected"][name].items():
            assert_allclose(one_sided(function, x, n, bound, confidence), expected, atol=CLOSED, rtol=0)


@pytest.mark.parametrize("name", TWO_SHARES)
def test_difference_agrees_with_r(name: str) -> None:
    function, tolerance = TWO_SHARES[name]
    for case in reference_cases("two_proportions"):
        counts = [case["inputs"][key] for key in ("x1", "n1", "x2", "n2")]
        # Two cases of the reference exceed a difference of 1 by 6.5e-9, which no difference can.
        expected = np.clip(case["expected"][name], -1, 1)
        assert_allclose(function(*counts), expected, atol=tolerance, rtol=0, err_msg=case["id"])


def test_ratio_agrees_with_r() -> None:
    for case in reference_cases("two_proportions"):
        if (ratio := case["expected"]["ratio"]) is None:
            continue
        counts = [case["inputs"][key] for key in ("x1", "n1", "x2", "n2")]
        assert_allclose(katz_ratio(*counts), ratio["katz_log"], atol=CLOSED, rtol=0)
        assert_allclose(koopman_ratio(*counts), ratio["koopman_score"], atol=ITERATIVE, rtol=0)


def test_clusters_and_finite_populations_agree_with_r() -> None:
    for case in reference_cases("clustered_wilson"):
        x, n, effect = (case["inputs"][key] for key in ("x", "n", "xihat"))
        assert_allclose(wilson_clustered(x, n, effect), case["expected"]["wilson"], atol=CLOSED)
    for case in reference_cases("hypergeometric_ci"):
        x, n, size = (case["inputs"][key] for key in ("x", "n", "N"))
        assert_allclose(hypergeometric(x, n, size), case["expected"]["exact"], atol=CLOSED)


def test_coverage_is_that_of_the_reference() -> None:
    functions = {
        "wald": wald, "wilson": wilson, "clopper_pearson": clopper_pearson, "jeffreys": jeffreys,
        "agresti_coull": agresti_coull,
    }  # fmt: skip
    for case in reference_cases("coverage"):
        for row in case["expected"]:
            for name, function in functions.items():
                assert coverage(function, row["n"], row["p"]) == pytest.approx(row[name], abs=CLOSED), (
                    name,
                    row,
                )


# --- small published examples -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "n", "corrected", "half"),
    # Newcombe (1998), Stat. Med. 17:857-872, Table I, methods 4 and 6.
    [
        (81, 263, (0.2535, 0.3682), (0.2544, 0.3658)),
        (15, 148, (0.0598, 0.1644), (0.0601, 0.1581)),
        (0, 20, (0.0, 0.2005), (0.0, 0.1391)),
        (1, 29, (0.0018, 0.1963), (0.0017, 0.1585)),
    ],
)
def test_newcombe_table_one(x: int, n: int, corrected: tuple, half: tuple) -> None:
    assert_allclose(wilson_corrected(x, n), corrected, atol=5e-5)
    assert_allclose(mid_p(x, n), half, atol=5e-5)


def test_jeffreys_as_brown_cai_and_dasgupta_print_it() -> None:
    assert_allclose(jeffreys([0, 1], [20, 29]), [[0, 0.004], [0.117, 0.150]], atol=5e-4)


def test_newcombe_example_d_of_two_shares() -> None:
    # Newcombe (1998), Stat. Med. 17:873-890, example (d), methods 10, 5 (Mee) and 6 (Miettinen and Nurminen).
    assert_allclose(newcombe_difference(5, 56, 0, 29), [-0.0381, 0.1926], atol=5e-5)
    assert_allclose(miettinen_nurminen(5, 56, 0, 29), [-0.0326, 0.1933], atol=5e-5)
    assert_allclose(mee(5, 56, 0, 29), [-0.0313, 0.1926], atol=5.1e-5)


def test_fagerland_two_significant_digits() -> None:
    # Fagerland, Lydersen and Laake (2015), Stat. Methods Med. Res. 24:224-254: 7 of 34 against 1 of 34.
    printed = {
        wald_difference: (0.029, 0.32), agresti_caffo: (0.012, 0.32), miettinen_nurminen: (0.028, 0.34),
        katz_ratio: (0.91, 54), odds_ratio: (0.99, 74),
    }  # fmt: skip
    for function, expected in printed.items():
        assert_allclose(function(7, 34, 1, 34), expected, rtol=0.04)
    assert_allclose(koopman_ratio(7, 34, 1, 34), (1.21, 43), rtol=0.02)
    assert_allclose(odds_ratio(7, 34, 1, 34, added=0.5), (0.98, 38), rtol=0.02)


def test_koopman_as_gart_and_nam_print_it() -> None:
    low, high = koopman_ratio([8, 6], [15, 10], [4, 6], [15, 20])
    assert_allclose(np.column_stack([low, high]), [[0.815, 5.336], [0.844, 4.594]], atol=5e-4)


# --- what must hold whatever the numbers --------------------------------------------------------------

counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@steady
@given(counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_of_a_share_hold_it_and_mirror(pair: tuple[int, int], confidence: float) -> None:
    x, n = pair
    for function in (wilson_corrected, agresti_coull, jeffreys, mid_p):
        low, high = function(x, n, confidence)
        assert 0 <= low <= x / n <= high <= 1
        mirrored = function(n - x, n, confidence)
        assert_allclose((low, high), (1 - mirrored.high, 1 - mirrored.low), atol=1e-9)


@steady
@given(counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_mid_p_leaves_half_of_what_was_seen_outside(pair: tuple[int, int], confidence: float) -> None:
    x, n = pair
    _, high = mid_p(x, n, confidence)
    if x < n:
        left = stats.binom.cdf(x, n, high) - stats.binom.pmf(x, n, high) / 2
        assert left == pytest.approx((1 - confidence) / 2, abs=1e-9)


@steady
@given(counts, counts)
def test_score_intervals_hold_the_difference_and_turn_with_the_sides(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    for function in (miettinen_nurminen, mee):
        low, high = function(*one, *other)
        assert -1 <= low <= one[0] / one[1] - other[0] / other[1] + 1e-12
        assert one[0] / one[1] - other[0] / other[1] - 1e-12 <= high <= 1
        turned = function(*other, *one)
        assert_allclose((low, high), (-turned.high, -turned.low), atol=1e-7)


@steady
@given(counts, counts)
def test_ratio_turns_upside_down_with_the_sides(one: tuple[int, int], other: tuple[int, int]) -> None:
    low, high = koopman_ratio(*one, *other)
    turned_low, turned_high = koopman_ratio(*other, *one)
    if one[0] == other[0] == 0:
        assert np.isnan(low)
        assert np.isnan(high)
        return
    assert low == pytest.approx(0 if np.isinf(turned_high) else 1 / turned_high, rel=1e-6)
    assert turned_low == pytest.approx(0 if np.isinf(high) else 1 / high, rel=1e-6)


def test_nothing_tried_is_unknown_and_arrays_keep_their_shape() -> None:
    for function in (wald, wilson_corrected, agresti_coull, jeffreys, mid_p):
        low, high = function([[0, 5]], [[0, 10]])
        assert low.shape == high.shape == (1, 2)
        assert np.isnan(low[0, 0])
        assert not np.isnan(low[0, 1])
    for function in ALL_TWO:
        bounds = function([0, 5, np.nan], [0, 10, 10], [3, 3, 3], [10, 10, 10])
        assert_allclose(np.isnan(bounds), [[True, False, True]] * 2)


def test_ratios_without_success_are_said_to_be_open_or_unknown() -> None:
    assert_allclose(koopman_ratio(0, 10, 3, 10).low, 0)
    assert koopman_ratio(3, 10, 0, 10).high == np.inf
    assert np.isnan(katz_ratio(3, 10, 0, 10)).all()
    assert np.isnan(odds_ratio(10, 10, 3, 10)).all()
    assert not np.isnan(odds_ratio(10, 10, 3, 10, added=0.5)).any()


def test_what_cannot_be_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"^successes must not exceed trials; found 11\.0 of 10\.0\.$"):
        mid_p(11, 10)
    with pytest.raises(ValueError, match=r"^confidence must lie between 0 and 1, .* found 95\.$"):
        wald(1, 10, 95)
    with pytest.raises(ValueError, match=r"^design_effect must be above 0; found 0\.$"):
        wilson_clustered(1, 10, 0)
