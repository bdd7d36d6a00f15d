"""How large an effect must be to be seen, and how many periods it takes to see the one that was planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from sqaudit.verification.correlated import t_quantile

WANTED = 0.8  # power; the usual convention (Cohen 1988, Statistical Power Analysis, section 2.4)
MOST_PERIODS = 520  # ten years of weeks; nobody waits longer

__all__ = ["WANTED", "Precision", "detectable", "periods_needed", "power_of"]


@dataclass(frozen=True)
class Precision:
    """How exactly an effect is known: its standard error and degrees of freedom."""

    standard_error: float
    freedom: float


def power_of(effect: float, precision: Precision, confidence: float = 0.95) -> float:
    """The chance that the lower bound of an effect of this size lies above zero.

    The noncentral t by its normal approximation, Abramowitz and Stegun (1964), 26.7.10, off by less than 0.01
    from five degrees of freedom on; scipy's exact one fails for some large arguments.

    >>> round(power_of(0.1, Precision(0.03, 30)), 3)
    0.897
    """
    if not (precision.standard_error > 0 and np.isfinite(precision.standard_error)):
        return float("nan")
    critical = t_quantile(precision.freedom, (1 + confidence) / 2)
    shifted = critical * (1 - 1 / (4 * precision.freedom))
    away = effect / precision.standard_error - shifted
    return float(special.ndtr(away / np.sqrt(1 + critical**2 / (2 * precision.freedom))))


def detectable(precision: Precision, confidence: float = 0.95, wanted: float = WANTED) -> float:
    """The smallest effect that would be seen with the power wanted, in the unit of the figure.

    >>> round(detectable(Precision(0.03, 30)), 4)
    0.0869
    """
    if not (precision.standard_error > 0 and np.isfinite(precision.standard_error)):
        return float("nan")
    low, high = 0.0, 200 * precision.standard_error
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if power_of(middle, precision, confidence) >= wanted else (middle, high)
    return high


def periods_needed(
    effect: float,
    precision_after: Callable[[int], Precision],
    least: int,
    confidence: float = 0.95,
    wanted: float = WANTED,
) -> int | None:
    """After how many periods an effect is seen with the power wanted; None if not within ten years of weeks.

    `precision_after` gives the precision that a number of periods after the measure will bring.
    """

    def seen(count: int) -> bool:
        return power_of(effect, precision_after(count), confidence) >= wanted

    if effect <= 0:
        return None
    high = least
    while not seen(high):
        if high >= MOST_PERIODS:
            return None
        high = min(2 * high, MOST_PERIODS)
    low = least - 1 if high == least else high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high
