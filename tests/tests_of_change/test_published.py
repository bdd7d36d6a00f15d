"""Two-period tests against published figures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sqaudit.tests_of_change.families import adjusted
from sqaudit.tests_of_change.means import two_means
from sqaudit.tests_of_change.rates import rate_ratio, two_rates
from sqaudit.tests_of_change.shares import two_shares
from sqaudit.tests_of_change.strata import mantel_haenszel

# Bickel, Hammel and O'Connell (1975), Science 187:398-404: admissions to Berkeley by department; results as
# R's mantelhaen.test documents them for its UCBAdmissions.
MEN, MEN_APPLIED = [512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373]
WOMEN, WOMEN_APPLIED = [89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341]


def test_berkeley_admissions() -> None:
    change = mantel_haenszel(WOMEN, WOMEN_APPLIED, MEN, MEN_APPLIED, continuity=True)
    assert change.statistic == pytest.approx(1.4269, abs=5e-5)
    assert change.p_value == pytest.approx(0.2323, abs=5e-5)
    assert change.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
    assert (change.odds_ratio_low, change.odds_ratio_high) == pytest.approx((0.7719074, 1.0603298), abs=5e-8)
    # Departments differ: Breslow-Day 18.826 on 5 degrees of freedom, p = 0.0021.
    assert change.homogeneity == pytest.approx(18.826, abs=5e-4)
    assert change.homogeneity_p == pytest.approx(0.002071, abs=5e-7)
    assert (change.used, change.left_out) == (6, 0)
    # All departments together men seem favoured: that is the mix.
    together = two_shares(sum(WOMEN), sum(WOMEN_APPLIED), sum(MEN), sum(MEN_APPLIED))
    assert together.difference == pytest.approx(0.14, abs=0.005)
    assert together.p_value < 1e-12
    assert change.risk_difference < 0


def test_a_dose_of_adrenaline() -> None:
    # Perondi et al. (2004), New Engl. J. Med. 350:1722-1730, 7 of 34 against 1 of 34 survived; Fisher's p
    # 0.054, mid-p 0.030: Lydersen, Fagerland and Laake (2009), Stat. Med. 28:1159-1175.
    assert two_shares(1, 34, 7, 34, test="fisher").p_value == pytest.approx(0.0544, abs=5e-5)
    assert two_shares(1, 34, 7, 34).p_value == pytest.approx(0.0297, abs=5e-5)


def test_the_lady_tasting_tea() -> None:
    # Fisher (1935): three of four cups right, p = 0.4857.
    assert two_shares(1, 4, 3, 4, test="fisher").p_value == pytest.approx(0.4857, abs=5e-5)


def test_newcombe_interval_is_the_published_one() -> None:
    # Newcombe (1998), example (a), method 10.
    assert two_shares(48, 80, 56, 70)[1:3] == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_two_poisson_rates() -> None:
    # Fleiss, Levin and Paik, and R's poisson.test: 11 in 800 against 21 in 3,011.
    assert two_rates(21, 3011, 11, 800).p_value == pytest.approx(0.07967, abs=5e-6)
    assert rate_ratio(21, 3011, 11, 800) == pytest.approx((1.971488, 0.8584264, 4.2772659), abs=5e-7)


def test_sleep_of_student() -> None:
    # Student (1908): extra hours of sleep under two drugs; Welch's t = -1.8608, df = 17.776, p = 0.07939.
    first, second = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1]
    second += [4.4, 5.5, 1.6, 4.6, 3.4]
    change = two_means(
        float(np.mean(first)),
        float(np.var(first, ddof=1)),
        10,
        float(np.mean(second)),
        float(np.var(second, ddof=1)),
        10,
    )
    assert change.p_value == pytest.approx(0.07939, abs=5e-6)
    assert (change.low, change.high) == pytest.approx((-0.2054832, 3.3654832), abs=5e-8)


def test_benjamini_hochberg_of_the_original_paper() -> None:
    # Benjamini and Hochberg (1995), section 3.2: of fifteen, Holm keeps three and the new procedure four.
    paper = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262]
    paper += [0.5719, 0.6528, 0.7590, 1.0]
    assert int((adjusted(paper) <= 0.05).sum()) == 4
    assert int((adjusted(paper, "holm") <= 0.05).sum()) == 3


@pytest.mark.parametrize("seed", range(30))
def test_fisher_agrees_with_scipy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n_0, n_1 = (int(size) for size in draw.integers(1, 300, 2))
    x_0, x_1 = int(draw.integers(0, n_0 + 1)), int(draw.integers(0, n_1 + 1))
    expected = stats.fisher_exact([[x_1, n_1 - x_1], [x_0, n_0 - x_0]])[1]
    assert two_shares(x_0, n_0, x_1, n_1, test="fisher").p_value == pytest.approx(expected, rel=1e-6)


def test_rates_agree_with_the_binomial_test_of_scipy() -> None:
    expected = stats.binomtest(30, 80, 0.25).pvalue
    assert two_rates(50, 3.0, 30, 1.0).p_value == pytest.approx(expected, rel=1e-9)
