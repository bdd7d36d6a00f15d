"""Intervals around one estimate: shares, means, rates, ratios, quantiles and differences.

Every function takes numbers or arrays of the same shape and returns bounds of that shape. A group without
an observation gives NaN, never a warning; input that cannot be a count is refused with a sentence.

Only numpy and scipy.special are imported, on purpose: scipy.stats costs 2.8 s in every notebook kernel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.finite_population import TIE_ROUNDING, Array, Integers, most_in_population

SUM_ROUNDING = 1e-9  # weighted successes may exceed the weighted trials by rounding of the two sums


class Interval(NamedTuple):
    """The two bounds of an interval, each of the shape of the input (np.float64 for plain numbers)."""

    low: Array
    high: Array


class Ranks(NamedTuple):
    """The two 1-based ranks that bracket a quantile; 0 and n + 1 mean that this side has no bound."""

    lower: Integers
    upper: Integers


def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Bounds for a share, to display beside it: the score interval, honest near 0 % and 100 %.

    Both counts may be fractional: weighted data enter as effective successes and effective trials.
    The bounds are shares in [0, 1]; exactly 0 with no success, exactly 1 with nothing but successes.
    NaN in, or trials = 0, gives NaN. ValueError for negative counts, successes above trials, or a
    confidence outside (0, 1).

    Source: Wilson (1927), J. Am. Stat. Assoc. 22:209-212.

    >>> [round(float(bound), 4) for bound in wilson(15, 148)]
    [0.0624, 0.1605]
    """
    z = normal_quantile(confidence)
    x, n = share_counts(successes, trials)
    return interval_of(_wilson_low(x, n, z), 1 - _wilson_low(n - x, n, z))


def clopper_pearson(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Bounds for a share, to claim: the exact interval, which covers at least as often as it says.

    Whole counts give the exact binomial interval; fractional ones are allowed and give the Korn-Graubard
    interval of a design with that effective sample size. The bounds are shares in [0, 1].
    NaN in, or trials = 0, gives NaN. ValueError for negative counts, successes above trials, or a
    confidence outside (0, 1).

    Source: Clopper and Pearson (1934), Biometrika 26:404-413; fractional counts: Korn and Graubard (1998),
    Survey Methodology 24:193-201.

    >>> [round(float(bound), 4) for bound in clopper_pearson(15, 148)]
    [0.0578, 0.1617]
    """
    tail = tail_of(confidence)
    x, n = share_counts(successes, trials)
    low = np.where(x == 0, 0.0, special.betaincinv(x, n - x + 1, tail))
    high = np.where(x == n, 1.0, special.betainccinv(x + 1, n - x, tail))
    return interval_of(low, high)


def hypergeometric(
    successes: npt.ArrayLike, sample: npt.ArrayLike, population: npt.ArrayLike, confidence: float = 0.95
) -> Interval:
    """Bounds for the share in a finite population of which a known part was drawn without replacement.

    The interval holds every whole number K of successes in the population that neither one-sided test
    rejects at (1 - confidence) / 2, divided by the population: shares in [0, 1] that never contradict
    what was seen. A census (sample = population) has no width. The bounds are shares the population can
    have, so just short of a census successes / sample may lie outside by less than 1 / population.
    Counts must be whole.
    NaN in, or sample = 0, gives NaN. ValueError for negative or fractional counts, successes above the
    sample, a sample above the population, or a confidence outside (0, 1).

    Source: test inversion as in Buonaccorsi (1987), Am. Stat. 41:215-218.

    >>> [round(float(bound), 3) for bound in hypergeometric(48, 50, 55)]
    [0.927, 0.964]
    """
    tail = tail_of(confidence)
    x, n, size = np.broadcast_arrays(
        _whole("successes", successes), _whole("sample", sample), _whole("population", population)
    )
    _refuse_above("successes", x, "sample", n)
    _refuse_above("sample", n, "population", size)
    low, high = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    known = (n > 0) & ~np.isnan(x) & ~np.isnan(size)
    x_known, n_known, size_known = (values[known].astype(np.int64) for values in (x, n, size))
    # The fewest successes are what the most failures leave over.
    fewest = size_known - most_in_population(n_known - x_known, n_known, size_known, tail)
    low[known] = fewest / size_known
    high[known] = most_in_population(x_known, n_known, size_known, tail) / size_known
    return interval_of(low, high)


def balance(
    plus: npt.ArrayLike, minus: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95
) -> Interval:
    """Bounds for a balance of two shares, 100 x (plus - minus) / trials, such as a net promoter score.

    A trial is plus, minus or neither, so with the shares p and d the variance is [p + d - (p - d)^2] / n.
    Taken as it is it claims too much from few trials, and certainty when all agree; therefore three trials
    are added, 3/4 plus, 3/4 minus and 3/2 neither, which changes little once n is large. At 95 % the
    interval then covers about 95 % on average over all shares from n = 5, where the plain one covers 78 %.
    Counts may be fractional. The bounds are points in [-100, 100], not centred on the balance itself.
    NaN in, or trials = 0, gives NaN. ValueError for negative counts, plus and minus together above
    trials, or a confidence outside (0, 1).

    Source: adjusted Wald interval of Rocks (2016), Am. Stat. 70:365-372.

    >>> [round(float(bound), 1) for bound in balance(plus=50, minus=20, trials=100)]
    [14.1, 44.2]
    """
    z = normal_quantile(confidence)
    more, less, n = np.broadcast_arrays(
        _counts("plus", plus), _counts("minus", minus), _counts("trials", trials)
    )
    _refuse_above("plus and minus together", more + less, "trials", n)
    n = np.where(n > 0, n, np.nan)
    p, d = (more + 0.75) / (n + 3), (less + 0.75) / (n + 3)
    reach = z * np.sqrt((p + d - (p - d) ** 2) / (n + 3))
    return interval_of(*(100 * np.clip(bound, -1, 1) for bound in (p - d - reach, p - d + reach)))


def mean_t(
    mean: npt.ArrayLike, variance: npt.ArrayLike, n: npt.ArrayLike, confidence: float = 0.95
) -> Interval:
    """Bounds for a mean, in the unit of the mean, from its sample variance (divisor n - 1).

    NaN in, or n < 2, gives NaN. A variance of 0 gives an interval without width: say so beside it.
    ValueError for a negative variance or n, or a confidence outside (0, 1).

    Source: Student (1908), Biometrika 6:1-25.

    >>> [round(float(bound), 3) for bound in mean_t(mean=1.58, variance=1.513, n=10)]
    [0.7, 2.46]
    """
    tail = tail_of(confidence)
    spread, count = _counts("variance", variance), _counts("n", n)
    centre = np.asarray(mean, dtype=np.float64)
    count = np.where(count >= 2, count, np.nan)
    return _around(centre, np.sqrt(spread / count), count - 1, tail)


def order_statistic_ranks(n: npt.ArrayLike, quantile: npt.ArrayLike, confidence: float = 0.95) -> Ranks:
    """Ranks of the two sorted values that bracket a quantile, whatever the distribution of the values.

    Ranks count from 1. Each side misses the quantile with a probability of at most (1 - confidence) / 2,
    and no narrower rank does; so the pair covers with at least the confidence, ties included. Rank 0 or
    n + 1 means that n is too small for a bound on that side; n = 0 gives both.
    ValueError for a negative, fractional or missing n, a quantile outside (0, 1), or a confidence
    outside (0, 1).

    Source: Conover (1999), Practical Nonparametric Statistics, 3rd ed., section 3.2; Hahn and Meeker
    (1991), Statistical Intervals, section 5.2. Both also allow unequal tails, which can be one rank
    narrower; equal tails keep each bound a valid one-sided bound.

    >>> order_statistic_ranks([5, 6, 20], 0.5)
    Ranks(lower=array([0, 1, 6]), upper=array([ 6,  6, 15]))
    """
    tail = tail_of(confidence)
    count = _whole("n", n)
    if np.isnan(count).any():
        raise ValueError("n must be known for ranks: a whole number, 0 or more; found a missing value.")
    share = np.asarray(quantile, dtype=np.float64)
    if not ((share > 0) & (share < 1)).all():
        raise ValueError(f"quantile must lie between 0 and 1, both excluded; found {quantile!r}.")
    count, share = np.broadcast_arrays(count, share)
    # Counted from the top, the upper rank is the lower rank of the mirrored quantile.
    lower = _lowest_rank(count, share, tail)
    upper = count + 1 - _lowest_rank(count, 1 - share, tail)
    return Ranks(lower.astype(np.int64)[()], upper.astype(np.int64)[()])


def poisson_exact(count: npt.ArrayLike, exposure: npt.ArrayLike = 1.0, confidence: float = 0.95) -> Interval:
    """Bounds for a rate of events, per unit of exposure: exact, which covers at least as often as it says.

    Exposure is what the events were counted over (days, cases, thousands of cases). The low bound is
    exactly 0 when nothing happened. Fractional counts are allowed and interpolate.
    NaN in, or exposure = 0, gives NaN. ValueError for a negative count or exposure, or a confidence
    outside (0, 1).

    Source: Garwood (1936), Biometrika 28:437-442.

    >>> [round(float(bound), 3) for bound in poisson_exact(5)]
    [1.623, 11.668]
    """
    tail = tail_of(confidence)
    events, over = _counts("count", count), _counts("exposure", exposure)
    over = np.where(over > 0, over, np.nan)
    low = np.where(events == 0, 0.0, special.gammaincinv(events, tail))
    return interval_of(low / over, special.gammainccinv(events + 1, tail) / over)


def ratio_t(
    sum_y: npt.ArrayLike,
    sum_x: npt.ArrayLike,
    sum_yy: npt.ArrayLike,
    sum_xx: npt.ArrayLike,
    sum_xy: npt.ArrayLike,
    n: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Bounds for a ratio of two sums over n units (clusters, days), such as passed calls per call by agent.

    The sums run over the units: of y, of x, of their squares and of their product. The ratio is
    sum_y / sum_x, linearised, with Student's t on n - 1 degrees of freedom and no finite population
    correction. Bounds are not clipped: a share near 0 or 1 may leave [0, 1].
    NaN in, n < 2, or sum_x = 0, gives NaN. When every unit has the same ratio the interval has no width.
    ValueError for a negative sum of squares or n, or a confidence outside (0, 1).

    Source: Cochran (1977), Sampling Techniques, 3rd ed., chapter 6.

    Three agents passed 9 of 10, 14 of 20 and 7 of 10 calls:

    >>> bounds = ratio_t(sum_y=30, sum_x=40, sum_yy=326, sum_xx=600, sum_xy=440, n=3)
    >>> [round(float(bound), 3) for bound in bounds]
    [0.504, 0.996]
    """
    tail = tail_of(confidence)
    top, bottom, product = (np.asarray(values, dtype=np.float64) for values in (sum_y, sum_x, sum_xy))
    top_squares, bottom_squares = _counts("sum_yy", sum_yy), _counts("sum_xx", sum_xx)
    units = _counts("n", n)
    units = np.where(units >= 2, units, np.nan)
    bottom = np.where(bottom == 0, np.nan, bottom)
    ratio = top / bottom
    residuals = top_squares - 2 * ratio * product + ratio**2 * bottom_squares
    residuals = np.maximum(residuals, 0)  # a perfect ratio leaves rounding of either sign
    standard_error = np.sqrt(residuals * units / (units - 1)) / np.abs(bottom)
    return _around(ratio, standard_error, units - 1, tail)


def newcombe_difference(
    successes_1: npt.ArrayLike,
    trials_1: npt.ArrayLike,
    successes_0: npt.ArrayLike,
    trials_0: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Bounds for the difference of two independent shares, share 1 minus share 0, within [-1, 1].

    Built from the Wilson interval of each share, without continuity correction; counts may be
    fractional, as there. NaN in, or no trials on either side, gives NaN.
    ValueError as for `wilson`.

    Source: Newcombe (1998), Stat. Med. 17:873-890, method 10.

    >>> [round(float(bound), 4) for bound in newcombe_difference(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    x_1, n_1, x_0, n_0 = counts_of_two(successes_1, trials_1, successes_0, trials_0)
    low_1, high_1 = wilson(x_1, n_1, confidence)
    low_0, high_0 = wilson(x_0, n_0, confidence)
    share_1, share_0 = x_1 / n_1, x_0 / n_0
    difference = share_1 - share_0
    below = np.hypot(share_1 - low_1, high_0 - share_0)
    above = np.hypot(high_1 - share_1, share_0 - low_0)
    return interval_of(difference - below, difference + above)


def welch_difference(
    mean_1: npt.ArrayLike,
    variance_1: npt.ArrayLike,
    n_1: npt.ArrayLike,
    mean_0: npt.ArrayLike,
    variance_0: npt.ArrayLike,
    n_0: npt.ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Bounds for the difference of two independent means, mean 1 minus mean 0, in the unit of the means.

    The variances (divisor n - 1) may differ. NaN in, or n < 2 on either side, gives NaN. Two variances
    of 0 give an interval without width: say so beside it.
    ValueError for a negative variance or n, or a confidence outside (0, 1).

    Source: Welch (1947), Biometrika 34:28-35; degrees of freedom of Satterthwaite (1946),
    Biometrics Bulletin 2:110-114.

    >>> [round(float(bound), 3) for bound in welch_difference(0.75, 3.2006, 10, 2.33, 4.009, 10)]
    [-3.365, 0.205]
    """
    tail = tail_of(confidence)
    count_1, count_0 = _counts("n_1", n_1), _counts("n_0", n_0)
    count_1 = np.where(count_1 >= 2, count_1, np.nan)
    count_0 = np.where(count_0 >= 2, count_0, np.nan)
    part_1 = _counts("variance_1", variance_1) / count_1
    part_0 = _counts("variance_0", variance_0) / count_0
    difference = np.asarray(mean_1, dtype=np.float64) - np.asarray(mean_0, dtype=np.float64)
    freedom = _welch_freedom(part_1, count_1, part_0, count_0)
    return _around(difference, np.sqrt(part_1 + part_0), freedom, tail)


def difference(
    value_1: npt.ArrayLike,
    low_1: npt.ArrayLike,
    high_1: npt.ArrayLike,
    value_0: npt.ArrayLike,
    low_0: npt.ArrayLike,
    high_0: npt.ArrayLike,
) -> Interval:
    """The interval for value_1 - value_0, made from an interval for each of two independent figures.

    The method of variance estimates recovery (MOVER): Zou and Donner 2008, Statistics in Medicine
    27:1693-1702. With two Wilson intervals it is Newcombe's method 10, with two t intervals of equal
    degrees of freedom close to Welch's. A bound is NaN where a part it is made of is: without the upper
    bound of one figure or the lower of the other there is no upper bound, but there may be a lower one.

    >>> low, high = difference(0.8, *wilson(56, 70), 0.6, *wilson(48, 80))
    >>> round(float(low), 4), round(float(high), 4)
    (0.0524, 0.3339)
    """
    estimate_1, lower_1, upper_1 = (np.asarray(part, dtype=np.float64) for part in (value_1, low_1, high_1))
    estimate_0, lower_0, upper_0 = (np.asarray(part, dtype=np.float64) for part in (value_0, low_0, high_0))
    change = estimate_1 - estimate_0
    below = np.hypot(estimate_1 - lower_1, upper_0 - estimate_0)
    above = np.hypot(upper_1 - estimate_1, estimate_0 - lower_0)
    return interval_of(change - below, change + above)


def tail_of(confidence: float) -> float:
    """What each side of an interval may miss; ValueError unless the confidence lies between 0 and 1."""
    tail = (1 - confidence) / 2
    if not 0 < tail < 0.5:
        raise ValueError(
            f"confidence must lie between 0 and 1, both excluded (0.95 for 95 %); found {confidence!r}."
        )
    return tail


def normal_quantile(confidence: float) -> float:
    """How many standard errors an interval reaches to either side: the normal distribution."""
    return float(-special.ndtri(tail_of(confidence)))


def share_counts(successes: npt.ArrayLike, trials: npt.ArrayLike, side: str = "") -> tuple[Array, Array]:
    """Successes and trials of one shape, both NaN where either is missing or there was no trial.

    ValueError for negative or infinite counts, or successes above trials.
    """
    x_name, n_name = f"successes{side}", f"trials{side}"
    x, n = np.broadcast_arrays(_counts(x_name, successes), _counts(n_name, trials))
    _refuse_above(x_name, x, n_name, n)
    empty = np.isnan(x) | np.isnan(n) | (n == 0)
    return np.where(empty, np.nan, np.minimum(x, n)), np.where(empty, np.nan, n)


def counts_of_two(
    successes_1: npt.ArrayLike, trials_1: npt.ArrayLike, successes_0: npt.ArrayLike, trials_0: npt.ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """The counts of two shares, each as in `share_counts`; what is refused is named with its side."""
    return *share_counts(successes_1, trials_1, "_1"), *share_counts(successes_0, trials_0, "_0")


def _counts(name: str, values: npt.ArrayLike) -> Array:
    """The values as floats, refused if one is negative or infinite; NaN passes."""
    counts = np.asarray(values, dtype=np.float64)
    wrong = (counts < 0) | np.isinf(counts)
    if wrong.any():
        raise ValueError(f"{name} must be 0 or more and finite; found {float(counts[wrong][0])!r}.")
    return counts


def _whole(name: str, values: npt.ArrayLike) -> Array:
    counts = _counts(name, values)
    wrong = ~np.isnan(counts) & (counts != np.floor(counts))
    if wrong.any():
        raise ValueError(f"{name} must be a whole number; found {float(counts[wrong][0])!r}.")
    return counts


def _refuse_above(part_name: str, part: Array, whole_name: str, whole: Array) -> None:
    above = part > whole * (1 + SUM_ROUNDING)
    if above.any():
        first_part, first_whole = (float(np.broadcast_to(v, above.shape)[above][0]) for v in (part, whole))
        raise ValueError(
            f"{part_name} must not exceed {whole_name}; found {first_part!r} of {first_whole!r}."
        )


def _wilson_low(x: Array, n: Array, z: float) -> Array:
    # Wilson's low root as product of the roots over the high root: nothing cancels near 0, and x = 0 gives 0.
    return np.asarray(2 * x * x / n / (2 * x + z * z + z * np.sqrt(z * z + 4 * x * (n - x) / n)))


def interval_of(low: npt.ArrayLike, high: npt.ArrayLike) -> Interval:
    """The bounds as arrays, or as np.float64 where the input was a plain number."""
    return Interval(np.asarray(low, dtype=np.float64)[()], np.asarray(high, dtype=np.float64)[()])


def _around(centre: Array, standard_error: Array, freedom: Array, tail: float) -> Interval:
    """Centre plus and minus Student's t times the standard error."""
    reach = -special.stdtrit(freedom, tail) * standard_error
    return interval_of(centre - reach, centre + reach)


def _welch_freedom(part_1: Array, count_1: Array, part_0: Array, count_0: Array) -> Array:
    # As shares of the whole, so that tiny variances do not vanish when squared.
    whole = part_1 + part_0
    share_1 = part_1 / np.where(whole == 0, 1, whole)
    share_0 = part_0 / np.where(whole == 0, 1, whole)
    inverse = share_1**2 / (count_1 - 1) + share_0**2 / (count_0 - 1)
    # Without any variance t is multiplied by 0: every number of degrees of freedom will do.
    return np.asarray(1 / np.where(whole == 0, 1, inverse))


def _lowest_rank(n: Array, share: Array, tail: float) -> Array:
    """The highest rank whose value lies above the quantile with a probability of at most tail."""
    z = -special.ndtri(tail)
    guess = np.floor(n * share - z * np.sqrt(n * share * (1 - share)))
    reach = np.ceil(z * z / 3 + 3)  # wider than the skewness of a binomial can push its quantile
    good, bad = np.clip(guess - reach, 0, n), np.clip(guess + reach, 0, n) + 1
    # Should the guess be off all the same, search all ranks.
    good = np.where(_rank_holds(good, n, share, tail), good, 0)
    bad = np.where(_rank_holds(bad, n, share, tail), n + 1, bad)
    while (bad - good > 1).any():
        middle = np.floor((good + bad) / 2)
        holds = _rank_holds(middle, n, share, tail)
        good, bad = np.where(holds, middle, good), np.where(holds, bad, middle)
    return np.asarray(good)


def _rank_holds(rank: Array, n: Array, share: Array, tail: float) -> npt.NDArray[np.bool_]:
    # The value of this rank exceeds the quantile when fewer than `rank` values lie below: P(X <= rank - 1).
    inside = np.clip(rank, 1, np.maximum(n, 1))
    missed = special.betaincc(inside, np.maximum(n - inside, 0) + 1, share)
    return np.asarray((rank <= 0) | ((rank <= n) & (missed <= tail * (1 + TIE_ROUNDING))))
