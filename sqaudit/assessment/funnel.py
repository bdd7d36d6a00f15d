"""Funnel limits: how far units of a given size stray from one common rate by chance, and beyond chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.intervals import normal_quantile, tail_of

Array = npt.NDArray[np.float64]
Spread = Literal["additive", "multiplicative", "none"]

WINSORISED = 0.10  # Spiegelhalter (2005): the outer tenth on each side is drawn in
WARNING, ALARM = 0.95, 0.998  # two limits, about 2 and 3 standard deviations: Spiegelhalter (2005)


class Limits(NamedTuple):
    """The two limits of a funnel, as shares."""

    low: Array
    high: Array


@dataclass(frozen=True)
class Dispersion:
    """How much units vary beyond chance.

    phi          mean squared (winsorised) z: 1 where chance is all
    tau          standard deviation between units beyond chance, in the unit of the standard errors
    units        how many units it rests on
    present      whether phi is larger than chance explains, 1 + 2 sqrt(2 / units), and there are units enough
    """

    phi: float
    tau: float
    units: int
    present: bool


def exact_limits(n: npt.ArrayLike, rate: float, confidence: float = ALARM) -> Limits:
    """The shares between which units of n cases at the common rate lie with the confidence, exactly.

    A unit lies beyond a limit just when the binomial chance of its count or one further out is at most
    (1 - confidence) / 2. Between whole counts the limit is interpolated. The upper limit is the lower one
    of the opposite outcome, so that both sides keep their chance; Spiegelhalter's own upper limit, made from
    the same formula as the lower, lies up to one case further in. NaN for n = 0 or a missing n.

    Source: Spiegelhalter (2005), Stat. Med. 24:1185-1202, appendix A.1.

    >>> limits = exact_limits([20, 200], 0.95)
    >>> limits.low.round(3).tolist(), limits.high.round(3).tolist()
    ([0.715, 0.894], [1.0, 0.993])
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must lie between 0 and 1; found {rate!r}.")
    tail = tail_of(confidence)
    size = np.asarray(n, dtype=np.float64)
    size = np.where(size > 0, size, np.nan)
    return Limits(_lower(size, rate, tail), 1 - _lower(size, 1 - rate, tail))


def _lower(n: Array, rate: float, tail: float) -> Array:
    if rate in (0.0, 1.0):
        return np.where(np.isnan(n), np.nan, rate)
    known = np.where(np.isnan(n), 1.0, n)
    # The smallest count whose chance, or that of one below it, exceeds the tail.
    count = _quantile(known, rate, tail)
    up_to, below = at_most(count, known, rate), at_most(count - 1, known, rate)
    part = (up_to - tail) / (up_to - below)
    # Clipped: nobody shows less than none, and then no count lies beyond the limit.
    return np.where(np.isnan(n), np.nan, np.maximum((count - part) / known, 0.0))


def _quantile(n: Array, rate: float, tail: float) -> Array:
    low, high = np.full(n.shape, -1.0), n.copy()
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = at_most(middle, n, rate) > tail
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    return high


def at_most(count: npt.ArrayLike, n: npt.ArrayLike, rate: npt.ArrayLike) -> Array:
    """The binomial chance of so many faults or fewer; numbers or arrays of one shape.

    >>> float(at_most(0, 10, 0.5)), float(at_most(10, 10, 1.0)), float(at_most(9, 10, 1.0))
    (0.0009765625, 1.0, 0.0)
    """
    k, size, share = np.broadcast_arrays(*(np.asarray(one, np.float64) for one in (count, n, rate)))
    inside = (k >= 0) & (k < size)
    low, high = np.where(inside, k + 1, 1.0), np.where(inside, size - k, 1.0)
    return np.where(inside, special.betaincc(low, high, share), np.where(k < 0, 0.0, 1.0))


def standard_error(n: npt.ArrayLike, rate: float) -> Array:
    """What chance makes of the share of n cases at the rate."""
    size = np.asarray(n, dtype=np.float64)
    return np.sqrt(rate * (1 - rate) / np.where(size > 0, size, np.nan))


def dispersion(
    z: npt.ArrayLike, standard_errors: npt.ArrayLike, winsorised: float = WINSORISED
) -> Dispersion:
    """How much units vary beyond chance, from their distances to the common value in standard errors.

    The outermost `winsorised` part on each side counts as if it lay at that quantile, so that the very units
    looked for do not widen the limits. phi is the mean of the squares; tau squared is
    (I phi - (I - 1)) / (sum w - sum w^2 / sum w) with w = 1 / s^2, 0 where negative. Missing values take no
    part. NaN with fewer than two units. Never present among so few units that the part drawn in is less than
    one of them (ten at the usual tenth): there a single unit far out would widen the limits that should
    show it.

    Source: Spiegelhalter (2005), Stat. Med. 24:1185-1202, appendix A.3, and Qual. Saf. Health Care
    14:347-351; moments: DerSimonian and Laird (1986), Control. Clin. Trials 7:177-188.

    >>> found = dispersion([-3.0, -1.0, 0.0, 1.0, 3.0], [1.0] * 5, winsorised=0)
    >>> found.phi, round(found.tau, 4), found.present
    (4.0, 2.0, True)
    """
    if not 0 <= winsorised < 0.5:
        raise ValueError(f"winsorised must lie between 0 and 0.5; found {winsorised!r}.")
    values, errors = np.asarray(z, np.float64), np.asarray(standard_errors, np.float64)
    known = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    values, weight = values[known], 1 / errors[known] ** 2
    units = len(values)
    if units < 2:
        return Dispersion(np.nan, np.nan, units, False)
    drawn_in = np.clip(values, *np.quantile(values, [winsorised, 1 - winsorised]))
    phi = float((drawn_in**2).sum() / units)
    between = (units * phi - (units - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    present = phi > 1 + 2 * np.sqrt(2 / units) and units * (winsorised or 1) >= 1
    return Dispersion(phi, float(np.sqrt(max(between, 0.0))), units, bool(present))


def spread_limits(
    n: npt.ArrayLike, rate: float, found: Dispersion, spread: Spread, confidence: float = ALARM
) -> Limits:
    """Limits widened for what varies beyond chance; the exact ones where nothing does, or with `none`.

    `multiplicative` stretches the standard error by the root of phi, `additive` adds the variance between
    units, which keeps large units from being judged by a precision they do not have. Never narrower than
    the exact limits, always within 0 and 1.

    Source: Spiegelhalter (2005), Qual. Saf. Health Care 14:347-351.
    """
    exact = exact_limits(n, rate, confidence)
    if spread == "none" or not found.present:
        return exact
    error = standard_error(n, rate)
    wide = np.sqrt(found.phi) * error if spread == "multiplicative" else np.hypot(error, found.tau)
    reach = normal_quantile(confidence) * wide
    low, high = np.clip(rate - reach, 0, 1), np.clip(rate + reach, 0, 1)
    return Limits(np.minimum(low, exact.low), np.maximum(high, exact.high))


__all__ = [
    "ALARM",
    "WARNING",
    "Dispersion",
    "Limits",
    "Spread",
    "at_most",
    "dispersion",
    "exact_limits",
    "spread_limits",
    "standard_error",
]
