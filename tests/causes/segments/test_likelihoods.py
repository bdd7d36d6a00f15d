"""The likelihoods against scipy, and the peaks that are read off their sums."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special, stats

from sqaudit.causes.segments.evidence import Period, forecast_of, noise_of, pooled_variance
from sqaudit.causes.segments.families import Count, Share
from sqaudit.causes.segments.profiles import GRID, Curve, Parabola


def test_beta_binomial_ratios_are_those_of_scipy() -> None:
    n, x, logit, variance = np.array([40.0]), np.array([7.0]), np.array([-2.0]), np.array([0.25])
    columns = Share().columns(n, x, logit, variance)[0]
    share = special.expit(logit + GRID)
    concentration = 1 / (share * (1 - share) * variance)
    expected = stats.betabinom.logpmf(7, 40, share * concentration, (1 - share) * concentration)
    assert columns - columns[13] == pytest.approx(expected - expected[13], abs=1e-9)


def test_beta_binomial_without_a_random_effect_is_binomial() -> None:
    columns = Share().columns(np.array([50.0]), np.array([5.0]), np.array([-2.0]), np.array([0.0]))[0]
    expected = stats.binom.logpmf(5, 50, special.expit(-2.0 + GRID))
    assert columns - columns[13] == pytest.approx(expected - expected[13], abs=1e-3)


def test_negative_binomial_ratios_are_those_of_scipy() -> None:
    columns = Count().columns(np.array([10.0]), np.array([31.0]), np.array([1.0]), np.array([0.2]))[0]
    mean, size = 10 * np.exp(1.0 + GRID), 5.0
    expected = stats.nbinom.logpmf(31, size, size / (size + mean))
    assert columns - columns[13] == pytest.approx(expected - expected[13], abs=1e-9)


def test_a_cell_without_cases_says_nothing() -> None:
    nothing, some = np.zeros(1), np.ones(1)
    assert (Share().columns(nothing, nothing, some, some) == 0).all()
    assert (Count().columns(nothing, nothing, some, some) == 0).all()


@pytest.mark.parametrize(
    ("before", "now"), [((20, 400), (60, 400)), ((3, 90), (14, 60)), ((50, 900), (52, 880))]
)
def test_the_gain_of_two_periods_is_the_likelihood_ratio_of_two_shares(
    before: tuple[int, int], now: tuple[int, int]
) -> None:
    logit = np.array([-2.5])
    columns = np.hstack(
        [
            Share().columns(np.array([float(n)]), np.array([float(x)]), logit, np.zeros(1))
            for x, n in (before, now)
        ]
    )
    found = Curve().peaks(columns, np.array([1e6]))
    pooled = (before[0] + now[0]) / (before[1] + now[1])
    exact = sum(stats.binom.logpmf(x, n, x / n) - stats.binom.logpmf(x, n, pooled) for x, n in (before, now))
    assert found.gain[0] == pytest.approx(exact, rel=0.03, abs=0.02)
    exact_shift = special.logit(now[0] / now[1]) - special.logit(before[0] / before[1])
    assert found.shift[0] == pytest.approx(exact_shift, abs=0.02)


def test_the_peak_of_one_period_is_where_an_optimiser_finds_it() -> None:
    variance = np.array([0.3])
    cells = [(30.0, 9.0, -2.0), (12.0, 5.0, -1.5), (80.0, 11.0, -2.8)]

    def likelihood(shift: float) -> float:
        total = 0.0
        for n, x, logit in cells:
            share = special.expit(logit + shift)
            size = 1 / (share * (1 - share) * variance[0])
            total += stats.betabinom.logpmf(x, n, share * size, (1 - share) * size)
        return total

    columns = sum(
        Share().columns(np.array([n]), np.array([x]), np.array([logit]), variance) for n, x, logit in cells
    )
    found = Curve().peaks(columns, np.ones(1))
    best = optimize.minimize_scalar(lambda shift: -likelihood(shift), bounds=(-4, 4), method="bounded")
    assert found.shift[0] == pytest.approx(best.x, abs=0.02)
    assert found.gain[0] == pytest.approx(-best.fun - likelihood(0.0), abs=0.02)


def test_a_parabola_of_two_periods_adds_their_variances() -> None:
    found = Parabola().peaks(np.array([[4.0, 4.0 * 0.5, 2.0, 2.0 * 3.0]]), np.array([1e9]))
    assert found.shift[0] == pytest.approx(2.5)
    assert found.gain[0] == pytest.approx(2.5**2 / (2 * (1 / 4 + 1 / 2)))


def test_a_forecast_deviates_relative_to_the_larger_of_the_two() -> None:
    expected = np.full(40, 100.0)
    actual = expected + np.tile([-1.0, 1.0], 20)
    actual[:3] = [0.0, 200.0, 100.0]
    evidence = forecast_of(actual, expected)
    deviation = evidence.columns[:, 1] / evidence.columns[:, 0]
    assert deviation[:3].tolist() == pytest.approx([-1.0, 0.5, 0.0])
    assert evidence.excess[0] == -100


def test_the_noise_of_a_forecast_needs_cells() -> None:
    with pytest.raises(ValueError, match=r"needs at least 20 cells with a total; found 3\.$"):
        noise_of(np.zeros(3))


def test_the_variance_of_one_observation_is_pooled_within_cells() -> None:
    values = [[1.0, 2.0, 4.0], [10.0, 12.0]]
    period = Period(np.array([3.0, 2.0]), np.array([7.0, 22.0]))
    squares = np.array([21.0, 244.0])
    exact = sum(np.var(one, ddof=1) * (len(one) - 1) for one in values) / 3
    assert pooled_variance([(period, squares, period.weight)]) == pytest.approx(exact)


def test_observations_at_half_weight_leave_half_the_degrees_of_freedom() -> None:
    values = [np.array([1.0, 2.0, 4.0]), np.array([10.0, 12.0]), np.array([7.0])]
    exact = sum(((one - one.mean()) ** 2).sum() for one in values) / 3
    weight = np.array([len(one) / 2 for one in values])
    total, squares = (np.array([(one**power).sum() / 2 for one in values]) for power in (1, 2))
    assert pooled_variance([(Period(weight, total), squares, weight / 2)]) == pytest.approx(exact)


def test_the_pooled_variance_is_right_on_average_whatever_the_weights() -> None:
    generator = np.random.default_rng(7)
    weight = np.where(generator.random((20_000, 3)) < 0.5, 0.5, 1.0)
    drawn = generator.normal(5.0, 2.0, weight.shape)
    period = Period(weight.sum(axis=1), (weight * drawn).sum(axis=1))
    sums = ((weight * drawn**2).sum(axis=1), (weight**2).sum(axis=1))
    assert pooled_variance([(period, *sums)]) == pytest.approx(4.0, rel=0.03)
