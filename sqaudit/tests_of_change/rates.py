"""Two rates compared: events over exposure, such as complaints per day or per thousand cases."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from sqaudit.intervals import clopper_pearson, difference, poisson_exact
from sqaudit.tests_of_change.shares import TIE_ROUNDING, Change


class RateRatio(NamedTuple):
    """The rate now over the rate before, with its interval."""

    ratio: float
    low: float
    high: float


def two_rates(
    events_before: int, exposure_before: float, events_now: int, exposure_now: float, confidence: float = 0.95
) -> Change:
    """The change of a rate, per unit of exposure, between two independent periods.

    The interval is made from the exact interval of each rate; the p-value is exact: given all events
    together, those of now are binomial; two-sided by adding all counts no likelier than the one seen. Without
    exposure on either side all is NaN; without any event the p-value is 1. It takes events for
    independent; where they come in clusters it claims too much. ValueError for impossible counts.

    Source: Przyborowski and Wilenski (1940), Biometrika 31:313-323; interval: Zou and Donner (2008), Stat.
    Med. 27:1693-1702, from Garwood's.

    >>> round(two_rates(21, 3011, 11, 800).p_value, 5)
    0.07967
    """
    _refuse(events_before, exposure_before, events_now, exposure_now)
    if exposure_before == 0 or exposure_now == 0:
        return Change(*(float("nan"),) * 4)
    before, now = events_before / exposure_before, events_now / exposure_now
    bounds = difference(
        now,
        *poisson_exact(events_now, exposure_now, confidence),
        before,
        *poisson_exact(events_before, exposure_before, confidence),
    )
    share = exposure_now / (exposure_before + exposure_now)
    p_value = _binomial_p(int(events_now), int(events_before + events_now), share)
    return Change(now - before, float(bounds.low), float(bounds.high), p_value)


def rate_ratio(
    events_before: int, exposure_before: float, events_now: int, exposure_now: float, confidence: float = 0.95
) -> RateRatio:
    """How many times the rate before the rate now is, with its exact interval; NaN without any event.

    Source: as for `two_rates`, from the Clopper-Pearson interval of the share of events that are now.

    >>> [round(figure, 4) for figure in rate_ratio(21, 3011, 11, 800)]
    [1.9715, 0.8584, 4.2773]
    """
    _refuse(events_before, exposure_before, events_now, exposure_now)
    total = events_before + events_now
    if exposure_before == 0 or exposure_now == 0 or total == 0:
        return RateRatio(*(float("nan"),) * 3)
    shares = (events_now / total, *clopper_pearson(events_now, total, confidence))
    scale = exposure_before / exposure_now
    return RateRatio(*(float("inf") if part == 1 else float(scale * part / (1 - part)) for part in shares))


def _refuse(events_before: float, exposure_before: float, events_now: float, exposure_now: float) -> None:
    for name, count in (("events_before", events_before), ("events_now", events_now)):
        if count < 0 or count != int(count):
            raise ValueError(f"{name} must be a whole number, 0 or more; found {count!r}.")
    for name, exposure in (("exposure_before", exposure_before), ("exposure_now", exposure_now)):
        if not 0 <= exposure < float("inf"):
            raise ValueError(f"{name} must be 0 or more and finite; found {exposure!r}.")


def _binomial_p(x: int, n: int, share: float) -> float:
    """The chance of all counts no likelier than x of n."""
    numbers = np.arange(n + 1, dtype=np.float64)
    log_chance = special.xlogy(numbers, share) + special.xlog1py(n - numbers, -share)
    log_chance -= special.gammaln(numbers + 1) + special.gammaln(n - numbers + 1)
    chance = np.exp(log_chance - log_chance.max())
    return float(min(1.0, chance[chance <= chance[x] * (1 + TIE_ROUNDING)].sum() / chance.sum()))
