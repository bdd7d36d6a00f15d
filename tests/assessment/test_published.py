"""Numbers that others printed, and distributions that scipy knows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sqaudit.assessment.exact_strata import Strata, odds_interval, tails
from sqaudit.assessment.funnel import Dispersion, dispersion, exact_limits, spread_limits
from sqaudit.assessment.shrinkage import beta_binomial, shrunken_shares

# Tumours among rats of 71 experiments: Tarone (1982); Gelman et al., Bayesian Data Analysis, table 5.1.
TUMOURS = (
    [0] * 14 + [1] * 8 + [3] + [2] * 9 + [1, 5, 2, 5, 2, 7, 7, 3, 3, 2, 9, 10] + [4] * 7
    + [10, 4, 4, 4, 5, 11, 12, 5, 5, 6, 5, 6, 6, 6, 6, 16, 15, 15, 9, 4]
)  # fmt: skip
RATS = (
    [20] * 7 + [19] * 4 + [18, 18, 17, 20, 20, 20, 20, 19, 19, 18, 18, 27, 25, 24, 23] + [20] * 6
    + [10, 49, 19, 46, 17, 49, 47, 20, 20, 13, 48, 50] + [20] * 7
    + [48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52, 46, 47, 24, 14]
)  # fmt: skip

# Tuberculosis among vaccinated and others in 13 trials: Colditz et al. (1994), as printed with metafor.
VACCINE = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
    (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
]  # fmt: skip


def strata(*columns: list[float]) -> Strata:
    return Strata(*(np.array(column, dtype=np.float64) for column in columns))


def test_the_prior_of_the_rat_tumours() -> None:
    """Maximum likelihood 2.3416 and 14.1148: fractalleaf (2019), Empirical Bayes with rat tumour example."""
    prior = beta_binomial(TUMOURS, RATS)
    assert prior.alpha == pytest.approx(2.3416, abs=1e-4)
    assert prior.beta == pytest.approx(14.1148, abs=1e-4)
    shares = shrunken_shares(TUMOURS, RATS, prior)
    assert shares[-1] == pytest.approx((4 + 2.3416) / (14 + 16.4564), abs=1e-5)


def test_the_spread_between_trials_of_a_vaccine() -> None:
    """Q = 152.2330 and tau^2 = 0.3088 by DerSimonian and Laird: metafor, `rma(method="DL")` on dat.bcg."""
    a, b, c, d = (np.array(column, dtype=np.float64) for column in zip(*VACCINE, strict=True))
    ratio = np.log(a / (a + b)) - np.log(c / (c + d))
    error = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    common = (ratio / error**2).sum() / (1 / error**2).sum()
    found = dispersion((ratio - common) / error, error, winsorised=0)
    assert found.phi * found.units == pytest.approx(152.2330, abs=1e-3)
    assert found.tau**2 == pytest.approx(0.3088, abs=5e-5)
    assert found.present


def test_promotion_decisions() -> None:
    """One-sided exact p .026, 95 % interval of the odds ratio (0, 1.01): Agresti (2002), section 6.7.

    Black and white computer specialists promoted in July, August and September: nobody of the black.
    """
    months = strata([0, 0, 0], [7, 7, 8], [4, 4, 2], [20, 17, 15])
    assert tails(months).at_most == pytest.approx(0.026, abs=5e-4)
    low, high = odds_interval(months, 0.95)
    assert low == 0
    assert high == pytest.approx(1.01, abs=5e-3)


@pytest.mark.parametrize("table", [(3, 1, 1, 3), (9, 21, 3, 87), (0, 12, 5, 7), (40, 160, 300, 1500)])
def test_one_stratum_is_fishers_test(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    one = strata([a], [a + b], [c], [c + d])
    square = [[a, b], [c, d]]
    for side, chance in zip(("greater", "less"), tails(one), strict=True):
        assert chance == pytest.approx(stats.fisher_exact(square, side)[1], rel=1e-8)
    known = stats.contingency.odds_ratio(square).confidence_interval(0.95)
    assert odds_interval(one, 0.95) == pytest.approx((known.low, known.high), rel=1e-5)


def test_very_large_strata_agree_with_whole_ones() -> None:
    """Windows and fast convolution against the large-sample score test, which is right there."""
    large = strata([50_300, 980], [1_000_000, 20_000], [500_000, 5000], [10_000_000, 100_000])
    n, other = large.n, large.other_n
    marked = large.bad + large.other_bad
    every = n + other
    variance = (n * other * marked * (every - marked) / (every**2 * (every - 1))).sum()
    z = (large.bad.sum() - 0.5 - (n * marked / every).sum()) / np.sqrt(variance)
    assert tails(large).at_least == pytest.approx(stats.norm.sf(z), rel=0.01)
    low, high = odds_interval(large, 0.95)
    assert low < (large.bad.sum() / (n * marked / every).sum()) < high


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.3, 0.5, 0.95])
@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_a_count_lies_beyond_a_limit_just_when_its_tail_is_small_enough(
    rate: float, confidence: float
) -> None:
    tail = (1 - confidence) / 2
    for n in (1, 5, 20, 57, 200):
        counts = np.arange(n + 1)
        low, high = exact_limits(n, rate, confidence)
        assert ((counts / n < low) == (stats.binom.cdf(counts, n, rate) <= tail)).all()
        assert ((counts / n > high) == (stats.binom.sf(counts - 1, n, rate) <= tail)).all()


def test_limits_interpolate_as_spiegelhalter_does() -> None:
    """Stat. Med. 24:1185, A.1: r less (P(R <= r) - p) / (P(R <= r) - P(R <= r - 1)), over n."""
    n, rate, p = 80, 0.1, 0.025
    count = stats.binom.ppf(p, n, rate)
    up, below = stats.binom.cdf(count, n, rate), stats.binom.cdf(count - 1, n, rate)
    assert exact_limits(n, rate, 0.95).low == pytest.approx((count - (up - p) / (up - below)) / n, abs=1e-9)


def test_winsorising_draws_in_the_outermost_tenth() -> None:
    z = np.array([-9.0, *np.linspace(-1, 1, 9), 12.0])
    inner = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    found = dispersion(z, np.full(11, 0.05))
    assert found.phi == pytest.approx((inner**2).mean())
    assert not found.present
    assert dispersion(z, np.full(11, 0.05), winsorised=0).present


def test_widened_limits_stretch_or_add() -> None:
    found = Dispersion(4.0, 0.03, 40, True)
    error = np.sqrt(0.1 * 0.9 / 400)
    z = stats.norm.ppf(0.999)
    stretched = spread_limits([400], 0.1, found, "multiplicative")
    added = spread_limits([400], 0.1, found, "additive")
    assert stretched.high[0] == pytest.approx(0.1 + z * 2 * error)
    assert added.high[0] == pytest.approx(0.1 + z * np.hypot(error, 0.03))
    assert spread_limits([400], 0.1, found, "none").high[0] == exact_limits([400], 0.1).high[0]
    assert stretched.low[0] == pytest.approx(0.1 - z * 2 * error)
