"""One coefficient of agreement: its value, its interval, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from sqaudit.intervals import tail_of

TOO_FEW = "fewer_than_two_ratings_per_unit"
ONE_UNIT = "one_unit_only"
FEW_UNITS = "fewer_than_20_units"
NO_VARIATION = "no_variation"
NO_SPREAD = "no_spread_between_units"


@dataclass(frozen=True)
class Coefficient:
    """A coefficient with its bounds; NaN where undefined, with the reason.

    `units` counts the units with the ratings that the coefficient needs, `ratings` the ratings it used,
    `method` names interval and source. A reason beside a value says why it has no interval.
    """

    coefficient: str
    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    standard_error: float = np.nan
    units: int = 0
    ratings: int = 0
    method: str = ""
    reason: str = ""


def t_reach(freedom: float, confidence: float) -> float:
    """How many standard errors an interval reaches to either side: Student's t."""
    return float(-special.stdtrit(freedom, tail_of(confidence)))


def t_test(value: float, standard_error: float, freedom: float) -> float:
    """The two-sided probability of a value so far from zero, by Student's t; NaN without an error."""
    if not standard_error > 0:
        return float("nan")
    return float(2 * special.stdtr(freedom, -abs(value / standard_error)))


def all_agree_low(units: int, chance: float, confidence: float) -> float:
    """The lower bound of a coefficient when every unit agrees fully and no spread is left to measure.

    The share of units that agree fully is at least tail ** (1 / units), exactly (Clopper and Pearson 1934
    for `units` of `units`); so is the mean agreement, as none lies below 0. The chance agreement is taken
    as it was found.

    >>> round(all_agree_low(units=20, chance=0.5, confidence=0.95), 3)
    0.663
    """
    share = tail_of(confidence) ** (1 / units)
    return float((share - chance) / (1 - chance))
