"""Who can be told apart: the places that units may take, and who differs from the others at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sqaudit.estimates.multiplicity import holm

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Places(NamedTuple):
    """First and last place each unit may take, 1 for the fewest faults; 0 where nothing is known."""

    first: Integers
    last: Integers


def joint_confidence(confidence: float, units: int) -> float:
    """The confidence each of so many independent intervals needs for all to hold together.

    Source: Sidak (1967), J. Am. Stat. Assoc. 62:626-633.

    >>> round(joint_confidence(0.95, 10), 4)
    0.9949
    """
    return float(confidence ** (1 / max(units, 1)))


def places(low: npt.ArrayLike, high: npt.ArrayLike) -> Places:
    """The places that intervals of shares of faults leave to each unit, if all intervals hold together.

    A unit comes after those whose interval lies wholly below its own and before those wholly above: all these
    places hold at once, with the confidence all intervals have together. Units without an interval get 0.

    Source: Klein, Wright and Wieczorek (2020), J. R. Stat. Soc. A 183:589-606.

    >>> found = places([0.01, 0.02, 0.20], [0.05, 0.10, 0.40])
    >>> found.first.tolist(), found.last.tolist()
    ([1, 1, 3], [2, 2, 3])
    """
    bottom, top = np.asarray(low, np.float64), np.asarray(high, np.float64)
    known = ~(np.isnan(bottom) | np.isnan(top))
    first, last = (np.zeros(len(bottom), dtype=np.int64) for _ in range(2))
    a, b = bottom[known], top[known]
    first[known] = 1 + (b[None, :] < a[:, None]).sum(axis=1)
    last[known] = len(a) - (a[None, :] > b[:, None]).sum(axis=1)
    return Places(first, last)


def told_apart(worse: npt.ArrayLike, better: npt.ArrayLike, level: float = 0.05) -> npt.NDArray[np.str_]:
    """Whether each unit differs from all others together: worse, better, or alike; "" without chances.

    In: the chances of a unit like the others to show so many faults or more, and so many or fewer. Both
    directions of all units are looked at, so the chances are doubled and adjusted by Holm (1979): the
    probability to set anybody apart who is like the others is at most the level. Those alike cannot be told
    apart from the others by these cases, whatever the order of their figures.

    >>> told_apart([0.001, 0.4, 0.9, float("nan")], [0.999, 0.7, 0.2, float("nan")]).tolist()
    ['worse', 'alike', 'alike', '']
    """
    up, down = np.asarray(worse, np.float64), np.asarray(better, np.float64)
    adjusted = holm(np.minimum(2 * np.minimum(up, down), 1))
    apart = adjusted <= level
    cases = [np.isnan(adjusted), apart & (up <= down), apart]
    words = [np.asarray(word) for word in ("", "worse", "better")]
    return np.select(cases, words, np.asarray("alike"))


__all__ = ["Places", "joint_confidence", "places", "told_apart"]
