"""Intervals around a share whose standard error comes from a survey design."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

from scipy import special

from sqaudit.intervals import tail_of

ShareMethod = Literal["korn_graubard", "beta", "logit", "xlogit", "likelihood", "asin", "mean"]


class Bounds(NamedTuple):
    """Low and high end of an interval."""

    low: float
    high: float


class Known(NamedTuple):
    """What an interval is made of; `freedom` are degrees of freedom, `tail` is what each side may miss."""

    share: float
    standard_error: float
    n: float
    freedom: float
    tail: float
    quantile: float
    population: float


def quantile_of(freedom: float, tail: float) -> float:
    """The upper quantile of Student's t, or of the normal distribution for infinite degrees of freedom."""
    if freedom <= 0 or math.isnan(freedom):
        return float("nan")
    return float(-special.ndtri(tail) if math.isinf(freedom) else -special.stdtrit(freedom, tail))


def share_interval(
    share: float,
    standard_error: float,
    n: int,
    degrees_of_freedom: float,
    confidence: float = 0.95,
    method: ShareMethod = "korn_graubard",
    population: float = math.inf,
) -> Bounds:
    """Bounds for a share from a survey, by the method named.

    korn_graubard  Clopper-Pearson at the effective sample size, which is at most that of a simple random
                   sample of n cases, corrected for the degrees of freedom. The default: never leaves [0, 1],
                   and covers rare shares also where the few cases found lie in one small stratum
    beta           the same without that limit
    logit          t interval of the log odds, carried back; `xlogit` is the same, under R's second name
    likelihood     shares whose likelihood, scaled by the design effect, is no further off than t allows
    asin           t interval of the arcsine of the root, carried back
    mean           share plus and minus t standard errors; may leave [0, 1]: it is there for comparison

    `population` is the number of cases there are, where they were drawn without replacement. Infinite degrees
    of freedom give the normal instead of t. NaN in, no degree of freedom, or a standard error of 0 gives NaN:
    with nothing or everything found the exact bounds of `nothing_found` take over. ValueError for an unknown
    method or a confidence outside (0, 1).

    Source: Korn and Graubard (1998), Survey Methodology 24:193-201; the limit: Parker et al. (2017), Vital
    and Health Statistics 2(175); likelihood: Rao and Scott (1984), Ann. Stat. 12:46-60; the names are those
    of svyciprop in R's survey package (Lumley 2010, Complex Surveys).

    >>> [round(end, 6) for end in share_interval(0.815, 0.0270776455620269, 200, 199, population=6194)]
    [0.755072, 0.865604]
    """
    if method not in _METHODS:
        raise ValueError(f"method must be one of {', '.join(_METHODS)}; found {method!r}.")
    tail = tail_of(confidence)
    quantile = quantile_of(degrees_of_freedom, tail)
    known = (share, standard_error, quantile)
    if any(math.isnan(value) for value in known) or standard_error == 0 or not 0 < share < 1:
        return Bounds(float("nan"), float("nan"))
    return _METHODS[method](Known(share, standard_error, n, degrees_of_freedom, tail, quantile, population))


def _korn_graubard(known: Known) -> Bounds:
    # A simple random sample without replacement has this effective size; a lucky stratum may not claim more.
    most = (known.n - 1) / max(1 - known.n / known.population, 1e-9)
    return _clopper_pearson(known, min(_effective(known), most))


def _beta(known: Known) -> Bounds:
    return _clopper_pearson(known, _effective(known))


def _effective(known: Known) -> float:
    """The simple random sample, with replacement, that would have this standard error."""
    return known.share * (1 - known.share) / known.standard_error**2


def _clopper_pearson(known: Known, size: float) -> Bounds:
    if known.n < 2:
        return Bounds(float("nan"), float("nan"))
    effective = size * (quantile_of(known.n - 1, known.tail) / known.quantile) ** 2
    found, rest = effective * known.share, effective * (1 - known.share)
    low = special.betaincinv(found, rest + 1, known.tail)
    high = special.betainccinv(found + 1, rest, known.tail)
    return Bounds(float(low), float(high))


def _logit(known: Known) -> Bounds:
    centre = float(special.logit(known.share))
    reach = known.quantile * known.standard_error / (known.share * (1 - known.share))
    return Bounds(float(special.expit(centre - reach)), float(special.expit(centre + reach)))


def _asin(known: Known) -> Bounds:
    centre = math.asin(math.sqrt(known.share))
    reach = known.quantile * known.standard_error / (2 * math.sqrt(known.share * (1 - known.share)))
    low, high = max(centre - reach, 0.0), min(centre + reach, math.pi / 2)
    return Bounds(math.sin(low) ** 2, math.sin(high) ** 2)


def _mean(known: Known) -> Bounds:
    reach = known.quantile * known.standard_error
    return Bounds(known.share - reach, known.share + reach)


def _likelihood(known: Known) -> Bounds:
    """Where the scaled likelihood falls below its height at the share by what the quantile allows."""
    if known.n < 2:
        return Bounds(float("nan"), float("nan"))
    dispersion = known.n / (known.n - 1)  # of the fitted share, estimated with the divisor n - 1
    limit = known.quantile**2 * dispersion / (2 * _effective(known))

    def beyond(candidate: float) -> bool:
        return (
            float(special.rel_entr(known.share, candidate) + special.rel_entr(1 - known.share, 1 - candidate))
            > limit
        )

    return Bounds(_edge(beyond, 0.0, known.share), _edge(beyond, 1.0, known.share))


def _edge(beyond: Callable[[float], bool], outside: float, inside: float) -> float:
    for _ in range(100):  # halving an interval of 1 a hundred times passes the precision of a double
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if beyond(middle) else (outside, middle)
    return inside


_METHODS: dict[str, Callable[[Known], Bounds]] = {
    "korn_graubard": _korn_graubard,
    "beta": _beta,
    "logit": _logit,
    "xlogit": _logit,
    "likelihood": _likelihood,
    "asin": _asin,
    "mean": _mean,
}
