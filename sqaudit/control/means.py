"""Charts of means of several cases (X-bar), whose number may differ from point to point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.control.lines import Lines, around


def means_lines(
    means: npt.ArrayLike, variances: npt.ArrayLike, counts: npt.ArrayLike, at: npt.ArrayLike
) -> Lines:
    """The lines of a chart of means, for points of `at` cases each.

    The baseline gives mean, variance (divisor n - 1) and number of cases of each point. Sigma is that of
    cases inside a point; where points differ by more than their cases explain, take a chart of single values.
    Source: Montgomery (2009), Introduction to Statistical Quality Control, 6th ed., section 6.3.2: the
    weighted mean and the root of the pooled variance. That root falls short of sigma by c4 of all its degrees
    of freedom, which is next to nothing; c4 of a single point, as printed there, is for the mean of the
    points' own deviations and would put the limits of points of five cases 6 % too wide.

    >>> lines = means_lines([10.0, 12.0], [4.0, 4.0], [5, 5], [5])
    >>> [round(float(line[0]), 3) for line in lines[:3]]
    [11.0, 8.232, 13.768]
    """
    mean, variance, n, size = (np.asarray(part, dtype=np.float64) for part in (means, variances, counts, at))
    if not n.size or not (n > 1).any():
        return around(np.full(size.shape, np.nan), np.nan)
    centre = (n * mean).sum() / n.sum()
    known = n > 1
    freedom = (n - 1)[known].sum()
    sigma = np.sqrt(((n - 1) * variance)[known].sum() / freedom) / _c4(freedom)
    error = np.where(size > 1, sigma / np.sqrt(np.maximum(size, 1)), np.nan)
    return around(np.full(size.shape, centre), error)


def _c4(freedom: float) -> float:
    """The part of sigma that the root of a variance with these degrees of freedom comes to, on average."""
    half = freedom / 2
    return float(np.exp(special.gammaln(half + 0.5) - special.gammaln(half)) / np.sqrt(half))
