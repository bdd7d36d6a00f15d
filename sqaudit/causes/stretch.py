"""The stretch of time in which bad cases crowd together: from when until when, if not throughout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sqaudit.frames import require

Array = npt.NDArray[np.float64]
DRAWS = 499  # a p-value of .002 is the smallest they can show: enough for one question
MOST_OF_ALL = 0.8  # a stretch with more of the cases than this is "throughout"
BLOCK = 50
LEAST_CASES = 5.0
SEED = 20260101


@dataclass(frozen=True)
class Stretch:
    """Where bad cases crowd: first and last point, the rate inside and outside, and what chance could do."""

    first: object
    last: object
    rate_inside: float
    rate_outside: float
    p_value: float


def crowded_stretch(points: pd.DataFrame, alpha: float = 0.05) -> Stretch | None:
    """The stretch of points in which the rate is most clearly higher than in the rest; None where none is.

    Columns in: `period` (sorts in time), `count` (cases), `bad` (of them). Every stretch with at least five
    cases and at most 80 % of them is tried and the binomial likelihood ratio of two rates against one taken
    at its best; the p-value compares it with the same search over 499 draws of the bad cases at one rate, so
    the search is allowed for. None too for fewer than six points or without bad cases.

    Source: Kulldorff (1997), Commun. Stat. Theory Methods 26:1481-1496, in one dimension.

    >>> days = pd.DataFrame({"period": range(10), "count": 20, "bad": [1, 0, 2, 9, 11, 8, 1, 1, 0, 2]})
    >>> found = crowded_stretch(days)
    >>> found.first, found.last, round(found.rate_inside, 2)
    (3, 5, 0.47)
    """
    require(points, ["period", "count", "bad"], "a search for a stretch of time")
    frame = points.sort_values("period", kind="stable")
    count, bad = (frame[name].fillna(0).to_numpy("float64") for name in ("count", "bad"))
    if len(frame) < 6 or not bad.sum() > 0 or not count.sum() > bad.sum():
        return None
    starts, ends = np.triu_indices(len(frame))
    cases = _inside(count, starts, ends)
    kept = (cases >= LEAST_CASES) & (cases <= MOST_OF_ALL * count.sum())
    if not kept.any():
        return None
    starts, ends, cases = starts[kept], ends[kept], cases[kept]
    gains = _gains(_inside(bad, starts, ends), cases, float(bad.sum()), float(count.sum()))
    best = int(np.argmax(gains))
    p_value = _p_value(count, float(bad.sum()), starts, ends, cases, float(gains[best]))
    if not gains[best] > 0 or p_value > alpha:
        return None
    hit, within = float(_inside(bad, starts, ends)[best]), float(cases[best])
    labels = frame["period"].to_list()
    return Stretch(
        labels[starts[best]],
        labels[ends[best]],
        hit / within,
        (float(bad.sum()) - hit) / (float(count.sum()) - within),
        p_value,
    )


def _inside(values: Array, starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]) -> Array:
    """The sums of some stretches, both ends included; the last axis is time."""
    sums = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    return np.asarray(sums[..., ends + 1] - sums[..., starts])


def _gains(hit: Array, cases: Array, bad: float, count: float) -> Array:
    """Log likelihood ratio of a higher rate inside; 0 where it is not higher."""
    rest, rest_cases = bad - hit, count - cases
    inside = special.xlogy(hit, hit / cases) + special.xlogy(cases - hit, 1 - hit / cases)
    outside = special.xlogy(rest, rest / rest_cases) + special.xlogy(rest_cases - rest, 1 - rest / rest_cases)
    whole = bad * np.log(bad / count) + (count - bad) * np.log(1 - bad / count)
    higher = hit / cases > rest / rest_cases
    return np.where(higher, inside + outside - whole, 0.0)


def _p_value(
    count: Array,
    bad: float,
    starts: npt.NDArray[np.intp],
    ends: npt.NDArray[np.intp],
    cases: Array,
    best: float,
) -> float:
    generator = np.random.default_rng(SEED)
    whole = np.maximum(np.rint(count), 0).astype(np.int64)
    hits, reached = min(round(bad), int(whole.sum())), 0
    for start in range(0, DRAWS, BLOCK):  # a year has 66,000 stretches: not all draws at once
        drawn = generator.multivariate_hypergeometric(whole, hits, size=min(BLOCK, DRAWS - start))
        gains = _gains(_inside(drawn.astype(np.float64), starts, ends), cases, bad, float(count.sum()))
        reached += int((gains.max(axis=-1) >= best * (1 - 1e-9)).sum())
    return (1 + reached) / (1 + DRAWS)
