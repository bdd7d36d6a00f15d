"""Effects pulled towards their common mean, the more the less is known of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sqaudit.agreement.ratings import Array

_STEPS = 400  # of the spread between effects; 800 change the bounds by less than 1e-4 of themselves
_ROUNDING = 1e-10  # eigenvalues below this part of the largest are rounding


class Shrunken(NamedTuple):
    """The shrunken effects, the mean square errors about them (a matrix), and the spread they rest on."""

    effects: Array
    mean_square: Array
    spread: float


def shrink(effects: Array, covariance: Array) -> Shrunken:
    """Empirical Bayes for effects that are estimated together and sum to 0 (within each group).

    The effects come from a normal distribution around 0; `covariance` is that of their estimates. The
    spread is the root of the variance between effects by the method of moments, 0 where they differ no
    more than chance explains. The mean square error does not take that spread as known: it averages over
    all spreads, each as likely as the estimates make it, so that bounds keep their width where the
    spread is estimated as 0. NaN throughout without a covariance; without any error nothing is pulled.

    Source: Morris (1983), J. Am. Stat. Assoc. 78:47-55; moments: DerSimonian and Laird (1986), Control.
    Clin. Trials 7:177-188; average over spreads, all equally likely before: Rubin (1981), J. Educ. Stat.
    6:377-401.

    >>> shrunken = shrink(np.array([2.0, -2.0]), np.array([[1.0, -1.0], [-1.0, 1.0]]))
    >>> shrunken.effects.round(3).tolist(), round(shrunken.spread, 3)
    ([1.5, -1.5], 2.449)
    """
    if np.isnan(covariance).any():
        nothing = np.full_like(covariance, np.nan)
        return Shrunken(np.full_like(effects, np.nan), nothing, float("nan"))
    values, vectors = np.linalg.eigh(covariance)
    kept = values > _ROUNDING * max(values.max(initial=0), 0)
    if not kept.any():
        return Shrunken(effects, np.zeros_like(covariance), float(np.sqrt((effects**2).sum())))
    error, axes = values[kept], vectors[:, kept]
    along = axes.T @ effects
    between = max(0.0, float(((along**2).sum() - error.sum()) / len(error)))
    best = between / (between + error) * along
    variance, chance = _spreads(along, error)
    pull = variance[:, None] / (variance[:, None] + error)
    off = pull * along - best
    inner = np.diag(chance @ (pull * error)) + (off * chance[:, None]).T @ off
    return Shrunken(axes @ best, np.asarray(axes @ inner @ axes.T), float(np.sqrt(between)))


def _spreads(along: Array, error: Array) -> tuple[Array, Array]:
    """Variances between effects, and how likely the estimates make each if all spreads were equally so."""
    steps = (np.arange(_STEPS) + 0.5) / _STEPS
    scale = np.sqrt(error.mean() + (along**2).mean())
    variance = (scale * steps / (1 - steps)) ** 2
    total = variance[:, None] + error
    log_chance = -0.5 * (np.log(total) + along**2 / total).sum(axis=1) - 2 * np.log1p(-steps)
    chance = np.exp(log_chance - log_chance.max())
    return variance, chance / chance.sum()
