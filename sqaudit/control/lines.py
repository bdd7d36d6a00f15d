"""The lines of a control chart, point by point: centre, limits, and where the outer third begins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SIGMAS = 3.0  # Shewhart (1931): limits three standard deviations from the centre
NEAR_SIGMAS = 2.0  # the outer third between centre and limit
LIMIT_TAIL = 0.00134989803163009  # chance of a normal value beyond three sigma, on one side
NEAR_TAIL = 0.02275013194817921  # the same beyond two sigma
MEAN_RANGE_PER_SIGMA = 1.128  # d2 for two values, to three places as Montgomery, NIST and Laney print it


class Lines(NamedTuple):
    """Centre and limits, each an array of one number for each point, in the unit of the values."""

    centre: Array
    low: Array
    high: Array
    near_low: Array
    near_high: Array

    def within(self, lowest: float | None, highest: float | None) -> Lines:
        """The same lines, none of them beyond what the figure can be."""
        return Lines(*(np.clip(line, lowest, highest) for line in self))


def around(centre: npt.ArrayLike, sigma: npt.ArrayLike) -> Lines:
    """Lines three standard deviations around the centre.

    >>> [float(line) for line in around(10.0, 1.0)]
    [10.0, 7.0, 13.0, 8.0, 12.0]
    """
    middle, spread = np.broadcast_arrays(
        np.asarray(centre, dtype=np.float64), np.asarray(sigma, dtype=np.float64)
    )
    return Lines(
        middle,
        middle - SIGMAS * spread,
        middle + SIGMAS * spread,
        middle - NEAR_SIGMAS * spread,
        middle + NEAR_SIGMAS * spread,
    )


def mean_moving_range(values: npt.ArrayLike) -> float:
    """The mean step between neighbouring values, in their unit; NaN for fewer than two.

    >>> mean_moving_range([1, 3, 2])
    1.5
    """
    series = np.asarray(values, dtype=np.float64)
    return float(np.abs(np.diff(series)).mean()) if series.size > 1 else float("nan")
