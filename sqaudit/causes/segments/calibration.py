"""How often chance alone finds something like it: p values adjusted for every look the search takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import erfc, exp, log, sqrt

import numpy as np

from sqaudit.causes.segments.cells import Array
from sqaudit.causes.segments.search import Found

LARGE = 4_000  # cells times cuboids are what a draw costs
FEW, MANY = 19, 99  # draws: 19 are the fewest that can say 1 in 20
BEYOND = 12.0  # scores above this need no draws: the bound is below 1e-6
ENOUGH = 99  # draws whose share can be taken as it is


def bound(gain: float, price: float, base_price: float) -> float:
    """The adjusted p of a segment: its own p, times the looks that its price stands for.

    The gain of a group in which nothing happened is half a chi-square with one degree of freedom. Every
    segment has the weight 1 / (depths x cuboids of that depth x groups of the cuboid); the weights sum to
    one, so dividing p by the weight bounds the chance of any false segment.

    Source: weighted Bonferroni, Genovese, Roeder and Wasserman (2006), Biometrika 93:509-524.

    >>> round(bound(gain=12.0, price=9.0, base_price=3.0), 4)
    0.0004
    """
    return min(1.0, erfc(sqrt(max(gain, 0.0))) * exp(min(price - base_price, 700.0)))


def draws_for(cells: int) -> int:
    """How many draws a table of that many cells is worth.

    >>> draws_for(500), draws_for(50_000)
    (99, 19)
    """
    return MANY if cells <= LARGE else FEW


def greatest_scores(draw: Callable[[np.random.Generator], float], draws: int, seed: int) -> Array:
    """The greatest score in each of some draws in which nothing happened; each has its own generator."""
    return np.array([draw(np.random.default_rng([seed, number])) for number in range(draws)])


def by_draws(score: float, greatest: Array) -> float:
    """The chance that the greatest score of a search without a cause reaches this one.

    From the Gumbel distribution with the median and the quartiles of the draws, whose scale is taken as 1 at
    least: that is the scale of log likelihood ratios. With 99 draws or more the share of draws that
    reach the score is a lower limit.

    >>> by_draws(10.0, np.array([-3.0, -2.0, -4.0, -3.0]))
    1.56...e-06
    """
    low, middle, high = np.quantile(greatest, [0.25, 0.5, 0.75])
    scale = max(float(high - low) / (log(log(4)) - log(log(4 / 3))), 1.0)
    place = float(middle) + scale * log(log(2))
    tail = -np.expm1(-np.exp(-(score - place) / scale))
    reached = (1 + int((greatest >= score).sum())) / (len(greatest) + 1)
    return float(
        max(tail, reached) if len(greatest) >= ENOUGH and reached * (len(greatest) + 1) > 1 else tail
    )


def in_doubt(found: Sequence[Found]) -> bool:
    """Whether any segment is close enough to chance for draws to matter."""
    return any(one.score < BEYOND for one in found)


def chance_of_change(
    weight_before: float,
    observed_before: float,
    weight_now: float,
    observed_now: float,
    kind: str = "share",
    variance: float = np.nan,
) -> float:
    """The two-sided p of the change of a raw figure, by the normal approximation; NaN without cases.

    `kind` is share, count or mean; a mean needs the variance of one observation.

    >>> round(chance_of_change(200, 20, 200, 34), 3)
    0.041
    """
    if not (weight_before > 0 and weight_now > 0):
        return np.nan
    pooled = (observed_before + observed_now) / (weight_before + weight_now)
    spread = {"share": pooled * (1 - pooled), "count": pooled, "mean": variance}[kind]
    if not spread > 0:
        return 1.0
    change = observed_now / weight_now - observed_before / weight_before
    return erfc(abs(change) / sqrt(2 * spread * (1 / weight_before + 1 / weight_now)))
