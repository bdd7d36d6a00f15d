"""How many cases can be bad although none was found: exact bounds with strata, clusters and weights."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.intervals import hypergeometric

Array = npt.NDArray[np.float64]

HALVINGS = 80  # of the price of a case; beyond the precision of a double


def most_unseen(sampled: npt.ArrayLike, reach: npt.ArrayLike, tail: float) -> float:
    """The largest share of bad cases under which finding none still had a chance above `tail`.

    For each stratum `sampled` is the number of units drawn and `reach` the share of the population that
    stratum could be at most if each of its units were as heavy as the heaviest one seen: n times the largest
    weight of a unit over all weight. With equal weights that is the stratum's share of the population.

    Over all ways to spread bad cases among the strata, the worst is taken: the sum of reach x q is greatest
    under the constraint that the product of (1 - q)^n stays above tail. So the bound holds whatever the
    strata hide. Units count as drawn with replacement, which is conservative without; a cluster counts as one
    unit, as if its cases were all alike, which is the worst that can be said of them. With one stratum of
    equal weights it is the bound of Clopper and Pearson.

    Source: inversion of the exact test of Clopper and Pearson (1934), Biometrika 26:404-413, over all
    populations as in Wright (1991), Exact Confidence Bounds when Sampling from Small Finite Universes,
    Springer.

    >>> round(most_unseen([30], [1.0], 0.025), 4)
    0.1157
    >>> round(most_unseen([20, 10], [0.5, 0.5], 0.025), 4)
    0.1542
    """
    n, weight = np.asarray(sampled, dtype=np.float64), np.asarray(reach, dtype=np.float64)
    if not len(n):
        return 0.0
    price = n / weight  # what a share of the population costs in lost chance, at the start
    order = np.lexsort((n, price))
    n, weight, price = n[order], weight[order], price[order]
    level = (math.log(tail) - np.cumsum(n * np.log(price))) / np.cumsum(n)
    open_strata = int(np.flatnonzero(level + np.log(price) < 0)[-1]) + 1
    good = np.minimum(np.exp(level[open_strata - 1]) * price[:open_strata], 1)
    return float(min((weight[:open_strata] * (1 - good)).sum(), 1.0))


def most_unseen_finite(sampled: npt.ArrayLike, population: npt.ArrayLike, tail: float) -> int:
    """The largest number of bad cases in strata of known size with which finding none had a chance.

    A chance counts if it is above `tail`. Cases are drawn at random without replacement within each stratum.
    The strata are filled with bad cases where they cost least chance, one after the other; since each further
    case of a stratum costs more than the one before, this finds the largest number of all. With one stratum
    it is the exact hypergeometric bound.

    Source: as for `most_unseen`; Wright (1991), chapter on stratified sampling.

    >>> most_unseen_finite([50], [55], 0.025), most_unseen_finite([20, 10], [100, 100], 0.025)
    (1, 29)
    """
    n, size = np.asarray(sampled, dtype=np.float64), np.asarray(population, dtype=np.float64)
    n, size = n[n < size], size[n < size]
    if not len(n):
        return 0
    if len(n) == 1:
        return round(float(hypergeometric(0, n[0], size[0], 1 - 2 * tail).high * size[0]))
    budget = -math.log(tail)
    low, high = 0.0, budget  # price of the dearest case that is still bought
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        affordable = _cost(_bought(middle, n, size), n, size) <= budget
        low, high = (middle, high) if affordable else (low, middle)
    cases = _bought(low, n, size)
    tied = float((_bought(high, n, size) - cases).sum())
    left = budget - _cost(cases, n, size)
    return int(cases.sum() + min(tied, math.floor(left / high + 1e-9)))  # rounding may not lose a case


def _bought(price: float, n: Array, size: Array) -> Array:
    """How many cases of each stratum cost no more; the j-th costs log (N - j + 1) / (N - n - j + 1)."""
    if price <= 0:
        return np.zeros_like(n)
    most = size - n + 1 - n / math.expm1(price)
    return np.clip(np.floor(most), 0, size - n)


def _cost(cases: Array, n: Array, size: Array) -> float:
    """Minus the log of the chance that none of these cases is drawn."""
    parts = (
        special.gammaln(size + 1) - special.gammaln(size - n + 1)
        - special.gammaln(size - cases + 1) + special.gammaln(size - n - cases + 1)
    )  # fmt: skip
    return float(parts.sum())
