"""Many comparisons made at once: p-values adjusted for how many there are."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Method = Literal["benjamini_hochberg", "holm"]


def adjusted(p_values: npt.ArrayLike, method: Method = "benjamini_hochberg") -> npt.NDArray[np.float64]:
    """Each p-value adjusted for the family it stands in; what is NaN stays NaN and does not belong to it.

    `benjamini_hochberg` bounds the share of false findings among all findings (false discovery rate), `holm`
    the chance of a single one. Adjusted values are never below the plain ones and at most 1. Equal
    p-values stay equal; the order is of no matter. ValueError for a p-value outside [0, 1].

    Source: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57:289-300 (scipy's `false_discovery_control`);
    Holm (1979), Scand. J. Stat. 6:65-70.

    >>> adjusted([0.01, 0.04, float("nan"), 0.03]).round(3).tolist()
    [0.03, 0.04, nan, 0.04]
    >>> adjusted([0.01, 0.04, float("nan"), 0.03], "holm").round(3).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    values = np.asarray(p_values, dtype=np.float64)
    known = ~np.isnan(values)
    family = values[known]
    if ((family < 0) | (family > 1)).any():
        raise ValueError("p-values must lie between 0 and 1.")
    if method not in ("benjamini_hochberg", "holm"):
        raise ValueError(f"method must be benjamini_hochberg or holm; found '{method}'.")
    result = np.full(values.shape, np.nan)
    if family.size:
        result[known] = _benjamini_hochberg(family) if method == "benjamini_hochberg" else _holm(family)
    return result


def _benjamini_hochberg(family: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    from scipy import stats  # here, as it takes a second to import

    return np.asarray(stats.false_discovery_control(family, method="bh"), dtype=np.float64)


def _holm(family: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    order = np.argsort(family, kind="stable")
    steps = (family.size - np.arange(family.size)) * family[order]
    result = np.empty(family.size)
    result[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return result
