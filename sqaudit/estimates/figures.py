"""The figure of each domain with its standard error and design effect, linearised; knows no interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sqaudit.estimates.items import Values
from sqaudit.estimates.layout import Array, Integers
from sqaudit.estimates.survey import Adjustment, Survey
from sqaudit.estimates.variance import Variance, ordered_sums, variance_of_totals

ROUNDING = 1e-12  # a standard error below this part of its figure's size is rounding: the units do not vary


@dataclass(frozen=True, eq=False)
class Figures:
    """One entry for each domain. `lonely`: a single-unit stratum leaves the standard error undefined."""

    estimate: Array
    standard_error: Array
    design_effect: Array
    lonely: npt.NDArray[np.bool_]


def figures(sample: Survey, values: Values, within: Integers, domains: int) -> Figures:
    """Totals, or ratios of totals, of the rows within each domain (below 0: in none).

    A ratio is linearised: its variance is that of the total of (y - R x) / X.

    Source: Woodruff (1971), J. Am. Stat. Assoc. 66:411-414; design effect against simple random sampling
    without replacement as in Kish (1965), Survey Sampling, section 8.2.
    """
    inside = within >= 0
    top = np.where(inside, values.numerator, 0.0)
    weighted = sample.weights * top
    total = ordered_sums(within[inside], weighted[inside], domains)
    under, residual = np.ones(domains), top
    if values.denominator is not None:
        bottom = np.where(inside, values.denominator, 0.0)
        under = ordered_sums(within[inside], (sample.weights * bottom)[inside], domains)
        under[under == 0] = np.nan
        residual = top - np.where(inside, (total / under)[within], 0.0) * bottom
    part = np.where(inside, residual / under[within], 0.0)
    part = np.nan_to_num(part)  # no denominator: the figure itself is NaN
    variance = _variance(sample, sample.weights * part, within, domains)
    size = ordered_sums(within[inside], np.abs(weighted)[inside], domains) / np.abs(under)
    standard_error = np.sqrt(np.maximum(variance.value, 0))
    standard_error = np.where(standard_error <= ROUNDING * size, 0.0, standard_error)
    n = np.bincount(within[inside], minlength=domains)
    simple = _simple_variance(sample.weights[inside], part[inside], within[inside], n)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.where(simple > 0, standard_error**2 / simple, np.nan)
    nothing = (n == 0) | np.isnan(under)
    return Figures(
        estimate=np.where(nothing, np.nan, total / under),
        standard_error=np.where(nothing, np.nan, standard_error),
        design_effect=np.where(nothing | (standard_error == 0), np.nan, effect),
        lonely=variance.lonely,
    )


def _variance(sample: Survey, weighted: Array, within: Integers, domains: int) -> Variance:
    design = sample.design.single_unit
    if not sample.adjustments:
        return variance_of_totals(sample.stages, weighted, within, domains, design)
    # An adjustment carries a domain's values into all rows of its classes: domains no longer share nothing.
    everywhere = np.zeros(len(weighted), dtype=np.int64)
    drawn = _drawn_share(sample)
    value, lonely = np.zeros(domains), np.zeros(domains, dtype=bool)
    for domain in range(domains):
        own, added = np.where(within == domain, weighted, 0.0), 0.0
        for adjustment in reversed(sample.adjustments):
            own, more = _carried(adjustment, own, drawn)
            added += more
        part = variance_of_totals(sample.stages, own, everywhere, 1, design)
        value[domain], lonely[domain] = part.value[0] + added, part.lonely[0]
    return Variance(value, lonely)


def _carried(adjustment: Adjustment, weighted: Array, drawn: Array) -> tuple[Array, float]:
    """The weighted values before an adjustment that vary as these do after it, and what response itself adds.

    Known class sizes leave the residuals from the class means: Sarndal, Swensson and Wretman (1992), section
    7.6. Classes sized by the sample itself add the means of their sampled cases (chapter 9, response as a
    second phase). A finite population shrinks the variance of drawing, not that of answering: hence the
    second term.
    """
    group, answered = adjustment.group, adjustment.after > 0
    count = int(group.max()) + 1
    each = np.where(answered, weighted / np.where(answered, adjustment.after, 1.0), 0.0)
    counted = np.where(answered, adjustment.before, 0.0)
    held = ordered_sums(group, counted, count)
    mean = ordered_sums(group, counted * each, count) / np.where(held > 0, held, 1.0)
    residual = weighted - mean[group] * adjustment.after
    if adjustment.kind == "poststratification":
        return residual, 0.0
    sampled = np.bincount(group[adjustment.before > 0], minlength=count)
    answers = np.bincount(group[answered], minlength=count)
    lost = (1 - answers / np.maximum(sampled, 1)) * answers / np.maximum(answers - 1, 1)
    added = float((lost * ordered_sums(group, drawn * residual**2, count)).sum())
    return residual + mean[group] * adjustment.before, added


def _drawn_share(sample: Survey) -> Array:
    """For each row the product of the sampling fractions of all stages."""
    share = np.ones(len(sample.weights))
    for stage in sample.stages:
        share = share * stage.fraction[stage.stratum[stage.unit]]
    return share


def _simple_variance(weights: Array, part: Array, within: Integers, n: npt.NDArray[np.integer]) -> Array:
    """The variance, had the same cases been a simple random sample of all that they stand for."""
    domains = len(n)
    size = ordered_sums(within, weights, domains)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = ordered_sums(within, weights * part, domains) / size
        spread = ordered_sums(within, weights * (part - mean[within]) ** 2, domains) / size * n / (n - 1)
        left = np.where(size > n * (1 + ROUNDING), size - n, np.nan)
        return np.asarray(spread * size**2 * left / (size * n))
