"""The exact distribution of a unit's faults when each stratum's total is given: chances and odds.

Within a stratum the faults of a unit among those of all are hypergeometric if it is like the others, and
tilted by the odds ratio if it is not; over strata they add up. Nothing has to be estimated, so what comes
out holds for any mix of cases and for few of them.

Source: Mehta, Patel and Gray (1985), J. Am. Stat. Assoc. 80:969-973; Agresti (2002), Categorical Data
Analysis, 2nd ed., section 6.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.intervals import tail_of

Array = npt.NDArray[np.float64]

_WHOLE = 4000  # supports up to this are taken whole
_REACH = 14.0  # standard deviations kept of longer ones: beyond lies less than 1e-40
_PLAIN = 3e6  # products of lengths up to this are convolved term by term, which loses no digits in the tails


class Strata(NamedTuple):
    """A unit and the others, stratum by stratum: faults and cases of each, whole numbers."""

    bad: Array
    n: Array
    other_bad: Array
    other_n: Array


class Tails(NamedTuple):
    """Chances of at least, and of at most, the faults seen if the unit is like the others."""

    at_least: float
    at_most: float


class _Sum(NamedTuple):
    start: int
    chance: Array
    lowest: int
    highest: int


def tails(strata: Strata) -> Tails:
    """The chances of so many faults or more, and of so many or fewer, for a unit like the others.

    1 and 1 where nothing can be learnt (no others, no faults). One stratum gives Fisher's exact test.

    >>> [round(chance, 4) for chance in tails(Strata(*map(np.array, ([9.0], [30.0], [3.0], [90.0]))))]
    [0.0002, 1.0]
    """
    total = _sum(strata, 0.0)
    seen = round(float(strata.bad.sum())) - total.start
    chance = total.chance
    at_least = float(chance[max(seen, 0) :].sum()) if seen < len(chance) else 0.0
    at_most = float(chance[: max(seen + 1, 0)].sum())
    return Tails(min(at_least, 1.0), min(at_most, 1.0))


class Bounds(NamedTuple):
    """Faults between which a unit like the others stays; half a case apart from the counts beyond."""

    low: float
    high: float


def bounds(strata: Strata, confidences: Sequence[float]) -> list[Bounds]:
    """For each confidence, the faults beyond which a unit like the others gets with at most half the rest.

    A count lies above `high` just when the chance of so many or more is at most (1 - confidence) / 2, and
    below `low` likewise: the same chances as `tails`. Where no count is as rare as that, the bound is the
    last count that can be, and nothing lies beyond it.

    >>> bounds(Strata(*map(np.array, ([9.0], [30.0], [3.0], [90.0]))), [0.95])
    [Bounds(low=0.0, high=6.5)]
    """
    total = _sum(strata, 0.0)
    counts = total.start + np.arange(len(total.chance))
    at_most, at_least = total.chance.cumsum(), total.chance[::-1].cumsum()[::-1]
    found = []
    for tail in map(tail_of, confidences):
        few, many = counts[at_most <= tail], counts[at_least <= tail]
        low = float(few[-1]) + 0.5 if len(few) else float(total.lowest)
        high = float(many[0]) - 0.5 if len(many) else float(total.highest)
        found.append(Bounds(low, high))
    return found


def odds_interval(strata: Strata, confidence: float) -> tuple[float, float]:
    """The odds ratios (unit to others, alike in all strata) that neither exact one-sided test rejects.

    From 0 to infinity where nothing can be learnt. A bound on the far side of everything possible is 0 or
    infinite.

    >>> low, high = odds_interval(Strata(*map(np.array, ([3.0], [4.0], [1.0], [4.0]))), 0.95)
    >>> round(low, 4), round(high, 2)
    (0.2117, 626.24)
    """
    tail = tail_of(confidence)
    anchor = _anchor(strata)
    total = _sum(strata, anchor)
    counts = total.start + np.arange(len(total.chance))
    seen = round(float(strata.bad.sum()))
    above, below = counts >= seen, counts <= seen
    steps = (counts - seen).astype(np.float64)
    with np.errstate(divide="ignore"):
        logs = np.log(total.chance)
    low = 0.0 if seen <= total.lowest else float(np.exp(anchor + _crossing(logs, steps, above, tail, -1)))
    high = np.inf if seen >= total.highest else float(np.exp(anchor + _crossing(logs, steps, below, tail, 1)))
    return low, high


def _crossing(logs: Array, steps: Array, inside: npt.NDArray[np.bool_], tail: float, direction: int) -> float:
    """How far the log odds move in the direction until the tail has the chance asked for; by bisection."""
    near, far = 0.0, float(direction)
    while _tilted(logs, steps, inside, far) > tail and abs(far) < 700:
        near, far = far, 2 * far
    for _ in range(60):
        middle = (near + far) / 2
        if _tilted(logs, steps, inside, middle) > tail:
            near = middle
        else:
            far = middle
    return (near + far) / 2


def _tilted(logs: Array, steps: Array, inside: npt.NDArray[np.bool_], by: float) -> float:
    tilted = logs + by * steps
    weight = np.exp(tilted - tilted.max())
    return float(weight[inside].sum() / weight.sum())


def _anchor(strata: Strata) -> float:
    """The log of the Mantel-Haenszel odds ratio, half a case added so that it is finite."""
    every = strata.n + strata.other_n
    up = (strata.bad * (strata.other_n - strata.other_bad) / np.where(every > 0, every, 1)).sum() + 0.5
    down = (strata.other_bad * (strata.n - strata.bad) / np.where(every > 0, every, 1)).sum() + 0.5
    return float(np.log(up / down))


def _sum(strata: Strata, log_odds: float) -> _Sum:
    start, lowest, highest, chance = 0, 0, 0, np.ones(1)
    for bad, n, other_bad, other_n in zip(*strata, strict=True):
        marked = bad + other_bad
        low, high = max(0.0, marked - other_n), min(marked, n)
        counts, part = _stratum(n, other_n, marked, low, high, log_odds)
        chance = convolved(chance, part)
        start += int(counts[0])
        lowest, highest = lowest + int(low), highest + int(high)
    return _Sum(start, chance / chance.sum(), lowest, highest)


def _stratum(
    n: float, other_n: float, marked: float, low: float, high: float, log_odds: float
) -> tuple[Array, Array]:
    if high - low > _WHOLE:
        centre = _mode(n, other_n, marked, low, high, log_odds)
        inverse = sum(1 / max(part, 1.0) for part in _table(centre, n, other_n, marked))
        reach = np.ceil(_REACH / np.sqrt(inverse)) + 50
        low, high = max(low, float(np.floor(centre - reach))), min(high, float(np.ceil(centre + reach)))
    counts = np.arange(low, high + 1)
    logs = log_odds * counts - sum(special.gammaln(part + 1) for part in _table(counts, n, other_n, marked))
    weight = np.exp(logs - logs.max())
    return counts, weight / weight.sum()


def _table(counts: Array | float, n: float, other_n: float, marked: float) -> tuple[Array | float, ...]:
    """The four cells of the two-by-two table."""
    return counts, n - counts, marked - counts, other_n - marked + counts


def _mode(n: float, other_n: float, marked: float, low: float, high: float, log_odds: float) -> float:
    """Where the product of one diagonal is the odds ratio times that of the other, found by bisection."""
    for _ in range(80):
        middle = (low + high) / 2
        a, b, c, d = (max(float(part), 1e-12) for part in _table(middle, n, other_n, marked))
        if np.log(a) + np.log(d) - np.log(b) - np.log(c) < log_odds:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def convolved(first: Array, second: Array) -> Array:
    """The distribution of the sum of two independent counts."""
    if len(first) * len(second) <= _PLAIN:
        return np.convolve(first, second)
    from scipy.signal import fftconvolve  # imported here: only very large counts need it

    return np.maximum(np.asarray(fftconvolve(first, second), np.float64), 0.0)


__all__ = ["Bounds", "Strata", "Tails", "bounds", "convolved", "odds_interval", "tails"]
