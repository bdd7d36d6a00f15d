"""Since when: the point at which a share, a rate or a mean changed, or the answer that it did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.control.lines import MEAN_RANGE_PER_SIGMA, Array
from sqaudit.frames import require
from sqaudit.intervals import tail_of

Measure = Literal["share", "count", "mean"]

LEAST_SIDE = 3  # points before and after a change; fewer say nothing of a level
DRAWS = 1999  # permutations: a p-value of 0.05 is then known to 0.005
SEED = 18_980_101  # any number is right; this is the year the Nile's flow fell


@dataclass(frozen=True)
class ChangePoint:
    """Whether and since when a series has another level.

    `found`: whether a change is clear; `since`: the first period of the new level; `earliest` and `latest`:
    the periods it may have been with the confidence asked for; `before` and `after`: the levels; `p_value`:
    chance of so clear a change anywhere in a steady series; `dispersion`: how many times the variance
    exceeds that of chance (1 for means, whose variance is taken from the data); `reason`: empty, `steady` or
    `too_few`.
    Without a change, `since`, `earliest` and `latest` are None and the levels NaN.
    """

    found: bool
    since: object
    earliest: object
    latest: object
    before: float
    after: float
    p_value: float
    dispersion: float
    points: int
    reason: str


def change_point(points: pd.DataFrame, measure: Measure, confidence: float = 0.95) -> ChangePoint:
    """The one most likely change of level of a series, if there is a clear one.

    Columns in: `period` and, for shares and counts, `numerator, denominator` (cases or exposure), for means
    `value`. Rows may come in any order; rows without value or cases are left out.

    Every place with three points on each side is tried and the likelihood ratio of two levels against one
    (binomial, Poisson, or normal of unknown variance) taken at its best. The p-value compares it with the
    same search in 1,999 shufflings of the points in time, so it allows for the search and for
    over-dispersion. It takes the points for exchangeable: a slow trend or strong memory from point to point
    also looks like a change. The interval holds the places whose log likelihood, divided by the dispersion,
    lies within half the critical value of the best.

    Source: Hinkley and Hinkley (1970), Biometrika 57:477-488 (shares); Worsley (1986), Biometrika 73:91-104;
    critical value of the interval (7.35 at 95 %): Hansen (2000), Econometrica 68:575-603.
    ValueError for an unknown measure, impossible counts, or a confidence outside (0, 1).

    >>> frame = pd.DataFrame({"period": range(12), "numerator": [90] * 6 + [70] * 6, "denominator": 100})
    >>> found = change_point(frame, "share")
    >>> found.since, found.earliest, found.latest, round(found.after - found.before, 2)
    (6, 6, 6, -0.2)
    """
    frame, x, n = _series(points, measure, confidence)
    return _one(frame["period"].to_list(), x, n, measure, confidence, 1 - confidence)


def change_points(
    points: pd.DataFrame, measure: Measure, confidence: float = 0.95, most: int = 5
) -> list[ChangePoint]:
    """All clear changes of level in order of time, by splitting the series at the clearest, then its parts.

    Columns in as for `change_point`. With each level of splitting the p-value asked for is divided by the
    number of parts tried there. Levels and intervals are those of the part in which the change was found.

    Source: binary segmentation, Scott and Knott (1974), Biometrics 30:507-512.

    >>> values = [1, 2, 1, 2, 1, 2, 7, 8, 7, 8, 7, 8, 3, 4, 3, 4, 3, 4]
    >>> frame = pd.DataFrame({"period": range(18), "value": values})
    >>> [one.since for one in change_points(frame, "mean")]
    [6, 12]
    """
    frame, x, n = _series(points, measure, confidence)
    periods = frame["period"].to_list()
    found: list[tuple[int, ChangePoint]] = []
    parts = [(0, len(periods))]
    while parts and len(found) < most:
        following = []
        for start, end in parts:
            inside = slice(start, end)
            level = (1 - confidence) / len(parts)
            one = _one(periods[inside], x[inside], n[inside], measure, confidence, level)
            if one.found:
                at = start + periods[inside].index(one.since)
                found.append((at, one))
                following += [(start, at), (at, end)]
        parts = following
    return [one for _, one in sorted(found, key=lambda pair: pair[0])][:most]


def _series(points: pd.DataFrame, measure: Measure, confidence: float) -> tuple[pd.DataFrame, Array, Array]:
    """The usable points in order of time, with numerator and denominator (value and 1 for means)."""
    if measure not in ("share", "count", "mean"):
        raise ValueError(f"measure must be share, count or mean; found '{measure}'.")
    tail_of(confidence)  # refuses what is no confidence
    columns = ["value"] if measure == "mean" else ["numerator", "denominator"]
    require(points, ["period", *columns], "a search for a change")
    frame = points.sort_values("period", kind="stable")
    if measure == "mean":
        frame = frame[frame["value"].notna()]
        return frame, frame["value"].to_numpy(dtype=np.float64), np.ones(len(frame))
    frame = frame[frame["numerator"].notna() & (frame["denominator"] > 0)]
    x, n = (frame[name].to_numpy(dtype=np.float64) for name in columns)
    if (x < 0).any() or (measure == "share" and (x > n * (1 + 1e-9)).any()):
        raise ValueError("numerators must be 0 or more, and for shares at most the denominator.")
    return frame, x, n


def _one(
    periods: list[object], x: Array, n: Array, measure: Measure, confidence: float, level: float
) -> ChangePoint:
    if len(periods) < 2 * LEAST_SIDE:
        return _none(float("nan"), float("nan"), len(periods), "too_few")
    ratios = _likelihood_ratios(x, n, measure)
    best = int(np.argmax(ratios))
    p_value = _p_value(x, n, measure, float(ratios[best]))
    dispersion = _dispersion(x, n, measure)
    if not p_value < level or ratios[best] <= 0:
        return _none(p_value, dispersion, len(periods), "steady")
    inside = np.flatnonzero(2 * (ratios[best] - ratios) / dispersion <= _critical(confidence)) + LEAST_SIDE
    at = best + LEAST_SIDE
    before, after = x[:at].sum() / n[:at].sum(), x[at:].sum() / n[at:].sum()
    return ChangePoint(
        found=True,
        since=periods[at],
        earliest=periods[int(inside.min())],
        latest=periods[int(inside.max())],
        before=float(before),
        after=float(after),
        p_value=p_value,
        dispersion=dispersion,
        points=len(periods),
        reason="",
    )


def _none(p_value: float, dispersion: float, points: int, reason: str) -> ChangePoint:
    nan = float("nan")
    return ChangePoint(False, None, None, None, nan, nan, p_value, dispersion, points, reason)


def _likelihood_ratios(x: Array, n: Array, measure: Measure) -> Array:
    """The log likelihood ratio of a change before each place that leaves enough points on both sides.

    The last axis is time; the result is shorter by what both sides need.
    """
    total_x, total_n = x.sum(axis=-1, keepdims=True), n.sum(axis=-1, keepdims=True)
    first_x = np.cumsum(x, axis=-1)[..., LEAST_SIDE - 1 : -LEAST_SIDE]
    first_n = np.cumsum(n, axis=-1)[..., LEAST_SIDE - 1 : -LEAST_SIDE]
    if measure == "mean":
        # The squares between the two levels as part of all squares around one level.
        between = (first_x / first_n - total_x / total_n) ** 2 * first_n * total_n / (total_n - first_n)
        whole = ((x - total_x / total_n) ** 2).sum(axis=-1, keepdims=True)
        part = np.divide(between, whole, out=np.zeros(between.shape), where=whole > 0)
        return np.asarray(-x.shape[-1] / 2 * np.log(np.maximum(1 - part, 1e-300)))
    rest_x, rest_n = total_x - first_x, total_n - first_n
    gain = _log_likelihood(first_x, first_n, measure) + _log_likelihood(rest_x, rest_n, measure)
    return np.asarray(gain - _log_likelihood(total_x, total_n, measure))


def _log_likelihood(x: Array, n: Array, measure: Measure) -> Array:
    """Of the best-fitting level, without terms that do not depend on it."""
    if measure == "share":
        misses = np.maximum(n - x, 0)
        return np.asarray(special.xlogy(x, x / n) + special.xlogy(misses, misses / n))
    return np.asarray(special.xlogy(x, x / n) - x)


def _p_value(x: Array, n: Array, measure: Measure, best: float) -> float:
    """The part of shuffled series (the given one included) in which the search finds as clear a change."""
    draw = np.random.default_rng(SEED)
    order = draw.permuted(np.tile(np.arange(x.size), (DRAWS, 1)), axis=1)
    shuffled = _likelihood_ratios(x[order], n[order], measure).max(axis=-1)
    as_clear = int((shuffled >= best * (1 - 1e-9)).sum())  # sums in another order differ by rounding
    return (1 + as_clear) / (1 + DRAWS)


def _dispersion(x: Array, n: Array, measure: Measure) -> float:
    """Variance from neighbour to neighbour over that of chance, at least 1; a lasting shift hardly enters."""
    if measure == "mean":
        return 1.0
    level = x.sum() / n.sum()
    variance = (level * (1 - level) if measure == "share" else level) / n
    if not (variance > 0).all():
        return 1.0
    ranges = np.abs(np.diff((x / n - level) / np.sqrt(variance)))
    return max(1.0, float(ranges.mean() / MEAN_RANGE_PER_SIGMA) ** 2)


def _critical(confidence: float) -> float:
    """The likelihood ratio that the true place of a change exceeds with a chance of 1 - confidence."""
    return float(-2 * np.log(1 - np.sqrt(confidence)))
