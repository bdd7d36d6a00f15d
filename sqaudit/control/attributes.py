"""Charts of shares (p) and rates (u): three-sigma, Laney's and exact limits."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.control.lines import (
    LIMIT_TAIL,
    MEAN_RANGE_PER_SIGMA,
    NEAR_TAIL,
    Array,
    Lines,
    around,
    mean_moving_range,
)

Attribute = Literal["p", "u"]

FEW_EXPECTED = 10  # below, the upper three-sigma tail of counts is over 2.5 times nominal (Poisson, mean 10)
MANY_EXPECTED = (
    50  # from here on chance spreads the rarer outcome by a seventh, as little as days differ anyway
)
SIGMA_Z_RANGE = (0.8, 1.2)  # outside, variation is not that of the binomial or Poisson distribution


def centre_line(numerators: npt.ArrayLike, denominators: npt.ArrayLike) -> float:
    """The share or rate of all baseline points together; NaN without any case.

    >>> centre_line([1, 3], [10, 30])
    0.1
    """
    total = float(np.sum(denominators))
    return float(np.sum(numerators)) / total if total > 0 else float("nan")


def sampling_sigma(kind: Attribute, centre: float, denominators: npt.ArrayLike) -> Array:
    """What chance alone spreads a point of so many cases (p: binomial) or so much exposure (u: Poisson)."""
    over = np.asarray(denominators, dtype=np.float64)
    return np.sqrt((centre * (1 - centre) if kind == "p" else centre) / over)


def three_sigma_lines(
    kind: Attribute, centre: float, denominators: npt.ArrayLike, sigma_z: float = 1.0
) -> Lines:
    """The lines of a p or u chart; with `sigma_z`, those of Laney's p' or u' chart.

    Source: Montgomery (2009), Introduction to Statistical Quality Control, 6th ed., sections 7.2 and 7.3;
    Laney (2002), Quality Engineering 14:531-537. The first limits of Montgomery's orange juice cans:

    >>> lines = three_sigma_lines("p", 347 / 1500, [50]).within(0, 1)
    >>> [round(float(line[0]), 4) for line in lines[:3]]
    [0.2313, 0.0524, 0.4102]
    """
    sigma = sampling_sigma(kind, centre, denominators)
    return around(np.full(sigma.shape, centre), sigma * sigma_z)


def sigma_z(kind: Attribute, numerators: npt.ArrayLike, denominators: npt.ArrayLike) -> float:
    """How many times wider the points vary, from neighbour to neighbour, than chance alone would make them.

    1 is what the binomial or Poisson distribution gives; above, something moves the process besides chance
    (over-dispersion); below, points are more alike than independent cases can be. Lasting shifts hardly
    enter, as only steps between neighbours count. NaN for fewer than two points, or a centre of 0 or 1.

    Source: Laney (2002), Quality Engineering 14:531-537.

    >>> round(sigma_z("p", [50, 40, 52, 38], [100, 100, 100, 100]), 3)
    2.138
    """
    x, n = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    centre = centre_line(x, n)
    if not 0 < centre < (1 if kind == "p" else np.inf):
        return float("nan")
    scores = (x / n - centre) / sampling_sigma(kind, centre, n)
    return mean_moving_range(scores) / MEAN_RANGE_PER_SIGMA


def exact_lines(kind: Attribute, centre: float, denominators: npt.ArrayLike) -> Lines:
    """Lines from the binomial or Poisson distribution itself, for small counts.

    A point is outside when so low or so high a count has a chance of at most 0.00135, on each side the
    chance of a normal value beyond three sigma. Denominators of a p chart must be whole. A limit of 0 (or
    of 1) cannot be crossed: so few cases cannot signal on that side.

    Source: probability limits, Montgomery (2009), section 7.3.

    >>> lines = exact_lines("p", 0.95, [20])
    >>> [round(float(line[0]), 2) for line in lines[:3]]
    [0.95, 0.75, 1.0]
    """
    over = np.asarray(denominators, dtype=np.float64)
    if kind == "p" and (over != np.floor(over)).any():
        raise ValueError("exact limits of shares need whole denominators; take three-sigma limits.")
    counts = (
        _lowest_count(kind, centre, over, LIMIT_TAIL),
        _highest_count(kind, centre, over, LIMIT_TAIL),
        _lowest_count(kind, centre, over, NEAR_TAIL),
        _highest_count(kind, centre, over, NEAR_TAIL),
    )
    return Lines(np.full(over.shape, centre), *(count / over for count in counts))


def exact_middle(kind: Attribute, centre: float, denominators: npt.ArrayLike) -> Array:
    """The median share or rate of so many cases: what as many points lie above as below, for counting runs.

    With few events most points are alike and lie on one side of the mean, at 0 say; they lie on the median.

    >>> exact_middle("u", 0.3, [1]).tolist(), exact_middle("p", 0.95, [20]).tolist()
    ([0.0], [0.95])
    """
    over = np.asarray(denominators, dtype=np.float64)
    return _lowest_count(kind, centre, over, 0.5) / over


def least_expected(kind: Attribute, centre: float, denominators: npt.ArrayLike) -> Array:
    """How many cases of the rarer outcome are expected at each point: events, or for shares non-events.

    >>> least_expected("p", 0.95, [20, 1000]).round(6).tolist()
    [1.0, 50.0]
    """
    rarer = min(centre, 1 - centre) if kind == "p" else centre
    return np.asarray(denominators, dtype=np.float64) * rarer


def _lowest_count(kind: Attribute, centre: float, over: Array, tail: float) -> Array:
    """The smallest count k with P(X <= k) > tail: what lies below has a chance of at most tail."""
    return _search(lambda k: _at_most(kind, centre, over, k) > tail, kind, centre, over)


def _highest_count(kind: Attribute, centre: float, over: Array, tail: float) -> Array:
    """The smallest count k with P(X > k) <= tail."""
    return _search(lambda k: _above(kind, centre, over, k) <= tail, kind, centre, over)


def _search(holds, kind: Attribute, centre: float, over: Array) -> Array:  # type: ignore[no-untyped-def]
    """The smallest count for which a condition holds that never ceases to hold; by bisection."""
    sigma = np.sqrt(over * centre) + 1
    bad = np.full(over.shape, -1.0)
    good = np.ceil(over * centre + 12 * sigma + 60)  # beyond, either tail is below 1e-10
    good = np.minimum(good, over) if kind == "p" else good
    while (good - bad > 1).any():
        middle = np.floor((good + bad) / 2)
        found = holds(np.maximum(middle, 0)) & (middle >= 0)
        good, bad = np.where(found, middle, good), np.where(found, bad, middle)
    return np.asarray(good)


def _at_most(kind: Attribute, centre: float, over: Array, count: Array) -> Array:
    if kind == "u":
        return np.asarray(special.pdtr(count, centre * over))
    # P(X <= k) as a beta integral; at k = n it is 1.
    inside = np.where(count < over, special.betaincc(count + 1, np.maximum(over - count, 1), centre), 1.0)
    return np.asarray(inside)


def _above(kind: Attribute, centre: float, over: Array, count: Array) -> Array:
    if kind == "u":
        return np.asarray(special.pdtrc(count, centre * over))
    return np.asarray(
        np.where(count < over, special.betainc(count + 1, np.maximum(over - count, 1), centre), 0.0)
    )
