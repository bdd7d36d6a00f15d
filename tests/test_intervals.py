"""The intervals hold the numbers others printed, cover as often as they say, and refuse what is no count."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from sqaudit.intervals import (
    balance,
    clopper_pearson,
    hypergeometric,
    mean_t,
    newcombe_difference,
    order_statistic_ranks,
    poisson_exact,
    ratio_t,
    welch_difference,
    wilson,
)

REFERENCE = Path(__file__).parents[2] / "shared" / "statistics" / "d_binomial_intervals.json"
CLUSTERS = REFERENCE.with_name("a_survey_api.json")

# The search for an example must not depend on how busy the machine is.
settings.register_profile("intervals", deadline=None, derandomize=True, max_examples=200)
steady = settings.get_profile("intervals")


def reference_cases(kind: str) -> list[dict]:
    if not REFERENCE.exists():
        pytest.skip(f"the shared reference numbers are not at hand: {REFERENCE}")
    cases = json.loads(REFERENCE.read_text())["cases"]
    return [case for case in cases if case["kind"] == kind]


# --- reference numbers kept outside the project -------------------------------------------------------


def test_one_share_agrees_with_r():
    for case in reference_cases("proportion_ci"):
        x, n, confidence = (case["inputs"][name] for name in ("x", "n", "confidence"))
        expected = case["expected"]
        assert_allclose(wilson(x, n, confidence), expected["wilson"], atol=1e-9, rtol=0)
        assert_allclose(clopper_pearson(x, n, confidence), expected["clopper_pearson"], atol=1e-9, rtol=0)
        # One-sided bounds are the two-sided ones at the confidence that leaves this tail on either side.
        one_sided = 2 * confidence - 1
        exact, score = expected["one_sided_cp"], expected["one_sided_wilson"]
        assert_allclose(clopper_pearson(x, n, one_sided), [exact["lower"], exact["upper"]], atol=1e-9)
        assert_allclose(wilson(x, n, one_sided), [score["lower"], score["upper"]], atol=1e-9)


def test_difference_of_shares_agrees_with_r():
    for case in reference_cases("two_proportions"):
        counts = [case["inputs"][name] for name in ("x1", "n1", "x2", "n2")]
        # Two cases of the reference exceed a difference of 1 by 6.5e-9, which no difference can.
        expected = np.clip(case["expected"]["newcombe_hybrid_score"], -1, 1)
        assert_allclose(newcombe_difference(*counts), expected, atol=1e-9, rtol=0)


def test_finite_population_agrees_with_r_without_any_difference():
    for case in reference_cases("hypergeometric_ci"):
        x, n, size = (case["inputs"][name] for name in ("x", "n", "N"))
        bounds = np.array(hypergeometric(x, n, size, case["inputs"]["confidence"]))
        assert_array_equal(np.rint(bounds * size), case["expected"]["exact_counts"])
        assert_allclose(bounds, case["expected"]["exact"], atol=1e-12, rtol=0)


def test_fractional_counts_give_the_wilson_interval_of_a_clustered_sample():
    for case in reference_cases("clustered_wilson"):
        x, n, inflation = (case["inputs"][name] for name in ("x", "n", "xihat"))
        assert_allclose(wilson(x / inflation, n / inflation), case["expected"]["wilson"], atol=1e-9)


def test_coverage_agrees_with_the_reference():
    for row in reference_cases("coverage")[0]["expected"]:
        n, p = row["n"], row["p"]
        assert binomial_coverage(wilson, n, p) == pytest.approx(row["wilson"], abs=1e-9)
        assert binomial_coverage(clopper_pearson, n, p) == pytest.approx(row["clopper_pearson"], abs=1e-9)


# --- published numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "n", "score", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_one_share_as_printed_by_newcombe(x, n, score, exact):
    """Newcombe (1998), Stat. Med. 17:857-872, table I, methods 3 and 5."""
    assert_allclose(wilson(x, n), score, atol=5.1e-5)
    assert_allclose(clopper_pearson(x, n), exact, atol=5.1e-5)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0000)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
    ],
)
def test_difference_of_shares_in_the_examples_of_newcombe(counts, expected):
    """Newcombe (1998), Stat. Med. 17:873-890, table II, examples a-h, method 10.

    a and d as printed there; the others recomputed in R (DescTools, ratesci) and rounded to four places.
    """
    assert_allclose(newcombe_difference(*counts), expected, atol=5.1e-5)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, (0, 3.689)), (1, (0.0253, 5.572)), (5, (1.623, 11.668)), (10, (4.795, 18.390))],
)
def test_events_as_tabulated_after_garwood(count, expected):
    """Garwood (1936), Biometrika 28:437-442, in the form common tables print it."""
    assert_allclose(poisson_exact(count), expected, atol=6e-4)


def test_events_equal_the_chi_square_form():
    """Independent formula: half a chi-square quantile on 2c and 2c + 2 degrees of freedom."""
    count = np.array([1, 2, 7, 40, 1000])
    low, high = poisson_exact(count, exposure=3.0, confidence=0.9)
    assert_allclose(low, stats.chi2.ppf(0.05, 2 * count) / 2 / 3, rtol=1e-10)
    assert_allclose(high, stats.chi2.ppf(0.95, 2 * count + 2) / 2 / 3, rtol=1e-10)


# Extra hours of sleep under two drugs, ten people: Student (1908), table 1; the data set `sleep` of R.
FIRST_DRUG = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SECOND_DRUG = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def test_mean_of_the_sleep_data_as_printed_by_r():
    """Printed by t.test(extra ~ group, paired): 0.7001142 to 2.4598858 for second minus first."""
    gain = SECOND_DRUG - FIRST_DRUG
    assert_allclose(mean_t(gain.mean(), gain.var(ddof=1), 10), [0.7001142, 2.4598858], atol=5e-8)


def test_difference_of_means_of_the_sleep_data_as_printed_by_r():
    """Printed by the example in R's help page of t.test: -3.3654832 to 0.2054832."""
    one, other = ([drug.mean(), drug.var(ddof=1), 10] for drug in (FIRST_DRUG, SECOND_DRUG))
    assert_allclose(welch_difference(*one, *other), [-3.3654832, 0.2054832], atol=5e-8)


def test_difference_of_means_equals_scipy_for_unequal_groups():
    one, other = np.array([3.0, 9.5, 4.2]), np.array([1.0, 1.1, 1.3, 0.8, 1.2, 1.0, 0.7])
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.9)
    moments = [[values.mean(), values.var(ddof=1), values.size] for values in (one, other)]
    assert_allclose(welch_difference(*moments[0], *moments[1], confidence=0.9), expected, rtol=1e-10)


# Sum of the school scores (api00) and number of schools in the 15 districts of apiclus1.
SCORES = np.array(
    [9372, 22508, 2077, 8593, 11369, 1116, 551, 1888, 9111, 13761, 6386, 7359, 20394, 905, 2493]
)
SCHOOLS = np.array([13, 34, 4, 13, 16, 2, 1, 4, 12, 21, 9, 11, 37, 2, 4])


def ratio_sums(y, x):
    return y.sum(), x.sum(), (y * y).sum(), (x * x).sum(), (x * y).sum(), y.size


def test_ratio_as_printed_for_the_school_districts():
    """Lumley, package `survey`, vignette: mean 644.17, SE 23.542; with 15 of 757 districts drawn."""
    low, high = ratio_t(*ratio_sums(SCORES, SCHOOLS))
    half_t = (high - low) / 2 / stats.t.ppf(0.975, 14)
    assert (high + low) / 2 == pytest.approx(644.17, abs=5e-3)
    assert half_t * np.sqrt(1 - 15 / 757) == pytest.approx(23.542, abs=5e-4)


def test_ratio_agrees_with_r():
    if not CLUSTERS.exists():
        pytest.skip(f"the shared reference numbers are not at hand: {CLUSTERS}")
    cases = {case["id"]: case["expected"] for case in json.loads(CLUSTERS.read_text())["cases"]}
    expected = cases["clus1.mean.api00"]
    low, high = ratio_t(*ratio_sums(SCORES, SCHOOLS))
    middle, reach = (low + high) / 2, (high - low) / 2 * np.sqrt(1 - 15 / 757)
    assert_allclose([middle - reach, middle + reach], expected["ci95_t"][0], atol=1e-8, rtol=0)


# --- order statistics ---------------------------------------------------------------------------------

# Lower rank of the interval for the median of n = 6, 7, ... values; the upper one is as far from the top.
# Nair (1940), cited from Dixon and Massey (1969), as printed in table 5 of the "Scientific Methods" textbook
# on Wikisource (Sm_all_cc.pdf, page 35).
MEDIAN_RANKS_95 = (
    "1 1 1 2 2 2 3 3 3 4 4 5 5 5 6 6 6 7 7 8 8 8 9 9 10 10 10 11 11 12 12 13 13 13 14 14 15 15 16 16 "
    "16 17 17 18 18 19 19 19 20 20 21 21 22 22 22 23 23 24 24 25"
)
MEDIAN_RANKS_99_FROM_8 = (
    "1 1 1 1 2 2 2 3 3 3 4 4 4 5 5 5 6 6 7 7 7 8 8 8 9 9 10 10 10 11 11 12 12 12 13 13 14 14 14 15 15 "
    "16 16 16 17 17 18 18 18 19 19 20 20 21 21 21 22 22"
)


@pytest.mark.parametrize(
    ("first", "printed", "confidence"),
    [(6, MEDIAN_RANKS_95, 0.95), (8, MEDIAN_RANKS_99_FROM_8, 0.99)],
)
def test_ranks_for_the_median_as_tabulated_by_nair(first, printed, confidence):
    expected = np.array(printed.split(), dtype=int)
    n = np.arange(first, first + expected.size)
    lower, upper = order_statistic_ranks(n, 0.5, confidence)
    assert_array_equal(lower, expected)
    assert_array_equal(upper, n + 1 - expected)


def test_too_few_values_for_a_bound_are_said_so():
    """Independent formula: the largest of n values lies below quantile q with probability q ** n."""
    for quantile, tail in [(0.9, 0.1), (0.9, 0.05), (0.95, 0.1), (0.95, 0.05), (0.99, 0.05)]:
        needed = int(np.ceil(np.log(tail) / np.log(quantile)))
        below, enough = order_statistic_ranks([needed - 1, needed], quantile, 1 - 2 * tail).upper
        assert (below, enough) == (needed, needed)  # n + 1, then n itself
    assert order_statistic_ranks(5, 0.5) == (0, 6)
    assert order_statistic_ranks(0, 0.5) == (0, 1)


def test_a_tail_exactly_at_its_limit_is_accepted():
    # Five values: the median lies outside their range with probability 2 / 32, and 1 - 2 / 32 = 0.9375.
    assert order_statistic_ranks(5, 0.5, 0.9375) == (1, 5)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("quantile", [0.001, 0.1, 0.5, 0.75, 0.9, 0.95, 0.999])
def test_ranks_are_the_narrowest_whose_tails_hold(quantile, confidence):
    n = np.concatenate([np.arange(1, 300), [1_000, 54_321, 10_000_000]])
    lower, upper = order_statistic_ranks(n, quantile, confidence)
    tail = (1 - confidence) / 2 * (1 + 1e-9)
    assert (stats.binom.cdf(lower - 1, n, quantile) <= tail).all()
    assert (stats.binom.cdf(lower, n, quantile) > tail).all()
    assert (stats.binom.sf(upper - 1, n, quantile) <= tail).all()
    assert (stats.binom.sf(upper - 2, n, quantile) > tail).all()
    covered = stats.binom.cdf(upper - 1, n, quantile) - stats.binom.cdf(lower - 1, n, quantile)
    assert (covered >= confidence - 1e-9).all()


def test_ranks_follow_the_shape_of_the_input():
    lower, upper = order_statistic_ranks([[10], [20]], [0.5, 0.9])
    assert lower.shape == upper.shape == (2, 2)
    assert lower.dtype == upper.dtype == np.int64


# --- coverage, by adding up every possible outcome ----------------------------------------------------


def binomial_coverage(method, n, p):
    x = np.arange(n + 1)
    low, high = method(x, n)
    return stats.binom.pmf(x, n, p)[(low <= p) & (p <= high)].sum()


@pytest.mark.parametrize("n", [1, 5, 20, 50, 137])
def test_clopper_pearson_never_covers_less_than_it_says(n):
    for p in np.linspace(0.001, 0.999, 333):
        assert binomial_coverage(clopper_pearson, n, p) >= 0.95


def test_wilson_covers_on_average_what_it_says():
    coverage = [binomial_coverage(wilson, 50, p) for p in np.linspace(0.01, 0.99, 99)]
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.01)


def test_poisson_never_covers_less_than_it_says():
    count = np.arange(200)
    low, high = poisson_exact(count)
    for rate in np.linspace(0.01, 60, 500):
        assert stats.poisson.pmf(count, rate)[(low <= rate) & (rate <= high)].sum() >= 0.95


@pytest.mark.parametrize("size", [1, 2, 7, 20, 40, 61])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_hypergeometric_never_covers_less_than_it_says(size, confidence):
    marked = np.arange(size + 1)
    for n in range(1, size + 1):
        x = np.arange(n + 1)
        bounds = hypergeometric(x, n, size, confidence)
        low, high = (np.rint(bound * size) for bound in bounds)
        inside = (low <= marked[:, None]) & (marked[:, None] <= high)
        chance = stats.hypergeom.pmf(x, size, marked[:, None], n)
        assert ((chance * inside).sum(axis=1) >= confidence - 1e-12).all()


@pytest.mark.parametrize("size", [1, 2, 13, 40, 55])
def test_hypergeometric_is_the_inversion_of_the_two_tests(size):
    """Independent formula: every K tried one by one, with the distribution of scipy.stats."""
    marked = np.arange(size + 1)
    limit = 0.025 * (1 + 1e-10)
    for n in range(1, size + 1):
        x = np.arange(n + 1)
        at_most = stats.hypergeom.cdf(x[:, None], size, marked, n)
        at_least = stats.hypergeom.sf(x[:, None] - 1, size, marked, n)
        expected_high = [marked[row > limit].max() for row in at_most]
        expected_low = [marked[row > limit].min() for row in at_least]
        low, high = hypergeometric(x, n, size)
        assert_array_equal(np.rint(low * size), expected_low)
        assert_array_equal(np.rint(high * size), expected_high)


@pytest.mark.parametrize(
    ("x", "n", "size"),
    [
        (20, 1_000, 1_000_000),
        (250_000, 500_000, 1_000_000),
        (99_990, 100_000, 1_000_000),
        (3, 900_000, 10**6),
    ],
)
def test_hypergeometric_ends_where_the_test_begins_to_reject_in_a_large_population(x, n, size):
    low, high = (int(np.rint(bound * size)) for bound in hypergeometric(x, n, size))
    assert stats.hypergeom.cdf(x, size, high, n) > 0.025 >= stats.hypergeom.cdf(x, size, high + 1, n)
    assert stats.hypergeom.sf(x - 1, size, low, n) > 0.025
    if low > x:
        assert stats.hypergeom.sf(x - 1, size, low - 1, n) <= 0.025


def test_hypergeometric_refuses_a_chance_exactly_at_the_limit():
    # One of 40 drawn and it fails: with 39 successes that has a chance of 1 / 40, no more than 0.025.
    assert hypergeometric(0, 1, 40).high * 40 == 38


def test_hypergeometric_of_a_tiny_part_is_clopper_pearson():
    assert_allclose(hypergeometric(3, 50, 10**9), clopper_pearson(3, 50), atol=1e-7)


# --- properties ---------------------------------------------------------------------------------------

counts = st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
confidences = st.floats(0.5, 0.999)


@steady
@given(counts, confidences)
@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_interval_of_a_share_holds_it_and_stays_inside(method, count, confidence):
    x, n = count
    low, high = method(x, n, confidence)
    assert 0 <= low <= x / n <= high <= 1
    assert (low == 0) == (x == 0)
    assert (high == 1) == (x == n)


@steady
@given(counts, confidences)
@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_swapping_successes_and_failures_mirrors_the_interval(method, count, confidence):
    x, n = count
    low, high = method(x, n, confidence)
    mirrored_low, mirrored_high = method(n - x, n, confidence)
    assert_allclose([low, high], [1 - mirrored_high, 1 - mirrored_low], atol=1e-12)


@steady
@given(counts, confidences, st.floats(1e-3, 0.9))
@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_more_confidence_is_wider(method, count, confidence, part):
    narrow, wide = method(*count, confidence), method(*count, confidence + (1 - confidence) * part)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@steady
@given(counts, st.integers(0, 3_000), confidences)
def test_finite_population_properties(count, unseen, confidence):
    (x, n), size = count, count[1] + unseen
    low, high = hypergeometric(x, n, size, confidence)
    # What was seen is in the population; the share seen is no further off than one member of it.
    assert x <= np.rint(low * size) <= np.rint(high * size) <= size - n + x
    assert low - 1 / size < x / n < high + 1 / size
    assert_allclose(hypergeometric(n - x, n, size, confidence), [1 - high, 1 - low], atol=1e-12)
    if unseen == 0:
        assert low == high == x / n


@steady
@given(counts, counts, confidences)
def test_difference_of_shares_holds_it_and_mirrors(one, other, confidence):
    low, high = newcombe_difference(*one, *other, confidence)
    assert -1 <= low <= one[0] / one[1] - other[0] / other[1] <= high <= 1
    assert_allclose(newcombe_difference(*other, *one, confidence), [-high, -low], atol=1e-12)


@steady
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=30), confidences)
def test_ratio_holds_its_estimate_and_follows_the_scale(units, confidence):
    y, x = np.array(units, dtype=float).T
    low, high = ratio_t(*ratio_sums(y, x), confidence)
    assert low <= y.sum() / x.sum() * (1 + 1e-12)
    assert y.sum() / x.sum() <= high * (1 + 1e-12)
    # Independent formula: the mean of the linearised values has this standard error.
    linear = (y - y.sum() / x.sum() * x) / x.mean()
    reach = stats.t.ppf((1 + confidence) / 2, y.size - 1) * linear.std(ddof=1) / np.sqrt(y.size)
    assert_allclose(high - low, 2 * reach, rtol=1e-6, atol=1e-5)


@steady
@given(st.integers(0, 10**6), st.floats(0.01, 0.99), confidences)
def test_ranks_are_ordered_and_mirror(n, quantile, confidence):
    lower, upper = order_statistic_ranks(n, quantile, confidence)
    assert 0 <= lower < upper <= n + 1
    mirrored = order_statistic_ranks(n, 1 - quantile, confidence)
    assert_allclose([n + 1 - mirrored.upper, n + 1 - mirrored.lower], [lower, upper], atol=1)


# --- shapes, empty groups, refusals -------------------------------------------------------------------


@pytest.mark.parametrize(
    "bounds",
    [
        wilson(0, 0),
        wilson(np.nan, 5),
        wilson(0, np.nan),
        clopper_pearson(0, 0),
        clopper_pearson(0, np.nan),
        hypergeometric(0, 0, 9),
        hypergeometric(0, 0, 0),
        hypergeometric(1, 2, np.nan),
        mean_t(3.0, np.nan, 1),
        mean_t(np.nan, np.nan, 0),
        poisson_exact(0, 0),
        poisson_exact(np.nan),
        ratio_t(0, 0, 0, 0, 0, 0),
        ratio_t(1, 2, 1, 4, 2, 1),
        ratio_t(1, 0, 1, 0, 0, 4),
        newcombe_difference(0, 0, 3, 4),
        newcombe_difference(3, 4, 0, 0),
        welch_difference(1, np.nan, 1, 2, 1, 9),
        welch_difference(1, 1, 9, np.nan, np.nan, 0),
    ],
)
def test_an_empty_group_gives_nan_without_a_warning(bounds):
    assert np.isnan(bounds.low)
    assert np.isnan(bounds.high)


def test_values_without_spread_give_an_interval_without_width():
    assert mean_t(4.0, 0.0, 8) == (4.0, 4.0)
    assert welch_difference(4.0, 0.0, 8, 1.0, 0.0, 3) == (3.0, 3.0)
    assert ratio_t(3, 6, 5, 20, 10, 2) == (0.5, 0.5)


def test_plain_numbers_give_plain_numbers_and_arrays_keep_their_shape():
    assert isinstance(wilson(1, 3).low, np.float64)
    assert isinstance(hypergeometric(1, 3, 9).high, np.float64)
    assert wilson([[1, 2], [0, 3]], 3).low.shape == (2, 2)
    assert hypergeometric([1, 2, 3], 3, [[9], [8]]).high.shape == (2, 3)
    assert wilson([], []).low.shape == hypergeometric([], [], []).low.shape == (0,)


def test_one_empty_group_leaves_the_others_alone():
    low, high = hypergeometric([48, 0, np.nan], [50, 0, 5], [55, 10, 10])
    assert_allclose([low[0], high[0]], [51 / 55, 53 / 55])
    assert np.isnan([low[1:], high[1:]]).all()


def test_rounding_of_weighted_sums_is_no_error():
    assert wilson(0.1 + 0.2, 0.3).high == 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: wilson(-1, 3), "successes must be 0 or more and finite; found -1.0."),
        (lambda: wilson([1, 5], 3), "successes must not exceed trials; found 5.0 of 3.0."),
        (lambda: wilson(1, np.inf), "trials must be 0 or more and finite; found inf."),
        (lambda: clopper_pearson(4, 3), "successes must not exceed trials; found 4.0 of 3.0."),
        (lambda: newcombe_difference(1, 2, 3, 2), "successes_0 must not exceed trials_0; found 3.0 of 2.0."),
        (lambda: hypergeometric(3, 2, 9), "successes must not exceed sample; found 3.0 of 2.0."),
        (lambda: hypergeometric(1, 9, [20, 2]), "sample must not exceed population; found 9.0 of 2.0."),
        (lambda: hypergeometric(1.5, 3, 9), "successes must be a whole number; found 1.5."),
        (lambda: mean_t(1, -0.1, 3), "variance must be 0 or more and finite; found -0.1."),
        (lambda: balance(-1, 0, 3), "plus must be 0 or more and finite; found -1.0."),
        (lambda: balance(2, [1, 2], 3), "plus and minus together must not exceed trials; found 4.0 of 3.0."),
        (lambda: poisson_exact(1, -2), "exposure must be 0 or more and finite; found -2.0."),
        (lambda: ratio_t(1, 1, -1, 1, 1, 3), "sum_yy must be 0 or more and finite; found -1.0."),
        (lambda: welch_difference(1, 1, 3, 1, 1, -3), "n_0 must be 0 or more and finite; found -3.0."),
        (lambda: order_statistic_ranks(2.5, 0.5), "n must be a whole number; found 2.5."),
        (
            lambda: order_statistic_ranks([3, np.nan], 0.5),
            "n must be known for ranks: a whole number, 0 or more; found a missing value.",
        ),
        (
            lambda: order_statistic_ranks(3, 1),
            "quantile must lie between 0 and 1, both excluded; found 1.",
        ),
    ],
)
def test_what_cannot_be_a_count_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole sentence is compared below
        call()
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, float("nan")])
@pytest.mark.parametrize(
    "call",
    [
        lambda confidence: balance(1, 1, 3, confidence),
        lambda confidence: wilson(1, 2, confidence),
        lambda confidence: clopper_pearson(1, 2, confidence),
        lambda confidence: hypergeometric(1, 2, 3, confidence),
        lambda confidence: mean_t(1, 2, 3, confidence),
        lambda confidence: order_statistic_ranks(9, 0.5, confidence),
        lambda confidence: poisson_exact(1, 2, confidence),
        lambda confidence: ratio_t(1, 2, 3, 4, 5, 6, confidence),
        lambda confidence: newcombe_difference(1, 2, 1, 2, confidence),
        lambda confidence: welch_difference(1, 2, 3, 4, 5, 6, confidence),
    ],
)
def test_a_confidence_outside_0_and_1_is_refused(call, confidence):
    sentence = f"confidence must lie between 0 and 1, both excluded (0.95 for 95 %); found {confidence!r}."
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole sentence is compared below
        call(confidence)
    assert str(refusal.value) == sentence


def test_the_module_does_not_import_scipy_stats():
    code = "import sys, sqaudit.intervals; sys.exit('scipy.stats' in sys.modules)"
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


# --- a balance of two shares --------------------------------------------------------------------------


def test_a_balance_is_computed_as_printed():
    # 100 answers, 50 for and 20 against, with three added: p = 50.75 / 103 and d = 20.75 / 103.
    # p - d = 30 / 103 = 0.2912621; p + d - (p - d)^2 = 71.5 / 103 - 0.0848336 = 0.6093411;
    # its root over n is sqrt(0.6093411 / 103) = 0.0769151, times 1.9599640 = 0.1507508.
    assert_allclose(balance(50, 20, 100), [14.05111, 44.20131], atol=1e-3)


def test_a_balance_tends_to_the_plain_interval():
    p, d, n = 0.5, 0.2, 10_000_000
    reach = 1.959963984540054 * np.sqrt((p + d - (p - d) ** 2) / n)
    assert_allclose(balance(p * n, d * n, n), [100 * (p - d - reach), 100 * (p - d + reach)], atol=1e-4)


def test_a_balance_of_one_mind_is_not_certain():
    low, high = balance([10, 0, 0], [0, 10, 0], [10, 10, 10])
    assert (low[0], high[0]) == (-high[1], -low[1])  # the two sides are treated alike
    assert low[0] < 60
    assert high[0] == 100
    assert low[2] < 0 < high[2]


def test_a_balance_without_answers_has_no_bounds():
    assert np.isnan(balance([0, 0, np.nan], [0, np.nan, 1], [0, 3, 3])).all()
    assert balance(1, 1, 3)[0].shape == ()


@pytest.mark.parametrize(("n", "least"), [(5, 0.84), (10, 0.89), (30, 0.93)])
def test_a_balance_covers_what_it_says_on_average(n, least):
    """All outcomes of n answers, weighted by their chances, over a grid of true shares."""
    plus, minus = (part.ravel() for part in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    possible = plus + minus <= n
    plus, minus = plus[possible], minus[possible]
    low, high = balance(plus, minus, n)
    grid = np.linspace(0.02, 0.96, 16)
    covered = []
    for p in grid:
        for d in grid[grid < 0.99 - p]:
            chances = stats.multinomial.pmf(
                np.stack([plus, minus, n - plus - minus], 1), n, [p, d, 1 - p - d]
            )
            truth = 100 * (p - d)
            covered.append(chances[(low <= truth) & (truth <= high)].sum())
    assert min(covered) > least
    assert np.mean(covered) == pytest.approx(0.95, abs=0.005)
