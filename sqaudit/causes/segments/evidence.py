"""Evidence of each kind of measure: what every cell says about a change or a level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sqaudit.causes.segments.baseline import WIDEST, Baseline
from sqaudit.causes.segments.cells import Array
from sqaudit.causes.segments.cuboids import Cuboid
from sqaudit.causes.segments.families import Family, Mean
from sqaudit.causes.segments.lattice import Evidence
from sqaudit.causes.segments.profiles import Curve, Parabola
from sqaudit.causes.segments.settings import Settings

Groups = Callable[[Cuboid], Array]  # one number for each group of a cuboid
STANDARD = Mean()
_QUARTILES = 1.3489795  # distance of the quartiles of a normal distribution, in standard deviations
_LEAST_NOISE = 1e-3  # of a forecast: a tenth of a per cent, where actual and expected were rounded alike
CELLS_FOR_NOISE = 20  # cells from which the noise of a forecast can be told


@dataclass(frozen=True)
class Period:
    """What each cell had in one period: cases, exposure or observations, and bad cases, events or a sum."""

    weight: Array
    observed: Array


def change_of(
    before: Period,
    now: Period,
    family: Family,
    predictors: tuple[Array, Array],
    settings: Settings,
    doubt: tuple[Groups, Groups],
    offset: float = 0.0,
    inner: tuple[Array, Array] | None = None,
) -> Evidence:
    """Evidence for a change of shares or counts; `offset` is a shift that everything shares.

    `predictors` are what each cell is expected to do, before and now; `doubt` is the spread of groups around
    that, and the variance of their shift beyond the likelihood. `inner` says of every
    cell how many random effects it holds, before and now; without it each holds one.
    """
    expected = predictors[1] + offset
    effects = inner or (np.ones(len(expected)), np.ones(len(expected)))
    quiet, moved = settings.cell_spread_before**2 / effects[0], settings.cell_spread**2 / effects[1]
    columns = [
        family.columns(before.weight, before.observed, predictors[0], quiet),
        family.columns(now.weight, now.observed, expected, moved),
    ]
    excess = now.observed - now.weight * family.mean(expected)
    return Evidence(np.hstack(columns), excess, Curve(), *doubt)


def level_of(now: Period, expected: Array, family: Family, settings: Settings) -> Evidence:
    """Evidence for shares or counts off a level; `expected` is that level per unit of weight, by cell."""
    variance = np.full(len(expected), settings.cell_spread**2)
    columns = family.columns(now.weight, now.observed, family.predictor(expected), variance)
    return Evidence(columns, now.observed - now.weight * expected, Curve(), _certain, _sure)


def mean_spread(settings: Settings) -> float:
    """The random effect of a cell on its mean, in standard deviations of one observation.

    A share of one half has a standard deviation of 1/2 and a slope of 1/4 on the logit: what moves the logit
    by one moves the share by half a standard deviation.
    """
    return settings.cell_spread / 2


def mean_change_of(
    before: Period,
    now: Period,
    variance: float,
    baseline: Baseline,
    settings: Settings,
    unsure: Groups,
    offset: float = 0.0,
) -> Evidence:
    """Evidence for a change of means; `variance` is that of one observation within its cell.

    Baseline, offset and shifts are in standard deviations of one observation, the excess is in the unit of
    the observations.
    """
    scale, expected = np.sqrt(variance), baseline.predictor + offset
    columns = [
        *_normal(before, baseline.predictor, scale, 0.0),
        *_normal(now, expected, scale, mean_spread(settings)),
    ]
    excess = now.observed - now.weight * expected * scale
    return Evidence(np.stack(columns, axis=1), excess, Parabola(), baseline.spread, unsure)


def mean_level_of(
    now: Period, level: float, variance: float, settings: Settings, offset: float = 0.0
) -> Evidence:
    """Evidence for means off a level; the offset is in standard deviations of one observation."""
    scale = np.sqrt(variance)
    expected = np.full(len(now.weight), level / scale + offset)
    columns = np.stack(_normal(now, expected, scale, mean_spread(settings)), axis=1)
    return Evidence(columns, now.observed - now.weight * expected * scale, Parabola(), _certain, _sure)


def forecast_of(actual: Array, expected: Array, offset: float = 0.0) -> Evidence:
    """Evidence for totals off their forecasts: the deviation relative to the larger of the two.

    That deviation lies between -1 (all gone) and 1 (out of nothing) and is as noisy for small cells as for
    large ones, with normal tails on both sides, in each of the three families of forecast cases; relative to
    the forecast it has a long tail, in which single cells look like causes. Its standard deviation is taken
    from the quartiles over all cells, which planted causes hardly touch. `offset` is the deviation that
    everything shares. A cell with neither says nothing. Noise that is even around the
    forecast itself is lopsided by half its variance here: a shift of less than the variance is none.
    """
    larger = np.maximum(np.abs(actual), np.abs(expected))
    known = larger > 0
    deviation = np.where(known, (actual - expected) / np.where(known, larger, 1.0), 0.0) - offset
    noise = noise_of(deviation[known])
    information = np.where(known, noise**-2.0, 0.0)
    columns = np.stack([information, information * deviation], axis=1)
    return Evidence(columns, actual - expected, Parabola(least=noise**2), _certain, _sure)


def noise_of(deviations: Array) -> float:
    """The standard deviation of forecasts in their quiet cells, from the quartiles of all.

    ValueError for fewer than 20 cells: the noise cannot be told from the causes.
    """
    if len(deviations) < CELLS_FOR_NOISE:
        raise ValueError(
            f"the noise of a forecast needs at least {CELLS_FOR_NOISE} cells with a total; "
            f"found {len(deviations)}."
        )
    low, high = np.quantile(deviations, [0.25, 0.75])
    return max(float(high - low) / _QUARTILES, _LEAST_NOISE)


def pooled_variance(periods: Sequence[tuple[Period, Array, Array]]) -> float:
    """The variance of one observation within its cell, over cells and periods.

    Each period comes with the sums of squares, and with the sums of squared weights (the weight itself where
    every observation weighs one). Around the mean of its cell an observation of weight w adds w s^2, and the
    mean takes s^2 times the sum of w^2 over the sum of w away again: n - 1 where every weight is one, half
    of that where every weight is one half. NaN if no cell has two observations.
    """
    inner = freedom = 0.0
    for period, squares, weight_squares in periods:
        some = period.weight > 0
        weight, total = period.weight[some], period.observed[some]
        inner += float((squares[some] - total**2 / weight).sum())
        freedom += float((weight - weight_squares[some] / weight).sum())
    return inner / freedom if freedom > 0 else np.nan


def _normal(period: Period, expected: Array, scale: float, spread: float) -> tuple[Array, Array]:
    """Information about the shift of each cell's mean, and its product with the shift seen."""
    some = period.weight > 0
    weight = np.where(some, period.weight, 1.0)
    information = np.where(some, 1 / (1 / weight + spread**2), 0.0)
    return information, information * (period.observed / (weight * scale) - expected)


def _certain(cuboid: Cuboid) -> Array:
    """No spread is asked for where nothing came before."""
    return np.full(len(cuboid), WIDEST)


def _sure(cuboid: Cuboid) -> Array:
    """No variance beyond the likelihood."""
    return np.zeros(len(cuboid))
