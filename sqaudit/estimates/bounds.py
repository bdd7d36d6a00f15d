"""The interval of each estimate, or the reason why it has none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sqaudit.estimates.items import Scale
from sqaudit.estimates.layout import Array
from sqaudit.estimates.nothing_found import most_unseen, most_unseen_finite
from sqaudit.estimates.share_intervals import ShareMethod, quantile_of, share_interval
from sqaudit.estimates.survey import Survey
from sqaudit.estimates.variance import ordered_sums
from sqaudit.intervals import tail_of

NAN = float("nan")
SAME_WEIGHT = 1e-9  # weights of one stratum that differ by less, relatively, are one weight

Distribution = Literal["t", "normal"]


@dataclass(frozen=True)
class IntervalSettings:
    """How intervals are made: confidence, t or normal, the method for shares, and degrees of freedom.

    `share_method` as in `share_interval`. `freedom`: `domain` counts the units that have a case with a value
    in the domain (totals and counts: all of the sample), `design` all units of the sample for every domain,
    which claims more where few units have cases.
    """

    confidence: float = 0.95
    distribution: Distribution = "t"
    share_method: ShareMethod = "korn_graubard"
    freedom: Literal["domain", "design"] = "domain"

    @property
    def tail(self) -> float:
        """What each side may miss."""
        return tail_of(self.confidence)


class Bounds(NamedTuple):
    """The ends of an interval, how it was made (`none`: there is none), and why it is as it is."""

    low: float
    high: float
    method: str
    reason: str = ""


class Point(NamedTuple):
    """An estimate as its interval needs it; `population` is infinite for draws with replacement."""

    estimate: float
    standard_error: float
    n: int
    missing: int
    freedom: float
    lonely: bool
    population: float


def none(reason: str) -> Bounds:
    """No interval, for this reason."""
    return Bounds(NAN, NAN, "none", reason)


def figure_bounds(
    point: Point, all_taken: bool, settings: IntervalSettings, scale: Scale | None = None
) -> Bounds:
    """The interval of a mean, total, ratio or score.

    Student's interval knows no ends: of few cases it reaches below the least and above the most that a score
    can be. Where the scale is known it ends there, which leaves out nothing that could be true.
    """
    if absent := _absent(point):
        return none(absent)
    if all_taken:
        return _census(point)
    if point.lonely:
        return none("single_unit_stratum")
    if point.standard_error == 0:
        return none("no_variation")
    if point.freedom <= 0:
        return none("no_degrees_of_freedom")
    freedom = math.inf if settings.distribution == "normal" else point.freedom
    reach = quantile_of(freedom, settings.tail) * point.standard_error
    name = "normal" if settings.distribution == "normal" else "student_t"
    low, high = point.estimate - reach, point.estimate + reach
    if scale is not None:
        low, high = max(low, float(scale[0])), min(high, float(scale[1]))
    return Bounds(low, high, name)


def share_bounds(point: Point, strata: Strata | None, settings: IntervalSettings) -> Bounds:
    """The interval of a share: by the method chosen, exact where the standard error has nothing to say.

    `strata` are needed where the share is 0 or 1, its standard error 0, or all cases were taken.
    """
    if absent := _absent(point):
        return none(absent)
    if strata is not None and strata.all_known:
        return _census(point)
    if strata is not None and (point.estimate in (0.0, 1.0) or point.standard_error == 0):
        return strata.exact(settings.tail)
    if point.lonely:
        return none("single_unit_stratum")
    if point.freedom <= 0:
        return none("no_degrees_of_freedom")
    freedom = math.inf if settings.distribution == "normal" else point.freedom
    low, high = share_interval(
        point.estimate,
        point.standard_error,
        point.n,
        freedom,
        settings.confidence,
        settings.share_method,
        point.population,
    )
    return Bounds(low, high, settings.share_method)


@dataclass(frozen=True, eq=False)
class Strata:
    """What a domain's strata show of a share; one entry for each stratum with a case of the domain.

    sampled     units with cases of the domain
    weight      the stratum's part of the domain
    reach       sampled times the heaviest unit, as a part of the domain (see `most_unseen`)
    population  units in the population, where exact sums over a finite population apply; else inf
    share       the share found
    known       whether all of it was taken
    """

    sampled: Array
    weight: Array
    reach: Array
    population: Array
    share: Array
    known: npt.NDArray[np.bool_]

    @property
    def all_known(self) -> bool:
        """Whether nothing was left undrawn."""
        return bool(self.known.all())

    def exact(self, tail: float) -> Bounds:
        """Bounds when every stratum is all good, all bad or known; one that varies has none here."""
        if not (self.known | (self.share == 0) | (self.share == 1)).all():
            return none("no_variation")
        bad, good = ~self.known & (self.share == 1), ~self.known & (self.share == 0)
        low = float((self.weight * self.share).sum()) - self._unseen(bad, tail)
        high = float((self.weight * self.share).sum()) + self._unseen(good, tail)
        reason = "no_variation_within_strata"
        if (self.share == 0).all():
            reason = "nothing_found"
        elif (self.share == 1).all():
            reason = "all_found"
        finite = bool(np.isfinite(self.population).all())
        return Bounds(max(low, 0.0), min(high, 1.0), "exact_finite" if finite else "exact", reason)

    def _unseen(self, chosen: npt.NDArray[np.bool_], tail: float) -> float:
        """How much of the domain can be otherwise than it looked in the strata chosen."""
        if np.isfinite(self.population).all():
            cases = most_unseen_finite(self.sampled[chosen], self.population[chosen], tail)
            return cases / float(self.population.sum())
        return most_unseen(self.sampled[chosen], self.reach[chosen], tail)


def strata_of(sample: Survey, numerator: Array, rows: npt.NDArray[np.bool_], whole: bool) -> Strata:
    """The strata that the rows of a domain lie in; `whole`: the domain is made of whole strata."""
    first = sample.stages[0]
    units, of_row = np.unique(first.unit[rows], return_inverse=True)
    weight = sample.weights[rows]
    heavy = ordered_sums(of_row, weight, len(units))
    strata, of_unit = np.unique(first.stratum[units], return_inverse=True)
    count = len(strata)
    sampled = np.bincount(of_unit, minlength=count).astype(np.float64)
    own = of_unit[of_row]
    size = ordered_sums(own, weight, count)
    found = np.bincount(own, weights=numerator[rows], minlength=count)
    cases = np.bincount(own, minlength=count)
    share = np.where(
        found == 0,
        0.0,
        np.where(found == cases, 1.0, ordered_sums(own, weight * numerator[rows], count) / size),
    )
    heaviest, lightest = np.zeros(count), np.full(count, np.inf)
    np.maximum.at(heaviest, of_unit, heavy)
    np.minimum.at(lightest, of_unit, heavy)
    open_rows = np.bincount(own, weights=~taken(sample)[rows], minlength=count)
    finite = (
        whole and not sample.design.is_clustered and not sample.adjustments and len(sample.stages) == 1
        and bool((heaviest <= lightest * (1 + SAME_WEIGHT)).all())
        and bool((sampled == first.sampled[strata]).all())
    )  # fmt: skip
    population = first.population[strata] if finite else np.full(count, np.inf)
    total = float(size.sum())
    return Strata(sampled, size / total, sampled * heaviest / total, population, share, open_rows == 0)


def taken(sample: Survey) -> npt.NDArray[np.bool_]:
    """Whether a row lies where every unit of every stage was drawn and nobody had to answer."""
    whole = np.ones(len(sample.weights), dtype=bool)
    for stage in sample.stages:
        whole &= (stage.fraction == 1)[stage.stratum[stage.unit]]
    if sample.responded is not None and (sample.responded == 0).any():
        return np.zeros_like(whole)
    return whole


def _absent(point: Point) -> str:
    if point.n == 0:
        return "no_cases"
    return "no_denominator" if math.isnan(point.estimate) else ""


def _census(point: Point) -> Bounds:
    if point.missing:
        return none("missing_values")
    return Bounds(point.estimate, point.estimate, "census", "census")
