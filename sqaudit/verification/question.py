"""What a verification is asked about: the series, its comparison, and how its segment was picked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.finite_population import Array
from sqaudit.frames import require
from sqaudit.verification.correlated import fit
from sqaudit.verification.differences import Controls, trend_before
from sqaudit.verification.interrupted import has_trend
from sqaudit.verification.regression_to_mean import LEAST_PEERS, Regression, regression_to_mean
from sqaudit.verification.series import Series, Start, series

# A trend that is missed costs more than one allowed for in vain, so the test is a lenient one: Bancroft
# (1964), Biometrics 20:427-442, advises 0.25 for preliminary tests; at 0.2 four of five steady series keep
# their power.
TREND_ALPHA = 0.2
_METHODS = {
    False: ("before_after_series", "interrupted_series"),
    True: ("difference_in_differences", "interrupted_difference"),
}

__all__ = ["TREND_ALPHA", "Question", "expected_anyway", "picked_on"]


@dataclass(frozen=True, eq=False)
class Question:
    """The figure less the movement of its controls (if any), period by period, with what chance could do.

    `returning` is what was to be expected of a segment picked as the worst, `window` marks the periods on
    which it was picked. `trend_p` is the p-value of a trend before the measure.
    """

    treated: Series
    compared: Controls | None
    returning: Regression | None
    window: npt.NDArray[np.bool_]

    @cached_property
    def values(self) -> Array:
        """The figure of each period, the movement of the controls taken off."""
        return self.treated.values - (self.compared.moved if self.compared is not None else 0.0)

    @cached_property
    def variances(self) -> Array:
        """The variance that each of the values has by its cases."""
        return self.treated.variances() + (self.compared.variances if self.compared is not None else 0.0)

    @cached_property
    def trend_p(self) -> float:
        """The p-value of a trend of the values before the measure, by those periods alone."""
        return trend_before(self.treated, self.values, self.variances)

    @property
    def trend(self) -> bool:
        """Whether a trend before the measure has to be allowed for: by what lies before it alone."""
        return self.trend_p < TREND_ALPHA and has_trend(self.treated)

    @property
    def methods(self) -> tuple[tuple[str, bool], ...]:
        """The methods that bear on the verdict, and whether a trend goes on; the first gives the effect."""
        level, trend = _METHODS[self.compared is not None]
        return ((trend, True), (level, False)) if self.trend else ((level, False),)


def picked_on(treated: Series, chosen_on: tuple[object, object] | None) -> npt.NDArray[np.bool_]:
    """The periods before the measure on which the segment was picked; ValueError for unknown ones."""
    if chosen_on is None:
        return treated.before
    labels = [str(label) for label in treated.labels]
    first, last = map(str, chosen_on)
    missing = [name for name in (first, last) if name not in labels]
    if missing:
        raise ValueError(f"chosen_on names {' and '.join(missing)}; the points have no such period.")
    place = np.arange(len(labels))
    return np.asarray(treated.before & (place >= labels.index(first)) & (place <= labels.index(last)))


def expected_anyway(
    treated: Series,
    peers: pd.DataFrame | None,
    action_start: Start,
    window: npt.NDArray[np.bool_],
    transition: int = 0,
) -> Regression | None:
    """What was to be expected of the picked segment without a measure; None where its peers are not known.

    Columns in: `segment` and those of a series, for the other segments among which it was picked.
    """
    if peers is None:
        return None
    require(peers, ["segment"], "the peers of a segment")
    asked = treated.times[window]
    others = [
        series(part, action_start, treated.kind, transition)
        for _, part in peers[peers["segment"].notna()].groupby("segment", sort=True)
    ]
    own = _level(treated, window)
    levels = [_level(one, np.isin(one.times, asked)) for one in others]
    known = [one for one in (own, *levels) if one is not None]
    if own is None or len(known) < LEAST_PEERS:
        return None
    means, spreads = (np.array(part) for part in zip(*known, strict=True))
    return regression_to_mean(means, spreads, 0)


def _level(one: Series, rows: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
    """The level of a segment over some periods, and the variance that chance and its periods give it."""
    if rows.sum() < 3:
        return None
    design = np.ones((int(rows.sum()), 1))
    model = fit(design, one.values[rows], 1 / one.variances()[rows], one.times[rows], one.least_dispersion)
    return float(model.coefficients[0]), float(model.covariance[0, 0])
