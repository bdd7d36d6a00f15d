"""The variance of estimated totals over any number of stages: between units, within strata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sqaudit.estimates.design import SingleUnit
from sqaudit.estimates.layout import Array, Integers, Stage


class Variance(NamedTuple):
    """The variance of each domain's total, and whether a stratum with a single unit leaves it undefined."""

    value: Array
    lonely: npt.NDArray[np.bool_]


def ordered_sums(groups: Integers, values: Array, count: int) -> Array:
    """The sum of each group, added in an order that does not depend on the order of the rows."""
    sums = np.zeros(count)
    if len(values):
        order = np.lexsort((values, groups))
        group, value = groups[order], values[order]
        starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
        sums[group[starts]] = np.add.reduceat(value, starts)
    return sums


def variance_of_totals(
    stages: Sequence[Stage], weighted: Array, domain: Integers, domains: int, single_unit: SingleUnit
) -> Variance:
    """The variance of the total of `weighted` in each domain; rows with a domain below 0 are in none.

    A unit without a row in a domain counts with a total of zero there, so that the size of a domain is as
    random as it was: this is the standard error of a domain, not of a sample of its own.

    Source: Sarndal, Swensson and Wretman (1992), results 4.3.1 and 4.4.1; the recursion over stages:
    Bellhouse (1985), J. Off. Stat. 1:323-330.
    """
    inside = domain >= 0
    value, lonely = np.zeros(domains), np.zeros(domains, dtype=bool)
    for stage in stages:
        part = _of_stage(stage, stage.unit[inside], weighted[inside], domain[inside], domains, single_unit)
        value, lonely = value + part.value, lonely | part.lonely
    return Variance(np.where(lonely, np.nan, value), lonely)


def degrees_of_freedom(first: Stage, domain: Integers, domains: int) -> Integers:
    """For each domain, the first-stage units it has cases in minus their strata."""
    inside = domain >= 0
    units = np.unique(first.unit[inside] * domains + domain[inside])
    strata = np.unique(first.stratum[units // domains] * domains + units % domains)
    counted = np.bincount(units % domains, minlength=domains) - np.bincount(
        strata % domains, minlength=domains
    )
    return counted.astype(np.int64)


def _of_stage(
    stage: Stage, unit: Integers, weighted: Array, domain: Integers, domains: int, single_unit: SingleUnit
) -> Variance:
    pairs, of_row = np.unique(unit * domains + domain, return_inverse=True)
    total = ordered_sums(of_row, weighted, len(pairs))
    cells, of_pair = np.unique(
        stage.stratum[pairs // domains] * domains + pairs % domains, return_inverse=True
    )
    stratum, its_domain = cells // domains, cells % domains
    sampled = stage.sampled[stratum]
    mean = ordered_sums(of_pair, total, len(cells)) / sampled
    absent = sampled - np.bincount(of_pair, minlength=len(cells))
    squares = ordered_sums(of_pair, (total - mean[of_pair]) ** 2, len(cells)) + absent * mean**2
    left = stage.kept[stratum] * (1 - stage.fraction[stratum])  # what of the variance drawing has left open
    spread = left * squares * sampled / np.maximum(sampled - 1, 1)
    alone = (sampled == 1) & (left > 0)
    if single_unit == "adjust":
        spread = np.where(alone, left * mean**2, spread)
    undefined = alone & (single_unit == "undefined")
    lonely = np.bincount(its_domain, weights=undefined, minlength=domains) > 0
    return Variance(ordered_sums(its_domain, spread, domains), lonely)
