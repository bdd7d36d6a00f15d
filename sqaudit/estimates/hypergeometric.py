"""The chances of each number of marked cases in a draw without replacement."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]


class Chances(NamedTuple):
    """Every possible number of marked cases in the draw, and its chance."""

    counts: npt.NDArray[np.int64]
    chance: Array


def chances(drawn: int, marked: int, size: int) -> Chances:
    """The hypergeometric distribution of `drawn` cases from `size`, of which `marked` are marked.

    >>> counts, chance = chances(drawn=2, marked=1, size=4)
    >>> counts.tolist(), chance.round(3).tolist()
    ([0, 1], [0.5, 0.5])
    """
    counts = np.arange(max(0, drawn - (size - marked)), min(drawn, marked) + 1)
    logs = _log_choose(marked, counts) + _log_choose(size - marked, drawn - counts)
    chance = np.exp(logs - logs.max())
    return Chances(counts, chance / chance.sum())


def _log_choose(whole: int, part: npt.NDArray[np.int64]) -> Array:
    below = special.gammaln(part + 1) + special.gammaln(whole - part + 1)
    return np.asarray(special.gammaln(whole + 1) - below)
