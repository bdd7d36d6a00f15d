"""What a sample without replacement rules out about its population: the search behind exact bounds.

Only numpy is imported; the sums are hypergeometric, in units that need no factorial.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

TIE_ROUNDING = 1e-10  # a tail probability this near its limit, relatively, counts as equal to it
BLOCK = 128  # hypergeometric terms added per step; any number is right, this one is fast
TERM_FLOOR = 1e-17  # a term below this part of the sum no longer changes a double
SUM_CEILING = 1e30  # beyond this the other tail is below 1e-27, less than any limit can be


def most_in_population(x: Integers, n: Integers, size: Integers, tail: float) -> Integers:
    """The largest number of successes in the population that x successes in the sample do not reject."""
    # At the sample's own share at least half of the samples show x or fewer, so the search may start there.
    good: Integers = np.clip(size * x // n, x, size - n + x)
    bad = size - n + x + 1
    while (open_rows := np.flatnonzero(bad - good > 1)).size:
        middle = (good[open_rows] + bad[open_rows]) // 2
        chance = _chance_of_at_most(x[open_rows], n[open_rows], middle, size[open_rows])
        holds = chance > tail * (1 + TIE_ROUNDING)
        good[open_rows[holds]] = middle[holds]
        bad[open_rows[~holds]] = middle[~holds]
    return good


def _chance_of_at_most(x: Integers, n: Integers, marked: Integers, size: Integers) -> Array:
    """P(X <= x) for a sample of n from a population with `marked` successes."""
    # Both tails in units of P(X = x): no factorial, so no digits are lost in a large population.
    below = _sum_downwards(x, n, marked, size)
    above = _sum_downwards(n - x, n, size - marked, size)
    return np.asarray(below / (below + above - 1))


def _sum_downwards(x: Integers, n: Integers, marked: Integers, size: Integers) -> Array:
    """P(X <= x) / P(X = x), adding the terms of x, x - 1, ... until they no longer count."""
    total, term, top = np.ones(x.shape), np.ones(x.shape), x.astype(np.float64)
    rows = np.arange(x.size)
    while rows.size:
        k = top[rows, None] - np.arange(BLOCK)
        drawn, inside, others = n[rows, None], marked[rows, None], (size - marked)[rows, None]
        # P(X = k - 1) / P(X = k); the first impossible k makes it 0, and all below stay 0.
        ratio = np.maximum(k, 0) * np.maximum(others - drawn + k, 0)
        ratio /= (inside - k + 1) * (drawn - k + 1)
        with np.errstate(over="ignore", invalid="ignore"):
            terms = np.nan_to_num(term[rows, None] * np.cumprod(ratio, axis=1), nan=0.0, posinf=np.inf)
            total[rows] += terms.sum(axis=1)
        term[rows], top[rows] = terms[:, -1], top[rows] - BLOCK
        rows = rows[(term[rows] > TERM_FLOOR * total[rows]) & (total[rows] < SUM_CEILING)]
    return total
