"""All coefficients of agreement that suit the ratings, as one tidy frame."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.agreement.corrected import fleiss_kappa, gwet_ac, krippendorff_alpha, percent_agreement
from sqaudit.agreement.figure import Coefficient
from sqaudit.agreement.intraclass import correlations
from sqaudit.agreement.kappa import cohen_kappa
from sqaudit.agreement.ratings import Level, Ratings, read_ratings
from sqaudit.agreement.weights import WeightName, agreement_weights
from sqaudit.frames import require

COLUMNS = (
    "coefficient", "value", "low", "high", "standard_error", "units", "raters", "ratings", "method", "reason",
)  # fmt: skip
MOST_CATEGORIES = 2000  # a matrix of weights then takes 32 MB; more values are measurements, no categories
TOO_MANY = "more_than_2000_different_values"
WEIGHTINGS: tuple[WeightName, ...] = ("linear", "quadratic")


def agreement(
    ratings: pd.DataFrame,
    level: Level = "nominal",
    *,
    weights: Sequence[WeightName] | npt.NDArray[np.float64] = WEIGHTINGS,
    categories: Sequence[Hashable] | None = None,
    not_applicable: str | Iterable[Hashable] = (),
    not_applicable_as: Literal["missing", "category"] = "missing",
    rated_once: Literal["count", "leave_out"] = "count",
    confidence: float = 0.95,
    by: str | None = None,
) -> pd.DataFrame:
    """How far raters agree: every coefficient that suits the level of the scale and the number of raters.

    Ratings in: units x raters (a missing value is a rating that was not given), or the long columns `unit,
    rater, value`, and with `by` the column of that name, such as `item`: then each of its values has its
    own coefficients and leads the frame. Columns out: `coefficient, value, low, high, standard_error,
    units, raters, ratings, method, reason`. A coefficient that is undefined is NaN with its reason.

    All levels: percent_agreement, fleiss_kappa, krippendorff_alpha (of that level), gwet_ac1, and with two
    raters cohen_kappa. Above nominal also gwet_ac2_* and, with two raters, weighted_kappa_* for each of
    `weights` (names, or one matrix of your own, then `_custom`). Interval and ratio also icc_*.
    Units rated once say how often a category is used, and so count in AC1, AC2 and Fleiss' kappa, as Gwet
    has it. His errors, of percent agreement too, then rest on all units and grow with the part rated once:
    where only a part of the cases was double-coded, `rated_once="leave_out"` gives the narrower honest one.
    `categories, not_applicable, not_applicable_as` as in `read_ratings`, which raises its ValueErrors.
    With more than 2000 different values only the intraclass correlations are given: round the scores.
    FrameError if `by` or a long column is missing, ValueError for another `rated_once`.

    Nearly everybody passes, so kappa finds nothing beyond chance where raters agree on 95 %:

    >>> ann = ["pass"] * 98 + ["fail"] * 2
    >>> bo = ["pass"] * 95 + ["fail"] * 3 + ["pass"] * 2
    >>> value = agreement(pd.DataFrame({"ann": ann, "bo": bo})).set_index("coefficient")["value"]
    >>> value[["percent_agreement", "cohen_kappa", "gwet_ac1"]].round(3).to_dict()
    {'percent_agreement': 0.95, 'cohen_kappa': -0.025, 'gwet_ac1': 0.947}
    """

    apart = (not_applicable,) if isinstance(not_applicable, str) else tuple(not_applicable)

    def figures_of(part: pd.DataFrame) -> pd.DataFrame:
        known = read_ratings(part, level, categories, apart, not_applicable_as)
        if len(known.categories) > MOST_CATEGORIES:
            return _frame(_measurements(known, level, weights, confidence), known.raters)
        counts = known.counts
        used = counts if rated_once == "count" else counts[counts.sum(axis=1) >= 2]
        return _frame(_figures(known, used, level, weights, confidence), known.raters)

    if rated_once not in ("count", "leave_out"):
        raise ValueError(f"rated_once must be count or leave_out; found {rated_once!r}.")
    if by is None:
        return figures_of(ratings)
    require(ratings, ["unit", "rater", "value", by], "agreement by group")
    groups = ratings.dropna(subset=[by]).groupby(by, sort=True)
    parts = [figures_of(part.drop(columns=by)).assign(**{by: name}) for name, part in groups]
    columns = [by, *COLUMNS]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _figures(
    known: Ratings,
    counts: npt.NDArray[np.float64],
    level: Level,
    weights: Sequence[WeightName] | npt.NDArray[np.float64],
    confidence: float,
) -> list[Coefficient]:
    pairs = known.pairs
    alpha = krippendorff_alpha(counts, level, known.scores, confidence)
    figures = [percent_agreement(counts, None, confidence)]
    if pairs is not None:
        figures.append(cohen_kappa(pairs, None, confidence))
    figures += [fleiss_kappa(counts, None, confidence), alpha, gwet_ac(counts, None, confidence)]
    if level == "nominal":
        return figures
    for name, matrix in _matrices(known, weights).items():
        if pairs is not None:
            figure = cohen_kappa(pairs, matrix, confidence)
            figures.append(replace(figure, coefficient=f"weighted_kappa_{name}"))
        figures.append(replace(gwet_ac(counts, matrix, confidence), coefficient=f"gwet_ac2_{name}"))
    if level in ("interval", "ratio"):
        figures += _intraclass(known, confidence)
    return figures


def _measurements(
    known: Ratings, level: Level, weights: Sequence[WeightName] | npt.NDArray[np.float64], confidence: float
) -> list[Coefficient]:
    """What is left for more values than categories can be told apart by: the intraclass correlations."""
    names = ["percent_agreement", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1"]
    if level != "nominal":
        own = isinstance(weights, np.ndarray)
        names += [f"gwet_ac2_{name}" for name in (["custom"] if own else weights)]
    figures = [Coefficient(name, reason=TOO_MANY) for name in names]
    return figures + (_intraclass(known, confidence) if level in ("interval", "ratio") else [])


def _matrices(
    known: Ratings, weights: Sequence[WeightName] | npt.NDArray[np.float64]
) -> dict[str, npt.NDArray[np.float64]]:
    if isinstance(weights, np.ndarray):
        return {"custom": weights}
    return {name: agreement_weights(name, known.scores) for name in weights}


def _intraclass(known: Ratings, confidence: float) -> list[Coefficient]:
    """The intraclass correlations; no standard error is published for them."""
    table = known.complete
    return [
        Coefficient(
            row.coefficient,
            value=row.value,
            low=row.low,
            high=row.high,
            units=len(table),
            ratings=table.size,
            method="" if np.isnan(row.high) else "f_interval_shrout_fleiss_1979",
            reason=row.reason,
        )
        for row in correlations(table, confidence)
    ]


def _frame(figures: Sequence[Coefficient], raters: int) -> pd.DataFrame:
    return pd.DataFrame([asdict(figure) for figure in figures]).assign(raters=raters)[list(COLUMNS)]
