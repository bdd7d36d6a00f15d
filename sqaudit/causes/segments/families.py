"""Families of measures: how a predictor becomes an expected value, and the likelihood of a shift in it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy import special

from sqaudit.causes.segments.cells import Array
from sqaudit.causes.segments.profiles import GRID

_EDGE = 1e-9  # a share is never quite 0 or 1
_SURE = 1e-9  # a spread is never quite 0


class Family(Protocol):
    """One kind of measure. `weight` is what carries it: cases, exposure, observations."""

    def mean(self, predictor: Array) -> Array:
        """The expected value per unit of weight."""

    def slope(self, predictor: Array) -> Array:
        """Its derivative: the information of one unit of weight about the predictor."""

    def predictor(self, mean: Array) -> Array:
        """The predictor that belongs to an expected value."""

    def columns(self, weight: Array, observed: Array, predictor: Array, variance: Array) -> Array:
        """The log likelihood of each cell for every shift of its predictor on the grid.

        `variance` is that of a random effect of the cell on the predictor.
        """


class Share:
    """A number of bad cases among cases: logit predictor, beta-binomial likelihood."""

    def mean(self, predictor: Array) -> Array:
        """The expected share."""
        result: Array = special.expit(predictor)
        return result

    def slope(self, predictor: Array) -> Array:
        """p (1 - p)."""
        share = special.expit(predictor)
        result: Array = share * (1 - share)
        return result

    def predictor(self, mean: Array) -> Array:
        """The logit."""
        result: Array = special.logit(np.clip(mean, _EDGE, 1 - _EDGE))
        return result

    def columns(self, weight: Array, observed: Array, predictor: Array, variance: Array) -> Array:
        """Beta-binomial with a standard deviation of about p (1 - p) sqrt(variance) of the cell's share.

        Source: Skellam (1948), J. R. Stat. Soc. B 10:257-261.
        """
        result = np.zeros((len(weight), len(GRID)))
        busy = weight > 0
        n, x, centre = weight[busy], np.clip(observed[busy], 0.0, weight[busy]), predictor[busy]
        random = np.maximum(variance[busy], _SURE)
        for place, shift in enumerate(GRID):
            share = np.clip(special.expit(centre + shift), _EDGE, 1 - _EDGE)
            concentration = 1 / (share * (1 - share) * random)
            bad, good = share * concentration, (1 - share) * concentration
            result[busy, place] = _rising(bad, x) + _rising(good, n - x) - _rising(concentration, n)
        return result


class Count:
    """A number of events in an exposure: log predictor, negative binomial likelihood."""

    def mean(self, predictor: Array) -> Array:
        """The expected events per unit of exposure."""
        return np.exp(predictor)

    def slope(self, predictor: Array) -> Array:
        """The rate itself."""
        return np.exp(predictor)

    def predictor(self, mean: Array) -> Array:
        """The logarithm."""
        return np.log(np.maximum(mean, _EDGE))

    def columns(self, weight: Array, observed: Array, predictor: Array, variance: Array) -> Array:
        """Negative binomial with variance mean + variance x mean^2; Poisson as the variance goes to zero.

        Source: Cameron and Trivedi (2013), Regression Analysis of Count Data, 2nd ed., section 3.3 (NB2).
        """
        result = np.zeros((len(weight), len(GRID)))
        busy = weight > 0
        events, size = observed[busy], 1 / np.maximum(variance[busy], _SURE)
        for place, shift in enumerate(GRID):
            mean = weight[busy] * np.exp(predictor[busy] + shift)
            result[busy, place] = events * (predictor[busy] + shift) - (size + events) * np.log1p(mean / size)
        return result


class Mean:
    """A sum of observations, in standard deviations of one observation: no link, normal likelihood."""

    def mean(self, predictor: Array) -> Array:
        """The predictor itself."""
        return predictor

    def slope(self, predictor: Array) -> Array:
        """One observation is one unit of information."""
        return np.ones_like(predictor)

    def predictor(self, mean: Array) -> Array:
        """The mean itself."""
        return mean

    def columns(self, weight: Array, observed: Array, predictor: Array, variance: Array) -> Array:
        """Information and its product with the shift, as a parabola wants them."""
        information = np.where(weight > 0, 1 / (1 / np.maximum(weight, _SURE) + variance), 0.0)
        return np.stack(
            [information, information * (observed / np.maximum(weight, _SURE) - predictor)], axis=1
        )


def _rising(start: Array, steps: Array) -> Array:
    """The logarithm of the rising factorial, ln Gamma(start + steps) - ln Gamma(start).

    Where the start is so large that the two logarithms cancel, Stirling's first terms are more exact.
    """
    total = start + steps
    plain = special.gammaln(total) - special.gammaln(start)
    large = start > 1e7
    if not large.any():
        result: Array = plain
        return result
    smooth = (start - 0.5) * np.log1p(steps / start) + steps * np.log(total) - steps
    return np.where(large, smooth, plain)
