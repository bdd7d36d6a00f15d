"""Charts of single values (XmR): a centre and limits from the steps between neighbours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sqaudit.control.lines import MEAN_RANGE_PER_SIGMA, Lines, around, mean_moving_range

RANGE_LIMIT = 3.267  # D4 for two values: the upper limit of the moving range over its mean


def individuals_lines(baseline: npt.ArrayLike, points: int) -> Lines:
    """The lines of a chart of single values, the same at each of `points` points.

    Centre: the mean of the baseline; sigma: its mean moving range / 1.128. A large step in the baseline is
    not screened out: what does not belong there is left out by name and reason. NaN from fewer than two.

    Source: Montgomery (2009), Introduction to Statistical Quality Control, 6th ed., section 6.4; NIST/
    SEMATECH e-Handbook of Statistical Methods, 6.3.2.2, whose example this is.

    >>> lines = individuals_lines([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1], 1)
    >>> [round(float(line[0]), 4) for line in lines[:3]]
    [50.81, 45.8159, 55.8041]
    """
    series = np.asarray(baseline, dtype=np.float64)
    centre = series.mean() if series.size > 1 else np.nan
    sigma = mean_moving_range(series) / MEAN_RANGE_PER_SIGMA
    return around(np.full(points, centre), sigma)


def moving_range_limit(baseline: npt.ArrayLike) -> float:
    """The upper limit of the moving range itself, in the unit of the values.

    Source: Montgomery (2009), section 6.4.

    >>> round(moving_range_limit([1, 2, 1, 2]), 3)
    3.267
    """
    return RANGE_LIMIT * mean_moving_range(baseline)
