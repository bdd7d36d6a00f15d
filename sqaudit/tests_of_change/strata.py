"""Two shares compared inside strata (queues, regions, products), so that a shift of the mix is no change.

statsmodels offers the same; a hundred lines here save every reader of a book a large dependency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.intervals import normal_quantile

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StratifiedChange:
    """One change for all strata together, and whether the strata agree on it.

    `odds_ratio` and `risk_difference` (now against before) with their intervals; `statistic` and `p_value` of
    no change in any stratum (Cochran-Mantel-Haenszel); `homogeneity` and `homogeneity_p`: Breslow and Day's
    test that the odds ratio is the same in all strata, with Tarone's correction; `used` and `left_out`:
    strata that carry information, and those that do not (no cases on one side, or all cases alike).
    """

    odds_ratio: float
    odds_ratio_low: float
    odds_ratio_high: float
    risk_difference: float
    risk_difference_low: float
    risk_difference_high: float
    statistic: float
    p_value: float
    homogeneity: float
    homogeneity_p: float
    used: int
    left_out: int


def mantel_haenszel(
    numerator_before: npt.ArrayLike,
    denominator_before: npt.ArrayLike,
    numerator_now: npt.ArrayLike,
    denominator_now: npt.ArrayLike,
    confidence: float = 0.95,
    continuity: bool = False,
) -> StratifiedChange:
    """The common change of a share over strata, each an entry of the four arrays.

    With `continuity`, half a case is taken off the statistic, which makes the p-value larger. A stratum with
    cases on one side only tells nothing and is counted in `left_out`; one whose cases are all alike does not
    enter the test and the odds ratio, but does enter the risk difference. NaN where nothing is left.
    If `homogeneity_p` is small, the strata moved differently: show them one by one.
    ValueError for negative counts, numerators above denominators, arrays of unlike length, or a
    confidence outside (0, 1).

    Source: Mantel and Haenszel (1959), J. Natl. Cancer Inst. 22:719-748; variance of the log odds ratio:
    Robins, Breslow and Greenland (1986), Biometrics 42:311-323; risk difference and its variance: Greenland
    and Robins (1985), Biometrics 41:55-68, and Sato (1989), Biometrics 45:1323-1324; homogeneity: Breslow
    and Day (1980), Statistical Methods in Cancer Research I, section 4.4, and Tarone (1985), Biometrika
    72:91-95.

    >>> change = mantel_haenszel([20, 80], [100, 100], [30, 90], [100, 100])
    >>> round(change.risk_difference, 3), round(change.p_value, 4), change.used
    (0.1, 0.012, 2)
    """
    z = normal_quantile(confidence)
    a, n_1, c, n_0 = _tables(numerator_now, denominator_now, numerator_before, denominator_before)
    both = (n_1 > 0) & (n_0 > 0)
    a, n_1, c, n_0 = (part[both] for part in (a, n_1, c, n_0))
    difference = _risk_difference(a, n_1, c, n_0, z)
    mixed = (a + c > 0) & (a + c < n_1 + n_0)
    a, n_1, c, n_0 = (part[mixed] for part in (a, n_1, c, n_0))
    b, d = n_1 - a, n_0 - c
    statistic = _cmh(a, n_1, c, n_0, continuity)
    ratio, low, high = _odds_ratio(a, b, c, d, z)
    homogeneity, homogeneity_p = _breslow_day_tarone(a, n_1, c, n_0, ratio)
    p_value = float(special.chdtrc(1, statistic)) if not np.isnan(statistic) else float("nan")
    return StratifiedChange(
        ratio, low, high, *difference, statistic, p_value, homogeneity, homogeneity_p,
        used=len(a), left_out=len(both) - len(a),
    )  # fmt: skip


def _tables(*columns: npt.ArrayLike) -> tuple[Array, ...]:
    arrays = [np.atleast_1d(np.asarray(column, dtype=np.float64)) for column in columns]
    if len({part.shape for part in arrays}) > 1 or arrays[0].ndim != 1:
        raise ValueError("the four columns of strata must be of one length.")
    if any(np.isnan(part).any() or (part < 0).any() for part in arrays):
        raise ValueError("counts of strata must be known and 0 or more.")
    if (arrays[0] > arrays[1]).any() or (arrays[2] > arrays[3]).any():
        raise ValueError("a numerator of a stratum must not exceed its denominator.")
    return tuple(arrays)


def _cmh(a: Array, n_1: Array, c: Array, n_0: Array, continuity: bool) -> float:
    total, hits = n_1 + n_0, a + c
    with np.errstate(invalid="ignore"):
        variance = (n_1 * n_0 * hits * (total - hits) / (total**2 * (total - 1))).sum()
    if not variance > 0:
        return float("nan")
    gap = abs((a - n_1 * hits / total).sum())
    return float(max(0.0, gap - (0.5 if continuity else 0)) ** 2 / variance)


def _odds_ratio(a: Array, b: Array, c: Array, d: Array, z: float) -> tuple[float, float, float]:
    total = a + b + c + d
    r, s = a * d / total, b * c / total
    if not (r.sum() > 0 and s.sum() > 0):
        ratio = float("inf") if r.sum() > 0 else 0.0 if s.sum() > 0 else float("nan")
        return ratio, float("nan"), float("nan")
    p, q = (a + d) / total, (b + c) / total
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    ratio = float(r.sum() / s.sum())
    reach = float(np.exp(z * np.sqrt(variance)))
    return ratio, ratio / reach, ratio * reach


def _risk_difference(a: Array, n_1: Array, c: Array, n_0: Array, z: float) -> tuple[float, float, float]:
    if not a.size:
        return float("nan"), float("nan"), float("nan")
    total = n_1 + n_0
    weight = n_1 * n_0 / total
    change = float((a * n_0 / total - c * n_1 / total).sum() / weight.sum())
    b, d = n_1 - a, n_0 - c
    first = ((n_1 / total) ** 2 * c - (n_0 / total) ** 2 * a + n_1 * n_0 * (n_0 - n_1) / (2 * total**2)).sum()
    second = ((a * d + b * c) / (2 * total)).sum()
    variance = (change * first + second) / weight.sum() ** 2
    reach = z * float(np.sqrt(max(variance, 0.0)))
    return change, max(-1.0, change - reach), min(1.0, change + reach)


def _breslow_day_tarone(a: Array, n_1: Array, c: Array, n_0: Array, ratio: float) -> tuple[float, float]:
    if len(a) < 2 or not 0 < ratio < float("inf"):
        return float("nan"), float("nan")
    expected = _expected(a + c, n_1, n_0, ratio)
    parts = (expected, a + c - expected, n_1 - expected, n_0 - (a + c) + expected)
    variance = 1 / np.sum([1 / part for part in parts], axis=0)
    breslow_day = ((a - expected) ** 2 / variance).sum()
    statistic = float(breslow_day - (a.sum() - expected.sum()) ** 2 / variance.sum())
    return statistic, float(special.chdtrc(len(a) - 1, statistic))


def _expected(hits: Array, n_1: Array, n_0: Array, ratio: float) -> Array:
    """The numerator now that has the common odds ratio in a table with these margins."""
    square, linear = ratio - 1, -(ratio * (n_1 + hits) + n_0 - hits)
    constant = ratio * n_1 * hits
    # The root inside the margins, written so that nothing cancels and a ratio of 1 needs no case of its own.
    root = np.sqrt(np.maximum(linear**2 - 4 * square * constant, 0))
    return np.asarray(2 * constant / (-linear + root))
