"""Logistic regression that stays finite and honest on few cases: Firth's penalised likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from sqaudit.finite_population import Array

_STEPS = 200
_LONGEST_STEP = 5.0  # on the logit: a longer one only overshoots
_FARTHEST = 700.0  # on the logit: beyond, exp() has no number any more
_NEAR = 1e-9  # of the score per case: more digits are rounding
_NEAR_PROFILE = 1e-6  # where only the likelihood counts, which is flat there

__all__ = ["Fit", "fit", "profile_interval", "ratio_test"]


@dataclass(frozen=True)
class Fit:
    """Coefficients on the logit, their covariance (inverse information), the penalised log likelihood."""

    coefficients: Array
    covariance: Array
    likelihood: float


def fit(
    design: Array,
    successes: Array,
    trials: Array,
    fixed: dict[int, float] | None = None,
    start: Fit | None = None,
    near: float = _NEAR,
) -> Fit:
    """The penalised fit of successes out of trials on the columns of a design of full rank.

    The penalty is half the logarithm of the determinant of the information (Jeffreys' prior). It takes
    away the first-order bias and keeps the coefficients finite where an outcome is separated, as when
    none of those who were called back was dissatisfied. `fixed` holds coefficients at given values; the
    penalty remains that of the whole design. `start` is a fit nearby, which saves
    steps; `near` is how small the score has to be, per case. ValueError if the fit does not converge.

    Source: Firth (1993), Biometrika 80:27-38; Heinze and Schemper (2002), Stat. Med. 21:2409-2419.

    A single yes-or-no fact has a closed form, one half added to each cell of its table:

    >>> found = fit(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([2.0, 9.0]), np.array([10.0, 9.0]))
    >>> round(float(found.coefficients[1]), 6) == round(float(np.log((9.5 / 0.5) / (2.5 / 8.5))), 6)
    True
    """
    held = fixed or {}
    free = np.array([place for place in range(design.shape[1]) if place not in held], dtype=np.int64)
    at = np.zeros(design.shape[1]) if start is None else start.coefficients.copy()
    at[list(held)] = list(held.values())
    current, score, information = _look(design, successes, trials, at)
    if not np.isfinite(current):
        raise ValueError("the penalised fit has no start: the columns of the design hang on each other.")
    for _ in range(_STEPS):
        if free.size == 0 or np.abs(score[free]).max() < near * max(1.0, float(trials.sum())):
            return Fit(at, np.asarray(np.linalg.inv(information), np.float64), current)
        step = np.zeros(at.size)
        step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
        step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        for _ in range(30):  # halved until the likelihood no longer falls
            tried = _look(design, successes, trials, at + step)
            if tried[0] >= current - 1e-12 * max(1.0, abs(current)):
                break
            step /= 2
        at, (current, score, information) = at + step, tried
    raise ValueError(f"the penalised fit did not converge in {_STEPS} steps; are facts nearly the same?")


def ratio_test(design: Array, successes: Array, trials: Array, whole: Fit, place: int) -> float:
    """The p of a coefficient being zero: penalised likelihood ratio, one degree of freedom."""
    without = fit(design, successes, trials, {place: 0.0})
    return float(special.chdtrc(1, max(2 * (whole.likelihood - without.likelihood), 0.0)))


def profile_interval(
    design: Array, successes: Array, trials: Array, whole: Fit, place: int, confidence: float = 0.95
) -> tuple[float, float]:
    """The coefficients that the penalised likelihood ratio test does not reject: honest where Wald is not."""
    limit = whole.likelihood - special.chdtri(1, 1 - confidence) / 2
    centre = float(whole.coefficients[place])
    reach = float(np.sqrt(whole.covariance[place, place]))

    nearest = whole

    def above(value: float) -> float:
        nonlocal nearest
        nearest = fit(design, successes, trials, {place: value}, nearest, _NEAR_PROFILE)
        return float(nearest.likelihood - limit)

    low = _crossing(above, centre, -reach)
    nearest = whole
    return low, _crossing(above, centre, reach)


def _look(design: Array, successes: Array, trials: Array, at: Array) -> tuple[float, Array, Array]:
    """The penalised log likelihood, its score and the information."""
    # Sums of our own instead of matrix products, which split their work by the number of processors: the last
    # digit would hang on it.
    line = np.einsum("ij,j->i", design, at)
    chance = special.expit(line)
    weight = trials * chance * (1 - chance)
    weighted = weight[:, None] * design
    information = np.einsum("ij,ik->jk", weighted, design)
    sign, determinant = np.linalg.slogdet(information)
    if sign <= 0:
        return -np.inf, np.zeros(at.size), information
    leverage = np.einsum("ij,ij->i", np.einsum("ij,jk->ik", weighted, np.linalg.inv(information)), design)
    score = np.einsum("ij,i->j", design, successes - trials * chance + leverage * (0.5 - chance))
    log_chance = special.log_expit(line)
    likelihood = float((successes * log_chance + (trials - successes) * special.log_expit(-line)).sum())
    return likelihood + float(determinant) / 2, score, information


def _crossing(above: Callable[[float], float], centre: float, step: float) -> float:
    """Where a function that is positive at the centre crosses zero, on the side of the step."""
    from scipy.optimize import brentq  # imported here: only analyses need it

    inside, outside = centre, centre + step
    while above(outside) > 0 and abs(outside) < _FARTHEST:
        inside, outside, step = outside, outside + 1.5 * step, 1.5 * step
    return float(brentq(above, inside, outside, xtol=1e-6))
