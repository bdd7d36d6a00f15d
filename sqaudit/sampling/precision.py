"""Sample sizes for a share, and the precision a sample of a given size achieves.

The half-width of an interval is half of its whole length, as a share: 0.03 is +-3 percentage points. It
depends on the share one expects; 0.5 is the worst case.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.intervals import hypergeometric, wilson
from sqaudit.sampling.exact import Number, exact, risk_of, share_between, whole

Method = Literal["census", "hypergeometric", "wilson", "none"]
FINITE_FROM = exact("10%")  # more than this sampled: the size of the population counts (statistics.md)
_TEETH = 1  # by so many items over the half-width teeth move a size; trials up to 2,500 have shown 0.4
_SLACK = 1e-12  # relative; z is known to 16 digits, so this near a whole number it is that number


@dataclass(frozen=True)
class Precision:
    """What a sample of `sample_size` tells about a share that is expected to be `expected_share`.

    `low_share` and `high_share` bound the interval one may expect, `half_width_points` is half its length
    in percentage points. `method` is wilson, hypergeometric (more than 10 % of the population sampled),
    census (nothing left to chance) or none (nothing sampled, and NaN for the rest).
    """

    sample_size: int
    population: int | None
    expected_share: float
    confidence: float
    low_share: float
    high_share: float
    half_width_points: float
    method: Method


def size_by_normal(
    half_width: Number,
    expected_share: Number = 0.5,
    confidence: Number = 0.95,
    population: int | None = None,
) -> int:
    """The textbook sample size for a share, by the normal approximation.

    z^2 p (1 - p) / h^2, for a population of N divided by 1 + (n - 1) / N, and rounded up once, at the end.
    Near 0 % and 100 % the approximation promises too much: there use `size_by_width`.
    ValueError for a half-width or expected share outside (0, 1).

    Source: Cochran (1977), Sampling Techniques, 3rd ed., section 4.4.

    >>> size_by_normal(0.03), size_by_normal(0.05), size_by_normal(0.05, population=1000)
    (1068, 385, 278)
    """
    h, p = share_between(half_width, "half_width"), share_between(expected_share, "expected_share")
    size = float(_z(confidence) ** 2 * float(p * (1 - p) / h**2))
    if population is None:
        return _ceil(size)
    population = whole(population, "population", least=1)
    return min(population, max(1, _ceil(size / (1 + (size - 1) / population))))


def size_by_wilson(half_width: Number, expected_share: Number = 0.5, confidence: Number = 0.95) -> int:
    """The smallest sample whose Wilson interval is at most this half-width, when the expected share turns up.

    Solved in closed form and then checked in whole numbers; no population enters. The expected share may be
    0 or 1. ValueError for a half-width outside (0, 0.5) or an expected share outside [0, 1].

    Source: Piegorsch (2004), Comput. Stat. Data Anal. 46:309-316.

    >>> size_by_wilson(0.03), size_by_wilson(0.03, 0.95), size_by_wilson(0.03, 1)
    (1064, 215, 61)
    """
    h, p = float(_half_width(half_width)), float(_expected(expected_share))
    z2, pq = _z(confidence) ** 2, p * (1 - p)
    # h (1 + z2/n) = sqrt(z2 pq/n + z2^2/4n^2), squared and multiplied by n^2: h2 n^2 + b n + c = 0.
    b, c = 2 * h * h * z2 - z2 * pq, z2 * z2 * (h * h - 0.25)
    size = max(1, math.floor((-b + math.sqrt(b * b - 4 * h * h * c)) / (2 * h * h)) - 1)
    while _wilson_half_width(size, p, confidence) > h * (1 + _SLACK):
        size += 1
    return size


def size_by_width(
    half_width: Number,
    expected_share: Number = 0.5,
    confidence: Number = 0.95,
    population: int | None = None,
) -> int:
    """The smallest sample that achieves this half-width, as `achieved` measures it: an exact search.

    Without a population, or as long as at most 10 % of it are sampled, that is `size_by_wilson`. Else the
    exact interval of every size that could be the smallest is tried; a census always holds.
    ValueError as for `size_by_wilson`.

    >>> size_by_width(0.03, 0.95), size_by_width(0.03, 0.95, population=600)
    (215, 173)
    """
    size = size_by_wilson(half_width, expected_share, confidence)
    if population is None or size <= FINITE_FROM * whole(population, "population", least=1):
        return size
    h, p = float(_half_width(half_width)), _expected(expected_share)

    def holds(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return _exact_half_widths(sizes, p, population, confidence) <= h * (1 + _SLACK)

    short, enough = math.floor(FINITE_FROM * population), population
    first = short + 1
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if holds(np.array([middle]))[0] else (middle, enough)
    # The width falls as a saw does: its teeth, of a few items in n, may let in a size further down.
    below = np.arange(max(first, enough - math.ceil(_TEETH / h)), enough + 1)
    return int(below[np.argmax(holds(below))])


def achieved(
    sample_size: int,
    expected_share: Number = 0.5,
    confidence: Number = 0.95,
    population: int | None = None,
) -> Precision:
    """The precision of a sample of this size when the expected share turns up in it.

    The Wilson interval; the exact hypergeometric one when more than 10 % of the population are sampled,
    for the whole number of successes next to the expected one that gives the wider interval.
    ValueError for a sample larger than the population.

    "10 % of everything" is +-6 points for 600 calls and less than +-1.3 for 12,000, at 95 % passed:

    >>> round(achieved(60, 0.95, population=600).half_width_points, 1)
    6.0
    >>> round(achieved(1200, 0.95, population=12000).half_width_points, 1)
    1.2
    """
    n, p = whole(sample_size, "sample_size"), _expected(expected_share)
    share, level = float(p), float(1 - risk_of(confidence))
    if population is not None and n > whole(population, "population"):
        raise ValueError(f"sample_size must not exceed the population of {population}; found {n}.")
    if n == 0:
        return Precision(n, population, share, level, math.nan, math.nan, math.nan, "none")
    if n == population:
        return Precision(n, population, share, level, share, share, 0.0, "census")
    if population is not None and n > FINITE_FROM * population:
        sides = [hypergeometric(x, n, population, level) for x in {math.floor(p * n), math.ceil(p * n)}]
        low, high = max(sides, key=lambda side: (side.high - side.low, side.low))
        method: Method = "hypergeometric"
    else:
        low, high = wilson(share * n, n, level)
        method = "wilson"
    half_width_points = 100 * float(high - low) / 2
    return Precision(n, population, share, level, float(low), float(high), half_width_points, method)


def width_table(
    half_widths: tuple[Number, ...] = (0.03,),
    expected_shares: tuple[Number, ...] = (0.5, 0.8, 0.9, 0.95, 0.98),
    populations: tuple[int | None, ...] = (None,),
    confidence: Number = 0.95,
) -> pd.DataFrame:
    """How many to inspect for a given precision, one row for each combination.

    Columns: `population` (missing: a long process), `half_width_points`, `expected_share`, `confidence`,
    `size_by_normal` (missing for an expected share of 0 or 1), `size_by_width`, `sampling_share`.

    >>> width_table(expected_shares=(0.5, 0.95))[["size_by_normal", "size_by_width"]].values.tolist()
    [[1068, 1064], [203, 215]]
    """
    rows = []
    for population, width, share in product(populations, half_widths, expected_shares):
        p = _expected(share)
        normal = size_by_normal(width, p, confidence, population) if 0 < p < 1 else None
        size = size_by_width(width, p, confidence, population)
        rows.append(
            {
                "population": population,
                "half_width_points": float(100 * _half_width(width)),
                "expected_share": float(p),
                "confidence": float(1 - risk_of(confidence)),
                "size_by_normal": normal,
                "size_by_width": size,
                "sampling_share": size / population if population else math.nan,
            }
        )
    return pd.DataFrame(rows).astype(
        dict.fromkeys(("population", "size_by_normal", "size_by_width"), "Int64")
    )


def _exact_half_widths(
    n: npt.NDArray[np.int64], p: Fraction, population: int, confidence: Number
) -> npt.NDArray[np.float64]:
    """The wider half-width of the two whole numbers of successes next to n x p, for each n."""
    level = float(1 - risk_of(confidence))
    widths = []
    for round_off in (math.floor, math.ceil):
        low, high = hypergeometric([round_off(p * int(size)) for size in n], n, population, level)
        widths.append((high - low) / 2)
    return np.asarray(np.maximum(*widths))


def _wilson_half_width(n: int, p: float, confidence: Number) -> float:
    low, high = wilson(p * n, n, float(1 - risk_of(confidence)))
    return float(high - low) / 2


def _z(confidence: Number) -> float:
    return float(-special.ndtri(float(risk_of(confidence) / 2)))


def _ceil(size: float) -> int:
    return math.ceil(size * (1 - _SLACK))


def _half_width(half_width: Number) -> Fraction:
    width = share_between(half_width, "half_width")
    if width >= exact("0.5"):
        raise ValueError(f"half_width must be below 0.5, half of all there is; found {half_width}.")
    return width


def _expected(expected_share: Number) -> Fraction:
    return share_between(expected_share, "expected_share", zero=True, one=True)
