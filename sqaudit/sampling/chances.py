"""The chance that a sample shows at most so many, by three laws, and whether that chance is within a limit.

Binomial for a share of a long process, Poisson for events or amounts, hypergeometric for a lot of known size.
A comparison too near to call in binary arithmetic is settled in whole numbers, so sample sizes are exact.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
from scipy import special

from sqaudit.sampling.exact import whole

Law = Literal["binomial", "poisson", "hypergeometric"]
_NEAR = 1e-9  # relative distance from a limit below which binary arithmetic is not trusted


def check_law(law: Law, population: int | None) -> int | None:
    """The population as a plain int; ValueError unless the law is one of the three and has what it needs."""
    if law not in get_args(Law):
        raise ValueError(f"law must be one of {', '.join(get_args(Law))}; found {law!r}.")
    if law == "hypergeometric" and population is None:
        raise ValueError("the hypergeometric law needs the population; found none.")
    return None if population is None else whole(population, "population", least=1)


def at_most(most: int, n: int, rate: float, law: Law = "binomial") -> float:
    """The chance of `most` or fewer in a sample of n where each has the chance `rate`.

    Binomial or Poisson (mean n x rate); see `at_most_of_lot` for a lot of known size.

    >>> round(at_most(1, 20, 0.05), 4), round(at_most(1, 20, 0.05, "poisson"), 4)
    (0.7358, 0.7358)
    """
    if most < 0:
        return 0.0
    if law == "poisson":
        return float(special.gammaincc(most + 1, n * rate))
    return 1.0 if most >= n else float(special.betaincc(most + 1, n - most, rate))


def at_most_of_lot(most: int, n: int, marked: int, population: int) -> float:
    """The chance of `most` or fewer marked ones when n are drawn without replacement from the population.

    >>> round(at_most_of_lot(0, 6, 22, 60), 4)
    0.0551
    """
    fewest, largest = max(0, n + marked - population), min(n, marked)
    if most < fewest or most >= largest:
        return float(most >= largest)
    # Terms in units of the one at `most`: no factorial, so no digits are lost in a large population.
    down = np.arange(most, fewest, -1.0)
    up = np.arange(most, largest, 1.0)
    others = population - marked - n
    with np.errstate(over="ignore"):
        below = np.cumprod(down * (others + down) / ((marked - down + 1) * (n - down + 1))).sum()
        above = np.cumprod((marked - up) * (n - up) / ((up + 1) * (others + up + 1))).sum()
    if np.isinf(below):
        return 1.0
    return float((1 + below) / (1 + below + above))


def within(limit: Fraction, most: int, n: int, rate: Fraction, law: Law = "binomial") -> bool:
    """Whether the chance of `most` or fewer is at most the limit, ties included and decided exactly.

    >>> within(Fraction(1, 4), 0, 2, Fraction(1, 2))
    True
    """
    chance = at_most(most, n, float(rate), law)
    # A Poisson chance is irrational, so it never ties.
    if law == "poisson" or not _near(chance, limit):
        return bool(chance <= limit)
    p, q, base = rate.numerator, rate.denominator - rate.numerator, rate.denominator
    terms: int = sum(math.comb(n, k) * p**k * q ** (n - k) for k in range(min(most, n) + 1))
    return bool(terms * limit.denominator <= limit.numerator * base**n)


def within_of_lot(limit: Fraction, most: int, n: int, marked: int, population: int) -> bool:
    """The same for a lot of known size, of which `marked` deviate.

    >>> within_of_lot(Fraction(1, 2), 0, 1, 1, 2)
    True
    """
    chance = at_most_of_lot(most, n, marked, population)
    if not _near(chance, limit):
        return bool(chance <= limit)
    ways = sum(math.comb(marked, k) * math.comb(population - marked, n - k) for k in range(min(most, n) + 1))
    return ways * limit.denominator <= limit.numerator * math.comb(population, n)


def _near(chance: float, limit: Fraction) -> bool:
    return abs(chance - float(limit)) <= _NEAR * float(limit)
