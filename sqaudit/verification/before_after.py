"""Before against after by plain counts, and with the mix of cases held still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from sqaudit import intervals
from sqaudit.causes.contribution.terms import terms
from sqaudit.causes.contribution.uncertainty import three_parts
from sqaudit.finite_population import Array
from sqaudit.verification.series import Series

__all__ = ["Difference", "mix_adjusted", "plain_difference"]


class Difference(NamedTuple):
    """A difference, after minus before, with its interval."""

    effect: float
    low: float
    high: float


def plain_difference(found: Series, confidence: float = 0.95) -> Difference:
    """All cases after against all before, as if every case were independent: Newcombe for shares.

    Rates: Garwood's intervals combined (Zou and Donner 2008); means: Welch over the periods. NaN where one
    side has nothing. It is shown beside the figure that decides, which also knows how periods vary.

    >>> from sqaudit.verification.series import series
    >>> weeks = pd.DataFrame({"period": [1, 2, 3, 4], "numerator": [30, 26, 28, 28], "denominator": 40})
    >>> [round(part, 3) for part in plain_difference(series(weeks, 3))]
    [0.0, -0.14, 0.14]
    """
    before, after = found.before, found.after
    change = found.level(after) - found.level(before)
    x_1, n_1, x_0, n_0 = (
        float(values[side].sum()) for side in (after, before) for values in (found.numerator, found.cases)
    )
    if found.kind == "share":
        bounds = intervals.newcombe_difference(x_1, n_1, x_0, n_0, confidence)
    elif found.kind == "rate":
        bounds = intervals.difference(
            found.level(after), *intervals.poisson_exact(x_1, n_1, confidence),
            found.level(before), *intervals.poisson_exact(x_0, n_0, confidence),
        )  # fmt: skip
    else:
        (mean_1, spread_1, size_1), (mean_0, spread_0, size_0) = (
            _summary(found.values[side]) for side in (after, before)
        )
        bounds = intervals.welch_difference(mean_1, spread_1, size_1, mean_0, spread_0, size_0, confidence)
    return Difference(change, float(bounds.low), float(bounds.high))


def mix_adjusted(
    cells: pd.DataFrame, level: Sequence[str], confidence: float = 0.95
) -> tuple[Difference, Difference]:
    """The change with the mix of cases held still, and the part that is mix; both after minus before.

    Columns in: the dimensions in `level` and `n_before, sum_before, n_now, sum_now`, one row for each cell.
    Source: standardisation as in `sqaudit.causes.contribution` (Kitagawa 1955).
    """
    parts = three_parts(terms(cells, list(level)), list(level), confidence).set_index("part")
    pure, mix = (
        parts.loc[name, ["value", "low", "high"]].to_numpy("float64") for name in ("rate", "mix_between")
    )
    return Difference(*(float(part) for part in pure)), Difference(*(float(part) for part in mix))


def _summary(values: Array) -> tuple[float, float, int]:
    """Mean, variance and number of some periods."""
    if not values.size:
        return float("nan"), float("nan"), 0
    return float(values.mean()), float(values.var(ddof=1)) if values.size > 1 else 0.0, int(values.size)
