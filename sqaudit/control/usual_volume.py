"""How many records a day usually brings, and how rare another count would be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.control.lines import Array
from sqaudit.control.rules import Flags

Classes = np.ndarray[tuple[int], np.dtype[np.str_]]

WINDOW_DAYS = 28  # four of each weekday make the usual level of a stretch of days
LOW_SHARE = 0.4  # a day or week with less than this part of the expected is looked at
EMPTY_SHARE = 0.1  # below this part a stretch has stopped or is a gap; above, it is thinned out
BURST_SHARE = 4.0  # more than this many times the expected: a batch
FEW_A_DAY = 10  # expected; below, a day alone tells too little and its week is looked at


def expected_counts(observed: Array, classes: Classes) -> tuple[Array, float]:
    """The usual count of each day, and how many times its variance is that of chance."""
    factor = _class_factors(observed, classes)
    expected = np.full(observed.size, np.nan)
    recent = [_first_level(observed, factor)] * WINDOW_DAYS
    for at in range(observed.size):
        expected[at] = float(np.mean(recent[-WINDOW_DAYS:])) * factor[at]
        # Only sound days carry the level on, so that a break does not become the new normal.
        if factor[at] > EMPTY_SHARE and _is_sound(observed[: at + 1], expected[: at + 1]):
            recent.append(observed[at] / factor[at])
    return expected, _dispersion(observed, expected)


def _is_sound(observed: Array, expected: Array) -> bool:
    """Whether the last day has a usual count; where few are expected in a day, whether its week has."""
    days = 1 if expected[-1] >= FEW_A_DAY else 7
    return bool(LOW_SHARE <= observed[-days:].sum() / max(expected[-days:].sum(), 1e-9) <= BURST_SHARE)


def _dispersion(observed: Array, expected: Array) -> float:
    """Variance over mean of the days in full weeks, at least 1."""
    judged = _full(_week_mean(observed)) & (expected >= 1)
    if not judged.any():
        return 1.0
    squares = np.sort((observed - expected)[judged] ** 2 / expected[judged])
    kept = squares[: max(1, round(0.95 * squares.size))]  # holidays and batches stay out
    return max(1.0, float(kept.mean()) / 0.7588)  # what the lower 95 % of a normal's squares average to


def _class_factors(observed: Array, classes: Classes) -> Array:
    """The usual count of each class of day over the mean of the week around it, from weeks that are full."""
    week = _week_mean(observed)
    full = _full(week)
    factor = np.ones(observed.size)
    for name in np.unique(classes):
        own = (classes == name) & full
        if own.any():
            factor[classes == name] = _middle_mean(observed[own] / week[own])
    return factor


def _middle_mean(values: Array) -> float:
    """The mean without a tenth at either end, which no holiday moves; of rare events the whole mean."""
    cut = values.size // 10 if np.median(values) > 0 else 0
    return float(np.sort(values)[cut : values.size - cut].mean())


def _week_mean(observed: Array) -> Array:
    """The mean of the seven days around each, of fewer at both ends."""
    ones = np.ones(7)
    return np.asarray(np.convolve(observed, ones, "same") / np.convolve(np.ones(observed.size), ones, "same"))


def _usual_week(week: Array) -> float:
    """The daily mean of the week in which the median record lies.

    Weighed by records, years of a trickle after an extract ended do not pass for what is usual.
    """
    order = np.sort(week)
    return float(order[np.searchsorted(np.cumsum(order), order.sum() / 2)])


def _full(week: Array) -> Flags:
    """Days in weeks of a usual size, give or take."""
    usual = _usual_week(week)
    return np.asarray((week >= LOW_SHARE * usual) & (week <= usual / LOW_SHARE))


def _first_level(observed: Array, factor: Array) -> float:
    """The level the series starts with: of its first days in weeks that are more than a trickle."""
    week = _week_mean(observed)
    begun = (week > EMPTY_SHARE * _usual_week(week)) & (factor > EMPTY_SHARE)
    scaled = observed[begun] / factor[begun]
    return _middle_mean(scaled[:WINDOW_DAYS]) if scaled.size else float(observed.mean())


def chance_of_at_most(count: npt.ArrayLike, expected: npt.ArrayLike, dispersion: float) -> Array:
    """The chance of so few: negative binomial, its variance `dispersion` times its mean."""
    mean = np.maximum(np.asarray(expected, dtype=np.float64), 1e-9)
    if dispersion < 1 + 1e-6:
        return np.asarray(special.pdtr(np.floor(count), mean))
    return np.asarray(special.betainc(mean / (dispersion - 1), np.floor(count) + 1, 1 / dispersion))


def chance_of_at_least(count: npt.ArrayLike, expected: npt.ArrayLike, dispersion: float) -> Array:
    """The chance of so many or more."""
    return (
        1 - chance_of_at_most(np.asarray(count) - 1, expected, dispersion) if np.size(count) else np.empty(0)
    )
