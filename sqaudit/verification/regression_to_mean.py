"""What a segment picked as the worst would have shown next time if nothing had been done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sqaudit.finite_population import Array

LEAST_PEERS = 3  # segments, the one picked among them: two have no spread to tell from chance
_STEPS = 400  # of the spread between segments
# How far spreads reach before the levels are seen, in typical standard errors (half Cauchy). In own
# simulations with 4 to 20 segments, 3,000 runs each, 0.3 keeps a one-sided 2.5 % at 1.3 to 2.6 % for spreads
# from none to two standard errors; 1.0 lets it rise to 3.4 % where segments do not differ at all.
_REACH = 0.3

__all__ = ["LEAST_PEERS", "Regression", "regression_to_mean"]


@dataclass(frozen=True)
class Regression:
    """The level found, the level expected without any measure, and how sure that is.

    `expected_change` is how far the figure returns by itself, `expected - found`; `variance_found` and
    `variance` are those of the two levels, `spread` the standard deviation between segments (most likely),
    `peers` how many segments there are.
    """

    found: float
    expected: float
    variance_found: float
    variance: float
    spread: float
    peers: int

    @property
    def expected_change(self) -> float:
        """How far the figure returns by itself."""
        return self.expected - self.found


def regression_to_mean(levels: Array, variances: Array, place: int) -> Regression:
    """Empirical Bayes for the level of one segment among its peers, chosen because it was the worst.

    `levels` are the figures of all segments before the measure, `variances` what chance could do to each,
    `place` which of them was picked. Levels are taken to come from one normal distribution; its mean is
    estimated, and every spread counts as much as the levels make it likely, small ones favoured. What is
    expected then does not
    depend on how the segment was picked, so that the error rates hold for the worst one as well.
    ValueError for fewer than three segments.

    Source: Morris (1983), J. Am. Stat. Assoc. 78:47-55; spreads averaged: Rubin (1981), J. Educ. Stat.
    6:377-401; that picking does not matter: Dawid (1994), in Multivariate Analysis and its Applications
    (IMS Lecture Notes 24), 211-220, and Senn (2008), The American Statistician 62:181-182.

    >>> found = regression_to_mean(np.array([0.70, 0.80, 0.82, 0.84]), np.full(4, 0.04**2), 0)
    >>> round(found.expected_change, 3)
    0.068
    """
    if len(levels) < LEAST_PEERS:
        raise ValueError(f"regression to the mean needs {LEAST_PEERS} segments; found {len(levels)}.")
    steps = (np.arange(_STEPS) + 0.5) / _STEPS
    scale = _REACH * float(np.sqrt(variances.mean()))
    between = (scale * steps / (1 - steps)) ** 2
    total = between[:, None] + variances
    weight = 1 / total
    middle = (weight * levels).sum(axis=1) / weight.sum(axis=1)
    log_chance = (
        -0.5 * (np.log(total).sum(axis=1) + np.log(weight.sum(axis=1)))
        - 0.5 * (weight * (levels - middle[:, None]) ** 2).sum(axis=1)
        - np.log(between + scale**2)  # half Cauchy
        - np.log(1 - steps) * 2  # the grid is finer near none
    )
    chance = np.exp(log_chance - log_chance.max())
    chance /= chance.sum()
    kept = between / total[:, place]
    each = middle + kept * (levels[place] - middle)
    spread = kept * variances[place] + (1 - kept) ** 2 / weight.sum(axis=1)
    expected = float(chance @ each)
    return Regression(
        float(levels[place]), expected, float(variances[place]),
        float(chance @ (spread + (each - expected) ** 2)), float(np.sqrt(between[chance.argmax()])),
        len(levels),
    )  # fmt: skip
