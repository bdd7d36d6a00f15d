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
    weighted mean, the root of the pooled variance, and c4 of each point.

    >>> lines = means_lines([10.0, 12.0], [4.0, 4.0], [5, 5], [5])
    >>> [round(float(line[0]), 3) for line in lines[:3]]
    [11.0, 8.145, 13.855]
    """
    mean, variance, n, size = (np.asarray(part, dtype=np.float64) for part in (means, variances, counts, at))
    if not n.size or not (n > 1).any():
        return around(np.full(size.shape, np.nan), np.nan)
    centre = (n * mean).sum() / n.sum()
    known = n > 1
    pooled = ((n - 1) * variance)[known].sum() / (n - 1)[known].sum()
    sigma = np.where(size > 1, np.sqrt(pooled) / (_c4(np.maximum(size, 2)) * np.sqrt(size)), np.nan)
    return around(np.full(size.shape, centre), sigma)


def _c4(n: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """By how much the standard deviation of n normal values falls short of sigma, on average."""
    return np.asarray(np.sqrt(2 / (n - 1)) * np.exp(special.gammaln(n / 2) - special.gammaln((n - 1) / 2)))
