"""Charts of rare events: the cases (g) or the time (t) that passed from one event to the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sqaudit.control.individuals import individuals_lines
from sqaudit.control.lines import LIMIT_TAIL, NEAR_TAIL, Lines

NELSON_POWER = 1 / 3.6  # exponential times to the power 0.2777 are nearly normal: Nelson (1994)


def cases_between_lines(baseline: npt.ArrayLike, points: int) -> Lines:
    """The lines for the number of good cases between two events, the same at each point (g chart).

    The centre is the median, as runs must halve the points; limits are those of the geometric
    distribution with tails of 0.00135. High is good: events became rarer.

    Source: Benneyan (2001), Health Care Management Science 4:305-318; probability limits as there.

    >>> lines = cases_between_lines([10, 30, 20, 0, 40], 1)
    >>> [round(float(line[0]), 2) for line in lines[:3]]
    [14.0, 0.0, 135.0]
    """
    series = np.asarray(baseline, dtype=np.float64)
    chance = 1 / (series.mean() + 1) if series.size else np.nan
    if not 0 < chance < 1:
        return Lines(*(np.full(points, np.nan) for _ in range(5)))
    levels = [0.5, LIMIT_TAIL, 1 - LIMIT_TAIL, NEAR_TAIL, 1 - NEAR_TAIL]
    return Lines(*(np.full(points, _geometric_quantile(level, chance)) for level in levels))


def time_between_lines(baseline: npt.ArrayLike, points: int) -> Lines:
    """The lines for the time between two events, in its unit, the same at each point (t chart).

    Times are taken to the power 1/3.6, which makes exponential times nearly normal, charted as single
    values, and the lines taken back.

    Source: Nelson (1994), Journal of Quality Technology 26:239-241; Montgomery (2009), section 7.3.5.

    >>> lines = time_between_lines([286, 948, 536, 124, 816, 729], 1)
    >>> round(float(lines.centre[0]), 1)
    501.6
    """
    lines = individuals_lines(np.asarray(baseline, dtype=np.float64) ** NELSON_POWER, points)
    return Lines(*(np.maximum(line, 0) ** (1 / NELSON_POWER) for line in lines))


def _geometric_quantile(level: float, chance: float) -> float:
    """The smallest number of good cases k with P(X <= k) >= level."""
    return float(max(0.0, np.ceil(np.log1p(-level) / np.log1p(-chance)) - 1))
