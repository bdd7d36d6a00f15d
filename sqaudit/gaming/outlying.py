"""Segments that stand out from the others by more than the others differ among themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]

LEAST_OTHERS = 4  # segments beside the one in question; fewer do not show how much segments differ anyway

__all__ = ["LEAST_OTHERS", "log_odds", "log_odds_ratio", "outlying"]


def outlying(estimates: npt.ArrayLike, variances: npt.ArrayLike) -> tuple[Array, Array]:
    """For each segment, what the others let expect of it, and the one-sided p-value of lying so far above.

    The others are a random-effects sample (DerSimonian and Laird): their spread beyond chance is natural, and
    a further segment is held against their prediction interval. It has Student's t with two degrees of
    freedom fewer than there are others, or more where the segment's own chance is the larger part of the
    variance, as only the spread of the others is an estimate (Satterthwaite). NaN with fewer than
    LEAST_OTHERS others; a missing estimate takes no part.

    Source: Higgins, Thompson and Spiegelhalter (2009), J. R. Stat. Soc. A 172:137-159, equation 12;
    Satterthwaite (1946), Biometrics Bulletin 2:110-114.

    >>> expected, p_value = outlying([0.1, 0.0, -0.1, 0.05, 2.0], [0.01] * 5)
    >>> bool(p_value[4] < 0.01), bool(p_value[:4].min() > 0.3)
    (True, True)
    """
    means, spreads = (np.asarray(one, dtype=np.float64) for one in (estimates, variances))
    if means.shape != spreads.shape or (spreads[~np.isnan(means)] <= 0).any():
        raise ValueError("every estimate needs a variance above zero.")
    expected, p_values = np.full(means.shape, np.nan), np.full(means.shape, np.nan)
    known = np.flatnonzero(~np.isnan(means))
    for place in known:
        others = known[known != place]
        if len(others) >= LEAST_OTHERS:
            middle, own, between = _pooled(means[others], spreads[others])
            variance = between + own + spreads[place]
            estimated = (
                between + len(others) / (1 / spreads[others]).sum()
            )  # what one of the others varies by
            freedom = (len(others) - 2) * max(1.0, variance / estimated)
            expected[place] = middle
            p_values[place] = special.stdtr(freedom, -(means[place] - middle) / np.sqrt(variance))
    return expected, p_values


def log_odds(hits: npt.ArrayLike, cases: npt.ArrayLike) -> tuple[Array, Array]:
    """Empirical log odds of shares and their variances; NaN without cases.

    The variances are those at the share of all segments together: by its own share, a segment with many hits
    by chance would seem the more certain for it.

    Source: Cox (1970), The Analysis of Binary Data: half a case added on both sides.
    """
    over, total = (np.asarray(one, dtype=np.float64) for one in (hits, cases))
    if (over < 0).any() or (over > total).any():
        raise ValueError("hits lie between zero and the number of cases.")
    with np.errstate(invalid="ignore"):
        estimate = np.log((over + 0.5) / (total - over + 0.5))
    share = (over.sum() + 0.5) / (total.sum() + 1)
    variance = 1 / (total * share + 0.5) + 1 / (total * (1 - share) + 0.5)
    return np.where(total > 0, estimate, np.nan), variance


def log_odds_ratio(table: npt.ArrayLike) -> tuple[Array, Array]:
    """Log odds ratios and their variances from rows of four counts: a, b over c, d; NaN with an empty margin.

    Source: Haldane (1956), Ann. Hum. Genet. 20:309-311: half a case added to each cell.
    """
    cells = np.asarray(table, dtype=np.float64).reshape(-1, 4)
    if (cells < 0).any():
        raise ValueError("counts must be numbers from zero on.")
    margins = (cells[:, [0, 2, 0, 1]] + cells[:, [1, 3, 2, 3]]).min(axis=1)
    a, b, c, d = (cells + 0.5).T
    return np.where(margins > 0, np.log(a * d / (b * c)), np.nan), 1 / a + 1 / b + 1 / c + 1 / d


def _pooled(means: Array, variances: Array) -> tuple[float, float, float]:
    """The mean of a random-effects sample, its variance, and the variance between its members."""
    weights = 1 / variances
    fixed = (weights @ means) / weights.sum()
    spare = weights.sum() - (weights**2).sum() / weights.sum()
    between = max(0.0, float((weights @ (means - fixed) ** 2 - (len(means) - 1)) / spare))
    weights = 1 / (variances + between)
    return float((weights @ means) / weights.sum()), float(1 / weights.sum()), between
