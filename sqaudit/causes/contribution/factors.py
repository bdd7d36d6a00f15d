"""A change of a product of factors, such as volume x rate x value, shared out to its factors exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from sqaudit.finite_population import Array
from sqaudit.frames import require

__all__ = ["factor_parts"]


def factor_parts(
    cells: pd.DataFrame, factors: Sequence[str], method: Literal["shapley", "lmdi"] = "shapley"
) -> pd.DataFrame:
    """What each factor adds to the change of a total that is a sum of products over cells.

    Columns in: for each factor its value in both periods, `volume_before, volume_now` ..., a row per cell.
    Columns out: `factor, part`, in the order of `factors`; the parts add up to the change of the sum of
    the products. Missing values give NaN throughout. Neither method is sampled and neither depends on the
    order of the factors.

    `shapley` averages the effect of a factor over every order in which the factors could have changed; it
    takes any number, also negative ones. `lmdi` weights the growth of a factor by the logarithmic mean of
    both products and takes positive numbers; a product that is zero in one period goes to the factors that
    are zero there, in equal parts, which is the limit for a value that vanishes. ValueError for fewer than
    two factors, and for negative values under `lmdi`. FrameError for missing columns.

    Source: Shapley value of a product as the integral of its multilinear extension, Owen (1972), Management
    Science 18:P64-P79; equal to Das Gupta (1993), Standardization and Decomposition of Rates, U.S. Bureau
    of the Census P23-186; `lmdi`: additive LMDI-I, Ang (2005), Energy Policy 33:867-871, zeros as the
    limits of Wood and Lenzen (2006), Energy Policy 34:1326-1331.

    >>> cells = pd.DataFrame({"volume_before": [100], "volume_now": [120], "rate_before": [0.10],
    ...     "rate_now": [0.15], "value_before": [50], "value_now": [50]})
    >>> factor_parts(cells, ["volume", "rate", "value"])
       factor   part
    0  volume  125.0
    1    rate  275.0
    2   value    0.0
    """
    if len(factors) < 2:
        raise ValueError(f"a product needs two factors or more; found {len(factors)}.")
    require(cells, [f"{name}_{period}" for name in factors for period in ("before", "now")], "a product")
    old, new = (
        np.array([cells[f"{name}_{period}"].to_numpy("float64") for name in factors])
        for period in ("before", "now")
    )
    parts = _shapley(old, new) if method == "shapley" else _logarithmic(old, new)
    return pd.DataFrame({"factor": list(factors), "part": parts.sum(axis=1)})


def _shapley(old: Array, new: Array) -> Array:
    """The integral over t of (change of one factor) x (all others t of the way), by an exact quadrature."""
    points, weights = np.polynomial.legendre.leggauss(len(old) // 2 + 1)  # exact for the degree, and beyond
    moved, parts = new - old, np.zeros(old.shape)
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        at = old + point * moved
        for place in range(len(old)):
            parts[place] += weight * moved[place] * np.delete(at, place, axis=0).prod(axis=0)
    return parts


def _logarithmic(old: Array, new: Array) -> Array:
    if (old < 0).any() or (new < 0).any():
        raise ValueError("lmdi needs values of 0 or more: logarithms of negative numbers do not exist.")
    product_old, product_new = old.prod(axis=0), new.prod(axis=0)
    alive = (product_old > 0) & (product_new > 0)
    growth = np.log(np.where(alive, new, 1.0)) - np.log(np.where(alive, old, 1.0))
    mean = _logarithmic_mean(np.where(alive, product_new, 1.0), np.where(alive, product_old, 1.0))
    zeros = ((product_old > 0) != (product_new > 0)) * ((old == 0) != (new == 0))
    limit = zeros / np.maximum(zeros.sum(axis=0), 1) * (product_new - product_old)
    missing = np.isnan(old + new).any(axis=0)
    return np.asarray(np.where(missing, np.nan, np.where(alive, mean * growth, limit)))


def _logarithmic_mean(a: Array, b: Array) -> Array:
    """(a - b) / (ln a - ln b), which is a where both agree."""
    ratio = np.log(a / b)
    # Near 1 the quotient loses its digits, and its series about the mean does not.
    near = np.abs(ratio) < 1e-4
    series = np.sqrt(a * b) * (1 + ratio**2 / 24)
    return np.asarray(np.where(near, series, (a - b) / np.where(near, 1.0, ratio)))
