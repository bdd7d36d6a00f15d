"""Estimates from a sample, for the population and for domains: value, standard error, interval, reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.estimates.bounds import (
    Bounds,
    IntervalSettings,
    Point,
    figure_bounds,
    share_bounds,
    strata_of,
    taken,
)
from sqaudit.estimates.domains import Domains, domains
from sqaudit.estimates.figures import Figures, figures
from sqaudit.estimates.items import Item, Values, item_faults, scale_of
from sqaudit.estimates.layout import Array, Integers
from sqaudit.estimates.survey import Survey
from sqaudit.estimates.variance import degrees_of_freedom, ordered_sums
from sqaudit.intervals import tail_of

FIGURES = (
    "item", "figure", "estimate", "standard_error", "low", "high", "n", "missing", "population",
    "design_effect", "degrees_of_freedom", "method", "reason",
)  # fmt: skip


def estimate(
    sample: Survey,
    items: Item | Sequence[Item],
    by: str | Sequence[str] = (),
    settings: IntervalSettings | None = None,
    where: str | None = None,
) -> pd.DataFrame:
    """Estimates of every item, for the population or for each domain, with what chance in the draw could do.

    Columns out: those of `by`, then `item, figure, estimate, standard_error, low, high, n, missing,
    population, design_effect, degrees_of_freedom, method, reason`; items in the order given, domains sorted.
    A missing value in `by` is a domain of its own. `where` names a column of true and false: only cases where
    it is true are estimated about, with the standard error of a domain, not of a sample of its own. `n` are
    cases with a value, `missing` those without: they are left out of the figure, counted here and never
    filled in. `population` is the weight of all cases of the domain. `design_effect` is the variance over
    that of a simple random sample of the same size without replacement, NaN where nothing varies or weights
    do not reach beyond the sample. Degrees of freedom are first-stage units with cases in the domain minus
    their strata, without those that were taken whole: what is certain says nothing of how much others vary.
    `reason` is empty, or a word that says why a figure is NaN or how a bound came about:

    no_cases, no_denominator      there is nothing to estimate from
    single_unit_stratum           a stratum with one unit leaves the standard error undefined
    no_degrees_of_freedom         as many strata as units: no interval
    no_variation                  no unit differs, which says nothing about those not drawn: no interval
    nothing_found, all_found      a share of 0 or 1: exact bounds, never without width, see `most_unseen`
    no_variation_within_strata    strata are all bad or all good: exact bounds
    census                        all cases were taken: an interval without width is the truth
    missing_values                all cases were taken, but some have no value: no interval

    Shares get the interval of `settings.share_method` (Korn-Graubard unless said otherwise: within [0, 1]
    always), other figures that of Student's t, which ends where the `scale` of an item ends (a score in parts
    of its points: 0 and 1). Counts get the share's interval times the population where the population's size
    is known, else Student's, not below what was found.

    ValueError, with all reasons, for columns that are not there or cannot be read.

    Source: Sarndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, sections 5.5, 5.6 and 10.3.

    >>> from sqaudit.estimates import Share, SurveyDesign, survey
    >>> calls = pd.DataFrame({"team": list("AAABBB"), "good": [1, 1, 0, 1, 0, 0]})
    >>> calls["calls"] = [30, 30, 30, 70, 70, 70]
    >>> sample = survey(calls, SurveyDesign(strata="team", populations="calls"))
    >>> figures = estimate(sample, Share("good"))
    >>> figures[["estimate", "standard_error", "n", "population"]].round(4).to_dict("records")
    [{'estimate': 0.4333, 'standard_error': 0.2472, 'n': 6, 'population': 100.0}]
    """
    wanted = [*items] if isinstance(items, Sequence) else [items]
    segments = [by] if isinstance(by, str) else [*by]
    chosen = settings or IntervalSettings()
    _refuse(sample.frame, wanted, segments, chosen, where)
    groups = _restricted(domains(sample.frame, segments), sample.frame, where)
    # Domains made of whole strata have known sizes; others have only as many cases as happened to be drawn.
    whole = where is None and {*segments} <= {sample.design.stratum(0)}
    tables = [_of_item(sample, item, groups, whole, chosen) for item in wanted]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*segments, *FIGURES])


def _refuse(
    frame: pd.DataFrame, items: list[Item], by: list[str], settings: IntervalSettings, where: str | None
) -> None:
    present = ", ".join(map(str, frame.columns))
    faults = [f"{name}: no such column to group by; present: {present}." for name in by if name not in frame]
    faults += [
        f"{name}: results have a column of this name; rename it to group by it."
        for name in by
        if name in FIGURES
    ]
    faults += item_faults(frame, items)
    if where is not None and (where not in frame or not pd.api.types.is_bool_dtype(frame[where])):
        faults.append(f"{where}: a column of true and false without gaps is needed to choose cases.")
    try:
        tail_of(settings.confidence)
    except ValueError as error:
        faults.append(str(error))
    if settings.distribution not in ("t", "normal"):
        faults.append(f"distribution must be t or normal; found {settings.distribution!r}.")
    if faults:
        raise ValueError("Nothing was estimated: " + " ".join(faults))


def _restricted(groups: Domains, frame: pd.DataFrame, where: str | None) -> Domains:
    """The domains with cases outside `where` in none of them; domains left without a case are dropped."""
    if where is None:
        return groups
    chosen = frame[where].to_numpy(dtype=bool)
    kept = np.unique(groups.of_row[chosen]) if groups.names.shape[1] else np.arange(groups.count)
    rank = np.full(groups.count, -1, dtype=np.int64)
    rank[kept] = np.arange(len(kept))
    return Domains(groups.names.iloc[kept].reset_index(drop=True), np.where(chosen, rank[groups.of_row], -1))


def _of_item(
    sample: Survey, item: Item, groups: Domains, whole: bool, settings: IntervalSettings
) -> pd.DataFrame:
    values, size = item.values(sample.frame), groups.count
    counted = (sample.weights > 0) & (groups.of_row >= 0)
    valued = counted & ~np.isnan(values.numerator)
    if values.denominator is not None:
        valued &= ~np.isnan(values.denominator)
    within = np.where(valued, groups.of_row, -1)
    n = np.bincount(groups.of_row[valued], minlength=size)
    missing = np.bincount(groups.of_row[counted], minlength=size) - n
    found = figures(sample, values, within, size)
    freedom = _freedom(sample, item, within, size, settings)
    population = ordered_sums(groups.of_row[counted], sample.weights[counted], size)
    finite = population if sample.design.populations else np.full(size, np.inf)
    points = _points(found, n, missing, freedom, finite)
    if item.figure == "count":
        bounds = _count_bounds(sample, values, within, points, settings)
    else:
        bounds = _bounds(sample, item, values, within, points, whole, settings)
    table = pd.DataFrame(
        {
            "item": item.name,
            "figure": item.figure,
            "estimate": found.estimate,
            "standard_error": found.standard_error,
            "low": [bound.low for bound in bounds],
            "high": [bound.high for bound in bounds],
            "n": n,
            "missing": missing,
            "population": population,
            "design_effect": found.design_effect,
            "degrees_of_freedom": freedom,
            "method": [bound.method for bound in bounds],
            "reason": [bound.reason for bound in bounds],
        }
    )
    return pd.concat([groups.names, table], axis=1)


def _freedom(
    sample: Survey, item: Item, within: Integers, domains: int, settings: IntervalSettings
) -> Integers:
    """First-stage units minus their strata: of the domain for means, of the sample for totals."""
    known = taken(sample)
    if item.figure not in ("total", "count") and settings.freedom == "domain":
        return degrees_of_freedom(sample.stages[0], np.where(known, -1, within), domains)
    everyone = np.where((sample.weights > 0) & ~known, 0, -1).astype(np.int64)
    return np.repeat(degrees_of_freedom(sample.stages[0], everyone, 1), domains)


def _points(
    found: Figures,
    n: npt.NDArray[np.integer],
    missing: npt.NDArray[np.integer],
    freedom: Integers,
    population: Array,
) -> list[Point]:
    columns = (found.estimate, found.standard_error, n, missing, freedom, found.lonely, population)
    return [Point(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _bounds(
    sample: Survey, item: Item, values: Values, within: Integers, points: list[Point], whole: bool,
    settings: IntervalSettings,
) -> list[Bounds]:  # fmt: skip
    complete = taken(sample)
    open_rows = np.bincount(within[(within >= 0) & ~complete], minlength=len(points))
    if item.figure != "share":
        scale = scale_of(item)
        return [
            figure_bounds(point, bool(open_rows[at] == 0), settings, scale) for at, point in enumerate(points)
        ]
    plain = [_is_plain(point) and open_rows[at] > 0 for at, point in enumerate(points)]
    return [
        share_bounds(
            point, None if plain[at] else strata_of(sample, values.numerator, within == at, whole), settings
        )
        for at, point in enumerate(points)
    ]


def _is_plain(point: Point) -> bool:
    """Whether a share is neither 0 nor 1 and has a standard error to build an interval on."""
    return 0 < point.estimate < 1 and point.standard_error != 0


def _count_bounds(
    sample: Survey, values: Values, within: Integers, points: list[Point], settings: IntervalSettings
) -> list[Bounds]:
    """The bounds of numbers of cases, through their share of the whole population where its size is known."""
    rows = sample.weights > 0
    population, known = _size(sample, rows)
    found = []
    for at, point in enumerate(points):
        hits = np.where(within == at, values.numerator, 0.0)
        seen = rows & ~np.isnan(values.numerator)  # a missing value is evidence of nothing
        if point.n and (known or point.estimate == 0):
            found.append(_as_share(sample, hits, seen, point, population, settings))
        else:
            bounds = figure_bounds(point, bool(taken(sample)[rows].all()), settings)
            found.append(bounds._replace(low=max(bounds.low, float(hits.sum()))))  # max keeps a NaN
    return found


def _size(sample: Survey, rows: npt.NDArray[np.bool_]) -> tuple[float, bool]:
    """How many cases the population has, and whether that is known, not only estimated.

    Where cases are drawn by themselves each counts once, so a stratum of which one was drawn leaves no doubt
    of its size; clusters differ in size, and one tells nothing of the others.
    """
    design = sample.design if sample.design.is_clustered else replace(sample.design, single_unit="certainty")
    ones = Values(np.ones(len(rows)), None)
    size = figures(replace(sample, design=design), ones, np.where(rows, 0, -1), 1)
    return float(size.estimate[0]), bool(size.standard_error[0] == 0)


def _as_share(
    sample: Survey,
    hits: Array,
    rows: npt.NDArray[np.bool_],
    point: Point,
    population: float,
    settings: IntervalSettings,
) -> Bounds:
    part = point._replace(
        estimate=point.estimate / population,
        standard_error=point.standard_error / population,
        n=int(rows.sum()),
        population=population if sample.design.populations else np.inf,
    )
    bounds = share_bounds(part, strata_of(sample, hits, rows, whole=True), settings)
    return bounds._replace(low=bounds.low * population, high=bounds.high * population)
