"""Who can be told apart: the places that units may take, and groups nobody should be ranked within."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Places(NamedTuple):
    """First and last place each unit may take, 1 for the fewest faults, and its group; 0 if unknown."""

    first: Integers
    last: Integers
    group: Integers


def joint_confidence(confidence: float, units: int) -> float:
    """The confidence each of so many independent intervals needs for all to hold together.

    Source: Sidak (1967), J. Am. Stat. Assoc. 62:626-633.

    >>> round(joint_confidence(0.95, 10), 4)
    0.9949
    """
    return float(confidence ** (1 / max(units, 1)))


def places(low: npt.ArrayLike, high: npt.ArrayLike) -> Places:
    """The places that intervals which all hold together leave to each unit, and groups of overlapping ones.

    A unit comes after those whose interval lies wholly below its own and before those wholly above: all these
    places hold at once, with the confidence all intervals have together. A group is a run of units whose
    intervals overlap one after the other, so units of different groups are told apart for certain (at that
    confidence) and the order within a group is not known. Units without an interval get 0 and no group.

    Source: Klein, Wright and Wieczorek (2020), J. R. Stat. Soc. A 183:589-606.

    >>> found = places([0.01, 0.02, 0.20], [0.05, 0.10, 0.40])
    >>> found.first.tolist(), found.last.tolist(), found.group.tolist()
    ([1, 1, 3], [2, 2, 3], [1, 1, 2])
    """
    bottom, top = np.asarray(low, np.float64), np.asarray(high, np.float64)
    known = ~(np.isnan(bottom) | np.isnan(top))
    first, last, group = (np.zeros(len(bottom), dtype=np.int64) for _ in range(3))
    a, b = bottom[known], top[known]
    first[known] = 1 + (b[None, :] < a[:, None]).sum(axis=1)
    last[known] = len(a) - (a[None, :] > b[:, None]).sum(axis=1)
    order = np.argsort(a, kind="stable")
    reached = np.maximum.accumulate(b[order]) if len(a) else a
    starts = np.concatenate([[True], a[order][1:] > reached[:-1]]) if len(a) else np.zeros(0, dtype=bool)
    of_known = np.empty(len(a), dtype=np.int64)
    of_known[order] = np.cumsum(starts)
    group[known] = of_known
    return Places(first, last, group)


__all__ = ["Places", "joint_confidence", "places"]
