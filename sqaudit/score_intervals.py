"""Further intervals for a share and for two shares, beside the ones that the figures of a book use.

`intervals` holds what is displayed and claimed; here stand the others that a reader may compare with:
corrected, Bayesian and mid-p intervals for a share, score intervals for difference and ratio of two, and the
coverage that tells how honest an interval is. Arrays in, arrays out; no trials give NaN.
Only numpy and scipy.special are imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.finite_population import Array
from sqaudit.intervals import (
    Interval,
    counts_of_two,
    interval_of,
    normal_quantile,
    share_counts,
    tail_of,
    wilson,
)

_HALVINGS = 100  # of an interval no wider than 1: far below the last digit of a double
_Bound = Literal["lower", "upper"]


def wald(
    successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95, *, clip: bool = False
) -> Interval:
    """The textbook interval p +- z sqrt(p (1 - p) / n): to show what is wrong with it, never to report.

    Near 0 % and 100 % it covers far less than it says, and without a failure it has no width.
    ValueError for counts that cannot be or a confidence outside (0, 1), here and in all functions below.

    >>> [round(float(bound), 3) for bound in wald(98, 100)]
    [0.953, 1.007]
    """
    z, (x, n) = normal_quantile(confidence), share_counts(successes, trials)
    p = x / n
    return _around(p, z * np.sqrt(p * (1 - p) / n), clip=clip)


def wilson_corrected(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Wilson's interval with continuity correction: nearer to the exact one, wider than need be.

    Source: Newcombe (1998), Stat. Med. 17:857-872, method 4.

    >>> [round(float(bound), 4) for bound in wilson_corrected(15, 148)]
    [0.0598, 0.1644]
    """
    z, (x, n) = normal_quantile(confidence), share_counts(successes, trials)
    return interval_of(_corrected_low(x, n, z), 1 - _corrected_low(n - x, n, z))


def agresti_coull(
    successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95, *, clip: bool = True
) -> Interval:
    """The textbook interval after adding z^2 / 2 successes and as many failures.

    Unclipped it may leave [0, 1].

    Source: Agresti and Coull (1998), Am. Stat. 52:119-126.

    >>> [round(float(bound), 4) for bound in agresti_coull(2, 10)]
    [0.0459, 0.5206]
    """
    z, (x, n) = normal_quantile(confidence), share_counts(successes, trials)
    more = n + z * z
    p = (x + z * z / 2) / more
    return _around(p, z * np.sqrt(p * (1 - p) / more), clip=clip)


def jeffreys(
    successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95, *, edges: bool = True
) -> Interval:
    """The equal-tailed Bayesian interval with Jeffreys' prior.

    `edges` sets the low bound to 0 when nothing passed and the high one to 1 when all did.

    Source: Brown, Cai and DasGupta (2001), Stat. Sci. 16:101-133.

    >>> [round(float(bound), 3) for bound in jeffreys(1, 29)]
    [0.004, 0.15]
    """
    tail, (x, n) = tail_of(confidence), share_counts(successes, trials)
    low = special.betaincinv(x + 0.5, n - x + 0.5, tail)
    high = special.betainccinv(x + 0.5, n - x + 0.5, tail)
    if edges:
        low, high = np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)
    return interval_of(low, high)


def mid_p(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """The exact interval that counts what was seen itself only by half: covers as said on average.

    Source: Lancaster (1961), J. Am. Stat. Assoc. 56:223-234; Newcombe (1998), method 6.

    >>> [round(float(bound), 4) for bound in mid_p(15, 148)]
    [0.0601, 0.1581]
    """
    tail, (x, n) = tail_of(confidence), share_counts(successes, trials)
    return interval_of(1 - _mid_p_high(n - x, n, tail), _mid_p_high(x, n, tail))


def one_sided(
    interval: Callable[..., Interval],
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    bound: _Bound,
    confidence: float = 0.95,
) -> np.float64 | Array:
    """One bound that holds at the confidence by itself: of the interval that leaves this tail on each side.

    ValueError for a confidence of 0.5 or less, which has no such interval.

    >>> from sqaudit.intervals import clopper_pearson
    >>> round(float(one_sided(clopper_pearson, 0, 20, "upper")), 4)
    0.1391
    """
    low, high = interval(successes, trials, 2 * confidence - 1)
    return low if bound == "lower" else high


def wilson_clustered(
    successes: npt.ArrayLike, trials: npt.ArrayLike, design_effect: npt.ArrayLike, confidence: float = 0.95
) -> Interval:
    """Wilson's interval for clustered trials, which are worth trials / design effect independent ones.

    ValueError for a design effect that is not above 0.

    Source: Rao and Scott (1992), Biometrics 48:577-585; Short, Hanley and others (2020), for the interval.

    >>> [round(float(bound), 3) for bound in wilson_clustered(60, 203, 1.349133)]
    [0.228, 0.373]
    """
    effect = np.asarray(design_effect, dtype=np.float64)
    if (effect <= 0).any():
        raise ValueError(f"design_effect must be above 0; found {design_effect!r}.")
    x, n = share_counts(successes, trials)
    return wilson(x / effect, n / effect, confidence)


def coverage(interval: Callable[..., Interval], trials: int, share: float, confidence: float = 0.95) -> float:
    """How often an interval for a share of this many trials holds the true share: exactly, no simulation.

    >>> from sqaudit.intervals import wilson
    >>> round(coverage(wald, 30, 0.98), 3), round(coverage(wilson, 30, 0.98), 3)
    (0.454, 0.978)
    """
    x = np.arange(trials + 1)
    low, high = interval(x, trials, confidence)
    chance = np.exp(
        special.gammaln(trials + 1) - special.gammaln(x + 1) - special.gammaln(trials - x + 1)
        + special.xlogy(x, share) + special.xlog1py(trials - x, -share)
    )  # fmt: skip
    return float(chance[(low <= share) & (share <= high)].sum())


def wald_difference(
    successes_1: npt.ArrayLike,
    trials_1: npt.ArrayLike,
    successes_0: npt.ArrayLike,
    trials_0: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """The textbook interval for share 1 minus share 0, unclipped: to compare with, never to report.

    >>> [round(float(bound), 3) for bound in wald_difference(7, 34, 1, 34)]
    [0.029, 0.324]
    """
    z = normal_quantile(confidence)
    x_1, n_1, x_0, n_0 = counts_of_two(successes_1, trials_1, successes_0, trials_0)
    p_1, p_0 = x_1 / n_1, x_0 / n_0
    return _around(p_1 - p_0, z * np.sqrt(p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0))


def agresti_caffo(
    successes_1: npt.ArrayLike,
    trials_1: npt.ArrayLike,
    successes_0: npt.ArrayLike,
    trials_0: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """The difference of two shares after adding one success and one failure to each, within [-1, 1].

    Source: Agresti and Caffo (2000), Am. Stat. 54:280-288.

    >>> [round(float(bound), 3) for bound in agresti_caffo(7, 34, 1, 34)]
    [0.012, 0.322]
    """
    x_1, n_1, x_0, n_0 = counts_of_two(successes_1, trials_1, successes_0, trials_0)
    low, high = wald_difference(x_1 + 1, n_1 + 2, x_0 + 1, n_0 + 2, confidence)
    return interval_of(np.maximum(low, -1), np.minimum(high, 1))


def miettinen_nurminen(
    successes_1: npt.ArrayLike,
    trials_1: npt.ArrayLike,
    successes_0: npt.ArrayLike,
    trials_0: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """The score interval for the difference of two shares, variance times N / (N - 1).

    Source: Miettinen and Nurminen (1985), Stat. Med. 4:213-226.

    >>> [round(float(bound), 4) for bound in miettinen_nurminen(56, 70, 48, 80)]
    [0.0528, 0.3382]
    """
    x_1, n_1, x_0, n_0 = counts_of_two(successes_1, trials_1, successes_0, trials_0)
    together = n_1 + n_0
    return _score_difference(x_1, n_1, x_0, n_0, normal_quantile(confidence), together / (together - 1))


def mee(
    successes_1: npt.ArrayLike,
    trials_1: npt.ArrayLike,
    successes_0: npt.ArrayLike,
    trials_0: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """The score interval for the difference of two shares, without that factor: a little narrower.

    Source: Mee (1984), Biometrics 40:1175-1176.

    >>> [round(float(bound), 4) for bound in mee(56, 70, 48, 80)]
    [0.0533, 0.3377]
    """
    x_1, n_1, x_0, n_0 = counts_of_two(successes_1, trials_1, successes_0, trials_0)
    return _score_difference(x_1, n_1, x_0, n_0, normal_quantile(confidence), np.ones(np.shape(x_1)))


def katz_ratio(
    successes_1: npt.ArrayLike,
    trials_1: npt.ArrayLike,
    successes_0: npt.ArrayLike,
    trials_0: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """The log interval for share 1 over share 0. NaN when either has no success.

    Source: Katz and others (1978), Biometrics 34:469-474.

    >>> [round(float(bound), 2) for bound in katz_ratio(7, 34, 1, 34)]
    [0.91, 53.87]
    """
    z = normal_quantile(confidence)
    x_1, n_1, x_0, n_0 = counts_of_two(successes_1, trials_1, successes_0, trials_0)
    known = (x_1 > 0) & (x_0 > 0)
    x_1, x_0 = np.where(known, x_1, np.nan), np.where(known, x_0, np.nan)
    reach = z * np.sqrt(1 / x_1 - 1 / n_1 + 1 / x_0 - 1 / n_0)
    ratio = (x_1 / n_1) / (x_0 / n_0)
    return interval_of(ratio * np.exp(-reach), ratio * np.exp(reach))


def koopman_ratio(
    successes_1: npt.ArrayLike,
    trials_1: npt.ArrayLike,
    successes_0: npt.ArrayLike,
    trials_0: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """The score interval for share 1 over share 0: 0 without a success in 1, infinity without one in 0.

    NaN when neither has a success.

    Source: Koopman (1984), Biometrics 40:513-517; Gart and Nam (1988), Biometrics 44:323-338.

    >>> [round(float(bound), 2) for bound in koopman_ratio(7, 34, 1, 34)]
    [1.22, 42.58]
    """
    z = normal_quantile(confidence)
    x_1, n_1, x_0, n_0 = counts_of_two(successes_1, trials_1, successes_0, trials_0)
    known = (x_1 > 0) | (x_0 > 0)
    x_1, x_0 = np.where(known, x_1, np.nan), np.where(known, x_0, np.nan)
    p_1, p_0 = x_1 / n_1, x_0 / n_0

    def holds(place: Array) -> npt.NDArray[np.bool_]:
        # A ratio r is sought as r / (1 + r), which lies between 0 and 1. Multiplied through by (1 + r)^2.
        r, s = place, 1 - place
        v_1, v_0 = _restricted_by_ratio(x_1, n_1, x_0, n_0, r, s)
        return np.asarray((s * p_1 - r * p_0) ** 2 <= z * z * (s * s * v_1 / n_1 + r * r * v_0 / n_0))

    centre = p_1 / (p_1 + p_0)
    low, high = _edge(holds, centre, np.zeros(centre.shape)), _edge(holds, centre, np.ones(centre.shape))
    low, high = np.where(x_1 == 0, 0.0, low), np.where(x_0 == 0, 1.0, high)
    with np.errstate(divide="ignore"):
        return interval_of(low / (1 - low), high / (1 - high))


def odds_ratio(
    successes_1: npt.ArrayLike,
    trials_1: npt.ArrayLike,
    successes_0: npt.ArrayLike,
    trials_0: npt.ArrayLike,
    confidence: float = 0.95,
    *,
    added: float = 0.0,
) -> Interval:
    """The logit interval for the odds of 1 over those of 0.

    `added` 0 is Woolf's, NaN when a cell of the table is empty; 0.5 to each cell is Gart's.

    Source: Woolf (1955), Ann. Hum. Genet. 19:251-253; Gart (1966), Biometrika 53:591-596.

    >>> [round(float(bound), 2) for bound in odds_ratio(7, 34, 1, 34)]
    [0.99, 73.9]
    """
    x_1, n_1, x_0, n_0 = counts_of_two(successes_1, trials_1, successes_0, trials_0)
    cells = [np.asarray(cell + added) for cell in np.broadcast_arrays(x_1, n_1 - x_1, x_0, n_0 - x_0)]
    a, b, c, d = (np.where(cell > 0, cell, np.nan) for cell in cells)
    reach = normal_quantile(confidence) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    ratio = a * d / (b * c)
    return interval_of(ratio * np.exp(-reach), ratio * np.exp(reach))


def _corrected_low(x: Array, n: Array, z: float) -> Array:
    p, q = x / n, 1 - x / n
    root = z * np.sqrt(np.maximum(z * z - 2 - 1 / n + 4 * p * (n * q + 1), 0))
    low = (2 * x + z * z - 1 - root) / (2 * (n + z * z))
    return np.where(x == 0, 0.0, np.maximum(low, 0))


def _mid_p_high(x: Array, n: Array, tail: float) -> Array:
    def holds(p: Array) -> npt.NDArray[np.bool_]:
        up_to = special.betaincc(x + 1, np.where(x < n, n - x, 1), p)
        below = np.where(x > 0, special.betaincc(np.where(x > 0, x, 1), n - x + 1, p), 0)
        return np.asarray((up_to + below) / 2 >= tail)

    return np.where(x == n, 1.0, _edge(holds, x / n, np.ones(np.shape(x))))


def _score_difference(x_1: Array, n_1: Array, x_0: Array, n_0: Array, z: float, factor: Array) -> Interval:
    x_1, n_1, x_0, n_0, factor = np.broadcast_arrays(x_1, n_1, x_0, n_0, factor)
    difference = x_1 / n_1 - x_0 / n_0

    def holds(delta: Array) -> npt.NDArray[np.bool_]:
        p_1, p_0 = _restricted_by_difference(x_1, n_1, x_0, n_0, delta)
        variance = factor * (p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0)
        return np.asarray((difference - delta) ** 2 <= z * z * variance)

    ends = np.ones(difference.shape)
    return interval_of(_edge(holds, difference, -ends), _edge(holds, difference, ends))


def _restricted_by_difference(
    x_1: Array, n_1: Array, x_0: Array, n_0: Array, delta: Array
) -> tuple[Array, Array]:
    """The likeliest two shares that differ by delta: the root of a cubic, in closed form (Nurminen)."""
    third = n_1 + n_0
    second = (n_1 + 2 * n_0) * delta - third - (x_1 + x_0)
    first = (n_0 * delta - third - 2 * x_0) * delta + x_1 + x_0
    constant = x_0 * delta * (1 - delta)
    v = second**3 / (3 * third) ** 3 - second * first / (6 * third**2) + constant / (2 * third)
    u = np.copysign(np.sqrt(np.maximum((second / (3 * third)) ** 2 - first / (3 * third), 0)), v)
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = (np.pi + np.arccos(np.clip(np.where(u == 0, 0, v / u**3), -1, 1))) / 3
    p_0 = np.clip(
        2 * u * np.cos(angle) - second / (3 * third), np.maximum(0, -delta), np.minimum(1, 1 - delta)
    )
    return np.clip(p_0 + delta, 0, 1), p_0


def _restricted_by_ratio(
    x_1: Array, n_1: Array, x_0: Array, n_0: Array, r: Array, s: Array
) -> tuple[Array, Array]:
    """Variance terms p (1 - p) of the likeliest two shares whose ratio is r / s: the root of a quadratic."""
    a, b, c = r * (n_1 + n_0), r * (n_1 + x_0) + s * (x_1 + n_0), s * (x_1 + x_0)
    # As 2c / (b + root): nothing cancels, and r = 0 is allowed.
    p_0 = np.clip(2 * c / (b + np.sqrt(np.maximum(b * b - 4 * a * c, 0))), 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_1 = np.clip(np.where(s > 0, p_0 * r / s, 1), 0, 1)
    return p_1 * (1 - p_1), p_0 * (1 - p_0)


def _edge(holds: Callable[[Array], npt.NDArray[np.bool_]], inside: Array, outside: Array) -> Array:
    """Where, between a place that holds and one beyond, holding ends: by halving."""
    good, bad = np.asarray(inside), np.asarray(outside)
    for _ in range(_HALVINGS):
        middle = (good + bad) / 2
        held = holds(middle)
        good, bad = np.where(held, middle, good), np.where(held, bad, middle)
    return np.where(np.isnan(inside), np.nan, good)


def _around(centre: Array, reach: Array, *, clip: bool = False) -> Interval:
    low, high = centre - reach, centre + reach
    return interval_of(np.maximum(low, 0), np.minimum(high, 1)) if clip else interval_of(low, high)
