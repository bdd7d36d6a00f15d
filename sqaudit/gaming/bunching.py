"""Bunching: whether times pile up just inside a limit, and are missing just outside it, beyond a smooth fit.

Whoever is measured by a limit can move a figure without serving anybody sooner: by noting the event just in
time. The density of times then has a step at the limit, where a service as such knows of no limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]

HEAPS_SECONDS = (5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600)  # people and clocks round to these
DAY_SECONDS = 86_400
FIRST, LAST = 0.25, 3.0  # the part of time around the limit that is fitted, in limits
WINDOWS = (1 / 6, 1 / 15)  # how far inside its limit a case counts as just inside, in limits
LEAST_FITTED = 30  # cases outside the window; fewer carry no curve of six terms
LEAST_NEAR = 8  # cases on both sides of the limit
DAILY_FROM = DAY_SECONDS / 2  # from here on the hours of the day shape times on the clock on the wall
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_HEAP_PRECISION = 0.25  # a heap is taken to be within e^2 of its surroundings unless the cases say more

__all__ = ["FIRST", "HEAPS_SECONDS", "LAST", "WINDOWS", "Bunching", "bunching"]


@dataclass(frozen=True)
class Bunching:
    """What stands just inside and just outside a limit, and what the smooth fit makes of it.

    `window` is the width of either side in seconds. `p_value` is one-sided: how often chance would put that
    many of the cases near the limit inside it. Without a test it is NaN, and `reason` says why: `few_cases`,
    `few_others` or `no_fit`.
    """

    cases: float
    inside: float
    outside: float
    expected_inside: float
    expected_outside: float
    window: float
    p_value: float
    reason: str = ""

    @property
    def excess(self) -> float:
        """Cases inside that the fit does not account for, given how many lie near the limit."""
        near, expected = self.inside + self.outside, self.expected_inside + self.expected_outside
        return self.inside - near * self.expected_inside / expected if expected > 0 else float("nan")


def bunching(
    counts: npt.ArrayLike,
    width: float,
    limit: float,
    rest: npt.ArrayLike | None = None,
    windows: Sequence[float] = WINDOWS,
) -> Bunching:
    """The clearest bunching inside a limit, over some widths of what "just inside" means.

    `counts[k]` are the cases whose time lies in (k * width, (k + 1) * width] seconds, from zero to three
    times the limit; the limit is the end of a bin, and a case exactly on it is inside. A Poisson regression
    on 1, ln t, (ln t)^2, t (which holds gamma and log-normal times) with a term for each round number, and
    for the hours of the day where limits are long, is fitted to the bins from a quarter of the limit to three
    limits without the window on both sides of it. Given the cases near the limit, the number inside is then
    binomial; counts are divided by the overdispersion of the fit (Pearson), and its uncertainty is integrated
    over. The p-value is multiplied by the number of windows.

    Rounding to full minutes or to five seconds heaps times at every round number. Those around the limit
    mirror one another, if they do not belong to the fit anyway; the limit is a round number itself, and half
    of what is rounded to it comes from beyond. So the bin that ends at the limit is left out, and with it its
    counterpart at the far end: a pile on the very limit may be rounding, and is none of ours.

    `rest` are the same counts of all others. A step that they have too comes from the process, such as a
    promise that visits are planned by, or an alarm before the limit: only what goes beyond theirs is tested,
    and nothing where the others are too few to know (`few_others`).

    ValueError for bins that do not end at the limit.

    Source: Chetty, Friedman, Olsen and Pistaferri (2011), Q. J. Econ. 126:749-804, and Kleven and Waseem
    (2013), Q. J. Econ. 128:669-723 (excess mass against a polynomial fit with terms for round numbers);
    McCrary (2008), J. Econometrics 142:698-714 (a step of the density at the limit).

    >>> calm = [40.0 - 0.4 * second for second in range(90)]
    >>> moved = [*calm[:25], *(60 for _ in range(5)), *(0 for _ in range(5)), *calm[35:]]
    >>> bunching(calm, 1, 30).p_value > 0.5, bunching(moved, 1, 30).p_value < 1e-6
    (True, True)
    """
    values, others = _checked(counts, width, limit), None if rest is None else _checked(rest, width, limit)
    sizes = dict.fromkeys(max(2, round(share * limit / width)) for share in windows)
    found = [_tested(values, others, width, limit, size) for size in sizes]
    tested = [one for one in found if not np.isnan(one.p_value)]
    if not tested:
        return found[0]
    best = min(tested, key=lambda one: one.p_value)
    return replace(best, p_value=min(1.0, best.p_value * len(found)))


@dataclass(frozen=True)
class _Step:
    """Cases on both sides of a limit, the fit, the standard error of its log ratio, its overdispersion."""

    inside: float
    outside: float
    expected_inside: float
    expected_outside: float
    spread: float
    dispersion: float

    @property
    def log_odds(self) -> float:
        """The log of the expected ratio of inside to outside."""
        return float(np.log(self.expected_inside / self.expected_outside))

    @property
    def unexplained(self) -> tuple[float, float]:
        """How much higher the observed log ratio is than the expected one, and the variance of that."""
        over, under = self.inside + 0.5, self.outside + 0.5
        variance = self.dispersion * (1 / over + 1 / under) + self.spread**2
        return float(np.log(over / under)) - self.log_odds, variance


def _checked(counts: npt.ArrayLike, width: float, limit: float) -> Array:
    values = np.asarray(counts, dtype=np.float64)
    if (values < 0).any() or not np.isfinite(values).all():
        raise ValueError("counts must be numbers from zero on.")
    if not np.isclose(limit / width, round(limit / width)):
        raise ValueError(f"bins of {width:g} s do not end at a limit of {limit:g} s.")
    return values


def _tested(counts: Array, rest: Array | None, width: float, limit: float, size: int) -> Bunching:
    found = _step(counts, width, limit, size)
    others = None if rest is None else _step(rest, width, limit, size)
    if isinstance(others, str) and not isinstance(found, str):
        found = "few_others"
    if isinstance(found, str):
        inside, outside = (float(counts[side].sum()) for side in _sides(round(limit / width), size))
        return Bunching(float(counts.sum()), inside, outside, np.nan, np.nan, size * width, np.nan, found)
    shift, variance = others.unexplained if isinstance(others, _Step) else (0.0, 0.0)
    log_odds, spread = found.log_odds, found.spread
    if shift > 0:
        log_odds, spread = log_odds + shift, float(np.hypot(spread, np.sqrt(variance)))
    p_value = _binomial_tail(found.inside, found.outside, log_odds, spread, found.dispersion)
    sides = (found.inside, found.outside, found.expected_inside, found.expected_outside)
    return Bunching(float(counts.sum()), *sides, size * width, p_value)


def _sides(at: int, size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The bins just inside and just outside, without the one that ends at the limit and its counterpart."""
    return np.arange(max(0, at - size), at - 1), np.arange(at, at + size - 1)


def _step(counts: Array, width: float, limit: float, size: int) -> _Step | str:
    """The cases around the limit and the fit to all others; a word where there is no fit."""
    ends = np.asarray(width * np.arange(1, len(counts) + 1), dtype=np.float64)
    at = round(limit / width)
    shown = (ends > FIRST * limit + width / 2) & (ends <= LAST * limit + width / 2)
    near = np.zeros(len(counts), dtype=bool)
    near[max(0, at - size) : at + size] = True
    fitted, sides = shown & ~near, _sides(at, size)
    inside, outside = (float(counts[side].sum()) for side in sides)
    if counts[fitted].sum() < LEAST_FITTED or inside + outside < LEAST_NEAR:
        return "few_cases"
    design, penalty = _design(ends, width, limit, fitted, near)
    fit = _fit(design[fitted], counts[fitted], penalty)
    if fit is None:
        return "no_fit"
    coefficients, covariance, dispersion = fit
    means = np.exp(np.clip(design @ coefficients, -50, 50))
    expected = [max(float(means[side].sum()), 1e-12) for side in sides]
    slopes = [means[side] @ design[side] / total for side, total in zip(sides, expected, strict=True)]
    gradient = slopes[0] - slopes[1]
    spread = float(np.sqrt(max(float(gradient @ covariance @ gradient), 0.0)))
    return _Step(inside, outside, expected[0], expected[1], spread, dispersion)


def _binomial_tail(inside: float, outside: float, log_odds: float, spread: float, dispersion: float) -> float:
    """The chance of that many inside or more, where the log odds are known up to a normal error."""
    share = special.expit(log_odds + spread * _NODES)
    over, under = inside / dispersion, outside / dispersion
    tails = special.betainc(max(over, 1e-9), under + 1, share) if over > 0 else np.ones_like(share)
    return float(np.clip(_WEIGHTS @ tails / _WEIGHTS.sum(), 0, 1))


def _design(
    ends: Array, width: float, limit: float, fitted: npt.NDArray[np.bool_], near: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """The columns of the regression over all bins, and how much each is held back."""
    middle = (ends - width / 2) / limit
    smooth = [np.log(middle), np.log(middle) ** 2, middle]
    if limit >= DAILY_FROM:
        turns = 2 * np.pi * (ends - width / 2) / DAY_SECONDS
        smooth += [wave(times * turns) for times in (1, 2) for wave in (np.sin, np.cos)]
    columns = [_standardised(one, fitted) for one in smooth]
    heaps = [
        (np.floor(ends / unit) > np.floor((ends - width) / unit)).astype(np.float64)
        for unit in HEAPS_SECONDS
        if unit > width
    ]
    heaps = [one for one in heaps if 0 < one[fitted].mean() < 1 and one[near].any()]
    design = np.column_stack([np.ones_like(middle), *columns, *heaps])
    penalty = np.array([0.0, *(1e-4 for _ in columns), *(_HEAP_PRECISION for _ in heaps)])
    return design, penalty


def _standardised(values: Array, fitted: npt.NDArray[np.bool_]) -> Array:
    return np.asarray((values - values[fitted].mean()) / max(values[fitted].std(), 1e-12))


def _fit(design: Array, counts: Array, penalty: Array) -> tuple[Array, Array, float] | None:
    """Penalised Poisson regression by reweighted least squares: coefficients, covariance, overdispersion."""
    mean = counts + 0.5 * max(counts.mean(), 0.1)
    coefficients = np.zeros(design.shape[1])
    for _ in range(60):
        working = np.log(mean) + (counts - mean) / mean
        weighted = design.T * mean
        information = weighted @ design + np.diag(penalty)
        try:
            step = np.linalg.solve(information, weighted @ working)
        except np.linalg.LinAlgError:
            return None
        mean = np.exp(np.clip(design @ step, -20, 20))
        if np.abs(step - coefficients).max() < 1e-8:
            break
        coefficients = step
    free = max(len(counts) - np.linalg.matrix_rank(design), 1)
    dispersion = max(1.0, float(((counts - mean) ** 2 / mean).sum() / free))
    return step, dispersion * np.linalg.pinv(weighted @ design + np.diag(penalty)), dispersion
