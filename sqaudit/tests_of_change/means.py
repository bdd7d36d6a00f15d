"""Two means compared, whose variances may differ."""

from __future__ import annotations

import numpy as np
from scipy import special

from sqaudit.intervals import welch_difference
from sqaudit.tests_of_change.shares import Change


def two_means(
    mean_before: float,
    variance_before: float,
    n_before: float,
    mean_now: float,
    variance_now: float,
    n_now: float,
    confidence: float = 0.95,
) -> Change:
    """The change of a mean between two independent groups of cases, in the unit of the mean.

    Variances have the divisor n - 1. Fewer than two cases on either side give NaN; so does the p-value where
    neither side varies. Times are skewed: from some hundred cases on that does little harm, below
    compare medians or logarithms. ValueError for a negative variance or number.

    Source: Welch (1947), Biometrika 34:28-35.

    >>> [round(figure, 4) for figure in two_means(0.75, 3.200556, 10, 2.33, 4.009, 10)]
    [1.58, -0.2055, 3.3655, 0.0794]
    """
    bounds = welch_difference(
        mean_now, variance_now, n_now, mean_before, variance_before, n_before, confidence
    )
    if min(n_before, n_now) < 2 or np.isnan(bounds.low):
        return Change(*(float("nan"),) * 4)
    part_1, part_0 = variance_now / n_now, variance_before / n_before
    change = mean_now - mean_before
    if part_1 + part_0 == 0:
        return Change(change, float(bounds.low), float(bounds.high), float("nan"))
    share_1, share_0 = part_1 / (part_1 + part_0), part_0 / (part_1 + part_0)
    freedom = 1 / (share_1**2 / (n_now - 1) + share_0**2 / (n_before - 1))
    p_value = 2 * special.stdtr(freedom, -abs(change) / np.sqrt(part_1 + part_0))
    return Change(change, float(bounds.low), float(bounds.high), float(p_value))
