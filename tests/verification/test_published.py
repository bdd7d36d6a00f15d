"""Published analyses, to the digits printed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sqaudit.verification.correlated import fit, spread_at
from sqaudit.verification.differences import combined_difference
from sqaudit.verification.interrupted import segmented
from sqaudit.verification.power import Precision, detectable, periods_needed, power_of
from sqaudit.verification.regression_to_mean import regression_to_mean
from sqaudit.verification.series import series

# Packs of cigarettes per head in California, 1970 to 2000; Proposition 99 came into force in 1989. Data:
# Abadie, Diamond and Hainmueller (2010), J. Am. Stat. Assoc. 105:493-505.
CALIFORNIA = [
    123.0, 121.0, 123.5, 124.4, 126.7, 127.1, 128.0, 126.4, 126.1, 121.9, 120.2, 118.6, 115.4, 110.8, 104.8,
    102.8, 99.7, 97.5, 90.1, 82.4, 77.8, 68.7, 67.5, 63.4, 58.6, 56.4, 54.5, 53.8, 52.3, 47.2, 41.6,
]  # fmt: skip


def test_interrupted_series_of_proposition_99() -> None:
    """Coefficients as in Linden (2015), Stata Journal 15:480-500; errors of ordinary least squares."""
    points = pd.DataFrame({"period": range(1970, 2001), "value": CALIFORNIA})
    model = segmented(series(points, 1989, "mean"), correlations=np.array([0.0]))
    level, slope, step, change = model.coefficients
    assert round(level - 19 * slope, 4) == 132.2258
    assert (round(slope, 4), round(step, 4), round(change, 4)) == (-1.7795, -20.0581, -1.4947)
    errors = [round(model.standard_error(place), 4) for place in (1, 2, 3)]
    assert errors == [0.2170, 3.7471, 0.4846]
    assert model.freedom == 27


def test_difference_in_differences_of_card_and_krueger() -> None:
    """Table 3 of Card and Krueger (1994): 2.76 (1.36); the printed changes differ by the rounding of both."""
    found = combined_difference(0.59, 0.54, -2.16, 1.25)
    assert found.effect == pytest.approx(2.76, abs=0.011)
    assert round(found.standard_error, 2) == 1.36
    levels = (21.03 - 20.44) - (21.17 - 23.33)
    assert found.effect == pytest.approx(levels, abs=1e-9)


def test_autocorrelated_errors_equal_plain_generalised_least_squares() -> None:
    rng = np.random.default_rng(5)
    times = np.array([0, 1, 2, 4, 5, 6, 9, 10, 11, 12.0])
    design = np.column_stack([np.ones(10), times > 5, times])
    values, precision = rng.normal(size=10), rng.uniform(1, 5, 10)
    found = fit(design, values, precision, times, correlations=np.array([0.4]))
    covariance = 0.4 ** np.abs(times[:, None] - times[None, :]) / np.sqrt(precision[:, None] * precision)
    inverse = np.linalg.inv(covariance)
    spread = np.linalg.inv(design.T @ inverse @ design)
    expected = spread @ design.T @ inverse @ values
    residual = values - design @ expected
    assert found.coefficients == pytest.approx(expected, abs=1e-10)
    assert found.dispersion == pytest.approx(residual @ inverse @ residual / 7, abs=1e-10)
    assert found.covariance == pytest.approx(found.dispersion * spread, abs=1e-10)
    assert spread_at(design, precision, times, 0.4) == pytest.approx(spread, abs=1e-10)
    assert found.weights @ values == pytest.approx(expected, abs=1e-10)


def test_power_is_that_of_the_noncentral_t() -> None:
    for freedom in (5, 12, 40):
        for effect in (0.5, 1.5, 3.0, 5.0):
            exact = 1 - stats.nct.cdf(stats.t.ppf(0.975, freedom), freedom, effect)
            assert power_of(effect, Precision(1, freedom)) == pytest.approx(exact, abs=0.006)
    precision = Precision(0.02, 20)
    assert power_of(detectable(precision), precision) == pytest.approx(0.8, abs=1e-6)


def test_periods_needed_is_the_first_number_that_suffices() -> None:
    def later(count: int) -> Precision:
        return Precision(0.3 / count**0.5, 30)

    needed = periods_needed(0.1, later, 4)
    assert needed is not None
    assert power_of(0.1, later(needed)) >= 0.8 > power_of(0.1, later(needed - 1))
    assert periods_needed(0.5, later, 4) == 4
    assert periods_needed(0.0001, later, 4) is None


def test_shrinkage_of_eight_schools() -> None:
    """Rubin (1981): of the largest of eight effects, 28 with error 15, about 10 is left."""
    effects = np.array([28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16])
    errors = np.array([14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6])
    found = regression_to_mean(effects, errors**2, 0)
    assert 8 < found.expected < 12
    assert found.variance < errors[0] ** 2
    with pytest.raises(ValueError, match="needs 3 segments; found 2"):
        regression_to_mean(effects[:2], errors[:2] ** 2, 0)
